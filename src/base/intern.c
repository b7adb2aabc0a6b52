/* Interned strings: each distinct string once, under a dense id.  Slots hold
 * id + 1; the hash is kept beside, so that growing never reads the strings. */
#include "base/base.h"

enum {
#ifdef PLIMSOLL_HOSTILE
    INTERNER_FIRST_SLOTS = 2,
#else
    INTERNER_FIRST_SLOTS = 1024,
#endif
};

static void interner_resize(Interner *interner, uint32_t slot_count)
{
    uint32_t *slots = mem_zeroed(sizeof *slots * slot_count);
    for (uint32_t id = 0; id < interner->strings.len; id++) {
        uint32_t slot = interner->hashes[id] & (slot_count - 1);
        while (slots[slot])
            slot = (slot + 1) & (slot_count - 1);
        slots[slot] = id + 1;
    }
    mem_free(interner->slots);
    interner->slots = slots;
    interner->slot_count = slot_count;
}

void interner_init(Interner *interner)
{
    *interner = (Interner){0};
    interner_resize(interner, INTERNER_FIRST_SLOTS);
    intern_hashed(interner, STR(""), str_hash(STR(""))); /* id 0 */
}

/* The slot that holds s, or the free one where it belongs. */
static inline uint32_t interner_slot(const Interner *interner, Str s, uint32_t hash)
{
    uint32_t mask = interner->slot_count - 1;
    uint32_t slot = hash & mask;
    for (uint32_t id; (id = interner->slots[slot]) != 0; slot = (slot + 1) & mask)
        if (interner->hashes[id - 1] == hash && interner->strings.at[id - 1].len == s.len &&
            bytes_same(interner->strings.at[id - 1].ptr, s.ptr, s.len))
            break;
    return slot;
}

BASE_APART
static uint32_t interner_add(Interner *interner, Str s, uint32_t hash, uint32_t slot)
{
    uint32_t id = interner->strings.len;
    uint32_t cap = interner->strings.cap;
    vec_push(&interner->strings, arena_str(&interner->text, s));
    if (interner->strings.cap != cap)
        interner->hashes =
            mem_resize(interner->hashes, sizeof *interner->hashes * interner->strings.cap);
    interner->hashes[id] = hash;
    interner->slots[slot] = id + 1;
    if (id + 1 > interner->slot_count / 2)
        interner_resize(interner, interner->slot_count * 2);
    return id;
}

static inline __attribute__((always_inline)) uint32_t find_or_add(Interner *interner, Str s,
                                                                  uint32_t hash)
{
    uint32_t slot = interner_slot(interner, s, hash), found = interner->slots[slot];
    return found ? found - 1 : interner_add(interner, s, hash, slot);
}

uint32_t intern_hashed(Interner *interner, Str s, uint32_t hash)
{
    return find_or_add(interner, s, hash);
}

uint32_t intern(Interner *interner, Str s)
{
    return s.len ? find_or_add(interner, s, str_hash(s)) : 0;
}

uint32_t interner_find(const Interner *interner, Str s)
{
    uint32_t found = interner->slots[interner_slot(interner, s, str_hash(s))];
    return found ? found - 1 : BASE_NONE;
}

void interner_clear(Interner *interner)
{
    arena_reset(&interner->text);
    vec_clear(&interner->strings);
    interner->round++;
    memset(interner->slots, 0, sizeof *interner->slots * interner->slot_count);
    intern_hashed(interner, STR(""), str_hash(STR("")));
}

void interner_free(Interner *interner)
{
    arena_free(&interner->text);
    vec_free(&interner->strings);
    mem_free(interner->slots);
    mem_free(interner->hashes);
    *interner = (Interner){0};
}
