/* split: a stream to documents, as kubectl's reader cuts it
 * (k8s.io/apimachinery/pkg/util/yaml, YAMLOrJSONDecoder).
 *
 * A stream whose first character is a brace is read as JSON values, one after the
 * other.  Where that fails at the first or second value, the rest is taken for YAML;
 * later the failure is final.  YAML is cut at lines that start with ---, wherever
 * they stand; the line belongs to the next chunk only if it opens it.  What kubectl's
 * reader refuses becomes a chunk that the parser refuses; we go on behind it. */
#include "parser/build.h"
#include "parser/fast_masks.h"

static const char BOM[] = "\xEF\xBB\xBF";
enum { GUESS_BYTES = SPLITTER_HEAD }; /* how far kubectl looks for the brace */

static uint32_t decode_wide(const unsigned char *c, unsigned length)
{
    return length == 2 ? (c[0] & 0x1Fu) << 6 | (c[1] & 0x3Fu)
                       : (c[0] & 0x0Fu) << 12 | (c[1] & 0x3Fu) << 6 | (c[2] & 0x3Fu);
}

/* The length of the character at `at` if Go's unicode.IsSpace holds for it, else 0. */
static size_t space_length(Str text, size_t at)
{
    const unsigned char *c = (const unsigned char *)text.ptr + at;
    if (at >= text.len)
        return 0;
    if (*c < 0x80)
        return *c == ' ' || (*c >= '\t' && *c <= '\r');
    unsigned length = utf8_length(c, text.len - at);
    if (length != 2 && length != 3)
        return 0;
    uint32_t point = decode_wide(c, length);
    bool space = point == 0x85 || point == 0xA0 || point == 0x1680 ||
                 (point >= 0x2000 && point <= 0x200A) || point == 0x2028 || point == 0x2029 ||
                 point == 0x202F || point == 0x205F || point == 0x3000;
    return space ? length : 0;
}

static bool looks_like_json(Str stream)
{
    Str head = str_slice(stream.ptr, stream.len < GUESS_BYTES ? stream.len : GUESS_BYTES);
    size_t at = 0;
    for (size_t step; (step = space_length(head, at)) > 0;)
        at += step;
    return at < head.len && head.ptr[at] == '{';
}

bool splitter_is_cuttable(Str head)
{
    return !str_starts(head, str_slice(BOM, 3)) && !looks_like_json(head);
}

void splitter_init(Splitter *splitter, Str stream)
{
    size_t mark = str_starts(stream, str_slice(BOM, 3)) ? 3 : 0;
    *splitter = (Splitter){
        .stream = stream,
        .at = mark,
        .line = 1,
        .column = 1,
        .marked = mark > 0,
        .json = looks_like_json(str_slice(stream.ptr + mark, stream.len - mark)),
    };
}

void splitter_go_on(Splitter *splitter, Str text)
{
    splitter->stream = text;
    splitter->at = 0;
    splitter->json = splitter->marked = false; /* only its first bytes can say so */
}

/* Moves on to an offset, keeping line and column. */
static void advance(Splitter *splitter, size_t to)
{
    Str passed = str_slice(splitter->stream.ptr + splitter->at, to - splitter->at);
    const char *last = bytes_last(passed.ptr, '\n', passed.len);
    if (last) {
        splitter->line += (uint32_t)fast_breaks(passed);
        splitter->column = 1;
        size_t line = (size_t)(last + 1 - passed.ptr);
        passed = str_slice(last + 1, passed.len - line);
    }
    splitter->column += (uint32_t)utf8_count(passed);
    splitter->at = to;
}

static void make_chunk(Splitter *splitter, Chunk *chunk, size_t end, bool json)
{
    *chunk = (Chunk){
        .text = str_slice(splitter->stream.ptr + splitter->at, end - splitter->at),
        .base = splitter->at,
        .index = splitter->index++,
        .line = splitter->line,
        .column = splitter->column,
        .json = json,
        .marked = splitter->marked,
    };
    /* go-yaml drops a byte order mark in front of a chunk. */
    if (!json && str_starts(chunk->text, str_slice(BOM, 3))) {
        chunk->text = str_slice(chunk->text.ptr + 3, chunk->text.len - 3);
        chunk->base += 3;
    }
}

/* ---- JSON ---- */

/* White space up to and including the first line feed.  kubectl's reader looks at
 * four bytes at a time and gives up on fewer, and on U+FFFD. */
