/* Parts: the facts of some objects, copied with the names, namespaces and labels that
 * they have in one scope.
 *
 * Facts of the whole are found by object through one counting sort per array.  Pairs
 * and label sets are made anew, so that a part costs what it holds and nothing more.
 * What kustomize does to a name, a label or a reference is in part_names.c. */
#include "checks/part_inside.h"

/* ---- by object ---- */
/* Every fact starts with the id of its object. */
static uint32_t owner_of(const void *items, size_t size, uint32_t i)
{
    uint32_t object;
    memcpy(&object, (const char *)items + size * i, sizeof object);
    return object;
}

static void index_array(ByObject *by, uint32_t objects, const void *items, size_t size,
                        uint32_t count)
{
    by->starts = mem_zeroed(sizeof *by->starts * ((size_t)objects + 2));
    by->order = mem_resize(NULL, sizeof *by->order * ((size_t)count + 1));
    for (uint32_t i = 0; i < count; i++)
        by->starts[owner_of(items, size, i) + 2]++;
    for (uint32_t i = 0; i < objects; i++)
        by->starts[i + 2] += by->starts[i + 1];
    for (uint32_t i = 0; i < count; i++)
        by->order[by->starts[owner_of(items, size, i) + 1]++] = i;
}

static uint32_t *new_ids(uint32_t count)
{
    return mem_resize(NULL, sizeof(uint32_t) * ((size_t)count + 1));
}

PartIndex *part_index(Facts *whole)
{
    PartIndex *index = mem_resize(NULL, sizeof *index);
    *index = (PartIndex){.whole = whole};
    uint32_t count = whole->objects.len;
#define INDEX(list) \
    index_array(&index->list, count, whole->list.at, sizeof *whole->list.at, whole->list.len)
    PART_LISTS(INDEX)
#undef INDEX
    index->selector_ids = new_ids(whole->selectors.len);
    index->query_ids = new_ids(whole->label_queries.len);
    index->peer_ids = new_ids(whole->peers.len);
    return index;
}

void part_index_free(PartIndex *index)
{
    if (!index)
        return;
#define FREE(list) mem_free(index->list.starts), mem_free(index->list.order);
    PART_LISTS(FREE)
#undef FREE
    mem_free(index->selector_ids);
    mem_free(index->query_ids);
    mem_free(index->peer_ids);
    mem_free(index);
}

void part_plan_free(PartPlan *plan)
{
    vec_free(&plan->entries);
    vec_free(&plan->labels);
    vec_free(&plan->names);
    vec_free(&plan->keys);
    vec_free(&plan->visits);
}

PartEntry part_entry(const Facts *whole, uint32_t object)
{
    return (PartEntry){
        .object = *facts_object(whole, object),
        .origin = object,
        .labels = BASE_NONE,
        .names = BASE_NONE,
        .keys = BASE_NONE,
        .visit = BASE_NONE,
        .replicas = -1,
    };
}

/* ---- pairs ---- */
uint32_t part_pair(Part *part, uint32_t pair)
{
    const Facts *whole = part->index->whole;
    return seq_intern2(&part->facts->pairs, facts_pair_key(whole, pair),
                       facts_pair_value(whole, pair));
}

/* ---- selectors ---- */
Term part_term(Part *part, const Term *from)
{
    Facts *facts = part->facts;
    const Facts *whole = part->index->whole;
    Term term = *from;
    if (term.op == TERM_EQUALS) {
        term.value = part_pair(part, term.value);
    } else if (term.op == TERM_IN || term.op == TERM_NOT_IN) {
        term.value = facts->term_values.len;
        for (uint32_t i = 0; i < term.value_count; i++)
            vec_push(&facts->term_values, part_pair(part, whole->term_values.at[from->value + i]));
    }
    return term;
}

static void copy_selectors(Part *part, uint32_t origin)
{
    Facts *facts = part->facts;
    const Facts *whole = part->index->whole;
    FOR_EACH_OF(part->index->selectors, origin, i) {
        const Selector *from = &whole->selectors.at[i];
        uint32_t first = facts->terms.len;
        for (uint32_t j = 0; j < from->term_count; j++)
            vec_push(&facts->terms, part_term(part, &whole->terms.at[from->terms + j]));
        Selector selector = *from;
        selector.object = part->object;
        selector.terms = first;
        part->index->selector_ids[i] = facts->selectors.len;
        part_label_selector(part, &selector, false);
        vec_push(&facts->selectors, selector);
    }
}

