/* base64 as Go's encoding/base64 reads it (StdEncoding): the standard alphabet, padded,
 * ends of lines passed over wherever they stand. */
#include "base/base.h"

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
