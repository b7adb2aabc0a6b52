/* .plimsoll.yaml: finding it, and reading it with the parser of our own, so that a
 * mistake is shown at its line.
 *
 * One table says which keys there are; a key's values go through the same function
 * as the flag that says the same, and docs/configuration.md is made from the same
 * rows. */
#include "cli/options.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

const ConfigKey config_keys[] = {
    {"kubernetesVersion", CONFIG_TEXT, setting_kubernetes_version, NULL, "a version or a range",
     "--kubernetes-version",
     "The version of Kubernetes, or the range of versions, that the manifests are for. The newest "
     "known version where nothing is said.",
     "kubernetesVersion: 1.29..1.34\n"},
    {"namespace", CONFIG_TEXT, setting_namespace, NULL, "a name", "--namespace",
     "The namespace of objects that name none: `default` where nothing is said.",
     "namespace: shop\n"},
    {"failOn", CONFIG_TEXT, setting_fail_on, SETTING_WORDS_FAIL_ON, "a severity", "--fail-on",
     "The exit status is 1 where there is a finding of this severity or a worse one.",
     "failOn: warning\n"},
    {"rules", CONFIG_RULES, NULL, SETTING_WORDS_LEVEL, "a mapping of rules to severities",
     "--severity",
     "Other severities for rules, by their ids; a rule that is `off` reports nothing.",
     "rules:\n  service-selects-no-pod: error\n  yaml-ambiguous: off\n"},
    {"assume", CONFIG_LIST, setting_assume, NULL, "a list of objects", "--assume",
     "Objects that exist although no manifest makes them, as `Kind/namespace/name`, or "
     "`Kind/name` for any namespace and for kinds without one. `*` stands for any characters and "
     "`?` for one. What refers to them is resolved.",
     "assume:\n  - Secret/shop/tls-certs\n  - ConfigMap/feature-*\n"},
    {"assumeCluster", CONFIG_LIST, setting_assume_cluster, NULL, "a list of files",
     "--assume-cluster",
     "What the cluster holds already, as `kubectl get -o yaml` or `-o json` wrote it, or as one object "
     "of JSON a line. The input is linked against these objects, and they are neither reported on nor "
     "counted. An object that the input defines replaces the one of the cluster, with all "
     "that it owns there.",
     "assumeCluster:\n  - hack/cluster.yaml\n"},
    {"exclude", CONFIG_LIST, setting_exclude, NULL, "a list of globs", "--exclude",
     "Files and folders that are left out, even where the command line names them. Within a name "
     "`*` stands for any characters and `?` for one; `**` stands for any number of folders. A "
     "glob without a slash matches a name in any folder, one with a slash is relative to the "
     "folder of the configuration, and one that ends in a slash matches folders only. A folder "
     "that is left out is not entered.",
     "exclude:\n  - vendor/\n  - \"*.tmpl.yaml\"\n  - overlays/**/secrets.yaml\n"},
    {"scopes", CONFIG_SCOPES, NULL, NULL, "a list of scopes, each with a name and paths", NULL,
     "Which files belong together, one scope for each cluster or overlay: what objects say of each "
     "other holds within a scope. Paths are globs as under `exclude`; a kustomization belongs to "
     "a scope by its own file, with all that it names. A file may be in several. What no scope "
     "holds is grouped as without them: by kustomization, by chart, by path of the command line.",
     "scopes:\n  - name: production\n    paths:\n      - base\n      - overlays/production\n"},
    {"serviceClusterIPRange", CONFIG_TEXT, setting_service_ranges, NULL,
     "one range of addresses, or two of different families with a comma between them", NULL,
     "The addresses that the cluster gives its Services, as kube-apiserver's "
     "`--service-cluster-ip-range` says them; the family of the first is the default, and two make "
     "the cluster dual-stack. `10.96.0.0/12` where nothing is said; then what lies outside is a "
     "warning only, since clusters differ.",
     "serviceClusterIPRange: 10.96.0.0/12,fd00:10:96::/112\n"},
    {"serviceNodePortRange", CONFIG_TEXT, setting_node_ports, NULL, "a range of ports", NULL,
     "The ports that the cluster gives as node ports, as kube-apiserver's "
     "`--service-node-port-range` says them. `30000-32767` where nothing is said.",
     "serviceNodePortRange: 30000-32767\n"},
    {"crds", CONFIG_LIST, setting_crds, NULL, "a list of files and folders", "--crds",
     "CustomResourceDefinitions beside those in the input. A folder may hold other manifests "
     "too.",
     "crds:\n  - hack/crds\n"},
    {"schemaLocations", CONFIG_LIST, setting_schema_location, NULL,
     "a list of folders and path templates", "--schema-location",
     "JSON schemas of custom resources in kubeconform's or the CRDs-catalog's layout; of several "
     "that hold a kind the first counts. Only local ones: the network is never asked.",
     "schemaLocations:\n  - schemas/{{ .Group }}/{{ .ResourceKind }}_{{ .ResourceAPIVersion "
     "}}.json\n"},
    {"missingSchemas", CONFIG_TEXT, setting_missing_schemas, SETTING_WORDS_MISSING, "a word",
     "--missing-schemas",
     "What a custom resource is whose definition is nowhere: an `error`, a warning (`warn`), or "
     "passed over (`skip`). A warning where nothing is said.",
     "missingSchemas: error\n"},
    {"podSecurity", CONFIG_TEXT, setting_pod_security, SETTING_WORDS_POD_SECURITY, "a level",
     "--pod-security",
     "A Pod Security Standard that the Pods of all namespaces are held to, beside what their "
     "Namespaces ask for: `baseline` or `restricted`. Where nothing is said (`privileged`), the "
     "Namespaces' labels count alone.",
     "podSecurity: restricted\n"},
};

