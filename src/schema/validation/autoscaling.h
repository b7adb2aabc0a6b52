/* autoscaling.h: what the files of autoscaling share. */
#ifndef PLIMSOLL_SCHEMA_VALIDATION_AUTOSCALING_H
#define PLIMSOLL_SCHEMA_VALIDATION_AUTOSCALING_H

#include "schema/validation/core_parts.h"

enum { AUTOSCALING_PERIOD_MOST = 1800, AUTOSCALING_STABILIZATION_MOST = 3600 };

/* ParseGroupVersion, for what it takes and whether there is a group. */
bool api_version_parse(Str text, bool *has_group);

/* ---- autoscaling_annotations.c ---- */
typedef struct AnnotatedMetrics {
    uint32_t count;
    bool outside; /* one of them measures something else than Pods */
} AnnotatedMetrics;
AnnotatedMetrics validate_metrics_annotation(Validation *v, Field autoscaler);
void validate_behavior_annotation(Validation *v, Field autoscaler);

#endif
