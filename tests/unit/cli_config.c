/* .plimsoll.yaml: which one is found, what it sets, and how mistakes in it are
 * shown.  Nothing in a wrong one may pass silently. */
#include "cli_fixture.h"

/* Reads `check .` under a configuration, which must be good. */
static void configured(void **state, Options *options, const char *text)
{
    put(".plimsoll.yaml", text);
    assert_int_equal(READ(options, "", "check", "."), -1);
    assert_str(options->config_path, ".plimsoll.yaml");
}

/* Reads a configuration that must be refused; each of the lines must be among what
 * was written. */
static void refused(void **state, const char *text, const char *const *lines)
{
    TestPlace *place = *state;
    Options options;
    char *argv[] = {(char *)"plimsoll", (char *)"check", (char *)".", NULL};
    put(".plimsoll.yaml", text);
    capture(place, STDERR_FILENO);
    int status = options_read(&options, 3, argv);
    char *error = released(place, STDERR_FILENO);
    for (; *lines; lines++)
        if (!strstr(error, *lines))
            fail_msg("no \"%s\" in:\n%s", *lines, error);
    assert_int_equal(status, EXIT_TROUBLE);
    free(error);
    options_free(&options);
}

#define BAD(text, ...) refused(state, text, (const char *const[]){__VA_ARGS__, NULL})

static void all_keys(void **state)
{
    put("hack/crds/a.yaml", "");
    Options options;
    configured(state, &options,
               "# what this repository decided\n"
               "kubernetesVersion: 1.30\n" /* no number */
               "namespace: shop\n"
               "failOn: warning\n"
               "rules:\n"
               "  yaml-ambiguous: off\n" /* no boolean */
               "  \"yaml-syntax\": info\n"
               "assume:\n"
               "- Secret/shop/tls\n"
               "- ConfigMap/*\n"
               "exclude: [vendor/, '*.bak']\n"
               "crds: [hack/crds]\n"
               "schemaLocations:\n"
               "  - s/{{ .Group }}.json\n"
               "missingSchemas: error\n");
    assert_int_equal(options.schema.target.oldest, 30);
    assert_int_equal(options.schema.target.newest, 30);
    assert_str(options.schema.default_namespace, "shop");
    assert_int_equal(options.fail_on, SEVERITY_WARNING);
    assert_int_equal(options.severities.len, 2);
    assert_str(options.severities.at[0].rule, "yaml-ambiguous");
    assert_int_equal(options.severities.at[0].severity, SEVERITY_OFF);
    assert_int_equal(options.assumed.len, 2);
    assert_str(options.assumed.at[1].ns, "*");
    assert_str(options.assumed.at[1].name, "*");
    assert_int_equal(options.excluded.len, 2);
    assert_str(options.excluded.at[1].glob, "*.bak");
    assert_str(options.crds.at[0], "hack/crds");
    assert_str(options.schema_locations.at[0], "s/{{ .Group }}.json");
    assert_int_equal(options.schema.missing, MISSING_ERROR);
    assert_int_equal(options.set_by[SETTING_FAIL_ON], SET_BY_CONFIG);
    options_free(&options);
}

static void flags_win_and_lists_add_up(void **state)
{
    put(".plimsoll.yaml", "namespace: shop\nfailOn: info\nkubernetesVersion: 1.20\n"
                          "missingSchemas: skip\n"
                          "rules: {yaml-syntax: warning, yaml-ambiguous: error}\n"
                          "assume: [A/b]\nexclude: [x]\n");
    Options options;
    assert_int_equal(READ(&options, "", "check", ".", "-nother", "--fail-on=error",
                          "--kubernetes-version=1.21", "--severity=yaml-syntax=off", "--assume=C/d",
                          "--exclude=y", "--missing-schemas=warn"),
                     -1);
    assert_str(options.schema.default_namespace, "other");
    assert_int_equal(options.fail_on, SEVERITY_ERROR);
    assert_int_equal(options.schema.target.newest, 21);
    assert_int_equal(options.schema.missing, MISSING_WARN);
    /* The last word on a rule counts. */
    assert_int_equal(options.severities.len, 3);
    assert_str(options.severities.at[2].rule, "yaml-syntax");
    assert_int_equal(options.severities.at[2].severity, SEVERITY_OFF);
    assert_int_equal(options.assumed.len, 2);
    assert_int_equal(options.excluded.len, 2);
    options_free(&options);
}

