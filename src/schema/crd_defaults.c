/* crd_defaults.c: the defaults of a CRD, held against the schema that they belong to
 * (apiextensions-apiserver, pkg/apiserver/schema/defaulting/validation.go): they may
 * have no unknown fields, and have to be valid as they stand, before other defaults
 * are filled in. */
#include "schema/crd_review.h"

/* ---- unknown fields ---- */

static bool is_pruned(const Document *doc, uint32_t node, const CrdShape *shape, bool keeps);

static bool entry_is_pruned(const Document *doc, uint32_t key, const CrdShape *shape, bool keeps)
{
    Str name = node_str(doc, key);
    if ((shape->flags & CRD_EMBEDS) && (str_is(name, "apiVersion") || str_is(name, "kind") ||
                                        str_is(name, "metadata")))
        return false;
    const CrdName *property = crd_find_name(shape, name);
    if (property && property->shape)
        return is_pruned(doc, key + 1, property->shape, false);
    if (shape->additional || (shape->flags & (CRD_OPEN | CRD_CLOSED)))
        return is_pruned(doc, key + 1, shape->additional, false);
    return !keeps;
}

/* Whether the server would take something out of the value. */
static bool is_pruned(const Document *doc, uint32_t node, const CrdShape *shape, bool keeps)
{
    keeps |= shape && (shape->flags & CRD_PRESERVES);
    NodeKind kind = node_kind(doc, node);
    if (kind == NODE_MAP) {
        if (!shape)
            return node_at(doc, node)->len > 0;
        for (uint32_t key = node_first(node); key < node_end(doc, node);
             key = node_after_entry(doc, key))
            if (!(node_at(doc, key)->flags & NODE_SHADOWED) &&
                entry_is_pruned(doc, key, shape, keeps))
                return true;
    } else if (kind == NODE_SEQ) {
        if (keeps && !shape->items)
            return false;
        for (uint32_t at = node_first(node); at < node_end(doc, node); at = node_after(doc, at))
            if (is_pruned(doc, at, shape ? shape->items : NULL, keeps))
                return true;
    }
    return false;
}

/* ---- embedded objects ---- */

/* Decodes an embedded object's metadata, whose unknown fields are dropped in silence,
 * and validates it. */
static bool is_good_metadata(Validation *v, CrdEval *eval, uint32_t object)
{
    Walk *walk = v->walk;
    uint32_t node = node_get_text(v->doc, object, STR("metadata"));
    if (node == BASE_NONE || node_kind(v->doc, node) == NODE_NULL)
        return true;
    Diag *diag = walk->checker->diag;
    uint32_t first = diag->findings.len, errors = v->errors;
    Walk quiet = *walk;
    walk_value(&quiet, node, SCHEMA_TYPE_meta_v1_ObjectMeta, v->versions);
    bool decoded = quiet.stopped[STAGE_DECODE] == walk->stopped[STAGE_DECODE];
    diag->findings.len = first;
    CrdValue metadata = {.doc = v->doc, .node = node, .place = node};
    if (!decoded) {
        crd_fail(eval, &metadata, &rule_crd_default, "FieldValueInvalid", STR(""),
                 "the metadata of an embedded object cannot be read");
        return false;
    }
    Validation inner = *v;
    validation_rename(&inner, node, crd_server_path(eval, &metadata, CRD_PATH_KEYS));
    validate_meta_parts(&inner, field_at(&inner, node), format_path_segment, false);
    v->errors = inner.errors;
    return v->errors == errors;
}

/* Told before anything else, which is not looked at any more then. */
static bool holds_objects(Validation *v, CrdEval *eval, const CrdValue *value,
                          const CrdShape *shape)
{
    bool good = true;
    NodeKind kind = crd_value_kind(value);
    if (!shape || (kind != NODE_MAP && kind != NODE_SEQ))
        return true;
    if (kind == NODE_MAP && (shape->flags & CRD_EMBEDS)) {
        good = crd_embedded_is_object(eval, value);
        good &= is_good_metadata(v, eval, value->node);
    }
    const Document *doc = value->doc;
    for (uint32_t at = node_first(value->node); at < node_end(doc, value->node);) {
        const CrdName *name = kind == NODE_MAP ? crd_find_name(shape, node_str(doc, at)) : NULL;
        const CrdShape *part = kind == NODE_SEQ          ? shape->items
                               : name && name->shape ? name->shape
                                                     : shape->additional;
        uint32_t node = kind == NODE_MAP ? at + 1 : at;
        CrdValue child = {.doc = doc, .node = node, .place = node};
        good &= holds_objects(v, eval, &child, part);
        at = node_after(doc, node);
    }
    return good;
}

/* ---- one default ---- */

static void validate_default(Validation *v, const CrdShape *shape)
{
    Field value = field_get(v, field_at(v, shape->node), SCHEMA_NAME_default);
    if (!field_given(value))
        return;
    CrdEval eval = {
        .walk = v->walk,
        .set = v->walk->checker->crds,
        .versions = v->versions,
        .root = shape,
        .base = value.node,
        .review = v,
        .rule = &rule_crd_default,
    };
    CrdValue whole = {.doc = v->doc, .node = value.node, .place = value.node};
    if (is_pruned(v->doc, value.node, shape, false))
        crd_fail(&eval, &whole, &rule_crd_default, "FieldValueInvalid", STR(""),
                 "it has fields that the schema does not have");
    if (holds_objects(v, &eval, &whole, shape))
        crd_validate(&eval, &whole, shape);
    v->errors += eval.failures;
}

static void validate_parts(Validation *v, const CrdShape *shape);

static void validate_below(Validation *v, const CrdShape *shape)
{
    VALIDATION_UNLESS(v, shape->flags & CRD_SETTLED) {
        if (shape->fill)
            validate_default(v, shape);
        validate_parts(v, shape);
    }
}

/* Those below additionalProperties are not looked at. */
static void validate_parts(Validation *v, const CrdShape *shape)
{
    if (shape->items)
        validate_below(v, shape->items);
    for (uint32_t i = 0; i < shape->name_count; i++)
        if (shape->names[i].shape)
            validate_below(v, shape->names[i].shape);
}

void crd_validate_defaults(Validation *v, const CrdShape *root)
{
    CrdShape object = *root; /* a default of the root would be a whole object */
    object.flags |= CRD_EMBEDS;
    if (root->fill)
        validate_default(v, &object);
    validate_parts(v, root);
}
