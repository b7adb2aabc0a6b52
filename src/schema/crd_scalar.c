/* crd_scalar.c: a value by itself: its type, length, pattern, format, bounds, enum.
 *
 * Follows kube-openapi, pkg/validation/validate (type.go, validator.go, values.go), to
 * its oddities: a list passes for a string with a format, a bound of a whole number is
 * cut to one, an integer with a bound of 1.5 is always wrong.  Each function answers
 * how many checks matched. */
#include "schema/crd_shape.h"

#include <math.h>

/* What the type check goes by. */
typedef struct Wanted {
    uint16_t types;
    bool format; /* there is one, and it loosens the check */
} Wanted;

/* Defaults are held against the structural schema, where int-or-string says nothing of
 * types and every format counts. */
static Wanted wanted_of(const CrdEval *eval, const CrdShape *shape)
{
    Wanted wanted = {shape->types, shape->format != CRD_NO_FORMAT};
    if (!eval->rule)
        return wanted;
    if (shape->flags & CRD_INT_OR_STRING)
        wanted.types = shape->type == CRD_UNTYPED ? 0 : (uint16_t)(1u << shape->type);
    wanted.format = (shape->given & CRD_BIT(FORMAT)) != 0;
    return wanted;
}

static bool has_type(uint16_t types, CrdType type) { return types >> type & 1; }

static CrdType type_of(const CrdValue *value)
{
    static const uint8_t TYPES[] = {
        [NODE_NULL] = CRD_NULL, [NODE_BOOL] = CRD_BOOLEAN, [NODE_INT] = CRD_INTEGER,
        [NODE_FLOAT] = CRD_NUMBER, [NODE_STRING] = CRD_STRING, [NODE_MAP] = CRD_OBJECT,
        [NODE_SEQ] = CRD_ARRAY,
    };
    return (CrdType)TYPES[crd_value_kind(value)];
}

/* ---- type ---- */

/* go-openapi's swag takes a float for an integer that is as good as one. */
static bool is_nearly_whole(double real)
{
    if (!(real >= -9007199254740991.0 && real <= 9007199254740991.0))
        return false;
    double rounded = round(real), off = fabs(real - rounded);
    return off <= 0 || (fabs(rounded) > 0 && off < 1e-9 * fabs(rounded));
}

static bool type_fits(const CrdEval *eval, const CrdShape *shape, const CrdValue *value)
{
    CrdType type = type_of(value);
    Wanted wanted = wanted_of(eval, shape);
    bool numeric = has_type(wanted.types, CRD_NUMBER) || has_type(wanted.types, CRD_INTEGER);
    if (!numeric && wanted.format && (type == CRD_STRING || type == CRD_ARRAY))
        return true;
    if (has_type(wanted.types, type) ||
        (type == CRD_INTEGER && has_type(wanted.types, CRD_NUMBER)))
        return true;
    return type == CRD_NUMBER && has_type(wanted.types, CRD_INTEGER) &&
           is_nearly_whole(crd_number(value->doc, value->node).real);
}

/* "a whole number or text" */
static Str wanted_text(const CrdEval *eval, const CrdShape *shape)
{
    static const char WORDS[][16] = {
        [CRD_UNTYPED] = "text", [CRD_ARRAY] = "a list", [CRD_BOOLEAN] = "true or false",
        [CRD_INTEGER] = "a whole number", [CRD_NUMBER] = "a number", [CRD_OBJECT] = "a mapping",
        [CRD_STRING] = "text", [CRD_NULL] = "null", [CRD_MISTYPED] = "nothing",
    };
    Arena *arena = eval->walk->checker->scratch;
    Str text = str_slice("", 0);
    for (unsigned type = CRD_ARRAY; type <= CRD_MISTYPED; type++)
        if (has_type(shape->types, (CrdType)type))
            text = arena_format(arena, "%.*s%s%s", STR_ARG(text), text.len ? " or " : "",
                                WORDS[type]);
    return text.len ? text : str_of(WORDS[CRD_UNTYPED]);
}

