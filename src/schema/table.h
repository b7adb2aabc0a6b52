/* table.h: how the schema lies in memory.  Internal to this room.
 *
 * Everything is an array of small structs that name each other by index, so that
 * the compiled tables need no relocation and are shared by all processes.  The
 * static arrays come from the schema compiler (build/gen/tables.inc); a Schema
 * holds the same arrays for the types of one run, made from CRDs.  A number below
 * the static count means the static array, any other the run's: the accessors
 * below hide it at the price of a compare that is always predicted right.
 *
 * A name and a text are one thing: an offset into the text bytes, where a length
 * of two bytes stands before it.  A NameId is the offset of a field's name, so
 * that a key is confirmed with one load and one compare. */
#ifndef PLIMSOLL_SCHEMA_TABLE_H
#define PLIMSOLL_SCHEMA_TABLE_H

#include "names.h"
#include "schema/hash.h"
#include "schema/links.h"
#include "schema/schema.h"

/* The numbers of types: a scalar's is its TypeKind; then come the structs, then
 * lists, maps and unions of others, then (from SCHEMA_STATIC_TYPES) the run's. */

typedef uint32_t TextId; /* offset in the text bytes, behind the first two; 0 is the empty text,
                            1 is never used */

enum { SCHEMA_SLOT_EMPTY = UINT16_MAX };

enum {
    TYPE_IS_MARKED = 1 << 0,   /* has rows in schemas/links */
    TYPE_HAS_CALLS = 1 << 1,   /* has rules that look at the whole value: see rules_first */
    TYPE_PRESERVES = 1 << 2,   /* keeps fields that are not listed */
    TYPE_EMBEDDED = 1 << 3,    /* holds a whole object: apiVersion, kind, metadata */
};

typedef struct SchemaType {
    uint64_t multiplier;    /* of its names' keys: hash.h */
    uint8_t kind;           /* TypeKind */
    uint8_t flags;
    uint8_t shift;          /* 64 - log2 of the slots */
    uint8_t musts;          /* how many of its fields the server requires */
    uint32_t versions;      /* that have the type; all of them for lists and the like */
    TextId name;            /* "core.v1.ServicePort"; 0 for lists and the like */
    uint32_t fields;        /* first of its rows in fields; of a list, map or union: the
                               element's type */
    uint16_t field_count;
    uint16_t forms;         /* first row in type_forms; 0: it has no attributes anywhere */
    uint32_t slots;         /* first of its slots: field rows, relative to fields; 0, and two
                               slots that are free, of what has no fields */
    uint32_t links;         /* first row in links; the last is flagged */
    uint32_t rules;         /* first row in rules for the value as a whole; 0: none */
    uint32_t constraints;   /* of a CRD's type: number in its crd table; 0: none */
} SchemaType;

/* One field, or one form of it: a field whose type or attributes changed has
 * several rows in a row, of which the slot names the first. */
typedef struct SchemaField {
    NameId name;
    TypeId type;
    uint32_t versions : 24;
    uint32_t must : 6;      /* 1 + its number among the type's required fields; 0: not required */
    uint32_t more : 1;      /* the next row is another form of the same field */
    uint32_t documented : 1; /* OpenAPI says required; binds only custom resources */
    uint32_t attributes : 15; /* index in attributes; 0: none */
    uint32_t judged : 1;    /* has rules that look at its value: server_field_rules */
    uint32_t rules : 16;    /* first row in rules; 0: none */
} SchemaField;

typedef enum ListType { LIST_PLAIN, LIST_ATOMIC, LIST_SET, LIST_MAP } ListType;
typedef enum MapType { MAP_PLAIN, MAP_ATOMIC, MAP_GRANULAR } MapType;
enum { PATCH_MERGE = 1 << 0, PATCH_REPLACE = 1 << 1, PATCH_RETAIN_KEYS = 1 << 2 };

