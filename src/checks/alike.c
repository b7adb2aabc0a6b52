/* Names and values that resemble one another: one letter wrong, too many, missing,
 * or two neighbours swapped.
 *
 * Only what some selector or reference of the input misses is looked up, and each
 * is compared with a fixed number of candidates, so this stays linear too.  Beyond
 * that number a near name may be overlooked; nothing is claimed that is not so. */
#include "checks/index.h"

/* ---- what is alike ---- */
enum { ALIKE_SHORTEST = 4 }; /* shorter names are one edit from too many others */

/* Whether the letter at an offset is a word by itself. */
static bool is_lone(Str text, size_t at)
{
    return at < text.len && is_alnum(text.ptr[at]) &&
           (at == 0 || !is_alnum(text.ptr[at - 1])) &&
           (at + 1 == text.len || !is_alnum(text.ptr[at + 1]));
}

bool alike(Str a, Str b)
{
    if (a.len < ALIKE_SHORTEST || b.len < ALIKE_SHORTEST || a.len > b.len + 1 ||
        b.len > a.len + 1 || str_distance(a, b, 1) != 1)
        return false;
    size_t shorter = a.len < b.len ? a.len : b.len, same = 0;
    while (same < shorter && a.ptr[same] == b.ptr[same])
        same++;
    bool digit_a = same < a.len && is_digit(a.ptr[same]);
    bool digit_b = same < b.len && is_digit(b.ptr[same]);
    /* "team-a" and "team-b" are counted as "team-1" and "team-2" are. */
    return !digit_a && !digit_b && !(is_lone(a, same) && is_lone(b, same));
}

/* ---- values of labels ---- */
bool meets_nothing(const Link *link, uint32_t selector)
{
    const Query *query = &link->queries.at[link->selector_query[selector]];
    Seq rest = seq_at(&link->compiled, query->compiled);
    for (CompiledTerm term; compiled_next(&rest, &term);)
        for (uint32_t i = 0; i < term.count; i++)
            if (link_pair_in_namespace(link, query->ns, term.pairs[i]))
                return false;
    return true;
}

static void intern_value_keys(Link *link)
{
    const Facts *facts = link->facts;
    for (uint32_t i = 0; i < facts->selectors.len; i++) {
        if (link_selects_any(link, i) || !meets_nothing(link, i))
            continue;
        const Selector *selector = &facts->selectors.at[i];
        uint32_t ns = link->namespaces[selector->object];
        link_mark(link, ns, MARK_VALUES);
        for (uint32_t j = 0; j < selector->term_count; j++)
            if (facts->terms.at[selector->terms + j].op == TERM_EQUALS)
                seq_intern2(&link->values.keys, ns, facts->terms.at[selector->terms + j].key);
    }
}

/* One Pod for each value of a key: the first by place with that pair. */
static void sweep_values(Link *link, Postings *postings)
{
    const Facts *facts = link->facts;
    SeqTable met = {0}; /* (key of the list, pair) */
    for (uint32_t i = 0; i < facts->pods.len; i++) {
        const PodFact *pod = &facts->pods.at[i];
        uint32_t ns = link->namespaces[pod->object];
        if (!(link_marks(link, ns) & MARK_VALUES))
            continue;
        Seq set = seq_at(&facts->label_sets, pod->labels);
        for (uint32_t j = 0; j < set.count; j++) {
            uint32_t key = seq_find2(&postings->keys, ns, facts_pair_key(facts, set.at[j]));
            if (key == BASE_NONE || seq_find2(&met, key, set.at[j]) != BASE_NONE)
                continue;
            seq_intern2(&met, key, set.at[j]);
            postings_put(postings, key, i);
        }
    }
    seq_table_free(&met);
}

void alike_pods(const Link *link, uint32_t ns, const Term *term, PodUse use, void *context)
{
    if (term->op != TERM_EQUALS)
        return;
    const Facts *facts = link->facts;
    Str wanted = facts_text(facts, facts_pair_value(facts, term->value));
    Seq list = postings_at(&link->values, seq_find2(&link->values.keys, ns, term->key));
    for (uint32_t i = 0; i < list.count; i++) {
        uint32_t pair;
        Place place;
        if (link_term_state(link, list.at[i], term, &pair, &place) == TERM_WRONG &&
            alike(wanted, facts_text(facts, facts_pair_value(facts, pair))))
            use(context, list.at[i]);
    }
}

/* ---- names of objects ---- */
static void intern_kinds(Link *link)
{
    const Facts *facts = link->facts;
    for (uint32_t i = 0;
         (i = link_next_reference(link, i, REFERENCES_LOST)) < facts->references.len; i++) {
        const Reference *it = &facts->references.at[i];
        uint32_t key[3] = {it->group, it->kind, it->ns};
        seq_intern(&link->kinds.keys, key, 3);
    }
}

static void sweep_objects(Link *link, Postings *postings)
{
    const Facts *facts = link->facts;
    for (uint32_t i = 0; i < facts_object_count(facts); i++) {
        if (!(link_marks(link, link->object_kinds[link->objects[i]]) & MARK_KIND_MISSED))
            continue;
        const Object *object = facts_object(facts, link->objects[i]);
        uint32_t parts[3] = {object->group, object->kind, object->ns};
        if (!object->name)
            continue;
        uint32_t key = seq_find(&postings->keys, parts, 3);
        if (key != BASE_NONE)
            postings_put(postings, key, link->objects[i]);
    }
}

uint32_t link_find_alike(const Link *link, const Reference *reference)
{
    const Facts *facts = link->facts;
    uint32_t parts[3] = {reference->group, reference->kind, reference->ns};
    Str wanted = facts_text(facts, reference->name);
    Seq list = postings_at(&link->kinds, seq_find(&link->kinds.keys, parts, 3));
    for (uint32_t i = 0; i < list.count; i++)
        if (alike(wanted, facts_text(facts, facts_object(facts, list.at[i])->name)))
            return list.at[i];
    return BASE_NONE;
}

/* ---- building ---- */
void alike_build(Link *link)
{
    intern_value_keys(link);
    postings_build(&link->values, link, sweep_values, NEAREST_VALUES);
    intern_kinds(link);
    postings_build(&link->kinds, link, sweep_objects, NEAREST_VALUES);
}

void alike_free(Link *link)
{
    postings_free(&link->values);
    postings_free(&link->kinds);
}
