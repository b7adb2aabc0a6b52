/* A probe or a lifecycle handler names a port that its container does not have. */
#include "checks/link.h"

extern const Rule rule_unknown_probe_port;

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    for (uint32_t i = 0; i < facts->lost_ports.len; i++) {
        const LostPort *it = &facts->lost_ports.at[i];
        Str object = facts_object_text(facts, it->object, context->scratch);
        Finding *finding = diag_report(
            context->diag, &rule_unknown_probe_port.info, facts_place(facts, it->object, it->place),
            "%.*s: the container has no port named \"%.*s\"", STR_ARG(object),
            STR_ARG(facts_text(facts, it->name)));
        if (finding) {
            finding->object = it->object;
            finding->path = facts_text(facts, it->path);
            finding->pointer = facts_pointer(facts, it->path, it->pointer, &context->diag->arena);
        }
        Str near = facts_text(facts, it->near);
        diag_note(context->diag, finding, facts_place(facts, it->object, it->near_place),
                  near.len ? "it has one named \"%.*s\"" : "a probe sees the ports of its own "
                                                          "container only%.*s",
                  STR_ARG(near));
        if (near.len)
            diag_help(context->diag, finding, "write %.*s", STR_ARG(near));
        arena_reset(context->scratch);
    }
}

const Rule rule_unknown_probe_port = {
    .info =
        {
            .id = "unknown-probe-port",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_ERROR,
            .summary = "A probe or lifecycle handler names a port that its container does not have",
            .why = "The kubelet looks a port's name up among the ports of the same container; the "
                   "API server does not look.  A readiness probe that cannot find its port never "
                   "succeeds, so that the Pod gets no traffic; a liveness or startup probe has "
                   "the container killed again and again; a handler fails the container's start.",
            .fix = "Write the name that the container's port has, or its number.",
        },
    .on_link = on_link,
};
