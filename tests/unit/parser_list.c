/* The items of a List as chunks of their own, and what is said where there are none. */
#include "parser_fixture.h"

static const char *const ENDS[] = {
    [LIST_ITEM] = "item", [LIST_MORE] = "more", [LIST_END] = "end", [LIST_BAD] = "bad"};

/* Each item as number@line:column and its JSON, and how and where it ended.  The text comes in
 * steps of so many bytes. */
static const char *items(Reading *reading, Str stream, size_t step)
{
    reading_begin(reading, stream);
    Buf all = {0}, *text = &reading->source;
    buf_str(text, stream);
    buf_repeat(text, 0, FILE_PADDING);
    ListSplitter list = {.map = parser_ahead(reading->parser)};
    if (!list_begin(&list, text->ptr, stream.len)) {
        buf_text(&all, "none");
        reading->text = all;
        return shown(reading);
    }
    ListStep found;
    list.len = list.at;
    while ((found = list_next(&list, list.len == stream.len, &reading->chunk)) <= LIST_MORE) {
        if (found == LIST_MORE) {
            list.len = list.len + step < stream.len ? list.len + step : stream.len;
            continue;
        }
        reading->status =
            parser_read(reading->parser, &reading->chunk, 0, &reading->diag, &reading->doc);
        buf_format(&all, "%u@%u:%u ", (unsigned)reading->chunk.index, (unsigned)reading->chunk.line,
                   (unsigned)reading->chunk.column);
        if (reading->status == PARSER_OK)
            write_json(&reading->doc, 0, &all);
        else
            buf_text(&all, stage_of(&reading->doc, reading->status));
        buf_byte(&all, ' ');
    }
    buf_format(&all, "%s at %u", ENDS[found], (unsigned)list.at);
    reading->text = all;
    return shown(reading);
}

static void items_are_chunks(void **state)
{
    (void)state;
    static const struct {
        Str stream;
        const char *items;
    } CASES[] = {
        {STR_INIT("items:\n- a: 1\n- b: 2\n  c:\n  - d\n"),
         "0@2:1 {\"a\":1} 1@3:1 {\"b\":2,\"c\":[\"d\"]} end at 32"},
        {STR_INIT("---\nkind: List\nitems:\n- a: 1\n# no end\n\n- b: |\n    - c\n\n    - d\nkind: List\n"),
         "0@4:1 {\"a\":1} 1@7:1 {\"b\":\"- c\\n\\n- d\\n\"} end at 63"},
        {STR_INIT("items:\n-   a: 1\n    b: 2"), "0@2:1 {\"a\":1,\"b\":2} end at 24"},
        {STR_INIT("items:\n- a: 1\n---\n- b: 2\n"), "0@2:1 {\"a\":1} end at 14"},
        {STR_INIT("items:\n- a: 1\n-\n  b: 2\n"), "0@2:1 {\"a\":1} end at 14"},
        {STR_INIT("items:\n- a: 'b\n- c'\n"), "0@2:1 yaml 1@3:1 \"c'\" end at 20"},
        {STR_INIT("items:\n  - a: 1\n    b:\n      - c\n  - d: |\n       - e\n\n        - f\n  - g: h\nkind: List\n"),
         "0@2:1 {\"a\":1,\"b\":[\"c\"]} 1@5:1 {\"d\":\"- e\\n\\n - f\\n\"} 2@9:1 {\"g\":\"h\"} end at 75"},
        {STR_INIT("items:\n        - a: 1\n        - {}\n"), "0@2:1 {\"a\":1} 1@3:1 {} end at 35"},
        {STR_INIT("items:\n         - a: 1\n"), "none"},
        {STR_INIT("items:\n  - a: 1\n- b: 2\n"), "0@2:1 {\"a\":1} end at 16"},
        {STR_INIT("items:\n  - a: 1\n---\nitems:\n  - b: 2\n"), "0@2:1 {\"a\":1} end at 16"},
        /* Which is told as lost text. */
        {STR_INIT("items:\n  - a: 1\n   - b: 2\n"), "0@2:1 {\"a\":1} end at 26"},
        {STR_INIT("items:\n  - a: 1\n  -\n    b: 2\n"), "0@2:1 {\"a\":1} end at 29"},
        {STR_INIT("items: []\n"), "none"},
        {STR_INIT("kind: List\n"), "none"},
        {STR_INIT(""), "none"},
        {STR_INIT("{\"items\":[{\"a\":1},{\"b\":[2,\"]\"]}],\"kind\":\"List\"}\n"),
         "0@1:11 {\"a\":1} 1@1:19 {\"b\":[2,\"]\"]} end at 31"},
        {STR_INIT("{\n  \"kind\": \"List\",\n  \"items\": [\n    {\n      \"a\": 1\n    },\n    {}\n  ]\n}\n"),
         "0@4:1 {\"a\":1} 1@7:1 {} end at 68"},
        {STR_INIT("{\"items\":[]}"), "end at 10"},
        {STR_INIT("{\"items\":[{\"a\":1} {\"b\":2}]}"), "0@1:11 {\"a\":1} bad at 18"},
        {STR_INIT("{\"items\":[{\"a\":1},]}"), "0@1:11 {\"a\":1} bad at 18"},
        {STR_INIT("{\"items\":[{\"a\":1}"), "0@1:11 {\"a\":1} end at 17"},
        {STR_INIT("\n{\"items\":[{}]}"), "0@2:11 {} end at 13"},
        {STR_INIT("{\"items\":{}}"), "0@1:1 {\"items\":{}} end at 12"},
        {STR_INIT(" {\"kind\":\"List\"}\n  [1]2\n"),
         "0@1:2 {\"kind\":\"List\"} 1@2:3 [1] 2@2:6 2 end at 23"},
        {STR_INIT("{\"a\":1},{}"), "0@1:1 {\"a\":1} bad at 7"},
        {STR_INIT("{\"a\" 1}"), "bad at 0"},
    };
    for (size_t i = 0; i < BASE_COUNT(CASES); i++)
        for (size_t step = 1; step <= 64; step *= 4) {
            Reading reading;
            assert_string_equal(items(&reading, CASES[i].stream, step), CASES[i].items);
            reading_end(&reading);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_are_chunks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
