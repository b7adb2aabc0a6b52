/* scheduling.c: PriorityClasses, as pkg/apis/scheduling/validation has them.  The other
 * kinds of the group (PodGroup, Workload, …) are not served by default.
 *
 * Left to others: a second class with globalDefault, which only a cluster knows. */
#include "schema/validation/core_parts.h"

static const char SYSTEM_PREFIX[] = "system-";
enum { SYSTEM_CRITICAL_PRIORITY = 2000000000, HIGHEST_USER_PRIORITY = 1000000000 };

/* IsKnownSystemPriorityClass: the two that every cluster has, as they are. */
static bool is_known_system_priority_class(const Validation *v, Field class, Str name)
{
    int64_t want;
    if (str_is(name, "system-node-critical"))
        want = SYSTEM_CRITICAL_PRIORITY + 1000;
    else if (str_is(name, "system-cluster-critical"))
        want = SYSTEM_CRITICAL_PRIORITY;
    else
        return false;
    return field_int(v, GET(class, value)) == want && !field_bool(v, GET(class, globalDefault));
}

/* ValidatePriorityClass */
void validate_priority_class(Validation *v, Field class)
{
    Field name = FIELD_PATH(v, class, SCHEMA_NAME_metadata, SCHEMA_NAME_name);
    Field value = GET(class, value), policy = GET(class, preemptionPolicy);
    Str text = field_text(v, name);
    bool system = str_starts(text, str_of(SYSTEM_PREFIX));
    if (!system)
        system = text.len == 0 &&
                 str_starts(field_text(v, FIELD_PATH(v, class, SCHEMA_NAME_metadata,
                                                     SCHEMA_NAME_generateName)),
                            str_of(SYSTEM_PREFIX));
    if (system && !is_known_system_priority_class(v, class, text))
        validation_forbidden(v, name, "names that start with system- are for Kubernetes' own "
                                      "classes, with their own values");
    else if (!system && field_int(v, value) > HIGHEST_USER_PRIORITY)
        validation_forbidden(v, value, "it may be at most %d", HIGHEST_USER_PRIORITY);
    if (field_given(policy))
        validation_required_word(v, policy, "PreemptLowerPriority,Never");
}
