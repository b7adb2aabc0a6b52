/* The tree of each file in testdata/parser, with its spans, comments and findings,
 * as NAME.tree beside it says.  With PLIMSOLL_ACCEPT set, what comes out is written
 * there; the review is `git diff`. */
#include "parser_fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static const char FOLDER[] = "testdata/parser";

static bool is_example(const char *name)
{
    Str text = str_of(name);
    return str_ends(text, STR(".yaml")) || str_ends(text, STR(".json"));
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void write_finding(const Finding *finding, Out *out)
{
    buf_format(&out->buf, "%s %s @%u+%u %.*s\n", severity_name(finding->severity),
               finding->rule->id, finding->place.offset, finding->place.length,
               STR_ARG(finding->message));
    for (uint32_t i = 0; i < finding->note_count; i++)
        buf_format(&out->buf, "  note @%u+%u %.*s\n", finding->notes[i].place.offset,
                   finding->notes[i].place.length, STR_ARG(finding->notes[i].message));
    if (finding->help.len)
        buf_format(&out->buf, "  help %.*s\n", STR_ARG(finding->help));
}

static void write_stream(Str stream, Out *out)
{
    Reading reading;
    reading_begin(&reading, stream);
    while (reading_next(&reading)) {
        const Chunk *chunk = &reading.chunk;
        buf_format(&out->buf, "document %u at %u:%u, %zu bytes from %llu, %s, %s\n", chunk->index,
                   chunk->line, chunk->column, chunk->text.len, (unsigned long long)chunk->base,
                   chunk->json ? "JSON" : "YAML", stage_of(&reading.doc, reading.status));
        for (uint32_t i = 0; i < reading.diag.findings.len; i++)
            write_finding(&reading.diag.findings.at[i], out);
        document_dump(&reading.doc, out);
    }
    reading_end(&reading);
}

static void write_file(const char *path, Str text)
{
    Out out;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    out_init(&out, fd);
    buf_str(&out.buf, text);
    assert_true(out_close(&out));
    close(fd);
}

static void check_example(const char *name)
{
    char path[512], golden[512];
    FileText text = {0}, wanted = {0};
    Out out = {.fd = -1};
    (void)snprintf(path, sizeof path, "%s/%s", FOLDER, name);
    (void)snprintf(golden, sizeof golden, "%s/%.*s.tree", FOLDER, (int)(strlen(name) - 5), name);
    assert_int_equal(file_read(&text, path), 0);
    write_stream(str_slice(text.ptr, text.len), &out);
    if (getenv("PLIMSOLL_ACCEPT"))
        write_file(golden, buf_slice(&out.buf));
    assert_int_equal(file_read(&wanted, golden), 0);
    if (!str_eq(str_slice(wanted.ptr, wanted.len), buf_slice(&out.buf)))
        fail_msg("%s reads otherwise than %s says:\n%.*s", path, golden, (int)out.buf.len,
                 out.buf.ptr);
    file_free(&text);
    file_free(&wanted);
    buf_free(&out.buf);
}

static void examples_read_as_their_trees_say(void **state)
{
    (void)state;
    VEC(char *) names = {0};
    DIR *folder = opendir(FOLDER);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));)
        if (is_example(entry->d_name))
            vec_push(&names, strdup(entry->d_name));
    closedir(folder);
    assert_true(names.len > 10);
    qsort(names.at, names.len, sizeof *names.at, by_name);
    for (uint32_t i = 0; i < names.len; i++) {
        check_example(names.at[i]);
        free(names.at[i]);
    }
    vec_free(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(examples_read_as_their_trees_say)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
