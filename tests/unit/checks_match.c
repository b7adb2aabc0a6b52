/* Which Pods a selector matches, and that finding out stays linear. */
#include "checks_fixture.h"

static PodList select_pods(World *world, uint32_t selector, Arena *arena)
{
    PodList pods = link_select(world->link, selector, arena);
    assert_int_equal(pods.count > 0, link_selects_any(world->link, selector));
    return pods;
}

static Str name_at(const World *world, PodList pods, uint32_t index)
{
    const Facts *facts = world->facts;
    uint32_t object = facts->pods.at[pods.at[index]].object;
    return facts_text(facts, facts_object(facts, object)->name);
}

static void a_selector_matches_pods_of_its_namespace(void **state)
{
    (void)state;
    World world;
    Arena arena = {0};
    world_begin(&world);
    world_pod(&world, "Pod", "default", "a", "app=x tier=front");
    world_pod(&world, "apps/Deployment", "default", "b", "app=x");
    world_pod(&world, "Pod", "other", "c", "app=x");
    world_pod(&world, "Pod", "default", "d", "app=y");
    uint32_t service = world_service(&world, "default", "s", "app=x");
    uint32_t both = world_service(&world, "default", "t", "tier=front app=x");
    uint32_t none = world_service(&world, "default", "u", "tier=front app=y");
    world_link(&world);
    const ServiceFact *services = world.facts->services.at;
    PodList pods = select_pods(&world, services[service].selector, &arena);
    assert_int_equal(pods.count, 2);
    assert_str(name_at(&world, pods, 0), "a");
    assert_str(name_at(&world, pods, 1), "b");
    pods = select_pods(&world, services[both].selector, &arena);
    assert_int_equal(pods.count, 1);
    assert_str(name_at(&world, pods, 0), "a");
    assert_int_equal(select_pods(&world, services[none].selector, &arena).count, 0);
    arena_free(&arena);
    world_end(&world);
}

static void put_term(World *world, TermOp op, const char *key, const char *values)
{
    LabelEntry entries[16];
    Facts *facts = world->facts;
    uint32_t count = world_pairs(world, values, entries);
    Term term = {.key = intern(&world->strings, str_of(key)), .op = (uint8_t)op,
                 .value = facts->term_values.len, .value_count = (uint16_t)count};
    for (uint32_t i = 0; i < count; i++)
        vec_push(&facts->term_values, entries[i].pair);
    vec_push(&facts->terms, term);
}

/* The names of what a selector of one term matches, joined. */
static void assert_matches(TermOp op, const char *key, const char *values, const char *expected)
{
    World world;
    Arena arena = {0};
    Buf names = {0};
    world_begin(&world);
    world_pod(&world, "Pod", "default", "a", "app=x");
    world_pod(&world, "Pod", "default", "b", "app=y");
    world_pod(&world, "Pod", "default", "c", "app=z tier=front");
    world_pod(&world, "Pod", "default", "d", "tier=front");
    uint32_t object = world_object(&world, "Selecting", "default", "s");
    uint32_t first = world.facts->terms.len;
    put_term(&world, op, key, values);
    uint32_t selector = facts_add_selector(world.facts, object, (Span){0, 1}, first);
    world_link(&world);
    PodList pods = select_pods(&world, selector, &arena);
    for (uint32_t i = 0; i < pods.count; i++)
        buf_str(&names, name_at(&world, pods, i));
    assert_str(buf_slice(&names), expected);
    buf_free(&names);
    arena_free(&arena);
    world_end(&world);
}

static void label_selectors_have_kubernetes_semantics(void **state)
{
    (void)state;
    assert_matches(TERM_IN, "app", "app=x app=z", "ac");
    assert_matches(TERM_IN, "app", "app=w", "");
    assert_matches(TERM_NOT_IN, "app", "app=x app=z", "bd"); /* also where the key is absent */
    assert_matches(TERM_EXISTS, "tier", "", "cd");
    assert_matches(TERM_ABSENT, "tier", "", "ab");
    assert_matches(TERM_EXISTS, "zone", "", "");
    assert_matches(TERM_ABSENT, "zone", "", "abcd");
}

static void a_selector_without_terms_matches_everything(void **state)
{
    (void)state;
    World world;
    Arena arena = {0};
    world_begin(&world);
    world_pod(&world, "Pod", "default", "a", "app=x");
    world_pod(&world, "Pod", "default", "b", "");
    world_pod(&world, "Pod", "other", "c", "");
    uint32_t object = world_object(&world, "Selecting", "default", "s");
    uint32_t selector = world_selector(&world, object, "");
    world_link(&world);
    assert_int_equal(select_pods(&world, selector, &arena).count, 2);
    arena_free(&arena);
    world_end(&world);
}

