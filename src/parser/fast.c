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
 * address; the builder's and the reader's own fields are true again where another file is
 * called. */
typedef struct Pen {
    Node *node;     /* the next one */
    uint32_t count; /* its index */
    FastFrame *top;
} Pen;

/* A usual line leaves five nodes at most: an empty value, a sequence, a mapping, a key, a
 * value. */
enum { LINE_NODES = 5 };

FAST_INLINE Pen pen_take(FastReader *reader)
{
    const Builder *builder = reader->builder;
    uint32_t limit = builder->cap < LINE_NODES ? 0 : builder->cap - LINE_NODES;
    reader->limit = builder->nodes + limit;
    return (Pen){
        .node = builder->nodes + builder->count, .count = builder->count, .top = reader->top};
}

FAST_INLINE void pen_leave(const Pen *pen, FastReader *reader)
{
    reader->builder->count = pen->count;
    reader->top = pen->top;
}

/* The limit is 0 before the first node there ever was. */
static bool make_room(FastReader *reader)
{
    return builder_reserve(reader->builder, LINE_NODES + 1, 0, 0);
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

FAST_INLINE void pen_put_empty(Pen *pen, const FastReader *reader)
{
    pen_write(pen, 0, NODE_NULL, STYLE_PLAIN, 0, "", reader->last, 0, 0);
    pen_go_on(pen, 1);
}

FAST_INLINE bool pen_open(Pen *pen, FastReader *reader, NodeKind kind, size_t at,
                          int32_t level)
{
    if (pen->top == &reader->frames[PARSER_MAX_DEPTH])
        return false;
    FastFrame *frame = ++pen->top;
    frame->seen = 0;
    frame->node = pen->count;
    frame->count = 0;
    frame->level = level;
    frame->twice = false;
    pen_write(pen, 0, kind, STYLE_BLOCK, 0, NULL, at, 0, 0);
    pen_go_on(pen, 1);
    reader->last = (uint32_t)at;
    return true;
}

/* Closes the collections that a line of that level is not within; false where it is in none. */
FAST_INLINE bool pen_close(Pen *pen, FastReader *reader, int32_t level)
{
    for (; pen->top->level > level; pen->top--)
        close_collection(reader->builder, pen->top, pen->count, reader->last);
    return pen->top->level == level;
}

typedef enum Step { STEP_DONE, STEP_DEEPER, STEP_NOWHERE } Step;

/* Steps into the collection that a line of that level belongs to: one that is open, or begins
 * with it, as what is pending.  Deeper: nothing is, and so it goes on with a plain scalar. */
FAST_INLINE Step pen_step(Pen *pen, FastReader *reader, NodeKind kind, size_t at, int32_t level)
{
    if (reader->pending != PENDING_NOTHING) {
        bool deeper = level > pen->top->level;
        reader->pending = PENDING_NOTHING;
        if (deeper)
            return pen_open(pen, reader, kind, at, level) ? STEP_DONE : STEP_NOWHERE;
        pen_put_empty(pen, reader);
    }
    if (pen->top->level == level)
        return STEP_DONE;
    if (pen->top->level < level)
        return STEP_DEEPER;
    return pen_close(pen, reader, level) ? STEP_DONE : STEP_NOWHERE;
}

/* Whether what stands in [at, stop) is a key like nearly all: text, neither short nor long, with
 * the colon right behind it. */
FAST_INLINE bool is_usual_key(const char *text, uint8_t class, size_t at, size_t stop)
{
    size_t size = stop - 1 - at; /* an empty line may have no byte before its stop */
    return (class & FAST_LETTER) && text[stop - 1] == ':' &&
           size - FAST_SHORTEST_KEY <= FAST_LONGEST_KEY - FAST_SHORTEST_KEY &&
           (!(class & FAST_WORD) || !fast_is_word(text + at, size));
}

FAST_INLINE void pen_put_key(Pen *pen, Builder *builder, const char *text, size_t at, size_t colon)
{
    pen->top->count++;
    if (!fast_looks_new(pen->top, fast_looks(text + at, text + colon - 3))) {
        builder->count = pen->count;
        fast_look_again(builder, pen->top, str_slice(text + at, colon - at));
    }
    pen_write(pen, 0, NODE_STRING, STYLE_PLAIN, NODE_KEY, text + at, at, colon - at, colon - at);
}

/* A plain value in the line of its own key or dash that ends with that line, as far as this one
 * can tell: where the next line is deeper, it goes on with it. */
FAST_INLINE bool pen_put_value(Pen *pen, uint32_t behind, const char *text, uint8_t class,
                               size_t at, size_t end)
{
    NodeKind kind = NODE_STRING;
    if (text[end] != '\n' || (fast_first[(unsigned char)text[end - 1]] & FAST_LOOSE))
        return false;
    if (!fast_is_text(class, text + at, (uint32_t)(end - at)) &&
        (kind = plain_kind(text, at, end)) == NODE_NULL)
        return false;
    pen_write(pen, behind, NODE_STRING, STYLE_PLAIN, 0, text + at, at, end - at, end - at);
    if (kind != NODE_STRING)
        pen->node[behind].kind = (uint8_t)kind;
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
    pen_write(pen, 0, NODE_STRING, text[at] == '"' ? STYLE_DOUBLE : STYLE_SINGLE, 0, text + at + 1,
              at, quote - at - 1, end - at);
    pen_go_on(pen, 1);
    return end;
}

/* An option of a command (--name, -n), which is text to all readers.  Returns the same. */
static size_t pen_put_option(Pen *pen, const char *text, size_t at, const uint32_t *marks)
{
    char letter = text[at + 1 + (text[at + 1] == '-')] | 0x20;
    while (*marks <= at)
        marks++;
    size_t end = *marks;
    if (letter < 'a' || letter > 'z' || text[end] != '\n' ||
        (fast_first[(unsigned char)text[end - 1]] & FAST_LOOSE))
        return 0;
    pen_write(pen, 0, NODE_STRING, STYLE_PLAIN, 0, text + at, at, end - at, end - at);
    pen_go_on(pen, 1);
    return end;
}

/* A pair of brackets with nothing in it.  Returns the same. */
static size_t pen_put_brackets(Pen *pen, const FastReader *reader, size_t at)
{
    bool map = reader->text[at] == '{';
    if (reader->text[at + 1] != (map ? '}' : ']') || reader->text[at + 2] != '\n' ||
        pen->top == &reader->frames[PARSER_MAX_DEPTH])
        return 0;
    pen_write(pen, 0, map ? NODE_MAP : NODE_SEQ, STYLE_FLOW, 0, NULL, at, 0, 2);
    pen_go_on(pen, 1);
    return at + 2;
}

FAST_INLINE size_t pen_put_special(Pen *pen, const FastReader *reader, uint8_t class, size_t at,
                                   const uint32_t *marks)
{
    Pen copy = *pen;
    size_t end = 0;
    switch (class & FAST_CLASS) {
    case FAST_QUOTE: return pen_put_quoted(pen, reader, at);
    case FAST_DASH: end = pen_put_option(&copy, reader->text, at, marks); break;
    case FAST_OPEN: end = pen_put_brackets(&copy, reader, at); break;
    default: break;
    }
    *pen = copy;
    return end;
}

/* Behind the last line: what is pending stays empty, what is open ends. */
static bool finish(FastReader *reader, Pen pen)
{
    if (reader->pending != PENDING_ROOT) {
        if (reader->pending != PENDING_NOTHING)
            pen_put_empty(&pen, reader);
        (void)pen_close(&pen, reader, FAST_ROOT);
    }
    pen_leave(&pen, reader);
    return true;
}

/* Whether the last node is a plain scalar that was read here, and nothing but line ends and spaces
 * stands between it and the line at `line`. */
static bool was_usual(const FastReader *reader, const Node *last, size_t line)
{
    const char *text = reader->text;
    size_t at = last->offset + last->size;
    if (last->style != STYLE_PLAIN || (last->flags & NODE_KEY) || text[at] != '\n')
        return false;
    while (at < line && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r'))
        at++;
    return at == line;
}

/* The marks of a usual line are its first character, what is behind its key's colon, and its
 * line feed; so marks[0] is the first character of a line, and marks[-1] the line feed before it.
 * Behind the last line the two are the same. */
static bool read_lines(FastReader *reader, const uint32_t *marks)
{
    const char *text = reader->text;
    size_t end;
    Pen pen = pen_take(reader);
    if (reader->at >= reader->len)
        return true;
    while (*marks < reader->at)
        marks++;
    for (;;) {
        size_t at = marks[0], stop = marks[1];
        int32_t level = fast_level((uint32_t)at - (marks[-1] + 1), false);
        uint8_t class = fast_first[(unsigned char)text[at]];
        Step step;
        if (pen.node >= reader->limit) {
            pen_leave(&pen, reader);
            if (!make_room(reader))
                return false;
            pen = pen_take(reader);
        }
        if (text[at] == '-' && text[at + 1] == ' ') {
            step = pen_step(&pen, reader, NODE_SEQ, at, level + 1);
            if (step != STEP_DONE)
                goto elsewhere;
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
            if (!is_usual_key(text, class, at, stop))
                goto behind;
            if (!pen_open(&pen, reader, NODE_MAP, at, level + fast_level(2, false)))
                return false;
        } else {
            if (!is_usual_key(text, class, at, stop))
                goto other;
            step = pen_step(&pen, reader, NODE_MAP, at, level);
            if (step != STEP_DONE)
                goto elsewhere;
        }
        pen_put_key(&pen, reader->builder, text, at, stop - 1);
        at = stop + 1;
        if (text[stop] == '\n') {
            pen_go_on(&pen, 1);
            reader->pending = PENDING_VALUE;
            reader->last = (uint32_t)stop;
            marks += 2;
            continue;
        }
        class = fast_first[(unsigned char)text[at]];
        if (!(class & FAST_BEGINS) || text[stop] != ' ') {
            pen_go_on(&pen, 1);
            goto special;
        }
        stop = marks[2];
        if (!pen_put_value(&pen, 1, text, class, at, stop)) {
            pen_go_on(&pen, 1);
            goto behind;
        }
        reader->last = (uint32_t)stop;
        marks += 3;
        continue;
    special: /* `at` as below */
        if (text[at - 1] != ' ' || !(end = pen_put_special(&pen, reader, class, at, marks)))
            goto behind;
        reader->last = (uint32_t)end;
        while (*marks < end)
            marks++;
        marks++;
        continue;
    other:
        if (text[at] == '\n') {
            if (at == marks[-1])
                break;
            marks++;
            continue;
        }
        if (text[at] == '#') {
            reader->commented |= comments_speak(text + at, text + reader->len);
            while (text[*marks] != '\n')
                marks++;
            marks++;
            continue;
        }
        step = STEP_DEEPER;
        if (reader->pending == PENDING_NOTHING && level > pen.top->level)
            goto elsewhere;
        pen_leave(&pen, reader);
        if (!fast_line(reader, marks[-1] + 1, (uint32_t)at))
            return false;
        goto again;
    behind: /* what stands at `at` is behind a colon or a dash, and one more character */
        pen_leave(&pen, reader);
        if (!fast_behind(reader, marks[-1] + 1, (uint32_t)at - 1,
                         text[at - 2] == ':' ? PENDING_VALUE : PENDING_ITEM))
            return false;
        goto again;
    elsewhere: /* a plain value goes on, or nothing can stand here */
        if (step != STEP_DEEPER || !was_usual(reader, pen.node - 1, marks[-1] + 1))
            return false;
        pen.node--;
        pen.count--;
        pen_leave(&pen, reader);
        if (!fast_plain(reader, pen.node->offset) || reader->at <= marks[0])
            return false;
    again:
        pen = pen_take(reader);
        if (reader->at >= reader->len)
            break;
        while (*marks < reader->at)
            marks++;
    }
    if (pen.node >= reader->limit) {
        pen_leave(&pen, reader);
        if (!make_room(reader))
            return false;
        pen = pen_take(reader);
    }
    return finish(reader, pen);
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
