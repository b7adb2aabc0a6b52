/* JUnit's XML, as CI systems read it: a suite for each file, a test case for each
 * object, a failure for each finding that fails the run; what is less is in
 * system-out.
 *
 * Source: the schema that the Jenkins xUnit plugin publishes (junit-10.xsd). */
#include "emit/render.h"

#include "checks/link.h"

/* Text in XML: what the input brought is printable already (render_text). */
static void put_xml(Buf *out, Str text)
{
    Buf plain = {0};
    render_text(&plain, text);
    for (size_t i = 0; i < plain.len; i++)
        switch (plain.ptr[i]) {
        case '&': buf_text(out, "&amp;"); break;
        case '<': buf_text(out, "&lt;"); break;
        case '>': buf_text(out, "&gt;"); break;
        case '"': buf_text(out, "&quot;"); break;
        default: buf_byte(out, plain.ptr[i]);
        }
    buf_free(&plain);
}

static void put_attribute(Buf *out, const char *name, Str value)
{
    buf_format(out, " %s=\"", name);
    put_xml(out, value);
    buf_byte(out, '"');
}

static bool fails(const Report *report, const Finding *finding)
{
    return finding->severity >= report->fail_on;
}

static bool wanted(const Report *report, const Finding *finding)
{
    return report_shows(report, finding) || fails(report, finding);
}

/* "file:line:col: error: message [rule]" and what belongs to it. */
static void put_lines(const Report *report, const Finding *finding, Buf *out)
{
    Located located = sources_locate(report->sources, finding->place);
    if (located.file.len) {
        put_xml(out, located.file);
        buf_format(out, ":%u:%u: ", (unsigned)located.line, (unsigned)located.column);
    }
    buf_format(out, "%s: ", severity_name(finding->severity));
    put_xml(out, finding->message);
    buf_format(out, " [%s]\n", finding->rule->id);
    if (located.made_from) {
        buf_text(out, "source: ");
        put_xml(out, located.made_from->name);
        buf_byte(out, '\n');
    }
    for (uint32_t i = 0; i < finding->note_count; i++) {
        located = sources_locate(report->sources, finding->notes[i].place);
        if (located.file.len) {
            put_xml(out, located.file);
            buf_format(out, ":%u:%u: ", (unsigned)located.line, (unsigned)located.column);
        }
        buf_text(out, "note: ");
        put_xml(out, finding->notes[i].message);
        buf_byte(out, '\n');
    }
    if (finding->help.len) {
        buf_text(out, "help: ");
        put_xml(out, finding->help);
        buf_byte(out, '\n');
    }
}

static void put_failures(const Report *report, const ByObject *by, uint32_t object, Buf *out)
{
    const Finding *finding;
    for (uint32_t at = by->first[object]; (finding = by_object_next(by, &at)) != NULL;) {
        if (!fails(report, finding))
            continue;
        buf_text(out, "      <failure");
        put_attribute(out, "type", str_of(finding->rule->id));
        put_attribute(out, "message", finding->message);
        buf_byte(out, '>');
        put_lines(report, finding, out);
        buf_text(out, "</failure>\n");
    }
    bool any = false;
    for (uint32_t at = by->first[object]; (finding = by_object_next(by, &at)) != NULL;) {
        if (fails(report, finding))
            continue;
        if (!any)
            buf_text(out, "      <system-out>");
        any = true;
        put_lines(report, finding, out);
    }
    if (any)
        buf_text(out, "</system-out>\n");
}

static void put_case(const Report *report, const ByObject *by, uint32_t id, Buf *out)
{
    Buf text = {0};
    buf_text(out, "    <testcase");
    if (id == by->none) {
        put_attribute(out, "classname", STR("input"));
        put_attribute(out, "name", STR("as a whole"));
    } else {
        const Object *object = facts_object(report->facts, id);
        const SourceDoc *doc = &report->sources->docs.at[object->doc];
        if (object->no_object) {
            put_attribute(out, "classname", STR("document"));
            buf_format(&text, "document %u", (unsigned)source_doc_index(doc));
        } else {
            buf_str(&text, facts_text(report->facts, object->api_version));
            buf_byte(&text, '/');
            buf_str(&text, facts_text(report->facts, object->kind));
            put_attribute(out, "classname", buf_slice(&text));
            text.len = 0;
            Str ns = facts_text(report->facts, object->ns);
            buf_str(&text, ns);
            buf_text(&text, ns.len ? "/" : "");
            Str name = facts_text(report->facts, object->name);
            buf_str(&text, name.len ? name : facts_text(report->facts, object->generate_name));
        }
        put_attribute(out, "name", buf_slice(&text));
    }
    buf_free(&text);
    if (by->first[id] == BASE_NONE) {
        buf_text(out, "/>\n");
        return;
    }
    buf_text(out, ">\n");
    put_failures(report, by, id, out);
    buf_text(out, "    </testcase>\n");
}

static uint32_t count_failures(const Report *report, const ByObject *by, uint32_t object)
{
    uint32_t count = 0;
    const Finding *finding;
    for (uint32_t at = by->first[object]; (finding = by_object_next(by, &at)) != NULL;)
        count += fails(report, finding);
    return count > 0; /* a test case fails once */
}

static uint32_t file_of(const Report *report, uint32_t object)
{
    return report->sources->docs.at[facts_object(report->facts, object)->doc].file;
}

/* The objects order[from, to) are those of one file. */
static void put_suite(const Report *report, const ByObject *by, const uint32_t *order,
                      uint32_t from, uint32_t to, Out *out)
{
    uint32_t failures = 0;
    for (uint32_t i = from; i < to; i++)
        failures += count_failures(report, by, order[i]);
    buf_text(&out->buf, "  <testsuite");
    if (order[from] == by->none) {
        put_attribute(&out->buf, "name", STR("plimsoll"));
    } else {
        Str file = report->sources->files.at[file_of(report, order[from])].name;
        put_attribute(&out->buf, "name", file);
        put_attribute(&out->buf, "file", file);
    }
    buf_format(&out->buf, " tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"0\">\n",
               (unsigned)(to - from), (unsigned)failures);
    for (uint32_t i = from; i < to; i++) {
        put_case(report, by, order[i], &out->buf);
        out_spill(out);
    }
    buf_text(&out->buf, "  </testsuite>\n");
}

void report_junit_write(const Report *report, Out *out)
{
    Arena arena = {0};
    ByObject by;
    by_object_build(&by, report, wanted, &arena);
    uint32_t count = report->facts && report->order ? facts_input_count(report->facts) : 0;
    const uint32_t *order = report->order;
    uint32_t failures = count_failures(report, &by, by.none);
    for (uint32_t id = 0; id < count; id++)
        failures += count_failures(report, &by, id);
    bool whole = by.first[by.none] != BASE_NONE;
    buf_format(&out->buf,
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
               "<testsuites name=\"plimsoll\" tests=\"%u\" failures=\"%u\" errors=\"0\">\n",
               (unsigned)(count + whole), (unsigned)failures);
    for (uint32_t from = 0; from < count;) {
        uint32_t to = from + 1;
        while (to < count && file_of(report, order[to]) == file_of(report, order[from]))
            to++;
        put_suite(report, &by, order, from, to, out);
        from = to;
    }
    if (whole)
        put_suite(report, &by, &by.none, 0, 1, out);
    buf_text(&out->buf, "</testsuites>\n");
    arena_free(&arena);
}
