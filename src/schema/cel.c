/* cel.c: reads an expression in CEL, and asks each name in it whether something declares it.
 *
 * By descent; operators of all ranks are one loop, since only whether they may stand where they
 * stand matters.  No tree is made: of a value the reader keeps whether it is a name, a field of
 * something or anything else, which is what macros ask for.  Names that macros declare lie on the
 * C stack.
 *
 * Left to others: words (cel_token.c), and everything that needs types. */
#include "schema/cel.h"
#include "schema/cel_token.h"

/* ---- names ---- */

/* Functions that are called alone, with the package of those that have one; in the order of
 * bytes. */
static const char *const FUNCTIONS[] = {
    "bool", "bytes", "cidr", "double", "duration", "dyn", "format.byte", "format.date",
    "format.datetime", "format.dns1035Label", "format.dns1035LabelPrefix", "format.dns1123Label",
    "format.dns1123LabelPrefix", "format.dns1123Subdomain", "format.dns1123SubdomainPrefix",
    "format.labelValue", "format.named", "format.qualifiedName", "format.uri", "format.uuid",
    "int", "ip", "ip.isCanonical", "isCIDR", "isIP", "isQuantity", "isSemver", "isURL",
    "jsonpatch.escapeKey", "lists.range", "matches", "optional.none", "optional.of",
    "optional.ofNonZeroValue", "optional.unwrap", "quantity", "semver", "sets.contains",
    "sets.equivalent", "sets.intersects", "sign", "size", "string", "strings.quote", "timestamp",
    "type", "uint", "url",
};

/* Those that are called of a value. */
static const char *const METHODS[] = {
    "add", "allowed", "asApproximateFloat", "asInteger", "charAt", "check", "compareTo",
    "contains", "containsCIDR", "containsIP", "distinct", "endsWith", "error", "errored", "family",
    "fieldSelector", "find", "findAll", "first", "flatten", "format", "getDate", "getDayOfMonth",
    "getDayOfWeek", "getDayOfYear", "getEscapedPath", "getFullYear", "getHost", "getHostname",
    "getHours", "getMilliseconds", "getMinutes", "getMonth", "getPort", "getQuery", "getScheme",
    "getSeconds", "group", "hasValue", "includes", "indexOf", "ip", "isGlobalUnicast",
    "isGreaterThan", "isInteger", "isLessThan", "isLinkLocalMulticast", "isLinkLocalUnicast",
    "isLoopback", "isSorted", "isUnspecified", "join", "labelSelector", "last", "lastIndexOf",
    "lowerAscii", "major", "masked", "matches", "max", "min", "minor", "name", "namespace", "or",
    "orValue", "patch", "path", "prefixLength", "reason", "replace", "resource", "reverse",
    "serviceAccount", "size", "slice", "sort", "split", "startsWith", "sub", "subresource",
    "substring", "sum", "trim", "unwrapOpt", "upperAscii", "validate", "value",
};

/* Types, which are values, too; those in packages have one of these in front. */
static const char *const TYPES[] = {"bool", "bytes", "double", "int", "list", "map", "null_type",
                                    "optional_type", "string", "type", "uint"};
static const char *const PACKAGES[] = {"google", "kubernetes", "net"};

static const char *const RESERVED[] = {
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
    "namespace", "package", "return", "var", "void", "while",
};

/* Macros that are called of a value, and how many of their arguments name variables. */
static const struct {
    const char *name;
    uint32_t arguments, variables;
} MACROS[] = {
    {"all", 2, 1}, {"all", 3, 2}, {"bind", 3, 1}, {"exists", 2, 1}, {"exists", 3, 2}, {"existsOne", 3, 2},
    {"exists_one", 2, 1}, {"exists_one", 3, 2}, {"filter", 2, 1}, {"map", 2, 1}, {"map", 3, 1},
    {"optFlatMap", 2, 1}, {"optMap", 2, 1}, {"sortBy", 2, 1}, {"transformList", 3, 2},
    {"transformList", 4, 2}, {"transformMap", 3, 2}, {"transformMap", 4, 2},
    {"transformMapEntry", 3, 2}, {"transformMapEntry", 4, 2},
};

static bool is_among(Str text, const char *const *words, size_t count)
{
    for (size_t low = 0; low < count;) {
        size_t middle = low + (count - low) / 2;
        int order = str_compare(text, str_of(words[middle]));
        if (order == 0)
            return true;
        if (order < 0)
            count = middle;
        else
            low = middle + 1;
    }
    return false;
}

