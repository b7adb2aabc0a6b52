/* From a kustomization to the objects that it would build.
 *
 * The order is kustomize's own: resources (each base whole, with what it does to its
 * names), generators, components (which work on what is there so far), then patches,
 * namespace, prefix, suffix, labels, JSON patches, replicas. */
#include "cli/kustomize.h"
#include "schema/pattern.h"

extern const Rule rule_kustomization;

enum { BUILDS_MOST = 4096 }; /* of one scope: two bases in each of a few steps are thousands */

typedef struct Building {
    Accumulator *to;
    uint32_t first; /* of the entries that this kustomization has in hand */
    uint32_t visit;
} Building;

static void build(Accumulator *to, const Kustomization *it, uint32_t first, uint32_t visit);

static Str text_of(const Accumulator *to, uint32_t id) { return interned(to->strings, id); }

static uint32_t new_visit(Accumulator *to, uint32_t parent)
{
    PartVisit visit = {parent, parent == BASE_NONE ? 0 : to->plan->visits.at[parent].depth + 1};
    vec_push(&to->plan->visits, visit);
    return to->plan->visits.len - 1;
}

static void note_unfollowed(Accumulator *to, Place place, Str what)
{
    Unfollowed it = {place, what};
    vec_push(&to->unfollowed, it);
}

/* ---- names and labels ---- */
static void rename_entry(Accumulator *to, PartEntry *entry, uint32_t name, uint32_t ns)
{
    if (entry->object.name == name && entry->object.ns == ns)
        return;
    PartName before = {entry->object.name, entry->object.ns, entry->names};
    entry->names = to->plan->names.len;
    vec_push(&to->plan->names, before);
    entry->object.name = name;
    entry->object.ns = ns;
}

static void put_label(Accumulator *to, PartEntry *entry, const KustomizeLabel *from)
{
    PartLabel label = {from->key,       from->value,     entry->labels,
                       from->selectors, from->templates, from->removed};
    entry->labels = to->plan->labels.len;
    vec_push(&to->plan->labels, label);
}

static bool has_no_prefix(const Accumulator *to, const PartEntry *entry)
{
    Str kind = text_of(to, entry->object.kind), group = text_of(to, entry->object.group);
    return str_is(kind, "CustomResourceDefinition") || str_is(kind, "Namespace") ||
           (str_is(kind, "APIService") && str_is(group, "apiregistration.k8s.io"));
}

static void apply_affixes(Building *building, const Kustomization *it)
{
    Accumulator *to = building->to;
    if (!it->prefix.len && !it->suffix.len)
        return;
    for (uint32_t i = building->first; i < to->plan->entries.len; i++) {
        PartEntry *entry = &to->plan->entries.at[i];
        if (has_no_prefix(to, entry) || !entry->object.name || entry->object.name == BASE_NONE)
            continue;
        Str name = arena_format(to->arena, "%.*s%.*s%.*s", STR_ARG(it->prefix),
                                STR_ARG(text_of(to, entry->object.name)), STR_ARG(it->suffix));
        rename_entry(to, entry, intern(to->strings, name), entry->object.ns);
    }
}

/* A kind that is not known counts as one with a namespace, as kustomize has it. */
static void apply_namespace(Building *building, const Kustomization *it)
{
    Accumulator *to = building->to;
    if (!it->ns.len)
        return;
    uint32_t ns = intern(to->strings, it->ns);
    for (uint32_t i = building->first; i < to->plan->entries.len; i++) {
        PartEntry *entry = &to->plan->entries.at[i];
        if (str_is(text_of(to, entry->object.kind), "Namespace"))
            rename_entry(to, entry, ns, entry->object.ns);
        else if (entry->object.scope != SCOPE_CLUSTER)
            rename_entry(to, entry, entry->object.name, ns);
    }
}

static void apply_labels(Building *building, const Kustomization *it)
{
    for (uint32_t i = building->first; i < building->to->plan->entries.len; i++)
        for (uint32_t j = 0; j < it->labels.len; j++)
            put_label(building->to, &building->to->plan->entries.at[i], &it->labels.at[j]);
}

