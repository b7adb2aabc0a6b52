/* fast_scalar: scalars of more than one line, and quoted ones.
 *
 * Each is gone through twice: once to find its end, once to write its value into the
 * document's arena, in runs as long as they are alike.  A block scalar of one line and
 * a quoted scalar without escapes need no second time: their value stands in the
 * source. */
#include "parser/fast.h"

/* ---- plain ---- */

bool fast_goes_on(const FastReader *reader, int32_t level, uint32_t line, uint32_t *at)
{
    while (line < reader->len) {
        uint32_t first = fast_nonspace(reader->masks, line);
        char c = reader->text[first];
        if (c != '\n') {
            *at = first;
            return c != '#' && fast_level(first - line, false) > level;
        }
        line = first + 1;
    }
    return false;
}

static char *put_newlines(char *out, uint32_t count)
{
    memset(out, '\n', count);
    return out + count;
}

/* The line feeds of [from, to). */
static uint32_t count_lines(const FastReader *reader, uint32_t from, uint32_t to)
{
    uint32_t count = 0;
    for (uint32_t at = fast_newline(reader->masks, from); at < to;
         at = fast_newline(reader->masks, at + 1))
        count++;
    return count;
}

/* The line ends between two lines of a folded scalar, [from, to) being what lies
 * between their texts: one is a space, more are one less. */
static char *put_folds(const FastReader *reader, char *out, uint32_t from, uint32_t to)
{
    uint32_t breaks = count_lines(reader, from, to);
    if (breaks == 1)
        *out++ = ' ';
    return put_newlines(out, breaks - 1);
}

static char *put(char *out, const char *from, uint32_t size)
{
    memcpy(out, from, size);
    return out + size;
}

/* The same in steps of a fixed size, which are faster for short pieces: up to PUT_STEP bytes more
 * are read, where the text has them, and written. */
enum { PUT_STEP = 32 };
FAST_INLINE char *put_loosely(const FastReader *reader, char *out, uint32_t at, uint32_t size)
{
    if (size + PUT_STEP > reader->len - at)
        return put(out, reader->text + at, size);
    for (uint32_t done = 0; done < size; done += PUT_STEP)
        memcpy(out + done, reader->text + at + done, PUT_STEP);
    return out + size;
}

/* [at, end) starts and ends with text; lines are trimmed and folded. */
static Str fold_plain(FastReader *reader, uint32_t at, uint32_t end)
{
    const char *text = reader->text;
    char *start = arena_alloc(reader->builder->arena, end - at), *out = start;
    for (;;) {
        uint32_t newline = fast_newline(reader->masks, at);
        uint32_t stop = newline < end ? fast_trim(text, newline) : end;
        out = put(out, text + at, stop - at);
        if (stop == end)
            return str_slice(start, (size_t)(out - start));
        at = newline;
        while (text[at] == '\n')
            at = fast_nonspace(reader->masks, at + 1);
        out = put_folds(reader, out, newline, at);
    }
}

bool fast_plain_lines(FastReader *reader, uint32_t at, uint32_t stop)
{
    const char *text = reader->text;
    uint32_t first, end = fast_trim(text, stop);
    while (text[stop] == '\n' && fast_goes_on(reader, reader->top->level, stop + 1, &first)) {
        if (text[first] == '\t' || !fast_find_stop(reader, first, &stop) ||
            text[stop - 1] == ':')
            return false;
        end = fast_trim(text, stop);
    }
    Str value = fold_plain(reader, at, end);
    uint8_t class = fast_class(reader, at);
    /* With a blank in it, it is no number; but 12:30 before one is looked at twice. */
    if (class & FAST_NUMBER)
        return false;
    fast_add(reader, STYLE_PLAIN, value, at, end);
    reader->at = fast_comment(reader, stop) + 1;
    return true;
}

/* ---- quoted ---- */

/* An escape that both libraries take: \x41, \u0041 and \U00000041 are left to libyaml
 * where they could name no character. */
