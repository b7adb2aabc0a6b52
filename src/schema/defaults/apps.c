/* apps.c: workloads: pkg/apis/apps/v1/defaults.go and pkg/registry/apps. */
#include "schema/defaults/defaults.h"

static void default_strategy(Normal *n, Value *strategy)
{
    VALUE_DEFAULT(n, strategy, type, "RollingUpdate");
}

static void put_default_percent(Normal *n, Value *map, NameId name, const char *text)
{
    if (map && !value_get(map, name))
        value_set_text(n, map, name, str_of(text));
}

/* SetDefaults_Deployment; the numbers are in schemas/defaults. */
void setdefaults_deployment(Normal *n, Value *object)
{
    Value *spec = VALUE_PUT(n, object, spec), *strategy = VALUE_PUT(n, spec, strategy);
    default_strategy(n, strategy);
    if (!value_is(VALUE_GET(strategy, type), "RollingUpdate"))
        return;
    Value *rolling = VALUE_PUT(n, strategy, rollingUpdate);
    put_default_percent(n, rolling, SCHEMA_NAME_maxUnavailable, "25%");
    put_default_percent(n, rolling, SCHEMA_NAME_maxSurge, "25%");
}

/* SetDefaults_DaemonSet. */
void setdefaults_daemon_set(Normal *n, Value *object)
{
    Value *spec = VALUE_PUT(n, object, spec), *strategy = VALUE_PUT(n, spec, updateStrategy);
    default_strategy(n, strategy);
    if (!value_is(VALUE_GET(strategy, type), "RollingUpdate"))
        return;
    Value *rolling = VALUE_PUT(n, strategy, rollingUpdate);
    VALUE_DEFAULT_INT(n, rolling, maxUnavailable, 1);
    if (normal_since(n, 22))
        VALUE_DEFAULT_INT(n, rolling, maxSurge, 0);
}

/* The generation of its template is kept in an annotation. */
void prepare_daemon_set(Normal *n, Value *object)
{
    Value *metadata = metadata_of(n, object);
    Value *annotations = VALUE_PUT(n, metadata, annotations);
    Str key = STR("deprecated.daemonset.template.generation");
    Value *given = value_entry(annotations, key);
    int64_t generation = 0;
    for (size_t i = 0; given && i < given->text.len && generation < INT32_MAX; i++)
        generation = is_digit(given->text.ptr[i])
                         ? generation * 10 + (given->text.ptr[i] - '0')
                         : 0;
    /* The numbers are no pointers to the server. */
    Value *rolling = VALUE_GET(VALUE_GET(VALUE_GET(object, spec), updateStrategy), rollingUpdate);
    VALUE_DEFAULT_INT(n, rolling, maxUnavailable, 0);
    VALUE_DEFAULT_INT(n, rolling, maxSurge, 0);
    if (annotations)
        value_set_entry(n, annotations, key,
                        arena_format(n->arena, "%lld", (long long)(generation < 1 ? 1 : generation)));
}

/* Convert_apps_StatefulSetSpec_To_v1_StatefulSetSpec. */
void prepare_stateful_set(Normal *n, Value *object)
{
    for (VALUE_EACH(claim, VALUE_GET(VALUE_GET(object, spec), volumeClaimTemplates))) {
        value_set_text(n, claim, SCHEMA_NAME_apiVersion, STR("v1"));
        value_set_text(n, claim, SCHEMA_NAME_kind, STR("PersistentVolumeClaim"));
    }
}

/* SetDefaults_StatefulSet. */
void setdefaults_stateful_set(Normal *n, Value *object)
{
    Value *spec = VALUE_PUT(n, object, spec), *strategy = VALUE_PUT(n, spec, updateStrategy);
    if (!VALUE_GET(strategy, type)) {
        default_strategy(n, strategy);
        VALUE_PUT(n, strategy, rollingUpdate);
    }
    Value *rolling = VALUE_GET(strategy, rollingUpdate);
    if (rolling && value_is(VALUE_GET(strategy, type), "RollingUpdate")) {
        VALUE_DEFAULT_INT(n, rolling, partition, 0);
        VALUE_DEFAULT_INT(n, rolling, maxUnavailable, 1); /* dropped where its gate is off */
    }
    if (normal_since(n, 27)) {
        Value *retention = VALUE_PUT(n, spec, persistentVolumeClaimRetentionPolicy);
        VALUE_DEFAULT(n, retention, whenDeleted, "Retain");
        VALUE_DEFAULT(n, retention, whenScaled, "Retain");
    }
}
