/* run: what the passes share.  Internal to the cli room. */
#ifndef PLIMSOLL_CLI_RUN_H
#define PLIMSOLL_CLI_RUN_H

#include "checks/custom.h"
#include "cli/cli.h"
#include "cli/meter.h"

/* An object that could not be finished when it was met (its CRD may come later in the
 * input).  The documents of the first so many are kept; of others there is only the place,
 * and they are read again behind the barrier. */
typedef struct Deferred {
    uint32_t doc;    /* index in Sources.docs */
    uint32_t object; /* its id; its item says which of a List it is */
    const Document *kept; /* or NULL */
    uint32_t root;   /* of the object, in what is kept */
    bool patch;      /* it is part of an object */
} Deferred;

#ifdef PLIMSOLL_HOSTILE /* both ways are taken */
enum { DEFERRED_KEPT_MOST = 4 * 1024 };
#else
enum { DEFERRED_KEPT_MOST = 16 * 1024 * 1024 }; /* bytes of documents */
#endif

typedef struct Worker Worker;
typedef struct Suppressions Suppressions; /* suppress.h */

/* How a large file is cut. */
typedef struct Windows {
    uint64_t count; /* 0: it is read as a whole */
    uint64_t size;  /* in bytes, or in cuts of the List; the last one may be smaller */
    const ListCuts *list; /* it is one List, or JSON, cut between items; NULL: YAML's documents */
} Windows;

/* What was met in a file, or in one window of a large one. */
typedef struct FileNote {
    uint32_t input;               /* index in InputList.inputs */
    uint32_t first, count;        /* ids of its objects */
    uint32_t used, skipped, helm; /* documents */
    uint32_t docs, lines;         /* in all */
    Windows windows;              /* some: nothing was read, since it is that large, */
    FileHandle file;              /* and it is open, for whoever takes the note to read or close */
    int error;                    /* errno: it could not be read */
    bool opened;
    bool torn;                    /* Ctrl-C ended the reading: its last document is not whole */
    bool cut;                     /* Ctrl-C came before its end: documents or windows are missing */
    bool rendered;                /* it is what `helm template` wrote */
    bool template;                /* a template of a chart */
    bool continues, more;         /* other windows of it stand before, behind */
} FileNote;

/* ---- batch.c ---- */
typedef struct FileBatch FileBatch;
/* The text of a small file, which was read with those behind it, or is now; it lives until the
 * first that is none of these.  end: of the inputs that this thread reads one behind the other,
 * or NULL.  False where the file is to be read alone. */
bool batch_text(FileBatch **batch, FileFolder *folder, const Input *input, const Input *end,
                Str *text);
void batch_free(FileBatch *batch);

/* What is done with each object of a document; the tree is forgotten afterwards. */
typedef void (*ObjectPass)(Worker *worker, Document *doc);

/* Takes an object in its stored form, which is forgotten afterwards. */
typedef void (*NormalPass)(Worker *worker, const Document *normal);

/* What is read into, by one thread at a time, and the tools that this thread lends it: parser,
 * window, folder, batch and checker.tools. */
struct Worker {
    const Options *options;
    Sources *sources;
    ReportSummary *summary;
    ObjectPass object_pass;
    Parser *parser;   /* a tool; NULL: nobody reads */
    FileText window;  /* a tool: the file under hand, used again for the next */
    FileFolder folder; /* a tool: where that was found */
    FileBatch *batch; /* a tool: small files that were read together */
    Interner strings;
    Facts *facts;
    Diag diag;
    SchemaChecker checker;
    ObjectHead head;            /* of the object at the document's root, while its pass runs */
    Suppressions *suppressions; /* check; else NULL */
    VEC(Deferred) deferred;
    Arena kept;                 /* documents of deferred */
    size_t kept_size, kept_most; /* bytes of those; so many may be kept */
    uint32_t first_finding;     /* of the document under hand */
    bool patch;                 /* the file under hand is a patch: parts of objects */
    bool backdrop;              /* it says what the cluster holds already */
    bool whole_files;           /* large files are not read in windows */
    bool apart;                 /* its descriptors end with its thread */
    SourcesBefore before;       /* of the large file under hand: what stands before its window */
    uint32_t line_offset, line; /* where lines of the document are counted to */
    ObjectWriter *writer;       /* emit */
    NormalPass take_normal;     /* emit --defaults, diff */
    void *keeper;               /* what take_normal keeps them in */
    Out *dump;                  /* --dump-tree */
    Meter *meter;               /* of check; NULL: nobody looks */
    ObjectPass take_sent;       /* apply: gets each object as it would be sent */
};

/* ---- run.c: one way through the input ---- */
struct Run {
    Options *options;
    InputList inputs;
    Sources sources;
    ReportSummary summary;
    Worker worker;
    struct ScopeSet *scopes; /* of check: scopes.h */
    struct Baseline *baseline; /* of check: baseline.h; NULL: none */
    Meter meter;             /* of check */
    bool interrupted;        /* Ctrl-C: part of the input was not read */
    CustomRules custom;      /* the user's own rules */
    Schema *types; /* what CRDs define, from the barrier on */
    FileNote file; /* the one under hand, as far as it was read */
    bool unreadable;
};

