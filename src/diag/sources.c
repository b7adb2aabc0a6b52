/* Files and documents, and the way from an offset back to its line.
 *
 * Documents are forgotten after they were checked; when a report wants a line, the
 * document's bytes are read again.  Findings come sorted, so the document that was
 * read last and the line reached in it are kept, and one pass over a document
 * serves all of its findings. */
#include "diag/diag.h"

#include <stdlib.h>

void sources_init(Sources *sources) { *sources = (Sources){.window_doc = BASE_NONE}; }

uint32_t sources_add_file(Sources *sources, Str name)
{
    SourceFile file = {.name = arena_str(&sources->names, name)};
    vec_push(&sources->files, file);
    return sources->files.len - 1;
}

uint32_t sources_add_doc(Sources *sources, SourceDoc doc)
{
    vec_push(&sources->docs, doc);
    return sources->docs.len - 1;
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
    return (a->offset > b->offset) - (a->offset < b->offset);
}

/* The first redaction of a document, as an index. */
static uint32_t first_redaction(Sources *sources, uint32_t doc)
{
    if (!sources->redactions_sorted && sources->redactions.len) {
        qsort(sources->redactions.at, sources->redactions.len, sizeof(Redaction),
              compare_redactions);
        sources->redactions_sorted = true;
    }
    uint32_t low = 0, high = sources->redactions.len;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (sources->redactions.at[middle].doc < doc)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Brings the document's bytes into the window; false if they cannot be had. */
static bool window_load(Sources *sources, uint32_t doc_index)
{
    if (sources->window_doc == doc_index)
        return true;
    const SourceDoc *doc = &sources->docs.at[doc_index];
    const SourceFile *file = &sources->files.at[doc->file];
    sources->window_doc = BASE_NONE;
    if (file->kept) {
        if (doc->base + doc->size > file->text.len)
            return false;
        sources->window_text = str_slice(file->text.ptr + doc->base, doc->size);
    } else {
        if (file_read_at(&sources->window, file->name.ptr, doc->base, doc->size))
            return false;
        sources->window_text = str_slice(sources->window.ptr, sources->window.len);
    }
    sources->window_doc = doc_index;
    sources->window_line = 0;
    sources->window_start = 0;
    return true;
}

/* Moves the kept line to the one that holds offset. */
static void window_seek(Sources *sources, size_t offset)
{
    if (offset < sources->window_start) {
        sources->window_line = 0;
        sources->window_start = 0;
    }
    Str text = sources->window_text;
    for (;;) {
        Str rest = str_slice(text.ptr + sources->window_start, text.len - sources->window_start);
        size_t line_end = sources->window_start + str_find(rest, '\n');
        if (line_end >= offset || line_end >= text.len)
            return;
        sources->window_start = line_end + 1;
        sources->window_line++;
    }
}

static uint32_t columns(Str text, size_t from, size_t to)
{
    return (uint32_t)utf8_count(str_slice(text.ptr + from, to - from));
}

/* Writes the line [start, end) into the excerpt, hiding what is redacted, and finds
 * where the range [from, to) lies in what was written. */
static void excerpt_cut(Sources *sources, Located *located, size_t start, size_t end, size_t from,
                        size_t to)
{
    Str text = sources->window_text;
    Buf *excerpt = &sources->excerpt;
    excerpt->len = 0;
    size_t caret_from = SIZE_MAX, caret_to = 0; /* bytes of the excerpt */
    uint32_t next = first_redaction(sources, sources->window_doc);
    for (size_t at = start; at <= end; at++) {
        const Redaction *hide = NULL;
        while (next < sources->redactions.len) {
            hide = &sources->redactions.at[next];
            if (hide->doc == sources->window_doc && (size_t)hide->offset + hide->length <= at) {
                next++;
                hide = NULL;
                continue;
            }
            if (hide->doc != sources->window_doc || hide->offset > at)
                hide = NULL;
            break;
        }
        if (at >= from && caret_from == SIZE_MAX)
            caret_from = excerpt->len;
        if (at == end)
            break;
        if (hide && text.ptr[at] != ' ' && text.ptr[at] != '\t') {
            size_t stop = (size_t)hide->offset + hide->length;
            stop = stop < end ? stop : end;
            if (from > at && from < stop)
                caret_from = excerpt->len;
            buf_text(excerpt, "***");
            at = stop - 1;
        } else {
            buf_byte(excerpt, text.ptr[at]);
        }
        if (at < to)
            caret_to = excerpt->len;
    }
    located->excerpt = buf_slice(excerpt);
    if (caret_from > excerpt->len)
        caret_from = excerpt->len;
    located->caret_start = columns(located->excerpt, 0, caret_from);
    located->caret_width = caret_to > caret_from ? columns(located->excerpt, caret_from, caret_to) : 1;
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
    located.doc = doc->index;
    if (!window_load(sources, place.doc)) {
        located.unreadable = true;
        located.line = doc->line;
        return located;
    }
    Str text = sources->window_text;
    size_t from = place.offset < text.len ? place.offset : text.len;
    size_t to = from + place.length < text.len ? from + place.length : text.len;
    window_seek(sources, from);
    size_t start = sources->window_start;
    /* A byte order mark is no column. */
    if (start == 0 && doc->base == 0 && str_starts(text, STR("\xEF\xBB\xBF")) && from >= 3)
        start = 3;
    size_t line_end = start + str_find(str_slice(text.ptr + start, text.len - start), '\n');
    uint32_t first_column = sources->window_line == 0 ? doc->column : 1;
    located.line = doc->line + sources->window_line;
    located.column = first_column + columns(text, start, from);
    size_t shown = line_end > start && text.ptr[line_end - 1] == '\r' ? line_end - 1 : line_end;
    excerpt_cut(sources, &located, start, shown, from, to < shown ? to : shown);

    window_seek(sources, to);
    size_t last = sources->window_start;
    located.end_line = doc->line + sources->window_line;
    located.end_column = last == 0 || last < start
                             ? first_column + columns(text, start, to)
                             : 1 + columns(text, last, to);
    return located;
}

void sources_free(Sources *sources)
{
    for (uint32_t i = 0; i < sources->files.len; i++)
        file_free(&sources->files.at[i].text);
    arena_free(&sources->names);
    vec_free(&sources->files);
    vec_free(&sources->docs);
    vec_free(&sources->redactions);
    file_free(&sources->window);
    buf_free(&sources->excerpt);
    *sources = (Sources){.window_doc = BASE_NONE};
}
