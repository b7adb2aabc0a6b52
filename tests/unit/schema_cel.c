/* Expressions in CEL: what the compiler of a 1.37 server says of each line here, which it was
 * asked with self and oldSelf of any type. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "schema/cel.h"

static const char *const VARIABLES[] = {"self", "oldSelf", NULL};

static CelReading reading_of(const char *text) { return cel_read(str_of(text), VARIABLES); }

static void what_compiles(void **state)
{
    (void)state;
    static const char *const GOOD[] = {
        "self.a == 'x' // why\n && !(self.b in [1, 0x1F,]) && [.5, 1e-3, 2.5E+1] != [] && 2u > 0x1U",
        "self.?a.orValue(-1) >= --self[?'b'].value() ? [?self.?c] != [] : {?'k': self.?d, 'l': self.l} == {,}",
        "has(self.a) && has((self.b.c)) && [,] == []",
        "self.all(x, x > 0 && self.exists((y), y == x)) || self.exists_one(k, v, k != v)",
        "self.map(x, x > 1, x + 1).transformMap(k, v, v > 0, v).size() > 0",
        "optional.of(self).optMap(v, v.a).hasValue() && !format.uuid().validate('a').hasValue()",
        "type(self) == int || type(self) == google.protobuf.Timestamp || type(self) == net.IP",
        "google.protobuf.BoolValue{value: true} == true",
        "\"\"\"a\"b\"\"\" + '''c'd\n''' + r'\\d' + R\"\\\" + '\\x41\\101\\u00e9\\U0001F600\\?\\`' != ''",
        "b'\\377' != bR\"x\" && '' == \"\"",
        "self.a.matches('^[a-z]+$') && !!self.d == !self.e",
        ".self.a == self.in_use.true_ && -9223372036854775808 < 0",
        "self.map(oldSelf, oldSelf) == []",
        "18446744073709551615u > 0u",
    };
    for (size_t i = 0; i < BASE_COUNT(GOOD); i++) {
        CelReading reading = reading_of(GOOD[i]);
        if (reading.fault != CEL_FINE || reading.undecided)
            fail_msg("%s: fault %d at \"%.*s\"", GOOD[i], (int)reading.fault, STR_ARG(reading.what));
    }
}

static void what_does_not(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        CelFault fault;
        const char *what;
    } BAD[] = {
        {"self = ''", CEL_UNREADABLE, "="},
        {"self != 'a", CEL_UNREADABLE, "'"},
        {"self != 'a\n'", CEL_UNREADABLE, "'"},
        {"self != '\\q'", CEL_UNREADABLE, "'"},
        {"self & self", CEL_UNREADABLE, "&"},
        {"self == é", CEL_UNREADABLE, "é"},
        {"", CEL_UNFINISHED, ""},
        {"// only a comment", CEL_UNFINISHED, ""},
        {"self &&", CEL_UNFINISHED, ""},
        {"(self", CEL_UNFINISHED, ""},
        {"self.", CEL_UNFINISHED, ""},
        {"self self", CEL_UNEXPECTED, "self"},
        {"self.in", CEL_UNEXPECTED, "in"},
        {"size(self,)", CEL_UNEXPECTED, ")"},
        {"[1,,]", CEL_UNEXPECTED, ","},
        {"!-self", CEL_UNEXPECTED, "self"},
        {"-!self", CEL_UNEXPECTED, "!"},
        {"self ? self ? 1 : 2 : 3", CEL_UNEXPECTED, "?"},
        {"self.?a()", CEL_UNEXPECTED, "("},
        {"{self}", CEL_UNEXPECTED, "}"},
        {"namespace == ''", CEL_RESERVED, "namespace"},
        {"9223372036854775809 > 0", CEL_TOO_LARGE, "9223372036854775809"},
        {"18446744073709551616u > 0u", CEL_TOO_LARGE, "18446744073709551616u"},
        {"a/b", CEL_NO_VARIABLE, "a"},
        {"self.all(x, x > y)", CEL_NO_VARIABLE, "y"},
        {"Object{metadata: self} == self", CEL_NO_VARIABLE, "Object"},
        {"self.all(x, true) && x", CEL_NO_VARIABLE, "x"},
        {"google > 1", CEL_NO_VARIABLE, "google"},
        {"math.greatest(1, 2) > 1", CEL_NO_VARIABLE, "math"},
        {"self.startswith('a')", CEL_NO_FUNCTION, "startswith"},
        {"len(self) > 1", CEL_NO_FUNCTION, "len"},
        {"has(self.a, self.b)", CEL_NO_FUNCTION, "has"},
        {"self.all(x)", CEL_NO_FUNCTION, "all"},
        {"contains(self, 'a')", CEL_NO_FUNCTION, "contains"},
        {"self.all(x.y, true)", CEL_NOT_A_NAME, "x"},
        {"has(self)", CEL_NOT_A_FIELD, "self"},
        {"has(self.?a)", CEL_NOT_A_FIELD, "self"},
    };
    for (size_t i = 0; i < BASE_COUNT(BAD); i++) {
        CelReading reading = reading_of(BAD[i].text);
        if (reading.fault != BAD[i].fault || !str_is(reading.what, BAD[i].what))
            fail_msg("%s: fault %d at \"%.*s\"", BAD[i].text, (int)reading.fault, STR_ARG(reading.what));
    }
}

static void what_is_used(void **state)
{
    (void)state;
    assert_int_equal(reading_of("self.a == 'oldSelf'").used, 1);
    assert_int_equal(reading_of("self.oldSelf == 1").used, 1);
    assert_int_equal(reading_of("oldSelf.a == 1").used, 2);
    assert_int_equal(reading_of("self.all(oldSelf, oldSelf > 1)").used, 3);
    assert_int_equal(reading_of("oldSelf.all(oldSelf, oldSelf > 1)").used, 2);
}

static void what_has_known_fields(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"self", "given", "none", "given.", "given.a", "none.", NULL};
    static const struct {
        const char *text, *what;
    } CASES[] = {
        {"given.a == self.b && given.a.b", ""},
        {"given == none && given['b']", ""},
        {"self.all(given, given.b) && self.given.b", ""},
        {"given.a && given.b", "b"},
        {"has((given).aa)", "aa"},
        {"none.a", "a"},
        {"given.?b.hasValue()", "b"},
        {"self.all(given, given.b) && given.c", "c"},
    };
    for (size_t i = 0; i < BASE_COUNT(CASES); i++) {
        CelReading reading = cel_read(str_of(CASES[i].text), NAMES);
        assert_int_equal(reading.fault, CASES[i].what[0] ? CEL_NO_FIELD : CEL_FINE);
        if (reading.fault)
            assert_true(str_is(reading.what, CASES[i].what));
    }
}

/* A hostile text is neither refused nor followed to its bottom. */
static void what_is_nested_deep(void **state)
{
    (void)state;
    enum { DEEP = 100000 };
    char *text = malloc(DEEP);
    assert_non_null(text);
    for (int i = 0; i < 2; i++) {
        memset(text, i ? '[' : '(', DEEP);
        CelReading reading = cel_read(str_slice(text, DEEP), VARIABLES);
        assert_true(reading.undecided && reading.fault == CEL_FINE);
    }
    free(text);
}

static void what_is_near(void **state)
{
    (void)state;
    assert_true(str_is(cel_nearest_function(STR("startswith")), "startsWith"));
    assert_true(str_is(cel_nearest_function(STR("exsts")), "exists"));
    assert_int_equal(cel_nearest_function(STR("frobnicate")).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_compiles), cmocka_unit_test(what_does_not),
        cmocka_unit_test(what_is_used), cmocka_unit_test(what_is_nested_deep),
        cmocka_unit_test(what_is_near), cmocka_unit_test(what_has_known_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
