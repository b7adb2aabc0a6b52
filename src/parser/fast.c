/* fast: block mappings and sequences, a line at a time.
 *
 * What a line means follows from its column, its first character, and what the line
 * before left open (a key without a value, a dash without an item).  The indents of
 * the open collections stand on a stack of frames; a line closes those that are
 * deeper and belongs to the one that is left.  Nodes go straight into the builder's
 * array.  Keys that look alike are rare, so each frame keeps 64 bits of looks, and
 * only where two fall together are the mapping's keys compared. */
#include "parser/fast.h"


/* ---- classes of first characters ---- */

/* Only what certainly begins a token has one; all else goes to libyaml. */

#define P FAST_PLAIN
#define W (FAST_PLAIN | FAST_WORD)
#define N (FAST_PLAIN | FAST_NUMBER)
#define M (FAST_DASH | FAST_NUMBER)
#define Q FAST_QUOTE
#define B FAST_BLOCK
#define O FAST_OPEN
const uint8_t fast_first[256] = {
    /* 0x00 */ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    /* 0x10 */ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    /*   !"#$%&'()*+,-./ */ 0, 0, Q, 0, P, 0, 0, Q, P, P, 0, N, 0, M, N, P,
    /* 0123456789:;<=>? */ N, N, N, N, N, N, N, N, N, N, 0, P, N, P, B, 0,
    /* @ABCDEFGHIJKLMNO */ 0, P, P, P, P, P, W, P, P, P, P, P, P, P, W, W,
    /* PQRSTUVWXYZ[\]^_ */ P, P, P, P, W, P, P, P, P, W, P, O, P, 0, P, P,
    /* `abcdefghijklmno */ 0, P, P, P, P, P, W, P, P, P, P, P, P, P, W, W,
    /* pqrstuvwxyz{|}~  */ P, P, P, P, W, P, P, P, P, W, P, O, B, 0, W, 0,
    /* 0x80 */ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    /* 0x90 */ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    /* 0xA0 */ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    /* 0xB0 */ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    /* 0xC0 */ P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P,
    /* 0xD0 */ P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P,
    /* 0xE0 */ P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P,
    /* 0xF0 */ P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P,
};
#undef P
#undef W
#undef N
#undef M
#undef Q
#undef B
#undef O

/* ---- nodes ---- */

/* Where the builder allows no more nodes the last one is written again and again; the
 * document goes to libyaml in the end, and is refused there. */
void fast_grow(FastReader *reader)
{
    if (reader->full || !builder_reserve(reader->builder, 1, 0, 0)) {
        reader->full = true;
        reader->builder->count--;
    }
}

bool fast_open(FastReader *reader, FastKind kind, NodeKind node, uint32_t at, int32_t indent)
{
    if (reader->depth == BASE_COUNT(reader->frames))
        return false;
    uint32_t index = fast_push(reader, node, kind == FAST_FLOW ? STYLE_FLOW : STYLE_BLOCK, 0,
                               (Str){0}, at, at);
    FastFrame *frame = &reader->frames[reader->depth++];
    frame->seen[0] = frame->seen[1] = 0;
    frame->node = index;
    frame->indent = indent;
    frame->kind = (uint8_t)kind;
    frame->twice = false;
    return true;
}

void fast_close(FastReader *reader)
{
    FastFrame *frame = fast_top(reader);
    Node *node = &reader->builder->nodes[frame->node];
    node->next = reader->builder->count;
    node->size = reader->last - node->offset;
    if (frame->twice)
        builder_check_keys(reader->builder, frame->node);
    reader->depth--;
}

/* As nearly every number is written.  Up to 18 digits fit an int64. */
static bool is_integer(Str text)
{
    if (text.len > 18 || (text.ptr[0] == '0' && text.len > 1))
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    return true;
}

/* What the builder makes of it, once the node stands. */
static void type_by_value(FastReader *reader, uint32_t node, Str text, bool is_key)
{
    Builder *builder = reader->builder;
    Node *at = &builder->nodes[node];
    Scalar scalar = {.text = text, .offset = at->offset, .size = at->size, .style = STYLE_PLAIN};
    scalar.value = scalar_value(text);
    scalar.doubtful = ambiguous_is_candidate(text, &scalar.value);
    bool valued = !is_key && node > 0 && (builder->nodes[node - 1].flags & NODE_KEY);
    builder_type(builder, node, &scalar, is_key, valued ? node - 1 : BASE_NONE);
}

bool fast_add_typed(FastReader *reader, uint32_t at, uint32_t end, bool is_key)
{
    Str text = str_slice(reader->text + at, end - at);
    if (str_is(text, "<<"))
        return false;
    uint32_t node = fast_push(reader, NODE_STRING, STYLE_PLAIN, is_key ? NODE_KEY : 0, text, at,
                              end);
    if (!is_key && is_integer(text))
        reader->builder->nodes[node].kind = NODE_INT;
    else if (!is_key && (str_is(text, "true") || str_is(text, "false")))
        reader->builder->nodes[node].kind = NODE_BOOL;
    else
        type_by_value(reader, node, text, is_key);
    return true;
}

