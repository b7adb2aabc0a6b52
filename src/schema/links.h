/* links.h: the rows of schemas/links/, which say what a value of a type means to
 * the linker: that it is a Pod and where its labels are, that it names a Secret
 * and by which field.  docs/links.md describes the text.
 *
 *   core.v1.SecretKeySelector  ref Secret  name=name  keys=key  optional=optional
 *   TYPE                       VERB TARGET KEY=PATH ...
 *
 * The walk marks each value whose type has rows (SchemaTools.marks); the checks
 * room asks here for the rows and follows their paths in the bound tree.  Verbs,
 * targets and keys are constants of names.h: SCHEMA_LINK_ref, SCHEMA_TARGET_Secret,
 * SCHEMA_KEY_name, in the order of their first appearance in the text; so are the words of
 * KEY:WORD, SCHEMA_WORD_cluster.
 *
 * A path is fields joined by dots.  Behind a field, [] stands for every item of a
 * list or every value of a map, {} for every key of a map.  An empty path (KEY=.)
 * is the value itself. */
#ifndef PLIMSOLL_SCHEMA_LINKS_H
#define PLIMSOLL_SCHEMA_LINKS_H

#include "names.h"
#include "schema/schema.h"

/* In a path, beside the numbers of names. */
enum { LINK_STEP_END = 0, LINK_STEP_ITEMS = 1 };
#define LINK_STEP_KEYS UINT32_MAX

typedef struct LinkArg {
    uint16_t key;     /* SCHEMA_KEY_x; 0: nobody's */
    bool word;        /* value is a text, written KEY:WORD */
    uint32_t value;   /* first step of a path, or the text */
} LinkArg;

typedef struct LinkRow {
    uint16_t verb;    /* SCHEMA_LINK_x */
    uint16_t target;  /* SCHEMA_TARGET_x; 0: none */
    uint32_t args;    /* where in schema_link_args the argument of key 0 would stand */
    uint32_t last;    /* of its type's rows */
    uint64_t given;   /* LINK_GIVEN of its arguments */
    uint64_t fields;  /* node_name_bit of the fields that its paths begin with: of a mapping that
                         has none of them no path leads anywhere */
    uint64_t all_fields, all_verbs; /* of this row and of its type's behind it: bits of fields,
                                       and of verbs */
} LinkRow;

/* A bit for each key of an argument: SCHEMA_KEY_x. */
#define LINK_GIVEN(key) (UINT64_C(1) << SCHEMA_KEY_##key)
_Static_assert(SCHEMA_KEY_COUNT <= 64, "keys are bits");

/* The arguments of all rows, interleaved: each row has a start of its own, from which on
 * each of its arguments has its key's distance, and those of others fill the gaps. */
extern const LinkArg schema_link_args[];
static inline const LinkArg *link_arg(const LinkRow *row, uint32_t key)
{
    return row->given >> key & 1 ? &schema_link_args[row->args + key] : NULL;
}
extern const uint32_t schema_link_steps[];

/* The rows of a type, in the order of the text. */
const LinkRow *schema_links(const Schema *schema, TypeId type, uint32_t *count);
Str schema_link_target(uint32_t target); /* "Secret"; of a SCHEMA_TARGET_x */
/* Whether the row has that argument at all. */
static inline bool link_has(const LinkRow *row, uint32_t key) { return row->given >> key & 1; }
/* The text of KEY:WORD, or empty. */
Str link_text(const LinkArg *arg);
static inline Str link_word(const LinkRow *row, uint32_t key)
{
    return link_has(row, key) ? link_text(link_arg(row, key)) : str_slice("", 0);
}

/* The same as a number, to tell words apart: SCHEMA_WORD_x; 0: there is none. */
static inline uint32_t link_choice(const LinkRow *row, uint32_t key)
{
    const LinkArg *arg = link_arg(row, key);
    return arg && arg->word ? arg->value : 0;
}

/* A row's number, which stays for as long as the program runs, and back. */
extern const LinkRow schema_link_rows[];
static inline uint32_t link_row_number(const LinkRow *row) { return (uint32_t)(row - schema_link_rows); }
static inline const LinkRow *link_row(uint32_t number) { return &schema_link_rows[number]; }
/* An argument's path as it stands in the text, "spec.template"; empty where there is none. */
Str link_path(const LinkRow *row, uint32_t key, Arena *arena);

/* Follows a path from the marked node.  Absent and null values are left out.
 *   for (LinkCursor c = link_open(doc, node, row, key); link_next(&c);) use(c.node); */
enum { LINK_MAX_NESTING = 4 }; /* of [] and {} in one path; the compiler checks it */
typedef struct LinkCursor {
    const Document *doc;
    uint32_t node;    /* the value (or, for {}, the key) it stands at */
    uint32_t start;
    const uint32_t *steps; /* NULL: nothing more */
    uint8_t depth;    /* open lists and maps */
    bool started;
    struct { const uint32_t *steps; uint32_t list, at; } level[LINK_MAX_NESTING];
} LinkCursor;

static inline LinkCursor link_walk(const Document *doc, uint32_t node, const uint32_t *steps)
{
    LinkCursor cursor; /* its levels are written where one is opened */
    cursor.doc = doc;
    cursor.node = BASE_NONE;
    cursor.start = node;
    cursor.steps = steps;
    cursor.depth = 0;
    cursor.started = false;
    return cursor;
}
static inline LinkCursor link_open(const Document *doc, uint32_t node, const LinkRow *row,
                                   uint32_t key)
{
    const LinkArg *arg = link_arg(row, key);
    return link_walk(doc, node, arg && !arg->word ? &schema_link_steps[arg->value] : NULL);
}
bool link_step(LinkCursor *cursor); /* where there is a path */
/* One through fields alone leads to one value: it has opened no list behind it. */
static inline bool link_next(LinkCursor *cursor)
{
    return cursor->steps && (!cursor->started || cursor->depth) && link_step(cursor);
}
/* The first node along some steps, or BASE_NONE.  Nearly all paths lead through fields alone,
 * and most of these lead nowhere from their first field on. */
uint32_t link_follow(const Document *doc, uint32_t node, const uint32_t *steps);
static inline uint32_t link_along(const Document *doc, uint32_t node, const uint32_t *steps)
{
    const Node *at = node_at(doc, node);
    bool absent = *steps > LINK_STEP_ITEMS && at->kind == NODE_MAP && at->names &&
                  !(at->names & node_name_bit(*steps));
    return absent ? BASE_NONE : link_follow(doc, node, steps);
}
/* The first node on an argument's path, or BASE_NONE where there is none or no argument. */
static inline uint32_t link_node(const Document *doc, uint32_t node, const LinkRow *row,
                                 uint32_t key)
{
    const LinkArg *arg = link_arg(row, key);
    return arg && !arg->word ? link_along(doc, node, &schema_link_steps[arg->value]) : BASE_NONE;
}

#endif
