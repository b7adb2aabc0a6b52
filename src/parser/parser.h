/* parser: bytes to documents, and a document to a tree with exact source spans.
 *
 * The stream is cut into documents as kubectl's own reader cuts it
 * (k8s.io/apimachinery/pkg/util/yaml), before any parser sees it; each document
 * is then read by libyaml's event parser, or by the JSON reader where the stream
 * is JSON, into one array of nodes.  What kubectl's reader (sigs.k8s.io/yaml)
 * would make of the same bytes decides every question of value.
 *
 * Ownership: a Document lives in the Parser's arena and in the bytes it was given
 * until the next parser_read; nothing may point into it after that.  Once
 * the schema room has bound it (Node.bind), the tree is const.
 * Errors: what the user wrote wrong becomes findings (YAML_RULES).  Where no tree
 * can be had, parser_read returns PARSER_FAILED, and the next document goes on; a
 * key given twice leaves a tree.
 * Units: Node offsets and sizes are bytes from the document's first byte. */
#ifndef PLIMSOLL_PARSER_H
#define PLIMSOLL_PARSER_H

#include "diag/diag.h"

/* ---- limits; each has an error at its place ---- */
enum {
    PARSER_MAX_DEPTH = 512,          /* nested collections; kubectl's are 10,000 */
    PARSER_MAX_NODES = 50 * 1000 * 1000,   /* of one document, aliases expanded */
    PARSER_MAX_DOCUMENT = 1 << 30,   /* bytes of one document */
};

/* ---- the tree ---- */
typedef enum NodeKind {
    NODE_NULL,
    NODE_BOOL,
    NODE_INT,
    NODE_FLOAT,
    NODE_STRING,
    NODE_MAP,
    NODE_SEQ,
} NodeKind;

typedef enum NodeStyle {
    STYLE_PLAIN,
    STYLE_SINGLE,
    STYLE_DOUBLE,
    STYLE_LITERAL,
    STYLE_FOLDED,
    STYLE_BLOCK, /* collections */
    STYLE_FLOW,
    STYLE_JSON, /* anything in a JSON document */
} NodeStyle;

#define NODE_UNBOUND UINT32_MAX /* a Node's bind before the schema's walk */

enum {
    NODE_KEY = 1 << 0,       /* a mapping's key; its value is the next node */
    NODE_ALIASED = 1 << 1,   /* copied from an anchor: the span is the anchor's */
    NODE_ALIAS_ROOT = 1 << 2, /* the topmost such node; document_alias says where the alias is */
    NODE_MERGED = 1 << 3,    /* a key that came in through << */
    NODE_SHADOWED = 1 << 4,  /* a key (or its value) that a later duplicate replaced */
    NODE_ANCHORED = 1 << 5,
    NODE_TAGGED = 1 << 6,
    NODE_FILLED = 1 << 7,    /* what a server fills in: the span is that of what is around it */
};

/* Nodes stand in document order: a collection's children follow it, each with
 * its own subtree behind it.  A mapping's children are key, value, key, value;
 * keys are always strings, as JSON has them. */
typedef struct Node {
    union {
        const char *text; /* a scalar's decoded value */
        uint64_t names;   /* of a mapping: node_name_bit of each key that is bound; 0: see all.
                             Of a sequence 0. */
    };
    uint32_t len;     /* bytes of text; entries of a mapping; items of a sequence */
    uint32_t next;    /* index of the first node behind this one's subtree */
    uint32_t offset;  /* the span: a key or scalar spans its token, quotes included; */
    uint32_t size;    /* a collection ends where its last child ends */
    uint8_t kind;     /* NodeKind */
    uint8_t style;    /* NodeStyle */
    uint16_t flags;
    uint32_t bind;    /* written once by the schema walk: on a key its SchemaName, on a
                         value its type; SCHEMA_UNBOUND before */
} Node;

/* A comment that speaks to us: "# plimsoll: …" or "# Source: …". */
typedef struct Comment {
    uint32_t offset; /* of the # */
    uint32_t size;   /* to the end of the line */
} Comment;

