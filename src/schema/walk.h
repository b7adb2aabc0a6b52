/* walk.h: the walk's state, and how its parts report.  Internal to this room.
 *
 * One walk answers for a set of versions.  Each value is visited with the mask of
 * versions in which its type stands there; a finding clears the versions in which
 * it holds from those that accept the object. */
#ifndef PLIMSOLL_SCHEMA_WALK_H
#define PLIMSOLL_SCHEMA_WALK_H

#include "schema/table.h"

typedef struct Walk {
    SchemaChecker *checker;
    const Schema *schema;
    Document *doc;
    Object *object;
    uint32_t target;     /* versions asked about */
    uint32_t refused;    /* versions that refuse the object */
    uint32_t muted;      /* over 0: a second form of a value is walked, marks are not gathered */
    uint32_t lenient;    /* over 0: below a type that Go decodes without strictness */
    uint32_t depth;
} Walk;

/* A finding at a node that holds in these versions.  NULL when switched off.  An
 * error refuses the object there. */
Finding *walk_report(Walk *walk, uint32_t node, const RuleInfo *rule, uint32_t versions,
                     const char *reason, const char *format, ...) BASE_PRINTF(6, 7);
/* Visits a value with its type: binds it, checks it, goes into it. */
void walk_value(Walk *walk, uint32_t node, TypeId type, uint32_t versions);
/* "a number (3)", "the text \"x\"", "a list": what stands there, for messages. */
Str walk_found(const Walk *walk, uint32_t node);

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

#endif
