/* What a reference leads to: the object, or one that is there without standing in
 * the input (made by a controller, declared by another object, assumed by the
 * user), else the nearest thing that may have been meant.
 *
 * Every question is one look into a table; only the keys that two objects of one
 * identity offer are walked, and of those a fixed number. */
#include "checks/index.h"

enum { DEFINITIONS_ASKED = 64 }; /* of one object, for a key; with more it is never sure */

/* ---- the object ---- */
static uint32_t find_named(const Link *link, const Reference *reference, uint32_t group)
{
    uint32_t found =
        link_find(link, group, reference->kind, reference->ns, reference->name);
    if (found == BASE_NONE && (reference->flags & REFERENCE_ANY_SCOPE) && reference->ns)
        found = link_find(link, group, reference->kind, 0, reference->name);
    return found;
}

/* Kinds that moved: a Deployment is one object in extensions and apps. */
static const char *const MOVED[][2] = {
    {"extensions", "apps"}, {"extensions", "networking.k8s.io"}, {"apps", "extensions"}};

bool link_is_moved(const Link *link, uint32_t a, uint32_t b)
{
    Str x = facts_text(link->facts, a), y = facts_text(link->facts, b);
    for (size_t i = 0; i < BASE_COUNT(MOVED); i++)
        if ((str_is(x, MOVED[i][0]) && str_is(y, MOVED[i][1])) ||
            (str_is(y, MOVED[i][0]) && str_is(x, MOVED[i][1])))
            return true;
    return false;
}

static uint32_t find_moved(const Link *link, const Reference *reference)
{
    Str group = facts_text(link->facts, reference->group);
    for (size_t i = 0; i < BASE_COUNT(MOVED); i++) {
        if (!str_is(group, MOVED[i][0]))
            continue;
        uint32_t other = interner_find(link->facts->strings, str_of(MOVED[i][1]));
        uint32_t found = other == BASE_NONE ? other : find_named(link, reference, other);
        if (found != BASE_NONE)
            return found;
    }
    return BASE_NONE;
}

static uint32_t resolve(const Link *link, const Reference *reference)
{
    uint32_t found = find_named(link, reference, reference->group);
    if (found == BASE_NONE && (reference->flags & REFERENCE_ANY_SCOPE))
        found = find_moved(link, reference);
    if (found != BASE_NONE)
        return found;
    Str base = name_without_hash(facts_text(link->facts, reference->name));
    uint32_t name = base.len ? interner_find(link->facts->strings, base) : BASE_NONE;
    return name == BASE_NONE
               ? name
               : link_find(link, reference->group, reference->kind, reference->ns, name);
}

/* Those of the facts are looked up once; what they look at is on its way while others before
 * them are resolved. */
static void resolve_references(Link *link)
{
    enum { SLOT_AHEAD = 2 * OBJECT_AHEAD };
    const Facts *facts = link->facts;
    uint32_t count = facts->references.len;
    link->resolved = mem_resize(NULL, sizeof *link->resolved * ((size_t)count + 1));
    for (uint32_t i = 0; i < count + SLOT_AHEAD; i++) {
        if (i < count) {
            const Reference *it = &facts->references.at[i];
            link->resolved[i] = identity_hash(it->group, it->kind, it->ns, it->name);
            identity_expect_slot(link, link->resolved[i]);
        }
        if (i >= OBJECT_AHEAD && i - OBJECT_AHEAD < count)
            identity_expect_object(link, link->resolved[i - OBJECT_AHEAD]);
        if (i >= SLOT_AHEAD)
            link->resolved[i - SLOT_AHEAD] = resolve(link, &facts->references.at[i - SLOT_AHEAD]);
    }
}

uint32_t link_resolve(const Link *link, const Reference *reference)
{
    uintptr_t first = (uintptr_t)link->facts->references.at;
    uintptr_t at = ((uintptr_t)reference - first) / sizeof *reference;
    return (uintptr_t)reference >= first && at < link->facts->references.len ? link->resolved[at]
                                                                            : resolve(link, reference);
}

/* ---- references of some sort ---- */
enum { SORTS_AT_ONCE = 8, SORTS_KNOWN = 1 };

/* By the path, which many references have in common: told once. */
static uint8_t sorts_of_path(const Facts *facts, uint8_t *known, uint32_t path)
{
    if (path >= facts->strings->strings.len)
        return 0;
    if (!known[path]) {
        Str text = facts_text(facts, path);
        known[path] = str_is(text, "spec.scaleTargetRef.name")            ? REFERENCES_SCALING
                      : str_is(text, "spec.serviceName")                  ? REFERENCES_SERVICE
                      : str_starts(text, STR("metadata.ownerReferences")) ? REFERENCES_OWNER
                                                                          : 0;
        known[path] |= SORTS_KNOWN;
    }
    return known[path] & (uint8_t)~SORTS_KNOWN;
}

