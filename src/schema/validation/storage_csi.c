/* storage_csi.c: CSIDrivers and CSINodes, as pkg/apis/storage/validation has them. */
#include "schema/validation/core_parts.h"

/* ---- CSIDriver ---- */

/* validateTokenRequests */
static void validate_token_requests(Validation *v, Field requests)
{
    Seen audiences = {0};
    for (Items i = items_of(v, requests); items_next(v, &i);) {
        Field audience = GET(i.item, audience), seconds = GET(i.item, expirationSeconds), first;
        if (seen_before(v, &audiences, field_text(v, audience), audience, &first))
            validation_duplicate(v, audience, first);
        else if (field_given(seconds))
            validation_range(v, seconds, 600, INT64_C(1) << 32);
    }
}

/* ValidateCSIDriver */
void validate_csi_driver(Validation *v, Field driver)
{
    static const char MODES[] = "Persistent,Ephemeral";
    Field spec = GET(driver, spec), modes = GET(spec, volumeLifecycleModes);
    validate_given_word(v, GET(spec, fsGroupPolicy), "File,None,ReadWriteOnceWithFSType");
    validate_token_requests(v, GET(spec, tokenRequests));
    for (Items i = items_of(v, modes); items_next(v, &i);)
        if (!word_is_one_of(field_text(v, i.item), MODES))
            validation_as(v, validation_not_supported(v, i.item, MODES), modes, NULL);
    Field period = GET(spec, nodeAllocatableUpdatePeriodSeconds);
    VALIDATION_ONLY(v, VALIDATION_SINCE(35))
    {
        if (field_given(period))
            validation_range(v, period, 10, INT64_MAX);
        Field in_secrets = GET(spec, serviceAccountTokenInSecrets);
        if (field_given(in_secrets) && field_length(v, GET(spec, tokenRequests)) == 0)
            validation_invalid(v, in_secrets, "is for drivers with tokenRequests");
        if (!field_given(in_secrets) && field_length(v, GET(spec, tokenRequests)) > 0)
            validation_warning(v, in_secrets, "is not given: tokens may show in logs unless it is "
                                              "true, where the driver supports it");
    }
}

/* ---- CSINode ---- */

enum { CSI_NODE_ID_MOST = 256 };

/* validateCSINodeDriver: the server names the driver where a topology key is wrong. */
static void validate_csi_node_driver(Validation *v, Field driver, Seen *names)
{
    Field name = GET(driver, name), id = GET(driver, nodeID), first;
    Seen keys = {0};
    validate_csi_driver_name(v, name);
    validation_must_have(v, id);
    if (field_text(v, id).len > CSI_NODE_ID_MOST)
        validation_invalid(v, id, "may have at most %d bytes", CSI_NODE_ID_MOST);
    Field count = FIELD_PATH(v, driver, SCHEMA_NAME_allocatable, SCHEMA_NAME_count);
    if (field_given(count))
        validation_nonnegative(v, count);
    if (seen_before(v, names, field_text(v, name), name, &first))
        validation_duplicate(v, name, first);
    for (Items i = items_of(v, GET(driver, topologyKeys)); items_next(v, &i);) {
        Str key = field_text(v, i.item);
        const char *wrong = format_qualified_name(key);
        if (key.len == 0)
            validation_as(v, validation_required(v, i.item, NULL), driver, NULL);
        else if (wrong)
            validation_as(v, validation_invalid(v, i.item, "%s", wrong), driver, NULL);
        if (seen_before(v, &keys, key, i.item, &first))
            validation_as(v, validation_duplicate(v, i.item, first), driver, NULL);
    }
}

/* ValidateCSINode; the status is dropped before. */
void validate_csi_node(Validation *v, Field node)
{
    Seen names = {0};
    Field drivers = FIELD_PATH(v, node, SCHEMA_NAME_spec, SCHEMA_NAME_drivers);
    for (Items i = items_of(v, drivers); items_next(v, &i);)
        validate_csi_node_driver(v, i.item, &names);
}
