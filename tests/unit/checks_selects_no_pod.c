/* service-selects-no-pod, by the messages that a user sees: which Pod was meant, and how sure
 * that is. */
#include "checks_fixture.h"

/* The lab's three Pods, and its Service. */
static void add_lab(World *world)
{
    world_file(world, "pods/healthy-monolith.yaml");
    world_pod(world, "Pod", "default", "healthy-monolith", "app=monolith");
    world_file(world, "pods/monolith.yaml");
    world_pod(world, "Pod", "default", "monolith", "app=monolith");
    world_file(world, "pods/secure-monolith.yaml");
    world_pod(world, "Pod", "default", "secure-monolith", "app=monolith");
    world_file(world, "services/monolith.yaml");
    world_service(world, "default", "monolith", "app=monolith secure=enabled");
}

static void the_pod_that_is_meant_comes_first(void **state)
{
    (void)state;
    World world;
    world_begin(&world);
    add_lab(&world);
    world_check(&world);
    const Finding *finding = world_only(&world);
    assert_str(finding->message, "Service \"monolith\" selects no Pod");
    assert_int_equal(finding->severity, SEVERITY_ERROR);
    assert_int_equal(finding->place.offset, 100); /* the first entry, not the selector */
    assert_int_equal(finding->place.length, 8);
    assert_str(finding->path, "spec.selector");
    assert_str(finding->pointer, "/spec/selector");
    assert_int_equal(finding->note_count, 4);
    assert_note(finding, 0, "Pod \"secure-monolith\" matches app=monolith but lacks secure=enabled");
    assert_int_equal(finding->notes[0].place.offset, 100);
    assert_int_equal(finding->notes[0].place.length, 80); /* the labels */
    assert_note(finding, 1, "Pod \"healthy-monolith\" matches app=monolith but lacks secure=enabled");
    assert_note(finding, 2, "Pod \"monolith\" matches app=monolith but lacks secure=enabled");
    assert_note(finding, 3, "no Pod in namespace \"default\" has the label secure=enabled");
    assert_int_equal(finding->notes[3].place.offset, 110); /* the unmet term */
    assert_str(finding->help, "add secure: enabled to the labels of Pod \"secure-monolith\"");
    world_end(&world);
}

static void with_the_label_it_is_silent(void **state)
{
    (void)state;
    World world;
    world_begin(&world);
    add_lab(&world);
    world_pod(&world, "Pod", "default", "x", "app=monolith secure=enabled");
    world_check(&world);
    assert_int_equal(world.diag.findings.len, 0);
    world_end(&world);
}

static void another_value_is_told_at_its_entry(void **state)
{
    (void)state;
    World world;
    world_begin(&world);
    world_pod(&world, "apps/Deployment", "default", "hello", "app=hello version=1.0.0");
    world_service(&world, "default", "hello", "app=hello version=2.0.0");
    world_check(&world);
    const Finding *finding = world_only(&world);
    assert_int_equal(finding->severity, SEVERITY_ERROR);
    assert_note(finding, 0,
                "Pods of Deployment \"hello\" match app=hello but have version=1.0.0, not "
                "version=2.0.0");
    assert_int_equal(finding->notes[0].place.offset, 110);
    assert_int_equal(finding->notes[0].place.length, 8);
    assert_str(finding->help,
               "write version: 1.0.0 in the selector, or version: 2.0.0 in the labels of the Pod "
               "template of Deployment \"hello\"");
    world_end(&world);
}

/* What speaks for another Pod, or for a label that comes later, is no sure mistake. */
static void a_miss_by_one_term_is_not_always_a_mistake(void **state)
{
    (void)state;
    static const struct {
        const char *name, *labels, *selector;
        const char *other; /* another Service's selector, or NULL */
        Severity severity;
    } CASES[] = {
        /* Another Service asks for the Pod's value. */
        {"web", "app=shop track=a", "app=shop track=b", NULL, SEVERITY_ERROR},
        {"web", "app=shop track=a", "app=shop track=b", "track=a", SEVERITY_WARNING},
        /* The value says what the Pod is: another component, unless named like it. */
        {"web", "app=shop tier=web", "app=shop tier=db", NULL, SEVERITY_WARNING},
        {"shop-db", "app=shop tier=web", "app=shop tier=db", NULL, SEVERITY_ERROR},
        {"web", "app=shop tier=fornt", "app=shop tier=front", NULL, SEVERITY_ERROR},
        {"web", "x.io/part-of=shop app.kubernetes.io/name=web",
         "x.io/part-of=shop app.kubernetes.io/name=db", NULL, SEVERITY_WARNING},
        /* The Pod that leads sets its label by itself. */
        {"db", "app=db", "app=db role=master", NULL, SEVERITY_WARNING},
        {"db", "app=db", "app=db example.com/clusterRole=primary", NULL, SEVERITY_WARNING},
        {"db", "app=db", "app=db vault-active=true", NULL, SEVERITY_WARNING},
        {"db", "app=db", "app=db role=database", NULL, SEVERITY_ERROR},
    };
    for (size_t i = 0; i < BASE_COUNT(CASES); i++) {
        World world;
        world_begin(&world);
        world_service(&world, "default", "s", CASES[i].selector);
        world_pod(&world, "Pod", "default", CASES[i].name, CASES[i].labels);
        if (CASES[i].other)
            world_service(&world, "default", "other", CASES[i].other);
        world_check(&world);
        assert_int_equal(world_only(&world)->severity, CASES[i].severity);
        assert_int_equal(world_only(&world)->help.len > 0, CASES[i].severity == SEVERITY_ERROR);
        world_end(&world);
    }
}

