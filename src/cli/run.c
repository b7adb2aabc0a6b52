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
 */
#include "cli/backdrop.h"
#include "cli/baseline.h"
#include "cli/immutable.h"
#include "cli/scopes.h"
#include "cli/suppress.h"
#include "schema/crd.h"
#include "schema/normal.h"

#include <errno.h>
#include <unistd.h>

/* Lines of a document are counted on from the object before. */
static uint32_t object_line(Worker *worker, const Document *doc)
{
    uint32_t offset = node_at(doc, doc->root)->offset;
    if (offset < worker->line_offset) {
        worker->line_offset = 0;
        worker->line = worker->sources->docs.at[doc->source].line;
    }
    for (const char *at = doc->text.ptr + worker->line_offset;
         (at = memchr(at, '\n', (size_t)(doc->text.ptr + offset - at))) != NULL; at++)
        worker->line++;
    worker->line_offset = offset;
    return worker->line;
}

/* The object alone: its kind, its type, its version. */
static bool check_type(Worker *worker, Document *doc)
{
    Object *object = facts_object(worker->facts, doc->object);
    if (schema_check(&worker->checker, doc, object) == CHECK_DEFERRED) {
        Deferred deferred = {doc->source, doc->object, worker->patch};
        vec_push(&worker->deferred, deferred);
        return false;
    }
    object->accepted = worker->checker.accepted;
    crd_gather(&worker->checker, doc);
    return true;
}

static void check_tree(Worker *worker, Document *doc)
{
    if (!check_type(worker, doc) || worker->patch)
        return;
    ObjectContext context = worker_context(worker, doc);
    StatsPass before = meter_pass(worker->meter, STATS_COLLECT);
    checks_object(&context, worker->checker.marks.at, worker->checker.marks.len);
    meter_pass(worker->meter, before);
}

static void open_object(Worker *worker, Document *doc)
{
    Object object = schema_open(&worker->checker, doc, &worker->head);
    object.line = object_line(worker, doc);
    doc->object = facts_add_object(worker->facts, object);
}

static Document with_head(const Document *doc, Str api_version, Str kind, Arena *arena);

/* The object with what it takes from its list. */
static void hand_over(Worker *worker, Document *doc)
{
    const ObjectHead *head = &worker->head;
    if (!head->inherits) {
        worker->take_sent(worker, doc);
        return;
    }
    Document whole = with_head(doc, head->api_version, head->kind, parser_arena(worker->parser));
    worker->take_sent(worker, &whole);
}

static void check_object(Worker *worker, Document *doc)
{
    open_object(worker, doc);
    check_tree(worker, doc);
    if (worker->take_sent && !worker->patch && !worker->backdrop)
        hand_over(worker, doc);
}

static void again_type(Worker *worker, Document *doc) { check_type(worker, doc); }

static void type_object(Worker *worker, Document *doc)
{
    open_object(worker, doc);
    check_type(worker, doc);
}

/* The mapping's tree with two strings more in front, where kubectl puts what an item
 * takes from its list. */
static Document with_head(const Document *doc, Str api_version, Str kind, Arena *arena)
{
    const Str texts[] = {STR("apiVersion"), api_version, STR("kind"), kind};
    enum { MORE = BASE_COUNT(texts) };
    uint32_t root = doc->root, count = node_end(doc, root) - root;
    Document whole = *doc;
    whole.nodes = arena_alloc(arena, sizeof(Node) * ((size_t)count + MORE));
    whole.root = 0;
    whole.count = count + MORE;
    whole.nodes[0] = *node_at(doc, root);
    whole.nodes[0].len += MORE / 2;
    for (uint32_t i = 0; i < MORE; i++)
        whole.nodes[1 + i] = (Node){.text = texts[i].ptr,
                                    .len = (uint32_t)texts[i].len,
                                    .next = 2 + i,
                                    .kind = NODE_STRING,
                                    .style = STYLE_PLAIN,
                                    .flags = i % 2 ? 0 : NODE_KEY,
                                    .bind = SCHEMA_UNBOUND};
    memcpy(&whole.nodes[1 + MORE], &doc->nodes[root + 1], sizeof(Node) * (count - 1));
    whole.nodes[0].next = whole.count;
    for (uint32_t i = 1 + MORE; i < whole.count; i++)
        whole.nodes[i].next += MORE - root;
    return whole;
}

static void emit_object(Worker *worker, Document *doc)
{
    const ObjectHead *head = &worker->head;
    if (head->inherits) {
        Document whole = with_head(doc, head->api_version, head->kind,
                                   parser_arena(worker->parser));
        object_writer_put(worker->writer, &whole, whole.root);
    } else {
        object_writer_put(worker->writer, doc, doc->root);
    }
}

/* Of an object that is written, its errors are told alone. */
static void keep_errors(Diag *diag, uint32_t from)
{
    uint32_t kept = from;
    for (uint32_t i = from; i < diag->findings.len; i++)
        if (diag->findings.at[i].severity == SEVERITY_ERROR)
            diag->findings.at[kept++] = diag->findings.at[i];
    diag->findings.len = kept;
}

