/* What others build on: aliases, merges, replaced keys, paths, comments. */
#include "parser_fixture.h"

static void merges_keep_the_order_of_go_yaml(void **state)
{
    (void)state;
    static const char *const CASES[][2] = {
        {"x: &x {a: 1, b: 2}\nz:\n  <<: *x\n  a: 3\n",
         "{\"x\":{\"a\":1,\"b\":2},\"z\":{\"a\":3,\"b\":2}}"},
        {"x: &x {a: 1, b: 2}\nz:\n  a: 3\n  <<: *x\n",
         "{\"x\":{\"a\":1,\"b\":2},\"z\":{\"a\":1,\"b\":2}}"},
        {"x: &x {a: 1}\nw: &w {a: 2, b: 2}\nz: {<<: [*x, *w]}\n",
         "{\"w\":{\"a\":2,\"b\":2},\"x\":{\"a\":1},\"z\":{\"a\":1,\"b\":2}}"},
        {"x: &x {a: &s [1, 2]}\nz:\n  <<: [{b: *s, c: &t q}, *x]\nv: *t\n",
         "{\"v\":\"q\",\"x\":{\"a\":[1,2]},\"z\":{\"a\":[1,2],\"b\":[1,2],\"c\":\"q\"}}"},
        {"z:\n  <<: &x {a: {b: 1}}\nv: *x\n", "{\"v\":{\"a\":{\"b\":1}},\"z\":{\"a\":{\"b\":1}}}"},
        {"x: &x {<<: {a: 1}, b: 2}\nz: {<<: *x}\n",
         "{\"x\":{\"a\":1,\"b\":2},\"z\":{\"a\":1,\"b\":2}}"},
        {"z: {<<: []}\n", "{\"z\":{}}"},
    };
    for (size_t i = 0; i < BASE_COUNT(CASES); i++) {
        Reading reading;
        reading_of(&reading, CASES[i][0]);
        assert_string_equal(shown_json(&reading), CASES[i][1]);
        reading_end(&reading);
    }
}

static void a_merge_behind_a_key_is_a_warning(void **state)
{
    (void)state;
    Reading reading;
    reading_of(&reading, "x: &x {a: 1}\nz:\n  a: 3\n  <<: *x\n");
    assert_string_equal(shown_findings(&reading), "warning yaml-ambiguous @18+1");
    const Finding *finding = &reading.diag.findings.at[0];
    assert_int_equal(finding->note_count, 1);
    assert_int_equal(finding->notes[0].place.offset, 29); /* the alias */
    reading_end(&reading);
    reading_of(&reading, "x: &x {a: 1}\nz:\n  <<: *x\n  a: 3\n");
    assert_string_equal(shown_findings(&reading), "");
    reading_end(&reading);
}

static void nodes_know_the_alias_they_came_through(void **state)
{
    (void)state;
    Reading reading;
    reading_of(&reading, "x: &x {a: [1]}\nz:\n- *x\n- {<<: *x}\n- 2\n");
    const Document *doc = &reading.doc;
    uint32_t list = node_get_text(doc, 0, STR("z"));
    uint32_t copy = node_first(list);
    const Alias *alias = document_alias(doc, copy + 3); /* the 1 within */
    assert_non_null(alias);
    assert_int_equal(alias->offset, 20);
    assert_int_equal(alias->size, 2);
    assert_int_equal(doc->nodes[copy + 3].offset, 11); /* the anchor's own 1 */
    uint32_t merged = node_after(doc, copy);
    assert_true(doc->nodes[merged + 1].flags & NODE_MERGED);
    alias = document_alias(doc, merged + 2);
    assert_non_null(alias);
    assert_int_equal(alias->offset, 30);
    assert_null(document_alias(doc, node_after(doc, merged)));
    assert_null(document_alias(doc, 0));
    reading_end(&reading);
}

static void the_last_of_equal_keys_counts(void **state)
{
    (void)state;
    Reading reading;
    reading_of(&reading, "a: 1\nb: 2\na: 3\n");
    uint32_t value = node_get_text(&reading.doc, 0, STR("a"));
    assert_str(node_str(&reading.doc, value), "3");
    assert_true(reading.doc.nodes[1].flags & NODE_SHADOWED);
    assert_true(reading.doc.nodes[2].flags & NODE_SHADOWED);
    assert_int_equal(node_get_text(&reading.doc, 0, STR("c")), BASE_NONE);
    assert_int_equal(node_get_text(&reading.doc, value, STR("c")), BASE_NONE);
    assert_string_equal(shown_findings(&reading), "error yaml-duplicate-key @10+1");
    assert_int_equal(reading.diag.findings.at[0].notes[0].place.offset, 0);
    reading_end(&reading);
}

