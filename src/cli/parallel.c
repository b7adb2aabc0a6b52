/* Several threads, and the same output as with one.
 *
 * The input is a list of pieces in its order: runs of files, and windows of large ones.
 * One thread at a time holds the run.  It reads the first piece of the list into the run
 * itself, as it would alone.  Each other one takes a piece that nobody has and reads it into
 * a unit (a worker of its own, with strings, facts, findings and what else it keeps); it
 * leaves the first of those that nobody has, so that whoever holds the run finds one more to
 * read.  What is complete at the head of the list is joined to the run by the next who can
 * hold it.  So ids come out as one thread would have given them, and no later pass knows how
 * many there were.  Units are few, which bounds memory: who finds none waits, but never for
 * the first piece, which needs none.  A unit has no tools (parser, window, folder, batch, guesses)
 * but those of the thread that reads into it, whose processor has them in its caches. */
#include "checks/facts.h"
#include "cli/suppress.h"
#include "schema/crd.h"

#include <pthread.h>
#include <stdlib.h>

enum {
    FILES_FEWEST = 128,  /* fewer are not worth a thread, */
    WINDOWS_FEWEST = 4,  /* nor are fewer of these */
    FILES_AT_ONCE = 128, /* of a piece, at most */
    PIECES_A_THREAD = 4, /* while there are enough files */
    UNIT_STRINGS = 8192, /* that a unit may keep for what it reads next */
};

typedef struct Unit Unit;
struct Unit {
    Worker worker;
    Sources sources;
    ReportSummary summary;
    VEC(FileNote) notes;
    ObjectWriter writer;
    Out out;
    Unit *next; /* of those that are free */
};

/* Files, or windows of one file, [first, end).  What nobody has taken yet may be many. */
typedef struct Piece Piece;
struct Piece {
    Piece *next;
    uint32_t first, end;
    Windows windows; /* none: files */
    uint64_t window;
    Unit *unit;      /* NULL: it is read into the run itself */
    bool cut;        /* it is as small as it should be */
    bool taken, done;
};

typedef struct Pool {
    Run *run;
    uint32_t jobs;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    Piece *first;       /* of those that are not joined yet */
    Unit *free;
    Worker *tools;      /* the run's own, until a thread takes them */
    uint32_t made, most;
    bool held;          /* a thread reads into the run, or joins to it */
    size_t kept_most;   /* bytes of documents that a unit may still keep */
} Pool;

static Unit *unit_new(Run *run)
{
    const Worker *main_worker = &run->worker;
    Unit *unit = mem_resize(NULL, sizeof *unit);
    *unit = (Unit){0};
    sources_init(&unit->sources);
    worker_init(&unit->worker, run->options, &unit->sources, &unit->summary,
                main_worker->object_pass);
    unit->worker.checker.crds = crd_set_new();
    unit->worker.backdrop = main_worker->backdrop;
    if (main_worker->suppressions)
        unit->worker.suppressions = suppressions_new(run->options);
    unit->worker.apart = main_worker->apart;
    unit->worker.facts->keep_labels = main_worker->facts->keep_labels;
    out_init(&unit->out, -1);
    if (main_worker->writer) {
        object_writer_open(&unit->writer, object_writer_part(main_worker->writer), &unit->out);
        unit->worker.writer = &unit->writer;
    }
    return unit;
}

static void unit_free(Unit *unit)
{
    if (unit->worker.writer)
        object_writer_close(&unit->writer);
    suppressions_free(unit->worker.suppressions);
    crd_set_free(unit->worker.checker.crds);
    worker_free(&unit->worker);
    sources_free(&unit->sources);
    vec_free(&unit->notes);
    buf_free(&unit->out.buf);
    mem_free(unit);
}

/* One goes on with another's tools. */
static void tools_take(Worker *worker, Worker *from)
{
    worker->parser = from->parser;
    worker->window = from->window;
    worker->folder = from->folder;
    worker->batch = from->batch;
    worker->checker.scratch = from->checker.scratch;
    worker->checker.tools = from->checker.tools;
    from->parser = NULL;
    from->window = (FileText){0};
    from->folder = (FileFolder){.fd = 0};
    from->batch = NULL;
    from->checker.scratch = NULL;
    from->checker.tools = (SchemaTools){0};
    if (worker->facts)
        ways_leave(&worker->facts->ways);
}

