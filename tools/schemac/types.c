/* types.c: schemas/types/ to types, fields and their attributes.
 *
 * Every distinct type expression gets a number: the scalars first, in the order of
 * TypeKind, then the structs by name, then lists, maps and unions. */
#include "model.h"

#include <stdlib.h>
#include <string.h>

/* In the order of TypeKind in schema.h; write_tables.c has the compiler check it. */
static const struct { const char *word, *kind; } SCALARS[] = {
    {"any", "TYPE_ANY"},
    {"string", "TYPE_STRING"},
    {"bool", "TYPE_BOOL"},
    {"int32", "TYPE_INT32"},
    {"int64", "TYPE_INT64"},
    {"number", "TYPE_NUMBER"},
    {"bytes", "TYPE_BYTES"},
    {"time", "TYPE_TIME"},
    {"microtime", "TYPE_MICRO_TIME"},
    {"duration", "TYPE_DURATION"},
    {"quantity", "TYPE_QUANTITY"},
    {"int-or-string", "TYPE_INT_OR_STRING"},
};

static const struct { const char *word, *kind; } COMPOSITES[] = {
    {"list<", "TYPE_LIST"},
    {"map<", "TYPE_MAP"},
    {"or-array<", "TYPE_OR_ARRAY"},
    {"or-bool<", "TYPE_OR_BOOL"},
    {"or-strings<", "TYPE_OR_STRINGS"},
};

static const char *value_in_parentheses(Place place, const char *word)
{
    size_t len = strlen(word);
    const char *open = strchr(word, '(');
    if (!open || word[len - 1] != ')')
        refuse(place, "expected (…) at the end of %s", word);
    return copy(open + 1, len - (size_t)(open - word) - 2);
}

static void read_list_attribute(Attributes *attributes, Place place, const char *value)
{
    if (same(value, "atomic")) {
        attributes->list = 1;
    } else if (same(value, "set")) {
        attributes->list = 2;
    } else if (starts(value, "map(")) {
        attributes->list = 3;
        char *keys = (char *)value_in_parentheses(place, value);
        for (char *at = keys; *at;) {
            size_t len = strcspn(at, ",");
            if (attributes->key_count == MAX_KEYS)
                refuse(place, "more than %d keys of a list map", MAX_KEYS);
            attributes->keys[attributes->key_count++] = copy(at, len);
            at += len;
            at += *at == ',';
        }
    } else {
        refuse(place, "list=%s is not known", value);
    }
}

static void read_patch_attribute(Attributes *attributes, Place place, const char *value)
{
    const char *at = value;
    for (;;) {
        size_t len = strcspn(at, "+(");
        if (len == 5 && starts(at, "merge"))
            attributes->patch |= 1;
        else if (len == 7 && starts(at, "replace"))
            attributes->patch |= 2;
        else if (len == 10 && starts(at, "retainKeys"))
            attributes->patch |= 4;
        else
            refuse(place, "patch=%s is not known", value);
        at += len;
        if (*at == '(')
            attributes->merge_key = value_in_parentheses(place, at);
        if (*at != '+')
            return;
        at++;
    }
}

/* Takes one word into the attributes; false where it is not one of theirs. */
static bool read_attribute(Attributes *attributes, Place place, const char *word)
{
    const char *value;
    if ((value = after(word, "list"))) {
        read_list_attribute(attributes, place, value);
    } else if ((value = after(word, "map"))) {
        if (!same(value, "atomic") && !same(value, "granular"))
            refuse(place, "map=%s is not known", value);
        attributes->map = same(value, "atomic") ? 1 : 2;
    } else if ((value = after(word, "patch"))) {
        read_patch_attribute(attributes, place, value);
    } else if ((value = after(word, "go"))) {
        attributes->go = value;
    } else if (!after(word, "union")) {
        return false; /* unions are kept in the text form alone */
    }
    attributes->text = attributes->text ? joined("%s %s", attributes->text, word) : word;
    return true;
}

/* The number of these attributes; equal ones share one. */
static uint32_t add_attributes(Model *model, Attributes attributes)
{
    if (!attributes.text)
        return 0;
    uint32_t *known = map_at(&model->attribute_ids, attributes.text);
    if (known)
        return *known;
    uint32_t id = (uint32_t)model->attributes.len;
    *PUSH(&model->attributes) = attributes;
    map_put(&model->attribute_ids, attributes.text, id);
    return id;
}

static Type *read_type_row(Model *model, Type *last, const Row *row)
{
    const char *name = row->word[1];
    if (row->count < 2 || !same(row->word[0], "type"))
        refuse(row->place, "expected: type NAME, or a field indented by two spaces");
    Type *type = last && same(last->name, name) ? last : NULL;
    if (type && type->fields.len)
        refuse(row->place, "the type rows of %s must stand together", name);
    if (!type) {
        if (map_at(&model->type_ids, name))
            refuse(row->place, "%s is defined twice", name);
        map_put(&model->type_ids, name, (uint32_t)model->types.len);
        type = PUSH(&model->types);
        *type = (Type){.place = row->place, .name = name, .text = name, .kind = "TYPE_STRUCT"};
    }
    TypeForm form = {.versions = model->all};
    Attributes attributes = {0};
    for (size_t i = 2; i < row->count; i++) {
        const char *word = row->word[i];
        if (is_versions(word) && i + 1 == row->count)
            form.versions = read_versions(model, row->place, word);
        else if (same(word, "preserve-unknown"))
            type->preserves = true;
        else if (!read_attribute(&attributes, row->place, word))
            refuse(row->place, "unknown attribute of a type: %s", word);
    }
    if (type->versions & form.versions)
        refuse(row->place, "two rows of %s hold in one version", name);
    type->versions |= form.versions;
    form.attributes = add_attributes(model, attributes);
    *PUSH(&type->forms) = form;
    return type;
}

