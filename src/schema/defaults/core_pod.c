/* core_pod.c: Pods and what they are made of: SetDefaults_Pod, SetDefaults_PodSpec and
 * their parts, the admission plugins for Pods, and pkg/registry/core/pod. */
#include "schema/defaults/defaults.h"

Value *containers_of(const Value *spec, unsigned sort)
{
    switch (sort) {
    case 0: return VALUE_GET(spec, initContainers);
    case 1: return VALUE_GET(spec, containers);
    default: return VALUE_GET(spec, ephemeralContainers);
    }
}

static void default_pull_policy(Normal *n, Value *map, NameId name, const Value *image)
{
    value_default(n, map, name, image_is_latest(value_text(image)) ? "Always" : "IfNotPresent");
}

/* SetDefaults_Container. */
void setdefaults_container(Normal *n, Value *container)
{
    default_pull_policy(n, container, SCHEMA_NAME_imagePullPolicy, VALUE_GET(container, image));
}

/* SetDefaults_Volume. */
void setdefaults_volume(Normal *n, Value *volume)
{
    Value *image = VALUE_GET(volume, image);
    bool has_source = false;
    for (VALUE_EACH(part, volume))
        has_source |= part->name != SCHEMA_NAME_name;
    if (!has_source)
        VALUE_PUT(n, volume, emptyDir);
    if (image)
        default_pull_policy(n, image, SCHEMA_NAME_pullPolicy, VALUE_GET(image, reference));
}

/* SetDefaults_PodSpec; what depends on nothing is in schemas/defaults. */
void setdefaults_pod_spec(Normal *n, Value *spec)
{
    const Value *account = VALUE_GET(spec, serviceAccountName);
    const Value *older = VALUE_GET(spec, serviceAccount);
    if (account || older) {
        Str name = value_text(account ? account : older);
        value_set_text(n, spec, SCHEMA_NAME_serviceAccountName, name);
        value_set_text(n, spec, SCHEMA_NAME_serviceAccount, name);
    }
}

/* ---- Pods alone ---- */

static void default_requests(Normal *n, Value *container)
{
    Value *resources = VALUE_GET(container, resources), *limits = VALUE_GET(resources, limits);
    if (!limits)
        return;
    Value *requests = VALUE_PUT(n, resources, requests);
    for (VALUE_EACH(limit, limits))
        if (!value_entry(requests, limit->key))
            value_set_entry(n, requests, limit->key, limit->text);
}

static void default_host_ports(Normal *n, Value *container)
{
    for (VALUE_EACH(port, VALUE_GET(container, ports)))
        if (value_int(VALUE_GET(port, hostPort)) == 0)
            value_set_int(n, port, SCHEMA_NAME_hostPort,
                          value_int(VALUE_GET(port, containerPort)));
}

/* SetDefaults_Pod. */
void setdefaults_pod(Normal *n, Value *pod)
{
    Value *spec = VALUE_PUT(n, pod, spec);
    Value *grace = VALUE_GET(spec, terminationGracePeriodSeconds);
    if (grace && value_int(grace) < 0)
        value_set_int(n, spec, SCHEMA_NAME_terminationGracePeriodSeconds, 1);
    bool host_network = value_is_true(VALUE_GET(spec, hostNetwork));
    for (unsigned sort = 0; sort < 2; sort++)
        for (VALUE_EACH(container, containers_of(spec, sort))) {
            default_requests(n, container);
            if (host_network)
                default_host_ports(n, container);
        }
    VALUE_DEFAULT_BOOL(n, spec, enableServiceLinks, true);
}

/* ---- admission ---- */

/* The plugin Priority: classes other than the two of the system's own are a matter of the
 * cluster. */
static void admit_priority(Normal *n, Value *spec)
{
    const Value *class = VALUE_GET(spec, priorityClassName);
    int64_t priority = value_is(class, "system-cluster-critical") ? 2000000000
                       : value_is(class, "system-node-critical")  ? 2000001000
                                                                  : 0;
    value_set_int(n, spec, SCHEMA_NAME_priority, priority);
    VALUE_DEFAULT(n, spec, preemptionPolicy, "PreemptLowerPriority");
}

static bool tolerates(const Value *toleration, const char *key)
{
    const Value *its_key = VALUE_GET(toleration, key), *effect = VALUE_GET(toleration, effect);
    return (!its_key || value_is(its_key, key)) && (!effect || value_is(effect, "NoExecute"));
}

/* The plugin DefaultTolerationSeconds. */
static void admit_tolerations(Normal *n, Value *spec)
{
    static const char *const KEYS[] = {"node.kubernetes.io/not-ready",
                                       "node.kubernetes.io/unreachable"};
    Value *list = VALUE_PUT(n, spec, tolerations);
    bool found[BASE_COUNT(KEYS)] = {false};
    for (VALUE_EACH(item, list))
        for (size_t i = 0; i < BASE_COUNT(KEYS); i++)
            found[i] |= tolerates(item, KEYS[i]);
    for (size_t i = 0; list && i < BASE_COUNT(KEYS); i++) {
        if (found[i])
            continue;
        Value *item = value_add_item(n, list, NODE_MAP);
        value_set_text(n, item, SCHEMA_NAME_key, str_of(KEYS[i]));
        value_set_text(n, item, SCHEMA_NAME_operator, STR("Exists"));
        value_set_text(n, item, SCHEMA_NAME_effect, STR("NoExecute"));
        value_set_int(n, item, SCHEMA_NAME_tolerationSeconds, 300);
    }
}

/* ---- pkg/registry/core/pod/strategy.go ---- */

