/* core_pod_projected.c: volumes whose files come from several places, as
 * validateProjectedVolumeSource and validateDownwardAPIVolumeSource of
 * pkg/apis/core/validation have them. */
#include "schema/validation/core_pod.h"

void validate_file_mode(Validation *v, Field mode)
{
    int64_t value = field_int(v, mode);
    if (value < 0 || value > 0777)
        validation_invalid(v, mode, "must be from 0 to 0777 octal, which is 511");
}

void validate_key_to_path(Validation *v, Field item)
{
    Field path = GET(item, path);
    validation_must_have(v, GET(item, key));
    if (validation_must_have(v, path))
        validation_local_non_reserved_path(v, path);
    validate_file_mode(v, GET(item, mode));
}

/* validateDownwardAPIVolumeFile.  The server forgets which of the files it is. */
static void validate_downward_api_file(Validation *v, Field file, Field volume)
{
    Field path = GET(file, path), field_ref = GET(file, fieldRef);
    Field resource = GET(file, resourceFieldRef);
    Rename before = validation_rename_below(v, file, volume, STR(""));
    if (validation_must_have(v, path))
        validation_local_non_reserved_path(v, path);
    if (field_given(field_ref)) {
        validate_object_field_selector(v, field_ref,
                                       "metadata.annotations,metadata.labels,metadata.name,"
                                       "metadata.namespace,metadata.uid");
        if (field_given(resource))
            validation_invalid(v, file, "may not have both fieldRef and resourceFieldRef");
    } else if (field_given(resource)) {
        validate_resource_field_selector(v, resource, true);
    } else {
        validation_required(v, file, "it needs fieldRef or resourceFieldRef");
    }
    validate_file_mode(v, GET(file, mode));
    validation_unrename(v, before);
}

void validate_downward_api_volume_source(Validation *v, Field source)
{
    validate_file_mode(v, GET(source, defaultMode));
    Field items = GET(source, items);
    for (Items i = items_of(v, items); items_next(v, &i);)
        validate_downward_api_file(v, i.item, source);
}

/* ---- projected volumes ---- */

/* A volume and the paths that its sources took. */
typedef struct Projection {
    Field volume;
    Seen paths;
} Projection;

static void take_path(Validation *v, Projection *projection, Field path)
{
    Field first;
    if (seen_before(v, &projection->paths, field_text(v, path), path, &first))
        validation_as(v, validation_invalid(v, path, "may not be the path of another file"),
                      projection->volume, NULL);
}

static void validate_keyed_source(Validation *v, Projection *projection, Field source)
{
    validation_must_have(v, GET(source, name));
    Field items = GET(source, items);
    for (Items i = items_of(v, items); items_next(v, &i);) {
        validate_key_to_path(v, i.item);
        if (!field_is_empty(v, GET(i.item, path)))
            take_path(v, projection, GET(i.item, path));
    }
}

static void validate_downward_source(Validation *v, Projection *projection, Field source)
{
    Field items = GET(source, items);
    for (Items i = items_of(v, items); items_next(v, &i);) {
        validate_downward_api_file(v, i.item, source);
        if (!field_is_empty(v, GET(i.item, path)))
            take_path(v, projection, GET(i.item, path));
    }
}

/* Its path is named as the volume's own. */
static void validate_token_source(Validation *v, Projection *projection, Field token)
{
    Field expiration = GET(token, expirationSeconds), path = GET(token, path);
    int64_t seconds = field_int_or(v, expiration, 3600);
    if (seconds < 600)
        validation_invalid(v, expiration, "must be at least 600, which is ten minutes");
    if (seconds > (INT64_C(1) << 32))
        validation_invalid(v, expiration, "must be at most 4294967296");
    Rename before = validation_rename_below(v, token, projection->volume, STR(""));
    if (validation_must_have(v, path))
        validation_local_non_reserved_path(v, path);
    validation_unrename(v, before);
}

/* A bundle's name with its signer before the last colon, as
 * extractSignerNameFromClusterTrustBundleName takes it apart. */
static void validate_bundle_name(Validation *v, Field field)
{
    if (!validation_must_have(v, field))
        return;
    Str name = field_text(v, field), signer = {"", 0};
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] == ':')
            signer = str_slice(name.ptr, i);
    char slashed[1024];
    if (signer.len > sizeof slashed)
        signer.len = 0;
    for (size_t i = 0; i < signer.len; i++)
        slashed[i] = signer.ptr[i] == ':' ? '/' : signer.ptr[i];
    const char *wrong = cluster_trust_bundle_name_check(str_slice(slashed, signer.len), name);
    if (wrong)
        validation_invalid(v, field, "%s", wrong);
}

