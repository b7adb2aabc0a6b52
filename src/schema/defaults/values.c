/* values.c: reading and changing the tree of an object on its way to storage.  Maps
 * and lists are chains, since they are short and change in the middle. */
#include "schema/defaults/values.h"

Value *value_get(const Value *map, NameId name)
{
    for (Value *at = map ? map->first : NULL; at; at = at->next)
        if (at->name == name)
            return at;
    return NULL;
}

Value *value_entry(const Value *map, Str key)
{
    for (Value *at = map ? map->first : NULL; at; at = at->next)
        if (str_eq(at->key, key))
            return at;
    return NULL;
}

Str value_text(const Value *value) { return value ? value->text : str_slice("", 0); }

bool value_is(const Value *value, const char *text) { return str_is(value_text(value), text); }

bool value_is_true(const Value *value) { return value && value->kind == NODE_BOOL && value_is(value, "true"); }

bool value_is_one_of(const Value *value, const char *words)
{
    Str text = value_text(value);
    for (Str rest = str_of(words); text.len && rest.len;) {
        size_t comma = str_find(rest, ',');
        if (str_eq(text, str_slice(rest.ptr, comma)))
            return true;
        comma += comma < rest.len;
        rest = str_slice(rest.ptr + comma, rest.len - comma);
    }
    return false;
}

int64_t value_int(const Value *value)
{
    if (!value || value->kind != NODE_INT)
        return 0;
    bool minus = value->text.len && value->text.ptr[0] == '-';
    uint64_t number = 0;
    for (size_t i = minus; i < value->text.len; i++)
        number = number * 10 + (uint64_t)(value->text.ptr[i] - '0');
    return (int64_t)(minus ? 0 - number : number);
}

uint32_t value_count(const Value *value)
{
    uint32_t count = 0;
    for (VALUE_EACH(part, value))
        count++;
    return count;
}

Value *value_new(Normal *n, NodeKind kind, TypeId type, const Value *near)
{
    Value *value = arena_zero(n->arena, sizeof *value);
    value->kind = (uint8_t)kind;
    value->type = type;
    value->node = near ? near->node : n->doc->root;
    return value;
}

void value_append(Value *collection, Value *part)
{
    part->next = NULL;
    if (collection->last)
        collection->last->next = part;
    else
        collection->first = part;
    collection->last = part;
}

void value_drop_part(Value *collection, const Value *part)
{
    Value *before = NULL;
    for (Value *at = collection ? collection->first : NULL; at; before = at, at = at->next) {
        if (at != part)
            continue;
        if (before)
            before->next = at->next;
        else
            collection->first = at->next;
        if (collection->last == at)
            collection->last = before;
        return;
    }
}

void value_drop(Value *map, NameId name) { value_drop_part(map, value_get(map, name)); }

void value_drop_entry(Value *map, const char *key)
{
    value_drop_part(map, value_entry(map, str_of(key)));
}

const SchemaField *value_field(const Normal *n, TypeId type, NameId name)
{
    const SchemaType *row = type_row(n->schema, type);
    if (row->kind != TYPE_STRUCT)
        return NULL;
    Str text = text_str(n->schema, name);
    const SchemaField *field = type_field(n->schema, type, row, text.ptr, (uint32_t)text.len);
    while (field && !(field->versions & n->version))
        field = field->more ? field + 1 : NULL;
    return field;
}

NodeKind value_kind_of(const Normal *n, TypeId type)
{
    switch ((TypeKind)type_row(n->schema, type)->kind) {
    case TYPE_BOOL: return NODE_BOOL;
    case TYPE_INT32:
    case TYPE_INT64: return NODE_INT;
    case TYPE_NUMBER: return NODE_FLOAT;
    case TYPE_LIST: return NODE_SEQ;
    case TYPE_MAP:
    case TYPE_STRUCT: return NODE_MAP;
    default: return NODE_STRING;
    }
}

Value *value_put(Normal *n, Value *map, NameId name)
{
    if (!map || map->kind != NODE_MAP)
        return NULL;
    Value *value = value_get(map, name);
    if (value)
        return value;
    const SchemaField *field = value_field(n, map->type, name);
    if (!field)
        return NULL;
    value = value_new(n, value_kind_of(n, field->type), field->type, map);
    if (map->type >= SCHEMA_STATIC_TYPES && name == SCHEMA_NAME_metadata)
        value->type = SCHEMA_TYPE_meta_v1_ObjectMeta;
    value->name = name;
    value->key = text_str(n->schema, name);
    if (map->type < SCHEMA_STATIC_TYPES)
        value->stored = schema_stored[field - schema_fields];
    value_append(map, value);
    return value;
}

static void set_scalar(Normal *n, Value *map, NameId name, NodeKind kind, Str text)
{
    Value *value = value_put(n, map, name);
    if (!value)
        return;
    value->kind = (uint8_t)kind;
    value->text = text;
    value->first = value->last = NULL;
}

void value_set_text(Normal *n, Value *map, NameId name, Str text)
{
    set_scalar(n, map, name, NODE_STRING, text);
}

void value_set_int(Normal *n, Value *map, NameId name, int64_t number)
{
    set_scalar(n, map, name, NODE_INT, arena_format(n->arena, "%lld", (long long)number));
}

void value_set_bool(Normal *n, Value *map, NameId name, bool flag)
{
    set_scalar(n, map, name, NODE_BOOL, flag ? STR("true") : STR("false"));
}

void value_default(Normal *n, Value *map, NameId name, const char *text)
{
    if (map && !value_get(map, name))
        value_set_text(n, map, name, str_of(text));
}

void value_default_int(Normal *n, Value *map, NameId name, int64_t number)
{
    if (map && !value_get(map, name))
        value_set_int(n, map, name, number);
}

void value_default_bool(Normal *n, Value *map, NameId name, bool flag)
{
    if (map && !value_get(map, name))
        value_set_bool(n, map, name, flag);
}

Value *value_set_entry(Normal *n, Value *map, Str key, Str text)
{
    Value *entry = value_entry(map, key);
    if (!map || map->kind != NODE_MAP)
        entry = value_new(n, NODE_STRING, TYPE_STRING, map); /* goes nowhere */
    else if (!entry) {
        entry = value_new(n, NODE_STRING, type_row(n->schema, map->type)->fields, map);
        entry->key = key;
        value_append(map, entry);
    }
    entry->kind = NODE_STRING;
    entry->text = text;
    return entry;
}

Value *value_copy(Normal *n, const Value *value)
{
    Value *copy = value_new(n, (NodeKind)value->kind, value->type, value);
    copy->text = value->text;
    for (VALUE_EACH(part, value)) {
        Value *inner = value_copy(n, part);
        inner->key = part->key;
        inner->name = part->name;
        inner->stored = part->stored;
        value_append(copy, inner);
    }
    return copy;
}

void value_set_copy(Normal *n, Value *map, NameId name, const Value *value)
{
    Value *copy = value ? value_copy(n, value) : NULL, *put = copy ? value_put(n, map, name) : NULL;
    if (!put)
        return;
    put->kind = copy->kind;
    put->text = copy->text;
    put->first = copy->first;
    put->last = copy->last;
}

Value *value_add_item(Normal *n, Value *list, NodeKind kind)
{
    if (!list || list->kind != NODE_SEQ)
        return value_new(n, kind, TYPE_ANY, list); /* goes nowhere */
    Value *item = value_new(n, kind, type_row(n->schema, list->type)->fields, list);
    value_append(list, item);
    return item;
}

void value_add_text(Normal *n, Value *list, const char *text)
{
    value_add_item(n, list, NODE_STRING)->text = str_of(text);
}
