/* fast_masks: bytes to masks, by four sets of instructions that give the same.
 *
 * Each says, for 64 bytes, where six kinds of characters stand (Raw), and three more
 * where any is odd; what follows from that is common.  SSE2 and NEON are in every
 * processor of their kind, AVX2 is looked for when the program runs. */
#include "parser/fast_masks.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define FAST_HAS_X86 1
#include <immintrin.h>
#else
#define FAST_HAS_X86 0
#endif
#if defined(__aarch64__) && defined(__ARM_NEON)
#define FAST_HAS_NEON 1
#include <arm_neon.h>
#else
#define FAST_HAS_NEON 0
#endif

typedef struct Raw {
    uint64_t newline, space, colon, hash;
    uint64_t quote; /* " ' \ */
    uint64_t odd;   /* all but LF and U+0020 to U+007E */
} Raw;

/* Which odd ones; asked for where there are any. */
typedef struct Odd {
    uint64_t tab, cr;
    uint64_t wide; /* beyond ASCII */
} Odd;

/* What one block says to the next. */
typedef struct Carry {
    uint64_t begin; /* bit 0: a line begins behind it, or its spaces go on */
    uint64_t colon; /* bit 0: its last character was a ':' */
    uint64_t blank; /* or a blank or LF */
    uint64_t cr;    /* or a CR */
    uint64_t lone_cr;
    uint64_t control;
    uint64_t wide;
    uint64_t hash;
} Carry;

/* The first characters of lines that are no spaces.  Where a line begins with spaces, adding one
 * to them carries to what is behind them. */
static inline uint64_t first_of_lines(uint64_t newline, uint64_t space, Carry *carry)
{
    uint64_t begin = newline << 1 | carry->begin;
    uint64_t sum = (begin & space) + space;
    carry->begin = newline >> 63 | (sum < space);
    return ((sum | begin) & ~space);
}

FAST_INLINE void combine(const Raw *raw, uint64_t space, uint64_t tab, Carry *carry, FastMask *out)
{
    uint64_t blank = space | tab | raw->newline;
    uint64_t behind_colon = raw->colon << 1 | carry->colon;
    uint64_t behind_blank = blank << 1 | carry->blank;
    out->newline = raw->newline;
    out->space = space;
    out->mark = raw->newline | tab | (space & behind_colon) |
                ((raw->hash | raw->colon) & behind_blank) |
                first_of_lines(raw->newline, space, carry);
    out->quote = raw->newline | raw->quote;
    carry->colon = raw->colon >> 63;
    carry->blank = blank >> 63;
    carry->hash |= raw->hash;
}

static inline void combine_odd(const Raw *raw, const Odd *odd, Carry *carry, FastMask *out)
{
    uint64_t behind_cr = odd->cr << 1 | carry->cr;
    uint64_t control = raw->odd & ~odd->wide;
    combine(raw, raw->space | odd->cr, odd->tab, carry, out);
    out->quote |= control;
    carry->cr = odd->cr >> 63;
    carry->lone_cr |= behind_cr & ~raw->newline;
    carry->control |= control & ~(odd->tab | odd->cr);
    carry->wide |= odd->wide;
}

/* The LFs of 64 bytes, and the places behind them where dashes stand. */
typedef struct Edges {
    uint64_t newline, dash;
} Edges;

/* A separator among the edges of the block at `block`, or NULL.  The dashes may stand in
 * the next block. */
static inline const char *find_separator(const Edges *edges, uint64_t *carry, const char *block,
                                         const char *end)
{
    uint64_t begins = (edges->newline << 1 | *carry) & edges->dash;
    *carry = edges->newline >> 63;
    for (; begins; begins &= begins - 1) {
        const char *at = block + __builtin_ctzll(begins);
        if (end - at >= 3 && at[1] == '-' && at[2] == '-')
            return at;
    }
    return NULL;
}

/* ---- what is common to all sets of instructions ---- */

/* Each set says, in names that end in its own, how to load 64 bytes (Bytes), what EQUAL,
 * EITHER, WIDE and ODD are for one of its vectors, and how GATHER makes 64 bits of a test
 * of all of them.  From that come two loops: over blocks, for their masks; and up to the
 * block with a separator. */
