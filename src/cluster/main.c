/* plimsoll-rest: the commands that talk to a cluster.  `plimsoll` becomes this program for
 * them (src/cli/cluster.c) with the same arguments; it alone is linked with libcurl.
 *
 * apply: the offline check, with what would be sent kept; the cluster (src/emit/rest); and
 * what the server said, at its places in the input (report.c). */
#include "cluster/session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const RuleInfo rule_generate_name = {
    .id = "generate-name-applied", .origin = ORIGIN_SERVER, .severity = SEVERITY_ERROR};

/* ---- what is sent ---- */

static void take_sent(Worker *worker, Document *doc)
{
    Session *session = worker->keeper;
    Body body = {.object = doc->object, .from = session->bodies.len};
    emit_object_json(doc, doc->root, parser_arena(worker->parser), &session->bodies);
    body.size = session->bodies.len - body.from;
    vec_push(&session->sent, body);
}

static bool has_errors(const Diag *diag)
{
    for (uint32_t i = 0; i < diag->findings.len; i++)
        if (diag->findings.at[i].severity == SEVERITY_ERROR)
            return true;
    return false;
}

/* An object without a name has no place to be applied to. */
static void refuse_generated(Session *session)
{
    Worker *worker = &session->run.worker;
    for (uint32_t i = 0; i < session->sent.len; i++) {
        const Object *object = facts_object(worker->facts, session->sent.at[i].object);
        if (object->name || object->no_object)
            continue;
        Place place = {object->doc, object->name_offset, object->name_size, BASE_NONE};
        Finding *finding = diag_report(
            &worker->diag, &rule_generate_name, place,
            "this object has %s, and what has no name of its own cannot be applied",
            object->generate_name ? "generateName" : "no name");
        if (!finding)
            continue;
        finding->object = session->sent.at[i].object;
        diag_help(&worker->diag, finding, "give it a metadata.name; or create it with kubectl "
                                          "create, which makes a new one each time");
    }
    diag_sort(&worker->diag, &session->run.sources);
}

static void fill_kind(Session *session, const Object *object, RestObject *rest)
{
    const Schema *types = session->run.options->schema.schema;
    if (object->kind_id == BASE_NONE)
        return;
    KindInfo info = schema_kind_info(types, object->kind_id);
    /* A version that is gone is bound to one that is there; it is sent as it is written. */
    if (!info.resource.len || !str_eq(info.group, rest->group) ||
        !str_eq(info.version, rest->version))
        return;
    rest->resource = info.resource;
    rest->namespaced = info.scope == SCOPE_NAMESPACED;
    rest->known = info.scope != SCOPE_UNKNOWN;
}

static RestObject make_object(Session *session, const Body *body)
{
    const Worker *worker = &session->run.worker;
    const Object *object = facts_object(worker->facts, body->object);
    RestObject rest = {
        .id = body->object,
        .api_version = interned(&worker->strings, object->api_version),
        .kind = interned(&worker->strings, object->kind),
        .group = interned(&worker->strings, object->group),
        .name = interned(&worker->strings, object->name),
        .ns = interned(&worker->strings, object->ns),
        .body = str_slice(session->bodies.ptr + body->from, body->size),
    };
    size_t slash = str_find(rest.api_version, '/');
    rest.version = slash < rest.api_version.len
                       ? str_slice(rest.api_version.ptr + slash + 1,
                                   rest.api_version.len - slash - 1)
                       : rest.api_version;
    fill_kind(session, object, &rest);
    if (!rest.ns.len) /* of a kind whose scope only the cluster knows */
        rest.ns = session->run.options->schema.default_namespace;
    return rest;
}

static void make_objects(Session *session)
{
    session->objects = arena_zero(&session->arena,
                                  sizeof(RestObject) * ((size_t)session->sent.len + 1));
    for (uint32_t i = 0; i < session->sent.len; i++)
        session->objects[session->count++] = make_object(session, &session->sent.at[i]);
}

/* ---- the check ---- */

/* False where it ends the run, with its status. */
static bool check_first(Session *session, Options *options, int *status)
{
    options->one_cluster = true;
    *status = EXIT_TROUBLE;
    if (!check_passes(&session->run, options, take_sent, session))
        return false;
    run_filters(&session->run);
    refuse_generated(session);
    Diag *diag = &session->run.worker.diag;
    report_findings(session, diag);
    *status = EXIT_TROUBLE;
    if (session->run.unreadable)
        return false;
    *status = EXIT_FINDINGS;
    for (uint32_t i = 0; i < diag->findings.len; i++)
        if (diag->findings.at[i].rule == &rule_generate_name) {
            cli_error("nothing was sent: an object has no name");
            return false;
        }
    if (has_errors(diag) && !options->skip_check) {
        cli_error("nothing was sent: the check found errors; --skip-check goes on all the same");
        return false;
    }
    if (!session->sent.len && options->require_manifest) {
        cli_error("no manifest was found, and --require-manifest asks for one");
        return false;
    }
    return true;
}

