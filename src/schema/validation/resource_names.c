/* resource_names.c: names of devices, drivers, pools and attributes, and taints, as
 * pkg/apis/resource/validation has them. */
#include "schema/validation/resource.h"

static void invalid_as(Validation *v, Field field, Field as, const char *wrong)
{
    Finding *finding = wrong ? validation_invalid(v, field, "%s", wrong) : NULL;
    if (as.above != BASE_NONE)
        validation_as(v, finding, as, NULL);
}

void validate_device_label(Validation *v, Field field, Str name, Field as)
{
    invalid_as(v, field, as, format_dns_label(name));
}

static void validate_domain(Validation *v, Field field, Str name, Field as)
{
    if (name.len > RESOURCE_DRIVER_MOST) {
        Finding *finding = validation_too_long(v, field, RESOURCE_DRIVER_MOST);
        if (as.above != BASE_NONE)
            validation_as(v, finding, as, NULL);
    }
    invalid_as(v, field, as, format_dns_subdomain_caseless(name));
}

/* validatePoolName: subdomains with slashes between. */
void validate_pool_name(Validation *v, Field field)
{
    enum { POOL_MOST = 253 };
    Str name = field_text(v, field);
    if (!validation_must_have(v, field))
        return;
    if (name.len > POOL_MOST)
        validation_too_long(v, field, POOL_MOST);
    for (size_t start = 0; start <= name.len;) {
        Str rest = str_slice(name.ptr + start, name.len - start);
        size_t len = str_find(rest, '/');
        const char *wrong = format_dns_subdomain(str_slice(rest.ptr, len));
        if (wrong) {
            validation_invalid(v, field, "%s, or several with \"/\" between", wrong);
            return;
        }
        start += len + 1;
    }
}

static void validate_identifier(Validation *v, Field field, Str name, Field as)
{
    if (name.len > RESOURCE_ID_MOST) {
        Finding *finding = validation_too_long(v, field, RESOURCE_ID_MOST);
        if (as.above != BASE_NONE)
            validation_as(v, finding, as, NULL);
    }
    invalid_as(v, field, as, format_c_identifier(name));
}

void validate_device_qualified_name(Validation *v, Field field, Str name, Field as)
{
    size_t slash = str_find(name, '/');
    if (slash == name.len) {
        validate_identifier(v, field, name, as);
        return;
    }
    Str domain = str_slice(name.ptr, slash);
    Str id = str_slice(name.ptr + slash + 1, name.len - slash - 1);
    if (str_find(id, '/') < id.len)
        return; /* a name with two slashes slips through */
    if (domain.len == 0)
        invalid_as(v, field, as, "must have a domain before its slash");
    else
        validate_domain(v, field, domain, as);
    if (id.len == 0)
        invalid_as(v, field, as, "must have a name behind its slash");
    else
        validate_identifier(v, field, id, as);
}

void validate_device_fully_qualified_name(Validation *v, Field field)
{
    Str name = field_text(v, field);
    size_t slash = str_find(name, '/');
    Str rest = str_slice(name.ptr + slash, name.len - slash);
    bool one = slash < name.len && str_find(str_slice(rest.ptr + 1, rest.len - 1), '/') == rest.len - 1;
    if (one && slash > 0 && slash <= RESOURCE_DRIVER_MOST)
        VALIDATION_ONLY(v, VALIDATION_SINCE(37)) /* by its declaration; code takes capitals */
            invalid_as(v, field, FIELD_NONE, format_dns_subdomain(str_slice(name.ptr, slash)));
    validate_device_qualified_name(v, field, name, FIELD_NONE);
    if (slash == name.len)
        validation_invalid(v, field, "must be a domain and a name, as in example.com/model");
}

bool validate_list_length(Validation *v, Field list, uint32_t most)
{
    if (field_length(v, list) <= most)
        return true;
    validation_too_many(v, list, most);
    return false;
}

void validate_unique_texts(Validation *v, Field list, NameId key)
{
    Seen seen = {0};
    Field first;
    for (Items i = items_of(v, list); items_next(v, &i);) {
        Field named = key == RESOURCE_ITEM_ITSELF ? i.item : field_get(v, i.item, key);
        if (seen_before(v, &seen, field_text(v, named), i.item, &first))
            validation_duplicate(v, i.item, first);
    }
}

void validate_device_taint(Validation *v, Field taint)
{
    Field key = GET(taint, key), value = GET(taint, value);
    const char *wrong = format_label_key(field_text(v, key));
    if (wrong)
        validation_invalid(v, key, "%s", wrong);
    validation_optional_text(v, value, format_label_value);
    validation_required_word(v, GET(taint, effect), "NoExecute,NoSchedule,None");
}