static bool selects(const char *kind, const char *name, const char *labels, const char *selector)
{
    World world;
    world_begin(&world);
    world_pod(&world, kind, "default", name, labels);
    uint32_t service = world_service(&world, "default", "s", selector);
    world_link(&world);
    bool any = link_selects_any(world.link, world.facts->services.at[service].selector);
    world_end(&world);
    return any;
}

static void labels_that_controllers_set_are_known(void **state)
{
    (void)state;
    const char *pod_name = "app=db statefulset.kubernetes.io/pod-name=db-0";
    assert_true(selects("apps/StatefulSet", "db", "app=db", pod_name));
    assert_false(selects("apps/StatefulSet", "cache", "app=db", pod_name));
    assert_false(selects("apps/Deployment", "db", "app=db", pod_name));
    assert_false(selects("apps/StatefulSet", "db", "app=db",
                         "statefulset.kubernetes.io/pod-name=db-x"));
    assert_true(selects("apps/StatefulSet", "db", "app=db", "apps.kubernetes.io/pod-index=3"));
    assert_true(selects("apps/Deployment", "web", "app=web", "app=web pod-template-hash=6c8"));
    assert_false(selects("Pod", "web", "app=web", "app=web pod-template-hash=6c8"));
    assert_true(selects("Pod", "web", "pod-template-hash=6c8", "pod-template-hash=6c8"));
    assert_true(selects("batch/Job", "load", "", "job-name=load"));
    assert_false(selects("batch/Job", "load", "", "job-name=other"));
    assert_true(selects("batch/CronJob", "load", "", "batch.kubernetes.io/job-name=load-29011"));
}

static void pods_that_no_selector_tells_apart_are_one_class(void **state)
{
    (void)state;
    World world;
    Arena arena = {0};
    world_begin(&world);
    for (unsigned i = 0; i < 100; i++)
        world_pod(&world, "Pod", "default", "p",
                  arena_format(&arena, "app=x id=%u other=%u", i, i).ptr);
    uint32_t service = world_service(&world, "default", "s", "app=x id=7");
    world_link(&world);
    /* id=7, and any other id. */
    assert_int_equal(link_class_count(world.link), 2);
    assert_int_equal(
        select_pods(&world, world.facts->services.at[service].selector, &arena).count, 1);
    arena_free(&arena);
    world_end(&world);
}

static void order_is_by_file_name_and_not_by_arrival(void **state)
{
    (void)state;
    World world;
    Arena arena = {0};
    world_begin(&world);
    world_file(&world, "z.yaml");
    world_pod(&world, "Pod", "default", "last", "app=x");
    world_file(&world, "b.yaml");
    world_pod(&world, "Pod", "default", "first", "app=x");
    world_pod(&world, "Pod", "default", "second", "app=x");
    uint32_t service = world_service(&world, "default", "s", "app=x");
    world_link(&world);
    PodList pods = select_pods(&world, world.facts->services.at[service].selector, &arena);
    assert_str(name_at(&world, pods, 0), "first");
    assert_str(name_at(&world, pods, 1), "second");
    assert_str(name_at(&world, pods, 2), "last");
    const Object *last = facts_object(world.facts, link_objects_by_place(world.link)[3]);
    assert_str(facts_text(world.facts, last->name), "last");
    arena_free(&arena);
    world_end(&world);
}

/* Pods and Services that select none of them, in one namespace. */
typedef enum Shape {
    SHARE_ONE,   /* Services and Pods share one label, and differ in the other */
    SHARE_TWO,   /* each Service meets two terms of some Pod, and no two Pods are alike */
    SHARE_WORDS, /* no Pod meets any term, but their names hold a word of every value */
} Shape;

static const struct {
    const char *labels, *selector;
    uint32_t matched;
} SHAPES[] = {
    {"common=yes app=pod%u", "common=yes app=service%u", 1},
    {"common=yes app=pod%u id=%u", "common=yes app=service%u id=%u", 2},
    {"app=pod%u", "app=pod-service-%u", 0},
};

/* The numbers that the shapes hold, in place of their %u. */
static Str shaped(Arena *arena, const char *shape, unsigned first, unsigned second)
{
    Buf text = {0};
    unsigned used = 0;
    for (const char *at = shape; *at; at++) {
        if (at[0] == '%') {
            buf_uint(&text, used++ == 0 ? first : second);
            at++;
        } else {
            buf_byte(&text, *at);
        }
    }
    Str result = arena_str(arena, buf_slice(&text));
    buf_free(&text);
    return result;
}

