/* From facts to a graph: references are resolved and selectors matched as the rules of
 * check do it, through link.h, and findings say which edges are broken. */
#include "emit/graph.h"

#include "checks/link.h"
#include "emit/render.h"

/* ---- which findings break an edge ---- */
static const char *const BREAK_REFERENCES[] = {
    "unresolved-reference", "missing-key",         "missing-service-port", "missing-listener",
    "route-not-allowed",    "reference-not-granted", "governing-service",  "policy-parameters",
};
static const char *const BREAK_SELECTORS[] = {
    "service-selects-no-pod", "missing-target-port", "policy-selects-no-pod",
};

static bool is_one_of(const char *id, const char *const *ids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(id, ids[i]))
            return true;
    return false;
}

typedef struct Building {
    Graph *graph;
    const Report *report;
    const Link *link;      /* of the scope under hand */
    const Facts *facts;
    uint32_t scope;
    SeqTable holders;      /* (document, offset) of objects that findings are about */
    VEC(uint32_t) first;   /* per holder: its first finding, */
    uint32_t *next;        /* and per finding the one behind it, or BASE_NONE */
    Interner ids;          /* of nodes: string i + 1 is node i */
    SeqTable edges;        /* (from, to, verb) */
    uint32_t *nodes;       /* per object of the scope: its node, or BASE_NONE */
} Building;

static void index_findings(Building *building)
{
    const Report *report = building->report;
    uint32_t count = report->diag->findings.len;
    building->next = mem_resize(NULL, sizeof *building->next * ((size_t)count + 1));
    for (uint32_t i = count; i-- > 0;) {
        const Finding *finding = &report->diag->findings.at[i];
        building->next[i] = BASE_NONE;
        if (finding->object == BASE_NONE || finding->rule->origin != ORIGIN_LINK)
            continue;
        const Object *object = facts_object(report->facts, finding->object);
        uint32_t holder = seq_intern2(&building->holders, object->doc, object->offset);
        if (holder == building->first.len)
            vec_push(&building->first, BASE_NONE);
        building->next[i] = building->first.at[holder];
        building->first.at[holder] = i;
    }
}

static bool holds_here(const Building *building, const Finding *finding)
{
    Str scope = building->report->scopes[building->scope].name;
    for (uint32_t i = 0; i < finding->scope_count; i++)
        if (str_eq(finding->scopes[i], scope))
            return true;
    return finding->scope_count == 0;
}

/* The next finding on an object of the scope under hand; at starts with the first. */
static uint32_t first_finding(const Building *building, uint32_t id)
{
    const Object *object = facts_object(building->facts, id);
    uint32_t holder = seq_find2(&building->holders, object->doc, object->offset);
    return holder == BASE_NONE ? BASE_NONE : building->first.at[holder];
}

static const Finding *next_finding(const Building *building, uint32_t *at)
{
    while (*at != BASE_NONE) {
        const Finding *finding = &building->report->diag->findings.at[*at];
        *at = building->next[*at];
        if (holds_here(building, finding))
            return finding;
    }
    return NULL;
}

/* ---- nodes ---- */
static Str printable(Building *building, Str text)
{
    Buf shown = {0};
    render_text(&shown, text);
    Str kept = arena_str(&building->graph->arena, buf_slice(&shown));
    buf_free(&shown);
    return kept;
}

static Str node_id(Building *building, const GraphNode *node)
{
    Arena *arena = &building->graph->arena;
    Str scope = printable(building, building->report->scopes[node->scope].name);
    return arena_format(arena, "%.*s:%.*s%s%.*s/%.*s%s%.*s", STR_ARG(scope), STR_ARG(node->kind),
                        node->group.len ? "." : "", STR_ARG(node->group), STR_ARG(node->ns),
                        node->ns.len ? "/" : "", STR_ARG(node->name));
}

/* Adds the node; of two with one id (a second definition) the later gets a number, unless
 * it stands for no object: then both are one. */
