/* Findings: how they are made, judged, joined and ordered.  A rule states a fact;
 * what severity it has is decided here, once, from the rule's own, its word that
 * this case is less sure, and the user's. */
#include "diag/diag.h"

#include <stdlib.h>

static const char *const SEVERITY_NAMES[] = {"off", "info", "warning", "error"};
static const char *const ORIGIN_NAMES[] = {"yaml", "schema", "server", "link", "advice"};

const char *severity_name(Severity severity) { return SEVERITY_NAMES[severity]; }
const char *origin_name(Origin origin) { return ORIGIN_NAMES[origin]; }

bool severity_parse(Str name, Severity *severity)
{
    for (size_t i = 0; i < BASE_COUNT(SEVERITY_NAMES); i++)
        if (str_is(name, SEVERITY_NAMES[i])) {
            *severity = (Severity)i;
            return true;
        }
    return false;
}

static const SeverityOverride *find_override(const Diag *diag, const RuleInfo *rule)
{
    for (uint32_t i = diag->override_count; i-- > 0;)
        if (str_is(diag->overrides[i].rule, rule->id))
            return &diag->overrides[i];
    return NULL;
}

Severity diag_severity(const Diag *diag, const RuleInfo *rule)
{
    const SeverityOverride *override = find_override(diag, rule);
    return override ? override->severity : rule->severity;
}

Finding *diag_vreport(Diag *diag, const RuleInfo *rule, Place place, const char *format,
                      va_list args)
{
    Severity severity = diag_severity(diag, rule);
    if (severity == SEVERITY_OFF)
        return NULL;
    Finding finding = {
        .rule = rule,
        .severity = severity,
        .place = place,
        .object = BASE_NONE,
        .message = arena_vformat(&diag->arena, format, args),
    };
    vec_push(&diag->findings, finding);
    return &diag->findings.at[diag->findings.len - 1];
}

Finding *diag_report(Diag *diag, const RuleInfo *rule, Place place, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Finding *finding = diag_vreport(diag, rule, place, format, args);
    va_end(args);
    return finding;
}

void diag_note(Diag *diag, Finding *finding, Place place, const char *format, ...)
{
    if (!finding)
        return;
    va_list args;
    va_start(args, format);
    Note note = {place, arena_vformat(&diag->arena, format, args)};
    va_end(args);
    /* Room for two, for four, ...: their texts lie in between, so no array grows in place. */
    uint32_t count = finding->note_count;
    if ((count & (count - 1)) == 0 && count != 1)
        finding->notes = arena_grow(&diag->arena, finding->notes, sizeof(Note) * count,
                                    sizeof(Note) * (count ? 2 * count : 2));
    finding->notes[finding->note_count++] = note;
}

void diag_help(Diag *diag, Finding *finding, const char *format, ...)
{
    if (!finding)
        return;
    va_list args;
    va_start(args, format);
    finding->help = arena_vformat(&diag->arena, format, args);
    va_end(args);
}

void diag_fix(Diag *diag, Finding *finding, Place place, const char *format, ...)
{
    if (!finding)
        return;
    va_list args;
    va_start(args, format);
    Fix *fix = arena_alloc(&diag->arena, sizeof *fix);
    *fix = (Fix){place, arena_vformat(&diag->arena, format, args)};
    va_end(args);
    finding->fix = fix;
}

void diag_lower(Diag *diag, Finding *finding, Severity severity)
{
    if (finding && !find_override(diag, finding->rule) && severity < finding->severity)
        finding->severity = severity;
}

static void shift_place(Place *place, uint32_t doc_base)
{
    if (place->doc != BASE_NONE)
        place->doc += doc_base;
}

