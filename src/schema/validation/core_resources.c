/* core_resources.c: the names of resources (pkg/apis/core/helper), ResourceQuotas and
 * LimitRanges (pkg/apis/core/validation). */
#include "schema/validation/core_parts.h"

/* ---- names ---- */

/* What Kubernetes knows by its whole name: what computes, and what is counted. */
enum { COMPUTES = 1 << 0, COUNTED = 1 << 1 };

static unsigned known_as(Str name)
{
    static const struct {
        uint8_t as, len;
        char text[28];
    } KNOWN[] = {
#define RESOURCE(as, text) {as, sizeof(text) - 1, text}
        RESOURCE(COMPUTES, "cpu"), RESOURCE(COMPUTES, "memory"),
        RESOURCE(COMPUTES, "ephemeral-storage"), RESOURCE(COMPUTES, "requests.cpu"),
        RESOURCE(COMPUTES, "requests.memory"), RESOURCE(COMPUTES, "requests.storage"),
        RESOURCE(COMPUTES, "requests.ephemeral-storage"), RESOURCE(COMPUTES, "limits.cpu"),
        RESOURCE(COMPUTES, "limits.memory"), RESOURCE(COMPUTES, "limits.ephemeral-storage"),
        RESOURCE(COUNTED, "pods"), RESOURCE(COUNTED, "resourcequotas"),
        RESOURCE(COUNTED, "services"), RESOURCE(COUNTED, "replicationcontrollers"),
        RESOURCE(COUNTED, "secrets"), RESOURCE(COUNTED, "configmaps"),
        RESOURCE(COUNTED, "persistentvolumeclaims"), RESOURCE(COUNTED, "services.nodeports"),
        RESOURCE(COUNTED, "services.loadbalancers"),
#undef RESOURCE
    };
    for (size_t i = 0; i < BASE_COUNT(KNOWN); i++)
        if (str_eq(name, str_slice(KNOWN[i].text, KNOWN[i].len)))
            return KNOWN[i].as;
    return 0;
}

static bool has_prefix(Str name)
{
    return str_find(name, '/') < name.len;
}

bool resource_is_native(Str name)
{
    return !has_prefix(name) || str_contains(name, STR("kubernetes.io/"));
}

bool resource_is_huge_page(Str name) { return str_starts(name, STR("hugepages-")); }

static bool is_quota_huge_page(Str name)
{
    return resource_is_huge_page(name) || str_starts(name, STR("requests.hugepages-"));
}

bool resource_is_extended(Str name)
{
    char whole[512];
    static const char REQUESTS[] = "requests.";
    size_t len = sizeof REQUESTS - 1 + name.len;
    if (resource_is_native(name) || str_starts(name, STR("requests.")) || len > sizeof whole)
        return false;
    memcpy(whole, REQUESTS, sizeof REQUESTS - 1);
    memcpy(whole + sizeof REQUESTS - 1, name.ptr, name.len);
    return !format_qualified_name(str_slice(whole, len));
}

bool resource_is_integer(Str name)
{
    unsigned as = known_as(name);
    return as ? as == COUNTED : resource_is_extended(name);
}

bool resource_is_overcommit_allowed(Str name)
{
    return resource_is_native(name) && !resource_is_huge_page(name);
}

bool resource_is_standard_quota(Str name)
{
    return known_as(name) || is_quota_huge_page(name);
}

static bool is_standard(Str name)
{
    return resource_is_standard_quota(name) || str_is(name, "storage");
}

bool validate_resource_name(Validation *v, Field key)
{
    Str name = node_str(v->doc, key.node);
    const char *wrong = format_qualified_name(name);
    if (wrong) {
        validation_invalid(v, key, "%s", wrong);
        return false;
    }
    if (has_prefix(name) || is_standard(name))
        return true;
    validation_invalid(v, key, "must be a resource that Kubernetes knows, or have a prefix");
    return false;
}

