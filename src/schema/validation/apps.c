/* apps.c: Deployments, ReplicaSets, DaemonSets and ControllerRevisions, as
 * pkg/apis/apps/validation has them.  StatefulSets stand in apps_stateful_set.c.
 *
 * The server defaults before it validates; where a default matters, it is read with the
 * field.  Two annotations of older versions stand for fields of the stored object, and
 * are parsed when the object is decoded. */
#include "schema/validation/apps.h"

/* An annotation that stands for a number of 64 bits.  Returns whether it is one. */
static bool parse_int64(Str text, int64_t *value)
{
    bool negative = text.len && text.ptr[0] == '-';
    uint64_t most = negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX, sum = 0;
    size_t i = negative || (text.len && text.ptr[0] == '+') ? 1 : 0;
    if (i == text.len)
        return false;
    for (; i < text.len; i++) {
        unsigned digit = (unsigned)(unsigned char)text.ptr[i] - '0';
        if (digit > 9 || sum > (most - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    *value = negative ? (int64_t)(0 - sum) : (int64_t)sum;
    return true;
}

/* ---- Deployment ---- */

/* Convert_v1_Deployment_To_apps_Deployment and ValidateRollback */
static void validate_rollback(Validation *v, Field deployment, Field meta)
{
    Field text = field_entry(v, GET(meta, annotations), "deprecated.deployment.rollback.to");
    int64_t revision;
    if (field_is_empty(v, text))
        return;
    if (!parse_int64(field_text(v, text), &revision))
        validation_other(v, text, "BadRequest", "must be a number");
    else if (revision < 0)
        validation_as(v, validation_invalid(v, text, "must be 0 or more"),
                      GET(deployment, spec), ".rollback.version");
}

/* ValidateRollingUpdateDeployment; both fields default to 25%. */
static void validate_rolling_update_deployment(Validation *v, Field update)
{
    Field unavailable = GET(update, maxUnavailable), surge = GET(update, maxSurge);
    validate_positive_int_or_percent(v, unavailable);
    validate_positive_int_or_percent(v, surge);
    if (int_or_percent_value(v, unavailable, 25) == 0 && int_or_percent_value(v, surge, 25) == 0)
        validation_invalid(v, unavailable, "may not be 0 while maxSurge is 0: no Pod could be "
                                           "replaced");
    validate_not_more_than_100_percent(v, unavailable);
}

/* ValidateDeploymentStrategy */
static void validate_deployment_strategy(Validation *v, Field strategy)
{
    Field type = GET(strategy, type), update = GET(strategy, rollingUpdate);
    Str word = field_text_or(v, type, "RollingUpdate");
    if (str_is(word, "RollingUpdate"))
        validate_rolling_update_deployment(v, update);
    else if (!str_is(word, "Recreate"))
        validation_as(v, validation_not_supported(v, type, "Recreate,RollingUpdate"), strategy,
                      NULL);
    else if (field_given(update))
        validation_forbidden(v, update, "strategy type Recreate has none");
}

/* ValidatePodTemplateSpecForReplicaSet, and the selector before it */
static void validate_selector_and_template(Validation *v, Field selector, Field template,
                                           const char *kind)
{
    if (!validate_workload_selector(v, selector, template) && field_given(selector))
        return;
    validate_pod_template_spec(v, template);
    validate_lasting_template(v, template, kind);
}

/* ValidateDeploymentSpec */
static void validate_deployment_spec(Validation *v, Field whole)
{
    Fields of, *spec = &of;
    fields_read(v, whole, spec);
    Field selector = OF(spec, selector), ready = OF(spec, minReadySeconds);
    validation_nonnegative(v, OF(spec, replicas));
    validate_selector_and_template(v, selector, OF(spec, template), "Deployment");
    if (spec->bits & FIELD_BIT(strategy))
        validate_deployment_strategy(v, OF(spec, strategy));
    validation_nonnegative(v, ready);
    validation_nonnegative(v, OF(spec, revisionHistoryLimit));
    Field deadline = OF(spec, progressDeadlineSeconds);
    validation_nonnegative(v, deadline);
    if (field_int_or(v, deadline, 600) <= field_int(v, ready))
        validation_invalid(v, deadline, "must be more than minReadySeconds%s",
                           field_given(deadline) ? "" : "; it is 600 where it is not given");
}

/* ValidateDeployment */
void validate_deployment(Validation *v, Field deployment)
{
    Field meta = GET(deployment, metadata);
    validate_rollback(v, deployment, meta);
    validate_deployment_spec(v, GET(deployment, spec));
    warn_of_name_in_pods(v, meta);
}

/* ---- ReplicaSet ---- */

/* ValidateReplicaSet and ValidateReplicaSetSpec */
void validate_replica_set(Validation *v, Field set)
{
    Field spec = GET(set, spec), selector = GET(spec, selector);
    validation_nonnegative(v, GET(spec, replicas));
    validation_nonnegative(v, GET(spec, minReadySeconds));
    validate_selector_and_template(v, selector, GET(spec, template), "ReplicaSet");
    warn_of_name_in_pods(v, GET(set, metadata));
}

/* ---- DaemonSet ---- */

/* ValidateRollingUpdateDaemonSet; the defaults are 1 and 0. */
static void validate_rolling_update_daemon_set(Validation *v, Field update)
{
    Field unavailable = GET(update, maxUnavailable), surge = GET(update, maxSurge);
    validate_positive_int_or_percent(v, unavailable);
    validate_positive_int_or_percent(v, surge);
    validate_not_more_than_100_percent(v, unavailable);
    validate_not_more_than_100_percent(v, surge);
    bool has_unavailable = int_or_percent_value(v, unavailable, 1) != 0;
    bool has_surge = int_or_percent_value(v, surge, 0) != 0;
    if (has_unavailable && has_surge)
        validation_invalid(v, surge, "may be used only where maxUnavailable is 0; that is 1 where "
                                     "it is not given");
    else if (!has_unavailable && !has_surge)
        validation_required(v, unavailable, "it may not be 0 while maxSurge is 0");
}

/* ValidateDaemonSetUpdateStrategy */
static void validate_daemon_set_update_strategy(Validation *v, Field strategy)
{
    Field type = GET(strategy, type);
    Str word = field_text_or(v, type, "RollingUpdate");
    if (str_is(word, "RollingUpdate"))
        validate_rolling_update_daemon_set(v, GET(strategy, rollingUpdate));
    else if (!str_is(word, "OnDelete"))
        validation_as(v, validation_not_supported(v, type, "RollingUpdate,OnDelete"), strategy,
                      NULL);
}

/* A DaemonSet without a selector is not told that it lacks one, as the other workloads
 * are, but that nothing selects its template's labels. */
static void validate_daemon_set_selector(Validation *v, Field spec)
{
    Field selector = GET(spec, selector), template = GET(spec, template);
    if (!field_given(selector)) {
        Finding *finding = validation_required(v, selector, NULL);
        if (finding)
            finding->reason = STR("FieldValueInvalid");
        validation_as(v, finding, template, ".metadata.labels");
        return;
    }
    if (validate_label_selector(v, selector, &(SelectorOptions){false}))
        validate_template_labels(v, selector, template);
    if (!selector_selects(v, selector))
        validation_invalid(v, selector, "may not be empty: it would select every Pod");
}

/* ValidateDaemonSet and ValidateDaemonSetSpec */
void validate_daemon_set(Validation *v, Field set)
{
    Field spec = GET(set, spec), template = GET(spec, template);
    int64_t generation;
    Field text = field_entry(v, FIELD_PATH(v, set, SCHEMA_NAME_metadata, SCHEMA_NAME_annotations),
                             "deprecated.daemonset.template.generation");
    if (field_given(text) && !parse_int64(field_text(v, text), &generation))
        validation_other(v, text, "BadRequest", "must be a number");
    bool plain = selector_is_plain(v, GET(spec, selector), template);
    VALIDATION_UNLESS(v, plain)
        validate_daemon_set_selector(v, spec);
    validate_pod_template_spec(v, template);
    validate_lasting_template(v, template, "DaemonSet");
    validation_nonnegative(v, GET(spec, minReadySeconds));
    validate_daemon_set_update_strategy(v, GET(spec, updateStrategy));
    validation_nonnegative(v, GET(spec, revisionHistoryLimit));
}

/* ---- ControllerRevision ---- */

/* ValidateControllerRevisionCreate */
void validate_controller_revision(Validation *v, Field revision)
{
    Field data = GET(revision, data);
    validation_nonnegative(v, GET(revision, revision));
    if (!field_given(data)) {
        validation_required(v, data, NULL);
        return;
    }
    VALIDATION_ONLY(v, VALIDATION_SINCE(31))
    {
        if (node_kind(v->doc, data.node) != NODE_MAP)
            validation_required(v, data, "it has to be an object");
    }
}
