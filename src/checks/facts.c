/* Facts: keeping them, and the few functions through which all of them are made.
 * What is read of a document, and where, is collect.c's affair. */
#include "checks/facts.h"

Facts *facts_new(Interner *strings)
{
    Facts *facts = mem_resize(NULL, sizeof *facts);
    *facts = (Facts){.strings = strings};
    return facts;
}

void facts_free(Facts *facts)
{
    if (!facts)
        return;
#define FREE_LIST(list) vec_free(&facts->list);
#define FREE_TABLE(table) seq_table_free(&facts->table);
    FACTS_LISTS(FREE_LIST)
    FACTS_TABLES(FREE_TABLE)
    ways_free(&facts->ways);
    FREE_LIST(way_paths)
    joined_free(facts->joined);
    mem_free(facts);
}

void facts_forget(Facts *facts)
{
#define CLEAR_LIST(list) vec_clear(&facts->list);
    FACTS_LISTS(CLEAR_LIST)
    seq_table_clear(&facts->filled); /* it is of objects */
}

void facts_clear(Facts *facts)
{
#define CLEAR_TABLE(table) seq_table_clear(&facts->table);
    facts_forget(facts);
    FACTS_TABLES(CLEAR_TABLE)
    joined_clear(facts->joined);
    ways_clear(&facts->ways);
    CLEAR_LIST(way_paths)
    memset(facts->targets, 0, sizeof facts->targets);
    memset(facts->recent_pairs, 0, sizeof facts->recent_pairs);
    memset(facts->recent_sets, 0, sizeof facts->recent_sets);
    facts->cpu = facts->memory = 0;
}

uint32_t facts_add_object(Facts *facts, Object object)
{
    vec_push(&facts->objects, object);
    return facts->objects.len - 1;
}

Object *facts_new_object(Facts *facts, uint32_t *id)
{
    *id = facts->objects.len;
    vec_spare(&facts->objects);
    return &facts->objects.at[facts->objects.len++];
}

Object *facts_object(const Facts *facts, uint32_t id) { return &facts->objects.at[id]; }
uint32_t facts_object_count(const Facts *facts) { return facts->objects.len; }
uint32_t facts_input_count(const Facts *facts) { return facts->objects.len - facts->backdrop; }
Str facts_text(const Facts *facts, uint32_t string) { return interned(facts->strings, string); }

Str facts_pointer(const Facts *facts, uint32_t path, uint32_t pointer, Arena *arena)
{
    return pointer == FACTS_POINTER_OF_PATH
               ? path_pointer(STR(""), facts_text(facts, path), arena)
               : facts_text(facts, pointer);
}

Place facts_place(const Facts *facts, uint32_t object, Span span)
{
    return (Place){facts->objects.at[object].doc, span.offset, span.length, BASE_NONE};
}

Place facts_name_place(const Facts *facts, uint32_t object)
{
    const Object *it = facts_object(facts, object);
    return facts_place(facts, object, (Span){it->name_offset, it->name_size});
}

Str facts_object_text(const Facts *facts, uint32_t object, Arena *arena)
{
    const Object *it = facts_object(facts, object);
    Str kind = facts_text(facts, it->kind), name = facts_text(facts, it->name);
    Str start = name.len ? name : facts_text(facts, it->generate_name);
    Str text[] = {kind, STR(" \""), start, name.len ? STR("\"") : STR("*\"")};
    Str nameless[] = {kind, STR(" without a name")};
    return start.len ? arena_concat(arena, text, BASE_COUNT(text))
                     : arena_concat(arena, nameless, BASE_COUNT(nameless));
}

const char *protocol_name(Protocol protocol)
{
    static const char *const NAMES[] = {"TCP", "UDP", "SCTP", "?"};
    return NAMES[protocol];
}

/* A template's labels, what selects them and the Service in front say the same pair within a
 * few objects: those of late are known without the table. */
uint32_t facts_pair(Facts *facts, Str key, Str value)
{
    uint32_t key_id = intern(facts->strings, key), value_id = intern(facts->strings, value);
    RecentPair *recent = &facts->recent_pairs[(key_id * 31 + value_id) % FACTS_RECENT_PAIRS];
    if (recent->key != key_id + 1 || recent->value != value_id)
        *recent = (RecentPair){key_id + 1, value_id, seq_intern2(&facts->pairs, key_id, value_id)};
    return recent->pair;
}

enum { LABELS_AT_HAND = 64 }; /* more than that is sorted and kept on the heap */

static int compare_keys(const void *left, const void *right, void *context)
{
    const LabelEntry *a = left, *b = right;
    const Facts *facts = context;
    uint32_t x = facts_pair_key(facts, a->pair), y = facts_pair_key(facts, b->pair);
    return (x > y) - (x < y);
}

static int compare_pairs(const void *left, const void *right, void *context)
{
    (void)context;
    const LabelEntry *a = left, *b = right;
    return compare_uint(a->pair, b->pair);
}

