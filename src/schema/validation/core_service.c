/* core_service.c: Services, as ValidateServiceCreate of pkg/apis/core/validation and
 * the steps before it in pkg/registry/core/service have them: a clusterIP alone is
 * taken for the list clusterIPs, and what contradicts itself among addresses and
 * families is refused before anything else is looked at.
 *
 * Left to others: whether a number or an address is free or within the cluster's
 * range, and node ports that one Service names twice (rule node-port-conflict). */
#include "schema/validation/core_parts.h"

/* Fields that few Services have: without them, most of what follows has nothing to look at. */
#define RARE                                                                                   \
    (FIELD_BITS(externalIPs, externalName, externalTrafficPolicy, internalTrafficPolicy) |     \
     FIELD_BITS(sessionAffinity, loadBalancerIP, loadBalancerSourceRanges, loadBalancerClass) | \
     FIELD_BITS(allocateLoadBalancerNodePorts, healthCheckNodePort, trafficDistribution))

/* The addresses after normalizeClusterIPs. */
typedef struct ClusterIps {
    const Fields *spec;
    Field list, single;
    bool from_single;     /* the list was made of clusterIP */
    uint32_t count;
    bool headless;
} ClusterIps;

static Field ip_at(const Validation *v, const ClusterIps *ips, uint32_t index)
{
    return ips->from_single ? ips->single : items_at(v, ips->list, index);
}

static ClusterIps cluster_ips_of(const Validation *v, const Fields *spec)
{
    ClusterIps ips = {.spec = spec, .list = OF(spec, clusterIPs), .single = OF(spec, clusterIP)};
    ips.count = field_length(v, ips.list);
    if (ips.count == 0 && !field_is_empty(v, ips.single)) {
        ips.from_single = true;
        ips.count = 1;
    }
    ips.headless = ips.count == 1 && field_text_is(v, ip_at(v, &ips, 0), "None");
    return ips;
}

/* As the server names it, whichever of the two fields the file has. */
static void as_ip(Validation *v, const ClusterIps *ips, Finding *finding, uint32_t index)
{
    validation_as(v, finding, ips->spec->whole, ".clusterIPs[%u]", index);
}

/* ---- addresses and families: before anything is allocated ---- */

static bool validate_ip_list(Validation *v, const ClusterIps *ips)
{
    bool fine = true;
    if (ips->count > 0 && field_is_empty(v, ips->single)) {
        validation_invalid(v, ips->list, "must be left out where clusterIP is");
        fine = false;
    } else if (!ips->from_single && ips->count > 0 &&
               !str_eq(field_text(v, ip_at(v, ips, 0)), field_text(v, ips->single))) {
        validation_invalid(v, ips->list, "must have what clusterIP says as its first item");
        fine = false;
    }
    if (ips->count > 2) {
        validation_invalid(v, ips->list, "may have at most 2 items");
        fine = false;
    }
    return fine;
}

static bool validate_families(Validation *v, Field families)
{
    bool fine = true, seen[2] = {false, false};
    for (Items i = items_of(v, families); items_next(v, &i);) {
        bool v6 = field_text_is(v, i.item, "IPv6");
        if (!v6 && !field_text_is(v, i.item, "IPv4")) {
            validation_not_supported(v, i.item, "IPv4,IPv6");
            fine = false;
            continue;
        }
        if (seen[v6]) {
            validation_duplicate(v, i.item, FIELD_NONE);
            fine = false;
        }
        seen[v6] = true;
    }
    return fine;
}

/* One address of each family, and each of the family that stands beside it. */
static bool validate_dual_stack(Validation *v, const ClusterIps *ips, Field families)
{
    bool fine = true;
    IpAddress first = {0}, second = {0};
    if (ips->count == 2 && ip_parse(field_text(v, ip_at(v, ips, 0)), &first, true) &&
        ip_parse(field_text(v, ip_at(v, ips, 1)), &second, true) && first.v6 == second.v6) {
        validation_invalid(v, ips->list, "may have no more than one address of each family");
        fine = false;
    }
    for (uint32_t i = 0; !ips->headless && i < ips->count; i++) {
        Field family = items_at(v, families, i), ip = ip_at(v, ips, i);
        IpAddress address;
        if (!field_given(family) || !ip_parse(field_text(v, ip), &address, true))
            continue;
        bool v6 = field_text_is(v, family, "IPv6");
        if (v6 != address.v6 && (v6 || field_text_is(v, family, "IPv4"))) {
            as_ip(v, ips, validation_invalid(v, ip, "must be an %s address, as ipFamilies[%u] says",
                                             v6 ? "IPv6" : "IPv4", i), i);
            fine = false;
        }
    }
    return fine;
}

