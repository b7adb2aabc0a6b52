/* diag: places in the input, findings, their severity and their order.
 *
 * A finding is a rule, a place and a message.  Rules state facts; one function
 * here decides the severity.  Places are cheap (a document and an offset in it)
 * and become lines and columns only when a report is written: sources_locate
 * reads the document again.  That keeps facts small and lets the reader's window
 * be reused, at the price of a second read for files with findings.
 *
 * Ownership: a Diag owns its findings and their text (one arena) until
 * diag_free.  Sources owns most names and, for input that cannot be read twice
 * (stdin, pipes), the bytes.  Neither is shared between threads: each worker has
 * its own Diag, and diag_merge joins them behind the barrier.
 * Units: offsets and lengths are bytes; lines and columns count from 1, columns
 * in code points. */
#ifndef PLIMSOLL_DIAG_H
#define PLIMSOLL_DIAG_H

#include "base/base.h"

/* ---- sources.c: files and documents, and the way back to their lines ---- */

/* A document's place in the input, or that of an item of a List which is read item by item: then
 * the List is the only document of its file. */
typedef struct SourceDoc {
    uint64_t base;   /* offset of its first byte in the file */
    uint32_t size;   /* in bytes */
    uint32_t file;   /* index in Sources.files */
    uint32_t index;  /* as kubectl's reader counts; of an item: its number in the List */
    uint32_t line;   /* line of its first byte, from 1 */
    uint32_t column; /* column of its first byte, from 1; over 1 only in a JSON stream */
    uint32_t made_from : 30; /* behind an index in Sources.templates; 0: nothing is known */
    bool json : 1;   /* read by JSON's grammar */
    bool item : 1;   /* it is such an item */
} SourceDoc;

/* As kubectl's reader counts. */
static inline uint32_t source_doc_index(const SourceDoc *doc) { return doc->item ? 0 : doc->index; }

/* What a document was rendered from, as "# Source: chart/templates/x.yaml" says. */
typedef struct SourceTemplate {
    Str name; /* as the comment has it */
    Str file; /* where it lies, to be opened from the working directory; empty: not found */
} SourceTemplate;

typedef struct SourceFile {
    Str name;        /* as the user gave it, or as the walk found it; "<stdin>" */
    bool changed;    /* named after --changed */
    bool backdrop;   /* what the cluster holds already: --assume-cluster */
    const char *again; /* what is opened to read it again, where that is not its name */
    FileText *kept;  /* its bytes, where it cannot be read again; else NULL */
} SourceFile;

/* Bytes that no report may show: values of a Secret. */
typedef struct Redaction {
    uint32_t doc;
    uint32_t offset;
    uint32_t length;
} Redaction;

/* A place in a document whose line and column are known. */
typedef struct Landmark {
    uint32_t offset;
    uint32_t line;       /* lines before it */
    uint32_t line_start; /* offset of its line */
    uint32_t column;     /* code points before it in its line */
} Landmark;

/* A document that places were asked for, and what is kept from one to the next. */
typedef struct SourceView {
    uint32_t doc;        /* BASE_NONE: none */
    Str text;            /* its bytes */
    uint64_t used;       /* the count of looks when it was asked for last */
    FileText bytes;      /* of its file from base on: more than the document, often */
    uint64_t base;
    uint32_t file;       /* BASE_NONE: there are no bytes */
    VEC(Landmark) landmarks; /* as far as any place was asked for */
    Landmark last;       /* the place that was asked for last */
} SourceView;

enum { SOURCES_VIEWS = 4 }; /* a finding's, and some of its notes' */

typedef struct Sources {
    Arena names;
    VEC(SourceFile) files;
    VEC(SourceDoc) docs;
    bool scattered;      /* some document comes behind one of a later file, or later in its file */
    VEC(SourceTemplate) templates;
    VEC(Redaction) redactions;
    bool redactions_sorted;
    /* What sources_locate keeps from call to call. */
    SourceView views[SOURCES_VIEWS];
    uint64_t looks;
    int fd;              /* of the file that was read from last, or -1 */
    uint32_t fd_file;
    const uint32_t *expected; /* sources_expect */
    uint32_t expected_count, expected_next;
    Buf excerpt;         /* where it is not what stands in the document */
} Sources;

/* A range of a document.  A place without a document (doc BASE_NONE) stands for
 * a whole file or for no place at all. */
typedef struct Place {
    uint32_t doc;
    uint32_t offset;
    uint32_t length;
    uint32_t file; /* used when doc is BASE_NONE; BASE_NONE: the input as a whole */
} Place;

typedef struct Located {
    Str file;             /* empty: the input as a whole */
    uint32_t doc;         /* index in its file, BASE_NONE if the place has none */
    uint32_t line, column;         /* 0: unknown */
    uint32_t end_line, end_column; /* just behind the last character */
    Str excerpt;          /* the first line of the range, redacted, tabs as they are; of a
                             line of many kilobytes, what stands around the range */
    bool cut_before, cut_after; /* the line goes on there */
    uint32_t caret_start; /* code points of the excerpt before the range, */
    uint32_t caret_width; /* and in it, at least 1; both as the excerpt is redacted */
    bool unreadable;      /* the file changed or went away: no excerpt */
    const SourceTemplate *made_from; /* or NULL */
} Located;

