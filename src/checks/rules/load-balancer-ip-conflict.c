/* Two Services ask for one address of a load balancer. */
#include "checks/link.h"

extern const Rule rule_load_balancer_ip_conflict;

static void on_link(const LinkContext *context)
{
    for (Clashes clashes = {.space = CLAIM_LOAD_BALANCER_IP}; link_next_clash(context->link, &clashes);) {
        link_report_clash(context, &rule_load_balancer_ip_conflict.info, &clashes, "asks for the address");
        arena_reset(context->scratch);
    }
}

const Rule rule_load_balancer_ip_conflict = {
    .info =
        {
            .id = "load-balancer-ip-conflict",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_WARNING,
            .summary = "Two Services ask for one load balancer address",
            .why = "Most load balancers give an address to one Service and leave the other "
                   "pending.  Some share it between Services of different ports, so this is a "
                   "warning; the API server looks at neither.",
            .fix = "Leave loadBalancerIP out, or choose another address.",
        },
    .on_link = on_link,
};
