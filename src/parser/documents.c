/* documents: the documents of a text among the sources, and one after the other for
 * those who want all of a file and nothing else: a configuration, a baseline, rules.
 * What the run itself reads goes chunk by chunk through its workers. */
#include "parser/parser.h"

uint32_t chunk_add_source(const Chunk *chunk, uint32_t file, Sources *sources)
{
    return sources_add_doc(sources, (SourceDoc){.base = chunk->base,
                                                .size = (uint32_t)chunk->text.len,
                                                .file = file,
                                                .index = chunk->index,
                                                .line = chunk->line,
                                                .column = chunk->column,
                                                .json = chunk->json});
}

void documents_open(Documents *documents, Str text, uint32_t file, Sources *sources, Diag *diag)
{
    *documents = (Documents){
        .parser = parser_new(), .sources = sources, .diag = diag, .file = file};
    parser_split(documents->parser, &documents->splitter, text);
}

bool documents_next(Documents *documents, Document *doc)
{
    for (Chunk chunk; splitter_next(&documents->splitter, &chunk);) {
        uint32_t source = chunk_add_source(&chunk, documents->file, documents->sources);
        if (parser_read(documents->parser, &chunk, source, documents->diag, doc) == PARSER_OK)
            return true;
    }
    return false;
}

void documents_close(Documents *documents) { parser_free(documents->parser); }
