/* The walk: which files are read, in which order, each once. */
#include "cli_fixture.h"

/* Walks the paths of a command line; the list is written as "name name* ..." with
 * a star for what the user named, a plus for what has changed and a percent sign
 * for Helm templates. */
static void expect_walk(TestPlace *place, const char *expected, const char *expected_error,
                        const char *const *arguments)
{
    Options options;
    assert_int_equal(read_line(place, &options, "", arguments), -1);
    InputList list;
    capture(place, STDERR_FILENO);
    inputs_gather(&list, &options);
    char *error = released(place, STDERR_FILENO);
    Buf got = {0};
    for (uint32_t i = 0; i < list.inputs.len; i++) {
        const Input *input = &list.inputs.at[i];
        buf_format(&got, "%s%.*s%s%s%s", i ? " " : "", STR_ARG(input->path),
                   input->named ? "*" : "", input->changed ? "+" : "",
                   input->chart_template ? "%" : "");
    }
    assert_str(buf_slice(&got), expected);
    assert_string_equal(error, expected_error);
    assert_int_equal(list.errors > 0, expected_error[0] != '\0');
    free(error);
    buf_free(&got);
    inputs_free(&list);
    options_free(&options);
}

#define WALK(expected, error, ...) \
    expect_walk(*state, (expected), (error), (const char *const[]){"check", __VA_ARGS__, NULL})

static void folders_are_read_in_the_order_of_paths(void **state)
{
    put("b.yaml", "");
    put("a/z.yml", "");
    put("a/b/c.json", "");
    put("a.yaml", ""); /* '.' sorts before '/' */
    put("a-b.yaml", "");
    put("note.txt", "");
    put("a/values.yaml.bak", "");
    WALK("a-b.yaml a.yaml a/b/c.json a/z.yml b.yaml", "", ".");
    WALK("./a-b.yaml ./a.yaml ./a/b/c.json ./a/z.yml ./b.yaml", "", "./");
    WALK("a/b/c.json a/z.yml b.yaml*", "", "a", "b.yaml");
    WALK("b.yaml* a//b/c.json a//z.yml", "", "b.yaml", "a//");
}

static void a_named_file_may_be_called_anything(void **state)
{
    put("note.txt", "");
    put("-dash.yaml", "");
    WALK("note.txt*", "", "note.txt");
    WALK("-dash.yaml*", "", "--", "-dash.yaml");
    WALK("-* note.txt*", "", "-", "note.txt", "-");
}

static void each_file_is_read_once(void **state)
{
    put("a/x.yaml", "");
    put("a/y.yaml", "");
    must_run("ln -s a again; ln -s x.yaml a/z.yaml; ln a/y.yaml b.yaml");
    WALK("a/x.yaml a/y.yaml", "", "a");
    WALK("a/x.yaml a/y.yaml", "", "."); /* the hard link at b.yaml is a/y.yaml again */
    WALK("./a/x.yaml* a/y.yaml", "", "./a/x.yaml", "a", "again", "a/../a/x.yaml");
    WALK("again/x.yaml again/y.yaml", "", "again"); /* a link that is named is followed */
}

static void links_in_a_folder(void **state)
{
    put("real/x.yaml", "");
    must_run("mkdir in && ln -s ../real/x.yaml in/link.yaml && ln -s ../real in/folder"
             " && ln -s .. in/up.yaml && ln -s nobody@host.1 'in/.#lock.yaml'");
    WALK("in/link.yaml", "", "in");
    must_run("ln -s nowhere in/gone.yaml");
    WALK("in/link.yaml", "plimsoll: in/gone.yaml: the symbolic link leads to nothing\n", "in");
}

static void what_is_no_input_is_passed_over(void **state)
{
    put(".git/config.yaml", "");
    put(".plimsoll.yaml", "");
    put(".github/workflows/ci.yml", "");
    put("sub/.git/x.yaml", "");
    put("sub/x.yaml", "");
    must_run("mkfifo pipe.yaml");
    WALK(".github/workflows/ci.yml sub/x.yaml", "", ".");
}

static void a_typo_is_reported_and_the_rest_goes_on(void **state)
{
    put("deploy/base/web.yaml", "");
    put("ok.yaml", "");
    WALK("ok.yaml*",
         "plimsoll: deplyo/base: No such file or directory; did you mean deploy/base?\n"
         "plimsoll: deploy/base/wbe.yaml: No such file or directory; did you mean "
         "deploy/base/web.yaml?\n"
         "plimsoll: zzz: No such file or directory\n"
         "plimsoll: ok.yaml/: Not a directory\n"
         "plimsoll: a path is empty\n",
         "deplyo/base", "deploy/base/wbe.yaml", "zzz", "ok.yaml/", "", "ok.yaml");
    /* The folder is mended; what stands below it is not there either. */
    WALK("", "plimsoll: deplyo/none: No such file or directory; did you mean deploy?\n",
         "deplyo/none");
}

static void control_characters_stay_out_of_the_terminal(void **state)
{
    WALK("", "plimsoll: \\x1b[31m\\x0a: No such file or directory\n", "\x1b[31m\n");
}

