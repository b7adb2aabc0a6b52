/* Plain scalars as kubectl sends them: each row was asked of its reader (YAML 1.1 to
 * JSON by sigs.k8s.io/yaml, read and written again as kubectl does), byte for byte. */
#include "parser_fixture.h"

static const struct {
    const char *yaml;
    const char *json;
} SCALARS[] = {
        {"0", "0"},
        {"1", "1"},
        {"-1", "-1"},
        {"+1", "1"},
        {"007", "7"},
        {"012", "10"},
        {"-012", "-10"},
        {"08", "8"},
        {"09", "9"},
        {"0o17", "15"},
        {"0O17", "15"},
        {"0o8", "\"0o8\""},
        {"0x1F", "31"},
        {"0X1f", "31"},
        {"-0x1F", "-31"},
        {"0x", "\"0x\""},
        {"0xg", "\"0xg\""},
        {"0b101", "5"},
        {"0B101", "5"},
        {"0b2", "\"0b2\""},
        {"-0b11", "-3"},
        {"0b-11", "-3"},
        {"0b+11", "3"},
        {"-0b-1", "\"-0b-1\""},
        {"1_000", "1000"},
        {"1__0", "10"},
        {"1_", "1"},
        {"_1", "\"_1\""},
        {"0_7", "7"},
        {"0x_1", "1"},
        {"+_1", "1"},
        {"1.5", "1.5"},
        {"1.", "1"},
        {".5", "0.5"},
        {"-.5", "-0.5"},
        {"+.5", "0.5"},
        {".", "\".\""},
        {"..", "\"..\""},
        {"1.2.3", "\"1.2.3\""},
        {"1e3", "1000"},
        {"1E3", "1000"},
        {"1e+3", "1000"},
        {"1e-3", "0.001"},
        {"1e", "\"1e\""},
        {"1e+", "\"1e+\""},
        {".5e1", "5"},
        {".e5", "\".e5\""},
        {"1.5e3", "1500"},
        {"12e4567", "\"12e4567\""},
        {"-1e400", "\"-1e400\""},
        {"1e-400", "0"},
        {"0e9999999999", "0"},
        {"-0", "0"},
        {"-0.0", "0"},
        {"0.0", "0"},
        {"00", "0"},
        {"0.1", "0.1"},
        {"1e20", "100000000000000000000"},
        {"1e21", "1e+21"},
        {"-1e21", "-1e+21"},
        {"1e-6", "0.000001"},
        {"1e-7", "1e-7"},
        {"123456789012345678", "123456789012345678"},
        {"9223372036854775807", "9223372036854775807"},
        {"9223372036854775808", "9223372036854776000"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"-9223372036854775809", "-9223372036854776000"},
        {"18446744073709551615", "18446744073709552000"},
        {"18446744073709551616", "18446744073709552000"},
        {"+9223372036854775808", "9223372036854776000"},
        {"0xFFFFFFFFFFFFFFFF", "18446744073709552000"},
        {"0x10000000000000000", "\"0x10000000000000000\""},
        {"9007199254740993.0", "9007199254740992"},
        {"9223372036854774784.0", "9223372036854775000"},
        {"9223372036854775807.0", "9223372036854776000"},
        {"1e18", "1000000000000000000"},
        {"1e19", "10000000000000000000"},
        {"3.4028235e38", "3.4028235e+38"},
        {"4.9e-324", "5e-324"},
        {"2.2250738585072014e-308", "2.2250738585072014e-308"},
        {"1.7976931348623157e308", "1.7976931348623157e+308"},
        {"5e-324", "5e-324"},
        {"9.5367431640625e-07", "9.5367431640625e-7"},
        {"0.000001", "0.000001"},
        {"123456.789", "123456.789"},
        {"100.0", "100"},
        {"y", "true"},
        {"Y", "true"},
        {"yes", "true"},
        {"Yes", "true"},
        {"YES", "true"},
        {"yEs", "\"yEs\""},
        {"n", "false"},
        {"N", "false"},
        {"no", "false"},
        {"NO", "false"},
        {"on", "true"},
        {"On", "true"},
        {"ON", "true"},
        {"oN", "\"oN\""},
        {"off", "false"},
        {"OFF", "false"},
        {"true", "true"},
        {"True", "true"},
        {"TRUE", "true"},
        {"tRue", "\"tRue\""},
        {"false", "false"},
        {"False", "false"},
        {"~", "null"},
        {"null", "null"},
        {"Null", "null"},
        {"nUll", "\"nUll\""},
        {"2001-01-01", "\"2001-01-01\""},
        {"12:30", "\"12:30\""},
        {"1:2:3", "\"1:2:3\""},
        {"190:20:30.5", "\"190:20:30.5\""},
        {"0.1_0", "0.1"},
        {".1_0", "0.1"},
        {"._1", "\"._1\""},
        {".1_", "\".1_\""},
        {"1_0.5", "10.5"},
        {"1e1_0", "10000000000"},
        {"0777", "511"},
        {"0644", "420"},
        {"1k", "\"1k\""},
        {"1Mi", "\"1Mi\""},
        {"500m", "\"500m\""},
        {"10.0.0.1", "\"10.0.0.1\""},
        {"<<", "\"\\u003c\\u003c\""},
};