/* ValidateServiceClusterIPsRelatedFields */
static bool validate_service_cluster_ips_related_fields(Validation *v, const ClusterIps *ips)
{
    Field families = OF(ips->spec, ipFamilies);
    bool fine = validate_ip_list(v, ips);
    uint32_t versions = v->versions, valid = versions; /* where each address is one */
    fine &= validate_families(v, families);
    fine &= validate_given_word(v, OF(ips->spec, ipFamilyPolicy),
                                "PreferDualStack,RequireDualStack,SingleStack");
    for (uint32_t i = 0; i < ips->count; i++) {
        Field ip = ip_at(v, ips, i);
        Str text = field_text(v, ip);
        if (i == 0 && str_is(text, "None")) {
            if (ips->count > 1) {
                validation_invalid(v, ips->list, "may have None only alone");
                valid = 0;
            }
            continue;
        }
        const char *wrong = format_sloppy_ip(text);
        if (!wrong && (wrong = format_legacy_ip(text)))
            v->versions &= VALIDATION_SINCE(36);
        if (wrong) {
            as_ip(v, ips, validation_invalid(v, ip, "%s", wrong), i);
            valid &= ~v->versions;
        }
        v->versions = versions;
    }
    v->versions = valid;
    fine &= valid != 0 && validate_dual_stack(v, ips, families);
    v->versions = versions;
    return fine;
}

/* initIPFamilyFields, as far as every cluster says the same. */
static bool validate_ip_family_policy(Validation *v, const ClusterIps *ips)
{
    Field policy = OF(ips->spec, ipFamilyPolicy);
    bool selects = field_has_items(v, OF(ips->spec, selector));
    bool single = field_given(policy) ? field_text_is(v, policy, "SingleStack")
                                      : !field_text_is(v, ips->single, "None") || selects;
    if (!single)
        return true;
    if (ips->count == 2)
        validation_invalid(v, policy, "must be PreferDualStack or RequireDualStack where there are "
                                      "two clusterIPs");
    bool two = field_length(v, OF(ips->spec, ipFamilies)) == 2;
    if (two)
        validation_invalid(v, policy, "must be PreferDualStack or RequireDualStack where there are "
                                      "two ipFamilies");
    return !two && ips->count != 2;
}

/* ---- ports ---- */

/* validateServicePort.  A port out of range and a wrong protocol are rows, as are a
 * Service's own type, sessionAffinity and lack of ports. */
static void validate_service_port(Validation *v, const Fields *port, bool needs_name, Seen *names)
{
    Field name = OF(port, name), first;
    if (needs_name && field_is_empty(v, name)) {
        validation_required(v, name, "a Service with several ports names each of them");
    } else if (!field_is_empty(v, name)) {
        validation_optional_text(v, name, format_dns_label);
        if (needs_name && seen_before(v, names, field_text(v, name), name, &first))
            validation_duplicate(v, name, first);
    }
    if (!(port->bits & FIELD_BIT(port)))
        validate_port_number(v, OF(port, port));
    Field target = OF(port, targetPort);
    /* 0 and "" stand for the port. */
    if (!field_is_empty(v, target))
        validate_port_number_or_name(v, target);
    validate_given_text(v, OF(port, appProtocol), format_qualified_name);
}

/* Of what is no mapping its wrong type is all that there is to say. */
static bool is_struct(const Validation *v, Field item)
{
    return !field_given(item) || node_kind(v->doc, item.node) == NODE_MAP;
}

