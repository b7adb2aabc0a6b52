/* value.c: see value.h.  Each function follows the Go function named above it, its
 * leniencies included; tests/unit/schema_value.c holds the cases that were tried on
 * the real ones. */
#include "schema/value.h"

/* ---- quantities: k8s.io/apimachinery/pkg/api/resource, quantity.go and suffix.go ---- */

/* Bytes of a blank at the end (or start) of text as strings.TrimSpace sees it, of
 * those that stand unescaped in JSON; 0 for none. */
static size_t blank_at(Str text, bool end)
{
    static const char BLANKS[][4] = {" ", "\xC2\x85", "\xC2\xA0", "\xE1\x9A\x80", "\xE2\x80\xAF",
                                     "\xE2\x81\x9F", "\xE3\x80\x80"};
    unsigned char last = text.len ? (unsigned char)text.ptr[end ? text.len - 1 : 0] : 'x';
    if (last > ' ' && last < 0x80)
        return 0; /* as nearly always */
    for (size_t i = 0; i < BASE_COUNT(BLANKS); i++) {
        Str blank = str_of(BLANKS[i]);
        if (end ? str_ends(text, blank) : str_starts(text, blank))
            return blank.len;
    }
    if (text.len < 3) /* U+2000 to U+200A */
        return 0;
    const unsigned char *at = (const unsigned char *)text.ptr + (end ? text.len - 3 : 0);
    return at[0] == 0xE2 && at[1] == 0x80 && at[2] >= 0x80 && at[2] <= 0x8A ? 3 : 0;
}

static Str trim_blanks(Str text)
{
    for (size_t n; (n = blank_at(text, false)) != 0;)
        text = str_slice(text.ptr + n, text.len - n);
    for (size_t n; (n = blank_at(text, true)) != 0;)
        text.len -= n;
    return text;
}

