/* fuzz target: a List item by item against the same in one piece.  Of bytes that are taken for a
 * List which can be read so, the whole is a List without findings, with the same items at the
 * same places, or the target aborts.  What is taken for a stream of JSON has the documents that
 * the splitter finds.
 *
 * The bytes are taken as they are, and, since few are a List, as documents that become the items
 * of one. */
#include <sys/mman.h>
#include <unistd.h>

#include "cli/run.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

enum { LONGEST = 1 << 18 };

static FileHandle file = {.fd = -1, .regular = true};
static Options options;
static Sources sources;
static ReportSummary summary;
static Worker worker, whole;

static void differ(const char *what, uint32_t item)
{
    (void)fprintf(stderr, "item %u: %s\n", item, what);
    abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    file.fd = memfd_create("list", 0);
    if (file.fd < 0)
        abort();
    sources_init(&sources);
    worker_init(&worker, &options, &sources, &summary, NULL);
    worker_equip(&worker);
    worker_init(&whole, &options, &sources, &summary, NULL);
    worker_equip(&whole);
    return 0;
}

/* Whether the item at that node of the whole is what was read by itself. */
static bool same_item(const Document *item, uint64_t base, const Document *all, uint32_t root)
{
    if (all->nodes[root].next - root != item->count)
        return false;
    for (uint32_t i = 0; i < item->count; i++) {
        const Node *a = &item->nodes[i], *b = &all->nodes[root + i];
        if (a->len != b->len || a->next + root != b->next || a->offset + base != b->offset ||
            a->size != b->size || a->kind != b->kind || a->style != b->style ||
            a->flags != b->flags || !a->text != !b->text ||
            (node_is_scalar(a) && a->text && memcmp(a->text, b->text, a->len) != 0))
            return false;
    }
    return true;
}

static void split_whole(Splitter *splitter)
{
    if (file_read_span(&whole.window, file.fd, 0, (size_t)file.size, (size_t)file.size))
        abort();
    parser_split(whole.parser, splitter, str_slice(whole.window.ptr, whole.window.len));
}

/* Reads the whole as one document. */
static void read_whole(Document *doc)
{
    Splitter splitter;
    Chunk chunk, more;
    split_whole(&splitter);
    if (!splitter_next(&splitter, &chunk))
        differ("there is no document", 0);
    if (parser_read(whole.parser, &chunk, 0, &whole.diag, doc) != PARSER_OK ||
        whole.diag.findings.len || doc->comment_count)
        differ("the whole is not read without a word", 0);
    if (splitter_next(&splitter, &more))
        differ("there is another document", 0);
}

/* Documents and lines of a window are counted from its own start. */
static void compare_stream(const ListCuts *cuts)
{
    Splitter splitter;
    Chunk chunk, wanted;
    ListReader reader;
    uint32_t docs = 0, lines = 0;
    Windows windows = list_windows(cuts, file.size);
    split_whole(&splitter);
    for (uint64_t window = 0; window < windows.count; window++) {
        list_open(&reader, worker.parser, &worker.window, &file, windows, window);
        while (list_read(&reader, &chunk) == LIST_ITEM)
            if (!splitter_next(&splitter, &wanted) || !str_eq(wanted.text, chunk.text) ||
                wanted.base != chunk.base || wanted.index != docs + chunk.index ||
                wanted.line != lines + chunk.line || wanted.column != chunk.column ||
                wanted.json != chunk.json || chunk.item)
                differ("it is no such document", chunk.index);
        docs += list_docs(windows, window);
        lines += list_lines(windows, window);
    }
    if (splitter_next(&splitter, &wanted))
        differ("there are more documents", wanted.index);
}

static void compare_list(const ListCuts *cuts)
{
    Document doc, item;
    Chunk chunk;
    ListReader reader;
    read_whole(&doc);
    uint32_t items = schema_list_items(&doc, 0), number = 0;
    if (items == BASE_NONE)
        differ("the whole is no List", 0);
    uint32_t at = node_first(items);
    Windows windows = list_windows(cuts, file.size);
    for (uint64_t window = 0; window < windows.count; window++) {
        list_open(&reader, worker.parser, &worker.window, &file, windows, window);
        while (list_read(&reader, &chunk) == LIST_ITEM) {
            if (chunk.index != number || at == node_end(&doc, items))
                differ("it is one too many, or another one", chunk.index);
            if (parser_read(worker.parser, &chunk, 0, &worker.diag, &item) != PARSER_OK ||
                worker.diag.findings.len || !same_item(&item, chunk.base, &doc, at))
                differ("it is read otherwise", number);
            at = node_after(&doc, at);
            number++;
        }
    }
    if (at != node_end(&doc, items))
        differ("there are more", number);
}

static void try_text(const char *text, size_t len)
{
    if (ftruncate(file.fd, 0) || pwrite(file.fd, text, len, 0) != (ssize_t)len)
        abort();
    file.size = len;
    ListCuts *cuts = list_find(&worker, &file);
    if (cuts && list_is_stream(cuts))
        compare_stream(cuts);
    else if (cuts)
        compare_list(cuts);
    list_free(cuts);
    diag_free(&worker.diag);
    diag_free(&whole.diag);
    worker.diag = whole.diag = (Diag){0};
}

/* Each document's lines moved to the right, its first one behind a dash with so many spaces
 * before it. */
static void put_items(Buf *out, Str text, size_t indent)
{
    bool first = true;
    out->len = 0;
    buf_text(out, "apiVersion: v1\nitems:\n");
    for (size_t end; text.len; text = str_slice(text.ptr + end, text.len - end)) {
        end = str_find(text, '\n');
        Str line = str_slice(text.ptr, end);
        end += end < text.len;
        if (str_starts(line, STR("---"))) {
            first = true;
            continue;
        }
        buf_repeat(out, ' ', indent);
        buf_text(out, first ? "- " : "  ");
        buf_str(out, line);
        buf_byte(out, '\n');
        first = false;
    }
    buf_text(out, "kind: List\n");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Buf list = {0};
    if (size > LONGEST)
        return 0;
    try_text((const char *)data, size);
    for (size_t indent = 0; indent <= 2; indent += 2) {
        put_items(&list, str_slice((const char *)data, size), indent);
        try_text(list.ptr, list.len);
    }
    buf_free(&list);
    return 0;
}
