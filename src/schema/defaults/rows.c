/* rows.c: the rows of schemas/defaults and of gates.txt, and the functions of the types,
 * over the whole tree: outer values first, as zz_generated.defaults.go goes. */
#include "schema/defaults/defaults.h"
#include "schema/defaults/canonical.h"

/* A row's text as the field's type has it. */
static void put_default(Normal *n, Value *map, const SchemaDefault *row)
{
    if (value_get(map, row->name))
        return;
    Str text = text_str(NULL, row->value);
    Value *value = value_put(n, map, row->name);
    if (!value || value->kind >= NODE_MAP) /* {} is a struct with nothing in it */
        return;
    value->text = str_is(text, "\"\"") ? str_slice("", 0) : text;
}

static void apply_rows(Normal *n, Value *map)
{
    uint32_t first = schema_type_defaults[map->type];
    for (const SchemaDefault *row = &schema_default_rows[first]; first; row++) {
        if (row->versions & n->version)
            put_default(n, map, row);
        if (row->last)
            return;
    }
}

/* Structs that Go holds by themselves are there, whether given or not. */
static void put_structs(Normal *n, Value *map)
{
    const SchemaType *row = type_row(n->schema, map->type);
    for (uint32_t i = row->fields; i < row->fields + row->field_count; i++)
        if ((schema_stored[i] & (STORED_STRUCT | STORED_OMITZERO)) &&
            schema_fields[i].versions & n->version &&
            type_row(n->schema, schema_fields[i].type)->kind == TYPE_STRUCT)
            value_put(n, map, schema_fields[i].name);
}

static void call_defaulter(Normal *n, Value *map)
{
    switch (map->type) {
#define DEFAULTER_CASE(function, type) case SCHEMA_TYPE_##type: function(n, map); break;
        DEFAULTERS(DEFAULTER_CASE)
    default: break;
    }
}

/* SetDefaults_ResourceList: no amount is finer than a thousandth.  The lists of
 * resource.k8s.io and node.k8s.io are others. */
static void round_resources(Normal *n, Value *owner, Value *list)
{
    const SchemaType *row = type_row(n->schema, list->type);
    Str name = text_str(n->schema, type_row(n->schema, owner->type)->name);
    if (row->kind != TYPE_MAP || row->fields != TYPE_QUANTITY || str_starts(name, STR("resource.")) ||
        str_starts(name, STR("node.")))
        return;
    for (VALUE_EACH(amount, list))
        amount->text = canonical_milli_quantity(amount->text, n->arena);
}

void defaults_apply(Normal *n, Value *value)
{
    if (value->kind < NODE_MAP || value->type == TYPE_ANY || value->type >= SCHEMA_STATIC_TYPES)
        return;
    if (type_row(n->schema, value->type)->kind != TYPE_STRUCT) {
        for (VALUE_EACH(part, value))
            defaults_apply(n, part);
        return;
    }
    if (value->kind != NODE_MAP)
        return;
    put_structs(n, value);
    call_defaulter(n, value);
    apply_rows(n, value);
    for (VALUE_EACH(part, value)) {
        if (part->kind == NODE_MAP && part->type != TYPE_ANY)
            round_resources(n, value, part);
        defaults_apply(n, part);
    }
}

/* ---- gates ---- */

static bool is_gated(const Normal *n, const Value *map, const Value *part, GateEffect *effect)
{
    const SchemaField *field = value_field(n, map->type, part->name);
    if (!field || !field->rules)
        return false;
    for (const SchemaRule *rule = &schema_rule_rows[field->rules];; rule++) {
        if (rule->verb == RULE_GATE && rule->versions & n->version) {
            *effect = (GateEffect)rule->count;
            return true;
        }
        if (rule->last)
            return false;
    }
}

/* Returns whether what holds the value goes as well. */
static bool drop_in(Normal *n, Value *value)
{
    if (value->kind < NODE_MAP || value->type == TYPE_ANY || value->type >= SCHEMA_STATIC_TYPES)
        return false;
    /* Volumes and claims within other kinds are not looked at. */
    if ((value->type == SCHEMA_TYPE_core_v1_PersistentVolumeClaimSpec &&
         n->type != SCHEMA_TYPE_core_v1_PersistentVolumeClaim) ||
        (value->type == SCHEMA_TYPE_core_v1_PersistentVolumeSpec &&
         n->type != SCHEMA_TYPE_core_v1_PersistentVolume))
        return false;
    bool is_struct = type_row(n->schema, value->type)->kind == TYPE_STRUCT, gated = false;
    for (Value *part = value->first, *next; part; part = next) {
        next = part->next;
        GateEffect effect;
        if (is_struct && is_gated(n, value, part, &effect)) {
            bool is_empty = part->kind == NODE_STRING && part->text.len == 0;
            if (effect == GATE_PARENT && !is_empty)
                return true;
            if (effect == GATE_PARENT)
                continue;
            if (effect == GATE_RESET)
                value_set_text(n, value, part->name, STR("Default")); /* procMount alone */
            else if (effect != GATE_SOME)
                value_drop_part(value, part);
            gated = true;
        } else if (drop_in(n, part)) {
            value_drop_part(value, part);
        }
    }
    /* dropContainerStopSignals: a lifecycle of nothing else goes as well. */
    return gated && value->type == SCHEMA_TYPE_core_v1_Lifecycle && !value->first;
}

void defaults_drop_gated(Normal *n, Value *value) { drop_in(n, value); }
