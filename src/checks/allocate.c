/* What a cluster hands out once: node ports and cluster addresses.
 *
 * Services are taken in the order of their places, as if each were really created
 * behind the one before it, and asked what allocateCreate of
 * pkg/registry/core/service/storage asks, in its order: families first, then
 * addresses, then ports.  A Service that is refused, for this or by itself, takes
 * nothing, so that who comes behind it may have what it asked for.
 *
 * What a cluster has is the reference cluster's, or what configuration says of
 * another (docs/validation.md).  Where it is only the reference cluster that would
 * refuse, and clusters are known to differ, the fault is not sure. */
#include "checks/index.h"
#include "schema/validation/formats.h"

enum { NODE_PORTS = 65536, DEFINITIONS_LOOKED_AT = 64 };
#define NO_SERVICE UINT32_MAX

typedef struct NodePort {
    uint32_t service, index; /* who has it; NO_SERVICE */
    uint8_t protocols;       /* that the entries which share it have */
} NodePort;

typedef struct Network {
    IpAddress address;
    unsigned bits;
} Network;

typedef struct Allocator {
    Link *link;
    const Facts *facts;
    const ReferenceCluster *cluster;
    Network networks[REFERENCE_FAMILIES];
    uint32_t network_count;
    NodePort *ports;         /* NODE_PORTS of them, once somebody asks */
    SeqTable addresses;      /* (string) -> who has it */
    VEC(uint32_t) holders;   /* of each address: the claim, or BASE_NONE */
    VEC(uint32_t) claims;    /* of cluster addresses, by place */
    uint32_t next_claim;
    bool *created;           /* per Service */
    /* Of the Service in hand. */
    uint32_t service;
    VEC(uint32_t) taken_ports; /* numbers, to be given back */
    uint32_t own[REFERENCE_FAMILIES + 1], own_count; /* claims, as clusterIPs has them */
    uint32_t single;         /* the claim of clusterIP, or BASE_NONE */
    bool refused;            /* for sure */
    bool stopped;            /* the server says no more of this Service */
} Allocator;

static const ServiceFact *service_in_hand(const Allocator *a)
{
    return &a->facts->services.at[a->service];
}

static void add_fault(Allocator *a, Fault fault)
{
    fault.service = a->service;
    fault.later = a->stopped;
    a->refused |= fault.sure;
    vec_push(&a->link->faults, fault);
}

/* ---- families: initIPFamilyFields ---- */
static bool has_family(const Allocator *a, bool v6)
{
    for (uint32_t i = 0; i < a->network_count; i++)
        if (a->networks[i].address.v6 == v6)
            return true;
    return false;
}

static bool claim_address(const Allocator *a, uint32_t claim, IpAddress *address)
{
    return ip_parse(facts_text(a->facts, a->facts->claims.at[claim].key), address, true);
}

/* Addresses that say more families than ipFamilies does must be of one there is. */
static bool check_inferred_families(Allocator *a)
{
    IpAddress address;
    bool good = true;
    for (uint32_t i = service_in_hand(a)->family_count; i < a->own_count; i++)
        if (claim_address(a, a->own[i], &address) && !has_family(a, address.v6)) {
            add_fault(a, (Fault){.kind = FAULT_ADDRESS_FAMILY, .index = a->own[i],
                                 .server_index = i, .sure = a->cluster->ranges_given});
            good = false;
        }
    return good;
}

static bool check_families(Allocator *a)
{
    const ServiceFact *service = service_in_hand(a);
    bool sure = a->cluster->ranges_given;
    if (!check_inferred_families(a))
        return false;
    if (service->flags & SERVICE_HEADLESS && service->selector == BASE_NONE)
        return true; /* its endpoints may have any family */
    bool good = true;
    if (service->family_policy == FAMILIES_BOTH && a->network_count < 2) {
        add_fault(a, (Fault){.kind = FAULT_DUAL_STACK, .sure = sure});
        good = false;
    }
    for (uint32_t i = 0; i < service->family_count; i++) {
        uint8_t family = service->families[i];
        if (family == FAMILY_UNKNOWN || has_family(a, family == FAMILY_V6))
            continue;
        add_fault(a, (Fault){.kind = FAULT_FAMILY, .index = i, .sure = sure});
        good = false;
    }
    return good;
}

/* ---- addresses: allocClusterIPs ---- */
static size_t address_size(const IpAddress *address) { return address->v6 ? 16 : 4; }

