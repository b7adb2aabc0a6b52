/* Which bytes no report may show: the values of a Secret's data and stringData, and of keys
 * that may be meant as these, whatever shape they have, and kubectl's copy of them in the annotation
 * last-applied-configuration.  Keys stay visible. */
#include "cli/run.h"

void redact_value(Sources *sources, const Document *doc, uint32_t node)
{
    NodeKind kind = node_kind(doc, node);
    if (kind != NODE_MAP && kind != NODE_SEQ) {
        if (doc->nodes[node].size)
            sources_redact(sources, doc->source, doc->nodes[node].offset, doc->nodes[node].size);
        return;
    }
    for (uint32_t at = node_first(node); at < node_end(doc, node);) {
        if (kind == NODE_MAP) {
            redact_value(sources, doc, at + 1);
            at = node_after_entry(doc, at);
        } else {
            redact_value(sources, doc, at);
            at = node_after(doc, at);
        }
    }
}

static void redact_annotation(Sources *sources, const Document *doc, uint32_t metadata)
{
    uint32_t annotations = node_get_text(doc, metadata, STR("annotations"));
    if (annotations == BASE_NONE)
        return;
    uint32_t applied =
        node_get_text(doc, annotations, STR("kubectl.kubernetes.io/last-applied-configuration"));
    if (applied != BASE_NONE)
        redact_value(sources, doc, applied);
}

/* All else of a Secret is its data, or may be meant as that: "stringdata". */
static bool is_open(Str field)
{
    static const Str OPEN[] = {STR_INIT("apiVersion"), STR_INIT("kind"), STR_INIT("type"),
                               STR_INIT("immutable")};
    for (size_t i = 0; i < BASE_COUNT(OPEN); i++)
        if (str_eq(field, OPEN[i]))
            return true;
    return false;
}

void redact_secret(Sources *sources, const Document *doc)
{
    /* By hand, not by node_get_text: of duplicate keys every one is hidden. */
    for (uint32_t key = node_first(doc->root); key < node_end(doc, doc->root);
         key = node_after_entry(doc, key)) {
        Str name = node_str(doc, key);
        if (str_eq(name, STR("metadata")))
            redact_annotation(sources, doc, key + 1);
        else if (!is_open(name))
            redact_value(sources, doc, key + 1);
    }
}

void redact_unparsed(Sources *sources, uint32_t doc, Str text)
{
    if (str_contains(text, STR("Secret")))
        sources_redact_values(sources, doc, text);
}

void redact_tree(const Sources *sources, Document *doc)
{
    for (uint32_t i = sources->redactions.len; i-- > 0;) {
        const Redaction *hidden = &sources->redactions.at[i];
        if (hidden->doc != doc->source)
            break; /* those of the document under hand were noted last */
        for (uint32_t node = 0; node < doc->count; node++) {
            Node *at = &doc->nodes[node];
            if (node_is_scalar(at) && at->text && at->offset == hidden->offset && at->size == hidden->length) {
                at->text = "***";
                at->len = 3;
                at->kind = NODE_STRING;
            }
        }
    }
}
