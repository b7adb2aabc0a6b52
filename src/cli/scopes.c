/* Scopes: which objects of the input belong to one deployment.
 *
 * Real trees hold several: overlays of one base, charts, alternatives.  A kustomization
 * that no other one names, a chart, standard input and a rendered stream are scopes of
 * their own; what is left is one scope for each folder of the command line, and one
 * for all files that it names.  The configuration may name others, and --one-cluster
 * joins all.  An object of a base that two overlays name is in both.
 *
 * Where there is one scope, and no kustomization changes anything, its facts are those
 * of the input, and nothing is copied. */
#include "cli/scopes.h"
#include "cli/backdrop.h"
#include "checks/link.h"
#include "cli/options.h"

extern const Rule rule_kustomization;

typedef struct LinkScope {
    ReportScope report;
    PartPlan plan;
    ChecksOptions checks;
    VEC(uint32_t) roots;  /* kustomizations */
    VEC(uint32_t) inputs; /* files that are taken as they are */
    VEC(ScopeObject) objects;
    uint32_t own;         /* entries of the plan that are of the input */
    bool whole;           /* its facts are those of the input */
} LinkScope;

struct ScopeSet {
    Arena arena;
    Worker *worker;
    InputList *inputs;
    KustomizeTree tree;
    VEC(FileObjects) files; /* per input */
    VEC(LinkScope *) list;
    LinkScope *asked;       /* the last that was asked for by its name: neighbours share one */
    VEC(ReportScope) reports;
    Interner names;         /* of scopes, by kind and name: string i + 1 is list.at[i] */
    VEC(bool) rendered;     /* per input */
    DocRanks doc_ranks;
    uint32_t *own_order;
    const uint32_t *order;  /* of all objects by place */
    uint32_t *memberships;  /* per object: scopes that it is in; NULL: all in the only one */
    VEC(uint32_t) found_in; /* per finding of the linker: its scope */
    uint32_t first_found;
    Whole *elsewhere;       /* where there are several scopes: all objects */
    uint32_t jobs;          /* threads */
};

ScopeSet *scopes_new(Worker *worker, InputList *inputs)
{
    ScopeSet *scopes = mem_resize(NULL, sizeof *scopes);
    *scopes = (ScopeSet){.worker = worker, .inputs = inputs};
    interner_init(&scopes->names);
    kustomize_read(&scopes->tree, worker, inputs);
    worker->facts->keep_labels = scopes->tree.all.len > 0;
    return scopes;
}

void scopes_note_file(ScopeSet *scopes, uint32_t input, FileObjects met, bool rendered)
{
    while (scopes->files.len < input) { /* files that were not opened */
        vec_push(&scopes->files, (FileObjects){0});
        vec_push(&scopes->rendered, false);
    }
    vec_push(&scopes->files, met);
    vec_push(&scopes->rendered, rendered);
}

/* ---- finding them ---- */
static LinkScope *scope_get(ScopeSet *scopes, const char *kind, Str name)
{
    LinkScope *asked = scopes->asked;
    if (asked && asked->report.kind == kind && str_eq(asked->report.name, name))
        return asked;
    Str key = arena_format(&scopes->arena, "%s %.*s", kind, STR_ARG(name));
    uint32_t id = intern(&scopes->names, key) - 1;
    if (id < scopes->list.len)
        return scopes->asked = scopes->list.at[id];
    LinkScope *scope = scopes->asked = arena_zero(&scopes->arena, sizeof *scope);
    scope->report.kind = kind;
    scope->report.name = name.len ? arena_str(&scopes->arena, name) : STR(".");
    vec_push(&scopes->list, scope);
    return scope;
}

static Str without_slash(Str folder)
{
    while (folder.len > 1 && folder.ptr[folder.len - 1] == '/')
        folder.len--;
    return folder;
}

