/* ambiguous: plain scalars that YAML 1.1 and YAML 1.2 readers understand
 * differently.
 *
 * kubectl's reader follows YAML 1.1 with its own additions; editors, yq and most
 * young libraries follow 1.2; PyYAML and Ruby follow 1.1 to the letter.  A value that
 * means one thing to one and another to the next is worth a pair of quotes.  Three
 * views of a text are made (kubectl's, the 1.1 type repository's, the 1.2 core
 * schema's) and compared.
 *
 * Left out on purpose: timestamps (1.1 readers make dates of them, and write the
 * same text back), and null's forms, which are the same in all three. */
#include "parser/build.h"

#include <math.h>

typedef enum ViewKind { VIEW_TEXT, VIEW_BOOL, VIEW_NUMBER } ViewKind;

typedef struct View {
    ViewKind kind;
    char shown[SCALAR_FLOAT_LONGEST]; /* a number or a boolean, as JSON */
} View;

static char lower(char c) { return (char)(c | 0x20); }

static View view_of(const ScalarValue *value)
{
    View view = {.kind = VIEW_TEXT, .shown = ""};
    int length = 0;
    switch (value->type) {
    case SCALAR_BOOL:
        view.kind = VIEW_BOOL;
        (void)snprintf(view.shown, sizeof view.shown, "%s", value->boolean ? "true" : "false");
        break;
    case SCALAR_INT:
        view.kind = VIEW_NUMBER;
        length = snprintf(view.shown, sizeof view.shown, "%lld", (long long)value->integer);
        break;
    case SCALAR_UINT:
        view.kind = VIEW_NUMBER;
        length = snprintf(view.shown, sizeof view.shown, "%llu", (unsigned long long)value->natural);
        break;
    case SCALAR_FLOAT:
        if (!isfinite(value->real))
            break;
        view.kind = VIEW_NUMBER;
        view.shown[scalar_write_float(value->real, view.shown)] = '\0';
        break;
    case SCALAR_STRING:
    case SCALAR_NULL:
    case SCALAR_TIMESTAMP: break;
    }
    (void)length;
    return view;
}

static View text_view(void) { return (View){.kind = VIEW_TEXT, .shown = ""}; }

static View number_view(Str text)
{
    ScalarValue value = scalar_value(text);
    return view_of(&value);
}

static size_t run_of(Str text, size_t at, const char *characters)
{
    size_t start = at;
    while (at < text.len && text.ptr[at] && strchr(characters, text.ptr[at]))
        at++;
    return at - start;
}

#define DECIMAL "0123456789"
#define HEXADECIMAL "0123456789abcdefABCDEF"

static size_t sign_length(Str text)
{
    return text.len && (text.ptr[0] == '+' || text.ptr[0] == '-') ? 1 : 0;
}

/* ---- YAML 1.2, core schema ---- */

static bool is_core_float(Str text)
{
    size_t at = sign_length(text);
    size_t whole = run_of(text, at, DECIMAL);
    at += whole;
    size_t fraction = 0;
    if (at < text.len && text.ptr[at] == '.') {
        fraction = run_of(text, at + 1, DECIMAL);
        at += 1 + fraction;
    }
    if (whole + fraction == 0)
        return false;
    if (at < text.len && lower(text.ptr[at]) == 'e') {
        at++;
        at += sign_length(str_slice(text.ptr + at, text.len - at));
        size_t exponent = run_of(text, at, DECIMAL);
        if (exponent == 0)
            return false;
        at += exponent;
    }
    return at == text.len;
}

