/* Facts of one thread, added behind those of the threads before it in the input.
 *
 * Facts are structs of numbers, and a number is a string's, a sequence's, an object's
 * or a fact's.  Tables below say which member is which; a size beside each struct stops
 * the build when a member was added and its row was not looked at.  Strings and
 * sequences are interned in the order in which the thread met them, so that every id
 * comes out as if one thread had read all of the input. */
#include "checks/facts.h"

#include <stddef.h>

#define LIST_NUMBER(list) LIST_##list,
enum { FACTS_LISTS(LIST_NUMBER) LIST_COUNT };

/* What a number stands for. */
enum {
    MAP_NONE, /* for itself */
    MAP_DOC,
    MAP_LINE,
    MAP_STRING,
    MAP_PAIR,
    MAP_LABEL_SET,
    MAP_RESOURCE_SET,
    MAP_DECLARED,
    MAP_GRANT,
    MAP_FILLED,
    MAP_MAKER,
    MAP_LIST, /* and for the fact of that index in the list */
    MAP_COUNT = MAP_LIST + LIST_COUNT,
};
#define MAP_OF(list) (MAP_LIST + LIST_##list)
#define MAP_OBJECT MAP_OF(objects)

enum { MEMBERS = 11 };
typedef struct Member {
    uint16_t offset;
    uint8_t map;
} Member;

typedef struct ListRow {
    Member members[MEMBERS]; /* up to the first that stands for itself */
} ListRow;

#define AT(type, member, map) {offsetof(type, member), map}
#define OBJECT(type) AT(type, object, MAP_OBJECT)
#define FIELD(type) AT(type, path, MAP_STRING), AT(type, pointer, MAP_STRING)
#define OWNED(map) {OBJECT(Owned), AT(Owned, sequence, map)}
_Static_assert(MAP_COUNT <= UINT8_MAX, "a map's number is a byte");