static uint32_t sort_many_labels(Facts *facts, LabelEntry *labels, uint32_t count)
{
    sort_with(labels, count, sizeof *labels, compare_keys, facts); /* stable: the last stays last */
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++)
        if (i + 1 == count || compare_keys(&labels[i], &labels[i + 1], facts) != 0)
            labels[kept++] = labels[i];
    sort_with(labels, kept, sizeof *labels, compare_pairs, facts);
    return kept;
}

/* Sorts by pair and drops all but the last of one key. */
static uint32_t sort_labels(Facts *facts, LabelEntry *labels, uint32_t count)
{
    if (count > LABELS_AT_HAND)
        return sort_many_labels(facts, labels, count);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        LabelEntry label = labels[i];
        for (uint32_t j = 0; j < kept; j++) {
            if (facts_pair_key(facts, labels[j].pair) != facts_pair_key(facts, label.pair))
                continue;
            memmove(&labels[j], &labels[j + 1], sizeof *labels * (kept - j - 1));
            kept--;
            break;
        }
        uint32_t at = kept++;
        for (; at > 0 && labels[at - 1].pair > label.pair; at--)
            labels[at] = labels[at - 1];
        labels[at] = label;
    }
    return kept;
}

/* Most sets are small, and many objects have the same: those of late are at hand. */
static uint32_t intern_small_set(Facts *facts, const LabelEntry *labels, uint32_t count)
{
    uint32_t pairs[FACTS_SET_SMALL], keys[FACTS_SET_SMALL] = {0};
    for (uint32_t i = 0; i < count; i++) {
        pairs[i] = labels[i].pair;
        keys[i] = pairs[i] + 1;
    }
    RecentSet *recent =
        &facts->recent_sets[(keys[0] + keys[1] * 31 + keys[2] * 961) % FACTS_RECENT_SETS];
    if (memcmp(recent->pairs, keys, sizeof keys) != 0) {
        recent->set = seq_intern(&facts->label_sets, pairs, count);
        memcpy(recent->pairs, keys, sizeof keys);
    }
    return recent->set;
}

static uint32_t intern_label_set(Facts *facts, const LabelEntry *labels, uint32_t count)
{
    uint32_t near[LABELS_AT_HAND];
    near[0] = 0;
    if (count > 0 && count <= FACTS_SET_SMALL)
        return intern_small_set(facts, labels, count);
    uint32_t *pairs = count <= LABELS_AT_HAND ? near : mem_resize(NULL, sizeof *pairs * count);
    for (uint32_t i = 0; i < count; i++)
        pairs[i] = labels[i].pair;
    uint32_t set = seq_intern(&facts->label_sets, pairs, count);
    if (pairs != near)
        mem_free(pairs);
    return set;
}

uint32_t facts_add_pod(Facts *facts, uint32_t object, uint16_t flags, Span place,
                       LabelEntry *labels, uint32_t label_count, uint32_t first_port)
{
    uint32_t count = sort_labels(facts, labels, label_count);
    uint32_t ports = facts->container_ports.len - first_port;
    PodFact pod = {
        .object = object,
        .labels = intern_label_set(facts, labels, count),
        .place = place,
        .label_spans = count ? facts->label_spans.len : BASE_NONE,
        .ports = first_port,
        .port_count = (uint16_t)(ports < UINT16_MAX ? ports : UINT16_MAX),
        .flags = flags,
        .replicas = -1,
    };
    for (uint32_t i = 0; i < count; i++)
        vec_push(&facts->label_spans, facts_label_span(place, labels[i].place));
    vec_push(&facts->pods, pod);
    return facts->pods.len - 1;
}

void facts_add_labelled(Facts *facts, uint32_t object, LabelSpace space, LabelEntry *labels,
                        uint32_t label_count)
{
    uint32_t count = sort_labels(facts, labels, label_count);
    LabelledFact fact = {object, intern_label_set(facts, labels, count), (uint8_t)space};
    vec_push(&facts->labelled, fact);
}

uint32_t facts_add_selector(Facts *facts, uint32_t object, Span place, uint32_t first_term)
{
    Selector selector = {.object = object,
                         .terms = first_term,
                         .term_count = (facts->terms.len - first_term) & INT32_MAX,
                         .place = place};
    vec_push(&facts->selectors, selector);
    return facts->selectors.len - 1;
}

void facts_add_term(Facts *facts, Str key, Str value, Span place)
{
    uint32_t pair = facts_pair(facts, key, value);
    Term term = {
        .key = facts_pair_key(facts, pair), .value = pair, .op = TERM_EQUALS, .place = place};
    vec_push(&facts->terms, term);
}

void facts_add_maker(Facts *facts, uint32_t ns)
{
    Owned made = {facts->current, seq_intern(&facts->makers, &ns, 1)};
    vec_push(&facts->made_by, made);
}

void facts_declare(Facts *facts, const uint32_t parts[4])
{
    Owned declared = {facts->current, seq_intern(&facts->declared, parts, 4)};
    vec_push(&facts->declared_by, declared);
}

void facts_grant(Facts *facts, const uint32_t parts[FACTS_GRANT_PARTS])
{
    Owned granted = {facts->current, seq_intern(&facts->grants, parts, FACTS_GRANT_PARTS)};
    vec_push(&facts->granted_by, granted);
}
