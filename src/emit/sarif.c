/* SARIF 2.1.0: rules with their help, results with regions, related places, fixes and
 * fingerprints.  A clean run has an empty list of results.
 *
 * Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0",
 * and what GitHub's code scanning reads of it.  Columns count code points; URIs are
 * relative to the repository, and %SRCROOT% stands for its folder. */
#include "emit/render.h"

#include <stdlib.h>

#ifndef PLIMSOLL_VERSION
#define PLIMSOLL_VERSION "unreleased"
#endif

#define SARIF_SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

static const char *level_of(Severity severity)
{
    switch (severity) {
    case SEVERITY_ERROR: return "error";
    case SEVERITY_WARNING: return "warning";
    default: return "note";
    }
}

/* ---- rules: those that some result has, by id ---- */

typedef struct RuleTable {
    const RuleInfo **rules;
    uint32_t count;
} RuleTable;

static int compare_rules(const void *left, const void *right)
{
    const RuleInfo *const *a = left, *const *b = right;
    return strcmp((*a)->id, (*b)->id);
}

static RuleTable rules_of(const Report *report, Arena *arena)
{
    size_t count = report->diag->findings.len, room = count + report->suppressed_count + 1;
    RuleTable table = {arena_alloc(arena, sizeof(RuleInfo *) * room), 0};
    for (uint32_t i = 0; i < report->suppressed_count; i++)
        table.rules[table.count++] = report->suppressed[i].finding.rule;
    for (size_t i = 0; i < count; i++) {
        const Finding *finding = &report->diag->findings.at[i];
        /* Neighbours mostly have the same rule. */
        if (report_shows(report, finding) &&
            (table.count == 0 || table.rules[table.count - 1] != finding->rule))
            table.rules[table.count++] = finding->rule;
    }
    qsort(table.rules, table.count, sizeof(RuleInfo *), compare_rules);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < table.count; i++)
        if (kept == 0 || table.rules[kept - 1] != table.rules[i])
            table.rules[kept++] = table.rules[i];
    table.count = kept;
    return table;
}

static uint32_t rule_index(const RuleTable *table, const RuleInfo *rule)
{
    const RuleInfo **found =
        bsearch(&rule, table->rules, table->count, sizeof(RuleInfo *), compare_rules);
    return (uint32_t)(found - table->rules);
}

static void put_text(Buf *out, const char *name, Str text)
{
    member_key(out, name);
    buf_byte(out, '{');
    member_string(out, "text", text);
    buf_byte(out, '}');
}

static void put_rule(const RuleInfo *rule, Buf *out)
{
    Buf text = {0};
    buf_byte(out, '{');
    member_string(out, "id", str_of(rule->id));
    put_text(out, "shortDescription", str_of(rule->summary));
    if (rule->why && *rule->why)
        put_text(out, "fullDescription", str_of(rule->why));
    buf_text(&text, rule->fix && *rule->fix ? rule->fix : rule->summary);
    put_text(out, "help", buf_slice(&text));
    buf_format(out, ",\"defaultConfiguration\":{\"level\":\"%s\"}", level_of(rule->severity));
    buf_format(out, ",\"properties\":{\"tags\":[\"kubernetes\",\"%s\"]}}",
               origin_name(rule->origin));
    buf_free(&text);
}

/* ---- places ---- */

static void put_region(const Located *located, Buf *out)
{
    buf_format(out, "{\"startLine\":%u", (unsigned)located->line);
    if (located->column)
        buf_format(out, ",\"startColumn\":%u", (unsigned)located->column);
    if (located->end_line) {
        buf_format(out, ",\"endLine\":%u", (unsigned)located->end_line);
        if (located->end_column)
            buf_format(out, ",\"endColumn\":%u", (unsigned)located->end_column);
    }
    buf_byte(out, '}');
}

static void put_artifact(const Report *report, Str file, Buf *out)
{
    Buf path = {0}, uri = {0};
    render_repository_path(&path, report, file);
    render_uri(&uri, buf_slice(&path));
    buf_byte(out, '{');
    member_string(out, "uri", buf_slice(&uri));
    if (path.len && path.ptr[0] != '/')
        member_string(out, "uriBaseId", STR("%SRCROOT%"));
    buf_byte(out, '}');
    buf_free(&path);
    buf_free(&uri);
}

static void put_physical(const Report *report, const Located *located, Buf *out)
{
    buf_text(out, "\"physicalLocation\":{\"artifactLocation\":");
    put_artifact(report, located->file, out);
    if (located->line) {
        buf_text(out, ",\"region\":");
        put_region(located, out);
    }
    buf_byte(out, '}');
}

/* ---- results ---- */

/* Kind/namespace/name, and the field in it. */
static void put_logical(const Report *report, const Finding *finding, Buf *out)
{
    if (!report->facts || finding->object == BASE_NONE)
        return;
    const Object *object = facts_object(report->facts, finding->object);
    if (object->no_object)
        return;
    const uint32_t names[] = {object->kind, object->ns, object->name};
    Buf name = {0};
    for (size_t i = 0; i < BASE_COUNT(names); i++) {
        Str part = names[i] == BASE_NONE ? STR("") : facts_text(report->facts, names[i]);
        if (!part.len)
            continue;
        buf_text(&name, name.len ? "/" : "");
        buf_str(&name, part);
    }
    buf_text(out, ",\"logicalLocations\":[{");
    member_string(out, "name", finding->path.len ? finding->path : buf_slice(&name));
    if (finding->path.len) {
        buf_byte(&name, ' ');
        buf_str(&name, finding->path);
    }
    member_string(out, "fullyQualifiedName", buf_slice(&name));
    buf_text(out, "}]");
    buf_free(&name);
}

