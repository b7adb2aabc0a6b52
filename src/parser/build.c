/* build: tokens to nodes.  See build.h.
 *
 * Nodes stand in one array in document order, so a subtree is a range and copying
 * one is a move of bytes with a shift of its nexts; that makes aliases cheap.  How
 * far aliases may go is go-yaml's own rule (decode.go, allowedAliasRatio): its
 * decoder's steps are counted as it counts them, so that a document is refused
 * here if and only if kubectl refuses it. */
#include "parser/build.h"

/* ---- go-yaml's limit on aliases ---- */

enum { RATIO_LOW = 400000, RATIO_HIGH = 4000000 };

static bool is_bomb(const Builder *builder)
{
    if (builder->aliased <= 100 || builder->decoded <= 1000)
        return false;
    double allowed = 0.99;
    if (builder->decoded >= RATIO_HIGH)
        allowed = 0.10;
    else if (builder->decoded > RATIO_LOW)
        allowed -= 0.89 * ((double)(builder->decoded - RATIO_LOW) / (RATIO_HIGH - RATIO_LOW));
    return (double)builder->aliased / (double)builder->decoded > allowed;
}

/* One more step of its decoder outside of any alias. */
static bool count_step(Builder *builder, uint32_t offset, uint32_t size)
{
    builder->decoded++;
    if (builder->aliased <= 100 || !is_bomb(builder))
        return true;
    diag_report(builder->diag, &rule_yaml_alias_bomb, builder_place(builder, offset, size),
                "too much of this document comes from aliases: kubectl refuses it");
    return false;
}

/* ---- nodes ---- */

Place builder_place(const Builder *builder, uint32_t offset, uint32_t size)
{
    return (Place){.doc = builder->doc, .offset = offset, .length = size, .file = BASE_NONE};
}

bool builder_reserve(Builder *builder, uint64_t more, uint32_t offset, uint32_t size)
{
    uint64_t wanted = builder->count + more;
    if (wanted <= builder->cap)
        return true;
    if (wanted > PARSER_MAX_NODES) {
        diag_report(builder->diag, &rule_yaml_too_large, builder_place(builder, offset, size),
                    "the document has more than %d nodes", PARSER_MAX_NODES);
        return false;
    }
    uint64_t cap = builder->cap ? builder->cap * UINT64_C(2) : 1024;
    if (cap < wanted)
        cap = wanted;
    builder->nodes = mem_resize(builder->nodes, cap * sizeof *builder->nodes);
    builder->cap = (uint32_t)cap;
    return true;
}

uint32_t builder_copy(Builder *builder, const Node *subtree, uint32_t was, uint16_t clear,
                      uint16_t set)
{
    uint32_t to = builder->count;
    uint32_t length = subtree[0].next - was;
    for (uint32_t i = 0; i < length; i++) {
        Node *node = &builder->nodes[to + i];
        *node = subtree[i];
        node->next = node->next - was + to;
        node->flags = (uint16_t)((node->flags & ~clear) | set);
    }
    builder->count += length;
    return to;
}

static uint32_t push_node(Builder *builder, NodeKind kind, uint8_t style, uint32_t offset,
                          uint32_t size)
{
    uint32_t index = builder->count++;
    builder->nodes[index] = (Node){
        .next = index + 1,
        .offset = offset,
        .size = size,
        .kind = (uint8_t)kind,
        .style = style,
        .bind = BASE_NONE,
    };
    return index;
}

/* ---- anchors ---- */

static uint32_t add_anchor(Builder *builder, Str name, uint32_t node, ScalarType type)
{
    uint32_t hash = str_hash(name);
    uint32_t *bucket = &builder->buckets[hash % BUILDER_BUCKETS];
    /* The name may lie in memory of the reader's library. */
    Anchor anchor = {.name = arena_str(builder->arena, name),
                     .hash = hash,
                     .older = *bucket,
                     .node = node,
                     .decoded = 1,
                     .type = (uint8_t)type};
    vec_push(&builder->anchors, anchor);
    *bucket = builder->anchors.len - 1;
    builder->nodes[node].flags |= NODE_ANCHORED;
    return *bucket;
}

/* The latest anchor of that name: it may be given again and again. */
static Anchor *find_anchor(Builder *builder, Str name)
{
    uint32_t hash = str_hash(name);
    uint32_t at = builder->buckets[hash % BUILDER_BUCKETS];
    while (at != BASE_NONE) {
        Anchor *anchor = &builder->anchors.at[at];
        if (anchor->hash == hash && str_eq(anchor->name, name))
            return anchor;
        at = anchor->older;
    }
    return NULL;
}

/* ---- entries ---- */

