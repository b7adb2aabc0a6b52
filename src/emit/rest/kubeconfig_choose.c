/* Which cluster, user and namespace of a kubeconfig are meant, and whether they can be
 * used.  The order of questions and what is refused follow client-go's
 * DirectClientConfig; without any configuration a Pod's own service account is used. */
#include "emit/rest/kubeconfig.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount/"

static bool wrong(Kubeconfig *config, KubePlace place, const char *format, ...) BASE_PRINTF(3, 4);
static bool wrong(Kubeconfig *config, KubePlace place, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Str text = arena_vformat(&config->arena, format, args);
    va_end(args);
    if (place.line)
        buf_format(&config->errors, "%.*s:%u:%u: ", STR_ARG(place.file), place.line, place.column);
    buf_format(&config->errors, "%.*s\n", STR_ARG(text));
    return false;
}

static bool readable(Kubeconfig *config, KubePlace place, Str path, const char *what)
{
    if (!path.len || access(path.ptr, R_OK) == 0)
        return true;
    return wrong(config, place, "%s %.*s: %s", what, STR_ARG(path), strerror(errno));
}

static bool proxy_fine(Str url)
{
    static const char *const SCHEMES[] = {"http://", "https://", "socks5://"};
    for (size_t i = 0; i < BASE_COUNT(SCHEMES); i++)
        if (str_starts(url, str_of(SCHEMES[i])))
            return url.len > strlen(SCHEMES[i]) && !str_contains(url, STR(" "));
    return false;
}

static bool cluster_fine(Kubeconfig *config, const KubeCluster *cluster)
{
    bool fine = true;
    if (!cluster->server.len)
        fine = wrong(config, cluster->place, "the cluster \"%.*s\" has no server",
                     STR_ARG(cluster->name));
    if (cluster->proxy_url.len && !proxy_fine(cluster->proxy_url))
        fine = wrong(config, cluster->place,
                     "the proxy-url of cluster \"%.*s\" is no http, https or socks5 URL",
                     STR_ARG(cluster->name));
    if (cluster->ca_file.len && cluster->ca_data.len)
        fine = wrong(config, cluster->place,
                     "cluster \"%.*s\" gives certificate-authority and certificate-authority-data; "
                     "one of them has to go", STR_ARG(cluster->name));
    return readable(config, cluster->place, cluster->ca_file, "certificate-authority") && fine;
}

static bool certificate_fine(Kubeconfig *config, const KubeUser *user)
{
    bool fine = true;
    if (!user->cert_file.len && !user->cert_data.len)
        return true;
    if (user->cert_file.len && user->cert_data.len)
        fine = wrong(config, user->place,
                     "user \"%.*s\" gives client-certificate and client-certificate-data; one of "
                     "them has to go", STR_ARG(user->name));
    if (user->key_file.len && user->key_data.len)
        fine = wrong(config, user->place,
                     "user \"%.*s\" gives client-key and client-key-data; one of them has to go",
                     STR_ARG(user->name));
    if (!user->key_file.len && !user->key_data.len)
        fine = wrong(config, user->place,
                     "user \"%.*s\" has a client certificate and no client-key",
                     STR_ARG(user->name));
    fine &= readable(config, user->place, user->cert_file, "client-certificate");
    return readable(config, user->place, user->key_file, "client-key") && fine;
}

static bool exec_fine(Kubeconfig *config, const KubeUser *user)
{
    static const char *const MODES[] = {"Never", "IfAvailable", "Always"};
    const KubeExec *exec = &user->exec;
    bool fine = true, known = false;
    if (!exec->present)
        return true;
    if (user->has_auth_provider)
        fine = wrong(config, user->place, "user \"%.*s\" has both auth-provider and exec",
                     STR_ARG(user->name));
    if (!exec->command.len)
        fine = wrong(config, user->place, "the exec plugin of user \"%.*s\" has no command",
                     STR_ARG(user->name));
    if (!exec->api_version.len)
        fine = wrong(config, user->place, "the exec plugin of user \"%.*s\" has no apiVersion",
                     STR_ARG(user->name));
    for (uint32_t i = 0; i < exec->env.len; i++)
        if (!exec->env.at[i].name.len)
            fine = wrong(config, user->place,
                         "a variable in env of the exec plugin of user \"%.*s\" has no name",
                         STR_ARG(user->name));
    for (size_t i = 0; i < BASE_COUNT(MODES); i++)
        known |= str_is(exec->interactive_mode, MODES[i]);
    if (!known)
        fine = wrong(config, user->place,
                     "interactiveMode of the exec plugin of user \"%.*s\" has to be Never, "
                     "IfAvailable or Always", STR_ARG(user->name));
    return fine;
}

