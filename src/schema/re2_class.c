/* Characters and classes of characters in Go's regular expressions: escapes, [ … ],
 * \d, [[:alpha:]] and \p{Greek}.  All become ranges of code points, or properties
 * that PCRE2 has too. */
#include "schema/re2.h"

/* As \x{1F600}: patterns of CRDs are mostly classes of such ranges. */
void re2_put_rune(Re2 *re, uint32_t rune)
{
    unsigned shift = 28;
    while (shift && !(rune >> shift))
        shift -= 4;
    buf_text(re->out, "\\x{");
    for (unsigned digits = shift / 4 + 1; digits-- > 0;)
        buf_byte(re->out, "0123456789ABCDEF"[rune >> 4 * digits & 15]);
    buf_byte(re->out, '}');
}

/* A range inside brackets; surrogates cannot be named to PCRE2, nor be in a text. */
static void put_range(Re2 *re, uint32_t low, uint32_t high)
{
    if (low >= SURROGATE_FIRST && low <= SURROGATE_LAST)
        low = SURROGATE_LAST + 1;
    if (high >= SURROGATE_FIRST && high <= SURROGATE_LAST)
        high = SURROGATE_FIRST - 1;
    if (low > high)
        return;
    re2_put_rune(re, low);
    if (high > low) {
        buf_byte(re->out, '-');
        re2_put_rune(re, high);
    }
}

/* ---- named sets of ASCII characters ---- */

typedef struct AsciiSet {
    const char *name;
    const char *ranges; /* pairs of first and last */
} AsciiSet;

static const AsciiSet PERL_SETS[] = {
    {"d", "09"},
    {"s", "\t\n\f\r  "},
    {"w", "09AZ__az"},
};

static const AsciiSet POSIX_SETS[] = {
    {"alnum", "09AZaz"}, {"alpha", "AZaz"},      {"ascii", NULL},      {"blank", "\t\t  "},
    {"cntrl", NULL},     {"digit", "09"},        {"graph", "!~"},      {"lower", "az"},
    {"print", " ~"},     {"punct", "!/:@[`{~"},  {"space", "\t\r  "},  {"upper", "AZ"},
    {"word", "09AZ__az"}, {"xdigit", "09AFaf"},
};

enum { LONG_S = 0x17F, KELVIN = 0x212A }; /* fold to s and k */

static void fill_set(const AsciiSet *set, bool members[128])
{
    memset(members, 0, 128);
    if (set->ranges) {
        for (const char *range = set->ranges; *range; range += 2)
            for (unsigned c = (unsigned char)range[0]; c <= (unsigned char)range[1]; c++)
                members[c] = true;
        return;
    }
    bool control = strcmp(set->name, "cntrl") == 0; /* else: all of ASCII */
    for (unsigned c = 0; c < 128; c++)
        members[c] = !control || c < 0x20 || c == 0x7F;
}

/* Go folds a set before it negates it, so that a negated one must not name what
 * folds into the set; PCRE2 would fold it back in. */
static void put_set(Re2 *re, const AsciiSet *set, bool negated)
{
    bool members[128];
    fill_set(set, members);
    bool fold = re->flags & FLAG_FOLD;
    if (fold)
        for (unsigned c = 'a'; c <= 'z'; c++)
            members[c] = members[c - 32] = members[c] || members[c - 32];
    for (unsigned c = 0; c < 128; c++) {
        if (members[c] == negated)
            continue;
        unsigned last = c;
        while (last < 127 && members[last + 1] != negated)
            last++;
        put_range(re, c, last);
        c = last;
    }
    if (!negated)
        return;
    bool without_s = fold && members['s'], without_k = fold && members['k'];
    put_range(re, 0x80, without_s ? LONG_S - 1 : without_k ? KELVIN - 1 : RUNE_MAX);
    if (without_s)
        put_range(re, LONG_S + 1, without_k ? KELVIN - 1 : RUNE_MAX);
    if (without_k)
        put_range(re, KELVIN + 1, RUNE_MAX);
}

/* \d, \D and so on; at stands on the backslash. */
static const AsciiSet *perl_set(Re2 *re, bool *negated)
{
    if (re->at + 1 >= re->in.len)
        return NULL;
    char letter = re->in.ptr[re->at + 1];
    for (size_t i = 0; i < BASE_COUNT(PERL_SETS); i++)
        if ((letter | 0x20) == PERL_SETS[i].name[0]) {
            *negated = letter != PERL_SETS[i].name[0];
            re->at += 2;
            return &PERL_SETS[i];
        }
    return NULL;
}

