/* encoding: one look over a document's bytes before any grammar: is all of it
 * UTF-8, does it hold characters that YAML forbids, and is there anything in it
 * that makes the simple ways wrong (text that is not ASCII, crooked line ends, byte
 * order marks within).
 *
 * Eight bytes at a time while they are printable ASCII, and more where the masks have told
 * that all of ASCII that is in it may be. */
#include "parser/build.h"

/* Whether all eight bytes lie in 0x20..0x7E; line feeds and tabs say no too, and go
 * the slow way for their few bytes. */
static bool all_printable(const char *bytes)
{
    uint64_t word = str_load8(bytes);
    uint64_t low = word - BASE_EACH_BYTE(0x20);  /* borrows where a byte is below 0x20 */
    uint64_t high = word + BASE_EACH_BYTE(0x01); /* reaches 0x80 where a byte is 0x7F */
    return !((low | high | word) & BASE_EACH_BYTE(0x80));
}

/* The next byte beyond ASCII, or the text's end. */
static size_t next_wide(Str text, size_t at)
{
    uint64_t words[4];
    for (; text.len - at >= sizeof words; at += sizeof words) {
        memcpy(words, text.ptr + at, sizeof words);
        if ((words[0] | words[1] | words[2] | words[3]) & BASE_EACH_BYTE(0x80))
            break;
    }
    for (; text.len - at >= sizeof *words; at += sizeof *words) {
        memcpy(words, text.ptr + at, sizeof *words);
        if (words[0] & BASE_EACH_BYTE(0x80))
            break;
    }
    while (at < text.len && (unsigned char)text.ptr[at] < 0x80)
        at++;
    return at;
}

/* What YAML 1.1 calls printable; Go's reader and libyaml agree on it. */
static bool is_allowed(uint32_t c)
{
    return c == 0x85 || (c >= 0xA0 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD) || c >= 0x10000;
}

static uint32_t decode(const unsigned char *at, unsigned length)
{
    if (length == 2)
        return (at[0] & 0x1Fu) << 6 | (at[1] & 0x3Fu);
    if (length == 3)
        return (at[0] & 0x0Fu) << 12 | (at[1] & 0x3Fu) << 6 | (at[2] & 0x3Fu);
    return (at[0] & 0x07u) << 18 | (at[1] & 0x3Fu) << 12 | (at[2] & 0x3Fu) << 6 | (at[3] & 0x3Fu);
}

/* A character beyond ASCII; returns its length. */
static size_t scan_wide(Str text, size_t at, EncodingFacts *facts)
{
    const unsigned char *bytes = (const unsigned char *)text.ptr + at;
    unsigned length = utf8_length(bytes, text.len - at);
    facts->ascii = false;
    if (length == 0) {
        if (facts->bad_count < ENCODING_BAD_BYTES)
            facts->bad[facts->bad_count] = (uint32_t)at;
        facts->bad_count++;
        return 1;
    }
    uint32_t c = decode(bytes, length);
    if (c == 0xFEFF)
        facts->inner_bom = true;
    if (c == 0x85 || c == 0x2028 || c == 0x2029)
        facts->wide_break = true;
    if (!is_allowed(c) && facts->control == BASE_NONE)
        facts->control = (uint32_t)at;
    return length;
}

void encoding_clear(EncodingFacts *facts)
{
    facts->ascii = true;
    facts->crooked_cr = facts->inner_bom = facts->wide_break = false;
    facts->bad_count = 0;
    facts->control = BASE_NONE;
}

void encoding_scan_wide(Str text, EncodingFacts *facts)
{
    encoding_clear(facts);
    for (size_t at = next_wide(text, 0); at < text.len; at = next_wide(text, at))
        at += scan_wide(text, at, facts);
}

void encoding_scan(Str text, EncodingFacts *facts)
{
    encoding_clear(facts);
    size_t at = 0;
    while (at < text.len) {
        if (at + 8 <= text.len && all_printable(text.ptr + at)) {
            at += 8;
            continue;
        }
        unsigned char c = (unsigned char)text.ptr[at];
        if (c >= 0x80) {
            at += scan_wide(text, at, facts);
            continue;
        }
        if (c == '\r' && at + 2 < text.len && text.ptr[at + 1] == '\r' && text.ptr[at + 2] == '\n')
            facts->crooked_cr = true;
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F)
            if (facts->control == BASE_NONE)
                facts->control = (uint32_t)at;
        at++;
    }
}