void validate_resource_quota_resource_name(Validation *v, Field key)
{
    Str name = node_str(v->doc, key.node);
    if (validate_resource_name(v, key) && !has_prefix(name) && !resource_is_standard_quota(name))
        validation_invalid(v, key, "must be a resource that quotas know");
}

bool resource_is_of_container(Str name)
{
    if (format_qualified_name(name))
        return false;
    if (!has_prefix(name))
        return resource_is_plain(name) || resource_is_huge_page(name);
    return resource_is_native(name) || resource_is_extended(name);
}

void validate_limit_range_container_resource_name(Validation *v, Field key)
{
    Str name = node_str(v->doc, key.node);
    if (!validate_resource_name(v, key))
        return;
    if (!has_prefix(name)) {
        if (!resource_is_plain(name) && !resource_is_huge_page(name))
            validation_invalid(v, key, "must be a resource of containers");
    } else if (!resource_is_native(name) && !resource_is_extended(name)) {
        validation_invalid(v, key, "must be named as extended resources are");
    }
}

void validate_resource_quantity_value(Validation *v, Str name, Field field)
{
    validation_nonnegative_quantity(v, field);
    if (!resource_is_integer(name))
        return;
    Quantity quantity = field_quantity(v, field);
    if (!quantity_is_whole(&quantity))
        validation_invalid(v, field, "must be a whole number");
}

/* ---- ResourceQuota ---- */

#define QUOTA_SCOPES_29 \
    "Terminating,NotTerminating,BestEffort,NotBestEffort,PriorityClass,CrossNamespacePodAffinity"

static bool is_scope(const Validation *v, Str scope)
{
    return word_is_one_of(scope, QUOTA_SCOPES_29) ||
           ((v->versions & VALIDATION_SINCE(34)) && str_is(scope, "VolumeAttributesClass"));
}

/* IsResourceQuotaScopeValidForResource */
static bool scope_holds_for(Str scope, Str resource)
{
    if (str_is(scope, "BestEffort"))
        return str_is(resource, "pods");
    if (word_is_one_of(scope, QUOTA_SCOPES_29))
        return word_is_one_of(resource, "pods,cpu,memory,limits.cpu,limits.memory,requests.cpu,"
                                        "requests.memory");
    if (str_is(scope, "VolumeAttributesClass"))
        return word_is_one_of(resource, "persistentvolumeclaims,requests.storage");
    return true;
}

/* What scopes and the scope selector share: a scope and the resources that it goes with.
 * The server names the list, or what as_path says. */
static void validate_scope(Validation *v, Field spec, Field scope, Field list,
                           const char *scope_path)
{
    Str text = field_text(v, scope);
    if (!is_scope(v, text))
        validation_as(v, validation_invalid(v, scope, "is no scope of a quota"), list, "%s",
                      scope_path);
    for (Entries at = entries_of(v, GET(spec, hard)); entries_next(v, &at);) {
        if (!resource_is_standard_quota(at.key) || scope_holds_for(text, at.key))
            continue;
        validation_as(v, validation_invalid(v, scope, "does not go with the resource %.*s",
                                            STR_ARG(at.key)),
                      list, NULL);
        return; /* one is enough to know */
    }
}

typedef struct ScopeSet {
    bool best_effort, not_best_effort, terminating, not_terminating;
} ScopeSet;

static void add_scope(ScopeSet *set, Str scope)
{
    set->best_effort |= str_is(scope, "BestEffort");
    set->not_best_effort |= str_is(scope, "NotBestEffort");
    set->terminating |= str_is(scope, "Terminating");
    set->not_terminating |= str_is(scope, "NotTerminating");
}

static void validate_scope_set(Validation *v, const ScopeSet *set, Field list)
{
    if (set->best_effort && set->not_best_effort)
        validation_invalid(v, list, "may not have both BestEffort and NotBestEffort");
    if (set->terminating && set->not_terminating)
        validation_invalid(v, list, "may not have both Terminating and NotTerminating");
}

