/* The order of writes: what others need comes first.  Namespaces and definitions open the
 * door; then classes and limits, which admission looks up; what Pods are made of; storage;
 * who may do what; Services before the workloads whose environment names them; and last what
 * judges other requests, so that a webhook whose Pods are not there yet does not refuse
 * them.  Within a rank what names another comes behind it: its level says how far. */
#include "emit/rest/rest.h"

typedef struct Rank {
    const char *group, *kind;
    unsigned rank;
} Rank;

enum {
    RANK_CLASS = REST_RANK_FIRST_FREE, /* classes that admission looks up by name */
    RANK_ACCOUNT,
    RANK_CONFIG,
    RANK_STORAGE,
    RANK_ACCESS,
    RANK_SERVICE,
    RANK_WORKLOAD,
    RANK_OTHER,
    RANK_JUDGE,
};

static const Rank ranks[] = {
    {"", "Namespace", REST_RANK_NAMESPACE},
    {"apiextensions.k8s.io", "CustomResourceDefinition", REST_RANK_DEFINITION},
    {"scheduling.k8s.io", "PriorityClass", RANK_CLASS},
    {"node.k8s.io", "RuntimeClass", RANK_CLASS},
    {"storage.k8s.io", "StorageClass", RANK_CLASS},
    {"networking.k8s.io", "IngressClass", RANK_CLASS},
    {"", "ResourceQuota", RANK_CLASS},
    {"", "LimitRange", RANK_CLASS},
    {"", "ServiceAccount", RANK_ACCOUNT},
    {"", "ConfigMap", RANK_CONFIG},
    {"", "Secret", RANK_CONFIG},
    {"", "PersistentVolume", RANK_STORAGE},
    {"", "PersistentVolumeClaim", RANK_STORAGE},
    {"rbac.authorization.k8s.io", NULL, RANK_ACCESS},
    {"", "Service", RANK_SERVICE},
    {"", "Pod", RANK_WORKLOAD},
    {"", "ReplicationController", RANK_WORKLOAD},
    {"apps", NULL, RANK_WORKLOAD},
    {"batch", NULL, RANK_WORKLOAD},
    {"admissionregistration.k8s.io", NULL, RANK_JUDGE},
    {"apiregistration.k8s.io", NULL, RANK_JUDGE},
};

unsigned rest_rank(Str group, Str kind)
{
    for (size_t i = 0; i < BASE_COUNT(ranks); i++)
        if (str_is(group, ranks[i].group) && (!ranks[i].kind || str_is(kind, ranks[i].kind)))
            return ranks[i].rank;
    return RANK_OTHER;
}

static int compare_places(const void *a, const void *b, void *context)
{
    (void)context;
    const RestObject *left = *(RestObject *const *)a, *right = *(RestObject *const *)b;
    if (left->rank != right->rank)
        return left->rank < right->rank ? -1 : 1;
    return (left->level > right->level) - (left->level < right->level);
}

unsigned rest_order(RestObject *objects, uint32_t count, Arena *arena)
{
    RestObject **order = arena_alloc(arena, sizeof(RestObject *) * ((size_t)count + 1));
    for (uint32_t i = 0; i < count; i++) {
        objects[i].rank = rest_rank(objects[i].group, objects[i].kind);
        order[i] = &objects[i];
    }
    if (count)
        sort_with(order, count, sizeof(RestObject *), compare_places, NULL);
    unsigned steps = 0;
    for (uint32_t i = 0; i < count; i++) {
        steps += i == 0 || compare_places(&order[i - 1], &order[i], NULL) != 0;
        order[i]->step = steps - 1;
    }
    return steps;
}
