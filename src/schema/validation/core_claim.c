/* core_claim.c: PersistentVolumeClaims, by themselves and as templates, as
 * pkg/apis/core/validation has them, with what pkg/api/persistentvolumeclaim drops or
 * copies before. */
#include "schema/validation/core_parts.h"

/* ---- where a volume's data comes from ---- */

typedef struct DataSources {
    Field source, ref;     /* as the server has them; both may be one place in the file */
    bool has_source, has_ref, copied;
} DataSources;

static bool is_claim_or_snapshot(const Validation *v, Field source)
{
    Field kind = GET(source, kind), group = GET(source, apiGroup);
    return (field_text_is(v, kind, "PersistentVolumeClaim") && field_is_empty(v, group)) ||
           (field_text_is(v, kind, "VolumeSnapshot") &&
            field_text_is(v, group, "snapshot.storage.k8s.io"));
}

/* DropDisabledFields, EnforceDataSourceBackwardsCompatibility and NormalizeDataSources. */
static DataSources data_sources_of(const Validation *v, Field spec, bool normalized)
{
    DataSources all = {.source = GET(spec, dataSource), .ref = GET(spec, dataSourceRef)};
    all.has_source = field_given(all.source);
    all.has_ref = field_given(all.ref);
    if (!normalized)
        return all;
    /* CrossNamespaceVolumeDataSource is off. */
    if (all.has_ref && !field_is_empty(v, GET(all.ref, namespace)))
        all.has_ref = false;
    if (!all.has_ref && all.has_source && !is_claim_or_snapshot(v, all.source))
        all.has_source = false;
    all.copied = all.has_source != all.has_ref;
    return all;
}

/* validateDataSource, validateDataSourceRef.  A copy has the same mistakes. */
static void validate_data_source(Validation *v, Field spec, Field source, bool copied)
{
    Field kind = GET(source, kind), group = GET(source, apiGroup), ns = GET(source, namespace);
    /* The server looks at dataSource first. */
    if (copied && source.above != GET(spec, dataSource).above && field_given(source))
        validation_rename(v, source.node, arena_format(v->walk->checker->scratch, "%.*s.dataSource",
                                                       STR_ARG(validation_path(v, spec))));
    validation_must_have(v, GET(source, name));
    validation_must_have(v, kind);
    if (field_is_empty(v, group) && !field_text_is(v, kind, "PersistentVolumeClaim"))
        validation_invalid(v, source, "must be a PersistentVolumeClaim where there is no apiGroup");
    validation_optional_text(v, group, format_dns_subdomain);
    validation_optional_text(v, ns, format_dns_label);
    validation_rename(v, BASE_NONE, str_slice("", 0));
}

static bool sources_agree(const Validation *v, const DataSources *all)
{
    Field a = GET(all->source, apiGroup), b = GET(all->ref, apiGroup);
    return field_given(a) == field_given(b) && str_eq(field_text(v, a), field_text(v, b)) &&
           str_eq(field_text(v, GET(all->source, kind)), field_text(v, GET(all->ref, kind))) &&
           str_eq(field_text(v, GET(all->source, name)), field_text(v, GET(all->ref, name)));
}

static void validate_data_sources(Validation *v, Field spec, bool normalized)
{
    DataSources all = data_sources_of(v, spec, normalized);
    if (all.has_source)
        validate_data_source(v, spec, all.source, all.copied);
    if (all.has_ref)
        validate_data_source(v, spec, all.ref, all.copied);
    if (!all.has_source || !all.has_ref)
        return;
    if (!field_is_empty(v, GET(all.ref, namespace)))
        validation_as(v, validation_invalid(v, all.source, "may not stand beside a dataSourceRef "
                                                           "with a namespace"),
                      spec, NULL);
    else if (!sources_agree(v, &all))
        validation_as(v, validation_invalid(v, all.source, "must say the same as dataSourceRef"),
                      spec, NULL);
}

/* ---- the claim ---- */

