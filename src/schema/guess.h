/* guess.h: which field comes next.  Internal to the walk.
 *
 * People and programs write the fields of a type mostly in one order.  So the walk keeps,
 * for each field of a built-in type that it has met, what it needs to know of it in one
 * small row, and which field followed it the last time.  A key that is the one expected
 * is known by its length and its bytes, with no hash, no probe and no look at the tables.
 * A guess is only where to look first: any other key is looked up as ever.
 *
 * Rows belong to one worker, stay until its checker is freed, and say nothing that hangs
 * on a document. */
#ifndef PLIMSOLL_SCHEMA_GUESS_H
#define PLIMSOLL_SCHEMA_GUESS_H

#include "schema/table.h"

typedef struct Guess Guess;

/* What followed a field the last time, and another time before; never NULL. */
typedef struct Next {
    Guess *last, *before;
} Next;

/* What is done with a value by its type, where that is simple. */
typedef enum GuessForm {
    GUESS_OTHER,
    GUESS_STRUCT,  /* a struct or a list of which nothing but its parts is asked */
    GUESS_LIST,
    GUESS_JUDGED,  /* SchemaField.judged */
} GuessForm;

struct Guess {
    uint64_t head, tail;  /* the name's first and last eight bytes; of a shorter one its
                             schema_key, and 0 */
    uint64_t bit;         /* node_name_bit */
    Next next;
    NameId name;
    TypeId type;
    uint32_t outside;     /* versions in which the row of schema_fields does not hold */
    uint32_t len;         /* bytes of the name; UINT32_MAX: no key's */
    uint16_t field;       /* row of schema_fields */
    uint16_t rule;        /* of schema_rule_rows: all that a value is held against, an enum or a
                             range; 0: nothing, or more */
    uint8_t takes;        /* kinds of nodes that are right without a further look: bits of NodeKind */
    uint8_t must;         /* SchemaField.must */
    uint8_t form;         /* GuessForm */
};

enum { GUESS_MOST = 1024, GUESS_SLOTS = 2 * GUESS_MOST, GUESS_TYPES = 512 };

/* What is asked of first stands together, so that a small input touches few pages. */
typedef struct Guesses {
    uint16_t heads_of[SCHEMA_STATIC_TYPES]; /* a type's index in heads */
    uint16_t slots[GUESS_SLOTS]; /* rows by field; open addressing, 0 is free */
    uint32_t count, head_count;
    Next heads[GUESS_TYPES];     /* what a type's mappings begin with; 0 is of types without
                                    guesses, and not written to */
    Guess at[GUESS_MOST];        /* 0 is no key's */
} Guesses;

Guesses *guesses_new(void);
/* The guess for a row of schema_fields, made where there is none, becomes what is expected
 * there.  Returns what is expected behind it, or NULL where there are too many. */
Next *guess_learn(Guesses *guesses, Next *next, const SchemaField *field);

/* Whether it may learn what stands there. */
static inline bool guess_learns(const Guesses *guesses, const Next *next)
{
    return next != &guesses->heads[0];
}
Next *guess_add_type(Guesses *guesses, TypeId type);

/* What a mapping of that type may begin with. */
static inline Next *guess_first(Guesses *guesses, TypeId type)
{
    if (type >= SCHEMA_STATIC_TYPES)
        return &guesses->heads[0];
    uint32_t head = guesses->heads_of[type];
    return head ? &guesses->heads[head] : guess_add_type(guesses, type);
}

static inline uint64_t guess_load(const char *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

/* Whether the key is the one that was guessed. */
static inline bool guess_is(const Guess *guess, const Node *key)
{
    uint32_t len = guess->len;
    if (key->len != len)
        return false;
    if (len < 8)
        return schema_key(key->text, len) == guess->head;
    if (guess_load(key->text) != guess->head || guess_load(key->text + len - 8) != guess->tail)
        return false;
    return len <= 16 || bytes_same(text_bytes(NULL, guess->name), key->text, len);
}

#endif
