/* Ports of the node that Pods take, where it is known on which nodes they run: a
 * DaemonSet on all, or on those that its nodeSelector says; whatever has a nodeName on
 * that one. */
#include "checks/collect.h"

/* ---- on which nodes ---- */
static int compare_texts(const void *left, const void *right, void *context)
{
    (void)context;
    return str_compare(*(const Str *)left, *(const Str *)right);
}

/* A nodeSelector as one text that is the same in whatever order it is written. */
static Str selector_text(const Collector *collector, uint32_t map)
{
    const Document *doc = collector->context->doc;
    Arena *scratch = collector->context->scratch;
    Str *pairs = arena_alloc(scratch, sizeof *pairs * (node_at(doc, map)->len + 1));
    uint32_t count = 0;
    for (uint32_t key = map_first(doc, map); key < node_end(doc, map);
         key = map_next(doc, map, key))
        pairs[count++] = arena_format(scratch, "%.*s=%.*s", STR_ARG(node_str(doc, key)),
                                      STR_ARG(scalar_text(doc, key + 1)));
    sort_with(pairs, count, sizeof *pairs, compare_texts, NULL);
    Str text = STR("");
    for (uint32_t i = 0; i < count; i++)
        text = arena_format(scratch, "%.*s%.*s,", STR_ARG(text), STR_ARG(pairs[i]));
    return text;
}

/* False where nobody knows: a scheduler chooses, or affinity keeps Pods apart.  Jobs run
 * at different times. */
static bool read_nodes(const Collector *collector, uint32_t spec, HostPort *port)
{
    const Document *doc = collector->context->doc;
    Facts *facts = collector->context->facts;
    Str kind = facts_text(facts, collector->context->object->kind);
    Str name = scalar_text(doc, schema_get(doc, spec, SCHEMA_NAME_nodeName));
    bool everywhere = str_is(kind, "DaemonSet");
    if (!name.len && !everywhere)
        return false;
    if (str_is(kind, "Job") || str_is(kind, "CronJob"))
        return false;
    if (name.len) {
        port->choice = NODES_NAMED;
        port->nodes = intern(facts->strings, name);
        return true;
    }
    if (schema_get(doc, spec, SCHEMA_NAME_affinity) != BASE_NONE)
        return false;
    uint32_t selector = schema_get(doc, spec, SCHEMA_NAME_nodeSelector);
    Str text = is_map(doc, selector) ? selector_text(collector, selector) : STR("");
    port->choice = text.len ? NODES_SELECTED : NODES_ALL;
    port->nodes = intern(facts->strings, text);
    return true;
}

/* ---- ports ---- */
/* With hostNetwork each container port is a port of the node. */
static void add_port(const Collector *collector, uint32_t node, HostPort port, bool host_network)
{
    const Document *doc = collector->context->doc;
    Facts *facts = collector->context->facts;
    uint32_t value = schema_get(doc, node, SCHEMA_NAME_hostPort);
    if (value == BASE_NONE && host_network)
        value = schema_get(doc, node, SCHEMA_NAME_containerPort);
    port.number = scalar_port(doc, value);
    if (!port.number)
        return;
    Str address = scalar_text(doc, schema_get(doc, node, SCHEMA_NAME_hostIP));
    port.address = address.len && !str_is(address, "0.0.0.0") ? intern(facts->strings, address) : 0;
    port.protocol = (uint8_t)scalar_protocol(doc, schema_get(doc, node, SCHEMA_NAME_protocol));
    port.place = node_span(doc, value);
    collect_where(collector, value, &port.path, &port.pointer);
    vec_push(&facts->host_ports, port);
}

static void add_container(const Collector *collector, uint32_t container, HostPort port,
                          bool host_network)
{
    const Document *doc = collector->context->doc;
    uint32_t ports = schema_get(doc, container, SCHEMA_NAME_ports);
    if (!is_seq(doc, ports))
        return;
    for (uint32_t at = node_first(ports); at < node_end(doc, ports); at = node_after(doc, at))
        if (is_map(doc, at))
            add_port(collector, at, port, host_network);
}

/* Init containers count where they go on running. */
static void add_containers(const Collector *collector, uint32_t list, bool init, HostPort port,
                           bool host_network)
{
    const Document *doc = collector->context->doc;
    if (!is_seq(doc, list))
        return;
    for (uint32_t at = node_first(list); at < node_end(doc, list); at = node_after(doc, at)) {
        Str restart = scalar_text(doc, schema_get(doc, at, SCHEMA_NAME_restartPolicy));
        if (!init || str_is(restart, "Always"))
            add_container(collector, at, port, host_network);
    }
}

void collect_host_ports(const Collector *collector, uint32_t spec)
{
    const Document *doc = collector->context->doc;
    HostPort port = {.object = doc->object};
    if (!is_map(doc, spec) || !read_nodes(collector, spec, &port))
        return;
    bool host_network = scalar_is_true(doc, schema_get(doc, spec, SCHEMA_NAME_hostNetwork));
    add_containers(collector, schema_get(doc, spec, SCHEMA_NAME_containers), false, port,
                   host_network);
    add_containers(collector, schema_get(doc, spec, SCHEMA_NAME_initContainers), true, port,
                   host_network);
}
