/* The command line: how options are spelled, what they store, what is refused. */
#include "cli_fixture.h"

static void a_plain_check(void **state)
{
    Options options;
    assert_int_equal(READ(&options, "", "check", "."), -1);
    assert_string_equal(options.command->name, "check");
    assert_int_equal(options.paths.len, 1);
    assert_str(options.paths.at[0], ".");
    assert_int_equal(options.fail_on, SEVERITY_ERROR);
    assert_int_equal(options.color, COLOR_AUTO);
    assert_int_equal(options.schema.missing, MISSING_WARN);
    assert_str(options.schema.default_namespace, "default");
    assert_int_equal(options.schema.target.newest, SCHEMA_NEWEST);
    assert_int_equal(options.schema.target.oldest, SCHEMA_NEWEST);
    assert_int_equal(options.set_by[SETTING_NAMESPACE], SET_BY_DEFAULT);
    assert_int_equal(options.severities.len, 0);
    assert_false(options.verbose || options.quiet || options.changed_only || options.no_config);
    options_free(&options);
}

static void spellings(void **state)
{
    static const char *const LINES[][6] = {
        {"check", "--output=json", "--namespace=shop", "-v", "-q", "."},
        {"check", "--output", "json", "-vqn", "shop", "."},
        {"check", ".", "-vq", "-ojson", "-nshop"},
        {"check", "-vqojson", "--namespace", "shop", "--", "."},
    };
    for (size_t i = 0; i < BASE_COUNT(LINES); i++) {
        const char *arguments[7] = {0};
        memcpy(arguments, LINES[i], sizeof LINES[i]);
        Options options;
        assert_int_equal(read_line(*state, &options, "", arguments), -1);
        assert_int_equal(options.outputs.len, 1);
        assert_str(options.outputs.at[0].format, "json");
        assert_str(options.outputs.at[0].file, "");
        assert_str(options.schema.default_namespace, "shop");
        assert_true(options.verbose && options.quiet);
        assert_int_equal(options.paths.len, 1);
        assert_int_equal(options.set_by[SETTING_NAMESPACE], SET_BY_FLAG);
        options_free(&options);
    }
}

static void the_last_of_two_counts(void **state)
{
    Options options;
    assert_int_equal(READ(&options, "", "check", "--fail-on=info", "--fail-on", "warning", "."),
                     -1);
    assert_int_equal(options.fail_on, SEVERITY_WARNING);
    options_free(&options);
}

static void paths_behind_two_hyphens(void **state)
{
    Options options;
    assert_int_equal(READ(&options, "", "check", "-", "--", "-v", "--", "--help"), -1);
    assert_int_equal(options.paths.len, 4);
    assert_str(options.paths.at[0], "-");
    assert_str(options.paths.at[1], "-v");
    assert_str(options.paths.at[2], "--");
    assert_str(options.paths.at[3], "--help");
    assert_false(options.verbose);
    options_free(&options);
}

static void changed_takes_what_follows(void **state)
{
    Options options;
    assert_int_equal(READ(&options, "", "check", ".", "--changed", "a", "b c", "-v", "d"), -1);
    assert_true(options.changed_only && options.verbose);
    assert_int_equal(options.changed.len, 2);
    assert_str(options.changed.at[1], "b c");
    assert_int_equal(options.paths.len, 2);
    assert_str(options.paths.at[1], "d");
    options_free(&options);

    /* A hook that is run for no file reports nothing, rather than everything. */
    assert_int_equal(READ(&options, "", "check", ".", "--changed"), -1);
    assert_true(options.changed_only);
    assert_int_equal(options.changed.len, 0);
    options_free(&options);

    assert_int_equal(READ(&options, "", "check", "--changed=-a", "--changed", "b", "--", "c"), -1);
    assert_int_equal(options.changed.len, 2);
    assert_str(options.changed.at[0], "-a");
    assert_int_equal(options.paths.len, 1);
    options_free(&options);
}

