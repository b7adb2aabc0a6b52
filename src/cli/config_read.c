/* .plimsoll.yaml read by the table of its keys.  A mistake is shown at its line and ends the
 * run. */
#include "cli/options.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct ConfigReader {
    Setter setter;
    Document *doc;
    Diag *diag;
    Sources *sources;
} ConfigReader;

static void report(ConfigReader *reader, uint32_t node, const char *format, ...) BASE_PRINTF(3, 4);
static void report(ConfigReader *reader, uint32_t node, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Str text = arena_vformat(&reader->diag->arena, format, args);
    va_end(args);
    document_report(reader->diag, reader->doc, node, &rule_configuration, "%.*s", STR_ARG(text));
}

/* A scalar's text as it stands in the file: 1.30 is no number here. */
static bool scalar_text(ConfigReader *reader, uint32_t node, const char *what, Str *text)
{
    NodeKind kind = node_kind(reader->doc, node);
    if (kind == NODE_MAP || kind == NODE_SEQ || kind == NODE_NULL) {
        report(reader, node, "%s %s", what,
               kind == NODE_NULL ? "has no value" : "is one value, not a list or mapping");
        return false;
    }
    *text = node_str(reader->doc, node);
    for (size_t i = 0; i < text->len; i++)
        if ((unsigned char)text->ptr[i] < 0x20 || text->ptr[i] == 0x7F) {
            report(reader, node, "%s holds a control character", what);
            return false;
        }
    return true;
}

static void refused(ConfigReader *reader, uint32_t node, const char *key)
{
    report(reader, node, "%s: %.*s", key, STR_ARG(reader->setter.error));
}

/* Keeps what a key was given, for `plimsoll config`. */
static void note(ConfigReader *reader, const ConfigKey *key, Str name, uint32_t node, Str value)
{
    Options *options = reader->setter.options;
    if (!options->keep_given || reader->setter.in_entry)
        return;
    Given given = {
        .key = key,
        .name = arena_str(&options->arena, name),
        .value = arena_str(&options->arena, value),
        .by = SET_BY_CONFIG,
        .line = sources_locate(reader->sources, document_place(reader->doc, node)).line,
    };
    vec_push(&options->given, given);
}

static void read_text(ConfigReader *reader, const ConfigKey *key, uint32_t node, const char *what)
{
    Str text;
    if (!scalar_text(reader, node, what, &text))
        return;
    if (key->store(&reader->setter, text))
        note(reader, key, STR(""), node, text);
    else
        refused(reader, node, key->name);
}

static void read_list(ConfigReader *reader, const ConfigKey *key, uint32_t list)
{
    const Document *doc = reader->doc;
    for (uint32_t at = node_first(list); at < node_end(doc, list); at = node_after(doc, at))
        read_text(reader, key, at, "an entry of the list");
}

static void read_rules(ConfigReader *reader, const ConfigKey *key, uint32_t map)
{
    const Document *doc = reader->doc;
    for (uint32_t at = node_first(map); at < node_end(doc, map); at = node_after_entry(doc, at)) {
        Str rule = node_str(doc, at), level;
        bool wrong_rule;
        if (!scalar_text(reader, at + 1, "a rule's severity", &level))
            continue;
        if (setting_rule_severity(&reader->setter, rule, level, &wrong_rule))
            note(reader, key, rule, at, level);
        else
            refused(reader, wrong_rule ? at : at + 1, key->name);
    }
}

static void read_map(ConfigReader *reader, const ConfigKey *keys, size_t count, uint32_t map);

/* "a scope has name and paths": the keys of an entry, for messages. */
static void need_fields(ConfigReader *reader, const ConfigKey *key, uint32_t map)
{
    for (size_t i = 0; i < key->field_count; i++)
        if (key->fields[i].required) {
            uint32_t value = node_get_text(reader->doc, map, str_of(key->fields[i].name));
            if (value == BASE_NONE || node_kind(reader->doc, value) == NODE_NULL)
                report(reader, map, "%s: an entry needs %s", key->name, key->fields[i].name);
        }
}

static void read_entries(ConfigReader *reader, const ConfigKey *key, uint32_t list)
{
    const Document *doc = reader->doc;
    Arena *arena = &reader->setter.options->arena;
    for (uint32_t at = node_first(list); at < node_end(doc, list); at = node_after(doc, at)) {
        if (node_kind(doc, at) != NODE_MAP) {
            report(reader, at, "%s is %s", key->name, key->value);
            continue;
        }
        Place place = document_place(doc, at);
        reader->setter.offset = place.offset;
        reader->setter.size = place.length;
        key->begin(&reader->setter);
        reader->setter.in_entry = true;
        read_map(reader, key->fields, key->field_count, at);
        reader->setter.in_entry = false;
        need_fields(reader, key, at);
        if (reader->setter.options->keep_given) {
            Buf json = {0};
            emit_object_json(doc, at, arena, &json);
            note(reader, key, STR(""), at, buf_slice(&json));
            buf_free(&json);
        }
    }
}