const size_t config_key_count = BASE_COUNT(config_keys);

const RuleInfo rule_configuration = {
    .id = "configuration",
    .origin = ORIGIN_YAML,
    .severity = SEVERITY_ERROR,
    .summary = "a key or a value of the configuration is not understood",
    .why = "A mistake in the configuration must not silence anything, so that it ends the run.",
    .fix = "Correct the key or value; docs/configuration.md lists all of them.",
};

/* ---- finding ---- */

typedef struct Finder {
    Arena *arena;
    Str cwd;      /* absolute */
    PlaceMemo place;
    Str last_folder, last_found; /* the last answer, since many files share a folder */
} Finder;

static bool is_there(Str path)
{
    struct stat status;
    return stat(path.ptr, &status) == 0;
}

/* The configuration of a folder and those above it, absolute; empty if there is
 * none.  False where a folder holds two. */
static bool find_upward(Finder *finder, Str folder, Str *found)
{
    for (;; folder = path_folder(folder, finder->arena)) {
        Str yaml = path_join(folder, STR(".plimsoll.yaml"), finder->arena);
        Str yml = path_join(folder, STR(".plimsoll.yml"), finder->arena);
        bool has_yaml = is_there(yaml), has_yml = is_there(yml);
        if (has_yaml && has_yml) {
            cli_error("%.*s holds both .plimsoll.yaml and .plimsoll.yml: keep one",
                      STR_ARG(path_relative(folder, finder->cwd, finder->arena)));
            return false;
        }
        if (has_yaml || has_yml) {
            *found = has_yaml ? yaml : yml;
            return true;
        }
        if (folder.len <= 1) {
            *found = (Str){"", 0};
            return true;
        }
    }
}

/* The absolute folder in which a path's configuration is looked for first.  For a
 * path that does not exist, and that the walk will report, it is the last one on the
 * way to it that does. */
