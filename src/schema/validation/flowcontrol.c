/* flowcontrol.c: flow schemas and priority levels, as pkg/apis/flowcontrol/validation has
 * them. */
#include "schema/validation/admission.h"

/* ---- FlowSchemas ---- */

/* A subject has the part that its kind names, and no other.  False where that is missing. */
static bool validate_subject_part(Validation *v, Field part, bool wanted)
{
    if (wanted && !field_given(part))
        validation_required(v, part, "for this kind");
    else if (!wanted && field_given(part))
        validation_forbidden(v, part, "the kind is another");
    return wanted && field_given(part);
}

/* ValidateFlowSchemaSubject */
static void validate_flow_subject(Validation *v, Field subject)
{
    Field account = GET(subject, serviceAccount), user = GET(subject, user);
    Field group = GET(subject, group), kind = GET(subject, kind);
    Str word = field_text(v, kind);
    if (!word_is_one_of(word, "ServiceAccount,User,Group")) {
        validation_not_supported(v, kind, "ServiceAccount,User,Group");
        return;
    }
    if (validate_subject_part(v, account, str_is(word, "ServiceAccount"))) {
        Field name = GET(account, name);
        if (!field_text_is(v, name, "*"))
            validation_text(v, name, format_dns_subdomain);
        validation_text(v, GET(account, namespace), format_dns_label);
    }
    if (validate_subject_part(v, user, str_is(word, "User")))
        validation_must_have(v, GET(user, name));
    if (validate_subject_part(v, group, str_is(word, "Group")))
        validation_must_have(v, GET(group, name));
}

/* A list that is not empty, and has nothing else where it has "*"; whether it has that. */
static bool validate_star_list(Validation *v, Field list)
{
    bool star = list_has(v, list, "*");
    if (field_length(v, list) == 0)
        validation_required(v, list, NULL);
    else if (star && field_length(v, list) > 1)
        validation_invalid(v, list, "may have nothing else beside \"*\"");
    return star;
}

static void validate_verbs(Validation *v, Field verbs)
{
    static const char WORDS[] = "get,list,create,update,delete,deletecollection,patch,watch,proxy";
    if (validate_star_list(v, verbs))
        return;
    for (Items i = items_of(v, verbs); items_next(v, &i);)
        if (!word_is_one_of(field_text(v, i.item), WORDS)) {
            validation_as(v, validation_not_supported(v, i.item, WORDS), verbs, NULL);
            return;
        }
}

/* ValidateFlowSchemaResourcePolicyRule */
static void validate_resource_rule(Validation *v, Field rule)
{
    Field namespaces = GET(rule, namespaces);
    validate_verbs(v, GET(rule, verbs));
    validate_star_list(v, GET(rule, apiGroups));
    validate_star_list(v, GET(rule, resources));
    if (field_length(v, namespaces) == 0 && field_bool(v, GET(rule, clusterScope)))
        return;
    if (validate_star_list(v, namespaces))
        return;
    for (Items i = items_of(v, namespaces); items_next(v, &i);) {
        const char *wrong = format_dns_label(field_text(v, i.item));
        if (wrong)
            validation_invalid(v, i.item, "%s", wrong);
    }
}

/* ValidateNonResourceURLPath */
static const char *check_url_path(Str path)
{
    size_t star = str_find(path, '*');
    if (str_is(path, "/"))
        return NULL;
    if (path.len == 0 || path.ptr[0] != '/')
        return "must start with a slash";
    if (str_find(path, ' ') < path.len)
        return "may have no space";
    if (str_contains(path, STR("//")))
        return "may not have two slashes together";
    if (star < path.len && (star + 1 < path.len || path.ptr[star - 1] != '/'))
        return "may have a star only as its last part";
    return NULL;
}

/* ValidateFlowSchemaNonResourcePolicyRule */
static void validate_non_resource_rule(Validation *v, Field rule)
{
    Field urls = GET(rule, nonResourceURLs);
    validate_verbs(v, GET(rule, verbs));
    if (validate_star_list(v, urls))
        return;
    for (Items i = items_of(v, urls); items_next(v, &i);) {
        const char *wrong = check_url_path(field_text(v, i.item));
        if (wrong)
            validation_invalid(v, i.item, "%s", wrong);
    }
}

