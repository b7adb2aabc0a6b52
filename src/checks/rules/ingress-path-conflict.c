/* Two Ingresses route one host and path. */
#include "checks/link.h"

extern const Rule rule_ingress_path_conflict;

static void on_link(const LinkContext *context)
{
    for (Clashes clashes = {.space = CLAIM_INGRESS_PATH}; link_next_clash(context->link, &clashes);) {
        link_report_clash(context, &rule_ingress_path_conflict.info, &clashes, "routes");
        arena_reset(context->scratch);
    }
}

const Rule rule_ingress_path_conflict = {
    .info =
        {
            .id = "ingress-path-conflict",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_WARNING,
            .summary = "Two Ingresses route one host and path",
            .why = "Which of the two gets the requests is up to the Ingress controller: mostly "
                   "the older one, silently.  It is legal, and some controllers merge what both "
                   "say, so this is a warning.  Ingresses of different classes, and canaries by "
                   "annotation, do not clash.",
            .fix = "Keep one of the two, or give it another host, path or class.",
        },
    .on_link = on_link,
};
