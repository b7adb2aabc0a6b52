/* live_diff.h: what a cluster holds beside what an apply would make of it, reported as a
 * diff.  plimsoll-rest has both; how they are compared is diff.c's. */
#ifndef PLIMSOLL_CLI_LIVE_DIFF_H
#define PLIMSOLL_CLI_LIVE_DIFF_H

#include "cli/cli.h"
#include "emit/diff.h"

typedef struct LiveDiff {
    Buf before, after; /* objects as JSON, a line each; live_diff takes their memory */
    uint32_t same;     /* objects that are not in them, since nothing would change */
    Sources *input;    /* where the places lie that locate gives */
    /* Where the object stands in the input, and behind that each of its fields that differ. */
    void (*locate)(void *context, const ObjectDifference *object, Place *places);
    void *context;
} LiveDiff;

/* Writes the report that the options ask for.  Returns the exit status: 0 where both are
 * the same, 1 where they differ, 2 where the report could not be written. */
int live_diff(Options *options, LiveDiff *live);

#endif
