/* guess.c: rows of what the walk expects, made when a field is met for the first time. */
#include "schema/guess.h"
#include "schema/walk.h"

static Guesses *guesses_new(uint32_t versions)
{
    Guesses *guesses = mem_resize(NULL, sizeof *guesses);
    memset(guesses, 0, offsetof(Guesses, heads));
    guesses->at[0] = (Guess){.len = UINT32_MAX};
    guesses->heads[0] = (GuessHead){.first = {&guesses->at[0], &guesses->at[0]}, .musts = UINT32_MAX};
    guesses->count = guesses->head_count = 1;
    guesses->versions = versions;
    return guesses;
}

Guesses *guesses_of(Guesses **list, uint32_t versions)
{
    Guesses **at = list, *found;
    while (*at && (*at)->versions != versions)
        at = &(*at)->other;
    found = *at;
    if (found)
        *at = found->other;
    else
        found = guesses_new(versions);
    found->other = *list;
    *list = found;
    return found;
}

void guesses_free(Guesses *list)
{
    while (list) {
        Guesses *other = list->other;
        mem_free(list);
        list = other;
    }
}

uint32_t guess_add_type(Guesses *guesses, TypeId type)
{
    if (guesses->head_count == GUESS_TYPES)
        return 0;
    uint32_t head = guesses->head_count++;
    guesses->heads[head] = (GuessHead){.first = guesses->heads[0].first,
                                       .musts = schema_types[type].musts};
    guesses->heads_of[type] = (uint16_t)head;
    return head;
}

static void write_name(Guess *guess, Str name)
{
    guess->len = (uint32_t)name.len;
    guess->head = name.len < 8 ? schema_key(name.ptr, name.len) : str_load8(name.ptr);
    guess->tail = name.len < 8 ? 0 : str_load8(name.ptr + name.len - 8);
}

/* Of what is neither marked nor asked about as a whole only its parts count. */
static bool is_plain(const SchemaType *row) { return !(row->flags & (TYPE_IS_MARKED | TYPE_HAS_CALLS)); }

static GuessForm form_of(const SchemaField *field)
{
    const SchemaType *row = &schema_types[field->type];
    if (field->judged)
        return GUESS_JUDGED;
    if (row->kind == TYPE_STRUCT && (row->flags & TYPE_IS_MARKED) && !(row->flags & TYPE_HAS_CALLS))
        return GUESS_MARKED;
    if (!is_plain(row))
        return GUESS_OTHER;
    switch ((TypeKind)row->kind) {
    case TYPE_STRUCT: return GUESS_STRUCT;
    case TYPE_MAP: return GUESS_MAP;
    case TYPE_LIST:
        row = &schema_types[row->fields];
        return row->kind == TYPE_STRUCT && is_plain(row) ? GUESS_STRUCTS : GUESS_LIST;
    default: return GUESS_OTHER;
    }
}

/* The struct that the field's value is, or that the items of its list are. */
static uint32_t parts_of(Guesses *guesses, GuessForm form, TypeId type)
{
    if (form == GUESS_STRUCTS)
        type = schema_types[type].fields;
    else if (form != GUESS_STRUCT && form != GUESS_MARKED)
        return 0;
    return (uint32_t)(guess_head(guesses, type) - guesses->heads);
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

static void write_guess(Guesses *guesses, Guess *guess, const SchemaField *field, uint32_t row)
{
    GuessForm form = form_of(field);
    *guess = (Guess){
        .bit = node_name_bit(field->name),
        .next = guesses->heads[0].first,
        .name = field->name,
        .type = field->type,
        .field = (uint16_t)row,
        .rule = field->judged ? only_rule(field) : 0,
        .parts = (uint16_t)parts_of(guesses, form, field->type),
        .takes = field->judged || field->type >= TYPE_LIST ? 0 : walk_takes[field->type],
        .must = field->must != 0,
        .form = (uint8_t)form,
    };
    write_name(guess, text_str(NULL, field->name));
}

Guess *guess_learn(Guesses *guesses, GuessHead *head, Next *next, const SchemaField *field)
{
    uint32_t row = (uint32_t)(field - schema_fields);
    uint32_t slot = row * UINT32_C(2654435761) % GUESS_SLOTS;
    if (guesses->versions & ~(uint32_t)field->versions)
        return NULL;
    while (guesses->slots[slot] && guesses->at[guesses->slots[slot]].field != row)
        slot = (slot + 1) % GUESS_SLOTS;
    if (!guesses->slots[slot]) {
        if (guesses->count == GUESS_MOST || row > UINT16_MAX)
            return NULL;
        guesses->slots[slot] = (uint16_t)guesses->count++;
        write_guess(guesses, &guesses->at[guesses->slots[slot]], field, row);
    }
    Guess *guess = &guesses->at[guesses->slots[slot]];
    if (head != &guesses->heads[0]) {
        Str name = text_str(NULL, field->name);
        head->others[guess_slot(name.ptr, (uint32_t)name.len)] = guesses->slots[slot];
        guess_expect(next, guess);
    }
    return guess;
}
