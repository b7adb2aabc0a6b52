/* The keys of a kustomization.
 *
 * One table says which there are and what shape they have, as kustomize's own types do
 * (api/types/kustomization.go); it refuses what it does not know, and so do we, at the
 * line. */
#include "cli/kustomize_reader.h"
#include "cli/options.h"

/* ---- resources ---- */
static void read_resource(KustomizeReader *reader, uint32_t node, bool component)
{
    Str entry = reader_text(reader, node);
    KustomizeTree *tree = reader->tree;
    NamedFile file = reader_look(reader, entry);
    Str path = file.path;
    if (file.error && path_is_remote(entry)) {
        reader_unfollowed(reader, node, "the remote base %.*s is not read", STR_ARG(entry));
        return;
    }
    if (!reader_can_read(reader, &file, node, WANTED_ANY)) {
        reader->into->incomplete = true;
        return;
    }
    if (file.is_folder) {
        kustomize_load_child(reader, path, node, component);
        return;
    }
    if (component) {
        reader_report(reader, node, "%.*s is a file, and a component is a folder", STR_ARG(path));
        return;
    }
    if (kustomize_is_name(path_name(path))) {
        reader_report(reader, node, "%.*s is a kustomization: name its folder", STR_ARG(path));
        return;
    }
    if (inputs_excluded(tree->worker->options, path)) {
        reader_unfollowed(reader, node, "%.*s is excluded", STR_ARG(path));
        return;
    }
    KustomizeResource resource = {document_place(reader->doc, node),
                                  kustomize_input(tree, &file), BASE_NONE};
    tree->inputs->inputs.at[resource.input].use = INPUT_RESOURCE;
    vec_push(&reader->into->resources, resource);
}

static void read_resources(KustomizeReader *reader, uint32_t node) { read_resource(reader, node, false); }
static void read_component(KustomizeReader *reader, uint32_t node) { read_resource(reader, node, true); }

/* A file that is not read here, but has to be there. */
static void read_data(KustomizeReader *reader, Str entry, uint32_t node, Wanted wanted)
{
    NamedFile file = reader_look(reader, entry);
    if (reader_can_read(reader, &file, node, wanted))
        reader_mark(reader, &file, INPUT_DATA);
}

/* Paths that matter only in that they are there. */
static void read_path(KustomizeReader *reader, uint32_t node)
{
    Str entry = reader_text(reader, node);
    if (!path_is_remote(entry))
        read_data(reader, entry, node, WANTED_ANY);
}

/* As above, but they may change anything. */
static void read_plugin(KustomizeReader *reader, uint32_t node)
{
    Str entry = reader_text(reader, node);
    reader_unfollowed(reader, node, "generators and transformers are not run");
    /* It may be the text of a plugin's configuration rather than a path. */
    if (str_find(entry, '\n') == entry.len && !path_is_remote(entry))
        read_data(reader, entry, node, WANTED_ANY);
}

static void read_crd(KustomizeReader *reader, uint32_t node)
{
    Str entry = reader_text(reader, node);
    if (path_is_remote(entry))
        return;
    NamedFile file = reader_look(reader, entry);
    reader_can_read(reader, &file, node, WANTED_FILE);
}

/* ---- labels ---- */

static void read_common_labels(KustomizeReader *reader, uint32_t map)
{
    EACH_ENTRY(reader, map, key) {
        KustomizeLabel label = reader_label(reader, key);
        label.selectors = label.templates = true;
        vec_push(&reader->into->labels, label);
    }
}

static void read_label(KustomizeReader *reader, uint32_t node)
{
    uint32_t pairs = reader_value(reader, node, STR("pairs"));
    uint32_t fields = reader_value(reader, node, STR("fields"));
    bool selectors = reader_flag_under(reader, node, STR("includeSelectors"));
    bool templates = selectors || reader_flag_under(reader, node, STR("includeTemplates"));
    if (fields != BASE_NONE && !reader_is(reader, fields, NODE_NULL))
        reader_unfollowed(reader, fields, "labels at fields of one's own are not followed");
    if (!reader_is(reader, pairs, NODE_MAP))
        return;
    EACH_ENTRY(reader, pairs, key) {
        KustomizeLabel label = reader_label(reader, key);
        label.selectors = selectors;
        label.templates = templates;
        vec_push(&reader->into->labels, label);
    }
}

/* ---- the rest ---- */
static void read_replicas(KustomizeReader *reader, uint32_t node)
{
    uint32_t count = reader_value(reader, node, STR("count"));
    int64_t value;
    KustomizeReplicas it = {.place = document_place(reader->doc, node), .name = reader_text_under(reader, node, STR("name"))};
    if (!reader_is(reader, count, NODE_INT) || !node_int64(reader->doc, count, &value) || value < 0 ||
        value > INT32_MAX)
        return;
    it.count = (int32_t)value;
    vec_push(&reader->into->replicas, it);
}

static void read_chart(KustomizeReader *reader, uint32_t node)
{
    reader_unfollowed(reader, node, "the chart %.*s is not rendered",
               STR_ARG(reader_text_under(reader, node, STR("name"))));
}

static void read_replacement(KustomizeReader *reader, uint32_t node)
{
    Str path = reader_text_under(reader, node, STR("path"));
    reader_unfollowed(reader, node, "replacements are not made");
    if (path.len)
        read_data(reader, path, reader_value(reader, node, STR("path")), WANTED_FILE);
}

static void read_var(KustomizeReader *reader, uint32_t node)
{
    reader_unfollowed(reader, node, "vars are not replaced");
}

