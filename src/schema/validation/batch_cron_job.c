/* batch_cron_job.c: CronJobs, as pkg/apis/batch/validation has them. */
#include "schema/validation/batch.h"

/* What the controller puts behind a CronJob's name makes a Job's name of at most 63. */
enum { CRON_JOB_NAME_MOST = 52, GENERATED_MOST = 58, GENERATED_SUFFIX = 5 };

static void validate_cron_job_name(Validation *v, Field meta)
{
    Field name = GET(meta, name), generated = GET(meta, generateName);
    size_t prefix = field_text(v, generated).len;
    if (!field_is_empty(v, name)) {
        if (field_text(v, name).len > CRON_JOB_NAME_MOST)
            validation_invalid(v, name, "must be at most 52 bytes");
    } else if ((prefix < GENERATED_MOST ? prefix : GENERATED_MOST) + GENERATED_SUFFIX >
                   CRON_JOB_NAME_MOST &&
               prefix > 0) {
        validation_as(v, validation_invalid(v, generated, "must be at most 47 bytes: the name is 5 "
                                                          "longer, and may have 52"),
                      name, NULL);
    }
}

/* validateScheduleFormat */
static void validate_schedule_format(Validation *v, Field schedule)
{
    if (!validation_must_have(v, schedule))
        return;
    Str text = field_text(v, schedule);
    size_t t = 0;
    while (t + 1 < text.len && memcmp(text.ptr + t, "TZ", 2) != 0)
        t++;
    const char *wrong = t + 1 < text.len ? "may not set TZ or CRON_TZ: there is timeZone for it"
                                         : format_cron_schedule(text);
    if (wrong)
        validation_invalid(v, schedule, "%s", wrong);
}

/* ValidateJobTemplateSpec */
static void validate_job_template_spec(Validation *v, Field template)
{
    Field spec = GET(template, spec);
    Field selector = GET(spec, selector), manual = GET(spec, manualSelector);
    validate_job_spec(v, spec, false);
    if (field_given(selector))
        validation_invalid(v, selector, "may not be given: every Job gets one of its own");
    if (field_bool(v, manual))
        validation_not_supported(v, manual, "false");
}

/* ValidateCronJobCreate and validateCronJobSpec */
void validate_cron_job(Validation *v, Field job)
{
    Field spec = GET(job, spec), meta = GET(job, metadata);
    validate_schedule_format(v, GET(spec, schedule));
    validation_nonnegative(v, GET(spec, startingDeadlineSeconds));
    validate_given_text(v, GET(spec, timeZone), format_time_zone);
    validation_optional_word(v, GET(spec, concurrencyPolicy), "Allow,Forbid,Replace");
    validate_job_template_spec(v, GET(spec, jobTemplate));
    validation_nonnegative(v, GET(spec, successfulJobsHistoryLimit));
    validation_nonnegative(v, GET(spec, failedJobsHistoryLimit));
    validate_cron_job_name(v, meta);
    warn_of_name_in_pods(v, meta);
}
