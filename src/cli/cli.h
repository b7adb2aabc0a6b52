/* cli: what a user types and configures, the walk over files, and the driver that
 * runs the passes.
 *
 * commands.c holds the table of commands, options.c the table of options: they
 * read the command line, and write --help, the man page, docs/usage.md and the
 * completions.  config.c reads .plimsoll.yaml, found upward from the paths; flags
 * win.  walk.c turns paths into a list of files.  run.c is the list of passes.
 *
 * Ownership: Options and InputList own all that they hold until their *_free.
 * Exit statuses: 0 clean, 1 findings at or above --fail-on, 2 usage, unreadable
 * input or our own failure, 130 Ctrl-C (EXIT_INTERRUPTED, meter.h). */
#ifndef PLIMSOLL_CLI_H
#define PLIMSOLL_CLI_H

#include "emit/emit.h"

enum { EXIT_CLEAN = 0, EXIT_FINDINGS = 1, EXIT_TROUBLE = 2 };

typedef struct Command Command;

typedef enum ColorMode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } ColorMode;

/* Settings that have one value, and who gave it. */
typedef enum Setting {
    SETTING_FAIL_ON,
    SETTING_COLOR,
    SETTING_NAMESPACE,
    SETTING_KUBERNETES_VERSION,
    SETTING_MISSING_SCHEMAS,
    SETTING_POD_SECURITY,
    SETTING_COUNT,
} Setting;
typedef enum SetBy { SET_BY_DEFAULT, SET_BY_CONFIG, SET_BY_FLAG } SetBy;

/* A glob, and the absolute folder that it is relative to. */
typedef struct Exclusion {
    Str glob;
    Str folder;
} Exclusion;

/* A known format of the command, and the file it goes to; empty: standard output. */
typedef struct Output {
    Str format, file;
} Output;
/* A scope that the configuration names, and the files in it. */
typedef struct NamedScope {
    Str name;
    VEC(Exclusion) paths;
} NamedScope;

/* A row of the configuration's `suppress`. */
typedef struct SuppressRule {
    const RuleInfo **rules;
    uint32_t rule_count;
    Str kind, ns, name;       /* globs; empty: any */
    Str field;                /* a glob of fields' paths */
    Exclusion path;           /* a glob of files; its folder is the configuration's */
    Str reason;
    uint32_t offset, size;    /* in the configuration */
    bool used;
} SuppressRule;

/* What holds for some files: other severities of their findings, another target. */
typedef struct PathOverride {
    VEC(Exclusion) paths;
    VEC(SeverityOverride) rules;
    bool has_target;
    SchemaOptions schema;     /* where it has one: Options.schema with its target (overrides_schemas) */
    uint32_t offset, size;    /* in the configuration */
} PathOverride;

/* A value that a key of the configuration was given, and by whom. */
typedef struct Given {
    const struct ConfigKey *key;
    Str name;                 /* of an entry of a mapping */
    Str value;                /* of an entry with fields: JSON */
    SetBy by;
    uint32_t line;            /* of the configuration */
} Given;

/* How to reach a cluster; empty where the kubeconfig alone decides. */
typedef struct KubeFlags {
    Str kubeconfig, context, cluster, user, server, token, as;
    Str certificate_authority, tls_server_name;
    bool insecure;
} KubeFlags;

