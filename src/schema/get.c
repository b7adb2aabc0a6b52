/* get.c: asking a bound tree by numbers of names, and following the paths of
 * schemas/links in it.  A mapping's keys are compared as numbers; there are few of
 * them, so they are tried one after the other. */
#include "schema/table.h"

uint32_t schema_find(const Document *doc, uint32_t map, NameId name)
{
    const Node *nodes = doc->nodes, *end = &nodes[nodes[map].next];
    for (const Node *key = &nodes[map + 1]; key < end; key = &nodes[key[1].next])
        if (key->bind == name && !(key->flags & NODE_SHADOWED))
            return key[1].kind == NODE_NULL ? BASE_NONE : (uint32_t)(key + 1 - nodes);
    return BASE_NONE;
}

uint32_t schema_path(const Document *doc, uint32_t map, const NameId *names)
{
    for (; *names != BASE_NONE && map != BASE_NONE; names++)
        map = schema_get(doc, map, *names);
    return map;
}

/* ---- schemas/links ---- */

const LinkRow *schema_links(const Schema *schema, TypeId type, uint32_t *count)
{
    const LinkRow *rows = link_row(type_row(schema, type)->links);
    *count = 0;
    if (type_row(schema, type)->links == 0)
        return rows;
    while (!rows[(*count)++].last)
        ;
    return rows;
}

Str schema_link_target(uint32_t target) { return text_str(NULL, schema_link_targets[target]); }

Str link_text(const LinkArg *arg)
{
    return arg->word ? text_str(NULL, arg->value) : str_slice("", 0);
}

Str link_path(const LinkRow *row, uint32_t key, Arena *arena)
{
    const LinkArg *arg = link_arg(row, key);
    Buf *path = arena_draft(arena);
    for (const uint32_t *step = arg && !arg->word ? &schema_link_steps[arg->value] : NULL;
         step && *step != LINK_STEP_END; step++) {
        bool field = *step != LINK_STEP_ITEMS && *step != LINK_STEP_KEYS;
        if (field && path->len)
            buf_byte(path, '.');
        buf_str(path, field                      ? text_str(NULL, *step)
                      : *step == LINK_STEP_ITEMS ? STR("[]")
                                                 : STR("{}"));
    }
    return arena_draft_end(arena);
}

static bool is_collection(const Document *doc, uint32_t node)
{
    return node != BASE_NONE &&
           (node_kind(doc, node) == NODE_MAP || node_kind(doc, node) == NODE_SEQ);
}

/* Goes down from node along steps until the path ends, opening a level at each []
 * or {}.  False where the path leads nowhere. */
static bool descend(LinkCursor *cursor, uint32_t node, const uint32_t *steps)
{
    const Document *doc = cursor->doc;
    for (; node != BASE_NONE; steps++) {
        if (*steps == LINK_STEP_END) {
            cursor->node = node;
            return node_kind(doc, node) != NODE_NULL;
        }
        if (*steps != LINK_STEP_ITEMS && *steps != LINK_STEP_KEYS) {
            node = schema_get(doc, node, *steps);
            continue;
        }
        /* What the user wrote may have another shape than its type: a list has no keys. */
        if (!is_collection(doc, node) ||
            (*steps == LINK_STEP_KEYS && node_kind(doc, node) != NODE_MAP))
            return false;
        cursor->level[cursor->depth].steps = steps;
        cursor->level[cursor->depth].list = node;
        cursor->level[cursor->depth].at = node_first(node);
        cursor->depth++;
        return false; /* link_next goes on with the level's first item */
    }
    return false;
}

bool link_step(LinkCursor *cursor)
{
    const Document *doc = cursor->doc;
    if (!cursor->started) {
        cursor->started = true;
        if (cursor->steps[0] > LINK_STEP_ITEMS && cursor->steps[0] != LINK_STEP_KEYS &&
            cursor->steps[1] == LINK_STEP_END) {
            cursor->node = schema_get(doc, cursor->start, cursor->steps[0]);
            return cursor->node != BASE_NONE; /* most paths are one field */
        }
        if (descend(cursor, cursor->start, cursor->steps))
            return true;
    }
    while (cursor->depth) {
        uint32_t level = cursor->depth - 1u;
        uint32_t list = cursor->level[level].list, at = cursor->level[level].at;
        const uint32_t *steps = cursor->level[level].steps;
        if (at >= node_end(doc, list)) {
            cursor->depth--;
            continue;
        }
        bool map = node_kind(doc, list) == NODE_MAP;
        cursor->level[level].at = map ? node_after_entry(doc, at) : node_after(doc, at);
        if (map && (node_at(doc, at)->flags & NODE_SHADOWED))
            continue;
        uint32_t item = map && *steps == LINK_STEP_ITEMS ? at + 1 : at;
        if (steps[1] == LINK_STEP_END && node_kind(doc, item) != NODE_NULL) {
            cursor->node = item; /* most paths end with their list, or with their mapping's keys */
            return true;
        }
        if (descend(cursor, item, steps + 1))
            return true;
    }
    cursor->node = BASE_NONE;
    return false;
}

uint32_t link_follow(const Document *doc, uint32_t node, const uint32_t *steps)
{
    const uint32_t *first = steps;
    uint32_t at = node;
    for (; *steps != LINK_STEP_ITEMS && *steps != LINK_STEP_KEYS; steps++) {
        if (*steps == LINK_STEP_END)
            return node_kind(doc, at) != NODE_NULL ? at : BASE_NONE;
        at = schema_get(doc, at, *steps);
        if (at == BASE_NONE)
            return BASE_NONE;
    }
    LinkCursor cursor = link_walk(doc, node, first);
    return link_next(&cursor) ? cursor.node : BASE_NONE;
}