void sources_init(Sources *sources);
uint32_t sources_add_file(Sources *sources, Str name);
uint32_t sources_add_input(Sources *sources, Str name); /* which outlives them: no copy is made */
/* Takes over the bytes of a file that cannot be read again. */
void sources_keep(Sources *sources, uint32_t file, FileText text);
uint32_t sources_add_doc(Sources *sources, SourceDoc doc);
/* Says what a document was rendered from. */
void sources_set_template(Sources *sources, uint32_t doc, SourceTemplate from);
const SourceTemplate *sources_template(const Sources *sources, uint32_t doc); /* or NULL */
/* Moves files, documents and redactions of one thread behind another's; documents are
 * then counted from the length of docs before.  `continues`: its first file is the other's
 * last, of which so many documents and lines stand before. */
typedef struct SourcesBefore {
    bool continues;
    uint32_t docs, lines;
} SourcesBefore;
void sources_merge(Sources *into, Sources *from, SourcesBefore before);
void sources_redact(Sources *sources, uint32_t doc, uint32_t offset, uint32_t length);
/* For a document that could not be read and seems to be a Secret: hides whatever
 * stands behind the first colon of each line. */
void sources_redact_values(Sources *sources, uint32_t doc, Str text);
/* Documents of which places will be asked for, in about that order: what lies close together is
 * read at once, and nothing else.  Borrowed until the next call. */
void sources_expect(Sources *sources, const uint32_t *docs, uint32_t count);
/* Lines, columns and the excerpt of a place.  The excerpt lives until the next call. */
Located sources_locate(Sources *sources, Place place);
/* The same places for another thread, with views of its own; to free before the other, to
 * which nothing is added meanwhile. */
Sources sources_reader(Sources *sources);
void sources_reader_free(Sources *reader);
void sources_free(Sources *sources);

/* ---- diag.c: findings ---- */
typedef enum Severity { SEVERITY_OFF, SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_ERROR } Severity;
typedef enum Origin { ORIGIN_YAML, ORIGIN_SCHEMA, ORIGIN_SERVER, ORIGIN_LINK, ORIGIN_ADVICE } Origin;

const char *severity_name(Severity severity); /* "off", "info", "warning", "error" */
bool severity_parse(Str name, Severity *severity);
const char *origin_name(Origin origin);

/* A rule as its readers know it: the id never changes and reads as what is
 * wrong.  Severity is the strongest that the rule itself gives; a rule that is
 * less sure in a certain case says so with diag_lower. */
typedef struct RuleInfo {
    const char *id;
    Origin origin;
    Severity severity;
    const char *summary; /* one line, for `plimsoll rules` */
    const char *why;     /* a paragraph: what goes wrong, and where the rule is from */
    const char *fix;     /* a sentence or two: what to change, also when it is meant as it is */
} RuleInfo;

typedef struct Note {
    Place place;
    Str message;
} Note;

/* An edit that makes the help's words true: the place's bytes become the text. */
typedef struct Fix {
    Place place; /* of length 0: an insertion */
    Str text;
} Fix;

typedef struct Finding {
    const RuleInfo *rule;
    Severity severity;
    Place place;
    uint32_t object; /* the run's object id, or BASE_NONE */
    bool later;      /* the server would have stopped before it saw this */
    Str message;
    Str help;        /* a sure fix, or empty */
    Str path;        /* in the server's form, relative to the object: spec.ports[0].nodePort */
    Str server_path; /* what the server names, where that differs; else empty */
    Str pointer;     /* RFC 6901, in what was read as one document; without ptr: none */
    Str reason;      /* as in a Status' causes: FieldValueInvalid, …; or empty */
    Str versions;    /* the versions for which it holds, when not all of the target */
    Note *notes;
    uint32_t note_count;
    const Fix *fix;  /* or NULL */
    const Str *scopes; /* in which it holds, where the run has several and it is of one */
    uint32_t scope_count;
    uint64_t fingerprint; /* the emit room's; 0: not made yet */
} Finding;

/* A user's word on a rule's severity; the last one for an id wins. */
typedef struct SeverityOverride {
    Str rule;
    Severity severity;
} SeverityOverride;

typedef struct Diag {
    Arena arena; /* text and notes of the findings */
    VEC(Finding) findings;
    const SeverityOverride *overrides; /* borrowed */
    uint32_t override_count;
} Diag;

/* What the rule's findings are, unless it is less sure of one; off: it has none. */
Severity diag_severity(const Diag *diag, const RuleInfo *rule);
/* Adds a finding and returns it, good until the next diag_report; NULL when the
 * user switched the rule off.  diag_note, diag_help and diag_fix take NULL calmly. */
Finding *diag_report(Diag *diag, const RuleInfo *rule, Place place, const char *format, ...)
    BASE_PRINTF(4, 5);
Finding *diag_vreport(Diag *diag, const RuleInfo *rule, Place place, const char *format,
                      va_list args) BASE_PRINTF(4, 0);
void diag_note(Diag *diag, Finding *finding, Place place, const char *format, ...)
    BASE_PRINTF(4, 5);
void diag_help(Diag *diag, Finding *finding, const char *format, ...) BASE_PRINTF(3, 4);
/* Only where the edit is what the help says and nothing else has to change with it. */
void diag_fix(Diag *diag, Finding *finding, Place place, const char *format, ...)
    BASE_PRINTF(4, 5);
/* This case is less sure than the rule's own severity; an override still wins. */
void diag_lower(Diag *diag, Finding *finding, Severity severity);
/* Moves the findings of one worker to another's; object and document ids are
 * shifted by the given bases. */
void diag_merge(Diag *into, Diag *from, uint32_t doc_base, uint32_t object_base);
/* By file name, document, offset, rule, message; exact repetitions are dropped. */
void diag_sort(Diag *diag, const Sources *sources);
void diag_free(Diag *diag);

#endif
