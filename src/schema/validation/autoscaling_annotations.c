/* autoscaling_annotations.c: what autoscaling/v1 cannot say in fields and says in annotations:
 * metrics and behavior, as JSON, which the server reads into the spec before it validates
 * (pkg/apis/autoscaling/v1/conversion.go, pkg/apis/autoscaling/validation).
 *
 * A text that cannot be decoded counts as none at all.  So every text is gone through twice:
 * to see whether it can, and to tell what is wrong.  Findings stand at the annotation and name
 * the server's path, below spec. */
#include "schema/validation/autoscaling.h"

#include "schema/validation/json_text.h"

typedef struct Reading {
    Validation *v;
    Field at;          /* the annotation */
    Str path;          /* of what is read, below the object: "spec.metrics[0]" */
    bool telling;      /* the second time */
    bool undecodable;
} Reading;

static void tell(Reading *r, const char *reason, const char *name, const char *wrong)
{
    if (!r->telling)
        return;
    validation_as(r->v,
                  validation_other(r->v, r->at, reason, "has JSON whose %.*s.%s %s",
                                   STR_ARG(r->path), name, wrong),
                  field_root(r->v), ".%.*s.%s", STR_ARG(r->path), name);
}

static void tell_required(Reading *r, const char *name)
{
    tell(r, "FieldValueRequired", name, "is required");
}

static void tell_invalid(Reading *r, const char *name, const char *wrong)
{
    if (wrong)
        tell(r, "FieldValueInvalid", name, wrong);
}

/* The same reading within a part, or within an item of it. */
static Reading within(const Reading *r, const char *name)
{
    Reading part = *r;
    part.path = arena_format(r->v->walk->checker->scratch, "%.*s.%s", STR_ARG(r->path), name);
    return part;
}

static Reading within_item(const Reading *r, const char *name, uint32_t index)
{
    Reading part = *r;
    part.path = arena_format(r->v->walk->checker->scratch, "%.*s.%s[%u]", STR_ARG(r->path), name,
                             index);
    return part;
}

/* ---- values ---- */

/* A member that is there and not null. */
static bool has_member(Str object, const char *key, Str *value)
{
    *value = str_slice("", 0);
    if (json_text_member(object, key, value) && !str_is(*value, "null"))
        return true;
    *value = str_slice("", 0);
    return false;
}

static Str read_string(Reading *r, Str object, const char *key)
{
    Str value;
    if (has_member(object, key, &value) && value.ptr[0] != '"')
        r->undecodable = true;
    return json_text_string(value);
}

static bool read_quantity(Reading *r, Str object, const char *key, Quantity *quantity)
{
    Str value;
    *quantity = quantity_of_int(0);
    if (!has_member(object, key, &value))
        return false;
    if (!quantity_parse(value.ptr[0] == '"' ? json_text_string(value) : value, quantity))
        r->undecodable = true;
    return true;
}

static bool read_int(Reading *r, Str object, const char *key, int64_t *number)
{
    Str value;
    *number = 0;
    if (!has_member(object, key, &value))
        return false;
    if (value.len > 11 || format_decimal_integer(value))
        r->undecodable = true;
    bool negative = value.ptr[0] == '-';
    for (size_t i = negative; i < value.len && !r->undecodable; i++)
        *number = *number * 10 + (value.ptr[i] - '0');
    *number = negative ? -*number : *number;
    if (*number > INT32_MAX || *number < INT32_MIN)
        r->undecodable = true;
    return true;
}

static bool read_object(Reading *r, Str object, const char *key, Str *value)
{
    bool there = has_member(object, key, value);
    if (there && value->ptr[0] != '{')
        r->undecodable = true;
    return there;
}

/* ---- metrics ---- */

static void check_positive(Reading *r, const char *name, const Quantity *quantity)
{
    tell_invalid(r, name, quantity_sign(quantity) > 0 ? NULL : "must be more than 0");
}

static void check_name(Reading *r, Str name, const char *place)
{
    if (name.len == 0)
        tell_required(r, place);
    else
        tell_invalid(r, place, format_path_segment(name));
}

