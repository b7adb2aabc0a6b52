/* keys: the same key twice in one mapping.
 *
 * kubectl's reader keeps the last value without a word; a strict reader (the
 * server's, kustomize's) refuses.  A merged entry and the mapping's own are no
 * mistake but what merging is for; only where the merge comes second do YAML and
 * go-yaml differ over the winner. */
#include "parser/build.h"

enum { KEYS_FEW = 16 };

/* What go-yaml took a key for before it became a string. */
static ScalarType type_of(const Builder *builder, const Node *key)
{
    if (key->style != STYLE_PLAIN || (key->flags & (NODE_TAGGED | NODE_ALIASED)))
        return SCALAR_STRING;
    return scalar_value(str_slice(builder->source.ptr + key->offset, key->size)).type;
}

static void report_duplicate(Builder *builder, const Node *first, const Node *last)
{
    ScalarType type = type_of(builder, last);
    bool nan = type == SCALAR_FLOAT && str_is(str_slice(last->text, last->len), ".nan");
    bool chance = nan || type != type_of(builder, first); /* not-a-number equals nothing */
    Str key = arena_quoted(&builder->diag->arena, str_slice(last->text, last->len));
    Finding *finding =
        diag_report(builder->diag, &rule_yaml_duplicate_key,
                    builder_place(builder, last->offset, last->size),
                    "the key \"%.*s\" is given twice in this mapping%s", STR_ARG(key),
                    chance ? ", once it is JSON" : "");
    diag_note(builder->diag, finding, builder_place(builder, first->offset, first->size),
              chance ? "first given here; it is chance which of the values kubectl keeps"
                     : "first given here; kubectl silently drops this value and keeps the last");
}

/* The alias through which an entry was merged, for a note. */
static const Alias *alias_of(const Builder *builder, uint32_t node)
{
    for (uint32_t i = builder->aliases.len; i-- > 0;)
        if (builder->aliases.at[i].node == node)
            return &builder->aliases.at[i];
    return NULL;
}

static void report_overridden(Builder *builder, uint32_t own, uint32_t merged)
{
    const Node *node = &builder->nodes[own];
    Finding *finding =
        diag_report(builder->diag, &rule_yaml_ambiguous,
                    builder_place(builder, node->offset, node->size),
                    "the merge behind it replaces \"%.*s\" for kubectl; by YAML's rule a "
                    "mapping's own key wins", (int)node->len, node->text);
    const Alias *alias = alias_of(builder, merged);
    if (alias)
        diag_note(builder->diag, finding, builder_place(builder, alias->offset, alias->size),
                  "merged here");
    diag_help(builder->diag, finding, "write the << first");
}

static void found_again(Builder *builder, uint32_t first, uint32_t last)
{
    Node *nodes = builder->nodes;
    bool first_merged = nodes[first].flags & NODE_MERGED;
    bool last_merged = nodes[last].flags & NODE_MERGED;
    nodes[first].flags |= NODE_SHADOWED;
    nodes[first + 1].flags |= NODE_SHADOWED;
    if (!first_merged && !last_merged)
        report_duplicate(builder, &nodes[first], &nodes[last]);
    else if (!first_merged)
        report_overridden(builder, first, last);
}

/* Kinds differ only for keys that JSON cannot say, such as null beside "". */
static bool same_key(const Node *a, const Node *b)
{
    return a->len == b->len && a->kind == b->kind && memcmp(a->text, b->text, a->len) == 0;
}

static void check_few(Builder *builder, uint32_t map)
{
    Node *nodes = builder->nodes;
    uint32_t keys[KEYS_FEW];
    uint32_t count = 0;
    for (uint32_t key = map + 1; key < nodes[map].next; key = nodes[key + 1].next) {
        for (uint32_t i = count; i-- > 0;)
            if (same_key(&nodes[keys[i]], &nodes[key])) {
                found_again(builder, keys[i], key);
                break; /* earlier ones are shadowed already */
            }
        keys[count++] = key;
    }
}

static void check_many(Builder *builder, uint32_t map)
{
    Node *nodes = builder->nodes;
    uint32_t size = 64;
    while (size < nodes[map].len * UINT64_C(2))
        size *= 2;
    uint32_t *slots = arena_alloc(builder->arena, size * sizeof *slots);
    memset(slots, 0xFF, size * sizeof *slots); /* BASE_NONE */
    for (uint32_t key = map + 1; key < nodes[map].next; key = nodes[key + 1].next) {
        uint32_t slot = str_hash(str_slice(nodes[key].text, nodes[key].len)) & (size - 1);
        while (slots[slot] != BASE_NONE && !same_key(&nodes[slots[slot]], &nodes[key]))
            slot = (slot + 1) & (size - 1);
        if (slots[slot] != BASE_NONE)
            found_again(builder, slots[slot], key);
        slots[slot] = key;
    }
}

void builder_check_keys(Builder *builder, uint32_t map)
{
    uint32_t entries = builder->nodes[map].len;
    if (entries > KEYS_FEW)
        check_many(builder, map);
    else if (entries > 1)
        check_few(builder, map);
}
