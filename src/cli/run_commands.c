/* The commands that go through the input: check, graph, emit, versions.  Each takes the passes
 * of run.c that it needs, writes its reports, and has its exit status from them. */
#include "cli/baseline.h"
#include "cli/suppress.h"
#include "cli/scopes.h"

#include <unistd.h>

/* ---- what they share ---- */

static bool any_at_least(const Diag *diag, Severity severity)
{
    for (uint32_t i = 0; i < diag->findings.len; i++)
        if (diag->findings.at[i].severity >= severity)
            return true;
    return false;
}

/* Writes what the user asked for; a failed write is our own failure. */
static bool run_report(Run *run, ReportFinder *find, const bool *refusals)
{
    Report report = {
        .sources = &run->sources,
        .diag = &run->worker.diag,
        .facts = run->worker.facts,
        .summary = run->summary,
        .jobs = report_is_long(&run->worker.diag) ? parallel_jobs(run) : 1,
        .verbose = run->options->verbose,
        .endpoints = run->options->show_endpoints,
        .fail_on = run->options->fail_on,
        .refusals = refusals,
    };
    if (run->options->stats)
        report.summary.stats = meter_stats(&run->meter);
    if (run->scopes) {
        report.scopes = scopes_report(run->scopes, &report.scope_count);
        report.order = scopes_order(run->scopes);
    }
    if (run->worker.suppressions) {
        report.suppressed =
            suppressions_of(run->worker.suppressions, &report.suppressed_count);
        report.summary.suppressed = report.suppressed_count;
    }
    for (uint32_t i = 0; i < run->options->outputs.len; i++)
        if (find(run->options->outputs.at[i].format)->fingerprints)
            report_note_fingerprints(&report, &run->worker.diag);
    bool written = outputs_write(run->options, &report, find);
    if (!run->options->quiet) {
        Buf line = {0};
        report_summary_line(&report, &line);
        fprintf(stderr, "%.*s\n", STR_ARG(buf_slice(&line)));
        buf_free(&line);
    }
    return written;
}

static int run_status(const Run *run, bool written, bool findings)
{
    if (run->unreadable || !written)
        return EXIT_TROUBLE;
    return findings ? EXIT_FINDINGS : EXIT_CLEAN;
}

/* --require-manifest: a gate that looked at nothing shall not be green. */
static bool misses_manifests(const Run *run)
{
    if (!run->options->require_manifest || run->summary.objects > 0)
        return false;
    cli_error("no manifest was found, and --require-manifest asks for one");
    return true;
}

/* ---- check ---- */

/* The run up to its passes.  False after an error on stderr. */
static bool check_begin(Run *run, Options *options)
{
    run_begin(run, options, check_object);
    Worker *worker = &run->worker;
    if (!rules_load(&run->custom, options, &run->sources))
        return false;
    worker->diag.overrides = options->severities.at; /* which custom rules may have moved */
    worker->diag.override_count = options->severities.len;
    worker->suppressions = suppressions_new(options);
    return true;
}

bool check_passes(Run *run, Options *options, ObjectPass take_sent, void *keeper)
{
    if (!check_begin(run, options))
        return false;
    run->worker.take_sent = take_sent;
    run->worker.keeper = keeper;
    run_link(run);
    return true;
}

int run_check(Options *options)
{
    Run run;
    Baseline *baseline = NULL;
    if (options->baseline.len && !options->write_baseline.len && !(baseline = baseline_read(options)))
        return EXIT_TROUBLE;
    if (options->changed_only)
        changed_find_deleted(options);
    bool begun = check_begin(&run, options);
    run.baseline = baseline;
    if (!begun) {
        run_end(&run);
        return EXIT_TROUBLE;
    }
    Worker *worker = &run.worker;
    meter_begin(&run.meter, options, run.inputs.inputs.len);
    worker->meter = &run.meter;
    Out dump;
    out_init(&dump, STDOUT_FILENO);
    if (options->dump_tree)
        worker->dump = &dump;
    run_link(&run);
    bool dumped = out_close(&dump);
    /* Verdicts are of all objects, also where only what changed is reported. */
    Arena arena = {0};
    bool *refusals = report_refused_objects(&worker->diag, worker->facts, &arena);
    bool filtered = run_filters(&run);
    bool written = run_report(&run, report_format_find, refusals);
    written &= dumped && filtered;
    bool findings = any_at_least(&worker->diag, options->fail_on) || misses_manifests(&run);
    if (options->stats)
        meter_write(&run.meter, run.summary.objects);
    arena_free(&arena);
    int status = run.interrupted ? EXIT_INTERRUPTED : run_status(&run, written, findings);
    run_end(&run);
    return status;
}

