/* Go's regular expressions, read as Go reads them and written out for PCRE2.
 *
 * One pass: atoms are written as they are read; where the last atom starts is kept,
 * so that a repetition can be put behind it.  Everything that the two languages
 * understand differently is spelled out: classes become ranges, ^ and $ become \A
 * and \z (or lookarounds in multi-line mode), literals become code points. */
#include "schema/re2.h"

bool re2_fail(Re2 *re, size_t from, const char *message)
{
    if (!re->error->message)
        *re->error = (Re2Error){message, from, re->at > from ? re->at - from : 1};
    return false;
}

bool re2_at_end(const Re2 *re) { return re->at >= re->in.len; }

/* The next code point, and past it.  The pattern is valid UTF-8: its reader saw to it. */
uint32_t re2_next_rune(Re2 *re)
{
    const unsigned char *s = (const unsigned char *)re->in.ptr + re->at;
    unsigned length = utf8_length(s, re->in.len - re->at);
    re->at += length ? length : 1;
    switch (length) {
    case 2: return (uint32_t)(s[0] & 0x1F) << 6 | (s[1] & 0x3F);
    case 3: return (uint32_t)(s[0] & 0x0F) << 12 | (uint32_t)(s[1] & 0x3F) << 6 | (s[2] & 0x3F);
    case 4:
        return (uint32_t)(s[0] & 0x07) << 18 | (uint32_t)(s[1] & 0x3F) << 12 |
               (uint32_t)(s[2] & 0x3F) << 6 | (s[3] & 0x3F);
    default: return s[0];
    }
}

/* ---- atoms ---- */

void re2_begin_atom(Re2 *re)
{
    unsigned fold = re->flags & FLAG_FOLD;
    if (fold != re->emitted) {
        buf_text(re->out, fold ? "(?i)" : "(?-i)");
        re->emitted = fold;
    }
    /* What was the last atom is now part of the group. */
    if (re->atom_repeat > re->repeat)
        re->repeat = re->atom_repeat;
    if (re->atom_height > re->height)
        re->height = re->atom_height;
    re->atom = re->out->len;
    re->atom_repeat = 1;
    re->atom_height = 1;
}

static void end_branch(Re2 *re)
{
    if (re->atom_repeat > re->repeat)
        re->repeat = re->atom_repeat;
    if (re->atom_height > re->height)
        re->height = re->atom_height;
    re->atom = SIZE_MAX;
    re->atom_repeat = 1;
    re->atom_height = 0;
}


static void put_literal(Re2 *re, uint32_t rune)
{
    re2_begin_atom(re);
    if (rune >= SURROGATE_FIRST && rune <= SURROGATE_LAST)
        buf_text(re->out, "(?!)"); /* no text holds it */
    else
        re2_put_rune(re, rune);
}

/* ---- repetition ---- */

/* A number of digits as Go reads it: no leading zero; too large ones come back as -1. */
static bool read_count(Re2 *re, int *count)
{
    size_t start = re->at;
    while (!re2_at_end(re) && is_digit(re->in.ptr[re->at]))
        re->at++;
    size_t digits = re->at - start;
    if (digits == 0 || (digits > 1 && re->in.ptr[start] == '0'))
        return false;
    *count = -1;
    if (digits < 9) {
        *count = 0;
        for (size_t i = start; i < re->at; i++)
            *count = *count * 10 + (re->in.ptr[i] - '0');
    }
    return true;
}

typedef enum CountRead { COUNT_NONE, COUNT_READ, COUNT_BAD } CountRead;

/* {2}, {2,}, {2,5}; what does not look so is a literal brace. */
static CountRead read_counts(Re2 *re, int *min, int *max)
{
    size_t from = re->at++;
    bool open = false, ok = read_count(re, min) && !re2_at_end(re);
    *max = *min;
    if (ok && re->in.ptr[re->at] == ',') {
        re->at++;
        open = !re2_at_end(re) && re->in.ptr[re->at] == '}';
        ok = open || (read_count(re, max) && !re2_at_end(re));
        if (ok && !open && *max < 0)
            *min = -1;
    }
    if (!ok || re2_at_end(re) || re->in.ptr[re->at] != '}') {
        re->at = from;
        return COUNT_NONE;
    }
    re->at++;
    if (open)
        *max = -1;
    if (*min < 0 || *min > RE2_MAX_REPEAT || *max > RE2_MAX_REPEAT || (*max >= 0 && *min > *max)) {
        re2_fail(re, from, "a count must not be over 1000, nor the first over the second");
        return COUNT_BAD;
    }
    return COUNT_READ;
}

