/* From files to objects: read, split, parse, unroll Lists, tell manifests from what
 * is none, and hand each object to the pass of this run. */
#include "cli/suppress.h"
#include "schema/crd.h"

#include <errno.h>
#include <unistd.h>

void worker_init(Worker *worker, const Options *options, Sources *sources,
                 ReportSummary *summary, ObjectPass object_pass)
{
    *worker = (Worker){
        .options = options,
        .sources = sources,
        .summary = summary,
        .object_pass = object_pass,
        .kept_most = DEFERRED_KEPT_MOST,
    };
    interner_init(&worker->strings);
    worker->facts = facts_new(&worker->strings);
    worker->diag.overrides = options->severities.at;
    worker->diag.override_count = options->severities.len;
    worker->checker.options = &options->schema;
    worker->checker.diag = &worker->diag;
    worker->checker.strings = &worker->strings;
}

void worker_equip(Worker *worker)
{
    worker->parser = parser_new();
    worker->checker.scratch = parser_arena(worker->parser);
}

void worker_free(Worker *worker)
{
    schema_checker_free(&worker->checker);
    diag_free(&worker->diag);
    facts_free(worker->facts);
    interner_free(&worker->strings);
    parser_free(worker->parser);
    file_free(&worker->window);
    folder_close(&worker->folder);
    batch_free(worker->batch);
    vec_free(&worker->deferred);
    arena_free(&worker->kept);
}

/* ---- objects of a parsed document ---- */

typedef enum DocumentUse { USE_NONE, USE_SKIPPED, USE_OBJECTS } DocumentUse;

/* What the reader found before there was a tree (a duplicate key, say) belongs to the
 * object that it stands in; its path is that of the node at its place. */
static void claim_findings(Worker *worker, const Document *doc)
{
    uint32_t end = node_end(doc, doc->root);
    const Node *root = node_at(doc, doc->root);
    for (uint32_t i = worker->first_finding; i < worker->diag.findings.len; i++) {
        Finding *finding = &worker->diag.findings.at[i];
        uint32_t offset = finding->place.offset;
        if (finding->object != BASE_NONE || finding->place.doc != doc->source ||
            offset < root->offset || offset >= root->offset + root->size)
            continue;
        finding->object = doc->object;
        uint32_t node = doc->root;
        while (node < end && (node_at(doc, node)->offset != offset ||
                              node_at(doc, node)->size != finding->place.length))
            node++;
        if (node < end) {
            finding->path = document_path(doc, node, &worker->diag.arena);
            finding->pointer = document_pointer(doc, node, &worker->diag.arena);
        }
    }
}

/* Whether what the file under hand says of suppressions counts: a cluster's dump only tells
 * what is there. */
static bool listens(const Worker *worker) { return worker->suppressions && !worker->backdrop; }

/* Of the object at doc->root, whose head was read. */
static DocumentUse worker_object(Worker *worker, Document *doc, bool emit_all)
{
    const ObjectHead *head = &worker->head;
    if (emit_all ? !head_is_object(head) : skip_object(doc, head) != SKIP_NOT)
        return USE_SKIPPED;
    redact_object(worker->sources, doc, head);
    doc->object = BASE_NONE;
    worker->object_pass(worker, doc);
    if (listens(worker) && doc->object != BASE_NONE)
        suppress_annotations(worker->suppressions, worker, doc);
    if (doc->object != BASE_NONE && worker->diag.findings.len > worker->first_finding)
        claim_findings(worker, doc);
    return USE_OBJECTS;
}

/* Names are mostly new, and so are many namespaces: the table of strings is asked for them,
 * whose lines are far.  They come while the object is opened. */
static void read_head(Worker *worker, const Document *doc, uint32_t node)
{
    schema_head(doc, node, &worker->head);
    interner_expect(&worker->strings, worker->head.name_hash);
    interner_expect(&worker->strings, worker->head.ns_hash);
}

