/* Objects as YAML documents, laid out by libfyaml with every scalar written by us.
 *
 * libfyaml 0.7's own choice of styles does not keep strings strings, its quoting
 * loses blanks at a string's ends and cuts some code points, and its event interface
 * writes a sequence of mappings as a flow sequence, because it looks for the
 * sequence's end before it knows the first item.  So scalars come quoted and escaped
 * (yaml_style.c) and stand plain for the library, but for literal blocks; and each
 * object becomes a tree of its nodes, made from events because only those carry a
 * style, which is written at once.  This is the only file that knows libfyaml. */
#include "emit/objects.h"

#include <libfyaml.h>
#include <stdlib.h>

/* Readers of YAML 1.1 find a key's colon within this many bytes; a longer key gets a
 * question mark, which the library writes for keys that hold a line break. */
enum { YAML_LONGEST_KEY = 1000 };

/* What is kept from object to object. */
typedef struct YamlWriter {
    struct fy_emitter *emitter;
    Buf *out;
    int indent; /* blanks that were asked for and are written before the next text */
} YamlWriter;

/* The document that is being built. */
typedef struct YamlTree {
    struct fy_emitter *emitter;
    struct fy_document *document;
    const Document *doc;
    Arena *scratch;
    Buf text; /* the scalar under hand */
} YamlTree;

BASE_NORETURN static void library_failed(void) { fatal("libfyaml cannot write an object"); }

/* Takes libfyaml's output.  It indents empty lines too, inside of literal blocks; the
 * blanks wait here until something follows them on their line. */
static int take_output(struct fy_emitter *emitter, enum fy_emitter_write_type type,
                       const char *text, int length, void *user)
{
    (void)emitter;
    YamlWriter *writer = user;
    if (type == fyewt_indent) {
        writer->indent += length;
    } else if (length > 0) {
        if (text[0] != '\n')
            buf_repeat(writer->out, ' ', (size_t)writer->indent);
        writer->indent = 0;
        buf_str(writer->out, str_slice(text, (size_t)length));
    }
    return length;
}

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
    return node_from(tree, fy_emit_event_create(tree->emitter, FYET_SCALAR, (int)style,
                                                text.len ? text.ptr : "", text.len, NULL, NULL));
}

static struct fy_node *string_node(YamlTree *tree, Str value, bool key)
{
    ScalarStyle style = yaml_string_style(value, key);
    if (style == SCALAR_LITERAL)
        return scalar_node(tree, FYSS_LITERAL, value);
    if (key && value.len > YAML_LONGEST_KEY)
        style = SCALAR_DOUBLE;
    tree->text.len = 0;
    yaml_quote(&tree->text, value, style);
    if (key && tree->text.len > YAML_LONGEST_KEY) {
        /* An escaped line break behind the last character adds nothing to the string. */
        tree->text.len--;
        buf_text(&tree->text, "\\\n\"");
    }
    return scalar_node(tree, FYSS_PLAIN, buf_slice(&tree->text));
}

/* JSON's numbers, true, false and null are YAML's too, but for one thing: readers of
 * YAML 1.1 want a point in 1e+21. */
static struct fy_node *bare_node(YamlTree *tree, uint32_t node)
{
    tree->text.len = 0;
    node_json(tree->doc, node, &tree->text);
    Str text = buf_slice(&tree->text);
    size_t exponent = str_find(text, 'e');
    if (node_kind(tree->doc, node) == NODE_FLOAT && exponent < text.len &&
        str_find(text, '.') == text.len)
        text = arena_format(tree->scratch, "%.*s.0%.*s", (int)exponent, text.ptr,
                            (int)(text.len - exponent), text.ptr + exponent);
    return scalar_node(tree, FYSS_PLAIN, text);
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
        struct fy_node *key = string_node(tree, node_str(tree->doc, keys[i].node), true);
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
    case NODE_STRING: return string_node(tree, node_str(tree->doc, node), false);
    default: return bare_node(tree, node);
    }
}

void object_yaml_begin(ObjectWriter *writer)
{
    YamlWriter *yaml = mem_resize(NULL, sizeof *yaml);
    *yaml = (YamlWriter){.out = &writer->out->buf};
    struct fy_emitter_cfg config = {
        .flags = FYECF_MODE_BLOCK | FYECF_INDENT_2 | FYECF_WIDTH_INF | FYECF_DOC_START_MARK_OFF |
                 FYECF_DOC_END_MARK_OFF | FYECF_VERSION_DIR_OFF | FYECF_TAG_DIR_OFF,
        .output = take_output,
        .userdata = yaml,
    };
    yaml->emitter = fy_emitter_create(&config);
    if (!yaml->emitter)
        library_failed();
    writer->library = yaml;
}

void object_yaml_put(ObjectWriter *writer, const Document *doc, uint32_t node)
{
    YamlWriter *yaml = writer->library;
    /* Keys are distinct already; to have that looked for again would take the square
     * of their number. */
    struct fy_parse_cfg config = {.flags = FYPCF_QUIET | FYPCF_ALLOW_DUPLICATE_KEYS};
    YamlTree tree = {.emitter = yaml->emitter, .doc = doc, .scratch = &writer->scratch};
    tree.document = fy_document_create(&config);
    if (!tree.document || fy_document_set_root(tree.document, value_node(&tree, node)))
        library_failed();
    if (fy_emit_document(yaml->emitter, tree.document))
        library_failed();
    fy_document_destroy(tree.document);
    buf_free(&tree.text);
}

void object_yaml_end(ObjectWriter *writer)
{
    YamlWriter *yaml = writer->library;
    fy_emitter_destroy(yaml->emitter);
    mem_free(yaml);
}
