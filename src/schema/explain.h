/* explain.h: what the tables, and the schemas of CRDs, know of a field beyond its type:
 * what is required, which values it takes, what it is if not given, what it names.
 * For people who ask, never on the way of a manifest.
 *
 * Ownership: everything is made on the caller's arena or lies in the tables. */
#ifndef PLIMSOLL_SCHEMA_EXPLAIN_H
#define PLIMSOLL_SCHEMA_EXPLAIN_H

#include "schema/schema.h"

struct CrdShape;

/* A type, and for custom resources the schema that it was made of (else NULL). */
typedef struct SchemaSpot {
    TypeId type;
    const struct CrdShape *shape;
} SchemaSpot;

/* One thing that is known of a field: "enum" and its values, "range" and "1..65535". */
typedef struct SchemaLimit {
    const char *word;
    const Str *values;   /* at least one, but for words that say it all ("required") */
    uint32_t count;
    uint32_t versions;   /* in which it holds */
    bool json;           /* the values are JSON */
} SchemaLimit;

typedef struct SchemaLimits {
    VEC(SchemaLimit) list;
    Arena *arena;
} SchemaLimits;

SchemaSpot schema_spot_kind(const Schema *schema, KindId kind);
/* What is inside of lists, maps and unions, however deep. */
SchemaSpot schema_spot_inside(const Schema *schema, SchemaSpot spot);
/* The index-th field of a struct. */
SchemaSpot schema_spot_field(const Schema *schema, SchemaSpot spot, uint32_t index);
/* Adds what is known of the index-th field of a struct in these versions. */
void schema_field_limits(const Schema *schema, SchemaSpot spot, uint32_t index,
                         uint32_t versions, SchemaLimits *limits);
/* kubectl's word for a type: "[]Container", "map[string]string", "IntOrString". */
Str schema_type_kubectl(const Schema *schema, SchemaSpot spot, Arena *arena);

/* ---- crd_explain.c ---- */
const struct CrdShape *crd_shape_of_type(const Schema *schema, TypeId root);
const struct CrdShape *crd_shape_inside(const struct CrdShape *shape);
const struct CrdShape *crd_shape_field(const struct CrdShape *shape, Str name);
bool crd_shape_requires(const struct CrdShape *shape, Str name);
void crd_shape_limits(const struct CrdShape *shape, uint32_t versions, SchemaLimits *limits);

/* ---- for the two files that fill a list ---- */
void limits_add(SchemaLimits *limits, const char *word, const Str *values, uint32_t count,
                uint32_t versions, bool json);

#endif
