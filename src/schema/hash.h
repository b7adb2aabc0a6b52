/* hash.h: the hash of a field's name and of a kind, shared by the schema compiler,
 * which lays out the tables, and by the walk, which looks things up in them.
 *
 * A name's key is its first and its last four bytes and its length, so that it costs a
 * few instructions whatever the size; each type has a multiplier of its own that sends
 * its names' keys to different slots.  Two names of one type may share a key
 * (exclusiveMaximum and exclusiveMinimum do): lookup probes on, so that it is slower
 * there and not wrong. */
#ifndef PLIMSOLL_SCHEMA_HASH_H
#define PLIMSOLL_SCHEMA_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The tables are made on one machine and may run on another: bytes are read in
 * one order everywhere. */
static inline uint32_t schema_load32(const char *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap32(value);
#endif
    return value;
}

static inline uint64_t schema_key(const char *text, size_t len)
{
    if (len >= 4)
        return (schema_load32(text) | (uint64_t)schema_load32(text + len - 4) << 32) ^ len;
    if (len == 0)
        return 0;
    return (uint64_t)(unsigned char)text[0] | (uint64_t)(unsigned char)text[len / 2] << 8 |
           (uint64_t)(unsigned char)text[len - 1] << 16;
}

/* Where a key's probing starts in a table of 1 << (64 - shift) slots. */
static inline uint32_t schema_slot(uint64_t key, uint64_t multiplier, unsigned shift)
{
    return (uint32_t)(key * multiplier >> shift);
}

/* Of an apiVersion and a kind together. */
static inline uint32_t schema_kind_hash(const char *api_version, size_t api_version_len,
                                        const char *kind, size_t kind_len)
{
    uint64_t mixed = schema_key(api_version, api_version_len) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = ((mixed ^ mixed >> 32) + schema_key(kind, kind_len)) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(mixed >> 32);
}

#endif
