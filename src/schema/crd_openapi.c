/* crd_openapi.c: a CRD's schema as OpenAPI v3: what the server supports of it, and how
 * its keywords go together.
 *
 * Follows the apiextensions server's pkg/apis/apiextensions/validation/validation.go,
 * from validateCustomResourceDefinitionValidation on.  Rules in CEL are looked at as far as that
 * goes without their types: cel.h. */
#include "schema/crd_review.h"

/* What changes on the way down. */
typedef struct Context {
    bool is_root;
    bool inside_meta;   /* of the object, or of one embedded in it */
    const char *no_default; /* why a default may not stand here; NULL: it may */
    bool compiles;      /* rules in CEL: not within allOf, anyOf, oneOf and not */
    bool uncorrelated;  /* in a list that is not of type map: nobody knows what it was before */
    uint32_t *in_rules; /* of the errors so far, those in CEL */
} Context;

static Field at(const Validation *v, const CrdShape *shape) { return field_at(v, shape->node); }

static Field keyword(const Validation *v, const CrdShape *shape, NameId name)
{
    return field_get(v, at(v, shape), name);
}

static bool has(const CrdShape *shape, uint64_t bits) { return (shape->given & bits) != 0; }

/* ---- specStandardValidatorV3 ---- */

static void validate_standard(Validation *v, const CrdShape *shape, const Context *context)
{
    static const struct {
        uint64_t bit;
        NameId name;
    } UNSUPPORTED[] = {
        {CRD_BIT(ID), SCHEMA_NAME_id},
        {CRD_BIT(ADDITIONAL_ITEMS), SCHEMA_NAME_additionalItems},
        {CRD_BIT(PATTERN_PROPERTIES), SCHEMA_NAME_patternProperties},
        {CRD_BIT(DEFINITIONS), SCHEMA_NAME_definitions},
        {CRD_BIT(DEPENDENCIES), SCHEMA_NAME_dependencies},
        {CRD_BIT(REF), SCHEMA_NAME__ref},
    };
    if (shape->type == CRD_MISTYPED) {
        Field type = keyword(v, shape, SCHEMA_NAME_type);
        validation_not_supported(v, type, "array,boolean,integer,number,object,string");
        if (field_text_is(v, type, "null"))
            validation_forbidden(v, type, "nullable: true says it");
    }
    if (has(shape, CRD_BIT(DEFAULT)) && context->no_default)
        validation_forbidden(v, keyword(v, shape, SCHEMA_NAME_default), "%s", context->no_default);
    for (size_t i = 0; i < BASE_COUNT(UNSUPPORTED); i++)
        if (has(shape, UNSUPPORTED[i].bit))
            validation_forbidden(v, keyword(v, shape, UNSUPPORTED[i].name),
                                 "servers do not support it in CRDs");
    if (shape->flags & CRD_ITEM_LIST)
        validation_forbidden(v, keyword(v, shape, SCHEMA_NAME_items), "as a list of schemas");
    if (context->inside_meta && (shape->flags & CRD_EMBEDS))
        validation_forbidden(v, keyword(v, shape, SCHEMA_NAME_x_kubernetes_embedded_resource),
                             "inside of metadata");
}

/* ---- lists ---- */

/* Items of a set are compared whole, so they have to be atomic. */
static void validate_set_items(Validation *v, const CrdShape *items)
{
    Field map_type = keyword(v, items, SCHEMA_NAME_x_kubernetes_map_type);
    Field list_type = keyword(v, items, SCHEMA_NAME_x_kubernetes_list_type);
    if (items->type == CRD_ARRAY && has(items, CRD_BIT(LIST_TYPE)) &&
        items->list_type != LIST_ATOMIC)
        validation_invalid(v, list_type, "must be atomic: it is an item of a set");
    if (items->type == CRD_OBJECT && !field_text_is(v, map_type, "atomic"))
        validation_invalid(v, map_type, "must be atomic: it is an item of a set");
}

static bool is_required(const CrdShape *shape, Str name)
{
    const CrdName *found = crd_find_name(shape, name);
    return found && found->required;
}

