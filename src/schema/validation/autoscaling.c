/* autoscaling.c: HorizontalPodAutoscalers, as pkg/apis/autoscaling/validation has them.
 *
 * Both versions are one object to the server.  autoscaling/v1 has the target of the
 * processor's use as a number, which becomes a metric; other metrics and the behavior
 * can stand there in annotations of JSON: autoscaling_annotations.c. */
#include "schema/validation/autoscaling.h"

/* ---- references ---- */

bool api_version_parse(Str text, bool *has_group)
{
    size_t slash = str_find(text, '/');
    *has_group = slash > 0 && slash < text.len;
    if (slash == text.len || text.len == 1)
        return true;
    Str rest = str_slice(text.ptr + slash + 1, text.len - slash - 1);
    return str_find(rest, '/') == rest.len;
}

/* ValidateCrossVersionObjectReference; the version is looked at since 1.34. */
static void validate_cross_version_object_reference(Validation *v, Field ref, bool core)
{
    Field version = GET(ref, apiVersion);
    bool has_group;
    validation_text(v, GET(ref, kind), format_path_segment);
    validation_text(v, GET(ref, name), format_path_segment);
    VALIDATION_ONLY(v, VALIDATION_SINCE(34))
    {
        if (!api_version_parse(field_text(v, version), &has_group))
            validation_invalid(v, version, "must be a group and a version");
        else if (!has_group && !core)
            validation_invalid(v, version, "must have a group: apps/v1, say");
    }
}

/* ---- metrics ---- */

/* validateMetricIdentifier */
static void validate_metric_identifier(Validation *v, Field metric)
{
    validation_text(v, GET(metric, name), format_path_segment);
}

/* validateMetricTarget */
static void validate_metric_target(Validation *v, Field target)
{
    Field type = GET(target, type), value = GET(target, value);
    Field average = GET(target, averageValue), utilization = GET(target, averageUtilization);
    if (field_is_empty(v, type))
        validation_required(v, type, "Utilization, Value or AverageValue");
    else if (!word_is_one_of(field_text(v, type), "Utilization,Value,AverageValue"))
        validation_invalid(v, type, "must be Utilization, Value or AverageValue");
    if (field_given(value))
        validation_positive_quantity(v, value);
    if (field_given(average))
        validation_positive_quantity(v, average);
    if (field_given(utilization))
        validation_range(v, utilization, 1, INT64_MAX);
}

/* validateObjectSource */
static void validate_object_source(Validation *v, Field source)
{
    Field target = GET(source, target), average = GET(target, averageValue);
    validate_cross_version_object_reference(v, GET(source, describedObject), true);
    validate_metric_identifier(v, GET(source, metric));
    validate_metric_target(v, target);
    if (!field_given(GET(target, value)) && !field_given(average))
        validation_required(v, average, "it or value has to be given");
}

/* validateExternalSource */
static void validate_external_source(Validation *v, Field source)
{
    Field target = GET(source, target), average = GET(target, averageValue);
    Field value = GET(target, value);
    validate_metric_identifier(v, GET(source, metric));
    validate_metric_target(v, target);
    if (!field_given(value) && !field_given(average))
        validation_required(v, average, "it or value has to be given");
    else if (field_given(value) && field_given(average))
        validation_forbidden(v, value, "there is averageValue");
}

/* validatePodsSource */
static void validate_pods_source(Validation *v, Field source)
{
    Field target = GET(source, target), average = GET(target, averageValue);
    validate_metric_identifier(v, GET(source, metric));
    validate_metric_target(v, target);
    if (!field_given(average))
        validation_required(v, average, NULL);
}

/* What Resource and ContainerResource have in common. */
static void validate_resource_target(Validation *v, Field target)
{
    Field average = GET(target, averageValue), utilization = GET(target, averageUtilization);
    validate_metric_target(v, target);
    if (!field_given(utilization) && !field_given(average))
        validation_required(v, utilization, "it or averageValue has to be given");
    else if (field_given(utilization) && field_given(average))
        validation_forbidden(v, average, "there is averageUtilization");
}

/* validateResourceSource */
static void validate_resource_source(Validation *v, Field source)
{
    validation_must_have(v, GET(source, name));
    validate_resource_target(v, GET(source, target));
}

/* validateContainerResourceSource */
static void validate_container_resource_source(Validation *v, Field source)
{
    Field name = GET(source, name);
    if (validation_must_have(v, name))
        validate_limit_range_container_resource_name(v, name);
    validation_text(v, GET(source, container), format_dns_label);
    validate_resource_target(v, GET(source, target));
}

typedef struct MetricKind {
    const char *type;
    NameId field;
    void (*validate)(Validation *v, Field source);
} MetricKind;

/* In the order in which the server looks at them: only the first that is there is
 * validated. */
static const MetricKind metric_kinds[] = {
    {"Object", SCHEMA_NAME_object, validate_object_source},
    {"External", SCHEMA_NAME_external, validate_external_source},
    {"Pods", SCHEMA_NAME_pods, validate_pods_source},
    {"Resource", SCHEMA_NAME_resource, validate_resource_source},
    {"ContainerResource", SCHEMA_NAME_containerResource, validate_container_resource_source},
};
enum { METRIC_KINDS = sizeof metric_kinds / sizeof *metric_kinds };

