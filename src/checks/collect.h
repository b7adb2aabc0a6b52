/* collect.h: between collect.c and the files that know one verb of schemas/links
 * each.  Internal to this room. */
#ifndef PLIMSOLL_CHECKS_COLLECT_H
#define PLIMSOLL_CHECKS_COLLECT_H

#include "checks/facts.h"
#include "names.h"
#include "schema/links.h"

typedef struct Collector {
    const ObjectContext *context;
} Collector;

/* One for each verb: collect_pod.c, collect_service.c, collect_reference.c,
 * collect_symbol.c, collect_claim.c, collect_selector.c. */
void collect_pod(Collector *collector, uint32_t node, const LinkRow *row);
void collect_pod_template(Collector *collector, uint32_t node, const LinkRow *row);
void collect_service(Collector *collector, uint32_t node, const LinkRow *row);
void collect_reference(Collector *collector, uint32_t node, const LinkRow *row);
void collect_declaration(Collector *collector, uint32_t node, const LinkRow *row);
void collect_keys(Collector *collector, uint32_t node, const LinkRow *row);

void collect_claims(Collector *collector, uint32_t node, const LinkRow *row);
void collect_ingress_rule(Collector *collector, uint32_t node, const LinkRow *row);
void collect_selects(Collector *collector, uint32_t node, const LinkRow *row);
void collect_admission(Collector *collector, uint32_t node, const LinkRow *row);
void collect_pod_security(Collector *collector, uint32_t node, const LinkRow *row);
void collect_limit_range(Collector *collector, uint32_t node, const LinkRow *row);
void collect_resource_quota(Collector *collector, uint32_t node, const LinkRow *row);
void collect_volume_claim(Collector *collector, uint32_t node, const LinkRow *row);
/* The spec of a Pod, or of the template of some, and its metadata; whether it takes the network
 * of its node: collect_container.c. */
enum SpecUse {
    SPEC_TEMPLATE = 1 << 0, /* not a Pod by itself */
    SPEC_SERVES = 1 << 1,   /* Services may select it: the ports of its containers are kept */
};
bool collect_spec(const Collector *collector, uint32_t spec, uint32_t metadata,
                  const LinkRow *row, unsigned use);
/* The requests and limits under resources as a sequence of resource_sets, or BASE_NONE;
 * first_span is that of its entries in resource_spans: collect_limits.c. */
uint32_t collect_resources(const ObjectContext *context, uint32_t resources,
                           uint32_t *first_span);
void collect_labelled(Collector *collector, uint32_t node, const LinkRow *row);
void collect_asks(Collector *collector, uint32_t node, const LinkRow *row);
void collect_topology(Collector *collector, uint32_t node, const LinkRow *row);
void collect_network_policy(Collector *collector, uint32_t node, const LinkRow *row);
void collect_takes_parameters(Collector *collector, uint32_t node, const LinkRow *row);
void collect_gives_parameters(Collector *collector, uint32_t node, const LinkRow *row);
/* Labels as they are read, with room for one more; scratch memory. */
LabelEntry *collect_labels(const Collector *collector, uint32_t labels, uint32_t *count);
/* Pushes the terms of a LabelSelector, or (plain) of a map of labels; false, and nothing
 * is pushed, where it cannot be read. */
bool collect_terms(const Collector *collector, uint32_t selector, bool plain);
/* Pushes those of a list of expressions, of labels or (fields) of an object's fields. */
bool collect_expressions(const Collector *collector, uint32_t list, bool fields);
/* The labels of a custom resource, which may be an admission policy's parameters. */
void collect_custom_labels(const Collector *collector);
/* Index in facts->label_queries; BASE_NONE where it is no selector. */
uint32_t collect_label_query(const Collector *collector, uint32_t selector, bool plain,
                             LabelSpace space);
/* A port that a container's probe or handler asks for by name: collect_symbol.c. */
void collect_own_port(const Collector *collector, uint32_t container, uint32_t value);
/* The ports of the node that a Pod or template takes: collect_host_port.c. */
void collect_host_ports(const Collector *collector, uint32_t spec);
/* A LabelSelector, or (plain) a map of labels; BASE_NONE where it is none. */
uint32_t collect_label_selector(const Collector *collector, uint32_t selector, bool plain);

