/* The rules that look at the whole input, by as many threads as they may have.
 *
 * What is linked is const by now and no rule waits for another, so each thread takes the next
 * rule and reports to a Diag of its own.  Findings are put together in the order of the rules,
 * whoever ran them. */
#include "checks/index.h"

#include <pthread.h>
#include <stdatomic.h>

#ifdef PLIMSOLL_WINDOW /* small, for tests */
enum { OBJECTS_FEWEST = 4 };
#else
enum { OBJECTS_FEWEST = 32 * 1024 }; /* fewer are not worth a thread */
#endif
enum { THREADS_MOST = 4 };      /* a few rules take most of the time */

bool checks_is_long(const Facts *facts) { return facts_object_count(facts) >= OBJECTS_FEWEST; }

/* What a rule found: so many findings of a thread, from there on. */
typedef struct Found {
    Diag *diag;
    uint32_t from, count;
} Found;

typedef struct Applying {
    const Link *link;
    atomic_size_t taken;
    Found *found;     /* per rule */
} Applying;

typedef struct ApplyThread {
    pthread_t id;
    Applying *all;
    Diag diag;
} ApplyThread;

static void apply_rules(Applying *all, Diag *diag)
{
    Arena scratch = {0};
    LinkContext context = {all->link, diag, &scratch};
    for (size_t i; (i = atomic_fetch_add(&all->taken, 1)) < checks_rule_count;) {
        uint32_t from = diag->findings.len;
        if (checks_rules[i]->on_link)
            checks_rules[i]->on_link(&context);
        all->found[i] = (Found){diag, from, diag->findings.len - from};
        arena_reset(&scratch);
    }
    arena_free(&scratch);
}

static void *apply_work(void *context)
{
    ApplyThread *thread = context;
    apply_rules(thread->all, &thread->diag);
    return NULL;
}

static void apply_with(Applying *all, Diag *diag, uint32_t jobs)
{
    ApplyThread threads[THREADS_MOST];
    uint32_t started = 0;
    /* Where no thread can be had, this one does the work. */
    for (; started + 1 < jobs && started < THREADS_MOST; started++) {
        ApplyThread *thread = &threads[started];
        thread->all = all;
        thread->diag = (Diag){.overrides = diag->overrides, .override_count = diag->override_count};
        if (pthread_create(&thread->id, NULL, apply_work, thread))
            break;
    }
    Diag own = {.overrides = diag->overrides, .override_count = diag->override_count};
    apply_rules(all, &own);
    for (uint32_t i = 0; i < started; i++)
        pthread_join(threads[i].id, NULL);
    for (size_t i = 0; i < checks_rule_count; i++) {
        const Found *found = &all->found[i];
        if (found->count)
            vec_append(&diag->findings, found->diag->findings.at + found->from, found->count);
    }
    for (uint32_t i = 0; i <= started; i++) {
        Diag *from = i < started ? &threads[i].diag : &own;
        arena_adopt(&diag->arena, &from->arena);
        diag_free(from);
    }
}

void checks_link(const Link *link, Diag *diag, uint32_t jobs)
{
    Applying all = {.link = link, .found = mem_zeroed(sizeof *all.found * checks_rule_count)};
    if (jobs > 1)
        apply_with(&all, diag, jobs);
    else
        apply_rules(&all, diag);
    mem_free(all.found);
}
