/* The command line: one table of options, and its reader.
 *
 * A row says how an option is spelled, which commands have it, what its value is
 * and where that is stored; help, man page and completions are made from the same
 * rows.  Spelling follows GNU's habits: --name=value, --name value, -n value,
 * -nvalue, -vq, and -- before paths that begin with a hyphen.  Names are not
 * abbreviated: a script must not break when an option is added. */
#include "cli/options.h"

#include <stdlib.h>
#include <unistd.h>

const char *const option_group_names[GROUP_COUNT] = {
    [GROUP_REPORT] = "Report",       [GROUP_INPUT] = "Input", [GROUP_TYPES] = "Kubernetes",
    [GROUP_CLUSTER] = "Cluster",
    [GROUP_CONFIG] = "Configuration", [GROUP_OTHER] = "Other",
};

#define FLAG(field) .flag = offsetof(Options, field)

const OptionInfo option_table[] = {
    {"output", 'o', GROUP_REPORT, VALUE_FORMAT, "FORMAT[=FILE]",
     .commands = FOR_INPUT | FOR_CONFIG | FOR_TABLES,
     .store = setting_output,
     .help = "the form of the result, and the file that it goes to; without one it goes to "
             "stdout. `check` takes several, so that one run feeds them all"},
    {"fail-on", 0, GROUP_REPORT, VALUE_WORD, "SEVERITY", .commands = FOR_CHECK | FOR_CONFIG,
     .store = setting_fail_on, .words = SETTING_WORDS_FAIL_ON,
     .help = "exit with 1 from this severity on: `error` (the default), `warning` or `info`"},
    {"verbose", 'v', GROUP_REPORT, .commands = FOR_CHECK, FLAG(verbose),
     .help = "show findings of severity info too"},
    {"stats", 0, GROUP_REPORT, .commands = FOR_CHECK, FLAG(stats),
     .help = "tell on stderr, and in the summary of JSON, where the time went, how much was read in "
             "it, and the peak of memory"},
    {"quiet", 'q', GROUP_REPORT, .commands = FOR_INPUT | FOR_SNAPSHOT, FLAG(quiet),
     .help = "no summary line on stderr"},
    {"color", 0, GROUP_REPORT, VALUE_WORD, "WHEN", .commands = FOR_INPUT,
     .store = setting_color, .words = SETTING_WORDS_COLOR,
     .help = "`auto` (the default: on a terminal), `always` or `never`"},
    {"jobs", 'j', GROUP_REPORT, VALUE_TEXT, "N", .commands = FOR_INPUT, .store = setting_jobs,
     .help = "read with N threads (the default: one for each processor that there is, and one for "
             "a small input); what comes out is the same"},
    {"changed", 0, GROUP_REPORT, VALUE_FILE, "FILE...", .many = true, .commands = FOR_CHECK,
     .store = setting_changed,
     .help = "report only what these files have a part in, and, where one of them is gone, all that "
             "objects say of each other; takes every argument up to the next option"},
    {"since", 0, GROUP_REPORT, VALUE_TEXT, "COMMIT", .commands = FOR_CHECK, .store = setting_since,
     .help = "as `--changed`, with what git says was changed since this commit (since it and HEAD "
             "parted), and with files that git does not know yet"},
    {"show-endpoints", 0, GROUP_REPORT, .commands = FOR_CHECK, FLAG(show_endpoints),
     .help = "show for each Service the Pods that it selects and the ports that it reaches"},
    {"dump-tree", 0, GROUP_REPORT, .commands = FOR_CHECK, FLAG(dump_tree),
     .help = "print the parsed documents with the place of every key and value"},
    {"defaults", 0, GROUP_REPORT, .commands = FOR_EMIT, FLAG(defaults),
     .help = "write objects as a server would store them: defaults filled in, values in their "
             "canonical form"},
    {"offline", 0, GROUP_INPUT, .commands = FOR_DIFF, FLAG(offline),
     .help = "compare two inputs with each other; no cluster is asked"},
    {"exclude", 0, GROUP_INPUT, VALUE_TEXT, "GLOB", .commands = FOR_INPUT | FOR_CONFIG,
     .store = setting_exclude,
     .help = "leave out files and folders that match, named ones too; may be given again"},
    {"source-root", 0, GROUP_INPUT, VALUE_FOLDER, "FOLDER", .commands = FOR_CHECK,
     .store = setting_source_root,
     .help = "where the templates lie that `# Source:` comments of `helm template` name: the "
             "chart's folder, or one that holds it; the working directory if not given"},
    {"require-manifest", 0, GROUP_INPUT, .commands = FOR_INPUT, FLAG(require_manifest),
     .help = "fail where the input holds no manifest"},
    {"select", 0, GROUP_CONFIG, VALUE_TEXT, "RULE,...", .commands = FOR_CHECK | FOR_CONFIG,
     .store = setting_select,
     .help = "report these rules alone; `yaml`, `schema`, `server`, `link` and `advice` stand for "
             "all rules of that origin; may be given again"},
    {"baseline", 0, GROUP_REPORT, VALUE_FILE, "FILE", .commands = FOR_CHECK | FOR_CONFIG,
     .store = setting_baseline,
     .help = "report only what this file, written by `--write-baseline`, does not hold"},
    {"write-baseline", 0, GROUP_REPORT, VALUE_FILE, "FILE", .commands = FOR_CHECK,
     .store = setting_write_baseline,
     .help = "write all findings to this file instead of reporting them; they are known from then "
             "on"},
    {"assume", 0, GROUP_INPUT, VALUE_TEXT, "OBJECT", .commands = FOR_LINK | FOR_CONFIG,
     .store = setting_assume,
     .help = "an object that exists elsewhere, as Kind/namespace/name or Kind/name for any "
             "namespace; `*` and `?` may stand in it; may be given again"},
    {"assume-cluster", 0, GROUP_INPUT, VALUE_FILE, "FILE", .commands = FOR_LINK | FOR_CONFIG,
     .store = setting_assume_cluster,
     .help = "what the cluster holds already, as `kubectl get -o yaml` or `-o json` wrote it: the "
             "input is linked against it, and it is not reported on; may be given again"},
    {"one-cluster", 0, GROUP_INPUT, .commands = FOR_LINK, FLAG(one_cluster),
     .help = "take all of the input for one deployment, and join its scopes"},
    {"kubernetes-version", 0, GROUP_TYPES, VALUE_TEXT, "VERSION",
     .commands = FOR_INPUT | FOR_CONFIG | FOR_TABLES, .store = setting_kubernetes_version,
     .help = "a version such as `1.29`, or a range such as `1.25..1.37`; if not given, check "
             "takes the newest and versions all that are known; emit takes the newest of a range"},
    {"namespace", 'n', GROUP_TYPES, VALUE_TEXT, "NAME", .commands = FOR_INPUT | FOR_CONFIG,
     .store = setting_namespace,
     .help = "the namespace of objects that name none; `default` if not given"},
    {"crds", 0, GROUP_TYPES, VALUE_FILE, "PATH", .commands = FOR_INPUT | FOR_CONFIG | FOR_TABLES,
     .store = setting_crds,
     .help = "a file or folder with CustomResourceDefinitions, beside those in the input; may be "
             "given again"},
    {"schema-location", 0, GROUP_TYPES, VALUE_FOLDER, "PATH",
     .commands = FOR_INPUT | FOR_CONFIG, .store = setting_schema_location,
     .help = "a folder or path template with JSON schemas of custom resources, in "
             "kubeconform's or the CRDs-catalog's layout; may be given again"},
    {"missing-schemas", 0, GROUP_TYPES, VALUE_WORD, "HOW", .commands = FOR_CHECK | FOR_SEND | FOR_CONFIG,
     .store = setting_missing_schemas, .words = SETTING_WORDS_MISSING,
     .help = "a custom resource whose definition is nowhere is an `error`, a warning (`warn`, "
             "the default), or passed over (`skip`)"},
    {"pod-security", 0, GROUP_TYPES, VALUE_WORD, "LEVEL", .commands = FOR_CHECK | FOR_SEND | FOR_CONFIG,
     .store = setting_pod_security, .words = SETTING_WORDS_POD_SECURITY,
     .help = "hold the Pods of all namespaces to a Pod Security Standard, `baseline` or "
             "`restricted`, beside what their Namespaces ask for; `privileged`, the default, "
             "adds nothing"},
    {"api-version", 0, GROUP_TYPES, VALUE_TEXT, "GROUP/VERSION", .commands = FOR_EXPLAIN,
     .store = setting_api_version,
     .help = "the API version, or the group, whose kind is meant where several have it"},
    {"recursive", 'R', GROUP_REPORT, .commands = FOR_EXPLAIN, FLAG(recursive),
     .help = "list the fields of the fields, too"},
    {"dry-run", 0, GROUP_CLUSTER, VALUE_WORD, "HOW", .commands = FOR_APPLY,
     .store = setting_dry_run, .words = SETTING_WORDS_DRY_RUN,
     .help = "`server`: ask the server about everything, and write nothing"},
    {"force-conflicts", 0, GROUP_CLUSTER, .commands = FOR_SEND, FLAG(force_conflicts),
     .help = "take over fields that another manager owns"},
    {"take-over", 0, GROUP_CLUSTER, .commands = FOR_SEND, FLAG(take_over),
     .help = "take over the fields that kubectl's client-side apply owns, so that those which are "
             "no longer in the manifest are removed"},
    {"skip-check", 0, GROUP_CLUSTER, .commands = FOR_SEND, FLAG(skip_check),
     .help = "go on where the offline check found errors"},
    {"no-preflight", 0, GROUP_CLUSTER, .commands = FOR_APPLY, FLAG(no_preflight),
     .help = "write without a dry run of everything before"},
    {"wait", 0, GROUP_CLUSTER, .commands = FOR_APPLY, FLAG(wait),
     .help = "wait until everything is ready, for what --timeout leaves, or five minutes"},
    {"output", 'o', GROUP_CLUSTER, VALUE_FILE, "FILE", .commands = FOR_SNAPSHOT,
     FLAG(snapshot_file), .help = "the file to write, readable for you alone; stdout if not given"},
    {"with-secret-values", 0, GROUP_CLUSTER, .commands = FOR_SNAPSHOT, FLAG(secret_values),
     .help = "keep the values of Secrets, of which else only the keys are written"},
    {"timeout", 0, GROUP_CLUSTER, VALUE_TEXT, "TIME", .commands = FOR_CLUSTER,
     .store = setting_timeout,
     .help = "how long all of it may take, as `90s` or `5m`; no limit if not given"},
    {"kubeconfig", 0, GROUP_CLUSTER, VALUE_FILE, "FILE", .commands = FOR_CLUSTER,
     FLAG(kube.kubeconfig),
     .help = "the kubeconfig; if not given, the files of KUBECONFIG or ~/.kube/config"},
    {"context", 0, GROUP_CLUSTER, VALUE_TEXT, "NAME", .commands = FOR_CLUSTER, FLAG(kube.context),
     .help = "the kubeconfig's context to use"},
    {"cluster", 0, GROUP_CLUSTER, VALUE_TEXT, "NAME", .commands = FOR_CLUSTER, FLAG(kube.cluster),
     .help = "the kubeconfig's cluster to use"},
    {"user", 0, GROUP_CLUSTER, VALUE_TEXT, "NAME", .commands = FOR_CLUSTER, FLAG(kube.user),
     .help = "the kubeconfig's user to use"},
    {"server", 's', GROUP_CLUSTER, VALUE_TEXT, "URL", .commands = FOR_CLUSTER, FLAG(kube.server),
     .help = "the address of the API server"},
    {"token", 0, GROUP_CLUSTER, VALUE_TEXT, "TOKEN", .commands = FOR_CLUSTER, FLAG(kube.token),
     .help = "the bearer token; other users of the machine may see it in the list of processes"},
    {"as", 0, GROUP_CLUSTER, VALUE_TEXT, "USER", .commands = FOR_CLUSTER, FLAG(kube.as),
     .help = "the user to impersonate"},
    {"certificate-authority", 0, GROUP_CLUSTER, VALUE_FILE, "FILE", .commands = FOR_CLUSTER,
     FLAG(kube.certificate_authority), .help = "who signed the server's certificate"},
    {"tls-server-name", 0, GROUP_CLUSTER, VALUE_TEXT, "NAME", .commands = FOR_CLUSTER,
     FLAG(kube.tls_server_name), .help = "the name that the server's certificate has to bear"},
    {"insecure-skip-tls-verify", 0, GROUP_CLUSTER, .commands = FOR_CLUSTER, FLAG(kube.insecure),
     .help = "take any certificate for the server's"},
    {"config", 0, GROUP_CONFIG, VALUE_FILE, "FILE", .commands = FOR_INPUT | FOR_CONFIG | FOR_TABLES,
     .store = setting_config, .help = "read this configuration, and look for no other"},
    {"no-config", 0, GROUP_CONFIG, .commands = FOR_INPUT | FOR_CONFIG | FOR_TABLES, FLAG(no_config),
     .help = "read no configuration"},
    {"severity", 0, GROUP_CONFIG, VALUE_RULE, "RULE=LEVEL", .commands = FOR_CHECK | FOR_SEND | FOR_CONFIG,
     .store = setting_severity,
     .help = "give a rule another severity: `error`, `warning`, `info` or `off`; may be given "
             "again"},
    {"rules", 0, GROUP_CONFIG, VALUE_FILE, "FILE", .commands = FOR_CONFIG | FOR_CHECK | FOR_RULES,
     .store = setting_custom_rules,
     .help = "a file with rules of your own (docs/custom-rules.md); may be given again"},
    {"help", 'h', GROUP_OTHER, .commands = FOR_ALL, .help = "explain the command, and stop"},
};

