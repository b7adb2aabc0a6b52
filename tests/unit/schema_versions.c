/* One walk over all versions says the same as a walk for each of them: which versions
 * take the object, and how many mistakes each of them sees.  Over every manifest of
 * testdata and of the conformance harness.
 *
 * Where a server stops at decoding, what it would have said later is a guess: a field
 * that the version does not have may stand for one that it asks for.  There only the
 * verdicts are compared. */
#include "schema_fixture.h"

#include <glob.h>

enum { VERSIONS = SCHEMA_NEWEST - SCHEMA_OLDEST + 1 };

typedef struct Answer {
    uint32_t accepted;
    uint32_t findings[VERSIONS];
    uint32_t later; /* versions in which a finding is one that the server would not come to */
} Answer;

static void count_findings(const Bench *bench, uint32_t target, Answer *answer)
{
    for (uint32_t i = 0; i < bench->diag.findings.len; i++) {
        uint32_t held = target;
        const Finding *finding = &bench->diag.findings.at[i];
        if (finding->versions.len)
            assert_true(schema_versions_read(finding->versions, &held));
        if (finding->later)
            answer->later |= held;
        for (unsigned v = 0; v < VERSIONS; v++)
            answer->findings[v] += held >> v & 1;
    }
}

static void check_as(Bench *bench, uint32_t versions, Answer *answer)
{
    bench->options.target = (SchemaTarget){versions, schema_versions_oldest(versions),
                                           schema_versions_newest(versions)};
    bench->diag.findings.len = 0;
    for (uint32_t i = 0; i < bench->doc.count; i++)
        bench->doc.nodes[i].bind = SCHEMA_UNBOUND;
    Object object = bench_open(bench);
    schema_check(&bench->checker, &bench->doc, &object);
    answer->accepted |= object.accepted;
    count_findings(bench, versions, answer);
}

static uint32_t check_object(Bench *bench, const char *path)
{
    Answer together = {0}, single = {0};
    check_as(bench, SCHEMA_ALL_VERSIONS, &together);
    for (unsigned v = 0; v < VERSIONS; v++)
        check_as(bench, UINT32_C(1) << v, &single);
    if (together.accepted != single.accepted)
        fail_msg("%s, line %u: accepted by %x, one by one by %x", path,
                 bench->doc.nodes[bench->doc.root].offset, together.accepted, single.accepted);
    /* Where a version does not serve the object at all, it is walked as of another
     * one, and how much more is said of it is not the point. */
    for (unsigned v = 0; v < VERSIONS; v++) {
        KindInfo kind;
        Str group = interned(&bench->strings, bench->object.group);
        Str api_version = interned(&bench->strings, bench->object.api_version);
        Str version = group.len ? str_slice(api_version.ptr + group.len + 1,
                                            api_version.len - group.len - 1)
                                : api_version;
        Str name = interned(&bench->strings, bench->object.kind);
        if (!schema_kind_find(NULL, group, version, name, &kind) || !(kind.served >> v & 1))
            continue;
        if (single.later >> v & 1)
            continue;
        if (together.findings[v] != single.findings[v])
            fail_msg("%s, offset %u, 1.%u: %u findings, by itself %u", path,
                     bench->doc.nodes[bench->doc.root].offset, v + SCHEMA_OLDEST,
                     together.findings[v], single.findings[v]);
    }
    return 1;
}

static uint32_t check_file(const char *path)
{
    FileText text = {0};
    assert_int_equal(file_read(&text, path), 0);
    Bench bench;
    bench_begin(&bench, "1.15..1.37");
    uint32_t objects = 0;
    Splitter splitter;
    splitter_init(&splitter, str_slice(text.ptr, text.len));
    for (Chunk chunk; splitter_next(&splitter, &chunk);) {
        if (parser_read(bench.parser, &chunk, 0, &bench.diag, &bench.doc) != PARSER_OK)
            continue;
        bench.doc.root = 0;
        bench.doc.item = -1;
        if (!bench_is_object(&bench, 0))
            continue;
        bench.object = bench_open(&bench);
        objects += check_object(&bench, path);
    }
    bench_end(&bench);
    file_free(&text);
    return objects;
}

static void together_as_one_by_one(void **state)
{
    (void)state;
    static const char *const PATTERNS[] = {"testdata/*/*/*.yaml", "tests/conformance/kinds/*.yaml"};
    uint32_t objects = 0;
    for (size_t p = 0; p < BASE_COUNT(PATTERNS); p++) {
        glob_t found;
        assert_int_equal(glob(PATTERNS[p], 0, NULL, &found), 0);
        for (size_t i = 0; i < found.gl_pathc; i++)
            objects += check_file(found.gl_pathv[i]);
        globfree(&found);
    }
    assert_true(objects > 200);
}

int main(int argc, char **argv)
{
    if (argc > 1) { /* other manifests, by hand */
        for (int i = 1; i < argc; i++)
            check_file(argv[i]);
        return 0;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(together_as_one_by_one)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
