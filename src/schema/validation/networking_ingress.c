/* networking_ingress.c: Ingresses and IngressClasses, as pkg/apis/networking/validation
 * has them. */
#include "schema/validation/core_parts.h"

static const char CLASS_ANNOTATION[] = "kubernetes.io/ingress.class";

/* A name, or a kind, of another object: it may stand in a path. */
static void validate_path_segment(Validation *v, Field field)
{
    validation_text(v, field, format_path_segment);
}

/* ---- backends ---- */

/* validateIngressTypedLocalObjectReference; also the first half of
 * validateIngressClassParametersReference. */
static void validate_typed_local_object_reference(Validation *v, Field ref)
{
    validate_given_text(v, GET(ref, apiGroup), format_dns_subdomain);
    validate_path_segment(v, GET(ref, kind));
    validate_path_segment(v, GET(ref, name));
}

/* The Service's name: RelaxedServiceNameValidation came in 1.36. */
static void validate_backend_service_name(Validation *v, Field name)
{
    if (!validation_must_have(v, name))
        return;
    VALIDATION_ONLY(v, VALIDATION_SINCE(36)) validation_optional_text(v, name, format_dns_label);
    VALIDATION_ONLY(v, VALIDATION_UNTIL(35))
        validation_optional_text(v, name, format_dns1035_label);
}

static void validate_backend_port(Validation *v, Field backend, Field port)
{
    Field name = GET(port, name), number = GET(port, number);
    bool has_name = !field_is_empty(v, name), has_number = field_int(v, number) != 0;
    if (has_name && has_number)
        validation_as(v, validation_invalid(v, port, "may have a name or a number, not both"),
                      backend, NULL);
    else if (has_name)
        validation_optional_text(v, name, format_port_name);
    else if (has_number)
        validate_port_number(v, number);
    else
        validation_as(v, validation_required(v, port, "it has a name or a number"), backend, NULL);
}

/* validateIngressBackend */
static void validate_ingress_backend(Validation *v, Field backend)
{
    Field resource = GET(backend, resource), service = GET(backend, service);
    if (field_given(resource) && field_given(service)) {
        validation_invalid(v, backend, "may have a service or a resource, not both");
    } else if (field_given(resource)) {
        validate_typed_local_object_reference(v, resource);
    } else if (field_given(service)) {
        validate_backend_service_name(v, GET(service, name));
        validate_backend_port(v, backend, GET(service, port));
    } else {
        validation_invalid(v, backend, "must have a service or a resource");
    }
}

/* ---- rules ---- */

static bool contains(Str text, Str part)
{
    for (size_t i = 0; i + part.len <= text.len; i++)
        if (memcmp(text.ptr + i, part.ptr, part.len) == 0)
            return true;
    return false;
}

static bool ends_with(Str text, Str end)
{
    return text.len >= end.len && memcmp(text.ptr + text.len - end.len, end.ptr, end.len) == 0;
}

static bool is_plain_path(Str path)
{
    static const char *const BAD[] = {"//", "/./", "/../", "%2f", "%2F"};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
        if (contains(path, str_of(BAD[i])))
            return false;
    return !ends_with(path, STR("/..")) && !ends_with(path, STR("/."));
}

/* validateHTTPIngressPath */
static void validate_http_ingress_path(Validation *v, Field path)
{
    Field type = GET(path, pathType), text = GET(path, path);
    Str word = field_text(v, type), value = field_text(v, text);
    if (!field_given(type)) {
        validation_required(v, type, "Exact, Prefix or ImplementationSpecific");
        return;
    }
    bool plain = word_is_one_of(word, "Exact,Prefix");
    if (!plain && !str_is(word, "ImplementationSpecific"))
        validation_not_supported(v, type, "Exact,Prefix,ImplementationSpecific");
    else if (!str_starts(value, STR("/")) && (plain || value.len))
        validation_invalid(v, text, "must start with /");
    else if (plain && !is_plain_path(value))
        validation_invalid(v, text, "may not hold //, /./, /../, %%2f or %%2F, nor end in /. or /..");
    validate_ingress_backend(v, GET(path, backend));
}

