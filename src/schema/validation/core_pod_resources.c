/* core_pod_resources.c: what containers and whole Pods ask for, as
 * validateResourceRequirements, validatePodResources and validatePodResourceClaims of
 * pkg/apis/core/validation have it.
 *
 * Quantities count as SetDefaults_ResourceList leaves them, rounded up to thousandths. */
#include "schema/validation/core_pod.h"

static Quantity amount_of(const Validation *v, Field field)
{
    Quantity quantity = field_quantity(v, field);
    quantity_round_up(&quantity, -3);
    return quantity;
}

/* ---- names ---- */

static bool has_slash(Str name) { return str_find(name, '/') < name.len; }

/* ValidateContainerResourceName */
static void validate_container_resource(Validation *v, Field key)
{
    Str name = node_str(v->doc, key.node);
    if (resource_is_plain(name) || !validate_resource_name(v, key))
        return;
    if (!has_slash(name)) {
        if (!resource_is_huge_page(name))
            validation_invalid(v, key, "must be a resource of containers: cpu, memory, "
                                       "ephemeral-storage or hugepages");
    } else if (!resource_is_native(name) && !resource_is_extended(name)) {
        validation_invalid(v, key, "must have the form of an extended resource");
    }
}

static bool is_pod_resource(Str name)
{
    return resource_is_cpu_or_memory(name) || resource_is_huge_page(name);
}

/* validatePodResourceName */
static void validate_pod_resource(Validation *v, Field key)
{
    if (validate_resource_name(v, key) && !is_pod_resource(node_str(v->doc, key.node)))
        validation_not_supported(v, key, "cpu,hugepages-,memory");
}

/* IsHugePageResourceValueDivisible */
static bool is_divisible(Str name, const Quantity *quantity)
{
    size_t prefix = sizeof "hugepages-" - 1;
    Quantity page;
    if (!quantity_parse(str_slice(name.ptr + prefix, name.len - prefix), &page) ||
        quantity_sign(&page) <= 0 || !quantity_is_whole(&page) || quantity_value(&page) == 0)
        return false;
    return quantity_value(quantity) % quantity_value(&page) == 0;
}

/* ---- limits and requests ---- */

typedef struct Requirements {
    Field whole, limits, requests;
    bool of_pod;
    bool computes;   /* cpu or memory is among them */
    bool huge_pages;
    bool fractions;  /* some plain resource's amount may be no whole number */
} Requirements;

/* What stands behind a point, up to three digits and nothing else; UINT64_MAX: something does. */
static uint64_t thousandths(Str text, size_t at)
{
    uint64_t sum = 0, unit = 1000;
    for (; at < text.len && is_digit(text.ptr[at]) && unit > 1; at++) {
        unit /= 10;
        sum += (uint64_t)(text.ptr[at] - '0') * unit;
    }
    return at == text.len ? sum : UINT64_MAX;
}

/* Digits behind a 0 are left to those who know what YAML makes of them. */
uint64_t resource_usual_amount(const Validation *v, Field field)
{
    enum { DIGITS_MOST = 9, SCALED_MOST = 7 }; /* of a number alone, and before a suffix */
    NodeKind kind = field_kind(v, field);
    if (kind != NODE_STRING && kind != NODE_INT && kind != NODE_FLOAT)
        return 0;
    Str text = node_str(v->doc, field.node);
    uint64_t sum = 0;
    size_t count = 0;
    for (; count < text.len && count < DIGITS_MOST && is_digit(text.ptr[count]); count++)
        sum = sum * 10 + (uint64_t)(text.ptr[count] - '0');
    if (count + 1 < text.len && text.ptr[count] == '.') {
        uint64_t rest = thousandths(text, count + 1);
        return rest == UINT64_MAX ? 0 : sum * 1000 + rest;
    }
    if (sum == 0 || text.ptr[0] == '0')
        return 0;
    size_t suffix = text.len - count;
    if (suffix && count > SCALED_MOST)
        return 0;
    char unit = suffix ? text.ptr[count] : 0;
    bool binary = suffix == 2 && text.ptr[count + 1] == 'i';
    if (suffix > 1 && !binary)
        return 0;
    switch (unit) {
    case 0: return sum * 1000;
    case 'm': return binary ? 0 : sum;
    case 'k': return binary ? 0 : sum * 1000000;
    case 'K': return binary ? sum * 1000 << 10 : 0;
    case 'M': return binary ? sum * 1000 << 20 : sum * 1000000000;
    case 'G': return binary ? sum * 1000 << 30 : sum * 1000000000000;
    default: return 0;
    }
}

