/* A route attaches to a Gateway of another namespace, whose listeners take only routes of
 * their own. */
#include "checks/link.h"

extern const Rule rule_route_not_allowed;

/* The first listener that is meant, if none of those lets the route in. */
static const Listener *find_closed(const LinkContext *context, const Reference *reference,
                                   uint32_t gateway)
{
    ListenerList list = link_listeners(context->link, gateway);
    const Listener *closed = NULL;
    for (uint32_t i = 0; i < list.count; i++) {
        if (!link_listener_is_meant(context->link, reference, &list.at[i]))
            continue;
        if (!list.at[i].same_namespace)
            return NULL;
        if (!closed)
            closed = &list.at[i];
    }
    return closed;
}

static void report_route(const LinkContext *context, const Reference *reference, uint32_t gateway,
                         const Listener *listener)
{
    const Facts *facts = link_facts(context->link);
    Str route = facts_object_text(facts, reference->object, context->scratch);
    Str text = facts_object_text(facts, gateway, context->scratch);
    Finding *finding =
        diag_report(context->diag, &rule_route_not_allowed.info,
                    facts_place(facts, reference->object, reference->place),
                    "%.*s attaches to %.*s of namespace \"%.*s\", which takes routes of that "
                    "namespace only",
                    STR_ARG(route), STR_ARG(text), STR_ARG(facts_text(facts, reference->ns)));
    if (!finding)
        return;
    finding->object = reference->object;
    if (!link_is_near(context->link, reference->object, gateway))
        diag_lower(context->diag, finding, SEVERITY_WARNING);
    finding->path = facts_text(facts, reference->path);
    finding->pointer =
        facts_pointer(facts, reference->path, reference->pointer, &context->diag->arena);
    diag_note(context->diag, finding, facts_place(facts, gateway, listener->from_place),
              "the listener \"%.*s\"", STR_ARG(facts_text(facts, listener->name)));
    diag_help(context->diag, finding,
              "give the listener allowedRoutes.namespaces.from: All, or a Selector");
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    for (uint32_t i = 0;
         (i = link_next_reference(context->link, i, REFERENCES_LISTENER)) < facts->references.len; i++) {
        const Reference *it = &facts->references.at[i];
        if (!(it->flags & REFERENCE_NS_GIVEN))
            continue;
        const Object *route = facts_object(facts, it->object);
        uint32_t gateway = link_resolve(context->link, it);
        if (gateway == BASE_NONE || !route->ns_given || route->ns == it->ns ||
            link_has_alternative(context->link, gateway))
            continue;
        const Listener *closed = find_closed(context, it, gateway);
        if (closed)
            report_route(context, it, gateway, closed);
        arena_reset(context->scratch);
    }
}

const Rule rule_route_not_allowed = {
    .info =
        {
            .id = "route-not-allowed",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_ERROR,
            .summary = "A route attaches to a Gateway that takes no routes of its namespace",
            .why = "A listener says under allowedRoutes from which namespaces routes may attach; where "
                   "it says nothing, only from the Gateway's own.  The API server takes the route, and "
                   "its status says NotAllowedByListeners: it gets no traffic.  Listeners with a "
                   "selector are not looked at.",
            .fix = "Give the listener allowedRoutes.namespaces.from: All, or a selector that matches "
                   "the route's namespace; or move the route.",
        },
    .on_link = on_link,
};
