/* Reading kustomization files.
 *
 * One table says which keys there are and what shape they have, as kustomize's own
 * types do (api/types/kustomization.go); it refuses what it does not know, and so do
 * we, at the line.  A path that cannot be read is an error where it is written. */
#include "cli/kustomize.h"
#include "cli/options.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

extern const Rule rule_kustomization;

typedef struct KustomizeReader {
    KustomizeTree *tree;
    Kustomization *into;
    const Document *doc;
} KustomizeReader;

static void load_child(KustomizeReader *reader, Str entry, uint32_t node, bool as_component);

/* ---- small things ---- */
bool kustomize_is_name(Str name)
{
    return name.len >= 13 && (name.ptr[0] == 'k' || name.ptr[0] == 'K') &&
           (str_is(name, "kustomization.yaml") || str_is(name, "kustomization.yml") ||
            str_is(name, "Kustomization"));
}

static Finding *report(const KustomizeReader *reader, uint32_t node, const char *format, ...)
    BASE_PRINTF(3, 4);
static Finding *report(const KustomizeReader *reader, uint32_t node, const char *format, ...)
{
    va_list args;
    Diag *diag = &reader->tree->worker->diag;
    va_start(args, format);
    Finding *finding = diag_vreport(diag, &rule_kustomization.info,
                                    document_place(reader->doc, node), format, args);
    va_end(args);
    if (!finding)
        return NULL;
    finding->object = BASE_NONE;
    finding->path = document_path(reader->doc, node, &diag->arena);
    finding->pointer = document_pointer(reader->doc, node, &diag->arena);
    return finding;
}

static void unfollowed(const KustomizeReader *reader, uint32_t node, const char *format, ...)
    BASE_PRINTF(3, 4);
static void unfollowed(const KustomizeReader *reader, uint32_t node, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Unfollowed it = {document_place(reader->doc, node),
                     arena_vformat(&reader->tree->arena, format, args)};
    va_end(args);
    vec_push(&reader->into->unfollowed, it);
}

static Str kept(const KustomizeReader *reader, uint32_t node)
{
    return arena_str(&reader->tree->arena, node_str(reader->doc, node));
}

static bool is_kind(const KustomizeReader *reader, uint32_t node, NodeKind kind)
{
    return node != BASE_NONE && node_kind(reader->doc, node) == kind;
}

static bool is_scalar_node(const KustomizeReader *reader, uint32_t node)
{
    NodeKind kind = node == BASE_NONE ? NODE_NULL : node_kind(reader->doc, node);
    return kind != NODE_NULL && kind != NODE_MAP && kind != NODE_SEQ;
}

/* kustomize reads its file with Go's decoder of JSON, which takes a key in any case. */
static bool is_key(Str name, Str key)
{
    size_t i = 0;
    for (; i < name.len && i < key.len; i++) {
        char c = name.ptr[i] >= 'A' && name.ptr[i] <= 'Z' ? (char)(name.ptr[i] | 0x20) : name.ptr[i];
        char k = key.ptr[i] >= 'A' && key.ptr[i] <= 'Z' ? (char)(key.ptr[i] | 0x20) : key.ptr[i];
        if (c != k)
            return false;
    }
    return name.len == key.len && i == key.len;
}

/* The value under a key of a mapping, or BASE_NONE. */
static uint32_t value_under(const KustomizeReader *reader, uint32_t map, Str key)
{
    const Document *doc = reader->doc;
    uint32_t found = BASE_NONE;
    for (uint32_t at = node_first(map); at < node_end(doc, map); at = node_after_entry(doc, at))
        if (is_key(node_str(doc, at), key))
            found = at + 1;
    return found;
}

/* The text under a key of a mapping, or empty. */
static Str text_under(const KustomizeReader *reader, uint32_t map, Str key)
{
    uint32_t value = value_under(reader, map, key);
    return is_scalar_node(reader, value) ? kept(reader, value) : (Str){"", 0};
}

static bool flag_under(const KustomizeReader *reader, uint32_t map, Str key)
{
    uint32_t value = value_under(reader, map, key);
    return is_kind(reader, value, NODE_BOOL) && node_bool(reader->doc, value);
}

/* ---- paths ---- */
static bool is_remote(Str path)
{
    static const char *const STARTS[] = {"git@", "git::", "github.com", "gitlab.com",
                                         "bitbucket.org", "ssh:", "file:"};
    for (size_t i = 0; i < BASE_COUNT(STARTS); i++)
        if (str_starts(path, str_of(STARTS[i])))
            return true;
    return str_contains(path, STR("://")) || str_contains(path, STR("?ref=")) ||
           str_contains(path, STR(".git/")) || str_ends(path, STR(".git"));
}

