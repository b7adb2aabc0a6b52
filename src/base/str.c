/* Slices: comparing, searching, hashing, and the edit distance behind
 * "did you mean". */
#include "base/base.h"

int str_compare(Str a, Str b)
{
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared ? memcmp(a.ptr, b.ptr, shared) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool str_contains(Str s, Str part)
{
    return part.len == 0 || (s.len >= part.len && memmem(s.ptr, s.len, part.ptr, part.len));
}

size_t str_find(Str s, char byte)
{
    const char *found = s.len ? memchr(s.ptr, byte, s.len) : NULL;
    return found ? (size_t)(found - s.ptr) : s.len;
}

static Str cut(Str *rest, size_t at, size_t mark)
{
    Str piece = str_slice(rest->ptr, at);
    size_t behind = at < rest->len ? at + mark : at;
    *rest = str_slice(rest->ptr + behind, rest->len - behind);
    return piece;
}

Str str_until(Str *rest, char byte) { return cut(rest, str_find(*rest, byte), 1); }

Str str_until_text(Str *rest, Str mark)
{
    const char *found = rest->len ? memmem(rest->ptr, rest->len, mark.ptr, mark.len) : NULL;
    return cut(rest, found ? (size_t)(found - rest->ptr) : rest->len, mark.len);
}

uint32_t hex_number(Str digits)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < digits.len; i++)
        sum = sum << 4 | (uint32_t)hex_value(digits.ptr[i]);
    return sum;
}

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

Str str_trim(Str s)
{
    while (s.len && is_space(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    while (s.len && is_space(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

enum { STR_DISTANCE_LONGEST = 96 };

unsigned str_distance(Str a, Str b, unsigned limit)
{
    size_t gap = a.len > b.len ? a.len - b.len : b.len - a.len;
    if (gap > limit || a.len > STR_DISTANCE_LONGEST || b.len > STR_DISTANCE_LONGEST)
        return str_eq(a, b) ? 0 : limit + 1;
    /* Three rows of the table of optimal string alignment: a swap of neighbours
     * looks two rows back. */
    unsigned rows[3][STR_DISTANCE_LONGEST + 1];
    for (size_t j = 0; j <= b.len; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a.len; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        unsigned smallest = row[0] = (unsigned)i;
        for (size_t j = 1; j <= b.len; j++) {
            unsigned best = above[j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]);
            if (above[j] + 1 < best)
                best = above[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1] &&
                above2[j - 2] + 1 < best)
                best = above2[j - 2] + 1;
            row[j] = best;
            if (best < smallest)
                smallest = best;
        }
        if (smallest > limit)
            return limit + 1;
    }
    unsigned distance = rows[a.len % 3][b.len];
    return distance > limit ? limit + 1 : distance;
}

/* A third of the letters may be wrong, at least one; a word that differs only in
 * case is always meant. */
bool str_is_typo(Str wrong, Str candidate, unsigned *distance)
{
    size_t longer = wrong.len > candidate.len ? wrong.len : candidate.len;
    unsigned allowed = longer < 3 ? 1 : (unsigned)(longer / 3);
    if (allowed > 4)
        allowed = 4;
    if (wrong.len == candidate.len) {
        size_t same = 0;
        while (same < wrong.len && (wrong.ptr[same] | 0x20) == (candidate.ptr[same] | 0x20))
            same++;
        if (same == wrong.len) {
            *distance = 0;
            return true;
        }
    }
    *distance = str_distance(wrong, candidate, allowed);
    return *distance <= allowed && *distance < longer;
}

unsigned utf8_length(const unsigned char *s, size_t available)
{
    if (available == 0)
        return 0;
    unsigned char c = s[0];
    if (c < 0x80)
        return 1;
    unsigned length = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
    if (c < 0xC2 || c > 0xF4 || available < length)
        return 0;
    for (unsigned i = 1; i < length; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    /* Overlong forms, surrogates, and what lies past U+10FFFF. */
    if ((c == 0xE0 && s[1] < 0xA0) || (c == 0xED && s[1] > 0x9F) || (c == 0xF0 && s[1] < 0x90) ||
        (c == 0xF4 && s[1] > 0x8F))
        return 0;
    return length;
}

/* The ASCII at the start of s, in steps of eight bytes. */
static size_t ascii_run(Str s)
{
    size_t at = 0;
    for (uint64_t word; at + sizeof word <= s.len; at += sizeof word) {
        memcpy(&word, s.ptr + at, sizeof word);
        if (word & UINT64_C(0x8080808080808080))
            break;
    }
    return at;
}

size_t utf8_count(Str s)
{
    size_t count = ascii_run(s);
    for (size_t at = count; at < s.len; count++) {
        unsigned length = utf8_length((const unsigned char *)s.ptr + at, s.len - at);
        at += length ? length : 1;
    }
    return count;
}
