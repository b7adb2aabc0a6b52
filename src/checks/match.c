/* Which Pods a selector matches.
 *
 * Pods that no selector of the input can tell apart are one class: a pair that no
 * term names is left out of their label sets, and where some term names the key it
 * becomes "the key with another value".  In each namespace a list of classes
 * stands behind every pair that a selector there asks for; a selector walks the
 * shortest list that it must meet, or, where all are long, that of two pairs (cross.c).
 * A million Pods that share one label and differ in another are thus one class to all
 * Services that ask for neither's value. */
#include "checks/index.h"

#include <stdlib.h>

/* ---- lists ---- */
void postings_put(Postings *postings, uint32_t key, uint32_t item)
{
    if (postings->counts[key]++ < postings->cap)
        vec_push(&postings->posted, ((Posted){key, item}));
}

void postings_build(Postings *postings, Link *link, PostingsSweep sweep, uint32_t cap)
{
    uint32_t keys = seq_count(&postings->keys);
    postings->counts = mem_zeroed(((size_t)keys + 1) * sizeof(uint32_t));
    postings->starts = mem_zeroed(((size_t)keys + 2) * sizeof(uint32_t));
    postings->cap = cap;
    if (keys)
        sweep(link, postings);
    /* starts[k + 1] is where list k goes on: at the end it is where k + 1 starts. */
    for (uint32_t key = 0; key < keys; key++) {
        uint32_t kept = postings->counts[key] < cap ? postings->counts[key] : cap;
        postings->starts[key + 2] = postings->starts[key + 1] + kept;
    }
    postings->items = mem_resize(NULL, ((size_t)postings->posted.len + 1) * sizeof(uint32_t));
    for (uint32_t i = 0; i < postings->posted.len; i++) {
        Posted posted = postings->posted.at[i];
        postings->items[postings->starts[posted.key + 1]++] = posted.item;
    }
    vec_free(&postings->posted);
}

void postings_free(Postings *postings)
{
    seq_table_free(&postings->keys);
    mem_free(postings->starts);
    mem_free(postings->counts);
    mem_free(postings->items);
}

/* ---- what selectors ask for ---- */
enum { KEY_NAMED = 1, KEY_ANY = 2 };
enum { PAIR_LEFT_OUT, PAIR_NAMED };

typedef struct Projection {
    uint8_t *pairs; /* PAIR_NAMED where a term names the pair */
    uint32_t pair_count;
    uint8_t *keys;  /* per string: KEY_NAMED, KEY_ANY */
    uint32_t key_count;
    VEC(uint32_t) set;
    RuntimeRows runtime; /* where some selector asks for labels that only controllers set */
} Projection;

static Projection projection_of(const Link *link)
{
    const Facts *facts = link->facts;
    Projection projection = {
        .pair_count = seq_count(&facts->pairs),
        .key_count = facts->strings->strings.len,
    };
    projection.pairs = mem_zeroed((size_t)projection.pair_count + 1);
    projection.keys = mem_zeroed((size_t)projection.key_count + 1);
    for (uint32_t i = 0; i < seq_count(&link->compiled); i++) {
        Seq compiled = seq_at(&link->compiled, i);
        for (CompiledTerm term; compiled_next(&compiled, &term);)
            for (uint32_t j = 0; j < term.count; j++) {
                uint32_t pair = term.pairs[j];
                bool any = facts_pair_value(facts, pair) == PAIR_ANY_VALUE;
                projection.pairs[pair] = PAIR_NAMED;
                projection.keys[facts_pair_key(facts, pair)] |= any ? KEY_ANY : KEY_NAMED;
            }
    }
    return projection;
}

static void projection_free(Projection *projection)
{
    mem_free(projection->pairs);
    mem_free(projection->keys);
    vec_free(&projection->set);
}

static void project_pair(Projection *projection, Facts *facts, uint32_t pair)
{
    uint32_t key = facts_pair_key(facts, pair);
    uint8_t wanted = projection->keys[key];
    if (pair < projection->pair_count && projection->pairs[pair])
        vec_push(&projection->set, pair);
    else if (wanted)
        vec_push(&projection->set, seq_intern2(&facts->pairs, key, PAIR_OTHER_VALUE));
    if (wanted & KEY_ANY)
        vec_push(&projection->set, seq_intern2(&facts->pairs, key, PAIR_ANY_VALUE));
}

