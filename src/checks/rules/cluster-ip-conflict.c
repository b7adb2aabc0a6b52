/* A Service asks for a clusterIP that another has. */
#include "checks/link.h"

extern const Rule rule_cluster_ip_conflict;

static void report(const LinkContext *context, const Fault *fault)
{
    const Facts *facts = link_facts(context->link);
    const Claim *claim = &facts->claims.at[fault->index];
    Str name = facts_object_text(facts, claim->object, context->scratch);
    Str address = facts_text(facts, claim->shown);
    if (fault->taken == BASE_NONE) {
        link_report_address(context, &rule_cluster_ip_conflict.info, fault,
                            "%.*s asks for the address %.*s, which the Service \"kubernetes\" of "
                            "every cluster has",
                            STR_ARG(name), STR_ARG(address));
        return;
    }
    const Claim *taken = &facts->claims.at[fault->taken];
    Str other = facts_object_text(facts, taken->object, context->scratch);
    uint32_t ns = facts_object(facts, claim->object)->ns;
    uint32_t other_ns = facts_object(facts, taken->object)->ns;
    if (ns != other_ns)
        other = arena_format(context->scratch, "%.*s of namespace \"%.*s\"", STR_ARG(other),
                             STR_ARG(facts_text(facts, other_ns)));
    Finding *finding = link_report_address(context, &rule_cluster_ip_conflict.info, fault,
                                           "%.*s asks for the address %.*s, which %.*s has",
                                           STR_ARG(name), STR_ARG(address), STR_ARG(other));
    diag_note(context->diag, finding, facts_place(facts, taken->object, taken->place),
              "%.*s has it here", STR_ARG(other));
}

static void on_link(const LinkContext *context)
{
    FaultList faults = link_faults(context->link);
    for (uint32_t i = 0; i < faults.count; i++)
        if (faults.at[i].kind == FAULT_ADDRESS_TAKEN) {
            report(context, &faults.at[i]);
            arena_reset(context->scratch);
        }
}

const Rule rule_cluster_ip_conflict = {
    .info =
        {
            .id = "cluster-ip-conflict",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_ERROR,
            .summary = "Two Services ask for one cluster address",
            .why = "A cluster address belongs to one Service.  The API server refuses the one "
                   "that comes second (\"provided IP is already allocated\"), but only when both"
                   " are applied: each by itself is fine.  A Service that is refused itself takes "
                   "nothing from those that come behind it.  Where the two lie in different "
                   "folders, or one has alternative definitions, perhaps only one of them is "
                   "applied: then it is a warning.",
            .fix = "Leave clusterIP out, so that the server chooses one, or choose another "
                   "address.",
        },
    .on_link = on_link,
};
