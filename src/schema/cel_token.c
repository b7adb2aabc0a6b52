/* cel_token.c: an expression in CEL as words, by the lexer rules of the grammar (CEL.g4 in
 * cel-go): of several words that begin at a place it is the longest.
 *
 * Left to others: how words go together (cel.c), and what escapes in strings stand for. */
#include "schema/cel_token.h"

static bool is_letter(char c) { return is_alnum(c) && !is_digit(c); }

static bool is_word(char c) { return is_alnum(c) || c == '_'; }

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && is_digit(*at))
        at++;
    return at;
}

static const char *skip_blanks(const char *at, const char *end)
{
    for (;;) {
        while (at < end && (*at == ' ' || (*at >= '\t' && *at <= '\r' && *at != '\v')))
            at++;
        if (end - at < 2 || at[0] != '/' || at[1] != '/')
            return at;
        while (at < end && *at != '\n')
            at++;
    }
}

/* ---- numbers ---- */

/* Where the exponent at this place ends; the place itself, where there is none. */
static const char *skip_exponent(const char *at, const char *end)
{
    const char *digits = at + 1;
    if (at == end || (*at | 0x20) != 'e')
        return at;
    if (digits < end && (*digits == '+' || *digits == '-'))
        digits++;
    const char *stop = skip_digits(digits, end);
    return stop > digits ? stop : at;
}

/* Whether digits are a number of so many bits; of an int one more than the greatest counts, since
 * a sign may stand in front. */
static bool is_64_bits(Str digits, unsigned base, bool is_unsigned)
{
    uint64_t most = is_unsigned ? UINT64_MAX : UINT64_C(1) << 63, value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        unsigned digit = (unsigned)hex_value(digits.ptr[i]);
        if (value > (most - digit) / base)
            return false;
        value = value * base + digit;
    }
    return true;
}

static CelToken number(const char *at, const char *end)
{
    const char *from = at, *stop = skip_digits(at, end);
    bool hex = end - at > 2 && at[0] == '0' && at[1] == 'x' && is_hex(at[2]);
    if (hex) {
        from = at + 2;
        for (stop = from; stop < end && is_hex(*stop);)
            stop++;
    } else {
        const char *whole = stop;
        if (end - stop > 1 && *stop == '.' && is_digit(stop[1]))
            stop = skip_digits(stop + 1, end);
        stop = skip_exponent(stop, end);
        if (stop > whole)
            return (CelToken){CEL_NUMBER, str_slice(at, (size_t)(stop - at))};
    }
    bool is_unsigned = stop < end && (*stop | 0x20) == 'u';
    bool fits = is_64_bits(str_slice(from, (size_t)(stop - from)), hex ? 16 : 10, is_unsigned);
    stop += is_unsigned;
    return (CelToken){!fits ? CEL_HUGE : is_unsigned ? CEL_LITERAL : CEL_NUMBER,
                      str_slice(at, (size_t)(stop - at))};
}

/* ---- strings ---- */

static bool are_hex(const char *at, const char *end, int count)
{
    if (end - at < count)
        return false;
    for (int i = 0; i < count; i++)
        if (!is_hex(at[i]))
            return false;
    return true;
}

/* Behind an escape, or NULL where a backslash begins none. */
static const char *skip_escape(const char *at, const char *end)
{
    static const struct {
        char letter, digits;
    } CODES[] = {{'x', 2}, {'X', 2}, {'u', 4}, {'U', 8}};
    if (++at == end)
        return NULL;
    if (memchr("abfnrtv\"'\\?`", *at, 12))
        return at + 1;
    for (size_t i = 0; i < BASE_COUNT(CODES); i++)
        if (*at == CODES[i].letter)
            return are_hex(at + 1, end, CODES[i].digits) ? at + 1 + CODES[i].digits : NULL;
    bool octal = end - at >= 3 && at[0] >= '0' && at[0] <= '3' && at[1] >= '0' && at[1] <= '7' &&
                 at[2] >= '0' && at[2] <= '7';
    return octal ? at + 3 : NULL;
}

/* Behind the closing quotes, one or three, of a string whose text begins here; NULL where there
 * are none.  One quote ends at its line. */
static const char *skip_text(const char *at, const char *end, char quote, int quotes, bool raw)
{
    while (at < end) {
        if (*at == quote && (quotes == 1 || (end - at >= 3 && at[1] == quote && at[2] == quote)))
            return at + quotes;
        if (quotes == 1 && (*at == '\n' || *at == '\r'))
            return NULL;
        at = *at == '\\' && !raw ? skip_escape(at, end) : at + 1;
        if (!at)
            return NULL;
    }
    return NULL;
}

/* Behind a string, with its b and r in front; NULL where none begins here. */
static const char *skip_string(const char *at, const char *end)
{
    if (at < end && (*at | 0x20) == 'b')
        at++;
    bool raw = at < end && (*at | 0x20) == 'r';
    at += raw;
    if (at == end || (*at != '"' && *at != '\''))
        return NULL;
    if (end - at >= 3 && at[1] == *at && at[2] == *at) {
        const char *stop = skip_text(at + 3, end, *at, 3, raw);
        if (stop)
            return stop;
    }
    return skip_text(at + 1, end, *at, 1, raw);
}

/* ---- names and operators ---- */

static const char *skip_quoted_name(const char *at, const char *end)
{
    const char *stop = at + 1;
    while (stop < end && (is_word(*stop) || *stop == '.' || *stop == '-' || *stop == '/' || *stop == ' '))
        stop++;
    return stop < end && *stop == '`' && stop > at + 1 ? stop + 1 : NULL;
}

static CelToken name(const char *at, const char *end)
{
    const char *stop = at;
    while (stop < end && is_word(*stop))
        stop++;
    Str text = str_slice(at, (size_t)(stop - at));
    if (str_is(text, "in"))
        return (CelToken){CEL_COMPARISON, text};
    bool literal = str_is(text, "true") || str_is(text, "false") || str_is(text, "null");
    return (CelToken){literal ? CEL_LITERAL : CEL_NAME, text};
}

static CelToken operator(const char *at, const char *end)
{
    bool twice = end - at > 1 && at[1] == at[0];
    if (end - at > 1 && at[1] == '=' && memchr("=!<>", *at, 4))
        return (CelToken){CEL_COMPARISON, str_slice(at, 2)};
    if (twice && (*at == '&' || *at == '|'))
        return (CelToken){CEL_LOGICAL, str_slice(at, 2)};
    if (memchr("<>[]{}().,-!?:+*/%", *at, 18))
        return (CelToken){*at, str_slice(at, 1)};
    const char *stop = at + 1; /* a character of several bytes is one */
    while (stop < end && ((unsigned char)*stop & 0xc0) == 0x80)
        stop++;
    return (CelToken){CEL_BROKEN, str_slice(at, (size_t)(stop - at))};
}

CelToken cel_token(const char *at, const char *end)
{
    at = skip_blanks(at, end);
    if (at == end)
        return (CelToken){CEL_END, str_slice(end, 0)};
    const char *stop = skip_string(at, end);
    if (stop)
        return (CelToken){CEL_LITERAL, str_slice(at, (size_t)(stop - at))};
    if (is_digit(*at) || (*at == '.' && end - at > 1 && is_digit(at[1])))
        return number(at, end);
    if (*at == '`' && (stop = skip_quoted_name(at, end)))
        return (CelToken){CEL_QUOTED_NAME, str_slice(at, (size_t)(stop - at))};
    return is_letter(*at) || *at == '_' ? name(at, end) : operator(at, end);
}
