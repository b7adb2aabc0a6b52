/* The compiled tables: kinds, types, names and versions, and what a run adds. */
#include "unit.h"

#include "schema/table.h"

static KindInfo find(const char *group, const char *version, const char *kind)
{
    KindInfo info;
    assert_true(schema_kind_find(NULL, str_of(group), str_of(version), str_of(kind), &info));
    return info;
}

static uint32_t bit(unsigned minor) { return UINT32_C(1) << (minor - SCHEMA_OLDEST); }

/* Two fields of one type never share a bit: validation reads structs by them. */
static void bits_of_names(void **state)
{
    (void)state;
    for (TypeId type = 0; type < schema_type_count(NULL); type++) {
        uint64_t seen = 0;
        NameId before = SCHEMA_UNBOUND;
        for (uint32_t i = 0; i < schema_field_count(NULL, type); i++) {
            NameId name = schema_field_info(NULL, type, i).name;
            if (name != before && (seen & node_name_bit(name)))
                fail_msg("%s shares its bit with another field of %s",
                         schema_name_text(NULL, name).ptr, schema_type_name(NULL, type).ptr);
            seen |= node_name_bit(name);
            before = name;
        }
    }
}

static void kinds(void **state)
{
    (void)state;
    KindInfo pod = find("", "v1", "Pod");
    assert_str(pod.api_version, "v1");
    assert_str(pod.group, "");
    assert_str(pod.resource, "pods");
    assert_int_equal(pod.scope, SCOPE_NAMESPACED);
    assert_int_equal(pod.type, SCHEMA_TYPE_core_v1_Pod);
    assert_int_equal(pod.served, SCHEMA_ALL_VERSIONS);
    assert_true(pod.create && pod.stored && !pod.custom);

    KindInfo old = find("extensions", "v1beta1", "Deployment");
    assert_int_equal(old.removed, 16);
    assert_int_equal(old.served, bit(15));
    assert_str(old.replacement, "apps/v1/Deployment");

    assert_false(find("autoscaling", "v1", "Scale").create);
    assert_true(find("authorization.k8s.io", "v1", "SubjectAccessReview").create);
    assert_false(find("authorization.k8s.io", "v1", "SubjectAccessReview").stored);
    assert_str(find("", "v1", "PodList").list_of, "Pod");

    KindInfo none;
    assert_false(schema_kind_find(NULL, STR("apps"), STR("v1"), STR("Pod"), &none));
    assert_false(schema_kind_find(NULL, STR("apps"), STR("v1"), STR("deployment"), &none));
    assert_true(schema_group_is_builtin(STR("")));
    assert_true(schema_group_is_builtin(STR("networking.k8s.io")));
    assert_false(schema_group_is_builtin(STR("gateway.networking.k8s.io")));
}

/* Each kind is found by its own names, so the hash table holds all of them. */
static void every_kind_is_found(void **state)
{
    (void)state;
    for (KindId id = 0; id < schema_kind_count(NULL); id++) {
        KindInfo info = schema_kind_info(NULL, id), found;
        assert_true(schema_kind_find(NULL, info.group, info.version, info.kind, &found));
        assert_int_equal(found.id, id);
    }
}

/* Each field is found at the first look, or the second where another has its key; and no
 * name one letter off is. */
