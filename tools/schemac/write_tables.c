/* write_tables.c: tables.inc, the arrays of table.h as C, in the order of their
 * struct's members.  tables.c includes it once. */
#include "model.h"

#include <inttypes.h>

static const char *const RULE_NAMES[] = {
    "RULE_END", "RULE_MUST", "RULE_UNLESS", "RULE_ENUM", "RULE_RANGE", "RULE_LENGTH",
    "RULE_FORMAT", "RULE_UNIQUE", "RULE_GATE", "RULE_CALL",
    "RULE_NAMES_ITSELF", "RULE_NAMED_AS", "RULE_UNVALIDATED",
};

static void write_types(Model *model, FILE *out)
{
    for (size_t i = 0; i < model->scalar_count; i++)
        fprintf(out, "_Static_assert(%s == %zu, \"a scalar's number is its kind\");\n",
                model->types.at[i].kind, i);
    fprintf(out, "const SchemaType schema_types[SCHEMA_STATIC_TYPES] = {\n");
    for (size_t i = 0; i < model->types.len; i++) {
        const Type *type = &model->types.at[i];
        fprintf(out, "    {0x%" PRIX64 ", %s, 0%s%s%s, %u, %u, 0x%X, %u, %u, %zu, %u, %u, %u, %u, 0}, /* %zu %s */\n",
                type->multiplier, type->kind, type->links_first ? " | TYPE_IS_MARKED" : "",
                type->rules_first ? " | TYPE_HAS_CALLS" : "",
                type->preserves ? " | TYPE_PRESERVES" : "", type->shift, type->musts,
                type->versions, type->name ? text_id(model, type->name) : 0,
                type->name ? type->fields_first : type->element, type->fields.len,
                type->forms_first, type->slots_first, type->links_first,
                type->rules_first, i, type->text);
    }
    fprintf(out, "};\n\nconst SchemaTypeForm schema_type_forms[] = {\n    {0, 0, 0},\n");
    for (size_t i = 0; i < model->types.len; i++) {
        const Type *type = &model->types.at[i];
        for (size_t f = 0; f < type->forms.len; f++)
            fprintf(out, "    {0x%X, %d, %u},\n", type->forms.at[f].versions,
                    f + 1 < type->forms.len, type->forms.at[f].attributes);
    }
    fprintf(out, "};\n\n");
}

/* Whether one of its rules is about the value that stands there. */
static bool is_judged(const Field *field)
{
    for (size_t i = 0; i < field->rule_list.len; i++)
        if (field->rule_list.at[i].verb != RULE_MUST && field->rule_list.at[i].verb != RULE_UNLESS)
            return true;
    return false;
}

static void write_fields(Model *model, FILE *out)
{
    fprintf(out, "const SchemaField schema_fields[] = {\n");
    for (size_t t = 0; t < model->types.len; t++) {
        const Type *type = &model->types.at[t];
        if (type->fields.len)
            fprintf(out, "    /* %s */\n", type->name);
        for (size_t i = 0; i < type->fields.len; i++) {
            const Field *field = &type->fields.at[i];
            fprintf(out, "    {%u, %u, 0x%X, %u, %d, %d, %u, %d, %u}, /* %s */\n",
                    text_id(model, field->name), field->type, field->versions, field->must,
                    field->more, field->documented, field->attributes, is_judged(field),
                    field->rules, field->name);
        }
    }
    fprintf(out, "};\n\nconst uint8_t schema_stored[] = {");
    for (size_t t = 0, count = 0; t < model->types.len; t++)
        for (size_t i = 0; i < model->types.at[t].fields.len; i++, count++)
            fprintf(out, "%s%u,", count % 40 == 0 ? "\n    " : " ",
                    model->types.at[t].fields.at[i].stored);
    fprintf(out, "\n};\n\nconst uint16_t schema_slots[] = {");
    for (size_t i = 0; i < model->slots.len; i++)
        fprintf(out, "%s%u,", i % 20 == 0 ? "\n    " : " ", model->slots.at[i]);
    fprintf(out, "\n};\n\nconst SchemaAttributes schema_attributes[SCHEMA_STATIC_ATTRIBUTES] = {\n");
    for (size_t i = 0; i < model->attributes.len; i++) {
        const Attributes *row = &model->attributes.at[i];
        fprintf(out, "    {%u, %u, %u, %zu, {", row->list, row->map, row->patch, row->key_count);
        for (size_t k = 0; k < MAX_KEYS; k++)
            fprintf(out, "%s%u", k ? ", " : "", row->keys[k] ? text_id(model, row->keys[k]) : 0);
        fprintf(out, "}, %u, %u, %u},\n", row->merge_key ? text_id(model, row->merge_key) : 0,
                row->go ? text_id(model, row->go) : 0, row->text ? text_id(model, row->text) : 0);
    }
    fprintf(out, "};\n\n");
}

