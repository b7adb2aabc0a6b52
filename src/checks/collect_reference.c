/* References: fields that name an object, and what they ask of it.  Which fields
 * those are is told by the rows "ref" of schemas/links; whether the object is there
 * is resolve.c's affair. */
#include "checks/collect.h"

void collect_target_kind(Facts *facts, const LinkRow *row, uint32_t *group, uint32_t *kind)
{
    if (!facts->targets[row->target].kind) {
        Str target = schema_link_target(row->target);
        size_t slash = str_find(target, '/');
        bool core = slash == target.len;
        facts->targets[row->target].group =
            intern(facts->strings, core ? STR("") : str_slice(target.ptr, slash));
        facts->targets[row->target].kind =
            intern(facts->strings, core ? target : str_slice(target.ptr + slash + 1,
                                                             target.len - slash - 1));
    }
    *group = facts->targets[row->target].group;
    *kind = facts->targets[row->target].kind;
}

/* Most ways to fields were gone before, in another object. */
static bool known_way(const Collector *collector, uint32_t node, uint32_t *path)
{
    const ObjectContext *context = collector->context;
    Facts *facts = context->facts;
    uint32_t way = context->doc->root ? 0 : ways_to(&facts->ways, context->doc, node);
    if (!way)
        return false;
    while (way >= facts->way_paths.len)
        vec_push(&facts->way_paths, 0);
    if (!facts->way_paths.at[way]) {
        bool plain;
        Str text = document_path_draft(context->doc, node, context->scratch, &plain);
        facts->way_paths.at[way] = plain ? intern(facts->strings, text) : BASE_NONE;
    }
    *path = facts->way_paths.at[way];
    return *path != BASE_NONE;
}

uint32_t collect_path(const Collector *collector, uint32_t node)
{
    const ObjectContext *context = collector->context;
    uint32_t path;
    if (known_way(collector, node, &path))
        return path;
    return intern(context->facts->strings, document_path(context->doc, node, context->scratch));
}

void collect_where(const Collector *collector, uint32_t node, uint32_t *path, uint32_t *pointer)
{
    const ObjectContext *context = collector->context;
    Interner *strings = context->facts->strings;
    bool plain;
    *pointer = FACTS_POINTER_OF_PATH;
    if (known_way(collector, node, path))
        return;
    *path = intern(strings, document_path_draft(context->doc, node, context->scratch, &plain));
    *pointer = plain && context->doc->root == 0
                   ? FACTS_POINTER_OF_PATH
                   : intern(strings, document_pointer(context->doc, node, context->scratch));
}

/* ---- what is asked of the object ---- */
static void add_want(const Collector *collector, uint32_t node, Str name, int32_t number)
{
    Facts *facts = collector->context->facts;
    Want want = {.name = intern(facts->strings, name),
                 .number = number,
                 .place = node_span(collector->context->doc, node)};
    collect_where(collector, node, &want.path, &want.pointer);
    vec_push(&facts->wants, want);
}

static int32_t digits_port(Str text)
{
    int32_t number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || number > UINT16_MAX)
            return 0;
        number = number * 10 + (text.ptr[i] - '0');
    }
    return number <= UINT16_MAX ? number : 0;
}

/* A port by number or by name; "80" as text is taken for the number, as Ingress
 * controllers do. */
static bool collect_port(const Collector *collector, uint32_t value)
{
    const Document *doc = collector->context->doc;
    if (!is_scalar(doc, value))
        return false;
    Str text = scalar_text(doc, value);
    int32_t number = scalar_port(doc, value);
    if (!number)
        number = digits_port(text);
    if (number)
        add_want(collector, value, STR(""), number);
    else if (node_kind(doc, value) == NODE_STRING && text.len)
        add_want(collector, value, text, 0);
    return true;
}