static bool is_escape(const FastReader *reader, uint32_t at, uint32_t *length)
{
    char c = reader->text[at + 1];
    uint32_t digits = c == 'x' ? 2 : c == 'u' ? 4 : 0;
    *length = 2 + digits + (c == '\r'); /* an LF is behind it */
    if (!digits)
        return c && strchr("0abtnvfre \"\\N_LP\r\n", c);
    for (uint32_t i = 0; i < digits; i++)
        if (!is_hex(reader->text[at + 2 + i]))
            return false; /* a line feed is none, so this ends in the text */
    return digits == 2 || (reader->text[at + 2] | 0x20) != 'd';
}

/* A line within quotes must not look like the end of a document. */
static bool is_line(const FastReader *reader, uint32_t line)
{
    return line < reader->len && reader->text[line] != '.' && reader->text[line] != '-';
}

bool fast_quoted(const FastReader *reader, uint32_t at, FastQuoted *quoted)
{
    const char *text = reader->text;
    char quote = text[at++];
    *quoted = (FastQuoted){.simple = true};
    for (;;) {
        uint32_t length = 1;
        at = fast_quote(reader->masks, at);
        char c = text[at];
        if (c == quote) {
            if (quote == '"' || text[at + 1] != '\'')
                break;
            length = 2;
            quoted->simple = false;
        } else if (c == '\\' && quote == '"') {
            quoted->simple = false;
            if (!is_escape(reader, at, &length))
                return false;
            c = text[at + length - 1];
        }
        at += length;
        if (c == '\n') {
            quoted->simple = false;
            quoted->lines = true;
            if (!is_line(reader, at))
                return false;
        }
    }
    quoted->end = at + 1;
    return true;
}

/* Behind the LF at `at`, and behind the blanks and empty lines that follow it. */
static uint32_t skip_lines(const FastReader *reader, uint32_t at)
{
    while (reader->text[at] == '\n')
        at = fast_nonblank(reader, at + 1);
    return at;
}

/* The text within quotes [run, end), whose escapes are good. */
static char *put_quoted(const FastReader *reader, char *out, char quote, uint32_t run, uint32_t end)
{
    const char *text = reader->text, special = quote == '"' ? '\\' : '\'';
    for (uint32_t stop = run;; stop++) {
        stop = fast_quote(reader->masks, stop);
        char c = text[stop];
        if (stop < end && c != '\n' && c != special)
            continue;
        uint32_t to = stop;
        while (c == '\n' && to > run && fast_is_blank(text[to - 1]))
            to--;
        out = put_loosely(reader, out, run, to - run);
        if (stop >= end)
            return out;
        run = stop + 2;
        if (c == '\n') {
            run = skip_lines(reader, stop);
            out = put_folds(reader, out, stop, run);
        } else if (quote == '\'') {
            *out++ = '\'';
        } else if (text[stop + 1] == '\n' || text[stop + 1] == '\r') { /* of an escaped line end */
            uint32_t newline = stop + 1 + (text[stop + 1] == '\r');
            run = skip_lines(reader, newline);
            out = put_newlines(out, count_lines(reader, newline, run) - 1);
        } else {
            size_t at = stop + 1;
            out = yaml_put_escape(str_slice(text, end), &at, out);
            run = (uint32_t)at;
        }
        stop = run - 1;
    }
}

Str fast_quoted_text(FastReader *reader, uint32_t at, const FastQuoted *quoted)
{
    const char *text = reader->text;
    uint32_t size = quoted->end - at - 2;
    if (quoted->simple)
        return str_slice(text + at + 1, size);
    /* No escape's value is longer than three bytes for two (\L). */
    char *start = arena_alloc(reader->builder->arena, size + size / 2 + PUT_STEP);
    char *end = put_quoted(reader, start, text[at], at + 1, quoted->end - 1);
    return str_slice(start, (size_t)(end - start));
}

/* ---- block scalars ---- */

