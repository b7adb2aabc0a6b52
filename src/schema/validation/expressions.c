/* expressions.c: tells what is wrong with an expression in CEL, as far as cel.h sees it.
 *
 * Where a server sends the whole report of its compiler, we name the first mistake, its line and
 * column in the expression, and the names that are near. */
#include "schema/cel.h"
#include "schema/validation/validation.h"

/* What is said of a fault, behind the part of the expression that it is about. */
static const char *const SAYINGS[] = {
    [CEL_UNEXPECTED] = "may not stand there",
    [CEL_UNFINISHED] = "the end comes too early",
    [CEL_UNREADABLE] = "begins nothing that is known in CEL",
    [CEL_RESERVED] = "is a reserved word",
    [CEL_TOO_LARGE] = "is beyond 64 bits",
    [CEL_NO_VARIABLE] = "is not declared",
    [CEL_NO_FIELD] = "is no field of what stands before it",
    [CEL_NO_FUNCTION] = "is no function",
    [CEL_NOT_A_NAME] = "stands where the macro's variable has to be named",
    [CEL_NOT_A_FIELD] = "stands where has() wants a field, such as self.name",
};

/* The part, quoted and cut; nothing at the expression's end. */
static Str shown(Arena *arena, Str what)
{
    enum { SHOWN_MOST = 40 };
    const char *more = "";
    if (what.len > SHOWN_MOST) {
        for (what.len = SHOWN_MOST; ((unsigned char)what.ptr[what.len] & 0xc0) == 0x80;)
            what.len--;
        more = "…";
    }
    if (what.len == 0)
        return what;
    return arena_format(arena, "\"%.*s%s\" ", STR_ARG(arena_quoted(arena, what)), more);
}

/* As the compiler counts: from 1, in characters. */
static void find_place(Str expression, const char *what, unsigned *line, unsigned *column)
{
    *line = *column = 1;
    for (const char *at = expression.ptr; at < what; at++) {
        bool continues = ((unsigned char)*at & 0xc0) == 0x80;
        *column = *at == '\n' ? 1 : *column + !continues;
        *line += *at == '\n';
    }
}

/* Of a list as cel_read takes it: whether it is a name, or a field where those are asked for. */
static bool is_listed(const char *name, bool fields)
{
    Str text = name ? str_of(name) : str_slice("", 0);
    size_t dot = str_find(text, '.');
    return fields ? dot + 1 < text.len : text.len && dot == text.len;
}

/* Those of the list, which stand together. */
static void help_list(Validation *v, Finding *finding, const char *const variables[], bool fields)
{
    Buf all = {0};
    for (size_t i = 0; variables[i]; i++) {
        if (!is_listed(variables[i], fields))
            continue;
        buf_text(&all, all.len == 0 ? "" : is_listed(variables[i + 1], fields) ? ", " : " and ");
        buf_text(&all, variables[i]);
    }
    if (all.len)
        diag_help(v->walk->checker->diag, finding, "what it can speak of: %.*s",
                  STR_ARG(buf_slice(&all)));
    buf_free(&all);
}

static void help_names(Validation *v, Finding *finding, const CelReading *reading,
                       const char *const variables[])
{
    Diag *diag = v->walk->checker->diag;
    Str nearest = {"", 0};
    if (reading->fault == CEL_NO_FUNCTION)
        nearest = cel_nearest_function(reading->what);
    if (nearest.len && str_eq(nearest, reading->what))
        diag_help(diag, finding,
                  "there is %.*s, called otherwise: alone instead of behind a dot, the other way "
                  "round, or with another number of arguments", STR_ARG(nearest));
    else if (nearest.len)
        diag_help(diag, finding, "did you mean %.*s?", STR_ARG(nearest));
    if (reading->fault == CEL_UNREADABLE && memchr("\"'", reading->what.ptr[0], 2))
        diag_help(diag, finding, "the string does not end, or holds an escape that CEL does not have");
    if (reading->fault == CEL_NO_VARIABLE || reading->fault == CEL_NO_FIELD)
        help_list(v, finding, variables, reading->fault == CEL_NO_FIELD);
}

CelReading validation_expression(Validation *v, Field expression, const char *const variables[])
{
    Str text = field_text(v, expression);
    if (text.len == 0)
        return (CelReading){0};
    CelReading reading = cel_read(text, variables);
    if (reading.fault == CEL_FINE)
        return reading;
    unsigned line, column;
    find_place(text, reading.what.ptr, &line, &column);
    Finding *finding = validation_invalid(
        v, expression, "does not compile: %.*s%s, at %u:%u of the expression",
        STR_ARG(shown(v->walk->checker->scratch, reading.what)), SAYINGS[reading.fault], line, column);
    if (finding)
        help_names(v, finding, &reading, variables);
    return reading;
}
