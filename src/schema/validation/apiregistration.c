/* apiregistration.c: API services, as kube-aggregator's pkg/apis/apiregistration/validation
 * has them. */
#include "schema/validation/core_parts.h"

/* A service's name is made of its version and group; nothing can be generated. */
static void validate_service_name(Validation *v, Field name, FormatFn form, Str version,
                                  Str group)
{
    Str text = field_text(v, name);
    if (text.len == 0 || form(text))
        return; /* None, or told to be wrong as the name of anything. */
    if (text.len != version.len + 1 + group.len || !str_starts(text, version) ||
        text.ptr[version.len] != '.' || !str_ends(text, group))
        validation_invalid(v, name, "must be spec.version and spec.group with a dot between");
}

/* ValidateAPIService */
void validate_api_service(Validation *v, Field api)
{
    Field meta = GET(api, metadata), spec = GET(api, spec), service = GET(spec, service);
    Field group = GET(spec, group), version = GET(spec, version), port = GET(service, port);
    Field insecure = GET(spec, insecureSkipTLSVerify), bundle = GET(spec, caBundle);
    Str group_text = field_text(v, group), version_text = field_text(v, version);
    const char *wrong = format_dns1035_label(version_text);
    validate_service_name(v, GET(meta, generateName), format_path_segment_prefix, version_text,
                          group_text);
    validate_service_name(v, GET(meta, name), format_path_segment, version_text, group_text);
    if (group_text.len == 0 && !str_is(version_text, "v1"))
        validation_required(v, group, "for any version but v1");
    validation_optional_text(v, group, format_dns_subdomain);
    if (wrong)
        validation_invalid(v, version, "%s", wrong);
    validation_range(v, GET(spec, groupPriorityMinimum), 1, 20000);
    validation_range(v, GET(spec, versionPriority), 1, 1000);
    if (!field_given(service)) {
        if (!field_is_empty(v, bundle))
            validation_invalid(v, bundle, "may not be given without a service");
        if (field_bool(v, insecure))
            validation_invalid(v, insecure, "may not be true without a service");
        return;
    }
    validation_must_have(v, GET(service, namespace));
    validation_must_have(v, GET(service, name));
    if (field_given(port))
        validate_port_number(v, port);
    if (field_bool(v, insecure) && !field_is_empty(v, bundle))
        validation_invalid(v, insecure, "may not be true beside caBundle");
}
