/* kubeconfig: how a cluster is reached and who asks, read as kubectl reads it
 * (k8s.io/client-go/tools/clientcmd): the list of files, their merging, what flags
 * overrule, what is refused.
 *
 * Ownership: a Kubeconfig owns all that it hands out until kubeconfig_free.
 * Errors: kubeconfig_load and kubeconfig_choose write whole lines to errors, each with its
 * file and line where it has one, and never a secret. */
#ifndef PLIMSOLL_REST_KUBECONFIG_H
#define PLIMSOLL_REST_KUBECONFIG_H

#include "base/base.h"

typedef struct TextList {
    Str *at;
    uint32_t len;
} TextList;

/* Where an entry stands: its file's index, and line and column of its name. */
typedef struct KubePlace {
    Str file;
    uint32_t line, column;
} KubePlace;

typedef struct KubeCluster {
    Str name;
    KubePlace place;
    Str server, tls_server_name, ca_file, ca_data, proxy_url;
    bool insecure, disable_compression;
    Str exec_config; /* JSON: the extension client.authentication.k8s.io/exec, or empty */
} KubeCluster;

typedef struct KubePair {
    Str name;
    Str value;       /* of an environment's variable */
    TextList values; /* of an impersonated user's extra */
} KubePair;

typedef struct KubePairs {
    KubePair *at;
    uint32_t len;
} KubePairs;

typedef struct KubeExec {
    bool present;
    Str command, api_version, install_hint, interactive_mode;
    TextList args;
    KubePairs env;
    bool provide_cluster_info;
} KubeExec;

typedef struct KubeUser {
    Str name;
    KubePlace place;
    Str cert_file, cert_data, key_file, key_data;
    Str token, token_file, username, password;
    Str impersonate, impersonate_uid;
    TextList impersonate_groups;
    KubePairs impersonate_extra;
    Str auth_provider; /* its name */
    bool has_auth_provider;
    KubeExec exec;
} KubeUser;

typedef struct KubeContext {
    Str name;
    KubePlace place;
    Str cluster, user, ns;
} KubeContext;

typedef struct Kubeconfig {
    Arena arena;
    Str current_context;
    VEC(KubeCluster) clusters; /* of equal names the first counts */
    VEC(KubeUser) users;
    VEC(KubeContext) contexts;
    Buf errors;
} Kubeconfig;

/* What flags overrule; empty where they say nothing. */
typedef struct KubeOverrides {
    Str kubeconfig, context, cluster, user, server, ns, token;
    Str ca_file, tls_server_name, impersonate;
    bool insecure;
} KubeOverrides;

/* The decision: one cluster, one user, one namespace. */
typedef struct KubeTarget {
    KubeCluster cluster;
    KubeUser user;
    Str ns;          /* empty: none was given anywhere */
    bool in_cluster; /* by the service account of the Pod that we run in */
} KubeTarget;

/* Reads the files of KUBECONFIG (`list`, parted by colons), or the one that a flag names. */
bool kubeconfig_load(Kubeconfig *config, Str explicit_path, Str list, Str home);
bool kubeconfig_choose(Kubeconfig *config, const KubeOverrides *overrides, KubeTarget *target);
/* kubeconfig_load and kubeconfig_choose with the environment of this process. */
bool kubeconfig_find(Kubeconfig *config, const KubeOverrides *overrides, KubeTarget *target);
void kubeconfig_free(Kubeconfig *config);

#endif
