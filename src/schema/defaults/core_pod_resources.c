/* core_pod_resources.c: requests and limits of a Pod as a whole, worked out of those of its
 * containers: DefaultPodLevelResources of pkg/api/pod, and the sums of
 * k8s.io/component-helpers/resource. */
#include "schema/defaults/canonical.h"
#include "schema/defaults/defaults.h"

static void add_list(Normal *n, Value *sum, const Value *more)
{
    for (VALUE_EACH(amount, more)) {
        const Value *have = value_entry(sum, amount->key);
        value_set_entry(n, sum, amount->key,
                        have ? canonical_sum(have->text, amount->text, n->arena) : amount->text);
    }
}

static void max_list(Normal *n, Value *most, const Value *other)
{
    for (VALUE_EACH(amount, other)) {
        const Value *have = value_entry(most, amount->key);
        if (!have || canonical_compare(amount->text, have->text) > 0)
            value_set_entry(n, most, amount->key, amount->text);
    }
}

/* aggregateContainerResourcesByFn: what runs at once, or an init container with the
 * restartable ones before it where that is more.  Like is any list of amounts. */
static Value *aggregate(Normal *n, const Value *spec, NameId list, const Value *like)
{
    Value *sum = value_new(n, NODE_MAP, like->type, NULL);
    Value *sidecars = value_new(n, NODE_MAP, like->type, NULL);
    Value *most = value_new(n, NODE_MAP, like->type, NULL);
    for (VALUE_EACH(container, VALUE_GET(spec, containers)))
        add_list(n, sum, value_get(VALUE_GET(container, resources), list));
    for (VALUE_EACH(container, VALUE_GET(spec, initContainers))) {
        const Value *own = value_get(VALUE_GET(container, resources), list);
        Value *together = sidecars;
        if (value_is(VALUE_GET(container, restartPolicy), "Always")) {
            add_list(n, sum, own);
            add_list(n, sidecars, own);
        } else {
            together = value_new(n, NODE_MAP, like->type, NULL);
            add_list(n, together, own);
            add_list(n, together, sidecars);
        }
        max_list(n, most, together);
    }
    max_list(n, sum, most);
    return sum;
}

static bool is_huge_page(Str name) { return str_starts(name, STR("hugepages-")); }
static bool is_supported(Str name)
{
    return str_is(name, "cpu") || str_is(name, "memory") || is_huge_page(name);
}

/* Whether all containers have a limit of it. */
static bool is_limited(const Value *spec, Str name)
{
    for (unsigned sort = 0; sort < CONTAINER_SORTS; sort++)
        for (VALUE_EACH(container, containers_of(spec, sort)))
            if (!value_entry(VALUE_GET(VALUE_GET(container, resources), limits), name))
                return false;
    return true;
}

void default_pod_level_resources(Normal *n, Value *spec)
{
    Value *resources = VALUE_GET(spec, resources);
    if (!normal_since(n, 34) || (!value_count(VALUE_GET(resources, requests)) &&
                                 !value_count(VALUE_GET(resources, limits))))
        return;
    Value *limits = VALUE_PUT(n, resources, limits), *requests = VALUE_PUT(n, resources, requests);
    const Value *all_limits = aggregate(n, spec, SCHEMA_NAME_limits, limits);
    for (VALUE_EACH(amount, all_limits))
        if (is_huge_page(amount->key) && !value_entry(requests, amount->key) &&
            !value_entry(limits, amount->key))
            value_set_entry(n, limits, amount->key, amount->text);
    for (VALUE_EACH(amount, aggregate(n, spec, SCHEMA_NAME_requests, limits)))
        if (is_supported(amount->key) && !is_huge_page(amount->key) &&
            !value_entry(requests, amount->key))
            value_set_entry(n, requests, amount->key, amount->text);
    for (VALUE_EACH(amount, limits))
        if (is_supported(amount->key) && !value_entry(requests, amount->key))
            value_set_entry(n, requests, amount->key, amount->text);
    for (VALUE_EACH(request, normal_since(n, 37) ? requests : NULL)) {
        const Value *limit = value_entry(all_limits, request->key);
        if (limit && is_supported(request->key) && !value_entry(limits, request->key) &&
            is_limited(spec, request->key))
            value_set_entry(n, limits, request->key,
                            canonical_compare(request->text, limit->text) > 0 ? request->text
                                                                              : limit->text);
    }
}
