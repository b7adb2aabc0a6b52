/* canonical.c: see canonical.h. */
#include "schema/defaults/canonical.h"
#include "schema/validation/quantity.h"
#include "schema/value.h"

static Str written(const Quantity *quantity, Arena *arena)
{
    Buf out = {0};
    quantity_write(quantity, &out);
    Str text = arena_str(arena, buf_slice(&out));
    buf_free(&out);
    return text;
}

Str canonical_quantity(Str text, Arena *arena)
{
    Quantity quantity;
    Str trimmed = str_trim(text);
    if (!quantity_parse(trimmed, &quantity))
        return text;
    return quantity.as_written ? trimmed : written(&quantity, arena);
}

Str canonical_milli_quantity(Str text, Arena *arena)
{
    Quantity quantity;
    if (!quantity_parse(text, &quantity) || quantity.scale >= -3)
        return text;
    quantity_round_up(&quantity, -3);
    return written(&quantity, arena);
}

Str canonical_sum(Str a, Str b, Arena *arena)
{
    Quantity sum, more;
    if (!quantity_parse(a, &sum) || !quantity_parse(b, &more))
        return a;
    quantity_add(&sum, &more);
    return written(&sum, arena);
}

int canonical_compare(Str a, Str b)
{
    Quantity left, right;
    if (!quantity_parse(a, &left) || !quantity_parse(b, &right))
        return 0;
    return quantity_compare(&left, &right);
}

static int number_at(const char *digits, size_t count)
{
    int number = 0;
    for (size_t i = 0; i < count; i++)
        number = number * 10 + (digits[i] - '0');
    return number;
}

/* Days since 0000-03-01, and back: the civil calendar, years starting in March. */
static int64_t days_of(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year;
}

static void date_of(int64_t days, int64_t *year, int *month, int *day)
{
    int64_t era = (days >= 0 ? days : days - 146096) / 146097, of_era = days - era * 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * m + 2) / 5 + 1);
    *month = (int)(m < 10 ? m + 3 : m - 9);
    *year = y + era * 400 + (*month <= 2);
}

Str canonical_time(Str text, bool micro, Arena *arena)
{
    if (!(micro ? value_is_micro_time(text) : value_is_time(text)))
        return text;
    const char *at = text.ptr;
    /* Go takes an hour of one digit. */
    size_t hour = at[12] == ':' ? 1 : 2, minute = 11 + hour + 1, end = minute + 5;
    int64_t seconds = days_of(number_at(at, 4), number_at(at + 5, 2), number_at(at + 8, 2)) * 86400 +
                      number_at(at + 11, hour) * 3600 + number_at(at + minute, 2) * 60 +
                      number_at(at + minute + 3, 2);
    Str fraction = str_slice(at + end, 0);
    if (end < text.len && (at[end] == '.' || at[end] == ','))
        for (end++; end < text.len && is_digit(at[end]); end++)
            fraction.len++;
    if (end + 6 <= text.len && (at[end] == '+' || at[end] == '-')) {
        int64_t zone = number_at(at + end + 1, 2) * 3600 + number_at(at + end + 4, 2) * 60;
        seconds -= at[end] == '+' ? zone : -zone;
    }
    int64_t days = seconds / 86400, rest = seconds % 86400, year;
    if (rest < 0) {
        rest += 86400;
        days--;
    }
    int month, day;
    date_of(days, &year, &month, &day);
    Str digits = micro ? str_slice(fraction.ptr + 1, fraction.len) : str_slice("", 0);
    return arena_format(arena, "%04lld-%02d-%02dT%02d:%02d:%02d%s%.*sZ", (long long)year, month, day,
                        (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60),
                        micro ? "." : "", STR_ARG(digits));
}

static const char DIGITS64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The bits of the last digit that no byte takes, where one or two = stand behind it. */
static unsigned spare_bits(Str text)
{
    if (text.len < 4 || text.ptr[text.len - 1] != '=')
        return 0;
    return text.ptr[text.len - 2] == '=' ? 15 : 3;
}

Str canonical_bytes(Str text, Arena *arena)
{
    if (!value_is_base64(text))
        return text;
    char *copy = arena_alloc(arena, text.len + 1);
    size_t length = 0;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != '\n' && text.ptr[i] != '\r')
            copy[length++] = text.ptr[i];
    unsigned spare = spare_bits(str_slice(copy, length));
    char *last = spare ? &copy[length - (spare == 15 ? 3 : 2)] : NULL;
    const char *digit = last ? strchr(DIGITS64, *last) : NULL;
    if (digit)
        *last = DIGITS64[(unsigned)(digit - DIGITS64) & ~spare];
    return str_slice(copy, length);
}

Str canonical_base64(Str bytes, Arena *arena)
{
    char *out = arena_alloc(arena, (bytes.len + 2) / 3 * 4 + 1), *at = out;
    for (size_t i = 0; i < bytes.len; i += 3) {
        uint32_t bits = 0;
        for (size_t j = 0; j < 3; j++)
            bits = bits << 8 | (i + j < bytes.len ? (unsigned char)bytes.ptr[i + j] : 0u);
        for (size_t j = 0; j < 4; j++)
            *at++ = i + j <= bytes.len ? DIGITS64[bits >> (18 - 6 * j) & 63] : '=';
    }
    return str_slice(out, (size_t)(at - out));
}