/* The path to open, as one would type it in the working directory. */
static Str path_of(const KustomizeReader *reader, Str entry)
{
    KustomizeTree *tree = reader->tree;
    Str joined = path_join(reader->into->folder, entry, &tree->arena);
    PlaceMemo memo = {0};
    struct stat status;
    if (stat(joined.ptr, &status))
        return joined;
    Str absolute = path_place(joined, S_ISDIR(status.st_mode), &memo, &tree->arena);
    return absolute.len ? path_relative(absolute, tree->cwd, &tree->arena) : joined;
}

typedef enum Wanted {
    WANTED_FILE,
    WANTED_ANY,  /* a folder will do */
    WANTED_DATA, /* what a generator reads is often made, or kept out of the repository */
} Wanted;

/* Whether a file that is named can be read; else it is told at the entry. */
static bool is_readable(const KustomizeReader *reader, Str entry, uint32_t node, Wanted wanted)
{
    Str path = path_of(reader, entry);
    struct stat status;
    bool folder_too = wanted == WANTED_ANY;
    int error = stat(path.ptr, &status) ? errno : access(path.ptr, R_OK) ? errno : 0;
    if (!error && S_ISDIR(status.st_mode) && !folder_too) {
        report(reader, node, "%.*s is a folder", STR_ARG(path));
        return false;
    }
    if (!error)
        return true;
    Arena *arena = &reader->tree->arena;
    Guess guess = {.best = error == ENOENT ? path_guess(path, arena) : (Str){0}};
    Finding *finding = report(reader, node, "%.*s: %s%.*s", STR_ARG(path), strerror(error),
                              STR_ARG(guess_text(&guess, arena)));
    if (finding && wanted == WANTED_DATA)
        diag_lower(&reader->tree->worker->diag, finding, SEVERITY_WARNING);
    return false;
}

/* The input that a path is; one that the walk did not meet is added. */
static uint32_t input_of(KustomizeTree *tree, Str path)
{
    struct stat status;
    if (stat(path.ptr, &status))
        return BASE_NONE;
    uint64_t key[2] = {(uint64_t)status.st_dev, (uint64_t)status.st_ino};
    uint32_t id = intern(&tree->files, str_slice((const char *)key, sizeof key));
    while (tree->file_inputs.len <= id)
        vec_push(&tree->file_inputs, BASE_NONE);
    if (tree->file_inputs.at[id] == BASE_NONE) {
        tree->file_inputs.at[id] = tree->inputs->inputs.len;
        Input input = {.path = arena_str(&tree->inputs->arena, path),
                       .argument = BASE_NONE,
                       .chart = BASE_NONE};
        vec_push(&tree->inputs->inputs, input);
    }
    return tree->file_inputs.at[id];
}

/* A file that is no manifest by itself: a patch, or something's data. */
static void mark_input(const KustomizeReader *reader, Str entry, InputUse use)
{
    KustomizeTree *tree = reader->tree;
    Str path = path_of(reader, entry);
    if (use == INPUT_DATA && !str_ends(path, STR(".yaml")) && !str_ends(path, STR(".yml")) &&
        !str_ends(path, STR(".json")))
        return; /* the walk would not have taken it either */
    uint32_t input = input_of(tree, path);
    if (input != BASE_NONE && tree->inputs->inputs.at[input].use == INPUT_LOOSE)
        tree->inputs->inputs.at[input].use = use;
}

/* ---- resources ---- */
static void read_resource(KustomizeReader *reader, uint32_t node, bool component)
{
    Str entry = kept(reader, node);
    KustomizeTree *tree = reader->tree;
    Str path = path_of(reader, entry);
    struct stat status;
    if (stat(path.ptr, &status) && is_remote(entry)) {
        unfollowed(reader, node, "the remote base %.*s is not read", STR_ARG(entry));
        return;
    }
    if (!is_readable(reader, entry, node, WANTED_ANY)) {
        reader->into->incomplete = true;
        return;
    }
    if (stat(path.ptr, &status) == 0 && S_ISDIR(status.st_mode)) {
        load_child(reader, path, node, component);
        return;
    }
    if (component) {
        report(reader, node, "%.*s is a file, and a component is a folder", STR_ARG(path));
        return;
    }
    if (kustomize_is_name(path_name(path))) {
        report(reader, node, "%.*s is a kustomization: name its folder", STR_ARG(path));
        return;
    }
    if (inputs_excluded(tree->worker->options, path)) {
        unfollowed(reader, node, "%.*s is excluded", STR_ARG(path));
        return;
    }
    KustomizeResource resource = {document_place(reader->doc, node), input_of(tree, path),
                                  BASE_NONE};
    if (resource.input == BASE_NONE)
        return;
    tree->inputs->inputs.at[resource.input].use = INPUT_RESOURCE;
    vec_push(&reader->into->resources, resource);
}

