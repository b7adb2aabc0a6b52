/* What a patch does, as far as links are concerned.
 *
 * Its types are checked elsewhere: as a file, or where it stands (kustomize_patches.c).
 *
 * A patch is not applied.  Deleting an object, its own labels, replicas and the keys
 * of a ConfigMap are followed; a field that links nothing (an image, resources, the
 * value of a variable) needs no following; any other makes the link findings of the
 * scope less sure. */
#include "cli/kustomize.h"

/* Nothing below these says what an object is called, selects or needs. */
static bool is_harmless(Str key)
{
    static const char *const KEYS[] = {
        "affinity", "annotations", "args", "command", "image", "imagePullPolicy", "limits",
        "minReadySeconds", "replicas", "requests", "resources", "revisionHistoryLimit",
        "securityContext", "strategy", "terminationGracePeriodSeconds", "tolerations",
        "updateStrategy", "value",
    };
    for (size_t i = 0; i < BASE_COUNT(KEYS); i++)
        if (str_is(key, KEYS[i]))
            return true;
    return false;
}

/* These say where in the object the patch is. */
static bool leads_on(Str key)
{
    static const char *const KEYS[] = {"containers", "env",  "initContainers", "jobTemplate",
                                       "metadata",   "spec", "template"};
    for (size_t i = 0; i < BASE_COUNT(KEYS); i++)
        if (str_is(key, KEYS[i]))
            return true;
    return str_starts(key, STR("$setElementOrder/"));
}

/* Whether a part of a strategic merge patch changes what is linked. */
static bool touches(const Document *doc, uint32_t node)
{
    if (node_kind(doc, node) == NODE_SEQ) {
        for (uint32_t at = node_first(node); at < node_end(doc, node); at = node_after(doc, at))
            if (touches(doc, at))
                return true;
        return false;
    }
    if (node_kind(doc, node) != NODE_MAP)
        return false;
    for (uint32_t key = node_first(node); key < node_end(doc, node);
         key = node_after_entry(doc, key)) {
        Str name = node_str(doc, key);
        if (is_harmless(name) || str_is(name, "name"))
            continue;
        if (!leads_on(name) || node_kind(doc, key + 1) == NODE_NULL || touches(doc, key + 1))
            return true;
    }
    return false;
}

typedef struct PatchReader {
    KustomizeTree *tree;
    Kustomization *into;
    const Document *doc;
} PatchReader;

static Str text_at(const PatchReader *reader, uint32_t map, Str key)
{
    uint32_t value = map == BASE_NONE ? map : node_get_text(reader->doc, map, key);
    if (value == BASE_NONE || node_kind(reader->doc, value) != NODE_STRING)
        return (Str){"", 0};
    return arena_str(&reader->tree->arena, node_str(reader->doc, value));
}

static bool is_map(const PatchReader *reader, uint32_t node)
{
    return node != BASE_NONE && node_kind(reader->doc, node) == NODE_MAP;
}

static void add_label(const PatchReader *reader, KustomizePatch *patch, Str key, uint32_t value)
{
    Interner *strings = &reader->tree->worker->strings;
    bool removed = value == BASE_NONE || node_kind(reader->doc, value) == NODE_NULL;
    KustomizeLabel label = {.key = intern(strings, key),
                            .value = removed ? 0 : intern(strings, node_str(reader->doc, value)),
                            .removed = removed};
    vec_push(&patch->labels, label);
}

static void add_keys(const PatchReader *reader, KustomizePatch *patch, Str field)
{
    const Document *doc = reader->doc;
    uint32_t data = node_get_text(doc, doc->root, field);
    if (!is_map(reader, data))
        return;
    for (uint32_t key = node_first(data); key < node_end(doc, data);
         key = node_after_entry(doc, key))
        vec_push(&patch->keys, intern(&reader->tree->worker->strings, node_str(doc, key)));
}

/* ---- strategic merge patches ---- */
static void read_metadata(const PatchReader *reader, KustomizePatch *patch, uint32_t metadata)
{
    const Document *doc = reader->doc;
    uint32_t labels = is_map(reader, metadata) ? node_get_text(doc, metadata, STR("labels"))
                                               : BASE_NONE;
    if (!is_map(reader, labels))
        return;
    for (uint32_t key = node_first(labels); key < node_end(doc, labels);
         key = node_after_entry(doc, key)) {
        if (str_starts(node_str(doc, key), STR("$")))
            patch->linked = true;
        else
            add_label(reader, patch, node_str(doc, key), key + 1);
    }
}

