/* Windows: a large file is read in parts of a few megabytes, so that memory does not
 * grow with it and several threads share it.
 *
 * A window is the documents behind the first cut at or after a multiple of its size, up
 * to the first cut at or after the next.  A cut is behind a line that starts with --- and
 * stands behind one that does not, so that whoever starts there splits as whoever read
 * on from the start (parser.h: splitter_is_cuttable).  Where cuts are depends on nothing
 * but the text: each window is found without the others. */
#include "cli/run.h"

#include <errno.h>
#include <unistd.h>

#ifdef PLIMSOLL_WINDOW /* small, for tests */
enum { WINDOW_SIZE = PLIMSOLL_WINDOW, WINDOW_AHEAD = 16 };
#else
enum { WINDOW_SIZE = 4 * 1024 * 1024, WINDOW_AHEAD = 64 * 1024 };
#endif
enum { WINDOW_FEWEST = 4 }; /* below that many a file is read as a whole */

size_t window_smallest_file(void) { return (size_t)WINDOW_SIZE * WINDOW_FEWEST; }

uint64_t window_count(const FileHandle *file)
{
    char head[SPLITTER_HEAD];
    if (!file->regular || file->size < window_smallest_file())
        return 0;
    ssize_t length = pread(file->fd, head, sizeof head, 0);
    if (length <= 0 || !splitter_is_cuttable(str_slice(head, (size_t)length)))
        return 0;
    return (file->size + WINDOW_SIZE - 1) / WINDOW_SIZE;
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
        const char *before = memrchr(line, '\n', (size_t)(hit - line));
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

/* The same, reading on until it is known; false: there is none. */
static bool read_cut(FileText *window, int fd, uint64_t start, size_t from, size_t limit,
                     size_t *cut, int *error)
{
    for (;;) {
        CutAnswer answer = find_cut(str_slice(window->ptr, window->len), from, limit, cut);
        if (answer != CUT_UNKNOWN)
            return answer == CUT_FOUND;
        size_t before = window->len;
        *error = file_read_more(window, fd, start + before, before + WINDOW_AHEAD);
        if (*error || window->len == before)
            return false;
    }
}

int window_read(FileText *window, const char *path, uint64_t number, Str *text, uint64_t *base)
{
    uint64_t start = number * WINDOW_SIZE;
    size_t from = 0, to = 0;
    FileHandle file;
    *text = STR("");
    *base = start;
    int error = file_open(&file, path);
    if (error)
        return error;
    window->len = 0;
    error = file_read_more(window, file.fd, start, WINDOW_SIZE + WINDOW_AHEAD);
    bool any = !error &&
               (number == 0 || read_cut(window, file.fd, start, 0, WINDOW_SIZE, &from, &error));
    if (any) {
        to = window->len;
        if (window->len > WINDOW_SIZE &&
            !read_cut(window, file.fd, start, WINDOW_SIZE, SIZE_MAX, &to, &error))
            to = window->len;
        *text = str_slice(window->ptr + from, to - from);
        *base = start + from;
    }
    file_close(&file);
    return error;
}
