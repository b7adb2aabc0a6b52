/* tojson: what our reader makes of many small inputs, one line of JSON for each, for
 * comparison with the harness's `parse -batch len` (docs/conformance.md).
 *
 *     tojson [-t] <inputs      each: decimal length, line feed, that many bytes
 *
 * {"n":0,"docs":[{"doc":0,"stage":"ok","rules":["…"],"json":{…}}]}
 * stage: ok, strict-yaml (a key is given twice: a tree is there), yaml (refused) or
 * empty.  -t adds "tree", the dump as text. */
#include "../unit/parser_written.h"

#include <unistd.h>

typedef struct Batch {
    FileText input;
    size_t at;
    Parser *parser;
    Sources sources;
    Diag diag;
    Out out;
    bool tree;
} Batch;

static void write_tree(Batch *batch, const Document *doc)
{
    Out text = {.fd = -1};
    document_dump(doc, &text);
    buf_text(&batch->out.buf, ",\"tree\":");
    buf_json(&batch->out.buf, buf_slice(&text.buf));
    buf_free(&text.buf);
}

static void write_rules(Batch *batch)
{
    Buf *out = &batch->out.buf;
    buf_text(out, ",\"rules\":[");
    for (uint32_t i = 0; i < batch->diag.findings.len; i++) {
        const Finding *finding = &batch->diag.findings.at[i];
        buf_format(out, "%s[\"%s\",\"%s\",%u,%u,", i ? "," : "", finding->rule->id,
                   severity_name(finding->severity), finding->place.offset,
                   finding->place.length);
        buf_json(out, finding->message);
        buf_byte(out, ']');
    }
    buf_byte(out, ']');
}

static void write_document(Batch *batch, const Chunk *chunk)
{
    Buf *out = &batch->out.buf;
    Document doc;
    diag_free(&batch->diag);
    batch->diag = (Diag){0};
    ParserStatus status = parser_read(batch->parser, chunk, 0, &batch->diag, &doc);
    buf_format(out, "{\"doc\":%u,\"base\":%llu,\"size\":%zu", chunk->index,
               (unsigned long long)chunk->base, chunk->text.len);
    write_rules(batch);
    if (batch->tree && status != PARSER_FAILED)
        write_tree(batch, &doc);
    if (status == PARSER_OK) {
        buf_text(out, ",\"json\":");
        write_json(&doc, 0, out);
    }
    buf_format(out, ",\"stage\":\"%s\"}", stage_of(&doc, status));
}

static void answer(Batch *batch, uint32_t number, Str input)
{
    Buf *out = &batch->out.buf;
    Splitter splitter;
    Chunk chunk;
    buf_format(out, "{\"n\":%u,\"docs\":[", number);
    splitter_init(&splitter, input);
    for (bool first = true; splitter_next(&splitter, &chunk); first = false) {
        if (!first)
            buf_byte(out, ',');
        write_document(batch, &chunk);
    }
    buf_text(out, "]}\n");
    out_spill(&batch->out);
}

/* Each input in memory of its own, so that a sanitizer sees a step beyond it. */
static bool next_input(Batch *batch, Str *input)
{
    size_t length = 0;
    if (batch->at >= batch->input.len)
        return false;
    while (batch->at < batch->input.len && batch->input.ptr[batch->at] != '\n')
        length = length * 10 + (size_t)(batch->input.ptr[batch->at++] - '0');
    batch->at++;
    if (length > batch->input.len - batch->at)
        fatal("the last input is cut off");
    char *copy = mem_resize(NULL, length + 1);
    memcpy(copy, batch->input.ptr + batch->at, length);
    *input = str_slice(mem_resize(copy, length ? length : 1), length);
    batch->at += length;
    return true;
}

int main(int argc, char **argv)
{
    Batch batch = {.parser = parser_new(), .tree = argc > 1 && strcmp(argv[1], "-t") == 0};
    out_init(&batch.out, STDOUT_FILENO);
    if (file_read_fd(&batch.input, STDIN_FILENO))
        fatal("stdin cannot be read");
    Str input;
    for (uint32_t number = 0; next_input(&batch, &input); number++) {
        answer(&batch, number, input);
        mem_free((void *)(uintptr_t)input.ptr);
    }
    parser_free(batch.parser);
    diag_free(&batch.diag);
    file_free(&batch.input);
    return out_close(&batch.out) ? 0 : 2;
}
