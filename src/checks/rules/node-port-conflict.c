/* One port of the nodes in two Services.
 *
 * The server hands out node ports from one allocator that knows no protocols: a
 * number that one Service has, as nodePort or healthCheckNodePort, is refused to
 * every other.  Within one Service the allocator is asked as
 * pkg/registry/core/service/storage (initNodePorts) does it: entries of one port
 * share the first number among them, and differ in their protocol; every other entry
 * asks for its number by itself.  A Service that so asks for one number twice is
 * refused on an empty cluster too: that is the server's word, not the linker's. */
#include "checks/link.h"

extern const Rule rule_node_port_conflict;

static const RuleInfo within_one_service = {
    .id = "node-port-conflict",
    .origin = ORIGIN_SERVER,
    .severity = SEVERITY_ERROR,
    .summary = "One port of the nodes is asked for twice by one Service",
    .why = "",
    .fix = "Leave nodePort out, so that the server chooses one, or choose another number.",
};

typedef struct PortUse {
    int32_t number;
    uint32_t service; /* index in facts->services: ascending is by place */
    uint32_t index;   /* of the entry in ports; FAULT_HEALTH_CHECK */
} PortUse;

typedef VEC(PortUse) PortUses;

static void gather_uses(const Facts *facts, PortUses *uses)
{
    for (uint32_t i = 0; i < facts->services.len; i++) {
        const ServiceFact *service = &facts->services.at[i];
        if (service->type != SERVICE_NODE_PORT && service->type != SERVICE_LOAD_BALANCER)
            continue;
        for (uint32_t j = 0; j < service->port_count; j++) {
            PortUse use = {facts->service_ports.at[service->ports + j].node_port, i, j};
            if (use.number)
                vec_push(uses, use);
        }
        /* Elsewhere healthCheckNodePort is dropped or refused. */
        bool checked = service->type == SERVICE_LOAD_BALANCER &&
                       (service->flags & SERVICE_LOCAL_TRAFFIC) && service->health_check_port;
        PortUse check = {service->health_check_port, i, FAULT_HEALTH_CHECK};
        if (checked)
            vec_push(uses, check);
    }
}

static int compare_uses(const void *left, const void *right, void *context)
{
    (void)context;
    const PortUse *a = left, *b = right;
    return (a->number > b->number) - (a->number < b->number);
}

static const ServiceFact *service_of(const Facts *facts, const PortUse *use)
{
    return &facts->services.at[use->service];
}

static const ServicePort *port_of(const Facts *facts, const PortUse *use)
{
    return &facts->service_ports.at[service_of(facts, use)->ports + use->index];
}

/* 'Service "a"', with its namespace where that is not the other's. */
static Str service_text(const LinkContext *context, uint32_t object, uint32_t other)
{
    const Facts *facts = link_facts(context->link);
    Str text = facts_object_text(facts, object, context->scratch);
    uint32_t ns = facts_object(facts, object)->ns;
    if (ns == facts_object(facts, other)->ns)
        return text;
    return arena_format(context->scratch, "%.*s of namespace \"%.*s\"", STR_ARG(text),
                        STR_ARG(facts_text(facts, ns)));
}

static const char *field_of(uint32_t index)
{
    return index == FAULT_HEALTH_CHECK ? "healthCheckNodePort" : "nodePort";
}

static void report_two_services(const LinkContext *context, const Fault *fault)
{
    const Facts *facts = link_facts(context->link);
    const ServiceFact *service = &facts->services.at[fault->service];
    const ServiceFact *taken = &facts->services.at[fault->taken];
    Str name = service_text(context, service->object, taken->object);
    Str other = service_text(context, taken->object, service->object);
    int32_t number = fault->index == FAULT_HEALTH_CHECK
                         ? service->health_check_port
                         : facts->service_ports.at[service->ports + fault->index].node_port;
    Finding *finding = diag_report(
        context->diag, &rule_node_port_conflict.info,
        link_node_port_place(context->link, fault->service, fault->index),
        "%.*s asks for %s %d, which %.*s has", STR_ARG(name), field_of(fault->index), (int)number,
        STR_ARG(other));
    link_set_node_port(context, finding, fault);
    diag_note(context->diag, finding,
              link_node_port_place(context->link, fault->taken, fault->taken_index),
              "%s %d of %.*s", field_of(fault->taken_index), (int)number, STR_ARG(other));
}

