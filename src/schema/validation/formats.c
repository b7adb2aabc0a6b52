/* formats.c: names and other short texts, each by one pass over its bytes.  Follows
 * k8s.io/apimachinery/pkg/util/validation and pkg/api/validate/content.
 *
 * Nearly all that comes here is well formed and shorter than sixteen bytes, so a whole text is
 * looked at in one step, as a vector of bytes. */
#include "schema/validation/formats.h"

/* What a byte may be part of. */
enum {
    LOWER = 1 << 0,
    UPPER = 1 << 1,
    DIGIT = 1 << 2,
    DASH = 1 << 3,
    UNDERSCORE = 1 << 4,
    DOT = 1 << 5,
};

/* C11 has no ranges here: fours, and the two that are left of the letters. */
#define FOUR(c, class) [c] = class, [(c) + 1] = class, [(c) + 2] = class, [(c) + 3] = class
#define LETTERS(c, class) FOUR(c, class), FOUR((c) + 4, class), FOUR((c) + 8, class), \
                          FOUR((c) + 12, class), FOUR((c) + 16, class), FOUR((c) + 20, class), \
                          [(c) + 24] = class, [(c) + 25] = class
static const uint8_t CLASSES[256] = {
    LETTERS('a', LOWER), LETTERS('A', UPPER), FOUR('0', DIGIT), FOUR('4', DIGIT),
    ['8'] = DIGIT, ['9'] = DIGIT, ['-'] = DASH, ['_'] = UNDERSCORE, ['.'] = DOT,
};

static unsigned class_of(char c) { return CLASSES[(unsigned char)c]; }

/* ---- sixteen bytes at once ---- */

typedef uint8_t Bytes __attribute__((vector_size(16)));
typedef uint64_t Halves __attribute__((vector_size(16)));
enum { STEP = sizeof(Bytes) };

/* Fewer than sixteen, and at least one, some of them twice.  Which byte comes where hangs on the
 * length alone.  The halves meet in a register: a processor waits where both are written to
 * memory and read from there as one. */
static inline Bytes load_short(const char *at, size_t len)
{
    Halves halves;
    uint64_t start, end;
    if (len >= 8) {
        halves = (Halves){str_load8(at), str_load8(at + len - 8)};
    } else if (len >= 4) {
        start = (uint64_t)str_load4(at + len - 4) << 32 | str_load4(at);
        halves = (Halves){start, start};
    } else {
        uint64_t each = UINT64_C(0x0101010101010101);
        start = (unsigned char)at[0] * each;
        end = (each & UINT32_MAX) * (unsigned char)at[len / 2] |
              (each << 32) * (unsigned char)at[len - 1];
        halves = (Halves){start, end};
    }
    return (Bytes)halves;
}

static inline Bytes load(const char *at)
{
    Bytes bytes;
    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

/* All bits of the bytes from first to last, and none of the others. */
static inline Bytes between(Bytes bytes, uint8_t first, uint8_t last)
{
    return (Bytes)(bytes - first <= (uint8_t)(last - first));
}

static inline Bytes of_classes(Bytes bytes, unsigned classes)
{
    Bytes folded = classes & UPPER ? bytes | 0x20 : bytes;
    Bytes fine = between(folded, 'a', 'z');
    if (classes & DIGIT)
        fine |= between(bytes, '0', '9');
    if (classes & DASH)
        fine |= between(bytes, '-', classes & DOT ? '.' : '-');
    if (classes & UNDERSCORE)
        fine |= between(bytes, '_', '_');
    return fine;
}

static inline Bytes printable_but_equals(Bytes bytes, unsigned unused)
{
    (void)unused;
    return between(bytes, ' ', '~') & ~between(bytes, '=', '=');
}

static inline bool is_full(Bytes fine)
{
    Halves halves = (Halves)fine;
    return (halves[0] & halves[1]) == UINT64_MAX;
}

/* Whether a look finds fault with none of the bytes. */
static inline __attribute__((always_inline)) bool
is_all(Str text, Bytes (*look)(Bytes, unsigned), unsigned classes)
{
    if (text.len == 0)
        return true;
    Bytes fine = text.len < STEP ? look(load_short(text.ptr, text.len), classes)
                                 : look(load(text.ptr + text.len - STEP), classes);
    for (size_t at = 0; at + STEP < text.len; at += STEP)
        fine &= look(load(text.ptr + at), classes);
    return is_full(fine);
}

/* The classes are those of letters in one case or both, and what goes with them. */
static inline __attribute__((always_inline)) bool all_of(Str text, unsigned classes)
{
    return is_all(text, of_classes, classes);
}

static bool all_digits(Str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_digit(text.ptr[i]))
            return false;
    return true;
}

