/* number: what a plain scalar means to kubectl's reader, and what JSON it sends
 * for a scalar.
 *
 * go-yaml types a scalar (resolve.go), sigs.k8s.io/yaml writes it as JSON, and
 * kubectl reads that JSON into an int64 where it can and a float64 where not.  What
 * counts is the end of that way: 1e3, 1_000 and 08 all arrive as integers.
 * Shortest digits of floats are in floats.c, tags in tags.c. */
#include "parser/scalar.h"

#include <math.h>
#include <stdlib.h>

/* ---- words ---- */

typedef struct Word {
    const char *text;
    ScalarType type;
    bool boolean;
    double real;
} Word;

static const Word WORDS[] = {
    {"y", SCALAR_BOOL, true, 0},      {"Y", SCALAR_BOOL, true, 0},
    {"yes", SCALAR_BOOL, true, 0},    {"Yes", SCALAR_BOOL, true, 0},
    {"YES", SCALAR_BOOL, true, 0},    {"true", SCALAR_BOOL, true, 0},
    {"True", SCALAR_BOOL, true, 0},   {"TRUE", SCALAR_BOOL, true, 0},
    {"on", SCALAR_BOOL, true, 0},     {"On", SCALAR_BOOL, true, 0},
    {"ON", SCALAR_BOOL, true, 0},     {"n", SCALAR_BOOL, false, 0},
    {"N", SCALAR_BOOL, false, 0},     {"no", SCALAR_BOOL, false, 0},
    {"No", SCALAR_BOOL, false, 0},    {"NO", SCALAR_BOOL, false, 0},
    {"false", SCALAR_BOOL, false, 0}, {"False", SCALAR_BOOL, false, 0},
    {"FALSE", SCALAR_BOOL, false, 0}, {"off", SCALAR_BOOL, false, 0},
    {"Off", SCALAR_BOOL, false, 0},   {"OFF", SCALAR_BOOL, false, 0},
    {"~", SCALAR_NULL, false, 0},     {"null", SCALAR_NULL, false, 0},
    {"Null", SCALAR_NULL, false, 0},  {"NULL", SCALAR_NULL, false, 0},
    {".nan", SCALAR_FLOAT, false, NAN},      {".NaN", SCALAR_FLOAT, false, NAN},
    {".NAN", SCALAR_FLOAT, false, NAN},      {".inf", SCALAR_FLOAT, false, INFINITY},
    {".Inf", SCALAR_FLOAT, false, INFINITY}, {".INF", SCALAR_FLOAT, false, INFINITY},
    {"+.inf", SCALAR_FLOAT, false, INFINITY},  {"+.Inf", SCALAR_FLOAT, false, INFINITY},
    {"+.INF", SCALAR_FLOAT, false, INFINITY},  {"-.inf", SCALAR_FLOAT, false, -INFINITY},
    {"-.Inf", SCALAR_FLOAT, false, -INFINITY}, {"-.INF", SCALAR_FLOAT, false, -INFINITY},
};

enum { WORD_LONGEST = 5 };

static bool find_word(Str plain, ScalarValue *value)
{
    if (plain.len > WORD_LONGEST)
        return false;
    for (size_t i = 0; i < BASE_COUNT(WORDS); i++) {
        if (WORDS[i].text[0] == plain.ptr[0] && str_is(plain, WORDS[i].text)) {
            value->type = WORDS[i].type;
            value->boolean = WORDS[i].boolean;
            value->real = WORDS[i].real;
            return true;
        }
    }
    return false;
}

/* ---- integers, as strconv.ParseInt reads them in base 0 ---- */

static char lower(char c) { return (char)(c | 0x20); }

typedef enum Parsed { PARSED_NO, PARSED_YES, PARSED_TOO_BIG } Parsed;

/* Digits of one base; an empty run is 0, as Go has it behind the octal's 0. */
static Parsed parse_digits(Str digits, unsigned base, uint64_t *out)
{
    uint64_t sum = 0;
    bool over = false;
    for (size_t i = 0; i < digits.len; i++) {
        unsigned digit = (unsigned)hex_value(digits.ptr[i]); /* none is beyond every base */
        if (digit >= base)
            return PARSED_NO;
        over = over || sum > (UINT64_MAX - digit) / base;
        sum = over ? 0 : sum * base + digit;
    }
    *out = sum;
    return over ? PARSED_TOO_BIG : PARSED_YES;
}

