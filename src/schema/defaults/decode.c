/* decode.c: a bound document as Go's decoder reads it into structs: null is nothing, a
 * zero in a field that is no pointer is nothing, a null item of a list is an empty one;
 * quantities, times and bytes are in the form in which Go writes them again. */
#include "schema/defaults/canonical.h"
#include "schema/defaults/values.h"

/* Most numbers are written as they stand. */
Str value_number_text(Normal *n, const Document *doc, uint32_t node)
{
    Str plain = node_str(doc, node);
    size_t digits = 0;
    while (digits < plain.len && is_digit(plain.ptr[digits]))
        digits++;
    if (digits == plain.len && digits < 19 && (digits == 1 || plain.ptr[0] != '0'))
        return plain;
    Buf out = {0};
    node_json(doc, node, &out);
    Str text = arena_str(n->arena, buf_slice(&out));
    buf_free(&out);
    return text;
}

static Value *copy_tree(Normal *n, const Document *doc, uint32_t node, uint32_t place)
{
    const Node *at = node_at(doc, node);
    Value *value = value_new(n, (NodeKind)at->kind, TYPE_ANY, NULL);
    if (place == BASE_NONE)
        value_place(n, value, node);
    else
        value->node = place;
    if (at->kind < NODE_MAP)
        value->text = at->kind == NODE_BOOL ? node_bool(doc, node) ? STR("true") : STR("false")
                                            : node_str(doc, node);
    for (uint32_t part = node_first(node); at->kind >= NODE_MAP && part < at->next;) {
        bool is_map = at->kind == NODE_MAP;
        if (!is_map || !(node_at(doc, part)->flags & NODE_SHADOWED)) {
            Value *inner = copy_tree(n, doc, part + is_map, place);
            if (is_map)
                inner->key = node_str(doc, part);
            value_append(value, inner);
        }
        part = is_map ? node_after_entry(doc, part) : node_after(doc, part);
    }
    return value;
}

Value *value_raw(Normal *n, const Document *doc, uint32_t node, uint32_t place)
{
    return copy_tree(n, doc, node, place);
}

/* Whether Go's field would hold its zero value. */
static bool is_zero(const Value *value)
{
    switch ((NodeKind)value->kind) {
    case NODE_NULL: return true;
    case NODE_BOOL: return value_is(value, "false");
    case NODE_INT: return value_is(value, "0") || value_is(value, "-0");
    case NODE_FLOAT: return value_is(value, "0");
    case NODE_STRING: return value->text.len == 0;
    default: return false;
    }
}

static Value *decode_struct(Normal *n, uint32_t node, TypeId type)
{
    const Document *doc = n->doc;
    const SchemaType *row = type_row(n->schema, type);
    Value *map = value_new(n, NODE_MAP, type, NULL);
    value_place(n, map, node);
    for (uint32_t key = node_first(node), end = node_end(doc, node); key < end;
         key = node_after_entry(doc, key)) {
        const Node *at = node_at(doc, key);
        if (at->flags & NODE_SHADOWED)
            continue;
        const SchemaField *field = type_field(n->schema, type, row, at->text, at->len);
        while (field && !(field->versions & n->version))
            field = field->more ? field + 1 : NULL;
        if (!field || node_kind(doc, key + 1) == NODE_NULL)
            continue;
        Value *value = value_decode(n, key + 1, field->type);
        value->stored = schema_stored[field - schema_fields];
        bool by_struct = value->stored & (STORED_STRUCT | STORED_OMITZERO) ||
                         field->type == TYPE_QUANTITY || field->type == TYPE_INT_OR_STRING ||
                         field->type == TYPE_ANY || field->type == TYPE_BYTES ||
                         field->type >= TYPE_LIST;
        if (!by_struct && !(value->stored & STORED_POINTER) && is_zero(value))
            continue;
        value->name = field->name;
        value->key = text_str(n->schema, field->name);
        value_append(map, value);
    }
    return map;
}

/* What Go makes of null where there must be something: an item, an entry. */
static Value *decode_null(Normal *n, uint32_t node, TypeId type)
{
    Value *value = value_new(n, value_kind_of(n, type), type, NULL);
    value_place(n, value, node);
    switch (value->kind) {
    case NODE_BOOL: value->text = STR("false"); break;
    case NODE_INT:
    case NODE_FLOAT: value->text = STR("0"); break;
    case NODE_STRING:
        if (type == TYPE_QUANTITY)
            value->text = STR("0");
        else if (type == TYPE_BYTES || type == TYPE_ANY || type == TYPE_TIME)
            value->kind = NODE_NULL;
        break;
    case NODE_SEQ: value->kind = NODE_NULL; break;
    default:
        if (type_row(n->schema, type)->kind == TYPE_MAP)
            value->kind = NODE_NULL;
        break;
    }
    return value;
}

