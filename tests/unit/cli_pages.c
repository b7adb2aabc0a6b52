/* Help, man page, documentation and completions: all of them know every option,
 * and the programs that read them take them as they are. */
#include "cli_fixture.h"

static Buf written(void (*write)(Buf *out))
{
    Buf page = {0};
    write(&page);
    return page;
}

static void hold_lines(const Buf *page, size_t width)
{
    for (size_t at = 0, start = 0; at < page->len; at++)
        if (page->ptr[at] == '\n') {
            Str line = str_slice(page->ptr + start, at - start);
            if (utf8_count(line) > width)
                fail_msg("too long: %.*s", STR_ARG(line));
            assert_true(!line.len || line.ptr[line.len - 1] != ' ');
            start = at + 1;
        }
}

static void help_fits_the_terminal(void **state)
{
    (void)state;
    Buf page = written(help_overview);
    hold_lines(&page, 79);
    buf_free(&page);
    for (size_t i = 0; i < command_count; i++) {
        page = (Buf){0};
        help_command(&commands[i], &page);
        hold_lines(&page, 79);
        assert_false(str_contains(buf_slice(&page), STR("`")));
        for (size_t k = 0; k < option_count; k++)
            if (option_table[k].commands & commands[i].mask) {
                char name[64];
                snprintf(name, sizeof name, "--%s", option_table[k].name);
                assert_true(str_contains(buf_slice(&page), str_of(name)));
            }
        buf_free(&page);
    }
}

static void wrapping(void **state)
{
    (void)state;
    Buf out = {0};
    help_wrap(&out, STR("one `two` three"), 4, 0);
    help_wrap(&out, STR("a\n\nb"), 0, 0);
    help_wrap(&out, STR("x"), 6, 3);
    help_wrap(&out, STR("0123456789012345678901234567890123456789 "
                        "`012345678901234567890123456789012345` next"), 2, 0);
    assert_str(buf_slice(&out), "    one two three\n"
                                "a\n\nb\n"
                                "   x\n"
                                "  0123456789012345678901234567890123456789 "
                                "012345678901234567890123456789012345\n  next\n");
    buf_free(&out);
}

static void every_page_knows_every_option(void **state)
{
    (void)state;
    static void (*const PAGES[])(Buf *) = {page_usage, complete_bash, complete_zsh};
    for (size_t i = 0; i < BASE_COUNT(PAGES); i++) {
        Buf page = written(PAGES[i]);
        for (size_t k = 0; k < option_count; k++) {
            char name[64];
            snprintf(name, sizeof name, "--%s", option_table[k].name);
            if (!str_contains(buf_slice(&page), str_of(name)))
                fail_msg("page %zu does not hold %s", i, name);
        }
        buf_free(&page);
    }
    Buf page = written(page_configuration);
    for (size_t k = 0; k < config_key_count; k++) {
        char title[64];
        snprintf(title, sizeof title, "## %s\n", config_keys[k].name);
        assert_true(str_contains(buf_slice(&page), str_of(title)));
        if (!config_keys[k].option)
            continue; /* a key of the configuration alone */
        /* The option that says the same is one. */
        const OptionInfo *same = NULL;
        for (size_t i = 0; i < option_count && config_keys[k].option; i++)
            if (!strcmp(option_table[i].name, config_keys[k].option + 2))
                same = &option_table[i];
        assert_int_equal(same != NULL, config_keys[k].option != NULL);
        assert_true(!same || config_keys[k].shape == CONFIG_RULES ||
                    same->store == config_keys[k].store);
    }
    buf_free(&page);
}

/* Whoever changes a table runs `make docs`, and the reader of the change sees what
 * users will read. */
static void the_documentation_is_fresh(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        void (*write)(Buf *out);
    } PAGES[] = {{"docs/usage.md", page_usage}, {"docs/configuration.md", page_configuration},
                 {"docs/plimsoll.schema.json", page_config_schema}};
    for (size_t i = 0; i < BASE_COUNT(PAGES); i++) {
        FileText text = {0};
        int error = file_read(&text, PAGES[i].path);
        if (error)
            fail_msg("%s: %s; the tests run in the repository", PAGES[i].path, strerror(error));
        Buf page = written(PAGES[i].write);
        if (!str_eq(buf_slice(&page), str_slice(text.ptr, text.len)))
            fail_msg("%s is stale: write it anew with `make docs`", PAGES[i].path);
        buf_free(&page);
        file_free(&text);
    }
}

