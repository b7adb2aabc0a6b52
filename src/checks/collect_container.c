/* A Pod's spec and its containers, in one pass over their fields: ports for Services, resources
 * for LimitRanges, and what collect_security.c looks at.  Each mapping is gone through once, in
 * the order in which it is written; nothing is searched for. */
#include "checks/pod_scan.h"

/* The fields of a mapping that are there: not null, and not replaced by a later one. */
static inline uint32_t given_from(const Node *nodes, uint32_t end, uint32_t key)
{
    while (key < end && (nodes[key].flags & NODE_SHADOWED || nodes[key + 1].kind == NODE_NULL))
        key = nodes[key + 1].next;
    return key;
}
#define EACH_GIVEN(doc, map, key)                                                           \
    for (uint32_t key##_end = node_end(doc, map),                                           \
                  key = given_from((doc)->nodes, key##_end, (map) + 1);                     \
         key < key##_end;                                                                   \
         key = given_from((doc)->nodes, key##_end, node_after_entry(doc, key)))

/* ---- ports ---- */

enum PortUse {
    PORT_JUDGED = 1 << 0, /* whether it takes a port of the node */
    PORT_KEPT = 1 << 1,   /* as what a Service may mean */
    PORT_WAITS = 1 << 2,  /* ContainerPort.waits */
};

static void read_port(PodScan *scan, uint32_t port, uint32_t index, unsigned use)
{
    const Document *doc = scan->doc;
    Facts *facts = scan->context->facts;
    uint32_t host = BASE_NONE, own = BASE_NONE, name = 0;
    Protocol protocol = PROTOCOL_TCP;
    EACH_GIVEN(doc, port, key) {
        switch (node_at(doc, key)->bind) {
        case SCHEMA_NAME_name: name = key + 1; break;
        case SCHEMA_NAME_containerPort: own = key + 1; break;
        case SCHEMA_NAME_hostPort: host = key + 1; break;
        case SCHEMA_NAME_protocol: protocol = scalar_protocol(doc, key + 1); break;
        default: break;
        }
    }
    if ((use & PORT_JUDGED) && (host != BASE_NONE || scan->host_network))
        scan_node_port(scan, host, own, index);
    if (!(use & PORT_KEPT))
        return;
    ContainerPort fact = {
        .name = name ? intern(facts->strings, scalar_text(doc, name)) : 0,
        .place = node_span(doc, port),
        .number = (uint16_t)scalar_port(doc, own),
        .protocol = (uint8_t)protocol,
        .waits = (use & PORT_WAITS) != 0,
    };
    vec_push(&facts->container_ports, fact);
}

static void read_ports(PodScan *scan, uint32_t ports, unsigned use)
{
    const Document *doc = scan->doc;
    uint32_t index = 0;
    if (is_seq(doc, ports))
        for (uint32_t at = node_first(ports); at < node_end(doc, ports);
             at = node_after(doc, at), index++)
            if (is_map(doc, at))
                read_port(scan, at, index, use);
}

/* Those of init containers are looked for behind all others, and are targets only where their
 * container goes on running beside the others (restartPolicy: Always). */
static void keep_init_ports(PodScan *scan, uint32_t list)
{
    const Document *doc = scan->doc;
    if (!is_seq(doc, list))
        return;
    for (uint32_t at = node_first(list); at < node_end(doc, list); at = node_after(doc, at)) {
        Str restart = scalar_text(doc, schema_get(doc, at, SCHEMA_NAME_restartPolicy));
        read_ports(scan, schema_get(doc, at, SCHEMA_NAME_ports),
                   PORT_KEPT | (str_is(restart, "Always") ? 0 : PORT_WAITS));
    }
}

/* ---- containers ---- */

static void read_resources(PodScan *scan, uint32_t resources)
{
    scan->fact->resources_place = node_span(scan->doc, resources);
    scan->fact->resources =
        collect_resources(scan->context, resources, &scan->fact->resource_spans);
}

/* The place of a Pod's spec or of a container, until something better is found. */
static inline void begin_fact(PodScan *scan, PodPart part, uint32_t node, uint32_t index)
{
    Span place = node_span(scan->doc, node);
    Facts *facts = scan->context->facts;
    vec_spare(&facts->containers);
    scan->fact = &facts->containers.at[facts->containers.len];
    *scan->fact = (ContainerFact){
        .place = place,
        .resources_place = place,
        .resources = BASE_NONE,
        .index = (uint16_t)(index < UINT16_MAX ? index : UINT16_MAX),
        .part = (uint8_t)part,
    };
}

static inline void end_fact(PodScan *scan)
{
    scan->pod->violations |= scan->fact->violations;
    scan->context->facts->containers.len++;
}

/* A probe, or what is done when a container starts or stops: which host and port it asks. */
static void read_handler(PodScan *scan, uint32_t container, uint32_t handler)
{
    static const NameId WAYS[] = {SCHEMA_NAME_httpGet, SCHEMA_NAME_tcpSocket};
    const Document *doc = scan->doc;
    for (size_t i = 0; i < BASE_COUNT(WAYS); i++) {
        uint32_t way = schema_get(doc, handler, WAYS[i]);
        if (way == BASE_NONE)
            continue;
        uint32_t port = schema_get(doc, way, SCHEMA_NAME_port);
        scan_probe_host(scan, schema_get(doc, way, SCHEMA_NAME_host));
        if (port != BASE_NONE && node_kind(doc, port) == NODE_STRING &&
            scan->fact->part != POD_EPHEMERAL)
            collect_own_port(&(Collector){scan->context}, container, port);
    }
}

static void read_container(PodScan *scan, uint32_t container, unsigned use)
{
    const Document *doc = scan->doc;
    uint32_t missing = scan_duties(scan);
    EACH_GIVEN(doc, container, key) {
        uint32_t value = key + 1;
        switch (node_at(doc, key)->bind) {
        case SCHEMA_NAME_name:
            scan->fact->name = intern(scan->context->facts->strings, scalar_text(doc, value));
            break;
        case SCHEMA_NAME_resources: read_resources(scan, value); break;
        case SCHEMA_NAME_restartPolicy:
            scan->fact->restarts =
                scan->fact->part == POD_INIT && str_is(scalar_text(doc, value), "Always");
            break;
        case SCHEMA_NAME_securityContext:
            if (!is_map(doc, value))
                break;
            scan->fact->place = node_span(doc, value);
            scan_container_context(scan, value, &missing);
            break;
        case SCHEMA_NAME_ports: read_ports(scan, value, use); break;
        case SCHEMA_NAME_livenessProbe:
        case SCHEMA_NAME_readinessProbe:
        case SCHEMA_NAME_startupProbe: read_handler(scan, container, value); break;
        case SCHEMA_NAME_lifecycle:
            read_handler(scan, container, schema_get(doc, value, SCHEMA_NAME_postStart));
            read_handler(scan, container, schema_get(doc, value, SCHEMA_NAME_preStop));
            break;
        default: break;
        }
    }
    scan->fact->violations |= missing;
    scan_container_annotation(scan);
}

static void read_containers(PodScan *scan, uint32_t list, PodPart part, unsigned use)
{
    const Document *doc = scan->doc;
    uint32_t index = 0;
    if (!is_seq(doc, list))
        return;
    for (uint32_t at = node_first(list); at < node_end(doc, list);
         at = node_after(doc, at), index++) {
        if (!is_map(doc, at))
            continue;
        begin_fact(scan, part, at, index);
        read_container(scan, at, use);
        end_fact(scan);
    }
}

/* ---- the Pod itself ---- */

static void read_volumes(PodScan *scan, uint32_t list)
{
    const Document *doc = scan->doc;
    uint32_t index = 0;
    if (is_seq(doc, list))
        for (uint32_t at = node_first(list); at < node_end(doc, list);
             at = node_after(doc, at), index++)
            scan_volume(scan, at, index);
}

/* What stands in the spec for all containers; where these are is left in lists. */
static void read_spec(PodScan *scan, uint32_t spec, uint32_t lists[])
{
    const Document *doc = scan->doc;
    EACH_GIVEN(doc, spec, key) {
        NameId name = node_at(doc, key)->bind;
        uint32_t value = key + 1;
        switch (name) {
        case SCHEMA_NAME_containers: lists[POD_CONTAINER] = value; break;
        case SCHEMA_NAME_initContainers: lists[POD_INIT] = value; break;
        case SCHEMA_NAME_ephemeralContainers: lists[POD_EPHEMERAL] = value; break;
        case SCHEMA_NAME_resources: read_resources(scan, value); break;
        case SCHEMA_NAME_hostNetwork:
        case SCHEMA_NAME_hostPID:
        case SCHEMA_NAME_hostIPC: scan_shared(scan, name, value); break;
        case SCHEMA_NAME_hostUsers:
            if (node_kind(doc, value) == NODE_BOOL && !node_bool(doc, value))
                scan->pod->flags |= ADMITTED_USERS;
            break;
        case SCHEMA_NAME_os:
            if (str_is(scalar_text(doc, schema_get(doc, value, SCHEMA_NAME_name)), "windows"))
                scan->pod->flags |= ADMITTED_WINDOWS;
            break;
        case SCHEMA_NAME_securityContext:
            if (is_map(doc, value))
                scan_pod_context(scan, value);
            break;
        case SCHEMA_NAME_volumes: read_volumes(scan, value); break;
        default: break;
        }
    }
}

static uint16_t count16(uint32_t count)
{
    return (uint16_t)(count < UINT16_MAX ? count : UINT16_MAX);
}

bool collect_spec(const Collector *collector, uint32_t spec, uint32_t metadata,
                  const LinkRow *row, unsigned use)
{
    const ObjectContext *context = collector->context;
    const Document *doc = context->doc;
    Facts *facts = context->facts;
    uint32_t lists[] = {[POD_ITSELF] = BASE_NONE, [POD_INIT] = BASE_NONE,
                        [POD_CONTAINER] = BASE_NONE, [POD_EPHEMERAL] = BASE_NONE};
    if (!is_map(doc, spec))
        return false;
    vec_spare(&facts->admitted_pods);
    PodScan scan = {
        .context = context,
        .doc = doc,
        .told = BASE_NONE,
        .annotations = schema_get(doc, metadata, SCHEMA_NAME_annotations),
        .pod = &facts->admitted_pods.at[facts->admitted_pods.len],
    };
    *scan.pod = (AdmittedPod){
        .object = doc->object,
        .containers = facts->containers.len,
        .values = facts->security_values.len,
        .place = node_span(doc, spec),
        .row = (uint16_t)link_row_number(row),
        .flags = use & SPEC_TEMPLATE ? ADMITTED_TEMPLATE : 0,
    };
    unsigned kept = use & SPEC_SERVES ? PORT_KEPT : 0;
    begin_fact(&scan, POD_ITSELF, spec, 0);
    read_spec(&scan, spec, lists);
    scan_annotations(&scan);
    scan.pod_broken =
        scan.fact->violations & (BIT(SECURITY_NON_ROOT) | BIT(SECURITY_SECCOMP_RESTRICTED));
    if (scan.fact->violations || scan.fact->resources != BASE_NONE)
        end_fact(&scan);
    read_containers(&scan, lists[POD_INIT], POD_INIT, PORT_JUDGED);
    read_containers(&scan, lists[POD_CONTAINER], POD_CONTAINER, PORT_JUDGED | kept);
    read_containers(&scan, lists[POD_EPHEMERAL], POD_EPHEMERAL, PORT_JUDGED);
    if (kept)
        keep_init_ports(&scan, lists[POD_INIT]);
    scan.pod->container_count = count16(facts->containers.len - scan.pod->containers);
    scan.pod->value_count = count16(facts->security_values.len - scan.pod->values);
    facts->admitted_pods.len++;
    return scan.host_network;
}

Str admitted_path(const AdmittedPod *pod, Arena *arena)
{
    Str template = link_path(link_row(pod->row), SCHEMA_KEY_template, arena);
    return arena_format(arena, "%.*s%sspec", STR_ARG(template), template.len ? "." : "");
}

/* A PodTemplate makes no Pods by itself, so nothing selects it. */
void collect_admission(Collector *collector, uint32_t node, const LinkRow *row)
{
    const Document *doc = collector->context->doc;
    uint32_t template = link_node(doc, node, row, SCHEMA_KEY_template);
    collect_spec(collector, schema_get(doc, template, SCHEMA_NAME_spec),
                 schema_get(doc, template, SCHEMA_NAME_metadata), row, SPEC_TEMPLATE);
}
