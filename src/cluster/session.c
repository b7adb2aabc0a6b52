/* The input of the commands that send it: checked offline, and kept as it would be sent. */
#include "cluster/session.h"
#include "checks/facts.h"
#include "cli/options.h"

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
            &worker->diag, &rule_generate_name_applied, place,
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

void session_objects(Session *session)
{
    session->objects = arena_zero(&session->arena,
                                  sizeof(RestObject) * ((size_t)session->sent.len + 1));
    for (uint32_t i = 0; i < session->sent.len; i++)
        session->objects[session->count++] = make_object(session, &session->sent.at[i]);
    order_levels(session);
}

/* ---- the check ---- */

/* What kustomize or Helm would make of the files is something else than what they hold. */
static bool is_unbuilt(const Run *run)
{
    for (uint32_t i = 0; i < run->inputs.inputs.len; i++) {
        const Input *input = &run->inputs.inputs.at[i];
        if (input->use != INPUT_KUSTOMIZATION)
            continue;
        Arena arena = {0};
        Str folder = path_folder(input->path, &arena);
        cli_error("nothing was sent: %.*s is not built here; kustomize build %.*s | plimsoll %s -",
                  STR_ARG(input->path), STR_ARG(folder), run->options->command->name);
        arena_free(&arena);
        return true;
    }
    if (!run->summary.helm_templates)
        return false;
    cli_error("nothing was sent: templates of Helm are not rendered here; helm template CHART | "
              "plimsoll %s -", run->options->command->name);
    return true;
}

bool session_check(Session *session, Options *options, int *status)
{
    options->one_cluster = true;
    *status = EXIT_TROUBLE;
    if (!check_passes(&session->run, options, take_sent, session))
        return false;
    run_filters(&session->run);
    refuse_generated(session);
    Diag *diag = &session->run.worker.diag;
    report_findings(session, diag);
    if (session->run.unreadable || is_unbuilt(&session->run))
        return false;
    if (session->run.interrupted) {
        cli_error("interrupted before all was read: nothing was sent");
        *status = EXIT_INTERRUPTED;
        return false;
    }
    *status = EXIT_FINDINGS;
    for (uint32_t i = 0; i < diag->findings.len; i++)
        if (diag->findings.at[i].rule == &rule_generate_name_applied) {
            cli_error("nothing was sent: an object has no name");
            return false;
        }
    if (has_errors(diag) && !options->skip_check) {
        cli_error("nothing was sent: the check found errors; --skip-check goes on all the same");
        return false;
    }
    if (!session->sent.len) {
        *status = EXIT_TROUBLE;
        cli_error("nothing was sent: no manifest was found");
        return false;
    }
    return true;
}

RestRun session_run(Session *session, Connection *connection, const RestOptions *options)
{
    return (RestRun){
        .arena = &session->arena,
        .client = connection->client,
        .options = options,
        .objects = session->objects,
        .count = session->count,
    };
}

void session_run_end(RestRun *run)
{
    for (uint32_t i = 0; i < run->count; i++)
        call_free(&run->objects[i].call);
    buf_free(&run->trouble);
}

void session_free(Session *session)
{
    run_end(&session->run);
    vec_free(&session->sent);
    buf_free(&session->bodies);
    arena_free(&session->arena);
}
