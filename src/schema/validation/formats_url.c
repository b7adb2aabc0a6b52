/* formats_url.c: URLs as Go's net/url takes them apart. */
#include "schema/validation/formats.h"

/* Whether each % has two hexadecimal digits behind it. */
static bool unescapes(Str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '%' &&
            (i + 2 >= text.len || !is_hex(text.ptr[i + 1]) || !is_hex(text.ptr[i + 2])))
            return false;
    return true;
}

static Str rest_of(Str text, size_t from) { return str_slice(text.ptr + from, text.len - from); }

/* getScheme: false for a colon in front. */
static bool cut_scheme(Str *text, Str *scheme)
{
    for (size_t i = 0; i < text->len; i++) {
        char c = text->ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (c == ':') {
            if (i == 0)
                return false;
            *scheme = str_slice(text->ptr, i);
            *text = rest_of(*text, i + 1);
            return true;
        }
        if (!letter && (i == 0 || !(is_alnum(c) || c == '+' || c == '-' || c == '.')))
            return true;
    }
    return true;
}

static bool is_optional_port(Str text)
{
    if (text.len && text.ptr[0] != ':')
        return false;
    for (size_t i = 1; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    return true;
}

/* What Go's shouldEscape lets stand in a host as it is. */
static bool is_host_byte(char c)
{
    return is_alnum(c) || (unsigned char)c >= 0x80 || (c && strchr("!$&'()*+,;=:[]<>\"-_.~", c));
}

static size_t find_last(Str text, char byte)
{
    for (size_t i = text.len; i > 0; i--)
        if (text.ptr[i - 1] == byte)
            return i - 1;
    return text.len;
}

static bool is_http(Str scheme)
{
    static const char NAME[] = "https";
    for (size_t i = 0; i < scheme.len; i++)
        if (i >= sizeof NAME - 1 || (scheme.ptr[i] | 0x20) != NAME[i])
            return false;
    return scheme.len >= 4;
}

/* "[::1]:80": only an IPv6 address stands in brackets, with its zone behind %25. */
static bool is_bracketed(Str host)
{
    IpAddress address;
    size_t end = find_last(host, ']'), zone = 1;
    if (end == host.len || !is_optional_port(rest_of(host, end + 1)))
        return false;
    while (zone < end && !str_starts(rest_of(host, zone), STR("%25")))
        zone++;
    return zone + 3 != end && ip_parse(str_slice(host.ptr + 1, zone - 1), &address, false) &&
           (address.v6 || address.mapped);
}

/* parseHost: of several colons Go complains only in URLs of HTTP. */
static bool is_host(Str host, Str scheme)
{
    if (host.len && host.ptr[0] == '[') {
        if (!is_bracketed(host))
            return false;
    } else {
        size_t colon = find_last(host, ':');
        if (!is_optional_port(rest_of(host, colon)) ||
            (str_find(host, ':') < colon && is_http(scheme)))
            return false;
    }
    for (size_t i = 0; i < host.len; i++) {
        if (host.ptr[i] == '%') {
            bool percent = str_starts(rest_of(host, i), STR("%25"));
            if (i + 2 >= host.len || !is_hex(host.ptr[i + 1]) || !is_hex(host.ptr[i + 2]) ||
                (host.ptr[i + 1] < '8' && !percent))
                return false;
            i += 2;
        } else if (!is_host_byte(host.ptr[i])) {
            return false;
        }
    }
    return true;
}

/* parseAuthority */
static bool read_authority(Str authority, Url *url)
{
    size_t at = find_last(authority, '@');
    url->has_user = at < authority.len;
    if (url->has_user) {
        for (size_t i = 0; i < at; i++)
            if (!is_alnum(authority.ptr[i]) &&
                (!authority.ptr[i] || !strchr("-._:~!$&'()*+,;=%@", authority.ptr[i])))
                return false;
        if (!unescapes(str_slice(authority.ptr, at)))
            return false;
        authority = rest_of(authority, at + 1);
    }
    url->host = authority;
    return is_host(authority, url->scheme);
}

bool url_parse(Str text, Url *url)
{
    *url = (Url){.scheme = {"", 0}, .host = {"", 0}, .query = {"", 0}, .fragment = {"", 0}};
    size_t hash = str_find(text, '#');
    if (hash < text.len)
        url->fragment = rest_of(text, hash + 1);
    text.len = hash;
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 0x7F)
            return false;
    if (!unescapes(url->fragment) || !cut_scheme(&text, &url->scheme))
        return false;
    size_t question = str_find(text, '?');
    if (question < text.len)
        url->query = rest_of(text, question + 1);
    text.len = question;
    if (text.len == 0 || text.ptr[0] != '/') {
        url->path = text;
        if (url->scheme.len)
            return true; /* opaque */
        if (str_find(str_slice(text.ptr, str_find(text, '/')), ':') < str_find(text, '/'))
            return false;
    }
    if (str_starts(text, STR("//")) && (url->scheme.len || !str_starts(text, STR("///")))) {
        Str authority = rest_of(text, 2);
        size_t slash = str_find(authority, '/');
        text = rest_of(authority, slash);
        authority.len = slash;
        if (!read_authority(authority, url))
            return false;
    }
    url->path = text;
    return unescapes(text);
}
