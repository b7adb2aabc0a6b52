/* A PodDisruptionBudget or NetworkPolicy selects no Pod of its namespace. */
#include "checks/link.h"

extern const Rule rule_policy_selects_no_pod;

static void report_policy(const LinkContext *context, const SelectFact *select,
                          NearestScratch *scratch)
{
    const Facts *facts = link_facts(context->link);
    const Selector *selector = &facts->selectors.at[select->selector];
    Finding *finding =
        diag_report(context->diag, &rule_policy_selects_no_pod.info,
                    facts_place(facts, select->object, selector->place), "%.*s selects no Pod",
                    STR_ARG(facts_object_text(facts, select->object, context->scratch)));
    if (!finding)
        return;
    link_set_field(context, finding, select->object,
                   select->use == SELECT_BUDGET ? STR("spec.selector") : STR("spec.podSelector"));
    Nearest nearest = link_nearest(context->link, select->selector, scratch);
    if (nearest.count == 0)
        return;
    const PodFact *pod = &facts->pods.at[nearest.pods[0]];
    diag_note(context->diag, finding, facts_place(facts, pod->object, pod->place),
              "%.*s comes nearest",
              STR_ARG(facts_object_text(facts, pod->object, context->scratch)));
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    NearestScratch scratch = {0};
    for (uint32_t i = 0; i < facts->selects.len; i++) {
        const SelectFact *select = &facts->selects.at[i];
        /* Without a term it is meant for whatever will be there. */
        if (select->use == SELECT_WORKLOAD ||
            facts->selectors.at[select->selector].term_count == 0 ||
            link_selects_any(context->link, select->selector))
            continue;
        report_policy(context, select, &scratch);
        arena_reset(context->scratch);
    }
    nearest_scratch_free(&scratch);
}

const Rule rule_policy_selects_no_pod = {
    .info =
        {
            .id = "policy-selects-no-pod",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_WARNING,
            .summary = "A PodDisruptionBudget or NetworkPolicy selects no Pod",
            .why = "Both act on the Pods of their own namespace that their selector matches.  If "
                   "there are none, the budget protects nothing and the policy lets everything "
                   "pass, and nobody says so.  A warning, because the Pods may be made elsewhere.",
            .fix = "Correct the selector so that it matches the labels of the Pods. If they are "
                   "made elsewhere, switch the rule off for these files.",
        },
    .on_link = on_link,
};
