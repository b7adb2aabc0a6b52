/* Settings: how each value is understood, whether a flag or the configuration
 * gives it, and where it is stored.
 *
 * A value is judged even where a flag has overruled it, so that a mistake in the
 * configuration never hides.  Lists add up; of single values the flag's counts. */
#include "cli/options.h"
#include "emit/diff.h"
#include "schema/validation/formats.h"

#include <errno.h>
#include <sys/stat.h>

const char *const SETTING_WORDS_COLOR[] = {"auto", "always", "never", NULL};
const char *const SETTING_WORDS_FAIL_ON[] = {"error", "warning", "info", NULL};
const char *const SETTING_WORDS_LEVEL[] = {"error", "warning", "info", "off", NULL};
const char *const SETTING_WORDS_MISSING[] = {"error", "warn", "skip", NULL};
const char *const SETTING_WORDS_POD_SECURITY[] = {"privileged", "baseline", "restricted", NULL};

/* A part of a word that was broken off, or a word with something behind it, is near
 * too, but further than any typo. */
static bool is_near(Str wrong, Str candidate, unsigned *distance)
{
    enum { SHORTEST = 3, FAR = 100 };
    if (str_is_typo(wrong, candidate, distance))
        return true;
    bool shorter = wrong.len < candidate.len;
    Str part = shorter ? wrong : candidate, whole = shorter ? candidate : wrong;
    *distance = FAR + (unsigned)(whole.len - part.len);
    return part.len >= SHORTEST && str_starts(whole, part);
}

bool guess_try(Guess *guess, Str candidate)
{
    unsigned distance;
    if (!candidate.len || !is_near(guess->wrong, candidate, &distance))
        return false;
    if (guess->best.len && (distance > guess->distance ||
                            (distance == guess->distance &&
                             str_compare(candidate, guess->best) >= 0)))
        return false;
    guess->best = candidate;
    guess->distance = distance;
    return true;
}

Str guess_text(const Guess *guess, Arena *arena)
{
    return guess->best.len ? arena_format(arena, "; did you mean %.*s?", STR_ARG(guess->best))
                           : (Str){"", 0};
}

bool setting_refuse(Setter *setter, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    setter->error = arena_vformat(&setter->options->arena, format, args);
    va_end(args);
    return false;
}

/* Whether a value that was found good is to be stored. */
static bool claims(Setter *setter, Setting setting)
{
    uint8_t *set_by = &setter->options->set_by[setting];
    if (*set_by > setter->by)
        return false;
    *set_by = (uint8_t)setter->by;
    return true;
}

int setting_word(Setter *setter, Str value, const char *const *words)
{
    Guess guess = {.wrong = value};
    Buf list = {0};
    for (int i = 0; words[i]; i++) {
        if (str_is(value, words[i])) {
            buf_free(&list);
            return i;
        }
        guess_try(&guess, str_of(words[i]));
        buf_format(&list, "%s%s", i == 0 ? "" : words[i + 1] ? ", " : " or ", words[i]);
    }
    Arena *arena = &setter->options->arena;
    setting_refuse(setter, "\"%.*s\" is not %.*s%.*s", STR_ARG(value), STR_ARG(buf_slice(&list)),
           STR_ARG(guess_text(&guess, arena)));
    buf_free(&list);
    return -1;
}

/* ---- single values ---- */

/* Of `plimsoll-rest`, which this program knows by name alone. */
static const char *const APPLY_FORMATS[] = {"text", "json", "name", NULL};

const char *setting_format(const Command *command, size_t i)
{
    if (command->mask == FOR_CHECK)
        return i < report_format_count ? report_formats[i].name : NULL;
    if (command->mask == FOR_GRAPH)
        return i < graph_format_count ? graph_formats[i].name : NULL;
    if (command->mask == FOR_APPLY)
        return APPLY_FORMATS[i];
    if (command->mask == FOR_DIFF)
        return i < diff_format_count ? diff_formats[i].name : NULL;
    if (command->mask == FOR_EMIT)
        return i < object_format_count ? object_formats[i].name : NULL;
    if (command->mask == FOR_CONFIG)
        return config_format(i);
    if (command->mask == FOR_RULES)
        return rules_format(i);
    if (command->mask == FOR_EXPLAIN)
        return explain_format(i);
    return i < versions_format_count ? versions_formats[i].name : NULL;
}

