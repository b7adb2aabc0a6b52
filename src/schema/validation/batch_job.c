/* batch_job.c: Jobs, as pkg/apis/batch/validation and pkg/registry/batch/job have them.
 *
 * Unless manualSelector is set, the server puts a selector and labels of its own into the
 * Job before it validates: the Job's uid, which nobody can know, and its name.  What the
 * file has of these has to agree with them. */
#include "schema/validation/batch.h"

enum {
    INDEXED_PARALLELISM_MOST = 100000,
    FAILED_INDEXES_MOST = 100000,
    COMPLETIONS_SOFT_LIMIT = 100000,
    PARALLELISM_OF_MANY_MOST = 10000,
    FAILED_INDEXES_OF_MANY_MOST = 10000,
    MANAGED_BY_MOST = 63,
    GENERATED_MOST = 58,
};

static const char UID_LABEL[] = "batch.kubernetes.io/controller-uid";
static const char UID_LABELS[] = "controller-uid,batch.kubernetes.io/controller-uid";
static const char NAME_LABELS[] = "job-name,batch.kubernetes.io/job-name";

/* ---- the generated selector ---- */

/* Labels as the server completes them: those of the template, if any, then its own. */
typedef struct JobLabels {
    Field given;         /* a map, or FIELD_NONE */
    bool generated;
    Str name;            /* the Job's; empty where it is yet to be generated */
} JobLabels;

/* Whether the label is there.  *value is its text; a NULL one is known to the server
 * alone, and equals nothing that a file can say. */
static bool job_label(const Validation *v, const JobLabels *labels, Str key, Str *value)
{
    if (labels->given.above != BASE_NONE) {
        for (Entries at = entries_of(v, labels->given); entries_next(v, &at);)
            if (str_eq(at.key, key)) {
                *value = field_text(v, at.value);
                return true;
            }
    }
    *value = word_is_one_of(key, NAME_LABELS) ? labels->name : (Str){NULL, 0};
    if (value->len == 0)
        value->ptr = NULL;
    return labels->generated && (value->ptr || word_is_one_of(key, UID_LABELS) ||
                                 word_is_one_of(key, NAME_LABELS));
}

static bool job_requirement_matches(const Validation *v, Field requirement,
                                    const JobLabels *labels)
{
    Str operator= field_text(v, GET(requirement, operator)), value;
    bool has = job_label(v, labels, field_text(v, GET(requirement, key)), &value), among = false;
    for (Items i = items_of(v, GET(requirement, values)); has && items_next(v, &i);)
        among |= value.ptr && str_eq(field_text(v, i.item), value);
    if (str_is(operator, "In"))
        return has && among;
    if (str_is(operator, "NotIn"))
        return !has || !among;
    return str_is(operator, "Exists") ? has : !has;
}

static bool job_selector_matches(const Validation *v, Field selector, const JobLabels *labels)
{
    for (Entries at = entries_of(v, GET(selector, matchLabels)); entries_next(v, &at);) {
        Str value;
        if (!job_label(v, labels, at.key, &value) || !value.ptr ||
            !str_eq(field_text(v, at.value), value))
            return false;
    }
    for (Items i = items_of(v, GET(selector, matchExpressions)); items_next(v, &i);)
        if (!job_requirement_matches(v, i.item, labels))
            return false;
    return true;
}

/* ValidateHasLabel: a label that the server would have put there itself. */
static void validate_generated_label(Validation *v, Field labels, const char *key, Str want)
{
    Field label = field_entry(v, labels, key);
    if (!field_given(label) || (want.len && str_eq(field_text(v, label), want)))
        return;
    if (want.len)
        validation_invalid(v, label, "must be the Job's name, \"%.*s\", unless manualSelector is "
                                     "true", STR_ARG(want));
    else
        validation_invalid(v, label, "may not be given: the server sets it, unless manualSelector "
                                     "is true");
}

/* validateGeneratedSelector, and ValidateLabels of what was generated */
static void validate_generated_selector(Validation *v, Field job, Field spec)
{
    Field meta = GET(job, metadata), name = GET(meta, name), selector = GET(spec, selector);
    Field template = GET(spec, template);
    Field labels = FIELD_PATH(v, template, SCHEMA_NAME_metadata, SCHEMA_NAME_labels);
    JobLabels all = {.given = labels, .generated = true, .name = field_text(v, name)};
    JobLabels own = {.given = FIELD_NONE, .generated = true, .name = all.name};
    validate_generated_label(v, labels, "controller-uid", str_slice("", 0));
    validate_generated_label(v, labels, "job-name", all.name);
    validate_generated_label(v, labels, UID_LABEL, str_slice("", 0));
    validate_generated_label(v, labels, "batch.kubernetes.io/job-name", all.name);
    if (format_label_value(all.name))
        validation_as(v, validation_invalid(v, name, "becomes a label of the Pods, and must be one: "
                                                     "at most 63 bytes"),
                      template, ".labels");
    bool has_uid = field_given(field_entry(v, labels, UID_LABEL));
    if (selector_is_valid(v, selector) && !job_selector_matches(v, selector, &own))
        validation_invalid(v, selector, "may not be given, unless manualSelector is true: the server "
                                        "makes one");
    /* The selector that is made names the uid, which a label of the file's cannot be. */
    if (selector_is_valid(v, selector) &&
        (!job_selector_matches(v, selector, &all) ||
         (has_uid && !field_given(field_entry(v, GET(selector, matchLabels), UID_LABEL)))))
        validation_invalid(v, labels, "must match the selector");
}

