/* Resources for LimitRanges: what containers and claims ask for, and what a LimitRange
 * or a ResourceQuota says of them.  Quantities stay texts: whether anyone compares them is known behind the
 * barrier, and equal ones are kept once. */
#include "checks/admission.h"
#include "checks/collect.h"

/* One that is no text, as kubectl would send it: 0.5, 1e3, 0o17.  A null quantity is Go's
 * zero value. */
BASE_APART
static uint32_t number_or_zero(const ObjectContext *context, uint32_t node)
{
    Interner *strings = context->facts->strings;
    NodeKind kind = node_kind(context->doc, node);
    if (kind == NODE_NULL)
        return intern(strings, STR("0"));
    if (kind != NODE_INT && kind != NODE_FLOAT)
        return 0;
    Buf *json = arena_draft(context->scratch);
    node_json(context->doc, node, json);
    return intern(strings, buf_slice(json));
}

static inline uint32_t quantity_or_zero(const ObjectContext *context, uint32_t node)
{
    const Node *at = node_at(context->doc, node);
    return at->kind == NODE_STRING ? intern(context->facts->strings, str_slice(at->text, at->len))
                                   : number_or_zero(context, node);
}

static inline uint32_t known_name(Facts *facts, uint32_t *id, Str name)
{
    return *id ? *id : (*id = intern(facts->strings, name));
}

/* Nearly all resources are these two. */
static inline uint32_t resource_name(Facts *facts, const Node *key)
{
    Str name = str_slice(key->text, key->len);
    if (key->len == 3 && memcmp(key->text, "cpu", 3) == 0)
        return known_name(facts, &facts->cpu, name);
    if (key->len == 6 && memcmp(key->text, "memory", 6) == 0)
        return known_name(facts, &facts->memory, name);
    return intern(facts->strings, name);
}

/* ---- what is asked for ---- */
enum { ENTRIES_MOST = 32 }; /* of one container; no one has more */

static uint32_t read_list(const ObjectContext *context, uint32_t resources, uint32_t list,
                          uint32_t which, uint32_t *entries, uint32_t count)
{
    const Document *doc = context->doc;
    Facts *facts = context->facts;
    if (!is_map(doc, list))
        return count;
    Span whole = node_span(doc, resources);
    for (uint32_t key = map_first(doc, list); key < node_end(doc, list) && count < ENTRIES_MOST;
         key = map_next(doc, list, key), count++) {
        uint32_t *entry = entries + (size_t)RESOURCE_ENTRY * count;
        entry[0] = which;
        entry[1] = resource_name(facts, node_at(doc, key));
        entry[2] = quantity_or_zero(context, key + 1);
        vec_push(&facts->resource_spans, facts_label_span(whole, entry_span(doc, key)));
    }
    return count;
}

uint32_t collect_resources(const ObjectContext *context, uint32_t resources, uint32_t *first_span)
{
    uint32_t entries[RESOURCE_ENTRY * ENTRIES_MOST], count = 0;
    const Document *doc = context->doc;
    *first_span = context->facts->resource_spans.len;
    if (!is_map(doc, resources))
        return BASE_NONE;
    count = read_list(context, resources, schema_get(doc, resources, SCHEMA_NAME_requests),
                      RESOURCE_REQUEST, entries, count);
    count = read_list(context, resources, schema_get(doc, resources, SCHEMA_NAME_limits),
                      RESOURCE_LIMIT, entries, count);
    return count ? seq_intern(&context->facts->resource_sets, entries, RESOURCE_ENTRY * count)
                 : BASE_NONE;
}

void collect_volume_claim(Collector *collector, uint32_t node, const LinkRow *row)
{
    const ObjectContext *context = collector->context;
    const Document *doc = context->doc;
    LinkCursor claims = link_open(doc, node, row, SCHEMA_KEY_claim);
    while (link_next(&claims)) {
        uint32_t spec = schema_get(doc, claims.node, SCHEMA_NAME_spec);
        uint32_t resources = schema_get(doc, spec, SCHEMA_NAME_resources);
        uint32_t at = resources != BASE_NONE ? resources : spec != BASE_NONE ? spec : claims.node;
        AdmittedClaim claim = {.object = doc->object, .place = node_span(doc, at)};
        claim.path = collect_path(collector, claims.node);
        claim.requests = collect_resources(context, resources, &claim.request_spans);
        vec_push(&context->facts->admitted_claims, claim);
    }
}

/* ---- what a LimitRange says ---- */
static LimitType limit_type(Str word)
{
    static const char *const WORDS[] = {"Container", "Pod", "PersistentVolumeClaim"};
    for (unsigned i = 0; i < BASE_COUNT(WORDS); i++)
        if (str_is(word, WORDS[i]))
            return (LimitType)i;
    return LIMIT_OTHER;
}

void collect_limit_range(Collector *collector, uint32_t node, const LinkRow *row)
{
    static const struct {
        NameId field;
        LimitBound bound;
    } BOUNDS[] = {{SCHEMA_NAME_min, LIMIT_MIN},
                  {SCHEMA_NAME_max, LIMIT_MAX},
                  {SCHEMA_NAME_maxLimitRequestRatio, LIMIT_RATIO},
                  {SCHEMA_NAME_default, LIMIT_DEFAULT},
                  {SCHEMA_NAME_defaultRequest, LIMIT_DEFAULT_REQUEST}};
    const ObjectContext *context = collector->context;
    const Document *doc = context->doc;
    uint32_t item = 0;
    LinkCursor items = link_open(doc, node, row, SCHEMA_KEY_limits);
    for (; link_next(&items); item++) {
        LimitType type = limit_type(scalar_text(doc, schema_get(doc, items.node, SCHEMA_NAME_type)));
        for (size_t i = 0; i < BASE_COUNT(BOUNDS); i++) {
            uint32_t map = schema_get(doc, items.node, BOUNDS[i].field);
            if (!is_map(doc, map))
                continue;
            for (uint32_t key = map_first(doc, map); key < node_end(doc, map);
                 key = map_next(doc, map, key)) {
                LimitFact limit = {
                    .object = doc->object,
                    .resource = intern(context->facts->strings, node_str(doc, key)),
                    .quantity = quantity_or_zero(context, key + 1),
                    .place = entry_span(doc, key),
                    .item = item,
                    .type = (uint8_t)type,
                    .bound = (uint8_t)BOUNDS[i].bound,
                };
                vec_push(&context->facts->limits, limit);
            }
        }
    }
}

/* A quota with scopes speaks of some objects only, and which those are hangs on more than
 * their kind. */
void collect_resource_quota(Collector *collector, uint32_t node, const LinkRow *row)
{
    const ObjectContext *context = collector->context;
    const Document *doc = context->doc;
    uint32_t hard = link_node(doc, node, row, SCHEMA_KEY_hard);
    uint32_t scopes = link_node(doc, node, row, SCHEMA_KEY_scopes);
    if (!is_map(doc, hard) || link_node(doc, node, row, SCHEMA_KEY_selector) != BASE_NONE ||
        (scopes != BASE_NONE && node_at(doc, scopes)->len > 0))
        return;
    for (uint32_t key = map_first(doc, hard); key < node_end(doc, hard);
         key = map_next(doc, hard, key)) {
        QuotaFact quota = {
            .object = doc->object,
            .name = intern(context->facts->strings, node_str(doc, key)),
            .quantity = quantity_or_zero(context, key + 1),
            .place = entry_span(doc, key),
        };
        vec_push(&context->facts->quotas, quota);
    }
}
