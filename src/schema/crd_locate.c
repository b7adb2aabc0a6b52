/* crd_locate.c: JSON schemas of custom resources on disk, found by kind.
 *
 * A location is a folder or a template of a path, as kubeconform has them
 * (pkg/registry): {{.Group}}, {{.ResourceKind}}, {{.ResourceAPIVersion}},
 * {{.KindSuffix}}, {{.NormalizedKubernetesVersion}} and {{.StrictSuffix}}.  A folder
 * stands for kubeconform's own layout and for that of the CRDs-catalog.  Schemas are
 * read only for kinds that the input has and no CRD defines. */
#include "schema/crd_shape.h"

#include <errno.h>

/* What the placeholders stand for. */
typedef struct Names {
    Str group, kind, version, suffix, kubernetes, strict;
} Names;

static Str lower(Str text, Arena *arena)
{
    Str copy = arena_str(arena, text);
    for (size_t i = 0; i < copy.len; i++)
        if (copy.ptr[i] >= 'A' && copy.ptr[i] <= 'Z')
            ((char *)copy.ptr)[i] = (char)(copy.ptr[i] + 32);
    return copy;
}

static Names names_of(Str api_version, Str kind, Arena *arena)
{
    size_t slash = str_find(api_version, '/');
    bool grouped = slash < api_version.len;
    Str group = str_slice(api_version.ptr, slash);
    Str version = grouped ? str_slice(api_version.ptr + slash + 1, api_version.len - slash - 1)
                          : api_version;
    Str first = lower(str_slice(group.ptr, str_find(group, '.')), arena);
    Names names = {.group = group, .kind = lower(kind, arena), .version = version};
    names.suffix = grouped ? arena_format(arena, "-%.*s-%.*s", STR_ARG(first),
                                          STR_ARG(lower(version, arena)))
                           : arena_format(arena, "-%.*s", STR_ARG(first));
    return names;
}

static bool placeholder(const Names *names, Str word, Str *value)
{
    const struct {
        const char *word;
        Str value;
    } ALL[] = {
        {".Group", names->group}, {".ResourceKind", names->kind},
        {".ResourceAPIVersion", names->version}, {".KindSuffix", names->suffix},
        {".NormalizedKubernetesVersion", names->kubernetes}, {".StrictSuffix", names->strict},
    };
    for (size_t i = 0; i < BASE_COUNT(ALL); i++)
        if (str_is(word, ALL[i].word)) {
            *value = ALL[i].value;
            return true;
        }
    return false;
}

/* Fills a template in.  False for a placeholder that is none. */
static bool fill_in(Str template, const Names *names, Buf *path)
{
    for (size_t at = 0; at < template.len;) {
        Str rest = str_slice(template.ptr + at, template.len - at);
        if (!str_starts(rest, STR("{{"))) {
            buf_byte(path, template.ptr[at++]);
            continue;
        }
        size_t end = 2;
        while (end + 1 < rest.len && !(rest.ptr[end] == '}' && rest.ptr[end + 1] == '}'))
            end++;
        Str value;
        if (end + 1 >= rest.len ||
            !placeholder(names, str_trim(str_slice(rest.ptr + 2, end - 2)), &value))
            return false;
        buf_str(path, value);
        at += end + 2;
    }
    return true;
}

/* ---- a schema ---- */

typedef struct Locator {
    Schema *schema;
    Str api_version, kind;
    Arena *arena;
    Str *error;
} Locator;

static void add_schema(const Locator *locator, const Document *doc)
{
    struct CrdTable *table = crd_table_of(locator->schema);
    CrdReader reader = {.arena = &table->arena, .doc = doc, .json_schema = true, .lenient = true};
    CrdDefinition *definition = arena_zero(&table->arena, sizeof *definition);
    CrdVersion *version = arena_zero(&table->arena, sizeof *version);
    size_t slash = str_find(locator->api_version, '/');
    bool grouped = slash < locator->api_version.len;
    definition->group = arena_str(&table->arena, str_slice(locator->api_version.ptr,
                                                           grouped ? slash : 0));
    version->name = arena_str(&table->arena,
                              grouped ? str_slice(locator->api_version.ptr + slash + 1,
                                                  locator->api_version.len - slash - 1)
                                      : locator->api_version);
    version->served = true;
    version->shape = crd_read_shape(&reader, 0);
    definition->name = definition->kind = arena_str(&table->arena, locator->kind);
    definition->versions = version;
    definition->version_count = 1;
    definition->scope = SCOPE_UNKNOWN;
    KindId kind = crd_add_kind(locator->schema, definition, locator->api_version);
    crd_add_type(locator->schema, kind, definition, version, (CrdDemand){0}, NULL);
}

