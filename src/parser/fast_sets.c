/* fast_sets: bytes to masks, by five sets of instructions that give the same.
 *
 * Each says, for 64 bytes, where five kinds of characters stand (Raw), and three more
 * where any is odd; what follows from that is common.  SSE2 and NEON are in every
 * processor of their kind, AVX2 and AVX-512 are looked for when the program runs. */
#include "parser/fast_sets.h"

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
    uint64_t newline, space, colon, dash;
    uint64_t special; /* " ' \ # */
    uint64_t odd;     /* all but LF and U+0020 to U+007E */
} Raw;

/* Which odd ones; asked for where there are any. */
typedef struct Odd {
    uint64_t tab, cr;
    uint64_t wide; /* beyond ASCII */
} Odd;

/* The first characters of lines that are no spaces.  Where a line begins with spaces, adding one
 * to them carries to what is behind them. */
FAST_INLINE uint64_t first_of_lines(uint64_t newline, uint64_t space, FastCarry *carry)
{
    uint64_t begin = newline << 1 | carry->begin;
    uint64_t sum = (begin & space) + space;
    carry->begin = newline >> 63 | (sum < space);
    return ((sum | begin) & ~space);
}

FAST_INLINE void combine(const Raw *raw, uint64_t space, uint64_t tab, FastCarry *carry,
                         FastMask *out)
{
    uint64_t blank = space | tab | raw->newline;
    uint64_t behind_colon = raw->colon << 1 | carry->colon;
    uint64_t behind_blank = blank << 1 | carry->blank;
    out->newline = raw->newline;
    out->space = space;
    out->mark = raw->newline | tab | (space & behind_colon) |
                ((raw->special | raw->colon) & behind_blank) |
                first_of_lines(raw->newline, space, carry);
    out->quote = raw->newline | raw->special;
    carry->colon = raw->colon >> 63;
    carry->blank = blank >> 63;
    carry->special |= raw->special;
    carry->breaks += (uint64_t)__builtin_popcountll(raw->newline);
}

/* Whether an LF stands, as it were, behind that block. */
static bool newline_follows(const char *block, const FastCarry *carry)
{
    const char *next = block + 64, *text = carry->text.ptr;
    return next <= text || next >= text + carry->text.len || *next == '\n';
}

static void combine_odd(const Raw *raw, const Odd *odd, const char *block, FastCarry *carry,
                        FastMask *out)
{
    uint64_t tab = odd->tab & raw->odd, cr = odd->cr & raw->odd, wide = odd->wide & raw->odd;
    uint64_t lone_cr = cr & ~(raw->newline >> 1);
    combine(raw, raw->space | cr, tab, carry, out);
    out->quote |= raw->odd & ~wide;
    carry->lone_cr |= lone_cr & ~(UINT64_C(1) << 63);
    carry->lone_cr |= lone_cr >> 63 && !newline_follows(block, carry);
    carry->control |= raw->odd & ~(wide | tab | cr);
    carry->wide |= wide;
}

/* The dashes with which lines begin, or stand behind spaces with which a block does. */
FAST_INLINE uint64_t begins(const Raw *raw, const FastCarry *carry)
{
    return (raw->newline << 1 | carry->begin) & raw->dash;
}

/* The place of the first cut in a block, or 64.  What else of its line tells may stand in the
 * next block.  What the text begins with is none. */
static size_t find_cut(uint64_t dashes, const char *block, Str text, FastCut cut)
{
    for (; dashes; dashes &= dashes - 1) {
        const char *at = block + __builtin_ctzll(dashes);
        if (at > text.ptr && at[-1] == '\n' && fast_cuts(text, (size_t)(at - text.ptr), cut))
            return (size_t)(at - block);
    }
    return 64;
}

/* The line feeds behind a text. */
FAST_INLINE void cut_raw(Raw *raw, uint64_t behind)
{
    raw->newline |= behind;
    raw->space &= ~behind;
    raw->colon &= ~behind;
    raw->special &= ~behind;
    raw->odd &= ~raw->newline;
}

/* ---- what is common to all sets of instructions ---- */

/* Each set says, in names that end in its own, how to load 64 bytes (Bytes), what EQUAL,
 * SPECIAL, WIDE and ODD are for one of its vectors, how GATHER makes 64 bits of a test of all
 * of them, and what the LOWEST bit is.  From that come two loops over blocks, with a list of
 * the marks and without, and what is done with any single block. */

