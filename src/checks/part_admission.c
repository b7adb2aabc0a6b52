/* Facts of admission, copied into a part: Pods and claims as admission sees them, and
 * the Namespaces and LimitRanges that judge them. */
#include "checks/admission.h"
#include "checks/part_inside.h"

/* A sequence of resources with the places of its entries. */
static void copy_resources(Part *part, uint32_t *set, uint32_t *first_span)
{
    Facts *facts = part->facts;
    const Facts *whole = part->index->whole;
    if (*set == BASE_NONE)
        return;
    Seq entries = seq_at(&whole->resource_sets, *set);
    uint32_t first = facts->resource_spans.len;
    for (uint32_t i = 0; i < entries.count / RESOURCE_ENTRY; i++)
        vec_push(&facts->resource_spans, whole->resource_spans.at[*first_span + i]);
    *set = seq_intern(&facts->resource_sets, entries.at, entries.count);
    *first_span = first;
}

static void copy_pod(Part *part, const AdmittedPod *from)
{
    Facts *facts = part->facts;
    const Facts *whole = part->index->whole;
    AdmittedPod pod = *from;
    pod.object = part->object;
    pod.containers = facts->containers.len;
    pod.values = facts->security_values.len;
    for (uint32_t i = 0; i < pod.container_count; i++) {
        ContainerFact container = whole->containers.at[from->containers + i];
        copy_resources(part, &container.resources, &container.resource_spans);
        vec_push(&facts->containers, container);
    }
    for (uint32_t i = 0; i < pod.value_count; i++) {
        SecurityValue value = whole->security_values.at[from->values + i];
        value.container = value.container - from->containers + pod.containers;
        vec_push(&facts->security_values, value);
    }
    vec_push(&facts->admitted_pods, pod);
}

void part_copy_admission(Part *part, uint32_t origin)
{
    Facts *facts = part->facts;
    const Facts *whole = part->index->whole;
    FOR_EACH_OF(part->index->admitted_pods, origin, i)
        copy_pod(part, &whole->admitted_pods.at[i]);
    FOR_EACH_OF(part->index->admitted_claims, origin, i) {
        AdmittedClaim claim = whole->admitted_claims.at[i];
        claim.object = part->object;
        copy_resources(part, &claim.requests, &claim.request_spans);
        vec_push(&facts->admitted_claims, claim);
    }
    FOR_EACH_OF(part->index->namespaces, origin, i) {
        NamespaceFact namespace = whole->namespaces.at[i];
        namespace.object = part->object;
        vec_push(&facts->namespaces, namespace);
    }
    FOR_EACH_OF(part->index->limits, origin, i) {
        LimitFact limit = whole->limits.at[i];
        limit.object = part->object;
        vec_push(&facts->limits, limit);
    }
    FOR_EACH_OF(part->index->quotas, origin, i) {
        QuotaFact quota = whole->quotas.at[i];
        quota.object = part->object;
        vec_push(&facts->quotas, quota);
    }
}
