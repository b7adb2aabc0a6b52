/* Memory from the system.  Small blocks are malloc's; large ones are mapped by ourselves, for
 * two reasons.
 *
 * Tables grow, and a large one is moved to a wider place by its pages, and not copied.  And a
 * page that comes when it is first written to costs an exception; asked for with its neighbours
 * it costs a third less.  So the system is asked for the pages that are about to be written:
 * all of a block whose size is known, of a table's some more each time.  Address space is
 * free, so a table has twice of what it needs.
 *
 * Before each block stands which of both it is. */
#include "base/base.h"

#include <stdlib.h>
#include <sys/mman.h>

typedef struct Block {
    size_t ready;  /* bytes whose pages were asked for, these included; of malloc's: its size */
    size_t mapped; /* bytes of address space; 0: it is malloc's */
} Block;

enum {
    MEM_PAGE = 4096, /* where a system's are larger, it rounds for itself */
    MEM_STEP = 8 * MEM_PAGE, /* of a table: of two dozen that are still in a core's own cache when
                                they are written */
};
/* Blocks of so many bytes are mapped.  Sanitizers watch malloc's, and look for pointers
 * there: their builds have no others, so the unit tests of a plain build have to try these. */
#if defined(MREMAP_MAYMOVE) && !defined(PLIMSOLL_SANITIZED)
static const size_t MEM_LARGE = 256 * 1024;
#else
static const size_t MEM_LARGE = SIZE_MAX;
#define mremap(old, old_size, size, flags) MAP_FAILED
#endif

static Block *block_of(void *memory) { return (Block *)memory - 1; }

static size_t block_bytes(size_t size)
{
    if (size > SIZE_MAX / 4)
        fatal("an allocation of %zu bytes is too large", size);
    return size + sizeof(Block);
}

static void *checked(void *memory, size_t size)
{
    if (!memory || memory == MAP_FAILED)
        fatal("out of memory: %zu bytes were wanted", size);
    return memory;
}

static size_t round_up(size_t size) { return (size + (MEM_PAGE - 1)) & ~(size_t)(MEM_PAGE - 1); }

/* Asks for the pages up to there.  Where a system cannot be asked (Linux before 5.14), they come
 * when they are written to. */
static void block_ready(Block *block, size_t ready)
{
#ifdef MADV_POPULATE_WRITE
    size_t from = round_up(block->ready);
    if (ready > from)
        (void)madvise((char *)block + from, ready - from, MADV_POPULATE_WRITE);
#endif
    block->ready = ready;
}

static Block *block_map(size_t bytes)
{
    size_t mapped = round_up(bytes);
    Block *block = checked(
        mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), bytes);
    block->ready = sizeof *block;
    block->mapped = mapped;
    return block;
}

/* With address space for so many bytes, and what was in it. */
static Block *block_widen(Block *block, size_t bytes)
{
    if (block && block->mapped) {
        size_t mapped = round_up(bytes);
        if (mapped > block->mapped) {
            block = checked(mremap(block, block->mapped, mapped, MREMAP_MAYMOVE), bytes);
            block->mapped = mapped;
        }
        return block;
    }
    Block *wide = block_map(bytes);
    if (block) {
        block_ready(wide, block->ready);
        memcpy(wide + 1, block + 1, block->ready - sizeof *block);
        free(block);
    }
    return wide;
}

void *mem_resize(void *old, size_t size)
{
    size_t bytes = block_bytes(size);
    Block *block = old ? block_of(old) : NULL;
    if (bytes < MEM_LARGE && !(block && block->mapped)) {
        block = checked(realloc(block, bytes), size);
        *block = (Block){.ready = bytes};
        return block + 1;
    }
    block = block_widen(block, bytes);
    if (!old)
        block_ready(block, block->mapped);
    return block + 1;
}

static void *zeroed(size_t size, bool written)
{
    size_t bytes = block_bytes(size);
    Block *block;
    if (bytes < MEM_LARGE) {
        block = checked(calloc(bytes, 1), size);
        block->ready = bytes;
    } else {
        block = block_map(bytes);
        if (written)
            block_ready(block, block->mapped);
    }
    return block + 1;
}

void *mem_zeroed(size_t size) { return zeroed(size, true); }

void *mem_sparse(size_t size) { return zeroed(size, false); }

void mem_free(void *memory)
{
    Block *block = memory ? block_of(memory) : NULL;
    if (block && block->mapped)
        (void)munmap(block, block->mapped);
    else
        free(block);
}

size_t mem_extend(void *memory, size_t least)
{
    Block *block = block_of(memory);
    size_t bytes = block_bytes(least);
    if (bytes > block->mapped)
        return 0;
    size_t next = block->ready + MEM_STEP, ready = round_up(next > bytes ? next : bytes);
    block_ready(block, ready < block->mapped ? ready : block->mapped);
    return block->ready - sizeof *block;
}

void *mem_table(void *old, size_t least, size_t wanted, size_t *room)
{
    size_t bytes = block_bytes(wanted > least ? wanted : least);
    *room = bytes - sizeof(Block);
    if (bytes < MEM_LARGE)
        return mem_resize(old, *room);
    Block *block = old ? block_of(old) : NULL;
    if (!block || block_bytes(least) > block->mapped)
        block = block_widen(block, bytes);
    *room = mem_extend(block + 1, least);
    return block + 1;
}
