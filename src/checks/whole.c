/* Which objects the input holds, whatever scope they are in: so that of what a scope lacks
 * it can be said that another one has it.  Nothing is read before somebody asks. */
#include "checks/link.h"

struct Whole {
    const Facts *facts;
    SeqTable identities;   /* (group, kind, namespace, name) */
    VEC(uint32_t) objects; /* per identity: the first object that has it */
};

Whole *whole_new(const Facts *facts)
{
    Whole *whole = mem_resize(NULL, sizeof *whole);
    *whole = (Whole){.facts = facts};
    return whole;
}

void whole_free(Whole *whole)
{
    if (!whole)
        return;
    seq_table_free(&whole->identities);
    vec_free(&whole->objects);
    mem_free(whole);
}

static void read_objects(Whole *whole)
{
    for (uint32_t i = 0; i < facts_object_count(whole->facts); i++) {
        const Object *object = facts_object(whole->facts, i);
        uint32_t parts[4] = {object->group, object->kind, object->ns, object->name};
        bool named = !object->no_object && object->name && object->name != BASE_NONE;
        /* All that has no name is one, so that something is there once it was read. */
        if (!named)
            parts[3] = BASE_NONE;
        if (seq_intern(&whole->identities, parts, 4) == whole->objects.len)
            vec_push(&whole->objects, i);
    }
}

uint32_t link_find_in_whole(const Link *link, const Reference *reference, Place *place)
{
    Whole *whole = link_options(link)->whole;
    if (!whole)
        return BASE_NONE;
    if (!whole->objects.len)
        read_objects(whole);
    uint32_t parts[4] = {reference->group, reference->kind, reference->ns, reference->name};
    uint32_t found = seq_find(&whole->identities, parts, 4);
    if (found == BASE_NONE)
        return found;
    found = whole->objects.at[found];
    *place = facts_name_place(whole->facts, found);
    return found;
}