/* validateMetricSpec */
static void validate_metric_spec(Validation *v, Field metric)
{
    Field type = GET(metric, type), sources[METRIC_KINDS];
    unsigned there = 0;
    for (size_t i = 0; i < METRIC_KINDS; i++) {
        sources[i] = field_get(v, metric, metric_kinds[i].field);
        if (field_given(sources[i]) && there++ == 0)
            metric_kinds[i].validate(v, sources[i]);
    }
    if (field_is_empty(v, type))
        validation_required(v, type, "Object, Pods, Resource, External or ContainerResource");
    else if (!word_is_one_of(field_text(v, type), "ContainerResource,External,Object,Pods,Resource"))
        validation_not_supported(v, type, "ContainerResource,External,Object,Pods,Resource");
    for (size_t i = 0; i < METRIC_KINDS; i++) {
        bool expected = field_text_is(v, type, metric_kinds[i].type);
        if (expected && !field_given(sources[i]))
            validation_required(v, sources[i], "the type is %s", metric_kinds[i].type);
        else if (!expected && field_given(sources[i]) && there != 1)
            validation_forbidden(v, sources[i], "a metric has the field of its type alone");
    }
}

/* validateMetrics.  To start from no Pods at all, something else than Pods has to be
 * measured. */
static void validate_metrics(Validation *v, Field metrics, int64_t least)
{
    bool outside = false;
    for (Items i = items_of(v, metrics); items_next(v, &i);) {
        validate_metric_spec(v, i.item);
        outside |= word_is_one_of(field_text(v, GET(i.item, type)), "Object,External");
    }
    if (least == 0 && !outside)
        validation_forbidden(v, metrics, "for minReplicas of 0 there has to be an Object or an "
                                         "External metric");
}

/* ---- behavior ---- */

/* validateScalingPolicy */
static void validate_scaling_policy(Validation *v, Field policy)
{
    Field type = GET(policy, type);
    if (!word_is_one_of(field_text(v, type), "Percent,Pods"))
        validation_not_supported(v, type, "Percent,Pods");
    validation_range(v, GET(policy, value), 1, INT64_MAX);
    validation_range(v, GET(policy, periodSeconds), 1, AUTOSCALING_PERIOD_MOST);
}

/* validateScalingRules; policies that are not given are the default ones. */
static void validate_scaling_rules(Validation *v, Field rules)
{
    if (!field_given(rules))
        return;
    Field policies = GET(rules, policies), tolerance = GET(rules, tolerance);
    validation_range(v, GET(rules, stabilizationWindowSeconds), 0,
                     AUTOSCALING_STABILIZATION_MOST);
    validate_given_word(v, GET(rules, selectPolicy), "Disabled,Max,Min");
    if (field_given(policies) && field_length(v, policies) == 0)
        validation_required(v, policies, NULL);
    for (Items i = items_of(v, policies); items_next(v, &i);)
        validate_scaling_policy(v, i.item);
    VALIDATION_ONLY(v, VALIDATION_SINCE(35)) validation_nonnegative_quantity(v, tolerance);
}

/* ---- the whole ---- */

/* validateHorizontalPodAutoscalerSpec, but for the metrics. */
static void validate_replicas(Validation *v, Field spec)
{
    Field low = GET(spec, minReplicas), high = GET(spec, maxReplicas);
    int64_t least = field_int_or(v, low, 1), most = field_int(v, high);
    /* HPAScaleToZero */
    VALIDATION_ONLY(v, VALIDATION_SINCE(37)) validation_range(v, low, 0, INT64_MAX);
    VALIDATION_ONLY(v, VALIDATION_UNTIL(36))
    {
        if (least < 1)
            validation_range(v, low, 1, INT64_MAX);
    }
    VALIDATION_ONLY(v, VALIDATION_SINCE(36))
    {
        /* A server says both of 0. */
        if (most == 0)
            validation_required(v, high, NULL);
        if (most < least)
            validation_invalid(v, high, "must be at least 1, and at least minReplicas");
    }
    VALIDATION_ONLY(v, VALIDATION_UNTIL(35))
    {
        if (most < 1 || most < least)
            validation_invalid(v, high, "must be at least 1, and at least minReplicas");
    }
}

static void validate_target(Validation *v, Field spec)
{
    Field ref = GET(spec, scaleTargetRef);
    validate_cross_version_object_reference(
        v, ref, field_text_is(v, GET(ref, kind), "ReplicationController"));
}

/* ValidateHorizontalPodAutoscaler, of autoscaling/v2 */
void validate_horizontal_pod_autoscaler(Validation *v, Field autoscaler)
{
    Field spec = GET(autoscaler, spec), behavior = GET(spec, behavior);
    validate_replicas(v, spec);
    validate_target(v, spec);
    validate_metrics(v, GET(spec, metrics), field_int_or(v, GET(spec, minReplicas), 1));
    validate_scaling_rules(v, GET(behavior, scaleUp));
    validate_scaling_rules(v, GET(behavior, scaleDown));
}

/* The same of autoscaling/v1.  The processor's use comes behind the metrics of the
 * annotation. */
void validate_horizontal_pod_autoscaler_v1(Validation *v, Field autoscaler)
{
    Field spec = GET(autoscaler, spec), target = GET(spec, targetCPUUtilizationPercentage);
    validate_replicas(v, spec);
    validate_target(v, spec);
    AnnotatedMetrics annotated = validate_metrics_annotation(v, autoscaler);
    if (field_given(target) && field_int(v, target) < 1)
        validation_as(v, validation_invalid(v, target, "must be at least 1"), spec,
                      ".metrics[%u].resource.target.averageUtilization", annotated.count);
    if (!annotated.outside && field_int_or(v, GET(spec, minReplicas), 1) == 0)
        validation_as(v, validation_forbidden(v, GET(spec, minReplicas),
                                              "0 needs a metric of an Object or an External one"),
                      spec, ".metrics");
    validate_behavior_annotation(v, autoscaler);
}
