/* A baseline: the findings that were there when it was written, so that a run fails on new
 * ones alone.
 *
 * A finding is known again by its fingerprint, which is made of its content and not of its
 * line, its file or the order of documents.  Several findings may have one fingerprint: the
 * baseline says how many, and one more than that is new.  The file is JSON with a finding a
 * line, sorted, so that a review sees what comes and goes. */
#include "cli/baseline.h"

#include "emit/render.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define BASELINE_KEY "plimsollBaseline"

typedef struct Entry {
    uint64_t fingerprint;
    Str rule, object, path;
    uint32_t count;
    uint32_t found;          /* of them in this run */
    uint32_t offset, size;   /* in the file */
} Entry;

struct Baseline {
    Arena arena;
    VEC(Entry) entries;      /* by fingerprint once read */
    Str path;
    SourceDoc doc;           /* but for its file */
    Diag *diag;              /* while it is read */
    Document *document;
};

const RuleInfo rule_baseline = {
    .id = "baseline",
    .origin = ORIGIN_YAML,
    .severity = SEVERITY_ERROR,
    .summary = "a baseline is not understood",
    .why = "A baseline that is broken or no baseline must not silence anything, so that it ends "
           "the run.",
    .fix = "Write it anew with --write-baseline.",
};

static int compare_entries(const void *left, const void *right, void *context)
{
    (void)context;
    const Entry *a = left, *b = right;
    return compare_uint(a->fingerprint, b->fingerprint);
}

/* ---- reading ---- */

static bool is_text(const Document *doc, uint32_t node)
{
    return node != BASE_NONE && node_kind(doc, node) == NODE_STRING;
}

static bool read_fingerprint(Str text, uint64_t *fingerprint)
{
    *fingerprint = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0)
            return false;
        *fingerprint = *fingerprint << 4 | (uint64_t)digit;
    }
    return text.len == 16;
}

static void read_entry(Baseline *baseline, uint32_t map)
{
    static const char *const KEYS[] = {"fingerprint", "rule", "object", "path"};
    const Document *doc = baseline->document;
    Str texts[BASE_COUNT(KEYS)];
    Place place = document_place(doc, map);
    Entry entry = {.offset = place.offset, .size = place.length, .count = 1};
    if (node_kind(doc, map) != NODE_MAP) {
        document_report(baseline->diag, doc, map, &rule_baseline, "an entry is an object");
        return;
    }
    for (size_t i = 0; i < BASE_COUNT(KEYS); i++) {
        uint32_t node = node_get_text(doc, map, str_of(KEYS[i]));
        if (!is_text(doc, node)) {
            document_report(baseline->diag, doc, node == BASE_NONE ? map : node, &rule_baseline,
                            "an entry has a text \"%s\"", KEYS[i]);
            return;
        }
        texts[i] = arena_str(&baseline->arena, node_str(doc, node));
    }
    entry.rule = texts[1];
    entry.object = texts[2];
    entry.path = texts[3];
    uint32_t count = node_get_text(doc, map, STR("count"));
    int64_t number = 0;
    bool counted = count != BASE_NONE && node_kind(doc, count) == NODE_INT &&
                   node_int64(doc, count, &number) && number > 0 && number <= INT32_MAX;
    if (!counted)
        document_report(baseline->diag, doc, count == BASE_NONE ? map : count, &rule_baseline,
                        "an entry has a \"count\" of at least 1");
    else if (!read_fingerprint(texts[0], &entry.fingerprint))
        document_report(baseline->diag, doc, node_get_text(doc, map, STR("fingerprint")),
                        &rule_baseline, "a fingerprint has 16 hexadecimal digits");
    else {
        entry.count = (uint32_t)number;
        vec_push(&baseline->entries, entry);
    }
}

