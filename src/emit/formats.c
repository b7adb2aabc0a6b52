/* The tables of formats, one row each; the first is the default of its command.  A
 * new format is one file with its functions, and a row here. */
#include "emit/graph.h"
#include "emit/objects.h"
#include "emit/render.h"

const ReportFormat report_formats[] = {
    {"text", report_text_write, false},     {"json", report_json_write, false},
    {"ndjson", report_ndjson_write, false}, {"sarif", report_sarif_write, true},
    {"junit", report_junit_write, false},   {"github", report_github_write, false},
    {"gitlab", report_gitlab_write, true},
};
const size_t report_format_count = BASE_COUNT(report_formats);

const ReportFormat versions_formats[] = {
    {"text", versions_text_write, false},
    {"json", versions_json_write, false},
};
const size_t versions_format_count = BASE_COUNT(versions_formats);

const ReportFormat graph_formats[] = {
    {"dot", graph_dot_write, false},
    {"mermaid", graph_mermaid_write, false},
    {"json", graph_json_write, false},
};
const size_t graph_format_count = BASE_COUNT(graph_formats);

const ObjectFormat object_formats[] = {
    {"json", object_json_begin, object_json_put, object_json_end, "ndjson", object_json_join},
    {"ndjson", object_ndjson_begin, object_ndjson_put, object_ndjson_end, "ndjson",
     object_ndjson_join},
    {"yaml", object_yaml_begin, object_yaml_put, object_yaml_end, "yaml", object_yaml_join},
};
const size_t object_format_count = BASE_COUNT(object_formats);

static const ReportFormat *find_report(const ReportFormat *formats, size_t count, Str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_is(name, formats[i].name))
            return &formats[i];
    return NULL;
}

const ReportFormat *report_format_find(Str name)
{
    return find_report(report_formats, report_format_count, name);
}

const ReportFormat *versions_format_find(Str name)
{
    return find_report(versions_formats, versions_format_count, name);
}

const ReportFormat *graph_format_find(Str name)
{
    return find_report(graph_formats, graph_format_count, name);
}

const ObjectFormat *object_format_find(Str name)
{
    for (size_t i = 0; i < object_format_count; i++)
        if (str_is(name, object_formats[i].name))
            return &object_formats[i];
    return NULL;
}
