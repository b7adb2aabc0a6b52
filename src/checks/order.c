/* Order and identity.  Places are compared by file name, document and offset, never
 * by an id: ids depend on the order of arguments and, with several workers, on
 * chance.  Pods, Services and references are sorted once, so that later "first" and
 * "by place" simply mean the smaller index. */
#include "checks/index.h"

#include <stddef.h>

static int compare_files(const void *left, const void *right, void *context)
{
    const Sources *sources = context;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    /* What the cluster holds already was there first. */
    int order = sources->files.at[b].backdrop - sources->files.at[a].backdrop;
    if (!order)
        order = str_compare(sources->files.at[a].name, sources->files.at[b].name);
    return order ? order : compare_uint(a, b);
}

typedef struct DocOrder {
    const Sources *sources;
    const uint32_t *file_ranks;
} DocOrder;

static int compare_docs(const void *left, const void *right, void *context)
{
    const DocOrder *order = context;
    const SourceDoc *a = &order->sources->docs.at[*(const uint32_t *)left];
    const SourceDoc *b = &order->sources->docs.at[*(const uint32_t *)right];
    int by_file = compare_uint(order->file_ranks[a->file], order->file_ranks[b->file]);
    int by_index = by_file ? by_file : compare_uint(a->index, b->index);
    /* Patches that are written in a kustomization have its index. */
    return by_index ? by_index : (a->base > b->base) - (a->base < b->base);
}

/* Numbers 0 … count - 1. */
static uint32_t *all_numbers(uint32_t count)
{
    uint32_t *numbers = mem_resize(NULL, sizeof *numbers * ((size_t)count + 1));
    for (uint32_t i = 0; i < count; i++)
        numbers[i] = i;
    return numbers;
}

/* Turns "the n-th is number x" round, in new memory: "x is the n-th". */
static uint32_t *ranks_of(uint32_t *sorted, uint32_t count)
{
    uint32_t *ranks = mem_resize(NULL, sizeof *ranks * ((size_t)count + 1));
    for (uint32_t i = 0; i < count; i++)
        ranks[sorted[i]] = i;
    mem_free(sorted);
    return ranks;
}

/* Documents mostly come in the order of their files, and files in that of their names. */
static bool docs_are_sorted(const DocOrder *order)
{
    const SourceDoc *docs = order->sources->docs.at;
    for (uint32_t i = 1; i < order->sources->docs.len; i++) {
        uint32_t before = order->file_ranks[docs[i - 1].file], rank = order->file_ranks[docs[i].file];
        if (rank < before || (rank == before && docs[i].index <= docs[i - 1].index))
            return false;
    }
    return true;
}

uint32_t *checks_doc_ranks(const Sources *read)
{
    Sources *sources = (Sources *)(uintptr_t)read; /* sort_with's context is not const */
    uint32_t files = sources->files.len, docs = sources->docs.len;
    uint32_t *sorted = all_numbers(files);
    sort_with(sorted, files, sizeof *sorted, compare_files, sources);
    uint32_t *file_ranks = ranks_of(sorted, files);
    DocOrder order = {sources, file_ranks};
    sorted = all_numbers(docs);
    if (!docs_are_sorted(&order)) {
        sort_with(sorted, docs, sizeof *sorted, compare_docs, &order);
        sorted = ranks_of(sorted, docs);
    }
    mem_free(file_ranks);
    return sorted;
}

int link_compare_objects(const Link *link, uint32_t a, uint32_t b)
{
    if (a == b)
        return 0;
    const Object *x = facts_object(link->facts, a), *y = facts_object(link->facts, b);
    int order = compare_uint(link->doc_ranks[x->doc], link->doc_ranks[y->doc]);
    if (!order)
        order = compare_uint(x->offset, y->offset);
    return order ? order : compare_uint(a, b);
}

static int compare_objects(const void *left, const void *right, void *context)
{
    return link_compare_objects(context, *(const uint32_t *)left, *(const uint32_t *)right);
}

static bool objects_are_sorted(const Facts *facts, const uint32_t *doc_ranks)
{
    const Object *objects = facts->objects.at;
    for (uint32_t i = 1; i < facts->objects.len; i++) {
        uint32_t before = doc_ranks[objects[i - 1].doc], rank = doc_ranks[objects[i].doc];
        if (rank < before || (rank == before && objects[i].offset < objects[i - 1].offset))
            return false;
    }
    return true;
}

uint32_t *checks_order(const Facts *facts, const uint32_t *doc_ranks)
{
    Link link = {.facts = (Facts *)(uintptr_t)facts, .doc_ranks = doc_ranks};
    uint32_t count = facts_object_count(facts);
    uint32_t *numbers = all_numbers(count);
    if (!objects_are_sorted(facts, doc_ranks))
        sort_with(numbers, count, sizeof *numbers, compare_objects, &link);
    return numbers;
}

static int compare_pods(const void *left, const void *right, void *context)
{
    const PodFact *a = left, *b = right;
    int order = link_compare_objects(context, a->object, b->object);
    return order ? order : compare_uint(a->place.offset, b->place.offset);
}

static int compare_services(const void *left, const void *right, void *context)
{
    const ServiceFact *a = left, *b = right;
    return link_compare_objects(context, a->object, b->object);
}

