/* emit: outputs.  One file per format, one row per format in the tables of
 * formats.c.  Reports read findings and objects; object outputs read one bound or
 * unbound tree at a time and keep nothing of it.
 *
 * Everything streams through an Out and is byte-identical for the same input. */
#ifndef PLIMSOLL_EMIT_H
#define PLIMSOLL_EMIT_H

#include "checks/checks.h"

/* ---- reports ---- */
/* Where the time went: --stats. */
typedef enum StatsPass {
    STATS_LOAD, STATS_PARSE, STATS_CHECK, STATS_COLLECT, STATS_LINK, STATS_REPORT, STATS_COUNT
} StatsPass;
extern const char *const stats_names[STATS_COUNT];
typedef struct ReportStats {
    uint64_t nanoseconds[STATS_COUNT];
    uint64_t bytes; /* of the input that was read */
    uint64_t peak;  /* bytes of memory */
} ReportStats;

typedef struct ReportSummary {
    uint32_t files;          /* that hold manifests */
    uint32_t objects;
    uint32_t skipped_files;  /* no manifests, or read only by clients */
    uint32_t skipped_documents;
    uint32_t helm_templates; /* files taken for Helm templates */
    uint32_t excluded;       /* files and folders left out because of a glob */
    uint32_t unknown_kinds;
    uint32_t unchecked;      /* rules of CRDs that were not evaluated */
    uint32_t errors, warnings, infos;
    uint32_t known;          /* findings that the baseline holds */
    uint32_t gone;           /* that it holds and that were not found */
    uint32_t suppressed;     /* findings that comments, annotations or the configuration keep quiet */
    SchemaTarget target;
    uint32_t by_path;        /* versions that only the objects in some files are checked for */
    const ReportStats *stats; /* NULL: nobody asked */
} ReportSummary;

/* An object as it is in a scope, after what a kustomization does to it. */
typedef struct ScopeObject {
    uint32_t kind, ns, name; /* strings; ns 0: cluster-scoped */
    uint32_t api_version;
    const uint32_t *labels;  /* pairs of the whole facts */
    uint32_t label_count;
    bool hashed;             /* kustomize puts a hash behind the name */
} ScopeObject;

/* Objects that belong together. */
typedef struct ReportScope {
    Str name;
    const char *kind;        /* "argument", "files", "stream", "chart", "kustomization",
                                "configured", "cluster" */
    uint32_t objects;
    Str unfollowed;          /* why its objects are not known in full; empty: they are */
    Place unfollowed_place;
    const Link *link;
    const Facts *facts;      /* of the link */
    const ScopeObject *list; /* of a kustomization; else NULL */
} ReportScope;

/* A finding that the user keeps quiet, and on whose word. */
typedef struct Suppressed {
    Finding finding;
    const char *source;      /* "comment", "annotation", "configuration" */
    Str reason;              /* may be empty */
    bool external;           /* it stands outside the file */
} Suppressed;

/* Whether there are so many findings that several threads should write them. */
bool report_is_long(const Diag *diag);

typedef struct Report {
    Sources *sources;
    const Diag *diag;        /* sorted */
    const Facts *facts;      /* objects; may be NULL */
    ReportSummary summary;
    uint32_t jobs;           /* threads that may write it */
    bool color;              /* text only */
    bool verbose;            /* show severity info, whatever the format */
    bool endpoints;          /* --show-endpoints */
    Severity fail_on;        /* what fails the run */
    Str folder;              /* the working directory, absolute: file names are relative to it */
    Str repository;          /* the folder of the repository that it lies in; empty: none */
    const ReportScope *scopes; /* by name; none but for check */
    uint32_t scope_count;
    const uint32_t *order;   /* ids of all objects by place; may be NULL */
    /* From report_refused_objects, where findings were taken out of diag since; NULL: they
     * are all there. */
    const bool *refusals;
    const Suppressed *suppressed; /* in the order of findings */
    uint32_t suppressed_count;
} Report;

typedef struct ReportFormat {
    const char *name;        /* as after -o */
    void (*write)(const Report *report, Out *out);
    bool fingerprints;       /* it asks for those of all findings */
} ReportFormat;

extern const ReportFormat report_formats[];
extern const size_t report_format_count;
const ReportFormat *report_format_find(Str name);
/* Keeps the fingerprints of diag's findings in them, so that several who ask for them (a
 * baseline, formats) read the text at their places once. */
void report_note_fingerprints(const Report *report, Diag *diag);
/* The same for `plimsoll versions`. */
extern const ReportFormat versions_formats[];
extern const size_t versions_format_count;
const ReportFormat *versions_format_find(Str name);
/* The same for `plimsoll graph`. */
extern const ReportFormat graph_formats[];
extern const size_t graph_format_count;
const ReportFormat *graph_format_find(Str name);
/* The summary for stderr, without a newline at its end; a second line, if there is
 * one, says how to have skipped Helm templates checked. */
void report_summary_line(const Report *report, Buf *line);
/* Marks the objects that the findings so far refuse, for the linker. */
void report_refused(const Diag *diag, const Facts *facts);
/* An object's verdict: refused if and only if it could not be read or has an error of origin
 * yaml, schema or server.  Which have one: per object id, on the arena. */
bool *report_refused_objects(const Diag *diag, const Facts *facts, Arena *arena);
Verdict report_verdict(const Facts *facts, const bool *refusals, uint32_t id);

/* ---- objects, normalized ---- */
typedef struct ObjectWriter ObjectWriter;
typedef struct ObjectFormat {
    const char *name; /* json, ndjson, yaml */
    void (*begin)(ObjectWriter *writer);
    void (*object)(ObjectWriter *writer, const Document *doc, uint32_t node);
    void (*end)(ObjectWriter *writer);
    const char *part;        /* the format in which a thread writes what is joined later, */
    void (*join)(ObjectWriter *writer, Str part, uint64_t count); /* and how that is done */
} ObjectFormat;

struct ObjectWriter {
    const ObjectFormat *format;
    Out *out;
    Arena scratch;   /* reset after each object */
    uint64_t count;  /* objects given so far */
    Buf held;        /* json: the last object, until it is known whether more follow */
};

extern const ObjectFormat object_formats[];
extern const size_t object_format_count;
const ObjectFormat *object_format_find(Str name);
void object_writer_open(ObjectWriter *writer, const ObjectFormat *format, Out *out);
void object_writer_put(ObjectWriter *writer, const Document *doc, uint32_t node);
/* The same for all that another thread wrote, with the format object_writer_part. */
const ObjectFormat *object_writer_part(const ObjectWriter *writer);
void object_writer_join(ObjectWriter *writer, Str part, uint64_t count);
void object_writer_close(ObjectWriter *writer); /* ends the output and frees; Out stays open */
/* One object as compact JSON with sorted keys, as kubectl would send it. */
void emit_object_json(const Document *doc, uint32_t node, Arena *scratch, Buf *out);

#endif
