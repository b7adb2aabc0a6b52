/* resource_capacity.c: how much of a device's capacity may be asked for, as
 * pkg/apis/resource/validation has it: some values, or a range with steps. */
#include "schema/validation/resource.h"

enum { OPTIONS_MOST = 10 };

/* validateRequestPolicyValidValues */
static void validate_valid_values(Validation *v, Field policy, const Quantity *capacity,
                                  const Quantity *fallback)
{
    Field values = GET(policy, validValues);
    Quantity before = {0};
    bool found = false;
    for (Items i = items_of(v, values); items_next(v, &i);) {
        Quantity option = field_quantity(v, i.item);
        if (i.index > 0 && quantity_compare(&before, &option) > 0)
            validation_invalid(v, i.item, "must not be less than the one before it");
        before = option;
    }
    if (validate_list_length(v, values, OPTIONS_MOST)) {
        for (Items i = items_of(v, values); items_next(v, &i);) {
            Quantity option = field_quantity(v, i.item);
            if (quantity_compare(&option, capacity) > 0)
                validation_invalid(v, i.item, "must not be more than the capacity itself");
            found |= quantity_compare(&option, fallback) == 0;
            for (Items j = items_of(v, values); items_next(v, &j) && j.index < i.index;) {
                Quantity other = field_quantity(v, j.item);
                if (quantity_value(&option) != quantity_value(&other))
                    continue;
                validation_duplicate(v, i.item, j.item);
                break;
            }
        }
    }
    if (!found)
        validation_invalid(v, values, "must have the default among them");
}

/* ---- ranges ---- */

typedef enum Bound { BOUND_DEFAULT, BOUND_MIN, BOUND_MAX, BOUND_STEP, BOUND_COUNT } Bound;

/* The default stands beside the range, and the server names it within. */
typedef struct Range {
    Field field, at[BOUND_COUNT];
    Quantity value[BOUND_COUNT];
} Range;

static void invalid_bound(Validation *v, const Range *range, Bound bound, const char *wrong)
{
    Finding *finding = validation_invalid(v, range->at[bound], "%s", wrong);
    if (bound == BOUND_DEFAULT)
        validation_as(v, finding, range->field, ".default");
}

/* Whether every bound can be counted with as a whole number.  (What is fractional is rounded
 * up: DRAFractionalCapacityRange is off on a server that can be rolled back to 1.36.) */
static bool validate_countable(Validation *v, const Range *range)
{
    Quantity most = quantity_of_int(INT64_MAX);
    bool all = true;
    for (Bound b = 0; b < BOUND_COUNT; b++) {
        const Quantity *value = &range->value[b];
        const char *wrong = NULL;
        if (!field_given(range->at[b]))
            continue;
        if (quantity_sign(value) < 0)
            wrong = "must be 0 or more";
        else if (quantity_compare(value, &most) > 0)
            wrong = "must be at most 9223372036854775807";
        if (wrong)
            invalid_bound(v, range, b, wrong);
        all &= !wrong;
    }
    return all;
}

/* validateRequestPolicyRangeStep */
static void validate_step(Validation *v, const Range *range, Bound bound)
{
    int64_t step = quantity_value(&range->value[BOUND_STEP]);
    uint64_t value = (uint64_t)quantity_value(&range->value[bound]);
    uint64_t low = (uint64_t)quantity_value(&range->value[BOUND_MIN]);
    if (step > 0 && (int64_t)(value - low) % step != 0)
        validation_invalid(v, range->at[BOUND_STEP], "must lead from min to %s",
                           bound == BOUND_MAX ? "max" : "the default");
}

static void validate_order(Validation *v, const Range *range, const Quantity *capacity)
{
    const Quantity *value = range->value;
    if (quantity_compare(&value[BOUND_MIN], capacity) > 0)
        invalid_bound(v, range, BOUND_MIN, "must not be more than the capacity itself");
    if (quantity_compare(&value[BOUND_DEFAULT], &value[BOUND_MIN]) < 0)
        invalid_bound(v, range, BOUND_DEFAULT, "must not be less than min");
    if (!field_given(range->at[BOUND_MAX]))
        return;
    if (quantity_compare(&value[BOUND_MIN], &value[BOUND_MAX]) > 0)
        invalid_bound(v, range, BOUND_MAX, "must not be less than min");
    if (quantity_compare(&value[BOUND_MAX], capacity) > 0)
        invalid_bound(v, range, BOUND_MAX, "must not be more than the capacity itself");
    if (quantity_compare(&value[BOUND_DEFAULT], &value[BOUND_MAX]) > 0)
        invalid_bound(v, range, BOUND_DEFAULT, "must not be more than max");
}

/* validateRequestPolicyRange */
static void validate_valid_range(Validation *v, Field policy, const Quantity *capacity)
{
    Range range = {.field = GET(policy, validRange)};
    range.at[BOUND_DEFAULT] = GET(policy, default);
    range.at[BOUND_MIN] = GET(range.field, min);
    range.at[BOUND_MAX] = GET(range.field, max);
    range.at[BOUND_STEP] = GET(range.field, step);
    for (Bound b = 0; b < BOUND_COUNT; b++)
        range.value[b] = field_quantity(v, range.at[b]);
    if (!field_given(range.at[BOUND_MIN])) {
        validation_required(v, range.at[BOUND_MIN], NULL);
        return;
    }
    validate_order(v, &range, capacity);
    if (!field_given(range.at[BOUND_STEP]))
        return;
    if (quantity_sign(&range.value[BOUND_STEP]) <= 0) {
        validation_invalid(v, range.at[BOUND_STEP], "must be more than 0");
        return;
    }
    Quantity first = range.value[BOUND_MIN];
    quantity_add(&first, &range.value[BOUND_STEP]);
    if (quantity_compare(&first, capacity) > 0)
        validation_invalid(v, range.at[BOUND_STEP], "must not lead beyond the capacity at once");
    if (!validate_countable(v, &range))
        return;
    validate_step(v, &range, BOUND_DEFAULT);
    if (field_given(range.at[BOUND_MAX]))
        validate_step(v, &range, BOUND_MAX);
}

void validate_request_policy(Validation *v, Field capacity)
{
    Field policy = GET(capacity, requestPolicy), fallback = GET(policy, default);
    bool has_values = field_length(v, GET(policy, validValues)) > 0;
    bool has_range = field_given(GET(policy, validRange));
    Quantity most = field_quantity(v, GET(capacity, value));
    Quantity chosen = field_quantity(v, fallback);
    if (!field_given(policy) || (!has_values && !has_range))
        return;
    if (has_values && has_range)
        validation_forbidden(v, policy, "it has both validValues and validRange");
    else if (!field_given(fallback))
        validation_required(v, fallback, "there are values to choose from");
    else if (has_values)
        validate_valid_values(v, policy, &most, &chosen);
    else
        validate_valid_range(v, policy, &most);
}
