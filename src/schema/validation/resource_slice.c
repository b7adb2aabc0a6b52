/* resource_slice.c: what drivers publish of their devices, and taints of them, as
 * pkg/apis/resource/validation has them.
 *
 * To the server every version is v1: what v1beta1 has at a device's `basic`, v1 has at the
 * device itself. */
#include "schema/validation/resource.h"

enum {
    DEVICES_MOST = 128,
    RICH_DEVICES_MOST = 64, /* with taints or counters */
    CONDITIONS_MOST = 4,
    TAINTS_MOST = 16,
    COUNTER_SETS_MOST = 8,
    COUNTERS_MOST = 32,
    CONSUMED_SETS_MOST = 2,
    ATTRIBUTES_MOST = 32, /* with capacities */
    ATTRIBUTE_TEXT_MOST = 64,
};

/* ---- attributes ---- */

static bool is_word_byte(char c)
{
    return is_alnum(c) || c == '-';
}

/* Takes a number without leading zeros from the text's start. */
static bool take_number(Str *text)
{
    size_t len = 0;
    while (len < text->len && is_digit(text->ptr[len]))
        len++;
    bool well = len == 1 || (len > 1 && text->ptr[0] != '0');
    *text = str_slice(text->ptr + len, text->len - len);
    return well;
}

static bool take_byte(Str *text, char byte)
{
    if (!text->len || text->ptr[0] != byte)
        return false;
    *text = str_slice(text->ptr + 1, text->len - 1);
    return true;
}

/* Takes words joined by dots; those of a prerelease that are numbers have no leading zeros. */
static bool take_words(Str *text, bool prerelease)
{
    do {
        size_t len = 0;
        bool digits = true;
        for (; len < text->len && is_word_byte(text->ptr[len]); len++)
            digits &= is_digit(text->ptr[len]);
        if (len == 0 || (prerelease && digits && len > 1 && text->ptr[0] == '0'))
            return false;
        *text = str_slice(text->ptr + len, text->len - len);
    } while (take_byte(text, '.'));
    return true;
}

/* semver.org's form, version 2.0.0. */
static bool is_semantic_version(Str text)
{
    bool well = take_number(&text) && take_byte(&text, '.') && take_number(&text) &&
                take_byte(&text, '.') && take_number(&text);
    if (well && take_byte(&text, '-'))
        well = take_words(&text, true);
    if (well && take_byte(&text, '+'))
        well = take_words(&text, false);
    return well && text.len == 0;
}

/* validateDeviceAttribute.  Lists of values are dropped before, DRAListTypeAttributes being
 * off. */
static void validate_device_attribute(Validation *v, Field attribute)
{
    Field string = GET(attribute, string), version = GET(attribute, version);
    unsigned given = field_given(string) + field_given(version) +
                     field_given(GET(attribute, int)) + field_given(GET(attribute, bool));
    if (field_text(v, string).len > ATTRIBUTE_TEXT_MOST)
        validation_too_long(v, string, ATTRIBUTE_TEXT_MOST);
    if (field_given(version) && !is_semantic_version(field_text(v, version)))
        validation_invalid(v, version, "must be a version as semver.org has them, as in 1.2.3");
    if (field_text(v, version).len > ATTRIBUTE_TEXT_MOST)
        validation_too_long(v, version, ATTRIBUTE_TEXT_MOST);
    if (given != 1)
        validation_invalid(v, attribute, "must have exactly one of int, bool, string and version");
}

static void validate_attributes(Validation *v, Field attributes)
{
    for (Entries e = entries_of(v, attributes); entries_next(v, &e);) {
        validate_device_qualified_name(v, field_key(e.at), e.key, attributes);
        validate_device_attribute(v, e.value);
    }
}

static void validate_capacities(Validation *v, Field capacities, bool shared)
{
    for (Entries e = entries_of(v, capacities); entries_next(v, &e);) {
        Field policy = GET(e.value, requestPolicy);
        validate_device_qualified_name(v, field_key(e.at), e.key, capacities);
        VALIDATION_ONLY(v, VALIDATION_SINCE(36))
        {
            if (shared)
                validate_request_policy(v, e.value);
            else if (field_given(policy))
                validation_forbidden(v, policy, "the device's allowMultipleAllocations is not true");
        }
    }
}

/* ---- counters ---- */

/* validateMap of counters: a name and any quantity. */
static void validate_counters(Validation *v, Field counters)
{
    if (field_length(v, counters) == 0) {
        validation_required(v, counters, NULL);
        return;
    }
    if (!validate_list_length(v, counters, COUNTERS_MOST))
        return;
    for (Entries e = entries_of(v, counters); entries_next(v, &e);)
        validate_device_label(v, field_key(e.at), e.key, counters);
}

