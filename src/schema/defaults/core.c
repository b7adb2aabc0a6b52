/* core.c: the kinds of the core group but Pods: pkg/apis/core/v1/defaults.go and
 * pkg/registry/core. */
#include "schema/defaults/canonical.h"
#include "schema/defaults/defaults.h"

/* Entries of from that to does not have. */
static void add_missing(Normal *n, Value *to, const Value *from)
{
    for (VALUE_EACH(entry, from))
        if (to && !value_entry(to, entry->key))
            value_set_entry(n, to, entry->key, entry->text);
}

/* SetDefaults_LimitRangeItem. */
void setdefaults_limit_range_item(Normal *n, Value *item)
{
    if (!value_is(VALUE_GET(item, type), "Container"))
        return;
    Value *limit = VALUE_PUT(n, item, default), *request = VALUE_PUT(n, item, defaultRequest);
    add_missing(n, limit, VALUE_GET(item, max));
    add_missing(n, request, limit);
    add_missing(n, request, VALUE_GET(item, min));
}

/* SetDefaults_ReplicationController. */
void setdefaults_replication_controller(Normal *n, Value *object)
{
    Value *spec = VALUE_PUT(n, object, spec), *metadata = metadata_of(n, object);
    Value *labels = VALUE_GET(VALUE_GET(VALUE_GET(spec, template), metadata), labels);
    if (!labels)
        return;
    if (!value_count(VALUE_GET(spec, selector)))
        value_set_copy(n, spec, SCHEMA_NAME_selector, labels);
    if (!value_count(VALUE_GET(metadata, labels)))
        value_set_copy(n, metadata, SCHEMA_NAME_labels, labels);
}

/* ---- Services ---- */

static bool is_zero_port(const Value *port)
{
    return !port || (port->kind == NODE_INT ? value_int(port) == 0 : port->text.len == 0);
}

static void default_ports(Normal *n, Value *spec)
{
    for (VALUE_EACH(port, VALUE_GET(spec, ports)))
        if (is_zero_port(VALUE_GET(port, targetPort)))
            value_set_int(n, port, SCHEMA_NAME_targetPort, value_int(VALUE_GET(port, port)));
}

/* SetDefaults_Service. */
void setdefaults_service(Normal *n, Value *object)
{
    Value *spec = VALUE_PUT(n, object, spec);
    VALUE_DEFAULT(n, spec, sessionAffinity, "None");
    VALUE_DEFAULT(n, spec, type, "ClusterIP");
    if (value_is(VALUE_GET(spec, sessionAffinity), "None"))
        VALUE_DROP(spec, sessionAffinityConfig);
    if (value_is(VALUE_GET(spec, sessionAffinity), "ClientIP")) {
        Value *config = VALUE_PUT(n, spec, sessionAffinityConfig);
        Value *client = VALUE_PUT(n, config, clientIP);
        VALUE_DEFAULT_INT(n, client, timeoutSeconds, 10800);
    }
    default_ports(n, spec);
    const Value *type = VALUE_GET(spec, type);
    bool balances = value_is(type, "LoadBalancer");
    bool external = balances || value_is(type, "NodePort") ||
                    (value_is(type, "ClusterIP") && value_count(VALUE_GET(spec, externalIPs)));
    if (external)
        VALUE_DEFAULT(n, spec, externalTrafficPolicy, "Cluster");
    if (normal_since(n, 22) && value_is_one_of(type, "NodePort,LoadBalancer,ClusterIP"))
        VALUE_DEFAULT(n, spec, internalTrafficPolicy, "Cluster");
    if (normal_since(n, 22) && balances)
        VALUE_DEFAULT_BOOL(n, spec, allocateLoadBalancerNodePorts, true);
}

/* defaultOnReadInternalTrafficPolicy. */
void prepare_service(Normal *n, Value *object)
{
    (void)n;
    Value *spec = VALUE_GET(object, spec);
    if (value_is(VALUE_GET(spec, type), "ExternalName"))
        VALUE_DROP(spec, internalTrafficPolicy);
}

/* ---- volumes and claims ---- */

/* SetDefaults_PersistentVolume, which is not called for volumes within attachments. */
void setdefaults_persistent_volume(Normal *n, Value *object)
{
    Value *spec = VALUE_PUT(n, object, spec);
    VALUE_DEFAULT(n, spec, persistentVolumeReclaimPolicy, "Retain");
    VALUE_DEFAULT(n, spec, volumeMode, "Filesystem");
}

/* SetDefaults_PersistentVolumeClaim: seen in the claim templates of StatefulSets. */
void setdefaults_persistent_volume_claim(Normal *n, Value *object)
{
    VALUE_DEFAULT(n, VALUE_PUT(n, object, status), phase, "Pending");
}

void prepare_persistent_volume(Normal *n, Value *object)
{
    add_finalizer(n, object, "kubernetes.io/pv-protection");
}

