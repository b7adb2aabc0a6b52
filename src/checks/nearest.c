/* The nearest miss: which Pods a selector that matches nothing was probably meant
 * for.
 *
 * Classes are looked at through the lists of the selector's terms, shortest first.
 * A class that was in none of the first n lists misses at least n terms, so the
 * walk ends as soon as nothing better can come, and at the latest after a fixed
 * number of classes.  Among equals, names decide: a Pod whose name holds a word of
 * a term that it fails comes first.  Which Pods those are is found through an index
 * of the words that are asked for, made in one sweep over all names. */
#include "checks/index.h"

#include <ctype.h>

/* ---- words ---- */
/* The next run of letters and digits, in lower case; false at the end. */
enum { WORD_LONGEST = 63 };

typedef struct Words {
    Str rest;
    char lower[WORD_LONGEST];
} Words;

static bool next_word(Words *words, Str *word)
{
    Str rest = words->rest;
    while (rest.len && !is_alnum(rest.ptr[0]))
        rest = str_slice(rest.ptr + 1, rest.len - 1);
    size_t len = 0, kept = 0;
    for (; len < rest.len && is_alnum(rest.ptr[len]); len++)
        if (len < WORD_LONGEST)
            words->lower[kept++] = (char)tolower((unsigned char)rest.ptr[len]);
    words->rest = str_slice(rest.ptr + len, rest.len - len);
    *word = str_slice(words->lower, kept);
    return len > 0;
}

/* The words of a term are those of its values and of its key, whose prefix
 * ("app.kubernetes.io/") says nothing. */
typedef void (*WordUse)(void *context, Str word);

static void words_of(Str text, WordUse use, void *context)
{
    Words words = {.rest = text};
    for (Str word; next_word(&words, &word);)
        use(context, word);
}

static void words_of_values(const Facts *facts, const Term *term, WordUse use, void *context)
{
    uint32_t count = term->op == TERM_EQUALS ? 1 : term->op == TERM_IN ? term->value_count : 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t pair =
            term->op == TERM_EQUALS ? term->value : facts->term_values.at[term->value + i];
        words_of(facts_text(facts, facts_pair_value(facts, pair)), use, context);
    }
}

static void words_of_term(const Facts *facts, const Term *term, WordUse use, void *context)
{
    Str key = facts_text(facts, term->key);
    size_t slash = str_find(key, '/');
    if (slash < key.len)
        key = str_slice(key.ptr + slash + 1, key.len - slash - 1);
    words_of(key, use, context);
    words_of_values(facts, term, use, context);
}

static Str pod_name(const Facts *facts, const PodFact *pod)
{
    const Object *object = facts_object(facts, pod->object);
    return facts_text(facts, object->name ? object->name : object->generate_name);
}

/* Whether a name holds every word of a text. */
typedef struct WordSearch {
    Str name;
    bool missing;
} WordSearch;

static void search_word(void *context, Str word)
{
    WordSearch *search = context;
    Words words = {.rest = search->name};
    for (Str other; next_word(&words, &other);)
        if (str_eq(word, other))
            return;
    search->missing = true;
}

bool pod_is_named_by(const Facts *facts, const PodFact *pod, const Term *term)
{
    WordSearch search = {pod_name(facts, pod), term->op != TERM_EQUALS};
    words_of_values(facts, term, search_word, &search);
    return !search.missing;
}

typedef struct WordIndexing {
    Link *link;
    Postings *postings;
    uint32_t ns, pod;
} WordIndexing;

static void intern_word(void *context, Str word)
{
    const WordIndexing *indexing = context;
    uint32_t id = intern(indexing->link->facts->strings, word);
    seq_intern2(&indexing->postings->keys, indexing->ns, id);
}

static void put_word(void *context, Str word)
{
    const WordIndexing *indexing = context;
    uint32_t id = interner_find(indexing->link->facts->strings, word);
    uint32_t key = id == BASE_NONE ? id : seq_find2(&indexing->postings->keys, indexing->ns, id);
    if (key != BASE_NONE)
        postings_put(indexing->postings, key, indexing->pod);
}

static void sweep_names(Link *link, Postings *postings)
{
    const Facts *facts = link->facts;
    for (uint32_t i = 0; i < facts->pods.len; i++) {
        const PodFact *pod = &facts->pods.at[i];
        WordIndexing indexing = {link, postings, link->namespaces[pod->object], i};
        if (link_marks(link, indexing.ns) & MARK_WORDS)
            words_of(pod_name(facts, pod), put_word, &indexing);
    }
}

