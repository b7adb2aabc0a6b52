/* fast_masks: bytes to masks, by four sets of instructions that give the same.
 *
 * Each says, for 64 bytes, where nine kinds of characters stand (Raw); what follows
 * from that is common.  SSE2 and NEON are in every processor of their kind, AVX2 is
 * looked for when the program runs. */
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
    uint64_t newline, space, tab, cr, colon, hash;
    uint64_t quote;   /* " ' \ */
    uint64_t control; /* below U+0020, LF and tab included, or U+007F */
    uint64_t wide;    /* beyond ASCII */
} Raw;

/* What one block says to the next. */
typedef struct Carry {
    uint64_t colon; /* bit 0: its last character was a ':' */
    uint64_t blank; /* or a blank or LF */
    uint64_t cr;    /* or a CR */
    uint64_t lone_cr;
    uint64_t control;
    uint64_t wide;
    uint64_t hash;
} Carry;

static inline void combine(const Raw *raw, Carry *carry, FastMask *out)
{
    uint64_t blank = raw->space | raw->tab;
    uint64_t behind_colon = raw->colon << 1 | carry->colon;
    uint64_t behind_cr = raw->cr << 1 | carry->cr;
    uint64_t behind_blank = (blank | raw->newline) << 1 | carry->blank;
    out->newline = raw->newline;
    out->space = raw->space | raw->cr;
    out->stop = raw->newline | raw->tab | (out->space & behind_colon) | (raw->hash & behind_blank);
    out->quote = raw->newline | raw->quote;
    carry->colon = raw->colon >> 63;
    carry->blank = (blank | raw->newline) >> 63;
    carry->cr = raw->cr >> 63;
    carry->lone_cr |= behind_cr & ~raw->newline;
    carry->control |= raw->control & ~(raw->newline | raw->tab | raw->cr);
    carry->wide |= raw->wide;
    carry->hash |= raw->hash;
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

/* ---- portable: eight bytes at a time ---- */

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

/* The top bits of eight bytes, gathered. */
static inline uint64_t gather(uint64_t word)
{
    return (word & EACH_BYTE(0x80)) * UINT64_C(0x0002040810204081) >> 56;
}

/* 0x80 in each byte that is zero, and nowhere else. */
static inline uint64_t zero_bytes(uint64_t word)
{
    return ~(((word & EACH_BYTE(0x7F)) + EACH_BYTE(0x7F)) | word) & EACH_BYTE(0x80);
}

static inline uint64_t equal8(uint64_t word, char c)
{
    return zero_bytes(word ^ EACH_BYTE((unsigned char)c));
}

static inline uint64_t load8(const char *text)
{
    uint64_t word = 0;
    for (unsigned byte = 0; byte < 8; byte++)
        word |= (uint64_t)(unsigned char)text[byte] << (byte * 8);
    return word;
}

static inline void raw_portable(const char *text, Raw *raw)
{
    *raw = (Raw){0};
    for (unsigned i = 0; i < 64; i += 8) {
        uint64_t word = load8(text + i);
        uint64_t low = zero_bytes(word & EACH_BYTE(0xE0));
        raw->newline |= gather(equal8(word, '\n')) << i;
        raw->space |= gather(equal8(word, ' ')) << i;
        raw->tab |= gather(equal8(word, '\t')) << i;
        raw->cr |= gather(equal8(word, '\r')) << i;
        raw->colon |= gather(equal8(word, ':')) << i;
        raw->hash |= gather(equal8(word, '#')) << i;
        raw->quote |= gather(equal8(word, '"') | equal8(word, '\'') | equal8(word, '\\')) << i;
        raw->control |= gather(low | equal8(word, 0x7F)) << i;
        raw->wide |= gather(word) << i;
    }
}

static inline void edges_portable(const char *text, Edges *edges)
{
    *edges = (Edges){0};
    for (unsigned i = 0; i < 64; i += 8) {
        uint64_t word = load8(text + i);
        edges->newline |= gather(equal8(word, '\n')) << i;
        edges->dash |= gather(equal8(word, '-')) << i;
    }
}

/* Two loops for each set of instructions: over all blocks, for their masks; and over
 * blocks up to the one with a separator. */
#define FAST_BLOCKS(name, target)                                                      \
    target static const char *separator_##name(const char *text, size_t count,         \
                                               const char *end, uint64_t *carry,       \
                                               size_t *breaks)                         \
    {                                                                                  \
        for (size_t i = 0; i < count; i++) {                                           \
            Edges edges;                                                               \
            edges_##name(text + i * 64, &edges);                                       \
            const char *found = find_separator(&edges, carry, text + i * 64, end);     \
            if (found) {                                                               \
                uint64_t before = (UINT64_C(1) << (found - text - i * 64)) - 1;        \
                *breaks += (size_t)__builtin_popcountll(edges.newline & before);       \
                return found;                                                          \
            }                                                                          \
            *breaks += (size_t)__builtin_popcountll(edges.newline);                    \
        }                                                                              \
        return NULL;                                                                   \
    }                                                                                  \
    target static void blocks_##name(const char *text, size_t count, FastMask *out,    \
                                     Carry *carry)                                     \
    {                                                                                  \
        for (size_t i = 0; i < count; i++) {                                           \
            Raw raw;                                                                   \
            raw_##name(text + i * 64, &raw);                                           \
            combine(&raw, carry, &out[i]);                                             \
        }                                                                              \
    }