static View core_view(Str text)
{
    size_t sign = sign_length(text);
    if (text.len > 2 && (memcmp(text.ptr, "0o", 2) == 0 || memcmp(text.ptr, "0x", 2) == 0)) {
        const char *digits = text.ptr[1] == 'o' ? "01234567" : HEXADECIMAL;
        return run_of(text, 2, digits) == text.len - 2 ? number_view(text) : text_view();
    }
    if (text.len > sign && run_of(text, sign, DECIMAL) == text.len - sign) {
        size_t zeros = run_of(text, sign, "0"); /* no octal: a leading 0 is nothing */
        if (zeros == text.len - sign)
            zeros--;
        View view = number_view(str_slice(text.ptr + sign + zeros, text.len - sign - zeros));
        if (text.ptr[0] == '-' && strcmp(view.shown, "0") != 0) {
            memmove(view.shown + 1, view.shown, sizeof view.shown - 2);
            view.shown[0] = '-';
        }
        return view;
    }
    if (is_core_float(text))
        return number_view(text);
    ScalarValue value = scalar_value(text);
    if (value.type == SCALAR_BOOL && (lower(text.ptr[0]) == 't' || lower(text.ptr[0]) == 'f'))
        return view_of(&value);
    return text_view();
}

/* ---- YAML 1.1, the type repository ---- */

/* Base 60: 12:30:45.  Returns false for what is none. */
static bool sexagesimal(Str text, double *out)
{
    size_t at = sign_length(text);
    size_t whole = run_of(text, at, DECIMAL "_");
    bool zero = at < text.len && text.ptr[at] == '0';
    double sum = 0;
    if (whole == 0 || text.ptr[at] == '_')
        return false;
    for (size_t i = at; i < at + whole; i++)
        sum = text.ptr[i] == '_' ? sum : sum * 10 + (text.ptr[i] - '0');
    at += whole;
    size_t groups = 0;
    while (at < text.len && text.ptr[at] == ':') {
        size_t digits = run_of(text, at + 1, DECIMAL);
        int value = 0;
        if (digits == 0 || digits > 2)
            return false;
        for (size_t i = at + 1; i <= at + digits; i++)
            value = value * 10 + (text.ptr[i] - '0');
        if (value > 59)
            return false;
        sum = sum * 60 + value;
        at += 1 + digits;
        groups++;
    }
    bool fraction = at < text.len && text.ptr[at] == '.';
    if (fraction)
        at += 1 + run_of(text, at + 1, DECIMAL "_");
    *out = text.ptr[0] == '-' ? -sum : sum;
    return groups > 0 && at == text.len && (fraction || !zero);
}

static bool is_old_integer(Str text)
{
    size_t at = sign_length(text);
    Str digits = str_slice(text.ptr + at, text.len - at);
    if (digits.len == 0 || !is_digit(digits.ptr[0]))
        return false;
    if (digits.len > 2 && memcmp(digits.ptr, "0x", 2) == 0)
        return run_of(digits, 2, HEXADECIMAL "_") == digits.len - 2;
    if (digits.len > 2 && memcmp(digits.ptr, "0b", 2) == 0)
        return run_of(digits, 2, "01_") == digits.len - 2;
    if (digits.ptr[0] == '0')
        return run_of(digits, 0, "01234567_") == digits.len;
    return run_of(digits, 0, DECIMAL "_") == digits.len;
}

/* A point is what makes it a float, and an exponent has a sign. */
static bool is_old_float(Str text)
{
    size_t at = sign_length(text);
    size_t whole = run_of(text, at, DECIMAL "_");
    at += whole;
    if (at >= text.len || text.ptr[at] != '.')
        return false;
    size_t fraction = run_of(text, at + 1, DECIMAL "_");
    at += 1 + fraction;
    if (whole + fraction == 0)
        return false;
    if (at < text.len && lower(text.ptr[at]) == 'e') {
        size_t sign = sign_length(str_slice(text.ptr + at + 1, text.len - at - 1));
        size_t exponent = run_of(text, at + 1 + sign, DECIMAL);
        if (sign == 0 || exponent == 0)
            return false;
        at += 1 + sign + exponent;
    }
    return at == text.len;
}

