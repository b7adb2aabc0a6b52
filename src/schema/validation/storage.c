/* storage.c: StorageClasses, VolumeAttributesClasses, VolumeAttachments and
 * CSIStorageCapacities, as pkg/apis/storage/validation has them. */
#include "schema/validation/core_parts.h"

enum { PARAMETERS_MOST = 512, PARAMETER_BYTES_MOST = 256 * 1024 };

/* validateProvisioner: a qualified name, whatever its case. */
static void validate_provisioner(Validation *v, Field provisioner)
{
    if (!validation_must_have(v, provisioner))
        return;
    const char *wrong = format_qualified_name(text_lowered(v, field_text(v, provisioner)));
    if (wrong)
        validation_invalid(v, provisioner, "%s", wrong);
}

/* validateParameters */
static void validate_parameters(Validation *v, Field parameters, bool may_be_empty)
{
    uint32_t count = field_length(v, parameters);
    size_t total = 0;
    if (count > PARAMETERS_MOST) {
        validation_other(v, parameters, "FieldValueTooLong", "may have at most %d entries",
                         PARAMETERS_MOST);
        return;
    }
    for (Entries at = entries_of(v, parameters); entries_next(v, &at);) {
        if (at.key.len == 0)
            validation_as(v, validation_invalid(v, field_key(at.at), "may not be an empty name"),
                          parameters, NULL);
        total += at.key.len + field_text(v, at.value).len;
    }
    if (total > PARAMETER_BYTES_MOST)
        validation_other(v, parameters, "FieldValueTooLong",
                         "has %zu bytes, and may have at most %d", total, PARAMETER_BYTES_MOST);
    if (!may_be_empty && count == 0)
        validation_required(v, parameters, "it has at least one entry");
}

/* ---- StorageClass ---- */

/* validateTopologySelectorLabelRequirement */
static void validate_topology_requirement(Validation *v, Field requirement, Seen *keys)
{
    Field key = GET(requirement, key), values = GET(requirement, values), first;
    Seen seen = {0};
    if (field_length(v, values) == 0)
        validation_required(v, values, NULL);
    for (Items i = items_of(v, values); items_next(v, &i);)
        if (seen_before(v, &seen, field_text(v, i.item), i.item, &first))
            validation_duplicate(v, i.item, first);
    const char *wrong = format_qualified_name(field_text(v, key));
    if (wrong)
        validation_invalid(v, key, "%s", wrong);
    if (seen_before(v, keys, field_text(v, key), key, &first))
        validation_duplicate(v, key, first);
    const char *instead = node_label_replacement(field_text(v, key));
    if (instead)
        validation_warning(v, key, "is a deprecated label: use %s", instead);
}

/* Whether every value of one list stands in the other. */
static bool values_within(const Validation *v, Field values, Field others)
{
    for (Items i = items_of(v, values); items_next(v, &i);) {
        bool found = false;
        for (Items j = items_of(v, others); !found && items_next(v, &j);)
            found = str_eq(field_text(v, i.item), field_text(v, j.item));
        if (!found)
            return false;
    }
    return true;
}

/* The requirement that counts for a key: the last one of that key. */
static Field requirement_for(const Validation *v, Field list, Str key)
{
    Field found = FIELD_NONE;
    for (Items i = items_of(v, list); items_next(v, &i);)
        if (str_eq(field_text(v, GET(i.item, key)), key))
            found = i.item;
    return found;
}

static bool requirements_within(const Validation *v, Field list, Field other)
{
    for (Items i = items_of(v, list); items_next(v, &i);) {
        Str key = field_text(v, GET(i.item, key));
        Field mine = requirement_for(v, list, key), theirs = requirement_for(v, other, key);
        if (!field_given(theirs) || !values_within(v, GET(mine, values), GET(theirs, values)) ||
            !values_within(v, GET(theirs, values), GET(mine, values)))
            return false;
    }
    return true;
}

/* validateAllowedTopologies: a term without expressions is equal to no term at all, as
 * the server keeps its list of what came before. */
