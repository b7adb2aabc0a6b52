/* Objects as YAML documents, laid out by libfyaml with every scalar written by us.
 *
 * What libfyaml makes of a scalar differs from version to version: 0.7 writes the
 * string `on` plain, loses blanks at a string's ends and cuts some code points; 0.9
 * overrules the style that it was given.  So it gets a word in the place of each
 * scalar, "k12" or "v13" for a key or value by its node, and when it writes that word
 * the scalar's own text (yaml_style.c) goes out.  Blocks, indentation and dashes are
 * the library's.  Literal blocks are too: their content needs its indentation, and
 * passes unchanged.
 *
 * An object becomes a tree of its nodes first.  The library's event interface writes
 * a sequence of mappings as a flow sequence, because it looks for the sequence's end
 * before it knows the first item; the nodes are made from events because only those
 * carry a style.  This is the only file that knows libfyaml. */
#include "emit/objects.h"

#include <libfyaml.h>
#include <stdlib.h>

/* Readers of YAML 1.1 find a key's colon within 1024 characters; a longer key is
 * opened by a question mark and closed by a line break. */
enum { YAML_LONGEST_KEY = 1000 };

/* An object on its way out. */
typedef struct YamlTree {
    struct fy_emitter *emitter;
    struct fy_document *document;
    const Document *doc;
    Arena *scratch;
    Buf *out;
    size_t line;  /* where the current line begins in out */
    int indent;   /* blanks that were asked for and wait for what follows them */
} YamlTree;

BASE_NORETURN static void library_failed(void) { fatal("libfyaml cannot write an object"); }

/* ---- out: words become scalars ---- */

static void put_key(YamlTree *tree, uint32_t node)
{
    Str value = node_str(tree->doc, node);
    size_t column = tree->out->len - tree->line;
    size_t start = tree->out->len;
    yaml_quote(tree->out, value, yaml_string_style(value, true));
    if (tree->out->len - start <= YAML_LONGEST_KEY)
        return;
    tree->out->len = start;
    buf_text(tree->out, "? ");
    yaml_quote(tree->out, value, SCALAR_DOUBLE);
    buf_byte(tree->out, '\n');
    tree->line = tree->out->len;
    buf_repeat(tree->out, ' ', column);
}

/* JSON's numbers, true, false and null are YAML's too, but for one thing: readers of
 * YAML 1.1 want a point in 1e+21. */
static void put_bare(YamlTree *tree, uint32_t node)
{
    size_t start = tree->out->len;
    node_json(tree->doc, node, tree->out);
    Str text = str_slice(tree->out->ptr + start, tree->out->len - start);
    size_t exponent = str_find(text, 'e');
    if (node_kind(tree->doc, node) != NODE_FLOAT || exponent == text.len ||
        str_find(text, '.') < text.len)
        return;
    Str rest = arena_str(tree->scratch, str_slice(text.ptr + exponent, text.len - exponent));
    tree->out->len = start + exponent;
    buf_text(tree->out, ".0");
    buf_str(tree->out, rest);
}

static void put_scalar(YamlTree *tree, const char *word, size_t length)
{
    uint32_t node = 0;
    for (size_t i = 1; i < length; i++)
        node = node * 10 + (uint32_t)(word[i] - '0');
    if (length < 2 || node >= tree->doc->count)
        library_failed();
    if (word[0] == 'k') {
        put_key(tree, node);
    } else if (node_kind(tree->doc, node) == NODE_STRING) {
        Str value = node_str(tree->doc, node);
        yaml_quote(tree->out, value, yaml_string_style(value, false));
    } else {
        put_bare(tree, node);
    }
}

/* Takes the library's output.  It indents the empty lines of literal blocks too; the
 * blanks wait here until something follows them on their line. */
static int take_output(struct fy_emitter *emitter, enum fy_emitter_write_type type,
                       const char *text, int length, void *user)
{
    (void)emitter;
    YamlTree *tree = user;
    if (length <= 0)
        return length;
    if (type == fyewt_indent) {
        tree->indent += length;
        return length;
    }
    if (text[0] != '\n')
        buf_repeat(tree->out, ' ', (size_t)tree->indent);
    tree->indent = 0;
    if (type == fyewt_plain_scalar || type == fyewt_plain_scalar_key)
        put_scalar(tree, text, (size_t)length);
    else
        buf_str(tree->out, str_slice(text, (size_t)length));
    if (text[length - 1] == '\n')
        tree->line = tree->out->len;
    return length;
}

/* ---- in: nodes become the library's ---- */

static struct fy_node *node_from(YamlTree *tree, struct fy_event *event)
{
    if (!event)
        library_failed();
    struct fy_node *node = fy_node_create_from_event(tree->document, NULL, event);
    if (!node)
        library_failed();
    fy_emit_event_free(tree->emitter, event);
    return node;
}