/* What the configuration makes of the findings: severities, suppressions, the baseline. */
bool run_filters(Run *run);
void run_begin(Run *run, Options *options, ObjectPass pass);
void run_crds(Run *run);
void run_files(Run *run);
/* Takes note of a file, or of its next window, in the order of the input. */
void run_note_file(Run *run, const FileNote *note);
/* No more windows come of the last file that was noted: Ctrl-C. */
void run_end_file(Run *run);
/* What of that file stands before the next window. */
SourcesBefore run_file_before(const Run *run, bool continues);
void run_deferred(Run *run, ObjectPass pass);
/* The passes of check up to the linker's findings, sorted. */
void run_link(Run *run);
/* Counts findings and objects into the summary. */
void run_count(Run *run);
void run_end(Run *run);

/* ---- run_commands.c ---- */
/* check as far as its sorted findings, with each object handed over as it would be sent.
 * False after an error on stderr. */
bool check_passes(Run *run, Options *options, ObjectPass take_sent, void *keeper);

/* ---- object_passes.c: what is done with one object ---- */
/* check: bound, checked, collected; and what is left of that behind the barrier. */
void check_object(Worker *worker, Document *doc);
void check_tree(Worker *worker, Document *doc);
/* versions: the same without facts. */
void type_object(Worker *worker, Document *doc);
void type_again(Worker *worker, Document *doc);
/* emit: written as it stands; and a stored form. */
void emit_object(Worker *worker, Document *doc);
void emit_normal(Worker *worker, const Document *normal);
/* The target is the newest version of those asked about. */
void normal_target(Options *options);
/* Passes that hand each object to take_normal, in the order of the input. */
void normal_object(Worker *worker, Document *doc);
void normal_again(Worker *worker, Document *doc);
/* The same for an object that was checked before: nothing is reported. */
void normal_form(Worker *worker, Document *doc);

/* ---- redact.c ---- */
void redact_secret(Sources *sources, const Document *doc);
static inline void redact_object(Sources *sources, const Document *doc, const ObjectHead *head)
{
    if (str_is(head->kind, "Secret"))
        redact_secret(sources, doc);
}
void redact_value(Sources *sources, const Document *doc, uint32_t node); /* and all in it */
/* For --dump-tree: the same in the tree of the document that was read last. */
void redact_tree(const Sources *sources, Document *doc);
void redact_unparsed(Sources *sources, uint32_t doc, Str text);

/* ---- rendered.c: "# Source:" ---- */
/* Notes what a document says at its head that it was rendered from, and the template's
 * file, where it is found at or below the root. */
void rendered_note(Sources *sources, uint32_t doc, Str text, Str root);

/* ---- load.c: files to documents to objects ---- */
/* Without tools. */
void worker_init(Worker *worker, const Options *options, Sources *sources,
                 ReportSummary *summary, ObjectPass object_pass);
void worker_free(Worker *worker);
void worker_equip(Worker *worker); /* with tools of its own */
/* Whether the file is opened at all. */
bool input_is_read(const Input *input);
/* Reads a file and hands each object in it to the pass; the note says what came of it.
 * Of a large one it only says how many windows it has.  Its path outlives the sources.  end: of
 * the inputs that are read behind it; NULL: there are none. */
void worker_file(Worker *worker, Input *input, const Input *end, FileNote *note);
/* The same without windows; false after an error on stderr. */
bool worker_whole_file(Worker *worker, Input *input, FileNote *note);
/* The same for objects that no file holds; takes the text's memory. */
void worker_stream(Worker *worker, Str name, Buf *text);
/* The same for such a file, which is open, and is closed. */
void worker_large_file(Worker *worker, const Input *input, FileNote *note);
/* The same for one window of it. */
void worker_window(Worker *worker, const Input *input, Windows windows, uint64_t number,
                   FileNote *note);
/* What checks of the document's object are given; it is among the facts. */
ObjectContext worker_context(Worker *worker, const Document *doc);
/* Reads one document again, with one object of it at its root; false where that is gone. */
bool worker_reread(Worker *worker, uint32_t doc_index, int32_t item, Document *doc);
/* The same, and hands the object to the pass. */
bool worker_again(Worker *worker, uint32_t doc, int32_t item, uint32_t object, ObjectPass pass);
/* The pass over an object that waits, in its kept document or one that is read again. */
bool worker_deferred(Worker *worker, const Deferred *deferred, ObjectPass pass);
/* The same for all objects of the document, whose ids the pass finds by their items. */
bool worker_again_items(Worker *worker, uint32_t doc, ObjectPass pass);