/* FORMAT or FORMAT=FILE.  Of a command with one result the last counts. */
bool setting_output(Setter *setter, Str value)
{
    Options *options = setter->options;
    const char *words[32];
    size_t count = 0;
    for (; count + 1 < BASE_COUNT(words); count++)
        if (!(words[count] = setting_format(options->command, count)))
            break;
    words[count] = NULL;
    Str format = str_slice(value.ptr, str_find(value, '='));
    if (setting_word(setter, format, words) < 0)
        return false;
    Output output = {.format = arena_str(&options->arena, format), .file = STR("")};
    if (format.len < value.len) {
        Str file = str_slice(value.ptr + format.len + 1, value.len - format.len - 1);
        if (!file.len)
            return setting_refuse(setter, "\"%.*s\" names no file", STR_ARG(value));
        if (!str_is(file, "-"))
            output.file = arena_str(&options->arena, file);
    }
    if (!(options->command->mask & (FOR_CHECK | FOR_GRAPH)))
        vec_clear(&options->outputs);
    for (uint32_t i = 0; i < options->outputs.len; i++)
        if (str_eq(options->outputs.at[i].file, output.file))
            return setting_refuse(setter, "%.*s and %.*s both go to %s%.*s; write one to another "
                                          "file: %.*s=FILE",
                                  STR_ARG(options->outputs.at[i].format), STR_ARG(format),
                                  output.file.len ? "" : "standard output", STR_ARG(output.file),
                                  STR_ARG(format));
    vec_push(&options->outputs, output);
    return true;
}

bool setting_fail_on(Setter *setter, Str value)
{
    static const Severity SEVERITIES[] = {SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_INFO};
    int word = setting_word(setter, value, SETTING_WORDS_FAIL_ON);
    if (word >= 0 && claims(setter, SETTING_FAIL_ON))
        setter->options->fail_on = SEVERITIES[word];
    return word >= 0;
}

bool setting_color(Setter *setter, Str value)
{
    static const ColorMode MODES[] = {COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER};
    int word = setting_word(setter, value, SETTING_WORDS_COLOR);
    if (word >= 0 && claims(setter, SETTING_COLOR))
        setter->options->color = MODES[word];
    return word >= 0;
}

bool setting_missing_schemas(Setter *setter, Str value)
{
    static const MissingSchemas MISSING[] = {MISSING_ERROR, MISSING_WARN, MISSING_SKIP};
    int word = setting_word(setter, value, SETTING_WORDS_MISSING);
    if (word >= 0 && claims(setter, SETTING_MISSING_SCHEMAS))
        setter->options->schema.missing = MISSING[word];
    return word >= 0;
}

/* The words stand in the order of SecurityLevel. */
enum { JOBS_MOST = 1024 };

bool setting_jobs(Setter *setter, Str value)
{
    uint32_t jobs = 0;
    for (size_t i = 0; i < value.len && jobs <= JOBS_MOST; i++) {
        if (value.ptr[i] < '0' || value.ptr[i] > '9')
            return setting_refuse(setter, "a number of threads from 1 to %d is wanted", JOBS_MOST);
        jobs = jobs * 10 + (uint32_t)(value.ptr[i] - '0');
    }
    if (jobs < 1 || jobs > JOBS_MOST)
        return setting_refuse(setter, "a number of threads from 1 to %d is wanted", JOBS_MOST);
    setter->options->jobs = jobs;
    return true;
}

bool setting_pod_security(Setter *setter, Str value)
{
    int word = setting_word(setter, value, SETTING_WORDS_POD_SECURITY);
    if (word >= 0 && claims(setter, SETTING_POD_SECURITY))
        setter->options->pod_security = (uint8_t)word;
    return word >= 0;
}

static bool is_lower_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/* A label as RFC 1123 has it, which is what a Namespace's name must be. */
static bool is_namespace(Str name)
{
    if (name.len == 0 || name.len > 63)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        bool inner = i > 0 && i + 1 < name.len;
        if (!is_lower_alphanumeric(name.ptr[i]) && !(inner && name.ptr[i] == '-'))
            return false;
    }
    return true;
}

bool setting_namespace(Setter *setter, Str value)
{
    if (!is_namespace(value))
        return setting_refuse(setter,
                              "\"%.*s\" is no name of a namespace: at most 63 lower-case letters, "
                              "digits and hyphens, with a letter or digit at both ends",
                              STR_ARG(value));
    if (claims(setter, SETTING_NAMESPACE))
        setter->options->schema.default_namespace = arena_str(&setter->options->arena, value);
    return true;
}

bool setting_kubernetes_version(Setter *setter, Str value)
{
    SchemaTarget target;
    if (!schema_target_parse(value, &target, &setter->options->arena, &setter->error))
        return false;
    bool is_asked = setter->by == SET_BY_FLAG || !setter->options->command->all_versions;
    if (is_asked && claims(setter, SETTING_KUBERNETES_VERSION))
        setter->options->schema.target = target;
    return true;
}