/* The scope of a file that no kustomization names. */
static LinkScope *loose_scope(ScopeSet *scopes, uint32_t index)
{
    const Input *input = &scopes->inputs->inputs.at[index];
    if (scopes->worker->options->one_cluster)
        return scope_get(scopes, "cluster", STR("cluster"));
    if (str_is(input->path, "-"))
        return scope_get(scopes, "stream", STR("<stdin>"));
    if (scopes->rendered.at[index])
        return scope_get(scopes, "stream", input->path);
    if (input->chart != BASE_NONE)
        return scope_get(scopes, "chart", without_slash(scopes->inputs->charts.at[input->chart]));
    if (input->named)
        return scope_get(scopes, "files", STR("files"));
    return scope_get(scopes, "argument",
                     without_slash(scopes->worker->options->paths.at[input->argument]));
}

static bool is_in(const NamedScope *named, Str absolute)
{
    for (uint32_t i = 0; i < named->paths.len; i++) {
        Str rest;
        if (path_below(absolute, named->paths.at[i].folder, &rest) &&
            glob_match_upward(named->paths.at[i].glob, rest, false))
            return true;
    }
    return false;
}

/* Everything that the kustomization names, and they in turn. */
static void mark_reached(const KustomizeTree *tree, uint32_t id, bool *reached)
{
    const Kustomization *it = tree->all.at[id];
    for (uint32_t i = 0; i < it->resources.len + it->components.len; i++) {
        uint32_t child = i < it->resources.len ? it->resources.at[i].child
                                               : it->components.at[i - it->resources.len].child;
        if (child == BASE_NONE || reached[child])
            continue;
        reached[child] = true;
        mark_reached(tree, child, reached);
    }
}

static bool *zeroed_flags(ScopeSet *scopes, uint32_t count)
{
    return arena_zero(&scopes->arena, count + 1);
}

/* Scopes of the configuration: kustomizations whose file a glob matches, without those
 * that are reached from one of them anyway. */
static void find_named_roots(ScopeSet *scopes, const NamedScope *named, bool *taken)
{
    const KustomizeTree *tree = &scopes->tree;
    bool *reached = zeroed_flags(scopes, tree->all.len);
    bool *matched = zeroed_flags(scopes, tree->all.len);
    for (uint32_t i = 0; i < tree->all.len; i++) {
        const Kustomization *it = tree->all.at[i];
        Str file = path_join(it->absolute, path_name(it->path), &scopes->arena);
        matched[i] = !it->component && is_in(named, file);
        if (matched[i])
            mark_reached(tree, i, reached);
    }
    for (uint32_t i = 0; i < tree->all.len; i++)
        if (matched[i] && !reached[i]) {
            LinkScope *scope = scope_get(scopes, "configured", named->name);
            vec_push(&scope->roots, i);
            taken[i] = true;
        }
}

/* A base is a scope of its own only where it was asked for by itself: the command line
 * names it, and what names it lies under another path. */
static bool is_asked_for(ScopeSet *scopes, uint32_t id)
{
    const KustomizeTree *tree = &scopes->tree;
    const Kustomization *it = tree->all.at[id];
    const Options *options = scopes->worker->options;
    if (it->named)
        return true;
    if (it->argument == BASE_NONE ||
        !str_eq(path_absolute(options->paths.at[it->argument], &scopes->arena), it->absolute))
        return false;
    for (uint32_t i = 0; i < tree->all.len; i++) {
        const Kustomization *other = tree->all.at[i];
        for (uint32_t j = 0; other->argument == it->argument && j < other->resources.len; j++)
            if (other->resources.at[j].child == id)
                return false;
    }
    return true;
}

static void find_roots(ScopeSet *scopes)
{
    const KustomizeTree *tree = &scopes->tree;
    const Options *options = scopes->worker->options;
    bool *taken = zeroed_flags(scopes, tree->all.len);
    for (uint32_t i = 0; i < options->scopes.len && !options->one_cluster; i++)
        find_named_roots(scopes, &options->scopes.at[i], taken);
    for (uint32_t i = 0; i < tree->all.len; i++) {
        const Kustomization *it = tree->all.at[i];
        if (it->component || taken[i] || (it->wanted && !is_asked_for(scopes, i)))
            continue;
        LinkScope *scope = options->one_cluster
                           ? scope_get(scopes, "cluster", STR("cluster"))
                           : scope_get(scopes, "kustomization", without_slash(it->folder));
        vec_push(&scope->roots, i);
    }
}