/* An unsigned integer with its base in front: 0x, 0o or 0, 0b. */
static Parsed parse_natural(Str text, uint64_t *out)
{
    if (text.len == 0)
        return PARSED_NO;
    if (text.ptr[0] != '0')
        return parse_digits(text, 10, out);
    char mark = text.len >= 3 ? lower(text.ptr[1]) : 0;
    unsigned base = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 0;
    if (base)
        return parse_digits(str_slice(text.ptr + 2, text.len - 2), base, out);
    return parse_digits(str_slice(text.ptr + 1, text.len - 1), 8, out);
}

static bool signed_value(uint64_t natural, bool negative, int64_t *out)
{
    uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1 : 0);
    if (natural > limit)
        return false;
    *out = negative ? (int64_t)(0 - natural) : (int64_t)natural;
    return true;
}

static bool parse_integer(Str text, ScalarValue *value)
{
    bool sign = text.ptr[0] == '+' || text.ptr[0] == '-';
    uint64_t natural = 0;
    if (parse_natural(str_slice(text.ptr + sign, text.len - sign), &natural) != PARSED_YES)
        return false;
    if (signed_value(natural, text.ptr[0] == '-', &value->integer)) {
        value->type = SCALAR_INT;
        return true;
    }
    if (sign)
        return false;
    value->type = SCALAR_UINT;
    value->natural = natural;
    return true;
}

/* What go-yaml tries last: 0b and then, by accident, a sign. */
static bool parse_signed_binary(Str text, ScalarValue *value)
{
    if (text.len < 4 || text.ptr[0] != '0' || text.ptr[1] != 'b' ||
        (text.ptr[2] != '+' && text.ptr[2] != '-'))
        return false;
    uint64_t natural = 0;
    if (parse_digits(str_slice(text.ptr + 3, text.len - 3), 2, &natural) != PARSED_YES ||
        !signed_value(natural, text.ptr[2] == '-', &value->integer))
        return false;
    value->type = SCALAR_INT;
    return true;
}

/* ---- floats ---- */

/* The length of a decimal float at the start of text: a sign, digits with a point
 * before, within or behind them, an exponent. */
static bool is_float(Str text)
{
    size_t at = text.len && (text.ptr[0] == '+' || text.ptr[0] == '-') ? 1 : 0;
    size_t whole = at, fraction;
    while (at < text.len && is_digit(text.ptr[at]))
        at++;
    whole = at - whole;
    fraction = at;
    if (at < text.len && text.ptr[at] == '.')
        at++;
    while (at < text.len && is_digit(text.ptr[at]))
        at++;
    fraction = at - fraction;
    if (whole == 0 && fraction < 2)
        return false;
    if (at < text.len && lower(text.ptr[at]) == 'e') {
        at++;
        if (at < text.len && (text.ptr[at] == '+' || text.ptr[at] == '-'))
            at++;
        size_t exponent = at;
        while (at < text.len && is_digit(text.ptr[at]))
            at++;
        if (at == exponent)
            return false;
    }
    return at == text.len;
}

/* strtod wants a NUL; texts that do not fit the buffer are rare and allocate. */
static double to_double(Str text)
{
    char small[128];
    char *copy = text.len < sizeof small ? small : mem_resize(NULL, text.len + 1);
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    double real = strtod(copy, NULL);
    if (copy != small)
        mem_free(copy);
    return real;
}

/* A float too large for 64 bits is a string to go-yaml. */
static bool parse_float(Str text, ScalarValue *value)
{
    if (!is_float(text))
        return false;
    double real = to_double(text);
    if (isinf(real))
        return false;
    value->type = SCALAR_FLOAT;
    value->real = real;
    return true;
}

/* Go's rule for underscores in a float that starts with a point: each stands
 * between digits. */
