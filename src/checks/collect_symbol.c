/* Symbols: what an object offers to those that name it.  Keys of ConfigMaps and
 * Secrets, objects that are made of it, and (looked at at once, since both ends lie
 * in one container) the ports that probes and handlers name. */
#include "checks/collect.h"
#include "checks/link.h"

static void declare(Facts *facts, uint32_t group, uint32_t kind, uint32_t ns, Str name)
{
    uint32_t parts[4] = {group, kind, ns, intern(facts->strings, name)};
    facts_declare(facts, parts);
}

/* form:claim is a template of a StatefulSet: its claims are named TEMPLATE-SET-NUMBER,
 * and stand in for a volume of the template's name, whatever claim that names. */
void collect_declaration(Collector *collector, uint32_t node, const LinkRow *row)
{
    const Document *doc = collector->context->doc;
    const Object *object = collector->context->object;
    Facts *facts = collector->context->facts;
    uint32_t group, kind;
    collect_target_kind(facts, row, &group, &kind);
    bool cluster = link_choice(row, SCHEMA_KEY_scope) == SCHEMA_WORD_cluster;
    bool claim = link_choice(row, SCHEMA_KEY_form) == SCHEMA_WORD_claim;
    LinkCursor names = link_open(doc, node, row, SCHEMA_KEY_name);
    while (link_next(&names)) {
        Str name = scalar_text(doc, names.node);
        if (!name.len)
            continue;
        declare(facts, group, kind, cluster ? 0 : object->ns, name);
        if (!claim)
            continue;
        const Str parts[] = {name, STR("-"), facts_text(facts, object->name), STR("-*")};
        declare(facts, group, kind, cluster ? 0 : object->ns,
                arena_concat(collector->context->scratch, parts, BASE_COUNT(parts)));
    }
}

/* ---- keys of ConfigMaps and Secrets ---- */
static void add_symbol(const Collector *collector, Str name, Span place)
{
    Facts *facts = collector->context->facts;
    Symbol symbol = {collector->context->doc->object, intern(facts->strings, name), place};
    vec_push(&facts->symbols, symbol);
}

static uint32_t add_keys(const Collector *collector, uint32_t node, const LinkRow *row,
                         uint32_t argument)
{
    const Document *doc = collector->context->doc;
    uint32_t count = 0;
    LinkCursor keys = link_open(doc, node, row, argument);
    for (; link_next(&keys); count++)
        add_symbol(collector, node_str(doc, keys.node), node_span(doc, keys.node));
    return count;
}

/* One without any keys is there for something to fill it: a controller, a person. */
void collect_keys(Collector *collector, uint32_t node, const LinkRow *row)
{
    const Document *doc = collector->context->doc;
    const Object *object = collector->context->object;
    Facts *facts = collector->context->facts;
    uint32_t count = add_keys(collector, node, row, SCHEMA_KEY_data);
    count += add_keys(collector, node, row, SCHEMA_KEY_more);
    Str type = scalar_text(doc, link_node(doc, node, row, SCHEMA_KEY_type));
    if (count == 0 || str_is(type, "kubernetes.io/service-account-token"))
        seq_intern(&facts->filled, &doc->object, 1);
    Str name = facts_text(facts, object->name), base = name_without_hash(name);
    if (base.len)
        declare(facts, object->group, object->kind, object->ns, base);
}

/* ---- ports that a container names ---- */
static bool has_port(const Document *doc, uint32_t ports, Str name)
{
    if (!is_seq(doc, ports))
        return false;
    for (uint32_t at = node_first(ports); at < node_end(doc, ports); at = node_after(doc, at))
        if (str_eq(scalar_text(doc, schema_get(doc, at, SCHEMA_NAME_name)), name))
            return true;
    return false;
}

static bool is_number(Str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    return true; /* the kubelet takes "8080" for the number */
}

/* The nearest name, else the place where the port would have to be. */
static void find_near(const Collector *collector, uint32_t container, uint32_t ports,
                      LostPort *lost)
{
    const Document *doc = collector->context->doc;
    Facts *facts = collector->context->facts;
    Str wanted = facts_text(facts, lost->name);
    lost->near_place = node_span(doc, ports != BASE_NONE ? ports : container);
    unsigned least = UINT32_MAX, distance;
    if (!is_seq(doc, ports))
        return;
    for (uint32_t at = node_first(ports); at < node_end(doc, ports); at = node_after(doc, at)) {
        uint32_t node = schema_get(doc, at, SCHEMA_NAME_name);
        Str name = scalar_text(doc, node);
        if (node == BASE_NONE || !str_is_typo(wanted, name, &distance) || distance >= least)
            continue;
        least = distance;
        lost->near = intern(facts->strings, name);
        lost->near_place = node_span(doc, node);
    }
}

/* The kubelet looks a port's name up among the ports of the same container only. */
void collect_own_port(const Collector *collector, uint32_t container, uint32_t value)
{
    const Document *doc = collector->context->doc;
    Facts *facts = collector->context->facts;
    uint32_t ports = schema_get(doc, container, SCHEMA_NAME_ports);
    Str name = scalar_text(doc, value);
    if (is_number(name) || has_port(doc, ports, name))
        return;
    LostPort lost = {.object = doc->object, .name = intern(facts->strings, name),
                     .place = node_span(doc, value)};
    find_near(collector, container, ports, &lost);
    collect_where(collector, value, &lost.path, &lost.pointer);
    vec_push(&facts->lost_ports, lost);
}