/* Nested Lists unroll in order, their items counted on. */
static DocumentUse worker_items(Worker *worker, Document *doc, uint32_t items, int32_t *next_item,
                                bool emit_all)
{
    DocumentUse use = USE_NONE;
    for (uint32_t at = node_first(items); at < node_end(doc, items); at = node_after(doc, at)) {
        DocumentUse item_use;
        read_head(worker, doc, at);
        if (worker->head.items != BASE_NONE) {
            item_use = worker_items(worker, doc, worker->head.items, next_item, emit_all);
        } else {
            doc->root = at;
            doc->item = (*next_item)++;
            item_use = worker_object(worker, doc, emit_all);
            if (item_use == USE_SKIPPED && node_kind(doc, at) != NODE_NULL)
                worker->summary->skipped_documents++;
        }
        if (item_use > use)
            use = item_use;
    }
    return use;
}

/* Its number, of an item that is read as a document of its own. */
static int32_t item_of(const SourceDoc *source)
{
    return source->item ? (int32_t)source->index : -1;
}

static DocumentUse worker_document(Worker *worker, Document *doc, bool emit_all)
{
    const SourceDoc *source = &worker->sources->docs.at[doc->source];
    worker->line_offset = 0;
    worker->line = source->line;
    doc->root = 0;
    doc->item = item_of(source);
    read_head(worker, doc, 0);
    if (worker->head.items == BASE_NONE)
        return worker_object(worker, doc, emit_all);
    int32_t next_item = 0;
    DocumentUse use = worker_items(worker, doc, worker->head.items, &next_item, emit_all);
    return use == USE_NONE ? USE_OBJECTS : use; /* an empty List is a manifest all the same */
}

ObjectContext worker_context(Worker *worker, const Document *doc)
{
    return (ObjectContext){.doc = doc,
                           .object = facts_object(worker->facts, doc->object),
                           .options = worker->checker.options,
                           .facts = worker->facts,
                           .diag = &worker->diag,
                           .scratch = parser_arena(worker->parser),
                           .custom = worker->options->custom};
}

/* ---- documents of a file ---- */

/* A document that does not parse is an object all the same, without names, so that
 * it is counted and refused. */
static void add_unparsed(Worker *worker, uint32_t source)
{
    Object object = {
        .doc = source,
        .item = -1,
        .line = worker->sources->docs.at[source].line,
        .api_version = BASE_NONE,
        .group = BASE_NONE,
        .kind = BASE_NONE,
        .kind_id = BASE_NONE,
        .no_object = true,
    };
    uint32_t id = facts_add_object(worker->facts, object);
    for (uint32_t i = worker->first_finding; i < worker->diag.findings.len; i++)
        worker->diag.findings.at[i].object = id;
}

static void worker_chunk(Worker *worker, const Input *input, uint32_t file, const Chunk *chunk,
                         FileNote *note)
{
    uint32_t source = chunk_add_source(chunk, file, worker->sources);
    worker->first_finding = worker->diag.findings.len;
    uint32_t first_object = facts_object_count(worker->facts);
    bool emit_all = worker->writer != NULL;
    Document doc;
    meter_pass(worker->meter, STATS_PARSE);
    ParserStatus status = parser_read(worker->parser, chunk, source, &worker->diag, &doc);
    meter_pass(worker->meter, STATS_CHECK);
    /* What was read has its comments listed, those that rendered_note looks for among them. */
    if (status != PARSER_OK || doc.comment_count)
        rendered_note(worker->sources, source, chunk->text, worker->options->source_root);
    switch (status) {
    case PARSER_EMPTY:
        if (listens(worker) && doc.comment_count)
            suppress_comments(worker->suppressions, worker, &doc, first_object);
        break;
    case PARSER_FAILED:
        switch (skip_unparsed(input, chunk->text)) {
        case SKIP_NOT:
            redact_unparsed(worker->sources, source, chunk->text);
            add_unparsed(worker, source);
            note->used++;
            return;
        case SKIP_HELM_TEMPLATE:
            note->helm++;
            break;
        case SKIP_NO_MANIFEST:
        case SKIP_CLIENT_KIND:
            note->skipped++;
            break;
        }
        worker->diag.findings.len = worker->first_finding;
        break;
    case PARSER_OK: {
        DocumentUse use = worker_document(worker, &doc, emit_all);
        if (use == USE_OBJECTS) {
            note->used++;
            if (listens(worker) && doc.comment_count)
                suppress_comments(worker->suppressions, worker, &doc, first_object);
        } else if (use == USE_SKIPPED) {
            /* What is no manifest is not ours to judge, duplicate keys included. */
            worker->diag.findings.len = worker->first_finding;
            if (chunk->item)
                worker->summary->skipped_documents++;
            else
                note->skipped++;
        }
        if (worker->dump) {
            redact_tree(worker->sources, &doc);
            document_dump(&doc, worker->dump);
        }
        break;
    }
    }
}

