/* The walk: what it binds, what it marks, what it says of one version and of many.
 * What it says of one version is shown at length by testdata/rules. */
#include "schema_fixture.h"

static const char POD[] = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\n"
                          "spec:\n  containers:\n  - name: web\n    image: nginx\n";

static uint32_t bit(unsigned minor) { return UINT32_C(1) << (minor - SCHEMA_OLDEST); }

static void keys_and_values_are_bound(void **state)
{
    (void)state;
    Bench bench;
    bench_begin(&bench, "1.37");
    bench_check(&bench, POD);
    assert_string_equal(bench.lines.ptr, "");
    const Document *doc = &bench.doc;
    assert_int_equal(node_at(doc, 0)->bind, SCHEMA_TYPE_core_v1_Pod);
    uint32_t spec = schema_get(doc, 0, SCHEMA_NAME_spec);
    assert_int_equal(node_at(doc, spec)->bind, SCHEMA_TYPE_core_v1_PodSpec);
    uint32_t containers = schema_get(doc, spec, SCHEMA_NAME_containers);
    assert_int_equal(schema_type_element(NULL, node_at(doc, containers)->bind),
                     SCHEMA_TYPE_core_v1_Container);
    const NameId path[] = {SCHEMA_NAME_metadata, SCHEMA_NAME_name, BASE_NONE};
    assert_str(node_str(doc, schema_path(doc, 0, path)), "web");
    assert_int_equal(schema_get(doc, spec, SCHEMA_NAME_volumes), BASE_NONE);
    bench_end(&bench);
}

static void null_and_replaced_fields_are_absent(void **state)
{
    (void)state;
    Bench bench;
    bench_begin(&bench, "1.37");
    bench_check(&bench, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: null\n"
                        "immutable: 7\nimmutable: true\n");
    assert_string_equal(bench.lines.ptr, "");
    assert_int_equal(schema_get(&bench.doc, 0, SCHEMA_NAME_data), BASE_NONE);
    uint32_t immutable = schema_get(&bench.doc, 0, SCHEMA_NAME_immutable);
    assert_true(node_bool(&bench.doc, immutable));
    bench_end(&bench);
}

static void the_head_of_an_object(void **state)
{
    (void)state;
    Bench bench;
    bench_begin(&bench, "1.37");
    bench_check(&bench, POD);
    assert_interned(&bench, bench.object.api_version, "v1");
    assert_interned(&bench, bench.object.group, "");
    assert_interned(&bench, bench.object.kind, "Pod");
    assert_interned(&bench, bench.object.name, "web");
    assert_interned(&bench, bench.object.ns, "default");
    assert_int_equal(bench.object.accepted, bit(37));
    assert_int_equal(bench.object.name_size, 3);

    bench.options.default_namespace = STR("shop");
    bench_check(&bench, "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {generateName: a-}\n");
    assert_interned(&bench, bench.object.group, "apps");
    assert_interned(&bench, bench.object.ns, "shop");
    assert_interned(&bench, bench.object.generate_name, "a-");
    assert_int_equal(bench.object.name, 0);

    bench_check(&bench, "apiVersion: v1\nkind: Node\nmetadata: {name: a, namespace: b}\n");
    assert_int_equal(bench.object.ns, 0);
    bench_end(&bench);
}

static void what_is_an_object(void **state)
{
    (void)state;
    static const struct { const char *text; bool object; } CASES[] = {
        {"{apiVersion: v1, kind: Pod}", true},
        {"{apiVersion: v1}", false},
        {"{kind: Pod}", false},
        {"{apiVersion: 1, kind: Pod}", false},
        {"{apiVersion: v1, kind: ''}", false},
        {"[apiVersion, kind]", false},
        {"text", false},
    };
    Bench bench;
    bench_begin(&bench, "1.37");
    for (size_t i = 0; i < BASE_COUNT(CASES); i++) {
        bench_read(&bench, CASES[i].text);
        assert_int_equal(bench_is_object(&bench, 0), CASES[i].object);
    }
    bench_end(&bench);
}

