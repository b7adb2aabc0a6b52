/* The selector of a workload matches the Pods of another. */
#include "checks/link.h"

extern const Rule rule_overlapping_selectors;

/* A Job says with a generated label which Pods are its own. */
static bool has_own_label(const Link *link, uint32_t object)
{
    Str kind = facts_text(link_facts(link), link_kind_of(link, object));
    return str_is(kind, "Job") || str_is(kind, "CronJob");
}

static void report_selector(const LinkContext *context, const SelectFact *select,
                            const PodFact *pod)
{
    const Facts *facts = link_facts(context->link);
    Str other = facts_object_text(facts, pod->object, context->scratch);
    Finding *finding = diag_report(
        context->diag, &rule_overlapping_selectors.info,
        facts_place(facts, select->object, facts->selectors.at[select->selector].place),
        pod->flags & POD_TEMPLATE ? "%.*s also selects the Pods of %.*s"
                                  : "%.*s also selects %.*s, and would take it over",
        STR_ARG(facts_object_text(facts, select->object, context->scratch)), STR_ARG(other));
    if (!finding)
        return;
    link_set_field(context, finding, select->object, STR("spec.selector"));
    diag_note(context->diag, finding, facts_place(facts, pod->object, pod->place),
              "labels of %.*s", STR_ARG(other));
}

/* Per object: whether it names an owner.  What has one is not taken over; a dump of a
 * cluster holds the Pods of its ReplicaSets, and those of its Deployments. */
static uint8_t *find_owned(const Link *link)
{
    const Facts *facts = link_facts(link);
    uint32_t count = facts_object_count(facts);
    uint8_t *owned = mem_resize(NULL, count + 1);
    memset(owned, 0, count + 1);
    for (uint32_t i = 0; (i = link_next_reference(link, i, REFERENCES_OWNER)) < facts->references.len;
         i++)
        owned[facts->references.at[i].object] = 1;
    return owned;
}

static void check_workload(const LinkContext *context, const SelectFact *select,
                           const uint8_t *owned)
{
    const Facts *facts = link_facts(context->link);
    PodSample sample;
    link_sample(context->link, select->selector, &sample);
    for (uint32_t i = 0; i < sample.count; i++) {
        const PodFact *pod = &facts->pods.at[sample.at[i]];
        if (link_same_identity(context->link, pod->object, select->object) ||
            !link_belong_together(context->link, pod->object, select->object) ||
            !facts_object(facts, pod->object)->name || owned[pod->object] ||
            has_own_label(context->link, pod->object))
            continue;
        report_selector(context, select, pod);
        return;
    }
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    uint8_t *owned = find_owned(context->link);
    for (uint32_t i = 0; i < facts->selects.len; i++) {
        const SelectFact *select = &facts->selects.at[i];
        if (select->use == SELECT_WORKLOAD && !owned[select->object] &&
            !has_own_label(context->link, select->object) &&
            facts->selectors.at[select->selector].term_count > 0)
            check_workload(context, select, owned);
        arena_reset(context->scratch);
    }
    mem_free(owned);
}

const Rule rule_overlapping_selectors = {
    .info =
        {
            .id = "overlapping-selectors",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_WARNING,
            .summary = "The selector of a workload matches the Pods of another",
            .why = "A workload counts the Pods that its selector matches.  A Pod that nobody owns "
                   "it takes over, and removes when there are too many; autoscalers and budgets "
                   "count the other's Pods as its own.  The API server accepts it, and it may be "
                   "meant, so this is a warning; looked at are objects of one folder, "
                   "of one kustomization or chart, and of a Namespace that the input declares.",
            .fix = "Give each workload a label that no other has, in its selector and in its "
                   "template.",
        },
    .on_link = on_link,
};
