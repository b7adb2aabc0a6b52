/* explain.c: the tables asked in the other direction: not whether a value fits, but
 * which values would.  What only a function of src/schema/validation knows is not
 * told; the values that Kubernetes' OpenAPI lists for a field are, from enums.txt. */
#include "schema/explain.h"
#include "schema/table.h"

#include "enums.inc"
#include "limits.inc"

void limits_add(SchemaLimits *limits, const char *word, const Str *values, uint32_t count,
                uint32_t versions, bool json)
{
    Str *copy = arena_alloc(limits->arena, sizeof *copy * (count + 1));
    if (count)
        memcpy(copy, values, sizeof *copy * count);
    SchemaLimit limit = {word, copy, count, versions, json};
    vec_push(&limits->list, limit);
}

static void add_one(SchemaLimits *limits, const char *word, Str value, uint32_t versions,
                    bool json)
{
    limits_add(limits, word, &value, 1, versions, json);
}

/* ---- where one stands ---- */

SchemaSpot schema_spot_kind(const Schema *schema, KindId kind)
{
    TypeId type = schema_kind_row(schema, kind)->type;
    return (SchemaSpot){type, crd_shape_of_type(schema, type)};
}

SchemaSpot schema_spot_inside(const Schema *schema, SchemaSpot spot)
{
    while (type_is_composite(schema_type_kind(schema, spot.type))) {
        spot.type = schema_type_element(schema, spot.type);
        spot.shape = crd_shape_inside(spot.shape);
    }
    return spot;
}

SchemaSpot schema_spot_field(const Schema *schema, SchemaSpot spot, uint32_t index)
{
    FieldInfo field = schema_field_info(schema, spot.type, index);
    return (SchemaSpot){field.type,
                        crd_shape_field(spot.shape, schema_name_text(schema, field.name))};
}

/* ---- types in kubectl's words ---- */

Str schema_type_kubectl(const Schema *schema, SchemaSpot spot, Arena *arena)
{
    static const char *const WORDS[] = {
        [TYPE_ANY] = "Object",      [TYPE_STRING] = "string",     [TYPE_BOOL] = "boolean",
        [TYPE_INT32] = "integer",   [TYPE_INT64] = "integer",     [TYPE_NUMBER] = "number",
        [TYPE_BYTES] = "string",    [TYPE_TIME] = "Time",         [TYPE_MICRO_TIME] = "MicroTime",
        [TYPE_DURATION] = "Duration", [TYPE_QUANTITY] = "Quantity",
        [TYPE_INT_OR_STRING] = "IntOrString",
    };
    TypeKind kind = schema_type_kind(schema, spot.type);
    if (type_is_composite(kind)) {
        SchemaSpot inside = {schema_type_element(schema, spot.type), crd_shape_inside(spot.shape)};
        Str element = schema_type_kubectl(schema, inside, arena);
        return arena_format(arena, "%s%.*s",
                            kind == TYPE_LIST ? "[]" : kind == TYPE_MAP ? "map[string]" : "",
                            STR_ARG(element));
    }
    if (kind != TYPE_STRUCT)
        return str_of(WORDS[kind]);
    Str name = schema_type_name(schema, spot.type);
    if (spot.type >= SCHEMA_STATIC_TYPES)
        return STR("Object"); /* as kubectl has it: CRDs do not name their types */
    size_t last = name.len;
    while (last > 0 && name.ptr[last - 1] != '.')
        last--;
    return str_slice(name.ptr + last, name.len - last);
}

/* ---- rows of schemas/rules ---- */

static Str bound(const SchemaRule *rule, Arena *arena)
{
    Str from = STR(""), to = STR("");
    if (rule->a != UINT32_MAX)
        from = arena_format(arena, "%lld", (long long)schema_rule_numbers[rule->a]);
    if (rule->b != UINT32_MAX)
        to = arena_format(arena, "%lld", (long long)schema_rule_numbers[rule->b]);
    return arena_format(arena, "%.*s..%.*s", STR_ARG(from), STR_ARG(to));
}

static Str format_word(uint32_t number, Arena *arena)
{
#define FORMAT_WORD(name) [SCHEMA_FORMAT_##name] = #name,
    static const char *const WORDS[SCHEMA_FORMAT_COUNT] = {SCHEMA_FORMATS(FORMAT_WORD)};
    Buf word = {0};
    for (const char *at = WORDS[number]; at && *at; at++)
        buf_byte(&word, *at == '_' ? '-' : *at);
    Str copy = arena_str(arena, buf_slice(&word));
    buf_free(&word);
    return copy;
}

static void add_texts(SchemaLimits *limits, const char *word, const SchemaRule *rule,
                      uint32_t versions)
{
    Str *values = arena_alloc(limits->arena, sizeof *values * (rule->count + 1u));
    for (uint32_t i = 0; i < rule->count; i++)
        values[i] = text_str(NULL, schema_rule_values[rule->a + i]);
    limits_add(limits, word, values, rule->count, versions, false);
}

