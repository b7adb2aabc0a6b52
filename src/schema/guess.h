/* guess.h: which field comes next.  Internal to the walk.
 *
 * People and programs write the fields of a type mostly in one order.  So the walk keeps,
 * for each field of a built-in type that it has met, what it needs to know of it in one
 * small row, and which field followed it the last time.  A key that is the one expected
 * is known by its length and its bytes, with no hash, no probe and no look at the tables.
 * A guess is only where to look first: any other key is looked up as ever.
 *
 * Rows belong to one thread, which lends them to the worker that it reads into (SchemaTools),
 * and to one set of versions; they say nothing that hangs on a document. */
#ifndef PLIMSOLL_SCHEMA_GUESS_H
#define PLIMSOLL_SCHEMA_GUESS_H

#include "schema/table.h"

typedef struct Guess Guess;

/* What followed a field the last time, and another time before; never NULL. */
typedef struct Next {
    Guess *last, *before;
} Next;

enum { GUESS_OTHERS = 32 };

/* A type: what its mappings begin with, and what is where no guess was right. */
typedef struct GuessHead {
    Next first;
    uint32_t musts;       /* SchemaType.musts; UINT32_MAX: unknown */
    uint16_t others[GUESS_OTHERS]; /* by guess_slot: its last guess of that slot; 0: none */
} GuessHead;

/* What is done with a value by its type, where that is simple. */
typedef enum GuessForm {
    GUESS_OTHER,
    GUESS_STRUCT,  /* one of which nothing but its parts is asked, */
    GUESS_MARKED,  /* or one that has rows in schemas/links besides */
    GUESS_STRUCTS, /* a list of structs of which nothing but their parts is asked */
    GUESS_LIST,    /* another list, */
    GUESS_MAP,     /* and a map */
    GUESS_JUDGED,  /* SchemaField.judged */
} GuessForm;

struct Guess {
    uint64_t head, tail;  /* the name's first and last eight bytes; of a shorter one its
                             schema_key, and 0 */
    uint64_t bit;         /* node_name_bit */
    Next next;
    NameId name;
    TypeId type;
    uint32_t len;         /* bytes of the name; UINT32_MAX: no key's */
    uint16_t field;       /* row of schema_fields */
    uint16_t rule;        /* of schema_rule_rows: all that a value is held against, an enum or a
                             range; 0: nothing, or more */
    uint16_t parts;       /* of a struct, or of a list's structs: index in heads */
    uint8_t takes;        /* kinds of nodes that are right without a further look: bits of NodeKind */
    uint8_t must;         /* the server requires it */
    uint8_t form;         /* GuessForm */
};

enum { GUESS_MOST = 1024, GUESS_SLOTS = 2 * GUESS_MOST, GUESS_TYPES = 512 };

/* What is asked of first stands together, so that a small input touches few pages. */
typedef struct Guesses {
    struct Guesses *other;       /* of other versions; NULL: none */
    uint32_t versions;           /* in all of which the rows hold */
    uint32_t count, head_count;
    uint16_t heads_of[SCHEMA_STATIC_TYPES]; /* a type's index in heads; 0: none */
    uint16_t slots[GUESS_SLOTS]; /* rows by field; open addressing, 0 is free */
    GuessHead heads[GUESS_TYPES]; /* 0 is of types without guesses, and not written to */
    Guess at[GUESS_MOST];        /* 0 is no key's */
} Guesses;

/* Those for a set of versions, made where there are none; they become the list's first. */
Guesses *guesses_of(Guesses **list, uint32_t versions);
void guesses_free(Guesses *list);
/* The guess for a row of schema_fields, made where there is none, becomes what is expected
 * there.  NULL where the row does not hold in all versions, and where there are too many. */
Guess *guess_learn(Guesses *guesses, GuessHead *head, Next *next, const SchemaField *field);
uint32_t guess_add_type(Guesses *guesses, TypeId type);

/* What a mapping of that type may begin with. */
static inline GuessHead *guess_head(Guesses *guesses, TypeId type)
{
    uint32_t head = type < SCHEMA_STATIC_TYPES ? guesses->heads_of[type] : 0;
    if (!head && type < SCHEMA_STATIC_TYPES)
        head = guess_add_type(guesses, type);
    return &guesses->heads[head];
}

/* Whether the key is the one that was guessed. */
static inline bool guess_is(const Guess *guess, const Node *key)
{
    uint32_t len = guess->len;
    if (key->len != len)
        return false;
    if (len < 8)
        return schema_key(key->text, len) == guess->head;
    if (str_load8(key->text) != guess->head || str_load8(key->text + len - 8) != guess->tail)
        return false;
    return len <= 16 || bytes_same(text_bytes(NULL, guess->name), key->text, len);
}

static inline void guess_expect(Next *next, Guess *guess)
{
    next->before = next->last;
    next->last = guess;
}

/* The one before that, where that is right; it is expected from now on. */
static inline Guess *guess_again(Next *next, const Node *key)
{
    Guess *guess = next->before;
    if (!guess_is(guess, key))
        return NULL;
    guess_expect(next, guess);
    return guess;
}

static inline uint32_t guess_slot(const char *name, uint32_t len)
{
    return len == 0 ? 0 : (len + (unsigned char)name[0] * 5u + (unsigned char)name[len - 1]) % GUESS_OTHERS;
}

/* The type's guess that is right for a key though nobody expected it there, as from now on;
 * NULL: none is known. */
static inline Guess *guess_find(Guesses *guesses, GuessHead *head, Next *next, const Node *key)
{
    Guess *guess = &guesses->at[head->others[guess_slot(key->text, key->len)]];
    if (!guess_is(guess, key))
        return NULL;
    guess_expect(next, guess);
    return guess;
}

#endif
