/* The passes.
 *
 * In the worker, document after document:
 *   load, split, parse   bytes to one tree
 *   open, check          the tree is bound to its kind's type and const from then on
 *   collect, on_object   facts with places; the tree is forgotten
 * At the barrier everything is known that a document may wait for (CRDs), and the
 * deferred ones are read again. Behind it:
 *   link, on_link        what objects say of each other
 *   sort, report         places become lines
 *
 * What is done with one object is in object_passes.c, what the commands make of it all in
 * run_commands.c. */
#include "cli/backdrop.h"
#include "cli/baseline.h"
#include "cli/immutable.h"
#include "cli/scopes.h"
#include "cli/suppress.h"
#include "schema/crd.h"

void run_begin(Run *run, Options *options, ObjectPass pass)
{
    *run = (Run){.options = options};
    run->summary.target = options->schema.target;
    overrides_schemas(options);
    run->summary.by_path = overrides_versions(options);
    sources_init(&run->sources);
    inputs_gather(&run->inputs, options);
    inputs_hide(&run->inputs, options);
    run->unreadable = run->inputs.errors > 0;
    run->summary.excluded = run->inputs.excluded;
    worker_init(&run->worker, options, &run->sources, &run->summary, pass);
    worker_equip(&run->worker);
    run->worker.checker.crds = crd_set_new();
}

/* Windows of one file are one file. */
static void file_add(FileNote *file, const FileNote *note)
{
    if (!note->continues) {
        *file = *note;
        return;
    }
    file->count += note->count;
    file->used += note->used;
    file->skipped += note->skipped;
    file->helm += note->helm;
    file->docs += note->docs;
    file->lines += note->lines;
    file->more = note->more;
    file->opened |= note->opened;
    file->cut |= note->cut;
}

void run_end_file(Run *run)
{
    FileNote *file = &run->file;
    ReportSummary *summary = &run->summary;
    file->more = false;
    summary->helm_templates += file->helm > 0;
    if (file->used) {
        summary->files++;
        summary->skipped_documents += file->skipped;
    } else if (file->opened && !file->helm && !file->cut) {
        summary->skipped_files++;
    }
    if (run->scopes) {
        FileObjects met = {file->first, file->count, file->template || file->helm};
        scopes_note_file(run->scopes, file->input, met, file->rendered);
    }
}

void run_note_file(Run *run, const FileNote *note)
{
    if (note->error) {
        meter_erase(run->worker.meter);
        cli_error("%.*s: %s", STR_ARG(run->inputs.inputs.at[note->input].path),
                  strerror(note->error));
        run->unreadable = true;
    }
    file_add(&run->file, note);
    if (!run->file.more)
        run_end_file(run);
}

SourcesBefore run_file_before(const Run *run, bool continues)
{
    const FileNote *file = &run->file;
    return continues ? (SourcesBefore){file->opened, file->docs, file->lines} : (SourcesBefore){0};
}

void run_files(Run *run)
{
    Input *inputs = run->inputs.inputs.at;
    uint32_t count = run->inputs.inputs.len;
    if (parallel_is_due(run)) {
        parallel_files(run, 0, count, (Windows){0});
        return;
    }
    for (uint32_t i = 0; i < count && !meter_stopped(); i++) {
        FileNote note = {.input = i};
        worker_file(&run->worker, &inputs[i], &inputs[count], &note);
        if (parallel_is_due_for(run, note.windows)) {
            file_close(&note.file);
            parallel_files(run, i, i + 1, note.windows);
            continue;
        }
        if (note.windows.count)
            worker_large_file(&run->worker, &inputs[i], &note);
        run_note_file(run, &note);
    }
    folder_close(&run->worker.folder);
}

