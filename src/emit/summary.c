/* The line that ends a run: what was looked at, what was found, what was passed over.
 * Nobody shall believe that something was checked which was not. */
#include "emit/render.h"

void render_target(Buf *out, const SchemaTarget *target)
{
    buf_format(out, "1.%u", target->oldest);
    if (target->newest != target->oldest)
        buf_format(out, "..1.%u", target->newest);
}

void render_versions(Buf *out, uint32_t versions)
{
    const char *gap = "";
    for (unsigned minor = SCHEMA_OLDEST; minor <= SCHEMA_NEWEST; minor++) {
        unsigned from = minor;
        while (minor <= SCHEMA_NEWEST && versions >> (minor - SCHEMA_OLDEST) & 1)
            minor++;
        if (minor == from)
            continue;
        buf_text(out, gap);
        render_target(out, &(SchemaTarget){.oldest = from, .newest = minor - 1});
        gap = ", ";
    }
}

static void put_count(Buf *out, uint32_t count, const char *one, const char *many)
{
    buf_uint(out, count);
    buf_byte(out, ' ');
    buf_text(out, count == 1 ? one : many);
}

/* Parts of a list, each behind a comma but the first. */
static void put_part(Buf *out, bool *first, uint32_t count, const char *one, const char *many)
{
    if (!count)
        return;
    if (!*first)
        buf_text(out, ", ");
    *first = false;
    put_count(out, count, one, many);
}

static void put_skipped(const ReportSummary *summary, Buf *out)
{
    bool first = true;
    buf_text(out, "; skipped ");
    put_part(out, &first, summary->skipped_files, "file that is no manifest",
             "files that are no manifests");
    put_part(out, &first, summary->skipped_documents, "document that is no manifest",
             "documents that are no manifests");
    put_part(out, &first, summary->helm_templates, "Helm template", "Helm templates");
    put_part(out, &first, summary->excluded, "excluded path", "excluded paths");
    if (first)
        buf_text(out, "no files");
}

/* What a clean result does not cover. */
static void put_unchecked(const ReportSummary *summary, Buf *out)
{
    bool first = true;
    if (!summary->unknown_kinds && !summary->unchecked)
        return;
    buf_text(out, "; not checked: ");
    put_part(out, &first, summary->unknown_kinds, "object of an unknown kind",
             "objects of unknown kinds");
    put_part(out, &first, summary->unchecked, "CEL rule", "CEL rules");
}

/* What a server says beyond the types is known of the versions from SCHEMA_VALIDATED on. */
uint32_t summary_types_only(const ReportSummary *summary)
{
    const uint32_t before = (UINT32_C(1) << (SCHEMA_VALIDATED - SCHEMA_OLDEST)) - 1;
    return (summary->target.versions | summary->by_path) & before;
}

static void put_unvalidated(const ReportSummary *summary, Buf *out)
{
    uint32_t asked = summary->target.versions | summary->by_path;
    uint32_t types_only = summary_types_only(summary);
    if (types_only && types_only == asked)
        buf_text(out, "; only types were checked");
    else if (types_only)
        buf_format(out, "; of versions before 1.%d only types were checked", SCHEMA_VALIDATED);
}

void report_summary_line(const Report *report, Buf *line)
{
    const ReportSummary *summary = &report->summary;
    buf_text(line, "plimsoll: ");
    put_count(line, summary->objects, "object", "objects");
    buf_text(line, " in ");
    put_count(line, summary->files, "file", "files");
    buf_text(line, ", ");
    put_count(line, summary->errors, "error", "errors");
    buf_text(line, ", ");
    put_count(line, summary->warnings, "warning", "warnings");
    if (report->verbose && summary->infos) {
        buf_text(line, ", ");
        buf_uint(line, summary->infos);
        buf_text(line, " info");
    }
    buf_text(line, " (Kubernetes ");
    render_target(line, &summary->target);
    if (summary->by_path) {
        buf_text(line, "; by path ");
        render_versions(line, summary->by_path);
    }
    buf_byte(line, ')');
    if (summary->suppressed)
        buf_format(line, "; %u suppressed", (unsigned)summary->suppressed);
    if (summary->known || summary->gone)
        buf_format(line, "; %u in the baseline", (unsigned)summary->known);
    if (summary->gone)
        buf_format(line, ", %u of it no longer found", (unsigned)summary->gone);
    put_skipped(summary, line);
    put_unchecked(summary, line);
    put_unvalidated(summary, line);
    if (summary->helm_templates)
        buf_text(line, "\nplimsoll: to check Helm templates, pipe what they render in: "
                       "helm template CHART | plimsoll check -");
    for (uint32_t i = 0; report->verbose && i < report->scope_count; i++) {
        const ReportScope *scope = &report->scopes[i];
        buf_text(line, i ? ", " : "\nplimsoll: scopes: ");
        render_text(line, scope->name);
        buf_text(line, " (");
        put_count(line, scope->objects, "object", "objects");
        if (scope->unfollowed.len) {
            buf_text(line, "; ");
            render_text(line, scope->unfollowed);
        }
        buf_byte(line, ')');
    }
}
