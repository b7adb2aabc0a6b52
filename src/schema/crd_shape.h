/* crd_shape.h: what the schema of a CRD says, in the form in which values are held
 * against it.  Internal to the crd files of this room.
 *
 * One CrdShape stands for one schema: the structural ones, which are the types of
 * values, and those inside allOf, anyOf, oneOf and not, which only judge.  Names of
 * properties lie in small hash tables, enums in larger ones; what most schemas do not
 * have (bounds, choices, defaults) lies behind a pointer, so that a shape stays small.
 * Shapes and their texts live in one arena with the definition that they belong to,
 * and are const once it is read. */
#ifndef PLIMSOLL_CRD_SHAPE_H
#define PLIMSOLL_CRD_SHAPE_H

#include "schema/crd.h"
#include "schema/pattern.h"
#include "schema/walk.h"

/* ---- shapes ---- */

/* The keywords of JSONSchemaProps, in the order of their bytes. */
#define CRD_KEYWORDS(X)                                                                      \
    X(REF, "$ref") X(SCHEMA, "$schema") X(ADDITIONAL_ITEMS, "additionalItems")               \
    X(ADDITIONAL_PROPERTIES, "additionalProperties") X(ALL_OF, "allOf") X(ANY_OF, "anyOf")   \
    X(DEFAULT, "default") X(DEFINITIONS, "definitions") X(DEPENDENCIES, "dependencies")      \
    X(DESCRIPTION, "description") X(ENUM, "enum") X(EXAMPLE, "example")                      \
    X(EXCLUSIVE_MAXIMUM, "exclusiveMaximum") X(EXCLUSIVE_MINIMUM, "exclusiveMinimum")        \
    X(EXTERNAL_DOCS, "externalDocs") X(FORMAT, "format") X(ID, "id") X(ITEMS, "items")       \
    X(MAX_ITEMS, "maxItems") X(MAX_LENGTH, "maxLength") X(MAX_PROPERTIES, "maxProperties")   \
    X(MAXIMUM, "maximum") X(MIN_ITEMS, "minItems") X(MIN_LENGTH, "minLength")                \
    X(MIN_PROPERTIES, "minProperties") X(MINIMUM, "minimum") X(MULTIPLE_OF, "multipleOf")    \
    X(NOT, "not") X(NULLABLE, "nullable") X(ONE_OF, "oneOf") X(PATTERN, "pattern")           \
    X(PATTERN_PROPERTIES, "patternProperties") X(PROPERTIES, "properties")                   \
    X(REQUIRED, "required") X(TITLE, "title") X(TYPE, "type")                                \
    X(UNIQUE_ITEMS, "uniqueItems") X(EMBEDDED, "x-kubernetes-embedded-resource")             \
    X(INT_OR_STRING, "x-kubernetes-int-or-string")                                           \
    X(LIST_MAP_KEYS, "x-kubernetes-list-map-keys") X(LIST_TYPE, "x-kubernetes-list-type")    \
    X(MAP_TYPE, "x-kubernetes-map-type")                                                     \
    X(PRESERVE, "x-kubernetes-preserve-unknown-fields")                                      \
    X(VALIDATIONS, "x-kubernetes-validations")

typedef enum CrdKeyword {
#define CRD_KEYWORD_NUMBER(name, text) CRD_KEY_##name,
    CRD_KEYWORDS(CRD_KEYWORD_NUMBER)
#undef CRD_KEYWORD_NUMBER
    CRD_KEYWORD_COUNT,
} CrdKeyword;

#define CRD_BIT(keyword) (UINT64_C(1) << CRD_KEY_##keyword)

/* The words that type: may have; a mask has one bit for each. */
typedef enum CrdType {
    CRD_UNTYPED, /* no type is given */
    CRD_ARRAY,
    CRD_BOOLEAN,
    CRD_INTEGER,
    CRD_NUMBER,
    CRD_OBJECT,
    CRD_STRING,
    CRD_NULL,    /* only JSON schemas may say so */
    CRD_MISTYPED, /* another word */
} CrdType;

