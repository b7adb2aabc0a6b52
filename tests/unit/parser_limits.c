/* Documents made to hurt end quickly, with a finding that says why. */
#include "parser_fixture.h"

static void read_made(Reading *reading, Buf source)
{
    reading_begin(reading, buf_slice(&source));
    reading->source = source;
    assert_true(reading_next(reading));
}

static void expect_rule(Buf source, const char *rule)
{
    Reading reading;
    read_made(&reading, source);
    assert_int_equal(reading.status, rule ? PARSER_FAILED : PARSER_OK);
    assert_int_equal(reading.diag.findings.len, rule ? 1 : 0);
    if (rule)
        assert_string_equal(reading.diag.findings.at[0].rule->id, rule);
    reading_end(&reading);
}

static Buf repeated(const char *text, size_t count)
{
    Buf out = {0};
    for (size_t i = 0; i < count; i++)
        buf_text(&out, text);
    return out;
}

static void nesting_ends_at_512(void **state)
{
    (void)state;
    Buf fits = repeated("[", PARSER_MAX_DEPTH);
    buf_repeat(&fits, ']', PARSER_MAX_DEPTH);
    expect_rule(fits, NULL);
    expect_rule(repeated("[", PARSER_MAX_DEPTH + 1), "yaml-depth");
    expect_rule(repeated("[", 100000), "yaml-depth");
    expect_rule(repeated("- ", 100000), "yaml-depth");
    expect_rule(repeated("{\"a\":", 5000), "yaml-depth"); /* JSON, if it were closed */
    Buf json = repeated("{\"a\":", 600);
    buf_text(&json, "1");
    buf_repeat(&json, '}', 600);
    expect_rule(json, "yaml-depth");
}

/* Aliases count with the height of what they stand for. */
static void aliases_do_not_hide_depth(void **state)
{
    (void)state;
    Buf text = {0};
    buf_text(&text, "- &a0 [x]\n");
    for (int i = 1; i < 600; i++)
        buf_format(&text, "- &a%d [*a%d]\n- y\n", i, i - 1);
    Reading reading;
    read_made(&reading, text);
    assert_int_equal(reading.status, PARSER_FAILED);
    reading_end(&reading);
}

static void alias_bombs_are_refused(void **state)
{
    (void)state;
    Buf text = {0};
    buf_text(&text, "a0: &a0 [x]\n");
    for (int i = 1; i < 30; i++) {
        buf_format(&text, "a%d: &a%d [x", i, i);
        for (int copy = 0; copy < 9; copy++)
            buf_format(&text, ", *a%d", i - 1);
        buf_text(&text, "]\n");
    }
    expect_rule(text, "yaml-alias-bomb");
}

/* go-yaml allows 99 of 100 nodes of a small document to come from aliases. */
static void many_aliases_are_fine(void **state)
{
    (void)state;
    Buf text = {0};
    buf_text(&text, "a: &a {x: 1, y: [2, 3]}\nb:\n");
    for (int i = 0; i < 20000; i++)
        buf_text(&text, "- *a\n");
    Reading reading;
    read_made(&reading, text);
    assert_int_equal(reading.status, PARSER_OK);
    assert_int_equal(reading.doc.alias_count, 20000);
    reading_end(&reading);
}

static void anchors_by_the_thousand_are_found(void **state)
{
    (void)state;
    Buf text = {0};
    for (int i = 0; i < 5000; i++)
        buf_format(&text, "- &a%d %d\n- *a%d\n", i, i, i / 2);
    expect_rule(text, NULL);
}

/* What libyaml is shown otherwise must help, or the reading ends: this one hung. */
static void readings_end_where_no_change_helps(void **state)
{
    (void)state;
    expect_rule(repeated("a: !<tag:yaml.org,2002:str>[ b\n", 1), "yaml-syntax");
    Buf text = repeated("- \"\\'\"\n", 500); /* one round for each */
    expect_rule(text, NULL);
}

static void long_keys_are_for_json(void **state)
{
    (void)state;
    Buf text = {0};
    buf_repeat(&text, 'k', 1100);
    buf_text(&text, ": v\n");
    expect_rule(text, "yaml-syntax");
}

static void a_parser_is_used_again(void **state)
{
    (void)state;
    Reading reading;
    reading_begin(&reading, STR("a: &a {b: c}\n---\na: *a\n---\n[[[\n---\na: \"x\\ty\"\n"));
    assert_true(reading_next(&reading));
    assert_int_equal(reading.status, PARSER_OK);
    assert_true(reading_next(&reading)); /* anchors end with their document */
    assert_string_equal(shown_findings(&reading), "error yaml-syntax @3+2");
    assert_true(reading_next(&reading));
    assert_int_equal(reading.status, PARSER_FAILED);
    assert_true(reading_next(&reading));
    assert_string_equal(shown_json(&reading), "{\"a\":\"x\\ty\"}");
    reading_end(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nesting_ends_at_512),
        cmocka_unit_test(aliases_do_not_hide_depth),
        cmocka_unit_test(alias_bombs_are_refused),
        cmocka_unit_test(many_aliases_are_fine),
        cmocka_unit_test(anchors_by_the_thousand_are_found),
        cmocka_unit_test(readings_end_where_no_change_helps),
        cmocka_unit_test(long_keys_are_for_json),
        cmocka_unit_test(a_parser_is_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