/* A node and what is under it is there; its parent moves on. */
static bool complete(Builder *builder, uint32_t node, uint32_t end, uint32_t height)
{
    Open *top = builder_top(builder);
    if (!top)
        return true;
    if (end > top->end)
        top->end = end;
    if (height > top->height)
        top->height = height;
    if (top->map && top->key == BASE_NONE) {
        builder->nodes[node].flags |= NODE_KEY;
        top->key = node;
        return true;
    }
    if (top->merge) {
        top->merge = false;
        return builder_merge(builder, top);
    }
    top->key = BASE_NONE;
    builder->nodes[top->node].len++;
    return true;
}

static bool refuse_key(Builder *builder, uint32_t offset, uint32_t size, const char *what)
{
    bool template = offset > 0 && memcmp(builder->source.ptr + offset - 1, "{{", 2) == 0;
    Place place = template ? builder_place(builder, offset - 1, 2)
                           : builder_place(builder, offset, size);
    Finding *finding =
        diag_report(builder->diag, &rule_yaml_not_json, place,
                    "%s stands as a key, which JSON cannot say: kubectl refuses it", what);
    if (template)
        diag_help(builder->diag, finding,
                  "a template has to be rendered first, for instance by helm template");
    return false;
}

static bool refuse_merge(Builder *builder, uint32_t offset, uint32_t size)
{
    diag_report(builder->diag, &rule_yaml_not_json, builder_place(builder, offset, size),
                "<< merges mappings: its value is a mapping or a list of mappings");
    return false;
}

/* A key's text is what JSON will have: true for on, 10 for 012. */
static void become_key(Builder *builder, uint32_t index, const ScalarValue *value)
{
    Node *node = &builder->nodes[index];
    Str key;
    if (value->type == SCALAR_STRING)
        return;
    if (!scalar_key(value, str_slice(node->text, node->len), &key, builder->arena)) {
        node->flags |= NODE_UNSPEAKABLE;
        builder->unspeakable = true;
        return;
    }
    node->kind = NODE_STRING;
    node->text = key.ptr;
    node->len = (uint32_t)key.len;
}

static void add_doubt(Builder *builder, const Scalar *scalar, bool is_key, uint32_t key)
{
    Doubt doubt = {.text = scalar->text,
                   .key = STR(""),
                   .offset = scalar->offset,
                   .size = scalar->size,
                   .is_key = is_key};
    if (key != BASE_NONE)
        doubt.key = str_slice(builder->nodes[key].text, builder->nodes[key].len);
    vec_push(&builder->doubts, doubt);
}

static bool begin_merge(Builder *builder, Open *top, const Scalar *scalar)
{
    uint32_t node = push_node(builder, NODE_STRING, scalar->style, scalar->offset, scalar->size);
    builder->nodes[node].text = scalar->text.ptr;
    builder->nodes[node].len = (uint32_t)scalar->text.len;
    if (scalar->anchor.len)
        add_anchor(builder, scalar->anchor, node, SCALAR_STRING);
    top->key = node;
    top->merge = true;
    if (scalar->offset + scalar->size > top->end)
        top->end = scalar->offset + scalar->size;
    return true;
}

/* An anchored key keeps its own type for its aliases, apart from the tree. */
static void keep_typed(Builder *builder, uint32_t anchor, uint32_t node)
{
    Node copy = builder->nodes[node];
    copy.next = builder->pool.len + 1;
    builder->anchors.at[anchor].pooled = true;
    builder->anchors.at[anchor].node = builder->pool.len;
    vec_push(&builder->pool, copy);
}

static void set_kind(Builder *builder, Node *node, const ScalarValue *value, bool is_key)
{
    if (value->type != SCALAR_STRING)
        node->kind = (uint8_t)scalar_kind(value);
    if (!is_key && scalar_is_endless(value)) {
        node->flags |= NODE_UNSPEAKABLE;
        builder->unspeakable = true;
    }
}

void builder_type(Builder *builder, uint32_t node, const Scalar *scalar, bool is_key, uint32_t key)
{
    if (scalar->doubtful)
        add_doubt(builder, scalar, is_key, key);
    set_kind(builder, &builder->nodes[node], &scalar->value, is_key);
    if (is_key)
        become_key(builder, node, &scalar->value);
}