/* applyLabelKeysToLabelSelector. */
static void add_label_keys(Normal *n, Value *selector, const Value *keys, const char *operator,
                           const Value *labels)
{
    for (VALUE_EACH(key, keys)) {
        const Value *label = value_entry(labels, value_text(key));
        if (!label)
            continue;
        Value *item = value_add_item(n, VALUE_PUT(n, selector, matchExpressions), NODE_MAP);
        value_set_text(n, item, SCHEMA_NAME_key, value_text(key));
        value_set_text(n, item, SCHEMA_NAME_operator, str_of(operator));
        value_add_item(n, VALUE_PUT(n, item, values), NODE_STRING)->text = label->text;
    }
}

static void mutate_term(Normal *n, Value *term, const Value *labels)
{
    Value *selector = VALUE_GET(term, labelSelector);
    if (!selector)
        return;
    add_label_keys(n, selector, VALUE_GET(term, matchLabelKeys), "In", labels);
    add_label_keys(n, selector, VALUE_GET(term, mismatchLabelKeys), "NotIn", labels);
}

/* mutatePodAffinity. */
static void mutate_affinity(Normal *n, Value *affinity, const Value *labels)
{
    for (VALUE_EACH(weighted, VALUE_GET(affinity, preferredDuringSchedulingIgnoredDuringExecution)))
        mutate_term(n, VALUE_GET(weighted, podAffinityTerm), labels);
    for (VALUE_EACH(term, VALUE_GET(affinity, requiredDuringSchedulingIgnoredDuringExecution)))
        mutate_term(n, term, labels);
}

static void prepare_labels(Normal *n, Value *spec, const Value *labels)
{
    Value *affinity = VALUE_GET(spec, affinity);
    if (normal_since(n, 31)) {
        mutate_affinity(n, VALUE_GET(affinity, podAffinity), labels);
        mutate_affinity(n, VALUE_GET(affinity, podAntiAffinity), labels);
    }
    for (VALUE_EACH(constraint, VALUE_GET(spec, topologySpreadConstraints))) {
        Value *selector = VALUE_GET(constraint, labelSelector);
        if (selector && normal_since(n, 34))
            add_label_keys(n, selector, VALUE_GET(constraint, matchLabelKeys), "In", labels);
    }
}

/* ApparmorFieldForAnnotation and applyAppArmorVersionSkew. */
static void put_app_armor(Normal *n, Value *container, Str annotation, const Value *of_pod)
{
    static const Str LOCALHOST = STR_INIT("localhost/");
    const char *type = str_is(annotation, "unconfined")          ? "Unconfined"
                       : str_is(annotation, "runtime/default")   ? "RuntimeDefault"
                       : str_starts(annotation, LOCALHOST) && annotation.len > LOCALHOST.len
                           ? "Localhost"
                           : NULL;
    if (!type)
        return;
    Str profile = str_is(str_of(type), "Localhost")
                      ? str_slice(annotation.ptr + LOCALHOST.len, annotation.len - LOCALHOST.len)
                      : str_slice("", 0);
    if (of_pod && value_is(VALUE_GET(of_pod, type), type) &&
        str_eq(value_text(VALUE_GET(of_pod, localhostProfile)), profile))
        return;
    Value *field = VALUE_PUT(n, VALUE_PUT(n, container, securityContext), appArmorProfile);
    value_set_text(n, field, SCHEMA_NAME_type, str_of(type));
    if (profile.len)
        value_set_text(n, field, SCHEMA_NAME_localhostProfile, profile);
}

/* appArmorAnnotationForField: up to 1.33 the annotation followed the field as well. */
static void put_app_armor_annotation(Normal *n, Value *pod, Str key, const Value *profile)
{
    const Value *type = VALUE_GET(profile, type);
    Str local = value_text(VALUE_GET(profile, localhostProfile));
    Str text = value_is(type, "Unconfined")       ? STR("unconfined")
               : value_is(type, "RuntimeDefault") ? STR("runtime/default")
               : value_is(type, "Localhost") && local.len
                   ? arena_format(n->arena, "localhost/%.*s", STR_ARG(local))
                   : str_slice("", 0);
    Value *annotations = text.len ? VALUE_PUT(n, metadata_of(n, pod), annotations) : NULL;
    if (annotations)
        value_set_entry(n, annotations, key, text);
}

static void prepare_app_armor(Normal *n, Value *pod, Value *spec)
{
    const Value *of_pod = VALUE_GET(VALUE_GET(spec, securityContext), appArmorProfile);
    if (!normal_since(n, 30) ||
        value_is(VALUE_GET(VALUE_GET(spec, os), name), "windows"))
        return;
    for (unsigned sort = 0; sort < CONTAINER_SORTS; sort++)
        for (VALUE_EACH(container, containers_of(spec, sort))) {
            Str name = value_text(VALUE_GET(container, name));
            Str key = arena_format(n->arena, "container.apparmor.security.beta.kubernetes.io/%.*s",
                                   STR_ARG(name));
            const Value *annotation =
                value_entry(VALUE_GET(VALUE_GET(pod, metadata), annotations), key);
            const Value *own = VALUE_GET(VALUE_GET(container, securityContext), appArmorProfile);
            if (annotation && !own)
                put_app_armor(n, container, annotation->text, of_pod);
            else if (!annotation && !normal_since(n, 34))
                put_app_armor_annotation(n, pod, key, own ? own : of_pod);
        }
}

void prepare_pod(Normal *n, Value *pod)
{
    Value *spec = VALUE_PUT(n, pod, spec);
    admit_priority(n, spec);
    admit_tolerations(n, spec);
    prepare_labels(n, spec, VALUE_GET(VALUE_GET(pod, metadata), labels));
    prepare_app_armor(n, pod, spec);
    default_pod_level_resources(n, spec);
}
