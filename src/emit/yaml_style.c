/* How a string is written in YAML.
 *
 * Readers of YAML 1.1 and 1.2, and the many in between, disagree about plain
 * scalars: `no`, `0777`, `1_000`, `12:30:00`, `1.2.3` and `=` each mean something
 * else than a string to one of them.  So a string stands plain only if it is one for
 * all of them, and quotes cost nothing.  Text of several lines becomes a literal
 * block where that shows every character of it; what an editor would strip or a
 * reader would fold is quoted with escapes. */
#include "emit/objects.h"

/* Words that some reader takes for a boolean, null, number or merge key; lower case,
 * since every mixture of cases is read by someone. */
static const char *const WORDS[] = {
    "~",  "null", "true", "false", "yes",  "no",    "on",   "off",   "y",     "n",
    "=",  "<<",   ".inf", "+.inf", "-.inf", ".nan", "inf",  "+inf",  "-inf",  "nan",
};

static bool is_word(Str value)
{
    for (size_t i = 0; i < BASE_COUNT(WORDS); i++) {
        size_t at = 0;
        while (at < value.len && WORDS[i][at] &&
               (value.ptr[at] >= 'A' && value.ptr[at] <= 'Z' ? value.ptr[at] | 0x20
                                                             : value.ptr[at]) == WORDS[i][at])
            at++;
        if (at == value.len && !WORDS[i][at])
            return true;
    }
    return false;
}

/* Whether the value opens like a number or a date and holds nothing that those may
 * not hold.  That is more than any one reader takes for one. */
static bool is_like_number(Str value)
{
    static const char INSIDE[] = "0123456789abcdefABCDEF_.,:+-oOxXTtZz ";
    size_t at = value.ptr[0] == '+' || value.ptr[0] == '-';
    if (at < value.len && value.ptr[at] == '.')
        at++;
    if (at >= value.len || !is_digit(value.ptr[at]))
        return false;
    for (size_t i = 0; i < value.len; i++)
        if (!value.ptr[i] || !strchr(INSIDE, value.ptr[i]))
            return false;
    return true;
}

/* What is in a string, as far as its style depends on it. */
typedef struct Content {
    bool lines;         /* line feeds */
    bool tab;
    bool special;       /* needs an escape: a control character, a mark, no UTF-8 */
    bool trailing_blank; /* a blank in front of a line feed or at the end */
    bool comment;       /* " #" */
    bool mapping;       /* ": ", or a colon at the end */
    bool escape;        /* a quote or backslash, which double quotes would double */
    bool apostrophe;
} Content;

/* Code points that a reader refuses, folds away or takes for a line break, and those
 * that nobody would see. */
static bool is_special(uint32_t code)
{
    return (code < 0x20 && code != '\n' && code != '\t') || (code >= 0x7F && code <= 0xA0) ||
           (code >= 0x2028 && code <= 0x2029) || code == 0xFEFF || code == 0xFFFE ||
           code == 0xFFFF;
}

/* The code point at a place, and its length in bytes; 0 where it is not UTF-8. */
static uint32_t code_at(Str value, size_t at, unsigned *length)
{
    const unsigned char *s = (const unsigned char *)value.ptr + at;
    *length = utf8_length(s, value.len - at);
    switch (*length) {
    case 2: return (uint32_t)(s[0] & 0x1F) << 6 | (s[1] & 0x3F);
    case 3: return (uint32_t)(s[0] & 0x0F) << 12 | (uint32_t)(s[1] & 0x3F) << 6 | (s[2] & 0x3F);
    case 4: return 0x10000; /* none of those beyond is special */
    default: return s[0];
    }
}

static Content examine(Str value)
{
    Content content = {0};
    const unsigned char *s = (const unsigned char *)value.ptr;
    for (size_t at = 0; at < value.len;) {
        unsigned length;
        uint32_t code = code_at(value, at, &length);
        content.special |= length == 0 || is_special(code);
        unsigned char next = at + 1 < value.len ? s[at + 1] : '\n';
        switch (s[at]) {
        case '\n': content.lines = true; break;
        case '\t': content.tab = true; break;
        case '\'': content.apostrophe = true; break;
        case '"':
        case '\\': content.escape = true; break;
        case ':': content.mapping |= next == ' ' || next == '\t' || next == '\n'; break;
        case '#': content.comment |= at > 0 && (s[at - 1] == ' ' || s[at - 1] == '\t'); break;
        default: break;
        }
        content.trailing_blank |= (s[at] == ' ' || s[at] == '\t') && next == '\n';
        at += length ? length : 1;
    }
    return content;
}

/* Whether a string of one line may stand without quotes in block style. */
static bool can_be_plain(Str value, const Content *content)
{
    if (content->special || content->lines || content->tab || content->trailing_blank ||
        content->comment || content->mapping)
        return false;
    char first = value.ptr[0], second = value.len > 1 ? value.ptr[1] : ' ';
    if (strchr(" ,[]{}#&*!|>'\"%@`?:", first))
        return false;
    /* Options such as -c and --flag are common; a list's dash and a document's three
     * are something else. */
    if (first == '-' && (second == ' ' || str_starts(value, STR("---"))))
        return false;
    if (str_starts(value, STR("...")))
        return false;
    return !is_word(value) && !is_like_number(value);
}

/* Whether a literal block shows the string as it is.  One that opens with a blank or
 * an empty line would need its indentation told in a number. */
static bool can_be_literal(Str value, const Content *content)
{
    return content->lines && !content->special && !content->tab && !content->trailing_blank &&
           value.ptr[0] != ' ' && value.ptr[0] != '\n';
}

ScalarStyle yaml_string_style(Str value, bool key)
{
    if (value.len == 0)
        return SCALAR_DOUBLE;
    Content content = examine(value);
    if (can_be_plain(value, &content))
        return SCALAR_PLAIN;
    if (!key && can_be_literal(value, &content))
        return SCALAR_LITERAL;
    if (content.escape && !content.apostrophe && !content.special && !content.lines && !content.tab)
        return SCALAR_SINGLE;
    return SCALAR_DOUBLE;
}

static void quote_byte(Buf *out, unsigned char c)
{
    switch (c) {
    case '"':
    case '\\':
        buf_byte(out, '\\');
        buf_byte(out, (char)c);
        break;
    case '\n': buf_text(out, "\\n"); break;
    case '\r': buf_text(out, "\\r"); break;
    case '\t': buf_text(out, "\\t"); break;
    default:
        if (c < 0x20 || c == 0x7F)
            buf_format(out, "\\x%02x", (unsigned)c);
        else
            buf_byte(out, (char)c);
    }
}

static void quote_double(Buf *out, Str value)
{
    const unsigned char *s = (const unsigned char *)value.ptr;
    buf_byte(out, '"');
    for (size_t at = 0; at < value.len;) {
        unsigned length;
        uint32_t code = code_at(value, at, &length);
        if (length == 1)
            quote_byte(out, s[at]);
        else if (length == 0)
            buf_text(out, "\\ufffd");
        else if (is_special(code))
            buf_format(out, "\\u%04x", (unsigned)code);
        else
            buf_str(out, str_slice(value.ptr + at, length));
        at += length ? length : 1;
    }
    buf_byte(out, '"');
}

void yaml_quote(Buf *out, Str value, ScalarStyle style)
{
    if (style == SCALAR_PLAIN || style == SCALAR_LITERAL)
        buf_str(out, value);
    else if (style == SCALAR_DOUBLE)
        quote_double(out, value);
    else /* chosen only where there is no apostrophe to double */
        buf_format(out, "'%.*s'", STR_ARG(value));
}