static void every_field_is_found(void **state)
{
    (void)state;
    for (TypeId type = 0; type < schema_type_count(NULL); type++) {
        const SchemaType *row = type_row(NULL, type);
        const SchemaField *fields = type_fields(NULL, type, row);
        for (uint32_t i = 0; row->kind == TYPE_STRUCT && i < row->field_count; i++) {
            Str name = schema_name_text(NULL, fields[i].name);
            uint32_t len = (uint32_t)name.len;
            const SchemaField *found = type_field(NULL, type, row, name.ptr, len);
            assert_non_null(found);
            assert_int_equal(found->name, fields[i].name);
            uint32_t slot = schema_slot(schema_key(name.ptr, len), row->multiplier, row->shift);
            const SchemaField *first = &fields[schema_slots[row->slots + slot]];
            Str first_name = schema_name_text(NULL, first->name);
            if (first != found)
                assert_true(schema_key(first_name.ptr, first_name.len) == schema_key(name.ptr, len));

            char wrong[128];
            assert_true(len < sizeof wrong);
            memcpy(wrong, name.ptr, len);
            wrong[len / 2] = '~';
            assert_null(type_field(NULL, type, row, wrong, len));
            assert_null(type_field(NULL, type, row, name.ptr, 0));
        }
    }
}

/* Of each length: equal to itself, and not when any one byte differs. */
static void same_texts(void **state)
{
    (void)state;
    char a[41], b[41];
    memset(a, 'x', sizeof a);
    memset(b, 'x', sizeof b);
    for (size_t len = 0; len < sizeof a; len++) {
        assert_true(bytes_same(a, b, len));
        for (size_t at = 0; at < len; at++) {
            b[at] = 'y';
            assert_false(bytes_same(a, b, len));
            b[at] = 'x';
        }
    }
}

static void types(void **state)
{
    (void)state;
    Arena arena = {0};
    const SchemaType *row = type_row(NULL, SCHEMA_TYPE_core_v1_PodSpec);
    const SchemaField *field = type_field(NULL, SCHEMA_TYPE_core_v1_PodSpec, row, "containers", 10);
    assert_non_null(field);
    assert_int_equal(field->name, SCHEMA_NAME_containers);
    assert_str(schema_type_text(NULL, field->type, &arena), "list<core.v1.Container>");
    assert_int_equal(schema_type_element(NULL, field->type), SCHEMA_TYPE_core_v1_Container);
    assert_int_equal(schema_type_kind(NULL, TYPE_QUANTITY), TYPE_QUANTITY);
    assert_str(schema_type_name(NULL, SCHEMA_TYPE_core_v1_PodSpec), "core.v1.PodSpec");
    assert_str(schema_name_text(NULL, SCHEMA_NAME__ref), "$ref");
    assert_str(schema_name_text(NULL, SCHEMA_UNBOUND), "");
    arena_free(&arena);
}

static void versions(void **state)
{
    (void)state;
    Arena arena = {0};
    SchemaTarget target;
    Str error;
    static const struct { const char *text; unsigned oldest, newest; } GOOD[] = {
        {"1.29", 29, 29}, {"v1.29", 29, 29}, {"1.29.4", 29, 29}, {"1.25..1.37", 25, 37},
        {"v1.25.0..v1.37.2", 25, 37}, {"1.15..1.15", 15, 15},
    };
    for (size_t i = 0; i < BASE_COUNT(GOOD); i++) {
        assert_true(schema_target_parse(str_of(GOOD[i].text), &target, &arena, &error));
        assert_int_equal(target.oldest, GOOD[i].oldest);
        assert_int_equal(target.newest, GOOD[i].newest);
    }
    assert_int_equal(target.versions, 1);
    static const char *const BAD[] = {"", "1", "1.", "29", "1.14", "1.99", "1.30..1.29", "1.29..",
                                      "1.29 ", "1.29.x", "latest", "1.29.4.5", "..1.30"};
    for (size_t i = 0; i < BASE_COUNT(BAD); i++) {
        error = STR("");
        assert_false(schema_target_parse(str_of(BAD[i]), &target, &arena, &error));
        assert_true(error.len > 0);
    }
    assert_str(schema_versions_text(bit(29), &arena), "1.29");
    assert_str(schema_versions_text(bit(29) | bit(30) | bit(35), &arena), "1.29..1.30, 1.35");
    assert_str(schema_versions_text(SCHEMA_ALL_VERSIONS, &arena), "all versions");
    assert_str(schema_versions_text(0, &arena), "no version");
    static const uint32_t MASKS[] = {0, 1, 0x7FFFFF, 0x7FFFFE, 0x400000, 0x2A5, 0x555555};
    for (size_t i = 0; i < BASE_COUNT(MASKS); i++) {
        uint32_t again;
        assert_true(schema_versions_read(schema_versions_text(MASKS[i], &arena), &again));
        assert_int_equal(again, MASKS[i]);
    }
    assert_false(schema_versions_read(STR("1.29,1.30"), &target.versions));
    assert_false(schema_versions_read(STR(""), &target.versions));
    assert_int_equal(schema_versions_newest(bit(20) | bit(22)), 22);
    assert_int_equal(schema_versions_oldest(bit(20) | bit(22)), 20);
    arena_free(&arena);
}

