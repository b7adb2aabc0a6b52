/* A tree as the JSON that kubectl would send: keys sorted, replaced ones left out. */
#ifndef PLIMSOLL_TESTS_PARSER_WRITTEN_H
#define PLIMSOLL_TESTS_PARSER_WRITTEN_H

#include "parser/parser.h"

#include <stdlib.h>

typedef struct WrittenEntry {
    const Document *doc;
    uint32_t key;
} WrittenEntry;

static inline int written_by_key(const void *a, const void *b)
{
    const WrittenEntry *left = a, *right = b;
    return str_compare(node_str(left->doc, left->key), node_str(right->doc, right->key));
}

static inline void write_json(const Document *doc, uint32_t node, Buf *out);

static inline void write_json_map(const Document *doc, uint32_t node, Buf *out)
{
    VEC(WrittenEntry) entries = {0};
    for (uint32_t at = node_first(node); at < node_end(doc, node); at = node_after_entry(doc, at))
        if (!(doc->nodes[at].flags & NODE_SHADOWED))
            vec_push(&entries, ((WrittenEntry){doc, at}));
    if (entries.len)
        qsort(entries.at, entries.len, sizeof *entries.at, written_by_key);
    buf_byte(out, '{');
    for (uint32_t i = 0; i < entries.len; i++) {
        if (i)
            buf_byte(out, ',');
        buf_json_go(out, node_str(doc, entries.at[i].key));
        buf_byte(out, ':');
        write_json(doc, entries.at[i].key + 1, out);
    }
    buf_byte(out, '}');
    vec_free(&entries);
}

static inline void write_json(const Document *doc, uint32_t node, Buf *out)
{
    if (node_kind(doc, node) == NODE_MAP) {
        write_json_map(doc, node, out);
    } else if (node_kind(doc, node) == NODE_SEQ) {
        buf_byte(out, '[');
        for (uint32_t at = node_first(node); at < node_end(doc, node); at = node_after(doc, at)) {
            if (at != node_first(node))
                buf_byte(out, ',');
            write_json(doc, at, out);
        }
        buf_byte(out, ']');
    } else {
        node_json(doc, node, out);
    }
}

/* Whether a later entry replaced one anywhere: a strict reader refuses that. */
static inline bool has_replaced(const Document *doc)
{
    for (uint32_t i = 0; i < doc->count; i++)
        if (doc->nodes[i].flags & NODE_SHADOWED)
            return true;
    return false;
}

/* As tests/conformance names the ends of a document. */
static inline const char *stage_of(const Document *doc, ParserStatus status)
{
    if (status == PARSER_OK)
        return has_replaced(doc) ? "strict-yaml" : "ok";
    return status == PARSER_EMPTY ? "empty" : "yaml";
}

#endif
