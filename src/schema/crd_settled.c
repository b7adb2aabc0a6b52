/* crd_settled.c: schemas of a CRD that its validation passes over, found before shapes are made.
 *
 * Three of four schemas say nothing that some rule looks at, nor do those within them.  The walk
 * has bound their keys, and the bits of a mapping's names say so with one look.  Below a schema
 * that has another keyword everything is read: a rule about it may ask for what is there. */
#include "schema/crd_shape.h"

typedef struct Settling {
    const Document *doc;
    uint32_t root;
    uint8_t *of; /* CrdReader.settled */
} Settling;

static bool settle(Settling *settling, uint32_t node);

/* All of them are asked, also where one is not settled. */
static bool settle_all(Settling *settling, uint32_t properties)
{
    const Document *doc = settling->doc;
    bool settled = node_kind(doc, properties) == NODE_MAP;
    if (settled)
        for (uint32_t key = node_first(properties); key < node_end(doc, properties);
             key = node_after_entry(doc, key))
            settled &= settle(settling, key + 1) && !(node_at(doc, key)->flags & NODE_SHADOWED);
    return settled;
}

static bool is_known_format(const Document *doc, uint32_t format, CrdType type)
{
    CrdFormat known = crd_format_find(node_str(doc, format), (uint16_t)(1u << type));
    return node_kind(doc, format) == NODE_STRING && known != CRD_NO_FORMAT &&
           crd_format_versions(known) == SCHEMA_ALL_VERSIONS;
}

/* Where this says no of a schema that has nothing, it is read for nothing, and no more. */
static bool settle(Settling *settling, uint32_t node)
{
#define UNRULED_NAME(keyword, name) UINT64_C(1) << (SCHEMA_NAME_##name & 63) |
    const uint64_t RULED = ~(CRD_UNRULED(UNRULED_NAME) UINT64_C(0));
    const Document *doc = settling->doc;
    const Node *map = node_at(doc, node);
    uint32_t format = BASE_NONE;
    CrdType type = CRD_UNTYPED;
    bool settled = true, itemless = true;
    if (map->kind != NODE_MAP || !map->names || (map->names & RULED))
        return false;
    for (uint32_t key = node_first(node); key < node_end(doc, node);
         key = node_after_entry(doc, key)) {
        switch (node_at(doc, key)->bind) {
        case SCHEMA_NAME_type: type = crd_type_of_word(node_str(doc, key + 1)); break;
        case SCHEMA_NAME_format: format = key + 1; break;
        case SCHEMA_NAME_properties: settled &= settle_all(settling, key + 1); break;
        case SCHEMA_NAME_items:
            itemless = false;
            settled &= settle(settling, key + 1);
            break;
        case SCHEMA_UNBOUND: settled = false; break; /* not in all versions, or not the last */
        default: break;
        }
    }
    settled &= type != CRD_UNTYPED && type <= CRD_STRING && !(type == CRD_ARRAY && itemless) &&
               (format == BASE_NONE || is_known_format(doc, format, type));
    settling->of[node - settling->root] = settled ? (uint8_t)type : CRD_UNASKED;
    return settled;
}

/* What the root and its metadata say is looked at in any case. */
const uint8_t *crd_find_settled(Arena *arena, const Document *doc, uint32_t root)
{
    Settling settling = {doc, root, arena_zero(arena, node_after(doc, root) - root)};
    settle(&settling, root);
    uint32_t properties = node_get_text(doc, root, STR("properties"));
    uint32_t metadata = properties == BASE_NONE
                            ? BASE_NONE
                            : node_get_text(doc, properties, STR("metadata"));
    settling.of[0] = CRD_UNKNOWN;
    if (metadata != BASE_NONE)
        settling.of[metadata - root] = CRD_UNKNOWN;
    return settling.of;
}
