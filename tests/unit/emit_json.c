/* The JSON report, to the letter: programs read it. */
#include "emit_fixture.h"

#include <jansson.h>

static Object object_named(Fixture *f, uint32_t doc, const char *version, const char *kind,
                           const char *ns, const char *name)
{
    return (Object){
        .doc = doc,
        .item = -1,
        .line = 1,
        .api_version = intern(&f->strings, str_of(version)),
        .kind = intern(&f->strings, str_of(kind)),
        .ns = intern(&f->strings, str_of(ns)),
        .name = intern(&f->strings, str_of(name)),
    };
}

static void an_empty_report_is_whole(void **state)
{
    (void)state;
    Fixture f;
    fixture_open(&f);
    assert_str(fixture_report(&f, "json"),
               "{\"version\":1,\n"
               "\"findings\":[],\n"
               "\"objects\":[],\n"
               "\"summary\":{\"files\":0,\"objects\":0,\"skippedFiles\":0,\"skippedDocuments\":0,"
               "\"helmTemplates\":0,\"excluded\":0,\"unknownKinds\":0,\"unchecked\":0,\"errors\":0,\"warnings\":0,"
               "\"infos\":0,\"suppressed\":0,\"baseline\":0,\"baselineGone\":0,\"kubernetes\":\"1.37\",\"typesOnly\":null}}\n");
    fixture_close(&f);
}

static void findings_and_objects_stand_one_a_line(void **state)
{
    (void)state;
    static const RuleInfo typo = {"unknown-field", ORIGIN_SCHEMA, SEVERITY_ERROR, "", "", ""};
    Fixture f;
    fixture_open(&f);
    uint32_t list = fixture_text(&f, "dir/a \"b\".yaml", "kind: Service\nspec: {typo: 1}\n");
    f.sources.docs.at[list].index = 3;
    Object service = object_named(&f, list, "v1", "Service", "default", "web");
    service.item = 2;
    service.unchecked = 4;
    Object role = object_named(&f, list, "rbac.authorization.k8s.io/v1", "ClusterRole", "", "r");
    role.line = 2;
    uint32_t service_id = facts_add_object(f.facts, service);
    facts_add_object(f.facts, role);

    Finding *finding =
        diag_report(&f.diag, &typo, fixture_place(&f, list, "typo"), "unknown <field> \"typo\"");
    finding->object = service_id;
    finding->path = STR("spec.typo");
    finding->pointer = STR("/items/2/spec/typo");
    finding->reason = STR("FieldValueInvalid");
    finding->later = true;
    finding->server_path = STR("spec.type");
    finding->versions = STR("since 1.30");
    diag_help(&f.diag, finding, "did you mean \"type\"?");
    diag_note(&f.diag, finding, fixture_place(&f, list, "Service"), "of this");
    diag_report(&f.diag, &FIXTURE_RULE, (Place){BASE_NONE, 0, 0, BASE_NONE}, "of no place");

    Str report = fixture_report(&f, "json");
    Str head = STR(
        "{\"version\":1,\n"
        "\"findings\":[\n"
        "{\"rule\":\"unknown-field\",\"severity\":\"error\",\"origin\":\"schema\","
        "\"message\":\"unknown <field> \\\"typo\\\"\",\"file\":\"dir/a \\\"b\\\".yaml\",\"doc\":3,"
        "\"item\":2,\"line\":2,\"column\":8,\"endLine\":2,\"endColumn\":12,\"path\":\"spec.typo\","
        "\"serverPath\":\"spec.type\",\"pointer\":\"/items/2/spec/typo\","
        "\"reason\":\"FieldValueInvalid\",\"later\":true,\"versions\":\"since 1.30\","
        "\"help\":\"did you mean \\\"type\\\"?\","
        "\"object\":{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"namespace\":\"default\","
        "\"name\":\"web\"},"
        "\"related\":[{\"file\":\"dir/a \\\"b\\\".yaml\",\"line\":1,\"column\":7,\"endLine\":1,"
        "\"endColumn\":14,\"message\":\"of this\"}]},\n"
        "{\"rule\":\"a-rule\",\"severity\":\"error\",\"origin\":\"link\","
        "\"message\":\"of no place\",\"file\":null,\"doc\":null,\"item\":null,\"line\":null,"
        "\"column\":null,\"endLine\":null,\"endColumn\":null,\"path\":\"\",\"pointer\":\"\","
        "\"reason\":\"\",\"object\":null,\"related\":[]}\n"
        "],\n"
        "\"objects\":[\n"
        "{\"file\":\"dir/a \\\"b\\\".yaml\",\"doc\":3,\"item\":2,\"line\":1,\"apiVersion\":\"v1\","
        "\"kind\":\"Service\",\"namespace\":\"default\",\"name\":\"web\",\"verdict\":\"refused\","
        "\"unchecked\":[{\"what\":\"cel\",\"rules\":4}]},\n"
        "{\"file\":\"dir/a \\\"b\\\".yaml\",\"doc\":3,\"item\":null,\"line\":2,"
        "\"apiVersion\":\"rbac.authorization.k8s.io/v1\",\"kind\":\"ClusterRole\","
        "\"namespace\":null,\"name\":\"r\",\"verdict\":\"accepted\",\"unchecked\":[]}\n"
        "],\n"
        "\"summary\":{\"files\":0,");
    assert_true(report.len > head.len);
    assert_str(str_slice(report.ptr, head.len), head.ptr);

    json_error_t error;
    json_t *parsed = json_loadb(report.ptr, report.len, JSON_REJECT_DUPLICATES, &error);
    assert_non_null(parsed);
    json_decref(parsed);
    fixture_close(&f);
}

