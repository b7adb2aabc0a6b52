/* json: JSON by its own grammar, as Go's encoding/json takes it, to the builder.
 *
 * One loop walks a value.  With a builder it makes nodes; without one it only finds
 * the value's end, which is what the splitter asks for. */
#include "parser/fast_masks.h"
#include "parser/build.h"

#include <math.h>
#include <stdlib.h>

enum {
    JSON_MAX_DEPTH = 10000, /* Go's; the builder's own limit is lower */
    JSON_WINDOW = 16,       /* blocks of masks that the splitter makes at a time */
};

typedef struct JsonReader {
    Builder *builder; /* NULL: nothing is made */
    Str text;
    size_t at;
    const char *problem; /* what is wrong, once something is */
    size_t problem_at;
    uint32_t depth;
    bool reported;       /* the builder has said what is wrong */
    bool maps[JSON_MAX_DEPTH];
    /* Masks of the text, block `first` on: all of them, or a window made as it goes. */
    const FastMask *masks;
    size_t first, count;
    FastMask window[JSON_WINDOW];
} JsonReader;

static char peek(const JsonReader *reader)
{
    return reader->at < reader->text.len ? reader->text.ptr[reader->at] : '\0';
}

static bool fail(JsonReader *reader, size_t at, const char *problem)
{
    reader->problem = problem;
    reader->problem_at = at;
    return false;
}

static bool built(JsonReader *reader, bool good)
{
    reader->reported = reader->reported || !good;
    return good;
}

/* ---- masks ---- */

static const FastMask *mask_of(JsonReader *reader, size_t block)
{
    if (block - reader->first >= reader->count) {
        reader->first = block;
        reader->count = JSON_WINDOW;
        reader->masks = reader->window;
        fast_window_fill(reader->text, block, reader->window, JSON_WINDOW);
    }
    return &reader->masks[block - reader->first];
}

/* The next quote, backslash or control character; the text's end counts as one. */
static size_t find_quote(JsonReader *reader, size_t at)
{
    uint64_t bits = mask_of(reader, at / 64)->quote >> (at % 64);
    while (!bits) {
        at = (at / 64 + 1) * 64;
        bits = mask_of(reader, at / 64)->quote;
    }
    return at + (size_t)__builtin_ctzll(bits);
}

/* The next character that is neither a space nor part of a line end, or the text's end. */
static size_t find_token(JsonReader *reader, size_t at)
{
    const FastMask *mask = mask_of(reader, at / 64);
    uint64_t bits = ~(mask->space | mask->newline) >> (at % 64);
    while (!bits) {
        at = (at / 64 + 1) * 64;
        if (at >= reader->text.len)
            return reader->text.len;
        mask = mask_of(reader, at / 64);
        bits = ~(mask->space | mask->newline);
    }
    return at + (size_t)__builtin_ctzll(bits);
}

static inline void skip_space(JsonReader *reader)
{
    const char *text = reader->text.ptr;
    while (reader->at < reader->text.len && (unsigned char)text[reader->at] <= ' ') {
        char c = text[reader->at];
        if (c == '\t')
            reader->at++;
        else if (c == ' ' || c == '\n' || c == '\r')
            reader->at = find_token(reader, reader->at);
        else
            return;
    }
}

/* ---- strings ---- */

static bool skip_escape(JsonReader *reader)
{
    size_t start = reader->at++;
    char c = peek(reader);
    if (c == 'u') {
        for (int i = 0; i < 4; i++) {
            reader->at++;
            if (!is_hex(peek(reader)))
                return fail(reader, start, "four hexadecimal digits follow a \\u");
        }
    } else if (c == '\0' || !strchr("\"\\/bfnrt", c)) {
        return fail(reader, start, "this is no escape of a JSON text");
    }
    reader->at++;
    return true;
}

/* From the opening quote to behind the closing one. */
static bool skip_string(JsonReader *reader, bool *escaped)
{
    size_t start = reader->at++;
    *escaped = false;
    while ((reader->at = find_quote(reader, reader->at)) < reader->text.len) {
        unsigned char c = (unsigned char)reader->text.ptr[reader->at];
        if (c == '"') {
            reader->at++;
            return true;
        }
        if (c < 0x20)
            return fail(reader, reader->at,
                        "a line end or control character cannot stand in a JSON text: write its "
                        "escape");
        if (c != '\\') {
            reader->at++;
            continue;
        }
        *escaped = true;
        if (!skip_escape(reader))
            return false;
    }
    return fail(reader, start, "this text is never closed");
}

static size_t put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t length = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)((0xF00 >> length & 0xF0) | c);
    return length;
}