/* What is written next says how often. */
static bool put_repetition(Re2 *re, size_t from, unsigned times)
{
    if (!re2_at_end(re) && re->in.ptr[re->at] == '?')
        re->at++; /* lazy: the answer is the same */
    if (re->repeated)
        return re2_fail(re, from, "a repetition must not follow another");
    if (re->atom == SIZE_MAX)
        return re2_fail(re, from, "a repetition has nothing in front of it");
    re->atom_repeat = times ? re->atom_repeat * times : 1;
    if (++re->atom_height > RE2_MAX_HEIGHT)
        return re2_fail(re, from, "groups and repetitions are nested over 1000 deep");
    if (re->atom_repeat > RE2_MAX_REPEAT)
        return re2_fail(re, from, "nested counts must not multiply to over 1000");
    /* The atom may be anything that PCRE2 does not repeat by itself: \A, say. */
    size_t length = re->out->len - re->atom;
    buf_text(re->out, "(?:)");
    memmove(re->out->ptr + re->atom + 3, re->out->ptr + re->atom, length);
    memcpy(re->out->ptr + re->atom, "(?:", 3);
    re->out->ptr[re->out->len - 1] = ')';
    re->repeated = true;
    return true;
}

static bool read_repetition(Re2 *re)
{
    size_t from = re->at;
    char sign = re->in.ptr[from];
    if (sign != '{') {
        re->at++;
        if (!put_repetition(re, from, 1))
            return false;
        buf_byte(re->out, sign);
        return true;
    }
    int min, max;
    switch (read_counts(re, &min, &max)) {
    case COUNT_NONE:
        re->at++;
        put_literal(re, '{');
        re->repeated = false;
        return true;
    case COUNT_BAD:
        return false;
    case COUNT_READ:
        break;
    }
    if (!put_repetition(re, from, (unsigned)(max >= 0 ? max : min ? min : 1)))
        return false;
    buf_byte(re->out, '{');
    buf_uint(re->out, (unsigned)min);
    buf_byte(re->out, ',');
    if (max >= 0)
        buf_uint(re->out, (unsigned)max);
    buf_byte(re->out, '}');
    return true;
}

/* ---- groups and flags ---- */

static bool open_group(Re2 *re, unsigned flags)
{
    re2_begin_atom(re);
    Re2Group group = {re->atom, re->flags, re->emitted, re->repeat, re->height};
    vec_push(&re->groups, group);
    if (re->groups.len > RE2_MAX_HEIGHT)
        return re2_fail(re, re->at - 1, "groups and repetitions are nested over 1000 deep");
    buf_text(re->out, "(?:");
    re->flags = flags;
    re->atom = SIZE_MAX;
    re->repeat = 1;
    re->height = 0;
    re->atom_repeat = 1;
    re->atom_height = 0;
    return true;
}

static bool close_group(Re2 *re)
{
    size_t from = re->at++;
    if (re->groups.len == 0)
        return re2_fail(re, from, "a ) closes nothing");
    end_branch(re);
    Re2Group group = re->groups.at[--re->groups.len];
    buf_byte(re->out, ')');
    re->flags = group.flags;
    re->emitted = group.emitted;
    re->atom = group.start;
    re->atom_repeat = re->repeat;
    re->atom_height = re->height + 1;
    re->repeat = group.repeat;
    re->height = group.height;
    return true;
}

static bool is_name(Str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (c != '_' && !is_alnum(c))
            return false;
    }
    return name.len > 0;
}

static bool read_named_group(Re2 *re, size_t from, size_t name_start)
{
    Str rest = str_slice(re->in.ptr + name_start, re->in.len - name_start);
    Str name = str_slice(rest.ptr, str_find(rest, '>'));
    re->at = name_start + name.len;
    if (name.len == rest.len || !is_name(name))
        return re2_fail(re, from, "a group's name is made of letters, digits and _, and ends with >");
    re->at++;
    return open_group(re, re->flags);
}

static unsigned flag_of(char c)
{
    switch (c) {
    case 'i': return FLAG_FOLD;
    case 'm': return FLAG_MULTI;
    case 's': return FLAG_DOT_ALL;
    case 'U': return FLAG_LAZY;
    default: return 0;
    }
}

