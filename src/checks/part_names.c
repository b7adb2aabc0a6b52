/* What kustomize does to the names and labels of the objects of a scope, done to
 * their facts.
 *
 * Which labels go where, and which kinds have selectors, is the table of its builtin
 * label transformer (api/internal/konfig/builtinpluginconsts, commonlabels.go and
 * metadatalabels.go).  A reference follows its object: kustomize looks names up among
 * those that an object ever had, and of several objects takes the one that came by
 * the same way. */
#include "checks/part_inside.h"

/* ---- labels ---- */
typedef struct LabelledKind {
    const char *kind, *group; /* NULL: any */
    bool has_template;
    bool creates;             /* the selector is made where there is none */
} LabelledKind;

static const LabelledKind LABELLED[] = {
    {"Service", "", false, true},
    {"ReplicationController", "", true, true},
    {"Deployment", NULL, true, true},
    {"ReplicaSet", NULL, true, true},
    {"DaemonSet", NULL, true, true},
    {"StatefulSet", "apps", true, true},
    {"Job", "batch", true, false},
    {"CronJob", "batch", true, false},
    {"PodDisruptionBudget", "policy", false, false},
    {"NetworkPolicy", "networking.k8s.io", false, false},
};

static const LabelledKind *labelled_kind(const Part *part)
{
    Str kind = facts_text(part->facts, part->entry->object.kind);
    Str group = facts_text(part->facts, part->entry->object.group);
    for (size_t i = 0; i < BASE_COUNT(LABELLED); i++)
        if (str_is(kind, LABELLED[i].kind) &&
            (!LABELLED[i].group || str_is(group, LABELLED[i].group)))
            return &LABELLED[i];
    return NULL;
}

enum { LABELS_MOST = 256 }; /* of kustomizations on one object; more are left out */

/* The entry's labels, the oldest first. */
static uint32_t gather_labels(const PartPlan *plan, const PartEntry *entry,
                              const PartLabel *labels[LABELS_MOST])
{
    uint32_t count = 0;
    for (uint32_t at = entry->labels; at != BASE_NONE && count < LABELS_MOST;
         at = plan->labels.at[at].before)
        labels[count++] = &plan->labels.at[at];
    for (uint32_t i = 0; i < count / 2; i++) {
        const PartLabel *label = labels[i];
        labels[i] = labels[count - 1 - i];
        labels[count - 1 - i] = label;
    }
    return count;
}

static void set_label(Part *part, const PartLabel *label)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < part->labels.len; i++)
        if (facts_pair_key(part->facts, part->labels.at[i].pair) != label->key)
            part->labels.at[kept++] = part->labels.at[i];
    part->labels.len = kept;
    LabelEntry entry = {.pair = seq_intern2(&part->facts->pairs, label->key, label->value)};
    if (!label->removed)
        vec_push(&part->labels, entry);
}

void part_label_pod(Part *part, bool is_template)
{
    const PartLabel *labels[LABELS_MOST];
    if (part->entry->labels == BASE_NONE)
        return;
    const LabelledKind *kind = labelled_kind(part);
    uint32_t count = gather_labels(part->plan, part->entry, labels);
    for (uint32_t i = 0; i < count; i++)
        if (!is_template || (labels[i]->templates && kind && kind->has_template))
            set_label(part, labels[i]);
}

void part_label_object(Part *part)
{
    const PartLabel *labels[LABELS_MOST];
    uint32_t count = gather_labels(part->plan, part->entry, labels);
    for (uint32_t i = 0; i < count; i++)
        set_label(part, labels[i]);
    if (part->entry->names == BASE_NONE || !str_is(facts_text(part->facts, part->entry->object.kind),
                                                   "Namespace"))
        return;
    PartLabel name = {.key = intern(part->facts->strings, STR(FACTS_NAMESPACE_LABEL)),
                      .value = part->entry->object.name};
    set_label(part, &name);
}