/* Reads the file and adds its type.  False where there is none. */
static bool add_file(const Locator *locator, Str path)
{
    FileText text = {0};
    int error = file_read(&text, path.ptr);
    if (error) {
        file_free(&text);
        if (error != ENOENT && error != ENOTDIR)
            *locator->error = arena_format(locator->arena, "%.*s: %s", STR_ARG(path),
                                           strerror(error));
        return false;
    }
    Parser *parser = parser_new();
    Diag diag = {0};
    Chunk chunk = {.text = {text.ptr, text.len}, .line = 1, .column = 1};
    Splitter splitter;
    splitter_init(&splitter, chunk.text);
    Document doc;
    bool good = splitter_next(&splitter, &chunk) &&
                parser_read(parser, &chunk, 0, &diag, &doc) == PARSER_OK &&
                node_kind(&doc, 0) == NODE_MAP;
    if (good)
        add_schema(locator, &doc);
    else
        *locator->error = arena_format(locator->arena, "%.*s: no JSON schema", STR_ARG(path));
    diag_free(&diag);
    parser_free(parser);
    file_free(&text);
    return good;
}

/* ---- locations ---- */

static bool try_template(const Locator *locator, Str template, const Names *names)
{
    Buf path = {0};
    bool found = false;
    if (fill_in(template, names, &path)) {
        buf_byte(&path, '\0');
        found = add_file(locator, str_slice(path.ptr, path.len - 1));
    } else {
        *locator->error = arena_format(locator->arena, "%.*s: unknown placeholder",
                                       STR_ARG(template));
    }
    buf_free(&path);
    return found;
}

enum { PATCHES = 32 }; /* releases of a minor version that folders may be named after */

/* kubeconform's folders carry a full version; ours is a minor one. */
static bool try_versions(const Locator *locator, Str template, Names names, unsigned minor)
{
    static const Str STRICT[] = {STR_INIT("-strict"), STR_INIT("")};
    if (!str_contains(template, STR("NormalizedKubernetesVersion"))) {
        for (size_t strict = 0; strict < BASE_COUNT(STRICT); strict++) {
            names.strict = STRICT[strict];
            if (try_template(locator, template, &names))
                return true;
            if (!str_contains(template, STR("StrictSuffix")))
                break;
        }
        return false;
    }
    for (int patch = -2; patch < PATCHES; patch++)
        for (size_t strict = 0; strict < BASE_COUNT(STRICT); strict++) {
            names.strict = STRICT[strict];
            names.kubernetes = patch == -2   ? arena_format(locator->arena, "v1.%u", minor)
                               : patch == -1 ? STR("master")
                                             : arena_format(locator->arena, "v1.%u.%d", minor, patch);
            if (try_template(locator, template, &names))
                return true;
        }
    return false;
}

static bool try_location(const Locator *locator, Str location, const Names *names, unsigned minor)
{
    if (str_ends(location, STR("json")))
        return try_versions(locator, location, *names, minor);
    static const char *const LAYOUTS[] = {
        "{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json",
        ("{{.NormalizedKubernetesVersion}}-standalone{{.StrictSuffix}}/"
         "{{.ResourceKind}}{{.KindSuffix}}.json"),
        "{{.ResourceKind}}{{.KindSuffix}}.json",
    };
    while (location.len > 1 && location.ptr[location.len - 1] == '/')
        location.len--;
    for (size_t i = 0; i < BASE_COUNT(LAYOUTS); i++) {
        Str layout = arena_format(locator->arena, "%.*s/%s", STR_ARG(location), LAYOUTS[i]);
        if (try_versions(locator, layout, *names, minor))
            return true;
    }
    return false;
}

bool crd_locate(Schema *schema, const Str *locations, uint32_t count, Str api_version, Str kind,
                const SchemaTarget *target, Arena *arena, Str *error)
{
    *error = str_slice("", 0);
    struct CrdTable *table = crd_table_of(schema);
    Str both = arena_format(arena, "%.*s %.*s", STR_ARG(api_version), STR_ARG(kind));
    if (schema_kind_lookup(schema, api_version, kind) != BASE_NONE)
        return true;
    if (interner_find(&table->missing, both) != BASE_NONE)
        return false;
    Names names = names_of(api_version, kind, arena);
    Locator locator = {schema, api_version, kind, arena, error};
    for (uint32_t i = 0; i < count; i++)
        if (try_location(&locator, locations[i], &names, target->newest))
            return true;
    intern(&table->missing, both);
    return false;
}