/* Makes the set that was gathered ascending and without repetition, and interns it. */
static uint32_t intern_class_set(Link *link, Projection *projection)
{
    uint32_t *set = projection->set.at, count = projection->set.len, kept = 0;
    sort_numbers(set, count);
    for (uint32_t i = 0; i < count; i++)
        if (i == 0 || set[i] != set[i - 1])
            set[kept++] = set[i];
    return seq_intern(&link->class_sets, set, kept);
}

/* Whether some selector asks for the key. */
static bool is_wanted(const void *context, uint32_t key)
{
    const Projection *projection = context;
    return key < projection->key_count && projection->keys[key];
}

/* ---- classes ---- */
static uint32_t class_set_of(Link *link, Projection *projection, const PodFact *pod, bool runtime)
{
    Facts *facts = link->facts;
    vec_clear(&projection->set);
    uint32_t count = seq_at(&facts->label_sets, pod->labels).count;
    for (uint32_t i = 0; i < count; i++)
        project_pair(projection, facts, seq_at(&facts->label_sets, pod->labels).at[i]);
    if (runtime) {
        uint32_t pairs[RUNTIME_MAX_PAIRS];
        uint32_t pair_count =
            runtime_object_pairs(facts, &projection->runtime, pod->object, pairs);
        for (uint32_t i = 0; i < pair_count; i++)
            project_pair(projection, facts, pairs[i]);
    }
    return intern_class_set(link, projection);
}

static void make_classes(Link *link)
{
    Facts *facts = link->facts;
    Projection projection = projection_of(link);
    if (link->runtime_keys)
        runtime_look_up(&projection.runtime, facts, is_wanted, &projection);
    link->pod_class = mem_resize(NULL, sizeof *link->pod_class * (facts->pods.len + 1));
    seq_table_expect(&link->class_sets, facts->pods.len);
    seq_table_expect(&link->classes, facts->pods.len);
    uint32_t sets = seq_count(&facts->label_sets);
    uint32_t *projected = mem_resize(NULL, sizeof *projected * (sets + 1));
    memset(projected, 0xFF, sizeof *projected * (sets + 1));
    uint32_t met = BASE_NONE; /* the namespace of the one before */
    for (uint32_t i = 0; i < facts->pods.len; i++) {
        const PodFact *pod = &facts->pods.at[i];
        bool runtime = link->runtime_keys && (pod->flags & POD_TEMPLATE);
        uint32_t set = runtime ? BASE_NONE : projected[pod->labels];
        if (set == BASE_NONE)
            set = class_set_of(link, &projection, pod, runtime);
        if (!runtime)
            projected[pod->labels] = set;
        uint32_t ns = facts_object(facts, pod->object)->ns;
        link->pod_class[i] = seq_intern2(&link->classes, ns, set);
        if (ns != met)
            seq_intern(&link->pod_namespaces, &ns, 1);
        met = ns;
    }
    mem_free(projected);
    projection_free(&projection);
}

static void gather_members(Link *link)
{
    uint32_t classes = seq_count(&link->classes), pods = link->facts->pods.len;
    uint32_t *starts = mem_zeroed(((size_t)classes + 2) * sizeof *starts);
    for (uint32_t i = 0; i < pods; i++)
        starts[link->pod_class[i] + 2]++;
    for (uint32_t i = 0; i < classes; i++)
        starts[i + 2] += starts[i + 1];
    link->class_pods = mem_resize(NULL, sizeof *link->class_pods * (pods + 1));
    /* starts[c + 1] is where class c goes on: at the end it is where c + 1 starts. */
    for (uint32_t i = 0; i < pods; i++)
        link->class_pods[starts[link->pod_class[i] + 1]++] = i;
    link->class_starts = starts;
}

/* ---- lists of classes ---- */
/* The pair BASE_NONE stands for all classes of a namespace: for selectors that only
 * exclude, or are empty.  What each query asks for is looked up here once. */
static void intern_posting_keys(Link *link)
{
    uint32_t count = seq_count(&link->queries);
    link->query_lists = mem_resize(NULL, sizeof *link->query_lists * (count + 1));
    seq_table_expect(&link->postings.keys, count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t ns = seq_at(&link->queries, i).at[0], first = link->lists.len;
        Seq compiled = seq_at(&link->compiled, seq_at(&link->queries, i).at[1]);
        bool positive = false;
        link->query_lists[i] = first;
        vec_push(&link->lists, BASE_NONE);
        for (CompiledTerm term; compiled_next(&compiled, &term);) {
            vec_push(&link->lists, BASE_NONE); /* the head's */
            for (uint32_t j = 0; j < term.count; j++)
                vec_push(&link->lists,
                         term.negated ? BASE_NONE
                                      : seq_intern2(&link->postings.keys, ns, term.pairs[j]));
            positive |= !term.negated;
        }
        if (!positive)
            link->lists.at[first] = seq_intern2(&link->postings.keys, ns, BASE_NONE);
    }
}

