/* An admission policy takes parameters that its binding does not give, or the binding
 * gives some to a policy that takes none. */
#include "checks/link.h"

extern const Rule rule_policy_parameters;

static void report_parameters(const LinkContext *context, const Parameters *it,
                              const PolicyKind *policy)
{
    const Facts *facts = link_facts(context->link);
    Str other = facts_object_text(facts, policy->object, context->scratch);
    Finding *finding =
        diag_report(context->diag, &rule_policy_parameters.info,
                    facts_place(facts, it->object, it->place),
                    it->given ? "%.*s gives parameters, and %.*s takes none: they are ignored"
                              : "%.*s gives no parameters, and %.*s takes some: it sees null",
                    STR_ARG(facts_object_text(facts, it->object, context->scratch)),
                    STR_ARG(other));
    if (!finding)
        return;
    finding->object = it->object;
    finding->path = facts_text(facts, it->path);
    finding->pointer = facts_pointer(facts, it->path, it->pointer, &context->diag->arena);
    diag_note(context->diag, finding,
              policy->place.length ? facts_place(facts, policy->object, policy->place)
                                   : facts_name_place(facts, policy->object),
              it->given ? "%.*s has no paramKind" : "the paramKind of %.*s", STR_ARG(other));
}

/* ConfigMaps and custom resources alone are known by their labels. */
static bool has_labels(const Facts *facts, const PolicyKind *policy)
{
    return str_is(facts_text(facts, policy->kind), "ConfigMap") ||
           str_contains(facts_text(facts, policy->group), STR("."));
}

static void report_selector(const LinkContext *context, const Parameters *it,
                            const PolicyKind *policy)
{
    uint32_t nearest;
    Str words = arena_format(context->scratch,
                             "gives parameters by labels that no %.*s of the input has",
                             STR_ARG(facts_text(link_facts(context->link), policy->kind)));
    link_report_query(context, &rule_policy_parameters.info, it->query, words.ptr, &nearest);
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    for (uint32_t i = 0; i < facts->parameters.len; i++) {
        const Parameters *it = &facts->parameters.at[i];
        if (it->policy_index == BASE_NONE)
            continue;
        const PolicyKind *policy = &facts->policy_kinds.at[it->policy_index];
        if (it->given != (policy->kind != 0) &&
            !link_has_alternative(context->link, policy->object))
            report_parameters(context, it, policy);
        uint32_t object;
        if (it->query != BASE_NONE && policy->kind && !it->allows_absence &&
            has_labels(facts, policy) &&
            link_find_labelled(context->link, it->query, &object) == LABELS_NONE)
            report_selector(context, it, policy);
        arena_reset(context->scratch);
    }
}

const Rule rule_policy_parameters = {
    .info =
        {
            .id = "policy-parameters",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_WARNING,
            .summary = "An admission policy and its binding disagree on parameters",
            .why = "A policy with paramKind reads params, which its binding gives by paramRef.  Without "
                   "a paramRef params is null, and an expression that reads a field of it fails, which "
                   "failurePolicy: Fail turns into a refusal of every request.  A paramRef for a policy "
                   "without paramKind is ignored.  A paramRef whose selector finds nothing refuses every "
                   "request where parameterNotFoundAction is Deny.  The API server accepts all.",
            .fix = "Give the policy a paramKind and the binding a paramRef, or neither.",
        },
    .on_link = on_link,
};
