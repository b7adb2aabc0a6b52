/* Objects as YAML: the style of every string, and that what is written reads back. */
#include "emit_written.h"

#include "emit/objects.h"

/* Strings that some reader of YAML takes for something else, or that cannot stand
 * without quotes. */
static const char *const QUOTED[] = {
    "", " ", " a", "a ", "~", "null", "Null", "NULL", "true", "True", "FALSE", "yes", "Yes", "NO",
    "on", "On", "OFF", "y", "Y", "n", "N", "=", "<<", ".inf", "-.INF", "+.Inf", ".NaN", "nan",
    "inf", "0", "1", "-1", "+1", "0777", "08", "0o17", "0x1F", "0b101", "1_000", "1.", ".5", "-.5",
    "1e3", "1E+3", "1.5e-3", "1.2.3", "10.0.0.1", "12:30:45", "190:20:30", "1,000", "2001-12-14",
    "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43.10 -5", "-", "- a", "--- a", "---", "...",
    "...a", "? a", "?", ": a", ":", ":a", "a:", "a: b", "a #b", "#a", "&a", "*a", "!a", "!!str",
    "|", ">", "%a", "@a", "`a", "'a'", "\"a\"", "[a]", "{a}", "{{ a }}", ",a", "a\tb", "\t",
    "a\n", "\na", "a\nb", "a\x01", "a\r", "a\x7f", "\xEF\xBB\xBF", "\xC2\x85", "\xC2\xA0",
    "\xE2\x80\xA8", "a\xE2\x80\xA9", "\xEF\xBF\xBE", "\xC2\x9B", "\xFF", "1:2", "+12e03", "0.",
};

static const char *const PLAIN[] = {
    "a", "nginx:1.27", "a:b", "a#b", "--flag=on", "-c", "-f", "/bin/sh", "a b", "a, b", "a]", "a}",
    "$(VAR)", "100m", "10Gi", "1.27-alpine", "e3", "no way", "yes!", "nullable", "it's", "a\"b\"",
    "a\\b", "\xC3\xA9t\xC3\xA9", "\xE6\xBC\xA2\xE5\xAD\x97", "\xF0\x9F\x9A\xA2", "app.kubernetes.io/name",
    "http://host:80/?q=1", "<a>", "=a", "..", "..a", ".a", "+a", "_1", "0.5s", "5m30s", "(1)", "^a$",
    "a  b", "inferno", "-a", "--", "=x",
};

static void strings_stay_strings(void **state)
{
    (void)state;
    for (size_t i = 0; i < BASE_COUNT(QUOTED); i++)
        if (yaml_string_style(str_of(QUOTED[i]), true) == SCALAR_PLAIN)
            fail_msg("\"%s\" is written plain", QUOTED[i]);
    for (size_t i = 0; i < BASE_COUNT(PLAIN); i++) {
        if (yaml_string_style(str_of(PLAIN[i]), true) != SCALAR_PLAIN)
            fail_msg("\"%s\" is written with quotes", PLAIN[i]);
        if (scalar_resolve(str_of(PLAIN[i])) != NODE_STRING)
            fail_msg("\"%s\" is written plain and no string", PLAIN[i]);
    }
}

static ScalarStyle style_of(const char *value) { return yaml_string_style(str_of(value), false); }

static void text_of_several_lines_is_a_literal_block(void **state)
{
    (void)state;
    assert_int_equal(style_of("a\nb"), SCALAR_LITERAL);
    assert_int_equal(style_of("a: 1\n\n  b # c\n"), SCALAR_LITERAL);
    assert_int_equal(style_of("a\n\n\n"), SCALAR_LITERAL);
    assert_int_equal(style_of(" a\nb"), SCALAR_DOUBLE);
    assert_int_equal(style_of("\na"), SCALAR_DOUBLE);
    assert_int_equal(style_of("a \nb"), SCALAR_DOUBLE);
    assert_int_equal(style_of("a\nb "), SCALAR_DOUBLE);
    assert_int_equal(style_of("a\n\tb"), SCALAR_DOUBLE);
    assert_int_equal(style_of("a\r\nb"), SCALAR_DOUBLE);
    assert_int_equal(style_of("a\nb\x1b"), SCALAR_DOUBLE);
    assert_int_equal(yaml_string_style(STR("a\nb"), true), SCALAR_DOUBLE); /* a key */
    assert_int_equal(style_of("{\"a\": 1}"), SCALAR_SINGLE);
    assert_int_equal(style_of("{\"a\": 'b'}"), SCALAR_DOUBLE);
}

