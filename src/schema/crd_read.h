/* crd_read.h: values of a CRD under the reader's hand, by keys' texts, before or after its
 * tree is bound.  What is not there, or of another kind, is empty, false or BASE_NONE.
 * Texts are copied into the reader's arena.  Internal to the crd files. */
#ifndef PLIMSOLL_CRD_READ_H
#define PLIMSOLL_CRD_READ_H

#include "schema/crd_shape.h"

static inline bool crd_is_kind(const CrdReader *reader, uint32_t node, NodeKind kind)
{
    return node_kind(reader->doc, node) == kind;
}

static inline Str crd_read_text(CrdReader *reader, uint32_t node)
{
    return node != BASE_NONE && crd_is_kind(reader, node, NODE_STRING)
               ? arena_str(reader->arena, node_str(reader->doc, node))
               : str_slice("", 0);
}

static inline Str crd_text_under(CrdReader *reader, uint32_t map, const char *key)
{
    return crd_read_text(reader, map == BASE_NONE ? BASE_NONE
                                                  : node_get_text(reader->doc, map, str_of(key)));
}

static inline bool crd_is_true(const CrdReader *reader, uint32_t node)
{
    return node != BASE_NONE && crd_is_kind(reader, node, NODE_BOOL) && node_bool(reader->doc, node);
}

static inline bool crd_true_under(const CrdReader *reader, uint32_t map, const char *key)
{
    return map != BASE_NONE && crd_is_true(reader, node_get_text(reader->doc, map, str_of(key)));
}

static inline uint32_t crd_map_under(const CrdReader *reader, uint32_t map, const char *key)
{
    uint32_t node = map == BASE_NONE ? BASE_NONE : node_get_text(reader->doc, map, str_of(key));
    return node != BASE_NONE && crd_is_kind(reader, node, NODE_MAP) ? node : BASE_NONE;
}

#endif
