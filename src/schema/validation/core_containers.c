/* core_containers.c: containers of all three sorts, as validateContainers,
 * validateInitContainers and validateEphemeralContainers of pkg/apis/core/validation
 * have them.  Names, images and the words of policies are rows of schemas/rules. */
#include "schema/validation/core_pod.h"

/* ---- restart policies and rules ---- */

/* validateContainerRestartPolicy */
static void validate_restart_policy(Validation *v, const Fields *container)
{
    Field policy = OF(container, restartPolicy), rules = OF(container, restartPolicyRules);
    if (field_given(policy))
        validate_given_word(v, policy, "Always,Never,OnFailure");
    else if (field_length(v, rules) == 0)
        return;
    else
        validation_required(v, policy, "restartPolicyRules depend on it");
    if (field_length(v, rules) > 20)
        validation_too_many(v, rules, 20);
    for (Items i = items_of(v, rules); items_next(v, &i);) {
        Field action = GET(i.item, action), codes = GET(i.item, exitCodes);
        if (!word_is_one_of(field_text(v, action), "Restart,RestartAllContainers"))
            validation_not_supported(v, action, "Restart,RestartAllContainers");
        else if (!field_text_is(v, action, "Restart"))
            VALIDATION_ONLY(v, VALIDATION_UNTIL(35))
                validation_not_supported(v, action, "Restart");
        if (!field_given(codes)) {
            validation_required(v, codes, NULL);
            continue;
        }
        if (!word_is_one_of(field_text(v, GET(codes, operator)), "In,NotIn"))
            validation_not_supported(v, GET(codes, operator), "In,NotIn");
        if (field_length(v, GET(codes, values)) > 255)
            validation_too_many(v, GET(codes, values), 255);
    }
}

/* Until 1.34 only init containers have one, and it says Always. */
static void validate_container_restart_policy(Validation *v, const Fields *container)
{
    Field policy = OF(container, restartPolicy);
    VALIDATION_ONLY(v, VALIDATION_SINCE(35))
        validate_restart_policy(v, container);
    VALIDATION_ONLY(v, VALIDATION_UNTIL(34))
        if (field_given(policy))
            validation_forbidden(v, policy, "it is for init containers");
}

/* validateInitContainerRestartPolicy */
static void validate_init_restart_policy(Validation *v, const Fields *container)
{
    Field policy = OF(container, restartPolicy), rules = OF(container, restartPolicyRules);
    if (!field_given(policy)) {
        VALIDATION_ONLY(v, VALIDATION_SINCE(35))
            if (field_length(v, rules) > 0)
                validation_required(v, policy, "restartPolicyRules depend on it");
        return;
    }
    VALIDATION_ONLY(v, VALIDATION_SINCE(36))
        validate_restart_policy(v, container);
    VALIDATION_ONLY(v, VALIDATION_SINCE(35) & VALIDATION_UNTIL(35)) {
        if (!field_text_is(v, policy, "Always"))
            validate_restart_policy(v, container);
        else if (field_length(v, rules) > 0)
            validation_forbidden(v, rules, "an init container that always restarts has none");
    }
    VALIDATION_ONLY(v, VALIDATION_UNTIL(34))
        if (!field_text_is(v, policy, "Always"))
            validation_not_supported(v, policy, "Always");
}

/* ---- what all sorts have ---- */

/* validateResizePolicy names the list, whichever item is wrong. */
static void validate_resize_policy(Validation *v, const Pod *pod, Field list)
{
    Seen resources = {0};
    for (Items i = items_of(v, list); items_next(v, &i);) {
        Field resource = GET(i.item, resourceName), policy = GET(i.item, restartPolicy), first;
        if (seen_before(v, &resources, field_text(v, resource), resource, &first))
            validation_as(v, validation_duplicate(v, resource, first), i.item, NULL);
        if (field_is_empty(v, resource))
            validation_as(v, validation_required(v, resource, NULL), list, NULL);
        else if (!word_is_one_of(field_text(v, resource), "cpu,memory"))
            validation_as(v, validation_not_supported(v, resource, "cpu,memory"), list, NULL);
        if (field_is_empty(v, policy))
            validation_as(v, validation_required(v, policy, NULL), list, NULL);
        else if (!word_is_one_of(field_text(v, policy), "NotRequired,RestartContainer"))
            validation_as(v, validation_not_supported(v, policy, "NotRequired,RestartContainer"),
                          list, NULL);
        if (str_is(pod->restart_policy, "Never") && !field_text_is(v, policy, "NotRequired"))
            validation_as(v, validation_invalid(v, policy, "must be NotRequired, since the Pod's "
                                                           "restartPolicy is Never"),
                          list, NULL);
    }
}