typedef struct Alias {
    uint32_t node;   /* the NODE_ALIAS_ROOT */
    uint32_t offset; /* of the alias's token, or of the << entry's value */
    uint32_t size;
} Alias;

enum { DOCUMENT_FINGERS = 32 };

/* Where path.c's last step down from a collection led: findings come in order, so the
 * next way down mostly starts there instead of at the first of many children. */
typedef struct Finger {
    const Node *nodes;
    uint32_t reading; /* Document.reading */
    uint32_t from, child, index;
    uint32_t text : 31; /* where this step's text ends in the last path; 0: it is not there */
    uint32_t plain : 1; /* that text is plain up to there */
} Finger;

typedef struct Document {
    Str text;        /* the document's bytes */
    uint32_t source; /* index in Sources.docs */
    Node *nodes;     /* nodes[0] is the root; an empty document has count 0 */
    uint32_t count;
    Comment *comments;
    uint32_t comment_count;
    Alias *aliases; /* ascending by node */
    uint32_t alias_count;
    Finger *fingers; /* path.c's: DOCUMENT_FINGERS, or NULL */
    Buf *path;       /* path.c's: with fingers, the text of the last path */
    uint32_t reading; /* how many documents the parser had read with this one */
    bool json;
    /* The object under the walk's hand: the whole document, or one item of a List.
     * Findings' paths are relative to it. */
    uint32_t root;
    int32_t item;    /* index in the List, nested ones unrolled in order; -1: no List */
    uint32_t object; /* id of the object in this run, BASE_NONE before it has one */
} Document;

/* Children of a collection:
 *   for (uint32_t at = node_first(i); at < node_end(doc, i); at = node_after(doc, at))
 * visits items of a sequence; for a mapping `at` is the key, at + 1 its value, and
 * node_after_entry steps over both. */
static inline const Node *node_at(const Document *doc, uint32_t node) { return &doc->nodes[node]; }
static inline uint32_t node_first(uint32_t collection) { return collection + 1; }
static inline uint32_t node_end(const Document *doc, uint32_t collection)
{
    return doc->nodes[collection].next;
}
static inline uint32_t node_after(const Document *doc, uint32_t node)
{
    return doc->nodes[node].next;
}
static inline uint32_t node_after_entry(const Document *doc, uint32_t key)
{
    return doc->nodes[key + 1].next;
}
static inline bool node_is_scalar(const Node *node) { return node->kind < NODE_MAP; }
static inline uint64_t node_name_bit(uint32_t name) { return UINT64_C(1) << (name & 63); }
/* A scalar's decoded text; empty for a collection. */
static inline Str node_str(const Document *doc, uint32_t node)
{
    const Node *at = &doc->nodes[node];
    return node_is_scalar(at) && at->text ? str_slice(at->text, at->len) : str_slice("", 0);
}
static inline NodeKind node_kind(const Document *doc, uint32_t node)
{
    return (NodeKind)doc->nodes[node].kind;
}
/* The value under a key compared as text: for the few that run before a type is
 * known (apiVersion, kind, configuration).  BASE_NONE if absent or not a mapping;
 * of duplicates the last one counts, as kubectl has it. */
uint32_t node_get_text(const Document *doc, uint32_t map, Str key);
uint32_t document_parent(const Document *doc, uint32_t node); /* BASE_NONE for the root */
/* One step from a collection down to a node within it: the child (of a mapping: the
 * value) whose subtree, or whose key, holds the node, and its index. */
uint32_t document_child(const Document *doc, uint32_t from, uint32_t to, uint32_t *index);
const Alias *document_alias(const Document *doc, uint32_t node); /* the alias it came through */

/* ---- number.c: scalars as kubectl's reader types them ---- */
/* What a plain YAML 1.1 scalar is once kubectl has made JSON of it.  A number is a
 * NODE_INT if and only if it is sent as an integer that fits an int64, so 1e3, 08 and
 * 2.0 are, and 18446744073709551615 is not. */