static void add_rule(SchemaLimits *limits, const SchemaRule *rule, uint32_t versions)
{
    switch ((RuleVerb)rule->verb) {
    case RULE_ENUM: add_texts(limits, "enum", rule, versions); break;
    case RULE_UNIQUE: add_texts(limits, "unique by", rule, versions); break;
    case RULE_RANGE: add_one(limits, "range", bound(rule, limits->arena), versions, false); break;
    case RULE_LENGTH: add_one(limits, "length", bound(rule, limits->arena), versions, false); break;
    case RULE_FORMAT:
        add_one(limits, "format", format_word(rule->a, limits->arena), versions, false);
        break;
    case RULE_GATE:
        add_one(limits, "feature gate, off by default", text_str(NULL, rule->a), versions, false);
        break;
    default: break;
    }
}

/* A must without conditions, in all versions or some. */
static void add_must(SchemaLimits *limits, const SchemaRule *must, uint32_t versions)
{
    if (must->last || must[1].verb != RULE_UNLESS) {
        limits_add(limits, "required", NULL, 0, versions, false);
        return;
    }
    for (const SchemaRule *rule = must; !rule->last && rule[1].verb == RULE_UNLESS; rule++) {
        Str path = STR("");
        for (uint32_t i = 0; i < rule[1].count; i++)
            path = arena_format(limits->arena, "%.*s%s%.*s", STR_ARG(path), i ? "." : "",
                                STR_ARG(text_str(NULL, schema_rule_values[rule[1].a + i])));
        if (rule[1].b)
            path = arena_format(limits->arena, "%.*s is %.*s", STR_ARG(path),
                                STR_ARG(text_str(NULL, rule[1].b)));
        add_one(limits, "required unless", path, versions, false);
    }
}

static void add_rules(SchemaLimits *limits, const SchemaField *field, uint32_t versions)
{
    if (!field->rules)
        return;
    for (const SchemaRule *rule = &schema_rule_rows[field->rules];; rule++) {
        uint32_t held = rule->versions & versions;
        if (held && rule->verb == RULE_MUST)
            add_must(limits, rule, held);
        else if (held)
            add_rule(limits, rule, held);
        if (rule->last)
            return;
    }
}

static bool has_word(const SchemaLimits *limits, const char *word)
{
    for (uint32_t i = 0; i < limits->list.len; i++)
        if (!strcmp(limits->list.at[i].word, word))
            return true;
    return false;
}

/* ---- rows of schemas/defaults ---- */

static void add_defaults(SchemaLimits *limits, TypeId type, NameId name, uint32_t versions)
{
    if (type >= SCHEMA_STATIC_TYPES || !schema_type_defaults[type])
        return;
    for (const SchemaDefault *row = &schema_default_rows[schema_type_defaults[type]];; row++) {
        if (row->name == name && (row->versions & versions))
            add_one(limits, "default", text_str(NULL, row->value), row->versions & versions, true);
        if (row->last)
            return;
    }
}

/* ---- schemas/enums.txt: TYPE FIELD VERSIONS VALUE,VALUE ---- */

static Str next_word(Str *rest, char mark)
{
    Str word = str_slice(rest->ptr, str_find(*rest, mark));
    size_t taken = word.len < rest->len ? word.len + 1 : word.len;
    *rest = str_slice(rest->ptr + taken, rest->len - taken);
    return word;
}

static void add_enums(SchemaLimits *limits, Str type, Str field, uint32_t versions)
{
    Str rest = str_slice((const char *)enums_bytes, sizeof enums_bytes - 1);
    while (rest.len) {
        Str line = next_word(&rest, '\n');
        if (!str_eq(next_word(&line, ' '), type) || !str_eq(next_word(&line, ' '), field))
            continue;
        uint32_t held;
        if (!schema_versions_read(next_word(&line, ' '), &held) || !(held &= versions))
            continue;
        VEC(Str) values = {0};
        while (line.len) {
            Str value = next_word(&line, ',');
            vec_push(&values, value);
        }
        limits_add(limits, "enum", values.at, values.len, held, false);
        vec_free(&values);
    }
}

/* ---- schemas/limits.txt: TYPE FIELD VERSIONS WORD VALUE ---- */