/* ---- the rest of a line ---- */

/* Behind a token that ends its line: only blanks and a comment may follow. */
static inline bool end_line(FastReader *reader, uint32_t at)
{
    uint32_t first = fast_nonblank(reader, at);
    if (reader->text[first] == '#' && first > at)
        first = fast_newline(reader->masks, first);
    reader->at = first + 1;
    return reader->text[first] == '\n';
}

static bool read_node(FastReader *reader, uint32_t line, uint32_t at, bool fresh);

/* What stands behind a dash or a colon: a node, or nothing in this line. */
static bool read_behind(FastReader *reader, uint32_t line, uint32_t at, FastPending pending)
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
    reader->place = at;
    reader->last = at;
    return end_line(reader, at);
}

/* ---- scalars and what they turn out to be ---- */

static NodeStyle quote_style(const FastReader *reader, uint32_t at)
{
    return reader->text[at] == '"' ? STYLE_DOUBLE : STYLE_SINGLE;
}

/* A plain scalar that is no key and stops at `stop` in its first line. */
FAST_INLINE bool read_text(FastReader *reader, uint32_t at, uint32_t stop)
{
    const char *text = reader->text;
    uint32_t end = fast_trim(text, stop);
    if (text[stop] == '#') {
        reader->at = fast_newline(reader->masks, stop) + 1;
        return fast_add_plain(reader, at, end);
    }
    uint32_t next = stop + 1;
    reader->at = next;
    if (next < reader->len) {
        uint32_t first = fast_nonspace(reader->masks, next);
        bool deeper = (int32_t)(first - next) > fast_top(reader)->indent;
        if ((deeper || text[first] == '\n') && fast_goes_on(reader, next, &first))
            return fast_plain_lines(reader, at, stop);
    }
    return fast_add_plain(reader, at, end);
}

/* What stands behind a key's colon: nearly always one space and a plain scalar, or nothing. */
FAST_INLINE bool read_value(FastReader *reader, uint32_t line, uint32_t at)
{
    uint32_t stop;
    const char *text = reader->text;
    if (text[at] == '\n') {
        reader->pending = PENDING_VALUE;
        reader->place = reader->last = at;
        reader->at = at + 1;
        return true;
    }
    if (text[at] != ' ' || (fast_class(reader, at + 1) & FAST_CLASS) != FAST_PLAIN)
        return read_behind(reader, line, at, PENDING_VALUE);
    return fast_find_stop(reader, at + 1, &stop) && text[stop - 1] != ':' &&
           read_text(reader, at + 1, stop);
}

/* A quoted key from at to its colon, with its value. */
static bool read_quoted_entry(FastReader *reader, uint32_t line, uint32_t at, uint32_t colon,
                              Str text, uint32_t end)
{
    return colon - at <= FAST_LONGEST_KEY &&
           fast_add_key(reader, quote_style(reader, at), text, at, end) &&
           read_value(reader, line, colon + 1);
}

/* The same of a plain key: the way of nearly every line, with nothing called on it. */
static bool read_plain_entry(FastReader *reader, uint32_t line, uint32_t at, uint32_t colon)
{
    uint32_t end = fast_trim(reader->text, colon);
    Str text = str_slice(reader->text + at, end - at);
    return colon - at <= FAST_LONGEST_KEY && fast_add_key(reader, STYLE_PLAIN, text, at, end) &&
           read_value(reader, line, colon + 1);
}