/* What the command line and the configuration say together. */
typedef struct Options {
    Arena arena;              /* what the strings below point into */
    const Command *command;
    VEC(Str) paths;
    VEC(Str) words;           /* arguments of a command that asks the tables, not the input */
    VEC(Str) changed;         /* --changed FILE...; the walk marks these as Input.changed */
    bool changed_only;
    VEC(Str) deleted;         /* of the changed ones, manifests that are not there any more */
    Str source_root;          /* --source-root; empty: the working directory */
    Str since;                /* a commit of git; since.c adds to changed.  Empty: none */
    VEC(Output) outputs;      /* -o; empty: the command's first format to standard output */
    Severity fail_on;
    ColorMode color;          /* COLOR_AUTO: ask options_color */
    bool verbose;             /* -v: show severity info */
    bool stats;               /* --stats */
    bool quiet;               /* no summary line */
    bool show_endpoints;
    bool require_manifest;
    bool dump_tree;
    bool recursive;           /* explain: all that is below */
    Str api_version;          /* explain: of which the kind is meant; empty: any */
    bool one_cluster;         /* all scopes are one */
    bool offline;             /* diff: without a cluster */
    uint32_t jobs;            /* threads; 0: as many as there are processors, where it pays */
    uint32_t cores;           /* processors, once options_jobs has asked for them */
    bool defaults;            /* emit: as a server would store it */
    KubeFlags kube;
    bool force_conflicts, take_over, skip_check, no_preflight; /* apply */
    bool wait;                /* apply: until all is ready */
    bool dry_run;             /* apply: stop behind the server's dry run */
    Str snapshot_file;
    bool secret_values;       /* snapshot */
    uint32_t timeout;         /* seconds for all of it; 0: no limit */
    char **arguments;         /* argv, for the program that talks to the cluster */
    Str config_path;          /* --config, else what was found; empty: none */
    bool no_config;
    SchemaOptions schema;
    VEC(Str) crds;            /* files and folders, to open; inputs_gather_paths lists them */
    VEC(Str) schema_locations; /* local folders and templates, first match wins */
    VEC(Str) rule_files;      /* custom rules: --rules and customRules: */
    VEC(RuleInfo *) custom_infos; /* of custom rules, from the first that names one */
    const struct CustomRules *custom; /* read from them by rules_load; or NULL */
    VEC(SeverityOverride) severities; /* the configuration's, then the flags' */
    VEC(Assumption) assumed;
    uint8_t pod_security;     /* the level to hold all Pods to; 0: as their Namespaces say */
    VEC(Exclusion) excluded;
    VEC(SuppressRule) suppress;
    VEC(Str) selected;        /* rules and origins that report alone; none: all do */
    VEC(PathOverride) overrides;
    VEC(Str) off_elsewhere;   /* rules that only an override wants */
    Str baseline, write_baseline; /* files; empty: none */
    bool keep_given;          /* for `plimsoll config` */
    VEC(Given) given;
    bool require_reason;      /* a suppression without a reason is an error */
    SourceDoc config_doc;     /* the configuration's document, but for its file */
    VEC(NamedScope) scopes;
    VEC(Str) clusters;        /* dumps of what a cluster holds already: --assume-cluster */
    ReferenceCluster cluster; /* what is 0 was not said */
    uint8_t set_by[SETTING_COUNT]; /* SetBy */
} Options;

/* A command line and what it does, for --help and the man page. */
typedef struct Example {
    const char *line;
    const char *what;
} Example;

enum { COMMAND_EXAMPLES = 6 };

struct Command {
    const char *name;
    const char *arguments;    /* "PATH..." */
    const char *summary;      /* one line */
    const char *text;         /* paragraphs, a blank line between two */
    unsigned mask;            /* its bit in the table of options */
    bool reads_input;         /* needs a path, and has a configuration */
    bool asks_tables;         /* its arguments are words; it has a configuration all the same */
    bool shows_config;        /* PATH may be left out, and what is said where is kept */
    bool all_versions;        /* asks about all versions, not about the configured ones */
    int (*run)(Options *options);
    Example examples[COMMAND_EXAMPLES];
};
extern const Command commands[];
extern const size_t command_count;
const Command *command_find(Str name);
bool command_has_options(const Command *command); /* beside --help */

/* ---- options.c ---- */
/* Fills options from the arguments, then the configuration.  Returns -1 to go on,
 * or the status to exit with (after --help, --version or an error). */
int options_read(Options *options, int argc, char **argv);
void options_free(Options *options);
/* Whether to colour what is written to this descriptor: --color, NO_COLOR, TERM,
 * and whether it is a terminal. */
bool options_color(const Options *options, int fd);
/* Whether it is a terminal that understands more than lines. */
bool terminal_draws(int fd);
/* One line on stderr, "plimsoll: ..."; control characters of names are shown as \xNN. */
void cli_error(const char *format, ...) BASE_PRINTF(1, 2);

/* ---- config.c ---- */
/* Reads the configuration into options without overruling flags.  False after
 * errors, which were written to stderr with their places. */
bool config_read(Options *options);