const size_t option_count = BASE_COUNT(option_table);

const char *option_word(const OptionInfo *option, const Command *command, size_t i)
{
    switch (option->value) {
    case VALUE_FORMAT: return setting_format(command, i);
    case VALUE_RULE: return setting_rule_id(i);
    case VALUE_WORD: return option->words[i];
    default: return NULL;
    }
}

void cli_error(const char *format, ...)
{
    static const char HEX[] = "0123456789abcdef";
    Arena scratch = {0};
    Out out;
    va_list args;
    va_start(args, format);
    Str text = arena_vformat(&scratch, format, args);
    va_end(args);
    out_init(&out, STDERR_FILENO);
    buf_text(&out.buf, "plimsoll: ");
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        /* U+0080 to U+009F are control characters as well, C2 80 to C2 9F in UTF-8. */
        bool control = c < 0x20 || c == 0x7F ||
                       (c == 0xC2 && i + 1 < text.len && (unsigned char)text.ptr[i + 1] < 0xA0);
        if (control) {
            buf_text(&out.buf, "\\x");
            buf_byte(&out.buf, HEX[c >> 4]);
            buf_byte(&out.buf, HEX[c & 15]);
        } else {
            buf_byte(&out.buf, (char)c);
        }
    }
    buf_byte(&out.buf, '\n');
    out_close(&out);
    arena_free(&scratch);
}

