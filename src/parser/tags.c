/* tags: scalars under an explicit tag, as go-yaml's resolve judges them.
 *
 * Six tags of YAML are checked against what the text would be without a tag;
 * !!binary is decoded; any other tag makes a string.  Tags on collections mean
 * nothing to go-yaml. */
#include "parser/scalar.h"

#define LONG_TAG "tag:yaml.org,2002:"

/* ---- timestamps: the four forms go-yaml hands to time.Parse ---- */

typedef struct Cursor {
    Str text;
    size_t at;
} Cursor;

static bool eat(Cursor *cursor, char c)
{
    if (cursor->at >= cursor->text.len || cursor->text.ptr[cursor->at] != c)
        return false;
    cursor->at++;
    return true;
}

/* One or two digits. */
static bool eat_number(Cursor *cursor, int *out)
{
    int sum = 0, count = 0;
    for (; count < 2 && cursor->at < cursor->text.len; count++, cursor->at++) {
        char c = cursor->text.ptr[cursor->at];
        if (!is_digit(c))
            break;
        sum = sum * 10 + (c - '0');
    }
    *out = sum;
    return count > 0;
}

static int days_in(int month, int year)
{
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return DAYS[month - 1] + (month == 2 && leap);
}

static bool eat_date(Cursor *cursor)
{
    int year = 0, month, day;
    for (int i = 0; i < 4; i++, cursor->at++)
        year = year * 10 + (cursor->text.ptr[cursor->at] - '0');
    if (!eat(cursor, '-') || !eat_number(cursor, &month) || month < 1 || month > 12)
        return false;
    return eat(cursor, '-') && eat_number(cursor, &day) && day >= 1 &&
           day <= days_in(month, year);
}

static bool eat_clock(Cursor *cursor)
{
    int hour, minute, second;
    if (!eat_number(cursor, &hour) || hour > 23 || !eat(cursor, ':') ||
        !eat_number(cursor, &minute) || minute > 59 || !eat(cursor, ':') ||
        !eat_number(cursor, &second) || second > 59)
        return false;
    Cursor fraction = *cursor;
    if ((eat(&fraction, '.') || eat(&fraction, ',')) && fraction.at < fraction.text.len &&
        is_digit(fraction.text.ptr[fraction.at])) {
        while (fraction.at < fraction.text.len && is_digit(fraction.text.ptr[fraction.at]))
            fraction.at++;
        *cursor = fraction;
    }
    return true;
}

/* Z, or a sign, hours, a colon, minutes: always two digits each. */
static bool eat_zone(Cursor *cursor)
{
    if (eat(cursor, 'Z'))
        return true;
    if (!eat(cursor, '+') && !eat(cursor, '-'))
        return false;
    int hour, minute;
    size_t start = cursor->at;
    return eat_number(cursor, &hour) && cursor->at - start == 2 && hour <= 24 &&
           eat(cursor, ':') && eat_number(cursor, &minute) && cursor->at - start == 5 &&
           minute <= 60;
}

static bool is_timestamp(Str text)
{
    Cursor cursor = {text, 0};
    if (text.len < 5 || text.ptr[4] != '-')
        return false;
    for (int i = 0; i < 4; i++)
        if (!is_digit(text.ptr[i]))
            return false;
    if (!eat_date(&cursor))
        return false;
    if (cursor.at == text.len)
        return true;
    if (eat(&cursor, 'T') || eat(&cursor, 't'))
        return eat_clock(&cursor) && eat_zone(&cursor) && cursor.at == text.len;
    /* time.Parse takes any run of spaces for one. */
    if (!eat(&cursor, ' '))
        return false;
    while (eat(&cursor, ' '))
        continue;
    return eat_clock(&cursor) && cursor.at == text.len;
}

/* ---- !!binary ---- */

/* encoding/json writes U+FFFD for each byte that is no UTF-8. */
static Str as_utf8(Str bytes, Arena *arena)
{
    size_t bad = 0;
    for (size_t at = 0; at < bytes.len;) {
        unsigned step = utf8_length((const unsigned char *)bytes.ptr + at, bytes.len - at);
        bad += step == 0;
        at += step ? step : 1;
    }
    if (bad == 0)
        return bytes;
    char *out = arena_alloc(arena, bytes.len + 2 * bad);
    size_t len = 0;
    for (size_t at = 0; at < bytes.len;) {
        unsigned step = utf8_length((const unsigned char *)bytes.ptr + at, bytes.len - at);
        memcpy(out + len, step ? bytes.ptr + at : "\xEF\xBF\xBD", step ? step : 3);
        len += step ? step : 3;
        at += step ? step : 1;
    }
    return str_slice(out, len);
}

/* ---- the judgement ---- */

static bool tag_type(Str name, ScalarType *type)
{
    static const struct {
        const char *name;
        ScalarType type;
    } TYPES[] = {
        {"null", SCALAR_NULL},   {"bool", SCALAR_BOOL},           {"int", SCALAR_INT},
        {"float", SCALAR_FLOAT}, {"timestamp", SCALAR_TIMESTAMP},
    };
    for (size_t i = 0; i < BASE_COUNT(TYPES); i++)
        if (str_is(name, TYPES[i].name)) {
            *type = TYPES[i].type;
            return true;
        }
    return false;
}

TagResult scalar_tagged(Str tag, Str *text, ScalarValue *value, Arena *arena)
{
    *value = (ScalarValue){.type = SCALAR_STRING};
    if (!str_starts(tag, STR(LONG_TAG)))
        return TAG_OK;
    Str name = str_slice(tag.ptr + sizeof LONG_TAG - 1, tag.len - (sizeof LONG_TAG - 1));
    if (str_is(name, "binary")) {
        Str bytes;
        if (!base64_decode(*text, arena, &bytes))
            return TAG_BAD_BASE64;
        *text = as_utf8(bytes, arena);
        return TAG_OK;
    }
    ScalarType wanted;
    if (!tag_type(name, &wanted))
        return TAG_OK;
    if (wanted == SCALAR_TIMESTAMP && is_timestamp(*text))
        return TAG_OK; /* kubectl's reader keeps its text */
    *value = scalar_value(*text);
    if (wanted == SCALAR_FLOAT && value->type == SCALAR_INT) {
        value->type = SCALAR_FLOAT;
        value->real = (double)value->integer;
        char digits[SCALAR_FLOAT_LONGEST];
        *text = arena_str(arena, str_slice(digits, scalar_write_float(value->real, digits)));
        return TAG_OK;
    }
    bool integer = value->type == SCALAR_INT || value->type == SCALAR_UINT;
    return value->type == wanted || (wanted == SCALAR_INT && integer) ? TAG_OK : TAG_NO_MATCH;
}