/* validateResourceQuotaScopes */
static void validate_resource_quota_scopes(Validation *v, Field spec)
{
    Field scopes = GET(spec, scopes);
    ScopeSet set = {0};
    for (Items i = items_of(v, scopes); items_next(v, &i);) {
        validate_scope(v, spec, i.item, scopes, "");
        add_scope(&set, field_text(v, i.item));
    }
    validate_scope_set(v, &set, scopes);
}

/* validateScopedResourceSelectorRequirement: the server names no index. */
static void validate_scope_requirement(Validation *v, Field list, Field requirement)
{
    Field operator = GET(requirement, operator), values = GET(requirement, values);
    Field name = GET(requirement, scopeName);
    bool exists = field_text_is(v, operator, "Exists");
    if (word_is_one_of(field_text(v, name), "BestEffort,NotBestEffort,Terminating,NotTerminating,"
                                            "CrossNamespacePodAffinity") && !exists)
        validation_as(v, validation_invalid(v, operator, "must be Exists for scope %.*s",
                                            STR_ARG(field_text(v, name))), list, ".operator");
    if (word_is_one_of(field_text(v, operator), "In,NotIn")) {
        if (field_length(v, values) == 0)
            validation_as(v, validation_required(v, values, "In and NotIn need values"), list,
                          ".values");
    } else if (exists || field_text_is(v, operator, "DoesNotExist")) {
        if (field_length(v, values) > 0)
            validation_as(v, validation_invalid(v, values, "must be left out with Exists and "
                                                           "DoesNotExist"), list, ".values");
    } else {
        validation_as(v, validation_invalid(v, operator, "must be In, NotIn, Exists or DoesNotExist"),
                      list, ".operator");
    }
}

static void validate_scope_selector(Validation *v, Field spec)
{
    Field list = FIELD_PATH(v, spec, SCHEMA_NAME_scopeSelector, SCHEMA_NAME_matchExpressions);
    ScopeSet set = {0};
    for (Items i = items_of(v, list); items_next(v, &i);) {
        validate_scope(v, spec, GET(i.item, scopeName), list, ".scopeName");
        validate_scope_requirement(v, list, i.item);
        add_scope(&set, field_text(v, GET(i.item, scopeName)));
    }
    validate_scope_set(v, &set, list);
}

/* WarningsOnCreate of pkg/registry/core/resourcequota */
static void warn_of_resource_quota(Validation *v, Field hard)
{
    static const char *const PAIRS[][3] = {
        {"requests.cpu", "cpu", "limits.cpu"},
        {"requests.memory", "memory", "limits.memory"},
        {"requests.storage", NULL, "limits.storage"},
        {"requests.ephemeral-storage", NULL, "limits.ephemeral-storage"},
    };
    for (size_t i = 0; i < BASE_COUNT(PAIRS); i++) {
        Field request = field_entry(v, hard, PAIRS[i][0]);
        Field limit = field_entry(v, hard, PAIRS[i][2]);
        if (!field_given(request) && PAIRS[i][1])
            request = field_entry(v, hard, PAIRS[i][1]);
        Quantity low = field_quantity(v, request), high = field_quantity(v, limit);
        if (field_given(request) && field_given(limit) && quantity_compare(&low, &high) > 0)
            validation_warning(v, request, "is more than %s", PAIRS[i][2]);
    }
}

/* ValidateResourceQuota; the status is dropped before. */
void validate_resource_quota(Validation *v, Field quota)
{
    Field spec = GET(quota, spec);
    for (Entries at = entries_of(v, GET(spec, hard)); entries_next(v, &at);) {
        validate_resource_quota_resource_name(v, field_key(at.at));
        validate_resource_quantity_value(v, at.key, at.value);
    }
    validate_resource_quota_scopes(v, spec);
    validate_scope_selector(v, spec);
    warn_of_resource_quota(v, GET(spec, hard));
}