static void validate_service_ports(Validation *v, Field ports, bool cluster_ip)
{
    Seen names, numbers; /* of several */
    bool several = field_length(v, ports) > 1;
    if (several) {
        memset(&names, 0, sizeof names);
        memset(&numbers, 0, sizeof numbers);
    }
    uint64_t of_ports = 0;
    for (Items i = items_of(v, ports); items_next(v, &i);) {
        if (!is_struct(v, i.item))
            continue;
        Fields port;
        fields_read(v, i.item, &port);
        validate_service_port(v, &port, several, &names);
        of_ports |= port.bits;
    }
    if (!several && !(of_ports & FIELD_BIT(nodePort)))
        return;
    for (Items i = items_of(v, ports); items_next(v, &i);) {
        if (!is_struct(v, i.item))
            continue;
        Field node_port = GET(i.item, nodePort), first;
        if (cluster_ip && field_int(v, node_port) != 0)
            validation_forbidden(v, node_port, "a Service of type ClusterIP has no node ports");
        if (several && seen_pair(v, &numbers, field_text_or(v, GET(i.item, protocol), "TCP"),
                                 field_int(v, GET(i.item, port)), i.item, &first))
            validation_duplicate(v, i.item, first);
    }
}

/* ---- what depends on the type ---- */

static void validate_external_name(Validation *v, const Fields *spec, const ClusterIps *ips)
{
    static const char WHY[] = "a Service of type ExternalName has none";
    if (ips->count > 0) {
        Field ip = ips->from_single ? ips->single : ips->list;
        validation_as(v, validation_forbidden(v, ip, WHY), spec->whole, ".clusterIPs");
    }
    if (field_has_items(v, OF(spec, ipFamilies)))
        validation_forbidden(v, OF(spec, ipFamilies), WHY);
    if (field_given(OF(spec, ipFamilyPolicy)))
        validation_forbidden(v, OF(spec, ipFamilyPolicy), WHY);
    Field name = OF(spec, externalName);
    Str text = field_text(v, name);
    if (text.len && text.ptr[text.len - 1] == '.')
        text.len--;
    const char *wrong = text.len ? format_dns_subdomain(text) : NULL;
    if (text.len == 0)
        validation_required(v, name, "a Service of type ExternalName needs it");
    else if (wrong)
        validation_invalid(v, name, "%s", wrong);
}

static void validate_session_affinity(Validation *v, const Fields *spec)
{
    if (!field_text_is(v, OF(spec, sessionAffinity), "ClientIP"))
        return;
    Field timeout = GET(GET(OF(spec, sessionAffinityConfig), clientIP), timeoutSeconds);
    if (field_given(timeout))
        validation_range(v, timeout, 1, 86400);
}

static void validate_source_ranges(Validation *v, Field annotations, Field ranges, bool balancer)
{
    static const char KEY[] = "service.beta.kubernetes.io/load-balancer-source-ranges";
    static const char WHY[] = "it is for Services of type LoadBalancer";
    if (field_has_items(v, ranges)) {
        validation_rename(v, ranges.node, STR("spec.LoadBalancerSourceRanges"));
        if (!balancer)
            validation_forbidden(v, ranges, WHY);
        for (Items i = items_of(v, ranges); items_next(v, &i);)
            validate_cidr_for_legacy_field(v, i.item, text_trimmed(field_text(v, i.item)));
        validation_rename(v, BASE_NONE, str_slice("", 0));
        return;
    }
    Field annotation = field_entry(v, annotations, KEY);
    if (!field_given(annotation))
        return;
    if (!balancer)
        validation_forbidden(v, annotation, WHY);
    Str rest = text_trimmed(field_text(v, annotation));
    while (rest.len) {
        size_t comma = str_find(rest, ',');
        bool fine = validate_cidr_for_legacy_field(v, annotation,
                                                   text_trimmed(str_slice(rest.ptr, comma)));
        if (!fine || comma == rest.len)
            return;
        rest = str_slice(rest.ptr + comma + 1, rest.len - comma - 1);
        if (rest.len == 0)
            validate_cidr_for_legacy_field(v, annotation, rest);
    }
}

/* validateLoadBalancerClassField and allocateLoadBalancerNodePorts */
static void validate_load_balancer(Validation *v, const Fields *spec, bool balancer)
{
    Field class = OF(spec, loadBalancerClass);
    Field allocate = OF(spec, allocateLoadBalancerNodePorts);
    if (balancer) {
        validate_given_text(v, class, format_qualified_name);
        return;
    }
    if (field_given(allocate))
        validation_forbidden(v, allocate, "it is for Services of type LoadBalancer");
    if (field_given(class))
        validation_forbidden(v, class, "it is for Services of type LoadBalancer");
}

