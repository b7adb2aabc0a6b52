/* rules.c: schemas/rules/ and schemas/gates.txt, what servers demand of a field
 * beyond its type.  docs/schema-rules.md describes the text.
 *
 *   core.v1.ServiceSpec
 *     ports  must unless=type:ExternalName unless=clusterIP:None
 *
 * A row's clauses are put behind each form of the field, in the order of the text;
 * the walk reads them one after the other. */
#include "model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint32_t number_index(Model *model, Place place, const char *text, size_t len)
{
    if (len == 0)
        return UINT32_MAX; /* open */
    char *end, *digits = copy(text, len);
    errno = 0;
    long long value = strtoll(digits, &end, 10);
    if (*end || errno)
        refuse(place, "not a number: %s", digits);
    for (size_t i = 0; i < model->rule_numbers.len; i++)
        if (model->rule_numbers.at[i] == value)
            return (uint32_t)i;
    *PUSH(&model->rule_numbers) = value;
    return (uint32_t)(model->rule_numbers.len - 1);
}

static void read_bounds(Model *model, Rule *rule, Place place, const char *value)
{
    const char *dots = strstr(value, "..");
    if (!dots)
        refuse(place, "expected LOW..HIGH: %s", value);
    rule->a = number_index(model, place, value, (size_t)(dots - value));
    rule->b = number_index(model, place, dots + 2, strlen(dots + 2));
}

static void read_words(Model *model, Rule *rule, const char *value)
{
    rule->a = (uint32_t)model->rule_values.len;
    for (const char *at = value; *at;) {
        size_t len = strcspn(at, ",");
        *PUSH(&model->rule_values) = text_id(model, copy(at, len));
        rule->count++;
        at += len;
        at += *at == ',';
    }
}

/* Whether the path leads through fields that the types have in some version. */
static bool has_path(const Model *model, const Type *type, const char *path)
{
    size_t len = strcspn(path, ".");
    for (size_t i = 0; i < type->fields.len; i++) {
        const Field *field = &type->fields.at[i];
        if (strlen(field->name) == len && strncmp(field->name, path, len) == 0 &&
            (!path[len] || has_path(model, &model->types.at[field->type], path + len + 1)))
            return true;
    }
    return false;
}

static void read_unless(Model *model, Type *type, Rule *rule, Place place, const char *value)
{
    const char *colon = strchr(value, ':');
    const char *path = colon ? copy(value, (size_t)(colon - value)) : value;
    if (!has_path(model, type, path))
        refuse(place, "%s has no %s", type->name, path);
    rule->verb = RULE_UNLESS;
    rule->a = (uint32_t)model->rule_values.len;
    for (const char *at = path; *at; rule->count++) {
        size_t len = strcspn(at, ".");
        *PUSH(&model->rule_values) = text_id(model, copy(at, len));
        at += len;
        at += *at == '.';
    }
    rule->b = colon ? text_id(model, colon + 1) : 0; /* 0: given at all */
}

/* A form, and what is special about the kind's metadata: bits in count, as meta.c of the
 * validation reads them. */
static void read_names(Model *model, Rule *rule, Place place, const char *value)
{
    size_t len = strcspn(value, ",");
    rule->a = name_number(&model->formats, copy(value, len));
    for (value += len; *value; value += len) {
        len = strcspn(++value, ",");
        if (same(copy(value, len), "any-finalizer"))
            rule->count |= 1;
        else if (same(copy(value, len), "own-generation"))
            rule->count |= 2;
        else if (same(copy(value, len), "any-prefix"))
            rule->count |= 4;
        else
            refuse(place, "not known behind names=: %s", value);
    }
}

/* One clause; path is what stands behind the field's first step, or NULL. */
static Rule read_clause(Model *model, Type *type, Place place, const char *path, const char *word)
{
    Rule rule = {.versions = model->all};
    const char *value;
    if (same(word, "must")) {
        rule.verb = RULE_MUST;
        rule.a = path ? text_id(model, path) : 0;
    } else if ((value = after(word, "unless"))) {
        read_unless(model, type, &rule, place, value);
    } else if ((value = after(word, "enum"))) {
        rule.verb = RULE_ENUM;
        read_words(model, &rule, value);
    } else if ((value = after(word, "range"))) {
        rule.verb = RULE_RANGE;
        read_bounds(model, &rule, place, value);
    } else if ((value = after(word, "length"))) {
        rule.verb = RULE_LENGTH;
        read_bounds(model, &rule, place, value);
    } else if ((value = after(word, "format"))) {
        rule.verb = RULE_FORMAT;
        rule.a = name_number(&model->formats, value);
    } else if ((value = after(word, "unique"))) {
        rule.verb = RULE_UNIQUE;
        read_words(model, &rule, value);
    } else if ((value = after(word, "call"))) {
        rule.verb = RULE_CALL;
        rule.a = name_number(&model->calls, value);
    } else if ((value = after(word, "names"))) {
        rule.verb = RULE_NAMED_AS;
        read_names(model, &rule, place, value);
    } else if (same(word, "unvalidated")) {
        rule.verb = RULE_UNVALIDATED;
    } else if (same(word, "names-itself")) {
        rule.verb = RULE_NAMES_ITSELF;
    } else {
        refuse(place, "unknown rule: %s", word);
    }
    return rule;
}

