/* Claims: what only one object may have.  Each is a key within a space; equal keys
 * clash, and the rules say how badly. */
#include "checks/collect.h"

#include "schema/validation/formats.h"

static void add_claim(const Collector *collector, uint32_t node, ClaimSpace space, Str key,
                      Str shown)
{
    Facts *facts = collector->context->facts;
    Claim claim = {
        .object = collector->context->doc->object,
        .place = node_span(collector->context->doc, node),
        .space = (uint8_t)space,
    };
    /* Both texts are mostly new: their lines come while it is asked where they stand. */
    uint32_t key_hash = str_hash(key), shown_hash = str_hash(shown);
    interner_expect(facts->strings, key_hash);
    interner_expect(facts->strings, shown_hash);
    collect_where(collector, node, &claim.path, &claim.pointer);
    claim.key = intern_hashed(facts->strings, key, key_hash);
    claim.shown = intern_hashed(facts->strings, shown, shown_hash);
    vec_push(&facts->claims, claim);
}

/* ---- rows ---- */
static ClaimSpace read_space(const LinkRow *row)
{
    switch (link_choice(row, SCHEMA_KEY_as)) {
    case SCHEMA_WORD_load_balancer_ip: return CLAIM_LOAD_BALANCER_IP;
    case SCHEMA_WORD_scale_target: return CLAIM_SCALE_TARGET;
    case SCHEMA_WORD_cluster_ip:
    default: return CLAIM_CLUSTER_IP;
    }
}

/* fd00::1 and fd00:0::1 are one address. */
static Str canonical_address(Str text, Arena *arena)
{
    IpAddress address;
    char canonical[IP_TEXT_MOST];
    if (!ip_parse(text, &address, true))
        return text;
    return arena_str(arena, str_slice(canonical, ip_text(&address, canonical)));
}

/* Where the row has a kind, the key is the object of that kind in the namespace. */
static void claim_values(const Collector *collector, uint32_t node, const LinkRow *row,
                         uint32_t argument, ClaimSpace space)
{
    const Document *doc = collector->context->doc;
    const ObjectContext *context = collector->context;
    bool address = space == CLAIM_CLUSTER_IP || space == CLAIM_LOAD_BALANCER_IP;
    LinkCursor cursor = link_open(doc, node, row, argument);
    while (link_next(&cursor)) {
        Str key = scalar_text(doc, cursor.node), shown = key;
        if (!key.len || (space == CLAIM_CLUSTER_IP && str_is(key, "None")))
            continue;
        if (address)
            key = canonical_address(key, context->scratch);
        if (link_has(row, SCHEMA_KEY_kind)) {
            Str kind = scalar_text(doc, link_node(doc, node, row, SCHEMA_KEY_kind));
            Str ns = facts_text(context->facts, context->object->ns);
            const Str named[] = {kind, STR(" \""), key, STR("\"")};
            const Str whole[] = {ns, STR("/"), kind, STR("/"), key};
            shown = arena_concat(context->scratch, named, BASE_COUNT(named));
            key = arena_concat(context->scratch, whole, BASE_COUNT(whole));
        }
        add_claim(collector, cursor.node, space, key, shown);
    }
}

void collect_claims(Collector *collector, uint32_t node, const LinkRow *row)
{
    ClaimSpace space = read_space(row);
    claim_values(collector, node, row, SCHEMA_KEY_key, space);
    claim_values(collector, node, row, SCHEMA_KEY_more, space);
}

/* ---- Ingress: host and path ---- */
/* The class, by field or annotation.  False for one that shares a path on purpose: a
 * canary beside the Ingress that it tries. */
static bool read_class(const Collector *collector, Str *class)
{
    const Document *doc = collector->context->doc;
    uint32_t spec = schema_get(doc, doc->root, SCHEMA_NAME_spec);
    uint32_t metadata = schema_get(doc, doc->root, SCHEMA_NAME_metadata);
    uint32_t notes = schema_get(doc, metadata, SCHEMA_NAME_annotations);
    *class = scalar_text(doc, schema_get(doc, spec, SCHEMA_NAME_ingressClassName));
    if (!is_map(doc, notes))
        return true;
    for (uint32_t key = map_first(doc, notes); key < node_end(doc, notes);
         key = map_next(doc, notes, key)) {
        if (str_contains(node_str(doc, key), STR("canary")))
            return false;
        if (!class->len && str_is(node_str(doc, key), "kubernetes.io/ingress.class"))
            *class = scalar_text(doc, key + 1);
    }
    return true;
}

void collect_ingress_rule(Collector *collector, uint32_t node, const LinkRow *row)
{
    const Document *doc = collector->context->doc;
    Arena *scratch = collector->context->scratch;
    Str class, host = scalar_text(doc, link_node(doc, node, row, SCHEMA_KEY_host));
    if (!read_class(collector, &class))
        return;
    LinkCursor paths = link_open(doc, node, row, SCHEMA_KEY_paths);
    while (link_next(&paths)) {
        uint32_t value = schema_get(doc, paths.node, SCHEMA_NAME_path);
        Str path = scalar_text(doc, value);
        Str type = scalar_text(doc, schema_get(doc, paths.node, SCHEMA_NAME_pathType));
        if (!path.len)
            path = STR("/");
        const Str whole[] = {class, STR(" "), host, STR(" "), type, STR(" "), path};
        const Str named[] = {host, path};
        add_claim(collector, value == BASE_NONE ? paths.node : value, CLAIM_INGRESS_PATH,
                  arena_concat(scratch, whole, BASE_COUNT(whole)),
                  arena_concat(scratch, named, BASE_COUNT(named)));
    }
}
