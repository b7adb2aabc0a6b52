/* plimsoll apply --wait: what is not ready yet, shown while it is waited for, and what
 * never became ready, with its reasons at its place in the input.
 *
 * On a terminal a few lines are drawn again and again; elsewhere each change is a line. */
#include "cluster/wait.h"
#include "checks/facts.h"
#include "cli/options.h"
#include "emit/render.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { USUAL_WAIT_MS = 300000, LINES_SHOWN = 8, USUAL_WIDTH = 80 };

typedef struct Progress {
    Session *session;
    bool terminal, quiet;
    unsigned drawn;          /* lines that stand on the terminal */
    int64_t second;          /* when they were drawn */
} Progress;

static Str name_of(const Progress *progress, const RestWaited *waited, Arena *arena)
{
    return facts_object_text(progress->session->run.worker.facts, waited->object->id, arena);
}

static uint32_t count_ready(const RestWait *wait)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < wait->count; i++)
        count += wait->waited[i].state == REST_READY;
    return count;
}

/* "Deployment "web": 1 of 3 replicas are available". */
static void put_state(const Progress *progress, const RestWaited *waited, Arena *arena, Buf *out)
{
    render_text(out, name_of(progress, waited, arena));
    buf_text(out, waited->state == REST_READY ? " is ready" : ": ");
    if (waited->state == REST_NOT_SEEN)
        buf_text(out, "not seen yet");
    else if (waited->state != REST_READY)
        render_text(out, buf_slice(&waited->detail));
}

/* ---- plain lines ---- */

/* What is ready when it is first seen is only counted. */
static void write_changes(Progress *progress, RestWait *wait)
{
    Arena arena = {0};
    Buf line = {0};
    for (uint32_t i = 0; i < wait->count; i++) {
        RestWaited *waited = &wait->waited[i];
        if (waited->state == REST_NOT_SEEN || waited->reported)
            continue;
        bool was_waited_for = waited->shown;
        waited->reported = true;
        waited->shown |= waited->state != REST_READY;
        if (!waited->shown || (waited->state == REST_READY && !was_waited_for))
            continue;
        line.len = 0;
        put_state(progress, waited, &arena, &line);
        fprintf(stderr, "%.*s\n", STR_ARG(buf_slice(&line)));
        arena_reset(&arena);
    }
    fflush(stderr);
    buf_free(&line);
    arena_free(&arena);
}

/* ---- a terminal ---- */

static unsigned terminal_width(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 10 ? size.ws_col
                                                                             : USUAL_WIDTH;
}

/* Cut to the terminal's width, since a line that wraps cannot be drawn over. */
static void put_cut(Buf *out, Str line, unsigned width)
{
    size_t len = line.len;
    if (utf8_count(line) >= width) {
        len = 0;
        for (unsigned columns = 1; columns + 3 < width && len < line.len; columns++) {
            unsigned size = utf8_length((const unsigned char *)line.ptr + len, line.len - len);
            len += size ? size : 1;
        }
    }
    buf_str(out, str_slice(line.ptr, len));
    buf_text(out, len < line.len ? "...\033[K\n" : "\033[K\n");
}

static void put_erased(const Progress *progress, Buf *out)
{
    if (progress->drawn)
        buf_format(out, "\033[%uA", progress->drawn);
}

static void draw(Progress *progress, const RestWait *wait)
{
    Arena arena = {0};
    Buf out = {0}, line = {0};
    unsigned width = terminal_width(), lines = 0, left = wait->count - count_ready(wait);
    put_erased(progress, &out);
    for (uint32_t i = 0; i < wait->count && lines < LINES_SHOWN; i++) {
        if (wait->waited[i].state == REST_READY)
            continue;
        line.len = 0;
        put_state(progress, &wait->waited[i], &arena, &line);
        put_cut(&out, buf_slice(&line), width);
        arena_reset(&arena);
        lines++;
    }
    line.len = 0;
    buf_format(&line, "%u of %u ready", wait->count - left, wait->count);
    if (left > lines)
        buf_format(&line, ", %u more wait", left - lines);
    buf_format(&line, ", %llds", (long long)(rest_wait_ms(wait) / 1000));
    put_cut(&out, buf_slice(&line), width);
    buf_text(&out, "\033[J");
    progress->drawn = lines + 1;
    fwrite(out.ptr, 1, out.len, stderr);
    fflush(stderr);
    buf_free(&out);
    buf_free(&line);
    arena_free(&arena);
}