/* Whether all that could be in hand is known, so that what is not there is surely missing. */
static bool is_known(const Building *building)
{
    const Accumulator *to = building->to;
    for (uint32_t i = building->first; i < to->plan->entries.len; i++)
        if (to->plan->entries.at[i].object.no_object)
            return false;
    return !to->unfollowed.len && !to->incomplete;
}

static Finding *tell(const Building *building, Place place, Str what)
{
    Finding *finding = diag_report(&building->to->tree->worker->diag, &rule_kustomization.info,
                                   place, "%.*s", STR_ARG(what));
    if (finding)
        finding->object = BASE_NONE;
    return finding;
}

static bool had_name(const Accumulator *to, const PartEntry *entry, Str name)
{
    bool same = str_eq(text_of(to, entry->object.name), name);
    for (uint32_t at = entry->names; at != BASE_NONE && !same; at = to->plan->names.at[at].before)
        same = str_eq(text_of(to, to->plan->names.at[at].name), name);
    return same;
}

static void apply_replicas(Building *building, const Kustomization *it)
{
    static const char *const KINDS[] = {"Deployment", "ReplicationController", "ReplicaSet",
                                        "StatefulSet"};
    Accumulator *to = building->to;
    for (uint32_t j = 0; j < it->replicas.len; j++) {
        const KustomizeReplicas *replicas = &it->replicas.at[j];
        bool matched = false;
        for (uint32_t i = building->first; i < to->plan->entries.len; i++) {
            PartEntry *entry = &to->plan->entries.at[i];
            bool same = had_name(to, entry, replicas->name);
            for (size_t k = 0; same && k < BASE_COUNT(KINDS); k++)
                if (str_is(text_of(to, entry->object.kind), KINDS[k])) {
                    entry->replicas = replicas->count;
                    matched = true;
                }
        }
        if (!matched && is_known(building))
            tell(building, replicas->place,
                 arena_format(to->arena, "this kustomization has no workload \"%.*s\" with replicas",
                              STR_ARG(replicas->name)));
    }
}

/* ---- patches ---- */
/* A text of a patch's target: itself, or a regular expression for the whole text. */
typedef struct TargetText {
    Str text;
    Pattern *pattern;
    bool any;
} TargetText;

static TargetText target_text(const Accumulator *to, Str text, bool pattern)
{
    TargetText target = {.text = text, .any = text.len == 0};
    Re2Error error = {0};
    if (pattern && !target.any)
        target.pattern =
            pattern_compile(arena_format(to->arena, "^(?:%.*s)$", STR_ARG(text)), &error);
    return target;
}

static bool target_meets(const TargetText *target, Str text)
{
    if (target->any || str_eq(target->text, text))
        return true;
    return target->pattern && pattern_search(target->pattern, text) != PATTERN_NO;
}

typedef struct Target {
    TargetText kind, group, name, ns;
    Str api_version;
    bool exact; /* all parts must agree, also empty ones */
} Target;

static bool meets_name(const Accumulator *to, const Target *target, const PartEntry *entry)
{
    if (target_meets(&target->name, text_of(to, entry->object.name)))
        return true;
    for (uint32_t at = entry->names; at != BASE_NONE; at = to->plan->names.at[at].before)
        if (target_meets(&target->name, text_of(to, to->plan->names.at[at].name)))
            return true;
    return false;
}

static bool meets_target(const Accumulator *to, const Target *target, const PartEntry *entry)
{
    if (!entry->object.name || entry->object.name == BASE_NONE)
        return false;
    Str group = text_of(to, entry->object.group);
    bool same_group = target->exact
                          ? str_eq(target->api_version, text_of(to, entry->object.api_version))
                                    : target_meets(&target->group, group);
    bool same_ns = target_meets(&target->ns, text_of(to, entry->object.ns));
    for (uint32_t at = entry->names; at != BASE_NONE; at = to->plan->names.at[at].before)
        same_ns |= target_meets(&target->ns, text_of(to, to->plan->names.at[at].ns));
    return same_group && same_ns &&
           target_meets(&target->kind, text_of(to, entry->object.kind)) &&
           meets_name(to, target, entry);
}

