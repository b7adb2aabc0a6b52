/* kinds.c: schemas/kinds.txt to one kind per group, version and kind, with a form
 * for each run of versions in which its verbs or subresources differ. */
#include "model.h"

#include <string.h>

static const char *const VERBS[] = {"create", "delete", "deletecollection", "get",
                                    "list",   "patch",  "update",           "watch"};

static uint32_t read_verbs(Place place, const char *value)
{
    uint32_t verbs = 0;
    for (const char *at = value; *at;) {
        size_t len = strcspn(at, ",");
        size_t i = 0;
        while (i < sizeof VERBS / sizeof *VERBS &&
               (strlen(VERBS[i]) != len || strncmp(VERBS[i], at, len) != 0))
            i++;
        if (i == sizeof VERBS / sizeof *VERBS)
            refuse(place, "unknown verb in %s", value);
        verbs |= UINT32_C(1) << i;
        at += len;
        at += *at == ',';
    }
    return verbs;
}

static void read_scope(Kind *kind, Place place, const char *value)
{
    if (same(value, "namespaced"))
        kind->scope = 1;
    else if (same(value, "cluster"))
        kind->scope = 2;
    else
        refuse(place, "scope=%s is not known", value);
}

static void read_word(Model *model, Kind *kind, KindForm *form, Place place, const char *word)
{
    const char *value;
    if ((value = after(word, "type"))) {
        uint32_t *type = map_at(&model->type_ids, value);
        if (!type)
            refuse(place, "no type is called %s", value);
        kind->type = *type;
    } else if ((value = after(word, "resource"))) {
        kind->resource = value;
    } else if ((value = after(word, "scope"))) {
        read_scope(kind, place, value);
    } else if ((value = after(word, "verbs"))) {
        form->verbs = read_verbs(place, value);
    } else if ((value = after(word, "subresources"))) {
        form->subresources = value;
    } else if ((value = after(word, "storage"))) {
        if (!same(value, "none"))
            refuse(place, "storage=%s is not known", value);
        kind->stored = false;
    } else if ((value = after(word, "subresource-only"))) {
        kind->subresource = true;
        form->subresources = value;
    } else if ((value = after(word, "list-of"))) {
        kind->list_of = value;
    } else if ((value = after(word, "defined"))) {
        form->defined = read_versions(model, place, value);
    } else if ((value = after(word, "served"))) {
        form->served = same(value, "none") ? 0 : read_versions(model, place, value);
    } else if ((value = after(word, "introduced"))) {
        kind->introduced = read_minor(place, value);
    } else if ((value = after(word, "deprecated"))) {
        kind->deprecated = read_minor(place, value);
    } else if ((value = after(word, "removed"))) {
        kind->removed = read_minor(place, value);
    } else if ((value = after(word, "replacement"))) {
        kind->replacement = value;
    } else {
        refuse(place, "unknown word in a kind row: %s", word);
    }
}

static void add_group(Model *model, const char *api_version)
{
    const char *slash = strchr(api_version, '/');
    name_number(&model->groups, slash ? copy(api_version, (size_t)(slash - api_version)) : "");
}

void read_kinds(Model *model)
{
    Rows rows = read_rows(model->folder, "kinds.txt");
    for (size_t r = 0; r < rows.len; r++) {
        const Row *row = &rows.at[r];
        if (row->count < 5 || !same(row->word[0], "kind"))
            refuse(row->place, "expected: kind GROUP-VERSION KIND type=NAME …");
        const char *key = joined("%s %s", row->word[1], row->word[2]);
        uint32_t *known = map_at(&model->kind_ids, key);
        Kind *kind;
        if (known) {
            kind = &model->kinds.at[*known];
        } else {
            map_put(&model->kind_ids, key, (uint32_t)model->kinds.len);
            kind = PUSH(&model->kinds);
            *kind = (Kind){.place = row->place, .api_version = row->word[1],
                           .kind = row->word[2], .stored = true};
            add_group(model, row->word[1]);
        }
        uint32_t type = kind->type;
        KindForm form = {0};
        for (size_t i = 3; i < row->count; i++)
            read_word(model, kind, &form, row->place, row->word[i]);
        if (known && type != kind->type)
            refuse(row->place, "%s has one type in all its rows", key);
        if (!form.defined || kind->defined & form.defined)
            refuse(row->place, "the defined= ranges of %s are missing or overlap", key);
        if (form.served & ~form.defined)
            refuse(row->place, "%s is served where it is not defined", key);
        kind->defined |= form.defined;
        kind->served |= form.served;
        if (form.verbs & 1)
            kind->creatable |= form.defined;
        *PUSH(&kind->forms) = form;
    }
}
