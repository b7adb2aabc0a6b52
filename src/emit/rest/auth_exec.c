/* Credential plugins, as k8s.io/client-go/plugin/pkg/client/auth/exec runs them: the
 * request goes in the variable KUBERNETES_EXEC_INFO, the answer is an ExecCredential on
 * standard output.  The answer is kept until it expires or the server refuses it. */
#include "emit/rest/auth.h"
#include "emit/rest/json.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER_LIMIT = 1 << 20 };

static bool is_interactive(const Auth *auth, Buf *error, bool *interactive)
{
    Str mode = auth->target->user.exec.interactive_mode;
    bool terminal = !auth->stdin_taken && isatty(STDIN_FILENO);
    *interactive = terminal && !str_is(mode, "Never");
    if (!str_is(mode, "Always") || terminal)
        return true;
    buf_format(error, "the credential plugin %.*s needs a terminal, and standard input %s",
               STR_ARG(auth->target->user.exec.command),
               auth->stdin_taken ? "holds the manifests" : "is none");
    return false;
}

static void member(Buf *out, const char *name, Str value)
{
    if (!value.len)
        return;
    buf_format(out, ",\"%s\":", name);
    buf_json(out, value);
}

static void write_cluster(const KubeCluster *cluster, Buf *out)
{
    FileText file = {0};
    Str ca = cluster->ca_data;
    if (!ca.len && cluster->ca_file.len && file_read(&file, cluster->ca_file.ptr) == 0)
        ca = str_slice(file.ptr, file.len);
    buf_text(out, ",\"cluster\":{\"server\":");
    buf_json(out, cluster->server);
    member(out, "tls-server-name", cluster->tls_server_name);
    if (cluster->insecure)
        buf_text(out, ",\"insecure-skip-tls-verify\":true");
    if (ca.len) {
        buf_text(out, ",\"certificate-authority-data\":\"");
        base64_encode(ca, out);
        buf_byte(out, '"');
    }
    member(out, "proxy-url", cluster->proxy_url);
    if (cluster->disable_compression)
        buf_text(out, ",\"disable-compression\":true");
    if (cluster->exec_config.len) {
        buf_text(out, ",\"config\":");
        buf_str(out, cluster->exec_config);
    }
    buf_byte(out, '}');
    file_free(&file);
}

/* The request, as a variable's "NAME=value". */
static void write_info(const Auth *auth, bool interactive, Buf *out)
{
    const KubeExec *exec = &auth->target->user.exec;
    buf_text(out, "KUBERNETES_EXEC_INFO={\"kind\":\"ExecCredential\",\"apiVersion\":");
    buf_json(out, exec->api_version);
    buf_format(out, ",\"spec\":{\"interactive\":%s", interactive ? "true" : "false");
    if (exec->provide_cluster_info)
        write_cluster(&auth->target->cluster, out);
    buf_text(out, "}}");
    buf_byte(out, 0);
}

/* In the child: becomes the plugin. */
BASE_NORETURN static void become(const KubeExec *exec, char *info, bool interactive, int answer)
{
    Arena arena = {0};
    char **argv = arena_zero(&arena, sizeof *argv * ((size_t)exec->args.len + 2));
    argv[0] = arena_str(&arena, exec->command).len ? (char *)(uintptr_t)exec->command.ptr : NULL;
    for (uint32_t i = 0; i < exec->args.len; i++)
        argv[i + 1] = (char *)(uintptr_t)exec->args.at[i].ptr;
    for (uint32_t i = 0; i < exec->env.len; i++)
        setenv(exec->env.at[i].name.ptr, exec->env.at[i].value.len ? exec->env.at[i].value.ptr : "",
               1);
    putenv(info);
    signal(SIGPIPE, SIG_DFL);
    if (!interactive) {
        FILE *nothing = freopen("/dev/null", "r", stdin);
        (void)nothing;
    }
    dup2(answer, STDOUT_FILENO);
    if (answer != STDOUT_FILENO)
        close(answer);
    execvp(argv[0], argv);
    _exit(errno == ENOENT ? 127 : 126);
}

