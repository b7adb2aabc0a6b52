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
    if (count < 2)
        return;
    char *spare = mem_resize(NULL, (count / 2 + 1) * size);
    merge_sort(items, spare, count, size, compare, context);
    mem_free(spare);
}
