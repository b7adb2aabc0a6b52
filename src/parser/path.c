/* path: a node's place in words (spec.ports[0].nodePort), as a JSON pointer, and as
 * a range of the input.
 *
 * Nodes know no parent; paths are made for findings only, by walking down from the
 * root to the child whose subtree holds the node. */
#include "parser/parser.h"

uint32_t node_get_text(const Document *doc, uint32_t map, Str key)
{
    uint32_t found = BASE_NONE;
    if (map >= doc->count || doc->nodes[map].kind != NODE_MAP)
        return BASE_NONE;
    uint32_t end = node_end(doc, map);
    for (uint32_t at = node_first(map); at < end; at = node_after_entry(doc, at)) {
        const Node *name = node_at(doc, at);
        if (name->len == key.len && bytes_same(name->text, key.ptr, key.len))
            found = at + 1;
    }
    return found;
}

/* Ways down start at the root or at the object under hand; each has its own fingers. */
enum { FROM_ROOT = 0, FROM_OBJECT = DOCUMENT_FINGERS / 2 };

static Finger *finger_at(const Document *doc, uint32_t start, uint32_t depth)
{
    return doc->fingers && depth < DOCUMENT_FINGERS / 2 ? &doc->fingers[start + depth] : NULL;
}

/* Whether the last step from there, in this document, led to that child or one before it. */
static bool is_finger(const Document *doc, const Finger *finger, uint32_t from, uint32_t to)
{
    return finger && finger->from == from && finger->child <= to && finger->nodes == doc->nodes &&
           finger->reading == doc->reading;
}

/* The child (of a mapping: the key) whose subtree holds `to`, from this one on; index is
 * counted on.  There is one. */
static inline uint32_t find_child(const Node *nodes, bool map, uint32_t at, uint32_t to,
                                  uint32_t *index)
{
    uint32_t passed = 0;
    for (uint32_t after; (after = nodes[at + map].next) <= to; passed++)
        at = after;
    *index += passed;
    return at;
}

/* One step down: the child (of a mapping: the value) whose subtree, or whose key,
 * is `to`, and its index in a sequence. */
static uint32_t step_down(const Document *doc, uint32_t from, uint32_t to, Finger *finger,
                          uint32_t *index)
{
    bool map = doc->nodes[from].kind == NODE_MAP;
    uint32_t at = node_first(from);
    *index = 0;
    if (is_finger(doc, finger, from, to)) {
        at = finger->child;
        *index = finger->index;
    }
    if (to >= node_end(doc, from))
        return BASE_NONE;
    at = find_child(doc->nodes, map, at, to, index);
    if (finger)
        *finger = (Finger){.nodes = doc->nodes, .reading = doc->reading, .from = from,
                            .child = at, .index = *index};
    return at + map;
}

uint32_t document_child(const Document *doc, uint32_t from, uint32_t to, uint32_t *index)
{
    Finger *finger = doc->fingers ? &doc->fingers[from % DOCUMENT_FINGERS] : NULL;
    return step_down(doc, from, to, finger, index);
}

static bool is_within(const Document *doc, uint32_t root, uint32_t node)
{
    return node > root && node < node_end(doc, root);
}

uint32_t document_parent(const Document *doc, uint32_t node)
{
    uint32_t at = 0, parent = BASE_NONE, index;
    for (uint32_t depth = 0; at < node && is_within(doc, at, node); depth++) {
        parent = at;
        at = step_down(doc, at, node, finger_at(doc, FROM_ROOT, depth), &index);
        if (doc->nodes[parent].kind == NODE_MAP && node == at - 1)
            break; /* a key */
    }
    return parent;
}

const Alias *document_alias(const Document *doc, uint32_t node)
{
    uint32_t low = 0, high = doc->alias_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (doc->aliases[middle].node <= node)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    const Alias *alias = &doc->aliases[low - 1];
    return node < node_after(doc, alias->node) ? alias : NULL;
}

/* ---- the server's form ---- */