/* Items of a PodList are Pods even where they do not say so. */
static void items_of_lists(void **state)
{
    (void)state;
    Bench bench;
    bench_begin(&bench, "1.37");
    bench_read(&bench, "apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: a}\n"
                       "- {apiVersion: v1, kind: Service}\n- {kind: Service}\n");
    uint32_t items = schema_list_items(&bench.doc, 0);
    assert_int_not_equal(items, BASE_NONE);
    uint32_t first = node_first(items), second = node_after(&bench.doc, first);
    uint32_t third = node_after(&bench.doc, second);
    assert_true(bench_is_object(&bench, first));
    assert_true(bench_is_object(&bench, second));
    assert_false(bench_is_object(&bench, third));
    bench.doc.root = first;
    bench.doc.item = 0;
    bench.object = bench_open(&bench);
    assert_interned(&bench, bench.object.kind, "Pod");
    schema_check(&bench.checker, &bench.doc, &bench.object);
    bench_lines(&bench);
    assert_string_equal(bench.lines.ptr, "required-field spec.containers | spec.containers is "
                                         "required\n");
    bench_read(&bench, "{apiVersion: v1, kind: PodList, items: {}}");
    assert_int_equal(schema_list_items(&bench.doc, 0), BASE_NONE);
    bench_read(&bench, "{apiVersion: v1, kind: Pod, items: []}");
    assert_int_equal(schema_list_items(&bench.doc, 0), BASE_NONE);
    bench_end(&bench);
}

static void marks_and_links(void **state)
{
    (void)state;
    Bench bench;
    bench_begin(&bench, "1.37");
    bench_check(&bench,
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n"
                "  selector: {matchLabels: {app: a}}\n  template:\n"
                "    metadata: {labels: {app: a}}\n    spec:\n"
                "      containers: [{name: a, image: b}]\n      volumes:\n"
                "      - name: x\n        secret:\n          secretName: keys\n"
                "          items: [{key: one, path: x}, {key: two, path: y}, {path: z}]\n");
    assert_true(bench.checker.tools.marks.len >= 2);
    Mark deployment = bench.checker.tools.marks.at[0];
    Mark volume = bench.checker.tools.marks.at[bench.checker.tools.marks.len - 1];
    assert_int_equal(deployment.type, SCHEMA_TYPE_apps_v1_Deployment);
    uint32_t count;
    const LinkRow *row = schema_links(NULL, deployment.type, &count);
    assert_int_equal(count, 1);
    assert_int_equal(row->verb, SCHEMA_LINK_pod_template);
    uint32_t template = link_node(&bench.doc, deployment.node, row, SCHEMA_KEY_template);
    assert_str(node_str(&bench.doc, node_first(template)), "metadata");
    Arena paths = {0};
    assert_str(link_path(row, SCHEMA_KEY_template, &paths), "spec.template");
    assert_ptr_equal(link_row(link_row_number(row)), row);
    arena_free(&paths);
    assert_int_equal(link_node(&bench.doc, deployment.node, row, SCHEMA_KEY_replicas), BASE_NONE);
    assert_false(link_has(row, SCHEMA_KEY_name));

    row = schema_links(NULL, volume.type, &count);
    assert_int_equal(row->verb, SCHEMA_LINK_ref);
    assert_str(schema_link_target(row->target), "Secret");
    uint32_t name = link_node(&bench.doc, volume.node, row, SCHEMA_KEY_name);
    assert_str(node_str(&bench.doc, name), "keys");
    static const char *const KEYS[] = {"one", "two"};
    uint32_t keys = 0;
    for (LinkCursor at = link_open(&bench.doc, volume.node, row, SCHEMA_KEY_keys); link_next(&at);) {
        assert_true(keys < BASE_COUNT(KEYS));
        assert_str(node_str(&bench.doc, at.node), KEYS[keys++]);
    }
    assert_int_equal(keys, 2);
    assert_int_equal((schema_links(NULL, TYPE_STRING, &count), count), 0);
    bench_end(&bench);
}