/* Whether the file is in a scope of the configuration, to which it is added. */
static bool take_named(ScopeSet *scopes, uint32_t index)
{
    const Options *options = scopes->worker->options;
    const Input *input = &scopes->inputs->inputs.at[index];
    PlaceMemo memo = {0};
    bool taken = false;
    if (options->one_cluster || options->scopes.len == 0 || str_is(input->path, "-"))
        return false;
    Str absolute = path_place(input->path, false, &memo, &scopes->arena);
    for (uint32_t i = 0; i < options->scopes.len; i++) {
        if (!is_in(&options->scopes.at[i], absolute))
            continue;
        vec_push(&scope_get(scopes, "configured", options->scopes.at[i].name)->inputs, index);
        taken = true;
    }
    return taken;
}

static void find_scopes(ScopeSet *scopes)
{
    find_roots(scopes);
    for (uint32_t i = 0; i < scopes->files.len; i++) {
        const FileObjects *met = &scopes->files.at[i];
        InputUse use = scopes->inputs->inputs.at[i].use;
        if ((!met->count && !met->templates) || use != INPUT_LOOSE)
            continue;
        if (take_named(scopes, i))
            continue;
        LinkScope *scope = loose_scope(scopes, i);
        vec_push(&scope->inputs, i);
        scope->checks.incomplete |= met->templates;
    }
}

static int compare_scopes(const void *left, const void *right, void *context)
{
    (void)context;
    const LinkScope *a = *(LinkScope *const *)left, *b = *(LinkScope *const *)right;
    int order = str_compare(a->report.name, b->report.name);
    return order ? order : strcmp(a->report.kind, b->report.kind);
}

/* ---- what is in them ---- */
static void add_entry(PartPlan *plan, SeqTable *seen, const PartEntry *entry)
{
    uint32_t key[6] = {entry->origin,      entry->object.doc, entry->object.offset,
                       entry->object.kind, entry->object.ns,  entry->object.name};
    if (seq_find(seen, key, 6) != BASE_NONE)
        return;
    seq_intern(seen, key, 6);
    vec_push(&plan->entries, *entry);
}

/* What two kustomizations of one scope both bring is there once. */
static void drop_repetitions(PartPlan *plan)
{
    SeqTable seen = {0};
    uint32_t count = plan->entries.len;
    plan->entries.len = 0;
    for (uint32_t i = 0; i < count; i++) {
        PartEntry entry = plan->entries.at[i];
        add_entry(plan, &seen, &entry);
    }
    seq_table_free(&seen);
}

static void plan_scope(ScopeSet *scopes, LinkScope *scope)
{
    Accumulator accumulator = {
        .tree = &scopes->tree,
        .files = scopes->files.at,
        .facts = scopes->worker->facts,
        .strings = &scopes->worker->strings,
        .plan = &scope->plan,
        .arena = &scopes->arena,
    };
    for (uint32_t i = 0; i < scope->roots.len; i++)
        kustomize_accumulate(&accumulator, scope->roots.at[i]);
    for (uint32_t i = 0; i < scope->inputs.len; i++) {
        const FileObjects *met = &scopes->files.at[scope->inputs.at[i]];
        for (uint32_t j = 0; j < met->count; j++)
            vec_push(&scope->plan.entries, part_entry(scopes->worker->facts, met->first + j));
    }
    if (scope->roots.len > 0)
        drop_repetitions(&scope->plan);
    scope->own = scope->plan.entries.len;
    backdrop_join(scopes->worker->facts, &scopes->worker->strings, &scope->plan);
    if (accumulator.unfollowed.len) {
        scope->report.unfollowed = accumulator.unfollowed.at[0].what;
        scope->report.unfollowed_place = accumulator.unfollowed.at[0].place;
    }
    vec_free(&accumulator.unfollowed);
}

