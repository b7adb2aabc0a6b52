/* Claims: what only one object may have.  Each is a key within a space; equal keys
 * clash, and the rules say how badly. */
#include "checks/collect.h"

static void add_claim(const Collector *collector, uint32_t node, ClaimSpace space, Str key,
                      Str shown)
{
    Facts *facts = collector->context->facts;
    Claim claim = {
        .object = collector->context->doc->object,
        .key = intern(facts->strings, key),
        .shown = intern(facts->strings, shown),
        .place = node_span(collector->context->doc, node),
        .space = (uint8_t)space,
    };
    collect_where(collector, node, &claim.path, &claim.pointer);
    vec_push(&facts->claims, claim);
}

/* ---- rows ---- */
static const struct {
    const char *word;
    ClaimSpace space;
} SPACES[] = {
    {"cluster-ip", CLAIM_CLUSTER_IP},
    {"load-balancer-ip", CLAIM_LOAD_BALANCER_IP},
    {"scale-target", CLAIM_SCALE_TARGET},
};

/* Where the row has a kind, the key is the object of that kind in the namespace. */
static void claim_values(const Collector *collector, uint32_t node, const LinkRow *row,
                         uint32_t argument, ClaimSpace space)
{
    const Document *doc = collector->context->doc;
    const ObjectContext *context = collector->context;
    LinkCursor cursor = link_open(doc, node, row, argument);
    while (link_next(&cursor)) {
        Str key = scalar_text(doc, cursor.node), shown = key;
        if (!key.len || (space == CLAIM_CLUSTER_IP && str_is(key, "None")))
            continue;
        if (link_has(row, SCHEMA_KEY_kind)) {
            Str kind = scalar_text(doc, link_node(doc, node, row, SCHEMA_KEY_kind));
            Str ns = facts_text(context->facts, context->object->ns);
            shown = arena_format(context->scratch, "%.*s \"%.*s\"", STR_ARG(kind), STR_ARG(key));
            key = arena_format(context->scratch, "%.*s/%.*s/%.*s", STR_ARG(ns), STR_ARG(kind),
                               STR_ARG(key));
        }
        add_claim(collector, cursor.node, space, key, shown);
    }
}

void collect_claims(Collector *collector, uint32_t node, const LinkRow *row)
{
    Str as = link_word(row, SCHEMA_KEY_as);
    for (size_t i = 0; i < BASE_COUNT(SPACES); i++)
        if (str_is(as, SPACES[i].word)) {
            claim_values(collector, node, row, SCHEMA_KEY_key, SPACES[i].space);
            claim_values(collector, node, row, SCHEMA_KEY_more, SPACES[i].space);
        }
}

/* ---- Ingress: host and path ---- */
/* The class, by field or annotation.  False for one that shares a path on purpose: a
 * canary beside the Ingress that it tries. */
static bool read_class(const Collector *collector, Str *class)
{
    const Document *doc = collector->context->doc;
    uint32_t spec = schema_get(doc, doc->root, SCHEMA_NAME_spec);
    uint32_t metadata = schema_get(doc, doc->root, SCHEMA_NAME_metadata);
    uint32_t notes = schema_get(doc, metadata, SCHEMA_NAME_annotations);
    *class = scalar_text(doc, schema_get(doc, spec, SCHEMA_NAME_ingressClassName));
    if (!is_map(doc, notes))
        return true;
    for (uint32_t key = map_first(doc, notes); key < node_end(doc, notes);
         key = map_next(doc, notes, key)) {
        if (str_contains(node_str(doc, key), STR("canary")))
            return false;
        if (!class->len && str_is(node_str(doc, key), "kubernetes.io/ingress.class"))
            *class = scalar_text(doc, key + 1);
    }
    return true;
}

void collect_ingress_rule(Collector *collector, uint32_t node, const LinkRow *row)
{
    const Document *doc = collector->context->doc;
    Arena *scratch = collector->context->scratch;
    Str class, host = scalar_text(doc, link_node(doc, node, row, SCHEMA_KEY_host));
    if (!read_class(collector, &class))
        return;
    LinkCursor paths = link_open(doc, node, row, SCHEMA_KEY_paths);
    while (link_next(&paths)) {
        uint32_t value = schema_get(doc, paths.node, SCHEMA_NAME_path);
        Str path = scalar_text(doc, value);
        Str type = scalar_text(doc, schema_get(doc, paths.node, SCHEMA_NAME_pathType));
        if (!path.len)
            path = STR("/");
        Str key = arena_format(scratch, "%.*s %.*s %.*s %.*s", STR_ARG(class), STR_ARG(host),
                               STR_ARG(type), STR_ARG(path));
        Str shown = arena_format(scratch, "%.*s%.*s", STR_ARG(host), STR_ARG(path));
        add_claim(collector, value == BASE_NONE ? paths.node : value, CLAIM_INGRESS_PATH, key,
                  shown);
    }
}

/* ---- ports of the node ---- */
/* Sure is only where a Pod runs: a DaemonSet without any choice of nodes runs on all,
 * a Pod with nodeName on that one.  "*" or the name; empty: nobody knows. */
static Str read_node(const Collector *collector, uint32_t spec)
{
    const Document *doc = collector->context->doc;
    Str kind = facts_text(collector->context->facts, collector->context->object->kind);
    Str name = scalar_text(doc, schema_get(doc, spec, SCHEMA_NAME_nodeName));
    if (name.len && str_is(kind, "Pod"))
        return name;
    bool chosen = schema_get(doc, spec, SCHEMA_NAME_nodeSelector) != BASE_NONE ||
                  schema_get(doc, spec, SCHEMA_NAME_affinity) != BASE_NONE || name.len;
    return str_is(kind, "DaemonSet") && !chosen ? STR("*") : STR("");
}

static void claim_port(const Collector *collector, uint32_t port, Str node, bool host_network)
{
    const Document *doc = collector->context->doc;
    Arena *scratch = collector->context->scratch;
    uint32_t value = schema_get(doc, port, SCHEMA_NAME_hostPort);
    if (value == BASE_NONE && host_network)
        value = schema_get(doc, port, SCHEMA_NAME_containerPort);
    Str address = scalar_text(doc, schema_get(doc, port, SCHEMA_NAME_hostIP));
    int32_t number = scalar_port(doc, value);
    if (!number || (address.len && !str_is(address, "0.0.0.0")))
        return;
    Protocol protocol = scalar_protocol(doc, schema_get(doc, port, SCHEMA_NAME_protocol));
    Str shown = arena_format(scratch, "%d/%s", (int)number, protocol_name(protocol));
    Str key = arena_format(scratch, "%.*s@%.*s", STR_ARG(shown), STR_ARG(node));
    add_claim(collector, value, CLAIM_HOST_PORT, key, shown);
}

void collect_host_ports(const Collector *collector, uint32_t spec)
{
    const Document *doc = collector->context->doc;
    Str node = read_node(collector, spec);
    uint32_t list = schema_get(doc, spec, SCHEMA_NAME_containers);
    if (!node.len || !is_seq(doc, list))
        return;
    bool host_network = scalar_is_true(doc, schema_get(doc, spec, SCHEMA_NAME_hostNetwork));
    for (uint32_t at = node_first(list); at < node_end(doc, list); at = node_after(doc, at)) {
        uint32_t ports = schema_get(doc, at, SCHEMA_NAME_ports);
        if (!is_seq(doc, ports))
            continue;
        for (uint32_t port = node_first(ports); port < node_end(doc, ports);
             port = node_after(doc, port))
            claim_port(collector, port, node, host_network);
    }
}