static uint32_t optional_text(Model *model, const char *text)
{
    return text ? text_id(model, text) : 0;
}

static void write_kinds(Model *model, FILE *out)
{
    fprintf(out, "const SchemaKind schema_kinds[SCHEMA_STATIC_KINDS] = {\n");
    for (size_t i = 0; i < model->kinds.len; i++) {
        const Kind *kind = &model->kinds.at[i];
        fprintf(out, "    {%u, %u, %u, %u, %u, %u, 0x%X, 0x%X, 0x%X, %u, 0%s%s, %u, %u, %u, %zu, %u},"
                " /* %s %s */\n",
                text_id(model, kind->api_version), text_id(model, kind->kind), kind->type,
                optional_text(model, kind->resource), optional_text(model, kind->replacement),
                optional_text(model, kind->list_of), kind->defined, kind->served, kind->creatable,
                kind->scope, kind->stored ? " | KIND_STORED" : "",
                kind->subresource ? " | KIND_SUBRESOURCE" : "", kind->introduced,
                kind->deprecated, kind->removed, kind->forms.len, kind->forms_first,
                kind->api_version, kind->kind);
    }
    fprintf(out, "};\n\nconst SchemaKindForm schema_kind_forms[] = {\n");
    for (size_t i = 0; i < model->kinds.len; i++) {
        const Kind *kind = &model->kinds.at[i];
        for (size_t f = 0; f < kind->forms.len; f++)
            fprintf(out, "    {0x%X, 0x%X, 0x%X, %u},\n", kind->forms.at[f].defined,
                    kind->forms.at[f].served, kind->forms.at[f].verbs,
                    optional_text(model, kind->forms.at[f].subresources));
    }
    fprintf(out, "};\n\nconst uint16_t schema_kind_slots[] = {");
    for (size_t i = 0; i < model->kind_slots.len; i++)
        fprintf(out, "%s%u,", i % 20 == 0 ? "\n    " : " ", model->kind_slots.at[i]);
    fprintf(out, "\n};\n\nconst TextId schema_groups[SCHEMA_STATIC_GROUPS] = {");
    for (size_t i = 0; i < model->groups.len; i++)
        fprintf(out, "%u, ", text_id(model, model->groups.at[i]));
    fprintf(out, "};\n\n");
}

static void write_rules(Model *model, FILE *out)
{
    fprintf(out, "const SchemaRule schema_rule_rows[] = {\n");
    for (size_t i = 0; i < model->rules.len; i++) {
        const Rule *rule = &model->rules.at[i];
        fprintf(out, "    {%s, %d, %u, 0x%X, %u, %u},\n", RULE_NAMES[rule->verb], rule->last,
                rule->count, rule->versions, rule->a, rule->b);
    }
    /* A zero stands at the end, since C has no empty arrays. */
    fprintf(out, "};\n\nconst uint32_t schema_rule_values[] = {");
    for (size_t i = 0; i < model->rule_values.len; i++)
        fprintf(out, "%u, ", model->rule_values.at[i]);
    fprintf(out, "0};\n\nconst int64_t schema_rule_numbers[] = {");
    for (size_t i = 0; i < model->rule_numbers.len; i++)
        fprintf(out, "INT64_C(%" PRId64 "), ", model->rule_numbers.at[i]);
    fprintf(out, "0};\n\n");
}