/* ---- LimitRange ---- */

/* The maps of one item, and what SetDefaults_LimitRangeItem makes of them. */
typedef struct Limits {
    Field max, min, defaults, requests, ratios;
    bool container;
} Limits;

/* The amount that a map has for a resource. */
typedef struct Amount {
    Field at;
    bool there;
    Quantity quantity;
} Amount;

static Amount amount_of(const Validation *v, Field map, Str key)
{
    Amount amount = {.at = entries_get(v, map, key)};
    amount.there = amount.at.above != map.above; /* a null one, too */
    amount.quantity = field_quantity(v, amount.at);
    return amount;
}

static Amount default_of(const Validation *v, const Limits *limits, Str key)
{
    Amount amount = amount_of(v, limits->defaults, key);
    return amount.there || !limits->container ? amount : amount_of(v, limits->max, key);
}

static Amount request_of(const Validation *v, const Limits *limits, Str key)
{
    Amount amount = amount_of(v, limits->requests, key);
    if (amount.there || !limits->container)
        return amount;
    amount = default_of(v, limits, key);
    return amount.there ? amount : amount_of(v, limits->min, key);
}

static bool is_more(const Amount *a, const Amount *b)
{
    return a->there && b->there && quantity_compare(&a->quantity, &b->quantity) > 0;
}

/* The ratio of limit and request may not be beyond what max and min leave. */
static bool is_beyond_limits(const Quantity *ratio, const Quantity *min, const Quantity *max)
{
    const int64_t MILLI_MOST = INT64_MAX / 1000;
    double most = (double)quantity_value(ratio);
    double bottom = (double)quantity_value(min), top = (double)quantity_value(max);
    if (quantity_value(ratio) < MILLI_MOST && quantity_value(min) < MILLI_MOST &&
        quantity_value(max) < MILLI_MOST) {
        most = (double)quantity_milli_value(ratio) / 1000;
        bottom = (double)quantity_milli_value(min);
        top = (double)quantity_milli_value(max);
    }
    /* As floats divide: 0/0 is no number, and no number is more than it. */
    if (!(bottom < 0 || bottom > 0))
        return top < 0;
    return most > top / bottom;
}

/* A wrong amount is pointed at where it stands, and named as the server has it. */
typedef struct LimitCheck {
    Validation *v;
    Field item;
    Str key;
} LimitCheck;

static void limit_is_wrong(const LimitCheck *check, const Amount *amount, const char *map,
                           const char *why)
{
    validation_as(check->v, validation_invalid(check->v, amount->at, "%s", why), check->item,
                  ".%s[%.*s]", map, STR_ARG(check->key));
}

static void validate_limits_of(Validation *v, Field item, const Limits *limits, Str key)
{
    static const char REQUEST[] = "defaultRequest", RATIO[] = "maxLimitRequestRatio";
    LimitCheck check = {v, item, key};
    Amount min = amount_of(v, limits->min, key), max = amount_of(v, limits->max, key);
    Amount preset = default_of(v, limits, key), request = request_of(v, limits, key);
    Amount ratio = amount_of(v, limits->ratios, key);
    if (is_more(&min, &max))
        limit_is_wrong(&check, &min, "min", "may not be more than max");
    if (is_more(&min, &request))
        limit_is_wrong(&check, &request, REQUEST, "may not be less than min");
    if (is_more(&request, &max))
        limit_is_wrong(&check, &request, REQUEST, "may not be more than max");
    if (is_more(&request, &preset))
        limit_is_wrong(&check, &request, REQUEST, "may not be more than default");
    if (is_more(&min, &preset))
        limit_is_wrong(&check, &preset, "default", "may not be less than min");
    if (is_more(&preset, &max))
        limit_is_wrong(&check, &preset, "default", "may not be more than max");
    Quantity one = quantity_of_int(1);
    if (ratio.there && quantity_compare(&ratio.quantity, &one) < 0)
        limit_is_wrong(&check, &ratio, RATIO, "may not be less than 1");
    if (ratio.there && min.there && max.there &&
        is_beyond_limits(&ratio.quantity, &min.quantity, &max.quantity))
        limit_is_wrong(&check, &ratio, RATIO, "may not be more than max divided by min");
    if (!resource_is_overcommit_allowed(key) &&
        (is_more(&preset, &request) || is_more(&request, &preset)))
        limit_is_wrong(&check, &request, REQUEST,
                       "must be equal to default for what cannot be overcommitted");
}

