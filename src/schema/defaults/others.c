/* others.c: groups of few functions each: autoscaling, networking, rbac, resource,
 * storage, certificates, apiextensions. */
#include "schema/defaults/defaults.h"

#include <ctype.h>

/* ---- pkg/apis/autoscaling/v2/defaults.go ---- */

static void add_policy(Normal *n, Value *list, const char *type, int64_t value)
{
    Value *item = value_add_item(n, list, NODE_MAP);
    value_set_text(n, item, SCHEMA_NAME_type, str_of(type));
    value_set_int(n, item, SCHEMA_NAME_value, value);
    value_set_int(n, item, SCHEMA_NAME_periodSeconds, 15);
}

/* GenerateHPAScaleUpRules, GenerateHPAScaleDownRules. */
static void default_rules(Normal *n, Value *rules, bool up)
{
    VALUE_DEFAULT(n, rules, selectPolicy, "Max");
    if (up)
        VALUE_DEFAULT_INT(n, rules, stabilizationWindowSeconds, 0);
    if (VALUE_GET(rules, policies))
        return;
    Value *policies = VALUE_PUT(n, rules, policies);
    if (up)
        add_policy(n, policies, "Pods", 4);
    add_policy(n, policies, "Percent", 100);
}

/* SetDefaults_HorizontalPodAutoscaler. */
void setdefaults_hpa(Normal *n, Value *object)
{
    drop_autoscaling_annotations(object);
    Value *spec = VALUE_PUT(n, object, spec), *metrics = VALUE_PUT(n, spec, metrics);
    if (metrics && !metrics->first) {
        Value *item = value_add_item(n, metrics, NODE_MAP);
        value_set_text(n, item, SCHEMA_NAME_type, STR("Resource"));
        Value *resource = VALUE_PUT(n, item, resource);
        value_set_text(n, resource, SCHEMA_NAME_name, STR("cpu"));
        Value *target = VALUE_PUT(n, resource, target);
        value_set_text(n, target, SCHEMA_NAME_type, STR("Utilization"));
        value_set_int(n, target, SCHEMA_NAME_averageUtilization, 80);
    }
    Value *behavior = VALUE_GET(spec, behavior);
    if (behavior) {
        default_rules(n, VALUE_PUT(n, behavior, scaleUp), true);
        default_rules(n, VALUE_PUT(n, behavior, scaleDown), false);
    }
}

/* ---- networking ---- */

/* SetDefaults_NetworkPolicy. */
void setdefaults_network_policy(Normal *n, Value *object)
{
    Value *spec = VALUE_PUT(n, object, spec), *types = VALUE_PUT(n, spec, policyTypes);
    if (!types || types->first)
        return;
    value_add_text(n, types, "Ingress");
    if (value_count(VALUE_GET(spec, egress)))
        value_add_text(n, types, "Egress");
}

/* ---- rbac ---- */

void setdefaults_role_ref(Normal *n, Value *reference)
{
    VALUE_DEFAULT(n, reference, apiGroup, "rbac.authorization.k8s.io");
}

/* SetDefaults_Subject. */
void setdefaults_subject(Normal *n, Value *subject)
{
    if (value_is_one_of(VALUE_GET(subject, kind), "User,Group"))
        VALUE_DEFAULT(n, subject, apiGroup, "rbac.authorization.k8s.io");
}

/* ---- resource ---- */

/* SetDefaults_ExactDeviceRequest, SetDefaults_DeviceSubRequest. */
void setdefaults_device_request(Normal *n, Value *request)
{
    VALUE_DEFAULT(n, request, allocationMode, "ExactCount");
    if (value_is(VALUE_GET(request, allocationMode), "ExactCount"))
        VALUE_DEFAULT_INT(n, request, count, 1);
}

/* ---- storage ---- */

/* SetDefaults_CSIDriver. */
void setdefaults_csi_driver(Normal *n, Value *spec)
{
    Value *modes = VALUE_PUT(n, spec, volumeLifecycleModes);
    if (modes && !modes->first)
        value_add_text(n, modes, "Persistent");
}

void prepare_attributes_class(Normal *n, Value *object)
{
    if (normal_since(n, 34))
        add_finalizer(n, object, "kubernetes.io/vac-protection");
}

/* ---- discovery ---- */

/* dropTopologyOnV1. */
void prepare_endpoint_slice(Normal *n, Value *object)
{
    (void)n;
    for (VALUE_EACH(endpoint, VALUE_GET(object, endpoints)))
        VALUE_DROP(endpoint, deprecatedTopology);
}

/* ---- authentication, authorization: what is answered has nothing of the request ---- */

void prepare_self_subject_review(Normal *n, Value *object)
{
    (void)n;
    Value *metadata = VALUE_GET(object, metadata), *spec = VALUE_GET(object, spec);
    if (metadata)
        metadata->first = metadata->last = NULL;
    if (spec)
        spec->first = spec->last = NULL;
}

/* ---- apiextensions ---- */

/* SetDefaults_CustomResourceDefinitionSpec. */
void setdefaults_crd(Normal *n, Value *spec)
{
    Value *names = VALUE_PUT(n, spec, names);
    Str kind = value_text(VALUE_GET(names, kind));
    if (kind.len && !VALUE_GET(names, singular)) {
        Str lower = arena_str(n->arena, kind);
        char *bytes = arena_alloc(n->arena, kind.len);
        for (size_t i = 0; i < kind.len; i++)
            bytes[i] = (char)tolower((unsigned char)lower.ptr[i]);
        value_set_text(n, names, SCHEMA_NAME_singular, str_slice(bytes, kind.len));
    }
    if (kind.len && !VALUE_GET(names, listKind))
        value_set_text(n, names, SCHEMA_NAME_listKind,
                       arena_format(n->arena, "%.*sList", STR_ARG(kind)));
    Value *conversion = VALUE_GET(spec, conversion);
    if (!conversion)
        VALUE_DEFAULT(n, VALUE_PUT(n, spec, conversion), strategy, "None");
}

void setdefaults_crd_webhook(Normal *n, Value *reference)
{
    VALUE_DEFAULT_INT(n, reference, port, 443);
}
