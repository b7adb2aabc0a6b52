/* crd_report.c: findings at values of custom resources, and what the server calls their
 * places.
 *
 * A value may come from a default; then the finding stands at what lacks it, and the
 * path goes on from there.  While alternatives are tried, failures are only counted. */
#include "schema/crd_review.h"

/* ---- paths ---- */

static void add_name(Buf *path, Str name, CrdPathStyle style, bool is_key)
{
    if (style == CRD_PATH_KEYS && is_key) {
        buf_byte(path, '[');
        buf_str(path, name);
        buf_byte(path, ']');
        return;
    }
    if (path->len)
        buf_byte(path, '.');
    buf_str(path, name);
}

/* The shape behind a name, and whether the name is a key of a map. */
static const CrdShape *step_into(const CrdShape *shape, Str name, bool *is_key)
{
    const CrdName *property = shape ? crd_find_name(shape, name) : NULL;
    *is_key = shape && !(property && property->shape) && shape->additional;
    if (property && property->shape)
        return property->shape;
    return shape ? shape->additional : NULL;
}

/* From the base down to the node: into its child whose subtree holds it, and so on. */
static void add_nodes(const CrdEval *eval, Buf *path, uint32_t to, CrdPathStyle style)
{
    const Document *doc = eval->walk->doc;
    const CrdShape *shape = eval->root;
    uint32_t at = eval->base;
    while (to > at && to < node_end(doc, at)) {
        bool map = node_kind(doc, at) == NODE_MAP, is_key = false;
        uint32_t index, child = document_child(doc, at, to, &index);
        if (map) {
            shape = step_into(shape, node_str(doc, child - 1), &is_key);
            add_name(path, node_str(doc, child - 1), style, is_key);
        } else {
            shape = shape ? shape->items : NULL;
            buf_format(path, "[%u]", index);
        }
        if (map && to == child - 1)
            return;
        at = child;
    }
}

static void add_steps(Buf *path, const CrdStep *step)
{
    if (!step)
        return;
    add_steps(path, step->up);
    if (step->name.len)
        add_name(path, step->name, CRD_PATH_DOTS, false);
    else
        buf_format(path, "[%u]", step->index);
}

/* What the server calls a default in a CRD. */
static Str default_path(const CrdEval *eval)
{
    return validation_path(eval->review, field_at(eval->review, eval->base));
}

static Str whole_path(const CrdEval *eval, const CrdValue *value, Str below, CrdPathStyle style)
{
    Buf path = {0};
    if (eval->review) {
        buf_str(&path, default_path(eval));
        /* What is below a default is one name to the server, even if it is an item. */
        if (style == CRD_PATH_DOTS && value->place != eval->base &&
            node_kind(eval->walk->doc, eval->base) == NODE_SEQ)
            buf_byte(&path, '.');
    }
    add_nodes(eval, &path, value->place, style);
    add_steps(&path, value->steps);
    if (below.len)
        add_name(&path, below, CRD_PATH_DOTS, false);
    Str text = arena_str(&eval->walk->checker->diag->arena, buf_slice(&path));
    buf_free(&path);
    return text;
}

/* The path as the file has it. */
static Str file_path(const CrdEval *eval, const CrdValue *value, Str below)
{
    Document doc = *eval->walk->doc;
    doc.root = eval->base;
    Arena *arena = &eval->walk->checker->diag->arena;
    Buf path = {0};
    if (eval->review)
        buf_str(&path, document_path(eval->walk->doc, eval->base, arena));
    Str inner = document_path(&doc, value->place, arena);
    if (path.len && inner.len && inner.ptr[0] != '[')
        buf_byte(&path, '.');
    buf_str(&path, inner);
    add_steps(&path, value->steps);
    if (below.len)
        add_name(&path, below, CRD_PATH_DOTS, false);
    Str text = arena_str(arena, buf_slice(&path));
    buf_free(&path);
    return text;
}

Str crd_server_path(const CrdEval *eval, const CrdValue *value, CrdPathStyle style)
{
    return whole_path(eval, value, str_slice("", 0), style);
}

void crd_name_path(CrdEval *eval, Finding *finding, const CrdValue *value, Str below,
                   CrdPathStyle style)
{
    if (!finding)
        return;
    if (style != CRD_PATH_NIL)
        finding->server_path = whole_path(eval, value, below, style);
    else if (eval->review)
        finding->server_path = arena_str(&eval->walk->checker->diag->arena, default_path(eval));
    else
        finding->server_path = STR("<nil>");
    if (str_eq(finding->server_path, finding->path))
        finding->server_path = str_slice("", 0);
}

/* ---- findings ---- */

/* Where to point for something that is not there: at the key of the mapping that lacks
 * it, or at the mapping where it is an item or the object itself. */
static uint32_t place_of_absence(const CrdEval *eval, uint32_t map)
{
    const Document *doc = eval->walk->doc;
    uint32_t up = map == doc->root ? BASE_NONE : document_parent(doc, map);
    return up != BASE_NONE && node_kind(doc, up) == NODE_MAP ? map - 1 : map;
}

Finding *crd_fail(CrdEval *eval, const CrdValue *value, const RuleInfo *rule, const char *reason,
                  Str below, const char *format, ...)
{
    eval->failures++;
    if (eval->muted)
        return NULL;
    Walk *walk = eval->walk;
    va_list args;
    va_start(args, format);
    Str message = arena_vformat(walk->checker->scratch, format, args);
    va_end(args);
    uint32_t node = below.len && !value->made ? place_of_absence(eval, value->place)
                                              : value->place;
    Finding *finding = eval->rule
                           ? walk_report(walk, node, eval->rule, eval->versions,
                                         "the default does not fit its own schema: %.*s",
                                         STR_ARG(message))
                           : walk_report(walk, node, rule, eval->versions, "%.*s", STR_ARG(message));
    if (!finding)
        return NULL;
    finding->reason = str_of(reason);
    finding->path = file_path(eval, value, below);
    finding->pointer = document_pointer(walk->doc, value->place, &walk->checker->diag->arena);
    crd_name_path(eval, finding, value, below, CRD_PATH_DOTS);
    return finding;
}

/* ---- words ---- */

Str crd_value_name(CrdEval *eval, const CrdValue *value)
{
    Arena *arena = eval->walk->checker->scratch;
    const CrdStep *step = value->steps;
    if (step)
        return step->name.len ? step->name : arena_format(arena, "[%u]", step->index);
    Document doc = *eval->walk->doc;
    doc.root = eval->base;
    Str path = document_path(&doc, value->place, arena);
    size_t start = path.len;
    bool bracket = false;
    while (start > 0 && (bracket || path.ptr[start - 1] != '.')) {
        start--;
        if (path.ptr[start] == ']')
            bracket = true;
        else if (path.ptr[start] == '[')
            bracket = false;
    }
    Str name = str_slice(path.ptr + start, path.len - start);
    return name.len ? name : eval->rule ? STR("the value") : STR("the object");
}

Str crd_found(CrdEval *eval, const CrdValue *value)
{
    Walk walk = *eval->walk;
    Document doc = *value->doc;
    walk.doc = &doc;
    return walk_found(&walk, value->node);
}