/* What both lists have in common; returns the usual_amount. */
static uint64_t validate_amount(Validation *v, Requirements *all, const Entries *at)
{
    Field key = field_key(at->at);
    if (!all->of_pod && resource_is_plain(at->key)) {
        uint64_t usual = resource_usual_amount(v, at->value);
        all->computes |= resource_is_cpu_or_memory(at->key);
        all->fractions |= usual % 1000 != 0 || usual == 0 ? !str_is(at->key, "cpu") : 0;
        if (!usual)
            validation_nonnegative_quantity(v, at->value);
        return usual;
    }
    if (all->of_pod)
        validate_pod_resource(v, key);
    else
        validate_container_resource(v, key);
    validate_resource_quantity_value(v, at->key, at->value);
    all->computes |= resource_is_cpu_or_memory(at->key);
    if (!resource_is_huge_page(at->key))
        return 0;
    all->huge_pages = true;
    Quantity quantity = amount_of(v, at->value);
    if (!is_divisible(at->key, &quantity))
        validation_invalid(v, at->value, "must be a multiple of the size of its pages");
    return 0;
}

/* The server names the list, not the entry. */
static void validate_request(Validation *v, Requirements *all, const Entries *at, uint64_t usual)
{
    Field limit = entries_get(v, all->limits, at->key);
    if (usual && usual <= resource_usual_amount(v, limit))
        return;
    bool overcommit = resource_is_overcommit_allowed(at->key);
    if (!field_given(limit)) {
        if (!overcommit)
            validation_as(v, validation_required(v, all->limits, "%.*s needs a limit",
                                                 STR_ARG(at->key)),
                          all->whole, ".limits");
        return;
    }
    if (field_given(at->value) && str_eq(node_str(v->doc, at->value.node), node_str(v->doc, limit.node)))
        return;
    Quantity wanted = amount_of(v, at->value), most = amount_of(v, limit);
    int order = quantity_compare(&wanted, &most);
    if (order != 0 && !overcommit)
        validation_as(v, validation_invalid(v, at->value, "must be equal to the limit of %.*s",
                                            STR_ARG(at->key)),
                      all->whole, ".requests");
    else if (order > 0)
        validation_as(v, validation_invalid(v, at->value, "must not be more than the limit of %.*s",
                                            STR_ARG(at->key)),
                      all->whole, ".requests");
}

static void validate_requirements(Validation *v, Requirements *all)
{
    for (Entries at = entries_of(v, all->limits); entries_next(v, &at);)
        validate_amount(v, all, &at);
    for (Entries at = entries_of(v, all->requests); entries_next(v, &at);) {
        uint64_t usual = validate_amount(v, all, &at);
        validate_request(v, all, &at, usual);
    }
    if (all->huge_pages && !all->computes)
        validation_forbidden(v, all->whole, "huge pages alone, without cpu or memory");
}

/* ---- claims ---- */

static bool is_claim(const Validation *v, Field claims, Str name)
{
    for (Items i = items_of(v, claims); items_next(v, &i);)
        if (str_eq(field_text(v, GET(i.item, name)), name))
            return true;
    return false;
}

/* Whether an earlier item takes the same claim or request, or a part of this one. */
static bool is_taken(const Validation *v, Field claims, uint32_t index, Str name, Str request)
{
    for (Items i = items_of(v, claims); items_next(v, &i) && i.index < index;) {
        Str other = field_text(v, GET(i.item, request));
        if (str_eq(field_text(v, GET(i.item, name)), name) &&
            (other.len == 0 || request.len == 0 || str_eq(other, request)))
            return true;
    }
    return false;
}

