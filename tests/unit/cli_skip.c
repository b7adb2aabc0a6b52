/* What is no manifest: kinds that only clients read, halves of objects, Helm
 * templates. */
#include "cli_fixture.h"

static SkipReason skip_of(const char *text)
{
    Sources sources;
    Diag diag = {0};
    Document doc = {0};
    Splitter splitter;
    Chunk chunk;
    sources_init(&sources);
    uint32_t file = sources_add_file(&sources, STR("test.yaml"));
    uint32_t source = sources_add_doc(&sources, (SourceDoc){.size = (uint32_t)strlen(text),
                                                            .file = file, .line = 1, .column = 1});
    Parser *parser = parser_new();
    /* The reader may look at the zero bytes that a file's text is followed by. */
    char *padded = mem_resize(NULL, strlen(text) + FILE_PADDING);
    memset(padded, 0, strlen(text) + FILE_PADDING);
    memcpy(padded, text, strlen(text));
    splitter_init(&splitter, str_slice(padded, strlen(text)));
    assert_true(splitter_next(&splitter, &chunk));
    assert_int_equal(parser_read(parser, &chunk, source, &diag, &doc), PARSER_OK);
    ObjectHead head;
    schema_head(&doc, doc.root, &head);
    SkipReason reason = skip_object(&doc, &head);
    parser_free(parser);
    mem_free(padded);
    diag_free(&diag);
    sources_free(&sources);
    return reason;
}

static void expect(SkipReason expected, const char *text)
{
    SkipReason got = skip_of(text);
    if (got != expected)
        fail_msg("%d, not %d, for:\n%s", got, expected, text);
}

static void manifests_are_kept(void **state)
{
    (void)state;
    expect(SKIP_NOT, "apiVersion: v1\nkind: ConfigMap\n");
    expect(SKIP_NOT, "{\"kind\": \"List\", \"apiVersion\": \"v1\"}\n");
    expect(SKIP_NOT, "apiVersion: 1\nkind: []\n"); /* wrong, and said so by the type check */
    /* Custom resources with names like those of clients. */
    expect(SKIP_NOT, "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n");
    expect(SKIP_NOT, "apiVersion: example.com/v1\nkind: Config\n");
    expect(SKIP_NOT, "apiVersion: cluster.x-k8s.io/v1beta1\nkind: Cluster\n");
    expect(SKIP_NOT, "apiVersion: policy/v1\nkind: PodDisruptionBudget\n");
    expect(SKIP_NOT, "apiVersion: kapp.k14s.io/v1alpha1\nkind: App\n");
    expect(SKIP_NOT, "apiVersion: admissionregistration.k8s.io/v1\n"
                     "kind: ValidatingWebhookConfiguration\n");
}

static void half_a_head_with_metadata_is_a_manifest(void **state)
{
    (void)state;
    expect(SKIP_NOT, "kind: Pod\nmetadata:\n  name: x\n");
    expect(SKIP_NOT, "apiVersion: v1\nmetadata:\n  name: x\n");
    expect(SKIP_NOT, "apiVersion: v1\nkind: null\nmetadata: {}\n");
}

static void what_is_none_of_ours(void **state)
{
    (void)state;
    expect(SKIP_NO_MANIFEST, "apiVersion: v2\nname: chart\nversion: 1.0.0\n");
    expect(SKIP_NO_MANIFEST, "kind: DaemonSet\nimage:\n  tag: x\n"); /* values */
    expect(SKIP_NO_MANIFEST, "replicas: 1\n");
    expect(SKIP_NO_MANIFEST, "metadata:\n  name: x\n");
    expect(SKIP_NO_MANIFEST, "- a\n- b\n");
    expect(SKIP_NO_MANIFEST, "text\n");
    expect(SKIP_NO_MANIFEST, "{}\n");
}

