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

/* Room for so many items, and more where it costs little. */
static void *vec_table(void *at, uint32_t *cap, uint32_t least, uint32_t wanted, size_t item_size)
{
    size_t room;
    at = mem_table(at, least * item_size, wanted * item_size, &room);
    *cap = room / item_size < UINT32_MAX ? (uint32_t)(room / item_size) : UINT32_MAX;
    return at;
}

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
    if (more == *cap)
        fatal("a table of %u rows cannot grow", *cap);
    return vec_table(at, cap, *cap + 1, more, item_size);
}

void *vec_room(void *at, uint32_t *cap, uint32_t len, uint32_t more, size_t item_size)
{
    if (more > UINT32_MAX - len)
        fatal("a table of %u rows cannot grow", len);
    uint32_t wanted = len + more;
    if (wanted <= *cap)
        return at;
    uint32_t doubled = *cap > UINT32_MAX / 2 ? UINT32_MAX : *cap * 2;
    return vec_table(at, cap, wanted, wanted > doubled ? wanted : doubled, item_size);
}
