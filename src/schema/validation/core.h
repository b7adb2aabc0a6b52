/* core.h: Pods and their parts, as pkg/apis/core/validation has them, for all kinds that
 * carry a pod template or one of those parts. */
#ifndef PLIMSOLL_SCHEMA_VALIDATION_CORE_H
#define PLIMSOLL_SCHEMA_VALIDATION_CORE_H

#include "schema/validation/validation.h"

/* ---- core_pod.c ---- */
/* ValidatePodTemplateSpec, with the options that a create has, and the warnings of a
 * template.  The carrier looks at restartPolicy and the like by itself. */
void validate_pod_template_spec(Validation *v, Field template);

#endif
