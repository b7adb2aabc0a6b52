/* plimsoll diff: what the cluster holds beside what an apply would make of it, by the
 * server's own dry run.  How the two are compared and shown is src/cli/diff.c's, as for two
 * inputs; places are those of the input. */
#include "cluster/session.h"
#include "checks/facts.h"
#include "cli/live_diff.h"
#include "emit/rest/locate.h"

typedef struct Comparison {
    Session *session;
    VEC(uint32_t) after; /* per line of the right stream: the object, in Session.objects */
    /* Of the object under hand. */
    const ObjectDifference *object;
    Place *places;
} Comparison;

/* What cannot be asked about yet is shown as it is sent. */
static Str object_after(const RestObject *object)
{
    return object->after.len ? object->after : object->asked_in_vain ? object->body : STR("");
}

static void put_line(Buf *out, Str object)
{
    buf_str(out, object);
    buf_byte(out, '\n');
}

static void gather(Comparison *comparison, LiveDiff *live)
{
    Session *session = comparison->session;
    for (uint32_t i = 0; i < session->count; i++) {
        const RestObject *object = &session->objects[i];
        Str after = object_after(object);
        live->same += object->outcome == REST_UNCHANGED;
        if (!after.len || object->outcome == REST_UNCHANGED)
            continue;
        if (object->before.len)
            put_line(&live->before, object->before);
        put_line(&live->after, after);
        vec_push(&comparison->after, i);
    }
}

/* ---- places ---- */

static void place_fields(Worker *worker, Document *doc)
{
    Comparison *comparison = worker->keeper;
    for (uint32_t i = 0; i < comparison->object->fields.count; i++) {
        Str path = comparison->object->fields.at[i].path;
        uint32_t node = rest_locate(doc, path);
        if (node == doc->root && comparison->object->secret) { /* data was written as stringData */
            Str written = arena_format(parser_arena(worker->parser), "stringD%.*s",
                                       (int)(path.len ? path.len - 1 : 0), path.ptr + 1);
            node = rest_locate(doc, written);
        }
        if (node != doc->root)
            comparison->places[1 + i] = document_place(doc, node);
    }
}

static void locate(void *context, const ObjectDifference *difference, Place *places)
{
    Comparison *comparison = context;
    Session *session = comparison->session;
    Worker *worker = &session->run.worker;
    const RestObject *rest = &session->objects[comparison->after.at[difference->right->source]];
    const Object *object = facts_object(worker->facts, rest->id);
    for (uint32_t i = 0; i <= difference->fields.count; i++)
        places[i] = (Place){object->doc, object->name_offset, object->name_size, BASE_NONE};
    comparison->object = difference;
    comparison->places = places;
    worker->keeper = comparison;
    worker_again(worker, object->doc, object->item, rest->id, place_fields);
}

/* ---- the command ---- */

static int show(Session *session, Options *options)
{
    Comparison comparison = {.session = session};
    LiveDiff live = {.input = &session->run.sources, .locate = locate, .context = &comparison};
    gather(&comparison, &live);
    int status = live_diff(options, &live);
    vec_free(&comparison.after);
    return status;
}

static int compare(Session *session, Options *options, Connection *connection)
{
    if (!connection_open(connection, options))
        return EXIT_TROUBLE;
    RestOptions rest = {.force = options->force_conflicts,
                        .take_over = options->take_over, .dry_run = true, .keep_answers = true};
    RestRun run = session_run(session, connection, &rest);
    bool fine = rest_apply(&run);
    tell_lines(buf_slice(&run.trouble));
    if (!run.trouble.len)
        report_refusals(session);
    int status = run.trouble.len ? EXIT_TROUBLE : show(session, options);
    session_run_end(&run);
    return fine ? status : EXIT_TROUBLE;
}

int run_live_diff(Options *options)
{
    Connection connection;
    Session session = {0};
    int status = EXIT_TROUBLE;
    if (connection_find(&connection, options)) {
        bool fine = session_check(&session, options, &status);
        if (fine)
            session_objects(&session);
        status = fine ? compare(&session, options, &connection) : EXIT_TROUBLE;
        session_free(&session);
    }
    connection_close(&connection);
    return status;
}
