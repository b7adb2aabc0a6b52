/* The inside of the cli room: the rows of the table of options, the functions
 * that store a setting's value, and the pages made from the tables. */
#ifndef PLIMSOLL_CLI_OPTIONS_H
#define PLIMSOLL_CLI_OPTIONS_H

#include "cli/cli.h"

/* ---- settings.c: how a value is understood and stored ---- */

/* One who sets: the command line or a configuration file. */
typedef struct Setter {
    Options *options;
    SetBy by;
    Str folder;  /* put before a relative path, to open it from the working directory */
    Str root;    /* absolute: what globs are relative to */
    Str error;   /* why the last value was refused */
    bool in_entry; /* the values are fields of an entry: a scope, a row of suppress ... */
    uint32_t offset, size; /* of that entry in the file */
} Setter;

typedef bool (*SettingStore)(Setter *setter, Str value);
/* False, with the reason in setter->error. */
bool setting_refuse(Setter *setter, const char *format, ...) BASE_PRINTF(2, 3);

bool setting_output(Setter *setter, Str value);
bool setting_fail_on(Setter *setter, Str value);
bool setting_color(Setter *setter, Str value);
bool setting_namespace(Setter *setter, Str value);
bool setting_kubernetes_version(Setter *setter, Str value);
bool setting_missing_schemas(Setter *setter, Str value);
bool setting_pod_security(Setter *setter, Str value);
bool setting_source_root(Setter *setter, Str value);
bool setting_jobs(Setter *setter, Str value);
bool setting_changed(Setter *setter, Str value);
bool setting_config(Setter *setter, Str value);
bool setting_api_version(Setter *setter, Str value);
bool setting_assume(Setter *setter, Str value);
bool setting_assume_cluster(Setter *setter, Str value);
bool setting_service_ranges(Setter *setter, Str value);
bool setting_node_ports(Setter *setter, Str value);
bool setting_exclude(Setter *setter, Str value);
bool setting_crds(Setter *setter, Str value);
bool setting_custom_rules(Setter *setter, Str value);
bool setting_schema_location(Setter *setter, Str value);
bool setting_dry_run(Setter *setter, Str value);
bool setting_timeout(Setter *setter, Str value);
/* ---- settings_gate.c; those of an entry speak of the one that was begun last ---- */
bool setting_severity(Setter *setter, Str value); /* RULE=LEVEL */
/* Its two halves; wrong_rule says which of them was refused. */
bool setting_rule_severity(Setter *setter, Str rule, Str level, bool *wrong_rule);
bool setting_select(Setter *setter, Str value); /* rules and origins with commas */
/* A glob of files below the folder that the setter's are relative to. */
bool setting_glob(Setter *setter, Str value, Exclusion *glob);
void setting_override_begin(Setter *setter);
bool setting_override_path(Setter *setter, Str value);
bool setting_override_version(Setter *setter, Str value);
void setting_suppress_begin(Setter *setter);
bool setting_suppress_rule(Setter *setter, Str value);
bool setting_suppress_kind(Setter *setter, Str value);
bool setting_suppress_namespace(Setter *setter, Str value);
bool setting_suppress_name(Setter *setter, Str value);
bool setting_suppress_path(Setter *setter, Str value);
bool setting_suppress_field(Setter *setter, Str value);
bool setting_suppress_reason(Setter *setter, Str value);
bool setting_require_reason(Setter *setter, Str value);
bool setting_baseline(Setter *setter, Str value);
bool setting_write_baseline(Setter *setter, Str value);
bool setting_since(Setter *setter, Str value);
bool setting_origin(Str word, Origin *origin);
/* Gives a rule a severity, for the whole run or for the override at hand. */
void setting_put_severity(Setter *setter, const RuleInfo *rule, Severity severity);
/* After all are read: what is not selected is off. */
void setting_finish_rules(Options *options);
/* The index of a value among the words, or -1 after a refusal. */
int setting_word(Setter *setter, Str value, const char *const *words);

/* Adds a scope, and a glob to the scope that was added last. */
void setting_scope_begin(Setter *setter);
bool setting_scope_name(Setter *setter, Str value);
bool setting_scope_path(Setter *setter, Str value);

/* The nearest of several candidates, for "did you mean"; of equals the first by
 * its bytes, so that the order of trying does not matter. */
typedef struct Guess {
    Str wrong;
    Str best;          /* empty: nothing is near */
    unsigned distance;
} Guess;
bool guess_try(Guess *guess, Str candidate); /* whether it is the best so far */
/* "; did you mean X?" or nothing, for the end of a message. */
Str guess_text(const Guess *guess, Arena *arena);

extern const char *const SETTING_WORDS_DRY_RUN[];
extern const char *const SETTING_WORDS_COLOR[], *const SETTING_WORDS_FAIL_ON[],
    *const SETTING_WORDS_LEVEL[], *const SETTING_WORDS_MISSING[],
    *const SETTING_WORDS_POD_SECURITY[], *const SETTING_WORDS_BOOL[];
