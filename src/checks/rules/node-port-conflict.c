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
    uint32_t index;   /* of the entry in ports; HEALTH_CHECK */
} PortUse;

#define HEALTH_CHECK UINT32_MAX

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
        PortUse check = {service->health_check_port, i, HEALTH_CHECK};
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

/* Two definitions of one Service are one Service. */
static bool same_service(const Facts *facts, const PortUse *a, const PortUse *b)
{
    if (a->service == b->service)
        return true;
    const Object *x = facts_object(facts, service_of(facts, a)->object);
    const Object *y = facts_object(facts, service_of(facts, b)->object);
    return x->name && x->name == y->name && x->ns == y->ns;
}

static const ServicePort *port_of(const Facts *facts, const PortUse *use)
{
    return &facts->service_ports.at[service_of(facts, use)->ports + use->index];
}

static Place place_of(const Facts *facts, const PortUse *use)
{
    const ServiceFact *service = service_of(facts, use);
    Span span = use->index == HEALTH_CHECK ? service->health_check_place
                                           : port_of(facts, use)->node_port_place;
    return facts_place(facts, service->object, span);
}

static const char *field_of(const PortUse *use)
{
    return use->index == HEALTH_CHECK ? "healthCheckNodePort" : "nodePort";
}

static void set_path(const LinkContext *context, Finding *finding, const PortUse *use,
                     uint32_t object)
{
    Arena *arena = &context->diag->arena;
    Str start = link_object_pointer(context->link, object, context->scratch);
    finding->object = object;
    if (use->index == HEALTH_CHECK) {
        finding->path = STR("spec.healthCheckNodePort");
        finding->pointer = arena_format(arena, "%.*s/spec/healthCheckNodePort", STR_ARG(start));
        return;
    }
    finding->path = arena_format(arena, "spec.ports[%u].nodePort", (unsigned)use->index);
    finding->pointer =
        arena_format(arena, "%.*s/spec/ports/%u/nodePort", STR_ARG(start), (unsigned)use->index);
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

static void report_two_services(const LinkContext *context, const PortUse *use,
                                const PortUse *taken)
{
    const Facts *facts = link_facts(context->link);
    uint32_t object = service_of(facts, use)->object, other = service_of(facts, taken)->object;
    Str name = service_text(context, object, other);
    Str other_name = service_text(context, other, object);
    Finding *finding = diag_report(
        context->diag, &rule_node_port_conflict.info, place_of(facts, use),
        "%.*s asks for %s %d, which %.*s has", STR_ARG(name), field_of(use), (int)use->number,
        STR_ARG(other_name));
    if (!finding)
        return;
    set_path(context, finding, use, object);
    if (link_has_alternative(context->link, object) || link_has_alternative(context->link, other))
        diag_lower(context->diag, finding, SEVERITY_WARNING);
    diag_note(context->diag, finding, place_of(facts, taken), "%s %d of %.*s", field_of(taken),
              (int)taken->number, STR_ARG(other_name));
}

/* Whether the entry has its number from an earlier entry of the same port. */
static bool shares_number(const Facts *facts, const PortUse *use)
{
    if (use->index == HEALTH_CHECK)
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
        diag_report(context->diag, &within_one_service, place_of(facts, use),
                    same_protocol ? "%.*s has %s %d twice for one protocol"
                                  : "%.*s has %s %d twice for different ports",
                    STR_ARG(name), field_of(use), (int)use->number);
    if (!finding)
        return;
    set_path(context, finding, use, object);
    /* What the allocator lets pass is for validation to find. */
    finding->reason = shares_number(facts, use) ? STR("FieldValueDuplicate")
                                                : STR("FieldValueInvalid");
    diag_note(context->diag, finding, place_of(facts, taken), "first used here");
}

/* Uses of one number within one Service; there is rarely more than one. */
static void check_one_service(const LinkContext *context, const PortUse *uses, uint32_t count)
{
    const Facts *facts = link_facts(context->link);
    uint8_t protocols = 0;
    for (uint32_t i = 0; count > 1 && i < count; i++) {
        bool check = uses[i].index == HEALTH_CHECK;
        uint8_t bit = check ? 0 : (uint8_t)(1u << port_of(facts, &uses[i])->protocol);
        bool same_protocol = (protocols & bit) != 0;
        if (same_protocol || (i > 0 && !shares_number(facts, &uses[i])))
            report_one_service(context, &uses[i], &uses[0], same_protocol);
        protocols |= bit;
    }
}

/* All uses of one number, by place.  Each Service is told once, and of the first
 * Service that is not itself. */
static void check_number(const LinkContext *context, const PortUse *uses, uint32_t count)
{
    const Facts *facts = link_facts(context->link);
    const PortUse *other = NULL; /* the first use by a Service that is not the first's */
    for (uint32_t i = 0; i < count;) {
        uint32_t end = i + 1;
        while (end < count && uses[end].service == uses[i].service)
            end++;
        check_one_service(context, &uses[i], end - i);
        bool first = same_service(facts, &uses[i], &uses[0]);
        if (!first && !other)
            other = &uses[i];
        const PortUse *taken = first ? other : &uses[0];
        if (taken)
            report_two_services(context, &uses[i], taken);
        i = end;
    }
}

static void on_link(const LinkContext *context)
{
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