NodeKind scalar_resolve(Str plain);
/* The value of a NODE_INT; false for any other node, or where it does not fit. */
bool node_int64(const Document *doc, uint32_t node, int64_t *value);
bool node_uint64(const Document *doc, uint32_t node, uint64_t *value);
bool node_double(const Document *doc, uint32_t node, double *value); /* NODE_INT or NODE_FLOAT */
bool node_bool(const Document *doc, uint32_t node); /* of a NODE_BOOL */
/* The JSON text that kubectl would send for a scalar: 0o14 is 12, 1e3 is 1000,
 * yes is true, strings with Go's escapes. */
void node_json(const Document *doc, uint32_t node, Buf *out);

/* ---- split.c ---- */
typedef struct Chunk {
    Str text;        /* one document; points into the stream */
    const struct FastMap *map; /* what its splitter saw of it, where that was asked for */
    uint64_t base;   /* offset of its first byte in the stream */
    uint32_t index;  /* as kubectl's reader counts */
    uint32_t line;   /* of its first byte */
    uint32_t column;
    uint32_t junk;   /* offset of text behind a separator's ---, which kubectl refuses
                        together with what stands before it; 0: none */
    bool json;
    bool item;       /* an item of a List, of which index is the number */
    bool marked;     /* the stream starts with a byte order mark: kubectl then refuses
                        bytes that are no UTF-8 instead of replacing them */
} Chunk;

typedef struct Splitter {
    Str stream;
    struct FastMap *map; /* of the last chunk; NULL: nobody asked for it */
    size_t at;
    uint32_t index;
    uint32_t line;
    uint32_t column;
    uint32_t values; /* of the JSON stream so far */
    bool json;
    bool stuck;      /* kubectl can read no further */
    bool marked;
} Splitter;

void splitter_init(Splitter *splitter, Str stream);
/* Whether a stream that begins so can be cut behind any line that starts with --- and
 * stands behind one that does not: each part is then cut into the documents that the
 * whole would give. */
bool splitter_is_cuttable(Str head);
enum { SPLITTER_HEAD = 4096 }; /* bytes that decide it */
/* The stream goes on behind such a cut with that text; what was before it is gone. */
void splitter_go_on(Splitter *splitter, Str text);
/* The next document; false at the end.  A chunk may hold comments only, or nothing
 * but line ends: kubectl counts those. */
bool splitter_next(Splitter *splitter, Chunk *chunk);

/* ---- list.c: the items of a List, each a chunk of its own ---- */
/* Of a List as kubectl get writes it, or yq behind it: a mapping with the key items, whose items
 * begin lines with a dash at one column, or a JSON object.  What else may stand in a List is not
 * told: whoever wants to know whether it is read so as in one piece reads all of its items once.
 * Other JSON is a stream, and its documents are the items: they are what a Splitter finds if
 * nothing is wrong up to the stream's end. */
typedef struct ListSplitter {
    char *text;      /* of the stream; the dash before an item becomes a space */
    size_t len;
    size_t at;       /* what is next */
    struct FastMap *map;
    uint32_t index;  /* of the next item */
    uint32_t line, column; /* of what is next */
    uint32_t indent; /* YAML: spaces before each item's dash */
    bool json;
    bool stream;     /* of JSON documents: it is no List */
    bool comma;      /* JSON: an item stands before it */
    bool within;     /* nothing but items follows, to the end of what is to be seen */
    const uint32_t *sizes; /* JSON: of the items from the next one on, who knows them; or NULL */
} ListSplitter;
typedef enum ListStep {
    LIST_ITEM,
    LIST_MORE, /* it depends on text that is not there yet */
    LIST_END,  /* behind the last item; what follows stands at `at` */
    LIST_BAD,  /* it is none */
} ListStep;
/* Goes to the first item; false where a stream that starts so is none.  The text before it, or a
 * part of that which ends with the key and, in JSON, the bracket, is that of an empty List. */
bool list_begin(ListSplitter *list, char *text, size_t len);
/* last: the stream, or what is to be seen of it, ends with the text. */
ListStep list_next(ListSplitter *list, bool last, Chunk *chunk);
/* For one who reads an item again: does with its text what list_next does. */
void list_blank(char *item);

/* ---- reader.c ---- */
typedef struct Parser Parser;
typedef enum ParserStatus {
    PARSER_OK,
    PARSER_EMPTY,  /* a document with no content: comments only, or null */
    PARSER_FAILED, /* reported */
} ParserStatus;

