/* Kubeconfigs: merging, what flags overrule, what is refused and where.  The comparison
 * with client-go on made files is tests/rest/run. */
#include "unit.h"

#include "emit/rest/kubeconfig.h"

#include <stdlib.h>
#include <unistd.h>

#define CLUSTER(name, server) "- {name: " name ", cluster: {server: " server "}}\n"
#define CONTEXT(name, cluster, user) \
    "- {name: " name ", context: {cluster: " cluster ", user: " user ", namespace: n-" name "}}\n"

typedef struct Fixture {
    char folder[64];
    Buf list;
    Kubeconfig config;
    KubeTarget target;
    KubeOverrides overrides;
} Fixture;

static void write_file(Fixture *fixture, const char *name, const char *text)
{
    char path[96];
    snprintf(path, sizeof path, "%s/%s", fixture->folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    buf_format(&fixture->list, "%s%s", fixture->list.len ? ":" : "", path);
}

static void begin(Fixture *fixture)
{
    *fixture = (Fixture){.folder = "/tmp/plimsoll-kubeconfig-XXXXXX"};
    assert_non_null(mkdtemp(fixture->folder));
}

static bool decide(Fixture *fixture)
{
    return kubeconfig_load(&fixture->config, STR(""), buf_slice(&fixture->list), STR("")) &&
           kubeconfig_choose(&fixture->config, &fixture->overrides, &fixture->target);
}

/* Its errors without the folder. */
static void expect_errors(Fixture *fixture, const char *wanted)
{
    Str errors = buf_slice(&fixture->config.errors);
    Buf shown = {0};
    size_t skip = strlen(fixture->folder) + 1;
    for (size_t i = 0; i < errors.len; i++) {
        if (str_starts(str_slice(errors.ptr + i, errors.len - i), str_of(fixture->folder)))
            i += skip;
        buf_byte(&shown, errors.ptr[i]);
    }
    assert_str(buf_slice(&shown), wanted);
    buf_free(&shown);
}

static void end(Fixture *fixture)
{
    Str list = buf_slice(&fixture->list);
    for (size_t from = 0; from < list.len;) {
        Str rest = str_slice(list.ptr + from, list.len - from);
        Str path = str_slice(rest.ptr, str_find(rest, ':'));
        char name[96];
        snprintf(name, sizeof name, "%.*s", STR_ARG(path));
        unlink(name);
        from += path.len + 1;
    }
    rmdir(fixture->folder);
    buf_free(&fixture->list);
    kubeconfig_free(&fixture->config);
}

static void the_first_file_wins(void **state)
{
    (void)state;
    Fixture fixture;
    begin(&fixture);
    write_file(&fixture, "a", "current-context: one\nclusters:\n" CLUSTER("c", "https://first"));
    write_file(&fixture, "b", "current-context: two\nclusters:\n" CLUSTER("c", "https://second")
                              "contexts:\n" CONTEXT("one", "c", "u") CONTEXT("two", "c", "u")
                              "users:\n- {name: u, user: {token: secret}}\n");
    assert_true(decide(&fixture));
    assert_str(fixture.target.cluster.server, "https://first");
    assert_str(fixture.target.ns, "n-one");
    assert_str(fixture.target.user.token, "secret");
    end(&fixture);
}

static void flags_overrule(void **state)
{
    (void)state;
    Fixture fixture;
    begin(&fixture);
    write_file(&fixture, "a", "clusters:\n" CLUSTER("c", "https://c") CLUSTER("d", "https://d")
                              "contexts:\n" CONTEXT("x", "c", "u")
                              "users:\n- {name: u, user: {token: secret}}\n");
    fixture.overrides = (KubeOverrides){.context = STR("x"), .cluster = STR("d"),
                                        .token = STR("other"), .ns = STR("mine")};
    assert_true(decide(&fixture));
    assert_str(fixture.target.cluster.server, "https://d");
    assert_str(fixture.target.user.token, "other");
    assert_str(fixture.target.ns, "mine");
    end(&fixture);
}

static void mistakes_are_told_at_their_line(void **state)
{
    (void)state;
    Fixture fixture;
    begin(&fixture);
    write_file(&fixture, "a", "apiVersion: v1\nclusters:\n- name: c\n  cluster:\n"
                              "    server: 17\n    certificate-authority-data: '%%'\n"
                              "users: {}\n");
    assert_false(decide(&fixture));
    expect_errors(&fixture, "a:5:13: this has to be a text, not a number\n"
                            "a:6:33: this is no base64: certificate-authority-data\n"
                            "a:7:8: this has to be a list, not a mapping\n");
    end(&fixture);
}

static void no_secret_is_in_an_error(void **state)
{
    (void)state;
    Fixture fixture;
    begin(&fixture);
    write_file(&fixture, "a", "clusters:\n" CLUSTER("c", "https://c")
                              "contexts:\n" CONTEXT("x", "c", "u") "current-context: x\n"
                              "users:\n- {name: u, user: {token: hidden, username: a, password: deep, "
                              "client-certificate-data: aGlkZGVu}}\n");
    assert_false(decide(&fixture));
    Str errors = buf_slice(&fixture.config.errors);
    assert_false(str_contains(errors, STR("hidden")) || str_contains(errors, STR("deep")) ||
                 str_contains(errors, STR("aGlk")));
    expect_errors(&fixture,
                  "a:7:3: user \"u\" has a client certificate and no client-key\n"
                  "a:7:3: user \"u\" has a token and a username or password; only one is allowed\n");
    end(&fixture);
}

static void auth_providers_are_refused_with_advice(void **state)
{
    (void)state;
    Fixture fixture;
    begin(&fixture);
    write_file(&fixture, "a", "clusters:\n" CLUSTER("c", "https://c")
                              "contexts:\n" CONTEXT("x", "c", "u") "current-context: x\n"
                              "users:\n- {name: u, user: {auth-provider: {name: gcp}}}\n");
    assert_false(decide(&fixture));
    expect_errors(&fixture, "a:7:3: user \"u\" has auth-provider gcp, which Kubernetes removed in "
                            "1.26; use an exec credential plugin (gke-gcloud-auth-plugin, kubelogin, "
                            "…) instead\n");
    end(&fixture);
}

static void credentials_do_not_go_to_plain_http(void **state)
{
    (void)state;
    Fixture fixture;
    begin(&fixture);
    write_file(&fixture, "a", "clusters:\n" CLUSTER("c", "http://c")
                              "contexts:\n" CONTEXT("x", "c", "u") "current-context: x\n"
                              "users:\n- {name: u, user: {token: secret, as: jane}}\n");
    assert_true(decide(&fixture));
    assert_str(fixture.target.user.token, "");
    assert_str(fixture.target.user.impersonate, "jane");
    end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_file_wins),
        cmocka_unit_test(flags_overrule),
        cmocka_unit_test(mistakes_are_told_at_their_line),
        cmocka_unit_test(no_secret_is_in_an_error),
        cmocka_unit_test(auth_providers_are_refused_with_advice),
        cmocka_unit_test(credentials_do_not_go_to_plain_http),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