/* The first address names the network, and of IPv4 the last is for all: neither can
 * be had (servicecidr.PrefixContainsIP). */
static bool network_offers(const Network *network, const IpAddress *address)
{
    if (!cidr_contains(&network->address, network->bits, address))
        return false;
    bool zeros = true, ones = true;
    for (size_t bit = network->bits; bit < 8 * address_size(address); bit++) {
        bool set = address->bytes[bit / 8] >> (7 - bit % 8) & 1;
        zeros &= !set;
        ones &= set;
    }
    return !zeros && (address->v6 || !ones);
}

/* The Service `kubernetes` has the first address of the first range. */
static bool is_the_servers(const Allocator *a, const IpAddress *address)
{
    if (!a->network_count || address->v6 != a->networks[0].address.v6)
        return false;
    IpAddress first = a->networks[0].address;
    first.bytes[address_size(&first) - 1] |= 1;
    return ip_equal(&first, address);
}

static uint32_t address_id(Allocator *a, uint32_t claim)
{
    uint32_t key = a->facts->claims.at[claim].key;
    uint32_t id = seq_intern(&a->addresses, &key, 1);
    if (id == a->holders.len)
        vec_push(&a->holders, BASE_NONE);
    return id;
}

static bool check_address(Allocator *a, uint32_t claim)
{
    IpAddress address;
    bool sure = a->cluster->ranges_given, offered = false;
    if (!claim_address(a, claim, &address))
        return true; /* told already */
    for (uint32_t i = 0; i < a->network_count; i++)
        offered |= network_offers(&a->networks[i], &address);
    Fault fault = {.index = claim, .taken = BASE_NONE, .sure = sure};
    uint32_t id = address_id(a, claim), holder = a->holders.at[id];
    if (holder != BASE_NONE && !link_same_identity(a->link, a->facts->claims.at[holder].object,
                                                   a->facts->claims.at[claim].object)) {
        fault.kind = FAULT_ADDRESS_TAKEN;
        fault.taken = holder;
        fault.sure = link_surely_meet(a->link, a->facts->claims.at[holder].object,
                                      a->facts->claims.at[claim].object);
    } else if (!offered && !has_family(a, address.v6)) {
        return true; /* told already; another cluster would have it */
    } else if (!offered) {
        fault.kind = FAULT_ADDRESS_RANGE;
    } else if (is_the_servers(a, &address)) {
        fault.kind = FAULT_ADDRESS_TAKEN;
    } else {
        return true;
    }
    add_fault(a, fault);
    return false;
}

static void check_addresses(Allocator *a)
{
    for (uint32_t i = 0; i < a->own_count; i++)
        if (!check_address(a, i == 0 && a->single != BASE_NONE ? a->single : a->own[i]))
            a->stopped = true;
}

/* The claims of the Service in hand: those of clusterIPs, or the one of clusterIP. */
static void gather_own(Allocator *a)
{
    static const Str LIST = STR_INIT("spec.clusterIPs[");
    uint32_t object = service_in_hand(a)->object;
    a->own_count = 0;
    a->single = BASE_NONE;
    while (a->next_claim < a->claims.len) {
        uint32_t at = a->claims.at[a->next_claim];
        const Claim *claim = &a->facts->claims.at[at];
        if (claim->object != object) {
            if (link_compare_objects(a->link, claim->object, object) > 0)
                break;
            a->next_claim++; /* of what is no Service */
            continue;
        }
        a->next_claim++;
        if (!str_starts(facts_text(a->facts, claim->path), LIST))
            a->single = at;
        else if (a->own_count < BASE_COUNT(a->own))
            a->own[a->own_count++] = at;
    }
    if (!a->own_count && a->single != BASE_NONE)
        a->own[a->own_count++] = a->single;
}

