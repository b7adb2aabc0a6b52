/* admission.c: webhook configurations, and the rules and conditions that admission policies
 * share with them, as pkg/apis/admissionregistration/validation has them.
 *
 * Left to others: what of expressions needs their types. */
#include "schema/validation/admission.h"

bool list_has(const Validation *v, Field list, const char *word)
{
    for (Items i = items_of(v, list); items_next(v, &i);)
        if (str_is(field_text(v, i.item), word))
            return true;
    return false;
}

bool validate_not_blank(Validation *v, Field field)
{
    if (text_trimmed(field_text(v, field)).len > 0)
        return true;
    validation_required(v, field, NULL);
    return false;
}

void validate_expression(Validation *v, Field expression, const char *const variables[])
{
    if (!validate_not_blank(v, expression))
        return;
    validation_expression(v, expression, variables);
    validation_unchecked(v, 1);
}

void validate_static_suffix(Validation *v)
{
    Field name = FIELD_PATH(v, field_root(v), SCHEMA_NAME_metadata, SCHEMA_NAME_name);
    if (str_ends(field_text(v, name), STR(".static.k8s.io")))
        VALIDATION_ONLY(v, VALIDATION_SINCE(37))
            validation_invalid(v, name, "must not end in \".static.k8s.io\", which is kept for "
                                        "configuration in files of the server");
}

/* ---- rules ---- */

/* A list that stands for everything by "*" has nothing else. */
static void validate_lone_star(Validation *v, Field list)
{
    if (field_length(v, list) > 1 && list_has(v, list, "*"))
        validation_invalid(v, list, "may have nothing else beside \"*\"");
}

/* Whether a resource before that index covers this one: one that stands for all its parts, or
 * one that stands for this part of every resource.  Only what has a star can, so others are
 * passed over at once. */
static bool is_covered(const Validation *v, Field resources, uint32_t before, Str resource)
{
    size_t slash = str_find(resource, '/');
    Str sub = str_slice(resource.ptr + slash, resource.len - slash);
    for (Items i = items_of(v, resources); items_next(v, &i) && i.index < before;) {
        Str other = field_text(v, i.item);
        size_t other_slash = str_find(other, '/');
        if (other_slash == other.len || str_find(other, '*') == other.len)
            continue;
        Str other_sub = str_slice(other.ptr + other_slash, other.len - other_slash);
        if (str_is(other_sub, "/*") && str_eq(str_slice(other.ptr, other_slash),
                                              str_slice(resource.ptr, slash)))
            return true;
        if (other_slash == 1 && other.ptr[0] == '*' && str_eq(other_sub, sub))
            return true;
    }
    return false;
}

/* validateResources */
static void validate_resources(Validation *v, Field resources)
{
    bool has_all = false, has_star = false, has_star_part = false, last_is_plain = false;
    if (field_length(v, resources) == 0)
        validation_required(v, resources, NULL);
    for (Items i = items_of(v, resources); items_next(v, &i);) {
        Str text = field_text(v, i.item);
        if (text.len == 0) {
            validation_required(v, i.item, NULL);
            continue;
        }
        has_all |= str_is(text, "*/*");
        has_star |= str_is(text, "*");
        if (str_find(text, '/') == text.len) {
            last_is_plain = !str_is(text, "*");
            continue;
        }
        if (has_star_part && is_covered(v, resources, i.index, text))
            validation_invalid(v, i.item, "is covered by one before it");
        has_star_part |= str_find(text, '*') < text.len;
    }
    if (has_all && field_length(v, resources) > 1)
        validation_invalid(v, resources, "may have nothing else beside \"*/*\"");
    else if (has_star && last_is_plain)
        validation_invalid(v, resources, "may name no whole resource beside \"*\"");
}

/* validateRuleWithOperations, and validateRule */
void validate_rule_with_operations(Validation *v, Field rule)
{
    Field operations = GET(rule, operations), versions = GET(rule, apiVersions);
    if (field_length(v, operations) == 0)
        validation_required(v, operations, NULL);
    validate_lone_star(v, operations);
    for (Items i = items_of(v, operations); items_next(v, &i);)
        if (!word_is_one_of(field_text(v, i.item), "*,CREATE,UPDATE,DELETE,CONNECT"))
            validation_not_supported(v, i.item, "*,CREATE,UPDATE,DELETE,CONNECT");
    if (field_length(v, GET(rule, apiGroups)) == 0)
        validation_required(v, GET(rule, apiGroups), NULL);
    validate_lone_star(v, GET(rule, apiGroups));
    if (field_length(v, versions) == 0)
        validation_required(v, versions, NULL);
    validate_lone_star(v, versions);
    for (Items i = items_of(v, versions); items_next(v, &i);)
        validation_must_have(v, i.item);
    validate_resources(v, GET(rule, resources));
    validate_given_word(v, GET(rule, scope), "Cluster,Namespaced,*");
}

/* ---- match conditions ---- */

enum { MATCH_CONDITIONS_MOST = 64 };

void validate_match_conditions(Validation *v, Field conditions, const char *const variables[])
{
    Seen names = {0};
    Field first;
    if (field_length(v, conditions) > MATCH_CONDITIONS_MOST)
        validation_too_many(v, conditions, MATCH_CONDITIONS_MOST);
    for (Items i = items_of(v, conditions); items_next(v, &i);) {
        Field name = GET(i.item, name);
        Str text = field_text(v, name);
        validate_expression(v, GET(i.item, expression), variables);
        validation_text(v, name, format_qualified_name);
        if (text.len && seen_before(v, &names, text, name, &first))
            validation_duplicate(v, name, first);
    }
}

