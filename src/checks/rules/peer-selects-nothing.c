/* A peer of a NetworkPolicy selects no Pod, or no Namespace. */
#include "checks/link.h"

extern const Rule rule_peer_selects_nothing;

static Finding *report_peer(const LinkContext *context, const PeerFact *peer, Place place,
                            uint32_t path, uint32_t pointer, const char *what)
{
    const Facts *facts = link_facts(context->link);
    Str object = facts_object_text(facts, peer->object, context->scratch);
    Finding *finding = diag_report(context->diag, &rule_peer_selects_nothing.info, place,
                                   "%.*s %s %s", STR_ARG(object),
                                   peer->egress ? "lets its Pods reach peers that do not exist:"
                                                : "lets in peers that do not exist:",
                                   what);
    if (!finding)
        return NULL;
    finding->object = peer->object;
    finding->path = facts_text(facts, path);
    finding->pointer = facts_pointer(facts, path, pointer, &context->diag->arena);
    return finding;
}

/* ---- Pods of the policy's own namespace ---- */
static void check_own(const LinkContext *context, const PeerFact *peer, NearestScratch *scratch)
{
    const Facts *facts = link_facts(context->link);
    const Selector *selector = &facts->selectors.at[peer->pods];
    if (selector->term_count == 0 || link_selects_any(context->link, peer->pods))
        return;
    Finding *finding =
        report_peer(context, peer, facts_place(facts, peer->object, peer->place), peer->path,
                    peer->pointer, "no Pod of the namespace has these labels");
    Nearest nearest = link_nearest(context->link, peer->pods, scratch);
    if (nearest.count) {
        const PodFact *pod = &facts->pods.at[nearest.pods[0]];
        diag_note(context->diag, finding, facts_place(facts, pod->object, pod->place),
                  "%.*s comes nearest",
                  STR_ARG(facts_object_text(facts, pod->object, context->scratch)));
    }
    uint32_t other = link_match_elsewhere(context->link, peer->pods);
    if (other != BASE_NONE) {
        const PodFact *pod = &facts->pods.at[other];
        diag_note(context->diag, finding, facts_place(facts, pod->object, pod->place),
                  "%.*s of namespace \"%.*s\" has them: that takes a namespaceSelector",
                  STR_ARG(facts_object_text(facts, pod->object, context->scratch)),
                  STR_ARG(facts_text(facts, facts_object(facts, pod->object)->ns)));
    } else if (nearest.count == 0 && finding) {
        diag_lower(context->diag, finding, SEVERITY_INFO);
    }
}

/* ---- Namespaces ---- */
/* Whether the query asks for a name that the cluster has, or the input speaks of. */
static bool names_namespace(const Facts *facts, const LabelQuery *query)
{
    for (uint32_t i = 0; i < query->term_count; i++) {
        const Term *term = &facts->terms.at[query->terms + i];
        if (!str_is(facts_text(facts, term->key), FACTS_NAMESPACE_LABEL))
            continue;
        uint32_t count = term->op == TERM_EQUALS ? 1 : term->op == TERM_IN ? term->value_count : 0;
        for (uint32_t j = 0; j < count; j++) {
            uint32_t pair =
                term->op == TERM_EQUALS ? term->value : facts->term_values.at[term->value + j];
            Str name = facts_text(facts, facts_pair_value(facts, pair));
            if (str_is(name, "default") || str_starts(name, STR("kube-")))
                return true;
        }
    }
    return false;
}

/* One that fails a single term is the nearest; without it the Namespace may well be made
 * elsewhere, as the one of an Ingress controller is. */
static void check_namespaces(const LinkContext *context, const PeerFact *peer)
{
    const Facts *facts = link_facts(context->link);
    const LabelQuery *query = &facts->label_queries.at[peer->namespaces];
    if (link_space_is_empty(context->link, LABELS_NAMESPACE) || names_namespace(facts, query))
        return;
    Finding *finding =
        report_peer(context, peer, facts_place(facts, peer->object, query->place), query->path,
                    query->pointer, "no Namespace of the input has these labels");
    uint32_t failed, nearest = link_nearest_labelled(context->link, peer->namespaces, &failed);
    if (nearest == BASE_NONE || failed > 1) {
        if (finding)
            diag_lower(context->diag, finding, SEVERITY_INFO);
        return;
    }
    diag_note(context->diag, finding, facts_name_place(facts, nearest),
              failed == query->term_count ? "%.*s comes nearest" : "%.*s has all of them but one",
              STR_ARG(facts_object_text(facts, nearest, context->scratch)));
}

/* ---- Pods of Namespaces that are selected ---- */
static bool meets(const Link *link, uint32_t ns, void *context)
{
    const PeerFact *peer = context;
    return link_namespace_meets(link, peer->namespaces, ns);
}

static void check_both(const LinkContext *context, const PeerFact *peer, uint32_t ns_object)
{
    const Facts *facts = link_facts(context->link);
    PeerFact asked = *peer;
    if (!link_has_pods(context->link, facts_object(facts, ns_object)->name) ||
        link_selects_anywhere(context->link, peer->pods, meets, &asked))
        return;
    Finding *finding =
        report_peer(context, peer, facts_place(facts, peer->object, peer->place), peer->path,
                    peer->pointer, "no Pod of the selected namespaces has these labels");
    diag_note(context->diag, finding, facts_name_place(facts, ns_object), "%.*s is selected",
              STR_ARG(facts_object_text(facts, ns_object, context->scratch)));
}

static void check_peer(const LinkContext *context, const PeerFact *peer, NearestScratch *scratch)
{
    const Facts *facts = link_facts(context->link);
    if (!peer->other_namespaces) {
        check_own(context, peer, scratch);
        return;
    }
    uint32_t object;
    switch (link_find_labelled(context->link, peer->namespaces, &object)) {
    case LABELS_UNKNOWN: return;
    case LABELS_NONE: check_namespaces(context, peer); return;
    case LABELS_FOUND:
        if (peer->pods != BASE_NONE && facts->selectors.at[peer->pods].term_count > 0)
            check_both(context, peer, object);
    }
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    NearestScratch scratch = {0};
    for (uint32_t i = 0; i < facts->peers.len; i++) {
        check_peer(context, &facts->peers.at[i], &scratch);
        arena_reset(context->scratch);
    }
    nearest_scratch_free(&scratch);
}

const Rule rule_peer_selects_nothing = {
    .info =
        {
            .id = "peer-selects-nothing",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_WARNING,
            .summary = "A peer of a NetworkPolicy selects no Pod or no Namespace",
            .why = "A rule lets traffic pass from or to the Pods that its peers select: with "
                   "podSelector alone those of the policy's own namespace, with namespaceSelector all "
                   "Pods of the Namespaces that it matches, with both in one item the Pods that match "
                   "in those Namespaces.  A peer that selects nothing lets nothing pass, and nobody "
                   "says so.  A warning, because Pods and Namespaces may be made elsewhere; an info "
                   "where nothing in the input comes near.",
            .fix = "Make the labels equal to those of the Pods or of the Namespace; for Pods of "
                   "another namespace put a namespaceSelector beside podSelector, in the same item.",
        },
    .on_link = on_link,
};
