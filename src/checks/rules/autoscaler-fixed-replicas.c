/* A workload that an autoscaler scales says its replicas itself. */
#include "checks/link.h"

extern const Rule rule_autoscaler_fixed_replicas;

static void report_workload(const LinkContext *context, const Reference *reference,
                            const PodFact *pod)
{
    const Facts *facts = link_facts(context->link);
    Str scaler = facts_object_text(facts, reference->object, context->scratch);
    Finding *finding =
        diag_report(context->diag, &rule_autoscaler_fixed_replicas.info,
                    facts_place(facts, pod->object, pod->replicas_place),
                    "%.*s says its replicas, which %.*s is to choose",
                    STR_ARG(facts_object_text(facts, pod->object, context->scratch)),
                    STR_ARG(scaler));
    if (!finding)
        return;
    link_set_field(context, finding, pod->object, STR("spec.replicas"));
    diag_note(context->diag, finding,
              facts_place(facts, reference->object, reference->place), "%.*s scales it",
              STR_ARG(scaler));
    diag_help(context->diag, finding, "leave replicas out");
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    for (uint32_t i = 0;
         (i = link_next_reference(context->link, i, REFERENCES_SCALING)) < facts->references.len; i++) {
        const Reference *it = &facts->references.at[i];
        uint32_t target = link_resolve(context->link, it);
        uint32_t pod = target == BASE_NONE ? target : link_pod_of(context->link, target);
        /* 0 replicas switch the autoscaler off: that is meant. */
        if (pod != BASE_NONE && facts->pods.at[pod].replicas > 0)
            report_workload(context, it, &facts->pods.at[pod]);
        arena_reset(context->scratch);
    }
}

const Rule rule_autoscaler_fixed_replicas = {
    .info =
        {
            .id = "autoscaler-fixed-replicas",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_WARNING,
            .summary = "A workload that an autoscaler scales says its replicas itself",
            .why = "Each time the manifest is applied, the number in it replaces what the "
                   "autoscaler had chosen: Pods are removed under load, or started for nothing, "
                   "until it has corrected that.",
            .fix = "Leave replicas out of the workload; the autoscaler's minReplicas says how few "
                   "there may be.",
        },
    .on_link = on_link,
};
