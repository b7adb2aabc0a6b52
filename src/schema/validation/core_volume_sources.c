/* core_volume_sources.c: what a PersistentVolume is made of: one function for each kind
 * of volume, as pkg/apis/core/validation has them, and the list in its order. */
#include "schema/validation/core_parts.h"

static void must(Validation *v, Field source, NameId name)
{
    validation_must_have(v, field_get(v, source, name));
}

/* A SecretReference's name, and its namespace. */
static void validate_secret_reference(Validation *v, Field source, bool with_namespace)
{
    Field reference = GET(source, secretRef);
    if (!field_given(reference))
        return;
    must(v, reference, SCHEMA_NAME_name);
    if (with_namespace)
        must(v, reference, SCHEMA_NAME_namespace);
}

/* validateHostPathVolumeSource */
static void validate_host_path(Validation *v, Field source, Str volume_name)
{
    (void)volume_name;
    if (!validation_text(v, GET(source, path), format_no_backsteps))
        return;
    Field type = GET(source, type);
    if (!field_is_empty(v, type))
        validate_given_word(v, type, "BlockDevice,CharDevice,Directory,DirectoryOrCreate,File,"
                                     "FileOrCreate,Socket");
}

/* validateGCEPersistentDiskVolumeSource */
static void validate_gce_persistent_disk(Validation *v, Field source, Str volume_name)
{
    (void)volume_name;
    must(v, source, SCHEMA_NAME_pdName);
    validation_range(v, GET(source, partition), 0, 255);
}

/* validateAWSElasticBlockStoreVolumeSource */
static void validate_aws_elastic_block_store(Validation *v, Field source, Str volume_name)
{
    (void)volume_name;
    must(v, source, SCHEMA_NAME_volumeID);
    validation_range(v, GET(source, partition), 0, 255);
}

/* validateGlusterfsPersistentVolumeSource */
static void validate_glusterfs(Validation *v, Field source, Str volume_name)
{
    (void)volume_name;
    must(v, source, SCHEMA_NAME_endpoints);
    must(v, source, SCHEMA_NAME_path);
    validate_given_text(v, GET(source, endpointsNamespace), format_dns_label);
}

/* validateFlockerVolumeSource */
static void validate_flocker(Validation *v, Field source, Str volume_name)
{
    (void)volume_name;
    Str name = field_text(v, GET(source, datasetName));
    bool has_uuid = !field_is_empty(v, GET(source, datasetUUID));
    if (name.len == 0 && !has_uuid)
        validation_other(v, source, "FieldValueRequired", "must have datasetName or datasetUUID");
    if (name.len && has_uuid)
        validation_invalid(v, source, "may not have both datasetName and datasetUUID");
    if (str_find(name, '/') < name.len)
        validation_invalid(v, GET(source, datasetName), "may not have a /");
}

/* validateNFSVolumeSource */
static void validate_nfs(Validation *v, Field source, Str volume_name)
{
    (void)volume_name;
    Field path = GET(source, path);
    must(v, source, SCHEMA_NAME_server);
    validation_text(v, path, format_absolute_path);
}

/* validateRBDPersistentVolumeSource */
static void validate_rbd(Validation *v, Field source, Str volume_name)
{
    (void)volume_name;
    must(v, source, SCHEMA_NAME_monitors);
    must(v, source, SCHEMA_NAME_image);
}

/* "host:port", as net.SplitHostPort takes it. */
static bool is_host_and_port(Str text)
{
    size_t colon = text.len;
    for (size_t i = text.len; i > 0 && colon == text.len; i--)
        if (text.ptr[i - 1] == ':')
            colon = i - 1;
    if (colon == text.len)
        return false;
    Str host = str_slice(text.ptr, colon);
    if (host.len && host.ptr[0] == '[') {
        size_t close = str_find(host, ']');
        return close + 1 == host.len && !memchr(host.ptr + 1, '[', host.len - 1);
    }
    Str port = str_slice(text.ptr + colon + 1, text.len - colon - 1);
    return str_find(host, ':') == host.len && str_find(host, '[') == host.len &&
           str_find(host, ']') == host.len && str_find(port, '[') == port.len &&
           str_find(port, ']') == port.len;
}

