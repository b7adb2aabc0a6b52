/* validation.h: what the API server says of an object beyond its types, as code.
 * docs/validation.md is the guide; this header is all that a file of this folder
 * needs.  Internal to the schema room.
 *
 * The folder follows Kubernetes' validation packages: a function carries the name of
 * the Kubernetes function that it follows (ValidatePodSpec is validate_pod_spec) and
 * takes the value as a Field where Kubernetes takes the value and its path.  A row of
 * schemas/rules hooks the function of a kind (call=pod is validate_pod); it runs once
 * the whole object is walked and bound, and calls those of the object's parts, exactly
 * as in Kubernetes.
 *
 * A Field is a place in the object, there or not.  What is not there reads as Go's
 * zero value and keeps its path, so absent structs are empty ones here as they are
 * to the server.
 *
 * Ownership: nothing here owns anything; a Validation lives for one call from the
 * walk.  Nothing is allocated unless something is wrong.
 * Versions: a rule holds in v->versions; VALIDATION_ONLY narrows them for a while. */
#ifndef PLIMSOLL_SCHEMA_VALIDATION_H
#define PLIMSOLL_SCHEMA_VALIDATION_H

#include "schema/cel.h"
#include "schema/validation/formats.h"
#include "schema/validation/quantity.h"
#include "schema/walk.h"

/* ---- field.c: places, and reading them as Go would ---- */

typedef struct Field {
    uint32_t node;   /* the value; BASE_NONE where it is absent or null */
    uint32_t above;  /* the value itself, or the nearest one above it that is there */
    uint64_t absent; /* the names between above and the field, 16 bits each, the last one
                        lowest; 0: it is above.  See field_names */
} Field;

typedef struct Validation {
    Walk *walk;
    const Document *doc;
    uint32_t versions;      /* in which what is found now holds */
    uint32_t errors;        /* found so far: compare it before and after */
    uint32_t renamed;       /* a value whose path the server spells otherwise; BASE_NONE: none */
    Str renamed_to;         /* see validation_rename, */
    Field renamed_base;     /* and validation_rename_below */
} Validation;

/* A renaming, to be put back. */
typedef struct Rename {
    uint32_t node;
    Str to;
    Field base;
} Rename;

/* A value that is there, by its node; a null one counts as absent. */
static inline Field field_at(const Validation *v, uint32_t node)
{
    return (Field){node_kind(v->doc, node) == NODE_NULL ? BASE_NONE : node, node, 0};
}
/* The object itself. */
static inline Field field_root(const Validation *v) { return field_at(v, v->doc->root); }
/* A key of a map, to report at it: its text is the key. */
static inline Field field_key(uint32_t key) { return (Field){key, key, 0}; }
/* A field of a struct, by its SCHEMA_NAME constant.  Most that are asked for are not there,
 * which costs some ten instructions. */
uint64_t field_fold(const Validation *v, uint64_t names);
static inline Field field_get(const Validation *v, Field parent, NameId name)
{
    uint32_t value = schema_get(v->doc, parent.node, name);
    if (value != BASE_NONE)
        return (Field){value, value, 0};
    uint64_t names = parent.absent >> 48 ? field_fold(v, parent.absent) : parent.absent;
    return (Field){BASE_NONE, parent.above, names << 16 | name};
}
/* The same down several fields: FIELD_PATH(v, pod, SCHEMA_NAME_spec, SCHEMA_NAME_volumes). */
static inline Field field_down(const Validation *v, Field parent, const NameId *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        parent = field_get(v, parent, names[i]);
    return parent;
}
#define FIELD_PATH(v, parent, ...) \
    field_down(v, parent, (const NameId[]){__VA_ARGS__}, \
               sizeof((const NameId[]){__VA_ARGS__}) / sizeof(NameId))

/* Which fields a struct has, a bit for each name: FIELD_BITS(ports, env).  No two names of a type
 * share one, so a bit that is not set says that the field is absent, and one look answers for
 * as many as a function asks for.  A bit that is set says that there is a key. */
