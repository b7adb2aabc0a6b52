/* list: a large file that holds one List, as `kubectl get -o yaml` and `-o json` write what a
 * cluster holds; or a stream of JSON, as `plimsoll snapshot` does.
 *
 * It is looked through once, item by item: whether what stands around the items is an empty
 * List, and each item is one object that reads by itself as it does within.  Where it does not
 * (an anchor of one item that another one uses, a List within the List, a comment that
 * speaks to us, anything to report), the file is read in one piece.  Then it is read again in
 * windows, as a stream of its items.  Of JSON documents only their ends are looked for. */
#include "cli/run.h"

/* Before an item. */
typedef struct ListCut {
    uint64_t base;
    uint32_t item, line, column;
} ListCut;

struct ListCuts {
    VEC(ListCut) at; /* the last one is where the items end */
    VEC(uint32_t) sizes; /* of JSON's items, whose ends take as long to find as to read; and one
                            that nothing has */
    uint32_t indent;
    bool json, stream;
};

/* ---- items of a text that is read on and on ---- */

static bool is_last(const ListReader *reader)
{
    return reader->base + reader->text->len >= reader->end;
}

/* Puts what is next to the text's beginning, and as much behind it as is read at once. */
static void read_on(ListReader *reader)
{
    FileText *text = reader->text;
    ListSplitter *splitter = &reader->splitter;
    size_t had = text->len - splitter->at, more = had < WINDOW_PIECE / 2 ? WINDOW_PIECE - had : had;
    if (had)
        memmove(text->ptr, text->ptr + splitter->at, had);
    text->len = had;
    reader->base += splitter->at;
    splitter->at = 0;
    uint64_t left = reader->end - reader->base - had;
    reader->error = file_read_more(text, reader->file->fd, reader->base + had,
                                   more < left ? more : (size_t)left);
    if (text->len == had)
        reader->end = reader->base + had; /* the file became shorter */
    splitter->text = text->ptr;
    splitter->len = text->len;
}

ListStep list_read(ListReader *reader, Chunk *chunk)
{
    ListStep step;
    while ((step = list_next(&reader->splitter, is_last(reader), chunk)) == LIST_MORE &&
           !reader->error)
        read_on(reader);
    chunk->base += reader->base;
    return reader->error ? LIST_BAD : step;
}

static void reader_begin(ListReader *reader, Parser *parser, FileText *text, const FileHandle *file,
                         uint64_t end)
{
    *reader = (ListReader){.text = text, .file = file, .end = end};
    reader->splitter.map = parser_ahead(parser);
    text->len = 0;
}

/* ---- windows ---- */

static const ListCut *cut_at(Windows windows, uint64_t number)
{
    const ListCuts *cuts = windows.list;
    uint64_t last = cuts->at.len - 1, at = number < windows.count ? number * windows.size : last;
    return &cuts->at.at[at];
}

Windows list_windows(const ListCuts *cuts, uint64_t size)
{
    uint64_t count = cuts->at.len - 1, step = window_size(size) / WINDOW_PIECE;
    return (Windows){.count = (count + step - 1) / step, .size = step, .list = cuts};
}

uint32_t list_lines(Windows windows, uint64_t number)
{
    uint32_t before = number ? cut_at(windows, number)->line : 1;
    return cut_at(windows, number + 1)->line - before;
}

uint32_t list_docs(Windows windows, uint64_t number)
{
    uint32_t items = cut_at(windows, number + 1)->item - cut_at(windows, number)->item;
    return list_is_stream(windows.list) ? items : number + 1 == windows.count;
}

void list_open(ListReader *reader, Parser *parser, FileText *text, const FileHandle *file,
               Windows windows, uint64_t number)
{
    const ListCut *first = cut_at(windows, number);
    reader_begin(reader, parser, text, file, cut_at(windows, number + 1)->base);
    reader->base = first->base;
    reader->splitter.json = windows.list->json;
    reader->splitter.indent = windows.list->indent;
    reader->splitter.stream = list_is_stream(windows.list);
    reader->splitter.index = reader->splitter.stream ? 0 : first->item;
    if (reader->splitter.json)
        reader->splitter.sizes = windows.list->sizes.at + first->item;
    reader->splitter.within = true;
    reader->splitter.line = number ? 1 : first->line;
    reader->splitter.column = first->column;
    read_on(reader);
}

/* ---- the look through ---- */

/* Whether a document may end in the text's midst: a line of dots ends it, and libyaml knows more
 * line ends than LF.  The fast reader takes none of these. */
static bool may_end(Str text)
{
    static const char *const ENDS[] = {"\n...", "\r", "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"};
    for (size_t i = 0; i < BASE_COUNT(ENDS); i++)
        if (str_contains(text, str_of(ENDS[i])))
            return true;
    return false;
}

