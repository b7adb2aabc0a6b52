/* core_topology.c: how Pods spread, as validateTopologySpreadConstraints of
 * pkg/apis/core/validation has it, and keys of labels whose values come from the Pod. */
#include "schema/validation/core_pod.h"

/* ---- matchLabelKeys ---- */

static bool list_has(const Validation *v, Field list, Str text)
{
    for (Items i = items_of(v, list); items_next(v, &i);)
        if (str_eq(field_text(v, i.item), text))
            return true;
    return false;
}

static void validate_keys(Validation *v, Field keys, Field selector)
{
    if (field_length(v, keys) == 0)
        return;
    if (!field_given(selector)) {
        validation_forbidden(v, keys, "there is no labelSelector");
        return;
    }
    for (Items i = items_of(v, keys); items_next(v, &i);) {
        const char *wrong = format_qualified_name(field_text(v, i.item));
        if (wrong)
            validation_invalid(v, i.item, "%s", wrong);
    }
}

/* Whether the selector names the key before that one of its expressions. */
static bool is_selected_before(const Validation *v, Field selector, Str key, uint32_t end)
{
    if (field_given(entries_get(v, GET(selector, matchLabels), key)))
        return true;
    Field expressions = GET(selector, matchExpressions);
    for (Items i = items_of(v, expressions); items_next(v, &i) && i.index < end;)
        if (str_eq(field_text(v, GET(i.item, key)), key))
            return true;
    return false;
}

/* A key may not be in the selector and among matchLabelKeys.  The server finds out from
 * expressions that repeat it: those given, and of a Pod those that it makes of the
 * keys and the Pod's labels before it validates. */
static void validate_selected_keys(Validation *v, const Pod *pod, Field term, Field selector)
{
    Field keys = GET(term, matchLabelKeys), expressions = GET(selector, matchExpressions);
    for (Items i = items_of(v, keys); items_next(v, &i);) {
        Str key = field_text(v, i.item);
        bool repeated = false;
        for (Items e = items_of(v, expressions); !repeated && items_next(v, &e);)
            repeated = str_eq(field_text(v, GET(e.item, key)), key) &&
                       is_selected_before(v, selector, key, e.index);
        bool made = pod->is_pod && field_given(entries_get(v, pod->labels, key));
        repeated |= made && is_selected_before(v, selector, key, UINT32_MAX);
        /* Twice among the keys, it is made twice; the last one is named. */
        bool again = false;
        for (Items other = items_of(v, keys); items_next(v, &other);)
            again |= other.index > i.index && str_eq(field_text(v, other.item), key);
        for (Items other = items_of(v, keys); made && items_next(v, &other) && other.index < i.index;)
            repeated |= str_eq(field_text(v, other.item), key);
        if (repeated && !again)
            validation_as(v, validation_invalid(v, i.item, "may not be in labelSelector too"), term,
                          "[%u]", i.index);
    }
}

void validate_match_label_keys(Validation *v, const Pod *pod, Field term)
{
    Field keys = GET(term, matchLabelKeys), others = GET(term, mismatchLabelKeys);
    Field selector = GET(term, labelSelector);
    if (!field_given(keys) && !field_given(others))
        return;
    validate_keys(v, keys, selector);
    validate_keys(v, others, selector);
    if (field_given(selector))
        validate_selected_keys(v, pod, term, selector);
    for (Items i = items_of(v, keys); items_next(v, &i);)
        if (list_has(v, others, field_text(v, i.item)))
            validation_invalid(v, i.item, "may not be in mismatchLabelKeys too");
}

/* ValidateMatchLabelKeysInTopologySpread, until 1.33. */
static void validate_spread_keys(Validation *v, Field constraint)
{
    Field keys = GET(constraint, matchLabelKeys), selector = GET(constraint, labelSelector);
    validate_keys(v, keys, selector);
    for (Items i = items_of(v, keys); field_given(selector) && items_next(v, &i);)
        if (is_selected_before(v, selector, field_text(v, i.item), UINT32_MAX))
            validation_invalid(v, i.item, "may not be in labelSelector too");
}

/* ---- constraints ---- */

/* ValidateSpreadConstraintNotRepeat: the server names the earlier of two. */
static void check_repeat(Validation *v, Field constraints, Field constraint, uint32_t index)
{
    Field key = GET(constraint, topologyKey), action = GET(constraint, whenUnsatisfiable);
    for (Items i = items_of(v, constraints); items_next(v, &i);) {
        if (i.index <= index || !str_eq(field_text(v, GET(i.item, topologyKey)), field_text(v, key)) ||
            !str_eq(field_text(v, GET(i.item, whenUnsatisfiable)), field_text(v, action)))
            continue;
        validation_as(v, validation_duplicate(v, i.item, constraint), constraint,
                      ".{topologyKey, whenUnsatisfiable}");
        return;
    }
}

static void validate_constraint(Validation *v, const Pod *pod, Field constraint)
{
    Field domains = GET(constraint, minDomains), action = GET(constraint, whenUnsatisfiable);
    validation_range(v, GET(constraint, maxSkew), 1, INT64_MAX);
    validation_must_have(v, GET(constraint, topologyKey));
    if (!word_is_one_of(field_text(v, action), "DoNotSchedule,ScheduleAnyway"))
        validation_not_supported(v, action, "DoNotSchedule,ScheduleAnyway");
    if (field_given(domains)) {
        validation_range(v, domains, 1, INT64_MAX);
        if (!field_text_is(v, action, "DoNotSchedule"))
            validation_invalid(v, domains, "may be given only if whenUnsatisfiable is DoNotSchedule");
    }
    validate_given_word(v, GET(constraint, nodeAffinityPolicy), "Honor,Ignore");
    validate_given_word(v, GET(constraint, nodeTaintsPolicy), "Honor,Ignore");
    VALIDATION_ONLY(v, VALIDATION_SINCE(34))
        validate_match_label_keys(v, pod, constraint);
    VALIDATION_ONLY(v, VALIDATION_UNTIL(33))
        validate_spread_keys(v, constraint);
    validate_label_selector(v, GET(constraint, labelSelector), &(SelectorOptions){false});
}

void validate_topology_spread_constraints(Validation *v, const Pod *pod)
{
    Field constraints = OF(&pod->of, topologySpreadConstraints), first;
    Seen keys = {0};
    bool repeats = false;
    for (Items i = items_of(v, constraints); items_next(v, &i);) {
        Field key = GET(i.item, topologyKey);
        validate_constraint(v, pod, i.item);
        repeats |= seen_before(v, &keys, field_text(v, key), key, &first);
    }
    for (Items i = items_of(v, constraints); repeats && items_next(v, &i);)
        check_repeat(v, constraints, i.item, i.index);
}
