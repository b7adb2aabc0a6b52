/* guess.c: rows of what the walk expects, made when a field is met for the first time. */
#include "schema/guess.h"
#include "schema/walk.h"

Guesses *guesses_new(void)
{
    Guesses *guesses = mem_resize(NULL, sizeof *guesses);
    memset(guesses, 0, offsetof(Guesses, heads));
    guesses->at[0] = (Guess){.len = UINT32_MAX};
    guesses->heads[0] = (Next){&guesses->at[0], &guesses->at[0]};
    guesses->count = guesses->head_count = 1;
    return guesses;
}

Next *guess_add_type(Guesses *guesses, TypeId type)
{
    if (guesses->head_count == GUESS_TYPES)
        return &guesses->heads[0];
    Next *head = &guesses->heads[guesses->head_count];
    *head = guesses->heads[0];
    guesses->heads_of[type] = (uint16_t)guesses->head_count++;
    return head;
}

static void write_name(Guess *guess, Str name)
{
    guess->len = (uint32_t)name.len;
    guess->head = name.len < 8 ? schema_key(name.ptr, name.len) : guess_load(name.ptr);
    guess->tail = name.len < 8 ? 0 : guess_load(name.ptr + name.len - 8);
}

/* Of a struct or a list that is neither marked nor asked about as a whole only its parts count. */
static GuessForm form_of(const SchemaField *field)
{
    const SchemaType *row = &schema_types[field->type];
    if (field->judged)
        return GUESS_JUDGED;
    if (row->flags & (TYPE_IS_MARKED | TYPE_HAS_CALLS))
        return GUESS_OTHER;
    return row->kind == TYPE_STRUCT ? GUESS_STRUCT : row->kind == TYPE_LIST ? GUESS_LIST : GUESS_OTHER;
}

/* The field's only rule on its value, where it is one that server_allows knows. */
static uint16_t only_rule(const SchemaField *field)
{
    uint32_t only = 0;
    for (uint32_t row = field->rules;; row++) {
        const SchemaRule *rule = &schema_rule_rows[row];
        bool other = rule->verb != RULE_ENUM && rule->verb != RULE_RANGE;
        if (rule->verb == RULE_MUST || rule->verb == RULE_UNLESS)
            ; /* they ask whether there is a value at all */
        else if (only || other || row > UINT16_MAX)
            return 0;
        else
            only = row;
        if (rule->last)
            return (uint16_t)only;
    }
}

static void write_guess(Guess *guess, const SchemaField *field, uint32_t row, Guess *none)
{
    *guess = (Guess){
        .bit = node_name_bit(field->name),
        .next = {none, none},
        .name = field->name,
        .type = field->type,
        .outside = ~(uint32_t)field->versions,
        .field = (uint16_t)row,
        .rule = field->judged ? only_rule(field) : 0,
        .takes = field->judged || field->type >= TYPE_LIST ? 0 : walk_takes[field->type],
        .must = field->must,
        .form = (uint8_t)form_of(field),
    };
    write_name(guess, text_str(NULL, field->name));
}

Next *guess_learn(Guesses *guesses, Next *next, const SchemaField *field)
{
    uint32_t row = (uint32_t)(field - schema_fields);
    uint32_t slot = row * UINT32_C(2654435761) % GUESS_SLOTS;
    while (guesses->slots[slot] && guesses->at[guesses->slots[slot]].field != row)
        slot = (slot + 1) % GUESS_SLOTS;
    if (!guesses->slots[slot]) {
        if (guesses->count == GUESS_MOST || row > UINT16_MAX)
            return NULL;
        guesses->slots[slot] = (uint16_t)guesses->count++;
        write_guess(&guesses->at[guesses->slots[slot]], field, row, &guesses->at[0]);
    }
    Guess *guess = &guesses->at[guesses->slots[slot]];
    next->before = next->last;
    next->last = guess;
    return &guess->next;
}