/* Whether the entry has its number from an earlier entry of the same port. */
static bool shares_number(const Facts *facts, const PortUse *use)
{
    if (use->index == FAULT_HEALTH_CHECK)
        return false;
    const ServicePort *ports = &facts->service_ports.at[service_of(facts, use)->ports];
    uint32_t first = 0;
    while (ports[first].port != ports[use->index].port || !ports[first].node_port)
        first++;
    return first < use->index && ports[first].node_port == use->number;
}

static void report_one_service(const LinkContext *context, const PortUse *use,
                               const PortUse *taken, bool same_protocol)
{
    const Facts *facts = link_facts(context->link);
    uint32_t object = service_of(facts, use)->object;
    Str name = facts_object_text(facts, object, context->scratch);
    Finding *finding =
        diag_report(context->diag, &within_one_service, link_node_port_place(context->link, use->service, use->index),
                    same_protocol ? "%.*s has %s %d twice for one protocol"
                                  : "%.*s has %s %d twice for different ports",
                    STR_ARG(name), field_of(use->index), (int)use->number);
    if (!finding)
        return;
    link_set_node_port(context, finding, &(Fault){.service = use->service, .index = use->index, .server_index = use->index, .sure = true});
    /* What the allocator lets pass is for validation to find. */
    finding->reason = shares_number(facts, use) ? STR("FieldValueDuplicate")
                                                : STR("FieldValueInvalid");
    diag_note(context->diag, finding, link_node_port_place(context->link, taken->service, taken->index), "first used here");
}

/* Uses of one number within one Service; there is rarely more than one. */
static void check_one_service(const LinkContext *context, const PortUse *uses, uint32_t count)
{
    const Facts *facts = link_facts(context->link);
    uint8_t protocols = 0;
    for (uint32_t i = 0; count > 1 && i < count; i++) {
        bool check = uses[i].index == FAULT_HEALTH_CHECK;
        uint8_t bit = check ? 0 : (uint8_t)(1u << port_of(facts, &uses[i])->protocol);
        bool same_protocol = (protocols & bit) != 0;
        if (same_protocol || (i > 0 && !shares_number(facts, &uses[i])))
            report_one_service(context, &uses[i], &uses[0], same_protocol);
        protocols |= bit;
    }
}

/* Uses of one number, by place. */
static void check_number(const LinkContext *context, const PortUse *uses, uint32_t count)
{
    for (uint32_t i = 0; i < count;) {
        uint32_t end = i + 1;
        while (end < count && uses[end].service == uses[i].service)
            end++;
        check_one_service(context, &uses[i], end - i);
        i = end;
    }
}

static void on_link(const LinkContext *context)
{
    FaultList faults = link_faults(context->link);
    for (uint32_t i = 0; i < faults.count; i++)
        if (faults.at[i].kind == FAULT_PORT_TAKEN)
            report_two_services(context, &faults.at[i]);
    PortUses uses = {0};
    gather_uses(link_facts(context->link), &uses);
    sort_with(uses.at, uses.len, sizeof *uses.at, compare_uses, NULL);
    for (uint32_t i = 0; i < uses.len;) {
        uint32_t end = i + 1;
        while (end < uses.len && uses.at[end].number == uses.at[i].number)
            end++;
        check_number(context, &uses.at[i], end - i);
        i = end;
    }
    vec_free(&uses);
}

const Rule rule_node_port_conflict = {
    .info =
        {
            .id = "node-port-conflict",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_ERROR,
            .summary = "One port of the nodes is asked for twice",
            .why = "A node port is opened on every node of the cluster, so a number belongs to one "
                   "Service only, whatever its protocol and namespace; healthCheckNodePort takes "
                   "its number from the same range.  The server refuses the Service that comes "
                   "second (\"provided port is already allocated\"), but only when both are "
                   "applied: each by itself is fine.  Within one Service one number may serve TCP "
                   "and UDP, as DNS does, if both entries have the same port.  Several definitions "
                   "of one Service are taken for alternatives of one another.",
            .fix = "Leave nodePort out, so that the server chooses one, or choose another number.",
        },
    .on_link = on_link,
};