static Str folder_of(Finder *finder, Str path)
{
    struct stat status;
    if (str_eq(path, STR("-")) || !path.len)
        return finder->cwd;
    while (stat(path.ptr, &status) && path.len > 1 && !str_is(path, "."))
        path = path_folder(path, finder->arena);
    if (stat(path.ptr, &status) || S_ISDIR(status.st_mode))
        return path_absolute(path, finder->arena);
    return path_folder(path_place(path, false, &finder->place, finder->arena), finder->arena);
}

/* The configuration of one path of the command line. */
static bool find_for(Finder *finder, Str path, Str *found)
{
    Str folder = folder_of(finder, path);
    if (finder->last_folder.len && str_eq(folder, finder->last_folder)) {
        *found = finder->last_found;
        return true;
    }
    if (folder.len == 0 || !find_upward(finder, folder, found))
        return folder.len == 0;
    if (!found->len && !str_eq(folder, finder->cwd) && !find_upward(finder, finder->cwd, found))
        return false;
    finder->last_folder = folder;
    finder->last_found = *found;
    return true;
}

/* Where the file of the run is looked for: every path must come to the same. */
static bool find_config(Options *options, Str cwd, Str *found)
{
    Finder finder = {.arena = &options->arena, .cwd = cwd};
    Str first = {0};
    if (!options->paths.len)
        return find_upward(&finder, cwd, found);
    for (uint32_t i = 0; i < options->paths.len; i++) {
        Str path = options->paths.at[i];
        *found = (Str){"", 0};
        if (!find_for(&finder, path, found))
            return false;
        if (i == 0) {
            first = *found;
        } else if (!str_eq(first, *found)) {
            Str one = first.len ? path_relative(first, cwd, finder.arena) : STR("no configuration");
            Str two = found->len ? path_relative(*found, cwd, finder.arena)
                                 : STR("no configuration");
            cli_error("%.*s has %.*s but %.*s has %.*s: check them apart, or give --config or "
                      "--no-config",
                      STR_ARG(options->paths.at[0]), STR_ARG(one), STR_ARG(path), STR_ARG(two));
            return false;
        }
    }
    return true;
}

/* ---- reading ---- */

typedef struct ConfigReader {
    Setter setter;
    Document *doc;
    Diag *diag;
} ConfigReader;

/* A scalar's text as it stands in the file: 1.30 is no number here. */
static bool scalar_text(ConfigReader *reader, uint32_t node, const char *what, Str *text)
{
    NodeKind kind = node_kind(reader->doc, node);
    if (kind == NODE_MAP || kind == NODE_SEQ || kind == NODE_NULL) {
        document_report(reader->diag, reader->doc, node, &rule_configuration, "%s %s", what,
                        kind == NODE_NULL ? "has no value" : "is one value, not a list or mapping");
        return false;
    }
    *text = node_str(reader->doc, node);
    for (size_t i = 0; i < text->len; i++)
        if ((unsigned char)text->ptr[i] < 0x20 || text->ptr[i] == 0x7F) {
            document_report(reader->diag, reader->doc, node, &rule_configuration,
                            "%s holds a control character", what);
            return false;
        }
    return true;
}

static void refused(ConfigReader *reader, uint32_t node, const char *key)
{
    document_report(reader->diag, reader->doc, node, &rule_configuration, "%s: %.*s", key,
                    STR_ARG(reader->setter.error));
}

static void read_rules(ConfigReader *reader, uint32_t map)
{
    const Document *doc = reader->doc;
    for (uint32_t at = node_first(map); at < node_end(doc, map); at = node_after_entry(doc, at)) {
        Str rule = node_str(doc, at), level;
        bool wrong_rule;
        if (scalar_text(reader, at + 1, "a rule's severity", &level) &&
            !setting_rule_severity(&reader->setter, rule, level, &wrong_rule))
            refused(reader, wrong_rule ? at : at + 1, "rules");
    }
}