/* ---- \p{…} ---- */

/* The scripts of Unicode 15 whose names are one word.  Go folds a name to one capital
 * and small letters before it looks it up, so that it never finds Old_Italic. */
static const char SCRIPTS[] =
    " adlam ahom arabic armenian avestan balinese bamum batak bengali bhaiksuki bopomofo "
    "brahmi braille buginese buhid carian chakma cham cherokee chorasmian common coptic "
    "cuneiform cypriot cyrillic deseret devanagari dogra duployan elbasan elymaic "
    "ethiopic georgian glagolitic gothic grantha greek gujarati gurmukhi han hangul "
    "hanunoo hatran hebrew hiragana inherited javanese kaithi kannada katakana kawi "
    "kharoshthi khmer khojki khudawadi lao latin lepcha limbu lisu lycian lydian mahajani "
    "makasar malayalam mandaic manichaean marchen medefaidrin miao modi mongolian mro "
    "multani myanmar nabataean nandinagari newa nko nushu ogham oriya osage osmanya "
    "palmyrene phoenician rejang runic samaritan saurashtra sharada shavian siddham "
    "sinhala sogdian soyombo sundanese syriac tagalog tagbanwa takri tamil tangsa tangut "
    "telugu thaana thai tibetan tifinagh tirhuta toto ugaritic vai vithkuqi wancho yezidi "
    "yi ";

static const char CATEGORIES[] =
    " c cc cf cn co cs l ll lm lo lt lu m mc me mn n nd nl no p pc pd pe pf pi po ps s sc sk sm "
    "so z zl zp zs ";

/* Go's unicode.CategoryAliases. */
static const char *const CATEGORY_ALIASES[][2] = {
    {"casedletter", "L&"}, {"closepunctuation", "Pe"}, {"combiningmark", "M"},
    {"connectorpunctuation", "Pc"}, {"control", "Cc"}, {"currencysymbol", "Sc"},
    {"dashpunctuation", "Pd"}, {"decimalnumber", "Nd"}, {"enclosingmark", "Me"},
    {"finalpunctuation", "Pf"}, {"format", "Cf"}, {"initialpunctuation", "Pi"}, {"letter", "L"},
    {"letternumber", "Nl"}, {"lineseparator", "Zl"}, {"lowercaseletter", "Ll"}, {"mark", "M"},
    {"mathsymbol", "Sm"}, {"modifierletter", "Lm"}, {"modifiersymbol", "Sk"},
    {"nonspacingmark", "Mn"}, {"number", "N"}, {"openpunctuation", "Ps"}, {"other", "C"},
    {"otherletter", "Lo"}, {"othernumber", "No"}, {"otherpunctuation", "Po"},
    {"othersymbol", "So"}, {"paragraphseparator", "Zp"}, {"privateuse", "Co"},
    {"punctuation", "P"}, {"separator", "Z"}, {"spaceseparator", "Zs"}, {"spacingmark", "Mc"},
    {"surrogate", "Cs"}, {"symbol", "S"}, {"titlecaseletter", "Lt"}, {"unassigned", "Cn"},
    {"uppercaseletter", "Lu"}, {"cntrl", "Cc"}, {"digit", "Nd"}, {"punct", "P"}, {"lc", "L&"},
};

static bool listed(const char *list, const char *word)
{
    char spaced[48];
    snprintf(spaced, sizeof spaced, " %s ", word);
    return strstr(list, spaced) != NULL;
}

/* The name as it is looked up: small letters, without blanks, hyphens, underscores. */
static bool canonical_name(Str name, char out[40])
{
    size_t length = 0;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (c == '_' || c == '-' || c == ' ')
            continue;
        if (length == 39)
            return false;
        out[length++] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
    }
    out[length] = '\0';
    return length > 0;
}