void nearest_build(Link *link)
{
    Facts *facts = link->facts;
    for (uint32_t i = 0; i < facts->selectors.len; i++) {
        if (link_selects_any(link, i))
            continue;
        const Selector *selector = &facts->selectors.at[i];
        WordIndexing indexing = {link, &link->words, link->namespaces[selector->object], BASE_NONE};
        link_mark(link, indexing.ns, MARK_WORDS);
        for (uint32_t j = 0; j < selector->term_count; j++)
            words_of_term(facts, &facts->terms.at[selector->terms + j], intern_word, &indexing);
    }
    postings_build(&link->words, link, sweep_names, NEAREST_NAMED);
}

void nearest_free(Link *link) { postings_free(&link->words); }

/* ---- the best classes ---- */
enum { NEAREST_TERMS = 64 }; /* terms whose lists are walked; more are only counted */

typedef struct Best {
    uint32_t matched, wrong, failed;
    uint32_t ties[NEAREST_VISITS];
    uint32_t tie_count;
} Best;

typedef struct TermList {
    CompiledTerm term;
    uint32_t classes;
} TermList;

typedef struct Search {
    const Link *link;
    NearestScratch *scratch;
    uint32_t ns, query;
    Seq compiled;
    TermList lists[NEAREST_TERMS]; /* of terms that some class meets, shortest first */
    uint32_t list_count;
    uint32_t unlisted;             /* terms that a class in no list may still meet */
    uint32_t visits;
    Best best;
} Search;

static void order_lists(Search *search)
{
    QueryTerms terms = query_open(search->link, search->query);
    for (CompiledTerm term; query_next(&terms, &term);) {
        uint32_t classes = term.negated ? 0 : term_postings(search->link, &term);
        if (term.negated || (classes && search->list_count == NEAREST_TERMS)) {
            search->unlisted++;
        } else if (classes) {
            uint32_t at = search->list_count++;
            for (; at > 0 && search->lists[at - 1].classes > classes; at--)
                search->lists[at] = search->lists[at - 1];
            search->lists[at] = (TermList){term, classes};
        }
    }
}

static void judge_class(Search *search, uint32_t class)
{
    uint32_t matched = 0, wrong = 0, failed = 0;
    Seq set = class_set(search->link, class), rest = search->compiled;
    for (CompiledTerm term; compiled_next(&rest, &term);) {
        if (set_meets(set, &term)) {
            matched++;
            continue;
        }
        failed++;
        wrong += set_is_wrong(search->link->facts, set, &term);
    }
    Best *best = &search->best;
    if (matched < best->matched || (matched == best->matched && wrong > best->wrong))
        return;
    if (matched > best->matched || wrong < best->wrong || best->tie_count == 0)
        *best = (Best){.matched = matched, .wrong = wrong, .failed = failed};
    best->ties[best->tie_count++] = class;
}

static void walk_lists(Search *search)
{
    NearestScratch *scratch = search->scratch;
    for (uint32_t i = 0; i < search->list_count; i++) {
        /* What was in none of the lists so far can meet only these. */
        if (search->list_count - i + search->unlisted < search->best.matched)
            return;
        const CompiledTerm *term = &search->lists[i].term;
        for (uint32_t j = 0; j < term->count; j++) {
            Seq list = postings_at(&search->link->postings, term->lists[j]);
            for (uint32_t k = 0; k < list.count; k++) {
                uint32_t class = list.at[k];
                if (search->visits == NEAREST_VISITS)
                    return;
                search->visits++;
                scratch->steps++;
                if (scratch->seen[class] == scratch->round)
                    continue;
                scratch->seen[class] = scratch->round;
                judge_class(search, class);
            }
        }
    }
}

/* ---- the best Pods among the best classes ---- */
typedef struct Choice {
    Search *search;
    const Term *term;
    uint32_t pods[NEAREST_SHOWN];
    uint32_t count, limit;
} Choice;

static bool chosen(const uint32_t *pods, uint32_t count, uint32_t pod)
{
    for (uint32_t i = 0; i < count; i++)
        if (pods[i] == pod)
            return true;
    return false;
}

/* Keeps the first by place. */
static void choose(Choice *choice, uint32_t pod)
{
    if (chosen(choice->pods, choice->count, pod))
        return;
    if (choice->count == choice->limit) {
        if (choice->limit == 0 || choice->pods[choice->limit - 1] < pod)
            return;
        choice->count--;
    }
    uint32_t at = choice->count++;
    for (; at > 0 && choice->pods[at - 1] > pod; at--)
        choice->pods[at] = choice->pods[at - 1];
    choice->pods[at] = pod;
}

