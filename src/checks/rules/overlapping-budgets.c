/* Two PodDisruptionBudgets select one Pod. */
#include "checks/link.h"

extern const Rule rule_overlapping_budgets;

static void report_budget(const LinkContext *context, const SelectFact *select,
                          const SelectFact *other, uint32_t pod_index)
{
    const Facts *facts = link_facts(context->link);
    const PodFact *pod = &facts->pods.at[pod_index];
    Str other_name = facts_object_text(facts, other->object, context->scratch);
    Finding *finding = diag_report(
        context->diag, &rule_overlapping_budgets.info,
        facts_place(facts, select->object, facts->selectors.at[select->selector].place),
        "%.*s selects Pods that %.*s selects too",
        STR_ARG(facts_object_text(facts, select->object, context->scratch)), STR_ARG(other_name));
    if (!finding)
        return;
    link_set_field(context, finding, select->object, STR("spec.selector"));
    if (!(link_options(context->link)->joined ||
          link_same_file(context->link, select->object, other->object)) ||
        link_has_alternative(context->link, select->object) ||
        link_has_alternative(context->link, other->object))
        diag_lower(context->diag, finding, SEVERITY_WARNING);
    diag_note(context->diag, finding,
              facts_place(facts, other->object, facts->selectors.at[other->selector].place),
              "the selector of %.*s", STR_ARG(other_name));
    diag_note(context->diag, finding, facts_place(facts, pod->object, pod->place),
              "both match %.*s",
              STR_ARG(facts_object_text(facts, pod->object, context->scratch)));
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    uint32_t *budgets = mem_resize(NULL, sizeof *budgets * (facts->pods.len + 1));
    memset(budgets, 0xFF, sizeof *budgets * (facts->pods.len + 1));
    for (uint32_t i = 0; i < facts->selects.len; i++) {
        const SelectFact *select = &facts->selects.at[i];
        PodSample sample;
        if (select->use != SELECT_BUDGET)
            continue;
        link_sample(context->link, select->selector, &sample);
        bool told = false;
        for (uint32_t j = 0; j < sample.count; j++) {
            uint32_t *budget = &budgets[sample.at[j]];
            if (*budget == BASE_NONE) {
                *budget = i;
                continue;
            }
            const SelectFact *other = &facts->selects.at[*budget];
            if (told || link_same_identity(context->link, other->object, select->object))
                continue;
            report_budget(context, select, other, sample.at[j]);
            told = true;
        }
        arena_reset(context->scratch);
    }
    mem_free(budgets);
}

const Rule rule_overlapping_budgets = {
    .info =
        {
            .id = "overlapping-budgets",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_ERROR,
            .summary = "Two PodDisruptionBudgets select one Pod",
            .why = "A Pod that several budgets select cannot be evicted at all: the API server "
                   "answers each eviction with an error (\"more than one PodDisruptionBudget\"), "
                   "and draining a node hangs.  It accepts both budgets.  Where they lie in "
                   "different files perhaps only one is applied: then it is a warning.",
            .fix = "Make the selectors disjoint, or keep one budget.",
        },
    .on_link = on_link,
};