static void add_field_rule(Type *type, Field *field, const Rule *rule)
{
    if (rule->verb == RULE_MUST && !field->must) {
        if (type->musts == 62)
            refuse(field->place, "more than 62 required fields in %s", type->name);
        field->must = ++type->musts;
    }
    *PUSH(&field->rule_list) = *rule;
}

static void read_rule_row(Model *model, Type *type, const Row *row)
{
    char *name = copy(row->word[0], strlen(row->word[0]));
    char *path = strchr(name, '.');
    bool whole = same(name, ".");
    if (path && !whole)
        *path++ = 0;
    else
        path = NULL;
    size_t end = row->count;
    uint32_t versions = model->all;
    if (is_versions(row->word[end - 1]))
        versions = read_versions(model, row->place, row->word[--end]);
    if (end < 2)
        refuse(row->place, "expected: FIELD RULE …");
    bool found = whole;
    unsigned must = 0;
    for (size_t i = 1; i < end; i++) {
        Rule rule = read_clause(model, type, row->place, path, row->word[i]);
        rule.versions = versions;
        if (whole) {
            if (rule.verb != RULE_CALL && rule.verb != RULE_NAMES_ITSELF &&
                rule.verb != RULE_NAMED_AS)
                refuse(row->place, "only call=, names= and names-itself stand behind a dot");
            *PUSH(&type->rule_list) = rule;
        }
        if (rule.verb == RULE_UNLESS && (i == 1 || !(same(row->word[i - 1], "must") ||
                                                     after(row->word[i - 1], "unless"))))
            refuse(row->place, "unless= follows must");
        for (size_t f = 0; f < type->fields.len && !whole; f++) {
            Field *field = &type->fields.at[f];
            if (!same(field->name, name))
                continue;
            found = true;
            if (must) /* all forms of a field share its number */
                field->must = must;
            add_field_rule(type, field, &rule);
            must = field->must;
        }
    }
    if (!found)
        refuse(row->place, "%s has no field %s", type->name, name);
}

void read_rules(Model *model)
{
    name_number(&model->calls, "none");
    name_number(&model->formats, "none");
    Names files = list_texts(model->folder, "rules");
    for (size_t f = 0; f < files.len; f++) {
        Rows rows = read_rows(model->folder, files.at[f]);
        TypeRefs types = {0};
        for (size_t r = 0; r < rows.len; r++) {
            const Row *row = &rows.at[r];
            if (!row->indented) {
                if (row->count != 1)
                    refuse(row->place, "expected a type's name alone");
                types = match_types(model, row->place, row->word[0]);
                continue;
            }
            if (types.len == 0)
                refuse(row->place, "a rule before any type");
            for (size_t t = 0; t < types.len; t++)
                read_rule_row(model, types.at[t], row);
        }
    }
}

/* How a server treats a field whose gate is off, in the order of GateEffect. */
static const char *const EFFECTS[] = {"dropped", "refused", "parent", "reset", "some"};

static void read_gate_row(Model *model, const Row *row)
{
    const char *off = row->count > 3 ? after(row->word[3], "off") : NULL;
    const char *effect = row->count > 4 ? after(row->word[4], "effect") : EFFECTS[0];
    char *dot = row->count > 3 ? strrchr(row->word[1], '.') : NULL;
    if (!same(row->word[0], "gate") || !off || !effect || !dot || row->count > 5)
        refuse(row->place, "expected: gate TYPE.FIELD GATE off=VERSIONS [effect=EFFECT]");
    Rule rule = {.verb = RULE_GATE, .versions = read_versions(model, row->place, off),
                 .a = text_id(model, row->word[2])};
    while (rule.count < sizeof EFFECTS / sizeof *EFFECTS && !same(effect, EFFECTS[rule.count]))
        rule.count++;
    if (rule.count == sizeof EFFECTS / sizeof *EFFECTS)
        refuse(row->place, "effect=%s is not known", effect);
    const char *type_name = copy(row->word[1], (size_t)(dot - row->word[1]));
    uint32_t *type = map_at(&model->type_ids, type_name);
    if (!type)
        refuse(row->place, "no type is called %s", type_name);
    bool found = false;
    for (size_t f = 0; f < model->types.at[*type].fields.len; f++) {
        Field *field = &model->types.at[*type].fields.at[f];
        if (!same(field->name, dot + 1))
            continue;
        found = true;
        *PUSH(&field->rule_list) = rule;
    }
    if (!found)
        refuse(row->place, "%s has no field %s", type_name, dot + 1);
}

void read_gates(Model *model)
{
    Rows rows = read_rows(model->folder, "gates.txt");
    for (size_t r = 0; r < rows.len; r++)
        read_gate_row(model, &rows.at[r]);
}
