/* Fields that a server lets nobody change: an object of the input beside that of a cluster's
 * dump with its name, both in their stored form, compared at the fields of a table.
 *
 * Only what the input writes is held against it.  What it leaves out may be another
 * manager's, or filled in by a server; what is a default here may have been given there. */
#include "cli/immutable.h"

#include "checks/facts.h"
#include "checks/table.h"
#include "schema/compare.h"
#include "schema/normal.h"

extern const Rule rule_immutable_field;

typedef enum Unless {
    ALWAYS,
    UNSET,      /* it may be set once */
    SUSPENDED,  /* of a Job that waits, parts of the template can be changed */
    VOLUME,     /* what a volume is; not how much of it, and for whom */
    INDEXED,    /* of an Indexed Job they grow with its parallelism */
    MUTABLE,    /* unless the object says `immutable: true` */
    EXTERNAL,   /* an ExternalName has no address */
    BALANCED,   /* while it stays a LoadBalancer */
    CHECKED,    /* while it stays one that only nodes with a Pod serve */
    GATED,      /* of a Pod that waits for a gate, parts can be changed */
} Unless;

typedef struct Frozen {
    const char *group, *kind, *path;
    Unless unless;
} Frozen;

/* k8s.io/kubernetes/pkg/apis/<group>/validation, the functions of updates. */
static const Frozen frozen[] = {
    {"apps", "Deployment", "spec.selector", ALWAYS},
    {"apps", "ReplicaSet", "spec.selector", ALWAYS},
    {"apps", "DaemonSet", "spec.selector", ALWAYS},
    {"apps", "StatefulSet", "spec.selector", ALWAYS},
    {"apps", "StatefulSet", "spec.serviceName", ALWAYS},
    {"apps", "StatefulSet", "spec.podManagementPolicy", ALWAYS},
    {"apps", "StatefulSet", "spec.volumeClaimTemplates", ALWAYS},
    {"apps", "ControllerRevision", "data", ALWAYS},
    {"batch", "Job", "spec.selector", ALWAYS},
    {"batch", "Job", "spec.completions", INDEXED},
    {"batch", "Job", "spec.completionMode", ALWAYS},
    {"batch", "Job", "spec.podFailurePolicy", ALWAYS},
    {"batch", "Job", "spec.successPolicy", ALWAYS},
    {"batch", "Job", "spec.backoffLimitPerIndex", ALWAYS},
    {"batch", "Job", "spec.managedBy", ALWAYS},
    {"batch", "Job", "spec.template", SUSPENDED},
    {"rbac.authorization.k8s.io", "RoleBinding", "roleRef", ALWAYS},
    {"rbac.authorization.k8s.io", "ClusterRoleBinding", "roleRef", ALWAYS},
    {"", "Service", "spec.clusterIP", EXTERNAL},
    {"", "Service", "spec.clusterIPs[0]", EXTERNAL},
    {"", "Service", "spec.ipFamilies[0]", EXTERNAL},
    {"", "Service", "spec.loadBalancerClass", BALANCED},
    {"", "Service", "spec.healthCheckNodePort", CHECKED},
    {"", "Pod", "spec", GATED},
    {"", "Secret", "type", ALWAYS},
    {"", "Secret", "data", MUTABLE},
    {"", "Secret", "immutable", MUTABLE},
    {"", "ConfigMap", "data", MUTABLE},
    {"", "ConfigMap", "binaryData", MUTABLE},
    {"", "ConfigMap", "immutable", MUTABLE},
    {"", "PersistentVolumeClaim", "spec.accessModes", ALWAYS},
    {"", "PersistentVolumeClaim", "spec.selector", ALWAYS},
    {"", "PersistentVolumeClaim", "spec.volumeMode", ALWAYS},
    {"", "PersistentVolumeClaim", "spec.dataSource", ALWAYS},
    {"", "PersistentVolumeClaim", "spec.dataSourceRef", ALWAYS},
    {"", "PersistentVolumeClaim", "spec.volumeName", UNSET},
    {"", "PersistentVolumeClaim", "spec.storageClassName", UNSET},
    {"", "PersistentVolume", "spec", VOLUME},
    {"", "PersistentVolume", "spec.volumeMode", ALWAYS},
    {"", "PersistentVolume", "spec.nodeAffinity", UNSET},
    {"scheduling.k8s.io", "PriorityClass", "value", ALWAYS},
    {"scheduling.k8s.io", "PriorityClass", "preemptionPolicy", ALWAYS},
    {"node.k8s.io", "RuntimeClass", "handler", ALWAYS},
    {"storage.k8s.io", "StorageClass", "provisioner", ALWAYS},
    {"storage.k8s.io", "StorageClass", "parameters", ALWAYS},
    {"storage.k8s.io", "StorageClass", "reclaimPolicy", ALWAYS},
    {"storage.k8s.io", "StorageClass", "volumeBindingMode", ALWAYS},
    {"storage.k8s.io", "VolumeAttachment", "spec", ALWAYS},
    {"storage.k8s.io", "VolumeAttributesClass", "driverName", ALWAYS},
    {"storage.k8s.io", "VolumeAttributesClass", "parameters", ALWAYS},
    {"storage.k8s.io", "CSIDriver", "spec.attachRequired", ALWAYS},
    {"storage.k8s.io", "CSIDriver", "spec.volumeLifecycleModes", ALWAYS},
    {"resource.k8s.io", "ResourceClaim", "spec", ALWAYS},
    {"resource.k8s.io", "ResourceClaimTemplate", "spec", ALWAYS},
    {"resource.k8s.io", "ResourceSlice", "spec.driver", ALWAYS},
    {"resource.k8s.io", "ResourceSlice", "spec.nodeName", ALWAYS},
    {"resource.k8s.io", "ResourceSlice", "spec.pool.name", ALWAYS},
    {"networking.k8s.io", "ServiceCIDR", "spec.cidrs[0]", ALWAYS},
    {"apiextensions.k8s.io", "CustomResourceDefinition", "spec.scope", ALWAYS},
    {"apiextensions.k8s.io", "CustomResourceDefinition", "spec.names.kind", ALWAYS},
    {"networking.k8s.io", "IngressClass", "spec.controller", ALWAYS},
    {"discovery.k8s.io", "EndpointSlice", "addressType", ALWAYS},
};

