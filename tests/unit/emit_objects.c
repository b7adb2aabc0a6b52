/* Objects as JSON and NDJSON: what kubectl would send. */
#include "emit_written.h"

static void keys_are_sorted_by_their_bytes(void **state)
{
    (void)state;
    assert_written("ndjson",
                   "b: 1\na: {z: [3, {w: 1, v: 2}], B: 2, \xC3\xA9: 4, aaaaaaaaab: 1, aaaaaaaaaa: 2}\n"
                   "\"\": 0\naa: 5\n",
                   "{\"\":0,\"a\":{\"B\":2,\"aaaaaaaaaa\":2,\"aaaaaaaaab\":1,"
                   "\"z\":[3,{\"v\":2,\"w\":1}],\"\xC3\xA9\":4},\"aa\":5,\"b\":1}\n");
}

/* More keys than insertion sorts, in the worst order. */
static void many_keys_are_sorted(void **state)
{
    (void)state;
    Buf text = {0}, expected = {0};
    for (int i = 999; i >= 0; i--)
        buf_format(&text, "key-number-%03d: %d\n", i, i);
    buf_byte(&text, '\0');
    buf_byte(&expected, '{');
    for (int i = 0; i < 1000; i++)
        buf_format(&expected, "%s\"key-number-%03d\":%d", i ? "," : "", i, i);
    buf_text(&expected, "}\n");
    buf_byte(&expected, '\0');
    assert_written("ndjson", text.ptr, expected.ptr);
    buf_free(&text);
    buf_free(&expected);
}

static void scalars_are_what_kubectl_reads(void **state)
{
    (void)state;
    assert_written("ndjson",
                   "a: yes\nb: \"yes\"\nc: 010\nd: 1e3\ne: ~\nf: 1.50\ng: '<&>'\nh: [ ]\ni: {}\nj:\n",
                   "{\"a\":true,\"b\":\"yes\",\"c\":8,\"d\":1000,\"e\":null,\"f\":1.5,"
                   "\"g\":\"\\u003c\\u0026\\u003e\",\"h\":[],\"i\":{},\"j\":null}\n");
}

static void merges_and_aliases_are_resolved(void **state)
{
    (void)state;
    assert_written("ndjson",
                   "base: &b {x: 1, w: 2}\nmerged:\n  <<: *b\n  w: 3\nlist: [*b, *b]\n",
                   "{\"base\":{\"w\":2,\"x\":1},\"list\":[{\"w\":2,\"x\":1},{\"w\":2,\"x\":1}],"
                   "\"merged\":{\"w\":3,\"x\":1}}\n");
}

static void ndjson_has_an_object_a_line(void **state)
{
    (void)state;
    assert_written("ndjson", "b: 1\n---\na: \"x\\ny\"\n", "{\"b\":1}\n{\"a\":\"x\\ny\"}\n");
}

static void one_object_stands_by_itself(void **state)
{
    (void)state;
    assert_written("json", "b: [1, {}]\na: {d: \"{,}: \\\"\", c: []}\n",
                   "{\n"
                   "    \"a\": {\n"
                   "        \"c\": [],\n"
                   "        \"d\": \"{,}: \\\"\"\n"
                   "    },\n"
                   "    \"b\": [\n"
                   "        1,\n"
                   "        {}\n"
                   "    ]\n"
                   "}\n");
}

static void several_objects_are_a_list(void **state)
{
    (void)state;
    assert_written("json", "a: 1\n---\nb: {c: 2}\n---\nd: []\n",
                   "{\n"
                   "    \"apiVersion\": \"v1\",\n"
                   "    \"items\": [\n"
                   "        {\n"
                   "            \"a\": 1\n"
                   "        },\n"
                   "        {\n"
                   "            \"b\": {\n"
                   "                \"c\": 2\n"
                   "            }\n"
                   "        },\n"
                   "        {\n"
                   "            \"d\": []\n"
                   "        }\n"
                   "    ],\n"
                   "    \"kind\": \"List\"\n"
                   "}\n");
    assert_written("json", "",
                   "{\n    \"apiVersion\": \"v1\",\n    \"items\": [],\n    \"kind\": \"List\"\n}\n");
}

/* Deeper than the stack is at first. */
static void deep_objects_are_written(void **state)
{
    (void)state;
    Buf text = {0};
    buf_text(&text, "a: ");
    buf_repeat(&text, '[', 200);
    buf_repeat(&text, ']', 200);
    buf_byte(&text, '\0');
    Buf expected = {0};
    buf_text(&expected, "{\"a\":");
    buf_repeat(&expected, '[', 200);
    buf_repeat(&expected, ']', 200);
    buf_text(&expected, "}\n");
    buf_byte(&expected, '\0');
    assert_written("ndjson", text.ptr, expected.ptr);
    buf_free(&text);
    buf_free(&expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_sorted_by_their_bytes),
        cmocka_unit_test(many_keys_are_sorted),
        cmocka_unit_test(scalars_are_what_kubectl_reads),
        cmocka_unit_test(merges_and_aliases_are_resolved),
        cmocka_unit_test(ndjson_has_an_object_a_line),
        cmocka_unit_test(one_object_stands_by_itself),
        cmocka_unit_test(several_objects_are_a_list),
        cmocka_unit_test(deep_objects_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