/* Names of the resources, and each resource once, at the first map that has it. */
static void validate_limit_map(Validation *v, Field item, const Limits *limits, Field map,
                               bool of_containers, Seen *keys)
{
    Field first;
    for (Entries at = entries_of(v, map); entries_next(v, &at);) {
        Field key = field_key(at.at);
        if (of_containers)
            validate_limit_range_container_resource_name(v, key);
        else
            validate_resource_name(v, key);
        if (!seen_before(v, keys, at.key, key, &first))
            validate_limits_of(v, item, limits, at.key);
    }
}

/* validateLimitRangeTypeName */
static void validate_limit_range_type_name(Validation *v, Field type)
{
    Str text = field_text(v, type);
    const char *wrong = format_qualified_name(text);
    if (wrong)
        validation_invalid(v, type, "%s", wrong);
    else if (!has_prefix(text) && !word_is_one_of(text, "Pod,Container,PersistentVolumeClaim"))
        validation_invalid(v, type, "must be Pod, Container or PersistentVolumeClaim, or have a prefix");
}

static void validate_limit_range_item(Validation *v, Field item)
{
    Field type = GET(item, type);
    bool pod = field_text_is(v, type, "Pod"), container = field_text_is(v, type, "Container");
    Limits limits = {GET(item, max), GET(item, min), GET(item, default), GET(item, defaultRequest),
                     GET(item, maxLimitRequestRatio), container};
    Seen keys = {0};
    if (pod && field_length(v, limits.defaults) > 0)
        validation_forbidden(v, limits.defaults, "limits of type Pod have none");
    if (pod && field_length(v, limits.requests) > 0)
        validation_forbidden(v, limits.requests, "limits of type Pod have none");
    if (pod) {
        limits.defaults.node = BASE_NONE;
        limits.requests.node = BASE_NONE;
    }
    bool strict = pod || container;
    validate_limit_map(v, item, &limits, limits.max, strict, &keys);
    validate_limit_map(v, item, &limits, limits.min, strict, &keys);
    validate_limit_map(v, item, &limits, limits.defaults, strict, &keys);
    validate_limit_map(v, item, &limits, limits.requests, strict, &keys);
    if (field_text_is(v, type, "PersistentVolumeClaim") &&
        !amount_of(v, limits.min, STR("storage")).there &&
        !amount_of(v, limits.max, STR("storage")).there)
        validation_as(v, validation_other(v, item, "FieldValueRequired",
                                          "must have min or max of storage, since it is for "
                                          "PersistentVolumeClaims"),
                      item, ".limits");
    validate_limit_map(v, item, &limits, limits.ratios, strict, &keys);
}

/* ValidateLimitRange */
void validate_limit_range(Validation *v, Field range)
{
    Field list = FIELD_PATH(v, range, SCHEMA_NAME_spec, SCHEMA_NAME_limits), first;
    Seen types = {0};
    for (Items i = items_of(v, list); items_next(v, &i);) {
        Field type = GET(i.item, type);
        validate_limit_range_type_name(v, type);
        if (seen_before(v, &types, field_text(v, type), type, &first))
            validation_duplicate(v, type, first);
        validate_limit_range_item(v, i.item);
    }
}
