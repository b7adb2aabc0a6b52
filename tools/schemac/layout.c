/* layout.c: gives everything its place in the arrays: fields behind fields, a hash
 * table for each type's names, one for the kinds, the rules, arguments of links.
 *
 * A type's table is a power of two with room for at least twice its fields; the
 * first multiplier is taken that puts each name in a slot of its own, so that a
 * name that is there is found at the first look.  Names of one key, of which there are
 * next to none, stand one behind the other. */
#include "model.h"
#include "../../src/schema/hash.h"

#include <stdlib.h>
#include <string.h>

enum { SLOT_EMPTY = UINT16_MAX, MAX_TRIES = 200000 };

static uint64_t next_multiplier(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state | 1;
}

/* Fills slots with indices of keys, or says that two fell together that differ. */
static bool place_all(const uint64_t *keys, size_t count, uint64_t multiplier, unsigned shift,
                      uint16_t *slots)
{
    size_t size = (size_t)1 << (64 - shift);
    for (size_t i = 0; i < size; i++)
        slots[i] = SLOT_EMPTY;
    for (size_t i = 0; i < count; i++) {
        uint32_t slot = schema_slot(keys[i], multiplier, shift);
        for (; slots[slot] != SLOT_EMPTY; slot = (uint32_t)((slot + 1) & (size - 1)))
            if (keys[slots[slot]] != keys[i])
                return false;
        slots[slot] = (uint16_t)i;
    }
    return true;
}

static void lay_out_slots(Model *model, Type *type)
{
    enum { MOST = 4096 };
    const Field *firsts[MOST];
    uint64_t keys[MOST];
    uint16_t slots[MOST * 16];
    size_t count = 0;
    for (size_t i = 0; i < type->fields.len; i++) {
        const Field *field = &type->fields.at[i];
        if (i > 0 && same(field[-1].name, field->name))
            continue;
        if (count == MOST)
            refuse(type->place, "more than %d fields in %s", MOST, type->name);
        firsts[count] = field;
        keys[count++] = schema_key(field->name, strlen(field->name));
    }
    if (count == 0)
        return;
    type->slots_first = (uint32_t)model->slots.len;
    while ((size_t)1 << (64 - type->shift) < count * 2)
        type->shift--;
    /* A big type may ask for a table of twice the size. */
    for (unsigned wider = 0; wider < 3; wider++, type->shift--) {
        uint64_t state = 1;
        for (unsigned attempt = 0; attempt < MAX_TRIES; attempt++) {
            type->multiplier = next_multiplier(&state);
            if (!place_all(keys, count, type->multiplier, type->shift, slots))
                continue;
            size_t size = (size_t)1 << (64 - type->shift);
            for (size_t s = 0; s < size; s++)
                *PUSH(&model->slots) = slots[s] == SLOT_EMPTY
                                           ? (uint16_t)SLOT_EMPTY
                                           : (uint16_t)(firsts[slots[s]] - type->fields.at);
            return;
        }
    }
    refuse(type->place, "no multiplier keeps the fields of %s apart", type->name);
}

/* The kinds' table is probed onward, so two may fall together. */
static void lay_out_kinds(Model *model)
{
    size_t size = 2;
    model->kind_shift = 31;
    while (size < model->kinds.len * 2) {
        size *= 2;
        model->kind_shift--;
    }
    for (size_t i = 0; i < size; i++)
        *PUSH(&model->kind_slots) = SLOT_EMPTY;
    uint32_t forms = 0;
    for (size_t i = 0; i < model->kinds.len; i++) {
        Kind *kind = &model->kinds.at[i];
        uint32_t hash = schema_kind_hash(kind->api_version, strlen(kind->api_version), kind->kind,
                                         strlen(kind->kind));
        size_t slot = hash >> model->kind_shift;
        while (model->kind_slots.at[slot] != SLOT_EMPTY)
            slot = (slot + 1) & (size - 1);
        model->kind_slots.at[slot] = (uint16_t)i;
        kind->forms_first = forms;
        forms += (uint32_t)kind->forms.len;
    }
}

/* Rows of the rules; equal lists (of a field's forms) stand once. */
static uint32_t add_rules(Model *model, const Rule *rules, size_t count)
{
    if (count == 0)
        return 0;
    for (size_t at = 1; at + count <= model->rules.len; at++) {
        size_t i = 0;
        while (i < count) {
            const Rule *have = &model->rules.at[at + i], *want = &rules[i];
            if (have->verb != want->verb || have->count != want->count ||
                have->versions != want->versions || have->a != want->a || have->b != want->b ||
                have->last != (i + 1 == count))
                break;
            i++;
        }
        if (i == count)
            return (uint32_t)at;
    }
    uint32_t first = (uint32_t)model->rules.len;
    for (size_t i = 0; i < count; i++) {
        *PUSH(&model->rules) = rules[i];
        model->rules.at[first + i].last = i + 1 == count;
    }
    return first;
}

/* Whether all arguments of the row fall into gaps when it starts there. */
static bool args_fit(const Model *model, const LinkRow *row, size_t start)
{
    for (size_t i = 0; i < row->arg_list.len; i++) {
        size_t at = start + row->arg_list.at[i].key_id;
        if (at < model->link_args.len && model->link_args.at[at].key)
            return false;
    }
    return true;
}

/* No two rows start at the same place: an argument's distance from a start is then its key
 * for one row only.  Behind the last start stand as many gaps as there are keys. */
static void lay_out_links(Model *model)
{
    size_t start = 0;
    for (size_t r = 0; r < model->links.len; r++, start++) {
        LinkRow *row = &model->links.at[r];
        while (!args_fit(model, row, start))
            start++;
        row->args = (uint32_t)start;
        while (model->link_args.len < start + model->link_keys.len)
            *PUSH(&model->link_args) = (LinkArg){0};
        for (size_t i = 0; i < row->arg_list.len; i++)
            model->link_args.at[start + row->arg_list.at[i].key_id] = row->arg_list.at[i];
    }
}

void lay_out(Model *model)
{
    uint32_t fields = 0, forms = 1;
    PUSH(&model->rules); /* 0: none */
    for (int i = 0; i < 2; i++) /* what has no fields */
        *PUSH(&model->slots) = SLOT_EMPTY;
    for (size_t t = 0; t < model->types.len; t++) {
        Type *type = &model->types.at[t];
        type->shift = 63;
        if (t >= model->scalar_count && t < model->scalar_count + model->struct_count) {
            type->fields_first = fields;
            fields += (uint32_t)type->fields.len;
            lay_out_slots(model, type);
            bool plain = true;
            for (size_t i = 0; i < type->forms.len; i++)
                plain = plain && type->forms.at[i].attributes == 0;
            if (plain)
                type->forms.len = 0;
            type->forms_first = type->forms.len ? forms : 0;
            forms += (uint32_t)type->forms.len;
        }
        for (size_t i = 0; i < type->fields.len; i++) {
            Field *field = &type->fields.at[i];
            field->rules = add_rules(model, field->rule_list.at, field->rule_list.len);
            if (field->rules > UINT16_MAX)
                refuse(field->place, "more than %d rows of rules", UINT16_MAX);
        }
        type->rules_first = add_rules(model, type->rule_list.at, type->rule_list.len);
    }
    lay_out_kinds(model);
    lay_out_links(model);
}