bool options_color(const Options *options, int fd)
{
    const char *no_color = getenv("NO_COLOR");
    if (options->color != COLOR_AUTO)
        return options->color == COLOR_ALWAYS;
    return !(no_color && *no_color) && terminal_draws(fd);
}

bool terminal_draws(int fd)
{
    const char *term = getenv("TERM");
    return isatty(fd) == 1 && !(term && !strcmp(term, "dumb"));
}

/* ---- reading ---- */

typedef struct Reader {
    Options *options;
    Setter setter;
    char **next;      /* the next argument; the last is NULL */
    bool only_paths;  /* after -- */
    bool want_help;
} Reader;

static bool is_option(const char *argument) { return argument[0] == '-' && argument[1]; }

static bool unknown_option(const Reader *reader, Str name)
{
    const Command *command = reader->options->command;
    Guess guess = {.wrong = name};
    const OptionInfo *elsewhere = NULL;
    for (size_t i = 0; i < option_count; i++) {
        if (option_table[i].commands & command->mask)
            guess_try(&guess, str_of(option_table[i].name));
        else if (str_is(name, option_table[i].name))
            elsewhere = &option_table[i];
    }
    if (elsewhere) {
        const Command *owner = commands;
        while (!(owner->mask & elsewhere->commands))
            owner++;
        cli_error("%s has no option --%s; %s has", command->name, elsewhere->name, owner->name);
    } else if (guess.best.len) {
        cli_error("unknown option --%.*s; did you mean --%.*s?", STR_ARG(name),
                  STR_ARG(guess.best));
    } else {
        cli_error("unknown option --%.*s; plimsoll %s --help lists the options", STR_ARG(name),
                  command->name);
    }
    return false;
}