static void help_quotes(CrdEval *eval, Finding *finding, const CrdValue *value,
                        const CrdShape *shape)
{
    if (!finding || value->made)
        return;
    const Node *at = node_at(value->doc, value->node);
    Str text = node_str(value->doc, value->node);
    Diag *diag = eval->walk->checker->diag;
    NodeKind kind = (NodeKind)at->kind;
    if (has_type(shape->types, CRD_STRING) && (kind == NODE_BOOL || kind == NODE_INT || kind == NODE_FLOAT)) {
        diag_help(diag, finding, "put it in quotes: \"%.*s\"", STR_ARG(text));
    } else if (kind == NODE_STRING && at->style != STYLE_LITERAL && at->style != STYLE_FOLDED) {
        NodeKind plain = scalar_resolve(text);
        if ((plain == NODE_BOOL && has_type(shape->types, CRD_BOOLEAN)) ||
            (plain == NODE_INT && (has_type(shape->types, CRD_INTEGER) || has_type(shape->types, CRD_NUMBER))) ||
            (plain == NODE_FLOAT && has_type(shape->types, CRD_NUMBER)))
            diag_help(diag, finding, "write it without quotes: %.*s",
                      STR_ARG(plain == NODE_BOOL ? walk_bool_text(*at) : text));
    }
}

static uint32_t check_type(CrdEval *eval, const CrdValue *value, const CrdShape *shape)
{
    Wanted wanted = wanted_of(eval, shape);
    if (wanted.types == 0 && !wanted.format)
        return 0;
    if (type_fits(eval, shape, value))
        return 2;
    if (crd_is_muted(eval))
        return 1;
    Finding *finding = crd_fail(eval, value, &rule_custom_resource_type, "FieldValueTypeInvalid",
                                STR(""), "%.*s takes %.*s, not %.*s",
                                STR_ARG(crd_value_name(eval, value)),
                                STR_ARG(wanted_text(eval, shape)), STR_ARG(crd_found(eval, value)));
    help_quotes(eval, finding, value, shape);
    return 1;
}

static void check_enum(CrdEval *eval, const CrdValue *value, const CrdShape *shape);

uint32_t crd_check_null(CrdEval *eval, const CrdValue *value, const CrdShape *shape)
{
    uint32_t matches = 1;
    if (wanted_of(eval, shape).types && !(shape->flags & CRD_NULLABLE)) {
        matches = 0;
        if (!crd_is_muted(eval))
            crd_fail(eval, value, &rule_custom_resource_type, "FieldValueTypeInvalid", STR(""),
                     "%.*s takes %.*s, not null", STR_ARG(crd_value_name(eval, value)),
                     STR_ARG(wanted_text(eval, shape)));
    }
    if (shape->values)
        check_enum(eval, value, shape);
    return matches;
}

/* ---- text ---- */

static const char *plural(int64_t count) { return count == 1 ? "" : "s"; }

static bool check_length(CrdEval *eval, const CrdValue *value, const CrdShape *shape)
{
    if (!(shape->given & (CRD_BIT(MAX_LENGTH) | CRD_BIT(MIN_LENGTH))))
        return true;
    int64_t length = (int64_t)utf8_count(node_str(value->doc, value->node));
    int64_t most = shape->limits->max_length, least = shape->limits->min_length;
    if ((shape->given & CRD_BIT(MAX_LENGTH)) && length > most) {
        if (!crd_is_muted(eval))
            crd_fail(eval, value, &rule_custom_resource_length, "FieldValueTooLong", STR(""),
                 "%.*s is %lld character%s long, and may have at most %lld",
                 STR_ARG(crd_value_name(eval, value)), (long long)length, plural(length),
                 (long long)most);
        return false;
    }
    if ((shape->given & CRD_BIT(MIN_LENGTH)) && length < least) {
        if (!crd_is_muted(eval))
            crd_fail(eval, value, &rule_custom_resource_length, "FieldValueInvalid", STR(""),
                 "%.*s is %lld character%s long, and needs at least %lld",
                 STR_ARG(crd_value_name(eval, value)), (long long)length, plural(length),
                 (long long)least);
        return false;
    }
    return true;
}

