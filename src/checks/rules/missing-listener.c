/* A route asks for a listener that its Gateway does not have. */
#include "checks/link.h"

extern const Rule rule_missing_listener;

/* Of several definitions of the Gateway one is enough. */
enum { DEFINITIONS_ASKED = 64 };

static bool has_listener(const LinkContext *context, const Reference *reference, uint32_t gateway)
{
    for (uint32_t asked = 0; gateway != BASE_NONE;
         gateway = link_next_same(context->link, gateway)) {
        ListenerList list = link_listeners(context->link, gateway);
        if (list.count == 0 || ++asked > DEFINITIONS_ASKED)
            return true;
        for (uint32_t i = 0; i < list.count; i++)
            if (link_listener_is_meant(context->link, reference, &list.at[i]))
                return true;
    }
    return false;
}

static Str wanted_text(const Facts *facts, const Reference *reference, Arena *arena)
{
    Str text = STR("");
    for (uint32_t i = reference->want_count; i-- > 0;) {
        const Want *want = &facts->wants.at[reference->wants + i];
        text = want->name ? arena_format(arena, " \"%.*s\"%.*s",
                                         STR_ARG(facts_text(facts, want->name)), STR_ARG(text))
                          : arena_format(arena, "%.*s on port %d", STR_ARG(text),
                                         (int)want->number);
    }
    return text;
}

/* The listener that was meant, if its name tells; else all that there are. */
static void tell_listeners(const LinkContext *context, Finding *finding,
                           const Reference *reference, uint32_t gateway)
{
    const Facts *facts = link_facts(context->link);
    ListenerList list = link_listeners(context->link, gateway);
    const Want *want = &facts->wants.at[reference->wants + reference->want_count - 1];
    Str wanted = facts_text(facts, want->name), names = STR("");
    for (uint32_t i = 0; i < list.count; i++) {
        Str name = facts_text(facts, list.at[i].name);
        unsigned distance;
        if (want->name && str_is_typo(wanted, name, &distance)) {
            diag_note(context->diag, finding, facts_place(facts, gateway, list.at[i].place),
                      "it has one named \"%.*s\"", STR_ARG(name));
            diag_help(context->diag, finding, "write %.*s", STR_ARG(name));
            return;
        }
        names = arena_format(context->scratch, "%.*s%s%.*s (port %d)", STR_ARG(names),
                             i ? ", " : "", STR_ARG(name), (int)list.at[i].port);
    }
    diag_note(context->diag, finding, facts_place(facts, gateway, list.at[0].place),
              "its listeners are %.*s", STR_ARG(names));
}

static void report_listener(const LinkContext *context, const Reference *reference,
                            uint32_t gateway)
{
    const Facts *facts = link_facts(context->link);
    const Want *want = &facts->wants.at[reference->wants + reference->want_count - 1];
    Finding *finding =
        diag_report(context->diag, &rule_missing_listener.info,
                    facts_place(facts, reference->object, want->place),
                    "%.*s asks for a listener%.*s, which %.*s does not have",
                    STR_ARG(facts_object_text(facts, reference->object, context->scratch)),
                    STR_ARG(wanted_text(facts, reference, context->scratch)),
                    STR_ARG(facts_object_text(facts, gateway, context->scratch)));
    if (!finding)
        return;
    if (!link_is_near(context->link, reference->object, gateway))
        diag_lower(context->diag, finding, SEVERITY_WARNING);
    finding->object = reference->object;
    finding->path = facts_text(facts, want->path);
    finding->pointer = facts_pointer(facts, want->path, want->pointer, &context->diag->arena);
    tell_listeners(context, finding, reference, gateway);
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    for (uint32_t i = 0;
         (i = link_next_reference(context->link, i, REFERENCES_LISTENER)) < facts->references.len; i++) {
        const Reference *it = &facts->references.at[i];
        if (!it->want_count)
            continue;
        uint32_t gateway = link_resolve(context->link, it);
        if (gateway != BASE_NONE && !has_listener(context, it, gateway))
            report_listener(context, it, gateway);
        arena_reset(context->scratch);
    }
}

const Rule rule_missing_listener = {
    .info =
        {
            .id = "missing-listener",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_ERROR,
            .summary = "A route asks for a listener that its Gateway does not have",
            .why = "parentRefs may pick listeners of a Gateway by sectionName and port.  Where none "
                   "is so named, the API server takes the route, and its status says NoMatchingParent: "
                   "it gets no traffic.",
            .fix = "Write the name or the port that the listener has, or leave sectionName and port "
                   "out to attach to all listeners.",
        },
    .on_link = on_link,
};