static void read_resources(KustomizeReader *reader, uint32_t node) { read_resource(reader, node, false); }
static void read_component(KustomizeReader *reader, uint32_t node) { read_resource(reader, node, true); }

/* Paths that matter only in that they are there. */
static void read_path(KustomizeReader *reader, uint32_t node)
{
    Str entry = kept(reader, node);
    if (!is_remote(entry) && is_readable(reader, entry, node, WANTED_ANY))
        mark_input(reader, entry, INPUT_DATA);
}

/* As above, but they may change anything. */
static void read_plugin(KustomizeReader *reader, uint32_t node)
{
    Str entry = kept(reader, node);
    unfollowed(reader, node, "generators and transformers are not run");
    /* It may be the text of a plugin's configuration rather than a path. */
    if (str_find(entry, '\n') == entry.len && !is_remote(entry) &&
        is_readable(reader, entry, node, WANTED_ANY))
        mark_input(reader, entry, INPUT_DATA);
}

static void read_crd(KustomizeReader *reader, uint32_t node)
{
    Str entry = kept(reader, node);
    if (!is_remote(entry))
        is_readable(reader, entry, node, WANTED_FILE);
}

/* ---- labels ---- */
static KustomizeLabel label_of(const KustomizeReader *reader, uint32_t key)
{
    Interner *strings = &reader->tree->worker->strings;
    Str value = is_scalar_node(reader, key + 1) ? node_str(reader->doc, key + 1) : (Str){"", 0};
    return (KustomizeLabel){.key = intern(strings, node_str(reader->doc, key)),
                            .value = intern(strings, value)};
}

#define EACH_ENTRY(reader, map, key)                                                    \
    for (uint32_t key = node_first(map); key < node_end((reader)->doc, map);            \
         key = node_after_entry((reader)->doc, key))
#define EACH_ITEM(reader, list, at)                                                     \
    for (uint32_t at = node_first(list); at < node_end((reader)->doc, list);            \
         at = node_after((reader)->doc, at))

static void read_common_labels(KustomizeReader *reader, uint32_t map)
{
    EACH_ENTRY(reader, map, key) {
        KustomizeLabel label = label_of(reader, key);
        label.selectors = label.templates = true;
        vec_push(&reader->into->labels, label);
    }
}

static void read_label(KustomizeReader *reader, uint32_t node)
{
    uint32_t pairs = value_under(reader, node, STR("pairs"));
    uint32_t fields = value_under(reader, node, STR("fields"));
    bool selectors = flag_under(reader, node, STR("includeSelectors"));
    bool templates = selectors || flag_under(reader, node, STR("includeTemplates"));
    if (fields != BASE_NONE && !is_kind(reader, fields, NODE_NULL))
        unfollowed(reader, fields, "labels at fields of one's own are not followed");
    if (!is_kind(reader, pairs, NODE_MAP))
        return;
    EACH_ENTRY(reader, pairs, key) {
        KustomizeLabel label = label_of(reader, key);
        label.selectors = selectors;
        label.templates = templates;
        vec_push(&reader->into->labels, label);
    }
}

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
        size_t end = str_find(rest, '\n');
        Str line = str_trim(str_slice(rest.ptr, end));
        rest = str_slice(rest.ptr + end, rest.len - end);
        if (rest.len)
            rest = str_slice(rest.ptr + 1, rest.len - 1);
        if (line.len && line.ptr[0] != '#')
            add_key(reader, generator, str_trim(str_slice(line.ptr, str_find(line, '='))), node);
    }
    file_free(&text);
}

static void read_env(KustomizeReader *reader, KustomizeGenerator *generator, uint32_t node)
{
    Str entry = is_scalar_node(reader, node) ? kept(reader, node) : (Str){"", 0};
    if (!entry.len)
        return;
    if (is_readable(reader, entry, node, WANTED_DATA))
        read_env_file(reader, generator, path_of(reader, entry), node);
    else
        generator->filled = true;
}

