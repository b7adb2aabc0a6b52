/* decode: the value of a plain or quoted scalar from its source bytes, by
 * go-yaml's rules.  libyaml's own value is used wherever libyaml saw the source as
 * it stands; this is for the few tokens that it was shown in a changed form (see
 * yaml.c) and for tests that read a span again.  Escapes are the fast reader's, too.
 *
 * Lines are folded as YAML has it: one line end is a space, n of them are n - 1,
 * blanks around them go. */
#include "parser/yaml.h"

/* The length of the line end at the start of text, or 0. */
size_t yaml_break_length(Str text)
{
    const unsigned char *c = (const unsigned char *)text.ptr;
    if (text.len == 0)
        return 0;
    if (c[0] == '\n')
        return 1;
    if (c[0] == '\r')
        return text.len > 1 && c[1] == '\n' ? 2 : 1;
    if (c[0] == 0xC2 && text.len > 1 && c[1] == 0x85)
        return 2;
    if (c[0] == 0xE2 && text.len > 2 && c[1] == 0x80 && (c[2] == 0xA8 || c[2] == 0xA9))
        return 3;
    return 0;
}

typedef struct Decoder {
    Str in;
    size_t at;
    char *out;
    size_t len;
} Decoder;

static Str rest_of(const Decoder *decoder)
{
    return str_slice(decoder->in.ptr + decoder->at, decoder->in.len - decoder->at);
}

static bool at_blank(const Decoder *decoder)
{
    if (decoder->at >= decoder->in.len)
        return false;
    char c = decoder->in.ptr[decoder->at];
    return c == ' ' || c == '\t';
}

static void put(Decoder *decoder, Str text)
{
    memcpy(decoder->out + decoder->len, text.ptr, text.len);
    decoder->len += text.len;
}

/* A line end as it stands in a value: line and paragraph separators stay. */
static Str break_value(Str line_end)
{
    return line_end.len == 3 ? line_end : STR("\n");
}

/* Blanks and line ends up to the next character.  Escaped: behind a line end that
 * a backslash took away. */
static void fold(Decoder *decoder, bool escaped)
{
    size_t blanks = decoder->at;
    while (!escaped && at_blank(decoder))
        decoder->at++;
    Str line_end = str_slice(decoder->in.ptr + decoder->at, yaml_break_length(rest_of(decoder)));
    if (!escaped && line_end.len == 0) {
        put(decoder, str_slice(decoder->in.ptr + blanks, decoder->at - blanks));
        return;
    }
    bool space = !escaped && line_end.len != 3;
    if (!escaped && line_end.len == 3)
        put(decoder, line_end);
    decoder->at += escaped ? 0 : line_end.len;
    for (;;) {
        while (at_blank(decoder))
            decoder->at++;
        size_t length = yaml_break_length(rest_of(decoder));
        if (length == 0)
            break;
        put(decoder, break_value(str_slice(decoder->in.ptr + decoder->at, length)));
        decoder->at += length;
        space = false;
    }
    if (space)
        put(decoder, STR(" "));
}

static char *put_code_point(char *out, uint32_t c)
{
    if (c < 0x80) {
        *out++ = (char)c;
    } else if (c < 0x800) {
        *out++ = (char)(0xC0 | c >> 6);
        *out++ = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *out++ = (char)(0xE0 | c >> 12);
        *out++ = (char)(0x80 | (c >> 6 & 0x3F));
        *out++ = (char)(0x80 | (c & 0x3F));
    } else {
        *out++ = (char)(0xF0 | c >> 18);
        *out++ = (char)(0x80 | (c >> 12 & 0x3F));
        *out++ = (char)(0x80 | (c >> 6 & 0x3F));
        *out++ = (char)(0x80 | (c & 0x3F));
    }
    return out;
}

char *yaml_put_escape(Str in, size_t *at, char *out)
{
    static const uint16_t VALUES[128] = {
        ['a'] = 7,     ['b'] = 8,    ['t'] = 9,   ['\t'] = 9,   ['n'] = 10,     ['v'] = 11,
        ['f'] = 12,    ['r'] = 13,   ['e'] = 27,  [' '] = ' ',  ['"'] = '"',    ['\''] = '\'',
        ['/'] = '/',   ['\\'] = '\\', ['N'] = 0x85, ['_'] = 0xA0, ['L'] = 0x2028, ['P'] = 0x2029,
    };
    unsigned char c = *at < in.len ? (unsigned char)in.ptr[*at] : '\\';
    size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0, from = *at + 1;
    *at = from;
    if (digits && from + digits <= in.len) {
        *at += digits;
        return put_code_point(out, hex_number(str_slice(in.ptr + from, digits)));
    }
    return c == '0' || (c < 128 && VALUES[c]) ? put_code_point(out, VALUES[c]) : out;
}

static void unescape(Decoder *decoder)
{
    decoder->at++;
    size_t line_end = yaml_break_length(rest_of(decoder));
    if (line_end) {
        decoder->at += line_end;
        fold(decoder, true);
        return;
    }
    char *out = decoder->out + decoder->len;
    decoder->len += (size_t)(yaml_put_escape(decoder->in, &decoder->at, out) - out);
}

Str yaml_decode(NodeStyle style, Str token, Arena *arena)
{
    bool quoted = style == STYLE_SINGLE || style == STYLE_DOUBLE;
    Str in = quoted && token.len >= 2 ? str_slice(token.ptr + 1, token.len - 2) : token;
    /* No value is longer than three bytes for two of its source (\L). */
    Decoder decoder = {.in = in, .out = arena_alloc(arena, in.len * 2 + 8)};
    while (decoder.at < in.len) {
        char c = in.ptr[decoder.at];
        if (at_blank(&decoder) || yaml_break_length(rest_of(&decoder)))
            fold(&decoder, false);
        else if (style == STYLE_DOUBLE && c == '\\')
            unescape(&decoder);
        else {
            put(&decoder, str_slice(&c, 1));
            decoder.at += style == STYLE_SINGLE && c == '\'' ? 2 : 1;
        }
    }
    return str_slice(decoder.out, decoder.len);
}
