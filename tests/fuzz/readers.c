/* fuzz target: the fast reader against libyaml.  Any bytes go through the splitter; a
 * document that the fast reader takes goes through libyaml as well, and both say the
 * same, or the target aborts.  What depends on a machine's instructions, the masks, is
 * made with each set of them and compared.
 *
 * AFL++ compiles it as it is (its driver calls LLVMFuzzerTestOneInput again and again in one
 * process). */
#include "readers.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static const char *const SIMDS[] = {"portable", "sse2", "avx2", "avx512", "neon"};

/* They live as long as the process, as in a real run. */
static Reading slow, fast;
static FastMap maps[BASE_COUNT(SIMDS)];
static size_t map_count;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    reading_begin(&slow, "libyaml", NULL);
    reading_begin(&fast, "fast", getenv("PLIMSOLL_SIMD"));
    for (size_t i = 0; i < BASE_COUNT(SIMDS); i++)
        if (fast_simd_named(SIMDS[i]) != FAST_BEST)
            maps[map_count++].simd = fast_simd_named(SIMDS[i]);
    return 0;
}

static void differ(uint32_t document, const char *what, uint32_t at)
{
    (void)fprintf(stderr, "document %u: %s %u differs\n", document, what, at);
    abort();
}

static bool same_maps(const FastMap *a, const FastMap *b, Str text)
{
    size_t count = 1;
    while (a->marks[count] != UINT32_MAX)
        count++;
    return a->control == b->control && a->wide == b->wide && a->lone_cr == b->lone_cr &&
           a->special == b->special &&
           memcmp(a->at, b->at, (text.len / 64 + 2) * sizeof *a->at) == 0 &&
           memcmp(a->marks, b->marks, (count + 1) * sizeof *a->marks) == 0;
}

/* The maps of the text up to its first separator, where that is, and what there is by itself. */
static void compare_masks(Str text)
{
    size_t len[2], breaks[2];
    len[0] = fast_map_cut(&maps[0], text, FAST_CUT_DOCUMENT, &breaks[0]);
    if (len[0] != fast_separator(text, 0) ||
        breaks[0] != fast_breaks(str_slice(text.ptr, len[0])))
        differ(0, "cut", 0);
    for (size_t i = 1; i < map_count; i++) {
        len[1] = fast_map_cut(&maps[i], text, FAST_CUT_DOCUMENT, &breaks[1]);
        if (len[0] != len[1] || breaks[0] != breaks[1] ||
            !same_maps(&maps[0], &maps[i], str_slice(text.ptr, len[0])))
            differ(0, fast_simd_name(maps[i].simd), 0);
    }
    text.len = len[0];
    fast_map_fill(&maps[1], text, true);
    if (!same_maps(&maps[0], &maps[1], text))
        differ(0, "map", 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Splitter splitter;
    Chunk chunk;
    parser_split(fast.parser, &splitter, str_slice((const char *)data, size));
    while (splitter_next(&splitter, &chunk)) {
        uint32_t at;
        reading_read(&fast, &chunk);
        if (chunk.map)
            compare_masks(str_slice(chunk.text.ptr, size - (size_t)chunk.base));
        if (!parser_was_fast(fast.parser) && size % 8)
            continue; /* both were libyaml; that nothing is left behind is seen now and then */
        reading_read(&slow, &chunk);
        const char *what = readings_differ(&slow, &fast, &at);
        if (what)
            differ(chunk.index, what, at);
    }
    return 0;
}