static void sort_references(Link *link)
{
    static const uint8_t OF_FLAG[][2] = {{REFERENCE_LISTENER, REFERENCES_LISTENER},
                                         {REFERENCE_GRANTED, REFERENCES_GRANTED},
                                         {REFERENCE_IF_ANY, REFERENCES_IF_ANY}};
    const Facts *facts = link->facts;
    uint8_t *known = mem_zeroed((size_t)facts->strings->strings.len + 1);
    link->reference_sorts = mem_zeroed((size_t)facts->references.len + SORTS_AT_ONCE);
    for (uint32_t i = 0; i < facts->references.len; i++) {
        const Reference *it = &facts->references.at[i];
        uint8_t sorts = sorts_of_path(facts, known, it->path);
        for (size_t j = 0; j < BASE_COUNT(OF_FLAG); j++)
            sorts |= it->flags & OF_FLAG[j][0] ? OF_FLAG[j][1] : 0;
        sorts |= it->want_count ? REFERENCES_WANTING : 0;
        sorts |= link->resolved[i] == BASE_NONE ? REFERENCES_LOST : 0;
        link->reference_sorts[i] = sorts;
    }
    mem_free(known);
}

uint32_t link_next_reference(const Link *link, uint32_t from, uint8_t wanted)
{
    uint32_t count = link->facts->references.len;
    for (uint64_t sorts, all = wanted * UINT64_C(0x0101010101010101); from < count;
         from += SORTS_AT_ONCE) {
        memcpy(&sorts, link->reference_sorts + from, sizeof sorts);
        if (sorts & all)
            return from + (uint32_t)__builtin_ctzll(sorts & all) / 8;
    }
    return count;
}

/* ---- there, but not as an object of the input ---- */
static bool is_declared(const Link *link, const Reference *reference, Str name)
{
    uint32_t id = interner_find(link->facts->strings, name);
    uint32_t parts[4] = {reference->group, reference->kind, reference->ns, id};
    return id != BASE_NONE && seq_find(&link->facts->declared, parts, 4) != BASE_NONE;
}

enum { CLAIM_PATTERN = 512 };

/* "data-db-0" is one of "data-db-*". */
static bool is_numbered(const Link *link, const Reference *reference, Str name)
{
    char pattern[CLAIM_PATTERN];
    size_t end = name.len;
    while (end > 0 && name.ptr[end - 1] >= '0' && name.ptr[end - 1] <= '9')
        end--;
    if (end == name.len || end < 2 || name.ptr[end - 1] != '-' || end + 1 > sizeof pattern)
        return false;
    memcpy(pattern, name.ptr, end);
    pattern[end] = '*';
    return is_declared(link, reference, str_slice(pattern, end + 1));
}

bool link_lives_elsewhere(const Link *link, const Reference *reference)
{
    const Facts *facts = link->facts;
    Str group = facts_text(facts, reference->group), kind = facts_text(facts, reference->kind);
    Str ns = facts_text(facts, reference->ns), name = facts_text(facts, reference->name);
    return known_object(group, kind, ns, name) || is_declared(link, reference, name) ||
           is_numbered(link, reference, name) || link_assumed(link, kind, ns, name);
}

/* ---- kinds that are rarely written down ---- */
static void index_kinds(Link *link)
{
    const Facts *facts = link->facts;
    bool asked = false;
    for (uint32_t i = 0;
         (i = link_next_reference(link, i, REFERENCES_IF_ANY)) < facts->references.len; i++) {
        link_mark(link, facts->references.at[i].kind, MARK_KIND_ASKED);
        asked = true;
    }
    for (uint32_t i = 0; asked && i < facts_object_count(facts); i++)
        if (link_marks(link, link->object_kinds[i]) & MARK_KIND_ASKED)
            seq_intern2(&link->kinds_held, facts_object(facts, i)->group, link->object_kinds[i]);
}

bool link_is_beyond(const Link *link, const Reference *reference)
{
    return (reference->flags & REFERENCE_IF_ANY) &&
           seq_find2(&link->kinds_held, reference->group, reference->kind) == BASE_NONE;
}

/* ---- what is missed ---- */
static void note_missed(Link *link)
{
    const Facts *facts = link->facts;
    for (uint32_t i = 0;
         (i = link_next_reference(link, i, REFERENCES_LOST)) < facts->references.len; i++) {
        const Reference *it = &facts->references.at[i];
        link->missed = true;
        link_mark(link, it->kind, MARK_KIND_MISSED);
        if (it->ns)
            link_mark(link, it->name, MARK_NAME_MISSED);
    }
}