/* (?i), (?i-s:…), (?:…); at stands on the parenthesis. */
static bool read_flags(Re2 *re)
{
    static const char UNKNOWN[] =
        "Go's regular expressions have no such group: no lookahead, no lookbehind";
    size_t from = re->at;
    if (re2_looks_at(re, "(?P<") && re->in.len - from > 4)
        return read_named_group(re, from, from + 4);
    if (re2_looks_at(re, "(?<") && re->in.len - from > 3 && re->in.ptr[from + 3] != '=' &&
        re->in.ptr[from + 3] != '!')
        return read_named_group(re, from, from + 3);
    re->at += 2;
    unsigned flags = re->flags;
    bool minus = false, seen = false;
    while (!re2_at_end(re)) {
        char c = re->in.ptr[re->at++];
        unsigned flag = flag_of(c);
        if (flag) {
            flags = minus ? flags & ~flag : flags | flag;
            seen = true;
        } else if (c == '-' && !minus) {
            minus = true;
            seen = false;
        } else if ((c == ':' || c == ')') && (!minus || seen)) {
            if (c == ':')
                return open_group(re, flags);
            re->flags = flags;
            return true;
        } else {
            break;
        }
    }
    return re2_fail(re, from, UNKNOWN);
}

/* ---- the whole ---- */

static void put_atom(Re2 *re, const char *text)
{
    re2_begin_atom(re);
    buf_text(re->out, text);
}

static void read_quoted(Re2 *re)
{
    re->at += 2;
    while (!re2_at_end(re) && !re2_looks_at(re, "\\E"))
        put_literal(re, re2_next_rune(re));
    if (!re2_at_end(re))
        re->at += 2;
}

static bool read_backslash(Re2 *re)
{
    uint32_t rune;
    char letter = re->at + 1 < re->in.len ? re->in.ptr[re->at + 1] : '\0';
    static const char *const ANCHORS[][2] = {
        {"A", "\\A"}, {"b", "\\b"}, {"B", "\\B"}, {"z", "\\z"}};
    for (size_t i = 0; i < BASE_COUNT(ANCHORS); i++)
        if (letter == ANCHORS[i][0][0]) {
            re->at += 2;
            put_atom(re, ANCHORS[i][1]);
            return true;
        }
    if (letter == 'Q') {
        read_quoted(re);
        return true;
    }
    if (letter == 'p' || letter == 'P')
        return re2_read_property_class(re);
    if (re2_read_perl_class(re))
        return true;
    if (!re2_read_escape(re, &rune))
        return false;
    put_literal(re, rune);
    return true;
}

static bool read_one(Re2 *re)
{
    char c = re->in.ptr[re->at];
    if (c == '*' || c == '+' || c == '?' || c == '{')
        return read_repetition(re);
    re->repeated = false;
    switch (c) {
    case '(':
        if (re2_looks_at(re, "(?"))
            return read_flags(re);
        re->at++;
        return open_group(re, re->flags);
    case ')':
        return close_group(re);
    case '|':
        re->at++;
        end_branch(re);
        buf_byte(re->out, '|');
        return true;
    case '^':
        re->at++;
        put_atom(re, re->flags & FLAG_MULTI ? "(?:\\A|(?<=\\n))" : "\\A");
        return true;
    case '$':
        re->at++;
        put_atom(re, re->flags & FLAG_MULTI ? "(?=\\n|\\z)" : "\\z");
        return true;
    case '.':
        re->at++;
        put_atom(re, re->flags & FLAG_DOT_ALL ? "[\\x{0}-\\x{10FFFF}]" : "[^\\n]");
        return true;
    case '[':
        return re2_read_class(re);
    case '\\':
        return read_backslash(re);
    default:
        put_literal(re, re2_next_rune(re));
        return true;
    }
}

bool re2_translate(Str pattern, Buf *out, Re2Error *error)
{
    *error = (Re2Error){0};
    Re2 re = {.in = pattern, .out = out, .error = error, .atom = SIZE_MAX};
    re.repeat = re.atom_repeat = 1;
    bool ok = true;
    while (ok && !re2_at_end(&re))
        ok = read_one(&re);
    if (ok && re.groups.len) {
        re.at = pattern.len;
        ok = re2_fail(&re, 0, "a ( is not closed");
    }
    vec_free(&re.groups);
    return ok;
}
