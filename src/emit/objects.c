/* Objects as kubectl would send them: keys sorted by their bytes, replaced
 * duplicates gone, scalars as the reader typed them.
 *
 * The walk is a loop over an explicit stack, and a mapping's keys are sorted in the
 * scratch arena by their first eight bytes: writing a large input asks malloc for
 * nothing but the output's buffer. */
#include "emit/objects.h"

enum {
    SORT_SMALL = 16,      /* up to here insertion is the faster sort */
    LEVELS_AT_FIRST = 32, /* of the stack; deeper objects make it grow */
};

static uint64_t key_prefix(const Node *key)
{
    uint64_t prefix = 0;
    uint32_t length = key->len < 8 ? key->len : 8;
    for (uint32_t i = 0; i < length; i++)
        prefix |= (uint64_t)(unsigned char)key->text[i] << (56 - 8 * i);
    return prefix;
}

static bool key_before(const Document *doc, const SortKey *a, const SortKey *b)
{
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix;
    return str_compare(node_str(doc, a->node), node_str(doc, b->node)) < 0;
}

static void sort_small(const Document *doc, SortKey *keys, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        SortKey key = keys[i];
        uint32_t at = i;
        for (; at > 0 && key_before(doc, &key, &keys[at - 1]); at--)
            keys[at] = keys[at - 1];
        keys[at] = key;
    }
}

/* Runs sorted by insertion, then merged pairwise between the array and a spare one. */
static SortKey *sort_large(const Document *doc, SortKey *keys, uint32_t count, Arena *scratch)
{
    for (uint32_t from = 0; from < count; from += SORT_SMALL)
        sort_small(doc, keys + from, count - from < SORT_SMALL ? count - from : SORT_SMALL);
    SortKey *from = keys, *to = arena_alloc(scratch, sizeof *to * count);
    for (size_t run = SORT_SMALL; run < count; run *= 2) {
        for (size_t start = 0; start < count; start += 2 * run) {
            size_t middle = start + run < count ? start + run : count;
            size_t end = middle + run < count ? middle + run : count;
            size_t left = start, right = middle;
            for (size_t at = start; at < end; at++) {
                bool take_right =
                    left == middle || (right < end && key_before(doc, &from[right], &from[left]));
                to[at] = take_right ? from[right++] : from[left++];
            }
        }
        SortKey *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

SortKey *object_sort_keys(const Document *doc, uint32_t map, Arena *scratch, uint32_t *count)
{
    SortKey *keys = arena_alloc(scratch, sizeof *keys * ((size_t)doc->nodes[map].len + 1));
    uint32_t kept = 0, end = node_end(doc, map);
    for (uint32_t key = node_first(map); key < end; key = node_after_entry(doc, key))
        if (!(doc->nodes[key].flags & NODE_SHADOWED))
            keys[kept++] = (SortKey){key_prefix(&doc->nodes[key]), key};
    *count = kept;
    if (kept > SORT_SMALL)
        return sort_large(doc, keys, kept, scratch);
    sort_small(doc, keys, kept);
    return keys;
}

/* A collection that is being written. */
typedef struct Level {
    const SortKey *keys;   /* NULL for a sequence */
    uint32_t at, end;      /* of keys; of nodes for a sequence */
    uint32_t first;        /* at, before anything was written */
} Level;

static Level level_open(const Document *doc, uint32_t node, Arena *scratch)
{
    Level level = {.at = node_first(node), .end = node_end(doc, node)};
    if (node_kind(doc, node) == NODE_MAP) {
        level.keys = object_sort_keys(doc, node, scratch, &level.end);
        level.at = 0;
    }
    level.first = level.at;
    return level;
}

void emit_object_json(const Document *doc, uint32_t node, Arena *scratch, Buf *out)
{
    uint32_t depth = 0, room = LEVELS_AT_FIRST;
    Level *levels = arena_alloc(scratch, sizeof *levels * room);
    uint32_t value = node;
    for (;;) {
        if (doc->nodes[value].kind >= NODE_MAP) {
            if (depth == room) {
                levels = arena_grow(scratch, levels, sizeof *levels * room,
                                    sizeof *levels * room * 2);
                room *= 2;
            }
            levels[depth++] = level_open(doc, value, scratch);
            buf_byte(out, levels[depth - 1].keys ? '{' : '[');
        } else {
            node_json(doc, value, out);
        }
        while (depth > 0 && levels[depth - 1].at == levels[depth - 1].end)
            buf_byte(out, levels[--depth].keys ? '}' : ']');
        if (depth == 0)
            return;
        Level *level = &levels[depth - 1];
        if (level->at != level->first)
            buf_byte(out, ',');
        if (level->keys) {
            uint32_t key = level->keys[level->at++].node;
            buf_json_go(out, node_str(doc, key));
            buf_byte(out, ':');
            value = key + 1;
        } else {
            value = level->at;
            level->at = node_after(doc, value);
        }
    }
}

void object_writer_open(ObjectWriter *writer, const ObjectFormat *format, Out *out)
{
    *writer = (ObjectWriter){.format = format, .out = out};
    format->begin(writer);
}

void object_writer_put(ObjectWriter *writer, const Document *doc, uint32_t node)
{
    writer->format->object(writer, doc, node);
    writer->count++;
    arena_reset(&writer->scratch);
    out_spill(writer->out);
}

const ObjectFormat *object_writer_part(const ObjectWriter *writer)
{
    return object_format_find(str_of(writer->format->part));
}

void object_writer_join(ObjectWriter *writer, Str part, uint64_t count)
{
    if (!count)
        return;
    writer->format->join(writer, part, count);
    writer->count += count;
    out_spill(writer->out);
}

void object_writer_close(ObjectWriter *writer)
{
    writer->format->end(writer);
    out_spill(writer->out);
    arena_free(&writer->scratch);
    buf_free(&writer->held);
}
