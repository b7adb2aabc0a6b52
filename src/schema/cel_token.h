/* cel_token.h: the words of an expression in CEL.  Internal to cel.c and cel_token.c. */
#ifndef PLIMSOLL_CEL_TOKEN_H
#define PLIMSOLL_CEL_TOKEN_H

#include "base/base.h"

/* An operator of one character stands for itself. */
typedef enum CelTokenKind {
    CEL_END = 0,
    CEL_NAME = 256,
    CEL_QUOTED_NAME, /* between backquotes, where a field's name may stand */
    CEL_NUMBER,      /* int, without a sign in front, or double */
    CEL_HUGE,        /* an int or uint beyond 64 bits */
    CEL_LITERAL,     /* uint, string, bytes, true, false, null */
    CEL_COMPARISON,  /* ==, !=, <=, >=, in */
    CEL_LOGICAL,     /* &&, || */
    CEL_BROKEN,      /* begins no word of CEL */
} CelTokenKind;

typedef struct CelToken {
    int kind;        /* CelTokenKind, or the operator's character */
    Str text;        /* in the expression; empty at its end */
} CelToken;

/* The word that begins at `at` or behind the blanks and comments there. */
CelToken cel_token(const char *at, const char *end);

#endif