static void read_key(ConfigReader *reader, const ConfigKey *key, uint32_t value)
{
    NodeKind kind = node_kind(reader->doc, value);
    static const NodeKind SHAPES[] = {
        [CONFIG_LIST] = NODE_SEQ, [CONFIG_RULES] = NODE_MAP, [CONFIG_ENTRIES] = NODE_SEQ};
    bool one = key->shape == CONFIG_TEXT || (key->shape == CONFIG_ONE_OR_MORE && kind != NODE_SEQ);
    if (one) {
        read_text(reader, key, value, key->name);
        return;
    }
    /* `exclude:` with all its entries commented out is an empty list. */
    if (kind == NODE_NULL)
        return;
    if (key->shape != CONFIG_ONE_OR_MORE && kind != SHAPES[key->shape]) {
        report(reader, value, "%s is %s", key->name, key->value);
        return;
    }
    switch (key->shape) {
    case CONFIG_TEXT: break;
    case CONFIG_ONE_OR_MORE:
    case CONFIG_LIST: read_list(reader, key, value); break;
    case CONFIG_RULES: read_rules(reader, key, value); break;
    case CONFIG_ENTRIES: read_entries(reader, key, value); break;
    }
}

static void read_map(ConfigReader *reader, const ConfigKey *keys, size_t count, uint32_t map)
{
    const Document *doc = reader->doc;
    for (uint32_t at = node_first(map); at < node_end(doc, map); at = node_after_entry(doc, at)) {
        Str name = node_str(doc, at);
        Guess guess = {.wrong = name};
        const ConfigKey *key = NULL;
        for (size_t i = 0; i < count && !key; i++) {
            if (str_is(name, keys[i].name))
                key = &keys[i];
            else
                guess_try(&guess, str_of(keys[i].name));
        }
        if (key)
            read_key(reader, key, at + 1);
        else
            report(reader, at, "unknown key \"%.*s\"%.*s", STR_ARG(name),
                   STR_ARG(guess_text(&guess, &reader->setter.options->arena)));
    }
}

/* An override that says nothing is a slip; one whose word was refused was told of. */
static void judge_overrides(ConfigReader *reader)
{
    const Options *options = reader->setter.options;
    bool told = reader->diag->findings.len > 0;
    for (uint32_t i = 0; i < options->overrides.len && !told; i++) {
        const PathOverride *override = &options->overrides.at[i];
        if (!override->rules.len && !override->has_target)
            diag_report(reader->diag, &rule_configuration,
                        (Place){.doc = reader->doc->source, .offset = override->offset,
                                .length = override->size},
                        "overrides: an entry needs rules or kubernetesVersion");
    }
}

/* requireReason may stand below the rows that it asks for a reason. */
static void judge_reasons(ConfigReader *reader)
{
    const Options *options = reader->setter.options;
    for (uint32_t i = 0; i < options->suppress.len && options->require_reason; i++) {
        const SuppressRule *row = &options->suppress.at[i];
        if (!row->reason.len)
            diag_report(reader->diag, &rule_configuration,
                        (Place){.doc = reader->doc->source, .offset = row->offset,
                                .length = row->size},
                        "suppress: the row gives no reason, and requireReason demands one");
    }
}

static void read_document(void *context, Document *doc, Diag *diag, Sources *sources)
{
    ConfigReader *reader = context;
    reader->doc = doc;
    reader->diag = diag;
    reader->sources = sources;
    reader->setter.options->config_doc = sources->docs.at[doc->source];
    if (node_kind(doc, doc->root) != NODE_MAP) {
        report(reader, doc->root, "the configuration is a mapping of keys to values");
        return;
    }
    read_map(reader, config_keys, config_key_count, doc->root);
    judge_reasons(reader);
    judge_overrides(reader);
}

static bool read_file(Options *options, Str cwd)
{
    Arena *arena = &options->arena;
    Str path = options->config_path, folder = path_folder(path, arena);
    PlaceMemo memo = {0};
    Str place = path_place(path_join(cwd, path, arena), false, &memo, arena);
    ConfigReader reader = {
        .setter = {.options = options,
                   .by = SET_BY_CONFIG,
                   .folder = str_is(folder, ".") ? (Str){"", 0} : folder,
                   .root = path_folder(place, arena)},
    };
    return strict_read(options, &(StrictFile){.path = path,
                                              .what = "the configuration",
                                              .rule = &rule_configuration,
                                              .read = read_document,
                                              .context = &reader});
}

bool config_read(Options *options)
{
    if (options->no_config) {
        if (options->config_path.len)
            cli_error("--config and --no-config contradict each other");
        return options->config_path.len == 0;
    }
    char *here = getcwd(NULL, 0);
    if (!here) {
        cli_error("the working directory: %s", strerror(errno));
        return false;
    }
    Str cwd = arena_str(&options->arena, str_of(here));
    free(here);
    if (!options->config_path.len) {
        Str found = {0};
        if (!config_find(options, cwd, &found))
            return false;
        if (!found.len)
            return true;
        options->config_path = path_relative(found, cwd, &options->arena);
    }
    return read_file(options, cwd);
}