static void read_document(void *context, Document *doc, Diag *diag, Sources *sources)
{
    Baseline *baseline = context;
    baseline->document = doc;
    baseline->diag = diag;
    baseline->doc = sources->docs.at[doc->source];
    uint32_t version = BASE_NONE, findings = BASE_NONE;
    if (node_kind(doc, doc->root) == NODE_MAP) {
        version = node_get_text(doc, doc->root, STR(BASELINE_KEY));
        findings = node_get_text(doc, doc->root, STR("findings"));
    }
    int64_t number;
    if (version == BASE_NONE) {
        document_report(diag, doc, doc->root, &rule_baseline,
                        "this is no baseline: it has no \"" BASELINE_KEY "\"");
        return;
    }
    if (node_kind(doc, version) != NODE_INT || !node_int64(doc, version, &number) || number != 1) {
        document_report(diag, doc, version, &rule_baseline,
                        "this version of plimsoll reads baselines of version 1");
        return;
    }
    if (findings == BASE_NONE || node_kind(doc, findings) != NODE_SEQ) {
        document_report(diag, doc, findings == BASE_NONE ? doc->root : findings, &rule_baseline,
                        "a baseline has a list of \"findings\"");
        return;
    }
    for (uint32_t at = node_first(findings); at < node_end(doc, findings); at = node_after(doc, at))
        read_entry(baseline, at);
}

Baseline *baseline_read(Options *options)
{
    Baseline *baseline = mem_resize(NULL, sizeof *baseline);
    *baseline = (Baseline){.path = options->baseline};
    if (!strict_read(options, &(StrictFile){.path = options->baseline,
                                            .what = "a baseline",
                                            .rule = &rule_baseline,
                                            .must_hold = true,
                                            .read = read_document,
                                            .context = baseline})) {
        baseline_free(baseline);
        return NULL;
    }
    sort_with(baseline->entries.at, baseline->entries.len, sizeof *baseline->entries.at,
              compare_entries, NULL);
    return baseline;
}

void baseline_free(Baseline *baseline)
{
    if (!baseline)
        return;
    arena_free(&baseline->arena);
    vec_free(&baseline->entries);
    mem_free(baseline);
}

/* ---- the pass ---- */

static Entry *find_entry(Baseline *baseline, uint64_t fingerprint)
{
    uint32_t low = 0, high = baseline->entries.len;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (baseline->entries.at[middle].fingerprint < fingerprint)
            low = middle + 1;
        else
            high = middle;
    }
    /* A merge may have left two entries of one fingerprint: they count together. */
    for (; low < baseline->entries.len && baseline->entries.at[low].fingerprint == fingerprint;
         low++)
        if (baseline->entries.at[low].found < baseline->entries.at[low].count)
            return &baseline->entries.at[low];
    return NULL;
}

static void report_gone(Baseline *baseline, Diag *diag, Sources *sources)
{
    uint32_t doc = BASE_NONE;
    for (uint32_t i = 0; i < baseline->entries.len; i++) {
        const Entry *entry = &baseline->entries.at[i];
        if (entry->found == entry->count)
            continue;
        if (doc == BASE_NONE) {
            baseline->doc.file = sources_add_file(sources, baseline->path);
            doc = sources_add_doc(sources, baseline->doc);
        }
        Place place = {.doc = doc, .offset = entry->offset, .length = entry->size};
        if (entry->found)
            diag_report(diag, &rule_stale_baseline, place,
                        "%u of these %u findings of %.*s are no longer found",
                        (unsigned)(entry->count - entry->found), (unsigned)entry->count,
                        STR_ARG(entry->rule));
        else
            diag_report(diag, &rule_stale_baseline, place, "this finding of %.*s is no longer found",
                        STR_ARG(entry->rule));
    }
}

void baseline_filter(Baseline *baseline, const Report *report, Diag *diag, ReportSummary *summary)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < diag->findings.len; i++) {
        Entry *entry = find_entry(baseline, report_fingerprint(report, &diag->findings.at[i]));
        if (entry) {
            entry->found++;
            summary->known++;
        } else {
            diag->findings.at[kept++] = diag->findings.at[i];
        }
    }
    diag->findings.len = kept;
}