static void read_namespace(KustomizeReader *reader, uint32_t node) { reader->into->ns = reader_text(reader, node); }
static void read_prefix(KustomizeReader *reader, uint32_t node) { reader->into->prefix = reader_text(reader, node); }
static void read_suffix(KustomizeReader *reader, uint32_t node) { reader->into->suffix = reader_text(reader, node); }

static void read_kind(KustomizeReader *reader, uint32_t node)
{
    Str kind = node_str(reader->doc, node);
    reader->into->component = str_is(kind, "Component");
    if (!reader->into->component && !str_is(kind, "Kustomization"))
        reader_report(reader, node, "kind is %.*s, and kustomize reads Kustomization and Component",
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
    {"configMapGenerator", KEY_MAPS, GENERATOR_KEYS, kustomize_config_map},
    {"configurations", KEY_TEXTS, NULL, read_path},
    {"crds", KEY_TEXTS, NULL, read_crd},
    {"generatorOptions", KEY_MAP, OPTION_KEYS, kustomize_generator_options},
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
    {"patches", KEY_MAPS, PATCH_KEYS, kustomize_patch_entry},
    {"patchesJson6902", KEY_MAPS, PATCH_KEYS, kustomize_late_patch_entry},
    {"patchesStrategicMerge", KEY_TEXTS, NULL, kustomize_merge_patch},
    {"replacements", KEY_MAPS, REPLACEMENT_KEYS, read_replacement},
    {"replicas", KEY_MAPS, REPLICA_KEYS, read_replicas},
    {"resources", KEY_TEXTS, NULL, read_resources},
    {"secretGenerator", KEY_MAPS, GENERATOR_KEYS, kustomize_secret},
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
        for (size_t i = 0; keys[i] && !known; i++)
            known = reader_is_key(name, str_of(keys[i]));
        for (size_t i = 0; keys[i] && !known; i++)
            guess_try(&guess, str_of(keys[i]));
        if (!known)
            reader_report(reader, key, "unknown key \"%.*s\"%.*s", STR_ARG(name),
                   STR_ARG(guess_text(&guess, &reader->tree->arena)));
    }
}

static void read_item(KustomizeReader *reader, const KustomizeKey *key, uint32_t item, bool is_map)
{
    if (!reader_is(reader, item, is_map ? NODE_MAP : NODE_STRING)) {
        reader_report(reader, item, "%s is %s", key->name, SHAPE_WORDS[key->shape]);
        return;
    }
    if (is_map && key->keys)
        check_inner_keys(reader, item, key->keys);
    key->read(reader, item);
}

/* Where generators of Secrets should stand and something else does, it may be their values. */
static void hide_misplaced(const KustomizeReader *reader, uint32_t value)
{
    Sources *sources = reader->tree->worker->sources;
    if (!reader_is(reader, value, NODE_SEQ)) {
        redact_value(sources, reader->doc, value);
        return;
    }
    EACH_ITEM(reader, value, at)
        if (!reader_is(reader, at, NODE_MAP))
            redact_value(sources, reader->doc, at);
}

static void read_value(KustomizeReader *reader, const KustomizeKey *key, uint32_t value)
{
    bool list = key->shape == KEY_TEXTS || key->shape == KEY_MAPS;
    bool is_map = key->shape == KEY_MAP || key->shape == KEY_MAPS;
    if (reader_is(reader, value, NODE_NULL))
        return;
    if (key->read == kustomize_secret)
        hide_misplaced(reader, value);
    if (!list) {
        read_item(reader, key, value, is_map);
        return;
    }
    if (!reader_is(reader, value, NODE_SEQ)) {
        reader_report(reader, value, "%s is %s", key->name, SHAPE_WORDS[key->shape]);
        return;
    }
    EACH_ITEM(reader, value, at)
        read_item(reader, key, at, is_map);
}

/* `patches` once was what patchesStrategicMerge is now. */
static bool has_legacy_patches(const KustomizeReader *reader, uint32_t value)
{
    return reader_is(reader, value, NODE_SEQ) &&
           node_first(value) < node_end(reader->doc, value) &&
           reader_is(reader, node_first(value), NODE_STRING);
}

void kustomize_read_document(KustomizeReader *reader)
{
    static const KustomizeKey LEGACY = {"patches", KEY_TEXTS, NULL, kustomize_merge_patch};
    uint32_t root = reader->doc->root;
    if (!reader_is(reader, root, NODE_MAP)) {
        reader_report(reader, root, "a kustomization is a mapping");
        return;
    }
    EACH_ENTRY(reader, root, at) {
        Str name = node_str(reader->doc, at);
        Guess guess = {.wrong = name};
        const KustomizeKey *key = NULL;
        for (size_t i = 0; i < BASE_COUNT(KEYS) && !key; i++)
            if (reader_is_key(name, str_of(KEYS[i].name)))
                key = &KEYS[i];
        for (size_t i = 0; i < BASE_COUNT(KEYS) && !key; i++)
            guess_try(&guess, str_of(KEYS[i].name));
        if (!key)
            reader_report(reader, at, "unknown key \"%.*s\"%.*s", STR_ARG(name),
                   STR_ARG(guess_text(&guess, &reader->tree->arena)));
        else if (key->read == kustomize_patch_entry && has_legacy_patches(reader, at + 1)) {
            reader_report(reader, at, "patches is a list of mappings; a list of paths is "
                               "patchesStrategicMerge");
            read_value(reader, &LEGACY, at + 1);
        }
        else
            read_value(reader, key, at + 1);
    }
}