/* A key of a list of type map. */
static void validate_list_key(Validation *v, const CrdShape *shape, Field keys, Str key)
{
    const CrdShape *items = shape->items;
    const CrdName *name = crd_find_name(items, key);
    if (!name || !name->shape) {
        validation_invalid(v, keys, "must name properties of the items, and %.*s is none",
                           STR_ARG(key));
        return;
    }
    if (name->shape->type == CRD_ARRAY || name->shape->type == CRD_OBJECT)
        validation_invalid(v, keyword(v, name->shape, SCHEMA_NAME_type),
                           "must be a scalar's: it is a key of its list");
    if (!is_required(items, key) && !has(name->shape, CRD_BIT(DEFAULT)))
        validation_required(v, keyword(v, name->shape, SCHEMA_NAME_default),
                            "or the property has to be: it is a key of its list");
    if (name->shape->flags & CRD_NULLABLE)
        validation_forbidden(v, keyword(v, name->shape, SCHEMA_NAME_nullable),
                             "a key of a list is never null");
}

static void validate_list_keys(Validation *v, const CrdShape *shape)
{
    Field keys = keyword(v, shape, SCHEMA_NAME_x_kubernetes_list_map_keys);
    if (shape->key_count == 0)
        validation_required(v, keys, "a list of type map has keys");
    if (!shape->items) {
        if (shape->flags & CRD_ITEM_LIST)
            validation_invalid(v, keyword(v, shape, SCHEMA_NAME_items), "must be one schema");
        else
            validation_required(v, keyword(v, shape, SCHEMA_NAME_items),
                                "a list of type map says what it holds");
        return;
    }
    if (shape->items->type != CRD_OBJECT) {
        validation_invalid(v, keyword(v, shape->items, SCHEMA_NAME_type),
                           "must be object: it is an item of a list of type map");
        return;
    }
    for (unsigned i = 0; i < shape->key_count; i++) {
        validate_list_key(v, shape, keys, shape->list_keys[i]);
        for (unsigned j = 0; j < i; j++)
            if (str_eq(shape->list_keys[i], shape->list_keys[j])) {
                validation_invalid(v, keys, "may not name %.*s twice", STR_ARG(shape->list_keys[i]));
                break;
            }
    }
}

static void validate_list_type(Validation *v, const CrdShape *shape)
{
    Field list_type = keyword(v, shape, SCHEMA_NAME_x_kubernetes_list_type);
    Field type = keyword(v, shape, SCHEMA_NAME_type);
    bool given = has(shape, CRD_BIT(LIST_TYPE));
    if (given && shape->type == CRD_UNTYPED)
        validation_required(v, type, "a list is of type array");
    else if (given && shape->type != CRD_ARRAY)
        validation_invalid(v, type, "must be array beside x-kubernetes-list-type");
    else if (shape->list_type == LIST_SET && shape->items)
        validate_set_items(v, shape->items);
    if (given && shape->list_type == LIST_PLAIN)
        validation_not_supported(v, list_type, "atomic,set,map");
    if (shape->key_count && !given)
        validation_required(v, list_type, "a list with keys is of type map");
    else if (shape->key_count && shape->list_type != LIST_MAP)
        validation_invalid(v, list_type, "must be map beside x-kubernetes-list-map-keys");
    if (shape->list_type == LIST_MAP)
        validate_list_keys(v, shape);
    if ((shape->list_type == LIST_MAP || shape->list_type == LIST_SET) && shape->items &&
        (shape->items->flags & CRD_NULLABLE))
        validation_forbidden(v, keyword(v, shape->items, SCHEMA_NAME_nullable),
                             "an item of a set or map is never null");
    VALIDATION_ONLY(v, VALIDATION_SINCE(37)) {
        if (shape->list_type == LIST_SET && shape->items &&
            (shape->items->type == CRD_OBJECT || shape->items->type == CRD_ARRAY))
            validation_warning(v, list_type,
                               "server-side apply and CEL rules do not support sets of %s",
                               shape->items->type == CRD_OBJECT ? "objects" : "lists");
    }
}

static void validate_map_type(Validation *v, const CrdShape *shape)
{
    if (!has(shape, CRD_BIT(MAP_TYPE)))
        return;
    Field type = keyword(v, shape, SCHEMA_NAME_type);
    if (shape->type == CRD_UNTYPED)
        validation_required(v, type, "a map is of type object");
    else if (shape->type != CRD_OBJECT)
        validation_invalid(v, type, "must be object beside x-kubernetes-map-type");
    Field map_type = keyword(v, shape, SCHEMA_NAME_x_kubernetes_map_type);
    if (!word_is_one_of(field_text(v, map_type), "atomic,granular"))
        validation_not_supported(v, map_type, "atomic,granular");
}

