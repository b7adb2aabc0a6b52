/* floats: the shortest digits that read back as the same float, as Go's strconv
 * finds them, and the forms in which encoding/json and go-yaml's keys write them.
 *
 * Floats are rare in manifests, so this tries ever more digits instead of being
 * clever.  Where the nearest decimal of a length does not read back, its neighbours
 * of that length may (beside a power of two the gap is wider on one side). */
#include "parser/scalar.h"

#include <math.h>
#include <stdlib.h>

/* 0.d1d2d3… times ten to the point. */
typedef struct Digits {
    char text[20];
    int count;
    int point;
} Digits;

enum { DIGITS_DOUBLE = 17, DIGITS_SINGLE = 9 };

static bool reads_back(const Digits *digits, double real, bool single)
{
    char text[40];
    (void)snprintf(text, sizeof text, "0.%.*se%d", digits->count, digits->text, digits->point);
    return single ? strtof(text, NULL) == (float)real : strtod(text, NULL) == real;
}

static Digits nearest(double real, int count)
{
    char text[40];
    Digits digits = {.count = count};
    (void)snprintf(text, sizeof text, "%.*e", count - 1, real); /* d.ddde+XX */
    digits.text[0] = text[0];
    if (count > 1)
        memcpy(digits.text + 1, text + 2, (size_t)count - 1);
    digits.point = (int)strtol(strchr(text, 'e') + 1, NULL, 10) + 1;
    return digits;
}

/* The next decimal of the same length, up or down. */
static bool step(Digits *digits, int by)
{
    char wrap = by > 0 ? '9' : '0';
    int at = digits->count - 1;
    while (at >= 0 && digits->text[at] == wrap)
        digits->text[at--] = by > 0 ? '0' : '9';
    if (at < 0)
        return false; /* one digit more or less: a shorter or longer try has it */
    digits->text[at] = (char)(digits->text[at] + by);
    return digits->text[0] != '0';
}

/* For the keys' short floats: whether real is a power of two and lies in the middle between `below` and the
 * next decimal of that length.  All its digits are written for this, so it is asked
 * last. */
static bool is_middle(double real, const Digits *below)
{
    char text[800];
    int exponent;
    if (frexp(real, &exponent) != 0.5)
        return false;
    int length = snprintf(text, sizeof text, "%.770e", real);
    text[1] = text[0]; /* the digits without their point */
    const char *digits = text + 1;
    if (length < 0 || memcmp(digits, below->text, (size_t)below->count) != 0 ||
        digits[below->count] != '5')
        return false;
    return strspn(digits + below->count + 1, "0") ==
           strcspn(digits + below->count + 1, "e");
}

static Digits shortest(double real, bool single)
{
    int most = single ? DIGITS_SINGLE : DIGITS_DOUBLE;
    Digits digits = nearest(real, most);
    for (int count = 1; count <= most; count++) {
        Digits tries[3] = {nearest(real, count)};
        tries[1] = tries[2] = tries[0];
        bool stands[3] = {true, step(&tries[1], -1), step(&tries[2], 1)};
        if (single && stands[2] && reads_back(&tries[0], real, single) &&
            reads_back(&tries[2], real, single) && is_middle(real, &tries[0]))
            stands[0] = stands[1] = false; /* Go rounds up there */
        for (int i = 0; i < 3; i++)
            if (stands[i] && reads_back(&tries[i], real, single)) {
                digits = tries[i];
                goto found;
            }
    }
found:
    while (digits.count > 1 && digits.text[digits.count - 1] == '0')
        digits.count--;
    return digits;
}

static size_t write_exponent(const Digits *digits, char *out, bool padded)
{
    size_t len = 0;
    out[len++] = digits->text[0];
    if (digits->count > 1) {
        out[len++] = '.';
        memcpy(out + len, digits->text + 1, (size_t)digits->count - 1);
        len += (size_t)digits->count - 1;
    }
    int exponent = digits->point - 1;
    if (padded || exponent > 0)
        return len + (size_t)snprintf(out + len, 8, "e%+03d", exponent);
    return len + (size_t)snprintf(out + len, 8, "e%d", exponent);
}

static size_t write_plain(const Digits *digits, char *out)
{
    size_t len = 0;
    int at = 0;
    if (digits->point <= 0)
        out[len++] = '0';
    for (; at < digits->point; at++)
        out[len++] = at < digits->count ? digits->text[at] : '0';
    if (at >= digits->count)
        return len;
    out[len++] = '.';
    for (int zero = digits->point; zero < 0; zero++)
        out[len++] = '0';
    for (; at < digits->count; at++)
        out[len++] = digits->text[at];
    return len;
}

/* encoding/json: plain digits, but exponents below 1e-6 and from 1e21 on, the
 * negative ones without a leading zero. */
size_t scalar_write_float(double real, char out[SCALAR_FLOAT_LONGEST])
{
    size_t sign = signbit(real) ? 1 : 0;
    out[0] = '-';
    real = fabs(real);
    if (real == 0) {
        out[sign] = '0';
        return sign + 1;
    }
    Digits digits = shortest(real, false);
    bool exponent = real < 1e-6 || real >= 1e21;
    return sign + (exponent ? write_exponent(&digits, out + sign, false)
                            : write_plain(&digits, out + sign));
}

/* A float key goes through a 32-bit float (strconv.FormatFloat(key, 'g', -1, 32)). */
static Str float_key(double real, Arena *arena)
{
    char out[SCALAR_FLOAT_LONGEST];
    if (isnan(real))
        return STR(".nan");
    double single = (double)(float)real;
    if (isinf(single))
        return single > 0 ? STR(".inf") : STR("-.inf");
    size_t sign = signbit(single) ? 1 : 0;
    out[0] = '-';
    single = fabs(single);
    if (single == 0) {
        out[sign] = '0';
        return arena_str(arena, str_slice(out, sign + 1));
    }
    Digits digits = shortest(single, true);
    int exponent = digits.point - 1;
    bool wide = exponent < -4 || exponent >= 6;
    size_t len = wide ? write_exponent(&digits, out + sign, true)
                      : write_plain(&digits, out + sign);
    return arena_str(arena, str_slice(out, sign + len));
}

bool scalar_key(const ScalarValue *value, Str text, Str *key, Arena *arena)
{
    switch (value->type) {
    case SCALAR_STRING:
    case SCALAR_TIMESTAMP: *key = text; return true;
    case SCALAR_BOOL: *key = value->boolean ? STR("true") : STR("false"); return true;
    case SCALAR_INT: *key = arena_format(arena, "%lld", (long long)value->integer); return true;
    case SCALAR_FLOAT: *key = float_key(value->real, arena); return true;
    case SCALAR_NULL:
    case SCALAR_UINT: break;
    }
    return false;
}
