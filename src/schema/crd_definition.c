/* crd_definition.c: a CustomResourceDefinition as the API server validates it
 * (apiextensions-apiserver, pkg/apis/apiextensions/validation/validation.go): names,
 * versions, subresources, columns, selectable fields; conversion is crd_conversion.c's,
 * the schemas are crd_openapi.c's.
 *
 * The server converts the object before it looks at it (v1/conversion.go): what all
 * versions say alike (their schema, subresources, columns, selectable fields) moves to
 * spec, and is called by that path. */
#include "schema/crd_review.h"

#define GET(field, name) field_get(v, (field), SCHEMA_NAME_##name)

enum { SELECTABLE_MOST = 8 };

/* The CRD under validation. */
typedef struct Review {
    Field crd, spec, names, versions;
    const CrdDefinition *definition;
    bool same_schema, same_subresources, same_columns, same_selectable; /* in all versions */
} Review;

/* ---- what all versions say alike ---- */

/* Whether the keyword's value counts as absent, as Go leaves it out. */
static bool is_nothing(const Document *doc, uint32_t node, Str key)
{
    const Node *at = node_at(doc, node);
    static const char MAPS[][20] = {"properties", "patternProperties", "definitions",
                                    "dependencies"};
    /* Go has pointers to these: empty is not none. */
    const char *const KEPT = "items,default,example,$ref,x-kubernetes-list-type,"
                             "x-kubernetes-map-type";
    switch ((NodeKind)at->kind) {
    case NODE_NULL: return true;
    case NODE_STRING: return at->len == 0 && !word_is_one_of(key, KEPT);
    case NODE_BOOL:
        return !node_bool(doc, node) && !str_is(key, "additionalProperties") &&
               !str_is(key, "x-kubernetes-preserve-unknown-fields");
    case NODE_SEQ: return at->len == 0 && !word_is_one_of(key, KEPT);
    case NODE_MAP: break;
    default: return false;
    }
    for (size_t i = 0; at->len == 0 && i < BASE_COUNT(MAPS); i++)
        if (str_is(key, MAPS[i]))
            return true;
    return false;
}

/* The keys of a mapping that say something, in the order of their names. */
typedef struct Keys {
    uint32_t *at;
    uint32_t count;
} Keys;

static int compare_keys(const void *left, const void *right, void *context)
{
    const Document *doc = context;
    return str_compare(node_str(doc, *(const uint32_t *)left),
                       node_str(doc, *(const uint32_t *)right));
}

static Keys keys_of(const Validation *v, uint32_t map)
{
    Document *doc = (Document *)v->doc; /* for a context that nothing writes to */
    Keys keys = {.at = arena_alloc(v->walk->checker->scratch,
                                   sizeof *keys.at * node_at(doc, map)->len + 1)};
    for (uint32_t key = node_first(map); key < node_end(doc, map); key = node_after_entry(doc, key))
        if (!(node_at(doc, key)->flags & NODE_SHADOWED) &&
            !is_nothing(doc, key + 1, node_str(doc, key)))
            keys.at[keys.count++] = key;
    if (keys.count > 1)
        sort_with(keys.at, keys.count, sizeof *keys.at, compare_keys, doc);
    return keys;
}

static bool same_value(const Validation *v, uint32_t a, uint32_t b);

/* Each pair of values is compared once: asking both ways would double the work with each
 * level, and schemas are deep. */
static bool same_map(const Validation *v, uint32_t a, uint32_t b)
{
    Keys left = keys_of(v, a), right = keys_of(v, b);
    if (left.count != right.count)
        return false;
    for (uint32_t i = 0; i < left.count; i++)
        if (!str_eq(node_str(v->doc, left.at[i]), node_str(v->doc, right.at[i])))
            return false;
    for (uint32_t i = 0; i < left.count; i++)
        if (!same_value(v, left.at[i] + 1, right.at[i] + 1))
            return false;
    return true;
}