/* The worker's compiled pattern.  A default is checked while its CRD is read: its
 * patterns have no numbers yet and are compiled for the moment. */
Pattern *crd_pattern(CrdEval *eval, const CrdShape *shape, bool *temporary)
{
    Re2Error error;
    *temporary = shape->pattern == BASE_NONE || !eval->set;
    if (*temporary)
        return pattern_compile(shape->pattern_text, &error);
    while (eval->set->patterns.len <= shape->pattern)
        vec_push(&eval->set->patterns, NULL);
    Pattern **pattern = &eval->set->patterns.at[shape->pattern];
    if (!*pattern)
        *pattern = pattern_compile(shape->pattern_text, &error);
    return *pattern;
}

static void tell_undecided(CrdEval *eval, const CrdValue *value, const CrdShape *shape)
{
    if (eval->muted)
        return;
    Buf translated = {0};
    Re2Error error;
    bool good = re2_translate(shape->pattern_text, &translated, &error);
    buf_free(&translated);
    walk_report(eval->walk, value->place, &rule_custom_resource_undecided, 0,
                "whether %.*s fits the pattern '%.*s' could not be decided: the pattern %s",
                STR_ARG(crd_value_name(eval, value)), STR_ARG(shape->pattern_text),
                good ? "is too large or takes too long" : "is no regular expression of Go's");
}

static void check_pattern(CrdEval *eval, const CrdValue *value, const CrdShape *shape)
{
    bool temporary;
    Pattern *pattern = crd_pattern(eval, shape, &temporary);
    PatternMatch match = PATTERN_GAVE_UP;
    if (pattern)
        match = pattern_search(pattern, node_str(value->doc, value->node));
    if (temporary)
        pattern_free(pattern);
    if (match == PATTERN_GAVE_UP)
        tell_undecided(eval, value, shape);
    if (match == PATTERN_NO && !crd_is_muted(eval))
        crd_fail(eval, value, &rule_custom_resource_pattern, "FieldValueInvalid", STR(""),
                 "%.*s does not fit the pattern '%.*s': %.*s",
                 STR_ARG(crd_value_name(eval, value)), STR_ARG(shape->pattern_text),
                 STR_ARG(crd_found(eval, value)));
}

static uint32_t check_text(CrdEval *eval, const CrdValue *value, const CrdShape *shape)
{
    if (check_length(eval, value, shape) && shape->pattern_text.len)
        check_pattern(eval, value, shape);
    uint32_t versions = crd_format_versions((CrdFormat)shape->format) & eval->versions;
    if (shape->format <= CRD_DOUBLE || !versions)
        return 1;
    if (!crd_format_holds(eval->set, (CrdFormat)shape->format, node_str(value->doc, value->node)) &&
        !crd_is_muted(eval)) {
        uint32_t all = eval->versions;
        eval->versions = versions;
        Finding *finding = crd_fail(
                 eval, value, &rule_custom_resource_format, "FieldValueTypeInvalid", STR(""),
                 "%.*s is no %s: %.*s", STR_ARG(crd_value_name(eval, value)),
                 crd_format_name((CrdFormat)shape->format), STR_ARG(crd_found(eval, value)));
        const char *example = crd_format_example((CrdFormat)shape->format);
        if (finding && example)
            diag_help(eval->walk->checker->diag, finding, "such as %s", example);
        eval->versions = all;
    }
    return 2;
}

/* ---- numbers ---- */

