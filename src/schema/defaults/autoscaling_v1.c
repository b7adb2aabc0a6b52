/* autoscaling_v1.c: what autoscaling/v1 has no fields for stands in annotations of JSON:
 * metrics and behaviour.  The server reads them into its own structs and writes them
 * again (pkg/apis/autoscaling/v1/conversion.go), in the order of Go's fields, and with
 * the defaults of behaviour filled in, since it stores another version. */
#include "schema/defaults/canonical.h"
#include "schema/defaults/defaults.h"
#include "schema/validation/json_text.h"
#include "schema/value.h"

/* ---- JSON that is read as one Go struct after the other ---- */

typedef enum PartKind { PART_END, PART_STRING, PART_INT, PART_QUANTITY, PART_STRUCT, PART_RAW } PartKind;

/* A field of a struct, in the order of Go's. */
typedef struct Part {
    const char *name;
    PartKind kind;
    bool always;             /* no omitempty, and no pointer */
    const struct Part *parts; /* of PART_STRUCT */
} Part;

static const Part REFERENCE[] = {
    {"kind", PART_STRING, true, NULL},
    {"name", PART_STRING, true, NULL},
    {"apiVersion", PART_STRING, false, NULL},
    {0},
};
static const Part OBJECT[] = {
    {"target", PART_STRUCT, true, REFERENCE},
    {"metricName", PART_STRING, true, NULL},
    {"targetValue", PART_QUANTITY, true, NULL},
    {"selector", PART_RAW, false, NULL},
    {"averageValue", PART_QUANTITY, false, NULL},
    {0},
};
static const Part PODS[] = {
    {"metricName", PART_STRING, true, NULL},
    {"targetAverageValue", PART_QUANTITY, true, NULL},
    {"selector", PART_RAW, false, NULL},
    {0},
};
static const Part RESOURCE[] = {
    {"name", PART_STRING, true, NULL},
    {"targetAverageUtilization", PART_INT, false, NULL},
    {"targetAverageValue", PART_QUANTITY, false, NULL},
    {0},
};
static const Part CONTAINER_RESOURCE[] = {
    {"name", PART_STRING, true, NULL},
    {"targetAverageUtilization", PART_INT, false, NULL},
    {"targetAverageValue", PART_QUANTITY, false, NULL},
    {"container", PART_STRING, true, NULL},
    {0},
};
static const Part EXTERNAL[] = {
    {"metricName", PART_STRING, true, NULL},
    {"metricSelector", PART_RAW, false, NULL},
    {"targetValue", PART_QUANTITY, false, NULL},
    {"targetAverageValue", PART_QUANTITY, false, NULL},
    {0},
};
static const Part METRIC[] = {
    {"type", PART_STRING, true, NULL},
    {"object", PART_STRUCT, false, OBJECT},
    {"pods", PART_STRUCT, false, PODS},
    {"resource", PART_STRUCT, false, RESOURCE},
    {"containerResource", PART_STRUCT, false, CONTAINER_RESOURCE},
    {"external", PART_STRUCT, false, EXTERNAL},
    {0},
};

/* A member that is there and not null. */
static bool member(Str object, const char *name, Str *value)
{
    Str found;
    if (!json_text_is_object(object) || !json_text_member(object, name, &found) ||
        str_is(found, "null"))
        return false;
    *value = found;
    return true;
}

static bool is_string(Str value) { return value.len && value.ptr[0] == '"'; }

static bool is_int(Str value)
{
    size_t at = value.len && value.ptr[0] == '-';
    if (at == value.len || value.len > 11)
        return false;
    for (; at < value.len; at++)
        if (value.ptr[at] < '0' || value.ptr[at] > '9')
            return false;
    return true;
}

static bool put_quantity(Buf *out, Str value, Arena *arena)
{
    Str text = is_string(value) ? json_text_string(value) : value;
    if (!value_is_quantity(text))
        return false;
    buf_json_go(out, canonical_quantity(text, arena));
    return true;
}

static bool put_struct(Buf *out, Str value, const Part *parts, Arena *arena);

