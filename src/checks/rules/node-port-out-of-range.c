/* A node port that the cluster's range does not hold. */
#include "checks/link.h"

extern const Rule rule_node_port_out_of_range;

static void report(const LinkContext *context, const Fault *fault)
{
    const Facts *facts = link_facts(context->link);
    const ServiceFact *service = &facts->services.at[fault->service];
    const ReferenceCluster *cluster = link_cluster(context->link);
    bool check = fault->index == FAULT_HEALTH_CHECK;
    int32_t number = check ? service->health_check_port
                           : facts->service_ports.at[service->ports + fault->index].node_port;
    Str name = facts_object_text(facts, service->object, context->scratch);
    Finding *finding =
        diag_report(context->diag, &rule_node_port_out_of_range.info,
                    link_node_port_place(context->link, fault->service, fault->index),
                    "%.*s asks for %s %d, and the cluster's node ports are %d-%d", STR_ARG(name),
                    check ? "healthCheckNodePort" : "nodePort", (int)number,
                    (int)cluster->first_node_port, (int)cluster->last_node_port);
    link_set_node_port(context, finding, fault);
}

static void on_link(const LinkContext *context)
{
    FaultList faults = link_faults(context->link);
    for (uint32_t i = 0; i < faults.count; i++)
        if (faults.at[i].kind == FAULT_PORT_RANGE) {
            report(context, &faults.at[i]);
            arena_reset(context->scratch);
        }
}

const Rule rule_node_port_out_of_range = {
    .info =
        {
            .id = "node-port-out-of-range",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_ERROR,
            .summary = "A node port lies outside the cluster's range",
            .why = "Node ports come from a range that the cluster was started with "
                   "(kube-apiserver's --service-node-port-range), 30000-32767 where nobody said "
                   "otherwise.  The server refuses any other (\"provided port is not in the valid "
                   "range\"), and healthCheckNodePort too.  For a cluster with another range the "
                   "configuration has serviceNodePortRange.",
            .fix = "Leave nodePort out, so that the cluster chooses, or take a number of "
                   "the range. If the cluster has another range, say so: "
                   "`serviceNodePortRange` in the configuration.",
        },
    .on_link = on_link,
};