static uint32_t add_node(Building *building, GraphNode node)
{
    Str id = node_id(building, &node);
    for (unsigned number = 2;; number++) {
        uint32_t known = interner_find(&building->ids, id);
        if (known == BASE_NONE)
            break;
        if (!node.object)
            return known - 1;
        id = arena_format(&building->graph->arena, "%.*s#%u", STR_ARG(node_id(building, &node)),
                          number);
    }
    intern(&building->ids, id);
    node.id = id;
    vec_push(&building->graph->nodes, node);
    return building->graph->nodes.len - 1;
}

static Str text_of(Building *building, uint32_t string)
{
    return string == BASE_NONE || !string
               ? STR("")
               : printable(building, facts_text(building->facts, string));
}

static bool is_of_cluster(const Building *building, const Object *object)
{
    const Sources *sources = building->report->sources;
    return sources->files.at[sources->docs.at[object->doc].file].backdrop;
}

static uint32_t object_node(Building *building, uint32_t id)
{
    if (building->nodes[id] != BASE_NONE)
        return building->nodes[id];
    const Object *object = facts_object(building->facts, id);
    Str name = text_of(building, object->name);
    if (!name.len) {
        Str start = text_of(building, object->generate_name);
        name = arena_format(&building->graph->arena, "%.*s*", STR_ARG(start));
    }
    GraphNode node = {
        .scope = building->scope,
        .group = text_of(building, object->group),
        .kind = text_of(building, object->kind),
        .ns = text_of(building, object->ns),
        .name = name,
        .object = object,
        .state = is_of_cluster(building, object) ? GRAPH_CLUSTER : GRAPH_INPUT,
    };
    building->nodes[id] = add_node(building, node);
    return building->nodes[id];
}

/* ---- edges ---- */
static GraphEdge *get_edge(Building *building, uint32_t from, uint32_t to, GraphVerb verb)
{
    uint32_t key[3] = {from, to, verb};
    uint32_t id = seq_intern(&building->edges, key, 3);
    if (id == building->graph->edges.len) {
        GraphEdge edge = {.from = from, .to = to, .verb = verb};
        vec_push(&building->graph->edges, edge);
    }
    return &building->graph->edges.at[id];
}

static void add_path(Building *building, GraphEdge *edge, Str path)
{
    for (uint32_t i = 0; i < edge->paths.len; i++)
        if (str_eq(edge->paths.at[i], path))
            return;
    if (path.len)
        vec_push(&edge->paths, printable(building, path));
}

static void add_reason(GraphEdge *edge, const Finding *finding)
{
    for (uint32_t i = 0; i < edge->reasons.len; i++)
        if (edge->reasons.at[i] == finding)
            return;
    vec_push(&edge->reasons, finding);
}

static bool is_at(const Facts *facts, const Reference *reference, const Finding *finding)
{
    if (finding->place.offset == reference->place.offset)
        return true;
    for (uint32_t i = 0; i < reference->want_count; i++)
        if (finding->place.offset == facts->wants.at[reference->wants + i].place.offset)
            return true;
    return false;
}

static uint32_t absent_node(Building *building, const Reference *reference, bool broken)
{
    GraphNode node = {
        .scope = building->scope,
        .group = text_of(building, reference->group),
        .kind = text_of(building, reference->kind),
        .ns = text_of(building, reference->ns),
        .name = text_of(building, reference->name),
        .state = broken ? GRAPH_MISSING : GRAPH_ELSEWHERE,
    };
    uint32_t id = add_node(building, node);
    if (broken) /* one may ask for it as optional, and another not */
        building->graph->nodes.at[id].state = GRAPH_MISSING;
    return id;
}

