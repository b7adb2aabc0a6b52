/* Annotations of GitHub's workflow commands, one a line:
 *
 *     ::error file=a.yaml,line=9,endLine=9,col=5,endColumn=18,title=rule-id::message
 *
 * Source: docs.github.com, "Workflow commands for GitHub Actions"; what is escaped
 * is what actions/toolkit escapes.  Paths are relative to the repository. */
#include "emit/render.h"

static void put_escaped(Buf *out, Str text, bool property)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ',')))
            buf_format(out, "%%%02X", (unsigned)c);
        else
            buf_byte(out, c);
    }
}

static const char *command_of(Severity severity)
{
    switch (severity) {
    case SEVERITY_ERROR: return "error";
    case SEVERITY_WARNING: return "warning";
    default: return "notice";
    }
}

static void put_file(const Report *report, Str file, Buf *out)
{
    Buf path = {0};
    render_repository_path(&path, report, file);
    put_escaped(out, buf_slice(&path), true);
    buf_free(&path);
}

/* Notes have no place of their own in an annotation: they follow the message. */
static void put_notes(const Report *report, const Finding *finding, Buf *message)
{
    for (uint32_t i = 0; i < finding->note_count; i++) {
        Located located = sources_locate(report->sources, finding->notes[i].place);
        buf_byte(message, '\n');
        if (located.file.len) {
            render_repository_path(message, report, located.file);
            buf_format(message, ":%u: ", (unsigned)located.line);
        }
        render_text(message, finding->notes[i].message);
    }
    if (finding->help.len) {
        buf_text(message, "\nhelp: ");
        render_text(message, finding->help);
    }
}

void report_github_write(const Report *report, Out *out)
{
    Buf message = {0};
    for (uint32_t i = 0; i < report->diag->findings.len; i++) {
        const Finding *finding = &report->diag->findings.at[i];
        if (!report_shows(report, finding))
            continue;
        Located located = sources_locate(report->sources, finding->place), shown = located;
        render_at_template(&shown);
        buf_format(&out->buf, "::%s ", command_of(finding->severity));
        if (shown.file.len) {
            buf_text(&out->buf, "file=");
            put_file(report, shown.file, &out->buf);
            buf_byte(&out->buf, ',');
        }
        if (shown.line)
            buf_format(&out->buf, "line=%u,endLine=%u,", (unsigned)shown.line,
                       (unsigned)(shown.end_line ? shown.end_line : shown.line));
        /* Columns are told only where the range stays in its line. */
        if (shown.column && shown.line == shown.end_line)
            buf_format(&out->buf, "col=%u,endColumn=%u,", (unsigned)shown.column,
                       (unsigned)shown.end_column);
        buf_format(&out->buf, "title=%s::", finding->rule->id);
        message.len = 0;
        render_text(&message, finding->message);
        render_rendered_at(&message, "\n", &located);
        put_notes(report, finding, &message);
        put_escaped(&out->buf, buf_slice(&message), false);
        buf_byte(&out->buf, '\n');
        out_spill(out);
    }
    buf_free(&message);
}