/* Servers check that a number fits its format since 1.36. */
static uint32_t range_versions(void)
{
    return SCHEMA_ALL_VERSIONS & ~((UINT32_C(1) << (36 - SCHEMA_OLDEST)) - 1);
}

/* Whether Go's strconv reads the number's text as the type and format. */
static bool number_fits(const CrdShape *shape, const CrdNumber *number)
{
    if (shape->types == 1u << CRD_INTEGER) {
        bool whole = number->whole ||
                     (floor(number->real) >= number->real &&
                      number->real >= -9223372036854775808.0 && number->real < 9223372036854775808.0);
        if (!whole)
            return false;
        return shape->format != CRD_INT32 ||
               (number->real >= INT32_MIN && number->real <= INT32_MAX);
    }
    if (shape->types == 1u << CRD_NUMBER && shape->format == CRD_FLOAT)
        return !isinf((float)number->real);
    return true;
}

static void fail_range(CrdEval *eval, const CrdValue *value, const CrdShape *shape,
                       const char *what)
{
    uint32_t all = eval->versions;
    eval->versions &= range_versions();
    if (eval->versions && !crd_is_muted(eval)) {
        const char *type = shape->types == 1u << CRD_INTEGER
                               ? shape->format == CRD_INT32 ? "32-bit integer" : "64-bit integer"
                               : "32-bit float";
        Finding *finding = crd_fail(eval, value, &rule_custom_resource_bounds,
                                    "FieldValueInvalid", STR(""),
                                    "%s of %.*s is no %s", what,
                                    STR_ARG(crd_value_name(eval, value)), type);
        crd_name_path(eval, finding, value, STR(""), CRD_PATH_NIL);
    }
    eval->versions = all;
}

static bool is_multiple(const CrdNumber *number, double factor, bool natively)
{
    if (number->whole && natively) {
        int64_t whole = crd_go_int64(factor);
        return whole > 0 && number->integer % whole == 0;
    }
    if (factor <= 0)
        return false;
    return is_nearly_whole(factor < 1 ? 1 / factor * number->real : number->real / factor);
}

/* Whether the number is beyond a bound: above a maximum, or (negated) below a minimum. */
static bool is_beyond(const CrdNumber *number, double bound, bool exclusive, bool natively,
                      bool minimum)
{
    if (number->whole && natively) {
        int64_t limit = crd_go_int64(bound);
        bool beyond = minimum ? number->integer < limit : number->integer > limit;
        return beyond || (exclusive && number->integer == limit);
    }
    bool beyond = minimum ? number->real < bound : number->real > bound;
    bool equal = !(number->real < bound) && !(number->real > bound);
    return beyond || (exclusive && equal);
}

static void check_bound(CrdEval *eval, const CrdValue *value, const CrdShape *shape,
                        const CrdNumber *number, bool minimum)
{
    double bound = minimum ? shape->limits->minimum : shape->limits->maximum;
    bool exclusive = shape->flags & (minimum ? CRD_ABOVE_MINIMUM : CRD_BELOW_MAXIMUM);
    CrdNumber limit = {.real = bound};
    bool natively = number_fits(shape, &limit);
    if (!natively)
        fail_range(eval, value, shape, minimum ? "the minimum" : "the maximum");
    if (!is_beyond(number, bound, exclusive, natively, minimum) || crd_is_muted(eval))
        return;
    const char *how = minimum ? exclusive ? "more than" : "at least"
                              : exclusive ? "less than" : "at most";
    crd_fail(eval, value, &rule_custom_resource_bounds, "FieldValueInvalid", STR(""),
             "%.*s must be %s %.15g, not %.*s", STR_ARG(crd_value_name(eval, value)), how, bound,
             STR_ARG(node_str(value->doc, value->node)));
}