static void a_folder_without_permission_is_an_error(void **state)
{
    if (geteuid() == 0)
        skip(); /* root may read everything */
    put("closed/x.yaml", "");
    put("open/x.yaml", "");
    must_run("chmod 0 closed");
    WALK("open/x.yaml", "plimsoll: closed/: Permission denied\n", ".");
}

static void excluded_files_are_left_out(void **state)
{
    put("vendor/x/a.yaml", "");
    put("app/a.yaml", "");
    put("app/a.tmpl.yaml", "");
    put("app/deep/er/secret.yaml", "");
    WALK("app/a.yaml", "", ".", "--exclude", "vendor/", "--exclude=*.tmpl.yaml", "--exclude",
         "app/**/secret.yaml");
    /* What is named is judged by the same globs, with the folders that it lies in. */
    WALK("app/a.yaml*", "", "vendor/x/a.yaml", "vendor/x", "app/a.yaml", "--exclude", "vendor");
    /* Globs of a flag are relative to the working directory, however a path is spelled. */
    assert_int_equal(chdir("app"), 0);
    WALK("../app/a.yaml ../vendor/x/a.yaml", "", "..", "--exclude", "deep", "--exclude",
         "./a.tmpl.yaml", "--exclude", "vendor/*");
}

static void globs_of_a_configuration_are_relative_to_it(void **state)
{
    put("app/.plimsoll.yaml", "exclude:\n  - one/skip.yaml\n");
    put("app/one/skip.yaml", "");
    put("app/one/take.yaml", "");
    put("app/two/one/skip.yaml", "");
    WALK("app/one/take.yaml app/two/one/skip.yaml", "", "app");
    assert_int_equal(chdir("app/one"), 0);
    WALK("take.yaml", "", ".");
}

static void changed_files_are_marked_however_spelled(void **state)
{
    put("a/x.yaml", "");
    put("a/y.yaml", "");
    put("README.md", "");
    must_run("ln -s x.yaml a/link");
    WALK("a/x.yaml+ a/y.yaml", "", "a", "--changed", "./a/../a/x.yaml", "README.md", "gone.yaml");
    WALK("a/x.yaml+ a/y.yaml", "", "a", "--changed", "a/link");
    WALK("a/x.yaml a/y.yaml", "", "a", "--changed");
}

static void chart_templates_are_known(void **state)
{
    put("chart/Chart.yaml", "");
    put("chart/values.yaml", "");
    put("chart/templates/web.yaml", "");
    put("chart/templates/tests/t.yaml", "");
    put("chart/crds/crd.yaml", "");
    put("other/templates/web.yaml", "");
    WALK("chart/Chart.yaml chart/crds/crd.yaml chart/templates/tests/t.yaml% "
         "chart/templates/web.yaml% chart/values.yaml other/templates/web.yaml",
         "", ".");
    WALK("chart/templates/web.yaml*% chart/templates/tests/t.yaml% chart/values.yaml*", "",
         "chart/templates/web.yaml", "chart/templates", "chart/values.yaml");
    assert_int_equal(chdir("chart/templates"), 0);
    WALK("tests/t.yaml% web.yaml% ../values.yaml*", "", ".", "../values.yaml");
}

static void other_lists_know_no_exclusion(void **state)
{
    put("crds/b.yaml", "");
    put("crds/a.yaml", "");
    InputList list;
    Str paths[] = {STR("crds"), STR("crds/a.yaml")};
    inputs_gather_paths(&list, paths, 2);
    assert_int_equal(list.inputs.len, 2);
    assert_str(list.inputs.at[0].path, "crds/a.yaml");
    assert_str(list.inputs.at[1].path, "crds/b.yaml");
    inputs_free(&list);
    (void)state;
}

static void thousands_of_files(void **state)
{
    for (int folder = 0; folder < 20; folder++)
        for (int file = 0; file < 100; file++) {
            char name[64];
            snprintf(name, sizeof name, "d%02d/f%02d.yaml", folder, file);
            put(name, "");
        }
    for (int named = 0; named < 2; named++) { /* twice the same, once named twice */
        Options options;
        InputList list;
        assert_int_equal(named ? READ(&options, "", "check", ".", "d07")
                               : READ(&options, "", "check", "."),
                         -1);
        inputs_gather(&list, &options);
        assert_int_equal(list.inputs.len, 2000);
        for (uint32_t i = 1; i < list.inputs.len; i++)
            assert_true(str_compare(list.inputs.at[i - 1].path, list.inputs.at[i].path) < 0);
        inputs_free(&list);
        options_free(&options);
    }
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, place_enter, place_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(folders_are_read_in_the_order_of_paths),
        IN_PLACE(a_named_file_may_be_called_anything),
        IN_PLACE(each_file_is_read_once),
        IN_PLACE(links_in_a_folder),
        IN_PLACE(what_is_no_input_is_passed_over),
        IN_PLACE(a_typo_is_reported_and_the_rest_goes_on),
        IN_PLACE(control_characters_stay_out_of_the_terminal),
        IN_PLACE(a_folder_without_permission_is_an_error),
        IN_PLACE(excluded_files_are_left_out),
        IN_PLACE(globs_of_a_configuration_are_relative_to_it),
        IN_PLACE(changed_files_are_marked_however_spelled),
        IN_PLACE(chart_templates_are_known),
        IN_PLACE(other_lists_know_no_exclusion),
        IN_PLACE(thousands_of_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
