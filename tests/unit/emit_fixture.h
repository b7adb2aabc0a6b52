/* What the unit tests of the emit room share: an input in memory, findings at the
 * words of its text, and the report as one string. */
#ifndef PLIMSOLL_TESTS_EMIT_FIXTURE_H
#define PLIMSOLL_TESTS_EMIT_FIXTURE_H

#include "unit.h"

#include "emit/emit.h"

typedef struct Fixture {
    Sources sources;
    Diag diag;
    Interner strings;
    Facts *facts;
    Report report;
    Out out;
} Fixture;

static const RuleInfo FIXTURE_RULE = {"a-rule", ORIGIN_LINK, SEVERITY_ERROR, "", "", ""};

static inline void fixture_open(Fixture *fixture)
{
    *fixture = (Fixture){0};
    sources_init(&fixture->sources);
    interner_init(&fixture->strings);
    fixture->facts = facts_new(&fixture->strings);
    fixture->report = (Report){
        .sources = &fixture->sources,
        .diag = &fixture->diag,
        .facts = fixture->facts,
        .summary = {.target = {.oldest = 37, .newest = 37}},
    };
    out_init(&fixture->out, -1);
}

static inline void fixture_close(Fixture *fixture)
{
    buf_free(&fixture->out.buf);
    facts_free(fixture->facts);
    interner_free(&fixture->strings);
    diag_free(&fixture->diag);
    sources_free(&fixture->sources);
}

/* A file with one document; returns the document. */
static inline uint32_t fixture_text(Fixture *fixture, const char *name, const char *text)
{
    uint32_t file = sources_add_file(&fixture->sources, str_of(name));
    FileText kept = {.len = strlen(text)};
    kept.ptr = mem_resize(NULL, kept.len + FILE_PADDING);
    memset(kept.ptr, 0, kept.len + FILE_PADDING);
    memcpy(kept.ptr, text, kept.len);
    sources_keep(&fixture->sources, file, kept);
    SourceDoc doc = {.size = (uint32_t)kept.len, .file = file, .line = 1, .column = 1};
    return sources_add_doc(&fixture->sources, doc);
}

/* The place of a part of a document's text. */
static inline Place fixture_place(Fixture *fixture, uint32_t doc, const char *part)
{
    const SourceFile *file = &fixture->sources.files.at[fixture->sources.docs.at[doc].file];
    const char *at = memmem(file->kept->ptr, file->kept->len, part, strlen(part));
    assert_non_null(at);
    return (Place){doc, (uint32_t)(at - file->kept->ptr), (uint32_t)strlen(part), BASE_NONE};
}

/* What the format makes of the report; good until the next call. */
static inline Str fixture_report(Fixture *fixture, const char *format)
{
    fixture->out.buf.len = 0;
    report_format_find(str_of(format))->write(&fixture->report, &fixture->out);
    return buf_slice(&fixture->out.buf);
}

#endif
