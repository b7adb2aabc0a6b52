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

static void read_target(const Document *doc, Facts *facts, uint32_t node, ServicePort *port)
{
    if (!is_scalar(doc, node))
        return;
    port->target_place = node_span(doc, node);
    Str name = scalar_text(doc, node);
    if (node_kind(doc, node) == NODE_STRING && name.len)
        port->target_name = intern(facts->strings, name);
    else
        port->target = scalar_port(doc, node);
}

static void collect_port(const Document *doc, Facts *facts, uint32_t node)
{
    ServicePort port = {.place = node_span(doc, node)};
    for (uint32_t key = is_map(doc, node) ? map_first(doc, node) : node_end(doc, node);
         key < node_end(doc, node); key = map_next(doc, node, key)) {
        uint32_t value = key + 1;
        if (node_kind(doc, value) == NODE_NULL)
            continue;
        switch (node_at(doc, key)->bind) {
        case SCHEMA_NAME_name: port.name = intern(facts->strings, scalar_text(doc, value)); break;
        case SCHEMA_NAME_appProtocol:
            port.app_protocol = intern(facts->strings, scalar_text(doc, value));
            break;
        case SCHEMA_NAME_port: port.port = scalar_port(doc, value); break;
        case SCHEMA_NAME_nodePort:
            port.node_port = scalar_port(doc, value);
            port.node_port_place = node_span(doc, value);
            break;
        case SCHEMA_NAME_protocol: port.protocol = (uint8_t)scalar_protocol(doc, value); break;
        case SCHEMA_NAME_targetPort: read_target(doc, facts, value, &port); break;
        default: break;
        }
    }
    if (!port.target)
        port.target = port.port;
    vec_push(&facts->service_ports, port);
}

static ServiceType read_type(const Document *doc, uint32_t node)
{
    static const struct {
        Str name;
        ServiceType type;
    } TYPES[] = {
        {STR_INIT("NodePort"), SERVICE_NODE_PORT},
        {STR_INIT("LoadBalancer"), SERVICE_LOAD_BALANCER},
        {STR_INIT("ExternalName"), SERVICE_EXTERNAL_NAME},
    };
    Str text = scalar_text(doc, node);
    for (size_t i = 0; i < BASE_COUNT(TYPES); i++)
        if (str_eq(text, TYPES[i].name))
            return TYPES[i].type;
    return SERVICE_CLUSTER_IP;
}

static IpFamily read_family(Str text)
{
    return str_is(text, "IPv4") ? FAMILY_V4 : str_is(text, "IPv6") ? FAMILY_V6 : FAMILY_UNKNOWN;
}

static FamilyPolicy read_policy(Str text)
{
    return str_is(text, "RequireDualStack")  ? FAMILIES_BOTH
           : str_is(text, "PreferDualStack") ? FAMILIES_BOTH_IF_THERE
                                             : FAMILIES_ONE;
}

static void read_families(const Document *doc, uint32_t list, ServiceFact *service)
{
    if (!is_seq(doc, list))
        return;
    for (uint32_t at = node_first(list);
         at < node_end(doc, list) && service->family_count < SERVICE_FAMILIES;
         at = node_after(doc, at)) {
        service->family_places[service->family_count] = node_span(doc, at);
        service->families[service->family_count++] = (uint8_t)read_family(scalar_text(doc, at));
    }
}

static void read_cluster_ip(Str address, ServiceFact *service)
{
    if (str_is(address, "None"))
        service->flags |= SERVICE_HEADLESS;
    else if (address.len)
        service->address_family = memchr(address.ptr, ':', address.len) ? FAMILY_V6 : FAMILY_V4;
}

/* Every item takes a row, so that a port's index is its index in the list. */
static void collect_ports(const Document *doc, Facts *facts, uint32_t list, ServiceFact *service)
{
    if (!is_seq(doc, list))
        return;
    for (uint32_t at = node_first(list); at < node_end(doc, list); at = node_after(doc, at))
        collect_port(doc, facts, at);
    uint32_t count = facts->service_ports.len - service->ports;
    service->port_count = (uint16_t)(count < UINT16_MAX ? count : UINT16_MAX);
}

/* One field of the spec that is not null. */
static void read_field(const Document *doc, Facts *facts, NameId name, uint32_t value,
                       ServiceFact *service)
{
    switch (name) {
    case SCHEMA_NAME_selector: service->selector = collect_selector(doc, facts, value); break;
    case SCHEMA_NAME_ports: collect_ports(doc, facts, value, service); break;
    case SCHEMA_NAME_type: service->type = (uint8_t)read_type(doc, value); break;
    case SCHEMA_NAME_clusterIP: read_cluster_ip(scalar_text(doc, value), service); break;
    case SCHEMA_NAME_healthCheckNodePort:
        service->health_check_port = scalar_port(doc, value);
        service->health_check_place = node_span(doc, value);
        break;
    case SCHEMA_NAME_externalTrafficPolicy:
        if (str_is(scalar_text(doc, value), "Local"))
            service->flags |= SERVICE_LOCAL_TRAFFIC;
        break;
    case SCHEMA_NAME_publishNotReadyAddresses:
        if (scalar_is_true(doc, value))
            service->flags |= SERVICE_PUBLISH_NOT_READY;
        break;
    case SCHEMA_NAME_allocateLoadBalancerNodePorts:
        if (node_kind(doc, value) == NODE_BOOL && !scalar_is_true(doc, value))
            service->flags |= SERVICE_NO_NODE_PORTS;
        break;
    case SCHEMA_NAME_ipFamilyPolicy:
        service->policy_place = node_span(doc, value);
        service->family_policy = (uint8_t)read_policy(scalar_text(doc, value));
        break;
    case SCHEMA_NAME_ipFamilies: read_families(doc, value, service); break;
    default: break;
    }
}

void collect_service(Collector *collector, uint32_t node, const LinkRow *row)
{
    const Document *doc = collector->context->doc;
    Facts *facts = collector->context->facts;
    uint32_t spec = link_node(doc, node, row, SCHEMA_KEY_spec);
    vec_spare(&facts->services); /* made where it stays: nobody below adds a Service */
    ServiceFact *service = &facts->services.at[facts->services.len];
    *service = (ServiceFact){
        .object = doc->object, .selector = BASE_NONE, .ports = facts->service_ports.len};
    if (is_map(doc, spec))
        for (uint32_t key = map_first(doc, spec); key < node_end(doc, spec);
             key = map_next(doc, spec, key))
            if (node_kind(doc, key + 1) != NODE_NULL)
                read_field(doc, facts, node_at(doc, key)->bind, key + 1, service);
    if (service->type != SERVICE_LOAD_BALANCER)
        service->flags &= (uint8_t)~SERVICE_NO_NODE_PORTS;
    facts->services.len++;
}