/* Helm writes above each document which template it is from. */
static bool is_rendered(Str text)
{
    if (str_starts(text, STR("---\n")))
        text = str_slice(text.ptr + 4, text.len - 4);
    return str_starts(text, STR("# Source: "));
}

/* What is no manifest (a list of operations, say) is not counted: nobody takes a
 * kustomization for one. */
static void worker_patches(Worker *worker, const Input *input, Str text, uint32_t file,
                           FileNote *note)
{
    for (uint32_t i = 0; i < input->patch_count && !meter_stopped(); i++) {
        const InlinePatch *patch = &input->patches[i];
        if (patch->base + patch->size > text.len)
            return; /* the file was changed meanwhile */
        Chunk chunk = {.text = str_slice(text.ptr + patch->base, patch->size),
                       .base = patch->base,
                       .line = patch->line,
                       .column = 1};
        worker_chunk(worker, input, file, &chunk, note);
        note->docs++;
    }
    note->skipped = 0;
    note->opened = note->used > 0;
}

/* What is opened for the input.  What came through a pipe lies in a file that has no name
 * but its descriptor's. */
typedef struct PathRoom {
    char at[24];
} PathRoom;

static const char *opened_path(const Input *input, PathRoom *room)
{
    if (!input->spilled)
        return input->path.ptr;
    (void)snprintf(room->at, sizeof room->at, "/dev/fd/%d", input->spilled);
    return room->at;
}

/* The file whose documents come next, or go on. */
static uint32_t begin_file(Worker *worker, const Input *input, FileNote *note)
{
    uint32_t file = worker->sources->files.len - 1;
    if (!worker->before.continues)
        file = sources_add_input(worker->sources,
                                 str_eq(input->path, STR("-")) ? STR("<stdin>") : input->path);
    SourceFile *source = &worker->sources->files.at[file];
    source->changed = input->changed;
    source->backdrop = worker->backdrop;
    if (input->spilled) {
        Str path = str_of(opened_path(input, &(PathRoom){0}));
        source->again = arena_str(&worker->sources->names, path).ptr;
    }
    note->opened = true;
    note->first = facts_object_count(worker->facts);
    worker->patch = worker->checker.partial =
        input->use == INPUT_KUSTOMIZATION || input->use == INPUT_PATCH;
    worker->checker.options = overrides_schema(worker->options, input->path);
    return file;
}

static void worker_counted(Worker *worker, const Input *input, uint32_t file, const Chunk *chunk,
                           FileNote *note)
{
    worker_chunk(worker, input, file, chunk, note);
    meter_document(worker->meter, facts_object_count(worker->facts), worker->diag.findings.len);
    meter_pass(worker->meter, STATS_PARSE);
}

/* The documents that the splitter finds in a text which starts at an offset of the file. */
static void worker_documents(Worker *worker, const Input *input, Splitter *splitter, uint64_t base,
                             uint32_t file, FileNote *note)
{
    /* Of what Ctrl-C tore the last document is not whole; what cannot be read again is looked
     * at all the same. */
    bool late = meter_stopped() && !worker->window.regular;
    Str text = splitter->stream;
    note->rendered |= base == 0 && is_rendered(text);
    if (worker->meter)
        worker->meter->stats.bytes += text.len;
    meter_pass(worker->meter, STATS_PARSE); /* whoever splits makes the reader's masks */
    for (Chunk chunk; (late || !meter_stopped()) && splitter_next(splitter, &chunk);) {
        if (note->torn && chunk.text.ptr + chunk.text.len >= text.ptr + text.len)
            break;
        chunk.base += base;
        chunk.index += worker->before.docs;
        chunk.line += worker->before.lines;
        worker_counted(worker, input, file, &chunk, note);
    }
    meter_pass(worker->meter, STATS_LOAD);
    note->count = facts_object_count(worker->facts) - note->first;
    note->docs = splitter->index;
    note->lines = splitter->line - 1;
}

