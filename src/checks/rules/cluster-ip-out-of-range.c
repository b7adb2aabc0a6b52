/* A clusterIP that the cluster's range for Services does not hold. */
#include "checks/link.h"

extern const Rule rule_cluster_ip_out_of_range;

static Str ranges_text(const LinkContext *context)
{
    const ReferenceCluster *cluster = link_cluster(context->link);
    if (cluster->range_count < 2)
        return cluster->service_ranges[0];
    return arena_format(context->scratch, "%.*s or %.*s", STR_ARG(cluster->service_ranges[0]),
                        STR_ARG(cluster->service_ranges[1]));
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    FaultList faults = link_faults(context->link);
    for (uint32_t i = 0; i < faults.count; i++) {
        const Fault *fault = &faults.at[i];
        if (fault->kind != FAULT_ADDRESS_RANGE)
            continue;
        const Claim *claim = &facts->claims.at[fault->index];
        Str name = facts_object_text(facts, claim->object, context->scratch);
        Finding *finding = link_report_address(
            context, &rule_cluster_ip_out_of_range.info, fault,
            "%.*s asks for %.*s, which no Service can have: the cluster's addresses are %.*s",
            STR_ARG(name), STR_ARG(facts_text(facts, claim->shown)),
            STR_ARG(ranges_text(context)));
        if (!link_cluster(context->link)->ranges_given)
            diag_help(context->diag, finding,
                      "if the cluster has other addresses, say so: serviceClusterIPRange in "
                      ".plimsoll.yaml");
        arena_reset(context->scratch);
    }
}

const Rule rule_cluster_ip_out_of_range = {
    .info =
        {
            .id = "cluster-ip-out-of-range",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_ERROR,
            .summary = "A clusterIP lies outside the cluster's range",
            .why = "Services get their addresses from a range that the cluster was started with "
                   "(kube-apiserver's --service-cluster-ip-range).  The server refuses any other "
                   "address, and the first and last of the range too (\"the provided network does "
                   "not match the current range\").  The reference cluster has 10.96.0.0/12, as "
                   "kubeadm does; many have another, so that it is a warning unless the "
                   "configuration says which (serviceClusterIPRange).",
            .fix = "Leave clusterIP out, so that the cluster chooses, or take an address "
                   "of its range. If the cluster has another range, say so: "
                   "`serviceClusterIPRange` in the configuration.",
        },
    .on_link = on_link,
};