static void erase(Progress *progress)
{
    if (progress->drawn)
        fprintf(stderr, "\033[%uA\033[J", progress->drawn);
    progress->drawn = 0;
}

static bool show(RestWait *wait)
{
    Progress *progress = wait->context;
    int64_t second = rest_wait_ms(wait) / 1000;
    if (progress->quiet) {
        ;
    } else if (!progress->terminal) {
        if (wait->changed)
            write_changes(progress, wait);
    } else if (wait->changed || second != progress->second) {
        progress->second = second;
        draw(progress, wait);
    }
    return !meter_stopped();
}

/* ---- afterwards ---- */

static const char *state_word(RestReady state)
{
    return state == REST_READY ? "ready" : state == REST_BROKEN ? "failed" : "waiting";
}

/* Into the objects, for the lines of -o json. */
static void keep_states(const RestWait *wait)
{
    for (uint32_t i = 0; i < wait->count; i++) {
        const RestWaited *waited = &wait->waited[i];
        waited->object->ready = str_of(state_word(waited->state));
        waited->object->ready_detail = arena_str(wait->run->arena, buf_slice(&waited->detail));
    }
}

static void tell_reasons(Session *session, const RestWait *wait)
{
    Arena arena = {0};
    Diag diag = {0};
    const Facts *facts = session->run.worker.facts;
    for (uint32_t i = 0; i < wait->count; i++) {
        const RestWaited *waited = &wait->waited[i];
        if (waited->state == REST_READY)
            continue;
        Place place = facts_name_place(facts, waited->object->id);
        Str detail = waited->detail.len ? buf_slice(&waited->detail)
                                        : STR("the cluster has not said anything of it");
        Finding *finding = diag_report(
            &diag, &rule_not_ready, place, "%.*s %s: %.*s",
            STR_ARG(facts_object_text(facts, waited->object->id, &arena)),
            waited->state == REST_BROKEN ? "has failed" : "is not ready", STR_ARG(detail));
        for (uint32_t r = 0; finding && r < waited->reasons.len; r++)
            diag_note(&diag, finding, place, "%.*s", STR_ARG(waited->reasons.at[r]));
        arena_reset(&arena);
    }
    diag_sort(&diag, &session->run.sources);
    report_findings(session, &diag);
    diag_free(&diag);
    arena_free(&arena);
}

static void write_summary(const RestWait *wait, uint32_t ready)
{
    const char *why = wait->interrupted   ? "; the wait was interrupted"
                      : wait->out_of_time ? "; the time is over"
                      : ready < wait->count ? "; waiting would not mend it"
                                            : "";
    fprintf(stderr, "%u of %u object%s ready after %llds%s\n", ready, wait->count,
            wait->count == 1 ? " is" : "s are", (long long)(rest_wait_ms(wait) / 1000), why);
}

static bool wait_until_ready(Session *session, RestRun *run)
{
    const Options *options = session->run.options;
    bool terminal = terminal_draws(STDERR_FILENO);
    Progress progress = {session, terminal, options->quiet, 0, -1};
    int64_t left = client_time_left(run->client);
    RestWait wait = {.run = run, .limit_ms = left < 0 ? USUAL_WAIT_MS : left, .tick = show,
                     .context = &progress};
    bool ready = rest_wait(&wait);
    uint32_t count = count_ready(&wait);
    erase(&progress);
    if (!ready && !wait.interrupted)
        rest_wait_explain(&wait);
    keep_states(&wait);
    if (!ready)
        tell_reasons(session, &wait);
    if (!options->quiet)
        write_summary(&wait, count);
    rest_wait_free(&wait);
    return ready;
}

/* JSON is written once, with what the wait has found; lines for a reader come before it. */
int wait_and_report(Session *session, RestRun *run, int status)
{
    const Options *options = session->run.options;
    bool wait = options->wait && !options->dry_run && status == EXIT_CLEAN;
    bool last = wait && str_is(output_of(options, "text").format, "json");
    bool written = last || report_outcomes(session, run);
    if (wait && !wait_until_ready(session, run))
        status = EXIT_FINDINGS;
    if (last)
        written = report_outcomes(session, run);
    return written ? status : EXIT_TROUBLE;
}