/* What custom resources name and make: collect_custom.c. */
void collect_custom(Collector *collector);
void collect_gateway(const Collector *collector, Str kind);
void collect_istio(const Collector *collector, Str kind);
/* The value under a key of a mapping without a type, or BASE_NONE. */
uint32_t custom_value(const Document *doc, uint32_t map, const char *key);
/* Calls back for each node that a path of keys leads to. */
typedef void (*CustomUse)(const Collector *collector, uint32_t node, const void *context);
void custom_follow(const Collector *collector, const char *path, CustomUse use,
                   const void *context);
/* The object's namespace, or the one that it would be applied to. */
uint32_t custom_namespace(const Collector *collector);
/* Whether annotations say that a controller makes the object's certificates. */
bool has_certificate_maker(const Collector *collector);
/* A reference whose name stands at value, and which needs what stands at the wants (each
 * a port or a name, or BASE_NONE): the rest is filled in. */
void collect_reference_at(const Collector *collector, Reference reference, uint32_t value,
                          const uint32_t *wants, uint32_t want_count);

/* A row's target: a kind of the core group, or GROUP/KIND. */
void collect_target_kind(Facts *facts, const LinkRow *row, uint32_t *group, uint32_t *kind);
/* The path of a value, and its pointer, as ids of strings. */
uint32_t collect_path(const Collector *collector, uint32_t node);
void collect_where(const Collector *collector, uint32_t node, uint32_t *path, uint32_t *pointer);

/* ---- reading a bound tree ---- */
static inline Span node_span(const Document *doc, uint32_t node)
{
    const Node *at = node_at(doc, node);
    return (Span){at->offset, at->size};
}
Span alias_entry_span(const Document *doc, uint32_t key); /* of one whose value is an alias */
/* From the key to its value's end. */
static inline Span entry_span(const Document *doc, uint32_t key)
{
    const Node *name = node_at(doc, key), *value = name + 1;
    if (value->flags & NODE_ALIAS_ROOT)
        return alias_entry_span(doc, key);
    uint32_t end = value->offset + value->size;
    return end < name->offset + name->size ? (Span){name->offset, name->size}
                                           : (Span){name->offset, end - name->offset};
}
static inline bool is_scalar(const Document *doc, uint32_t node)
{
    return node != BASE_NONE && node_is_scalar(node_at(doc, node));
}
/* The text of a scalar, whatever its type; empty for null, collections, BASE_NONE. */
static inline Str scalar_text(const Document *doc, uint32_t node)
{
    return is_scalar(doc, node) && node_kind(doc, node) != NODE_NULL ? node_str(doc, node)
                                                                      : STR("");
}
int32_t any_port(const Document *doc, uint32_t node); /* scalar_port, however it is written */
/* 1 … 65535, else 0.  Nearly all are a few digits. */
static inline int32_t scalar_port(const Document *doc, uint32_t node)
{
    if (node == BASE_NONE || node_kind(doc, node) != NODE_INT)
        return 0;
    const Node *at = node_at(doc, node);
    if (at->len - 1 > 4 || at->text[0] == '0')
        return any_port(doc, node);
    int32_t number = 0;
    for (uint32_t i = 0; i < at->len; i++) {
        if (!is_digit(at->text[i]))
            return any_port(doc, node);
        number = number * 10 + (at->text[i] - '0');
    }
    return number <= UINT16_MAX ? number : 0;
}
static inline bool scalar_is_true(const Document *doc, uint32_t node)
{
    return node != BASE_NONE && node_kind(doc, node) == NODE_BOOL && node_bool(doc, node);
}
Protocol scalar_protocol(const Document *doc, uint32_t node); /* TCP where it is absent */
/* Entries of a mapping, without those that a later duplicate replaced:
 *   for (uint32_t key = map_first(doc, map); key < node_end(doc, map);
 *        key = map_next(doc, map, key)) */
static inline uint32_t map_from(const Document *doc, uint32_t map, uint32_t key)
{
    while (key < node_end(doc, map) && (node_at(doc, key)->flags & NODE_SHADOWED))
        key = node_after_entry(doc, key);
    return key;
}
static inline uint32_t map_first(const Document *doc, uint32_t map)
{
    return map_from(doc, map, node_first(map));
}
static inline uint32_t map_next(const Document *doc, uint32_t map, uint32_t key)
{
    return map_from(doc, map, node_after_entry(doc, key));
}
static inline bool is_map(const Document *doc, uint32_t node)
{
    return node != BASE_NONE && node_kind(doc, node) == NODE_MAP;
}
static inline bool is_seq(const Document *doc, uint32_t node)
{
    return node != BASE_NONE && node_kind(doc, node) == NODE_SEQ;
}

#endif