#define NEWLINE(set, v) EQUAL_##set(v, '\n')
#define SPACE(set, v) EQUAL_##set(v, ' ')
#define TAB(set, v) EQUAL_##set(v, '\t')
#define CR(set, v) EQUAL_##set(v, '\r')
#define COLON(set, v) EQUAL_##set(v, ':')
#define DASH(set, v) EQUAL_##set(v, '-')
#define SPECIAL(set, v) SPECIAL_##set(v)
#define WIDE(set, v) WIDE_##set(v)
#define ODD(set, v) ODD_##set(v)
#define FOUR_EQUAL(set, v)                                                             \
    EITHER_##set(EITHER_##set(EQUAL_##set(v, '"'), EQUAL_##set(v, '\'')),              \
                 EITHER_##set(EQUAL_##set(v, '\\'), EQUAL_##set(v, '#')))

/* Writes the lowest bit's place and clears it; where there is none, it does no harm. */
#define LIST_ONE(set, i) (out[i] = base + (uint32_t)LOWEST_##set(bits), bits &= bits - 1)
#define LIST_FOUR(set, i)                                                              \
    (LIST_ONE(set, i), LIST_ONE(set, (i) + 1), LIST_ONE(set, (i) + 2), LIST_ONE(set, (i) + 3))

#define GATHER_RAW(set)                                                                \
    {.newline = GATHER_##set(NEWLINE), .space = GATHER_##set(SPACE),                   \
     .colon = GATHER_##set(COLON), .dash = GATHER_##set(DASH),                         \
     .special = GATHER_##set(SPECIAL), .odd = GATHER_##set(ODD)}
#define GATHER_ODD(set)                                                                \
    {.tab = GATHER_##set(TAB), .cr = GATHER_##set(CR), .wide = GATHER_##set(WIDE)}

/* Most blocks have four to eight marks, so eight are always written, which needs no jump that
 * no processor foresees. */
#define FAST_LIST(set, target)                                                         \
    target FAST_INLINE uint32_t *list_##set(uint64_t bits, uint32_t base, uint32_t *out) \
    {                                                                                  \
        uint32_t *end = out + __builtin_popcountll(bits);                              \
        LIST_FOUR(set, 0);                                                             \
        LIST_FOUR(set, 4);                                                             \
        for (; bits; out += 4)                                                         \
            LIST_FOUR(set, 8);                                                         \
        return end;                                                                    \
    }

/* Bytes that are asked for before they are needed: mostly the next document's.  While this one is
 * checked they come from the second cache, where the kernel left them. */
enum { AHEAD = 1024 };

#define FAST_LOOPS(set, target)                                                        \
    /* Any block: the first `size` bytes count, up to the cut. */                      \
    target FAST_INLINE size_t block_##set(Raw raw, const char *block, size_t size,     \
                                          FastMask *out, FastCarry *carry)                 \
    {                                                                                  \
        uint64_t dashes = begins(&raw, carry);                                         \
        if (dashes && carry->cut)                                                      \
            size = find_cut(dashes, block, carry->text, carry->cut);                   \
        uint64_t behind = size < 64 ? ~UINT64_C(0) << size : 0;                        \
        cut_raw(&raw, behind);                                                         \
        if (raw.odd) {                                                                 \
            Bytes_##set bytes = load_##set(block);                                     \
            Odd odd = GATHER_ODD(set);                                                 \
            FastCarry copy = *carry;                                                       \
            combine_odd(&raw, &odd, block, &copy, out);                                \
            *carry = copy;                                                             \
        } else {                                                                       \
            combine(&raw, raw.space, 0, carry, out);                                   \
        }                                                                              \
        carry->breaks -= 64 - size;                                                    \
        if (carry->marks)                                                              \
            carry->marks = list_##set(out->mark & ~behind, carry->base, carry->marks); \
        carry->base += 64;                                                             \
        return size;                                                                   \
    }                                                                                  \
    target static void single_##set(const char *block, size_t size, FastMask *out,     \
                                    FastCarry *carry)                                      \
    {                                                                                  \
        Bytes_##set bytes = load_##set(block);                                         \
        Raw raw = GATHER_RAW(set);                                                     \
        (void)block_##set(raw, block, size, out, carry);                        \
    }                                                                                  \
    target FAST_INLINE const char *loop_##set(bool list, const char *text, size_t count, \
                                              FastMask *out, FastCarry *carries)           \
    {                                                                                  \
        const char *block = text, *end = text + count * 64;                            \
        FastCarry carry = *carries;                                                        \
        size_t size = 64;                                                              \
        for (; block < end && size == 64; block += size, out++) {                      \
            Raw raw;                                                                   \
            for (;; block += 64, out++) {                                              \
                if (block == end)                                                      \
                    goto done;                                                         \
                Bytes_##set bytes = load_##set(block);                                 \
                __builtin_prefetch(block + AHEAD);                                     \
                raw = (Raw)GATHER_RAW(set);                                            \
                raw.odd &= ~raw.newline;                                               \
                if (raw.odd | (list ? begins(&raw, &carry) : 0))                       \
                    break;                                                             \
                combine(&raw, raw.space, 0, &carry, out);                              \
                if (list)                                                              \
                    carry.marks = list_##set(out->mark, carry.base, carry.marks);      \
                carry.base += 64;                                                      \
            }                                                                          \
            size = block_##set(raw, block, 64, out, &carry);                           \
        }                                                                              \
    done:                                                                              \
        *carries = carry;                                                              \
        return block;                                                                  \
    }                                                                                  \
    target static const char *masks_##set(const char *text, size_t count,              \
                                          FastMask *out, FastCarry *carry)                 \
    {                                                                                  \
        return loop_##set(false, text, count, out, carry);                             \
    }                                                                                  \
    target static const char *marks_##set(const char *text, size_t count,              \
                                          FastMask *out, FastCarry *carry)                 \
    {                                                                                  \
        return loop_##set(true, text, count, out, carry);                              \
    }                                                                                  \
    static const FastSet SET_##set = {masks_##set, marks_##set, single_##set};

