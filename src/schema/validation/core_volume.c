/* core_volume.c: PersistentVolumes, by themselves and within a VolumeAttachment, as
 * pkg/apis/core/validation has them. */
#include "schema/validation/core.h"
#include "schema/validation/core_parts.h"

/* ---- nodes ---- */

/* ValidateNodeSelector, and the labels that are deprecated.  Values of labels had any
 * form until 1.32. */
static void validate_volume_node_selector(Validation *v, Field selector)
{
    Field terms = GET(selector, nodeSelectorTerms);
    if (field_length(v, terms) == 0)
        validation_required(v, terms, "it needs at least one term");
    for (Items i = items_of(v, terms); items_next(v, &i);) {
        VALIDATION_ONLY(v, VALIDATION_UNTIL(32))
            validate_node_selector_term(v, i.item, true);
        VALIDATION_ONLY(v, VALIDATION_SINCE(33))
            validate_node_selector_term(v, i.item, false);
        for (Items j = items_of(v, GET(i.item, matchExpressions)); items_next(v, &j);) {
            Field key = GET(j.item, key);
            const char *instead = node_label_replacement(field_text(v, key));
            if (instead)
                validation_warning(v, key, "is a deprecated label: use %s", instead);
        }
    }
}

/* ---- access modes ---- */

void validate_access_modes(Validation *v, Field modes)
{
    static const char MODES[] = "ReadOnlyMany,ReadWriteMany,ReadWriteOnce,ReadWriteOncePod";
    bool alone = false, others = false;
    if (field_length(v, modes) == 0)
        validation_required(v, modes, NULL);
    for (Items i = items_of(v, modes); items_next(v, &i);) {
        Str mode = field_text(v, i.item);
        if (!word_is_one_of(mode, MODES))
            validation_as(v, validation_not_supported(v, i.item, MODES), modes, NULL);
        else if (str_is(mode, "ReadWriteOncePod"))
            alone = true;
        else
            others = true;
    }
    if (alone && others)
        validation_forbidden(v, modes, "ReadWriteOncePod stands alone");
}

/* ---- the parts of a volume ---- */

static void validate_capacity(Validation *v, Field capacity)
{
    bool storage = false;
    uint32_t count = 0;
    for (Entries at = entries_of(v, capacity); entries_next(v, &at); count++) {
        Quantity quantity = field_quantity(v, at.value);
        storage |= str_is(at.key, "storage");
        /* The server counts in 64 bits, beyond which an amount may turn out negative. */
        if (quantity_sign(&quantity) > 0 && quantity_value(&quantity) < 0)
            validation_invalid(v, at.value, "must be an amount that fits 64 bits");
        else
            validation_positive_quantity(v, at.value);
    }
    if (count == 0)
        validation_required(v, capacity, "it says how much storage the volume has");
    else if (!storage || count > 1)
        validation_other(v, capacity, "FieldValueNotSupported", "must have storage alone");
}

static void validate_inline(Validation *v, Field spec)
{
    static const char WHY[] = "an inline volume has none";
    static const NameId NONE[] = {SCHEMA_NAME_claimRef, SCHEMA_NAME_nodeAffinity};
    for (size_t i = 0; i < BASE_COUNT(NONE); i++)
        if (field_given(field_get(v, spec, NONE[i])))
            validation_forbidden(v, field_get(v, spec, NONE[i]), WHY);
    if (field_length(v, GET(spec, capacity)) > 0)
        validation_forbidden(v, GET(spec, capacity), WHY);
    if (!field_is_empty(v, GET(spec, storageClassName)))
        validation_forbidden(v, GET(spec, storageClassName), WHY);
    if (!field_given(GET(spec, csi)))
        validation_required(v, GET(spec, csi), "an inline volume is a CSI volume");
    Field policy = GET(spec, persistentVolumeReclaimPolicy), mode = GET(spec, volumeMode);
    if (!field_is_empty(v, policy) && !field_text_is(v, policy, "Retain"))
        validation_forbidden(v, policy, "an inline volume takes Retain alone");
    if (field_given(mode) && !field_text_is(v, mode, "Filesystem"))
        validation_forbidden(v, mode, "an inline volume takes Filesystem alone");
}

/* The one source that a volume has.  Returns how many there are. */
static uint32_t validate_volume_source(Validation *v, Field spec, Str volume_name)
{
    uint32_t count = 0;
    for (size_t i = 0; i < VOLUME_SOURCE_COUNT; i++) {
        const VolumeSource *kind = &volume_sources[i];
        Field source = field_get(v, spec, kind->field);
        if (!field_given(source))
            continue;
        /* The server looks at a flexVolume whatever else there is. */
        if (count++ > 0 && kind->field != SCHEMA_NAME_flexVolume) {
            Finding *finding = validation_forbidden(v, source, "a volume has one source");
            if (kind->field == SCHEMA_NAME_cephfs)
                validation_as(v, finding, spec, ".cephFS");
            continue;
        }
        if (kind->server_name) {
            Str path = validation_path(v, spec);
            validation_rename(v, source.node,
                              arena_format(v->walk->checker->scratch, "%.*s.%s", STR_ARG(path),
                                           kind->server_name));
        }
        kind->validate(v, source, volume_name);
        validation_rename(v, BASE_NONE, str_slice("", 0));
        Field affinity = GET(spec, nodeAffinity);
        if (kind->field == SCHEMA_NAME_local && !field_given(affinity))
            validation_required(v, affinity, "a local volume says on which node it is");
    }
    if (count == 0)
        validation_other(v, spec, "FieldValueRequired", "must have a source: what the volume is");
    return count;
}