/* What functions check, so that no row of a rule may say it: it would be told twice. */
static void add_checked(SchemaLimits *limits, Str type, Str field, uint32_t versions)
{
    static const char *const WORDS[] = {"format", "range"};
    Str rest = str_slice((const char *)limits_bytes, sizeof limits_bytes - 1);
    while (rest.len) {
        Str line = next_word(&rest, '\n');
        uint32_t held;
        if (!str_eq(next_word(&line, ' '), type) || !str_eq(next_word(&line, ' '), field) ||
            !schema_versions_read(next_word(&line, ' '), &held) || !(held &= versions))
            continue;
        Str word = next_word(&line, ' ');
        for (size_t i = 0; i < BASE_COUNT(WORDS); i++)
            if (str_is(word, WORDS[i]))
                add_one(limits, WORDS[i], line, held, false);
    }
}

/* ---- what merging needs to know ---- */

static void add_attributes(SchemaLimits *limits, Str text, uint32_t versions)
{
    static const struct {
        Str start;
        const char *word;
    } KNOWN[] = {{STR_INIT("list=map("), "list map keys"},
                 {STR_INIT("list="), "list type"},
                 {STR_INIT("map="), "map type"},
                 {STR_INIT("patch="), "patch strategy"},
                 {STR_INIT("go="), "holds"}};
    while (text.len) {
        Str one = next_word(&text, ' ');
        for (size_t i = 0; i < BASE_COUNT(KNOWN); i++) {
            if (!str_starts(one, KNOWN[i].start))
                continue;
            Str value = str_slice(one.ptr + KNOWN[i].start.len, one.len - KNOWN[i].start.len);
            if (i > 0) {
                add_one(limits, KNOWN[i].word, value, versions, false);
                break;
            }
            add_one(limits, "list type", STR("map"), versions, false);
            Str keys[4];
            uint32_t count = 0;
            for (value.len--; value.len && count < BASE_COUNT(keys); count++)
                keys[count] = next_word(&value, ',');
            limits_add(limits, KNOWN[i].word, keys, count, versions, false);
            break;
        }
    }
}

/* ---- rows of schemas/links: what a value names ---- */

/* Whether the row's first step from its type is this field, and no more follow. */
static bool names_by(const LinkRow *row, NameId field)
{
    const LinkArg *name = link_arg(row, SCHEMA_KEY_name);
    if (!name || name->word)
        return false;
    const uint32_t *steps = &schema_link_steps[name->value];
    return steps[0] == field && steps[1] == LINK_STEP_END;
}

static void add_names(SchemaLimits *limits, const Schema *schema, TypeId type, NameId field,
                      uint32_t versions)
{
    uint32_t count;
    const LinkRow *rows = schema_links(schema, type, &count);
    for (uint32_t i = 0; i < count; i++)
        if (rows[i].verb == SCHEMA_LINK_ref && names_by(&rows[i], field))
            add_one(limits, "names", rows[i].target ? schema_link_target(rows[i].target)
                                                    : STR("an object of the kind beside it"),
                    versions, false);
}

/* What a value of the field's type names, where the type is only that: a SecretKeySelector. */
static void add_named_inside(SchemaLimits *limits, const Schema *schema, TypeId type,
                             uint32_t versions)
{
    uint32_t count;
    while (type_is_composite(schema_type_kind(schema, type)))
        type = schema_type_element(schema, type);
    const LinkRow *rows = schema_links(schema, type, &count);
    if (count == 1 && rows->verb == SCHEMA_LINK_ref && rows->target)
        add_one(limits, "names", schema_link_target(rows->target), versions, false);
}

/* ---- a field ---- */

void schema_field_limits(const Schema *schema, SchemaSpot spot, uint32_t index,
                         uint32_t versions, SchemaLimits *limits)
{
    const SchemaField *row = &type_fields(schema, spot.type, type_row(schema, spot.type))[index];
    FieldInfo field = schema_field_info(schema, spot.type, index);
    Str name = schema_name_text(schema, field.name);
    versions &= field.versions;
    if (spot.shape) {
        if (crd_shape_requires(spot.shape, name))
            limits_add(limits, "required", NULL, 0, versions, false);
        crd_shape_limits(crd_shape_field(spot.shape, name), versions, limits);
    } else {
        add_rules(limits, row, versions);
        if (!has_word(limits, "required") && !has_word(limits, "required unless") &&
            field.documented)
            limits_add(limits, "required", NULL, 0, versions, false);
        if (!has_word(limits, "enum"))
            add_enums(limits, schema_type_name(schema, spot.type), name, versions);
        if (!has_word(limits, "range") && !has_word(limits, "format"))
            add_checked(limits, schema_type_name(schema, spot.type), name, versions);
        if (!has_word(limits, "default"))
            add_defaults(limits, spot.type, field.name, versions);
    }
    add_attributes(limits, field.attributes, versions);
    if (field.type < SCHEMA_STATIC_TYPES)
        add_attributes(limits, schema_type_attributes(schema, field.type, versions), versions);
    add_names(limits, schema, spot.type, field.name, versions);
    if (!has_word(limits, "names"))
        add_named_inside(limits, schema, field.type, versions);
}
