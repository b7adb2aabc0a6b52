/* The JSON Schema of .plimsoll.yaml, from the table that reads it: docs/plimsoll.schema.json,
 * with which editors complete keys and values.
 *
 * It is of draft 7, which all editors know.  Where the reader takes any scalar as text, so does
 * the schema: 1.30 is a number to an editor. */
#include "cli/options.h"

/* Custom rules have a slash in their ids; which there are, only the reader knows. */
#define CUSTOM_ID "^[^/]+/[^/]+$"

static void put_string(Buf *out, const char *name, const char *value)
{
    buf_format(out, "\"%s\": ", name);
    buf_json(out, str_of(value));
}

static void put_line(Buf *out, unsigned depth)
{
    buf_byte(out, '\n');
    buf_repeat(out, ' ', (size_t)2 * depth);
}

static void put_words(Buf *out, const char *const *words)
{
    buf_text(out, "\"enum\": [");
    for (size_t i = 0; words[i]; i++) {
        buf_text(out, i ? ", " : "");
        buf_json(out, str_of(words[i]));
    }
    buf_byte(out, ']');
}

/* What one value may be. */
static void put_value(Buf *out, const ConfigKey *key)
{
    if (key->schema)
        buf_text(out, key->schema);
    else if (key->words == SETTING_WORDS_BOOL)
        buf_text(out, "\"type\": \"boolean\"");
    else if (key->words)
        put_words(out, key->words);
    else
        buf_text(out, "\"type\": [\"string\", \"number\", \"boolean\"]");
}

static void put_object(Buf *out, const ConfigKey *keys, size_t count, unsigned depth);

static void put_shape(Buf *out, const ConfigKey *key, unsigned depth)
{
    switch (key->shape) {
    case CONFIG_TEXT: put_value(out, key); break;
    case CONFIG_LIST:
        buf_text(out, "\"type\": [\"array\", \"null\"],");
        put_line(out, depth);
        buf_text(out, "\"items\": {");
        put_value(out, key);
        buf_byte(out, '}');
        break;
    case CONFIG_ONE_OR_MORE:
        buf_text(out, "\"anyOf\": [{");
        put_value(out, key);
        buf_text(out, "}, {\"type\": \"array\", \"items\": {");
        put_value(out, key);
        buf_text(out, "}}]");
        break;
    case CONFIG_RULES: buf_text(out, "\"allOf\": [{\"$ref\": \"#/definitions/severities\"}]"); break;
    case CONFIG_ENTRIES:
        buf_text(out, "\"type\": [\"array\", \"null\"],");
        put_line(out, depth);
        buf_text(out, "\"items\": {");
        if (key->schema) {
            put_line(out, depth + 1);
            buf_format(out, "%s,", key->schema);
        }
        put_object(out, key->fields, key->field_count, depth + 1);
        put_line(out, depth);
        buf_byte(out, '}');
        break;
    }
}

/* The description without the backticks and links of Markdown. */
static void put_description(Buf *out, const char *text)
{
    Buf plain = {0};
    for (const char *at = text; *at; at++)
        if (*at != '`')
            buf_byte(&plain, *at);
    buf_text(out, "\"description\": ");
    buf_json(out, buf_slice(&plain));
    buf_free(&plain);
}

/* The members of a mapping of keys, behind its brace. */
static void put_object(Buf *out, const ConfigKey *keys, size_t count, unsigned depth)
{
    bool any = false;
    put_line(out, depth);
    buf_text(out, "\"type\": \"object\",");
    put_line(out, depth);
    buf_text(out, "\"additionalProperties\": false,");
    for (size_t i = 0; i < count; i++)
        any |= keys[i].required;
    if (any) {
        put_line(out, depth);
        buf_text(out, "\"required\": [");
        for (size_t i = 0, named = 0; i < count; i++)
            if (keys[i].required)
                buf_format(out, "%s\"%s\"", named++ ? ", " : "", keys[i].name);
        buf_text(out, "],");
    }
    put_line(out, depth);
    buf_text(out, "\"properties\": {");
    for (size_t i = 0; i < count; i++) {
        put_line(out, depth + 1);
        buf_format(out, "\"%s\": {", keys[i].name);
        put_line(out, depth + 2);
        put_description(out, keys[i].text);
        buf_byte(out, ',');
        put_line(out, depth + 2);
        put_shape(out, &keys[i], depth + 2);
        if (keys[i].usual && keys[i].words != SETTING_WORDS_BOOL) {
            buf_byte(out, ',');
            put_line(out, depth + 2);
            put_string(out, "default", keys[i].usual);
        }
        put_line(out, depth + 1);
        buf_text(out, i + 1 < count ? "}," : "}");
    }
    put_line(out, depth);
    buf_byte(out, '}');
}

static void put_definitions(Buf *out)
{
    const RuleInfo *rule;
    buf_text(out, "  \"definitions\": {\n    \"severity\": {");
    put_words(out, SETTING_WORDS_LEVEL);
    buf_text(out, "},\n    \"origin\": {\"enum\": [");
    for (int i = 0; i <= ORIGIN_ADVICE; i++)
        buf_format(out, "%s\"%s\"", i ? ", " : "", origin_name((Origin)i));
    buf_text(out, "]},\n    \"rule\": {\"anyOf\": [{\"pattern\": \"" CUSTOM_ID "\", \"type\": "
                  "\"string\"}, {\"enum\": [");
    for (size_t i = 0; (rule = setting_rule(i)); i++)
        buf_format(out, "%s\n      \"%s\"", i ? "," : "", rule->id);
    buf_text(out, "\n    ]}]},\n    \"severities\": {\n      \"type\": [\"object\", \"null\"],\n"
                  "      \"additionalProperties\": false,\n      \"patternProperties\": {\""
                  CUSTOM_ID "\": {\"$ref\": \"#/definitions/severity\"}},\n"
                  "      \"properties\": {");
    for (int i = 0; i <= ORIGIN_ADVICE; i++)
        buf_format(out, "%s\n        \"%s\": {\"description\": \"all rules of this origin\", "
                        "\"allOf\": [{\"$ref\": \"#/definitions/severity\"}]}",
                   i ? "," : "", origin_name((Origin)i));
    for (size_t i = 0; (rule = setting_rule(i)); i++) {
        buf_format(out, ",\n        \"%s\": {", rule->id);
        put_description(out, rule->summary);
        buf_text(out, ", \"allOf\": [{\"$ref\": \"#/definitions/severity\"}]}");
    }
    buf_text(out, "\n      }\n    }\n  }");
}

void page_config_schema(Buf *out)
{
    buf_text(out, "{\n  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n"
                  "  \"title\": \"The configuration of plimsoll, .plimsoll.yaml\",");
    put_object(out, config_keys, config_key_count, 1);
    buf_text(out, ",\n");
    put_definitions(out);
    buf_text(out, "\n}\n");
}