static void summary_add(ReportSummary *into, ReportSummary *from)
{
    into->skipped_files += from->skipped_files;
    into->skipped_documents += from->skipped_documents;
    into->helm_templates += from->helm_templates;
    into->unknown_kinds += from->unknown_kinds;
    into->unchecked += from->unchecked;
    *from = (ReportSummary){0};
}

static void deferred_join(Worker *into, Worker *from, uint32_t doc_base, uint32_t object_base)
{
    bool kept = into->kept_size + from->kept_size <= into->kept_most;
    for (uint32_t i = 0; i < from->deferred.len; i++) {
        Deferred deferred = from->deferred.at[i];
        deferred.doc += doc_base;
        deferred.object += object_base;
        deferred.kept = kept ? deferred.kept : NULL;
        vec_push(&into->deferred, deferred);
    }
    if (kept) {
        into->kept_size += from->kept_size;
        arena_adopt(&into->kept, &from->kept);
    }
    arena_reset(&from->kept);
    from->kept_size = 0;
    vec_clear(&from->deferred);
}

/* Adds what the unit met to the run, and empties it. */
static void unit_join(Run *run, Unit *unit)
{
    Worker *into = &run->worker, *from = &unit->worker;
    uint32_t doc_base = run->sources.docs.len, object_base = facts_object_count(into->facts);
    SourcesBefore before =
        run_file_before(run, unit->notes.len && unit->notes.at[0].continues);
    before.continues = before.continues && unit->sources.files.len > 0;
    uint32_t file_base = run->sources.files.len - before.continues;
    sources_merge(&run->sources, &unit->sources, before);
    facts_merge(into->facts, from->facts, doc_base, before.lines);
    diag_merge(&into->diag, &from->diag, doc_base, object_base);
    if (into->suppressions)
        suppressions_merge(into->suppressions, from->suppressions,
                           (SuppressBase){doc_base, object_base, file_base});
    crd_set_merge(into->checker.crds, from->checker.crds, doc_base);
    deferred_join(into, from, doc_base, object_base);
    summary_add(&run->summary, &unit->summary);
    for (uint32_t i = 0; i < unit->notes.len; i++) {
        unit->notes.at[i].first += object_base;
        if (into->meter && !unit->notes.at[i].continues)
            meter_file(into->meter, facts_object_count(into->facts), into->diag.findings.len);
        run_note_file(run, &unit->notes.at[i]);
    }
    if (into->writer) {
        object_writer_join(into->writer, buf_slice(&unit->out.buf), unit->writer.count);
        unit->writer.count = 0;
        unit->out.buf.len = 0;
    }
    vec_clear(&unit->notes);
    if (from->strings.strings.len > UNIT_STRINGS ||
        seq_count(&from->facts->label_sets) > UNIT_STRINGS) {
        facts_clear(from->facts);
        interner_clear(&from->strings);
    } else {
        facts_forget(from->facts);
    }
}

/* ---- the list ---- */
static Piece *piece_behind(Piece *before, uint32_t first, uint32_t end, Windows windows)
{
    Piece *piece = mem_resize(NULL, sizeof *piece);
    *piece = (Piece){.first = first, .end = end, .windows = windows};
    if (before) {
        piece->next = before->next;
        before->next = piece;
    }
    return piece;
}

/* Leaves what one thread should not take at once to the others. */
static void piece_cut(const Pool *pool, Piece *piece)
{
    if (piece->cut)
        return;
    piece->cut = true;
    if (piece->windows.count) {
        if (piece->window + 1 < piece->windows.count) {
            Piece *rest = piece_behind(piece, piece->first, piece->end, piece->windows);
            rest->window = piece->window + 1;
        }
        return;
    }
    uint32_t share = (piece->end - piece->first) / (pool->jobs * PIECES_A_THREAD);
    share = share > FILES_AT_ONCE ? FILES_AT_ONCE : share < 1 ? 1 : share;
    if (piece->first + share < piece->end) {
        piece_behind(piece, piece->first + share, piece->end, (Windows){0});
        piece->end = piece->first + share;
    }
}

/* The first from here on that nobody has. */
static Piece *piece_left(Piece *piece)
{
    while (piece && piece->taken)
        piece = piece->next;
    return piece;
}

