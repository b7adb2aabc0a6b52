/* apps.c: pkg/apis/apps/validation. */
#include "schema/validation/validation.h"

/* ValidateDaemonSetSpec: a DaemonSet without a selector is not told that it lacks one,
 * as the other workloads are, but that nothing selects its template's labels. */
void validate_daemon_set_spec(Validation *v, Field spec)
{
    Field selector = field_get(v, spec, SCHEMA_NAME_selector);
    if (field_given(selector))
        return;
    Finding *finding = validation_required(v, selector, NULL);
    if (finding)
        finding->reason = STR("FieldValueInvalid");
    validation_as(v, finding, spec, ".template.metadata.labels");
}
