/* core_pod.c: Pods and pod templates, as ValidatePod, ValidatePodTemplateSpec and
 * ValidatePodSpec of pkg/apis/core/validation have them. */
#include "schema/validation/core.h"

/* ValidatePodTemplateSpec */
void validate_pod_template_spec(Validation *v, Field template)
{
    Field meta = field_get(v, template, SCHEMA_NAME_metadata);
    validate_labels(v, field_get(v, meta, SCHEMA_NAME_labels));
    validate_annotations(v, field_get(v, meta, SCHEMA_NAME_annotations));
}