/* validateContainerCommon */
static void validate_container_common(Validation *v, Pod *pod, const Fields *container)
{
    uint64_t has = container->bits;
    validation_optional_text(v, OF(container, name), format_dns_label);
    if (has & FIELD_BIT(ports))
        validate_container_ports(v, pod, OF(container, ports));
    if (has & FIELD_BIT(env))
        validate_env(v, pod, OF(container, env));
    if (has & FIELD_BIT(envFrom))
        validate_env_from(v, OF(container, envFrom));
    if (has & FIELD_BIT(volumeMounts))
        validate_volume_mounts(v, pod, container);
    if (has & FIELD_BIT(volumeDevices))
        validate_volume_devices(v, pod, container);
    if (has & FIELD_BIT(resources))
        pod->has_fractions |= validate_container_resource_requirements(v, OF(container, resources),
                                                                       pod->claims);
    if (has & FIELD_BIT(resizePolicy))
        VALIDATION_ONLY(v, VALIDATION_SINCE(33))
            validate_resize_policy(v, pod, OF(container, resizePolicy));
    if (has & FIELD_BIT(securityContext))
        validate_security_context(v, pod, OF(container, securityContext));
}

/* validateContainerOnlyForPod */
static void validate_image(Validation *v, const Fields *container)
{
    Field image = OF(container, image);
    Str text = field_text(v, image);
    if (text_trimmed(text).len != text.len)
        validation_invalid(v, image, "must not have blanks at its start or end");
}

/* AccumulateUniqueHostPorts; the server's index of an init container is always 0. */
static void check_host_ports(Validation *v, const Pod *pod, const Fields *container, Field list,
                             Seen *seen, bool init)
{
    Field ports = OF(container, ports), first;
    bool defaulted = pod->is_pod && pod->host_network;
    if (!defaulted && !(pod->of_ports & FIELD_BIT(hostPort)))
        return;
    for (Items i = items_of(v, ports); items_next(v, &i);) {
        Field host_port = GET(i.item, hostPort);
        int64_t number = field_int(v, host_port);
        if (number == 0 && defaulted)
            number = field_int(v, GET(i.item, containerPort));
        if (number == 0)
            continue;
        Str protocol = field_text_or(v, GET(i.item, protocol), "TCP");
        Str key = protocol, ip = field_text(v, GET(i.item, hostIP));
        if (ip.len)
            key = arena_format(v->walk->checker->scratch, "%.*s/%.*s", STR_ARG(key), STR_ARG(ip));
        if (!seen_pair(v, seen, key, number, i.item, &first))
            continue;
        Finding *finding = validation_duplicate(v, host_port, first);
        if (init)
            validation_as(v, finding, list, "[0].ports[%u].hostPort", i.index);
    }
}

/* ---- the sorts ---- */

static void validate_hooks(Validation *v, const Pod *pod, const Fields *container)
{
    validate_lifecycle(v, pod, OF(container, lifecycle));
    validate_probe(v, pod, OF(container, livenessProbe), PROBE_LIVENESS);
    validate_probe(v, pod, OF(container, readinessProbe), PROBE_READINESS);
    validate_probe(v, pod, OF(container, startupProbe), PROBE_STARTUP);
}

#define HOOKS FIELD_BITS(lifecycle, livenessProbe, readinessProbe, startupProbe)

void validate_containers(Validation *v, Pod *pod)
{
    Seen names = {0}, ports = {0};
    bool several = field_length(v, pod->containers) > 1;
    uint32_t before = field_length(v, pod->init_containers);
    for (Items i = items_of(v, pod->containers); items_next(v, &i);) {
        Fields read;
        const Fields *container = pod_container(v, pod, before + i.index, i.item, &read);
        Field name = OF(container, name), first;
        validate_container_common(v, pod, container);
        if (several && seen_before(v, &names, field_text(v, name), name, &first))
            validation_duplicate(v, name, first);
        if (container->bits & HOOKS)
            validate_hooks(v, pod, container);
        if (container->bits & FIELD_BITS(restartPolicy, restartPolicyRules))
            validate_container_restart_policy(v, container);
        if (container->bits & FIELD_BIT(ports))
            check_host_ports(v, pod, container, pod->containers, &ports, false);
        if (pod->is_pod)
            validate_image(v, container);
    }
}

/* What an init container may not have unless it goes on beside the others. */
static void forbid_hooks(Validation *v, const Fields *container)
{
    static const NameId ORDER[] = {SCHEMA_NAME_lifecycle, SCHEMA_NAME_livenessProbe,
                                   SCHEMA_NAME_readinessProbe, SCHEMA_NAME_startupProbe};
    for (size_t i = 0; i < BASE_COUNT(ORDER); i++) {
        Field hook = fields_get(container, ORDER[i]);
        if (field_given(hook))
            validation_forbidden(v, hook, "an init container without restartPolicy Always has none");
    }
}