typedef struct Block {
    uint32_t at;      /* of the | or > */
    uint32_t lines;   /* the first line's start */
    uint32_t end;     /* behind the last line, empty ones included */
    uint32_t text_end; /* the end of the last line that is not empty */
    uint32_t visible; /* the end of the last line that shows something */
    uint32_t indent;  /* 0: not known yet */
    uint32_t count;   /* lines that are not empty */
    char chomp;       /* '+', '-' or 0 */
    bool folded;
} Block;

static bool read_header(FastReader *reader, Block *block)
{
    const char *text = reader->text;
    uint32_t at = block->at + 1;
    block->folded = text[block->at] == '>';
    for (int i = 0; i < 2; i++) {
        char c = text[at];
        if ((c == '+' || c == '-') && !block->chomp)
            block->chomp = c;
        else if (c >= '1' && c <= '9' && !block->indent)
            block->indent = (uint32_t)(reader->top->level / 2 + (c - '0'));
        else
            break;
        at++;
    }
    uint32_t first = fast_nonspace(reader->masks, at);
    if (text[first] == '#' && first > at)
        first = fast_comment(reader, first);
    block->lines = first + 1;
    return text[first] == '\n';
}

/* The spaces of a line in which nothing else stands before `first`. */
static uint32_t width(const FastReader *reader, uint32_t line, uint32_t first)
{
    bool cr = first > line && reader->text[first - 1] == '\r';
    return first - line - cr;
}

/* A line's end, its LF being there. */
static uint32_t line_end(const FastReader *reader, uint32_t newline)
{
    return newline - (newline > 0 && reader->text[newline - 1] == '\r');
}

/* Where the header does not give the indent, the first line that is not empty does; those
 * before it must not be longer. */
static bool find_indent(const FastReader *reader, Block *block)
{
    uint32_t most = 0, line = block->lines;
    block->end = line;
    if (block->indent)
        return true;
    while (line < reader->len) {
        uint32_t first = fast_nonspace(reader->masks, line);
        if (reader->text[first] != '\n') {
            block->indent = first - line;
            block->end = line;
            return reader->text[first] != '\t' && block->indent >= most &&
                   fast_level(block->indent, false) > reader->top->level;
        }
        if (width(reader, line, first) > most)
            most = width(reader, line, first);
        line = first + 1;
    }
    return false;
}

static bool shows(const FastReader *reader, uint32_t at)
{
    return reader->text[fast_nonblank(reader, at)] != '\n';
}

/* The end of the last line up to the one with that line feed that shows something, or 0. */
static uint32_t last_visible(const FastReader *reader, const Block *block, uint32_t newline)
{
    while (newline > block->lines) {
        const char *before = bytes_last(reader->text, '\n', newline);
        uint32_t line = (uint32_t)(before + 1 - reader->text);
        if (shows(reader, line))
            return line_end(reader, newline);
        newline = line - 1;
    }
    return 0;
}

/* A usual line starts with the block's spaces, all of them among its first eight bytes, and text. */
typedef struct UsualLine {
    uint64_t bits; /* of the first eight bytes those that are spaces */
    uint32_t end;  /* before which there are eight bytes and more */
} UsualLine;

static UsualLine usual_line(const FastReader *reader, uint32_t indent)
{
    uint64_t bits = ~UINT64_C(0);
    if (indent >= sizeof bits || reader->len < sizeof bits)
        return (UsualLine){0};
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    bits = ~(bits >> indent * 8);
#else
    bits = ~(bits << indent * 8);
#endif
    return (UsualLine){bits, reader->len - (uint32_t)sizeof bits};
}

FAST_INLINE bool is_usual_line(const FastReader *reader, const UsualLine *usual, uint32_t line,
                               uint32_t indent)
{
    if (line >= usual->end)
        return false;
    uint64_t head = str_load8(reader->text + line);
    return !((head ^ BASE_EACH_BYTE(' ')) & usual->bits) && reader->text[line + indent] > '\r';
}