static inline uint64_t field_bits(const Validation *v, Field parent)
{
    if (parent.node == BASE_NONE)
        return 0;
    const Node *at = node_at(v->doc, parent.node);
    return at->kind != NODE_MAP ? 0 : at->names || !at->len ? at->names : UINT64_MAX;
}
#define FIELD_BIT(name) (UINT64_C(1) << (SCHEMA_NAME_##name & 63)) /* node_name_bit, as a constant */
#define FIELD_BITS_1(a) FIELD_BIT(a)
#define FIELD_BITS_2(a, ...) (FIELD_BIT(a) | FIELD_BITS_1(__VA_ARGS__))
#define FIELD_BITS_3(a, ...) (FIELD_BIT(a) | FIELD_BITS_2(__VA_ARGS__))
#define FIELD_BITS_4(a, ...) (FIELD_BIT(a) | FIELD_BITS_3(__VA_ARGS__))
#define FIELD_BITS_5(a, ...) (FIELD_BIT(a) | FIELD_BITS_4(__VA_ARGS__))
#define FIELD_BITS_6(a, ...) (FIELD_BIT(a) | FIELD_BITS_5(__VA_ARGS__))
#define FIELD_BITS_OF(a, b, c, d, e, f, N, ...) FIELD_BITS_##N
#define FIELD_BITS(...) FIELD_BITS_OF(__VA_ARGS__, 6, 5, 4, 3, 2, 1, 0)(__VA_ARGS__)

/* All fields of a struct, read in one look at its keys: for one that is asked for many of them.
 * A name's place is the number of its bit; what stands at the others' is not set. */
typedef struct Fields {
    Field whole;
    uint64_t bits;      /* of the fields that are given */
    uint64_t absent;    /* Field.absent of the others, but for their name */
    uint32_t at[64];
} Fields;
void fields_read(const Validation *v, Field whole, Fields *fields);
static inline Field fields_get(const Fields *fields, NameId name)
{
    if (fields->bits & node_name_bit(name))
        return (Field){fields->at[name & 63], fields->at[name & 63], 0};
    return (Field){BASE_NONE, fields->whole.above, fields->absent | name};
}
/* The names of built-in types that lie between field.above and the field, downwards. */
enum { FIELD_NAMES_MOST = 16 };
uint32_t field_names(const Validation *v, Field field, NameId names[FIELD_NAMES_MOST]);

/* Not nil: there and not null. */
static inline bool field_given(Field field) { return field.node != BASE_NONE; }
static inline NodeKind field_kind(const Validation *v, Field field)
{
    return field.node == BASE_NONE ? NODE_NULL : node_kind(v->doc, field.node);
}
/* Go's zero value: absent, null, "", 0, false, [] or {} (a struct that is given is
 * never empty in this sense unless it has no entries). */
bool field_is_zero(const Validation *v, Field field); /* of one that is there */
static inline bool field_is_empty(const Validation *v, Field field)
{
    return field.node == BASE_NONE || field_is_zero(v, field);
}
/* Items of a list or entries of a map; 0 for anything else. */
uint32_t field_count(const Validation *v, Field field); /* of one that is there */
static inline uint32_t field_length(const Validation *v, Field field)
{
    return field.node == BASE_NONE ? 0 : field_count(v, field);
}
/* Whether there are any. */
static inline bool field_has_items(const Validation *v, Field field)
{
    return field_kind(v, field) >= NODE_MAP && node_at(v->doc, field.node)->len > 0;
}

/* A string's text; empty for anything else. */
static inline Str field_text(const Validation *v, Field field)
{
    return field_kind(v, field) == NODE_STRING ? node_str(v->doc, field.node) : str_slice("", 0);
}
/* As defaulted: fallback where it is absent or "". */
static inline Str field_text_or(const Validation *v, Field field, const char *fallback)
{
    Str text = field_text(v, field);
    return text.len ? text : str_of(fallback);
}
static inline bool field_text_is(const Validation *v, Field field, const char *text)
{
    return str_is(field_text(v, field), text);
}
/* A number's value; 0 for anything else. */
int64_t field_number(const Validation *v, Field field); /* of one that is there */
/* As defaulted where the Go field is a pointer: fallback where it is absent. */
static inline int64_t field_int_or(const Validation *v, Field field, int64_t fallback)
{
    return field.node == BASE_NONE ? fallback : field_number(v, field);
}
static inline int64_t field_int(const Validation *v, Field field)
{
    return field_int_or(v, field, 0);
}
static inline bool field_bool_or(const Validation *v, Field field, bool fallback)
{
    if (field.node == BASE_NONE)
        return fallback;
    return node_kind(v->doc, field.node) == NODE_BOOL && node_bool(v->doc, field.node);
}
static inline bool field_bool(const Validation *v, Field field)
{
    return field_bool_or(v, field, false);
}
/* Zero where it is absent or no quantity (the walk reports that). */
Quantity field_quantity(const Validation *v, Field field);
/* Whether it is a whole number from 0 to some hundreds of millions, as nearly all are: no more
 * than nine bytes, in whatever base. */