FAST_BLOCKS(portable, )

/* ---- x86-64 ---- */

#if FAST_HAS_X86

static inline void raw_sse2(const char *text, Raw *raw)
{
    *raw = (Raw){0};
    for (unsigned i = 0; i < 64; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(text + i));
#define EQUAL(c) _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c))
#define MASK(vector) ((uint64_t)(uint32_t)_mm_movemask_epi8(vector) << i)
        __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
        raw->newline |= MASK(EQUAL('\n'));
        raw->space |= MASK(EQUAL(' '));
        raw->tab |= MASK(EQUAL('\t'));
        raw->cr |= MASK(EQUAL('\r'));
        raw->colon |= MASK(EQUAL(':'));
        raw->hash |= MASK(EQUAL('#'));
        raw->quote |= MASK(_mm_or_si128(_mm_or_si128(EQUAL('"'), EQUAL('\'')), EQUAL('\\')));
        raw->control |= MASK(_mm_or_si128(low, EQUAL(0x7F)));
        raw->wide |= MASK(bytes);
#undef EQUAL
#undef MASK
    }
}

static inline void edges_sse2(const char *text, Edges *edges)
{
    *edges = (Edges){0};
    for (unsigned i = 0; i < 64; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(text + i));
        __m128i newline = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n'));
        __m128i dash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-'));
        edges->newline |= (uint64_t)(uint32_t)_mm_movemask_epi8(newline) << i;
        edges->dash |= (uint64_t)(uint32_t)_mm_movemask_epi8(dash) << i;
    }
}

FAST_BLOCKS(sse2, )

#define FAST_AVX2_TARGET __attribute__((target("avx2,popcnt,bmi")))

FAST_AVX2_TARGET static inline void raw_avx2(const char *text, Raw *raw)
{
    *raw = (Raw){0};
    for (unsigned i = 0; i < 64; i += 32) {
        __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)(text + i));
#define EQUAL(c) _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(c))
#define MASK(vector) ((uint64_t)(uint32_t)_mm256_movemask_epi8(vector) << i)
        __m256i low = _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, _mm256_set1_epi8(0x1F)), bytes);
        raw->newline |= MASK(EQUAL('\n'));
        raw->space |= MASK(EQUAL(' '));
        raw->tab |= MASK(EQUAL('\t'));
        raw->cr |= MASK(EQUAL('\r'));
        raw->colon |= MASK(EQUAL(':'));
        raw->hash |= MASK(EQUAL('#'));
        raw->quote |=
            MASK(_mm256_or_si256(_mm256_or_si256(EQUAL('"'), EQUAL('\'')), EQUAL('\\')));
        raw->control |= MASK(_mm256_or_si256(low, EQUAL(0x7F)));
        raw->wide |= MASK(bytes);