/* What merging needs to know of a field or type; equal ones stand once. */
typedef struct SchemaAttributes {
    uint8_t list;        /* ListType */
    uint8_t map;         /* MapType */
    uint8_t patch;
    uint8_t key_count;
    NameId keys[4];      /* of a list map */
    NameId merge_key;    /* of a strategic merge patch */
    TextId go;           /* the Go type behind an "any" */
    TextId text;         /* the attributes as the schema text spells them, for the dump */
} SchemaAttributes;

/* A type's own attributes in some versions. */
typedef struct SchemaTypeForm {
    uint32_t versions : 24;
    uint32_t more : 1;   /* the next row is the same type's */
    uint16_t attributes;
} SchemaTypeForm;

/* One group, version and kind. */
typedef struct SchemaKind {
    TextId api_version;
    TextId kind;
    TypeId type;
    TextId resource;     /* 0: no path of its own */
    TextId replacement;  /* "apps/v1/Deployment" */
    TextId list_of;
    uint32_t defined;    /* masks */
    uint32_t served;
    uint32_t creatable;  /* versions where it has a path to create it */
    uint8_t scope;
    uint8_t flags;
    uint8_t introduced, deprecated, removed; /* minors; 0: unknown or no */
    uint8_t form_count;
    uint16_t forms;      /* first in kind_forms */
} SchemaKind;

/* What can be done with a kind in some versions. */
typedef struct SchemaKindForm {
    uint32_t defined, served;
    uint32_t verbs;      /* bits in the order create, delete, deletecollection, get, list,
                            patch, update, watch */
    TextId subresources; /* "scale,status"; of a KIND_SUBRESOURCE the paths it is a body of */
} SchemaKindForm;

enum {
    KIND_STORED = 1 << 0,   /* created objects stay; not so for reviews */
    KIND_SUBRESOURCE = 1 << 1, /* only the body of subresource requests */
    KIND_CUSTOM = 1 << 2,
};

/* One rule of the server on a field, or on a type's value as a whole. */
typedef enum RuleVerb {
    RULE_END,
    RULE_MUST,      /* a: text of the path below the field that the server names, or 0 */
    RULE_UNLESS,    /* condition of the MUST before it: a: first of count names in rule_values,
                       a path beside the field; b: its value's text, or 0: given at all */
    RULE_ENUM,      /* a: first of its values in rule_values; count of them */
    RULE_RANGE,     /* a, b: indices in rule_numbers; UINT32_MAX: open */
    RULE_LENGTH,    /* the same, of a string's bytes or a list's items */
    RULE_FORMAT,    /* a: which: a SCHEMA_FORMAT constant */
    RULE_UNIQUE,    /* count names at a: items of a list may not agree in all of them */
    RULE_GATE,      /* a: text of the gate, off in these versions; count: its GateEffect */
    RULE_CALL,      /* a: which: a SCHEMA_CALL constant */
    RULE_NAMES_ITSELF, /* the server makes up a name where none is given */
    RULE_NAMED_AS,  /* a: the form of its objects' names: a SCHEMA_FORMAT constant;
                       count: bits of NamesOption */
    RULE_UNVALIDATED, /* no rule holds below the field: the server does not look there */
} RuleVerb;

/* What is special about the metadata of a kind. */
enum NamesOption {
    NAMES_ANY_FINALIZER = 1 << 0,  /* one without a slash may be anything */
    NAMES_OWN_GENERATION = 1 << 1, /* the server sets it, whatever stands there */
    NAMES_ANY_PREFIX = 1 << 2,     /* generateName is not looked at, only what is made of it */
};

/* What a server makes of a field while its feature gate is off. */
typedef enum GateEffect {
    GATE_DROPPED, /* gone without a word */
    GATE_REFUSED, /* what is left is refused */
    GATE_PARENT,  /* what holds the field goes as well */
    GATE_RESET,   /* the field gets its default */
    GATE_SOME,    /* only some values, or only in some places */
} GateEffect;

typedef struct SchemaRule {
    uint8_t verb;        /* RuleVerb */
    uint8_t last;        /* of its field or type */
    uint16_t count;
    uint32_t versions;
    uint32_t a, b;
} SchemaRule;

