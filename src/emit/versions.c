/* `plimsoll versions`: which Kubernetes versions accept each object, and what breaks
 * it in the others.
 *
 *     deploy.yaml:1: extensions/v1beta1 Deployment "auth": 1.15
 *         1.16..1.37: deploy.yaml:1:13: message
 *     1.15 accepts the whole input
 *
 * As JSON: {"version":1,"objects":[{file, doc, item, line, apiVersion, kind,
 * namespace, name, accepted, breaks:[{versions, rule, message, line, column, help}]}],
 * "accepted":"1.15", "target":"1.15..1.37"}; accepted is null where no version does. */
#include "emit/render.h"

static uint32_t accepted_by_all(const Report *report)
{
    uint32_t accepted = report->summary.target.versions;
    for (uint32_t id = 0; id < facts_object_count(report->facts); id++)
        accepted &= facts_object(report->facts, id)->accepted;
    return accepted;
}

static bool is_break(const Report *report, const Finding *finding)
{
    (void)report;
    return finding->severity == SEVERITY_ERROR && finding->rule->origin != ORIGIN_LINK;
}

/* What breaks each object. */
typedef struct Breaks {
    const Report *report;
    ByObject by;
    Str all; /* the target's versions */
} Breaks;

static Breaks breaks_of(const Report *report, Arena *arena)
{
    Breaks breaks = {.report = report,
                     .all = schema_versions_text(report->summary.target.versions, arena)};
    by_object_build(&breaks.by, report, is_break, arena);
    return breaks;
}

static Str broken_versions(const Finding *finding, Str all)
{
    return finding->versions.len ? finding->versions : all;
}

static void put_object_text(const Breaks *breaks, uint32_t id, Arena *arena, Out *out)
{
    const Report *report = breaks->report;
    const Object *object = facts_object(report->facts, id);
    const SourceDoc *doc = &report->sources->docs.at[object->doc];
    Buf *buf = &out->buf;
    render_text(buf, report->sources->files.at[doc->file].name);
    buf_format(buf, ":%u: ", (unsigned)object->line);
    if (object->no_object) {
        buf_text(buf, "a document that cannot be read");
    } else {
        render_text(buf, facts_text(report->facts, object->api_version));
        buf_byte(buf, ' ');
        render_text(buf, facts_text(report->facts, object->kind));
        buf_text(buf, " \"");
        render_text(buf, facts_text(report->facts, object->name));
        buf_byte(buf, '"');
    }
    buf_text(buf, ": ");
    buf_str(buf, schema_versions_text(object->accepted, arena));
    buf_byte(buf, '\n');
    const Finding *finding;
    for (uint32_t at = breaks->by.first[id]; (finding = by_object_next(&breaks->by, &at)) != NULL;) {
        Located located = sources_locate(report->sources, finding->place);
        buf_text(buf, "    ");
        buf_str(buf, broken_versions(finding, breaks->all));
        buf_text(buf, ": ");
        render_text(buf, located.file);
        buf_format(buf, ":%u:%u: ", (unsigned)located.line, (unsigned)located.column);
        render_text(buf, finding->message);
        buf_format(buf, " [%s]\n", finding->rule->id);
        if (finding->help.len) {
            buf_text(buf, "        help: ");
            render_text(buf, finding->help);
            buf_byte(buf, '\n');
        }
    }
}

void versions_text_write(const Report *report, Out *out)
{
    Arena arena = {0}, all = {0};
    Breaks breaks = breaks_of(report, &all);
    for (uint32_t id = 0; id < facts_object_count(report->facts); id++) {
        uint32_t accepted = facts_object(report->facts, id)->accepted;
        if (report->verbose || accepted != report->summary.target.versions)
            put_object_text(&breaks, id, &arena, out);
        arena_reset(&arena);
        out_spill(out);
    }
    uint32_t accepted = accepted_by_all(report);
    buf_str(&out->buf, schema_versions_text(accepted, &arena));
    bool one = accepted && (accepted & (accepted - 1)) == 0;
    buf_text(&out->buf, one || !accepted ? " accepts the whole input\n" : " accept the whole input\n");
    arena_free(&arena);
    arena_free(&all);
}

static void put_break_json(const Breaks *breaks, const Finding *finding, Buf *out)
{
    Located located = sources_locate(breaks->report->sources, finding->place);
    buf_byte(out, '{');
    member_string(out, "versions", broken_versions(finding, breaks->all));
    member_string(out, "rule", str_of(finding->rule->id));
    member_string(out, "message", finding->message);
    member_uint_or_null(out, "line", located.line, 0);
    member_uint_or_null(out, "column", located.column, 0);
    if (finding->help.len)
        member_string(out, "help", finding->help);
    buf_byte(out, '}');
}

static void put_object_json(const Breaks *breaks, uint32_t id, Buf *out)
{
    const Report *report = breaks->report;
    const Object *object = facts_object(report->facts, id);
    buf_byte(out, '{');
    report_json_object_head(report, object, out);
    member_versions_or_null(out, "accepted", object->accepted);
    member_key(out, "breaks");
    buf_byte(out, '[');
    const Finding *finding;
    bool first = true;
    for (uint32_t at = breaks->by.first[id]; (finding = by_object_next(&breaks->by, &at)) != NULL;
         first = false) {
        if (!first)
            buf_byte(out, ',');
        put_break_json(breaks, finding, out);
    }
    buf_text(out, "]}");
}

void versions_json_write(const Report *report, Out *out)
{
    Arena all = {0};
    Breaks breaks = breaks_of(report, &all);
    buf_text(&out->buf, "{\"version\":1,\n\"objects\":[");
    for (uint32_t id = 0; id < facts_object_count(report->facts); id++) {
        buf_text(&out->buf, id ? ",\n" : "\n");
        put_object_json(&breaks, id, &out->buf);
        out_spill(out);
    }
    uint32_t accepted = accepted_by_all(report);
    buf_text(&out->buf, "\n],\n");
    buf_text(&out->buf, "\"accepted\":");
    buf_text(&out->buf, accepted ? "\"" : "null");
    render_versions(&out->buf, accepted);
    buf_text(&out->buf, accepted ? "\"" : "");
    buf_text(&out->buf, ",\"target\":\"");
    render_target(&out->buf, &report->summary.target);
    buf_text(&out->buf, "\"}\n");
    arena_free(&all);
}
