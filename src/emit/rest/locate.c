/* Finds the node that a server's field path means; see locate.h. */
#include "emit/rest/locate.h"

/* The key of the mapping that the path goes on with: the longest, since keys of labels
 * have dots in them that are not escaped. */
static uint32_t enter_key(const Document *doc, uint32_t map, Str *path)
{
    uint32_t best = BASE_NONE;
    size_t length = 0;
    for (uint32_t key = node_first(map); key < node_end(doc, map);
         key = node_after_entry(doc, key)) {
        Str text = node_str(doc, key);
        bool fits = str_starts(*path, text) &&
                    (text.len == path->len || path->ptr[text.len] == '.' ||
                     path->ptr[text.len] == '[');
        if (fits && text.len >= length && !(doc->nodes[key].flags & NODE_SHADOWED)) {
            best = key + 1;
            length = text.len;
        }
    }
    *path = str_slice(path->ptr + length, path->len - length);
    return best;
}

static bool item_has(const Document *doc, uint32_t item, Str key, Str value)
{
    uint32_t node = node_get_text(doc, item, key);
    return node != BASE_NONE && str_eq(node_str(doc, node), value);
}

/* `name="web"` or `port=80,protocol="TCP"`: the item all of whose keys are so.  What is
 * not written may be a default, and does not speak against it. */
static bool item_fits(const Document *doc, uint32_t item, Str keys)
{
    bool some = false;
    while (keys.len) {
        Str pair = str_until(&keys, ',');
        size_t equals = str_find(pair, '=');
        if (equals == pair.len)
            return false;
        Str key = str_slice(pair.ptr, equals);
        Str value = str_slice(pair.ptr + equals + 1, pair.len - equals - 1);
        if (value.len >= 2 && value.ptr[0] == '"')
            value = str_slice(value.ptr + 1, value.len - 2);
        if (item_has(doc, item, key, value))
            some = true;
        else if (node_get_text(doc, item, key) != BASE_NONE)
            return false;
    }
    return some;
}

static uint32_t enter_bracket(const Document *doc, uint32_t node, Str inside)
{
    if (node_kind(doc, node) == NODE_MAP)
        return node_get_text(doc, node, inside);
    if (node_kind(doc, node) != NODE_SEQ)
        return BASE_NONE;
    uint32_t wanted = 0, index = 0;
    bool number = inside.len > 0 && inside.len < 9;
    for (size_t i = 0; i < inside.len; i++) {
        number &= inside.ptr[i] >= '0' && inside.ptr[i] <= '9';
        wanted = wanted * 10 + (uint32_t)(inside.ptr[i] - '0');
    }
    for (uint32_t at = node_first(node); at < node_end(doc, node); at = node_after(doc, at), index++)
        if (number ? index == wanted : item_fits(doc, at, inside))
            return at;
    return BASE_NONE;
}

uint32_t rest_locate(const Document *doc, Str path)
{
    uint32_t node = doc->root;
    while (path.len) {
        uint32_t next = BASE_NONE;
        if (path.ptr[0] == '.') {
            path = str_slice(path.ptr + 1, path.len - 1);
            continue;
        }
        if (path.ptr[0] == '[') {
            size_t end = str_find(path, ']');
            if (end == path.len)
                return node;
            next = enter_bracket(doc, node, str_slice(path.ptr + 1, end - 1));
            path = str_slice(path.ptr + end + 1, path.len - end - 1);
        } else if (node_kind(doc, node) == NODE_MAP) {
            next = enter_key(doc, node, &path);
        }
        if (next == BASE_NONE)
            return node;
        node = next;
    }
    return node;
}
