/* crd_value.c: JSON values as the server has them in hand when it validates: after
 * nulls were dropped and defaults were filled in.
 *
 * The server changes the object before it looks at it (apiextensions-apiserver,
 * pkg/apiserver/schema/defaulting): a null that its schema does not allow goes away, or
 * becomes the default; an absent property with a default gets it.  Nothing is changed
 * or copied here: a value is a node and the shape that knows what to fill in, and who
 * asks for its parts is shown the effective ones.  Defaults are filled in once, when
 * the CRD is read, so that a value that comes from one needs no shape any more. */
#include "schema/crd_shape.h"

#include <math.h>

/* ---- parts of objects and lists ---- */

/* The shape of an entry, which decides what becomes of null. */
static const CrdShape *entry_type(const CrdShape *type, Str name)
{
    if (!type)
        return NULL;
    const CrdName *property = crd_find_name(type, name);
    return property && property->shape ? property->shape : type->additional;
}

bool crd_drops_status(const CrdShape *type, Str name)
{
    return type && (type->flags & CRD_DROPS_STATUS) && str_is(name, "status");
}

/* What a default put there has its place in what lacks it. */
static void place_part(const CrdValue *above, CrdStep *step, CrdValue *part)
{
    part->made = above->made;
    part->place = above->made ? above->place : part->node;
    if (above->made) {
        step->up = above->steps;
        part->steps = step;
    }
}

/* A null that the schema does not allow becomes the default, if there is one. */
static bool replace_null(CrdValue *part)
{
    if (!part->type || (part->type->flags & CRD_NULLABLE) ||
        node_kind(part->doc, part->node) != NODE_NULL || !part->type->fill)
        return false;
    part->doc = &part->type->fill->doc;
    part->node = 0;
    part->type = NULL;
    part->made = true;
    return true;
}

bool crd_entry(const CrdValue *map, uint32_t key, CrdStep *step, CrdValue *child)
{
    Str name = node_str(map->doc, key);
    return !(node_at(map->doc, key)->flags & NODE_SHADOWED) &&
           !crd_drops_status(map->type, name) &&
           crd_entry_of(map, key, entry_type(map->type, name), step, child);
}

bool crd_entry_of(const CrdValue *map, uint32_t key, const CrdShape *type, CrdStep *step,
                  CrdValue *child)
{
    *step = (CrdStep){.name = node_str(map->doc, key)};
    *child = (CrdValue){.doc = map->doc, .node = key + 1, .type = type};
    place_part(map, step, child);
    return replace_null(child) || !type || (type->flags & CRD_NULLABLE) ||
           node_kind(map->doc, key + 1) != NODE_NULL;
}

bool crd_fill(const CrdValue *map, const CrdName *property, CrdStep *step, CrdValue *child)
{
    if (!property || !property->shape || !property->shape->fill ||
        crd_drops_status(map->type, property->text))
        return false;
    *step = (CrdStep){.up = map->steps, .name = property->text};
    *child = (CrdValue){.doc = &property->shape->fill->doc, .node = 0, .place = map->place,
                        .steps = step, .made = true};
    return true;
}

bool crd_lookup(const CrdValue *map, Str name, CrdStep *step, CrdValue *child)
{
    const Document *doc = map->doc;
    if (crd_value_kind(map) != NODE_MAP)
        return false;
    for (uint32_t key = node_first(map->node); key < node_end(doc, map->node);
         key = node_after_entry(doc, key))
        if (str_eq(node_str(doc, key), name) && !(node_at(doc, key)->flags & NODE_SHADOWED))
            return crd_entry(map, key, step, child);
    return map->type && crd_fill(map, crd_find_name(map->type, name), step, child);
}

void crd_item(const CrdValue *list, uint32_t node, CrdStep *step, CrdValue *item)
{
    *item = (CrdValue){.doc = list->doc, .node = node,
                       .type = list->type ? list->type->items : NULL};
    place_part(list, step, item);
    replace_null(item);
}

/* ---- numbers ---- */

int64_t crd_go_int64(double real)
{
    return real >= -9223372036854775808.0 && real < 9223372036854775808.0 ? (int64_t)real
                                                                          : INT64_MIN;
}

CrdNumber crd_number(const Document *doc, uint32_t node)
{
    CrdNumber number = {0};
    if (node_int64(doc, node, &number.integer)) {
        number.whole = true;
        number.real = (double)number.integer;
    } else {
        node_double(doc, node, &number.real);
    }
    return number;
}

/* ---- equality ---- */

enum { HASH_START = 0x51ED270B };

static uint32_t mix(uint32_t hash, uint32_t value)
{
    hash = (hash ^ value) * UINT32_C(0x85EBCA6B);
    return hash ^ hash >> 15;
}

static uint32_t number_hash(const Document *doc, uint32_t node)
{
    CrdNumber number = crd_number(doc, node);
    uint64_t bits;
    if (number.whole)
        bits = (uint64_t)number.integer;
    else
        memcpy(&bits, &number.real, sizeof bits);
    return mix(mix(HASH_START, (uint32_t)bits), (uint32_t)(bits >> 32) + number.whole);
}

