/* core_endpoints.c: Endpoints, as ValidateEndpointsCreate of pkg/apis/core/validation
 * has them.  What they became, EndpointSlices, stands in discovery.c. */
#include "schema/validation/core_parts.h"

/* validateEndpointAddress */
static void validate_endpoint_address(Validation *v, Field address)
{
    Field ip = GET(address, ip);
    if (validate_ip_for_legacy_field(v, ip, field_text(v, ip)))
        validate_endpoint_ip(v, ip);
    validation_optional_text(v, GET(address, hostname), format_dns_label);
    validate_given_text(v, GET(address, nodeName), format_dns_subdomain);
}

/* validateEndpointPort */
static void validate_endpoint_port(Validation *v, Field port, bool needs_name)
{
    Field name = GET(port, name);
    if (needs_name && field_is_empty(v, name))
        validation_required(v, name, "a subset with several ports names each of them");
    validation_optional_text(v, name, format_dns_label);
    validate_port_number(v, GET(port, port));
    validation_optional_word(v, GET(port, protocol), "SCTP,TCP,UDP");
    validate_given_text(v, GET(port, appProtocol), format_qualified_name);
}

/* endpointsWarnings: of what no controller wrote. */
static void warn_of_addresses(Validation *v, Field addresses)
{
    for (Items i = items_of(v, addresses); items_next(v, &i);)
        warn_of_ip(v, GET(i.item, ip), field_text(v, GET(i.item, ip)));
}

/* ValidateEndpointsCreate */
void validate_endpoints(Validation *v, Field endpoints)
{
    Field labels = FIELD_PATH(v, endpoints, SCHEMA_NAME_metadata, SCHEMA_NAME_labels);
    bool controlled = field_text_is(v, field_entry(v, labels, "endpoints.kubernetes.io/managed-by"),
                                    "endpoint-controller");
    for (Items i = items_of(v, GET(endpoints, subsets)); items_next(v, &i);) {
        Field ready = GET(i.item, addresses), not_ready = GET(i.item, notReadyAddresses);
        Field ports = GET(i.item, ports);
        if (field_length(v, ready) == 0 && field_length(v, not_ready) == 0)
            validation_other(v, i.item, "FieldValueRequired",
                             "must have addresses or notReadyAddresses");
        for (Items j = items_of(v, ready); items_next(v, &j);)
            validate_endpoint_address(v, j.item);
        for (Items j = items_of(v, not_ready); items_next(v, &j);)
            validate_endpoint_address(v, j.item);
        for (Items j = items_of(v, ports); items_next(v, &j);)
            validate_endpoint_port(v, j.item, field_length(v, ports) > 1);
        if (!controlled) {
            warn_of_addresses(v, ready);
            warn_of_addresses(v, not_ready);
        }
    }
}