static void lists_add_up(void **state)
{
    put("crds/a.yaml", "");
    Options options;
    assert_int_equal(READ(&options, "", "check", ".", "--assume", "Secret/shop/tls", "--assume",
                          "ConfigMap/feature-*", "--assume=ClusterRole/system:node", "--crds",
                          "crds", "--crds", "crds/a.yaml", "--schema-location", "default",
                          "--schema-location", "{{ .Group }}/x.json", "--schema-location", "crds",
                          "--exclude", "*.bak", "--kubernetes-version", "1.25..1.30"),
                     -1);
    assert_int_equal(options.assumed.len, 3);
    assert_str(options.assumed.at[0].kind, "Secret");
    assert_str(options.assumed.at[0].ns, "shop");
    assert_str(options.assumed.at[0].name, "tls");
    assert_str(options.assumed.at[1].ns, "*");
    assert_str(options.assumed.at[1].name, "feature-*");
    assert_str(options.assumed.at[2].name, "system:node");
    assert_int_equal(options.crds.len, 2);
    assert_str(options.crds.at[1], "crds/a.yaml");
    assert_int_equal(options.schema_locations.len, 2); /* default is built in */
    assert_str(options.schema_locations.at[0], "{{ .Group }}/x.json");
    assert_int_equal(options.excluded.len, 1);
    assert_int_equal(options.schema.target.oldest, 25);
    assert_int_equal(options.schema.target.newest, 30);
    options_free(&options);
}

static void severities_of_known_rules(void **state)
{
    Options options;
    assert_int_equal(READ(&options, "", "check", ".", "--severity", "yaml-ambiguous=off",
                          "--severity=yaml-syntax=info"),
                     -1);
    assert_int_equal(options.severities.len, 2);
    assert_str(options.severities.at[0].rule, "yaml-ambiguous");
    assert_int_equal(options.severities.at[0].severity, SEVERITY_OFF);
    assert_int_equal(options.severities.at[1].severity, SEVERITY_INFO);
    options_free(&options);
    REFUSED("plimsoll: --severity: there is no rule \"yaml-ambigous\"; did you mean "
            "yaml-ambiguous?\n", "check", ".", "--severity", "yaml-ambigous=off");
    REFUSED("plimsoll: --severity: \"warn\" is not error, warning, info or off; did you mean "
            "warning?\n", "check", ".",
            "--severity", "yaml-syntax=warn");
    REFUSED("plimsoll: --severity: \"yaml-syntax\" is not of the form RULE=LEVEL\n", "check", ".",
            "--severity", "yaml-syntax");
}

static void mistakes_get_one_clear_line(void **state)
{
    REFUSED("plimsoll: unknown option --namspace; did you mean --namespace?\n", "check",
            "--namspace", "x", ".");
    REFUSED("plimsoll: unknown option --zzz; plimsoll check --help lists the options\n", "check",
            "--zzz=1", ".");
    REFUSED("plimsoll: emit has no option --fail-on; check has\n", "emit", "--fail-on=error", ".");
    REFUSED("plimsoll: unknown option -x; plimsoll check --help lists the options\n", "check",
            "-vx", ".");
    REFUSED("plimsoll: unknown option -\xC3\xA9; plimsoll check --help lists the options\n",
            "check", "-\xC3\xA9v", ".");
    REFUSED("plimsoll: --quiet takes no value\n", "check", "--quiet=yes", ".");
    REFUSED("plimsoll: --namespace needs a value: --namespace NAME\n", "check", ".", "-n");
    REFUSED("plimsoll: --output: \"jsn\" is not text, json, ndjson, sarif, junit, github or "
            "gitlab; did you mean json?\n", "check", "-o", "jsn", ".");
    REFUSED("plimsoll: --output: \"sarif=\" names no file\n", "check", "-o", "sarif=", ".");
    REFUSED("plimsoll: --output: text and json both go to standard output; write one to another "
            "file: json=FILE\n", "check", "-o", "text", "-o", "json=-", ".");
    REFUSED("plimsoll: --output: \"text\" is not json, ndjson or yaml\n", "emit", "-otext", ".");
    REFUSED("plimsoll: --color: \"\" is not auto, always or never\n", "check", "--color=", ".");
    REFUSED("plimsoll: --fail-on: \"warnings\" is not error, warning or info; did you mean "
            "warning?\n", "check", "--fail-on", "warnings", ".");
    REFUSED("plimsoll: unknown option --kube; did you mean --kubernetes-version?\n", "check",
            "--kube", "1.29", "."); /* no abbreviations */
    REFUSED("plimsoll: --missing-schemas: \"warning\" is not error, warn or skip; did you mean "
            "warn?\n", "check", "--missing-schemas", "warning", ".");
    REFUSED("plimsoll: --namespace: \"My_NS\" is no name of a namespace: at most 63 lower-case "
            "letters, digits and hyphens, with a letter or digit at both ends\n",
            "check", "-n", "My_NS", ".");
    REFUSED("plimsoll: --assume: \"Secret\" is not of the form Kind/namespace/name or Kind/name\n",
            "check", "--assume", "Secret", ".");
    REFUSED("plimsoll: --assume: \"a/b/c/d\" is not of the form Kind/namespace/name or "
            "Kind/name\n", "check", "--assume", "a/b/c/d", ".");
    REFUSED("plimsoll: --assume: \"a//c\" is not of the form Kind/namespace/name or Kind/name\n",
            "check", "--assume", "a//c", ".");
    REFUSED("plimsoll: --crds: none: No such file or directory\n", "check", "--crds", "none", ".");
    REFUSED("plimsoll: --schema-location: \"https://example.com/x\" is on the network, which is "
            "never asked; give a local folder or template\n",
            "check", "--schema-location", "https://example.com/x", ".");
    REFUSED("plimsoll: --exclude: the glob is empty\n", "check", "--exclude", "", ".");
    REFUSED("plimsoll: --exclude: \"../x\" leads out of the folder that globs are relative to\n",
            "check", "--exclude", "../x", ".");
    REFUSED("plimsoll: --config: the name of the file is empty\n", "check", "--config=", ".");
    REFUSED("plimsoll: --config and --no-config contradict each other\n", "check", "--config", "x",
            "--no-config", ".");
    REFUSED("plimsoll: check needs a PATH; plimsoll check . reads the working directory, and - is "
            "standard input\n", "check");
    REFUSED("plimsoll: check needs a PATH; plimsoll check . reads the working directory, and - is "
            "standard input\n", "check", "--changed", "x");
}

