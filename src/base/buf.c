/* Growable bytes, JSON strings, and checked output. */
#include "base/base.h"

#include <errno.h>
#include <unistd.h>

void buf_grow(Buf *buf, size_t more)
{
    if (more > SIZE_MAX / 2 - buf->len)
        fatal("an output of %zu bytes is too large", more);
#ifdef PLIMSOLL_HOSTILE
    size_t cap = buf->len + more;
#else
    size_t cap = buf->cap < 128 ? 256 : buf->cap * 2;
    if (cap < buf->len + more)
        cap = buf->len + more;
#endif
    buf->ptr = mem_resize(buf->ptr, cap);
    buf->cap = cap;
}

void buf_uint(Buf *buf, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + value % 10);
    while (value /= 10);
    buf_str(buf, str_slice(digits + at, sizeof digits - at));
}

void buf_repeat(Buf *buf, char byte, size_t count)
{
    if (!count)
        return;
    buf_reserve(buf, count);
    memset(buf->ptr + buf->len, byte, count);
    buf->len += count;
}

void buf_percent(Buf *buf, Str s, const char *plain)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (is_alnum(c) || (c && strchr(plain, c)))
            buf_byte(buf, c);
        else
            buf_format(buf, "%%%02X", (unsigned char)c);
    }
}

/* How a byte stands in a JSON string: 0 as it is, 'u' as \u00XX, '+' as the first
 * of a UTF-8 sequence, else as a backslash and that letter. */
static char json_class(unsigned char c, bool go)
{
    switch (c) {
    case '"': return '"';
    case '\\': return '\\';
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    case '\b': return 'b';
    case '\f': return 'f';
    case '<': case '>': case '&': return go ? 'u' : 0;
    default: return c < 0x20 ? 'u' : c >= 0x80 ? '+' : 0;
    }
}

/* Has a bit where the lowest zero byte is, and none where there is no zero byte. */
static inline uint64_t any_zero(uint64_t word)
{
    return (word - BASE_EACH_BYTE(1)) & ~word & BASE_EACH_BYTE(0x80);
}

/* Whether all of eight bytes stand as they are, in whatever JSON. */
static bool is_plain_word(const char *text)
{
    uint64_t word = str_load8(text);
    uint64_t quote = (word & ~BASE_EACH_BYTE(0x04)) ^ BASE_EACH_BYTE('"'); /* and & */
    uint64_t angle = (word & ~BASE_EACH_BYTE(0x02)) ^ BASE_EACH_BYTE('<'); /* and > */
    uint64_t slash = word ^ BASE_EACH_BYTE('\\');
    uint64_t control = (word - BASE_EACH_BYTE(0x20)) & ~word & BASE_EACH_BYTE(0x80);
    return !(any_zero(quote) | any_zero(angle) | any_zero(slash) | control |
             (word & BASE_EACH_BYTE(0x80)));
}

static void buf_json_string(Buf *buf, Str s, bool go)
{
    static const char HEX[] = "0123456789abcdef";
    buf_byte(buf, '"');
    size_t plain = 0; /* start of the run that stands as it is */
    size_t words = 0; /* from where words are looked at again */
    for (size_t at = 0; at < s.len;) {
        if (at >= words && s.len - at >= sizeof(uint64_t)) {
            words = at + sizeof(uint64_t);
            if (is_plain_word(s.ptr + at)) {
                at = words;
                continue;
            }
        }
        unsigned char c = (unsigned char)s.ptr[at];
        char class = json_class(c, go);
        size_t length = 1;
        if (class == 0) {
            at++;
            continue;
        }
        if (class == '+') {
            length = utf8_length((const unsigned char *)s.ptr + at, s.len - at);
            /* Go also escapes the line separators U+2028 and U+2029. */
            bool separator = go && length == 3 && c == 0xE2 &&
                             (unsigned char)s.ptr[at + 1] == 0x80 &&
                             ((unsigned char)s.ptr[at + 2] & 0xFE) == 0xA8;
            if (length && !separator) {
                at += length;
                continue;
            }
            buf_str(buf, str_slice(s.ptr + plain, at - plain));
            if (length)
                buf_text(buf, (unsigned char)s.ptr[at + 2] == 0xA8 ? "\\u2028" : "\\u2029");
            else
                buf_text(buf, "\\ufffd");
        } else {
            buf_str(buf, str_slice(s.ptr + plain, at - plain));
            buf_byte(buf, '\\');
            buf_byte(buf, class);
            if (class == 'u') {
                buf_text(buf, "00");
                buf_byte(buf, HEX[c >> 4]);
                buf_byte(buf, HEX[c & 15]);
            }
        }
        at += length ? length : 1;
        plain = at;
    }
    buf_str(buf, str_slice(s.ptr + plain, s.len - plain));
    buf_byte(buf, '"');
}

void buf_json(Buf *buf, Str s) { buf_json_string(buf, s, false); }
void buf_json_go(Buf *buf, Str s) { buf_json_string(buf, s, true); }

Str buf_slice(const Buf *buf) { return str_slice(buf->ptr, buf->len); }

void buf_free(Buf *buf)
{
    mem_free(buf->ptr);
    *buf = (Buf){0};
}

enum { OUT_SPILL_AT = 64 * 1024 };

void out_init(Out *out, int fd) { *out = (Out){.fd = fd}; }

static void write_all(Out *out, Str s)
{
    size_t written = 0;
    while (written < s.len && !out->error) {
        ssize_t count = write(out->fd, s.ptr + written, s.len - written);
        if (count >= 0)
            written += (size_t)count;
        else if (errno != EINTR)
            out->error = errno;
    }
}

void out_flush(Out *out)
{
    write_all(out, buf_slice(&out->buf));
    out->buf.len = 0;
}

void out_through(Out *out, Str s)
{
    if (s.len < OUT_SPILL_AT) {
        buf_str(&out->buf, s);
        return;
    }
    out_flush(out);
    write_all(out, s);
}

void out_spill(Out *out)
{
    if (out->fd >= 0 && out->buf.len >= OUT_SPILL_AT)
        out_flush(out);
}

bool out_close(Out *out)
{
    out_flush(out);
    buf_free(&out->buf);
    return out->error == 0;
}