/* A surrogate without its other half becomes U+FFFD, as in Go. */
static uint32_t unescape_unicode(Str in, size_t *at)
{
    uint32_t c = hex_number(str_slice(in.ptr + *at + 1, 4));
    *at += 5;
    if (c < 0xD800 || c > 0xDFFF)
        return c;
    if (c <= 0xDBFF && *at + 6 <= in.len && in.ptr[*at] == '\\' && in.ptr[*at + 1] == 'u') {
        uint32_t low = hex_number(str_slice(in.ptr + *at + 2, 4));
        if (low >= 0xDC00 && low <= 0xDFFF) {
            *at += 6;
            return 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        }
    }
    return 0xFFFD;
}

static Str unescape(Str in, Arena *arena)
{
    static const char NAMES[] = "\"\\/bfnrt", VALUES[] = "\"\\/\b\f\n\r\t";
    char *out = arena_alloc(arena, in.len);
    size_t len = 0;
    for (size_t at = 0; at < in.len;) {
        if (in.ptr[at] != '\\') {
            out[len++] = in.ptr[at++];
            continue;
        }
        at++;
        if (in.ptr[at] == 'u')
            len += put_utf8(out + len, unescape_unicode(in, &at));
        else
            out[len++] = VALUES[strchr(NAMES, in.ptr[at++]) - NAMES];
    }
    return str_slice(out, len);
}

/* ---- scalars ---- */

static Scalar token(const JsonReader *reader, size_t start)
{
    return (Scalar){
        .text = str_slice(reader->text.ptr + start, reader->at - start),
        .anchor = STR(""),
        .offset = (uint32_t)start,
        .size = (uint32_t)(reader->at - start),
        .style = STYLE_JSON,
    };
}

static bool read_string(JsonReader *reader)
{
    size_t start = reader->at;
    bool escaped;
    if (!skip_string(reader, &escaped))
        return false;
    if (!reader->builder)
        return true;
    Str text = str_slice(reader->text.ptr + start + 1, reader->at - start - 2);
    if (escaped)
        text = unescape(text, reader->builder->arena);
    return built(reader, builder_text(reader->builder, text, STYLE_JSON, (uint32_t)start,
                                      (uint32_t)(reader->at - start)));
}

static bool skip_digits(JsonReader *reader, const char *problem)
{
    size_t start = reader->at;
    while (is_digit(peek(reader)))
        reader->at++;
    return reader->at > start || fail(reader, start, problem);
}

static bool skip_number(JsonReader *reader)
{
    if (peek(reader) == '-')
        reader->at++;
    if (peek(reader) == '0')
        reader->at++;
    else if (!skip_digits(reader, "a digit is missing here"))
        return false;
    if (peek(reader) == '.') {
        reader->at++;
        if (!skip_digits(reader, "a digit is missing behind the decimal point"))
            return false;
    }
    if ((peek(reader) | 0x20) == 'e') {
        reader->at++;
        if (peek(reader) == '+' || peek(reader) == '-')
            reader->at++;
        return skip_digits(reader, "a digit is missing in the exponent");
    }
    return true;
}

static bool read_number(JsonReader *reader)
{
    size_t start = reader->at;
    if (!skip_number(reader))
        return false;
    if (!reader->builder)
        return true;
    Scalar scalar = token(reader, start);
    scalar.value = scalar_value(scalar.text);
    /* What is too large for a float is text to YAML; kubectl refuses it in JSON. */
    if (scalar.value.type == SCALAR_STRING)
        return fail(reader, start, "this number is too large for kubectl's reader");
    return built(reader, builder_scalar(reader->builder, &scalar));
}

static bool read_word(JsonReader *reader)
{
    static const struct {
        const char *text;
        ScalarValue value;
    } WORDS[] = {{"true", {.type = SCALAR_BOOL, .boolean = true}},
                 {"false", {.type = SCALAR_BOOL}},
                 {"null", {.type = SCALAR_NULL}}};
    size_t start = reader->at;
    Str rest = str_slice(reader->text.ptr + start, reader->text.len - start);
    for (size_t i = 0; i < BASE_COUNT(WORDS); i++) {
        if (!str_starts(rest, str_of(WORDS[i].text)))
            continue;
        reader->at += strlen(WORDS[i].text);
        Scalar scalar = token(reader, start);
        scalar.value = WORDS[i].value;
        return !reader->builder || built(reader, builder_scalar(reader->builder, &scalar));
    }
    return fail(reader, start, start < reader->text.len ? "no JSON value starts like this"
                                                        : "a JSON value is missing here");
}

