/* util.c: memory that is never given back, copies of text, and one hash table. */
#include "model.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void *more(void *at, size_t count, size_t *cap, size_t item)
{
    if (count < *cap)
        return at;
    *cap = *cap ? *cap * 2 : 8;
    at = realloc(at, *cap * item);
    if (!at) {
        fputs("schemac: out of memory\n", stderr);
        exit(1);
    }
    /* New elements start zeroed, so that a caller fills in only what it knows. */
    memset((char *)at + count * item, 0, (*cap - count) * item);
    return at;
}

char *copy(const char *text, size_t len)
{
    size_t cap = 0;
    char *result = NULL;
    while (cap <= len)
        result = more(result, cap, &cap, 1);
    memcpy(result, text, len);
    result[len] = 0;
    return result;
}

char *joined(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = NULL;
    if (vasprintf(&text, format, args) < 0) {
        fputs("schemac: out of memory\n", stderr);
        exit(1);
    }
    va_end(args);
    return text;
}

bool same(const char *a, const char *b) { return strcmp(a, b) == 0; }
bool starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static size_t map_slot(const Map *map, const char *key)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (const char *c = key; *c; c++)
        hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
    size_t slot = (size_t)(hash ^ hash >> 32) & (map->cap - 1);
    while (map->slots[slot].key && !same(map->slots[slot].key, key))
        slot = (slot + 1) & (map->cap - 1);
    return slot;
}

uint32_t *map_at(Map *map, const char *key)
{
    if (map->cap == 0)
        return NULL;
    size_t slot = map_slot(map, key);
    return map->slots[slot].key ? &map->slots[slot].value : NULL;
}

void map_put(Map *map, const char *key, uint32_t value)
{
    if (map->count * 2 >= map->cap) {
        Map grown = {.cap = map->cap ? map->cap * 2 : 64};
        grown.slots = calloc(grown.cap, sizeof *grown.slots);
        if (!grown.slots) {
            fputs("schemac: out of memory\n", stderr);
            exit(1);
        }
        for (size_t i = 0; i < map->cap; i++)
            if (map->slots[i].key)
                map_put(&grown, map->slots[i].key, map->slots[i].value);
        *map = grown;
    }
    size_t slot = map_slot(map, key);
    if (!map->slots[slot].key)
        map->count++;
    map->slots[slot].key = key;
    map->slots[slot].value = value;
}