static Piece *piece_hold(Pool *pool, Piece *piece, Unit *unit)
{
    piece_cut(pool, piece);
    piece->taken = true;
    piece->unit = unit;
    return piece;
}

static Unit *unit_take(Pool *pool)
{
    Unit *unit = pool->free;
    if (unit) {
        pool->free = unit->next;
    } else if (pool->made < pool->most) {
        pool->made++;
        unit = unit_new(pool->run);
    }
    if (unit)
        unit->worker.kept_most = pool->kept_most;
    return unit;
}

static void unit_put(Pool *pool, Unit *unit)
{
    unit->next = pool->free;
    pool->free = unit;
}

static bool any_running(const Pool *pool)
{
    const Piece *piece = pool->first;
    while (piece && (piece->done || !piece->taken))
        piece = piece->next;
    return piece != NULL;
}

/* The next piece for a thread: the first of the list, if it can hold the run for that; else
 * one to be read into a unit.  NULL where none is left.  The lock is held. */
static Piece *piece_take(Pool *pool)
{
    while (!meter_stopped()) {
        Piece *piece = piece_left(pool->first);
        if (piece && piece == pool->first && !pool->held) {
            pool->held = true;
            return piece_hold(pool, piece, NULL);
        }
        Unit *unit = piece ? unit_take(pool) : NULL;
        if (unit) {
            piece_cut(pool, piece);
            Piece *behind = piece_left(piece->next);
            return piece_hold(pool, behind ? behind : piece, unit);
        }
        /* One that is running may turn out to hold a large file. */
        if (!piece && !any_running(pool))
            return NULL;
        pthread_cond_wait(&pool->changed, &pool->lock);
    }
    return NULL;
}

static void piece_note(Pool *pool, Unit *unit, const FileNote *note)
{
    if (unit)
        vec_push(&unit->notes, *note);
    else
        run_note_file(pool->run, note);
}

static void piece_read(Pool *pool, Piece *piece, Worker *worker)
{
    Run *run = pool->run;
    Unit *unit = piece->unit;
    Input *inputs = run->inputs.inputs.at;
    if (piece->windows.count) {
        FileNote note = {.input = piece->first};
        if (!unit)
            worker->before = run_file_before(run, piece->window > 0);
        worker_window(worker, &inputs[piece->first], piece->windows, piece->window, &note);
        worker->before = (SourcesBefore){0};
        piece_note(pool, unit, &note);
        return;
    }
    for (uint32_t i = piece->first; i < piece->end && !meter_stopped(); i++) {
        FileNote note = {.input = i};
        worker_file(worker, &inputs[i], &inputs[piece->end], &note);
        if (note.windows.count == 1)
            worker_large_file(worker, &inputs[i], &note);
        if (note.windows.count <= 1) {
            piece_note(pool, unit, &note);
            continue;
        }
        file_close(&note.file);
        pthread_mutex_lock(&pool->lock);
        if (i + 1 < piece->end)
            piece_behind(piece, i + 1, piece->end, (Windows){0});
        piece_behind(piece, i, i + 1, note.windows);
        piece->end = i;
        pthread_mutex_unlock(&pool->lock);
    }
}

/* Ctrl-C ended the window before it somewhere: how many lines those would have been nobody knows.
 * It is forgotten with the unit, into which nothing is read any more. */
static bool stands_behind_cut(const Run *run, const Unit *unit)
{
    return unit->notes.len && unit->notes.at[0].continues && run->file.cut;
}

/* Joins what is complete at the head of the list.  The lock is held, and let go while at it. */
static void pieces_join(Pool *pool)
{
    if (pool->held)
        return;
    pool->held = true;
    for (Piece *piece; (piece = pool->first) != NULL && piece->done;) {
        Unit *unit = piece->unit;
        if (unit) {
            pthread_mutex_unlock(&pool->lock);
            if (!stands_behind_cut(pool->run, unit))
                unit_join(pool->run, unit);
            pthread_mutex_lock(&pool->lock);
            unit_put(pool, unit);
        }
        pool->first = piece->next;
        mem_free(piece);
    }
    const Worker *worker = &pool->run->worker;
    pool->kept_most = worker->kept_most - worker->kept_size;
    pool->held = false;
    pthread_cond_broadcast(&pool->changed);
}