/* CRDs of files that are no part of the input: --crds. */
void run_crds(Run *run)
{
    Options *options = run->options;
    Worker *worker = &run->worker;
    InputList files = {0};
    inputs_gather_paths(&files, options->crds.at, options->crds.len);
    run->unreadable |= files.errors > 0;
    crd_set_input(worker->checker.crds, false);
    for (uint32_t i = 0; i < files.inputs.len; i++) {
        Str path = files.inputs.at[i].path;
        int error = crd_load_file(&worker->checker, worker->parser, &run->sources, path);
        if (error) {
            cli_error("%.*s: %s", STR_ARG(path), strerror(error));
            run->unreadable = true;
        }
    }
    crd_set_input(worker->checker.crds, true);
    inputs_free(&files);
}

/* Why an object cannot be read again. */
static void tell_change(Run *run, uint32_t doc)
{
    const SourceDoc *source = &run->sources.docs.at[doc];
    cli_error("%.*s: the file changed while it was read",
              STR_ARG(run->sources.files.at[source->file].name));
    run->unreadable = true;
}

/* The kinds of the objects that wait: sequences of an apiVersion and a kind. */
typedef struct Waiting {
    Run *run;
    const Interner *strings;
    SeqTable kinds;
} Waiting;

static bool read_definition(void *context, uint32_t doc, int32_t item, Document *out)
{
    Run *run = ((Waiting *)context)->run;
    bool there = worker_reread(&run->worker, doc, item, out);
    if (!there)
        tell_change(run, doc);
    return there;
}

static bool is_waited_for(const void *context, Str api_version, Str kind)
{
    const Waiting *waiting = context;
    uint32_t version = interner_find(waiting->strings, api_version);
    uint32_t name = interner_find(waiting->strings, kind);
    return version != BASE_NONE && name != BASE_NONE &&
           seq_find2(&waiting->kinds, version, name) != BASE_NONE;
}

/* The user's own rules may be for a kind without objects, and are told whether it has what
 * they look at. */
static void run_definitions(Run *run)
{
    Worker *worker = &run->worker;
    Waiting waiting = {.run = run, .strings = &worker->strings};
    for (uint32_t i = 0; i < worker->deferred.len; i++) {
        const Object *object = facts_object(worker->facts, worker->deferred.at[i].object);
        seq_intern2(&waiting.kinds, object->api_version, object->kind);
    }
    CrdDemand demand = {run->custom.list.len ? NULL : is_waited_for, read_definition, &waiting};
    crd_build(run->types, &worker->checker.crds, 1, &run->sources, demand, &worker->diag);
    seq_table_free(&waiting.kinds);
}

/* Types of what CRDs define, and of what else the input asks for where the user keeps
 * JSON schemas. */
static void run_types(Run *run)
{
    Options *options = run->options;
    Worker *worker = &run->worker;
    /* Most inputs define nothing and ask for nothing: they pay nothing. */
    if (crd_set_is_empty(worker->checker.crds) &&
        (worker->deferred.len == 0 || options->schema_locations.len == 0))
        return;
    run->types = schema_new();
    run_definitions(run);
    for (uint32_t i = 0; i < worker->deferred.len && options->schema_locations.len; i++) {
        const Object *object = facts_object(worker->facts, worker->deferred.at[i].object);
        if (object->kind_id != BASE_NONE)
            continue; /* it only kept its place behind one that waits */
        Str error;
        crd_locate(run->types, options->schema_locations.at, options->schema_locations.len,
                   interned(&worker->strings, object->api_version),
                   interned(&worker->strings, object->kind), &options->schema.target,
                   &options->arena, &error);
        if (error.len) {
            cli_error("%.*s", STR_ARG(error));
            run->unreadable = true;
        }
    }
    options->schema.schema = run->types;
    overrides_schemas(options);
}

/* All CRDs of the input are known now: whoever still has no type stays without. */
void run_deferred(Run *run, ObjectPass pass)
{
    Worker *worker = &run->worker;
    run_types(run);
    custom_bind(&run->custom, run->options->schema.schema, &worker->diag);
    worker->checker.complete = true;
    for (uint32_t i = 0; i < worker->deferred.len; i++) {
        const Deferred *deferred = &worker->deferred.at[i];
        if (!worker_deferred(worker, deferred, pass))
            tell_change(run, deferred->doc);
    }
}