static void one_walk_for_many_versions(void **state)
{
    (void)state;
    static const char CRONJOB[] =
        "apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: a}\nspec:\n"
        "  schedule: '* * * * *'\n  timeZone: UTC\n  jobTemplate: {spec: {template: {spec: "
        "{containers: [{name: a, image: b}]}}}}\n";
    Bench bench;
    bench_begin(&bench, "1.15..1.37");
    bench_check(&bench, CRONJOB);
    assert_string_equal(
        bench.lines.ptr,
        "removed-api apiVersion | batch/v1beta1 CronJob is gone since Kubernetes 1.25 | use "
        "batch/v1 | 1.25..1.37\n"
        "deprecated-api apiVersion | batch/v1beta1 CronJob is deprecated since Kubernetes 1.21 "
        "and goes with 1.25 | use batch/v1 | 1.21..1.24\n"
        "unknown-field spec.timeZone | unknown field \"timeZone\" in CronJobSpec: it came "
        "with Kubernetes 1.24 | 1.15..1.23\n"
        "dropped-field spec.timeZone | the server drops timeZone without a word: its "
        "feature gate CronJobTimeZone is off by default | 1.24\n");
    assert_int_equal(bench.object.accepted, bit(24));
    bench_end(&bench);
}

static void a_removed_api_is_bound_all_the_same(void **state)
{
    (void)state;
    Bench bench;
    bench_begin(&bench, "1.37");
    bench_check(&bench, "apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata: {name: a}\n"
                        "spec:\n  template:\n    metadata: {labels: {app: a}}\n    spec: "
                        "{containers: [{name: a, image: b}]}\n");
    assert_string_equal(bench.lines.ptr,
                        "removed-api apiVersion | extensions/v1beta1 Deployment is gone since "
                        "Kubernetes 1.16 | use apps/v1, which also needs spec.selector\n");
    assert_true(bench.checker.tools.marks.len > 0);
    assert_int_equal(bench.object.accepted, 0);
    bench_end(&bench);
}

/* A field that had another type at the time is checked against each. */
static void a_field_with_two_types(void **state)
{
    (void)state;
    static const char CLAIM[] =
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a}\nspec:\n"
        "  accessModes: [ReadWriteOnce]\n"
        "  resources: {requests: {storage: 1G1}, claims: []}\n";
    expect("1.27..1.30", CLAIM,
           "malformed-value spec.resources.requests.storage as spec.resources.requests | storage "
           "is no quantity (500m, 0.5, 1Gi, 2e3): the text \"1G1\"\n"
           "later unknown-field spec.resources.claims | unknown field \"claims\" in "
           "VolumeResourceRequirements | 1.29..1.30\n");
}

static void gates_by_version(void **state)
{
    (void)state;
    static const char JOB[] =
        "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec:\n  managedBy: example.org/x\n"
        "  template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}\n";
    expect("1.29", JOB, "unknown-field spec.managedBy | unknown field \"managedBy\" in JobSpec: "
                        "it came with Kubernetes 1.30\n");
    expect("1.30", JOB, "dropped-field spec.managedBy | the server drops managedBy without a "
                        "word: its feature gate JobManagedBy is off by default\n");
    expect("1.32", JOB, "");
}

static void validation_by_version(void **state)
{
    (void)state;
    static const char SET[] = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: a}\nspec:\n"
                              "  selector: {matchLabels: {app: a}}\n"
                              "  template: {metadata: {labels: {app: a}}, spec: {}}\n";
    expect("1.33", SET, "");
    expect("1.33..1.34", SET, "required-field spec.template.spec.containers | "
                              "spec.template.spec.containers is required | 1.34\n");
}

static void what_a_server_would_not_come_to(void **state)
{
    (void)state;
    expect("1.37", "apiVersion: v1\nkind: Service\nmetadata: {name: a, lables: {a: b}}\nspec: {}\n",
           "unknown-field metadata.lables | unknown field \"lables\" in ObjectMeta | did you mean "
           "labels?\n"
           "later required-field spec.ports | spec.ports is required\n");
    expect("1.37", "apiVersion: v1\nkind: Service\nmetadata: {name: a, labels: {a: 1}}\nspce: {}\n",
           "wrong-type metadata.labels.a as metadata.labels | a takes text, not the number 1 | put "
           "it in quotes: \"1\"\n"
           "later unknown-field spce | unknown field \"spce\" in Service | did you mean spec?\n"
           "later required-field spec.ports | spec.ports is required\n");
}

