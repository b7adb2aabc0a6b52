/* Generators: which ConfigMaps and Secrets a kustomization makes, and their keys.  Values are
 * not kept; those of a Secret are never shown. */
#include "cli/kustomize_reader.h"
#include "cli/options.h"

/* ---- generators ---- */
static void add_key(KustomizeReader *reader, KustomizeGenerator *generator, Str key, uint32_t node)
{
    PartKey it = {intern(&reader->tree->worker->strings, key), document_place(reader->doc, node),
                  BASE_NONE};
    vec_push(&generator->keys, it);
}

/* "KEY=VALUE" and "export"less lines, as Docker has them. */
static void read_env_file(KustomizeReader *reader, KustomizeGenerator *generator, Str path,
                          uint32_t node)
{
    FileText text = {0};
    if (file_read(&text, path.ptr)) {
        generator->filled = true;
        file_free(&text);
        return;
    }
    Str rest = str_slice(text.ptr, text.len);
    while (rest.len) {
        Str line = str_trim(str_until(&rest, '\n'));
        if (line.len && line.ptr[0] != '#')
            add_key(reader, generator, str_trim(str_until(&line, '=')), node);
    }
    file_free(&text);
}

static void read_env(KustomizeReader *reader, KustomizeGenerator *generator, uint32_t node)
{
    Str entry = reader_is_scalar(reader, node) ? reader_text(reader, node) : (Str){"", 0};
    if (!entry.len)
        return;
    NamedFile file = reader_look(reader, entry);
    if (reader_can_read(reader, &file, node, WANTED_DATA))
        read_env_file(reader, generator, file.path, node);
    else
        generator->filled = true;
}

static void read_file_key(KustomizeReader *reader, KustomizeGenerator *generator, uint32_t node)
{
    Str entry = reader_text(reader, node);
    size_t equals = str_find(entry, '=');
    Str path = equals < entry.len ? str_slice(entry.ptr + equals + 1, entry.len - equals - 1)
                                  : entry;
    Str key = equals < entry.len ? str_slice(entry.ptr, equals) : path_name(path);
    add_key(reader, generator, key, node);
    NamedFile file = reader_look(reader, path);
    if (reader_can_read(reader, &file, node, WANTED_DATA))
        reader_mark(reader, &file, INPUT_DATA);
}

static void read_literal(KustomizeReader *reader, KustomizeGenerator *generator, uint32_t node)
{
    Str entry = reader_text(reader, node);
    size_t equals = str_find(entry, '=');
    if (equals == entry.len || equals == 0) {
        reader_report(reader, node, "\"%.*s\" is not of the form KEY=VALUE",
               generator->secret ? 3 : (int)entry.len, generator->secret ? "***" : entry.ptr);
        return;
    }
    add_key(reader, generator, str_trim(str_slice(entry.ptr, equals)), node);
}

/* All but what names things and files: a value in the wrong place is secret too. */
static void hide_values(const KustomizeReader *reader, uint32_t generator)
{
    static const char *const OPEN[] = {"name", "namespace", "behavior", "files",
                                       "envs", "env",       "options",  "type"};
    EACH_ENTRY(reader, generator, key) {
        bool open = false;
        for (size_t i = 0; i < BASE_COUNT(OPEN); i++)
            open |= reader_is_key(node_str(reader->doc, key), str_of(OPEN[i]));
        if (!open)
            redact_value(reader->tree->worker->sources, reader->doc, key + 1);
    }
}

static void read_sources(KustomizeReader *reader, KustomizeGenerator *generator, uint32_t node,
                         Str key,
                         void (*read)(KustomizeReader *, KustomizeGenerator *, uint32_t))
{
    uint32_t list = reader_value(reader, node, key);
    if (!reader_is(reader, list, NODE_SEQ))
        return;
    EACH_ITEM(reader, list, at)
        if (reader_is_scalar(reader, at))
            read(reader, generator, at);
}

static void read_option_labels(const KustomizeReader *reader, uint32_t options,
                               KustomizeGenerator *generator)
{
    uint32_t labels = reader_value(reader, options, STR("labels"));
    if (!reader_is(reader, labels, NODE_MAP))
        return;
    EACH_ENTRY(reader, labels, key) {
        KustomizeLabel label = reader_label(reader, key);
        vec_push(&generator->labels, label);
    }
}

static void read_generator(KustomizeReader *reader, uint32_t node, bool secret)
{
    static const char *const BEHAVIORS[] = {"create", "merge", "replace"};
    uint32_t name = reader_value(reader, node, STR("name"));
    uint32_t options = reader_value(reader, node, STR("options"));
    Str behavior = reader_text_under(reader, node, STR("behavior"));
    KustomizeGenerator generator = {
        .secret = secret,
        .name = reader_text_under(reader, node, STR("name")),
        .ns = reader_text_under(reader, node, STR("namespace")),
        .place = document_place(reader->doc, reader_is_scalar(reader, name) ? name : node),
        .hashed = true,
    };
    if (secret)
        hide_values(reader, node);
    if (!generator.name.len) {
        reader_report(reader, node, "a generator needs a name");
        return;
    }
    for (size_t i = 0; i < BASE_COUNT(BEHAVIORS); i++)
        if (str_is(behavior, BEHAVIORS[i]))
            generator.behavior = (GeneratorBehavior)i;
    read_sources(reader, &generator, node, STR("files"), read_file_key);
    read_sources(reader, &generator, node, STR("literals"), read_literal);
    read_sources(reader, &generator, node, STR("envs"), read_env);
    uint32_t env = reader_value(reader, node, STR("env"));
    if (reader_is_scalar(reader, env))
        read_env(reader, &generator, env);
    if (reader_is(reader, options, NODE_MAP)) {
        generator.hashed = !reader_flag_under(reader, options, STR("disableNameSuffixHash"));
        read_option_labels(reader, options, &generator);
    }
    vec_push(&reader->into->generators, generator);
}

void kustomize_config_map(KustomizeReader *reader, uint32_t node) { read_generator(reader, node, false); }
void kustomize_secret(KustomizeReader *reader, uint32_t node) { read_generator(reader, node, true); }

void kustomize_generator_options(KustomizeReader *reader, uint32_t map)
{
    KustomizeGenerator all = {0};
    reader->into->no_hash = reader_flag_under(reader, map, STR("disableNameSuffixHash"));
    read_option_labels(reader, map, &all);
    for (uint32_t i = 0; i < all.labels.len; i++) {
        KustomizeLabel label = all.labels.at[i];
        vec_push(&reader->into->generator_labels, label);
    }
    vec_free(&all.labels);
}
