/* cel.h: whether an expression in CEL can be one, as far as that is seen without types.
 *
 * Read by the grammar of cel-go (parser/gen/CEL.g4) with its macros; names of variables and
 * functions are those of Kubernetes' environment (k8s.io/apiserver/pkg/cel/environment), where the
 * newest version's stand for those of all.  What is found is never right for a server.  Types,
 * other fields than a list of names has, costs, escapes in strings, and which version brought a
 * function are not looked at. */
#ifndef PLIMSOLL_CEL_H
#define PLIMSOLL_CEL_H

#include "base/base.h"

typedef enum CelFault {
    CEL_FINE,
    CEL_UNEXPECTED,  /* what cannot stand where it stands */
    CEL_UNFINISHED,  /* the end, where more has to come */
    CEL_UNREADABLE,  /* what begins no word of CEL */
    CEL_RESERVED,    /* a word that is kept, as a name */
    CEL_TOO_LARGE,   /* a number beyond 64 bits */
    CEL_NO_VARIABLE, /* a name that nothing declares */
    CEL_NO_FIELD,    /* a field that its variable does not have */
    CEL_NO_FUNCTION,
    CEL_NOT_A_NAME,  /* what stands where a macro wants the name of its variable */
    CEL_NOT_A_FIELD, /* what stands within has(), and is no field of something */
} CelFault;

typedef struct CelReading {
    CelFault fault;  /* the first */
    Str what;        /* a slice of the expression */
    uint32_t used;   /* bit N: the variable N; without a fault alone is none missing */
    bool undecided;  /* nested too deep to be looked at in full */
} CelReading;

/* `variables` is a list that ends with NULL.  The first 32 at most are names; behind them may
 * stand "name." for a variable that has known fields alone, and "name.field" for each of those. */
CelReading cel_read(Str expression, const char *const variables[]);

/* The name of a function nearest to what a CEL_NO_FUNCTION names, or an empty text. */
Str cel_nearest_function(Str what);

#endif
