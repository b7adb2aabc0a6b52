/* A Pod asks for a Node with labels that none of the input's Nodes has. */
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
                !link_key_in_space(context->link, LABELS_NODE, key))
                return true;
    }
    return false;
}

static void report_query(const LinkContext *context, uint32_t index)
{
    uint32_t nearest;
    Finding *finding =
        link_report_query(context, &rule_no_node_matches.info, index,
                          "asks for a Node with these labels, and none of the input has them",
                          &nearest);
    /* Nodes with a label of this name are perhaps not among the input at all. */
    if (nearest == BASE_NONE)
        diag_lower(context->diag, finding, SEVERITY_INFO);
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    if (link_space_is_empty(context->link, LABELS_NODE))
        return;
    for (uint32_t i = 0; i < facts->label_queries.len; i++) {
        const LabelQuery *query = &facts->label_queries.at[i];
        uint32_t object;
        if (query->space == LABELS_NODE &&
            link_find_labelled(context->link, i, &object) == LABELS_NONE &&
            !is_set_at_runtime(context, query))
            report_query(context, i);
        arena_reset(context->scratch);
    }
}

const Rule rule_no_node_matches = {
    .info =
        {
            .id = "no-node-matches",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_WARNING,
            .summary = "A Pod's nodeSelector matches no Node of the input",
            .why = "A Pod is placed only on a Node that has all labels of its nodeSelector; where none "
                   "has, it stays Pending (\"didn't match Pod's node affinity/selector\").  Looked at "
                   "only where the input holds Nodes, and a warning, because there may be more; an info "
                   "where no Node of the input has any label of that name.",
            .fix = "Correct the label, or give it to a Node.",
        },
    .on_link = on_link,
};
