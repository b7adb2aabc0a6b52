/* What is selected by labels beside Pods: Namespaces by network policies, ClusterRoles by
 * aggregation, Nodes by Pods; and the keys of Nodes' labels that Pods are spread over. */
#include "checks/collect.h"

static const struct {
    const char *word;
    LabelSpace space;
} SPACES[] = {
    {"namespace", LABELS_NAMESPACE},
    {"node", LABELS_NODE},
    {"cluster-role", LABELS_CLUSTER_ROLE},
};

static LabelSpace read_space(const LinkRow *row)
{
    Str word = link_word(row, SCHEMA_KEY_as);
    for (size_t i = 0; i < BASE_COUNT(SPACES); i++)
        if (str_is(word, SPACES[i].word))
            return SPACES[i].space;
    return LABELS_NAMESPACE;
}

/* ---- who has labels ---- */
/* The server gives each Namespace a label with its name. */
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
    }
    facts_add_labelled(facts, doc->object, space, labels, count);
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

void collect_asks(Collector *collector, uint32_t node, const LinkRow *row)
{
    LinkCursor selectors = link_open(collector->context->doc, node, row, SCHEMA_KEY_selector);
    while (link_next(&selectors))
        collect_label_query(collector, selectors.node, false, read_space(row));
    LinkCursor maps =
        link_open(collector->context->doc, node, row, SCHEMA_KEY_plain_selector);
    while (link_next(&maps))
        collect_label_query(collector, maps.node, true, read_space(row));
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
