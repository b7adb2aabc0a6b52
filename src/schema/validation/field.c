/* field.c: places in the object, there or not, and their values as Go reads them.
 *
 * A wrong type is reported by the walk; here it reads as the zero value. */
#include "schema/validation/validation.h"

const Field FIELD_NONE = {.node = BASE_NONE, .above = BASE_NONE};

/* ---- places ---- */

/* Four names of a field that is not there fit into it.  Deeper ones, which only an object
 * that lacks nearly everything has, share a list of the names above them, and a number
 * from here on stands for four of those in place of a name. */
enum { FIELD_FOLDED = 0x8000 };

uint64_t field_fold(const Validation *v, uint64_t names)
{
    SchemaChecker *checker = v->walk->checker;
    uint32_t at = 0;
    while (at < checker->folded.len && checker->folded.at[at] != names)
        at++;
    if (at == checker->folded.len)
        vec_push(&checker->folded, names);
    return FIELD_FOLDED + at;
}

static uint32_t add_names(const Validation *v, uint64_t names, NameId *list, uint32_t count)
{
    for (unsigned shift = 64; shift > 0 && count < FIELD_NAMES_MOST;) {
        shift -= 16;
        NameId name = names >> shift & UINT16_MAX;
        if (name >= FIELD_FOLDED)
            count = add_names(v, v->walk->checker->folded.at[name - FIELD_FOLDED], list, count);
        else if (name)
            list[count++] = name;
    }
    return count;
}

uint32_t field_names(const Validation *v, Field field, NameId names[FIELD_NAMES_MOST])
{
    return add_names(v, field.absent, names, 0);
}

/* ---- values ---- */

bool field_is_empty(const Validation *v, Field field)
{
    switch (field_kind(v, field)) {
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
    switch (field_kind(v, field)) {
    case NODE_SEQ: return node_at(v->doc, field.node)->len;
    case NODE_MAP:
        for (Entries at = entries_of(v, field); entries_next(v, &at);)
            count++;
        return count;
    default: return 0;
    }
}

int64_t field_int_or(const Validation *v, Field field, int64_t fallback)
{
    if (field.node == BASE_NONE)
        return fallback;
    int64_t value;
    return field_kind(v, field) == NODE_INT && node_int64(v->doc, field.node, &value) ? value : 0;
}

int64_t field_int(const Validation *v, Field field) { return field_int_or(v, field, 0); }

bool field_bool_or(const Validation *v, Field field, bool fallback)
{
    if (field.node == BASE_NONE)
        return fallback;
    return field_kind(v, field) == NODE_BOOL && node_bool(v->doc, field.node);
}

bool field_bool(const Validation *v, Field field) { return field_bool_or(v, field, false); }

Quantity field_quantity(const Validation *v, Field field)
{
    Quantity quantity;
    NodeKind kind = field_kind(v, field);
    if ((kind == NODE_STRING || kind == NODE_INT || kind == NODE_FLOAT) &&
        quantity_parse(str_trim(node_str(v->doc, field.node)), &quantity))
        return quantity;
    return quantity_of_int(0);
}

/* ---- items and entries ---- */

Field items_at(const Validation *v, Field list, uint32_t index)
{
    for (Items i = items_of(v, list); items_next(v, &i);)
        if (i.index == index)
            return i.item;
    list.node = BASE_NONE;
    return list;
}

bool entries_step(const Validation *v, Entries *entries)
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
