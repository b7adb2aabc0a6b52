/* The other rules that look at facts, by the messages that a user sees.  The examples
 * under testdata/rules show them with their positions. */
#include "checks_fixture.h"

/* ---- the registry ---- */
/* The build finds them by a line of their files; one that it overlooked would never be asked. */
static void the_build_finds_rules_that_look_at_objects(void **state)
{
    (void)state;
    const Rule *const *object_rule = checks_object_rules;
    for (size_t i = 0; i < checks_rule_count; i++)
        if (checks_rules[i]->on_object)
            assert_ptr_equal(*object_rule++, checks_rules[i]);
    assert_null(*object_rule);
}

/* ---- node-port-conflict ---- */
static void two_services_may_not_have_one_node_port(void **state)
{
    (void)state;
    World world;
    world_begin(&world);
    world_service(&world, "default", "a", NULL);
    world_service_port(&world, 80, 31000, PROTOCOL_TCP);
    world_service(&world, "other", "b", NULL);
    world_service_port(&world, 80, 31001, PROTOCOL_UDP);
    world_service_port(&world, 53, 31000, PROTOCOL_UDP); /* whatever the protocol */
    world_check(&world);
    const Finding *finding = world_only(&world);
    assert_int_equal(finding->severity, SEVERITY_ERROR);
    assert_str(finding->message,
               "Service \"b\" of namespace \"other\" asks for nodePort 31000, which Service \"a\" "
               "of namespace \"default\" has");
    assert_str(finding->path, "spec.ports[1].nodePort");
    assert_str(finding->pointer, "/spec/ports/1/nodePort");
    assert_note(finding, 0, "nodePort 31000 of Service \"a\" of namespace \"default\"");
    assert_int_equal(finding->notes[0].place.doc, 0);
    world_end(&world);
}

static void a_health_check_takes_a_node_port_too(void **state)
{
    (void)state;
    World world;
    world_begin(&world);
    world_service(&world, "default", "a", NULL);
    world_service_port(&world, 80, 31000, PROTOCOL_TCP);
    uint32_t index = world_service(&world, "default", "b", NULL);
    ServiceFact *b = &world.facts->services.at[index];
    b->type = SERVICE_LOAD_BALANCER;
    b->flags = SERVICE_LOCAL_TRAFFIC;
    b->health_check_port = 31000;
    world_check(&world);
    assert_str(world_only(&world)->message,
               "Service \"b\" asks for healthCheckNodePort 31000, which Service \"a\" has");
    assert_str(world_only(&world)->path, "spec.healthCheckNodePort");
    world_end(&world);
}

/* Ports of one Service: (port, node port, protocol) each; how many findings. */
typedef struct PortRow {
    int32_t port, node_port;
    Protocol protocol;
} PortRow;

static uint32_t conflicts_of(const PortRow *rows, size_t count)
{
    World world;
    world_begin(&world);
    world_service(&world, "default", "a", NULL);
    for (size_t i = 0; i < count; i++)
        world_service_port(&world, rows[i].port, rows[i].node_port, rows[i].protocol);
    world_check(&world);
    uint32_t found = world.diag.findings.len;
    /* The Service by itself is refused: its verdict has to show that. */
    for (uint32_t i = 0; i < found; i++)
        assert_int_equal(world.diag.findings.at[i].rule->origin, ORIGIN_SERVER);
    world_end(&world);
    return found;
}

static void within_one_service_the_port_decides(void **state)
{
    (void)state;
    const PortRow dns[] = {{53, 31000, PROTOCOL_TCP}, {53, 31000, PROTOCOL_UDP}};
    assert_int_equal(conflicts_of(dns, 2), 0);
    const PortRow twice[] = {{53, 31000, PROTOCOL_TCP}, {54, 31000, PROTOCOL_TCP}};
    assert_int_equal(conflicts_of(twice, 2), 1);
    const PortRow other_port[] = {{53, 31000, PROTOCOL_TCP}, {54, 31000, PROTOCOL_UDP}};
    assert_int_equal(conflicts_of(other_port, 2), 1);
    const PortRow not_the_first[] = {
        {53, 31000, PROTOCOL_TCP}, {53, 31001, PROTOCOL_UDP}, {53, 31001, PROTOCOL_SCTP}};
    assert_int_equal(conflicts_of(not_the_first, 3), 1);
    const PortRow different[] = {{53, 31000, PROTOCOL_TCP}, {54, 31001, PROTOCOL_TCP}};
    assert_int_equal(conflicts_of(different, 2), 0);
}

