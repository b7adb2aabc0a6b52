/* fast_masks: the masks of texts, block by block.
 *
 * A text is gone through once: the same pass makes the masks, lists the marks, counts the
 * lines and sees where the next document begins.  Which instructions do that is
 * fast_sets.c's. */
#include "parser/fast_sets.h"

static const FastMask BEHIND = {
    .newline = ~UINT64_C(0), .mark = ~UINT64_C(0), .quote = ~UINT64_C(0)};

/* The rest of a text, of which no whole block can be loaded. */
static void fill_rest(const FastSet *set, Str rest, FastMask *out, FastCarry *carry)
{
    char block[64] = {0};
    if (rest.len)
        memcpy(block, rest.ptr, rest.len);
    set->single(block, rest.len, out, carry);
}

void fast_window_fill(Str text, size_t block, FastMask *masks, size_t count)
{
    size_t whole = text.len / 64;
    size_t inside = block >= whole ? 0 : whole - block < count ? whole - block : count;
    const FastSet *set = fast_set(fast_simd_best(false));
    FastCarry carry = {.text = text};
    if (inside)
        (void)set->masks(text.ptr + block * 64, inside, masks, &carry);
    if (inside < count && block <= whole)
        fill_rest(set, str_slice(text.ptr + whole * 64, text.len % 64), &masks[inside++], &carry);
    while (inside < count)
        masks[inside++] = BEHIND;
}

/* Few bytes are read before it is known whether there will be many. */
enum { WIDE_FROM = 1 << 20 };

static FastSimd simd_of(FastMap *map, size_t more)
{
    size_t seen = map->seen;
    map->seen += more;
    if (map->simd != FAST_BEST)
        return map->simd;
    if (map->best == FAST_BEST || (seen < WIDE_FROM && map->seen >= WIDE_FROM))
        map->best = fast_simd_best(map->seen >= WIDE_FROM);
    return map->best;
}

/* A text begins like a line. */
static void carry_begin(FastCarry *carry, Str text, FastCut cut)
{
    carry->begin = carry->blank = 1;
    carry->colon = carry->lone_cr = carry->control = carry->wide = carry->special = 0;
    carry->breaks = 0;
    carry->marks = NULL;
    carry->base = 0;
    carry->text = text;
    carry->cut = cut;
}

/* Room grows with what is found: a document is cut out of a stream that may be far larger, and of
 * a large text only few bytes are marks. */
enum { MAP_BLOCKS = 64 };

static void reserve(FastMap *map, size_t blocks, size_t marks)
{
    if (map->cap < blocks) {
        map->cap = blocks + blocks / 4 + 16;
        map->at = mem_resize(map->at, map->cap * sizeof *map->at);
    }
    if (map->marks_cap < marks) {
        map->marks_cap = marks + marks / 2;
        map->marks = mem_resize(map->marks, map->marks_cap * sizeof *map->marks);
    }
}

/* The masks up to the last whole block, or to the cut; returns where that is. */
static size_t fill_blocks(FastMap *map, FastLoop *loop, bool list, FastCarry *carry)
{
    const char *text = carry->text.ptr, *whole = text + carry->text.len / 64 * 64, *at = text, *to;
    size_t listed = 1; /* the one before the text */
    for (;; at = to) {
        size_t block = (size_t)(at - text) / 64, some = (size_t)(whole - at) / 64;
        some = some < MAP_BLOCKS ? some : MAP_BLOCKS;
        reserve(map, block + some + 2,
                list ? listed + (some + 1) * 64 + FAST_LIST_BEHIND + FAST_MARKS_BEHIND : 0);
        if (list) {
            carry->marks = map->marks + listed;
            map->marks[0] = UINT32_MAX;
        }
        to = loop(at, some, map->at + block, carry);
        if (list)
            listed = (size_t)(carry->marks - map->marks);
        if (to < at + some * 64 || to == whole)
            return (size_t)(to - text);
    }
}

/* Behind the text stands nothing but line feeds, and so marks: one where its last line has none. */
static void end_list(Str text, uint32_t *marks)
{
    bool ended = text.len > 0 && text.ptr[text.len - 1] == '\n';
    uint32_t last = (uint32_t)text.len - ended;
    if (!ended)
        *marks++ = last;
    for (size_t i = 1; i < FAST_MARKS_BEHIND; i++)
        *marks++ = last;
    *marks = UINT32_MAX;
}

/* The first cut before an item behind `at`, or the text's length. */
static size_t find_item(Str text, size_t at)
{
    const char *end = text.ptr + text.len, *line = text.ptr + at;
    while ((line = memmem(line, (size_t)(end - line), "\n-", 2)) != NULL) {
        size_t dash = (size_t)(++line - text.ptr);
        if (fast_cuts(text, dash, FAST_CUT_ITEM))
            return dash;
    }
    return text.len;
}

static size_t fill(FastMap *map, Str text, FastCut cut, bool list, size_t *breaks)
{
    const FastSet *set = fast_set(simd_of(map, text.len));
    FastCarry carry;
    carry_begin(&carry, text, cut);
    size_t to = fill_blocks(map, list ? set->marks : set->masks, list, &carry);
    size_t whole = text.len / 64 * 64;
    carry.cut = FAST_CUT_NONE;
    if (to < whole) {
        text.len = to;
    } else {
        size_t rest = whole ? whole - 1 : 0;
        if (cut != FAST_CUT_NONE)
            text.len = cut == FAST_CUT_ITEM ? find_item(text, rest) : fast_separator(text, rest);
        fill_rest(set, str_slice(text.ptr + whole, text.len - whole), map->at + whole / 64, &carry);
    }
    map->at[to / 64 + 1] = BEHIND;
    if (list)
        end_list(text, carry.marks);
    *breaks = carry.breaks;
    map->text = text;
    map->control = carry.control != 0;
    map->lone_cr = carry.lone_cr != 0;
    map->wide = carry.wide != 0;
    map->special = carry.special != 0;
    return text.len;
}

void fast_map_fill(FastMap *map, Str text, bool list)
{
    size_t breaks;
    (void)fill(map, text, FAST_CUT_NONE, list, &breaks);
}

size_t fast_map_cut(FastMap *map, Str text, FastCut cut, size_t *breaks)
{
    return fill(map, text, cut, true, breaks);
}

size_t fast_separator(Str text, size_t at)
{
    const char *found = memmem(text.ptr + at, text.len - at, "\n---", 4);
    return found ? (size_t)(found + 1 - text.ptr) : text.len;
}

size_t fast_breaks(Str text)
{
    enum { WINDOW = 16 };
    FastMask window[WINDOW];
    FastCarry carry = {.text = text};
    size_t at = 0, whole = text.len / 64 * 64;
    for (size_t some; at < whole; at += some) {
        some = whole - at < WINDOW * 64 ? whole - at : WINDOW * 64;
        (void)fast_set(fast_simd_best(false))->masks(text.ptr + at, some / 64, window, &carry);
    }
    for (; at < text.len; at++)
        carry.breaks += text.ptr[at] == '\n';
    return carry.breaks;
}

void fast_map_free(FastMap *map)
{
    mem_free(map->at);
    mem_free(map->marks);
    map->at = NULL;
    map->marks = NULL;
    map->cap = map->marks_cap = 0;
}
