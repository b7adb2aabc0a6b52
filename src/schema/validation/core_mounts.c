/* core_mounts.c: where containers see volumes, as ValidateVolumeMounts and
 * ValidateVolumeDevices of pkg/apis/core/validation have it. */
#include "schema/validation/core_pod.h"

/* What the other list of a container has: names and paths may not be in both. */
typedef struct Others {
    Seen names, paths;
} Others;

static void read_others(Validation *v, Field list, NameId path, Others *others)
{
    Field first;
    memset(others, 0, sizeof *others);
    for (Items i = items_of(v, list); items_next(v, &i);) {
        seen_before(v, &others->names, field_text(v, GET(i.item, name)), i.item, &first);
        seen_before(v, &others->paths, field_text(v, field_get(v, i.item, path)), i.item, &first);
    }
}

static bool is_other(const Seen *seen, Str text)
{
    return seen_find(seen, text).above != BASE_NONE;
}

/* validateMountPropagation; the server forgets which mount it is. */
static void validate_propagation(Validation *v, Field mount, Field mounts, const Fields *container)
{
    Field propagation = GET(mount, mountPropagation);
    if (!field_given(propagation))
        return;
    Finding *finding = NULL;
    if (!word_is_one_of(field_text(v, propagation), "Bidirectional,HostToContainer,None"))
        finding = validation_not_supported(v, propagation, "Bidirectional,HostToContainer,None");
    else if (field_text_is(v, propagation, "Bidirectional") &&
             !field_bool(v, GET(OF(container, securityContext), privileged)))
        finding = validation_forbidden(v, propagation,
                                       "Bidirectional is for privileged containers");
    validation_as(v, finding, mounts, ".mountPropagation");
}

/* validateMountRecursiveReadOnly */
static void validate_recursive_read_only(Validation *v, Field mount, Field mounts)
{
    Field recursive = GET(mount, recursiveReadOnly);
    Str text = field_text(v, recursive);
    if (!field_given(recursive) || str_is(text, "Disabled"))
        return;
    if (!word_is_one_of(text, "Enabled,IfPossible")) {
        validation_as(v, validation_not_supported(v, recursive, "Disabled,Enabled,IfPossible"),
                      mounts, ".recursiveReadOnly");
        return;
    }
    Field propagation = GET(mount, mountPropagation);
    if (!field_bool(v, GET(mount, readOnly)))
        validation_as(v, validation_forbidden(v, recursive, "the mount is not readOnly"), mounts,
                      ".recursiveReadOnly");
    if (field_given(propagation) && !field_text_is(v, propagation, "None"))
        validation_as(v, validation_forbidden(v, recursive, "mountPropagation is not None"), mounts,
                      ".recursiveReadOnly");
}

static void validate_sub_path(Validation *v, Field path, Field mounts, const char *suffix)
{
    const char *wrong = field_is_empty(v, path) ? NULL : format_local_path(field_text(v, path));
    if (wrong)
        validation_as(v, validation_invalid(v, path, "%s", wrong), mounts, "%s", suffix);
}

static void validate_sub_paths(Validation *v, Field mount, Field mounts)
{
    Field sub_path = GET(mount, subPath), expression = GET(mount, subPathExpr);
    validate_sub_path(v, sub_path, mounts, ".subPath");
    if (!field_is_empty(v, expression) && !field_is_empty(v, sub_path))
        validation_invalid(v, expression, "may not be given together with subPath");
    validate_sub_path(v, expression, mounts, ".subPathExpr");
}

void validate_volume_mounts(Validation *v, const Pod *pod, const Fields *container)
{
    Field mounts = OF(container, volumeMounts), devices = OF(container, volumeDevices), first;
    Seen paths = {0};
    Others others;
    bool several = field_length(v, mounts) > 1;
    if (field_given(devices))
        read_others(v, devices, SCHEMA_NAME_devicePath, &others);
    for (Items i = items_of(v, mounts); items_next(v, &i);) {
        uint64_t has = field_bits(v, i.item);
        Field name = GET(i.item, name), path = GET(i.item, mountPath);
        validation_must_have(v, name);
        if (!field_given(pod_volume(v, pod, field_text(v, name))) &&
            !pod_has_claim_template(v, pod, field_text(v, name)))
            validation_not_found(v, name, "must be a volume of the Pod");
        validation_must_have(v, path);
        if (several && seen_before(v, &paths, field_text(v, path), path, &first))
            validation_invalid(v, path, "may not be where another volume is mounted");
        if (field_given(devices) && is_other(&others.names, field_text(v, name)))
            validation_invalid(v, name, "may not be among volumeDevices too");
        if (field_given(devices) && is_other(&others.paths, field_text(v, path)))
            validation_invalid(v, path, "may not be the path of a device too");
        if (has & FIELD_BITS(subPath, subPathExpr))
            validate_sub_paths(v, i.item, mounts);
        if (has & FIELD_BIT(mountPropagation))
            validate_propagation(v, i.item, mounts, container);
        if (has & FIELD_BIT(recursiveReadOnly))
            validate_recursive_read_only(v, i.item, mounts);
    }
}

void validate_volume_devices(Validation *v, const Pod *pod, const Fields *container)
{
    Field devices = OF(container, volumeDevices), mounts = OF(container, volumeMounts), first;
    Seen names = {0}, paths = {0};
    Others others;
    read_others(v, mounts, SCHEMA_NAME_mountPath, &others);
    for (Items i = items_of(v, devices); items_next(v, &i);) {
        Field name = GET(i.item, name), path = GET(i.item, devicePath);
        Field volume = pod_volume(v, pod, field_text(v, name));
        validation_must_have(v, name);
        if (!field_is_empty(v, name) && seen_before(v, &names, field_text(v, name), name, &first))
            validation_invalid(v, name, "may not be the name of another device");
        bool claim = pod_has_claim_template(v, pod, field_text(v, name));
        if (!field_given(volume) && !claim)
            validation_not_found(v, name, "must be a volume of the Pod");
        else if (!claim && !field_given(GET(volume, persistentVolumeClaim)) &&
                 !field_given(GET(volume, ephemeral)))
            validation_invalid(v, name, "must be a persistentVolumeClaim or an ephemeral volume, "
                                        "since other volumes are no block devices");
        validation_must_have(v, path);
        bool backsteps = format_no_backsteps(field_text(v, path)) != NULL;
        if (backsteps)
            validation_invalid(v, path, "must not have \"..\" as a part of its path");
        else if (seen_before(v, &paths, field_text(v, path), path, &first))
            validation_invalid(v, path, "may not be the path of another device");
        if (is_other(&others.names, field_text(v, name)))
            validation_invalid(v, name, "may not be among volumeMounts too");
        if (is_other(&others.paths, field_text(v, path)))
            validation_invalid(v, path, "may not be where a volume is mounted too");
    }
}
