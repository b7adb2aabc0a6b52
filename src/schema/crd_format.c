/* crd_format.c: the formats that servers check, and how.
 *
 * Which they are says apiextensions-apiserver, pkg/apiserver/validation/formats.go; what
 * they mean says kube-openapi, pkg/validation/strfmt, with the patterns of govalidator.
 * A dash in a format's name does not count.  Others are ignored. */
#include "schema/crd_address.h"
#include "schema/crd_shape.h"
#include "schema/validation/formats.h"
#include "schema/value.h"

typedef struct FormatInfo {
    Str word;          /* without dashes */
    const char *name;  /* as messages call it */
    const char *pattern; /* in Go's language, where one says it all */
} FormatInfo;

#define SHORT_NAME "[a-z0-9]([-a-z0-9]*[a-z0-9])?"

static const FormatInfo FORMATS[] = {
    [CRD_INT32] = {STR_INIT("int32"), "32-bit integer", NULL},
    [CRD_INT64] = {STR_INIT("int64"), "64-bit integer", NULL},
    [CRD_FLOAT] = {STR_INIT("float"), "float", NULL},
    [CRD_DOUBLE] = {STR_INIT("double"), "double", NULL},
    [CRD_BSON_ID] = {STR_INIT("bsonobjectid"), "BSON object id", "^[0-9a-fA-F]{24}$"},
    [CRD_BYTE] = {STR_INIT("byte"), "base64 text",
                  "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$"},
    [CRD_CIDR] = {STR_INIT("cidr"), "CIDR (10.0.0.0/8)", NULL},
    [CRD_CREDIT_CARD] = {STR_INIT("creditcard"), "credit card number",
                         "^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|"
                         "3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\\d{3})\\d{11})$"},
    [CRD_DATE] = {STR_INIT("date"), "date (2006-01-02)", NULL},
    [CRD_DATE_TIME] = {STR_INIT("datetime"), "date and time (2006-01-02T15:04:05Z)",
                       "^([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))$"},
    [CRD_DURATION] = {STR_INIT("duration"), "duration (1h30m)", NULL},
    [CRD_EMAIL] = {STR_INIT("email"), "e-mail address", NULL},
    [CRD_HEX_COLOR] = {STR_INIT("hexcolor"), "hexadecimal colour (#ffcc00)",
                       "^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$"},
    [CRD_HOSTNAME] = {STR_INIT("hostname"), "host name",
                      "^([a-zA-Z0-9\\p{S}\\p{L}]((-?[a-zA-Z0-9\\p{S}\\p{L}]{0,62})?)|"
                      "([a-zA-Z0-9\\p{S}\\p{L}](([a-zA-Z0-9-\\p{S}\\p{L}]{0,61}"
                      "[a-zA-Z0-9\\p{S}\\p{L}])?)(\\.)){1,}([a-zA-Z\\p{L}]){2,63})$"},
    [CRD_IPV4] = {STR_INIT("ipv4"), "IPv4 address", NULL},
    [CRD_IPV6] = {STR_INIT("ipv6"), "IPv6 address", NULL},
    [CRD_ISBN] = {STR_INIT("isbn"), "ISBN", NULL},
    [CRD_ISBN10] = {STR_INIT("isbn10"), "ISBN of ten digits", NULL},
    [CRD_ISBN13] = {STR_INIT("isbn13"), "ISBN of thirteen digits", NULL},
    [CRD_LONG_NAME] = {STR_INIT("k8slongname"), "long Kubernetes name (DNS subdomain)",
                       "^" SHORT_NAME "(\\." SHORT_NAME ")*$"},
    [CRD_MAC] = {STR_INIT("mac"), "MAC address", NULL},
    [CRD_PASSWORD] = {STR_INIT("password"), "password", NULL},
    [CRD_RGB_COLOR] = {STR_INIT("rgbcolor"), "colour (rgb(255,204,0))",
                       "^rgb\\(\\s*(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])\\s*,"
                       "\\s*(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])\\s*,"
                       "\\s*(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])\\s*\\)$"},
    [CRD_SHORT_NAME] = {STR_INIT("k8sshortname"), "short Kubernetes name (DNS label)",
                        "^" SHORT_NAME "$"},
    [CRD_SSN] = {STR_INIT("ssn"), "social security number", "^\\d{3}[- ]?\\d{2}[- ]?\\d{4}$"},
    [CRD_URI] = {STR_INIT("uri"), "URI", NULL},
    [CRD_UUID] = {STR_INIT("uuid"), "UUID",
                  "(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$"},
    [CRD_UUID3] = {STR_INIT("uuid3"), "UUID of version 3",
                   "(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$"},
    [CRD_UUID4] = {STR_INIT("uuid4"), "UUID of version 4",
                   "(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$"},
    [CRD_UUID5] = {STR_INIT("uuid5"), "UUID of version 5",
                   "(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$"},
};