/* What an option gave to a key of the configuration, for `plimsoll config`. */
static void note(Options *options, const OptionInfo *option, Str value)
{
    for (size_t i = 0; options->keep_given && i < config_key_count; i++) {
        const ConfigKey *key = &config_keys[i];
        if (!key->option || strcmp(key->option + 2, option->name) != 0)
            continue;
        size_t equals = key->shape == CONFIG_RULES ? str_find(value, '=') : value.len;
        Given given = {.key = key, .by = SET_BY_FLAG, .value = value};
        if (equals < value.len) {
            given.name = arena_str(&options->arena, str_slice(value.ptr, equals));
            given.value = str_slice(value.ptr + equals + 1, value.len - equals - 1);
        }
        given.value = arena_str(&options->arena, given.value);
        vec_push(&options->given, given);
    }
}

static bool store(Reader *reader, const OptionInfo *option, Str value)
{
    if (!option->store) {
        *(Str *)((char *)reader->options + option->flag) =
            arena_str(&reader->options->arena, value);
        return true;
    }
    if (option->store(&reader->setter, value)) {
        note(reader->options, option, value);
        return true;
    }
    cli_error("--%s: %.*s", option->name, STR_ARG(reader->setter.error));
    return false;
}

/* An option whose value, if any, stands behind it in the same argument. */
static bool read_option(Reader *reader, const OptionInfo *option, const char *attached)
{
    Options *options = reader->options;
    if (!option->argument) {
        if (attached) {
            cli_error("--%s takes no value", option->name);
            return false;
        }
        /* The one option without a place in Options. */
        if (option->group == GROUP_OTHER)
            reader->want_help = true;
        else
            *(bool *)((char *)options + option->flag) = true;
        return true;
    }
    if (attached)
        return store(reader, option, str_of(attached));
    if (option->many) {
        if (!store(reader, option, STR(""))) /* none is a valid number of values */
            return false;
        while (*reader->next && (*reader->next)[0] != '-')
            if (!store(reader, option, str_of(*reader->next++)))
                return false;
        return true;
    }
    if (!*reader->next) {
        cli_error("--%s needs a value: --%s %s", option->name, option->name, option->argument);
        return false;
    }
    return store(reader, option, str_of(*reader->next++));
}

