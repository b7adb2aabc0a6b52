/* custom.c: custom resources: what their schema does not have is taken out, defaults are
 * filled in, and the metadata is ObjectMeta whatever the schema says of it
 * (apiextensions-apiserver, pkg/apiserver/schema: pruning, defaulting, objectmeta). */
#include "schema/crd_shape.h"
#include "schema/defaults/defaults.h"

static Value *custom_value(Normal *n, const CrdValue *value, const CrdShape *shape, bool keeps);

static Value *custom_scalar(Normal *n, const CrdValue *value)
{
    Value *made = value_raw(n, value->doc, value->node, BASE_NONE);
    if (made->kind == NODE_INT || made->kind == NODE_FLOAT)
        made->text = value_number_text(n, value->doc, value->node);
    return made;
}

static bool is_head(const CrdShape *shape, Str name)
{
    return str_is(name, "metadata") ||
           (shape->flags & (CRD_EMBEDS | CRD_ROOT) &&
            (str_is(name, "kind") || str_is(name, "apiVersion")));
}

static void add_part(Value *map, Value *part, Str key)
{
    part->key = key;
    value_append(map, part);
}

/* The metadata of the object, or of one within it. */
static Value *custom_metadata(Normal *n, const CrdValue *value)
{
    return value_decode(n, value->node, SCHEMA_TYPE_meta_v1_ObjectMeta);
}

static void fill_entry(Normal *n, Value *map, const CrdValue *value, const CrdShape *shape,
                       uint32_t key, bool keeps)
{
    Str name = node_str(value->doc, key);
    CrdStep step;
    CrdValue child;
    if (!crd_entry(value, key, &step, &child))
        return;
    const CrdName *property = shape ? crd_find_name(shape, name) : NULL;
    const CrdShape *part = property && property->shape ? property->shape
                           : shape                     ? shape->additional
                                                       : NULL;
    bool head = shape && shape->flags & (CRD_EMBEDS | CRD_ROOT) && is_head(shape, name);
    bool open = shape && shape->flags & (CRD_OPEN | CRD_CLOSED);
    if (!part && !keeps && !open && !head)
        return;
    if (head && str_is(name, "metadata") && crd_value_kind(&child) == NODE_MAP && !child.made) {
        Value *metadata = custom_metadata(n, &child);
        metadata->name = SCHEMA_NAME_metadata;
        metadata->stored = STORED_OMITZERO;
        add_part(map, metadata, name);
        return;
    }
    Value *made = child.made ? value_raw(n, child.doc, child.node, value->node)
                             : custom_value(n, &child, part, !part && (head || (keeps && !open)));
    if (part)
        made->type = part->bind;
    if (property)
        made->name = property->id;
    if (head)
        made->name = str_is(name, "kind") ? SCHEMA_NAME_kind : SCHEMA_NAME_apiVersion;
    add_part(map, made, name);
}

static Value *custom_map(Normal *n, const CrdValue *value, const CrdShape *shape, bool keeps)
{
    const Document *doc = value->doc;
    Value *map = value_new(n, NODE_MAP, TYPE_ANY, NULL);
    value_place(n, map, value->node);
    for (uint32_t key = node_first(value->node); key < node_end(doc, value->node);
         key = node_after_entry(doc, key))
        fill_entry(n, map, value, shape, key, keeps);
    for (uint32_t i = 0; shape && i < shape->name_count; i++) {
        CrdStep step;
        CrdValue child;
        if (node_get_text(doc, value->node, shape->names[i].text) == BASE_NONE &&
            crd_fill(value, &shape->names[i], &step, &child))
            add_part(map, value_raw(n, child.doc, child.node, value->node), shape->names[i].text);
    }
    return map;
}

static Value *custom_value(Normal *n, const CrdValue *value, const CrdShape *shape, bool keeps)
{
    keeps |= shape && shape->flags & (CRD_PRESERVES | CRD_LENIENT);
    switch (crd_value_kind(value)) {
    case NODE_MAP: return custom_map(n, value, shape, keeps);
    case NODE_SEQ: break;
    default: return custom_scalar(n, value);
    }
    Value *list = value_new(n, NODE_SEQ, TYPE_ANY, NULL);
    value_place(n, list, value->node);
    for (uint32_t at = node_first(value->node); at < node_end(value->doc, value->node);
         at = node_after(value->doc, at)) {
        CrdStep step = {0};
        CrdValue item;
        crd_item(value, at, &step, &item);
        value_append(list, item.made
                               ? value_raw(n, item.doc, item.node, value->node)
                               : custom_value(n, &item, shape ? shape->items : NULL, keeps));
    }
    return list;
}

static Value *custom_object(Normal *n, uint32_t node, TypeId type, const CrdDefinition *definition,
                            const CrdShape *shape)
{
    CrdValue value = {.doc = n->doc, .node = node, .place = node, .type = shape};
    Value *root = custom_value(n, &value, shape, definition && definition->preserves);
    root->type = type;
    return root;
}

/* The version that is stored, where that is another one: its schema takes out and fills in
 * what it has as well, when the object is read back. */
static const CrdVersion *stored_version(const CrdKind *kind)
{
    for (uint32_t i = 0; kind->definition && i < kind->definition->version_count; i++) {
        const CrdVersion *version = &kind->definition->versions[i];
        if (version->storage)
            return version == kind->version || !version->shape ? NULL : version;
    }
    return NULL;
}

Value *custom_decode(Normal *n, uint32_t node, TypeId type)
{
    uint32_t number = type_row(n->schema, type)->constraints;
    if (number == 0 || !n->schema->crds)
        return value_raw(n, n->doc, node, BASE_NONE);
    const CrdKind *kind = &n->schema->crds->kinds.at[number - 1];
    Value *root = custom_object(n, node, type, kind->definition, kind->version->shape);
    const CrdVersion *stored = stored_version(kind);
    if (!stored)
        return root;
    const CrdShape *shapes[] = {stored->shape, kind->version->shape}; /* there and back */
    for (size_t i = 0; i < BASE_COUNT(shapes); i++) {
        n->root = root;
        Document *between = arena_alloc(n->arena, sizeof *between);
        *between = value_document(n);
        n->doc = between;
        root = custom_object(n, 0, type, kind->definition, shapes[i]);
    }
    return root;
}
