/* What is wrong, and where.  Offsets are those of the first character that a person
 * would point at. */
#include "parser_fixture.h"

static const struct {
    const char *text;
    const char *findings;
} CASES[] = {
    /* indentation */
    {"a:\n\tb: 1\n", "error yaml-syntax @3+1"},
    {"a: b\n\tc: d\n", "error yaml-syntax @5+1"},
    {"a: |\n  b\n\tc\n", "error yaml-syntax @9+1"},
    {"a:\n  b: 1\n c: 2\n", "error yaml-syntax @11+1"},
    {"- a\nb: 1\n", "error yaml-syntax @4+1"},
    {"a: 1\n- b\n", "error yaml-syntax @5+1"},
    /* colons and dashes */
    {"a: b: c\n", "error yaml-syntax @4+1"},
    {"a: 1\nb\nc: 3\n", "error yaml-syntax @5+1"},
    {"a: - b\n", "error yaml-syntax @3+1"},
    /* brackets and quotes */
    {"a: [1, 2\nb: 3\n", "error yaml-syntax @10+1"},
    {"a: {b: 1\n", "error yaml-syntax @3+1"},
    {"a: [\n", "error yaml-syntax @3+1"},
    {"a: \"never\nb: 3\n", "error yaml-syntax @3+1"},
    {"a: 'it's'\n", "error yaml-syntax @7+1"},
    {"a: ]\n", "error yaml-syntax @3+1"},
    /* characters that start something else */
    {"a: @b\n", "error yaml-syntax @3+1"},
    {"a: `b`\n", "error yaml-syntax @3+1"},
    {"a: *.example.com\n", "error yaml-syntax @3+1"},
    {"a: &\n", "error yaml-syntax @3+1"},
    {"%FOO bar\n", "error yaml-syntax @0+1"},
    {"a: [what?]\n", "error yaml-syntax @8+1"},
    /* blocks and escapes */
    {"a: |x\n", "error yaml-syntax @4+1"},
    {"a: \"\\q\"\n", "error yaml-syntax @4+1"},
    {"a: \"\\xzz\"\n", "error yaml-syntax @6+1"},
    {"a: \"\\ud83d\\udea2\"\n", "error yaml-syntax @6+1"},
    {"a: \"b\\/c\"\n", "error yaml-syntax @5+2"},
    /* aliases and merges */
    {"a: *b\n", "error yaml-syntax @3+2"},
    {"a: &a [*a]\n", "error yaml-syntax @7+2"},
    {"a:\n  <<: b\n", "error yaml-not-json @9+1"},
    {"a:\n  <<: [{}, b]\n", "error yaml-not-json @14+1"},
    /* what JSON cannot say */
    {"? [a]\n: b\n", "error yaml-not-json @2+1"},
    {"~: 1\n", "error yaml-not-json @0+1"},
    {"a: -.inf\n", "error yaml-not-json @3+5"},
    {"a: !!int x\n", "error yaml-not-json @9+1"},
    {"a: !!binary '*'\n", "error yaml-not-json @12+3"},
    {"a: {{ .x }}\n", "error yaml-not-json @3+2"},
    /* keys given twice */
    {"a: 1\na: 2\na: 3\n", "error yaml-duplicate-key @5+1; error yaml-duplicate-key @10+1"},
    {"{\"a\": 1, b: {c: 1, 'c': 2}}", "error yaml-duplicate-key @19+3"},
    {"1: a\n\"1\": b\n", "error yaml-duplicate-key @5+3"},
    /* bytes */
    {"a: \x07\n", "error yaml-encoding @3+1"},
    {"a: \xC2\x80\n", "error yaml-encoding @3+2"},
    {"a: caf\xE9\n", "error yaml-encoding @6+1"},
    {"a: 1 # caf\xE9, caf\xE9\n", "warning yaml-encoding @10+1"},
    {"\xEF\xBB\xBF" "a: 1 # caf\xE9\n", "error yaml-encoding @10+1"}, /* no replacement then */
    {"a: !!binary aGVsbG8\n", "error yaml-not-json @12+7"},
    {"a: 1\nb: x\xEF\xBB\xBFy\n", "warning yaml-encoding @9+3"},
    {"\xFF\xFEx", "error yaml-encoding @0+2"},
    /* text that kubectl never reads */
    {"a: 1\n...\nb: 2\n", "error yaml-lost-text @9+4"},
    {"a: 1\n...\n# fine\n...\n", ""},
    {"\"a\" b # c\n", "error yaml-lost-text @4+5"},
    {"a: 1\n--- b\n", "error yaml-syntax @9+1"},
    /* two versions of YAML */
    {"on: off\n", "warning yaml-ambiguous @0+2; warning yaml-ambiguous @4+3"},
    {"- y\n- 012\n- 0o17\n- 1_000\n- 12:30\n- 1e3\n- 08\n- +0x1F\n- 0b1\n- 12e4567\n",
     "warning yaml-ambiguous @2+1; warning yaml-ambiguous @6+3; warning yaml-ambiguous @12+4; "
     "warning yaml-ambiguous @19+5; warning yaml-ambiguous @27+5; warning yaml-ambiguous @35+3; "
     "warning yaml-ambiguous @41+2; warning yaml-ambiguous @46+5; warning yaml-ambiguous @54+3"},
    {"defaultMode: 0644\nmode: 0400\nmodes: 0400\n",
     "info yaml-ambiguous @13+4; info yaml-ambiguous @24+4; warning yaml-ambiguous @36+4"},
    {"- true\n- False\n- ~\n- Null\n- 1.5\n- -3\n- 007\n- 0\n- 0x1F\n- .5\n- 1.\n", ""},
    {"- \"on\"\n- !!str on\n- '012'\n- 2020-01-01\n- 10.0.0.1:80\n- 1.2.3\n- 100m\n- a:1\n", ""},
    {"{\"a\": 1e3}\n", ""},
    {"a: &a on\nb: *a\n", "warning yaml-ambiguous @6+2"}, /* once, at its own place */
};

