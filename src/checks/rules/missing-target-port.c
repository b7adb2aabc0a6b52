/* A Service names a port that none of the Pods it selects has. */
#include "checks/link.h"

extern const Rule rule_missing_target_port;

static bool serves(const Facts *facts, const PodFact *pod, const ServicePort *port)
{
    for (uint32_t i = 0; i < pod->port_count; i++) {
        const ContainerPort *at = &facts->container_ports.at[pod->ports + i];
        if (at->name == port->target_name && at->protocol == port->protocol && !at->waits)
            return true;
    }
    return false;
}

/* Why the Pod's ports will not do, or BASE_NONE: the one that comes nearest. */
typedef struct NearPort {
    const ContainerPort *port; /* NULL: none */
    uint32_t pod;
} NearPort;

static NearPort find_near(const Facts *facts, const PodSample *sample, const ServicePort *wanted)
{
    NearPort near = {NULL, BASE_NONE};
    unsigned least = UINT32_MAX;
    Str name = facts_text(facts, wanted->target_name);
    for (uint32_t i = 0; i < sample->count; i++) {
        const PodFact *pod = &facts->pods.at[sample->at[i]];
        for (uint32_t j = 0; j < pod->port_count; j++) {
            const ContainerPort *at = &facts->container_ports.at[pod->ports + j];
            unsigned distance;
            if (!at->name || !str_is_typo(name, facts_text(facts, at->name), &distance) ||
                distance >= least)
                continue;
            least = distance;
            near = (NearPort){at, sample->at[i]};
        }
    }
    return near;
}

static void tell_near(const LinkContext *context, Finding *finding, const PodSample *sample,
                      const ServicePort *wanted)
{
    const Facts *facts = link_facts(context->link);
    NearPort near = find_near(facts, sample, wanted);
    uint32_t index = near.port ? near.pod : sample->at[0];
    const PodFact *pod = &facts->pods.at[index];
    Str object = facts_object_text(facts, pod->object, context->scratch);
    if (!near.port) {
        const ContainerPort *first =
            pod->port_count ? &facts->container_ports.at[pod->ports] : NULL;
        diag_note(context->diag, finding,
                  facts_place(facts, pod->object, first ? first->place : pod->place),
                  first ? "%.*s is selected, and this is its first port"
                        : "%.*s is selected, and its containers declare no ports",
                  STR_ARG(object));
        return;
    }
    Place place = facts_place(facts, pod->object, near.port->place);
    Str name = facts_text(facts, near.port->name);
    if (near.port->name != wanted->target_name) {
        diag_note(context->diag, finding, place, "%.*s has a port named \"%.*s\"",
                  STR_ARG(object), STR_ARG(name));
        diag_help(context->diag, finding, "write %.*s", STR_ARG(name));
    } else if (near.port->protocol != wanted->protocol) {
        diag_note(context->diag, finding, place, "%.*s has it for %s, the Service asks for %s",
                  STR_ARG(object), protocol_name((Protocol)near.port->protocol),
                  protocol_name((Protocol)wanted->protocol));
    } else {
        diag_note(context->diag, finding, place,
                  "%.*s has it in an init container, which ends before the Pod serves",
                  STR_ARG(object));
    }
}

/* In folders that have nothing to do with each other, equal labels mean little. */
static bool any_near(const Link *link, const ServiceFact *service, const PodSample *sample)
{
    for (uint32_t i = 0; i < sample->count; i++)
        if (link_is_near(link, service->object, link_facts(link)->pods.at[sample->at[i]].object))
            return true;
    return false;
}

static void report_port(const LinkContext *context, const ServiceFact *service, uint32_t index,
                        const PodSample *sample)
{
    const Facts *facts = link_facts(context->link);
    const ServicePort *port = &facts->service_ports.at[service->ports + index];
    Str name = facts_text(facts, port->target_name);
    Finding *finding =
        diag_report(context->diag, &rule_missing_target_port.info,
                    facts_place(facts, service->object, port->target_place),
                    "%.*s sends to the port \"%.*s\", which no Pod that it selects has",
                    STR_ARG(facts_object_text(facts, service->object, context->scratch)),
                    STR_ARG(name));
    if (!finding)
        return;
    link_set_field(
        context, finding, service->object,
        arena_format(&context->diag->arena, "spec.ports[%u].targetPort", (unsigned)index));
    uint32_t ns = facts_object(facts, service->object)->ns;
    if (link_may_have_more_pods(context->link, ns) || !any_near(context->link, service, sample))
        diag_lower(context->diag, finding, SEVERITY_WARNING);
    tell_near(context, finding, sample, port);
}

static bool any_serves(const Facts *facts, const PodSample *sample, const ServicePort *port)
{
    for (uint32_t i = 0; i < sample->count; i++)
        if (serves(facts, &facts->pods.at[sample->at[i]], port))
            return true;
    return false;
}

static void check_service(const LinkContext *context, const ServiceFact *service)
{
    const Facts *facts = link_facts(context->link);
    bool named = false;
    for (uint32_t i = 0; i < service->port_count; i++)
        named |= facts->service_ports.at[service->ports + i].target_name != 0;
    PodSample sample;
    if (!named || !link_selects_any(context->link, service->selector) ||
        !link_sample(context->link, service->selector, &sample))
        return;
    for (uint32_t i = 0; i < service->port_count; i++) {
        const ServicePort *port = &facts->service_ports.at[service->ports + i];
        if (port->target_name && !any_serves(facts, &sample, port))
            report_port(context, service, i, &sample);
    }
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    for (uint32_t i = 0; i < facts->services.len; i++) {
        const ServiceFact *service = &facts->services.at[i];
        if (service->selector != BASE_NONE && service->type != SERVICE_EXTERNAL_NAME)
            check_service(context, service);
        arena_reset(context->scratch);
    }
}

const Rule rule_missing_target_port = {
    .info =
        {
            .id = "missing-target-port",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_ERROR,
            .summary = "A Service names a target port that none of its Pods has",
            .why = "A targetPort that is a name is looked up among the ports of each Pod that the "
                   "Service selects, by name and protocol.  A Pod without it is left out of the "
                   "Service's endpoints; if none has it, connections are refused, although "
                   "selector, Pods and Service all look right.  Ports of init containers count "
                   "only where the container goes on running (restartPolicy: Always).  A number "
                   "is used as it is and needs no declaration.",
            .fix = "Write the name that the container's port has, or name the container's port "
                   "so; the protocols have to be equal too.",
        },
    .on_link = on_link,
};
