/* Reads a text as plimsoll does, for the parser's tests: the documents of a stream,
 * one after the other. */
#ifndef PLIMSOLL_TESTS_PARSER_FIXTURE_H
#define PLIMSOLL_TESTS_PARSER_FIXTURE_H

#include "unit.h"

#include "parser_written.h"

#include <stdio.h>

typedef struct Reading {
    Parser *parser;
    Splitter splitter;
    Chunk chunk;
    Diag diag;
    Document doc;
    ParserStatus status;
    Buf text;   /* what the last call of a shown_* wrote */
    Buf source; /* a text that was made for this reading */
} Reading;

static inline void reading_begin(Reading *reading, Str stream)
{
    *reading = (Reading){.parser = parser_new()};
    splitter_init(&reading->splitter, stream);
}

/* The next document, its findings alone in diag. */
static inline bool reading_next(Reading *reading)
{
    diag_free(&reading->diag);
    reading->diag = (Diag){0};
    if (!splitter_next(&reading->splitter, &reading->chunk))
        return false;
    reading->status = parser_read(reading->parser, &reading->chunk, 0, &reading->diag, &reading->doc);
    return true;
}

/* The first document of a text. */
static inline void reading_of(Reading *reading, const char *text)
{
    reading_begin(reading, str_of(text));
    assert_true(reading_next(reading));
}

static inline void reading_end(Reading *reading)
{
    diag_free(&reading->diag);
    parser_free(reading->parser);
    buf_free(&reading->text);
    buf_free(&reading->source);
}

static inline const char *shown(Reading *reading)
{
    buf_byte(&reading->text, '\0');
    return reading->text.ptr;
}

static inline const char *shown_json(Reading *reading)
{
    reading->text.len = 0;
    if (reading->status == PARSER_OK)
        write_json(&reading->doc, 0, &reading->text);
    else
        buf_text(&reading->text, stage_of(&reading->doc, reading->status));
    return shown(reading);
}

/* Each finding as "severity rule @offset+length", separated by "; ". */
static inline const char *shown_findings(Reading *reading)
{
    reading->text.len = 0;
    for (uint32_t i = 0; i < reading->diag.findings.len; i++) {
        const Finding *finding = &reading->diag.findings.at[i];
        buf_format(&reading->text, "%s%s %s @%u+%u", i ? "; " : "",
                   severity_name(finding->severity), finding->rule->id, finding->place.offset,
                   finding->place.length);
    }
    return shown(reading);
}

#endif