/* ---- walk.c ---- */
/* What a file is by the word of a kustomization. */
typedef enum InputUse {
    INPUT_LOOSE,         /* no kustomization names it */
    INPUT_RESOURCE,
    INPUT_PATCH,         /* parts of objects: types are checked, nothing is linked */
    INPUT_DATA,          /* of a generator or a plugin: no manifest */
    INPUT_KUSTOMIZATION, /* it is one, and was read as such; patches in it are as above */
    INPUT_OWN,           /* the configuration, the baseline and the like: no input at all */
} InputUse;

/* A patch that is written in a kustomization (a document of it): whole lines of that file. */
typedef struct InlinePatch {
    uint64_t base;       /* where they start in the file */
    uint32_t size, line; /* and on which line */
} InlinePatch;

typedef struct ListCuts ListCuts; /* run.h */

typedef struct Input {
    Str path;            /* to open; "-" is stdin */
    uint32_t argument;   /* index of the path that it came from; BASE_NONE: a kustomization's */
    uint32_t chart;      /* index in InputList.charts of the one that it lies in, or BASE_NONE */
    InputUse use;
    bool named;          /* the user named it; else found in a folder */
    bool changed;        /* one of the files after --changed, however spelled */
    bool chart_template; /* lies under templates/ of a folder with a Chart.yaml */
    const InlinePatch *patches; /* of a kustomization; in the list's arena */
    uint32_t patch_count;
    int spilled;         /* an open file with what came through a pipe; 0: none */
    ListCuts *list;      /* where a large List is cut, or NULL */
} Input;

typedef struct InputList {
    Arena arena;
    VEC(Str) charts;       /* folders with a Chart.yaml that lie in no other such */
    VEC(Input) inputs;     /* each file once, in the order of the paths; within a folder
                              by the bytes of the whole path */
    uint32_t excluded;     /* files and folders left out because of a glob */
    uint32_t errors;       /* unreadable paths, already reported on stderr */
} InputList;

/* The files of options->paths. */
void inputs_gather(InputList *list, Options *options);
/* The files of other paths, such as --crds; nothing is excluded. */
void inputs_gather_paths(InputList *list, const Str *paths, uint32_t count);
void inputs_free(InputList *list);
/* Marks what the options name for other purposes (own_files.c). */
void inputs_hide(InputList *inputs, const Options *options);
/* Whether the walk takes a file of this name. */
bool inputs_takes_name(Str name);
/* Whether a glob leaves a file or folder out. */
bool inputs_excluded(const Options *options, Str path);

/* ---- skip.c: documents and files that are no manifests ---- */
typedef enum SkipReason {
    SKIP_NOT,
    SKIP_NO_MANIFEST,   /* no apiVersion and kind */
    SKIP_CLIENT_KIND,   /* Kustomization, skaffold, kubeconfig ..., or marked local-config */
    SKIP_HELM_TEMPLATE,
} SkipReason;
/* Whether a document's object (or an item of a List) is one that no server gets. */
SkipReason skip_headed(const Document *doc, const ObjectHead *head);
static inline SkipReason skip_object(const Document *doc, const ObjectHead *head)
{
    /* What servers have built in, as nearly all, is told by its head alone. */
    return head->builtin != BASE_NONE && head->annotations == BASE_NONE ? SKIP_NOT
                                                                        : skip_headed(doc, head);
}
/* Whether a document that did not parse is none of ours. */
SkipReason skip_unparsed(const Input *input, Str document);
/* Whether a path lies under templates/ of a folder with a Chart.yaml.  The walk has
 * this in Input.chart_template. */
bool skip_in_chart_templates(Str path);

/* ---- help.c ---- */
int run_help(Options *options);
int run_version(Options *options);

/* ---- rules.c ---- */
int run_rules(Options *options);

/* ---- explain.c ---- */
int run_explain(Options *options);

/* ---- run_commands.c ---- */
typedef struct Run Run;
int run_check(Options *options);
int run_emit(Options *options);
int run_graph(Options *options);
int run_config(Options *options); /* config_show.c */
int run_diff(Options *options); /* diff.c */
/* cluster.c: becomes `plimsoll-rest`, which knows how to talk to a cluster. */
int run_cluster(Options *options);
int run_versions(Options *options); /* the target is all versions unless one was given */

#endif
