/* A Service asks for a family of addresses that the cluster does not have. */
#include "checks/link.h"

extern const Rule rule_unconfigured_ip_family;

static void report_field(const LinkContext *context, const Fault *fault)
{
    const Facts *facts = link_facts(context->link);
    const ServiceFact *service = &facts->services.at[fault->service];
    bool both = fault->kind == FAULT_DUAL_STACK;
    Span span = both ? service->policy_place : service->family_places[fault->index];
    Str name = facts_object_text(facts, service->object, context->scratch);
    bool v6 = !both && service->families[fault->index] == FAMILY_V6;
    Finding *finding = diag_report(
        context->diag, &rule_unconfigured_ip_family.info,
        facts_place(facts, service->object, span),
        both ? "%.*s requires addresses of two families, and the cluster has %s"
             : "%.*s asks for %s, which the cluster does not have",
        STR_ARG(name), both ? "one" : v6 ? "IPv6" : "IPv4");
    if (!finding)
        return;
    finding->later = fault->later;
    finding->reason = STR("FieldValueInvalid");
    link_set_field(context, finding, service->object,
                   both ? STR("spec.ipFamilyPolicy")
                        : arena_format(&context->diag->arena, "spec.ipFamilies[%u]",
                                       (unsigned)fault->index));
    if (!fault->sure)
        diag_lower(context->diag, finding, SEVERITY_WARNING);
}

static void report_address(const LinkContext *context, const Fault *fault)
{
    const Facts *facts = link_facts(context->link);
    const Claim *claim = &facts->claims.at[fault->index];
    Str name = facts_object_text(facts, claim->object, context->scratch);
    Str address = facts_text(facts, claim->shown);
    bool v6 = str_find(address, ':') < address.len;
    link_report_address(context, &rule_unconfigured_ip_family.info, fault,
                        "%.*s asks for %.*s, and the cluster has no %s", STR_ARG(name),
                        STR_ARG(address), v6 ? "IPv6" : "IPv4");
}

static void on_link(const LinkContext *context)
{
    FaultList faults = link_faults(context->link);
    for (uint32_t i = 0; i < faults.count; i++) {
        const Fault *fault = &faults.at[i];
        if (fault->kind == FAULT_ADDRESS_FAMILY)
            report_address(context, fault);
        else if (fault->kind == FAULT_FAMILY || fault->kind == FAULT_DUAL_STACK)
            report_field(context, fault);
        arena_reset(context->scratch);
    }
}

const Rule rule_unconfigured_ip_family = {
    .info =
        {
            .id = "unconfigured-ip-family",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_ERROR,
            .summary = "A Service asks for an IP family that the cluster does not have",
            .why = "A cluster gives its Services addresses of the families that it was started "
                   "with, and refuses a Service that asks for another, or for both where there "
                   "is one (\"not configured on this cluster\").  A headless Service without a "
                   "selector may name any.  The reference cluster has IPv4 alone; others have IPv6 "
                   "or both, so that it is a warning unless the configuration says which "
                   "(serviceClusterIPRange).",
            .fix = "Leave the families to the cluster (`ipFamilyPolicy: PreferDualStack` "
                   "takes both where there are both), or say which ones the cluster has: "
                   "`serviceClusterIPRange` in the configuration.",
        },
    .on_link = on_link,
};