/* ---- webhooks ---- */

/* Of match conditions. */
static const char *const VARIABLES[] = {"object", "oldObject", "request", "authorizer",
                                        "namespaceObject", NULL};

/* validateAdmissionReviewVersions */
static void validate_admission_review_versions(Validation *v, Field versions)
{
    bool known = false;
    Seen seen = {0};
    Field first;
    if (field_length(v, versions) == 0) {
        validation_required(v, versions, "naming v1 or v1beta1");
        return;
    }
    for (Items i = items_of(v, versions); items_next(v, &i);) {
        Str text = field_text(v, i.item);
        const char *wrong = format_dns1035_label(text);
        known |= word_is_one_of(text, "v1,v1beta1");
        if (seen_before(v, &seen, text, i.item, &first))
            validation_invalid(v, i.item, "may not name a version twice");
        else if (wrong)
            validation_invalid(v, i.item, "%s", wrong);
    }
    if (!known)
        validation_invalid(v, versions, "must include v1 or v1beta1");
}

/* ValidateWebhookURL */
static void validate_client_url(Validation *v, Field field)
{
    Url url;
    if (!url_parse(field_text(v, field), &url)) {
        validation_required(v, field, "as a URL: https://HOST[/PATH]");
        return;
    }
    if (!str_is(text_lowered(v, url.scheme), "https"))
        validation_invalid(v, field, "must start with https://");
    else if (url.host.len == 0)
        validation_invalid(v, field, "must name a host");
    else if (url.has_user || url.fragment.len || url.query.len)
        validation_invalid(v, field, "may name no user, query or fragment");
}

/* The path of ValidateWebhookService: names with slashes between. */
static void validate_service_path(Validation *v, Field path)
{
    Str text = field_text(v, path);
    if (text.len == 0 || str_is(text, "/"))
        return;
    if (text.ptr[0] != '/') {
        validation_invalid(v, path, "must start with a slash");
        return;
    }
    Str rest = str_slice(text.ptr + 1, text.len - 1);
    if (rest.len > 1 && rest.ptr[rest.len - 1] == '/')
        rest.len--;
    for (bool more = true; more;) {
        size_t slash = str_find(rest, '/');
        if (format_dns_subdomain(str_slice(rest.ptr, slash))) {
            validation_invalid(v, path, "must be made of DNS names with slashes between them");
            return;
        }
        more = slash < rest.len;
        if (more)
            rest = str_slice(rest.ptr + slash + 1, rest.len - slash - 1);
    }
}

/* ValidateWebhookService is handed the name for the namespace and the other way round: the
 * server names the one where the other is missing. */
static void validate_service_name(Validation *v, Field service, Field field, const char *server)
{
    if (field_is_empty(v, field))
        validation_as(v, validation_required(v, field, NULL), service, "%s", server);
}

static void validate_client_config(Validation *v, Field config)
{
    Field url = GET(config, url), service = GET(config, service);
    if (field_given(url) == field_given(service)) {
        validation_required(v, config, "with either url or service");
    } else if (field_given(url)) {
        validate_client_url(v, url);
    } else {
        Field port = GET(service, port);
        validate_service_name(v, service, GET(service, name), ".namespace");
        validate_service_name(v, service, GET(service, namespace), ".name");
        if (field_given(port))
            validate_port_number(v, port);
        validate_service_path(v, GET(service, path));
    }
}

/* validateValidatingWebhook, validateMutatingWebhook */
static void validate_webhook(Validation *v, Field hook)
{
    Field effects = GET(hook, sideEffects), timeout = GET(hook, timeoutSeconds);
    validation_text(v, GET(hook, name), format_fully_qualified_name);
    for (Items i = items_of(v, GET(hook, rules)); items_next(v, &i);)
        validate_rule_with_operations(v, i.item);
    validate_given_word(v, GET(hook, failurePolicy), "Ignore,Fail");
    validate_given_word(v, GET(hook, matchPolicy), "Exact,Equivalent");
    if (!field_given(effects))
        validation_required(v, effects, "and is None or NoneOnDryRun");
    validate_given_word(v, effects, "None,NoneOnDryRun");
    if (field_given(timeout))
        validation_range(v, timeout, 1, 30);
    validate_label_selector(v, GET(hook, namespaceSelector), &(SelectorOptions){false});
    validate_label_selector(v, GET(hook, objectSelector), &(SelectorOptions){false});
    validate_client_config(v, GET(hook, clientConfig));
    validate_match_conditions(v, GET(hook, matchConditions), VARIABLES);
    validate_admission_review_versions(v, GET(hook, admissionReviewVersions));
}

static void validate_webhooks(Validation *v, Field configuration, bool mutating)
{
    Seen names = {0};
    Field first;
    for (Items i = items_of(v, GET(configuration, webhooks)); items_next(v, &i);) {
        Field name = GET(i.item, name);
        Str text = field_text(v, name);
        validate_webhook(v, i.item);
        if (mutating)
            validate_given_word(v, GET(i.item, reinvocationPolicy), "Never,IfNeeded");
        if (text.len && seen_before(v, &names, text, name, &first))
            validation_duplicate(v, name, first);
    }
}

/* ValidateValidatingWebhookConfiguration */
void validate_validating_webhook_configuration(Validation *v, Field configuration)
{
    validate_static_suffix(v);
    validate_webhooks(v, configuration, false);
}

/* ValidateMutatingWebhookConfiguration */
void validate_mutating_webhook_configuration(Validation *v, Field configuration)
{
    validate_static_suffix(v);
    validate_webhooks(v, configuration, true);
}
