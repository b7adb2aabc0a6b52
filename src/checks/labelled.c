/* Label queries beside those for Pods: which Namespaces, Nodes, ClusterRoles or parameters
 * of admission policies they match.
 *
 * A list of objects stands behind every pair that a query asks for; a query walks the
 * shortest of its lists, and a fixed number of objects at most.  Past that number the
 * answer is "unknown", and nothing is said. */
#include "checks/index.h"

/* ---- one object and one query ---- */
static bool set_has_key(const Facts *facts, Seq set, uint32_t key)
{
    for (uint32_t i = 0; i < set.count; i++)
        if (facts_pair_key(facts, set.at[i]) == key)
            return true;
    return false;
}

static bool term_is_met(const Facts *facts, const Term *term, Seq set)
{
    bool held = false;
    switch ((TermOp)term->op) {
    case TERM_EQUALS: return set_holds(set, term->value);
    case TERM_EXISTS: return set_has_key(facts, set, term->key);
    case TERM_ABSENT: return !set_has_key(facts, set, term->key);
    case TERM_IN:
    case TERM_NOT_IN:
        for (uint32_t i = 0; i < term->value_count; i++)
            held |= set_holds(set, facts->term_values.at[term->value + i]);
        return held == (term->op == TERM_IN);
    }
    return false;
}

/* Whether the object is of a kind and namespace that are asked about at all. */
static bool is_wanted(const Facts *facts, const LabelQuery *query, uint32_t labelled)
{
    const Object *object = facts_object(facts, facts->labelled.at[labelled].object);
    return !query->kind || (object->kind == query->kind && object->group == query->group &&
                            (!query->ns || object->ns == query->ns || !object->ns));
}

/* How many terms an object fails. */
static uint32_t count_failed(const Facts *facts, const LabelQuery *query, uint32_t labelled)
{
    Seq set = seq_at(&facts->label_sets, facts->labelled.at[labelled].labels);
    uint32_t failed = 0;
    for (uint32_t i = 0; i < query->term_count; i++)
        failed += !term_is_met(facts, &facts->terms.at[query->terms + i], set);
    return failed;
}

/* ---- lists ---- */
static Seq term_pairs(const Facts *facts, const Term *term)
{
    if (term->op == TERM_EQUALS)
        return (Seq){&term->value, 1};
    if (term->op == TERM_IN)
        return (Seq){facts->term_values.at + term->value, term->value_count};
    return (Seq){NULL, 0};
}

static void intern_keys(Link *link)
{
    const Facts *facts = link->facts;
    for (uint32_t i = 0; i < facts->label_queries.len; i++) {
        const LabelQuery *query = &facts->label_queries.at[i];
        for (uint32_t j = 0; j < query->term_count; j++) {
            Seq pairs = term_pairs(facts, &facts->terms.at[query->terms + j]);
            for (uint32_t k = 0; k < pairs.count; k++)
                seq_intern2(&link->labelled.keys, query->space, pairs.at[k]);
        }
        seq_intern2(&link->labelled.keys, query->space, BASE_NONE);
    }
}

/* The pair BASE_NONE stands for all objects of a space. */
static void sweep_labelled(Link *link, Postings *postings)
{
    const Facts *facts = link->facts;
    for (uint32_t i = 0; i < facts->labelled.len; i++) {
        const LabelledFact *fact = &facts->labelled.at[i];
        Seq set = seq_at(&facts->label_sets, fact->labels);
        for (uint32_t j = 0; j <= set.count; j++) {
            uint32_t pair = j < set.count ? set.at[j] : BASE_NONE;
            uint32_t key = seq_find2(&postings->keys, fact->space, pair);
            if (key != BASE_NONE)
                postings_put(postings, key, i);
        }
    }
}

enum { LABELLED_VISITS = 256 };

static Seq list_of(const Link *link, const LabelQuery *query, uint32_t pair, uint32_t *count)
{
    uint32_t key = seq_find2(&link->labelled.keys, query->space, pair);
    *count = key == BASE_NONE ? 0 : link->labelled.counts[key];
    return postings_at(&link->labelled, key);
}

