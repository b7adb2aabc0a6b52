/* schema: the types of every kind in every Kubernetes version, in constant tables,
 * and the one walk that binds a tree to them and checks it on the way.
 *
 * The text under schemas/ is compiled into the binary at build time
 * (tools/schemac.c) as arrays of indices, so that nothing is loaded, parsed or
 * relocated at start.  A type's number below SCHEMA_STATIC_TYPES is static; one
 * above belongs to the run (types made from CRDs, crd.h), with the same structs
 * and the same walk.
 *
 * The walk writes into each key the number of its name and into each value the
 * number of its type; rules then ask for SCHEMA_NAME constants (names.h,
 * generated) and never compare strings.  After the walk the tree is const.
 *
 * Versions: bit v of a mask stands for Kubernetes 1.(SCHEMA_OLDEST + v). */
#ifndef PLIMSOLL_SCHEMA_H
#define PLIMSOLL_SCHEMA_H

#include "parser/parser.h"

enum { SCHEMA_OLDEST = 15, SCHEMA_NEWEST = 37 };
/* What servers validate beyond the types is written down from here on. */
enum { SCHEMA_VALIDATED = 29 };
#define SCHEMA_ALL_VERSIONS ((UINT32_C(1) << (SCHEMA_NEWEST - SCHEMA_OLDEST + 1)) - 1)
#define SCHEMA_UNBOUND NODE_UNBOUND

/* What one run knows: the built-in tables and what CRDs added to them.  Built once,
 * then read by all threads.  NULL stands for the built-in tables alone, in every
 * function here. */
typedef struct Schema Schema;

typedef uint32_t TypeId;   /* index of a SchemaType; a scalar's is its TypeKind */
typedef uint32_t NameId;   /* a field's name; SCHEMA_NAME_x constants in names.h */
typedef uint32_t KindId;   /* index of a SchemaKind, or of a CRD's kind above the static ones */

/* ---- version.c: which versions are asked about ---- */
typedef struct SchemaTarget {
    uint32_t versions;   /* mask, contiguous */
    unsigned oldest, newest; /* minors, 15..37 */
} SchemaTarget;

/* "1.29", "v1.29", "1.29.4", "1.25..1.37".  False with a message in error (in arena). */
bool schema_target_parse(Str text, SchemaTarget *target, Arena *arena, Str *error);
SchemaTarget schema_target_newest(void);
/* "1.22..1.30", "1.15..1.17, 1.20": a mask in words, for messages and reports. */
Str schema_versions_text(uint32_t versions, Arena *arena);
/* The way back, for findings' versions; false where the text is none of the above. */
bool schema_versions_read(Str text, uint32_t *versions);
unsigned schema_versions_oldest(uint32_t versions); /* minor; 0 for the empty mask */
unsigned schema_versions_newest(uint32_t versions);

/* ---- table.c: the tables behind functions ---- */
typedef enum TypeKind {
    TYPE_ANY,      /* free-form JSON: RawExtension, JSON, preserve-unknown-fields */
    TYPE_STRING,
    TYPE_BOOL,
    TYPE_INT32,
    TYPE_INT64,
    TYPE_NUMBER,
    TYPE_BYTES,    /* base64 */
    TYPE_TIME,     /* RFC 3339 */
    TYPE_MICRO_TIME,
    TYPE_DURATION, /* Go's */
    TYPE_QUANTITY,
    TYPE_INT_OR_STRING,
    TYPE_LIST,
    TYPE_MAP,
    TYPE_OR_ARRAY, /* JSONSchemaPropsOrArray: the element, or a list of it */
    TYPE_OR_BOOL,  /* JSONSchemaPropsOrBool: the element, or true or false */
    TYPE_OR_STRINGS, /* JSONSchemaPropsOrStringArray: the element, or a list of strings */
    TYPE_STRUCT,
} TypeKind;

typedef enum Scope { SCOPE_UNKNOWN, SCOPE_NAMESPACED, SCOPE_CLUSTER } Scope;

/* What the table knows of one group, version and kind. */
typedef struct KindInfo {
    KindId id;
    Str api_version, group, version, kind;
    Str resource;      /* plural, as in its REST path */
    TypeId type;
    Scope scope;
    uint32_t defined;  /* versions whose OpenAPI document has it */
    uint32_t served;   /* versions that serve it by default */
    unsigned introduced, deprecated, removed; /* minors; 0: no, or not known */
    Str replacement;   /* "apps/v1/Deployment", or empty */
    Str list_of;       /* the kind that it is a list of, or empty */
    bool create;       /* has a path to create it */
    bool stored;       /* what is created stays: not so for reviews */
    bool subresource;  /* only the body of subresource requests */
    bool custom;       /* from a CRD */
} KindInfo;

