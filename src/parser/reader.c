/* reader: one chunk to a Document.  Looks at the encoding, chooses the grammar,
 * and finishes what the readers leave: bytes that are no UTF-8, comments, text that
 * kubectl never sees.
 *
 * YAML is read by the fast reader, and by libyaml where that one is not certain. */
#include "parser/fast.h"

#include <stdlib.h>

struct Parser {
    Arena arena;
    Builder builder;
    Finger fingers[DOCUMENT_FINGERS]; /* those of earlier documents lie there until they are used */
    Buf path;
    uint32_t readings;
    FastMap map;   /* of a chunk that no splitter left one of */
    FastMap ahead; /* lent to a splitter */
    bool libyaml_only;
    bool was_fast;
};

void parser_choose(Parser *parser, const char *reader, const char *simd)
{
    parser->libyaml_only = reader && strcmp(reader, "libyaml") == 0;
    parser->map.simd = parser->ahead.simd = fast_simd_named(simd);
}

Parser *parser_new(void)
{
    Parser *parser = mem_resize(NULL, sizeof *parser);
    memset(parser, 0, sizeof *parser);
    parser_choose(parser, getenv("PLIMSOLL_READER"), getenv("PLIMSOLL_SIMD"));
    return parser;
}

void parser_free(Parser *parser)
{
    if (!parser)
        return;
    builder_free(&parser->builder);
    fast_map_free(&parser->map);
    fast_map_free(&parser->ahead);
    arena_free(&parser->arena);
    buf_free(&parser->path);
    mem_free(parser);
}

bool parser_was_fast(const Parser *parser) { return parser->was_fast; }

void parser_split(Parser *parser, Splitter *splitter, Str stream)
{
    splitter_init(splitter, stream);
    splitter->map = &parser->ahead;
}

FastMap *parser_ahead(Parser *parser) { return &parser->ahead; }

Arena *parser_arena(Parser *parser) { return &parser->arena; }

/* ---- before the grammar ---- */

static bool is_utf16(const Chunk *chunk)
{
    return chunk->base == 0 && chunk->text.len >= 2 &&
           (memcmp(chunk->text.ptr, "\xFF\xFE", 2) == 0 ||
            memcmp(chunk->text.ptr, "\xFE\xFF", 2) == 0);
}

static bool refuse_separator(Builder *builder, const Chunk *chunk)
{
    uint32_t length = (uint32_t)chunk->text.len - chunk->junk;
    while (length > 1 && strchr(" \t\r\n", builder->source.ptr[chunk->junk + length - 1]))
        length--;
    Finding *finding = diag_report(
        builder->diag, &rule_yaml_syntax, builder_place(builder, chunk->junk, length),
        "kubectl takes only a comment behind a --- and refuses the file here%s",
        chunk->junk > 8 ? ", together with the document before it" : "");
    diag_help(builder->diag, finding, "start the document on the next line");
    return false;
}

static Finding *report_byte(Builder *builder, const Chunk *chunk, uint32_t offset)
{
    return diag_report(builder->diag, &rule_yaml_encoding, builder_place(builder, offset, 1),
                       "byte 0x%02X is no UTF-8: kubectl %s",
                       (unsigned)(unsigned char)builder->source.ptr[offset],
                       chunk->marked ? "refuses it in a file with a byte order mark"
                                     : "reads U+FFFD in its place");
}

/* The splitter's map is of the chunk, but where that begins with a byte order mark, ends with a
 * separator that is refused, or was copied and is read too late. */
static const FastMap *map_of(Parser *parser, const Chunk *chunk)
{
    const FastMap *map = chunk->map;
    if (map && map->text.ptr == chunk->text.ptr && map->text.len == chunk->text.len)
        return map;
    fast_map_fill(&parser->map, chunk->text, !chunk->json && !parser->libyaml_only);
    return &parser->map;
}

static bool check_encoding(Builder *builder, const FastMap *map, const Chunk *chunk,
                           EncodingFacts *facts)
{
    /* The masks tell: nothing to look for, and no mark of UTF-16, whose bytes are beyond ASCII. */
    if (!map->control && !map->lone_cr && !map->wide) {
        encoding_clear(facts);
        return true;
    }
    if (is_utf16(chunk)) {
        diag_report(builder->diag, &rule_yaml_encoding, builder_place(builder, 0, 2),
                    "the file is UTF-16, which plimsoll does not read: save it as UTF-8");
        return false;
    }
    if (map->control || map->lone_cr)
        encoding_scan(chunk->text, facts);
    else
        encoding_scan_wide(chunk->text, facts);
    if (!chunk->json && facts->control != BASE_NONE) {
        unsigned char c = (unsigned char)chunk->text.ptr[facts->control];
        unsigned length = utf8_length((const unsigned char *)chunk->text.ptr + facts->control,
                                      chunk->text.len - facts->control);
        diag_report(builder->diag, &rule_yaml_encoding,
                    builder_place(builder, facts->control, length),
                    length > 1 ? "YAML forbids this character"
                               : "YAML forbids the control character 0x%02X", (unsigned)c);
        return false;
    }
    if (facts->bad_count > (chunk->json ? 0 : ENCODING_BAD_BYTES)) {
        report_byte(builder, chunk, facts->bad[0]);
        return false;
    }
    return true;
}

/* ---- the grammar ---- */

