/* The base room: slices, arenas, interned strings, buffers, sorting, files. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void slices_compare_by_bytes(void **state)
{
    (void)state;
    assert_true(str_compare(STR("a"), STR("ab")) < 0);
    assert_true(str_compare(STR("b"), STR("ab")) > 0);
    assert_int_equal(str_compare(STR("ab"), STR("ab")), 0);
    assert_true(str_compare(STR("\xC3"), STR("z")) > 0); /* unsigned */
    assert_true(str_eq(str_slice(NULL, 0), STR("")));
    assert_true(str_starts(STR("nodePort"), STR("node")));
    assert_false(str_starts(STR("no"), STR("node")));
    assert_true(str_ends(STR("PodList"), STR("List")));
    assert_true(str_contains(STR("a{{b"), STR("{{")));
    assert_int_equal(str_find(STR("a:b"), ':'), 1);
    assert_int_equal(str_find(STR("ab"), ':'), 2);
    Str rest = STR("a::b");
    assert_str(str_until(&rest, ':'), "a");
    assert_str(str_until(&rest, ':'), "");
    assert_str(str_until(&rest, ':'), "b");
    assert_str(rest, "");
    assert_str(str_until(&rest, ':'), "");
    rest = STR("a: b: ");
    assert_str(str_until_text(&rest, STR(": ")), "a");
    assert_str(str_until_text(&rest, STR(": ")), "b");
    assert_str(rest, "");
    assert_str(str_trim(STR(" \t a b\r\n")), "a b");
}

static void base64_is_padded(void **state)
{
    static const char *const PAIRS[][2] = {
        {"", ""}, {"a", "YQ=="}, {"ab", "YWI="}, {"abc", "YWJj"}, {"\xFB\xFF\xFE", "+//+"}};
    (void)state;
    Arena arena = {0};
    for (size_t i = 0; i < BASE_COUNT(PAIRS); i++) {
        Buf text = {0};
        Str bytes;
        base64_encode(str_of(PAIRS[i][0]), &text);
        assert_str(buf_slice(&text), PAIRS[i][1]);
        assert_true(base64_decode(buf_slice(&text), &arena, &bytes));
        assert_str(bytes, PAIRS[i][0]);
        buf_free(&text);
    }
    arena_free(&arena);
}

static void distance_counts_a_swap_as_one(void **state)
{
    (void)state;
    assert_int_equal(str_distance(STR("metadata"), STR("metadata"), 3), 0);
    assert_int_equal(str_distance(STR("metdata"), STR("metadata"), 3), 1);
    assert_int_equal(str_distance(STR("speC"), STR("spec"), 3), 1);
    assert_int_equal(str_distance(STR("naem"), STR("name"), 3), 1);
    assert_int_equal(str_distance(STR("abc"), STR("xyz"), 2), 3); /* limit + 1 */
    assert_int_equal(str_distance(STR(""), STR("ab"), 3), 2);
}

static void typos_are_near_and_not_whole_words(void **state)
{
    (void)state;
    unsigned distance;
    assert_true(str_is_typo(STR("replcias"), STR("replicas"), &distance));
    assert_true(str_is_typo(STR("CLUSTERIP"), STR("clusterIP"), &distance));
    assert_int_equal(distance, 0); /* only the case differs: always meant */
    assert_false(str_is_typo(STR("foo"), STR("replicas"), &distance));
    assert_false(str_is_typo(STR("a"), STR("b"), &distance));
}

static void utf8_is_strict(void **state)
{
    (void)state;
    assert_int_equal(utf8_length((const unsigned char *)"\xC3\xA9", 2), 2);
    assert_int_equal(utf8_length((const unsigned char *)"\xC3", 1), 0);
    assert_int_equal(utf8_length((const unsigned char *)"\xC0\x80", 2), 0);         /* overlong */
    assert_int_equal(utf8_length((const unsigned char *)"\xED\xA0\x80", 3), 0);     /* surrogate */
    assert_int_equal(utf8_length((const unsigned char *)"\xF4\x90\x80\x80", 4), 0); /* too high */
    assert_int_equal(utf8_count(STR("h\xC3\xA9\xF0\x9F\x9A\xA2\xFF")), 4);
}