/* Not empty, of these classes, and of `ends` at both ends. */
static inline bool is_word(Str text, unsigned ends, unsigned inner)
{
    return text.len > 0 && (class_of(text.ptr[0]) & ends) &&
           (class_of(text.ptr[text.len - 1]) & ends) && all_of(text, inner);
}

enum { LABEL_MOST = 63, SUBDOMAIN_MOST = 253, PORT_NAME_MOST = 15 };

/* ---- DNS ---- */

static bool is_dns_label(Str text) { return is_word(text, LOWER | DIGIT, LOWER | DIGIT | DASH); }

/* Of two neighbours, none is a dot where the other is a dot or a dash. */
static inline Bytes joins(Bytes left, Bytes right)
{
    Bytes left_dot = between(left, '.', '.'), right_dot = between(right, '.', '.');
    return ~((left_dot & between(right, '-', '.')) | (right_dot & between(left, '-', '.')));
}

static bool all_join(Str text)
{
    size_t pairs = text.len - 1;
    if (text.len < 2)
        return true;
    if (pairs < STEP)
        return is_full(joins(load_short(text.ptr, pairs), load_short(text.ptr + 1, pairs)));
    Bytes fine = joins(load(text.ptr + pairs - STEP), load(text.ptr + pairs - STEP + 1));
    for (size_t at = 0; at + STEP < pairs; at += STEP)
        fine &= joins(load(text.ptr + at), load(text.ptr + at + 1));
    return is_full(fine);
}

/* Labels joined by dots: letters and digits at both ends of each.  Most are one label. */
static bool is_subdomain(Str text)
{
    return is_dns_label(text) ||
           (is_word(text, LOWER | DIGIT, LOWER | DIGIT | DASH | DOT) && all_join(text));
}

/* The same where a label may start with one underscore, and have more inside. */
static bool is_subdomain_with_underscores(Str text)
{
    size_t start = 0;
    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && text.ptr[i] != '.')
            continue;
        Str label = str_slice(text.ptr + start, i - start);
        start = i + 1;
        if (label.len && label.ptr[0] == '_')
            label = str_slice(label.ptr + 1, label.len - 1);
        if (!is_word(label, LOWER | DIGIT, LOWER | DIGIT | DASH | UNDERSCORE))
            return false;
    }
    return true;
}

const char *format_dns_label(Str text)
{
    if (text.len > LABEL_MOST)
        return "must have at most 63 characters";
    if (is_dns_label(text))
        return NULL;
    return is_subdomain(text)
               ? "must not have dots"
               : "must be lower-case letters, digits and \"-\", with a letter or digit at either end";
}

const char *format_dns_subdomain(Str text)
{
    if (text.len > SUBDOMAIN_MOST)
        return "must have at most 253 characters";
    return is_subdomain(text)
               ? NULL
               : "must be lower-case letters, digits, \"-\" and \".\", with a letter or digit at "
                 "either end and on both sides of a dot";
}

const char *format_dns_subdomain_caseless(Str text)
{
    if (text.len > SUBDOMAIN_MOST)
        return "must have at most 253 characters";
    char lower[SUBDOMAIN_MOST + 1];
    for (size_t i = 0; i < text.len; i++)
        lower[i] = class_of(text.ptr[i]) == UPPER ? (char)(text.ptr[i] + 32) : text.ptr[i];
    return is_subdomain(str_slice(lower, text.len))
               ? NULL
               : "must be letters, digits, \"-\" and \".\", with a letter or digit at either end";
}

const char *format_dns_subdomain_with_underscore(Str text)
{
    if (text.len > SUBDOMAIN_MOST)
        return "must have at most 253 characters";
    return is_subdomain_with_underscores(text)
               ? NULL
               : "must be lower-case letters, digits, \"-\", \"_\" and \".\", with a letter or digit "
                 "at its end";
}

const char *format_dns1035_label(Str text)
{
    if (text.len > LABEL_MOST)
        return "must have at most 63 characters";
    return is_dns_label(text) && class_of(text.ptr[0]) == LOWER
               ? NULL
               : "must be lower-case letters, digits and \"-\", with a letter at its start and a "
                 "letter or digit at its end";
}

const char *format_wildcard_dns_subdomain(Str text)
{
    if (text.len > SUBDOMAIN_MOST)
        return "must have at most 253 characters";
    return str_starts(text, STR("*.")) && is_subdomain(str_slice(text.ptr + 2, text.len - 2))
               ? NULL
               : "must be \"*.\" and a DNS name in lower case behind it";
}

