/* object.c: the head of an object, read before its type is known: apiVersion, kind,
 * metadata.name and namespace.  The only place that looks these up by their text: it is
 * done once for an object, and handed on. */
#include "schema/walk.h"

static Str text_of(const Document *doc, uint32_t value)
{
    return value != BASE_NONE && node_kind(doc, value) == NODE_STRING ? node_str(doc, value)
                                                                      : str_slice("", 0);
}

/* Where the head keeps the value of such a key of the object; NULL: nowhere. */
static uint32_t *own_place(ObjectHead *head, const Node *key)
{
    switch (key->len) {
    case 4:
        return memcmp(key->text, "spec", 4) == 0   ? &head->spec
               : memcmp(key->text, "kind", 4) == 0 ? &head->kind_node
                                                   : NULL;
    case 5: return memcmp(key->text, "items", 5) ? NULL : &head->items;
    case 8:
        return memcmp(key->text, "metadata", 8) == 0   ? &head->metadata
               : memcmp(key->text, "template", 8) == 0 ? &head->template
                                                       : NULL;
    case 10: return memcmp(key->text, "apiVersion", 10) ? NULL : &head->version_node;
    default: return NULL;
    }
}

/* The same for a key of its metadata. */
static uint32_t *metadata_place(ObjectHead *head, const Node *key)
{
    switch (key->len) {
    case 4: return memcmp(key->text, "name", 4) ? NULL : &head->name;
    case 9: return memcmp(key->text, "namespace", 9) ? NULL : &head->ns;
    case 11: return memcmp(key->text, "annotations", 11) ? NULL : &head->annotations;
    case 12: return memcmp(key->text, "generateName", 12) ? NULL : &head->generate_name;
    default: return NULL;
    }
}

static void read_map(const Document *doc, uint32_t map, ObjectHead *head,
                     uint32_t *(*place)(ObjectHead *, const Node *))
{
    if (map == BASE_NONE || node_kind(doc, map) != NODE_MAP)
        return;
    const Node *nodes = doc->nodes, *end = &nodes[nodes[map].next];
    for (const Node *key = &nodes[map + 1]; key < end; key = &nodes[key[1].next]) {
        uint32_t *found = place(head, key);
        if (found && !(key->flags & NODE_SHADOWED))
            *found = (uint32_t)(key + 1 - nodes);
    }
}

/* What stands in the object itself, but for its metadata. */
static ObjectHead read_own(const Document *doc, uint32_t node)
{
    ObjectHead head = {.version_node = BASE_NONE, .kind_node = BASE_NONE, .metadata = BASE_NONE,
                       .spec = BASE_NONE, .template = BASE_NONE, .items = BASE_NONE,
                       .name = BASE_NONE, .generate_name = BASE_NONE, .ns = BASE_NONE,
                       .annotations = BASE_NONE, .builtin = BASE_NONE};
    read_map(doc, node, &head, own_place);
    head.api_version = text_of(doc, head.version_node);
    head.kind = text_of(doc, head.kind_node);
    if (head.items != BASE_NONE &&
        (node_kind(doc, head.items) != NODE_SEQ || !str_ends(head.kind, STR("List"))))
        head.items = BASE_NONE;
    return head;
}

/* An item that has neither apiVersion nor kind takes them from its list, as kubectl's
 * reader does: an item of a PodList is a Pod. */
static void inherit(const Document *doc, uint32_t node, ObjectHead *head)
{
    uint32_t items = node == 0 ? BASE_NONE : document_parent(doc, node);
    if (items == BASE_NONE || node_kind(doc, items) != NODE_SEQ)
        return;
    uint32_t list = document_parent(doc, items);
    ObjectHead above = read_own(doc, list);
    if (above.items != items || above.kind.len <= 4)
        return;
    head->api_version = above.api_version;
    head->kind = str_slice(above.kind.ptr, above.kind.len - 4);
    head->inherits = true;
}

ObjectHead schema_head(const Document *doc, uint32_t node)
{
    ObjectHead head = read_own(doc, node);
    if (node_kind(doc, node) == NODE_MAP && !head.api_version.len && !head.kind.len)
        inherit(doc, node, &head);
    read_map(doc, head.metadata, &head, metadata_place);
    head.builtin = schema_kind_lookup(NULL, head.api_version, head.kind);
    return head;
}

uint32_t schema_list_items(const Document *doc, uint32_t node) { return read_own(doc, node).items; }

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

static void take_kind(const SchemaChecker *checker, Object *object, KindId kind)
{
    object->kind_id = kind;
    if (kind == BASE_NONE)
        return;
    object->scope = schema_kind_row(checker->options->schema, kind)->scope;
    normalise_namespace(checker, object);
}

bool object_find_kind(const SchemaChecker *checker, Object *object)
{
    take_kind(checker, object,
              schema_kind_lookup(checker->options->schema,
                                 interned(checker->strings, object->api_version),
                                 interned(checker->strings, object->kind)));
    return object->kind_id != BASE_NONE;
}

Object schema_open(SchemaChecker *checker, const Document *doc, const ObjectHead *head)
{
    size_t slash = str_find(head->api_version, '/');
    Str group = slash < head->api_version.len ? str_slice(head->api_version.ptr, slash)
                                              : str_slice("", 0);
    Object object = {
        .doc = doc->source,
        .item = doc->item,
        .offset = node_at(doc, doc->root)->offset,
        .api_version = intern(checker->strings, head->api_version),
        .group = intern(checker->strings, group),
        .kind = intern(checker->strings, head->kind),
        .name = intern(checker->strings, text_of(doc, head->name)),
        .generate_name = intern(checker->strings, text_of(doc, head->generate_name)),
        .ns = intern(checker->strings, text_of(doc, head->ns)),
        .scope = SCOPE_UNKNOWN,
    };
    object.ns_given = object.ns != 0;
    take_kind(checker, &object, schema_kind_in(checker->options->schema, head));
    uint32_t named = object.name ? head->name : head->kind_node;
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
