/* core_env.c: a container's ports and environment, as validateContainerPorts,
 * ValidateEnv and ValidateEnvFrom of pkg/apis/core/validation have them. */
#include "schema/validation/core_pod.h"

/* Numbers and protocols of ports are rows of schemas/rules. */
void validate_container_ports(Validation *v, Pod *pod, Field ports)
{
    Seen names;
    bool several = field_length(v, ports) > 1;
    if (several)
        memset(&names, 0, sizeof names);
    for (Items i = items_of(v, ports); items_next(v, &i);) {
        Fields port;
        fields_read(v, i.item, &port);
        pod->of_ports |= port.bits;
        Field name = OF(&port, name), host_port = OF(&port, hostPort), first;
        Str text = field_text(v, name);
        if (pod->port_count > 1) {
            uint64_t bits = seen_bit(text, 0);
            uint64_t numbers = seen_bit(str_slice("", 0), field_int(v, OF(&port, containerPort)));
            pod->has_repeated_ports |= (text.len && (pod->port_names & bits)) ||
                                       (pod->port_numbers & numbers);
            pod->port_names |= bits;
            pod->port_numbers |= numbers;
        }
        if (text.len && validation_given_text(v, name, format_port_name) && several &&
            seen_before(v, &names, text, name, &first))
            validation_duplicate(v, name, first);
        if (field_int(v, host_port) != 0)
            validate_port_number(v, host_port);
    }
}

/* ---- selectors of values ---- */

static bool is_subscripted(Str text, Str *path, Str *key)
{
    size_t open = 0;
    if (!str_ends(text, STR("']")))
        return false;
    while (open + 2 < text.len && !(text.ptr[open] == '[' && text.ptr[open + 1] == '\''))
        open++;
    if (open == 0 || open + 4 > text.len)
        return false;
    *path = str_slice(text.ptr, open);
    *key = str_slice(text.ptr + open + 2, text.len - open - 4);
    return true;
}

/* Paths of a Pod that ConvertDownwardAPIFieldLabel knows. */
#define POD_PATHS                                                                         \
    "metadata.annotations,metadata.labels,metadata.name,metadata.namespace,metadata.uid," \
    "spec.nodeName,spec.restartPolicy,spec.serviceAccountName,spec.schedulerName,"        \
    "status.phase,status.hostIP,status.hostIPs,status.podIP,status.podIPs"

static void validate_subscript(Validation *v, Field selector, Str path, Str key)
{
    Field field_path = GET(selector, fieldPath);
    char lower[512];
    if (!str_is(path, "metadata.annotations") && !str_is(path, "metadata.labels")) {
        validation_invalid(v, field_path, "may have a key in brackets only behind "
                                          "metadata.annotations and metadata.labels");
        return;
    }
    if (str_is(path, "metadata.annotations") && key.len <= sizeof lower) {
        for (size_t i = 0; i < key.len; i++)
            lower[i] = key.ptr[i] >= 'A' && key.ptr[i] <= 'Z' ? (char)(key.ptr[i] + 32) : key.ptr[i];
        key.ptr = lower;
    }
    const char *wrong = format_qualified_name(key);
    if (wrong)
        validation_as(v, validation_invalid(v, field_path, "has a key that %s", wrong), selector,
                      NULL);
}

void validate_object_field_selector(Validation *v, Field selector, const char *paths)
{
    Field field_path = GET(selector, fieldPath);
    Str text = field_text(v, field_path), path, key;
    if (!validation_must_have(v, field_path))
        return;
    if (!str_is(field_text_or(v, GET(selector, apiVersion), "v1"), "v1"))
        validation_invalid(v, field_path, "can be read in apiVersion v1 only");
    else if (is_subscripted(text, &path, &key))
        validate_subscript(v, selector, path, key);
    else if (word_is_one_of(text, paths))
        return;
    else if (!word_is_one_of(text, POD_PATHS) && !str_is(text, "spec.host"))
        validation_invalid(v, field_path, "must be a path of a Pod that its containers may see");
    else if (!word_is_one_of(str_is(text, "spec.host") ? STR("spec.nodeName") : text, paths))
        validation_not_supported(v, field_path, paths);
}

/* validateContainerResourceDivisor compares the canonical form. */
static void validate_divisor(Validation *v, Field divisor, Str resource)
{
    Quantity quantity = field_quantity(v, divisor);
    bool cpu = word_is_one_of(resource, "limits.cpu,requests.cpu");
    bool bytes = word_is_one_of(resource, "limits.memory,requests.memory,"
                                          "limits.ephemeral-storage,requests.ephemeral-storage") ||
                 str_starts(resource, STR("limits.hugepages-")) ||
                 str_starts(resource, STR("requests.hugepages-"));
    if (quantity_sign(&quantity) == 0 || (!cpu && !bytes))
        return;
    Buf text = {0};
    if (quantity.as_written)
        buf_str(&text, str_trim(node_str(v->doc, divisor.node)));
    else
        quantity_write(&quantity, &text);
    if (!word_is_one_of(buf_slice(&text), cpu ? "1m,1"
                                              : "1,1k,1M,1G,1T,1P,1E,1Ki,1Mi,1Gi,1Ti,1Pi,1Ei"))
        validation_invalid(v, divisor, "%s",
                           cpu ? "must be 1 or 1m for CPU" : "must be 1, or one of a unit: 1k, 1Ki …");
    buf_free(&text);
}

