/* What a kubeconfig comes to, as one line of JSON, for the comparison with client-go:
 *   rest-kubeconfig LIST [NAME=VALUE]…      LIST as in KUBECONFIG */
#include "emit/rest/kubeconfig.h"

#include <stdlib.h>

static void member(Buf *out, const char *name, Str value)
{
    buf_format(out, ",\"%s\":", name);
    buf_json(out, value);
}

static void write_exec(const KubeExec *exec, Buf *out)
{
    if (!exec->present)
        return;
    member(out, "execCommand", exec->command);
    member(out, "execVersion", exec->api_version);
    member(out, "execMode", exec->interactive_mode);
    buf_text(out, ",\"execArgs\":[");
    for (uint32_t i = 0; i < exec->args.len; i++) {
        buf_text(out, i ? "," : "");
        buf_json(out, exec->args.at[i]);
    }
    buf_format(out, "],\"execCluster\":%s", exec->provide_cluster_info ? "true" : "false");
}

static void write_target(const KubeTarget *target, Buf *out)
{
    const KubeCluster *cluster = &target->cluster;
    const KubeUser *user = &target->user;
    bool tls = str_starts(cluster->server, STR("https://"));
    buf_text(out, "{\"ok\":true");
    member(out, "host", cluster->server);
    member(out, "proxy", cluster->proxy_url);
    buf_format(out, ",\"noCompression\":%s", cluster->disable_compression ? "true" : "false");
    member(out, "namespace", target->ns.len ? target->ns : STR("default"));
    member(out, "as", user->impersonate);
    member(out, "asUid", user->impersonate.len ? user->impersonate_uid : STR(""));
    buf_text(out, ",\"asGroups\":[");
    for (uint32_t i = 0; user->impersonate.len && i < user->impersonate_groups.len; i++) {
        buf_text(out, i ? "," : "");
        buf_json(out, user->impersonate_groups.at[i]);
    }
    buf_byte(out, ']');
    member(out, "token", user->token);
    member(out, "tokenFile", user->token_file);
    member(out, "username", user->username);
    member(out, "password", user->password);
    bool cert = user->cert_file.len || user->cert_data.len;
    member(out, "certFile", user->cert_file);
    member(out, "certData", user->cert_data);
    member(out, "keyFile", cert ? user->key_file : STR(""));
    member(out, "keyData", cert ? user->key_data : STR(""));
    member(out, "caFile", tls ? cluster->ca_file : STR(""));
    member(out, "caData", tls ? cluster->ca_data : STR(""));
    member(out, "serverName", tls ? cluster->tls_server_name : STR(""));
    buf_format(out, ",\"insecure\":%s", tls && cluster->insecure ? "true" : "false");
    write_exec(&user->exec, out);
    buf_text(out, "}\n");
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        size_t offset;
    } FLAGS[] = {
        {"context", offsetof(KubeOverrides, context)}, {"cluster", offsetof(KubeOverrides, cluster)},
        {"user", offsetof(KubeOverrides, user)},       {"server", offsetof(KubeOverrides, server)},
        {"namespace", offsetof(KubeOverrides, ns)},    {"token", offsetof(KubeOverrides, token)},
        {"kubeconfig", offsetof(KubeOverrides, kubeconfig)},
    };
    KubeOverrides overrides = {0};
    for (int i = 2; i < argc; i++) {
        Str argument = str_of(argv[i]);
        size_t equals = str_find(argument, '=');
        for (size_t f = 0; f < BASE_COUNT(FLAGS) && equals < argument.len; f++)
            if (str_is(str_slice(argument.ptr, equals), FLAGS[f].name))
                *(Str *)((char *)&overrides + FLAGS[f].offset) = str_of(argv[i] + equals + 1);
    }
    Kubeconfig config;
    KubeTarget target;
    Buf out = {0};
    if (kubeconfig_load(&config, overrides.kubeconfig, str_of(argc > 1 ? argv[1] : ""), STR("")) &&
        kubeconfig_choose(&config, &overrides, &target)) {
        write_target(&target, &out);
    } else {
        buf_text(&out, "{\"ok\":false,\"errors\":");
        buf_json(&out, buf_slice(&config.errors));
        buf_text(&out, "}\n");
    }
    bool written = fwrite(out.ptr, 1, out.len, stdout) == out.len;
    buf_free(&out);
    kubeconfig_free(&config);
    return written ? 0 : 2;
}
