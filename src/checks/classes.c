/* Selectors and Pods as numbers, by namespace.
 *
 * Pods that no selector of the input can tell apart are one class: a pair that no
 * term names is left out of their label sets, and where some term names the key it
 * becomes "the key with another value".  In each namespace a list of classes
 * stands behind every pair that a selector there asks for.
 *
 * Namespaces are gone through one after the other, each with its selectors and its Pods.  What
 * was met in the one at hand stands in arrays by the number of the selector, the label set or
 * the pair, and what an earlier one left there is told by its number, which is too small: so
 * nothing is searched for. */
#include "checks/index.h"

/* ---- what selectors ask for ---- */
enum { KEY_NAMED = 1, KEY_ANY = 2 };
enum { PAIR_LEFT_OUT, PAIR_NAMED };

typedef struct Projection {
    uint8_t *pairs; /* PAIR_NAMED where a term names the pair */
    uint32_t pair_count;
    uint8_t *keys;  /* per string: KEY_NAMED, KEY_ANY */
    uint32_t key_count;
    struct Projected {
        uint32_t more;     /* the one pair that a controller added, or BASE_NONE: none */
        uint32_t set;      /* what they became, or BASE_NONE: not known yet */
    } *sets;               /* per label set: the last time */
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
    size_t sets = sizeof *projection.sets * ((size_t)seq_count(&facts->label_sets) + 1);
    projection.sets = mem_resize(NULL, sets);
    memset(projection.sets, 0xFF, sets);
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
    mem_free(projection->sets);
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

/* The Pod's labels, and what its controller adds. */
static uint32_t class_set_of(Link *link, Projection *projection, const PodFact *pod,
                             const uint32_t *more, uint32_t more_count)
{
    Facts *facts = link->facts;
    vec_clear(&projection->set);
    uint32_t count = seq_at(&facts->label_sets, pod->labels).count;
    for (uint32_t i = 0; i < count; i++)
        project_pair(projection, facts, seq_at(&facts->label_sets, pod->labels).at[i]);
    for (uint32_t i = 0; i < more_count; i++)
        project_pair(projection, facts, more[i]);
    return intern_class_set(link, projection);
}

/* The same, known from the last Pod with these labels. */
static uint32_t projected(Link *link, Projection *projection, const PodFact *pod,
                          const uint32_t *more, uint32_t more_count)
{
    struct Projected *known = &projection->sets[pod->labels];
    uint32_t one = more_count ? more[0] : BASE_NONE;
    if (more_count > 1)
        return class_set_of(link, projection, pod, more, more_count);
    if (known->set == BASE_NONE || known->more != one)
        *known = (struct Projected){one, class_set_of(link, projection, pod, more, more_count)};
    return known->set;
}

/* The set of each Pod, where its class is going to be. */
static void make_sets(Link *link)
{
    Facts *facts = link->facts;
    Projection projection = projection_of(link);
    if (link->runtime_keys)
        runtime_look_up(&projection.runtime, facts, is_wanted, &projection);
    for (uint32_t i = 0; i < projection.runtime.count; i++)
        link_mark(link, projection.runtime.at[i].kind, MARK_KIND_LABELS);
    link->pod_class = mem_resize(NULL, sizeof *link->pod_class * (facts->pods.len + 1));
    for (uint32_t i = 0; i < facts->pods.len; i++) {
        const PodFact *pod = &facts->pods.at[i];
        uint32_t more[RUNTIME_MAX_PAIRS], more_count = 0;
        if (projection.runtime.count && i + OBJECT_AHEAD < facts->pods.len)
            link_expect_object(link, facts->pods.at[i + OBJECT_AHEAD].object);
        if ((pod->flags & POD_TEMPLATE) &&
            (link_marks(link, link->object_kinds[pod->object]) & MARK_KIND_LABELS))
            more_count = runtime_object_pairs(facts, &projection.runtime, pod->object, more);
        link->pod_class[i] = projected(link, &projection, pod, more, more_count);
    }
    projection_free(&projection);
}

/* ---- namespaces ---- */
static Space *space_get(Link *link, uint32_t ns)
{
    uint32_t *number = &link->space_of[ns];
    if (!*number) {
        Space space = {.ns = ns, .last_pod = BASE_NONE, .last_selector = BASE_NONE};
        vec_push(&link->spaces, space);
        *number = link->spaces.len;
    }
    return &link->spaces.at[*number - 1];
}

/* Pods and selectors of one namespace are a ring: each leads to the next, and the last, which
 * the namespace knows, to the first. */
typedef struct Rings {
    uint32_t *pods, *selectors; /* the next one of each */
} Rings;

static void ring_add(uint32_t *next, uint32_t *last, uint32_t item)
{
    next[item] = item;
    if (*last != BASE_NONE) {
        next[item] = next[*last];
        next[*last] = item;
    }
    *last = item;
}

static uint32_t ring_first(const uint32_t *next, uint32_t last)
{
    return last == BASE_NONE ? BASE_NONE : next[last];
}

static uint32_t ring_next(const uint32_t *next, uint32_t last, uint32_t at)
{
    return at == last ? BASE_NONE : next[at];
}

static Rings gather_spaces(Link *link)
{
    const Facts *facts = link->facts;
    uint32_t pods = facts->pods.len, selectors = facts->selectors.len;
    Rings rings = {mem_resize(NULL, sizeof(uint32_t) * ((size_t)pods + 1)),
                   mem_resize(NULL, sizeof(uint32_t) * ((size_t)selectors + 1))};
    link->space_count = facts->strings->strings.len;
    link->space_of = mem_sparse(sizeof *link->space_of * ((size_t)link->space_count + 1));
    for (uint32_t i = 0; i < pods; i++)
        ring_add(rings.pods, &space_get(link, link->namespaces[facts->pods.at[i].object])->last_pod, i);
    for (uint32_t i = 0; i < selectors; i++)
        ring_add(rings.selectors,
                 &space_get(link, link->namespaces[facts->selectors.at[i].object])->last_selector, i);
    return rings;
}

/* ---- queries and the lists that they ask for ---- */
/* What was met in the namespace at hand: behind the number, so that 0 is nothing. */
static uint32_t *nothing_met(uint32_t count)
{
    return mem_zeroed(sizeof(uint32_t) * ((size_t)count + 1));
}

static uint32_t key_get(Link *link, Space *space, uint32_t *keys_met, uint32_t pair)
{
    if (keys_met[pair] <= space->first_key) {
        vec_push(&link->key_pairs, pair);
        keys_met[pair] = link->key_pairs.len;
    }
    return keys_met[pair] - 1;
}

/* The pair BASE_NONE stands for all classes of a namespace: for selectors that only
 * exclude, or are empty. */
static uint32_t key_of_all(Link *link, Space *space)
{
    if (space->all_key == BASE_NONE) {
        space->all_key = link->key_pairs.len;
        vec_push(&link->key_pairs, BASE_NONE);
    }
    return space->all_key;
}

static void add_query(Link *link, Space *space, uint32_t *keys_met, uint32_t id)
{
    Query query = {.ns = space->ns, .compiled = id, .lists = link->lists.len, .class = BASE_NONE,
                   .crossing = BASE_NONE};
    Seq compiled = seq_at(&link->compiled, id);
    bool positive = false;
    vec_push(&link->lists, BASE_NONE);
    for (CompiledTerm term; compiled_next(&compiled, &term);) {
        for (uint32_t i = 0; i < term.count; i++)
            vec_push(&link->lists, term.negated ? BASE_NONE
                                                : key_get(link, space, keys_met, term.pairs[i]));
        positive |= !term.negated;
    }
    if (!positive)
        link->lists.at[query.lists] = key_of_all(link, space);
    vec_push(&link->queries, query);
}

static void make_queries(Link *link, const uint32_t *next)
{
    const Facts *facts = link->facts;
    uint32_t *queries_met = nothing_met(seq_count(&link->compiled));
    uint32_t *keys_met = nothing_met(seq_count(&facts->pairs));
    vec_reserve(&link->queries, facts->selectors.len);
    vec_reserve(&link->lists, facts->selectors.len + facts->terms.len);
    for (uint32_t i = 0; i < link->spaces.len; i++) {
        Space *space = &link->spaces.at[i];
        uint32_t first = link->queries.len, last = space->last_selector;
        space->first_key = link->key_pairs.len;
        space->all_key = BASE_NONE;
        for (uint32_t at = ring_first(next, last); at != BASE_NONE; at = ring_next(next, last, at)) {
            uint32_t *query = &link->selector_query[at]; /* its terms, until now */
            uint32_t *met = &queries_met[*query];
            if (*met <= first) {
                add_query(link, space, keys_met, *query);
                *met = link->queries.len;
            }
            *query = *met - 1;
        }
        space->keys = link->key_pairs.len - space->first_key;
    }
    mem_free(queries_met);
    mem_free(keys_met);
}

uint32_t match_key(const Link *link, uint32_t ns, uint32_t pair)
{
    const Space *space = link_space(link, ns);
    if (!space)
        return BASE_NONE;
    if (space->keys > SPACE_FEW_KEYS) {
        uint32_t found = seq_find2(&link->crowded, ns, pair);
        return found == BASE_NONE ? found : link->crowded_keys.at[found];
    }
    for (uint32_t key = space->first_key; key < space->first_key + space->keys; key++)
        if (link->key_pairs.at[key] == pair)
            return key;
    return BASE_NONE;
}

/* In small namespaces keys are gone through, in others looked up. */
static void index_keys(Link *link)
{
    for (uint32_t i = 0; i < link->spaces.len; i++) {
        const Space *space = &link->spaces.at[i];
        for (uint32_t j = 0; space->keys > SPACE_FEW_KEYS && j < space->keys; j++) {
            uint32_t key = space->first_key + j;
            seq_intern2(&link->crowded, space->ns, link->key_pairs.at[key]);
            vec_push(&link->crowded_keys, key);
        }
    }
}

/* ---- classes ---- */
static void make_classes(Link *link, const uint32_t *next)
{
    uint32_t *classes_met = nothing_met(seq_count(&link->class_sets));
    for (uint32_t i = 0; i < link->spaces.len; i++) {
        Space *space = &link->spaces.at[i];
        uint32_t last = space->last_pod;
        space->first_class = link->classes.len;
        for (uint32_t at = ring_first(next, last); at != BASE_NONE; at = ring_next(next, last, at)) {
            uint32_t *class = &link->pod_class[at]; /* its set, until now */
            uint32_t *met = &classes_met[*class];
            if (*met <= space->first_class) {
                PodClass made = {space->ns, *class};
                vec_push(&link->classes, made);
                *met = link->classes.len;
            }
            *class = *met - 1;
        }
        space->classes = link->classes.len - space->first_class;
    }
    mem_free(classes_met);
}

static void gather_members(Link *link)
{
    uint32_t classes = link->classes.len, pods = link->facts->pods.len;
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
/* Each class lies in the lists of its pairs, and in that of all. */
static void sweep_classes(Link *link, Postings *postings)
{
    uint32_t *keys_met = nothing_met(seq_count(&link->facts->pairs));
    vec_reserve(&postings->posted, link->classes.len);
    for (uint32_t i = 0; i < link->spaces.len; i++) {
        const Space *space = &link->spaces.at[i];
        for (uint32_t j = 0; j < space->keys; j++)
            if (space->first_key + j != space->all_key)
                keys_met[link->key_pairs.at[space->first_key + j]] = space->first_key + j + 1;
        for (uint32_t j = 0; space->keys && j < space->classes; j++) {
            uint32_t class = space->first_class + j;
            Seq set = class_set(link, class);
            for (uint32_t k = 0; k < set.count; k++)
                if (keys_met[set.at[k]] > space->first_key)
                    postings_put(postings, keys_met[set.at[k]] - 1, class);
            if (space->all_key != BASE_NONE)
                postings_put(postings, space->all_key, class);
        }
    }
    mem_free(keys_met);
}

/* ---- building ---- */
void classes_build(Link *link)
{
    make_sets(link);
    Rings next = gather_spaces(link);
    make_queries(link, next.selectors);
    index_keys(link);
    make_classes(link, next.pods);
    mem_free(next.pods);
    mem_free(next.selectors);
    gather_members(link);
    postings_fill(&link->postings, link, link->key_pairs.len, sweep_classes, UINT32_MAX);
}

void classes_free(Link *link)
{
    vec_free(&link->spaces);
    mem_free(link->space_of);
    vec_free(&link->queries);
    vec_free(&link->lists);
    vec_free(&link->key_pairs);
    seq_table_free(&link->crowded);
    vec_free(&link->crowded_keys);
    vec_free(&link->classes);
    seq_table_free(&link->class_sets);
    postings_free(&link->postings);
    mem_free(link->pod_class);
    mem_free(link->class_starts);
    mem_free(link->class_pods);
}
