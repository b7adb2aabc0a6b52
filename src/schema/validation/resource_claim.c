/* resource_claim.c: device classes, claims of devices and their templates, as
 * pkg/apis/resource/validation has them.
 *
 * To the server every version is v1: what v1beta1 has at a request itself, v1 has at its
 * `exactly`.  Left to others: whether expressions compile (expressions.c). */
#include "schema/validation/resource.h"

#include "schema/validation/admission.h"

enum {
    REQUESTS_MOST = 32,
    ALTERNATIVES_MOST = 8,
    EXPRESSION_MOST = 10 * 1024,
    PARAMETERS_MOST = 10 * 1024,
};

/* ---- parts ---- */

/* cel is where bind() comes from, a macro that this environment alone has. */
static void validate_device_expression(Validation *v, Field expression)
{
    static const char *const VARIABLES[] = {"device", "cel", NULL};
    if (field_text(v, expression).len == 0) { /* which the server compiles as well */
        validation_invalid(v, expression, "may not be empty");
        return;
    }
    validation_expression(v, expression, VARIABLES);
    validation_unchecked(v, 1);
}

/* validateSelector, validateCELExpression */
void validate_device_selectors(Validation *v, Field selectors)
{
    if (!validate_list_length(v, selectors, RESOURCE_LIST_MOST))
        return;
    for (Items i = items_of(v, selectors); items_next(v, &i);) {
        Field cel = GET(i.item, cel), expression = GET(cel, expression);
        if (!field_given(cel))
            validation_required(v, cel, NULL);
        else if (field_text(v, expression).len > EXPRESSION_MOST)
            validation_too_long(v, expression, EXPRESSION_MOST);
        else
            validate_device_expression(v, expression);
    }
}

/* How many bytes a value has as JSON without blanks, escapes aside. */
static size_t json_length(const Validation *v, uint32_t value)
{
    const Document *doc = v->doc;
    size_t length = 0;
    uint32_t end = node_end(doc, value);
    for (uint32_t at = value; at < end; at++) {
        bool container = node_kind(doc, at) == NODE_MAP || node_kind(doc, at) == NODE_SEQ;
        bool quoted = node_kind(doc, at) == NODE_STRING || (node_at(doc, at)->flags & NODE_KEY);
        /* Brackets, and one comma less than items. */
        length += container ? (node_end(doc, at) > at + 1 ? 1 : 2)
                            : node_str(doc, at).len + (quoted ? 2 : 0);
        length += at > value; /* the colon or comma behind it */
    }
    return length;
}

/* validateDeviceConfiguration, validateOpaqueConfiguration, validateRawExtension */
void validate_device_configuration(Validation *v, Field config)
{
    Field opaque = GET(config, opaque), parameters = GET(opaque, parameters);
    if (!field_given(opaque)) {
        validation_required(v, opaque, NULL);
        return;
    }
    validate_csi_driver_name(v, GET(opaque, driver));
    if (!field_given(parameters))
        validation_required(v, parameters, NULL);
    else if (json_length(v, parameters.node) > PARAMETERS_MOST)
        validation_too_long(v, parameters, PARAMETERS_MOST);
    else if (node_kind(v->doc, parameters.node) != NODE_MAP)
        validation_invalid(v, parameters, "must be a map");
}

/* validateDeviceToleration */
static void validate_device_toleration(Validation *v, Field toleration)
{
    Field key = GET(toleration, key), operator = GET(toleration, operator);
    Field value = GET(toleration, value);
    validation_optional_text(v, key, format_label_key);
    if (field_text_is(v, operator, "Exists")) {
        if (!field_is_empty(v, value))
            validation_invalid(v, value, "must be empty, since operator is Exists");
    } else if (validation_optional_word(v, operator, "Equal,Exists")) {
        validation_optional_text(v, value, format_label_value); /* Equal is the default */
    }
    validation_optional_word(v, GET(toleration, effect), "NoExecute,NoSchedule,None");
}

/* validateDeviceAllocationMode, after the defaults: one exact device. */
static void validate_device_allocation_mode(Validation *v, Field request)
{
    Field mode = GET(request, allocationMode), count = GET(request, count);
    if (field_text_is(v, mode, "All")) {
        if (field_int(v, count) != 0)
            validation_invalid(v, count, "must not be given, since allocationMode is All");
    } else if (validation_optional_word(v, mode, "All,ExactCount") && field_int(v, count) < 0) {
        validation_invalid(v, count, "must be more than 0");
    }
}