static void read_file_key(KustomizeReader *reader, KustomizeGenerator *generator, uint32_t node)
{
    Str entry = kept(reader, node);
    size_t equals = str_find(entry, '=');
    Str path = equals < entry.len ? str_slice(entry.ptr + equals + 1, entry.len - equals - 1)
                                  : entry;
    Str key = equals < entry.len ? str_slice(entry.ptr, equals) : path_name(path);
    add_key(reader, generator, key, node);
    if (is_readable(reader, path, node, WANTED_DATA))
        mark_input(reader, path, INPUT_DATA);
}

static void read_literal(KustomizeReader *reader, KustomizeGenerator *generator, uint32_t node)
{
    Str entry = kept(reader, node);
    size_t equals = str_find(entry, '=');
    if (equals == entry.len || equals == 0) {
        report(reader, node, "\"%.*s\" is not of the form KEY=VALUE",
               generator->secret ? 3 : (int)entry.len, generator->secret ? "***" : entry.ptr);
        return;
    }
    add_key(reader, generator, str_trim(str_slice(entry.ptr, equals)), node);
    const Node *at = node_at(reader->doc, node);
    if (generator->secret)
        sources_redact(reader->tree->worker->sources, reader->doc->source, at->offset, at->size);
}

static void read_sources(KustomizeReader *reader, KustomizeGenerator *generator, uint32_t node,
                         Str key,
                         void (*read)(KustomizeReader *, KustomizeGenerator *, uint32_t))
{
    uint32_t list = value_under(reader, node, key);
    if (!is_kind(reader, list, NODE_SEQ))
        return;
    EACH_ITEM(reader, list, at)
        if (is_scalar_node(reader, at))
            read(reader, generator, at);
}

static void read_option_labels(const KustomizeReader *reader, uint32_t options,
                               KustomizeGenerator *generator)
{
    uint32_t labels = value_under(reader, options, STR("labels"));
    if (!is_kind(reader, labels, NODE_MAP))
        return;
    EACH_ENTRY(reader, labels, key) {
        KustomizeLabel label = label_of(reader, key);
        vec_push(&generator->labels, label);
    }
}

static void read_generator(KustomizeReader *reader, uint32_t node, bool secret)
{
    static const char *const BEHAVIORS[] = {"create", "merge", "replace"};
    uint32_t name = value_under(reader, node, STR("name"));
    uint32_t options = value_under(reader, node, STR("options"));
    Str behavior = text_under(reader, node, STR("behavior"));
    KustomizeGenerator generator = {
        .secret = secret,
        .name = text_under(reader, node, STR("name")),
        .ns = text_under(reader, node, STR("namespace")),
        .place = document_place(reader->doc, is_scalar_node(reader, name) ? name : node),
        .hashed = true,
    };
    if (!generator.name.len) {
        report(reader, node, "a generator needs a name");
        return;
    }
    for (size_t i = 0; i < BASE_COUNT(BEHAVIORS); i++)
        if (str_is(behavior, BEHAVIORS[i]))
            generator.behavior = (GeneratorBehavior)i;
    read_sources(reader, &generator, node, STR("files"), read_file_key);
    read_sources(reader, &generator, node, STR("literals"), read_literal);
    read_sources(reader, &generator, node, STR("envs"), read_env);
    uint32_t env = value_under(reader, node, STR("env"));
    if (is_scalar_node(reader, env))
        read_env(reader, &generator, env);
    if (is_kind(reader, options, NODE_MAP)) {
        generator.hashed = !flag_under(reader, options, STR("disableNameSuffixHash"));
        read_option_labels(reader, options, &generator);
    }
    vec_push(&reader->into->generators, generator);
}

static void read_config_map(KustomizeReader *reader, uint32_t node) { read_generator(reader, node, false); }
static void read_secret(KustomizeReader *reader, uint32_t node) { read_generator(reader, node, true); }

static void read_generator_options(KustomizeReader *reader, uint32_t map)
{
    KustomizeGenerator all = {0};
    reader->into->no_hash = flag_under(reader, map, STR("disableNameSuffixHash"));
    read_option_labels(reader, map, &all);
    for (uint32_t i = 0; i < all.labels.len; i++) {
        KustomizeLabel label = all.labels.at[i];
        vec_push(&reader->into->generator_labels, label);
    }
    vec_free(&all.labels);
}

/* ---- patches ---- */
static void patch_file(KustomizeReader *reader, uint32_t node, const KustomizePatch *target)
{
    Str entry = kept(reader, node);
    if (is_remote(entry)) {
        unfollowed(reader, node, "the remote patch %.*s is not read", STR_ARG(entry));
        return;
    }
    if (!is_readable(reader, entry, node, WANTED_FILE))
        return;
    FileText text = {0};
    mark_input(reader, entry, INPUT_PATCH);
    if (file_read(&text, path_of(reader, entry).ptr) == 0)
        kustomize_patch(reader->tree, reader->into, str_slice(text.ptr, text.len), target);
    file_free(&text);
}

