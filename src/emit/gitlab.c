/* GitLab's code quality report: a JSON array, one finding a line.
 *
 * Source: docs.gitlab.com, "Code Quality", "Code Quality report format".  Severities
 * there are info, minor, major, critical and blocker. */
#include "emit/render.h"

static const char *severity_of(Severity severity)
{
    switch (severity) {
    case SEVERITY_ERROR: return "critical";
    case SEVERITY_WARNING: return "minor";
    default: return "info";
    }
}

static void put_position(Buf *out, const char *name, uint32_t line, uint32_t column)
{
    member_key(out, name);
    buf_format(out, "{\"line\":%u,\"column\":%u}", (unsigned)line, (unsigned)column);
}

static void put_finding(const Report *report, const Finding *finding, uint64_t fingerprint,
                        Buf *out)
{
    Located located = sources_locate(report->sources, finding->place);
    Located shown = located;
    Buf text = {0}, path = {0};
    render_at_template(&shown);
    render_text(&text, finding->message);
    render_rendered_at(&text, "; ", &located);
    if (finding->help.len) {
        buf_text(&text, "; help: ");
        render_text(&text, finding->help);
    }
    render_repository_path(&path, report, shown.file);
    buf_byte(out, '{');
    member_string(out, "description", buf_slice(&text));
    member_string(out, "check_name", str_of(finding->rule->id));
    buf_format(out, ",\"fingerprint\":\"%016llx\"", (unsigned long long)fingerprint);
    member_string(out, "severity", str_of(severity_of(finding->severity)));
    buf_text(out, ",\"location\":{");
    member_string(out, "path", buf_slice(&path));
    /* A line is required: what has none is shown at the first. */
    uint32_t line = shown.line ? shown.line : 1;
    buf_text(out, ",\"positions\":{");
    put_position(out, "begin", line, shown.column ? shown.column : 1);
    put_position(out, "end", shown.end_line ? shown.end_line : line,
                 shown.end_column ? shown.end_column : 1);
    buf_text(out, "}}}");
    buf_free(&text);
    buf_free(&path);
}

void report_gitlab_write(const Report *report, Out *out)
{
    Arena arena = {0};
    const uint64_t *fingerprints = report_fingerprints(report, &arena);
    bool first = true;
    buf_byte(&out->buf, '[');
    for (uint32_t i = 0; i < report->diag->findings.len; i++) {
        if (!report_shows(report, &report->diag->findings.at[i]))
            continue;
        buf_text(&out->buf, first ? "\n" : ",\n");
        first = false;
        put_finding(report, &report->diag->findings.at[i], fingerprints[i], &out->buf);
        out_spill(out);
    }
    buf_text(&out->buf, first ? "]\n" : "\n]\n");
    arena_free(&arena);
}