#ifdef PLIMSOLL_HOSTILE /* each push copies the whole table */
enum { MANY_PUSHES = 3000 };
#else
enum { MANY_PUSHES = 300000 };
#endif

/* Small blocks and large ones come from different places: a table moves from one to the other. */
static void tables_keep_what_was_written(void **state)
{
    enum { NUMBERS = MANY_PUSHES, BLOCKS = 2000 };
    (void)state;
    VEC(uint64_t) one = {0}, many = {0};
    Arena arena = {0};
    uint32_t *blocks[BLOCKS];
    for (uint32_t i = 0; i < NUMBERS; i++) {
        vec_push(&one, i * UINT64_C(3));
        uint64_t three[] = {i, i + 1u, i + 2u};
        vec_append(&many, three, 3);
        if (i >= BLOCKS)
            continue;
        blocks[i] = arena_alloc(&arena, 1000 + i);
        blocks[i][0] = blocks[i][(1000 + i) / 4 - 1] = i;
    }
    assert_int_equal(one.len, NUMBERS);
    assert_int_equal(many.len, 3 * NUMBERS);
    for (uint32_t i = 0; i < NUMBERS; i++) {
        assert_true(one.at[i] == i * UINT64_C(3));
        assert_true(many.at[3 * i] == i && many.at[3 * i + 2] == i + 2);
    }
    for (uint32_t i = 0; i < BLOCKS; i++)
        assert_true(blocks[i][0] == i && blocks[i][(1000 + i) / 4 - 1] == i);
    assert_true(arena_size(&arena) >= BLOCKS * 1000);
    vec_free(&one);
    vec_free(&many);
    arena_free(&arena);
}

static void memory_grows_and_begins_with_zeroes(void **state)
{
    (void)state;
    unsigned char *grown = NULL;
    for (size_t size = 1, before = 0; size < 1 << 22; before = size, size *= 3) {
        grown = mem_resize(grown, size);
        for (size_t at = 0; at < before; at += 97)
            assert_int_equal(grown[at], at % 251);
        for (size_t at = 0; at < size; at++)
            grown[at] = (unsigned char)(at % 251);
        unsigned char *zeroed = mem_zeroed(size);
        for (size_t at = 0; at < size; at++)
            assert_int_equal(zeroed[at], 0);
        memset(zeroed, 1, size);
        mem_free(zeroed);
    }
    mem_free(grown);
    mem_free(NULL);
}

static void arenas_keep_what_was_written(void **state)
{
    (void)state;
    Arena arena = {0};
    char *old = arena_alloc(&arena, 10);
    memcpy(old, "0123456789", 10);
    char *grown = arena_grow(&arena, old, 10, 100000);
    assert_memory_equal(grown, "0123456789", 10);
    Str text = arena_format(&arena, "%d %s", 7, "pods");
    assert_str(text, "7 pods");
    size_t held = arena_size(&arena);
    arena_reset(&arena);
    arena_alloc(&arena, 10);
    assert_int_equal(arena_size(&arena), held); /* a warm arena asks for nothing */
    arena_free(&arena);
}

static void an_adopted_arena_stays_in_place(void **state)
{
    (void)state;
    Arena mine = {0}, theirs = {0};
    Str a = arena_format(&mine, "mine"), b = arena_format(&theirs, "theirs");
    arena_adopt(&mine, &theirs);
    for (int i = 0; i < 1000; i++)
        memset(arena_alloc(&mine, 1000), 'x', 1000);
    assert_str(a, "mine");
    assert_str(b, "theirs");
    assert_int_equal(arena_size(&theirs), 0);
    arena_free(&mine);
}

