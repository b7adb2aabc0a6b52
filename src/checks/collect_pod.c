/* Pods and the Pod templates of what makes Pods: their labels, the ports of their
 * containers, and whether there will be such Pods at all.
 *
 * Of a Pod's status is read what the endpoint slice controller reads of it, and only
 * where it was given with one: what a kubelet will say of the others is not known. */
#include "checks/collect.h"

/* Ports of an init container are targets only where it goes on running beside the
 * others (restartPolicy: Always). */
static void collect_container(const Document *doc, Facts *facts, uint32_t container, bool init)
{
    uint32_t ports = schema_get(doc, container, SCHEMA_NAME_ports);
    if (!is_seq(doc, ports))
        return;
    Str restart = scalar_text(doc, schema_get(doc, container, SCHEMA_NAME_restartPolicy));
    for (uint32_t at = node_first(ports); at < node_end(doc, ports); at = node_after(doc, at)) {
        if (!is_map(doc, at))
            continue;
        uint32_t number = schema_get(doc, at, SCHEMA_NAME_containerPort);
        uint32_t protocol = schema_get(doc, at, SCHEMA_NAME_protocol);
        ContainerPort port = {
            .name = intern(facts->strings,
                           scalar_text(doc, schema_get(doc, at, SCHEMA_NAME_name))),
            .place = node_span(doc, at),
            .number = (uint16_t)scalar_port(doc, number),
            .protocol = (uint8_t)scalar_protocol(doc, protocol),
            .waits = init && !str_is(restart, "Always"),
        };
        vec_push(&facts->container_ports, port);
    }
}

/* In the order in which a named port is looked for. */
static void collect_containers(const Document *doc, Facts *facts, uint32_t spec)
{
    static const struct {
        NameId field;
        bool init;
    } LISTS[] = {{SCHEMA_NAME_containers, false}, {SCHEMA_NAME_initContainers, true}};
    for (size_t i = 0; i < BASE_COUNT(LISTS); i++) {
        uint32_t list = schema_get(doc, spec, LISTS[i].field);
        if (!is_seq(doc, list))
            continue;
        for (uint32_t at = node_first(list); at < node_end(doc, list); at = node_after(doc, at))
            if (is_map(doc, at))
                collect_container(doc, facts, at, LISTS[i].init);
    }
}

static uint32_t count_entries(const Document *doc, uint32_t map)
{
    return is_map(doc, map) ? node_at(doc, map)->len : 0;
}

LabelEntry *collect_labels(const Collector *collector, uint32_t labels, uint32_t *count)
{
    const Document *doc = collector->context->doc;
    LabelEntry *entries = arena_alloc(collector->context->scratch,
                                      sizeof *entries * (count_entries(doc, labels) + 2));
    *count = 0;
    if (!is_map(doc, labels))
        return entries;
    for (uint32_t key = map_first(doc, labels); key < node_end(doc, labels);
         key = map_next(doc, labels, key)) {
        uint32_t pair = facts_pair(collector->context->facts, node_str(doc, key),
                                   scalar_text(doc, key + 1));
        entries[(*count)++] = (LabelEntry){pair, entry_span(doc, key)};
    }
    return entries;
}

/* The labels' own place, or the nearest thing that is there. */
static Span place_of_labels(const Document *doc, uint32_t template, uint32_t metadata,
                            uint32_t labels)
{
    return node_span(doc, is_map(doc, labels)     ? labels
                          : metadata != BASE_NONE ? metadata
                                                  : template);
}

static bool read_count(const Document *doc, uint32_t node, int32_t *count)
{
    int64_t value;
    if (node == BASE_NONE || node_kind(doc, node) != NODE_INT || !node_int64(doc, node, &value) ||
        value < 0 || value > INT32_MAX)
        return false;
    *count = (int32_t)value;
    return true;
}

static void read_replicas(const Document *doc, uint32_t node, const LinkRow *row, PodFact *pod)
{
    uint32_t replicas = link_node(doc, node, row, SCHEMA_KEY_replicas);
    if (read_count(doc, replicas, &pod->replicas))
        pod->replicas_place = node_span(doc, replicas);
    if (pod->flags & POD_NUMBERED) {
        uint32_t spec = schema_get(doc, node, SCHEMA_NAME_spec);
        uint32_t ordinals = schema_get(doc, spec, SCHEMA_NAME_ordinals);
        read_count(doc, schema_get(doc, ordinals, SCHEMA_NAME_start), &pod->first_number);
    }
}

