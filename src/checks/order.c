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

/* Where the n-th file is that of number n. */
static bool files_are_sorted(const uint32_t *ranks, uint32_t count)
{
    uint32_t i = 0;
    while (i < count && ranks[i] == i)
        i++;
    return i == count;
}

DocRanks checks_doc_ranks(const Sources *read)
{
    Sources *sources = (Sources *)(uintptr_t)read; /* sort_with's context is not const */
    uint32_t files = sources->files.len, docs = sources->docs.len;
    uint32_t *sorted = all_numbers(files);
    sort_with(sorted, files, sizeof *sorted, compare_files, sources);
    uint32_t *file_ranks = ranks_of(sorted, files);
    DocRanks ranks = {.known = true};
    if (sources->scattered || !files_are_sorted(file_ranks, files)) {
        DocOrder order = {sources, file_ranks};
        sorted = all_numbers(docs);
        sort_with(sorted, docs, sizeof *sorted, compare_docs, &order);
        ranks.of = ranks_of(sorted, docs);
    }
    mem_free(file_ranks);
    return ranks;
}

int link_compare_objects(const Link *link, uint32_t a, uint32_t b)
{
    if (a == b)
        return 0;
    const Object *x = facts_object(link->facts, a), *y = facts_object(link->facts, b);
    int order = compare_uint(doc_rank(&link->doc_ranks, x->doc), doc_rank(&link->doc_ranks, y->doc));
    if (!order)
        order = compare_uint(x->offset, y->offset);
    return order ? order : compare_uint(a, b);
}

static int compare_objects(const void *left, const void *right, void *context)
{
    return link_compare_objects(context, *(const uint32_t *)left, *(const uint32_t *)right);
}

static bool objects_are_sorted(const Facts *facts, const DocRanks *ranks)
{
    const Object *objects = facts->objects.at;
    for (uint32_t i = 1; i < facts->objects.len; i++) {
        uint32_t before = doc_rank(ranks, objects[i - 1].doc), rank = doc_rank(ranks, objects[i].doc);
        if (rank < before || (rank == before && objects[i].offset < objects[i - 1].offset))
            return false;
    }
    return true;
}

static uint32_t *sorted_objects(Link *link)
{
    uint32_t count = facts_object_count(link->facts), *numbers = all_numbers(count);
    sort_with(numbers, count, sizeof *numbers, compare_objects, link);
    return numbers;
}

