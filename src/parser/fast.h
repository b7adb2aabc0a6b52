/* fast: the reader of the YAML that manifests are written in, between its files
 * (docs/fast-reader.md says what it reads and what it leaves to libyaml).
 *
 * A function that returns bool returns false where it is not certain: the document is
 * then read from its start by libyaml, which is right by definition.  Nothing here
 * reports a syntax error.  Private to the parser room. */
#ifndef PLIMSOLL_PARSER_FAST_H
#define PLIMSOLL_PARSER_FAST_H

#include "parser/fast_masks.h"
#include "parser/yaml.h"

/* ---- the door ---- */
/* Fills the builder from its source, or returns false and leaves it half filled.  The
 * map is that of the text, which is the source and ends with a line feed. */
bool fast_read(Builder *builder, const FastMap *map, Str text);

/* ---- the reader ---- */
/* A collection whose end has not come.
 *
 * Where a line belongs is told by one number, its level: twice its column, and one more
 * where it starts with a dash.  So a sequence whose dashes stand under the key's first
 * letter is one step above that key's mapping, and levels on the stack always grow.
 * What stands within a collection is deeper than level / 2. */
typedef struct FastFrame {
    uint64_t seen; /* a bit for the looks of each key */
    uint32_t node;
    uint32_t count; /* of entries or items so far */
    int32_t level;
    bool twice;     /* two keys may be equal: they are to be compared */
} FastFrame;

enum { FAST_ROOT = -1 }; /* the level around the document, whose root is a collection */

FAST_INLINE int32_t fast_level(uint32_t column, bool dash)
{
    return (int32_t)(column * 2 + dash);
}

/* What the last line left open. */
typedef enum FastPending { PENDING_NOTHING, PENDING_ROOT, PENDING_VALUE, PENDING_ITEM } FastPending;

typedef struct FastReader {
    Builder *builder;
    const FastMask *masks;
    const char *text;   /* ends with a line feed */
    uint32_t len;
    uint32_t at;        /* the start of the next line */
    uint32_t last;      /* the end of the last token; what is pending stands there if it stays
                           empty */
    FastPending pending;
    bool full;          /* there are too many nodes */
    bool commented;     /* a comment that speaks to us was passed over */
    FastFrame *top;     /* the innermost frame */
    FastFrame frames[PARSER_MAX_DEPTH + 1]; /* the first is FAST_ROOT */
} FastReader;

/* ---- the first character of a token ---- */
enum {
    FAST_PLAIN = 1,  /* begins a plain scalar */
    FAST_DASH = 2,   /* begins a plain scalar, or is the indicator of an item */
    FAST_QUOTE = 3,
    FAST_BLOCK = 4,  /* | and > */
    FAST_OPEN = 5,   /* [ and { */
    FAST_CLASS = 7,
    FAST_WORD = 8,   /* may begin a short word that is no text (true, null, …) */
    FAST_NUMBER = 16, /* may begin a number, or a merge */
    FAST_LOOSE = 32, /* a blank or a colon: what ends with it is no value yet */
    FAST_BEGINS = 64, /* of class FAST_PLAIN */
    FAST_LETTER = 128, /* that, and no number */
};
extern const uint8_t fast_first[256];
static inline uint8_t fast_class(const FastReader *reader, uint32_t at)
{
    return fast_first[(unsigned char)reader->text[at]];
}

enum {
    FAST_LONGEST_WORD = 5,
    FAST_SHORTEST_KEY = 3,   /* bytes; shorter ones have no looks */
    FAST_LONGEST_KEY = 1000, /* bytes; libyaml's limit is 1,024 characters, colon included */
};

static inline NodeStyle fast_quote_style(const FastReader *reader, uint32_t at)
{
    return reader->text[at] == '"' ? STYLE_DOUBLE : STYLE_SINGLE;
}