static void validate_trust_bundle_source(Validation *v, Projection *projection, Field bundle)
{
    Field name = GET(bundle, name), signer = GET(bundle, signerName), path = GET(bundle, path);
    Field selector = GET(bundle, labelSelector);
    if (field_given(name) && field_given(signer)) {
        validation_invalid(v, bundle, "may not have both name and signerName");
    } else if (field_given(name)) {
        validate_bundle_name(v, name);
        if (field_given(selector))
            validation_invalid(v, selector, "may not be given where name is");
    } else if (field_given(signer)) {
        validate_signer_name(v, signer);
        validate_label_selector(v, selector, &(SelectorOptions){false});
    } else {
        validation_required(v, bundle, "it needs name or signerName");
    }
    if (validation_must_have(v, path))
        validation_local_non_reserved_path(v, path);
    take_path(v, projection, path);
}

/* ValidateUserAnnotations: IsDomainPrefixedKey, in whatever case; and so much in all. */
static void validate_user_annotations(Validation *v, Field annotations)
{
    enum { TOTAL_MOST = 256 * 1024 };
    size_t total = 0;
    for (Entries at = entries_of(v, annotations); entries_next(v, &at);) {
        total += at.key.len + field_text(v, at.value).len;
        char lower[512];
        Str key = at.key;
        if (key.len > sizeof lower)
            key.len = sizeof lower;
        for (size_t i = 0; i < key.len; i++)
            lower[i] = key.ptr[i] >= 'A' && key.ptr[i] <= 'Z' ? (char)(key.ptr[i] + 32) : key.ptr[i];
        const char *wrong = key.len ? format_prefixed_qualified_name(str_slice(lower, key.len)) : NULL;
        if (key.len == 0)
            validation_as(v, validation_required(v, field_key(at.at), NULL), annotations, NULL);
        else if (wrong)
            validation_as(v, validation_invalid(v, field_key(at.at), "%s", wrong), annotations, NULL);
    }
    if (total > TOTAL_MOST)
        validation_too_long(v, annotations, TOTAL_MOST);
}

static uint32_t validate_certificate_path(Validation *v, Projection *projection, Field path)
{
    if (field_is_empty(v, path))
        return 0;
    validation_local_non_reserved_path(v, path);
    take_path(v, projection, path);
    return 1;
}

static void validate_certificate_source(Validation *v, Projection *projection, Field certificate)
{
    Field signer = GET(certificate, signerName), most = GET(certificate, maxExpirationSeconds);
    Field key_type = GET(certificate, keyType);
    validate_signer_name(v, signer);
    validate_user_annotations(v, GET(certificate, userAnnotations));
    if (!word_is_one_of(field_text(v, key_type), "RSA3072,RSA4096,ECDSAP256,ECDSAP384,ECDSAP521,ED25519"))
        validation_not_supported(v, key_type,
                                 "RSA3072,RSA4096,ECDSAP256,ECDSAP384,ECDSAP521,ED25519");
    if (field_given(most)) {
        bool own = signer_name_is_kubernetes(field_text(v, signer));
        validation_range(v, most, 3600, own ? 24 * 60 * 60 : 91 * 24 * 60 * 60);
    }
    uint32_t paths = validate_certificate_path(v, projection, GET(certificate, credentialBundlePath));
    paths += validate_certificate_path(v, projection, GET(certificate, keyPath));
    paths += validate_certificate_path(v, projection, GET(certificate, certificateChainPath));
    if (paths == 0)
        validation_required(v, certificate,
                            "it needs credentialBundlePath, keyPath or certificateChainPath");
}

/* validateProjectionSources */
void validate_projected_volume_source(Validation *v, Field source)
{
    Projection projection = {.volume = source};
    validate_file_mode(v, GET(source, defaultMode));
    Field sources = GET(source, sources);
    for (Items i = items_of(v, sources); items_next(v, &i);) {
        Field secret = GET(i.item, secret), config_map = GET(i.item, configMap);
        Field downward = GET(i.item, downwardAPI), token = GET(i.item, serviceAccountToken);
        Field bundle = GET(i.item, clusterTrustBundle), certificate = GET(i.item, podCertificate);
        if (field_given(secret))
            validate_keyed_source(v, &projection, secret);
        if (field_given(config_map))
            validate_keyed_source(v, &projection, config_map);
        if (field_given(downward))
            validate_downward_source(v, &projection, downward);
        if (field_given(token))
            validate_token_source(v, &projection, token);
        VALIDATION_ONLY(v, VALIDATION_SINCE(37))
        {
            if (field_given(bundle))
                validate_trust_bundle_source(v, &projection, bundle);
            if (field_given(certificate))
                validate_certificate_source(v, &projection, certificate);
        }
        if (field_given(secret) + field_given(config_map) + field_given(downward) +
                field_given(token) + field_given(bundle) + field_given(certificate) > 1)
            validation_forbidden(v, i.item, "each source stands by itself");
    }
}