/* validateResourceClaimNames */
static void validate_claim_names(Validation *v, Field claims, Field pod_claims)
{
    for (Items i = items_of(v, claims); items_next(v, &i);) {
        Field name = GET(i.item, name), request = GET(i.item, request);
        Str text = field_text(v, name);
        if (text.len == 0) {
            validation_as(v, validation_required(v, name, NULL), i.item, NULL);
            continue;
        }
        validation_optional_text(v, request, format_dns_label);
        if (is_taken(v, claims, i.index, text, field_text(v, request)))
            validation_duplicate(v, i.item, FIELD_NONE);
        if (!is_claim(v, pod_claims, text))
            validation_as(v, validation_not_found(v, name, "must be one of the Pod's resourceClaims"),
                          i.item, NULL);
    }
}

bool validate_container_resource_requirements(Validation *v, Field resources, Field pod_claims)
{
    if (!field_given(resources))
        return false;
    Requirements all = {.whole = resources, .limits = GET(resources, limits),
                        .requests = GET(resources, requests)};
    validate_requirements(v, &all);
    VALIDATION_ONLY(v, VALIDATION_SINCE(34))
        validate_claim_names(v, GET(resources, claims), pod_claims);
    return all.fractions;
}

void validate_overhead(Validation *v, Field overhead)
{
    validate_overhead_within(v, overhead, overhead);
}

/* validateOverhead: limits of their own; the server's path has a step more. */
void validate_overhead_within(Validation *v, Field overhead, Field base)
{
    if (!field_given(overhead))
        return;
    Requirements all = {.whole = overhead, .limits = overhead, .requests = FIELD_NONE};
    Rename before = validation_rename_below(v, overhead, base, STR(".limits"));
    validate_requirements(v, &all);
    validation_unrename(v, before);
}

/* validatePodResourceClaim */
static void validate_pod_resource_claim(Validation *v, Field claim, Seen *names)
{
    Field name = GET(claim, name), first;
    Field by_name = GET(claim, resourceClaimName), by_template = GET(claim, resourceClaimTemplateName);
    if (!validation_must_have(v, name))
        ;
    else if (seen_before(v, names, field_text(v, name), name, &first))
        validation_duplicate(v, name, first);
    else
        validation_optional_text(v, name, format_dns_label);
    if (field_given(by_name) == field_given(by_template))
        validation_invalid(v, claim, "must have one of resourceClaimName and "
                                     "resourceClaimTemplateName");
    validate_given_text(v, by_name, format_dns_subdomain);
    validate_given_text(v, by_template, format_dns_subdomain);
}

void validate_pod_resource_claims(Validation *v, const Pod *pod)
{
    Seen names = {0};
    if (!field_given(pod->claims))
        return;
    bool mirror = pod->is_pod && field_given(field_entry(v, pod->annotations, "kubernetes.io/config.mirror"));
    for (Items i = items_of(v, pod->claims); items_next(v, &i);) {
        if (mirror)
            /* The server names no field. */
            validation_as(v, validation_forbidden(v, i.item, "static Pods have none"),
                          field_root(v), "[]");
        else
            validate_pod_resource_claim(v, i.item, &names);
    }
}

/* ---- resources of the whole Pod ---- */

/* What one container asks of a resource; a Pod's containers ask for their limits where
 * they say nothing else. */
static bool container_amount(const Validation *v, const Pod *pod, Field container, Str name,
                             NameId list, Quantity *amount)
{
    Field resources = GET(container, resources);
    Field given = entries_get(v, field_get(v, resources, list), name);
    if (!field_given(given) && pod->is_pod && list == SCHEMA_NAME_requests)
        given = entries_get(v, GET(resources, limits), name);
    if (!field_given(given))
        return false;
    *amount = amount_of(v, given);
    return true;
}

/* AggregateContainerRequests, AggregateContainerLimits: containers run together, init
 * containers one after the other beside those that go on. */
