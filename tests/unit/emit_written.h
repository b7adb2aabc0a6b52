/* What the unit tests of the object formats share: a text, read and written again. */
#ifndef PLIMSOLL_TESTS_EMIT_WRITTEN_H
#define PLIMSOLL_TESTS_EMIT_WRITTEN_H

#include "unit.h"

#include "emit/emit.h"

/* Reads every document of a text and writes it in the format. */
static inline Buf written(const char *format, Str text)
{
    Sources sources;
    sources_init(&sources);
    Diag diag = {0};
    Parser *parser = parser_new();
    Out out;
    out_init(&out, -1);
    ObjectWriter writer;
    object_writer_open(&writer, object_format_find(str_of(format)), &out);

    FileText padded = {0};
    padded.len = text.len;
    padded.ptr = mem_resize(NULL, padded.len + FILE_PADDING);
    memset(padded.ptr, 0, padded.len + FILE_PADDING);
    memcpy(padded.ptr, text.ptr, padded.len);
    uint32_t file = sources_add_file(&sources, STR("a.yaml"));
    Splitter splitter;
    Chunk chunk;
    splitter_init(&splitter, str_slice(padded.ptr, padded.len));
    while (splitter_next(&splitter, &chunk)) {
        uint32_t source = sources_add_doc(&sources, (SourceDoc){.file = file, .line = chunk.line,
                                                                .column = chunk.column});
        Document doc;
        assert_int_equal(parser_read(parser, &chunk, source, &diag, &doc), PARSER_OK);
        object_writer_put(&writer, &doc, doc.root);
    }
    object_writer_close(&writer);
    mem_free(padded.ptr);
    parser_free(parser);
    diag_free(&diag);
    sources_free(&sources);
    return out.buf;
}

#define assert_written(format, text, expected)      \
    do {                                            \
        Buf buf_ = written(format, str_of(text));           \
        assert_str(buf_slice(&buf_), expected);     \
        buf_free(&buf_);                            \
    } while (0)

#endif
