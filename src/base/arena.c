/* Arenas: bump allocation with one lifetime.  Blocks double in size and are kept
 * over a reset; a warm arena never asks malloc again. */
#include "base/base.h"

enum {
    ARENA_ALIGN = sizeof(max_align_t) > 16 ? 16 : sizeof(max_align_t),
#ifdef PLIMSOLL_HOSTILE
    ARENA_FIRST_BLOCK = 64,
#else
    ARENA_FIRST_BLOCK = 2 * 1024, /* one small file needs a dozen arenas, and little of each */
#endif
    ARENA_LARGEST_STEP = 4 * 1024 * 1024,
};

struct ArenaBlock {
    ArenaBlock *next;
    size_t size; /* of bytes */
    _Alignas(max_align_t) char bytes[];
};

static size_t arena_round(size_t size)
{
    if (size > SIZE_MAX / 2)
        fatal("an allocation of %zu bytes is too large", size);
    return (size + (ARENA_ALIGN - 1)) & ~(size_t)(ARENA_ALIGN - 1);
}

/* Room for size: more of the current block, or one behind it, an old one if it is large
 * enough, else a new one in its place. */
static void arena_next_block(Arena *arena, size_t size)
{
    ArenaBlock *current = arena->current;
    size_t room = current ? mem_extend(current, sizeof *current + arena->used + size) : 0;
    if (room) {
        current->size = room - sizeof *current;
        return;
    }
    ArenaBlock **link = current ? &current->next : &arena->first;
    if (!*link || (*link)->size < size) {
        size_t want = current ? current->size * 2 : ARENA_FIRST_BLOCK;
        if (want > ARENA_LARGEST_STEP)
            want = ARENA_LARGEST_STEP;
        if (want < size)
            want = arena_round(size);
        ArenaBlock *block = mem_table(NULL, sizeof *block + size, sizeof *block + want, &room);
        block->size = room - sizeof *block;
        ArenaBlock *small = *link; /* of no use to who asks for so much */
        block->next = small ? small->next : NULL;
        mem_free(small);
        *link = block;
    }
    arena->current = *link;
    arena->used = 0;
}

/* Where the last one ended. */
static void *arena_bytes(Arena *arena, size_t size)
{
    if (!arena->current || arena->current->size - arena->used < size)
        arena_next_block(arena, size);
    void *memory = arena->current->bytes + arena->used;
    arena->used += size;
    return memory;
}

void *arena_alloc(Arena *arena, size_t size)
{
    arena->used = arena_round(arena->used); /* behind a text; a block's size is such a number */
    return arena_bytes(arena, arena_round(size));
}

void *arena_zero(Arena *arena, size_t size)
{
    return memset(arena_alloc(arena, size), 0, size);
}

void *arena_grow(Arena *arena, void *old, size_t old_size, size_t new_size)
{
    size_t old_round = arena_round(old_size);
    size_t new_round = arena_round(new_size);
    ArenaBlock *block = arena->current;
    if (old && block && (char *)old + old_round == block->bytes + arena->used &&
        block->size - arena->used >= new_round - old_round) {
        arena->used += new_round - old_round;
        return old;
    }
    void *memory = arena_alloc(arena, new_size);
    if (old_size)
        memcpy(memory, old, old_size);
    return memory;
}

Str arena_str(Arena *arena, Str s)
{
    char *copy = arena_bytes(arena, s.len + 1);
    if (s.len)
        memcpy(copy, s.ptr, s.len);
    copy[s.len] = '\0';
    return str_slice(copy, s.len);
}

Str arena_quoted(Arena *arena, Str text)
{
    if (!text.len || !memchr(text.ptr, '"', text.len))
        return text;
    char *quoted = arena_bytes(arena, 2 * text.len);
    size_t to = 0;
    for (size_t at = 0; at < text.len; at++) {
        if (text.ptr[at] == '"' || text.ptr[at] == '\\')
            quoted[to++] = '\\';
        quoted[to++] = text.ptr[at];
    }
    return str_slice(quoted, to);
}

Str arena_vformat(Arena *arena, const char *format, va_list args)
{
    buf_vformat(arena_draft(arena), format, args);
    return arena_draft_end(arena);
}

Buf *arena_draft(Arena *arena)
{
    arena->draft.len = 0;
    return &arena->draft;
}

Str arena_draft_end(Arena *arena) { return arena_str(arena, buf_slice(&arena->draft)); }

Str arena_format(Arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Str text = arena_vformat(arena, format, args);
    va_end(args);
    return text;
}

Str arena_concat(Arena *arena, const Str *parts, size_t count)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len += parts[i].len;
    char *text = arena_bytes(arena, len + 1), *end = text;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len)
            memcpy(end, parts[i].ptr, parts[i].len);
        end += parts[i].len;
    }
    *end = '\0';
    return str_slice(text, len);
}

void arena_reset(Arena *arena)
{
#ifdef PLIMSOLL_HOSTILE /* whoever still reads it shall notice */
    for (ArenaBlock *block = arena->first; block; block = block->next)
        memset(block->bytes, 0xA5, block->size);
#endif
    arena->current = arena->first;
    arena->used = 0;
}

void arena_free(Arena *arena)
{
    for (ArenaBlock *block = arena->first; block;) {
        ArenaBlock *next = block->next;
        mem_free(block);
        block = next;
    }
    buf_free(&arena->draft);
    *arena = (Arena){0};
}

void arena_adopt(Arena *arena, Arena *other)
{
    buf_free(&other->draft);
    if (!other->first)
        return;
    /* Behind the current block stand only blocks that are free: the other's blocks
     * go to the front, where a reset finds them again. */
    ArenaBlock *last = other->first;
    while (last->next)
        last = last->next;
    last->next = arena->first;
    arena->first = other->first;
    if (!arena->current) {
        arena->current = other->current;
        arena->used = other->used;
    }
    *other = (Arena){0};
}

size_t arena_size(const Arena *arena)
{
    size_t size = 0;
    for (const ArenaBlock *block = arena->first; block; block = block->next)
        size += sizeof *block + block->size;
    return size;
}