static void validate_host(Validation *v, Field host)
{
    Str text = field_text(v, host);
    const char *wrong = str_find(text, '*') < text.len ? format_wildcard_dns_subdomain(text)
                                                       : format_dns_subdomain(text);
    if (wrong)
        validation_invalid(v, host, "%s", wrong);
}

/* validateIngressRules */
static void validate_ingress_rule(Validation *v, Field rule)
{
    Field host = GET(rule, host), http = GET(rule, http);
    IpAddress address;
    if (!field_is_empty(v, host)) {
        if (ip_parse(field_text(v, host), &address, true))
            validation_invalid(v, host, "must be a DNS name, not an address");
        else
            validate_host(v, host);
    }
    if (!field_given(http))
        return;
    Field paths = GET(http, paths);
    if (field_length(v, paths) == 0)
        validation_required(v, paths, NULL);
    for (Items i = items_of(v, paths); items_next(v, &i);)
        validate_http_ingress_path(v, i.item);
}

/* validateIngressTLS */
static void validate_ingress_tls(Validation *v, Field tls)
{
    for (Items i = items_of(v, GET(tls, hosts)); items_next(v, &i);)
        validate_host(v, i.item);
    validation_optional_text(v, GET(tls, secretName), format_dns_subdomain);
}

/* ValidateIngressSpec */
static void validate_ingress_spec(Validation *v, Field spec)
{
    Field rules = GET(spec, rules), backend = GET(spec, defaultBackend);
    if (field_length(v, rules) == 0 && !field_given(backend))
        validation_invalid(v, spec, "must have rules or a defaultBackend");
    if (field_given(backend))
        validate_ingress_backend(v, backend);
    for (Items i = items_of(v, rules); items_next(v, &i);)
        validate_ingress_rule(v, i.item);
    for (Items i = items_of(v, GET(spec, tls)); items_next(v, &i);)
        validate_ingress_tls(v, i.item);
    validate_given_text(v, GET(spec, ingressClassName), format_dns_subdomain);
}

/* ValidateIngressCreate */
void validate_ingress(Validation *v, Field ingress)
{
    Field spec = GET(ingress, spec), class = GET(spec, ingressClassName);
    Field annotation = field_entry(v, FIELD_PATH(v, ingress, SCHEMA_NAME_metadata,
                                                 SCHEMA_NAME_annotations),
                                   CLASS_ANNOTATION);
    validate_ingress_spec(v, spec);
    if (!field_given(annotation))
        return;
    if (!field_given(class))
        validation_warning(v, annotation, "is deprecated: use spec.ingressClassName");
    else if (!str_eq(field_text(v, annotation), field_text(v, class)))
        validation_as(v, validation_invalid(v, annotation, "must be the same as ingressClassName"),
                      ingress, ".annotations.%s", CLASS_ANNOTATION);
}

/* ---- IngressClass ---- */

/* validateIngressClassParametersReference; the scope defaults to Cluster. */
static void validate_ingress_class_parameters_reference(Validation *v, Field parameters)
{
    if (!field_given(parameters))
        return;
    Field scope = GET(parameters, scope), ns = GET(parameters, namespace);
    validate_typed_local_object_reference(v, parameters);
    if (field_given(scope) && !word_is_one_of(field_text(v, scope), "Cluster,Namespace")) {
        validation_not_supported(v, scope, "Cluster,Namespace");
    } else if (!field_text_is(v, scope, "Namespace")) {
        if (field_given(ns))
            validation_forbidden(v, ns, "the scope is Cluster, which is the default");
    } else if (!field_given(ns)) {
        validation_required(v, ns, "the scope is Namespace");
    } else {
        validate_given_text(v, ns, format_dns_label);
    }
}

/* ValidateIngressClass */
void validate_ingress_class(Validation *v, Field class)
{
    Field spec = GET(class, spec), controller = GET(spec, controller);
    Str text = field_text(v, controller);
    if (text.len > 250)
        validation_too_long(v, controller, 250);
    if (validation_must_have(v, controller))
        validation_optional_text(v, controller, format_domain_prefixed_path);
    validate_ingress_class_parameters_reference(v, GET(spec, parameters));
}