/* Those of a whole file. */
static void worker_text(Worker *worker, const Input *input, Str text, FileNote *note)
{
    uint32_t file = begin_file(worker, input, note);
    if (input->use == INPUT_KUSTOMIZATION) {
        note->rendered = is_rendered(text);
        worker_patches(worker, input, text, file, note);
        note->count = facts_object_count(worker->facts) - note->first;
        return;
    }
    Splitter splitter;
    parser_split(worker->parser, &splitter, text);
    worker_documents(worker, input, &splitter, 0, file, note);
    note->cut = meter_stopped();
}

/* How a large file is to be read. */
static Windows find_windows(Worker *worker, Input *input, const FileHandle *file)
{
    input->list = worker->dump ? NULL : list_find(worker, file);
    return input->list ? list_windows(input->list, file->size) : windows_of(file);
}

/* What cannot be read twice: a little is kept in memory, more, or a List, which is read item by
 * item, is put into a file, which is read in windows like any other. */
static int worker_pipe(Worker *worker, Input *input, int fd, FileNote *note)
{
    FileHandle spilled = {.fd = -1};
    bool ended;
    worker->window.len = 0;
    worker->window.regular = false;
    if (worker->whole_files || worker->apart)
        return file_read_fd(&worker->window, fd);
    int error = file_stream(&worker->window, fd, window_due_from(), &ended);
    if (!error && !ended) {
        bool list = !worker->dump && list_is_likely(&worker->window);
        error = file_spill(&worker->window, fd, list ? 0 : window_spill_from(), &spilled);
    }
    if (error || spilled.fd < 0)
        return error;
    input->spilled = spilled.fd;
    file_free(&worker->window);
    note->windows = find_windows(worker, input, &spilled);
    if (note->windows.count) {
        error = file_open(&note->file, opened_path(input, &(PathRoom){0}));
        note->windows.count = error ? 0 : note->windows.count;
        return error;
    }
    size_t size = (size_t)spilled.size;
    error = file_read_span(&worker->window, spilled.fd, 0, size, size);
    worker->window.regular = true;
    return error;
}

bool input_is_read(const Input *input)
{
    return !input->chart_template && input->use != INPUT_DATA && input->use != INPUT_OWN &&
           (input->use != INPUT_KUSTOMIZATION || input->patch_count);
}

/* One file, to the worker's window. */
static void read_alone(Worker *worker, Input *input, FileNote *note)
{
    FileHandle file;
    if (str_eq(input->path, STR("-"))) {
        note->error = worker_pipe(worker, input, STDIN_FILENO, note);
        return;
    }
    note->error = input->named ? file_open(&file, input->path.ptr)
                               : file_open_found(&file, &worker->folder, input->path);
    if (!note->error && !file.regular) {
        note->error = worker_pipe(worker, input, file.fd, note);
    } else if (!note->error) {
        bool whole = worker->whole_files || input->use == INPUT_KUSTOMIZATION;
        note->windows = whole ? (Windows){0} : find_windows(worker, input, &file);
        if (note->windows.count) {
            note->file = file;
            return;
        }
        note->error = file_read_open(&worker->window, &file);
    }
    file_close(&file);
}

void worker_file(Worker *worker, Input *input, const Input *end, FileNote *note)
{
    note->template = input->chart_template;
    if (!input_is_read(input)) {
        worker->summary->helm_templates += input->chart_template;
        worker->summary->skipped_files += !input->chart_template && input->use == INPUT_DATA;
        return;
    }
    meter_file(worker->meter, facts_object_count(worker->facts), worker->diag.findings.len);
    meter_pass(worker->meter, STATS_LOAD);
    Str text;
    if (batch_text(&worker->batch, &worker->folder, input, end, &text)) {
        worker->window.regular = true;
        worker_text(worker, input, text, note);
        return;
    }
    read_alone(worker, input, note);
    note->torn = note->error == EINTR && meter_stopped();
    if (note->torn)
        note->error = 0;
    if (note->error || note->windows.count)
        return;
    worker_text(worker, input, str_slice(worker->window.ptr, worker->window.len), note);
    if (!worker->window.regular) {
        sources_keep(worker->sources, worker->sources->files.len - 1, worker->window);
        worker->window = (FileText){0};
    }
}

