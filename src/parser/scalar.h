/* scalar: what a scalar's text is to go-yaml (the YAML 1.1 reader inside
 * sigs.k8s.io/yaml) before it becomes JSON.  Private to the parser room: others
 * see a node's kind and ask number.c for values. */
#ifndef PLIMSOLL_PARSER_SCALAR_H
#define PLIMSOLL_PARSER_SCALAR_H

#include "parser/parser.h"

/* go-yaml's types.  They differ from NodeKind in two ways: an integer above the
 * largest int64 is a type of its own, and a float stays a float when its JSON text
 * is an integer (1e3 is sent as 1000). */
typedef enum ScalarType {
    SCALAR_STRING,
    SCALAR_NULL,
    SCALAR_BOOL,
    SCALAR_INT,
    SCALAR_UINT, /* above INT64_MAX */
    SCALAR_FLOAT,
    SCALAR_TIMESTAMP, /* only under !!timestamp; its value is its text */
} ScalarType;

typedef struct ScalarValue {
    ScalarType type;
    bool boolean;
    int64_t integer;
    uint64_t natural; /* SCALAR_UINT */
    double real;      /* SCALAR_FLOAT */
} ScalarValue;

/* A plain scalar without a tag. */
ScalarValue scalar_value(Str plain);
NodeKind scalar_kind(const ScalarValue *value);
/* Whether the value is an infinity or no number, which JSON cannot say. */
bool scalar_is_endless(const ScalarValue *value);

/* A scalar with a tag, in its long form (tag:yaml.org,2002:int).  TAG_NO_MATCH:
 * go-yaml refuses the pair; TAG_BAD_BASE64: a !!binary that is no base64.  For
 * !!binary, text is set to the decoded bytes, as JSON would carry them. */
typedef enum TagResult { TAG_OK, TAG_NO_MATCH, TAG_BAD_BASE64 } TagResult;
TagResult scalar_tagged(Str tag, Str *text, ScalarValue *value, Arena *arena);

/* The string that a key of this type becomes; false for those that go-yaml's
 * caller cannot turn into one (null, integers above INT64_MAX). */
bool scalar_key(const ScalarValue *value, Str text, Str *key, Arena *arena);

/* A double as encoding/json writes it. */
enum { SCALAR_FLOAT_LONGEST = 40 };
size_t scalar_write_float(double real, char out[SCALAR_FLOAT_LONGEST]);

#endif