bool builder_scalar(Builder *builder, const Scalar *scalar)
{
    Open *top = builder_top(builder);
    bool is_key = builder_wants_key(builder);
    if (!builder_reserve(builder, 1, scalar->offset, scalar->size))
        return false;
    if (is_key && scalar->merge)
        return begin_merge(builder, top, scalar);
    if (top && top->merge)
        return refuse_merge(builder, scalar->offset, scalar->size);
    if (!count_step(builder, scalar->offset, scalar->size))
        return false;
    if (scalar->doubtful)
        add_doubt(builder, scalar, is_key, top && top->map ? top->key : BASE_NONE);
    uint32_t node = push_node(builder, NODE_STRING, scalar->style, scalar->offset, scalar->size);
    Node *made = &builder->nodes[node];
    made->text = scalar->text.ptr;
    made->len = (uint32_t)scalar->text.len;
    if (scalar->tagged)
        made->flags |= NODE_TAGGED;
    set_kind(builder, made, &scalar->value, is_key);
    if (scalar->anchor.len) {
        uint32_t anchor = add_anchor(builder, scalar->anchor, node, scalar->value.type);
        if (is_key)
            keep_typed(builder, anchor, node);
    }
    if (is_key)
        become_key(builder, node, &scalar->value);
    return complete(builder, node, scalar->offset + scalar->size, 0);
}

bool builder_text(Builder *builder, Str text, NodeStyle style, uint32_t offset, uint32_t size)
{
    if (!builder_reserve(builder, 1, offset, size) || !count_step(builder, offset, size))
        return false;
    uint32_t node = push_node(builder, NODE_STRING, (uint8_t)style, offset, size);
    builder->nodes[node].text = text.ptr;
    builder->nodes[node].len = (uint32_t)text.len;
    return complete(builder, node, offset + size, 0);
}

static bool too_deep(Builder *builder, uint32_t offset, uint32_t size)
{
    diag_report(builder->diag, &rule_yaml_depth, builder_place(builder, offset, size),
                "more than %d collections within each other", PARSER_MAX_DEPTH);
    return true;
}

bool builder_open(Builder *builder, const Collection *collection)
{
    Open *top = builder_top(builder);
    uint32_t offset = collection->offset;
    if (builder_wants_key(builder))
        return refuse_key(builder, offset, 1, collection->map ? "a mapping" : "a list");
    if (!builder_reserve(builder, 1, offset, 1))
        return false;
    if (builder->open.len >= PARSER_MAX_DEPTH && too_deep(builder, offset, 1))
        return false;
    uint32_t decoded = (uint32_t)builder->decoded;
    bool merged_list = top && top->merge && !collection->map; /* go-yaml steps over it */
    if (!merged_list && !count_step(builder, offset, 1))
        return false;
    uint32_t node = push_node(builder, collection->map ? NODE_MAP : NODE_SEQ, collection->style,
                              offset, 0);
    if (collection->tagged)
        builder->nodes[node].flags |= NODE_TAGGED;
    Open open = {.node = node,
                 .key = BASE_NONE,
                 .end = offset,
                 .anchor = BASE_NONE,
                 .decoded = decoded,
                 .map = collection->map,
                 .flow = collection->style != STYLE_BLOCK};
    if (collection->anchor.len) {
        open.anchor = add_anchor(builder, collection->anchor, node, SCALAR_STRING);
        builder->anchors.at[open.anchor].open = true;
    }
    vec_push(&builder->open, open);
    return true;
}

bool builder_close(Builder *builder, uint32_t end)
{
    Open open = *builder_top(builder);
    builder->open.len--;
    if (end == BASE_NONE)
        end = open.end;
    Node *node = &builder->nodes[open.node];
    node->next = builder->count;
    node->size = end - node->offset;
    if (open.anchor != BASE_NONE) {
        Anchor *anchor = &builder->anchors.at[open.anchor];
        anchor->open = false;
        anchor->decoded = (uint32_t)builder->decoded - open.decoded;
        anchor->height = open.height + 1;
    }
    if (open.map)
        builder_check_keys(builder, open.node);
    return complete(builder, open.node, end, open.height + 1);
}

/* ---- aliases ---- */

static ScalarValue key_value(const Builder *builder, const Anchor *anchor, uint32_t node)
{
    ScalarValue value = {.type = SCALAR_STRING};
    if (anchor->type == SCALAR_STRING)
        return value;
    value = scalar_value(str_slice(builder->nodes[node].text, builder->nodes[node].len));
    if (anchor->type == SCALAR_FLOAT && value.type == SCALAR_INT) {
        value.type = SCALAR_FLOAT;
        value.real = (double)value.integer;
    }
    return value;
}

