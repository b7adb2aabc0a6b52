/* quantity.c: quantities as k8s.io/apimachinery/pkg/api/resource reads, compares and
 * writes them.
 *
 * Kubernetes holds small ones as an int64 with a scale and others as big decimals; 36
 * digits with a scale hold all that anyone writes, and more digits than that are cut
 * off with a rest that still rounds up. */
#include "schema/validation/quantity.h"

enum { DIGITS_MOST = 36, NANO = -9 };

/* The least number of DIGITS_MOST digits: 10 to the power of 35. */
#define LONGEST_LEAST ((Int128)1000000000000000000 * 100000000000000000)

enum { SMALL_MOST = 18 }; /* digits that an int64 holds, whatever they are */
static const int64_t SMALL_POWERS[SMALL_MOST + 1] = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000,
    100000000000, 1000000000000, 10000000000000, 100000000000000, 1000000000000000,
    10000000000000000, 100000000000000000, 1000000000000000000,
};

static Int128 power_of_ten(unsigned exponent)
{
    Int128 power = 1;
    for (; exponent > SMALL_MOST; exponent--)
        power *= 10;
    return power * SMALL_POWERS[exponent];
}

static unsigned count_digits(Int128 value)
{
    unsigned count = 0;
    Int128 rest = value < 0 ? -value : value;
    for (; rest >= SMALL_POWERS[SMALL_MOST]; rest /= 10)
        count++;
    int64_t small = (int64_t)rest;
    for (unsigned i = 0; i < SMALL_MOST && small >= SMALL_POWERS[i]; i++)
        count++;
    return count;
}

static void normalise(Quantity *quantity)
{
    if (quantity->digits == 0)
        quantity->scale = 0;
    /* Nearly all are small, and dividing those is ten times cheaper. */
    int64_t small = (int64_t)quantity->digits;
    if (small == quantity->digits) {
        for (; small != 0 && small % 10 == 0; small /= 10)
            quantity->scale++;
        quantity->digits = small;
        return;
    }
    while (quantity->digits != 0 && quantity->digits % 10 == 0) {
        quantity->digits /= 10;
        quantity->scale++;
    }
}

/* Digits at that scale, rounded away from zero; false where they are too many. */
static bool digits_at(const Quantity *quantity, int32_t scale, Int128 *digits)
{
    *digits = quantity->digits;
    if (quantity->scale < scale) {
        uint32_t by = (uint32_t)(scale - quantity->scale);
        Int128 sign = *digits < 0 ? -1 : *digits > 0;
        if (by > DIGITS_MOST) {
            *digits = sign;
            return true;
        }
        Int128 power = power_of_ten(by);
        *digits = *digits / power + (*digits % power ? sign : 0);
        return true;
    }
    int64_t by = (int64_t)quantity->scale - scale;
    if (*digits != 0 && by + count_digits(*digits) > DIGITS_MOST)
        return false;
    *digits = *digits == 0 ? 0 : *digits * power_of_ten((unsigned)by);
    return true;
}

/* ---- reading ---- */

/* What stands in the text: its digits without the point, how many of them follow the
 * point, and the suffix. */
typedef struct Parts {
    bool negative;
    Int128 digits;
    int64_t dropped;    /* digits that did not fit, all of them behind the others */
    bool rest;          /* one of those was not 0 */
    size_t whole, fraction; /* digits before the point without leading zeros, and behind it */
    Str suffix;
} Parts;

/* The digits from *at on, behind those that parts has; returns how many they are. */
static size_t read_digits(Str text, size_t *at, Parts *parts)
{
    size_t start = *at;
    int64_t small = 0;
    if (parts->digits == 0)
        for (; *at < text.len && is_digit(text.ptr[*at]) && *at - start < SMALL_MOST; (*at)++)
            small = small * 10 + (text.ptr[*at] - '0');
    parts->digits += small;
    for (; *at < text.len && is_digit(text.ptr[*at]); (*at)++) {
        if (parts->dropped || parts->digits >= LONGEST_LEAST) {
            parts->dropped++;
            parts->rest |= text.ptr[*at] != '0';
        } else {
            parts->digits = parts->digits * 10 + (text.ptr[*at] - '0');
        }
    }
    return *at - start;
}

static bool is_suffix_letter(char c)
{
    switch (c) {
    case 'e': case 'E': case 'i': case 'n': case 'u': case 'm': case 'k':
    case 'K': case 'M': case 'G': case 'T': case 'P': return true;
    default: return false;
    }
}

static bool is_suffix(Str text)
{
    size_t at = 0;
    while (at < text.len && is_suffix_letter(text.ptr[at]))
        at++;
    if (at < text.len && (text.ptr[at] == '-' || text.ptr[at] == '+'))
        at++;
    while (at < text.len && is_digit(text.ptr[at]))
        at++;
    return at == text.len;
}

