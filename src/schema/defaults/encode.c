/* encode.c: what Go's encoder makes of the structs, and the document of it.  A field
 * without omitempty is written whatever it holds, a struct by itself always; an empty
 * list or map is left out, unless its field is always written. */
#include "schema/defaults/defaults.h"

static void finish_struct(Normal *n, Value *map);

/* Go has omitzero, and Kubernetes uses it, since 1.34: before that such a struct was always
 * written. */
static uint8_t stored_in(const Normal *n, uint8_t stored)
{
    if (stored & STORED_OMITZERO && !normal_since(n, 34))
        stored = (uint8_t)((stored & ~STORED_OMITZERO) | STORED_STRUCT);
    return stored;
}

/* The zero value of a field that is always written. */
static void add_zero(Normal *n, Value *map, const SchemaField *field, uint8_t stored)
{
    Value *value = value_put(n, map, field->name);
    TypeKind kind = (TypeKind)type_row(n->schema, field->type)->kind;
    bool by_struct = stored & STORED_STRUCT;
    if (stored & STORED_POINTER) {
        value->kind = NODE_NULL;
        return;
    }
    switch (kind) {
    case TYPE_STRING: break;
    case TYPE_BOOL: value->text = STR("false"); break;
    case TYPE_INT32:
    case TYPE_INT64: value->text = STR("0"); break;
    case TYPE_NUMBER: value->kind = NODE_INT; value->text = STR("0"); break;
    case TYPE_QUANTITY:
        value->text = STR("0");
        value->kind = by_struct ? NODE_STRING : NODE_NULL;
        break;
    case TYPE_INT_OR_STRING:
        value->text = STR("0");
        value->kind = by_struct ? NODE_INT : NODE_NULL;
        break;
    case TYPE_STRUCT:
        if (by_struct)
            break;
        value->kind = NODE_NULL;
        break;
    default: value->kind = NODE_NULL; break;
    }
}

static bool is_collection_type(const Normal *n, const Value *value)
{
    TypeKind kind = (TypeKind)type_row(n->schema, value->type)->kind;
    return kind == TYPE_LIST || kind == TYPE_MAP;
}

static bool is_dropped(const Normal *n, const Value *value)
{
    bool is_empty = value->kind >= NODE_MAP ? !value->first : value->text.len == 0;
    if (!is_empty || value->stored & STORED_ALWAYS)
        return false;
    if (stored_in(n, value->stored) & STORED_OMITZERO)
        return true;
    if (value->kind == NODE_STRING)
        return value->type == TYPE_BYTES && !(value->stored & STORED_POINTER);
    return is_collection_type(n, value) && !(value->stored & STORED_POINTER);
}

static void finish_struct(Normal *n, Value *map)
{
    const SchemaType *row = type_row(n->schema, map->type);
    if (row->kind != TYPE_STRUCT || map->kind != NODE_MAP)
        return;
    for (uint32_t i = 0; i < row->field_count; i++) {
        const SchemaField *field = &schema_fields[row->fields + i];
        uint8_t stored = stored_in(n, schema_stored[row->fields + i]);
        if ((stored & (STORED_ALWAYS | STORED_STRUCT)) && (field->versions & n->version) &&
            !value_get(map, field->name))
            add_zero(n, map, field, stored);
    }
    for (Value *part = map->first, *next; part; part = next) {
        next = part->next;
        value_finish(n, part);
        /* Protocol buffers cannot tell an empty list or map from none. */
        if (n->in_protobuf && part->kind >= NODE_MAP && !part->first &&
            part->stored & STORED_ALWAYS && is_collection_type(n, part))
            part->kind = NODE_NULL;
        if (is_dropped(n, part))
            value_drop_part(map, part);
    }
}

void value_finish(Normal *n, Value *value)
{
    if (!value)
        return;
    /* Nor no bytes from null. */
    if (value->kind == NODE_NULL && value->type == TYPE_BYTES && n->in_protobuf)
        value->kind = NODE_STRING;
    if (value->type == TYPE_ANY || value->kind < NODE_MAP)
        return;
    if (value->type >= SCHEMA_STATIC_TYPES) {
        value_finish(n, VALUE_GET(value, metadata)); /* the rest is as the user wrote it */
        return;
    }
    if (type_row(n->schema, value->type)->kind == TYPE_STRUCT) {
        finish_struct(n, value);
        return;
    }
    for (VALUE_EACH(part, value))
        value_finish(n, part);
}

/* ---- the document ---- */

static uint32_t count_nodes(const Value *value)
{
    uint32_t count = 1, keys = value->kind == NODE_MAP;
    for (VALUE_EACH(part, value))
        count += count_nodes(part) + keys;
    return count;
}

static uint32_t put_node(const Normal *n, Node *nodes, uint32_t at, const Value *value)
{
    const Node *source = node_at(n->doc, value->node);
    uint32_t self = at++;
    nodes[self] = (Node){
        .text = value->kind < NODE_MAP ? value->text.ptr ? value->text.ptr : "" : NULL,
        .len = value->kind < NODE_MAP ? (uint32_t)value->text.len : value_count(value),
        .offset = source->offset,
        .size = source->size,
        .kind = value->kind,
        .style = value->kind == NODE_STRING ? STYLE_DOUBLE : STYLE_PLAIN,
        .flags = value->given ? 0 : NODE_FILLED,
        .bind = value->type,
    };
    for (VALUE_EACH(part, value)) {
        if (value->kind == NODE_MAP) {
            const Node *below = node_at(n->doc, part->node);
            nodes[at] = (Node){
                .text = part->key.ptr,
                .len = (uint32_t)part->key.len,
                .next = at + 1,
                .offset = below->offset,
                .size = below->size,
                .kind = NODE_STRING,
                .style = STYLE_PLAIN,
                .flags = NODE_KEY,
                .bind = part->name ? part->name : SCHEMA_UNBOUND,
            };
            at++;
        }
        at = put_node(n, nodes, at, part);
    }
    nodes[self].next = at;
    return at;
}

Document value_document(const Normal *n)
{
    Document made = *n->doc;
    made.count = count_nodes(n->root);
    made.nodes = arena_alloc(n->arena, sizeof *made.nodes * made.count);
    made.root = 0;
    made.alias_count = 0;
    put_node(n, made.nodes, 0, n->root);
    return made;
}