static void validate_allowed_topologies(Validation *v, Field topologies)
{
    for (Items i = items_of(v, topologies); items_next(v, &i);) {
        Field list = GET(i.item, matchLabelExpressions);
        Seen keys = {0};
        for (Items j = items_of(v, list); items_next(v, &j);)
            validate_topology_requirement(v, j.item, &keys);
        bool repeated = field_length(v, list) == 0;
        Field first = FIELD_NONE;
        for (Items j = items_of(v, topologies);
             !repeated && items_next(v, &j) && j.index < i.index;) {
            Field other = GET(j.item, matchLabelExpressions);
            repeated = requirements_within(v, list, other) && requirements_within(v, other, list);
            first = j.item;
        }
        if (repeated)
            validation_duplicate(v, list, first);
    }
}

/* ValidateStorageClass */
void validate_storage_class(Validation *v, Field class)
{
    validate_provisioner(v, GET(class, provisioner));
    validate_parameters(v, GET(class, parameters), true);
    validation_optional_word(v, GET(class, reclaimPolicy), "Delete,Retain");
    validate_given_word(v, GET(class, volumeBindingMode), "Immediate,WaitForFirstConsumer");
    validate_allowed_topologies(v, GET(class, allowedTopologies));
}

/* ValidateVolumeAttributesClass */
void validate_volume_attributes_class(Validation *v, Field class)
{
    validate_provisioner(v, GET(class, driverName));
    validate_parameters(v, GET(class, parameters), false);
}

/* ---- VolumeAttachment ---- */

/* ValidateVolumeAttachment; the status is dropped before. */
void validate_volume_attachment(Validation *v, Field attachment)
{
    Field spec = GET(attachment, spec), source = GET(spec, source);
    Field volume = GET(source, inlineVolumeSpec), name = GET(source, persistentVolumeName);
    validate_csi_driver_name(v, GET(spec, attacher));
    if (!field_given(volume) && !field_given(name))
        validation_other(v, source, "FieldValueRequired",
                         "must have inlineVolumeSpec or persistentVolumeName");
    else if (field_given(volume) && field_given(name))
        validation_forbidden(v, source, "it has one of inlineVolumeSpec and persistentVolumeName");
    else if (field_given(name))
        validation_must_have(v, name);
    else
        validate_persistent_volume_spec(v, volume, str_slice("", 0), true);
    Field node = GET(spec, nodeName);
    const char *wrong = format_dns_subdomain(field_text(v, node));
    if (wrong)
        validation_invalid(v, node, "%s", wrong);
    validate_given_text(v, name, format_dns_subdomain);
}

/* ---- CSIStorageCapacity ---- */

/* GetWarningsForNodeSelector of pkg/api/node */
static void warn_of_node_labels(Validation *v, Field selector)
{
    for (Items i = items_of(v, GET(selector, matchExpressions)); items_next(v, &i);) {
        Field key = GET(i.item, key);
        const char *instead = node_label_replacement(field_text(v, key));
        if (instead)
            validation_warning(v, key, "is a deprecated label: use %s", instead);
    }
    for (Entries at = entries_of(v, GET(selector, matchLabels)); entries_next(v, &at);) {
        const char *instead = node_label_replacement(at.key);
        if (instead)
            validation_warning(v, field_key(at.at), "is a deprecated label: use %s", instead);
    }
}

/* ValidateCSIStorageCapacity */
void validate_csi_storage_capacity(Validation *v, Field capacity)
{
    Field topology = GET(capacity, nodeTopology), class = GET(capacity, storageClassName);
    SelectorOptions options = {.any_value = false};
    if (field_given(topology))
        validate_label_selector(v, topology, &options);
    const char *wrong = format_dns_subdomain(field_text(v, class));
    if (wrong)
        validation_invalid(v, class, "%s", wrong);
    validation_nonnegative_quantity(v, GET(capacity, capacity));
    warn_of_node_labels(v, topology);
}
