/* custom.h: rules that users write, as YAML: kinds, a path, and one thing that has to
 * hold there (docs/custom-rules.md).
 *
 * A rule file is read once and checked strictly.  Binding then looks the kinds and paths
 * up in the tables of types, so that on the way of an object a field is found by the
 * number of its name; it happens before the first object, and once more behind the
 * barrier, when the types of CRDs are known.
 *
 * Ownership: CustomRules own all that they hold until custom_free; findings point to
 * their RuleInfos.  After custom_bind they are const and may be shared by threads.
 * Errors: mistakes in a file are findings of rule_custom_rule at their line. */
#ifndef PLIMSOLL_CHECKS_CUSTOM_H
#define PLIMSOLL_CHECKS_CUSTOM_H

#include "checks/checks.h"
#include "schema/pattern.h"
#include "schema/validation/quantity.h"

extern const RuleInfo rule_custom_rule;

typedef enum CustomTest {
    CUSTOM_REQUIRED,
    CUSTOM_FORBIDDEN,
    CUSTOM_PATTERN,
    CUSTOM_ONE_OF,
    CUSTOM_RANGE,
    CUSTOM_COUNT,
    CUSTOM_NO_TEST,
} CustomTest;

typedef enum StepKind { STEP_FIELD, STEP_KEY, STEP_ITEMS } StepKind;

/* A field by the number of its name; of keys of maps, and below what has no type, by
 * its text, since nothing binds those. */
typedef struct CustomStep {
    StepKind kind;
    Str text;
    NameId name; /* SCHEMA_UNBOUND: no type has it */
} CustomStep;

typedef struct CustomKind {
    Str api_version; /* empty: any */
    Str kind;
    Place place;
} CustomKind;

/* A value of oneOf. */
typedef struct CustomValue {
    NodeKind kind;
    Str text;
    double number;
} CustomValue;

typedef struct CustomRule {
    RuleInfo info;      /* severity as the file has it */
    const RuleInfo *known_as; /* what its findings point to: &info, or a copy that others know */
    Str message;        /* empty: made of the test */
    Str help;
    Str path;
    Place place;        /* of the path */
    CustomStep *steps;
    uint32_t step_count;
    CustomKind *kinds;
    uint32_t kind_count;
    CustomTest test;
    Pattern *pattern;
    Str pattern_text;
    CustomValue *values;
    uint32_t value_count;
    bool has_min, has_max;
    Quantity min, max;
    Str min_text, max_text;
} CustomRule;

typedef struct CustomRules {
    Arena arena;
    VEC(CustomRule *) list;
    /* The rules of each kind: numbers in by_kind from starts[kind] to starts[kind + 1]. */
    uint32_t *starts, *by_kind;
    uint32_t kind_count;
} CustomRules;

/* ---- custom_read.c ---- */
/* Adds the rules in a file's text; the document of its places is added to the sources. */
void custom_read(CustomRules *rules, Str text, uint32_t file, Sources *sources, Diag *diag);
void custom_free(CustomRules *rules);

/* ---- custom_path.c ---- */
/* "spec.containers[*].image" as steps; NULL, or what is wrong. */
const char *custom_path_parse(CustomRule *rule, Arena *arena);
/* Looks kinds and paths up.  With a diag, what nobody knows is reported. */
void custom_bind(CustomRules *rules, const Schema *schema, Diag *diag);

/* ---- custom_check.c ---- */
/* What the rules say of the object under hand; its tree is bound. */
void custom_check(const CustomRules *rules, const ObjectContext *context);

/* The nearest of several candidates for "did you mean"; a zeroed one is empty. */
typedef struct NearWord {
    Str wrong, best;
    unsigned distance;
} NearWord;
void near_word_try(NearWord *nearest, Str candidate);
Str near_word_text(const NearWord *nearest, Arena *arena); /* "; did you mean X?" or nothing */

#endif
