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
    static const FindingFormat FORMAT = {.before = STR_INIT("\n"), .between = STR_INIT(",\n"),
                                         .write = report_json_finding};
    buf_text(&out->buf, ",\n\"findings\":[");
    bool any = report_put_findings(report, out, &FORMAT);
    close_list(&out->buf, !any);
}

/* With -v alone: what programs are to act on stands under "findings". */
static void put_suppressed(const Report *report, Out *out)
{
    bool first = true;
    if (!report->verbose)
        return;
    buf_text(&out->buf, ",\n\"suppressed\":[");
    for (uint32_t i = 0; i < report->suppressed_count; i++) {
        open_line(&out->buf, &first);
        report_json_suppressed(report, &report->suppressed[i], &out->buf);
        out_spill(out);
    }
    close_list(&out->buf, first);
}

static void put_objects(const Report *report, Out *out)
{
    bool first = true;
    buf_text(&out->buf, ",\n\"objects\":[");
    for (EachObject each = {.report = report}; each_object_next(&each);) {
        open_line(&out->buf, &first);
        report_json_object(report, each.object, each.verdict, &out->buf);
        out_spill(out);
    }
    close_list(&out->buf, first);
}

static void put_scope_object(const Report *report, const ScopeObject *object, Buf *out)
{
    const Facts *facts = report->facts;
    buf_byte(out, '{');
    member_string(out, "apiVersion", facts_text(facts, object->api_version));
    member_string(out, "kind", facts_text(facts, object->kind));
    member_string_or_null(out, "namespace", facts_text(facts, object->ns));
    member_string_or_null(out, "name", facts_text(facts, object->name));
    member_key(out, "hashed");
    buf_text(out, object->hashed ? "true" : "false");
    member_key(out, "labels");
    buf_byte(out, '{');
    for (uint32_t i = 0; i < object->label_count; i++) {
        uint32_t pair = object->labels[i];
        if (i)
            buf_byte(out, ',');
        buf_json(out, facts_text(facts, facts_pair_key(facts, pair)));
        buf_byte(out, ':');
        buf_json(out, facts_text(facts, facts_pair_value(facts, pair)));
    }
    buf_text(out, "}}");
}

/* Objects are listed where a kustomization made them other than they are in files. */
static void put_scopes(const Report *report, Out *out)
{
    bool first = true;
    buf_text(&out->buf, ",\n\"scopes\":[");
    for (uint32_t i = 0; i < report->scope_count; i++) {
        const ReportScope *scope = &report->scopes[i];
        open_line(&out->buf, &first);
        buf_byte(&out->buf, '{');
        member_string(&out->buf, "name", scope->name);
        member_string(&out->buf, "kind", str_of(scope->kind));
        member_uint_or_null(&out->buf, "objects", scope->objects, BASE_NONE);
        member_string_or_null(&out->buf, "unfollowed", scope->unfollowed);
        if (scope->list) {
            member_key(&out->buf, "built");
            bool none = true;
            buf_byte(&out->buf, '[');
            for (uint32_t j = 0; j < scope->objects; j++) {
                open_line(&out->buf, &none);
                put_scope_object(report, &scope->list[j], &out->buf);
                out_spill(out);
            }
            close_list(&out->buf, none);
        }
        buf_byte(&out->buf, '}');
        out_spill(out);
    }
    close_list(&out->buf, first);
}

void report_json_write(const Report *report, Out *out)
{
    buf_text(&out->buf, "{\"version\":1");
    put_findings(report, out);
    put_suppressed(report, out);
    put_objects(report, out);
    if (report->endpoints && report->scope_count)
        report_endpoints_json(report, out);
    if (report->scope_count)
        put_scopes(report, out);
    buf_text(&out->buf, ",\n\"summary\":");
    report_json_summary(&report->summary, &out->buf);
    buf_text(&out->buf, "}\n");
    out_spill(out);
}
