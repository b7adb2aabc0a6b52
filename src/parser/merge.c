/* merge: `<<: *base` becomes the entries of base, copied into the mapping.
 *
 * go-yaml writes merged entries into the mapping where the << stands, so whatever
 * comes later wins, be it merged or the mapping's own; of a list of mappings it
 * takes the last first, so that the first wins.  The entries are copied in that
 * order, and keys.c then lets the last of equals win, which is the same. */
#include "parser/build.h"

/* Anchors within the << entry's value keep their nodes elsewhere: the value is
 * about to be taken apart. */
static void save_anchors(Builder *builder, uint32_t start)
{
    for (uint32_t i = builder->anchors.len; i-- > 0;) {
        Anchor *anchor = &builder->anchors.at[i];
        if (anchor->pooled || anchor->node < start)
            continue;
        uint32_t to = builder->pool.len;
        uint32_t end = builder->nodes[anchor->node].next;
        for (uint32_t node = anchor->node; node < end; node++) {
            Node copy = builder->nodes[node];
            copy.next = copy.next - anchor->node + to;
            vec_push(&builder->pool, copy);
        }
        anchor->pooled = true;
        anchor->node = to;
    }
}

/* Moves the << key, its value and their aliases out of the tree. */
static void take_out(Builder *builder, uint32_t start)
{
    vec_clear(&builder->scratch);
    for (uint32_t node = start; node < builder->count; node++)
        vec_push(&builder->scratch, builder->nodes[node]);
    builder->count = start;
    vec_clear(&builder->moved);
    uint32_t first = builder->aliases.len;
    while (first > 0 && builder->aliases.at[first - 1].node >= start)
        first--;
    for (uint32_t i = first; i < builder->aliases.len; i++)
        vec_push(&builder->moved, builder->aliases.at[i]);
    builder->aliases.len = first;
}

/* The first alias at or behind a node's old place. */
static uint32_t find_moved(const Builder *builder, uint32_t node)
{
    uint32_t low = 0, high = builder->moved.len;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (builder->moved.at[middle].node < node)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Appends one subtree of the value.  Via: the alias that the merged mapping came
 * through, or NULL; then the subtree's own aliases move with it. */
static uint32_t put_back(Builder *builder, uint32_t old, uint32_t start, const Alias *via)
{
    const Node *from = &builder->scratch.at[old - start];
    uint32_t end = from->next;
    uint32_t node = builder_copy(builder, from, old, 0, 0);
    if (via) {
        builder->nodes[node].flags |= NODE_ALIAS_ROOT;
        vec_push(&builder->aliases, ((Alias){node, via->offset, via->size}));
        return node;
    }
    for (uint32_t i = find_moved(builder, old);
         i < builder->moved.len && builder->moved.at[i].node < end; i++) {
        Alias alias = builder->moved.at[i];
        alias.node = alias.node - old + node;
        vec_push(&builder->aliases, alias);
    }
    return node;
}

static void merge_mapping(Builder *builder, uint32_t into, uint32_t map, uint32_t start)
{
    const Node *nodes = builder->scratch.at;
    const Alias *via = NULL;
    if (nodes[map - start].flags & NODE_ALIAS_ROOT)
        via = &builder->moved.at[find_moved(builder, map)];
    uint32_t end = nodes[map - start].next;
    for (uint32_t key = map + 1; key < end; key = nodes[key + 1 - start].next) {
        uint32_t copy = put_back(builder, key, start, via);
        builder->nodes[copy].flags |= NODE_MERGED;
        put_back(builder, key + 1, start, via);
        builder->nodes[into].len++;
    }
}

bool builder_merge(Builder *builder, Open *map)
{
    uint32_t start = map->key;
    map->key = BASE_NONE;
    save_anchors(builder, start);
    take_out(builder, start);
    const Node *value = &builder->scratch.at[1];
    if (value->kind == NODE_MAP) {
        merge_mapping(builder, map->node, start + 1, start);
        return true;
    }
    uint32_t count = value->len;
    uint32_t *items = arena_alloc(builder->arena, (count + 1) * sizeof *items);
    uint32_t at = start + 2;
    for (uint32_t i = 0; i < count; i++) {
        const Node *item = &builder->scratch.at[at - start];
        if (item->kind != NODE_MAP) {
            diag_report(builder->diag, &rule_yaml_not_json,
                        builder_place(builder, item->offset, item->size),
                        "<< merges mappings: each item of its list is a mapping");
            return false;
        }
        items[i] = at;
        at = item->next;
    }
    while (count-- > 0)
        merge_mapping(builder, map->node, items[count], start);
    return true;
}
