/* build: the tree under construction.  Readers (libyaml's events, JSON) say what
 * they find, token by token, and the builder makes nodes of it: keys become the
 * strings that JSON has, aliases and merges become bounded copies, duplicates and
 * bombs are found.  A reader knows bytes and grammar; everything that depends on
 * what a node means to kubectl is here, so that another reader gives the same tree
 * by construction.
 *
 * Every builder_* that returns bool has reported a finding when it returns false;
 * the document has failed then.  Private to the parser room. */
#ifndef PLIMSOLL_PARSER_BUILD_H
#define PLIMSOLL_PARSER_BUILD_H

#include "parser/scalar.h"

/* A scalar as its reader saw it. */
typedef struct Scalar {
    Str text;        /* decoded */
    Str anchor;      /* empty: none */
    ScalarValue value;
    uint32_t offset; /* the token */
    uint32_t size;
    uint8_t style;   /* NodeStyle */
    bool tagged;
    bool merge;      /* a plain <<, or one tagged !!merge: merges where a key stands */
    bool doubtful;   /* YAML 1.1 and 1.2 readers may differ over it */
} Scalar;

typedef struct Collection {
    Str anchor;
    uint32_t offset;
    uint8_t style;
    bool map;
    bool tagged;
} Collection;

/* A collection whose end has not come. */
typedef struct Open {
    uint32_t node;
    uint32_t key;    /* mapping: the key that waits for its value, or BASE_NONE */
    uint32_t end;    /* behind the last token within */
    uint32_t height; /* of the tallest child */
    uint32_t anchor; /* index of its anchor, or BASE_NONE */
    uint32_t decoded; /* Builder.decoded when it began */
    bool map;
    bool flow;
    bool merge;      /* the key that waits is a merge */
} Open;

typedef struct Anchor {
    Str name;
    uint32_t hash;
    uint32_t older;   /* the anchor before it in its bucket */
    uint32_t node;    /* in nodes, or in pool once a merge moved it */
    uint32_t decoded; /* go-yaml's decode steps for it */
    uint32_t height;
    uint8_t type;     /* ScalarType, for aliases that stand as keys */
    bool pooled;
    bool open;        /* its end has not come: an alias here holds itself */
} Anchor;

/* A plain scalar to be judged once the document is known to be good. */
typedef struct Doubt {
    Str text;
    Str key; /* of the entry whose value it is; empty elsewhere */
    uint32_t offset;
    uint32_t size;
    bool is_key;
} Doubt;

enum { BUILDER_BUCKETS = 256 };

/* NodeFlags beyond parser.h's, gone before anyone else sees the tree: JSON cannot
 * say this node, an error unless a later duplicate replaces it. */
enum { NODE_UNSPEAKABLE = 1 << 15 };

typedef struct Builder {
    Arena *arena;    /* document lifetime */
    Diag *diag;
    Str source;      /* the document's bytes */
    uint32_t doc;    /* index in Sources.docs */
    bool json;
    bool unspeakable; /* some node is */
    bool commented;   /* there may be comments that speak to us */
    uint32_t count;  /* nodes */
    uint32_t cap;
    Node *nodes;     /* kept over documents */
    uint64_t decoded; /* go-yaml's counts, which limit aliases */
    uint64_t aliased;
    VEC(Open) open;
    VEC(Anchor) anchors;
    VEC(Node) pool;    /* anchored subtrees that a merge took apart */
    VEC(Node) scratch;
    VEC(Alias) aliases;
    VEC(Alias) moved;
    VEC(Doubt) doubts;
    uint32_t buckets[BUILDER_BUCKETS];
} Builder;

void builder_begin(Builder *builder, Arena *arena, Diag *diag, Str source, uint32_t doc, bool json);
bool builder_scalar(Builder *builder, const Scalar *scalar);
/* The same for a text without anchor and tag, which is no merge and no doubt. */
bool builder_text(Builder *builder, Str text, NodeStyle style, uint32_t offset, uint32_t size);
bool builder_open(Builder *builder, const Collection *collection);
/* End: behind the closing bracket; BASE_NONE: where the last child ended. */
bool builder_close(Builder *builder, uint32_t end);
bool builder_alias(Builder *builder, Str name, uint32_t offset, uint32_t size);
/* After the last token: what could not be judged before. */
bool builder_finish(Builder *builder);
void builder_free(Builder *builder);