/* Row 0 is no default; the last of a type is flagged. */
static void write_defaults(Model *model, FILE *out)
{
    fprintf(out, "const SchemaDefault schema_default_rows[] = {\n    {0, 0, 0, 1},\n");
    for (size_t t = 0; t < model->types.len; t++) {
        const Type *type = &model->types.at[t];
        for (size_t i = 0; i < type->defaults.len; i++)
            fprintf(out, "    {%u, %u, 0x%X, %d}, /* %s %s */\n",
                    text_id(model, type->defaults.at[i].field),
                    text_id(model, type->defaults.at[i].value), type->defaults.at[i].versions,
                    i + 1 == type->defaults.len, type->name, type->defaults.at[i].field);
    }
    fprintf(out, "};\n\nconst uint16_t schema_type_defaults[SCHEMA_STATIC_TYPES] = {");
    unsigned first = 1;
    for (size_t t = 0; t < model->types.len; t++) {
        size_t count = model->types.at[t].defaults.len;
        fprintf(out, "%s%u,", t % 40 == 0 ? "\n    " : " ", count ? first : 0);
        first += (unsigned)count;
    }
    fprintf(out, "\n};\n\n");
}

static void write_links(Model *model, FILE *out)
{
    fprintf(out, "const struct LinkRow schema_link_rows[] = {\n");
    for (size_t i = 0; i < model->links.len; i++) {
        const LinkRow *row = &model->links.at[i];
        fprintf(out, "    {%u, %u, %u, %d, 0x%" PRIX64 ", 0x%" PRIX64 ", 0x%" PRIX64 ", 0x%" PRIX64
                "}, /* %s %s */\n",
                row->verb, row->target, row->args, row->last, row->given, row->fields,
                row->all_fields, row->all_verbs, model->link_verbs.at[row->verb],
                model->link_targets.at[row->target]);
    }
    fprintf(out, "};\n\nconst struct LinkArg schema_link_args[] = {\n");
    for (size_t i = 0; i < model->link_args.len; i++) {
        const LinkArg *arg = &model->link_args.at[i];
        fprintf(out, "    {%u, %d, %u}, /* %s */\n", arg->key_id, arg->word, arg->value,
                arg->key ? arg->key : "");
    }
    fprintf(out, "};\n\nconst uint32_t schema_link_steps[] = {");
    for (size_t i = 0; i < model->link_steps.len; i++)
        fprintf(out, "%s%uu,", i % 16 == 0 ? "\n    " : " ", model->link_steps.at[i]);
    fprintf(out, " 0};\n\nconst TextId schema_link_targets[SCHEMA_TARGET_COUNT] = {0, ");
    for (size_t i = 1; i < model->link_targets.len; i++)
        fprintf(out, "%u, ", text_id(model, model->link_targets.at[i]));
    fprintf(out, "};\n\n");
}

void write_tables(Model *model, FILE *out)
{
    fputs("/* Generated from schemas/ by the schema compiler (tools/schemac.c). */\n\n", out);
    write_types(model, out);
    write_fields(model, out);
    write_kinds(model, out);
    write_rules(model, out);
    write_defaults(model, out);
    write_links(model, out);
    /* Written last, when all texts are known. */
    fprintf(out, "const unsigned char schema_text[SCHEMA_STATIC_TEXT] = {");
    for (size_t i = 0; i < model->text.len; i++)
        fprintf(out, "%s%u,", i % 24 == 0 ? "\n    " : " ", model->text.at[i]);
    fprintf(out, "\n};\n");
}