static void a_value_that_yaml_would_not_read_as_text_is_quoted(void **state)
{
    (void)state;
    World world;
    world_begin(&world);
    world_pod(&world, "Pod", "default", "a", "app=a");
    world_service(&world, "default", "a", "app=a ready=true");
    world_check(&world);
    assert_str(world_only(&world)->help, "add ready: \"true\" to the labels of Pod \"a\"");
    world_end(&world);
}

static void two_failed_terms_are_a_warning(void **state)
{
    (void)state;
    World world;
    world_begin(&world);
    world_pod(&world, "Pod", "default", "a", "app=shop tier=front zone=1");
    world_service(&world, "default", "db", "app=shop tier=db disk=fast zone=1");
    world_check(&world);
    const Finding *finding = world_only(&world);
    assert_int_equal(finding->severity, SEVERITY_WARNING);
    assert_note(finding, 0,
                "Pod \"a\" matches app=shop and zone=1 but lacks disk=fast and has tier=front, "
                "not tier=db");
    assert_int_equal(finding->help.len, 0);
    world_end(&world);
}

static void fewest_wrong_values_are_nearer(void **state)
{
    (void)state;
    World world;
    world_begin(&world);
    world_pod(&world, "Pod", "default", "other-value", "app=x tier=b");
    world_pod(&world, "Pod", "default", "no-value", "app=x");
    world_pod(&world, "Pod", "default", "nothing", "app=z tier=b");
    world_service(&world, "default", "s", "app=x tier=a");
    world_check(&world);
    const Finding *finding = world_only(&world);
    assert_note(finding, 0, "Pod \"no-value\" matches app=x but lacks tier=a");
    assert_int_equal(finding->note_count, 2); /* and the unmet term */
    world_end(&world);
}

static void at_most_three_of_equals_are_shown(void **state)
{
    (void)state;
    World world;
    world_begin(&world);
    world_pod(&world, "Pod", "default", "p1", "app=x");
    world_pod(&world, "Pod", "default", "p2", "app=x");
    world_pod(&world, "Pod", "default", "p3", "app=x");
    world_pod(&world, "Pod", "default", "web-db", "app=x");
    world_pod(&world, "Pod", "default", "api-web", "app=x");
    world_service(&world, "default", "s", "app=x role=web");
    world_check(&world);
    const Finding *finding = world_only(&world);
    assert_int_equal(finding->note_count, 4);
    assert_note(finding, 0, "Pod \"web-db\" matches app=x but lacks role=web");
    assert_note(finding, 1, "Pod \"api-web\" matches app=x but lacks role=web");
    assert_note(finding, 2, "Pod \"p1\" matches app=x but lacks role=web");
    world_end(&world);
}

static Severity lab_severity(void (*also)(World *))
{
    World world;
    world_begin(&world);
    add_lab(&world);
    also(&world);
    world_check(&world);
    Severity severity = world_only(&world)->severity;
    world_end(&world);
    return severity;
}

static void nothing(World *world) { (void)world; }
static void maker_here(World *world)
{
    facts_add_maker(world->facts, intern(&world->strings, STR("default")));
}
static void maker_elsewhere(World *world)
{
    facts_add_maker(world->facts, intern(&world->strings, STR("other")));
}
static void unread_document(World *world)
{
    Object object = {.doc = world_doc(world), .item = -1, .kind = BASE_NONE,
                     .group = BASE_NONE, .no_object = true};
    facts_add_object(world->facts, object);
}

static void skipped_files(World *world) { world->options.incomplete = true; }

