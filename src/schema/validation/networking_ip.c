/* networking_ip.c: IPAddresses and ServiceCIDRs, as pkg/apis/networking/validation has
 * them.  Whether an address is free is for a cluster to say. */
#include "schema/validation/core_parts.h"

/* ValidateIPAddress and validateIPAddressParentReference */
void validate_ip_address(Validation *v, Field address)
{
    Field parent = FIELD_PATH(v, address, SCHEMA_NAME_spec, SCHEMA_NAME_parentRef);
    if (!field_given(parent)) {
        validation_required(v, parent, NULL);
        return;
    }
    validation_optional_text(v, GET(parent, group), format_dns_subdomain);
    validation_text(v, GET(parent, resource), format_path_segment);
    validation_text(v, GET(parent, name), format_path_segment);
    validation_optional_text(v, GET(parent, namespace), format_path_segment);
}

/* validateServiceCIDRSpec */
void validate_service_cidr(Validation *v, Field object)
{
    Field cidrs = FIELD_PATH(v, object, SCHEMA_NAME_spec, SCHEMA_NAME_cidrs);
    uint32_t count = field_length(v, cidrs);
    if (count == 0) {
        validation_required(v, cidrs, NULL);
        return;
    }
    if (count > 2) {
        validation_invalid(v, cidrs, "may have at most 2 items");
        return;
    }
    for (Items i = items_of(v, cidrs); items_next(v, &i);) {
        const char *wrong = format_cidr(field_text(v, i.item));
        if (wrong)
            validation_invalid(v, i.item, "%s", wrong);
    }
    IpAddress first, second;
    unsigned bits;
    if (count == 2 && cidr_parse(field_text(v, items_at(v, cidrs, 0)), &first, &bits, true) &&
        cidr_parse(field_text(v, items_at(v, cidrs, 1)), &second, &bits, true) &&
        first.v6 == second.v6)
        validation_invalid(v, cidrs, "may have one range of each family: IPv4 and IPv6");
}