static void note_namespaces(Link *link)
{
    for (uint32_t i = 0; link->missed && i < facts_object_count(link->facts); i++) {
        uint32_t ns = link->namespaces[i];
        if (ns)
            link_mark(link, ns, link_marks(link, ns) & MARK_INHABITED ? MARK_CROWDED
                                                                      : MARK_INHABITED);
    }
}

Population link_population(const Link *link, uint32_t ns)
{
    uint8_t marks = link_marks(link, ns);
    return marks & MARK_CROWDED     ? POPULATION_MORE
           : marks & MARK_INHABITED ? POPULATION_ONE
                                    : POPULATION_NONE;
}

/* ---- the same name in another namespace ---- */
static void intern_namesakes(Link *link)
{
    const Facts *facts = link->facts;
    for (uint32_t i = 0;
         (i = link_next_reference(link, i, REFERENCES_LOST)) < facts->references.len; i++) {
        const Reference *it = &facts->references.at[i];
        uint32_t key[3] = {it->group, it->kind, it->name};
        if (it->ns)
            seq_intern(&link->namesakes.keys, key, 3);
    }
}

static void sweep_namesakes(Link *link, Postings *postings)
{
    const Facts *facts = link->facts;
    for (uint32_t i = 0; i < facts_object_count(facts); i++) {
        if (!(link_marks(link, link->object_kinds[link->objects[i]]) & MARK_KIND_MISSED))
            continue;
        const Object *object = facts_object(facts, link->objects[i]);
        uint32_t parts[3] = {object->group, object->kind, object->name};
        if (!object->name || !(link_marks(link, object->name) & MARK_NAME_MISSED))
            continue;
        uint32_t key = seq_find(&postings->keys, parts, 3);
        if (key != BASE_NONE)
            postings_put(postings, key, link->objects[i]);
    }
}

enum { NAMESAKES_KEPT = 8 };

uint32_t link_find_namesake(const Link *link, const Reference *reference, bool *only)
{
    uint32_t parts[3] = {reference->group, reference->kind, reference->name};
    Seq list = postings_at(&link->namesakes, seq_find(&link->namesakes.keys, parts, 3));
    *only = true;
    for (uint32_t i = 1; i < list.count; i++)
        *only &= facts_object(link->facts, list.at[i])->ns ==
                 facts_object(link->facts, list.at[0])->ns;
    return list.count ? list.at[0] : BASE_NONE;
}

/* ---- what an object holds ---- */
/* An object is a Service, or has a Pod, or symbols: four times the index of it, or of the first,
 * and which of these it is.  BASE_NONE is nothing. */
enum { HOLDS_SERVICE, HOLDS_POD, HOLDS_SYMBOLS, HOLDS_KINDS = 4 };

static uint32_t held_as(const Link *link, uint32_t object, uint32_t kind)
{
    uint32_t held = link->object_facts[object];
    return held % HOLDS_KINDS == kind ? held / HOLDS_KINDS : BASE_NONE;
}

uint32_t link_service_of(const Link *link, uint32_t object)
{
    return held_as(link, object, HOLDS_SERVICE);
}

uint32_t link_pod_of(const Link *link, uint32_t object) { return held_as(link, object, HOLDS_POD); }

static void index_facts(Link *link)
{
    const Facts *facts = link->facts;
    size_t size = sizeof *link->object_facts * ((size_t)facts_object_count(facts) + 1);
    uint32_t *held = link->object_facts = mem_resize(NULL, size);
    memset(held, 0xFF, size);
    for (uint32_t i = 0; i < facts->services.len; i++)
        held[facts->services.at[i].object] = HOLDS_KINDS * i | HOLDS_SERVICE;
    for (uint32_t i = 0; i < facts->pods.len; i++)
        held[facts->pods.at[i].object] = HOLDS_KINDS * i | HOLDS_POD;
    for (uint32_t i = facts->symbols.len; i-- > 0;)
        held[facts->symbols.at[i].object] = HOLDS_KINDS * i | HOLDS_SYMBOLS;
}

/* ---- keys ---- */
static int compare_symbols(const void *left, const void *right, void *context)
{
    (void)context;
    const Symbol *a = left, *b = right;
    if (a->object != b->object)
        return a->object < b->object ? -1 : 1;
    return compare_uint(a->name, b->name);
}

/* The first symbol, of those from `first` on, that does not stand before (object, name).  It is
 * looked for near the first, since objects have few. */