static bool underscores_stand(Str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '_' &&
            (i == 0 || i + 1 == text.len || !is_digit(text.ptr[i + 1]) ||
             !is_digit(text.ptr[i - 1])))
            return false;
    return true;
}

/* ---- the whole ---- */

static size_t strip_underscores(Str text, char *out)
{
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != '_')
            out[len++] = text.ptr[i];
    return len;
}

static void parse_number(Str text, ScalarValue *value)
{
    if (text.len == 0)
        return;
    if (text.ptr[0] == '.')
        (void)parse_float(text, value);
    else
        (void)(parse_integer(text, value) || parse_float(text, value) ||
               parse_signed_binary(text, value));
}

/* Whether every byte may stand in a number: most texts that begin with a digit
 * (images, addresses, quantities) end here. */
static bool is_numeric(Str plain, bool *underscores)
{
    *underscores = false;
    for (size_t i = 0; i < plain.len; i++) {
        char c = plain.ptr[i];
        if (is_hex(c) || c == '.' || c == '+' || c == '-' || lower(c) == 'x' ||
            lower(c) == 'o')
            continue;
        if (c != '_')
            return false;
        *underscores = true;
    }
    return true;
}

ScalarValue scalar_value(Str plain)
{
    ScalarValue value = {.type = SCALAR_STRING};
    if (plain.len == 0) {
        value.type = SCALAR_NULL;
        return value;
    }
    char first = plain.ptr[0];
    bool number = is_digit(first) || first == '+' || first == '-' || first == '.';
    if (!number) {
        if (strchr("yYnNtTfFoO~", first))
            (void)find_word(plain, &value);
        return value;
    }
    bool underscores;
    if (!is_digit(first) && find_word(plain, &value))
        return value;
    if (!is_numeric(plain, &underscores))
        return value;
    if (!underscores) {
        parse_number(plain, &value);
        return value;
    }
    if (first == '.' && !underscores_stand(plain))
        return value;
    char small[128];
    char *copy = plain.len < sizeof small ? small : mem_resize(NULL, plain.len);
    parse_number(str_slice(copy, strip_underscores(plain, copy)), &value);
    if (copy != small)
        mem_free(copy);
    return value;
}

bool scalar_is_endless(const ScalarValue *value)
{
    return value->type == SCALAR_FLOAT && !isfinite(value->real);
}

/* The int64 that kubectl reads from the JSON text of a float. */
static bool float_as_integer(double real, int64_t *out)
{
    if (!isfinite(real) || real != floor(real) || fabs(real) >= 1e19)
        return false;
    if (fabs(real) <= 9007199254740992.0) {
        *out = (int64_t)real;
        return true;
    }
    /* Shortest digits, filled up with zeros, are not always the float's own value. */
    char text[SCALAR_FLOAT_LONGEST];
    size_t len = scalar_write_float(real, text);
    bool negative = text[0] == '-';
    uint64_t natural = 0;
    return parse_digits(str_slice(text + negative, len - negative), 10, &natural) == PARSED_YES &&
           signed_value(natural, negative, out);
}

NodeKind scalar_kind(const ScalarValue *value)
{
    int64_t integer;
    switch (value->type) {
    case SCALAR_NULL: return NODE_NULL;
    case SCALAR_BOOL: return NODE_BOOL;
    case SCALAR_INT: return NODE_INT;
    case SCALAR_UINT: return NODE_FLOAT;
    case SCALAR_FLOAT: return float_as_integer(value->real, &integer) ? NODE_INT : NODE_FLOAT;
    case SCALAR_STRING:
    case SCALAR_TIMESTAMP: break;
    }
    return NODE_STRING;
}

NodeKind scalar_resolve(Str plain)
{
    ScalarValue value = scalar_value(plain);
    return scalar_kind(&value);
}

/* ---- values of nodes ---- */

/* An integer as nearly every one is written. */
static inline bool read_simple_integer(const char *text, size_t len, int64_t *value)
{
    uint64_t sum = 0;
    if (len - 1 >= 18 || (text[0] == '0' && len > 1)) /* also of none */
        return false;
    for (const char *end = text + len; text < end; text++) {
        unsigned digit = (unsigned)(unsigned char)*text - '0';
        if (digit > 9)
            return false;
        sum = sum * 10 + digit;
    }
    *value = (int64_t)sum;
    return true;
}

