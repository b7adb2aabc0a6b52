/* version.c: Kubernetes versions as users write them, and masks of them in words. */
#include "schema/schema.h"

/* Reads "1.29", "v1.29" or "1.29.4" from the front of text. */
static bool read_version(Str *text, unsigned *minor)
{
    Str at = *text;
    if (at.len && (*at.ptr == 'v' || *at.ptr == 'V')) {
        at.ptr++;
        at.len--;
    }
    if (!str_starts(at, STR("1.")))
        return false;
    at = str_slice(at.ptr + 2, at.len - 2);
    for (unsigned part = 0; part < 2; part++) {
        size_t digits = 0;
        unsigned value = 0;
        while (digits < at.len && is_digit(at.ptr[digits]) && digits < 4)
            value = value * 10 + (unsigned)(at.ptr[digits++] - '0');
        if (digits == 0)
            return false;
        at = str_slice(at.ptr + digits, at.len - digits);
        if (part == 0)
            *minor = value;
        /* A patch level changes nothing that the table knows; the dots of a range are
         * no patch level. */
        if (at.len < 2 || at.ptr[0] != '.' || at.ptr[1] == '.')
            break;
        at = str_slice(at.ptr + 1, at.len - 1);
    }
    *text = at;
    return true;
}

static SchemaTarget target_of(unsigned oldest, unsigned newest)
{
    uint32_t from = oldest - SCHEMA_OLDEST, count = newest - oldest + 1;
    return (SchemaTarget){((UINT32_C(1) << count) - 1) << from, oldest, newest};
}

SchemaTarget schema_target_newest(void) { return target_of(SCHEMA_NEWEST, SCHEMA_NEWEST); }

bool schema_target_parse(Str text, SchemaTarget *target, Arena *arena, Str *error)
{
    Str at = text;
    unsigned oldest, newest;
    bool ok = read_version(&at, &oldest);
    newest = oldest;
    if (ok && str_starts(at, STR(".."))) {
        at = str_slice(at.ptr + 2, at.len - 2);
        ok = read_version(&at, &newest);
    }
    if (!ok || at.len) {
        *error = arena_format(arena, "\"%.*s\" is no Kubernetes version: write 1.29, 1.29.4 or "
                                     "1.25..1.37", STR_ARG(text));
        return false;
    }
    if (oldest < SCHEMA_OLDEST || newest > SCHEMA_NEWEST || newest < SCHEMA_OLDEST ||
        oldest > SCHEMA_NEWEST) {
        unsigned wrong = oldest < SCHEMA_OLDEST || oldest > SCHEMA_NEWEST ? oldest : newest;
        *error = arena_format(arena, "Kubernetes 1.%u is not known here: 1.%d to 1.%d are", wrong,
                              SCHEMA_OLDEST, SCHEMA_NEWEST);
        return false;
    }
    if (oldest > newest) {
        *error = arena_format(arena, "the range runs backwards: write 1.%u..1.%u", newest, oldest);
        return false;
    }
    *target = target_of(oldest, newest);
    return true;
}

static bool has(uint32_t versions, unsigned minor)
{
    return minor >= SCHEMA_OLDEST && minor <= SCHEMA_NEWEST &&
           (versions >> (minor - SCHEMA_OLDEST) & 1);
}

Str schema_versions_text(uint32_t versions, Arena *arena)
{
    versions &= SCHEMA_ALL_VERSIONS;
    if (versions == SCHEMA_ALL_VERSIONS)
        return STR("all versions");
    if (versions == 0)
        return STR("no version");
    Str text = STR("");
    for (unsigned minor = SCHEMA_OLDEST; minor <= SCHEMA_NEWEST; minor++) {
        if (!has(versions, minor))
            continue;
        unsigned from = minor;
        while (has(versions, minor + 1))
            minor++;
        const char *gap = text.len ? ", " : "";
        if (from == minor)
            text = arena_format(arena, "%.*s%s1.%u", STR_ARG(text), gap, from);
        else
            text = arena_format(arena, "%.*s%s1.%u..1.%u", STR_ARG(text), gap, from, minor);
    }
    return text;
}

bool schema_versions_read(Str text, uint32_t *versions)
{
    *versions = 0;
    if (str_is(text, "no version"))
        return true;
    if (str_is(text, "all versions")) {
        *versions = SCHEMA_ALL_VERSIONS;
        return true;
    }
    for (;;) {
        unsigned from, to;
        if (!read_version(&text, &from))
            return false;
        to = from;
        if (str_starts(text, STR(".."))) {
            text = str_slice(text.ptr + 2, text.len - 2);
            if (!read_version(&text, &to))
                return false;
        }
        if (from < SCHEMA_OLDEST || to > SCHEMA_NEWEST || from > to)
            return false;
        *versions |= target_of(from, to).versions;
        if (text.len == 0)
            return true;
        if (!str_starts(text, STR(", ")))
            return false;
        text = str_slice(text.ptr + 2, text.len - 2);
    }
}

unsigned schema_versions_oldest(uint32_t versions)
{
    for (unsigned minor = SCHEMA_OLDEST; minor <= SCHEMA_NEWEST; minor++)
        if (has(versions, minor))
            return minor;
    return 0;
}

unsigned schema_versions_newest(uint32_t versions)
{
    for (unsigned minor = SCHEMA_NEWEST; minor >= SCHEMA_OLDEST; minor--)
        if (has(versions, minor))
            return minor;
    return 0;
}
