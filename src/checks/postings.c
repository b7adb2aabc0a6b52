/* Lists of numbers under keys: counted, then laid end to end.  A sweep puts what belongs
 * under which key, in the order that the lists are to have. */
#include "checks/index.h"

void postings_put(Postings *postings, uint32_t key, uint32_t item)
{
    if (postings->counts[key]++ < postings->cap)
        vec_push(&postings->posted, ((Posted){key, item}));
}

void postings_fill(Postings *postings, Link *link, uint32_t keys, PostingsSweep sweep,
                   uint32_t cap)
{
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

void postings_build(Postings *postings, Link *link, PostingsSweep sweep, uint32_t cap)
{
    postings_fill(postings, link, seq_count(&postings->keys), sweep, cap);
}

void postings_free(Postings *postings)
{
    seq_table_free(&postings->keys);
    mem_free(postings->starts);
    mem_free(postings->counts);
    mem_free(postings->items);
}