static void list_objects(ScopeSet *scopes, LinkScope *scope, const PartIndex *index)
{
    enum { MOST = 256 };
    uint32_t pairs[MOST];
    for (uint32_t i = 0; i < scope->own; i++) {
        const PartEntry *entry = &scope->plan.entries.at[i];
        uint32_t count = part_labels(index, &scope->plan, entry, pairs, MOST);
        uint32_t *labels = arena_alloc(&scopes->arena, sizeof *labels * (count + 1));
        if (count)
            memcpy(labels, pairs, sizeof *labels * count);
        ScopeObject object = {
            .kind = entry->object.kind,
            .ns = entry->object.ns,
            .name = entry->object.name,
            .api_version = entry->object.api_version,
            .labels = labels,
            .label_count = count,
            .hashed = entry->hashed,
        };
        vec_push(&scope->objects, object);
    }
    scope->report.list = scope->objects.at;
}

/* ---- linking ---- */
/* Findings speak of the objects of the input; those of a scope that is not known in
 * full are less sure. */
static void adopt_findings(ScopeSet *scopes, uint32_t id, uint32_t first)
{
    Diag *diag = &scopes->worker->diag;
    const LinkScope *scope = scopes->list.at[id];
    Str unfollowed = scope->report.unfollowed;
    uint32_t kept = first;
    for (uint32_t i = first; i < diag->findings.len; i++) {
        if (backdrop_has(scopes->worker, &diag->findings.at[i]))
            continue;
        diag->findings.at[kept] = diag->findings.at[i];
        Finding *finding = &diag->findings.at[kept++];
        if (!scope->whole && finding->object != BASE_NONE)
            finding->object = scope->plan.entries.at[finding->object].origin;
        vec_push(&scopes->found_in, id);
        if (!unfollowed.len || finding->severity != SEVERITY_ERROR ||
            finding->rule->origin != ORIGIN_LINK || finding->rule == &rule_kustomization.info)
            continue;
        diag_lower(diag, finding, SEVERITY_WARNING);
        diag_note(diag, finding, scope->report.unfollowed_place, "%.*s, so this is not sure",
                  STR_ARG(unfollowed));
        if (!finding->help.len)
            diag_help(diag, finding, "kustomize build %.*s | plimsoll check -",
                      STR_ARG(scope->report.name));
    }
    diag->findings.len = kept;
}

/* first: of the findings that planning the scope made. */
static void link_scope(ScopeSet *scopes, uint32_t id, PartIndex *index, uint32_t first)
{
    LinkScope *scope = scopes->list.at[id];
    Worker *worker = scopes->worker;
    const Options *options = worker->options;
    Facts *facts = scope->whole ? worker->facts : part_build(index, &scope->plan);
    scope->checks.assumed = options->assumed.at;
    scope->checks.assumed_count = options->assumed.len;
    scope->checks.doc_ranks = scopes->doc_ranks;
    scope->checks.whole = scopes->elsewhere;
    scope->checks.cluster = &options->cluster;
    scope->checks.pod_security = options->pod_security;
    /* Folders and files of the command line may hold several deployments. */
    scope->checks.one_build = scope->roots.len == 1 && scope->inputs.len == 0;
    scope->checks.joined = strcmp(scope->report.kind, "argument") != 0 &&
                           strcmp(scope->report.kind, "files") != 0;
    scope->checks.newest = options->schema.target.newest;
    if (scope->whole)
        admission_forget_unasked(facts, &scope->checks);
    Link *link = link_build(facts, worker->sources, &scope->checks);
    checks_link(link, &worker->diag, checks_is_long(facts) ? scopes->jobs : 1);
    scope->report.facts = facts;
    scope->report.link = link;
    scope->report.objects = scope->whole ? facts_object_count(facts) : scope->own;
    adopt_findings(scopes, id, first);
    for (uint32_t i = 0; !scope->whole && i < scope->own; i++)
        if (scope->plan.entries.at[i].origin != BASE_NONE)
            scopes->memberships[scope->plan.entries.at[i].origin]++;
}

