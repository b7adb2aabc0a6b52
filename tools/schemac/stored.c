/* stored.c: schemas/stored.txt, how Go writes a field, and schemas/defaults/, what a
 * server puts where nothing is given.  docs/normal-form.md describes both.
 *
 *   core.v1.ContainerPort
 *     protocol  TCP
 *
 * Both texts are for what comes behind the walk, so they have arrays of their own: a
 * default makes no check slower. */
#include "model.h"

#include <string.h>

static Type *find_type(Model *model, const Row *row)
{
    uint32_t *type = row->count == 1 ? map_at(&model->type_ids, row->word[0]) : NULL;
    if (!type)
        refuse(row->place, "no type is called %s", row->word[0]);
    return &model->types.at[*type];
}

static unsigned stored_word(Place place, const char *word)
{
    static const char *const WORDS[] = {"always", "pointer", "struct", "omitzero"};
    for (unsigned i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (same(word, WORDS[i]))
            return 1u << i;
    refuse(place, "not known of a stored field: %s", word);
}

void read_stored(Model *model)
{
    Rows rows = read_rows(model->folder, "stored.txt");
    Type *type = NULL;
    for (size_t r = 0; r < rows.len; r++) {
        const Row *row = &rows.at[r];
        if (!row->indented) {
            type = find_type(model, row);
            continue;
        }
        bool found = false;
        for (size_t f = 0; type && f < type->fields.len; f++) {
            Field *field = &type->fields.at[f];
            if (!same(field->name, row->word[0]))
                continue;
            found = true;
            for (size_t i = 1; i < row->count; i++)
                field->stored |= stored_word(row->place, row->word[i]);
        }
        if (!found)
            refuse(row->place, "no such field: %s", row->word[0]);
    }
}

static void add_default(const Model *model, Type *type, const Row *row)
{
    Default made = {row->word[0], row->word[1], model->all};
    if (row->count < 2 || row->count > 3)
        refuse(row->place, "expected: FIELD VALUE [VERSIONS]");
    if (row->count == 3)
        made.versions = read_versions(model, row->place, row->word[2]);
    for (size_t f = 0; f < type->fields.len; f++)
        if (same(type->fields.at[f].name, made.field)) {
            *PUSH(&type->defaults) = made;
            return;
        }
    refuse(row->place, "%s has no field %s", type->name, made.field);
}

void read_defaults(Model *model)
{
    Names files = list_texts(model->folder, "defaults");
    for (size_t f = 0; f < files.len; f++) {
        Rows rows = read_rows(model->folder, files.at[f]);
        TypeRefs types = {0};
        for (size_t r = 0; r < rows.len; r++) {
            const Row *row = &rows.at[r];
            if (!row->indented)
                types = match_types(model, row->place, row->word[0]);
            else if (types.len == 0)
                refuse(row->place, "a default before any type");
            for (size_t t = 0; row->indented && t < types.len; t++)
                add_default(model, types.at[t], row);
        }
    }
}