/* ---- rules in CEL, but for the CEL ---- */

static bool has_line_break(Str text)
{
    return str_find(text, '\n') < text.len || str_find(text, '\r') < text.len;
}

/* strings.TrimSpace, as far as anybody writes it. */
static Str trimmed(Str text) { return str_trim(text); }

static void validate_rule_message(Validation *v, Field rule)
{
    Str expression = field_text(v, field_get(v, rule, SCHEMA_NAME_rule));
    Field message = field_get(v, rule, SCHEMA_NAME_message);
    Str text = field_text(v, message);
    if (trimmed(expression).len == 0)
        validation_required(v, field_get(v, rule, SCHEMA_NAME_rule), NULL);
    else if (text.len && trimmed(text).len == 0)
        validation_invalid(v, message, "may not be blank");
    else if (has_line_break(trimmed(text)))
        validation_invalid(v, message, "may have no line breaks");
    else if (has_line_break(trimmed(expression)) && text.len == 0)
        validation_required(v, message, "where the rule has line breaks");
}

static void validate_rule(Validation *v, const CrdShape *shape, Field rule)
{
    validate_rule_message(v, rule);
    Field expression = field_get(v, rule, SCHEMA_NAME_messageExpression);
    Field path = field_get(v, rule, SCHEMA_NAME_fieldPath);
    Field reason = field_get(v, rule, SCHEMA_NAME_reason);
    Str text = field_text(v, path);
    if (field_text(v, expression).len && trimmed(field_text(v, expression)).len == 0)
        validation_required(v, expression, "where it is given");
    if (field_given(reason) &&
        !word_is_one_of(field_text(v, reason), "FieldValueRequired,FieldValueForbidden,"
                                               "FieldValueInvalid,FieldValueDuplicate"))
        validation_not_supported(v, reason, "FieldValueDuplicate,FieldValueForbidden,"
                                            "FieldValueInvalid,FieldValueRequired");
    if (text.len && trimmed(text).len == 0)
        validation_invalid(v, path, "may not be blank");
    if (has_line_break(text))
        validation_invalid(v, path, "may have no line breaks");
    if (text.len && crd_is_convertible(shape) && !crd_follow_path(shape, text, true))
        validation_invalid(v, path, "must lead to a field of the schema");
}

/* ---- their CEL ---- */

/* What cel.Compile and its caller say of a rule; a message is compiled where its rule is. */
static void compile_rule(Validation *v, Field rule, const Context *context)
{
    static const char *const VARIABLES[] = {"self", "oldSelf", NULL};
    enum { OLD_SELF = 1 << 1 };
    Field expression = field_get(v, rule, SCHEMA_NAME_rule);
    Field message = field_get(v, rule, SCHEMA_NAME_messageExpression);
    Field optional = field_get(v, rule, SCHEMA_NAME_optionalOldSelf);
    CelReading reading = validation_expression(v, expression, VARIABLES);
    if (reading.fault == CEL_FINE && field_text(v, message).len)
        validation_expression(v, message, VARIABLES);
    bool used = reading.fault == CEL_FINE && (reading.used & OLD_SELF);
    if (used && context->uncorrelated)
        validation_invalid(v, expression, "may not use oldSelf: only in a list of type map is it known what "
                                          "an item was before");
    if (!used && !reading.undecided && field_given(optional))
        VALIDATION_ONLY(v, VALIDATION_SINCE(30)) /* before, the field was dropped */
            validation_invalid(v, optional, "may not be given: the rule does not use oldSelf");
}

/* Only where nothing is wrong with the schema itself, nor with those within it. */
static void compile_rules(Validation *v, const CrdShape *shape, const Context *context)
{
    uint32_t errors = v->errors;
    Field rules = keyword(v, shape, SCHEMA_NAME_x_kubernetes_validations);
    for (Items i = items_of(v, rules); items_next(v, &i);)
        compile_rule(v, i.item, context);
    *context->in_rules += v->errors - errors;
}

/* ---- a schema and those within ---- */

static void validate_openapi(Validation *v, const CrdShape *shape, const Context *context);

static void validate_openapi_all(Validation *v, const CrdShapes *shapes, const Context *context)
{
    for (uint32_t i = 0; i < shapes->count; i++)
        validate_openapi(v, shapes->at[i], context);
}

