/* compare.h: where two objects in their stored form differ.
 *
 * Fields are compared by name. A list whose items have keys (list=map, or the key of a
 * strategic merge patch: containers, ports, env) is compared by them, a set as a set;
 * any other list in its order, what is equal at both its ends left aside.
 *
 * Both documents come from schema_normal_form; their types may be those of one schema,
 * which the caller keeps.  The differences and their paths live in the arena. */
#ifndef PLIMSOLL_SCHEMA_COMPARE_H
#define PLIMSOLL_SCHEMA_COMPARE_H

#include "schema/schema.h"

typedef struct Difference {
    Str path;             /* spec.template.spec.containers[name=web].image */
    uint32_t left, right; /* nodes; BASE_NONE: not there */
    uint32_t left_near, right_near; /* what to point at: the value, or the nearest around it */
} Difference;

typedef struct DifferenceList {
    Difference *at;
    uint32_t count, room;
} DifferenceList;

/* Adds the differences, in the order of the paths' fields. */
void schema_compare(const Schema *schema, const Document *left, const Document *right,
                    Arena *arena, DifferenceList *list);

#endif
