/* A field names an object that the input does not hold.  Which fields name what is
 * told by the rows "ref" of schemas/links. */
#include "checks/link.h"

extern const Rule rule_unresolved_reference;

/* Whether the object was put into the wrong namespace, or is looked for in one: both stand
 * in one file; or near each other, and the object is alone in its namespace, or the other
 * holds nothing.  Else they may be two deployments with a name in common. */
static bool is_astray(const LinkContext *context, const Reference *reference, uint32_t other)
{
    const Link *link = context->link;
    uint32_t ns = facts_object(link_facts(link), other)->ns;
    return link_same_file(link, reference->object, other) ||
           (link_is_near(link, reference->object, other) &&
            (link_population(link, reference->ns) == POPULATION_NONE ||
             link_population(link, ns) == POPULATION_ONE));
}

/* The same name in another namespace.  Sure only where both ends say their namespace,
 * since what says none goes where it is applied, and where the name is not one that
 * several namespaces have. */
static bool tell_namesake(const LinkContext *context, Finding *finding,
                          const Reference *reference)
{
    const Facts *facts = link_facts(context->link);
    bool only;
    uint32_t other = link_find_namesake(context->link, reference, &only);
    if (other == BASE_NONE)
        return false;
    const Object *object = facts_object(facts, other);
    Str text = facts_object_text(facts, other, context->scratch);
    diag_note(context->diag, finding, facts_name_place(facts, other),
              "%.*s is in namespace \"%.*s\", not in \"%.*s\"", STR_ARG(text),
              STR_ARG(facts_text(facts, object->ns)), STR_ARG(facts_text(facts, reference->ns)));
    bool said = (reference->flags & REFERENCE_NS_GIVEN) ||
                facts_object(facts, reference->object)->ns_given;
    return only && said && object->ns_given && is_astray(context, reference, other);
}

static bool tell_alike(const LinkContext *context, Finding *finding, const Reference *reference)
{
    const Facts *facts = link_facts(context->link);
    uint32_t near = link_find_alike(context->link, reference);
    if (near == BASE_NONE)
        return false;
    Str name = facts_text(facts, facts_object(facts, near)->name);
    diag_note(context->diag, finding, facts_name_place(facts, near), "%.*s is named much the same",
              STR_ARG(facts_object_text(facts, near, context->scratch)));
    if (!link_is_near(context->link, reference->object, near))
        return false;
    diag_help(context->diag, finding, "write %.*s", STR_ARG(name));
    return true;
}

/* Another scope has it: perhaps both go to one cluster. */
static bool tell_other_scope(const LinkContext *context, const Reference *reference, Str object)
{
    const Facts *facts = link_facts(context->link);
    Str kind = facts_text(facts, reference->kind), name = facts_text(facts, reference->name);
    Place place;
    if (link_find_in_whole(context->link, reference, &place) == BASE_NONE)
        return false;
    Finding *finding = diag_report(
        context->diag, &rule_unresolved_reference.info,
        facts_place(facts, reference->object, reference->place),
        "%.*s needs %.*s \"%.*s\", which is not in its scope", STR_ARG(object), STR_ARG(kind),
        STR_ARG(name));
    if (!finding)
        return true;
    finding->object = reference->object;
    finding->path = facts_text(facts, reference->path);
    finding->pointer =
        facts_pointer(facts, reference->path, reference->pointer, &context->diag->arena);
    diag_lower(context->diag, finding,
               reference->flags & REFERENCE_HINT ? SEVERITY_INFO : SEVERITY_WARNING);
    diag_note(context->diag, finding, place, "%.*s \"%.*s\" of another scope", STR_ARG(kind),
              STR_ARG(name));
    diag_help(context->diag, finding,
              "if both go to one cluster, say so: --one-cluster, or scopes in the configuration");
    return true;
}

static void report_reference(const LinkContext *context, const Reference *reference)
{
    const Facts *facts = link_facts(context->link);
    Str kind = facts_text(facts, reference->kind), name = facts_text(facts, reference->name);
    Str ns = facts_text(facts, reference->ns);
    Str object = facts_object_text(facts, reference->object, context->scratch);
    if (tell_other_scope(context, reference, object))
        return;
    Finding *finding =
        diag_report(context->diag, &rule_unresolved_reference.info,
                    facts_place(facts, reference->object, reference->place),
                    "%.*s needs %.*s \"%.*s\", which the input does not hold", STR_ARG(object),
                    STR_ARG(kind), STR_ARG(name));
    if (!finding)
        return;
    finding->object = reference->object;
    finding->path = facts_text(facts, reference->path);
    finding->pointer =
        facts_pointer(facts, reference->path, reference->pointer, &context->diag->arena);
    if (reference->flags & REFERENCE_HINT)
        diag_lower(context->diag, finding, SEVERITY_INFO);
    if (tell_alike(context, finding, reference) || tell_namesake(context, finding, reference))
        return;
    diag_lower(context->diag, finding, SEVERITY_WARNING);
    diag_help(context->diag, finding, "if it is made elsewhere, say so: --assume %.*s/%.*s/%.*s",
              STR_ARG(kind), STR_ARG(ns), STR_ARG(name));
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    for (uint32_t i = 0;
         (i = link_next_reference(context->link, i, REFERENCES_LOST)) < facts->references.len; i++) {
        const Reference *it = &facts->references.at[i];
        if ((it->flags & REFERENCE_OPTIONAL) || link_lives_elsewhere(context->link, it) ||
            link_is_beyond(context->link, it))
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
                   "object of the same kind and namespace whose name differs by one letter, or "
                   "the same name in another namespace while both ends say where they belong: in "
                   "the same file, or near each other where that object is alone in its "
                   "namespace, or the namespace that was said holds nothing.  What another scope has is a warning.  "
                   "The same is asked of Services behind Ingresses and webhooks, roles and their "
                   "subjects, the targets of autoscalers, classes of storage, priority and "
                   "Ingress.  References with optional: true are not looked at, nor what every "
                   "cluster has: ServiceAccount default, ConfigMap kube-root-ca.crt, the system's "
                   "own roles and priority classes.",
            .fix = "Correct the name or the namespace, or add the object to the input. If it is "
                   "made elsewhere, say so with --assume Kind/namespace/name or under assume in "
                   "the configuration.",
        },
    .on_link = on_link,
};
