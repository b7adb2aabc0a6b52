/* What is selected by labels beside Pods: Namespaces by network policies, ClusterRoles by
 * aggregation, Nodes by Pods; and the keys of Nodes' labels that Pods are spread over. */
#include "checks/collect.h"

static LabelSpace read_space(const LinkRow *row)
{
    switch (link_choice(row, SCHEMA_KEY_as)) {
    case SCHEMA_WORD_node: return LABELS_NODE;
    case SCHEMA_WORD_cluster_role: return LABELS_CLUSTER_ROLE;
    case SCHEMA_WORD_parameters: return LABELS_PARAMETERS;
    case SCHEMA_WORD_namespace:
    default: return LABELS_NAMESPACE;
    }
}

/* ---- who has labels ---- */
/* The server gives each Namespace a label with its name; a Node's is asked for as a field. */
void collect_labelled(Collector *collector, uint32_t node, const LinkRow *row)
{
    const Document *doc = collector->context->doc;
    Facts *facts = collector->context->facts;
    LabelSpace space = read_space(row);
    uint32_t count;
    LabelEntry *labels =
        collect_labels(collector, link_node(doc, node, row, SCHEMA_KEY_labels), &count);
    if (space == LABELS_NAMESPACE) {
        Str name = facts_text(facts, collector->context->object->name);
        labels[count++] =
            (LabelEntry){facts_pair(facts, STR(FACTS_NAMESPACE_LABEL), name), {0, 0}};
    } else if (space == LABELS_NODE) {
        Str name = facts_text(facts, collector->context->object->name);
        labels[count++] = (LabelEntry){facts_pair(facts, STR(FACTS_NODE_NAME), name), {0, 0}};
    }
    facts_add_labelled(facts, doc->object, space, labels, count);
}

void collect_custom_labels(const Collector *collector)
{
    const Document *doc = collector->context->doc;
    uint32_t metadata = custom_value(doc, doc->root, "metadata"), count;
    LabelEntry *labels = collect_labels(collector, custom_value(doc, metadata, "labels"), &count);
    facts_add_labelled(collector->context->facts, doc->object, LABELS_PARAMETERS, labels, count);
}

/* ---- who asks ---- */
uint32_t collect_label_query(const Collector *collector, uint32_t selector, bool plain,
                             LabelSpace space)
{
    Facts *facts = collector->context->facts;
    LabelQuery query = {.object = collector->context->doc->object,
                        .terms = facts->terms.len,
                        .space = (uint8_t)space};
    if (!collect_terms(collector, selector, plain))
        return BASE_NONE;
    query.term_count = facts->terms.len - query.terms;
    query.place = node_span(collector->context->doc, selector);
    collect_where(collector, selector, &query.path, &query.pointer);
    vec_push(&facts->label_queries, query);
    return facts->label_queries.len - 1;
}

static bool collect_node_term(const Collector *collector, uint32_t term)
{
    const Document *doc = collector->context->doc;
    return is_map(doc, term) &&
           collect_expressions(collector, schema_get(doc, term, SCHEMA_NAME_matchExpressions),
                               false) &&
           collect_expressions(collector, schema_get(doc, term, SCHEMA_NAME_matchFields), true);
}

/* The terms of a NodeSelector are alternatives, each a query of its own; one that is empty
 * selects nothing.  Where one cannot be read, nothing is known of all. */
static void collect_node_terms(const Collector *collector, uint32_t node, const LinkRow *row)
{
    const Document *doc = collector->context->doc;
    Facts *facts = collector->context->facts;
    uint32_t first = facts->label_queries.len, first_term = facts->terms.len;
    LinkCursor items = link_open(doc, node, row, SCHEMA_KEY_terms);
    while (link_next(&items)) {
        LabelQuery query = {.object = doc->object,
                            .terms = facts->terms.len,
                            .place = node_span(doc, items.node),
                            .space = (uint8_t)LABELS_NODE};
        if (!collect_node_term(collector, items.node)) {
            facts->label_queries.len = first;
            facts->terms.len = first_term;
            return;
        }
        query.term_count = facts->terms.len - query.terms;
        collect_where(collector, items.node, &query.path, &query.pointer);
        if (query.term_count)
            vec_push(&facts->label_queries, query);
    }
    uint32_t count = facts->label_queries.len - first;
    for (uint32_t i = 0; i < count && count <= UINT16_MAX; i++)
        facts->label_queries.at[first + i].alternatives = (uint16_t)(count - 1 - i);
}

void collect_asks(Collector *collector, uint32_t node, const LinkRow *row)
{
    LinkCursor selectors = link_open(collector->context->doc, node, row, SCHEMA_KEY_selector);
    while (link_next(&selectors))
        collect_label_query(collector, selectors.node, false, read_space(row));
    LinkCursor maps =
        link_open(collector->context->doc, node, row, SCHEMA_KEY_plain_selector);
    while (link_next(&maps))
        collect_label_query(collector, maps.node, true, read_space(row));
    if (link_has(row, SCHEMA_KEY_terms))
        collect_node_terms(collector, node, row);
}

/* ---- keys that Pods are spread over ---- */
void collect_topology(Collector *collector, uint32_t node, const LinkRow *row)
{
    const Document *doc = collector->context->doc;
    Facts *facts = collector->context->facts;
    uint32_t value = link_node(doc, node, row, SCHEMA_KEY_key);
    Str key = scalar_text(doc, value);
    if (!key.len)
        return;
    TopologyKey topology = {.object = doc->object,
                            .key = intern(facts->strings, key),
                            .place = node_span(doc, value)};
    collect_where(collector, value, &topology.path, &topology.pointer);
    vec_push(&facts->topology_keys, topology);
}