bool node_int64(const Document *doc, uint32_t node, int64_t *value)
{
    const Node *at = &doc->nodes[node];
    if (at->kind != NODE_INT)
        return false;
    if (read_simple_integer(at->text, at->len, value))
        return true;
    ScalarValue scalar = scalar_value(str_slice(at->text, at->len));
    if (scalar.type == SCALAR_FLOAT)
        return float_as_integer(scalar.real, value);
    *value = scalar.integer;
    return scalar.type == SCALAR_INT;
}

bool node_uint64(const Document *doc, uint32_t node, uint64_t *value)
{
    int64_t integer;
    if (!node_int64(doc, node, &integer) || integer < 0)
        return false;
    *value = (uint64_t)integer;
    return true;
}

bool node_double(const Document *doc, uint32_t node, double *value)
{
    int64_t integer;
    if (node_int64(doc, node, &integer)) {
        *value = (double)integer;
        return true;
    }
    if (doc->nodes[node].kind != NODE_FLOAT)
        return false;
    ScalarValue scalar = scalar_value(node_str(doc, node));
    *value = scalar.type == SCALAR_UINT ? (double)scalar.natural : scalar.real;
    return scalar.type == SCALAR_UINT || scalar.type == SCALAR_FLOAT;
}

/* y, yes, true and on, in any of their cases. */
bool node_bool(const Document *doc, uint32_t node)
{
    Str text = node_str(doc, node);
    if (doc->nodes[node].kind != NODE_BOOL || text.len == 0)
        return false;
    char first = lower(text.ptr[0]);
    return first == 'y' || first == 't' || (first == 'o' && lower(text.ptr[1]) == 'n');
}

/* Whether Go's encoder writes a number as it stands: with a point, up to 15 digits (so many
 * are never one too many), none in vain, and no exponent, which small ones get. */
static bool is_short_decimal(Str text)
{
    enum { LONGEST = 15, LONGEST_BELOW_ONE = 6 };
    size_t point = str_find(text, '.');
    if (point == 0 || point + 1 >= text.len || text.ptr[text.len - 1] == '0' ||
        text.len - 1 > (text.ptr[0] == '0' ? LONGEST_BELOW_ONE : LONGEST) ||
        (text.ptr[0] == '0' && point > 1))
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!is_digit(text.ptr[i]) && i != point)
            return false;
    return true;
}

static void number_json(const Document *doc, uint32_t node, Buf *out)
{
    Str text = node_str(doc, node);
    int64_t integer;
    double real;
    if (read_simple_integer(text.ptr, text.len, &integer) || is_short_decimal(text)) {
        buf_str(out, text);
    } else if (node_int64(doc, node, &integer)) {
        /* JSON's -0.0 stays a float on its way; YAML's becomes JSON's -0, an integer. */
        if (integer == 0 && doc->json && text.ptr[0] == '-' && str_find(text, '.') < text.len)
            buf_byte(out, '-');
        if (integer < 0)
            buf_byte(out, '-');
        buf_uint(out, integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer);
    } else if (node_double(doc, node, &real) && isfinite(real)) {
        char digits[SCALAR_FLOAT_LONGEST];
        buf_str(out, str_slice(digits, scalar_write_float(real, digits)));
    } else {
        buf_text(out, "null"); /* an infinity that a later duplicate replaced: never sent */
    }
}

void node_json(const Document *doc, uint32_t node, Buf *out)
{
    switch (node_kind(doc, node)) {
    case NODE_NULL: buf_text(out, "null"); break;
    case NODE_BOOL: buf_text(out, node_bool(doc, node) ? "true" : "false"); break;
    case NODE_INT:
    case NODE_FLOAT: number_json(doc, node, out); break;
    case NODE_STRING: buf_json_go(out, node_str(doc, node)); break;
    case NODE_MAP:
    case NODE_SEQ: break;
    }
}
