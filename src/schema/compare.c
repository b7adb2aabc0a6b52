/* compare.c: see compare.h.  Both trees are walked side by side; the path is built on the
 * way and copied where something differs. */
#include "schema/compare.h"
#include "schema/table.h"
#include "schema/validation/quantity.h"

enum { KEYS_MOST = 4 };

typedef struct Comparer {
    const Schema *schema;
    const Document *left, *right;
    Arena *arena;
    DifferenceList *list;
    Buf path;
} Comparer;

/* Two values, either of which may be missing, and what is around them. */
typedef struct Pair {
    uint32_t left, right;
    uint32_t left_near, right_near;
} Pair;

/* How the items of a list are told apart. */
typedef struct ListKeys {
    ListType type;
    uint32_t count;
    Str names[KEYS_MOST];
} ListKeys;

static void compare_pair(Comparer *c, Pair pair, ListKeys keys);

static void add_difference(Comparer *c, Pair pair)
{
    DifferenceList *list = c->list;
    if (list->count == list->room) {
        uint32_t room = list->room ? list->room * 2 : 16;
        list->at = arena_grow(c->arena, list->at, sizeof *list->at * list->room,
                              sizeof *list->at * room);
        list->room = room;
    }
    list->at[list->count++] = (Difference){
        .path = arena_str(c->arena, buf_slice(&c->path)),
        .left = pair.left,
        .right = pair.right,
        .left_near = pair.left == BASE_NONE ? pair.left_near : pair.left,
        .right_near = pair.right == BASE_NONE ? pair.right_near : pair.right,
    };
}

/* ---- equality ---- */

/* 512Mi and 536870912 are stored as they are written, and mean the same. */
static bool is_same_amount(const Document *a, uint32_t x, const Document *b, uint32_t y)
{
    Quantity left, right;
    return node_at(a, x)->bind == TYPE_QUANTITY && node_at(b, y)->bind == TYPE_QUANTITY &&
           quantity_parse(node_str(a, x), &left) && quantity_parse(node_str(b, y), &right) &&
           quantity_compare(&left, &right) == 0;
}

static bool is_equal(const Document *a, uint32_t x, const Document *b, uint32_t y)
{
    const Node *left = node_at(a, x), *right = node_at(b, y);
    if (is_same_amount(a, x, b, y))
        return true;
    if (left->kind != right->kind || left->len != right->len)
        return false;
    if (left->kind < NODE_MAP)
        return str_eq(node_str(a, x), node_str(b, y));
    if (left->kind == NODE_SEQ) {
        for (uint32_t i = node_first(x), j = node_first(y); i < left->next;
             i = node_after(a, i), j = node_after(b, j))
            if (!is_equal(a, i, b, j))
                return false;
        return true;
    }
    for (uint32_t key = node_first(x); key < left->next; key = node_after_entry(a, key)) {
        uint32_t value = node_get_text(b, y, node_str(a, key));
        if (value == BASE_NONE || !is_equal(a, key + 1, b, value))
            return false;
    }
    return true;
}

/* ---- maps ---- */

static int compare_keys(const void *a, const void *b, void *context)
{
    (void)context;
    return str_compare(*(const Str *)a, *(const Str *)b);
}

/* How a field's list is compared, by the attributes of its newest form. */
static ListKeys field_keys(const Comparer *c, TypeId type, Str name)
{
    ListKeys keys = {.type = LIST_PLAIN};
    if (type == SCHEMA_UNBOUND)
        return keys;
    const SchemaType *row = type_row(c->schema, type);
    if (row->kind != TYPE_STRUCT)
        return keys;
    const SchemaField *field = type_field(c->schema, type, row, name.ptr, (uint32_t)name.len);
    while (field && field->more)
        field++;
    if (!field || !field->attributes)
        return keys;
    const SchemaAttributes *attributes = attributes_row(c->schema, field->attributes);
    keys.type = (ListType)attributes->list;
    for (uint32_t i = 0; i < attributes->key_count && i < KEYS_MOST; i++)
        keys.names[keys.count++] = text_str(c->schema, attributes->keys[i]);
    if (attributes->merge_key && attributes->list != LIST_MAP) {
        keys.type = LIST_MAP;
        keys.count = 1;
        keys.names[0] = text_str(c->schema, attributes->merge_key);
    }
    return keys;
}

/* name, or [name] where the name is no plain word. */
static void push_name(Comparer *c, Str name)
{
    bool plain = name.len > 0;
    for (size_t i = 0; i < name.len; i++)
        plain &= name.ptr[i] != '.' && name.ptr[i] != '/' && name.ptr[i] != '[' &&
                 name.ptr[i] != ' ';
    if (plain && c->path.len)
        buf_byte(&c->path, '.');
    if (!plain)
        buf_byte(&c->path, '[');
    buf_str(&c->path, name);
    if (!plain)
        buf_byte(&c->path, ']');
}

static uint32_t gather_keys(const Document *doc, uint32_t map, Str *keys)
{
    uint32_t count = 0;
    for (uint32_t key = node_first(map); key < node_end(doc, map); key = node_after_entry(doc, key))
        keys[count++] = node_str(doc, key);
    return count;
}

static void compare_maps(Comparer *c, Pair pair)
{
    uint32_t most = node_at(c->left, pair.left)->len + node_at(c->right, pair.right)->len;
    Str *keys = arena_alloc(c->arena, sizeof *keys * (most + 1));
    uint32_t count = gather_keys(c->left, pair.left, keys);
    count += gather_keys(c->right, pair.right, keys + count);
    if (count)
        sort_with(keys, count, sizeof *keys, compare_keys, NULL);
    size_t length = c->path.len;
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0 && str_eq(keys[i], keys[i - 1]))
            continue;
        Pair part = {node_get_text(c->left, pair.left, keys[i]),
                     node_get_text(c->right, pair.right, keys[i]), pair.left, pair.right};
        push_name(c, keys[i]);
        compare_pair(c, part, field_keys(c, node_at(c->left, pair.left)->bind, keys[i]));
        c->path.len = length;
    }
}