/* Reads it as it will be read, and forgets it. */
static bool reads_well(Worker *worker, const Chunk *chunk, ObjectHead *head)
{
    Document doc;
    uint32_t findings = worker->diag.findings.len;
    bool good = parser_read(worker->parser, chunk, 0, &worker->diag, &doc) == PARSER_OK &&
                worker->diag.findings.len == findings && !doc.comment_count &&
                node_kind(&doc, 0) == NODE_MAP &&
                (chunk->json || parser_was_fast(worker->parser) || !may_end(chunk->text));
    worker->diag.findings.len = findings;
    if (good)
        schema_head(&doc, 0, head);
    return good;
}

static bool is_object(Worker *worker, const Chunk *chunk)
{
    ObjectHead head;
    return reads_well(worker, chunk, &head) && head.api_version.len && head.kind.len &&
           head.items == BASE_NONE;
}

/* The text of an empty List, and no other document. */
static bool is_list(Worker *worker, Buf *text)
{
    Splitter splitter;
    Chunk chunk;
    ObjectHead head;
    size_t len = text->len;
    buf_repeat(text, 0, FILE_PADDING);
    parser_split(worker->parser, &splitter, str_slice(text->ptr, len));
    return splitter_next(&splitter, &chunk) && chunk.text.len == len &&
           reads_well(worker, &chunk, &head) && head.items != BASE_NONE;
}

/* Without what stands before it in its line. */
static uint32_t size_of_value(const Chunk *chunk)
{
    size_t spaces = 0;
    while (chunk->text.ptr[spaces] == ' ')
        spaces++;
    return (uint32_t)(chunk->text.len - spaces);
}

static void add_cut(ListCuts *cuts, const Chunk *chunk)
{
    ListCut cut = {chunk->base, chunk->index, chunk->line, chunk->column};
    uint32_t count = cuts->at.len;
    if (!count || chunk->base - cuts->at.at[count - 1].base >= WINDOW_PIECE)
        vec_push(&cuts->at, cut);
    if (chunk->json)
        vec_push(&cuts->sizes, size_of_value(chunk));
}

/* What stands before the items, as far as the empty List has it. */
static void add_head(Buf *frame, const ListSplitter *splitter)
{
    buf_str(frame, str_slice(splitter->text, splitter->at));
    if (!splitter->json) {
        frame->len--; /* the line feed */
        buf_text(frame, " []\n");
    }
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/* What stands behind them, to the end of the file; false where that is much. */
static bool add_rest(Buf *frame, ListReader *reader)
{
    const ListSplitter *splitter = &reader->splitter;
    if (reader->end - reader->base - splitter->at > SPLITTER_HEAD)
        return false;
    while (!is_last(reader) && !reader->error)
        read_on(reader);
    Str rest = str_slice(splitter->text + splitter->at, splitter->len - splitter->at);
    while (splitter->json && rest.len && is_blank(rest.ptr[rest.len - 1]))
        rest.len--;
    buf_str(frame, rest);
    return !reader->error;
}

/* The items, up to one that does not read well; false there. */
static bool find_cuts(Worker *worker, ListReader *reader, ListCuts *cuts)
{
    Chunk chunk;
    ListStep step;
    while ((step = list_read(reader, &chunk)) == LIST_ITEM) {
        if (meter_stopped() || chunk.text.len > PARSER_MAX_DOCUMENT ||
            (chunk.item && !is_object(worker, &chunk)))
            return false;
        add_cut(cuts, &chunk);
    }
    const ListSplitter *end = &reader->splitter;
    ListCut last = {reader->base + end->at, end->index, end->line, end->column};
    vec_push(&cuts->at, last);
    vec_push(&cuts->sizes, UINT32_MAX);
    return step == LIST_END && end->index > 0;
}

bool list_is_likely(const FileText *text)
{
    ListSplitter list = {.map = NULL};
    size_t head = text->len < SPLITTER_HEAD ? text->len : SPLITTER_HEAD;
    return list_begin(&list, text->ptr, head) && !list.stream;
}

ListCuts *list_find(Worker *worker, const FileHandle *file)
{
    ListReader reader;
    ListSplitter *splitter = &reader.splitter;
    FileText *text = &worker->window;
    if (!window_is_due(file))
        return NULL;
    reader_begin(&reader, worker->parser, text, file, file->size);
    if (file_read_more(text, file->fd, 0, SPLITTER_HEAD) ||
        !list_begin(splitter, text->ptr, text->len))
        return NULL;
    ListCuts *cuts = mem_resize(NULL, sizeof *cuts);
    *cuts = (ListCuts){
        .indent = splitter->indent, .json = splitter->json, .stream = splitter->stream};
    Buf frame = {0};
    add_head(&frame, splitter);
    if (!find_cuts(worker, &reader, cuts) ||
        (!cuts->stream && (!add_rest(&frame, &reader) || !is_list(worker, &frame)))) {
        list_free(cuts);
        cuts = NULL;
    }
    buf_free(&frame);
    return cuts;
}

bool list_is_stream(const ListCuts *cuts) { return cuts->stream; }

void list_free(ListCuts *cuts)
{
    if (cuts) {
        vec_free(&cuts->at);
        vec_free(&cuts->sizes);
    }
    mem_free(cuts);
}
