/* dump: the tree as text, for --dump-tree, goldens, and the comparison of readers.
 * One line a node: its depth as indentation, kind, style, where it stands (lines and
 * columns of the document, then offset and size in bytes), its flags, its value as
 * kubectl would send it, and the source text of a number or boolean that differs. */
#include "parser/parser.h"

static const char *const KINDS[] = {"null", "bool", "int", "float", "string", "map", "seq"};
static const char *const STYLES[] = {"plain",  "single", "double", "literal",
                                     "folded", "block",  "flow",   "json"};

typedef struct LineTable {
    Str text;
    VEC(uint32_t) starts;
} LineTable;

static void find_lines(LineTable *lines)
{
    vec_push(&lines->starts, 0);
    for (size_t at = 0; at < lines->text.len; at++)
        if (lines->text.ptr[at] == '\n')
            vec_push(&lines->starts, (uint32_t)at + 1);
}

static void write_place(const LineTable *lines, uint32_t offset, Buf *out)
{
    uint32_t low = 0, high = lines->starts.len;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (lines->starts.at[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    uint32_t start = lines->starts.at[low];
    size_t column = utf8_count(str_slice(lines->text.ptr + start, offset - start)) + 1;
    buf_format(out, "%u:%zu", low + 1, column);
}

static void write_span(const LineTable *lines, uint32_t offset, uint32_t size, Buf *out)
{
    buf_byte(out, ' ');
    write_place(lines, offset, out);
    buf_byte(out, '-');
    write_place(lines, offset + size, out);
    buf_format(out, " @%u+%u", offset, size);
}

static void write_flags(const Document *doc, uint32_t node, const LineTable *lines, Buf *out)
{
    static const struct {
        uint16_t flag;
        const char *name;
    } FLAGS[] = {
        {NODE_ALIASED, "aliased"},   {NODE_MERGED, "merged"},     {NODE_SHADOWED, "shadowed"},
        {NODE_ANCHORED, "anchored"}, {NODE_TAGGED, "tagged"},
    };
    for (size_t i = 0; i < BASE_COUNT(FLAGS); i++)
        if (doc->nodes[node].flags & FLAGS[i].flag)
            buf_format(out, " %s", FLAGS[i].name);
    if (doc->nodes[node].flags & NODE_ALIAS_ROOT) {
        const Alias *alias = document_alias(doc, node);
        buf_text(out, " alias");
        if (alias)
            write_span(lines, alias->offset, alias->size, out);
    }
}

static void write_value(const Document *doc, uint32_t node, Buf *out)
{
    const Node *at = &doc->nodes[node];
    Buf json = {0};
    if (at->kind == NODE_MAP || at->kind == NODE_SEQ) {
        buf_format(out, " (%u)", at->len);
        return;
    }
    buf_byte(out, ' ');
    if (at->kind == NODE_STRING)
        buf_json(&json, node_str(doc, node));
    else
        node_json(doc, node, &json);
    buf_str(out, buf_slice(&json));
    if (at->kind != NODE_STRING && at->kind != NODE_NULL &&
        !str_eq(buf_slice(&json), node_str(doc, node))) {
        buf_text(out, " from ");
        buf_json(out, node_str(doc, node));
    }
    buf_free(&json);
}

static void write_node(const Document *doc, uint32_t node, uint32_t depth, const LineTable *lines,
                       Buf *out)
{
    const Node *at = &doc->nodes[node];
    buf_repeat(out, ' ', depth * 2);
    buf_format(out, "%s %s", at->flags & NODE_KEY ? "key" : KINDS[at->kind], STYLES[at->style]);
    write_span(lines, at->offset, at->size, out);
    write_flags(doc, node, lines, out);
    write_value(doc, node, out);
    buf_byte(out, '\n');
}

/* A mapping's values stand one step deeper than their keys. */
static void write_nodes(const Document *doc, const LineTable *lines, Out *out)
{
    VEC(uint32_t) ends = {0}; /* of the subtrees that are open */
    for (uint32_t node = 0; node < doc->count; node++) {
        while (ends.len && ends.at[ends.len - 1] <= node)
            ends.len--;
        write_node(doc, node, ends.len, lines, &out->buf);
        bool key = doc->nodes[node].flags & NODE_KEY;
        uint32_t end = doc->nodes[key ? node + 1 : node].next;
        if (key || end > node + 1)
            vec_push(&ends, end);
        out_spill(out);
    }
    vec_free(&ends);
}

void document_dump(const Document *doc, Out *out)
{
    LineTable lines = {.text = doc->text};
    find_lines(&lines);
    write_nodes(doc, &lines, out);
    for (uint32_t i = 0; i < doc->comment_count; i++) {
        Comment comment = doc->comments[i];
        buf_text(&out->buf, "comment");
        write_span(&lines, comment.offset, comment.size, &out->buf);
        buf_byte(&out->buf, ' ');
        buf_json(&out->buf, str_slice(doc->text.ptr + comment.offset, comment.size));
        buf_byte(&out->buf, '\n');
    }
    vec_free(&lines.starts);
}
