/* readers: both readers of YAML over files, and whether they say the same.
 *
 *   readers [--prefixes] FILE...     one line for each document that differs, then counts;
 *                                 --prefixes: of each prefix of each file, too
 *   readers --time ROUNDS FILE [libyaml|portable|sse2|avx2|avx512|neon]     MB/s
 *
 * The fast reader runs with each set of instructions that the machine has. */
#include "../fuzz/readers.h"

#include <stdlib.h>
#include <time.h>

static const char *const SIMDS[] = {"portable", "sse2", "avx2", "avx512", "neon"};
enum { MOST_READINGS = 1 + BASE_COUNT(SIMDS) };

typedef struct Readers {
    Reading readings[MOST_READINGS]; /* the first is libyaml's */
    const char *names[MOST_READINGS];
    uint32_t count;
    uint64_t documents, fast, json, bytes, fast_bytes, differ;
} Readers;

static void add_reader(Readers *readers, const char *reader, const char *simd)
{
    readers->names[readers->count] = simd ? simd : reader;
    reading_begin(&readers->readings[readers->count++], reader, simd);
}

static void compare(Readers *readers, const char *path, Str stream)
{
    Splitter splitter;
    Chunk chunk;
    splitter_init(&splitter, stream);
    while (splitter_next(&splitter, &chunk)) {
        readers->documents++;
        readers->bytes += chunk.text.len;
        readers->json += chunk.json;
        for (uint32_t i = 0; i < readers->count; i++) {
            uint32_t at;
            reading_read(&readers->readings[i], &chunk);
            const char *what =
                i ? readings_differ(&readers->readings[0], &readers->readings[i], &at) : NULL;
            if (!what)
                continue;
            readers->differ++;
            (void)printf("%s: document %u: libyaml and %s differ: %s %u\n", path, chunk.index,
                         readers->names[i], what, at);
        }
        if (parser_was_fast(readers->readings[1].parser)) {
            readers->fast++;
            readers->fast_bytes += chunk.text.len;
        }
    }
}

/* ---- time ---- */

/* Of the processor: others may be at work on the machine. */
static double now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* The best of the rounds. */
static void measure(const char *name, Str stream, int rounds, const char *reader, const char *simd)
{
    Reading reading;
    double best = 1e9;
    uint64_t nodes = 0;
    reading_begin(&reading, reader ? reader : "fast", simd);
    for (int round = 0; round < rounds; round++) {
        double start = now();
        Splitter splitter;
        Chunk chunk;
        nodes = 0;
        parser_split(reading.parser, &splitter, stream);
        while (splitter_next(&splitter, &chunk)) {
            if (!reader)
                continue;
            (void)parser_read(reading.parser, &chunk, 0, &reading.diag, &reading.doc);
            nodes += reading.doc.count;
            reading.diag.findings.len = 0;
        }
        double taken = now() - start;
        best = taken < best ? taken : best;
    }
    (void)printf("%-10s %8.1f MB/s  %llu nodes\n", name, (double)stream.len / best / 1e6,
                 (unsigned long long)nodes);
    reading_end(&reading);
}

static void measure_all(Str stream, int rounds, const char *only)
{
    if (only) {
        measure(only, stream, rounds, strcmp(only, "libyaml") == 0 ? only : "fast", only);
        return;
    }
    measure("split", stream, rounds, NULL, NULL);
    measure("libyaml", stream, 1, "libyaml", NULL);
    for (size_t i = 0; i < BASE_COUNT(SIMDS); i++)
        if (fast_simd_named(SIMDS[i]) != FAST_BEST)
            measure(SIMDS[i], stream, rounds, "fast", SIMDS[i]);
}

/* ---- the command line ---- */

static int compare_files(char **paths, int count, bool prefixes)
{
    Readers readers = {0};
    FileText text = {0};
    add_reader(&readers, "libyaml", NULL);
    for (size_t i = 0; i < BASE_COUNT(SIMDS); i++)
        if (fast_simd_named(SIMDS[i]) != FAST_BEST)
            add_reader(&readers, "fast", SIMDS[i]);
    for (int i = 0; i < count; i++) {
        if (file_read(&text, paths[i])) {
            (void)fprintf(stderr, "%s cannot be read\n", paths[i]);
            return 2;
        }
        compare(&readers, paths[i], str_slice(text.ptr, text.len));
        for (size_t len = 0; prefixes && len < text.len; len++)
            compare(&readers, paths[i], str_slice(text.ptr, len));
    }
    (void)printf("%llu documents, %llu of them JSON, %llu read fast (%.1f %% of the bytes); "
                 "%llu differ\n",
                 (unsigned long long)readers.documents, (unsigned long long)readers.json,
                 (unsigned long long)readers.fast,
                 readers.bytes ? 100.0 * (double)readers.fast_bytes / (double)readers.bytes : 0.0,
                 (unsigned long long)readers.differ);
    for (uint32_t i = 0; i < readers.count; i++)
        reading_end(&readers.readings[i]);
    file_free(&text);
    return readers.differ ? 1 : 0;
}

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "--time") == 0) {
        FileText text = {0};
        if (file_read(&text, argv[3]))
            return 2;
        measure_all(str_slice(text.ptr, text.len), atoi(argv[2]),
                    argc > 4 ? argv[4] : NULL);
        file_free(&text);
        return 0;
    }
    bool prefixes = argc > 1 && strcmp(argv[1], "--prefixes") == 0;
    return compare_files(argv + 1 + prefixes, argc - 1 - prefixes, prefixes);
}
