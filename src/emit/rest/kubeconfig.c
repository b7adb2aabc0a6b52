/* Reads kubeconfig files.
 *
 * A table says which key of which thing is stored where and what shape it has; our own
 * YAML reader gives the tree and the places.  What client-go ignores (unknown keys,
 * preferences) is ignored.  Which cluster and user are meant is kubeconfig_choose.c's. */
#include "emit/rest/kubeconfig.h"

#include "emit/emit.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

typedef enum FieldShape {
    FIELD_TEXT,
    FIELD_FILE,  /* relative to the folder of its kubeconfig */
    FIELD_PROGRAM, /* the same, but a bare word is looked for in PATH */
    FIELD_BYTES, /* base64 */
    FIELD_BOOL,
    FIELD_TEXTS,
    FIELD_EXTRA, /* a mapping of lists */
    FIELD_ENV,   /* a list of name and value */
    FIELD_EXEC,
    FIELD_PROVIDER,
    FIELD_EXTENSIONS,
} FieldShape;

typedef struct Field {
    const char *key;
    FieldShape shape;
    size_t offset;
} Field;

#define CLUSTER(field) offsetof(KubeCluster, field)
static const Field cluster_fields[] = {
    {"server", FIELD_TEXT, CLUSTER(server)},
    {"tls-server-name", FIELD_TEXT, CLUSTER(tls_server_name)},
    {"insecure-skip-tls-verify", FIELD_BOOL, CLUSTER(insecure)},
    {"certificate-authority", FIELD_FILE, CLUSTER(ca_file)},
    {"certificate-authority-data", FIELD_BYTES, CLUSTER(ca_data)},
    {"proxy-url", FIELD_TEXT, CLUSTER(proxy_url)},
    {"disable-compression", FIELD_BOOL, CLUSTER(disable_compression)},
    {"extensions", FIELD_EXTENSIONS, CLUSTER(exec_config)},
    {NULL, FIELD_TEXT, 0},
};

#define USER(field) offsetof(KubeUser, field)
static const Field user_fields[] = {
    {"client-certificate", FIELD_FILE, USER(cert_file)},
    {"client-certificate-data", FIELD_BYTES, USER(cert_data)},
    {"client-key", FIELD_FILE, USER(key_file)},
    {"client-key-data", FIELD_BYTES, USER(key_data)},
    {"token", FIELD_TEXT, USER(token)},
    {"tokenFile", FIELD_FILE, USER(token_file)},
    {"as", FIELD_TEXT, USER(impersonate)},
    {"as-uid", FIELD_TEXT, USER(impersonate_uid)},
    {"as-groups", FIELD_TEXTS, USER(impersonate_groups)},
    {"as-user-extra", FIELD_EXTRA, USER(impersonate_extra)},
    {"username", FIELD_TEXT, USER(username)},
    {"password", FIELD_TEXT, USER(password)},
    {"auth-provider", FIELD_PROVIDER, 0},
    {"exec", FIELD_EXEC, USER(exec)},
    {NULL, FIELD_TEXT, 0},
};

#define CONTEXT(field) offsetof(KubeContext, field)
static const Field context_fields[] = {
    {"cluster", FIELD_TEXT, CONTEXT(cluster)},
    {"user", FIELD_TEXT, CONTEXT(user)},
    {"namespace", FIELD_TEXT, CONTEXT(ns)},
    {NULL, FIELD_TEXT, 0},
};

#define EXEC(field) offsetof(KubeExec, field)
static const Field exec_fields[] = {
    {"command", FIELD_PROGRAM, EXEC(command)},
    {"args", FIELD_TEXTS, EXEC(args)},
    {"env", FIELD_ENV, EXEC(env)},
    {"apiVersion", FIELD_TEXT, EXEC(api_version)},
    {"installHint", FIELD_TEXT, EXEC(install_hint)},
    {"provideClusterInfo", FIELD_BOOL, EXEC(provide_cluster_info)},
    {"interactiveMode", FIELD_TEXT, EXEC(interactive_mode)},
    {NULL, FIELD_TEXT, 0},
};

static const Field provider_fields[] = {
    {"name", FIELD_TEXT, USER(auth_provider)},
    {NULL, FIELD_TEXT, 0},
};

static const Field pair_fields[] = {
    {"name", FIELD_TEXT, offsetof(KubePair, name)},
    {"value", FIELD_TEXT, offsetof(KubePair, value)},
    {NULL, FIELD_TEXT, 0},
};

static const RuleInfo rule_kubeconfig = {
    .id = "kubeconfig", .origin = ORIGIN_SCHEMA, .severity = SEVERITY_ERROR};

