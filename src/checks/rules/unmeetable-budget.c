/* A PodDisruptionBudget that never lets a Pod go. */
#include "checks/link.h"

extern const Rule rule_unmeetable_budget;

/* How many Pods it stands for, -1 where nobody knows: a workload that says nothing has
 * one, a Pod is one. */
static int32_t pod_count(const PodFact *pod)
{
    if (pod->replicas >= 0)
        return pod->replicas;
    return !(pod->flags & POD_TEMPLATE) || (pod->flags & POD_COUNTED) ? 1 : -1;
}

/* The replicas of all that it selects; -1 where some number is not known, or is an
 * autoscaler's to change. */
static int64_t count_replicas(const LinkContext *context, const SelectFact *select,
                              const uint8_t *scaled, PodSample *sample)
{
    const Facts *facts = link_facts(context->link);
    int64_t sum = 0;
    if (!link_sample(context->link, select->selector, sample))
        return -1;
    for (uint32_t i = 0; i < sample->count; i++) {
        const PodFact *pod = &facts->pods.at[sample->at[i]];
        if (pod_count(pod) < 0 || scaled[pod->object] ||
            link_has_alternative(context->link, pod->object))
            return -1;
        sum += pod_count(pod);
    }
    return sample->count ? sum : -1;
}

static void report_budget(const LinkContext *context, const SelectFact *select, int64_t replicas,
                          uint32_t pod_index)
{
    const Facts *facts = link_facts(context->link);
    const PodFact *pod = &facts->pods.at[pod_index];
    bool never = !select->minimum_percent && select->minimum > replicas;
    Finding *finding = diag_report(
        context->diag, &rule_unmeetable_budget.info,
        facts_place(facts, select->object, select->minimum_place),
        "%.*s wants %d%s available, and there %s %d Pod%s: %s",
        STR_ARG(facts_object_text(facts, select->object, context->scratch)),
        (int)select->minimum, select->minimum_percent ? "%" : "", replicas == 1 ? "is" : "are",
        (int)replicas, replicas == 1 ? "" : "s",
        never ? "that is never so" : "none of them may be evicted");
    if (!finding)
        return;
    link_set_field(context, finding, select->object, STR("spec.minAvailable"));
    bool given = pod->replicas_place.length > 0;
    diag_note(context->diag, finding,
              facts_place(facts, pod->object, given ? pod->replicas_place : pod->place),
              given ? "replicas of %.*s" : "%.*s is one Pod, since it does not say how many",
              STR_ARG(facts_object_text(facts, pod->object, context->scratch)));
}

/* maxUnavailable of nothing. */
static void report_nothing(const LinkContext *context, const SelectFact *select)
{
    const Facts *facts = link_facts(context->link);
    Finding *finding =
        diag_report(context->diag, &rule_unmeetable_budget.info,
                    facts_place(facts, select->object, select->maximum_place),
                    "%.*s lets no Pod be away: none of them may be evicted",
                    STR_ARG(facts_object_text(facts, select->object, context->scratch)));
    if (finding)
        link_set_field(context, finding, select->object, STR("spec.maxUnavailable"));
}

/* Per object: whether some autoscaler of the input names it. */
static uint8_t *find_scaled(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    uint32_t count = facts_object_count(facts);
    uint8_t *scaled = mem_resize(NULL, count + 1);
    memset(scaled, 0, count + 1);
    for (uint32_t i = 0;
         (i = link_next_reference(context->link, i, REFERENCES_SCALING)) < facts->references.len; i++) {
        uint32_t target = link_resolve(context->link, &facts->references.at[i]);
        if (target != BASE_NONE)
            scaled[target] = 1;
    }
    return scaled;
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    uint8_t *scaled = find_scaled(context);
    for (uint32_t i = 0; i < facts->selects.len; i++) {
        const SelectFact *select = &facts->selects.at[i];
        PodSample sample;
        if (select->use != SELECT_BUDGET)
            continue;
        if (select->maximum == 0 && link_selects_any(context->link, select->selector))
            report_nothing(context, select);
        if (select->minimum < 0)
            continue;
        int64_t replicas = count_replicas(context, select, scaled, &sample);
        /* A share is rounded up, as the controller does. */
        int64_t wanted = select->minimum_percent ? (select->minimum * replicas + 99) / 100
                                                 : select->minimum;
        bool all = wanted >= replicas;
        if (replicas > 0 && all)
            report_budget(context, select, replicas, sample.at[0]);
        arena_reset(context->scratch);
    }
    mem_free(scaled);
}

const Rule rule_unmeetable_budget = {
    .info =
        {
            .id = "unmeetable-budget",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_WARNING,
            .summary = "A PodDisruptionBudget never lets a Pod go",
            .why = "A budget that asks for as many Pods as there are, or more, or lets none be away "
                   "(maxUnavailable: 0), never allows an eviction: draining a node waits forever, and "
                   "so do upgrades of the cluster.  Compared are the replicas of the workloads that "
                   "it selects, one where none are given, unless an autoscaler of the input changes "
                   "them; shares in percent are rounded up.",
            .fix = "Allow at least one Pod to be away: a lower minAvailable, or maxUnavailable: "
                   "1.",
        },
    .on_link = on_link,
};
