/* JSON by its own grammar, as Go's decoder takes it. */
#include "parser_fixture.h"

static void values_are_read(void **state)
{
    (void)state;
    static const char *const CASES[][2] = {
        {"{\"a\":[1,-2.5e3,true,false,null,\"x\"],\"b\":{},\"c\":[]}",
         "{\"a\":[1,-2500,true,false,null,\"x\"],\"b\":{},\"c\":[]}"},
        {"{\"\\u0061\":\"\\ud83d\\udea2\\n\\/\\\"\"}", "{\"a\":\"\xF0\x9F\x9A\xA2\\n/\\\"\"}"},
        {"{\"a\":\"\\ud83d x \\udea2 \\ud83d\\u0041\"}",
         "{\"a\":\"\xEF\xBF\xBD x \xEF\xBF\xBD \xEF\xBF\xBD" "A\"}"},
        {"{\"a\":1.0,\"b\":1E2,\"c\":-0,\"d\":-0.0,\"e\":9223372036854775808}",
         "{\"a\":1,\"b\":100,\"c\":0,\"d\":-0,\"e\":9223372036854776000}"},
        {"{\"a\":\"012\",\"b\":\"yes\"}", "{\"a\":\"012\",\"b\":\"yes\"}"},
        {"{\"a\":1,\"a\":2}", "{\"a\":2}"},
    };
    for (size_t i = 0; i < BASE_COUNT(CASES); i++) {
        Reading reading;
        reading_of(&reading, CASES[i][0]);
        assert_true(reading.chunk.json);
        assert_string_equal(shown_json(&reading), CASES[i][1]);
        reading_end(&reading);
    }
}

static void mistakes_are_found_at_their_place(void **state)
{
    (void)state;
    /* The third value of a stream is JSON whatever it looks like. */
    static const struct {
        const char *text;
        uint32_t offset;
    } CASES[] = {
        {"{\"a\":}", 5},      {"{\"a\" 1}", 5},       {"{\"a\":1 \"b\":2}", 7},
        {"{\"a\":1,}", 7},    {"{a:1}", 1},           {"[1 2]", 3},
        {"[1,]", 3},          {"\"a\nb\"", 2},        {"\"a\\x\"", 2},
        {"\"\\u12g4\"", 1},   {"01x", 2},             {"1.", 2},
        {"-", 1},             {"1e+", 3},             {"tru", 0},
        {"{\"a\":1e400}", 5}, {"{\"a\":\"b", 5},      {"[[1", 3},
        {"'a'", 0},           {"{\"a\":nul}", 5},
    };
    for (size_t i = 0; i < BASE_COUNT(CASES); i++) {
        Buf stream = {0};
        Reading reading;
        buf_format(&stream, "{} {} %s", CASES[i].text);
        reading_begin(&reading, buf_slice(&stream));
        reading.source = stream;
        do
            assert_true(reading_next(&reading));
        while (reading.status != PARSER_FAILED);
        assert_int_equal(reading.diag.findings.len, 1);
        const Finding *finding = &reading.diag.findings.at[0];
        assert_string_equal(finding->rule->id, "yaml-syntax");
        assert_int_equal(reading.chunk.base + finding->place.offset, 6 + CASES[i].offset);
        reading_end(&reading);
    }
}

static void keys_may_be_long(void **state)
{
    (void)state;
    Buf text = {0};
    buf_text(&text, "{\"");
    buf_repeat(&text, 'k', 5000);
    buf_text(&text, "\":1}");
    Reading reading;
    reading_begin(&reading, buf_slice(&text));
    reading.source = text;
    assert_true(reading_next(&reading));
    assert_int_equal(reading.status, PARSER_OK);
    assert_int_equal(reading.doc.nodes[1].len, 5000);
    reading_end(&reading);
}

static void replaced_keys_are_found_behind_their_escapes(void **state)
{
    (void)state;
    Reading reading;
    reading_of(&reading, "{\"a\":1,\"\\u0061\":2}");
    assert_string_equal(shown_findings(&reading), "error yaml-duplicate-key @7+8");
    reading_end(&reading);
}

static void what_is_no_json_may_be_yaml(void **state)
{
    (void)state;
    Reading reading;
    reading_of(&reading, "{\"a\": 1, b: yes,}");
    assert_false(reading.chunk.json);
    assert_string_equal(shown_json(&reading), "{\"a\":1,\"b\":true}");
    reading_end(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_read),
        cmocka_unit_test(mistakes_are_found_at_their_place),
        cmocka_unit_test(keys_may_be_long),
        cmocka_unit_test(replaced_keys_are_found_behind_their_escapes),
        cmocka_unit_test(what_is_no_json_may_be_yaml),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