Parser *parser_new(void);
/* For tests, which hold the readers against each other: "libyaml" keeps the fast reader
 * out; "portable", "sse2", "avx2", "avx512" or "neon" says which instructions that one uses, where
 * the machine has them.  NULL, or anything else, leaves the choice to the program.  A new
 * parser takes them from PLIMSOLL_READER and PLIMSOLL_SIMD in the environment. */
void parser_choose(Parser *parser, const char *reader, const char *simd);
/* Whether the fast reader read the last document. */
bool parser_was_fast(const Parser *parser);
/* Reads one chunk into the parser's document.  Source is the document's index in
 * Sources.docs, for the places of findings. */
ParserStatus parser_read(Parser *parser, const Chunk *chunk, uint32_t source, Diag *diag,
                         Document *doc);
/* splitter_init, where each chunk is going to be read before the next is asked for: what is seen
 * of the text on the way to a document's end is left for its reader.  One stream at a time. */
void parser_split(Parser *parser, Splitter *splitter, Str stream);
struct FastMap *parser_ahead(Parser *parser); /* the same for a ListSplitter's map */
Arena *parser_arena(Parser *parser); /* document lifetime: for others' scratch of this document */
void parser_free(Parser *parser);

/* ---- documents.c ---- */
/* Makes the chunk a document of that file; returns its index in Sources.docs. */
uint32_t chunk_add_source(const Chunk *chunk, uint32_t file, Sources *sources);
/* Every document of a text, read by a parser of its own:
 *   documents_open(&documents, text, file, sources, diag);
 *   for (Document doc; documents_next(&documents, &doc);) use(&doc);
 *   documents_close(&documents);
 * A document lives until the next one.  What is empty or could not be read is passed
 * over; why it could not is among the findings. */
typedef struct Documents {
    Parser *parser;
    Splitter splitter;
    Sources *sources;
    Diag *diag;
    uint32_t file;
} Documents;
void documents_open(Documents *documents, Str text, uint32_t file, Sources *sources, Diag *diag);
bool documents_next(Documents *documents, Document *doc);
void documents_close(Documents *documents);
/* The same document in the arena, for as long as that lives: without its comments, and
 * without what makes paths of many findings fast. */
const Document *document_keep(const Document *doc, Arena *arena);
/* About how many bytes that takes. */
size_t document_weight(const Document *doc);

/* ---- path.c ---- */
/* Server's form relative to the object under hand: spec.ports[0].nodePort,
 * metadata.labels[a.b/c] for keys of maps that are no plain words. */
Str document_path(const Document *doc, uint32_t node, Arena *arena);
/* The same, and whether it is plain: made of words and indices alone. */
Str document_path_of(const Document *doc, uint32_t node, Arena *arena, bool *plain);
/* The same, good until the document's next path or the arena's next draft. */
Str document_path_draft(const Document *doc, uint32_t node, Arena *arena, bool *plain);
/* The pointer of what a plain path leads to from where start points. */
Str path_pointer(Str start, Str path, Arena *arena);
Str document_pointer(const Document *doc, uint32_t node, Arena *arena); /* RFC 6901 */
Place document_place(const Document *doc, uint32_t node);
/* A finding at a node (a key or a value), with path, pointer and object filled in. */
Finding *document_report(Diag *diag, const Document *doc, uint32_t node, const RuleInfo *rule,
                         const char *format, ...) BASE_PRINTF(5, 6);

/* ---- dump.c: --dump-tree ---- */
void document_dump(const Document *doc, Out *out);

/* ---- rules of this room ---- */
#define YAML_RULES(X) \
    X(yaml_syntax) X(yaml_not_json) X(yaml_duplicate_key) X(yaml_encoding) X(yaml_depth) \
    X(yaml_too_large) X(yaml_alias_bomb) X(yaml_lost_text) X(yaml_ambiguous)
/* Each is `const RuleInfo rule_<name>`, defined in rules.c; ids have hyphens. */
extern const RuleInfo *const parser_rules[];
extern const size_t parser_rule_count;

#endif