static void narrow(SchemaTarget *target)
{
    target->oldest = target->newest;
    target->versions = UINT32_C(1) << (target->newest - SCHEMA_OLDEST);
}

/* The object as a server would store it, in the order of the input: from the first one
 * on that has to wait for its CRD, all wait. */
void normal_target(Options *options)
{
    narrow(&options->schema.target);
    for (uint32_t i = 0; i < options->overrides.len; i++)
        if (options->overrides.at[i].has_target)
            narrow(&options->overrides.at[i].schema.target);
}

void normal_again(Worker *worker, Document *doc)
{
    const Object *object = facts_object(worker->facts, doc->object);
    uint32_t before = worker->diag.findings.len;
    if (!check_type(worker, doc))
        return;
    keep_errors(&worker->diag, before);
    Str ns = interned(&worker->strings, object->ns);
    Document normal = schema_normal_form(worker->checker.options, doc, object, ns,
                                         parser_arena(worker->parser));
    worker->take_normal(worker, &normal);
}

void normal_object(Worker *worker, Document *doc)
{
    open_object(worker, doc);
    if (!worker->deferred.len) {
        normal_again(worker, doc);
        return;
    }
    Deferred deferred = {.doc = doc->source, .object = doc->object};
    vec_push(&worker->deferred, deferred);
    uint32_t before = worker->diag.findings.len;
    if (crd_is_definition(doc, doc->root))
        check_type(worker, doc);
    worker->diag.findings.len = before; /* told when it is read again */
}

void normal_form(Worker *worker, Document *doc)
{
    uint32_t before = worker->diag.findings.len;
    const Object *object = facts_object(worker->facts, doc->object);
    bool typed = schema_check(&worker->checker, doc, facts_object(worker->facts, doc->object)) !=
                 CHECK_DEFERRED;
    worker->diag.findings.len = before;
    if (!typed)
        return;
    Document normal = schema_normal_form(&worker->options->schema, doc, object,
                                         interned(&worker->strings, object->ns),
                                         parser_arena(worker->parser));
    worker->take_normal(worker, &normal);
}

/* Of an API that its version does not serve nothing is left, and an error told of it. */
static void emit_normal(Worker *worker, const Document *normal)
{
    if (node_at(normal, normal->root)->len == 0)
        return;
    object_writer_put(worker->writer, normal, normal->root);
}

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
}

void run_note_file(Run *run, const FileNote *note)
{
    if (note->error) {
        meter_erase(run->worker.meter);
        cli_error("%.*s: %s", STR_ARG(run->inputs.inputs.at[note->input].path),
                  strerror(note->error));
        run->unreadable = true;
    }
    FileNote *file = &run->file;
    file_add(file, note);
    if (file->more)
        return;
    ReportSummary *summary = &run->summary;
    summary->helm_templates += file->helm > 0;
    if (file->used) {
        summary->files++;
        summary->skipped_documents += file->skipped;
    } else if (file->opened && !file->helm) {
        summary->skipped_files++;
    }
    if (run->scopes) {
        FileObjects met = {file->first, file->count, file->template || file->helm};
        scopes_note_file(run->scopes, file->input, met, file->rendered);
    }
}

SourcesBefore run_file_before(const Run *run, bool continues)
{
    const FileNote *file = &run->file;
    return continues ? (SourcesBefore){file->opened, file->docs, file->lines} : (SourcesBefore){0};
}

/* One window after the other: where the next one begins is known by then. */
static void run_windows(Run *run, uint32_t index, uint64_t windows)
{
    Worker *worker = &run->worker;
    for (uint64_t number = 0; number < windows && !meter_stopped(); number++) {
        FileNote note = {.input = index, .more = number + 1 < windows};
        worker->before = run_file_before(run, number > 0);
        worker_window(worker, &run->inputs.inputs.at[index], number, &note);
        run_note_file(run, &note);
    }
    worker->before = (SourcesBefore){0};
}

void run_files(Run *run)
{
    uint32_t count = run->inputs.inputs.len;
    if (parallel_is_due(run)) {
        parallel_files(run, 0, count, 0);
        return;
    }
    for (uint32_t i = 0; i < count && !meter_stopped(); i++) {
        FileNote note = {.input = i};
        worker_file(&run->worker, &run->inputs.inputs.at[i], &note);
        if (!note.windows)
            run_note_file(run, &note);
        else if (parallel_jobs(run) > 1)
            parallel_files(run, i, i + 1, note.windows);
        else
            run_windows(run, i, note.windows);
    }
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
    crd_build(run->types, &worker->checker.crds, 1, &run->sources, &worker->diag);
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
        Deferred deferred = worker->deferred.at[i];
        int32_t item = facts_object(worker->facts, deferred.object)->item;
        worker->patch = worker->checker.partial = deferred.patch;
        if (!worker_again(worker, deferred.doc, item, deferred.object, pass)) {
            const SourceDoc *doc = &run->sources.docs.at[deferred.doc];
            cli_error("%.*s: the file changed while it was read",
                      STR_ARG(run->sources.files.at[doc->file].name));
            run->unreadable = true;
        }
    }
}

