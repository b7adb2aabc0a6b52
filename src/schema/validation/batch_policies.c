/* batch_policies.c: a Job's podFailurePolicy and successPolicy, as
 * pkg/apis/batch/validation has them. */
#include "schema/validation/batch.h"

/* ---- podFailurePolicy ---- */

enum {
    FAILURE_RULES_MOST = 20,
    EXIT_CODES_MOST = 255,
    CONDITIONS_MOST = 20,
    SUCCESS_RULES_MOST = 20,
    SUCCEEDED_INDEXES_MOST = 64 * 1024,
};

static bool has_container(const Validation *v, Field containers, Str name)
{
    for (Items i = items_of(v, containers); items_next(v, &i);)
        if (str_eq(field_text(v, GET(i.item, name)), name))
            return true;
    return false;
}

static void validate_exit_codes(Validation *v, Field values, bool in)
{
    uint32_t count = field_length(v, values);
    Seen seen = {0};
    bool ordered = true;
    int64_t last = INT64_MIN;
    if (count == 0)
        validation_invalid(v, values, "must have at least one item");
    else if (count > EXIT_CODES_MOST)
        validation_too_many(v, values, EXIT_CODES_MOST);
    for (Items i = items_of(v, values); items_next(v, &i);) {
        int64_t number = field_int(v, i.item);
        Field first;
        if (in && number == 0)
            validation_invalid(v, i.item, "may not be 0 with operator In: that is success");
        if (seen_pair(v, &seen, str_slice("", 0), number, i.item, &first))
            validation_duplicate(v, i.item, first);
        ordered = ordered && number >= last;
        last = number;
    }
    if (!ordered)
        validation_invalid(v, values, "must be in rising order");
}

/* validatePodFailurePolicyRuleOnExitCodes */
static void validate_on_exit_codes(Validation *v, Field codes, Field pod)
{
    Field operator= GET(codes, operator), container = GET(codes, containerName);
    validation_required_word(v, operator, "In,NotIn");
    Str name = field_text(v, container);
    if (field_given(container) && !has_container(v, GET(pod, containers), name) &&
        !has_container(v, GET(pod, initContainers), name))
        validation_invalid(v, container, "must name a container or initContainer of the template");
    validate_exit_codes(v, GET(codes, values), field_text_is(v, operator, "In"));
}

/* validatePodFailurePolicyRuleOnPodConditions; the status defaults to True. */
static void validate_on_pod_conditions(Validation *v, Field conditions)
{
    if (field_length(v, conditions) > CONDITIONS_MOST)
        validation_too_many(v, conditions, CONDITIONS_MOST);
    for (Items i = items_of(v, conditions); items_next(v, &i);) {
        Field type = GET(i.item, type);
        const char *wrong = format_qualified_name(field_text(v, type));
        if (wrong)
            validation_invalid(v, type, "%s", wrong);
        validation_optional_word(v, GET(i.item, status), "False,True,Unknown");
    }
}

/* validatePodFailurePolicyRule */
static void validate_pod_failure_policy_rule(Validation *v, Field rule, Field spec)
{
    Field action = GET(rule, action), codes = GET(rule, onExitCodes);
    Field conditions = GET(rule, onPodConditions);
    validation_required_word(v, action, "Count,FailIndex,FailJob,Ignore");
    if (field_text_is(v, action, "FailIndex") && !field_given(GET(spec, backoffLimitPerIndex)))
        validation_invalid(v, action, "may be FailIndex only where backoffLimitPerIndex is given");
    if (field_given(codes))
        validate_on_exit_codes(v, codes,
                               FIELD_PATH(v, spec, SCHEMA_NAME_template, SCHEMA_NAME_spec));
    validate_on_pod_conditions(v, conditions);
    bool some = field_length(v, conditions) > 0;
    if (field_given(codes) == some)
        validation_invalid(v, rule, some ? "may have onExitCodes or onPodConditions, not both"
                                         : "must have onExitCodes or onPodConditions");
}