bool worker_whole_file(Worker *worker, Input *input, FileNote *note)
{
    worker->whole_files = true;
    worker_file(worker, input, NULL, note);
    worker->whole_files = false;
    if (note->error)
        cli_error("%.*s: %s", STR_ARG(input->path), strerror(note->error));
    return !note->error;
}

void worker_stream(Worker *worker, Str name, Buf *text)
{
    Input input = {.path = name};
    FileNote note = {0};
    size_t len = text->len;
    buf_repeat(text, 0, FILE_PADDING);
    FileText kept = {.ptr = text->ptr, .len = len, .cap = text->cap};
    *text = (Buf){0};
    worker_text(worker, &input, str_slice(kept.ptr, kept.len), &note);
    sources_keep(worker->sources, worker->sources->files.len - 1, kept);
}

static void read_window(Worker *worker, const Input *input, uint64_t number, uint64_t size,
                        FileNote *note)
{
    Window window;
    Splitter splitter;
    Str text = STR("");
    uint64_t base;
    note->error = window_open(&window, &worker->window, &note->file, number, size);
    if (note->error)
        return;
    worker->window.regular = true;
    uint32_t file = begin_file(worker, input, note);
    if (worker->checker.crds)
        crd_set_by_place(worker->checker.crds, true);
    parser_split(worker->parser, &splitter, text);
    while (!meter_stopped() && window_next(&window, &text, &base)) {
        splitter_go_on(&splitter, text);
        worker_documents(worker, input, &splitter, base, file, note);
    }
    note->error = window.error;
    note->cut = meter_stopped();
    window_close(&window);
    if (worker->checker.crds)
        crd_set_by_place(worker->checker.crds, false);
}

/* The same of a List. */
static void read_items(Worker *worker, const Input *input, Windows windows, uint64_t number,
                       FileNote *note)
{
    ListReader reader;
    ListStep step = LIST_END;
    worker->window.regular = true;
    list_open(&reader, worker->parser, &worker->window, &note->file, windows, number);
    uint32_t file = begin_file(worker, input, note);
    if (worker->checker.crds)
        crd_set_by_place(worker->checker.crds, true);
    meter_pass(worker->meter, STATS_PARSE);
    for (Chunk chunk; !meter_stopped() && (step = list_read(&reader, &chunk)) == LIST_ITEM;) {
        if (worker->meter)
            worker->meter->stats.bytes += chunk.text.len;
        chunk.index += worker->before.docs;
        chunk.line += worker->before.lines;
        worker_counted(worker, input, file, &chunk, note);
    }
    meter_pass(worker->meter, STATS_LOAD);
    if (step == LIST_BAD || step == LIST_MORE)
        note->error = reader.error ? reader.error : EIO; /* it was changed meanwhile */
    note->cut = meter_stopped();
    file_close(&note->file);
    note->count = facts_object_count(worker->facts) - note->first;
    note->docs = list_docs(windows, number);
    note->lines = list_lines(windows, number);
    if (worker->checker.crds)
        crd_set_by_place(worker->checker.crds, false);
}

static void read_part(Worker *worker, const Input *input, Windows windows, uint64_t number,
                      FileNote *note)
{
    if (windows.list)
        read_items(worker, input, windows, number, note);
    else
        read_window(worker, input, number, windows.size, note);
}

void worker_large_file(Worker *worker, const Input *input, FileNote *note)
{
    Windows whole = {.count = 1, .size = UINT64_MAX, .list = note->windows.list};
    read_part(worker, input, whole, 0, note);
}

void worker_window(Worker *worker, const Input *input, Windows windows, uint64_t number,
                   FileNote *note)
{
    note->continues = number > 0;
    note->more = number + 1 < windows.count;
    note->error = file_open(&note->file, opened_path(input, &(PathRoom){0}));
    if (!note->error)
        read_part(worker, input, windows, number, note);
}

/* ---- deferred objects ---- */

