/* An aggregated ClusterRole selects no ClusterRole. */
#include "checks/link.h"

extern const Rule rule_aggregation_selects_no_role;

static void report_query(const LinkContext *context, uint32_t index)
{
    const Facts *facts = link_facts(context->link);
    const LabelQuery *query = &facts->label_queries.at[index];
    Finding *finding =
        diag_report(context->diag, &rule_aggregation_selects_no_role.info,
                    facts_place(facts, query->object, query->place),
                    "%.*s gathers the rules of ClusterRoles with these labels, and there is none",
                    STR_ARG(facts_object_text(facts, query->object, context->scratch)));
    if (!finding)
        return;
    finding->object = query->object;
    finding->path = facts_text(facts, query->path);
    finding->pointer = facts_text(facts, query->pointer);
    uint32_t failed, nearest = link_nearest_labelled(context->link, index, &failed);
    if (nearest == BASE_NONE)
        return;
    const Object *object = facts_object(facts, nearest);
    diag_note(context->diag, finding,
              facts_place(facts, nearest, (Span){object->name_offset, object->name_size}),
              "%.*s comes nearest",
              STR_ARG(facts_object_text(facts, nearest, context->scratch)));
}

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
        uint32_t object;
        if (query->space == LABELS_CLUSTER_ROLE && !is_well_known(facts, query) &&
            link_find_labelled(context->link, i, &object) == LABELS_NONE)
            report_query(context, i);
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