/* parseQuantityString */
static bool split(Str text, Parts *parts)
{
    size_t at = 0;
    *parts = (Parts){0};
    if (at < text.len && (text.ptr[at] == '-' || text.ptr[at] == '+'))
        parts->negative = text.ptr[at++] == '-';
    while (at < text.len && text.ptr[at] == '0')
        at++;
    parts->whole = read_digits(text, &at, parts);
    if (at < text.len && text.ptr[at] == '.') {
        at++;
        parts->fraction = read_digits(text, &at, parts);
    }
    parts->suffix = str_slice(text.ptr + at, text.len - at);
    return is_suffix(parts->suffix);
}

/* suffixer.interpret; false for a suffix that is none. */
static bool read_suffix(Str suffix, unsigned *base, int32_t *exponent, QuantityForm *form)
{
    static const char DECIMAL[] = "numkMGTPE", BINARY[] = "KMGTPE";
    static const int8_t POWERS[] = {-9, -6, -3, 3, 6, 9, 12, 15, 18};
    *base = 10;
    *exponent = 0;
    *form = QUANTITY_DECIMAL;
    if (suffix.len == 0)
        return true;
    if (suffix.len == 1) {
        const char *at = strchr(DECIMAL, suffix.ptr[0]);
        if (at)
            *exponent = POWERS[at - DECIMAL];
        return at != NULL;
    }
    if (suffix.len == 2 && suffix.ptr[1] == 'i') {
        const char *at = strchr(BINARY, suffix.ptr[0]);
        *base = 2;
        *form = QUANTITY_BINARY;
        if (at)
            *exponent = 10 * (int32_t)(at - BINARY + 1);
        return at != NULL;
    }
    if (suffix.ptr[0] != 'e' && suffix.ptr[0] != 'E')
        return false;
    *form = QUANTITY_EXPONENT;
    bool negative = suffix.ptr[1] == '-';
    size_t at = suffix.ptr[1] == '-' || suffix.ptr[1] == '+' ? 2 : 1;
    if (at == suffix.len)
        return false;
    int64_t value = 0;
    for (; at < suffix.len; at++) {
        if (!is_digit(suffix.ptr[at]) || value > (INT64_MAX - 9) / 10)
            return false;
        value = value * 10 + (suffix.ptr[at] - '0');
    }
    /* Go cuts it to 32 bits; nobody writes such a one. */
    value = value > 1000000 ? 1000000 : value;
    *exponent = (int32_t)(negative ? -value : value);
    return true;
}

/* Whether it holds what is written as an int64 and a scale, for which a missing number is
 * 0; a big decimal is read from the text, and there has to be one. */
static bool fits_fast(const Parts *parts, QuantityForm form, int32_t exponent)
{
    int64_t whole = parts->whole ? (int64_t)parts->whole : 1;
    if (form == QUANTITY_BINARY)
        return parts->fraction == 0 && 15 - whole - (int64_t)((float)exponent * 3 / 10) - 1 >= 0;
    return whole + (int64_t)parts->fraction <= 18 &&
           (int64_t)exponent - (int64_t)parts->fraction >= NANO;
}

/* Whether ParseQuantity keeps the text, right or wrong, as the canonical form. */
static bool keeps_text(int64_t digits, size_t whole, size_t fraction, QuantityForm form,
                       int32_t exponent)
{
    size_t count = whole + fraction; /* up to 18 digits are the whole number */
    if (form == QUANTITY_BINARY)
        return fraction == 0 && (digits & 7) != 0 && 15 - (int64_t)count - exponent * 3 / 10 - 1 >= 0;
    int64_t scale = (int64_t)exponent - (int64_t)fraction;
    return count <= 18 && scale >= NANO && scale % 3 == 0 && whole > 0 && digits % 1000 != 0;
}

/* A digit before the suffix. */
static bool has_number(Str text)
{
    size_t at = 0;
    while (at < text.len && (text.ptr[at] == '-' || text.ptr[at] == '+' || text.ptr[at] == '.'))
        at++;
    return at < text.len && is_digit(text.ptr[at]);
}

/* How most are written, some digits and a suffix of one or two letters, without what others
 * need.  False for all others, right or wrong. */