static void choose_named(void *context, Str word)
{
    Choice *choice = context;
    const Search *search = choice->search;
    const Link *link = search->link;
    NearestScratch *scratch = search->scratch;
    uint32_t id = interner_find(link->facts->strings, word);
    uint32_t key = id == BASE_NONE ? id : seq_find2(&link->words.keys, search->ns, id);
    Seq list = postings_at(&link->words, key);
    uint32_t found = 0;
    for (uint32_t i = 0; i < list.count && found < NEAREST_SHOWN; i++) {
        uint32_t pod = list.at[i], pair;
        Place place;
        scratch->steps++;
        if (scratch->tied[link->pod_class[pod]] != scratch->round ||
            link_term_state(link, pod, choice->term, &pair, &place) == TERM_MET)
            continue;
        choose(choice, pod);
        found++;
    }
}

static void choose_pods(Search *search, const Selector *selector, Nearest *nearest)
{
    const Link *link = search->link;
    const Best *best = &search->best;
    for (uint32_t i = 0; i < best->tie_count; i++)
        search->scratch->tied[best->ties[i]] = search->scratch->round;
    Choice named = {.search = search, .limit = NEAREST_SHOWN};
    for (uint32_t i = 0; i < selector->term_count && i < NEAREST_TERMS; i++) {
        named.term = &link->facts->terms.at[selector->terms + i];
        words_of_term(link->facts, named.term, choose_named, &named);
    }
    Choice others = {.search = search, .limit = NEAREST_SHOWN - named.count};
    for (uint32_t i = 0; i < best->tie_count; i++) {
        Seq members = class_pods(link, best->ties[i]);
        for (uint32_t j = 0; j < members.count && j < NEAREST_SHOWN + named.count; j++) {
            search->scratch->steps++;
            if (!chosen(named.pods, named.count, members.at[j]))
                choose(&others, members.at[j]);
        }
    }
    for (uint32_t i = 0; i < named.count; i++)
        nearest->pods[nearest->count++] = named.pods[i];
    for (uint32_t i = 0; i < others.count; i++)
        nearest->pods[nearest->count++] = others.pods[i];
}

static void judge_nearest(const Search *search, const Selector *selector, Nearest *nearest)
{
    for (uint32_t i = 0; nearest->failed == 1 && i < nearest->count && !nearest->sure; i++)
        if (fails_by_mistake(search->link, selector, nearest->pods[i])) {
            nearest->sure = true;
            nearest->meant = i;
        }
}

/* ---- where no Pod meets any term ---- */
static void choose_pod(void *context, uint32_t pod) { choose(context, pod); }

/* Finds the word of a value that the fewest names hold. */
typedef struct RarestWord {
    const Search *search;
    uint32_t key, count;
} RarestWord;

static void try_word(void *context, Str word)
{
    RarestWord *rarest = context;
    const Link *link = rarest->search->link;
    uint32_t id = interner_find(link->facts->strings, word);
    uint32_t key = id == BASE_NONE ? id : seq_find2(&link->words.keys, rarest->search->ns, id);
    uint32_t count = key == BASE_NONE ? 0 : link->words.counts[key];
    if (count < rarest->count) {
        rarest->key = key;
        rarest->count = count;
    }
}

/* The Pods whose name holds all words of the value. */
static void choose_named_by_value(Choice *choice, const Term *term)
{
    const Search *search = choice->search;
    const Facts *facts = search->link->facts;
    RarestWord rarest = {search, BASE_NONE, UINT32_MAX};
    words_of_values(facts, term, try_word, &rarest);
    Seq list = postings_at(&search->link->words, rarest.key);
    uint32_t found = 0;
    for (uint32_t i = 0; i < list.count && found < NEAREST_SHOWN; i++) {
        search->scratch->steps++;
        if (!pod_is_named_by(facts, &facts->pods.at[list.at[i]], term))
            continue;
        choose(choice, list.at[i]);
        found++;
    }
}

/* Whether Pod, Service and wanted value all have one name.  A Pod without any labels
 * may be the patch of another. */
static bool shares_name(const Link *link, uint32_t index, const Selector *selector)
{
    const Facts *facts = link->facts;
    const Term *term = &facts->terms.at[selector->terms];
    const PodFact *pod = &facts->pods.at[index];
    uint32_t name = facts_object(facts, pod->object)->name;
    return term->op == TERM_EQUALS && pod->label_spans != BASE_NONE &&
           facts_pair_value(facts, term->value) == name &&
           facts_object(facts, selector->object)->name == name;
}

