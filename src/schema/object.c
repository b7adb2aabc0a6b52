/* object.c: the head of an object, read before its type is known: apiVersion, kind,
 * metadata.name and namespace.  The only place that looks these up by their text: it is
 * done once for an object, and handed on. */
#include "schema/walk.h"

static inline Str text_of(const Document *doc, uint32_t value)
{
    return value != BASE_NONE && node_kind(doc, value) == NODE_STRING ? node_str(doc, value)
                                                                      : str_slice("", 0);
}

/* Whether a key of known length is that word. */
#define IS(key, word) (memcmp((key)->text, word, sizeof(word) - 1) == 0)

/* One entry of the object itself. */
static inline void take_own(ObjectHead *head, const Node *key, uint32_t value)
{
    switch (key->len) {
    case 4:
        if (IS(key, "spec"))
            head->spec = value;
        else if (IS(key, "kind"))
            head->kind_node = value;
        break;
    case 5:
        if (IS(key, "items"))
            head->items = value;
        break;
    case 8:
        if (IS(key, "metadata"))
            head->metadata = value;
        else if (IS(key, "template"))
            head->template = value;
        break;
    case 10:
        if (IS(key, "apiVersion"))
            head->version_node = value;
        break;
    default: break;
    }
}

/* The same of its metadata. */
static inline void take_metadata(ObjectHead *head, const Node *key, uint32_t value)
{
    switch (key->len) {
    case 4:
        if (IS(key, "name"))
            head->name = value;
        break;
    case 9:
        if (IS(key, "namespace"))
            head->ns = value;
        break;
    case 11:
        if (IS(key, "annotations"))
            head->annotations = value;
        break;
    case 12:
        if (IS(key, "generateName"))
            head->generate_name = value;
        break;
    default: break;
    }
}

static inline void read_map(const Document *doc, uint32_t map, ObjectHead *head,
                            void (*take)(ObjectHead *, const Node *, uint32_t))
{
    if (map == BASE_NONE || node_kind(doc, map) != NODE_MAP)
        return;
    const Node *nodes = doc->nodes, *end = &nodes[nodes[map].next];
    for (const Node *key = &nodes[map + 1]; key < end; key = &nodes[key[1].next])
        if (!(key->flags & NODE_SHADOWED))
            take(head, key, (uint32_t)(key + 1 - nodes));
}

/* What stands in the object itself, but for its metadata. */
static inline void read_own(const Document *doc, uint32_t node, ObjectHead *head)
{
    *head = (ObjectHead){.version_node = BASE_NONE, .kind_node = BASE_NONE, .metadata = BASE_NONE,
                       .spec = BASE_NONE, .template = BASE_NONE, .items = BASE_NONE,
                       .name = BASE_NONE, .generate_name = BASE_NONE, .ns = BASE_NONE,
                       .annotations = BASE_NONE, .builtin = BASE_NONE};
    read_map(doc, node, head, take_own);
    head->api_version = text_of(doc, head->version_node);
    head->kind = text_of(doc, head->kind_node);
    if (head->items != BASE_NONE &&
        (node_kind(doc, head->items) != NODE_SEQ || !str_ends(head->kind, STR("List"))))
        head->items = BASE_NONE;
}

/* An item that has neither apiVersion nor kind takes them from its list, as kubectl's
 * reader does: an item of a PodList is a Pod. */
BASE_APART
static void inherit(const Document *doc, uint32_t node, ObjectHead *head)
{
    uint32_t items = node == 0 ? BASE_NONE : document_parent(doc, node);
    if (items == BASE_NONE || node_kind(doc, items) != NODE_SEQ)
        return;
    uint32_t list = document_parent(doc, items);
    ObjectHead above;
    read_own(doc, list, &above);
    if (above.items != items || above.kind.len <= 4)
        return;
    head->api_version = above.api_version;
    head->kind = str_slice(above.kind.ptr, above.kind.len - 4);
    head->inherits = true;
}

void schema_head(const Document *doc, uint32_t node, ObjectHead *head)
{
    read_own(doc, node, head);
    if (node_kind(doc, node) == NODE_MAP && !head->api_version.len && !head->kind.len)
        inherit(doc, node, head);
    read_map(doc, head->metadata, head, take_metadata);
    head->name_hash = str_hash(text_of(doc, head->name));
    head->ns_hash = str_hash(text_of(doc, head->ns));
    head->builtin = schema_kind_lookup(NULL, head->api_version, head->kind);
}

uint32_t schema_list_items(const Document *doc, uint32_t node)
{
    ObjectHead head;
    read_own(doc, node, &head);
    return head.items;
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

/* ---- what objects have in common is interned once ---- */

static HeadWords intern_words(Interner *strings, const ObjectHead *head)
{
    Str group = schema_group(head->api_version);
    uint32_t api_version = intern(strings, head->api_version);
    return (HeadWords){strings->round, api_version, intern(strings, group),
                       intern(strings, head->kind)};
}

/* Of a kind that the tables have they are the same each time. */
static HeadWords words_of(SchemaChecker *checker, const ObjectHead *head)
{
    Interner *strings = checker->strings;
    if (head->builtin == BASE_NONE)
        return intern_words(strings, head);
    if (!checker->words) {
        size_t size = sizeof *checker->words * SCHEMA_STATIC_KINDS;
        checker->words = memset(mem_resize(NULL, size), 0, size);
    }
    HeadWords *words = &checker->words[head->builtin];
    if (!words->kind || words->round != strings->round)
        *words = intern_words(strings, head);
    return *words;
}

/* Neighbours mostly share their namespace. */
static uint32_t namespace_of(SchemaChecker *checker, Str ns, uint32_t hash)
{
    if (!ns.len)
        return 0;
    Str last = interned(checker->strings, checker->last_ns);
    if (last.len != ns.len || !bytes_same(last.ptr, ns.ptr, ns.len))
        checker->last_ns = intern_hashed(checker->strings, ns, hash);
    return checker->last_ns;
}

void schema_open(SchemaChecker *checker, const Document *doc, const ObjectHead *head,
                 Object *object)
{
    Str name = text_of(doc, head->name);
    HeadWords words = words_of(checker, head);
    uint32_t generate_name = head->generate_name == BASE_NONE
                                 ? 0
                                 : intern(checker->strings, text_of(doc, head->generate_name));
    uint32_t ns = namespace_of(checker, text_of(doc, head->ns), head->ns_hash);
    uint32_t offset = node_at(doc, doc->root)->offset;
    uint32_t named = name.len ? head->name : head->kind_node;
    *object = (Object){
        .doc = doc->source,
        .item = doc->item,
        .offset = offset,
        .name_offset = named == BASE_NONE ? offset : node_at(doc, named)->offset,
        .name_size = named == BASE_NONE ? 0 : node_at(doc, named)->size,
        .api_version = words.api_version,
        .group = words.group,
        .kind = words.kind,
        .generate_name = generate_name,
        .ns = ns,
        .scope = SCOPE_UNKNOWN,
        .ns_given = ns != 0,
    };
    take_kind(checker, object, schema_kind_in(checker->options->schema, head));
    object->name = intern_hashed(checker->strings, name, head->name_hash);
}

bool object_is_secret(const SchemaChecker *checker, const Object *object)
{
    return object->group == 0 && str_is(interned(checker->strings, object->kind), "Secret");
}
