/* pki.c: PEM blocks, and the DER of certificates, requests and keys.  The header says how
 * far it goes. */
#include "schema/validation/pki.h"

/* ---- PEM ---- */

#define PEM_BEGIN "-----BEGIN "
#define PEM_END "\n-----END "
#define PEM_DASHES "-----"

static Str from(Str text, size_t start) { return str_slice(text.ptr + start, text.len - start); }

static size_t find(Str text, Str part)
{
    for (size_t i = 0; i + part.len <= text.len; i++)
        if (memcmp(text.ptr + i, part.ptr, part.len) == 0)
            return i;
    return text.len;
}

static size_t find_last(Str text, Str part)
{
    for (size_t i = text.len < part.len ? 0 : text.len - part.len + 1; i-- > 0;)
        if (memcmp(text.ptr + i, part.ptr, part.len) == 0)
            return i;
    return text.len;
}

/* Takes a line from the text's start, without what is white at its end. */
static Str take_line(Str *text)
{
    size_t len = str_find(*text, '\n');
    Str line = str_slice(text->ptr, len);
    *text = from(*text, len < text->len ? len + 1 : len);
    if (line.len && line.ptr[line.len - 1] == '\r')
        line.len--;
    while (line.len && (line.ptr[line.len - 1] == ' ' || line.ptr[line.len - 1] == '\t'))
        line.len--;
    return line;
}

/* What stands between BEGIN and the first END behind it; `behind` starts after "-----END ". */
static bool pem_block(Str inside, Str behind, Arena *arena, PemBlock *block)
{
    *block = (PemBlock){.type = take_line(&inside)};
    if (!str_ends(block->type, STR(PEM_DASHES)))
        return false;
    block->type.len -= sizeof PEM_DASHES - 1;
    for (Str next = inside; next.len; inside = next) {
        Str line = take_line(&next);
        if (str_find(line, ':') == line.len)
            break;
        block->has_headers = true;
    }
    Str end = take_line(&behind);
    if (!str_starts(end, block->type) || !str_is(from(end, block->type.len), PEM_DASHES))
        return false;
    char *packed = arena_alloc(arena, inside.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < inside.len; i++)
        if (inside.ptr[i] != ' ' && inside.ptr[i] != '\t')
            packed[len++] = inside.ptr[i];
    return base64_decode(str_slice(packed, len), arena, &block->bytes);
}

bool pem_decode(Str *text, Arena *arena, PemBlock *block)
{
    Str rest = *text;
    for (;;) {
        size_t end = find(rest, STR(PEM_END));
        if (end == rest.len)
            return false;
        Str before = str_slice(rest.ptr, end);
        Str behind = from(rest, end + sizeof PEM_END - 1);
        size_t begin = find_last(before, STR(PEM_BEGIN));
        bool starts = begin < before.len && (begin == 0 || before.ptr[begin - 1] == '\n');
        rest = behind;
        if (!starts)
            continue;
        /* With its line feed, as the end of a block that is empty. */
        Str inside = str_slice(before.ptr + begin + sizeof PEM_BEGIN - 1,
                               before.len + 1 - begin - (sizeof PEM_BEGIN - 1));
        if (!pem_block(inside, behind, arena, block))
            continue;
        take_line(&behind);
        *text = behind;
        return true;
    }
}

/* ---- DER ---- */

enum {
    DER_BOOLEAN = 0x01,
    DER_INTEGER = 0x02,
    DER_BIT_STRING = 0x03,
    DER_OCTET_STRING = 0x04,
    DER_OID = 0x06,
    DER_UTF8_STRING = 0x0c,
    DER_NUMERIC_STRING = 0x12,
    DER_PRINTABLE_STRING = 0x13,
    DER_T61_STRING = 0x14,
    DER_IA5_STRING = 0x16,
    DER_UTC_TIME = 0x17,
    DER_GENERALIZED_TIME = 0x18,
    DER_BMP_STRING = 0x1e,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31,
    DER_CONTEXT = 0xa0,     /* constructed: [0], [1], … */
    DER_CONTEXT_PLAIN = 0x80,
    DER_TAG_LONG = 0x1f,
};

static unsigned byte_at(Str der, size_t i) { return (unsigned char)der.ptr[i]; }

static bool der_is(Str der, unsigned tag) { return der.len && byte_at(der, 0) == tag; }