static void validate_properties(Validation *v, const CrdShape *shape, const Context *context)
{
    for (uint32_t i = 0; i < shape->name_count; i++) {
        const CrdName *name = &shape->names[i];
        Context below = *context;
        below.is_root = false;
        if (!name->shape)
            continue;
        bool meta = str_is(name->text, "metadata") || str_is(name->text, "kind") ||
                    str_is(name->text, "apiVersion");
        if (meta && (context->is_root || (shape->flags & CRD_EMBEDS))) {
            below.inside_meta = true;
            if (context->is_root)
                below.no_default = "the object's own apiVersion, kind and metadata have no defaults";
        }
        validate_openapi(v, name->shape, &below);
    }
}

static void validate_parts(Validation *v, const CrdShape *shape, const Context *context)
{
    Context below = *context;
    below.is_root = false;
    if (shape->additional) {
        Context inside = below;
        if (context->inside_meta)
            inside.no_default = "not for any key of metadata";
        validate_openapi(v, shape->additional, &inside);
    }
    validate_properties(v, shape, context);
    if (shape->choices) {
        Context judging = below;
        judging.compiles = false;
        if (shape->choices->not)
            validate_openapi(v, shape->choices->not, &judging);
        validate_openapi_all(v, &shape->choices->all, &judging);
        validate_openapi_all(v, &shape->choices->one, &judging);
        validate_openapi_all(v, &shape->choices->any, &judging);
    }
    below.uncorrelated |= shape->list_type != LIST_MAP;
    if (shape->items)
        validate_openapi(v, shape->items, &below);
}

static void validate_format(Validation *v, const CrdShape *shape)
{
    Field format = keyword(v, shape, SCHEMA_NAME_format);
    /* As the server looks for the warning: int-or-string does not count here. */
    uint16_t types = shape->type == CRD_UNTYPED ? 0 : (uint16_t)(1u << shape->type);
    CrdFormat known = crd_format_find(field_text(v, format), types);
    uint32_t ignored = known == CRD_NO_FORMAT ? SCHEMA_ALL_VERSIONS : ~crd_format_versions(known);
    VALIDATION_ONLY(v, ignored & VALIDATION_SINCE(34)) {
        validation_warning(v, format, "is none that servers know, and is ignored");
    }
}

static void validate_keywords(Validation *v, const CrdShape *shape, const Context *context)
{
    uint32_t in_schema = v->errors - *context->in_rules;
    validate_standard(v, shape, context);
    if (shape->flags & CRD_UNIQUE)
        validation_forbidden(v, keyword(v, shape, SCHEMA_NAME_uniqueItems),
                             "it takes too long; x-kubernetes-list-type: set says it");
    bool exclusive = shape->additional || (shape->flags & CRD_CLOSED);
    if (exclusive && has(shape, CRD_BIT(PROPERTIES)))
        validation_forbidden(v, keyword(v, shape, SCHEMA_NAME_additionalProperties),
                             "beside properties");
    validate_parts(v, shape, context);
    if (has(shape, CRD_BIT(PRESERVE)) && !(shape->flags & CRD_PRESERVES))
        validation_invalid(v, keyword(v, shape, SCHEMA_NAME_x_kubernetes_preserve_unknown_fields),
                           "must be true, or not be there");
    validate_map_type(v, shape);
    if (has(shape, CRD_BIT(LIST_TYPE)) || shape->key_count)
        validate_list_type(v, shape);
    if (has(shape, CRD_BIT(FORMAT)))
        validate_format(v, shape);
    if (!has(shape, CRD_BIT(VALIDATIONS)))
        return;
    Field rules = keyword(v, shape, SCHEMA_NAME_x_kubernetes_validations);
    for (Items i = items_of(v, rules); items_next(v, &i);)
        validate_rule(v, shape, i.item);
    if (context->compiles && v->errors - *context->in_rules == in_schema)
        compile_rules(v, shape, context);
}

/* ValidateCustomResourceDefinitionOpenAPISchema */
static void validate_openapi(Validation *v, const CrdShape *shape, const Context *context)
{
    VALIDATION_UNLESS(v, shape->flags & CRD_SETTLED)
        validate_keywords(v, shape, context);
}

/* ---- the root ---- */

/* With a status subresource, what the root says of status has to be found under
 * properties.status alone. */