#define IS_AMONG(text, words) is_among(text, words, BASE_COUNT(words))

/* ---- the reader ---- */

/* A variable of a macro, and those around it. */
typedef struct Local {
    Str name;
    const struct Local *around;
} Local;

/* What a value is, as far as macros ask. */
typedef enum ValueKind { VALUE_OTHER, VALUE_NAME, VALUE_FIELD } ValueKind;

typedef struct Value {
    ValueKind kind;
    Str name;        /* of VALUE_NAME */
} Value;

/* A server stops at 250 rules of the grammar within each other. */
enum { DEPTH_MOST = 100 };

typedef struct Reader {
    const char *at, *end;
    CelToken token;  /* the one to come */
    const char *const *variables;
    const Local *locals;
    unsigned depth;
    bool naming;     /* where a macro's variable is named: no name has to be declared */
    CelReading reading;
} Reader;

static void stop(Reader *r)
{
    r->at = r->end;
    r->token = (CelToken){CEL_END, str_slice(r->end, 0)};
}

/* The first fault ends the reading. */
static void fail(Reader *r, CelFault fault, Str what)
{
    if (r->reading.fault != CEL_FINE || r->reading.undecided)
        return;
    r->reading.fault = fault;
    r->reading.what = what;
    stop(r);
}

static void advance(Reader *r)
{
    r->token = cel_token(r->at, r->end);
    r->at = r->token.text.ptr + r->token.text.len;
    if (r->token.kind == CEL_BROKEN)
        fail(r, CEL_UNREADABLE, r->token.text);
    else if (r->token.kind == CEL_HUGE)
        fail(r, CEL_TOO_LARGE, r->token.text);
}

static void unexpected(Reader *r)
{
    fail(r, r->token.kind == CEL_END ? CEL_UNFINISHED : CEL_UNEXPECTED, r->token.text);
}

static bool take(Reader *r, int kind)
{
    if (r->token.kind != kind)
        return false;
    advance(r);
    return true;
}

static void expect(Reader *r, int kind)
{
    if (!take(r, kind))
        unexpected(r);
}

static Value read_expression(Reader *r);

/* ---- names and calls ---- */

/* Whether something declares the name.  Notes that it is used, also where a macro's variable
 * hides it: the server goes by the name. */
static bool is_variable(Reader *r, Str name)
{
    bool known = false;
    for (const Local *local = r->locals; local && !known; local = local->around)
        known = str_eq(local->name, name);
    for (uint32_t i = 0; r->variables[i]; i++)
        if (str_is(name, r->variables[i])) {
            r->reading.used |= UINT32_C(1) << i;
            return true;
        }
    return known;
}

static void check_variable(Reader *r, Str name)
{
    if (r->naming || is_variable(r, name) || IS_AMONG(name, TYPES) ||
        (r->token.kind == '.' && IS_AMONG(name, PACKAGES)))
        return;
    fail(r, CEL_NO_VARIABLE, name);
}

/* Whether that variable, which no macro's hides, may have a field of that name. */
static void check_field(Reader *r, Str variable, Str field)
{
    bool whole = true, known = false;
    if (r->naming)
        return;
    for (const Local *local = r->locals; local; local = local->around)
        if (str_eq(local->name, variable))
            return;
    for (const char *const *at = r->variables; *at; at++) {
        Str entry = str_of(*at);
        if (entry.len <= variable.len || !str_starts(entry, variable) || entry.ptr[variable.len] != '.')
            continue;
        whole = false;
        known |= str_eq(str_slice(entry.ptr + variable.len + 1, entry.len - variable.len - 1), field);
    }
    if (!whole && !known)
        fail(r, CEL_NO_FIELD, field);
}

/* How many arguments come, where the word to come is the first of them or the closing bracket. */
static uint32_t count_arguments(const Reader *r)
{
    uint32_t commas = 0, inside = 0;
    const char *at = r->at;
    for (CelToken token = r->token; token.kind != CEL_END; token = cel_token(at, r->end)) {
        at = token.text.ptr + token.text.len;
        if (token.kind == '(' || token.kind == '[' || token.kind == '{')
            inside++;
        else if ((token.kind == ')' || token.kind == ']' || token.kind == '}') && inside-- == 0)
            break;
        else if (token.kind == ',' && inside == 0)
            commas++;
    }
    return r->token.kind == ')' ? 0 : commas + 1;
}

/* The arguments of a call, of which the first name variables for the others; up to and with the
 * closing bracket. */
