/* An Ingress, a webhook or an APIService names a port that its Service does not have. */
#include "checks/link.h"

extern const Rule rule_missing_service_port;

static bool port_meets(const ServicePort *port, const Want *want)
{
    return want->name ? port->name == want->name : port->port == want->number;
}

/* Whether any definition of the Service has the port.  An ExternalName needs none. */
enum { DEFINITIONS_ASKED = 64 };

static bool has_port(const LinkContext *context, uint32_t object, const Want *want)
{
    const Facts *facts = link_facts(context->link);
    for (uint32_t asked = 0; object != BASE_NONE;
         object = link_next_same(context->link, object)) {
        uint32_t index = link_service_of(context->link, object);
        if (index == BASE_NONE || ++asked > DEFINITIONS_ASKED)
            return true;
        const ServiceFact *service = &facts->services.at[index];
        if (service->type == SERVICE_EXTERNAL_NAME || service->port_count == 0)
            return true;
        for (uint32_t i = 0; i < service->port_count; i++)
            if (port_meets(&facts->service_ports.at[service->ports + i], want))
                return true;
    }
    return false;
}

static Str port_text(const Facts *facts, const Want *want, Arena *arena)
{
    if (want->name)
        return arena_format(arena, "named \"%.*s\"", STR_ARG(facts_text(facts, want->name)));
    return arena_format(arena, "%d", (int)want->number);
}

/* The port that was meant, if one can be told: named much the same, or one whose
 * target has the number, or the only one. */
static void tell_near(const LinkContext *context, Finding *finding, uint32_t target,
                      const Want *want)
{
    const Facts *facts = link_facts(context->link);
    const ServiceFact *service = &facts->services.at[link_service_of(context->link, target)];
    Str object = facts_object_text(facts, target, context->scratch);
    for (uint32_t i = 0; i < service->port_count; i++) {
        const ServicePort *port = &facts->service_ports.at[service->ports + i];
        Str name = facts_text(facts, port->name);
        Place place = facts_place(facts, target, port->place);
        unsigned distance;
        if (!want->name && port->target == want->number && !port->target_name) {
            diag_note(context->diag, finding, place,
                      "%d is the port of its Pods; the port of %.*s is %d", (int)want->number,
                      STR_ARG(object), (int)port->port);
            diag_help(context->diag, finding, "write %d", (int)port->port);
            return;
        }
        if (want->name && name.len &&
            str_is_typo(facts_text(facts, want->name), name, &distance)) {
            diag_note(context->diag, finding, place, "%.*s has a port named \"%.*s\"",
                      STR_ARG(object), STR_ARG(name));
            diag_help(context->diag, finding, "write %.*s", STR_ARG(name));
            return;
        }
    }
    const ServicePort *first = &facts->service_ports.at[service->ports];
    Str name = facts_text(facts, first->name);
    diag_note(context->diag, finding, facts_place(facts, target, first->place),
              "%s port of %.*s is %d%s%.*s", service->port_count == 1 ? "the only" : "the first",
              STR_ARG(object), (int)first->port, name.len ? ", named " : "", STR_ARG(name));
}

static void report_port(const LinkContext *context, const Reference *reference, const Want *want,
                        uint32_t target)
{
    const Facts *facts = link_facts(context->link);
    Finding *finding =
        diag_report(context->diag, &rule_missing_service_port.info,
                    facts_place(facts, reference->object, want->place),
                    "%.*s needs a port %.*s, which %.*s does not have",
                    STR_ARG(facts_object_text(facts, reference->object, context->scratch)),
                    STR_ARG(port_text(facts, want, context->scratch)),
                    STR_ARG(facts_object_text(facts, target, context->scratch)));
    if (!finding)
        return;
    if (!link_is_near(context->link, reference->object, target))
        diag_lower(context->diag, finding, SEVERITY_WARNING);
    finding->object = reference->object;
    finding->path = facts_text(facts, want->path);
    finding->pointer = facts_pointer(facts, want->path, want->pointer, &context->diag->arena);
    tell_near(context, finding, target, want);
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    for (uint32_t i = 0;
         (i = link_next_reference(context->link, i, REFERENCES_WANTING)) < facts->references.len; i++) {
        const Reference *it = &facts->references.at[i];
        uint32_t target = link_resolve(context->link, it);
        if (target == BASE_NONE || link_service_of(context->link, target) == BASE_NONE)
            continue;
        for (uint32_t j = 0; j < it->want_count; j++) {
            const Want *want = &facts->wants.at[it->wants + j];
            if (!has_port(context, target, want))
                report_port(context, it, want, target);
        }
        arena_reset(context->scratch);
    }
}

const Rule rule_missing_service_port = {
    .info =
        {
            .id = "missing-service-port",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_ERROR,
            .summary = "A field names a port that the Service does not have",
            .why = "Whoever forwards to a Service (an Ingress controller, a gateway, the API "
                   "server itself for webhooks and APIServices) looks the port up in the "
                   "Service's list, by name or by number.  The number is that of the Service, "
                   "not that of its Pods.  What is not in the list is answered with an error, "
                   "and the API server accepts it without a word.",
            .fix = "Write the port that the Service has (the port, not its targetPort), or add it "
                   "to the Service.",
        },
    .on_link = on_link,
};
