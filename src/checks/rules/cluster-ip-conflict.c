/* Two Services ask for one clusterIP. */
#include "checks/link.h"

extern const Rule rule_cluster_ip_conflict;

static void on_link(const LinkContext *context)
{
    for (Clashes clashes = {.space = CLAIM_CLUSTER_IP}; link_next_clash(context->link, &clashes);) {
        link_report_clash(context, &rule_cluster_ip_conflict.info, &clashes, "asks for the address");
        arena_reset(context->scratch);
    }
}

const Rule rule_cluster_ip_conflict = {
    .info =
        {
            .id = "cluster-ip-conflict",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_ERROR,
            .summary = "Two Services ask for one cluster address",
            .why = "A cluster address belongs to one Service.  The API server refuses the one "
                   "that comes second (\"provided IP is already allocated\"), but only when both"
                   " are applied: each by itself is fine.  Where they lie in different folders, "
                   "or one has alternative definitions, perhaps only one of them is applied: "
                   "then it is a warning.",
            .fix = "Leave clusterIP out, so that the server chooses one, or choose another "
                   "address.",
        },
    .on_link = on_link,
};
