/* node.c: runtime classes, as pkg/apis/node/validation has them. */
#include "schema/validation/core.h"
#include "schema/validation/core_parts.h"

/* validateTolerations: what core says of them, and none stands there twice. */
static void validate_runtime_tolerations(Validation *v, Field tolerations)
{
    VALIDATION_ONLY(v, VALIDATION_SINCE(35))
        validate_tolerations(v, tolerations);
    VALIDATION_ONLY(v, VALIDATION_UNTIL(34)) /* which named the field twice */
    {
        Rename before = validation_rename_below(v, tolerations, tolerations, STR(".tolerations"));
        validate_tolerations(v, tolerations);
        validation_unrename(v, before);
    }
    for (Items i = items_of(v, tolerations); items_next(v, &i);) {
        Field a = i.item;
        for (Items j = items_of(v, tolerations); items_next(v, &j) && j.index < i.index;) {
            Field b = j.item;
            if (!str_eq(field_text(v, GET(a, key)), field_text(v, GET(b, key))) ||
                !str_eq(field_text(v, GET(a, operator)), field_text(v, GET(b, operator))) ||
                !str_eq(field_text(v, GET(a, value)), field_text(v, GET(b, value))) ||
                !str_eq(field_text(v, GET(a, effect)), field_text(v, GET(b, effect))))
                continue;
            validation_duplicate(v, a, b);
            break;
        }
    }
}

/* ValidateRuntimeClass */
void validate_runtime_class(Validation *v, Field class)
{
    Field overhead = GET(class, overhead), scheduling = GET(class, scheduling);
    Field fixed = GET(overhead, podFixed);
    Field handler = GET(class, handler);
    VALIDATION_ONLY(v, VALIDATION_SINCE(36))
        validation_text(v, handler, format_dns_label);
    VALIDATION_ONLY(v, VALIDATION_UNTIL(35))
        if (format_dns_label(field_text(v, handler)))
            validation_invalid(v, handler, "%s", format_dns_label(field_text(v, handler)));
    /* The server looks at podFixed as at limits of the overhead itself. */
    validate_overhead_within(v, fixed, overhead);
    validate_labels(v, GET(scheduling, nodeSelector));
    validate_runtime_tolerations(v, GET(scheduling, tolerations));
}
