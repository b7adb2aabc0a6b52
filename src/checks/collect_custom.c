/* Custom resources that many clusters have: what they name, and what they make.
 *
 * Their kinds have no types unless their CRDs are in the input, so they have no rows
 * under schemas/links; here paths are followed by the text of keys.  A path is keys
 * joined by dots, [] behind one stands for every item of its list.  What is peculiar
 * to the Gateway API and to Istio stands in collect_gateway.c and collect_istio.c. */
#include "checks/collect.h"

#define GATEWAY "gateway.networking.k8s.io"
#define ISTIO "networking.istio.io"
#define SECRETS "external-secrets.io"

/* ---- rows ---- */
enum {
    ROW_MAKES = 1 << 0,   /* it makes the target */
    ROW_KIND = 1 << 1,    /* the node may name another kind than the usual one */
    ROW_CLUSTER = 1 << 2, /* the target has no namespace */
    ROW_GRANTED = 1 << 3, /* into another namespace only with a ReferenceGrant there */
    ROW_PARENT = 1 << 4,  /* asks for a listener: sectionName, port */
    ROW_CERTIFICATE = 1 << 5, /* annotations may say that a controller makes the target */
};

typedef struct CustomRow {
    const char *group, *kind;
    const char *path;   /* to the mapping that names */
    const char *name;   /* key in it; NULL: the object's own name */
    const char *target_group, *target_kind;
    unsigned flags;
} CustomRow;

#define ROUTE(kind) \
    {GATEWAY, kind, "spec.rules[].backendRefs[]", "name", "", "Service", ROW_GRANTED}, \
    {GATEWAY, kind, "spec.rules[].filters[].requestMirror.backendRef", "name", "", "Service", \
     ROW_GRANTED}, \
    {GATEWAY, kind, "spec.parentRefs[]", "name", GATEWAY, "Gateway", ROW_KIND | ROW_PARENT}

static const CustomRow CUSTOM_ROWS[] = {
    {"cert-manager.io", "Certificate", "spec", "secretName", "", "Secret", ROW_MAKES},
    {"cert-manager.io", "Certificate", "spec.issuerRef", "name", "cert-manager.io", "Issuer",
     ROW_KIND},
    {SECRETS, "ExternalSecret", "spec.target", "name", "", "Secret", ROW_MAKES},
    {SECRETS, "ExternalSecret", "", NULL, "", "Secret", ROW_MAKES},
    {SECRETS, "ExternalSecret", "spec.secretStoreRef", "name", SECRETS, "SecretStore", ROW_KIND},
    {"bitnami.com", "SealedSecret", "", NULL, "", "Secret", ROW_MAKES},
    {"autoscaling.k8s.io", "VerticalPodAutoscaler", "spec.targetRef", "name", "", "", ROW_KIND},
    {"keda.sh", "ScaledObject", "spec.scaleTargetRef", "name", "apps", "Deployment", ROW_KIND},
    ROUTE("HTTPRoute"),
    ROUTE("GRPCRoute"),
    ROUTE("TCPRoute"),
    ROUTE("TLSRoute"),
    ROUTE("UDPRoute"),
    {GATEWAY, "Gateway", "spec", "gatewayClassName", GATEWAY, "GatewayClass", ROW_CLUSTER},
    {GATEWAY, "Gateway", "spec.listeners[].tls.certificateRefs[]", "name", "", "Secret",
     ROW_GRANTED | ROW_CERTIFICATE},
    {GATEWAY, "BackendTLSPolicy", "spec.targetRefs[]", "name", "", "Service", 0},
    {GATEWAY, "BackendTLSPolicy", "spec.validation.caCertificateRefs[]", "name", "", "ConfigMap",
     0},
};

uint32_t custom_value(const Document *doc, uint32_t map, const char *key)
{
    return is_map(doc, map) ? node_get_text(doc, map, str_of(key)) : BASE_NONE;
}

/* ---- what a row names ---- */
/* Fills in group and kind: the usual ones, or those that stand in the node where the
 * row allows it.  False where something else is named than the row speaks of. */
