/* Which Pods a selector matches.
 *
 * Of the lists of classes in its namespace (classes.c) a selector walks the shortest that it
 * must meet, or, where all are long, that of two pairs (cross.c).
 * A million Pods that share one label and differ in another are thus one class to all
 * Services that ask for neither's value. */
#include "checks/index.h"

#include <stdlib.h>

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
static CompiledTerm rarest_term(const Link *link, uint32_t query, uint32_t *classes)
{
    CompiledTerm rarest = {.lists = link->lists.at + link->queries.at[query].lists, .count = 1};
    uint32_t fewest = UINT32_MAX;
    QueryTerms terms = query_open(link, query);
    for (CompiledTerm term; query_next(&terms, &term);) {
        uint32_t count = term.negated ? UINT32_MAX : term_postings(link, &term);
        if (count < fewest) {
            fewest = count;
            rarest = term;
        }
    }
    *classes = fewest == UINT32_MAX ? link->postings.counts[rarest.lists[0]] : fewest;
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
    return seq_at(&link->compiled, link->queries.at[query].compiled);
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
    uint32_t crossing = link->queries.at[query].crossing, classes;
    if (crossing != BASE_NONE) {
        visit_list(link, query_terms(link, query), postings_at(&link->crossings, crossing), visit);
        return;
    }
    CompiledTerm rarest = rarest_term(link, query, &classes);
    visit_rarest(link, query, &rarest, visit);
}

static bool keep_first(void *context, uint32_t class)
{
    *(uint32_t *)context = class;
    return false;
}

/* The first class that matches.  Where there is one to look at, that is the only one; what
 * asks for one thing is met by all of its list. */
static void match_query(Link *link, Query *query, uint32_t id, const CompiledTerm *rarest,
                        uint32_t classes)
{
    ClassVisit visit = {keep_first, &query->class, 0, 0};
    Seq compiled = seq_at(&link->compiled, query->compiled);
    query->alone = rarest->count == 1 && classes == 1;
    if (classes == 0)
        return;
    if (rarest->pairs && compiled.count == 2) {
        query->class = postings_at(&link->postings, rarest->lists[0]).at[0];
        visit.steps = 1;
    } else {
        visit_rarest(link, id, rarest, &visit);
    }
    link->steps += visit.steps;
}

static void match_queries(Link *link)
{
    for (uint32_t i = 0; i < link->queries.len; i++) {
        uint32_t classes;
        CompiledTerm rarest = rarest_term(link, i, &classes);
        if (rarest.count > 1 || classes >= CROSS_LEAST)
            cross_query(link, i);
        if (link->queries.at[i].crossing == BASE_NONE)
            match_query(link, &link->queries.at[i], i, &rarest, classes);
    }
    cross_build(link);
    for (uint32_t i = 0; i < link->queries.len && link->crossings.counts; i++) {
        Query *query = &link->queries.at[i];
        ClassVisit visit = {keep_first, &query->class, 0, 0};
        if (query->crossing != BASE_NONE)
            visit_matches(link, i, &visit);
        link->steps += visit.steps;
    }
}

static void note_matched(Link *link)
{
    uint32_t count = link->facts->selectors.len;
    link->matched = mem_resize(NULL, sizeof *link->matched * ((size_t)count + 1));
    for (uint32_t i = 0; i < count; i++)
        link->matched[i] = link->queries.at[link->selector_query[i]].class != BASE_NONE;
}

bool link_selects_any(const Link *link, uint32_t selector) { return link->matched[selector]; }

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
    uint32_t id = link->selector_query[selector];
    const Query *query = &link->queries.at[id];
    if (query->alone && query->class != BASE_NONE)
        return sample_one(link, query->class, sample);
    Sampling sampling; /* its classes are written as they come */
    sampling.link = link;
    sampling.sample = sample;
    sampling.class_count = 0;
    sampling.more = false;
    sample->count = 0;
    ClassVisit visit = {sample_class, &sampling, 0, SAMPLE_VISITS};
    visit_matches(link, id, &visit);
    sort_numbers(sample->at, sample->count);
    return !sampling.more && visit.steps < SAMPLE_VISITS;
}

bool link_pair_in_namespace(const Link *link, uint32_t ns, uint32_t pair)
{
    uint32_t key = match_key(link, ns, pair);
    return key != BASE_NONE && link->postings.counts[key] > 0;
}

/* ---- the same labels in another namespace ---- */
/* In the order of the first Pod of each class. */
static void sweep_elsewhere(Link *link, Postings *postings)
{
    uint8_t *asked = mem_zeroed(seq_count(&link->facts->pairs));
    for (uint32_t i = 0; i < seq_count(&postings->keys); i++)
        asked[seq_at(&postings->keys, i).at[0]] = 1;
    for (uint32_t pod = 0; pod < link->facts->pods.len; pod++) {
        uint32_t class = link->pod_class[pod];
        Seq set = class_set(link, class);
        for (uint32_t i = 0; i < set.count; i++)
            if (asked[set.at[i]] && class_pods(link, class).at[0] == pod)
                postings_put(postings, seq_find(&postings->keys, &set.at[i], 1), class);
    }
    mem_free(asked);
}

static void intern_elsewhere(Link *link, uint32_t query)
{
    Seq compiled = query_terms(link, query);
    for (CompiledTerm term; compiled_next(&compiled, &term);)
        for (uint32_t i = 0; !term.negated && i < term.count; i++)
            seq_intern(&link->elsewhere.keys, &term.pairs[i], 1);
}

/* For queries that match nothing, and for selectors of other namespaces. */
static void build_elsewhere(Link *link)
{
    for (uint32_t i = 0; i < link->queries.len; i++)
        if (link->queries.at[i].class == BASE_NONE)
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
    Seq compiled = query_terms(link, link->selector_query[selector]);
    CompiledTerm rarest = rarest_elsewhere(link, compiled);
    bool all = rarest.count > 0;
    for (uint32_t i = 0; i < rarest.count; i++) {
        uint32_t key = seq_find(&link->elsewhere.keys, &rarest.pairs[i], 1);
        Seq list = postings_at(&link->elsewhere, key);
        for (uint32_t j = 0; j < list.count; j++)
            if (class_matches(link, list.at[j], compiled) &&
                wanted(link, link->classes.at[list.at[j]].ns, context))
                return true;
        all &= key == BASE_NONE || link->elsewhere.counts[key] == list.count;
    }
    return !all;
}

bool link_has_pods(const Link *link, uint32_t ns)
{
    const Space *space = link_space(link, ns);
    return space && space->classes > 0;
}

uint32_t link_match_elsewhere(const Link *link, uint32_t selector)
{
    Seq compiled = query_terms(link, link->selector_query[selector]);
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
    classes_build(link);
    match_queries(link);
    note_matched(link);
    build_elsewhere(link);
}

void match_free(Link *link)
{
    seq_table_free(&link->compiled);
    mem_free(link->selector_query);
    mem_free(link->matched);
    classes_free(link);
    cross_free(link);
    postings_free(&link->elsewhere);
}

uint64_t link_match_steps(const Link *link) { return link->steps; }
uint32_t link_class_count(const Link *link) { return link->classes.len; }