static bool can_run(const char *command)
{
    char line[128];
    snprintf(line, sizeof line, "command -v %s >/dev/null 2>&1", command);
    return system(line) == 0;
}

static void write_page(const char *name, void (*write)(Buf *out))
{
    Buf page = written(write);
    FILE *file = fopen(name, "w");
    assert_int_equal(fwrite(page.ptr, 1, page.len, file), page.len);
    fclose(file);
    buf_free(&page);
}

/* What a shell prints, its lines sorted and joined with spaces. */
static void expect_output(const char *expected, const char *command)
{
    char line[1024], got[4096] = "";
    snprintf(line, sizeof line, "{ %s; } 2>&1 | LC_ALL=C sort | tr '\\n' ' '", command);
    FILE *pipe = popen(line, "r");
    assert_non_null(pipe);
    got[fread(got, 1, sizeof got - 1, pipe)] = '\0';
    pclose(pipe);
    assert_string_equal(got, expected);
}

static void bash_completes(void **state)
{
    (void)state;
    if (!can_run("bash"))
        skip();
    write_page("c.bash", complete_bash);
    put("try", "source ./c.bash\n"
               "COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _plimsoll\n"
               "printf '%s\\n' \"${COMPREPLY[@]}\"\n");
    expect_output("check ", "bash try plimsoll ch");
    expect_output("--color --config ", "bash try plimsoll check --co");
    expect_output("always auto never ", "bash try plimsoll check --color ''");
    expect_output("always ", "bash try plimsoll check --color = al");
    expect_output("json junit ", "bash try plimsoll check -o j");
    expect_output("json ndjson yaml ", "bash try plimsoll emit . --output ''");
    expect_output("yaml-ambiguous= ", "bash try plimsoll check --severity yaml-am");
    expect_output("emit explain ", "bash try plimsoll help e");
    expect_output(" ", "bash try plimsoll check some"); /* files are readline's */
}

static void fish_completes(void **state)
{
    (void)state;
    if (!can_run("fish"))
        skip();
    write_page("c.fish", complete_fish);
    expect_output("always auto never ",
                  "fish --no-config -c \"source c.fish; complete -C 'plimsoll check --color '\" "
                  "| cut -f1");
    expect_output("--color --config ",
                  "fish --no-config -c \"source c.fish; complete -C 'plimsoll check --co'\" "
                  "| cut -f1");
    expect_output("json ndjson yaml ",
                  "fish --no-config -c \"source c.fish; complete -C 'plimsoll emit -o '\" "
                  "| cut -f1");
}

static void zsh_loads_its_completion(void **state)
{
    (void)state;
    if (!can_run("zsh"))
        skip();
    write_page("_plimsoll", complete_zsh);
    expect_output("function ", "zsh -f -c 'fpath=(. $fpath); autoload -U compinit; "
                               "compinit -u -d ./dump; autoload +X _plimsoll; whence -w _plimsoll' "
                               "| sed 's/.*: //'");
}

static void the_man_page_is_clean(void **state)
{
    (void)state;
    write_page("plimsoll.1", page_man);
    if (!can_run("mandoc"))
        skip();
    expect_output("", "mandoc -T lint -W warning plimsoll.1 | grep -v 'missing date'");
    expect_output("plimsoll - a compiler and linker for Kubernetes manifests ",
                  "mandoc -T ascii plimsoll.1 | col -b | grep -A1 ^NAME | sed -n 's/^ *plimsoll/plimsoll/p'");
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, place_enter, place_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_fits_the_terminal),
        cmocka_unit_test(wrapping),
        cmocka_unit_test(every_page_knows_every_option),
        cmocka_unit_test(the_documentation_is_fresh),
        IN_PLACE(bash_completes),
        IN_PLACE(fish_completes),
        IN_PLACE(zsh_loads_its_completion),
        IN_PLACE(the_man_page_is_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