/* Takes a value of any tag; lengths are as short as they can be. */
static bool der_any(Str *der, unsigned *tag, Str *value)
{
    if (der->len < 2 || (byte_at(*der, 0) & DER_TAG_LONG) == DER_TAG_LONG)
        return false;
    *tag = byte_at(*der, 0);
    size_t length = byte_at(*der, 1), head = 2;
    if (length & 0x80) {
        size_t bytes = length & 0x7f;
        if (bytes == 0 || bytes > 4 || der->len < 2 + bytes)
            return false;
        length = 0;
        for (size_t i = 0; i < bytes; i++)
            length = length << 8 | byte_at(*der, 2 + i);
        if (length < 0x80 || length >> (bytes - 1) * 8 == 0)
            return false;
        head += bytes;
    }
    if (der->len - head < length)
        return false;
    *value = str_slice(der->ptr + head, length);
    *der = from(*der, head + length);
    return true;
}

static bool der_take(Str *der, unsigned tag, Str *value)
{
    unsigned found;
    return der_is(*der, tag) && der_any(der, &found, value);
}

/* True where it is not there. */
static bool der_skip(Str *der, unsigned tag)
{
    Str value;
    return !der_is(*der, tag) || der_take(der, tag, &value);
}

static bool der_integer(Str *der, Str *value)
{
    if (!der_take(der, DER_INTEGER, value) || value->len == 0)
        return false;
    if (value->len == 1)
        return true;
    unsigned first = byte_at(*value, 0), sign = byte_at(*value, 1) & 0x80;
    return !(first == 0 && !sign) && !(first == 0xff && sign);
}

static bool is_negative(Str integer) { return byte_at(integer, 0) & 0x80; }

static bool is_positive(Str integer)
{
    return !is_negative(integer) && !(integer.len == 1 && integer.ptr[0] == 0);
}

static bool der_bits(Str *der, Str *bits)
{
    Str value;
    if (!der_take(der, DER_BIT_STRING, &value) || value.len == 0)
        return false;
    unsigned unused = byte_at(value, 0);
    if (unused > 7 || (value.len == 1 && unused) ||
        (byte_at(value, value.len - 1) & ((1u << unused) - 1)))
        return false;
    *bits = from(value, 1);
    return true;
}

static bool der_boolean(Str *der, bool *flag)
{
    Str value;
    if (!der_take(der, DER_BOOLEAN, &value) || value.len != 1)
        return false;
    *flag = value.ptr[0] != 0;
    return byte_at(value, 0) == 0 || byte_at(value, 0) == 0xff;
}

static bool der_oid(Str *der, Str *oid)
{
    if (!der_take(der, DER_OID, oid) || oid->len == 0)
        return false;
    return !(byte_at(*oid, oid->len - 1) & 0x80);
}

/* ---- parts ---- */

static bool is_printable_byte(char c)
{
    static const char OTHERS[] = " '()+,-./:=?*&";
    return is_alnum(c) || (c && strchr(OTHERS, c));
}

static bool is_string(unsigned tag, Str value)
{
    bool well = true;
    switch (tag) {
    case DER_PRINTABLE_STRING:
        for (size_t i = 0; i < value.len; i++)
            well &= is_printable_byte(value.ptr[i]);
        return well;
    case DER_NUMERIC_STRING:
        for (size_t i = 0; i < value.len; i++)
            well &= value.ptr[i] == ' ' || is_digit(value.ptr[i]);
        return well;
    case DER_IA5_STRING:
        for (size_t i = 0; i < value.len; i++)
            well &= !(value.ptr[i] & 0x80);
        return well;
    case DER_BMP_STRING: return value.len % 2 == 0;
    case DER_T61_STRING: return true;
    case DER_UTF8_STRING:
        for (size_t i = 0, len; i < value.len; i += len)
            if (!(len = utf8_length((const unsigned char *)value.ptr + i, value.len - i)))
                return false;
        return true;
    default: return false;
    }
}

/* A distinguished name: sets of types and values. */
static bool take_name(Str *der)
{
    Str name, set, pair, oid, value;
    unsigned tag;
    if (!der_take(der, DER_SEQUENCE, &name))
        return false;
    while (name.len) {
        if (!der_take(&name, DER_SET, &set))
            return false;
        while (set.len)
            if (!der_take(&set, DER_SEQUENCE, &pair) || !der_oid(&pair, &oid) ||
                !der_any(&pair, &tag, &value) || !is_string(tag, value))
                return false;
    }
    return true;
}