bool schema_kind_find(const Schema *schema, Str group, Str version, Str kind, KindInfo *info);
KindInfo schema_kind_info(const Schema *schema, KindId id);
bool schema_kind_is_custom(const Schema *schema, KindId id); /* from a CRD */
KindId schema_kind_count(const Schema *schema); /* ids are 0 … count - 1 */
Str schema_group(Str api_version); /* "apps" of "apps/v1"; nothing of "v1" */
bool schema_group_is_builtin(Str group);
TypeKind schema_type_kind(const Schema *schema, TypeId type);
Str schema_type_name(const Schema *schema, TypeId type); /* "core.v1.ServicePort"; "" for lists */
/* The same for any type: "list<core.v1.Container>". */
Str schema_type_text(const Schema *schema, TypeId type, Arena *arena);
TypeId schema_type_element(const Schema *schema, TypeId type); /* of a list, map or union */
Str schema_name_text(const Schema *schema, NameId name);

/* A field, or one form of it, for explain and dump. */
typedef struct FieldInfo {
    NameId name;
    TypeId type;
    uint32_t versions;    /* mask; within its type's */
    bool documented;      /* OpenAPI lists it as required */
    Str attributes;       /* as the schema text spells them: "list=map(port,protocol) …" */
} FieldInfo;

uint32_t schema_type_count(const Schema *schema); /* ids are 0 … count - 1 */
/* A type's own attributes in these versions: "map=atomic". */
Str schema_type_attributes(const Schema *schema, TypeId type, uint32_t versions);
uint32_t schema_field_count(const Schema *schema, TypeId type); /* rows; sorted by name */
FieldInfo schema_field_info(const Schema *schema, TypeId type, uint32_t index);

/* The built-in tables as lines of text: docs/schemas.md. */
void schema_dump(Out *out);

Schema *schema_new(void);
void schema_free(Schema *schema);

/* ---- object.c: the head of an object ---- */
typedef enum Verdict { VERDICT_ACCEPTED, VERDICT_REFUSED, VERDICT_UNKNOWN_KIND } Verdict;

/* One object of the input: a fact with the life of the run.  Strings are ids of
 * the worker's Interner.  Namespace is normalised once, here: "default" (or -n)
 * for a namespaced object without one, 0 for a cluster-scoped one. */
typedef struct Object {
    uint32_t doc;         /* index in Sources.docs */
    int32_t item;         /* index in a List, or -1 */
    uint32_t offset;      /* of the object's first byte in the document */
    uint32_t line;
    uint32_t name_offset, name_size; /* span of metadata.name's value, else of the kind's */
    uint32_t api_version, group, kind; /* BASE_NONE where the document could not be read */
    uint32_t name;        /* 0 where it has none (generateName) */
    uint32_t ns;          /* namespace */
    uint32_t generate_name;
    KindId kind_id;       /* BASE_NONE: unknown */
    uint8_t scope;
    bool ns_given : 1;    /* metadata.namespace stands in the input */
    bool unknown_kind : 1;
    bool no_object : 1;   /* a document that did not parse: null names, refused */
    bool refused : 1;     /* the server would not take it, whatever else is there: known at the
                             barrier, report_refused */
    uint32_t unchecked;   /* rules of its CRD that were not evaluated (CEL) */
    uint32_t accepted;    /* versions of the target that take it, as far as schema_check knows */
} Object;

/* ---- check.c: the walk ---- */

/* A value whose type has rows in schemas/links: what the checks room makes facts
 * of.  In document order. */
typedef struct Mark {
    uint32_t node;
    TypeId type;
    uint32_t links; /* link_row: the first of its type's */
} Mark;

typedef enum MissingSchemas { MISSING_WARN, MISSING_ERROR, MISSING_SKIP } MissingSchemas;

typedef struct SchemaOptions {
    const Schema *schema;         /* borrowed; NULL: the built-in tables alone */
    SchemaTarget target;
    MissingSchemas missing;
    Str default_namespace;
} SchemaOptions;

struct CrdSet; /* crd.h */

/* What all objects of a kind say of it, as strings. */
typedef struct HeadWords {
    uint32_t round; /* of the strings: Interner.round */
    uint32_t api_version, group, kind; /* kind 0: nobody asked yet */
} HeadWords;

