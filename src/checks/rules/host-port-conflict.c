/* Pods that run on one node take the same port of it. */
#include "checks/link.h"

extern const Rule rule_host_port_conflict;

static void on_link(const LinkContext *context)
{
    for (Clashes clashes = {.space = CLAIM_HOST_PORT}; link_next_clash(context->link, &clashes);) {
        link_report_clash(context, &rule_host_port_conflict.info, &clashes, "takes the node's port");
        arena_reset(context->scratch);
    }
}

const Rule rule_host_port_conflict = {
    .info =
        {
            .id = "host-port-conflict",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_ERROR,
            .summary = "Two Pods that share a node take one port of it",
            .why = "Of two Pods that take the same port of a node only one can run there; the "
                   "other stays Pending (\"didn't have free ports\"), or fails to bind.  Looked "
                   "at are Pods whose node is sure: those of DaemonSets without a choice of "
                   "nodes, which run on all, and Pods with nodeName.  With hostNetwork each "
                   "container port is a port of the node.",
            .fix = "Choose another hostPort, or keep the Pods on different nodes.",
        },
    .on_link = on_link,
};
