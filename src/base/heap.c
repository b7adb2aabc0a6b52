/* The heap of a run that reads much.
 *
 * Memory comes from the system in pages of 4 KB, each with a fault of its own when it is
 * first written to: an eighth of the time of a check of many megabytes.  Where the system
 * has pages of 2 MB it gives them to whoever asks.  So room is taken once, with that wish,
 * and handed to malloc: what is never written to costs nothing.  A small input would pay for
 * clearing pages that it does not need: nobody calls this for one.
 *
 * Where little memory is free the system may first have to make large pages out of small
 * ones, which can take longer than they save: then they are not asked for.  Only libc's own means
 * are used, and the system may refuse any of it: then all is as it was.
 * Another libc than glibc is left as it is. */
#include "base/base.h"

#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>

enum {
    HEAP_APART = 1024 * 1024, /* behind the room, what is larger is mapped by itself */
    HEAP_MAPS = 65536,        /* as many at once as ever */
    HEAP_PAGE = 4096,
    FREE_PART = 4,            /* of all memory that has to be free */
};

static bool much_is_free(void)
{
    struct sysinfo memory;
    return !sysinfo(&memory) && memory.freeram >= memory.totalram / FREE_PART;
}

void heap_expect(size_t room)
{
    if (!much_is_free())
        return;
    /* What is given back stays with the heap, and so does its room. */
    if (!mallopt(M_MMAP_THRESHOLD, HEAP_APART) || !mallopt(M_TRIM_THRESHOLD, -1) ||
        !mallopt(M_MMAP_MAX, 0))
        return;
    char *start = malloc(room);
    (void)mallopt(M_MMAP_MAX, HEAP_MAPS);
    if (!start)
        return;
    size_t skipped = HEAP_PAGE - (uintptr_t)start % HEAP_PAGE;
    (void)madvise(start + skipped, room - HEAP_PAGE, MADV_HUGEPAGE);
    free(start);
}
#else
void heap_expect(size_t room) { (void)room; }
#endif