/* JSON cannot say .nan, which is no error where it was replaced; it stays in the
 * tree, and writing the tree crashed. */
static void what_was_replaced_can_be_written(void **state)
{
    (void)state;
    Reading reading;
    reading_of(&reading, "a: .nan\na: -.inf\na: {~: 1, b: .inf}\na: 2\n");
    assert_string_equal(shown_json(&reading), "{\"a\":2}");
    Out out = {.fd = -1};
    document_dump(&reading.doc, &out);
    assert_true(str_contains(buf_slice(&out.buf), STR("shadowed")));
    buf_free(&out.buf);
    reading_end(&reading);
}

static void many_keys_are_compared_as_few_are(void **state)
{
    (void)state;
    Buf text = {0};
    for (int i = 0; i < 300; i++)
        buf_format(&text, "k%d: %d\n", i, i);
    buf_text(&text, "k7: again\nk299: again\n");
    Reading reading;
    reading_begin(&reading, buf_slice(&text));
    reading.source = text;
    assert_true(reading_next(&reading));
    assert_int_equal(reading.diag.findings.len, 2);
    assert_str(node_str(&reading.doc, node_get_text(&reading.doc, 0, STR("k7"))), "again");
    reading_end(&reading);
}

static void paths_lead_to_nodes(void **state)
{
    (void)state;
    Reading reading;
    reading_of(&reading, "metadata:\n  labels: {a.b/c: x, app: z}\nspec:\n  ports:\n  - {p: 1}\n  - {q: 2}\n");
    Document *doc = &reading.doc;
    Arena *arena = parser_arena(reading.parser);
    uint32_t metadata = node_get_text(doc, 0, STR("metadata"));
    uint32_t labels = node_get_text(doc, metadata, STR("labels"));
    uint32_t label = node_get_text(doc, labels, STR("a.b/c"));
    assert_str(document_path(doc, label, arena), "metadata.labels[a.b/c]");
    assert_str(document_path(doc, label - 1, arena), "metadata.labels[a.b/c]"); /* its key */
    assert_str(document_pointer(doc, label, arena), "/metadata/labels/a.b~1c");
    uint32_t ports = node_get_text(doc, node_get_text(doc, 0, STR("spec")), STR("ports"));
    uint32_t second = node_after(doc, node_first(ports));
    uint32_t q = node_get_text(doc, second, STR("q"));
    assert_str(document_path(doc, q, arena), "spec.ports[1].q");
    assert_str(document_path(doc, 0, arena), "");
    assert_str(document_pointer(doc, 0, arena), "");
    assert_int_equal(document_parent(doc, q), second);
    assert_int_equal(document_parent(doc, q - 1), second);
    assert_int_equal(document_parent(doc, second), ports);
    assert_int_equal(document_parent(doc, 0), BASE_NONE);
    doc->root = second; /* as if it were an item of a List */
    assert_str(document_path(doc, q, arena), "q");
    assert_str(document_pointer(doc, q, arena), "/spec/ports/1/q");
    reading_end(&reading);
}

/* Where the last way led is remembered; that must not matter. */
static void paths_are_the_same_in_any_order(void **state)
{
    (void)state;
    Reading reading;
    reading_of(&reading, "a: [{b: 1, c: [2, 3]}, {b: {d: 4}, c: []}, 5]\ne: {f: [6, {g: 7}]}\n");
    Document *doc = &reading.doc;
    Arena *arena = parser_arena(reading.parser);
    for (uint32_t round = 0; round < 500; round++) {
        uint32_t node = round * 7 % doc->count;
        doc->root = round % 3 ? 0 : node_get_text(doc, 0, STR("e"));
        Document slow = *doc;
        slow.fingers = NULL;
        Str expected = document_path(&slow, node, arena), path = document_path(doc, node, arena);
        assert_true(str_eq(path, expected));
        expected = document_pointer(&slow, node, arena);
        assert_true(str_eq(document_pointer(doc, node, arena), expected));
        assert_int_equal(document_parent(doc, node), document_parent(&slow, node));
    }
    reading_end(&reading);
}

