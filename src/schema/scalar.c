/* scalar.c: values without parts, taken or refused as the server's decoder takes or
 * refuses them (sigs.k8s.io/json, decode.go, literalStore, and the UnmarshalJSON of
 * Quantity, Time, MicroTime, Duration and IntOrString).  What arrives there is the
 * JSON that kubectl makes of the manifest: 1.0 and 1e3 are whole numbers by then,
 * and null means that the field is not given. */
#include "schema/value.h"
#include "schema/walk.h"

const uint8_t walk_takes[TYPE_LIST] = {
    [TYPE_STRING] = 1 << NODE_STRING,
    [TYPE_BOOL] = 1 << NODE_BOOL,
    [TYPE_INT32] = 1 << NODE_INT,
    [TYPE_INT64] = 1 << NODE_INT,
    [TYPE_NUMBER] = 1 << NODE_INT | 1 << NODE_FLOAT,
    [TYPE_INT_OR_STRING] = 1 << NODE_INT | 1 << NODE_STRING,
};

static const char *wanted(TypeKind kind)
{
    switch (kind) {
    case TYPE_STRING: return "text";
    case TYPE_BOOL: return "true or false";
    case TYPE_INT32:
    case TYPE_INT64: return "a whole number";
    case TYPE_NUMBER: return "a number";
    case TYPE_BYTES: return "base64 text";
    case TYPE_TIME:
    case TYPE_MICRO_TIME: return "a time";
    case TYPE_DURATION: return "a duration such as 1h30m";
    case TYPE_QUANTITY: return "a quantity such as 500m or 1Gi";
    case TYPE_INT_OR_STRING: return "a whole number or text";
    case TYPE_LIST: return "a list";
    case TYPE_MAP:
    case TYPE_STRUCT: return "a mapping";
    case TYPE_OR_ARRAY: return "a schema or a list of schemas";
    case TYPE_OR_BOOL: return "a schema, true or false";
    case TYPE_OR_STRINGS: return "a schema or a list of texts";
    case TYPE_ANY: break;
    }
    return "any value";
}

/* "replicas", or of an item of a list the list's name: "args[1]". */
static Str value_name(const Walk *walk, uint32_t node)
{
    Str path = document_path(walk->doc, node, walk->checker->scratch);
    size_t start = path.len;
    bool bracket = false;
    while (start > 0 && (bracket || path.ptr[start - 1] != '.')) {
        start--;
        if (path.ptr[start] == ']')
            bracket = true;
        else if (path.ptr[start] == '[')
            bracket = false;
    }
    return str_slice(path.ptr + start, path.len - start);
}

Str walk_bool_text(Node node)
{
    node.kind = NODE_BOOL;
    Document doc = {.nodes = &node, .count = 1};
    return node_bool(&doc, 0) ? STR("true") : STR("false");
}

/* What the author most likely meant, where that is sure. */
static void help_wrong_type(Walk *walk, Finding *finding, uint32_t node, TypeKind kind)
{
    const Node *at = node_at(walk->doc, node);
    NodeKind found = (NodeKind)at->kind;
    if (!finding || (at->flags & NODE_ALIASED))
        return;
    if (kind == TYPE_LIST && found == NODE_MAP && at->style == STYLE_BLOCK)
        diag_help(walk->checker->diag, finding, "each item of a list starts with \"- \"");
    if (walk->secret)
        return;
    bool scalar = found == NODE_BOOL || found == NODE_INT || found == NODE_FLOAT;
    Str text = node_str(walk->doc, node);
    Diag *diag = walk->checker->diag;
    if (kind == TYPE_STRING && scalar) {
        diag_help(diag, finding, "put it in quotes: \"%.*s\"", STR_ARG(text));
        diag_fix(diag, finding, document_place(walk->doc, node), "\"%.*s\"", STR_ARG(text));
    }
    if (found != NODE_STRING || at->style == STYLE_LITERAL || at->style == STYLE_FOLDED)
        return;
    NodeKind plain = scalar_resolve(text);
    bool number = plain == NODE_INT || (plain == NODE_FLOAT && kind == TYPE_NUMBER);
    bool wants_number = kind == TYPE_INT32 || kind == TYPE_INT64 || kind == TYPE_NUMBER;
    if ((kind != TYPE_BOOL || plain != NODE_BOOL) && !(wants_number && number))
        return;
    if (kind == TYPE_BOOL)
        text = walk_bool_text(*at);
    diag_help(diag, finding, "write it without quotes: %.*s", STR_ARG(text));
    diag_fix(diag, finding, document_place(walk->doc, node), "%.*s", STR_ARG(text));
}

void walk_wrong_type(Walk *walk, uint32_t node, TypeKind kind, uint32_t versions)
{
    Str name = value_name(walk, node), found = walk_found(walk, node);
    Finding *finding = walk_report(walk, node, &rule_wrong_type, versions,
                                   "%.*s takes %s, not %.*s", STR_ARG(name), wanted(kind),
                                   STR_ARG(found));
    help_wrong_type(walk, finding, node, kind);
    walk_name_as_server(walk, finding, node);
}

static void malformed(Walk *walk, uint32_t node, uint32_t versions, const char *what)
{
    Str name = value_name(walk, node), found = walk_found(walk, node);
    Finding *finding = walk_report(walk, node, &rule_malformed_value, versions,
                                   "%.*s is %s: %.*s", STR_ARG(name), what, STR_ARG(found));
    walk_name_as_server(walk, finding, node);
}

