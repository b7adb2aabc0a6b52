/* Resources as LimitRanger sees them (plugin/pkg/admission/limitranger): lists of
 * amounts, their sums, and what a whole Pod comes to. */
#include "checks/admission.h"

void resources_free(Resources *resources)
{
    vec_free(&resources->requests);
    vec_free(&resources->limits);
}

Amount *amounts_find(const Amounts *amounts, uint32_t name)
{
    for (uint32_t i = 0; i < amounts->len; i++)
        if (amounts->at[i].name == name)
            return &amounts->at[i];
    return NULL;
}

void amounts_add(Amounts *amounts, Amount amount)
{
    if (!amounts_find(amounts, amount.name))
        vec_push(amounts, amount);
}

Quantity amount_quantity(const Facts *facts, uint32_t text)
{
    Quantity quantity;
    if (!quantity_parse(facts_text(facts, text), &quantity))
        return quantity_of_int(0);
    quantity_round_up(&quantity, -3);
    return quantity;
}

void resources_read(const Facts *facts, uint32_t set, uint32_t first_span, Span place,
                    Resources *resources)
{
    if (set == BASE_NONE)
        return;
    Seq entries = seq_at(&facts->resource_sets, set);
    for (uint32_t i = 0; i * RESOURCE_ENTRY < entries.count; i++) {
        const uint32_t *entry = entries.at + (size_t)i * RESOURCE_ENTRY;
        LabelSpan span = facts->resource_spans.at[first_span + i];
        Amount amount = {.name = entry[1],
                         .quantity = amount_quantity(facts, entry[2]),
                         .place = {place.offset + span.offset, span.size},
                         .list = (uint8_t)entry[0],
                         .from = BASE_NONE};
        amounts_add(entry[0] == RESOURCE_REQUEST ? &resources->requests : &resources->limits,
                    amount);
    }
}

/* ---- sums ---- */

/* addResourceList */
static void add_list(Amounts *sum, const Amounts *more)
{
    for (uint32_t i = 0; i < more->len; i++) {
        Amount *there = amounts_find(sum, more->at[i].name);
        if (there)
            quantity_add(&there->quantity, &more->at[i].quantity);
        else
            amounts_add(sum, more->at[i]);
    }
}

/* maxResourceList */
static void max_list(Amounts *most, const Amounts *other)
{
    for (uint32_t i = 0; i < other->len; i++) {
        Amount *there = amounts_find(most, other->at[i].name);
        if (!there)
            amounts_add(most, other->at[i]);
        else if (quantity_compare(&other->at[i].quantity, &there->quantity) > 0)
            *there = other->at[i];
    }
}

static const Amounts *list_of(const Resources *resources, bool limits)
{
    return limits ? &resources->limits : &resources->requests;
}

/* Init containers run one after the other, each beside those that go on. */
static void sum_containers(const Facts *facts, const AdmittedPod *pod,
                           const Resources *containers, bool limits, Amounts *sum)
{
    Amounts beside = {0}, most = {0};
    for (uint32_t i = 0; i < pod->container_count; i++)
        if (facts->containers.at[pod->containers + i].part == POD_CONTAINER)
            add_list(sum, list_of(&containers[i], limits));
    for (uint32_t i = 0; i < pod->container_count; i++) {
        const ContainerFact *container = &facts->containers.at[pod->containers + i];
        const Amounts *own = list_of(&containers[i], limits);
        if (container->part != POD_INIT)
            continue;
        if (container->restarts) {
            add_list(sum, own);
            add_list(&beside, own);
            max_list(&most, &beside);
        } else {
            Amounts together = {0};
            add_list(&together, own);
            add_list(&together, &beside);
            max_list(&most, &together);
            vec_free(&together);
        }
    }
    max_list(sum, &most);
    vec_free(&beside);
    vec_free(&most);
}

/* What the Pod itself says of CPU and memory counts; its limits stand for requests that
 * nobody gives. */
static void override(const Facts *facts, const Resources *own, Resources *sum)
{
    static const Str NAMES[] = {STR_INIT("cpu"), STR_INIT("memory")};
    for (size_t i = 0; i < BASE_COUNT(NAMES); i++) {
        uint32_t name = interner_find(facts->strings, NAMES[i]);
        const Amount *request = amounts_find(&own->requests, name);
        const Amount *limit = amounts_find(&own->limits, name);
        Amount *there = amounts_find(&sum->requests, name);
        if (request && there)
            *there = *request;
        else if (request || (limit && !there))
            amounts_add(&sum->requests, request ? *request : *limit);
        there = amounts_find(&sum->limits, name);
        if (limit && there)
            *there = *limit;
        else if (limit)
            amounts_add(&sum->limits, *limit);
    }
}

void resources_of_pod(const Facts *facts, const AdmittedPod *pod, const Resources *containers,
                      Resources *sum)
{
    sum_containers(facts, pod, containers, false, &sum->requests);
    sum_containers(facts, pod, containers, true, &sum->limits);
    for (uint32_t i = 0; i < pod->container_count; i++)
        if (facts->containers.at[pod->containers + i].part == POD_ITSELF)
            override(facts, &containers[i], sum);
}