/* Whether some kind of any group has a name: asked for each object without a type, of which
 * an input has many and their kinds few. */
enum { KIND_ANSWERS = 16 };
typedef struct KindAnswer {
    uint32_t kind; /* string */
    bool known;
} KindAnswer;

/* What only makes a checker quick: another may go on with it between two objects. */
typedef struct SchemaTools {
    VEC(Mark) marks;              /* of the object that was checked last */
    VEC(uint64_t) folded;         /* validation's: see field_fold */
    struct Guesses *guesses;      /* the walk's: guess.h */
    struct Judged *judged;        /* validation's: formats.h */
} SchemaTools;

typedef struct SchemaChecker {
    const SchemaOptions *options; /* borrowed */
    Diag *diag;                   /* borrowed */
    Interner *strings;            /* borrowed */
    Arena *scratch;               /* borrowed; document lifetime */
    SchemaTools tools;
    struct CrdSet *crds;          /* borrowed: takes the definitions of CRDs that are checked, and
                                     what is compiled for their types; NULL: nobody keeps them */
    bool partial;                 /* the objects are patches: fields and types are checked, but
                                     nothing has to be there, and directives may be */
    bool complete;                /* every CRD of the input is known: nothing is deferred any more */
    KindAnswer answers[KIND_ANSWERS]; /* from then on, each where its string's last bits say */
    uint32_t accepted;            /* versions of the target that take that object */
    HeadWords *words;             /* of the built-in kinds; NULL: none was met yet */
    uint32_t last_ns;             /* string: the last namespace that an object gave */
} SchemaChecker;

/* What is asked of a node before its type is known, whether it is an object or not: read
 * once, and handed on.  Texts point into the document; empty: not there, or no text. */
typedef struct ObjectHead {
    Str api_version, kind;
    bool inherits;        /* it has neither and takes both from its list: an item of a PodList
                             is a Pod */
    KindId builtin;       /* what the built-in tables call these two; BASE_NONE: nothing */
    uint32_t version_node, kind_node; /* values, whatever they are, or BASE_NONE */
    uint32_t metadata, spec, template;
    uint32_t items;       /* of a list of objects, whose kind ends in List: its array (kubectl's
                             reader asks for the array alone; that case is told as well) */
    uint32_t name, generate_name, ns, annotations; /* in the metadata */
    uint32_t name_hash, ns_hash; /* str_hash of their texts */
} ObjectHead;

void schema_head(const Document *doc, uint32_t node, ObjectHead *head);
/* Whether it is a manifest: a mapping with apiVersion and kind. */
static inline bool head_is_object(const ObjectHead *head)
{
    return head->api_version.len && head->kind.len;
}
uint32_t schema_list_items(const Document *doc, uint32_t node); /* the head's items alone */
/* The object at doc->root, whose head that is. */
void schema_open(SchemaChecker *checker, const Document *doc, const ObjectHead *head,
                 Object *object);
/* Binds the object's tree to its kind's type, checks it, gathers marks.  An object
 * of an API version that the target no longer serves is bound to the newest type
 * that its kind had there, so that it still takes part in linking. */
typedef enum CheckStatus {
    CHECK_DONE,
    CHECK_DEFERRED, /* its CRD may come later in the input: nothing was reported or marked;
                       call again when the checker is complete */
} CheckStatus;
CheckStatus schema_check(SchemaChecker *checker, Document *doc, Object *object);
void schema_checker_free(SchemaChecker *checker);

/* ---- asking a bound tree: get.c; see links.h for the rows of schemas/links ---- */
/* The value under a field; BASE_NONE where it is absent or null. */
uint32_t schema_find(const Document *doc, uint32_t map, NameId name);
/* Most fields that are asked for are not there, and the mapping itself says so. */
static inline uint32_t schema_get(const Document *doc, uint32_t map, NameId name)
{
    if (map == BASE_NONE)
        return BASE_NONE;
    const Node *at = node_at(doc, map);
    bool absent = at->kind != NODE_MAP || (at->names && !(at->names & node_name_bit(name)));
    return absent ? BASE_NONE : schema_find(doc, map, name);
}
/* The same along several fields, ended by BASE_NONE. */
uint32_t schema_path(const Document *doc, uint32_t map, const NameId *names);

/* ---- rules of this room: origin schema or server, defined in rules.c ---- */
extern const RuleInfo *const schema_rules[];
extern const size_t schema_rule_count;

#endif