/* Semantic equality as Go has it on the decoded values. */
static bool same_value(const Validation *v, uint32_t a, uint32_t b)
{
    const Document *doc = v->doc;
    NodeKind kind = node_kind(doc, a);
    if (kind == NODE_MAP)
        return node_kind(doc, b) == NODE_MAP && same_map(v, a, b);
    if (kind == NODE_SEQ) {
        if (node_kind(doc, b) != NODE_SEQ || node_at(doc, a)->len != node_at(doc, b)->len)
            return false;
        uint32_t right = node_first(b);
        for (uint32_t left = node_first(a); left < node_end(doc, a);
             left = node_after(doc, left), right = node_after(doc, right))
            if (!same_value(v, left, right))
                return false;
        return true;
    }
    CrdValue left = {.doc = doc, .node = a}, right = {.doc = doc, .node = b};
    return crd_value_equal(&left, &right);
}

static bool same_in_all(const Validation *v, const Review *review, NameId name)
{
    Field first = FIELD_NONE;
    for (Items i = items_of(v, review->versions); items_next(v, &i);) {
        Field field = field_get(v, i.item, name);
        bool nothing = !field_given(field) ||
                       (node_kind(v->doc, field.node) == NODE_SEQ && field_length(v, field) == 0);
        if (i.index == 0) {
            first = nothing ? FIELD_NONE : field;
            continue;
        }
        if (nothing != !field_given(first) ||
            (!nothing && !same_value(v, first.node, field.node)))
            return false;
    }
    return true;
}

/* ---- names ---- */

/* A kind may have capitals. */
static void validate_kind(Validation *v, Field field)
{
    Str text = field_text(v, field);
    char lower[64];
    if (text.len == 0)
        return;
    for (size_t i = 0; i < text.len && i < sizeof lower; i++)
        lower[i] = text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? (char)(text.ptr[i] + 32)
                                                            : text.ptr[i];
    const char *wrong = text.len < sizeof lower ? format_dns1035_label(str_slice(lower, text.len))
                                                : "must be no more than 63 characters";
    if (wrong)
        validation_invalid(v, field, "may have capitals, but otherwise %s", wrong);
}

/* ValidateCustomResourceDefinitionNames; singular and listKind follow from the kind
 * where they are not given. */
static void validate_names(Validation *v, const Review *review)
{
    Field kind = GET(review->names, kind), list_kind = GET(review->names, listKind);
    Field singular = GET(review->names, singular), plural = GET(review->names, plural);
    bool has_kind = field_text(v, kind).len > 0;
    validation_must_have(v, plural);
    validation_must_have(v, kind);
    if (!has_kind)
        validation_must_have(v, singular);
    if (!has_kind)
        validation_must_have(v, list_kind);
    validation_optional_text(v, plural, format_dns1035_label);
    validation_optional_text(v, singular, format_dns1035_label);
    validate_kind(v, kind);
    validate_kind(v, list_kind);
    size_t length = field_text(v, kind).len;
    if (field_text(v, list_kind).len == 0 && length <= 63 && length + strlen("List") > 63)
        validation_invalid(v, list_kind, "must be given: the kind with List behind it is longer "
                                         "than 63 characters");
    if (has_kind && str_eq(field_text(v, kind), field_text(v, list_kind)))
        validation_invalid(v, list_kind, "must be another name than the kind's");
    for (Items i = items_of(v, GET(review->names, shortNames)); items_next(v, &i);) {
        const char *wrong = format_dns1035_label(field_text(v, i.item));
        if (wrong)
            validation_invalid(v, i.item, "%s", wrong);
    }
    for (Items i = items_of(v, GET(review->names, categories)); items_next(v, &i);) {
        const char *wrong = format_dns1035_label(field_text(v, i.item));
        if (wrong)
            validation_invalid(v, i.item, "%s", wrong);
    }
}

