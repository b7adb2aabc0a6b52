/* The report for people:
 *
 *     file:line:col: error: message [rule-id]
 *        12 |     app: monolith
 *           |     ^~~~~~~~~~~~~
 *     file:line:col: note: message
 *         5 |     app: monolith
 *           |     ^~~~~~~~~~~~~
 *     source: the template that this was rendered from
 *     help: what to change
 *
 * The first line is what compilers print, so that editors and CI systems find the
 * place.  One blank line stands between findings.  Colours repeat what the words
 * say and are used only when the driver asks for them. */
#include "emit/render.h"

typedef struct TextStyle {
    Str bold, error, warning, info, note, help, rule, gutter, reset;
} TextStyle;

static const TextStyle TEXT_PLAIN = {.bold = {0}}; /* nothing at all */
static const TextStyle TEXT_COLOR = {
    .bold = STR_INIT("\033[1m"),
    .error = STR_INIT("\033[1;31m"),
    .warning = STR_INIT("\033[1;33m"),
    .info = STR_INIT("\033[1;34m"),
    .note = STR_INIT("\033[1;36m"),
    .help = STR_INIT("\033[1;32m"),
    .rule = STR_INIT("\033[2m"),
    .gutter = STR_INIT("\033[2m"),
    .reset = STR_INIT("\033[0m"),
};

static Str severity_style(const TextStyle *style, Severity severity)
{
    switch (severity) {
    case SEVERITY_ERROR: return style->error;
    case SEVERITY_WARNING: return style->warning;
    default: return style->info;
    }
}

/* "file:12:5: ", as much of it as is known. */
static void put_place(Buf *out, const Located *located, const TextStyle *style)
{
    if (!located->file.len)
        return;
    buf_str(out, style->bold);
    render_text(out, located->file);
    buf_byte(out, ':');
    if (located->line) {
        buf_uint(out, located->line);
        buf_byte(out, ':');
    }
    if (located->line && located->column) {
        buf_uint(out, located->column);
        buf_byte(out, ':');
    }
    buf_str(out, style->reset);
    buf_byte(out, ' ');
}

static void put_label(Buf *out, const char *label, Str color, const TextStyle *style)
{
    buf_str(out, color);
    buf_text(out, label);
    buf_byte(out, ':');
    buf_str(out, style->reset);
    buf_byte(out, ' ');
}

/* "source: chart/templates/x.yaml:7", for what was rendered from a template. */
static void put_template(Buf *out, const Located *located, const TextStyle *style)
{
    const SourceTemplate *from = located->made_from;
    if (!from)
        return;
    put_label(out, "source", style->note, style);
    render_text(out, from->file.len ? from->file : from->name);
    uint32_t line = render_template_line(located);
    if (line)
        buf_format(out, ":%u", (unsigned)line);
    buf_byte(out, '\n');
}

static void put_finding(const Report *report, const Finding *finding, Buf *out)
{
    const TextStyle *style = report->color ? &TEXT_COLOR : &TEXT_PLAIN;
    Str color = severity_style(style, finding->severity);
    Located located = sources_locate(report->sources, finding->place);
    put_place(out, &located, style);
    put_label(out, severity_name(finding->severity), color, style);
    buf_str(out, style->bold);
    render_text(out, finding->message);
    buf_str(out, style->reset);
    if (finding->versions.len) {
        buf_text(out, " (Kubernetes ");
        render_text(out, finding->versions);
        buf_byte(out, ')');
    }
    buf_byte(out, ' ');
    buf_str(out, style->rule);
    buf_byte(out, '[');
    buf_text(out, finding->rule->id);
    buf_byte(out, ']');
    buf_str(out, style->reset);
    buf_byte(out, '\n');
    render_excerpt(out, &located, (ExcerptStyle){style->gutter, color, style->reset});
    put_template(out, &located, style);

    for (uint32_t i = 0; i < finding->note_count; i++) {
        const Note *note = &finding->notes[i];
        located = sources_locate(report->sources, note->place);
        put_place(out, &located, style);
        put_label(out, "note", style->note, style);
        render_text(out, note->message);
        buf_byte(out, '\n');
        /* A note at the finding's own place adds words, not another place. */
        if (memcmp(&note->place, &finding->place, sizeof(Place)) != 0) {
            render_excerpt(out, &located, (ExcerptStyle){style->gutter, style->note, style->reset});
            put_template(out, &located, style);
        }
    }
    if (finding->help.len) {
        put_label(out, "help", style->help, style);
        render_text(out, finding->help);
        buf_byte(out, '\n');
    }
}

void report_text_write(const Report *report, Out *out)
{
    static const FindingFormat FORMAT = {.between = STR_INIT("\n"), .write = put_finding};
    bool any = report_put_findings(report, out, &FORMAT);
    if (report->endpoints && report->scope_count) {
        if (any)
            buf_byte(&out->buf, '\n');
        report_endpoints_text(report, out);
    }
}
