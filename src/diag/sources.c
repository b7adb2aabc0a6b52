/* Files and documents, and the way from an offset back to its line.
 *
 * Documents are forgotten after they were checked; when a report wants a line, the
 * document's bytes are read again, with some of what follows, since findings come in the
 * order of the file.  The last few documents are kept: a finding's notes are often in
 * another one.  Landmarks every few kilobytes bound what is counted for one place, so that
 * many places cost as much each as few, also where the document is one long line. */
#include "diag/diag.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    LANDMARK_STEP = 16 * 1024,  /* bytes */
    READ_AHEAD = 32 * 1024,     /* bytes that are read at once, if the document has fewer */
    READ_ACROSS = 8 * 1024,     /* that nobody asks for, to save a read */
    EXPECTED_LOOKED_AT = 32,
    EXCERPT_AROUND = 1024,      /* bytes kept of a line on either side of where a range starts */
};

/* Nothing was looked at yet. */
static void views_init(Sources *sources)
{
    sources->fd = -1;
    sources->excerpt = (Buf){0};
    sources_expect(sources, NULL, 0);
    for (size_t i = 0; i < SOURCES_VIEWS; i++)
        sources->views[i] = (SourceView){.doc = BASE_NONE, .file = BASE_NONE};
}

void sources_init(Sources *sources)
{
    *sources = (Sources){0};
    views_init(sources);
}

uint32_t sources_add_file(Sources *sources, Str name)
{
    return sources_add_input(sources, arena_str(&sources->names, name));
}

uint32_t sources_add_input(Sources *sources, Str name)
{
    SourceFile file = {.name = name};
    vec_push(&sources->files, file);
    return sources->files.len - 1;
}

void sources_keep(Sources *sources, uint32_t file, FileText text)
{
    FileText *kept = mem_resize(NULL, sizeof *kept);
    *kept = text;
    sources->files.at[file].kept = kept;
}

uint32_t sources_add_doc(Sources *sources, SourceDoc doc)
{
    const SourceDoc *last = sources->docs.len ? &sources->docs.at[sources->docs.len - 1] : NULL;
    if (last && (doc.file < last->file || (doc.file == last->file && doc.index <= last->index)))
        sources->scattered = true;
    vec_push(&sources->docs, doc);
    return sources->docs.len - 1;
}

void sources_set_template(Sources *sources, uint32_t doc, SourceTemplate from)
{
    /* The documents of one template mostly stand side by side. */
    uint32_t count = sources->templates.len;
    if (count == 0 || !str_eq(sources->templates.at[count - 1].name, from.name)) {
        SourceTemplate kept = {arena_str(&sources->names, from.name),
                               arena_str(&sources->names, from.file)};
        vec_push(&sources->templates, kept);
    }
    sources->docs.at[doc].made_from = sources->templates.len;
}

const SourceTemplate *sources_template(const Sources *sources, uint32_t doc)
{
    uint32_t number = sources->docs.at[doc].made_from;
    return number ? &sources->templates.at[number - 1] : NULL;
}

void sources_merge(Sources *into, Sources *from, SourcesBefore before)
{
    uint32_t doc_base = into->docs.len;
    uint32_t file_base = into->files.len - before.continues;
    if (from->files.len)
        vec_append(&into->files, from->files.at + before.continues,
                   from->files.len - before.continues);
    for (uint32_t i = 0; i < from->docs.len; i++) {
        SourceDoc doc = from->docs.at[i];
        if (before.continues && doc.file == 0) {
            doc.index += before.docs;
            doc.line += before.lines;
        }
        doc.file += file_base;
        if (doc.made_from)
            doc.made_from += into->templates.len;
        sources_add_doc(into, doc);
    }
    for (uint32_t i = 0; i < from->redactions.len; i++) {
        Redaction redaction = from->redactions.at[i];
        redaction.doc += doc_base;
        vec_push(&into->redactions, redaction);
    }
    into->redactions_sorted = false;
    vec_append(&into->templates, from->templates.at, from->templates.len);
    arena_adopt(&into->names, &from->names);
    vec_clear(&from->files);
    vec_clear(&from->docs);
    vec_clear(&from->redactions);
    vec_clear(&from->templates);
}

