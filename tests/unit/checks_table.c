/* The tables of the checks room, and the facts that stand on them. */
#include "checks_fixture.h"

static void equal_sequences_have_one_id(void **state)
{
    (void)state;
    SeqTable table = {0};
    uint32_t none[1] = {0}, three[] = {1, 2, 3}, other[] = {1, 2, 4};
    assert_int_equal(seq_find(&table, three, 3), BASE_NONE);
    uint32_t empty = seq_intern(&table, none, 0);
    uint32_t a = seq_intern(&table, three, 3), b = seq_intern(&table, other, 3);
    assert_int_equal(seq_intern(&table, three, 3), a);
    assert_int_equal(seq_intern(&table, none, 0), empty);
    assert_int_not_equal(a, b);
    assert_int_equal(seq_find(&table, other, 3), b);
    assert_int_equal(seq_at(&table, empty).count, 0);
    assert_int_equal(seq_at(&table, b).count, 3);
    assert_int_equal(seq_at(&table, b).at[2], 4);
    seq_table_free(&table);
}

static void a_table_keeps_its_ids_while_it_grows(void **state)
{
    (void)state;
    SeqTable table = {0};
    for (uint32_t i = 0; i < 5000; i++)
        assert_int_equal(seq_intern2(&table, i % 7, i), i);
    for (uint32_t i = 0; i < 5000; i++)
        assert_int_equal(seq_find2(&table, i % 7, i), i);
    assert_int_equal(seq_find2(&table, 1, 0), BASE_NONE);
    seq_table_free(&table);
}

static void pods_with_equal_labels_share_a_set(void **state)
{
    (void)state;
    World world;
    world_begin(&world);
    uint32_t a = world_pod(&world, "Pod", "default", "a", "app=x tier=y");
    uint32_t b = world_pod(&world, "Pod", "default", "b", "tier=y app=x");
    uint32_t c = world_pod(&world, "Pod", "default", "c", "app=x");
    const PodFact *pods = world.facts->pods.at;
    assert_int_equal(pods[a].labels, pods[b].labels);
    assert_int_not_equal(pods[a].labels, pods[c].labels);
    world_end(&world);
}

static void of_two_labels_with_one_key_the_last_counts(void **state)
{
    (void)state;
    World world;
    world_begin(&world);
    uint32_t a = world_pod(&world, "Pod", "default", "a", "app=x tier=y app=z");
    uint32_t b = world_pod(&world, "Pod", "default", "b", "app=z tier=y");
    assert_int_equal(world.facts->pods.at[a].labels, world.facts->pods.at[b].labels);
    world_end(&world);
}

/* Every set of nine labels, in turn: what was kept of late is never another's. */
static void small_sets_of_labels_are_told_apart(void **state)
{
    (void)state;
    enum { LABELS = 9, SETS = 1 << LABELS };
    static uint32_t sets[SETS];
    World world;
    world_begin(&world);
    uint32_t object = world_object(&world, "Pod", "default", "a");
    for (int cleared = 0; cleared < 2; cleared++) {
        for (uint32_t turn = 0; turn < 3 * SETS; turn++) {
            uint32_t bits = turn % SETS, count = 0;
            LabelEntry labels[LABELS];
            for (uint32_t i = 0; i < LABELS; i++) {
                char key[] = {'k', (char)('a' + i), 0};
                if (bits >> i & 1)
                    labels[count++] = (LabelEntry){
                        facts_pair(world.facts, str_of(key), STR("yes")), {0, 0}};
            }
            uint32_t pod = facts_add_pod(world.facts, object, 0, (Span){0, 0}, labels, count, 0);
            uint32_t id = world.facts->pods.at[pod].labels;
            Seq set = seq_at(&world.facts->label_sets, id);
            assert_int_equal(set.count, count);
            for (uint32_t i = 0; i < count; i++) {
                Str key = facts_text(world.facts, facts_pair_key(world.facts, set.at[i]));
                assert_true(bits >> (key.ptr[1] - 'a') & 1);
            }
            if (turn >= SETS)
                assert_int_equal(id, sets[bits]);
            sets[bits] = id;
        }
        assert_int_equal(seq_count(&world.facts->label_sets), SETS);
        facts_clear(world.facts);
        interner_clear(world.facts->strings);
        intern(world.facts->strings, STR("another"));
    }
    world_end(&world);
}

static void a_pod_may_have_very_many_labels(void **state)
{
    (void)state;
    World world;
    world_begin(&world);
    enum { MANY = 20000 };
    LabelEntry *entries = mem_resize(NULL, sizeof *entries * MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        Arena arena = {0};
        entries[i].pair = facts_pair(world.facts, arena_format(&arena, "key%u", (unsigned)(i / 2)),
                                     arena_format(&arena, "%u", (unsigned)i));
        entries[i].place = (Span){i, 1};
        arena_free(&arena);
    }
    uint32_t object = world_object(&world, "Pod", "default", "a");
    uint32_t pod = facts_add_pod(world.facts, object, 0, (Span){0, MANY}, entries, MANY, 0);
    Seq set = seq_at(&world.facts->label_sets, world.facts->pods.at[pod].labels);
    assert_int_equal(set.count, MANY / 2);
    for (uint32_t i = 0; i < set.count; i++) { /* ascending, and of each key the last */
        assert_true(i == 0 || set.at[i - 1] < set.at[i]);
        Str value = facts_text(world.facts, facts_pair_value(world.facts, set.at[i]));
        assert_true((value.ptr[value.len - 1] - '0') % 2 == 1);
    }
    mem_free(entries);
    world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_sequences_have_one_id),
        cmocka_unit_test(a_table_keeps_its_ids_while_it_grows),
        cmocka_unit_test(pods_with_equal_labels_share_a_set),
        cmocka_unit_test(of_two_labels_with_one_key_the_last_counts),
        cmocka_unit_test(small_sets_of_labels_are_told_apart),
        cmocka_unit_test(a_pod_may_have_very_many_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
