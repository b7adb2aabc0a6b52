/* crd_pack.c: a CRD's spec as bytes, from which its shapes are made when some object waits
 * for one of its kinds.
 *
 * Most definitions of an input have no object there, so what is kept of each is small: the
 * nodes in the order of the document without what only people read, an eighth of what its
 * shapes take.  Of a large file's definitions, which are many, nothing is kept but a hash.
 *
 * The number of nodes stands in front; a node is a byte with its kind and its length (31: the
 * length follows in four bytes) and its text; an entry that is left out is one byte.  A
 * fingerprint of all texts, prose too, tells one form of a CRD from another. */
#include "schema/crd_read.h"

enum { LEFT_OUT = 7, KIND_BITS = 3, LENGTH_FOLLOWS = 31 };
_Static_assert((int)NODE_SEQ < (int)LEFT_OUT, "kinds and that mark go into three bits");

/* ---- the fingerprint ---- */

/* 32 bytes a step, in lanes that do not wait for each other. */
typedef struct Lanes {
    uint64_t a, b, c, d;
} Lanes;

static inline Lanes mix(Lanes lanes, const char *text)
{
    lanes.a = (lanes.a ^ str_load8(text)) * HASH_FACTOR;
    lanes.b = (lanes.b ^ str_load8(text + 8)) * HASH_FACTOR;
    lanes.c = (lanes.c ^ str_load8(text + 16)) * HASH_FACTOR;
    lanes.d = (lanes.d ^ str_load8(text + 24)) * HASH_FACTOR;
    return lanes;
}

/* Descriptions are most of a CRD. */
uint64_t crd_hash_text(uint64_t seed, Str text)
{
    if (text.len < sizeof(Lanes))
        return hash_mix(seed, (uint64_t)text.len << 32 | str_hash(text));
    Lanes lanes = {seed, 1, 2, 3};
    const char *last = text.ptr + text.len - sizeof lanes;
    for (const char *at = text.ptr; at < last; at += sizeof lanes)
        lanes = mix(lanes, at);
    lanes = mix(lanes, last);
    return hash_mix(hash_mix(hash_mix(hash_mix(text.len, lanes.a), lanes.b), lanes.c), lanes.d);
}

/* ---- packing ---- */

/* Most texts here are short words, which need no call. */
static inline void copy_text(char *to, const char *text, uint32_t len)
{
    uint64_t first, last;
    uint32_t front, back;
    if (len > 16) {
        memcpy(to, text, len);
    } else if (len >= 8) {
        memcpy(&first, text, 8);
        memcpy(&last, text + len - 8, 8);
        memcpy(to, &first, 8);
        memcpy(to + len - 8, &last, 8);
    } else if (len >= 4) {
        memcpy(&front, text, 4);
        memcpy(&back, text + len - 4, 4);
        memcpy(to, &front, 4);
        memcpy(to + len - 4, &back, 4);
    } else {
        for (uint32_t i = 0; i < len; i++)
            to[i] = text[i];
    }
}

static inline void put(Buf *out, unsigned kind, uint32_t len, const char *text)
{
    uint32_t size = kind < NODE_MAP ? len : 0;
    buf_reserve(out, 1 + sizeof len + (size_t)size);
    char *to = out->ptr + out->len;
    bool fits = len < LENGTH_FOLLOWS;
    *to++ = (char)(kind | (fits ? len : LENGTH_FOLLOWS) << KIND_BITS);
    if (!fits) {
        memcpy(to, &len, sizeof len);
        to += sizeof len;
    }
    copy_text(to, text, size);
    out->len = (size_t)(to + size - out->ptr);
}

/* Names are bound in schemas only: in defaults and enums nothing is prose. */
static inline bool is_prose(const Node *key)
{
    return (key->bind == SCHEMA_NAME_description || key->bind == SCHEMA_NAME_title) &&
           key[1].kind == NODE_STRING;
}

Str crd_pack(Arena *arena, const Document *doc, uint32_t spec, uint64_t *fingerprint)
{
    Buf *out = arena_draft(arena);
    const Node *nodes = doc->nodes, *end = &nodes[node_after(doc, spec)];
    uint64_t prose = 0;
    uint32_t count = 0;
    buf_str(out, str_slice((const char *)&count, sizeof count));
    for (const Node *at = &nodes[spec]; at < end;) {
        bool key = at->flags & NODE_KEY;
        if (key && ((at->flags & NODE_SHADOWED) || is_prose(at))) {
            if (!(at->flags & NODE_SHADOWED))
                prose = crd_hash_text(prose, str_slice(at[1].text, at[1].len));
            put(out, LEFT_OUT, 0, "");
            at = &nodes[at[1].next];
        } else {
            put(out, at->kind, at->len, at->text);
            count++;
            at++;
        }
    }
    memcpy(out->ptr, &count, sizeof count);
    *fingerprint = crd_hash_text(prose, buf_slice(out));
    return arena_draft_end(arena);
}

/* ---- unpacking ---- */

typedef struct Unpacker {
    const char *at;
    Node *nodes;
    uint32_t count;
} Unpacker;

/* What is packed next.  False where it was left out. */
static bool unpack(Unpacker *unpacker, uint16_t flags)
{
    unsigned head = (unsigned char)*unpacker->at++;
    uint32_t len = head >> KIND_BITS;
    if (len == LENGTH_FOLLOWS) {
        memcpy(&len, unpacker->at, sizeof len);
        unpacker->at += sizeof len;
    }
    unsigned kind = head & LEFT_OUT;
    if (kind == LEFT_OUT)
        return false;
    Node *node = &unpacker->nodes[unpacker->count++];
    *node = (Node){.len = len, .kind = (uint8_t)kind, .flags = flags, .bind = SCHEMA_UNBOUND};
    if (node_is_scalar(node)) {
        node->text = unpacker->at;
        unpacker->at += len;
    }
    for (uint32_t i = 0; i < len && kind == NODE_SEQ; i++)
        unpack(unpacker, 0);
    for (uint32_t i = 0; i < len && kind == NODE_MAP; i++)
        if (unpack(unpacker, NODE_KEY))
            unpack(unpacker, 0);
        else
            node->len--;
    node->next = unpacker->count;
    return true;
}

Document crd_unpack(Arena *arena, Str packed, bool json)
{
    uint32_t count;
    memcpy(&count, packed.ptr, sizeof count);
    Unpacker unpacker = {.at = packed.ptr + sizeof count,
                         .nodes = arena_alloc(arena, sizeof *unpacker.nodes * count)};
    unpack(&unpacker, 0);
    return (Document){.source = BASE_NONE, .nodes = unpacker.nodes, .count = count, .json = json,
                      .item = -1, .object = BASE_NONE};
}