static inline bool field_is_small(const Validation *v, Field field)
{
    const Node *at = node_at(v->doc, field.node);
    return at->kind == NODE_INT && at->len <= 9 && is_digit(at->text[0]);
}
/* An IntOrString that is a number, or a text. */
static inline bool field_is_number(const Validation *v, Field field)
{
    return field_kind(v, field) == NODE_INT;
}
static inline bool field_is_string(const Validation *v, Field field)
{
    return field_kind(v, field) == NODE_STRING;
}

/* Items of a list, null ones too (they read as empty):
 *   for (Items i = items_of(v, list); items_next(v, &i);) use(i.item, i.index); */
typedef struct Items {
    Field item;
    uint32_t index;
    uint32_t next, end; /* nodes */
} Items;
static inline Items items_of(const Validation *v, Field list)
{
    Items items = {.index = UINT32_MAX, .next = 1};
    if (field_kind(v, list) == NODE_SEQ) {
        items.next = node_first(list.node);
        items.end = node_end(v->doc, list.node);
    }
    return items;
}
static inline bool items_next(const Validation *v, Items *items)
{
    if (items->next >= items->end)
        return false;
    items->index++;
    items->item = field_at(v, items->next);
    items->next = node_after(v->doc, items->next);
    return true;
}
/* The item of that index, or an absent Field at the list. */
Field items_at(const Validation *v, Field list, uint32_t index);

/* Entries of a map, in the order of the file; what a later duplicate replaced is
 * left out.  entry.key is the key's text, entry.at its node. */
typedef struct Entries {
    Str key;
    uint32_t at;
    Field value;
    uint32_t next, end;
} Entries;
static inline Entries entries_of(const Validation *v, Field map)
{
    Entries entries = {.next = 1};
    if (field_kind(v, map) == NODE_MAP) {
        entries.next = node_first(map.node);
        entries.end = node_end(v->doc, map.node);
    }
    return entries;
}
static inline bool entries_next(const Validation *v, Entries *entries)
{
    const Node *nodes = v->doc->nodes;
    uint32_t at = entries->next;
    while (at < entries->end && (nodes[at].flags & NODE_SHADOWED))
        at = nodes[at + 1].next;
    if (at >= entries->end)
        return false;
    entries->at = at;
    entries->key = str_slice(nodes[at].text, nodes[at].len);
    entries->value = field_at(v, at + 1);
    entries->next = nodes[at + 1].next;
    return true;
}
/* The value under a key of a map<…>, by its text. */
Field entries_get(const Validation *v, Field map, Str key);

/* What the form says of a text; of one that it took before, without asking it again. */
static inline const char *validation_form(const Validation *v, FormatFn form, Str text)
{
    return format_judged(v->walk->checker->tools.judged, form, text);
}

/* ---- report.c: what is wrong ---- */

/* Each reports with the rule, the reason and the path that the server gives, and
 * returns the finding (NULL where it is switched off), for what follows below.
 *
 * The message starts with the field's path; `format` goes on: "must be …", "may not …".
 * validation_invalid adds the value that stands there.  In our own words, without the
 * values of Secrets.  A NULL format is fine where it is marked. */
BASE_COLD Finding *validation_invalid(Validation *v, Field field, const char *format, ...)
    BASE_PRINTF(3, 4);
/* FieldValueRequired: "PATH is required", and why: format may be NULL. */
BASE_COLD Finding *validation_required(Validation *v, Field field, const char *format, ...)
    BASE_PRINTF(3, 4);
/* FieldValueNotSupported: words is what it takes, split by commas: "TCP,UDP,SCTP". */
BASE_COLD Finding *validation_not_supported(Validation *v, Field field, const char *words);
/* FieldValueDuplicate; first is where it stood before, to be noted, or FIELD_NONE. */
BASE_COLD Finding *validation_duplicate(Validation *v, Field field, Field first);
/* FieldValueForbidden: "PATH may not be given" and why: format may be NULL. */
BASE_COLD Finding *validation_forbidden(Validation *v, Field field, const char *format, ...)
    BASE_PRINTF(3, 4);