static int compare_references(const void *left, const void *right, void *context)
{
    const Reference *a = left, *b = right;
    int order = link_compare_objects(context, a->object, b->object);
    return order ? order : compare_uint(a->place.offset, b->place.offset);
}

/* ---- identity ---- */
static uint32_t identity_hash(const void *owner, uint32_t id)
{
    const Object *object = &((const Facts *)owner)->objects.at[id];
    uint32_t parts[4] = {object->group, object->kind, object->ns, object->name};
    return hash_numbers(parts, 4);
}

static bool identity_equal(const void *owner, uint32_t id, const void *key)
{
    const Facts *facts = owner;
    const Object *object = facts_object(facts, id);
    const uint32_t *parts = key;
    return object->name == parts[3] && object->ns == parts[2] && object->kind == parts[1] &&
           object->group == parts[0];
}

static const IdTraits IDENTITY = {identity_hash, identity_equal};

/* From the last to the first, so that the first by place heads its chain. */
static void index_identities(Link *link)
{
    const Facts *facts = link->facts;
    uint32_t count = facts_object_count(facts);
    link->next_same = mem_resize(NULL, sizeof *link->next_same * ((size_t)count + 1));
    for (uint32_t i = count; i-- > 0;) {
        uint32_t id = link->objects[i];
        const Object *object = &facts->objects.at[id];
        link->next_same[id] = BASE_NONE;
        link->unread_documents |= object->no_object;
        if (object->no_object || object->name == 0 || object->name == BASE_NONE)
            continue;
        uint32_t key[4] = {object->group, object->kind, object->ns, object->name};
        link->next_same[id] =
            id_replace(&link->identities, &IDENTITY, facts, key, id, hash_numbers(key, 4));
    }
}

uint32_t link_find(const Link *link, uint32_t group, uint32_t kind, uint32_t ns, uint32_t name)
{
    uint32_t key[4] = {group, kind, ns, name};
    return id_find(&link->identities, &IDENTITY, link->facts, key, hash_numbers(key, 4));
}

uint32_t link_next_same(const Link *link, uint32_t object) { return link->next_same[object]; }

bool link_has_alternative(const Link *link, uint32_t object)
{
    if (link->next_same[object] != BASE_NONE)
        return true;
    const Object *it = facts_object(link->facts, object);
    uint32_t first = link_find(link, it->group, it->kind, it->ns, it->name);
    return first != BASE_NONE && first != object;
}

Str link_object_pointer(const Link *link, uint32_t object, Arena *arena)
{
    int32_t item = facts_object(link->facts, object)->item;
    return item < 0 ? STR("") : arena_format(arena, "/items/%d", (int)item);
}

Str link_field_pointer(const LinkContext *context, uint32_t object, Str path)
{
    return path_pointer(link_object_pointer(context->link, object, context->scratch), path,
                        &context->diag->arena);
}

void link_set_field(const LinkContext *context, Finding *finding, uint32_t object, Str path)
{
    finding->object = object;
    finding->path = path;
    finding->pointer = link_field_pointer(context, object, path);
}

/* ---- building ---- */
/* Whether facts stand by place, as they come where the objects do: by their object, which
 * is their first member, and by offset where they have one. */
static bool are_by_place(const void *items, uint32_t count, size_t size, size_t place)
{
    uint32_t object = 0, offset = 0;
    for (const char *at = items, *end = at + count * size; at < end; at += size) {
        uint32_t it, here = 0;
        memcpy(&it, at, sizeof it);
        if (place)
            memcpy(&here, at + place, sizeof here);
        if (it < object || (it == object && here < offset))
            return false;
        object = it;
        offset = here;
    }
    return true;
}

#define SORT_BY_PLACE(list, place, compare)                                                 \
    if (!in_order ||                                                                        \
        !are_by_place(facts->list.at, facts->list.len, sizeof *facts->list.at, (place)))    \
        sort_with(facts->list.at, facts->list.len, sizeof *facts->list.at, (compare), link)

_Static_assert(offsetof(PodFact, object) == 0 && offsetof(ServiceFact, object) == 0 &&
               offsetof(Reference, object) == 0, "are_by_place reads it there");

void order_build(Link *link)
{
    Facts *facts = link->facts;
    bool ranked = link->options && link->options->doc_ranks;
    link->own_ranks = ranked ? NULL : checks_doc_ranks(link->sources);
    link->doc_ranks = ranked ? link->options->doc_ranks : link->own_ranks;
    bool in_order = objects_are_sorted(facts, link->doc_ranks);
    link->objects = in_order ? all_numbers(facts_object_count(facts))
                             : checks_order(facts, link->doc_ranks);
    index_identities(link);
    SORT_BY_PLACE(pods, offsetof(PodFact, place.offset), compare_pods);
    SORT_BY_PLACE(services, 0, compare_services);
    SORT_BY_PLACE(references, offsetof(Reference, place.offset), compare_references);
}

const uint32_t *link_objects_by_place(const Link *link) { return link->objects; }

void order_free(Link *link)
{
    mem_free(link->own_ranks);
    mem_free(link->objects);
    mem_free(link->next_same);
    id_table_free(&link->identities);
}
