/* The report as it is made of lines: a finding a line, an object a line, the summary
 * last, each with a "type" in front of the members that docs/json.md tells of. */
#include "emit/render.h"

#include "checks/link.h"

/* Puts "type" before the members of what was written since start. */
static void put_type(Buf *out, size_t start, const char *type)
{
    Buf line = {0};
    buf_format(&line, "{\"type\":\"%s\",", type);
    buf_str(&line, str_slice(out->ptr + start + 1, out->len - start - 1));
    buf_byte(&line, '\n');
    out->len = start;
    buf_str(out, buf_slice(&line));
    buf_free(&line);
}

static void put_typed(Out *out, size_t start, const char *type)
{
    put_type(&out->buf, start, type);
    out_spill(out);
}

static void put_finding(const Report *report, const Finding *finding, Buf *out)
{
    size_t start = out->len;
    report_json_finding(report, finding, out);
    put_type(out, start, "finding");
}

void report_ndjson_write(const Report *report, Out *out)
{
    static const FindingFormat FORMAT = {.write = put_finding};
    report_put_findings(report, out, &FORMAT);
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