/* The i-th format of a command's -o, or NULL. */
const char *setting_format(const Command *command, size_t i);
/* The i-th of all known rules' ids, or NULL. */
const char *setting_rule_id(size_t i);
const RuleInfo *setting_rule(size_t i); /* the i-th of all rooms, or NULL */
/* The rule of this id; NULL where there is none, with those tried in the guess (or NULL). */
const RuleInfo *setting_find_rule(const Options *options, Str id, Guess *guess);
/* The same while settings are read: an id with a slash may be a custom rule's, whose file
 * comes later.  rules_load tells of those that are none. */
const RuleInfo *setting_name_rule(Options *options, Str id, Guess *guess);
/* Whether --select leaves the rule on. */
bool setting_is_selected(const Options *options, const RuleInfo *rule);

/* ---- options.c: the table ---- */
enum {
    FOR_CHECK = 1 << 0,
    FOR_EMIT = 1 << 1,
    FOR_VERSIONS = 1 << 2,
    FOR_HELP = 1 << 3,
    FOR_VERSION = 1 << 4,
    FOR_DIFF = 1 << 5,
    FOR_RULES = 1 << 6,
    FOR_EXPLAIN = 1 << 7,
    FOR_GRAPH = 1 << 8,
    FOR_CONFIG = 1 << 10,
    FOR_APPLY = 1 << 11,
    FOR_SNAPSHOT = 1 << 12,
    FOR_SEND = FOR_APPLY | FOR_DIFF,  /* what checks, and asks a server about all of it */
    FOR_CLUSTER = FOR_SEND | FOR_SNAPSHOT,
    FOR_LINK = FOR_CHECK | FOR_GRAPH | FOR_SEND, /* what links objects: apply checks first */
    FOR_TABLES = FOR_RULES | FOR_EXPLAIN,
    FOR_INPUT = FOR_LINK | FOR_EMIT | FOR_VERSIONS | FOR_DIFF,
    FOR_ALL = FOR_INPUT | FOR_SNAPSHOT | FOR_TABLES | FOR_HELP | FOR_VERSION | FOR_CONFIG,
};

typedef enum OptionGroup {
    GROUP_REPORT,
    GROUP_INPUT,
    GROUP_TYPES,
    GROUP_CLUSTER,
    GROUP_CONFIG,
    GROUP_OTHER,
    GROUP_COUNT,
} OptionGroup;

typedef enum OptionValue {
    VALUE_NONE,
    VALUE_WORD,   /* one of words */
    VALUE_FORMAT, /* one of the command's formats */
    VALUE_RULE,   /* RULE=LEVEL */
    VALUE_FILE,
    VALUE_FOLDER,
    VALUE_TEXT,
} OptionValue;

typedef struct OptionInfo {
    const char *name;
    char letter;               /* 0: has none */
    OptionGroup group;
    OptionValue value;
    const char *argument;      /* what help calls the value; NULL: takes none */
    bool many;                 /* takes all arguments up to the next option */
    unsigned commands;         /* FOR_x */
    SettingStore store;        /* or NULL: a bool of Options is set to true, a Str to the value */
    size_t flag;               /* its offset */
    const char *const *words;  /* ended by NULL */
    const char *help;
} OptionInfo;

extern const OptionInfo option_table[];
extern const size_t option_count;
extern const char *const option_group_names[GROUP_COUNT];
/* The i-th value that an option may have, or NULL: for completions. */
const char *option_word(const OptionInfo *option, const Command *command, size_t i);

/* ---- config.c: the keys of .plimsoll.yaml ---- */
typedef enum ConfigShape {
    CONFIG_TEXT,
    CONFIG_LIST,
    CONFIG_ONE_OR_MORE, /* a text, or a list of them */
    CONFIG_RULES,       /* rules and their severities */
    CONFIG_ENTRIES,     /* a list of mappings whose keys are fields */
} ConfigShape;

typedef struct ConfigKey ConfigKey;
struct ConfigKey {
    const char *name;
    ConfigShape shape;
    SettingStore store;        /* for each value; NULL for rules and entries */
    const char *const *words;  /* the values it may have, where they are few */
    const char *value;         /* what a value is called in the documentation */
    const char *option;        /* the option that says the same; NULL: none does */
    const char *text;
    const char *example;       /* lines of YAML */
    const ConfigKey *fields;   /* of CONFIG_ENTRIES */
    size_t field_count;
    void (*begin)(Setter *setter); /* before the fields of each entry */
    bool required;             /* of a field: each entry has it */
    const char *usual;         /* a single value where nothing is said, if there is one */
    const char *schema;        /* members of a JSON Schema of a value; NULL: any text, or words */
};

