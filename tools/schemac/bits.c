/* bits.c: puts names where the numbers of those that stand together differ in their last
 * six bits, so that a mapping says in one word which fields it has: node_name_bit.
 *
 * Names are coloured: two of one struct never alike.  The largest structs come first, and
 * of the colours that are free the one that fewest names have, so that each is as frequent
 * as any other and hardly a byte is lost when names are laid out by them. */
#include "model.h"

#include <stdlib.h>
#include <string.h>

enum { COLOURS = 64, NO_COLOUR = 0xFF };

typedef struct Spread {
    Model *model;
    Map numbers;            /* of names, by their text */
    unsigned char *colour;  /* of each name */
    size_t used[COLOURS];   /* names that have it */
    const Type **structs;   /* the largest first */
    size_t struct_count;
} Spread;

static size_t name_of(Spread *spread, const Field *field)
{
    return *map_at(&spread->numbers, field->name);
}

static int by_size(const void *a, const void *b)
{
    const Type *one = *(const Type *const *)a, *other = *(const Type *const *)b;
    if (one->fields.len != other->fields.len)
        return one->fields.len > other->fields.len ? -1 : 1;
    return strcmp(one->text, other->text);
}

/* Marks the colours that names beside this one have, in any struct. */
static void mark_taken(Spread *spread, size_t name, bool taken[COLOURS])
{
    memset(taken, 0, COLOURS);
    for (size_t s = 0; s < spread->struct_count; s++) {
        const Type *type = spread->structs[s];
        bool has = false;
        for (size_t f = 0; f < type->fields.len && !has; f++)
            has = name_of(spread, &type->fields.at[f]) == name;
        for (size_t f = 0; f < type->fields.len && has; f++) {
            unsigned char colour = spread->colour[name_of(spread, &type->fields.at[f])];
            if (colour != NO_COLOUR)
                taken[colour] = true;
        }
    }
}

/* Where all are taken two names share one, and a look at the keys tells them apart. */
static void colour_name(Spread *spread, size_t name)
{
    bool taken[COLOURS];
    mark_taken(spread, name, taken);
    size_t best = 0;
    for (size_t c = 1; c < COLOURS; c++)
        if (taken[best] != taken[c] ? taken[best] : spread->used[c] < spread->used[best])
            best = c;
    spread->colour[name] = (unsigned char)best;
    spread->used[best]++;
}

/* The name that is placed with the fewest bytes lost.  What is lost is a text that nobody asks
 * for, and has at least the two bytes of a length. */
static size_t next_name(const Spread *spread, const bool *placed, size_t *gap)
{
    size_t best = 0;
    *gap = SIZE_MAX;
    for (size_t i = 0; i < spread->model->names.len; i++) {
        size_t lost = (spread->colour[i] - spread->model->text.len) % COLOURS;
        lost += lost == 1 ? COLOURS : 0;
        if (!placed[i] && lost < *gap) {
            best = i;
            *gap = lost;
        }
    }
    return best;
}

static void *zeroed(size_t count, size_t size)
{
    void *at = calloc(count + 1, size);
    if (!at)
        abort();
    return at;
}

void place_names(Model *model)
{
    size_t count = model->names.len;
    Spread spread = {.model = model, .colour = zeroed(count, 1),
                     .structs = zeroed(model->types.len, sizeof(Type *))};
    memset(spread.colour, NO_COLOUR, count);
    for (size_t i = 0; i < count; i++)
        map_put(&spread.numbers, model->names.at[i], (uint32_t)i);
    for (size_t t = 0; t < model->types.len; t++)
        if (model->types.at[t].fields.len)
            spread.structs[spread.struct_count++] = &model->types.at[t];
    qsort(spread.structs, spread.struct_count, sizeof *spread.structs, by_size);
    for (size_t s = 0; s < spread.struct_count; s++)
        for (size_t f = 0; f < spread.structs[s]->fields.len; f++) {
            size_t name = name_of(&spread, &spread.structs[s]->fields.at[f]);
            if (spread.colour[name] == NO_COLOUR)
                colour_name(&spread, name);
        }
    bool *placed = zeroed(count, sizeof *placed);
    for (size_t i = 0; i < count; i++) {
        size_t gap, name = next_name(&spread, placed, &gap);
        for (size_t lost = 0; lost < gap; lost++)
            *PUSH(&model->text) = lost == 0 ? (unsigned char)(gap - 2) : 0;
        text_id(model, model->names.at[name]);
        placed[name] = true;
    }
}