static bool read_long(Reader *reader, const char *argument)
{
    const char *equals = strchr(argument, '=');
    Str name = equals ? str_slice(argument, (size_t)(equals - argument)) : str_of(argument);
    for (size_t i = 0; i < option_count; i++)
        if (option_table[i].commands & reader->options->command->mask &&
            str_is(name, option_table[i].name))
            return read_option(reader, &option_table[i], equals ? equals + 1 : NULL);
    return unknown_option(reader, name);
}

static bool read_letters(Reader *reader, const char *letters)
{
    while (*letters && !reader->want_help) {
        const OptionInfo *option = NULL;
        for (size_t i = 0; i < option_count; i++)
            if (option_table[i].commands & reader->options->command->mask &&
                option_table[i].letter == *letters)
                option = &option_table[i];
        if (!option) {
            unsigned length = utf8_length((const unsigned char *)letters, strlen(letters));
            cli_error("unknown option -%.*s; plimsoll %s --help lists the options",
                      length ? (int)length : 1, letters, reader->options->command->name);
            return false;
        }
        letters++;
        bool attached = option->argument && *letters;
        if (!read_option(reader, option, attached ? letters : NULL))
            return false;
        if (attached)
            break;
    }
    return true;
}

static bool read_arguments(Reader *reader)
{
    Options *options = reader->options;
    while (*reader->next && !reader->want_help) {
        const char *argument = *reader->next++;
        bool good = true;
        if (!reader->only_paths && !strcmp(argument, "--"))
            reader->only_paths = true;
        else if (reader->only_paths || !is_option(argument))
            vec_push(&options->paths, arena_str(&options->arena, str_of(argument)));
        else if (argument[1] == '-')
            good = read_long(reader, argument + 2);
        else
            good = read_letters(reader, argument + 1);
        if (!good)
            return false;
    }
    return true;
}