/* Two digits within both ends, from the text's start. */
static bool take_pair(Str *text, int low, int high)
{
    if (text->len < 2)
        return false;
    int tens = text->ptr[0] - '0', ones = text->ptr[1] - '0';
    *text = from(*text, 2);
    return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 && tens * 10 + ones >= low &&
           tens * 10 + ones <= high;
}

/* A year of two digits, or of four; the former may come without seconds. */
static bool take_time(Str *der)
{
    bool two = der_is(*der, DER_UTC_TIME);
    Str time;
    if (!der_take(der, two ? DER_UTC_TIME : DER_GENERALIZED_TIME, &time) ||
        (!two && !take_pair(&time, 0, 99)) || !take_pair(&time, 0, 99) ||
        !take_pair(&time, 1, 12) || !take_pair(&time, 1, 31) || !take_pair(&time, 0, 23) ||
        !take_pair(&time, 0, 59))
        return false;
    bool ends = time.len && memchr("Z+-", time.ptr[0], 3);
    if (!ends && !take_pair(&time, 0, 59))
        return false;
    return (two || !ends) && time.len && memchr("Z+-", time.ptr[0], 3);
}

/* An algorithm and its parameters; whether there are any shows in params.len. */
static bool take_algorithm(Str *der, Str *content, Str *oid, Str *params)
{
    if (!der_take(der, DER_SEQUENCE, content))
        return false;
    *params = *content;
    if (!der_oid(params, oid))
        return false;
    Str rest = *params, value;
    unsigned tag;
    return !params->len || der_any(&rest, &tag, &value);
}

/* ---- keys ---- */

#define OID_RSA "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
#define OID_ECDSA "\x2a\x86\x48\xce\x3d\x02\x01"
#define OID_ED25519 "\x2b\x65\x70"

typedef struct Curve {
    Str oid;
    uint32_t bits;
} Curve;

static const Curve curves[] = {
    {{"\x2b\x81\x04\x00\x21", 5}, 224},
    {{"\x2a\x86\x48\xce\x3d\x03\x01\x07", 8}, 256},
    {{"\x2b\x81\x04\x00\x22", 5}, 384},
    {{"\x2b\x81\x04\x00\x23", 5}, 521},
};

static bool ecdsa_key(Str params, Str bits, PublicKey *key)
{
    Str oid;
    if (!der_oid(&params, &oid))
        return false;
    for (size_t i = 0; i < BASE_COUNT(curves); i++) {
        if (!str_eq(curves[i].oid, oid))
            continue;
        size_t bytes = (curves[i].bits + 7) / 8;
        *key = (PublicKey){PUBLIC_KEY_ECDSA, curves[i].bits};
        return bits.len == 1 + 2 * bytes && bits.ptr[0] == 4; /* not compressed */
    }
    return false;
}

static bool rsa_key(Str params, Str bits, PublicKey *key)
{
    Str numbers, modulus, exponent;
    if (!str_eq(params, str_slice("\x05\x00", 2)) || !der_take(&bits, DER_SEQUENCE, &numbers) ||
        !der_integer(&numbers, &modulus) || !der_integer(&numbers, &exponent))
        return false;
    if (!is_positive(modulus) || !is_positive(exponent) || exponent.len > 8)
        return false;
    size_t bytes = modulus.len - (modulus.ptr[0] == 0);
    *key = (PublicKey){PUBLIC_KEY_RSA, (uint32_t)bytes * 8};
    return true;
}

static bool take_public_key(Str *der, PublicKey *key)
{
    enum { ED25519_BYTES = 32 };
    Str info, content, oid, params, bits;
    *key = (PublicKey){0};
    if (!der_take(der, DER_SEQUENCE, &info) || !take_algorithm(&info, &content, &oid, &params) ||
        !der_bits(&info, &bits))
        return false;
    if (str_is(oid, OID_RSA))
        return rsa_key(params, bits, key);
    if (str_is(oid, OID_ECDSA))
        return ecdsa_key(params, bits, key);
    if (str_is(oid, OID_ED25519)) {
        key->kind = PUBLIC_KEY_ED25519;
        return params.len == 0 && bits.len == ED25519_BYTES;
    }
    return true;
}

bool x509_public_key(Str der, PublicKey *key)
{
    return take_public_key(&der, key) && der.len == 0 && key->kind != PUBLIC_KEY_OTHER;
}