static uint32_t lower_bound(const Facts *facts, uint32_t first, uint32_t object, uint32_t name)
{
    const Symbol *symbols = facts->symbols.at, wanted = {.object = object, .name = name};
    uint32_t low = first, span = 1, count = facts->symbols.len;
    while (span <= count - low && compare_symbols(&symbols[low + span - 1], &wanted, NULL) < 0) {
        low += span;
        span *= 2;
    }
    for (uint32_t high = span <= count - low ? low + span - 1 : count; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        if (compare_symbols(&symbols[middle], &wanted, NULL) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

SymbolList link_symbols(const Link *link, uint32_t object)
{
    uint32_t first = held_as(link, object, HOLDS_SYMBOLS);
    if (first == BASE_NONE)
        return (SymbolList){NULL, 0};
    return (SymbolList){link->facts->symbols.at + first,
                        lower_bound(link->facts, first, object + 1, 0) - first};
}

bool link_offers(const Link *link, uint32_t object, uint32_t name)
{
    const Facts *facts = link->facts;
    uint32_t asked = 0;
    for (; object != BASE_NONE; object = link_next_same(link, object)) {
        uint32_t first = held_as(link, object, HOLDS_SYMBOLS);
        if (seq_find(&facts->filled, &object, 1) != BASE_NONE || ++asked > DEFINITIONS_ASKED)
            return true;
        uint32_t at = first == BASE_NONE ? first : lower_bound(facts, first, object, name);
        if (at < facts->symbols.len && facts->symbols.at[at].object == object &&
            facts->symbols.at[at].name == name)
            return true;
    }
    return false;
}

/* ---- what belongs together ---- */
static Str folder_of(const Link *link, uint32_t object)
{
    const Object *it = facts_object(link->facts, object);
    const SourceDoc *doc = &link->sources->docs.at[it->doc];
    Str name = link->sources->files.at[doc->file].name;
    while (name.len && name.ptr[name.len - 1] != '/')
        name.len--;
    return name;
}

/* What the cluster holds already stands beside everything. */
static bool is_backdrop(const Link *link, uint32_t object)
{
    const Object *it = facts_object(link->facts, object);
    return link->sources->files.at[link->sources->docs.at[it->doc].file].backdrop;
}

bool link_side_by_side(const Link *link, uint32_t a, uint32_t b)
{
    return is_backdrop(link, a) || is_backdrop(link, b) ||
           str_eq(folder_of(link, a), folder_of(link, b));
}

static bool share_declared_namespace(const Link *link, uint32_t a, uint32_t b)
{
    const Object *x = facts_object(link->facts, a), *y = facts_object(link->facts, b);
    if (!x->ns || x->ns != y->ns || !x->ns_given || !y->ns_given)
        return false;
    uint32_t declared = link_find(link, 0, link->namespace_kind, 0, x->ns);
    return declared != BASE_NONE && !link_has_alternative(link, declared);
}

bool link_belong_together(const Link *link, uint32_t a, uint32_t b)
{
    return (link->options && link->options->joined) || link_side_by_side(link, a, b) ||
           share_declared_namespace(link, a, b);
}

static Str parent_of(Str folder)
{
    do
        folder.len -= folder.len > 0;
    while (folder.len && folder.ptr[folder.len - 1] != '/');
    return folder;
}

bool link_is_near(const Link *link, uint32_t a, uint32_t b)
{
    Str x = folder_of(link, a), y = folder_of(link, b);
    return link_belong_together(link, a, b) || str_eq(parent_of(x), parent_of(y)) ||
           str_starts(x, y) || str_starts(y, x);
}

static uint32_t file_of(const Link *link, uint32_t object)
{
    return link->sources->docs.at[facts_object(link->facts, object)->doc].file;
}

bool link_same_file(const Link *link, uint32_t a, uint32_t b)
{
    return file_of(link, a) == file_of(link, b);
}

/* ---- building ---- */
void resolve_build(Link *link)
{
    Facts *facts = link->facts;
    resolve_references(link);
    sort_references(link);
    index_kinds(link);
    note_missed(link);
    note_namespaces(link);
    intern_namesakes(link);
    postings_build(&link->namesakes, link, sweep_namesakes, NAMESAKES_KEPT);
    sort_with(facts->symbols.at, facts->symbols.len, sizeof *facts->symbols.at, compare_symbols,
              NULL);
    index_facts(link);
}

void resolve_free(Link *link)
{
    postings_free(&link->namesakes);
    seq_table_free(&link->kinds_held);
    mem_free(link->resolved);
    mem_free(link->reference_sorts);
    mem_free(link->object_facts);
}
