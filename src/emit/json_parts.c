/* The JSON of one finding, one object, the summary: shared by every format that
 * writes JSON.  docs/json.md tells what the members mean; their order never changes,
 * and a member that may be absent is named there. */
#include "emit/render.h"

void member_key(Buf *out, const char *name)
{
    if (out->len && out->ptr[out->len - 1] != '{')
        buf_byte(out, ',');
    buf_byte(out, '"');
    buf_text(out, name);
    buf_text(out, "\":");
}

void member_string(Buf *out, const char *name, Str value)
{
    member_key(out, name);
    buf_json(out, value);
}

void member_string_or_null(Buf *out, const char *name, Str value)
{
    if (value.len) {
        member_string(out, name, value);
    } else {
        member_key(out, name);
        buf_text(out, "null");
    }
}

void member_versions_or_null(Buf *out, const char *name, uint32_t versions)
{
    member_key(out, name);
    buf_text(out, versions ? "\"" : "null");
    render_versions(out, versions);
    if (versions)
        buf_byte(out, '"');
}

void member_uint_or_null(Buf *out, const char *name, uint32_t value, uint32_t null)
{
    member_key(out, name);
    if (value == null)
        buf_text(out, "null");
    else
        buf_uint(out, value);
}

static void put_item(Buf *out, int32_t item)
{
    member_uint_or_null(out, "item", item < 0 ? BASE_NONE : (uint32_t)item, BASE_NONE);
}

static void put_range(Buf *out, const Located *located)
{
    member_uint_or_null(out, "line", located->line, 0);
    member_uint_or_null(out, "column", located->column, 0);
    member_uint_or_null(out, "endLine", located->end_line, 0);
    member_uint_or_null(out, "endColumn", located->end_column, 0);
}

/* What it was rendered from, as its comment has it. */
static void put_source(Buf *out, const SourceTemplate *from)
{
    if (from)
        member_string(out, "source", from->name);
}

static Str text_of(const Facts *facts, uint32_t string)
{
    return string == BASE_NONE ? STR("") : facts_text(facts, string);
}

static void put_names(Buf *out, const Facts *facts, const Object *object)
{
    member_string_or_null(out, "apiVersion", text_of(facts, object->api_version));
    member_string_or_null(out, "kind", text_of(facts, object->kind));
    member_string_or_null(out, "namespace", text_of(facts, object->ns));
    member_string_or_null(out, "name", text_of(facts, object->name));
}

static void put_related(const Report *report, const Finding *finding, Buf *out)
{
    member_key(out, "related");
    buf_byte(out, '[');
    for (uint32_t i = 0; i < finding->note_count; i++) {
        const Note *note = &finding->notes[i];
        Located located = sources_locate(report->sources, note->place);
        if (i)
            buf_byte(out, ',');
        buf_byte(out, '{');
        member_string_or_null(out, "file", located.file);
        put_source(out, located.made_from);
        put_range(out, &located);
        member_string(out, "message", note->message);
        buf_byte(out, '}');
    }
    buf_byte(out, ']');
}

/* Its own file is the finding's. */
static void put_fix(const Report *report, const Finding *finding, Buf *out)
{
    if (!finding->fix)
        return;
    Located located = sources_locate(report->sources, finding->fix->place);
    member_key(out, "fix");
    buf_byte(out, '{');
    put_range(out, &located);
    member_string(out, "text", finding->fix->text);
    buf_byte(out, '}');
}

/* From the root of the document, also where its List was read item by item. */
static void put_pointer(const Report *report, const Finding *finding, Buf *out)
{
    uint32_t at = finding->place.doc;
    const SourceDoc *doc = at == BASE_NONE ? NULL : &report->sources->docs.at[at];
    if (!doc || !doc->item || !finding->pointer.ptr) {
        member_string(out, "pointer", finding->pointer);
        return;
    }
    Buf pointer = {0};
    buf_format(&pointer, "/items/%u", (unsigned)doc->index);
    buf_str(&pointer, finding->pointer);
    member_string(out, "pointer", buf_slice(&pointer));
    buf_free(&pointer);
}

void report_json_finding(const Report *report, const Finding *finding, Buf *out)
{
    const Object *object = NULL;
    if (report->facts && finding->object != BASE_NONE)
        object = facts_object(report->facts, finding->object);
    Located located = sources_locate(report->sources, finding->place);

    buf_byte(out, '{');
    member_string(out, "rule", str_of(finding->rule->id));
    member_string(out, "severity", str_of(severity_name(finding->severity)));
    member_string(out, "origin", str_of(origin_name(finding->rule->origin)));
    member_string(out, "message", finding->message);
    member_string_or_null(out, "file", located.file);
    put_source(out, located.made_from);
    member_uint_or_null(out, "doc", located.doc, BASE_NONE);
    put_item(out, object ? object->item : -1);
    put_range(out, &located);
    member_string(out, "path", finding->path);
    if (finding->server_path.len)
        member_string(out, "serverPath", finding->server_path);
    put_pointer(report, finding, out);
    member_string(out, "reason", finding->reason);
    if (finding->later) {
        member_key(out, "later");
        buf_text(out, "true");
    }
    if (finding->versions.len)
        member_string(out, "versions", finding->versions);
    if (finding->help.len)
        member_string(out, "help", finding->help);
    put_fix(report, finding, out);
    if (finding->scope_count) {
        member_key(out, "scopes");
        buf_byte(out, '[');
        for (uint32_t j = 0; j < finding->scope_count; j++) {
            if (j)
                buf_byte(out, ',');
            buf_json(out, finding->scopes[j]);
        }
        buf_byte(out, ']');
    }
    member_key(out, "object");
    if (object && !object->no_object) {
        buf_byte(out, '{');
        put_names(out, report->facts, object);
        buf_byte(out, '}');
    } else {
        buf_text(out, "null");
    }
    put_related(report, finding, out);
    buf_byte(out, '}');
}

