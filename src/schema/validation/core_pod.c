/* core_pod.c: Pods and pod templates, as ValidatePodCreate, ValidatePodTemplateSpec and
 * ValidatePodSpec of pkg/apis/core/validation have them. */
#include "schema/validation/core_pod.h"

/* ---- containers of all sorts ---- */

bool pod_containers_step(const Validation *v, PodContainers *c)
{
    while (c->sort != PODS_EPHEMERAL) {
        c->sort++;
        Field list = c->sort == PODS_INIT      ? c->pod->init_containers
                     : c->sort == PODS_REGULAR ? c->pod->containers
                                               : c->pod->ephemeral_containers;
        if (!field_given(list))
            continue;
        c->items = items_of(v, list);
        if (items_next(v, &c->items))
            return true;
    }
    return false;
}

/* ---- small parts of a spec ---- */

/* validatePodDNSConfig */
static void validate_dns_config(Validation *v, Field spec)
{
    enum { NAMESERVERS_MOST = 3, SEARCHES_MOST = 32, SEARCH_BYTES_MOST = 2048 };
    Field config = GET(spec, dnsConfig), servers = GET(config, nameservers);
    Field searches = GET(config, searches), options = GET(config, options);
    if (field_text_is(v, GET(spec, dnsPolicy), "None") && field_length(v, servers) == 0) {
        validation_required(v, field_given(config) ? servers : config,
                            "dnsPolicy None takes nothing from elsewhere");
        return;
    }
    if (!field_given(config))
        return;
    if (field_length(v, servers) > NAMESERVERS_MOST)
        validation_invalid(v, servers, "may have at most three items");
    for (Items i = items_of(v, servers); items_next(v, &i);)
        validate_ip_for_legacy_field(v, i.item, field_text(v, i.item));
    size_t total = 0;
    for (Items i = items_of(v, searches); items_next(v, &i);)
        total += field_text(v, i.item).len + (i.index != 0);
    if (field_length(v, searches) > SEARCHES_MOST || total > SEARCH_BYTES_MOST)
        validation_invalid(v, searches, "may have at most 32 items with 2048 characters");
    for (Items i = items_of(v, searches); items_next(v, &i);) {
        Str search = field_text(v, i.item);
        if (str_is(search, ".")) {
            VALIDATION_ONLY(v, VALIDATION_UNTIL(32))
                validation_invalid(v, i.item, "must be a domain");
            continue;
        }
        search.len -= str_ends(search, STR("."));
        const char *wrong = format_dns_subdomain_with_underscore(search);
        if (wrong)
            validation_invalid(v, i.item, "%s", wrong);
        else if ((wrong = format_dns_subdomain(search)) != NULL)
            VALIDATION_ONLY(v, VALIDATION_UNTIL(32)) /* RelaxedDNSSearchValidation */
                validation_invalid(v, i.item, "%s", wrong);
    }
    for (Items i = items_of(v, options); items_next(v, &i);)
        if (field_is_empty(v, GET(i.item, name)))
            validation_as(v, validation_required(v, GET(i.item, name), NULL), i.item, NULL);
}

/* validatePodHostNetworkDeps; a Pod's hostPort is its containerPort by default. */
static void validate_host_network_ports(Validation *v, const Pod *pod)
{
    for (Items i = items_of(v, pod->containers); pod->host_network && items_next(v, &i);) {
        Field ports = GET(i.item, ports);
        for (Items p = items_of(v, ports); items_next(v, &p);) {
            Field host_port = GET(p.item, hostPort);
            int64_t number = field_int(v, host_port);
            if (number != 0 && number != field_int(v, GET(p.item, containerPort)))
                validation_invalid(v, host_port, "must be the containerPort, since hostNetwork is true");
        }
    }
}

