/* Several threads at one work, which they share out among themselves. */
#include "base/base.h"

#include <pthread.h>

typedef struct Shared {
    ThreadWork *work;
    void *context;
    bool apart;
} Shared;

/* Nobody cancels a thread.  Where it could be done at any time the C library has nothing to note
 * around each system call, which it does with two locked instructions otherwise. */
static void cancel_at_any_time(void) { pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL); }

static void *begin(void *context)
{
    const Shared *shared = context;
    cancel_at_any_time();
    if (shared->apart)
        file_table_apart();
    shared->work(shared->context);
    return NULL;
}

void threads_work(uint32_t jobs, bool apart, ThreadWork *work, void *context)
{
    Shared shared = {work, context, apart};
    pthread_t *threads = mem_resize(NULL, sizeof *threads * ((size_t)jobs + 1));
    uint32_t started = 0;
    while (started + 1 < jobs && !pthread_create(&threads[started], NULL, begin, &shared))
        started++;
    cancel_at_any_time();
    work(context);
    for (uint32_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    mem_free(threads);
}
