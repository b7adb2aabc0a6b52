/* meta.c: the metadata of a new object (apiserver, pkg/registry/rest/create.go), and the
 * mask over what only a running server can know. */
#include "schema/defaults/defaults.h"

Value *metadata_of(Normal *n, Value *object) { return VALUE_PUT(n, object, metadata); }

void add_finalizer(Normal *n, Value *object, const char *finalizer)
{
    Value *list = VALUE_PUT(n, metadata_of(n, object), finalizers);
    for (VALUE_EACH(item, list))
        if (value_is(item, finalizer))
            return;
    if (list)
        value_add_text(n, list, finalizer);
}

static bool is_same(const Value *a, const Value *b)
{
    if (a->kind != b->kind || !str_eq(a->text, b->text) || value_count(a) != value_count(b))
        return false;
    for (VALUE_EACH(part, a)) {
        const Value *other = value_entry(b, part->key);
        if (!other || !is_same(part, other))
            return false;
    }
    return true;
}

/* dedupOwnerReferences: an owner that is named twice in the same words counts once. */
static void drop_repeated_owners(Value *list)
{
    for (Value *item = list ? list->first : NULL, *next; item; item = next) {
        next = item->next;
        for (VALUE_EACH(before, list)) {
            if (before == item)
                break;
            if (is_same(before, item)) {
                value_drop_part(list, item);
                break;
            }
        }
    }
}

void prepare_metadata(Normal *n)
{
    Value *metadata = metadata_of(n, n->root);
    if (!metadata || metadata->kind != NODE_MAP)
        return;
    if (n->namespaced)
        value_set_text(n, metadata, SCHEMA_NAME_namespace, n->namespace_text);
    else
        VALUE_DROP(metadata, namespace);
    drop_repeated_owners(VALUE_GET(metadata, ownerReferences));
    VALUE_DROP(metadata, deletionTimestamp);
    VALUE_DROP(metadata, deletionGracePeriodSeconds);
}

static void drop_label(Value *labels, Value *owner, NameId name, const char *key)
{
    value_drop_entry(labels, key);
    if (labels && !labels->first)
        value_drop(owner, name);
}

/* Labels that name the Job's own uid, and those with a name that the server makes. */
static void mask_job(Normal *n)
{
    static const char *const KEYS[] = {"controller-uid", "batch.kubernetes.io/controller-uid",
                                       "job-name", "batch.kubernetes.io/job-name"};
    Value *metadata = VALUE_GET(n->root, metadata), *spec = VALUE_GET(n->root, spec);
    Value *template = VALUE_GET(VALUE_GET(spec, template), metadata);
    Value *selector = VALUE_GET(spec, selector);
    for (size_t i = 0; i < (n->generated_name ? BASE_COUNT(KEYS) : 2); i++) {
        drop_label(VALUE_GET(metadata, labels), metadata, SCHEMA_NAME_labels, KEYS[i]);
        drop_label(VALUE_GET(template, labels), template, SCHEMA_NAME_labels, KEYS[i]);
        drop_label(VALUE_GET(selector, matchLabels), selector, SCHEMA_NAME_matchLabels, KEYS[i]);
    }
}

static void mask_service(Value *spec)
{
    VALUE_DROP(spec, clusterIP);
    VALUE_DROP(spec, clusterIPs);
    VALUE_DROP(spec, ipFamilies);
    VALUE_DROP(spec, ipFamilyPolicy);
    VALUE_DROP(spec, healthCheckNodePort);
    for (VALUE_EACH(port, VALUE_GET(spec, ports)))
        VALUE_DROP(port, nodePort);
}

void mask_metadata(Normal *n)
{
    Value *metadata = VALUE_GET(n->root, metadata), *spec = VALUE_GET(n->root, spec);
    value_drop_entry(n->root, "status");
    VALUE_DROP(metadata, uid);
    VALUE_DROP(metadata, creationTimestamp);
    VALUE_DROP(metadata, resourceVersion);
    VALUE_DROP(metadata, generation);
    VALUE_DROP(metadata, managedFields);
    VALUE_DROP(metadata, selfLink);
    if (n->generated_name)
        VALUE_DROP(metadata, name);
    if (n->type == SCHEMA_TYPE_batch_v1_Job) {
        mask_job(n);
    } else if (n->type == SCHEMA_TYPE_core_v1_Service) {
        mask_service(spec);
    } else if (n->type == SCHEMA_TYPE_certificates_v1_CertificateSigningRequest) {
        VALUE_DROP(spec, username);
        VALUE_DROP(spec, uid);
        VALUE_DROP(spec, groups);
        VALUE_DROP(spec, extra);
    }
}
