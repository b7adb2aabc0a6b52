/* fast_line: a line of any kind, one token after the other.
 *
 * fast.c reads the lines that nearly all are, and leaves the others to this: keys and
 * values in quotes or brackets, block scalars, scalars of several lines, dashes within
 * each other, line ends of two characters, values on a line of their own. */
#include "parser/fast.h"

bool fast_end_line(FastReader *reader, uint32_t at)
{
    uint32_t first = fast_nonblank(reader, at);
    if (reader->text[first] == '#' && first > at)
        first = fast_comment(reader, first);
    reader->at = first + 1;
    return reader->text[first] == '\n';
}

static bool read_node(FastReader *reader, uint32_t line, uint32_t at, bool fresh);

bool fast_behind(FastReader *reader, uint32_t line, uint32_t at, FastPending pending)
{
    uint32_t first = fast_nonspace(reader->masks, at);
    char c = reader->text[first];
    if (c == '\t') { /* at the end of a line it does no harm */
        c = reader->text[fast_nonblank(reader, first)];
        if (pending == PENDING_ITEM || (c != '\n' && c != '#'))
            return false;
    }
    if (c != '\n' && c != '#')
        return read_node(reader, line, first, pending == PENDING_ITEM);
    reader->pending = pending;
    reader->last = at;
    return fast_end_line(reader, at);
}

/* ---- scalars and what they turn out to be ---- */

/* A plain scalar that is no key and stops at `stop` in its first line. */
static bool read_text(FastReader *reader, uint32_t at, uint32_t stop)
{
    uint32_t first;
    if (reader->text[stop] == '\n' &&
        fast_goes_on(reader, reader->top->level, stop + 1, &first))
        return fast_plain_lines(reader, at, stop);
    reader->at = fast_comment(reader, stop) + 1;
    return fast_add_plain(reader, at, fast_trim(reader->text, stop));
}

/* A key from `at` to its colon, with its value. */
static bool read_entry(FastReader *reader, uint32_t line, NodeStyle style, uint32_t at,
                       uint32_t end, uint32_t colon, Str text)
{
    return colon - at <= FAST_LONGEST_KEY && fast_add_key(reader, style, text, at, end) &&
           fast_behind(reader, line, colon + 1, PENDING_VALUE);
}

static bool read_plain_entry(FastReader *reader, uint32_t line, uint32_t at, uint32_t colon)
{
    uint32_t end = fast_trim(reader->text, colon);
    return read_entry(reader, line, STYLE_PLAIN, at, end, colon,
                      str_slice(reader->text + at, end - at));
}

/* The mapping that begins with a key at `at`. */
static bool open_map(FastReader *reader, uint32_t line, uint32_t at)
{
    return fast_open(reader, NODE_MAP, STYLE_BLOCK, at, fast_level(at - line, false));
}

static bool read_plain(FastReader *reader, uint32_t line, uint32_t at, bool fresh)
{
    uint32_t stop;
    if (!fast_find_stop(reader, at, &stop))
        return false;
    if (reader->text[stop - 1] == ':')
        return fresh && open_map(reader, line, at) &&
               read_plain_entry(reader, line, at, stop - 1);
    return reader->top->level != FAST_ROOT && read_text(reader, at, stop);
}

bool fast_plain(FastReader *reader, uint32_t at)
{
    uint32_t stop;
    return fast_find_stop(reader, at, &stop) && read_text(reader, at, stop);
}

/* Where a quoted scalar is a key, the place of its colon. */
static bool find_colon(const FastReader *reader, const FastQuoted *quoted, uint32_t *colon)
{
    *colon = fast_nonspace(reader->masks, quoted->end);
    if (reader->text[*colon] != ':' || quoted->lines)
        return false;
    char next = reader->text[*colon + 1];
    return next == ' ' || next == '\n' || next == '\r';
}

static bool read_quoted_entry(FastReader *reader, uint32_t line, uint32_t at,
                              const FastQuoted *quoted, uint32_t colon)
{
    Str text = fast_quoted_text(reader, at, quoted);
    return read_entry(reader, line, fast_quote_style(reader, at), at, quoted->end, colon, text);
}

static bool read_quoted(FastReader *reader, uint32_t line, uint32_t at, bool fresh)
{
    FastQuoted quoted;
    uint32_t colon;
    if (!fast_quoted(reader, at, &quoted))
        return false;
    if (find_colon(reader, &quoted, &colon))
        return fresh && open_map(reader, line, at) &&
               read_quoted_entry(reader, line, at, &quoted, colon);
    if (reader->top->level == FAST_ROOT)
        return false;
    fast_add(reader, fast_quote_style(reader, at), fast_quoted_text(reader, at, &quoted), at,
             quoted.end);
    return fast_end_line(reader, quoted.end);
}

static bool read_brackets(FastReader *reader, uint32_t at)
{
    uint32_t end = reader->top->level != FAST_ROOT ? fast_flow(reader, at) : 0;
    return end && fast_end_line(reader, end);
}

/* ---- collections ---- */

static bool is_dash(const FastReader *reader, uint32_t at)
{
    char next = reader->text[at + 1];
    return reader->text[at] == '-' && (next == ' ' || next == '\n' || next == '\r');
}

static bool read_item(FastReader *reader, uint32_t line, uint32_t at)
{
    reader->top->count++;
    return fast_behind(reader, line, at + 1, PENDING_ITEM);
}

/* A node.  Fresh: nothing but dashes stands before it in its line, so that a block
 * collection may begin here. */
static bool read_node(FastReader *reader, uint32_t line, uint32_t at, bool fresh)
{
    switch (fast_class(reader, at) & FAST_CLASS) {
    case FAST_PLAIN: return read_plain(reader, line, at, fresh);
    case FAST_DASH:
        if (!is_dash(reader, at))
            return reader->text[at + 1] != '\t' && read_plain(reader, line, at, fresh);
        return fresh &&
               fast_open(reader, NODE_SEQ, STYLE_BLOCK, at, fast_level(at - line, true)) &&
               read_item(reader, line, at);
    case FAST_QUOTE: return read_quoted(reader, line, at, fresh);
    case FAST_BLOCK: return fast_block(reader, at);
    case FAST_OPEN: return read_brackets(reader, at);
    default: return false;
    }
}

/* A line that goes on with the innermost mapping. */
static bool read_next_key(FastReader *reader, uint32_t line, uint32_t at)
{
    uint32_t stop, colon;
    FastQuoted quoted;
    switch (fast_class(reader, at) & FAST_CLASS) {
    case FAST_QUOTE:
        return fast_quoted(reader, at, &quoted) && find_colon(reader, &quoted, &colon) &&
               read_quoted_entry(reader, line, at, &quoted, colon);
    case FAST_DASH:
        if (reader->text[at + 1] == '\t')
            return false;
        /* fallthrough */
    case FAST_PLAIN:
        return fast_find_stop(reader, at, &stop) && reader->text[stop - 1] == ':' &&
               read_plain_entry(reader, line, at, stop - 1);
    default: return false;
    }
}

bool fast_line(FastReader *reader, uint32_t line, uint32_t at)
{
    bool dash = is_dash(reader, at);
    int32_t level = fast_level(at - line, dash);
    if (reader->text[at] == '.' && at == line)
        return false; /* at the left edge three dots are a document's end */
    if (reader->pending != PENDING_NOTHING) {
        if (level > reader->top->level)
            return read_node(reader, line, at, true);
        fast_add_empty(reader);
    }
    while (reader->top->level > level)
        fast_close(reader);
    if (reader->top->level != level)
        return false;
    return dash ? read_item(reader, line, at) : read_next_key(reader, line, at);
}