static bool expand(Builder *builder, Anchor *anchor, uint32_t offset, uint32_t size)
{
    bool is_key = builder_wants_key(builder);
    const Node *from = (anchor->pooled ? builder->pool.at : builder->nodes) + anchor->node;
    bool collection = from->kind == NODE_MAP || from->kind == NODE_SEQ;
    Open *top = builder_top(builder);
    if (is_key && collection)
        return refuse_key(builder, offset, size, from->kind == NODE_MAP ? "a mapping" : "a list");
    if (top && top->merge && from->kind != NODE_MAP)
        return refuse_merge(builder, offset, size);
    if (builder->open.len + anchor->height > PARSER_MAX_DEPTH && too_deep(builder, offset, size))
        return false;
    builder->aliased += anchor->decoded;
    builder->decoded += anchor->decoded;
    if (!count_step(builder, offset, size) ||
        !builder_reserve(builder, from->next - anchor->node, offset, size))
        return false;
    from = (anchor->pooled ? builder->pool.at : builder->nodes) + anchor->node;
    uint32_t node = builder_copy(builder, from, anchor->node, NODE_ANCHORED | NODE_ALIAS_ROOT,
                                 NODE_ALIASED);
    uint16_t own = NODE_KEY | NODE_MERGED | NODE_SHADOWED;
    builder->nodes[node].flags &= (uint16_t)~own;
    builder->nodes[node].flags |= NODE_ALIAS_ROOT;
    vec_push(&builder->aliases, ((Alias){node, offset, size}));
    if (is_key) {
        ScalarValue value = key_value(builder, anchor, node);
        builder->nodes[node].flags &= (uint16_t)~NODE_UNSPEAKABLE;
        become_key(builder, node, &value);
    }
    return complete(builder, node, offset + size, anchor->height);
}

bool builder_alias(Builder *builder, Str name, uint32_t offset, uint32_t size)
{
    Anchor *anchor = find_anchor(builder, name);
    if (!anchor) {
        diag_report(builder->diag, &rule_yaml_syntax, builder_place(builder, offset, size),
                    "no anchor &%.*s stands before this alias", STR_ARG(name));
        return false;
    }
    if (anchor->open) {
        diag_report(builder->diag, &rule_yaml_syntax, builder_place(builder, offset, size),
                    "&%.*s would hold itself through this alias", STR_ARG(name));
        return false;
    }
    return expand(builder, anchor, offset, size);
}

/* ---- the document ---- */

void builder_begin(Builder *builder, Arena *arena, Diag *diag, Str source, uint32_t doc, bool json)
{
    if (builder->anchors.len || !builder->arena)
        memset(builder->buckets, 0xFF, sizeof builder->buckets); /* BASE_NONE */
    builder->arena = arena;
    builder->diag = diag;
    builder->source = source;
    builder->doc = doc;
    builder->json = json;
    builder->unspeakable = false;
    builder->commented = true;
    builder->count = 0;
    builder->decoded = 1; /* the document itself */
    builder->aliased = 0;
    vec_clear(&builder->open);
    vec_clear(&builder->anchors);
    vec_clear(&builder->pool);
    vec_clear(&builder->aliases);
    vec_clear(&builder->doubts);
}

static void report_unspeakable(Builder *builder, const Node *node)
{
    Place place = builder_place(builder, node->offset, node->size);
    const char *what = "an infinity or not-a-number stands here, which JSON cannot say";
    if (node->flags & NODE_KEY)
        what = node->kind == NODE_NULL ? "a key is null, which JSON cannot say"
                                       : "a key is a number that kubectl's reader cannot write";
    diag_report(builder->diag, &rule_yaml_not_json, place, "%s: kubectl refuses it", what);
}

/* What JSON cannot say does no harm where a later duplicate replaced it. */
bool builder_finish(Builder *builder)
{
    bool good = true;
    uint32_t at = 0;
    while (builder->unspeakable && good && at < builder->count) {
        const Node *node = &builder->nodes[at];
        if ((node->flags & NODE_KEY) && (node->flags & NODE_SHADOWED)) {
            at = builder->nodes[at + 1].next;
            continue;
        }
        if (node->flags & NODE_UNSPEAKABLE) {
            report_unspeakable(builder, node);
            good = false;
        }
        at++;
    }
    for (uint32_t i = 0; builder->unspeakable && good && i < builder->count; i++) {
        Node *node = &builder->nodes[i];
        if ((node->flags & NODE_UNSPEAKABLE) && (node->flags & NODE_KEY))
            node->kind = NODE_STRING; /* as every key; it was replaced with its mapping */
        node->flags &= (uint16_t)~NODE_UNSPEAKABLE;
    }
    if (good && builder->doubts.len)
        ambiguous_report(builder);
    return good;
}

void builder_free(Builder *builder)
{
    mem_free(builder->nodes);
    vec_free(&builder->open);
    vec_free(&builder->anchors);
    vec_free(&builder->pool);
    vec_free(&builder->scratch);
    vec_free(&builder->aliases);
    vec_free(&builder->moved);
    vec_free(&builder->doubts);
}