/* ---- lists ---- */

/* The nodes of a list's items. */
static uint32_t *gather_items(Comparer *c, const Document *doc, uint32_t list, uint32_t *count)
{
    uint32_t *items = arena_alloc(c->arena, sizeof *items * (node_at(doc, list)->len + 1u));
    *count = 0;
    for (uint32_t at = node_first(list); at < node_end(doc, list); at = node_after(doc, at))
        items[(*count)++] = at;
    return items;
}

static Str key_text(const Document *doc, uint32_t item, Str name)
{
    uint32_t value = node_kind(doc, item) == NODE_MAP ? node_get_text(doc, item, name) : BASE_NONE;
    return value == BASE_NONE ? str_slice("", 0) : node_str(doc, value);
}

static bool same_keys(const Comparer *c, uint32_t left, uint32_t right, const ListKeys *keys)
{
    if (keys->type == LIST_SET)
        return is_equal(c->left, left, c->right, right);
    for (uint32_t i = 0; i < keys->count; i++)
        if (!str_eq(key_text(c->left, left, keys->names[i]),
                    key_text(c->right, right, keys->names[i])))
            return false;
    return true;
}

/* [name=web], or [value] of a set. */
static void push_item(Comparer *c, const Document *doc, uint32_t item, const ListKeys *keys)
{
    buf_byte(&c->path, '[');
    if (keys->type == LIST_SET && node_at(doc, item)->kind < NODE_MAP)
        buf_str(&c->path, node_str(doc, item));
    for (uint32_t i = 0; keys->type == LIST_MAP && i < keys->count; i++) {
        if (i > 0)
            buf_byte(&c->path, ',');
        buf_str(&c->path, keys->names[i]);
        buf_byte(&c->path, '=');
        buf_str(&c->path, key_text(doc, item, keys->names[i]));
    }
    buf_byte(&c->path, ']');
}

/* Each item on the left with the first one on the right that has its keys and no partner. */
static void compare_keyed(Comparer *c, Pair pair, const ListKeys *keys)
{
    uint32_t left_count, right_count;
    uint32_t *left = gather_items(c, c->left, pair.left, &left_count);
    uint32_t *right = gather_items(c, c->right, pair.right, &right_count);
    size_t length = c->path.len;
    for (uint32_t i = 0; i < left_count; i++) {
        uint32_t at = 0;
        while (at < right_count &&
               (right[at] == BASE_NONE || !same_keys(c, left[i], right[at], keys)))
            at++;
        Pair part = {left[i], at < right_count ? right[at] : BASE_NONE, pair.left, pair.right};
        if (at < right_count)
            right[at] = BASE_NONE;
        push_item(c, c->left, left[i], keys);
        compare_pair(c, part, (ListKeys){0});
        c->path.len = length;
    }
    for (uint32_t at = 0; at < right_count; at++) {
        if (right[at] == BASE_NONE)
            continue;
        push_item(c, c->right, right[at], keys);
        add_difference(c, (Pair){BASE_NONE, right[at], pair.left, pair.right});
        c->path.len = length;
    }
}

static void compare_ordered(Comparer *c, Pair pair)
{
    uint32_t left_count, right_count, from = 0, end = 0;
    uint32_t *left = gather_items(c, c->left, pair.left, &left_count);
    uint32_t *right = gather_items(c, c->right, pair.right, &right_count);
    uint32_t least = left_count < right_count ? left_count : right_count;
    while (from < least && is_equal(c->left, left[from], c->right, right[from]))
        from++;
    while (end < least - from && is_equal(c->left, left[left_count - 1 - end], c->right,
                                          right[right_count - 1 - end]))
        end++;
    size_t length = c->path.len;
    uint32_t most = left_count > right_count ? left_count : right_count;
    for (uint32_t i = from; i < most - end; i++) {
        Pair part = {i < left_count - end ? left[i] : BASE_NONE,
                     i < right_count - end ? right[i] : BASE_NONE, pair.left, pair.right};
        buf_format(&c->path, "[%u]", i);
        compare_pair(c, part, (ListKeys){0});
        c->path.len = length;
    }
}

/* ---- any two values ---- */

static void compare_pair(Comparer *c, Pair pair, ListKeys keys)
{
    if (pair.left == BASE_NONE || pair.right == BASE_NONE) {
        add_difference(c, pair);
        return;
    }
    NodeKind kind = node_kind(c->left, pair.left);
    if (kind != node_kind(c->right, pair.right) || kind < NODE_MAP) {
        if (!is_equal(c->left, pair.left, c->right, pair.right))
            add_difference(c, pair);
    } else if (kind == NODE_MAP) {
        compare_maps(c, pair);
    } else if (keys.type == LIST_SET || (keys.type == LIST_MAP && keys.count)) {
        compare_keyed(c, pair, &keys);
    } else {
        compare_ordered(c, pair);
    }
}

void schema_compare(const Schema *schema, const Document *left, const Document *right,
                    Arena *arena, DifferenceList *list)
{
    Comparer c = {.schema = schema, .left = left, .right = right, .arena = arena, .list = list};
    compare_pair(&c, (Pair){left->root, right->root, left->root, right->root}, (ListKeys){0});
    buf_free(&c.path);
}