/* FieldValueTooLong: bytes of a string. */
BASE_COLD Finding *validation_too_long(Validation *v, Field field, size_t most);
/* FieldValueTooMany: items of a list or entries of a map. */
BASE_COLD Finding *validation_too_many(Validation *v, Field field, size_t most);
/* FieldValueNotFound: it names something that is not there. */
BASE_COLD Finding *validation_not_found(Validation *v, Field field, const char *format, ...)
    BASE_PRINTF(3, 4);
/* A reason that has no helper of its own. */
BASE_COLD Finding *validation_other(Validation *v, Field field, const char *reason, const char *format, ...)
    BASE_PRINTF(4, 5);
/* What the server sends as a warning with an object that it takes. */
BASE_COLD Finding *validation_warning(Validation *v, Field field, const char *format, ...)
    BASE_PRINTF(3, 4);

/* So many expressions that a server compiles and we do not: the report says so. */
void validation_unchecked(Validation *v, uint32_t expressions);

extern const Field FIELD_NONE;

/* The server names another place than the one in the file: the path of base as the
 * server spells it, and suffix behind it (NULL, ".ports[0]", "[key]").  A finding that
 * is NULL is fine:  validation_as(v, validation_invalid(v, f, "…"), labels, NULL) */
BASE_COLD void validation_as(Validation *v, Finding *finding, Field base, const char *suffix, ...)
    BASE_PRINTF(4, 5);
/* From here on the server's path of that value, and of all below it, starts with
 * `text` in place of its own; BASE_NONE ends it. */
void validation_rename(Validation *v, uint32_t node, Str text);
/* The same with the server's path of base and a suffix (".template"), until the one before
 * is put back. */
Rename validation_rename_below(Validation *v, Field field, Field base, Str suffix);
void validation_unrename(Validation *v, Rename before);
/* The path that the server gives a field: map keys in brackets, renames done.  In the
 * document's scratch. */
Str validation_path(const Validation *v, Field field);

/* The commonest checks; each returns whether all is well. */
/* A text that must be there and have a form: Required, or Invalid. */
bool validation_text(Validation *v, Field field, FormatFn format);
/* The same for one that may be empty. */
bool validation_given_text(Validation *v, Field field, FormatFn format); /* of one that is there */
static inline bool validation_optional_text(Validation *v, Field field, FormatFn format)
{
    return !field_given(field) || validation_given_text(v, field, format);
}
/* One of some words, split by commas; an empty text is Required … */
bool validation_required_word(Validation *v, Field field, const char *words);
/* … or stands for the default. */
bool validation_optional_word(Validation *v, Field field, const char *words);
bool word_is_one_of(Str text, const char *words);
/* A string that is not empty. */
bool validation_must_have_more(Validation *v, Field field); /* of one that is none */
static inline bool validation_must_have(Validation *v, Field field)
{
    return field_text(v, field).len > 0 || validation_must_have_more(v, field);
}
/* A path that is relative, without "..": validateLocalDescendingPath; and no ".." alone at
 * its start: ValidateLocalNonReservedPath. */
bool validation_local_path(Validation *v, Field field);
bool validation_local_non_reserved_path(Validation *v, Field field);
/* Numbers within both ends, INT64_MIN and INT64_MAX for open ones; an absent one counts as 0. */
bool validation_range(Validation *v, Field field, int64_t low, int64_t high);
/* ValidateNonnegativeField. */
static inline bool validation_nonnegative(Validation *v, Field field)
{
    if (!field_given(field))
        return true;
    /* A whole number that begins with a digit is none below 0. */
    const Node *at = node_at(v->doc, field.node);
    return (at->kind == NODE_INT && is_digit(at->text[0])) || validation_range(v, field, 0, INT64_MAX);
}
/* ValidateNonnegativeQuantity, ValidatePositiveQuantityValue. */
bool validation_nonnegative_quantity(Validation *v, Field field);
bool validation_positive_quantity(Validation *v, Field field);

/* ---- versions ---- */
#define VALIDATION_SINCE(minor) (SCHEMA_ALL_VERSIONS & ~((UINT32_C(1) << ((minor) - SCHEMA_OLDEST)) - 1))
#define VALIDATION_UNTIL(minor) (SCHEMA_ALL_VERSIONS & ((UINT32_C(2) << ((minor) - SCHEMA_OLDEST)) - 1))
enum { VALIDATION_OLDEST = SCHEMA_VALIDATED };
/* The block behind it runs where any of those versions is asked about, and what it
 * reports holds in those alone:   VALIDATION_ONLY(v, VALIDATION_SINCE(34)) { … }
 * It is a loop of one turn: leave it with continue, not with break or return. */