void baseline_report_gone(Baseline *baseline, const Report *report, Diag *diag,
                          ReportSummary *summary)
{
    for (uint32_t i = 0; i < baseline->entries.len; i++)
        summary->gone += baseline->entries.at[i].count - baseline->entries.at[i].found;
    report_gone(baseline, diag, report->sources);
    diag_sort(diag, report->sources);
}

/* ---- writing ---- */

/* Kind/namespace/name. */
static Str object_text(const Report *report, const Finding *finding, Arena *arena)
{
    if (finding->object == BASE_NONE)
        return STR("");
    const Object *object = facts_object(report->facts, finding->object);
    if (object->no_object)
        return STR("");
    const uint32_t names[] = {object->kind, object->ns, object->name};
    Buf text = {0};
    for (size_t i = 0; i < BASE_COUNT(names); i++) {
        Str part = names[i] == BASE_NONE ? STR("") : facts_text(report->facts, names[i]);
        if (!part.len)
            continue;
        buf_text(&text, text.len ? "/" : "");
        buf_str(&text, part);
    }
    Str whole = arena_str(arena, buf_slice(&text));
    buf_free(&text);
    return whole;
}

/* By rule, object and path, as a reader looks for them. */
static int compare_lines(const void *left, const void *right, void *context)
{
    const Entry *a = left, *b = right;
    int order = str_compare(a->rule, b->rule);
    if (!order)
        order = str_compare(a->object, b->object);
    if (!order)
        order = str_compare(a->path, b->path);
    return order ? order : compare_entries(left, right, context);
}

/* Of several findings with one fingerprint one entry is left, with their number. */
static void gather(Baseline *to, const Report *report)
{
    for (uint32_t i = 0; i < report->diag->findings.len; i++) {
        const Finding *finding = &report->diag->findings.at[i];
        Entry entry = {.fingerprint = report_fingerprint(report, finding),
                       .rule = str_of(finding->rule->id),
                       .object = object_text(report, finding, &to->arena),
                       .path = finding->path,
                       .count = 1};
        vec_push(&to->entries, entry);
    }
    sort_with(to->entries.at, to->entries.len, sizeof *to->entries.at, compare_entries, NULL);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < to->entries.len; i++) {
        if (kept && to->entries.at[kept - 1].fingerprint == to->entries.at[i].fingerprint)
            to->entries.at[kept - 1].count++;
        else
            to->entries.at[kept++] = to->entries.at[i];
    }
    to->entries.len = kept;
    sort_with(to->entries.at, to->entries.len, sizeof *to->entries.at, compare_lines, NULL);
}

static void put_entries(const Baseline *from, Out *out)
{
    buf_text(&out->buf, "{\"" BASELINE_KEY "\":1,\n\"findings\":[");
    for (uint32_t i = 0; i < from->entries.len; i++) {
        const Entry *entry = &from->entries.at[i];
        buf_format(&out->buf, "%s\n{\"fingerprint\":\"%016llx\"", i ? "," : "",
                   (unsigned long long)entry->fingerprint);
        member_string(&out->buf, "rule", entry->rule);
        member_string(&out->buf, "object", entry->object);
        member_string(&out->buf, "path", entry->path);
        buf_format(&out->buf, ",\"count\":%u}", (unsigned)entry->count);
        out_spill(out);
    }
    buf_text(&out->buf, from->entries.len ? "\n]}\n" : "]}\n");
}

bool baseline_write(const Options *options, const Report *report)
{
    Output output = {.format = STR("baseline"), .file = options->write_baseline};
    Out out;
    Baseline made = {0};
    if (!output_open(&out, &output))
        return false;
    gather(&made, report);
    put_entries(&made, &out);
    arena_free(&made.arena);
    vec_free(&made.entries);
    return output_close(&out, &output, "the baseline");
}