static void read_merge(const PatchReader *reader, const KustomizePatch *target)
{
    const Document *doc = reader->doc;
    KustomizePatch patch = *target;
    uint32_t root = doc->root, metadata = node_get_text(doc, root, STR("metadata"));
    Str api = text_at(reader, root, STR("apiVersion"));
    if (!patch.patterns) {
        patch.api_version = api;
        patch.group = schema_group(api);
        patch.kind = text_at(reader, root, STR("kind"));
        patch.name = is_map(reader, metadata) ? text_at(reader, metadata, STR("name")) : (Str){"", 0};
        patch.ns = is_map(reader, metadata) ? text_at(reader, metadata, STR("namespace")) : (Str){"", 0};
    }
    patch.deletes = str_is(text_at(reader, root, STR("$patch")), "delete");
    bool holds_keys = str_is(text_at(reader, root, STR("kind")), "ConfigMap") ||
                      str_is(text_at(reader, root, STR("kind")), "Secret");
    read_metadata(reader, &patch, metadata);
    for (uint32_t key = node_first(root); key < node_end(doc, root) && !patch.deletes;
         key = node_after_entry(doc, key)) {
        Str name = node_str(doc, key);
        if (str_is(name, "apiVersion") || str_is(name, "kind") || str_is(name, "metadata"))
            continue;
        if (holds_keys)
            continue;
        patch.linked |= !leads_on(name) || touches(doc, key + 1);
    }
    if (holds_keys) {
        add_keys(reader, &patch, STR("data"));
        add_keys(reader, &patch, STR("stringData"));
        add_keys(reader, &patch, STR("binaryData"));
    }
    uint32_t spec = node_get_text(doc, root, STR("spec"));
    uint32_t replicas = is_map(reader, spec) ? node_get_text(doc, spec, STR("replicas")) : BASE_NONE;
    int64_t count;
    if (replicas != BASE_NONE && node_kind(doc, replicas) == NODE_INT &&
        node_int64(doc, replicas, &count) && count >= 0 && count <= INT32_MAX)
        patch.replicas = (int32_t)count;
    vec_push(&reader->into->patches, patch);
}

/* ---- JSON patches ---- */
/* The last part of a pointer, with its escapes undone, where it stands below start. */
static bool pointer_rest(const PatchReader *reader, Str path, Str start, Str *rest)
{
    if (!str_starts(path, start) || str_find(str_slice(path.ptr + start.len, path.len - start.len),
                                             '/') != path.len - start.len)
        return false;
    Buf out = {0};
    for (size_t i = start.len; i < path.len; i++) {
        bool escaped = path.ptr[i] == '~' && i + 1 < path.len;
        buf_byte(&out, escaped ? (path.ptr[i + 1] == '1' ? '/' : '~') : path.ptr[i]);
        i += escaped;
    }
    *rest = arena_str(&reader->tree->arena, buf_slice(&out));
    buf_free(&out);
    return true;
}

static bool pointer_is_harmless(Str path)
{
    while (path.len) {
        path = str_slice(path.ptr + 1, path.len - 1);
        size_t end = str_find(path, '/');
        if (is_harmless(str_slice(path.ptr, end)))
            return true;
        path = str_slice(path.ptr + end, path.len - end);
    }
    return false;
}

static void read_operation(const PatchReader *reader, KustomizePatch *patch, uint32_t node)
{
    const Document *doc = reader->doc;
    Str rest, op = text_at(reader, node, STR("op")), path = text_at(reader, node, STR("path"));
    uint32_t value = node_get_text(doc, node, STR("value"));
    int64_t count;
    bool test = str_is(op, "test");
    if (test)
        return;
    if (str_is(path, "/spec/replicas") && value != BASE_NONE &&
        node_kind(doc, value) == NODE_INT && node_int64(doc, value, &count) && count >= 0 &&
        count <= INT32_MAX)
        patch->replicas = (int32_t)count;
    else if (pointer_rest(reader, path, STR("/metadata/labels/"), &rest) &&
             !str_is(op, "move") && !str_is(op, "copy"))
        add_label(reader, patch, rest, str_is(op, "remove") ? BASE_NONE : value);
    else if (pointer_rest(reader, path, STR("/data/"), &rest) && str_is(op, "add"))
        vec_push(&patch->keys, intern(&reader->tree->worker->strings, rest));
    else
        patch->linked |= !pointer_is_harmless(path);
}

static void read_operations(const PatchReader *reader, const KustomizePatch *target)
{
    const Document *doc = reader->doc;
    KustomizePatch patch = *target;
    for (uint32_t at = node_first(doc->root); at < node_end(doc, doc->root);
         at = node_after(doc, at))
        if (is_map(reader, at))
            read_operation(reader, &patch, at);
    vec_push(&reader->into->patches, patch);
}

/* ---- the text ---- */
void kustomize_patch(KustomizeTree *tree, Kustomization *into, Str text,
                     const KustomizePatch *target)
{
    /* What is wrong with a patch's YAML is told where it is read as a file. */
    static const SeverityOverride QUIET[] = {{STR_INIT("yaml-ambiguous"), SEVERITY_OFF}};
    Diag unheard = {.overrides = QUIET, .override_count = BASE_COUNT(QUIET)};
    Parser *parser = parser_new();
    Splitter splitter;
    FileText padded = {0}; /* readers look ahead */
    padded.ptr = mem_resize(NULL, text.len + FILE_PADDING);
    memset(padded.ptr + text.len, 0, FILE_PADDING);
    if (text.len)
        memcpy(padded.ptr, text.ptr, text.len);
    splitter_init(&splitter, str_slice(padded.ptr, text.len));
    for (Chunk chunk; splitter_next(&splitter, &chunk);) {
        Document doc = {0};
        ParserStatus status = parser_read(parser, &chunk, 0, &unheard, &doc);
        PatchReader reader = {tree, into, &doc};
        if (status == PARSER_EMPTY)
            continue;
        NodeKind kind = status == PARSER_OK ? node_kind(&doc, doc.root) : NODE_NULL;
        KustomizePatch unread = *target;
        unread.linked = unread.unread = true;
        if (kind == NODE_MAP)
            read_merge(&reader, target);
        else if (kind == NODE_SEQ)
            read_operations(&reader, target);
        else
            vec_push(&into->patches, unread);
    }
    diag_free(&unheard);
    parser_free(parser);
    mem_free(padded.ptr);
}
