/* crd_meta.c: the metadata of a custom resource, and an object within one
 * (x-kubernetes-embedded-resource), as the apiextensions server's
 * pkg/apiserver/schema/objectmeta validates it: it needs an apiVersion and a kind, and
 * its metadata is ObjectMeta, but for the name, which it may lack. */
#include "schema/crd_shape.h"
#include "schema/validation/validation.h"

static void fail_embedded(CrdEval *eval, const CrdValue *value, const char *reason, Str below,
                          const char *what)
{
    if (crd_is_muted(eval))
        return;
    Str name = below.len ? below : crd_value_name(eval, value);
    Finding *finding = crd_fail(eval, value, &rule_embedded_resource, reason, below,
                                "%.*s of an embedded object %s", STR_ARG(name), what);
    crd_name_path(eval, finding, value, below, CRD_PATH_KEYS);
}

/* ParseGroupVersion: at most one slash. */
static bool is_group_version(Str text)
{
    size_t slash = str_find(text, '/');
    if (slash == text.len)
        return true;
    Str version = str_slice(text.ptr + slash + 1, text.len - slash - 1);
    return str_find(version, '/') == version.len;
}

/* A kind may have capitals, and is a DNS label otherwise. */
static bool is_kind(Str text)
{
    char lower[64];
    if (text.len >= sizeof lower)
        return false;
    for (size_t i = 0; i < text.len; i++)
        lower[i] = text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? (char)(text.ptr[i] + 32)
                                                            : text.ptr[i];
    return format_dns1035_label(str_slice(lower, text.len)) == NULL;
}

static void check_text(CrdEval *eval, const CrdValue *object, Str key)
{
    CrdValue value;
    CrdStep step;
    if (!crd_lookup(object, key, &step, &value)) {
        fail_embedded(eval, object, "FieldValueRequired", key, "is required");
        return;
    }
    if (crd_value_kind(&value) != NODE_STRING)
        return; /* the decoder refuses it */
    Str text = node_str(value.doc, value.node);
    if (text.len == 0)
        fail_embedded(eval, &value, "FieldValueInvalid", STR(""), "may not be empty");
    else if (str_is(key, "kind") && !is_kind(text))
        fail_embedded(eval, &value, "FieldValueInvalid", STR(""), "is no name of a kind");
    else if (!str_is(key, "kind") && !is_group_version(text))
        fail_embedded(eval, &value, "FieldValueInvalid", STR(""), "has more than one slash");
}

bool crd_embedded_is_object(CrdEval *eval, const CrdValue *object)
{
    uint32_t failures = eval->failures;
    check_text(eval, object, STR("apiVersion"));
    check_text(eval, object, STR("kind"));
    return eval->failures == failures;
}

static Validation open_validation(const CrdEval *eval)
{
    return (Validation){.walk = eval->walk, .doc = eval->walk->doc,
                        .versions = eval->versions & VALIDATION_SINCE(VALIDATION_OLDEST),
                        .renamed = BASE_NONE};
}

void crd_check_embedded(CrdEval *eval, const CrdValue *object)
{
    crd_embedded_is_object(eval, object);
    Validation v = open_validation(eval);
    if (eval->muted || !v.versions)
        return;
    Field meta = field_get(&v, field_at(&v, object->node), SCHEMA_NAME_metadata);
    if (!field_given(meta))
        return;
    validation_optional_text(&v, field_get(&v, meta, SCHEMA_NAME_namespace), format_dns_label);
    validate_meta_parts(&v, meta, format_path_segment, false);
}

void crd_check_metadata(CrdEval *eval, bool namespaced)
{
    Validation v = open_validation(eval);
    if (!v.versions)
        return;
    Field meta = field_get(&v, field_root(&v), SCHEMA_NAME_metadata);
    if (namespaced)
        validation_optional_text(&v, field_get(&v, meta, SCHEMA_NAME_namespace), format_dns_label);
    validate_meta_parts(&v, meta, format_dns_subdomain, true);
}