static void validate_own_name(Validation *v, const Review *review)
{
    Field metadata = GET(review->crd, metadata);
    Field name = GET(metadata, name), generated = GET(metadata, generateName);
    Str plural = field_text(v, GET(review->names, plural));
    Str group = field_text(v, GET(review->spec, group));
    const Str parts[] = {plural, STR("."), group};
    Str wanted = arena_concat(v->walk->checker->scratch, parts, BASE_COUNT(parts));
    if (field_text(v, name).len && !str_eq(field_text(v, name), wanted))
        validation_invalid(v, name, "must be spec.names.plural and spec.group: %.*s",
                           STR_ARG(wanted));
    if (field_text(v, generated).len)
        validation_invalid(v, generated, "may not be given: the name must be %.*s",
                           STR_ARG(wanted));
}

static void validate_group(Validation *v, Field group)
{
    Str text = field_text(v, group);
    if (validation_text(v, group, format_dns_subdomain) && str_find(text, '.') == text.len)
        validation_invalid(v, group, "must be a domain with at least one dot");
}

/* validateAPIApproval: Kubernetes' own groups are the community's. */
static void validate_approval(Validation *v, const Review *review)
{
    Str group = field_text(v, GET(review->spec, group));
    bool is_protected = str_is(group, "k8s.io") || str_ends(group, STR(".k8s.io")) ||
                        str_is(group, "kubernetes.io") || str_ends(group, STR(".kubernetes.io"));
    if (!is_protected)
        return;
    Str key = STR("api-approved.kubernetes.io");
    Field annotations = FIELD_PATH(v, review->crd, SCHEMA_NAME_metadata, SCHEMA_NAME_annotations);
    Field approval = entries_get(v, annotations, key);
    Str text = field_text(v, approval);
    Url url;
    if (text.len == 0)
        validation_as(v, validation_required(v, approval,
                                             "the group %.*s is the Kubernetes community's: a CRD "
                                             "in it needs the annotation %.*s", STR_ARG(group),
                                             STR_ARG(key)),
                      annotations, "[%.*s]", STR_ARG(key));
    else if (!str_starts(text, STR("unapproved")) &&
             !(url_parse(text, &url) && url.host.len && url.scheme.len))
        validation_as(v, validation_invalid(v, approval,
                                            "must be a URL, or start with \"unapproved\""),
                      annotations, "[%.*s]", STR_ARG(key));
}

/* ---- subresources and columns ---- */

/* validateSimpleJSONPath, and below which of the object's parts it leads. */
static void validate_path(Validation *v, Field path, const char *below, const char *or_below)
{
    Str text = field_text(v, path);
    if (text.len == 0)
        return;
    if (text.ptr[0] != '.')
        validation_invalid(v, path, "must be a path that starts with a dot");
    else if (!str_starts(text, str_of(below)) && !(or_below && str_starts(text, str_of(or_below))))
        validation_invalid(v, path, "must lead below %s%s%s", below, or_below ? " or " : "",
                           or_below ? or_below : "");
}

/* ValidateCustomResourceDefinitionSubresources */
static void validate_subresources(Validation *v, Field subresources)
{
    Field scale = GET(subresources, scale);
    if (!field_given(scale))
        return;
    validation_must_have(v, GET(scale, specReplicasPath));
    validation_must_have(v, GET(scale, statusReplicasPath));
    validate_path(v, GET(scale, specReplicasPath), ".spec.", NULL);
    validate_path(v, GET(scale, statusReplicasPath), ".status.", NULL);
    validate_path(v, GET(scale, labelSelectorPath), ".spec.", ".status.");
}

/* ValidateCustomResourceColumnDefinition, which still calls the path by its old name. */
static void validate_columns(Validation *v, Field columns)
{
    for (Items i = items_of(v, columns); items_next(v, &i);) {
        Field type = GET(i.item, type), format = GET(i.item, format);
        Field path = GET(i.item, jsonPath);
        Str text = field_text(v, path);
        validation_must_have(v, GET(i.item, name));
        if (validation_must_have(v, type) &&
            !word_is_one_of(field_text(v, type), "integer,number,string,boolean,date"))
            validation_invalid(v, type, "must be integer, number, string, boolean or date");
        if (field_text(v, format).len &&
            !word_is_one_of(field_text(v, format),
                            "int32,int64,float,double,byte,date,date-time,password"))
            validation_invalid(v, format, "must be int32, int64, float, double, byte, date, "
                                          "date-time or password");
        Finding *finding = NULL;
        if (text.len == 0)
            finding = validation_required(v, path, NULL);
        else if (text.ptr[0] != '.')
            finding = validation_invalid(v, path, "must be a path that starts with a dot");
        validation_as(v, finding, i.item, ".JSONPath");
    }
}

