/* core_names.c: names of signers and trust bundles, as pkg/apis/core/validation/names.go
 * has them. */
#include "schema/validation/core.h"

bool signer_name_is_kubernetes(Str signer)
{
    Str host = str_slice(signer.ptr, str_find(signer, '/'));
    return str_is(host, "kubernetes.io") || str_ends(host, STR(".kubernetes.io"));
}

enum { SIGNER_DOMAIN_MOST = 253, SIGNER_NAME_MOST = 253 + 253 + 63 + 2 };

/* The first part between dots that the form does not take; NULL: all are fine. */
static const char *check_parts(Str text, FormatFn form)
{
    for (size_t start = 0; start <= text.len;) {
        Str rest = str_slice(text.ptr + start, text.len - start);
        size_t len = str_find(rest, '.');
        const char *wrong = form(str_slice(rest.ptr, len));
        if (wrong)
            return wrong;
        start += len + 1;
    }
    return NULL;
}

void validate_signer_name(Validation *v, Field field)
{
    if (!validation_must_have(v, field))
        return;
    Str signer = field_text(v, field);
    size_t slash = str_find(signer, '/');
    Str domain = str_slice(signer.ptr, slash);
    Str path = str_slice(signer.ptr + slash + 1, slash < signer.len ? signer.len - slash - 1 : 0);
    if (slash == signer.len || str_find(path, '/') < path.len) {
        validation_invalid(v, field, "must be a domain and a name, as in example.com/signer");
        return;
    }
    if (domain.len > SIGNER_DOMAIN_MOST || signer.len > SIGNER_NAME_MOST)
        validation_too_long(v, field, SIGNER_NAME_MOST);
    if (str_find(domain, '.') == domain.len || check_parts(domain, format_dns_label))
        validation_invalid(v, field, "must have a DNS domain of two or more parts before its slash");
    else if (check_parts(path, format_dns_subdomain))
        validation_invalid(v, field, "must have DNS names with dots between behind its slash");
}

const char *cluster_trust_bundle_name_check(Str signer, Str name)
{
    if (signer.len == 0)
        return str_find(name, ':') < name.len
                   ? "must not have a colon, since it names no signer"
                   : format_dns_subdomain(name);
    bool prefixed = name.len > signer.len && name.ptr[signer.len] == ':';
    for (size_t i = 0; prefixed && i < signer.len; i++)
        prefixed = name.ptr[i] == (signer.ptr[i] == '/' ? ':' : signer.ptr[i]);
    if (!prefixed)
        return "must start with its signer's name, with \":\" in place of \"/\" and behind it";
    return format_dns_subdomain(str_slice(name.ptr + signer.len + 1, name.len - signer.len - 1));
}