/* ValidateFlowSchemaPolicyRulesWithSubjects */
static void validate_flow_rule(Validation *v, Field rule)
{
    Field subjects = GET(rule, subjects);
    Field resources = GET(rule, resourceRules), urls = GET(rule, nonResourceRules);
    if (field_length(v, subjects) == 0)
        validation_required(v, subjects, NULL);
    for (Items i = items_of(v, subjects); items_next(v, &i);)
        validate_flow_subject(v, i.item);
    if (field_length(v, resources) == 0 && field_length(v, urls) == 0)
        validation_required(v, rule, "with resourceRules or nonResourceRules");
    for (Items i = items_of(v, resources); items_next(v, &i);)
        validate_resource_rule(v, i.item);
    for (Items i = items_of(v, urls); items_next(v, &i);)
        validate_non_resource_rule(v, i.item);
}

enum { PRECEDENCE_DEFAULT = 1000, PRECEDENCE_MOST = 10000 };

/* ---- the FlowSchemas that every cluster has: pkg/apis/flowcontrol/internalbootstrap ---- */

typedef struct FixedSchema {
    const char *name;          /* its own, and its priority level's */
    int64_t precedence;
    const char *method;        /* NULL: none */
    const char *groups[2];
} FixedSchema;

static const FixedSchema fixed_schemas[] = {
    {"exempt", 1, NULL, {"system:masters", NULL}},
    {"catch-all", 10000, "ByUser", {"system:unauthenticated", "system:authenticated"}},
};

/* A list that is ["*"]. */
static bool is_star(const Validation *v, Field list)
{
    return field_length(v, list) == 1 && field_text_is(v, items_at(v, list, 0), "*");
}

/* One rule for the groups, and all that can be asked for. */
static bool is_fixed_rule(const Validation *v, Field rule, const FixedSchema *fixed)
{
    Field subjects = GET(rule, subjects), resources = GET(rule, resourceRules);
    Field others = GET(rule, nonResourceRules);
    Field resource = items_at(v, resources, 0), other = items_at(v, others, 0);
    uint32_t groups = fixed->groups[1] ? 2 : 1;
    if (field_length(v, subjects) != groups || field_length(v, resources) != 1 ||
        field_length(v, others) != 1)
        return false;
    for (Items i = items_of(v, subjects); items_next(v, &i);)
        if (!field_text_is(v, GET(i.item, kind), "Group") ||
            !field_text_is(v, FIELD_PATH(v, i.item, SCHEMA_NAME_group, SCHEMA_NAME_name),
                           fixed->groups[i.index]))
            return false;
    return is_star(v, GET(resource, verbs)) && is_star(v, GET(resource, apiGroups)) &&
           is_star(v, GET(resource, resources)) && is_star(v, GET(resource, namespaces)) &&
           field_bool(v, GET(resource, clusterScope)) && is_star(v, GET(other, verbs)) &&
           is_star(v, GET(other, nonResourceURLs));
}

static bool is_fixed_schema(const Validation *v, Field schema, const FixedSchema *fixed)
{
    Field spec = GET(schema, spec), method = GET(spec, distinguisherMethod);
    Field level = FIELD_PATH(v, spec, SCHEMA_NAME_priorityLevelConfiguration, SCHEMA_NAME_name);
    Field rules = GET(spec, rules);
    bool same_method = fixed->method ? field_text_is(v, GET(method, type), fixed->method)
                                     : !field_given(method);
    return field_int(v, GET(spec, matchingPrecedence)) == fixed->precedence &&
           field_text_is(v, level, fixed->name) && same_method && field_length(v, rules) == 1 &&
           is_fixed_rule(v, items_at(v, rules, 0), fixed);
}

