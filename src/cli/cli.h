/* cli: what a user types and configures, the walk over files, and the driver that
 * runs the passes.
 *
 * options.c reads the command line from one table, which also writes --help, the
 * man page and the completions.  config.c reads .plimsoll.yaml, found upward from
 * the working directory; flags win.  walk.c turns arguments into a list of files.
 * run.c is the list of passes.
 *
 * Exit statuses: 0 clean, 1 findings at or above --fail-on, 2 usage, unreadable
 * input or our own failure. */
#ifndef PLIMSOLL_CLI_H
#define PLIMSOLL_CLI_H

#include "emit/emit.h"

enum { EXIT_CLEAN = 0, EXIT_FINDINGS = 1, EXIT_TROUBLE = 2 };

typedef struct Command Command;

typedef enum ColorMode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } ColorMode;

/* What the command line and the configuration say together. */
typedef struct Options {
    Arena arena;              /* what the strings below point into */
    const Command *command;
    VEC(Str) paths;
    VEC(Str) changed;         /* --changed FILE…: report only what these have a part in */
    bool changed_only;
    Str output;               /* -o; empty: the command's first format */
    Severity fail_on;
    ColorMode color;
    bool verbose;             /* -v: show severity info */
    bool quiet;               /* no summary line */
    bool show_endpoints;
    bool require_manifest;
    bool dump_tree;
    Str config_path;          /* --config; empty: found upward */
    bool no_config;
    SchemaOptions schema;
    bool target_given;
    VEC(SeverityOverride) severities;
    VEC(Assumption) assumed;
    VEC(Str) excluded;        /* globs, relative to the configuration's folder */
    Str config_folder;
} Options;

struct Command {
    const char *name;
    const char *arguments;    /* "PATH…" */
    const char *summary;      /* one line */
    const char *text;         /* paragraphs for --help and the man page */
    int (*run)(Options *options);
};
extern const Command commands[];
extern const size_t command_count;

/* ---- options.c ---- */
/* Fills options from the arguments, then the configuration.  Returns -1 to go on,
 * or the status to exit with (after --help, --version or an error). */
int options_read(Options *options, int argc, char **argv);
void options_free(Options *options);

/* ---- config.c ---- */
/* Reads the configuration into options without overruling flags.  False after
 * errors, which were written to stderr with their places. */
bool config_read(Options *options);

/* ---- walk.c ---- */
typedef struct Input {
    Str path;       /* to open; "-" is stdin */
    bool named;     /* the user named it; else found in a folder */
    uint32_t argument; /* index of the argument it came from */
} Input;

typedef struct InputList {
    Arena arena;
    VEC(Input) inputs;     /* each file once, in the order of the arguments, sorted in folders */
    uint32_t excluded;
    uint32_t errors;       /* unreadable paths, already reported on stderr */
} InputList;

void inputs_gather(InputList *list, const Options *options);
void inputs_free(InputList *list);

/* ---- skip.c: files that are no manifests ---- */
typedef enum SkipReason {
    SKIP_NOT,
    SKIP_NO_MANIFEST,   /* no apiVersion and kind */
    SKIP_CLIENT_KIND,   /* Kustomization, skaffold, kubeconfig …, or marked local-config */
    SKIP_HELM_TEMPLATE,
} SkipReason;
/* Whether a parsed document's object is one that only clients read. */
SkipReason skip_object(const Document *doc, uint32_t node);
/* Whether a file lies under templates/ of a folder with a Chart.yaml. */
bool skip_in_chart_templates(Str path);

/* ---- run.c: the passes ---- */
typedef struct Run Run;
int run_check(Options *options);
int run_emit(Options *options);

#endif