/* The reference's own place stands for a port that it does not name. */
static void collect_wants(const Collector *collector, uint32_t node, uint32_t name,
                          const LinkRow *row)
{
    const uint64_t WANTS = LINK_GIVEN(keys) | LINK_GIVEN(port_name) | LINK_GIVEN(port) |
                           LINK_GIVEN(port_default);
    const Document *doc = collector->context->doc;
    if (!(row->given & WANTS))
        return;
    LinkCursor keys = link_open(doc, node, row, SCHEMA_KEY_keys);
    while (link_next(&keys))
        if (scalar_text(doc, keys.node).len)
            add_want(collector, keys.node, scalar_text(doc, keys.node), 0);
    bool given = collect_port(collector, link_node(doc, node, row, SCHEMA_KEY_port_name));
    given |= collect_port(collector, link_node(doc, node, row, SCHEMA_KEY_port));
    Str usual = link_word(row, SCHEMA_KEY_port_default);
    if (!given && usual.len)
        add_want(collector, name, STR(""), digits_port(usual));
}

/* ---- what is named ---- */
/* The kind from the document itself; false where it says none. */
static bool read_kind(const Collector *collector, uint32_t node, const LinkRow *row,
                      Reference *reference)
{
    const Document *doc = collector->context->doc;
    Interner *strings = collector->context->facts->strings;
    Str kind = scalar_text(doc, link_node(doc, node, row, SCHEMA_KEY_kind));
    Str group = scalar_text(doc, link_node(doc, node, row, SCHEMA_KEY_group));
    if (link_has(row, SCHEMA_KEY_api_version)) {
        Str version = scalar_text(doc, link_node(doc, node, row, SCHEMA_KEY_api_version));
        group = schema_group(version);
    }
    if (!group.len)
        group = link_word(row, SCHEMA_KEY_group_default);
    reference->kind = intern(strings, kind);
    reference->group = intern(strings, group);
    reference->flags |= REFERENCE_ANY_SCOPE;
    return kind.len > 0;
}

/* Annotations by which cert-manager and its like make a Secret. */
static bool is_certificate_maker(Str key)
{
    static const Str MAKERS[] = {STR_INIT("cert-manager.io/"), STR_INIT("certmanager.k8s.io/"),
                                 STR_INIT("kubernetes.io/tls-acme"),
                                 STR_INIT("acme.cert-manager.io/")};
    for (size_t i = 0; i < BASE_COUNT(MAKERS); i++)
        if (str_starts(key, MAKERS[i]))
            return true;
    return false;
}

bool has_certificate_maker(const Collector *collector)
{
    const Document *doc = collector->context->doc;
    uint32_t metadata = custom_value(doc, doc->root, "metadata");
    uint32_t notes = custom_value(doc, metadata, "annotations");
    if (!is_map(doc, notes))
        return false;
    for (uint32_t key = map_first(doc, notes); key < node_end(doc, notes);
         key = map_next(doc, notes, key))
        if (is_certificate_maker(node_str(doc, key)))
            return true;
    return false;
}

/* Whether the row speaks of this value at all: a subject may be no ServiceAccount,
 * and a Secret may be made by whom the annotations name. */
static bool is_meant(const Collector *collector, uint32_t node, const LinkRow *row)
{
    const Document *doc = collector->context->doc;
    if (link_has(row, SCHEMA_KEY_of_kind) &&
        !str_eq(scalar_text(doc, link_node(doc, node, row, SCHEMA_KEY_of_kind)),
                schema_link_target(row->target)))
        return false;
    if (!link_has(row, SCHEMA_KEY_made_by))
        return true;
    LinkCursor keys = link_open(doc, node, row, SCHEMA_KEY_made_by);
    while (link_next(&keys))
        if (is_certificate_maker(node_str(doc, keys.node)))
            return false;
    return true;
}