/* One file under hand. */
typedef struct Reader {
    Kubeconfig *config;
    const Document *doc;
    Diag *diag;
    Str folder; /* absolute */
    Str file;
} Reader;

static void refuse(Reader *reader, uint32_t node, const char *wanted)
{
    static const char *const KINDS[] = {"null",   "a boolean", "a number", "a number",
                                        "a text", "a mapping", "a list"};
    document_report(reader->diag, reader->doc, node, &rule_kubeconfig, "this has to be %s, not %s",
                    wanted, KINDS[node_kind(reader->doc, node)]);
}

static bool is(Reader *reader, uint32_t node, NodeKind kind, const char *wanted)
{
    if (node_kind(reader->doc, node) == kind)
        return true;
    if (node_kind(reader->doc, node) != NODE_NULL)
        refuse(reader, node, wanted);
    return false;
}

static Str text_of(Reader *reader, uint32_t node)
{
    return is(reader, node, NODE_STRING, "a text")
               ? arena_str(&reader->config->arena, node_str(reader->doc, node))
               : STR("");
}

static Str file_of(Reader *reader, uint32_t node, bool program)
{
    Str path = text_of(reader, node);
    bool bare = program && str_find(path, '/') == path.len;
    if (path.len == 0 || path.ptr[0] == '/' || bare)
        return path;
    return arena_format(&reader->config->arena, "%.*s/%.*s", STR_ARG(reader->folder),
                        STR_ARG(path));
}

static void read_fields(Reader *reader, uint32_t map, const Field *fields, void *into);

static TextList texts_of(Reader *reader, uint32_t list)
{
    TextList texts = {0};
    const Document *doc = reader->doc;
    if (!is(reader, list, NODE_SEQ, "a list"))
        return texts;
    texts.at = arena_alloc(&reader->config->arena, sizeof(Str) * ((size_t)doc->nodes[list].len + 1));
    for (uint32_t at = node_first(list); at < node_end(doc, list); at = node_after(doc, at))
        texts.at[texts.len++] = text_of(reader, at);
    return texts;
}

static KubePairs pairs_of(Reader *reader, uint32_t node, FieldShape shape)
{
    KubePairs pairs = {0};
    const Document *doc = reader->doc;
    bool map = shape == FIELD_EXTRA;
    if (!is(reader, node, map ? NODE_MAP : NODE_SEQ, map ? "a mapping" : "a list"))
        return pairs;
    pairs.at = arena_zero(&reader->config->arena,
                          sizeof(KubePair) * ((size_t)doc->nodes[node].len + 1));
    for (uint32_t at = node_first(node); at < node_end(doc, node);
         at = map ? node_after_entry(doc, at) : node_after(doc, at)) {
        KubePair *pair = &pairs.at[pairs.len++];
        if (map) {
            pair->name = arena_str(&reader->config->arena, node_str(doc, at));
            pair->values = texts_of(reader, at + 1);
        } else {
            read_fields(reader, at, pair_fields, pair);
        }
    }
    return pairs;
}

/* The one extension that a credential plugin is given, as JSON. */
static Str exec_extension(Reader *reader, uint32_t list)
{
    const Document *doc = reader->doc;
    Str found = STR("");
    if (!is(reader, list, NODE_SEQ, "a list"))
        return found;
    for (uint32_t at = node_first(list); at < node_end(doc, list); at = node_after(doc, at)) {
        uint32_t name = node_get_text(doc, at, STR("name"));
        uint32_t value = node_get_text(doc, at, STR("extension"));
        if (name == BASE_NONE || value == BASE_NONE ||
            !str_is(node_str(doc, name), "client.authentication.k8s.io/exec"))
            continue;
        Buf json = {0};
        emit_object_json(doc, value, &reader->config->arena, &json);
        found = arena_str(&reader->config->arena, buf_slice(&json));
        buf_free(&json);
    }
    return found;
}

static void read_field(Reader *reader, uint32_t node, const Field *field, void *into)
{
    void *place = (char *)into + field->offset;
    Str *text = place;
    switch (field->shape) {
    case FIELD_TEXT: *text = text_of(reader, node); break;
    case FIELD_FILE: *text = file_of(reader, node, false); break;
    case FIELD_PROGRAM: *text = file_of(reader, node, true); break;
    case FIELD_BYTES:
        if (!base64_decode(text_of(reader, node), &reader->config->arena, text))
            document_report(reader->diag, reader->doc, node, &rule_kubeconfig,
                            "this is no base64: %s", field->key);
        break;
    case FIELD_BOOL:
        if (is(reader, node, NODE_BOOL, "true or false"))
            *(bool *)place = node_bool(reader->doc, node);
        break;
    case FIELD_TEXTS: *(TextList *)place = texts_of(reader, node); break;
    case FIELD_EXTRA:
    case FIELD_ENV: *(KubePairs *)place = pairs_of(reader, node, field->shape); break;
    case FIELD_EXEC:
        if (is(reader, node, NODE_MAP, "a mapping")) {
            KubeExec *exec = place;
            exec->present = true;
            read_fields(reader, node, exec_fields, exec);
        }
        break;
    case FIELD_PROVIDER:
        if (is(reader, node, NODE_MAP, "a mapping")) {
            ((KubeUser *)into)->has_auth_provider = true;
            read_fields(reader, node, provider_fields, into);
        }
        break;
    case FIELD_EXTENSIONS: *text = exec_extension(reader, node); break;
    }
}