/* The term whose lists are shortest, or NULL where none is positive. */
static const Term *rarest_term(const Link *link, const LabelQuery *query)
{
    const Facts *facts = link->facts;
    const Term *rarest = NULL;
    uint32_t fewest = UINT32_MAX;
    for (uint32_t i = 0; i < query->term_count; i++) {
        const Term *term = &facts->terms.at[query->terms + i];
        Seq pairs = term_pairs(facts, term);
        uint32_t sum = 0, count;
        for (uint32_t j = 0; j < pairs.count; j++) {
            list_of(link, query, pairs.at[j], &count);
            sum += count;
        }
        if (pairs.count && sum < fewest) {
            fewest = sum;
            rarest = term;
        }
    }
    return rarest;
}

LabelAnswer link_find_labelled(const Link *link, uint32_t index, uint32_t *object)
{
    static const uint32_t ALL[] = {BASE_NONE};
    const Facts *facts = link->facts;
    const LabelQuery *query = &facts->label_queries.at[index];
    const Term *term = rarest_term(link, query);
    Seq pairs = term ? term_pairs(facts, term) : (Seq){ALL, 1};
    for (uint32_t i = 0; i < pairs.count; i++) {
        uint32_t count;
        Seq list = list_of(link, query, pairs.at[i], &count);
        for (uint32_t j = 0; j < list.count; j++)
            if (is_wanted(facts, query, list.at[j]) &&
                count_failed(facts, query, list.at[j]) == 0) {
                *object = facts->labelled.at[list.at[j]].object;
                return LABELS_FOUND;
            }
        if (count > list.count)
            return LABELS_UNKNOWN;
    }
    return LABELS_NONE;
}

static bool asks_alike(const Facts *facts, const Term *term, uint32_t pair)
{
    Seq wanted = term->op == TERM_NOT_IN ? (Seq){NULL, 0} : term_pairs(facts, term);
    bool near = false;
    for (uint32_t i = 0; i < wanted.count; i++)
        near |= alike(facts_text(facts, facts_pair_value(facts, wanted.at[i])),
                      facts_text(facts, facts_pair_value(facts, pair)));
    return near;
}

/* Whether an object that fails all terms has one of the labels that are asked for, with
 * another value.  Namespaces and Nodes all have a name: there the value has to be a letter
 * away. */
static bool comes_near(const Facts *facts, const LabelQuery *query, uint32_t labelled)
{
    Seq set = seq_at(&facts->label_sets, facts->labelled.at[labelled].labels);
    for (uint32_t i = 0; i < query->term_count; i++) {
        const Term *term = &facts->terms.at[query->terms + i];
        for (uint32_t j = 0; j < set.count; j++)
            if (facts_pair_key(facts, set.at[j]) == term->key &&
                ((query->space != LABELS_NAMESPACE &&
                  !str_is(facts_text(facts, term->key), FACTS_NODE_NAME)) ||
                 asks_alike(facts, term, set.at[j])))
                return true;
    }
    return false;
}

uint32_t link_nearest_labelled(const Link *link, uint32_t index, uint32_t *failed)
{
    const Facts *facts = link->facts;
    const LabelQuery *query = &facts->label_queries.at[index];
    uint32_t count, nearest = BASE_NONE;
    Seq list = list_of(link, query, BASE_NONE, &count);
    *failed = UINT32_MAX;
    for (uint32_t i = 0; i < list.count; i++) {
        uint32_t fails = count_failed(facts, query, list.at[i]);
        if (fails < *failed && is_wanted(facts, query, list.at[i]) &&
            (fails < query->term_count || comes_near(facts, query, list.at[i]))) {
            *failed = fails;
            nearest = list.at[i];
        }
    }
    return nearest == BASE_NONE ? BASE_NONE : facts->labelled.at[nearest].object;
}

