/* normal.c: the way of a new object from request to storage, step by step, in the order
 * of the server: decoding, defaults, admission and preparation, encoding. */
#include "schema/normal.h"
#include "schema/defaults/defaults.h"

static void prepare(Normal *n)
{
    switch (n->type) {
#define PREPARER_CASE(function, type) case SCHEMA_TYPE_##type: function(n, n->root); break;
        PREPARERS(PREPARER_CASE)
    default: break;
    }
}

/* Of a kind that nobody knows, the metadata is known still. */
static void decode_unknown(Normal *n)
{
    n->root = value_raw(n, n->doc, n->doc->root, BASE_NONE);
    Value *metadata = value_entry(n->root, STR("metadata"));
    if (!metadata || metadata->kind != NODE_MAP)
        return;
    Value *decoded = value_decode(n, metadata->node, SCHEMA_TYPE_meta_v1_ObjectMeta);
    metadata->first = decoded->first;
    metadata->last = decoded->last;
    metadata->type = decoded->type;
    metadata->name = SCHEMA_NAME_metadata;
}

Document schema_normal_form(const SchemaOptions *options, const Document *doc,
                            const Object *object, Str namespace_text, Arena *arena)
{
    Normal n = {
        .schema = options->schema,
        .doc = doc,
        .version = UINT32_C(1) << (options->target.newest - SCHEMA_OLDEST),
        .arena = arena,
        .namespace_text = namespace_text,
        .namespaced = object->scope == SCOPE_NAMESPACED,
        .generated_name = object->name == 0,
    };
    TypeId type = node_at(doc, doc->root)->bind;
    if (object->kind_id == BASE_NONE || type == SCHEMA_UNBOUND ||
        type_row(n.schema, type)->kind != TYPE_STRUCT) {
        decode_unknown(&n);
        mask_metadata(&n);
        value_finish(&n, VALUE_GET(n.root, metadata));
        return value_document(&n);
    }
    n.type = type;
    n.kind = schema_kind_row(n.schema, object->kind_id);
    n.in_protobuf = n.kind->flags & KIND_STORED && type < SCHEMA_STATIC_TYPES &&
                    type != SCHEMA_TYPE_apiextensions_v1_CustomResourceDefinition;
    n.root = value_decode(&n, doc->root, type);
    /* An item of a list may take these from the list. */
    if (!VALUE_GET(n.root, apiVersion))
        value_set_text(&n, n.root, SCHEMA_NAME_apiVersion, text_str(n.schema, n.kind->api_version));
    if (!VALUE_GET(n.root, kind))
        value_set_text(&n, n.root, SCHEMA_NAME_kind, text_str(n.schema, n.kind->kind));
    if (type < SCHEMA_STATIC_TYPES)
        defaults_apply(&n, n.root);
    prepare_metadata(&n);
    prepare(&n);
    if (type < SCHEMA_STATIC_TYPES)
        defaults_drop_gated(&n, n.root);
    /* What comes back from storage is decoded, and that fills in defaults again. */
    if (n.in_protobuf) {
        defaults_apply(&n, n.root);
        defaults_drop_gated(&n, n.root);
    }
    mask_metadata(&n);
    value_finish(&n, n.root);
    mask_metadata(&n);
    return value_document(&n);
}