/* validateQuobyteVolumeSource */
static void validate_quobyte(Validation *v, Field source, Str volume_name)
{
    static const char PAIRS[] = "must be pairs of host and port, split by commas";
    (void)volume_name;
    Field registry = GET(source, registry), tenant = GET(source, tenant);
    Str rest = field_text(v, registry);
    if (rest.len == 0) {
        validation_required(v, registry, NULL);
    } else if (field_text(v, tenant).len >= 65) {
        validation_required(v, tenant, "it may have at most 64 bytes");
    } else {
        for (;;) {
            size_t comma = str_find(rest, ',');
            if (!is_host_and_port(str_slice(rest.ptr, comma))) {
                validation_invalid(v, registry, PAIRS);
                break;
            }
            if (comma == rest.len)
                break;
            rest = str_slice(rest.ptr + comma + 1, rest.len - comma - 1);
        }
    }
    must(v, source, SCHEMA_NAME_volume);
}

/* validateCephFSPersistentVolumeSource */
static void validate_cephfs(Validation *v, Field source, Str volume_name)
{
    (void)volume_name;
    must(v, source, SCHEMA_NAME_monitors);
}

static bool all_alphanumeric(Str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_alnum(text.ptr[i]))
            return false;
    return true;
}

/* iqn.2001-04.com.example:name; the server's pattern is open at its start, so that
 * this may stand behind other things that start with iqn. */
static bool is_iqn_at(Str text)
{
    if (text.len < 13 || !str_starts(text, STR("iqn.")))
        return false;
    const char *p = text.ptr + 4;
    for (int i = 0; i < 8; i++)
        if (i == 4 ? p[i] != '-' : i == 7 ? p[i] != '.' : !is_digit(p[i]))
            return false;
    Str rest = str_slice(text.ptr + 12, text.len - 12);
    size_t name = 0;
    while (name < rest.len && (rest.ptr[name] == '-' || rest.ptr[name] == '.' ||
                               all_alphanumeric(str_slice(rest.ptr + name, 1))))
        name++;
    if (name == 0 || name + 1 >= rest.len || rest.ptr[name] != ':')
        return false;
    for (size_t i = name + 1; i < rest.len; i++)
        if (strchr(",;*&$| \t\n\f\r", rest.ptr[i]) || !rest.ptr[i])
            return false;
    return true;
}

/* iqn., eui. or naa. names. */
bool iscsi_name_is_valid(Str text)
{
    if (str_starts(text, STR("iqn"))) {
        for (size_t i = 0; i < text.len; i++)
            if (is_iqn_at(str_slice(text.ptr + i, text.len - i)))
                return true;
        return false;
    }
    size_t most = str_starts(text, STR("eui")) ? 16 : str_starts(text, STR("naa")) ? 32 : 0;
    return most && text.len == most + 4 && text.ptr[3] != '\n' &&
           all_alphanumeric(str_slice(text.ptr + 4, most));
}

/* validateISCSIPersistentVolumeSource */
static void validate_iscsi(Validation *v, Field source, Str volume_name)
{
    static const char FORM[] = "must be a name as iSCSI has them: iqn.2001-04.com.example:storage";
    Field portal = GET(source, targetPortal), iqn = GET(source, iqn);
    Field initiator = GET(source, initiatorName);
    must(v, source, SCHEMA_NAME_targetPortal);
    if (field_given(initiator) && volume_name.len + 1 + field_text(v, portal).len > 64)
        validation_as(v, validation_invalid(v, portal, "may have at most 64 bytes together with the "
                                                       "volume's name"),
                      source, ".targetportal");
    if (validation_must_have(v, iqn) && !iscsi_name_is_valid(field_text(v, iqn)))
        validation_invalid(v, iqn, FORM);
    validation_range(v, GET(source, lun), 0, 255);
    Field secret = GET(source, secretRef);
    if ((field_bool(v, GET(source, chapAuthDiscovery)) ||
         field_bool(v, GET(source, chapAuthSession))) && !field_given(secret))
        validation_required(v, secret, "CHAP needs it");
    if (field_given(secret))
        must(v, secret, SCHEMA_NAME_name);
    if (field_given(initiator) && !iscsi_name_is_valid(field_text(v, initiator)))
        validation_as(v, validation_invalid(v, initiator, FORM), source, ".initiatorname");
}

