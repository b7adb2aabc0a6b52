/* Custom resources that many clusters have: what they name, and what they make.
 *
 * Their kinds have no types unless their CRDs are in the input, so they have no rows
 * under schemas/links; here paths are followed by the text of keys.  A path is keys
 * joined by dots, [] behind one stands for every item of its list. */
#include "checks/collect.h"

typedef struct CustomRow {
    const char *group, *kind;
    const char *path;   /* to the mapping that names */
    const char *name;   /* key in it; NULL: the object's own name */
    const char *target_group, *target_kind;
    bool declares;      /* it makes the target */
} CustomRow;

#define GATEWAY "gateway.networking.k8s.io"

static const CustomRow CUSTOM_ROWS[] = {
    {"cert-manager.io", "Certificate", "spec", "secretName", "", "Secret", true},
    {"external-secrets.io", "ExternalSecret", "spec.target", "name", "", "Secret", true},
    {"external-secrets.io", "ExternalSecret", "", NULL, "", "Secret", true},
    {"bitnami.com", "SealedSecret", "", NULL, "", "Secret", true},
    {GATEWAY, "HTTPRoute", "spec.rules[].backendRefs[]", "name", "", "Service", false},
    {GATEWAY, "GRPCRoute", "spec.rules[].backendRefs[]", "name", "", "Service", false},
    {GATEWAY, "TCPRoute", "spec.rules[].backendRefs[]", "name", "", "Service", false},
    {GATEWAY, "TLSRoute", "spec.rules[].backendRefs[]", "name", "", "Service", false},
    {GATEWAY, "UDPRoute", "spec.rules[].backendRefs[]", "name", "", "Service", false},
    {GATEWAY, "HTTPRoute", "spec.parentRefs[]", "name", GATEWAY, "Gateway", false},
    {GATEWAY, "GRPCRoute", "spec.parentRefs[]", "name", GATEWAY, "Gateway", false},
    {GATEWAY, "TCPRoute", "spec.parentRefs[]", "name", GATEWAY, "Gateway", false},
    {GATEWAY, "TLSRoute", "spec.parentRefs[]", "name", GATEWAY, "Gateway", false},
    {GATEWAY, "UDPRoute", "spec.parentRefs[]", "name", GATEWAY, "Gateway", false},
    {GATEWAY, "Gateway", "spec.listeners[].tls.certificateRefs[]", "name", "", "Secret", false},
};

static uint32_t value_of(const Document *doc, uint32_t map, const char *key)
{
    return is_map(doc, map) ? node_get_text(doc, map, str_of(key)) : BASE_NONE;
}

/* A reference may name another kind than the usual one. */
static bool names_target(const Document *doc, uint32_t node, const CustomRow *row)
{
    Str kind = scalar_text(doc, value_of(doc, node, "kind"));
    uint32_t group = value_of(doc, node, "group");
    return (!kind.len || str_is(kind, row->target_kind)) &&
           (group == BASE_NONE || str_is(scalar_text(doc, group), row->target_group));
}

static void use_node(const Collector *collector, uint32_t node, const CustomRow *row)
{
    const Document *doc = collector->context->doc;
    const Object *object = collector->context->object;
    Interner *strings = collector->context->facts->strings;
    uint32_t value = row->name ? value_of(doc, node, row->name) : BASE_NONE;
    Str name = row->name ? scalar_text(doc, value) : interned(strings, object->name);
    if (!name.len || (!row->declares && !names_target(doc, node, row)))
        return;
    Reference reference = {
        .object = doc->object,
        .group = intern(strings, str_of(row->target_group)),
        .kind = intern(strings, str_of(row->target_kind)),
        .ns = object->ns ? object->ns : intern(strings, STR("default")),
        .name = intern(strings, name),
        /* Without its CRD it is not known that a Gateway has a namespace. */
        .flags = *row->target_group ? REFERENCE_ANY_SCOPE : 0,
    };
    if (row->declares) {
        uint32_t parts[4] = {reference.group, reference.kind, reference.ns, reference.name};
        seq_intern(&collector->context->facts->declared, parts, 4);
        return;
    }
    Str ns = scalar_text(doc, value_of(doc, node, "namespace"));
    if (ns.len) {
        reference.ns = intern(strings, ns);
        reference.flags |= REFERENCE_NS_GIVEN;
    }
    collect_reference_at(collector, reference, value, value_of(doc, node, "port"));
}

static void follow(const Collector *collector, uint32_t node, const CustomRow *row,
                   const char *path)
{
    const Document *doc = collector->context->doc;
    if (!*path) {
        use_node(collector, node, row);
        return;
    }
    size_t len = strcspn(path, ".[");
    uint32_t value = is_map(doc, node) ? node_get_text(doc, node, str_slice(path, len)) : BASE_NONE;
    const char *rest = path + len;
    bool list = *rest == '[';
    rest += list ? 2 : 0;
    rest += *rest == '.';
    if (value == BASE_NONE)
        return;
    if (!list) {
        follow(collector, value, row, rest);
    } else if (is_seq(doc, value)) {
        for (uint32_t at = node_first(value); at < node_end(doc, value);
             at = node_after(doc, at))
            follow(collector, at, row, rest);
    }
}

void collect_custom(Collector *collector)
{
    const ObjectContext *context = collector->context;
    Str group = facts_text(context->facts, context->object->group);
    Str kind = facts_text(context->facts, context->object->kind);
    for (size_t i = 0; i < BASE_COUNT(CUSTOM_ROWS); i++)
        if (str_is(kind, CUSTOM_ROWS[i].kind) && str_is(group, CUSTOM_ROWS[i].group))
            follow(collector, context->doc->root, &CUSTOM_ROWS[i], CUSTOM_ROWS[i].path);
}