static void read_patch_entry(KustomizeReader *reader, uint32_t node, bool late)
{
    const Document *doc = reader->doc;
    uint32_t path = value_under(reader, node, STR("path"));
    uint32_t text = value_under(reader, node, STR("patch"));
    uint32_t at = value_under(reader, node, STR("target"));
    KustomizePatch target = {.place = document_place(doc, node), .late = late, .replicas = -1};
    if (is_kind(reader, at, NODE_MAP)) {
        target.patterns = true;
        target.group = text_under(reader, at, STR("group"));
        target.kind = text_under(reader, at, STR("kind"));
        target.name = text_under(reader, at, STR("name"));
        target.ns = text_under(reader, at, STR("namespace"));
        target.by_labels = text_under(reader, at, STR("labelSelector")).len ||
                           text_under(reader, at, STR("annotationSelector")).len;
    }
    if (is_scalar_node(reader, path))
        patch_file(reader, path, &target);
    else if (is_scalar_node(reader, text))
        kustomize_patch(reader->tree, reader->into, kept(reader, text), &target);
    else
        report(reader, node, "a patch needs a path or a patch");
}

static void read_patch(KustomizeReader *reader, uint32_t node) { read_patch_entry(reader, node, false); }
static void read_late_patch(KustomizeReader *reader, uint32_t node) { read_patch_entry(reader, node, true); }

/* A path, or the patch itself. */
static void read_merge_patch(KustomizeReader *reader, uint32_t node)
{
    Str entry = kept(reader, node);
    KustomizePatch target = {.place = document_place(reader->doc, node), .replicas = -1};
    if (str_find(entry, '\n') < entry.len)
        kustomize_patch(reader->tree, reader->into, entry, &target);
    else
        patch_file(reader, node, &target);
}

/* ---- the rest ---- */
static void read_replicas(KustomizeReader *reader, uint32_t node)
{
    uint32_t count = value_under(reader, node, STR("count"));
    int64_t value;
    KustomizeReplicas it = {.place = document_place(reader->doc, node), .name = text_under(reader, node, STR("name"))};
    if (!is_kind(reader, count, NODE_INT) || !node_int64(reader->doc, count, &value) || value < 0 ||
        value > INT32_MAX)
        return;
    it.count = (int32_t)value;
    vec_push(&reader->into->replicas, it);
}

static void read_chart(KustomizeReader *reader, uint32_t node)
{
    unfollowed(reader, node, "the chart %.*s is not rendered",
               STR_ARG(text_under(reader, node, STR("name"))));
}

static void read_replacement(KustomizeReader *reader, uint32_t node)
{
    Str path = text_under(reader, node, STR("path"));
    unfollowed(reader, node, "replacements are not made");
    if (path.len && is_readable(reader, path, value_under(reader, node, STR("path")), WANTED_FILE))
        mark_input(reader, path, INPUT_DATA);
}

static void read_var(KustomizeReader *reader, uint32_t node)
{
    unfollowed(reader, node, "vars are not replaced");
}

static void read_namespace(KustomizeReader *reader, uint32_t node) { reader->into->ns = kept(reader, node); }
static void read_prefix(KustomizeReader *reader, uint32_t node) { reader->into->prefix = kept(reader, node); }
static void read_suffix(KustomizeReader *reader, uint32_t node) { reader->into->suffix = kept(reader, node); }

static void read_kind(KustomizeReader *reader, uint32_t node)
{
    Str kind = node_str(reader->doc, node);
    reader->into->component = str_is(kind, "Component");
    if (!reader->into->component && !str_is(kind, "Kustomization"))
        report(reader, node, "kind is %.*s, and kustomize reads Kustomization and Component",
               STR_ARG(kind));
}

static void read_nothing(KustomizeReader *reader, uint32_t node)
{
    (void)reader;
    (void)node;
}

/* ---- the table ---- */
typedef enum KeyShape { KEY_ANY_SHAPE, KEY_TEXT, KEY_TEXTS, KEY_MAP, KEY_MAPS } KeyShape;

static const char *const SHAPE_WORDS[] = {
    [KEY_TEXT] = "a text", [KEY_TEXTS] = "a list of texts", [KEY_MAP] = "a mapping",
    [KEY_MAPS] = "a list of mappings"};

static const char *const GENERATOR_KEYS[] = {"name", "namespace", "behavior", "files", "literals",
                                             "envs", "env", "options", "type", NULL};