void report_json_suppressed(const Report *report, const Suppressed *suppressed, Buf *out)
{
    report_json_finding(report, &suppressed->finding, out);
    out->len--; /* its brace: the members go on */
    member_key(out, "suppression");
    buf_byte(out, '{');
    member_string(out, "source", str_of(suppressed->source));
    member_string_or_null(out, "reason", suppressed->reason);
    buf_text(out, "}}");
}

static const char *verdict_name(Verdict verdict)
{
    switch (verdict) {
    case VERDICT_ACCEPTED: return "accepted";
    case VERDICT_REFUSED: return "refused";
    default: return "unknown-kind";
    }
}

void report_json_object_head(const Report *report, const Object *object, Buf *out)
{
    const SourceDoc *doc = &report->sources->docs.at[object->doc];
    member_string(out, "file", report->sources->files.at[doc->file].name);
    put_source(out, sources_template(report->sources, object->doc));
    member_uint_or_null(out, "doc", source_doc_index(doc), BASE_NONE);
    put_item(out, object->item);
    member_uint_or_null(out, "line", object->line, 0);
    put_names(out, report->facts, object);
}

void report_json_object(const Report *report, uint32_t id, Verdict verdict, Buf *out)
{
    const Object *object = facts_object(report->facts, id);
    buf_byte(out, '{');
    report_json_object_head(report, object, out);
    member_string(out, "verdict", str_of(verdict_name(verdict)));
    /* Of one version the verdict says it all. */
    const SchemaTarget *target = &report->summary.target;
    bool several = target->oldest != target->newest || report->summary.by_path;
    if (several && verdict != VERDICT_UNKNOWN_KIND)
        member_versions_or_null(out, "versions", object->accepted);
    member_key(out, "unchecked");
    buf_byte(out, '[');
    if (object->unchecked)
        buf_format(out, "{\"what\":\"cel\",\"rules\":%u}", (unsigned)object->unchecked);
    buf_text(out, "]}");
}

const char *const stats_names[STATS_COUNT] = {"load", "parse", "check", "collect", "link", "report"};

/* Not the same from run to run, so that it is there only when asked for. */
static void put_stats(const ReportSummary *summary, Buf *out)
{
    const ReportStats *stats = summary->stats;
    uint64_t all = 0;
    buf_text(out, ",\"stats\":{\"milliseconds\":{");
    for (int i = 0; i < STATS_COUNT; i++) {
        all += stats->nanoseconds[i];
        buf_format(out, "\"%s\":%.3f,", stats_names[i], (double)stats->nanoseconds[i] / 1e6);
    }
    double seconds = (double)(all ? all : 1) / 1e9;
    buf_format(out, "\"all\":%.3f},\"bytes\":%llu,\"megabytesPerSecond\":%.1f,"
                    "\"objectsPerSecond\":%.0f,\"peakMemory\":%llu}",
               seconds * 1e3, (unsigned long long)stats->bytes,
               (double)stats->bytes / 1e6 / seconds, summary->objects / seconds,
               (unsigned long long)stats->peak);
}

void report_json_summary(const ReportSummary *summary, Buf *out)
{
    const struct {
        const char *name;
        uint32_t value;
    } numbers[] = {
        {"files", summary->files},
        {"objects", summary->objects},
        {"skippedFiles", summary->skipped_files},
        {"skippedDocuments", summary->skipped_documents},
        {"helmTemplates", summary->helm_templates},
        {"excluded", summary->excluded},
        {"unknownKinds", summary->unknown_kinds},
        {"unchecked", summary->unchecked},
        {"errors", summary->errors},
        {"warnings", summary->warnings},
        {"infos", summary->infos},
        {"suppressed", summary->suppressed},
        {"baseline", summary->known},
        {"baselineGone", summary->gone},
    };
    buf_byte(out, '{');
    for (size_t i = 0; i < BASE_COUNT(numbers); i++)
        member_uint_or_null(out, numbers[i].name, numbers[i].value, BASE_NONE);
    member_key(out, "kubernetes");
    buf_byte(out, '"');
    render_target(out, &summary->target);
    buf_byte(out, '"');
    if (summary->by_path)
        member_versions_or_null(out, "kubernetesByPath", summary->by_path);
    member_versions_or_null(out, "typesOnly", summary_types_only(summary));
    if (summary->stats)
        put_stats(summary, out);
    buf_byte(out, '}');
}
