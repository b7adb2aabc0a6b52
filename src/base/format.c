/* printf for messages: the conversions that messages are made of (%s, %.*s, %c, %d, %u
 * and their lengths) are written here in one pass; any other is given to the C
 * library.  Findings are many on a bad day, and the library measures before it
 * writes and locks what nobody shares. */
#include "base/base.h"

/* One conversion: from its % to the byte behind its letter. */
typedef struct Conversion {
    const char *start;
    size_t size;
    char letter;
    uint8_t longs;  /* l: 1, ll: 2 */
    bool of_size;   /* z */
    bool measured;  /* .* */
    bool plain;     /* nothing but these */
} Conversion;

static bool is_flag(char c)
{
    switch (c) {
    case '-': case '+': case ' ': case '#': case '.': case '*': case '\'': return true;
    default: return c >= '0' && c <= '9';
    }
}

static bool is_known(char letter)
{
    switch (letter) {
    case 's': case 'c': case 'd': case 'i': case 'u': case '%': return true;
    default: return false;
    }
}

static Conversion read_conversion(const char *at)
{
    Conversion it = {.start = at++, .plain = true};
    if (at[0] == '.' && at[1] == '*') {
        it.measured = true;
        at += 2;
    }
    for (; is_flag(*at); at++)
        it.plain = false;
    for (; *at == 'l'; at++)
        it.longs++;
    for (; *at == 'z'; at++)
        it.of_size = true;
    it.letter = *at;
    it.size = (size_t)(at + (*at != 0) - it.start);
    if (it.measured && it.letter != 's')
        it.plain = false;
    return it;
}

static void put_signed(Buf *buf, long long value)
{
    if (value < 0)
        buf_byte(buf, '-');
    buf_uint(buf, value < 0 ? 0 - (unsigned long long)value : (unsigned long long)value);
}

/* The rest of the format as the C library writes it. */
static void put_rest(Buf *buf, const char *format, va_list args) BASE_PRINTF(2, 0);
static void put_rest(Buf *buf, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    if (length < 0)
        fatal("a text cannot be written: %s", format);
    buf_reserve(buf, (size_t)length + 1);
    vsnprintf(buf->ptr + buf->len, (size_t)length + 1, format, again);
    va_end(again);
    buf->len += (size_t)length;
}

/* A measured text is that long, whatever bytes it has: the library would end it at a zero. */
static inline void put_text(Buf *buf, const char *text, int length)
{
    if (length >= 0)
        buf_str(buf, str_slice(text, (size_t)length));
    else
        buf_text(buf, text ? text : "(null)"); /* as the library has it */
}

void buf_vformat(Buf *buf, const char *format, va_list args)
{
    for (;;) {
        const char *percent = strchr(format, '%');
        if (!percent) {
            buf_text(buf, format);
            return;
        }
        buf_str(buf, str_slice(format, (size_t)(percent - format)));
        format = percent;
        if (format[1] == '.' && format[2] == '*' && format[3] == 's') { /* nearly all are */
            int limit = va_arg(args, int);
            put_text(buf, va_arg(args, const char *), limit);
            format += 4;
            continue;
        }
        Conversion it = read_conversion(format);
        if (!it.plain || !is_known(it.letter)) {
            put_rest(buf, format, args);
            return;
        }
        format += it.size;
        switch (it.letter) {
        case 's': {
            int limit = it.measured ? va_arg(args, int) : -1;
            put_text(buf, va_arg(args, const char *), limit);
            break;
        }
        case 'c': buf_byte(buf, (char)va_arg(args, int)); break;
        case '%': buf_byte(buf, '%'); break;
        case 'u':
            buf_uint(buf, it.of_size       ? va_arg(args, size_t)
                          : it.longs == 0 ? va_arg(args, unsigned)
                          : it.longs == 1 ? va_arg(args, unsigned long)
                                          : va_arg(args, unsigned long long));
            break;
        default:
            put_signed(buf, it.of_size       ? (long long)va_arg(args, ptrdiff_t)
                            : it.longs == 0 ? va_arg(args, int)
                            : it.longs == 1 ? va_arg(args, long)
                                            : va_arg(args, long long));
        }
    }
}

void buf_format(Buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vformat(buf, format, args);
    va_end(args);
}