void sources_redact(Sources *sources, uint32_t doc, uint32_t offset, uint32_t length)
{
    Redaction redaction = {doc, offset, length};
    vec_push(&sources->redactions, redaction);
    sources->redactions_sorted = false;
}

void sources_redact_values(Sources *sources, uint32_t doc, Str text)
{
    for (size_t start = 0; start < text.len;) {
        Str line = str_slice(text.ptr + start, text.len - start);
        line.len = str_find(line, '\n');
        size_t colon = str_find(line, ':');
        size_t from = colon < line.len ? colon + 1 : 0;
        if (from < line.len)
            sources_redact(sources, doc, (uint32_t)(start + from), (uint32_t)(line.len - from));
        start += line.len + 1;
    }
}

static int compare_redactions(const void *left, const void *right)
{
    const Redaction *a = left, *b = right;
    if (a->doc != b->doc)
        return a->doc < b->doc ? -1 : 1;
    return compare_uint(a->offset, b->offset);
}

/* They mostly come in their order, and apart. */
static bool redactions_stand_apart(const Redaction *all, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        if (all[i].doc < all[i - 1].doc ||
            (all[i].doc == all[i - 1].doc &&
             all[i].offset <= (uint64_t)all[i - 1].offset + all[i - 1].length))
            return false;
    return true;
}

/* Sorts them and makes one of those that overlap. */
static void sort_redactions(Sources *sources)
{
    Redaction *all = sources->redactions.at;
    bool sorted = sources->redactions_sorted || redactions_stand_apart(all, sources->redactions.len);
    sources->redactions_sorted = true;
    if (sorted)
        return;
    qsort(all, sources->redactions.len, sizeof *all, compare_redactions);
    uint32_t kept = 0;
    for (uint32_t i = 1; i < sources->redactions.len; i++) {
        uint32_t end = all[kept].offset + all[kept].length;
        if (all[i].doc != all[kept].doc || all[i].offset > end)
            all[++kept] = all[i];
        else if (all[i].offset + all[i].length > end)
            all[kept].length = all[i].offset + all[i].length - all[kept].offset;
    }
    sources->redactions.len = kept + 1;
}

