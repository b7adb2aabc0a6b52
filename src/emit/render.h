/* render: what the report formats of this room share.  Not part of the room's face.
 *
 * Text from the input never reaches a terminal as it is: whatever could move the
 * cursor, change colours, hide or reorder characters is written as an escape. */
#ifndef PLIMSOLL_EMIT_RENDER_H
#define PLIMSOLL_EMIT_RENDER_H

#include "emit/emit.h"

/* ---- printable.c ---- */
/* One code point of the input as a terminal gets it. */
typedef struct Glyph {
    unsigned length;  /* bytes of the input, at least 1 */
    unsigned columns; /* that it takes; 0 for combining marks */
    bool escaped;     /* written as \x1b, \u202e or the like */
    uint32_t code;    /* the code point, or the byte where it is not UTF-8 */
    bool invalid;     /* not UTF-8 */
} Glyph;

Glyph render_glyph(Str text, size_t at);
void render_put(Buf *out, Str text, size_t at, Glyph glyph);
void render_text(Buf *out, Str text);
/* Bytes at its start that are printable ASCII: one column each, none escaped. */
size_t render_plain(Str text);

/* ---- excerpt.c ---- */
/* The source line and, under it, the carets; each behind a gutter.  Nothing for a
 * place without a line to show.  The escape sequences are empty without colour. */
typedef struct ExcerptStyle {
    Str gutter, caret, reset;
} ExcerptStyle;
void render_excerpt(Buf *out, const Located *located, ExcerptStyle style);

/* Whether a report shows the finding: severity info only when asked for. */
static inline bool report_shows(const Report *report, const Finding *finding)
{
    return finding->severity != SEVERITY_INFO || report->verbose;
}

/* ---- findings.c ---- */
/* How a report writes findings: what stands before the first, between two, and each. */
typedef struct FindingFormat {
    Str before, between;
    void (*write)(const Report *report, const Finding *finding, Buf *out);
} FindingFormat;
/* Writes all that the report shows, with report->jobs threads; false: there is none. */
bool report_put_findings(const Report *report, Out *out, const FindingFormat *format);

/* ---- json_parts.c: the JSON of single things, for every format that writes JSON ---- */
/* `"name":` behind a comma, but for the first member of an object. */
void member_key(Buf *out, const char *name);
void member_string(Buf *out, const char *name, Str value);
void member_string_or_null(Buf *out, const char *name, Str value); /* null where empty */
void member_versions_or_null(Buf *out, const char *name, uint32_t versions); /* null: none */
void member_uint_or_null(Buf *out, const char *name, uint32_t value, uint32_t null);
void report_json_finding(const Report *report, const Finding *finding, Buf *out);
void report_json_suppressed(const Report *report, const Suppressed *suppressed, Buf *out);
/* The members that say which object it is and where. */
void report_json_object_head(const Report *report, const Object *object, Buf *out);
void report_json_object(const Report *report, uint32_t object, Verdict verdict, Buf *out);
void report_json_summary(const ReportSummary *summary, Buf *out);

/* ---- summary.c ---- */
/* Of the versions that were asked about, those whose types alone are known. */
uint32_t summary_types_only(const ReportSummary *summary);

/* ---- shared.c ---- */
/* The wanted findings of each object, in their order. */
typedef struct ByObject {
    const Diag *diag;
    uint32_t *first; /* of each object, and at none: a finding's index, or BASE_NONE */
    uint32_t *next;  /* of each finding */
    uint32_t none;   /* stands for findings of no object */
} ByObject;
void by_object_build(ByObject *by, const Report *report,
                     bool (*wanted)(const Report *report, const Finding *finding), Arena *arena);
/* for (uint32_t at = by->first[object]; (finding = by_object_next(by, &at)) != NULL;) */
const Finding *by_object_next(const ByObject *by, uint32_t *at);

/* The objects of the input with their verdicts, in the report's order:
 *   for (EachObject each = {.report = report}; each_object_next(&each);) use(each.object); */
typedef struct EachObject {
    const Report *report;
    uint32_t object;
    Verdict verdict;
    uint32_t next;
    const bool *refusals;
    Arena arena;     /* freed behind the last */
} EachObject;
bool each_object_next(EachObject *each);

/* One for each finding, made of its rule, its object's names, its path without the
 * numbers of items, and the text at its place; of several with the same each gets its
 * own.  Lines, file names and the order of documents do not count. */
uint64_t *report_fingerprints(const Report *report, Arena *arena);

/* Of one finding, wherever it is kept; several may have the same.  Its text is read for
 * it, unless report_note_fingerprints came before. */
uint64_t report_fingerprint(const Report *report, const Finding *finding);

/* A file as the repository has it, with slashes; absolute where it lies elsewhere. */
void render_repository_path(Buf *out, const Report *report, Str file);
/* The same as a URI reference (RFC 3986). */
void render_uri(Buf *out, Str path);

/* ---- templates.c: documents that were rendered from a template ---- */
/* The line of the template that a place comes from, or 0.  Reads the template. */
uint32_t render_template_line(const Located *located);
/* Moves a place in piped input to its template, where that lies on disk: to the line
 * that it comes from, or else the first.  False: it stays as it is. */
bool render_at_template(Located *located);
/* For a message: what names the template and the line of what was rendered, if any. */
void render_rendered_at(Buf *out, const char *before, const Located *located);

/* ---- summary.c ---- */
/* "1.37" or "1.25..1.37". */
void render_target(Buf *out, const SchemaTarget *target);
/* A mask for programs: "1.15", "1.16..1.37", "1.20, 1.25..1.37". */
void render_versions(Buf *out, uint32_t versions);

/* ---- endpoints.c ---- */
void report_endpoints_text(const Report *report, Out *out);
void report_endpoints_json(const Report *report, Out *out);

/* ---- formats ---- */
void report_text_write(const Report *report, Out *out);
void report_json_write(const Report *report, Out *out);
void report_ndjson_write(const Report *report, Out *out);
void report_sarif_write(const Report *report, Out *out);
void report_junit_write(const Report *report, Out *out);
void report_github_write(const Report *report, Out *out);
void report_gitlab_write(const Report *report, Out *out);
void versions_text_write(const Report *report, Out *out);
void versions_json_write(const Report *report, Out *out);

#endif
