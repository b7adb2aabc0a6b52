/* What a Service would reach: its Pods, and on each the ports.
 *
 * Named target ports are resolved as the endpoint slice controller does it: the
 * first container port of that name and protocol, then those of init containers
 * that go on running (pkg/api/v1/pod.FindPort); a number is taken as it is.  A
 * Service that is no ExternalName and has a selector gets its endpoints from that
 * controller; all others are written by hand and are not for us to say.
 *
 * A Pod is an endpoint while it has an address of the Service's family and has not
 * ended (endpointslice/reconciler.go, ShouldPodBeInEndpoints), ready or not.  A Pod
 * that was given without a status will have an address; so will the Pods of a
 * template, unless its workload makes none as it stands. */
#include "checks/index.h"

static int32_t resolve_port(const Facts *facts, const PodFact *pod, const ServicePort *port)
{
    if (!port->target_name)
        return port->target ? port->target : port->port;
    for (uint32_t i = 0; i < pod->port_count; i++) {
        const ContainerPort *at = &facts->container_ports.at[pod->ports + i];
        if (at->name == port->target_name && at->protocol == port->protocol && !at->waits)
            return at->number;
    }
    return 0;
}

static const int32_t *resolve_ports(const Facts *facts, const PodFact *pod,
                                    const ServiceFact *service, Arena *arena)
{
    int32_t *ports = arena_alloc(arena, sizeof *ports * (service->port_count + 1u));
    for (uint32_t i = 0; i < service->port_count; i++)
        ports[i] = resolve_port(facts, pod, &facts->service_ports.at[service->ports + i]);
    return ports;
}

/* The number of the one Pod that the selector asks for, of those that a template
 * makes; -1: it asks for no certain one. */
static int64_t asked_number(const Facts *facts, const Selector *selector)
{
    for (uint32_t i = 0; i < selector->term_count; i++) {
        const Term *term = &facts->terms.at[selector->terms + i];
        int64_t number = term->op != TERM_EQUALS
                             ? -1
                             : runtime_number(facts_text(facts, term->key),
                                              facts_text(facts, facts_pair_value(facts, term->value)));
        if (number >= 0)
            return number;
    }
    return -1;
}

static bool is_endpoint(const PodFact *pod, int64_t number, uint16_t families)
{
    if (pod->flags & POD_TEMPLATE && pod->flags & POD_NUMBERED && number >= 0) {
        int64_t count = pod->replicas < 0 ? 1 : pod->replicas;
        if (number < pod->first_number || number >= pod->first_number + count)
            return false;
    }
    if (pod->flags & POD_TEMPLATE)
        return !(pod->flags & POD_NONE_YET);
    if (!(pod->flags & POD_STATUS))
        return true;
    return !(pod->flags & POD_ENDED) && pod->flags & families;
}

static EndpointReady readiness(const ServiceFact *service, const PodFact *pod)
{
    if (service->flags & SERVICE_PUBLISH_NOT_READY)
        return ENDPOINT_READY;
    if (!(pod->flags & POD_STATUS))
        return ENDPOINT_UNKNOWN;
    return pod->flags & POD_READY ? ENDPOINT_READY : ENDPOINT_NOT_READY;
}

Endpoints link_endpoints(const Link *link, uint32_t index, Arena *arena)
{
    const Facts *facts = link->facts;
    const ServiceFact *service = &facts->services.at[index];
    Endpoints endpoints = {.object = service->object, .port_count = service->port_count};
    EndpointPort *ports = arena_alloc(arena, sizeof *ports * (service->port_count + 1u));
    for (uint32_t i = 0; i < service->port_count; i++) {
        const ServicePort *port = &facts->service_ports.at[service->ports + i];
        ports[i] = (EndpointPort){facts_text(facts, port->name),
                                  protocol_name((Protocol)port->protocol),
                                  facts_text(facts, port->app_protocol), port->port};
    }
    endpoints.ports = ports;
    endpoints.selects =
        service->selector != BASE_NONE && service->type != SERVICE_EXTERNAL_NAME;
    if (!endpoints.selects)
        return endpoints;
    int64_t number = asked_number(facts, &facts->selectors.at[service->selector]);
    uint16_t families = link_service_families(link, service);
    PodList pods = link_select(link, service->selector, arena);
    EndpointTarget *targets = arena_alloc(arena, sizeof *targets * (pods.count + 1u));
    for (uint32_t i = 0; i < pods.count; i++) {
        const PodFact *pod = &facts->pods.at[pods.at[i]];
        if (!is_endpoint(pod, number, families))
            continue;
        targets[endpoints.target_count++] = (EndpointTarget){
            .pod = pods.at[i],
            .object = pod->object,
            .is_template = (pod->flags & POD_TEMPLATE) != 0,
            .ready = readiness(service, pod),
            .ports = resolve_ports(facts, pod, service, arena),
        };
    }
    endpoints.targets = targets;
    return endpoints;
}
