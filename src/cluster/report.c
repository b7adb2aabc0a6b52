/* What a cluster said, for a reader: a line for each object, its refusals at their places
 * in the input, and a summary. */
#include "cluster/session.h"
#include "checks/facts.h"
#include "cli/options.h"
#include "emit/rest/locate.h"

#include <unistd.h>

void report_findings(Session *session, const Diag *diag)
{
    Out errors;
    out_init(&errors, STDERR_FILENO);
    Report report = {
        .sources = &session->run.sources,
        .diag = diag,
        .facts = NULL,
        .summary = session->run.summary,
        .verbose = session->run.options->verbose,
        .fail_on = SEVERITY_ERROR,
        .color = options_color(session->run.options, STDERR_FILENO),
    };
    if (diag->findings.len)
        report_format_find(STR("text"))->write(&report, &errors);
    out_close(&errors);
}

/* ---- refusals at their places ---- */

static const RuleInfo *rule_of(const RestObject *object)
{
    return object->outcome == REST_CONFLICT  ? &rule_server_conflict
           : object->outcome == REST_REFUSED ? &rule_server_refused
                                             : &rule_no_answer;
}

/* What to do about a cause, where its words say what it is. */
static void add_help(Diag *diag, Finding *finding, const RestObject *object, Str message)
{
    if (object->outcome == REST_CONFLICT && str_contains(message, STR("\"kubectl-client-side-apply\"")))
        diag_help(diag, finding, "--take-over makes what kubectl apply owns plimsoll's");
    else if (object->outcome == REST_CONFLICT)
        diag_help(diag, finding, "leave the field to its manager, or take it by --force-conflicts");
    else if (str_contains(message, STR("immutable")) ||
             str_contains(message, STR("may not change once set")))
        diag_help(diag, finding, "keep the value that the cluster has, give the object another name, "
                                 "or delete it first");
}

/* The object is read once more, since its tree was forgotten. */
static void place_causes(Worker *worker, Document *doc)
{
    Session *session = worker->keeper;
    const RestObject *object = session->told;
    Diag *diag = &session->refused;
    for (uint32_t i = 0; i < object->cause_count; i++) {
        const RestCause *cause = &object->causes[i];
        uint32_t node = rest_locate(doc, cause->field);
        if (node == doc->root) { /* a whole object is shown by its head */
            uint32_t kind = node_get_text(doc, doc->root, STR("kind"));
            node = kind == BASE_NONE ? node : kind;
        }
        Finding *finding =
            document_report(diag, doc, node, rule_of(object), "%.*s%s%.*s", STR_ARG(cause->field),
                            cause->field.len ? ": " : "", STR_ARG(cause->message));
        if (finding) {
            finding->reason = arena_str(&diag->arena, cause->reason);
            finding->server_path = arena_str(&diag->arena, cause->field);
        }
        add_help(diag, finding, object, cause->message);
    }
}

static void tell_refusal(Session *session, const RestObject *rest)
{
    Worker *worker = &session->run.worker;
    const Object *object = facts_object(worker->facts, rest->id);
    session->told = rest;
    if (rest->cause_count &&
        worker_again(worker, object->doc, object->item, rest->id, place_causes))
        return;
    Place place = {object->doc, object->name_offset, object->name_size, BASE_NONE};
    Finding *finding = diag_report(&session->refused, rule_of(rest), place, "%.*s",
                                   STR_ARG(rest->message));
    if (finding)
        finding->object = rest->id;
}

static void tell_refusals(Session *session)
{
    for (uint32_t i = 0; i < session->count; i++)
        if (rest_is_bad(&session->objects[i]))
            tell_refusal(session, &session->objects[i]);
    diag_sort(&session->refused, &session->run.sources);
    report_findings(session, &session->refused);
    diag_free(&session->refused);
}

/* ---- what the server warned of: each text once ---- */

static void tell_warnings(Session *session)
{
    Interner told;
    interner_init(&told);
    for (uint32_t i = 0; i < session->count; i++)
        for (Str rest = session->objects[i].warnings; rest.len;) {
            Str line = str_until(&rest, '\n');
            if (line.len && interner_find(&told, line) == BASE_NONE) {
                intern(&told, line);
                cli_error("the server warns: %.*s", STR_ARG(line));
            }
        }
    interner_free(&told);
}

/* ---- the lines ---- */

/* A dry run that got no answer has written nothing. */
static RestOutcome outcome_of(const RestObject *object)
{
    return object->planned && object->outcome == REST_FAILED ? REST_PENDING : object->outcome;
}

static void line_text(Session *session, const RestObject *object, Arena *arena, Buf *out)
{
    Str who = facts_object_text(session->run.worker.facts, object->id, arena);
    buf_format(out, "%.*s %s%s\n", STR_ARG(who), rest_outcome_name(outcome_of(object)),
               object->planned && object->outcome < REST_CONFLICT && object->outcome != REST_PENDING
                   ? " (server dry run)"
                   : "");
}

static void put_lower(Buf *out, Str text)
{
    for (size_t i = 0; i < text.len; i++)
        buf_byte(out, (char)(text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? text.ptr[i] + 32
                                                                      : text.ptr[i]));
}

