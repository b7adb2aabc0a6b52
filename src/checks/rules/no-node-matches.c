/* A Pod, or a volume, asks for a Node with labels or a name that none of the input's Nodes
 * has. */
#include "checks/link.h"

extern const Rule rule_no_node_matches;

/* Labels that the kubelet and the cloud set are often not written down. */
static bool is_set_at_runtime(const LinkContext *context, const LabelQuery *query)
{
    static const Str PARTS[] = {STR_INIT("kubernetes.io/"), STR_INIT("k8s.io/")};
    const Facts *facts = link_facts(context->link);
    for (uint32_t i = 0; i < query->term_count; i++) {
        uint32_t key = facts->terms.at[query->terms + i].key;
        for (size_t j = 0; j < BASE_COUNT(PARTS); j++)
            if (str_contains(facts_text(facts, key), PARTS[j]) &&
                !link_key_on_nodes(context->link, key))
                return true;
    }
    return false;
}

static void report_query(const LinkContext *context, uint32_t index)
{
    const Facts *facts = link_facts(context->link);
    const LabelQuery *query = &facts->label_queries.at[index];
    uint32_t nearest, key = facts->terms.at[query->terms].key;
    Finding *finding =
        link_report_query(context, &rule_no_node_matches.info, index,
                          query->alternatives
                              ? "asks for a Node with these labels, or others, and none of the "
                                "input has either"
                              : "asks for a Node with these labels, and none of the input has them",
                          &nearest);
    /* Nodes with a label of this name are perhaps not among the input at all. */
    if (nearest == BASE_NONE && !str_is(facts_text(facts, key), FACTS_NODE_NAME))
        diag_lower(context->diag, finding, SEVERITY_INFO);
}

/* Whether something may meet the query, or one of the alternatives behind it. */
static bool may_match(const LinkContext *context, uint32_t first)
{
    const Facts *facts = link_facts(context->link);
    uint32_t end = first + 1 + facts->label_queries.at[first].alternatives, object;
    for (uint32_t i = first; i < end; i++)
        if (link_find_labelled(context->link, i, &object) != LABELS_NONE ||
            is_set_at_runtime(context, &facts->label_queries.at[i]))
            return true;
    return false;
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    if (link_space_is_empty(context->link, LABELS_NODE))
        return;
    for (uint32_t i = 0; i < facts->label_queries.len; i++) {
        const LabelQuery *query = &facts->label_queries.at[i];
        if (query->space == LABELS_NODE && !may_match(context, i))
            report_query(context, i);
        i += query->alternatives;
        arena_reset(context->scratch);
    }
}

const Rule rule_no_node_matches = {
    .info =
        {
            .id = "no-node-matches",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_WARNING,
            .summary = "A nodeSelector or required node affinity matches no Node of the input",
            .why = "A Pod is placed only on a Node that has all labels of its nodeSelector, and that "
                   "meets one of the terms of its required node affinity, of labels or of the name; "
                   "where none does, it stays Pending (\"didn't match Pod's node "
                   "affinity/selector\"), and so does a Pod whose PersistentVolume is for such Nodes.  "
                   "Looked at "
                   "only where the input holds Nodes, and a warning, because there may be more; an info "
                   "where no Node of the input has any label of that name.",
            .fix = "Correct the label or the name, or give it to a Node.",
        },
    .on_link = on_link,
};
