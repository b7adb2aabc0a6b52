/* comments: the two kinds that speak to us, "# plimsoll: …" and "# Source: …".
 *
 * Where the fast reader passed over one, or libyaml read, which drops comments, the bytes are
 * searched for a # with one of the two words behind it, by the masks that every text has.  The
 * tree's scalars tell whether what is found lies in one of them, and so is none. */
#include "parser/fast_masks.h"
#include "parser/yaml.h"

typedef struct Candidates {
    Comment *at;
    uint32_t count;
    uint32_t cap;
} Candidates;

static bool speaks_to_us(const char *at, const char *end)
{
    do
        at++;
    while (at < end && (*at == ' ' || *at == '\t'));
    if (at == end || (*at != 'p' && *at != 'S'))
        return false;
    Str rest = str_slice(at, (size_t)(end - at));
    return str_starts(rest, STR("plimsoll:")) || str_starts(rest, STR("Source:"));
}

bool comments_speak(const char *at, const char *end)
{
    while (at && !speaks_to_us(at, end))
        at = memchr(at + 1, '#', (size_t)(end - at - 1));
    return at != NULL;
}

static void add(Candidates *candidates, Arena *arena, Comment comment)
{
    if (candidates->count == candidates->cap) {
        uint32_t cap = candidates->cap ? candidates->cap * 2 : 8;
        candidates->at = arena_grow(arena, candidates->at, candidates->cap * sizeof comment,
                                    cap * sizeof comment);
        candidates->cap = cap;
    }
    candidates->at[candidates->count++] = comment;
}

static Candidates search(Str text, const FastMask *masks, Arena *arena)
{
    const char *end = text.ptr + text.len;
    Candidates candidates = {0};
    for (size_t block = 0; block * 64 < text.len; block++) {
        uint64_t special = masks[block].quote & ~masks[block].newline;
        for (; special; special &= special - 1) {
            const char *at = text.ptr + block * 64 + (unsigned)__builtin_ctzll(special);
            if (at >= end || *at != '#' || !speaks_to_us(at, end))
                continue;
            const char *to = at;
            while (to < end && *to != '\n' && *to != '\r')
                to++;
            add(&candidates, arena,
                (Comment){(uint32_t)(at - text.ptr), (uint32_t)(to - at)});
        }
    }
    return candidates;
}

/* Where a scalar's text begins: behind the first line of a block, which may end
 * with a comment. */
static uint32_t text_begin(Str text, const Node *node)
{
    uint32_t at = node->offset;
    if (node->style != STYLE_LITERAL && node->style != STYLE_FOLDED)
        return at;
    while (at < text.len && text.ptr[at] != '\n' && text.ptr[at] != '\r')
        at++;
    return at;
}

/* Those between begin and end lie in a scalar: their size becomes 0. */
static void strike(Candidates *candidates, uint32_t begin, uint32_t end)
{
    uint32_t low = 0, high = candidates->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (candidates->at[middle].offset < begin)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < candidates->count && candidates->at[low].offset < end; low++)
        candidates->at[low].size = 0;
}

void comments_find(Document *doc, const FastMap *map, Arena *arena, uint32_t limit)
{
    Str text = str_slice(doc->text.ptr, limit < doc->text.len ? limit : doc->text.len);
    Candidates candidates = search(text, map->at, arena);
    for (uint32_t i = 0; i < doc->count && candidates.count; i++) {
        const Node *node = &doc->nodes[i];
        if (node->kind != NODE_MAP && node->kind != NODE_SEQ && node->size)
            strike(&candidates, text_begin(doc->text, node), node->offset + node->size);
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < candidates.count; i++)
        if (candidates.at[i].size)
            candidates.at[kept++] = candidates.at[i];
    doc->comments = candidates.at;
    doc->comment_count = kept;
}