static Value *decode_part(Normal *n, uint32_t node, TypeId type)
{
    return node_kind(n->doc, node) == NODE_NULL ? decode_null(n, node, type)
                                                : value_decode(n, node, type);
}

static Value *decode_list(Normal *n, uint32_t node, TypeId type, TypeId element)
{
    Value *list = value_new(n, NODE_SEQ, type, NULL);
    value_place(n, list, node);
    for (uint32_t at = node_first(node), end = node_end(n->doc, node); at < end;
         at = node_after(n->doc, at))
        value_append(list, decode_part(n, at, element));
    return list;
}

static Value *decode_map(Normal *n, uint32_t node, TypeId type, TypeId element)
{
    Value *map = value_new(n, NODE_MAP, type, NULL);
    value_place(n, map, node);
    for (uint32_t key = node_first(node), end = node_end(n->doc, node); key < end;
         key = node_after_entry(n->doc, key)) {
        if (node_at(n->doc, key)->flags & NODE_SHADOWED)
            continue;
        Value *value = decode_part(n, key + 1, element);
        value->key = node_str(n->doc, key);
        value_append(map, value);
    }
    return map;
}

/* Go takes a list of numbers for bytes as well. */
static Value *decode_byte_list(Normal *n, uint32_t node)
{
    Value *value = value_new(n, NODE_STRING, TYPE_BYTES, NULL);
    value_place(n, value, node);
    char *bytes = arena_alloc(n->arena, node_at(n->doc, node)->len + 1u);
    size_t count = 0;
    for (uint32_t at = node_first(node); at < node_end(n->doc, node); at = node_after(n->doc, at)) {
        int64_t number = 0;
        node_int64(n->doc, at, &number);
        bytes[count++] = (char)number;
    }
    value->text = canonical_base64(str_slice(bytes, count), n->arena);
    return value;
}

/* A scalar whose node may be of another kind than its type says (a number for a
 * quantity, anything at all in an object that is refused). */
static Value *decode_scalar(Normal *n, uint32_t node, TypeId type)
{
    if (type == TYPE_BYTES && node_kind(n->doc, node) == NODE_SEQ)
        return decode_byte_list(n, node);
    Value *value = copy_tree(n, n->doc, node, BASE_NONE);
    value->type = type;
    if (value->kind == NODE_INT || value->kind == NODE_FLOAT)
        value->text = value_number_text(n, n->doc, node);
    if (type == TYPE_QUANTITY && (value->kind == NODE_STRING || value->kind == NODE_INT ||
                                  value->kind == NODE_FLOAT)) {
        value->kind = NODE_STRING;
        value->text = canonical_quantity(value->text, n->arena);
    } else if (value->kind == NODE_STRING && (type == TYPE_TIME || type == TYPE_MICRO_TIME)) {
        value->text = canonical_time(value->text, type == TYPE_MICRO_TIME, n->arena);
    } else if (value->kind == NODE_STRING && type == TYPE_BYTES) {
        value->text = canonical_bytes(value->text, n->arena);
    }
    return value;
}

/* JSONSchemaPropsOrArray and its like. */
static Value *decode_union(Normal *n, uint32_t node, TypeId type, const SchemaType *row)
{
    NodeKind kind = node_kind(n->doc, node);
    if (kind == NODE_MAP)
        return value_decode(n, node, row->fields);
    if (kind == NODE_SEQ)
        return decode_list(n, node, type,
                           row->kind == TYPE_OR_ARRAY ? row->fields : (TypeId)TYPE_STRING);
    return decode_scalar(n, node, type);
}

Value *value_decode(Normal *n, uint32_t node, TypeId type)
{
    if (type >= SCHEMA_STATIC_TYPES)
        return custom_decode(n, node, type);
    const SchemaType *row = type_row(n->schema, type);
    NodeKind kind = node_kind(n->doc, node);
    switch ((TypeKind)row->kind) {
    case TYPE_ANY: return copy_tree(n, n->doc, node, BASE_NONE);
    case TYPE_STRUCT:
        if (kind == NODE_MAP)
            return decode_struct(n, node, type);
        break;
    case TYPE_MAP:
        if (kind == NODE_MAP)
            return decode_map(n, node, type, row->fields);
        break;
    case TYPE_LIST:
        if (kind == NODE_SEQ)
            return decode_list(n, node, type, row->fields);
        break;
    case TYPE_OR_ARRAY:
    case TYPE_OR_BOOL:
    case TYPE_OR_STRINGS: return decode_union(n, node, type, row);
    default: return decode_scalar(n, node, type);
    }
    return copy_tree(n, n->doc, node, BASE_NONE);
}
