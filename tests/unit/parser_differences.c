/* Where libyaml and go-yaml part (docs/yaml-differences.md): each row of
 * testdata/parser/differences.ndjson says what kubectl's reader makes of an input,
 * and what plimsoll does where that differs on purpose. */
#include "parser_fixture.h"

#include <jansson.h>

static const char ROWS[] = "testdata/parser/differences.ndjson";

static uint8_t hex_digit(char c) { return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10); }

static void read_input(json_t *row, Buf *input)
{
    json_t *text = json_object_get(row, "input");
    if (text) {
        buf_str(input, str_slice(json_string_value(text), json_string_length(text)));
        return;
    }
    const char *hex = json_string_value(json_object_get(row, "hex"));
    for (; hex[0]; hex += 2)
        buf_byte(input, (char)(hex_digit(hex[0]) << 4 | hex_digit(hex[1])));
}

/* The rules that report an error, in order, separated by spaces. */
static void errors_of(const Diag *diag, Buf *out)
{
    for (uint32_t i = 0; i < diag->findings.len; i++)
        if (diag->findings.at[i].severity == SEVERITY_ERROR)
            buf_format(out, "%s%s", out->len ? " " : "", diag->findings.at[i].rule->id);
}

static void check_document(Reading *reading, json_t *want)
{
    const char *stage = json_string_value(json_object_get(want, "plimsoll"));
    if (!stage)
        stage = json_string_value(json_object_get(want, "kubectl"));
    assert_string_equal(stage_of(&reading->doc, reading->status), stage);
    json_t *json = json_object_get(want, "json");
    if (json)
        assert_string_equal(shown_json(reading), json_string_value(json));
    if (reading->status == PARSER_FAILED)
        return;
    Buf wanted = {0}, got = {0};
    size_t i;
    json_t *rule;
    json_array_foreach(json_object_get(want, "errors"), i, rule)
        buf_format(&wanted, "%s%s", wanted.len ? " " : "", json_string_value(rule));
    errors_of(&reading->diag, &got);
    assert_int_equal(wanted.len, got.len);
    assert_true(str_eq(buf_slice(&wanted), buf_slice(&got)));
    buf_free(&wanted);
    buf_free(&got);
}

static void check_row(json_t *row)
{
    Buf input = {0};
    Reading reading;
    read_input(row, &input);
    print_message("# %s\n", json_string_value(json_object_get(row, "name")));
    reading_begin(&reading, buf_slice(&input));
    size_t i;
    json_t *want;
    json_array_foreach(json_object_get(row, "documents"), i, want) {
        assert_true(reading_next(&reading));
        check_document(&reading, want);
    }
    assert_false(reading_next(&reading));
    reading_end(&reading);
    buf_free(&input);
}

static void listed_differences_hold(void **state)
{
    (void)state;
    FileText file = {0};
    assert_int_equal(file_read(&file, ROWS), 0);
    size_t rows = 0;
    for (size_t at = 0; at < file.len; rows++) {
        Str line = str_slice(file.ptr + at, file.len - at);
        line.len = str_find(line, '\n');
        json_error_t error;
        json_t *row = json_loadb(line.ptr, line.len, 0, &error);
        assert_non_null(row);
        check_row(row);
        json_decref(row);
        at += line.len + 1;
    }
    assert_true(rows > 80);
    file_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(listed_differences_hold)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
