/* Forms of texts, quantities and URLs, as Kubernetes' own functions judge them: every
 * line here was put to k8s.io/apimachinery, robfig/cron or net/url. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "schema/validation/formats.h"
#include "schema/validation/quantity.h"

static void expect(const char *name, FormatFn form, const char *good, const char *bad)
{
    const char *lists[] = {good, bad};
    for (int wrong = 0; wrong < 2; wrong++)
        for (const char *at = lists[wrong]; *at;) {
            size_t len = strcspn(at, " ");
            if ((form(str_slice(at, len)) != NULL) != wrong)
                fail_msg("%s: \"%.*s\" is told to be %s", name, (int)len, at,
                         wrong ? "good" : "bad");
            at += len + (at[len] == ' ');
        }
}

#define EXPECT(form, good, bad) expect(#form, form, good, bad)
#define LABEL_63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void names(void **state)
{
    (void)state;
    EXPECT(format_dns_label, "a 0 a-b 123-abc " LABEL_63, "A a.b -a a- a_b é " LABEL_63 "a");
    EXPECT(format_dns_subdomain, "a a.b 1.2 a-b.c " LABEL_63 LABEL_63, "A .a a. a..b a.-b _a a_b");
    EXPECT(format_dns_subdomain_with_underscore, "a _a _a._b a_b.c", "__a a_ A a.");
    EXPECT(format_dns_subdomain_caseless, "A.b Example.com", "a_b A. -A");
    EXPECT(format_dns1035_label, "a a1 a-b", "1a a.b -a A");
    EXPECT(format_wildcard_dns_subdomain, "*.a *.example.com", "* *. *.*.a a *.A");
    EXPECT(format_fully_qualified_name, "a.b.c", "a a.b a.B.c");
    EXPECT(format_fully_qualified_domain_name, "a.b a.b.", "a a..b A.b");
    EXPECT(format_domain_prefixed_path, "a/b example.com/a/b,c:d", "a /a a/ A/b a/b|c");
    EXPECT(format_path_segment, "a A:b ...", ". .. a/b a%b");
}

static void labels(void **state)
{
    (void)state;
    EXPECT(format_qualified_name, "a A.b_c-d a/b example.com/A 0", "/a a/ a/b/c A/b -a a- " LABEL_63 "a");
    EXPECT(format_label_value, "a A.b_c-d 0", "-a a- a/b " LABEL_63 "a");
    EXPECT(format_port_name, "a http-2 1a", "1 A a--b -a a- aaaaaaaaaaaaaaaa a_b");
    EXPECT(format_env_var_name, "A a.b _ -a", "1a ..a a=b");
    EXPECT(format_relaxed_env_var_name, "1a a:b ~", "a=b é");
    EXPECT(format_config_map_key, "a .a A_b-c.d", ". .. ...a a/b a:b");
    EXPECT(format_c_identifier, "_ a1", "1a a-b");
    EXPECT(format_http_header_name, "X-A 1", "a_b a:");
    EXPECT(format_percent, "0% 150%", "% 1 -1% 1.5%");
    EXPECT(format_decimal_integer, "0 1 -1 10", "-0 01 + - 1a");
}

/* Each byte at each place of texts of each length, beside a look at one byte after the other. */
static void expect_bytes(const char *name, FormatFn form, const char *inner, const char *ends)
{
    enum { LONGEST = 50 };
    char text[LONGEST];
    memset(text, 'a', sizeof text);
    for (size_t len = 1; len <= LONGEST; len++)
        for (size_t at = 0; at < len; at++)
            for (int byte = 1; byte < 256; byte++) {
                bool end = at == 0 || at == len - 1;
                text[at] = (char)byte;
                bool wrong = form(str_slice(text, len)) != NULL;
                if (wrong != (strchr(end ? ends : inner, byte) == NULL))
                    fail_msg("%s: byte %d at %zu of %zu is told to be %s", name, byte, at, len,
                             wrong ? "bad" : "good");
                text[at] = 'a';
            }
}

#define LOWER "abcdefghijklmnopqrstuvwxyz0123456789"
#define LETTERS LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static void bytes_of_names(void **state)
{
    (void)state;
    expect_bytes("label", format_dns_label, LOWER "-", LOWER);
    expect_bytes("subdomain", format_dns_subdomain, LOWER "-.", LOWER);
    expect_bytes("label value", format_label_value, LETTERS "-_.", LETTERS);
    expect_bytes("header", format_http_header_name, LETTERS "-", LETTERS "-");
    expect_bytes("variable", format_relaxed_env_var_name,
                 LETTERS " !\"#$%&'()*+,-./:;<>?@[\\]^_`{|}~", LETTERS " !\"#$%&'()*+,-./:;<>?@[\\]^_`{|}~");
}

static void addresses(void **state)
{
    (void)state;
    EXPECT(format_ip, "10.0.0.1 :: ::1 2001:db8::1", "010.0.0.1 10.0.0 ::ffff:1.2.3.4 0:0::1 FE80::1");
    EXPECT(format_legacy_ip, "10.0.0.1 FE80::1 0:0::1", "010.0.0.1 ::ffff:1.2.3.4 1.2.3.256 :::1");
    EXPECT(format_sloppy_ip, "010.0.0.1 ::ffff:1.2.3.4", "1.2.3 1.2.3.4.5 g::1 1::2::3");
    EXPECT(format_cidr, "10.0.0.0/8 ::/0 2001:db8::/32", "10.0.0.1/8 10.0.0.0/08 10.0.0.0 FE80::/10");
    EXPECT(format_legacy_cidr, "10.0.0.0/8 FE80::/10", "10.0.0.1/8 10.0.0.0/33 ::/129");
    EXPECT(format_sloppy_cidr, "10.0.0.1/8 10.0.0.0/08 ::ffff:1.2.3.4/120", "10.0.0.0/33 a/8 /8");
}