static void read_fields(Reader *reader, uint32_t map, const Field *fields, void *into)
{
    if (!is(reader, map, NODE_MAP, "a mapping"))
        return;
    for (const Field *field = fields; field->key; field++) {
        uint32_t node = node_get_text(reader->doc, map, str_of(field->key));
        if (node != BASE_NONE)
            read_field(reader, node, field, into);
    }
}

/* ---- the three lists of named things ---- */

/* An entry's name, and the mapping that it names; false where it has an error. */
static bool read_named(Reader *reader, uint32_t entry, const char *what, const Field *fields,
                       void *into, Str *name)
{
    *name = STR("");
    if (!is(reader, entry, NODE_MAP, "a mapping"))
        return node_kind(reader->doc, entry) == NODE_NULL;
    uint32_t node = node_get_text(reader->doc, entry, STR("name"));
    if (node != BASE_NONE)
        *name = text_of(reader, node);
    uint32_t value = node_get_text(reader->doc, entry, str_of(what));
    if (value != BASE_NONE)
        read_fields(reader, value, fields, into);
    return true;
}

static KubePlace place_of(Reader *reader, uint32_t node)
{
    /* Lines are counted when they are asked for, which is only for errors. */
    const Document *doc = reader->doc;
    Str before = str_slice(doc->text.ptr, node_at(doc, node)->offset);
    KubePlace place = {reader->file, 1, 1};
    for (size_t i = 0; i < before.len; i++) {
        place.line += before.ptr[i] == '\n';
        place.column = before.ptr[i] == '\n' ? 1 : place.column + 1;
    }
    return place;
}

/* Reads one list into a Kubeconfig's, behind those of earlier files. */
#define READ_LIST(reader, root, key, what, type, list, fields)                                    \
    do {                                                                                          \
        uint32_t seq_ = node_get_text((reader)->doc, root, STR(key));                             \
        if (seq_ == BASE_NONE || !is(reader, seq_, NODE_SEQ, "a list"))                           \
            break;                                                                                \
        for (uint32_t at_ = node_first(seq_); at_ < node_end((reader)->doc, seq_);                \
             at_ = node_after((reader)->doc, at_)) {                                              \
            type entry_ = {.place = place_of(reader, at_)};                                       \
            if (!read_named(reader, at_, what, fields, &entry_, &entry_.name))                    \
                continue;                                                                         \
            for (uint32_t i_ = 0; i_ < (list)->len; i_++) {                                       \
                if ((list)->at[i_].place.file.ptr == (reader)->file.ptr &&                        \
                    str_eq((list)->at[i_].name, entry_.name))                                     \
                    document_report((reader)->diag, (reader)->doc, at_, &rule_kubeconfig,         \
                                    "the name \"%.*s\" is given twice in " key,                   \
                                    STR_ARG(entry_.name));                                        \
            }                                                                                     \
            vec_push(list, entry_);                                                               \
        }                                                                                         \
    } while (0)

static void check_head(Reader *reader, uint32_t root, const char *key, const char *wanted)
{
    uint32_t node = node_get_text(reader->doc, root, str_of(key));
    if (node == BASE_NONE)
        return;
    Str text = text_of(reader, node);
    if (text.len && !str_is(text, wanted))
        document_report(reader->diag, reader->doc, node, &rule_kubeconfig,
                        "a kubeconfig's %s is %s, not %.*s", key, wanted, STR_ARG(text));
}

static void read_root(Reader *reader)
{
    Kubeconfig *config = reader->config;
    if (!is(reader, 0, NODE_MAP, "a mapping"))
        return;
    check_head(reader, 0, "apiVersion", "v1");
    check_head(reader, 0, "kind", "Config");
    READ_LIST(reader, 0, "clusters", "cluster", KubeCluster, &config->clusters, cluster_fields);
    READ_LIST(reader, 0, "users", "user", KubeUser, &config->users, user_fields);
    READ_LIST(reader, 0, "contexts", "context", KubeContext, &config->contexts, context_fields);
    uint32_t current = node_get_text(reader->doc, 0, STR("current-context"));
    Str name = current == BASE_NONE ? STR("") : text_of(reader, current);
    if (!config->current_context.len)
        config->current_context = name;
}

