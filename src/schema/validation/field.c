/* field.c: places in the object, there or not, and their values as Go reads them.
 *
 * A wrong type is reported by the walk; here it reads as the zero value. */
#include "schema/validation/validation.h"

const Field FIELD_NONE = {.node = BASE_NONE, .above = BASE_NONE};

/* ---- places ---- */

Field field_root(const Validation *v) { return field_at(v, v->doc->root); }

Field field_at(const Validation *v, uint32_t node)
{
    Field field;
    field.node = node_kind(v->doc, node) == NODE_NULL ? BASE_NONE : node;
    field.above = node;
    field.depth = 0;
    return field;
}

Field field_key(uint32_t key)
{
    Field field;
    field.node = field.above = key;
    field.depth = 0;
    return field;
}

Field field_get(const Validation *v, Field parent, NameId name)
{
    if (parent.node != BASE_NONE) {
        uint32_t value = schema_get(v->doc, parent.node, name);
        if (value != BASE_NONE) {
            parent.node = parent.above = value;
            return parent;
        }
    }
    parent.node = BASE_NONE;
    if (parent.depth < FIELD_ABSENT_MOST)
        parent.absent[parent.depth++] = (uint16_t)name;
    return parent;
}

Field field_down(const Validation *v, Field parent, const NameId *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        parent = field_get(v, parent, names[i]);
    return parent;
}

/* ---- values ---- */

static NodeKind kind_of(const Validation *v, Field field)
{
    return field.node == BASE_NONE ? NODE_NULL : node_kind(v->doc, field.node);
}

bool field_is_empty(const Validation *v, Field field)
{
    switch (kind_of(v, field)) {
    case NODE_NULL: return true;
    case NODE_STRING: return node_at(v->doc, field.node)->len == 0;
    case NODE_INT: return field_int(v, field) == 0;
    case NODE_BOOL: return !node_bool(v->doc, field.node);
    case NODE_MAP:
    case NODE_SEQ: return node_at(v->doc, field.node)->len == 0;
    default: return false;
    }
}

uint32_t field_length(const Validation *v, Field field)
{
    uint32_t count = 0;
    switch (kind_of(v, field)) {
    case NODE_SEQ: return node_at(v->doc, field.node)->len;
    case NODE_MAP:
        for (Entries at = entries_of(v, field); entries_next(v, &at);)
            count++;
        return count;
    default: return 0;
    }
}

Str field_text(const Validation *v, Field field)
{
    return kind_of(v, field) == NODE_STRING ? node_str(v->doc, field.node) : str_slice("", 0);
}

Str field_text_or(const Validation *v, Field field, const char *fallback)
{
    Str text = field_text(v, field);
    return text.len ? text : str_of(fallback);
}

bool field_text_is(const Validation *v, Field field, const char *text)
{
    return str_is(field_text(v, field), text);
}

int64_t field_int_or(const Validation *v, Field field, int64_t fallback)
{
    if (field.node == BASE_NONE)
        return fallback;
    int64_t value;
    return kind_of(v, field) == NODE_INT && node_int64(v->doc, field.node, &value) ? value : 0;
}

int64_t field_int(const Validation *v, Field field) { return field_int_or(v, field, 0); }

bool field_bool_or(const Validation *v, Field field, bool fallback)
{
    if (field.node == BASE_NONE)
        return fallback;
    return kind_of(v, field) == NODE_BOOL && node_bool(v->doc, field.node);
}

bool field_bool(const Validation *v, Field field) { return field_bool_or(v, field, false); }

Quantity field_quantity(const Validation *v, Field field)
{
    Quantity quantity;
    NodeKind kind = kind_of(v, field);
    if ((kind == NODE_STRING || kind == NODE_INT || kind == NODE_FLOAT) &&
        quantity_parse(str_trim(node_str(v->doc, field.node)), &quantity))
        return quantity;
    return quantity_of_int(0);
}

bool field_is_number(const Validation *v, Field field) { return kind_of(v, field) == NODE_INT; }
bool field_is_string(const Validation *v, Field field) { return kind_of(v, field) == NODE_STRING; }

/* ---- items and entries ---- */

Items items_of(const Validation *v, Field list)
{
    Items items = {.next = 1, .end = 0};
    if (kind_of(v, list) == NODE_SEQ) {
        items.next = node_first(list.node);
        items.end = node_end(v->doc, list.node);
    }
    return items;
}

bool items_next(const Validation *v, Items *items)
{
    if (items->next >= items->end)
        return false;
    items->index += items->started;
    items->started = true;
    items->item = field_at(v, items->next);
    items->next = node_after(v->doc, items->next);
    return true;
}

Field items_at(const Validation *v, Field list, uint32_t index)
{
    for (Items i = items_of(v, list); items_next(v, &i);)
        if (i.index == index)
            return i.item;
    list.node = BASE_NONE;
    return list;
}

Entries entries_of(const Validation *v, Field map)
{
    Entries entries = {.next = 1, .end = 0};
    if (kind_of(v, map) == NODE_MAP) {
        entries.next = node_first(map.node);
        entries.end = node_end(v->doc, map.node);
    }
    return entries;
}

bool entries_next(const Validation *v, Entries *entries)
{
    while (entries->next < entries->end &&
           (node_at(v->doc, entries->next)->flags & NODE_SHADOWED))
        entries->next = node_after_entry(v->doc, entries->next);
    if (entries->next >= entries->end)
        return false;
    entries->at = entries->next;
    entries->key = node_str(v->doc, entries->at);
    entries->value = field_at(v, entries->at + 1);
    entries->next = node_after_entry(v->doc, entries->at);
    return true;
}

Field entries_get(const Validation *v, Field map, Str key)
{
    for (Entries at = entries_of(v, map); entries_next(v, &at);)
        if (str_eq(at.key, key))
            return at.value;
    map.node = BASE_NONE;
    return map;
}