static void mistakes_are_found_where_they_are(void **state)
{
    (void)state;
    for (size_t i = 0; i < BASE_COUNT(CASES); i++) {
        Reading reading;
        reading_of(&reading, CASES[i].text);
        assert_string_equal(shown_findings(&reading), CASES[i].findings);
        reading_end(&reading);
    }
}

static void check_words(const char *text, const char *message, const char *note, const char *help)
{
    Reading reading;
    reading_of(&reading, text);
    assert_int_equal(reading.diag.findings.len, 1);
    const Finding *finding = &reading.diag.findings.at[0];
    assert_str(finding->message, message);
    assert_int_equal(finding->note_count, note ? 1 : 0);
    if (note)
        assert_str(finding->notes[0].message, note);
    assert_str(finding->help, help);
    reading_end(&reading);
}

static void findings_say_what_to_do(void **state)
{
    (void)state;
    check_words("a: [1\nb: 2\n", "',' or ']' is missing here", "to go on from this [", "");
    check_words("a:\n\tb: 1\n", "a tab cannot indent YAML: use spaces", NULL, "");
    check_words("a: on\n", "on is the boolean true to kubectl, but text to a YAML 1.2 reader", NULL,
                "write true, or \"on\" if text is meant");
    check_words("a: 12:30\n",
                "12:30 is text to kubectl, but the number 750 to a YAML 1.1 reader", NULL,
                "quote it: \"12:30\"");
    check_words("y: a\n",
                "the key y is the boolean true to kubectl, which sends \"true\"; to a YAML 1.2 "
                "reader it is text",
                NULL, "quote it: \"y\"");
    check_words("a: 1\na: 2\n", "the key \"a\" is given twice in this mapping",
                "first given here; kubectl silently drops this value and keeps the last", "");
    check_words("a: {{ .x }}\n",
                "a mapping stands as a key, which JSON cannot say: kubectl refuses it", NULL,
                "a template has to be rendered first, for instance by helm template");
    check_words("a: 1\n...\nb: 2\n",
                "kubectl never reads the text from here on: the document ends before it", NULL,
                "separate documents with a line of ---");
}

static void other_documents_go_on(void **state)
{
    (void)state;
    Reading reading;
    reading_begin(&reading, STR("a: [\n---\nb: 1\n---\nc: \"\n---\nd: 2\n"));
    static const ParserStatus WANTED[] = {PARSER_FAILED, PARSER_OK, PARSER_FAILED, PARSER_OK};
    for (size_t i = 0; i < BASE_COUNT(WANTED); i++) {
        assert_true(reading_next(&reading));
        assert_int_equal(reading.status, WANTED[i]);
        assert_int_equal(reading.doc.count > 0, WANTED[i] == PARSER_OK);
        assert_int_equal(reading.diag.findings.len, WANTED[i] == PARSER_FAILED);
    }
    assert_false(reading_next(&reading));
    reading_end(&reading);
}

static void a_rule_can_be_switched_off(void **state)
{
    (void)state;
    static const SeverityOverride OFF[] = {{STR_INIT("yaml-duplicate-key"), SEVERITY_OFF}};
    Reading reading;
    reading_begin(&reading, STR("a: 1\na: on\n"));
    assert_true(splitter_next(&reading.splitter, &reading.chunk));
    reading.diag.overrides = OFF;
    reading.diag.override_count = 1;
    reading.status =
        parser_read(reading.parser, &reading.chunk, 0, &reading.diag, &reading.doc);
    assert_int_equal(reading.status, PARSER_OK);
    assert_string_equal(shown_findings(&reading), "warning yaml-ambiguous @8+2");
    reading_end(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_are_found_where_they_are),
        cmocka_unit_test(findings_say_what_to_do),
        cmocka_unit_test(other_documents_go_on),
        cmocka_unit_test(a_rule_can_be_switched_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
