/* Fields as a server names them, found in the input. */
#include "unit.h"

#include "emit/rest/locate.h"

static const char TEXT[] = "metadata:\n"
                           "  labels: {app.kubernetes.io/name: web, app: x}\n"
                           "spec:\n"
                           "  ports:\n"
                           "  - {port: 80, name: http}\n"
                           "  - {port: 443, protocol: TCP, nodePort: 31000}\n"
                           "data:\n"
                           "  a.b: one\n"
                           "  a: {b: two}\n";

static void expect(const char *field, const char *wanted)
{
    Parser *parser = parser_new();
    Diag diag = {0};
    Splitter splitter;
    Chunk chunk;
    Document doc;
    splitter_init(&splitter, str_of(TEXT));
    assert_true(splitter_next(&splitter, &chunk));
    assert_int_equal(parser_read(parser, &chunk, 0, &diag, &doc), PARSER_OK);
    doc.root = 0;
    const Node *node = node_at(&doc, rest_locate(&doc, str_of(field)));
    assert_str(str_slice(TEXT + node->offset, node->size), wanted);
    diag_free(&diag);
    parser_free(parser);
}

static void fields_are_found(void **state)
{
    (void)state;
    expect("spec.ports[1].nodePort", "31000");
    expect("spec.ports[0].name", "http");
    expect(".spec.ports[port=443,protocol=\"TCP\"].nodePort", "31000");
    expect(".spec.ports[port=80,protocol=\"TCP\"].name", "http");
    expect("metadata.labels[app.kubernetes.io/name]", "web");
    expect(".metadata.labels.app.kubernetes.io/name", "web");
    expect("metadata.labels.app", "x");
    expect("data[a.b]", "one");
    expect("data.a.b", "one");
}

static void what_is_not_there_is_shown_by_what_is_above(void **state)
{
    (void)state;
    expect("spec.ports[0].targetPort", "{port: 80, name: http}");
    expect("spec.ports[7]", "- {port: 80, name: http}\n  - {port: 443, protocol: TCP, nodePort: 31000}");
    expect("metadata.name", "labels: {app.kubernetes.io/name: web, app: x}");
    expect("spec.ports[", "- {port: 80, name: http}\n  - {port: 443, protocol: TCP, nodePort: 31000}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_found),
        cmocka_unit_test(what_is_not_there_is_shown_by_what_is_above),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
