/* The graph in graphviz' language (graphviz.org/doc/info/lang.html), to be rendered by
 * `dot`: a cluster for each scope, and in it one for each namespace.
 *
 * In quoted strings `"` and `\` are escaped; `&` could be the start of an entity. */
#include "emit/graph.h"
#include "emit/render.h"

static void put_text(Buf *out, Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '"' || c == '\\')
            buf_byte(out, '\\');
        if (c == '&')
            buf_text(out, "&amp;");
        else
            buf_byte(out, c);
    }
}

static void put_printable(Buf *out, Str text)
{
    Buf shown = {0};
    render_text(&shown, text);
    put_text(out, buf_slice(&shown));
    buf_free(&shown);
}

static void put_id(Buf *out, const GraphNode *node)
{
    buf_byte(out, '"');
    put_text(out, node->id);
    buf_byte(out, '"');
}

static const char *const STYLES[] = {
    [GRAPH_INPUT] = "",
    [GRAPH_CLUSTER] = ", style=\"rounded,filled\", fillcolor=\"#eeeeee\"",
    [GRAPH_ELSEWHERE] = ", style=\"rounded,dashed\"",
    [GRAPH_MISSING] = ", style=\"rounded,dashed\", color=\"#cc0000\", fontcolor=\"#cc0000\"",
};

static void put_node(const GraphNode *node, Buf *out)
{
    buf_text(out, "      ");
    put_id(out, node);
    buf_text(out, " [label=\"");
    put_text(out, node->kind);
    buf_text(out, "\\n");
    put_text(out, node->name);
    buf_byte(out, '"');
    buf_text(out, STYLES[node->state]);
    buf_text(out, "];\n");
}

static void put_edge(const Graph *graph, const GraphEdge *edge, Buf *out)
{
    buf_text(out, "  ");
    put_id(out, &graph->nodes.at[edge->from]);
    buf_text(out, " -> ");
    put_id(out, &graph->nodes.at[edge->to]);
    buf_format(out, " [%s", edge->verb == GRAPH_SELECTS ? "arrowhead=odot" : "arrowhead=normal");
    if (edge->paths.len) {
        buf_text(out, ", tooltip=\"");
        for (uint32_t i = 0; i < edge->paths.len; i++) {
            buf_text(out, i ? "\\n" : "");
            put_text(out, edge->paths.at[i]);
        }
        buf_byte(out, '"');
    }
    if (edge->reasons.len) {
        buf_text(out, ", color=\"#cc0000\", fontcolor=\"#cc0000\", style=dashed, label=\"");
        for (uint32_t i = 0; i < edge->reasons.len; i++) {
            buf_text(out, i ? "\\n" : "");
            put_printable(out, edge->reasons.at[i]->message);
        }
        buf_byte(out, '"');
    }
    buf_text(out, "];\n");
}

/* One namespace of one scope; what has none stands in the scope itself. */
static uint32_t put_namespace(const Graph *graph, uint32_t from, Buf *out)
{
    Str ns = graph->nodes.at[from].ns;
    uint32_t scope = graph->nodes.at[from].scope, at = from;
    if (ns.len) {
        buf_format(out, "    subgraph \"cluster_%u_", (unsigned)scope);
        put_text(out, ns);
        buf_text(out, "\" {\n      label=\"namespace ");
        put_text(out, ns);
        buf_text(out, "\";\n");
    }
    for (; at < graph->nodes.len && graph->nodes.at[at].scope == scope &&
           str_eq(graph->nodes.at[at].ns, ns);
         at++)
        put_node(&graph->nodes.at[at], out);
    if (ns.len)
        buf_text(out, "    }\n");
    return at;
}

void graph_dot_write(const Report *report, Out *out)
{
    Graph graph;
    graph_build(&graph, report);
    buf_text(&out->buf, "digraph plimsoll {\n"
                        "  rankdir=LR;\n"
                        "  fontname=\"sans-serif\";\n"
                        "  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n"
                        "  edge [fontname=\"sans-serif\", fontsize=10];\n");
    uint32_t at = 0;
    for (uint32_t scope = 0; scope < report->scope_count; scope++) {
        buf_format(&out->buf, "  subgraph cluster_%u {\n    label=\"scope ", (unsigned)scope);
        put_printable(&out->buf, report->scopes[scope].name);
        buf_text(&out->buf, "\";\n");
        while (at < graph.nodes.len && graph.nodes.at[at].scope == scope) {
            at = put_namespace(&graph, at, &out->buf);
            out_spill(out);
        }
        buf_text(&out->buf, "  }\n");
    }
    for (uint32_t i = 0; i < graph.edges.len; i++) {
        put_edge(&graph, &graph.edges.at[i], &out->buf);
        out_spill(out);
    }
    buf_text(&out->buf, "}\n");
    graph_free(&graph);
}
