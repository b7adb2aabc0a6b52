/* discovery.c: EndpointSlices, as pkg/apis/discovery/validation has them. */
#include "schema/validation/core_parts.h"

enum {
    SLICE_ENDPOINTS_MOST = 1000,
    SLICE_ADDRESSES_MOST = 100,
    SLICE_PORTS_MOST = 20000,
    SLICE_HINTS_MOST = 8,
};

static void validate_address(Validation *v, Field addresses, Field address, bool v6)
{
    IpAddress parsed;
    Str text = field_text(v, address);
    const char *wrong = v6 ? format_ip(text) : NULL;
    if (wrong)
        validation_invalid(v, address, "%s", wrong);
    bool fine = v6 ? !wrong : validate_ip_for_legacy_field(v, address, text);
    if (!fine || !ip_parse(text, &parsed, true))
        return;
    if (parsed.v6 != v6)
        validation_as(v, validation_invalid(v, address, "must be an %s address",
                                            v6 ? "IPv6" : "IPv4"),
                      addresses, NULL);
    validate_endpoint_ip(v, address);
}

static void validate_addresses(Validation *v, Field addresses, Str type)
{
    uint32_t count = field_length(v, addresses);
    if (count == 0)
        validation_required(v, addresses, "an endpoint has at least one address");
    else if (count > SLICE_ADDRESSES_MOST)
        validation_too_many(v, addresses, SLICE_ADDRESSES_MOST);
    for (Items i = items_of(v, addresses); items_next(v, &i);) {
        if (str_is(type, "IPv4") || str_is(type, "IPv6"))
            validate_address(v, addresses, i.item, str_is(type, "IPv6"));
        else if (str_is(type, "FQDN"))
            validation_text(v, i.item, format_fully_qualified_domain_name);
    }
}

/* One list of hints.  False where it is too long, which ends the hints. */
static bool validate_hint_list(Validation *v, Field list, FormatFn format)
{
    Seen names = {0};
    if (field_length(v, list) > SLICE_HINTS_MOST) {
        validation_too_many(v, list, SLICE_HINTS_MOST);
        return false;
    }
    for (Items i = items_of(v, list); items_next(v, &i);) {
        Field name = GET(i.item, name), first;
        Str text = field_text(v, name);
        if (seen_before(v, &names, text, name, &first))
            validation_duplicate(v, name, first);
        const char *wrong = format(text);
        if (wrong)
            validation_invalid(v, name, "%s", wrong);
    }
    return true;
}

static void validate_endpoint(Validation *v, Field endpoint, Str type)
{
    validate_addresses(v, GET(endpoint, addresses), type);
    validate_given_text(v, GET(endpoint, nodeName), format_dns_subdomain);
    validate_given_text(v, GET(endpoint, hostname), format_dns_label);
    Field hints = GET(endpoint, hints);
    if (!validate_hint_list(v, GET(hints, forZones), format_label_value))
        return;
    VALIDATION_ONLY(v, VALIDATION_SINCE(34))
        validate_hint_list(v, GET(hints, forNodes), format_dns_subdomain);
}

/* validatePorts */
static void validate_ports(Validation *v, Field ports)
{
    Seen names = {0};
    if (field_length(v, ports) > SLICE_PORTS_MOST) {
        validation_too_many(v, ports, SLICE_PORTS_MOST);
        return;
    }
    for (Items i = items_of(v, ports); items_next(v, &i);) {
        Field name = GET(i.item, name), first;
        validation_optional_text(v, name, format_dns_label);
        /* A port without a name has the name "". */
        if (seen_before(v, &names, field_text(v, name), name, &first))
            validation_duplicate(v, name, first);
        validate_given_word(v, GET(i.item, protocol), "SCTP,TCP,UDP");
        validate_given_text(v, GET(i.item, appProtocol), format_qualified_name);
    }
}

/* WarningsOnCreate of pkg/registry/discovery/endpointslice: of what no controller wrote. */
static void warn_of_endpoint_slice(Validation *v, Field slice, Field endpoints)
{
    static const char MANAGED_BY[] = "endpointslice.kubernetes.io/managed-by";
    Field type = GET(slice, addressType);
    if (field_text_is(v, type, "FQDN"))
        validation_as(v, validation_warning(v, type, "FQDN is deprecated"), field_root(v),
                      ".spec.addressType");
    Field labels = FIELD_PATH(v, slice, SCHEMA_NAME_metadata, SCHEMA_NAME_labels);
    if (word_is_one_of(field_text(v, field_entry(v, labels, MANAGED_BY)),
                       "endpointslice-controller.k8s.io,endpointslicemirroring-controller.k8s.io"))
        return;
    for (Items i = items_of(v, endpoints); items_next(v, &i);)
        for (Items j = items_of(v, GET(i.item, addresses)); items_next(v, &j);)
            warn_of_ip(v, j.item, field_text(v, j.item));
}

/* ValidateEndpointSliceCreate */
void validate_endpoint_slice(Validation *v, Field slice)
{
    Field type = GET(slice, addressType), endpoints = GET(slice, endpoints);
    validation_required_word(v, type, "FQDN,IPv4,IPv6");
    validate_ports(v, GET(slice, ports));
    if (field_length(v, endpoints) > SLICE_ENDPOINTS_MOST) {
        validation_too_many(v, endpoints, SLICE_ENDPOINTS_MOST);
        return;
    }
    for (Items i = items_of(v, endpoints); items_next(v, &i);)
        validate_endpoint(v, i.item, field_text(v, type));
    warn_of_endpoint_slice(v, slice, endpoints);
}
