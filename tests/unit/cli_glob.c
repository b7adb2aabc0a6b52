/* Globs of --exclude and `exclude`. */
#include "unit.h"

#include "cli/options.h"

static void expect(bool match, const char *glob, const char *path)
{
    if (glob_match(str_of(glob), str_of(path), false) != match)
        fail_msg("%s %s %s", glob, match ? "does not match" : "matches", path);
}

static void without_a_slash_any_name_matches(void **state)
{
    (void)state;
    expect(true, "a.yaml", "a.yaml");
    expect(true, "a.yaml", "x/y/a.yaml");
    expect(false, "a.yaml", "a.yaml/b");
    expect(true, "*.yaml", "x/a.yaml");
    expect(false, "*.yaml", "x/a.yml");
    expect(true, "*", "x");
    expect(true, "**", "x/y");
}

static void with_a_slash_the_whole_path_counts(void **state)
{
    (void)state;
    expect(true, "x/a.yaml", "x/a.yaml");
    expect(false, "x/a.yaml", "y/x/a.yaml");
    expect(true, "/a.yaml", "a.yaml");
    expect(false, "/a.yaml", "x/a.yaml");
    expect(true, "./x/*.yaml", "x/a.yaml");
    expect(false, "x/*.yaml", "x/y/a.yaml");
    expect(false, "x/*", "x");
    expect(true, "x//a.yaml", "x/a.yaml");
}

static void two_stars_stand_for_folders(void **state)
{
    (void)state;
    expect(true, "x/**/a.yaml", "x/a.yaml");
    expect(true, "x/**/a.yaml", "x/1/2/3/a.yaml");
    expect(false, "x/**/a.yaml", "y/a.yaml");
    expect(true, "**/test/**", "a/test/b");
    expect(true, "**/test/**", "test/b/c");
    expect(false, "**/test/**", "a/test"); /* what is inside, not the folder itself */
    expect(true, "x/**", "x/y");
    expect(false, "x/**", "x");
    expect(true, "**/b/**/d", "a/b/b/c/d");
    expect(true, "**/a/b", "a/a/b");
    expect(false, "**/a/b", "a/c/b");
    expect(true, "a/**/**/b", "a/b");
}

static void stars_and_question_marks_stay_in_a_name(void **state)
{
    (void)state;
    expect(true, "a*c*e", "abcde");
    expect(true, "a*b", "aXbXb");
    expect(false, "a*b", "aXbX");
    expect(true, "?", "\xC3\xA9"); /* one character, two bytes */
    expect(false, "?", "ab");
    expect(true, "*\xA9*", "\xA9"); /* no UTF-8: byte by byte */
    expect(false, "", "a");
    expect(true, "a***b", "ab");
    expect(false, "[ab].yaml", "a.yaml"); /* no classes */
    expect(true, "[ab].yaml", "[ab].yaml");
}

static void a_slash_at_the_end_asks_for_a_folder(void **state)
{
    (void)state;
    assert_true(glob_match(STR("x/"), STR("a/x"), true));
    assert_false(glob_match(STR("x/"), STR("a/x"), false));
    assert_true(glob_match_upward(STR("x/"), STR("a/x/b.yaml"), false));
    assert_true(glob_match_upward(STR("a/*/"), STR("a/x/b.yaml"), false));
    assert_false(glob_match_upward(STR("x/"), STR("a/x"), false));
    assert_false(glob_match(STR("/"), STR("a"), true));
}

/* A matcher that tries everything would not come back from these. */
static void many_stars_are_no_trap(void **state)
{
    (void)state;
    expect(false, "a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b",
           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    expect(false, "**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/b",
           "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_slash_any_name_matches),
        cmocka_unit_test(with_a_slash_the_whole_path_counts),
        cmocka_unit_test(two_stars_stand_for_folders),
        cmocka_unit_test(stars_and_question_marks_stay_in_a_name),
        cmocka_unit_test(a_slash_at_the_end_asks_for_a_folder),
        cmocka_unit_test(many_stars_are_no_trap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