static bool find_item(const Document *doc, uint32_t items, int32_t *left, uint32_t *found)
{
    for (uint32_t at = node_first(items); at < node_end(doc, items); at = node_after(doc, at)) {
        uint32_t nested = schema_list_items(doc, at);
        if (nested != BASE_NONE) {
            if (find_item(doc, nested, left, found))
                return true;
        } else if ((*left)-- == 0) {
            *found = at;
            return true;
        }
    }
    return false;
}

static const SchemaOptions *file_options(const Worker *worker, const SourceFile *file)
{
    return file->kept ? &worker->options->schema : overrides_schema(worker->options, file->name);
}

/* Parses a document once more; what that reports was reported before. */
static bool read_document(Worker *worker, uint32_t doc_index, Document *doc)
{
    const SourceDoc *source = &worker->sources->docs.at[doc_index];
    const SourceFile *file = &worker->sources->files.at[source->file];
    Chunk chunk = {
        .base = source->base,
        .index = source->index,
        .line = source->line,
        .column = source->column,
        .json = source->json,
        .item = source->item,
    };
    if (file->kept) {
        chunk.text = str_slice(file->kept->ptr + source->base, source->size);
    } else {
        if (file_read_at(&worker->window, file->again ? file->again : file->name.ptr, source->base,
                         source->size))
            return false;
        chunk.text = str_slice(worker->window.ptr, worker->window.len);
    }
    if (source->item && !source->json && !file->kept)
        list_blank(worker->window.ptr);
    worker->checker.options = file_options(worker, file);
    uint32_t first_finding = worker->diag.findings.len;
    ParserStatus status = parser_read(worker->parser, &chunk, doc_index, &worker->diag, doc);
    worker->diag.findings.len = first_finding;
    doc->root = 0;
    doc->item = item_of(source);
    doc->object = BASE_NONE;
    return status == PARSER_OK;
}

bool worker_reread(Worker *worker, uint32_t doc_index, int32_t item, Document *doc)
{
    if (!read_document(worker, doc_index, doc))
        return false;
    doc->item = item;
    uint32_t items = schema_list_items(doc, 0);
    int32_t left = item;
    return items == BASE_NONE || find_item(doc, items, &left, &doc->root);
}

bool worker_again(Worker *worker, uint32_t doc_index, int32_t item, uint32_t object,
                  ObjectPass pass)
{
    Document doc;
    if (!worker_reread(worker, doc_index, item, &doc))
        return false;
    doc.object = object;
    schema_head(&doc, doc.root, &worker->head);
    pass(worker, &doc);
    return true;
}

bool worker_deferred(Worker *worker, const Deferred *deferred, ObjectPass pass)
{
    int32_t item = facts_object(worker->facts, deferred->object)->item;
    worker->patch = worker->checker.partial = deferred->patch;
    if (!deferred->kept)
        return worker_again(worker, deferred->doc, item, deferred->object, pass);
    uint32_t file = worker->sources->docs.at[deferred->doc].file;
    arena_reset(parser_arena(worker->parser)); /* what the one before needed */
    worker->checker.options = file_options(worker, &worker->sources->files.at[file]);
    Document doc = *deferred->kept;
    doc.source = deferred->doc;
    doc.object = deferred->object;
    doc.root = deferred->root;
    doc.item = item;
    schema_head(&doc, doc.root, &worker->head);
    pass(worker, &doc);
    return true;
}

static void pass_items(Worker *worker, Document *doc, uint32_t items, int32_t *next_item,
                       ObjectPass pass)
{
    for (uint32_t at = node_first(items); at < node_end(doc, items); at = node_after(doc, at)) {
        uint32_t nested = schema_list_items(doc, at);
        if (nested != BASE_NONE) {
            pass_items(worker, doc, nested, next_item, pass);
            continue;
        }
        doc->root = at;
        doc->item = (*next_item)++;
        schema_head(doc, at, &worker->head);
        pass(worker, doc);
    }
}

bool worker_again_items(Worker *worker, uint32_t doc_index, ObjectPass pass)
{
    Document doc;
    int32_t next_item = 0;
    if (!read_document(worker, doc_index, &doc))
        return false;
    schema_head(&doc, 0, &worker->head);
    if (worker->head.items == BASE_NONE)
        pass(worker, &doc);
    else
        pass_items(worker, &doc, worker->head.items, &next_item, pass);
    return true;
}