/* ValidateFlowSchemaSpec; 0 stands for the default. */
void validate_flow_schema(Validation *v, Field schema)
{
    Str name = field_text(v, FIELD_PATH(v, schema, SCHEMA_NAME_metadata, SCHEMA_NAME_name));
    for (size_t i = 0; i < BASE_COUNT(fixed_schemas); i++)
        if (str_is(name, fixed_schemas[i].name) && !is_fixed_schema(v, schema, &fixed_schemas[i]))
            validation_invalid(v, GET(schema, spec), "of %s must be as every cluster has it",
                               fixed_schemas[i].name);
    Field spec = GET(schema, spec), precedence = GET(spec, matchingPrecedence);
    Field method = GET(spec, distinguisherMethod);
    int64_t value = field_int(v, precedence);
    if (value != 0)
        validation_range(v, precedence, 1, PRECEDENCE_MOST);
    if (value == 1 && !field_text_is(v, FIELD_PATH(v, schema, SCHEMA_NAME_metadata,
                                                   SCHEMA_NAME_name), "exempt"))
        validation_invalid(v, precedence, "may be 1 only in the schema named exempt");
    if (field_given(method) && !word_is_one_of(field_text(v, GET(method, type)),
                                               "ByUser,ByNamespace"))
        validation_not_supported(v, GET(method, type), "ByUser,ByNamespace");
    validation_text(v, FIELD_PATH(v, spec, SCHEMA_NAME_priorityLevelConfiguration,
                                  SCHEMA_NAME_name), format_dns_subdomain);
    for (Items i = items_of(v, GET(spec, rules)); items_next(v, &i);)
        validate_flow_rule(v, i.item);
}

/* ---- PriorityLevelConfigurations ---- */

enum { QUEUES_DEFAULT = 64, HAND_DEFAULT = 8, QUEUES_MOST = 10 * 1000 * 1000 };

/* A number where 0 stands for the default. */
static int64_t int_or(const Validation *v, Field field, int64_t fallback)
{
    int64_t value = field_int(v, field);
    return value ? value : fallback;
}

/* Whether a hand of that size takes more than the 60 bits that a hash is good for: whether
 * queues to the power of the size is beyond 2 to the power of 60. */
static bool hand_is_too_large(int64_t queues, int64_t hand)
{
    int64_t product = 1;
    for (int64_t i = 0; i < hand && queues > 1; i++) {
        if (product > (INT64_C(1) << 60) / queues)
            return true;
        product *= queues;
    }
    return false;
}

/* ValidatePriorityLevelQueuingConfiguration */
static void validate_queuing(Validation *v, Field queuing)
{
    Field limit = GET(queuing, queueLengthLimit), hand = GET(queuing, handSize);
    int64_t queues = int_or(v, GET(queuing, queues), QUEUES_DEFAULT);
    int64_t size = int_or(v, hand, HAND_DEFAULT);
    if (field_int(v, limit) < 0)
        validation_invalid(v, limit, "must be 1 or more");
    if (queues < 1 || queues > QUEUES_MOST)
        validation_invalid(v, GET(queuing, queues), "must be from 1 to %d", QUEUES_MOST);
    if (size < 1)
        validation_invalid(v, hand, "must be 1 or more");
    else if (size > queues)
        validation_invalid(v, hand, "may not be more than queues");
    else if (hand_is_too_large(queues, size))
        validation_invalid(v, hand, "is too large for that many queues");
}

static void validate_known_response(Validation *v, Field response, bool in_full)
{
    Field type = GET(response, type), queuing = GET(response, queuing);
    bool queues = field_text_is(v, type, "Queue");
    if (field_is_empty(v, type) || in_full)
        validation_required_word(v, type, "Queue,Reject");
    if (!queues && field_given(queuing))
        validation_forbidden(v, queuing, "for type Queue alone");
    else if (queues && !field_given(queuing))
        validation_required(v, queuing, "for type Queue");
    else if (queues && in_full)
        validate_queuing(v, queuing);
}

/* ValidateLimitResponse; in full only where the level is limited.  Until 1.36 nothing was said
 * of the rest where the type is none. */
static void validate_limit_response(Validation *v, Field response, bool in_full)
{
    Field type = GET(response, type);
    bool known = in_full && word_is_one_of(field_text(v, type), "Queue,Reject");
    if (!known && in_full)
        VALIDATION_ONLY(v, VALIDATION_UNTIL(36))
            validation_not_supported(v, type, "Queue,Reject");
    VALIDATION_ONLY(v, known ? SCHEMA_ALL_VERSIONS : VALIDATION_SINCE(37))
        validate_known_response(v, response, in_full);
}

