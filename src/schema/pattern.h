/* pattern.h: patterns of CRDs, as the API server runs them.
 *
 * The server compiles them with Go's regexp (RE2's language) and searches without
 * anchors.  Here PCRE2 runs them: re2.c admits exactly Go's syntax and writes it out
 * in a form that PCRE2 understands the same way; anything else, a lookahead say, is
 * an error at the CRD.  A match asks only yes or no, so captures and laziness are
 * dropped.
 *
 * Ownership: a Pattern owns what PCRE2 allocated until pattern_free.  Matching
 * changes nothing in it but the match data, so each worker has its own copies.
 * Sources: regexp/syntax (Go), https://github.com/google/re2/wiki/Syntax. */
#ifndef PLIMSOLL_SCHEMA_PATTERN_H
#define PLIMSOLL_SCHEMA_PATTERN_H

#include "base/base.h"

/* ---- re2.c ---- */
enum {
    RE2_MAX_REPEAT = 1000, /* as Go limits x{n}, nested ones multiplied */
    RE2_MAX_HEIGHT = 1000, /* of nested groups and repetitions */
};

typedef struct Re2Error {
    const char *message; /* what is wrong, static; NULL: nothing */
    size_t offset, size; /* where in the pattern, in bytes */
} Re2Error;

/* Writes Go's pattern as PCRE2's into out.  False with the error filled in. */
bool re2_translate(Str pattern, Buf *out, Re2Error *error);

/* ---- pattern.c ---- */
typedef struct Pattern Pattern;

typedef enum PatternMatch {
    PATTERN_NO,
    PATTERN_YES,
    PATTERN_GAVE_UP, /* the limit was reached: nobody knows */
} PatternMatch;

/* NULL with the error filled in where the pattern is none of Go's, or where PCRE2
 * cannot hold it (error->size is 0 then: the fault is ours). */
Pattern *pattern_compile(Str pattern, Re2Error *error);
/* A pattern in PCRE2's own language, for rules that users write.  NULL with PCRE2's words
 * for what is wrong (in arena) and where. */
Pattern *pattern_compile_pcre2(Str pattern, Arena *arena, Str *error, size_t *offset);
/* The same search with nothing kept between two calls, so that threads may share it. */
PatternMatch pattern_search_shared(const Pattern *pattern, Str subject);
PatternMatch pattern_search(Pattern *pattern, Str subject);
void pattern_free(Pattern *pattern);

#endif
