/* A stable merge sort with a context for the comparison: qsort_r has different
 * arguments on different systems and need not be stable. */
#include "base/base.h"

static void merge_sort(char *items, char *spare, size_t count, size_t size,
                       int (*compare)(const void *, const void *, void *), void *context)
{
    if (count < 2)
        return;
    size_t half = count / 2;
    char *right = items + half * size, *end = items + count * size;
    merge_sort(items, spare, half, size, compare, context);
    merge_sort(right, spare, count - half, size, compare, context);
    if (compare(right - size, right, context) <= 0)
        return;
    memcpy(spare, items, half * size);
    char *left = spare, *left_end = spare + half * size, *out = items;
    while (left < left_end && right < end) {
        char **from = compare(left, right, context) <= 0 ? &left : &right;
        memcpy(out, *from, size);
        *from += size;
        out += size;
    }
    memcpy(out, left, (size_t)(left_end - left));
}

void sort_with(void *items, size_t count, size_t size,
               int (*compare)(const void *, const void *, void *), void *context)
{
    /* Most of what is sorted comes in its order. */
    size_t sorted = 1;
    for (const char *at = items; sorted < count && compare(at, at + size, context) <= 0; at += size)
        sorted++;
    if (sorted >= count)
        return;
    char *spare = mem_resize(NULL, (count / 2 + 1) * size);
    merge_sort(items, spare, count, size, compare, context);
    mem_free(spare);
}

/* A digit of eight bits a pass, from the lowest; those that all have alike are left out. */
static void radix_sort(uint32_t *numbers, uint32_t *spare, size_t count)
{
    uint32_t *from = numbers, *to = spare;
    for (unsigned shift = 0; shift < 32; shift += 8) {
        size_t starts[257] = {0};
        for (size_t i = 0; i < count; i++)
            starts[(from[i] >> shift & 0xFF) + 1]++;
        if (starts[(from[0] >> shift & 0xFF) + 1] == count)
            continue;
        for (unsigned digit = 0; digit < 256; digit++)
            starts[digit + 1] += starts[digit];
        for (size_t i = 0; i < count; i++)
            to[starts[from[i] >> shift & 0xFF]++] = from[i];
        uint32_t *other = from;
        from = to;
        to = other;
    }
    if (from != numbers)
        memcpy(numbers, from, sizeof *numbers * count);
}

void sort_numbers(uint32_t *numbers, size_t count)
{
    enum { FEW = 32 };
    size_t sorted = 1;
    while (sorted < count && numbers[sorted - 1] <= numbers[sorted])
        sorted++;
    if (sorted >= count)
        return;
    if (count > FEW) {
        uint32_t *spare = mem_resize(NULL, sizeof *spare * count);
        radix_sort(numbers, spare, count);
        mem_free(spare);
        return;
    }
    for (size_t i = sorted; i < count; i++) {
        uint32_t number = numbers[i];
        size_t at = i;
        for (; at > 0 && numbers[at - 1] > number; at--)
            numbers[at] = numbers[at - 1];
        numbers[at] = number;
    }
}
