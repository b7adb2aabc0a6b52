/* A NetworkPolicy has rules of a direction that its policyTypes leave out. */
#include "checks/link.h"

extern const Rule rule_policy_rules_ignored;

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    for (uint32_t i = 0; i < facts->idle_rules.len; i++) {
        const IdleRules *it = &facts->idle_rules.at[i];
        const char *type = it->egress ? "Egress" : "Ingress";
        Finding *finding = diag_report(
            context->diag, &rule_policy_rules_ignored.info,
            facts_place(facts, it->object, it->place),
            "%.*s has %s rules, which nothing reads: policyTypes does not hold %s",
            STR_ARG(facts_object_text(facts, it->object, context->scratch)),
            it->egress ? "egress" : "ingress", type);
        if (finding) {
            finding->object = it->object;
            finding->path = facts_text(facts, it->path);
            finding->pointer = facts_pointer(facts, it->path, it->pointer, &context->diag->arena);
        }
        diag_note(context->diag, finding, facts_place(facts, it->object, it->types_place),
                  "policyTypes");
        diag_help(context->diag, finding, "add %s to policyTypes, or remove the rules", type);
        arena_reset(context->scratch);
    }
}

const Rule rule_policy_rules_ignored = {
    .info =
        {
            .id = "policy-rules-ignored",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_WARNING,
            .summary = "A NetworkPolicy has rules of a direction that its policyTypes leave out",
            .why = "policyTypes says for which directions a policy counts.  Where it is absent, that "
                   "is Ingress, and Egress too if there are egress rules.  Where it is given, rules of "
                   "a direction that it does not hold are accepted by the API server and read by "
                   "nobody: traffic that they were to restrict passes freely.",
            .fix = "Add the direction to policyTypes, or remove the rules.",
        },
    .on_link = on_link,
};
