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

/* ---- one default ---- */

static void validate_default(Validation *v, const CrdShape *shape)
{
    Field value = field_get(v, field_at(v, shape->node), SCHEMA_NAME_default);
    if (!field_given(value))
        return;
    if (is_pruned(v->doc, value.node, shape, false))
        validation_invalid(v, value, "may have no fields that its schema does not have");
    SchemaChecker *checker = v->walk->checker;
    CrdEval eval = {
        .walk = v->walk,
        .set = checker->crds,
        .versions = v->versions,
        .base = value.node,
        .base_path = document_path(v->doc, value.node, checker->scratch),
        .base_server = validation_path(v, value),
        .rule = &rule_crd_default,
    };
    CrdValue whole = {.doc = v->doc, .node = value.node, .place = value.node};
    crd_validate(&eval, &whole, shape);
    v->errors += eval.failures;
}

/* Those below additionalProperties are not looked at. */
void crd_validate_defaults(Validation *v, const CrdShape *root)
{
    if (root->fill)
        validate_default(v, root);
    if (root->items)
        crd_validate_defaults(v, root->items);
    for (uint32_t i = 0; i < root->name_count; i++)
        if (root->names[i].shape)
            crd_validate_defaults(v, root->names[i].shape);
}
