/* A Service sends to a port number that no container of its Pods declares. */
#include "checks/link.h"

extern const Rule rule_undeclared_target_port;

/* A Pod that declares no ports at all says nothing about them. */
static bool contradicts(const Facts *facts, const PodSample *sample, const ServicePort *port)
{
    for (uint32_t i = 0; i < sample->count; i++) {
        const PodFact *pod = &facts->pods.at[sample->at[i]];
        if (pod->port_count == 0)
            return false;
        for (uint32_t j = 0; j < pod->port_count; j++) {
            const ContainerPort *at = &facts->container_ports.at[pod->ports + j];
            if (at->number == port->target && at->protocol == port->protocol)
                return false;
        }
    }
    return sample->count > 0;
}

static void report_port(const LinkContext *context, const ServiceFact *service, uint32_t index,
                        const PodSample *sample)
{
    const Facts *facts = link_facts(context->link);
    const ServicePort *port = &facts->service_ports.at[service->ports + index];
    const PodFact *pod = &facts->pods.at[sample->at[0]];
    const ContainerPort *first = &facts->container_ports.at[pod->ports];
    bool given = port->target_place.length > 0;
    Finding *finding =
        diag_report(context->diag, &rule_undeclared_target_port.info,
                    facts_place(facts, service->object, given ? port->target_place : port->place),
                    "%.*s sends to port %d, which no Pod that it selects declares",
                    STR_ARG(facts_object_text(facts, service->object, context->scratch)),
                    (int)port->target);
    if (!finding)
        return;
    link_set_field(context, finding, service->object,
                   arena_format(&context->diag->arena, "spec.ports[%u].%s", (unsigned)index,
                                given ? "targetPort" : "port"));
    diag_note(context->diag, finding, facts_place(facts, pod->object, first->place),
              "%.*s declares %d/%s",
              STR_ARG(facts_object_text(facts, pod->object, context->scratch)),
              (int)first->number, protocol_name((Protocol)first->protocol));
}

static void check_service(const LinkContext *context, const ServiceFact *service)
{
    const Facts *facts = link_facts(context->link);
    PodSample sample;
    if (!link_selects_any(context->link, service->selector) ||
        !link_sample(context->link, service->selector, &sample))
        return;
    for (uint32_t i = 0; i < service->port_count; i++) {
        const ServicePort *port = &facts->service_ports.at[service->ports + i];
        if (!port->target_name && port->target && contradicts(facts, &sample, port))
            report_port(context, service, i, &sample);
    }
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    for (uint32_t i = 0; i < facts->services.len; i++) {
        const ServiceFact *service = &facts->services.at[i];
        /* What a headless Service's clients connect to is not its targetPort. */
        if (service->selector != BASE_NONE && service->type != SERVICE_EXTERNAL_NAME &&
            !(service->flags & SERVICE_HEADLESS))
            check_service(context, service);
        arena_reset(context->scratch);
    }
}

const Rule rule_undeclared_target_port = {
    .info =
        {
            .id = "undeclared-target-port",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_INFO,
            .summary = "A Service sends to a port number that its Pods do not declare",
            .why = "The ports that a container lists are only a declaration: a program may listen "
                   "on any port, and a Service may send there.  But where every Pod that it "
                   "selects lists ports and the number is not among them, one of the two is "
                   "often out of date.",
            .fix = "Nothing has to be changed if the program listens there; else write the port "
                   "that the container declares.",
        },
    .on_link = on_link,
};
