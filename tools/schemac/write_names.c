/* write_names.c: names.h, the numbers that code of other rooms may name. */
#include "model.h"

#include <ctype.h>

/* A name as the tail of a C identifier: what C does not allow becomes "_". */
static const char *mangled(const char *name)
{
    char *result = joined("%s", name);
    for (char *c = result; *c; c++)
        if (!isalnum((unsigned char)*c))
            *c = '_';
    return result;
}

static void write_constant(FILE *out, Map *seen, const char *prefix, const char *name,
                           uint32_t number)
{
    const char *identifier = joined("%s_%s", prefix, mangled(name));
    if (map_at(seen, identifier))
        refuse((Place){"schemas", 0}, "two names become %s", identifier);
    map_put(seen, identifier, 1);
    fprintf(out, "    %s = %u,\n", identifier, number);
}

static void write_list(FILE *out, Map *seen, const char *prefix, const Names *names)
{
    fputs("enum {\n", out);
    for (size_t i = 0; i < names->len; i++)
        write_constant(out, seen, prefix, names->at[i], (uint32_t)i);
    fprintf(out, "    %s_COUNT = %zu,\n};\n\n", prefix, names->len);
}

void write_names(Model *model, FILE *out)
{
    Map seen = {0};
    fputs("/* Generated from schemas/ by the schema compiler (tools/schemac.c). */\n"
          "#ifndef PLIMSOLL_GEN_NAMES_H\n#define PLIMSOLL_GEN_NAMES_H\n\n"
          "/* Sizes of the static tables. */\nenum {\n", out);
    fprintf(out, "    SCHEMA_STATIC_TYPES = %zu,\n", model->types.len);
    fprintf(out, "    SCHEMA_STATIC_TEXT = %zu, /* bytes, and the first number of a run's text */\n",
            model->text.len);
    fprintf(out, "    SCHEMA_STATIC_ATTRIBUTES = %zu,\n", model->attributes.len);
    fprintf(out, "    SCHEMA_STATIC_KINDS = %zu,\n", model->kinds.len);
    fprintf(out, "    SCHEMA_STATIC_GROUPS = %zu,\n", model->groups.len);
    fprintf(out, "    SCHEMA_KIND_SHIFT = %u,\n", model->kind_shift);
    fprintf(out, "    SCHEMA_TABLE_OLDEST = %u,\n    SCHEMA_TABLE_NEWEST = %u,\n};\n\n",
            model->oldest, model->newest);

    fputs("/* Names of fields: what the walk writes into keys. */\nenum {\n", out);
    for (size_t i = 0; i < model->names.len; i++)
        write_constant(out, &seen, "SCHEMA_NAME", model->names.at[i],
                       text_id(model, model->names.at[i]));
    fputs("};\n\n/* Types: what the walk writes into values. */\nenum {\n", out);
    for (size_t i = model->scalar_count; i < model->scalar_count + model->struct_count; i++)
        write_constant(out, &seen, "SCHEMA_TYPE", model->types.at[i].name, (uint32_t)i);
    fputs("};\n\n/* Verbs, targets and keys of schemas/links. */\n", out);
    write_list(out, &seen, "SCHEMA_LINK", &model->link_verbs);
    write_list(out, &seen, "SCHEMA_TARGET", &model->link_targets);
    write_list(out, &seen, "SCHEMA_KEY", &model->link_keys);
    fputs("/* And the words of their arguments, as numbers of texts. */\nenum {\n", out);
    for (size_t i = 0; i < model->link_words.len; i++)
        write_constant(out, &seen, "SCHEMA_WORD", model->link_words.at[i],
                       text_id(model, model->link_words.at[i]));
    fputs("};\n\n", out);
    fputs("/* Formats and functions that schemas/rules names. */\n", out);
    write_list(out, &seen, "SCHEMA_FORMAT", &model->formats);
    write_list(out, &seen, "SCHEMA_CALL", &model->calls);
    fputs("#define SCHEMA_CALLS(X)", out);
    for (size_t i = 1; i < model->calls.len; i++)
        fprintf(out, " X(%s)", mangled(model->calls.at[i]));
    fputs("\n#define SCHEMA_FORMATS(X)", out);
    for (size_t i = 1; i < model->formats.len; i++)
        fprintf(out, " X(%s)", mangled(model->formats.at[i]));
    fputs("\n\n#endif\n", out);
}
