/* fast_masks: where the characters stand that structure a text.
 *
 * A text is seen as blocks of 64 bytes; for each block four words say, a bit a byte,
 * where the fast reader may have to stop.  Making them is the only place where vector
 * instructions are used; whoever reads the words needs none, and never looks at a
 * byte to skip it.  Private to the parser room. */
#ifndef PLIMSOLL_PARSER_FAST_MASKS_H
#define PLIMSOLL_PARSER_FAST_MASKS_H

#include "base/base.h"

/* What every line goes through: a call would cost as much as what is done. */
#if defined(__GNUC__)
#define FAST_INLINE static inline __attribute__((always_inline))
#else
#define FAST_INLINE static inline
#endif

typedef struct FastMask {
    uint64_t newline; /* LF */
    uint64_t space;   /* U+0020, and the CR of a line that ends with CR LF */
    uint64_t mark;    /* where a line's tokens may begin or end: the first character of each line
                         that is no space; LF; tab; what is blank behind a ':'; ':' and what is
                         special (" ' \ #) behind a blank or LF */
    uint64_t quote;   /* where a quoted scalar may end: what is special, and control characters, LF
                         included */
} FastMask;

/* Which instructions make the masks.  FAST_BEST: the widest that this machine has. */
typedef enum FastSimd {
    FAST_BEST, FAST_PORTABLE, FAST_SSE2, FAST_AVX2, FAST_AVX512, FAST_NEON
} FastSimd;

/* The one of that name ("portable", "sse2", "avx2", "avx512", "neon"), or FAST_BEST where there
 * is none of it in this build or on this machine. */
FastSimd fast_simd_named(const char *name);
const char *fast_simd_name(FastSimd simd);

typedef struct FastMap {
    Str text;        /* what it is of; the text's bytes may be gone already */
    FastMask *at;    /* kept from text to text */
    size_t cap;      /* in blocks */
    bool control;    /* the text holds bytes below U+0020 other than LF, CR, tab, or U+007F */
    bool lone_cr;    /* it holds a CR that no LF follows */
    bool wide;       /* it holds bytes beyond ASCII */
    bool special;    /* it holds one of " ' \ # */
    FastSimd simd;   /* FAST_BEST: the map chooses, */
    FastSimd best;   /* and has chosen this one, */
    size_t seen;     /* after so many bytes */
    uint32_t *marks; /* the places of the marks in order, where they are listed, from [1] on */
    size_t marks_cap;
} FastMap;

/* A list begins with UINT32_MAX, as if a line feed stood before the text.  Behind it stands the
 * text's last place some times, so that whoever looks two marks ahead sees a byte of the text, and
 * UINT32_MAX. */
enum { FAST_MARKS_BEHIND = 4 };

/* Fills the map, with a list of the marks or without.  Behind the text it goes on as if line
 * feeds stood there, 64 of them at the least, so that every search ends; where the last line has
 * no line feed the first of these is a mark of the list, too. */
void fast_map_fill(FastMap *map, Str text, bool list);
/* Before which lines a text ends: those that start with ---; those, and items of a sequence at the
 * line's start. */
typedef enum FastCut { FAST_CUT_NONE, FAST_CUT_DOCUMENT, FAST_CUT_ITEM } FastCut;
/* The same of the text before the first such line, but for the one that it begins with, or of all
 * of it; returns where that is.  breaks: the LFs up to there. */
size_t fast_map_cut(FastMap *map, Str text, FastCut cut, size_t *breaks);
void fast_map_free(FastMap *map);
/* Masks of the text's blocks from `block` on, as many as there is room for, also beyond
 * its end; mark is wrong in the first of them. */
void fast_window_fill(Str text, size_t block, FastMask *masks, size_t count);

/* The first line behind `at` that starts with ---, or the text's length. */
size_t fast_separator(Str text, size_t at);

/* How many LFs there are. */
size_t fast_breaks(Str text);

/* The first bit at or behind a place; the caller knows that there is one. */
#define FAST_SEARCH(name, word)                                             \
    FAST_INLINE uint32_t fast_##name(const FastMask *masks, uint32_t at)    \
    {                                                                       \
        const FastMask *mask = &masks[at >> 6];                             \
        uint64_t bits = (word) >> (at & 63);                                \
        if (bits)                                                           \
            return at + (uint32_t)__builtin_ctzll(bits);                    \
        do {                                                                \
            mask++;                                                         \
            bits = (word);                                                  \
        } while (!bits);                                                    \
        return (uint32_t)(mask - masks) * 64 + (uint32_t)__builtin_ctzll(bits); \
    }
FAST_SEARCH(newline, mask->newline)
FAST_SEARCH(nonspace, ~mask->space)
FAST_SEARCH(mark, mask->mark)
FAST_SEARCH(quote, mask->quote)
#undef FAST_SEARCH

/* The line feeds from a place on, one after the other; the caller knows that there are more. */
typedef struct FastLines {
    const FastMask *mask;
    uint64_t newlines; /* those that are left of the block */
    uint32_t base;
} FastLines;

FAST_INLINE FastLines fast_lines(const FastMask *masks, uint32_t at)
{
    const FastMask *mask = &masks[at >> 6];
    return (FastLines){mask, mask->newline & ~UINT64_C(0) << (at & 63), at & ~UINT32_C(63)};
}

FAST_INLINE uint32_t fast_next_line(FastLines *lines)
{
    while (!lines->newlines) {
        lines->newlines = (++lines->mask)->newline;
        lines->base += 64;
    }
    uint32_t at = lines->base + (uint32_t)__builtin_ctzll(lines->newlines);
    lines->newlines &= lines->newlines - 1;
    return at;
}

#endif
