/* Order and identity.  Places are compared by file name, document and offset, never
 * by an id: ids depend on the order of arguments and, with several workers, on
 * chance.  Pods, Services and references are sorted once, so that later "first" and
 * "by place" simply mean the smaller index. */
#include "checks/index.h"

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

/* Numbers 0 … count - 1, sorted. */
static uint32_t *sorted_numbers(uint32_t count,
                                int (*compare)(const void *, const void *, void *), void *context)
{
    uint32_t *numbers = mem_resize(NULL, sizeof *numbers * (count + 1));
    for (uint32_t i = 0; i < count; i++)
        numbers[i] = i;
    sort_with(numbers, count, sizeof *numbers, compare, context);
    return numbers;
}

/* Turns "the n-th is number x" round, in new memory: "x is the n-th". */
static uint32_t *ranks_of(uint32_t *sorted, uint32_t count)
{
    uint32_t *ranks = mem_resize(NULL, sizeof *ranks * (count + 1));
    for (uint32_t i = 0; i < count; i++)
        ranks[sorted[i]] = i;
    mem_free(sorted);
    return ranks;
}

uint32_t *checks_doc_ranks(const Sources *read)
{
    Sources *sources = (Sources *)(uintptr_t)read; /* sort_with's context is not const */
    uint32_t files = sources->files.len, docs = sources->docs.len;
    uint32_t *file_ranks = ranks_of(sorted_numbers(files, compare_files, sources), files);
    DocOrder order = {sources, file_ranks};
    uint32_t *doc_ranks = ranks_of(sorted_numbers(docs, compare_docs, &order), docs);
    mem_free(file_ranks);
    return doc_ranks;
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

uint32_t *checks_order(const Facts *facts, const uint32_t *doc_ranks)
{
    Link link = {.facts = (Facts *)(uintptr_t)facts, .doc_ranks = doc_ranks};
    return sorted_numbers(facts_object_count(facts), compare_objects, &link);
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
    const Facts *facts = owner;
    const Object *object = facts_object(facts, id);
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
    link->next_same = mem_resize(NULL, sizeof *link->next_same * (count + 1));
    for (uint32_t i = count; i-- > 0;) {
        uint32_t id = link->objects[i];
        const Object *object = facts_object(facts, id);
        link->next_same[id] = BASE_NONE;
        link->unread_documents |= object->no_object;
        if (object->no_object || object->name == 0 || object->name == BASE_NONE)
            continue;
        uint32_t key[4] = {object->group, object->kind, object->ns, object->name};
        link->next_same[id] =
            id_replace(&link->identities, &IDENTITY, facts, key, id, identity_hash(facts, id));
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
void order_build(Link *link)
{
    Facts *facts = link->facts;
    bool ranked = link->options && link->options->doc_ranks;
    link->own_ranks = ranked ? NULL : checks_doc_ranks(link->sources);
    link->doc_ranks = ranked ? link->options->doc_ranks : link->own_ranks;
    link->objects = sorted_numbers(facts_object_count(facts), compare_objects, link);
    index_identities(link);
    sort_with(facts->pods.at, facts->pods.len, sizeof *facts->pods.at, compare_pods, link);
    sort_with(facts->services.at, facts->services.len, sizeof *facts->services.at,
              compare_services, link);
    sort_with(facts->references.at, facts->references.len, sizeof *facts->references.at,
              compare_references, link);
}

const uint32_t *link_objects_by_place(const Link *link) { return link->objects; }

void order_free(Link *link)
{
    mem_free(link->own_ranks);
    mem_free(link->objects);
    mem_free(link->next_same);
    id_table_free(&link->identities);
}