_Static_assert(BASE_COUNT(FORMATS) == CRD_FORMAT_COUNT, "each format has a row");

/* Whether the words agree but for dashes. */
static bool is_word(Str word, Str plain)
{
    size_t at = 0;
    for (size_t i = 0; i < word.len; i++) {
        if (word.ptr[i] == '-')
            continue;
        if (at == plain.len || word.ptr[i] != plain.ptr[at])
            return false;
        at++;
    }
    return at == plain.len;
}

CrdFormat crd_format_find(Str word, uint16_t types)
{
    unsigned first = CRD_BSON_ID, last = CRD_FORMAT_COUNT - 1;
    if (types == 1u << CRD_INTEGER || types == 1u << CRD_NUMBER) {
        first = types == 1u << CRD_INTEGER ? CRD_INT32 : CRD_FLOAT;
        last = first + 1;
        for (unsigned format = first; format <= last; format++)
            if (str_eq(word, FORMATS[format].word))
                return (CrdFormat)format;
        return CRD_NO_FORMAT;
    }
    bool textual = types == 0 || types == 1u << CRD_STRING ||
                   types == (1u << CRD_STRING | 1u << CRD_INTEGER);
    for (unsigned format = first; textual && format <= last; format++)
        if (is_word(word, FORMATS[format].word))
            return (CrdFormat)format;
    return CRD_NO_FORMAT;
}

uint32_t crd_format_versions(CrdFormat format)
{
    if (format != CRD_SHORT_NAME && format != CRD_LONG_NAME)
        return SCHEMA_ALL_VERSIONS;
    return SCHEMA_ALL_VERSIONS & ~((UINT32_C(1) << (34 - SCHEMA_OLDEST)) - 1);
}

const char *crd_format_name(CrdFormat format) { return FORMATS[format].name; }

/* Of those whose name does not show one. */
const char *crd_format_example(CrdFormat format)
{
    static const char *const EXAMPLES[CRD_FORMAT_COUNT] = {
        [CRD_BSON_ID] = "507f1f77bcf86cd799439011",
        [CRD_BYTE] = "aGVsbG8=",
        [CRD_CREDIT_CARD] = "4111111111111111",
        [CRD_EMAIL] = "someone@example.com",
        [CRD_HOSTNAME] = "www.example.com",
        [CRD_IPV4] = "192.0.2.1",
        [CRD_IPV6] = "2001:db8::1",
        [CRD_ISBN] = "978-3-16-148410-0",
        [CRD_ISBN10] = "3-16-148410-X",
        [CRD_ISBN13] = "978-3-16-148410-0",
        [CRD_LONG_NAME] = "api.example.com",
        [CRD_MAC] = "00:00:5e:00:53:01",
        [CRD_SHORT_NAME] = "api-1",
        [CRD_SSN] = "123-45-6789",
        [CRD_URI] = "https://example.com/path",
        [CRD_UUID] = "123e4567-e89b-42d3-a456-426614174000",
        [CRD_UUID3] = "9125a8dc-52ee-365b-a5aa-81b0b3681cf6",
        [CRD_UUID4] = "123e4567-e89b-42d3-a456-426614174000",
        [CRD_UUID5] = "21f7f8de-8051-5b89-8680-0195ef798b6a",
    };
    return EXAMPLES[format];
}

/* ---- checks ---- */