/* The first argument is no command. */
static int no_command(const char *first)
{
    Str name = str_of(first);
    Guess guess = {.wrong = name};
    for (size_t i = 0; i < command_count; i++)
        guess_try(&guess, str_of(commands[i].name));
    if (is_option(first))
        cli_error("options come after the command, as in: plimsoll check %s", first);
    else if (!strcmp(first, "-") || str_contains(name, STR("/")) || access(first, F_OK) == 0)
        cli_error("no command was given; did you mean plimsoll check %s?", first);
    else if (guess.best.len)
        cli_error("unknown command %s; did you mean %.*s?", first, STR_ARG(guess.best));
    else
        cli_error("unknown command %s; plimsoll --help lists the commands", first);
    return EXIT_TROUBLE;
}

static int print(void (*write)(Buf *out))
{
    Out out;
    out_init(&out, STDOUT_FILENO);
    write(&out.buf);
    if (out_close(&out))
        return EXIT_CLEAN;
    cli_error("stdout: %s", strerror(out.error));
    return EXIT_TROUBLE;
}

/* --generate PAGE: what the Makefile installs and what docs/ holds. */
static int generate(const char *name)
{
    static const struct {
        const char *name;
        void (*write)(Buf *out);
    } PAGES[] = {{"man", page_man},         {"usage", page_usage},
                 {"configuration", page_configuration},
                 {"config-schema", page_config_schema}, {"rules", page_rules}, {"peers", page_peers},
                 {"bash", complete_bash},   {"zsh", complete_zsh},
                 {"fish", complete_fish}};
    for (size_t i = 0; name && i < BASE_COUNT(PAGES); i++)
        if (!strcmp(name, PAGES[i].name))
            return print(PAGES[i].write);
    cli_error("--generate writes man, usage, configuration, config-schema, rules, bash, zsh or fish");
    return EXIT_TROUBLE;
}

