/* crd_load.c: CRDs of files that are not part of the input (--crds).  They are checked
 * like those of the input, so that what is wrong with one is told at its place, but
 * they are no objects; whatever else lies in the file is passed over. */
#include "schema/crd_shape.h"

static void keep(SchemaChecker *checker, Document *doc, uint32_t node)
{
    ObjectHead head;
    schema_head(doc, node, &head);
    if (!crd_is_definition(&head))
        return;
    doc->root = node;
    doc->object = BASE_NONE;
    Object object;
    schema_open(checker, doc, &head, &object);
    schema_check(checker, doc, &object);
    crd_gather(checker, doc, &head);
}

/* Nested Lists unroll in order, as in the input. */
static void keep_items(SchemaChecker *checker, Document *doc, uint32_t items, int32_t *next_item)
{
    for (uint32_t at = node_first(items); at < node_end(doc, items); at = node_after(doc, at)) {
        uint32_t nested = schema_list_items(doc, at);
        if (nested != BASE_NONE) {
            keep_items(checker, doc, nested, next_item);
        } else {
            doc->item = (*next_item)++;
            keep(checker, doc, at);
        }
    }
}

static void keep_document(SchemaChecker *checker, Parser *parser, Sources *sources,
                          uint32_t file, const Chunk *chunk)
{
    uint32_t id = chunk_add_source(chunk, file, sources);
    uint32_t first_finding = checker->diag->findings.len;
    Document doc;
    ParserStatus status = parser_read(parser, chunk, id, checker->diag, &doc);
    bool speaks_of_one = str_contains(chunk->text, STR("CustomResourceDefinition"));
    if (!speaks_of_one)
        checker->diag->findings.len = first_finding; /* none of ours to judge */
    if (status != PARSER_OK || !speaks_of_one)
        return;
    doc.root = 0;
    doc.item = -1;
    uint32_t items = schema_list_items(&doc, 0);
    int32_t next_item = 0;
    if (items != BASE_NONE)
        keep_items(checker, &doc, items, &next_item);
    else
        keep(checker, &doc, 0);
}

int crd_load_file(SchemaChecker *checker, Parser *parser, Sources *sources, Str path)
{
    FileText text = {0};
    Arena arena = {0};
    int error = file_read(&text, arena_str(&arena, path).ptr);
    arena_free(&arena);
    if (!error) {
        uint32_t file = sources_add_file(sources, path);
        Splitter splitter;
        parser_split(parser, &splitter, str_slice(text.ptr, text.len));
        for (Chunk chunk; splitter_next(&splitter, &chunk);)
            keep_document(checker, parser, sources, file, &chunk);
    }
    file_free(&text);
    return error;
}
