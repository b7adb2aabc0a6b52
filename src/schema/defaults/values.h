/* values.h: an object on its way to storage, as a tree that can be changed.  Internal to
 * src/schema/defaults.
 *
 * A Value is what stands in one of Go's fields, list items or map entries: decode.c makes
 * the tree from the bound document, the files named after Kubernetes' packages change
 * it, and encode.c makes a document of it again.
 *
 * What is not there is NULL, and every function here takes NULL for its first value: a
 * missing struct is an empty one.  A field that holds Go's zero value is not in the tree
 * unless Go could tell it from one that was not given (a pointer, a list, a map).
 *
 * Ownership: all values live in the arena of the Normal and go with it. */
#ifndef PLIMSOLL_SCHEMA_DEFAULTS_VALUES_H
#define PLIMSOLL_SCHEMA_DEFAULTS_VALUES_H

#include "schema/table.h"

typedef struct Value Value;
struct Value {
    Value *next;     /* of the collection that it stands in */
    Value *first, *last; /* of its own parts: entries of a map, items of a list */
    Str key;         /* of an entry */
    NameId name;     /* of a struct's field; 0: none */
    TypeId type;
    uint32_t node;   /* what it was made from, in doc; else the nearest one around it */
    uint8_t kind;    /* NodeKind */
    uint8_t stored;  /* StoredForm of its field */
    bool given;      /* stands in the document, at node */
    Str text;        /* a string's text, a number as JSON has it, true or false */
};

/* One object that is brought to its stored form. */
typedef struct Normal {
    const Schema *schema;
    const Document *doc;
    uint32_t version;    /* one bit: the version whose server stores it */
    Arena *arena;
    const SchemaKind *kind;
    TypeId type;
    Str api_version, namespace_text;
    bool namespaced, generated_name;
    bool in_protobuf;    /* the kind is stored as that */
    bool labels_shared;  /* a Job's labels and its template's are one map in Go */
    Value *root;
} Normal;

/* ---- reading ---- */
Value *value_get(const Value *map, NameId name);
#define VALUE_GET(map, field) value_get((map), SCHEMA_NAME_##field)
/* The value under a key of a map<...>. */
Value *value_entry(const Value *map, Str key);
Str value_text(const Value *value);              /* "" for anything but a scalar */
bool value_is(const Value *value, const char *text);
int64_t value_int(const Value *value);           /* 0 for anything but a number */
bool value_is_true(const Value *value);
/* Items or entries; 0 for a scalar. */
uint32_t value_count(const Value *value);
/* for (VALUE_EACH(item, list)) */
#define VALUE_EACH(item, list) \
    Value *item = (list) ? (list)->first : NULL; item; item = item->next

/* ---- changing ---- */
Value *value_new(Normal *n, NodeKind kind, TypeId type, const Value *near);
/* Where in n's document it stands. */
static inline void value_place(const Normal *n, Value *value, uint32_t node)
{
    value->node = node;
    value->given = !(node_at(n->doc, node)->flags & NODE_FILLED);
}
void value_append(Value *collection, Value *part);
void value_drop(Value *map, NameId name);
#define VALUE_DROP(map, field) value_drop((map), SCHEMA_NAME_##field)
void value_drop_entry(Value *map, const char *key);
/* Takes one part out of its collection. */
void value_drop_part(Value *collection, const Value *part);
/* A field's value, made where it is absent, and emptied of its scalar.  NULL where the
 * version has no such field. */
Value *value_put(Normal *n, Value *map, NameId name);
#define VALUE_PUT(n, map, field) value_put((n), (map), SCHEMA_NAME_##field)
void value_set_text(Normal *n, Value *map, NameId name, Str text);
void value_set_int(Normal *n, Value *map, NameId name, int64_t number);
void value_set_bool(Normal *n, Value *map, NameId name, bool flag);
/* The same where the field is absent. */
void value_default(Normal *n, Value *map, NameId name, const char *text);
void value_default_int(Normal *n, Value *map, NameId name, int64_t number);
void value_default_bool(Normal *n, Value *map, NameId name, bool flag);
#define VALUE_DEFAULT(n, map, field, text) value_default((n), (map), SCHEMA_NAME_##field, (text))
#define VALUE_DEFAULT_INT(n, map, field, number) \
    value_default_int((n), (map), SCHEMA_NAME_##field, (number))
#define VALUE_DEFAULT_BOOL(n, map, field, flag) \
    value_default_bool((n), (map), SCHEMA_NAME_##field, (flag))
/* An entry of a map<string>, set or replaced. */
Value *value_set_entry(Normal *n, Value *map, Str key, Str text);
/* A copy of all that it holds, under no key. */
Value *value_copy(Normal *n, const Value *value);
/* Puts a copy of a value into a field. */
void value_set_copy(Normal *n, Value *map, NameId name, const Value *value);
/* An item at a list's end, of the list's element type.  Never NULL: where a refused
 * object has no list there, it goes nowhere (so does an entry of what is no map). */
Value *value_add_item(Normal *n, Value *list, NodeKind kind);
void value_add_text(Normal *n, Value *list, const char *text);
/* One of the words of the field's text: value_is for several, split by commas. */
bool value_is_one_of(const Value *value, const char *words);

/* The field's row in n's version, or NULL. */
const SchemaField *value_field(const Normal *n, TypeId type, NameId name);
/* The kind of node that a value of that type is. */
NodeKind value_kind_of(const Normal *n, TypeId type);

/* ---- decode.c ---- */
Value *value_decode(Normal *n, uint32_t node, TypeId type);
/* A value as it stands; place is the node that it shall point at where doc is not the
 * object's own, else BASE_NONE. */
Value *value_raw(Normal *n, const Document *doc, uint32_t node, uint32_t place);
/* A number as JSON has it. */
Str value_number_text(Normal *n, const Document *doc, uint32_t node);

/* ---- custom.c ---- */
Value *custom_decode(Normal *n, uint32_t node, TypeId type);

/* ---- encode.c ---- */
/* What Go writes: fields that are always written are added, empty ones dropped. */
void value_finish(Normal *n, Value *value);
Document value_document(const Normal *n);

#endif