#define VALIDATION_ONLY(v, mask) VALIDATION_ONLY_(v, mask, __LINE__)
#define VALIDATION_ONLY_(v, mask, line) VALIDATION_ONLY__(v, mask, line)
#define VALIDATION_ONLY__(v, mask, line)                                                  \
    for (uint32_t all_##line = (v)->versions, once_##line = 1;                            \
         once_##line && (((v)->versions = all_##line & (mask)) != 0 ||                    \
                         ((v)->versions = all_##line, 0));                                \
         once_##line = 0, (v)->versions = all_##line)

/* The statement behind it has nothing to report where proved holds, and is passed over then.  With
 * PLIMSOLL_DOUBTS, as in the sanitizers' builds, it runs all the same, and a finding is our own
 * failure:   VALIDATION_UNLESS(v, shape->flags & CRD_SETTLED) … */
#ifdef PLIMSOLL_DOUBTS
void validation_doubt(const Validation *v, bool proved, uint32_t before);
#define VALIDATION_UNLESS(v, proved)                                                          \
    for (uint32_t before_ = (v)->walk->checker->diag->findings.len, once_ = 1; once_;         \
         once_ = 0, validation_doubt(v, proved, before_))
#else
#define VALIDATION_UNLESS(v, proved) \
    if (proved)                      \
        ;                            \
    else
#endif

/* ---- the hooks: called by the walk ---- */
/* One for each call=NAME of schemas/rules. */
#define VALIDATION_DECLARE(name) void validate_##name(Validation *v, Field value);
SCHEMA_CALLS(VALIDATION_DECLARE)

/* rows.c: call= of a type's value, and format=, length= and unique= of a field. */
void validation_calls(Walk *walk, uint32_t value, const SchemaType *row, uint32_t versions);
void validation_field_rule(Walk *walk, uint32_t value, const SchemaRule *rule, uint32_t versions);
FormatFn validation_format(uint32_t number); /* of a SCHEMA_FORMAT constant */
/* meta.c: the metadata (its node, or BASE_NONE) of an object, by its kind's names= row where
 * the object is stored. */
void validation_object(Walk *walk, const SchemaType *row, const SchemaKind *kind,
                       uint32_t metadata, uint32_t versions);

/* ---- meta.c: k8s.io/apimachinery/pkg/api/validation and pkg/apis/meta/v1/validation ---- */
/* A name by its form (format_dns_label, format_path_segment, …); as generateName has
 * it where `prefix` is set: a dash may stand at its end. */
const char *name_check(FormatFn form, Str name, bool prefix);
bool validate_labels(Validation *v, Field labels);                 /* ValidateLabels */
void validate_annotations(Validation *v, Field annotations);       /* ValidateAnnotations */
/* ValidateObjectMeta but for the namespace, and without asking for a name: for custom resources
 * and for what is embedded in them.  Of the former, which are stored, the server itself sets the
 * generation and the managed fields, and warns of finalizers without a domain. */
void validate_meta_parts(Validation *v, Field meta, FormatFn form, bool is_stored);

/* ---- expressions.c: expressions in CEL ---- */
/* Tells what cel.h finds wrong with a text; what is absent or no text is left alone.  The list of
 * variables ends with NULL. */
CelReading validation_expression(Validation *v, Field expression, const char *const variables[]);

/* ---- selector.c: label selectors ---- */
typedef struct SelectorOptions {
    bool any_value;      /* AllowInvalidLabelValueInSelector */
} SelectorOptions;
/* ValidateLabelSelector; both say whether all is well, which without any_value is the same as
 * selector_is_valid. */
bool validate_label_selector(Validation *v, Field selector, const SelectorOptions *options);
/* ValidateLabelSelectorRequirement, for lists that stand by themselves. */
bool validate_label_selector_requirement(Validation *v, Field requirement,
                                         const SelectorOptions *options);
/* LabelSelectorAsSelector: false where the selector cannot be understood at all. */
bool selector_is_valid(const Validation *v, Field selector);
/* Whether a valid selector matches a map of labels.  An empty one matches all. */
bool selector_matches(const Validation *v, Field selector, Field labels);
/* The same for a plain map of labels: every entry is among labels. */
bool labels_contain(const Validation *v, Field subset, Field labels);

#endif