/* validateReadinessGates, validateSchedulingGates */
static void validate_gates(Validation *v, Field spec)
{
    Seen names = {0};
    Field ready = GET(spec, readinessGates), scheduling = GET(spec, schedulingGates), first;
    for (Items i = items_of(v, ready); items_next(v, &i);) {
        const char *wrong = format_qualified_name(field_text(v, GET(i.item, conditionType)));
        if (wrong)
            validation_invalid(v, GET(i.item, conditionType), "%s", wrong);
    }
    for (Items i = items_of(v, scheduling); items_next(v, &i);) {
        Field name = GET(i.item, name);
        const char *wrong = format_qualified_name(field_text(v, name));
        if (wrong)
            validation_as(v, validation_invalid(v, name, "%s", wrong), i.item, NULL);
        if (seen_before(v, &names, field_text(v, name), name, &first))
            validation_as(v, validation_duplicate(v, name, first), i.item, NULL);
    }
}

/* ValidateHostAliases */
static void validate_host_aliases(Validation *v, Field aliases)
{
    for (Items i = items_of(v, aliases); items_next(v, &i);) {
        Field ip = GET(i.item, ip), names = GET(i.item, hostnames);
        validate_ip_for_legacy_field(v, ip, field_text(v, ip));
        for (Items n = items_of(v, names); items_next(v, &n);) {
            const char *wrong = format_dns_subdomain(field_text(v, n.item));
            if (wrong)
                validation_invalid(v, n.item, "%s", wrong);
        }
    }
}

/* validateHostUsers; the server spells two fields as Go does. */
static void validate_host_users(Validation *v, const Pod *pod)
{
    static const char WHY[] = "hostUsers is false";
    Field network = OF(&pod->of, hostNetwork), pid = OF(&pod->of, hostPID);
    Field ipc = OF(&pod->of, hostIPC);
    if (pod->host_users)
        return;
    if (pod->host_network)
        validation_forbidden(v, network, "%s", WHY);
    if (field_bool(v, pid))
        validation_as(v, validation_forbidden(v, pid, "%s", WHY), pod->spec, ".HostPID");
    if (field_bool(v, ipc))
        validation_as(v, validation_forbidden(v, ipc, "%s", WHY), pod->spec, ".HostIPC");
    for (PodContainers c = pod_containers(pod); pod_containers_next(v, &c);)
        if (field_has_items(v, OF(c.of, volumeDevices)))
            validation_forbidden(v, OF(c.of, volumeDevices), "%s", WHY);
}

/* validatePodHostName */
static void validate_hostname_override(Validation *v, const Pod *pod)
{
    Field name = OF(&pod->of, hostnameOverride);
    if (!field_given(name))
        return;
    if (field_bool(v, OF(&pod->of, setHostnameAsFQDN)))
        validation_forbidden(v, name, "setHostnameAsFQDN is true");
    if (pod->host_network)
        validation_forbidden(v, name, "hostNetwork is true");
    if (field_text(v, name).len > 64)
        validation_too_long(v, name, 64);
    validate_given_text(v, name, format_dns_subdomain);
}

/* validateOS, and then what the one system or the other has. */
static void validate_os(Validation *v, const Pod *pod)
{
    Field os = OF(&pod->of, os), name = GET(os, name);
    if (!pod->has_os || !validation_must_have(v, name))
        return;
    if (str_is(pod->os, "linux"))
        validate_linux_pod(v, pod);
    else if (str_is(pod->os, "windows"))
        validate_windows_pod(v, pod);
    else
        validation_as(v, validation_not_supported(v, name, "linux,windows"), os, NULL);
}

/* Names of other things, and what stands by itself. */
static void validate_names(Validation *v, const Pod *pod)
{
    const Fields *of = &pod->of;
    Field account = OF(of, serviceAccountName), deadline = OF(of, activeDeadlineSeconds);
    Field preemption = OF(of, preemptionPolicy);
    if (field_is_empty(v, account)) {
        Field old = OF(of, serviceAccount);
        Str text = field_text(v, old);
        const char *wrong = text.len ? format_dns_subdomain(text) : NULL;
        if (wrong)
            validation_as(v, validation_invalid(v, old, "%s", wrong), pod->spec, ".serviceAccountName");
    }
    validation_optional_text(v, account, format_dns_subdomain);
    validation_optional_text(v, OF(of, nodeName), format_dns_subdomain);
    if (field_given(deadline))
        validation_range(v, deadline, 1, INT32_MAX);
    if (!pod->of_stateful_set) {
        validation_optional_text(v, OF(of, hostname), format_dns_label);
        validation_optional_text(v, OF(of, subdomain), format_dns_label);
    }
    validation_optional_text(v, OF(of, priorityClassName), format_dns_subdomain);
    validate_given_text(v, OF(of, runtimeClassName), format_dns_subdomain);
    if (field_given(preemption))
        validation_required_word(v, preemption, "PreemptLowerPriority,Never");
}