/* ---- requests ---- */

bool x509_certificate_request(Str der, PublicKey *key)
{
    Str request, info, version, content, oid, params, bits;
    *key = (PublicKey){0};
    return der_take(&der, DER_SEQUENCE, &request) && der.len == 0 &&
           der_take(&request, DER_SEQUENCE, &info) && der_integer(&info, &version) &&
           take_name(&info) && take_public_key(&info, key) && der_skip(&info, DER_CONTEXT) &&
           take_algorithm(&request, &content, &oid, &params) && der_bits(&request, &bits);
}

/* ---- certificates ---- */

/* Some extensions, as far as their form goes; oid is 2.5.29.N. */
static bool check_extension(Str oid, bool critical, Str value, bool *is_ca)
{
    Str content, part;
    if (oid.len != 3 || memcmp(oid.ptr, "\x55\x1d", 2) != 0)
        return true;
    switch (byte_at(oid, 2)) {
    case 14: return !critical && der_take(&value, DER_OCTET_STRING, &content);
    case 15: return der_bits(&value, &content);
    case 19:
        if (!der_take(&value, DER_SEQUENCE, &content))
            return false;
        if (der_is(content, DER_BOOLEAN) && !der_boolean(&content, is_ca))
            return false;
        return !der_is(content, DER_INTEGER) ||
               (der_integer(&content, &part) && !is_negative(part));
    case 35: return !critical && der_take(&value, DER_SEQUENCE, &content);
    case 37:
        if (!der_take(&value, DER_SEQUENCE, &content))
            return false;
        while (content.len)
            if (!der_oid(&content, &part))
                return false;
        return true;
    default: return true;
    }
}

static bool check_extensions(Str list, bool *is_ca)
{
    Str extensions, extension, oid, value, all;
    if (!der_take(&list, DER_SEQUENCE, &extensions))
        return false;
    all = extensions;
    while (extensions.len) {
        const char *start = extensions.ptr;
        bool critical = false;
        if (!der_take(&extensions, DER_SEQUENCE, &extension) || !der_oid(&extension, &oid) ||
            (der_is(extension, DER_BOOLEAN) && !der_boolean(&extension, &critical)) ||
            !der_take(&extension, DER_OCTET_STRING, &value))
            return false;
        /* Each but once. */
        for (Str before = str_slice(all.ptr, (size_t)(start - all.ptr)), one, id; before.len;)
            if (!der_take(&before, DER_SEQUENCE, &one) || !der_oid(&one, &id) || str_eq(id, oid))
                return false;
        if (!check_extension(oid, critical, value, is_ca))
            return false;
    }
    return true;
}

/* [0] with the version within; without it, the first. */
static bool take_version(Str *der, unsigned *version)
{
    Str outer, number;
    *version = 0;
    if (!der_is(*der, DER_CONTEXT))
        return true;
    if (!der_take(der, DER_CONTEXT, &outer) || !der_integer(&outer, &number) || outer.len ||
        number.len != 1)
        return false;
    *version = byte_at(number, 0);
    return *version <= 2;
}

bool x509_certificate(Str der, bool *is_ca)
{
    Str certificate, body, serial, inner, outer, oid, params, validity, extensions, bits;
    unsigned version;
    PublicKey key;
    *is_ca = false;
    if (!der_take(&der, DER_SEQUENCE, &certificate) || der.len ||
        !der_take(&certificate, DER_SEQUENCE, &body) || !take_version(&body, &version) ||
        !der_integer(&body, &serial) || is_negative(serial))
        return false;
    if (!take_algorithm(&body, &inner, &oid, &params) ||
        !take_algorithm(&certificate, &outer, &oid, &params) || !str_eq(inner, outer))
        return false;
    if (!take_name(&body) || !der_take(&body, DER_SEQUENCE, &validity) || !take_time(&validity) ||
        !take_time(&validity) || !take_name(&body) || !take_public_key(&body, &key))
        return false;
    if (version > 0 && (!der_skip(&body, DER_CONTEXT_PLAIN + 1) ||
                        !der_skip(&body, DER_CONTEXT_PLAIN + 2)))
        return false;
    if (version == 2 && der_is(body, DER_CONTEXT + 3) &&
        (!der_take(&body, DER_CONTEXT + 3, &extensions) || !check_extensions(extensions, is_ca)))
        return false;
    return der_bits(&certificate, &bits);
}
