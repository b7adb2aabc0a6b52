/* Network policies: the peers that their rules name, the ports, and rules that nothing
 * reads.
 *
 * A policy is of type Ingress unless policyTypes says otherwise, and of type Egress where
 * that says so or, if it is absent, where there are egress rules.
 * https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/ */
#include "checks/collect.h"

typedef struct PolicyReading {
    const Collector *collector;
    uint32_t selector; /* the policy's own podSelector */
    bool egress;
} PolicyReading;

/* ---- peers ---- */
static void add_peer(const PolicyReading *reading, uint32_t node)
{
    const Collector *collector = reading->collector;
    const Document *doc = collector->context->doc;
    Facts *facts = collector->context->facts;
    uint32_t pods = schema_get(doc, node, SCHEMA_NAME_podSelector);
    uint32_t namespaces = schema_get(doc, node, SCHEMA_NAME_namespaceSelector);
    PeerFact peer = {
        .object = doc->object,
        .pods = is_map(doc, pods) ? collect_label_selector(collector, pods, false) : BASE_NONE,
        .namespaces = is_map(doc, namespaces)
                          ? collect_label_query(collector, namespaces, false, LABELS_NAMESPACE)
                          : BASE_NONE,
        .egress = reading->egress,
        .other_namespaces = is_map(doc, namespaces),
        .place = node_span(doc, is_map(doc, pods) ? pods : node),
    };
    collect_where(collector, is_map(doc, pods) ? pods : node, &peer.path, &peer.pointer);
    if (peer.pods != BASE_NONE && peer.namespaces != BASE_NONE)
        facts->selectors.at[peer.pods].anywhere = true;
    /* What cannot be read may select anything. */
    bool read = (!is_map(doc, pods) || peer.pods != BASE_NONE) &&
                (!is_map(doc, namespaces) || peer.namespaces != BASE_NONE);
    if (read && (is_map(doc, pods) || is_map(doc, namespaces)))
        vec_push(&facts->peers, peer);
}

static void add_peers(const PolicyReading *reading, uint32_t list)
{
    const Document *doc = reading->collector->context->doc;
    if (!is_seq(doc, list))
        return;
    for (uint32_t at = node_first(list); at < node_end(doc, list); at = node_after(doc, at))
        add_peer(reading, at);
}

/* ---- ports ---- */
static void add_port(const PolicyReading *reading, uint32_t node, uint32_t first_peer,
                     bool all_peers_read)
{
    const Collector *collector = reading->collector;
    const Document *doc = collector->context->doc;
    Facts *facts = collector->context->facts;
    uint32_t value = schema_get(doc, node, SCHEMA_NAME_port);
    Str text = scalar_text(doc, value);
    /* A range of ports is rarely one of declared ports. */
    if (!text.len || schema_get(doc, node, SCHEMA_NAME_endPort) != BASE_NONE)
        return;
    PolicyPort port = {
        .object = doc->object,
        .selector = reading->selector,
        .number = scalar_port(doc, value),
        .protocol = (uint8_t)scalar_protocol(doc, schema_get(doc, node, SCHEMA_NAME_protocol)),
        .egress = reading->egress,
        .peers = first_peer,
        .peer_count = all_peers_read ? facts->peers.len - first_peer : 0,
        .place = node_span(doc, value),
    };
    if (!port.number && node_kind(doc, value) == NODE_STRING)
        port.name = intern(facts->strings, text);
    collect_where(collector, value, &port.path, &port.pointer);
    if (port.number || port.name)
        vec_push(&facts->policy_ports, port);
}

static uint32_t count_items(const Document *doc, uint32_t list)
{
    uint32_t count = 0;
    if (is_seq(doc, list))
        for (uint32_t at = node_first(list); at < node_end(doc, list); at = node_after(doc, at))
            count++;
    return count;
}

static void add_rule(const PolicyReading *reading, uint32_t rule)
{
    const Document *doc = reading->collector->context->doc;
    Facts *facts = reading->collector->context->facts;
    uint32_t first = facts->peers.len;
    uint32_t peers = schema_get(doc, rule, reading->egress ? SCHEMA_NAME_to : SCHEMA_NAME_from);
    add_peers(reading, peers);
    bool all = facts->peers.len - first == count_items(doc, peers);
    uint32_t ports = schema_get(doc, rule, SCHEMA_NAME_ports);
    if (!is_seq(doc, ports))
        return;
    for (uint32_t at = node_first(ports); at < node_end(doc, ports); at = node_after(doc, at))
        add_port(reading, at, first, all);
}

/* ---- the policy ---- */
static void note_idle(const PolicyReading *reading, uint32_t rules, uint32_t types)
{
    const Collector *collector = reading->collector;
    const Document *doc = collector->context->doc;
    IdleRules idle = {.object = doc->object,
                      .egress = reading->egress,
                      .place = node_span(doc, rules),
                      .types_place = node_span(doc, types)};
    collect_where(collector, rules, &idle.path, &idle.pointer);
    vec_push(&collector->context->facts->idle_rules, idle);
}

/* Whether policyTypes is there and does not hold the type. */
static bool is_left_out(const Document *doc, uint32_t types, const char *type)
{
    if (!is_seq(doc, types) || count_items(doc, types) == 0)
        return false;
    for (uint32_t at = node_first(types); at < node_end(doc, types); at = node_after(doc, at))
        if (str_is(scalar_text(doc, at), type))
            return false;
    return true;
}

void collect_network_policy(Collector *collector, uint32_t node, const LinkRow *row)
{
    static const struct {
        NameId field;
        const char *type;
        bool egress;
    } DIRECTIONS[] = {{SCHEMA_NAME_ingress, "Ingress", false}, {SCHEMA_NAME_egress, "Egress", true}};
    const Document *doc = collector->context->doc;
    uint32_t spec = link_node(doc, node, row, SCHEMA_KEY_spec);
    uint32_t types = schema_get(doc, spec, SCHEMA_NAME_policyTypes);
    uint32_t pods = schema_get(doc, spec, SCHEMA_NAME_podSelector);
    PolicyReading reading = {
        .collector = collector,
        .selector = is_map(doc, pods) ? collect_label_selector(collector, pods, false) : BASE_NONE,
    };
    for (size_t i = 0; i < BASE_COUNT(DIRECTIONS); i++) {
        uint32_t rules = schema_get(doc, spec, DIRECTIONS[i].field);
        reading.egress = DIRECTIONS[i].egress;
        if (!is_seq(doc, rules) || count_items(doc, rules) == 0)
            continue;
        if (is_left_out(doc, types, DIRECTIONS[i].type)) {
            note_idle(&reading, rules, types);
            continue;
        }
        for (uint32_t at = node_first(rules); at < node_end(doc, rules);
             at = node_after(doc, at))
            if (is_map(doc, at))
                add_rule(&reading, at);
    }
}
