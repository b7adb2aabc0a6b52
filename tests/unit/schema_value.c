/* Scalars as Go's decoders read them: quantities, times, durations, base64.  Every
 * line was tried on the real functions. */
#include "unit.h"

#include "schema/value.h"

typedef struct Case {
    const char *text;
    bool taken;
} Case;

#define CHECK(function, cases)                                                       \
    for (size_t i = 0; i < BASE_COUNT(cases); i++)                                   \
        if (function(str_of((cases)[i].text)) != (cases)[i].taken)                   \
            fail_msg(#function "(\"%s\") is not %d", (cases)[i].text, (cases)[i].taken)

static void quantities(void **state)
{
    (void)state;
    static const Case CASES[] = {
        {"1", true}, {"100m", true}, {"0.5", true}, {"1Gi", true}, {"12e6", true}, {"1E", true},
        {"1E3", true}, {"1e-3", true}, {"-1", true}, {"+2k", true}, {" 7 ", true},
        {"123456789012345678901234567890Ki", true},
        /* What nobody would write, and the parser takes all the same. */
        {".", true}, {"-", true}, {"Ki", true}, {"5.", true}, {".5", true}, {"m", true},
        {"", false}, {" ", false}, {"1e", false}, {"1K", false}, {"1mi", false}, {"1 Gi", false},
        {"1.2.3", false}, {"1GB", false}, {"0x10", false}, {"1e99999999999999999999", false},
        {".Ei", false}, {".Pi", false}, {".Ti", true}, {"e-9", true}, {"e-10", false},
        {"true", false}, {"--1", false}, {"1,5", false}, {"1\n", false},
    };
    CHECK(value_is_quantity, CASES);
}

static void times(void **state)
{
    (void)state;
    static const Case CASES[] = {
        {"2006-01-02T15:04:05Z", true}, {"2006-01-02T15:04:05+07:00", true},
        {"2006-01-02T15:04:05.123456789Z", true}, {"2006-01-02T15:04:05,5Z", true},
        {"2006-01-02T5:04:05Z", true}, {"2020-02-29T00:00:00Z", true},
        {"2006-01-02T15:04:05+24:60", true},
        {"2021-02-29T00:00:00Z", false}, {"2006-01-02 15:04:05Z", false},
        {"2006-01-02t15:04:05Z", false}, {"2006-01-02T15:04:05", false},
        {"2006-01-02T24:00:00Z", false}, {"2006-01-02T15:04:60Z", false},
        {"2006-13-02T15:04:05Z", false}, {"2006-01-02", false}, {"", false},
        {"2006-01-02T15:04:05.Z", false}, {"2006-01-02T15:04:05Zx", false},
    };
    CHECK(value_is_time, CASES);
}

static void micro_times(void **state)
{
    (void)state;
    static const Case CASES[] = {
        {"2006-01-02T15:04:05.123456Z", true}, {"2006-01-02T15:04:05,123456-01:00", true},
        {"2006-01-02T15:04:05.+23456Z", true}, {"2006-01-02T15:04:05.-00000Z", true},
        {"2006-01-02T15:04:05Z", false}, {"2006-01-02T15:04:05.12345Z", false},
        {"2006-01-02T15:04:05.1234567Z", false}, {"2006-01-02T15:04:05.-00001Z", false},
    };
    CHECK(value_is_micro_time, CASES);
}

static void durations(void **state)
{
    (void)state;
    static const Case CASES[] = {
        {"0", true}, {"1h30m", true}, {"-1.5s", true}, {"+5us", true}, {"3\xC2\xB5s", true},
        {".5s", true}, {"5.s", true}, {"1h1h", true}, {"9223372036854775807ns", true},
        {"-9223372036854775808ns", true}, {"2562047h47m16.854775807s", true},
        {"", false}, {"-", false}, {"5", false}, {"5 s", false}, {".s", false}, {"1d", false},
        {"9223372036854775808ns", false}, {"2562047h47m16.854775808s", false},
    };
    CHECK(value_is_duration, CASES);
}

static void base64(void **state)
{
    (void)state;
    static const Case CASES[] = {
        {"", true}, {"YWJj", true}, {"YWI=", true}, {"YQ==", true}, {"YW\r\nJj\n", true},
        {"YQ=\n=\n", true}, {"YR==", true}, {"+/+/", true},
        {"YQ", false}, {"YQ=", false}, {"YQ===", false}, {"YQ==YQ==", false}, {"=", false},
        {"Y===", false}, {"YW_j", false}, {"YW Jj", false}, {"YWJj=", false}, {"a", false},
    };
    CHECK(value_is_base64, CASES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantities), cmocka_unit_test(times),  cmocka_unit_test(micro_times),
        cmocka_unit_test(durations),  cmocka_unit_test(base64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
