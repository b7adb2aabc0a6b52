/* An aggregated ClusterRole selects no ClusterRole. */
#include "checks/link.h"

extern const Rule rule_aggregation_selects_no_role;

/* The roles that every cluster aggregates: Kubernetes' own carry these labels. */
static bool is_well_known(const Facts *facts, const LabelQuery *query)
{
    for (uint32_t i = 0; i < query->term_count; i++)
        if (str_starts(facts_text(facts, facts->terms.at[query->terms + i].key),
                       STR("rbac.authorization.k8s.io/aggregate-to-")))
            return true;
    return query->term_count == 0;
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    for (uint32_t i = 0; i < facts->label_queries.len; i++) {
        const LabelQuery *query = &facts->label_queries.at[i];
        uint32_t object, nearest;
        if (query->space == LABELS_CLUSTER_ROLE && !is_well_known(facts, query) &&
            link_find_labelled(context->link, i, &object) == LABELS_NONE)
            link_report_query(
                context, &rule_aggregation_selects_no_role.info, i,
                "gathers the rules of ClusterRoles with these labels, and there is none", &nearest);
        arena_reset(context->scratch);
    }
}

const Rule rule_aggregation_selects_no_role = {
    .info =
        {
            .id = "aggregation-selects-no-role",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_WARNING,
            .summary = "An aggregated ClusterRole selects no ClusterRole",
            .why = "A controller fills the rules of a ClusterRole with aggregationRule from those that "
                   "its selectors match.  Where none does, the role allows nothing.  A warning, "
                   "because other tools may bring the roles that it gathers.",
            .fix = "Give the ClusterRoles that are meant the labels of the selector.",
        },
    .on_link = on_link,
};