/* False: nothing was read, and nothing reported. */
static bool read_fast(Parser *parser, const FastMap *map, const EncodingFacts *facts)
{
    Builder *builder = &parser->builder;
    Str text = builder->source;
    if (parser->libyaml_only || text.len == 0 || map->lone_cr || facts->bad_count ||
        facts->inner_bom || facts->wide_break)
        return false;
    if (text.ptr[text.len - 1] != '\n') { /* the map has one there already */
        char *copy = arena_alloc(builder->arena, text.len + 1);
        memcpy(copy, text.ptr, text.len);
        copy[text.len] = '\n';
        text = str_slice(copy, text.len + 1);
    }
    uint32_t findings = builder->diag->findings.len;
    parser->was_fast = fast_read(builder, map, text);
    if (parser->was_fast)
        return true;
    builder->diag->findings.len = findings;
    builder_begin(builder, builder->arena, builder->diag, builder->source, builder->doc, false);
    return false;
}

/* ---- behind the grammar ---- */

static bool in_scalar(const Builder *builder, uint32_t offset)
{
    for (uint32_t i = 0; i < builder->count; i++) {
        const Node *node = &builder->nodes[i];
        if (node->kind != NODE_MAP && node->kind != NODE_SEQ && node->offset <= offset &&
            offset < node->offset + node->size)
            return true;
    }
    return false;
}

/* In a comment such a byte does no harm; in a value it changes what is sent.  One
 * finding stands for all of a document. */
static bool judge_bytes(Builder *builder, const Chunk *chunk, const EncodingFacts *facts,
                        bool good)
{
    for (uint32_t i = 0; i < facts->bad_count; i++)
        if (!good || chunk->marked || in_scalar(builder, facts->bad[i])) {
            report_byte(builder, chunk, facts->bad[i]);
            return false;
        }
    if (facts->bad_count)
        diag_lower(builder->diag, report_byte(builder, chunk, facts->bad[0]), SEVERITY_WARNING);
    return good;
}

/* A reader's bug that kubectl has: where a byte order mark happens to stand at the
 * start of its buffer, it drops the first character of each line behind it. */
static void report_mark(Builder *builder)
{
    const char *mark = memmem(builder->source.ptr, builder->source.len, "\xEF\xBB\xBF", 3);
    Finding *finding = diag_report(
        builder->diag, &rule_yaml_encoding,
        builder_place(builder, (uint32_t)(mark - builder->source.ptr), 3),
        "an invisible byte order mark stands within the text, where kubectl's reader may misread "
        "the lines behind it");
    diag_lower(builder->diag, finding, SEVERITY_WARNING);
    diag_help(builder->diag, finding, "delete it");
}

static void report_lost(Builder *builder, uint32_t lost)
{
    Str rest = str_slice(builder->source.ptr + lost, builder->source.len - lost);
    uint32_t length = 0;
    while (length < rest.len && rest.ptr[length] != '\n' && rest.ptr[length] != '\r')
        length++;
    Finding *finding = diag_report(
        builder->diag, &rule_yaml_lost_text, builder_place(builder, lost, length),
        "kubectl never reads the text from here on: the document ends before it");
    diag_help(builder->diag, finding, "separate documents with a line of ---");
}

static void fill_document(Parser *parser, const FastMap *map, Document *doc, uint32_t lost)
{
    Builder *builder = &parser->builder;
    doc->nodes = builder->nodes;
    doc->count = builder->count;
    doc->aliases = builder->aliases.at;
    doc->alias_count = builder->aliases.len;
    doc->fingers = parser->fingers;
    doc->path = &parser->path;
    doc->reading = ++parser->readings;
    if (!doc->json && map->special && builder->commented)
        comments_find(doc, map, &parser->arena, lost);
}

ParserStatus parser_read(Parser *parser, const Chunk *chunk, uint32_t source, Diag *diag,
                         Document *doc)
{
    Builder *builder = &parser->builder;
    EncodingFacts facts;
    parser->was_fast = false;
    arena_reset(&parser->arena);
    *doc = (Document){.text = chunk->text,
                      .source = source,
                      .json = chunk->json,
                      .item = -1,
                      .object = BASE_NONE};
    builder_begin(builder, &parser->arena, diag, chunk->text, source, chunk->json);
    if (chunk->text.len > PARSER_MAX_DOCUMENT) {
        diag_report(diag, &rule_yaml_too_large, builder_place(builder, 0, 0),
                    "the document has more than %d bytes", PARSER_MAX_DOCUMENT);
        return PARSER_FAILED;
    }
    if (chunk->junk && !refuse_separator(builder, chunk))
        return PARSER_FAILED;
    const FastMap *map = map_of(parser, chunk);
    if (!check_encoding(builder, map, chunk, &facts))
        return PARSER_FAILED;
    uint32_t lost = BASE_NONE;
    bool good = chunk->json ? json_read(builder, map)
                            : read_fast(parser, map, &facts) || yaml_read(builder, &facts, &lost);
    if (!judge_bytes(builder, chunk, &facts, good) || !builder_finish(builder))
        return PARSER_FAILED;
    if (lost != BASE_NONE)
        report_lost(builder, lost);
    if (facts.inner_bom && !chunk->json)
        report_mark(builder);
    fill_document(parser, map, doc, lost);
    if (doc->count > 0 && doc->nodes[0].kind != NODE_NULL)
        return PARSER_OK;
    doc->count = 0;
    return PARSER_EMPTY;
}