static size_t count_dots(Str text)
{
    size_t dots = 0;
    for (size_t i = 0; i < text.len; i++)
        dots += text.ptr[i] == '.';
    return dots;
}

const char *format_fully_qualified_name(Str text)
{
    const char *wrong = format_dns_subdomain(text);
    if (wrong)
        return wrong;
    return count_dots(text) >= 2 ? NULL : "must be a domain of three or more parts with dots between";
}

const char *format_fully_qualified_domain_name(Str text)
{
    if (str_ends(text, STR(".")))
        text.len--;
    const char *wrong = format_dns_subdomain(text);
    if (wrong)
        return wrong;
    if (count_dots(text) < 1)
        return "must be a domain of two or more parts with a dot between";
    for (size_t start = 0; start <= text.len;) {
        size_t len = str_find(str_slice(text.ptr + start, text.len - start), '.');
        if (len > LABEL_MOST)
            return "must have parts of at most 63 characters";
        start += len + 1;
    }
    return NULL;
}

const char *format_domain_prefixed_path(Str text)
{
    static const char OTHERS[] = "/-._~%!$&'()*+,;=:";
    size_t slash = str_find(text, '/');
    if (slash == 0 || slash + 1 >= text.len)
        return "must be a domain and a path, as in example.com/name";
    const char *wrong = format_dns_subdomain(str_slice(text.ptr, slash));
    if (wrong)
        return "must have a DNS name in lower case before its first slash";
    for (size_t i = slash + 1; i < text.len; i++)
        if (!(class_of(text.ptr[i]) & (LOWER | UPPER | DIGIT)) &&
            (text.ptr[i] == 0 || !strchr(OTHERS, text.ptr[i])))
            return "must have a path of URL characters behind its first slash";
    return NULL;
}

/* ---- labels ---- */

static bool is_label_word(Str text)
{
    return is_word(text, LOWER | UPPER | DIGIT, LOWER | UPPER | DIGIT | DASH | UNDERSCORE | DOT);
}

const char *format_qualified_name(Str text)
{
    if (text.len <= LABEL_MOST && is_label_word(text))
        return NULL; /* as most are: no slash, nothing wrong */
    size_t slash = str_find(text, '/');
    if (slash < text.len) {
        Str prefix = str_slice(text.ptr, slash);
        text = str_slice(text.ptr + slash + 1, text.len - slash - 1);
        if (str_find(text, '/') < text.len)
            return "must have at most one slash";
        if (prefix.len == 0)
            return "must have a DNS name before the slash";
        if (prefix.len > SUBDOMAIN_MOST)
            return "must have at most 253 characters before the slash";
        if (!is_subdomain(prefix))
            return "must have a DNS name in lower case before the slash";
        if (text.len == 0)
            return "must have a name behind the slash";
    }
    if (text.len == 0)
        return "must not be empty";
    if (text.len > LABEL_MOST)
        return "must have a name of at most 63 characters";
    return is_label_word(text) ? NULL
                               : "must be letters, digits, \"-\", \"_\" and \".\", with a letter or "
                                 "digit at either end";
}

const char *format_label_key(Str text) { return format_qualified_name(text); }

const char *format_prefixed_qualified_name(Str text)
{
    const char *wrong = format_qualified_name(text);
    if (wrong)
        return wrong;
    return str_find(text, '/') < text.len ? NULL : "must have a prefix, as in example.com/name";
}

const char *format_label_value(Str text)
{
    if (text.len > LABEL_MOST)
        return "must have at most 63 characters";
    return text.len == 0 || is_label_word(text)
               ? NULL
               : "must be letters, digits, \"-\", \"_\" and \".\", with a letter or digit at either end";
}

/* ---- others ---- */

const char *format_port_name(Str text)
{
    bool letter = false, dashes = false;
    if (text.len > PORT_NAME_MOST)
        return "must have at most 15 characters";
    if (is_word(text, LOWER, LOWER | DIGIT))
        return NULL; /* as most are: http */
    if (text.len == 0 || !all_of(text, LOWER | DIGIT | DASH))
        return "must be lower-case letters, digits and \"-\"";
    for (size_t i = 0; i < text.len; i++) {
        letter |= class_of(text.ptr[i]) == LOWER;
        dashes |= i > 0 && text.ptr[i] == '-' && text.ptr[i - 1] == '-';
    }
    if (!letter)
        return "must have a letter";
    if (dashes)
        return "must not have two \"-\" in a row";
    return text.ptr[0] == '-' || text.ptr[text.len - 1] == '-'
               ? "must not have \"-\" at its start or end"
               : NULL;
}