/* ---- collections ---- */

static bool open_collection(JsonReader *reader, bool map)
{
    if (reader->depth == JSON_MAX_DEPTH)
        return fail(reader, reader->at, "too many collections within each other");
    reader->maps[reader->depth++] = map;
    Collection collection = {.anchor = STR(""),
                             .offset = (uint32_t)reader->at,
                             .style = STYLE_JSON,
                             .map = map};
    reader->at++;
    return !reader->builder || built(reader, builder_open(reader->builder, &collection));
}

static bool close_collection(JsonReader *reader)
{
    reader->depth--;
    reader->at++;
    return !reader->builder ||
           built(reader, builder_close(reader->builder, (uint32_t)reader->at));
}

/* A key and its colon. */
static bool read_key(JsonReader *reader)
{
    skip_space(reader);
    if (peek(reader) != '"')
        return fail(reader, reader->at, "a key in double quotes is missing here");
    if (!read_string(reader))
        return false;
    skip_space(reader);
    if (peek(reader) != ':')
        return fail(reader, reader->at, "':' is missing behind the key");
    reader->at++;
    return true;
}

/* A scalar, or the start of a collection and what leads to its first value.  Value:
 * whether one is still to come. */
static bool begin_value(JsonReader *reader, bool *value)
{
    skip_space(reader);
    char c = peek(reader);
    *value = false;
    if (c == '"')
        return read_string(reader);
    if (c == '-' || is_digit(c))
        return read_number(reader);
    if (c != '{' && c != '[')
        return read_word(reader);
    if (!open_collection(reader, c == '{'))
        return false;
    skip_space(reader);
    if (peek(reader) == (c == '{' ? '}' : ']'))
        return close_collection(reader);
    *value = true;
    return c == '[' || read_key(reader);
}

/* Behind a value: ends the collections that end here, or steps to the next value. */
static bool end_value(JsonReader *reader, bool *value)
{
    while (reader->depth > 0) {
        bool map = reader->maps[reader->depth - 1];
        skip_space(reader);
        char c = peek(reader);
        if (c == ',') {
            reader->at++;
            *value = true;
            return !map || read_key(reader);
        }
        if (c != (map ? '}' : ']'))
            return fail(reader, reader->at, map ? "',' or '}' is missing here"
                                                : "',' or ']' is missing here");
        if (!close_collection(reader))
            return false;
    }
    *value = false;
    return true;
}

static bool walk(JsonReader *reader)
{
    bool value = true;
    while (value) {
        if (!begin_value(reader, &value))
            return false;
        if (!value && !end_value(reader, &value))
            return false;
    }
    return true;
}

/* ---- the doors ---- */

/* Field by field: most of a reader is room. */
static void prepare(JsonReader *reader, Builder *builder, Str text, size_t at)
{
    reader->builder = builder;
    reader->text = text;
    reader->at = at;
    reader->depth = 0;
    reader->reported = false;
    reader->masks = NULL;
    reader->first = reader->count = 0;
}

JsonFound json_skip(Str text, size_t at, size_t *begin, size_t *end)
{
    JsonReader reader;
    prepare(&reader, NULL, text, at);
    skip_space(&reader);
    *begin = reader.at;
    if (reader.at == text.len)
        return JSON_END;
    bool good = walk(&reader);
    *end = reader.at;
    return good ? JSON_VALUE : JSON_BAD;
}

static void report(JsonReader *reader)
{
    Builder *builder = reader->builder;
    size_t at = reader->problem_at < reader->text.len ? reader->problem_at : reader->text.len;
    unsigned length =
        utf8_length((const unsigned char *)reader->text.ptr + at, reader->text.len - at);
    Finding *finding = diag_report(builder->diag, &rule_yaml_syntax,
                                   builder_place(builder, (uint32_t)at, length), "%s",
                                   reader->problem);
    Open *top = builder_top(builder);
    if (top && at == reader->text.len)
        diag_note(builder->diag, finding,
                  builder_place(builder, builder->nodes[top->node].offset, 1),
                  "what starts here is not closed");
}

bool json_read(Builder *builder, const FastMap *map)
{
    JsonReader reader;
    prepare(&reader, builder, builder->source, 0);
    reader.masks = map->at;
    reader.count = reader.text.len / 64 + 2;
    bool good = walk(&reader);
    if (good) {
        skip_space(&reader);
        good = reader.at == reader.text.len ||
               fail(&reader, reader.at, "kubectl's reader can go no further than this");
    }
    if (!good && !reader.reported)
        report(&reader);
    return good;
}
