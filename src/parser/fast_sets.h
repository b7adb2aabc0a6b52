/* fast_sets: the sets of instructions that make masks, between fast_sets.c, which has them, and
 * fast_masks.c, which goes over texts with them.  Private to these two. */
#ifndef PLIMSOLL_PARSER_FAST_SETS_H
#define PLIMSOLL_PARSER_FAST_SETS_H

#include "parser/fast_masks.h"

/* What one block says to the next, and what was found so far. */
typedef struct FastCarry {
    uint64_t begin;   /* bit 0: a line begins behind it, or its spaces go on */
    uint64_t colon;   /* bit 0: its last character was a ':' */
    uint64_t blank;   /* or a blank or LF */
    uint64_t lone_cr;
    uint64_t control;
    uint64_t wide;
    uint64_t special;
    uint64_t breaks;  /* how many LFs */
    uint32_t *marks;  /* where the next mark is listed; NULL: they are not */
    uint32_t base;    /* the place of the next block */
    Str text;         /* all of it */
    FastCut cut;      /* where it ends; only where marks are listed */
} FastCarry;

/* Goes over whole blocks; returns where it ended: behind them, or where the text is cut. */
typedef const char *FastLoop(const char *text, size_t count, FastMask *out, FastCarry *carry);
/* Of a block of which only so many bytes count: the others are line feeds, which are not listed. */
typedef void FastSingle(const char *block, size_t size, FastMask *out, FastCarry *carry);
typedef struct FastSet {
    FastLoop *masks; /* marks are not listed, nothing is cut */
    FastLoop *marks;
    FastSingle *single;
} FastSet;

const FastSet *fast_set(FastSimd simd);
/* Whether a line of the text that starts with a dash, at that place, is such a cut. */
static inline bool fast_cuts(Str text, size_t at, FastCut cut)
{
    const char *line = text.ptr + at;
    size_t left = text.len - at;
    return (left >= 3 && line[1] == '-' && line[2] == '-') ||
           (cut == FAST_CUT_ITEM && left >= 2 && line[1] == ' ');
}
/* What this machine has; wide: with AVX-512, whose first use takes its time. */
FastSimd fast_simd_best(bool wide);
/* So many places behind the last one may be written when marks are listed. */
enum { FAST_LIST_BEHIND = 16 };

#endif
