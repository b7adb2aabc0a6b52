/* authorization.c: questions about access, as pkg/apis/authorization/validation has them. */
#include "schema/validation/core_parts.h"

/* ---- selectors ---- */

static bool operator_is(const Validation *v, Field requirement, const char *words)
{
    return word_is_one_of(field_text(v, GET(requirement, operator)), words);
}

/* How many values an operator has; one that is not known may have any, for it may be known
 * to a later server. */
static void validate_requirement_values(Validation *v, Field requirement)
{
    Field values = GET(requirement, values);
    uint32_t count = field_length(v, values);
    if (operator_is(v, requirement, "In,NotIn") && count == 0)
        validation_required(v, values, "for this operator");
    if (operator_is(v, requirement, "Exists,DoesNotExist") && count > 0)
        validation_forbidden(v, values, "for this operator");
}

/* ValidateFieldSelectorRequirement */
static void validate_field_requirement(Validation *v, Field requirement)
{
    validation_must_have(v, GET(requirement, key));
    validate_requirement_values(v, requirement);
}

/* ValidateLabelSelectorRequirement */
static void validate_label_requirement(Validation *v, Field requirement)
{
    Field key = GET(requirement, key);
    const char *wrong = format_label_key(field_text(v, key));
    validate_requirement_values(v, requirement);
    if (wrong)
        validation_invalid(v, key, "%s", wrong);
    for (Items i = items_of(v, GET(requirement, values)); items_next(v, &i);)
        validation_optional_text(v, i.item, format_label_value);
}

/* validateFieldSelectorAttributes, validateLabelSelectorAttributes */
static void validate_selector(Validation *v, Field selector,
                              void (*validate)(Validation *, Field))
{
    Field raw = GET(selector, rawSelector), requirements = GET(selector, requirements);
    bool has_raw = !field_is_empty(v, raw);
    if (!field_given(selector))
        return;
    if (has_raw && field_length(v, requirements) > 0)
        validation_invalid(v, raw, "may not be given beside requirements");
    if (!has_raw && field_length(v, requirements) == 0)
        validation_required(v, requirements, "where there is no rawSelector");
    for (Items i = items_of(v, requirements); items_next(v, &i);)
        validate(v, i.item);
}

/* ---- reviews ---- */

/* ValidateSelfSubjectAccessReviewSpec */
static void validate_access_spec(Validation *v, Field spec)
{
    static const char ONE[] = "must have either resourceAttributes or nonResourceAttributes";
    Field resource = GET(spec, resourceAttributes), other = GET(spec, nonResourceAttributes);
    if (field_given(resource) == field_given(other)) {
        VALIDATION_ONLY(v, VALIDATION_SINCE(37))
            validation_invalid(v, spec, "%s", ONE);
        VALIDATION_ONLY(v, VALIDATION_UNTIL(36))
            validation_as(v, validation_invalid(v, spec, "%s", ONE),
                          field_given(other) ? other : resource, NULL);
    }
    VALIDATION_ONLY(v, VALIDATION_SINCE(32)) /* AuthorizeWithSelectors */
    {
        validate_selector(v, GET(resource, fieldSelector), validate_field_requirement);
        validate_selector(v, GET(resource, labelSelector), validate_label_requirement);
    }
}

/* Whom a review is about. */
static void validate_subject(Validation *v, Field spec)
{
    Field user = GET(spec, user);
    if (field_is_empty(v, user) && field_length(v, GET(spec, groups)) == 0)
        validation_invalid(v, user, "must be given, or groups");
}

/* Reviews have no metadata, but for what the server itself sets or wipes before it looks. */
static void validate_no_meta(Validation *v, Field review)
{
    static const char OWN[] = "namespace,managedFields,selfLink,uid,creationTimestamp,"
                              "deletionTimestamp,deletionGracePeriodSeconds";
    Field meta = GET(review, metadata);
    for (Entries i = entries_of(v, meta); entries_next(v, &i);)
        if (!word_is_one_of(i.key, OWN) && !field_is_empty(v, i.value)) {
            validation_invalid(v, meta, "must be empty");
            return;
        }
}

/* ValidateSelfSubjectAccessReview */
void validate_self_subject_access_review(Validation *v, Field review)
{
    validate_access_spec(v, GET(review, spec));
    validate_no_meta(v, review);
}

/* ValidateSubjectAccessReview */
void validate_subject_access_review(Validation *v, Field review)
{
    validate_access_spec(v, GET(review, spec));
    validate_subject(v, GET(review, spec));
    validate_no_meta(v, review);
}

/* ValidateLocalSubjectAccessReview */
void validate_local_subject_access_review(Validation *v, Field review)
{
    Field spec = GET(review, spec), resource = GET(spec, resourceAttributes);
    Field other = GET(spec, nonResourceAttributes), meta = GET(review, metadata);
    validate_subject_access_review(v, review);
    if (field_given(resource) &&
        !str_eq(field_text(v, GET(resource, namespace)),
                field_text_or(v, GET(meta, namespace), "default")))
        validation_invalid(v, GET(resource, namespace), "must be metadata.namespace");
    if (field_given(other))
        validation_invalid(v, other, "may not be asked about within a namespace");
}
