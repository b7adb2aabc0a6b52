/* parser: any bytes through splitter, readers and tree, with the promises of
 * parser.h checked on what comes out. */
#include "parser/yaml.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                          \
    do {                                                                          \
        if (!(condition)) {                                                       \
            (void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                              \
        }                                                                         \
    } while (0)

static bool is_collection(const Node *node)
{
    return node->kind == NODE_MAP || node->kind == NODE_SEQ;
}

/* A scalar's span, read again, is its value. */
static void check_token(const Document *doc, uint32_t index, Arena *arena)
{
    const Node *node = &doc->nodes[index];
    bool readable = node->style == STYLE_PLAIN || node->style == STYLE_SINGLE ||
                    node->style == STYLE_DOUBLE;
    if (!readable || (node->flags & NODE_TAGGED) || memmem(doc->text.ptr, doc->text.len, "\r\r\n", 3))
        return;
    Str token = str_slice(doc->text.ptr + node->offset, node->size);
    Str value = yaml_decode((NodeStyle)node->style, token, arena);
    bool quoted = node->style != STYLE_PLAIN;
    CHECK(!quoted || (token.len >= 2 && token.ptr[0] == token.ptr[token.len - 1]));
    if (node->flags & NODE_KEY) {
        ScalarValue typed = quoted ? (ScalarValue){.type = SCALAR_STRING} : scalar_value(value);
        if ((node->flags & NODE_ALIASED) || !scalar_key(&typed, value, &value, arena))
            return; /* the latter within what a duplicate replaced */
    } else if (!(node->flags & NODE_ALIASED)) {
        CHECK((quoted ? NODE_STRING : scalar_resolve(value)) == node->kind);
    }
    CHECK(str_eq(value, node_str(doc, index)));
}

static void check_node(const Document *doc, uint32_t index, uint32_t parent, Arena *arena)
{
    const Node *node = &doc->nodes[index];
    CHECK(node->next > index && node->next <= doc->count);
    CHECK((uint64_t)node->offset + node->size <= doc->text.len);
    CHECK(!(node->flags & NODE_KEY) || node->kind == NODE_STRING);
    CHECK(node->bind == BASE_NONE && !(node->flags & NODE_UNSPEAKABLE));
    CHECK(is_collection(node) == (node->text == NULL));
    bool foreign = node->flags & (NODE_ALIASED | NODE_MERGED);
    if (parent != BASE_NONE && !foreign && !(doc->nodes[parent].flags & NODE_ALIASED)) {
        const Node *outer = &doc->nodes[parent];
        CHECK(node->offset >= outer->offset &&
              node->offset + node->size <= outer->offset + outer->size);
    }
    if (node->flags & NODE_ALIAS_ROOT)
        CHECK(document_alias(doc, index) && document_alias(doc, index)->node == index);
    if (!is_collection(node))
        check_token(doc, index, arena);
}

static void check_collection(const Document *doc, uint32_t index, Arena *arena)
{
    const Node *node = &doc->nodes[index];
    uint32_t entries = 0;
    uint32_t at = node_first(index);
    for (; at < node_end(doc, index); entries++) {
        bool map = node->kind == NODE_MAP;
        CHECK(!!(doc->nodes[at].flags & NODE_KEY) == map);
        check_node(doc, at, index, arena);
        if (map)
            check_node(doc, at + 1, index, arena);
        at = map ? node_after_entry(doc, at) : node_after(doc, at);
    }
    CHECK(at == node_end(doc, index) && entries == node->len);
}

static void check_document(const Document *doc, Arena *arena)
{
    check_node(doc, 0, BASE_NONE, arena);
    for (uint32_t i = 0; i < doc->count; i++)
        if (is_collection(&doc->nodes[i]))
            check_collection(doc, i, arena);
    uint32_t step = doc->count / 16 + 1;
    for (uint32_t i = 0; i < doc->count; i += step) {
        (void)document_path(doc, i, arena);
        (void)document_pointer(doc, i, arena);
        CHECK((document_parent(doc, i) == BASE_NONE) == (i == 0));
    }
    for (uint32_t i = 0; i < doc->comment_count; i++)
        CHECK(doc->text.ptr[doc->comments[i].offset] == '#');
    Out out = {.fd = -1};
    document_dump(doc, &out);
    buf_free(&out.buf);
}

static void check_findings(const Diag *diag, const Chunk *chunk, ParserStatus status)
{
    bool failed = false;
    for (uint32_t i = 0; i < diag->findings.len; i++) {
        const Finding *finding = &diag->findings.at[i];
        CHECK((uint64_t)finding->place.offset + finding->place.length <= chunk->text.len);
        for (uint32_t note = 0; note < finding->note_count; note++)
            CHECK((uint64_t)finding->notes[note].place.offset + finding->notes[note].place.length <=
                  chunk->text.len);
        failed = failed || finding->severity == SEVERITY_ERROR;
    }
    CHECK(status != PARSER_FAILED || failed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Parser *parser = parser_new();
    Splitter splitter;
    Chunk chunk;
    Arena arena = {0};
    uint64_t at = 0;
    splitter_init(&splitter, str_slice((const char *)data, size));
    for (uint32_t index = 0; splitter_next(&splitter, &chunk); index++) {
        Diag diag = {0};
        Document doc;
        CHECK(chunk.index == index && chunk.base >= at && chunk.base + chunk.text.len <= size);
        at = chunk.base + chunk.text.len;
        ParserStatus status = parser_read(parser, &chunk, 0, &diag, &doc);
        CHECK((status == PARSER_OK) == (doc.count > 0));
        if (status == PARSER_OK)
            check_document(&doc, &arena);
        check_findings(&diag, &chunk, status);
        arena_reset(&arena);
        diag_free(&diag);
    }
    arena_free(&arena);
    parser_free(parser);
    return 0;
}