static void count_findings(Run *run, const Diag *diag)
{
    for (uint32_t i = 0; i < diag->findings.len; i++)
        switch (diag->findings.at[i].severity) {
        case SEVERITY_ERROR: run->summary.errors++; break;
        case SEVERITY_WARNING: run->summary.warnings++; break;
        case SEVERITY_INFO: run->summary.infos++; break;
        case SEVERITY_OFF: break;
        }
    const Facts *facts = run->worker.facts;
    run->summary.objects = facts_input_count(facts);
    for (uint32_t id = 0; id < run->summary.objects; id++) {
        const Object *object = facts_object(facts, id);
        run->summary.unknown_kinds += object->unknown_kind;
        run->summary.unchecked += object->unchecked;
    }
}

static bool any_at_least(const Diag *diag, Severity severity)
{
    for (uint32_t i = 0; i < diag->findings.len; i++)
        if (diag->findings.at[i].severity >= severity)
            return true;
    return false;
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
    count_findings(run, diag);
    return written;
}

/* Writes what the user asked for; a failed write is our own failure. */
static bool run_report(Run *run, ReportFinder *find, const uint8_t *verdicts)
{
    Report report = {
        .sources = &run->sources,
        .diag = &run->worker.diag,
        .facts = run->worker.facts,
        .summary = run->summary,
        .verbose = run->options->verbose,
        .endpoints = run->options->show_endpoints,
        .fail_on = run->options->fail_on,
        .verdicts = verdicts,
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

void run_end(Run *run)
{
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

/* No baseline is made of a part. */
static void stop_early(Run *run)
{
    meter_erase(&run->meter);
    cli_error("interrupted in file %u of %u: what was read is reported, and nothing was linked",
              (unsigned)run->meter.files, (unsigned)run->inputs.inputs.len);
    run->options->write_baseline = STR("");
}

/* The passes up to the linker's findings, sorted.  Ctrl-C: what was met is reported.  Nothing
 * is linked then, since what is missing may stand where nobody came to look. */
static void run_link(Run *run)
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
        scopes_link(run->scopes);
    else
        run->interrupted = true;
    meter_pass(&run->meter, STATS_REPORT);
    meter_erase(&run->meter);
    diag_sort(&worker->diag, &run->sources);
}

bool check_passes(Run *run, Options *options, ObjectPass take_sent, void *keeper)
{
    run_begin(run, options, check_object);
    Worker *worker = &run->worker;
    worker->take_sent = take_sent;
    worker->keeper = keeper;
    if (!rules_load(&run->custom, options, &run->sources))
        return false;
    worker->diag.overrides = options->severities.at; /* which custom rules may have moved */
    worker->diag.override_count = options->severities.len;
    worker->suppressions = suppressions_new(options);
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
    run_begin(&run, options, check_object);
    run.baseline = baseline;
    Worker *worker = &run.worker;
    if (!rules_load(&run.custom, options, &run.sources)) {
        run_end(&run);
        return EXIT_TROUBLE;
    }
    worker->diag.overrides = options->severities.at; /* which custom rules may have moved */
    worker->diag.override_count = options->severities.len;
    meter_begin(&run.meter, options, run.inputs.inputs.len);
    worker->meter = &run.meter;
    Out dump;
    out_init(&dump, STDOUT_FILENO);
    if (options->dump_tree)
        worker->dump = &dump;
    worker->suppressions = suppressions_new(options);
    run_link(&run);
    bool dumped = out_close(&dump);
    /* Verdicts are of all objects, also where only what changed is reported. */
    Arena arena = {0};
    uint8_t *verdicts = report_verdicts(&worker->diag, worker->facts, &arena);
    bool filtered = run_filters(&run);
    bool written = run_report(&run, report_format_find, verdicts);
    written &= dumped && filtered;
    bool findings = any_at_least(&worker->diag, options->fail_on) || misses_manifests(&run);
    if (options->stats)
        meter_write(&run.meter, run.summary.objects);
    arena_free(&arena);
    int status = run.interrupted ? EXIT_INTERRUPTED : run_status(&run, written, findings);
    run_end(&run);
    return status;
}

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
    count_findings(&run, &run.worker.diag);
    bool written = run_report(&run, graph_format_find, NULL);
    bool failed = tell_unread(&run) || misses_manifests(&run);
    int status = run_status(&run, written, failed);
    run_end(&run);
    return status;
}

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
    run_deferred(&run, again_type);
    diag_sort(&run.worker.diag, &run.sources);
    count_findings(&run, &run.worker.diag);
    uint32_t accepted = run.summary.target.versions;
    for (uint32_t id = 0; id < run.summary.objects; id++)
        accepted &= facts_object(run.worker.facts, id)->accepted;
    bool written = run_report(&run, versions_format_find, NULL);
    int status = run_status(&run, written, accepted == 0 || misses_manifests(&run));
    run_end(&run);
    return status;
}