static bool user_fine(Kubeconfig *config, const KubeUser *user)
{
    bool fine = certificate_fine(config, user);
    fine &= exec_fine(config, user);
    if (user->token.len && (user->username.len || user->password.len))
        fine = wrong(config, user->place,
                     "user \"%.*s\" has a token and a username or password; only one is allowed",
                     STR_ARG(user->name));
    if (!user->impersonate.len && (user->impersonate_uid.len || user->impersonate_groups.len ||
                                   user->impersonate_extra.len))
        fine = wrong(config, user->place,
                     "user \"%.*s\" asks for as-uid, as-groups or as-user-extra without as",
                     STR_ARG(user->name));
    return fine;
}

/* client-go reads auth-provider for two plugins that it no longer has, and then fails. */
static bool provider_fine(Kubeconfig *config, const KubeUser *user)
{
    if (!user->has_auth_provider)
        return true;
    return wrong(config, user->place,
                 "user \"%.*s\" has auth-provider%s%.*s, which Kubernetes removed in 1.26; use an "
                 "exec credential plugin (gke-gcloud-auth-plugin, kubelogin, …) instead",
                 STR_ARG(user->name), user->auth_provider.len ? " " : "",
                 STR_ARG(user->auth_provider));
}

/* The first of a name: an earlier file wins. */
#define FIND(list, wanted, found)                                \
    do {                                                         \
        for (uint32_t i_ = (list).len; i_-- > 0;)                \
            if (str_eq((list).at[i_].name, wanted))              \
                (found) = &(list).at[i_];                        \
    } while (0)

static void overrule(Str *value, Str by)
{
    if (by.len)
        *value = by;
}

static void overrule_cluster(KubeCluster *cluster, const KubeOverrides *overrides)
{
    overrule(&cluster->server, overrides->server);
    if (overrides->insecure || overrides->ca_file.len) {
        cluster->insecure = overrides->insecure;
        cluster->ca_file = overrides->ca_file;
        cluster->ca_data = STR("");
    }
    if (overrides->tls_server_name.len || overrides->server.len)
        cluster->tls_server_name = overrides->tls_server_name;
}

/* Credentials go to https alone. */
static void drop_credentials(KubeUser *user)
{
    *user = (KubeUser){
        .name = user->name,
        .place = user->place,
        .impersonate = user->impersonate,
        .impersonate_uid = user->impersonate_uid,
        .impersonate_groups = user->impersonate_groups,
        .impersonate_extra = user->impersonate_extra,
    };
}

static bool read_token(Kubeconfig *config, KubeUser *user)
{
    FileText text = {0};
    if (user->token.len || !user->token_file.len)
        return true;
    int error = file_read(&text, user->token_file.ptr);
    if (error == 0)
        user->token = arena_str(&config->arena, str_slice(text.ptr, text.len));
    file_free(&text);
    return error == 0 || wrong(config, user->place, "tokenFile %.*s: %s",
                               STR_ARG(user->token_file), strerror(error));
}

static bool cluster_is_empty(const KubeCluster *cluster)
{
    return !cluster->server.len && !cluster->tls_server_name.len && !cluster->ca_file.len &&
           !cluster->ca_data.len && !cluster->proxy_url.len && !cluster->insecure &&
           !cluster->disable_compression;
}

static bool names_fine(Kubeconfig *config, const KubeOverrides *overrides,
                       const KubeContext *context, const KubeUser *user,
                       const KubeCluster *cluster, Str context_name)
{
    const KubePlace nowhere = {0};
    if (overrides->user.len && !user)
        return wrong(config, nowhere, "the user \"%.*s\" does not exist in the kubeconfig",
                     STR_ARG(overrides->user));
    if (overrides->cluster.len && !cluster)
        return wrong(config, nowhere, "the cluster \"%.*s\" does not exist in the kubeconfig",
                     STR_ARG(overrides->cluster));
    if (context_name.len && !context)
        return wrong(config, nowhere, "the context \"%.*s\" does not exist in the kubeconfig",
                     STR_ARG(context_name));
    return true;
}

