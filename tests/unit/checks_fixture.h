/* Facts made by hand, for the tests of the checks room: what a document would have
 * given, without the document.  Every object stands in a document of its own, in
 * the file that was begun last; labels and selectors are written "app=a tier=b" and
 * lie at offsets 100, 110, 120 … */
#ifndef PLIMSOLL_CHECKS_FIXTURE_H
#define PLIMSOLL_CHECKS_FIXTURE_H

#include "unit.h"

#include "checks/link.h"

typedef struct World {
    Interner strings;
    Sources sources;
    Facts *facts;
    Diag diag;
    Link *link;
    ChecksOptions options;
    uint32_t file;
    uint32_t docs_in_file;
    uint32_t ports_taken; /* container ports that belong to a Pod already */
} World;

static inline void world_file(World *world, const char *name)
{
    world->file = sources_add_file(&world->sources, str_of(name));
    world->docs_in_file = 0;
}

static inline void world_begin(World *world)
{
    *world = (World){0};
    interner_init(&world->strings);
    sources_init(&world->sources);
    world->facts = facts_new(&world->strings);
    world_file(world, "a.yaml");
}

static inline void world_end(World *world)
{
    link_free(world->link);
    facts_free(world->facts);
    diag_free(&world->diag);
    sources_free(&world->sources);
    interner_free(&world->strings);
}

static inline uint32_t world_doc(World *world)
{
    uint32_t index = world->docs_in_file++;
    SourceDoc doc = {.size = 1000, .file = world->file, .index = index, .line = 1, .column = 1};
    return sources_add_doc(&world->sources, doc);
}

/* Kind may be GROUP/KIND. */
static inline uint32_t world_object(World *world, const char *kind, const char *ns,
                                    const char *name)
{
    Interner *strings = &world->strings;
    Str text = str_of(kind);
    size_t slash = str_find(text, '/');
    bool core = slash == text.len;
    Object object = {
        .doc = world_doc(world),
        .item = -1,
        .name_offset = 50,
        .name_size = 5,
        .group = intern(strings, core ? STR("") : str_slice(text.ptr, slash)),
        .kind = intern(strings, core ? text : str_slice(text.ptr + slash + 1,
                                                        text.len - slash - 1)),
        .name = intern(strings, str_of(name)),
        .ns = intern(strings, str_of(ns)),
    };
    return facts_add_object(world->facts, object);
}

/* The words "key=value" of a text, with their places. */
static inline uint32_t world_pairs(World *world, const char *text, LabelEntry *entries)
{
    uint32_t count = 0;
    for (Str rest = str_of(text); rest.len;) {
        Str word = str_slice(rest.ptr, str_find(rest, ' '));
        size_t equals = str_find(word, '=');
        Str key = str_slice(word.ptr, equals);
        Str value = str_slice(word.ptr + equals + 1, word.len - equals - 1);
        entries[count] = (LabelEntry){facts_pair(world->facts, key, value),
                                      {100 + 10 * count, 8}};
        count++;
        rest = word.len < rest.len ? str_slice(rest.ptr + word.len + 1, rest.len - word.len - 1)
                                   : STR("");
    }
    return count;
}

/* A Pod, or where the kind is not Pod a template. */
static inline uint32_t world_pod(World *world, const char *kind, const char *ns, const char *name,
                                 const char *labels)
{
    LabelEntry entries[16];
    uint32_t object = world_object(world, kind, ns, name);
    uint32_t count = world_pairs(world, labels, entries);
    uint8_t flags = strcmp(kind, "Pod") == 0 ? 0 : POD_TEMPLATE;
    uint32_t first_port = world->ports_taken;
    world->ports_taken = world->facts->container_ports.len;
    return facts_add_pod(world->facts, object, flags, (Span){100, 80}, entries, count, first_port);
}

/* A port of a container of the Pod that is added next. */
static inline void world_container_port(World *world, const char *name, uint16_t number,
                                        Protocol protocol, bool waits)
{
    ContainerPort port = {.name = intern(&world->strings, str_of(name)), .number = number,
                          .protocol = (uint8_t)protocol, .waits = waits};
    vec_push(&world->facts->container_ports, port);
}

static inline uint32_t world_selector(World *world, uint32_t object, const char *selector)
{
    LabelEntry entries[16];
    uint32_t first = world->facts->terms.len, count = world_pairs(world, selector, entries);
    for (uint32_t i = 0; i < count; i++) {
        Term term = {.key = facts_pair_key(world->facts, entries[i].pair),
                     .value = entries[i].pair, .op = TERM_EQUALS, .place = entries[i].place};
        vec_push(&world->facts->terms, term);
    }
    return facts_add_selector(world->facts, object, (Span){100, 80}, first);
}

/* Without a selector where that is NULL.  Returns the Service's index. */
static inline uint32_t world_service(World *world, const char *ns, const char *name,
                                     const char *selector)
{
    uint32_t object = world_object(world, "Service", ns, name);
    ServiceFact service = {
        .object = object,
        .selector = selector ? world_selector(world, object, selector) : BASE_NONE,
        .ports = world->facts->service_ports.len,
    };
    vec_push(&world->facts->services, service);
    return world->facts->services.len - 1;
}

/* A port of the Service that was added last. */
static inline ServicePort *world_service_port(World *world, int32_t port, int32_t node_port,
                                              Protocol protocol)
{
    ServicePort row = {.port = port, .target = port, .node_port = node_port,
                       .node_port_place = {200 + 10 * world->facts->service_ports.len, 5},
                       .protocol = (uint8_t)protocol};
    vec_push(&world->facts->service_ports, row);
    ServiceFact *service = &world->facts->services.at[world->facts->services.len - 1];
    service->port_count++;
    if (node_port)
        service->type = SERVICE_NODE_PORT;
    return &world->facts->service_ports.at[world->facts->service_ports.len - 1];
}

static inline void world_link(World *world)
{
    world->link = link_build(world->facts, &world->sources, &world->options);
}

static inline void world_check(World *world)
{
    world_link(world);
    checks_link(world->link, &world->diag, 1);
    diag_sort(&world->diag, &world->sources);
}

/* The only finding, which has to be there. */
static inline const Finding *world_only(const World *world)
{
    assert_int_equal(world->diag.findings.len, 1);
    return &world->diag.findings.at[0];
}

static inline const Finding *finding_at(const World *world, uint32_t index)
{
    assert_true(index < world->diag.findings.len);
    return &world->diag.findings.at[index];
}

static inline void assert_note(const Finding *finding, uint32_t index, const char *message)
{
    assert_true(index < finding->note_count);
    assert_str(finding->notes[index].message, message);
}

#endif