static inline bool parse_plain(Str text, Quantity *quantity)
{
    enum { MOST = 9 };
    static const int8_t THOUSANDS[128] = {['m'] = -1, ['k'] = 1, ['M'] = 2, ['G'] = 3, ['T'] = 4};
    static const int8_t KIBIS[128] = {['K'] = 1, ['M'] = 2, ['G'] = 3}; /* fit an int64 */
    int64_t digits = 0;
    size_t count = 0, suffix;
    for (; count < text.len && count <= MOST && is_digit(text.ptr[count]); count++)
        digits = digits * 10 + (text.ptr[count] - '0');
    if (count == 0 || count > MOST || text.ptr[0] == '0' || (suffix = text.len - count) > 2)
        return false;
    unsigned char unit = suffix ? (unsigned char)text.ptr[count] & 127 : 0;
    int power = suffix == 2 ? KIBIS[unit] : THOUSANDS[unit];
    if (suffix && (power == 0 || (unsigned char)text.ptr[count] != unit ||
                   (suffix == 2 && text.ptr[count + 1] != 'i')))
        return false;
    quantity->form = suffix == 2 ? QUANTITY_BINARY : QUANTITY_DECIMAL;
    quantity->as_written = keeps_text(digits, count, 0, quantity->form,
                                      suffix == 2 ? 10 * power : 3 * power);
    quantity->scale = suffix == 2 ? 0 : 3 * power;
    if (suffix == 2)
        digits <<= 10 * power;
    for (; digits % 10 == 0; digits /= 10)
        quantity->scale++;
    quantity->digits = digits;
    return true;
}

bool quantity_parse(Str text, Quantity *quantity)
{
    if (parse_plain(text, quantity))
        return true;
    Parts parts;
    unsigned base;
    int32_t exponent;
    if (text.len == 0 || !split(text, &parts) ||
        !read_suffix(parts.suffix, &base, &exponent, &quantity->form))
        return false;
    if (!has_number(text) && !fits_fast(&parts, quantity->form, exponent))
        return false;
    quantity->as_written = keeps_text((int64_t)parts.digits, parts.whole, parts.fraction,
                                      quantity->form, exponent);
    quantity->digits = parts.digits;
    quantity->scale = (int32_t)parts.dropped - (int32_t)parts.fraction;
    if (base == 10) {
        quantity->scale += exponent;
    } else {
        /* 1024 has a bit more than three digits: as many of the number's own may stay as
         * leave room for those. */
        unsigned room = DIGITS_MOST - 1 - (unsigned)exponent * 31 / 100;
        while (count_digits(quantity->digits) > room) {
            parts.rest |= quantity->digits % 10 != 0;
            quantity->digits /= 10;
            quantity->scale++;
        }
        quantity->digits *= (Int128)1 << exponent;
    }
    bool is_large = quantity->scale > 0 || quantity->digits > INT64_MAX;
    normalise(quantity);
    if (quantity->scale < NANO) {
        digits_at(quantity, NANO, &quantity->digits);
        quantity->scale = NANO;
        normalise(quantity);
    } else if (parts.rest && quantity->scale <= 0) {
        quantity->digits++;
    }
    if (quantity->form == QUANTITY_BINARY) {
        Quantity most = quantity_of_int(INT64_MAX), one = quantity_of_int(1);
        if (is_large && quantity_compare(quantity, &most) > 0) {
            quantity->digits = most.digits;
            quantity->scale = most.scale;
        } else if (quantity->scale < 0 && quantity->digits > 0 &&
                   quantity_compare(quantity, &one) < 0) {
            quantity->form = QUANTITY_DECIMAL;
        }
    }
    if (parts.negative)
        quantity->digits = -quantity->digits;
    return true;
}

/* ---- asking ---- */

Quantity quantity_of_int(int64_t value)
{
    Quantity quantity = {.digits = value};
    normalise(&quantity);
    return quantity;
}

int quantity_sign(const Quantity *quantity)
{
    return quantity->digits < 0 ? -1 : quantity->digits > 0;
}

/* Nine digits, which may get nine more behind them. */
static bool is_small(const Quantity *quantity)
{
    return quantity->digits < SMALL_POWERS[9] && quantity->digits > -SMALL_POWERS[9];
}

int quantity_compare(const Quantity *a, const Quantity *b)
{
    int sign = quantity_sign(a);
    if (sign != quantity_sign(b))
        return sign > quantity_sign(b) ? 1 : -1;
    if (sign == 0)
        return 0;
    if (a->scale == b->scale)
        return a->digits < b->digits ? -1 : a->digits > b->digits;
    if (is_small(a) && is_small(b) && a->scale <= b->scale + 9 && b->scale <= a->scale + 9) {
        int32_t by = a->scale - b->scale;
        int64_t small_a = (int64_t)a->digits * SMALL_POWERS[by > 0 ? by : 0];
        int64_t small_b = (int64_t)b->digits * SMALL_POWERS[by < 0 ? -by : 0];
        return small_a < small_b ? -1 : small_a > small_b;
    }
    int64_t order_a = (int64_t)count_digits(a->digits) + a->scale;
    int64_t order_b = (int64_t)count_digits(b->digits) + b->scale;
    if (order_a != order_b)
        return order_a > order_b ? sign : -sign;
    int32_t scale = a->scale < b->scale ? a->scale : b->scale;
    Int128 digits_a, digits_b;
    digits_at(a, scale, &digits_a);
    digits_at(b, scale, &digits_b);
    return digits_a < digits_b ? -1 : digits_a > digits_b;
}