/* What an exact request and an alternative have in common. */
static void validate_device_demand(Validation *v, Field demand)
{
    validation_text(v, GET(demand, deviceClassName), format_dns_subdomain);
    validate_device_selectors(v, GET(demand, selectors));
    validate_device_allocation_mode(v, demand);
    for (Items i = items_of(v, GET(demand, tolerations)); items_next(v, &i);)
        validate_device_toleration(v, i.item);
}

/* ---- requests ---- */

static void validate_request_name(Validation *v, Field name)
{
    validate_device_label(v, name, field_text(v, name), FIELD_NONE);
}

static void validate_alternatives(Validation *v, Field alternatives)
{
    if (!validate_list_length(v, alternatives, ALTERNATIVES_MOST))
        return;
    for (Items i = items_of(v, alternatives); items_next(v, &i);) {
        validate_request_name(v, GET(i.item, name));
        validate_device_demand(v, i.item);
    }
    validate_unique_texts(v, alternatives, SCHEMA_NAME_name);
}

/* v1alpha3 and v1beta1 have the parts of `exactly` at the request itself. */
static bool is_flat(const Validation *v)
{
    Str version = field_text(v, GET(field_root(v), apiVersion));
    return str_ends(version, STR("/v1beta1")) || str_ends(version, STR("/v1alpha3"));
}

/* hasAnyMainRequestFieldsSet */
static bool has_demand(const Validation *v, Field request)
{
    return !field_is_empty(v, GET(request, deviceClassName)) ||
           !field_is_empty(v, GET(request, allocationMode)) ||
           field_int(v, GET(request, count)) != 0 || field_given(GET(request, selectors)) ||
           field_given(GET(request, adminAccess)) || field_given(GET(request, tolerations)) ||
           field_given(GET(request, capacity)) || field_given(GET(request, derivedAttributes));
}

/* validateDeviceRequest */
static void validate_device_request(Validation *v, Field request)
{
    Field exactly = GET(request, exactly), alternatives = GET(request, firstAvailable);
    bool flat = is_flat(v), has_alternatives = field_length(v, alternatives) > 0;
    bool has_exactly = flat ? has_demand(v, request) : field_given(exactly);
    validate_request_name(v, GET(request, name));
    if (!has_exactly && !has_alternatives) {
        validation_required(v, request, "exactly or firstAvailable has to be given");
    } else if (has_exactly && has_alternatives) {
        validation_invalid(v, request, "may have only one of exactly and firstAvailable");
    } else if (has_alternatives) {
        validate_alternatives(v, alternatives);
    } else if (flat) {
        Rename before = validation_rename_below(v, request, request, STR(".exactly"));
        validate_device_demand(v, request);
        validation_unrename(v, before);
    } else {
        validate_device_demand(v, exactly);
    }
}

/* ---- what speaks of requests ---- */

/* Whether "request" or "request/alternative" is one of the claim's. */
static bool has_request(const Validation *v, Field requests, Str name)
{
    size_t slash = str_find(name, '/');
    Str own = str_slice(name.ptr, slash);
    Str sub = str_slice(name.ptr + slash + 1, slash < name.len ? name.len - slash - 1 : 0);
    for (Items i = items_of(v, requests); items_next(v, &i);) {
        if (!str_eq(field_text(v, GET(i.item, name)), own))
            continue;
        if (slash == name.len)
            return true;
        for (Items j = items_of(v, GET(i.item, firstAvailable)); items_next(v, &j);)
            if (str_eq(field_text(v, GET(j.item, name)), sub))
                return true;
    }
    return false;
}

/* validateRequestNameRef; several things wrong with one name are one finding. */
static void validate_request_name_ref(Validation *v, Field requests, Field ref)
{
    Str name = field_text(v, ref);
    size_t slash = str_find(name, '/');
    Str sub = str_slice(name.ptr + slash + 1, slash < name.len ? name.len - slash - 1 : 0);
    const char *wrong = format_dns_label(str_slice(name.ptr, slash));
    if (!wrong && slash < name.len)
        wrong = format_dns_label(sub);
    if (!wrong && !has_request(v, requests, name))
        wrong = "must be the name of a request of this claim, or REQUEST/ALTERNATIVE";
    if (wrong)
        validation_invalid(v, ref, "%s", wrong);
}