/* ValidateLimitedPriorityLevelConfiguration, ValidateExemptPriorityLevelConfiguration */
static void validate_shares(Validation *v, Field level)
{
    validation_nonnegative(v, GET(level, nominalConcurrencyShares));
    validation_range(v, GET(level, lendablePercent), 0, 100);
}

/* ValidateIfMandatoryPriorityLevelConfigurationObject: the two levels that every cluster has
 * stay as they are, but for what "exempt" says in spec.exempt. */
static bool is_as_fixed(const Validation *v, Field spec, Str name)
{
    Field limited = GET(spec, limited), response = GET(limited, limitResponse);
    if (str_is(name, "exempt"))
        return field_text_is(v, GET(spec, type), "Exempt") && !field_given(limited);
    if (!str_is(name, "catch-all"))
        return true;
    return field_text_is(v, GET(spec, type), "Limited") && !field_given(GET(spec, exempt)) &&
           field_int(v, GET(limited, nominalConcurrencyShares)) == 5 &&
           field_int(v, GET(limited, lendablePercent)) == 0 &&
           !field_given(GET(limited, borrowingLimitPercent)) &&
           field_text_is(v, GET(response, type), "Reject") &&
           !field_given(GET(response, queuing));
}

/* The annotation by which v1beta3 tells 0 from nothing means nothing to v1. */
void validate_priority_level_configuration(Validation *v, Field level)
{
    Field annotations = FIELD_PATH(v, level, SCHEMA_NAME_metadata, SCHEMA_NAME_annotations);
    Field zero = field_entry(v, annotations,
                             "flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares");
    if (field_given(zero))
        validation_as(v, validation_forbidden(v, zero, "it is for v1beta3 alone"), annotations,
                      NULL);
    validate_priority_level_configuration_v1beta3(v, level);
}

/* ValidatePriorityLevelConfigurationSpec; until 1.36 of a type that is one. */
static void validate_level_parts(Validation *v, Field spec)
{
    Field type = GET(spec, type), limited = GET(spec, limited), exempt = GET(spec, exempt);
    bool is_exempt = field_text_is(v, type, "Exempt");
    bool is_limited = field_text_is(v, type, "Limited");
    validation_required_word(v, type, "Exempt,Limited");
    if (is_limited && !field_given(limited))
        validation_required(v, limited, "for type Limited");
    else if (!is_limited && field_given(limited))
        validation_forbidden(v, limited, "for type Limited alone");
    if (!is_exempt && field_given(exempt))
        validation_forbidden(v, exempt, "for type Exempt alone");
    if (field_given(limited)) {
        validate_limit_response(v, GET(limited, limitResponse), is_limited);
        if (is_limited) {
            validate_shares(v, limited);
            validation_nonnegative(v, GET(limited, borrowingLimitPercent));
        }
    }
    if (is_exempt && field_given(exempt))
        validate_shares(v, exempt);
}

/* ValidatePriorityLevelConfiguration */
void validate_priority_level_configuration_v1beta3(Validation *v, Field level)
{
    Field spec = GET(level, spec), type = GET(spec, type);
    bool is_exempt = field_text_is(v, type, "Exempt");
    bool is_limited = field_text_is(v, type, "Limited");
    Field name = FIELD_PATH(v, level, SCHEMA_NAME_metadata, SCHEMA_NAME_name);
    if (field_text_is(v, name, "exempt") != is_exempt)
        validation_invalid(v, type, "is Exempt in the level named exempt, and nowhere else");
    VALIDATION_ONLY(v, is_limited || is_exempt ? 0 : VALIDATION_UNTIL(36))
        validation_not_supported(v, type, "Exempt,Limited");
    VALIDATION_ONLY(v, is_limited || is_exempt ? SCHEMA_ALL_VERSIONS : VALIDATION_SINCE(37))
        validate_level_parts(v, spec);
    if (!is_as_fixed(v, spec, field_text(v, name)))
        validation_invalid(v, spec, "must be what the server gives the level of that name");
}