static const char *climbs(Str text)
{
    if (str_is(text, "."))
        return "must not be \".\"";
    return str_starts(text, STR("..")) ? "must not start with \"..\"" : NULL;
}

const char *format_env_var_name(Str text)
{
    enum { ANY = LOWER | UPPER | DASH | DOT | UNDERSCORE };
    if (text.len == 0 || !(class_of(text.ptr[0]) & ANY) || !all_of(text, ANY | DIGIT))
        return "must be letters, digits, \"_\", \"-\" and \".\", without a digit at its start";
    return climbs(text);
}

const char *format_relaxed_env_var_name(Str text)
{
    if (text.len == 0)
        return "must not be empty";
    return is_all(text, printable_but_equals, 0)
               ? NULL
               : "must be printable ASCII characters other than \"=\"";
}

const char *format_config_map_key(Str text)
{
    if (text.len > SUBDOMAIN_MOST)
        return "must have at most 253 characters";
    if (text.len == 0 || !all_of(text, LOWER | UPPER | DIGIT | DASH | DOT | UNDERSCORE))
        return "must be letters, digits, \"-\", \"_\" and \".\"";
    return climbs(text);
}

const char *format_c_identifier(Str text)
{
    return text.len && (class_of(text.ptr[0]) & (LOWER | UPPER | UNDERSCORE)) &&
                   all_of(text, LOWER | UPPER | DIGIT | UNDERSCORE)
               ? NULL
               : "must be letters, digits and \"_\", without a digit at its start";
}

const char *format_http_header_name(Str text)
{
    return text.len && all_of(text, LOWER | UPPER | DIGIT | DASH)
               ? NULL
               : "must be letters, digits and \"-\"";
}

const char *format_percent(Str text)
{
    return text.len > 1 && text.ptr[text.len - 1] == '%' &&
                   all_digits(str_slice(text.ptr, text.len - 1))
               ? NULL
               : "must be a whole number and a percent sign, as in 25%";
}

const char *format_path_segment_prefix(Str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '/' || text.ptr[i] == '%')
            return "must not have \"/\" or \"%\"";
    return NULL;
}

const char *format_path_segment(Str text)
{
    if (str_is(text, ".") || str_is(text, ".."))
        return "must not be \".\" or \"..\"";
    return format_path_segment_prefix(text);
}

const char *format_path_segment_or_prefix(Str text) { return format_path_segment(text); }

const char *format_decimal_integer(Str text)
{
    bool negative = text.len > 0 && text.ptr[0] == '-';
    Str digits = negative ? str_slice(text.ptr + 1, text.len - 1) : text;
    bool zero = !negative && str_is(digits, "0");
    return zero || (digits.len && digits.ptr[0] != '0' && all_digits(digits))
               ? NULL
               : "must be a whole number without leading zeros";
}

/* ---- paths ---- */

const char *format_absolute_path(Str text)
{
    return text.len && text.ptr[0] == '/' ? NULL : "must be an absolute path";
}

/* Any part between slashes that is "..". */
const char *format_no_backsteps(Str text)
{
    for (size_t start = 0; start <= text.len;) {
        size_t len = str_find(str_slice(text.ptr + start, text.len - start), '/');
        if (len == 2 && text.ptr[start] == '.' && text.ptr[start + 1] == '.')
            return "must not have \"..\" as a part of its path";
        start += len + 1;
    }
    return NULL;
}

const char *format_local_path(Str text)
{
    if (text.len && text.ptr[0] == '/')
        return "must be a relative path";
    return format_no_backsteps(text);
}

/* ---- pkg/apis/core/validation ---- */

/* IsValidSysctlName: words joined by dots or slashes. */
const char *format_sysctl_name(Str text)
{
    static const char WRONG[] = "must be words of lower-case letters, digits, \"-\" and \"_\", joined "
                                "by \".\" or \"/\", with at most 253 characters";
    if (text.len > SUBDOMAIN_MOST)
        return WRONG;
    for (size_t start = 0, i = 0; i <= text.len; i++) {
        if (i < text.len && text.ptr[i] != '.' && text.ptr[i] != '/')
            continue;
        if (!is_word(str_slice(text.ptr + start, i - start), LOWER | DIGIT,
                     LOWER | DIGIT | DASH | UNDERSCORE))
            return WRONG;
        start = i + 1;
    }
    return NULL;
}