/* validateServiceExternalTrafficPolicy */
static void validate_service_external_traffic_policy(Validation *v, const Fields *spec, Str type)
{
    bool balancer = str_is(type, "LoadBalancer");
    bool external = balancer || str_is(type, "NodePort") ||
                    (str_is(type, "ClusterIP") && field_has_items(v, OF(spec, externalIPs)));
    Field policy = OF(spec, externalTrafficPolicy), health = OF(spec, healthCheckNodePort);
    if (external)
        validation_optional_word(v, policy, "Cluster,Local");
    else if (!field_is_empty(v, policy))
        validation_invalid(v, policy, "is for Services that are reached from outside: of type "
                                      "NodePort or LoadBalancer, or with externalIPs");
    if (field_int(v, health) == 0)
        return;
    if (balancer && field_text_is(v, policy, "Local"))
        validate_port_number(v, health);
    else
        validation_invalid(v, health, "is for Services of type LoadBalancer whose "
                                      "externalTrafficPolicy is Local");
}

/* validateServiceTrafficDistribution; the field came with 1.30. */
static void validate_service_traffic_distribution(Validation *v, Field distribution)
{
    VALIDATION_ONLY(v, VALIDATION_SINCE(34))
        validate_given_word(v, distribution, "PreferClose,PreferSameZone,PreferSameNode");
    VALIDATION_ONLY(v, VALIDATION_SINCE(31) & VALIDATION_UNTIL(33))
        validate_given_word(v, distribution, "PreferClose");
}

static void validate_external_ips(Validation *v, Field ips)
{
    for (Items i = items_of(v, ips); items_next(v, &i);)
        if (validate_ip_for_legacy_field(v, i.item, field_text(v, i.item)))
            validate_endpoint_ip(v, i.item);
}

/* ---- warnings ---- */

static const char TOPOLOGY_HINTS[] = "service.kubernetes.io/topology-aware-hints";
static const char TOPOLOGY_MODE[] = "service.kubernetes.io/topology-mode";

static void warn_of_headless(Validation *v, const Fields *spec)
{
    if (!field_is_empty(v, OF(spec, loadBalancerIP)))
        validation_warning(v, OF(spec, loadBalancerIP), "means nothing to a headless Service");
    if (field_has_items(v, OF(spec, externalIPs)))
        validation_warning(v, OF(spec, externalIPs), "means nothing to a headless Service");
    Field affinity = OF(spec, sessionAffinity);
    if (!field_is_empty(v, affinity) && !field_text_is(v, affinity, "None"))
        validation_warning(v, affinity, "means nothing to a headless Service");
}

static void warn_of_external(Validation *v, const Fields *spec, bool external_name, bool headless)
{
    Field ips = OF(spec, externalIPs), name = OF(spec, externalName);
    bool some = field_has_items(v, ips);
    VALIDATION_ONLY(v, VALIDATION_SINCE(36))
    {
        if (some && !headless && !external_name)
            validation_warning(v, ips, "is deprecated; clusters may no longer implement it");
    }
    if (some && external_name)
        validation_warning(v, ips, "means nothing to a Service of type ExternalName");
    if (!external_name && !field_is_empty(v, name))
        validation_warning(v, name, "means nothing to a Service that is not of type ExternalName");
}

