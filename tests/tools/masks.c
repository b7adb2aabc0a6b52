/* masks: the masks of random texts, made with each set of instructions that the machine
 * has, against their definition said once more, a byte at a time.
 *
 *   masks TEXTS SEED [SIMD...]       a SIMD that is named has to be there
 *
 * It needs nothing but the base room and fast_masks.c, so that it can be compiled for
 * another processor and run under an emulator (tests/fuzz/neon). */
#include "parser/fast_masks.h"

#include <stdlib.h>

enum { LONGEST = 400, KINDS = 5 };

static const FastSimd SIMDS[] = {FAST_PORTABLE, FAST_SSE2, FAST_AVX2, FAST_AVX512, FAST_NEON};

/* xorshift: the same texts on every machine. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static size_t make_text(uint64_t *state, char *text)
{
    static const char SPECIAL[] = "\n\n\n   ::##--\"'\\\t\rab\x7F\x1F\xC3\xA9\x80\xFF";
    size_t len = next_random(state) % (LONGEST + 1);
    uint64_t any = next_random(state) % 4;
    for (size_t i = 0; i < len; i++)
        text[i] = any == 0 ? (char)(next_random(state) & 0xFF)
                           : SPECIAL[next_random(state) % (any == 1 ? 14 : sizeof SPECIAL - 1)];
    return len;
}

/* ---- the definition ---- */

static char at_or_newline(Str text, size_t at) { return at < text.len ? text.ptr[at] : '\n'; }

static bool is_space(Str text, size_t at)
{
    char c = at_or_newline(text, at);
    return c == ' ' || c == '\r';
}

static bool is_special(char c) { return c == '"' || c == '\'' || c == '\\' || c == '#'; }

static bool is_quote_end(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7F || is_special(c);
}

static bool is_stop(Str text, size_t at)
{
    char c = at_or_newline(text, at), before = at ? at_or_newline(text, at - 1) : '\n';
    bool blank_before = before == ' ' || before == '\t' || before == '\r' || before == '\n';
    return c == '\n' || c == '\t' || (is_space(text, at) && before == ':') ||
           ((is_special(c) || c == ':') && blank_before);
}

/* Whether it is the first character of its line that is no space. */
static bool is_first(Str text, size_t at)
{
    if (is_space(text, at))
        return false;
    while (at > 0 && is_space(text, at - 1))
        at--;
    return at == 0 || at_or_newline(text, at - 1) == '\n';
}

static bool is_mark(Str text, size_t at) { return is_first(text, at) || is_stop(text, at); }

static bool is_control(char c)
{
    return ((unsigned char)c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7F;
}

typedef struct Facts {
    bool control, wide, special, lone_cr;
} Facts;

static Facts facts_of(Str text)
{
    Facts facts = {0};
    for (size_t at = 0; at < text.len; at++) {
        char c = text.ptr[at];
        facts.control |= is_control(c);
        facts.wide |= (unsigned char)c >= 0x80;
        facts.special |= is_special(c);
        facts.lone_cr |= c == '\r' && at_or_newline(text, at + 1) != '\n';
    }
    return facts;
}

/* ---- the comparison ---- */

static bool check_map(const FastMap *map, Str text)
{
    Facts facts = facts_of(text);
    if (map->control != facts.control || map->wide != facts.wide || map->special != facts.special ||
        map->lone_cr != facts.lone_cr)
        return false;
    for (size_t at = 0; at < (text.len / 64 + 2) * 64; at++) {
        const FastMask *mask = &map->at[at / 64];
        char c = at_or_newline(text, at);
        unsigned bit = at % 64;
        if ((mask->newline >> bit & 1) != (c == '\n') ||
            (mask->space >> bit & 1) != is_space(text, at) ||
            (mask->mark >> bit & 1) != is_mark(text, at) ||
            (mask->quote >> bit & 1) != is_quote_end(c))
            return false;
    }
    return true;
}

static bool check_list(const FastMap *map, Str text)
{
    size_t count = 1, last = text.len;
    if (map->marks[0] != UINT32_MAX)
        return false;
    for (size_t at = 0; at < text.len; at++)
        if (is_mark(text, at) && map->marks[count++] != at)
            return false;
    if (text.len && text.ptr[text.len - 1] == '\n')
        last--;
    else if (map->marks[count++] != last)
        return false;
    for (size_t i = 1; i < FAST_MARKS_BEHIND; i++)
        if (map->marks[count++] != (uint32_t)last)
            return false;
    return map->marks[count] == UINT32_MAX;
}

/* The text up to its first separator, and behind it what stood in the map before. */
static bool check_cut(FastMap *map, Str text)
{
    size_t breaks, wanted_breaks = 0, wanted = text.len;
    size_t found = fast_map_cut(map, text, FAST_CUT_DOCUMENT, &breaks);
    for (size_t at = 0; at < text.len && wanted == text.len; at++) {
        if (text.ptr[at] != '\n')
            continue;
        wanted_breaks++;
        if (text.len - at >= 4 && memcmp(text.ptr + at, "\n---", 4) == 0)
            wanted = at + 1;
    }
    text.len = wanted;
    return found == wanted && breaks == wanted_breaks && fast_breaks(text) == wanted_breaks &&
           map->text.ptr == text.ptr && map->text.len == wanted && check_map(map, text) &&
           check_list(map, text);
}

static bool check_window(const FastMap *map, Str text, size_t block)
{
    FastMask window[4];
    fast_window_fill(text, block, window, BASE_COUNT(window));
    for (size_t i = 0; i < BASE_COUNT(window); i++) {
        bool inside = block + i < text.len / 64 + 2;
        FastMask wanted = {.newline = ~UINT64_C(0), .quote = ~UINT64_C(0)};
        if (inside)
            wanted = map->at[block + i];
        if (window[i].newline != wanted.newline || window[i].space != wanted.space ||
            window[i].quote != wanted.quote)
            return false;
    }
    return true;
}

static uint64_t check_all(uint64_t texts, uint64_t seed, FastSimd simd)
{
    char text[LONGEST];
    FastMap map = {.simd = simd};
    uint64_t state = seed * 2 + 1, wrong = 0;
    for (uint64_t i = 0; i < texts; i++) {
        Str made = str_slice(text, make_text(&state, text));
        size_t from = made.len ? next_random(&state) % made.len : 0;
        Str behind = str_slice(text + from, made.len - from);
        fast_map_fill(&map, made, true);
        wrong += !(check_map(&map, made) && check_list(&map, made) &&
                   check_window(&map, made, next_random(&state) % 9) && check_cut(&map, made) &&
                   check_cut(&map, behind));
    }
    fast_map_free(&map);
    return wrong;
}

int main(int argc, char **argv)
{
    uint64_t texts = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1, failed = 0;
    for (size_t i = 0; i < BASE_COUNT(SIMDS); i++) {
        const char *name = fast_simd_name(SIMDS[i]);
        if (fast_simd_named(name) == FAST_BEST)
            continue;
        uint64_t wrong = check_all(texts, seed, SIMDS[i]);
        (void)printf("%s: %llu texts, %llu wrong\n", name, (unsigned long long)texts,
                     (unsigned long long)wrong);
        failed += wrong;
    }
    for (int i = 3; i < argc; i++)
        if (fast_simd_named(argv[i]) == FAST_BEST) {
            (void)printf("%s: not on this machine\n", argv[i]);
            failed++;
        }
    return failed ? 1 : 0;
}
