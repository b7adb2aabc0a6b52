/* crd_structural.c: is a CRD's schema structural?
 *
 * Follows the apiextensions server's pkg/apiserver/schema: convert.go (what a structural
 * schema cannot hold), validation.go (what may stand where), complete.go (what is
 * judged under allOf and the like must be defined outside of it).  Works on shapes,
 * which know their places in the document. */
#include "schema/crd_review.h"

typedef enum Level { LEVEL_ROOT, LEVEL_ITEM, LEVEL_FIELD } Level;

static Field at(const Validation *v, const CrdShape *shape) { return field_at(v, shape->node); }

static Field keyword(const Validation *v, const CrdShape *shape, NameId name)
{
    return field_get(v, at(v, shape), name);
}

static const CrdShape *property(const CrdShape *shape, const char *name)
{
    const CrdName *found = crd_find_name(shape, str_of(name));
    return found ? found->shape : NULL;
}

static bool has(const CrdShape *shape, uint64_t bits) { return (shape->given & bits) != 0; }

/* ---- what no structural schema holds ---- */

static bool is_convertible(const CrdShape *shape);

static bool all_convertible(const CrdShapes *shapes)
{
    for (uint32_t i = 0; i < shapes->count; i++)
        if (!is_convertible(shapes->at[i]))
            return false;
    return true;
}

static bool is_convertible(const CrdShape *shape)
{
    if (shape->flags & CRD_SETTLED)
        return true;
    const uint64_t UNSUPPORTED = CRD_BIT(SCHEMA) | CRD_BIT(ID) | CRD_BIT(PATTERN_PROPERTIES) |
                                 CRD_BIT(ADDITIONAL_ITEMS) | CRD_BIT(DEFINITIONS);
    if (has(shape, UNSUPPORTED) || (shape->flags & (CRD_ITEM_LIST | CRD_UNSTRUCTURAL)) ||
        (has(shape, CRD_BIT(PRESERVE)) && !(shape->flags & CRD_PRESERVES)))
        return false;
    for (uint32_t i = 0; i < shape->name_count; i++)
        if (shape->names[i].shape && !is_convertible(shape->names[i].shape))
            return false;
    const CrdChoices *choices = shape->choices;
    return (!shape->items || is_convertible(shape->items)) &&
           (!shape->additional || is_convertible(shape->additional)) &&
           (!choices || (all_convertible(&choices->all) && all_convertible(&choices->any) &&
                         all_convertible(&choices->one) &&
                         (!choices->not || is_convertible(choices->not))));
}

bool crd_is_convertible(const CrdShape *root) { return is_convertible(root); }

/* ---- inside allOf, anyOf, oneOf and not ---- */

/* What is empty and told otherwise than for its structure. */
static uint64_t harmless(const CrdShape *shape)
{
    return CRD_BIT(REF) | CRD_BIT(DEPENDENCIES) | (shape->items ? 0 : CRD_BIT(ITEMS));
}

/* {type: integer} and nothing else. */
static bool is_only_type(const CrdShape *shape, CrdType type)
{
    return (shape->given & ~harmless(shape)) == CRD_BIT(TYPE) && shape->type == type && shape->name_count == 0 &&
           !(shape->flags & CRD_HOLLOW);
}

/* The one form in which types may stand in alternatives. */
static bool is_int_or_string(const CrdShape *shape)
{
    return shape->choices && shape->choices->any.count == 2 &&
           is_only_type(shape->choices->any.at[0], CRD_INTEGER) &&
           is_only_type(shape->choices->any.at[1], CRD_STRING);
}

static void validate_nested(Validation *v, const CrdShape *shape, bool skip_any);

static void validate_nested_all(Validation *v, const CrdShapes *shapes, bool skip_first_any)
{
    for (uint32_t i = 0; i < shapes->count; i++)
        validate_nested(v, shapes->at[i], skip_first_any && i == 0);
}

/* validateValueValidation */
static void validate_values(Validation *v, const CrdShape *shape, bool skip_any,
                            bool skip_first_any)
{
    if (shape->choices) {
        if (!skip_any)
            validate_nested_all(v, &shape->choices->any, false);
        validate_nested_all(v, &shape->choices->all, skip_first_any);
        validate_nested_all(v, &shape->choices->one, false);
        if (shape->choices->not)
            validate_nested(v, shape->choices->not, false);
    }
    if (!shape->pattern_text.len)
        return;
    Re2Error error = {0};
    Buf translated = {0};
    if (!re2_translate(shape->pattern_text, &translated, &error))
        validation_invalid(v, keyword(v, shape, SCHEMA_NAME_pattern),
                           "must be a regular expression of Go's: at character %zu, %s",
                           utf8_count(str_slice(shape->pattern_text.ptr, error.offset)) + 1,
                           error.message);
    buf_free(&translated);
}

