/* The graph as JSON: docs/graph.md tells what the members mean. */
#include "emit/graph.h"
#include "emit/render.h"

static void open_line(Buf *out, bool *first)
{
    buf_text(out, *first ? "\n" : ",\n");
    *first = false;
}

static void put_where(const Report *report, const GraphNode *node, Buf *out)
{
    const Object *object = node->object;
    const SourceDoc *doc = object ? &report->sources->docs.at[object->doc] : NULL;
    member_string_or_null(out, "file", doc ? report->sources->files.at[doc->file].name : STR(""));
    member_uint_or_null(out, "line", object ? object->line : 0, 0);
}

static void put_node(const Report *report, const GraphNode *node, Buf *out)
{
    buf_byte(out, '{');
    member_string(out, "id", node->id);
    member_string(out, "scope", report->scopes[node->scope].name);
    member_string(out, "group", node->group);
    member_string(out, "kind", node->kind);
    member_string_or_null(out, "namespace", node->ns);
    member_string_or_null(out, "name", node->selector ? STR("") : node->name);
    if (node->selector)
        member_string(out, "selector", node->name);
    member_string(out, "state", str_of(graph_state_name(node->state)));
    put_where(report, node, out);
    buf_byte(out, '}');
}

static void put_reason(const Report *report, const Finding *finding, Buf *out)
{
    Located at = sources_locate(report->sources, finding->place);
    buf_byte(out, '{');
    member_string(out, "rule", str_of(finding->rule->id));
    member_string(out, "severity", str_of(severity_name(finding->severity)));
    member_string(out, "message", finding->message);
    member_string(out, "file", at.file);
    member_uint_or_null(out, "line", at.line, 0);
    member_uint_or_null(out, "column", at.column, 0);
    buf_byte(out, '}');
}

static void put_edge(const Report *report, const Graph *graph, const GraphEdge *edge, Buf *out)
{
    buf_byte(out, '{');
    member_string(out, "from", graph->nodes.at[edge->from].id);
    member_string(out, "to", graph->nodes.at[edge->to].id);
    member_string(out, "verb", str_of(graph_verb_name(edge->verb)));
    member_key(out, "paths");
    buf_byte(out, '[');
    for (uint32_t i = 0; i < edge->paths.len; i++) {
        buf_text(out, i ? "," : "");
        buf_json(out, edge->paths.at[i]);
    }
    buf_byte(out, ']');
    member_key(out, "broken");
    buf_text(out, edge->reasons.len ? "true" : "false");
    member_key(out, "reasons");
    buf_byte(out, '[');
    for (uint32_t i = 0; i < edge->reasons.len; i++) {
        buf_text(out, i ? "," : "");
        put_reason(report, edge->reasons.at[i], out);
    }
    buf_text(out, "]}");
}

void graph_json_write(const Report *report, Out *out)
{
    Graph graph;
    bool first = true;
    graph_build(&graph, report);
    buf_text(&out->buf, "{\"version\":1,\n\"scopes\":[");
    for (uint32_t i = 0; i < report->scope_count; i++) {
        open_line(&out->buf, &first);
        buf_byte(&out->buf, '{');
        member_string(&out->buf, "name", report->scopes[i].name);
        member_string(&out->buf, "kind", str_of(report->scopes[i].kind));
        buf_byte(&out->buf, '}');
    }
    buf_text(&out->buf, first ? "],\n\"nodes\":[" : "\n],\n\"nodes\":[");
    first = true;
    for (uint32_t i = 0; i < graph.nodes.len; i++) {
        open_line(&out->buf, &first);
        put_node(report, &graph.nodes.at[i], &out->buf);
        out_spill(out);
    }
    buf_text(&out->buf, first ? "],\n\"edges\":[" : "\n],\n\"edges\":[");
    first = true;
    for (uint32_t i = 0; i < graph.edges.len; i++) {
        open_line(&out->buf, &first);
        put_edge(report, &graph, &graph.edges.at[i], &out->buf);
        out_spill(out);
    }
    buf_text(&out->buf, first ? "]}\n" : "\n]}\n");
    graph_free(&graph);
}