static bool matches(CrdSet *set, CrdFormat format, Str text)
{
    Re2Error error;
    Pattern *own = NULL, **pattern = set ? &set->formats[format] : &own;
    if (!*pattern)
        *pattern = pattern_compile(str_of(FORMATS[format].pattern), &error);
    /* What could not be decided is not held against the value. */
    bool found = !*pattern || pattern_search(*pattern, text) != PATTERN_NO;
    pattern_free(own);
    return found;
}

static unsigned two_digits(const char *at)
{
    return is_digit(at[0]) && is_digit(at[1]) ? (unsigned)((at[0] - '0') * 10 + (at[1] - '0')) : 100;
}

/* time.Parse with "2006-01-02". */
static bool is_date(Str text)
{
    if (text.len != 10 || text.ptr[4] != '-' || text.ptr[7] != '-')
        return false;
    unsigned century = two_digits(text.ptr), rest = two_digits(text.ptr + 2);
    unsigned month = two_digits(text.ptr + 5), day = two_digits(text.ptr + 8);
    if (century > 99 || rest > 99 || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    static const unsigned char DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned year = century * 100 + rest;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day <= DAYS[month - 1] + (unsigned)(leap && month == 2);
}

/* The date before the first t, and the time between it and the next. */
static bool is_date_time(CrdSet *set, Str text)
{
    char lower[80];
    if (text.len < 4 || text.len > sizeof lower)
        return false; /* a fraction of fifty digits is no time that anybody wrote */
    for (size_t i = 0; i < text.len; i++)
        lower[i] = text.ptr[i] == 'T' || text.ptr[i] == 'Z' ? (char)(text.ptr[i] + 32) : text.ptr[i];
    Str all = str_slice(lower, text.len);
    size_t first = str_find(all, 't');
    if (first == all.len || !is_date(str_slice(lower, first)))
        return false;
    Str time = str_slice(lower + first + 1, all.len - first - 1);
    time.len = str_find(time, 't');
    return matches(set, CRD_DATE_TIME, time) && two_digits(time.ptr) <= 23 &&
           two_digits(time.ptr + 3) <= 59 && two_digits(time.ptr + 6) <= 59;
}

/* A unit of Scala's durations: one of few words, of which the last of a row only has to
 * be the start. */
static bool is_time_unit(Str unit)
{
    static const struct {
        Str word;
        bool start;
    } UNITS[] = {
        {STR_INIT("ns"), false}, {STR_INIT("nano"), true},   {STR_INIT("us"), false},
        {STR_INIT("\302\265s"), false}, {STR_INIT("micro"), true}, {STR_INIT("ms"), false},
        {STR_INIT("milli"), true}, {STR_INIT("s"), false},   {STR_INIT("sec"), true},
        {STR_INIT("m"), false},  {STR_INIT("min"), true},    {STR_INIT("h"), false},
        {STR_INIT("hr"), false}, {STR_INIT("hour"), true},   {STR_INIT("d"), false},
        {STR_INIT("day"), true}, {STR_INIT("w"), false},     {STR_INIT("wk"), false},
        {STR_INIT("week"), true},
    };
    for (size_t i = 0; i < BASE_COUNT(UNITS); i++) {
        Str word = UNITS[i].word;
        if (unit.len < word.len || (!UNITS[i].start && unit.len != word.len))
            continue;
        size_t at = 0;
        while (at < word.len &&
               (unit.ptr[at] >= 'A' && unit.ptr[at] <= 'Z' ? unit.ptr[at] + 32 : unit.ptr[at]) ==
                   word.ptr[at])
            at++;
        if (at == word.len)
            return true;
    }
    return false;
}

static size_t unit_character(Str text, size_t at)
{
    char c = text.ptr[at];
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
        return 1;
    return at + 1 < text.len && c == '\302' && text.ptr[at + 1] == '\265' ? 2 : 0;
}

/* Somewhere in the text, a number and a unit; no number beyond 64 bits. */
static bool is_duration(Str text)
{
    if (value_is_duration(text))
        return true;
    bool found = false;
    for (size_t at = 0; at < text.len;) {
        if (!is_digit(text.ptr[at])) {
            at++;
            continue;
        }
        size_t start = at;
        while (at < text.len && is_digit(text.ptr[at]))
            at++;
        size_t zeros = start;
        while (zeros < at && text.ptr[zeros] == '0')
            zeros++;
        Str digits = str_slice(text.ptr + zeros, at - zeros);
        size_t unit = at;
        while (unit < text.len && memchr("\t\n\f\r ", text.ptr[unit], 5))
            unit++;
        size_t end = unit, size;
        while (end < text.len && (size = unit_character(text, end)) > 0)
            end += size;
        if (end == unit)
            continue;
        if (digits.len > 19 ||
            (digits.len == 19 && memcmp(digits.ptr, "9223372036854775807", 19) > 0))
            return false;
        found |= is_time_unit(str_slice(text.ptr + unit, end - unit));
        at = end;
    }
    return found;
}

/* Without blanks and dashes; at most 16 characters, 0 where more are left. */
static size_t bare(Str text, char *out)
{
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (memchr("\t\n\f\r -", text.ptr[i], 6))
            continue;
        if (len == 16)
            return 0;
        out[len++] = text.ptr[i];
    }
    return len;
}