/* A run's types stand behind the same functions, and share the names of the static. */
static void a_run_adds_types(void **state)
{
    (void)state;
    Schema *schema = schema_new();
    assert_int_equal(schema_add_text(schema, STR("metadata")), SCHEMA_NAME_metadata);
    assert_int_equal(schema_add_text(schema, STR("")), 0);
    NameId depth = schema_add_text(schema, STR("depthInMetres"));
    assert_int_equal(depth, schema_add_text(schema, STR("depthInMetres")));
    assert_true(depth >= SCHEMA_STATIC_TEXT);

    enum { MANY = 500 };
    SchemaField fields[MANY];
    for (uint32_t i = 0; i < MANY; i++) {
        char name[32];
        int len = snprintf(name, sizeof name, "field%u", i);
        fields[i] = (SchemaField){.name = schema_add_text(schema, str_slice(name, (size_t)len)),
                                  .type = TYPE_STRING,
                                  .versions = SCHEMA_ALL_VERSIONS};
    }
    fields[0].name = depth;
    fields[1].name = SCHEMA_NAME_metadata;
    TypeId type = schema_add_type(schema, TYPE_STRUCT, STR("example.org.v1.Harbour"));
    schema_set_fields(schema, type, fields, MANY);
    assert_true(type >= SCHEMA_STATIC_TYPES);
    assert_str(schema_type_name(schema, type), "example.org.v1.Harbour");
    const SchemaType *row = type_row(schema, type);
    for (uint32_t i = 0; i < MANY; i++) {
        Str name = schema_name_text(schema, fields[i].name);
        const SchemaField *found = type_field(schema, type, row, name.ptr, (uint32_t)name.len);
        assert_non_null(found);
        assert_int_equal(found->name, fields[i].name);
    }
    assert_null(type_field(schema, type, row, "field0", 6));

    for (uint32_t i = 0; i < 300; i++) {
        char name[32];
        int len = snprintf(name, sizeof name, "Kind%u", i % 200);
        SchemaKind kind = {
            .api_version = schema_add_text(schema, STR("example.org/v1")),
            .kind = schema_add_text(schema, str_slice(name, (size_t)len)),
            .type = type,
            .served = SCHEMA_ALL_VERSIONS,
            .flags = KIND_CUSTOM,
        };
        schema_add_kind(schema, &kind);
    }
    assert_int_equal(schema_kind_count(schema), SCHEMA_STATIC_KINDS + 200);
    KindInfo info;
    assert_true(schema_kind_find(schema, STR("example.org"), STR("v1"), STR("Kind7"), &info));
    assert_true(info.custom);
    assert_true(schema_kind_find(schema, STR("apps"), STR("v1"), STR("Deployment"), &info));
    assert_false(info.custom);
    schema_free(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_of_names), cmocka_unit_test(kinds),
        cmocka_unit_test(every_kind_is_found),
        cmocka_unit_test(every_field_is_found),
        cmocka_unit_test(same_texts),
        cmocka_unit_test(types),
        cmocka_unit_test(versions),
        cmocka_unit_test(a_run_adds_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
