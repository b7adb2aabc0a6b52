/* The parameters that bindings give to admission policies become references here, where
 * the policy says of which kind they are.  Runs before anything is sorted. */
#include "checks/index.h"

/* The policy of a binding: in facts->policy_kinds, or BASE_NONE. */
static uint32_t find_policy(const SeqTable *policies, const Parameters *parameters,
                            const uint32_t *indices)
{
    uint32_t parts[3] = {parameters->policy_group, parameters->policy_kind, parameters->policy};
    uint32_t found = seq_find(policies, parts, 3);
    return found == BASE_NONE ? found : indices[found];
}

/* Parameters without a namespace are of the cluster, or of the namespace of each request:
 * an object of that name anywhere will do.  Names: (group, kind, name) of all objects. */
static bool is_anywhere(const Facts *facts, SeqTable *names, const Reference *reference)
{
    for (uint32_t i = seq_count(names) ? facts_object_count(facts) : 0;
         i < facts_object_count(facts); i++) {
        const Object *object = facts_object(facts, i);
        uint32_t parts[3] = {object->group, object->kind, object->name};
        seq_intern(names, parts, 3);
    }
    uint32_t parts[3] = {reference->group, reference->kind, reference->name};
    return seq_find(names, parts, 3) != BASE_NONE;
}

static void add_reference(Facts *facts, SeqTable *names, const Parameters *parameters,
                          const PolicyKind *policy)
{
    bool core = str_eq(facts_text(facts, policy->group), STR(""));
    if (!parameters->name || !policy->kind || (!parameters->ns && core))
        return;
    Reference reference = {
        .object = parameters->object,
        .group = policy->group,
        .kind = policy->kind,
        .ns = parameters->ns,
        .name = parameters->name,
        .place = parameters->name_place,
        .path = parameters->name_path,
        .pointer = parameters->name_pointer,
        .flags = (uint16_t)(REFERENCE_ANY_SCOPE | (parameters->ns ? REFERENCE_NS_GIVEN : 0) |
                            (parameters->allows_absence ? REFERENCE_OPTIONAL : 0)),
    };
    if (!parameters->ns && is_anywhere(facts, names, &reference))
        return;
    vec_push(&facts->references, reference);
}

void parameters_build(Link *link)
{
    Facts *facts = link->facts;
    SeqTable policies = {0}, names = {0};
    uint32_t *indices = mem_resize(NULL, sizeof *indices * (facts->policy_kinds.len + 1));
    for (uint32_t i = 0; i < facts->policy_kinds.len; i++) {
        const Object *object = facts_object(facts, facts->policy_kinds.at[i].object);
        uint32_t parts[3] = {object->group, object->kind, object->name};
        uint32_t before = seq_count(&policies), id = seq_intern(&policies, parts, 3);
        if (id == before)
            indices[id] = i;
    }
    for (uint32_t i = 0; i < facts->parameters.len; i++) {
        Parameters *parameters = &facts->parameters.at[i];
        parameters->policy_index = find_policy(&policies, parameters, indices);
        if (parameters->policy_index == BASE_NONE || !parameters->given)
            continue;
        const PolicyKind *policy = &facts->policy_kinds.at[parameters->policy_index];
        add_reference(facts, &names, parameters, policy);
        if (parameters->query != BASE_NONE) {
            LabelQuery *query = &facts->label_queries.at[parameters->query];
            query->group = policy->group;
            query->kind = policy->kind;
            query->ns = parameters->ns;
        }
    }
    mem_free(indices);
    seq_table_free(&policies);
    seq_table_free(&names);
}