/* ---- files ---- */

static Str folder_of(Str path, Arena *arena)
{
    size_t end = path.len;
    while (end > 0 && path.ptr[end - 1] != '/')
        end--;
    if (path.len && path.ptr[0] == '/')
        return arena_str(arena, str_slice(path.ptr, end > 1 ? end - 1 : 1));
    char *cwd = getcwd(NULL, 0);
    Str folder = end ? arena_format(arena, "%s/%.*s", cwd ? cwd : ".", (int)end - 1, path.ptr)
                     : arena_str(arena, str_of(cwd ? cwd : "."));
    free(cwd);
    return folder;
}

/* The places of findings become lines; excerpts are never shown: they may be secrets. */
static bool tell_findings(Kubeconfig *config, Sources *sources, Diag *diag)
{
    diag_sort(diag, sources);
    bool fine = true;
    for (uint32_t i = 0; i < diag->findings.len; i++) {
        const Finding *finding = &diag->findings.at[i];
        if (finding->severity != SEVERITY_ERROR)
            continue;
        Located at = sources_locate(sources, finding->place);
        buf_format(&config->errors, "%.*s:%u:%u: %.*s\n", STR_ARG(at.file), at.line, at.column,
                   STR_ARG(finding->message));
        fine = false;
    }
    return fine;
}

static bool read_text(Kubeconfig *config, Str path, const FileText *text)
{
    Sources sources;
    Diag diag = {0};
    Parser *parser = parser_new();
    sources_init(&sources);
    uint32_t file = sources_add_file(&sources, path);
    Splitter splitter;
    splitter_init(&splitter, str_slice(text->ptr, text->len));
    Chunk chunk;
    /* sigs.k8s.io/yaml reads the first document and no other. */
    if (splitter_next(&splitter, &chunk)) {
        uint32_t source = sources_add_doc(
            &sources, (SourceDoc){.base = chunk.base, .size = (uint32_t)chunk.text.len,
                                  .file = file, .index = chunk.index, .line = chunk.line,
                                  .column = chunk.column, .json = chunk.json});
        Document doc;
        if (parser_read(parser, &chunk, source, &diag, &doc) == PARSER_OK) {
            doc.root = 0;
            doc.item = -1;
            doc.object = BASE_NONE;
            Reader reader = {config, &doc, &diag, folder_of(path, &config->arena),
                             arena_str(&config->arena, path)};
            read_root(&reader);
        }
    }
    bool fine = tell_findings(config, &sources, &diag);
    parser_free(parser);
    diag_free(&diag);
    sources_free(&sources);
    return fine;
}

static bool read_file(Kubeconfig *config, Str path, bool has_to_exist)
{
    FileText text = {0};
    int error = file_read(&text, path.ptr);
    bool fine = true;
    if (error == 0) {
        fine = read_text(config, path, &text);
    } else if (error != ENOENT || has_to_exist) {
        buf_format(&config->errors, "%.*s: %s\n", STR_ARG(path), strerror(error));
        fine = false;
    }
    file_free(&text);
    return fine;
}

bool kubeconfig_load(Kubeconfig *config, Str explicit_path, Str list, Str home)
{
    *config = (Kubeconfig){0};
    if (explicit_path.len)
        return read_file(config, arena_str(&config->arena, explicit_path), true);
    if (!list.len)
        return !home.len || read_file(config, arena_format(&config->arena, "%.*s/.kube/config",
                                                           STR_ARG(home)), false);
    bool fine = true;
    for (size_t from = 0; from <= list.len;) {
        Str rest = str_slice(list.ptr + from, list.len - from);
        Str path = str_slice(rest.ptr, str_find(rest, ':'));
        bool seen = false;
        for (size_t at = 0; at < from;) {
            Str before = str_slice(list.ptr + at, from - at);
            Str other = str_slice(before.ptr, str_find(before, ':'));
            seen |= str_eq(other, path);
            at += other.len + 1;
        }
        if (path.len && !seen)
            fine &= read_file(config, arena_str(&config->arena, path), false);
        from += path.len + 1;
    }
    return fine;
}

void kubeconfig_free(Kubeconfig *config)
{
    vec_free(&config->clusters);
    vec_free(&config->users);
    vec_free(&config->contexts);
    buf_free(&config->errors);
    arena_free(&config->arena);
}
