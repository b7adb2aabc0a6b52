/* The order of writes: what others need comes first.  Namespaces and definitions open the
 * door; then what Pods are made of; then who may do what; Services before the workloads
 * whose environment names them; and last what judges other requests, so that a webhook
 * whose Pods are not there yet does not refuse them. */
#include "emit/rest/rest.h"

typedef struct Rank {
    const char *group, *kind;
    unsigned rank;
} Rank;

enum {
    RANK_CLASS = REST_RANK_FIRST_FREE, /* classes that admission looks up by name */
    RANK_ACCOUNT,
    RANK_CONFIG,
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
    {"", "PersistentVolume", RANK_CONFIG},
    {"", "PersistentVolumeClaim", RANK_CONFIG},
    {"rbac.authorization.k8s.io", "ClusterRole", RANK_ACCESS},
    {"rbac.authorization.k8s.io", "Role", RANK_ACCESS},
    {"rbac.authorization.k8s.io", "ClusterRoleBinding", RANK_ACCESS + 0},
    {"rbac.authorization.k8s.io", "RoleBinding", RANK_ACCESS + 0},
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
