/* model.h: what the schema compiler holds between reading the text and writing
 * the tables.
 *
 * The compiler runs once on the building machine, so it is written to be plain:
 * names are looked up through one hash table, lists are scanned, nothing is freed.
 * It is strict about its input: whatever it does not understand ends it with the
 * file and the line, so that a typo in the text cannot become a silent hole. */
#ifndef SCHEMAC_MODEL_H
#define SCHEMAC_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { MAX_WORDS = 64, MAX_KEYS = 4, MAX_STEPS = 16, MAX_NESTING = 4 };

/* ---- util.c ---- */
void *more(void *at, size_t count, size_t *cap, size_t item);
#define PUSH(list) \
    ((list)->at = more((list)->at, (list)->len, &(list)->cap, sizeof *(list)->at), \
     &(list)->at[(list)->len++])
#define LIST(type) struct { type *at; size_t len, cap; }

char *copy(const char *text, size_t len);
char *joined(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool same(const char *a, const char *b);
bool starts(const char *text, const char *prefix);

/* Text to number, for names of any sort. */
typedef struct Map {
    struct { const char *key; uint32_t value; } *slots;
    size_t count, cap;
} Map;
uint32_t *map_at(Map *map, const char *key); /* NULL if absent */
void map_put(Map *map, const char *key, uint32_t value);

/* ---- read.c: files to rows of words ---- */
typedef struct Place {
    const char *file;
    unsigned line;
} Place;

typedef struct Row {
    Place place;
    bool indented;
    size_t count;
    char *word[MAX_WORDS];
} Row;

typedef LIST(Row) Rows;

__attribute__((noreturn, format(printf, 2, 3))) void refuse(Place place, const char *format, ...);
Rows read_rows(const char *folder, const char *name); /* a file */
typedef LIST(char *) Names;
Names list_texts(const char *folder, const char *sub); /* *.txt of a folder, sorted; may be absent */

/* ---- the text's content ---- */
typedef struct Attributes {
    unsigned list, map, patch;  /* numbers of table.h's enums */
    size_t key_count;
    const char *keys[MAX_KEYS];
    const char *merge_key;
    const char *go;
    const char *text;   /* as written, one space between */
} Attributes;

typedef enum Verb {
    RULE_END, RULE_MUST, RULE_UNLESS, RULE_ENUM, RULE_RANGE, RULE_LENGTH, RULE_FORMAT,
    RULE_UNIQUE, RULE_GATE, RULE_CALL, RULE_NAMES_ITSELF, RULE_NAMED_AS,
    RULE_UNVALIDATED,
} Verb;

typedef struct Rule {
    Verb verb;
    bool last;
    uint16_t count;
    uint32_t versions;
    uint32_t a, b;
} Rule;

typedef struct Field {
    Place place;
    const char *name;
    const char *type_text;
    uint32_t type;        /* number, once all types are known */
    uint32_t versions;    /* 0: not given */
    bool documented;
    bool more;
    unsigned must;        /* 1 + its number */
    uint32_t attributes;
    uint32_t rules;       /* first in model->rules, once they are laid out */
    LIST(Rule) rule_list;
    unsigned stored;      /* bits of table.h's StoredForm */
} Field;

/* schemas/defaults: what is put where nothing is given. */
typedef struct Default {
    const char *field, *value;
    uint32_t versions;
} Default;

typedef struct TypeForm {
    uint32_t versions;
    uint32_t attributes;
} TypeForm;

typedef struct Type {
    Place place;
    const char *name;     /* of a struct; else NULL */
    const char *text;     /* the expression */
    const char *kind;     /* "TYPE_STRUCT" */
    uint32_t element;
    uint32_t versions;
    bool preserves;
    LIST(TypeForm) forms;
    LIST(Field) fields;   /* sorted by name, forms of one field in a row */
    uint64_t multiplier;
    uint32_t fields_first, slots_first, forms_first;
    unsigned shift, musts;
    uint32_t links_first, rules_first;
    LIST(Rule) rule_list; /* of the value as a whole */
    LIST(Default) defaults;
    Names links;          /* scratch: see links.c */
} Type;

typedef struct KindForm {
    uint32_t defined, served;
    uint32_t verbs;       /* bits of VERBS in kinds.c */
    const char *subresources;
} KindForm;

typedef struct Kind {
    Place place;
    const char *api_version, *kind, *resource, *replacement, *list_of;
    uint32_t type;
    uint32_t defined, served, creatable;
    unsigned scope, introduced, deprecated, removed;
    bool stored, subresource;
    uint32_t forms_first;
    LIST(KindForm) forms;
} Kind;

typedef struct LinkArg {
    const char *key;
    uint32_t key_id;
    bool word;
    uint32_t value;
} LinkArg;

typedef struct LinkRow {
    uint32_t verb, target;
    uint32_t args;       /* its start in link_args, once they are laid out */
    LIST(LinkArg) arg_list;
    uint64_t given;      /* bits of its arguments' keys */
    uint64_t fields;     /* bits of the fields that its paths begin with */
    uint64_t all_fields, all_verbs; /* of this row and of its type's behind it */
    bool last;
} LinkRow;

typedef struct Model {
    const char *folder;
    unsigned oldest, newest;     /* minors */
    uint32_t all;                /* mask of all versions */
    LIST(Type) types;            /* scalars, structs, then lists and the like */
    size_t scalar_count, struct_count;
    Map type_ids;                /* by expression */
    LIST(Attributes) attributes; /* 0: none */
    Map attribute_ids;           /* by text */
    LIST(Kind) kinds;
    Map kind_ids;                /* "apps/v1 Deployment" */
    LIST(uint16_t) slots;
    LIST(uint16_t) kind_slots;
    unsigned kind_shift;
    LIST(Rule) rules;
    LIST(uint32_t) rule_values;  /* texts of enums, names of unique keys */
    LIST(int64_t) rule_numbers;
    Names calls, formats;
    Names groups;                /* API groups, "" for the core one */
    LIST(LinkRow) links;
    LIST(LinkArg) link_args;     /* key NULL: a gap */
    LIST(uint32_t) link_steps;
    Names link_verbs, link_targets, link_keys;
    Names link_words;            /* of KEY:WORD */
    LIST(unsigned char) text;
    Map text_ids;
    Names names;                 /* distinct field names, sorted */
} Model;

/* ---- versions and shared words: words.c ---- */
/* "1.19..1.23,1.25.." to a mask. */
uint32_t read_versions(const Model *model, Place place, const char *word);
bool is_versions(const char *word);
unsigned read_minor(Place place, const char *word); /* "1.30" to 30 */
uint32_t text_id(Model *model, const char *text);
/* The number of a name in a list, added at its end when new. */
uint32_t name_number(Names *names, const char *name);
/* The value behind "key=", or NULL. */
const char *after(const char *word, const char *key);
/* Types whose name matches a pattern: "core.v1.Pod", "apps.*.Deployment", "A,B". */
typedef LIST(Type *) TypeRefs;
TypeRefs match_types(Model *model, Place place, const char *pattern);

/* ---- the steps, in the order in which tools/schemac.c takes them ---- */
void read_version_list(Model *model);      /* words.c */
void read_types(Model *model);             /* types.c */
void place_names(Model *model);            /* bits.c; called by read_types */
void read_kinds(Model *model);             /* kinds.c */
void read_rules(Model *model);             /* rules.c */
void read_gates(Model *model);             /* rules.c */
void read_stored(Model *model);            /* stored.c */
void read_defaults(Model *model);          /* stored.c */
void read_links(Model *model);             /* links.c */
void lay_out(Model *model);                /* layout.c */
void write_names(Model *model, FILE *out); /* write_names.c */
void write_tables(Model *model, FILE *out); /* write_tables.c */

#endif