static void read_object_source(Reading *r, Str source)
{
    Str target;
    Quantity value, average;
    bool has_group = read_object(r, source, "target", &target);
    if (!has_group)
        target = STR("{}");
    check_name(r, read_string(r, target, "kind"), "describedObject.kind");
    check_name(r, read_string(r, target, "name"), "describedObject.name");
    if (!api_version_parse(read_string(r, target, "apiVersion"), &has_group))
        tell_invalid(r, "describedObject.apiVersion", "must be a group and a version");
    check_name(r, read_string(r, source, "metricName"), "metric.name");
    read_quantity(r, source, "targetValue", &value);
    bool has_average = read_quantity(r, source, "averageValue", &average);
    if (!has_average || quantity_sign(&value) != 0)
        check_positive(r, "target.value", &value);
    if (has_average)
        check_positive(r, "target.averageValue", &average);
}

static void read_external_source(Reading *r, Str source)
{
    Quantity value, average;
    check_name(r, read_string(r, source, "metricName"), "metric.name");
    bool has_value = read_quantity(r, source, "targetValue", &value);
    bool has_average = read_quantity(r, source, "targetAverageValue", &average);
    if (has_value)
        check_positive(r, "target.value", &value);
    if (has_average)
        check_positive(r, "target.averageValue", &average);
    if (!has_value && !has_average)
        tell_required(r, "target.averageValue");
    else if (has_value && has_average)
        tell(r, "FieldValueForbidden", "target.value", "may not be given: there is averageValue");
}

static void read_pods_source(Reading *r, Str source)
{
    Quantity average;
    check_name(r, read_string(r, source, "metricName"), "metric.name");
    read_quantity(r, source, "targetAverageValue", &average);
    check_positive(r, "target.averageValue", &average);
}

static void read_resource_target(Reading *r, Str source)
{
    Quantity average;
    int64_t utilization;
    bool has_average = read_quantity(r, source, "targetAverageValue", &average);
    bool has_utilization = read_int(r, source, "targetAverageUtilization", &utilization);
    if (has_utilization && utilization < 1)
        tell_invalid(r, "target.averageUtilization", "must be more than 0");
    if (has_average)
        check_positive(r, "target.averageValue", &average);
    if (!has_utilization && !has_average)
        tell_required(r, "target.averageUtilization");
    else if (has_utilization && has_average)
        tell(r, "FieldValueForbidden", "target.averageValue",
             "may not be given: there is averageUtilization");
}

static void read_resource_source(Reading *r, Str source)
{
    if (read_string(r, source, "name").len == 0)
        tell_required(r, "name");
    read_resource_target(r, source);
}

static void read_container_resource_source(Reading *r, Str source)
{
    Str name = read_string(r, source, "name"), container = read_string(r, source, "container");
    if (name.len == 0)
        tell_required(r, "name");
    else
        tell_invalid(r, "name", resource_is_of_container(name) ? NULL
                                                               : "must be a resource of containers");
    if (container.len == 0)
        tell_required(r, "container");
    else
        tell_invalid(r, "container", format_dns_label(container));
    read_resource_target(r, source);
}

/* In the order in which the server looks at them: only the first that is there is
 * validated. */
static const struct SourceKind {
    const char *type, *field;
    void (*read)(Reading *r, Str source);
} source_kinds[] = {
    {"Object", "object", read_object_source},
    {"External", "external", read_external_source},
    {"Pods", "pods", read_pods_source},
    {"Resource", "resource", read_resource_source},
    {"ContainerResource", "containerResource", read_container_resource_source},
};

/* validateMetricSpec */
static void read_metric(Reading *r, Str metric)
{
    static const char TYPES[] = "ContainerResource,External,Object,Pods,Resource";
    Str type = read_string(r, metric, "type"), source;
    unsigned there = 0;
    for (size_t i = 0; i < BASE_COUNT(source_kinds); i++) {
        if (!read_object(r, metric, source_kinds[i].field, &source) || there++ > 0)
            continue;
        Reading part = within(r, source_kinds[i].field);
        source_kinds[i].read(&part, source);
        r->undecodable |= part.undecodable;
    }
    if (type.len == 0)
        tell_required(r, "type");
    else if (!word_is_one_of(type, TYPES))
        tell(r, "FieldValueNotSupported", "type",
             "takes Object, External, Pods, Resource or ContainerResource");
    for (size_t i = 0; i < BASE_COUNT(source_kinds); i++) {
        bool given = has_member(metric, source_kinds[i].field, &source);
        bool expected = str_is(type, source_kinds[i].type);
        if (expected && !given)
            tell_required(r, source_kinds[i].field);
        else if (!expected && given && there != 1)
            tell(r, "FieldValueForbidden", source_kinds[i].field,
                 "may not be given: a metric has the field of its type alone");
    }
}

