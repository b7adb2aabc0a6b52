/* A NetworkPolicy names a port that the Pods it stands for do not have. */
#include "checks/link.h"

extern const Rule rule_policy_port;

/* The Pods whose ports are meant: the policy's own for ingress, the peers' for egress. */
typedef struct PortSearch {
    const LinkContext *context;
    const PolicyPort *port;
    bool found, sure;
    uint32_t pod;      /* the first, in facts->pods */
    Str near;          /* a port that is named much the same */
    uint32_t near_pod;
    Span near_place;
    bool other_protocol;
} PortSearch;

static void look_at(PortSearch *search, uint32_t index)
{
    const Facts *facts = link_facts(search->context->link);
    const PodFact *pod = &facts->pods.at[index];
    Str wanted = facts_text(facts, search->port->name);
    if (search->pod == BASE_NONE)
        search->pod = index;
    for (uint32_t i = 0; i < pod->port_count; i++) {
        const ContainerPort *at = &facts->container_ports.at[pod->ports + i];
        bool same = search->port->name ? at->name == search->port->name
                                       : at->number == search->port->number;
        unsigned distance;
        if (same && at->protocol == search->port->protocol)
            search->found = true;
        Str name = facts_text(facts, at->name);
        bool near = same || (search->port->name && name.len && str_is_typo(wanted, name, &distance));
        if (near && (!search->near.len || same)) {
            search->near = name.len ? name : STR("?");
            search->near_pod = index;
            search->near_place = at->place;
            search->other_protocol = same;
        }
    }
}

static void look_at_selected(PortSearch *search, uint32_t selector)
{
    PodSample sample;
    if (!link_sample(search->context->link, selector, &sample))
        search->sure = false;
    for (uint32_t i = 0; i < sample.count; i++)
        look_at(search, sample.at[i]);
}

static void search_port(PortSearch *search)
{
    const Facts *facts = link_facts(search->context->link);
    const PolicyPort *port = search->port;
    search->sure = true;
    if (!port->egress) {
        if (port->selector == BASE_NONE || facts->selectors.at[port->selector].term_count == 0)
            search->sure = false;
        else
            look_at_selected(search, port->selector);
        return;
    }
    search->sure = port->peer_count > 0;
    for (uint32_t i = 0; search->sure && i < port->peer_count; i++) {
        const PeerFact *peer = &facts->peers.at[port->peers + i];
        if (peer->other_namespaces || peer->pods == BASE_NONE ||
            facts->selectors.at[peer->pods].term_count == 0)
            search->sure = false;
        else
            look_at_selected(search, peer->pods);
    }
}

static void report_port(PortSearch *search)
{
    const LinkContext *context = search->context;
    const Facts *facts = link_facts(context->link);
    const PolicyPort *port = search->port;
    Str what = port->name ? arena_format(context->scratch, "named \"%.*s\" (%s)",
                                         STR_ARG(facts_text(facts, port->name)),
                                         protocol_name((Protocol)port->protocol))
                          : arena_format(context->scratch, "%d/%s", (int)port->number,
                                         protocol_name((Protocol)port->protocol));
    Finding *finding = diag_report(
        context->diag, &rule_policy_port.info, facts_place(facts, port->object, port->place),
        "%.*s opens a port %.*s, which no Pod that %s has",
        STR_ARG(facts_object_text(facts, port->object, context->scratch)), STR_ARG(what),
        port->egress ? "the peers select" : "it selects");
    if (!finding)
        return;
    finding->object = port->object;
    finding->path = facts_text(facts, port->path);
    finding->pointer = facts_pointer(facts, port->path, port->pointer, &context->diag->arena);
    if (!port->name)
        diag_lower(context->diag, finding, SEVERITY_INFO);
    const PodFact *pod = &facts->pods.at[search->near.len ? search->near_pod : search->pod];
    Str object = facts_object_text(facts, pod->object, context->scratch);
    if (!search->near.len) {
        diag_note(context->diag, finding, facts_place(facts, pod->object, pod->place),
                  "it selects %.*s", STR_ARG(object));
        return;
    }
    diag_note(context->diag, finding, facts_place(facts, pod->object, search->near_place),
              search->other_protocol ? "%.*s has it with another protocol%.*s"
                                     : "%.*s has one named \"%.*s\"",
              STR_ARG(object), STR_ARG(search->other_protocol ? STR("") : search->near));
    if (!search->other_protocol)
        diag_help(context->diag, finding, "write %.*s", STR_ARG(search->near));
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    for (uint32_t i = 0; i < facts->policy_ports.len; i++) {
        PortSearch search = {
            .context = context, .port = &facts->policy_ports.at[i], .pod = BASE_NONE};
        search_port(&search);
        if (search.sure && !search.found && search.pod != BASE_NONE)
            report_port(&search);
        arena_reset(context->scratch);
    }
}

const Rule rule_policy_port = {
    .info =
        {
            .id = "policy-port",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_WARNING,
            .summary = "A NetworkPolicy opens a port that the Pods do not have",
            .why = "A port of a rule is a port of the Pods, not of their Service: for ingress of the "
                   "Pods that the policy selects, for egress of those that the peers select.  A name "
                   "is looked up among their containers' ports, together with the protocol (TCP where "
                   "none is given); where no container has it, nothing passes.  A number that no "
                   "container declares is an info, since a program may listen on it all the same.",
            .fix = "Write the name or number of the container's port (a Service's targetPort), and its "
                   "protocol.",
        },
    .on_link = on_link,
};