static void guess_pods(Search *search, const Selector *selector, Nearest *nearest)
{
    const Link *link = search->link;
    Choice near = {.search = search, .limit = NEAREST_SHOWN};
    Choice named = {.search = search, .limit = NEAREST_SHOWN};
    for (uint32_t i = 0; i < selector->term_count && i < NEAREST_TERMS; i++) {
        const Term *term = &link->facts->terms.at[selector->terms + i];
        if (runtime_is_key(facts_text(link->facts, term->key)))
            continue;
        alike_pods(link, search->ns, term, choose_pod, &near);
        choose_named_by_value(&named, term);
    }
    const Choice *choice = near.count ? &near : &named;
    for (uint32_t i = 0; i < choice->count; i++)
        nearest->pods[nearest->count++] = choice->pods[i];
    nearest->failed = selector->term_count;
    for (uint32_t i = nearest->count; selector->term_count == 1 && i-- > 0;)
        if (near.count || shares_name(link, nearest->pods[i], selector)) {
            nearest->sure = true;
            nearest->meant = i;
        }
}

static void scratch_begin(NearestScratch *scratch, const Link *link)
{
    size_t size = sizeof(uint32_t) * (link->classes.len + 1);
    if (!scratch->seen) {
        scratch->seen = mem_resize(NULL, size);
        scratch->tied = mem_resize(NULL, size);
        memset(scratch->seen, 0, size);
        memset(scratch->tied, 0, size);
    }
    scratch->round++;
}

Nearest link_nearest(const Link *link, uint32_t selector, NearestScratch *scratch)
{
    const Query *query = &link->queries.at[link->selector_query[selector]];
    scratch_begin(scratch, link);
    Search search = {.link = link, .scratch = scratch, .ns = query->ns,
                     .query = link->selector_query[selector],
                     .compiled = seq_at(&link->compiled, query->compiled)};
    const Selector *it = &link->facts->selectors.at[selector];
    order_lists(&search);
    walk_lists(&search);
    Nearest nearest = {.matched = search.best.matched, .failed = search.best.failed};
    if (search.best.tie_count) {
        choose_pods(&search, it, &nearest);
        judge_nearest(&search, it, &nearest);
    } else {
        guess_pods(&search, it, &nearest);
    }
    return nearest;
}

void nearest_scratch_free(NearestScratch *scratch)
{
    mem_free(scratch->seen);
    mem_free(scratch->tied);
    *scratch = (NearestScratch){0};
}

/* ---- how one Pod stands to one term ---- */
static bool term_names(const Facts *facts, const Term *term, uint32_t pair)
{
    if (term->op == TERM_EQUALS)
        return term->value == pair;
    for (uint32_t i = 0; i < term->value_count; i++)
        if (facts->term_values.at[term->value + i] == pair)
            return true;
    return false;
}

static Place label_place(const Facts *facts, const PodFact *pod, uint32_t index)
{
    LabelSpan label = facts->label_spans.at[pod->label_spans + index];
    if (label.size == 0)
        return facts_place(facts, pod->object, pod->place);
    return facts_place(facts, pod->object, (Span){pod->place.offset + label.offset, label.size});
}

/* A label that a controller will set: whether the class's set, which knows of those,
 * meets the term.  (The pairs exist since the selector was compiled: nothing is
 * added here.) */
static bool met_at_runtime(const Link *link, uint32_t pod, const Term *term)
{
    Facts *facts = link->facts;
    if (term->op != TERM_EQUALS || !runtime_is_key(facts_text(facts, term->key)))
        return false;
    uint32_t pairs[RUNTIME_MAX_PAIRS];
    Str value = facts_text(facts, facts_pair_value(facts, term->value));
    uint32_t count =
        runtime_term_pairs(facts, facts_text(facts, term->key), value, pairs);
    Seq set = class_set(link, link->pod_class[pod]);
    for (uint32_t i = 0; i < count; i++)
        if (set_holds(set, pairs[i]))
            return true;
    return false;
}

TermState link_term_state(const Link *link, uint32_t pod_index, const Term *term, uint32_t *pair,
                          Place *place)
{
    const Facts *facts = link->facts;
    const PodFact *pod = &facts->pods.at[pod_index];
    bool negated = term->op == TERM_NOT_IN || term->op == TERM_ABSENT;
    Seq set = seq_at(&facts->label_sets, pod->labels);
    *pair = BASE_NONE;
    *place = facts_place(facts, pod->object, pod->place);
    for (uint32_t i = 0; i < set.count; i++) {
        if (facts_pair_key(facts, set.at[i]) != term->key)
            continue;
        bool named = term->op == TERM_EXISTS || term->op == TERM_ABSENT ||
                     term_names(facts, term, set.at[i]);
        if (named != negated)
            return TERM_MET;
        *pair = set.at[i];
        *place = label_place(facts, pod, i);
        return TERM_WRONG;
    }
    return negated || met_at_runtime(link, pod_index, term) ? TERM_MET : TERM_LACKING;
}