enum {
    CRD_NULLABLE = 1 << 0,
    CRD_INT_OR_STRING = 1 << 1,
    CRD_PRESERVES = 1 << 2,     /* x-kubernetes-preserve-unknown-fields */
    CRD_EMBEDS = 1 << 3,        /* x-kubernetes-embedded-resource */
    CRD_UNIQUE = 1 << 4,        /* uniqueItems */
    CRD_ABOVE_MINIMUM = 1 << 5, /* exclusiveMinimum */
    CRD_BELOW_MAXIMUM = 1 << 6, /* exclusiveMaximum */
    CRD_CLOSED = 1 << 7,        /* additionalProperties: false */
    CRD_OPEN = 1 << 8,          /* additionalProperties: true, without a schema */
    CRD_ITEM_LIST = 1 << 9,     /* items: is a list of schemas */
    CRD_FILLED = 1 << 10,       /* a property has a default */
    CRD_ROOT = 1 << 11,         /* of an object; its metadata is ObjectMeta whatever it says */
    CRD_DROPS_STATUS = 1 << 12, /* a root whose status: is dropped from what is created */
    CRD_LENIENT = 1 << 13,      /* of a JSON schema: what is not listed is allowed */
    CRD_UNSTRUCTURAL = 1 << 14, /* says $ref or dependencies, with something in it */
    CRD_HOLLOW = 1 << 15,       /* has an empty list or map where Go tells it from none */
    CRD_META = 1 << 16,         /* of an object's metadata: empty texts are left out */
    CRD_SETTLED = 1 << 17,      /* the server's validation of CRDs has nothing to say of the
                                   schema as a field's or an item's, nor of those below it */
};

/* The formats that servers check. */
typedef enum CrdFormat {
    CRD_NO_FORMAT,
    CRD_INT32, CRD_INT64, CRD_FLOAT, CRD_DOUBLE,
    CRD_BSON_ID, CRD_BYTE, CRD_CIDR, CRD_CREDIT_CARD, CRD_DATE, CRD_DATE_TIME, CRD_DURATION,
    CRD_EMAIL, CRD_HEX_COLOR, CRD_HOSTNAME, CRD_IPV4, CRD_IPV6, CRD_ISBN, CRD_ISBN10, CRD_ISBN13,
    CRD_LONG_NAME, CRD_MAC, CRD_PASSWORD, CRD_RGB_COLOR, CRD_SHORT_NAME, CRD_SSN, CRD_URI,
    CRD_UUID, CRD_UUID3, CRD_UUID4, CRD_UUID5,
    CRD_FORMAT_COUNT,
} CrdFormat;

/* The keywords that no rule of crd_openapi.c, crd_structural.c or crd_defaults.c looks at, with
 * the fields that they are.  Whoever adds a rule there about a keyword takes it out of here. */
#define CRD_UNRULED(X)                                                                       \
    X(TYPE, type) X(DESCRIPTION, description) X(TITLE, title) X(EXAMPLE, example)            \
    X(PROPERTIES, properties) X(REQUIRED, required) X(ITEMS, items) X(ENUM, enum)            \
    X(FORMAT, format) X(NULLABLE, nullable) X(MINIMUM, minimum) X(MAXIMUM, maximum)          \
    X(MULTIPLE_OF, multipleOf) X(MIN_LENGTH, minLength) X(MAX_LENGTH, maxLength)             \
    X(MIN_ITEMS, minItems) X(MAX_ITEMS, maxItems) X(MIN_PROPERTIES, minProperties)           \
    X(MAX_PROPERTIES, maxProperties)

typedef struct CrdShape CrdShape;

/* A property, or a name that is only required. */
typedef struct CrdName {
    Str text;
    CrdShape *shape; /* NULL: only required */
    NameId id;       /* to bind keys with, once there are types */
    uint32_t hash;
    bool required;
} CrdName;

typedef struct CrdLimits {
    double minimum, maximum, multiple_of;
    int64_t min_length, max_length, min_items, max_items, min_properties, max_properties;
} CrdLimits;

typedef struct CrdShapes {
    CrdShape **at;
    uint32_t count;
} CrdShapes;

typedef struct CrdChoices {
    CrdShapes all, any, one;
    CrdShape *not;
} CrdChoices;

/* A list of values that are allowed, hashed. */
typedef struct CrdEnum {
    Document doc;        /* nodes[0] is the list */
    uint32_t count;
    uint32_t slot_count; /* a power of two */
    uint32_t *slots;     /* nodes of values; 0 is free */
} CrdEnum;

typedef struct CrdDefault {
    Document doc;        /* nodes[0] is the value, the defaults within it filled in */
    uint32_t rules;      /* CEL rules that run on it and what it holds */
    bool wrong;          /* its own schema refuses it: then so it does in each object */
} CrdDefault;

typedef struct CrdStrs {
    Str *at;
    uint32_t count;
} CrdStrs;

