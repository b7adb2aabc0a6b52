/* table.h: the two small tables that this room stands on.
 *
 * IdTable finds an id by what the id stands for; the owner keeps the things, the
 * table keeps only their numbers, four bytes a slot.
 * SeqTable gives equal sequences of numbers one dense id.  Label pairs (key,
 * value), label sets (pairs, ascending), classes (namespace, set), posting lists
 * (namespace, pair) and compiled selectors are all such sequences. */
#ifndef PLIMSOLL_CHECKS_TABLE_H
#define PLIMSOLL_CHECKS_TABLE_H

#include "base/base.h"

/* ---- hashes of numbers: two at a time, and in line, so that a row of known length needs no
 * loop ---- */
static inline uint64_t number_pair(uint32_t first, uint32_t second)
{
    return first | (uint64_t)second << 32;
}

static inline uint64_t hash_begin(uint32_t count)
{
    return UINT64_C(0x9E3779B97F4A7C15) ^ count;
}

static inline uint32_t hash_numbers(const uint32_t *items, uint32_t count)
{
    uint64_t hash = hash_begin(count);
    uint32_t i = 0;
    for (; i + 2 <= count; i += 2)
        hash = hash_mix(hash, number_pair(items[i], items[i + 1]));
    if (i < count)
        hash = hash_mix(hash, items[i]);
    return (uint32_t)hash;
}

/* ---- ids by what they stand for; a zeroed one is empty ---- */
typedef struct IdTable {
    uint32_t *slots; /* open addressing; id + 1 with the hash's upper bits above it, 0 is free */
    uint32_t slot_count; /* more than twice the greatest id that was added */
} IdTable;

/* How the owner hashes the thing behind an id, and compares it with a key. */
typedef struct IdTraits {
    uint32_t (*hash)(const void *owner, uint32_t id);
    bool (*equal)(const void *owner, uint32_t id, const void *key);
} IdTraits;

/* The id of what equals key, or BASE_NONE. */
uint32_t id_find(const IdTable *table, const IdTraits *traits, const void *owner, const void *key,
                 uint32_t hash);
/* Adds an id that is not in the table yet.  Ids are dense, or nearly so. */
void id_add(IdTable *table, const IdTraits *traits, const void *owner, uint32_t id, uint32_t hash);
/* Puts id in the place of an equal one; returns the one that was there, or BASE_NONE
 * after adding it. */
uint32_t id_replace(IdTable *table, const IdTraits *traits, const void *owner, const void *key,
                    uint32_t id, uint32_t hash);
void id_table_free(IdTable *table);

/* ---- sequences of numbers; a zeroed one is empty ---- */
typedef struct Seq {
    const uint32_t *at; /* good until the next seq_intern */
    uint32_t count;
} Seq;

typedef struct SeqTable {
    VEC(uint32_t) items;
    VEC(uint32_t) ends; /* of each sequence, in items */
    IdTable index;
} SeqTable;

/* Items may not lie in the table itself, whose memory moves. */
uint32_t seq_intern(SeqTable *table, const uint32_t *items, uint32_t count);
uint32_t seq_find(const SeqTable *table, const uint32_t *items, uint32_t count); /* or BASE_NONE */
/* The same for two numbers, which most sequences are. */
uint32_t seq_intern2(SeqTable *table, uint32_t first, uint32_t second);
uint32_t seq_find2(const SeqTable *table, uint32_t first, uint32_t second);
static inline Seq seq_at(const SeqTable *table, uint32_t id)
{
    uint32_t start = id ? table->ends.at[id - 1] : 0;
    const uint32_t *items = start ? table->items.at + start : table->items.at;
    return (Seq){items, table->ends.at[id] - start};
}
static inline uint32_t seq_count(const SeqTable *table) { return table->ends.len; }
/* Slots for so many sequences, and no more than pay if there are fewer in the end: an empty
 * table need not grow on the way. */
void seq_table_expect(SeqTable *table, uint32_t count);
void seq_table_clear(SeqTable *table); /* keeps the memory */
void seq_table_free(SeqTable *table);

#endif
