/* Two HorizontalPodAutoscalers scale one workload. */
#include "checks/link.h"

extern const Rule rule_duplicate_autoscaler;

static void on_link(const LinkContext *context)
{
    for (Clashes clashes = {.space = CLAIM_SCALE_TARGET}; link_next_clash(context->link, &clashes);) {
        /* In two files they may be alternatives, of which one is applied. */
        clashes.sure &= link_options(context->link)->joined ||
                        link_same_file(context->link, clashes.claim->object,
                                       clashes.taken->object);
        link_report_clash(context, &rule_duplicate_autoscaler.info, &clashes, "scales");
        arena_reset(context->scratch);
    }
}

const Rule rule_duplicate_autoscaler = {
    .info =
        {
            .id = "duplicate-autoscaler",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_ERROR,
            .summary = "Two autoscalers scale one workload",
            .why = "Each computes a number of replicas of its own, and sets it against the "
                   "other's.  The controller notices that their Pods are the same "
                   "(AmbiguousSelector) and scales by neither.  The API server accepts both.",
            .fix = "Keep one autoscaler for each workload; it takes several metrics.",
        },
    .on_link = on_link,
};
