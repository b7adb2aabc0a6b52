/* re2.h: the state of reading one of Go's patterns, between re2.c (the syntax) and
 * re2_class.c (characters and their classes).  Internal to the two. */
#ifndef PLIMSOLL_SCHEMA_RE2_H
#define PLIMSOLL_SCHEMA_RE2_H

#include "schema/pattern.h"

enum { FLAG_FOLD = 1, FLAG_MULTI = 2, FLAG_DOT_ALL = 4, FLAG_LAZY = 8 };

enum { RUNE_MAX = 0x10FFFF, SURROGATE_FIRST = 0xD800, SURROGATE_LAST = 0xDFFF };

typedef struct Re2Group {
    size_t start;     /* of the group in the output: the atom that it becomes */
    unsigned flags;   /* to return to */
    unsigned emitted; /* FLAG_FOLD as PCRE2 has it outside */
    unsigned repeat, height; /* of what was read of the group around it, see Re2 */
} Re2Group;

typedef struct Re2 {
    Str in;
    size_t at;
    Buf *out;
    Re2Error *error;
    unsigned flags;
    unsigned emitted;    /* whether PCRE2 folds case here */
    size_t atom;         /* start of the last atom in the output; SIZE_MAX: there is none */
    bool repeated;       /* the last thing read was a repetition */
    /* The largest product of nested counts, and the height, of the last atom and of
     * the group so far. */
    unsigned atom_repeat, atom_height, repeat, height;
    VEC(Re2Group) groups;
} Re2;

/* ---- re2.c ---- */
/* Notes the first error, from there to where the reader stands; false. */
bool re2_fail(Re2 *re, size_t from, const char *message);
bool re2_at_end(const Re2 *re);
static inline bool re2_looks_at(const Re2 *re, const char *text)
{
    return str_starts(str_slice(re->in.ptr + re->at, re->in.len - re->at), str_of(text));
}
/* The next code point, and past it. */
uint32_t re2_next_rune(Re2 *re);
/* What is written next is one atom, to which a repetition may apply. */
void re2_begin_atom(Re2 *re);

/* ---- re2_class.c ---- */
void re2_put_rune(Re2 *re, uint32_t rune);
bool re2_read_escape(Re2 *re, uint32_t *rune); /* \n, \x41; at stands on the backslash */
bool re2_read_class(Re2 *re);                  /* [ … ]; at stands on the bracket */
bool re2_read_property_class(Re2 *re);         /* \pL, \P{Greek} */
bool re2_read_perl_class(Re2 *re);             /* \d, \W; false: it is none, nothing was read */

#endif