/* False where Go would not read it. */
static bool put_part(Buf *out, Str value, const Part *part, Arena *arena)
{
    switch (part->kind) {
    case PART_STRING:
    case PART_INT:
        buf_str(out, value);
        return part->kind == PART_INT ? is_int(value) : is_string(value);
    case PART_QUANTITY: return put_quantity(out, value, arena);
    case PART_STRUCT: return put_struct(out, value, part->parts, arena);
    default:
        buf_str(out, value);
        return json_text_is_object(value);
    }
}

static bool put_struct(Buf *out, Str value, const Part *parts, Arena *arena)
{
    bool good = json_text_is_object(value), first = true;
    buf_byte(out, '{');
    for (const Part *part = parts; part->kind; part++) {
        Str given;
        bool found = member(value, part->name, &given) &&
                     (part->always || part->kind != PART_STRING || given.len > 2);
        if (!found && !part->always)
            continue;
        if (!found)
            given = part->kind == PART_STRING     ? STR("\"\"")
                    : part->kind == PART_QUANTITY ? STR("\"0\"")
                                                  : STR("{}");
        buf_format(out, "%s\"%s\":", first ? "" : ",", part->name);
        good &= put_part(out, given, part, arena);
        first = false;
    }
    buf_byte(out, '}');
    return good;
}

/* ---- metrics ---- */

/* The use of processors has a field of its own. */
static bool is_cpu_utilization(Str metric, Str *utilization)
{
    Str type, resource, name;
    return member(metric, "type", &type) && str_is(json_text_string(type), "Resource") &&
           member(metric, "resource", &resource) && member(resource, "name", &name) &&
           str_is(json_text_string(name), "cpu") &&
           member(resource, "targetAverageUtilization", utilization);
}

/* The metrics without that of processors; "" where there are none.  The utilization of the
 * first of those is given back. */
static Str metrics_text(Normal *n, Str text, Str *utilization)
{
    Buf out = {0};
    Str metric, cpu;
    bool good = json_text_is_array(text);
    uint32_t kept = 0;
    buf_byte(&out, '[');
    for (uint32_t i = 0; good && json_text_item(text, i, &metric); i++) {
        size_t before = out.len;
        buf_text(&out, kept ? "," : "");
        good = str_is(metric, "null") || put_struct(&out, metric, METRIC, n->arena);
        if (good && is_cpu_utilization(metric, &cpu)) {
            if (!utilization->len)
                *utilization = cpu;
            out.len = before;
        } else {
            kept++;
        }
    }
    buf_byte(&out, ']');
    Str made = good && kept ? arena_str(n->arena, buf_slice(&out)) : str_slice("", 0);
    if (!good)
        *utilization = str_slice("", 0);
    buf_free(&out);
    return made;
}

/* ---- behaviour: internal structs, whose fields have no names of their own ---- */

static bool put_policies(Buf *out, Str policies, bool up)
{
    Str policy, type, value, period;
    if (!json_text_is_array(policies) || !json_text_item(policies, 0, &policy)) {
        buf_text(out, up ? "[{\"Type\":\"Pods\",\"Value\":4,\"PeriodSeconds\":15}," : "[");
        buf_text(out, "{\"Type\":\"Percent\",\"Value\":100,\"PeriodSeconds\":15}]");
        return policies.len == 0 || json_text_is_array(policies);
    }
    bool good = true;
    buf_byte(out, '[');
    for (uint32_t i = 0; good && json_text_item(policies, i, &policy); i++) {
        type = STR("\"\"");
        value = period = STR("0");
        member(policy, "Type", &type);
        member(policy, "Value", &value);
        member(policy, "PeriodSeconds", &period);
        good = is_string(type) && is_int(value) && is_int(period);
        buf_format(out, "%s{\"Type\":%.*s,\"Value\":%.*s,\"PeriodSeconds\":%.*s}", i ? "," : "",
                   STR_ARG(type), STR_ARG(value), STR_ARG(period));
    }
    buf_byte(out, ']');
    return good;
}