static const ListRow ROWS[LIST_COUNT] = {
    [LIST_objects] = {{AT(Object, doc, MAP_DOC), AT(Object, line, MAP_LINE),
                       AT(Object, api_version, MAP_STRING), AT(Object, group, MAP_STRING),
                       AT(Object, kind, MAP_STRING), AT(Object, name, MAP_STRING),
                       AT(Object, ns, MAP_STRING), AT(Object, generate_name, MAP_STRING)}},
    [LIST_pods] = {{OBJECT(PodFact), AT(PodFact, labels, MAP_LABEL_SET),
                    AT(PodFact, label_spans, MAP_OF(label_spans)),
                    AT(PodFact, ports, MAP_OF(container_ports))}},
    [LIST_container_ports] = {{AT(ContainerPort, name, MAP_STRING)}},
    [LIST_selectors] = {{OBJECT(Selector), AT(Selector, terms, MAP_OF(terms))}},
    [LIST_terms] = {{AT(Term, key, MAP_STRING)}}, /* and its value: merge_terms */
    [LIST_term_values] = {{{0, MAP_PAIR}}},
    [LIST_services] = {{OBJECT(ServiceFact), AT(ServiceFact, selector, MAP_OF(selectors)),
                        AT(ServiceFact, ports, MAP_OF(service_ports))}},
    [LIST_service_ports] = {{AT(ServicePort, name, MAP_STRING),
                             AT(ServicePort, target_name, MAP_STRING),
                             AT(ServicePort, app_protocol, MAP_STRING)}},
    [LIST_references] = {{OBJECT(Reference), AT(Reference, group, MAP_STRING),
                          AT(Reference, kind, MAP_STRING), AT(Reference, ns, MAP_STRING),
                          AT(Reference, name, MAP_STRING), FIELD(Reference),
                          AT(Reference, wants, MAP_OF(wants))}},
    [LIST_wants] = {{AT(Want, name, MAP_STRING), FIELD(Want)}},
    [LIST_symbols] = {{OBJECT(Symbol), AT(Symbol, name, MAP_STRING)}},
    [LIST_listeners] = {{OBJECT(Listener), AT(Listener, name, MAP_STRING)}},
    [LIST_lost_ports] = {{OBJECT(LostPort), AT(LostPort, name, MAP_STRING),
                          AT(LostPort, near, MAP_STRING), FIELD(LostPort)}},
    [LIST_claims] = {{OBJECT(Claim), AT(Claim, key, MAP_STRING), AT(Claim, shown, MAP_STRING),
                      FIELD(Claim)}},
    [LIST_host_ports] = {{OBJECT(HostPort), AT(HostPort, address, MAP_STRING),
                          AT(HostPort, nodes, MAP_STRING), FIELD(HostPort)}},
    [LIST_selects] = {{OBJECT(SelectFact), AT(SelectFact, selector, MAP_OF(selectors))}},
    [LIST_containers] = {{AT(ContainerFact, name, MAP_STRING),
                          AT(ContainerFact, resources, MAP_RESOURCE_SET),
                          AT(ContainerFact, resource_spans, MAP_OF(resource_spans))}},
    [LIST_security_values] = {{AT(SecurityValue, container, MAP_OF(containers)),
                               FIELD(SecurityValue)}},
    [LIST_admitted_pods] = {{OBJECT(AdmittedPod),
                             AT(AdmittedPod, containers, MAP_OF(containers)),
                             AT(AdmittedPod, values, MAP_OF(security_values))}},
    [LIST_admitted_claims] = {{OBJECT(AdmittedClaim), AT(AdmittedClaim, path, MAP_STRING),
                               AT(AdmittedClaim, requests, MAP_RESOURCE_SET),
                               AT(AdmittedClaim, request_spans, MAP_OF(resource_spans))}},
    [LIST_namespaces] = {{OBJECT(NamespaceFact)}},
    [LIST_limits] = {{OBJECT(LimitFact), AT(LimitFact, resource, MAP_STRING),
                      AT(LimitFact, quantity, MAP_STRING)}},
    [LIST_quotas] = {{OBJECT(QuotaFact), AT(QuotaFact, name, MAP_STRING),
                      AT(QuotaFact, quantity, MAP_STRING)}},
    [LIST_labelled] = {{OBJECT(LabelledFact), AT(LabelledFact, labels, MAP_LABEL_SET)}},
    [LIST_label_queries] = {{OBJECT(LabelQuery), AT(LabelQuery, terms, MAP_OF(terms)),
                             FIELD(LabelQuery)}},
    [LIST_topology_keys] = {{OBJECT(TopologyKey), AT(TopologyKey, key, MAP_STRING),
                             FIELD(TopologyKey)}},
    [LIST_namespace_uses] = {{OBJECT(NamespaceUse), AT(NamespaceUse, ns, MAP_STRING)}},
    [LIST_peers] = {{OBJECT(PeerFact), AT(PeerFact, pods, MAP_OF(selectors)),
                     AT(PeerFact, namespaces, MAP_OF(label_queries)), FIELD(PeerFact)}},
    [LIST_policy_ports] = {{OBJECT(PolicyPort), AT(PolicyPort, selector, MAP_OF(selectors)),
                            AT(PolicyPort, name, MAP_STRING), AT(PolicyPort, peers, MAP_OF(peers)),
                            FIELD(PolicyPort)}},
    [LIST_idle_rules] = {{OBJECT(IdleRules), FIELD(IdleRules)}},
    [LIST_policy_kinds] = {{OBJECT(PolicyKind), AT(PolicyKind, group, MAP_STRING),
                            AT(PolicyKind, kind, MAP_STRING)}},
    [LIST_parameters] = {{OBJECT(Parameters), AT(Parameters, policy_group, MAP_STRING),
                          AT(Parameters, policy_kind, MAP_STRING),
                          AT(Parameters, policy, MAP_STRING), AT(Parameters, ns, MAP_STRING),
                          AT(Parameters, name, MAP_STRING), FIELD(Parameters),
                          AT(Parameters, name_path, MAP_STRING),
                          AT(Parameters, name_pointer, MAP_STRING),
                          AT(Parameters, query, MAP_OF(label_queries))}},
    [LIST_declared_by] = {OWNED(MAP_DECLARED)},
    [LIST_granted_by] = {OWNED(MAP_GRANT)},
    [LIST_made_by] = {OWNED(MAP_MAKER)},
    [LIST_object_labels] = {OWNED(MAP_LABEL_SET)},
};

