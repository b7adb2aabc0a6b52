/* object.c: the head of an object, read before its type is known: apiVersion, kind,
 * metadata.name and namespace.  The only place of this room that looks fields up by
 * their text. */
#include "schema/walk.h"

static Str text_of(const Document *doc, uint32_t value)
{
    return value != BASE_NONE && node_kind(doc, value) == NODE_STRING ? node_str(doc, value)
                                                                      : str_slice("", 0);
}

static Str text_at(const Document *doc, uint32_t map, Str key)
{
    if (map == BASE_NONE || node_kind(doc, map) != NODE_MAP)
        return str_slice("", 0);
    return text_of(doc, node_get_text(doc, map, key));
}

/* An item that has neither apiVersion nor kind takes them from its list, as kubectl's
 * reader does: an item of a PodList is a Pod.  BASE_NONE where it is no such item. */
static uint32_t list_of_item(const Document *doc, uint32_t node)
{
    uint32_t items = node == 0 ? BASE_NONE : document_parent(doc, node);
    if (items == BASE_NONE || node_kind(doc, items) != NODE_SEQ)
        return BASE_NONE;
    uint32_t list = document_parent(doc, items);
    return list != BASE_NONE && schema_list_items(doc, list) == items ? list : BASE_NONE;
}

typedef struct Head {
    Str api_version, kind;
    uint32_t kind_node, metadata;
} Head;

static Head read_head(const Document *doc, uint32_t node)
{
    static const Str KEYS[] = {STR_INIT("apiVersion"), STR_INIT("kind"), STR_INIT("metadata")};
    uint32_t values[BASE_COUNT(KEYS)];
    node_get_texts(doc, node, KEYS, values, BASE_COUNT(KEYS));
    Head head = {text_of(doc, values[0]), text_of(doc, values[1]), values[1], values[2]};
    if (head.api_version.len || head.kind.len)
        return head;
    uint32_t list = list_of_item(doc, node);
    if (list == BASE_NONE)
        return head;
    Str kind = text_at(doc, list, STR("kind"));
    if (kind.len > 4) {
        head.api_version = text_at(doc, list, STR("apiVersion"));
        head.kind = str_slice(kind.ptr, kind.len - 4);
    }
    return head;
}

bool schema_inherits_head(const Document *doc, uint32_t node, Str *api_version, Str *kind)
{
    Head head = read_head(doc, node);
    *api_version = head.api_version;
    *kind = head.kind;
    return head.kind.len && !text_at(doc, node, STR("kind")).len &&
           !text_at(doc, node, STR("apiVersion")).len;
}

bool schema_is_object(const Document *doc, uint32_t node)
{
    if (node_kind(doc, node) != NODE_MAP)
        return false;
    Head head = read_head(doc, node);
    return head.api_version.len && head.kind.len;
}

uint32_t schema_list_items(const Document *doc, uint32_t node)
{
    if (node_kind(doc, node) != NODE_MAP ||
        !str_ends(text_at(doc, node, STR("kind")), STR("List")))
        return BASE_NONE;
    uint32_t items = node_get_text(doc, node, STR("items"));
    return items != BASE_NONE && node_kind(doc, items) == NODE_SEQ ? items : BASE_NONE;
}

/* "default" (or -n) for a namespaced object without a namespace, none for one of the
 * whole cluster; where the scope is not known, what stands there. */
static void normalise_namespace(const SchemaChecker *checker, Object *object)
{
    if (object->scope == SCOPE_CLUSTER) {
        object->ns = 0;
    } else if (object->scope == SCOPE_NAMESPACED && object->ns == 0) {
        Str ns = checker->options->default_namespace;
        object->ns = intern(checker->strings, ns.len ? ns : STR("default"));
    }
}

bool object_find_kind(const SchemaChecker *checker, Object *object)
{
    const Schema *schema = checker->options->schema;
    object->kind_id = schema_kind_lookup(schema, interned(checker->strings, object->api_version),
                                         interned(checker->strings, object->kind));
    if (object->kind_id == BASE_NONE)
        return false;
    object->scope = schema_kind_row(schema, object->kind_id)->scope;
    normalise_namespace(checker, object);
    return true;
}

Object schema_open(SchemaChecker *checker, const Document *doc)
{
    Head head = read_head(doc, doc->root);
    size_t slash = str_find(head.api_version, '/');
    Str group = slash < head.api_version.len ? str_slice(head.api_version.ptr, slash)
                                             : str_slice("", 0);
    static const Str KEYS[] = {STR_INIT("name"), STR_INIT("generateName"), STR_INIT("namespace")};
    uint32_t values[BASE_COUNT(KEYS)];
    node_get_texts(doc, head.metadata, KEYS, values, BASE_COUNT(KEYS));
    Object object = {
        .doc = doc->source,
        .item = doc->item,
        .offset = node_at(doc, doc->root)->offset,
        .api_version = intern(checker->strings, head.api_version),
        .group = intern(checker->strings, group),
        .kind = intern(checker->strings, head.kind),
        .name = intern(checker->strings, text_of(doc, values[0])),
        .generate_name = intern(checker->strings, text_of(doc, values[1])),
        .ns = intern(checker->strings, text_of(doc, values[2])),
        .kind_id = BASE_NONE,
        .scope = SCOPE_UNKNOWN,
    };
    object.ns_given = object.ns != 0;
    object_find_kind(checker, &object);
    uint32_t named = object.name ? values[0] : head.kind_node;
    if (named != BASE_NONE) {
        object.name_offset = node_at(doc, named)->offset;
        object.name_size = node_at(doc, named)->size;
    } else {
        object.name_offset = object.offset;
    }
    return object;
}

bool object_is_secret(const SchemaChecker *checker, const Object *object)
{
    return object->group == 0 && str_is(interned(checker->strings, object->kind), "Secret");
}