/* The place of the lowest bit; any number for none. */
#define LOWEST_any(bits) __builtin_ctzll((bits) | UINT64_C(1) << 63)

/* ---- portable: eight bytes at a time ---- */

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
    return ~(((word & BASE_EACH_BYTE(0x7F)) + BASE_EACH_BYTE(0x7F)) | word) & BASE_EACH_BYTE(0x80);
}

static inline uint64_t equal_bytes(uint64_t word, char c)
{
    return zero_bytes(word ^ BASE_EACH_BYTE((unsigned char)c));
}

/* The top bits of eight bytes. */
static inline uint64_t gather_bytes(uint64_t word)
{
    return (word & BASE_EACH_BYTE(0x80)) * UINT64_C(0x0002040810204081) >> 56;
}

#define EQUAL_portable(v, c) equal_bytes(v, c)
#define EITHER_portable(a, b) ((a) | (b))
#define SPECIAL_portable(v) FOUR_EQUAL(portable, v)
#define LOWEST_portable(bits) LOWEST_any(bits)
#define WIDE_portable(v) (v)
#define ODD_portable(v) (zero_bytes((v) & BASE_EACH_BYTE(0xE0)) | equal_bytes(v, 0x7F) | (v))
#define PART_portable(of, i) (gather_bytes(of(portable, bytes.at[i])) << ((i) * 8))
#define GATHER_portable(of)                                                            \
    (PART_portable(of, 0) | PART_portable(of, 1) | PART_portable(of, 2) |              \
     PART_portable(of, 3) | PART_portable(of, 4) | PART_portable(of, 5) |              \
     PART_portable(of, 6) | PART_portable(of, 7))
FAST_LIST(portable, )
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
#define SPECIAL_sse2(v) FOUR_EQUAL(sse2, v)
#define LOWEST_sse2(bits) LOWEST_any(bits)
#define WIDE_sse2(v) (v)
#define ODD_sse2(v) _mm_cmpgt_epi8(_mm_set1_epi8(0x21), _mm_add_epi8(v, _mm_set1_epi8(1)))
#define PART_sse2(of, i)                                                               \
    ((uint64_t)(uint32_t)_mm_movemask_epi8(of(sse2, bytes.at[i])) << ((i) * 16))
#define GATHER_sse2(of) (PART_sse2(of, 0) | PART_sse2(of, 1) | PART_sse2(of, 2) | PART_sse2(of, 3))
FAST_LIST(sse2, )
FAST_LOOPS(sse2, )

/* Tuned for processors on which counting bits waits for nothing but its operand. */
#define AVX2 __attribute__((target("avx2,popcnt,bmi,tune=znver2")))

typedef struct Bytes_avx2 {
    __m256i at[2];
} Bytes_avx2;

AVX2 static inline Bytes_avx2 load_avx2(const char *text)
{
    const __m256i *from = (const __m256i *)(const void *)text;
    return (Bytes_avx2){{_mm256_loadu_si256(from), _mm256_loadu_si256(from + 1)}};
}

#define EQUAL_avx2(v, c) _mm256_cmpeq_epi8(v, _mm256_set1_epi8(c))
/* The four differ in their last four bits, by which the one is picked that a byte may be. */
#define FOUR_sse _mm_setr_epi8(1, 0, '"', '#', 0, 0, 0, '\'', 0, 0, 0, 0, '\\', 0, 0, 0)
#define SPECIAL_avx2(v)                                                                \
    _mm256_cmpeq_epi8(v, _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(FOUR_sse), v))
