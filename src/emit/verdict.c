/* What the server would say to each object by itself.
 *
 * The findings know it already: an error that is about the object alone (origin
 * yaml, schema or server) refuses it.  What other objects say of it (link) and what
 * would be wiser (advice) never does. */
#include "emit/emit.h"

static bool refuses(const Finding *finding)
{
    Origin origin = finding->rule->origin;
    return finding->object != BASE_NONE && finding->severity == SEVERITY_ERROR &&
           (origin == ORIGIN_YAML || origin == ORIGIN_SCHEMA || origin == ORIGIN_SERVER);
}

void report_refused(const Diag *diag, const Facts *facts)
{
    for (uint32_t i = 0; i < diag->findings.len; i++)
        if (refuses(&diag->findings.at[i]))
            facts_object(facts, diag->findings.at[i].object)->refused = true;
}

bool *report_refused_objects(const Diag *diag, const Facts *facts, Arena *arena)
{
    uint32_t count = facts_object_count(facts);
    bool *refusals = arena_zero(arena, (size_t)count + 1);
    for (uint32_t i = 0; i < diag->findings.len; i++)
        if (refuses(&diag->findings.at[i]) && diag->findings.at[i].object < count)
            refusals[diag->findings.at[i].object] = true;
    return refusals;
}

Verdict report_verdict(const Facts *facts, const bool *refusals, uint32_t id)
{
    const Object *object = facts_object(facts, id);
    return refusals[id] || object->no_object ? VERDICT_REFUSED
           : object->unknown_kind            ? VERDICT_UNKNOWN_KIND
                                             : VERDICT_ACCEPTED;
}