static void the_servers_own_paths(void **state)
{
    (void)state;
    expect("1.37",
           "apiVersion: v1\nkind: Pod\nmetadata: {name: a, a.b/c: d}\nspec:\n  containers:\n"
           "  - {name: a, image: b, stdin: 1, ports: [{containerPort: x}]}\n",
           "later unknown-field metadata[a.b/c] as metadata.a.b/c | unknown field \"a.b/c\" in "
           "ObjectMeta\n"
           "wrong-type spec.containers[0].stdin as spec.containers.stdin | stdin takes true or "
           "false, not the number 1\n"
           "wrong-type spec.containers[0].ports[0].containerPort as "
           "spec.containers.ports.containerPort | containerPort takes a whole number, not the text "
           "\"x\"\n");
}

/* No value of a Secret gets into a message. */
static void secrets_stay_secret(void **state)
{
    (void)state;
    static const char *const SECRETS[] = {
        "data: hunter2\n", "data: [hunter2]\n", "data: {a: hunter2}\n",
        "stringData: {a: 424242}\n", "stringdata: hunter2\n", "type: [hunter2]\n",
        "immutable: hunter2\n",
        "metadata: {name: a, annotations: {a: 424242}, labels: hunter2}\n",
    };
    Bench bench;
    bench_begin(&bench, "1.37");
    for (size_t i = 0; i < BASE_COUNT(SECRETS); i++) {
        Buf text = {0};
        buf_format(&text, "apiVersion: v1\nkind: Secret\n%s", SECRETS[i]);
        buf_byte(&text, '\0');
        bench_check(&bench, text.ptr);
        assert_string_not_equal(bench.lines.ptr, "");
        assert_null(strstr(bench.lines.ptr, "hunter2"));
        assert_null(strstr(bench.lines.ptr, "424242"));
        buf_free(&text);
    }
    bench_end(&bench);
}

static void a_custom_resource_waits_for_its_crd(void **state)
{
    (void)state;
    Bench bench;
    bench_begin(&bench, "1.37");
    bench.checker.complete = false;
    bench_check(&bench, "apiVersion: example.org/v1\nkind: Harbour\nmetadata: {name: a}\n");
    assert_int_equal(bench.status, CHECK_DEFERRED);
    assert_string_equal(bench.lines.ptr, "");
    bench.checker.complete = true;
    schema_check(&bench.checker, &bench.doc, &bench.object);
    bench_lines(&bench);
    assert_string_equal(bench.lines.ptr, "unknown-kind kind | no CRD defines Harbour of "
                                         "example.org/v1: the object was not checked | give its "
                                         "CRD among the input, or with --crds FILE\n");
    assert_int_equal(bench.diag.findings.at[0].severity, SEVERITY_WARNING);
    assert_true(bench.object.unknown_kind);

    bench.diag.findings.len = 0;
    bench.options.missing = MISSING_SKIP;
    schema_check(&bench.checker, &bench.doc, &bench.object);
    assert_int_equal(bench.diag.findings.len, 0);
    bench.options.missing = MISSING_ERROR;
    schema_check(&bench.checker, &bench.doc, &bench.object);
    assert_int_equal(bench.diag.findings.at[0].severity, SEVERITY_ERROR);
    bench_end(&bench);
}

static void a_switched_off_rule_still_refuses(void **state)
{
    (void)state;
    Bench bench;
    bench_begin(&bench, "1.37");
    const SeverityOverride off = {STR("unknown-field"), SEVERITY_OFF};
    bench.diag.overrides = &off;
    bench.diag.override_count = 1;
    bench_check(&bench, "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\nspce: {}\n");
    assert_string_equal(bench.lines.ptr, "");
    assert_int_equal(bench.object.accepted, 0);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_and_values_are_bound),
        cmocka_unit_test(null_and_replaced_fields_are_absent),
        cmocka_unit_test(the_head_of_an_object),
        cmocka_unit_test(what_is_an_object),
        cmocka_unit_test(items_of_lists),
        cmocka_unit_test(marks_and_links),
        cmocka_unit_test(one_walk_for_many_versions),
        cmocka_unit_test(a_removed_api_is_bound_all_the_same),
        cmocka_unit_test(a_field_with_two_types),
        cmocka_unit_test(gates_by_version),
        cmocka_unit_test(validation_by_version),
        cmocka_unit_test(what_a_server_would_not_come_to),
        cmocka_unit_test(the_servers_own_paths),
        cmocka_unit_test(secrets_stay_secret),
        cmocka_unit_test(a_custom_resource_waits_for_its_crd),
        cmocka_unit_test(a_switched_off_rule_still_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
