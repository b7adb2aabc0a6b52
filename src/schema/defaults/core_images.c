/* core_images.c: the tag of an image's name, as ParseImageName of pkg/util/parsers reads
 * it with github.com/distribution/reference.  A name that does not parse has no tag. */
#include "schema/defaults/defaults.h"

static bool is_lower(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
static bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

static Str cut(Str text, size_t from, size_t to) { return str_slice(text.ptr + from, to - from); }

/* [a-z0-9]+ with [._], __ or dashes between. */
static bool is_path_component(Str part)
{
    size_t at = 0;
    while (true) {
        size_t word = at;
        while (at < part.len && is_lower(part.ptr[at]))
            at++;
        if (at == word)
            return false;
        if (at == part.len)
            return true;
        char mark = part.ptr[at++];
        if (mark == '_' && at < part.len && part.ptr[at] == '_')
            at++;
        else if (mark == '-')
            while (at < part.len && part.ptr[at] == '-')
                at++;
        else if (mark != '.' && mark != '_')
            return false;
    }
}

static bool is_path(Str path)
{
    for (size_t from = 0; from <= path.len;) {
        size_t to = from + str_find(cut(path, from, path.len), '/');
        if (!is_path_component(cut(path, from, to)))
            return false;
        from = to + 1;
    }
    return true;
}

static bool is_domain_name(Str name)
{
    for (size_t from = 0; from <= name.len;) {
        size_t to = from + str_find(cut(name, from, name.len), '.');
        if (to == from || !is_alnum(name.ptr[from]) || !is_alnum(name.ptr[to - 1]))
            return false;
        for (size_t i = from; i < to; i++)
            if (!is_alnum(name.ptr[i]) && name.ptr[i] != '-')
                return false;
        from = to + 1;
    }
    return true;
}

static bool is_domain(Str domain)
{
    size_t end = domain.len;
    while (end > 0 && domain.ptr[end - 1] >= '0' && domain.ptr[end - 1] <= '9')
        end--;
    if (end > 0 && end < domain.len && domain.ptr[end - 1] == ':')
        domain.len = end - 1;
    if (domain.len < 3 || domain.ptr[0] != '[')
        return is_domain_name(domain);
    for (size_t i = 1; i + 1 < domain.len; i++)
        if (domain.ptr[i] != ':' && !is_hex(domain.ptr[i]))
            return false;
    return domain.ptr[domain.len - 1] == ']';
}

static bool is_name_mark(char c) { return c == '_' || c == '.' || c == '-'; }

static bool is_tag(Str tag)
{
    if (tag.len == 0 || tag.len > 128 || tag.ptr[0] == '.' || tag.ptr[0] == '-')
        return false;
    for (size_t i = 0; i < tag.len; i++)
        if (!is_alnum(tag.ptr[i]) && !is_name_mark(tag.ptr[i]))
            return false;
    return true;
}

static bool is_lower_hex(Str text, size_t length)
{
    if (text.len != length)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!is_digit(text.ptr[i]) && (text.ptr[i] < 'a' || text.ptr[i] > 'f'))
            return false;
    return true;
}

static bool is_digest(Str digest)
{
    size_t colon = str_find(digest, ':');
    Str algorithm = cut(digest, 0, colon);
    if (colon == digest.len)
        return false;
    Str hex = cut(digest, colon + 1, digest.len);
    return (str_is(algorithm, "sha256") && is_lower_hex(hex, 64)) ||
           (str_is(algorithm, "sha384") && is_lower_hex(hex, 96)) ||
           (str_is(algorithm, "sha512") && is_lower_hex(hex, 128));
}

/* splitDockerDomain: whether what stands before the first slash is a host. */
static bool has_domain(Str name, size_t slash)
{
    Str first = cut(name, 0, slash);
    if (slash == name.len)
        return false;
    bool upper = false;
    for (size_t i = 0; i < first.len; i++)
        upper |= is_upper(first.ptr[i]);
    return upper || str_find(first, '.') < first.len || str_find(first, ':') < first.len ||
           str_is(first, "localhost");
}

bool image_is_latest(Str image)
{
    size_t at = str_find(image, '@');
    Str name = cut(image, 0, at);
    if (is_lower_hex(image, 64) || (at < image.len && !is_digest(cut(image, at + 1, image.len))))
        return false;
    size_t slash = str_find(name, '/');
    bool hosted = has_domain(name, slash);
    Str domain = hosted ? cut(name, 0, slash) : STR("docker.io");
    Str path = hosted ? cut(name, slash + 1, name.len) : name;
    size_t colon = str_find(path, ':');
    bool tagged = colon < path.len;
    Str tag = tagged ? cut(path, colon + 1, path.len) : STR("latest");
    path.len = colon;
    if (!is_path(path) || !(is_domain(domain) || is_path_component(domain)) || !is_tag(tag))
        return false;
    bool official = !hosted && slash == name.len;
    if (domain.len + 1 + path.len + (official ? strlen("library/") : 0) > 255)
        return false;
    return tagged ? str_is(tag, "latest") : at == image.len;
}