static bool read_target(const Collector *collector, uint32_t node, const CustomRow *row,
                        Reference *reference)
{
    const Document *doc = collector->context->doc;
    Interner *strings = collector->context->facts->strings;
    Str kind = scalar_text(doc, custom_value(doc, node, "kind"));
    uint32_t group_at = custom_value(doc, node, "group");
    uint32_t version_at = custom_value(doc, node, "apiVersion");
    Str group = group_at != BASE_NONE     ? scalar_text(doc, group_at)
                : version_at != BASE_NONE ? schema_group(scalar_text(doc, version_at))
                                          : str_of(row->target_group);
    if (!kind.len)
        kind = str_of(row->target_kind);
    bool usual = str_is(kind, row->target_kind) && str_is(group, row->target_group);
    if (!kind.len || (!usual && !(row->flags & ROW_KIND)))
        return false;
    reference->group = intern(strings, group);
    reference->kind = intern(strings, kind);
    /* Without its CRD it is not known whether a kind has a namespace. */
    if (*row->target_group || (row->flags & ROW_KIND))
        reference->flags |= REFERENCE_ANY_SCOPE;
    if ((row->flags & ROW_PARENT) && usual)
        reference->flags |= REFERENCE_LISTENER;
    return true;
}

uint32_t custom_namespace(const Collector *collector)
{
    const ObjectContext *context = collector->context;
    Str usual = context->options->default_namespace;
    return context->object->ns ? context->object->ns
                               : intern(context->facts->strings,
                                        usual.len ? usual : STR("default"));
}

static void refer(const Collector *collector, uint32_t node, const CustomRow *row, uint32_t value,
                  Reference reference)
{
    const Document *doc = collector->context->doc;
    Str ns = scalar_text(doc, custom_value(doc, node, "namespace"));
    if (row->flags & ROW_CLUSTER) {
        reference.ns = 0;
    } else if (ns.len) {
        reference.ns = intern(collector->context->facts->strings, ns);
        reference.flags |= REFERENCE_NS_GIVEN;
    }
    if ((row->flags & ROW_GRANTED) && reference.ns != custom_namespace(collector))
        reference.flags |= REFERENCE_GRANTED;
    uint32_t wants[2] = {custom_value(doc, node, "port"), BASE_NONE};
    if (reference.flags & REFERENCE_LISTENER)
        wants[1] = custom_value(doc, node, "sectionName");
    collect_reference_at(collector, reference, value, wants, 2);
}

static void use_node(const Collector *collector, uint32_t node, const CustomRow *row)
{
    const Document *doc = collector->context->doc;
    Facts *facts = collector->context->facts;
    uint32_t value = row->name ? custom_value(doc, node, row->name) : BASE_NONE;
    Str name = row->name ? scalar_text(doc, value)
                         : interned(facts->strings, collector->context->object->name);
    if (!name.len)
        return;
    Reference reference = {
        .object = doc->object,
        .ns = custom_namespace(collector),
        .name = intern(facts->strings, name),
    };
    if (row->flags & ROW_MAKES) {
        uint32_t parts[4] = {intern(facts->strings, str_of(row->target_group)),
                             intern(facts->strings, str_of(row->target_kind)), reference.ns,
                             reference.name};
        facts_declare(facts, parts);
    } else if (read_target(collector, node, row, &reference)) {
        refer(collector, node, row, value, reference);
    }
}

/* ---- following paths ---- */
static void follow(const Collector *collector, uint32_t node, const char *path,
                   CustomUse use, const void *context)
{
    const Document *doc = collector->context->doc;
    if (!*path) {
        use(collector, node, context);
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
        follow(collector, value, rest, use, context);
    } else if (is_seq(doc, value)) {
        for (uint32_t at = node_first(value); at < node_end(doc, value);
             at = node_after(doc, at))
            follow(collector, at, rest, use, context);
    }
}

void custom_follow(const Collector *collector, const char *path, CustomUse use,
                   const void *context)
{
    follow(collector, collector->context->doc->root, path, use, context);
}

static void use_row(const Collector *collector, uint32_t node, const void *context)
{
    use_node(collector, node, context);
}

void collect_custom(Collector *collector)
{
    const ObjectContext *context = collector->context;
    Str group = facts_text(context->facts, context->object->group);
    Str kind = facts_text(context->facts, context->object->kind);
    for (size_t i = 0; i < BASE_COUNT(CUSTOM_ROWS); i++) {
        const CustomRow *row = &CUSTOM_ROWS[i];
        if (!str_is(kind, row->kind) || !str_is(group, row->group))
            continue;
        if ((row->flags & ROW_CERTIFICATE) && has_certificate_maker(collector))
            continue;
        custom_follow(collector, row->path, use_row, row);
    }
    collect_custom_labels(collector);
    if (str_is(group, GATEWAY))
        collect_gateway(collector, kind);
    /* Without their CRDs, that a cluster has Istio is only a guess; what hosts there are is not. */
    if (str_is(group, ISTIO) &&
        (context->object->kind_id != BASE_NONE || str_is(kind, "ServiceEntry")))
        collect_istio(collector, kind);
}
