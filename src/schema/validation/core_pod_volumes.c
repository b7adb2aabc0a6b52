/* core_pod_volumes.c: a Pod's volumes, as ValidateVolumes of pkg/apis/core/validation has
 * them.  A volume without any source is an empty directory by default. */
#include "schema/validation/core_pod.h"

/* Before ImageVolume was on by default, the server left them out. */
#define IMAGE_VOLUMES VALIDATION_SINCE(35)

/* ---- sources that only Pods have ---- */

/* validateSecretVolumeSource, validateConfigMapVolumeSource */
static void validate_items_source(Validation *v, Field source, NameId name)
{
    validation_must_have(v, field_get(v, source, name));
    validate_file_mode(v, GET(source, defaultMode));
    Field items = GET(source, items);
    for (Items i = items_of(v, items); items_next(v, &i);)
        validate_key_to_path(v, i.item);
}

/* validateGitRepoVolumeSource */
static void validate_git_repo(Validation *v, Field git)
{
    validation_must_have(v, GET(git, repository));
    validation_local_path(v, GET(git, directory));
}

/* validateCSIVolumeSource */
static void validate_csi(Validation *v, Field csi)
{
    Field secret = GET(csi, nodePublishSecretRef), name = GET(secret, name);
    validate_csi_driver_name(v, GET(csi, driver));
    if (!field_given(secret) || !validation_must_have(v, name))
        return;
    const char *wrong = format_dns_subdomain(field_text(v, name));
    if (wrong)
        validation_as(v, validation_invalid(v, name, "%s", wrong), csi, ".name");
}

/* validateEphemeralVolumeSource; the claim's name is the Pod's and the volume's. */
static void validate_ephemeral(Validation *v, const Pod *pod, Field ephemeral, Field volume_name)
{
    Field template = GET(ephemeral, volumeClaimTemplate);
    if (!field_given(template)) {
        validation_required(v, template, NULL);
    } else {
        validate_template_object_meta(v, GET(template, metadata),
                                      "the claim gets it from its Pod");
        validate_persistent_volume_claim_spec(v, GET(template, spec), false);
    }
    Str pod_name = field_text(v, GET(pod->meta, name)), name = field_text(v, volume_name);
    if (!pod->is_pod || pod_name.len == 0 || name.len == 0)
        return;
    char claim[512];
    const char *wrong = "must be shorter, since a claim's name is made of the Pod's and its own";
    if (pod_name.len + name.len < sizeof claim) {
        memcpy(claim, pod_name.ptr, pod_name.len);
        claim[pod_name.len] = '-';
        memcpy(claim + pod_name.len + 1, name.ptr, name.len);
        if (!format_dns_subdomain(str_slice(claim, pod_name.len + 1 + name.len)))
            return;
        if (pod_name.len + name.len < 253)
            wrong = "must make a DNS name with the Pod's name before it, for its claim";
    }
    validation_invalid(v, volume_name, "%s", wrong);
}

/* ---- sources that differ from those of PersistentVolumes ---- */

static void validate_cinder(Validation *v, Field cinder)
{
    Field secret = GET(cinder, secretRef);
    validation_must_have(v, GET(cinder, volumeID));
    if (field_given(secret))
        validation_must_have(v, GET(secret, name));
}

static void validate_storage_os(Validation *v, Field storage_os)
{
    Field secret = GET(storage_os, secretRef);
    validation_text(v, GET(storage_os, volumeName), format_dns_label);
    validation_optional_text(v, GET(storage_os, volumeNamespace), format_dns_label);
    if (field_given(secret))
        validation_must_have(v, GET(secret, name));
}

/* validateISCSIVolumeSource */
static void validate_pod_iscsi(Validation *v, Field iscsi, Field volume_name)
{
    static const char FORM[] = "must be a name as iSCSI has them: iqn.2001-04.com.example:storage";
    Field portal = GET(iscsi, targetPortal), iqn = GET(iscsi, iqn), secret = GET(iscsi, secretRef);
    Field initiator = GET(iscsi, initiatorName);
    validation_must_have(v, portal);
    if (validation_must_have(v, iqn) && !iscsi_name_is_valid(field_text(v, iqn)))
        validation_invalid(v, iqn, "%s", FORM);
    validation_range(v, GET(iscsi, lun), 0, 255);
    bool authenticates = field_bool(v, GET(iscsi, chapAuthDiscovery)) ||
                         field_bool(v, GET(iscsi, chapAuthSession));
    if (authenticates && !field_given(secret))
        validation_required(v, secret, "CHAP needs it");
    if (!field_given(initiator))
        return;
    if (!iscsi_name_is_valid(field_text(v, initiator)))
        validation_as(v, validation_invalid(v, initiator, "%s", FORM), iscsi, ".initiatorname");
    if (field_text(v, volume_name).len + 1 + field_text(v, portal).len > 64)
        validation_invalid(v, volume_name, "must be shorter: with the iSCSI target's portal behind "
                                           "it, it may have 64 characters");
}

