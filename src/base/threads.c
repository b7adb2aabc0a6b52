/* Several threads at one work, which they share out among themselves.
 *
 * What they are started for is a matter of milliseconds.  Left to the system, a new thread may
 * stand behind the one that started it, on the same processor, until a tick of its clock comes
 * to move it: two milliseconds, four times of five on some machines, while another processor has
 * nothing to do.  So a thread begins on another processor, and may go where it likes from then
 * on. */
#include "base/base.h"

#include <pthread.h>
#include <sched.h>

struct Thread {
    pthread_t id;
    ThreadWork *work;
    void *context;
    bool apart;
#ifdef __GLIBC__
    cpu_set_t usable; /* processors; none where it begins anywhere */
#endif
};

/* Nobody cancels a thread.  Where it could be done at any time the C library has nothing to note
 * around each system call, which it does with two locked instructions otherwise. */
static void cancel_at_any_time(void) { pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL); }

#ifdef __GLIBC__
/* Where no other processor can be had the thread begins like any other. */
static void begin_elsewhere(Thread *thread, pthread_attr_t *how)
{
    cpu_set_t others;
    int here = sched_getcpu();
    CPU_ZERO(&thread->usable);
    if (here < 0 || sched_getaffinity(0, sizeof others, &others))
        return;
    cpu_set_t usable = others;
    CPU_CLR((size_t)here, &others);
    if (CPU_COUNT(&others) && !pthread_attr_setaffinity_np(how, sizeof others, &others))
        thread->usable = usable;
}

static void go_anywhere(const Thread *thread)
{
    if (CPU_COUNT(&thread->usable))
        (void)sched_setaffinity(0, sizeof thread->usable, &thread->usable);
}
#else
static void begin_elsewhere(Thread *thread, pthread_attr_t *how) { (void)thread, (void)how; }
static void go_anywhere(const Thread *thread) { (void)thread; }
#endif

static void *begin(void *context)
{
    const Thread *thread = context;
    go_anywhere(thread);
    cancel_at_any_time();
    if (thread->apart)
        file_table_apart();
    thread->work(thread->context);
    return NULL;
}

Thread *thread_start(bool apart, ThreadWork *work, void *context)
{
    Thread *thread = mem_resize(NULL, sizeof *thread);
    pthread_attr_t how;
    *thread = (Thread){.work = work, .context = context, .apart = apart};
    pthread_attr_init(&how);
    begin_elsewhere(thread, &how);
    bool started = !pthread_create(&thread->id, &how, begin, thread);
    /* The processors may have been taken away from us meanwhile. */
    if (!started)
        started = !pthread_create(&thread->id, NULL, begin, thread);
    pthread_attr_destroy(&how);
    if (started)
        return thread;
    mem_free(thread);
    return NULL;
}

void thread_join(Thread *thread)
{
    pthread_join(thread->id, NULL);
    mem_free(thread);
}

void threads_work(uint32_t jobs, bool apart, ThreadWork *work, void *context)
{
    Thread **threads = mem_resize(NULL, sizeof *threads * ((size_t)jobs + 1));
    uint32_t started = 0;
    while (started + 1 < jobs && (threads[started] = thread_start(apart, work, context)) != NULL)
        started++;
    cancel_at_any_time();
    work(context);
    for (uint32_t i = 0; i < started; i++)
        thread_join(threads[i]);
    mem_free(threads);
}
