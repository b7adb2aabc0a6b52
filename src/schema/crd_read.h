/* crd_read.h: values of a CRD under the reader's hand, by keys' texts, before or after its
 * tree is bound.  What is not there, or of another kind, is empty, false or BASE_NONE.
 * Texts are copied into the reader's arena unless it borrows them.  Internal to the crd files. */
#ifndef PLIMSOLL_CRD_READ_H
#define PLIMSOLL_CRD_READ_H

#include "schema/crd_shape.h"

static inline bool crd_is_kind(const CrdReader *reader, uint32_t node, NodeKind kind)
{
    return node_kind(reader->doc, node) == kind;
}

static inline Str crd_keep_text(CrdReader *reader, Str text)
{
    return reader->borrows ? text : arena_str(reader->arena, text);
}

static inline Str crd_read_text(CrdReader *reader, uint32_t node)
{
    return node != BASE_NONE && crd_is_kind(reader, node, NODE_STRING)
               ? crd_keep_text(reader, node_str(reader->doc, node))
               : str_slice("", 0);
}

/* What stands under several keys of a mapping, in one pass over it: nodes[i] is the value of
 * keys[i], or BASE_NONE. */
static inline void crd_find(const CrdReader *reader, uint32_t map, const Str *keys, size_t count,
                            uint32_t *nodes)
{
    const Document *doc = reader->doc;
    for (size_t i = 0; i < count; i++)
        nodes[i] = BASE_NONE;
    if (map == BASE_NONE || !crd_is_kind(reader, map, NODE_MAP))
        return;
    for (uint32_t key = node_first(map); key < node_end(doc, map); key = node_after_entry(doc, key)) {
        const Node *name = node_at(doc, key);
        for (size_t i = 0; i < count; i++)
            if (keys[i].len == name->len && bytes_same(keys[i].ptr, name->text, name->len))
                nodes[i] = key + 1;
    }
}

static inline bool crd_is_true(const CrdReader *reader, uint32_t node)
{
    return node != BASE_NONE && crd_is_kind(reader, node, NODE_BOOL) && node_bool(reader->doc, node);
}

static inline bool crd_true_under(const CrdReader *reader, uint32_t map, const char *key)
{
    return map != BASE_NONE && crd_is_true(reader, node_get_text(reader->doc, map, str_of(key)));
}

static inline uint32_t crd_map_at(const CrdReader *reader, uint32_t node)
{
    return node != BASE_NONE && crd_is_kind(reader, node, NODE_MAP) ? node : BASE_NONE;
}

#endif