#define NEWLINE(set, v) EQUAL_##set(v, '\n')
#define SPACE(set, v) EQUAL_##set(v, ' ')
#define TAB(set, v) EQUAL_##set(v, '\t')
#define CR(set, v) EQUAL_##set(v, '\r')
#define COLON(set, v) EQUAL_##set(v, ':')
#define HASH(set, v) EQUAL_##set(v, '#')
#define DASH(set, v) EQUAL_##set(v, '-')
#define QUOTE(set, v)                                                                  \
    EITHER_##set(EITHER_##set(EQUAL_##set(v, '"'), EQUAL_##set(v, '\'')), EQUAL_##set(v, '\\'))
#define WIDE(set, v) WIDE_##set(v)
#define ODD(set, v) ODD_##set(v)

#define FAST_LOOPS(name, target)                                                       \
    target static void blocks_##name(const char *text, size_t count, FastMask *out,    \
                                     Carry *carries)                                   \
    {                                                                                  \
        Carry carry = *carries;                                                        \
        for (size_t i = 0; i < count; i++) {                                           \
            Bytes_##name bytes = load_##name(text + i * 64);                           \
            Raw raw = {.newline = GATHER_##name(NEWLINE),                              \
                       .space = GATHER_##name(SPACE),                                  \
                       .colon = GATHER_##name(COLON),                                  \
                       .hash = GATHER_##name(HASH),                                    \
                       .quote = GATHER_##name(QUOTE),                                  \
                       .odd = GATHER_##name(ODD)};                                     \
            raw.odd &= ~raw.newline;                                                   \
            if (raw.odd | carry.cr) {                                                  \
                Odd odd = {.tab = GATHER_##name(TAB),                                  \
                           .cr = GATHER_##name(CR),                                    \
                           .wide = GATHER_##name(WIDE)};                               \
                combine_odd(&raw, &odd, &carry, &out[i]);                              \
            } else {                                                                   \
                combine(&raw, raw.space, 0, &carry, &out[i]);                          \
            }                                                                          \
        }                                                                              \
        *carries = carry;                                                              \
    }                                                                                  \
    target static const char *separator_##name(const char *text, size_t count,         \
                                               const char *end, uint64_t *carry,       \
                                               size_t *breaks)                         \
    {                                                                                  \
        for (size_t i = 0; i < count; i++) {                                           \
            Bytes_##name bytes = load_##name(text + i * 64);                           \
            Edges edges = {.newline = GATHER_##name(NEWLINE),                          \
                           .dash = GATHER_##name(DASH)};                               \
            const char *found = find_separator(&edges, carry, text + i * 64, end);     \
            if (found) {                                                               \
                uint64_t before = (UINT64_C(1) << (found - text - i * 64)) - 1;        \
                *breaks += (size_t)__builtin_popcountll(edges.newline & before);       \
                return found;                                                          \
            }                                                                          \
            *breaks += (size_t)__builtin_popcountll(edges.newline);                    \
        }                                                                              \
        return NULL;                                                                   \
    }

/* ---- portable: eight bytes at a time ---- */

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

typedef struct Bytes_portable {
    uint64_t at[8]; /* the first byte is the lowest */
} Bytes_portable;

static inline Bytes_portable load_portable(const char *text)
{
    Bytes_portable bytes = {{0}};
    for (unsigned i = 0; i < 64; i++)
        bytes.at[i / 8] |= (uint64_t)(unsigned char)text[i] << (i % 8 * 8);
    return bytes;
}

/* 0x80 in each byte that is zero, and nowhere else. */
static inline uint64_t zero_bytes(uint64_t word)
{
    return ~(((word & EACH_BYTE(0x7F)) + EACH_BYTE(0x7F)) | word) & EACH_BYTE(0x80);
}

static inline uint64_t equal_bytes(uint64_t word, char c)
{
    return zero_bytes(word ^ EACH_BYTE((unsigned char)c));
}

/* The top bits of eight bytes. */
static inline uint64_t gather_bytes(uint64_t word)
{
    return (word & EACH_BYTE(0x80)) * UINT64_C(0x0002040810204081) >> 56;
}

#define EQUAL_portable(v, c) equal_bytes(v, c)
#define EITHER_portable(a, b) ((a) | (b))
#define WIDE_portable(v) (v)
#define ODD_portable(v) (zero_bytes((v) & EACH_BYTE(0xE0)) | equal_bytes(v, 0x7F) | (v))
#define PART_portable(of, i) (gather_bytes(of(portable, bytes.at[i])) << ((i) * 8))
#define GATHER_portable(of)                                                            \
    (PART_portable(of, 0) | PART_portable(of, 1) | PART_portable(of, 2) |              \
     PART_portable(of, 3) | PART_portable(of, 4) | PART_portable(of, 5) |              \
     PART_portable(of, 6) | PART_portable(of, 7))
FAST_LOOPS(portable, )

/* ---- x86-64 ---- */

#if FAST_HAS_X86

typedef struct Bytes_sse2 {
    __m128i at[4];
} Bytes_sse2;

static inline Bytes_sse2 load_sse2(const char *text)
{
    const __m128i *from = (const __m128i *)(const void *)text;
    return (Bytes_sse2){{_mm_loadu_si128(from), _mm_loadu_si128(from + 1),
                         _mm_loadu_si128(from + 2), _mm_loadu_si128(from + 3)}};
}

/* With one added, all that is odd is less than 0x21 as a signed number. */
#define EQUAL_sse2(v, c) _mm_cmpeq_epi8(v, _mm_set1_epi8(c))
#define EITHER_sse2(a, b) _mm_or_si128(a, b)
#define WIDE_sse2(v) (v)
#define ODD_sse2(v) _mm_cmpgt_epi8(_mm_set1_epi8(0x21), _mm_add_epi8(v, _mm_set1_epi8(1)))
#define PART_sse2(of, i)                                                               \
    ((uint64_t)(uint32_t)_mm_movemask_epi8(of(sse2, bytes.at[i])) << ((i) * 16))
#define GATHER_sse2(of) (PART_sse2(of, 0) | PART_sse2(of, 1) | PART_sse2(of, 2) | PART_sse2(of, 3))
FAST_LOOPS(sse2, )

#define AVX2 __attribute__((target("avx2,popcnt,bmi")))

typedef struct Bytes_avx2 {
    __m256i at[2];
} Bytes_avx2;

AVX2 static inline Bytes_avx2 load_avx2(const char *text)
{
    const __m256i *from = (const __m256i *)(const void *)text;
    return (Bytes_avx2){{_mm256_loadu_si256(from), _mm256_loadu_si256(from + 1)}};
}

#define EQUAL_avx2(v, c) _mm256_cmpeq_epi8(v, _mm256_set1_epi8(c))
#define EITHER_avx2(a, b) _mm256_or_si256(a, b)
#define WIDE_avx2(v) (v)
#define ODD_avx2(v)                                                                    \
    _mm256_cmpgt_epi8(_mm256_set1_epi8(0x21), _mm256_add_epi8(v, _mm256_set1_epi8(1)))
#define PART_avx2(of, i)                                                               \
    ((uint64_t)(uint32_t)_mm256_movemask_epi8(of(avx2, bytes.at[i])) << ((i) * 32))
#define GATHER_avx2(of) (PART_avx2(of, 0) | PART_avx2(of, 1))
FAST_LOOPS(avx2, AVX2)

#endif

/* ---- ARM ---- */

#if FAST_HAS_NEON

typedef struct Bytes_neon {
    uint8x16_t at[4];
} Bytes_neon;

static inline Bytes_neon load_neon(const char *text)
{
    const uint8_t *from = (const uint8_t *)text;
    return (Bytes_neon){{vld1q_u8(from), vld1q_u8(from + 16), vld1q_u8(from + 32),
                         vld1q_u8(from + 48)}};
}

/* Four vectors of 0 or 0xFF to 64 bits. */
static inline uint64_t gather_neon(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d)
{
    static const uint8_t BITS[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t bits = vld1q_u8(BITS);
    uint8x16_t low = vpaddq_u8(vandq_u8(a, bits), vandq_u8(b, bits));
    uint8x16_t high = vpaddq_u8(vandq_u8(c, bits), vandq_u8(d, bits));
    uint8x16_t sum = vpaddq_u8(low, high);
    sum = vpaddq_u8(sum, sum);
    return vgetq_lane_u64(vreinterpretq_u64_u8(sum), 0);
}

#define EQUAL_neon(v, c) vceqq_u8(v, vdupq_n_u8(c))
#define EITHER_neon(a, b) vorrq_u8(a, b)
#define WIDE_neon(v) vcgeq_u8(v, vdupq_n_u8(0x80))
#define ODD_neon(v) vorrq_u8(vcltq_u8(v, vdupq_n_u8(0x20)), vcgeq_u8(v, vdupq_n_u8(0x7F)))
#define GATHER_neon(of)                                                                \
    gather_neon(of(neon, bytes.at[0]), of(neon, bytes.at[1]), of(neon, bytes.at[2]),   \
                of(neon, bytes.at[3]))
FAST_LOOPS(neon, )

#endif

/* ---- the choice ---- */

static bool has(FastSimd simd)
{
    switch (simd) {
    case FAST_PORTABLE: return true;
    case FAST_SSE2: return FAST_HAS_X86;
#if FAST_HAS_X86
    case FAST_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt") &&
               __builtin_cpu_supports("bmi");
#endif
    case FAST_NEON: return FAST_HAS_NEON;
    default: return false;
    }
}

static const char *const NAMES[] = {"best", "portable", "sse2", "avx2", "neon"};

FastSimd fast_simd_named(const char *name)
{
    for (FastSimd simd = FAST_PORTABLE; name && simd <= FAST_NEON; simd++)
        if (strcmp(name, NAMES[simd]) == 0 && has(simd))
            return simd;
    return FAST_BEST;
}

const char *fast_simd_name(FastSimd simd) { return NAMES[simd]; }

static FastSimd best(void)
{
    FastSimd simd = FAST_NEON;
    while (!has(simd))
        simd--;
    return simd;
}

static void fill(FastSimd simd, const char *text, size_t count, FastMask *out, Carry *carry)
{
    switch (simd) {
#if FAST_HAS_X86
    case FAST_SSE2: blocks_sse2(text, count, out, carry); return;
    case FAST_AVX2: blocks_avx2(text, count, out, carry); return;
#endif
#if FAST_HAS_NEON
    case FAST_NEON: blocks_neon(text, count, out, carry); return;
#endif
    default: blocks_portable(text, count, out, carry); return;
    }
}

/* What follows the last whole block: the rest of the text, then line feeds, in two blocks. */
static void fill_tail(FastSimd simd, Str rest, FastMask *out, Carry *carry)
{
    char tail[64];
    memset(tail, '\n', sizeof tail);
    if (rest.len)
        memcpy(tail, rest.ptr, rest.len);
    fill(simd, tail, 1, out, carry);
    out[1] = (FastMask){.newline = ~UINT64_C(0), .mark = ~UINT64_C(0), .quote = ~UINT64_C(0)};
}

void fast_window_fill(Str text, size_t block, FastMask *masks, size_t count)
{
    size_t whole = text.len / 64;
    size_t inside = block >= whole ? 0 : whole - block < count ? whole - block : count;
    Carry carry = {0};
    FastMask tail[2];
    if (inside)
        fill(best(), text.ptr + block * 64, inside, masks, &carry);
    if (inside == count)
        return;
    size_t start = (block + inside) * 64;
    Str rest = str_slice(text.ptr, 0);
    if (start < text.len)
        rest = str_slice(text.ptr + start, text.len - start);
    fill_tail(best(), rest, tail, &carry);
    masks[inside] = tail[0];
    while (++inside < count)
        masks[inside] = tail[1];
}

void fast_map_fill(FastMap *map, Str text)
{
    size_t whole = text.len / 64;
    if (map->cap < whole + 2) {
        map->cap = whole + whole / 4 + 16;
        map->at = mem_resize(map->at, map->cap * sizeof *map->at);
    }
    if (map->simd == FAST_BEST)
        map->simd = best();
    Carry carry = {.blank = 1, .begin = 1}; /* a text begins like a line */
    fill(map->simd, text.ptr, whole, map->at, &carry);
    fill_tail(map->simd, str_slice(text.ptr + whole * 64, text.len % 64), map->at + whole,
              &carry);
    map->control = carry.control != 0;
    map->lone_cr = carry.lone_cr != 0;
    map->wide = carry.wide != 0;
    map->hash = carry.hash != 0;
}

/* ---- marks ---- */

/* The place of the lowest bit; any number for none. */
#define LOWEST_any(bits) __builtin_ctzll((bits) | UINT64_C(1) << 63)
#define LOWEST_avx2(bits) _tzcnt_u64(bits)

/* Writes the lowest bit's place and clears it; where there is none, it does no harm. */
#define LIST_ONE(name, i) (out[i] = base + (uint32_t)LOWEST_##name(bits), bits &= bits - 1)
#define LIST_FOUR(name, i)                                                             \
    (LIST_ONE(name, i), LIST_ONE(name, (i) + 1), LIST_ONE(name, (i) + 2), LIST_ONE(name, (i) + 3))

/* Most blocks have four to eight marks, so eight are always written, which needs no jump that
 * no processor foresees. */
#define FAST_LIST(name, target)                                                        \
    target static uint32_t *list_##name(const FastMask *masks, size_t from, size_t to, \
                                        uint32_t *out)                                 \
    {                                                                                  \
        for (size_t i = from; i < to; i++) {                                           \
            uint64_t bits = masks[i].mark;                                             \
            uint32_t base = (uint32_t)i * 64, *end = out + __builtin_popcountll(bits); \
            LIST_FOUR(name, 0);                                                        \
            LIST_FOUR(name, 4);                                                        \
            for (; bits; out += 4)                                                     \
                LIST_FOUR(name, 8);                                                    \
            out = end;                                                                 \
        }                                                                              \
        return out;                                                                    \
    }
FAST_LIST(any, )
#if FAST_HAS_X86
FAST_LIST(avx2, AVX2)
#endif

static uint32_t *list(const FastMap *map, size_t from, size_t to, uint32_t *out)
{
#if FAST_HAS_X86
    if (map->simd == FAST_AVX2)
        return list_avx2(map->at, from, to, out);
#endif
    return list_any(map->at, from, to, out);
}

/* Room grows with what is found: of a large text only few bytes are marks. */
enum { LIST_BLOCKS = 64, LIST_BEHIND = 8 };

static void list_reserve(FastMap *map, size_t room)
{
    if (map->marks_cap >= room)
        return;
    map->marks_cap = room + room / 2;
    map->marks = mem_resize(map->marks, map->marks_cap * sizeof *map->marks);
}

void fast_map_list(FastMap *map, size_t len)
{
    size_t count = 0, whole = len / 64;
    for (size_t from = 0, to; from < whole; from = to) {
        to = whole - from < LIST_BLOCKS ? whole : from + LIST_BLOCKS;
        list_reserve(map, count + (to - from) * 64 + LIST_BEHIND);
        count = (size_t)(list(map, from, to, map->marks + count) - map->marks);
    }
    list_reserve(map, count + 64 + FAST_MARKS_BEHIND);
    uint64_t tail = map->at[whole].mark & ~(~UINT64_C(0) << (len % 64));
    for (; tail; tail &= tail - 1)
        map->marks[count++] = (uint32_t)(whole * 64) + (uint32_t)__builtin_ctzll(tail);
    for (size_t i = 1; i < FAST_MARKS_BEHIND; i++)
        map->marks[count++] = (uint32_t)(len - 1);
    map->marks[count] = UINT32_MAX;
}

static const char *find(FastSimd simd, const char *text, size_t count, const char *end,
                        uint64_t *carry, size_t *breaks)
{
    switch (simd) {
#if FAST_HAS_X86
    case FAST_SSE2: return separator_sse2(text, count, end, carry, breaks);
    case FAST_AVX2: return separator_avx2(text, count, end, carry, breaks);
#endif
#if FAST_HAS_NEON
    case FAST_NEON: return separator_neon(text, count, end, carry, breaks);
#endif
    default: return separator_portable(text, count, end, carry, breaks);
    }
}

size_t fast_separator(FastSimd simd, Str text, size_t at, size_t *breaks)
{
    const char *from = text.ptr + at, *end = text.ptr + text.len;
    size_t whole = (text.len - at) / 64, left = (text.len - at) % 64;
    uint64_t carry = 0;
    *breaks = 0;
    const char *found = find(simd ? simd : best(), from, whole, end, &carry, breaks);
    if (found)
        return (size_t)(found - text.ptr);
    char rest[64] = {0};
    if (left)
        memcpy(rest, end - left, left);
    found = find(simd ? simd : best(), rest, 1, rest + left, &carry, breaks);
    return found ? text.len - left + (size_t)(found - rest) : text.len;
}

size_t fast_breaks(Str text)
{
    size_t sum = 0, breaks;
    for (size_t at = 0; at < text.len; sum += breaks)
        at = fast_separator(FAST_BEST, text, at, &breaks);
    return sum;
}

void fast_map_free(FastMap *map)
{
    mem_free(map->at);
    mem_free(map->marks);
    map->at = NULL;
    map->marks = NULL;
    map->cap = map->marks_cap = 0;
}