/* ---- Pods ---- */
static void copy_pods(Part *part, uint32_t origin)
{
    Facts *facts = part->facts;
    const Facts *whole = part->index->whole;
    FOR_EACH_OF(part->index->pods, origin, i) {
        const PodFact *from = &whole->pods.at[i];
        Seq set = seq_at(&whole->label_sets, from->labels);
        vec_clear(&part->labels);
        for (uint32_t j = 0; j < set.count; j++) {
            LabelSpan span = whole->label_spans.at[from->label_spans + j];
            LabelEntry label = {part_pair(part, set.at[j]),
                                {from->place.offset + span.offset, span.size}};
            vec_push(&part->labels, label);
        }
        part_label_pod(part, (from->flags & POD_TEMPLATE) != 0);
        uint32_t first = facts->container_ports.len;
        for (uint32_t j = 0; j < from->port_count; j++)
            vec_push(&facts->container_ports, whole->container_ports.at[from->ports + j]);
        uint32_t id = facts_add_pod(facts, part->object, from->flags, from->place, part->labels.at,
                                    part->labels.len, first);
        PodFact pod = *from;
        pod.object = part->object;
        pod.labels = facts->pods.at[id].labels;
        pod.label_spans = facts->pods.at[id].label_spans;
        pod.ports = first;
        if (part->entry->replicas >= 0)
            pod.replicas = part->entry->replicas;
        facts->pods.at[id] = pod;
    }
}

/* ---- the rest ---- */
static void copy_services(Part *part, uint32_t origin)
{
    Facts *facts = part->facts;
    const Facts *whole = part->index->whole;
    FOR_EACH_OF(part->index->services, origin, i) {
        ServiceFact service = whole->services.at[i];
        uint32_t first = facts->service_ports.len;
        for (uint32_t j = 0; j < service.port_count; j++)
            vec_push(&facts->service_ports, whole->service_ports.at[service.ports + j]);
        service.object = part->object;
        service.ports = first;
        if (service.selector != BASE_NONE)
            service.selector = part->index->selector_ids[service.selector];
        else
            service.selector = part_new_selector(part);
        vec_push(&facts->services, service);
    }
}

static void copy_references(Part *part, uint32_t origin)
{
    Facts *facts = part->facts;
    const Facts *whole = part->index->whole;
    FOR_EACH_OF(part->index->references, origin, i) {
        Reference reference = whole->references.at[i];
        uint32_t first = facts->wants.len;
        for (uint32_t j = 0; j < reference.want_count; j++)
            vec_push(&facts->wants, whole->wants.at[reference.wants + j]);
        reference.object = part->object;
        reference.wants = first;
        part_rename_reference(part, &reference, origin);
        vec_push(&facts->references, reference);
    }
}

static void copy_claims(Part *part, uint32_t origin)
{
    Facts *facts = part->facts;
    const Facts *whole = part->index->whole;
    FOR_EACH_OF(part->index->claims, origin, i) {
        Claim claim = whole->claims.at[i];
        claim.object = part->object;
        if (claim.space == CLAIM_SCALE_TARGET && part->renamed)
            part_rename_claim(part, &claim);
        vec_push(&facts->claims, claim);
    }
}

static void copy_symbols(Part *part, uint32_t origin)
{
    Facts *facts = part->facts;
    const Facts *whole = part->index->whole;
    bool filled = part->entry->filled;
    if (origin != BASE_NONE) {
        filled |= seq_find(&whole->filled, &origin, 1) != BASE_NONE && !part->entry->renewed;
        FOR_EACH_OF(part->index->symbols, origin, i) {
            Symbol symbol = whole->symbols.at[i];
            symbol.object = part->object;
            if (!part->entry->renewed)
                vec_push(&facts->symbols, symbol);
        }
    }
    /* A key that comes from elsewhere is shown at the object's name. */
    for (uint32_t key = part->entry->keys; key != BASE_NONE; key = part->plan->keys.at[key].before) {
        const PartKey *from = &part->plan->keys.at[key];
        const Object *object = &part->entry->object;
        Symbol symbol = {part->object, from->name, {from->place.offset, from->place.length}};
        if (from->place.doc != object->doc)
            symbol.place = (Span){object->name_offset, object->name_size};
        vec_push(&facts->symbols, symbol);
    }
    if (filled)
        seq_intern(&facts->filled, &part->object, 1);
}

