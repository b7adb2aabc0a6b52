/* links.c: schemas/links/ to rows of a verb, a target and arguments, of which each
 * is a path below the type or a word.  src/schema/links.h describes the text.
 *
 * A path is checked against the types that it leads through, in any version. */
#include "model.h"

#include <stdlib.h>
#include <string.h>

enum { STEP_END = 0, STEP_ITEMS = 1 };
#define STEP_KEYS UINT32_MAX

static bool kind_is(const Model *model, uint32_t type, const char *kind)
{
    return same(model->types.at[type].kind, kind);
}

/* Below type, the rest of the path must hold for at least one form of the field. */
static bool check_path(const Model *model, uint32_t type, const char *path, bool *nested)
{
    if (*path == '.' && path[1])
        path++;
    if (!*path)
        return true;
    if (starts(path, "[]"))
        return (kind_is(model, type, "TYPE_LIST") || kind_is(model, type, "TYPE_MAP")) &&
               check_path(model, model->types.at[type].element, path + 2, nested);
    if (starts(path, "{}"))
        return kind_is(model, type, "TYPE_MAP") && path[2] == 0;
    size_t len = strcspn(path, ".[{");
    const Type *row = &model->types.at[type];
    for (size_t i = 0; i < row->fields.len; i++)
        if (strlen(row->fields.at[i].name) == len &&
            strncmp(row->fields.at[i].name, path, len) == 0 &&
            check_path(model, row->fields.at[i].type, path + len, nested))
            return true;
    return false;
}

static uint32_t add_steps(Model *model, Place place, const char *path)
{
    uint32_t first = (uint32_t)model->link_steps.len;
    unsigned nesting = 0;
    const char *at = same(path, ".") ? "" : path;
    while (*at) {
        if (*at == '.') {
            at++;
        } else if (starts(at, "[]") || starts(at, "{}")) {
            if (++nesting > MAX_NESTING)
                refuse(place, "more than %d lists and maps in %s", MAX_NESTING, path);
            *PUSH(&model->link_steps) = *at == '[' ? STEP_ITEMS : STEP_KEYS;
            at += 2;
        } else {
            size_t len = strcspn(at, ".[{");
            *PUSH(&model->link_steps) = text_id(model, copy(at, len));
            at += len;
        }
    }
    *PUSH(&model->link_steps) = STEP_END;
    return first;
}

static LinkArg read_argument(Model *model, Type *type, Place place, const char *word)
{
    size_t len = strcspn(word, "=:");
    if (len == 0 || !word[len] || !word[len + 1])
        refuse(place, "expected KEY=PATH or KEY:WORD: %s", word);
    LinkArg arg = {.key = copy(word, len), .word = word[len] == ':'};
    arg.key_id = name_number(&model->link_keys, arg.key);
    const char *value = word + len + 1;
    if (arg.word) {
        arg.value = text_id(model, value);
        name_number(&model->link_words, value);
        return arg;
    }
    bool nested = false;
    uint32_t id = *map_at(&model->type_ids, type->name);
    if (!same(value, ".") && !check_path(model, id, value, &nested))
        refuse(place, "%s has no %s", type->name, value);
    arg.value = add_steps(model, place, value);
    return arg;
}

/* A row as it was read, kept with its type until all files are read. */
typedef struct Pending {
    Type *type;
    const Row *row;
} Pending;

/* Of the field that a path begins with; of one that begins with none, all bits. */
static uint64_t first_field(const Model *model, const LinkArg *arg)
{
    uint32_t step = model->link_steps.at[arg->value];
    bool field = step != STEP_END && step != STEP_ITEMS && step != STEP_KEYS;
    return field ? UINT64_C(1) << (step & 63) : UINT64_MAX;
}

static void add_row(Model *model, Type *type, const Row *row)
{
    LinkRow link = {.verb = name_number(&model->link_verbs, row->word[1])};
    for (size_t i = 2; i < row->count; i++) {
        const char *word = row->word[i];
        if (!strpbrk(word, "=:")) {
            if (i != 2)
                refuse(row->place, "the target stands behind the verb: %s", word);
            link.target = name_number(&model->link_targets, word);
            continue;
        }
        LinkArg arg = read_argument(model, type, row->place, word);
        for (size_t a = 0; a < link.arg_list.len; a++)
            if (link.arg_list.at[a].key_id == arg.key_id)
                refuse(row->place, "%s stands twice in a row", arg.key);
        *PUSH(&link.arg_list) = arg;
        link.given |= UINT64_C(1) << arg.key_id;
        if (!arg.word)
            link.fields |= first_field(model, &arg);
    }
    *PUSH(&model->links) = link;
}

void read_links(Model *model)
{
    name_number(&model->link_verbs, "none");
    name_number(&model->link_targets, "none");
    name_number(&model->link_keys, "none");
    PUSH(&model->links); /* 0: none */
    LIST(Pending) pending = {0};
    Names files = list_texts(model->folder, "links");
    for (size_t f = 0; f < files.len; f++) {
        Rows rows = read_rows(model->folder, files.at[f]);
        for (size_t r = 0; r < rows.len; r++) {
            const Row *row = &rows.at[r];
            if (row->indented || row->count < 2)
                refuse(row->place, "expected: TYPE VERB [TARGET] {KEY=PATH | KEY:WORD}");
            TypeRefs types = match_types(model, row->place, row->word[0]);
            for (size_t t = 0; t < types.len; t++)
                *PUSH(&pending) = (Pending){types.at[t], row};
        }
    }
    /* All rows of one type stand together. */
    for (size_t i = 0; i < pending.len; i++) {
        Type *type = pending.at[i].type;
        if (!type || type->links_first)
            continue;
        type->links_first = (uint32_t)model->links.len;
        for (size_t j = i; j < pending.len; j++)
            if (pending.at[j].type == type)
                add_row(model, type, pending.at[j].row);
        model->links.at[model->links.len - 1].last = true;
        uint64_t fields = 0, verbs = 0;
        for (size_t r = model->links.len; r-- > type->links_first;) {
            LinkRow *row = &model->links.at[r];
            row->all_fields = fields |= row->fields;
            row->all_verbs = verbs |= UINT64_C(1) << row->verb;
        }
    }
}
