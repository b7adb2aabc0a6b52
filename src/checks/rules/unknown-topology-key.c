/* A Pod is spread over a label that Nodes do not have. */
#include "checks/link.h"

extern const Rule rule_unknown_topology_key;

/* https://kubernetes.io/docs/reference/labels-annotations-taints/ */
static const char *const WELL_KNOWN[] = {
    "kubernetes.io/arch",
    "kubernetes.io/hostname",
    "kubernetes.io/os",
    "node.kubernetes.io/instance-type",
    "topology.kubernetes.io/region",
    "topology.kubernetes.io/zone",
};

/* A well-known key of which this one is a misspelling, or NULL. */
static const char *find_meant(Str key)
{
    for (size_t i = 0; i < BASE_COUNT(WELL_KNOWN); i++)
        if (str_is(key, WELL_KNOWN[i]))
            return NULL;
    for (size_t i = 0; i < BASE_COUNT(WELL_KNOWN); i++) {
        Str known = str_of(WELL_KNOWN[i]);
        size_t slash = str_find(known, '/');
        Str bare = str_slice(known.ptr + slash + 1, known.len - slash - 1);
        /* "hostname" and "zone" are what people write from memory. */
        if (str_distance(key, known, 2) <= 2 ||
            (str_eq(key, bare) && (str_is(bare, "hostname") || str_is(bare, "zone") ||
                                   str_is(bare, "region"))))
            return WELL_KNOWN[i];
    }
    return NULL;
}

static void check_key(const LinkContext *context, const TopologyKey *it, bool nodes_known)
{
    const Facts *facts = link_facts(context->link);
    Str key = facts_text(facts, it->key);
    const char *meant = find_meant(key);
    bool on_nodes = nodes_known && link_key_on_nodes(context->link, it->key);
    bool runtime = str_contains(key, STR("kubernetes.io/")) && !meant;
    if (on_nodes || (!meant && (!nodes_known || runtime)))
        return;
    Finding *finding = diag_report(
        context->diag, &rule_unknown_topology_key.info, facts_place(facts, it->object, it->place),
        nodes_known ? "%.*s is spread over the label \"%.*s\", which no Node of the input has"
                    : "%.*s is spread over the label \"%.*s\", which Nodes do not have by themselves",
        STR_ARG(facts_object_text(facts, it->object, context->scratch)), STR_ARG(key));
    if (!finding)
        return;
    finding->object = it->object;
    finding->path = facts_text(facts, it->path);
    finding->pointer = facts_pointer(facts, it->path, it->pointer, &context->diag->arena);
    /* A label of one's own may well be named "zone". */
    if (meant && !nodes_known && (str_is(key, "zone") || str_is(key, "region")))
        diag_lower(context->diag, finding, SEVERITY_INFO);
    if (meant)
        diag_help(context->diag, finding, "write %s", meant);
}

static void on_link(const LinkContext *context)
{
    const Facts *facts = link_facts(context->link);
    bool nodes_known = !link_space_is_empty(context->link, LABELS_NODE);
    for (uint32_t i = 0; i < facts->topology_keys.len; i++) {
        check_key(context, &facts->topology_keys.at[i], nodes_known);
        arena_reset(context->scratch);
    }
}

const Rule rule_unknown_topology_key = {
    .info =
        {
            .id = "unknown-topology-key",
            .origin = ORIGIN_LINK,
            .severity = SEVERITY_WARNING,
            .summary = "A topologyKey is a label that Nodes do not have",
            .why = "topologyKey names a label of Nodes, whose values are the domains over which Pods "
                   "are spread.  Nodes without the label take no part: with required affinity or "
                   "whenUnsatisfiable: DoNotSchedule the Pods stay Pending, otherwise they are not "
                   "spread at all.  Told are misspellings of well-known labels, and, where the input "
                   "holds Nodes, labels that none of them has.",
            .fix = "Write the key as Nodes have it, such as topology.kubernetes.io/zone or "
                   "kubernetes.io/hostname.",
        },
    .on_link = on_link,
};