/* ValidateCustomResourceSelectableFields */
static void validate_selectable(Validation *v, Field fields, const CrdShape *root)
{
    uint32_t distinct = 0;
    for (Items i = items_of(v, fields); items_next(v, &i);) {
        Field path = GET(i.item, jsonPath);
        Str text = field_text(v, path);
        if (!validation_must_have(v, path))
            continue;
        const CrdShape *shape = crd_follow_path(root, text, false);
        if (!shape || shape == root) {
            validation_invalid(v, path, "must lead to a field of the schema");
            continue;
        }
        if (str_starts(text, STR(".metadata.")) || str_is(text, ".metadata"))
            validation_invalid(v, path, "may not lead to metadata");
        if (shape->type != CRD_STRING && shape->type != CRD_BOOLEAN && shape->type != CRD_INTEGER)
            validation_invalid(v, path, "must lead to a field of type string, boolean or integer");
        Field first = FIELD_NONE;
        for (Items j = items_of(v, fields); items_next(v, &j) && j.index < i.index;)
            if (!field_given(first) && str_eq(text, field_text(v, GET(j.item, jsonPath))))
                first = GET(j.item, jsonPath);
        if (field_given(first))
            validation_duplicate(v, path, first);
        else
            distinct++;
    }
    if (distinct > SELECTABLE_MOST)
        validation_too_many(v, fields, SELECTABLE_MOST);
}

/* ---- versions ---- */

/* validateDeprecationWarning */
static void validate_warning(Validation *v, Field version)
{
    Field warning = GET(version, deprecationWarning);
    Str text = field_text(v, warning);
    if (!field_given(warning))
        return;
    if (!field_bool(v, GET(version, deprecated))) {
        validation_invalid(v, warning, "may be given for a deprecated version only");
        return;
    }
    if (text.len == 0)
        validation_invalid(v, warning, "may not be empty");
    if (text.len > 256)
        validation_invalid(v, warning, "must be no more than 256 bytes");
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 0x7F) {
            validation_invalid(v, warning, "must be printable");
            return;
        }
}

static bool has_status(const Validation *v, Field version)
{
    return field_given(field_get(v, GET(version, subresources), SCHEMA_NAME_status));
}

static bool any_status(const Validation *v, const Review *review)
{
    for (Items i = items_of(v, review->versions); items_next(v, &i);)
        if (has_status(v, i.item))
            return true;
    return false;
}

static const CrdShape *shape_of(const Review *review, Field version)
{
    for (uint32_t i = 0; i < review->definition->version_count; i++)
        if (review->definition->versions[i].node == version.node)
            return review->definition->versions[i].shape;
    return NULL;
}

/* Under the path of spec, where all versions say the same. */
static void rename_shared(Validation *v, Field field, bool is_same, Str path)
{
    if (is_same && field_given(field))
        validation_rename(v, field.node, path);
}

static void validate_version_schema(Validation *v, const Review *review, Field version)
{
    Field schema = GET(version, schema);
    const CrdShape *root = shape_of(review, version);
    rename_shared(v, schema, review->same_schema, STR("spec.validation"));
    crd_validate_schema(v, schema, root,
                        review->same_schema ? any_status(v, review) : has_status(v, version));
    validation_rename(v, BASE_NONE, str_slice("", 0));
}

static void validate_version_selectable(Validation *v, const Review *review, Field version)
{
    Field fields = GET(version, selectableFields);
    const CrdShape *root = shape_of(review, version);
    if (field_length(v, fields) == 0)
        return;
    rename_shared(v, fields, review->same_selectable, STR("spec.selectableFields"));
    /* What has moved to spec is looked for in the schema that has moved there, too, and
     * the other way round. */
    if (review->same_selectable != review->same_schema || !root)
        validation_invalid(v, fields, review->same_selectable
                                          ? "may be alike in all versions only where their "
                                            "schemas are"
                                          : "may differ only where the versions' schemas do");
    else if (crd_is_convertible(root))
        validate_selectable(v, fields, root);
    validation_rename(v, BASE_NONE, str_slice("", 0));
}

