/* Code points on their way to a terminal: how wide they stand, and which of them
 * are written as escapes.
 *
 * Escaped are control characters, bytes that are not UTF-8, and what a reader
 * would not see: marks that reorder text, invisible spaces, byte order marks.
 * They hide mistakes and attacks alike.  The tables are coarse on purpose: they
 * decide about carets and cuts, not about typography. */
#include "emit/render.h"

typedef struct CodeRange {
    uint32_t first, last;
} CodeRange;

/* Ascending.  Controls below U+00A0 are handled by themselves. */
static const CodeRange HIDDEN[] = {
    {0x00A0, 0x00A0},     /* no-break space: looks like a space, is none */
    {0x00AD, 0x00AD},     /* soft hyphen */
    {0x061C, 0x061C},     /* Arabic letter mark */
    {0x115F, 0x1160},     /* Hangul fillers */
    {0x180E, 0x180E},     /* Mongolian vowel separator */
    {0x2000, 0x200B},     /* spaces of all widths, zero width space */
    {0x200E, 0x200F},     /* marks of direction */
    {0x2028, 0x202F},     /* line and paragraph separators, embeddings, overrides */
    {0x205F, 0x206F},     /* invisible operators, isolates */
    {0x3000, 0x3000},     /* ideographic space */
    {0x3164, 0x3164},     /* Hangul filler */
    {0xE000, 0xF8FF},     /* private use */
    {0xFEFF, 0xFEFF},     /* byte order mark */
    {0xFFA0, 0xFFA0},     /* halfwidth Hangul filler */
    {0xFFF0, 0xFFFB},     /* interlinear annotation */
    {0xFFFE, 0xFFFF},     /* no characters */
    {0xE0000, 0x10FFFF},  /* tags, variation selectors, private use */
};

/* Code points that stand on the one before them. */
static const CodeRange COMBINING[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x093C, 0x093C}, {0x094D, 0x094D}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E},
    {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200C, 0x200D}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F},
    {0xFE20, 0xFE2F}, {0x1F3FB, 0x1F3FF},
};

/* Code points that take two columns. */
static const CodeRange WIDE[] = {
    {0x1100, 0x115E},   {0x231A, 0x231B},   {0x23E9, 0x23EC},   {0x25FD, 0x25FE},
    {0x2614, 0x2615},   {0x26A1, 0x26A1},   {0x2705, 0x2705},   {0x270A, 0x270B},
    {0x2728, 0x2728},   {0x274C, 0x274C},   {0x2753, 0x2755},   {0x2757, 0x2757},
    {0x2795, 0x2797},   {0x2B50, 0x2B50},   {0x2E80, 0x303E},   {0x3041, 0x33FF},
    {0x3400, 0x4DBF},   {0x4E00, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F7E0, 0x1F7EB}, {0x1F900, 0x1F9FF},
    {0x1FA70, 0x1FAFF}, {0x20000, 0x3FFFD},
};

static bool in_ranges(const CodeRange *ranges, size_t count, uint32_t code)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (ranges[middle].last < code)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && ranges[low].first <= code;
}

static uint32_t decode(const unsigned char *s, unsigned length)
{
    switch (length) {
    case 1: return s[0];
    case 2: return (uint32_t)(s[0] & 0x1F) << 6 | (s[1] & 0x3F);
    case 3: return (uint32_t)(s[0] & 0x0F) << 12 | (uint32_t)(s[1] & 0x3F) << 6 | (s[2] & 0x3F);
    default:
        return (uint32_t)(s[0] & 0x07) << 18 | (uint32_t)(s[1] & 0x3F) << 12 |
               (uint32_t)(s[2] & 0x3F) << 6 | (s[3] & 0x3F);
    }
}

/* Columns of the escape that stands for a code point: \n, \x1b, \u202e, \U000e0001. */
static unsigned escape_columns(uint32_t code)
{
    if (code == '\n' || code == '\r' || code == '\t')
        return 2;
    return code < 0x80 ? 4 : code < 0x10000 ? 6 : 10;
}

Glyph render_glyph(Str text, size_t at)
{
    const unsigned char *s = (const unsigned char *)text.ptr + at;
    unsigned length = utf8_length(s, text.len - at);
    if (length == 0)
        return (Glyph){.length = 1, .columns = 4, .escaped = true, .code = s[0], .invalid = true};
    uint32_t code = decode(s, length);
    Glyph glyph = {.length = length, .columns = 1, .code = code};
    if (code >= 0x20 && code < 0x7F)
        return glyph;
    if (code < 0xA0 || in_ranges(HIDDEN, BASE_COUNT(HIDDEN), code)) {
        glyph.escaped = true;
        glyph.columns = escape_columns(code);
    } else if (in_ranges(COMBINING, BASE_COUNT(COMBINING), code)) {
        glyph.columns = 0;
    } else if (in_ranges(WIDE, BASE_COUNT(WIDE), code)) {
        glyph.columns = 2;
    }
    return glyph;
}

void render_put(Buf *out, Str text, size_t at, Glyph glyph)
{
    if (!glyph.escaped)
        buf_str(out, str_slice(text.ptr + at, glyph.length));
    else if (glyph.code == '\n')
        buf_text(out, "\\n");
    else if (glyph.code == '\r')
        buf_text(out, "\\r");
    else if (glyph.code == '\t')
        buf_text(out, "\\t");
    else if (glyph.invalid || glyph.code < 0x80)
        buf_format(out, "\\x%02x", (unsigned)glyph.code);
    else if (glyph.code < 0x10000)
        buf_format(out, "\\u%04x", (unsigned)glyph.code);
    else
        buf_format(out, "\\U%08x", (unsigned)glyph.code);
}

/* Whether one of eight bytes is none of 0x20 … 0x7E. */
static bool is_special(uint64_t word)
{
    return (((word - BASE_EACH_BYTE(0x20)) & ~word) | word | (word + BASE_EACH_BYTE(0x01))) &
           BASE_EACH_BYTE(0x80);
}

size_t render_plain(Str text)
{
    size_t at = 0;
    for (uint64_t word; at + sizeof word <= text.len; at += sizeof word) {
        memcpy(&word, text.ptr + at, sizeof word);
        if (is_special(word))
            break;
    }
    while (at < text.len && text.ptr[at] >= 0x20 && text.ptr[at] < 0x7F)
        at++;
    return at;
}

void render_text(Buf *out, Str text)
{
    size_t plain = 0; /* start of the run that stands as it is */
    for (size_t at = render_plain(text); at < text.len;) {
        Glyph glyph = render_glyph(text, at);
        if (glyph.escaped) {
            buf_str(out, str_slice(text.ptr + plain, at - plain));
            render_put(out, text, at, glyph);
            plain = at + glyph.length;
        }
        at += glyph.length;
    }
    buf_str(out, str_slice(text.ptr + plain, text.len - plain));
}