static void it_is_an_error_only_when_nothing_else_may_make_pods(void **state)
{
    (void)state;
    assert_int_equal(lab_severity(nothing), SEVERITY_ERROR);
    assert_int_equal(lab_severity(maker_here), SEVERITY_WARNING);
    assert_int_equal(lab_severity(maker_elsewhere), SEVERITY_ERROR);
    assert_int_equal(lab_severity(unread_document), SEVERITY_WARNING);
    assert_int_equal(lab_severity(skipped_files), SEVERITY_WARNING);
}

/* Of a selector with one term a Pod always fails "exactly one": that alone says
 * nothing, the Pods may well live elsewhere. */
static void one_term_is_sure_only_by_resemblance(void **state)
{
    (void)state;
    static const struct {
        const char *name, *labels, *selector;
        Severity severity;
        const char *note;
        const char *service;
    } CASES[] = {
        {"web", "app=web", "app=redis", SEVERITY_WARNING,
         "no Pod in namespace \"default\" has the label app=redis", "redis"},
        {"auth", "app=auth", "app=auht", SEVERITY_ERROR,
         "Pod \"auth\" has app=auth, not app=auht", "s"},
        {"auth1", "app=auth1", "app=auth2", SEVERITY_WARNING,
         "no Pod in namespace \"default\" has the label app=auth2", "auth2"},
        {"redis", "run=redis", "app=redis", SEVERITY_ERROR, "Pod \"redis\" lacks app=redis",
         "redis"},
        {"redis", "run=redis", "app=redis", SEVERITY_WARNING, "Pod \"redis\" lacks app=redis",
         "cache"},
        {"redis", "", "app=redis", SEVERITY_WARNING, "Pod \"redis\" lacks app=redis", "redis"},
        {"my-redis", "run=x", "app=redis", SEVERITY_WARNING, "Pod \"my-redis\" lacks app=redis",
         "redis"},
    };
    for (size_t i = 0; i < BASE_COUNT(CASES); i++) {
        World world;
        world_begin(&world);
        world_pod(&world, "Pod", "default", CASES[i].name, CASES[i].labels);
        world_service(&world, "default", CASES[i].service, CASES[i].selector);
        world_check(&world);
        const Finding *finding = world_only(&world);
        assert_int_equal(finding->severity, CASES[i].severity);
        assert_note(finding, 0, CASES[i].note);
        world_end(&world);
    }
}

static void a_pod_in_another_namespace_is_told(void **state)
{
    (void)state;
    World world;
    world_begin(&world);
    world_pod(&world, "apps/Deployment", "shop", "a", "app=a");
    world_service(&world, "default", "a", "app=a");
    world_check(&world);
    const Finding *finding = world_only(&world);
    assert_int_equal(finding->severity, SEVERITY_WARNING);
    assert_note(finding, 1,
                "Pods of Deployment \"a\" would match, but in namespace \"shop\"; a Service "
                "selects in its own only");
    world_end(&world);
}

static void some_services_select_nothing_on_purpose(void **state)
{
    (void)state;
    World world;
    world_begin(&world);
    world_service(&world, "default", "by-hand", NULL);
    uint32_t external = world_service(&world, "default", "external", "app=x");
    world.facts->services.at[external].type = SERVICE_EXTERNAL_NAME;
    world_check(&world);
    assert_int_equal(world.diag.findings.len, 0);
    world_end(&world);
}

static void a_label_that_only_controllers_set_is_no_sure_mistake(void **state)
{
    (void)state;
    World world;
    world_begin(&world);
    world_pod(&world, "apps/Deployment", "default", "db", "app=db");
    world_service(&world, "default", "db-0",
                  "app=db statefulset.kubernetes.io/pod-name=db-0");
    world_check(&world);
    assert_int_equal(world_only(&world)->severity, SEVERITY_WARNING);
    assert_int_equal(world_only(&world)->help.len, 0);
    world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pod_that_is_meant_comes_first),
        cmocka_unit_test(with_the_label_it_is_silent),
        cmocka_unit_test(another_value_is_told_at_its_entry),
        cmocka_unit_test(a_miss_by_one_term_is_not_always_a_mistake),
        cmocka_unit_test(a_value_that_yaml_would_not_read_as_text_is_quoted),
        cmocka_unit_test(two_failed_terms_are_a_warning),
        cmocka_unit_test(fewest_wrong_values_are_nearer),
        cmocka_unit_test(at_most_three_of_equals_are_shown),
        cmocka_unit_test(it_is_an_error_only_when_nothing_else_may_make_pods),
        cmocka_unit_test(one_term_is_sure_only_by_resemblance),
        cmocka_unit_test(a_pod_in_another_namespace_is_told),
        cmocka_unit_test(some_services_select_nothing_on_purpose),
        cmocka_unit_test(a_label_that_only_controllers_set_is_no_sure_mistake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
