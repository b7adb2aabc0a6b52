/* The report for programs: one JSON object, documented in docs/json.md.
 *
 * It is streamed, one finding or object a line, so that two reports can be compared
 * with diff and a large one needs no memory.  The order of members never changes. */
#include "emit/render.h"

#include "checks/link.h"

/* Stands in front of an element of a list: a comma behind the one before, and a new
 * line. */
static void open_line(Buf *out, bool *first)
{
    buf_text(out, *first ? "\n" : ",\n");
    *first = false;
}

static void close_list(Buf *out, bool empty) { buf_text(out, empty ? "]" : "\n]"); }

static void put_findings(const Report *report, Out *out)
{
    bool first = true;
    buf_text(&out->buf, ",\n\"findings\":[");
    for (uint32_t i = 0; i < report->diag->findings.len; i++) {
        const Finding *finding = &report->diag->findings.at[i];
        if (!report_shows(report, finding))
            continue;
        open_line(&out->buf, &first);
        report_json_finding(report, finding, &out->buf);
        out_spill(out);
    }
    close_list(&out->buf, first);
}

static void put_objects(const Report *report, Out *out)
{
    Arena arena = {0};
    uint32_t count = report->facts ? facts_object_count(report->facts) : 0;
    const uint8_t *verdicts = report->verdicts;
    if (count && !verdicts)
        verdicts = report_verdicts(report->diag, report->facts, &arena);
    const uint32_t *order = count && report->link ? link_objects_by_place(report->link) : NULL;
    bool first = true;
    buf_text(&out->buf, ",\n\"objects\":[");
    for (uint32_t i = 0; i < count; i++) {
        uint32_t object = order ? order[i] : i;
        open_line(&out->buf, &first);
        report_json_object(report, object, (Verdict)verdicts[object], &out->buf);
        out_spill(out);
    }
    close_list(&out->buf, first);
    arena_free(&arena);
}

void report_json_write(const Report *report, Out *out)
{
    buf_text(&out->buf, "{\"version\":1");
    put_findings(report, out);
    put_objects(report, out);
    if (report->endpoints && report->link)
        report_endpoints_json(report, out);
    buf_text(&out->buf, ",\n\"summary\":");
    report_json_summary(&report->summary, &out->buf);
    buf_text(&out->buf, "}\n");
    out_spill(out);
}