struct CrdShape {
    uint64_t given;      /* CRD_BITs of keywords that say something */
    uint32_t node;       /* its mapping, as long as the CRD's document is at hand */
    uint32_t flags;
    uint16_t types;      /* mask of CrdTypes that the validator takes; 0: any */
    uint8_t type;        /* CrdType */
    uint8_t list_type;   /* ListType */
    uint8_t format;      /* CrdFormat */
    uint8_t key_count;   /* of list_keys */
    uint32_t pattern;    /* its number in the run; BASE_NONE before */
    TypeId bind;         /* the type that its values are bound to */
    uint32_t name_count;
    uint32_t slot_count; /* 0: few names, compared one after the other */
    CrdName *names;
    uint32_t *slots;     /* index + 1 in names */
    CrdShape *items, *additional;
    Str pattern_text;
    CrdLimits *limits;
    CrdChoices *choices;
    CrdEnum *values;
    CrdDefault *fill;
    Str *list_keys;
    uint32_t rules;      /* CEL rules that run when an object is created */
};

/* ---- definitions ---- */

typedef struct CrdScale {
    Str spec, status, selector; /* paths; selector may be empty */
} CrdScale;

typedef struct CrdVersion {
    uint32_t node;       /* in the CRD's document */
    Str name;
    CrdShape *shape;     /* NULL: none was given */
    CrdScale *scale;     /* NULL: none */
    Str warning;         /* deprecationWarning */
    bool served, storage, deprecated, status;
} CrdVersion;

typedef struct CrdDefinition {
    Str name, group, kind, plural;
    bool folded;         /* it has no shapes until some object needs them, */
    bool kept;           /* but its spec; else its document is read again */
    Str packed;          /* the spec: crd_pack.c */
    CrdVersion *versions;
    uint32_t version_count;
    Scope scope;
    bool preserves;      /* spec.preserveUnknownFields: nothing is unknown */
    bool is_input;
    Place place;         /* of spec.names.kind */
    int32_t item;
    bool json;           /* of its document */
    uint64_t text;       /* a hash of its spec as it is written; 0: what is written is not all */
    uint64_t fingerprint; /* and of what that says, where it is kept: the same CRD twice is no
                             conflict */
} CrdDefinition;

/* A kind of a CRD's version: what a root type's constraints number. */
typedef struct CrdKind {
    const CrdDefinition *definition;
    const CrdVersion *version;
} CrdKind;

struct CrdTable {
    VEC(CrdKind) kinds;  /* SchemaType.constraints - 1 */
    Interner patterns;   /* texts; their ids are the patterns' numbers */
    Interner missing;    /* kinds that no --schema-location has */
    Arena arena;         /* all shapes */
    TypeId lists[TYPE_STRUCT], maps[TYPE_STRUCT]; /* of scalars, once made */
};

struct CrdSet {
    Arena arena;         /* of the definitions */
    VEC(CrdDefinition *) definitions;
    VEC(Pattern *) patterns; /* by number, compiled when first needed */
    Pattern *formats[CRD_FORMAT_COUNT];
    bool is_input;
    bool by_place;       /* documents are at hand at the barrier: no spec is kept */
};

/* ---- crd_read.c: from a document's nodes to shapes ---- */
typedef struct CrdReader {
    Arena *arena;        /* takes the shapes */
    const Document *doc;
    bool json_schema;    /* not of a CRD: other words for some things */
    bool lenient;        /* what is not listed is allowed */
    bool bare;           /* without the schemas of versions */
    bool borrows;        /* the document's texts outlive the shapes: none is copied */
    bool reviews;        /* the shapes are for the server's validation of the CRD, whose tree is
                            bound: what it has nothing to say of is left out, crd_settled.c */
    const uint8_t *settled; /* of that by node, from the schema's root on: CrdSettled */
    uint32_t root;
} CrdReader;

/* The schema at a node; NULL where it is no mapping. */
CrdShape *crd_read_shape(CrdReader *reader, uint32_t node);
/* A CRD of either version.  Never NULL; what cannot be read is left out. */
CrdDefinition *crd_read_definition(CrdReader *reader, uint32_t node);
/* The same without shapes, for as long as the arena lives: its spec is packed, or, by place, only
 * known again. */
CrdDefinition *crd_keep_definition(Arena *arena, const Document *doc, uint32_t node, bool by_place);
/* Makes the shapes of one that was kept, once. */
void crd_unfold_definition(CrdDefinition *definition, CrdDemand demand, Arena *arena);
/* Whether two say the same. */
bool crd_is_same_definition(const CrdDefinition *a, const CrdDefinition *b, CrdDemand demand);
/* CRD_BITs of the keywords whose value in the CRD's document is a list or a mapping, if empty. */
uint64_t crd_keywords_with_parts(const Document *doc, const CrdShape *shape);
extern const Str crd_keyword_texts[CRD_KEYWORD_COUNT];
/* A value's nodes in a document of their own. */
Document crd_copy_value(Arena *arena, const Document *doc, uint32_t node);