uint32_t part_labels(const PartIndex *index, const PartPlan *plan, const PartEntry *entry,
                     uint32_t *pairs, uint32_t most)
{
    Facts *whole = index->whole;
    uint32_t count = 0;
    if (entry->origin != BASE_NONE && !entry->renewed)
        FOR_EACH_OF(index->object_labels, entry->origin, i) {
            Seq set = seq_at(&whole->label_sets, whole->object_labels.at[i].sequence);
            for (count = 0; count < set.count && count < most; count++)
                pairs[count] = set.at[count];
        }
    const PartLabel *labels[LABELS_MOST];
    uint32_t added = gather_labels(plan, entry, labels);
    for (uint32_t i = 0; i < added; i++) {
        uint32_t kept = 0;
        for (uint32_t j = 0; j < count; j++)
            if (facts_pair_key(whole, pairs[j]) != labels[i]->key)
                pairs[kept++] = pairs[j];
        count = kept;
        if (!labels[i]->removed && count < most)
            pairs[count++] = seq_intern2(&whole->pairs, labels[i]->key, labels[i]->value);
    }
    return count;
}

/* ---- selectors ---- */
static void set_term(Part *part, Selector *selector, const PartLabel *label)
{
    Facts *facts = part->facts;
    uint32_t pair = seq_intern2(&facts->pairs, label->key, label->value);
    for (uint32_t i = 0; i < selector->term_count; i++) {
        Term *term = &facts->terms.at[selector->terms + i];
        if (term->op == TERM_EQUALS && term->key == label->key) {
            term->value = pair;
            return;
        }
    }
    /* The terms of one selector stand together: one that is not the last moves. */
    if (selector->terms + selector->term_count != facts->terms.len) {
        uint32_t first = facts->terms.len;
        for (uint32_t i = 0; i < selector->term_count; i++) {
            Term term = facts->terms.at[selector->terms + i];
            vec_push(&facts->terms, term);
        }
        selector->terms = first;
    }
    Term term = {.key = label->key, .value = pair, .op = TERM_EQUALS, .place = selector->place};
    vec_push(&facts->terms, term);
    selector->term_count++;
}

static bool has_labels(const Part *part, const Selector *selector)
{
    for (uint32_t i = 0; i < selector->term_count; i++)
        if (part->facts->terms.at[selector->terms + i].op == TERM_EQUALS)
            return true;
    return false;
}

void part_label_selector(Part *part, Selector *selector, bool main)
{
    const PartLabel *labels[LABELS_MOST];
    if (part->entry->labels == BASE_NONE)
        return;
    const LabelledKind *kind = labelled_kind(part);
    if (!kind || !(has_labels(part, selector) || (main && kind->creates)))
        return;
    uint32_t count = gather_labels(part->plan, part->entry, labels);
    for (uint32_t i = 0; i < count; i++)
        if (labels[i]->selectors && !labels[i]->removed)
            set_term(part, selector, labels[i]);
}

uint32_t part_new_selector(Part *part)
{
    const PartLabel *labels[LABELS_MOST];
    uint32_t count = gather_labels(part->plan, part->entry, labels);
    bool wanted = false;
    for (uint32_t i = 0; i < count; i++)
        wanted |= labels[i]->selectors;
    if (!wanted)
        return BASE_NONE;
    const Object *object = &part->entry->object;
    Selector selector = {.object = part->object,
                         .terms = part->facts->terms.len,
                         .place = {object->name_offset, object->name_size}};
    part_label_selector(part, &selector, true);
    for (uint32_t i = 0; i < count && !selector.term_count; i++)
        if (labels[i]->selectors && !labels[i]->removed)
            set_term(part, &selector, labels[i]);
    vec_push(&part->facts->selectors, selector);
    return part->facts->selectors.len - 1;
}

/* ---- names ---- */
static void know(Part *part, uint32_t entry, uint32_t ns, uint32_t name)
{
    const Object *object = &part->plan->entries.at[entry].object;
    uint32_t key[3] = {object->group, object->kind, name};
    uint32_t id = seq_intern(&part->name_keys, key, 3);
    if (id == part->name_heads.len)
        vec_push(&part->name_heads, BASE_NONE);
    KnownName known = {entry, ns, part->name_heads.at[id]};
    part->name_heads.at[id] = part->known.len;
    vec_push(&part->known, known);
}