/* A document that could not be read is an object without names. */
static void unread_documents_have_no_names(void **state)
{
    (void)state;
    Fixture f;
    fixture_open(&f);
    uint32_t doc = fixture_text(&f, "a.yaml", "a: [\n");
    Object broken = {.doc = doc, .item = -1, .line = 1, .api_version = BASE_NONE,
                     .group = BASE_NONE, .kind = BASE_NONE, .no_object = true};
    uint32_t id = facts_add_object(f.facts, broken);
    diag_report(&f.diag, &FIXTURE_RULE, fixture_place(&f, doc, "["), "m")->object = id;
    Str report = fixture_report(&f, "json");
    assert_true(str_contains(report, STR("\"object\":null,\"related\":[]}\n]")));
    assert_true(str_contains(report, STR("{\"file\":\"a.yaml\",\"doc\":0,\"item\":null,\"line\":1,"
                                         "\"apiVersion\":null,\"kind\":null,\"namespace\":null,"
                                         "\"name\":null,\"verdict\":\"refused\","
                                         "\"unchecked\":[]}\n")));
    fixture_close(&f);
}

static void a_range_says_which_versions_accept(void **state)
{
    (void)state;
    Fixture f;
    fixture_open(&f);
    f.report.summary.target = (SchemaTarget){.oldest = 15, .newest = 37};
    uint32_t doc = fixture_text(&f, "a.yaml", "a: 1\n");
    Object object = object_named(&f, doc, "v1", "Pod", "default", "p");
    facts_add_object(f.facts, object); /* none */
    object.accepted = 1;
    facts_add_object(f.facts, object);
    object.accepted = UINT32_C(1) << 3 | UINT32_C(7) << 20;
    facts_add_object(f.facts, object);
    object.accepted = SCHEMA_ALL_VERSIONS;
    facts_add_object(f.facts, object);
    object.unknown_kind = true;
    facts_add_object(f.facts, object);
    Str report = fixture_report(&f, "json");
    assert_true(str_contains(report, STR("\"versions\":null,\"unchecked\"")));
    assert_true(str_contains(report, STR("\"versions\":\"1.15\",\"unchecked\"")));
    assert_true(str_contains(report, STR("\"versions\":\"1.18, 1.35..1.37\",\"unchecked\"")));
    assert_true(str_contains(report, STR("\"versions\":\"1.15..1.37\",\"unchecked\"")));
    assert_true(str_contains(report, STR("\"verdict\":\"unknown-kind\",\"unchecked\"")));
    assert_true(str_contains(report, STR("\"kubernetes\":\"1.15..1.37\"")));
    fixture_close(&f);
}