static const char *const OPTION_KEYS[] = {"labels", "annotations", "disableNameSuffixHash",
                                          "immutable", NULL};
static const char *const PATCH_KEYS[] = {"path", "patch", "target", "options", NULL};
static const char *const LABEL_KEYS[] = {"pairs", "includeSelectors", "includeTemplates", "fields",
                                         NULL};
static const char *const IMAGE_KEYS[] = {"name", "newName", "newTag", "digest", "tagSuffix", NULL};
static const char *const REPLICA_KEYS[] = {"name", "count", NULL};
static const char *const VAR_KEYS[] = {"name", "objref", "fieldref", NULL};
static const char *const REPLACEMENT_KEYS[] = {"path", "source", "targets", NULL};

typedef struct KustomizeKey {
    const char *name;
    KeyShape shape;
    const char *const *keys; /* of its mapping, or of those in its list; NULL: not looked at */
    void (*read)(KustomizeReader *reader, uint32_t node); /* the value, or each of the list */
} KustomizeKey;

static const KustomizeKey KEYS[] = {
    {"apiVersion", KEY_TEXT, NULL, read_nothing},
    {"bases", KEY_TEXTS, NULL, read_resources},
    {"buildMetadata", KEY_TEXTS, NULL, read_nothing},
    {"commonAnnotations", KEY_MAP, NULL, read_nothing},
    {"commonLabels", KEY_MAP, NULL, read_common_labels},
    {"components", KEY_TEXTS, NULL, read_component},
    {"configMapGenerator", KEY_MAPS, GENERATOR_KEYS, read_config_map},
    {"configurations", KEY_TEXTS, NULL, read_path},
    {"crds", KEY_TEXTS, NULL, read_crd},
    {"generatorOptions", KEY_MAP, OPTION_KEYS, read_generator_options},
    {"generators", KEY_TEXTS, NULL, read_plugin},
    {"helmChartInflationGenerator", KEY_MAPS, NULL, read_chart},
    {"helmCharts", KEY_MAPS, NULL, read_chart},
    {"helmGlobals", KEY_MAP, NULL, read_nothing},
    {"imageTags", KEY_MAPS, IMAGE_KEYS, read_nothing},
    {"images", KEY_MAPS, IMAGE_KEYS, read_nothing},
    {"kind", KEY_TEXT, NULL, read_kind},
    {"labels", KEY_MAPS, LABEL_KEYS, read_label},
    {"metadata", KEY_MAP, NULL, read_nothing},
    {"namePrefix", KEY_TEXT, NULL, read_prefix},
    {"nameSuffix", KEY_TEXT, NULL, read_suffix},
    {"namespace", KEY_TEXT, NULL, read_namespace},
    {"openapi", KEY_MAP, NULL, read_nothing},
    {"patches", KEY_MAPS, PATCH_KEYS, read_patch},
    {"patchesJson6902", KEY_MAPS, PATCH_KEYS, read_late_patch},
    {"patchesStrategicMerge", KEY_TEXTS, NULL, read_merge_patch},
    {"replacements", KEY_MAPS, REPLACEMENT_KEYS, read_replacement},
    {"replicas", KEY_MAPS, REPLICA_KEYS, read_replicas},
    {"resources", KEY_TEXTS, NULL, read_resources},
    {"secretGenerator", KEY_MAPS, GENERATOR_KEYS, read_secret},
    {"sortOptions", KEY_MAP, NULL, read_nothing},
    {"transformers", KEY_TEXTS, NULL, read_plugin},
    {"validators", KEY_TEXTS, NULL, read_path},
    {"vars", KEY_MAPS, VAR_KEYS, read_var},
};

static void check_inner_keys(const KustomizeReader *reader, uint32_t map, const char *const *keys)
{
    EACH_ENTRY(reader, map, key) {
        Str name = node_str(reader->doc, key);
        Guess guess = {.wrong = name};
        bool known = false;
        for (size_t i = 0; keys[i] && !known; i++) {
            known = is_key(name, str_of(keys[i]));
            guess_try(&guess, str_of(keys[i]));
        }
        if (!known)
            report(reader, key, "unknown key \"%.*s\"%.*s", STR_ARG(name),
                   STR_ARG(guess_text(&guess, &reader->tree->arena)));
    }
}

static void read_item(KustomizeReader *reader, const KustomizeKey *key, uint32_t item, bool is_map)
{
    if (!is_kind(reader, item, is_map ? NODE_MAP : NODE_STRING)) {
        report(reader, item, "%s is %s", key->name, SHAPE_WORDS[key->shape]);
        return;
    }
    if (is_map && key->keys)
        check_inner_keys(reader, item, key->keys);
    key->read(reader, item);
}