static void interned_strings_stand_once(void **state)
{
    (void)state;
    Interner interner;
    interner_init(&interner);
    assert_int_equal(intern(&interner, STR("")), 0);
    uint32_t ids[5000];
    char text[24];
    for (int i = 0; i < 5000; i++) {
        snprintf(text, sizeof text, "name-%d", i);
        ids[i] = intern(&interner, str_of(text));
    }
    for (int i = 0; i < 5000; i++) {
        snprintf(text, sizeof text, "name-%d", i);
        assert_int_equal(intern(&interner, str_of(text)), ids[i]);
        assert_int_equal(interner_find(&interner, str_of(text)), ids[i]);
        assert_str(interned(&interner, ids[i]), text);
    }
    assert_int_equal(interner_find(&interner, STR("never")), BASE_NONE);
    interner_free(&interner);
}

/* Texts that differ in one byte, of each length, asked for in turn with what was there of late. */
static void interned_strings_differ_by_any_byte(void **state)
{
    (void)state;
    enum { LONGEST = 40, COUNT = LONGEST * (LONGEST + 1) / 2 };
    static uint32_t ids[COUNT];
    Interner interner;
    interner_init(&interner);
    for (int round = 0; round < 3; round++) {
        uint32_t count = 0;
        for (size_t len = 1; len <= LONGEST; len++)
            for (size_t at = 0; at < len; at++, count++) {
                char text[LONGEST];
                memset(text, 'a', len);
                text[at] = 'b';
                uint32_t hash = str_hash(str_slice(text, len));
                interner_expect(&interner, hash);
                uint32_t id = intern(&interner, str_slice(text, len));
                assert_int_equal(id, round ? ids[count] : count + 1);
                assert_int_equal(intern_hashed(&interner, str_slice(text, len), hash), id);
                ids[count] = id;
            }
    }
    assert_int_equal(interner.strings.len, COUNT + 1);
    interner_clear(&interner);
    assert_int_equal(interner_find(&interner, STR("ba")), BASE_NONE);
    assert_int_equal(intern(&interner, STR("ab")), 1);
    assert_int_equal(intern(&interner, STR("")), 0);
    assert_int_equal(intern(&interner, STR("ba")), 2);
    interner_free(&interner);
}

static void json_strings_are_escaped(void **state)
{
    (void)state;
    Buf buf = {0};
    buf_json(&buf, STR("a\"b\\\n\x01<\xC3\xA9\xFF"));
    assert_str(buf_slice(&buf), "\"a\\\"b\\\\\\n\\u0001<\xC3\xA9\\ufffd\"");
    buf.len = 0;
    buf_json_go(&buf, STR("<a>&\xE2\x80\xA8"));
    assert_str(buf_slice(&buf), "\"\\u003ca\\u003e\\u0026\\u2028\"");
    buf.len = 0;
    buf_uint(&buf, UINT64_MAX);
    assert_str(buf_slice(&buf), "18446744073709551615");
    buf_free(&buf);
}

/* Words of plain text are passed over at once, so every byte is tried at every place of some. */
static void json_strings_are_escaped_wherever_it_is_due(void **state)
{
    (void)state;
    Buf alone = {0}, whole = {0}, wanted = {0};
    for (unsigned byte = 0; byte < 256; byte++)
        for (size_t at = 0; at < 24; at++)
            for (int go = 0; go < 2; go++) {
                void (*put)(Buf *, Str) = go ? buf_json_go : buf_json;
                char text[24];
                memset(text, 'a', sizeof text);
                text[at] = (char)byte;
                alone.len = whole.len = wanted.len = 0;
                put(&alone, str_slice(text + at, 1));
                put(&whole, str_slice(text, sizeof text));
                text[at] = 'a';
                buf_byte(&wanted, '"');
                buf_str(&wanted, str_slice(text, at));
                buf_str(&wanted, str_slice(alone.ptr + 1, alone.len - 2));
                buf_str(&wanted, str_slice(text, sizeof text - at - 1));
                buf_byte(&wanted, '"');
                assert_true(str_eq(buf_slice(&whole), buf_slice(&wanted)));
            }
    buf_free(&alone);
    buf_free(&whole);
    buf_free(&wanted);
}

static int compare_tens(const void *a, const void *b, void *context)
{
    assert_ptr_equal(context, NULL);
    return *(const int *)a / 10 - *(const int *)b / 10;
}

