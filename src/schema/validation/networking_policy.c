/* networking_policy.c: NetworkPolicies, as pkg/apis/networking/validation has them. */
#include "schema/validation/core_parts.h"

/* ValidateNetworkPolicyPort */
static void validate_network_policy_port(Validation *v, Field item)
{
    Field port = GET(item, port), end = GET(item, endPort);
    validate_given_word(v, GET(item, protocol), "TCP,UDP,SCTP");
    if (field_given(port))
        validate_port_number_or_name(v, port);
    if (!field_given(end))
        return;
    if (!field_given(port))
        validation_invalid(v, end, "may be given only with port");
    else if (field_is_string(v, port))
        validation_invalid(v, end, "may be given only where port is a number");
    else if (field_int(v, end) < field_int(v, port))
        validation_invalid(v, end, "may not be less than port");
    else
        validate_port_number(v, end);
}

/* ValidateIPBlock, and its warnings.  Whether a part lies within the whole is looked at
 * only where both can be read. */
static void validate_ip_block(Validation *v, Field block)
{
    Field cidr = GET(block, cidr);
    IpAddress whole, part;
    unsigned whole_bits, bits;
    if (!validation_must_have(v, cidr))
        return;
    Str text = field_text(v, cidr);
    validate_cidr_for_legacy_field(v, cidr, text);
    warn_of_cidr(v, cidr, text);
    if (!cidr_parse(text, &whole, &whole_bits, true))
        return;
    for (Items i = items_of(v, GET(block, except)); items_next(v, &i);) {
        text = field_text(v, i.item);
        validate_cidr_for_legacy_field(v, i.item, text);
        warn_of_cidr(v, i.item, text);
        if (cidr_parse(text, &part, &bits, true) &&
            (whole.v6 != part.v6 || !cidr_contains(&whole, whole_bits, &part) || whole_bits >= bits))
            validation_invalid(v, i.item, "must be a part of cidr, and smaller");
    }
}

/* ValidateNetworkPolicyPeer */
static void validate_network_policy_peer(Validation *v, Field peer)
{
    Field pods = GET(peer, podSelector), namespaces = GET(peer, namespaceSelector);
    Field block = GET(peer, ipBlock);
    bool selects = field_given(pods) || field_given(namespaces);
    validate_label_selector(v, pods, &(SelectorOptions){false});
    validate_label_selector(v, namespaces, &(SelectorOptions){false});
    if (field_given(block))
        validate_ip_block(v, block);
    if (!selects && !field_given(block))
        validation_required(v, peer, "a peer has a podSelector, a namespaceSelector or an ipBlock");
    else if (selects && field_given(block))
        validation_forbidden(v, peer, "an ipBlock stands alone");
}

static void validate_network_policy_rule(Validation *v, Field ports, Field peers)
{
    for (Items i = items_of(v, ports); items_next(v, &i);)
        validate_network_policy_port(v, i.item);
    for (Items i = items_of(v, peers); items_next(v, &i);)
        validate_network_policy_peer(v, i.item);
}

/* ValidateNetworkPolicySpec */
void validate_network_policy(Validation *v, Field policy)
{
    Field spec = GET(policy, spec), types = GET(spec, policyTypes);
    validate_label_selector(v, GET(spec, podSelector), &(SelectorOptions){false});
    for (Items i = items_of(v, GET(spec, ingress)); items_next(v, &i);)
        validate_network_policy_rule(v, GET(i.item, ports), GET(i.item, from));
    for (Items i = items_of(v, GET(spec, egress)); items_next(v, &i);)
        validate_network_policy_rule(v, GET(i.item, ports), GET(i.item, to));
    if (field_length(v, types) > 2) {
        validation_invalid(v, types, "may have at most two items");
        return;
    }
    for (Items i = items_of(v, types); items_next(v, &i);)
        if (!word_is_one_of(field_text(v, i.item), "Ingress,Egress"))
            validation_not_supported(v, i.item, "Ingress,Egress");
}