static bool begin_reference(const Collector *collector, uint32_t node, const LinkRow *row,
                            Reference *reference)
{
    const Document *doc = collector->context->doc;
    const Object *object = collector->context->object;
    Facts *facts = collector->context->facts;
    *reference = (Reference){.object = doc->object, .ns = object->ns};
    if (!is_meant(collector, node, row))
        return false;
    if (row->target)
        collect_target_kind(facts, row, &reference->group, &reference->kind);
    else if (!read_kind(collector, node, row, reference))
        return false;
    Str ns = scalar_text(doc, link_node(doc, node, row, SCHEMA_KEY_namespace));
    if (ns.len) {
        reference->ns = intern(facts->strings, ns);
        reference->flags |= REFERENCE_NS_GIVEN;
    }
    bool cluster = link_choice(row, SCHEMA_KEY_scope) == SCHEMA_WORD_cluster;
    if (cluster)
        reference->ns = 0;
    else if (!reference->ns && row->target)
        return false; /* of a cluster-scoped object without saying which namespace */
    if (link_choice(row, SCHEMA_KEY_level) == SCHEMA_WORD_info)
        reference->flags |= REFERENCE_HINT;
    if (link_choice(row, SCHEMA_KEY_when) == SCHEMA_WORD_any)
        reference->flags |= REFERENCE_IF_ANY;
    if (scalar_is_true(doc, link_node(doc, node, row, SCHEMA_KEY_optional)))
        reference->flags |= REFERENCE_OPTIONAL;
    return true;
}

static void add_reference(const Collector *collector, uint32_t node, uint32_t value,
                          const LinkRow *row, Reference reference)
{
    Facts *facts = collector->context->facts;
    Str name = scalar_text(collector->context->doc, value);
    /* "*" is a flow schema's subject: all of the namespace.  No name has a slash; the
     * server's validation says so already. */
    if (!name.len || str_is(name, "*") || str_find(name, '/') < name.len)
        return;
    reference.name = intern(facts->strings, name);
    reference.place = node_span(collector->context->doc, value);
    collect_where(collector, value, &reference.path, &reference.pointer);
    reference.wants = facts->wants.len;
    collect_wants(collector, node, value, row);
    uint32_t wants = facts->wants.len - reference.wants;
    reference.want_count = (uint16_t)(wants < UINT16_MAX ? wants : UINT16_MAX);
    vec_push(&facts->references, reference);
}

void collect_reference_at(const Collector *collector, Reference reference, uint32_t value,
                          const uint32_t *wants, uint32_t want_count)
{
    Facts *facts = collector->context->facts;
    reference.place = node_span(collector->context->doc, value);
    collect_where(collector, value, &reference.path, &reference.pointer);
    reference.wants = facts->wants.len;
    for (uint32_t i = 0; i < want_count; i++)
        collect_port(collector, wants[i]);
    reference.want_count = (uint16_t)(facts->wants.len - reference.wants);
    vec_push(&facts->references, reference);
}

/* The value of one entry of a map, by its key's text: labels have no fields. */
static uint32_t entry_named(const Document *doc, uint32_t map, Str name)
{
    if (!is_map(doc, map))
        return BASE_NONE;
    for (uint32_t key = map_first(doc, map); key < node_end(doc, map);
         key = map_next(doc, map, key))
        if (str_eq(node_str(doc, key), name))
            return key + 1;
    return BASE_NONE;
}

void collect_reference(Collector *collector, uint32_t node, const LinkRow *row)
{
    const Document *doc = collector->context->doc;
    Reference reference;
    LinkCursor names = link_open(doc, node, row, SCHEMA_KEY_name);
    bool begun = false;
    while (link_next(&names)) {
        if (!begun && !begin_reference(collector, node, row, &reference))
            return;
        begun = true;
        Str entry = link_word(row, SCHEMA_KEY_entry);
        uint32_t value = entry.len ? entry_named(doc, names.node, entry) : names.node;
        if (value != BASE_NONE)
            add_reference(collector, node, value, row, reference);
    }
}