static void copy_source(Normal *n, Value *spec, NameId to_name, const Value *from)
{
    Value *to = value_put(n, spec, to_name);
    static const NameId NAMES[] = {SCHEMA_NAME_apiGroup, SCHEMA_NAME_kind, SCHEMA_NAME_name};
    for (size_t i = 0; i < BASE_COUNT(NAMES); i++)
        value_set_copy(n, to, NAMES[i], value_get(from, NAMES[i]));
}

static bool is_claim_or_snapshot(const Value *source)
{
    Str group = value_text(VALUE_GET(source, apiGroup));
    return (value_is(VALUE_GET(source, kind), "PersistentVolumeClaim") && group.len == 0) ||
           (value_is(VALUE_GET(source, kind), "VolumeSnapshot") &&
            str_is(group, "snapshot.storage.k8s.io"));
}

/* EnforceDataSourceBackwardsCompatibility and NormalizeDataSources of
 * pkg/api/persistentvolumeclaim. */
void prepare_persistent_volume_claim(Normal *n, Value *object)
{
    add_finalizer(n, object, "kubernetes.io/pvc-protection");
    Value *spec = VALUE_PUT(n, object, spec);
    defaults_drop_gated(n, spec);
    Value *source = VALUE_GET(spec, dataSource), *reference = VALUE_GET(spec, dataSourceRef);
    if (source && !reference && !is_claim_or_snapshot(source)) {
        VALUE_DROP(spec, dataSource);
        source = NULL;
    }
    if (source && !reference)
        copy_source(n, spec, SCHEMA_NAME_dataSourceRef, source);
    else if (reference && !source && !value_text(VALUE_GET(reference, namespace)).len)
        copy_source(n, spec, SCHEMA_NAME_dataSource, reference);
}

/* ---- others ---- */

/* Convert_v1_Secret_To_core_Secret: texts become data, over what is there. */
void setdefaults_secret(Normal *n, Value *object)
{
    const Value *texts = VALUE_GET(object, stringData);
    Value *data = texts && texts->first ? VALUE_PUT(n, object, data) : NULL;
    for (VALUE_EACH(entry, data ? texts : NULL))
        value_place(n, value_set_entry(n, data, entry->key,
                                    canonical_base64(entry->text, n->arena)), entry->node);
    VALUE_DROP(object, stringData);
}

static void name_label(Normal *n, Value *object)
{
    Value *metadata = metadata_of(n, object);
    Value *labels = VALUE_PUT(n, metadata, labels);
    Str name = value_text(VALUE_GET(metadata, name));
    if (labels && name.len)
        value_set_entry(n, labels, STR("kubernetes.io/metadata.name"), name);
}

void prepare_namespace(Normal *n, Value *object)
{
    name_label(n, object);
    Value *list = VALUE_PUT(n, VALUE_PUT(n, object, spec), finalizers);
    for (VALUE_EACH(item, list))
        if (value_is(item, "kubernetes"))
            return;
    if (list)
        value_add_text(n, list, "kubernetes");
}

/* Convert_v1_NodeSpec_To_core_NodeSpec and back: the one and the first of the many are
 * the same. */
void setdefaults_node_spec(Normal *n, Value *spec)
{
    Str one = value_text(VALUE_GET(spec, podCIDR));
    Value *many = VALUE_GET(spec, podCIDRs);
    if (one.len && !(many && many->first && str_eq(many->first->text, one))) {
        many = VALUE_PUT(n, spec, podCIDRs);
        if (many) {
            many->first = many->last = NULL;
            value_add_item(n, many, NODE_STRING)->text = one;
        }
    } else if (!one.len && many && many->first) {
        value_set_text(n, spec, SCHEMA_NAME_podCIDR, many->first->text);
    }
}

/* The admission plugin TaintNodesByCondition. */
void prepare_node(Normal *n, Value *object)
{
    Value *spec = VALUE_PUT(n, object, spec);
    VALUE_DROP(spec, configSource);
    Value *taints = VALUE_PUT(n, spec, taints);
    for (VALUE_EACH(taint, taints))
        if (value_is(VALUE_GET(taint, key), "node.kubernetes.io/not-ready") &&
            value_is(VALUE_GET(taint, effect), "NoSchedule"))
            return;
    Value *taint = taints ? value_add_item(n, taints, NODE_MAP) : NULL;
    value_set_text(n, taint, SCHEMA_NAME_key, STR("node.kubernetes.io/not-ready"));
    value_set_text(n, taint, SCHEMA_NAME_effect, STR("NoSchedule"));
}

/* cleanSecretReferences: of the references the names alone are kept. */
void prepare_service_account(Normal *n, Value *object)
{
    (void)n;
    for (VALUE_EACH(secret, VALUE_GET(object, secrets)))
        for (Value *part = secret->first, *next; part; part = next) {
            next = part->next;
            if (part->name != SCHEMA_NAME_name)
                value_drop_part(secret, part);
        }
}