/* ---- a volume ---- */

static void validate_empty_dir(Validation *v, Field empty_dir)
{
    Field limit = GET(empty_dir, sizeLimit);
    Quantity quantity = field_quantity(v, limit);
    if (quantity_sign(&quantity) < 0)
        validation_forbidden(v, limit, "a size is not negative");
}

/* Those that PersistentVolumes have in the same form. */
static void validate_shared_source(Validation *v, Field volume, NameId name, Field source)
{
    const VolumeSource *shared = volume_sources;
    while (shared->field != name)
        if (++shared == volume_sources + VOLUME_SOURCE_COUNT)
            return;
    if (!shared->server_name) {
        shared->validate(v, source, str_slice("", 0));
        return;
    }
    Rename before = validation_rename_below(v, source, volume, STR(".persistentDisk"));
    shared->validate(v, source, str_slice("", 0));
    validation_unrename(v, before);
}

static void validate_source(Validation *v, const Pod *pod, Field volume, NameId name, Field source)
{
    Field volume_name = GET(volume, name);
    switch (name) {
    case SCHEMA_NAME_emptyDir: validate_empty_dir(v, source); break;
    case SCHEMA_NAME_gitRepo: validate_git_repo(v, source); break;
    case SCHEMA_NAME_secret: validate_items_source(v, source, SCHEMA_NAME_secretName); break;
    case SCHEMA_NAME_configMap: validate_items_source(v, source, SCHEMA_NAME_name); break;
    case SCHEMA_NAME_iscsi: validate_pod_iscsi(v, source, volume_name); break;
    case SCHEMA_NAME_persistentVolumeClaim: validation_must_have(v, GET(source, claimName)); break;
    case SCHEMA_NAME_cinder: validate_cinder(v, source); break;
    case SCHEMA_NAME_downwardAPI: validate_downward_api_volume_source(v, source); break;
    case SCHEMA_NAME_storageos: validate_storage_os(v, source); break;
    case SCHEMA_NAME_projected: validate_projected_volume_source(v, source); break;
    case SCHEMA_NAME_csi: validate_csi(v, source); break;
    case SCHEMA_NAME_ephemeral: validate_ephemeral(v, pod, source, volume_name); break;
    case SCHEMA_NAME_image:
        VALIDATION_ONLY(v, IMAGE_VOLUMES) {
            validation_must_have(v, GET(source, reference));
            validation_optional_word(v, GET(source, pullPolicy), "Always,IfNotPresent,Never");
        }
        break;
    default: validate_shared_source(v, volume, name, source); break;
    }
}

/* validateVolumeSource: the first source in Kubernetes' order is looked at, all others
 * are too many, under names of the server's own. */
static void validate_sources(Validation *v, const Pod *pod, Field volume)
{
    static const NameId ORDER[] = {
        SCHEMA_NAME_emptyDir, SCHEMA_NAME_hostPath, SCHEMA_NAME_gitRepo,
        SCHEMA_NAME_gcePersistentDisk, SCHEMA_NAME_awsElasticBlockStore, SCHEMA_NAME_secret,
        SCHEMA_NAME_nfs, SCHEMA_NAME_iscsi, SCHEMA_NAME_glusterfs, SCHEMA_NAME_flocker,
        SCHEMA_NAME_persistentVolumeClaim, SCHEMA_NAME_rbd, SCHEMA_NAME_cinder,
        SCHEMA_NAME_cephfs, SCHEMA_NAME_quobyte, SCHEMA_NAME_downwardAPI, SCHEMA_NAME_fc,
        SCHEMA_NAME_flexVolume, SCHEMA_NAME_configMap, SCHEMA_NAME_azureFile,
        SCHEMA_NAME_vsphereVolume, SCHEMA_NAME_photonPersistentDisk, SCHEMA_NAME_portworxVolume,
        SCHEMA_NAME_azureDisk, SCHEMA_NAME_storageos, SCHEMA_NAME_projected, SCHEMA_NAME_scaleIO,
        SCHEMA_NAME_csi, SCHEMA_NAME_ephemeral, SCHEMA_NAME_image,
    };
    uint32_t count = 0;
    for (size_t i = 0; i < BASE_COUNT(ORDER); i++) {
        Field source = field_get(v, volume, ORDER[i]);
        if (!field_given(source))
            continue;
        if (count++ == 0) {
            validate_source(v, pod, volume, ORDER[i], source);
            continue;
        }
        VALIDATION_ONLY(v, ORDER[i] == SCHEMA_NAME_image ? IMAGE_VOLUMES : SCHEMA_ALL_VERSIONS) {
            Finding *finding = validation_forbidden(v, source, "a volume has one source");
            if (ORDER[i] == SCHEMA_NAME_cephfs)
                validation_as(v, finding, volume, ".cephFS");
            else if (ORDER[i] == SCHEMA_NAME_downwardAPI)
                validation_as(v, finding, volume, ".downwarAPI");
        }
    }
}