Finding *link_report_query(const LinkContext *context, const RuleInfo *rule, uint32_t index,
                           const char *what, uint32_t *nearest)
{
    const Facts *facts = link_facts(context->link);
    const LabelQuery *query = &facts->label_queries.at[index];
    *nearest = BASE_NONE;
    Finding *finding = diag_report(
        context->diag, rule, facts_place(facts, query->object, query->place), "%.*s %s",
        STR_ARG(facts_object_text(facts, query->object, context->scratch)), what);
    if (!finding)
        return NULL;
    finding->object = query->object;
    finding->path = facts_text(facts, query->path);
    finding->pointer = facts_pointer(facts, query->path, query->pointer, &context->diag->arena);
    uint32_t failed;
    *nearest = link_nearest_labelled(context->link, index, &failed);
    if (*nearest != BASE_NONE)
        diag_note(context->diag, finding, facts_name_place(facts, *nearest),
                  "%.*s comes nearest",
                  STR_ARG(facts_object_text(facts, *nearest, context->scratch)));
    return finding;
}

/* ---- one Namespace ---- */
bool link_namespace_meets(const Link *link, uint32_t index, uint32_t ns)
{
    const Facts *facts = link->facts;
    const LabelQuery *query = &facts->label_queries.at[index];
    uint32_t object = link_find(link, 0, link->namespace_kind, 0, ns);
    uint32_t labelled = object == BASE_NONE ? object : link->object_labelled[object];
    if (labelled != BASE_NONE)
        return count_failed(facts, query, labelled) == 0;
    /* One that is not declared is known by its name only. */
    uint32_t key = interner_find(facts->strings, STR(FACTS_NAMESPACE_LABEL));
    for (uint32_t i = 0; i < query->term_count; i++) {
        const Term *term = &facts->terms.at[query->terms + i];
        uint32_t pair = seq_find2(&facts->pairs, key, ns);
        if (term->key == key &&
            !term_is_met(facts, term, (Seq){&pair, pair == BASE_NONE ? 0 : 1}))
            return false;
    }
    return true;
}

bool link_space_is_empty(const Link *link, LabelSpace space)
{
    for (uint32_t i = 0; i < link->facts->labelled.len; i++)
        if (link->facts->labelled.at[i].space == space)
            return false;
    return true;
}

bool link_key_on_nodes(const Link *link, uint32_t key)
{
    return seq_find(&link->node_keys, &key, 1) != BASE_NONE;
}

static void index_keys(Link *link)
{
    const Facts *facts = link->facts;
    for (uint32_t i = 0; i < facts->labelled.len; i++) {
        const LabelledFact *fact = &facts->labelled.at[i];
        Seq set = seq_at(&facts->label_sets, fact->labels);
        for (uint32_t j = 0; j < set.count && fact->space == LABELS_NODE; j++) {
            uint32_t key = facts_pair_key(facts, set.at[j]);
            seq_intern(&link->node_keys, &key, 1);
        }
    }
}

/* ---- building ---- */
static int compare_labelled(const void *left, const void *right, void *context)
{
    const LabelledFact *a = left, *b = right;
    return link_compare_objects(context, a->object, b->object);
}

void labelled_build(Link *link)
{
    Facts *facts = link->facts;
    if (facts->labelled.len == 0 && facts->label_queries.len == 0)
        return;
    order_facts(link, facts->labelled.at, facts->labelled.len, sizeof *facts->labelled.at, 0,
                compare_labelled);
    intern_keys(link);
    postings_build(&link->labelled, link, sweep_labelled, LABELLED_VISITS);
    index_keys(link);
    uint32_t count = facts_object_count(facts);
    link->object_labelled = mem_resize(NULL, sizeof *link->object_labelled * (count + 1));
    memset(link->object_labelled, 0xFF, sizeof *link->object_labelled * (count + 1));
    for (uint32_t i = 0; i < facts->labelled.len; i++)
        link->object_labelled[facts->labelled.at[i].object] = i;
}

void labelled_free(Link *link)
{
    postings_free(&link->labelled);
    seq_table_free(&link->node_keys);
    mem_free(link->object_labelled);
}
