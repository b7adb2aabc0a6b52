/* The Service that a StatefulSet names does not give its Pods their names. */
#include "checks/link.h"

extern const Rule rule_governing_service;

/* Whether every term of the selector is met by the Pods of the template. */
static bool selects(const LinkContext *context, const ServiceFact *service, uint32_t pod)
{
    const Facts *facts = link_facts(context->link);
    /* Without a selector someone else fills its endpoints; one that selects nothing at
     * all is told as such. */
    if (service->selector == BASE_NONE || !link_selects_any(context->link, service->selector))
        return true;
    const Selector *selector = &facts->selectors.at[service->selector];
    for (uint32_t i = 0; i < selector->term_count; i++) {
        uint32_t pair;
        Place place;
        const Term *term = &facts->terms.at[selector->terms + i];
        if (link_term_state(context->link, pod, term, &pair, &place) != TERM_MET)
            return false;
    }
    return true;
}

static void report_set(const LinkContext *context, const Reference *reference, uint32_t target,
                       const ServiceFact *service, bool headless)
{
    const Facts *facts = link_facts(context->link);
    Str set = facts_object_text(facts, reference->object, context->scratch);
    Str other = facts_object_text(facts, target, context->scratch);
    Finding *finding =
        diag_report(context->diag, &rule_governing_service.info,
                    facts_place(facts, reference->object, reference->place),
                    headless ? "%.*s names %.*s, which does not select its Pods"
                             : "%.*s names %.*s, which is not headless",
                    STR_ARG(set), STR_ARG(other));
    if (!finding)
        return;
    finding->object = reference->object;
    finding->path = facts_text(facts, reference->path);
    finding->pointer =
        facts_pointer(facts, reference->path, reference->pointer, &context->diag->arena);
    if (headless) {
        diag_note(context->diag, finding,
                  facts_place(facts, target, facts->selectors.at[service->selector].place),
                  "the selector of %.*s", STR_ARG(other));
        return;
    }
    diag_note(context->diag, finding, facts_name_place(facts, target),
              "%.*s has an address of its own", STR_ARG(other));
    diag_help(context->diag, finding, "give it clusterIP: None");
}

static void check_set(const LinkContext *context, const Reference *reference)
{
    const Facts *facts = link_facts(context->link);
    uint32_t target = link_resolve(context->link, reference);
    uint32_t index = target == BASE_NONE ? target : link_service_of(context->link, target);
    uint32_t pod = link_pod_of(context->link, reference->object);
    if (index == BASE_NONE || pod == BASE_NONE || link_has_alternative(context->link, target))
        return;
    const ServiceFact *service = &facts->services.at[index];
    bool headless = (service->flags & SERVICE_HEADLESS) != 0;
    if (!headless || !selects(context, service, pod))
        report_set(context, reference, target, service, headless);
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    for (uint32_t i = 0;
         (i = link_next_reference(context->link, i, REFERENCES_SERVICE)) < facts->references.len; i++) {
        check_set(context, &facts->references.at[i]);
        arena_reset(context->scratch);
    }
}

const Rule rule_governing_service = {
    .info =
        {
            .id = "governing-service",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_WARNING,
            .summary = "A StatefulSet's Service does not give its Pods their names",
            .why = "Each Pod of a StatefulSet has a name of its own in DNS (db-0.db.shop.svc) "
                   "only if spec.serviceName names a headless Service (clusterIP: None) that "
                   "selects the Pod.  With any other the Pods run, but these names do not exist.",
            .fix = "Make the Service headless (clusterIP: None) and give it a selector that "
                   "matches the StatefulSet's Pods.",
        },
    .on_link = on_link,
};
