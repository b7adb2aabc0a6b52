/* `plimsoll config`: the configuration that is in force, and who said what.
 *
 * The values are those that were given, as they were written; the keys are those of the
 * table.  As text it is a configuration again, with a comment behind each value. */
#include "cli/run.h"

#include "emit/render.h"
#include "cli/options.h"

#include <unistd.h>

typedef struct Row {
    const ConfigKey *key;
    const Given *given; /* NULL: what holds where nothing is said */
    Str usual;          /* then: the value; empty: there is none */
    bool first;         /* of its key */
} Row;

typedef struct RowList {
    VEC(Row) rows;
} RowList;

static void add_given(RowList *list, const Options *options, const ConfigKey *key, SetBy by,
                      uint32_t before)
{
    for (uint32_t i = 0; i < options->given.len; i++) {
        const Given *given = &options->given.at[i];
        if (given->key != key || given->by != by)
            continue;
        /* Of single values one counts: the flag's, and the last of each. */
        if (key->shape == CONFIG_TEXT)
            list->rows.len = before;
        Row row = {.key = key, .given = given, .first = list->rows.len == before};
        vec_push(&list->rows, row);
    }
}

static void gather(RowList *list, Options *options)
{
    for (size_t i = 0; i < config_key_count; i++) {
        const ConfigKey *key = &config_keys[i];
        uint32_t before = list->rows.len;
        add_given(list, options, key, SET_BY_CONFIG, before);
        add_given(list, options, key, SET_BY_FLAG, before);
        if (list->rows.len > before)
            continue;
        Row row = {.key = key, .usual = str_of(key->usual), .first = true};
        if (key->store == setting_kubernetes_version)
            row.usual = arena_format(&options->arena, "1.%u", options->schema.target.newest);
        vec_push(&list->rows, row);
    }
}

/* ---- YAML ---- */

/* Text that every reader takes as the same text without quotes, and versions, which ours
 * does. */
static bool is_plain(Str text)
{
    static const char *const WORDS[] = {"true", "false", "null", "yes", "no", "on", "y", "n"};
    if (!text.len || text.ptr[0] == '-' || text.ptr[text.len - 1] == ':')
        return false;
    for (size_t i = 0; i < BASE_COUNT(WORDS); i++)
        if (str_is(text, WORDS[i]))
            return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (!is_alnum(c) && c != '-' && c != '_' && c != '.' && c != '/')
            return false;
    }
    return true;
}

static void put_text(Buf *out, const ConfigKey *key, Str text)
{
    if (key->shape == CONFIG_ENTRIES || key->words || is_plain(text))
        buf_str(out, text);
    else
        buf_json(out, text);
}

static void put_origin(Buf *out, const Options *options, const Row *row)
{
    if (!row->given)
        buf_text(out, "the default");
    else if (row->given->by == SET_BY_FLAG)
        buf_text(out, row->key->option);
    else
        buf_format(out, "%.*s:%u", STR_ARG(options->config_path), (unsigned)row->given->line);
}

static void put_yaml(Buf *out, const Options *options, const RowList *list, bool comments)
{
    for (uint32_t i = 0; i < list->rows.len; i++) {
        const Row *row = &list->rows.at[i];
        const ConfigKey *key = row->key;
        bool single = key->shape == CONFIG_TEXT, unset = !row->given && !row->usual.len;
        if (unset && (single || !comments)) {
            if (comments)
                buf_format(out, "# %s is not set\n", key->name);
            continue;
        }
        if (row->first) {
            buf_format(out, "%s:", key->name);
            if (unset)
                buf_text(out, key->shape == CONFIG_RULES ? " {}" : " []");
            else if (!single)
                buf_byte(out, '\n');
        }
        if (!unset) {
            Str value = row->given ? row->given->value : row->usual;
            buf_text(out, single ? " " : key->shape == CONFIG_RULES ? "  " : "  - ");
            if (key->shape == CONFIG_RULES)
                buf_format(out, "%.*s: ", STR_ARG(row->given->name));
            put_text(out, key, value);
        }
        if (comments) {
            buf_text(out, "  # ");
            put_origin(out, options, row);
        }
        buf_byte(out, '\n');
    }
}

/* ---- JSON: a row for each value ---- */

static void put_json_value(Buf *out, const Row *row)
{
    bool unset = !row->given && !row->usual.len;
    Str value = row->given ? row->given->value : row->usual;
    member_key(out, "value");
    if (unset)
        buf_text(out, row->key->shape == CONFIG_TEXT    ? "null"
                      : row->key->shape == CONFIG_RULES ? "{}"
                                                        : "[]");
    else if (row->key->shape == CONFIG_ENTRIES || row->key->words == SETTING_WORDS_BOOL)
        buf_str(out, value);
    else
        buf_json(out, value);
}

static void put_json(Buf *out, const Options *options, const RowList *list)
{
    static const char *const FROM[] = {"default", "configuration", "flag"};
    buf_byte(out, '{');
    member_string_or_null(out, "configuration", options->config_path);
    buf_text(out, ",\n\"settings\":[");
    for (uint32_t i = 0; i < list->rows.len; i++) {
        const Row *row = &list->rows.at[i];
        const Given *given = row->given;
        buf_text(out, i ? ",\n{" : "\n{");
        member_string(out, "key", str_of(row->key->name));
        if (row->key->shape == CONFIG_RULES && given)
            member_string(out, "name", given->name);
        put_json_value(out, row);
        member_string(out, "from", str_of(FROM[given ? given->by : SET_BY_DEFAULT]));
        if (given && given->by == SET_BY_CONFIG) {
            member_string(out, "file", options->config_path);
            member_uint_or_null(out, "line", given->line, 0);
        }
        if (given && given->by == SET_BY_FLAG)
            member_string(out, "flag", str_of(row->key->option));
        buf_byte(out, '}');
    }
    buf_text(out, "\n]}\n");
}

const char *config_format(size_t i)
{
    static const char *const FORMATS[] = {"text", "json", "yaml"};
    return i < BASE_COUNT(FORMATS) ? FORMATS[i] : NULL;
}

int run_config(Options *options)
{
    Output output = output_of(options, "text");
    Out out;
    RowList list = {0};
    if (!output_open(&out, &output))
        return EXIT_TROUBLE;
    gather(&list, options);
    if (str_is(output.format, "json"))
        put_json(&out.buf, options, &list);
    else
        put_yaml(&out.buf, options, &list, str_is(output.format, "text"));
    vec_free(&list.rows);
    return output_close(&out, &output, "the configuration") ? EXIT_CLEAN : EXIT_TROUBLE;
}
