/* Documents as kubectl's reader cuts them (apimachinery's YAMLOrJSONDecoder).  What is
 * expected was asked of that reader: tests/conformance/harness, read_test.go. */
#include "parser_fixture.h"

/* Each document as index:stage, and its JSON where there is one. */
static const char *documents(Reading *reading, Str stream)
{
    Buf all = {0};
    reading_begin(reading, stream);
    while (reading_next(reading)) {
        buf_format(&all, "%s%u:%s", all.len ? " " : "", reading->chunk.index,
                   stage_of(&reading->doc, reading->status));
        if (reading->status == PARSER_OK)
            write_json(&reading->doc, 0, &all);
    }
    reading->text = all;
    return shown(reading);
}

static void streams_are_cut_as_kubectl_cuts_them(void **state)
{
    (void)state;
    static const struct {
        Str stream;
        const char *documents;
    } CASES[] = {
        {STR_INIT(""), ""},
        {STR_INIT("a: 1\n"), "0:ok{\"a\":1}"},
        {STR_INIT("a: 1"), "0:ok{\"a\":1}"},
        {STR_INIT("---\na: 1\n---\n"), "0:ok{\"a\":1}"},
        {STR_INIT("---\n---\na: 1\n"), "0:empty 1:ok{\"a\":1}"},
        {STR_INIT("a: 1\n---\n---\nb: 2\n"), "0:ok{\"a\":1} 1:ok{\"b\":2}"},
        {STR_INIT("a: 1\n---\n---\n---\nb: 2\n"), "0:ok{\"a\":1} 1:empty 2:ok{\"b\":2}"},
        {STR_INIT("---\n"), "0:empty"},
        {STR_INIT("---"), "0:empty"},
        {STR_INIT("\n---\na: 1\n"), "0:empty 1:ok{\"a\":1}"},
        {STR_INIT("# hello\n---\na: 1\n"), "0:empty 1:ok{\"a\":1}"},
        {STR_INIT("--- # hello\na: 1\n"), "0:ok{\"a\":1}"},
        {STR_INIT("a: 1\n---  \t\nb: 2\n"), "0:ok{\"a\":1} 1:ok{\"b\":2}"},
        {STR_INIT("a: 1\n--- b\nc: 3\n"), "0:yaml 1:ok{\"c\":3}"},
        {STR_INIT("a: 1\n---b\nc: 3\n"), "0:yaml 1:ok{\"c\":3}"},
        {STR_INIT("--- b\nc: 3\n"), "0:yaml 1:ok{\"c\":3}"},
        {STR_INIT("a: 1\n...\nb: 2\n"), "0:ok{\"a\":1}"},
        {STR_INIT("a: [\n---\nb: 2\n"), "0:yaml 1:ok{\"b\":2}"},
        {STR_INIT("a: |\n  x\n---\n  z\n"), "0:ok{\"a\":\"x\\n\"} 1:ok\"z\""},
        {STR_INIT("a: 1\r\n---\r\nb: 2\r\n"), "0:ok{\"a\":1} 1:ok{\"b\":2}"},
        {STR_INIT("\xEF\xBB\xBF" "a: 1\n---\n\xEF\xBB\xBF" "b: 2\n"), "0:ok{\"a\":1} 1:ok{\"b\":2}"},
        {STR_INIT("{\"a\":1}{\"b\":2}\n{\"c\":3}"), "0:ok{\"a\":1} 1:ok{\"b\":2} 2:ok{\"c\":3}"},
        {STR_INIT(" \n\t{\"a\":1} [2] \"x\" 3 null\n"),
         "0:ok{\"a\":1} 1:ok[2] 2:ok\"x\" 3:ok3 4:empty"},
        {STR_INIT("{\"a\":1}\n---\nb: 2\n"), "0:ok{\"a\":1} 1:ok{\"b\":2}"},
        {STR_INIT("{\"a\":1}  b: 2\n---\nc: 3\n"), "0:ok{\"a\":1} 1:ok{\"b\":2} 2:ok{\"c\":3}"},
        {STR_INIT("{\"a\":1}{\"b\":2}\n---\n{\"c\":3}"), "0:ok{\"a\":1} 1:ok{\"b\":2} 2:yaml"},
        {STR_INIT("{\"a\":1}]\n"), "0:ok{\"a\":1} 1:yaml"},
        {STR_INIT("{a: 1}"), "0:ok{\"a\":1}"},
        {STR_INIT("[1]\n"), "0:ok[1]"},
        {STR_INIT("# {\n{\"a\": 1}\n"), "0:ok{\"a\":1}"},
    };
    for (size_t i = 0; i < BASE_COUNT(CASES); i++) {
        Reading reading;
        assert_string_equal(documents(&reading, CASES[i].stream), CASES[i].documents);
        reading_end(&reading);
    }
}

static void far_from_the_start_a_brace_is_no_json(void **state)
{
    (void)state;
    Buf stream = {0};
    buf_repeat(&stream, ' ', 4096);
    buf_text(&stream, "{\"a\":1}{\"b\":2}");
    Reading reading;
    /* One YAML document, of which the second brace is lost. */
    assert_string_equal(documents(&reading, buf_slice(&stream)), "0:ok{\"a\":1}");
    reading_end(&reading);
    buf_free(&stream);
}

static void chunks_know_their_place(void **state)
{
    (void)state;
    Splitter splitter;
    Chunk chunk;
    splitter_init(&splitter, STR("\xEF\xBB\xBF" "a: 1\nb: 2\n---\nc: 3\n--- # x\n\xEF\xBB\xBF" "d: 4\n"));
    assert_true(splitter_next(&splitter, &chunk));
    assert_str(chunk.text, "a: 1\nb: 2\n");
    assert_int_equal(chunk.base, 3);
    assert_int_equal(chunk.line, 1);
    assert_true(splitter_next(&splitter, &chunk));
    assert_str(chunk.text, "c: 3\n");
    assert_int_equal(chunk.base, 17);
    assert_int_equal(chunk.line, 4);
    assert_true(splitter_next(&splitter, &chunk));
    assert_str(chunk.text, "d: 4\n");
    assert_int_equal(chunk.base, 33);
    assert_int_equal(chunk.line, 6);
    assert_int_equal(chunk.column, 1);
    assert_int_equal(chunk.index, 2);
    assert_false(splitter_next(&splitter, &chunk));
}

static void json_values_start_in_the_middle_of_lines(void **state)
{
    (void)state;
    Splitter splitter;
    Chunk chunk;
    splitter_init(&splitter, STR("{\"\xC3\xA9\":1} {\n\"b\":2}\n {}"));
    assert_true(splitter_next(&splitter, &chunk) && chunk.json);
    assert_int_equal(chunk.column, 1);
    assert_true(splitter_next(&splitter, &chunk));
    assert_int_equal(chunk.line, 1);
    assert_int_equal(chunk.column, 9); /* in characters */
    assert_int_equal(chunk.base, 9);
    assert_true(splitter_next(&splitter, &chunk));
    assert_int_equal(chunk.line, 3);
    assert_int_equal(chunk.column, 2);
    assert_false(splitter_next(&splitter, &chunk));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_are_cut_as_kubectl_cuts_them),
        cmocka_unit_test(far_from_the_start_a_brace_is_no_json),
        cmocka_unit_test(chunks_know_their_place),
        cmocka_unit_test(json_values_start_in_the_middle_of_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
