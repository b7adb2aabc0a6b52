/* Resources for LimitRanges: what containers and claims ask for, and what a LimitRange
 * or a ResourceQuota says of them.  Quantities stay texts: whether anyone compares them is known behind the
 * barrier, and equal ones are kept once. */
#include "checks/admission.h"
#include "checks/collect.h"

/* A quantity as kubectl would send it: "0.5", 1e3, 0o17. */
static uint32_t quantity_text(const ObjectContext *context, uint32_t node)
{
    const Document *doc = context->doc;
    Interner *strings = context->facts->strings;
    NodeKind kind = node_kind(doc, node);
    if (kind == NODE_STRING)
        return intern(strings, node_str(doc, node));
    if (kind != NODE_INT && kind != NODE_FLOAT)
        return intern(strings, STR(""));
    Buf *json = arena_draft(context->scratch);
    node_json(doc, node, json);
    return intern(strings, buf_slice(json));
}

/* A null quantity is Go's zero value. */
static uint32_t quantity_or_zero(const ObjectContext *context, uint32_t node)
{
    return node_kind(context->doc, node) == NODE_NULL ? intern(context->facts->strings, STR("0"))
                                                      : quantity_text(context, node);
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
    for (uint32_t key = map_first(doc, list); key < node_end(doc, list) && count < ENTRIES_MOST;
         key = map_next(doc, list, key), count++) {
        uint32_t *entry = entries + (size_t)RESOURCE_ENTRY * count;
        entry[0] = which;
        entry[1] = intern(facts->strings, node_str(doc, key));
        entry[2] = quantity_or_zero(context, key + 1);
        vec_push(&facts->resource_spans,
                 facts_label_span(node_span(doc, resources), entry_span(doc, key)));
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
        claim.path = intern(context->facts->strings,
                            document_path(doc, claims.node, context->scratch));
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