static void kinds_of_clients(void **state)
{
    (void)state;
    static const char *const HEADS[][2] = {
        {"kustomize.config.k8s.io/v1beta1", "Kustomization"},
        {"kustomize.config.k8s.io/v1alpha1", "Component"},
        {"skaffold/v4beta6", "Config"},
        {"kind.x-k8s.io/v1alpha4", "Cluster"},
        {"kubeadm.k8s.io/v1beta3", "ClusterConfiguration"},
        {"kubelet.config.k8s.io/v1beta1", "KubeletConfiguration"},
        {"kubeproxy.config.k8s.io/v1alpha1", "KubeProxyConfiguration"},
        {"kubescheduler.config.k8s.io/v1", "KubeSchedulerConfiguration"},
        {"apiserver.config.k8s.io/v1", "EncryptionConfiguration"},
        {"audit.k8s.io/v1", "Policy"},
        {"client.authentication.k8s.io/v1", "ExecCredential"},
        {"v1", "Config"},
        {"k3d.io/v1alpha5", "Simple"},
        {"builtin", "LabelTransformer"},
        {"backstage.io/v1alpha1", "Component"},
    };
    for (size_t i = 0; i < BASE_COUNT(HEADS); i++) {
        char text[128];
        snprintf(text, sizeof text, "apiVersion: %s\nkind: %s\n", HEADS[i][0], HEADS[i][1]);
        expect(SKIP_CLIENT_KIND, text);
    }
    expect(SKIP_CLIENT_KIND, "apiVersion: score.dev/v1b1\nmetadata:\n  name: x\n");
}

/* Nothing that a server has built in is a client's by the table: it is not asked for these. */
static void no_kind_of_a_server(void **state)
{
    (void)state;
    Str api, kind;
    for (size_t i = 0; skip_client_kind(i, &api, &kind); i++)
        for (KindId id = 0; id < schema_kind_count(NULL); id++) {
            KindInfo info = schema_kind_info(NULL, id);
            Str of_kind = info.group.len ? info.group : info.version;
            bool same = api.ptr[0] == '*'
                            ? str_ends(of_kind, str_slice(api.ptr + 1, api.len - 1))
                            : str_eq(of_kind, api);
            assert_false(same && (kind.len == 0 || str_eq(kind, info.kind)));
        }
}

/* kustomize keeps every value but "false" away from a server. */
static void local_config(void **state)
{
    (void)state;
#define ANNOTATED(value) \
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  annotations:\n" \
    "    config.kubernetes.io/local-config: " value "\n"
    expect(SKIP_CLIENT_KIND, ANNOTATED("\"true\""));
    expect(SKIP_CLIENT_KIND, ANNOTATED("''"));
    expect(SKIP_NOT, ANNOTATED("\"false\""));
    expect(SKIP_NOT, "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  annotations: []\n");
    expect(SKIP_NOT, "apiVersion: v1\nkind: ConfigMap\nmetadata: x\n");
}

static void what_does_not_parse(void **state)
{
    (void)state;
    Input found = {.path = STR_INIT("a/b.yaml")};
    assert_int_equal(skip_unparsed(&found, STR("a: {{ .Values.x }}")), SKIP_HELM_TEMPLATE);
    assert_int_equal(skip_unparsed(&found, STR("a: [")), SKIP_NOT);
    Input settings = {.path = STR_INIT(".vscode/settings.json")};
    assert_int_equal(skip_unparsed(&settings, STR("{ // tabs\n}")), SKIP_NO_MANIFEST);
    assert_int_equal(skip_unparsed(&settings, STR("{\"apiVersion\": ")), SKIP_NOT);
    settings.named = true;
    assert_int_equal(skip_unparsed(&settings, STR("{ // tabs\n}")), SKIP_NOT);
    Input template = {.path = STR_INIT("c/templates/x.yaml"), .chart_template = true};
    assert_int_equal(skip_unparsed(&template, STR("a: [")), SKIP_HELM_TEMPLATE);
}

static void templates_of_a_chart(void **state)
{
    put("chart/Chart.yaml", "");
    put("chart/templates/deep/a.yaml", "");
    put("plain/templates/a.yaml", "");
    put("templates/a.yaml", "");
    assert_true(skip_in_chart_templates(STR("chart/templates/deep/a.yaml")));
    assert_true(skip_in_chart_templates(STR("./chart//templates/deep/../deep/a.yaml")));
    assert_true(skip_in_chart_templates(STR("chart/templates")));
    assert_false(skip_in_chart_templates(STR("chart/templates/../Chart.yaml")));
    assert_false(skip_in_chart_templates(STR("chart/Chart.yaml")));
    assert_false(skip_in_chart_templates(STR("plain/templates/a.yaml")));
    assert_false(skip_in_chart_templates(STR("templates/a.yaml")));
    assert_false(skip_in_chart_templates(STR("templates/none.yaml")));
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(manifests_are_kept),
        cmocka_unit_test(half_a_head_with_metadata_is_a_manifest),
        cmocka_unit_test(what_is_none_of_ours),
        cmocka_unit_test(kinds_of_clients),
        cmocka_unit_test(no_kind_of_a_server),
        cmocka_unit_test(local_config),
        cmocka_unit_test(what_does_not_parse),
        cmocka_unit_test_setup_teardown(templates_of_a_chart, place_enter, place_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