/* `versions` asks what a configured version would answer before it was asked. */
static void a_configured_version_does_not_narrow_versions(void **state)
{
    put(".plimsoll.yaml", "kubernetesVersion: 1.29\n");
    Options options;
    assert_int_equal(READ(&options, "", "versions", "."), -1);
    assert_int_equal(options.schema.target.oldest, SCHEMA_OLDEST);
    assert_int_equal(options.schema.target.newest, SCHEMA_NEWEST);
    assert_true(options.schema.target.versions == SCHEMA_ALL_VERSIONS);
    options_free(&options);
    assert_int_equal(READ(&options, "", "versions", ".", "--kubernetes-version", "1.20..1.22"), -1);
    assert_int_equal(options.schema.target.oldest, 20);
    options_free(&options);
    assert_int_equal(READ(&options, "", "emit", "."), -1);
    assert_int_equal(options.schema.target.newest, 29);
    options_free(&options);
}

static void nothing_in_it_is_no_mistake(void **state)
{
    static const char *const TEXTS[] = {"", "# only a comment\n", "---\n", "---\n# x\n---\n",
                                        "null\n", "{}\n", "exclude:\nrules:\nassume: []\n"};
    for (size_t i = 0; i < BASE_COUNT(TEXTS); i++) {
        Options options;
        configured(state, &options, TEXTS[i]);
        assert_int_equal(options.excluded.len, 0);
        options_free(&options);
    }
}

static void mistakes_are_shown_at_their_place(void **state)
{
    BAD("namespace: shop\nkubernetesVersoin: 1.30\n",
        ".plimsoll.yaml:2:1: error: unknown key \"kubernetesVersoin\"; did you mean "
        "kubernetesVersion? [configuration]\n",
        "kubernetesVersoin: 1.30\n");
    BAD("nonsense: 1\n", ".plimsoll.yaml:1:1: error: unknown key \"nonsense\" [configuration]\n");
    BAD("rules:\n  yaml-sintax: off\n",
        ".plimsoll.yaml:2:3: error: rules: there is no rule \"yaml-sintax\"; did you mean "
        "yaml-syntax?");
    BAD("rules:\n  yaml-syntax: false\n",
        ".plimsoll.yaml:2:16: error: rules: \"false\" is not error, warning, info or off");
    BAD("rules:\n  yaml-syntax:\n", ":2:", "error: a rule's severity has no value");
    BAD("rules: [yaml-syntax]\n",
        ".plimsoll.yaml:1:8: error: rules is a mapping of rules to severities");
    BAD("failOn: eror\n", ".plimsoll.yaml:1:9: error: failOn: \"eror\" is not error, warning or "
                          "info; did you mean error?");
    BAD("failOn: [error]\n", ".plimsoll.yaml:1:9: error: failOn is one value, not a list or "
                             "mapping");
    BAD("failOn:\n", "error: failOn has no value");
    BAD("exclude: vendor\n", ".plimsoll.yaml:1:10: error: exclude is a list of globs");
    BAD("exclude:\n  - {a: b}\n", ".plimsoll.yaml:2:5: error: an entry of the list is one value");
    BAD("assume:\n  - Secret\n", ".plimsoll.yaml:2:5: error: assume: \"Secret\" is not of the "
                                 "form Kind/namespace/name or Kind/name");
    BAD("kubernetesVersion: 1.99\n", ".plimsoll.yaml:1:20: error: kubernetesVersion: ");
    BAD("namespace: Shop\n", ".plimsoll.yaml:1:12: error: namespace: \"Shop\" is no name");
    BAD("namespace: \"a\\0b\"\n", "error: namespace holds a control character");
    BAD("crds: [nowhere]\n", ".plimsoll.yaml:1:8: error: crds: nowhere: No such file or "
                             "directory");
    BAD("schemaLocations: ['http://x/y']\n", ":1:19: error: schemaLocations: \"http://x/y\" is "
                                             "on the network");
    BAD("- a\n", ".plimsoll.yaml:1:1: error: the configuration is a mapping of keys to values");
    BAD("namespace: a\n---\nnamespace: b\n", ".plimsoll.yaml:3:1: error: the configuration is "
                                             "one document");
    /* What the parser refuses: syntax, and a key twice. */
    BAD("namespace: [\n", ".plimsoll.yaml:", "[yaml-syntax]");
    BAD("namespace: a\nnamespace: b\n", ".plimsoll.yaml:2:1: error: ", "[yaml-duplicate-key]");
    /* All of them at once, and judged even where a flag overrules the value. */
    BAD("one: 1\ntwo: 2\nfailOn: 3\n", ":1:1: error:", ":2:1: error:", ":3:9: error:");
}

