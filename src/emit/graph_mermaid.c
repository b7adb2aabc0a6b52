/* The graph as a mermaid flowchart (mermaid.js.org/syntax/flowchart.html), which GitHub
 * and GitLab show in Markdown.
 *
 * Ids are made of letters and digits, and every text is a quoted one, in which `#` starts
 * an entity: whatever could end the text or be taken for HTML is written as one. */
#include "emit/graph.h"
#include "emit/render.h"

static void put_text(Buf *out, Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (strchr("\"#&<>`\\;", c) && c)
            buf_format(out, "#%u;", (unsigned)c);
        else
            buf_byte(out, (char)c);
    }
}

static void put_printable(Buf *out, Str text)
{
    Buf shown = {0};
    render_text(&shown, text);
    put_text(out, buf_slice(&shown));
    buf_free(&shown);
}

/* "cluster" is mermaid's own class of subgraphs. */
static const char *const CLASSES[] = {"", "held", "elsewhere", "missing"};

static void put_node(const GraphNode *node, Buf *out, Arena *scratch)
{
    Str id = graph_short_id(node->id, scratch);
    buf_format(out, "      %.*s[\"", STR_ARG(id));
    put_text(out, node->kind);
    buf_text(out, "<br>");
    put_text(out, node->name);
    buf_text(out, "\"]");
    if (node->state != GRAPH_INPUT)
        buf_format(out, ":::%s", CLASSES[node->state]);
    buf_byte(out, '\n');
}

static void put_edge(const Graph *graph, const GraphEdge *edge, Buf *out, Arena *scratch)
{
    Str from = graph_short_id(graph->nodes.at[edge->from].id, scratch);
    Str to = graph_short_id(graph->nodes.at[edge->to].id, scratch);
    bool broken = edge->reasons.len > 0;
    buf_format(out, "  %.*s %s", STR_ARG(from),
               broken ? "-.->" : edge->verb == GRAPH_SELECTS ? "--o" : "-->");
    if (broken) {
        buf_text(out, "|\"");
        for (uint32_t i = 0; i < edge->reasons.len; i++) {
            buf_text(out, i ? "<br>" : "");
            put_printable(out, edge->reasons.at[i]->message);
        }
        buf_text(out, "\"|");
    }
    buf_format(out, " %.*s\n", STR_ARG(to));
}

static uint32_t put_namespace(const Graph *graph, uint32_t from, Buf *out, Arena *scratch)
{
    Str ns = graph->nodes.at[from].ns;
    uint32_t scope = graph->nodes.at[from].scope, at = from;
    if (ns.len) {
        Str key = arena_format(scratch, "%u %.*s", (unsigned)scope, STR_ARG(ns));
        buf_format(out, "    subgraph ns%.*s[\"namespace ", STR_ARG(graph_short_id(key, scratch)));
        put_text(out, ns);
        buf_text(out, "\"]\n");
    }
    for (; at < graph->nodes.len && graph->nodes.at[at].scope == scope &&
           str_eq(graph->nodes.at[at].ns, ns);
         at++)
        put_node(&graph->nodes.at[at], out, scratch);
    if (ns.len)
        buf_text(out, "    end\n");
    arena_reset(scratch);
    return at;
}

/* Links are styled by their numbers. */
static void put_styles(const Graph *graph, Buf *out)
{
    bool any = false;
    buf_text(out, "  classDef held fill:#eee\n"
                  "  classDef elsewhere stroke-dasharray:4\n"
                  "  classDef missing stroke:#c00,color:#c00,stroke-dasharray:4\n");
    for (uint32_t i = 0; i < graph->edges.len; i++) {
        if (!graph->edges.at[i].reasons.len)
            continue;
        buf_format(out, "%s%u", any ? "," : "  linkStyle ", (unsigned)i);
        any = true;
    }
    if (any)
        buf_text(out, " stroke:#c00,color:#c00\n");
}

void graph_mermaid_write(const Report *report, Out *out)
{
    Graph graph;
    Arena scratch = {0};
    graph_build(&graph, report);
    buf_text(&out->buf, "flowchart LR\n");
    uint32_t at = 0;
    for (uint32_t scope = 0; scope < report->scope_count; scope++) {
        buf_format(&out->buf, "  subgraph scope%u[\"scope ", (unsigned)scope);
        put_printable(&out->buf, report->scopes[scope].name);
        buf_text(&out->buf, "\"]\n");
        while (at < graph.nodes.len && graph.nodes.at[at].scope == scope) {
            at = put_namespace(&graph, at, &out->buf, &scratch);
            out_spill(out);
        }
        buf_text(&out->buf, "  end\n");
    }
    for (uint32_t i = 0; i < graph.edges.len; i++) {
        put_edge(&graph, &graph.edges.at[i], &out->buf, &scratch);
        arena_reset(&scratch);
        out_spill(out);
    }
    put_styles(&graph, &out->buf);
    arena_free(&scratch);
    graph_free(&graph);
}