/* What defines structure has no place where values are only judged. */
static void validate_nested_keywords(Validation *v, const CrdShape *shape)
{
    static const struct {
        uint64_t bit;
        NameId name;
    } FORBIDDEN[] = {
        {CRD_BIT(TYPE), SCHEMA_NAME_type},
        {CRD_BIT(DEFAULT), SCHEMA_NAME_default},
        {CRD_BIT(TITLE), SCHEMA_NAME_title},
        {CRD_BIT(DESCRIPTION), SCHEMA_NAME_description},
        {CRD_BIT(NULLABLE), SCHEMA_NAME_nullable},
        {CRD_BIT(PRESERVE), SCHEMA_NAME_x_kubernetes_preserve_unknown_fields},
        {CRD_BIT(EMBEDDED), SCHEMA_NAME_x_kubernetes_embedded_resource},
        {CRD_BIT(INT_OR_STRING), SCHEMA_NAME_x_kubernetes_int_or_string},
        {CRD_BIT(LIST_MAP_KEYS), SCHEMA_NAME_x_kubernetes_list_map_keys},
        {CRD_BIT(LIST_TYPE), SCHEMA_NAME_x_kubernetes_list_type},
        {CRD_BIT(MAP_TYPE), SCHEMA_NAME_x_kubernetes_map_type},
        {CRD_BIT(VALIDATIONS), SCHEMA_NAME_x_kubernetes_validations},
    };
    for (size_t i = 0; i < BASE_COUNT(FORBIDDEN); i++)
        if (has(shape, FORBIDDEN[i].bit))
            validation_forbidden(v, keyword(v, shape, FORBIDDEN[i].name),
                                 "inside allOf, anyOf, oneOf and not, values are only judged");
    if (shape->additional || (shape->flags & CRD_OPEN))
        validation_forbidden(v, keyword(v, shape, SCHEMA_NAME_additionalProperties),
                             "inside allOf, anyOf, oneOf and not, values are only judged");
}

/* validateNestedValueValidation */
static void validate_nested(Validation *v, const CrdShape *shape, bool skip_any)
{
    validate_values(v, shape, skip_any, false);
    if (shape->items)
        validate_nested(v, shape->items, false);
    for (uint32_t i = 0; i < shape->name_count; i++)
        if (shape->names[i].shape)
            validate_nested(v, shape->names[i].shape, false);
    validate_nested_keywords(v, shape);
    const CrdShape *metadata = property(shape, "metadata");
    if (metadata)
        validation_forbidden(v, at(v, metadata), "metadata cannot be judged here");
}

/* ---- the structure itself ---- */

/* Of the metadata of the object itself, only name and generateName can be restricted. */
static void validate_root_metadata(Validation *v, const CrdShape *metadata)
{
    uint64_t allowed = CRD_BIT(TYPE) | CRD_BIT(DEFAULT) | harmless(metadata);
    uint32_t names = 0;
    for (uint32_t i = 0; i < metadata->name_count; i++)
        names += metadata->names[i].shape && (str_is(metadata->names[i].text, "name") ||
                                              str_is(metadata->names[i].text, "generateName"));
    uint32_t properties = field_length(v, keyword(v, metadata, SCHEMA_NAME_properties));
    if (properties == names)
        allowed |= CRD_BIT(PROPERTIES);
    if (metadata->given & ~allowed)
        validation_forbidden(v, at(v, metadata),
                             "metadata is ObjectMeta anyway, and only its name and generateName "
                             "can be restricted");
}

static void validate_meta_property(Validation *v, const CrdShape *shape, const char *name,
                                   CrdType type)
{
    const CrdShape *meta = property(shape, name);
    if (meta && meta->type != type)
        validation_invalid(v, keyword(v, meta, SCHEMA_NAME_type), "must be %s",
                           type == CRD_OBJECT ? "object" : "string");
}

static void validate_type(Validation *v, const CrdShape *shape, Level level)
{
    if (shape->type != CRD_UNTYPED && level != LEVEL_ROOT && !(shape->flags & CRD_EMBEDS))
        return;
    Field type = keyword(v, shape, SCHEMA_NAME_type);
    if ((shape->flags & CRD_EMBEDS) && shape->type != CRD_OBJECT) {
        if (shape->type == CRD_UNTYPED)
            validation_required(v, type, "an embedded object is of type object");
        else
            validation_invalid(v, type, "must be object: an object is embedded here");
    } else if (shape->type == CRD_UNTYPED &&
               !(shape->flags & (CRD_INT_OR_STRING | CRD_PRESERVES))) {
        validation_required(v, type,
                            level == LEVEL_ROOT   ? "the root is of type object"
                            : level == LEVEL_ITEM ? "items have a type"
                                                  : "fields have a type");
    }
    if (level == LEVEL_ROOT && shape->type != CRD_UNTYPED && shape->type != CRD_OBJECT)
        validation_invalid(v, type, "must be object at the root");
}