static uint32_t check_number(CrdEval *eval, const CrdValue *value, const CrdShape *shape)
{
    CrdNumber number = crd_number(value->doc, value->node);
    if (!number_fits(shape, &number))
        fail_range(eval, value, shape, "the value");
    if (shape->given & CRD_BIT(MULTIPLE_OF)) {
        double factor = shape->limits->multiple_of;
        CrdNumber limit = {.real = factor};
        bool natively = number_fits(shape, &limit);
        if (!natively)
            fail_range(eval, value, shape, "multipleOf");
        if (!is_multiple(&number, factor, natively) && !crd_is_muted(eval))
            crd_fail(eval, value, &rule_custom_resource_bounds, "FieldValueInvalid", STR(""),
                     "%.*s must be a multiple of %.15g, not %.*s",
                     STR_ARG(crd_value_name(eval, value)), factor,
                     STR_ARG(node_str(value->doc, value->node)));
    }
    if (shape->given & CRD_BIT(MAXIMUM))
        check_bound(eval, value, shape, &number, false);
    if (shape->given & CRD_BIT(MINIMUM))
        check_bound(eval, value, shape, &number, true);
    return 2;
}

/* ---- enum ---- */

enum { ENUM_SHOWN = 12, ENUM_COMPARED = 200 /* for a word that may be meant */ };

static void fail_enum(CrdEval *eval, const CrdValue *value, const CrdShape *shape)
{
    Arena *arena = eval->walk->checker->scratch;
    const CrdEnum *values = shape->values;
    bool is_text = crd_value_kind(value) == NODE_STRING;
    Str text = is_text ? node_str(value->doc, value->node) : str_slice("", 0), best = {0};
    unsigned best_distance = 0;
    Buf all = {0};
    uint32_t shown = 0, all_count = node_at(&values->doc, 0)->len;
    for (uint32_t at = node_first(0); at < node_end(&values->doc, 0);
         at = node_after(&values->doc, at), shown++) {
        if (shown >= ENUM_SHOWN && all_count > ENUM_COMPARED)
            break;
        NodeKind kind = node_kind(&values->doc, at);
        Str one = node_str(&values->doc, at);
        unsigned distance;
        if (is_text && kind == NODE_STRING && str_is_typo(text, one, &distance) &&
            (!best.len || distance < best_distance)) {
            best = one;
            best_distance = distance;
        }
        if (shown >= ENUM_SHOWN)
            continue;
        buf_text(&all, shown ? ", " : "");
        if (kind == NODE_MAP || kind == NODE_SEQ)
            buf_text(&all, kind == NODE_MAP ? "a mapping" : "a list");
        else
            node_json(&values->doc, at, &all);
    }
    if (all_count > ENUM_SHOWN)
        buf_format(&all, " and %u more", (unsigned)(all_count - ENUM_SHOWN));
    Str list = arena_str(arena, buf_slice(&all));
    buf_free(&all);
    Finding *finding = crd_fail(eval, value, &rule_custom_resource_enum,
                                "FieldValueNotSupported", STR(""),
                                "%.*s must be one of %.*s, not %.*s",
                                STR_ARG(crd_value_name(eval, value)), STR_ARG(list),
                                STR_ARG(crd_found(eval, value)));
    if (finding && best.len)
        diag_help(eval->walk->checker->diag, finding, "did you mean %.*s?", STR_ARG(best));
}

static void check_enum(CrdEval *eval, const CrdValue *value, const CrdShape *shape)
{
    if (!crd_enum_has(shape->values, value) && !crd_is_muted(eval))
        fail_enum(eval, value, shape);
}

/* ---- all of it ---- */

uint32_t crd_check_scalar(CrdEval *eval, const CrdValue *value, const CrdShape *shape)
{
    uint32_t matches = check_type(eval, value, shape) + 1; /* the enum's is always counted */
    NodeKind kind = crd_value_kind(value);
    if (kind == NODE_STRING)
        matches += check_text(eval, value, shape);
    else if (kind == NODE_INT || kind == NODE_FLOAT)
        matches += check_number(eval, value, shape);
    if (shape->values)
        check_enum(eval, value, shape);
    return matches;
}