/* The first redaction that ends behind a place, as an index. */
static uint32_t redaction_at(Sources *sources, uint32_t doc, size_t offset)
{
    sort_redactions(sources);
    uint32_t low = 0, high = sources->redactions.len;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const Redaction *at = &sources->redactions.at[middle];
        if (at->doc < doc || (at->doc == doc && (size_t)at->offset + at->length <= offset))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- the documents that are looked at ---- */

static bool view_holds(const SourceView *view, const SourceDoc *doc)
{
    return view->file == doc->file && view->base <= doc->base &&
           doc->base + doc->size <= view->base + view->bytes.len;
}

static void fd_close(Sources *sources)
{
    if (sources->fd >= 0)
        close(sources->fd);
    sources->fd = -1;
}

/* Opens the file, which stays open until another is asked for; the descriptor, or -1. */
static int fd_open(Sources *sources, uint32_t index)
{
    const SourceFile *file = &sources->files.at[index];
    if (sources->fd >= 0 && sources->fd_file == index)
        return sources->fd;
    fd_close(sources);
    sources->fd = open(file->again ? file->again : file->name.ptr, O_RDONLY | O_CLOEXEC);
    sources->fd_file = index;
    return sources->fd;
}

void sources_expect(Sources *sources, const uint32_t *docs, uint32_t count)
{
    sources->expected = docs;
    sources->expected_count = count;
    sources->expected_next = 0;
}

/* Bytes of a file. */
typedef struct Stretch {
    uint64_t from, to;
} Stretch;

/* What is read to have a document: some of what follows, or, where it is known what will be
 * asked for, the documents of that which lie close. */
static Stretch view_stretch(Sources *sources, uint32_t doc_index)
{
    const SourceDoc *docs = sources->docs.at, *doc = &docs[doc_index];
    Stretch all = {doc->base, doc->base + doc->size};
    uint32_t at = sources->expected_next;
    while (at < sources->expected_count && sources->expected[at] != doc_index)
        at++;
    if (at == sources->expected_count) {
        if (doc->size < READ_AHEAD)
            all.to = doc->base + READ_AHEAD;
        return all;
    }
    sources->expected_next = at;
    for (uint32_t i = 0; i < EXPECTED_LOOKED_AT && ++at < sources->expected_count; i++) {
        const SourceDoc *other = &docs[sources->expected[at]];
        uint64_t to = other->base + other->size;
        if (other->file != doc->file || other->base > all.to + READ_ACROSS ||
            to + READ_ACROSS < all.from)
            continue;
        Stretch more = {other->base < all.from ? other->base : all.from, to > all.to ? to : all.to};
        if (more.to - more.from <= READ_AHEAD)
            all = more;
    }
    return all;
}

/* Reads what is to be seen; false if it cannot be had. */
static bool view_read(Sources *sources, SourceView *view, uint32_t doc_index)
{
    const SourceDoc *doc = &sources->docs.at[doc_index];
    Stretch all = view_stretch(sources, doc_index);
    view->file = BASE_NONE;
    view->bytes.len = 0;
    int fd = fd_open(sources, doc->file);
    if (fd < 0 || file_read_span(&view->bytes, fd, all.from,
                                 (size_t)(doc->base + doc->size - all.from),
                                 (size_t)(all.to - all.from)))
        return false;
    view->file = doc->file;
    view->base = all.from;
    return true;
}

/* The view of the document, or the one that is to take it: if its bytes are there already
 * the one that has them, else the one that was not used for longest. */
static SourceView *view_choose(Sources *sources, uint32_t doc_index)
{
    SourceView *chosen = NULL;
    for (SourceView *view = sources->views; view < sources->views + SOURCES_VIEWS; view++) {
        if (view->doc == doc_index)
            return view;
        if (view_holds(view, &sources->docs.at[doc_index]))
            chosen = view;
    }
    if (chosen)
        return chosen;
    chosen = sources->views;
    for (SourceView *view = sources->views; view < sources->views + SOURCES_VIEWS; view++)
        if (view->used < chosen->used)
            chosen = view;
    return chosen;
}

/* NULL if the document's bytes cannot be had. */
static SourceView *view_open(Sources *sources, uint32_t doc_index)
{
    SourceView *view = view_choose(sources, doc_index);
    view->used = ++sources->looks;
    if (view->doc == doc_index)
        return view;
    const SourceDoc *doc = &sources->docs.at[doc_index];
    const SourceFile *file = &sources->files.at[doc->file];
    view->doc = BASE_NONE;
    if (file->kept) {
        if (doc->base + doc->size > file->kept->len)
            return NULL;
        view->text = str_slice(file->kept->ptr + doc->base, doc->size);
    } else {
        if (!view_holds(view, doc) && !view_read(sources, view, doc_index))
            return NULL;
        view->text = str_slice(view->bytes.ptr + (doc->base - view->base), doc->size);
    }
    view->doc = doc_index;
    view->last = (Landmark){0};
    vec_clear(&view->landmarks);
    return view;
}

/* ---- lines and columns ---- */

/* Moves a landmark forward. */
static void landmark_move(Landmark *landmark, Str text, size_t to)
{
    size_t from = landmark->offset;
    const char *end = text.ptr + to, *newline;
    for (const char *at = text.ptr + from;
         (newline = memchr(at, '\n', (size_t)(end - at))) != NULL; at = newline + 1) {
        landmark->line++;
        landmark->line_start = (uint32_t)(newline + 1 - text.ptr);
        landmark->column = 0;
        from = landmark->line_start;
    }
    landmark->column += (uint32_t)utf8_count(str_slice(text.ptr + from, to - from));
    landmark->offset = (uint32_t)to;
}

static bool is_inside_character(Str text, size_t at)
{
    return at < text.len && ((unsigned char)text.ptr[at] & 0xC0) == 0x80;
}

/* The line and column of a place in the document. */
static Landmark view_place(SourceView *view, size_t offset)
{
    if (view->landmarks.len == 0)
        vec_push(&view->landmarks, ((Landmark){0}));
    for (;;) {
        Landmark next = view->landmarks.at[view->landmarks.len - 1];
        size_t to = (size_t)view->landmarks.len * LANDMARK_STEP;
        if (to > offset)
            break;
        for (unsigned i = 0; i < 3 && is_inside_character(view->text, to); i++)
            to++;
        landmark_move(&next, view->text, to);
        vec_push(&view->landmarks, next);
    }
    size_t step = offset / LANDMARK_STEP;
    if (view->landmarks.at[step].offset > offset)
        step--;
    Landmark place = view->landmarks.at[step];
    if (view->last.offset > place.offset && view->last.offset <= offset)
        place = view->last;
    landmark_move(&place, view->text, offset);
    if (!is_inside_character(view->text, offset)) /* from there characters are miscounted */
        view->last = place;
    return place;
}

/* ---- excerpts ---- */

static uint32_t columns(Str text, size_t to)
{
    return (uint32_t)utf8_count(str_slice(text.ptr, to));
}

/* Bytes of an excerpt that a range takes. */
typedef struct Carets {
    size_t from, to;
} Carets;

/* Writes the line [start, end) into the excerpt, hiding what is redacted, the first of
 * which is `next`, and finds where the range lies in what was written. */
static Carets excerpt_redact(Sources *sources, const SourceView *view, size_t start, size_t end,
                             Carets range, uint32_t next)
{
    Str text = view->text;
    Buf *excerpt = &sources->excerpt;
    excerpt->len = 0;
    Carets carets = {SIZE_MAX, 0};
    for (size_t at = start; at <= end; at++) {
        const Redaction *hide = NULL;
        while (next < sources->redactions.len) {
            hide = &sources->redactions.at[next];
            if (hide->doc == view->doc && (size_t)hide->offset + hide->length <= at) {
                next++;
                hide = NULL;
                continue;
            }
            if (hide->doc != view->doc || hide->offset > at)
                hide = NULL;
            break;
        }
        if (at >= range.from && carets.from == SIZE_MAX)
            carets.from = excerpt->len;
        if (at == end)
            break;
        if (hide && text.ptr[at] != ' ' && text.ptr[at] != '\t') {
            size_t stop = (size_t)hide->offset + hide->length;
            stop = stop < end ? stop : end;
            if (range.from > at && range.from < stop)
                carets.from = excerpt->len;
            buf_text(excerpt, "***");
            at = stop - 1;
        } else {
            buf_byte(excerpt, text.ptr[at]);
        }
        if (at < range.to)
            carets.to = excerpt->len;
    }
    if (carets.from > excerpt->len)
        carets.from = excerpt->len;
    return carets;
}

/* Makes the line [start, end) the excerpt, and counts its carets. */
static void excerpt_cut(Sources *sources, const SourceView *view, Located *located, size_t start,
                        size_t end, Carets range)
{
    Carets carets;
    uint32_t next = redaction_at(sources, view->doc, start);
    if (next < sources->redactions.len && sources->redactions.at[next].doc == view->doc &&
        sources->redactions.at[next].offset < end) {
        carets = excerpt_redact(sources, view, start, end, range, next);
        located->excerpt = buf_slice(&sources->excerpt);
    } else {
        carets.from = (range.from < end ? range.from : end) - start;
        carets.to = range.to > start ? range.to - start : 0;
        located->excerpt = str_slice(view->text.ptr + start, end - start);
    }
    located->caret_start = columns(located->excerpt, carets.from);
    located->caret_width =
        carets.to > carets.from ? columns(located->excerpt, carets.to) - located->caret_start : 1;
}

/* The line that starts at start, or what stands around the range where it is long. */
static void locate_excerpt(Sources *sources, const SourceView *view, Located *located, size_t start,
                           size_t from, size_t to)
{
    Str text = view->text;
    if (from - start > EXCERPT_AROUND) {
        start = from - EXCERPT_AROUND;
        while (start < from && is_inside_character(text, start))
            start++;
        located->cut_before = true;
    }
    size_t room = text.len - from < EXCERPT_AROUND ? text.len - from : EXCERPT_AROUND;
    size_t end = from + str_find(str_slice(text.ptr + from, room), '\n');
    if (end == from + EXCERPT_AROUND) {
        while (is_inside_character(text, end))
            end--;
        located->cut_after = true;
    } else if (end > start && text.ptr[end - 1] == '\r') {
        end--;
    }
    excerpt_cut(sources, view, located, start, end, (Carets){from, to < end ? to : end});
}

Located sources_locate(Sources *sources, Place place)
{
    Located located = {.file = STR(""), .doc = BASE_NONE, .excerpt = STR("")};
    if (place.doc == BASE_NONE) {
        if (place.file != BASE_NONE)
            located.file = sources->files.at[place.file].name;
        return located;
    }
    const SourceDoc *doc = &sources->docs.at[place.doc];
    located.file = sources->files.at[doc->file].name;
    located.doc = source_doc_index(doc);
    located.made_from = sources_template(sources, place.doc);
    SourceView *view = view_open(sources, place.doc);
    if (!view) {
        located.unreadable = true;
        located.line = doc->line;
        return located;
    }
    Str text = view->text;
    size_t from = place.offset < text.len ? place.offset : text.len;
    size_t to = from + place.length < text.len ? from + place.length : text.len;
    Landmark first = view_place(view, from), last = view_place(view, to);
    /* A byte order mark is no column. */
    bool marked = doc->base == 0 && str_starts(text, STR("\xEF\xBB\xBF"));
    size_t start = first.line_start;
    if (marked && start == 0 && from >= 3) {
        start = 3;
        first.column--;
    }
    if (marked && last.line_start == 0 && to >= 3)
        last.column--;
    located.line = doc->line + first.line;
    located.column = (first.line ? 1 : doc->column) + first.column;
    located.end_line = doc->line + last.line;
    located.end_column = (last.line ? 1 : doc->column) + last.column;
    locate_excerpt(sources, view, &located, start, from, to);
    return located;
}

Sources sources_reader(Sources *sources)
{
    sort_redactions(sources);
    Sources reader = *sources;
    views_init(&reader);
    return reader;
}

void sources_reader_free(Sources *reader)
{
    for (size_t i = 0; i < SOURCES_VIEWS; i++) {
        vec_free(&reader->views[i].landmarks);
        file_free(&reader->views[i].bytes);
    }
    buf_free(&reader->excerpt);
    fd_close(reader);
}

void sources_free(Sources *sources)
{
    for (uint32_t i = 0; i < sources->files.len; i++) {
        FileText *kept = sources->files.at[i].kept;
        if (kept)
            file_free(kept);
        mem_free(kept);
    }
    arena_free(&sources->names);
    vec_free(&sources->files);
    vec_free(&sources->docs);
    vec_free(&sources->templates);
    vec_free(&sources->redactions);
    sources_reader_free(sources);
    sources_init(sources);
}