bool setting_source_root(Setter *setter, Str value)
{
    struct stat status;
    Str folder = arena_str(&setter->options->arena, value);
    if (stat(folder.ptr, &status) || !S_ISDIR(status.st_mode))
        return setting_refuse(setter, "\"%.*s\" is no folder", STR_ARG(value));
    setter->options->source_root = folder;
    return true;
}

bool setting_config(Setter *setter, Str value)
{
    if (!value.len)
        return setting_refuse(setter, "the name of the file is empty");
    setter->options->config_path = arena_str(&setter->options->arena, value);
    return true;
}

/* ---- the cluster ---- */

bool setting_service_ranges(Setter *setter, Str value)
{
    ReferenceCluster *cluster = &setter->options->cluster;
    IpAddress address[REFERENCE_FAMILIES];
    unsigned bits;
    cluster->range_count = 0;
    for (Str rest = arena_str(&setter->options->arena, value);;) {
        size_t comma = str_find(rest, ',');
        Str range = str_trim(str_slice(rest.ptr, comma));
        if (cluster->range_count == REFERENCE_FAMILIES)
            return setting_refuse(setter, "a cluster has at most two ranges, one for each family");
        if (!cidr_parse(range, &address[cluster->range_count], &bits, false))
            return setting_refuse(setter, "\"%.*s\" is no range of addresses: 10.96.0.0/12 is one",
                                  STR_ARG(range));
        cluster->service_ranges[cluster->range_count++] = range;
        if (comma == rest.len)
            break;
        rest = str_slice(rest.ptr + comma + 1, rest.len - comma - 1);
    }
    if (cluster->range_count == 2 && address[0].v6 == address[1].v6)
        return setting_refuse(setter, "the two ranges are of one family");
    return true;
}

/* A port at the start of the text, which is cut off; 0: there is none. */
static int32_t cut_port(Str *text)
{
    int32_t number = 0;
    size_t at = 0;
    while (at < text->len && is_digit(text->ptr[at]) && number <= 65535)
        number = number * 10 + (text->ptr[at++] - '0');
    *text = str_slice(text->ptr + at, text->len - at);
    return at && number <= 65535 ? number : 0;
}

/* The forms of ParsePortRange: FIRST-LAST, FIRST+MORE, and one port. */
bool setting_node_ports(Setter *setter, Str value)
{
    Str rest = str_trim(value);
    int32_t first = cut_port(&rest), last = first;
    if (rest.len > 1 && (rest.ptr[0] == '-' || rest.ptr[0] == '+')) {
        bool more = rest.ptr[0] == '+';
        rest = str_slice(rest.ptr + 1, rest.len - 1);
        last = cut_port(&rest) + (more ? first : 0);
    }
    if (rest.len || !first || last < first || last > 65535)
        return setting_refuse(setter, "\"%.*s\" is no range of ports: 30000-32767 is one",
                              STR_ARG(value));
    setter->options->cluster.first_node_port = first;
    setter->options->cluster.last_node_port = last;
    return true;
}

bool setting_api_version(Setter *setter, Str value)
{
    setter->options->api_version = arena_str(&setter->options->arena, value);
    return true;
}

/* ---- lists ---- */

bool setting_changed(Setter *setter, Str value)
{
    Options *options = setter->options;
    options->changed_only = true;
    if (value.len)
        vec_push(&options->changed, arena_str(&options->arena, value));
    return true;
}

bool setting_assume(Setter *setter, Str value)
{
    Options *options = setter->options;
    Str parts[3] = {{0}};
    size_t count = 0;
    bool good = true;
    for (Str rest = arena_str(&options->arena, value); good; count++) {
        size_t slash = str_find(rest, '/');
        if (slash == 0 || count == BASE_COUNT(parts)) {
            good = false;
            break;
        }
        parts[count] = str_slice(rest.ptr, slash);
        if (slash == rest.len)
            break;
        rest = str_slice(rest.ptr + slash + 1, rest.len - slash - 1);
    }
    if (!good || count == 0)
        return setting_refuse(setter, "\"%.*s\" is not of the form Kind/namespace/name or Kind/name",
                              STR_ARG(value));
    Assumption assumption = {.kind = parts[0], .ns = STR("*"), .name = parts[1]};
    if (count == 2) {
        assumption.ns = parts[1];
        assumption.name = parts[2];
    }
    vec_push(&options->assumed, assumption);
    return true;
}

bool setting_exclude(Setter *setter, Str value)
{
    Exclusion glob;
    if (!setting_glob(setter, value, &glob))
        return false;
    vec_push(&setter->options->excluded, glob);
    return true;
}

