/* crd_email.c: an e-mail address as Go's net/mail reads one (RFC 5322, with what Go
 * allows beyond it): a bare address, or a display name and an address in angle
 * brackets, with comments, or a group of exactly one. */
#include "schema/crd_address.h"
#include "schema/value.h"

#include "schema/validation/formats.h"

typedef struct Mail {
    const char *at, *end;
} Mail;

static bool is_empty(const Mail *mail) { return mail->at == mail->end; }
static char peek(const Mail *mail) { return *mail->at; }

static bool consume(Mail *mail, char c)
{
    if (is_empty(mail) || peek(mail) != c)
        return false;
    mail->at++;
    return true;
}

static void skip_space(Mail *mail)
{
    while (!is_empty(mail) && (peek(mail) == ' ' || peek(mail) == '\t'))
        mail->at++;
}

/* Length of the character, 0 where it is no UTF-8. */
static unsigned character(const Mail *mail)
{
    return utf8_length((const unsigned char *)mail->at, (size_t)(mail->end - mail->at));
}

static bool is_visible(char c) { return (c >= '!' && c <= '~') || ((unsigned char)c & 0x80); }
static bool is_blank(char c) { return c == ' ' || c == '\t'; }

static bool is_atom(char c)
{
    return is_visible(c) && strchr("()<>[]:;@\\,\"", c) == NULL;
}

/* Behind the parenthesis that opened it. */
static bool skip_comment(Mail *mail)
{
    unsigned depth = 1;
    while (!is_empty(mail) && depth > 0) {
        if (peek(mail) == '\\' && mail->end - mail->at > 1)
            mail->at++;
        else if (peek(mail) == '(')
            depth++;
        else if (peek(mail) == ')')
            depth--;
        mail->at++;
    }
    return depth == 0;
}

static bool skip_comments(Mail *mail)
{
    skip_space(mail);
    while (consume(mail, '(')) {
        if (!skip_comment(mail))
            return false;
        skip_space(mail);
    }
    return true;
}

static bool read_quoted(Mail *mail, bool *is_empty_text)
{
    bool escaped = false;
    *is_empty_text = true;
    mail->at++;
    for (;;) {
        unsigned size = is_empty(mail) ? 0 : character(mail);
        if (size == 0)
            return false;
        char c = peek(mail);
        if (escaped) {
            if (!is_visible(c) && !is_blank(c))
                return false;
            escaped = false;
            *is_empty_text = false;
        } else if (c == '"') {
            mail->at++;
            return true;
        } else if (c == '\\') {
            escaped = true;
        } else if (is_visible(c) || is_blank(c)) {
            *is_empty_text = false;
        } else {
            return false;
        }
        mail->at += size;
    }
}

static bool read_atom(Mail *mail, bool permissive)
{
    const char *start = mail->at;
    while (!is_empty(mail)) {
        unsigned size = character(mail);
        if (size == 0)
            return false;
        if (!is_atom(peek(mail)))
            break;
        mail->at += size;
    }
    Str atom = str_slice(start, (size_t)(mail->at - start));
    if (atom.len == 0)
        return false;
    return permissive || !(atom.ptr[0] == '.' || atom.ptr[atom.len - 1] == '.' ||
                           str_contains(atom, STR("..")));
}

static bool read_domain_literal(Mail *mail)
{
    mail->at++;
    const char *start = mail->at;
    while (!is_empty(mail) && peek(mail) != ']') {
        unsigned size = character(mail);
        char c = peek(mail);
        if (size == 0 || !is_visible(c) || c == '[' || c == '\\')
            return false;
        mail->at += size;
    }
    Str text = str_slice(start, (size_t)(mail->at - start));
    IpAddress address;
    return consume(mail, ']') && ip_parse(text, &address, false);
}

static bool read_spec(Mail *mail)
{
    skip_space(mail);
    if (is_empty(mail))
        return false;
    bool nothing = false;
    bool local = peek(mail) == '"' ? read_quoted(mail, &nothing) : read_atom(mail, false);
    if (!local || nothing || !consume(mail, '@'))
        return false;
    skip_space(mail);
    if (is_empty(mail))
        return false;
    return peek(mail) == '[' ? read_domain_literal(mail) : read_atom(mail, false);
}