static struct fy_node *scalar_node(YamlTree *tree, enum fy_scalar_style style, Str text)
{
    return node_from(tree, fy_emit_event_create(tree->emitter, FYET_SCALAR, (int)style, text.ptr,
                                                text.len, NULL, NULL));
}

static struct fy_node *word_node(YamlTree *tree, char letter, uint32_t node)
{
    char word[16];
    int length = snprintf(word, sizeof word, "%c%u", letter, (unsigned)node);
    return scalar_node(tree, FYSS_PLAIN, str_slice(word, (size_t)length));
}

static struct fy_node *value_node(YamlTree *tree, uint32_t node);

static struct fy_node *map_node(YamlTree *tree, uint32_t map)
{
    uint32_t count;
    SortKey *keys = object_sort_keys(tree->doc, map, tree->scratch, &count);
    struct fy_node *made =
        node_from(tree, fy_emit_event_create(tree->emitter, FYET_MAPPING_START,
                                             (int)(count ? FYNS_BLOCK : FYNS_FLOW), NULL, NULL));
    for (uint32_t i = 0; i < count; i++) {
        struct fy_node *key = word_node(tree, 'k', keys[i].node);
        struct fy_node_pair *pair = fy_node_pair_create_with_key(tree->document, made, key);
        struct fy_node *value = value_node(tree, keys[i].node + 1);
        if (!pair || fy_node_pair_update_with_value(pair, value))
            library_failed();
    }
    return made;
}

static struct fy_node *sequence_node(YamlTree *tree, uint32_t sequence)
{
    const Document *doc = tree->doc;
    uint32_t end = node_end(doc, sequence);
    bool empty = node_first(sequence) >= end;
    struct fy_node *made =
        node_from(tree, fy_emit_event_create(tree->emitter, FYET_SEQUENCE_START,
                                             (int)(empty ? FYNS_FLOW : FYNS_BLOCK), NULL, NULL));
    for (uint32_t item = node_first(sequence); item < end; item = node_after(doc, item))
        if (fy_node_sequence_add_item(made, value_node(tree, item)))
            library_failed();
    return made;
}

/* Recurses as deep as the document; the parser has bounded that (PARSER_MAX_DEPTH). */
static struct fy_node *value_node(YamlTree *tree, uint32_t node)
{
    switch (node_kind(tree->doc, node)) {
    case NODE_MAP: return map_node(tree, node);
    case NODE_SEQ: return sequence_node(tree, node);
    case NODE_STRING: {
        Str value = node_str(tree->doc, node);
        if (yaml_string_style(value, false) == SCALAR_LITERAL)
            return scalar_node(tree, FYSS_LITERAL, value);
        break;
    }
    default: break;
    }
    return word_node(tree, 'v', node);
}

/* ---- the format ---- */

void object_yaml_begin(ObjectWriter *writer) { (void)writer; }

/* Each object has an emitter of its own: whether a second document gets its `---`
 * from the library differs between versions, so it always comes from here. */
void object_yaml_put(ObjectWriter *writer, const Document *doc, uint32_t node)
{
    Buf *out = &writer->out->buf;
    if (writer->count > 0)
        buf_text(out, "---\n");
    YamlTree tree = {.doc = doc, .scratch = &writer->scratch, .out = out, .line = out->len};
    struct fy_emitter_cfg output = {
        .flags = FYECF_MODE_BLOCK | FYECF_INDENT_2 | FYECF_WIDTH_INF | FYECF_DOC_START_MARK_OFF |
                 FYECF_DOC_END_MARK_OFF | FYECF_VERSION_DIR_OFF | FYECF_TAG_DIR_OFF,
        .output = take_output,
        .userdata = &tree,
    };
    /* Keys are distinct already; to have that looked for again would take the square
     * of their number. */
    struct fy_parse_cfg input = {.flags = FYPCF_QUIET | FYPCF_ALLOW_DUPLICATE_KEYS};
    tree.emitter = fy_emitter_create(&output);
    tree.document = fy_document_create(&input);
    if (!tree.emitter || !tree.document)
        library_failed();
    if (fy_document_set_root(tree.document, value_node(&tree, node)) ||
        fy_emit_document(tree.emitter, tree.document))
        library_failed();
    fy_document_destroy(tree.document);
    fy_emitter_destroy(tree.emitter);
}

void object_yaml_end(ObjectWriter *writer) { (void)writer; }

void object_yaml_join(ObjectWriter *writer, Str part, uint64_t count)
{
    (void)count;
    if (writer->count > 0)
        buf_text(&writer->out->buf, "---\n");
    out_through(writer->out, part);
}