static void read_scope(ConfigReader *reader, uint32_t map)
{
    const Document *doc = reader->doc;
    uint32_t name = node_get_text(doc, map, STR("name"));
    uint32_t paths = node_get_text(doc, map, STR("paths"));
    Str text;
    for (uint32_t at = node_first(map); at < node_end(doc, map); at = node_after_entry(doc, at))
        if (!str_is(node_str(doc, at), "name") && !str_is(node_str(doc, at), "paths"))
            document_report(reader->diag, doc, at, &rule_configuration,
                            "unknown key \"%.*s\": a scope has name and paths",
                            STR_ARG(node_str(doc, at)));
    if (name == BASE_NONE || paths == BASE_NONE || node_kind(doc, paths) != NODE_SEQ) {
        document_report(reader->diag, doc, map, &rule_configuration,
                        "a scope has a name and a list of paths");
        return;
    }
    if (!scalar_text(reader, name, "the name of a scope", &text))
        return;
    if (!setting_scope_name(&reader->setter, text)) {
        refused(reader, name, "scopes");
        return;
    }
    for (uint32_t at = node_first(paths); at < node_end(doc, paths); at = node_after(doc, at))
        if (scalar_text(reader, at, "an entry of the list", &text) &&
            !setting_scope_path(&reader->setter, text))
            refused(reader, at, "scopes");
}

static void read_scopes(ConfigReader *reader, uint32_t list)
{
    const Document *doc = reader->doc;
    for (uint32_t at = node_first(list); at < node_end(doc, list); at = node_after(doc, at)) {
        if (node_kind(doc, at) == NODE_MAP)
            read_scope(reader, at);
        else
            document_report(reader->diag, doc, at, &rule_configuration,
                            "a scope has a name and a list of paths");
    }
}

static void read_key(ConfigReader *reader, const ConfigKey *key, uint32_t value)
{
    const Document *doc = reader->doc;
    static const NodeKind SHAPES[] = {
        [CONFIG_TEXT] = NODE_STRING, [CONFIG_LIST] = NODE_SEQ, [CONFIG_RULES] = NODE_MAP,
        [CONFIG_SCOPES] = NODE_SEQ};
    Str text;
    /* `exclude:` with all its entries commented out is an empty list. */
    if (key->shape != CONFIG_TEXT && node_kind(doc, value) == NODE_NULL)
        return;
    if (key->shape != CONFIG_TEXT && node_kind(doc, value) != SHAPES[key->shape]) {
        document_report(reader->diag, doc, value, &rule_configuration, "%s is %s", key->name,
                        key->value);
        return;
    }
    switch (key->shape) {
    case CONFIG_TEXT:
        if (scalar_text(reader, value, key->name, &text) && !key->store(&reader->setter, text))
            refused(reader, value, key->name);
        break;
    case CONFIG_LIST:
        for (uint32_t at = node_first(value); at < node_end(doc, value); at = node_after(doc, at)) {
            const char *what = "an entry of the list";
            if (scalar_text(reader, at, what, &text) && !key->store(&reader->setter, text))
                refused(reader, at, key->name);
        }
        break;
    case CONFIG_RULES: read_rules(reader, value); break;
    case CONFIG_SCOPES: read_scopes(reader, value); break;
    }
}

static void read_document(ConfigReader *reader)
{
    const Document *doc = reader->doc;
    if (node_kind(doc, doc->root) != NODE_MAP) {
        document_report(reader->diag, doc, doc->root, &rule_configuration,
                        "the configuration is a mapping of keys to values");
        return;
    }
    for (uint32_t at = node_first(doc->root); at < node_end(doc, doc->root);
         at = node_after_entry(doc, at)) {
        Str name = node_str(doc, at);
        Guess guess = {.wrong = name};
        const ConfigKey *key = NULL;
        for (size_t i = 0; i < config_key_count && !key; i++) {
            if (str_is(name, config_keys[i].name))
                key = &config_keys[i];
            else
                guess_try(&guess, str_of(config_keys[i].name));
        }
        if (key)
            read_key(reader, key, at + 1);
        else
            document_report(reader->diag, doc, at, &rule_configuration, "unknown key \"%.*s\"%.*s",
                            STR_ARG(name),
                            STR_ARG(guess_text(&guess, &reader->setter.options->arena)));
    }
}

