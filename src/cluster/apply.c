/* plimsoll apply: the check, and what was checked sent to a cluster. */
#include "cluster/session.h"
#include "cluster/wait.h"

/* An object of which no answer came was not refused: the cluster could not be talked to. */
static bool lost_some(const Session *session)
{
    for (uint32_t i = 0; i < session->count; i++)
        if (session->objects[i].outcome == REST_FAILED)
            return true;
    return false;
}

static int apply_objects(Session *session, const Options *options, Connection *connection)
{
    if (!connection_open(connection, options))
        return EXIT_TROUBLE;
    RestOptions rest = {
        .force = options->force_conflicts,
        .take_over = options->take_over,
        .dry_run = options->dry_run,
        .no_preflight = options->no_preflight,
        .established_ms = SESSION_ESTABLISHED_MS,
    };
    RestRun run = session_run(session, connection, &rest);
    int status = rest_apply(&run) ? EXIT_CLEAN : EXIT_FINDINGS;
    if (run.trouble.len && !meter_stopped()) {
        tell_lines(buf_slice(&run.trouble));
        status = EXIT_TROUBLE;
    } else {
        status = wait_and_report(session, &run, status);
        if (lost_some(session))
            status = EXIT_TROUBLE;
    }
    session_run_end(&run);
    return meter_stopped() ? EXIT_INTERRUPTED : status;
}

int run_apply(Options *options)
{
    Connection connection;
    Session session = {0};
    int status = EXIT_TROUBLE;
    meter_catch_end(); /* nothing is half done without a word */
    if (connection_find(&connection, options)) {
        if (session_check(&session, options, &status)) {
            session_objects(&session);
            status = apply_objects(&session, options, &connection);
        }
        session_free(&session);
    }
    connection_close(&connection);
    return status;
}