/* validateCinderPersistentVolumeSource */
static void validate_cinder(Validation *v, Field source, Str volume_name)
{
    (void)volume_name;
    must(v, source, SCHEMA_NAME_volumeID);
    validate_secret_reference(v, source, true);
}

/* validateFCVolumeSource */
static void validate_fc(Validation *v, Field source, Str volume_name)
{
    (void)volume_name;
    Field targets = GET(source, targetWWNs), lun = GET(source, lun);
    bool has_targets = field_length(v, targets) > 0;
    bool has_ids = field_length(v, GET(source, wwids)) > 0;
    if (!has_targets && !has_ids)
        validation_required(v, targets, "it needs targetWWNs or wwids");
    if (has_targets && has_ids)
        validation_invalid(v, targets, "may not stand beside wwids");
    if (!has_targets)
        return;
    if (!field_given(lun))
        validation_required(v, lun, "targetWWNs need it");
    else
        validation_range(v, lun, 0, 255);
}

/* validateFlexPersistentVolumeSource */
static void validate_flex_volume(Validation *v, Field source, Str volume_name)
{
    (void)volume_name;
    must(v, source, SCHEMA_NAME_driver);
    for (Entries at = entries_of(v, GET(source, options)); entries_next(v, &at);) {
        Str domain = text_lowered(v, str_slice(at.key.ptr, str_find(at.key, '/')));
        if (str_is(domain, "kubernetes.io") || str_ends(domain, STR(".kubernetes.io")) ||
            str_is(domain, "k8s.io") || str_ends(domain, STR(".k8s.io")))
            validation_invalid(v, field_key(at.at), "may not have a prefix of Kubernetes' own");
    }
}

/* validateAzureFilePV */
static void validate_azure_file(Validation *v, Field source, Str volume_name)
{
    (void)volume_name;
    must(v, source, SCHEMA_NAME_secretName);
    must(v, source, SCHEMA_NAME_shareName);
    if (field_given(GET(source, secretNamespace)))
        must(v, source, SCHEMA_NAME_secretNamespace);
}

/* validateVsphereVolumeSource */
static void validate_vsphere_volume(Validation *v, Field source, Str volume_name)
{
    (void)volume_name;
    must(v, source, SCHEMA_NAME_volumePath);
}

/* validatePhotonPersistentDiskVolumeSource */
static void validate_photon_persistent_disk(Validation *v, Field source, Str volume_name)
{
    (void)volume_name;
    must(v, source, SCHEMA_NAME_pdID);
}

/* validatePortworxVolumeSource */
static void validate_portworx_volume(Validation *v, Field source, Str volume_name)
{
    (void)volume_name;
    must(v, source, SCHEMA_NAME_volumeID);
}

/* validateAzureDisk, with the defaults ReadWrite and Shared. */
static void validate_azure_disk(Validation *v, Field source, Str volume_name)
{
    (void)volume_name;
    Field kind = GET(source, kind), uri = GET(source, diskURI);
    must(v, source, SCHEMA_NAME_diskName);
    must(v, source, SCHEMA_NAME_diskURI);
    validate_given_word(v, GET(source, cachingMode), "None,ReadOnly,ReadWrite");
    validate_given_word(v, kind, "Dedicated,Managed,Shared");
    bool managed = field_text_is(v, kind, "Managed");
    if (!str_starts(field_text(v, uri), managed ? STR("/subscriptions/") : STR("https://")))
        validation_not_supported(
            v, uri,
            managed ? "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/"
                      "microsoft.compute/disks/{disk-id}"
                    : "https://{account-name}.blob.core.windows.net/{container-name}/"
                      "{disk-name}.vhd");
}

/* validateScaleIOPersistentVolumeSource */
static void validate_scale_io(Validation *v, Field source, Str volume_name)
{
    (void)volume_name;
    must(v, source, SCHEMA_NAME_gateway);
    must(v, source, SCHEMA_NAME_system);
    must(v, source, SCHEMA_NAME_volumeName);
}