/* What can be changed within a field of the table. */
static const char *const pod_free[] = {
    "spec.activeDeadlineSeconds", "spec.terminationGracePeriodSeconds", "spec.tolerations",
    "spec.schedulingGates", NULL,
};
static const char *const suspended_free[] = {
    "spec.template.metadata.labels", "spec.template.metadata.annotations",
    "spec.template.spec.nodeSelector", "spec.template.spec.affinity.nodeAffinity",
    "spec.template.spec.tolerations", "spec.template.spec.schedulingGates", NULL,
};
static const char *const volume_free[] = {
    "spec.accessModes", "spec.capacity", "spec.claimRef", "spec.mountOptions", "spec.nodeAffinity",
    "spec.persistentVolumeReclaimPolicy", "spec.storageClassName", "spec.volumeAttributesClassName",
    "spec.volumeMode", NULL,
};

/* An object of a dump that the input has too. */
typedef struct Live {
    uint32_t id;
    Document doc; /* in its stored form, once it was read */
    bool read;
} Live;

typedef struct Match {
    uint32_t id;   /* of the input */
    uint32_t live; /* in Matches.lives */
} Match;

/* Documents are read once more, and each but once: a dump may be one List of all. */
typedef struct Matches {
    Run *run;
    Arena arena;
    VEC(Live) lives;
    VEC(Match) all;
    SeqTable live_places, places; /* (document, item) of those */
} Matches;

/* The two that are compared. */
typedef struct Pair {
    Run *run;
    Arena *arena;
    Document live;
    const Object *object;  /* of the input */
} Pair;