/* As the C library writes it, whatever the conversions and wherever they stand. */
#define WRITES_AS_PRINTF(...)                                                      \
    do {                                                                           \
        char wanted_[256];                                                         \
        Buf got_ = {0};                                                            \
        snprintf(wanted_, sizeof wanted_, __VA_ARGS__);                            \
        buf_format(&got_, __VA_ARGS__);                                            \
        buf_byte(&got_, '\0');                                                     \
        assert_string_equal(got_.ptr, wanted_);                                    \
        buf_free(&got_);                                                           \
    } while (0)

static void formats_are_those_of_printf(void **state)
{
    (void)state;
    WRITES_AS_PRINTF("nothing to fill in");
    WRITES_AS_PRINTF("%s, %.*s and %.*s%c", "all", 3, "partial", 5, "short", '!');
    WRITES_AS_PRINTF("%d %d %d %u %u", 0, INT32_MIN, INT32_MAX, 0U, UINT32_MAX);
    WRITES_AS_PRINTF("%ld %lu %lld %lld %llu", -5L, 5UL, (long long)INT64_MIN,
                     (long long)INT64_MAX, (unsigned long long)UINT64_MAX);
    WRITES_AS_PRINTF("%zu %zd %i%%", SIZE_MAX, (ptrdiff_t)-3, 7);
    WRITES_AS_PRINTF("%d then %04x, %-5s|%5.2f %s", 1, 0x2aU, "ab", 1.5, "and on");
    WRITES_AS_PRINTF("%.*e %s", 3, 12345.678, "behind");
}

/* Unlike printf's, which ends it there. */
static void a_measured_text_may_hold_a_zero(void **state)
{
    (void)state;
    Buf got = {0};
    Str text = STR("a\0b");
    buf_format(&got, "<%.*s>", STR_ARG(text));
    assert_int_equal(got.len, 5);
    assert_memory_equal(got.ptr, "<a\0b>", 5);
    buf_free(&got);
}

static void sorting_is_stable(void **state)
{
    (void)state;
    int items[] = {31, 12, 35, 11, 20, 19, 30};
    const int sorted[] = {12, 11, 19, 20, 31, 35, 30};
    sort_with(items, BASE_COUNT(items), sizeof *items, compare_tens, NULL);
    assert_memory_equal(items, sorted, sizeof items);
}

static int compare_numbers(const void *left, const void *right, void *context)
{
    (void)context;
    return compare_uint(*(const uint32_t *)left, *(const uint32_t *)right);
}

/* Of every length up to some hundred, with numbers of one byte and of four. */
static void numbers_are_sorted(void **state)
{
    (void)state;
    uint32_t numbers[300], expected[300], random = 1;
    for (size_t count = 0; count <= BASE_COUNT(numbers); count++)
        for (unsigned shift = 0; shift <= 24; shift += 12) {
            for (size_t i = 0; i < count; i++) {
                random = random * 1664525 + 1013904223;
                numbers[i] = expected[i] = random >> shift;
            }
            sort_with(expected, count, sizeof *expected, compare_numbers, NULL);
            sort_numbers(numbers, count);
            assert_memory_equal(numbers, expected, sizeof *numbers * count);
        }
}

static void a_full_disk_is_remembered(void **state)
{
    (void)state;
    int fd = open("/dev/full", O_WRONLY);
    if (fd < 0)
        skip();
    Out out;
    out_init(&out, fd);
    buf_text(&out.buf, "a report");
    assert_false(out_close(&out));
    assert_int_equal(out.error, ENOSPC);
    close(fd);
}

