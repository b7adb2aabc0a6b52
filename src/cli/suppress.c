/* The pass that takes suppressed findings out, and tells which suppressions were of no use.
 *
 * Entries are sorted by what they reach, so that a finding asks for its document, its object
 * and its file; what the configuration suppresses is tried row by row. */
#include "cli/suppress.h"

Suppressions *suppressions_new(const Options *options)
{
    Suppressions *all = mem_resize(NULL, sizeof *all);
    *all = (Suppressions){.require_reason = options->require_reason, .options = options};
    return all;
}

void suppressions_free(Suppressions *all)
{
    if (!all)
        return;
    arena_free(&all->arena);
    vec_free(&all->entries);
    vec_free(&all->suppressed);
    mem_free(all);
}

void suppressions_merge(Suppressions *into, Suppressions *from, SuppressBase base)
{
    const uint32_t bases[] = {
        [SUPPRESS_LINE] = base.doc, [SUPPRESS_OBJECT] = base.object, [SUPPRESS_FILE] = base.file};
    for (uint32_t i = 0; i < from->entries.len; i++) {
        Suppression entry = from->entries.at[i];
        entry.id += bases[entry.scope];
        entry.place.doc += base.doc;
        if (entry.object != BASE_NONE)
            entry.object += base.object;
        vec_push(&into->entries, entry);
    }
    vec_clear(&from->entries);
    arena_adopt(&into->arena, &from->arena);
}

/* ---- which suppression reaches a finding ---- */

static int compare_entries(const void *left, const void *right, void *context)
{
    (void)context;
    const Suppression *a = left, *b = right;
    int order = compare_uint(a->scope, b->scope);
    return order ? order : compare_uint(a->id, b->id);
}

/* A rule may speak from two tables, as with another origin; its id says which it is. */
static bool same_rule(const RuleInfo *a, const RuleInfo *b)
{
    return a == b || !strcmp(a->id, b->id);
}

static bool reaches(const Suppression *entry, const Finding *finding)
{
    const Place *place = &finding->place;
    if (!same_rule(entry->rule, finding->rule) || (entry->field.len && !glob_text(entry->field, finding->path)))
        return false;
    if (entry->scope == SUPPRESS_FILE || (entry->begin == 0 && entry->end == UINT32_MAX))
        return true;
    if (place->doc != entry->place.doc)
        return false;
    if (entry->value_size && place->offset == entry->value && place->length == entry->value_size)
        return true;
    return place->offset >= entry->begin && place->offset <= entry->end;
}