static void read_value(KustomizeReader *reader, const KustomizeKey *key, uint32_t value)
{
    bool list = key->shape == KEY_TEXTS || key->shape == KEY_MAPS;
    bool is_map = key->shape == KEY_MAP || key->shape == KEY_MAPS;
    if (is_kind(reader, value, NODE_NULL))
        return;
    if (!list) {
        read_item(reader, key, value, is_map);
        return;
    }
    if (!is_kind(reader, value, NODE_SEQ)) {
        report(reader, value, "%s is %s", key->name, SHAPE_WORDS[key->shape]);
        return;
    }
    EACH_ITEM(reader, value, at)
        read_item(reader, key, at, is_map);
}

/* `patches` once was what patchesStrategicMerge is now. */
static bool has_legacy_patches(const KustomizeReader *reader, uint32_t value)
{
    return is_kind(reader, value, NODE_SEQ) &&
           node_first(value) < node_end(reader->doc, value) &&
           is_kind(reader, node_first(value), NODE_STRING);
}

static void read_document(KustomizeReader *reader)
{
    static const KustomizeKey LEGACY = {"patches", KEY_TEXTS, NULL, read_merge_patch};
    uint32_t root = reader->doc->root;
    if (!is_kind(reader, root, NODE_MAP)) {
        report(reader, root, "a kustomization is a mapping");
        return;
    }
    EACH_ENTRY(reader, root, at) {
        Str name = node_str(reader->doc, at);
        Guess guess = {.wrong = name};
        const KustomizeKey *key = NULL;
        for (size_t i = 0; i < BASE_COUNT(KEYS) && !key; i++) {
            if (is_key(name, str_of(KEYS[i].name)))
                key = &KEYS[i];
            else
                guess_try(&guess, str_of(KEYS[i].name));
        }
        if (!key)
            report(reader, at, "unknown key \"%.*s\"%.*s", STR_ARG(name),
                   STR_ARG(guess_text(&guess, &reader->tree->arena)));
        else if (key->read == read_patch && has_legacy_patches(reader, at + 1)) {
            report(reader, at, "patches is a list of mappings; a list of paths is "
                               "patchesStrategicMerge");
            read_value(reader, &LEGACY, at + 1);
        }
        else
            read_value(reader, key, at + 1);
    }
}

/* ---- files ---- */
static void read_text(KustomizeReader *reader, uint32_t file, Str text)
{
    Worker *worker = reader->tree->worker;
    Documents documents; /* with its own parser: kustomizations are read while others are */
    documents_open(&documents, text, file, worker->sources, &worker->diag);
    for (Document doc; documents_next(&documents, &doc);) {
        reader->doc = &doc;
        read_document(reader);
    }
    documents_close(&documents);
}

/* Every value of a kustomization has a type of its own: `on` is a text where a text is
 * asked for, and nothing to warn of. */
static void drop_ambiguous(Diag *diag, uint32_t first)
{
    uint32_t kept = first;
    for (uint32_t i = first; i < diag->findings.len; i++)
        if (strcmp(diag->findings.at[i].rule->id, "yaml-ambiguous") != 0)
            diag->findings.at[kept++] = diag->findings.at[i];
    diag->findings.len = kept;
}

static uint32_t load(KustomizeTree *tree, Str path, uint32_t *error_is_read)
{
    Arena *arena = &tree->arena;
    PlaceMemo memo = {0};
    Str folder = path_folder(path, arena);
    Str absolute = path_folder(path_place(path, false, &memo, arena), arena);
    uint32_t id = intern(&tree->folders, absolute) - 1;
    if (id < tree->all.len)
        return id;
    Kustomization *it = arena_zero(arena, sizeof *it);
    *it = (Kustomization){.path = arena_str(arena, path),
                          .folder = str_is(folder, ".") ? (Str){"", 0} : folder,
                          .absolute = absolute,
                          .argument = BASE_NONE,
                          .loading = true};
    vec_push(&tree->all, it);
    FileText text = {0};
    int error = file_read(&text, it->path.ptr);
    if (error) {
        *error_is_read = (uint32_t)error;
    } else {
        KustomizeReader reader = {.tree = tree, .into = it};
        uint32_t first = tree->worker->diag.findings.len;
        read_text(&reader, sources_add_file(tree->worker->sources, it->path),
                  str_slice(text.ptr, text.len));
        drop_ambiguous(&tree->worker->diag, first);
    }
    file_free(&text);
    it->loading = false;
    return id;
}

