/* What the rules about admission share: an object's Namespace, and how it is spoken of; and
 * whether anything asks them. */
#include "checks/link.h"

void admission_forget_unasked(Facts *facts, const ChecksOptions *options)
{
    if (facts->namespaces.len || facts->limits.len || options->pod_security)
        return;
    vec_free(&facts->admitted_pods);
    vec_free(&facts->admitted_claims);
    vec_free(&facts->containers);
    vec_free(&facts->security_values);
    vec_free(&facts->resource_spans);
}

uint32_t link_namespace_of(const Link *link, uint32_t object)
{
    const Facts *facts = link_facts(link);
    uint32_t group = interner_find(facts->strings, STR(""));
    uint32_t kind = interner_find(facts->strings, STR("Namespace"));
    uint32_t ns = facts_object(facts, object)->ns;
    if (kind == BASE_NONE || ns == 0)
        return BASE_NONE;
    uint32_t first = link_find(link, group, kind, 0, ns);
    for (uint32_t at = first; at != BASE_NONE; at = link_next_same(link, at))
        if (link_side_by_side(link, at, object))
            return at;
    return first;
}

Str link_made_text(const Link *link, uint32_t object, const char *what, bool made, Arena *arena)
{
    Str text = facts_object_text(link_facts(link), object, arena);
    return made ? arena_format(arena, "the %s of %.*s", what, STR_ARG(text)) : text;
}
