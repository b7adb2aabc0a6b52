/* Lists of the classes that hold two pairs at once.
 *
 * Where each pair of a selector is common and few classes have both ("app=web" of many
 * tiers, "tier=db" of many apps), walking the shorter list costs its length for every such
 * selector.  Selectors of that sort ask for the two pairs together: a class with k labels
 * lies in k * k / 2 such lists at most, whatever the number of selectors, so that time
 * stays in proportion to the input. */
#include "checks/index.h"

/* The two rarest pairs that a class must hold; false where there are not two, or one of
 * them is rare enough. */
static bool rarest_pairs(const Link *link, uint32_t query, uint32_t pairs[2])
{
    uint32_t counts[2] = {UINT32_MAX, UINT32_MAX};
    QueryTerms terms = query_open(link, query);
    for (CompiledTerm term; query_next(&terms, &term);) {
        if (term.negated || term.count != 1)
            continue;
        uint32_t count = term_postings(link, &term);
        if (count < counts[0]) {
            counts[1] = counts[0];
            pairs[1] = pairs[0];
            counts[0] = count;
            pairs[0] = term.pairs[0];
        } else if (count < counts[1]) {
            counts[1] = count;
            pairs[1] = term.pairs[0];
        }
    }
    return counts[0] >= CROSS_LEAST && counts[1] != UINT32_MAX;
}

void cross_query(Link *link, uint32_t query)
{
    uint32_t ns = link->queries.at[query].ns, pairs[2] = {0};
    if (!rarest_pairs(link, query, pairs))
        return;
    bool swapped = pairs[0] > pairs[1];
    uint32_t key[3] = {ns, pairs[swapped], pairs[!swapped]};
    link->queries.at[query].crossing = seq_intern(&link->crossings.keys, key, 3);
    seq_intern2(&link->crossed, ns, pairs[0]);
    seq_intern2(&link->crossed, ns, pairs[1]);
}

/* Sets are ascending, and so are the two pairs of a key. */
static void sweep_crossings(Link *link, Postings *postings)
{
    VEC(uint32_t) asked = {0};
    for (uint32_t class = 0; class < link->classes.len; class++) {
        uint32_t ns = link->classes.at[class].ns;
        Seq set = class_set(link, class);
        asked.len = 0;
        for (uint32_t i = 0; i < set.count; i++)
            if (seq_find2(&link->crossed, ns, set.at[i]) != BASE_NONE)
                vec_push(&asked, set.at[i]);
        for (uint32_t i = 0; i < asked.len; i++)
            for (uint32_t j = i + 1; j < asked.len; j++) {
                uint32_t parts[3] = {ns, asked.at[i], asked.at[j]};
                uint32_t key = seq_find(&postings->keys, parts, 3);
                if (key != BASE_NONE)
                    postings_put(postings, key, class);
            }
    }
    vec_free(&asked);
}

void cross_build(Link *link)
{
    postings_build(&link->crossings, link, sweep_crossings, UINT32_MAX);
}

void cross_free(Link *link)
{
    postings_free(&link->crossings);
    seq_table_free(&link->crossed);
}
