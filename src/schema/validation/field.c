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
    while (at < checker->tools.folded.len && checker->tools.folded.at[at] != names)
        at++;
    if (at == checker->tools.folded.len)
        vec_push(&checker->tools.folded, names);
    return FIELD_FOLDED + at;
}

static uint32_t add_names(const Validation *v, uint64_t names, NameId *list, uint32_t count)
{
    for (unsigned shift = 64; shift > 0 && count < FIELD_NAMES_MOST;) {
        shift -= 16;
        NameId name = names >> shift & UINT16_MAX;
        if (name >= FIELD_FOLDED)
            count = add_names(v, v->walk->checker->tools.folded.at[name - FIELD_FOLDED], list, count);
        else if (name)
            list[count++] = name;
    }
    return count;
}

uint32_t field_names(const Validation *v, Field field, NameId names[FIELD_NAMES_MOST])
{
    return add_names(v, field.absent, names, 0);
}

void fields_read(const Validation *v, Field whole, Fields *fields)
{
    uint64_t bits = 0, above = whole.absent >> 48 ? field_fold(v, whole.absent) : whole.absent;
    fields->whole = whole;
    fields->bits = 0;
    fields->absent = above << 16;
    if (field_kind(v, whole) != NODE_MAP)
        return;
    const Node *nodes = v->doc->nodes, *end = &nodes[nodes[whole.node].next];
    for (const Node *key = &nodes[whole.node + 1]; key < end; key = &nodes[key[1].next]) {
        NameId name = key->bind;
        if (name >= SCHEMA_STATIC_TEXT || key[1].kind == NODE_NULL || (key->flags & NODE_SHADOWED))
            continue;
        bits |= node_name_bit(name);
        fields->at[name & 63] = (uint32_t)(key + 1 - nodes);
    }
    fields->bits = bits;
}

/* ---- values ---- */

bool field_is_zero(const Validation *v, Field field)
{
    const Node *at = node_at(v->doc, field.node);
    switch ((NodeKind)at->kind) {
    case NODE_NULL: return true;
    case NODE_INT: return field_number(v, field) == 0;
    case NODE_BOOL: return !node_bool(v->doc, field.node);
    case NODE_STRING:
    case NODE_MAP:
    case NODE_SEQ: return at->len == 0;
    default: return false;
    }
}

uint32_t field_count(const Validation *v, Field field)
{
    const Node *at = node_at(v->doc, field.node);
    uint32_t count = 0;
    if (at->kind == NODE_SEQ)
        return at->len;
    for (Entries entry = entries_of(v, field); entries_next(v, &entry);)
        count++;
    return count;
}

int64_t field_number(const Validation *v, Field field)
{
    const Node *at = node_at(v->doc, field.node);
    int64_t value = 0;
    if (at->kind != NODE_INT)
        return 0;
    /* A few digits need no reader of numbers; a 0 in front of others means another base. */
    if (at->len <= 9 && (at->len == 1 || at->text[0] != '0')) {
        const char *digit = at->text, *end = digit + at->len;
        uint32_t sum = 0;
        while (digit < end && is_digit(*digit))
            sum = sum * 10 + (uint32_t)(*digit++ - '0');
        if (digit == end)
            return sum;
    }
    return node_int64(v->doc, field.node, &value) ? value : 0;
}

Quantity field_quantity(const Validation *v, Field field)
{
    Quantity quantity;
    NodeKind kind = field_kind(v, field);
    if (kind == NODE_STRING || kind == NODE_INT || kind == NODE_FLOAT) {
        Str text = node_str(v->doc, field.node);
        if (quantity_parse(text, &quantity) || quantity_parse(str_trim(text), &quantity))
            return quantity;
    }
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

Field entries_get(const Validation *v, Field map, Str key)
{
    for (Entries at = entries_of(v, map); entries_next(v, &at);)
        if (at.key.len == key.len && bytes_same(at.key.ptr, key.ptr, key.len))
            return at.value;
    map.node = BASE_NONE;
    return map;
}
