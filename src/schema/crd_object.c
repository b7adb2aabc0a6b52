/* crd_object.c: a custom resource as a whole: is its version served, do its metadata and
 * its content hold, is its scale a number.  The order is that of the apiextensions
 * server's registry/customresource; the CEL rules that would run are counted. */
#include "schema/crd_shape.h"

static void help_served(Walk *walk, const CrdDefinition *definition, Finding *finding)
{
    Buf all = {0};
    for (uint32_t i = 0; i < definition->version_count; i++)
        if (definition->versions[i].served) {
            buf_text(&all, all.len ? ", " : "");
            buf_str(&all, definition->versions[i].name);
        }
    if (finding && all.len)
        diag_help(walk->checker->diag, finding, "it serves %.*s", STR_ARG(buf_slice(&all)));
    buf_free(&all);
}

static void check_version(Walk *walk, const CrdKind *kind, uint32_t versions)
{
    const CrdDefinition *definition = kind->definition;
    const CrdVersion *version = kind->version;
    uint32_t node = node_get_text(walk->doc, walk->doc->root, STR("apiVersion"));
    if (node == BASE_NONE)
        node = walk->doc->root;
    if (!version->served)
        help_served(walk, definition,
                    walk_report(walk, node, &rule_custom_resource_unserved, versions,
                                "the CRD %.*s does not serve version %.*s",
                                STR_ARG(definition->name), STR_ARG(version->name)));
    if (!version->deprecated)
        return;
    if (version->warning.len)
        walk_report(walk, node, &rule_custom_resource_deprecated, versions, "%.*s",
                    STR_ARG(version->warning));
    else
        walk_report(walk, node, &rule_custom_resource_deprecated, versions,
                    "%.*s/%.*s %.*s is deprecated", STR_ARG(definition->group),
                    STR_ARG(version->name), STR_ARG(definition->kind));
}

/* ---- scale ---- */

typedef struct Replicas {
    CrdEval *eval;
    CrdValue value;
    Str path;        /* as the CRD gives it, with the dot in front */
} Replicas;

static void fail_replicas(Replicas *replicas, const char *wrong)
{
    CrdEval *eval = replicas->eval;
    Finding *finding = crd_fail(eval, &replicas->value, &rule_custom_resource_scale,
                                "FieldValueInvalid", STR(""), "%.*s, the scale of this kind, %s",
                                STR_ARG(replicas->path), wrong);
    if (finding)
        finding->server_path = arena_str(&eval->walk->checker->diag->arena, replicas->path);
}

/* Goes down the path.  False where it ends early, told if a value is in the way. */
static bool find_replicas(Replicas *replicas, const CrdValue *root, CrdStep *steps, uint32_t most)
{
    Str rest = replicas->path;
    replicas->value = *root;
    for (uint32_t i = 0; rest.len && i < most; i++) {
        if (rest.ptr[0] == '.')
            rest = str_slice(rest.ptr + 1, rest.len - 1);
        size_t dot = str_find(rest, '.');
        CrdValue child;
        NodeKind kind = crd_value_kind(&replicas->value);
        if (kind == NODE_NULL)
            return false;
        if (kind != NODE_MAP) {
            fail_replicas(replicas, "has no mapping on its way");
            return false;
        }
        if (!crd_lookup(&replicas->value, str_slice(rest.ptr, dot), &steps[i], &child))
            return false;
        replicas->value = child;
        rest = str_slice(rest.ptr + dot, rest.len - dot);
    }
    return rest.len == 0;
}

enum { SCALE_DEPTH = 32 }; /* names in a path */

static void check_replicas(CrdEval *eval, const CrdValue *root, Str path)
{
    Replicas replicas = {.eval = eval, .path = path};
    CrdStep steps[SCALE_DEPTH];
    if (path.len == 0 || !find_replicas(&replicas, root, steps, SCALE_DEPTH))
        return;
    int64_t count;
    if (!node_int64(replicas.value.doc, replicas.value.node, &count))
        fail_replicas(&replicas, "takes a whole number");
    else if (count < 0)
        fail_replicas(&replicas, "may not be negative");
    else if (count > INT32_MAX)
        fail_replicas(&replicas, "is more than 32 bits hold");
}

static void check_scale(CrdEval *eval, const CrdValue *root, const CrdScale *scale)
{
    check_replicas(eval, root, scale->spec);
    check_replicas(eval, root, scale->status);
    Replicas selector = {.eval = eval, .path = scale->selector};
    CrdStep steps[SCALE_DEPTH];
    if (scale->selector.len && find_replicas(&selector, root, steps, SCALE_DEPTH) &&
        crd_value_kind(&selector.value) != NODE_STRING)
        fail_replicas(&selector, "takes text");
}

/* ---- the object ---- */

/* Only root types are met here: what lies below them is walked with their shapes. */
bool crd_enter(Walk *walk, uint32_t node, TypeId type, uint32_t versions)
{
    const SchemaType *row = type_row(walk->schema, type);
    if (!row->constraints || node_kind(walk->doc, node) != NODE_MAP)
        return false;
    const CrdKind *kind = &walk->schema->crds->kinds.at[row->constraints - 1];
    const CrdShape *shape = kind->version->shape;
    CrdEval eval = {
        .walk = walk,
        .set = walk->checker->crds,
        .versions = versions,
        .walking = true,
        .root = shape,
        .base = node,
    };
    CrdValue root = {.doc = walk->doc, .node = node, .place = node, .type = shape};
    check_version(walk, kind, versions);
    crd_validate(&eval, &root, shape);
    if (!walk->checker->partial)
        crd_check_metadata(&eval, kind->definition->scope == SCOPE_NAMESPACED);
    eval.walking = false;
    if (kind->version->scale)
        check_scale(&eval, &root, kind->version->scale);
    walk->object->unchecked = eval.rules;
    return false;
}

void crd_leave(Walk *walk, uint32_t node, TypeId type, uint32_t versions)
{
    (void)walk, (void)node, (void)type, (void)versions;
}

/* ---- definitions ---- */

void crd_gather(SchemaChecker *checker, const Document *doc, const ObjectHead *head)
{
    if (!checker->crds || !crd_is_definition(head))
        return;
    CrdSet *set = checker->crds;
    CrdDefinition *definition = crd_keep_definition(&set->arena, doc, doc->root, set->by_place);
    definition->is_input = set->is_input;
    vec_push(&set->definitions, definition);
}