/* ---- the spec ---- */

/* The numbers of an Indexed Job. */
static void validate_indexed(Validation *v, Field spec, Field completions, int64_t parallelism)
{
    Field failed = GET(spec, maxFailedIndexes), parallel = GET(spec, parallelism);
    int64_t count = field_int(v, completions), failing = field_int(v, failed);
    if (parallelism > INDEXED_PARALLELISM_MOST)
        validation_invalid(v, parallel, "may be at most 100000 in an Indexed Job");
    if (field_given(completions) && field_given(failed) && failing > count)
        validation_invalid(v, failed, "may not be more than completions");
    else if (failing > FAILED_INDEXES_MOST)
        validation_invalid(v, failed, "may be at most 100000");
    if (count <= COMPLETIONS_SOFT_LIMIT || !field_given(GET(spec, backoffLimitPerIndex)))
        return;
    if (!field_given(failed))
        validation_required(v, failed, "there are more than 100000 completions");
    if (parallelism > PARALLELISM_OF_MANY_MOST && parallelism <= INDEXED_PARALLELISM_MOST)
        validation_invalid(v, parallel, "may be at most 10000 with more than 100000 completions and "
                                        "backoffLimitPerIndex");
    if (failing > FAILED_INDEXES_OF_MANY_MOST && failing <= FAILED_INDEXES_MOST && failing <= count)
        validation_invalid(v, failed, "may be at most 10000 with more than 100000 completions and "
                                      "backoffLimitPerIndex");
}

static void validate_completion_mode(Validation *v, Field spec, bool defaulted)
{
    Field mode = GET(spec, completionMode), completions = GET(spec, completions);
    Field parallel = GET(spec, parallelism), failed = GET(spec, maxFailedIndexes);
    Field backoff = GET(spec, backoffLimitPerIndex), success = GET(spec, successPolicy);
    bool indexed = field_text_is(v, mode, "Indexed");
    /* Both are 1 where neither is given. */
    bool ones = defaulted && !field_given(completions) && !field_given(parallel);
    validate_given_word(v, mode, "NonIndexed,Indexed");
    if (field_given(failed) && !field_given(backoff))
        validation_required(v, backoff, "maxFailedIndexes is given");
    if (indexed) {
        if (!field_given(completions) && !ones)
            validation_required(v, completions, "the Job is Indexed");
        if (ones && field_int(v, failed) > 1)
            validation_invalid(v, failed, "may not be more than completions, which is 1");
        validate_indexed(v, spec, completions, field_int(v, parallel));
    } else if (!field_given(mode) || field_text_is(v, mode, "NonIndexed")) {
        if (field_given(backoff))
            validation_invalid(v, backoff, "may be given only where completionMode is Indexed");
        if (field_given(failed))
            validation_invalid(v, failed, "may be given only where completionMode is Indexed");
    }
    /* The field came with 1.30, and was dropped there. */
    VALIDATION_ONLY(v, VALIDATION_SINCE(31))
    {
        if (field_given(success) && !indexed)
            validation_invalid(v, success, "may be given only where completionMode is Indexed");
        else if (field_given(success))
            validate_success_policy(v, success, ones ? 1 : field_int(v, completions));
    }
}

/* The default is no restart policy for a Job: one has to be chosen. */
static void validate_job_restart_policy(Validation *v, Field spec)
{
    Field policy = FIELD_PATH(v, spec, SCHEMA_NAME_template, SCHEMA_NAME_spec,
                              SCHEMA_NAME_restartPolicy);
    Str word = field_text_or(v, policy, "Always");
    if (str_is(word, "Always")) {
        Finding *finding = field_given(policy)
                               ? validation_not_supported(v, policy, "OnFailure,Never")
                               : validation_required(v, policy, "a Job's Pods take OnFailure or "
                                                                "Never");
        if (finding)
            finding->reason = STR("FieldValueRequired");
    } else if (str_is(word, "OnFailure") && field_given(GET(spec, podFailurePolicy))) {
        validation_invalid(v, policy, "must be Never where there is a podFailurePolicy");
    }
}