/* The kustomization of a folder, or empty. */
static Str find_in(KustomizeTree *tree, Str folder)
{
    static const char *const NAMES[] = {"kustomization.yaml", "kustomization.yml", "Kustomization"};
    struct stat status;
    for (size_t i = 0; i < BASE_COUNT(NAMES); i++) {
        Str bare = str_is(folder, ".") ? (Str){"", 0} : folder;
        Str path = path_join(bare, str_of(NAMES[i]), &tree->arena);
        if (stat(path.ptr, &status) == 0 && S_ISREG(status.st_mode))
            return path;
    }
    return (Str){"", 0};
}

static void load_child(KustomizeReader *reader, Str folder, uint32_t node, bool as_component)
{
    KustomizeTree *tree = reader->tree;
    Str path = find_in(tree, folder);
    uint32_t error = 0;
    if (!path.len) {
        report(reader, node, "%.*s holds no kustomization.yaml", STR_ARG(folder));
        return;
    }
    const Document *doc = reader->doc;
    uint32_t child = load(tree, path, &error);
    reader->doc = doc;
    Kustomization *it = tree->all.at[child];
    if (error)
        report(reader, node, "%.*s: %s", STR_ARG(path), strerror((int)error));
    else if (it->loading)
        report(reader, node, "%.*s leads back to itself", STR_ARG(folder));
    else if (it->component != as_component)
        report(reader, node,
               as_component ? "%.*s is no Component: name it under resources"
                            : "%.*s is a Component: name it under components",
               STR_ARG(folder));
    if (error || it->loading || it->component != as_component)
        return;
    it->wanted = true;
    KustomizeResource resource = {document_place(doc, node), BASE_NONE, child};
    if (as_component)
        vec_push(&reader->into->components, resource);
    else
        vec_push(&reader->into->resources, resource);
}

static void know_inputs(KustomizeTree *tree)
{
    InputList *inputs = tree->inputs;
    struct stat status;
    for (uint32_t i = 0; i < inputs->inputs.len; i++) {
        Str path = inputs->inputs.at[i].path;
        if (str_is(path, "-") || stat(path.ptr, &status))
            continue;
        uint64_t key[2] = {(uint64_t)status.st_dev, (uint64_t)status.st_ino};
        uint32_t id = intern(&tree->files, str_slice((const char *)key, sizeof key));
        while (tree->file_inputs.len <= id)
            vec_push(&tree->file_inputs, BASE_NONE);
        tree->file_inputs.at[id] = i;
    }
}

void kustomize_read(KustomizeTree *tree, Worker *worker, InputList *inputs)
{
    uint32_t count = inputs->inputs.len, found = 0;
    for (uint32_t i = 0; i < count; i++)
        found += kustomize_is_name(path_name(inputs->inputs.at[i].path));
    if (!found)
        return;
    tree->worker = worker;
    tree->inputs = inputs;
    tree->cwd = path_absolute(STR("."), &tree->arena);
    interner_init(&tree->folders);
    interner_init(&tree->files);
    know_inputs(tree);
    for (uint32_t i = 0; i < count; i++) {
        const Input *input = &inputs->inputs.at[i];
        uint32_t error = 0, argument = input->argument;
        bool named = input->named;
        if (!kustomize_is_name(path_name(input->path)) || input->chart_template)
            continue;
        uint32_t id = load(tree, input->path, &error);
        inputs->inputs.at[i].use = error ? INPUT_LOOSE : INPUT_KUSTOMIZATION;
        tree->all.at[id]->argument = argument;
        tree->all.at[id]->named |= named;
    }
}

void kustomize_free(KustomizeTree *tree)
{
    for (uint32_t i = 0; i < tree->all.len; i++) {
        Kustomization *it = tree->all.at[i];
        for (uint32_t j = 0; j < it->patches.len; j++) {
            vec_free(&it->patches.at[j].labels);
            vec_free(&it->patches.at[j].keys);
        }
        for (uint32_t j = 0; j < it->generators.len; j++) {
            vec_free(&it->generators.at[j].keys);
            vec_free(&it->generators.at[j].labels);
        }
        vec_free(&it->resources);
        vec_free(&it->components);
        vec_free(&it->labels);
        vec_free(&it->patches);
        vec_free(&it->generators);
        vec_free(&it->replicas);
        vec_free(&it->generator_labels);
        vec_free(&it->unfollowed);
    }
    vec_free(&tree->all);
    interner_free(&tree->folders);
    interner_free(&tree->files);
    vec_free(&tree->file_inputs);
    arena_free(&tree->arena);
}
