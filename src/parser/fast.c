/* fast: the reader of block mappings and sequences, a line at a time.
 *
 * What a line means follows from its column, its first character, and what the line
 * before left open (a key without a value, a dash without an item).  Nearly all lines are
 * a plain key with a plain value or nothing behind it, or a dash with one of these: they
 * are read here, by the list of marks, with all that changes held in registers.
 * Any other line is fast_line.c's, any other value fast_behind's.  Nodes go straight into
 * the builder's array. */
#include "parser/fast.h"

/* ---- classes of first characters ---- */

/* Only what certainly begins a token has one; all else goes to libyaml. */

#define P (FAST_PLAIN | FAST_BEGINS | FAST_LETTER)
#define W (FAST_PLAIN | FAST_BEGINS | FAST_LETTER | FAST_WORD)
#define N (FAST_PLAIN | FAST_BEGINS | FAST_NUMBER)
#define M (FAST_DASH | FAST_NUMBER)
#define Q FAST_QUOTE
#define B FAST_BLOCK
#define O FAST_OPEN
#define L FAST_LOOSE
const uint8_t fast_first[256] = {
    /* 0x00 */ L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    /* 0x10 */ L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    /*   !"#$%&'()*+,-./ */ L, 0, Q, 0, P, 0, 0, Q, P, P, 0, N, 0, M, N, P,
    /* 0123456789:;<=>? */ N, N, N, N, N, N, N, N, N, N, L, P, N, P, B, 0,
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
#undef L

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

bool fast_open(FastReader *reader, NodeKind kind, NodeStyle style, uint32_t at, int32_t level)
{
    if (reader->top == &reader->frames[PARSER_MAX_DEPTH])
        return false;
    uint32_t node = fast_push(reader, kind, style, 0, (Str){0}, at, at);
    *++reader->top = (FastFrame){.node = node, .level = level};
    return true;
}

/* A collection is complete, and next is the node behind it. */
FAST_INLINE void close_collection(Builder *builder, const FastFrame *frame, uint32_t next,
                                  uint32_t last)
{
    Node *node = &builder->nodes[frame->node];
    node->len = frame->count;
    node->next = next;
    node->size = last - node->offset;
    if (frame->twice)
        builder_check_keys(builder, frame->node);
}

void fast_close(FastReader *reader)
{
    close_collection(reader->builder, reader->top--, reader->builder->count, reader->last);
}

/* ---- keys ---- */

enum { LOOKS_FEW = 16 }; /* of more, all are compared at the mapping's end */

void fast_look_again(const Builder *builder, FastFrame *frame, Str key)
{
    const Node *nodes = builder->nodes;
    frame->twice |= frame->count > LOOKS_FEW;
    for (uint32_t at = frame->node + 1; !frame->twice && at < builder->count;
         at = nodes[at + 1].next)
        frame->twice = nodes[at].len == key.len && memcmp(nodes[at].text, key.ptr, key.len) == 0;
}

/* The looks of a key that no colon may stand behind. */
static uint32_t looks_of(Str key)
{
    char ends[8] = {[3] = ':', [7] = ':'};
    memcpy(ends, key.ptr, 3);
    if (key.len > 3)
        ends[3] = key.ptr[3];
    memcpy(ends + 4, key.ptr + key.len - 3, 3);
    return fast_looks(ends, ends + 4);
}

bool fast_add_key(FastReader *reader, NodeStyle style, Str text, uint32_t at, uint32_t end)
{
    FastFrame *frame = reader->top;
    frame->count++;
    if (style == STYLE_PLAIN && !fast_is_text(fast_class(reader, at), text.ptr, end - at)) {
        frame->twice = true; /* its text is about to change */
        return fast_add_typed(reader, at, end, true);
    }
    if (text.len < FAST_SHORTEST_KEY)
        frame->twice = true;
    else if (!fast_looks_new(frame, looks_of(text)))
        fast_look_again(reader->builder, frame, text);
    fast_node(reader, NODE_STRING, style, NODE_KEY, text, at, end);
    return true;
}

/* ---- types ---- */

/* What a plain scalar is that is no text at the first look, where the second is enough: an
 * integer as nearly every one is written (up to 18 digits fit an int64), a number with one or
 * two letters that all readers take for text (100m, 64Mi), true and false.  NODE_NULL: it is
 * none of these. */
static NodeKind simple_kind(const char *text, size_t len)
{
    size_t digits = 0;
    while (digits < len && is_digit(text[digits]))
        digits++;
    if (digits == len)
        return len <= 18 && (text[0] != '0' || len == 1) ? NODE_INT : NODE_NULL;
    if (digits == 0) {
        bool word = (len == 4 && memcmp(text, "true", 4) == 0) ||
                    (len == 5 && memcmp(text, "false", 5) == 0);
        return word ? NODE_BOOL : NODE_NULL;
    }
    char unit = text[digits];
    bool quantity = (unit == 'm' || unit == 'k' || unit == 'K' || unit == 'M' || unit == 'G') &&
                    (len - digits == 1 || (len - digits == 2 && text[len - 1] == 'i'));
    return quantity ? NODE_STRING : NODE_NULL;
}

/* The same of [at, end), where up to eight digits are seen at once. */
FAST_INLINE NodeKind plain_kind(const char *text, size_t at, size_t end)
{
    size_t len = end - at;
    uint64_t ends = 0;
    if (len > sizeof ends || end < sizeof ends)
        return simple_kind(text + at, len);
    memcpy(&ends, text + end - sizeof ends, sizeof ends);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    ends = __builtin_bswap64(ends);
#endif
    unsigned others = (unsigned)(sizeof ends - len) * 8;
    uint64_t digits = (ends ^ BASE_EACH_BYTE('0')) >> others;
    bool integer = !((digits | (digits + BASE_EACH_BYTE(0x7F - 9))) & BASE_EACH_BYTE(0x80));
    if (!integer || (text[at] == '0' && len > 1))
        return simple_kind(text + at, len);
    return NODE_INT;
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
    NodeKind kind = is_key ? NODE_NULL : simple_kind(text.ptr, text.len);
    if (kind != NODE_NULL)
        reader->builder->nodes[node].kind = (uint8_t)kind;
    else
        type_by_value(reader, node, text, is_key);
    return true;
}

/* ---- lines ---- */

/* What changes with nearly every node.  It is handed on in registers, since nobody keeps its
 * address; the builder's and the reader's own fields are true again where usual lines end. */
typedef struct Pen {
    Node *node;     /* the next one */
    uint32_t count; /* its index */
    int32_t here;   /* the level of a line that goes on with the innermost collection, as most do;
                       none where something is pending */
    FastFrame *top;
} Pen;

enum { FAST_NOWHERE = -2 }; /* a level that no line has; the end of the text has it, and is no line */

FAST_INLINE Pen pen_take(const FastReader *reader)
{
    const Builder *builder = reader->builder;
    return (Pen){
        .node = builder->nodes + builder->count,
        .count = builder->count,
        .here = reader->pending == PENDING_NOTHING ? reader->top->level : FAST_NOWHERE,
        .top = reader->top,
    };
}

FAST_INLINE void pen_leave(const Pen *pen, FastReader *reader)
{
    reader->builder->count = pen->count;
    reader->top = pen->top;
}

/* The node `behind` the next one. */
FAST_INLINE void pen_write(const Pen *pen, uint32_t behind, NodeKind kind, NodeStyle style,
                           uint16_t flags, const char *text, size_t at, size_t len, size_t size)
{
    Node *node = pen->node + behind;
    node->text = text;
    node->len = (uint32_t)len;
    node->next = pen->count + behind + 1;
    node->offset = (uint32_t)at;
    node->size = (uint32_t)size;
    node->kind = (uint8_t)kind;
    node->style = (uint8_t)style;
    node->flags = flags;
    node->bind = BASE_NONE;
}

FAST_INLINE void pen_go_on(Pen *pen, uint32_t nodes)
{
    pen->node += nodes;
    pen->count += nodes;
}

FAST_INLINE bool pen_open(Pen *pen, const FastReader *reader, NodeKind kind, size_t at,
                          int32_t level)
{
    if (pen->top == &reader->frames[PARSER_MAX_DEPTH])
        return false;
    FastFrame *frame = ++pen->top;
    frame->seen = 0;
    frame->node = pen->count;
    frame->count = 0;
    frame->level = pen->here = level;
    frame->twice = false;
    pen_write(pen, 0, kind, STYLE_BLOCK, 0, NULL, at, 0, 0);
    pen_go_on(pen, 1);
    return true;
}

/* Steps into the collection that a line of that level belongs to: one that is open, or begins
 * with it, as what is pending.  False where there is none, or one that ends with it has keys to
 * be compared: then what was pending is settled, and no collection has ended. */
FAST_INLINE bool pen_step(Pen *pen, FastReader *reader, NodeKind kind, size_t at, int32_t level)
{
    if (level == pen->here)
        return true;
    if (reader->pending != PENDING_NOTHING) {
        if (level > pen->top->level) {
            reader->pending = PENDING_NOTHING;
            return pen_open(pen, reader, kind, at, level);
        }
        reader->pending = PENDING_NOTHING;
        pen_write(pen, 0, NODE_NULL, STYLE_PLAIN, 0, "", reader->last, 0, 0);
        pen_go_on(pen, 1);
    }
    FastFrame *top = pen->top;
    for (; top->level > level && !top->twice; top--)
        close_collection(reader->builder, top, pen->count, reader->last);
    if (top->level != level)
        return false;
    pen->top = top;
    pen->here = level;
    return true;
}

/* Whether what stands in [at, stop), and begins with a letter or the like, is a key like nearly
 * all: text, neither short nor long, with the colon right behind it. */
FAST_INLINE bool is_usual_key(const char *text, uint8_t class, size_t at, size_t stop)
{
    size_t size = stop - at; /* the colon's included */
    return text[stop - 1] == ':' &&
           size - (FAST_SHORTEST_KEY + 1) <= FAST_LONGEST_KEY - FAST_SHORTEST_KEY &&
           (!(class & FAST_WORD) || !fast_is_word(text + at, size - 1));
}

/* False for one that looks like one before it. */
FAST_INLINE bool pen_put_key(Pen *pen, const char *text, size_t at, size_t colon)
{
    if (!fast_looks_new(pen->top, fast_looks(text + at, text + colon - 3)))
        return false;
    pen->top->count++;
    pen_write(pen, 0, NODE_STRING, STYLE_PLAIN, NODE_KEY, text + at, at, colon - at, colon - at);
    return true;
}

/* A plain value in the line of its own key or dash that ends with that line, as far as this one
 * can tell: where the next line is deeper, it goes on with it. */
FAST_INLINE bool pen_put_value(Pen *pen, uint32_t behind, const char *text, uint8_t class,
                               size_t at, size_t end)
{
    if (text[end] != '\n' || (fast_first[(unsigned char)text[end - 1]] & FAST_LOOSE))
        return false;
    pen_write(pen, behind, NODE_STRING, STYLE_PLAIN, 0, text + at, at, end - at, end - at);
    if (!fast_is_text(class, text + at, end - at)) {
        NodeKind kind = plain_kind(text, at, end);
        if (kind == NODE_NULL)
            return false;
        pen->node[behind].kind = (uint8_t)kind;
    }
    pen_go_on(pen, behind + 1);
    return true;
}

/* One in quotes, of which nothing is escaped.  Returns where its line ends, or 0. */
FAST_INLINE size_t pen_put_quoted(Pen *pen, const FastReader *reader, size_t at)
{
    const char *text = reader->text;
    size_t quote = fast_quote(reader->masks, (uint32_t)at + 1), end = quote + 1;
    if (text[quote] != text[at] || text[end] != '\n')
        return 0;
    pen_write(pen, 0, NODE_STRING, fast_quote_style(reader, (uint32_t)at), 0, text + at + 1, at,
              quote - at - 1, end - at);
    pen_go_on(pen, 1);
    return end;
}

/* A usual line leaves five nodes at most: an empty value, a sequence, a mapping, a key, a
 * value. */
enum { LINE_NODES = 5 };

/* Reads usual lines, and empty ones, from marks[0] on.  Returns where the first begins that is
 * none; behind: 0, or the value that it could not read, of which all before it was read.
 *
 * The marks of a usual line are its first character, what is behind its key's colon, and its
 * line feed; so marks[0] is the first character of a line, and marks[-1] the line feed before it.
 * Behind the last line the two are the same.  Nothing is called here, for the registers. */
static const uint32_t *read_usual(FastReader *reader, const uint32_t *marks, size_t *behind)
{
    const char *text = reader->text;
    const Builder *builder = reader->builder;
    uint32_t usable = builder->cap < LINE_NODES ? 0 : builder->cap - LINE_NODES;
    const Node *limit = builder->nodes + usable;
    Pen pen = pen_take(reader);
    *behind = 0;
    while (pen.node < limit) {
        size_t at = marks[0], stop = marks[1], end;
        int32_t level = fast_level((uint32_t)at - (marks[-1] + 1), false);
        uint8_t class = fast_first[(unsigned char)text[at]];
        if (class & FAST_LETTER) {
            if (!is_usual_key(text, class, at, stop) ||
                !pen_step(&pen, reader, NODE_MAP, at, level))
                break;
        } else if (text[at] == '-' && text[at + 1] == ' ') {
            if (!pen_step(&pen, reader, NODE_SEQ, at, level + 1))
                break;
            pen.top->count++;
            at += 2;
            class = fast_first[(unsigned char)text[at]];
            if (!(class & FAST_BEGINS))
                goto special;
            if (text[stop - 1] != ':') {
                if (!pen_put_value(&pen, 0, text, class, at, stop))
                    goto behind;
                reader->last = (uint32_t)stop;
                marks += 2;
                continue;
            }
            if (!(class & FAST_LETTER) || !is_usual_key(text, class, at, stop) ||
                !pen_open(&pen, reader, NODE_MAP, at, level + fast_level(2, false)))
                goto behind;
        } else if (text[at] == '\n' && at != marks[-1]) {
            marks++;
            continue;
        } else {
            break;
        }
        if (!pen_put_key(&pen, text, at, stop - 1))
            break;
        at = stop + 1;
        if (text[stop] == '\n') {
            pen_go_on(&pen, 1);
            reader->pending = PENDING_VALUE;
            pen.here = FAST_NOWHERE;
            reader->last = (uint32_t)stop;
            marks += 2;
            continue;
        }
        class = fast_first[(unsigned char)text[at]];
        end = marks[2];
        if ((class & FAST_BEGINS) && text[stop] == ' ' &&
            pen_put_value(&pen, 1, text, class, at, end)) {
            reader->last = (uint32_t)end;
            marks += 3;
            continue;
        }
        pen_go_on(&pen, 1);
    special:
        if ((class & FAST_CLASS) == FAST_QUOTE && text[at - 1] == ' ' &&
            (end = pen_put_quoted(&pen, reader, at))) {
            reader->last = (uint32_t)end;
            while (*marks < end)
                marks++;
            marks++;
            continue;
        }
    behind:
        *behind = at;
        break;
    }
    pen_leave(&pen, reader);
    return marks;
}

/* An option of a command (--name, -n), which is text to all readers. */
static bool read_option(FastReader *reader, uint32_t at)
{
    const char *text = reader->text;
    if (text[at] != '-') /* it may be the last line feed, too */
        return false;
    char letter = text[at + 1 + (text[at + 1] == '-')] | 0x20;
    uint32_t end = fast_mark(reader->masks, at + 1);
    if (letter < 'a' || letter > 'z' || text[end] != '\n' ||
        (fast_first[(unsigned char)text[end - 1]] & FAST_LOOSE))
        return false;
    fast_add(reader, STYLE_PLAIN, str_slice(text + at, end - at), at, end);
    reader->at = end + 1;
    return true;
}

/* What stands at `at` is behind a colon or a dash, and one more character. */
static bool read_behind(FastReader *reader, uint32_t line, uint32_t at)
{
    const char *text = reader->text;
    return (text[at - 1] == ' ' && read_option(reader, at)) ||
           fast_behind(reader, line, at - 1, text[at - 2] == ':' ? PENDING_VALUE : PENDING_ITEM);
}

/* A line that is deeper than all goes on with the plain scalar that was read last, if nothing but
 * line ends and spaces stands between the two. */
static bool read_on(FastReader *reader, uint32_t line)
{
    const char *text = reader->text;
    const Node *last = &reader->builder->nodes[reader->builder->count - 1];
    uint32_t at = last->offset + last->size;
    if (last->style != STYLE_PLAIN || (last->flags & NODE_KEY) || text[at] != '\n')
        return false;
    while (at < line && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r'))
        at++;
    reader->builder->count--;
    return at == line && fast_plain(reader, last->offset) && reader->at > line;
}

/* Behind the last line: what is pending stays empty, what is open ends. */
static void finish(FastReader *reader)
{
    if (reader->pending == PENDING_ROOT)
        return;
    if (reader->pending != PENDING_NOTHING)
        fast_add_empty(reader);
    while (reader->top->level > FAST_ROOT)
        fast_close(reader);
}

static bool read_lines(FastReader *reader, const uint32_t *marks)
{
    while (reader->at < reader->len) {
        size_t behind;
        while (*marks < reader->at)
            marks++;
        marks = read_usual(reader, marks, &behind);
        uint32_t line = marks[-1] + 1, at = marks[0];
        bool good = true;
        if (behind)
            good = read_behind(reader, line, (uint32_t)behind);
        else if (at == marks[-1])
            break; /* behind the last line */
        else if (reader->text[at] == '\n')
            reader->at = at + 1;
        else if (reader->text[at] == '#')
            reader->at = fast_comment(reader, at) + 1;
        else if (reader->pending == PENDING_NOTHING &&
                 fast_level(at - line, false) > reader->top->level)
            good = read_on(reader, line);
        else
            good = fast_line(reader, line, at);
        if (!good)
            return false;
    }
    finish(reader);
    return true;
}

/* A chunk may begin with the line that separates it from the one before. */
static bool skip_separator(FastReader *reader)
{
    if (reader->len < 4 || memcmp(reader->text, "---", 3) != 0)
        return true;
    return fast_end_line(reader, 3);
}

bool fast_read(Builder *builder, const FastMap *map, Str text)
{
    FastReader reader;
    reader.builder = builder;
    reader.masks = map->at;
    reader.text = text.ptr;
    reader.len = (uint32_t)text.len;
    reader.at = reader.last = 0;
    reader.pending = PENDING_ROOT;
    reader.full = reader.commented = false;
    reader.top = reader.frames;
    *reader.top = (FastFrame){.level = FAST_ROOT, .node = BASE_NONE};
    if (!skip_separator(&reader))
        return false;
    bool marked = reader.at > 0;
    if (!read_lines(&reader, map->marks + 1))
        return false;
    if (reader.pending == PENDING_ROOT)
        return !marked; /* nothing; behind a separator it is a null */
    builder->commented = reader.commented;
    return !reader.full;
}