static void one_service_defined_twice_is_one_service(void **state)
{
    (void)state;
    World world;
    world_begin(&world);
    world_service(&world, "default", "a", NULL);
    world_service_port(&world, 80, 31000, PROTOCOL_TCP);
    world_file(&world, "b.yaml");
    world_service(&world, "default", "a", NULL);
    world_service_port(&world, 80, 31000, PROTOCOL_TCP);
    world_check(&world);
    assert_string_equal(world_only(&world)->rule->id, "duplicate-object");
    world_end(&world);
}

static void a_conflict_with_an_alternative_is_a_warning(void **state)
{
    (void)state;
    World world;
    world_begin(&world);
    world_service(&world, "default", "a", NULL);
    world_service_port(&world, 80, 31000, PROTOCOL_TCP);
    world_service(&world, "default", "b", NULL);
    world_service_port(&world, 80, 31000, PROTOCOL_TCP);
    world_file(&world, "c.yaml");
    world_service(&world, "default", "b", NULL);
    world_check(&world);
    assert_int_equal(world.diag.findings.len, 2);
    assert_string_equal(finding_at(&world, 0)->rule->id, "node-port-conflict");
    assert_int_equal(finding_at(&world, 0)->severity, SEVERITY_WARNING);
    world_end(&world);
}

/* ---- duplicate-object ---- */
static void duplicates_are_worse_in_one_file(void **state)
{
    (void)state;
    World world;
    world_begin(&world);
    world_object(&world, "ConfigMap", "default", "a");
    world_object(&world, "ConfigMap", "other", "a");
    world_object(&world, "Secret", "default", "a");
    world_object(&world, "x.example.com/ConfigMap", "default", "a");
    world_object(&world, "ConfigMap", "default", "");
    world_object(&world, "ConfigMap", "default", "");
    world_object(&world, "ConfigMap", "default", "a");
    world_file(&world, "b.yaml");
    world_object(&world, "ConfigMap", "default", "a");
    world_check(&world);
    assert_int_equal(world.diag.findings.len, 2);
    const Finding *same = finding_at(&world, 0), *other = finding_at(&world, 1);
    assert_str(same->message, "ConfigMap \"a\" in namespace \"default\" is defined more than once");
    assert_int_equal(same->severity, SEVERITY_ERROR);
    assert_note(same, 0, "defined here, in the same file");
    assert_int_equal(other->severity, SEVERITY_WARNING);
    assert_note(other, 0, "first defined here");
    assert_int_equal(other->notes[0].place.doc, 0);
    world_end(&world);
}

/* ---- unresolved-reference ---- */
static void add_reference(World *world, uint32_t object, const char *kind, const char *name,
                          uint16_t flags)
{
    Interner *strings = &world->strings;
    Reference reference = {
        .object = object,
        .kind = intern(strings, str_of(kind)),
        .ns = intern(strings, STR("default")),
        .name = intern(strings, str_of(name)),
        .place = {300, 5},
        .path = intern(strings, STR("spec.volumes[0].secret.secretName")),
        .flags = flags,
    };
    vec_push(&world->facts->references, reference);
}

static void what_the_input_does_not_hold_is_a_warning(void **state)
{
    (void)state;
    World world;
    world_begin(&world);
    world_object(&world, "Secret", "default", "here");
    world_object(&world, "Secret", "other", "elsewhere");
    uint32_t user = world_object(&world, "Pod", "default", "user");
    add_reference(&world, user, "Secret", "here", 0);
    add_reference(&world, user, "Secret", "elsewhere", 0);
    add_reference(&world, user, "Secret", "perhaps", REFERENCE_OPTIONAL);
    world_check(&world);
    const Finding *finding = world_only(&world);
    assert_int_equal(finding->severity, SEVERITY_WARNING);
    assert_str(finding->message,
               "Pod \"user\" needs Secret \"elsewhere\", which the input does not hold");
    assert_str(finding->help, "if it is made elsewhere, say so: --assume Secret/default/elsewhere");
    assert_str(finding->path, "spec.volumes[0].secret.secretName");
    world_end(&world);
}