/* A path that is shorter in steps and longer in letters comes between two of one way. */
static void paths_do_not_mix(void **state)
{
    (void)state;
    Reading reading;
    reading_of(&reading, "a:\n- {b: {cc: {d: 1}}}\n- {of-many-letters: 2}\n");
    Document *doc = &reading.doc;
    Arena *arena = parser_arena(reading.parser);
    uint32_t list = node_get_text(doc, 0, STR("a")), first = node_first(list);
    uint32_t b = node_get_text(doc, first, STR("b")), cc = node_get_text(doc, b, STR("cc"));
    uint32_t d = node_get_text(doc, cc, STR("d"));
    uint32_t other = node_get_text(doc, node_after(doc, first), STR("of-many-letters"));
    assert_str(document_path(doc, d, arena), "a[0].b.cc.d");
    assert_str(document_path(doc, other, arena), "a[1].of-many-letters");
    assert_str(document_path(doc, b, arena), "a[0].b");
    assert_str(document_path(doc, d, arena), "a[0].b.cc.d");
    reading_end(&reading);
}

static const RuleInfo TEST_RULE = {.id = "test", .severity = SEVERITY_ERROR};

static void a_finding_at_a_node_says_where_it_is(void **state)
{
    (void)state;
    Reading reading;
    reading_of(&reading, "a: &x [1]\nb: *x\n");
    uint32_t one = node_get_text(&reading.doc, 0, STR("b")) + 1;
    reading.doc.object = 5;
    document_report(&reading.diag, &reading.doc, one, &TEST_RULE, "wrong: %d", 1);
    const Finding *finding = &reading.diag.findings.at[0];
    assert_str(finding->message, "wrong: 1");
    assert_str(finding->path, "b[0]");
    assert_str(finding->pointer, "/b/0");
    assert_int_equal(finding->object, 5);
    assert_int_equal(finding->place.offset, 7);
    assert_int_equal(finding->note_count, 1);
    assert_int_equal(finding->notes[0].place.offset, 13);
    reading_end(&reading);
}

static void comments_that_speak_to_us_are_found(void **state)
{
    (void)state;
    static const char TEXT[] = "# Source: chart/a.yaml\n"
                               "#plimsoll: one\n"
                               "# other\n"
                               "a: x # plimsoll: two\n"
                               "b: \"# plimsoll: no\"\n"
                               "c: '# plimsoll: no\n  # plimsoll: no'\n"
                               "d: | # plimsoll: three\n"
                               "  # plimsoll: no\n"
                               "\n"
                               "# plimsoll: four\n"
                               "e: [f, # plimsoll: five\r\n"
                               "  x# plimsoll: no\n"
                               "  ]\n";
    Reading reading;
    reading_of(&reading, TEXT);
    static const char *const WANTED[] = {"# Source: chart/a.yaml", "#plimsoll: one",
                                         "# plimsoll: two", "# plimsoll: three",
                                         "# plimsoll: four", "# plimsoll: five"};
    assert_int_equal(reading.status, PARSER_OK);
    assert_int_equal(reading.doc.comment_count, BASE_COUNT(WANTED));
    for (size_t i = 0; i < BASE_COUNT(WANTED); i++) {
        Comment comment = reading.doc.comments[i];
        assert_str(str_slice(TEXT + comment.offset, comment.size), WANTED[i]);
    }
    reading_end(&reading);
    reading_of(&reading, "# plimsoll: alone\n");
    assert_int_equal(reading.status, PARSER_EMPTY);
    assert_int_equal(reading.doc.comment_count, 1);
    reading_end(&reading);
}

static void text_is_sliced_from_the_source(void **state)
{
    (void)state;
    static const char TEXT[] = "{plain: 'single', \"double\": \"es\\tcaped\"}\n#\n";
    Reading reading;
    reading_begin(&reading, STR(TEXT));
    assert_true(reading_next(&reading));
    const Node *nodes = reading.doc.nodes;
    assert_ptr_equal(nodes[1].text, TEXT + 1);
    assert_ptr_equal(nodes[2].text, TEXT + 9);
    assert_ptr_equal(nodes[3].text, TEXT + 19);
    assert_true(nodes[4].text < TEXT || nodes[4].text >= TEXT + sizeof TEXT);
    reading_end(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merges_keep_the_order_of_go_yaml),
        cmocka_unit_test(a_merge_behind_a_key_is_a_warning),
        cmocka_unit_test(nodes_know_the_alias_they_came_through),
        cmocka_unit_test(the_last_of_equal_keys_counts),
        cmocka_unit_test(what_was_replaced_can_be_written),
        cmocka_unit_test(many_keys_are_compared_as_few_are),
        cmocka_unit_test(paths_lead_to_nodes),
        cmocka_unit_test(paths_are_the_same_in_any_order),
        cmocka_unit_test(paths_do_not_mix),
        cmocka_unit_test(a_finding_at_a_node_says_where_it_is),
        cmocka_unit_test(comments_that_speak_to_us_are_found),
        cmocka_unit_test(text_is_sliced_from_the_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