static Value read_arguments(Reader *r, uint32_t variables)
{
    Local locals[2];
    const Local *around = r->locals;
    Value last = {VALUE_OTHER, {"", 0}};
    for (uint32_t i = 0; r->token.kind != ')'; i++) {
        Str from = r->token.text;
        bool naming = r->naming;
        r->naming |= i < variables;
        last = read_expression(r);
        r->naming = naming;
        if (i < variables) {
            if (last.kind != VALUE_NAME)
                fail(r, CEL_NOT_A_NAME, from);
            locals[i] = (Local){last.name, r->locals};
            r->locals = &locals[i];
        }
        if (!take(r, ','))
            break;
        if (r->token.kind == ')')
            unexpected(r);
    }
    expect(r, ')');
    r->locals = around;
    return last;
}

/* Of a function that is called alone; behind the opening bracket. */
static void read_call(Reader *r, Str name)
{
    Str from = r->token.text;
    uint32_t count = str_is(name, "has") ? count_arguments(r) : 0;
    if (count != 1 && !IS_AMONG(name, FUNCTIONS))
        fail(r, CEL_NO_FUNCTION, name);
    Value value = read_arguments(r, 0);
    if (count == 1 && value.kind != VALUE_FIELD)
        fail(r, CEL_NOT_A_FIELD, from);
}

/* Of one that is called of a value. */
static void read_method(Reader *r, Str name)
{
    uint32_t count = count_arguments(r), variables = 0;
    bool known = IS_AMONG(name, METHODS);
    for (size_t i = 0; i < BASE_COUNT(MACROS); i++)
        if (MACROS[i].arguments == count && str_is(name, MACROS[i].name)) {
            variables = MACROS[i].variables;
            known = true;
        }
    if (!known)
        fail(r, CEL_NO_FUNCTION, name);
    read_arguments(r, variables);
}

/* Behind an item: whether a comma stands there, which is taken.  Two are a mistake. */
static bool another_follows(Reader *r)
{
    if (!take(r, ','))
        return false;
    if (r->token.kind == ',')
        unexpected(r);
    return true;
}

/* Fields of a message or entries of a map, up to and with the closing bracket; both may end with
 * a comma. */
static void read_entries(Reader *r, bool are_fields)
{
    while (r->token.kind != '}' && r->token.kind != ',') {
        take(r, '?');
        if (!are_fields)
            read_expression(r);
        else if (!take(r, CEL_QUOTED_NAME))
            expect(r, CEL_NAME);
        expect(r, ':');
        read_expression(r);
        if (!another_follows(r))
            break;
    }
    take(r, ',');
    expect(r, '}');
}

static void read_list(Reader *r)
{
    while (r->token.kind != ']' && r->token.kind != ',') {
        take(r, '?');
        read_expression(r);
        if (!another_follows(r))
            break;
    }
    take(r, ',');
    expect(r, ']');
}

/* ---- values ---- */

/* Whether what comes, dots and names, is a message's type with its opening bracket. */
static bool is_message(const Reader *r)
{
    const char *at = r->at;
    CelToken token = r->token;
    while (token.kind == '.') {
        token = cel_token(at, r->end);
        if (token.kind != CEL_NAME)
            return false;
        token = cel_token(at = token.text.ptr + token.text.len, r->end);
        at = token.text.ptr + token.text.len;
    }
    return token.kind == '{';
}

/* "format.uuid(", where no variable is called format: the whole name, or an empty text. */
static Str packed_function(Reader *r, Str package)
{
    const char *at = r->at;
    if (r->token.kind != '.')
        return str_slice("", 0);
    CelToken name = cel_token(at, r->end);
    if (name.kind != CEL_NAME ||
        cel_token(name.text.ptr + name.text.len, r->end).kind != '(')
        return str_slice("", 0);
    char whole[64];
    if (package.len + name.text.len + 1 > sizeof whole)
        return str_slice("", 0);
    memcpy(whole, package.ptr, package.len);
    whole[package.len] = '.';
    memcpy(whole + package.len + 1, name.text.ptr, name.text.len);
    bool known = IS_AMONG(str_slice(whole, package.len + 1 + name.text.len), FUNCTIONS);
    return known ? name.text : str_slice("", 0);
}