static bool is_isbn(Str text, size_t digits)
{
    char number[16];
    size_t len = bare(text, number);
    if (len != digits)
        return false;
    unsigned sum = 0;
    for (size_t i = 0; i < digits; i++) {
        bool ten = digits == 10 && i == 9 && number[i] == 'X';
        if (!is_digit(number[i]) && !ten)
            return false;
        unsigned digit = ten ? 10 : (unsigned)(number[i] - '0');
        sum += digits == 10 ? (unsigned)(i + 1) * digit : i % 2 ? digit * 3 : digit;
    }
    return digits == 10 ? sum % 11 == 0 : sum % 10 == 0;
}

/* The digits alone have to be those of an issuer, and pass Luhn's test. */
static bool is_credit_card(CrdSet *set, Str text)
{
    char number[24];
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_digit(text.ptr[i]))
            continue;
        if (len == sizeof number)
            return false;
        number[len++] = text.ptr[i];
    }
    if (!matches(set, CRD_CREDIT_CARD, str_slice(number, len)))
        return false;
    unsigned sum = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned digit = (unsigned)(number[len - 1 - i] - '0') * (i % 2 ? 2 : 1);
        sum += digit >= 10 ? digit % 10 + 1 : digit;
    }
    return sum % 10 == 0;
}

static bool is_hostname(CrdSet *set, Str text)
{
    if (text.len > 255 || !matches(set, CRD_HOSTNAME, text))
        return false;
    for (size_t at = 0; at < text.len;) {
        size_t label = str_find(str_slice(text.ptr + at, text.len - at), '.');
        if (label > 63)
            return false;
        at += label + 1;
    }
    return true;
}

bool crd_format_holds(CrdSet *set, CrdFormat format, Str text)
{
    IpAddress address;
    unsigned bits;
    switch (format) {
    case CRD_CIDR: return cidr_parse(text, &address, &bits, true);
    case CRD_CREDIT_CARD: return is_credit_card(set, text);
    case CRD_DATE: return is_date(text);
    case CRD_DATE_TIME: return is_date_time(set, text);
    case CRD_DURATION: return is_duration(text);
    case CRD_EMAIL: return address_is_email(text);
    case CRD_HOSTNAME: return is_hostname(set, text);
    case CRD_IPV4:
        return str_find(text, '.') < text.len && ip_parse(text, &address, true);
    case CRD_IPV6: return str_find(text, ':') < text.len && ip_parse(text, &address, false);
    case CRD_ISBN: return is_isbn(text, 10) || is_isbn(text, 13);
    case CRD_ISBN10: return is_isbn(text, 10);
    case CRD_ISBN13: return is_isbn(text, 13);
    case CRD_MAC: return address_is_mac(text);
    case CRD_URI: return address_is_request_uri(text);
    case CRD_LONG_NAME: return text.len <= 253 && matches(set, format, text);
    case CRD_SHORT_NAME: return text.len <= 63 && matches(set, format, text);
    case CRD_SSN: return text.len == 11 && matches(set, format, text);
    case CRD_BSON_ID:
    case CRD_BYTE:
    case CRD_HEX_COLOR:
    case CRD_RGB_COLOR:
    case CRD_UUID:
    case CRD_UUID3:
    case CRD_UUID4:
    case CRD_UUID5: return matches(set, format, text);
    default: return true;
    }
}
