/* Ways: equal for what has equal paths, whatever was asked for before. */
#include "parser_fixture.h"

#include "checks/ways.h"

static const char *const TEXT =
    "a: [{b: 1, c: [2, 3]}, {b: {d: 4}, c: []}, 5]\ne: {f: [6, {g: 7}], x: 8}\n"
    "h: &h {b: {d: 9}}\ni: *h\n";

/* Keys are bound to their letters, but for x. */
static uint32_t bind_all(Document *doc)
{
    uint32_t unbound = node_get_text(doc, node_get_text(doc, 0, STR("e")), STR("x"));
    for (uint32_t node = 0; node < doc->count; node++)
        if (doc->nodes[node].flags & NODE_KEY && node + 1 != unbound)
            doc->nodes[node].bind = (uint32_t)doc->nodes[node].text[0];
    return unbound;
}

static void ways_are_equal_where_paths_are(void **state)
{
    (void)state;
    Reading first, second;
    reading_of(&first, TEXT);
    reading_of(&second, TEXT);
    uint32_t unbound = bind_all(&first.doc);
    bind_all(&second.doc);
    Ways ways = {0};
    assert_int_equal(ways_to(&ways, &first.doc, unbound), 0);
    assert_int_equal(ways_to(&ways, &first.doc, 0), 0);
    /* In any order, from one document to the other. */
    for (uint32_t round = 0; round < 2000; round++) {
        uint32_t a = 1 + round * 7 % (first.doc.count - 1);
        uint32_t b = 1 + round * round % (second.doc.count - 1);
        uint32_t way = ways_to(&ways, &first.doc, a), other = ways_to(&ways, &second.doc, b);
        bool same = str_eq(document_path(&first.doc, a, parser_arena(first.parser)),
                           document_path(&second.doc, b, parser_arena(second.parser)));
        assert_true(way < ways_count(&ways) && other < ways_count(&ways));
        if (way && other)
            assert_int_equal(way == other, same);
        assert_int_equal(way == 0, a == unbound || a + 1 == unbound);
    }
    uint32_t count = ways_count(&ways);
    ways_clear(&ways);
    assert_int_equal(ways_count(&ways), 1);
    for (uint32_t node = first.doc.count; node-- > 1;)
        ways_to(&ways, &first.doc, node);
    assert_int_equal(ways_count(&ways), count);
    ways_free(&ways);
    reading_end(&first);
    reading_end(&second);
}

static void a_way_too_long_is_none(void **state)
{
    (void)state;
    Reading reading;
    reading_of(&reading, "[[[[[[[[[[[[[[[[[[1]], 2]]]]]]]]]]]]]]]]\n");
    Ways ways = {0};
    uint32_t deepest = WAYS_DEEPEST; /* nodes stand one in the other */
    assert_int_equal(ways_to(&ways, &reading.doc, deepest), WAYS_DEEPEST);
    assert_int_equal(ways_to(&ways, &reading.doc, deepest + 1), 0);
    assert_int_equal(ways_to(&ways, &reading.doc, deepest - 1), WAYS_DEEPEST - 1);
    assert_int_equal(ways_to(&ways, &reading.doc, reading.doc.count - 1), WAYS_DEEPEST + 1);
    ways_free(&ways);
    reading_end(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ways_are_equal_where_paths_are),
        cmocka_unit_test(a_way_too_long_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
