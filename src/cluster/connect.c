/* From options to a client: the kubeconfig, and who asks. */
#include "cluster/session.h"

static KubeOverrides overrides_of(const Options *options)
{
    const KubeFlags *flags = &options->kube;
    return (KubeOverrides){
        .kubeconfig = flags->kubeconfig,
        .context = flags->context,
        .cluster = flags->cluster,
        .user = flags->user,
        .server = flags->server,
        .token = flags->token,
        .impersonate = flags->as,
        .ca_file = flags->certificate_authority,
        .tls_server_name = flags->tls_server_name,
        .insecure = flags->insecure,
    };
}

static bool stdin_is_input(const Options *options)
{
    for (uint32_t i = 0; i < options->paths.len; i++)
        if (str_is(options->paths.at[i], "-"))
            return true;
    return false;
}

void tell_lines(Str lines)
{
    while (lines.len) {
        Str line = str_until(&lines, '\n');
        if (line.len)
            cli_error("%.*s", STR_ARG(line));
    }
}

bool connection_find(Connection *connection, Options *options)
{
    *connection = (Connection){0};
    KubeOverrides overrides = overrides_of(options);
    bool found = kubeconfig_find(&connection->config, &overrides, &connection->target);
    tell_lines(buf_slice(&connection->config.errors));
    Str ns = connection->target.ns;
    if (found && ns.len && options->set_by[SETTING_NAMESPACE] != SET_BY_FLAG)
        options->schema.default_namespace = arena_str(&options->arena, ns);
    return found;
}

bool connection_open(Connection *connection, const Options *options)
{
    Buf error = {0};
    ClientOptions limits = client_defaults();
    limits.run_ms = (int64_t)options->timeout * 1000;
    limits.interrupted = meter_stopped;
    auth_init(&connection->auth, &connection->target, stdin_is_input(options));
    connection->client = client_new(&connection->target, &connection->auth, &limits, &error);
    tell_lines(buf_slice(&error));
    buf_free(&error);
    return connection->client != NULL;
}

void connection_close(Connection *connection)
{
    if (connection->client)
        client_free(connection->client);
    auth_free(&connection->auth);
    kubeconfig_free(&connection->config);
}