static void pool_work(void *context)
{
    Pool *pool = context;
    Worker own = {0}, *tools = &own;
    pthread_mutex_lock(&pool->lock);
    if (pool->tools)
        tools = pool->tools;
    else
        worker_equip(&own);
    pool->tools = NULL;
    for (Piece *piece; (piece = piece_take(pool)) != NULL;) {
        pthread_mutex_unlock(&pool->lock);
        Worker *worker = piece->unit ? &piece->unit->worker : &pool->run->worker;
        tools_take(worker, tools);
        piece_read(pool, piece, worker);
        tools_take(tools, worker);
        pthread_mutex_lock(&pool->lock);
        piece->done = true;
        pool->held = pool->held && piece->unit;
        pieces_join(pool);
    }
    pthread_mutex_unlock(&pool->lock);
    folder_close(&tools->folder); /* while its descriptor is this thread's */
    worker_free(&own);
}

/* What came through a pipe may be put into a file that has no name but its descriptor's.
 * The walk finds no pipes, only who names one does. */
static bool any_named(const InputList *list)
{
    for (uint32_t i = 0; i < list->inputs.len; i++)
        if (list->inputs.at[i].named)
            return true;
    return false;
}

/* Ctrl-C left what nobody took: what was read behind that has no place to be joined at. */
static void pieces_drop(Pool *pool)
{
    for (Piece *piece; (piece = pool->first) != NULL;) {
        pool->first = piece->next;
        if (piece->unit)
            unit_put(pool, piece->unit);
        mem_free(piece);
    }
}

/* --jobs; without it what PLIMSOLL_JOBS says, by which tests run everything with several
 * threads; 0: neither. */
static uint32_t asked_jobs(const Options *options)
{
    const char *usual = options->jobs ? NULL : getenv("PLIMSOLL_JOBS");
    long jobs = usual ? strtol(usual, NULL, 10) : 0;
    return jobs > 0 && jobs <= 1024 ? (uint32_t)jobs : options->jobs;
}

void parallel_files(Run *run, uint32_t first, uint32_t end, Windows windows)
{
    uint32_t jobs = parallel_jobs(run);
    if (windows.count && windows.count < jobs && !asked_jobs(run->options))
        jobs = (uint32_t)windows.count;
    Worker tools = {0};
    tools_take(&tools, &run->worker);
    Pool pool = {
        .run = run,
        .jobs = jobs,
        .lock = SHORT_LOCK_INITIALIZER,
        .changed = PTHREAD_COND_INITIALIZER,
        .first = piece_behind(NULL, first, end, windows),
        .tools = &tools,
        .most = 2 * jobs,
        .kept_most = run->worker.kept_most - run->worker.kept_size,
    };
    run->worker.apart = !any_named(&run->inputs);
    threads_work(jobs, run->worker.apart, pool_work, &pool);
    run->worker.apart = false;
    tools_take(&run->worker, &tools);
    pieces_drop(&pool);
    if (run->file.more)
        run_end_file(run);
    while (pool.free) {
        Unit *unit = pool.free;
        pool.free = unit->next;
        unit_free(unit);
    }
    pthread_cond_destroy(&pool.changed);
    pthread_mutex_destroy(&pool.lock);
}

uint32_t options_jobs(Options *options)
{
    uint32_t asked = asked_jobs(options);
    if (!asked && !options->cores) /* four calls of the system, or more */
        options->cores = cores_usable();
    return asked ? asked : options->cores;
}

/* Objects that are stored, or shown as a tree, are taken one after the other: from the
 * first on that has to wait for its CRD, all wait.  So are those that are sent: their texts
 * go to one buffer in the order of the input, and a cluster is what takes the time then.  The
 * times of --stats are one thread's. */
uint32_t parallel_jobs(const Run *run)
{
    const Worker *worker = &run->worker;
    if (worker->dump || worker->take_normal || worker->take_sent ||
        (worker->meter && worker->meter->times))
        return 1;
    return options_jobs(run->options);
}

bool parallel_is_due(const Run *run)
{
    bool many = asked_jobs(run->options) > 1 || run->inputs.inputs.len >= FILES_FEWEST;
    return many && parallel_jobs(run) > 1;
}

bool parallel_is_due_for(const Run *run, Windows windows)
{
    return windows.count >= WINDOWS_FEWEST && parallel_jobs(run) > 1;
}
