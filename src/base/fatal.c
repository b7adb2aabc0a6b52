/* Our own failure: out of memory, or a state that cannot be.  It ends the program
 * with exit status 2; whatever a user can cause is never reported through here. */
#include "base/base.h"

#include <stdlib.h>

void fatal(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("plimsoll: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(2);
}

void *mem_resize(void *old, size_t size)
{
    void *memory = realloc(old, size ? size : 1);
    if (!memory)
        fatal("out of memory: %zu bytes were wanted", size);
    return memory;
}

void *mem_zeroed(size_t size)
{
    void *memory = calloc(size ? size : 1, 1);
    if (!memory)
        fatal("out of memory: %zu bytes were wanted", size);
    return memory;
}

void mem_free(void *memory) { free(memory); }

enum { VEC_SMALL = 4096 }; /* items */

void *vec_more(void *at, uint32_t *cap, size_t item_size)
{
#ifdef PLIMSOLL_HOSTILE /* every push moves the array, so that kept pointers show */
    uint32_t more = *cap + 1;
#else
    /* In larger steps while it is small: what is not written to costs no memory. */
    uint32_t more = *cap < 8                  ? 8
                    : *cap < VEC_SMALL        ? *cap * 4
                    : *cap > UINT32_MAX / 2   ? UINT32_MAX
                                              : *cap * 2;
#endif
    if (more == *cap || (uint64_t)more * item_size > SIZE_MAX)
        fatal("a table of %u rows cannot grow", *cap);
    *cap = more;
    return mem_resize(at, (size_t)more * item_size);
}

void *vec_room(void *at, uint32_t *cap, uint32_t len, uint32_t more, size_t item_size)
{
    if (more > UINT32_MAX - len)
        fatal("a table of %u rows cannot grow", len);
    uint32_t wanted = len + more;
    if (wanted <= *cap)
        return at;
    uint32_t doubled = *cap > UINT32_MAX / 2 ? UINT32_MAX : *cap * 2;
    *cap = wanted > doubled ? wanted : doubled;
    if ((uint64_t)*cap * item_size > SIZE_MAX)
        fatal("a table of %u rows cannot grow", len);
    return mem_resize(at, (size_t)*cap * item_size);
}