/* ---- node ports: initNodePorts, allocHealthCheckNodePort ---- */
/* False where the operation ends here. */
static bool take_port(Allocator *a, int32_t number, uint32_t index, uint32_t server_index)
{
    if (!a->ports) {
        a->ports = mem_resize(NULL, sizeof *a->ports * NODE_PORTS);
        for (uint32_t i = 0; i < NODE_PORTS; i++)
            a->ports[i] = (NodePort){.service = NO_SERVICE};
    }
    NodePort *port = &a->ports[number];
    Fault fault = {.index = index, .server_index = server_index, .taken = BASE_NONE, .sure = true};
    uint32_t object = service_in_hand(a)->object;
    if (number < a->cluster->first_node_port || number > a->cluster->last_node_port) {
        fault.kind = FAULT_PORT_RANGE;
    } else if (port->service == NO_SERVICE) {
        *port = (NodePort){.service = a->service, .index = index};
        vec_push(&a->taken_ports, (uint32_t)number);
        return true;
    } else if (port->service == a->service) {
        a->refused = true; /* asked for twice: told as the Service's own mistake */
        return false;
    } else {
        uint32_t other = a->facts->services.at[port->service].object;
        if (link_same_identity(a->link, other, object))
            return true;
        fault.kind = FAULT_PORT_TAKEN;
        fault.taken = port->service;
        fault.taken_index = port->index;
        fault.sure = link_surely_meet(a->link, other, object);
    }
    add_fault(a, fault);
    return false;
}

/* Entries of one port share a number only where their protocols differ. */
static void note_protocol(Allocator *a, const ServicePort *port)
{
    NodePort *at = &a->ports[port->node_port];
    uint8_t bit = (uint8_t)(1u << port->protocol);
    if (at->service != a->service)
        return;
    a->refused |= (at->protocols & bit) != 0;
    at->protocols |= bit;
}

/* The first entry of the same port that asks for a number; port_count: none. */
static uint32_t first_request(const Allocator *a, const ServiceFact *service, uint32_t index)
{
    const ServicePort *ports = &a->facts->service_ports.at[service->ports];
    for (uint32_t i = 0; i < service->port_count; i++)
        if (ports[i].port == ports[index].port && ports[i].node_port)
            return i;
    return service->port_count;
}

static bool first_of_its_port(const Allocator *a, const ServiceFact *service, uint32_t index)
{
    const ServicePort *ports = &a->facts->service_ports.at[service->ports];
    bool allocates = !(service->flags & SERVICE_NO_NODE_PORTS);
    for (uint32_t i = 0; i < index; i++)
        if (ports[i].port == ports[index].port && (ports[i].node_port || allocates))
            return false;
    return true;
}

static void take_ports(Allocator *a)
{
    const ServiceFact *service = service_in_hand(a);
    const ServicePort *ports = &a->facts->service_ports.at[service->ports];
    bool allocates = !(service->flags & SERVICE_NO_NODE_PORTS);
    for (uint32_t i = 0; i < service->port_count; i++) {
        if (!ports[i].node_port && !allocates)
            continue;
        uint32_t request = first_request(a, service, i);
        if (request == service->port_count)
            continue; /* the server chooses */
        bool good = true;
        if (first_of_its_port(a, service, i))
            good = take_port(a, ports[request].node_port, request, i);
        else if (ports[i].node_port && ports[i].node_port != ports[request].node_port)
            good = take_port(a, ports[i].node_port, i, i);
        if (ports[i].node_port && a->ports)
            note_protocol(a, &ports[i]);
        a->stopped |= !good;
    }
    bool checked = service->type == SERVICE_LOAD_BALANCER &&
                   service->flags & SERVICE_LOCAL_TRAFFIC && service->health_check_port;
    if (checked && !take_port(a, service->health_check_port, FAULT_HEALTH_CHECK, 0))
        a->stopped = true;
}

static void settle(Allocator *a)
{
    bool keeps = !a->refused;
    for (uint32_t i = 0; i < a->taken_ports.len; i++) {
        NodePort *port = &a->ports[a->taken_ports.at[i]];
        if (!keeps)
            *port = (NodePort){.service = NO_SERVICE};
    }
    a->taken_ports.len = 0;
    for (uint32_t i = 0; keeps && i < a->own_count; i++) {
        uint32_t id = address_id(a, a->own[i]);
        if (a->holders.at[id] == BASE_NONE)
            a->holders.at[id] = a->own[i];
    }
}

/* ---- one Service after the other ---- */
/* Whether a definition of the same Service stands before it in its file and was
 * created: the server then says that it exists. */
static bool exists_already(const Allocator *a)
{
    uint32_t object = service_in_hand(a)->object;
    if (!link_has_alternative(a->link, object))
        return false;
    const Object *it = facts_object(a->facts, object);
    uint32_t other = link_find(a->link, it->group, it->kind, it->ns, it->name);
    for (uint32_t i = 0; i < DEFINITIONS_LOOKED_AT && other != BASE_NONE && other != object;
         i++, other = link_next_same(a->link, other)) {
        uint32_t service = link_service_of(a->link, other);
        if (service != BASE_NONE && service < a->service && a->created[service] &&
            link_same_file(a->link, other, object))
            return true;
    }
    return false;
}