static View old_view(Str text)
{
    double sixty;
    if (is_old_integer(text) || is_old_float(text))
        return number_view(text);
    if (sexagesimal(text, &sixty)) {
        ScalarValue value = {.type = SCALAR_FLOAT, .real = sixty};
        return view_of(&value);
    }
    ScalarValue value = scalar_value(text);
    return value.type == SCALAR_BOOL ? view_of(&value) : text_view();
}

/* ---- the judgement ---- */

/* Digits, a point, digits: the same to all. */
static bool is_decimal(Str text)
{
    size_t whole = run_of(text, 0, DECIMAL);
    return whole > 0 && whole + 1 < text.len && text.ptr[whole] == '.' &&
           run_of(text, whole + 1, DECIMAL) == text.len - whole - 1;
}

bool ambiguous_is_candidate(Str text, const ScalarValue *value)
{
    if (value->type == SCALAR_NULL || text.len == 0)
        return false;
    char first = text.ptr[0];
    if (value->type == SCALAR_BOOL)
        return lower(first) != 't' && lower(first) != 'f';
    if (value->type == SCALAR_FLOAT && is_decimal(text))
        return false;
    if (value->type != SCALAR_STRING)
        return (first == '0' && text.len > 1) || run_of(text, 0, DECIMAL) != text.len;
    return (is_digit(first) || first == '+' || first == '-') && str_find(text, ':') < text.len;
}

static bool same_view(const View *a, const View *b)
{
    return a->kind == b->kind && strcmp(a->shown, b->shown) == 0;
}

static void describe(const View *view, char *out, size_t size)
{
    const char *kind = view->kind == VIEW_BOOL     ? "the boolean "
                       : view->kind == VIEW_NUMBER ? "the number "
                                                   : "text";
    (void)snprintf(out, size, "%s%s", kind, view->shown);
}

/* File modes are written in octal in every manifest, as kubectl reads them. */
static bool is_mode(Str text, Str key)
{
    Str tail = key.len >= 4 ? str_slice(key.ptr + key.len - 4, 4) : STR("");
    return text.len > 1 && text.ptr[0] == '0' && is_digit(text.ptr[1]) &&
           (str_is(tail, "Mode") || str_is(tail, "mode"));
}

static void help(Builder *builder, Finding *finding, const Doubt *doubt, const View *ours)
{
    if (doubt->is_key || ours->kind == VIEW_TEXT)
        diag_help(builder->diag, finding, "quote it: \"%.*s\"", STR_ARG(doubt->text));
    else
        diag_help(builder->diag, finding, "write %s, or \"%.*s\" if text is meant", ours->shown,
                  STR_ARG(doubt->text));
}

static void judge(Builder *builder, const Doubt *doubt)
{
    View ours = number_view(doubt->text);
    View core = core_view(doubt->text);
    View old = old_view(doubt->text);
    bool core_differs = !same_view(&ours, &core);
    if (!core_differs && same_view(&ours, &old))
        return;
    char here[64], there[64];
    describe(&ours, here, sizeof here);
    describe(core_differs ? &core : &old, there, sizeof there);
    const char *version = core_differs ? "1.2" : "1.1";
    Place place = builder_place(builder, doubt->offset, doubt->size);
    Finding *finding;
    if (doubt->is_key && ours.kind != VIEW_TEXT)
        finding = diag_report(builder->diag, &rule_yaml_ambiguous, place,
                              "the key %.*s is %s to kubectl, which sends \"%s\"; to a YAML %s "
                              "reader it is %s",
                              STR_ARG(doubt->text), here, ours.shown, version, there);
    else
        finding = diag_report(builder->diag, &rule_yaml_ambiguous, place,
                              "%.*s is %s to kubectl, but %s to a YAML %s reader",
                              STR_ARG(doubt->text), here, there, version);
    help(builder, finding, doubt, &ours);
    if (is_mode(doubt->text, doubt->key))
        diag_lower(builder->diag, finding, SEVERITY_INFO);
}

void ambiguous_report(Builder *builder)
{
    for (uint32_t i = 0; i < builder->doubts.len; i++)
        judge(builder, &builder->doubts.at[i]);
}