/* ---- encoded words (RFC 2047) ---- */

typedef struct Encoded {
    Str charset, text;
    char encoding; /* b or q */
} Encoded;

/* =?charset?encoding?text?= */
static bool split_encoded(Str word, Encoded *encoded)
{
    if (word.len < 8 || !str_starts(word, STR("=?")) || !str_ends(word, STR("?=")))
        return false;
    Str inner = str_slice(word.ptr + 2, word.len - 4);
    size_t first = str_find(inner, '?');
    if (first == 0 || first + 3 > inner.len || inner.ptr[first + 2] != '?')
        return false;
    *encoded = (Encoded){str_slice(inner.ptr, first),
                         str_slice(inner.ptr + first + 3, inner.len - first - 3),
                         (char)(inner.ptr[first + 1] | 0x20)};
    return (encoded->encoding == 'b' || encoded->encoding == 'q') &&
           str_find(encoded->text, '?') == encoded->text.len;
}

static bool is_decodable(const Encoded *encoded)
{
    Str text = encoded->text;
    if (encoded->encoding == 'b')
        return value_is_base64(text);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] & 0x80)
            return false;
        if (text.ptr[i] != '=')
            continue;
        if (text.len - i < 3 || !is_hex(text.ptr[i + 1]) || !is_hex(text.ptr[i + 2]))
            return false;
        i += 2;
    }
    return true;
}

static bool is_known(Str charset)
{
    static const char KNOWN[][12] = {"utf-8", "iso-8859-1", "us-ascii"};
    for (size_t i = 0; i < BASE_COUNT(KNOWN); i++) {
        size_t at = 0;
        while (at < charset.len && KNOWN[i][at] &&
               (charset.ptr[at] | 0x20) == (KNOWN[i][at] | 0x20))
            at++;
        if (at == charset.len && KNOWN[i][at] == '\0')
            return true;
    }
    return false;
}

static bool read_phrase(Mail *mail)
{
    bool any = false, nothing;
    for (;;) {
        if (any && !skip_comments(mail))
            return false;
        skip_space(mail);
        if (is_empty(mail))
            return true;
        Mail before = *mail;
        const char *start = mail->at;
        bool read = peek(mail) == '"' ? read_quoted(mail, &nothing) : read_atom(mail, true);
        Encoded encoded;
        bool is_encoded = read && *start != '"' &&
                          split_encoded(str_slice(start, (size_t)(mail->at - start)), &encoded) &&
                          is_decodable(&encoded);
        /* The only fault of an encoded word that Go minds. */
        if (is_encoded && !is_known(encoded.charset))
            return any;
        if (!read) {
            *mail = before;
            return any;
        }
        any |= !is_encoded || encoded.text.len > 0;
    }
}

static bool read_address(Mail *mail, bool in_group, unsigned *count);

static bool read_group(Mail *mail, unsigned *count)
{
    skip_space(mail);
    if (consume(mail, ';'))
        return skip_comments(mail);
    for (;;) {
        if (!read_address(mail, true, count) || !skip_comments(mail))
            return false;
        if (consume(mail, ';'))
            return skip_comments(mail);
        if (!consume(mail, ','))
            return false;
    }
}

static bool read_address(Mail *mail, bool in_group, unsigned *count)
{
    skip_space(mail);
    if (is_empty(mail))
        return false;
    Mail before = *mail;
    ++*count;
    if (read_spec(mail)) {
        skip_space(mail);
        return !consume(mail, '(') || skip_comment(mail);
    }
    *mail = before;
    if (peek(mail) != '<' && !read_phrase(mail))
        return false;
    skip_space(mail);
    if (!in_group && consume(mail, ':')) {
        --*count;
        return read_group(mail, count);
    }
    return consume(mail, '<') && read_spec(mail) && consume(mail, '>');
}

bool address_is_email(Str text)
{
    Mail mail = {text.ptr, text.ptr + text.len};
    unsigned count = 0;
    return text.len && read_address(&mail, false, &count) && skip_comments(&mail) &&
           is_empty(&mail) && count == 1;
}