#define LOWEST_avx2(bits) _tzcnt_u64(bits)
#define WIDE_avx2(v) (v)
#define ODD_avx2(v)                                                                    \
    _mm256_cmpgt_epi8(_mm256_set1_epi8(0x21), _mm256_add_epi8(v, _mm256_set1_epi8(1)))
#define PART_avx2(of, i)                                                               \
    ((uint64_t)(uint32_t)_mm256_movemask_epi8(of(avx2, bytes.at[i])) << ((i) * 32))
#define GATHER_avx2(of) (PART_avx2(of, 0) | PART_avx2(of, 1))
FAST_LIST(avx2, AVX2)
FAST_LOOPS(avx2, AVX2)

/* One vector is a block, a test makes its bits at once, and marks are listed by sixteen. */
#define AVX512                                                                         \
    __attribute__((target("avx512f,avx512bw,avx512vbmi2,popcnt,bmi,tune=znver2")))

typedef __m512i Bytes_avx512;

AVX512 static inline Bytes_avx512 load_avx512(const char *text) { return _mm512_loadu_si512(text); }

#define EQUAL_avx512(v, c) _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(c))
#define SPECIAL_avx512(v)                                                              \
    _mm512_cmpeq_epi8_mask(v, _mm512_shuffle_epi8(_mm512_broadcast_i32x4(FOUR_sse), v))
#define WIDE_avx512(v) _mm512_movepi8_mask(v)
#define ODD_avx512(v)                                                                  \
    _mm512_cmpgt_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8(0x20)), _mm512_set1_epi8(0x5E))
#define GATHER_avx512(of) ((uint64_t)of(avx512, bytes))

AVX512 FAST_INLINE uint32_t *list_avx512(uint64_t bits, uint32_t base, uint32_t *out)
{
    static const uint8_t PLACES[64] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
        44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    uint32_t *end = out + __builtin_popcountll(bits);
    __m512i places = _mm512_maskz_compress_epi8(bits, _mm512_loadu_si512(PLACES));
    __m512i bases = _mm512_set1_epi32((int)base);
    for (;; out += 16) {
        __m512i some = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(places));
        _mm512_storeu_si512(out, _mm512_add_epi32(some, bases));
        if (out + 16 >= end)
            return end;
        places = _mm512_alignr_epi32(_mm512_setzero_si512(), places, 4);
    }
}
FAST_LOOPS(avx512, AVX512)

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
#define SPECIAL_neon(v) FOUR_EQUAL(neon, v)
#define LOWEST_neon(bits) LOWEST_any(bits)
#define WIDE_neon(v) vcgeq_u8(v, vdupq_n_u8(0x80))
#define ODD_neon(v) vorrq_u8(vcltq_u8(v, vdupq_n_u8(0x20)), vcgeq_u8(v, vdupq_n_u8(0x7F)))
#define GATHER_neon(of)                                                                \
    gather_neon(of(neon, bytes.at[0]), of(neon, bytes.at[1]), of(neon, bytes.at[2]),   \
                of(neon, bytes.at[3]))
FAST_LIST(neon, )
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
    case FAST_AVX512:
        return has(FAST_AVX2) && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512vbmi2");
#endif
    case FAST_NEON: return FAST_HAS_NEON;
    default: return false;
    }
}

static const char *const NAMES[] = {"best", "portable", "sse2", "avx2", "avx512", "neon"};

FastSimd fast_simd_named(const char *name)
{
    for (FastSimd simd = FAST_PORTABLE; name && simd <= FAST_NEON; simd++)
        if (strcmp(name, NAMES[simd]) == 0 && has(simd))
            return simd;
    return FAST_BEST;
}

const char *fast_simd_name(FastSimd simd) { return NAMES[simd]; }

FastSimd fast_simd_best(bool wide)
{
    FastSimd simd = FAST_NEON;
    while (!has(simd) || (simd == FAST_AVX512 && !wide))
        simd--;
    return simd;
}

const FastSet *fast_set(FastSimd simd)
{
    switch (simd) {
#if FAST_HAS_X86
    case FAST_SSE2: return &SET_sse2;
    case FAST_AVX2: return &SET_avx2;
    case FAST_AVX512: return &SET_avx512;
#endif
#if FAST_HAS_NEON
    case FAST_NEON: return &SET_neon;
#endif
    default: return &SET_portable;
    }
}