static void read_metrics(Reading *r, Str metrics, AnnotatedMetrics *found)
{
    Str metric;
    found->count = 0;
    while (json_text_item(metrics, found->count, &metric)) {
        Reading part = within_item(r, "metrics", found->count++);
        if (str_is(metric, "null"))
            metric = STR("{}");
        if (metric.ptr[0] != '{')
            r->undecodable = true;
        else
            read_metric(&part, metric);
        r->undecodable |= part.undecodable;
        Str type = read_string(r, metric, "type");
        found->outside |= word_is_one_of(type, "Object,External");
    }
}

/* ---- behavior ---- */

/* validateScalingPolicy */
static void read_policy(Reading *r, Str policy)
{
    int64_t value, seconds;
    if (!word_is_one_of(read_string(r, policy, "type"), "Percent,Pods"))
        tell(r, "FieldValueNotSupported", "type", "takes Percent or Pods");
    read_int(r, policy, "value", &value);
    read_int(r, policy, "periodSeconds", &seconds);
    if (value < 1)
        tell_invalid(r, "value", "must be more than 0");
    if (seconds < 1 || seconds > AUTOSCALING_PERIOD_MOST)
        tell_invalid(r, "periodSeconds", "must be from 1 to 1800");
}

/* validateScalingRules, without defaults. */
static void read_rules(Reading *r, Str rules)
{
    Str policies, policy, word;
    int64_t seconds;
    Quantity tolerance;
    read_int(r, rules, "stabilizationWindowSeconds", &seconds);
    if (seconds < 0 || seconds > AUTOSCALING_STABILIZATION_MOST)
        tell_invalid(r, "stabilizationWindowSeconds", "must be from 0 to 3600");
    if (has_member(rules, "selectPolicy", &word) &&
        !word_is_one_of(read_string(r, rules, "selectPolicy"), "Disabled,Max,Min"))
        tell(r, "FieldValueNotSupported", "selectPolicy", "takes Max, Min or Disabled");
    bool given = has_member(rules, "policies", &policies);
    if (given && policies.ptr[0] != '[')
        r->undecodable = true;
    if (!json_text_item(policies, 0, &policy))
        tell_required(r, "policies");
    for (uint32_t i = 0; json_text_item(policies, i, &policy); i++) {
        Reading part = within_item(r, "policies", i);
        read_policy(&part, policy);
        r->undecodable |= part.undecodable;
    }
    if (read_quantity(r, rules, "tolerance", &tolerance) && quantity_sign(&tolerance) < 0)
        tell_invalid(r, "tolerance", "must be 0 or more");
}

static void read_behavior(Reading *r, Str behavior)
{
    static const char *const SIDES[] = {"scaleUp", "scaleDown"};
    Reading within_behavior = within(r, "behavior");
    Str rules;
    for (size_t i = 0; i < BASE_COUNT(SIDES); i++) {
        if (!read_object(r, behavior, SIDES[i], &rules))
            continue;
        Reading part = within(&within_behavior, SIDES[i]);
        read_rules(&part, rules);
        r->undecodable |= part.undecodable;
    }
}

/* ---- the annotations ---- */

/* The JSON of an annotation: what YAML made of its quotes and escapes already. */
static Str annotation_text(const Validation *v, Field autoscaler, const char *name, Field *at)
{
    Field annotations = FIELD_PATH(v, autoscaler, SCHEMA_NAME_metadata, SCHEMA_NAME_annotations);
    *at = field_entry(v, annotations, name);
    return field_text(v, *at);
}

AnnotatedMetrics validate_metrics_annotation(Validation *v, Field autoscaler)
{
    AnnotatedMetrics found = {0};
    Reading r = {.v = v, .path = STR("spec")};
    Str text = annotation_text(v, autoscaler, "autoscaling.alpha.kubernetes.io/metrics", &r.at);
    if (text.len == 0 || !json_text_is_array(text))
        return found;
    read_metrics(&r, text, &found);
    if (r.undecodable)
        return (AnnotatedMetrics){0};
    r.telling = true;
    read_metrics(&r, text, &found);
    return found;
}

void validate_behavior_annotation(Validation *v, Field autoscaler)
{
    Reading r = {.v = v, .path = STR("spec")};
    Str text = annotation_text(v, autoscaler, "autoscaling.alpha.kubernetes.io/behavior", &r.at);
    if (text.len == 0 || !json_text_is_object(text))
        return;
    read_behavior(&r, text);
    if (r.undecodable)
        return;
    r.telling = true;
    read_behavior(&r, text);
}