/* What the plugin wrote, up to a bound; false where it failed. */
static bool run_plugin(Auth *auth, bool interactive, Buf *answer, Buf *error)
{
    const KubeExec *exec = &auth->target->user.exec;
    Buf info = {0};
    int ends[2];
    write_info(auth, interactive, &info);
    if (pipe(ends)) {
        buf_format(error, "pipe: %s", strerror(errno));
        buf_free(&info);
        return false;
    }
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        become(exec, info.ptr, interactive, ends[1]);
    }
    close(ends[1]);
    buf_free(&info);
    while (child > 0 && answer->len < ANSWER_LIMIT) {
        buf_reserve(answer, 4096);
        ssize_t got = read(ends[0], answer->ptr + answer->len, 4096);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        answer->len += (size_t)got;
    }
    close(ends[0]);
    int status = -1;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0 && answer->len < ANSWER_LIMIT)
        return true;
    buf_format(error, "the credential plugin %.*s ", STR_ARG(exec->command));
    if (answer->len >= ANSWER_LIMIT) /* whatever became of it, with nobody to read the rest */
        buf_text(error, "wrote more than 1 MiB");
    else if (child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 127)
        buf_format(error, "was not found%s%.*s", exec->install_hint.len ? ": " : "",
                   STR_ARG(exec->install_hint));
    else if (child > 0 && WIFEXITED(status) && WEXITSTATUS(status))
        buf_format(error, "failed with exit status %d", WEXITSTATUS(status));
    else
        buf_text(error, "was killed");
    return false;
}

/* RFC 3339, as servers write times; 0 where it is none. */
static int64_t read_time(Str text)
{
    struct tm parts = {0};
    char copy[32];
    if (text.len < 20 || text.len >= sizeof copy)
        return 0;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = 0;
    const char *rest = strptime(copy, "%Y-%m-%dT%H:%M:%S", &parts);
    if (!rest)
        return 0;
    if (*rest == '.')
        rest += 1 + strspn(rest + 1, "0123456789");
    int64_t seconds = (int64_t)timegm(&parts);
    int hours, minutes;
    if ((*rest == '+' || *rest == '-') && sscanf(rest + 1, "%2d:%2d", &hours, &minutes) == 2)
        seconds -= (*rest == '+' ? 1 : -1) * (int64_t)(hours * 3600 + minutes * 60);
    return seconds;
}

static void take(Buf *into, Str text)
{
    into->len = 0;
    buf_str(into, text);
}

static bool read_answer(Auth *auth, const Json *answer, Buf *error)
{
    const KubeExec *exec = &auth->target->user.exec;
    const char *wrong = NULL;
    Str version = rest_json_path_text(answer, "apiVersion");
    const Json *status = rest_json_get(answer, "status");
    Str token = rest_json_path_text(status, "token");
    Str cert = rest_json_path_text(status, "clientCertificateData");
    Str key = rest_json_path_text(status, "clientKeyData");
    if (!answer || !str_is(rest_json_path_text(answer, "kind"), "ExecCredential"))
        wrong = "did not write an ExecCredential";
    else if (!str_eq(version, exec->api_version))
        wrong = "answered in another apiVersion than the kubeconfig names";
    else if (!token.len && !cert.len && !key.len)
        wrong = "wrote neither a token nor a certificate";
    else if (!cert.len != !key.len)
        wrong = "wrote a certificate without its key, or a key without its certificate";
    if (wrong) {
        buf_format(error, "the credential plugin %.*s %s", STR_ARG(exec->command), wrong);
        return false;
    }
    bool same = str_eq(token, buf_slice(&auth->token)) && str_eq(cert, buf_slice(&auth->cert)) &&
                str_eq(key, buf_slice(&auth->key));
    take(&auth->token, token);
    take(&auth->cert, cert);
    take(&auth->key, key);
    auth->fresh_until = read_time(rest_json_path_text(status, "expirationTimestamp"));
    auth->generation += !same;
    return true;
}

bool auth_exec(Auth *auth, Buf *error)
{
    const KubeExec *exec = &auth->target->user.exec;
    bool interactive;
    Buf text = {0};
    if (!str_is(exec->api_version, "client.authentication.k8s.io/v1") &&
        !str_is(exec->api_version, "client.authentication.k8s.io/v1beta1")) {
        buf_format(error, "the credential plugin %.*s speaks %.*s; "
                   "client.authentication.k8s.io/v1 and v1beta1 are understood",
                   STR_ARG(exec->command), STR_ARG(exec->api_version));
        auth->failed = true;
        return false;
    }
    Json *answer = NULL;
    bool fine = is_interactive(auth, error, &interactive) &&
                run_plugin(auth, interactive, &text, error);
    if (fine) {
        answer = rest_json_read(buf_slice(&text));
        fine = read_answer(auth, answer, error);
    }
    auth->failed = !fine;
    rest_json_free(answer);
    if (text.ptr)
        memset(text.ptr, 0, text.len);
    buf_free(&text);
    return fine;
}