static bool skip_line_end(Splitter *splitter)
{
    Str stream = splitter->stream;
    size_t at = splitter->at;
    for (;;) {
        const unsigned char *c = (const unsigned char *)stream.ptr + at;
        if (stream.len - at < 4 || memcmp(c, "\xEF\xBF\xBD", 3) == 0 ||
            utf8_length(c, stream.len - at) == 0)
            return false;
        size_t step = space_length(stream, at);
        at += step;
        if (step == 0 || *c == '\n')
            break;
    }
    advance(splitter, at);
    return true;
}

/* The rest of the stream, which no reader takes: the JSON reader says why. */
static bool give_up(Splitter *splitter, Chunk *chunk)
{
    splitter->stuck = true;
    size_t at = splitter->at;
    while (at < splitter->stream.len && strchr(" \t\r\n", splitter->stream.ptr[at]) &&
           splitter->stream.ptr[at])
        at++;
    advance(splitter, at);
    make_chunk(splitter, chunk, splitter->stream.len, true);
    return true;
}

/* Returns false where the stream goes on as YAML; end: it does not go on. */
static bool next_json(Splitter *splitter, Chunk *chunk, bool *end)
{
    size_t from, to;
    *end = false;
    switch (json_skip(splitter->stream, splitter->at, &from, &to)) {
    case JSON_END: *end = true; return true;
    case JSON_VALUE:
        advance(splitter, from);
        make_chunk(splitter, chunk, to, true);
        advance(splitter, to);
        splitter->values++;
        return true;
    case JSON_BAD: break;
    }
    if (splitter->values > 1)
        return give_up(splitter, chunk);
    splitter->json = false;
    if (!skip_line_end(splitter))
        return give_up(splitter, chunk);
    return false;
}

/* ---- YAML ---- */

static size_t line_end_of(Str stream, size_t at)
{
    const char *found =
        at < stream.len ? memchr(stream.ptr + at, '\n', stream.len - at) : NULL;
    return found ? (size_t)(found - stream.ptr) + 1 : stream.len;
}

/* Offset of what stands behind the --- at `at`, if that is more than space and a
 * comment; else 0. */
static size_t junk_behind(Str stream, size_t at, size_t line_end)
{
    at += 3;
    for (size_t step; at < line_end && (step = space_length(stream, at)) > 0;)
        at += step;
    return at < line_end && stream.ptr[at] != '#' ? at : 0;
}

/* Where the document ends that starts here, and the line feeds up to there. */
static size_t find_separator(const Splitter *splitter, size_t *breaks)
{
    Str rest = str_slice(splitter->stream.ptr + splitter->at, splitter->stream.len - splitter->at);
    if (splitter->map)
        return splitter->at + fast_map_cut(splitter->map, rest, FAST_CUT_DOCUMENT, breaks);
    size_t length = fast_separator(rest, 0);
    *breaks = fast_breaks(str_slice(rest.ptr, length));
    return splitter->at + length;
}

/* Behind the separator's line, and where there is junk in it, or 0. */
static size_t separator_end(Str stream, size_t at, size_t *junk)
{
    *junk = 0;
    if (stream.len - at >= 4 && stream.ptr[at + 3] == '\n') /* as nearly all are */
        return at + 4;
    size_t end = line_end_of(stream, at);
    *junk = junk_behind(stream, at, end);
    return end;
}

static bool next_yaml(Splitter *splitter, Chunk *chunk)
{
    Str stream = splitter->stream;
    size_t start = splitter->at, separator = start, end = stream.len, breaks = 0, junk = 0;
    if (start >= stream.len)
        return false;
    if (stream.len - start >= 3 && memcmp(stream.ptr + start, "---", 3) == 0)
        (void)separator_end(stream, start, &junk);
    bool refused = junk != 0;
    if (!refused)
        separator = find_separator(splitter, &breaks);
    if (separator < stream.len)
        end = separator_end(stream, separator, &junk);
    make_chunk(splitter, chunk, junk ? end : separator, false);
    if (junk)
        chunk->junk = (uint32_t)(junk - (size_t)chunk->base);
    if (!refused)
        chunk->map = splitter->map;
    if (breaks) { /* the text up to the separator is known to be lines */
        splitter->line += (uint32_t)breaks;
        splitter->column = 1;
        splitter->at = separator;
    }
    if (end > splitter->at && stream.ptr[end - 1] == '\n') { /* the rest of one line */
        splitter->line++;
        splitter->column = 1;
        splitter->at = end;
    } else {
        advance(splitter, end);
    }
    return true;
}

bool splitter_next(Splitter *splitter, Chunk *chunk)
{
    if (splitter->stuck)
        return false;
    if (splitter->json) {
        bool end;
        if (next_json(splitter, chunk, &end))
            return !end;
    }
    return next_yaml(splitter, chunk);
}