/* What a plain word is made of; it begins with no digit and no hyphen. */
static const uint8_t IN_WORD[256] = {
    ['$'] = 1, ['-'] = 1, ['_'] = 1, ['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1,
    ['5'] = 1, ['6'] = 1, ['7'] = 1, ['8'] = 1, ['9'] = 1, ['A'] = 1, ['B'] = 1, ['C'] = 1,
    ['D'] = 1, ['E'] = 1, ['F'] = 1, ['G'] = 1, ['H'] = 1, ['I'] = 1, ['J'] = 1, ['K'] = 1,
    ['L'] = 1, ['M'] = 1, ['N'] = 1, ['O'] = 1, ['P'] = 1, ['Q'] = 1, ['R'] = 1, ['S'] = 1,
    ['T'] = 1, ['U'] = 1, ['V'] = 1, ['W'] = 1, ['X'] = 1, ['Y'] = 1, ['Z'] = 1, ['a'] = 1,
    ['b'] = 1, ['c'] = 1, ['d'] = 1, ['e'] = 1, ['f'] = 1, ['g'] = 1, ['h'] = 1, ['i'] = 1,
    ['j'] = 1, ['k'] = 1, ['l'] = 1, ['m'] = 1, ['n'] = 1, ['o'] = 1, ['p'] = 1, ['q'] = 1,
    ['r'] = 1, ['s'] = 1, ['t'] = 1, ['u'] = 1, ['v'] = 1, ['w'] = 1, ['x'] = 1, ['y'] = 1,
    ['z'] = 1,
};

/* Whether eight bytes are letters.  Sums reach a byte's upper bit from a, and from behind z;
 * what has that bit by itself is none. */
static inline bool are_letters(uint64_t bytes)
{
    uint64_t lower = bytes | BASE_EACH_BYTE(0x20);
    uint64_t from_a = lower + BASE_EACH_BYTE(0x80 - 'a');
    uint64_t behind_z = lower + BASE_EACH_BYTE(0x7F - 'z');
    return (from_a & ~behind_z & ~bytes & BASE_EACH_BYTE(0x80)) == BASE_EACH_BYTE(0x80);
}

/* Copies a key; false unless it is made of letters alone, as nearly all names of fields are,
 * and at least of four. */
static inline bool copy_letters(char *to, Str key)
{
    uint32_t first, last;
    uint64_t bytes;
    bool letters = true;
    if (key.len < 4)
        return false;
    if (key.len < 8) {
        memcpy(&first, key.ptr, 4);
        memcpy(&last, key.ptr + key.len - 4, 4);
        memcpy(to, &first, 4);
        memcpy(to + key.len - 4, &last, 4);
        return are_letters(first | (uint64_t)last << 32);
    }
    for (size_t at = 0; at + 8 < key.len; at += 8) {
        memcpy(&bytes, key.ptr + at, 8);
        memcpy(to + at, &bytes, 8);
        letters &= are_letters(bytes);
    }
    memcpy(&bytes, key.ptr + key.len - 8, 8);
    memcpy(to + key.len - 8, &bytes, 8);
    return letters & are_letters(bytes);
}

/* Copies a key; false where it is no plain word. */
static bool copy_word(char *to, Str key)
{
    if (copy_letters(to, key))
        return true;
    bool plain = key.len > 0 && !is_digit(key.ptr[0]) && key.ptr[0] != '-';
    for (size_t i = 0; i < key.len && plain; i++) {
        to[i] = key.ptr[i];
        plain = IN_WORD[(unsigned char)key.ptr[i]];
    }
    return plain;
}

/* False where it is no plain word.  It is written as one while it is looked at. */
static bool add_key(Buf *path, Str key)
{
    buf_reserve(path, key.len + 1);
    char *start = path->ptr + path->len;
    bool follows = path->len > 0;
    if (copy_word(start + follows, key)) {
        if (follows)
            *start = '.';
        path->len += follows + key.len;
        return true;
    }
    buf_byte(path, '[');
    buf_str(path, key);
    buf_byte(path, ']');
    return false;
}

static void add_index(Buf *path, uint32_t index)
{
    buf_byte(path, '[');
    buf_uint(path, index);
    buf_byte(path, ']');
}

Str document_path(const Document *doc, uint32_t node, Arena *arena)
{
    bool plain;
    return document_path_of(doc, node, arena, &plain);
}

Str document_path_of(const Document *doc, uint32_t node, Arena *arena, bool *plain)
{
    return arena_str(arena, document_path_draft(doc, node, arena, plain));
}

/* The child that the step at this finger leads to if it is the last path's, whose text is
 * still there, or BASE_NONE. */
static uint32_t same_step(const Document *doc, uint32_t from, uint32_t to, const Finger *finger)
{
    if (!is_finger(doc, finger, from, to) || !finger->text)
        return BASE_NONE;
    bool map = doc->nodes[from].kind == NODE_MAP;
    uint32_t child = finger->child + map;
    return to < doc->nodes[child].next ? child : BASE_NONE;
}

/* Paths of one object begin alike: what the last one has in common with this is not written
 * again. */
Str document_path_draft(const Document *doc, uint32_t node, Arena *arena, bool *plain)
{
    const Node *nodes = doc->nodes;
    Buf *path = doc->fingers ? doc->path : arena_draft(arena);
    bool same = true, words = true;
    path->len = 0;
    uint32_t at = doc->root, depth = 0;
    while (node > at && node < nodes[at].next) {
        bool map = nodes[at].kind == NODE_MAP;
        Finger *finger = finger_at(doc, FROM_OBJECT, depth++);
        uint32_t child = same ? same_step(doc, at, node, finger) : BASE_NONE;
        if (child != BASE_NONE) {
            at = child;
            path->len = finger->text;
            words = finger->plain;
        } else {
            same = false;
            bool near = is_finger(doc, finger, at, node);
            uint32_t from = at, index = near ? finger->index : 0;
            child = find_child(nodes, map, near ? finger->child : node_first(at), node, &index);
            at = child + map;
            if (map)
                words &= add_key(path, str_slice(nodes[child].text, nodes[child].len));
            else
                add_index(path, index);
            if (finger)
                *finger = (Finger){.nodes = nodes, .reading = doc->reading, .from = from,
                                    .child = child, .index = index,
                                    .text = (uint32_t)path->len & INT32_MAX, .plain = words};
        }
        if (map && node == at - 1)
            break;
    }
    *plain = words;
    /* What was written may reach over the text of a way that led further down from here. */
    Finger *beyond = finger_at(doc, FROM_OBJECT, depth);
    if (!same && beyond)
        beyond->text = 0;
    return buf_slice(path);
}

/* ---- RFC 6901 ---- */

static void add_pointer_key(Buf *path, Str key)
{
    for (size_t i = 0; i < key.len; i++) {
        if (key.ptr[i] == '~')
            buf_text(path, "~0");
        else if (key.ptr[i] == '/')
            buf_text(path, "~1");
        else
            buf_byte(path, key.ptr[i]);
    }
}

Str document_pointer(const Document *doc, uint32_t node, Arena *arena)
{
    Buf *path = arena_draft(arena);
    uint32_t at = 0, index;
    for (uint32_t depth = 0; is_within(doc, at, node); depth++) {
        bool map = doc->nodes[at].kind == NODE_MAP;
        at = step_down(doc, at, node, finger_at(doc, FROM_ROOT, depth), &index);
        buf_byte(path, '/');
        if (map)
            add_pointer_key(path, node_str(doc, at - 1));
        else
            buf_uint(path, index);
        if (map && node == at - 1)
            break;
    }
    return arena_draft_end(arena);
}

Str path_pointer(Str start, Str path, Arena *arena)
{
    Buf *pointer = arena_draft(arena);
    buf_str(pointer, start);
    if (path.len && path.ptr[0] != '[')
        buf_byte(pointer, '/');
    for (size_t i = 0; i < path.len; i++)
        if (path.ptr[i] != ']')
            buf_byte(pointer, path.ptr[i] == '.' || path.ptr[i] == '[' ? '/' : path.ptr[i]);
    return arena_draft_end(arena);
}

/* ---- findings ---- */

Place document_place(const Document *doc, uint32_t node)
{
    return (Place){.doc = doc->source,
                   .offset = doc->nodes[node].offset,
                   .length = doc->nodes[node].size,
                   .file = BASE_NONE};
}

Finding *document_report(Diag *diag, const Document *doc, uint32_t node, const RuleInfo *rule,
                         const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Finding *finding = diag_vreport(diag, rule, document_place(doc, node), format, args);
    va_end(args);
    if (!finding)
        return NULL;
    finding->object = doc->object;
    finding->path = document_path(doc, node, &diag->arena);
    finding->pointer = document_pointer(doc, node, &diag->arena);
    const Alias *alias = document_alias(doc, node);
    if (alias) {
        Place place = {doc->source, alias->offset, alias->size, BASE_NONE};
        diag_note(diag, finding, place, "it comes in here through an alias");
    }
    return finding;
}