static void documents_are_laid_out_as_people_write_them(void **state)
{
    (void)state;
    assert_written("yaml",
                   "{\"kind\": \"A\", \"spec\": {\"nothing\": null, \"on\": \"on\", \"b\": true, \"f\": 1e30,"
                   " \"list\": [{\"b\": 1, \"a\": [1, [2, 3], []]}, {}, \"x\"],"
                   " \"text\": \"one\\n\\n  two\\n\", \"keep\": \"one\\n\\n\", \"strip\": \"one\\ntwo\"}}",
                   "kind: A\n"
                   "spec:\n"
                   "  b: true\n"
                   "  f: 1.0e+30\n"
                   "  keep: |+\n"
                   "    one\n"
                   "\n"
                   "  list:\n"
                   "  - a:\n"
                   "    - 1\n"
                   "    - - 2\n"
                   "      - 3\n"
                   "    - []\n"
                   "    b: 1\n"
                   "  - {}\n"
                   "  - x\n"
                   "  nothing: null\n"
                   "  \"on\": \"on\"\n"
                   "  strip: |-\n"
                   "    one\n"
                   "    two\n"
                   "  text: |\n"
                   "    one\n"
                   "\n"
                   "      two\n");
    assert_written("yaml", "a: 1\n---\nb: |+\n  x\n\n---\nc: 3\n",
                   "a: 1\n---\nb: |+\n  x\n\n---\nc: 3\n");
    assert_written("yaml", "", "");
}

/* A small generator of its own: the same strings on every machine. */
static uint32_t next_random(uint64_t *seed, uint32_t below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((*seed >> 33) % below);
}

static void random_string(Buf *out, uint64_t *seed)
{
    static const char *const LINES[] = {"\n", "\n\n", " ", "  ", "\t", "\r", "#", ": ", "- ", "'"};
    out->len = 0;
    for (uint32_t parts = next_random(seed, 6); parts > 0; parts--) {
        switch (next_random(seed, 4)) {
        case 0: buf_text(out, QUOTED[next_random(seed, BASE_COUNT(QUOTED) - 3)]); break;
        case 1: buf_text(out, PLAIN[next_random(seed, BASE_COUNT(PLAIN))]); break;
        case 2: buf_text(out, LINES[next_random(seed, BASE_COUNT(LINES))]); break;
        default: buf_byte(out, (char)(' ' + next_random(seed, 95))); break;
        }
    }
    if (next_random(seed, 100) == 0)
        buf_repeat(out, 'k', 2000);
}

/* Strings as keys and values, alone and in lists: JSON to YAML and back is JSON. */
static void what_is_written_reads_back(void **state)
{
    (void)state;
    uint64_t seed = 37;
    Buf json = {0}, text = {0};
    for (int round = 0; round < 3000; round++) {
        json.len = 0;
        buf_text(&json, "{\"a\":[");
        for (int i = 0; i < 3; i++) {
            buf_text(&json, i ? ",{\"k\":" : "{\"k\":");
            random_string(&text, &seed);
            buf_json_go(&json, buf_slice(&text));
            buf_byte(&json, '}');
        }
        buf_text(&json, "],\"b\":{");
        random_string(&text, &seed);
        buf_json_go(&json, buf_slice(&text));
        buf_byte(&json, ':');
        random_string(&text, &seed);
        buf_json_go(&json, buf_slice(&text));
        buf_text(&json, "}}");
        Buf once = written("ndjson", buf_slice(&json));
        Buf yaml = written("yaml", buf_slice(&json));
        Buf again = written("ndjson", buf_slice(&yaml));
        if (!str_eq(buf_slice(&once), buf_slice(&again)))
            fail_msg("%.*s\nwas written as\n%.*s", STR_ARG(buf_slice(&once)),
                     STR_ARG(buf_slice(&yaml)));
        buf_free(&once);
        buf_free(&yaml);
        buf_free(&again);
    }
    buf_free(&json);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_stay_strings),
        cmocka_unit_test(text_of_several_lines_is_a_literal_block),
        cmocka_unit_test(documents_are_laid_out_as_people_write_them),
        cmocka_unit_test(what_is_written_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