/* The name in the shape's table, or NULL. */
const CrdName *crd_find_name(const CrdShape *shape, Str text);

CrdType crd_type_of_word(Str word);
/* ---- crd_settled.c ---- */
/* What is known of a schema before its shape is made: a CrdType where it is settled, or this
 * where it is not, but no rule asks it for its properties. */
enum CrdSettled { CRD_UNKNOWN, CRD_UNASKED = UINT8_MAX };
/* CrdReader.settled of all that is in a schema. */
const uint8_t *crd_find_settled(Arena *arena, const Document *doc, uint32_t root);

/* ---- crd_pack.c ---- */
uint64_t crd_hash_text(uint64_t seed, Str text);
/* The value in a few bytes without what only people read, and a fingerprint of all of it. */
Str crd_pack(Arena *arena, const Document *doc, uint32_t spec, uint64_t *fingerprint);
/* Its nodes; texts stay where they are. */
Document crd_unpack(Arena *arena, Str packed, bool json);

/* ---- crd_types.c ---- */
struct CrdTable *crd_table_of(Schema *schema); /* made when first asked for */
/* "example.com/v1": the text's own or the arena's. */
Str crd_api_version(const CrdDefinition *definition, const CrdVersion *version, Arena *arena);
/* Adds a definition's kind in one version, which has no type so far. */
KindId crd_add_kind(Schema *schema, const CrdDefinition *definition, Str api_version);
/* Makes its type.  Patterns that are needed on the way are kept in the set, which may be NULL. */
void crd_add_type(Schema *schema, KindId kind, CrdDefinition *definition, CrdVersion *version,
                  CrdDemand demand, CrdSet *set);

/* ---- crd_default.c ---- */
/* A value with the defaults of its shape filled in, as the server does it. */
CrdDefault *crd_make_default(Arena *arena, const Document *doc, uint32_t node,
                             const CrdShape *shape);
/* Finds the defaults that are wrong: those below additionalProperties are not checked
 * with their CRD, and others may fit only as long as nothing is filled into them. */
void crd_judge_defaults(CrdShape *shape, CrdSet *set);

/* ---- crd_value.c: JSON values as the server sees them, defaults filled in ---- */

/* A step to a value that only a default put there. */
typedef struct CrdStep {
    const struct CrdStep *up;
    Str name;            /* empty: an item */
    uint32_t index;
} CrdStep;

typedef struct CrdValue {
    const Document *doc;  /* the object's, or that of a default */
    uint32_t node;
    uint32_t place;       /* node of the object to point at: the value, or what lacks it */
    const CrdShape *type; /* of the structural schema at this place: it has the defaults
                             that are still to be filled in; NULL: none */
    const CrdStep *steps; /* from place on */
    bool made;            /* by a default: place is not its own */
} CrdValue;

static inline NodeKind crd_value_kind(const CrdValue *value)
{
    return node_kind(value->doc, value->node);
}

/* The entries of an object as they are after nulls are dropped and defaults are put
 * in for them; defaults of absent properties are not among them. */
bool crd_entry(const CrdValue *map, uint32_t key, CrdStep *step, CrdValue *child);
/* The same for one who knows the entry's shape already. */
bool crd_entry_of(const CrdValue *map, uint32_t key, const CrdShape *type, CrdStep *step,
                  CrdValue *child);
bool crd_drops_status(const CrdShape *type, Str name);
/* The value of a name: what stands there, or its default. */
bool crd_lookup(const CrdValue *map, Str name, CrdStep *step, CrdValue *child);
/* The default for a property that the object lacks. */
bool crd_fill(const CrdValue *map, const CrdName *property, CrdStep *step, CrdValue *child);
/* The step's index is the caller's. */
void crd_item(const CrdValue *list, uint32_t node, CrdStep *step, CrdValue *item);

typedef struct CrdNumber {
    bool whole;           /* an int64 to Go; else a float64 */
    int64_t integer;
    double real;          /* of either */
} CrdNumber;

CrdNumber crd_number(const Document *doc, uint32_t node);
int64_t crd_go_int64(double real); /* as amd64 converts what does not fit */
/* A hash and an equality as of Go's DeepEqual on decoded JSON. */
uint32_t crd_value_hash(const CrdValue *value);
bool crd_value_equal(const CrdValue *a, const CrdValue *b);

/* ---- crd_enum.c ---- */
void crd_enum_build(CrdEnum *values, Arena *arena);
bool crd_enum_has(const CrdEnum *values, const CrdValue *value);

/* ---- crd_format.c ---- */
/* The format that the server checks under this word for values of these types; others
 * are ignored. */