static void sweep_classes(Link *link, Postings *postings)
{
    for (uint32_t class = 0; class < seq_count(&link->classes); class++) {
        uint32_t ns = seq_at(&link->classes, class).at[0];
        Seq set = class_set(link, class);
        for (uint32_t i = 0; i <= set.count; i++) {
            uint32_t pair = i < set.count ? set.at[i] : BASE_NONE;
            uint32_t key = seq_find2(&postings->keys, ns, pair);
            if (key != BASE_NONE)
                postings_put(postings, key, class);
        }
    }
}

uint32_t term_postings(const Link *link, const CompiledTerm *term)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < term->count; i++)
        sum += link->postings.counts[term->lists[i]];
    return sum;
}

/* ---- matching ---- */
static bool class_matches(const Link *link, uint32_t class, Seq compiled)
{
    Seq set = class_set(link, class);
    for (CompiledTerm term; compiled_next(&compiled, &term);)
        if (!set_meets(set, &term))
            return false;
    return true;
}

/* The term whose lists hold the fewest classes; all classes where no term is positive. */
static CompiledTerm rarest_term(const Link *link, uint32_t query)
{
    CompiledTerm rarest = {.lists = link->lists.at + link->query_lists[query], .count = 1};
    uint32_t fewest = UINT32_MAX;
    QueryTerms terms = query_open(link, query);
    for (CompiledTerm term; query_next(&terms, &term);) {
        uint32_t count = term.negated ? UINT32_MAX : term_postings(link, &term);
        if (count < fewest) {
            fewest = count;
            rarest = term;
        }
    }
    return rarest;
}

/* Calls back for each class that matches, until told to stop.  A class may come
 * twice where a term has several pairs. */
typedef struct ClassVisit {
    bool (*visit)(void *context, uint32_t class); /* false: enough */
    void *context;
    uint64_t steps;
    uint64_t limit; /* of steps; 0: none */
} ClassVisit;

enum { SAMPLE_VISITS = 256 }; /* classes looked at for one sample */

/* False where the visit is over. */
static bool visit_list(const Link *link, Seq compiled, Seq list, ClassVisit *visit)
{
    for (uint32_t i = 0; i < list.count; i++) {
        if (visit->limit && visit->steps == visit->limit)
            return false;
        visit->steps++;
        if (class_matches(link, list.at[i], compiled) &&
            !visit->visit(visit->context, list.at[i]))
            return false;
    }
    return true;
}

static Seq query_terms(const Link *link, uint32_t query)
{
    return seq_at(&link->compiled, seq_at(&link->queries, query).at[1]);
}

static void visit_rarest(const Link *link, uint32_t query, const CompiledTerm *rarest,
                         ClassVisit *visit)
{
    for (uint32_t i = 0; i < rarest->count; i++)
        if (!visit_list(link, query_terms(link, query),
                        postings_at(&link->postings, rarest->lists[i]), visit))
            return;
}

static void visit_matches(const Link *link, uint32_t query, ClassVisit *visit)
{
    uint32_t crossing = link->query_crossing[query];
    if (crossing != BASE_NONE) {
        visit_list(link, query_terms(link, query), postings_at(&link->crossings, crossing), visit);
        return;
    }
    CompiledTerm rarest = rarest_term(link, query);
    visit_rarest(link, query, &rarest, visit);
}

static bool keep_first(void *context, uint32_t class)
{
    *(uint32_t *)context = class;
    return false;
}

/* The first class of each query that matches.  Where a query has one class to look at, that
 * is the only one. */
static void match_queries(Link *link)
{
    uint32_t count = seq_count(&link->queries);
    link->query_class = mem_resize(NULL, sizeof *link->query_class * (count + 1));
    link->query_alone = mem_resize(NULL, sizeof *link->query_alone * (count + 1));
    for (uint32_t i = 0; i < count; i++) {
        link->query_class[i] = BASE_NONE;
        link->query_alone[i] = false;
        ClassVisit visit = {keep_first, &link->query_class[i], 0, 0};
        if (link->query_crossing[i] != BASE_NONE) {
            visit_matches(link, i, &visit);
        } else {
            CompiledTerm rarest = rarest_term(link, i);
            link->query_alone[i] =
                rarest.count == 1 && link->postings.counts[rarest.lists[0]] == 1;
            visit_rarest(link, i, &rarest, &visit);
        }
        link->steps += visit.steps;
    }
}