static void forbid_restart_by_resize(Validation *v, const Fields *container)
{
    Field list = OF(container, resizePolicy);
    for (Items i = items_of(v, list); items_next(v, &i);)
        if (field_text_is(v, GET(i.item, restartPolicy), "RestartContainer"))
            validation_invalid(v, GET(i.item, restartPolicy),
                               "must be NotRequired in an init container without restartPolicy Always");
}

void validate_init_containers(Validation *v, Pod *pod)
{
    Seen names = {0};
    Field first;
    for (Items i = items_of(v, pod->containers); items_next(v, &i);) {
        Field name = GET(i.item, name);
        seen_before(v, &names, field_text(v, name), name, &first);
    }
    for (Items i = items_of(v, pod->init_containers); items_next(v, &i);) {
        Seen ports = {0};
        Fields read;
        const Fields *container = pod_container(v, pod, i.index, i.item, &read);
        Field name = OF(container, name);
        bool goes_on = field_text_is(v, OF(container, restartPolicy), "Always");
        validate_container_common(v, pod, container);
        validate_init_restart_policy(v, container);
        if (!field_is_empty(v, name) && seen_before(v, &names, field_text(v, name), name, &first))
            validation_duplicate(v, name, first);
        check_host_ports(v, pod, container, pod->init_containers, &ports, true);
        if (goes_on) {
            validate_hooks(v, pod, container);
        } else {
            if (container->bits & HOOKS)
                forbid_hooks(v, container);
            VALIDATION_ONLY(v, VALIDATION_SINCE(33))
                forbid_restart_by_resize(v, container);
        }
        if (pod->is_pod)
            validate_image(v, container);
    }
}

/* validateFieldAllowList with allowedEphemeralContainerFields. */
static void validate_ephemeral_fields(Validation *v, Field container)
{
    static const NameId OTHERS[] = {
        SCHEMA_NAME_ports, SCHEMA_NAME_resources, SCHEMA_NAME_livenessProbe,
        SCHEMA_NAME_readinessProbe, SCHEMA_NAME_startupProbe, SCHEMA_NAME_lifecycle,
        SCHEMA_NAME_resizePolicy, SCHEMA_NAME_restartPolicy, SCHEMA_NAME_restartPolicyRules,
    };
    for (size_t i = 0; i < BASE_COUNT(OTHERS); i++) {
        Field other = field_get(v, container, OTHERS[i]);
        if (!field_given(other) || (OTHERS[i] == SCHEMA_NAME_resources && field_length(v, other) == 0))
            continue;
        /* Fields that were not there yet are not seen by the server. */
        uint32_t since = OTHERS[i] == SCHEMA_NAME_resizePolicy         ? VALIDATION_SINCE(33)
                         : OTHERS[i] == SCHEMA_NAME_restartPolicyRules ? VALIDATION_SINCE(35)
                                                                       : SCHEMA_ALL_VERSIONS;
        VALIDATION_ONLY(v, since)
            validation_forbidden(v, other, "an ephemeral container has none");
    }
    Field mounts = GET(container, volumeMounts);
    for (Items i = items_of(v, mounts); items_next(v, &i);) {
        if (!field_is_empty(v, GET(i.item, subPath)))
            validation_forbidden(v, GET(i.item, subPath), "an ephemeral container has none");
        if (!field_is_empty(v, GET(i.item, subPathExpr)))
            validation_forbidden(v, GET(i.item, subPathExpr), "an ephemeral container has none");
    }
}

void validate_ephemeral_containers(Validation *v, Pod *pod)
{
    Seen names = {0};
    Field first;
    if (field_length(v, pod->ephemeral_containers) == 0)
        return;
    for (PodContainers c = pod_containers(pod); pod_containers_next(v, &c);)
        if (c.sort != PODS_EPHEMERAL)
            seen_before(v, &names, field_text(v, OF(c.of, name)), c.of->whole, &first);
    for (Items i = items_of(v, pod->ephemeral_containers); items_next(v, &i);) {
        Fields container;
        fields_read(v, i.item, &container);
        Field name = OF(&container, name), target = OF(&container, targetContainerName);
        validate_container_common(v, pod, &container);
        validate_image(v, &container);
        if (seen_before(v, &names, field_text(v, name), name, &first))
            validation_duplicate(v, name, first);
        bool found = field_is_empty(v, target);
        for (PodContainers c = pod_containers(pod); !found && pod_containers_next(v, &c);)
            found = c.sort != PODS_EPHEMERAL && str_eq(field_text(v, OF(c.of, name)), field_text(v, target));
        if (!found)
            validation_not_found(v, target, "must be a container of the Pod");
        validate_ephemeral_fields(v, i.item);
    }
}