/* validatePodReplacementPolicy */
static void validate_pod_replacement_policy(Validation *v, Field spec)
{
    validate_given_word(v, GET(spec, podReplacementPolicy),
                        field_given(GET(spec, podFailurePolicy)) ? "Failed"
                                                                 : "Failed,TerminatingOrFailed");
}

void validate_job_spec(Validation *v, Field spec, bool defaulted)
{
    Field managed = GET(spec, managedBy), completions = GET(spec, completions);
    Field parallel = GET(spec, parallelism);
    validation_nonnegative(v, parallel);
    validation_nonnegative(v, completions);
    validation_nonnegative(v, GET(spec, activeDeadlineSeconds));
    validation_nonnegative(v, GET(spec, backoffLimit));
    validation_nonnegative(v, GET(spec, ttlSecondsAfterFinished));
    validation_nonnegative(v, GET(spec, backoffLimitPerIndex));
    validation_nonnegative(v, GET(spec, maxFailedIndexes));
    /* Dropped where JobManagedBy is off. */
    VALIDATION_ONLY(v, VALIDATION_SINCE(32))
    {
        if (field_given(managed) && validation_must_have(v, managed))
            validation_optional_text(v, managed, format_domain_prefixed_path);
        if (field_text(v, managed).len > MANAGED_BY_MOST)
            validation_too_long(v, managed, MANAGED_BY_MOST);
    }
    validate_completion_mode(v, spec, defaulted);
    if (field_given(GET(spec, podFailurePolicy)))
        validate_pod_failure_policy(v, spec);
    validate_pod_replacement_policy(v, spec);
    validate_pod_template_spec(v, GET(spec, template));
    validate_job_restart_policy(v, spec);
    if (field_text_is(v, GET(spec, completionMode), "Indexed") &&
        field_int(v, completions) > COMPLETIONS_SOFT_LIMIT &&
        field_int(v, parallel) > PARALLELISM_OF_MANY_MOST)
        validation_warning(v, spec, "has more than 100000 completions and a parallelism of more "
                                    "than 10000: Kubernetes may lose track of completed indexes");
}

/* ---- the Job ---- */

/* validateNameAllowsCompletions: the name and the last index are a hostname. */
static void validate_name_allows_completions(Validation *v, Field meta, Field spec)
{
    char host[300];
    Field name = GET(meta, name), completions = GET(spec, completions);
    Str text = field_text(v, name), prefix = field_text(v, GET(meta, generateName));
    int64_t count = field_int(v, completions);
    if (!field_given(completions) && !field_given(GET(spec, parallelism)))
        count = 1;
    if (!field_text_is(v, GET(spec, completionMode), "Indexed") || count <= 0 || text.len > 253)
        return;
    const char *generated = "";
    if (text.len == 0 && prefix.len) {
        text = str_slice(prefix.ptr, prefix.len < GENERATED_MOST ? prefix.len : GENERATED_MOST);
        generated = "xxxxx";
    }
    int len = snprintf(host, sizeof host, "%.*s%s-%lld", STR_ARG(text), generated,
                       (long long)(count - 1));
    if (format_dns_label(str_slice(host, (size_t)len)))
        validation_invalid(v, name, "must leave room for -%lld: both are a Pod's hostname, a DNS "
                                    "label of at most 63 bytes", (long long)(count - 1));
}

/* SetDefaults_Job: a Job without labels takes those of its template, so that the server
 * names its own first when they are wrong. */
static void validate_defaulted_labels(Validation *v, Field meta, Field labels)
{
    if (field_length(v, GET(meta, labels)) > 0 || !field_given(labels))
        return;
    validation_rename(v, labels.node, STR("metadata.labels"));
    validate_labels(v, labels);
    validation_rename(v, BASE_NONE, str_slice("", 0));
}

/* ValidateJobCreate and ValidateJobSpec */
void validate_job(Validation *v, Field job)
{
    Field meta = GET(job, metadata), spec = GET(job, spec), selector = GET(spec, selector);
    Field labels = FIELD_PATH(v, spec, SCHEMA_NAME_template, SCHEMA_NAME_metadata,
                              SCHEMA_NAME_labels);
    bool manual = field_bool(v, GET(spec, manualSelector));
    validate_defaulted_labels(v, meta, labels);
    if (!manual)
        validate_generated_selector(v, job, spec);
    validate_job_spec(v, spec, true);
    validate_label_selector(v, selector, &(SelectorOptions){false});
    if (manual && !field_given(selector))
        validation_required(v, selector, "manualSelector is true");
    else if (manual && selector_is_valid(v, selector) && !selector_matches(v, selector, labels))
        validation_invalid(v, labels, "must match the selector");
    validate_name_allows_completions(v, meta, spec);
    warn_of_name_in_pods(v, meta);
}