/* ---- the table ---- */

/* Whether the field is that of the path, or lies in it. */
static bool lies_in(Str field, const char *path)
{
    Str outer = str_of(path);
    return str_starts(field, outer) && (field.len == outer.len || field.ptr[outer.len] == '.' ||
                                        field.ptr[outer.len] == '[');
}

static Str text_at(const Document *doc, const char *parent, const char *key)
{
    uint32_t map = parent ? node_get_text(doc, doc->root, str_of(parent)) : doc->root;
    uint32_t value = map == BASE_NONE || node_kind(doc, map) != NODE_MAP
                         ? BASE_NONE
                         : node_get_text(doc, map, str_of(key));
    return value == BASE_NONE ? STR("") : node_str(doc, value);
}

static bool has_gates(const Document *pod)
{
    uint32_t spec = node_get_text(pod, pod->root, STR("spec"));
    uint32_t gates = spec == BASE_NONE ? BASE_NONE : node_get_text(pod, spec, STR("schedulingGates"));
    return gates != BASE_NONE && node_at(pod, gates)->len > 0;
}

static bool is_free(const char *const *fields, Str field)
{
    while (*fields && !lies_in(field, *fields))
        fields++;
    return *fields != NULL;
}

static bool is_image(Str field)
{
    return str_ends(field, STR(".image")) &&
           (lies_in(field, "spec.containers") || lies_in(field, "spec.initContainers"));
}

/* A cluster may let a Job that waits be given other resources. */
static bool is_free_while_suspended(Str field)
{
    return is_free(suspended_free, field) ||
           (lies_in(field, "spec.template.spec") && str_contains(field, STR(".resources.")));
}

static bool both_have(const Document *live, const Document *wanted, const char *key,
                      const char *value)
{
    return str_is(text_at(live, "spec", key), value) &&
           str_is(text_at(wanted, "spec", key), value);
}

static bool may_change(const Frozen *row, const Pair *pair, const Document *wanted,
                       const Difference *field)
{
    const Document *live = &pair->live;
    switch (row->unless) {
    case ALWAYS: return false;
    case UNSET: return field->left == BASE_NONE || !node_str(live, field->left).len;
    case SUSPENDED:
        return str_is(text_at(live, "spec", "suspend"), "true") &&
               is_free_while_suspended(field->path);
    case VOLUME: return is_free(volume_free, field->path);
    case INDEXED: return str_is(text_at(wanted, "spec", "completionMode"), "Indexed");
    case MUTABLE: return !str_is(text_at(live, NULL, "immutable"), "true");
    case EXTERNAL:
        return str_is(text_at(live, "spec", "type"), "ExternalName") ||
               str_is(text_at(wanted, "spec", "type"), "ExternalName");
    case BALANCED: return !both_have(live, wanted, "type", "LoadBalancer");
    case CHECKED:
        return !both_have(live, wanted, "type", "LoadBalancer") ||
               !both_have(live, wanted, "externalTrafficPolicy", "Local");
    case GATED:
        return has_gates(live) || is_free(pod_free, field->path) || is_image(field->path);
    }
    return true;
}

/* Whether the input really says it.  A selector is taken as a whole: what it does not say is
 * said to be gone. */
static bool is_written(const Document *wanted, const Difference *field)
{
    if (field->right != BASE_NONE)
        return !(node_at(wanted, field->right)->flags & NODE_FILLED);
    return lies_in(field->path, "spec.selector") && !str_is(field->path, "spec.selector");
}

/* ---- the finding ---- */

static void put_value(Buf *out, const Document *doc, uint32_t node, bool hidden)
{
    if (node == BASE_NONE)
        buf_text(out, "none");
    else if (hidden)
        buf_text(out, "another");
    else if (node_kind(doc, node) < NODE_MAP)
        node_json(doc, node, out);
    else
        buf_text(out, "another");
}

