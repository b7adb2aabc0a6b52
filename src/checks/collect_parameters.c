/* Admission policies and their bindings: of which kind a policy's parameters are, and
 * which object a binding gives.  Which kind that is stands in the policy, so that the
 * reference can be made only when both are known: parameters.c. */
#include "checks/collect.h"

void collect_takes_parameters(Collector *collector, uint32_t node, const LinkRow *row)
{
    const Document *doc = collector->context->doc;
    Facts *facts = collector->context->facts;
    Str kind = scalar_text(doc, link_node(doc, node, row, SCHEMA_KEY_kind));
    Str version = scalar_text(doc, link_node(doc, node, row, SCHEMA_KEY_api_version));
    uint32_t place = link_node(doc, node, row, SCHEMA_KEY_place);
    PolicyKind policy = {
        .object = doc->object,
        .group = intern(facts->strings, schema_group(version)),
        .kind = intern(facts->strings, kind),
        .place = place == BASE_NONE ? (Span){0, 0} : node_span(doc, place),
    };
    vec_push(&facts->policy_kinds, policy);
}

void collect_gives_parameters(Collector *collector, uint32_t node, const LinkRow *row)
{
    const Document *doc = collector->context->doc;
    Facts *facts = collector->context->facts;
    uint32_t policy = link_node(doc, node, row, SCHEMA_KEY_policy);
    uint32_t given = link_node(doc, node, row, SCHEMA_KEY_place);
    uint32_t name = link_node(doc, node, row, SCHEMA_KEY_name);
    Str ns = scalar_text(doc, link_node(doc, node, row, SCHEMA_KEY_namespace));
    Str action = scalar_text(doc, link_node(doc, node, row, SCHEMA_KEY_action));
    if (!scalar_text(doc, policy).len)
        return;
    uint32_t place = is_map(doc, given) ? given : policy;
    Parameters parameters = {
        .object = doc->object,
        .policy = intern(facts->strings, scalar_text(doc, policy)),
        .given = is_map(doc, given),
        .allows_absence = str_is(action, "Allow"),
        .ns = intern(facts->strings, ns),
        .name = intern(facts->strings, scalar_text(doc, name)),
        .place = node_span(doc, place),
        .name_place = name == BASE_NONE ? (Span){0, 0} : node_span(doc, name),
    };
    uint32_t selector = link_node(doc, node, row, SCHEMA_KEY_selector);
    parameters.query = selector == BASE_NONE
                           ? BASE_NONE
                           : collect_label_query(collector, selector, false, LABELS_PARAMETERS);
    collect_target_kind(facts, row, &parameters.policy_group, &parameters.policy_kind);
    collect_where(collector, place, &parameters.path, &parameters.pointer);
    if (name != BASE_NONE)
        collect_where(collector, name, &parameters.name_path, &parameters.name_pointer);
    vec_push(&facts->parameters, parameters);
}
