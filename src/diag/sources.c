/* Files and documents, and the way from an offset back to its line.
 *
 * Documents are forgotten after they were checked; when a report wants a line, the
 * document's bytes are read again, and kept until a place in another is asked for.
 * Landmarks every few kilobytes bound what is counted for one place, so that many
 * places cost as much each as few, also where the document is one long line. */
#include "diag/diag.h"

#include <stdlib.h>

enum {
    LANDMARK_STEP = 16 * 1024,  /* bytes */
    EXCERPT_AROUND = 1024,      /* bytes kept of a line on either side of where a range starts */
};

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
        vec_push(&into->docs, doc);
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

/* Sorts them and makes one of those that overlap. */
static void sort_redactions(Sources *sources)
{
    if (sources->redactions_sorted || sources->redactions.len == 0)
        return;
    Redaction *all = sources->redactions.at;
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
    sources->redactions_sorted = true;
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
    vec_clear(&sources->landmarks);
    return true;
}

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

/* The line and column of a place in the window. */
static Landmark window_place(Sources *sources, size_t offset)
{
    Str text = sources->window_text;
    if (sources->landmarks.len == 0)
        vec_push(&sources->landmarks, ((Landmark){0}));
    for (;;) {
        Landmark next = sources->landmarks.at[sources->landmarks.len - 1];
        size_t to = (size_t)sources->landmarks.len * LANDMARK_STEP;
        if (to > offset)
            break;
        for (unsigned i = 0; i < 3 && is_inside_character(text, to); i++)
            to++;
        landmark_move(&next, text, to);
        vec_push(&sources->landmarks, next);
    }
    size_t last = offset / LANDMARK_STEP;
    if (sources->landmarks.at[last].offset > offset)
        last--;
    Landmark place = sources->landmarks.at[last];
    landmark_move(&place, text, offset);
    return place;
}

static uint32_t columns(Str text, size_t to)
{
    return (uint32_t)utf8_count(str_slice(text.ptr, to));
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
    uint32_t next = redaction_at(sources, sources->window_doc, start);
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
    located->caret_start = columns(located->excerpt, caret_from);
    located->caret_width =
        caret_to > caret_from ? columns(located->excerpt, caret_to) - located->caret_start : 1;
}

/* The line that starts at start, or what stands around the range where it is long. */
static void locate_excerpt(Sources *sources, Located *located, size_t start, size_t from, size_t to)
{
    Str text = sources->window_text;
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
    excerpt_cut(sources, located, start, end, from, to < end ? to : end);
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
    located.made_from = sources_template(sources, place.doc);
    if (!window_load(sources, place.doc)) {
        located.unreadable = true;
        located.line = doc->line;
        return located;
    }
    Str text = sources->window_text;
    size_t from = place.offset < text.len ? place.offset : text.len;
    size_t to = from + place.length < text.len ? from + place.length : text.len;
    Landmark first = window_place(sources, from), last = window_place(sources, to);
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
    locate_excerpt(sources, &located, start, from, to);
    return located;
}

void sources_free(Sources *sources)
{
    for (uint32_t i = 0; i < sources->files.len; i++)
        file_free(&sources->files.at[i].text);
    arena_free(&sources->names);
    vec_free(&sources->files);
    vec_free(&sources->docs);
    vec_free(&sources->templates);
    vec_free(&sources->redactions);
    vec_free(&sources->landmarks);
    file_free(&sources->window);
    buf_free(&sources->excerpt);
    *sources = (Sources){.window_doc = BASE_NONE};
}