/* ---- graph ---- */

/* What could not be read is no part of the graph: it is told on stderr, in the form of
 * check, and makes the run fail.  All else that is wrong is check's to judge. */
static bool tell_unread(Run *run)
{
    Diag *diag = &run->worker.diag;
    uint32_t kept = 0;
    Out errors;
    for (uint32_t i = 0; i < diag->findings.len; i++) {
        const Finding *finding = &diag->findings.at[i];
        if (finding->object != BASE_NONE &&
            facts_object(run->worker.facts, finding->object)->no_object &&
            finding->severity == SEVERITY_ERROR)
            diag->findings.at[kept++] = *finding;
    }
    diag->findings.len = kept;
    out_init(&errors, STDERR_FILENO);
    Report report = {.sources = &run->sources, .diag = diag};
    report_format_find(STR("text"))->write(&report, &errors);
    out_close(&errors);
    return kept > 0;
}

int run_graph(Options *options)
{
    Run run;
    run_begin(&run, options, check_object);
    run_link(&run);
    run_count(&run);
    bool written = run_report(&run, graph_format_find, NULL);
    bool failed = tell_unread(&run) || misses_manifests(&run);
    int status = run_status(&run, written, failed);
    run_end(&run);
    return status;
}

/* ---- emit, versions ---- */

/* Objects go to stdout as they are met; what could not be read is told on stderr,
 * in the form of check, and makes the run fail. */
int run_emit(Options *options)
{
    Output output = output_of(options, "json");
    Out out, errors;
    if (!output_open(&out, &output))
        return EXIT_TROUBLE;
    if (options->defaults)
        normal_target(options);
    Run run;
    run_begin(&run, options, options->defaults ? normal_object : emit_object);
    out_init(&errors, STDERR_FILENO);
    ObjectWriter writer;
    object_writer_open(&writer, object_format_find(output.format), &out);
    run.worker.writer = &writer;
    run.worker.take_normal = emit_normal;
    if (options->defaults)
        run_crds(&run);
    run_files(&run);
    if (options->defaults)
        run_deferred(&run, normal_again);
    run.summary.objects = (uint32_t)writer.count;
    object_writer_close(&writer);
    bool written = output_close(&out, &output, "the objects");

    Diag *diag = &run.worker.diag;
    diag_sort(diag, &run.sources);
    Report report = {.sources = &run.sources, .diag = diag, .summary = run.summary};
    report_format_find(STR("text"))->write(&report, &errors);
    out_close(&errors);
    bool findings = any_at_least(diag, SEVERITY_ERROR);
    findings |= misses_manifests(&run);
    int status = run_status(&run, written, findings);
    run_end(&run);
    return status;
}

/* Which versions accept each object: one walk with the mask of all of them. */
int run_versions(Options *options)
{
    Run run;
    run_begin(&run, options, type_object);
    run_crds(&run);
    run_files(&run);
    run_deferred(&run, type_again);
    diag_sort(&run.worker.diag, &run.sources);
    run_count(&run);
    uint32_t accepted = run.summary.target.versions;
    for (uint32_t id = 0; id < run.summary.objects; id++)
        accepted &= facts_object(run.worker.facts, id)->accepted;
    bool written = run_report(&run, versions_format_find, NULL);
    int status = run_status(&run, written, accepted == 0 || misses_manifests(&run));
    run_end(&run);
    return status;
}