/* What needs no command: -1 if it was none of that. */
static int read_before_command(char **argv)
{
    const char *first = argv[1];
    if (!first) {
        Out out;
        out_init(&out, STDERR_FILENO);
        help_overview(&out.buf);
        out_close(&out);
        return EXIT_TROUBLE;
    }
    if (!strcmp(first, "--help") || !strcmp(first, "-h"))
        return print(help_overview);
    if (!strcmp(first, "--version") || !strcmp(first, "-V"))
        return run_version(NULL);
    if (!strcmp(first, "--generate"))
        return generate(argv[2]);
    return -1;
}

/* Reads the configuration under the flags: of the lists in which the last word
 * counts, the flags' come last. */
static bool configure(Options *options)
{
    uint32_t flags = options->severities.len;
    if (!config_read(options))
        return false;
    uint32_t all = options->severities.len;
    for (uint32_t i = 0; i < flags; i++) {
        SeverityOverride flag = options->severities.at[i];
        vec_push(&options->severities, flag);
    }
    if (flags)
        memmove(options->severities.at, options->severities.at + flags,
                all * sizeof *options->severities.at);
    options->severities.len = all;
    setting_finish_rules(options);
    return true;
}

int options_read(Options *options, int argc, char **argv)
{
    *options = (Options){
        .fail_on = SEVERITY_ERROR,
        .arguments = argv,
        .schema = {.target = schema_target_newest(), .default_namespace = STR("default")},
    };
    int status = argc < 1 ? EXIT_TROUBLE : read_before_command(argv);
    if (status >= 0)
        return status;
    const Command *command = options->command = command_find(str_of(argv[1]));
    if (!command)
        return no_command(argv[1]);
    options->keep_given = command->shows_config;
    if (command->all_versions)
        options->schema.target = (SchemaTarget){SCHEMA_ALL_VERSIONS, SCHEMA_OLDEST, SCHEMA_NEWEST};
    char *cwd = getcwd(NULL, 0);
    Reader reader = {
        .options = options,
        .setter = {.options = options, .by = SET_BY_FLAG,
                   .root = arena_str(&options->arena, str_of(cwd))},
        .next = argv + 2,
    };
    free(cwd);
    if (!read_arguments(&reader))
        return EXIT_TROUBLE;
    if (reader.want_help) {
        vec_clear(&options->paths);
        vec_push(&options->paths, str_of(command->name));
        return run_help(options);
    }
    if (command->asks_tables) {
        for (uint32_t i = 0; i < options->paths.len; i++)
            vec_push(&options->words, options->paths.at[i]);
        vec_clear(&options->paths);
        return configure(options) ? -1 : EXIT_TROUBLE;
    }
    if (!command->reads_input)
        return -1;
    if (!options->paths.len && command->shows_config)
        vec_push(&options->paths, STR("."));
    if (!options->paths.len) {
        cli_error("%s needs a PATH; plimsoll %s . reads the working directory, and - is "
                  "standard input", command->name, command->name);
        return EXIT_TROUBLE;
    }
    if (!configure(options) || (options->since.len && !since_read(options)))
        return EXIT_TROUBLE;
    return -1;
}

void options_free(Options *options)
{
    vec_free(&options->paths);
    vec_free(&options->words);
    vec_free(&options->outputs);
    vec_free(&options->changed);
    vec_free(&options->crds);
    vec_free(&options->schema_locations);
    vec_free(&options->severities);
    vec_free(&options->rule_files);
    vec_free(&options->custom_infos);
    vec_free(&options->assumed);
    vec_free(&options->excluded);
    for (uint32_t i = 0; i < options->overrides.len; i++) {
        vec_free(&options->overrides.at[i].paths);
        vec_free(&options->overrides.at[i].rules);
    }
    vec_free(&options->overrides);
    vec_free(&options->suppress);
    vec_free(&options->selected);
    vec_free(&options->off_elsewhere);
    vec_free(&options->given);
    for (uint32_t i = 0; i < options->scopes.len; i++)
        vec_free(&options->scopes.at[i].paths);
    vec_free(&options->scopes);
    vec_free(&options->clusters);
    arena_free(&options->arena);
}