/* validateLocalVolumeSource */
static void validate_local(Validation *v, Field source, Str volume_name)
{
    (void)volume_name;
    validation_text(v, GET(source, path), format_no_backsteps);
}

/* validateStorageOSPersistentVolumeSource */
static void validate_storage_os(Validation *v, Field source, Str volume_name)
{
    (void)volume_name;
    validation_text(v, GET(source, volumeName), format_dns_label);
    validation_optional_text(v, GET(source, volumeNamespace), format_dns_label);
    validate_secret_reference(v, source, true);
}

/* validatePVSecretReference */
static void validate_pv_secret_reference(Validation *v, Field reference)
{
    if (!field_given(reference))
        return;
    validation_text(v, GET(reference, name), format_dns_subdomain);
    validation_text(v, GET(reference, namespace), format_dns_label);
}

/* ValidateCSIDriverName */
bool validate_csi_driver_name(Validation *v, Field driver)
{
    if (!validation_must_have(v, driver))
        return false;
    Str name = field_text(v, driver);
    if (name.len > 63)
        validation_too_long(v, driver, 63);
    const char *wrong = format_dns_subdomain(text_lowered(v, name));
    if (wrong)
        validation_invalid(v, driver, "%s", wrong);
    return !wrong && name.len <= 63;
}

/* validateCSIPersistentVolumeSource */
static void validate_csi(Validation *v, Field source, Str volume_name)
{
    (void)volume_name;
    validate_csi_driver_name(v, GET(source, driver));
    must(v, source, SCHEMA_NAME_volumeHandle);
    validate_pv_secret_reference(v, GET(source, controllerPublishSecretRef));
    validate_pv_secret_reference(v, GET(source, controllerExpandSecretRef));
    validate_pv_secret_reference(v, GET(source, nodePublishSecretRef));
    validate_pv_secret_reference(v, GET(source, nodeExpandSecretRef));
}

const VolumeSource volume_sources[VOLUME_SOURCE_COUNT] = {
    {SCHEMA_NAME_hostPath, NULL, validate_host_path},
    {SCHEMA_NAME_gcePersistentDisk, "persistentDisk", validate_gce_persistent_disk},
    {SCHEMA_NAME_awsElasticBlockStore, NULL, validate_aws_elastic_block_store},
    {SCHEMA_NAME_glusterfs, NULL, validate_glusterfs},
    {SCHEMA_NAME_flocker, NULL, validate_flocker},
    {SCHEMA_NAME_nfs, NULL, validate_nfs},
    {SCHEMA_NAME_rbd, NULL, validate_rbd},
    {SCHEMA_NAME_quobyte, NULL, validate_quobyte},
    {SCHEMA_NAME_cephfs, NULL, validate_cephfs},
    {SCHEMA_NAME_iscsi, NULL, validate_iscsi},
    {SCHEMA_NAME_cinder, NULL, validate_cinder},
    {SCHEMA_NAME_fc, NULL, validate_fc},
    {SCHEMA_NAME_flexVolume, NULL, validate_flex_volume},
    {SCHEMA_NAME_azureFile, NULL, validate_azure_file},
    {SCHEMA_NAME_vsphereVolume, NULL, validate_vsphere_volume},
    {SCHEMA_NAME_photonPersistentDisk, NULL, validate_photon_persistent_disk},
    {SCHEMA_NAME_portworxVolume, NULL, validate_portworx_volume},
    {SCHEMA_NAME_azureDisk, NULL, validate_azure_disk},
    {SCHEMA_NAME_scaleIO, NULL, validate_scale_io},
    {SCHEMA_NAME_local, NULL, validate_local},
    {SCHEMA_NAME_storageos, NULL, validate_storage_os},
    {SCHEMA_NAME_csi, NULL, validate_csi},
};

void warn_of_gone_volumes(Validation *v, Field volume, const GoneVolume *gone, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        Field source = field_get(v, volume, gone[i].kind);
        if (!field_given(source))
            continue;
        Finding *finding = validation_warning(v, source, "%s", gone[i].says);
        if (gone[i].kind == SCHEMA_NAME_storageos)
            validation_as(v, finding, volume, ".storageOS");
    }
}