/* ---- the whole ---- */

static void read_containers(const Validation *v, Pod *pod)
{
    const Field lists[] = {pod->init_containers, pod->containers, pod->ephemeral_containers};
    uint32_t number = 0;
    Fields further;
    pod->of_containers = 0;
    pod->of_ports = pod->port_names = pod->port_numbers = pod->port_count = 0;
    for (size_t sort = 0; sort < BASE_COUNT(lists); sort++)
        for (Items i = items_of(v, lists[sort]); items_next(v, &i); number++) {
            Fields *of = number < POD_KEEPS ? &pod->kept[number] : &further;
            fields_read(v, i.item, of);
            pod->of_containers |= of->bits;
            if (of->bits & FIELD_BIT(ports))
                pod->port_count += field_length(v, OF(of, ports));
        }
}

/* What few specs have. */
static void read_settings(const Validation *v, Pod *pod)
{
    const Fields *of = &pod->of;
    pod->restart_policy = STR("Always");
    pod->os = STR("");
    pod->has_os = pod->host_network = false;
    pod->host_users = true;
    pod->grace_period = 30;
    if (of->bits & FIELD_BITS(restartPolicy, terminationGracePeriodSeconds)) {
        pod->restart_policy = field_text_or(v, OF(of, restartPolicy), "Always");
        pod->grace_period = field_int_or(v, OF(of, terminationGracePeriodSeconds), 30);
    }
    if (of->bits & FIELD_BITS(os, hostNetwork, hostUsers)) {
        pod->has_os = field_given(OF(of, os));
        pod->os = field_text(v, GET(OF(of, os), name));
        pod->host_network = field_bool(v, OF(of, hostNetwork));
        pod->host_users = field_bool_or(v, OF(of, hostUsers), true);
    }
}

/* What is asked about all Pods, */
static void open_meta(const Validation *v, Field whole, bool is_pod, Pod *pod)
{
    pod->is_pod = is_pod;
    pod->meta = GET(whole, metadata);
    pod->annotations = GET(pod->meta, annotations);
    pod->labels = GET(pod->meta, labels);
    pod->spec = GET(whole, spec);
    pod->of_stateful_set = false;
    pod->claim_templates = FIELD_NONE;
}

/* and about those that are not plain. */
static void open_spec(const Validation *v, Pod *pod)
{
    const Fields *of = &pod->of;
    fields_read(v, pod->spec, &pod->of);
    pod->volumes = OF(of, volumes);
    pod->containers = OF(of, containers);
    pod->init_containers = OF(of, initContainers);
    pod->ephemeral_containers = OF(of, ephemeralContainers);
    pod->claims = OF(of, resourceClaims);
    read_settings(v, pod);
    pod->volume_names = (Seen){0};
    pod->has_fractions = pod->has_repeated_env = pod->has_repeated_ports = false;
    /* SetDefaults_Pod */
    if (pod->is_pod && pod->grace_period < 0)
        pod->grace_period = 1;
    read_containers(v, pod);
}

/* What few specs have, in the order in which the server comes to it. */
static void validate_placement(Validation *v, const Pod *pod)
{
    Field spec = pod->spec, share = OF(&pod->of, shareProcessNamespace);
    validate_host_network_ports(v, pod);
    validate_labels(v, OF(&pod->of, nodeSelector));
    validate_pod_security_context(v, pod);
    if (field_bool(v, share) && field_bool(v, OF(&pod->of, hostPID)))
        validation_invalid(v, share, "may not be true together with hostPID");
    validate_affinity(v, pod);
    validate_dns_config(v, spec);
    validate_gates(v, spec);
    validate_topology_spread_constraints(v, pod);
}