static void files_are_read_whole_and_padded(void **state)
{
    (void)state;
    char path[] = "/tmp/plimsoll-unit-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    char block[1000];
    memset(block, 'x', sizeof block);
    for (int i = 0; i < 300; i++)
        assert_int_equal(write(fd, block, sizeof block), (int)sizeof block);
    FileText text = {0};
    assert_int_equal(file_read(&text, path), 0);
    assert_true(text.regular);
    assert_int_equal(text.len, 300000);
    for (int i = 0; i < FILE_PADDING; i++)
        assert_int_equal(text.ptr[text.len + (size_t)i], 0);
    assert_int_equal(file_read_at(&text, path, 299990, 10), 0);
    assert_str(str_slice(text.ptr, text.len), "xxxxxxxxxx");
    assert_int_equal(file_read_at(&text, path, 299990, 11), EIO);
    /* What one read has beyond what was wanted, and no error where the file ends in between. */
    assert_int_equal(file_read_span(&text, fd, 299990, 5, 100), 0);
    assert_str(str_slice(text.ptr, text.len), "xxxxxxxxxx");
    assert_int_equal(file_read_span(&text, fd, 299990, 11, 100), EIO);
    /* Without an expected size, as from a pipe. */
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(file_read_fd(&text, fd), 0);
    assert_int_equal(text.len, 300000);
    assert_int_equal(file_read(&text, "/"), EISDIR);
    assert_int_equal(file_read(&text, "/no/such/file"), ENOENT);
    file_free(&text);
    close(fd);
    unlink(path);
}

enum { FOUND_FILES = 100 };

/* Opens a file that was found, which holds what it is called. */
/* Of a file of that size: it is open, and what was read of it is its beginning. */
static void open_small(FileFolder *folder, const char *path, size_t size)
{
    static char text[3 * 4096], into[2 * 4096];
    FileHandle file;
    size_t got;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)('a' + i % 23);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_int_equal(fwrite(text, 1, size, out), size);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(file_open_small(&file, folder, str_of(path), into, sizeof into, &got), 0);
    assert_true(file.fd >= 0 && file.regular);
    assert_int_equal(file.size, size);
    assert_true(got == 0 || got == size || got == sizeof into);
    assert_memory_equal(into, text, got);
    file_close(&file);
}

static void open_found(FileFolder *folder, const char *path, int error)
{
    FileHandle file;
    FileText text = {0};
    int failed = file_open_found(&file, folder, str_of(path));
    if (!failed)
        failed = file_read_open(&text, &file);
    assert_int_equal(failed, error);
    if (!failed)
        assert_str(str_slice(text.ptr, text.len), path);
    file_close(&file);
    file_free(&text);
}

