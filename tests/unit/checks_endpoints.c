/* --show-endpoints: which Pods a Service reaches, and on which ports. */
#include "checks_fixture.h"

static Str target_name(const World *world, const Endpoints *endpoints, uint32_t index)
{
    const Object *object = facts_object(world->facts, endpoints->targets[index].object);
    return facts_text(world->facts, object->name);
}

static void named_ports_are_resolved_on_each_pod(void **state)
{
    (void)state;
    World world;
    Arena arena = {0};
    world_begin(&world);
    world_container_port(&world, "web", 53, PROTOCOL_UDP, false);
    world_container_port(&world, "web", 8080, PROTOCOL_TCP, false);
    world_pod(&world, "Pod", "default", "a", "app=x");
    world_container_port(&world, "web", 9090, PROTOCOL_TCP, false);
    world_pod(&world, "apps/Deployment", "default", "b", "app=x");
    world_container_port(&world, "web", 7070, PROTOCOL_TCP, true); /* ends before the others start */
    world_pod(&world, "Pod", "default", "c", "app=x");
    uint32_t service = world_service(&world, "default", "s", "app=x");
    ServicePort *named = world_service_port(&world, 80, 0, PROTOCOL_TCP);
    named->target = 0;
    named->target_name = intern(&world.strings, STR("web"));
    world_service_port(&world, 443, 0, PROTOCOL_TCP); /* no targetPort: the port itself */
    world_link(&world);
    Endpoints endpoints = link_endpoints(world.link, service, &arena);
    assert_true(endpoints.selects);
    assert_int_equal(endpoints.port_count, 2);
    assert_int_equal(endpoints.ports[1].port, 443);
    assert_string_equal(endpoints.ports[0].protocol, "TCP");
    assert_int_equal(endpoints.target_count, 3);
    assert_str(target_name(&world, &endpoints, 1), "b");
    assert_false(endpoints.targets[0].is_template);
    assert_true(endpoints.targets[1].is_template);
    static const int32_t EXPECTED[3] = {8080, 9090, 0};
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(endpoints.targets[i].ports[0], EXPECTED[i]);
        assert_int_equal(endpoints.targets[i].ports[1], 443);
    }
    arena_free(&arena);
    world_end(&world);
}

static void whoever_selects_nothing_has_no_endpoints_of_ours(void **state)
{
    (void)state;
    World world;
    Arena arena = {0};
    world_begin(&world);
    world_pod(&world, "Pod", "default", "a", "app=x");
    uint32_t by_hand = world_service(&world, "default", "by-hand", NULL);
    uint32_t external = world_service(&world, "default", "external", "app=x");
    uint32_t dangling = world_service(&world, "default", "dangling", "app=y");
    world.facts->services.at[external].type = SERVICE_EXTERNAL_NAME;
    world_link(&world);
    assert_false(link_endpoints(world.link, by_hand, &arena).selects);
    assert_false(link_endpoints(world.link, external, &arena).selects);
    assert_true(link_endpoints(world.link, dangling, &arena).selects);
    assert_int_equal(link_endpoints(world.link, dangling, &arena).target_count, 0);
    arena_free(&arena);
    world_end(&world);
}

/* A Pod or template of app=x, with flags. */
static PodFact *flagged(World *world, const char *kind, const char *name, uint16_t flags)
{
    uint32_t pod = world_pod(world, kind, "default", name, "app=x");
    world->facts->pods.at[pod].flags |= flags;
    return &world->facts->pods.at[pod];
}

static void only_what_has_an_address_and_goes_on_is_an_endpoint(void **state)
{
    (void)state;
    World world;
    Arena arena = {0};
    world_begin(&world);
    flagged(&world, "Pod", "unsaid", 0);
    flagged(&world, "Pod", "ready", POD_STATUS | POD_ADDRESS_V4 | POD_READY);
    flagged(&world, "Pod", "starting", POD_STATUS | POD_ADDRESS_V4);
    flagged(&world, "Pod", "waiting", POD_STATUS);
    flagged(&world, "Pod", "ended", POD_STATUS | POD_ADDRESS_V4 | POD_ENDED);
    flagged(&world, "Pod", "other-family", POD_STATUS | POD_ADDRESS_V6 | POD_READY);
    flagged(&world, "apps/Deployment", "none", POD_NONE_YET);
    uint32_t service = world_service(&world, "default", "s", "app=x");
    world_link(&world);
    Endpoints endpoints = link_endpoints(world.link, service, &arena);
    static const struct {
        const char *name;
        EndpointReady ready;
    } EXPECTED[] = {{"unsaid", ENDPOINT_UNKNOWN},
                    {"ready", ENDPOINT_READY},
                    {"starting", ENDPOINT_NOT_READY}};
    assert_int_equal(endpoints.target_count, BASE_COUNT(EXPECTED));
    for (uint32_t i = 0; i < BASE_COUNT(EXPECTED); i++) {
        assert_str(target_name(&world, &endpoints, i), EXPECTED[i].name);
        assert_int_equal(endpoints.targets[i].ready, EXPECTED[i].ready);
    }
    arena_free(&arena);
    world_end(&world);
}

static void a_numbered_pod_is_there_if_there_are_so_many(void **state)
{
    (void)state;
    static const struct {
        const char *selector;
        uint32_t targets;
    } CASES[] = {
        {"statefulset.kubernetes.io/pod-name=db-0", 0}, /* they start at 1 */
        {"statefulset.kubernetes.io/pod-name=db-1", 1},
        {"statefulset.kubernetes.io/pod-name=db-2", 1},
        {"statefulset.kubernetes.io/pod-name=db-3", 0},
        {"apps.kubernetes.io/pod-index=2", 1},
        {"apps.kubernetes.io/pod-index=3", 0},
        {"app=x", 1},
    };
    for (size_t i = 0; i < BASE_COUNT(CASES); i++) {
        World world;
        Arena arena = {0};
        world_begin(&world);
        PodFact *pod = flagged(&world, "apps/StatefulSet", "db", POD_NUMBERED);
        pod->replicas = 2;
        pod->first_number = 1;
        uint32_t service = world_service(&world, "default", "s", CASES[i].selector);
        world_link(&world);
        assert_int_equal(link_endpoints(world.link, service, &arena).target_count,
                         CASES[i].targets);
        arena_free(&arena);
        world_end(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(named_ports_are_resolved_on_each_pod),
        cmocka_unit_test(only_what_has_an_address_and_goes_on_is_an_endpoint),
        cmocka_unit_test(a_numbered_pod_is_there_if_there_are_so_many),
        cmocka_unit_test(whoever_selects_nothing_has_no_endpoints_of_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
