/* crd_default.c: a default with the defaults of what it holds filled in, once, when the
 * CRD is read: what the server would put into an object that lacks the value
 * (apiextensions-apiserver, pkg/apiserver/schema/defaulting/algorithm.go).  At the
 * barrier each is judged once, so that the walk need not look at those that are good. */
#include "schema/crd_shape.h"

typedef struct Filler {
    Arena *arena;
    VEC(Node) nodes;
    uint32_t rules;
} Filler;

/* keeps: fields that the shape does not have stay; without a shape, none or all do. */
static void fill_value(Filler *filler, const Document *doc, uint32_t node, const CrdShape *shape,
                       bool keeps);

/* Nodes that are filled in already, moved to where they stand now. */
static void add_filled(Filler *filler, const CrdDefault *fill)
{
    uint32_t base = filler->nodes.len;
    for (uint32_t i = 0; i < fill->doc.count; i++) {
        Node node = fill->doc.nodes[i];
        node.next += base;
        vec_push(&filler->nodes, node);
    }
    filler->rules += fill->rules;
}

static void add_key(Filler *filler, Str name)
{
    Node key = {.text = name.ptr, .len = (uint32_t)name.len, .next = filler->nodes.len + 1,
                .kind = NODE_STRING, .flags = NODE_KEY, .bind = SCHEMA_UNBOUND};
    vec_push(&filler->nodes, key);
}

static bool takes_default(const Document *doc, uint32_t node, const CrdShape *shape)
{
    return node_kind(doc, node) == NODE_NULL && shape && shape->fill &&
           !(shape->flags & CRD_NULLABLE);
}

static void fill_part(Filler *filler, const Document *doc, uint32_t node, const CrdShape *shape,
                      bool keeps)
{
    if (takes_default(doc, node, shape))
        add_filled(filler, shape->fill);
    else
        fill_value(filler, doc, node, shape, keeps);
}

static bool is_meta(const CrdShape *shape, Str name)
{
    return shape && (shape->flags & CRD_EMBEDS) &&
           (str_is(name, "metadata") || str_is(name, "kind") || str_is(name, "apiVersion"));
}

/* The server takes unknown fields out of a default, too; where they are no error of the
 * CRD, that is below additionalProperties. */
static uint32_t fill_map(Filler *filler, const Document *doc, uint32_t map, const CrdShape *shape,
                         bool keeps)
{
    uint32_t count = 0;
    bool open = shape && (shape->flags & (CRD_OPEN | CRD_CLOSED));
    for (uint32_t key = node_first(map); key < node_end(doc, map);
         key = node_after_entry(doc, key)) {
        if (node_at(doc, key)->flags & NODE_SHADOWED)
            continue;
        Str name = node_str(doc, key);
        const CrdName *property = shape ? crd_find_name(shape, name) : NULL;
        const CrdShape *part = property && property->shape ? property->shape
                               : shape                     ? shape->additional
                                                           : NULL;
        bool meta = is_meta(shape, name);
        if (!part && !keeps && !open && !meta)
            continue;
        add_key(filler, arena_str(filler->arena, name));
        fill_part(filler, doc, key + 1, part, !part && (meta || (keeps && !open)));
        count++;
    }
    if (!shape || !(shape->flags & CRD_FILLED))
        return count;
    for (uint32_t i = 0; i < shape->name_count; i++) {
        const CrdName *name = &shape->names[i];
        if (!name->shape || !name->shape->fill ||
            node_get_text(doc, map, name->text) != BASE_NONE)
            continue;
        add_key(filler, name->text);
        add_filled(filler, name->shape->fill);
        count++;
    }
    return count;
}

static void fill_value(Filler *filler, const Document *doc, uint32_t node, const CrdShape *shape,
                       bool keeps)
{
    keeps |= shape && (shape->flags & (CRD_PRESERVES | CRD_LENIENT));
    Node copy = *node_at(doc, node);
    copy.bind = SCHEMA_UNBOUND;
    copy.flags = 0;
    if (copy.text)
        copy.text = arena_str(filler->arena, node_str(doc, node)).ptr;
    uint32_t at = filler->nodes.len;
    vec_push(&filler->nodes, copy);
    if (shape && copy.kind != NODE_NULL)
        filler->rules += shape->rules;
    if (copy.kind == NODE_MAP) {
        uint32_t count = fill_map(filler, doc, node, shape, keeps);
        filler->nodes.at[at].len = count;
    } else if (copy.kind == NODE_SEQ) {
        for (uint32_t item = node_first(node); item < node_end(doc, node);
             item = node_after(doc, item))
            fill_part(filler, doc, item, shape ? shape->items : NULL, keeps);
    }
    filler->nodes.at[at].next = filler->nodes.len;
}

CrdDefault *crd_make_default(Arena *arena, const Document *doc, uint32_t node,
                             const CrdShape *shape)
{
    Filler filler = {.arena = arena};
    fill_value(&filler, doc, node, shape, false);
    CrdDefault *fill = arena_alloc(arena, sizeof *fill);
    Node *nodes = arena_alloc(arena, sizeof *nodes * filler.nodes.len);
    memcpy(nodes, filler.nodes.at, sizeof *nodes * filler.nodes.len);
    *fill = (CrdDefault){
        .doc = {.source = BASE_NONE, .nodes = nodes, .count = filler.nodes.len, .json = doc->json,
                .item = -1, .object = BASE_NONE},
        .rules = filler.rules,
    };
    vec_free(&filler.nodes);
    return fill;
}

/* ---- are they good? ---- */

static void judge(CrdEval *eval, CrdShape *shape)
{
    if (shape->fill) {
        CrdValue value = {.doc = &shape->fill->doc, .made = true};
        eval->failures = 0;
        crd_validate(eval, &value, shape);
        crd_check_lists(eval, &value, shape);
        shape->fill->wrong = eval->failures > 0;
    }
    for (uint32_t i = 0; i < shape->name_count; i++)
        if (shape->names[i].shape)
            judge(eval, shape->names[i].shape);
    if (shape->items)
        judge(eval, shape->items);
    if (shape->additional)
        judge(eval, shape->additional);
}

void crd_judge_defaults(CrdShape *shape, CrdSet *set)
{
    Arena scratch = {0};
    SchemaChecker checker = {.scratch = &scratch};
    Walk walk = {.checker = &checker};
    CrdEval eval = {.walk = &walk, .set = set, .versions = SCHEMA_ALL_VERSIONS, .muted = 1};
    judge(&eval, shape);
    arena_free(&scratch);
}