static void read_field_row(Model *model, Type *type, const Row *row)
{
    if (!type)
        refuse(row->place, "a field before any type");
    if (row->count < 2)
        refuse(row->place, "expected: FIELD TYPE");
    Field *last = type->fields.len ? &type->fields.at[type->fields.len - 1] : NULL;
    Field field = {.place = row->place, .name = row->word[0], .type_text = row->word[1],
                   .versions = type->versions};
    Attributes attributes = {0};
    for (size_t i = 2; i < row->count; i++) {
        const char *word = row->word[i];
        if (is_versions(word) && i + 1 == row->count)
            field.versions = read_versions(model, row->place, word);
        else if (same(word, "required"))
            field.documented = true;
        else if (!read_attribute(&attributes, row->place, word))
            refuse(row->place, "unknown attribute of a field: %s", word);
    }
    if (field.versions & ~type->versions)
        refuse(row->place, "%s has versions that %s does not have", field.name, type->name);
    field.attributes = add_attributes(model, attributes);
    if (last && same(last->name, field.name)) {
        last->more = true;
        for (size_t i = 0; i < type->fields.len; i++)
            if (same(type->fields.at[i].name, field.name) &&
                type->fields.at[i].versions & field.versions)
                refuse(row->place, "two rows of %s hold in one version", field.name);
    } else if (last && strcmp(last->name, field.name) > 0) {
        refuse(row->place, "%s must stand before %s: fields are sorted", field.name, last->name);
    }
    *PUSH(&type->fields) = field;
}

/* The number of a type expression; lists and the like are added when new. */
static uint32_t resolve(Model *model, Place place, const char *text)
{
    uint32_t *known = map_at(&model->type_ids, text);
    if (known)
        return *known;
    size_t len = strlen(text);
    for (size_t i = 0; i < sizeof COMPOSITES / sizeof *COMPOSITES; i++) {
        if (!starts(text, COMPOSITES[i].word) || text[len - 1] != '>')
            continue;
        size_t head = strlen(COMPOSITES[i].word);
        uint32_t element = resolve(model, place, copy(text + head, len - head - 1));
        uint32_t id = (uint32_t)model->types.len;
        *PUSH(&model->types) = (Type){.place = place, .text = text, .kind = COMPOSITES[i].kind,
                                      .element = element, .versions = model->all};
        map_put(&model->type_ids, text, id);
        return id;
    }
    refuse(place, "no type is called %s", text);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(((const Type *)a)->text, ((const Type *)b)->text);
}

static int by_pointer(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void gather_names(Model *model)
{
    Map seen = {0};
    for (size_t t = 0; t < model->types.len; t++) {
        Type *type = &model->types.at[t];
        for (size_t f = 0; f < type->fields.len; f++) {
            if (map_at(&seen, type->fields.at[f].name))
                continue;
            map_put(&seen, type->fields.at[f].name, 1);
            *PUSH(&model->names) = (char *)type->fields.at[f].name;
        }
    }
    if (model->names.len)
        qsort(model->names.at, model->names.len, sizeof *model->names.at, by_pointer);
    text_id(model, ""); /* the empty text is number 0 */
    place_names(model);
}

void read_types(Model *model)
{
    PUSH(&model->attributes); /* 0: none */
    for (size_t i = 0; i < sizeof SCALARS / sizeof *SCALARS; i++) {
        map_put(&model->type_ids, SCALARS[i].word, (uint32_t)i);
        *PUSH(&model->types) = (Type){.text = SCALARS[i].word, .kind = SCALARS[i].kind,
                                      .versions = model->all};
    }
    model->scalar_count = model->types.len;

    Names files = list_texts(model->folder, "types");
    for (size_t f = 0; f < files.len; f++) {
        Rows rows = read_rows(model->folder, files.at[f]);
        Type *type = NULL;
        for (size_t r = 0; r < rows.len; r++) {
            if (rows.at[r].indented)
                read_field_row(model, type, &rows.at[r]);
            else
                type = read_type_row(model, type, &rows.at[r]);
        }
    }
    model->struct_count = model->types.len - model->scalar_count;
    Type *structs = model->types.at + model->scalar_count;
    qsort(structs, model->struct_count, sizeof *structs, by_text);
    for (size_t i = 0; i < model->struct_count; i++)
        map_put(&model->type_ids, structs[i].name, (uint32_t)(model->scalar_count + i));

    size_t end = model->types.len; /* resolve adds behind it, and may move the array */
    for (size_t t = model->scalar_count; t < end; t++)
        for (size_t f = 0; f < model->types.at[t].fields.len; f++) {
            Field *field = &model->types.at[t].fields.at[f];
            field->type = resolve(model, field->place, field->type_text);
        }
    gather_names(model);
}
