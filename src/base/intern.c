/* Interned strings: each distinct string once, under a dense id.  A slot holds id + 1 and,
 * above it, the bits of the hash that its place does not say: what differs in them is
 * another string, and is passed without a look at it.  All hashes are kept, so that growing
 * never reads the strings.
 *
 * The table is as large as the input, and each look into it another line of far memory, as is
 * each look at the text of what it holds.  But names, namespaces and labels repeat within a
 * few objects, and most are short: a small table before it knows what was asked for of late,
 * with the text itself where that is of sixteen bytes at most. */
#include "base/base.h"

enum {
#ifdef PLIMSOLL_HOSTILE
    INTERNER_FIRST_SLOTS = 2,
#else
    INTERNER_FIRST_SLOTS = 256,
#endif
};
_Static_assert(INTERNER_RECENT == 1 << (32 - 24), "recent_of: by the hash's upper bits");

static void interner_resize(Interner *interner, uint32_t slot_count)
{
    uint32_t *slots = mem_zeroed(sizeof *slots * slot_count);
    uint32_t mask = slot_count - 1;
    for (uint32_t id = 0; id < interner->strings.len; id++) {
        uint32_t slot = interner->hashes.at[id] & mask;
        while (slots[slot])
            slot = (slot + 1) & mask;
        slots[slot] = (id + 1) | (interner->hashes.at[id] & ~mask);
    }
    mem_free(interner->slots);
    interner->slots = slots;
    interner->slot_count = slot_count;
}

static inline bool is_string(const Interner *interner, uint32_t id, Str s)
{
    const Str *held = &interner->strings.at[id];
    return held->len == s.len && bytes_same(held->ptr, s.ptr, s.len);
}

/* The slot that holds s, or the free one where it belongs. */
static inline uint32_t interner_slot(const Interner *interner, Str s, uint32_t hash)
{
    uint32_t mask = interner->slot_count - 1;
    uint32_t slot = hash & mask;
    for (uint32_t held; (held = interner->slots[slot]) != 0; slot = (slot + 1) & mask)
        if (((held ^ hash) & ~mask) == 0 && is_string(interner, (held & mask) - 1, s))
            break;
    return slot;
}

/* What a slot says, without the hash; BASE_NONE of a free one. */
static inline uint32_t slot_id(const Interner *interner, uint32_t slot)
{
    return (interner->slots[slot] & (interner->slot_count - 1)) - 1;
}

BASE_APART
static uint32_t interner_add(Interner *interner, Str s, uint32_t hash, uint32_t slot)
{
    uint32_t id = interner->strings.len;
    vec_push(&interner->strings, arena_str(&interner->text, s));
    vec_push(&interner->hashes, hash);
    interner->slots[slot] = (id + 1) | (hash & ~(interner->slot_count - 1));
    if (id + 1 >= interner->slot_count / 2)
        interner_resize(interner, interner->slot_count * 2);
    return id;
}

/* Id 0, as a row of zeroes in the table of what was asked for of late says. */
static void add_empty(Interner *interner)
{
    uint32_t hash = str_hash(STR(""));
    interner_add(interner, STR(""), hash, hash & (interner->slot_count - 1));
}

void interner_init(Interner *interner)
{
    *interner = (Interner){.recent = mem_zeroed(sizeof *interner->recent * INTERNER_RECENT)};
    interner_resize(interner, INTERNER_FIRST_SLOTS);
    add_empty(interner);
}

static inline InternRecent *recent_of(const Interner *interner, uint32_t hash)
{
    return &interner->recent[hash >> 24]; /* the table's slots are by the lower bits */
}

static inline bool is_recent(const InternRecent *recent, StrWords words, size_t len)
{
    return recent->words.low == words.low && recent->words.high == words.high &&
           recent->len == len;
}

/* Apart, so that what is short and was asked for of late needs no registers for it. */
BASE_APART
static uint32_t find_or_add(Interner *interner, Str s, uint32_t hash)
{
    StrWords words = str_words(s);
    InternRecent *recent = recent_of(interner, hash);
    if (is_recent(recent, words, s.len) && is_string(interner, recent->id, s))
        return recent->id;
    uint32_t slot = interner_slot(interner, s, hash), id = slot_id(interner, slot);
    if (id == BASE_NONE)
        id = interner_add(interner, s, hash, slot);
    *recent = (InternRecent){words, (uint32_t)s.len, id};
    return id;
}

static inline uint32_t intern_words(Interner *interner, Str s, StrWords words, uint32_t hash)
{
    const InternRecent *recent = recent_of(interner, hash);
    if (s.len <= STR_WORDS && is_recent(recent, words, s.len))
        return recent->id;
    return find_or_add(interner, s, hash);
}

uint32_t intern_hashed(Interner *interner, Str s, uint32_t hash)
{
    return intern_words(interner, s, str_words(s), hash);
}

uint32_t intern(Interner *interner, Str s)
{
    StrWords words = str_words(s);
    return intern_words(interner, s, words, str_words_hash(words, s.len));
}

uint32_t interner_find(const Interner *interner, Str s)
{
    return slot_id(interner, interner_slot(interner, s, str_hash(s)));
}

void interner_clear(Interner *interner)
{
    arena_reset(&interner->text);
    vec_clear(&interner->strings);
    vec_clear(&interner->hashes);
    interner->round++;
    memset(interner->slots, 0, sizeof *interner->slots * interner->slot_count);
    memset(interner->recent, 0, sizeof *interner->recent * INTERNER_RECENT);
    add_empty(interner);
}

void interner_free(Interner *interner)
{
    arena_free(&interner->text);
    vec_free(&interner->strings);
    mem_free(interner->slots);
    vec_free(&interner->hashes);
    mem_free(interner->recent);
    *interner = (Interner){0};
}