/* Whoever changes one of these looks at its row above, then at the size here. */
#define SIZE_IS(type, size) _Static_assert(sizeof(type) == (size), #type " has a row in ROWS")
SIZE_IS(Object, 64);
SIZE_IS(PodFact, 44);
SIZE_IS(ContainerPort, 16);
SIZE_IS(Selector, 20);
SIZE_IS(Term, 20);
SIZE_IS(ServiceFact, 60);
SIZE_IS(ServicePort, 52);
SIZE_IS(Reference, 44);
SIZE_IS(Want, 24);
SIZE_IS(Symbol, 16);
SIZE_IS(Listener, 32);
SIZE_IS(LostPort, 36);
SIZE_IS(Claim, 32);
SIZE_IS(HostPort, 36);
SIZE_IS(SelectFact, 40);
SIZE_IS(ContainerFact, 36);
SIZE_IS(SecurityValue, 32);
SIZE_IS(AdmittedPod, 32);
SIZE_IS(AdmittedClaim, 24);
SIZE_IS(NamespaceFact, 68);
SIZE_IS(LimitFact, 28);
SIZE_IS(QuotaFact, 20);
SIZE_IS(LabelledFact, 12);
SIZE_IS(LabelQuery, 44);
SIZE_IS(TopologyKey, 24);
SIZE_IS(NamespaceUse, 16);
SIZE_IS(PeerFact, 32);
SIZE_IS(PolicyPort, 44);
SIZE_IS(IdleRules, 32);
SIZE_IS(PolicyKind, 20);
SIZE_IS(Parameters, 68);
SIZE_IS(Owned, 8);

/* And a list or table that is not among FACTS_LISTS and FACTS_TABLES shows here. */
#define LIST_SIZE(list) +sizeof(((Facts *)0)->list)
_Static_assert(sizeof(Facts) == offsetof(Facts, objects) FACTS_LISTS(LIST_SIZE)
                                    FACTS_TABLES(LIST_SIZE),
               "every list and table of facts is merged");

/* The items of a table's sequences, over and over. */
enum { PERIOD = FACTS_GRANT_PARTS };
typedef struct TableRow {
    uint8_t period;
    uint8_t maps[PERIOD];
} TableRow;

static const TableRow PAIRS = {1, {MAP_STRING}};
static const TableRow LABEL_SETS = {1, {MAP_PAIR}};
static const TableRow RESOURCE_SETS = {3, {MAP_NONE, MAP_STRING, MAP_STRING}};
static const TableRow STRINGS = {1, {MAP_STRING}};
static const TableRow OBJECTS = {1, {MAP_OBJECT}};

/* A number below count becomes what the table says, or grows by add; others are no
 * ids (BASE_NONE, PAIR_ANY_VALUE) and stay. */
typedef struct Map {
    uint32_t *to; /* NULL: add */
    uint32_t count;
    uint32_t add;
} Map;

typedef VEC(uint32_t) Numbers;

/* What strings and sequences became when they were joined.  They stay where they were met, so
 * what a thread meets in piece after piece is looked up for the first of them. */
typedef struct Joined {
    Numbers to[MAP_LIST];
    Numbers orders;           /* per label set: where its order begins in `moved`, or BASE_NONE */
    Numbers moved;            /* per pair of a set whose order changed: where it stood */
} Joined;

typedef struct Merge {
    Facts *into;
    const Facts *from;
    Joined *joined;
    Map maps[MAP_COUNT];
    Numbers items;            /* a sequence under hand */
} Merge;

static uint32_t map_number(const Map *map, uint32_t number)
{
    if (number == BASE_NONE)
        return number;
    if (!map->to)
        return number + map->add;
    return number < map->count ? map->to[number] : number;
}