void part_names_build(Part *part)
{
    const PartPlan *plan = part->plan;
    for (uint32_t i = 0; i < plan->entries.len && !part->renamed; i++)
        part->renamed = plan->entries.at[i].names != BASE_NONE;
    for (uint32_t i = 0; i < plan->entries.len && part->renamed; i++) {
        const PartEntry *entry = &plan->entries.at[i];
        if (!entry->object.name || entry->object.name == BASE_NONE)
            continue;
        know(part, i, entry->object.ns, entry->object.name);
        for (uint32_t at = entry->names; at != BASE_NONE; at = plan->names.at[at].before)
            know(part, i, plan->names.at[at].ns, plan->names.at[at].name);
    }
}

void part_names_free(Part *part)
{
    seq_table_free(&part->name_keys);
    vec_free(&part->name_heads);
    vec_free(&part->known);
}

/* How deep the kustomization is that brought both. */
static uint32_t common_depth(const PartPlan *plan, uint32_t a, uint32_t b)
{
    while (a != b && a != BASE_NONE && b != BASE_NONE) {
        if (plan->visits.at[a].depth >= plan->visits.at[b].depth)
            a = plan->visits.at[a].parent;
        else
            b = plan->visits.at[b].parent;
    }
    return a == b && a != BASE_NONE ? plan->visits.at[a].depth + 1 : 0;
}

enum { NAMESAKES_TRIED = 256 };

void part_rename_reference(Part *part, Reference *reference, uint32_t origin)
{
    if (!part->renamed)
        return;
    const PartPlan *plan = part->plan;
    const Object *before = &part->index->whole->objects.at[origin];
    uint32_t here = part->entry->object.ns;
    bool follows = reference->ns && reference->ns == before->ns &&
                   !(reference->flags & REFERENCE_NS_GIVEN);
    uint32_t wanted = reference->ns; /* as the files have it */
    uint32_t parts[3] = {reference->group, reference->kind, reference->name};
    uint32_t key = seq_find(&part->name_keys, parts, 3), best = BASE_NONE, best_score = 0;
    uint32_t tried = 0;
    for (uint32_t at = key == BASE_NONE ? key : part->name_heads.at[key];
         at != BASE_NONE && tried < NAMESAKES_TRIED; at = part->known.at[at].next, tried++) {
        const KnownName *known = &part->known.at[at];
        const PartEntry *entry = &plan->entries.at[known->entry];
        bool same_ns = !reference->ns || !entry->object.ns || known->ns == wanted ||
                       (follows && entry->object.ns == here);
        if (!same_ns)
            continue;
        uint32_t score = 2 * common_depth(plan, part->entry->visit, entry->visit) + 1 +
                         (entry->object.ns == here);
        /* The first by place of equals: names were put in front of one another. */
        if (score >= best_score) {
            best = known->entry;
            best_score = score;
        }
    }
    if (follows)
        reference->ns = here;
    if (best == BASE_NONE)
        return;
    reference->name = plan->entries.at[best].object.name;
    if (reference->ns && plan->entries.at[best].object.ns)
        reference->ns = plan->entries.at[best].object.ns;
}

/* "ns/kind/name" of what is scaled: its name is that of the reference at this place. */
void part_rename_claim(Part *part, Claim *claim)
{
    Facts *facts = part->facts;
    Arena scratch = {0};
    for (uint32_t i = facts->references.len; i-- > 0;) {
        const Reference *it = &facts->references.at[i];
        if (it->object != part->object)
            break;
        if (it->place.offset != claim->place.offset)
            continue;
        Str key = arena_format(&scratch, "%.*s/%.*s/%.*s", STR_ARG(facts_text(facts, it->ns)),
                               STR_ARG(facts_text(facts, it->kind)),
                               STR_ARG(facts_text(facts, it->name)));
        claim->key = intern(facts->strings, key);
        break;
    }
    arena_free(&scratch);
}