static void validate_volume(Validation *v, const Pod *pod, Field volume)
{
    /* One field beside the name is the rule; only what breaks it needs the order. */
    uint32_t sources = 0;
    Field only = FIELD_NONE;
    NameId name = SCHEMA_UNBOUND;
    for (Entries at = entries_of(v, volume); entries_next(v, &at);) {
        NameId bound = node_at(v->doc, at.at)->bind;
        if (bound == SCHEMA_NAME_name || bound == SCHEMA_UNBOUND || !field_given(at.value))
            continue;
        sources++;
        only = at.value;
        name = bound;
    }
    if (sources == 1)
        validate_source(v, pod, volume, name, only);
    else if (sources > 1)
        validate_sources(v, pod, volume);
    validation_text(v, GET(volume, name), format_dns_label);
}

/* ---- all of them ---- */

static bool names_claim_before(const Validation *v, const Pod *pod, Str name, uint32_t end)
{
    for (Items i = items_of(v, pod->claim_templates); items_next(v, &i) && i.index < end;)
        if (str_eq(field_text(v, FIELD_PATH(v, i.item, SCHEMA_NAME_metadata, SCHEMA_NAME_name)),
                   name))
            return true;
    return false;
}

bool pod_has_claim_template(const Validation *v, const Pod *pod, Str name)
{
    return names_claim_before(v, pod, name, UINT32_MAX);
}

/* How many volumes they make: one for each name. */
static uint32_t count_claim_volumes(const Validation *v, const Pod *pod)
{
    uint32_t count = 0;
    for (Items i = items_of(v, pod->claim_templates); items_next(v, &i);) {
        Field name = FIELD_PATH(v, i.item, SCHEMA_NAME_metadata, SCHEMA_NAME_name);
        count += !names_claim_before(v, pod, field_text(v, name), i.index);
    }
    return count;
}

Field pod_volume(const Validation *v, const Pod *pod, Str name)
{
    (void)v;
    return seen_find(&pod->volume_names, name);
}

/* Whether a volume of the Pod makes a claim of that name. */
static bool is_made_claim(const Validation *v, const Pod *pod, Str claim)
{
    Str pod_name = field_text(v, GET(pod->meta, name));
    if (!pod->is_pod || pod_name.len == 0 || claim.len <= pod_name.len ||
        !str_starts(claim, pod_name) || claim.ptr[pod_name.len] != '-')
        return false;
    Str rest = str_slice(claim.ptr + pod_name.len + 1, claim.len - pod_name.len - 1);
    for (Items i = items_of(v, pod->volumes); items_next(v, &i);)
        if (field_given(GET(i.item, ephemeral)) && str_eq(field_text(v, GET(i.item, name)), rest))
            return true;
    return false;
}

/* ValidateVolumes.  A volume with an error is not there for mounts, and its name is
 * free for others. */
void validate_volumes(Validation *v, Pod *pod)
{
    uint32_t claims = count_claim_volumes(v, pod), place = claims;
    for (Items i = items_of(v, pod->volumes); items_next(v, &i);) {
        uint32_t errors = v->errors;
        Field name = GET(i.item, name), first;
        Rename before = {.node = BASE_NONE};
        if (claims) {
            if (pod_has_claim_template(v, pod, field_text(v, name)))
                continue;
            /* The server counts the claims in front of it. */
            before = validation_rename_below(
                v, i.item, pod->spec,
                arena_format(v->walk->checker->scratch, ".volumes[%u]", place++));
        }
        validate_volume(v, pod, i.item);
        if (v->errors == errors &&
            seen_before(v, &pod->volume_names, field_text(v, name), i.item, &first))
            validation_duplicate(v, name, GET(first, name));
        if (pod->is_pod && (field_bits(v, i.item) & FIELD_BIT(persistentVolumeClaim))) {
            Field claim = GET(GET(i.item, persistentVolumeClaim), claimName);
            if (field_given(claim) && is_made_claim(v, pod, field_text(v, claim)))
                validation_invalid(v, claim, "may not be a claim that is made for an ephemeral volume");
        }
        if (claims)
            validation_unrename(v, before);
    }
}