enum { MERGE_AHEAD = 8 }; /* strings */

static void map_strings(Merge *merge)
{
    const Interner *strings = merge->from->strings;
    uint32_t count = strings->strings.len;
    Numbers *to = &merge->joined->to[MAP_STRING];
    for (uint32_t id = to->len; id < count; id++) {
        /* Their lines are far, and known some strings before. */
        if (id + MERGE_AHEAD < count)
            interner_expect(merge->into->strings, strings->hashes.at[id + MERGE_AHEAD]);
        vec_push(to, intern_hashed(merge->into->strings, strings->strings.at[id], strings->hashes.at[id]));
    }
    merge->maps[MAP_STRING] = (Map){.to = to->at, .count = count};
}

typedef struct MovedPair {
    uint32_t pair, from;
} MovedPair;

static int compare_moved(const void *left, const void *right, void *context)
{
    (void)context;
    const MovedPair *a = left, *b = right;
    return compare_uint(a->pair, b->pair);
}

/* Label sets are kept in the order of their pairs, which may be another one here. */
static void sort_pairs(Merge *merge)
{
    Joined *joined = merge->joined;
    uint32_t *pairs = merge->items.at, count = merge->items.len;
    bool sorted = true;
    for (uint32_t i = 1; i < count && sorted; i++)
        sorted = pairs[i - 1] < pairs[i];
    vec_push(&joined->orders, sorted ? BASE_NONE : joined->moved.len);
    if (sorted)
        return;
    MovedPair *moved = mem_resize(NULL, sizeof *moved * count);
    for (uint32_t i = 0; i < count; i++)
        moved[i] = (MovedPair){pairs[i], i};
    sort_with(moved, count, sizeof *moved, compare_moved, NULL);
    for (uint32_t i = 0; i < count; i++) {
        pairs[i] = moved[i].pair;
        vec_push(&joined->moved, moved[i].from);
    }
    mem_free(moved);
}

static void map_table(Merge *merge, int number, SeqTable *into, const SeqTable *from,
                      const TableRow *row)
{
    uint32_t count = seq_count(from);
    Numbers *to = &merge->joined->to[number];
    for (uint32_t id = to->len; id < count; id++) {
        Seq seq = seq_at(from, id);
        vec_clear(&merge->items);
        for (uint32_t i = 0; i < seq.count; i++)
            vec_push(&merge->items, map_number(&merge->maps[row->maps[i % row->period]], seq.at[i]));
        if (row == &LABEL_SETS)
            sort_pairs(merge);
        vec_push(to, seq_intern(into, merge->items.at, seq.count));
    }
    merge->maps[number] = (Map){.to = to->at, .count = count};
}

static void map_tables(Merge *merge)
{
    Facts *into = merge->into;
    const Facts *from = merge->from;
    map_table(merge, MAP_PAIR, &into->pairs, &from->pairs, &PAIRS);
    map_table(merge, MAP_LABEL_SET, &into->label_sets, &from->label_sets, &LABEL_SETS);
    map_table(merge, MAP_RESOURCE_SET, &into->resource_sets, &from->resource_sets, &RESOURCE_SETS);
    map_table(merge, MAP_DECLARED, &into->declared, &from->declared, &STRINGS);
    map_table(merge, MAP_GRANT, &into->grants, &from->grants, &STRINGS);
    vec_clear(&merge->joined->to[MAP_FILLED]); /* objects are others each time */
    map_table(merge, MAP_FILLED, &into->filled, &from->filled, &OBJECTS);
    map_table(merge, MAP_MAKER, &into->makers, &from->makers, &STRINGS);
}

/* One member of each item.  Which way its numbers go is asked once for all of them. */
static void map_member(const Map *map, char *at, size_t size, uint32_t count)
{
    const char *end = at + size * count;
    uint32_t number;
    if (map->to) {
        for (; at < end; at += size) {
            memcpy(&number, at, sizeof number);
            if (number < map->count)
                memcpy(at, &map->to[number], sizeof number);
        }
        return;
    }
    for (; at < end; at += size) {
        memcpy(&number, at, sizeof number);
        number += number == BASE_NONE ? 0 : map->add;
        memcpy(at, &number, sizeof number);
    }
}

