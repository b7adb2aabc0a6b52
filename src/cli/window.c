/* Windows: a large file is read in parts, so that memory does not grow with it and several
 * threads share it.  They are small where the file is, so that there is one for each thread, and
 * grow to a few megabytes, since what a window has met is joined to what stands before it.
 *
 * A window is the documents behind the first cut at or after a multiple of its size, up
 * to the first cut at or after the next.  A cut is behind a line that starts with --- and
 * stands behind one that does not, so that whoever starts there splits as whoever read
 * on from the start (parser.h: splitter_is_cuttable).  Where cuts are depends on nothing
 * but the text: each window is found without the others.
 *
 * It is read in pieces, each up to the last cut that was read, since a text that fits a
 * core's own cache is copied there by the kernel and read from there three times. */
#include "cli/run.h"

#include <errno.h>
#include <unistd.h>

#ifdef PLIMSOLL_WINDOW /* small, for tests */
enum { WINDOW_LEAST = PLIMSOLL_WINDOW, WINDOW_MOST = 2 * WINDOW_LEAST };
enum { FILE_LEAST = 4 * WINDOW_LEAST, SPILL_FROM = FILE_LEAST };
#else
enum { WINDOW_LEAST = 256 * 1024, WINDOW_MOST = 4 * 1024 * 1024 };
enum { FILE_LEAST = WINDOW_LEAST, SPILL_FROM = 4 * WINDOW_MOST };
#endif
_Static_assert((size_t)WINDOW_LEAST >= (size_t)WINDOW_PIECE, "a window is some pieces");
enum { WINDOWS_ENOUGH = 32 }; /* for the threads that there may be */

size_t window_due_from(void) { return FILE_LEAST; }

size_t window_spill_from(void) { return SPILL_FROM; }

bool window_is_due(const FileHandle *file) { return file->regular && file->size >= FILE_LEAST; }

uint64_t window_size(uint64_t size)
{
    uint64_t window = WINDOW_LEAST;
    while (window < WINDOW_MOST && size / window >= WINDOWS_ENOUGH)
        window *= 2;
    return window;
}

Windows windows_of(const FileHandle *file)
{
    char head[SPLITTER_HEAD];
    Windows windows = {0};
    if (!window_is_due(file))
        return windows;
    ssize_t length = pread(file->fd, head, sizeof head, 0);
    if (length <= 0 || !splitter_is_cuttable(str_slice(head, (size_t)length)))
        return windows;
    windows.size = window_size(file->size);
    windows.count = (file->size + windows.size - 1) / windows.size;
    return windows;
}

typedef enum CutAnswer { CUT_FOUND, CUT_NONE, CUT_UNKNOWN } CutAnswer;

/* The first cut of [from, limit) of the text; it lies where the line before its separator
 * begins, or more exactly where the end of the line before that one is, since that much
 * has to be seen.  Unknown where the text ends too early to tell. */
static CutAnswer find_cut(Str text, size_t from, size_t limit, size_t *cut)
{
    const char *end = text.ptr + text.len;
    const char *line = memchr(text.ptr + from, '\n', text.len - from);
    if (!line || (size_t)(line - text.ptr) >= limit)
        return text.len >= limit ? CUT_NONE : CUT_UNKNOWN;
    for (const char *at = line + 1; at < end;) {
        const char *hit = memmem(at, (size_t)(end - at), "\n---", 4);
        if (!hit)
            break;
        const char *before = bytes_last(line, '\n', (size_t)(hit - line));
        if ((size_t)(before - text.ptr) >= limit)
            return CUT_NONE;
        at = hit + 1;
        if (str_starts(str_slice(before + 1, (size_t)(hit - before)), STR("---")))
            continue;
        const char *behind = memchr(at, '\n', (size_t)(end - at));
        if (!behind)
            return CUT_UNKNOWN;
        *cut = (size_t)(behind + 1 - text.ptr);
        return CUT_FOUND;
    }
    /* The last line that begins before the limit is followed by no cut. */
    const char *last = limit < text.len ? memchr(text.ptr + limit, '\n', text.len - limit) : NULL;
    return last && end - last > 4 ? CUT_NONE : CUT_UNKNOWN;
}

/* The last cut of a text that starts with a line, or 0. */
static size_t last_cut(Str text)
{
    const char *behind = bytes_last(text.ptr, '\n', text.len);
    while (behind && behind > text.ptr) {
        const char *before = bytes_last(text.ptr, '\n', (size_t)(behind - text.ptr));
        if (!before)
            break;
        if (str_starts(str_slice(before + 1, (size_t)(behind - before - 1)), STR("---"))) {
            const char *line = bytes_last(text.ptr, '\n', (size_t)(before - text.ptr));
            line = line ? line + 1 : text.ptr;
            if (!str_starts(str_slice(line, (size_t)(before - line)), STR("---")))
                return (size_t)(behind + 1 - text.ptr);
        }
        behind = before;
    }
    return 0;
}

/* Up to a piece, or as much again as there is; false at the file's end, and after errors. */
static bool read_on(Window *window)
{
    FileText *text = window->text;
    size_t had = text->len, more = had < WINDOW_PIECE / 2 ? WINDOW_PIECE - had : had;
    window->error = file_read_more(text, window->file.fd, window->base + had, more);
    return !window->error && text->len > had;
}

/* find_cut, reading on until it is known; false: there is none. */
static bool read_cut(Window *window, size_t from, size_t limit, size_t *cut)
{
    do {
        CutAnswer answer =
            find_cut(str_slice(window->text->ptr, window->text->len), from, limit, cut);
        if (answer != CUT_UNKNOWN)
            return answer == CUT_FOUND;
    } while (read_on(window));
    return false;
}

void window_close(Window *window) { file_close(&window->file); }

int window_open(Window *window, FileText *text, FileHandle *file, uint64_t number, uint64_t size)
{
    *window = (Window){
        .text = text, .file = *file, .base = number * size, .end = (number + 1) * size};
    file->fd = -1;
    text->len = 0;
    size_t cut = 1;
    bool any = read_on(window) && (number == 0 || read_cut(window, 0, size, &cut));
    window->led = number > 0;
    window->given = any ? cut - 1 : window->text->len;
    window->ended = !any;
    if (window->error)
        window_close(window);
    return window->error;
}

/* What was given is over: the rest begins the buffer, and with it the line feed before it, since
 * that is where the next cut may lie. */
static void take_away(Window *window)
{
    FileText *text = window->text;
    text->len -= window->given;
    memmove(text->ptr, text->ptr + window->given, text->len);
    window->base += window->given;
    window->given = 0;
}

bool window_next(Window *window, Str *piece, uint64_t *base)
{
    FileText *text = window->text;
    if (window->ended)
        return false;
    take_away(window);
    /* The line before the first separator may lie across the end. */
    size_t limit = window->base < window->end ? (size_t)(window->end - window->base) : 0;
    size_t led = window->led, cut = 0;
    do {
        if (text->len > limit) {
            window->ended = true;
            if (!read_cut(window, limit, SIZE_MAX, &cut))
                cut = text->len;
        } else if (text->len > led) {
            cut = last_cut(str_slice(text->ptr + led, text->len - led));
            cut += cut ? led : 0;
        }
    } while (!cut && read_on(window));
    if (!cut) {
        window->ended = true;
        cut = text->len;
    }
    *piece = str_slice(text->ptr + led, cut - led);
    *base = window->base + led;
    window->led = true;
    window->given = cut - (cut > 0);
    return !window->error && cut > led;
}