bool kubeconfig_choose(Kubeconfig *config, const KubeOverrides *overrides, KubeTarget *target)
{
    *target = (KubeTarget){0};
    Str context_name = overrides->context.len ? overrides->context : config->current_context;
    const KubeContext *context = NULL;
    const KubeCluster *cluster = NULL;
    const KubeUser *user = NULL;
    FIND(config->contexts, context_name, context);
    KubeContext merged = context ? *context : (KubeContext){0};
    overrule(&merged.cluster, overrides->cluster);
    overrule(&merged.user, overrides->user);
    overrule(&merged.ns, overrides->ns);
    FIND(config->clusters, merged.cluster, cluster);
    FIND(config->users, merged.user, user);
    if (!names_fine(config, overrides, context, user, cluster, context_name))
        return false;
    if (cluster)
        target->cluster = *cluster;
    else
        target->cluster.place = merged.place;
    if (user)
        target->user = *user;
    target->cluster.name = merged.cluster;
    target->user.name = merged.user;
    target->ns = merged.ns;
    overrule_cluster(&target->cluster, overrides);
    overrule(&target->user.token, overrides->token);
    overrule(&target->user.impersonate, overrides->impersonate);
    KubeExec *exec = &target->user.exec;
    if (exec->present && !exec->interactive_mode.len &&
        (str_is(exec->api_version, "client.authentication.k8s.io/v1beta1") ||
         str_is(exec->api_version, "client.authentication.k8s.io/v1alpha1")))
        exec->interactive_mode = STR("IfAvailable");
    if (cluster_is_empty(&target->cluster)) {
        if (merged.cluster.len)
            return wrong(config, merged.place, "the cluster \"%.*s\" that the context names is not "
                         "defined, or is empty", STR_ARG(merged.cluster));
        return wrong(config, merged.place, "no cluster is configured: give --kubeconfig, set "
                     "KUBECONFIG, or name a --server");
    }
    bool fine = user_fine(config, &target->user);
    fine &= cluster_fine(config, &target->cluster);
    if (!fine)
        return false;
    if (strncasecmp(target->cluster.server.ptr, "https://", 8)) {
        drop_credentials(&target->user);
        return true;
    }
    return provider_fine(config, &target->user) && read_token(config, &target->user);
}

/* ---- the environment ---- */

static bool in_cluster(Kubeconfig *config, const KubeOverrides *overrides, KubeTarget *target)
{
    const char *host = getenv("KUBERNETES_SERVICE_HOST"), *port = getenv("KUBERNETES_SERVICE_PORT");
    struct stat status;
    if (!host || !*host || !port || !*port || stat(ACCOUNT "token", &status) ||
        S_ISDIR(status.st_mode))
        return false;
    bool six = strchr(host, ':') != NULL;
    *target = (KubeTarget){.in_cluster = true};
    target->cluster.server = arena_format(&config->arena, "https://%s%s%s:%s", six ? "[" : "", host,
                                          six ? "]" : "", port);
    if (access(ACCOUNT "ca.crt", R_OK) == 0)
        target->cluster.ca_file = STR(ACCOUNT "ca.crt");
    target->user.token_file = STR(ACCOUNT "token");
    overrule(&target->cluster.server, overrides->server);
    overrule(&target->cluster.ca_file, overrides->ca_file);
    if (overrides->token.len)
        target->user.token = overrides->token, target->user.token_file = STR("");
    FileText text = {0};
    const char *pod = getenv("POD_NAMESPACE");
    if (pod && *pod)
        target->ns = arena_str(&config->arena, str_of(pod));
    else if (file_read(&text, ACCOUNT "namespace") == 0)
        target->ns = arena_str(&config->arena, str_trim(str_slice(text.ptr, text.len)));
    file_free(&text);
    overrule(&target->ns, overrides->ns);
    return read_token(config, &target->user);
}

bool kubeconfig_find(Kubeconfig *config, const KubeOverrides *overrides, KubeTarget *target)
{
    if (!kubeconfig_load(config, overrides->kubeconfig, str_of(getenv("KUBECONFIG")),
                         str_of(getenv("HOME"))))
        return false;
    bool nothing = !config->clusters.len && !config->users.len && !config->contexts.len;
    if (nothing && !overrides->kubeconfig.len && in_cluster(config, overrides, target))
        return true;
    return kubeconfig_choose(config, overrides, target);
}