static void copy_sequences(Part *part, uint32_t origin)
{
    Facts *facts = part->facts;
    const Facts *whole = part->index->whole;
    uint32_t ns = whole->objects.at[origin].ns;
    FOR_EACH_OF(part->index->declared_by, origin, i) {
        Seq from = seq_at(&whole->declared, whole->declared_by.at[i].sequence);
        uint32_t parts[4] = {from.at[0], from.at[1], from.at[2], from.at[3]};
        if (parts[2] && parts[2] == ns)
            parts[2] = part->entry->object.ns;
        facts_declare(facts, parts);
    }
    FOR_EACH_OF(part->index->granted_by, origin, i) {
        Seq from = seq_at(&whole->grants, whole->granted_by.at[i].sequence);
        uint32_t parts[FACTS_GRANT_PARTS];
        memcpy(parts, from.at, sizeof parts);
        if (parts[0] == ns)
            parts[0] = part->entry->object.ns;
        facts_grant(facts, parts);
    }
    FOR_EACH_OF(part->index->made_by, origin, i) {
        uint32_t made = seq_at(&whole->makers, whole->made_by.at[i].sequence).at[0];
        facts_add_maker(facts, made == ns && part->entry->object.ns ? part->entry->object.ns : made);
    }
}

static void copy_others(Part *part, uint32_t origin)
{
    Facts *facts = part->facts;
    const Facts *whole = part->index->whole;
    FOR_EACH_OF(part->index->lost_ports, origin, i) {
        LostPort lost = whole->lost_ports.at[i];
        lost.object = part->object;
        vec_push(&facts->lost_ports, lost);
    }
    FOR_EACH_OF(part->index->listeners, origin, i) {
        Listener listener = whole->listeners.at[i];
        listener.object = part->object;
        vec_push(&facts->listeners, listener);
    }
    FOR_EACH_OF(part->index->host_ports, origin, i) {
        HostPort port = whole->host_ports.at[i];
        port.object = part->object;
        vec_push(&facts->host_ports, port);
    }
    FOR_EACH_OF(part->index->selects, origin, i) {
        SelectFact select = whole->selects.at[i];
        select.object = part->object;
        if (select.selector != BASE_NONE)
            select.selector = part->index->selector_ids[select.selector];
        if (select.use == SELECT_WORKLOAD && select.selector != BASE_NONE)
            part_label_selector(part, &facts->selectors.at[select.selector], true);
        vec_push(&facts->selects, select);
    }
}

/* ---- all of it ---- */
Facts *part_build(PartIndex *index, const PartPlan *plan)
{
    Part part = {
        .index = index,
        .plan = plan,
        .facts = facts_new(index->whole->strings),
    };
    part_names_build(&part);
    for (uint32_t i = 0; i < plan->entries.len; i++)
        facts_add_object(part.facts, plan->entries.at[i].object);
    for (uint32_t i = 0; i < plan->entries.len; i++) {
        part.entry = &plan->entries.at[i];
        part.object = part.facts->current = i;
        uint32_t origin = part.entry->origin;
        copy_symbols(&part, origin);
        if (origin == BASE_NONE)
            continue;
        copy_selectors(&part, origin);
        copy_pods(&part, origin);
        copy_services(&part, origin);
        copy_references(&part, origin);
        copy_claims(&part, origin);
        copy_others(&part, origin);
        copy_sequences(&part, origin);
        part_copy_admission(&part, origin);
        part_copy_policies(&part, origin);
    }
    part_names_free(&part);
    vec_free(&part.labels);
    return part.facts;
}
