/* Objects that every cluster has, and names that tools make: nobody writes them
 * down, and no reference to them is a mistake. */
#include "checks/index.h"

typedef struct Known {
    Str group, kind;
    Str ns;   /* no text: any, or none */
    Str name; /* with an asterisk at an end: whatever starts or ends with the rest */
} Known;

#define CORE ""
#define FLOW "flowcontrol.apiserver.k8s.io"
#define RBAC "rbac.authorization.k8s.io"
#define SCHEDULING "scheduling.k8s.io"
#define ANY ""
#define ROW(group, kind, ns, name) {STR_INIT(group), STR_INIT(kind), STR_INIT(ns), STR_INIT(name)}

static const Known KNOWN[] = {
    /* made in every namespace by a controller */
    ROW(CORE, "ServiceAccount", ANY, "default"),
    ROW(CORE, "ConfigMap", ANY, "kube-root-ca.crt"),
    ROW(CORE, "ConfigMap", ANY, "openshift-service-ca.crt"),
    ROW(CORE, "ConfigMap", ANY, "istio-ca-root-cert"),
    /* made by the API server as it starts */
    ROW(CORE, "Service", "default", "kubernetes"),
    ROW(CORE, "Namespace", ANY, "default"),
    ROW(CORE, "Namespace", ANY, "kube-*"),
    ROW(CORE, "ConfigMap", "kube-system", "extension-apiserver-authentication"),
    ROW(SCHEDULING, "PriorityClass", ANY, "system-cluster-critical"),
    ROW(SCHEDULING, "PriorityClass", ANY, "system-node-critical"),
    ROW(RBAC, "ClusterRole", ANY, "cluster-admin"),
    ROW(RBAC, "ClusterRole", ANY, "admin"),
    ROW(RBAC, "ClusterRole", ANY, "edit"),
    ROW(RBAC, "ClusterRole", ANY, "view"),
    ROW(RBAC, "ClusterRole", ANY, "system:*"),
    ROW(RBAC, "Role", "kube-system", "extension-apiserver-authentication-reader"),
    ROW(RBAC, "Role", "kube-system", "system:*"),
    ROW(RBAC, "Role", "kube-public", "system:*"),
    ROW(FLOW, "PriorityLevelConfiguration", ANY, "exempt"),
    ROW(FLOW, "PriorityLevelConfiguration", ANY, "catch-all"),
    ROW(FLOW, "PriorityLevelConfiguration", ANY, "global-default"),
    ROW(FLOW, "PriorityLevelConfiguration", ANY, "leader-election"),
    ROW(FLOW, "PriorityLevelConfiguration", ANY, "node-high"),
    ROW(FLOW, "PriorityLevelConfiguration", ANY, "system"),
    ROW(FLOW, "PriorityLevelConfiguration", ANY, "workload-high"),
    ROW(FLOW, "PriorityLevelConfiguration", ANY, "workload-low"),
    /* its own controllers' accounts: the controller manager makes them when they first act */
    ROW(CORE, "ServiceAccount", "kube-system", "*-controller"),
    ROW(CORE, "ServiceAccount", "kube-system", "generic-garbage-collector"),
    /* there as soon as a cluster is set up in any of the usual ways */
    ROW(CORE, "Service", "kube-system", "kube-dns"),
    ROW(CORE, "ConfigMap", "kube-system", "coredns"),
    ROW(CORE, "ConfigMap", "kube-system", "kube-dns"),
    ROW(CORE, "ConfigMap", "kube-system", "kube-proxy"),
    ROW(CORE, "ConfigMap", "kube-system", "kubeadm-config"),
    ROW(CORE, "ServiceAccount", "kube-system", "coredns"),
    ROW(CORE, "ServiceAccount", "kube-system", "kube-dns"),
    ROW(CORE, "ServiceAccount", "kube-system", "kube-proxy"),
};

static bool name_matches(Str pattern, Str name)
{
    if (pattern.ptr[pattern.len - 1] == '*')
        return str_starts(name, str_slice(pattern.ptr, pattern.len - 1));
    if (pattern.ptr[0] == '*')
        return str_ends(name, str_slice(pattern.ptr + 1, pattern.len - 1));
    return str_eq(pattern, name);
}

bool known_object(Str group, Str kind, Str ns, Str name)
{
    for (size_t i = 0; i < BASE_COUNT(KNOWN); i++) {
        const Known *known = &KNOWN[i];
        if (str_eq(kind, known->kind) && str_eq(group, known->group) &&
            name_matches(known->name, name) && (!known->ns.len || str_eq(ns, known->ns)))
            return true;
    }
    return false;
}

/* Kustomize puts a hyphen and ten characters of a hash behind the names of what it
 * generates; its digits are those of hexadecimal with six changed for letters that
 * spell no words. */
Str name_without_hash(Str name)
{
    enum { HASH_LENGTH = 10 };
    if (name.len < HASH_LENGTH + 2 || name.ptr[name.len - HASH_LENGTH - 1] != '-')
        return STR("");
    for (size_t i = name.len - HASH_LENGTH; i < name.len; i++)
        if (!memchr("2456789bcdfghkmt", name.ptr[i], 16))
            return STR("");
    return str_slice(name.ptr, name.len - HASH_LENGTH - 1);
}
