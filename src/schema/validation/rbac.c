/* rbac.c: roles and their bindings, as pkg/apis/rbac/validation has them.
 *
 * Left to others: whether the one who asks may hand out these rights. */
#include "schema/validation/core_parts.h"

static const char GROUP[] = "rbac.authorization.k8s.io";

/* ---- rules ---- */

/* ValidatePolicyRule */
static void validate_policy_rule(Validation *v, Field rule, bool namespaced)
{
    Field groups = GET(rule, apiGroups), resources = GET(rule, resources);
    Field urls = GET(rule, nonResourceURLs);
    if (field_length(v, GET(rule, verbs)) == 0)
        validation_required(v, GET(rule, verbs), NULL);
    if (field_length(v, urls) > 0) {
        if (namespaced)
            validation_invalid(v, urls, "may stand in a ClusterRole only: such URLs are in no "
                                        "namespace");
        if (field_length(v, groups) > 0 || field_length(v, resources) > 0 ||
            field_length(v, GET(rule, resourceNames)) > 0)
            validation_invalid(v, urls, "may not stand in a rule for resources");
        return;
    }
    if (field_length(v, groups) == 0)
        validation_required(v, groups, "a rule for resources names their groups, \"\" for core");
    if (field_length(v, resources) == 0)
        validation_required(v, resources, NULL);
}

/* ValidateRole */
void validate_role(Validation *v, Field role)
{
    for (Items i = items_of(v, GET(role, rules)); items_next(v, &i);)
        validate_policy_rule(v, i.item, true);
}

/* ValidateClusterRole */
void validate_cluster_role(Validation *v, Field role)
{
    for (Items i = items_of(v, GET(role, rules)); items_next(v, &i);)
        validate_policy_rule(v, i.item, false);
    Field aggregation = GET(role, aggregationRule);
    if (!field_given(aggregation))
        return;
    Field selectors = GET(aggregation, clusterRoleSelectors);
    if (field_length(v, selectors) == 0)
        validation_required(v, selectors, NULL);
    for (Items i = items_of(v, selectors); items_next(v, &i);) {
        validate_label_selector(v, i.item, &(SelectorOptions){false});
        if (!selector_is_valid(v, i.item))
            validation_invalid(v, i.item, "must be a valid label selector");
    }
}

/* ---- bindings ---- */

/* ValidateRoleBindingSubject; the group of users and groups is filled in. */
static void validate_role_binding_subject(Validation *v, Field subject, bool namespaced)
{
    Field kind = GET(subject, kind), name = GET(subject, name), group = GET(subject, apiGroup);
    validation_must_have(v, name);
    Str word = field_text(v, kind);
    if (str_is(word, "ServiceAccount")) {
        validation_optional_text(v, name, format_dns_subdomain);
        if (!field_is_empty(v, group))
            validation_not_supported(v, group, "\"\"");
        if (!namespaced)
            validation_must_have(v, GET(subject, namespace));
    } else if (word_is_one_of(word, "User,Group")) {
        validation_optional_word(v, group, GROUP);
    } else {
        validation_not_supported(v, kind, "ServiceAccount,User,Group");
    }
}

static void validate_binding(Validation *v, Field binding, bool namespaced)
{
    Field ref = GET(binding, roleRef), kind = GET(ref, kind);
    const char *kinds = namespaced ? "Role,ClusterRole" : "ClusterRole";
    validation_optional_word(v, GET(ref, apiGroup), GROUP);
    if (!word_is_one_of(field_text(v, kind), kinds))
        validation_not_supported(v, kind, kinds);
    validation_text(v, GET(ref, name), format_path_segment);
    for (Items i = items_of(v, GET(binding, subjects)); items_next(v, &i);)
        validate_role_binding_subject(v, i.item, namespaced);
}

/* ValidateRoleBinding */
void validate_role_binding(Validation *v, Field binding) { validate_binding(v, binding, true); }

/* ValidateClusterRoleBinding */
void validate_cluster_role_binding(Validation *v, Field binding)
{
    validate_binding(v, binding, false);
}