static void map_list(const Merge *merge, const ListRow *row, void *items, size_t size,
                     uint32_t count)
{
    for (int i = 0; i < MEMBERS && row->members[i].map != MAP_NONE; i++)
        map_member(&merge->maps[row->members[i].map], (char *)items + row->members[i].offset,
                   size, count);
}

/* What a term's value is depends on what it asks for. */
static void map_terms(const Merge *merge, uint32_t first)
{
    for (uint32_t i = first; i < merge->into->terms.len; i++) {
        Term *term = &merge->into->terms.at[i];
        if (term->op == TERM_EQUALS)
            term->value = map_number(&merge->maps[MAP_PAIR], term->value);
        else if (term->op == TERM_IN || term->op == TERM_NOT_IN)
            term->value += merge->maps[MAP_OF(term_values)].add;
    }
}

/* The places of a Pod's labels stand in the order of its set. */
static void move_spans(Merge *merge)
{
    const Facts *from = merge->from;
    uint32_t first = merge->maps[MAP_OF(label_spans)].add;
    for (uint32_t i = 0; i < from->pods.len; i++) {
        const PodFact *pod = &from->pods.at[i];
        uint32_t order = merge->joined->orders.at[pod->labels];
        if (order == BASE_NONE || pod->label_spans == BASE_NONE)
            continue;
        LabelSpan *to = &merge->into->label_spans.at[first + pod->label_spans];
        const LabelSpan *spans = &from->label_spans.at[pod->label_spans];
        uint32_t count = seq_at(&from->label_sets, pod->labels).count;
        for (uint32_t j = 0; j < count; j++)
            to[j] = spans[merge->joined->moved.at[order + j]];
    }
}

/* The first use of a namespace stands for those behind it, whichever thread met them. */
static void join_namespaces(Facts *into, uint32_t first)
{
    if (first == 0 || first == into->namespace_uses.len ||
        into->namespace_uses.at[first - 1].ns != into->namespace_uses.at[first].ns)
        return;
    NamespaceUse *at = &into->namespace_uses.at[first];
    memmove(at, at + 1, sizeof *at * (into->namespace_uses.len - first - 1));
    into->namespace_uses.len--;
}

void facts_merge(Facts *into, Facts *from, uint32_t doc_base, uint32_t line_base)
{
    if (!from->joined)
        from->joined = mem_zeroed(sizeof *from->joined);
    Merge merge = {.into = into, .from = from, .joined = from->joined};
    merge.maps[MAP_DOC].add = doc_base;
    merge.maps[MAP_LINE].add = line_base;
#define MAP_BASE(list) merge.maps[MAP_OF(list)].add = into->list.len;
    FACTS_LISTS(MAP_BASE)
    map_strings(&merge);
    map_tables(&merge);
#define APPEND(list)                                                                      \
    vec_append(&into->list, from->list.at, from->list.len);                               \
    if (from->list.len)                                                                   \
        map_list(&merge, &ROWS[LIST_##list], into->list.at + merge.maps[MAP_OF(list)].add, \
                 sizeof *into->list.at, from->list.len);
    FACTS_LISTS(APPEND)
    map_terms(&merge, merge.maps[MAP_OF(terms)].add);
    move_spans(&merge);
    join_namespaces(into, merge.maps[MAP_OF(namespace_uses)].add);
    vec_free(&merge.items);
}

void joined_clear(Joined *joined)
{
    if (!joined)
        return;
    for (int i = 0; i < MAP_LIST; i++)
        vec_clear(&joined->to[i]);
    vec_clear(&joined->orders);
    vec_clear(&joined->moved);
}

void joined_free(Joined *joined)
{
    if (!joined)
        return;
    for (int i = 0; i < MAP_LIST; i++)
        vec_free(&joined->to[i]);
    vec_free(&joined->orders);
    vec_free(&joined->moved);
    mem_free(joined);
}