/* False where nothing shows, too. */
static bool find_end(const FastReader *reader, Block *block)
{
    const char *text = reader->text;
    uint32_t line = block->end, newline, last = 0, indent = block->indent;
    FastLines lines = fast_lines(reader->masks, line);
    UsualLine usual = usual_line(reader, indent);
    bool good = true;
    for (; line < reader->len; line = newline + 1) {
        newline = fast_next_line(&lines);
        if (!is_usual_line(reader, &usual, line, indent)) {
            uint32_t first = fast_nonspace(reader->masks, line);
            if (first < newline && first - line < indent) {
                good = text[first] != '\t';
                break;
            }
            if (first == newline && width(reader, line, first) <= indent)
                continue;
        }
        last = newline;
        block->count++;
    }
    block->end = line;
    block->text_end = line_end(reader, last);
    block->visible = last_visible(reader, block, last);
    return good && block->visible;
}

/* Empty lines from `line` on: counted, and stepped over. */
static uint32_t skip_empty(const FastReader *reader, const Block *block, uint32_t *line)
{
    uint32_t count = 0;
    while (*line < block->end) {
        uint32_t first = fast_nonspace(reader->masks, *line);
        if (reader->text[first] != '\n' || width(reader, *line, first) > block->indent)
            break;
        *line = first + 1;
        count++;
    }
    return count;
}

/* The line ends before a line of a folded scalar.  Lines that start with a blank keep
 * the ones around them. */
static char *put_folded(char *out, uint32_t empty, bool first, bool blank_before, bool blank)
{
    if (!first && (blank_before || blank))
        *out++ = '\n';
    else if (!first && empty == 0)
        *out++ = ' ';
    return put_newlines(out, empty);
}

/* Both write the lines from `line` on up to the last that is not empty, without its line end,
 * and set `line` behind it. */
static char *put_folded_lines(const FastReader *reader, const Block *block, char *out,
                              uint32_t *line)
{
    const char *text = reader->text;
    bool blank_before = false;
    for (uint32_t left = block->count; left > 0; left--) {
        uint32_t empty = skip_empty(reader, block, line);
        uint32_t from = *line + block->indent;
        uint32_t newline = fast_newline(reader->masks, from);
        bool blank = text[from] == ' ' || text[from] == '\t';
        out = put_folded(out, empty, left == block->count, blank_before, blank);
        out = put(out, text + from, line_end(reader, newline) - from);
        blank_before = blank;
        *line = newline + 1;
    }
    return out;
}

static char *put_literal_lines(const FastReader *reader, const Block *block, char *out,
                               uint32_t *line)
{
    uint32_t at = *line, indent = block->indent;
    FastLines lines = fast_lines(reader->masks, at);
    for (; at < block->text_end; *out++ = '\n') {
        uint32_t newline = fast_next_line(&lines), end = line_end(reader, newline);
        if (end > at + indent)
            out = put_loosely(reader, out, at + indent, end - at - indent);
        at = newline + 1;
    }
    *line = at;
    return out - 1;
}

static Str block_text(FastReader *reader, const Block *block)
{
    uint32_t line = block->lines, tail = block->chomp == '-' ? 0 : 1;
    if (block->count == 1 && block->end == block->text_end + 1 && !block->folded) {
        uint32_t empty = line;
        if (skip_empty(reader, block, &empty) == 0)
            return str_slice(reader->text + line + block->indent,
                             block->text_end + tail - line - block->indent);
    }
    char *start = arena_alloc(reader->builder->arena, block->end - line + PUT_STEP), *out = start;
    out = block->folded ? put_folded_lines(reader, block, out, &line)
                        : put_literal_lines(reader, block, out, &line);
    out = put_newlines(out, tail);
    if (block->chomp == '+')
        out = put_newlines(out, skip_empty(reader, block, &line));
    return str_slice(start, (size_t)(out - start));
}

bool fast_block(FastReader *reader, uint32_t at)
{
    Block block = {.at = at};
    if (reader->top->level == FAST_ROOT || !read_header(reader, &block) ||
        !find_indent(reader, &block) || !find_end(reader, &block))
        return false;
    fast_add(reader, block.folded ? STYLE_FOLDED : STYLE_LITERAL, block_text(reader, &block), at,
             block.visible);
    reader->at = block.end;
    return true;
}