static void validate_request_refs(Validation *v, Field requests, Field refs)
{
    if (!validate_list_length(v, refs, REQUESTS_MOST))
        return;
    for (Items i = items_of(v, refs); items_next(v, &i);)
        validate_request_name_ref(v, requests, i.item);
    validate_unique_texts(v, refs, RESOURCE_ITEM_ITSELF);
}

/* validateDeviceConstraint */
static void validate_device_constraint(Validation *v, Field requests, Field constraint)
{
    Field match = GET(constraint, matchAttribute), distinct = GET(constraint, distinctAttribute);
    validate_request_refs(v, requests, GET(constraint, requests));
    if (field_given(match))
        validate_device_fully_qualified_name(v, match);
    if (field_given(distinct))
        VALIDATION_ONLY(v, VALIDATION_SINCE(36))
            validate_device_fully_qualified_name(v, distinct);
    if (!field_given(match) && !field_given(distinct))
        validation_required(v, constraint, "matchAttribute or distinctAttribute has to "
                                           "be given");
}

/* validateDeviceClaim */
static void validate_device_claim(Validation *v, Field claim)
{
    Field requests = GET(claim, requests), constraints = GET(claim, constraints);
    Field configs = GET(claim, config);
    if (validate_list_length(v, requests, REQUESTS_MOST)) {
        for (Items i = items_of(v, requests); items_next(v, &i);)
            validate_device_request(v, i.item);
        validate_unique_texts(v, requests, SCHEMA_NAME_name);
    }
    if (validate_list_length(v, constraints, RESOURCE_LIST_MOST))
        for (Items i = items_of(v, constraints); items_next(v, &i);)
            validate_device_constraint(v, requests, i.item);
    if (!validate_list_length(v, configs, RESOURCE_LIST_MOST))
        return;
    for (Items i = items_of(v, configs); items_next(v, &i);) {
        validate_request_refs(v, requests, GET(i.item, requests));
        validate_device_configuration(v, i.item);
    }
}

/* AuthorizedForAdmin: of a namespace without the label, which a reference cluster's are. The
 * server names no `exactly`, and no `spec` twice. */
static void authorized_for_admin(Validation *v, Field claim)
{
    for (Items i = items_of(v, GET(claim, requests)); items_next(v, &i);) {
        Field demand = is_flat(v) ? i.item : GET(i.item, exactly);
        Field access = GET(demand, adminAccess);
        if (!field_bool(v, access))
            continue;
        validation_as(v, validation_forbidden(v, access, "the namespace needs the label "
                                                         "resource.kubernetes.io/admin-access: "
                                                         "\"true\" for it"),
                      field_root(v), ".spec.devices.requests[%u].adminAccess", i.index);
        return;
    }
}

/* ---- kinds ---- */

/* ValidateResourceClaim */
void validate_resource_claim(Validation *v, Field object)
{
    Field claim = FIELD_PATH(v, object, SCHEMA_NAME_spec, SCHEMA_NAME_devices);
    VALIDATION_ONLY(v, VALIDATION_SINCE(34))
        authorized_for_admin(v, claim);
    validate_device_claim(v, claim);
}

/* ValidateResourceClaimTemplate */
void validate_resource_claim_template(Validation *v, Field object)
{
    Field spec = GET(object, spec);
    Field claim = FIELD_PATH(v, spec, SCHEMA_NAME_spec, SCHEMA_NAME_devices);
    VALIDATION_ONLY(v, VALIDATION_SINCE(34))
        authorized_for_admin(v, claim);
    validate_template_object_meta(v, GET(spec, metadata), "the claim gets it from its template");
    validate_device_claim(v, claim);
}

/* ValidateDeviceClass */
void validate_device_class(Validation *v, Field object)
{
    Field spec = GET(object, spec), configs = GET(spec, config);
    Field extended = GET(spec, extendedResourceName);
    validate_device_selectors(v, GET(spec, selectors));
    if (validate_list_length(v, configs, RESOURCE_LIST_MOST))
        for (Items i = items_of(v, configs); items_next(v, &i);)
            validate_device_configuration(v, i.item);
    VALIDATION_ONLY(v, VALIDATION_SINCE(36))
        if (field_given(extended) && !resource_is_extended(field_text(v, extended)))
            validation_invalid(v, extended, "must be named as extended resources are: "
                                            "example.com/gpu");
}