/* How Go writes a field, where that is not the rule: a scalar, list or map by itself
 * that is left out when empty, a struct behind a pointer. */
enum StoredForm {
    STORED_ALWAYS = 1 << 0,   /* no omitempty: its zero value is written */
    STORED_POINTER = 1 << 1,  /* a zero that was given stays */
    STORED_STRUCT = 1 << 2,   /* a struct by itself: always written */
    STORED_OMITZERO = 1 << 3, /* the same, left out when all of it is zero */
};

/* What a server puts into a field that is not given: a row of schemas/defaults. */
typedef struct SchemaDefault {
    NameId name;
    TextId value;
    uint32_t versions : 24;
    uint32_t last : 1;        /* of its type */
} SchemaDefault;

/* ---- the static arrays: tables.c ---- */
extern const unsigned char schema_text[];
extern const SchemaType schema_types[];
extern const SchemaField schema_fields[];
extern const uint8_t schema_stored[];        /* StoredForm of each of schema_fields */
extern const SchemaDefault schema_default_rows[];
extern const uint16_t schema_type_defaults[]; /* a type's first default row; 0: none */
extern const uint16_t schema_slots[];
extern const SchemaAttributes schema_attributes[];
extern const SchemaKind schema_kinds[];
extern const uint16_t schema_kind_slots[]; /* by schema_kind_hash; rows of schema_kinds */
extern const SchemaTypeForm schema_type_forms[];
extern const SchemaKindForm schema_kind_forms[];
extern const SchemaRule schema_rule_rows[];
extern const uint32_t schema_rule_values[];  /* texts of enums, names of unique keys */
extern const int64_t schema_rule_numbers[];
extern const TextId schema_groups[];         /* API groups; "" is the core one */
extern const TextId schema_link_targets[];

/* ---- what a run adds: extend.c ---- */
struct CrdTable; /* constraints of the run's types: the crd files' own */
void crd_table_free(struct CrdTable *crds); /* NULL is fine */

struct Schema {
    VEC(SchemaType) types;    /* number SCHEMA_STATIC_TYPES + index */
    VEC(SchemaField) fields;  /* of the run's types; indices from 0 */
    VEC(uint16_t) slots;
    VEC(SchemaAttributes) attributes; /* from SCHEMA_STATIC_ATTRIBUTES */
    VEC(SchemaKind) kinds;    /* from SCHEMA_STATIC_KINDS */
    uint32_t *kind_slots;     /* open addressing; index + 1 in kinds, 0 is free */
    uint32_t kind_slot_count;
    Buf text;                 /* from SCHEMA_STATIC_TEXT */
    uint32_t *text_slots;     /* the texts by hash, so that each stands once */
    uint32_t text_slot_count, text_count;
    struct CrdTable *crds;
};

/* By apiVersion and kind as an object has them; BASE_NONE if unknown: tables.c */
KindId schema_kind_lookup(const Schema *schema, Str api_version, Str kind);
/* The same of a head, which knows the built-in one: a run's kind goes before it. */
static inline KindId schema_kind_in(const Schema *schema, const ObjectHead *head)
{
    return schema && schema->kinds.len ? schema_kind_lookup(schema, head->api_version, head->kind)
                                       : head->builtin;
}
static inline const SchemaKind *schema_kind_row(const Schema *schema, KindId id)
{
    return id < SCHEMA_STATIC_KINDS ? &schema_kinds[id]
                                    : &schema->kinds.at[id - SCHEMA_STATIC_KINDS];
}

/* ---- accessors; schema may be NULL where nothing was added ---- */
static inline const SchemaType *type_row(const Schema *schema, TypeId type)
{
    return type < SCHEMA_STATIC_TYPES ? &schema_types[type]
                                      : &schema->types.at[type - SCHEMA_STATIC_TYPES];
}

static inline bool type_is_composite(TypeKind kind) { return kind >= TYPE_LIST && kind < TYPE_STRUCT; }