uint32_t *checks_order(const Facts *facts, const DocRanks *ranks)
{
    Link link = {.facts = (Facts *)(uintptr_t)facts, .doc_ranks = *ranks};
    return objects_are_sorted(facts, ranks) ? all_numbers(facts_object_count(facts))
                                                : sorted_objects(&link);
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
/* A slot holds an object's id + 1, and above it the bits of the hash that the slot's place does
 * not say; 0 is free.  At most half of them are taken. */
enum { IDENTITY_FEWEST = 64, IDENTITY_BATCH = 32, IDENTITY_NONE = 0 };

uint32_t identity_hash(uint32_t group, uint32_t kind, uint32_t ns, uint32_t name)
{
    uint64_t hash = ((uint64_t)group << 32 | kind) * HASH_FACTOR;
    hash ^= ((uint64_t)ns << 32 | name) * UINT64_C(0x9E3779B97F4A7C15);
    hash ^= hash >> 32;
    hash *= HASH_FACTOR;
    return (uint32_t)(hash >> 32) | ((uint32_t)(hash >> 32) == IDENTITY_NONE);
}

static inline uint32_t find_slot(const Link *link, const Object *key, uint32_t hash)
{
    uint32_t mask = link->identity_slots - 1, slot = hash & mask;
    for (uint32_t held; (held = link->identities[slot]) != 0; slot = (slot + 1) & mask) {
        if ((held ^ hash) & ~mask)
            continue;
        const Object *it = &link->facts->objects.at[(held & mask) - 1];
        if (it->name == key->name && it->ns == key->ns && it->kind == key->kind &&
            it->group == key->group)
            break;
    }
    return slot;
}

void identity_expect_slot(const Link *link, uint32_t hash)
{
    __builtin_prefetch(&link->identities[hash & (link->identity_slots - 1)]);
}

void identity_expect_object(const Link *link, uint32_t hash)
{
    uint32_t mask = link->identity_slots - 1;
    uint32_t held = link->identities[hash & mask];
    if (held && !((held ^ hash) & ~mask))
        __builtin_prefetch(&link->facts->objects.at[(held & mask) - 1].group);
}

static bool has_identity(const Object *object)
{
    return !object->no_object && object->name != 0 && object->name != BASE_NONE;
}

static void add_identity(Link *link, uint32_t id, uint32_t hash)
{
    const Object *object = &link->facts->objects.at[id];
    uint32_t mask = link->identity_slots - 1, slot = find_slot(link, object, hash);
    uint32_t held = link->identities[slot];
    link->identities[slot] = (id + 1) | (hash & ~mask);
    if (!held)
        return;
    uint32_t count = facts_object_count(link->facts);
    if (!link->repeated) {
        link->repeated = mem_zeroed(sizeof *link->repeated * count);
        link->next_same = mem_resize(NULL, sizeof *link->next_same * count);
        memset(link->next_same, 0xFF, sizeof *link->next_same * count);
    }
    link->next_same[id] = (held & mask) - 1;
    link->repeated[id] = link->repeated[(held & mask) - 1] = true;
}

/* From the last to the first, so that the first by place heads its chain; some at once, whose
 * slots are on their way meanwhile. */
static void index_identities(Link *link, const uint32_t *hashes)
{
    uint32_t count = facts_object_count(link->facts);
    link->identity_slots = IDENTITY_FEWEST;
    while (link->identity_slots / 2 <= count)
        link->identity_slots *= 2;
    size_t size = sizeof *link->identities * link->identity_slots;
    link->identities = mem_resize(NULL, size);
    memset(link->identities, 0, size); /* here at once: each page is going to be written */
    for (uint32_t from, end = count; end > 0; end = from) {
        from = end > IDENTITY_BATCH ? end - IDENTITY_BATCH : 0;
        for (uint32_t i = from; i < end; i++)
            identity_expect_slot(link, hashes[link->objects[i]]);
        for (uint32_t i = end; i-- > from;)
            if (hashes[link->objects[i]] != IDENTITY_NONE)
                add_identity(link, link->objects[i], hashes[link->objects[i]]);
    }
}

/* What many passes ask of objects, side by side, and their hashes: they are read once. */
static void gather_objects(Link *link, uint32_t *hashes)
{
    const Facts *facts = link->facts;
    uint32_t count = facts_object_count(facts), rank = 0, offset = 0;
    bool in_order = true;
    const DocRanks ranks = link->doc_ranks;
    link->namespaces = mem_resize(NULL, sizeof *link->namespaces * ((size_t)count + 1));
    link->object_kinds = mem_resize(NULL, sizeof *link->object_kinds * ((size_t)count + 1));
    for (uint32_t i = 0; i < count; i++) {
        const Object *it = &facts->objects.at[i];
        link->namespaces[i] = it->ns;
        link->object_kinds[i] = it->kind;
        link->unread_documents |= it->no_object;
        hashes[i] = has_identity(it) ? identity_hash(it->group, it->kind, it->ns, it->name)
                                     : IDENTITY_NONE;
        uint32_t before = rank;
        rank = doc_rank(&ranks, it->doc);
        in_order &= rank > before || (rank == before && it->offset >= offset);
        offset = it->offset;
    }
    link->in_order = in_order;
}

static void index_objects(Link *link)
{
    uint32_t count = facts_object_count(link->facts);
    uint32_t *hashes = mem_resize(NULL, sizeof *hashes * ((size_t)count + 1));
    gather_objects(link, hashes);
    link->objects = link->in_order ? all_numbers(count) : sorted_objects(link);
    index_identities(link, hashes);
    mem_free(hashes);
    link->mark_count = link->facts->strings->strings.len;
    link->marks = mem_sparse((size_t)link->mark_count + 1);
}

uint32_t link_find(const Link *link, uint32_t group, uint32_t kind, uint32_t ns, uint32_t name)
{
    Object key = {.group = group, .kind = kind, .ns = ns, .name = name};
    uint32_t held = link->identities[find_slot(link, &key, identity_hash(group, kind, ns, name))];
    return held ? (held & (link->identity_slots - 1)) - 1 : BASE_NONE;
}

uint32_t link_next_same(const Link *link, uint32_t object)
{
    return link->next_same ? link->next_same[object] : BASE_NONE;
}

uint32_t link_kind_of(const Link *link, uint32_t object) { return link->object_kinds[object]; }

bool link_has_alternative(const Link *link, uint32_t object)
{
    return link->repeated && link->repeated[object];
}

Str link_object_pointer(const Link *link, uint32_t object, Arena *arena)
{
    const Object *it = facts_object(link->facts, object);
    bool within = it->item >= 0 && !link->sources->docs.at[it->doc].item;
    return within ? arena_format(arena, "/items/%d", (int)it->item) : STR("");
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

void order_facts(Link *link, void *items, uint32_t count, size_t size, size_t place,
                 int (*compare)(const void *, const void *, void *))
{
    if (!link->in_order || !are_by_place(items, count, size, place))
        sort_with(items, count, size, compare, link);
}

#define ORDER_FACTS(list, place, compare) \
    order_facts(link, facts->list.at, facts->list.len, sizeof *facts->list.at, (place), (compare))

_Static_assert(offsetof(PodFact, object) == 0 && offsetof(ServiceFact, object) == 0 &&
               offsetof(Reference, object) == 0 && offsetof(LabelledFact, object) == 0,
               "are_by_place reads it there");

void order_build(Link *link)
{
    Facts *facts = link->facts;
    link->namespace_kind = interner_find(facts->strings, STR("Namespace"));
    bool ranked = link->options && link->options->doc_ranks.known;
    link->doc_ranks = ranked ? link->options->doc_ranks : checks_doc_ranks(link->sources);
    link->own_ranks = ranked ? NULL : link->doc_ranks.of;
    index_objects(link);
    ORDER_FACTS(pods, offsetof(PodFact, place.offset), compare_pods);
    ORDER_FACTS(services, 0, compare_services);
    ORDER_FACTS(references, offsetof(Reference, place.offset), compare_references);
}

const uint32_t *link_objects_by_place(const Link *link) { return link->objects; }

void order_free(Link *link)
{
    mem_free(link->own_ranks);
    mem_free(link->objects);
    mem_free(link->namespaces);
    mem_free(link->object_kinds);
    mem_free(link->identities);
    mem_free(link->next_same);
    mem_free(link->repeated);
    mem_free(link->marks);
}
