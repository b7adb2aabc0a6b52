/* The order within a rank (src/emit/rest/order.c), by the linker's graph: a binding behind its
 * role, a route behind its gateway. */
#include "cluster/session.h"
#include "checks/link.h"
#include "checks/table.h"
#include "cli/scopes.h"

/* Objects that name each other in a circle are left where this many rounds put them. */
enum { ROUNDS = 16 };

typedef struct Edge {
    uint32_t from, to; /* in Session.objects */
} Edge;

typedef struct Edges {
    Session *session;
    SeqTable places;       /* (document, offset) of the objects that are sent */
    VEC(uint32_t) object;  /* per place: in Session.objects */
    VEC(Edge) all;
} Edges;

/* A scope's facts may be copies: places are the same in all. */
static uint32_t find_object(const Edges *edges, const Facts *facts, uint32_t id)
{
    const Object *object = facts_object(facts, id);
    uint32_t place = seq_find2(&edges->places, object->doc, object->offset);
    return place == BASE_NONE ? BASE_NONE : edges->object.at[place];
}

static void add_edges(Edges *edges, const ReportScope *scope)
{
    const RestObject *objects = edges->session->objects;
    for (uint32_t i = 0; i < scope->facts->references.len; i++) {
        const Reference *reference = &scope->facts->references.at[i];
        uint32_t target = link_resolve(scope->link, reference);
        if (target == BASE_NONE)
            continue;
        Edge edge = {find_object(edges, scope->facts, reference->object),
                     find_object(edges, scope->facts, target)};
        if (edge.from == BASE_NONE || edge.to == BASE_NONE || edge.from == edge.to)
            continue;
        const RestObject *from = &objects[edge.from], *to = &objects[edge.to];
        if (rest_rank(from->group, from->kind) == rest_rank(to->group, to->kind))
            vec_push(&edges->all, edge);
    }
}

void order_levels(Session *session)
{
    Edges edges = {.session = session};
    const Facts *facts = session->run.worker.facts;
    for (uint32_t i = 0; i < session->count; i++) {
        const Object *object = facts_object(facts, session->objects[i].id);
        uint32_t place = seq_intern2(&edges.places, object->doc, object->offset);
        if (place == edges.object.len)
            vec_push(&edges.object, i);
    }
    uint32_t count;
    const ReportScope *scopes = scopes_report(session->run.scopes, &count);
    for (uint32_t i = 0; i < count; i++)
        add_edges(&edges, &scopes[i]);
    bool moved = true;
    for (int round = 0; round < ROUNDS && moved; round++) {
        moved = false;
        for (uint32_t i = 0; i < edges.all.len; i++) {
            RestObject *from = &session->objects[edges.all.at[i].from];
            const RestObject *to = &session->objects[edges.all.at[i].to];
            if (from->level > to->level)
                continue;
            from->level = to->level + 1;
            moved = true;
        }
    }
    seq_table_free(&edges.places);
    vec_free(&edges.object);
    vec_free(&edges.all);
}