static void the_nearest_one_upward_counts(void **state)
{
    put(".plimsoll.yaml", "namespace: top\n");
    put("app/.plimsoll.yml", "namespace: app\n");
    put("app/deep/er/a.yaml", "");
    put("other/b.yaml", "");
    static const struct {
        const char *path, *ns, *config;
    } CASES[] = {
        {".", "top", ".plimsoll.yaml"},
        {"app", "app", "app/.plimsoll.yml"},
        {"app/deep/er", "app", "app/.plimsoll.yml"},
        {"app/deep/er/a.yaml", "app", "app/.plimsoll.yml"},
        {"./other/../app/deep/", "app", "app/.plimsoll.yml"},
        {"other/b.yaml", "top", ".plimsoll.yaml"},
        {"missing/c.yaml", "top", ".plimsoll.yaml"}, /* the walk reports the path */
        {"app/missing/c.yaml", "app", "app/.plimsoll.yml"},
        {"/missing", "top", ".plimsoll.yaml"},
        {"-", "top", ".plimsoll.yaml"},
    };
    for (size_t i = 0; i < BASE_COUNT(CASES); i++) {
        Options options;
        assert_int_equal(READ(&options, "", "check", CASES[i].path), -1);
        assert_str(options.schema.default_namespace, CASES[i].ns);
        assert_str(options.config_path, CASES[i].config);
        options_free(&options);
    }
    assert_int_equal(chdir("app/deep/er"), 0);
    Options options;
    assert_int_equal(READ(&options, "", "check", "."), -1);
    assert_str(options.config_path, "../../.plimsoll.yml");
    options_free(&options);
    /* A path elsewhere without one of its own: the working directory's. */
    assert_int_equal(READ(&options, "", "check", "/dev/null"), -1);
    assert_str(options.schema.default_namespace, "app");
    options_free(&options);
}

static void paths_must_agree(void **state)
{
    put("a/.plimsoll.yaml", "namespace: a\n");
    put("a/x.yaml", "");
    put("a/in/y.yaml", "");
    put("b/.plimsoll.yaml", "namespace: b\n");
    put("c/z.yaml", "");
    REFUSED("plimsoll: a has a/.plimsoll.yaml but b has b/.plimsoll.yaml: check them apart, or "
            "give --config or --no-config\n", "check", "a", "b");
    REFUSED("plimsoll: c has no configuration but a/x.yaml has a/.plimsoll.yaml: check them "
            "apart, or give --config or --no-config\n", "check", "c", "a/x.yaml");
    Options options;
    assert_int_equal(READ(&options, "", "check", "a/x.yaml", "a/in", "a"), -1);
    assert_str(options.schema.default_namespace, "a");
    options_free(&options);
    assert_int_equal(READ(&options, "", "check", "a", "b", "--config", "b/.plimsoll.yaml"), -1);
    assert_str(options.schema.default_namespace, "b");
    options_free(&options);
    assert_int_equal(READ(&options, "", "check", "a", "b", "--no-config"), -1);
    assert_str(options.schema.default_namespace, "default");
    assert_str(options.config_path, "");
    options_free(&options);
}

static void two_in_one_folder(void **state)
{
    put("a/.plimsoll.yaml", "");
    put("a/.plimsoll.yml", "");
    REFUSED("plimsoll: a holds both .plimsoll.yaml and .plimsoll.yml: keep one\n", "check", "a");
}

static void a_named_one_must_be_there(void **state)
{
    put("conf/lint.yaml", "crds: [crds]\nexclude: [x.yaml]\n");
    put("conf/crds/c.yaml", "");
    REFUSED("plimsoll: conf/lnt.yaml: No such file or directory; did you mean conf/lint.yaml?\n",
            "check", ".", "--config", "conf/lnt.yaml");
    REFUSED("plimsoll: conf: Is a directory\n", "check", ".", "--config=conf");
    Options options;
    assert_int_equal(READ(&options, "", "check", ".", "--config", "conf/lint.yaml"), -1);
    /* Its paths are relative to its folder. */
    assert_str(options.crds.at[0], "conf/crds");
    assert_true(str_ends(options.excluded.at[0].folder, STR("/conf")));
    options_free(&options);
}

static void the_documented_examples_are_good(void **state)
{
    Buf text = {0};
    for (size_t i = 0; i < config_key_count; i++)
        buf_text(&text, config_keys[i].example);
    buf_byte(&text, '\0');
    put("hack/crds/a.yaml", "");
    put("hack/rules.yaml", "");
    put("hack/cluster.yaml", "");
    Options options;
    configured(state, &options, text.ptr);
    options_free(&options);
    buf_free(&text);
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, place_enter, place_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(all_keys),
        IN_PLACE(flags_win_and_lists_add_up),
        IN_PLACE(a_configured_version_does_not_narrow_versions),
        IN_PLACE(nothing_in_it_is_no_mistake),
        IN_PLACE(mistakes_are_shown_at_their_place),
        IN_PLACE(the_nearest_one_upward_counts),
        IN_PLACE(paths_must_agree),
        IN_PLACE(two_in_one_folder),
        IN_PLACE(a_named_one_must_be_there),
        IN_PLACE(the_documented_examples_are_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
