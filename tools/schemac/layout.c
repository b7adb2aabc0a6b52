/* layout.c: gives everything its place in the arrays: fields behind fields, a hash
 * table for each type's names, one for the kinds, the rules, arguments of links.
 *
 * A type's table is a power of two with room for at least twice its fields; the
 * first multiplier is taken that puts each name in a slot of its own, so that a
 * name that is there is found at the first look. */
#include "model.h"
#include "../../src/schema/hash.h"

#include <stdlib.h>
#include <string.h>

enum { SLOT_EMPTY = UINT16_MAX, MAX_TRIES = 200000 };

static uint32_t next_multiplier(uint32_t *state)
{
    *state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
    return *state | 1;
}

/* Fills slots with indices of hashes, or says that two fell together. */
static bool place_all(const uint32_t *hashes, size_t count, uint32_t multiplier, unsigned shift,
                      uint16_t *slots)
{
    size_t size = (size_t)1 << (32 - shift);
    for (size_t i = 0; i < size; i++)
        slots[i] = SLOT_EMPTY;
    for (size_t i = 0; i < count; i++) {
        uint32_t slot = schema_slot(hashes[i], multiplier, shift);
        if (slots[slot] != SLOT_EMPTY)
            return false;
        slots[slot] = (uint16_t)i;
    }
    return true;
}

static void lay_out_slots(Model *model, Type *type)
{
    enum { MOST = 4096 };
    const Field *firsts[MOST];
    uint32_t hashes[MOST];
    uint16_t slots[MOST * 16];
    size_t count = 0;
    for (size_t i = 0; i < type->fields.len; i++) {
        const Field *field = &type->fields.at[i];
        if (i > 0 && same(field[-1].name, field->name))
            continue;
        if (count == MOST)
            refuse(type->place, "more than %d fields in %s", MOST, type->name);
        firsts[count] = field;
        hashes[count++] = schema_hash(field->name, strlen(field->name));
    }
    type->slots_first = (uint32_t)model->slots.len;
    type->shift = 31;
    if (count == 0)
        return;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (hashes[i] == hashes[j])
                refuse(firsts[i]->place, "the hash of %s is that of %s: better hash.h",
                       firsts[i]->name, firsts[j]->name);
    while ((size_t)1 << (32 - type->shift) < count * 2)
        type->shift--;
    /* A big type may ask for a table of twice the size. */
    for (unsigned wider = 0; wider < 3; wider++, type->shift--) {
        uint32_t state = 1;
        for (unsigned attempt = 0; attempt < MAX_TRIES; attempt++) {
            type->multiplier = next_multiplier(&state);
            if (!place_all(hashes, count, type->multiplier, type->shift, slots))
                continue;
            size_t size = (size_t)1 << (32 - type->shift);
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
        size_t slot = schema_slot(hash, 1, model->kind_shift);
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
    for (size_t t = 0; t < model->types.len; t++) {
        Type *type = &model->types.at[t];
        type->shift = 31;
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