static void patch_entry(Accumulator *to, PartEntry *entry, const KustomizePatch *patch)
{
    if (patch->by_labels) {
        note_unfollowed(to, patch->place,
                        STR("a patch for objects by their labels is not followed"));
        return;
    }
    if (patch->linked)
        note_unfollowed(to, patch->place, STR("a patch of linked fields is not followed"));
    entry->deleted |= patch->deletes;
    if (patch->replicas >= 0)
        entry->replicas = patch->replicas;
    for (uint32_t i = 0; i < patch->labels.len; i++)
        put_label(to, entry, &patch->labels.at[i]);
    for (uint32_t i = 0; i < patch->keys.len; i++) {
        PartKey key = {patch->keys.at[i], patch->place, entry->keys};
        entry->keys = to->plan->keys.len;
        vec_push(&to->plan->keys, key);
    }
}

/* kustomize ends where a patch that says itself what it is for finds nothing; a target may
 * select nothing.  Only where all that could be there is known. */
static void tell_unmatched(Building *building, const KustomizePatch *patch)
{
    if (patch->patterns || patch->unread || !patch->kind.len || !patch->name.len ||
        !is_known(building))
        return;
    Finding *finding = tell(
        building, patch->place,
        arena_format(building->to->arena,
                     "the patch is for %.*s %.*s \"%.*s\", which this kustomization does not have",
                     STR_ARG(patch->api_version), STR_ARG(patch->kind), STR_ARG(patch->name)));
    /* Of one that has nothing at all a tool fills in the rest: Fleet, a chart's post-renderer. */
    if (finding && building->to->plan->entries.len == building->first)
        diag_lower(&building->to->tree->worker->diag, finding, SEVERITY_WARNING);
}

static void apply_patch(Building *building, const KustomizePatch *patch)
{
    Accumulator *to = building->to;
    Target target = {
        .kind = target_text(to, patch->kind, patch->patterns),
        .group = target_text(to, patch->group, patch->patterns),
        .name = target_text(to, patch->name, patch->patterns),
        .ns = target_text(to, patch->ns, patch->patterns),
        .api_version = patch->api_version,
        .exact = !patch->patterns,
    };
    bool matched = false;
    for (uint32_t i = building->first; i < to->plan->entries.len; i++) {
        PartEntry *entry = &to->plan->entries.at[i];
        if (entry->deleted || !meets_target(to, &target, entry))
            continue;
        patch_entry(to, entry, patch);
        matched = true;
    }
    if (!matched)
        tell_unmatched(building, patch);
    TargetText *texts[] = {&target.kind, &target.group, &target.name, &target.ns};
    for (size_t i = 0; i < BASE_COUNT(texts); i++)
        if (texts[i]->pattern)
            pattern_free(texts[i]->pattern);
}

static void apply_patches(Building *building, const Kustomization *it, bool late)
{
    PartPlan *plan = building->to->plan;
    for (uint32_t i = 0; i < it->patches.len; i++)
        if (it->patches.at[i].late == late)
            apply_patch(building, &it->patches.at[i]);
    uint32_t kept = building->first;
    for (uint32_t i = building->first; i < plan->entries.len; i++)
        if (!plan->entries.at[i].deleted)
            plan->entries.at[kept++] = plan->entries.at[i];
    plan->entries.len = kept;
}

/* ---- generators ---- */
/* The object of a generator, as if it stood at the generator's name. */
static PartEntry generated(Accumulator *to, const KustomizeGenerator *from, uint32_t visit)
{
    Str kind = from->secret ? STR("Secret") : STR("ConfigMap");
    KindInfo info;
    bool known = schema_kind_find(NULL, STR(""), STR("v1"), kind, &info);
    Object object = {
        .doc = from->place.doc,
        .item = -1,
        .offset = from->place.offset,
        .name_offset = from->place.offset,
        .name_size = from->place.length,
        .api_version = intern(to->strings, STR("v1")),
        .kind = intern(to->strings, kind),
        .name = intern(to->strings, from->name),
        .ns = intern(to->strings, from->ns.len ? from->ns : STR("default")),
        .kind_id = known ? info.id : BASE_NONE,
        .scope = SCOPE_NAMESPACED,
        .ns_given = from->ns.len > 0,
    };
    return (PartEntry){.object = object,
                       .origin = BASE_NONE,
                       .labels = BASE_NONE,
                       .names = BASE_NONE,
                       .keys = BASE_NONE,
                       .visit = visit,
                       .replicas = -1};
}

