/* Objects that every cluster has, and names that tools make: nobody writes them
 * down, and no reference to them is a mistake. */
#include "checks/index.h"

typedef struct Known {
    const char *group, *kind;
    const char *ns;   /* NULL: any, or none */
    const char *name; /* with an asterisk at an end: whatever starts or ends with the rest */
} Known;

#define FLOW "flowcontrol.apiserver.k8s.io"
#define RBAC "rbac.authorization.k8s.io"

static const Known KNOWN[] = {
    /* made in every namespace by a controller */
    {"", "ServiceAccount", NULL, "default"},
    {"", "ConfigMap", NULL, "kube-root-ca.crt"},
    {"", "ConfigMap", NULL, "openshift-service-ca.crt"},
    {"", "ConfigMap", NULL, "istio-ca-root-cert"},
    /* made by the API server as it starts */
    {"", "Service", "default", "kubernetes"},
    {"", "Namespace", NULL, "default"},
    {"", "Namespace", NULL, "kube-*"},
    {"", "ConfigMap", "kube-system", "extension-apiserver-authentication"},
    {"scheduling.k8s.io", "PriorityClass", NULL, "system-cluster-critical"},
    {"scheduling.k8s.io", "PriorityClass", NULL, "system-node-critical"},
    {RBAC, "ClusterRole", NULL, "cluster-admin"},
    {RBAC, "ClusterRole", NULL, "admin"},
    {RBAC, "ClusterRole", NULL, "edit"},
    {RBAC, "ClusterRole", NULL, "view"},
    {RBAC, "ClusterRole", NULL, "system:*"},
    {RBAC, "Role", "kube-system", "extension-apiserver-authentication-reader"},
    {RBAC, "Role", "kube-system", "system:*"},
    {RBAC, "Role", "kube-public", "system:*"},
    {FLOW, "PriorityLevelConfiguration", NULL, "exempt"},
    {FLOW, "PriorityLevelConfiguration", NULL, "catch-all"},
    {FLOW, "PriorityLevelConfiguration", NULL, "global-default"},
    {FLOW, "PriorityLevelConfiguration", NULL, "leader-election"},
    {FLOW, "PriorityLevelConfiguration", NULL, "node-high"},
    {FLOW, "PriorityLevelConfiguration", NULL, "system"},
    {FLOW, "PriorityLevelConfiguration", NULL, "workload-high"},
    {FLOW, "PriorityLevelConfiguration", NULL, "workload-low"},
    /* its own controllers' accounts: the controller manager makes them when they first act */
    {"", "ServiceAccount", "kube-system", "*-controller"},
    {"", "ServiceAccount", "kube-system", "generic-garbage-collector"},
    /* there as soon as a cluster is set up in any of the usual ways */
    {"", "Service", "kube-system", "kube-dns"},
    {"", "ConfigMap", "kube-system", "coredns"},
    {"", "ConfigMap", "kube-system", "kube-dns"},
    {"", "ConfigMap", "kube-system", "kube-proxy"},
    {"", "ConfigMap", "kube-system", "kubeadm-config"},
    {"", "ServiceAccount", "kube-system", "coredns"},
    {"", "ServiceAccount", "kube-system", "kube-dns"},
    {"", "ServiceAccount", "kube-system", "kube-proxy"},
};

static bool name_matches(const char *pattern, Str name)
{
    Str text = str_of(pattern);
    if (text.len && text.ptr[text.len - 1] == '*')
        return str_starts(name, str_slice(text.ptr, text.len - 1));
    if (text.len && text.ptr[0] == '*')
        return str_ends(name, str_slice(text.ptr + 1, text.len - 1));
    return str_eq(text, name);
}

bool known_object(Str group, Str kind, Str ns, Str name)
{
    for (size_t i = 0; i < BASE_COUNT(KNOWN); i++)
        if (name_matches(KNOWN[i].name, name) && str_is(kind, KNOWN[i].kind) &&
            str_is(group, KNOWN[i].group) && (!KNOWN[i].ns || str_is(ns, KNOWN[i].ns)))
            return true;
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