static inline const char *text_bytes(const Schema *schema, TextId text)
{
    return text < SCHEMA_STATIC_TEXT ? (const char *)&schema_text[2 + text]
                                     : schema->text.ptr + (text - SCHEMA_STATIC_TEXT);
}

static inline uint32_t text_length(const char *bytes)
{
    uint16_t length; /* one load, which compilers do not always make of two */
    memcpy(&length, bytes - 2, sizeof length);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    length = (uint16_t)(length << 8 | length >> 8);
#endif
    return length;
}

static inline Str text_str(const Schema *schema, TextId text)
{
    const char *bytes = text_bytes(schema, text);
    return str_slice(bytes, text_length(bytes));
}

static inline const SchemaField *type_fields(const Schema *schema, TypeId type,
                                             const SchemaType *row)
{
    return type < SCHEMA_STATIC_TYPES ? &schema_fields[row->fields]
                                      : &schema->fields.at[row->fields];
}

static inline const SchemaAttributes *attributes_row(const Schema *schema, uint32_t attributes)
{
    return attributes < SCHEMA_STATIC_ATTRIBUTES
               ? &schema_attributes[attributes]
               : &schema->attributes.at[attributes - SCHEMA_STATIC_ATTRIBUTES];
}

/* The fields of one type, to look several names up in. */
typedef struct TypeFields {
    const uint16_t *slots;
    const SchemaField *fields;
    uint64_t multiplier;
    uint32_t shift;
} TypeFields;

static inline TypeFields type_fields_open(const Schema *schema, TypeId type, const SchemaType *row)
{
    TypeFields all = {&schema_slots[row->slots], &schema_fields[row->fields], row->multiplier,
                      row->shift};
    if (type >= SCHEMA_STATIC_TYPES && row->field_count) {
        all.slots = &schema->slots.at[row->slots];
        all.fields = &schema->fields.at[row->fields];
    }
    return all;
}

/* The same from the slot behind this one on: tables.c. */
const SchemaField *type_fields_probe(const TypeFields *all, const Schema *schema, uint32_t slot,
                                     const char *name, uint32_t len);

/* The first row of the field with that name, or NULL. */
static inline const SchemaField *type_fields_find(const TypeFields *all, const Schema *schema,
                                                  const char *name, uint32_t len)
{
    uint32_t slot = schema_slot(schema_key(name, len), all->multiplier, all->shift);
    uint32_t at = all->slots[slot];
    if (at == SCHEMA_SLOT_EMPTY)
        return NULL;
    const SchemaField *field = &all->fields[at];
    const char *bytes = text_bytes(schema, field->name);
    if (text_length(bytes) == len && bytes_same(bytes, name, len))
        return field;
    return type_fields_probe(all, schema, slot, name, len);
}

static inline const SchemaField *type_field(const Schema *schema, TypeId type,
                                            const SchemaType *row, const char *name, uint32_t len)
{
    TypeFields all = type_fields_open(schema, type, row);
    return type_fields_find(&all, schema, name, len);
}

/* ---- extend.c: adding types; one thread, before or between the workers ---- */
/* The text's number; each text stands once, and the static names are found too,
 * so that a CRD's "metadata" is SCHEMA_NAME_metadata. */
TextId schema_add_text(Schema *schema, Str text);
/* Adds a type and returns its number.  For a struct, fields are given next. */
TypeId schema_add_type(Schema *schema, TypeKind kind, Str name);
SchemaType *schema_added_type(Schema *schema, TypeId type); /* to set flags, constraints … */
/* Gives a struct its fields (copied) and makes its slots.  Names are distinct. */
void schema_set_fields(Schema *schema, TypeId type, const SchemaField *fields, uint32_t count);
uint32_t schema_add_attributes(Schema *schema, const SchemaAttributes *attributes);
/* Adds a kind; one that is known already by apiVersion and kind is replaced. */
KindId schema_add_kind(Schema *schema, const SchemaKind *kind);

#endif
