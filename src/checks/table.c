/* Ids by what they stand for, and sequences of numbers under dense ids: see
 * table.h.  Tables stay half empty and probe linearly. */
#include "checks/table.h"

enum {
#ifdef PLIMSOLL_HOSTILE
    TABLE_FIRST_SLOTS = 2,
    TABLE_SMALL = 2,
#else
    TABLE_FIRST_SLOTS = 64,
    TABLE_SMALL = 1 << 14, /* slots: up to here it grows in larger steps */
#endif
};

/* ---- ids ---- */
/* The slot that holds what equals key, or the free one where it belongs.  A slot's upper
 * bits are those of the hash that its place does not say: what differs in them is another. */
static inline uint32_t find_slot(const IdTable *table, bool (*equal)(const void *, uint32_t, const void *),
                                 const void *owner, const void *key, uint32_t hash)
{
    uint32_t mask = table->slot_count - 1;
    uint32_t slot = hash & mask;
    for (uint32_t held; (held = table->slots[slot]) != 0; slot = (slot + 1) & mask)
        if (((held ^ hash) & ~mask) == 0 && equal(owner, (held & mask) - 1, key))
            break;
    return slot;
}

static void put(uint32_t *slots, uint32_t mask, uint32_t id, uint32_t hash)
{
    uint32_t slot = hash & mask;
    while (slots[slot])
        slot = (slot + 1) & mask;
    slots[slot] = (id + 1) | (hash & ~mask);
}

static void grow(IdTable *table, const IdTraits *traits, const void *owner, uint32_t id)
{
    uint32_t count = table->slot_count ? table->slot_count : TABLE_FIRST_SLOTS;
    while (id >= count / 2)
        count *= count < TABLE_SMALL ? 4 : 2;
    uint32_t *slots = mem_zeroed(sizeof *slots * count);
    for (uint32_t i = 0; i < table->slot_count; i++) {
        uint32_t old = table->slots[i] & (table->slot_count - 1);
        if (old)
            put(slots, count - 1, old - 1, traits->hash(owner, old - 1));
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
    uint32_t held = table->slots[find_slot(table, traits->equal, owner, key, hash)];
    return held ? (held & (table->slot_count - 1)) - 1 : BASE_NONE;
}

void id_add(IdTable *table, const IdTraits *traits, const void *owner, uint32_t id, uint32_t hash)
{
    if (id >= table->slot_count / 2)
        grow(table, traits, owner, id);
    put(table->slots, table->slot_count - 1, id, hash);
}

uint32_t id_replace(IdTable *table, const IdTraits *traits, const void *owner, const void *key,
                    uint32_t id, uint32_t hash)
{
    if (id >= table->slot_count / 2)
        grow(table, traits, owner, id);
    uint32_t mask = table->slot_count - 1;
    uint32_t slot = find_slot(table, traits->equal, owner, key, hash);
    uint32_t held = table->slots[slot];
    table->slots[slot] = (id + 1) | (hash & ~mask);
    return held ? (held & mask) - 1 : BASE_NONE;
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
static inline uint32_t find_hashed(const SeqTable *table, const uint32_t *items, uint32_t count,
                                   uint32_t hash)
{
    Seq key = {items, count};
    if (!table->index.slot_count)
        return BASE_NONE;
    uint32_t held = table->index.slots[find_slot(&table->index, seq_equal, table, &key, hash)];
    return held ? (held & (table->index.slot_count - 1)) - 1 : BASE_NONE;
}

static uint32_t add_hashed(SeqTable *table, const uint32_t *items, uint32_t count, uint32_t hash)
{
    for (uint32_t i = 0; i < count; i++)
        vec_push(&table->items, items[i]);
    vec_push(&table->ends, table->items.len);
    id_add(&table->index, &SEQ_TRAITS, table, table->ends.len - 1, hash);
    return table->ends.len - 1;
}

uint32_t seq_find(const SeqTable *table, const uint32_t *items, uint32_t count)
{
    return find_hashed(table, items, count, hash_numbers(items, count));
}

uint32_t seq_intern(SeqTable *table, const uint32_t *items, uint32_t count)
{
    uint32_t hash = hash_numbers(items, count);
    uint32_t id = find_hashed(table, items, count, hash);
    return id != BASE_NONE ? id : add_hashed(table, items, count, hash);
}

static inline uint32_t hash2(uint32_t first, uint32_t second)
{
    return (uint32_t)hash_mix(hash_begin(2), number_pair(first, second));
}

uint32_t seq_intern2(SeqTable *table, uint32_t first, uint32_t second)
{
    uint32_t items[2] = {first, second}, hash = hash2(first, second);
    uint32_t id = find_hashed(table, items, 2, hash);
    return id != BASE_NONE ? id : add_hashed(table, items, 2, hash);
}

uint32_t seq_find2(const SeqTable *table, uint32_t first, uint32_t second)
{
    uint32_t items[2] = {first, second};
    return find_hashed(table, items, 2, hash2(first, second));
}

void seq_table_expect(SeqTable *table, uint32_t count)
{
    uint32_t most = count < TABLE_SMALL ? count : TABLE_SMALL;
    if (!table->index.slot_count && most)
        grow(&table->index, &SEQ_TRAITS, table, most);
}

void seq_table_clear(SeqTable *table)
{
    if (table->ends.len)
        memset(table->index.slots, 0, sizeof *table->index.slots * table->index.slot_count);
    vec_clear(&table->items);
    vec_clear(&table->ends);
}

void seq_table_free(SeqTable *table)
{
    vec_free(&table->items);
    vec_free(&table->ends);
    id_table_free(&table->index);
}
