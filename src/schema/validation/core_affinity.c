/* core_affinity.c: where Pods may run: node selectors, affinity and tolerations, as
 * validateAffinity and ValidateTolerations of pkg/apis/core/validation have them. */
#include "schema/validation/core_pod.h"

static void validate_label_key(Validation *v, Field key)
{
    const char *wrong = format_qualified_name(field_text(v, key));
    if (wrong)
        validation_invalid(v, key, "%s", wrong);
}

/* ---- node selectors ---- */

/* ValidateNodeSelectorRequirement; values of labels are looked at since 1.32. */
void validate_node_selector_requirement(Validation *v, Field requirement, bool any_value)
{
    Field operator = GET(requirement, operator), values = GET(requirement, values);
    Str word = field_text(v, operator);
    uint32_t count = field_length(v, values);
    if (word_is_one_of(word, "In,NotIn")) {
        if (count == 0)
            validation_required(v, values, "operator %.*s compares with values", STR_ARG(word));
    } else if (word_is_one_of(word, "Exists,DoesNotExist")) {
        if (count > 0)
            validation_forbidden(v, values, "operator %.*s takes none", STR_ARG(word));
    } else if (word_is_one_of(word, "Gt,Lt")) {
        if (count != 1)
            validation_required(v, values, "operator %.*s compares with one value", STR_ARG(word));
    } else {
        validation_invalid(v, operator, "must be In, NotIn, Exists, DoesNotExist, Gt or Lt");
    }
    validate_label_key(v, GET(requirement, key));
    for (Items i = items_of(v, values); !any_value && items_next(v, &i);) {
        const char *wrong = format_label_value(field_text(v, i.item));
        VALIDATION_ONLY(v, VALIDATION_SINCE(32))
            if (wrong)
                validation_invalid(v, i.item, "%s", wrong);
    }
}

/* ValidateNodeFieldSelectorRequirement */
static void validate_node_field(Validation *v, Field requirement)
{
    Field operator = GET(requirement, operator), values = GET(requirement, values);
    Field key = GET(requirement, key);
    if (!word_is_one_of(field_text(v, operator), "In,NotIn"))
        validation_invalid(v, operator, "must be In or NotIn");
    else if (field_length(v, values) != 1)
        validation_required(v, values, "a field is compared with one value");
    if (!field_text_is(v, key, "metadata.name")) {
        validation_invalid(v, key, "must be metadata.name, the one field that can be selected by");
        return;
    }
    for (Items i = items_of(v, values); items_next(v, &i);) {
        const char *wrong = format_dns_subdomain(field_text(v, i.item));
        if (wrong)
            validation_invalid(v, i.item, "%s", wrong);
    }
}

void validate_node_selector_term(Validation *v, Field term, bool any_value)
{
    Field expressions = GET(term, matchExpressions), fields = GET(term, matchFields);
    for (Items i = items_of(v, expressions); items_next(v, &i);)
        validate_node_selector_requirement(v, i.item, any_value);
    for (Items i = items_of(v, fields); items_next(v, &i);)
        validate_node_field(v, i.item);
}

void validate_node_selector(Validation *v, Field selector)
{
    Field terms = GET(selector, nodeSelectorTerms);
    validation_must_have(v, terms);
    for (Items i = items_of(v, terms); items_next(v, &i);)
        validate_node_selector_term(v, i.item, false);
}

static void validate_weight(Validation *v, Field weight)
{
    validation_range(v, weight, 1, 100);
}

/* validateNodeAffinity */
static void validate_node_affinity(Validation *v, Field affinity)
{
    Field required = GET(affinity, requiredDuringSchedulingIgnoredDuringExecution);
    Field preferred = GET(affinity, preferredDuringSchedulingIgnoredDuringExecution);
    if (field_given(required))
        validate_node_selector(v, required);
    for (Items i = items_of(v, preferred); items_next(v, &i);) {
        validate_weight(v, GET(i.item, weight));
        validate_node_selector_term(v, GET(i.item, preference), true);
    }
}

/* ---- Pods ---- */

/* validatePodAffinityTerm */
static void validate_pod_affinity_term(Validation *v, const Pod *pod, Field term)
{
    static const SelectorOptions ALL = {false};
    Field namespaces = GET(term, namespaces), topology_key = GET(term, topologyKey);
    validate_label_selector(v, GET(term, labelSelector), &ALL);
    validate_label_selector(v, GET(term, namespaceSelector), &ALL);
    for (Items i = items_of(v, namespaces); items_next(v, &i);) {
        const char *wrong = format_dns_label(field_text(v, i.item));
        if (wrong)
            validation_as(v, validation_invalid(v, i.item, "%s", wrong), term, ".namespace");
    }
    VALIDATION_ONLY(v, VALIDATION_SINCE(31))
        validate_match_label_keys(v, pod, term);
    validation_must_have(v, topology_key);
    validate_label_key(v, topology_key);
}

/* validatePodAffinity, validatePodAntiAffinity */
static void validate_pod_affinity(Validation *v, const Pod *pod, Field affinity)
{
    Field required = GET(affinity, requiredDuringSchedulingIgnoredDuringExecution);
    Field preferred = GET(affinity, preferredDuringSchedulingIgnoredDuringExecution);
    for (Items i = items_of(v, required); items_next(v, &i);)
        validate_pod_affinity_term(v, pod, i.item);
    for (Items i = items_of(v, preferred); items_next(v, &i);) {
        validate_weight(v, GET(i.item, weight));
        validate_pod_affinity_term(v, pod, GET(i.item, podAffinityTerm));
    }
}

void validate_affinity(Validation *v, const Pod *pod)
{
    Field affinity = OF(&pod->of, affinity);
    if (!field_given(affinity))
        return;
    validate_node_affinity(v, GET(affinity, nodeAffinity));
    validate_pod_affinity(v, pod, GET(affinity, podAffinity));
    validate_pod_affinity(v, pod, GET(affinity, podAntiAffinity));
}

/* ---- tolerations ---- */

static void validate_toleration_operator(Validation *v, Field toleration)
{
    Field operator = GET(toleration, operator), value = GET(toleration, value);
    Str word = field_text(v, operator);
    if (word.len == 0 || str_is(word, "Equal")) {
        const char *wrong = format_label_value(field_text(v, value));
        if (wrong)
            validation_as(v, validation_invalid(v, value, "%s", wrong), toleration, ".operator");
    } else if (str_is(word, "Exists")) {
        if (!field_is_empty(v, value))
            validation_as(v, validation_invalid(v, value, "must be empty, since operator is Exists"),
                          toleration, ".operator");
    } else {
        validation_not_supported(v, operator, "Equal,Exists");
    }
}

void validate_tolerations(Validation *v, Field tolerations)
{
    for (Items i = items_of(v, tolerations); items_next(v, &i);) {
        Field key = GET(i.item, key), operator = GET(i.item, operator);
        Field effect = GET(i.item, effect), seconds = GET(i.item, tolerationSeconds);
        if (!field_is_empty(v, key))
            validate_label_key(v, key);
        else if (!field_text_is(v, operator, "Exists"))
            validation_invalid(v, operator, "must be Exists, since there is no key");
        if (field_given(seconds) && !field_text_is(v, effect, "NoExecute"))
            validation_invalid(v, effect, "must be NoExecute, since tolerationSeconds is given");
        validate_toleration_operator(v, i.item);
        validation_optional_word(v, effect, "NoSchedule,PreferNoSchedule,NoExecute");
    }
}