/* A name, and what makes a call or a message of it. */
static Value read_name(Reader *r)
{
    Str name = r->token.text;
    advance(r);
    if (is_message(r)) {
        check_variable(r, name);
        while (r->token.kind != '{' && r->token.kind != CEL_END)
            advance(r);
        expect(r, '{');
        read_entries(r, true);
        return (Value){VALUE_OTHER, {"", 0}};
    }
    if (IS_AMONG(name, RESERVED)) {
        fail(r, CEL_RESERVED, name);
    } else if (take(r, '(')) {
        read_call(r, name);
    } else if (packed_function(r, name).len) {
        advance(r);
        advance(r);
        advance(r);
        read_arguments(r, 0);
    } else {
        check_variable(r, name);
        return (Value){VALUE_NAME, name};
    }
    return (Value){VALUE_OTHER, {"", 0}};
}

static Value read_primary(Reader *r)
{
    Value value = {VALUE_OTHER, {"", 0}};
    if (take(r, '(')) {
        value = read_expression(r);
        expect(r, ')');
    } else if (take(r, '[')) {
        read_list(r);
    } else if (take(r, '{')) {
        read_entries(r, false);
    } else if (r->token.kind == CEL_NAME) {
        value = read_name(r);
    } else if (take(r, '.')) {
        if (r->token.kind == CEL_NAME)
            read_name(r);
        else
            unexpected(r);
    } else if (!take(r, CEL_NUMBER) && !take(r, CEL_LITERAL)) {
        unexpected(r);
    }
    return value;
}

/* A value, and what is asked of it. */
static Value read_member(Reader *r)
{
    Value value = read_primary(r);
    for (;;) {
        if (take(r, '[')) {
            value.kind = VALUE_OTHER;
            take(r, '?');
            read_expression(r);
            expect(r, ']');
        } else if (take(r, '.')) {
            bool optional = take(r, '?'), of_name = value.kind == VALUE_NAME;
            Str name = r->token.text;
            value.kind = optional ? VALUE_OTHER : VALUE_FIELD;
            if (take(r, CEL_QUOTED_NAME))
                continue;
            expect(r, CEL_NAME);
            if (!optional && take(r, '(')) {
                value.kind = VALUE_OTHER;
                read_method(r, name);
            } else if (of_name) {
                check_field(r, value.name, name);
            }
        } else {
            return value;
        }
    }
}

/* Nots or signs, never both; but behind nots a number may have its own sign. */
static Value read_unary(Reader *r)
{
    int sign = r->token.kind;
    if (sign != '!' && sign != '-')
        return read_member(r);
    while (take(r, sign))
        continue;
    if (sign == '!' && take(r, '-') && r->token.kind != CEL_NUMBER)
        unexpected(r);
    read_member(r);
    return (Value){VALUE_OTHER, {"", 0}};
}

static bool is_operator(int kind)
{
    return kind == CEL_COMPARISON || kind == CEL_LOGICAL || kind == '<' || kind == '>' ||
           kind == '+' || kind == '-' || kind == '*' || kind == '/' || kind == '%';
}

/* Values with operators between them. */
static Value read_operation(Reader *r)
{
    Value value = read_unary(r);
    while (is_operator(r->token.kind)) {
        advance(r);
        read_unary(r);
        value.kind = VALUE_OTHER;
    }
    return value;
}

static Value read_expression(Reader *r)
{
    if (r->depth == DEPTH_MOST && r->reading.fault == CEL_FINE) {
        r->reading.undecided = true;
        stop(r);
    }
    r->depth++;
    Value value = read_operation(r);
    if (take(r, '?')) {
        read_operation(r);
        expect(r, ':');
        read_expression(r);
        value.kind = VALUE_OTHER;
    }
    r->depth--;
    return value;
}

CelReading cel_read(Str expression, const char *const variables[])
{
    Reader r = {.at = expression.ptr, .end = expression.ptr + expression.len,
                .variables = variables};
    advance(&r);
    read_expression(&r);
    if (r.token.kind != CEL_END)
        unexpected(&r);
    return r.reading;
}

/* ---- help ---- */

static void look_nearest(Str what, const char *const *words, size_t count, Str *best, unsigned *nearest)
{
    unsigned distance;
    for (size_t i = 0; i < count; i++)
        if (str_is_typo(what, str_of(words[i]), &distance) && (!best->len || distance < *nearest)) {
            *best = str_of(words[i]);
            *nearest = distance;
        }
}

Str cel_nearest_function(Str what)
{
    Str best = {"", 0};
    unsigned nearest = 0;
    look_nearest(what, METHODS, BASE_COUNT(METHODS), &best, &nearest);
    look_nearest(what, FUNCTIONS, BASE_COUNT(FUNCTIONS), &best, &nearest);
    for (size_t i = 0; i < BASE_COUNT(MACROS); i++)
        look_nearest(what, &MACROS[i].name, 1, &best, &nearest);
    return best;
}