#undef EQUAL
#undef MASK
    }
}

FAST_AVX2_TARGET static inline void edges_avx2(const char *text, Edges *edges)
{
    *edges = (Edges){0};
    for (unsigned i = 0; i < 64; i += 32) {
        __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)(text + i));
        __m256i newline = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\n'));
        __m256i dash = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('-'));
        edges->newline |= (uint64_t)(uint32_t)_mm256_movemask_epi8(newline) << i;
        edges->dash |= (uint64_t)(uint32_t)_mm256_movemask_epi8(dash) << i;
    }
}

FAST_BLOCKS(avx2, FAST_AVX2_TARGET)

#endif

/* ---- ARM ---- */

#if FAST_HAS_NEON

/* Four vectors of 0 or FF to 64 bits. */
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

static inline void raw_neon(const char *text, Raw *raw)
{
    uint8x16_t bytes[4];
    for (unsigned i = 0; i < 4; i++)
        bytes[i] = vld1q_u8((const uint8_t *)text + i * 16);
#define GATHER(of) gather_neon(of(bytes[0]), of(bytes[1]), of(bytes[2]), of(bytes[3]))
#define EQUAL(v, c) vceqq_u8(v, vdupq_n_u8(c))
#define NEWLINE(v) EQUAL(v, '\n')
#define SPACE(v) EQUAL(v, ' ')
#define TAB(v) EQUAL(v, '\t')
#define CR(v) EQUAL(v, '\r')
#define COLON(v) EQUAL(v, ':')
#define HASH(v) EQUAL(v, '#')
#define QUOTE(v) vorrq_u8(vorrq_u8(EQUAL(v, '"'), EQUAL(v, '\'')), EQUAL(v, '\\'))
#define CONTROL(v) vorrq_u8(vcltq_u8(v, vdupq_n_u8(0x20)), EQUAL(v, 0x7F))
#define WIDE(v) vcgeq_u8(v, vdupq_n_u8(0x80))
    raw->newline = GATHER(NEWLINE);
    raw->space = GATHER(SPACE);
    raw->tab = GATHER(TAB);
    raw->cr = GATHER(CR);
    raw->colon = GATHER(COLON);
    raw->hash = GATHER(HASH);
    raw->quote = GATHER(QUOTE);
    raw->control = GATHER(CONTROL);
    raw->wide = GATHER(WIDE);
}

#define DASH(v) EQUAL(v, '-')
static inline void edges_neon(const char *text, Edges *edges)
{
    uint8x16_t bytes[4];
    for (unsigned i = 0; i < 4; i++)
        bytes[i] = vld1q_u8((const uint8_t *)text + i * 16);
    edges->newline = GATHER(NEWLINE);
    edges->dash = GATHER(DASH);
}

FAST_BLOCKS(neon, )

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

void fast_map_fill(FastMap *map, Str text)
{
    size_t whole = text.len / 64;
    if (map->cap < whole + 2) {
        map->cap = (whole + 2) * 2;
        map->at = mem_resize(map->at, map->cap * sizeof *map->at);
    }
    if (map->simd == FAST_BEST)
        map->simd = best();
    char rest[128];
    memset(rest, '\n', sizeof rest);
    if (text.len % 64)
        memcpy(rest, text.ptr + whole * 64, text.len % 64);
    Carry carry = {.blank = 1}; /* a text begins like a line */
    fill(map->simd, text.ptr, whole, map->at, &carry);
    fill(map->simd, rest, 2, map->at + whole, &carry);
    map->control = carry.control != 0;
    map->lone_cr = carry.lone_cr != 0;
    map->wide = carry.wide != 0;
    map->hash = carry.hash != 0;
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

void fast_map_free(FastMap *map)
{
    mem_free(map->at);
    map->at = NULL;
    map->cap = 0;
}