/* Whether path.Clean makes it the root. */
static bool is_root(Str path)
{
    if (path.len == 0 || path.ptr[0] != '/')
        return false;
    unsigned depth = 0;
    for (size_t i = 0; i < path.len;) {
        while (i < path.len && path.ptr[i] == '/')
            i++;
        size_t start = i;
        while (i < path.len && path.ptr[i] != '/')
            i++;
        Str part = str_slice(path.ptr + start, i - start);
        if (str_is(part, ".."))
            depth -= depth > 0;
        else if (part.len && !str_is(part, "."))
            depth++;
    }
    return depth == 0;
}

static void validate_volume_alone(Validation *v, Field spec)
{
    Field affinity = GET(spec, nodeAffinity);
    validate_capacity(v, GET(spec, capacity));
    validation_optional_word(v, GET(spec, persistentVolumeReclaimPolicy), "Delete,Recycle,Retain");
    if (field_given(affinity)) {
        if (field_given(GET(affinity, required)))
            validate_volume_node_selector(v, GET(affinity, required));
        else
            validation_required(v, GET(affinity, required), "nodeAffinity says which nodes");
    }
    validation_optional_text(v, GET(spec, storageClassName), format_dns_subdomain);
    validate_given_word(v, GET(spec, volumeMode), "Block,Filesystem");
    Field class = GET(spec, volumeAttributesClassName);
    VALIDATION_ONLY(v, VALIDATION_SINCE(34))
    {
        if (!field_given(class))
            continue;
        validation_text(v, class, format_dns_subdomain);
        if (!field_given(GET(spec, csi)))
            validation_required(v, GET(spec, csi), "volumeAttributesClassName needs it");
    }
}

/* ValidatePersistentVolumeSpec */
void validate_persistent_volume_spec(Validation *v, Field spec, Str volume_name,
                                     bool inline_volume)
{
    validate_access_modes(v, GET(spec, accessModes));
    if (inline_volume)
        validate_inline(v, spec);
    else
        validate_volume_alone(v, spec);
    validate_volume_source(v, spec, volume_name);
    Field policy = GET(spec, persistentVolumeReclaimPolicy);
    if (is_root(field_text(v, FIELD_PATH(v, spec, SCHEMA_NAME_hostPath, SCHEMA_NAME_path))) &&
        field_text_is(v, policy, "Recycle"))
        validation_forbidden(v, policy, "the host's root is not recycled");
}

/* checkMountOption of pkg/volume/validation: some volumes take no mount options. */
static void validate_mount_options(Validation *v, Field meta, Field spec)
{
    static const char OPTIONS[] = "volume.beta.kubernetes.io/mount-options";
    static const NameId TAKES_THEM[] = {
        SCHEMA_NAME_gcePersistentDisk, SCHEMA_NAME_awsElasticBlockStore, SCHEMA_NAME_glusterfs,
        SCHEMA_NAME_nfs, SCHEMA_NAME_rbd, SCHEMA_NAME_quobyte, SCHEMA_NAME_iscsi,
        SCHEMA_NAME_cinder, SCHEMA_NAME_cephfs, SCHEMA_NAME_azureFile, SCHEMA_NAME_vsphereVolume,
        SCHEMA_NAME_azureDisk, SCHEMA_NAME_photonPersistentDisk,
    };
    Field options = field_entry(v, GET(meta, annotations), OPTIONS);
    if (!field_given(options))
        return;
    for (size_t i = 0; i < BASE_COUNT(TAKES_THEM); i++)
        if (field_given(field_get(v, spec, TAKES_THEM[i])))
            return;
    validation_as(v, validation_forbidden(v, options, "this kind of volume takes no mount options"),
                  GET(meta, annotations), ".%s", OPTIONS);
}

/* ---- warnings: pkg/api/persistentvolume ---- */

static void warn_of_persistent_volume(Validation *v, Field meta, Field spec)
{
    static const GoneVolume GONE[] = {
        {SCHEMA_NAME_cephfs, "does nothing since 1.31"},
        {SCHEMA_NAME_photonPersistentDisk, "does nothing since 1.16"},
        {SCHEMA_NAME_scaleIO, "does nothing since 1.22"},
        {SCHEMA_NAME_storageos, "does nothing since 1.25"},
        {SCHEMA_NAME_glusterfs, "does nothing since 1.26"},
        {SCHEMA_NAME_rbd, "does nothing since 1.31"},
    };
    Field annotations = GET(meta, annotations);
    Field class = field_entry(v, annotations, "volume.beta.kubernetes.io/storage-class");
    Field options = field_entry(v, annotations, "volume.beta.kubernetes.io/mount-options");
    if (field_given(class))
        validation_warning(v, class, "is deprecated: use storageClassName");
    VALIDATION_ONLY(v, VALIDATION_SINCE(31))
    {
        if (field_given(options))
            validation_warning(v, options, "is deprecated: use mountOptions");
    }
    if (field_text_is(v, GET(spec, persistentVolumeReclaimPolicy), "Recycle"))
        validation_warning(v, GET(spec, persistentVolumeReclaimPolicy), "Recycle is deprecated");
    warn_of_gone_volumes(v, spec, GONE, BASE_COUNT(GONE));
}

/* ValidatePersistentVolume */
void validate_persistent_volume(Validation *v, Field volume)
{
    Field meta = GET(volume, metadata), spec = GET(volume, spec);
    validate_persistent_volume_spec(v, spec, field_text(v, GET(meta, name)), false);
    validate_mount_options(v, meta, spec);
    warn_of_persistent_volume(v, meta, spec);
}