/* The steps of matching and of the nearest misses. */
static uint64_t steps_of(Shape shape, unsigned services, unsigned pods)
{
#ifdef PLIMSOLL_HOSTILE /* where every push moves the array, time is quadratic */
    services /= 100, pods /= 100;
#endif
    World world;
    world_begin(&world);
    Arena arena = {0};
    for (unsigned i = 0; i < pods; i++) {
        world_pod(&world, "Pod", "default", arena_format(&arena, "pod-%u", i).ptr,
                  shaped(&arena, SHAPES[shape].labels, i, i).ptr);
        arena_reset(&arena);
    }
    for (unsigned i = 0; i < services; i++) {
        Str selector = shaped(&arena, SHAPES[shape].selector, i, i % pods);
        world_service(&world, "default", "s", selector.ptr);
        arena_reset(&arena);
    }
    world_link(&world);
    uint64_t steps = link_match_steps(world.link);
    NearestScratch scratch = {0};
    for (uint32_t i = 0; i < world.facts->selectors.len; i++) {
        assert_false(link_selects_any(world.link, i));
        Nearest nearest = link_nearest(world.link, i, &scratch);
        assert_int_equal(nearest.matched, SHAPES[shape].matched);
        assert_int_equal(nearest.count > 0, nearest.matched > 0);
    }
    steps += scratch.steps;
    nearest_scratch_free(&scratch);
    arena_free(&arena);
    world_end(&world);
    return steps;
}

/* What one Service may cost, whatever there is in its namespace. */
enum { STEPS_PER_SERVICE = NEAREST_VISITS + 8 * NEAREST_NAMED };

/* The hostile build grows every array by one, which takes quadratic time. */
enum {
#ifdef PLIMSOLL_HOSTILE
    MANY = 2000,
#else
    MANY = 100000,
#endif
};

static void linking_is_linear_however_many_share_a_label(void **state)
{
    (void)state;
    assert_true(steps_of(SHARE_ONE, MANY, MANY) < UINT64_C(1) * MANY * STEPS_PER_SERVICE);
    assert_true(steps_of(SHARE_ONE, MANY / 100, MANY / 2) < MANY / 100 * STEPS_PER_SERVICE);
    assert_true(steps_of(SHARE_TWO, MANY / 50, MANY / 2) < MANY / 50 * STEPS_PER_SERVICE);
    assert_true(steps_of(SHARE_WORDS, MANY / 50, MANY / 2) < MANY / 50 * STEPS_PER_SERVICE);
}

static void twice_the_input_takes_twice_the_steps(void **state)
{
    (void)state;
    for (Shape shape = SHARE_ONE; shape <= SHARE_WORDS; shape++) {
        uint64_t once = steps_of(shape, MANY / 20, MANY / 5);
        uint64_t twice = steps_of(shape, MANY / 10, 2 * (MANY / 5));
        assert_true(twice <= 2 * once + 10000);
    }
}

/* Each label has a hundred classes, and hardly any class has both that a Service asks for. */
static void two_common_labels_are_looked_up_together(void **state)
{
    enum { EACH = 100, FOUND = 7 };
    (void)state;
    World world;
    world_begin(&world);
    Arena arena = {0};
    for (unsigned i = 0; i < EACH * EACH; i++)
        if (i / EACH != i % EACH || i / EACH == FOUND)
            world_pod(&world, "Pod", "default", arena_format(&arena, "pod-%u", i).ptr,
                      arena_format(&arena, "app=a%u tier=t%u", i / EACH, i % EACH).ptr);
    for (unsigned i = 0; i < EACH; i++)
        world_service(&world, "default", arena_format(&arena, "s%u", i).ptr,
                      arena_format(&arena, "app=a%u tier=t%u", i, i).ptr);
    world_link(&world);
    for (uint32_t i = 0; i < EACH; i++)
        assert_int_equal(link_selects_any(world.link, world.facts->services.at[i].selector),
                         i == FOUND);
    PodList pods = select_pods(&world, world.facts->services.at[FOUND].selector, &arena);
    assert_int_equal(pods.count, 1);
    assert_str(name_at(&world, pods, 0), "pod-707");
    assert_true(link_match_steps(world.link) <= EACH);
    arena_free(&arena);
    world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_selector_matches_pods_of_its_namespace),
        cmocka_unit_test(label_selectors_have_kubernetes_semantics),
        cmocka_unit_test(a_selector_without_terms_matches_everything),
        cmocka_unit_test(labels_that_controllers_set_are_known),
        cmocka_unit_test(pods_that_no_selector_tells_apart_are_one_class),
        cmocka_unit_test(order_is_by_file_name_and_not_by_arrival),
        cmocka_unit_test(two_common_labels_are_looked_up_together),
        cmocka_unit_test(linking_is_linear_however_many_share_a_label),
        cmocka_unit_test(twice_the_input_takes_twice_the_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
