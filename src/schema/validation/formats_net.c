/* formats_net.c: addresses as Go's net, net/netip and k8s.io/utils/net read them. */
#include "schema/validation/formats.h"

/* "1.2.3.4"; sloppy takes zeros in front, as Go did until 1.17. */
static bool parse_v4(Str text, uint8_t bytes[4], bool sloppy)
{
    size_t at = 0;
    for (int part = 0; part < 4; part++) {
        if (part && (at >= text.len || text.ptr[at++] != '.'))
            return false;
        size_t start = at;
        unsigned value = 0;
        while (at < text.len && is_digit(text.ptr[at])) {
            value = value * 10 + (unsigned)(text.ptr[at++] - '0');
            if (value > 255)
                return false;
        }
        if (at == start || (!sloppy && at - start > 1 && text.ptr[start] == '0'))
            return false;
        bytes[part] = (uint8_t)value;
    }
    return at == text.len;
}

static bool parse_v6(Str text, uint8_t bytes[16], bool sloppy)
{
    size_t at = 0, filled = 0, gap = 17;
    memset(bytes, 0, 16);
    if (text.len >= 2 && text.ptr[0] == ':' && text.ptr[1] == ':') {
        gap = 0;
        at = 2;
    }
    while (filled < 16 && at < text.len) {
        size_t start = at;
        unsigned value = 0;
        while (at < text.len && hex_value(text.ptr[at]) >= 0 && value <= 0xFFFF)
            value = value * 16 + (unsigned)hex_value(text.ptr[at++]);
        if (at == start || value > 0xFFFF || (!sloppy && at - start > 4))
            return false;
        if (at < text.len && text.ptr[at] == '.') {
            if ((gap == 17 && filled != 12) || filled + 4 > 16)
                return false;
            if (!parse_v4(str_slice(text.ptr + start, text.len - start), bytes + filled, sloppy))
                return false;
            at = text.len;
            filled += 4;
            break;
        }
        bytes[filled++] = (uint8_t)(value >> 8);
        bytes[filled++] = (uint8_t)value;
        if (at == text.len)
            break;
        if (text.ptr[at] != ':' || ++at == text.len)
            return false;
        if (text.ptr[at] == ':') {
            if (gap != 17)
                return false;
            gap = filled;
            at++;
        }
    }
    if (at != text.len || (filled < 16) != (gap != 17))
        return false;
    if (filled < 16) {
        memmove(bytes + 16 - (filled - gap), bytes + gap, filled - gap);
        memset(bytes + gap, 0, 16 - filled);
    }
    return true;
}

bool ip_parse(Str text, IpAddress *address, bool sloppy)
{
    static const uint8_t MAPPED[12] = {[10] = 0xFF, [11] = 0xFF};
    *address = (IpAddress){.v6 = str_find(text, ':') < text.len};
    if (!address->v6)
        return parse_v4(text, address->bytes, sloppy);
    if (!parse_v6(text, address->bytes, sloppy))
        return false;
    /* To Go's net package such an address is an IPv4 one. */
    if (memcmp(address->bytes, MAPPED, sizeof MAPPED) == 0) {
        address->mapped = true;
        address->v6 = false;
        memmove(address->bytes, address->bytes + 12, 4);
        memset(address->bytes + 4, 0, 12);
    }
    return true;
}

bool cidr_parse(Str text, IpAddress *address, unsigned *bits, bool sloppy)
{
    size_t slash = str_find(text, '/');
    if (slash == text.len || !ip_parse(str_slice(text.ptr, slash), address, sloppy))
        return false;
    Str digits = str_slice(text.ptr + slash + 1, text.len - slash - 1);
    *bits = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.ptr[i] < '0' || digits.ptr[i] > '9' || *bits > 999)
            return false;
        *bits = *bits * 10 + (unsigned)(digits.ptr[i] - '0');
    }
    unsigned most = address->v6 || address->mapped ? 128 : 32;
    if (digits.len == 0 || *bits > most || (!sloppy && digits.len > 1 && digits.ptr[0] == '0'))
        return false;
    return true;
}

bool ip_is_unspecified(const IpAddress *address)
{
    static const uint8_t ZERO[16] = {0};
    return memcmp(address->bytes, ZERO, sizeof ZERO) == 0;
}

bool ip_is_loopback(const IpAddress *address)
{
    static const uint8_t ONE[16] = {[15] = 1};
    return address->v6 ? memcmp(address->bytes, ONE, sizeof ONE) == 0 : address->bytes[0] == 127;
}

bool ip_is_link_local(const IpAddress *address)
{
    const uint8_t *b = address->bytes;
    return address->v6 ? b[0] == 0xFE && (b[1] & 0xC0) == 0x80 : b[0] == 169 && b[1] == 254;
}

