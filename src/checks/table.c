/* Ids by what they stand for, and sequences of numbers under dense ids: see
 * table.h.  Tables stay half empty and probe linearly. */
#include "checks/table.h"

enum {
#ifdef PLIMSOLL_HOSTILE
    TABLE_FIRST_SLOTS = 2,
#else
    TABLE_FIRST_SLOTS = 64,
#endif
};

uint32_t hash_numbers(const uint32_t *items, uint32_t count)
{
    uint64_t hash = UINT64_C(0x9E3779B97F4A7C15) ^ count;
    for (uint32_t i = 0; i < count; i++) {
        hash = (hash ^ items[i]) * UINT64_C(0xD6E8FEB86659FD93);
        hash ^= hash >> 32;
    }
    return (uint32_t)hash;
}

/* The slot that holds what equals key, or the free one where it belongs. */
static inline uint32_t find_slot(const IdTable *table, const IdTraits *traits, const void *owner,
                          const void *key, uint32_t hash)
{
    uint32_t mask = table->slot_count - 1;
    uint32_t slot = hash & mask;
    while (table->slots[slot] && !traits->equal(owner, table->slots[slot] - 1, key))
        slot = (slot + 1) & mask;
    return slot;
}

static void grow(IdTable *table, const IdTraits *traits, const void *owner)
{
    uint32_t count = table->slot_count ? table->slot_count * 2 : TABLE_FIRST_SLOTS;
    uint32_t *slots = mem_resize(NULL, sizeof *slots * count);
    memset(slots, 0, sizeof *slots * count);
    for (uint32_t i = 0; i < table->slot_count; i++) {
        if (!table->slots[i])
            continue;
        uint32_t slot = traits->hash(owner, table->slots[i] - 1) & (count - 1);
        while (slots[slot])
            slot = (slot + 1) & (count - 1);
        slots[slot] = table->slots[i];
    }
    mem_free(table->slots);
    table->slots = slots;
    table->slot_count = count;
}

uint32_t id_find(const IdTable *table, const IdTraits *traits, const void *owner, const void *key,
                 uint32_t hash)
{
    if (!table->slot_count)
        return BASE_NONE;
    uint32_t found = table->slots[find_slot(table, traits, owner, key, hash)];
    return found ? found - 1 : BASE_NONE;
}

void id_add(IdTable *table, const IdTraits *traits, const void *owner, uint32_t id, uint32_t hash)
{
    if (table->used >= table->slot_count / 2)
        grow(table, traits, owner);
    uint32_t slot = hash & (table->slot_count - 1);
    while (table->slots[slot])
        slot = (slot + 1) & (table->slot_count - 1);
    table->slots[slot] = id + 1;
    table->used++;
}

uint32_t id_replace(IdTable *table, const IdTraits *traits, const void *owner, const void *key,
                    uint32_t id, uint32_t hash)
{
    if (table->slot_count) {
        uint32_t slot = find_slot(table, traits, owner, key, hash);
        if (table->slots[slot]) {
            uint32_t old = table->slots[slot] - 1;
            table->slots[slot] = id + 1;
            return old;
        }
    }
    id_add(table, traits, owner, id, hash);
    return BASE_NONE;
}

void id_table_free(IdTable *table)
{
    mem_free(table->slots);
    *table = (IdTable){0};
}

/* ---- sequences ---- */
static uint32_t seq_hash(const void *owner, uint32_t id)
{
    Seq seq = seq_at(owner, id);
    return hash_numbers(seq.at, seq.count);
}

/* Most are of two numbers or three: a loop is shorter than a call. */
static inline bool seq_equal(const void *owner, uint32_t id, const void *key)
{
    Seq seq = seq_at(owner, id);
    const Seq *wanted = key;
    if (seq.count != wanted->count)
        return false;
    for (uint32_t i = 0; i < seq.count; i++)
        if (seq.at[i] != wanted->at[i])
            return false;
    return true;
}

static const IdTraits SEQ_TRAITS = {seq_hash, seq_equal};

/* id_find for sequences, with nothing called through a pointer. */
static inline uint32_t seq_find_hashed(const SeqTable *table, const uint32_t *items,
                                       uint32_t count, uint32_t hash)
{
    Seq key = {items, count};
    if (!table->index.slot_count)
        return BASE_NONE;
    uint32_t found = table->index.slots[find_slot(&table->index, &SEQ_TRAITS, table, &key, hash)];
    return found ? found - 1 : BASE_NONE;
}

uint32_t seq_find(const SeqTable *table, const uint32_t *items, uint32_t count)
{
    return seq_find_hashed(table, items, count, hash_numbers(items, count));
}

uint32_t seq_intern(SeqTable *table, const uint32_t *items, uint32_t count)
{
    uint32_t hash = hash_numbers(items, count);
    uint32_t id = seq_find_hashed(table, items, count, hash);
    if (id != BASE_NONE)
        return id;
    for (uint32_t i = 0; i < count; i++)
        vec_push(&table->items, items[i]);
    vec_push(&table->ends, table->items.len);
    id_add(&table->index, &SEQ_TRAITS, table, table->ends.len - 1, hash);
    return table->ends.len - 1;
}

uint32_t seq_intern2(SeqTable *table, uint32_t first, uint32_t second)
{
    uint32_t items[2] = {first, second};
    return seq_intern(table, items, 2);
}

uint32_t seq_find2(const SeqTable *table, uint32_t first, uint32_t second)
{
    uint32_t items[2] = {first, second};
    return seq_find(table, items, 2);
}

void seq_table_clear(SeqTable *table)
{
    vec_clear(&table->items);
    vec_clear(&table->ends);
    if (table->index.used)
        memset(table->index.slots, 0, sizeof *table->index.slots * table->index.slot_count);
    table->index.used = 0;
}

void seq_table_free(SeqTable *table)
{
    vec_free(&table->items);
    vec_free(&table->ends);
    id_table_free(&table->index);
}