/* Entries may stand in any order, so their hashes are added up. */
static uint32_t map_hash(const CrdValue *map)
{
    const Document *doc = map->doc;
    uint32_t sum = 0;
    CrdValue child;
    CrdStep step;
    for (uint32_t key = node_first(map->node); key < node_end(doc, map->node);
         key = node_after_entry(doc, key))
        if (crd_entry(map, key, &step, &child))
            sum += mix(str_hash(node_str(doc, key)), crd_value_hash(&child));
    if (map->type && (map->type->flags & CRD_FILLED))
        for (uint32_t i = 0; i < map->type->name_count; i++) {
            const CrdName *name = &map->type->names[i];
            if (name->shape && name->shape->fill &&
                node_get_text(doc, map->node, name->text) == BASE_NONE &&
                crd_fill(map, name, &step, &child))
                sum += mix(str_hash(name->text), crd_value_hash(&child));
        }
    return mix(sum, NODE_MAP);
}

uint32_t crd_value_hash(const CrdValue *value)
{
    const Document *doc = value->doc;
    NodeKind kind = crd_value_kind(value);
    uint32_t hash = HASH_START;
    CrdValue item;
    CrdStep step = {0};
    switch (kind) {
    case NODE_NULL: break;
    case NODE_BOOL: return mix(hash, 1 + (uint32_t)node_bool(doc, value->node));
    case NODE_INT:
    case NODE_FLOAT: return number_hash(doc, value->node);
    case NODE_STRING: return mix(str_hash(node_str(doc, value->node)), NODE_STRING);
    case NODE_MAP: return map_hash(value);
    case NODE_SEQ:
        for (uint32_t at = node_first(value->node); at < node_end(doc, value->node);
             at = node_after(doc, at)) {
            crd_item(value, at, &step, &item);
            hash = mix(hash, crd_value_hash(&item));
        }
        break;
    }
    return mix(hash, kind);
}

/* How many entries the server sees. */
static uint32_t count_entries(const CrdValue *map)
{
    const Document *doc = map->doc;
    uint32_t count = 0;
    CrdValue child;
    CrdStep step;
    for (uint32_t key = node_first(map->node); key < node_end(doc, map->node);
         key = node_after_entry(doc, key))
        count += crd_entry(map, key, &step, &child);
    if (map->type && (map->type->flags & CRD_FILLED))
        for (uint32_t i = 0; i < map->type->name_count; i++)
            count += node_get_text(doc, map->node, map->type->names[i].text) == BASE_NONE &&
                     crd_fill(map, &map->type->names[i], &step, &child);
    return count;
}

/* Whether all that a has is the same in b. */
static bool map_within(const CrdValue *a, const CrdValue *b)
{
    CrdValue left, right;
    CrdStep left_step = {0}, right_step = {0};
    for (uint32_t key = node_first(a->node); key < node_end(a->doc, a->node);
         key = node_after_entry(a->doc, key))
        if (crd_entry(a, key, &left_step, &left) &&
            (!crd_lookup(b, node_str(a->doc, key), &right_step, &right) ||
             !crd_value_equal(&left, &right)))
            return false;
    if (a->type && (a->type->flags & CRD_FILLED))
        for (uint32_t i = 0; i < a->type->name_count; i++) {
            const CrdName *name = &a->type->names[i];
            if (node_get_text(a->doc, a->node, name->text) != BASE_NONE ||
                !crd_fill(a, name, &left_step, &left))
                continue;
            if (!crd_lookup(b, name->text, &right_step, &right) || !crd_value_equal(&left, &right))
                return false;
        }
    return true;
}

static bool list_equal(const CrdValue *a, const CrdValue *b)
{
    if (node_at(a->doc, a->node)->len != node_at(b->doc, b->node)->len)
        return false;
    uint32_t right = node_first(b->node);
    CrdValue x, y;
    CrdStep x_step = {0}, y_step = {0};
    for (uint32_t left = node_first(a->node); left < node_end(a->doc, a->node);
         left = node_after(a->doc, left), right = node_after(b->doc, right)) {
        crd_item(a, left, &x_step, &x);
        crd_item(b, right, &y_step, &y);
        if (!crd_value_equal(&x, &y))
            return false;
    }
    return true;
}

bool crd_value_equal(const CrdValue *a, const CrdValue *b)
{
    NodeKind kind = crd_value_kind(a);
    bool numbers = kind == NODE_INT || kind == NODE_FLOAT;
    NodeKind other = crd_value_kind(b);
    if (kind != other && !(numbers && (other == NODE_INT || other == NODE_FLOAT)))
        return false;
    switch (kind) {
    case NODE_NULL: return true;
    case NODE_BOOL: return node_bool(a->doc, a->node) == node_bool(b->doc, b->node);
    case NODE_INT:
    case NODE_FLOAT: {
        CrdNumber x = crd_number(a->doc, a->node), y = crd_number(b->doc, b->node);
        return x.whole == y.whole &&
               (x.whole ? x.integer == y.integer : !(x.real < y.real) && !(x.real > y.real));
    }
    case NODE_STRING: return str_eq(node_str(a->doc, a->node), node_str(b->doc, b->node));
    case NODE_MAP: return count_entries(a) == count_entries(b) && map_within(a, b);
    case NODE_SEQ: break;
    }
    return list_equal(a, b);
}