/* ---- window.c: a large file in parts ---- */
#ifdef PLIMSOLL_WINDOW /* small, for tests */
enum { WINDOW_PIECE = 64 };
#else
enum { WINDOW_PIECE = 128 * 1024 }; /* bytes that are read at once */
#endif
bool window_is_due(const FileHandle *file); /* it is large enough */
uint64_t window_size(uint64_t size);        /* of a file of that size */
Windows windows_of(const FileHandle *file); /* none where it is small, or cannot be cut */
size_t window_due_from(void);               /* from so many bytes on it is */
/* From so many bytes on what comes through a pipe is put into a file; a List when it is due. */
size_t window_spill_from(void);
/* The documents of one window, some after the others:
 *   int error = window_open(&window, &text, &file, number, windows.size);   takes the file
 *   while (window_next(&window, &piece, &base)) use(piece, base);   base: its offset in the file
 *   window_close(&window);
 * A piece lies in the text until the next one; window.error says at the end why there is none. */
typedef struct Window {
    FileText *text;
    FileHandle file;
    uint64_t base; /* the text's offset in the file */
    uint64_t end;  /* where the next window starts, but for the way to its first cut */
    size_t given;  /* bytes of the text that are done with */
    bool led;      /* it begins with the line feed before what is next */
    bool ended;
    int error;
} Window;
int window_open(Window *window, FileText *text, FileHandle *file, uint64_t number, uint64_t size);
bool window_next(Window *window, Str *piece, uint64_t *base);
void window_close(Window *window);

/* ---- list.c: a large file that holds one List, or documents of JSON ---- */
/* Whether a text begins as such a List. */
bool list_is_likely(const FileText *text);
/* Where the items stand, some way from one cut to the next: NULL where the file is none such, or
 * is read otherwise in one piece than item by item.  Reads all of it. */
ListCuts *list_find(Worker *worker, const FileHandle *file);
void list_free(ListCuts *cuts);
bool list_is_stream(const ListCuts *cuts); /* of JSON documents */
Windows list_windows(const ListCuts *cuts, uint64_t size); /* of a file of that size */
/* The items of one window:
 *   list_open(&reader, &parts, &text, &file, number);
 *   while (list_read(&reader, &chunk) == LIST_ITEM) use(&chunk);   until the next one
 * It ends with LIST_END, and otherwise where the file was changed. */
typedef struct ListReader {
    FileText *text;
    const FileHandle *file;
    uint64_t base, end; /* the text's offset in the file; where the window ends */
    ListSplitter splitter;
    int error;
} ListReader;
void list_open(ListReader *reader, Parser *parser, FileText *text, const FileHandle *file,
               Windows windows, uint64_t number);
ListStep list_read(ListReader *reader, Chunk *chunk);
/* Of the window: its lines, in the first with those before it; and the documents that end there. */
uint32_t list_lines(Windows windows, uint64_t number);
uint32_t list_docs(Windows windows, uint64_t number);

/* ---- parallel.c: several threads ---- */
/* How many threads the user allows; how many there may be of those; and whether there may be
 * several, and the number of files is worth them. */
uint32_t options_jobs(Options *options);
uint32_t parallel_jobs(const Run *run);
bool parallel_is_due(const Run *run);
bool parallel_is_due_for(const Run *run, Windows windows); /* the same for one file */
/* As run_files, with several threads: the inputs from first up to end, of which the
 * first starts with windows where it has any. */
void parallel_files(Run *run, uint32_t first, uint32_t end, Windows windows);
/* How many processors this process may use, its share of them included. */
uint32_t cores_usable(void);

/* ---- output.c ---- */
/* The one result of a command that has one; `usual` is its format where none was given. */
Output output_of(const Options *options, const char *usual);
/* False after an error on stderr. */
bool output_open(Out *out, const Output *output);
bool output_close(Out *out, const Output *output, const char *what);
typedef const ReportFormat *ReportFinder(Str name);
/* Every report that was asked for.  Fills in what depends on where they go. */
bool outputs_write(const Options *options, Report *report, ReportFinder *find);

/* ---- overrides.c: severities and versions by path ---- */
/* Takes what the overrides' versions have in common with options->schema from there. */
void overrides_schemas(Options *options);
/* All versions that only overrides ask about. */
uint32_t overrides_versions(const Options *options);
/* What the objects of a file are checked against. */
const SchemaOptions *overrides_schema(const Options *options, Str path);
void overrides_apply(const Options *options, Diag *diag, const Sources *sources);

/* ---- explain.c ---- */
/* The types of the CRDs in options->crds; what is wrong with one is said on stderr.
 * False where a file could not be read. */
bool types_load(const Options *options, Schema *schema);

/* ---- custom_rules.c: rules of the user's own ---- */
/* Reads the files of options->rule_files and binds them to the built-in types.  False
 * after errors, which were written to stderr with their places. */
bool rules_load(CustomRules *rules, Options *options, Sources *sources);
int rules_test(Options *options, Str folder); /* `plimsoll rules test DIR` */

/* ---- changed.c: --changed ---- */
/* Fills options->deleted. */
void changed_find_deleted(Options *options);
/* Keeps the findings in which a changed file has a part, at either end, or may have had. */
void changed_filter(const Options *options, Diag *diag, const Sources *sources);

#endif