/* Go keeps up to 18 digits as an int64, whose overflow counts as 0; of more it takes the
 * low 64 bits, which then may be anything. */
static int64_t value_at(const Quantity *quantity, int32_t scale)
{
    const Int128 MOST = INT64_C(999999999999999999);
    Int128 digits = 0;
    bool fits = digits_at(quantity, scale, &digits);
    if (fits && digits <= INT64_MAX && digits >= INT64_MIN)
        return (int64_t)digits;
    if (quantity->digits <= MOST && quantity->digits >= -MOST)
        return 0;
    uint64_t low = (uint64_t)(quantity->scale > scale ? quantity->digits : digits);
    for (int32_t at = quantity->scale; at > scale; at--)
        low *= 10;
    return (int64_t)low;
}

int64_t quantity_value(const Quantity *quantity) { return value_at(quantity, 0); }
int64_t quantity_milli_value(const Quantity *quantity) { return value_at(quantity, -3); }
bool quantity_is_whole(const Quantity *quantity)
{
    if (is_small(quantity) && quantity->scale >= 0)
        return true;
    return quantity_milli_value(quantity) % 1000 == 0;
}

void quantity_round_up(Quantity *quantity, int32_t scale)
{
    if (quantity->scale >= scale || quantity->digits == 0)
        return;
    digits_at(quantity, scale, &quantity->digits);
    quantity->scale = scale;
    quantity->as_written = false;
    normalise(quantity);
}

void quantity_add(Quantity *sum, const Quantity *more)
{
    if (more->digits == 0)
        return;
    if (sum->digits == 0) {
        sum->digits = more->digits;
        sum->scale = more->scale;
        sum->form = more->form;
        return;
    }
    int32_t scale = sum->scale < more->scale ? sum->scale : more->scale;
    Int128 a, b;
    if (digits_at(sum, scale, &a) && digits_at(more, scale, &b)) {
        sum->digits = a + b;
        sum->scale = scale;
        normalise(sum);
    } else if (quantity_compare(more, sum) > 0) {
        sum->digits = more->digits;
        sum->scale = more->scale;
    }
    sum->as_written = false;
}

/* ---- writing: CanonicalizeBytes ---- */

static void write_digits(Int128 value, Buf *out)
{
    char text[DIGITS_MOST + 4];
    size_t at = sizeof text;
    if (value < 0) {
        buf_byte(out, '-');
        value = -value;
    }
    do
        text[--at] = (char)('0' + (int)(value % 10));
    while ((value /= 10) != 0);
    buf_str(out, str_slice(text + at, sizeof text - at));
}

static void write_decimal(const Quantity *quantity, Buf *out)
{
    static const char SUFFIXES[][2] = {"n", "u", "m", "", "k", "M", "G", "T", "P", "E"};
    Int128 digits = quantity->digits;
    int32_t exponent = quantity->scale;
    for (; exponent % 3 != 0; exponent--)
        digits *= 10;
    write_digits(digits, out);
    if (quantity->form == QUANTITY_EXPONENT) {
        if (exponent)
            buf_format(out, "e%d", exponent);
    } else if (exponent >= NANO && exponent <= 18) {
        buf_text(out, SUFFIXES[exponent / 3 + 3]);
    }
}

void quantity_write(const Quantity *quantity, Buf *out)
{
    static const char SUFFIXES[][3] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
    if (quantity->digits == 0) {
        buf_byte(out, '0');
        return;
    }
    Quantity form = *quantity, edge = quantity_of_int(1024), minus = quantity_of_int(-1024);
    Int128 whole;
    if (form.form == QUANTITY_BINARY) {
        bool small = quantity_compare(quantity, &minus) > 0 && quantity_compare(quantity, &edge) < 0;
        if (!small && form.scale >= 0 && digits_at(quantity, 0, &whole)) {
            unsigned power = 0;
            for (; power < 6 && whole % 1024 == 0; power++)
                whole /= 1024;
            write_digits(whole, out);
            buf_text(out, SUFFIXES[power]);
            return;
        }
        form.form = QUANTITY_DECIMAL;
    }
    write_decimal(&form, out);
}