/* validateContainerResourceFieldSelector */
void validate_resource_field_selector(Validation *v, Field selector, bool volume)
{
    static const char RESOURCES[] = "limits.cpu,limits.ephemeral-storage,limits.memory,"
                                    "requests.cpu,requests.ephemeral-storage,requests.memory";
    Field container = GET(selector, containerName), resource = GET(selector, resource);
    Str text = field_text(v, resource);
    if (volume && field_is_empty(v, container))
        validation_required(v, container, "a volume has none of its own");
    else if (validation_must_have(v, resource) && !word_is_one_of(text, RESOURCES) &&
             !str_starts(text, STR("limits.hugepages-")) &&
             !str_starts(text, STR("requests.hugepages-")))
        validation_not_supported(v, resource, RESOURCES);
    validate_divisor(v, GET(selector, divisor), text);
}

/* validateConfigMapKeySelector, validateSecretKeySelector: a missing name is a wrong one. */
static void validate_key_selector(Validation *v, Field selector)
{
    Field name = GET(selector, name);
    const char *wrong = format_dns_subdomain(field_text(v, name));
    if (wrong)
        validation_invalid(v, name, "%s", wrong);
    validation_text(v, GET(selector, key), format_config_map_key);
}

/* validateFileKeySelector, and validateFileKeyRefVolumes' look at the volume. */
static void validate_file_key_selector(Validation *v, const Pod *pod, Field selector)
{
    Field volume = GET(selector, volumeName);
    Field found = pod_volume(v, pod, field_text(v, volume));
    validation_text(v, GET(selector, key), format_relaxed_env_var_name);
    validation_text(v, volume, format_dns_label);
    validation_text(v, GET(selector, path), format_no_backsteps);
    /* One that is wrong is there all the same. */
    for (Items i = items_of(v, pod->volumes); found.above == BASE_NONE && items_next(v, &i);)
        if (str_eq(field_text(v, GET(i.item, name)), field_text(v, volume)))
            found = i.item;
    if (found.above == BASE_NONE)
        validation_not_found(v, volume, "must be a volume of the Pod");
    else if (!field_given(GET(found, emptyDir)) && field_length(v, found) > 1)
        validation_invalid(v, volume, "must be a volume of type emptyDir");
}

/* ---- variables ---- */

/* validateEnvVarValueFrom */
static void validate_value_from(Validation *v, const Pod *pod, Field variable)
{
    Field from = GET(variable, valueFrom);
    if (!field_given(from))
        return;
    uint32_t sources = 0;
    Field field_ref = GET(from, fieldRef), resource = GET(from, resourceFieldRef);
    Field config_map = GET(from, configMapKeyRef), secret = GET(from, secretKeyRef);
    Field file = GET(from, fileKeyRef);
    if (field_given(field_ref) && ++sources)
        validate_object_field_selector(v, field_ref,
                                       "metadata.name,metadata.namespace,metadata.uid,"
                                       "spec.nodeName,spec.serviceAccountName,status.hostIP,"
                                       "status.hostIPs,status.podIP,status.podIPs");
    if (field_given(resource) && ++sources)
        validate_resource_field_selector(v, resource, false);
    if (field_given(config_map) && ++sources)
        validate_key_selector(v, config_map);
    if (field_given(secret) && ++sources)
        validate_key_selector(v, secret);
    if (field_given(file) && ++sources)
        validate_file_key_selector(v, pod, file);
    if (sources == 0)
        validation_invalid(v, from, "must say where the value comes from: fieldRef, "
                                    "resourceFieldRef, configMapKeyRef, secretKeyRef or fileKeyRef");
    else if (!field_is_empty(v, GET(variable, value)))
        validation_invalid(v, from, "may not be given beside a value");
    else if (sources > 1)
        validation_invalid(v, from, "must name one place for the value, not several");
}

/* RelaxedEnvironmentVariableValidation is on by default since 1.32. */
static void validate_variable_name(Validation *v, Field name)
{
    if (!validation_optional_text(v, name, format_relaxed_env_var_name))
        return;
    VALIDATION_ONLY(v, VALIDATION_UNTIL(31))
        validation_optional_text(v, name, format_env_var_name);
}

void validate_env(Validation *v, Pod *pod, Field env)
{
    uint64_t bits = 0;
    for (Items i = items_of(v, env); items_next(v, &i);) {
        Field name = GET(i.item, name);
        Str text = field_text(v, name);
        uint64_t bit = seen_bit(text, 0);
        pod->has_repeated_env |= (bits & bit) != 0;
        bits |= bit;
        if (!format_env_var_name(text))
            ; /* as nearly all are, and fine in all versions */
        else if (validation_must_have(v, name))
            validate_variable_name(v, name);
        if (field_bits(v, i.item) & FIELD_BIT(valueFrom))
            validate_value_from(v, pod, i.item);
    }
}

/* validateConfigMapEnvSource, validateSecretEnvSource */
static void validate_env_source(Validation *v, Field source)
{
    Field name = GET(source, name);
    if (!validation_must_have(v, name))
        return;
    const char *wrong = name_check(format_dns_subdomain, field_text(v, name), true);
    if (wrong)
        validation_invalid(v, name, "%s", wrong);
}

void validate_env_from(Validation *v, Field env_from)
{
    for (Items i = items_of(v, env_from); items_next(v, &i);) {
        Field config_map = GET(i.item, configMapRef), secret = GET(i.item, secretRef);
        validate_variable_name(v, GET(i.item, prefix));
        if (field_given(config_map))
            validate_env_source(v, config_map);
        if (field_given(secret))
            validate_env_source(v, secret);
        if (field_given(config_map) == field_given(secret))
            validation_as(v, validation_invalid(v, i.item, "must have one of configMapRef and "
                                                           "secretRef"),
                          env_from, NULL);
    }
}