/* ---- one finding of several scopes ---- */
typedef struct Merging {
    const Diag *diag;
    const ScopeSet *scopes;
} Merging;

static int compare_place(const Finding *a, const Finding *b)
{
    int order = strcmp(a->rule->id, b->rule->id);
    order = order ? order : compare_uint(a->place.doc, b->place.doc);
    order = order ? order : compare_uint(a->place.offset, b->place.offset);
    return order ? order : compare_uint(a->place.length, b->place.length);
}

static int compare_found(const void *left, const void *right, void *context)
{
    const Merging *merging = context;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    const Finding *x = &merging->diag->findings.at[a], *y = &merging->diag->findings.at[b];
    uint32_t first = merging->scopes->first_found;
    int order = compare_place(x, y);
    if (!order)
        order = compare_uint(merging->scopes->found_in.at[a - first],
                             merging->scopes->found_in.at[b - first]);
    order = order ? order : str_compare(x->message, y->message);
    return order ? order : compare_uint(a, b);
}

static uint32_t scope_of(const ScopeSet *scopes, uint32_t finding)
{
    return scopes->found_in.at[finding - scopes->first_found];
}

/* Joins the findings of one rule at one place: all of them where no scope has two, else
 * those that say the same.  What is joined to another loses its rule. */
static void merge_place(ScopeSet *scopes, const uint32_t *found, uint32_t count)
{
    Diag *diag = &scopes->worker->diag;
    bool alone = true;
    for (uint32_t i = 1; i < count; i++)
        alone &= scope_of(scopes, found[i]) != scope_of(scopes, found[i - 1]);
    for (uint32_t i = 0; i < count; i++) {
        Finding *finding = &diag->findings.at[found[i]];
        if (!finding->rule)
            continue;
        Str *names = arena_alloc(&diag->arena, sizeof *names * count);
        uint32_t name_count = 0;
        names[name_count++] = scopes->list.at[scope_of(scopes, found[i])]->report.name;
        for (uint32_t j = i + 1; j < count; j++) {
            Finding *other = &diag->findings.at[found[j]];
            if (!other->rule || !(alone || str_eq(other->message, finding->message)))
                continue;
            if (other->severity > finding->severity) {
                finding->severity = other->severity;
                finding->notes = other->notes;
                finding->note_count = other->note_count;
                finding->help = other->help;
            }
            if (scope_of(scopes, found[j]) != scope_of(scopes, found[i]))
                names[name_count++] = scopes->list.at[scope_of(scopes, found[j])]->report.name;
            other->rule = NULL;
        }
        finding->scopes = names;
        finding->scope_count = name_count;
    }
}

/* Where an object is in several scopes and a finding holds in some of them only, it says
 * in which. */
static void say_scopes(ScopeSet *scopes, Finding *finding)
{
    if (finding->object == BASE_NONE || scopes->memberships[finding->object] <= finding->scope_count)
        return;
    Buf names = {0};
    for (uint32_t i = 0; i < finding->scope_count; i++) {
        buf_text(&names, i == 0 ? "" : i + 1 < finding->scope_count ? ", " : " and ");
        buf_str(&names, finding->scopes[i]);
    }
    Place nowhere = {.doc = BASE_NONE, .file = BASE_NONE};
    diag_note(&scopes->worker->diag, finding, nowhere, "in the scope%s %.*s",
              finding->scope_count == 1 ? "" : "s", STR_ARG(buf_slice(&names)));
    buf_free(&names);
}

