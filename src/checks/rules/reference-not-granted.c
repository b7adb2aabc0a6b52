/* A route or Gateway refers into another namespace, which has not granted that. */
#include "checks/link.h"

extern const Rule rule_reference_not_granted;

static void report_reference(const LinkContext *context, const Reference *reference,
                             uint32_t target)
{
    const Facts *facts = link_facts(context->link);
    const Object *to = facts_object(facts, target), *from = facts_object(facts, reference->object);
    Str object = facts_object_text(facts, reference->object, context->scratch);
    Str other = facts_object_text(facts, target, context->scratch);
    Str ns = facts_text(facts, reference->ns);
    Finding *finding =
        diag_report(context->diag, &rule_reference_not_granted.info,
                    facts_place(facts, reference->object, reference->place),
                    "%.*s names %.*s of namespace \"%.*s\", where no ReferenceGrant allows it",
                    STR_ARG(object), STR_ARG(other), STR_ARG(ns));
    if (!finding)
        return;
    finding->object = reference->object;
    finding->path = facts_text(facts, reference->path);
    finding->pointer =
        facts_pointer(facts, reference->path, reference->pointer, &context->diag->arena);
    diag_note(context->diag, finding, facts_name_place(facts, target), "%.*s", STR_ARG(other));
    diag_help(context->diag, finding,
              "a ReferenceGrant in \"%.*s\" has to name, as from, %.*s of namespace \"%.*s\", and, "
              "as to, %.*s",
              STR_ARG(ns), STR_ARG(facts_text(facts, from->kind)),
              STR_ARG(from->ns ? facts_text(facts, from->ns) : STR("default")),
              STR_ARG(facts_text(facts, to->kind)));
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    for (uint32_t i = 0;
         (i = link_next_reference(context->link, i, REFERENCES_GRANTED)) < facts->references.len; i++) {
        const Reference *it = &facts->references.at[i];
        if (link_is_granted(context->link, it))
            continue;
        uint32_t target = link_resolve(context->link, it);
        /* Where an object says no namespace, it may be applied to the right one. */
        if (target == BASE_NONE || !facts_object(facts, it->object)->ns_given)
            continue;
        report_reference(context, it, target);
        arena_reset(context->scratch);
    }
}

const Rule rule_reference_not_granted = {
    .info =
        {
            .id = "reference-not-granted",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_WARNING,
            .summary = "A route or Gateway refers into another namespace without a ReferenceGrant",
            .why = "In the Gateway API a Service or Secret of another namespace may be named only if "
                   "a ReferenceGrant in that namespace allows it, for the kind and namespace of what "
                   "refers and the kind of what is named.  The API server takes the object, and its "
                   "status says RefNotPermitted: the backend answers 500, the listener is not "
                   "programmed.  A warning, because the grant may be made elsewhere.",
            .fix = "Add a ReferenceGrant to the namespace of the object that is named, or move one of "
                   "the two.",
        },
    .on_link = on_link,
};