/* ValidatePersistentVolumeClaimSpec */
void validate_persistent_volume_claim_spec(Validation *v, Field spec, bool normalized)
{
    validate_access_modes(v, GET(spec, accessModes));
    SelectorOptions options = {.any_value = false};
    if (field_given(GET(spec, selector)))
        validate_label_selector(v, GET(spec, selector), &options);
    Field requests = FIELD_PATH(v, spec, SCHEMA_NAME_resources, SCHEMA_NAME_requests);
    Field storage = field_entry(v, requests, "storage");
    Finding *finding = NULL;
    if (!resource_usual_amount(v, storage)) {
        Quantity quantity = field_quantity(v, storage);
        if (!field_given(storage))
            finding = validation_required(v, requests, "it says how much storage is asked for");
        else if (quantity_sign(&quantity) <= 0)
            finding = validation_invalid(v, storage, "must be more than 0");
        validation_as(v, finding, spec, ".resources[storage]");
    }
    validation_optional_text(v, GET(spec, storageClassName), format_dns_subdomain);
    validate_given_word(v, GET(spec, volumeMode), "Block,Filesystem");
    validate_data_sources(v, spec, normalized);
    VALIDATION_ONLY(v, VALIDATION_SINCE(34))
        validation_optional_text(v, GET(spec, volumeAttributesClassName), format_dns_subdomain);
}

/* GetWarningsForPersistentVolumeClaimSpec */
void warn_of_persistent_volume_claim_spec(Validation *v, Field spec)
{
    Field resources = GET(spec, resources);
    Field amounts[] = {field_entry(v, GET(resources, requests), "storage"),
                       field_entry(v, GET(resources, limits), "storage")};
    for (size_t i = 0; i < BASE_COUNT(amounts); i++) {
        uint64_t usual = resource_usual_amount(v, amounts[i]);
        if (!field_given(amounts[i]) || (usual && usual % 1000 == 0))
            continue;
        Quantity quantity = field_quantity(v, amounts[i]);
        if (!quantity_is_whole(&quantity))
            validation_warning(v, amounts[i], "should be a whole number of bytes");
    }
}

/* ValidatePersistentVolumeClaim */
void validate_persistent_volume_claim(Validation *v, Field claim)
{
    Field spec = GET(claim, spec);
    validate_persistent_volume_claim_spec(v, spec, true);
    Field annotations = FIELD_PATH(v, claim, SCHEMA_NAME_metadata, SCHEMA_NAME_annotations);
    Field class = field_entry(v, annotations, "volume.beta.kubernetes.io/storage-class");
    if (field_given(class))
        validation_warning(v, class, "is deprecated: use storageClassName");
    warn_of_persistent_volume_claim_spec(v, spec);
}

/* ---- templates ---- */

void validate_template_object_meta(Validation *v, Field meta, const char *reason)
{
    validate_annotations(v, GET(meta, annotations));
    validate_labels(v, GET(meta, labels));
    static const NameId OTHERS[] = {
        SCHEMA_NAME_name, SCHEMA_NAME_generateName, SCHEMA_NAME_namespace, SCHEMA_NAME_selfLink,
        SCHEMA_NAME_resourceVersion, SCHEMA_NAME_generation, SCHEMA_NAME_creationTimestamp,
        SCHEMA_NAME_deletionTimestamp, SCHEMA_NAME_deletionGracePeriodSeconds,
        SCHEMA_NAME_ownerReferences, SCHEMA_NAME_finalizers, SCHEMA_NAME_managedFields,
    };
    for (size_t i = 0; i < BASE_COUNT(OTHERS); i++) {
        Field other = field_get(v, meta, OTHERS[i]);
        /* To Go an empty list is not nothing. */
        bool pointer = OTHERS[i] == SCHEMA_NAME_deletionGracePeriodSeconds ||
                       OTHERS[i] == SCHEMA_NAME_ownerReferences ||
                       OTHERS[i] == SCHEMA_NAME_finalizers ||
                       OTHERS[i] == SCHEMA_NAME_managedFields;
        if (pointer ? field_given(other) : !field_is_empty(v, other))
            validation_forbidden(v, other, "%s", reason);
    }
    if (!field_is_empty(v, GET(meta, uid)))
        validation_as(v, validation_forbidden(v, GET(meta, uid), "%s", reason), meta, ".uID");
}
