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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(named_ports_are_resolved_on_each_pod),
        cmocka_unit_test(whoever_selects_nothing_has_no_endpoints_of_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