bool link_selects_any(const Link *link, uint32_t selector)
{
    return link->query_class[link->selector_query[selector]] != BASE_NONE;
}

typedef VEC(uint32_t) ClassList;

static bool keep_all(void *context, uint32_t class)
{
    ClassList *list = context;
    vec_push(list, class);
    return true;
}

PodList link_select(const Link *link, uint32_t selector, Arena *arena)
{
    ClassList classes = {0};
    ClassVisit visit = {keep_all, &classes, 0, 0};
    visit_matches(link, link->selector_query[selector], &visit);
    sort_numbers(classes.at, classes.len);
    PodList pods = {0};
    for (uint32_t i = 0; i < classes.len; i++)
        pods.count += class_pods(link, classes.at[i]).count;
    pods.at = arena_alloc(arena, sizeof *pods.at * (pods.count + 1));
    pods.count = 0;
    for (uint32_t i = 0; i < classes.len; i++) {
        if (i > 0 && classes.at[i] == classes.at[i - 1])
            continue;
        Seq members = class_pods(link, classes.at[i]);
        if (members.count)
            memcpy(pods.at + pods.count, members.at, sizeof *pods.at * members.count);
        pods.count += members.count;
    }
    vec_free(&classes);
    sort_numbers(pods.at, pods.count);
    return pods;
}

/* ---- some of the Pods ---- */
typedef struct Sampling {
    const Link *link;
    PodSample *sample;
    uint32_t classes[POD_SAMPLE];
    uint32_t class_count;
    bool more;
} Sampling;

static bool sample_class(void *context, uint32_t class)
{
    Sampling *sampling = context;
    PodSample *sample = sampling->sample;
    for (uint32_t i = 0; i < sampling->class_count; i++)
        if (sampling->classes[i] == class)
            return true;
    Seq members = class_pods(sampling->link, class);
    for (uint32_t i = 0; i < members.count && sample->count < POD_SAMPLE; i++)
        sample->at[sample->count++] = members.at[i];
    sampling->classes[sampling->class_count++] = class;
    sampling->more = sample->count == POD_SAMPLE;
    return !sampling->more;
}

/* The Pods of one class; false where there may be more. */
static bool sample_one(const Link *link, uint32_t class, PodSample *sample)
{
    Seq members = class_pods(link, class);
    sample->count = members.count < POD_SAMPLE ? members.count : POD_SAMPLE;
    memcpy(sample->at, members.at, sizeof *sample->at * sample->count);
    return sample->count < POD_SAMPLE;
}

bool link_sample(const Link *link, uint32_t selector, PodSample *sample)
{
    uint32_t query = link->selector_query[selector];
    if (link->query_alone[query] && link->query_class[query] != BASE_NONE)
        return sample_one(link, link->query_class[query], sample);
    Sampling sampling; /* its classes are written as they come */
    sampling.link = link;
    sampling.sample = sample;
    sampling.class_count = 0;
    sampling.more = false;
    sample->count = 0;
    ClassVisit visit = {sample_class, &sampling, 0, SAMPLE_VISITS};
    visit_matches(link, query, &visit);
    sort_numbers(sample->at, sample->count);
    return !sampling.more && visit.steps < SAMPLE_VISITS;
}

bool link_pair_in_namespace(const Link *link, uint32_t ns, uint32_t pair)
{
    uint32_t key = seq_find2(&link->postings.keys, ns, pair);
    return key != BASE_NONE && link->postings.counts[key] > 0;
}

/* ---- the same labels in another namespace ---- */
static void sweep_elsewhere(Link *link, Postings *postings)
{
    for (uint32_t class = 0; class < seq_count(&link->classes); class++) {
        Seq set = class_set(link, class);
        for (uint32_t i = 0; i < set.count; i++) {
            uint32_t key = seq_find(&postings->keys, &set.at[i], 1);
            if (key != BASE_NONE)
                postings_put(postings, key, class);
        }
    }
}