/* An exponent that strconv.ParseInt takes: a sign and digits within int64. */
static bool is_exponent(Str text)
{
    size_t at = text.len && (text.ptr[0] == '+' || text.ptr[0] == '-');
    bool negative = at && text.ptr[0] == '-';
    if (at == text.len)
        return false;
    uint64_t value = 0;
    for (; at < text.len; at++) {
        unsigned digit = (unsigned)(text.ptr[at] - '0');
        if (!is_digit(text.ptr[at]) || value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    return value <= (uint64_t)INT64_MAX + negative;
}

static bool is_among(char c, const char *letters) { return c && strchr(letters, c); }

static bool is_quantity_suffix(Str suffix)
{
    if (suffix.len == 0 || (suffix.len == 1 && is_among(suffix.ptr[0], "numkMGTPE")) ||
        (suffix.len == 2 && suffix.ptr[1] == 'i' && is_among(suffix.ptr[0], "KMGTPE")))
        return true;
    return suffix.len > 1 && (suffix.ptr[0] == 'e' || suffix.ptr[0] == 'E') &&
           is_exponent(str_slice(suffix.ptr + 1, suffix.len - 1));
}

/* Without any digit a quantity is 0 as long as the parser's short way is open to it:
 * "." and "Ki" are, ".Ei" is not, nor is an exponent below the nano. */
static bool is_short_way(Str suffix)
{
    if (str_is(suffix, "Pi") || str_is(suffix, "Ei"))
        return false;
    size_t at = 2;
    if (suffix.len < 3 || suffix.ptr[1] != '-')
        return true;
    while (at < suffix.len && suffix.ptr[at] == '0')
        at++;
    return suffix.len - at <= 1;
}

/* Digits, and nothing or a suffix of a letter or two: nearly all quantities are as plain. */
static bool is_plain_quantity(Str text)
{
    size_t digits = 0;
    while (digits < text.len && is_digit(text.ptr[digits]))
        digits++;
    size_t rest = text.len - digits;
    if (!digits || rest > 2)
        return false;
    char letter = rest ? text.ptr[digits] : 'm';
    bool binary = letter == 'K' || letter == 'M' || letter == 'G';
    return rest == 2 ? binary && text.ptr[digits + 1] == 'i'
                     : letter == 'm' || letter == 'M' || letter == 'G' || letter == 'k';
}

bool value_is_quantity(Str text)
{
    if (is_plain_quantity(text))
        return true;
    text = trim_blanks(text);
    if (text.len == 0)
        return false;
    size_t at = text.ptr[0] == '-' || text.ptr[0] == '+', digits = 0;
    for (; at < text.len && is_digit(text.ptr[at]); at++)
        digits++;
    /* Digits may be missing on either side of the point, or on both. */
    if (at < text.len && text.ptr[at] == '.')
        at++;
    for (; at < text.len && is_digit(text.ptr[at]); at++)
        digits++;
    Str suffix = str_slice(text.ptr + at, text.len - at);
    return is_quantity_suffix(suffix) && (digits > 0 || is_short_way(suffix));
}

/* ---- times: package time, format.go ---- */

/* Two digits, or one where that is allowed. */
static bool read_number(Str *text, bool fixed, unsigned *value)
{
    if (text->len < 1 || !is_digit(text->ptr[0]))
        return false;
    size_t digits = text->len > 1 && is_digit(text->ptr[1]) ? 2 : 1;
    if (digits == 1 && fixed)
        return false;
    *value = 0;
    for (size_t i = 0; i < digits; i++)
        *value = *value * 10 + (unsigned)(text->ptr[i] - '0');
    *text = str_slice(text->ptr + digits, text->len - digits);
    return true;
}

static bool read_byte(Str *text, char byte)
{
    if (text->len == 0 || text->ptr[0] != byte)
        return false;
    *text = str_slice(text->ptr + 1, text->len - 1);
    return true;
}

static bool read_date(Str *text)
{
    unsigned century, year, month, day;
    if (text->len < 4 || !read_number(text, true, &century) || !read_number(text, true, &year))
        return false;
    year += century * 100;
    if (!read_byte(text, '-') || !read_number(text, true, &month) || month < 1 || month > 12 ||
        !read_byte(text, '-') || !read_number(text, true, &day))
        return false;
    static const unsigned char DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    unsigned days = month == 2 && leap ? 29 : DAYS[month - 1];
    return day >= 1 && day <= days;
}

static bool read_zone(Str *text)
{
    if (read_byte(text, 'Z'))
        return true;
    unsigned hours, minutes;
    return (read_byte(text, '+') || read_byte(text, '-')) && read_number(text, true, &hours) &&
           read_byte(text, ':') && read_number(text, true, &minutes) && hours <= 24 &&
           minutes <= 60;
}

static size_t count_digits(Str text)
{
    size_t n = 0;
    while (n < text.len && is_digit(text.ptr[n]))
        n++;
    return n;
}

/* Six digits; Go reads them as a number, so that a plus may stand before five, or a
 * minus before five zeros. */
static bool is_micro_fraction(Str text)
{
    if (text.len < 6)
        return false;
    bool sign = text.ptr[0] == '+' || text.ptr[0] == '-';
    size_t digits = count_digits(str_slice(text.ptr + sign, 6u - sign));
    if (digits + sign != 6)
        return false;
    return text.ptr[0] != '-' || memcmp(text.ptr + 1, "00000", 5) == 0;
}

static bool is_go_time(Str text, bool micro)
{
    unsigned hour, minute, second;
    if (!read_date(&text) || !read_byte(&text, 'T') || !read_number(&text, false, &hour) ||
        hour > 23 || !read_byte(&text, ':') || !read_number(&text, true, &minute) ||
        minute > 59 || !read_byte(&text, ':') || !read_number(&text, true, &second) ||
        second > 59)
        return false;
    bool mark = text.len && (text.ptr[0] == '.' || text.ptr[0] == ',');
    Str behind = mark ? str_slice(text.ptr + 1, text.len - 1) : str_slice("", 0);
    size_t digits = micro ? 6 : count_digits(behind);
    if (micro && !is_micro_fraction(behind))
        return false;
    if (digits)
        text = str_slice(behind.ptr + digits, behind.len - digits);
    return read_zone(&text) && text.len == 0;
}

bool value_is_time(Str text) { return is_go_time(text, false); }
bool value_is_micro_time(Str text) { return is_go_time(text, true); }

/* ---- durations: package time, format.go ---- */

#define DURATION_MOST (UINT64_C(1) << 63) /* of nanoseconds, with a minus before it */

static uint64_t unit_nanoseconds(Str unit)
{
    static const struct { const char name[4]; uint64_t nanoseconds; } UNITS[] = {
        {"ns", 1}, {"us", 1000}, {"\xC2\xB5s", 1000}, {"\xCE\xBCs", 1000}, {"ms", 1000000},
        {"s", 1000000000}, {"m", UINT64_C(60000000000)}, {"h", UINT64_C(3600000000000)},
    };
    for (size_t i = 0; i < BASE_COUNT(UNITS); i++)
        if (str_eq(unit, str_of(UNITS[i].name)))
            return UNITS[i].nanoseconds;
    return 0;
}

static Str skip(Str text, size_t count) { return str_slice(text.ptr + count, text.len - count); }

/* One part of a duration, "1.5h"; false where it is none or too long. */
static bool read_duration_part(Str *text, uint64_t *total)
{
    uint64_t value = 0, fraction = 0;
    double scale = 1;
    bool full = false;
    size_t whole = count_digits(*text), parts = 0;
    for (size_t i = 0; i < whole; i++) {
        if (value > DURATION_MOST / 10)
            return false;
        value = value * 10 + (uint64_t)(text->ptr[i] - '0');
        if (value > DURATION_MOST)
            return false;
    }
    *text = skip(*text, whole);
    if (read_byte(text, '.')) {
        parts = count_digits(*text);
        /* Digits beyond what 63 bits hold are dropped. */
        for (size_t i = 0; i < parts && !full; i++) {
            uint64_t next = fraction * 10 + (uint64_t)(text->ptr[i] - '0');
            full = fraction > (DURATION_MOST - 1) / 10 || next > DURATION_MOST;
            fraction = full ? fraction : next;
            scale *= full ? 1 : 10;
        }
        *text = skip(*text, parts);
    }
    size_t len = 0;
    while (len < text->len && text->ptr[len] != '.' && !is_digit(text->ptr[len]))
        len++;
    uint64_t unit = unit_nanoseconds(str_slice(text->ptr, len));
    if (whole + parts == 0 || unit == 0 || value > DURATION_MOST / unit)
        return false;
    *text = skip(*text, len);
    value *= unit;
    if (fraction)
        value += (uint64_t)((double)fraction * ((double)unit / scale));
    if (value > DURATION_MOST)
        return false;
    *total += value;
    return *total <= DURATION_MOST;
}

bool value_is_duration(Str text)
{
    bool negative = text.len && text.ptr[0] == '-';
    if (negative || (text.len && text.ptr[0] == '+'))
        text = skip(text, 1);
    if (str_is(text, "0"))
        return true;
    if (text.len == 0)
        return false;
    uint64_t total = 0;
    while (text.len)
        if (!read_duration_part(&text, &total))
            return false;
    return negative || total < DURATION_MOST;
}

/* ---- base64: package encoding/base64 ---- */

static bool is_base64_byte(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || is_digit(c) || c == '+' || c == '/';
}

bool value_is_base64(Str text)
{
    unsigned at = 0; /* place in the group of four */
    size_t i = 0;
    for (; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\n' || c == '\r')
            continue;
        if (c == '=')
            break;
        if (!is_base64_byte(c))
            return false;
        at = (at + 1) & 3;
    }
    if (i == text.len)
        return at == 0;
    unsigned padding = 0;
    for (; i < text.len; i++) {
        if (text.ptr[i] == '=')
            padding++;
        else if (text.ptr[i] != '\n' && text.ptr[i] != '\r')
            return false;
    }
    return at >= 2 && padding == 4 - at;
}