static void validate_rest(Validation *v, const Pod *pod)
{
    VALIDATION_ONLY(v, VALIDATION_SINCE(33))
        validate_host_users(v, pod);
    VALIDATION_ONLY(v, VALIDATION_SINCE(35))
        validate_hostname_override(v, pod);
    validate_names(v, pod);
    validate_tolerations(v, OF(&pod->of, tolerations));
    validate_host_aliases(v, OF(&pod->of, hostAliases));
    validate_overhead(v, OF(&pod->of, overhead));
    validate_os(v, pod);
}

/* ValidatePodSpec.  What rows of schemas/rules say is not said again.  A spec has some four of
 * its forty fields, so most of this is passed by with a look at its bits. */
static void validate_pod_spec(Validation *v, Pod *pod)
{
    static const uint64_t PLACEMENT =
        FIELD_BITS(hostNetwork, nodeSelector, securityContext, shareProcessNamespace) |
        FIELD_BITS(affinity, dnsConfig, dnsPolicy, readinessGates, schedulingGates,
                   topologySpreadConstraints);
    static const uint64_t REST =
        FIELD_BITS(hostUsers, hostnameOverride, serviceAccount, serviceAccountName, nodeName) |
        FIELD_BITS(activeDeadlineSeconds, preemptionPolicy, hostname, subdomain) |
        FIELD_BITS(priorityClassName, runtimeClassName, tolerations, hostAliases, overhead, os);
    uint64_t has = pod->of.bits;
    if (has & FIELD_BIT(volumes))
        validate_volumes(v, pod);
    if (has & FIELD_BIT(resourceClaims))
        VALIDATION_ONLY(v, VALIDATION_SINCE(34))
            validate_pod_resource_claims(v, pod);
    validate_containers(v, pod);
    if (has & FIELD_BIT(initContainers))
        validate_init_containers(v, pod);
    if (has & FIELD_BIT(ephemeralContainers))
        validate_ephemeral_containers(v, pod);
    if (has & FIELD_BIT(resources))
        VALIDATION_ONLY(v, VALIDATION_SINCE(34))
            validate_pod_resources(v, pod);
    if (has & PLACEMENT)
        validate_placement(v, pod);
    if ((has | pod->of_containers) & FIELD_BIT(securityContext))
        validate_windows_host_process_pod(v, pod);
    if (has & REST)
        validate_rest(v, pod);
}

/* The server leaves metadata out of these paths. */
static void validate_template_meta(Validation *v, const Pod *pod, Field template, bool plain)
{
    Rename before = validation_rename_below(v, pod->meta, template, STR(""));
    validate_labels(v, pod->labels);
    validate_annotations(v, pod->annotations);
    VALIDATION_UNLESS(v, plain)
        validate_pod_annotations(v, pod);
    validation_unrename(v, before);
}

static void validate_template_spec(Validation *v, Pod *pod)
{
    validate_pod_spec(v, pod);
    if (field_given(pod->annotations))
        validate_pod_annotations_match(v, pod);
    if (field_has_items(v, pod->ephemeral_containers))
        validation_forbidden(v, pod->ephemeral_containers, "they are added to Pods that run");
    warn_of_pod(v, pod);
}

static void validate_template(Validation *v, Pod *pod, Field template)
{
    bool plain = pod_is_plain(v, pod);
    VALIDATION_UNLESS(v, plain)
        open_spec(v, pod);
    if (field_given(pod->meta))
        validate_template_meta(v, pod, template, plain);
    VALIDATION_UNLESS(v, plain)
        validate_template_spec(v, pod);
}

void validate_pod_template_spec(Validation *v, Field template)
{
    Pod pod;
    open_meta(v, template, false, &pod);
    validate_template(v, &pod, template);
}

void validate_pod_template_spec_for_stateful_set(Validation *v, Field template, Field claims)
{
    Pod pod;
    open_meta(v, template, false, &pod);
    pod.of_stateful_set = true;
    pod.claim_templates = claims;
    validate_template(v, &pod, template);
}

