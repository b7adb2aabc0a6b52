/* graph: the wiring of the input as nodes and edges, for the formats of `plimsoll graph`.
 * Not part of the room's face.
 *
 * Nodes are objects, and what they name although nothing defines it.  An edge is what
 * one object says of another: a name (reference) or a selector (selects).  All that one
 * object says of one other in one way is one edge, with the paths of its fields.  An edge
 * is broken where `plimsoll check` has a finding about one of them.
 *
 * Ids are made of scope, kind, group, namespace and name: they stay as they are when
 * other objects come or go.  Nodes are sorted by scope, namespace and id, edges by the
 * ids of their ends.
 *
 * Ownership: a Graph owns everything until graph_free. */
#ifndef PLIMSOLL_EMIT_GRAPH_H
#define PLIMSOLL_EMIT_GRAPH_H

#include "emit/emit.h"

typedef enum GraphState {
    GRAPH_INPUT,         /* an object of the input */
    GRAPH_CLUSTER,       /* one that the cluster holds already: --assume-cluster */
    GRAPH_ELSEWHERE,     /* not in the input, and nothing is wrong with that */
    GRAPH_MISSING,       /* named or selected, and not there */
} GraphState;

typedef struct GraphNode {
    Str id;              /* of its kind in the graph, printable */
    uint32_t scope;      /* in report->scopes */
    Str group, kind, ns, name; /* ns empty: cluster-scoped, or not known */
    const Object *object; /* or NULL where the state says that there is none */
    GraphState state;
    bool selector;       /* no object but a selector that selects nothing; name shows it */
} GraphNode;

typedef enum GraphVerb { GRAPH_REFERENCE, GRAPH_SELECTS } GraphVerb;

typedef struct GraphEdge {
    uint32_t from, to;   /* in graph.nodes */
    GraphVerb verb;
    VEC(Str) paths;      /* of the fields, in the order of the document */
    VEC(const Finding *) reasons; /* why it is broken; none: it is whole */
} GraphEdge;

typedef struct Graph {
    Arena arena;
    VEC(GraphNode) nodes;
    VEC(GraphEdge) edges;
} Graph;

void graph_build(Graph *graph, const Report *report);
void graph_free(Graph *graph);
const char *graph_state_name(GraphState state); /* "input", "cluster", "elsewhere", "missing" */
const char *graph_verb_name(GraphVerb verb);
/* A name of letters and digits for an id, the same in every run. */
Str graph_short_id(Str id, Arena *arena);

void graph_dot_write(const Report *report, Out *out);
void graph_mermaid_write(const Report *report, Out *out);
void graph_json_write(const Report *report, Out *out);

#endif
