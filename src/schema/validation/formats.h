/* formats.h: forms of texts that Kubernetes' validation knows by name.  Each function
 * returns NULL, or in our words what the text must be: "must be …".  One pass over
 * the bytes, nothing is allocated.  schemas/rules names them too: format=dns_label is
 * format_dns_label. */
#ifndef PLIMSOLL_SCHEMA_FORMATS_H
#define PLIMSOLL_SCHEMA_FORMATS_H

#include "base/base.h"
#include "names.h"
#include "schema/hash.h"

typedef const char *(*FormatFn)(Str text);

/* ---- judged.c: texts that a form took ---- */

/* The names and labels of an input repeat: of one that has the form, the next few thousand
 * times nothing is asked but whether it is the same.  One worker's; a text that another took
 * the place of is looked at again. */
enum { JUDGED_SIZE = 128, JUDGED_LONGEST = 32 };
typedef struct JudgedText {
    uint64_t start, end;    /* its first and last eight bytes; of a shorter one schema_key, and 0 */
    uint64_t inner[2];      /* of more than 16 bytes: the eight behind and before those */
    FormatFn form;
    uint64_t len;           /* 0: nothing stands here */
} JudgedText;
typedef struct Judged {
    JudgedText of[JUDGED_SIZE];
} Judged;
/* What the form says of a text that is not there yet; it is from then on where that is NULL. */
const char *judged_add(JudgedText *place, FormatFn form, Str text);

/* The same as form(text).  judged may be NULL. */
static inline const char *format_judged(Judged *judged, FormatFn form, Str text)
{
    if (!judged || text.len - 1 >= JUDGED_LONGEST)
        return form(text);
    uint64_t start = schema_key(text.ptr, text.len), end = 0;
    if (text.len >= 8) {
        start = str_load8(text.ptr);
        end = str_load8(text.ptr + text.len - 8);
    }
    uint64_t mixed = (start + (uintptr_t)form) * UINT64_C(0x9E3779B97F4A7C15) +
                     end * HASH_FACTOR;
    JudgedText *place = &judged->of[mixed >> 57];
    bool same = place->start == start && place->end == end && place->len == text.len &&
                place->form == form;
    if (same && (text.len <= 16 || (str_load8(text.ptr + 8) == place->inner[0] &&
                                    str_load8(text.ptr + text.len - 16) == place->inner[1])))
        return NULL;
    return judged_add(place, form, text);
}

/* ---- k8s.io/apimachinery/pkg/util/validation ---- */
const char *format_dns_label(Str text);                 /* IsDNS1123Label */
const char *format_dns_subdomain(Str text);             /* IsDNS1123Subdomain */
const char *format_dns_subdomain_with_underscore(Str text);
const char *format_dns_subdomain_caseless(Str text);
const char *format_dns1035_label(Str text);             /* IsDNS1035Label */
const char *format_wildcard_dns_subdomain(Str text);    /* IsWildcardDNS1123Subdomain */
const char *format_fully_qualified_name(Str text);      /* IsFullyQualifiedName */
const char *format_fully_qualified_domain_name(Str text); /* IsFullyQualifiedDomainName */
const char *format_domain_prefixed_path(Str text);      /* IsDomainPrefixedPath */
const char *format_qualified_name(Str text);            /* IsQualifiedName: keys of labels */
const char *format_label_value(Str text);               /* IsValidLabelValue */
const char *format_label_key(Str text);                 /* the same as format_qualified_name */
const char *format_prefixed_qualified_name(Str text);   /* with a prefix: ValidateQualifiedName … */
const char *format_port_name(Str text);                 /* IsValidPortName: IANA service names */
const char *format_env_var_name(Str text);              /* IsEnvVarName */
const char *format_relaxed_env_var_name(Str text);      /* IsRelaxedEnvVarName */
const char *format_config_map_key(Str text);            /* IsConfigMapKey */
const char *format_c_identifier(Str text);              /* IsCIdentifier */
const char *format_http_header_name(Str text);          /* IsHTTPHeaderName */
const char *format_percent(Str text);                   /* IsValidPercent */
const char *format_path_segment(Str text);              /* IsValidPathSegmentName */
const char *format_path_segment_prefix(Str text);       /* IsValidPathSegmentPrefix */
const char *format_path_segment_or_prefix(Str text);    /* the former for either: ValidateRBACName */

/* ---- addresses: the same package's ip.go, and netutils' sloppy parsers ---- */
typedef struct IpAddress {
    uint8_t bytes[16];
    bool v6;
    bool mapped; /* written as ::ffff:1.2.3.4 */
} IpAddress;
bool ip_parse(Str text, IpAddress *address, bool sloppy); /* sloppy: 010.1.1.1 is taken */
bool cidr_parse(Str text, IpAddress *address, unsigned *bits, bool sloppy);
bool ip_is_loopback(const IpAddress *address);
bool ip_is_unspecified(const IpAddress *address);
bool ip_is_link_local(const IpAddress *address);       /* unicast */
bool ip_is_link_local_multicast(const IpAddress *address);
bool ip_equal(const IpAddress *a, const IpAddress *b);
bool cidr_contains(const IpAddress *net, unsigned bits, const IpAddress *address);
/* Whether the text is what Go would print for the address. */
bool ip_is_canonical(Str text);
/* As net.IP's String() has it; returns its length. */
enum { IP_TEXT_MOST = 48 };
size_t ip_text(const IpAddress *address, char text[IP_TEXT_MOST]);
const char *format_ip(Str text);          /* IsValidIP: canonical only */
const char *format_legacy_ip(Str text);   /* IsValidIPForLegacyField, strict: since 1.36 */
const char *format_sloppy_ip(Str text);   /* the same, not strict: 010.0.0.1 passes; before that */
const char *format_cidr(Str text);        /* IsValidCIDR */
const char *format_legacy_cidr(Str text); /* IsValidCIDRForLegacyField, strict: since 1.36 */
const char *format_sloppy_cidr(Str text);

/* ---- pkg/apis/core/validation and others ---- */
const char *format_absolute_path(Str text);       /* starts with / */
const char *format_local_path(Str text);          /* validateLocalDescendingPath: relative, no .. */
const char *format_no_backsteps(Str text);        /* validatePathNoBacksteps: no .. */
const char *format_sysctl_name(Str text);         /* IsValidSysctlName */
const char *format_decimal_integer(Str text);     /* IsDecimalInteger */
const char *format_cron_schedule(Str text);       /* robfig/cron ParseStandard */
const char *format_time_zone(Str text);           /* time.LoadLocation, as batch has it */
/* url.Parse; parts as they stand in the text, not unescaped. */
typedef struct Url {
    Str scheme, host, path, query, fragment;
    bool has_user;
} Url;
bool url_parse(Str text, Url *url);

#define FORMAT_DECLARE(name) const char *format_##name(Str text);
SCHEMA_FORMATS(FORMAT_DECLARE)

#endif
