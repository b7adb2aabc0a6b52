/* hash.h: the hash of a field's name and of a kind, shared by the schema compiler,
 * which lays out the tables, and by the walk, which looks things up in them.
 *
 * It reads the first, the middle and the last eight bytes and the length, so that
 * a key costs a few instructions whatever its size.  Two names of one type
 * may therefore share a hash; the compiler shows that no built-in type has such a
 * pair, and lookup probes on, so that it would be slower there and not wrong. */
#ifndef PLIMSOLL_SCHEMA_HASH_H
#define PLIMSOLL_SCHEMA_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The tables are made on one machine and may run on another: bytes are read in
 * one order everywhere. */
static inline uint64_t schema_load64(const char *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap64(value);
#endif
    return value;
}

static inline uint32_t schema_load32(const char *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap32(value);
#endif
    return value;
}

static inline uint32_t schema_hash(const char *text, size_t len)
{
    uint64_t head, tail;
    if (len >= 8) {
        head = schema_load64(text) ^ schema_load64(text + len / 2 - 4) << 7;
        tail = schema_load64(text + len - 8);
    } else if (len >= 4) {
        head = schema_load32(text);
        tail = schema_load32(text + len - 4);
    } else if (len > 0) {
        head = (uint64_t)(unsigned char)text[0] | (uint64_t)(unsigned char)text[len / 2] << 8;
        tail = (unsigned char)text[len - 1];
    } else {
        return 0;
    }
    uint64_t mixed = (head ^ (tail << 31 | tail >> 33)) * UINT64_C(0x9E3779B97F4A7C15);
    mixed = (mixed ^ mixed >> 29 ^ len) * UINT64_C(0xBF58476D1CE4E5B9);
    return (uint32_t)(mixed >> 32);
}

/* Whether two texts of one length are the same.  Names are short, and a call would
 * cost more than the compare. */
static inline int schema_same(const char *a, const char *b, size_t len)
{
    if (len >= 8) {
        size_t at = 0;
        for (; at + 8 < len; at += 8)
            if (schema_load64(a + at) != schema_load64(b + at))
                return 0;
        return schema_load64(a + len - 8) == schema_load64(b + len - 8);
    }
    if (len >= 4)
        return schema_load32(a) == schema_load32(b) &&
               schema_load32(a + len - 4) == schema_load32(b + len - 4);
    return len == 0 || (a[0] == b[0] && a[len / 2] == b[len / 2] && a[len - 1] == b[len - 1]);
}

/* Where a hash's probing starts in a table of 1 << (32 - shift) slots. */
static inline uint32_t schema_slot(uint32_t hash, uint32_t multiplier, unsigned shift)
{
    return (hash * multiplier) >> shift;
}

/* Of an apiVersion and a kind together. */
static inline uint32_t schema_kind_hash(const char *api_version, size_t api_version_len,
                                        const char *kind, size_t kind_len)
{
    return schema_hash(api_version, api_version_len) * UINT32_C(0x85EBCA6B) ^
           schema_hash(kind, kind_len);
}

#endif