static bool put_property(Re2 *re, Str name, bool negated)
{
    char word[40];
    if (!canonical_name(name, word))
        return false;
    const char *category = NULL;
    for (size_t i = 0; i < BASE_COUNT(CATEGORY_ALIASES); i++)
        if (strcmp(word, CATEGORY_ALIASES[i][0]) == 0)
            category = CATEGORY_ALIASES[i][1];
    if (strcmp(word, "ascii") == 0) {
        put_range(re, negated ? 0x80 : 0, negated ? RUNE_MAX : 0x7F);
    } else if (strcmp(word, "any") == 0 || strcmp(word, "assigned") == 0) {
        bool any = word[1] == 'n';
        buf_format(re->out, "\\%c{%s}", negated == any ? 'P' : 'p', any ? "Any" : "Cn");
    } else if (re->flags & FLAG_FOLD && listed(" lu ll lt uppercaseletter lowercaseletter ", word)) {
        /* Go folds the class; nearly every letter with a case has both. */
        buf_format(re->out, "\\%c{L&}", negated ? 'P' : 'p');
    } else if (category) {
        buf_format(re->out, "\\%c{%s}", negated ? 'P' : 'p', category);
    } else if (listed(CATEGORIES, word)) {
        buf_format(re->out, "\\%c{%c%s}", negated ? 'P' : 'p', word[0] & ~0x20, word + 1);
    } else if (listed(SCRIPTS, word)) {
        buf_format(re->out, "\\%c{sc:%s}", negated ? 'P' : 'p', word);
    } else {
        return false;
    }
    return true;
}

/* \p{Greek}, \pL, \P{^Han}; at stands on the backslash. */
static bool read_property(Re2 *re)
{
    size_t from = re->at;
    bool negated = re->in.ptr[re->at + 1] == 'P';
    re->at += 2;
    if (re2_at_end(re))
        return re2_fail(re, from, "\\p wants the name of a class of characters");
    size_t start = re->at;
    Str name;
    if (re->in.ptr[re->at] != '{') {
        re2_next_rune(re);
        name = str_slice(re->in.ptr + start, re->at - start);
    } else {
        Str rest = str_slice(re->in.ptr + start + 1, re->in.len - start - 1);
        name = str_slice(rest.ptr, str_find(rest, '}'));
        if (name.len == rest.len)
            return re2_fail(re, from, "\\p{ is not closed");
        re->at = start + name.len + 2;
    }
    if (name.len && name.ptr[0] == '^') {
        negated = !negated;
        name = str_slice(name.ptr + 1, name.len - 1);
    }
    return put_property(re, name, negated) ||
           re2_fail(re, from, "no class of characters has this name");
}

/* ---- escapes ---- */

static bool read_hex(Re2 *re, size_t from, uint32_t *rune)
{
    static const char WANTED[] = "\\x wants two hexadecimal digits, or a number up to 10FFFF in {}";
    uint32_t value = 0;
    bool braces = !re2_at_end(re) && re->in.ptr[re->at] == '{';
    if (braces) {
        size_t start = ++re->at;
        for (int digit; !re2_at_end(re) && (digit = hex_value(re->in.ptr[re->at])) >= 0;
             re->at++) {
            value = value * 16 + (uint32_t)digit;
            if (value > RUNE_MAX)
                return re2_fail(re, from, WANTED);
        }
        if (re2_at_end(re) || re->at == start || re->in.ptr[re->at] != '}')
            return re2_fail(re, from, WANTED);
        re->at++;
    } else {
        for (int i = 0; i < 2; i++, re->at++) {
            int digit = re2_at_end(re) ? -1 : hex_value(re->in.ptr[re->at]);
            if (digit < 0)
                return re2_fail(re, from, WANTED);
            value = value * 16 + (uint32_t)digit;
        }
    }
    *rune = value;
    return true;
}

/* A single character behind a backslash; at stands on the backslash. */
bool re2_read_escape(Re2 *re, uint32_t *rune)
{
    size_t from = re->at++;
    if (re2_at_end(re))
        return re2_fail(re, from, "a backslash stands at the end");
    uint32_t c = re2_next_rune(re);
    switch (c) {
    case 'a': *rune = '\a'; return true;
    case 'f': *rune = '\f'; return true;
    case 'n': *rune = '\n'; return true;
    case 'r': *rune = '\r'; return true;
    case 't': *rune = '\t'; return true;
    case 'v': *rune = '\v'; return true;
    case 'x': return read_hex(re, from, rune);
    default: break;
    }
    if (c >= '0' && c <= '7') {
        bool octal = !re2_at_end(re) && re->in.ptr[re->at] >= '0' && re->in.ptr[re->at] <= '7';
        if (c != '0' && !octal)
            return re2_fail(re, from, "Go's regular expressions have no backreferences");
        *rune = c - '0';
        for (int i = 0; i < 2 && !re2_at_end(re) && re->in.ptr[re->at] >= '0' &&
                        re->in.ptr[re->at] <= '7'; i++)
            *rune = *rune * 8 + (uint32_t)(re->in.ptr[re->at++] - '0');
        return true;
    }
    bool word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (c >= 0x80 || word)
        return re2_fail(re, from, "Go's regular expressions have no such escape");
    *rune = c;
    return true;
}