static void report(Pair *pair, const Document *wanted, const Difference *field)
{
    Run *run = pair->run;
    Worker *worker = &run->worker;
    Str kind = interned(&worker->strings, pair->object->kind);
    Buf value = {0};
    put_value(&value, &pair->live, field->left, str_is(kind, "Secret"));
    Finding *finding = document_report(
        &worker->diag, wanted, field->right_near, &rule_immutable_field.info,
        "%.*s cannot be changed, and the cluster has %.*s", STR_ARG(field->path),
        STR_ARG(buf_slice(&value)));
    buf_free(&value);
    if (!finding)
        return;
    Place there = {pair->live.source, node_at(&pair->live, field->left_near)->offset,
                   node_at(&pair->live, field->left_near)->size, BASE_NONE};
    diag_note(&worker->diag, finding, there, "the cluster's object");
    diag_help(&worker->diag, finding, "keep the value, give the object another name, or delete it "
                                      "first");
}

static void compare(Pair *pair, const Document *wanted)
{
    Worker *worker = &pair->run->worker;
    Str group = interned(&worker->strings, pair->object->group);
    Str kind = interned(&worker->strings, pair->object->kind);
    DifferenceList fields = {0};
    /* Of an API that its version does not serve there is no stored form. */
    if (!node_at(&pair->live, pair->live.root)->len || !node_at(wanted, wanted->root)->len)
        return;
    schema_compare(pair->run->types, &pair->live, wanted, pair->arena, &fields);
    for (size_t i = 0; i < BASE_COUNT(frozen); i++) {
        const Frozen *row = &frozen[i];
        if (!str_is(group, row->group) || !str_is(kind, row->kind))
            continue;
        for (uint32_t f = 0; f < fields.count; f++) {
            const Difference *field = &fields.at[f];
            if (!lies_in(field->path, row->path) || !is_written(wanted, field) ||
                may_change(row, pair, wanted, field))
                continue;
            report(pair, wanted, field);
            break; /* one of them is told */
        }
    }
}

/* ---- both forms ---- */

static uint32_t place_id(SeqTable *table, const Object *object)
{
    return seq_intern2(table, object->doc, (uint32_t)(object->item + 1));
}

static void as_written(Worker *worker, Document *doc) { worker->take_normal(worker, doc); }

/* The object in its stored form, which has no address of a Service: that is compared as it is
 * written. */
static void take_form(Worker *worker, Document *doc, uint32_t id, NormalPass take)
{
    const Object *object = facts_object(worker->facts, id);
    bool raw = str_is(interned(&worker->strings, object->kind), "Service");
    doc->object = id;
    worker->take_normal = take;
    (raw ? as_written : normal_form)(worker, doc);
    worker->take_normal = NULL;
}

static void keep_live(Worker *worker, const Document *normal)
{
    Matches *matches = worker->keeper;
    uint32_t place = place_id(&matches->live_places, facts_object(worker->facts, normal->object));
    Live *live = &matches->lives.at[place];
    live->doc = *normal;
    live->doc.nodes = arena_alloc(&matches->arena, sizeof(Node) * normal->count);
    memcpy(live->doc.nodes, normal->nodes, sizeof(Node) * normal->count);
    for (uint32_t i = 0; i < normal->count; i++)
        if (node_is_scalar(&normal->nodes[i]))
            live->doc.nodes[i].text = arena_str(&matches->arena, node_str(normal, i)).ptr;
    live->doc.fingers = NULL;
    live->read = true;
}

static void compare_wanted(Worker *worker, const Document *normal)
{
    Matches *matches = worker->keeper;
    const Object *object = facts_object(worker->facts, normal->object);
    const Match *match = &matches->all.at[place_id(&matches->places, object)];
    Document wanted = *normal;
    wanted.fingers = NULL;
    Pair pair = {matches->run, &matches->arena, matches->lives.at[match->live].doc, object};
    if (matches->lives.at[match->live].read)
        compare(&pair, &wanted);
}