/* One item of a list. */
static void read_item(Reading *reading, const char *item)
{
    Buf source = {0};
    buf_format(&source, "- %s\n", item);
    reading_begin(reading, buf_slice(&source));
    reading->source = source; /* nodes point into it */
    assert_true(reading_next(reading));
    assert_int_equal(reading->status, PARSER_OK);
}

static void scalars_are_sent_as_kubectl_sends_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < BASE_COUNT(SCALARS); i++) {
        Reading reading;
        read_item(&reading, SCALARS[i].yaml);
        reading.text.len = 0;
        node_json(&reading.doc, 1, &reading.text);
        assert_string_equal(shown(&reading), SCALARS[i].json);
        assert_int_equal(scalar_resolve(str_of(SCALARS[i].yaml)), node_kind(&reading.doc, 1));
        reading_end(&reading);
    }
}

static void integers_are_what_fits_an_int64(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        NodeKind kind;
        int64_t value;
    } CASES[] = {
        {"7", NODE_INT, 7},
        {"0o17", NODE_INT, 15},
        {"-0x10", NODE_INT, -16},
        {"1e3", NODE_INT, 1000},
        {"2.0", NODE_INT, 2},
        {"08", NODE_INT, 8},
        {"9223372036854775807", NODE_INT, INT64_MAX},
        {"-9223372036854775808", NODE_INT, INT64_MIN},
        {"9223372036854774784.0", NODE_INT, 9223372036854775000}, /* the digits that are sent */
        {"9223372036854775808", NODE_FLOAT, 0},
        {"1.5", NODE_FLOAT, 0},
        {"\"7\"", NODE_STRING, 0},
        {"!!int \"7\"", NODE_INT, 7},
        {"!!float 9007199254740993", NODE_INT, 9007199254740992},
    };
    for (size_t i = 0; i < BASE_COUNT(CASES); i++) {
        Reading reading;
        int64_t value = 0;
        read_item(&reading, CASES[i].text);
        assert_int_equal(node_kind(&reading.doc, 1), CASES[i].kind);
        assert_int_equal(node_int64(&reading.doc, 1, &value), CASES[i].kind == NODE_INT);
        assert_int_equal(value, CASES[i].value);
        uint64_t natural;
        assert_int_equal(node_uint64(&reading.doc, 1, &natural),
                         CASES[i].kind == NODE_INT && CASES[i].value >= 0);
        reading_end(&reading);
    }
}

static void numbers_and_booleans_have_values(void **state)
{
    (void)state;
    Reading reading;
    reading_of(&reading, "[1.5, 3, 18446744073709551615, yes, off, On, n, y, false, text]");
    double real = 0;
    assert_true(node_double(&reading.doc, 1, &real) && real == 1.5);
    assert_true(node_double(&reading.doc, 2, &real) && real == 3);
    assert_true(node_double(&reading.doc, 3, &real) && real == 18446744073709551615.0);
    assert_false(node_double(&reading.doc, 4, &real));
    static const bool BOOLEANS[] = {true, false, true, false, true, false, false};
    for (uint32_t i = 0; i < BASE_COUNT(BOOLEANS); i++)
        assert_int_equal(node_bool(&reading.doc, 4 + i), BOOLEANS[i]);
    reading_end(&reading);
}

static void texts_have_the_escapes_of_go(void **state)
{
    (void)state;
    Reading reading;
    reading_of(&reading, "[\"<&>\\u2028\\n\\a\\b\\\"\\x7f\", 'h\xC3\xA9']");
    assert_string_equal(shown_json(&reading),
                        "[\"\\u003c\\u0026\\u003e\\u2028\\n\\u0007\\b\\\"\x7f\",\"h\xC3\xA9\"]");
    reading_end(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_are_sent_as_kubectl_sends_them),
        cmocka_unit_test(integers_are_what_fits_an_int64),
        cmocka_unit_test(numbers_and_booleans_have_values),
        cmocka_unit_test(texts_have_the_escapes_of_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