/* validatePodMetadataAndSpec's look at tokens for an account that nobody named. */
static void validate_tokens(Validation *v, const Pod *pod)
{
    if (!field_given(pod->volumes) || !field_is_empty(v, OF(&pod->of, serviceAccountName)) ||
        !field_is_empty(v, OF(&pod->of, serviceAccount)))
        return;
    for (Items i = items_of(v, pod->volumes); items_next(v, &i);) {
        Field sources = FIELD_PATH(v, i.item, SCHEMA_NAME_projected, SCHEMA_NAME_sources);
        for (Items s = items_of(v, sources); items_next(v, &s);)
            if (field_given(GET(s.item, serviceAccountToken)))
                validation_forbidden(v, GET(s.item, serviceAccountToken),
                                     "the Pod names no serviceAccountName");
    }
}

/* plugin/pkg/admission/priority: who gives a priority or a policy must give the one of
 * his class.  Without a class these are 0 and PreemptLowerPriority; classes other than
 * the two that every cluster has are not known here. */
static void validate_priority(Validation *v, const Pod *pod)
{
    Str class = field_text(v, OF(&pod->of, priorityClassName));
    Field priority = OF(&pod->of, priority), policy = OF(&pod->of, preemptionPolicy);
    int64_t value = 0;
    if (str_is(class, "system-node-critical"))
        value = 2000001000;
    else if (str_is(class, "system-cluster-critical"))
        value = 2000000000;
    else if (class.len)
        return;
    if (field_given(priority) && field_int(v, priority) != value)
        validation_other(v, priority, "", "must be left out or be %lld, the priority of its class",
                         (long long)value);
    else if (field_given(policy) && !field_text_is(v, policy, "PreemptLowerPriority"))
        validation_other(v, policy, "", "must be left out or be PreemptLowerPriority, the policy of "
                                        "its class");
}

/* plugin/pkg/admission/runtimeclass: an overhead, even an empty one, comes from a class of
 * runtimes.  The plugin looks at what validation found no fault with. */
static void validate_overhead_has_class(Validation *v, const Pod *pod)
{
    Field overhead = OF(&pod->of, overhead);
    if (!field_given(overhead) || field_given(OF(&pod->of, runtimeClassName)))
        return;
    VALIDATION_ONLY(v, ~v->walk->stopped[STAGE_VALIDATE])
        validation_other(v, overhead, "", "may be given only together with the runtimeClassName that "
                                          "has it");
}

static void validate_whole_pod(Validation *v, Pod *pod)
{
    open_spec(v, pod);
    validate_pod_annotations(v, pod);
    validate_pod_spec(v, pod);
    validate_tokens(v, pod);
    if (field_has_items(v, pod->ephemeral_containers))
        validation_forbidden(v, pod->ephemeral_containers, "they are added to Pods that run");
    if (!field_is_empty(v, OF(&pod->of, nodeName)) && field_has_items(v, OF(&pod->of, schedulingGates)))
        validation_forbidden(v, OF(&pod->of, nodeName), "schedulingGates are not cleared yet");
    if (pod->of.bits & FIELD_BITS(priority, preemptionPolicy))
        validate_priority(v, pod);
    validate_pod_annotations_match(v, pod);
    validate_overhead_has_class(v, pod);
    warn_of_pod(v, pod);
}

/* ValidatePodCreate */
void validate_pod(Validation *v, Field object)
{
    Pod pod;
    open_meta(v, object, true, &pod);
    bool plain = pod_is_plain(v, &pod);
    VALIDATION_UNLESS(v, plain)
        validate_whole_pod(v, &pod);
}

/* ValidatePodBinding */
void validate_pod_binding(Validation *v, Field binding)
{
    Field target = GET(binding, target), kind = GET(target, kind), name = GET(target, name);
    bool to_node = validation_optional_word(v, kind, "Node");
    if (!validation_must_have(v, name) || !to_node)
        return;
    VALIDATION_ONLY(v, VALIDATION_SINCE(36))
        validation_optional_text(v, name, format_dns_subdomain);
}
