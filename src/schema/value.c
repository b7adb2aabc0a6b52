/* value.c: see value.h.  Each function follows the Go function named above it, its
 * leniencies included; tests/unit/schema_value.c holds the cases that were tried on
 * the real ones. */
#include "schema/value.h"

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* ---- quantities: k8s.io/apimachinery/pkg/api/resource, quantity.go and suffix.go ---- */

/* Bytes of a blank at the end (or start) of text as strings.TrimSpace sees it, of
 * those that stand unescaped in JSON; 0 for none. */
static size_t blank_at(Str text, bool end)
{
    static const char BLANKS[][4] = {" ", "\xC2\x85", "\xC2\xA0", "\xE1\x9A\x80", "\xE2\x80\xAF",
                                     "\xE2\x81\x9F", "\xE3\x80\x80"};
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

static bool is_quantity_suffix(Str suffix)
{
    static const char KNOWN[][3] = {"",  "n", "u", "m",  "k",  "M",  "G",  "T",
                                    "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
    for (size_t i = 0; i < BASE_COUNT(KNOWN); i++)
        if (str_is(suffix, KNOWN[i]))
            return true;
    return suffix.len > 1 && (suffix.ptr[0] == 'e' || suffix.ptr[0] == 'E') &&
           is_exponent(str_slice(suffix.ptr + 1, suffix.len - 1));
}

bool value_is_quantity(Str text)
{
    text = trim_blanks(text);
    if (text.len == 0)
        return false;
    size_t at = text.ptr[0] == '-' || text.ptr[0] == '+';
    while (at < text.len && is_digit(text.ptr[at]))
        at++;
    /* Digits may be missing on either side of the point, or on both. */
    if (at < text.len && text.ptr[at] == '.')
        at++;
    while (at < text.len && is_digit(text.ptr[at]))
        at++;
    return is_quantity_suffix(str_slice(text.ptr + at, text.len - at));
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

static bool is_go_time(Str text, bool micro)
{
    unsigned hour, minute, second;
    if (!read_date(&text) || !read_byte(&text, 'T') || !read_number(&text, false, &hour) ||
        hour > 23 || !read_byte(&text, ':') || !read_number(&text, true, &minute) ||
        minute > 59 || !read_byte(&text, ':') || !read_number(&text, true, &second) ||
        second > 59)
        return false;
    bool mark = text.len && (text.ptr[0] == '.' || text.ptr[0] == ',');
    size_t digits = mark ? count_digits(str_slice(text.ptr + 1, text.len - 1)) : 0;
    if (micro && digits != 6)
        return false;
    if (digits)
        text = str_slice(text.ptr + 1 + digits, text.len - 1 - digits);
    return read_zone(&text) && text.len == 0;
}

bool value_is_time(Str text) { return is_go_time(text, false); }
bool value_is_micro_time(Str text) { return is_go_time(text, true); }

/* ---- durations: package time, format.go ---- */

bool value_is_duration(Str text)
{
    static const struct { const char unit[4]; double nanoseconds; } UNITS[] = {
        {"ns", 1}, {"us", 1e3}, {"\xC2\xB5s", 1e3}, {"\xCE\xBCs", 1e3}, {"ms", 1e6},
        {"s", 1e9}, {"m", 60e9}, {"h", 3600e9},
    };
    if (text.len && (text.ptr[0] == '-' || text.ptr[0] == '+'))
        text = str_slice(text.ptr + 1, text.len - 1);
    if (str_is(text, "0"))
        return true;
    if (text.len == 0)
        return false;
    double total = 0;
    while (text.len) {
        double value = 0, scale = 1;
        size_t whole = count_digits(text), at = whole, fraction = 0;
        for (size_t i = 0; i < whole; i++)
            value = value * 10 + (text.ptr[i] - '0');
        if (at < text.len && text.ptr[at] == '.') {
            at++;
            fraction = count_digits(str_slice(text.ptr + at, text.len - at));
            for (size_t i = 0; i < fraction; i++)
                value += (text.ptr[at + i] - '0') * (scale /= 10);
            at += fraction;
        }
        if (whole + fraction == 0)
            return false;
        size_t unit = at;
        while (unit < text.len && text.ptr[unit] != '.' && !is_digit(text.ptr[unit]))
            unit++;
        size_t i = 0;
        while (i < BASE_COUNT(UNITS) &&
               !str_eq(str_slice(text.ptr + at, unit - at), str_of(UNITS[i].unit)))
            i++;
        if (i == BASE_COUNT(UNITS))
            return false;
        total += value * UNITS[i].nanoseconds;
        text = str_slice(text.ptr + unit, text.len - unit);
    }
    return total < 9223372036854775808.0; /* of nanoseconds, an int64 */
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