static Verdict verdict_with(Fixture *f, uint32_t object, Origin origin, Severity severity)
{
    static RuleInfo rule;
    rule = (RuleInfo){"r", origin, severity, "", "", ""};
    f->diag.findings.len = 0;
    diag_report(&f->diag, &rule, (Place){0, 0, 0, BASE_NONE}, "m")->object = object;
    Arena arena = {0};
    Verdict verdict =
        report_verdict(f->facts, report_refused_objects(&f->diag, f->facts, &arena), object);
    arena_free(&arena);
    return verdict;
}

/* What other objects say, and advice, never refuse an object. */
static void verdicts_judge_the_object_alone(void **state)
{
    (void)state;
    Fixture f;
    fixture_open(&f);
    uint32_t doc = fixture_text(&f, "a.yaml", "a: 1\n");
    uint32_t known = facts_add_object(f.facts, object_named(&f, doc, "v1", "Pod", "default", "p"));
    Object custom = object_named(&f, doc, "example.com/v1", "Thing", "", "t");
    custom.unknown_kind = true;
    uint32_t unknown = facts_add_object(f.facts, custom);
    assert_int_equal(verdict_with(&f, known, ORIGIN_YAML, SEVERITY_ERROR), VERDICT_REFUSED);
    assert_int_equal(verdict_with(&f, known, ORIGIN_SCHEMA, SEVERITY_ERROR), VERDICT_REFUSED);
    assert_int_equal(verdict_with(&f, known, ORIGIN_SERVER, SEVERITY_ERROR), VERDICT_REFUSED);
    assert_int_equal(verdict_with(&f, known, ORIGIN_SERVER, SEVERITY_WARNING), VERDICT_ACCEPTED);
    assert_int_equal(verdict_with(&f, known, ORIGIN_LINK, SEVERITY_ERROR), VERDICT_ACCEPTED);
    assert_int_equal(verdict_with(&f, known, ORIGIN_ADVICE, SEVERITY_ERROR), VERDICT_ACCEPTED);
    assert_int_equal(verdict_with(&f, unknown, ORIGIN_LINK, SEVERITY_ERROR), VERDICT_UNKNOWN_KIND);
    assert_int_equal(verdict_with(&f, unknown, ORIGIN_SCHEMA, SEVERITY_WARNING),
                     VERDICT_UNKNOWN_KIND);
    assert_int_equal(verdict_with(&f, unknown, ORIGIN_SCHEMA, SEVERITY_ERROR), VERDICT_REFUSED);
    fixture_close(&f);
}

static void info_needs_to_be_asked_for(void **state)
{
    (void)state;
    static const RuleInfo hint = {"hint", ORIGIN_ADVICE, SEVERITY_INFO, "", "", ""};
    Fixture f;
    fixture_open(&f);
    diag_report(&f.diag, &hint, (Place){BASE_NONE, 0, 0, BASE_NONE}, "m");
    assert_true(str_contains(fixture_report(&f, "json"), STR("\"findings\":[],")));
    f.report.verbose = true;
    assert_true(str_contains(fixture_report(&f, "json"), STR("\"rule\":\"hint\"")));
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_report_is_whole),
        cmocka_unit_test(findings_and_objects_stand_one_a_line),
        cmocka_unit_test(unread_documents_have_no_names),
        cmocka_unit_test(a_range_says_which_versions_accept),
        cmocka_unit_test(verdicts_judge_the_object_alone),
        cmocka_unit_test(info_needs_to_be_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
