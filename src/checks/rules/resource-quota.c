/* The input makes more objects of a kind than a ResourceQuota of their namespace allows:
 * the counts of pkg/quota/v1.  Sums of resources are not held against quotas, since what
 * controllers make of templates is not for the input to say. */
#include "checks/admission.h"
#include "checks/link.h"

extern const Rule rule_resource_quota;

/* Objects by (namespace, group, kind), each list by place. */
typedef struct Census {
    SeqTable keys;
    VEC(uint32_t) first; /* per key: an object */
    uint32_t *next;      /* per object, or BASE_NONE */
} Census;

static void count_objects(const LinkContext *context, Census *census)
{
    const Facts *facts = link_facts(context->link);
    const uint32_t *objects = link_objects_by_place(context->link);
    uint32_t count = facts_object_count(facts);
    census->next = mem_resize(NULL, sizeof *census->next * ((size_t)count + 1));
    for (uint32_t i = count; i-- > 0;) {
        const Object *object = facts_object(facts, objects[i]);
        if (object->no_object || !object->ns)
            continue;
        bool named = object->name != 0 && object->name != BASE_NONE;
        uint32_t same = link_find(context->link, object->group, object->kind, object->ns,
                                  object->name);
        if (named && same != objects[i])
            continue; /* defined twice, and once in the cluster */
        uint32_t key[] = {object->ns, object->group, object->kind};
        uint32_t id = seq_intern(&census->keys, key, BASE_COUNT(key));
        if (id == census->first.len)
            vec_push(&census->first, BASE_NONE);
        census->next[objects[i]] = census->first.at[id];
        census->first.at[id] = objects[i];
    }
}

/* ---- what a quota counts ---- */

/* "count/deployments.apps", or one of the names that are older than those. */
static bool counted(Str name, Str *resource, Str *group)
{
    static const Str NAMES[] = {
        STR_INIT("pods"),       STR_INIT("services"),   STR_INIT("replicationcontrollers"),
        STR_INIT("secrets"),    STR_INIT("configmaps"), STR_INIT("persistentvolumeclaims"),
        STR_INIT("resourcequotas"),
    };
    *resource = name;
    *group = STR("");
    if (str_starts(name, STR("count/"))) {
        *resource = str_slice(name.ptr + 6, name.len - 6);
        size_t dot = str_find(*resource, '.');
        if (dot < resource->len) {
            *group = str_slice(resource->ptr + dot + 1, resource->len - dot - 1);
            resource->len = dot;
        }
        return true;
    }
    for (size_t i = 0; i < BASE_COUNT(NAMES); i++)
        if (str_eq(name, NAMES[i]))
            return true;
    return false;
}

/* The kind behind a resource of the built-in ones, as an id of the strings. */
static uint32_t kind_of(const Facts *facts, Str resource, Str group)
{
    for (KindId id = 0; id < schema_kind_count(NULL); id++) {
        KindInfo info = schema_kind_info(NULL, id);
        if (str_eq(info.resource, resource) && str_eq(info.group, group) && info.create &&
            !info.subresource)
            return interner_find(facts->strings, info.kind);
    }
    return BASE_NONE;
}

static void check_quota(const LinkContext *context, const QuotaFact *quota, const Census *census)
{
    const Facts *facts = link_facts(context->link);
    Str name = facts_text(facts, quota->name), resource, group;
    uint32_t ns = facts_object(facts, quota->object)->ns;
    if (!counted(name, &resource, &group))
        return;
    uint32_t key[] = {ns, interner_find(facts->strings, group), kind_of(facts, resource, group)};
    uint32_t id = seq_find(&census->keys, key, BASE_COUNT(key));
    Quantity quantity = amount_quantity(facts, quota->quantity);
    int64_t allowed = quantity_value(&quantity), count = 0, together = 0;
    uint32_t beyond = BASE_NONE;
    for (uint32_t at = id == BASE_NONE ? id : census->first.at[id]; at != BASE_NONE;
         at = census->next[at]) {
        together += link_belong_together(context->link, quota->object, at);
        if (++count == allowed + 1)
            beyond = at;
    }
    if (beyond == BASE_NONE)
        return;
    Finding *finding = diag_report(
        context->diag, &rule_resource_quota.info, facts_name_place(facts, beyond),
        "%.*s allows %lld of %.*s, and the input makes %lld: not all of them will be accepted",
        STR_ARG(facts_object_text(facts, quota->object, context->scratch)), (long long)allowed,
        STR_ARG(name), (long long)count);
    if (!finding)
        return;
    finding->object = beyond;
    diag_note(context->diag, finding, facts_place(facts, quota->object, quota->place),
              "the quota says so here");
    if (link_has_alternative(context->link, quota->object) ||
        together <= allowed)
        diag_lower(context->diag, finding, SEVERITY_WARNING);
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    Census census = {0};
    if (facts->quotas.len == 0)
        return;
    count_objects(context, &census);
    for (uint32_t i = 0; i < facts->quotas.len; i++) {
        if (facts_object(facts, facts->quotas.at[i].object)->accepted)
            check_quota(context, &facts->quotas.at[i], &census);
        arena_reset(context->scratch);
    }
    seq_table_free(&census.keys);
    vec_free(&census.first);
    mem_free(census.next);
}

const Rule rule_resource_quota = {
    .info =
        {
            .id = "resource-quota",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_ERROR,
            .summary = "The input makes more objects than a ResourceQuota allows",
            .why = "A ResourceQuota counts the objects of its namespace as they are made and "
                   "refuses the first that is one too many.  Counted are the objects of the "
                   "input, by count/RESOURCE.GROUP and by the older names of the core group; "
                   "not what controllers make, nor what the cluster holds already, so that "
                   "there may be more: "
                   "https://kubernetes.io/docs/concepts/policy/resource-quotas/",
            .fix = "Allow more, or make fewer objects in that namespace.",
        },
    .on_link = on_link,
};