extern const ConfigKey config_keys[];
extern const size_t config_key_count;
extern const RuleInfo rule_configuration, rule_baseline;

/* ---- gate_rules.c ---- */
extern const RuleInfo rule_invalid_suppression, rule_unused_suppression, rule_stale_baseline;
extern const RuleInfo *const cli_rules[];
extern const size_t cli_rule_count;

/* ---- cluster_rules.c: what apply and diff find, which nobody silences ---- */
extern const RuleInfo rule_server_refused, rule_server_conflict, rule_no_answer, rule_not_ready,
    rule_generate_name_applied;
extern const RuleInfo *const cluster_rules[];
extern const size_t cluster_rule_count;

/* ---- config_show.c ---- */
/* The i-th format of `plimsoll config`, or NULL. */
const char *config_format(size_t i);

/* ---- config_find.c ---- */
/* The configuration of the run, absolute; empty if there is none.  False after an error. */
bool config_find(Options *options, Str cwd, Str *found);

/* ---- since.c: --since ---- */
/* Adds to options->changed what git says was changed; false after an error on stderr. */
bool since_read(Options *options);

/* ---- strict.c: files in which a mistake ends the run ---- */
typedef struct StrictFile {
    Str path;
    const char *what;      /* "the configuration" */
    const RuleInfo *rule;  /* that its mistakes are findings of */
    bool must_hold;        /* an empty file is a mistake */
    void (*read)(void *context, Document *doc, Diag *diag, Sources *sources);
    void *context;
} StrictFile;
/* False after errors, which were written to stderr with their places. */
bool strict_read(Options *options, const StrictFile *file);
/* Findings of what is being read, in the text format on stderr. */
void strict_errors(const Options *options, Sources *sources, Diag *diag);

/* ---- paths.c ---- */
/* The absolute form of a folder's path with symbolic links resolved; empty if it
 * cannot be reached. */
Str path_absolute(Str path, Arena *arena);
/* The absolute path of what exists: a folder's own; for a file its folder's with the
 * name behind it, so that a link to a file is judged where it lies.  The memo keeps
 * the last folder, since thousands of files may come from few. */
typedef struct PlaceMemo {
    Str folder, absolute;
} PlaceMemo;
Str path_place(Str path, bool is_folder, PlaceMemo *memo, Arena *arena);
/* The folder that a path lies in: "." for a bare name. */
Str path_folder(Str path, Arena *arena);
Str path_name(Str path);
Str path_join(Str folder, Str name, Arena *arena);
/* An absolute path as one would type it in the (absolute) folder `from`. */
Str path_relative(Str absolute, Str from, Arena *arena);
/* The rest of an absolute path below a folder; false where it does not lie there. */
bool path_below(Str absolute, Str folder, Str *rest);
/* A path near one that does not exist, or empty. */
Str path_guess(Str wrong, Arena *arena);

/* ---- glob.c ---- */
/* Whether a glob matches a path relative to the glob's folder.  *, ? stay within a
 * name, ** stands for any number of folders; a glob without a slash matches the
 * last name of the path wherever it is; one that ends in a slash matches folders. */
bool glob_match(Str glob, Str path, bool is_folder);
/* The same for the path or any folder that it lies in. */
bool glob_match_upward(Str glob, Str path, bool is_folder);

/* The same for a text that is no path: * stands for any characters, ? for one. */
bool glob_text(Str glob, Str text);

/* ---- skip.c ---- */
/* The i-th row of the kinds that only clients read, for the documentation; kind is
 * empty where all of the API are meant. */
bool skip_client_kind(size_t i, Str *api, Str *kind);

/* ---- rules_silence.c ---- */
/* The i-th way to keep a rule quiet: what it reaches, and what to write; NULL: there are no
 * more. */
const char *rules_silence(const RuleInfo *rule, size_t i, Buf *text);

/* ---- help.c, pages.c, complete.c: text made from the tables ---- */
void help_overview(Buf *out);
void help_command(const Command *command, Buf *out);
/* Paragraphs broken at width, each line after `indent` spaces; `backticks` go. */
void help_wrap(Buf *out, Str text, size_t indent, size_t column);
void page_man(Buf *out);
void page_usage(Buf *out);
void page_configuration(Buf *out);
const char *explain_format(size_t i);
const char *rules_format(size_t i); /* the i-th format of `plimsoll rules`, or NULL */
void page_config_schema(Buf *out); /* config_schema.c */
void page_peers(Buf *out); /* suppress_peers.c: the tables of docs/suppression.md */
void page_rules(Buf *out); /* rules.c: a line of JSON for each rule */
void complete_bash(Buf *out);
void complete_zsh(Buf *out);
void complete_fish(Buf *out);

/* Texts that the pages share, in commands.c. */
extern const char *const text_tagline;
extern const char *const text_exit_status;
extern const char *const text_environment;
extern const char *const text_configuration;
extern const char *const text_skipped;

#endif
