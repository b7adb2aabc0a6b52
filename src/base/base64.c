/* base64 as Go's encoding/base64 reads and writes it (StdEncoding): the standard alphabet,
 * padded, ends of lines passed over wherever they stand. */
#include "base/base.h"

void base64_encode(Str bytes, Buf *out)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        uint32_t bits = (uint32_t)(unsigned char)bytes.ptr[i] << 16;
        bits |= left > 1 ? (uint32_t)(unsigned char)bytes.ptr[i + 1] << 8 : 0;
        bits |= left > 2 ? (uint32_t)(unsigned char)bytes.ptr[i + 2] : 0;
        buf_byte(out, DIGITS[bits >> 18]);
        buf_byte(out, DIGITS[bits >> 12 & 63]);
        buf_byte(out, left > 1 ? DIGITS[bits >> 6 & 63] : '=');
        buf_byte(out, left > 2 ? DIGITS[bits & 63] : '=');
    }
}

bool base64_decode(Str text, Arena *arena, Str *bytes)
{
    char *out = arena_alloc(arena, text.len / 4 * 3 + 1);
    size_t len = 0, digits = 0, padding = 0;
    uint32_t bits = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\n' || c == '\r')
            continue;
        int digit = base64_digit(c);
        if (c == '=' ? digits % 4 < 2 : digit < 0 || padding)
            return false;
        padding += c == '=';
        bits = bits << 6 | (uint32_t)(c == '=' ? 0 : digit);
        if (++digits % 4)
            continue;
        out[len++] = (char)(bits >> 16);
        out[len++] = (char)(bits >> 8);
        out[len++] = (char)bits;
    }
    if (digits % 4)
        return false;
    out[len -= padding] = '\0';
    *bytes = str_slice(out, len);
    return true;
}