/* What says no namespace goes where it is applied, so both ends have to say theirs. */
static void the_wrong_namespace_is_an_error_only_where_both_ends_say_theirs(void **state)
{
    (void)state;
    static const struct {
        bool user, target, third;
        Severity severity;
    } CASES[] = {
        {true, true, false, SEVERITY_ERROR},
        {false, true, false, SEVERITY_WARNING},
        {true, false, false, SEVERITY_WARNING},
        {true, true, true, SEVERITY_WARNING},
    };
    for (size_t i = 0; i < BASE_COUNT(CASES); i++) {
        World world;
        world_begin(&world);
        uint32_t target = world_object(&world, "Secret", "other", "tls");
        facts_object(world.facts, target)->ns_given = CASES[i].target;
        if (CASES[i].third)
            world_object(&world, "Secret", "third", "tls");
        uint32_t user = world_object(&world, "Pod", "default", "user");
        facts_object(world.facts, user)->ns_given = CASES[i].user;
        add_reference(&world, user, "Secret", "tls", 0);
        world_check(&world);
        const Finding *finding = world_only(&world);
        assert_int_equal(finding->severity, CASES[i].severity);
        assert_note(finding, 0, "Secret \"tls\" is in namespace \"other\", not in \"default\"");
        world_end(&world);
    }
}

static void kustomize_hashes_are_seen_through(void **state)
{
    (void)state;
    assert_str(name_without_hash(STR("app-config-5fb9km28cd")), "app-config");
    assert_str(name_without_hash(STR("app-config-5fb9km28ce")), ""); /* e is none of its digits */
    assert_str(name_without_hash(STR("5fb9km28cd")), "");
    World world;
    world_begin(&world);
    world_object(&world, "ConfigMap", "default", "app-config");
    add_reference(&world, world_object(&world, "Pod", "default", "user"), "ConfigMap",
                  "app-config-5fb9km28cd", 0);
    world_check(&world);
    assert_int_equal(world.diag.findings.len, 0);
    world_end(&world);
}

static void a_name_that_differs_by_one_letter_is_an_error(void **state)
{
    (void)state;
    World world;
    world_begin(&world);
    world_object(&world, "Secret", "default", "certs1");
    world_object(&world, "Secret", "default", "tls-certs");
    add_reference(&world, world_object(&world, "Pod", "default", "user"), "Secret", "tls-cetrs", 0);
    world_check(&world);
    const Finding *finding = world_only(&world);
    assert_int_equal(finding->severity, SEVERITY_ERROR);
    assert_note(finding, 0, "Secret \"tls-certs\" is named much the same");
    assert_int_equal(finding->notes[0].place.offset, 50);
    assert_str(finding->help, "write tls-certs");
    world_end(&world);
}

static void assumed(const Assumption *assumption, const char *name, bool expected)
{
    World world;
    world_begin(&world);
    world.options = (ChecksOptions){.assumed = assumption, .assumed_count = 1};
    add_reference(&world, world_object(&world, "Pod", "default", "user"), "Secret", name, 0);
    world_check(&world);
    assert_int_equal(world.diag.findings.len, expected ? 0 : 1);
    world_end(&world);
}

static void assumed_objects_are_there(void **state)
{
    (void)state;
    const Assumption exact = {STR_INIT("Secret"), STR_INIT("default"), STR_INIT("tls")};
    assumed(&exact, "tls", true);
    assumed(&exact, "tls2", false);
    const Assumption any_namespace = {STR_INIT("Secret"), STR_INIT(""), STR_INIT("tls")};
    assumed(&any_namespace, "tls", true);
    const Assumption other_namespace = {STR_INIT("Secret"), STR_INIT("shop"), STR_INIT("tls")};
    assumed(&other_namespace, "tls", false);
    const Assumption other_kind = {STR_INIT("ConfigMap"), STR_INIT(""), STR_INIT("tls")};
    assumed(&other_kind, "tls", false);
    const Assumption glob = {STR_INIT("Sec*"), STR_INIT("*"), STR_INIT("t?s-*-x")};
    assumed(&glob, "tls-a-b-x", true);
    assumed(&glob, "tls-x", false);
    assumed(&glob, "tls-a-y", false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_build_finds_rules_that_look_at_objects),
        cmocka_unit_test(two_services_may_not_have_one_node_port),
        cmocka_unit_test(a_health_check_takes_a_node_port_too),
        cmocka_unit_test(within_one_service_the_port_decides),
        cmocka_unit_test(one_service_defined_twice_is_one_service),
        cmocka_unit_test(a_conflict_with_an_alternative_is_a_warning),
        cmocka_unit_test(duplicates_are_worse_in_one_file),
        cmocka_unit_test(what_the_input_does_not_hold_is_a_warning),
        cmocka_unit_test(the_wrong_namespace_is_an_error_only_where_both_ends_say_theirs),
        cmocka_unit_test(kustomize_hashes_are_seen_through),
        cmocka_unit_test(a_name_that_differs_by_one_letter_is_an_error),
        cmocka_unit_test(assumed_objects_are_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