void validate_pod_failure_policy(Validation *v, Field spec)
{
    Field rules = FIELD_PATH(v, spec, SCHEMA_NAME_podFailurePolicy, SCHEMA_NAME_rules);
    if (field_length(v, rules) > FAILURE_RULES_MOST)
        validation_too_many(v, rules, FAILURE_RULES_MOST);
    for (Items i = items_of(v, rules); items_next(v, &i);)
        validate_pod_failure_policy_rule(v, i.item, spec);
}

/* ---- successPolicy ---- */

/* strconv.Atoi: digits with a sign; a number beyond 64 bits is none. */
static bool parse_index(Str text, int64_t *value)
{
    size_t i = text.len && (text.ptr[0] == '+' || text.ptr[0] == '-') ? 1 : 0;
    int64_t sum = 0;
    if (i == text.len)
        return false;
    for (; i < text.len; i++) {
        int digit = text.ptr[i] - '0';
        if (digit < 0 || digit > 9 || sum > (INT64_MAX - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    *value = text.ptr[0] == '-' ? -sum : sum;
    return true;
}

/* parseIndexInterval: "3" or "3-5".  A sign cannot stand before a number: the dash
 * parts them. */
static bool parse_index_interval(Str text, int64_t completions, int64_t *low, int64_t *high)
{
    size_t dash = str_find(text, '-');
    if (!parse_index(str_slice(text.ptr, dash), low) || *low >= completions)
        return false;
    *high = *low;
    if (dash == text.len)
        return true;
    Str rest = str_slice(text.ptr + dash + 1, text.len - dash - 1);
    return str_find(rest, '-') == rest.len && parse_index(rest, high) && *high < completions &&
           *low < *high;
}

/* validateIndexesFormat.  Returns whether the text is right, and how many it names. */
static bool count_indexes(Str text, int64_t completions, int64_t *total)
{
    int64_t last = -1, low, high;
    bool first = true;
    *total = 0;
    if (text.len == 0)
        return true;
    for (;;) {
        size_t comma = str_find(text, ',');
        if (!parse_index_interval(str_slice(text.ptr, comma), completions, &low, &high) ||
            (!first && last >= low)) {
            *total = 0;
            return false;
        }
        *total += high - low + 1;
        last = high;
        first = false;
        if (comma == text.len)
            return true;
        text = str_slice(text.ptr + comma + 1, text.len - comma - 1);
    }
}

/* validateSuccessPolicyRule */
static void validate_success_policy_rule(Validation *v, Field rule, int64_t completions)
{
    Field count = GET(rule, succeededCount), indexes = GET(rule, succeededIndexes);
    int64_t total = 0;
    if (!field_given(count) && !field_given(indexes))
        validation_required(v, rule, "it has succeededCount or succeededIndexes");
    if (field_given(indexes)) {
        if (field_text(v, indexes).len > SUCCEEDED_INDEXES_MOST)
            validation_too_long(v, indexes, SUCCEEDED_INDEXES_MOST);
        if (!count_indexes(field_text(v, indexes), completions, &total))
            validation_invalid(v, indexes, "must be rising indexes below completions: 0,2-4");
    }
    if (!field_given(count))
        return;
    validation_nonnegative(v, count);
    if (field_int(v, count) > completions)
        validation_invalid(v, count, "may not be more than completions");
    else if (field_given(indexes) && field_int(v, count) > total)
        validation_invalid(v, count, "may not be more than the indexes that succeededIndexes names");
}

void validate_success_policy(Validation *v, Field policy, int64_t completions)
{
    Field rules = GET(policy, rules);
    if (field_length(v, rules) == 0)
        validation_required(v, rules, NULL);
    if (field_length(v, rules) > SUCCESS_RULES_MOST)
        validation_too_many(v, rules, SUCCESS_RULES_MOST);
    for (Items i = items_of(v, rules); items_next(v, &i);)
        validate_success_policy_rule(v, i.item, completions);
}