/* ---- what there will be of it ---- */
/* Whether the workload, as it stands, makes no Pods. */
static bool makes_none(const Document *doc, uint32_t node, const LinkRow *row)
{
    static const uint32_t COUNTS[] = {SCHEMA_KEY_replicas, SCHEMA_KEY_parallelism,
                                      SCHEMA_KEY_completions};
    for (size_t i = 0; i < BASE_COUNT(COUNTS); i++) {
        int32_t count = 1;
        if (read_count(doc, link_node(doc, node, row, COUNTS[i]), &count) && count == 0)
            return true;
    }
    return scalar_is_true(doc, link_node(doc, node, row, SCHEMA_KEY_held)) ||
           str_is(link_word(row, SCHEMA_KEY_starts), "later");
}

static uint16_t address_flag(Str address)
{
    if (!address.len)
        return 0;
    return memchr(address.ptr, ':', address.len) ? POD_ADDRESS_V6 : POD_ADDRESS_V4;
}

/* podIP and podIPs say one thing; where they differ the server believes podIP
 * (Convert_v1_PodStatus_To_core_PodStatus). */
static uint16_t read_addresses(const Document *doc, uint32_t status)
{
    Str single = scalar_text(doc, schema_get(doc, status, SCHEMA_NAME_podIP));
    uint32_t list = schema_get(doc, status, SCHEMA_NAME_podIPs);
    uint16_t flags = address_flag(single);
    if (!is_seq(doc, list))
        return flags;
    for (uint32_t at = node_first(list); at < node_end(doc, list); at = node_after(doc, at)) {
        Str ip = scalar_text(doc, schema_get(doc, at, SCHEMA_NAME_ip));
        if (single.len && at == node_first(list) && !str_eq(ip, single))
            break;
        flags |= address_flag(ip);
    }
    return flags;
}

static bool is_ready(const Document *doc, uint32_t conditions)
{
    if (!is_seq(doc, conditions))
        return false;
    for (uint32_t at = node_first(conditions); at < node_end(doc, conditions);
         at = node_after(doc, at))
        if (str_is(scalar_text(doc, schema_get(doc, at, SCHEMA_NAME_type)), "Ready"))
            return str_is(scalar_text(doc, schema_get(doc, at, SCHEMA_NAME_status)), "True");
    return false;
}

/* `status: {}`, which generators leave behind, says nothing. */
static uint16_t read_status(const Document *doc, uint32_t status)
{
    if (count_entries(doc, status) == 0)
        return 0;
    uint16_t flags = POD_STATUS | read_addresses(doc, status);
    Str phase = scalar_text(doc, schema_get(doc, status, SCHEMA_NAME_phase));
    if (str_is(phase, "Succeeded") || str_is(phase, "Failed"))
        flags |= POD_ENDED;
    if (is_ready(doc, schema_get(doc, status, SCHEMA_NAME_conditions)))
        flags |= POD_READY;
    return flags;
}

/* The template of a Pod is the Pod itself. */
static void collect_pods(Collector *collector, uint32_t node, const LinkRow *row,
                         uint32_t template, uint16_t flags)
{
    const Document *doc = collector->context->doc;
    Facts *facts = collector->context->facts;
    uint32_t spec = schema_get(doc, template, SCHEMA_NAME_spec);
    uint32_t metadata = schema_get(doc, template, SCHEMA_NAME_metadata);
    uint32_t labels = schema_get(doc, metadata, SCHEMA_NAME_labels);
    uint32_t first_port = facts->container_ports.len, count;
    collect_containers(doc, facts, spec);
    if (scalar_is_true(doc, schema_get(doc, spec, SCHEMA_NAME_hostNetwork)))
        flags |= POD_HOST_NETWORK;
    LabelEntry *entries = collect_labels(collector, labels, &count);
    uint32_t pod = facts_add_pod(facts, doc->object, flags,
                                 place_of_labels(doc, template, metadata, labels), entries,
                                 count, first_port);
    read_replicas(doc, node, row, &facts->pods.at[pod]);
    if (link_has(row, SCHEMA_KEY_replicas))
        facts->pods.at[pod].flags |= POD_COUNTED;
    collect_host_ports(collector, spec);
    collect_admitted(collector, template, row, flags & POD_TEMPLATE);
}

void collect_pod(Collector *collector, uint32_t node, const LinkRow *row)
{
    const Document *doc = collector->context->doc;
    collect_pods(collector, node, row, link_node(doc, node, row, SCHEMA_KEY_template),
                 read_status(doc, link_node(doc, node, row, SCHEMA_KEY_status)));
}

/* Without a template (the patch of a workload, say) there are no Pods to speak of. */
void collect_pod_template(Collector *collector, uint32_t node, const LinkRow *row)
{
    const Document *doc = collector->context->doc;
    uint16_t flags = POD_TEMPLATE | (makes_none(doc, node, row) ? POD_NONE_YET : 0) |
                     (str_is(link_word(row, SCHEMA_KEY_as), "numbered") ? POD_NUMBERED : 0);
    uint32_t template = link_node(doc, node, row, SCHEMA_KEY_template);
    if (is_map(doc, template))
        collect_pods(collector, node, row, template, flags);
    collect_selects(collector, node, row);
}