/* The whole number that arrives at the server, or false for any other. */
typedef enum WholeNumber { WHOLE, WHOLE_TOO_BIG, NOT_WHOLE } WholeNumber;

static WholeNumber whole_number(const Document *doc, uint32_t node, int64_t *value)
{
    if (node_kind(doc, node) == NODE_INT)
        return node_int64(doc, node, value) ? WHOLE : WHOLE_TOO_BIG;
    double number;
    if (node_kind(doc, node) != NODE_FLOAT || !node_double(doc, node, &number))
        return NOT_WHOLE;
    /* Go writes 1e20 with all its digits and 1e21 with an exponent. */
    if (!(number > -1e21 && number < 1e21))
        return NOT_WHOLE;
    if (number < -9223372036854775808.0 || number >= 9223372036854775808.0)
        return WHOLE_TOO_BIG;
    *value = (int64_t)number;
    return (double)*value < number || (double)*value > number ? NOT_WHOLE : WHOLE;
}

static void check_int(Walk *walk, uint32_t node, TypeKind kind, uint32_t versions)
{
    int64_t value = 0;
    WholeNumber whole = whole_number(walk->doc, node, &value);
    if (whole == WHOLE && kind != TYPE_INT64 && (value < INT32_MIN || value > INT32_MAX))
        whole = WHOLE_TOO_BIG;
    if (whole == NOT_WHOLE)
        walk_wrong_type(walk, node, kind, versions);
    else if (whole == WHOLE_TOO_BIG)
        malformed(walk, node, versions,
                  kind == TYPE_INT64 ? "too big for 64 bits" : "too big for 32 bits");
}

/* Go decodes a list of small numbers into bytes as well. */
static void check_byte_list(Walk *walk, uint32_t node, uint32_t versions)
{
    const Document *doc = walk->doc;
    for (uint32_t at = node_first(node); at < node_end(doc, node); at = node_after(doc, at)) {
        int64_t value = 0;
        if (node_kind(doc, at) != NODE_NULL &&
            (whole_number(doc, at, &value) != WHOLE || value < 0 || value > 255)) {
            walk_wrong_type(walk, node, TYPE_BYTES, versions);
            return;
        }
    }
}

/* A quantity may be written as a number; its JSON text is what is read. */
static bool is_quantity(Walk *walk, uint32_t node)
{
    if (node_kind(walk->doc, node) == NODE_STRING)
        return value_is_quantity(node_str(walk->doc, node));
    if (node_kind(walk->doc, node) == NODE_INT)
        return true; /* digits, once kubectl wrote them */
    Buf json = {0};
    node_json(walk->doc, node, &json);
    bool ok = value_is_quantity(buf_slice(&json));
    buf_free(&json);
    return ok;
}

static void check_text(Walk *walk, uint32_t node, TypeKind kind, uint32_t versions)
{
    Str text = node_str(walk->doc, node);
    switch (kind) {
    case TYPE_BYTES:
        if (!value_is_base64(text))
            malformed(walk, node, versions, "no base64");
        break;
    case TYPE_TIME:
        if (!value_is_time(text))
            malformed(walk, node, versions, "no time as RFC 3339 has it (2006-01-02T15:04:05Z)");
        break;
    case TYPE_MICRO_TIME:
        if (!value_is_micro_time(text))
            malformed(walk, node, versions,
                      "no time with six digits of a second's fraction "
                      "(2006-01-02T15:04:05.000000Z)");
        break;
    case TYPE_DURATION:
        if (!value_is_duration(text))
            malformed(walk, node, versions, "no duration (1h30m)");
        break;
    default: break;
    }
}

void walk_scalar(Walk *walk, uint32_t node, TypeKind kind, uint32_t versions)
{
    NodeKind found = node_kind(walk->doc, node);
    if (found == NODE_NULL || kind == TYPE_ANY)
        return;
    bool collection = found == NODE_MAP || found == NODE_SEQ;
    switch (kind) {
    case TYPE_STRING:
        if (found != NODE_STRING)
            walk_wrong_type(walk, node, kind, versions);
        return;
    case TYPE_BOOL:
        if (found != NODE_BOOL)
            walk_wrong_type(walk, node, kind, versions);
        return;
    case TYPE_INT_OR_STRING:
        if (found == NODE_STRING)
            return;
        /* fall through */
    case TYPE_INT32:
    case TYPE_INT64:
        check_int(walk, node, kind, versions);
        return;
    case TYPE_NUMBER:
        if (found != NODE_INT && found != NODE_FLOAT)
            walk_wrong_type(walk, node, kind, versions);
        return;
    case TYPE_QUANTITY:
        if (collection || found == NODE_BOOL)
            walk_wrong_type(walk, node, kind, versions);
        else if (!is_quantity(walk, node))
            malformed(walk, node, versions, "no quantity (500m, 0.5, 1Gi, 2e3)");
        return;
    default: break;
    }
    if (kind == TYPE_BYTES && found == NODE_SEQ)
        check_byte_list(walk, node, versions);
    else if (found != NODE_STRING)
        walk_wrong_type(walk, node, kind, versions);
    else
        check_text(walk, node, kind, versions);
}
