/* Services: whom they select, and their ports. */
#include "checks/collect.h"

static uint32_t collect_selector(const Document *doc, Facts *facts, uint32_t selector)
{
    if (!is_map(doc, selector))
        return BASE_NONE;
    uint32_t first_term = facts->terms.len;
    for (uint32_t key = map_first(doc, selector); key < node_end(doc, selector);
         key = map_next(doc, selector, key))
        if (is_scalar(doc, key + 1)) /* else it is told already, and asks for nothing we know */
            facts_add_term(facts, node_str(doc, key), scalar_text(doc, key + 1),
                           entry_span(doc, key));
    if (facts->terms.len == first_term)
        return BASE_NONE; /* an empty selector is none: no controller fills the endpoints */
    return facts_add_selector(facts, doc->object, node_span(doc, selector), first_term);
}

static void collect_target(const Document *doc, Facts *facts, uint32_t node, ServicePort *port)
{
    port->target = port->port;
    if (!is_scalar(doc, node))
        return;
    port->target_place = node_span(doc, node);
    Str name = scalar_text(doc, node);
    if (node_kind(doc, node) == NODE_STRING && name.len)
        port->target_name = intern(facts->strings, name);
    else if (scalar_port(doc, node))
        port->target = scalar_port(doc, node);
}

static void collect_port(const Document *doc, Facts *facts, uint32_t node)
{
    uint32_t node_port = schema_get(doc, node, SCHEMA_NAME_nodePort);
    ServicePort port = {
        .name = intern(facts->strings, scalar_text(doc, schema_get(doc, node, SCHEMA_NAME_name))),
        .app_protocol = intern(
            facts->strings, scalar_text(doc, schema_get(doc, node, SCHEMA_NAME_appProtocol))),
        .port = scalar_port(doc, schema_get(doc, node, SCHEMA_NAME_port)),
        .node_port = scalar_port(doc, node_port),
        .place = node_span(doc, node),
        .node_port_place = node_port == BASE_NONE ? (Span){0, 0} : node_span(doc, node_port),
        .protocol =
            (uint8_t)scalar_protocol(doc, schema_get(doc, node, SCHEMA_NAME_protocol)),
    };
    collect_target(doc, facts, schema_get(doc, node, SCHEMA_NAME_targetPort), &port);
    vec_push(&facts->service_ports, port);
}

static ServiceType read_type(const Document *doc, uint32_t node)
{
    static const struct {
        const char *name;
        ServiceType type;
    } TYPES[] = {
        {"NodePort", SERVICE_NODE_PORT},
        {"LoadBalancer", SERVICE_LOAD_BALANCER},
        {"ExternalName", SERVICE_EXTERNAL_NAME},
    };
    Str text = scalar_text(doc, node);
    for (size_t i = 0; i < BASE_COUNT(TYPES); i++)
        if (str_is(text, TYPES[i].name))
            return TYPES[i].type;
    return SERVICE_CLUSTER_IP;
}

static IpFamily read_family(Str text)
{
    return str_is(text, "IPv4") ? FAMILY_V4 : str_is(text, "IPv6") ? FAMILY_V6 : FAMILY_UNKNOWN;
}

static void collect_families(const Document *doc, uint32_t spec, ServiceFact *service)
{
    uint32_t policy = schema_get(doc, spec, SCHEMA_NAME_ipFamilyPolicy);
    Str text = scalar_text(doc, policy);
    if (policy != BASE_NONE)
        service->policy_place = node_span(doc, policy);
    service->family_policy = str_is(text, "RequireDualStack")  ? FAMILIES_BOTH
                             : str_is(text, "PreferDualStack") ? FAMILIES_BOTH_IF_THERE
                                                               : FAMILIES_ONE;
    uint32_t list = schema_get(doc, spec, SCHEMA_NAME_ipFamilies);
    if (!is_seq(doc, list))
        return;
    for (uint32_t at = node_first(list);
         at < node_end(doc, list) && service->family_count < SERVICE_FAMILIES;
         at = node_after(doc, at)) {
        service->family_places[service->family_count] = node_span(doc, at);
        service->families[service->family_count++] = (uint8_t)read_family(scalar_text(doc, at));
    }
}

void collect_service(Collector *collector, uint32_t node, const LinkRow *row)
{
    const Document *doc = collector->context->doc;
    Facts *facts = collector->context->facts;
    uint32_t spec = schema_get(doc, node, SCHEMA_NAME_spec);
    uint32_t health = link_node(doc, node, row, SCHEMA_KEY_health_check_port);
    Str cluster_ip = scalar_text(doc, link_node(doc, node, row, SCHEMA_KEY_cluster_ip));
    Str traffic = scalar_text(doc, schema_get(doc, spec, SCHEMA_NAME_externalTrafficPolicy));
    uint32_t not_ready = schema_get(doc, spec, SCHEMA_NAME_publishNotReadyAddresses);
    ServiceFact service = {
        .object = doc->object,
        .selector = collect_selector(doc, facts, link_node(doc, node, row, SCHEMA_KEY_selector)),
        .ports = facts->service_ports.len,
        .type = (uint8_t)read_type(doc, link_node(doc, node, row, SCHEMA_KEY_type)),
        .health_check_port = scalar_port(doc, health),
        .health_check_place = health == BASE_NONE ? (Span){0, 0} : node_span(doc, health),
    };
    if (str_is(cluster_ip, "None"))
        service.flags |= SERVICE_HEADLESS;
    if (str_is(traffic, "Local"))
        service.flags |= SERVICE_LOCAL_TRAFFIC;
    if (scalar_is_true(doc, not_ready))
        service.flags |= SERVICE_PUBLISH_NOT_READY;
    uint32_t allocates = schema_get(doc, spec, SCHEMA_NAME_allocateLoadBalancerNodePorts);
    if (service.type == SERVICE_LOAD_BALANCER && allocates != BASE_NONE &&
        node_kind(doc, allocates) == NODE_BOOL && !scalar_is_true(doc, allocates))
        service.flags |= SERVICE_NO_NODE_PORTS;
    if (cluster_ip.len && !(service.flags & SERVICE_HEADLESS))
        service.address_family =
            memchr(cluster_ip.ptr, ':', cluster_ip.len) ? FAMILY_V6 : FAMILY_V4;
    collect_families(doc, spec, &service);
    /* Every item takes a row, so that a port's index is its index in the list. */
    uint32_t ports = schema_get(doc, spec, SCHEMA_NAME_ports);
    if (is_seq(doc, ports))
        for (uint32_t at = node_first(ports); at < node_end(doc, ports); at = node_after(doc, at))
            collect_port(doc, facts, at);
    uint32_t count = facts->service_ports.len - service.ports;
    service.port_count = (uint16_t)(count < UINT16_MAX ? count : UINT16_MAX);
    vec_push(&facts->services, service);
}