static void a_wrong_first_word(void **state)
{
    put("deploy/a.yaml", "");
    REFUSED("plimsoll: unknown command chekc; did you mean check?\n", "chekc", ".");
    REFUSED("plimsoll: unknown command nonsense; plimsoll --help lists the commands\n",
            "nonsense");
    REFUSED("plimsoll: no command was given; did you mean plimsoll check deploy?\n", "deploy");
    REFUSED("plimsoll: no command was given; did you mean plimsoll check x/y.yaml?\n", "x/y.yaml");
    REFUSED("plimsoll: no command was given; did you mean plimsoll check -?\n", "-");
    REFUSED("plimsoll: options come after the command, as in: plimsoll check -v\n", "-v", "check");
    REFUSED("plimsoll: unknown command ; plimsoll --help lists the commands\n", "");
}

static void wrong_versions_are_refused(void **state)
{
    static const char *const VERSIONS[] = {"2.0", "1.99", "1.14", "one", "", "1.30..1.25"};
    for (size_t i = 0; i < BASE_COUNT(VERSIONS); i++) {
        Options options;
        TestPlace *place = *state;
        char *argv[] = {(char *)"plimsoll", (char *)"check", (char *)"--kubernetes-version",
                        (char *)VERSIONS[i], (char *)".", NULL};
        capture(place, STDERR_FILENO);
        assert_int_equal(options_read(&options, 5, argv), EXIT_TROUBLE);
        char *error = released(place, STDERR_FILENO);
        assert_non_null(strstr(error, "plimsoll: --kubernetes-version: "));
        free(error);
        options_free(&options);
    }
}

static void colours(void **state)
{
    Options options;
    unsetenv("NO_COLOR");
    setenv("TERM", "xterm", 1);
    assert_int_equal(READ(&options, "", "check", "--color", "always", "."), -1);
    setenv("NO_COLOR", "1", 1);
    assert_true(options_color(&options, 1)); /* the flag is nearer than the variable */
    options.color = COLOR_NEVER;
    assert_false(options_color(&options, 1));
    options.color = COLOR_AUTO;
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(terminal >= 0);
    assert_false(options_color(&options, terminal));
    setenv("NO_COLOR", "", 1);
    assert_true(options_color(&options, terminal));
    unsetenv("NO_COLOR");
    assert_true(options_color(&options, terminal));
    setenv("TERM", "dumb", 1);
    assert_false(options_color(&options, terminal));
    setenv("TERM", "xterm", 1);
    int file = open("plain", O_RDWR | O_CREAT, 0600);
    assert_false(options_color(&options, file));
    close(file);
    close(terminal);
    options_free(&options);
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, place_enter, place_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(a_plain_check),
        IN_PLACE(spellings),
        IN_PLACE(the_last_of_two_counts),
        IN_PLACE(paths_behind_two_hyphens),
        IN_PLACE(changed_takes_what_follows),
        IN_PLACE(lists_add_up),
        IN_PLACE(severities_of_known_rules),
        IN_PLACE(mistakes_get_one_clear_line),
        IN_PLACE(a_wrong_first_word),
        IN_PLACE(wrong_versions_are_refused),
        IN_PLACE(colours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