/* validateCounterSet, validateDeviceCounterConsumption */
static void validate_counter_sets(Validation *v, Field sets, NameId name, uint32_t most)
{
    if (!validate_list_length(v, sets, most))
        return;
    for (Items i = items_of(v, sets); items_next(v, &i);) {
        validation_text(v, field_get(v, i.item, name), format_dns_label);
        validate_counters(v, GET(i.item, counters));
    }
    validate_unique_texts(v, sets, name);
}

/* ---- binding ---- */

static bool validate_conditions(Validation *v, Field conditions)
{
    if (!validate_list_length(v, conditions, CONDITIONS_MOST))
        return false;
    for (Items i = items_of(v, conditions); items_next(v, &i);) {
        const char *wrong = format_label_key(field_text(v, i.item));
        if (wrong)
            validation_invalid(v, i.item, "%s", wrong);
    }
    return true;
}

/* validateDeviceBindingParameters */
static void validate_device_binding_parameters(Validation *v, Field device)
{
    Field wanted = GET(device, bindingConditions), failed = GET(device, bindingFailureConditions);
    Seen seen = {0};
    Field first;
    validate_conditions(v, wanted);
    validate_conditions(v, failed);
    validate_unique_texts(v, wanted, RESOURCE_ITEM_ITSELF);
    validate_unique_texts(v, failed, RESOURCE_ITEM_ITSELF);
    for (Items i = items_of(v, wanted); items_next(v, &i);)
        seen_before(v, &seen, field_text(v, i.item), i.item, &first);
    for (Items i = items_of(v, failed); items_next(v, &i);)
        if (seen_find(&seen, field_text(v, i.item)).above != BASE_NONE)
            validation_invalid(v, i.item, "must not stand among bindingConditions too");
    if (field_length(v, wanted) == 0 && field_length(v, failed) > 0)
        validation_invalid(v, wanted, "must be given beside bindingFailureConditions");
    if (field_length(v, failed) == 0 && field_length(v, wanted) > 0)
        validation_invalid(v, failed, "must be given beside bindingConditions");
}

/* ---- which nodes ---- */

/* A pointer to a bool that is true or not there. */
static bool is_given_true(Validation *v, Field flag)
{
    if (field_given(flag) && !field_bool(v, flag))
        validation_invalid(v, flag, "must be true, or not there");
    return field_bool(v, flag);
}

/* nodeName, nodeSelector and allNodes, of a slice or a device: how many are set. */
static unsigned validate_nodes(Validation *v, Field at)
{
    Field name = GET(at, nodeName), selector = GET(at, nodeSelector);
    unsigned set = 0;
    if (field_given(name)) {
        if (field_is_empty(v, name))
            validation_invalid(v, name, "must not be empty");
        else
            validation_optional_text(v, name, format_dns_subdomain);
        set += !field_is_empty(v, name);
    }
    if (field_given(selector)) {
        set++;
        validate_node_selector(v, selector);
    }
    return set + is_given_true(v, GET(at, allNodes));
}

/* ---- devices ---- */

static void validate_device_nodes(Validation *v, Field device, Field at, bool per_device)
{
    static const char ONE[] = "one of nodeName, nodeSelector and allNodes has to be given, since "
                              "perDeviceNodeSelection is true";
    if (per_device) {
        unsigned set = validate_nodes(v, at);
        if (set == 0)
            validation_required(v, device, "%s", ONE);
        else if (set > 1)
            validation_invalid(v, device, "is wrong: just %s", ONE);
    } else if (field_given(GET(at, nodeName)) || field_given(GET(at, nodeSelector)) ||
               field_given(GET(at, allNodes))) {
        validation_invalid(v, device, "may have nodeName, nodeSelector or allNodes only where the "
                                      "slice's perDeviceNodeSelection is true");
    }
}

