/* explain: what `plimsoll explain` found out, between the files that find the place and
 * those that write it.  Internal to the cli room. */
#ifndef PLIMSOLL_CLI_EXPLAIN_H
#define PLIMSOLL_CLI_EXPLAIN_H

#include "cli/cli.h"
#include "schema/explain.h"

/* One place: a kind, or a field below it. */
typedef struct Explained {
    const Schema *schema;
    KindInfo kind;
    SchemaTarget target;
    uint32_t versions;    /* of the target, in which the place is there */
    uint32_t known;       /* of all versions, in which it is */
    Str path;             /* "spec.strategy"; empty: the kind itself */
    Str name;             /* of the field */
    SchemaSpot spot;      /* its type */
    SchemaLimits limits;  /* of the field */
    bool recursive;
    Arena *arena;
} Explained;

/* ---- explain_place.c ---- */
/* [GROUP/VERSION/]KIND[.FIELD]...; false after an error on stderr. */
bool explain_find(Explained *found, Str place, Str api_version);

/* ---- explain_write.c ---- */
void explain_text(const Explained *found, Buf *out);
void explain_json(const Explained *found, Buf *out);

#endif
