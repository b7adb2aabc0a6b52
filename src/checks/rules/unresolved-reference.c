/* A field names an object that the input does not hold.  Which fields name what is
 * told by the rows "ref" of schemas/links. */
#include "checks/link.h"

extern const Rule rule_unresolved_reference;

static void report_reference(const LinkContext *context, const Reference *reference)
{
    const Facts *facts = link_facts(context->link);
    Str kind = facts_text(facts, reference->kind), name = facts_text(facts, reference->name);
    Str ns = facts_text(facts, reference->ns);
    Str object = facts_object_text(facts, reference->object, context->scratch);
    Finding *finding =
        diag_report(context->diag, &rule_unresolved_reference.info,
                    facts_place(facts, reference->object, reference->place),
                    "%.*s needs %.*s \"%.*s\", which the input does not hold", STR_ARG(object),
                    STR_ARG(kind), STR_ARG(name));
    if (!finding)
        return;
    finding->object = reference->object;
    finding->path = facts_text(facts, reference->path);
    finding->pointer = facts_text(facts, reference->pointer);
    uint32_t near = link_find_alike(context->link, reference);
    if (near == BASE_NONE) {
        diag_lower(context->diag, finding, SEVERITY_WARNING);
        diag_help(context->diag, finding,
                  "if it is made elsewhere, say so: --assume %.*s/%.*s/%.*s", STR_ARG(kind),
                  STR_ARG(ns), STR_ARG(name));
        return;
    }
    const Object *meant = facts_object(facts, near);
    Str meant_name = facts_text(facts, meant->name);
    diag_note(context->diag, finding,
              facts_place(facts, near, (Span){meant->name_offset, meant->name_size}),
              "%.*s \"%.*s\" is named much the same", STR_ARG(kind), STR_ARG(meant_name));
    diag_help(context->diag, finding, "write %.*s", STR_ARG(meant_name));
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    for (uint32_t i = 0; i < facts->references.len; i++) {
        const Reference *it = &facts->references.at[i];
        if ((it->flags & REFERENCE_OPTIONAL) ||
            link_find(context->link, it->group, it->kind, it->ns, it->name) != BASE_NONE ||
            link_assumed(context->link, facts_text(facts, it->kind), facts_text(facts, it->ns),
                         facts_text(facts, it->name)))
            continue;
        report_reference(context, it);
        arena_reset(context->scratch);
    }
}

const Rule rule_unresolved_reference = {
    .info =
        {
            .id = "unresolved-reference",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_ERROR,
            .summary = "A field names an object that the input does not hold",
            .why = "The API server does not look whether a Secret or a ConfigMap that a Pod names "
                   "exists; the Pod then waits forever (ContainerCreating, "
                   "CreateContainerConfigError) until it does.  What the input does not hold may "
                   "be made elsewhere, so this is a warning, and --assume or the configuration's "
                   "assume list says which objects are.  It is an error where the input holds an "
                   "object of the same kind and namespace whose name differs by one letter.  "
                   "References with optional: true are not looked at.",
        },
    .on_link = on_link,
};
