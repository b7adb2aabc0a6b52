/* Claims that clash: sorted by space and key, then by place, so that those of one key
 * stand together and the first by place comes first. */
#include "checks/index.h"

#include <stdarg.h>

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
    return compare_uint(a->place.offset, b->place.offset);
}

void clash_build(Link *link)
{
    Facts *facts = link->facts;
    sort_with(facts->claims.at, facts->claims.len, sizeof *facts->claims.at, compare_claims,
              link);
}

/* Definitions of one object are alternatives of one another. */
bool link_same_identity(const Link *link, uint32_t a, uint32_t b)
{
    const Facts *facts = link->facts;
    const Object *x = facts_object(facts, a), *y = facts_object(facts, b);
    return a == b || (x->name && x->name == y->name && x->ns == y->ns && x->kind == y->kind &&
                      (x->group == y->group || link_is_moved(link, x->group, y->group)));
}

enum { DEFINITIONS_LOOKED_AT = 64 };

/* Two definitions in one file are a mistake, and no alternatives. */
static bool defined_elsewhere(const Link *link, uint32_t object)
{
    const Object *it = facts_object(link->facts, object);
    if (!it->name)
        return false;
    uint32_t other = link_find(link, it->group, it->kind, it->ns, it->name);
    for (uint32_t i = 0; i < DEFINITIONS_LOOKED_AT && other != BASE_NONE; i++) {
        if (other != object && !link_same_file(link, other, object))
            return true;
        other = link_next_same(link, other);
    }
    return false;
}

bool link_surely_meet(const Link *link, uint32_t a, uint32_t b)
{
    return link_is_near(link, a, b) && !defined_elsewhere(link, a) && !defined_elsewhere(link, b);
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
        if (link_same_identity(link, first->object, claim->object) ||
            claim->object == facts->claims.at[at - 1].object)
            continue;
        clashes->claim = claim;
        clashes->taken = first;
        clashes->sure = link_surely_meet(link, claim->object, first->object);
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
    finding->pointer = facts_pointer(facts, claim->path, claim->pointer, &context->diag->arena);
    if (!clashes->sure)
        diag_lower(context->diag, finding, SEVERITY_WARNING);
    diag_note(context->diag, finding, facts_place(facts, taken->object, taken->place),
              "%.*s has it here", STR_ARG(other));
    return finding;
}

Finding *link_report_address(const LinkContext *context, const RuleInfo *rule, const Fault *fault,
                             const char *format, ...)
{
    const Facts *facts = link_facts(context->link);
    const Claim *claim = &facts->claims.at[fault->index];
    va_list args;
    va_start(args, format);
    Finding *finding = diag_vreport(context->diag, rule,
                                    facts_place(facts, claim->object, claim->place), format, args);
    va_end(args);
    if (!finding)
        return NULL;
    finding->object = claim->object;
    finding->path = facts_text(facts, claim->path);
    finding->pointer = facts_pointer(facts, claim->path, claim->pointer, &context->diag->arena);
    finding->reason = STR("FieldValueInvalid");
    finding->later = fault->later;
    /* The server speaks of the list, whichever of the two fields was given. */
    finding->server_path = fault->kind == FAULT_ADDRESS_FAMILY
                               ? arena_format(&context->diag->arena, "spec.clusterIPs[%u]",
                                              (unsigned)fault->server_index)
                               : STR("spec.clusterIPs");
    if (str_eq(finding->server_path, finding->path))
        finding->server_path = STR("");
    if (!fault->sure)
        diag_lower(context->diag, finding, SEVERITY_WARNING);
    return finding;
}

Place link_node_port_place(const Link *link, uint32_t service, uint32_t index)
{
    const ServiceFact *it = &link->facts->services.at[service];
    Span span = index == FAULT_HEALTH_CHECK
                    ? it->health_check_place
                    : link->facts->service_ports.at[it->ports + index].node_port_place;
    return facts_place(link->facts, it->object, span);
}

void link_set_node_port(const LinkContext *context, Finding *finding, const Fault *fault)
{
    if (!finding)
        return;
    Arena *arena = &context->diag->arena;
    uint32_t object = link_facts(context->link)->services.at[fault->service].object;
    finding->later = fault->later;
    if (!fault->sure)
        diag_lower(context->diag, finding, SEVERITY_WARNING);
    if (fault->index == FAULT_HEALTH_CHECK) {
        link_set_field(context, finding, object, STR("spec.healthCheckNodePort"));
        return; /* which the server calls an internal error, at no field */
    }
    finding->reason = STR("FieldValueInvalid");
    link_set_field(context, finding, object,
                   arena_format(arena, "spec.ports[%u].nodePort", (unsigned)fault->index));
    if (fault->server_index != fault->index)
        finding->server_path =
            arena_format(arena, "spec.ports[%u].nodePort", (unsigned)fault->server_index);
}
