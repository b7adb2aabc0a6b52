/* crd_address.c: hardware addresses and URLs of requests as Go's standard library reads
 * them (net.ParseMAC, net/url's ParseRequestURI). */
#include "schema/crd_address.h"

#include "schema/validation/formats.h"

static Str from(Str text, size_t at) { return str_slice(text.ptr + at, text.len - at); }
static Str upto(Str text, size_t end) { return str_slice(text.ptr, end); }

static size_t find_last(Str text, char byte)
{
    size_t at = text.len;
    while (at > 0 && text.ptr[at - 1] != byte)
        at--;
    return at ? at - 1 : text.len;
}

/* ---- hardware addresses ---- */

bool address_is_mac(Str text)
{
    if (text.len < 12)
        return false;
    char separator = text.ptr[2] == ':' || text.ptr[2] == '-' ? text.ptr[2]
                     : text.ptr[4] == '.'                      ? '.'
                                                               : '\0';
    size_t digits = separator == '.' ? 4 : separator ? 2 : text.len; /* of a group */
    size_t groups = separator ? (text.len + 1) / (digits + 1) : 1;
    size_t bytes = groups * digits / 2;
    if (groups * digits + (groups - 1) != text.len || digits % 2 ||
        (bytes != 6 && bytes != 8 && bytes != 20))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        bool between = separator && i % (digits + 1) == digits;
        if (between ? text.ptr[i] != separator : hex_value(text.ptr[i]) < 0)
            return false;
    }
    return true;
}

/* ---- URLs ---- */

typedef enum UrlPart { URL_PATH, URL_HOST, URL_ZONE, URL_USER } UrlPart;

static bool stands_in_host(char c)
{
    return is_alnum(c) || (c != '\0' && strchr("-_.~!$&'()*+,;=:[]<>\"", c) != NULL);
}

/* Whether net/url's unescape takes the text. */
static bool is_escaped_well(Str text, UrlPart part)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool host = part == URL_HOST || part == URL_ZONE;
        if (c != '%') {
            if (host && !((unsigned char)c & 0x80) && !stands_in_host(c))
                return false;
            continue;
        }
        if (i + 2 >= text.len || hex_value(text.ptr[i + 1]) < 0 || hex_value(text.ptr[i + 2]) < 0)
            return false;
        int high = hex_value(text.ptr[i + 1]), byte = high << 4 | hex_value(text.ptr[i + 2]);
        bool percent = byte == '%';
        if (part == URL_HOST && high < 8 && !percent)
            return false;
        if (part == URL_ZONE && !percent && byte != ' ' && !stands_in_host((char)byte))
            return false;
        i += 2;
    }
    return true;
}

static bool is_port(Str text)
{
    if (text.len && text.ptr[0] != ':')
        return false;
    for (size_t i = 1; i < text.len; i++)
        if (!is_digit(text.ptr[i]))
            return false;
    return true;
}

static bool is_ip_literal(Str host)
{
    size_t close = find_last(host, ']');
    if (close == host.len || !is_port(from(host, close + 1)))
        return false;
    Str inner = str_slice(host.ptr + 1, close - 1);
    /* A zone stands behind an escaped percent sign and may be anything. */
    size_t zone = 0;
    while (zone < inner.len && !str_starts(from(inner, zone), STR("%25")))
        zone++;
    bool has_zone = zone < inner.len;
    IpAddress address;
    if (has_zone && (!is_escaped_well(from(inner, zone), URL_ZONE) || zone + 3 == inner.len))
        return false;
    inner = upto(inner, zone);
    return is_escaped_well(inner, URL_HOST) && ip_parse(inner, &address, false) &&
           (address.v6 || address.mapped);
}

static bool is_host(Str scheme, Str host)
{
    size_t open = find_last(host, '[');
    if (open < host.len)
        return open == 0 && is_ip_literal(host);
    size_t colon = str_find(host, ':');
    if (colon < host.len) {
        bool strict = str_is(scheme, "http") || str_is(scheme, "https");
        if (!strict)
            colon = find_last(host, ':');
        if (!is_port(from(host, colon)))
            return false;
    }
    return is_escaped_well(host, URL_HOST);
}

static bool is_userinfo(Str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_alnum(text.ptr[i]) &&
            (text.ptr[i] == '\0' || !strchr("-._:~!$&'()*+,;=%@", text.ptr[i])))
            return false;
    return is_escaped_well(text, URL_USER);
}

static bool is_authority(Str scheme, Str text)
{
    size_t at = find_last(text, '@');
    if (at == text.len)
        return is_host(scheme, text);
    return is_host(scheme, from(text, at + 1)) && is_userinfo(upto(text, at));
}

/* Splits "scheme:" off; false for a lone colon. */
static bool read_scheme(Str *rest, Str *scheme)
{
    for (size_t i = 0; i < rest->len; i++) {
        char c = rest->ptr[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
            continue;
        if (c == ':') {
            *scheme = upto(*rest, i);
            *rest = from(*rest, i + 1);
            return i > 0;
        }
        if (i == 0 || !(is_digit(c) || c == '+' || c == '-' || c == '.'))
            return true;
    }
    return true;
}

static bool has_control(Str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 0x7F)
            return true;
    return false;
}

/* What a request may name: an absolute path, or anything behind a scheme. */
bool address_is_request_uri(Str text)
{
    Str scheme = {"", 0};
    if (has_control(text) || text.len == 0)
        return false;
    if (str_is(text, "*"))
        return true;
    if (!read_scheme(&text, &scheme))
        return false;
    text = upto(text, str_find(text, '?'));
    if (!str_starts(text, STR("/")))
        return scheme.len > 0; /* opaque */
    if (scheme.len && str_starts(text, STR("//"))) {
        text = from(text, 2);
        size_t slash = str_find(text, '/');
        if (!is_authority(scheme, upto(text, slash)))
            return false;
        text = from(text, slash);
    }
    return is_escaped_well(text, URL_PATH);
}
