/* server_apps.c: what rows cannot say of pkg/apis/apps/validation. */
#include "schema/server.h"

/* ValidateDaemonSetSpec: a DaemonSet without a selector is not told that it lacks one,
 * as the other workloads are, but that nothing selects its template's labels. */
void server_daemon_set_spec(Walk *walk, uint32_t value, uint32_t versions)
{
    if (node_kind(walk->doc, value) != NODE_MAP ||
        schema_get(walk->doc, value, SCHEMA_NAME_selector) != BASE_NONE)
        return;
    Arena *arena = &walk->checker->diag->arena;
    Finding *finding = walk_report(walk, server_place_of_absence(walk->doc, value),
                                   &rule_required_field, versions, "spec.selector is required");
    if (!finding)
        return;
    finding->reason = STR("FieldValueInvalid");
    finding->path = walk_absent_path(walk, value, STR("selector"));
    finding->server_path = walk_absent_path(walk, value, STR("template.metadata.labels"));
    finding->pointer = document_pointer(walk->doc, value, arena);
}