static void validate_extensions(Validation *v, const CrdShape *shape)
{
    bool additional = shape->additional || (shape->flags & (CRD_OPEN | CRD_CLOSED));
    if ((shape->flags & CRD_INT_OR_STRING) && (shape->flags & CRD_PRESERVES))
        validation_invalid(v, keyword(v, shape, SCHEMA_NAME_x_kubernetes_preserve_unknown_fields),
                           "may not be given beside x-kubernetes-int-or-string");
    if ((shape->flags & CRD_INT_OR_STRING) && (shape->flags & CRD_EMBEDS))
        validation_invalid(v, keyword(v, shape, SCHEMA_NAME_x_kubernetes_embedded_resource),
                           "may not be given beside x-kubernetes-int-or-string");
    if ((shape->flags & CRD_EMBEDS) && additional)
        validation_forbidden(v, keyword(v, shape, SCHEMA_NAME_additionalProperties),
                             "an object is embedded here");
    if ((shape->flags & CRD_EMBEDS) && !(shape->flags & CRD_PRESERVES) &&
        !has(shape, CRD_BIT(PROPERTIES)))
        validation_required(v, keyword(v, shape, SCHEMA_NAME_properties),
                            "or x-kubernetes-preserve-unknown-fields: an object is embedded here");
}

static void validate_invariants(Validation *v, const CrdShape *shape, Level level);

static void validate_part(Validation *v, const CrdShape *shape, Level level)
{
    VALIDATION_UNLESS(v, shape->flags & CRD_SETTLED)
        validate_invariants(v, shape, level);
}

/* validateStructuralInvariants */
static void validate_invariants(Validation *v, const CrdShape *shape, Level level)
{
    if (shape->type == CRD_ARRAY && !shape->items)
        validation_required(v, keyword(v, shape, SCHEMA_NAME_items), "a list says what it holds");
    if (shape->items)
        validate_part(v, shape->items, LEVEL_ITEM);
    for (uint32_t i = 0; i < shape->name_count; i++)
        if (shape->names[i].shape)
            validate_part(v, shape->names[i].shape, LEVEL_FIELD);
    if (shape->additional)
        validate_part(v, shape->additional, LEVEL_FIELD);
    if (level == LEVEL_ROOT && (shape->additional || (shape->flags & (CRD_OPEN | CRD_CLOSED))))
        validation_forbidden(v, keyword(v, shape, SCHEMA_NAME_additionalProperties),
                             "not at the root");
    validate_extensions(v, shape);
    bool first_any = shape->choices && shape->choices->all.count > 0 &&
                     is_int_or_string(shape->choices->all.at[0]);
    validate_values(v, shape, is_int_or_string(shape), first_any);
    validate_type(v, shape, level);
    if (level == LEVEL_ROOT || (shape->flags & CRD_EMBEDS)) {
        validate_meta_property(v, shape, "kind", CRD_STRING);
        validate_meta_property(v, shape, "apiVersion", CRD_STRING);
        validate_meta_property(v, shape, "metadata", CRD_OBJECT);
    }
    const CrdShape *metadata = level == LEVEL_ROOT ? property(shape, "metadata") : NULL;
    if (metadata)
        validate_root_metadata(v, metadata);
}

/* ---- completeness: only of what is judged at the root ---- */

static void validate_complete(Validation *v, const CrdShape *nested, const CrdShape *shape);

static void validate_complete_choices(Validation *v, const CrdChoices *choices,
                                      const CrdShape *shape)
{
    const CrdShapes *const LISTS[] = {&choices->all, &choices->any, &choices->one};
    if (choices->not)
        validate_complete(v, choices->not, shape);
    for (size_t list = 0; list < BASE_COUNT(LISTS); list++)
        for (uint32_t i = 0; i < LISTS[list]->count; i++)
            validate_complete(v, LISTS[list]->at[i], shape);
}

/* validateNestedValueValidationCompleteness */
static void validate_complete(Validation *v, const CrdShape *nested, const CrdShape *shape)
{
    if (nested->choices)
        validate_complete_choices(v, nested->choices, shape);
    if (nested->items) {
        if (shape->items)
            validate_complete(v, nested->items, shape->items);
        else
            validation_as(v, validation_required(v, keyword(v, nested, SCHEMA_NAME_items),
                                                 "outside as well: here it is only judged"),
                          at(v, shape), ".items");
    }
    for (uint32_t i = 0; i < nested->name_count; i++) {
        const CrdName *name = &nested->names[i];
        if (!name->shape)
            continue;
        const CrdName *defined = crd_find_name(shape, name->text);
        if (defined && defined->shape)
            validate_complete(v, name->shape, defined->shape);
        else
            validation_as(v, validation_required(v, at(v, name->shape),
                                                 "outside as well: here it is only judged"),
                          at(v, shape), ".properties[%.*s]", STR_ARG(name->text));
    }
}

/* ValidateStructural */
void crd_validate_structural(Validation *v, const CrdShape *root)
{
    validate_invariants(v, root, LEVEL_ROOT);
    if (root->choices)
        validate_complete_choices(v, root->choices, root);
}
