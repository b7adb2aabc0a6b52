/* What rules ask of the Gateway API: the listeners of a Gateway, and whether one
 * namespace lets another refer into it. */
#include "checks/index.h"

/* ---- listeners ---- */
static int compare_listeners(const void *left, const void *right, void *context)
{
    (void)context;
    const Listener *a = left, *b = right;
    if (a->object != b->object)
        return a->object < b->object ? -1 : 1;
    return compare_uint(a->place.offset, b->place.offset);
}

void gateway_build(Link *link)
{
    Facts *facts = link->facts;
    sort_with(facts->listeners.at, facts->listeners.len, sizeof *facts->listeners.at,
              compare_listeners, NULL);
}

ListenerList link_listeners(const Link *link, uint32_t object)
{
    const Facts *facts = link->facts;
    uint32_t low = 0, high = facts->listeners.len;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (facts->listeners.at[middle].object < object)
            low = middle + 1;
        else
            high = middle;
    }
    uint32_t end = low;
    while (end < facts->listeners.len && facts->listeners.at[end].object == object)
        end++;
    return (ListenerList){low < end ? facts->listeners.at + low : NULL, end - low};
}

bool link_listener_is_meant(const Link *link, const Reference *reference,
                            const Listener *listener)
{
    for (uint32_t i = 0; i < reference->want_count; i++) {
        const Want *want = &link->facts->wants.at[reference->wants + i];
        if (want->name ? want->name != listener->name : want->number != listener->port)
            return false;
    }
    return true;
}

/* ---- grants ---- */
bool link_is_granted(const Link *link, const Reference *reference)
{
    const Facts *facts = link->facts;
    const Object *object = facts_object(facts, reference->object);
    uint32_t usual = interner_find(facts->strings, STR("default"));
    uint32_t parts[FACTS_GRANT_PARTS] = {
        reference->ns, object->group, object->kind, object->ns ? object->ns : usual,
        reference->group, reference->kind, reference->name};
    if (seq_find(&facts->grants, parts, FACTS_GRANT_PARTS) != BASE_NONE)
        return true;
    parts[FACTS_GRANT_PARTS - 1] = 0;
    return seq_find(&facts->grants, parts, FACTS_GRANT_PARTS) != BASE_NONE;
}
