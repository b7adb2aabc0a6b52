/* --show-endpoints: for each Service the Pods that it selects and the ports that it
 * reaches there, one line for each Pod:
 *
 *     Service default/monolith → Pod secure-monolith (pods.yaml:5): 443 → 443/TCP
 *
 * What is selected and how a port resolves is decided in link.h; here it is told. */
#include "emit/render.h"

#include "checks/link.h"

static Str object_file(const Report *report, const Object *object)
{
    return report->sources->files.at[report->sources->docs.at[object->doc].file].name;
}

static Str object_name(const Report *report, const Object *object)
{
    uint32_t name = object->name ? object->name : object->generate_name;
    return name == BASE_NONE ? STR("") : facts_text(report->facts, name);
}

static void put_service(const Report *report, const Object *service, Buf *out)
{
    buf_text(out, "Service ");
    render_text(out, facts_text(report->facts, service->ns));
    buf_byte(out, '/');
    render_text(out, object_name(report, service));
}

static void put_target_ports(const Endpoints *endpoints, const EndpointTarget *target, Buf *out)
{
    for (uint32_t i = 0; i < endpoints->port_count; i++) {
        const EndpointPort *port = &endpoints->ports[i];
        buf_text(out, i ? ", " : ": ");
        buf_format(out, "%d → ", (int)port->port);
        if (target->ports[i])
            buf_format(out, "%d/%s", (int)target->ports[i], port->protocol);
        else
            buf_text(out, "no such port");
    }
}

static void put_service_lines(const Report *report, const Endpoints *endpoints, Buf *out)
{
    const Object *service = facts_object(report->facts, endpoints->object);
    if (!endpoints->selects || endpoints->target_count == 0) {
        put_service(report, service, out);
        buf_text(out, endpoints->selects ? " → no Pod\n" : ": selects no Pods by itself\n");
        return;
    }
    for (uint32_t i = 0; i < endpoints->target_count; i++) {
        const EndpointTarget *target = &endpoints->targets[i];
        const Object *object = facts_object(report->facts, target->object);
        put_service(report, service, out);
        buf_text(out, " → ");
        render_text(out, facts_text(report->facts, object->kind));
        buf_byte(out, ' ');
        render_text(out, object_name(report, object));
        buf_text(out, " (");
        render_text(out, object_file(report, object));
        buf_format(out, ":%u)", (unsigned)object->line);
        put_target_ports(endpoints, target, out);
        buf_byte(out, '\n');
    }
}

/* What the cluster holds already is not reported on. */
static bool is_of_input(const Report *report, uint32_t service)
{
    const Object *object = facts_object(report->facts, report->facts->services.at[service].object);
    return !report->sources->files.at[report->sources->docs.at[object->doc].file].backdrop;
}

/* The report with the facts of one scope. */
static Report of_scope(const Report *report, uint32_t scope)
{
    Report part = *report;
    part.facts = report->scopes[scope].facts;
    return part;
}

void report_endpoints_text(const Report *report, Out *out)
{
    Arena arena = {0};
    for (uint32_t scope = 0; scope < report->scope_count; scope++) {
        Report part = of_scope(report, scope);
        const Link *link = report->scopes[scope].link;
        if (report->scope_count > 1 && part.facts->services.len) {
            buf_text(&out->buf, scope ? "\nscope " : "scope ");
            render_text(&out->buf, report->scopes[scope].name);
            buf_text(&out->buf, ":\n");
        }
        for (uint32_t i = 0; i < part.facts->services.len; i++) {
            if (!is_of_input(&part, i))
                continue;
            Endpoints endpoints = link_endpoints(link, i, &arena);
            put_service_lines(&part, &endpoints, &out->buf);
            out_spill(out);
            arena_reset(&arena);
        }
    }
    arena_free(&arena);
}

static void put_address(const Report *report, const Endpoints *endpoints,
                        const EndpointTarget *target, Buf *out)
{
    static const char *const READY[] = {"false", "true", "null"};
    const Object *object = facts_object(report->facts, target->object);
    buf_byte(out, '{');
    member_string(out, "kind", facts_text(report->facts, object->kind));
    member_string(out, "name", object_name(report, object));
    member_key(out, "template");
    buf_text(out, target->is_template ? "true" : "false");
    member_string(out, "file", object_file(report, object));
    member_uint_or_null(out, "line", object->line, 0);
    member_key(out, "ready");
    buf_text(out, READY[target->ready]);
    member_key(out, "ports");
    buf_byte(out, '[');
    for (uint32_t i = 0; i < endpoints->port_count; i++) {
        if (i)
            buf_byte(out, ',');
        if (target->ports[i])
            buf_uint(out, (uint64_t)target->ports[i]);
        else
            buf_text(out, "null");
    }
    buf_text(out, "]}");
}

static void put_service_json(const Report *report, const Endpoints *endpoints, Str scope,
                             Buf *out)
{
    const Object *service = facts_object(report->facts, endpoints->object);
    buf_byte(out, '{');
    member_string(out, "service", object_name(report, service));
    member_string_or_null(out, "namespace", facts_text(report->facts, service->ns));
    member_key(out, "selects");
    buf_text(out, endpoints->selects ? "true" : "false");
    member_key(out, "ports");
    buf_byte(out, '[');
    for (uint32_t i = 0; i < endpoints->port_count; i++) {
        const EndpointPort *port = &endpoints->ports[i];
        buf_text(out, i ? ",{" : "{");
        member_string_or_null(out, "name", port->name);
        member_string(out, "protocol", str_of(port->protocol));
        member_string_or_null(out, "appProtocol", port->app_protocol);
        member_key(out, "port");
        buf_format(out, "%d}", (int)port->port);
    }
    buf_byte(out, ']');
    member_key(out, "addresses");
    buf_byte(out, '[');
    for (uint32_t i = 0; i < endpoints->target_count; i++) {
        if (i)
            buf_byte(out, ',');
        put_address(report, endpoints, &endpoints->targets[i], out);
    }
    buf_byte(out, ']');
    if (scope.len)
        member_string(out, "scope", scope);
    buf_byte(out, '}');
}

void report_endpoints_json(const Report *report, Out *out)
{
    Arena arena = {0};
    bool first = true;
    buf_text(&out->buf, ",\n\"endpoints\":[");
    for (uint32_t scope = 0; scope < report->scope_count; scope++) {
        Report part = of_scope(report, scope);
        for (uint32_t i = 0; i < part.facts->services.len; i++) {
            if (!is_of_input(&part, i))
                continue;
            Endpoints endpoints = link_endpoints(report->scopes[scope].link, i, &arena);
            buf_text(&out->buf, first ? "\n" : ",\n");
            first = false;
            put_service_json(&part, &endpoints,
                             report->scope_count > 1 ? report->scopes[scope].name : (Str){"", 0},
                             &out->buf);
            out_spill(out);
            arena_reset(&arena);
        }
    }
    buf_text(&out->buf, first ? "]" : "\n]");
    arena_free(&arena);
}