static void create(Allocator *a)
{
    const ServiceFact *service = service_in_hand(a);
    a->refused = facts_object(a->facts, service->object)->refused;
    a->stopped = false;
    gather_own(a);
    if (service->type != SERVICE_EXTERNAL_NAME) {
        a->stopped |= !check_families(a);
        check_addresses(a);
    }
    if (service->type == SERVICE_NODE_PORT || service->type == SERVICE_LOAD_BALANCER)
        take_ports(a);
    facts_object(a->facts, service->object)->refused = a->refused;
    a->refused |= facts_object(a->facts, service->object)->name && exists_already(a);
    settle(a);
    a->created[a->service] = !a->refused;
}

static int compare_claims_by_place(const void *left, const void *right, void *context)
{
    const Link *link = context;
    const Claim *a = &link->facts->claims.at[*(const uint32_t *)left];
    const Claim *b = &link->facts->claims.at[*(const uint32_t *)right];
    int order = link_compare_objects(link, a->object, b->object);
    return order ? order : compare_uint(a->place.offset, b->place.offset);
}

FaultList link_faults(const Link *link) { return (FaultList){link->faults.at, link->faults.len}; }
const ReferenceCluster *link_cluster(const Link *link) { return &link->cluster; }

uint16_t link_service_families(const Link *link, const ServiceFact *service)
{
    static const uint16_t FLAGS[] = {[FAMILY_V4] = POD_ADDRESS_V4, [FAMILY_V6] = POD_ADDRESS_V6};
    uint16_t families = 0;
    for (uint32_t i = 0; i < service->family_count; i++)
        if (service->families[i] != FAMILY_UNKNOWN)
            families |= FLAGS[service->families[i]];
    if (!families && service->address_family)
        families = FLAGS[service->address_family];
    if (!families)
        families = str_find(link->cluster.service_ranges[0], ':') <
                           link->cluster.service_ranges[0].len
                       ? POD_ADDRESS_V6
                       : POD_ADDRESS_V4;
    if (service->family_policy != FAMILIES_ONE && link->cluster.range_count > 1)
        families = POD_ADDRESS_V4 | POD_ADDRESS_V6;
    return families;
}

static void settle_cluster(Link *link)
{
    static const ReferenceCluster REFERENCE = {
        .service_ranges = {STR_INIT("10.96.0.0/12")},
        .range_count = 1,
        .first_node_port = 30000,
        .last_node_port = 32767,
    };
    const ReferenceCluster *said = link->options ? link->options->cluster : NULL;
    link->cluster = REFERENCE;
    if (said && said->range_count) {
        memcpy(link->cluster.service_ranges, said->service_ranges, sizeof said->service_ranges);
        link->cluster.range_count = said->range_count;
        link->cluster.ranges_given = true;
    }
    if (said && said->last_node_port) {
        link->cluster.first_node_port = said->first_node_port;
        link->cluster.last_node_port = said->last_node_port;
    }
}

void allocate_build(Link *link)
{
    settle_cluster(link);
    Allocator a = {.link = link, .facts = link->facts, .cluster = &link->cluster};
    for (uint32_t i = 0; i < a.cluster->range_count; i++) {
        Network *network = &a.networks[a.network_count];
        if (cidr_parse(a.cluster->service_ranges[i], &network->address, &network->bits, false))
            a.network_count++;
    }
    for (uint32_t i = 0; i < a.facts->claims.len; i++)
        if (a.facts->claims.at[i].space == CLAIM_CLUSTER_IP)
            vec_push(&a.claims, i);
    sort_with(a.claims.at, a.claims.len, sizeof *a.claims.at, compare_claims_by_place, link);
    a.created = mem_resize(NULL, a.facts->services.len + 1u);
    for (a.service = 0; a.service < a.facts->services.len; a.service++) {
        a.created[a.service] = false;
        if (a.service + OBJECT_AHEAD < a.facts->services.len)
            link_expect_object(link, a.facts->services.at[a.service + OBJECT_AHEAD].object);
        create(&a);
    }
    mem_free(a.created);
    mem_free(a.ports);
    vec_free(&a.taken_ports);
    vec_free(&a.claims);
    vec_free(&a.holders);
    seq_table_free(&a.addresses);
}