CrdFormat crd_format_find(Str word, uint16_t types);
uint32_t crd_format_versions(CrdFormat format); /* that check it */
const char *crd_format_name(CrdFormat format);
const char *crd_format_example(CrdFormat format); /* NULL: its name shows one */
/* Patterns are kept in the set; NULL: compiled for the moment. */
bool crd_format_holds(CrdSet *set, CrdFormat format, Str text);

/* ---- crd_check.c: values against shapes ---- */
typedef struct CrdEval {
    Walk *walk;
    CrdSet *set;
    uint32_t versions;
    uint32_t muted;       /* over 0: failures are counted, not told */
    uint32_t failures;
    uint32_t choices;     /* over 0: inside of an alternative */
    uint32_t rules;       /* CEL rules that would run */
    bool walking;         /* the object itself is gone through: bind, report unknown fields */
    bool keeps;           /* the next value is an item of a list that keeps unknown fields */
    const CrdShape *root; /* of the object, for paths */
    /* A default in a CRD is checked as a value of its own: */
    uint32_t base;        /* the node that paths start from; the object's root otherwise */
    const struct Validation *review; /* of that CRD: says where the default stands; NULL else */
    const RuleInfo *rule; /* NULL: those of custom resources */
} CrdEval;

/* What kube-openapi's validator says: the number of checks that matched decides which
 * alternative's failures are told. */
uint32_t crd_validate(CrdEval *eval, const CrdValue *value, const CrdShape *shape);

/* ---- crd_scalar.c: one value, without its parts ---- */
uint32_t crd_check_scalar(CrdEval *eval, const CrdValue *value, const CrdShape *shape);
uint32_t crd_check_null(CrdEval *eval, const CrdValue *value, const CrdShape *shape);
Pattern *crd_pattern(CrdEval *eval, const CrdShape *shape, bool *temporary);

/* ---- crd_list.c ---- */
/* Items that a list of type set or map has twice, or the second of two equal ones where
 * items are unique. */
void crd_check_list_type(CrdEval *eval, const CrdValue *list, const CrdShape *shape);
/* The same for all lists within a value that a default made. */
void crd_check_lists(CrdEval *eval, const CrdValue *value, const CrdShape *shape);
bool crd_has_duplicates(const CrdValue *list, Arena *scratch);

/* ---- crd_report.c ---- */
/* Counts a failure, and whether that is all: while alternatives are tried nothing is
 * put into words. */
static inline bool crd_is_muted(CrdEval *eval)
{
    if (eval->muted)
        eval->failures++;
    return eval->muted > 0;
}
/* A finding at the value, or at something below it that is not there. */
Finding *crd_fail(CrdEval *eval, const CrdValue *value, const RuleInfo *rule, const char *reason,
                  Str below, const char *format, ...) BASE_PRINTF(6, 7);
/* What the server calls a place by: kube-openapi joins everything with dots, Kubernetes'
 * own validation puts keys of maps in brackets. */
typedef enum CrdPathStyle { CRD_PATH_DOTS, CRD_PATH_KEYS, CRD_PATH_NIL } CrdPathStyle;
Str crd_server_path(const CrdEval *eval, const CrdValue *value, CrdPathStyle style);
void crd_name_path(CrdEval *eval, Finding *finding, const CrdValue *value, Str below,
                   CrdPathStyle style);
Str crd_value_name(CrdEval *eval, const CrdValue *value);
Str crd_found(CrdEval *eval, const CrdValue *value);

/* ---- crd_meta.c ---- */
void crd_check_metadata(CrdEval *eval, bool namespaced);
/* apiVersion, kind and metadata of an object within the object. */
void crd_check_embedded(CrdEval *eval, const CrdValue *object);

/* The first half of it: whether it has an apiVersion and a kind. */
bool crd_embedded_is_object(CrdEval *eval, const CrdValue *object);

/* ---- crd_rules.c ---- */
#define CRD_RULES(X)                                                                     \
    X(custom_resource_type) X(custom_resource_required) X(custom_resource_enum)          \
    X(custom_resource_bounds) X(custom_resource_length) X(custom_resource_pattern)       \
    X(custom_resource_format) X(custom_resource_choice) X(custom_resource_duplicate)     \
    X(custom_resource_property) X(custom_resource_scale) X(custom_resource_unserved)     \
    X(custom_resource_deprecated) X(custom_resource_undecided) X(embedded_resource)      \
    X(crd_default) X(crd_conflict)
#define CRD_RULE_EXTERN(name) extern const RuleInfo rule_##name;
CRD_RULES(CRD_RULE_EXTERN)

#endif