/* What versions share is looked at once. */
static void validate_version(Validation *v, const Review *review, Field version, bool is_first)
{
    validate_warning(v, version);
    if (!field_given(field_get(v, GET(version, schema), SCHEMA_NAME_openAPIV3Schema)))
        validation_required(v, field_get(v, GET(version, schema), SCHEMA_NAME_openAPIV3Schema),
                            NULL);
    else if (is_first || !review->same_schema)
        validate_version_schema(v, review, version);
    if (is_first || !review->same_subresources) {
        Field subresources = GET(version, subresources);
        rename_shared(v, subresources, review->same_subresources, STR("spec.subresources"));
        validate_subresources(v, subresources);
        validation_rename(v, BASE_NONE, str_slice("", 0));
    }
    if (is_first || !review->same_columns) {
        Field columns = GET(version, additionalPrinterColumns);
        rename_shared(v, columns, review->same_columns, STR("spec.additionalPrinterColumns"));
        validate_columns(v, columns);
        validation_rename(v, BASE_NONE, str_slice("", 0));
    }
    if (is_first || !review->same_selectable)
        VALIDATION_ONLY(v, VALIDATION_SINCE(31)) {
            validate_version_selectable(v, review, version);
        }
}

static void validate_versions(Validation *v, const Review *review)
{
    uint32_t stored = 0;
    for (Items i = items_of(v, review->versions); items_next(v, &i);) {
        Field name = GET(i.item, name);
        const char *wrong = format_dns1035_label(field_text(v, name));
        if (wrong)
            validation_invalid(v, name, "%s", wrong);
        for (Items j = items_of(v, review->versions); items_next(v, &j) && j.index < i.index;)
            if (str_eq(field_text(v, name), field_text(v, GET(j.item, name)))) {
                validation_as(v, validation_invalid(v, name, "may not be another version's name"),
                              review->versions, NULL);
                break;
            }
        stored += field_bool(v, GET(i.item, storage));
        validate_version(v, review, i.item, i.index == 0);
    }
    if (stored != 1)
        validation_invalid(v, review->versions,
                           "must have exactly one version with storage: true, not %u",
                           (unsigned)stored);
}

/* ---- the CRD ---- */

static const CrdDefinition *definition_of(Validation *v)
{
    CrdReader reader = {.arena = v->walk->checker->scratch, .doc = v->doc, .borrows = true,
                        .reviews = true};
    return crd_read_definition(&reader, v->doc->root);
}

/* ValidateCustomResourceDefinition */
void validate_custom_resource_definition(Validation *v, Field crd)
{
    Review review = {.crd = crd, .spec = GET(crd, spec), .definition = definition_of(v)};
    review.names = GET(review.spec, names);
    review.versions = GET(review.spec, versions);
    review.same_schema = same_in_all(v, &review, SCHEMA_NAME_schema);
    review.same_subresources = same_in_all(v, &review, SCHEMA_NAME_subresources);
    review.same_columns = same_in_all(v, &review, SCHEMA_NAME_additionalPrinterColumns);
    review.same_selectable = same_in_all(v, &review, SCHEMA_NAME_selectableFields);
    Field preserves = GET(review.spec, preserveUnknownFields);
    validate_own_name(v, &review);
    validate_group(v, GET(review.spec, group));
    validation_required_word(v, GET(review.spec, scope), "Cluster,Namespaced");
    validate_names(v, &review);
    validate_versions(v, &review);
    crd_validate_conversion(v, GET(review.spec, conversion));
    validate_approval(v, &review);
    if (field_bool(v, preserves))
        validation_invalid(v, preserves, "may not be true: x-kubernetes-preserve-unknown-fields "
                                         "in the schema says it");
}