static void validate_root_keywords(Validation *v, const CrdShape *root)
{
    const uint64_t NOT_AT_ROOT =
        CRD_BIT(ID) | CRD_BIT(SCHEMA) | CRD_BIT(REF) | CRD_BIT(NULLABLE) | CRD_BIT(ENUM) |
        CRD_BIT(MAX_PROPERTIES) | CRD_BIT(MIN_PROPERTIES) | CRD_BIT(ALL_OF) | CRD_BIT(ONE_OF) |
        CRD_BIT(ANY_OF) | CRD_BIT(NOT) | CRD_BIT(ADDITIONAL_PROPERTIES) |
        CRD_BIT(PATTERN_PROPERTIES) | CRD_BIT(DEPENDENCIES) | CRD_BIT(ADDITIONAL_ITEMS) |
        CRD_BIT(DEFINITIONS) | CRD_BIT(DEFAULT) | CRD_BIT(EMBEDDED) | CRD_BIT(INT_OR_STRING) |
        CRD_BIT(LIST_MAP_KEYS) | CRD_BIT(LIST_TYPE) | CRD_BIT(MAP_TYPE);
    uint64_t wrong = (root->given | crd_keywords_with_parts(v->doc, root)) & NOT_AT_ROOT;
    if (root->type != CRD_UNTYPED && root->type != CRD_OBJECT) {
        validation_invalid(v, keyword(v, root, SCHEMA_NAME_type),
                           "must be object at the root where there is a status subresource");
        return;
    }
    for (unsigned i = 0; wrong && i < CRD_KEYWORD_COUNT; i++)
        if (wrong >> i & 1) {
            validation_invalid(v, at(v, root),
                               "may not have %.*s at the root where there is a status subresource",
                               STR_ARG(crd_keyword_texts[i]));
            return;
        }
}

/* validateCustomResourceDefinitionValidation */
void crd_validate_schema(Validation *v, Field validation, const CrdShape *root, bool status)
{
    Field schema = field_get(v, validation, SCHEMA_NAME_openAPIV3Schema);
    if (!root || !field_given(schema))
        return;
    uint32_t errors = v->errors;
    if (status)
        validate_root_keywords(v, root);
    if (root->flags & CRD_NULLABLE)
        validation_forbidden(v, keyword(v, root, SCHEMA_NAME_nullable), "not at the root");
    bool convertible = crd_is_convertible(root);
    uint32_t in_rules = 0, before = v->errors;
    if (convertible) {
        crd_validate_structural(v, root);
        if (v->errors == before)
            crd_validate_defaults(v, root);
    }
    Context context = {.is_root = true, .in_rules = &in_rules,
                       .compiles = convertible && v->errors == before};
    validate_openapi(v, root, &context);
    if (!convertible && v->errors == errors)
        validation_invalid(v, schema, "may not have $schema or anything else that no structural "
                                      "schema can hold");
}

/* ---- paths to fields ---- */

/* The next name of a path: ".name", or "['name']" where brackets are allowed.  False
 * where the path is broken. */
static bool next_name(Str *path, bool brackets, Str *name)
{
    const char *end = path->ptr + path->len, *at = path->ptr + 1;
    if (path->ptr[0] == '.') {
        const char *stop = at;
        bool quoted = stop < end && *stop == '\'';
        if (quoted)
            for (stop++; stop < end && !(*stop == '\'' && stop[-1] != '\\'); stop++)
                ;
        else
            while (stop < end && *stop != '.' && *stop != '[' && *stop != ']')
                stop++;
        if (quoted && stop < end)
            stop++;
        *name = str_slice(at, (size_t)(stop - at));
        *path = str_slice(stop, (size_t)(end - stop));
        return name->len > 0;
    }
    if (path->ptr[0] != '[' || !brackets || at >= end || *at != '\'')
        return false;
    const char *stop = at + 1;
    while (stop < end && !(*stop == '\'' && stop[-1] != '\\'))
        stop++;
    if (stop + 1 >= end || stop[1] != ']')
        return false;
    *name = str_slice(at + 1, (size_t)(stop - at - 1));
    *path = str_slice(stop + 2, (size_t)(end - stop - 2));
    return true;
}

const CrdShape *crd_follow_path(const CrdShape *root, Str path, bool brackets)
{
    const CrdShape *shape = root;
    while (path.len) {
        Str name;
        if (!shape || !next_name(&path, brackets, &name))
            return NULL;
        if (shape->given & CRD_BIT(PROPERTIES)) {
            const CrdName *found = crd_find_name(shape, name);
            shape = found ? found->shape : NULL;
        } else {
            shape = shape->additional;
        }
        if (!shape)
            return NULL;
    }
    return shape;
}