void diag_merge(Diag *into, Diag *from, uint32_t doc_base, uint32_t object_base)
{
    for (uint32_t i = 0; i < from->findings.len; i++) {
        Finding finding = from->findings.at[i];
        shift_place(&finding.place, doc_base);
        for (uint32_t note = 0; note < finding.note_count; note++)
            shift_place(&finding.notes[note].place, doc_base);
        if (finding.fix) {
            Fix *fix = arena_alloc(&from->arena, sizeof *fix);
            *fix = *finding.fix;
            shift_place(&fix->place, doc_base);
            finding.fix = fix;
        }
        if (finding.object != BASE_NONE)
            finding.object += object_base;
        vec_push(&into->findings, finding);
    }
    vec_clear(&from->findings);
    /* The text stays where it is: the arena's blocks change hands. */
    arena_adopt(&into->arena, &from->arena);
}

/* What findings are ordered by, read out once per finding. */
typedef struct FindingOrder {
    uint32_t file; /* BASE_NONE comes first */
    uint32_t doc;
    uint64_t offset; /* in the file */
    uint32_t length;
    uint32_t finding;
} FindingOrder;

static FindingOrder order_of(const Diag *diag, const Sources *sources, uint32_t index)
{
    Place place = diag->findings.at[index].place;
    FindingOrder order = {place.file, 0, place.offset, place.length, index};
    if (place.doc != BASE_NONE) {
        order.file = sources->docs.at[place.doc].file;
        order.doc = sources->docs.at[place.doc].index + 1;
        order.offset += sources->docs.at[place.doc].base;
    }
    return order;
}

static int compare_files(const Sources *sources, uint32_t a, uint32_t b)
{
    if (a == b)
        return 0;
    if (a == BASE_NONE || b == BASE_NONE)
        return a == BASE_NONE ? -1 : 1;
    return str_compare(sources->files.at[a].name, sources->files.at[b].name);
}

/* Of two at one place. */
static int compare_words(const Finding *a, const Finding *b)
{
    int order = strcmp(a->rule->id, b->rule->id);
    return order ? order : str_compare(a->message, b->message);
}

typedef struct SortContext {
    const Diag *diag;
    const Sources *sources;
} SortContext;

static int compare_orders(const void *left, const void *right, void *context)
{
    const FindingOrder *a = left, *b = right;
    const SortContext *sort = context;
    const Finding *findings = sort->diag->findings.at;
    int order = compare_files(sort->sources, a->file, b->file);
    if (!order)
        order = compare_uint(a->doc, b->doc);
    if (!order)
        order = (a->offset > b->offset) - (a->offset < b->offset);
    if (!order)
        order = compare_uint(a->length, b->length);
    if (!order)
        order = compare_words(&findings[a->finding], &findings[b->finding]);
    return order ? order : compare_uint(a->finding, b->finding);
}

/* Whether one place is told the same twice. */
static bool is_repeated(const Finding *a, const Finding *b)
{
    return a->place.doc == b->place.doc && a->place.file == b->place.file &&
           a->place.offset == b->place.offset && a->place.length == b->place.length &&
           compare_words(a, b) == 0;
}

/* Cycle by cycle, since a second list of a million findings would be large. */
static void put_in_order(Finding *findings, FindingOrder *orders, uint32_t count)
{
    for (uint32_t start = 0; start < count; start++) {
        Finding first = findings[start];
        uint32_t at = start, next;
        for (; (next = orders[at].finding) != start; at = next) {
            findings[at] = findings[next];
            orders[at].finding = at;
        }
        findings[at] = first;
        orders[at].finding = at;
    }
}

void diag_sort(Diag *diag, const Sources *sources)
{
    uint32_t count = diag->findings.len;
    if (count < 2)
        return;
    FindingOrder *orders = mem_resize(NULL, sizeof *orders * count);
    for (uint32_t i = 0; i < count; i++)
        orders[i] = order_of(diag, sources, i);
    SortContext context = {diag, sources};
    sort_with(orders, count, sizeof *orders, compare_orders, &context);
    put_in_order(diag->findings.at, orders, count);
    mem_free(orders);
    uint32_t kept = 1;
    for (uint32_t i = 1; i < count; i++)
        if (!is_repeated(&diag->findings.at[kept - 1], &diag->findings.at[i]))
            diag->findings.at[kept++] = diag->findings.at[i];
    diag->findings.len = kept;
}

void diag_free(Diag *diag)
{
    arena_free(&diag->arena);
    vec_free(&diag->findings);
}
