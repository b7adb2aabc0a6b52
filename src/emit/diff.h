/* diff.h: what two inputs, or a cluster and what an apply would make of it, do not have in
 * common, as a report.
 *
 * An ObjectDifference is one object: on one side alone, or on both with the places where
 * they differ.  The values of a Secret are never written, only that they differ. */
#ifndef PLIMSOLL_EMIT_DIFF_H
#define PLIMSOLL_EMIT_DIFF_H

#include "emit/emit.h"
#include "schema/compare.h"

typedef enum DiffChange { DIFF_CHANGED, DIFF_REMOVED, DIFF_ADDED } DiffChange;

typedef struct ObjectDifference {
    DiffChange change;
    Str api_version, kind, ns, name;
    bool secret;
    const Document *left, *right; /* in their stored form; NULL: not there */
    DifferenceList fields;        /* of DIFF_CHANGED */
    const Place *places;          /* in DiffReport.input: the object's, and each field's */
} ObjectDifference;

typedef struct DiffReport {
    Sources *left, *right;        /* where the places lie */
    Sources *input;               /* or NULL: what both sides come from, which no reader has seen;
                                     places are in it alone then */
    const ObjectDifference *objects;
    uint32_t object_count;
    uint32_t same;                /* objects that are equal */
    uint32_t passed_over;         /* that controllers made, on one side alone */
} DiffReport;

typedef struct DiffFormat {
    const char *name;
    void (*write)(const DiffReport *report, Out *out);
} DiffFormat;

/* ---- diff_unified.c ---- */
void diff_unified_write(const DiffReport *report, Out *out);

extern const DiffFormat diff_formats[];
extern const size_t diff_format_count;
const DiffFormat *diff_format_find(Str name);
/* "3 objects are equal, 1 differs, …": for stderr, without a newline. */
void diff_summary_line(const DiffReport *report, Buf *line);

#endif
