/* rows.c: rows of schemas/rules that name what stands in this folder: a function
 * (call=NAME), a form (format=NAME), and bounds and uniqueness of lists. */
#include "schema/validation/validation.h"

static Validation open_validation(Walk *walk, uint32_t versions)
{
    return (Validation){
        .walk = walk,
        .doc = walk->doc,
        .versions = versions & VALIDATION_SINCE(VALIDATION_OLDEST),
        .renamed = BASE_NONE,
        .renamed_base = {.node = BASE_NONE, .above = BASE_NONE},
    };
}

void validation_calls(Walk *walk, uint32_t value, const SchemaType *row, uint32_t versions)
{
    Validation v = open_validation(walk, versions);
    uint32_t all = v.versions;
    for (const SchemaRule *rule = &schema_rule_rows[row->rules];; rule++) {
        v.versions = rule->versions & all;
        if (v.versions && rule->verb == RULE_CALL) {
            switch (rule->a) {
#define CALL_CASE(name) \
    case SCHEMA_CALL_##name: validate_##name(&v, field_at(&v, value)); break;
                SCHEMA_CALLS(CALL_CASE)
            default: break;
            }
        }
        if (rule->last)
            return;
    }
}

FormatFn validation_format(uint32_t number)
{
    switch (number) {
#define FORMAT_CASE(name) \
    case SCHEMA_FORMAT_##name: return format_##name;
        SCHEMA_FORMATS(FORMAT_CASE)
    default: return NULL;
    }
}

/* Bytes of a string, items of a list, entries of a map.  Too few are Invalid. */
static void check_length(Validation *v, Field field, const SchemaRule *rule)
{
    bool text = field_is_string(v, field);
    size_t length = text ? field_text(v, field).len : field_length(v, field);
    if (rule->b != UINT32_MAX && length > (size_t)schema_rule_numbers[rule->b]) {
        if (text)
            validation_too_long(v, field, (size_t)schema_rule_numbers[rule->b]);
        else
            validation_too_many(v, field, (size_t)schema_rule_numbers[rule->b]);
    } else if (rule->a != UINT32_MAX && length < (size_t)schema_rule_numbers[rule->a]) {
        validation_invalid(v, field, "must have at least %lld %s",
                           (long long)schema_rule_numbers[rule->a], text ? "bytes" : "items");
    }
}

static bool values_equal(const Validation *v, Field a, Field b)
{
    if (field_is_empty(v, a) || field_is_empty(v, b))
        return field_is_empty(v, a) && field_is_empty(v, b);
    return str_eq(node_str(v->doc, a.node), node_str(v->doc, b.node));
}

/* A field of an item that is not bound yet: these rules run before the walk goes in. */
static Field part(const Validation *v, Field item, NameId name)
{
    Str text = schema_name_text(v->walk->schema, name);
    uint32_t value = item.node == BASE_NONE ? BASE_NONE : node_get_text(v->doc, item.node, text);
    return value == BASE_NONE ? FIELD_NONE : field_at(v, value);
}

/* Lists of structs whose named fields tell the items apart; such lists are short. */
static void check_unique(Validation *v, Field list, const SchemaRule *rule)
{
    for (Items i = items_of(v, list); items_next(v, &i);) {
        for (Items j = items_of(v, list); items_next(v, &j) && j.index < i.index;) {
            uint16_t same = 0;
            while (same < rule->count &&
                   values_equal(v, part(v, i.item, schema_rule_values[rule->a + same]),
                                part(v, j.item, schema_rule_values[rule->a + same])))
                same++;
            if (same < rule->count)
                continue;
            Field at = rule->count == 1 ? part(v, i.item, schema_rule_values[rule->a]) : i.item;
            if (field_given(at))
                validation_duplicate(v, at, j.item);
            break;
        }
    }
}

void validation_field_rule(Walk *walk, uint32_t value, const SchemaRule *rule, uint32_t versions)
{
    Validation v = open_validation(walk, versions);
    if (!v.versions)
        return;
    Field field = field_at(&v, value);
    switch ((RuleVerb)rule->verb) {
    case RULE_FORMAT: validation_optional_text(&v, field, validation_format(rule->a)); break;
    case RULE_LENGTH: check_length(&v, field, rule); break;
    case RULE_UNIQUE: check_unique(&v, field, rule); break;
    default: break;
    }
}

#ifdef PLIMSOLL_DOUBTS
void validation_doubt(const Validation *v, bool proved, uint32_t before)
{
    const Diag *diag = v->walk->checker->diag;
    if (proved && diag->findings.len != before)
        fatal("validation: passed over, but it would say: %.*s",
              STR_ARG(diag->findings.at[before].message));
}
#endif
