/* fast_flow: collections in brackets, over as many lines as they have.
 *
 * Lists of nodes and mappings of simple keys to nodes; no single pairs, no empty
 * values, no plain scalars of more than one line.  The brackets within each other are
 * few, so this is a recursion; the frames bound it.  What reads or skips something returns
 * the place behind it, or 0 where it is not certain. */
#include "parser/fast.h"

static uint32_t read_value(FastReader *reader, uint32_t at);

static bool is_behind_blank(const char *text, uint32_t at)
{
    return at > 0 && fast_is_blank(text[at - 1]);
}

/* Blanks, line ends and comments; stops at the next token. */
static uint32_t skip_far(FastReader *reader, uint32_t at)
{
    const char *text = reader->text;
    for (;;) {
        uint32_t first = fast_nonspace(reader->masks, at);
        if (first >= reader->len)
            return 0;
        if (text[first] == '#' && is_behind_blank(text, first))
            first = fast_comment(reader, first);
        else if (text[first] != '\n')
            return text[first] != '#' ? first : 0;
        at = first + 1;
        if (at < reader->len && (text[at] == '.' || text[at] == '-'))
            return 0; /* at the left edge these may end the document */
    }
}

/* The same where the token is mostly the next character, or behind one space. */
FAST_INLINE uint32_t skip_space(FastReader *reader, uint32_t at)
{
    at += reader->text[at] == ' ';
    char c = reader->text[at];
    return (unsigned char)c > ' ' && c != '#' ? at : skip_far(reader, at);
}

/* ---- scalars ---- */

/* Where a plain scalar may end in its line, or be none. */
static const bool MAY_END[256] = {
    [','] = true,  ['['] = true,  [']'] = true, ['{'] = true, ['}'] = true, ['?'] = true,
    [':'] = true, ['#'] = true, ['\t'] = true, ['\n'] = true,
};

static bool is_bracket(char c) { return c == ',' || c == '[' || c == ']' || c == '{' || c == '}'; }

/* Where a plain scalar stops, its blanks included, or 0. */
FAST_INLINE uint32_t find_stop(const char *text, uint32_t at)
{
    for (;; at++) {
        while (!MAY_END[(unsigned char)text[at]])
            at++;
        switch (text[at]) {
        case '\t': return 0;
        case '?': return 0; /* go-yaml and libyaml differ over it, */
        case ':': /* which ends no text: a line feed is behind it */
            if (text[at + 1] == '\t' || text[at + 1] == '?' || is_bracket(text[at + 1]))
                return 0; /* and over these. */
            if (fast_is_blank(text[at + 1]))
                return at;
            break;
        case '#':
            if (is_behind_blank(text, at))
                return at;
            break;
        default: return at;
        }
    }
}

/* A plain scalar's end on its line, blanks cut off; next: what ends it. */
FAST_INLINE bool find_plain(const FastReader *reader, uint32_t at, uint32_t *end, uint32_t *next)
{
    *next = find_stop(reader->text, at);
    if (!*next)
        return false;
    *end = fast_trim(reader->text, *next);
    return true;
}

FAST_INLINE bool starts_plain(const FastReader *reader, uint32_t at)
{
    uint8_t class = fast_class(reader, at) & FAST_CLASS;
    char next = reader->text[at + 1];
    return class == FAST_PLAIN ||
           (class == FAST_DASH && ((next >= '0' && next <= '9') || (next >= 'a' && next <= 'z')));
}

static uint32_t read_plain(FastReader *reader, uint32_t at)
{
    uint32_t end, next;
    if (!starts_plain(reader, at) || !find_plain(reader, at, &end, &next) ||
        reader->text[next] == ':' || !fast_add_plain(reader, at, end))
        return 0;
    return next;
}

static uint32_t read_quoted(FastReader *reader, uint32_t at)
{
    FastQuoted quoted;
    if (!fast_quoted(reader, at, &quoted))
        return 0;
    fast_add(reader, fast_quote_style(reader, at), fast_quoted_text(reader, at, &quoted), at,
             quoted.end);
    return quoted.end;
}

/* ---- mappings ---- */

/* A key and its colon, in one line. */
static uint32_t read_key(FastReader *reader, uint32_t start)
{
    uint32_t end, next;
    NodeStyle style = STYLE_PLAIN;
    Str text;
    if ((fast_class(reader, start) & FAST_CLASS) == FAST_QUOTE) {
        FastQuoted quoted;
        if (!fast_quoted(reader, start, &quoted) || quoted.lines)
            return 0;
        end = quoted.end;
        next = fast_nonspace(reader->masks, end);
        style = fast_quote_style(reader, start);
        text = fast_quoted_text(reader, start, &quoted);
    } else {
        if (!starts_plain(reader, start) || !find_plain(reader, start, &end, &next))
            return 0;
        text = str_slice(reader->text + start, end - start);
    }
    bool good = reader->text[next] == ':' && next - start <= FAST_LONGEST_KEY &&
                fast_add_key(reader, style, text, start, end);
    return good ? next + 1 : 0;
}

static uint32_t read_entry(FastReader *reader, bool map, uint32_t at)
{
    if (!map)
        reader->top->count++;
    else if (!(at = read_key(reader, at)) || !(at = skip_space(reader, at)))
        return 0;
    return read_value(reader, at);
}

/* ---- collections ---- */

uint32_t fast_flow(FastReader *reader, uint32_t at)
{
    bool map = reader->text[at] == '{';
    char close = map ? '}' : ']';
    if (!fast_open(reader, map ? NODE_MAP : NODE_SEQ, STYLE_FLOW, at, reader->top->level))
        return 0;
    do {
        if (!(at = skip_space(reader, at + 1)))
            return 0;
        if (reader->text[at] == close)
            break;
        if (!(at = read_entry(reader, map, at)) || !(at = skip_space(reader, at)))
            return 0;
    } while (reader->text[at] == ',');
    if (reader->text[at] != close)
        return 0;
    reader->last = at + 1;
    fast_close(reader);
    return at + 1;
}

static uint32_t read_value(FastReader *reader, uint32_t at)
{
    switch (fast_class(reader, at) & FAST_CLASS) {
    case FAST_OPEN: return fast_flow(reader, at);
    case FAST_QUOTE: return read_quoted(reader, at);
    default: return read_plain(reader, at);
    }
}
