/* batch.c: Jobs: pkg/apis/batch/v1/defaults.go and pkg/registry/batch/job. */
#include "schema/defaults/defaults.h"

/* SetDefaults_Job. */
void setdefaults_job(Normal *n, Value *object)
{
    Value *spec = VALUE_PUT(n, object, spec), *metadata = metadata_of(n, object);
    if (!VALUE_GET(spec, parallelism))
        VALUE_DEFAULT_INT(n, spec, completions, 1);
    VALUE_DEFAULT_INT(n, spec, parallelism, 1);
    VALUE_DEFAULT_INT(n, spec, backoffLimit, VALUE_GET(spec, backoffLimitPerIndex) ? INT32_MAX : 6);
    const Value *labels = VALUE_GET(VALUE_GET(VALUE_GET(spec, template), metadata), labels);
    if (labels && !value_count(VALUE_GET(metadata, labels))) {
        value_set_copy(n, metadata, SCHEMA_NAME_labels, labels);
        n->labels_shared = true;
    }
    if (normal_since(n, 22)) {
        VALUE_DEFAULT(n, spec, completionMode, "NonIndexed");
        VALUE_DEFAULT_BOOL(n, spec, suspend, false);
    }
    VALUE_DEFAULT(n, spec, podReplacementPolicy,
                  VALUE_GET(spec, podFailurePolicy) ? "Failed" : "TerminatingOrFailed");
    if (normal_since(n, 22))
        VALUE_DEFAULT_BOOL(n, spec, manualSelector, false);
}

static void name_job(Normal *n, Value *labels, const char *key, Str name)
{
    if (labels && !value_entry(labels, str_of(key)))
        value_set_entry(n, labels, str_of(key), name);
}

/* generateSelector, less the labels with the Job's uid. */
void prepare_job(Normal *n, Value *object)
{
    Value *spec = VALUE_PUT(n, object, spec);
    if (value_is_true(VALUE_GET(spec, manualSelector)))
        return;
    Value *metadata = VALUE_PUT(n, VALUE_PUT(n, spec, template), metadata);
    Value *labels = VALUE_PUT(n, metadata, labels);
    Str name = value_text(VALUE_GET(metadata_of(n, object), name));
    name_job(n, labels, "job-name", name);
    if (normal_since(n, 27))
        name_job(n, labels, "batch.kubernetes.io/job-name", name);
    VALUE_PUT(n, spec, selector);
    if (n->labels_shared)
        value_set_copy(n, metadata_of(n, object), SCHEMA_NAME_labels, labels);
}