/* ---- the cluster ---- */

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

static void tell(Str lines)
{
    while (lines.len) {
        size_t end = str_find(lines, '\n');
        if (end)
            cli_error("%.*s", (int)end, lines.ptr);
        lines = end < lines.len ? str_slice(lines.ptr + end + 1, lines.len - end - 1) : STR("");
    }
}

static int apply_objects(Session *session, const Options *options, const KubeTarget *target)
{
    Auth auth;
    Buf error = {0};
    RestOptions rest = {
        .force = options->force_conflicts,
        .dry_run = options->dry_run,
        .no_preflight = options->no_preflight,
        .established_ms = 30000,
        .client = client_defaults(),
    };
    rest.client.run_ms = (int64_t)options->timeout * 1000;
    auth_init(&auth, target, stdin_is_input(options));
    Client *client = client_new(target, &auth, &rest.client, &error);
    RestRun run = {&session->arena, client, &rest, session->objects, session->count, {0}, false};
    bool fine = client && rest_apply(&run);
    tell(buf_slice(&error));
    int status = fine ? EXIT_CLEAN : EXIT_FINDINGS;
    if (!client || run.trouble.len) {
        tell(buf_slice(&run.trouble));
        status = EXIT_TROUBLE;
    }
    if (client && !run.trouble.len && !report_outcomes(session, &run))
        status = EXIT_TROUBLE;
    for (uint32_t i = 0; i < session->count; i++)
        call_free(&session->objects[i].call);
    buf_free(&run.trouble);
    buf_free(&error);
    client_free(client);
    auth_free(&auth);
    return status;
}

static int run_apply(Options *options)
{
    Kubeconfig config;
    KubeTarget target;
    KubeOverrides overrides = overrides_of(options);
    if (!kubeconfig_find(&config, &overrides, &target)) {
        tell(buf_slice(&config.errors));
        kubeconfig_free(&config);
        return EXIT_TROUBLE;
    }
    if (target.ns.len && options->set_by[SETTING_NAMESPACE] != SET_BY_FLAG)
        options->schema.default_namespace = arena_str(&options->arena, target.ns);
    Session session = {0};
    int status;
    if (check_first(&session, options, &status)) {
        make_objects(&session);
        status = apply_objects(&session, options, &target);
    }
    run_end(&session.run);
    vec_free(&session.sent);
    buf_free(&session.bodies);
    arena_free(&session.arena);
    kubeconfig_free(&config);
    return status;
}

/* ---- snapshot ---- */

static int write_snapshot(Options *options, Client *client, int fd)
{
    Arena arena = {0};
    Out out;
    out_init(&out, fd);
    RestSnapshot snapshot = {&arena, client, &out, options->secret_values, 0, {0}};
    bool answered = rest_snapshot(&snapshot, options->paths.at, options->paths.len);
    bool written = out_close(&out);
    if (!written)
        cli_error("the snapshot could not be written: %s", strerror(out.error));
    tell(buf_slice(&snapshot.trouble));
    int status = !answered || !written    ? EXIT_TROUBLE
                 : snapshot.trouble.len > 0 ? EXIT_FINDINGS
                                            : EXIT_CLEAN;
    if (!options->quiet)
        fprintf(stderr, "%llu objects\n", (unsigned long long)snapshot.count);
    buf_free(&snapshot.trouble);
    arena_free(&arena);
    return status;
}

static int run_snapshot(Options *options)
{
    Kubeconfig config;
    KubeTarget target;
    Auth auth;
    Buf error = {0};
    KubeOverrides overrides = overrides_of(options);
    int status = EXIT_TROUBLE, fd = STDOUT_FILENO;
    bool found = kubeconfig_find(&config, &overrides, &target);
    tell(buf_slice(&config.errors));
    if (found && options->snapshot_file.len) {
        fd = open(options->snapshot_file.ptr, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (fd < 0 || fchmod(fd, 0600))
            cli_error("%.*s: %s", STR_ARG(options->snapshot_file), strerror(errno));
    }
    if (found && fd >= 0) {
        ClientOptions limits = client_defaults();
        limits.run_ms = (int64_t)options->timeout * 1000;
        auth_init(&auth, &target, false);
        Client *client = client_new(&target, &auth, &limits, &error);
        tell(buf_slice(&error));
        if (client)
            status = write_snapshot(options, client, fd);
        client_free(client);
        auth_free(&auth);
    }
    if (fd > STDOUT_FILENO && close(fd)) {
        cli_error("%.*s: %s", STR_ARG(options->snapshot_file), strerror(errno));
        status = EXIT_TROUBLE;
    }
    buf_free(&error);
    kubeconfig_free(&config);
    return status;
}

int main(int argc, char **argv)
{
    Options options;
    int status = options_read(&options, argc, argv);
    if (status < 0)
        status = !strcmp(options.command->name, "snapshot") ? run_snapshot(&options)
                 : options.command->run == run_cluster      ? run_apply(&options)
                                                            : EXIT_TROUBLE;
    options_free(&options);
    return status;
}
