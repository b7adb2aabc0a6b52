/* Pods and the Pod templates of what makes Pods: their labels, and whether there will be such
 * Pods at all.  Their specs are collect_container.c's.
 *
 * Of a Pod's status is read what the endpoint slice controller reads of it, and only
 * where it was given with one: what a kubelet will say of the others is not known. */
#include "checks/collect.h"

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

/* What makes Pods, for a row whose paths mostly lead to fields of the object's spec: where these
 * are is found in one pass.  Names of one type differ in their last six bits. */
typedef struct Makes {
    const Document *doc;
    uint32_t node, spec;
    const LinkRow *row;
    uint64_t given;  /* node_name_bit of the fields that are there */
    uint32_t at[64]; /* the value of each */
} Makes;

static void open_spec(Makes *makes)
{
    const Document *doc = makes->doc;
    makes->spec = schema_get(doc, makes->node, SCHEMA_NAME_spec);
    makes->given = 0;
    if (!is_map(doc, makes->spec))
        return;
    for (uint32_t key = map_first(doc, makes->spec); key < node_end(doc, makes->spec);
         key = map_next(doc, makes->spec, key)) {
        NameId name = node_at(doc, key)->bind;
        if (name == SCHEMA_UNBOUND || node_kind(doc, key + 1) == NODE_NULL)
            continue;
        makes->given |= node_name_bit(name);
        makes->at[name % 64] = key + 1;
    }
}

/* The value of an argument's path, or BASE_NONE. */
static inline uint32_t made_by(const Makes *makes, uint32_t key)
{
    const LinkArg *arg = link_arg(makes->row, key);
    if (!arg || arg->word)
        return BASE_NONE;
    const uint32_t *steps = &schema_link_steps[arg->value];
    if (steps[0] != SCHEMA_NAME_spec || steps[1] == LINK_STEP_END || steps[2] != LINK_STEP_END)
        return link_along(makes->doc, makes->node, steps);
    uint32_t value = makes->given & node_name_bit(steps[1]) ? makes->at[steps[1] % 64] : BASE_NONE;
    return value != BASE_NONE && node_at(makes->doc, value - 1)->bind == steps[1] ? value
                                                                                  : BASE_NONE;
}

static void read_replicas(const Makes *makes, PodFact *pod)
{
    const Document *doc = makes->doc;
    uint32_t replicas = made_by(makes, SCHEMA_KEY_replicas);
    if (read_count(doc, replicas, &pod->replicas))
        pod->replicas_place = node_span(doc, replicas);
    if (link_has(makes->row, SCHEMA_KEY_replicas))
        pod->flags |= POD_COUNTED;
    if (pod->flags & POD_NUMBERED) {
        uint32_t ordinals = schema_get(doc, makes->spec, SCHEMA_NAME_ordinals);
        read_count(doc, schema_get(doc, ordinals, SCHEMA_NAME_start), &pod->first_number);
    }
}

/* Whether the workload, as it stands, makes no Pods. */
static bool makes_none(const Makes *makes, const PodFact *pod)
{
    static const uint32_t COUNTS[] = {SCHEMA_KEY_parallelism, SCHEMA_KEY_completions};
    if (pod->replicas == 0)
        return true;
    for (size_t i = 0; i < BASE_COUNT(COUNTS); i++) {
        int32_t count = 1;
        if (read_count(makes->doc, made_by(makes, COUNTS[i]), &count) && count == 0)
            return true;
    }
    return scalar_is_true(makes->doc, made_by(makes, SCHEMA_KEY_held)) ||
           link_choice(makes->row, SCHEMA_KEY_starts) == SCHEMA_WORD_later;
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

/* The template of a Pod is the Pod itself.  Its index in facts->pods. */
static uint32_t collect_pods(Collector *collector, const LinkRow *row, uint32_t template,
                             uint16_t flags)
{
    const Document *doc = collector->context->doc;
    Facts *facts = collector->context->facts;
    uint32_t spec = schema_get(doc, template, SCHEMA_NAME_spec);
    uint32_t metadata = schema_get(doc, template, SCHEMA_NAME_metadata);
    uint32_t labels = schema_get(doc, metadata, SCHEMA_NAME_labels);
    uint32_t first_port = facts->container_ports.len, count;
    unsigned use = SPEC_SERVES | (flags & POD_TEMPLATE ? SPEC_TEMPLATE : 0);
    if (collect_spec(collector, spec, metadata, row, use))
        flags |= POD_HOST_NETWORK;
    collect_host_ports(collector, spec);
    LabelEntry *entries = collect_labels(collector, labels, &count);
    return facts_add_pod(facts, doc->object, flags,
                         place_of_labels(doc, template, metadata, labels), entries, count,
                         first_port);
}

void collect_pod(Collector *collector, uint32_t node, const LinkRow *row)
{
    const Document *doc = collector->context->doc;
    collect_pods(collector, row, link_node(doc, node, row, SCHEMA_KEY_template),
                 read_status(doc, link_node(doc, node, row, SCHEMA_KEY_status)));
}

/* Without a template (the patch of a workload, say) there are no Pods to speak of. */
void collect_pod_template(Collector *collector, uint32_t node, const LinkRow *row)
{
    const Document *doc = collector->context->doc;
    Facts *facts = collector->context->facts;
    Makes makes;
    makes.doc = doc;
    makes.node = node;
    makes.row = row;
    open_spec(&makes);
    uint32_t template = made_by(&makes, SCHEMA_KEY_template);
    bool plain = link_has(row, SCHEMA_KEY_plain_selector);
    if (is_map(doc, template)) {
        bool numbered = link_choice(row, SCHEMA_KEY_as) == SCHEMA_WORD_numbered;
        uint32_t id = collect_pods(collector, row, template,
                                   POD_TEMPLATE | (numbered ? POD_NUMBERED : 0));
        PodFact *pod = &facts->pods.at[id];
        read_replicas(&makes, pod);
        if (makes_none(&makes, pod))
            pod->flags |= POD_NONE_YET;
    }
    uint32_t selector =
        made_by(&makes, plain ? SCHEMA_KEY_plain_selector : SCHEMA_KEY_selector);
    SelectFact select = {
        .object = doc->object,
        .selector = collect_label_selector(collector, selector, plain),
        .use = SELECT_WORKLOAD,
        .minimum = -1,
        .maximum = -1,
    };
    if (select.selector != BASE_NONE)
        vec_push(&facts->selects, select);
}