/* Spaces, tabs, CR; LF as well, but the callers stand before one. */
static inline bool fast_is_blank(char c) { return (unsigned char)c <= ' '; }
/* The end of [.., end) without the blanks; something else stands before them. */
FAST_INLINE uint32_t fast_trim(const char *text, uint32_t end)
{
    while (fast_is_blank(text[end - 1]))
        end--;
    return end;
}
/* The first character that is no space, CR or tab. */
static inline uint32_t fast_nonblank(const FastReader *reader, uint32_t at)
{
    at = fast_nonspace(reader->masks, at);
    while (reader->text[at] == '\t')
        at = fast_nonspace(reader->masks, at + 1);
    return at;
}
/* Where a plain scalar that starts at `at` stops in its line: what is blank behind the ':' of a
 * key, a tab, a '#' or LF.  Any other mark, a ':' or a quote behind a blank, is a part of it. */
static inline uint32_t fast_stop(const FastReader *reader, uint32_t at)
{
    do
        at = fast_mark(reader->masks, at + 1);
    while (!fast_is_blank(reader->text[at]) && reader->text[at] != '#');
    return at;
}
/* The same, false for one with a tab in it. */
static inline bool fast_find_stop(const FastReader *reader, uint32_t at, uint32_t *stop)
{
    *stop = fast_stop(reader, at);
    if (reader->text[*stop] != '\t' || reader->text[*stop - 1] == ':')
        return true;
    *stop = fast_nonblank(reader, *stop);
    return reader->text[*stop] == '\n' || reader->text[*stop] == '#';
}

/* ---- nodes ---- */
void fast_grow(FastReader *reader);

/* A node, of which every field is written, one by one: nodes are not zeroed. */
FAST_INLINE uint32_t fast_node(FastReader *reader, NodeKind kind, NodeStyle style,
                                 uint16_t flags, Str text, uint32_t at, uint32_t end)
{
    Builder *builder = reader->builder;
    if (builder->count == builder->cap)
        fast_grow(reader);
    uint32_t index = builder->count++;
    Node *node = &builder->nodes[index];
    node->text = text.ptr;
    node->len = (uint32_t)text.len;
    node->next = index + 1;
    node->offset = at;
    node->size = end - at;
    node->kind = (uint8_t)kind;
    node->style = (uint8_t)style;
    node->flags = flags;
    node->bind = BASE_NONE;
    return index;
}

/* The same behind which nothing is pending. */
FAST_INLINE uint32_t fast_push(FastReader *reader, NodeKind kind, NodeStyle style,
                                 uint16_t flags, Str text, uint32_t at, uint32_t end)
{
    uint32_t index = fast_node(reader, kind, style, flags, text, at, end);
    reader->last = end;
    reader->pending = PENDING_NOTHING;
    return index;
}

static inline void fast_add(FastReader *reader, NodeStyle style, Str text, uint32_t at,
                            uint32_t end)
{
    fast_push(reader, NODE_STRING, style, 0, text, at, end);
}

/* A value that is not there. */
static inline void fast_add_empty(FastReader *reader)
{
    fast_push(reader, NODE_NULL, STYLE_PLAIN, 0, STR(""), reader->last, reader->last);
}

/* What a plain scalar is that may be no text, or that others may read differently. */
bool fast_add_typed(FastReader *reader, uint32_t at, uint32_t end, bool is_key);

/* Whether a plain scalar that begins like a word which is no text may be one. */
FAST_INLINE bool fast_is_word(const char *text, size_t len)
{
    /* Most are told by the second letter: name is not no, and type is not true.  Letters count
     * from 1, in either case. */
#define LETTER(c) (UINT32_C(1) << ((c) & 31))
    static const uint32_t SECOND[32] = {
        ['f' & 31] = LETTER('a'), ['n' & 31] = LETTER('o') | LETTER('u'),
        ['o' & 31] = LETTER('n') | LETTER('f'), ['t' & 31] = LETTER('r'),
        ['y' & 31] = LETTER('e'),
    };
#undef LETTER
    return len <= FAST_LONGEST_WORD &&
           (len == 1 || (SECOND[text[0] & 31] >> (text[1] & 31) & 1));
}

/* Whether a plain scalar, whose first character is of that class, is certainly text, to all
 * readers of YAML. */
