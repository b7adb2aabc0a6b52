/* Claims that clash: sorted by space and key, then by place, so that those of one key
 * stand together and the first by place comes first. */
#include "checks/index.h"

static int compare_claims(const void *left, const void *right, void *context)
{
    const Claim *a = left, *b = right;
    if (a->space != b->space)
        return a->space < b->space ? -1 : 1;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    int order = link_compare_objects(context, a->object, b->object);
    if (order)
        return order;
    return (a->place.offset > b->place.offset) - (a->place.offset < b->place.offset);
}

void clash_build(Link *link)
{
    Facts *facts = link->facts;
    sort_with(facts->claims.at, facts->claims.len, sizeof *facts->claims.at, compare_claims,
              link);
}

/* Definitions of one object are alternatives of one another. */
static bool same_identity(const Facts *facts, uint32_t a, uint32_t b)
{
    const Object *x = facts_object(facts, a), *y = facts_object(facts, b);
    return a == b || (x->name && x->name == y->name && x->ns == y->ns && x->kind == y->kind &&
                      x->group == y->group);
}

bool link_next_clash(const Link *link, Clashes *clashes)
{
    const Facts *facts = link->facts;
    while (clashes->next < facts->claims.len) {
        uint32_t at = clashes->next++;
        const Claim *claim = &facts->claims.at[at];
        if (claim->space != clashes->space)
            continue;
        const Claim *first = &facts->claims.at[clashes->first];
        if (!clashes->begun || first->key != claim->key) {
            clashes->begun = true;
            clashes->first = at;
            continue;
        }
        if (same_identity(facts, first->object, claim->object) ||
            claim->object == facts->claims.at[at - 1].object)
            continue;
        clashes->claim = claim;
        clashes->taken = first;
        clashes->sure = link_side_by_side(link, claim->object, first->object) &&
                        !link_has_alternative(link, claim->object) &&
                        !link_has_alternative(link, first->object);
        return true;
    }
    return false;
}

Finding *link_report_clash(const LinkContext *context, const RuleInfo *rule,
                           const Clashes *clashes, const char *verb)
{
    const Facts *facts = link_facts(context->link);
    const Claim *claim = clashes->claim, *taken = clashes->taken;
    Str object = facts_object_text(facts, claim->object, context->scratch);
    Str other = facts_object_text(facts, taken->object, context->scratch);
    uint32_t ns = facts_object(facts, claim->object)->ns;
    uint32_t other_ns = facts_object(facts, taken->object)->ns;
    if (ns != other_ns && other_ns)
        other = arena_format(context->scratch, "%.*s of namespace \"%.*s\"", STR_ARG(other),
                             STR_ARG(facts_text(facts, other_ns)));
    Finding *finding = diag_report(context->diag, rule,
                                   facts_place(facts, claim->object, claim->place),
                                   "%.*s %s %.*s, which %.*s has", STR_ARG(object), verb,
                                   STR_ARG(facts_text(facts, claim->shown)), STR_ARG(other));
    if (!finding)
        return NULL;
    finding->object = claim->object;
    finding->path = facts_text(facts, claim->path);
    finding->pointer = facts_text(facts, claim->pointer);
    if (!clashes->sure)
        diag_lower(context->diag, finding, SEVERITY_WARNING);
    diag_note(context->diag, finding, facts_place(facts, taken->object, taken->place),
              "%.*s has it here", STR_ARG(other));
    return finding;
}
