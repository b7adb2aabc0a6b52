/* Facts of what is selected by labels beside Pods, and of policies, copied into a part. */
#include "checks/part_inside.h"

static void copy_labels(Part *part, uint32_t origin)
{
    Facts *facts = part->facts;
    const Facts *whole = part->index->whole;
    FOR_EACH_OF(part->index->labelled, origin, i) {
        const LabelledFact *from = &whole->labelled.at[i];
        Seq set = seq_at(&whole->label_sets, from->labels);
        vec_clear(&part->labels);
        for (uint32_t j = 0; j < set.count; j++) {
            LabelEntry label = {.pair = part_pair(part, set.at[j])};
            vec_push(&part->labels, label);
        }
        part_label_object(part);
        facts_add_labelled(facts, part->object, (LabelSpace)from->space, part->labels.at,
                           part->labels.len);
    }
    FOR_EACH_OF(part->index->label_queries, origin, i) {
        LabelQuery query = whole->label_queries.at[i];
        uint32_t first = facts->terms.len;
        for (uint32_t j = 0; j < query.term_count; j++)
            vec_push(&facts->terms, part_term(part, &whole->terms.at[query.terms + j]));
        query.object = part->object;
        query.terms = first;
        part->index->query_ids[i] = facts->label_queries.len;
        vec_push(&facts->label_queries, query);
    }
}

static uint32_t mapped(const uint32_t *ids, uint32_t id) { return id == BASE_NONE ? id : ids[id]; }

static void copy_network(Part *part, uint32_t origin)
{
    Facts *facts = part->facts;
    const PartIndex *index = part->index;
    FOR_EACH_OF(index->peers, origin, i) {
        PeerFact peer = index->whole->peers.at[i];
        peer.object = part->object;
        peer.pods = mapped(index->selector_ids, peer.pods);
        peer.namespaces = mapped(index->query_ids, peer.namespaces);
        index->peer_ids[i] = facts->peers.len;
        vec_push(&facts->peers, peer);
    }
    FOR_EACH_OF(index->policy_ports, origin, i) {
        PolicyPort port = index->whole->policy_ports.at[i];
        port.object = part->object;
        port.selector = mapped(index->selector_ids, port.selector);
        port.peers = port.peer_count ? index->peer_ids[port.peers] : 0;
        vec_push(&facts->policy_ports, port);
    }
    FOR_EACH_OF(index->idle_rules, origin, i) {
        IdleRules rules = index->whole->idle_rules.at[i];
        rules.object = part->object;
        vec_push(&facts->idle_rules, rules);
    }
}

void part_copy_policies(Part *part, uint32_t origin)
{
    Facts *facts = part->facts;
    const Facts *whole = part->index->whole;
    copy_labels(part, origin);
    copy_network(part, origin);
    FOR_EACH_OF(part->index->topology_keys, origin, i) {
        TopologyKey topology = whole->topology_keys.at[i];
        topology.object = part->object;
        vec_push(&facts->topology_keys, topology);
    }
    FOR_EACH_OF(part->index->namespace_uses, origin, i) {
        NamespaceUse use = whole->namespace_uses.at[i];
        use.object = part->object;
        if (use.ns == part->entry->object.ns)
            vec_push(&facts->namespace_uses, use);
    }
    FOR_EACH_OF(part->index->policy_kinds, origin, i) {
        PolicyKind policy = whole->policy_kinds.at[i];
        policy.object = part->object;
        vec_push(&facts->policy_kinds, policy);
    }
    FOR_EACH_OF(part->index->parameters, origin, i) {
        Parameters parameters = whole->parameters.at[i];
        parameters.object = part->object;
        parameters.query = mapped(part->index->query_ids, parameters.query);
        vec_push(&facts->parameters, parameters);
    }
}
