/* The rules that look at the whole input, by as many threads as they may have.
 *
 * What is linked is const by now and no rule waits for another, so each thread takes the next
 * rule and reports to a Diag of its own.  Findings are put together in the order of the rules,
 * whoever ran them. */
#include "checks/index.h"

#include <stdatomic.h>

#ifdef PLIMSOLL_WINDOW /* small, for tests */
enum { OBJECTS_FEWEST = 4 };
#else
enum { OBJECTS_FEWEST = 32 * 1024 }; /* fewer are not worth a thread */
#endif
enum { THREADS_MOST = 5 };      /* a few rules take most of the time */

bool checks_is_long(const Facts *facts) { return facts_object_count(facts) >= OBJECTS_FEWEST; }

/* What a rule found: so many findings of a thread, from there on. */
typedef struct Found {
    Diag *diag;
    uint32_t from, count;
} Found;

typedef struct Applying {
    const Link *link;
    Diag *diags;          /* one a thread */
    atomic_size_t threads; /* that have begun */
    atomic_size_t taken;  /* rules */
    Found *found;         /* per rule */
} Applying;

static void apply_rules(void *context)
{
    Applying *all = context;
    Diag *diag = &all->diags[atomic_fetch_add(&all->threads, 1)];
    Arena scratch = {0};
    LinkContext of_rule = {all->link, diag, &scratch};
    for (size_t i; (i = atomic_fetch_add(&all->taken, 1)) < checks_rule_count;) {
        uint32_t from = diag->findings.len;
        if (checks_rules[i]->on_link)
            checks_rules[i]->on_link(&of_rule);
        all->found[i] = (Found){diag, from, diag->findings.len - from};
        arena_reset(&scratch);
    }
    arena_free(&scratch);
}

static void take_findings(const Applying *all, Diag *diag)
{
    for (size_t i = 0; i < checks_rule_count; i++) {
        const Found *found = &all->found[i];
        if (found->count)
            vec_append(&diag->findings, found->diag->findings.at + found->from, found->count);
    }
    for (size_t i = 0; i < THREADS_MOST; i++) {
        arena_adopt(&diag->arena, &all->diags[i].arena);
        diag_free(&all->diags[i]);
    }
}

void checks_link(const Link *link, Diag *diag, uint32_t jobs)
{
    Diag diags[THREADS_MOST];
    Applying all = {.link = link,
                    .diags = jobs > 1 ? diags : diag,
                    .found = mem_zeroed(sizeof *all.found * checks_rule_count)};
    for (size_t i = 0; i < THREADS_MOST; i++)
        diags[i] = (Diag){.overrides = diag->overrides, .override_count = diag->override_count};
    threads_work(jobs < THREADS_MOST ? jobs : THREADS_MOST, false, apply_rules, &all);
    if (jobs > 1)
        take_findings(&all, diag);
    mem_free(all.found);
}