/* Schedules hold spaces, so they stand one by one. */
static void schedules(void **state)
{
    (void)state;
    static const char GOOD[][32] = {"* * * * *", "*/5 0-23/2 1,15 jan-DEC sun", "0 0 ? * ?", "@daily",
                                    "@every 1h30m", "59 23 31 12 6", "+5 * * * *", ", * * * *"};
    static const char BAD[][24] = {"", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *",
                                   "* * 0 * *", "* * * 13 *", "* * * * 7", "*/0 * * * *", "5-1 * * * *",
                                   "1-2-3 * * * *", "@reboot", "@every x", "january * * * *"};
    for (size_t i = 0; i < BASE_COUNT(GOOD); i++)
        assert_null(format_cron_schedule(str_of(GOOD[i])));
    for (size_t i = 0; i < BASE_COUNT(BAD); i++)
        assert_non_null(format_cron_schedule(str_of(BAD[i])));
    EXPECT(format_time_zone, "UTC Europe/Paris America/Argentina/Buenos_Aires Zulu", "Local europe/paris Mars");
}

static void urls(void **state)
{
    (void)state;
    static const char GOOD[][32] = {"https://a/b", "https://u:p@a", "//a", "a/b", "https://[::1]:80/",
                                    "mailto:a", "https://a?b#c", "postgres://a:1,b:2"};
    static const char BAD[][32] = {":a", "https://a:b", "https://[::1", "a/b%zz", "https://a b",
                                   "https://a:1:2", "%zz", "https://[1.2.3.4]/"};
    Url url;
    for (size_t i = 0; i < BASE_COUNT(GOOD); i++)
        if (!url_parse(str_of(GOOD[i]), &url))
            fail_msg("no URL: %s", GOOD[i]);
    for (size_t i = 0; i < BASE_COUNT(BAD); i++)
        if (url_parse(str_of(BAD[i]), &url))
            fail_msg("a URL: %s", BAD[i]);
    assert_true(url_parse(STR("https://user@host:8080/path?query#part"), &url));
    assert_true(url.has_user && str_is(url.host, "host:8080") && str_is(url.path, "/path"));
    assert_true(str_is(url.query, "query") && str_is(url.fragment, "part"));
}

/* ---- quantities ---- */

static void quantities_in_canonical_form(void **state)
{
    (void)state;
    static const char FORMS[][2][24] = {
        {"0", "0"}, {"0.5", "500m"}, {"1000m", "1"}, {"1000", "1k"}, {"1024", "1024"},
        {"1024Ki", "1Mi"}, {"1.5Gi", "1536Mi"}, {"0.5Ki", "512"}, {"1e3", "1e3"}, {"1E", "1E"},
        {"1500e-3", "1500e-3"}, {"100n", "100n"}, {"0.1n", "1n"}, {"-0.1n", "-1n"}, {"+1", "1"},
        {"007", "7"}, {"1.", "1"}, {".5", "500m"}, {"9223372036854775808Ki", "9223372036854775807"},
        {"1000000Ki", "1000000Ki"}, {"123456789u", "123456789u"}, {"m", "0"}, {"Ki", "0"},
    };
    for (size_t i = 0; i < BASE_COUNT(FORMS); i++) {
        Quantity quantity;
        Buf text = {0};
        assert_true(quantity_parse(str_of(FORMS[i][0]), &quantity));
        quantity_write(&quantity, &text);
        if (!str_is(buf_slice(&text), FORMS[i][1]))
            fail_msg("%s: %.*s, not %s", FORMS[i][0], STR_ARG(buf_slice(&text)), FORMS[i][1]);
        buf_free(&text);
    }
}

static void texts_that_are_no_quantities(void **state)
{
    (void)state;
    static const char BAD[][8] = {"", "a", "1K", "1ki", "1 Gi", "1e", "1.2.3", "--1", "Ei", ".Ei", "1Gi1"};
    Quantity quantity;
    for (size_t i = 0; i < BASE_COUNT(BAD); i++)
        if (quantity_parse(str_of(BAD[i]), &quantity))
            fail_msg("a quantity: %s", BAD[i]);
}

static int compare(const char *a, const char *b)
{
    Quantity left, right;
    assert_true(quantity_parse(str_of(a), &left) && quantity_parse(str_of(b), &right));
    return quantity_compare(&left, &right);
}

static void quantities_compared(void **state)
{
    (void)state;
    assert_int_equal(compare("1000m", "1"), 0);
    assert_int_equal(compare("1Ki", "1k"), 1);
    assert_int_equal(compare("1e100", "1e99"), 1);
    assert_int_equal(compare("-1", "0"), -1);
    assert_int_equal(compare("-1", "1"), -1);
    assert_int_equal(compare("-2", "-1"), -1);
    Quantity sum, more;
    assert_true(quantity_parse(STR("1500m"), &sum) && quantity_parse(STR("500m"), &more));
    quantity_add(&sum, &more);
    assert_int_equal(quantity_value(&sum), 2);
    assert_true(quantity_is_whole(&sum) && !quantity_is_whole(&more));
    assert_int_equal(quantity_value(&more), 1);
    assert_int_equal(quantity_milli_value(&more), 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names), cmocka_unit_test(labels), cmocka_unit_test(bytes_of_names),
        cmocka_unit_test(addresses),
        cmocka_unit_test(schedules), cmocka_unit_test(urls),
        cmocka_unit_test(quantities_in_canonical_form),
        cmocka_unit_test(texts_that_are_no_quantities), cmocka_unit_test(quantities_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
