/* batch.h: the parts of a Job that CronJobs share.  Named after
 * pkg/apis/batch/validation. */
#ifndef PLIMSOLL_SCHEMA_VALIDATION_BATCH_H
#define PLIMSOLL_SCHEMA_VALIDATION_BATCH_H

#include "schema/validation/apps.h"

/* ---- batch_job.c ---- */
/* validateJobSpec and WarningsForJobSpec.  defaulted: what a Job by itself leaves out is
 * filled in, in a CronJob's template it is not. */
void validate_job_spec(Validation *v, Field spec, bool defaulted);

/* ---- batch_policies.c ---- */
/* validatePodFailurePolicy */
void validate_pod_failure_policy(Validation *v, Field spec);
/* validateSuccessPolicy, of an Indexed Job */
void validate_success_policy(Validation *v, Field policy, int64_t completions);

#endif