static void merge_findings(ScopeSet *scopes)
{
    Diag *diag = &scopes->worker->diag;
    uint32_t first = scopes->first_found, count = diag->findings.len - first;
    Merging merging = {diag, scopes};
    uint32_t *found = mem_resize(NULL, sizeof *found * (count + 1));
    for (uint32_t i = 0; i < count; i++)
        found[i] = first + i;
    sort_with(found, count, sizeof *found, compare_found, &merging);
    for (uint32_t i = 0; i < count;) {
        uint32_t end = i + 1;
        while (end < count && compare_place(&diag->findings.at[found[i]],
                                            &diag->findings.at[found[end]]) == 0)
            end++;
        merge_place(scopes, found + i, end - i);
        i = end;
    }
    mem_free(found);
    uint32_t kept = first;
    for (uint32_t i = first; i < diag->findings.len; i++) {
        if (!diag->findings.at[i].rule)
            continue;
        diag->findings.at[kept] = diag->findings.at[i];
        say_scopes(scopes, &diag->findings.at[kept++]);
    }
    diag->findings.len = kept;
}

/* ---- all of it ---- */
void scopes_link(ScopeSet *scopes, uint32_t jobs)
{
    scopes->jobs = jobs;
    Worker *worker = scopes->worker;
    Facts *facts = worker->facts;
    find_scopes(scopes);
    if (scopes->list.len == 0)
        scope_get(scopes, "argument", STR("."));
    sort_with(scopes->list.at, scopes->list.len, sizeof *scopes->list.at, compare_scopes, NULL);
    scopes->doc_ranks = checks_doc_ranks(worker->sources);
    scopes->first_found = worker->diag.findings.len;
    PartIndex *index = NULL;
    if (scopes->list.len > 1)
        scopes->elsewhere = whole_new(facts);
    if (scopes->list.len == 1 && scopes->tree.all.len == 0 && !facts->backdrop)
        scopes->list.at[0]->whole = true;
    else
        index = part_index(facts);
    if (index)
        scopes->memberships =
            mem_zeroed(sizeof *scopes->memberships * ((size_t)facts_object_count(facts) + 1));
    for (uint32_t i = 0; i < scopes->list.len; i++) {
        LinkScope *scope = scopes->list.at[i];
        uint32_t first = worker->diag.findings.len;
        if (!scope->whole)
            plan_scope(scopes, scope);
        link_scope(scopes, i, index, first);
        if (scope->roots.len > 0)
            list_objects(scopes, scope, index);
    }
    part_index_free(index);
    if (!scopes->list.at[0]->whole)
        scopes->own_order = checks_order(facts, &scopes->doc_ranks);
    /* What the cluster holds already comes first: it is passed over. */
    scopes->order = scopes->own_order ? scopes->own_order + facts->backdrop
                                      : link_objects_by_place(scopes->list.at[0]->report.link);
    if (scopes->list.len > 1)
        merge_findings(scopes);
    /* A chart of which only templates were met holds nothing. */
    for (uint32_t i = 0; i < scopes->list.len; i++)
        if (scopes->list.at[i]->report.objects > 0)
            vec_push(&scopes->reports, scopes->list.at[i]->report);
}

const ReportScope *scopes_report(const ScopeSet *scopes, uint32_t *count)
{
    *count = scopes->reports.len;
    return scopes->reports.at;
}

const uint32_t *scopes_order(const ScopeSet *scopes) { return scopes->order; }

void scopes_free(ScopeSet *scopes)
{
    for (uint32_t i = 0; i < scopes->list.len; i++) {
        LinkScope *scope = scopes->list.at[i];
        link_free((Link *)(uintptr_t)scope->report.link);
        if (!scope->whole)
            facts_free((Facts *)(uintptr_t)scope->report.facts);
        part_plan_free(&scope->plan);
        vec_free(&scope->roots);
        vec_free(&scope->inputs);
        vec_free(&scope->objects);
    }
    kustomize_free(&scopes->tree);
    interner_free(&scopes->names);
    vec_free(&scopes->list);
    vec_free(&scopes->reports);
    vec_free(&scopes->files);
    vec_free(&scopes->rendered);
    vec_free(&scopes->found_in);
    whole_free(scopes->elsewhere);
    mem_free(scopes->doc_ranks.of);
    mem_free(scopes->own_order);
    mem_free(scopes->memberships);
    arena_free(&scopes->arena);
    mem_free(scopes);
}