/* GetWarningsForService */
static void warn_of_service(Validation *v, Field hints, const ClusterIps *ips, Str type)
{
    const Fields *spec = ips->spec;
    bool external_name = str_is(type, "ExternalName");
    bool headless = str_is(type, "ClusterIP") && field_text_is(v, ips->single, "None");
    if (field_given(hints))
        validation_warning(v, hints, "is deprecated: use %s", TOPOLOGY_MODE);
    for (uint32_t i = 0; i < ips->count && i < 2; i++)
        warn_of_ip(v, ip_at(v, ips, i), field_text(v, ip_at(v, ips, i)));
    if (headless)
        warn_of_headless(v, spec);
    if (!(spec->bits & RARE))
        return;
    for (Items i = items_of(v, OF(spec, externalIPs)); items_next(v, &i);)
        warn_of_ip(v, i.item, field_text(v, i.item));
    warn_of_external(v, spec, external_name, headless);
    warn_of_any_ip(v, OF(spec, loadBalancerIP), field_text(v, OF(spec, loadBalancerIP)));
    for (Items i = items_of(v, OF(spec, loadBalancerSourceRanges)); items_next(v, &i);)
        warn_of_cidr(v, i.item, field_text(v, i.item));
    Field distribution = OF(spec, trafficDistribution);
    VALIDATION_ONLY(v, VALIDATION_SINCE(35))
    {
        if (field_text_is(v, distribution, "PreferClose"))
            validation_warning(v, distribution, "PreferClose is deprecated: use PreferSameZone");
    }
}

/* ---- the whole ---- */

/* A load balancer was not to open what the kubelet of every node has. */
static void validate_kubelet_port(Validation *v, Field ports)
{
    enum { KUBELET_PORT = 10250 };
    for (Items i = items_of(v, ports); items_next(v, &i);)
        if (field_int(v, GET(i.item, port)) == KUBELET_PORT)
            validation_invalid(v, i.item, "may not have port %d, which is the kubelet's",
                               KUBELET_PORT);
}

/* What few Services have, in the order in which the server comes to it. */
static void validate_rare_fields(Validation *v, const Fields *spec, Field annotations, Str type)
{
    bool balancer = str_is(type, "LoadBalancer");
    validate_session_affinity(v, spec);
    validate_external_ips(v, OF(spec, externalIPs));
    validate_source_ranges(v, annotations, OF(spec, loadBalancerSourceRanges), balancer);
    validate_load_balancer(v, spec, balancer);
    validate_service_external_traffic_policy(v, spec, type);
    validate_given_word(v, OF(spec, internalTrafficPolicy), "Cluster,Local");
    validate_service_traffic_distribution(v, OF(spec, trafficDistribution));
}

static void validate_whole_service(Validation *v, Field annotations, Field whole)
{
    Fields of, *spec = &of;
    fields_read(v, whole, spec);
    Str type = field_text_or(v, OF(spec, type), "ClusterIP");
    bool balancer = str_is(type, "LoadBalancer");
    ClusterIps ips = cluster_ips_of(v, spec);
    if ((spec->bits & FIELD_BITS(clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy)) &&
        !str_is(type, "ExternalName") &&
        (!validate_service_cluster_ips_related_fields(v, &ips) ||
         !validate_ip_family_policy(v, &ips)))
        return; /* nothing is allocated, and the server comes to nothing else */

    Field hints = field_entry(v, annotations, TOPOLOGY_HINTS);
    Field mode = field_entry(v, annotations, TOPOLOGY_MODE);
    if (field_given(hints) && field_given(mode) &&
        !str_eq(field_text(v, hints), field_text(v, mode)))
        validation_invalid(v, mode, "must say the same as %s", TOPOLOGY_HINTS);

    if (ips.headless && (balancer || str_is(type, "NodePort")))
        as_ip(v, &ips, validation_invalid(v, ip_at(v, &ips, 0), "may not be None for type %.*s",
                                          STR_ARG(type)), 0);
    if (str_is(type, "ExternalName"))
        validate_external_name(v, spec, &ips);
    if (balancer)
        VALIDATION_ONLY(v, VALIDATION_UNTIL(32))
            validate_kubelet_port(v, OF(spec, ports));
    validate_service_ports(v, OF(spec, ports), str_is(type, "ClusterIP"));
    validate_labels(v, OF(spec, selector));
    if ((spec->bits & RARE) || field_given(annotations))
        validate_rare_fields(v, spec, annotations, type);
    warn_of_service(v, hints, &ips, type);
}

/* ValidateServiceCreate */
void validate_service(Validation *v, Field service)
{
    Field annotations = GET(GET(service, metadata), annotations), spec = GET(service, spec);
    bool plain = service_is_plain(v, annotations, spec);
    VALIDATION_UNLESS(v, plain)
        validate_whole_service(v, annotations, spec);
}