static bool read_plain(FastReader *reader, uint32_t line, uint32_t at, bool fresh)
{
    uint32_t stop;
    if (!fast_find_stop(reader, at, &stop))
        return false;
    if (reader->text[stop - 1] == ':')
        return fresh && fast_open(reader, FAST_MAP, NODE_MAP, at, (int32_t)(at - line)) &&
               read_plain_entry(reader, line, at, stop - 1);
    return fast_top(reader)->kind != FAST_ROOT && read_text(reader, at, stop);
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

static bool read_quoted(FastReader *reader, uint32_t line, uint32_t at, bool fresh)
{
    FastQuoted quoted;
    uint32_t colon;
    if (!fast_quoted(reader, at, &quoted))
        return false;
    bool key = find_colon(reader, &quoted, &colon);
    if (key && (!fresh || !fast_open(reader, FAST_MAP, NODE_MAP, at, (int32_t)(at - line))))
        return false;
    if (fast_top(reader)->kind == FAST_ROOT)
        return false;
    Str text = fast_quoted_text(reader, at, &quoted);
    if (key)
        return read_quoted_entry(reader, line, at, colon, text, quoted.end);
    fast_add(reader, quote_style(reader, at), text, at, quoted.end);
    return end_line(reader, quoted.end);
}

static bool read_brackets(FastReader *reader, uint32_t at)
{
    uint32_t end;
    return fast_top(reader)->kind != FAST_ROOT && fast_flow(reader, at, &end) &&
           end_line(reader, end);
}

/* ---- collections ---- */

static inline bool is_dash(const FastReader *reader, uint32_t at)
{
    char next = reader->text[at + 1];
    return reader->text[at] == '-' && (next == ' ' || next == '\n' || next == '\r');
}

static bool read_item(FastReader *reader, uint32_t line, uint32_t at)
{
    reader->builder->nodes[fast_top(reader)->node].len++;
    return read_behind(reader, line, at + 1, PENDING_ITEM);
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
        return fresh && fast_open(reader, FAST_SEQ, NODE_SEQ, at, (int32_t)(at - line)) &&
               read_item(reader, line, at);
    case FAST_QUOTE: return read_quoted(reader, line, at, fresh);
    case FAST_BLOCK: return fast_block(reader, at);
    case FAST_OPEN: return read_brackets(reader, at);
    default: return false;
    }
}

/* A line that goes on with the innermost mapping. */
static inline bool read_next_key(FastReader *reader, uint32_t line, uint32_t at)
{
    uint8_t class = fast_class(reader, at) & FAST_CLASS;
    if (class == FAST_QUOTE) {
        FastQuoted quoted;
        uint32_t colon;
        if (!fast_quoted(reader, at, &quoted) || !find_colon(reader, &quoted, &colon))
            return false;
        return read_quoted_entry(reader, line, at, colon, fast_quoted_text(reader, at, &quoted),
                                 quoted.end);
    }
    if (class != FAST_PLAIN && (class != FAST_DASH || reader->text[at + 1] == '\t'))
        return false;
    uint32_t stop;
    return fast_find_stop(reader, at, &stop) && reader->text[stop - 1] == ':' &&
           read_plain_entry(reader, line, at, stop - 1);
}

/* ---- lines ---- */

static inline bool read_line(FastReader *reader, uint32_t line, uint32_t at)
{
    int32_t column = (int32_t)(at - line);
    FastFrame *top = fast_top(reader);
    bool dash = is_dash(reader, at);
    if (reader->pending != PENDING_NOTHING) {
        if (column > top->indent)
            return (fast_class(reader, at) & FAST_CLASS) == FAST_PLAIN
                       ? read_plain(reader, line, at, true)
                       : read_node(reader, line, at, true);
        if (dash && reader->pending == PENDING_VALUE && column == top->indent)
            return fast_open(reader, FAST_INDENTLESS, NODE_SEQ, at, column) &&
                   read_item(reader, line, at);
        fast_add_empty(reader);
    }
    while (top->indent > column || (top->indent == column && top->kind == FAST_INDENTLESS && !dash)) {
        fast_close(reader);
        top = fast_top(reader);
    }
    if (top->indent != column)
        return false;
    if (top->kind == FAST_MAP)
        return !dash && read_next_key(reader, line, at);
    return dash && read_item(reader, line, at);
}

static bool read_lines(FastReader *reader)
{
    while (reader->at < reader->len) {
        uint32_t line = reader->at;
        uint32_t first = fast_nonspace(reader->masks, line);
        char c = reader->text[first];
        if (c == '\n' || c == '#')
            reader->at = fast_newline(reader->masks, first) + 1;
        else if ((c == '.' && first == line) || !read_line(reader, line, first))
            return false; /* at the left edge three dots are a document's end */
    }
    return true;
}

/* A chunk may begin with the line that separates it from the one before. */
static bool skip_separator(FastReader *reader)
{
    if (reader->len < 4 || memcmp(reader->text, "---", 3) != 0)
        return true;
    return end_line(reader, 3);
}

bool fast_read(Builder *builder, const FastMap *map, Str text)
{
    FastReader reader;
    reader.builder = builder;
    reader.masks = map->at;
    reader.text = text.ptr;
    reader.len = (uint32_t)text.len;
    reader.at = reader.last = reader.place = 0;
    reader.pending = PENDING_ROOT;
    reader.full = false;
    reader.depth = 1;
    reader.frames[0] = (FastFrame){.indent = -1, .kind = FAST_ROOT, .node = BASE_NONE};
    if (!skip_separator(&reader))
        return false;
    bool marked = reader.at > 0;
    if (!read_lines(&reader))
        return false;
    if (reader.pending == PENDING_ROOT)
        return !marked; /* nothing; behind a separator it is a null */
    if (reader.pending != PENDING_NOTHING)
        fast_add_empty(&reader);
    while (reader.depth > 1)
        fast_close(&reader);
    return !reader.full;
}