static void add_reference(Building *building, const Reference *reference)
{
    const Finding *reasons[16];
    uint32_t count = 0, at = first_finding(building, reference->object);
    for (const Finding *finding; (finding = next_finding(building, &at)) != NULL;)
        if (count < BASE_COUNT(reasons) && is_at(building->facts, reference, finding) &&
            is_one_of(finding->rule->id, BREAK_REFERENCES, BASE_COUNT(BREAK_REFERENCES)))
            reasons[count++] = finding;
    uint32_t target = link_resolve(building->link, reference);
    uint32_t from = object_node(building, reference->object);
    uint32_t to = target == BASE_NONE ? absent_node(building, reference, count > 0)
                                      : object_node(building, target);
    GraphEdge *edge = get_edge(building, from, to, GRAPH_REFERENCE);
    add_path(building, edge, facts_text(building->facts, reference->path));
    for (uint32_t i = 0; i < count; i++)
        add_reason(edge, reasons[i]);
}

/* "app=web,tier" for messages and ids: what a selector that selects nothing asks for. */
static Str selector_text(Building *building, const Selector *selector)
{
    static const char *const OPS[] = {"=", " in …", " notin …", "", ""};
    const Facts *facts = building->facts;
    Buf text = {0};
    for (uint32_t i = 0; i < selector->term_count; i++) {
        const Term *term = &facts->terms.at[selector->terms + i];
        buf_text(&text, i ? "," : "");
        buf_text(&text, term->op == TERM_ABSENT ? "!" : "");
        buf_str(&text, facts_text(facts, term->key));
        buf_text(&text, OPS[term->op]);
        if (term->op == TERM_EQUALS)
            buf_str(&text, facts_text(facts, facts_pair_value(facts, term->value)));
    }
    Str kept = printable(building, selector->term_count ? buf_slice(&text) : STR("all"));
    buf_free(&text);
    return kept;
}

static void add_selection(Building *building, uint32_t object, uint32_t id, Arena *scratch)
{
    const Selector *selector = &building->facts->selectors.at[id];
    PodList pods = link_select(building->link, id, scratch);
    uint32_t from = object_node(building, object), first = first_finding(building, object);
    uint32_t none = BASE_NONE;
    if (pods.count == 0) {
        GraphNode node = {
            .scope = building->scope,
            .kind = STR("Pod"),
            .ns = text_of(building, facts_object(building->facts, object)->ns),
            .name = selector_text(building, selector),
            .state = GRAPH_ELSEWHERE,
            .selector = true,
        };
        none = add_node(building, node);
    }
    for (uint32_t i = 0; i < pods.count || (i == 0 && none != BASE_NONE); i++) {
        uint32_t to = none != BASE_NONE
                          ? none
                          : object_node(building, building->facts->pods.at[pods.at[i]].object);
        GraphEdge *edge = get_edge(building, from, to, GRAPH_SELECTS);
        uint32_t at = first;
        for (const Finding *finding; (finding = next_finding(building, &at)) != NULL;)
            if (is_one_of(finding->rule->id, BREAK_SELECTORS, BASE_COUNT(BREAK_SELECTORS)))
                add_reason(edge, finding);
        if (none != BASE_NONE && edge->reasons.len)
            building->graph->nodes.at[none].state = GRAPH_MISSING;
    }
}

/* ---- a scope ---- */
static bool is_of_input(const Building *building, uint32_t object)
{
    return !is_of_cluster(building, facts_object(building->facts, object));
}

static void add_scope(Building *building)
{
    const Facts *facts = building->facts;
    uint32_t count = facts_object_count(facts);
    Arena scratch = {0};
    building->nodes = mem_resize(NULL, sizeof *building->nodes * ((size_t)count + 1));
    memset(building->nodes, 0xFF, sizeof *building->nodes * ((size_t)count + 1));
    const uint32_t *order = link_objects_by_place(building->link);
    for (uint32_t i = 0; i < count; i++)
        if (is_of_input(building, order[i]) && !facts_object(facts, order[i])->no_object)
            object_node(building, order[i]);
    for (uint32_t i = 0; i < facts->references.len; i++)
        if (is_of_input(building, facts->references.at[i].object))
            add_reference(building, &facts->references.at[i]);
    for (uint32_t i = 0; i < facts->services.len; i++) {
        const ServiceFact *service = &facts->services.at[i];
        if (service->selector != BASE_NONE && service->type != SERVICE_EXTERNAL_NAME &&
            is_of_input(building, service->object))
            add_selection(building, service->object, service->selector, &scratch);
        arena_reset(&scratch);
    }
    for (uint32_t i = 0; i < facts->selects.len; i++) {
        const SelectFact *select = &facts->selects.at[i];
        if (select->use != SELECT_WORKLOAD && select->selector != BASE_NONE &&
            is_of_input(building, select->object))
            add_selection(building, select->object, select->selector, &scratch);
        arena_reset(&scratch);
    }
    mem_free(building->nodes);
    arena_free(&scratch);
}

