/* readers: two ways to read the same bytes, and whether they say the same: every field
 * of every node, the text, comments, aliases, findings, status.  For the fuzz target and
 * for the tool that goes over files. */
#ifndef PLIMSOLL_TESTS_READERS_H
#define PLIMSOLL_TESTS_READERS_H

#include "parser/fast_masks.h"
#include "parser/parser.h"

typedef struct Reading {
    Parser *parser;
    Diag diag;
    Document doc;
    ParserStatus status;
} Reading;

static inline void reading_begin(Reading *reading, const char *reader, const char *simd)
{
    memset(reading, 0, sizeof *reading);
    reading->parser = parser_new();
    parser_choose(reading->parser, reader, simd);
}

static inline void reading_read(Reading *reading, const Chunk *chunk)
{
    diag_free(&reading->diag);
    reading->diag = (Diag){0};
    reading->status = parser_read(reading->parser, chunk, 0, &reading->diag, &reading->doc);
}

static inline void reading_end(Reading *reading)
{
    diag_free(&reading->diag);
    parser_free(reading->parser);
}

static inline bool same_place(Place a, Place b)
{
    return a.doc == b.doc && a.offset == b.offset && a.length == b.length && a.file == b.file;
}

static inline bool same_finding(const Finding *a, const Finding *b)
{
    if (a->rule != b->rule || a->severity != b->severity || !same_place(a->place, b->place) ||
        !str_eq(a->message, b->message) || !str_eq(a->help, b->help) ||
        a->note_count != b->note_count)
        return false;
    for (uint32_t i = 0; i < a->note_count; i++)
        if (!same_place(a->notes[i].place, b->notes[i].place) ||
            !str_eq(a->notes[i].message, b->notes[i].message))
            return false;
    return true;
}

static inline bool same_node(const Node *a, const Node *b)
{
    return a->len == b->len && a->next == b->next && a->offset == b->offset &&
           a->size == b->size && a->kind == b->kind && a->style == b->style &&
           a->flags == b->flags && a->bind == b->bind && !a->text == !b->text &&
           (!a->text || memcmp(a->text, b->text, a->len) == 0);
}

/* NULL where the two say the same, else what differs; at: which of them. */
static inline const char *readings_differ(const Reading *a, const Reading *b, uint32_t *at)
{
    *at = 0;
    if (a->status != b->status)
        return "status";
    if (a->diag.findings.len != b->diag.findings.len)
        return "number of findings";
    for (; *at < a->diag.findings.len; ++*at)
        if (!same_finding(&a->diag.findings.at[*at], &b->diag.findings.at[*at]))
            return "finding";
    *at = 0;
    if (a->doc.count != b->doc.count)
        return "number of nodes";
    for (; *at < a->doc.count; ++*at)
        if (!same_node(&a->doc.nodes[*at], &b->doc.nodes[*at]))
            return "node";
    *at = 0;
    if (a->doc.comment_count != b->doc.comment_count || a->doc.alias_count != b->doc.alias_count)
        return "number of comments or aliases";
    for (; *at < a->doc.comment_count; ++*at)
        if (a->doc.comments[*at].offset != b->doc.comments[*at].offset ||
            a->doc.comments[*at].size != b->doc.comments[*at].size)
            return "comment";
    for (*at = 0; *at < a->doc.alias_count; ++*at)
        if (memcmp(&a->doc.aliases[*at], &b->doc.aliases[*at], sizeof(Alias)) != 0)
            return "alias";
    return NULL;
}

#endif
