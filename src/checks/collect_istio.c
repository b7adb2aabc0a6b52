/* Istio's VirtualServices and DestinationRules: the Services that their hosts name, the
 * subsets, and the Gateways; and the hosts that ServiceEntries add to those of Services.
 *
 * A host without a dot is a Service of the object's own namespace, one that ends in
 * .svc or .svc.cluster.local says its namespace; any other may be a name of the world,
 * and is not followed.  What a VirtualService is for (spec.hosts) are names of Services
 * only within the mesh: at a gateway it is what clients write.
 * https://istio.io/latest/docs/reference/config/networking/virtual-service/ */
#include "checks/collect.h"

#define ISTIO "networking.istio.io"
#define SUBSET "Subset"

/* The Service that a host stands for: its name, and its namespace where it says one. */
static bool read_host(Str host, Str *name, Str *ns)
{
    static const Str ENDS[] = {STR_INIT(".svc.cluster.local"), STR_INIT(".svc")};
    *ns = STR("");
    size_t dot = str_find(host, '.');
    *name = str_slice(host.ptr, dot);
    if (dot == host.len)
        return host.len > 0 && host.ptr[0] != '*';
    for (size_t i = 0; i < BASE_COUNT(ENDS); i++)
        if (str_ends(host, ENDS[i]) && host.len > dot + 1 + ENDS[i].len) {
            *ns = str_slice(host.ptr + dot + 1, host.len - dot - 1 - ENDS[i].len);
            return dot > 0 && name->ptr[0] != '*' && str_find(*ns, '.') == ns->len;
        }
    return false;
}

static Reference reference_of(const Collector *collector, const char *group, const char *kind,
                              Str ns, Str name)
{
    Interner *strings = collector->context->facts->strings;
    return (Reference){
        .object = collector->context->doc->object,
        .group = intern(strings, str_of(group)),
        .kind = intern(strings, str_of(kind)),
        .ns = ns.len ? intern(strings, ns) : custom_namespace(collector),
        .name = intern(strings, name),
        .flags = (uint16_t)(ns.len ? REFERENCE_NS_GIVEN : 0),
    };
}

/* The name under which a subset is declared and asked for. */
static Str subset_name(const Collector *collector, Str service, Str subset)
{
    return arena_format(collector->context->scratch, "%.*s:%.*s", STR_ARG(service),
                        STR_ARG(subset));
}

static void use_destination(const Collector *collector, uint32_t node, const void *unused)
{
    (void)unused;
    const Document *doc = collector->context->doc;
    uint32_t host = custom_value(doc, node, "host"), subset = custom_value(doc, node, "subset");
    Str name, ns;
    if (!read_host(scalar_text(doc, host), &name, &ns))
        return;
    uint32_t port = custom_value(doc, custom_value(doc, node, "port"), "number");
    collect_reference_at(collector, reference_of(collector, "", "Service", ns, name), host, &port,
                         1);
    Str part = scalar_text(doc, subset);
    if (part.len)
        collect_reference_at(collector,
                             reference_of(collector, ISTIO, SUBSET, ns,
                                          subset_name(collector, name, part)),
                             subset, NULL, 0);
}

static void use_host(const Collector *collector, uint32_t node, const void *unused)
{
    (void)unused;
    Str name, ns;
    if (read_host(scalar_text(collector->context->doc, node), &name, &ns))
        collect_reference_at(collector, reference_of(collector, "", "Service", ns, name), node,
                             NULL, 0);
}

/* Whether a VirtualService is for the mesh: by default, or by its name. */
static bool is_for_mesh(const Collector *collector)
{
    const Document *doc = collector->context->doc;
    uint32_t gateways = custom_value(doc, custom_value(doc, doc->root, "spec"), "gateways");
    if (!is_seq(doc, gateways) || node_first(gateways) >= node_end(doc, gateways))
        return true;
    for (uint32_t at = node_first(gateways); at < node_end(doc, gateways);
         at = node_after(doc, at))
        if (str_is(scalar_text(doc, at), "mesh"))
            return true;
    return false;
}

/* A ServiceEntry's host stands for a Service to whoever names it. */
static void declare_host(const Collector *collector, uint32_t node, const void *unused)
{
    (void)unused;
    Str name, ns;
    if (!read_host(scalar_text(collector->context->doc, node), &name, &ns))
        return;
    Reference it = reference_of(collector, "", "Service", ns, name);
    uint32_t parts[4] = {it.group, it.kind, it.ns, it.name};
    facts_declare(collector->context->facts, parts);
}

static void use_gateway(const Collector *collector, uint32_t node, const void *unused)
{
    (void)unused;
    Str text = scalar_text(collector->context->doc, node), ns = STR("");
    size_t slash = str_find(text, '/');
    if (slash < text.len) {
        ns = str_slice(text.ptr, slash);
        text = str_slice(text.ptr + slash + 1, text.len - slash - 1);
    }
    if (!text.len || str_is(text, "mesh"))
        return;
    Reference reference = reference_of(collector, ISTIO, "Gateway", ns, text);
    reference.flags |= REFERENCE_ANY_SCOPE;
    collect_reference_at(collector, reference, node, NULL, 0);
}

static void declare_subset(const Collector *collector, uint32_t node, const void *unused)
{
    (void)unused;
    const Document *doc = collector->context->doc;
    Facts *facts = collector->context->facts;
    uint32_t spec = custom_value(doc, doc->root, "spec");
    Str name, ns;
    Str subset = scalar_text(doc, custom_value(doc, node, "name"));
    if (!subset.len || !read_host(scalar_text(doc, custom_value(doc, spec, "host")), &name, &ns))
        return;
    Reference it =
        reference_of(collector, ISTIO, SUBSET, ns, subset_name(collector, name, subset));
    uint32_t parts[4] = {it.group, it.kind, it.ns, it.name};
    facts_declare(facts, parts);
}

void collect_istio(const Collector *collector, Str kind)
{
    static const char *const DESTINATIONS[] = {
        "spec.http[].route[].destination", "spec.http[].mirror", "spec.http[].mirrors[].destination",
        "spec.tcp[].route[].destination",  "spec.tls[].route[].destination",
    };
    if (str_is(kind, "DestinationRule")) {
        custom_follow(collector, "spec", use_destination, NULL);
        custom_follow(collector, "spec.subsets[]", declare_subset, NULL);
    }
    if (str_is(kind, "ServiceEntry"))
        custom_follow(collector, "spec.hosts[]", declare_host, NULL);
    if (!str_is(kind, "VirtualService"))
        return;
    if (is_for_mesh(collector))
        custom_follow(collector, "spec.hosts[]", use_host, NULL);
    for (size_t i = 0; i < BASE_COUNT(DESTINATIONS); i++)
        custom_follow(collector, DESTINATIONS[i], use_destination, NULL);
    custom_follow(collector, "spec.gateways[]", use_gateway, NULL);
}