/* As kubectl's -o name: deployment.apps/web, and only what is there. */
static void line_name(const RestObject *object, Buf *out)
{
    if (object->outcome == REST_PENDING || rest_is_bad(object))
        return;
    put_lower(out, object->kind);
    buf_format(out, "%s%.*s/%.*s\n", object->group.len ? "." : "", STR_ARG(object->group),
               STR_ARG(object->name));
}

static void member(Buf *out, const char *name, Str value, bool always)
{
    if (!value.len && !always)
        return;
    buf_format(out, ",\"%s\":", name);
    buf_json(out, value);
}

static void line_json(Session *session, const RestObject *object, Buf *out)
{
    const Run *run = &session->run;
    const Object *source = facts_object(run->worker.facts, object->id);
    const SourceDoc *doc = &run->sources.docs.at[source->doc];
    buf_text(out, "{\"outcome\":");
    buf_json(out, str_of(rest_outcome_name(outcome_of(object))));
    buf_format(out, ",\"dryRun\":%s", object->planned ? "true" : "false");
    member(out, "apiVersion", object->api_version, true);
    member(out, "kind", object->kind, true);
    if (object->namespaced || !object->known)
        member(out, "namespace", object->ns, true);
    member(out, "name", object->name, true);
    member(out, "file", run->sources.files.at[doc->file].name, true);
    buf_format(out, ",\"line\":%u", source->line);
    member(out, "ready", object->ready, false);
    member(out, "readyDetail", object->ready_detail, false);
    member(out, "reason", object->reason, false);
    member(out, "message", object->message, false);
    if (object->cause_count)
        buf_text(out, ",\"causes\":[");
    for (uint32_t i = 0; i < object->cause_count; i++) {
        buf_text(out, i ? ",{\"field\":" : "{\"field\":");
        buf_json(out, object->causes[i].field);
        member(out, "reason", object->causes[i].reason, true);
        member(out, "message", object->causes[i].message, true);
        buf_byte(out, '}');
    }
    buf_text(out, object->cause_count ? "]}" : "}");
}

typedef struct Counts {
    uint32_t of[REST_FAILED + 1];
} Counts;

static Counts count_outcomes(const Session *session)
{
    Counts counts = {0};
    for (uint32_t i = 0; i < session->count; i++)
        counts.of[outcome_of(&session->objects[i])]++;
    return counts;
}

static const RestOutcome outcome_order[] = {REST_CREATED, REST_CONFIGURED, REST_UNCHANGED,
                                            REST_CONFLICT, REST_REFUSED, REST_FAILED, REST_PENDING};

/* All outcomes, by their names; a program shall not have to ask whether one is there. */
static void summary_json(const Session *session, Buf *out)
{
    Counts counts = count_outcomes(session);
    for (size_t i = 0; i < BASE_COUNT(outcome_order); i++) {
        buf_byte(out, i ? ',' : '{');
        buf_json(out, str_of(rest_outcome_name(outcome_order[i])));
        buf_format(out, ":%u", counts.of[outcome_order[i]]);
    }
    buf_byte(out, '}');
}

static bool write_lines(Session *session)
{
    Output output = output_of(session->run.options, "text");
    Arena arena = {0};
    Out out;
    if (!output_open(&out, &output))
        return false;
    bool json = str_is(output.format, "json"), name = str_is(output.format, "name");
    buf_text(&out.buf, json ? "{\"objects\":[" : "");
    for (uint32_t i = 0; i < session->count; i++) {
        const RestObject *object = &session->objects[i];
        if (json) {
            buf_text(&out.buf, i ? ",\n" : "\n");
            line_json(session, object, &out.buf);
        } else if (name) {
            line_name(object, &out.buf);
        } else {
            line_text(session, object, &arena, &out.buf);
        }
        arena_reset(&arena);
        out_spill(&out);
    }
    if (json) {
        buf_text(&out.buf, "\n],\"summary\":");
        summary_json(session, &out.buf);
        buf_text(&out.buf, "}\n");
    }
    arena_free(&arena);
    return output_close(&out, &output, "the outcomes");
}

static void write_summary(const Session *session, const RestRun *run)
{
    Counts counts = count_outcomes(session);
    Buf line = {0};
    buf_format(&line, "%u object%s", session->count, session->count == 1 ? "" : "s");
    const char *sign = ": ";
    for (size_t i = 0; i < BASE_COUNT(outcome_order); i++) {
        uint32_t count = counts.of[outcome_order[i]];
        if (!count)
            continue;
        buf_format(&line, "%s%u %s", sign, count, rest_outcome_name(outcome_order[i]));
        sign = ", ";
    }
    uint32_t written = counts.of[REST_CREATED] + counts.of[REST_CONFIGURED];
    if (run->options->dry_run)
        buf_text(&line, "; a dry run: nothing was written");
    else if (!run->stopped && !written && session->count > counts.of[REST_UNCHANGED])
        buf_text(&line, "; nothing was written");
    else if (run->stopped && (written || counts.of[REST_PENDING]))
        buf_format(&line, "; no more was written after the %s, and a second run goes on",
                   meter_stopped() ? "interruption" : "failure");
    fprintf(stderr, "%.*s\n", STR_ARG(buf_slice(&line)));
    buf_free(&line);
}

void report_refusals(Session *session)
{
    tell_warnings(session);
    tell_refusals(session);
}

bool report_outcomes(Session *session, const RestRun *run)
{
    report_refusals(session);
    bool written = write_lines(session);
    if (!session->run.options->quiet)
        write_summary(session, run);
    return written;
}