FAST_INLINE bool fast_is_text(uint8_t class, const char *text, size_t len)
{
    if (!(class & (FAST_NUMBER | FAST_WORD)))
        return true;
    return !(class & FAST_NUMBER) && !fast_is_word(text, len);
}

/* A plain scalar in the text [at, end) on one line, whose value is what stands there. */
static inline bool fast_add_plain(FastReader *reader, uint32_t at, uint32_t end)
{
    const char *text = reader->text + at;
    if (!fast_is_text(fast_class(reader, at), text, end - at))
        return fast_add_typed(reader, at, end, false);
    fast_add(reader, STYLE_PLAIN, str_slice(text, end - at), at, end);
    return true;
}

/* ---- equal keys ---- */
/* A key's looks: of what stands there with a colon behind it, the first four and the last
 * four bytes.  Only of keys that are long enough. */
FAST_INLINE uint32_t fast_looks(const char *first, const char *last)
{
    return str_load4(first) * UINT32_C(0x9E3779B1) + str_load4(last) * UINT32_C(0x85EBCA6B);
}

/* Where a key looks like one before it, the two are compared. */
void fast_look_again(const Builder *builder, FastFrame *frame, Str key);
FAST_INLINE bool fast_looks_new(FastFrame *frame, uint32_t looks)
{
    unsigned bit = looks >> 26;
    bool seen = frame->seen >> bit & 1;
    frame->seen |= UINT64_C(1) << bit;
    return !seen;
}

/* A key, of which every other reader of YAML says the same. */
bool fast_add_key(FastReader *reader, NodeStyle style, Str text, uint32_t at, uint32_t end);

/* ---- collections ---- */
bool fast_open(FastReader *reader, NodeKind kind, NodeStyle style, uint32_t at, int32_t level);
void fast_close(FastReader *reader);

/* ---- fast_line.c ---- */
/* A line that is not empty and whose first character stands at `at`, with whatever lines
 * belong to its scalars. */
bool fast_line(FastReader *reader, uint32_t line, uint32_t at);
/* What stands behind a dash or a key's colon: a node, or nothing in this line. */
bool fast_behind(FastReader *reader, uint32_t line, uint32_t at, FastPending pending);
/* A plain scalar that is no key, anew: it was taken for one that ends with its line. */
bool fast_plain(FastReader *reader, uint32_t at);
/* Where the line ends in which a comment or nothing stands at `at`. */
static inline uint32_t fast_comment(FastReader *reader, uint32_t at)
{
    uint32_t end = fast_newline(reader->masks, at);
    if (reader->text[at] == '#')
        reader->commented |= comments_speak(reader->text + at, reader->text + end);
    return end;
}
/* Behind a token that ends its line: only blanks and a comment may follow. */
bool fast_end_line(FastReader *reader, uint32_t at);

/* ---- fast_scalar.c ---- */
/* A plain scalar that starts at `at` and whose first line stops at `stop`; the next
 * line goes on with it. */
bool fast_plain_lines(FastReader *reader, uint32_t at, uint32_t stop);
/* Whether the line at `line`, or the first behind it that is not empty, goes on with a
 * plain scalar within a collection of that level; at is set to its first character. */
bool fast_goes_on(const FastReader *reader, int32_t level, uint32_t line, uint32_t *at);
/* A quoted scalar's end, behind the closing quote; simple: its value is what stands
 * there; lines: it has more than one. */
typedef struct FastQuoted {
    uint32_t end;
    bool simple;
    bool lines;
} FastQuoted;
bool fast_quoted(const FastReader *reader, uint32_t at, FastQuoted *quoted);
Str fast_quoted_text(FastReader *reader, uint32_t at, const FastQuoted *quoted);
/* | or > and its lines. */
bool fast_block(FastReader *reader, uint32_t at);

/* ---- fast_flow.c ---- */
/* A collection in brackets.  Returns the place behind the closing one, or 0. */
uint32_t fast_flow(FastReader *reader, uint32_t at);

#endif