/* HPAScalingRules, as GenerateHPAScaleUpRules and GenerateHPAScaleDownRules fill them in. */
static bool put_rules(Normal *n, Buf *out, Str rules, bool up)
{
    Str window = up ? STR("0") : STR("null"), select = STR("\"Max\"");
    Str policies = str_slice("", 0), tolerance;
    bool good = rules.len == 0 || json_text_is_object(rules);
    if (member(rules, "StabilizationWindowSeconds", &window))
        good &= is_int(window);
    if (member(rules, "SelectPolicy", &select))
        good &= is_string(select);
    member(rules, "Policies", &policies);
    buf_format(out, "{\"StabilizationWindowSeconds\":%.*s,\"SelectPolicy\":%.*s,\"Policies\":",
               STR_ARG(window), STR_ARG(select));
    good &= put_policies(out, policies, up);
    if (normal_since(n, 33)) {
        buf_text(out, ",\"Tolerance\":");
        if (member(rules, "Tolerance", &tolerance))
            good &= put_quantity(out, tolerance, n->arena);
        else
            buf_text(out, "null");
    }
    buf_byte(out, '}');
    return good;
}

static Str behavior_text(Normal *n, Str text)
{
    Str up = str_slice("", 0), down = up;
    bool any = member(text, "ScaleUp", &up);
    any |= member(text, "ScaleDown", &down);
    if (!any)
        return str_slice("", 0);
    Buf out = {0};
    buf_text(&out, "{\"ScaleUp\":");
    bool good = put_rules(n, &out, up, true);
    buf_text(&out, ",\"ScaleDown\":");
    good &= put_rules(n, &out, down, false);
    buf_byte(&out, '}');
    Str made = good ? arena_str(n->arena, buf_slice(&out)) : str_slice("", 0);
    buf_free(&out);
    return made;
}

/* ---- the object ---- */

void drop_autoscaling_annotations(Value *object)
{
    static const char *const KEYS[] = {
        "autoscaling.alpha.kubernetes.io/metrics",
        "autoscaling.alpha.kubernetes.io/behavior",
        "autoscaling.alpha.kubernetes.io/scale-down-tolerance",
        "autoscaling.alpha.kubernetes.io/scale-up-tolerance",
        "autoscaling.alpha.kubernetes.io/current-metrics",
        "autoscaling.alpha.kubernetes.io/conditions",
    };
    Value *annotations = VALUE_GET(VALUE_GET(object, metadata), annotations);
    for (size_t i = 0; i < BASE_COUNT(KEYS); i++)
        value_drop_entry(annotations, KEYS[i]);
}

/* Convert_v1_HorizontalPodAutoscaler_To_autoscaling_HorizontalPodAutoscaler and back. */
void setdefaults_hpa_v1(Normal *n, Value *object)
{
    static const Str METRICS = STR_INIT("autoscaling.alpha.kubernetes.io/metrics");
    static const Str BEHAVIOR = STR_INIT("autoscaling.alpha.kubernetes.io/behavior");
    Value *annotations = VALUE_GET(VALUE_GET(object, metadata), annotations);
    Value *spec = VALUE_PUT(n, object, spec);
    const Value *has_metrics = value_entry(annotations, METRICS);
    const Value *has_behavior = value_entry(annotations, BEHAVIOR);
    Str cpu = str_slice("", 0);
    Str metrics = has_metrics ? metrics_text(n, has_metrics->text, &cpu) : cpu;
    Str behavior = has_behavior ? behavior_text(n, has_behavior->text) : str_slice("", 0);
    drop_autoscaling_annotations(object);
    if (metrics.len)
        value_set_entry(n, annotations, METRICS, metrics);
    if (behavior.len)
        value_set_entry(n, annotations, BEHAVIOR, behavior);
    Value *target = cpu.len ? VALUE_PUT(n, spec, targetCPUUtilizationPercentage) : NULL;
    if (target)
        target->text = cpu;
    else if (!metrics.len)
        VALUE_DEFAULT_INT(n, spec, targetCPUUtilizationPercentage, 80);
}