/* Reads the documents of the file; a second one that holds anything is an error. */
static void read_text(ConfigReader *reader, Sources *sources, uint32_t file, Str text)
{
    Parser *parser = parser_new();
    Splitter splitter;
    Chunk chunk;
    bool seen = false;
    splitter_init(&splitter, text);
    while (splitter_next(&splitter, &chunk)) {
        Document doc = {0};
        uint32_t source = sources_add_doc(sources, (SourceDoc){.base = chunk.base,
                                                               .size = (uint32_t)chunk.text.len,
                                                               .file = file,
                                                               .index = chunk.index,
                                                               .line = chunk.line,
                                                               .column = chunk.column});
        ParserStatus status = parser_read(parser, &chunk, source, reader->diag, &doc);
        if (status != PARSER_OK)
            continue;
        reader->doc = &doc;
        if (seen)
            document_report(reader->diag, &doc, doc.root, &rule_configuration,
                            "the configuration is one document");
        else
            read_document(reader);
        seen = true;
    }
    parser_free(parser);
}

static uint32_t error_count(const Diag *diag)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < diag->findings.len; i++)
        count += diag->findings.at[i].severity == SEVERITY_ERROR;
    return count;
}

/* What a report of findings looks like is the text format's to say. */
static void write_errors(const Options *options, Sources *sources, Diag *diag)
{
    Out out;
    Report report = {
        .sources = sources,
        .diag = diag,
        .summary = {.errors = error_count(diag), .target = options->schema.target},
        .color = options_color(options, STDERR_FILENO),
    };
    diag_sort(diag, sources);
    out_init(&out, STDERR_FILENO);
    report_format_find(STR("text"))->write(&report, &out);
    out_close(&out);
}

static bool read_file(Options *options, Str cwd)
{
    /* `off`, 1.30 and the like are read as text here: no trap for anyone. */
    static const SeverityOverride QUIET[] = {{STR_INIT("yaml-ambiguous"), SEVERITY_OFF}};
    Arena *arena = &options->arena;
    Str path = options->config_path;
    FileText text = {0};
    int error = file_read(&text, path.ptr);
    if (error) {
        Str guess = error == ENOENT ? path_guess(path, arena) : (Str){0};
        cli_error("%.*s: %s%.*s", STR_ARG(path), strerror(error),
                  STR_ARG(guess_text(&(Guess){.best = guess}, arena)));
        return false;
    }
    PlaceMemo memo = {0};
    Str folder = path_folder(path, arena);
    Sources sources;
    Diag diag = {.overrides = QUIET, .override_count = BASE_COUNT(QUIET)};
    sources_init(&sources);
    ConfigReader reader = {
        .setter = {.options = options,
                   .by = SET_BY_CONFIG,
                   .folder = str_is(folder, ".") ? (Str){"", 0} : folder,
                   .root = path_folder(path_place(path_join(cwd, path, arena), false, &memo, arena),
                                       arena)},
        .diag = &diag,
    };
    read_text(&reader, &sources, sources_add_file(&sources, path),
              str_slice(text.ptr, text.len));
    bool good = error_count(&diag) == 0;
    if (!good)
        write_errors(options, &sources, &diag);
    diag_free(&diag);
    sources_free(&sources);
    file_free(&text);
    return good;
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
        if (!find_config(options, cwd, &found))
            return false;
        if (!found.len)
            return true;
        options->config_path = path_relative(found, cwd, &options->arena);
    }
    return read_file(options, cwd);
}