bool ip_is_link_local_multicast(const IpAddress *address)
{
    const uint8_t *b = address->bytes;
    return address->v6 ? b[0] == 0xFF && (b[1] & 0x0F) == 0x02
                       : b[0] == 224 && b[1] == 0 && b[2] == 0;
}

bool ip_equal(const IpAddress *a, const IpAddress *b)
{
    return a->v6 == b->v6 && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* Whether the first bits are equal. */
static bool bits_equal(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    for (unsigned i = 0; i < 16 && bits > 0; i++, bits = bits > 8 ? bits - 8 : 0) {
        uint8_t mask = bits >= 8 ? 0xFF : (uint8_t)(0xFF00u >> bits);
        if ((a[i] ^ b[i]) & mask)
            return false;
    }
    return true;
}

bool cidr_contains(const IpAddress *net, unsigned bits, const IpAddress *address)
{
    return net->v6 == address->v6 && bits_equal(net->bytes, address->bytes, bits);
}

static bool has_host_bits(const IpAddress *net, unsigned bits)
{
    IpAddress masked = *net;
    for (unsigned i = 0; i < 16; i++)
        masked.bytes[i] = bits >= 8 * (i + 1) ? masked.bytes[i]
                          : bits > 8 * i ? (uint8_t)(masked.bytes[i] & (0xFF00u >> (bits - 8 * i)))
                                         : 0;
    return memcmp(masked.bytes, net->bytes, sizeof masked.bytes) != 0;
}

size_t ip_text(const IpAddress *address, char text[IP_TEXT_MOST])
{
    const uint8_t *b = address->bytes;
    if (!address->v6)
        return (size_t)snprintf(text, IP_TEXT_MOST, "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
    /* RFC 5952: the longest run of two or more zero groups, the first of equals. */
    int best = -1, best_length = 1;
    for (int i = 0; i < 8; i++) {
        int length = 0;
        while (i + length < 8 && b[2 * (i + length)] == 0 && b[2 * (i + length) + 1] == 0)
            length++;
        if (length > best_length) {
            best = i;
            best_length = length;
        }
    }
    size_t len = 0;
    for (int i = 0; i < 8; i++) {
        if (i == best) {
            text[len++] = ':';
            text[len++] = ':';
            i += best_length - 1;
            continue;
        }
        if (len && text[len - 1] != ':')
            text[len++] = ':';
        len += (size_t)snprintf(text + len, IP_TEXT_MOST - len, "%x",
                                (unsigned)b[2 * i] << 8 | b[2 * i + 1]);
    }
    text[len] = 0;
    return len;
}

bool ip_is_canonical(Str text)
{
    IpAddress address;
    char canonical[IP_TEXT_MOST];
    return ip_parse(text, &address, true) &&
           str_eq(text, str_slice(canonical, ip_text(&address, canonical)));
}

/* ---- forms ---- */

const char *format_sloppy_ip(Str text)
{
    IpAddress address;
    return ip_parse(text, &address, true) ? NULL
                                          : "must be an IP address, as in 10.9.8.7 or 2001:db8::ffff";
}

const char *format_legacy_ip(Str text)
{
    IpAddress address;
    if (!ip_parse(text, &address, true))
        return format_sloppy_ip(text);
    if (!ip_parse(text, &address, false))
        return "must not have zeros in front of its numbers";
    return address.mapped ? "must not be an IPv4 address written as an IPv6 one" : NULL;
}

const char *format_ip(Str text)
{
    const char *wrong = format_legacy_ip(text);
    if (wrong)
        return wrong;
    return ip_is_canonical(text) ? NULL : "must be written in its canonical form";
}

const char *format_sloppy_cidr(Str text)
{
    IpAddress address;
    unsigned bits;
    return cidr_parse(text, &address, &bits, true)
               ? NULL
               : "must be a network in CIDR form, as in 10.9.8.0/24 or 2001:db8::/64";
}

const char *format_legacy_cidr(Str text)
{
    IpAddress address;
    unsigned bits;
    if (!cidr_parse(text, &address, &bits, true))
        return format_sloppy_cidr(text);
    if (!cidr_parse(text, &address, &bits, false))
        return "must not have zeros in front of its numbers";
    if (address.mapped)
        return "must not be an IPv4 network written as an IPv6 one";
    return has_host_bits(&address, bits) ? "must not have bits set behind its prefix" : NULL;
}

const char *format_cidr(Str text)
{
    const char *wrong = format_legacy_cidr(text);
    if (wrong)
        return wrong;
    return ip_is_canonical(str_slice(text.ptr, str_find(text, '/')))
               ? NULL
               : "must be written in its canonical form";
}