static bool total_amount(const Validation *v, const Pod *pod, Str name, NameId list, Quantity *total)
{
    bool any = false;
    Quantity amount, beside = quantity_of_int(0), most = quantity_of_int(0);
    *total = quantity_of_int(0);
    for (Items i = items_of(v, pod->containers); items_next(v, &i);)
        if (container_amount(v, pod, i.item, name, list, &amount)) {
            quantity_add(total, &amount);
            any = true;
        }
    for (Items i = items_of(v, pod->init_containers); items_next(v, &i);) {
        if (!container_amount(v, pod, i.item, name, list, &amount))
            continue;
        any = true;
        if (field_text_is(v, GET(i.item, restartPolicy), "Always")) {
            quantity_add(total, &amount);
            quantity_add(&beside, &amount);
            amount = beside;
        } else {
            quantity_add(&amount, &beside);
        }
        if (quantity_compare(&amount, &most) > 0)
            most = amount;
    }
    if (quantity_compare(&most, total) > 0)
        *total = most;
    return any;
}

/* DefaultPodLevelResources: a limit without a request gets the containers' requests as
 * its request, which may be more. */
static void validate_default_requests(Validation *v, const Pod *pod, const Requirements *all)
{
    for (Entries at = entries_of(v, all->limits); entries_next(v, &at);) {
        Quantity most = amount_of(v, at.value), wanted;
        if (!is_pod_resource(at.key) || !resource_is_overcommit_allowed(at.key) ||
            field_given(entries_get(v, all->requests, at.key)) ||
            !total_amount(v, pod, at.key, SCHEMA_NAME_requests, &wanted))
            continue;
        if (quantity_compare(&wanted, &most) > 0)
            validation_as(v, validation_invalid(v, at.value, "must not be less than what the "
                                                             "containers request together"),
                          all->whole, ".requests");
    }
}

/* validatePodResourceConsistency */
static void validate_consistency(Validation *v, const Pod *pod, const Requirements *all)
{
    Quantity total, amount;
    for (Entries at = entries_of(v, all->requests); entries_next(v, &at);) {
        Quantity given = amount_of(v, at.value);
        if (total_amount(v, pod, at.key, SCHEMA_NAME_requests, &total) &&
            quantity_compare(&total, &given) > 0)
            validation_invalid(v, at.value,
                               "must not be less than what the containers request together");
    }
    for (Entries at = entries_of(v, all->limits); entries_next(v, &at);) {
        Quantity given = amount_of(v, at.value);
        if (resource_is_huge_page(at.key) &&
            total_amount(v, pod, at.key, SCHEMA_NAME_limits, &total) &&
            quantity_compare(&total, &given) > 0)
            validation_invalid(v, at.value, "must not be less than the containers' limits together");
        for (Items i = items_of(v, pod->containers); items_next(v, &i);) {
            if (!container_amount(v, pod, i.item, at.key, SCHEMA_NAME_limits, &amount) ||
                quantity_compare(&amount, &given) <= 0)
                continue;
            Field limit = entries_get(v, FIELD_PATH(v, i.item, SCHEMA_NAME_resources,
                                                    SCHEMA_NAME_limits), at.key);
            validation_as(v, validation_invalid(v, limit, "must not be more than the Pod's own limit"),
                          all->whole, ".containers[%u][%.*s].limits", i.index, STR_ARG(at.key));
        }
    }
}

void validate_pod_resources(Validation *v, const Pod *pod)
{
    Field resources = OF(&pod->of, resources);
    if (!field_given(resources))
        return;
    if (str_is(pod->os, "windows")) {
        validation_forbidden(v, resources, "a Windows Pod has none");
        return;
    }
    if (field_given(GET(resources, claims)))
        validation_forbidden(v, GET(resources, claims), "claims are for containers");
    Requirements all = {.whole = resources, .limits = GET(resources, limits),
                        .requests = GET(resources, requests), .of_pod = true};
    validate_requirements(v, &all);
    validate_claim_names(v, GET(resources, claims), pod->claims);
    if (pod->is_pod)
        validate_default_requests(v, pod, &all);
    validate_consistency(v, pod, &all);
}