/* ---- [ … ] ---- */

/* [:alpha:] and [:^alpha:] inside brackets; false and no error where it is none. */
static bool read_posix_set(Re2 *re)
{
    Str rest = str_slice(re->in.ptr + re->at + 2, re->in.len - re->at - 2);
    const char *end = rest.len ? memmem(rest.ptr, rest.len, ":]", 2) : NULL;
    if (!end)
        return false;
    size_t from = re->at;
    Str name = str_slice(rest.ptr, (size_t)(end - rest.ptr));
    re->at += name.len + 4;
    bool negated = name.len && name.ptr[0] == '^';
    if (negated)
        name = str_slice(name.ptr + 1, name.len - 1);
    for (size_t i = 0; i < BASE_COUNT(POSIX_SETS); i++)
        if (str_is(name, POSIX_SETS[i].name)) {
            put_set(re, &POSIX_SETS[i], negated);
            return true;
        }
    return re2_fail(re, from, "no class of characters has this name");
}

static bool read_class_rune(Re2 *re, size_t from, uint32_t *rune)
{
    if (re2_at_end(re))
        return re2_fail(re, from, "a [ is not closed");
    if (re->in.ptr[re->at] == '\\')
        return re2_read_escape(re, rune);
    *rune = re2_next_rune(re);
    return true;
}

static bool read_class_item(Re2 *re, size_t from)
{
    bool negated;
    const AsciiSet *set;
    if (re2_looks_at(re, "[:") && re->in.len - re->at > 2) {
        if (read_posix_set(re))
            return true;
        if (re->error->message)
            return false;
    }
    if (re2_looks_at(re, "\\p") || re2_looks_at(re, "\\P"))
        return read_property(re);
    if (!re2_at_end(re) && re->in.ptr[re->at] == '\\' && (set = perl_set(re, &negated)) != NULL) {
        put_set(re, set, negated);
        return true;
    }
    size_t start = re->at;
    uint32_t low, high;
    if (!read_class_rune(re, from, &low))
        return false;
    high = low;
    if (re->at + 1 < re->in.len && re->in.ptr[re->at] == '-' && re->in.ptr[re->at + 1] != ']') {
        re->at++;
        if (!read_class_rune(re, from, &high))
            return false;
        if (high < low)
            return re2_fail(re, start, "a range runs backwards");
    }
    put_range(re, low, high);
    return true;
}

bool re2_read_class(Re2 *re)
{
    size_t from = re->at++;
    re2_begin_atom(re);
    size_t start = re->out->len;
    bool negated = !re2_at_end(re) && re->in.ptr[re->at] == '^';
    if (negated)
        re->at++;
    buf_text(re->out, negated ? "[^" : "[");
    size_t empty = re->out->len;
    for (bool first = true; first || re2_at_end(re) || re->in.ptr[re->at] != ']'; first = false)
        if (!read_class_item(re, from))
            return false;
    re->at++;
    if (re->out->len == empty) { /* only surrogates stood there */
        re->out->len = start;
        buf_text(re->out, negated ? "[\\x{0}-\\x{10FFFF}]" : "(?!)");
    } else {
        buf_byte(re->out, ']');
    }
    return true;
}

bool re2_read_property_class(Re2 *re)
{
    re2_begin_atom(re);
    buf_byte(re->out, '[');
    if (!read_property(re))
        return false;
    buf_byte(re->out, ']');
    return true;
}

bool re2_read_perl_class(Re2 *re)
{
    bool negated;
    const AsciiSet *set = perl_set(re, &negated);
    if (!set)
        return false;
    re2_begin_atom(re);
    buf_byte(re->out, '[');
    put_set(re, set, negated);
    buf_byte(re->out, ']');
    return true;
}