/* The one that a generator merges into, or replaces. */
static PartEntry *find_entry(Building *building, const PartEntry *wanted)
{
    PartPlan *plan = building->to->plan;
    for (uint32_t i = plan->entries.len; i-- > building->first;) {
        PartEntry *entry = &plan->entries.at[i];
        bool same = entry->object.name == wanted->object.name;
        for (uint32_t at = entry->names; at != BASE_NONE; at = plan->names.at[at].before)
            same |= plan->names.at[at].name == wanted->object.name;
        if (same && entry->object.kind == wanted->object.kind &&
            entry->object.group == wanted->object.group)
            return entry;
    }
    return NULL;
}

static void generate(Building *building, const Kustomization *it, const KustomizeGenerator *from)
{
    Accumulator *to = building->to;
    PartEntry made = generated(to, from, building->visit);
    PartEntry *entry = from->behavior == GENERATOR_CREATE ? NULL : find_entry(building, &made);
    if (!entry) {
        made.hashed = from->hashed && !it->no_hash;
        vec_push(&to->plan->entries, made);
        entry = &to->plan->entries.at[to->plan->entries.len - 1];
    } else if (from->behavior == GENERATOR_REPLACE) {
        entry->renewed = true;
        entry->keys = BASE_NONE;
        entry->filled = false;
    }
    entry->filled |= from->filled;
    for (uint32_t i = 0; i < from->keys.len; i++) {
        PartKey key = from->keys.at[i];
        key.before = entry->keys;
        entry->keys = to->plan->keys.len;
        vec_push(&to->plan->keys, key);
    }
    for (uint32_t i = 0; i < it->generator_labels.len; i++)
        put_label(to, entry, &it->generator_labels.at[i]);
    for (uint32_t i = 0; i < from->labels.len; i++)
        put_label(to, entry, &from->labels.at[i]);
}

/* ---- a kustomization ---- */
static void take_file(Building *building, uint32_t input)
{
    Accumulator *to = building->to;
    const FileObjects *file = &to->files[input];
    for (uint32_t i = 0; i < file->count; i++) {
        PartEntry entry = part_entry(to->facts, file->first + i);
        entry.visit = building->visit;
        vec_push(&to->plan->entries, entry);
    }
}

/* Bases that name each other's bases twice in every step double with each: kustomize
 * itself would not come to an end. */
static bool is_too_many(const Building *building, const KustomizeResource *resource)
{
    Accumulator *to = building->to;
    if (++to->builds <= BUILDS_MOST)
        return false;
    if (to->told)
        return true;
    to->told = true;
    tell(building, resource->place,
         arena_format(to->arena, "with this base more than %d would be built for one kustomization",
                      BUILDS_MOST));
    note_unfollowed(to, resource->place, STR("this base is one too many, and is not followed"));
    return true;
}

static void build(Accumulator *to, const Kustomization *it, uint32_t first, uint32_t visit)
{
    Building building = {to, first, visit};
    to->incomplete |= it->incomplete;
    for (uint32_t i = 0; i < it->unfollowed.len; i++)
        note_unfollowed(to, it->unfollowed.at[i].place, it->unfollowed.at[i].what);
    for (uint32_t i = 0; i < it->resources.len; i++) {
        const KustomizeResource *resource = &it->resources.at[i];
        if (resource->child == BASE_NONE)
            take_file(&building, resource->input);
        else if (!is_too_many(&building, resource))
            build(to, to->tree->all.at[resource->child], to->plan->entries.len,
                  new_visit(to, visit));
    }
    for (uint32_t i = 0; i < it->generators.len; i++)
        generate(&building, it, &it->generators.at[i]);
    for (uint32_t i = 0; i < it->components.len; i++)
        if (!is_too_many(&building, &it->components.at[i]))
            build(to, to->tree->all.at[it->components.at[i].child], first, visit);
    apply_patches(&building, it, false);
    apply_namespace(&building, it);
    apply_affixes(&building, it);
    apply_labels(&building, it);
    apply_patches(&building, it, true);
    apply_replicas(&building, it);
}

void kustomize_accumulate(Accumulator *accumulator, uint32_t kustomization)
{
    uint32_t visit = new_visit(accumulator, BASE_NONE);
    build(accumulator, accumulator->tree->all.at[kustomization], accumulator->plan->entries.len,
          visit);
}
