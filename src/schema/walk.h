/* walk.h: the walk's state, and how its parts report.  Internal to this room.
 *
 * One walk answers for a set of versions.  Each value is visited with the mask of
 * versions in which its type stands there; a finding clears the versions in which
 * it holds from those that accept the object. */
#ifndef PLIMSOLL_SCHEMA_WALK_H
#define PLIMSOLL_SCHEMA_WALK_H

#include "schema/table.h"

/* Where a server stops with what it found: later stages are not reached, and their
 * findings are marked so. */
typedef enum Stage {
    STAGE_KIND,     /* the path of the request: no such kind */
    STAGE_DECODE,   /* a value that the Go type does not take: the first one ends it */
    STAGE_STRICT,   /* unknown fields: all of them are told, then it ends */
    STAGE_VALIDATE, /* rules of the kind */
    STAGE_COUNT,
} Stage;

typedef struct Walk {
    SchemaChecker *checker;
    const Schema *schema;
    Document *doc;
    Object *object;
    uint32_t target;     /* versions asked about */
    uint32_t refused;    /* of those, the ones that refuse the object */
    uint32_t muted;      /* over 0: an older form of a value is walked; marks are not gathered */
    uint32_t repeated;   /* over 0: the value was walked before, with an older form of it */
    uint32_t unvalidated; /* versions in which no server rule holds here */
    uint32_t lenient;    /* over 0: below a type that Go decodes without strictness */
    uint32_t first_finding; /* of the object, in diag->findings */
    uint32_t stopped[STAGE_COUNT]; /* versions that stop there */
    struct Guesses *guesses; /* guess.h */
    bool secret;         /* no message may show a value of this object */
} Walk;

/* ---- report.c ---- */
/* A finding at a node that holds in these versions.  NULL when switched off.  An
 * error refuses the object there. */
BASE_COLD Finding *walk_report(Walk *walk, uint32_t node, const RuleInfo *rule, uint32_t versions,
                     const char *format, ...) BASE_PRINTF(5, 6);
/* Marks the object's findings that its server would not have come to. */
void walk_mark_later(Walk *walk);
/* Sets what the server calls the place of a decoding or strictness error, where that
 * is not the path as we have it. */
void walk_name_as_server(Walk *walk, Finding *finding, uint32_t node);
/* "the text \"x\"", "the number 3", "a list": what stands there, for messages. */
Str walk_found(const Walk *walk, uint32_t node);
/* Every binding of a key goes through here: its mapping knows what it holds. */
static inline void walk_bind_key(Node *map, Node *key, NameId name)
{
    key->bind = name;
    map->names |= node_name_bit(name);
}
/* What a text that looks like yes or off would mean without its quotes: true or false. */
Str walk_bool_text(Node node);
/* "Container" of core.v1.Container, for messages; "" where it has no name. */
Str walk_type_word(const Walk *walk, TypeId type);
/* The path of a mapping's field that is not there. */
Str walk_absent_path(const Walk *walk, uint32_t map, Str field);

/* ---- check.c ---- */
/* Visits a value with its type: binds it, checks it, goes into it. */
void walk_value(Walk *walk, uint32_t node, TypeId type, uint32_t versions);

/* ---- scalar.c: values without parts ---- */
/* Kinds of nodes that a scalar's type takes as they are, but for numbers too big for it: bits
 * of NodeKind. */
extern const uint8_t walk_takes[TYPE_LIST];
void walk_scalar(Walk *walk, uint32_t node, TypeKind kind, uint32_t versions);
BASE_COLD void walk_wrong_type(Walk *walk, uint32_t node, TypeKind kind, uint32_t versions);

/* ---- unknown.c: a key that the type does not have in these versions ---- */
BASE_COLD void walk_unknown_field(Walk *walk, uint32_t map, uint32_t key, TypeId type, uint32_t versions);

/* ---- server.c: the rows of schemas/rules and gates.txt ---- */
/* Whether a required field's value counts as given. */
bool server_is_given(const Document *doc, uint32_t value);
/* The required fields whose bits are not in seen. */
BASE_COLD void server_missing_fields(Walk *walk, uint32_t map, TypeId type, uint64_t seen,
                           uint32_t versions);
/* Whether an enum or a range plainly allows the value, as nearly always; false otherwise. */
bool server_allows(const SchemaRule *rule, const Node *at);
/* Returns the versions that do not validate what is below the value. */
uint32_t server_field_rules(Walk *walk, uint32_t map, uint32_t value, const SchemaField *field,
                            uint32_t versions);
void server_calls(Walk *walk, uint32_t value, const SchemaType *row, uint32_t versions);
/* The metadata of an object that can be created. */
void server_object(Walk *walk, const SchemaKind *kind, uint32_t versions);

/* ---- object.c ---- */
/* Looks the object's kind up, and its scope and namespace with it. */
bool object_find_kind(const SchemaChecker *checker, Object *object);
bool object_is_secret(const SchemaChecker *checker, const Object *object);

/* ---- kinds.c: the object's apiVersion and kind ---- */
/* The versions of the target with which to walk; 0 where the kind is unknown.
 * Reports what the versions asked about do not serve. */
uint32_t walk_kind(Walk *walk);

/* ---- crd_check.c: values of the run's types (TypeId >= SCHEMA_STATIC_TYPES) ---- */
/* Called before the walk goes into the value, whose bind is set.  Checks the value
 * by itself (its JSON type, null, bounds, pattern …).  Returns whether the walk
 * shall go on into it by its structure: a struct's fields, a list's items, a
 * map's values; the walk then reports unknown fields itself unless the type has
 * TYPE_PRESERVES.  Only true for a node whose kind is that of the type. */
bool crd_enter(Walk *walk, uint32_t node, TypeId type, uint32_t versions);
/* Called after the walk went into it, with everything below bound: required fields,
 * uniqueItems, list types, allOf, anyOf, oneOf, not. */
void crd_leave(Walk *walk, uint32_t node, TypeId type, uint32_t versions);

/* ---- rules.c ---- */
#define SCHEMA_RULES(X) \
    X(unknown_field) X(wrong_type) X(malformed_value) X(unknown_kind) X(unknown_api_version) \
    X(unserved_api) X(removed_api) X(deprecated_api) X(not_creatable) X(ignored_value) \
    X(dropped_field) X(disabled_field) X(required_field) X(unsupported_value) X(out_of_range) \
    X(invalid_value) X(duplicate_value) X(forbidden_field) X(too_long) X(too_many) \
    X(server_warning)
Stage rule_stage(const RuleInfo *rule);
#define SCHEMA_RULE_EXTERN(name) extern const RuleInfo rule_##name;
SCHEMA_RULES(SCHEMA_RULE_EXTERN)

#endif