/* The innermost collection, or NULL. */
static inline Open *builder_top(Builder *builder)
{
    return builder->open.len ? &builder->open.at[builder->open.len - 1] : NULL;
}
static inline bool builder_in_flow(Builder *builder)
{
    Open *top = builder_top(builder);
    return top && top->flow;
}
/* Whether the next node is a mapping's key. */
static inline bool builder_wants_key(Builder *builder)
{
    Open *top = builder_top(builder);
    return top && top->map && top->key == BASE_NONE;
}

Place builder_place(const Builder *builder, uint32_t offset, uint32_t size);

/* ---- merge.c ---- */
bool builder_merge(Builder *builder, Open *map);

/* ---- keys.c ---- */
void builder_check_keys(Builder *builder, uint32_t map);

/* ---- build.c, for a reader that pushes its nodes itself ---- */
/* What follows from an untagged scalar's value for its node, which stands already.
 * Key: the node of the key whose value it is, or BASE_NONE. */
void builder_type(Builder *builder, uint32_t node, const Scalar *scalar, bool is_key, uint32_t key);

/* ---- build.c, for merge.c ---- */
bool builder_reserve(Builder *builder, uint64_t more, uint32_t offset, uint32_t size);
/* Appends a subtree whose first node stood at `was` when its nexts were written.
 * The room for it is reserved; clear and set change every node's flags. */
uint32_t builder_copy(Builder *builder, const Node *subtree, uint32_t was, uint16_t clear,
                      uint16_t set);

/* ---- ambiguous.c ---- */
/* Whether text is worth a Doubt: cheap, and false for nearly all. */
bool ambiguous_is_candidate(Str text, const ScalarValue *value);
void ambiguous_report(Builder *builder);

/* ---- encoding.c ---- */
enum { ENCODING_BAD_BYTES = 256 };
typedef struct EncodingFacts {
    uint32_t control;     /* offset of the first character that YAML forbids, or BASE_NONE */
    uint32_t bad_count;   /* bytes that are no UTF-8 */
    bool ascii;
    bool crooked_cr;      /* holds CR CR LF, which kubectl's line reader shortens */
    bool inner_bom;       /* a byte order mark that is not the first character */
    bool wide_break;      /* a line end beyond ASCII: U+0085, U+2028, U+2029 */
    uint32_t bad[ENCODING_BAD_BYTES]; /* the first of them */
} EncodingFacts;
void encoding_clear(EncodingFacts *facts); /* those of a text with nothing in it */
/* Those of a text without control characters other than LF, tab and the CR of a CR LF. */
void encoding_scan_wide(Str text, EncodingFacts *facts);
void encoding_scan(Str text, EncodingFacts *facts);

/* ---- the readers ---- */
/* Fills the builder from the source; lost is set to where text begins that the
 * reader kubectl uses never looks at, or BASE_NONE. */
bool yaml_read(Builder *builder, const EncodingFacts *facts, uint32_t *lost);
struct FastMap;
bool json_read(Builder *builder, const struct FastMap *map);
/* The end of the JSON value at `at` (white space before it is skipped) by the
 * grammar and the depth that Go's decoder takes; JSON_END: only white space is
 * left; JSON_BAD: an error. */
typedef enum JsonFound { JSON_VALUE, JSON_END, JSON_BAD } JsonFound;
JsonFound json_skip(Str text, size_t at, size_t *begin, size_t *end);

/* ---- comments.c ---- */
/* Whether the one whose # stands at `at`, in a line up to `end`, is of these two kinds, or has
 * another # in it behind which it is. */
bool comments_speak(const char *at, const char *end);
/* Those before the limit; the map is of the document's text. */
void comments_find(Document *doc, const struct FastMap *map, Arena *arena, uint32_t limit);

/* ---- rules.c ---- */
#define DECLARE_RULE(name) extern const RuleInfo rule_##name;
YAML_RULES(DECLARE_RULE)
#undef DECLARE_RULE

#endif