/* All that reach it are of use; the first is the one that is told of. */
static Suppression *find_entry(SuppressPass *pass, SuppressScope scope, uint32_t id,
                               const Finding *finding)
{
    Suppressions *all = pass->all;
    Suppression *found = NULL;
    uint32_t low = pass->starts[scope], high = pass->starts[scope + 1];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (all->entries.at[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < pass->starts[scope + 1] && all->entries.at[low].id == id; low++) {
        Suppression *entry = &all->entries.at[low];
        if (!reaches(entry, finding))
            continue;
        entry->used = true;
        found = found ? found : entry;
    }
    return found;
}

static Suppression *find_written(SuppressPass *pass, const Finding *finding, uint32_t file)
{
    Suppression *found[SUPPRESS_SCOPES] = {NULL, NULL, NULL};
    if (finding->place.doc != BASE_NONE)
        found[0] = find_entry(pass, SUPPRESS_LINE, finding->place.doc, finding);
    if (finding->object != BASE_NONE)
        found[1] = find_entry(pass, SUPPRESS_OBJECT, finding->object, finding);
    if (file != BASE_NONE)
        found[2] = find_entry(pass, SUPPRESS_FILE, file, finding);
    return found[0] ? found[0] : found[1] ? found[1] : found[2];
}

/* ---- rows of the configuration ---- */

static bool part_meets(Str glob, const Facts *facts, uint32_t string)
{
    if (!glob.len)
        return true;
    return string != BASE_NONE && glob_text(glob, facts_text(facts, string));
}

static bool row_meets(const SuppressRule *row, const Finding *finding, const Facts *facts,
                      Str place)
{
    bool same = false;
    for (uint32_t i = 0; i < row->rule_count && !same; i++)
        same = same_rule(row->rules[i], finding->rule);
    if (!same || (row->field.len && !glob_text(row->field, finding->path)))
        return false;
    if (row->path.glob.len) {
        Str rest;
        if (!place.len || !path_below(place, row->path.folder, &rest) ||
            !glob_match_upward(row->path.glob, rest, false))
            return false;
    }
    if (!row->kind.len && !row->name.len && !row->ns.len)
        return true;
    if (finding->object == BASE_NONE)
        return false;
    const Object *object = facts_object(facts, finding->object);
    return !object->no_object && part_meets(row->kind, facts, object->kind) &&
           part_meets(row->name, facts, object->name) && part_meets(row->ns, facts, object->ns);
}

static SuppressRule *find_row(SuppressPass *pass, const Finding *finding, uint32_t file)
{
    Options *options = pass->options;
    SuppressRule *found = NULL;
    if (!options->suppress.len)
        return NULL;
    Str place = file == BASE_NONE ? STR("")
                                  : path_place(pass->sources->files.at[file].name, false,
                                               &pass->memo, &pass->all->arena);
    for (uint32_t i = 0; i < options->suppress.len; i++) {
        SuppressRule *row = &options->suppress.at[i];
        if (!row_meets(row, finding, pass->facts, place))
            continue;
        row->used = true;
        found = found ? found : row;
    }
    return found;
}

/* ---- the pass ---- */

static bool is_suppressed(SuppressPass *pass, const Finding *finding, Suppressed *out)
{
    if (finding->rule == &rule_invalid_suppression)
        return false;
    uint32_t file = finding->place.doc != BASE_NONE
                        ? pass->sources->docs.at[finding->place.doc].file
                        : finding->place.file;
    const SuppressRule *row = find_row(pass, finding, file);
    const Suppression *entry = find_written(pass, finding, file);
    if (entry)
        *out = (Suppressed){*finding, entry->source, entry->reason, false};
    else if (row)
        *out = (Suppressed){*finding, "configuration", row->reason, true};
    return entry || row;
}

static void take_out(SuppressPass *pass, uint32_t from)
{
    Diag *diag = pass->diag;
    uint32_t kept = from;
    for (uint32_t i = from; i < diag->findings.len; i++) {
        Suppressed suppressed;
        if (is_suppressed(pass, &diag->findings.at[i], &suppressed))
            vec_push(&pass->all->suppressed, suppressed);
        else
            diag->findings.at[kept++] = diag->findings.at[i];
    }
    diag->findings.len = kept;
}

/* ---- what was of no use ---- */

static void report_entries(SuppressPass *pass)
{
    for (uint32_t i = 0; i < pass->all->entries.len; i++) {
        const Suppression *entry = &pass->all->entries.at[i];
        if (entry->used || entry->foreign || entry->rule == &rule_unused_suppression ||
            diag_severity(pass->diag, entry->rule) == SEVERITY_OFF)
            continue;
        Finding *finding =
            diag_report(pass->diag, &rule_unused_suppression, entry->place,
                        "no finding of %s is suppressed by this %s", entry->rule->id, entry->source);
        if (finding)
            finding->object = entry->object;
    }
}

/* Whether the folder of the configuration was checked whole; else some rows are of use for
 * what was left out. */
static bool is_whole(const Options *options, Str folder, Arena *arena)
{
    Str rest;
    for (uint32_t i = 0; i < options->paths.len; i++) {
        Str path = options->paths.at[i];
        Str place = str_is(path, "-") ? STR("") : path_absolute(path, arena);
        if (place.len && (str_eq(place, folder) || path_below(folder, place, &rest)))
            return true;
    }
    return false;
}

static void report_rows(SuppressPass *pass)
{
    Options *options = pass->options;
    uint32_t doc = BASE_NONE;
    for (uint32_t i = 0; i < options->suppress.len; i++) {
        const SuppressRule *row = &options->suppress.at[i];
        bool off = true;
        for (uint32_t rule = 0; rule < row->rule_count; rule++)
            off &= row->rules[rule] == &rule_unused_suppression ||
                   diag_severity(pass->diag, row->rules[rule]) == SEVERITY_OFF;
        if (row->used || off || !is_whole(options, row->path.folder, &pass->all->arena))
            continue;
        if (doc == BASE_NONE) {
            SourceDoc config = options->config_doc;
            config.file = sources_add_file(pass->sources, options->config_path);
            doc = sources_add_doc(pass->sources, config);
        }
        diag_report(pass->diag, &rule_unused_suppression,
                    (Place){.doc = doc, .offset = row->offset, .length = row->size},
                    "no finding is suppressed by this row");
    }
}

void suppress_filter(SuppressPass *pass)
{
    Suppressions *all = pass->all;
    if (!all->entries.len && !pass->options->suppress.len)
        return;
    sort_with(all->entries.at, all->entries.len, sizeof *all->entries.at, compare_entries, NULL);
    for (uint32_t i = 0; i < all->entries.len; i++)
        for (int scope = (int)all->entries.at[i].scope; scope < SUPPRESS_SCOPES; scope++)
            pass->starts[scope + 1]++;
    take_out(pass, 0);
    uint32_t first = pass->diag->findings.len;
    if (!pass->partial) {
        report_entries(pass);
        report_rows(pass);
        take_out(pass, first); /* unused ones may be suppressed as well */
    }
    if (pass->diag->findings.len > first)
        diag_sort(pass->diag, pass->sources);
}

const Suppressed *suppressions_of(const Suppressions *all, uint32_t *count)
{
    *count = all->suppressed.len;
    return all->suppressed.at;
}
