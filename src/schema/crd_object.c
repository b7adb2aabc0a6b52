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

/* ---- versions ---- */

/* A version's name by parts, as parseKubeVersion takes it apart. */
typedef struct VersionRank {
    int stage;           /* 0: another name; 1: alpha, 2: beta, 3: neither */
    uint64_t major, minor;
} VersionRank;

/* Takes a number of up to 18 digits off the front. */
static bool take_number(Str *text, uint64_t *number)
{
    size_t digits = 0;
    for (*number = 0; digits < text->len && digits < 19 && is_digit(text->ptr[digits]); digits++)
        *number = *number * 10 + (uint64_t)(text->ptr[digits] - '0');
    *text = str_slice(text->ptr + digits, text->len - digits);
    return digits > 0 && digits < 19;
}

static VersionRank version_rank(Str name)
{
    static const Str STAGES[] = {STR_INIT("alpha"), STR_INIT("beta")};
    VersionRank rank = {0}, none = {0};
    if (!str_starts(name, STR("v")))
        return none;
    Str rest = str_slice(name.ptr + 1, name.len - 1);
    if (!take_number(&rest, &rank.major))
        return none;
    rank.stage = 3;
    for (int i = 0; i < 2; i++)
        if (str_starts(rest, STAGES[i])) {
            rank.stage = i + 1;
            rest = str_slice(rest.ptr + STAGES[i].len, rest.len - STAGES[i].len);
            if (!take_number(&rest, &rank.minor))
                return none;
        }
    return rest.len ? none : rank;
}

/* CompareKubeAwareVersionStrings: whether a comes before b, which is the newer one. */
static bool is_older_version(Str a, Str b)
{
    VersionRank one = version_rank(a), other = version_rank(b);
    if (one.stage != other.stage)
        return one.stage < other.stage;
    if (one.stage == 0)
        return str_compare(a, b) > 0;
    return one.major != other.major ? one.major < other.major : one.minor < other.minor;
}

/* defaultDeprecationWarning: word for word, since a user looks for what the server says. */
static Str default_warning(Arena *arena, const CrdDefinition *definition, const CrdVersion *old)
{
    const CrdVersion *best = NULL;
    for (uint32_t i = 0; i < definition->version_count; i++) {
        const CrdVersion *version = &definition->versions[i];
        if (version->served && !version->deprecated &&
            is_older_version(best ? best->name : old->name, version->name))
            best = version;
    }
    Str group = definition->group, kind = definition->kind;
    if (!best)
        return arena_format(arena, "%.*s/%.*s %.*s is deprecated", STR_ARG(group),
                            STR_ARG(old->name), STR_ARG(kind));
    return arena_format(arena, "%.*s/%.*s %.*s is deprecated; use %.*s/%.*s %.*s", STR_ARG(group),
                        STR_ARG(old->name), STR_ARG(kind), STR_ARG(group), STR_ARG(best->name),
                        STR_ARG(kind));
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
    Str warning = version->warning;
    if (!warning.len)
        warning = default_warning(walk->checker->scratch, definition, version);
    walk_report(walk, node, &rule_custom_resource_deprecated, versions, "%.*s", STR_ARG(warning));
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
