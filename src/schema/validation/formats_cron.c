/* formats_cron.c: schedules as github.com/robfig/cron's ParseStandard reads them. */
#include "schema/validation/formats.h"

#include "schema/value.h"

typedef struct CronField {
    unsigned low, high;
    char names[40]; /* three letters each, the first one's value is `first` */
    unsigned first;
} CronField;

static const CronField CRON_FIELDS[] = {
    {0, 59, "", 0},
    {0, 23, "", 0},
    {1, 31, "", 0},
    {1, 12, "janfebmaraprmayjunjulaugsepoctnovdec", 1},
    {0, 6, "sunmontuewedthufrisat", 0},
};

enum { NUMBER_MOST = 100000 }; /* whatever is above is as wrong as this */

/* strconv.Atoi, but for negative numbers, which are refused anyway. */
static bool read_number(Str text, unsigned *number)
{
    size_t at = text.len && text.ptr[0] == '+' ? 1 : 0;
    *number = 0;
    if (at == text.len)
        return false;
    for (; at < text.len; at++) {
        if (text.ptr[at] < '0' || text.ptr[at] > '9')
            return false;
        if (*number < NUMBER_MOST)
            *number = *number * 10 + (unsigned)(text.ptr[at] - '0');
    }
    return true;
}

static bool read_value(Str text, const CronField *field, unsigned *value)
{
    for (size_t i = 0; text.len == 3 && field->names[i]; i += 3) {
        bool same = true;
        for (size_t j = 0; j < 3; j++)
            same &= (text.ptr[j] | 0x20) == field->names[i + j];
        if (same) {
            *value = field->first + (unsigned)(i / 3);
            return true;
        }
    }
    return read_number(text, value);
}

/* getRange: * or NUMBER or NUMBER-NUMBER, and /STEP behind it. */
static bool is_range(Str text, const CronField *field)
{
    size_t slash = str_find(text, '/');
    Str range = str_slice(text.ptr, slash);
    size_t dash = str_find(range, '-');
    Str low = str_slice(range.ptr, dash);
    unsigned start = field->low, end = field->high, step = 1;
    if (!str_is(low, "*") && !str_is(low, "?")) {
        if (!read_value(low, field, &start))
            return false;
        end = start;
        if (dash < range.len &&
            !read_value(str_slice(range.ptr + dash + 1, range.len - dash - 1), field, &end))
            return false;
    }
    if (slash < text.len) {
        if (!read_number(str_slice(text.ptr + slash + 1, text.len - slash - 1), &step))
            return false;
        if (dash == range.len)
            end = field->high;
    }
    return start >= field->low && end <= field->high && start <= end && step > 0;
}

static bool is_field(Str text, const CronField *field)
{
    if (str_is(text, "*"))
        return true;
    for (size_t start = 0; start < text.len;) {
        Str rest = str_slice(text.ptr + start, text.len - start);
        size_t len = str_find(rest, ',');
        if (len && !is_range(str_slice(rest.ptr, len), field))
            return false;
        start += len + 1;
    }
    return true;
}

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static bool is_descriptor(Str text)
{
    static const char WORDS[] = "@yearly,@annually,@monthly,@weekly,@daily,@midnight,@hourly";
    if (str_starts(text, STR("@every ")))
        return value_is_duration(str_slice(text.ptr + 7, text.len - 7));
    for (const char *at = WORDS; *at;) {
        size_t len = strcspn(at, ",");
        if (str_eq(text, str_slice(at, len)))
            return true;
        at += len + (at[len] == ',');
    }
    return false;
}

const char *format_cron_schedule(Str text)
{
    if (text.len && text.ptr[0] == '@')
        return is_descriptor(text) ? NULL : "must be a schedule, as in @daily or @every 1h30m";
    unsigned count = 0;
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        while (at < text.len && !is_space(text.ptr[at]))
            at++;
        Str field = str_slice(text.ptr + start, at - start);
        while (at < text.len && is_space(text.ptr[at]))
            at++;
        if (field.len == 0)
            continue;
        if (count == BASE_COUNT(CRON_FIELDS))
            return "must have five fields";
        if (!is_field(field, &CRON_FIELDS[count])) {
            static const char WRONG[][64] = {
                "must have minutes from 0 to 59 in its first field",
                "must have hours from 0 to 23 in its second field",
                "must have days of the month from 1 to 31 in its third field",
                "must have months from 1 to 12 in its fourth field",
                "must have days of the week from 0 to 6 in its fifth field",
            };
            return WRONG[count];
        }
        count++;
    }
    return count == BASE_COUNT(CRON_FIELDS) ? NULL : "must have five fields";
}