static void files_of_a_folder_are_opened_by_their_names(void **state)
{
    (void)state;
    char at[] = "/tmp/plimsoll-unit-XXXXXX";
    static char paths[FOUND_FILES][64];
    FileFolder folder = {0};
    assert_non_null(mkdtemp(at));
    for (int i = 0; i < FOUND_FILES; i++) {
        (void)snprintf(paths[i], sizeof paths[i], "%s/%d.yaml", at, i);
        FILE *out = fopen(paths[i], "w");
        assert_non_null(out);
        assert_true(fputs(paths[i], out) >= 0);
        assert_int_equal(fclose(out), 0);
    }
    for (int i = 0; i < FOUND_FILES; i++)
        open_found(&folder, paths[i], 0);
    assert_true(folder.fd > 0);
    /* It gives its descriptor away where there is no other. */
    struct rlimit limit, none;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = (rlim_t)folder.fd + 1;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    open_found(&folder, paths[0], 0);
    open_found(&folder, paths[1], 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(folder.fd, -1);
    folder_close(&folder);
    for (int i = 0; i < FOUND_FILES; i++)
        open_found(&folder, paths[i], 0);
    assert_true(folder.fd > 0);
    /* What was found may have gone meanwhile, or be something else, or nothing. */
    unlink(paths[0]);
    open_found(&folder, paths[0], ENOENT);
    assert_int_equal(mkdir(paths[0], 0700), 0);
    open_found(&folder, paths[0], EISDIR);
    rmdir(paths[0]);
    assert_int_equal(mkfifo(paths[0], 0600), 0);
    int writer = open(paths[0], O_RDWR);
    FileHandle file;
    assert_int_equal(file_open_found(&file, &folder, str_of(paths[0])), 0);
    assert_false(file.regular);
    file_close(&file);
    close(writer);
    unlink(paths[0]);
    FILE *out = fopen(paths[0], "w");
    assert_non_null(out);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(file_open_found(&file, &folder, str_of(paths[0])), 0);
    assert_true(file.regular);
    assert_int_equal(file.size, 0);
    file_close(&file);
    static const size_t SIZES[] = {0, 1, 4095, 4096, 4097, 8191, 8192, 8193, 12288};
    for (size_t i = 0; i < BASE_COUNT(SIZES); i++)
        open_small(&folder, paths[0], SIZES[i]);
    /* In another folder it begins anew. */
    open_found(&folder, "/no/such/file", ENOENT);
    assert_int_equal(folder.fd, 0);
    open_found(&folder, paths[1], 0);
    folder_close(&folder);
    for (int i = 0; i < FOUND_FILES; i++)
        unlink(paths[i]);
    rmdir(at);
}

/* Spills 3,000 bytes that come through a pipe; what they were is in text. */
static FileHandle spill(FileText *text, size_t most)
{
    int ends[2];
    FileHandle spilled;
    bool ended;
    char block[1000];
    memset(block, 'y', sizeof block);
    assert_int_equal(pipe(ends), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(write(ends[1], block, sizeof block), (int)sizeof block);
    close(ends[1]);
    text->len = 0;
    assert_int_equal(file_stream(text, ends[0], most / 2, &ended), 0);
    assert_false(ended);
    assert_int_equal(text->len, most / 2);
    assert_int_equal(file_spill(text, ends[0], most, &spilled), 0);
    close(ends[0]);
    return spilled;
}

static void what_comes_through_a_pipe_is_put_aside(void **state)
{
    (void)state;
    FileText text = {0};
    FileHandle spilled = spill(&text, 4000);
    assert_int_equal(spilled.fd, -1);
    assert_int_equal(text.len, 3000);
    spilled = spill(&text, 1000);
    assert_true(spilled.fd >= 0);
    assert_true(spilled.regular);
    assert_int_equal(spilled.size, 3000);
    assert_int_equal(text.len, 0);
    assert_int_equal(file_read_span(&text, spilled.fd, 2990, 10, 10), 0);
    assert_str(str_slice(text.ptr, text.len), "yyyyyyyyyy");
    file_close(&spilled);
    /* Where nothing can be written it stays in memory. */
    const char *before = getenv("TMPDIR");
    char *folder = before ? strdup(before) : NULL;
    setenv("TMPDIR", "/no/such/folder", 1);
    spilled = spill(&text, 1000);
    assert_int_equal(spilled.fd, -1);
    assert_int_equal(text.len, 3000);
    for (int i = 0; i < FILE_PADDING; i++)
        assert_int_equal(text.ptr[text.len + (size_t)i], 0);
    if (folder)
        setenv("TMPDIR", folder, 1);
    else
        unsetenv("TMPDIR");
    free(folder);
    file_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_compare_by_bytes),
        cmocka_unit_test(base64_is_padded),
        cmocka_unit_test(distance_counts_a_swap_as_one),
        cmocka_unit_test(typos_are_near_and_not_whole_words),
        cmocka_unit_test(utf8_is_strict),
        cmocka_unit_test(tables_keep_what_was_written),
        cmocka_unit_test(memory_grows_and_begins_with_zeroes),
        cmocka_unit_test(arenas_keep_what_was_written),
        cmocka_unit_test(an_adopted_arena_stays_in_place),
        cmocka_unit_test(interned_strings_stand_once),
        cmocka_unit_test(interned_strings_differ_by_any_byte),
        cmocka_unit_test(json_strings_are_escaped),
        cmocka_unit_test(json_strings_are_escaped_wherever_it_is_due),
        cmocka_unit_test(formats_are_those_of_printf),
        cmocka_unit_test(a_measured_text_may_hold_a_zero),
        cmocka_unit_test(sorting_is_stable),
        cmocka_unit_test(numbers_are_sorted),
        cmocka_unit_test(a_full_disk_is_remembered),
        cmocka_unit_test(files_are_read_whole_and_padded),
        cmocka_unit_test(files_of_a_folder_are_opened_by_their_names),
        cmocka_unit_test(what_comes_through_a_pipe_is_put_aside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
