/* The report as it is made of lines: a finding a line, an object a line, the summary
 * last, each with a "type" in front of the members that docs/json.md tells of. */
#include "emit/render.h"

#include "checks/link.h"

/* Puts "type" before the members of what was written since start. */
static void put_typed(Out *out, size_t start, const char *type)
{
    Buf line = {0};
    buf_format(&line, "{\"type\":\"%s\",", type);
    buf_str(&line, str_slice(out->buf.ptr + start + 1, out->buf.len - start - 1));
    buf_byte(&line, '\n');
    out->buf.len = start;
    buf_str(&out->buf, buf_slice(&line));
    buf_free(&line);
    out_spill(out);
}

void report_ndjson_write(const Report *report, Out *out)
{
    for (uint32_t i = 0; i < report->diag->findings.len; i++) {
        size_t start = out->buf.len;
        if (!report_shows(report, &report->diag->findings.at[i]))
            continue;
        report_json_finding(report, &report->diag->findings.at[i], &out->buf);
        put_typed(out, start, "finding");
    }
    for (uint32_t i = 0; report->verbose && i < report->suppressed_count; i++) {
        size_t start = out->buf.len;
        report_json_suppressed(report, &report->suppressed[i], &out->buf);
        put_typed(out, start, "suppressed");
    }
    for (EachObject each = {.report = report}; each_object_next(&each);) {
        size_t start = out->buf.len;
        report_json_object(report, each.object, each.verdict, &out->buf);
        put_typed(out, start, "object");
    }
    size_t start = out->buf.len;
    report_json_summary(&report->summary, &out->buf);
    put_typed(out, start, "summary");
}