static void read_live(Worker *worker, Document *doc)
{
    Matches *matches = worker->keeper;
    uint32_t place = seq_find2(&matches->live_places, doc->source, (uint32_t)(doc->item + 1));
    if (place != BASE_NONE)
        take_form(worker, doc, matches->lives.at[place].id, keep_live);
}

static void read_wanted(Worker *worker, Document *doc)
{
    Matches *matches = worker->keeper;
    uint32_t place = seq_find2(&matches->places, doc->source, (uint32_t)(doc->item + 1));
    if (place != BASE_NONE)
        take_form(worker, doc, matches->all.at[place].id, compare_wanted);
}

/* ---- who is there twice ---- */

static bool is_frozen_kind(const Worker *worker, const Object *object)
{
    Str kind = interned(&worker->strings, object->kind);
    Str group = interned(&worker->strings, object->group);
    for (size_t i = 0; i < BASE_COUNT(frozen); i++)
        if (str_is(kind, frozen[i].kind) && str_is(group, frozen[i].group))
            return true;
    return false;
}

enum { IDENTITY_PARTS = 4 };

static void add_match(Matches *matches, uint32_t id, uint32_t held)
{
    const Facts *facts = matches->run->worker.facts;
    uint32_t live = place_id(&matches->live_places, facts_object(facts, held));
    if (live == matches->lives.len) {
        Live one = {.id = held};
        vec_push(&matches->lives, one);
    }
    Match match = {id, live};
    if (place_id(&matches->places, facts_object(facts, id)) == matches->all.len)
        vec_push(&matches->all, match);
}

static void find_matches(Matches *matches)
{
    const Worker *worker = &matches->run->worker;
    const Facts *facts = worker->facts;
    uint32_t input = facts_input_count(facts), count = facts_object_count(facts);
    SeqTable held = {0};
    VEC(uint32_t) ids = {0};
    for (uint32_t i = input; i < count; i++) {
        const Object *object = facts_object(facts, i);
        uint32_t key[IDENTITY_PARTS] = {object->group, object->kind, object->ns, object->name};
        if (object->name && !object->no_object &&
            seq_intern(&held, key, IDENTITY_PARTS) == ids.len)
            vec_push(&ids, i);
    }
    for (uint32_t i = 0; i < input; i++) {
        const Object *object = facts_object(facts, i);
        uint32_t key[IDENTITY_PARTS] = {object->group, object->kind, object->ns, object->name};
        uint32_t same = object->name && !object->no_object ? seq_find(&held, key, IDENTITY_PARTS)
                                                           : BASE_NONE;
        if (same != BASE_NONE && is_frozen_kind(worker, object))
            add_match(matches, i, ids.at[same]);
    }
    seq_table_free(&held);
    vec_free(&ids);
}

/* Objects stand in the order of their documents. */
static void read_again(Matches *matches, uint32_t id, uint32_t *last, ObjectPass pass)
{
    Worker *worker = &matches->run->worker;
    uint32_t doc = facts_object(worker->facts, id)->doc;
    if (doc != *last)
        worker_again_items(worker, doc, pass);
    *last = doc;
}

void immutable_check(Run *run)
{
    Matches matches = {.run = run};
    void *keeper = run->worker.keeper;
    uint32_t last = BASE_NONE;
    find_matches(&matches);
    run->worker.keeper = &matches;
    for (uint32_t i = 0; i < matches.lives.len; i++)
        if (!matches.lives.at[i].read)
            read_again(&matches, matches.lives.at[i].id, &last, read_live);
    for (uint32_t i = 0; i < matches.all.len; i++)
        read_again(&matches, matches.all.at[i].id, &last, read_wanted);
    run->worker.keeper = keeper;
    vec_free(&matches.lives);
    vec_free(&matches.all);
    seq_table_free(&matches.live_places);
    seq_table_free(&matches.places);
    arena_free(&matches.arena);
}