/* ---- in order ---- */
static int compare_nodes(const void *left, const void *right, void *context)
{
    const Graph *graph = context;
    const GraphNode *a = &graph->nodes.at[*(const uint32_t *)left];
    const GraphNode *b = &graph->nodes.at[*(const uint32_t *)right];
    if (a->scope != b->scope)
        return a->scope < b->scope ? -1 : 1;
    int order = str_compare(a->ns, b->ns);
    return order ? order : str_compare(a->id, b->id);
}

static int compare_edges(const void *left, const void *right, void *context)
{
    (void)context;
    const GraphEdge *a = left, *b = right;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    if (a->to != b->to)
        return a->to < b->to ? -1 : 1;
    return (int)a->verb - (int)b->verb;
}

static void sort_graph(Graph *graph)
{
    uint32_t count = graph->nodes.len;
    uint32_t *order = mem_resize(NULL, sizeof *order * ((size_t)count + 1));
    uint32_t *ranks = mem_resize(NULL, sizeof *ranks * ((size_t)count + 1));
    GraphNode *nodes = mem_resize(NULL, sizeof *nodes * ((size_t)count + 1));
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    sort_with(order, count, sizeof *order, compare_nodes, graph);
    for (uint32_t i = 0; i < count; i++) {
        nodes[i] = graph->nodes.at[order[i]];
        ranks[order[i]] = i;
    }
    if (count)
        memcpy(graph->nodes.at, nodes, sizeof *nodes * count);
    for (uint32_t i = 0; i < graph->edges.len; i++) {
        graph->edges.at[i].from = ranks[graph->edges.at[i].from];
        graph->edges.at[i].to = ranks[graph->edges.at[i].to];
    }
    sort_with(graph->edges.at, graph->edges.len, sizeof *graph->edges.at, compare_edges, NULL);
    mem_free(order);
    mem_free(ranks);
    mem_free(nodes);
}

void graph_build(Graph *graph, const Report *report)
{
    *graph = (Graph){0};
    Building building = {.graph = graph, .report = report};
    interner_init(&building.ids);
    index_findings(&building);
    for (uint32_t i = 0; i < report->scope_count; i++) {
        building.scope = i;
        building.link = report->scopes[i].link;
        building.facts = report->scopes[i].facts;
        add_scope(&building);
    }
    sort_graph(graph);
    interner_free(&building.ids);
    seq_table_free(&building.holders);
    seq_table_free(&building.edges);
    vec_free(&building.first);
    mem_free(building.next);
}

void graph_free(Graph *graph)
{
    for (uint32_t i = 0; i < graph->edges.len; i++) {
        vec_free(&graph->edges.at[i].paths);
        vec_free(&graph->edges.at[i].reasons);
    }
    vec_free(&graph->nodes);
    vec_free(&graph->edges);
    arena_free(&graph->arena);
}

const char *graph_state_name(GraphState state)
{
    static const char *const NAMES[] = {"input", "cluster", "elsewhere", "missing"};
    return NAMES[state];
}

const char *graph_verb_name(GraphVerb verb)
{
    static const char *const NAMES[] = {"reference", "selects"};
    return NAMES[verb];
}

/* FNV-1a: two ids of one input that share 64 bits are not met with. */
Str graph_short_id(Str id, Arena *arena)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < id.len; i++)
        hash = (hash ^ (unsigned char)id.ptr[i]) * UINT64_C(0x100000001B3);
    return arena_format(arena, "n%08x%08x", (unsigned)(hash >> 32), (unsigned)(hash & UINT32_MAX));
}
