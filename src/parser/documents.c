/* documents: the documents of a text among the sources, and one after the other for
 * those who want all of a file and nothing else: a configuration, a baseline, rules.
 * What the run itself reads goes chunk by chunk through its workers, which may keep a
 * document that has to wait. */
#include "parser/parser.h"

uint32_t chunk_add_source(const Chunk *chunk, uint32_t file, Sources *sources)
{
    return sources_add_doc(sources, (SourceDoc){.base = chunk->base,
                                                .size = (uint32_t)chunk->text.len,
                                                .file = file,
                                                .index = chunk->index,
                                                .line = chunk->line,
                                                .column = chunk->column,
                                                .json = chunk->json,
                                                .item = chunk->item});
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

/* ---- keeping one ---- */
size_t document_weight(const Document *doc)
{
    return doc->text.len + sizeof *doc->nodes * doc->count;
}

/* Most scalars are slices of the text, and go with it. */
const Document *document_keep(const Document *doc, Arena *arena)
{
    Document *kept = arena_alloc(arena, sizeof *kept);
    char *text = arena_alloc(arena, doc->text.len + FILE_PADDING);
    Node *nodes = arena_alloc(arena, sizeof *nodes * doc->count);
    Alias *aliases = arena_alloc(arena, sizeof *aliases * (doc->alias_count + 1));
    memcpy(text, doc->text.ptr, doc->text.len);
    memset(text + doc->text.len, 0, FILE_PADDING);
    memcpy(nodes, doc->nodes, sizeof *nodes * doc->count);
    if (doc->alias_count)
        memcpy(aliases, doc->aliases, sizeof *aliases * doc->alias_count);
    for (uint32_t i = 0; i < doc->count; i++) {
        if (!node_is_scalar(&nodes[i]) || !nodes[i].text)
            continue;
        uintptr_t at = (uintptr_t)nodes[i].text - (uintptr_t)doc->text.ptr;
        nodes[i].text = at < doc->text.len ? text + at : arena_str(arena, node_str(doc, i)).ptr;
    }
    *kept = (Document){.text = str_slice(text, doc->text.len),
                       .source = doc->source,
                       .nodes = nodes,
                       .count = doc->count,
                       .aliases = aliases,
                       .alias_count = doc->alias_count,
                       .json = doc->json,
                       .item = -1,
                       .object = BASE_NONE};
    return kept;
}