/* What v1 has at the device, and v1beta1 at its `basic`. */
static void validate_device_parts(Validation *v, Field device, Field at, bool per_device)
{
    Field attributes = GET(at, attributes), capacity = GET(at, capacity), taints = GET(at, taints);
    if (field_length(v, attributes) + field_length(v, capacity) > ATTRIBUTES_MOST)
        validation_invalid(v, device, "may have at most %d attributes and capacities",
                           ATTRIBUTES_MOST);
    validate_attributes(v, attributes);
    validate_capacities(v, capacity, field_bool(v, GET(at, allowMultipleAllocations)));
    VALIDATION_ONLY(v, VALIDATION_SINCE(36))
    {
        if (validate_list_length(v, taints, TAINTS_MOST))
            for (Items i = items_of(v, taints); items_next(v, &i);)
                validate_device_taint(v, i.item);
        validate_counter_sets(v, GET(at, consumesCounters), SCHEMA_NAME_counterSet,
                              CONSUMED_SETS_MOST);
        validate_device_nodes(v, device, at, per_device);
        validate_device_binding_parameters(v, at);
    }
}

/* validateDevice */
static void validate_device(Validation *v, Field device, bool per_device)
{
    Field name = GET(device, name), basic = GET(device, basic);
    validate_device_label(v, name, field_text(v, name), FIELD_NONE);
    if (!field_given(basic)) {
        validate_device_parts(v, device, device, per_device);
        return;
    }
    Rename before = validation_rename_below(v, basic, device, STR(""));
    validate_device_parts(v, device, basic, per_device);
    validation_unrename(v, before);
}

/* haveDeviceTaints, haveConsumesCounters */
static bool are_rich(const Validation *v, Field devices)
{
    for (Items i = items_of(v, devices); items_next(v, &i);) {
        Field basic = GET(i.item, basic), at = field_given(basic) ? basic : i.item;
        if (field_length(v, GET(at, taints)) > 0 || field_length(v, GET(at, consumesCounters)) > 0)
            return true;
    }
    return false;
}

/* ---- kinds ---- */

/* validateResourcePool */
static void validate_resource_pool(Validation *v, Field pool)
{
    Field count = GET(pool, resourceSliceCount);
    validate_pool_name(v, GET(pool, name));
    if (field_int(v, count) <= 0)
        validation_invalid(v, count, "must be more than 0");
    validation_nonnegative(v, GET(pool, generation));
}

static void validate_slice_nodes(Validation *v, Field spec)
{
    static const char ONE[] = "one of nodeName, nodeSelector, allNodes and "
                              "perDeviceNodeSelection has to be given";
    Field selector = GET(spec, nodeSelector), terms = GET(selector, nodeSelectorTerms);
    unsigned set = validate_nodes(v, spec);
    if (field_given(selector) && field_length(v, terms) != 1)
        validation_invalid(v, terms, "must have exactly one item");
    set += is_given_true(v, GET(spec, perDeviceNodeSelection));
    if (set == 0)
        validation_required(v, spec, "%s", ONE);
    else if (set > 1)
        validation_invalid(v, spec, "is wrong: just %s", ONE);
}

/* ValidateResourceSlice */
void validate_resource_slice(Validation *v, Field slice)
{
    Field spec = GET(slice, spec), devices = GET(spec, devices), driver = GET(spec, driver);
    Field counters = GET(spec, sharedCounters);
    bool per_device = field_bool(v, GET(spec, perDeviceNodeSelection));
    Str name = field_text(v, driver);
    validate_csi_driver_name(v, driver);
    if (!str_eq(text_lowered(v, name), name))
        validation_warning(v, driver, "should be written in lower case");
    validate_resource_pool(v, GET(spec, pool));
    VALIDATION_ONLY(v, VALIDATION_SINCE(36))
    {
        validate_slice_nodes(v, spec);
        if (field_given(counters) && field_given(devices))
            validation_invalid(v, spec, "may have only one of sharedCounters and devices");
    }
    if (validate_list_length(v, devices, are_rich(v, devices) ? RICH_DEVICES_MOST : DEVICES_MOST)) {
        for (Items i = items_of(v, devices); items_next(v, &i);)
            validate_device(v, i.item, per_device);
        validate_unique_texts(v, devices, SCHEMA_NAME_name);
    }
    VALIDATION_ONLY(v, VALIDATION_SINCE(36))
        validate_counter_sets(v, counters, SCHEMA_NAME_name, COUNTER_SETS_MOST);
}

/* ValidateDeviceTaintRule */
void validate_device_taint_rule(Validation *v, Field rule)
{
    Field spec = GET(rule, spec), selector = GET(spec, deviceSelector);
    Field driver = GET(selector, driver), pool = GET(selector, pool), device = GET(selector, device);
    if (field_given(driver))
        validate_csi_driver_name(v, driver);
    if (field_given(pool))
        validate_pool_name(v, pool);
    if (field_given(device))
        validate_device_label(v, device, field_text(v, device), FIELD_NONE);
    validate_device_taint(v, GET(spec, taint));
}