static void put_locations(const Report *report, const Finding *finding, Buf *out)
{
    Located located = sources_locate(report->sources, finding->place);
    buf_text(out, ",\"locations\":[");
    render_at_template(&located);
    if (located.file.len) {
        buf_byte(out, '{');
        put_physical(report, &located, out);
        put_logical(report, finding, out);
        buf_byte(out, '}');
    }
    buf_byte(out, ']');
}

static void put_related(const Report *report, const Finding *finding, Buf *out)
{
    bool any = false;
    for (uint32_t i = 0; i < finding->note_count; i++) {
        Located located = sources_locate(report->sources, finding->notes[i].place);
        if (!located.file.len)
            continue;
        render_at_template(&located);
        buf_text(out, any ? "," : ",\"relatedLocations\":[");
        any = true;
        buf_format(out, "{\"id\":%u,", (unsigned)i);
        put_physical(report, &located, out);
        put_text(out, "message", finding->notes[i].message);
        buf_byte(out, '}');
    }
    if (any)
        buf_byte(out, ']');
}

static void put_fix(const Report *report, const Finding *finding, Buf *out)
{
    if (!finding->fix)
        return;
    Located located = sources_locate(report->sources, finding->fix->place);
    /* What was rendered is no file to mend. */
    if (!located.line || !located.column || located.file.ptr[0] == '<')
        return;
    buf_text(out, ",\"fixes\":[{");
    if (finding->help.len)
        put_text(out, "description", finding->help);
    member_key(out, "artifactChanges");
    buf_text(out, "[{\"artifactLocation\":");
    put_artifact(report, located.file, out);
    buf_text(out, ",\"replacements\":[{\"deletedRegion\":");
    put_region(&located, out);
    put_text(out, "insertedContent", finding->fix->text);
    buf_text(out, "}]}]}]");
}

/* An empty list would say that the result is known not to be suppressed. */
static void put_suppressions(const Suppressed *suppressed, Buf *out)
{
    if (!suppressed)
        return;
    member_key(out, "suppressions");
    buf_format(out, "[{\"kind\":\"%s\"", suppressed->external ? "external" : "inSource");
    if (suppressed->reason.len)
        member_string(out, "justification", suppressed->reason);
    buf_text(out, "}]");
}

/* Suppressed is NULL, or why and by whom the finding is kept quiet. */
static void put_result(const Report *report, const RuleTable *rules, const Finding *finding,
                       const Suppressed *suppressed, uint64_t fingerprint, Buf *out)
{
    Buf text = {0};
    buf_byte(out, '{');
    member_string(out, "ruleId", str_of(finding->rule->id));
    buf_format(out, ",\"ruleIndex\":%u", (unsigned)rule_index(rules, finding->rule));
    member_string(out, "level", str_of(level_of(finding->severity)));
    buf_str(&text, finding->message);
    if (finding->versions.len) {
        buf_text(&text, " (Kubernetes ");
        buf_str(&text, finding->versions);
        buf_byte(&text, ')');
    }
    Located located = sources_locate(report->sources, finding->place);
    render_rendered_at(&text, "\n", &located);
    if (finding->help.len) {
        buf_text(&text, "\nhelp: ");
        buf_str(&text, finding->help);
    }
    put_text(out, "message", buf_slice(&text));
    buf_free(&text);
    put_locations(report, finding, out);
    put_related(report, finding, out);
    buf_format(out, ",\"partialFingerprints\":{\"plimsoll/v1\":\"%016llx\"}",
               (unsigned long long)fingerprint);
    put_fix(report, finding, out);
    put_suppressions(suppressed, out);
    buf_byte(out, '}');
}

void report_sarif_write(const Report *report, Out *out)
{
    Arena arena = {0};
    RuleTable rules = rules_of(report, &arena);
    const uint64_t *fingerprints = report_fingerprints(report, &arena);
    buf_text(&out->buf, "{\"$schema\":\"" SARIF_SCHEMA "\",\"version\":\"2.1.0\",\"runs\":[{\n"
                        "\"tool\":{\"driver\":{\"name\":\"plimsoll\"");
    member_string(&out->buf, "semanticVersion", STR(PLIMSOLL_VERSION));
    buf_text(&out->buf, ",\"rules\":[");
    for (uint32_t i = 0; i < rules.count; i++) {
        buf_text(&out->buf, i ? ",\n" : "\n");
        put_rule(rules.rules[i], &out->buf);
    }
    buf_text(&out->buf, rules.count ? "\n]}},\n" : "]}},\n");
    buf_text(&out->buf, "\"columnKind\":\"unicodeCodePoints\",\n\"results\":[");
    bool first = true;
    for (uint32_t i = 0; i < report->diag->findings.len; i++) {
        const Finding *finding = &report->diag->findings.at[i];
        if (!report_shows(report, finding))
            continue;
        buf_text(&out->buf, first ? "\n" : ",\n");
        first = false;
        put_result(report, &rules, finding, NULL, fingerprints[i], &out->buf);
        out_spill(out);
    }
    for (uint32_t i = 0; i < report->suppressed_count; i++) {
        const Suppressed *suppressed = &report->suppressed[i];
        buf_text(&out->buf, first ? "\n" : ",\n");
        first = false;
        put_result(report, &rules, &suppressed->finding, suppressed,
                   report_fingerprint(report, &suppressed->finding), &out->buf);
        out_spill(out);
    }
    buf_text(&out->buf, first ? "]}]}\n" : "\n]}]}\n");
    arena_free(&arena);
}
