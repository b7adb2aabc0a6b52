/* One document read, opened and checked; its findings as lines to compare:
 *   rule path | message | help | versions        (what is empty is left out) */
#ifndef PLIMSOLL_SCHEMA_FIXTURE_H
#define PLIMSOLL_SCHEMA_FIXTURE_H

#include "unit.h"

#include "names.h"
#include "schema/links.h"
#include "schema/schema.h"

typedef struct Bench {
    Parser *parser;
    Interner strings;
    Diag diag;
    SchemaOptions options;
    SchemaChecker checker;
    Document doc;
    Object object;
    CheckStatus status;
    Buf lines;
} Bench;

static inline void bench_begin(Bench *bench, const char *versions)
{
    *bench = (Bench){.parser = parser_new()};
    interner_init(&bench->strings);
    Str error;
    assert_true(schema_target_parse(str_of(versions), &bench->options.target,
                                    parser_arena(bench->parser), &error));
    bench->checker = (SchemaChecker){
        .options = &bench->options,
        .diag = &bench->diag,
        .strings = &bench->strings,
        .scratch = parser_arena(bench->parser),
        .complete = true,
    };
}

/* Reads the document and leaves it unchecked. */
static inline void bench_read(Bench *bench, const char *text)
{
    Splitter splitter;
    Chunk chunk;
    splitter_init(&splitter, str_of(text));
    assert_true(splitter_next(&splitter, &chunk));
    assert_int_equal(parser_read(bench->parser, &chunk, 0, &bench->diag, &bench->doc), PARSER_OK);
    bench->doc.root = 0;
    bench->doc.item = -1;
    bench->doc.object = 0;
}

static inline void bench_word(Buf *lines, const char *before, Str word)
{
    if (word.len)
        buf_format(lines, "%s%.*s", before, STR_ARG(word));
}

static inline void bench_lines(Bench *bench)
{
    bench->lines.len = 0;
    for (uint32_t i = 0; i < bench->diag.findings.len; i++) {
        const Finding *finding = &bench->diag.findings.at[i];
        buf_format(&bench->lines, "%s%s %.*s", finding->later ? "later " : "", finding->rule->id,
                   STR_ARG(finding->path));
        bench_word(&bench->lines, " as ", finding->server_path);
        bench_word(&bench->lines, " | ", finding->message);
        bench_word(&bench->lines, " | ", finding->help);
        bench_word(&bench->lines, " | ", finding->versions);
        buf_byte(&bench->lines, '\n');
    }
    buf_byte(&bench->lines, '\0');
}

static inline Object bench_open(Bench *bench)
{
    ObjectHead head;
    schema_head(&bench->doc, bench->doc.root, &head);
    Object object;
    schema_open(&bench->checker, &bench->doc, &head, &object);
    return object;
}

static inline bool bench_is_object(const Bench *bench, uint32_t node)
{
    ObjectHead head;
    schema_head(&bench->doc, node, &head);
    return head_is_object(&head);
}

static inline void bench_check(Bench *bench, const char *text)
{
    bench_read(bench, text);
    bench->diag.findings.len = 0; /* the parser's are tested elsewhere */
    bench->object = bench_open(bench);
    bench->status = schema_check(&bench->checker, &bench->doc, &bench->object);
    bench_lines(bench);
}

static inline void bench_end(Bench *bench)
{
    buf_free(&bench->lines);
    schema_checker_free(&bench->checker);
    diag_free(&bench->diag);
    interner_free(&bench->strings);
    parser_free(bench->parser);
}

/* One document, checked for these versions, gives these lines. */
static inline void expect(const char *versions, const char *text, const char *lines)
{
    Bench bench;
    bench_begin(&bench, versions);
    bench_check(&bench, text);
    assert_string_equal(bench.lines.ptr, lines);
    bench_end(&bench);
}

#define assert_interned(bench, id, text) assert_str(interned(&(bench)->strings, id), text)

#endif
