/* From a bound tree to facts: each marked value has rows in schemas/links that say
 * what it means to the linker, and each row's verb has one function here, which
 * follows the row's paths.  A value of the wrong type is left out or taken as its
 * text, so that a broken object still takes part with what could be read of it; to
 * say that it is broken is the schema room's affair. */
#include "checks/collect.h"
#include "checks/custom.h"

typedef void (*RowCollector)(Collector *collector, uint32_t node, const LinkRow *row);

/* What a verb's rows are read by.  Those of most verbs find nothing in a value that has no
 * field of their paths, and are passed over there. */
static const RowCollector COLLECTORS[SCHEMA_LINK_COUNT] = {
    [SCHEMA_LINK_pod] = collect_pod,
    [SCHEMA_LINK_pod_template] = collect_pod_template,
    [SCHEMA_LINK_service] = collect_service,
    [SCHEMA_LINK_ref] = collect_reference,
    [SCHEMA_LINK_declares] = collect_declaration,
    [SCHEMA_LINK_keys] = collect_keys,
    [SCHEMA_LINK_claims] = collect_claims,
    [SCHEMA_LINK_ingress_rule] = collect_ingress_rule,
    [SCHEMA_LINK_selects] = collect_selects,
    [SCHEMA_LINK_admission] = collect_admission,
    [SCHEMA_LINK_pod_security] = collect_pod_security,
    [SCHEMA_LINK_limit_range] = collect_limit_range,
    [SCHEMA_LINK_volume_claim] = collect_volume_claim,
    [SCHEMA_LINK_labelled] = collect_labelled,
    [SCHEMA_LINK_asks] = collect_asks,
    [SCHEMA_LINK_topology] = collect_topology,
    [SCHEMA_LINK_network_policy] = collect_network_policy,
    [SCHEMA_LINK_takes_parameters] = collect_takes_parameters,
    [SCHEMA_LINK_gives_parameters] = collect_gives_parameters,
    [SCHEMA_LINK_resource_quota] = collect_resource_quota,
};

/* ---- places and values ---- */
Span alias_entry_span(const Document *doc, uint32_t key)
{
    const Node *name = node_at(doc, key);
    const Alias *alias = document_alias(doc, key + 1);
    uint32_t end = alias ? alias->offset + alias->size : 0;
    return end < name->offset + name->size ? (Span){name->offset, name->size}
                                           : (Span){name->offset, end - name->offset};
}

int32_t any_port(const Document *doc, uint32_t node)
{
    int64_t value;
    if (!node_int64(doc, node, &value))
        return 0;
    return value > 0 && value <= UINT16_MAX ? (int32_t)value : 0;
}

Protocol scalar_protocol(const Document *doc, uint32_t node)
{
    if (node == BASE_NONE)
        return PROTOCOL_TCP;
    Str text = scalar_text(doc, node);
    return str_is(text, "TCP")    ? PROTOCOL_TCP
           : str_is(text, "UDP")  ? PROTOCOL_UDP
           : str_is(text, "SCTP") ? PROTOCOL_SCTP
                                  : PROTOCOL_UNKNOWN;
}

/* ---- the object ---- */
/* Its own labels: only a kustomization asks for them.  A set like any other: in the order of
 * its pairs, whichever thread met them. */
static void note_labels(const ObjectContext *context)
{
    enum { MOST = 64 };
    const Document *doc = context->doc;
    uint32_t metadata = schema_get(doc, doc->root, SCHEMA_NAME_metadata);
    uint32_t labels = schema_get(doc, metadata, SCHEMA_NAME_labels);
    uint32_t pairs[MOST], count = 0;
    if (!is_map(doc, labels))
        return;
    for (uint32_t key = map_first(doc, labels); key < node_end(doc, labels) && count < MOST;
         key = map_next(doc, labels, key))
        pairs[count++] = facts_pair(context->facts, node_str(doc, key), scalar_text(doc, key + 1));
    sort_numbers(pairs, count);
    Owned owned = {doc->object, seq_intern(&context->facts->label_sets, pairs, count)};
    vec_push(&context->facts->object_labels, owned);
}

/* An object of a kind that is not Kubernetes' own may stand for Pods that its
 * controller makes; so may one whose kind is spelled wrong.  Of an unknown kind it is
 * not known either whether it has a namespace. */
static void note_maker(const ObjectContext *context)
{
    const Object *object = context->object;
    const SchemaOptions *options = context->options;
    uint32_t ns = object->ns;
    if (!ns && object->scope != SCOPE_CLUSTER) {
        Str name = options->default_namespace;
        ns = intern(context->facts->strings, name.len ? name : STR("default"));
    }
    facts_add_maker(context->facts, ns);
}

/* Neighbours mostly share their namespace: the first of a row stands for all. */
static void note_namespace(const ObjectContext *context)
{
    const Document *doc = context->doc;
    Facts *facts = context->facts;
    uint32_t ns = context->object->ns;
    if (!context->object->ns_given || !ns ||
        (facts->namespace_uses.len &&
         facts->namespace_uses.at[facts->namespace_uses.len - 1].ns == ns))
        return;
    uint32_t metadata = schema_get(doc, doc->root, SCHEMA_NAME_metadata);
    uint32_t value = schema_get(doc, metadata, SCHEMA_NAME_namespace);
    if (!is_scalar(doc, value))
        return;
    NamespaceUse use = {doc->object, ns, node_span(doc, value)};
    vec_push(&facts->namespace_uses, use);
}

/* Verbs that say something of a value in which no path leads anywhere. */
#define VERB(name) (UINT64_C(1) << SCHEMA_LINK_##name)
_Static_assert(SCHEMA_LINK_COUNT <= 64, "verbs are bits");
static const uint64_t ALWAYS =
    VERB(pod) | VERB(pod_template) | VERB(service) | VERB(keys) | VERB(labelled) |
    VERB(network_policy) | VERB(takes_parameters) | VERB(gives_parameters);

static void collect_mark(Collector *collector, const Mark *mark)
{
    const Node *node = node_at(collector->context->doc, mark->node);
    uint64_t fields = node->kind == NODE_MAP && node->names ? node->names : UINT64_MAX;
    const LinkRow *row = link_row(mark->links);
    if (!(fields & row->all_fields) && !(row->all_verbs & ALWAYS))
        return;
    for (bool more = true; more; more = !row++->last)
        if (((fields & row->fields) || (ALWAYS >> row->verb & 1)) && COLLECTORS[row->verb])
            COLLECTORS[row->verb](collector, mark->node, row);
}

void checks_object(const ObjectContext *context, const Mark *marks, uint32_t mark_count)
{
    Collector collector = {.context = context};
    context->facts->current = context->doc->object;
    const Object *object = context->object;
    bool custom = object->kind_id == BASE_NONE || object->kind_id >= SCHEMA_STATIC_KINDS;
    if (custom)
        note_maker(context);
    note_namespace(context);
    if (context->facts->keep_labels)
        note_labels(context);
    for (uint32_t i = 0; i < mark_count; i++)
        collect_mark(&collector, &marks[i]);
    if (custom)
        collect_custom(&collector);
    for (const Rule *const *rule = checks_object_rules; *rule; rule++)
        (*rule)->on_object(context);
    if (context->custom)
        custom_check(context->custom, context);
}