static void intern_elsewhere(Link *link, uint32_t query)
{
    Seq compiled = seq_at(&link->compiled, seq_at(&link->queries, query).at[1]);
    for (CompiledTerm term; compiled_next(&compiled, &term);)
        for (uint32_t i = 0; !term.negated && i < term.count; i++)
            seq_intern(&link->elsewhere.keys, &term.pairs[i], 1);
}

static void build_elsewhere(Link *link)
{
    for (uint32_t i = 0; i < seq_count(&link->queries); i++)
        if (link->query_class[i] == BASE_NONE)
            intern_elsewhere(link, i);
    for (uint32_t i = 0; i < link->facts->selectors.len; i++)
        if (link->facts->selectors.at[i].anywhere)
            intern_elsewhere(link, link->selector_query[i]);
    postings_build(&link->elsewhere, link, sweep_elsewhere, NEAREST_VISITS);
}

static uint32_t count_elsewhere(const Link *link, const CompiledTerm *term)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < term->count; i++) {
        uint32_t key = seq_find(&link->elsewhere.keys, &term->pairs[i], 1);
        sum += key == BASE_NONE ? 0 : link->elsewhere.counts[key];
    }
    return sum;
}

static CompiledTerm rarest_elsewhere(const Link *link, Seq compiled)
{
    CompiledTerm rarest = {0};
    uint32_t fewest = UINT32_MAX;
    for (CompiledTerm term; compiled_next(&compiled, &term);) {
        uint32_t count = term.negated ? UINT32_MAX : count_elsewhere(link, &term);
        if (count < fewest) {
            fewest = count;
            rarest = term;
        }
    }
    return rarest;
}

bool link_selects_anywhere(const Link *link, uint32_t selector, NamespaceTest wanted,
                           void *context)
{
    Seq query = seq_at(&link->queries, link->selector_query[selector]);
    Seq compiled = seq_at(&link->compiled, query.at[1]);
    CompiledTerm rarest = rarest_elsewhere(link, compiled);
    bool all = rarest.count > 0;
    for (uint32_t i = 0; i < rarest.count; i++) {
        uint32_t key = seq_find(&link->elsewhere.keys, &rarest.pairs[i], 1);
        Seq list = postings_at(&link->elsewhere, key);
        for (uint32_t j = 0; j < list.count; j++)
            if (class_matches(link, list.at[j], compiled) &&
                wanted(link, seq_at(&link->classes, list.at[j]).at[0], context))
                return true;
        all &= key == BASE_NONE || link->elsewhere.counts[key] == list.count;
    }
    return !all;
}

bool link_has_pods(const Link *link, uint32_t ns)
{
    return seq_find(&link->pod_namespaces, &ns, 1) != BASE_NONE;
}

uint32_t link_match_elsewhere(const Link *link, uint32_t selector)
{
    Seq query = seq_at(&link->queries, link->selector_query[selector]);
    Seq compiled = seq_at(&link->compiled, query.at[1]);
    CompiledTerm rarest = rarest_elsewhere(link, compiled);
    uint32_t found = BASE_NONE;
    for (uint32_t i = 0; i < rarest.count; i++) {
        uint32_t key = seq_find(&link->elsewhere.keys, &rarest.pairs[i], 1);
        Seq list = postings_at(&link->elsewhere, key);
        for (uint32_t j = 0; j < list.count; j++) {
            uint32_t pod = class_pods(link, list.at[j]).at[0];
            if (pod < found && class_matches(link, list.at[j], compiled))
                found = pod;
        }
    }
    return found;
}

/* ---- building ---- */
void match_build(Link *link)
{
    compile_selectors(link);
    make_classes(link);
    gather_members(link);
    intern_posting_keys(link);
    postings_build(&link->postings, link, sweep_classes, UINT32_MAX);
    cross_build(link);
    match_queries(link);
    build_elsewhere(link);
}

void match_free(Link *link)
{
    seq_table_free(&link->compiled);
    seq_table_free(&link->queries);
    mem_free(link->query_lists);
    vec_free(&link->lists);
    seq_table_free(&link->class_sets);
    seq_table_free(&link->classes);
    seq_table_free(&link->pod_namespaces);
    postings_free(&link->postings);
    cross_free(link);
    postings_free(&link->elsewhere);
    mem_free(link->selector_query);
    mem_free(link->query_class);
    mem_free(link->query_alone);
    mem_free(link->pod_class);
    mem_free(link->class_starts);
    mem_free(link->class_pods);
}

uint64_t link_match_steps(const Link *link) { return link->steps; }
uint32_t link_class_count(const Link *link) { return seq_count(&link->classes); }