void run_count(Run *run)
{
    const Diag *diag = &run->worker.diag;
    for (uint32_t i = 0; i < diag->findings.len; i++)
        switch (diag->findings.at[i].severity) {
        case SEVERITY_ERROR: run->summary.errors++; break;
        case SEVERITY_WARNING: run->summary.warnings++; break;
        case SEVERITY_INFO: run->summary.infos++; break;
        case SEVERITY_OFF: break;
        }
    run->summary.objects = facts_input_count(run->worker.facts);
}

/* --write-baseline makes all findings known; else those are that the baseline holds. */
static bool run_baseline(Run *run, Diag *diag)
{
    Report report = {.sources = &run->sources, .diag = diag, .facts = run->worker.facts};
    if (run->options->write_baseline.len || run->baseline)
        report_note_fingerprints(&report, diag);
    if (run->options->write_baseline.len) {
        run->summary.known = diag->findings.len;
        bool written = baseline_write(run->options, &report);
        if (written)
            diag->findings.len = 0;
        return written;
    }
    if (run->baseline) {
        baseline_filter(run->baseline, &report, diag, &run->summary);
        if (!run->interrupted)
            baseline_report_gone(run->baseline, &report, diag, &run->summary);
    }
    return true;
}

/* What is done with the findings between the rules and the report, in this order.  Verdicts
 * were taken before: what a server says does not change because nobody wants to hear it.
 * The baseline comes before what changed, so that of several findings with one fingerprint
 * it takes the same, whatever changed.  False after an error. */
bool run_filters(Run *run)
{
    Options *options = run->options;
    Worker *worker = &run->worker;
    Diag *diag = &worker->diag;
    overrides_apply(options, diag, &run->sources);
    suppress_filter(&(SuppressPass){.all = worker->suppressions,
                                    .options = options,
                                    .diag = diag,
                                    .sources = &run->sources,
                                    .facts = worker->facts,
                                    .partial = run->interrupted});
    bool written = run_baseline(run, diag);
    if (options->changed_only)
        changed_filter(options, diag, &run->sources);
    run_count(run);
    return written;
}

/* A command's last step: what the run holds goes with the process, at once and for nothing.
 * Sanitizers look for what nobody frees. */
void run_end(Run *run)
{
#ifndef PLIMSOLL_SANITIZED
    (void)run;
#else
    if (run->scopes)
        scopes_free(run->scopes);
    baseline_free(run->baseline);
    suppressions_free(run->worker.suppressions);
    crd_set_free(run->worker.checker.crds);
    custom_free(&run->custom);
    schema_free(run->types);
    worker_free(&run->worker);
    sources_free(&run->sources);
    inputs_free(&run->inputs);
#endif
}

/* No baseline is made of a part. */
static void stop_early(Run *run)
{
    meter_erase(&run->meter);
    cli_error("interrupted in file %u of %u: what was read is reported, and nothing was linked",
              (unsigned)run->meter.files, (unsigned)run->inputs.inputs.len);
    run->options->write_baseline = STR("");
}

/* Ctrl-C: what was met is reported.  Nothing is linked then, since what is missing may stand
 * where nobody came to look. */
void run_link(Run *run)
{
    Worker *worker = &run->worker;
    run_crds(run);
    run->scopes = scopes_new(worker, &run->inputs);
    run_files(run);
    backdrop_read(run);
    bool whole = !meter_stopped();
    if (whole)
        run_deferred(run, check_tree);
    else
        stop_early(run);
    backdrop_forget_findings(worker);
    if (whole && worker->facts->backdrop)
        immutable_check(run);
    report_refused(&worker->diag, worker->facts);
    meter_pass(&run->meter, STATS_LINK);
    if (whole)
        scopes_link(run->scopes, checks_is_long(worker->facts) ? parallel_jobs(run) : 1);
    else
        run->interrupted = true;
    meter_pass(&run->meter, STATS_REPORT);
    meter_erase(&run->meter);
    diag_sort(&worker->diag, &run->sources);
}