void setting_scope_begin(Setter *setter)
{
    vec_push(&setter->options->scopes, ((NamedScope){0}));
}

bool setting_scope_name(Setter *setter, Str value)
{
    Options *options = setter->options;
    if (!value.len)
        return setting_refuse(setter, "the name of the scope is empty");
    for (uint32_t i = 0; i < options->scopes.len; i++)
        if (str_eq(options->scopes.at[i].name, value))
            return setting_refuse(setter, "there are two scopes \"%.*s\"", STR_ARG(value));
    options->scopes.at[options->scopes.len - 1].name = arena_str(&options->arena, value);
    return true;
}

bool setting_scope_path(Setter *setter, Str value)
{
    Options *options = setter->options;
    Exclusion path;
    if (!setting_glob(setter, value, &path))
        return false;
    vec_push(&options->scopes.at[options->scopes.len - 1].paths, path);
    return true;
}

/* A path to open from the working directory; refused unless it is there. */
static bool local_path(Setter *setter, Str value, Str *path)
{
    Arena *arena = &setter->options->arena;
    *path = path_join(setter->folder, value, arena);
    struct stat status;
    if (!value.len)
        return setting_refuse(setter, "the path is empty");
    if (stat(path->ptr, &status) == 0)
        return true;
    int error = errno;
    Guess guess = {.best = error == ENOENT ? path_guess(*path, arena) : (Str){0}};
    return setting_refuse(setter, "%.*s: %s%.*s", STR_ARG(*path), strerror(error),
                  STR_ARG(guess_text(&guess, arena)));
}

bool setting_assume_cluster(Setter *setter, Str value)
{
    Str path = value;
    struct stat status;
    if (!str_is(value, "-") && !local_path(setter, value, &path))
        return false;
    if (stat(path.ptr, &status) == 0 && S_ISDIR(status.st_mode))
        return setting_refuse(setter, "%.*s is a folder; give a file that `kubectl get -o yaml` "
                                      "wrote", STR_ARG(path));
    vec_push(&setter->options->clusters, arena_str(&setter->options->arena, path));
    return true;
}

bool setting_crds(Setter *setter, Str value)
{
    Str path;
    if (!local_path(setter, value, &path))
        return false;
    vec_push(&setter->options->crds, path);
    return true;
}

bool setting_custom_rules(Setter *setter, Str value)
{
    Str path;
    if (!local_path(setter, value, &path))
        return false;
    for (uint32_t i = 0; i < setter->options->rule_files.len; i++)
        if (str_eq(setter->options->rule_files.at[i], path))
            return true;
    vec_push(&setter->options->rule_files, path);
    return true;
}

bool setting_schema_location(Setter *setter, Str value)
{
    Str path;
    if (str_is(value, "default")) /* kubeconform's word for the built-in kinds */
        return true;
    if (str_contains(value, STR("://")))
        return setting_refuse(setter, "\"%.*s\" is on the network, which is never asked; give a "
                                      "local folder or template", STR_ARG(value));
    if (str_contains(value, STR("{{")))
        path = path_join(setter->folder, value, &setter->options->arena);
    else if (!local_path(setter, value, &path))
        return false;
    vec_push(&setter->options->schema_locations, path);
    return true;
}

/* ---- a cluster ---- */

const char *const SETTING_WORDS_DRY_RUN[] = {"none", "server", NULL};

bool setting_dry_run(Setter *setter, Str value)
{
    int word = setting_word(setter, value, SETTING_WORDS_DRY_RUN);
    setter->options->dry_run = word == 1;
    return word >= 0;
}

/* "90", "90s", "5m", "1h". */
bool setting_timeout(Setter *setter, Str value)
{
    uint64_t seconds = 0;
    size_t at = 0;
    for (; at < value.len && value.ptr[at] >= '0' && value.ptr[at] <= '9' && at < 7; at++)
        seconds = seconds * 10 + (uint64_t)(value.ptr[at] - '0');
    Str unit = str_slice(value.ptr + at, value.len - at);
    uint32_t factor = unit.len == 0 || str_is(unit, "s") ? 1
                      : str_is(unit, "m")                ? 60
                      : str_is(unit, "h")                ? 3600
                                                         : 0;
    if (at == 0 || factor == 0)
        return setting_refuse(setter, "\"%.*s\" is no time such as 90s, 5m or 1h", STR_ARG(value));
    if (seconds * factor > UINT32_MAX)
        return setting_refuse(setter, "\"%.*s\" is more than a hundred years", STR_ARG(value));
    setter->options->timeout = (uint32_t)(seconds * factor);
    return true;
}
