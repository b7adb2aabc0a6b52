/* Pods that run on one node take the same port of it. */
#include "checks/link.h"

extern const Rule rule_host_port_conflict;

enum { PORTS_COMPARED = 32 }; /* earlier claims of one number that each is held against */

static int compare_ports(const void *left, const void *right, void *context)
{
    const LinkContext *link = context;
    const Facts *facts = link_facts(link->link);
    const HostPort *a = &facts->host_ports.at[*(const uint32_t *)left];
    const HostPort *b = &facts->host_ports.at[*(const uint32_t *)right];
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    if (a->protocol != b->protocol)
        return a->protocol < b->protocol ? -1 : 1;
    int order = link_compare_objects(link->link, a->object, b->object);
    return order ? order : compare_uint(a->place.offset, b->place.offset);
}

/* Whether both run on one node.  Sure is not what taints may keep apart. */
static bool share_node(const HostPort *a, const HostPort *b, bool *sure)
{
    *sure = a->choice == b->choice;
    if (a->choice == b->choice)
        return a->nodes == b->nodes;
    return a->choice == NODES_ALL || b->choice == NODES_ALL;
}

static bool clash(const LinkContext *context, const HostPort *a, const HostPort *b, bool *sure)
{
    const Facts *facts = link_facts(context->link);
    const Object *x = facts_object(facts, a->object), *y = facts_object(facts, b->object);
    /* Two containers of one Pod are the server's affair, two definitions alternatives. */
    if (a->object == b->object ||
        (x->name && x->name == y->name && x->ns == y->ns && x->kind == y->kind))
        return false;
    if ((a->address && b->address && a->address != b->address) || !share_node(a, b, sure))
        return false;
    *sure &= link_surely_meet(context->link, a->object, b->object);
    return true;
}

static void report_port(const LinkContext *context, const HostPort *port, const HostPort *taken,
                        bool sure)
{
    const Facts *facts = link_facts(context->link);
    Str other = facts_object_text(facts, taken->object, context->scratch);
    uint32_t ns = facts_object(facts, taken->object)->ns;
    if (ns && ns != facts_object(facts, port->object)->ns)
        other = arena_format(context->scratch, "%.*s of namespace \"%.*s\"", STR_ARG(other),
                             STR_ARG(facts_text(facts, ns)));
    Finding *finding =
        diag_report(context->diag, &rule_host_port_conflict.info,
                    facts_place(facts, port->object, port->place),
                    "%.*s takes the node's port %d/%s, which %.*s has",
                    STR_ARG(facts_object_text(facts, port->object, context->scratch)),
                    (int)port->number, protocol_name((Protocol)port->protocol), STR_ARG(other));
    if (!finding)
        return;
    finding->object = port->object;
    finding->path = facts_text(facts, port->path);
    finding->pointer = facts_pointer(facts, port->path, port->pointer, &context->diag->arena);
    if (!sure)
        diag_lower(context->diag, finding, SEVERITY_WARNING);
    diag_note(context->diag, finding, facts_place(facts, taken->object, taken->place),
              "%.*s has it here", STR_ARG(other));
}

/* Holds one claim against those before it of the same number and protocol. */
static void check_port(const LinkContext *context, const uint32_t *order, uint32_t first,
                       uint32_t at)
{
    const Facts *facts = link_facts(context->link);
    const HostPort *port = &facts->host_ports.at[order[at]];
    const HostPort *unsure = NULL;
    for (uint32_t i = first; i < at && i < first + PORTS_COMPARED; i++) {
        const HostPort *taken = &facts->host_ports.at[order[i]];
        bool sure;
        if (!clash(context, port, taken, &sure))
            continue;
        if (sure) {
            report_port(context, port, taken, true);
            return;
        }
        if (!unsure)
            unsure = taken;
    }
    if (unsure)
        report_port(context, port, unsure, false);
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    uint32_t count = facts->host_ports.len, first = 0;
    uint32_t *order = mem_resize(NULL, sizeof *order * (count + 1));
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    LinkContext copy = *context; /* sort_with's context is not const */
    sort_with(order, count, sizeof *order, compare_ports, &copy);
    for (uint32_t i = 0; i < count; i++) {
        const HostPort *a = &facts->host_ports.at[order[first]];
        const HostPort *b = &facts->host_ports.at[order[i]];
        if (a->number != b->number || a->protocol != b->protocol)
            first = i;
        check_port(context, order, first, i);
        arena_reset(context->scratch);
    }
    mem_free(order);
}

const Rule rule_host_port_conflict = {
    .info =
        {
            .id = "host-port-conflict",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_ERROR,
            .summary = "Two Pods that share a node take one port of it",
            .why = "Of two Pods that take the same port, protocol and address of a node only one can "
                   "run there; the other stays Pending (\"didn't have free ports\"), or fails to "
                   "bind.  Looked at are Pods whose nodes are known: those of DaemonSets, on all "
                   "nodes or on those of their nodeSelector, and whatever has a nodeName.  With "
                   "hostNetwork each container port is a port of the node.  It is a warning where "
                   "only one of the two runs on all nodes, since taints may keep them apart.",
            .fix = "Choose another hostPort, or keep the Pods on different nodes.",
        },
    .on_link = on_link,
};
