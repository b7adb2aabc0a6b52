/* core_pod_warnings.c: what the server takes and warns of in Pods and templates, as
 * pkg/api/pod/warnings.go has it. */
#include "schema/validation/core_pod.h"

/* ---- labels of nodes, selectors that match nothing ---- */

static void warn_of_node_label(Validation *v, Field at, Str label)
{
    const char *instead = node_label_replacement(label);
    if (instead)
        validation_warning(v, at, "names a label that is on its way out: %s", instead);
}

static void warn_of_node_term(Validation *v, Field term, bool values)
{
    Field expressions = GET(term, matchExpressions);
    for (Items i = items_of(v, expressions); items_next(v, &i);) {
        Field key = GET(i.item, key), list = GET(i.item, values);
        warn_of_node_label(v, key, field_text(v, key));
        for (Items value = items_of(v, list); values && items_next(v, &value);) {
            const char *wrong = format_label_value(field_text(v, value.item));
            if (wrong)
                validation_warning(v, value.item, "is no value of a label: it %s", wrong);
        }
    }
}

static void warn_of_no_selector(Validation *v, Field term)
{
    if (!field_given(GET(term, labelSelector)))
        validation_warning(v, GET(term, labelSelector), "is not given, which matches no Pod");
}

static void warn_of_pod_affinity(Validation *v, Field affinity)
{
    Field required = GET(affinity, requiredDuringSchedulingIgnoredDuringExecution);
    Field preferred = GET(affinity, preferredDuringSchedulingIgnoredDuringExecution);
    for (Items i = items_of(v, required); items_next(v, &i);)
        warn_of_no_selector(v, i.item);
    for (Items i = items_of(v, preferred); items_next(v, &i);)
        warn_of_no_selector(v, GET(i.item, podAffinityTerm));
}

static void warn_of_placement(Validation *v, const Fields *spec)
{
    Field selector = OF(spec, nodeSelector), spread = OF(spec, topologySpreadConstraints);
    Field affinity = OF(spec, affinity), nodes = GET(affinity, nodeAffinity);
    for (Entries at = entries_of(v, selector); entries_next(v, &at);)
        warn_of_node_label(v, field_key(at.at), at.key);
    for (Items i = items_of(v, spread); items_next(v, &i);) {
        warn_of_node_label(v, GET(i.item, topologyKey), field_text(v, GET(i.item, topologyKey)));
        warn_of_no_selector(v, i.item);
    }
    if (!field_given(affinity))
        return;
    Field terms = FIELD_PATH(v, nodes, SCHEMA_NAME_requiredDuringSchedulingIgnoredDuringExecution,
                             SCHEMA_NAME_nodeSelectorTerms);
    Field preferred = GET(nodes, preferredDuringSchedulingIgnoredDuringExecution);
    for (Items i = items_of(v, terms); items_next(v, &i);)
        warn_of_node_term(v, i.item, false);
    for (Items i = items_of(v, preferred); items_next(v, &i);)
        warn_of_node_term(v, GET(i.item, preference), true);
    warn_of_pod_affinity(v, GET(affinity, podAffinity));
    warn_of_pod_affinity(v, GET(affinity, podAntiAffinity));
}

/* ---- annotations ---- */

/* Whether there is a container of that name, without the profile. */
static bool container_lacks(const Validation *v, const Pod *pod, Str name, NameId profile)
{
    for (PodContainers c = pod_containers(pod); pod_containers_next(v, &c);)
        if (str_eq(field_text(v, OF(c.of, name)), name) &&
            !field_given(field_get(v, OF(c.of, securityContext), profile)))
            return true;
    return false;
}

/* Whether an annotation says what the Pod's own profile says: ApparmorFieldForAnnotation. */
static bool says_the_same(const Validation *v, Field profile, Str annotation)
{
    Field type = GET(profile, type);
    if (str_is(annotation, "runtime/default"))
        return field_text_is(v, type, "RuntimeDefault");
    if (str_is(annotation, "unconfined"))
        return field_text_is(v, type, "Unconfined");
    Str local = field_text(v, GET(profile, localhostProfile));
    return field_text_is(v, type, "Localhost") && str_starts(annotation, STR("localhost/")) &&
           str_eq(str_slice(annotation.ptr + 10, annotation.len - 10), local);
}

static void warn_of_annotations(Validation *v, const Pod *pod)
{
    static const char SECCOMP[] = "container.seccomp.security.alpha.kubernetes.io/";
    static const char APP_ARMOR[] = "container.apparmor.security.beta.kubernetes.io/";
    Field context = OF(&pod->of, securityContext), app_armor = GET(context, appArmorProfile);
    for (Entries at = entries_of(v, pod->annotations); entries_next(v, &at);) {
        Field key = field_key(at.at);
        if (str_is(at.key, "scheduler.alpha.kubernetes.io/critical-pod"))
            validation_warning(v, key, "has no effect since 1.16: use priorityClassName");
        else if (word_is_one_of(at.key, "security.alpha.kubernetes.io/sysctls,"
                                        "security.alpha.kubernetes.io/unsafe-sysctls"))
            validation_warning(v, key, "has no effect since 1.11: use sysctls");
        else if (str_is(at.key, "seccomp.security.alpha.kubernetes.io/pod") &&
                 !field_given(GET(context, seccompProfile)))
            validation_warning(v, key, "has no effect since 1.27: use seccompProfile");
        else if (str_starts(at.key, STR(SECCOMP)) &&
                 container_lacks(v, pod, str_slice(at.key.ptr + sizeof SECCOMP - 1,
                                                  at.key.len - (sizeof SECCOMP - 1)),
                                SCHEMA_NAME_seccompProfile))
            validation_warning(v, key, "has no effect since 1.27: use seccompProfile");
        else if (str_starts(at.key, STR(APP_ARMOR)) &&
                 !says_the_same(v, app_armor, field_text(v, at.value)) &&
                 container_lacks(v, pod, str_slice(at.key.ptr + sizeof APP_ARMOR - 1,
                                                  at.key.len - (sizeof APP_ARMOR - 1)),
                                SCHEMA_NAME_appArmorProfile))
            VALIDATION_ONLY(v, VALIDATION_SINCE(30))
                validation_warning(v, key, "is on its way out since 1.30: use appArmorProfile");
    }
}

/* ---- volumes ---- */

/* A path in a volume, and the volume's others: one may not hold another. */
static bool overlaps(Str a, Str b)
{
    while (a.len && a.ptr[a.len - 1] == '/')
        a.len--;
    while (b.len && b.ptr[b.len - 1] == '/')
        b.len--;
    if (a.len > b.len) {
        Str longer = a;
        a = b;
        b = longer;
    }
    return a.len > 0 && str_starts(b, a) && (b.len == a.len || b.ptr[a.len] == '/');
}

static void warn_of_path(Validation *v, Seen *paths, Field path)
{
    Field first;
    Str text = field_text(v, path);
    for (uint32_t i = 0; i < paths->count; i++)
        if (overlaps(seen_entries(paths)[i].key, text)) {
            validation_warning(v, path, "lies in, over or above another path of the volume");
            break;
        }
    seen_before(v, paths, text, path, &first);
}

static void warn_of_items(Validation *v, Seen *paths, Field source)
{
    Field items = GET(source, items);
    for (Items i = items_of(v, items); items_next(v, &i);)
        if (!field_is_empty(v, GET(i.item, path)))
            warn_of_path(v, paths, GET(i.item, path));
}

static void warn_of_projected(Validation *v, Field projected)
{
    Seen paths = {0};
    Field sources = GET(projected, sources);
    for (Items i = items_of(v, sources); items_next(v, &i);) {
        Field token = GET(i.item, serviceAccountToken), bundle = GET(i.item, clusterTrustBundle);
        if (!field_given(i.item) || field_length(v, i.item) == 0)
            validation_warning(v, i.item, "is a source of nothing");
        warn_of_items(v, &paths, GET(i.item, configMap));
        warn_of_items(v, &paths, GET(i.item, secret));
        warn_of_items(v, &paths, GET(i.item, downwardAPI));
        if (field_given(token))
            warn_of_path(v, &paths, GET(token, path));
        if (field_given(bundle))
            warn_of_path(v, &paths, GET(bundle, path));
    }
}

static void warn_of_volume(Validation *v, Field volume)
{
    static const uint64_t GONE_BITS =
        FIELD_BITS(photonPersistentDisk, gitRepo, scaleIO, flocker) |
        FIELD_BITS(storageos, quobyte, glusterfs, cephfs, rbd);
    static const GoneVolume GONE[] = {
        {SCHEMA_NAME_photonPersistentDisk, "is on its way out since 1.11, gone in 1.16"},
        {SCHEMA_NAME_gitRepo, "is on its way out since 1.11, off since 1.33"},
        {SCHEMA_NAME_scaleIO, "is on its way out since 1.16, gone in 1.22"},
        {SCHEMA_NAME_flocker, "is on its way out since 1.22, gone in 1.25"},
        {SCHEMA_NAME_storageos, "is on its way out since 1.22, gone in 1.25"},
        {SCHEMA_NAME_quobyte, "is on its way out since 1.22, gone in 1.25"},
        {SCHEMA_NAME_glusterfs, "is on its way out since 1.25, gone in 1.26"},
        {SCHEMA_NAME_cephfs, "is on its way out since 1.28, gone in 1.31"},
        {SCHEMA_NAME_rbd, "is on its way out since 1.28, gone in 1.31"},
    };
    uint64_t has = field_bits(v, volume);
    if (has & GONE_BITS)
        warn_of_gone_volumes(v, volume, GONE, BASE_COUNT(GONE));
    static const NameId KEYED[] = {SCHEMA_NAME_configMap, SCHEMA_NAME_secret,
                                   SCHEMA_NAME_downwardAPI};
    for (size_t i = 0; i < BASE_COUNT(KEYED); i++) {
        if (!(has & node_name_bit(KEYED[i])))
            continue;
        Seen paths = {0};
        warn_of_items(v, &paths, field_get(v, volume, KEYED[i]));
    }
    if (!(has & FIELD_BITS(projected, ephemeral)))
        return;
    if (field_given(GET(volume, projected)))
        warn_of_projected(v, GET(volume, projected));
    Field template = FIELD_PATH(v, volume, SCHEMA_NAME_ephemeral, SCHEMA_NAME_volumeClaimTemplate);
    if (field_given(template))
        warn_of_persistent_volume_claim_spec(v, GET(template, spec));
}

/* ---- containers ---- */

/* Bytes come whole. */
static void warn_of_fractions(Validation *v, Field list)
{
    for (Entries at = entries_of(v, list); entries_next(v, &at);) {
        if (!str_is(at.key, "memory") && !str_is(at.key, "ephemeral-storage"))
            continue;
        Quantity quantity = field_quantity(v, at.value);
        quantity_round_up(&quantity, -3);
        if (!quantity_is_whole(&quantity))
            validation_warning(v, at.value, "asks for a part of a byte");
    }
}

/* A variable that hides an earlier one of its name without using it. */
static void warn_of_env(Validation *v, Field env)
{
    Seen names = {0};
    if (field_length(v, env) < 2)
        return;
    for (Items i = items_of(v, env); items_next(v, &i);) {
        Field name = GET(i.item, name), first;
        Str text = field_text(v, name);
        if (!seen_before(v, &names, text, name, &first))
            continue;
        Str value = field_text(v, GET(i.item, value));
        bool uses = false;
        for (size_t at = 0; at + text.len + 3 <= value.len; at++)
            uses |= value.ptr[at] == '$' && value.ptr[at + 1] == '(' &&
                    value.ptr[at + 2 + text.len] == ')' &&
                    str_eq(str_slice(value.ptr + at + 2, text.len), text);
        if (field_given(GET(i.item, valueFrom)) || !uses || value.len == text.len + 3)
            validation_warning(v, i.item, "hides an earlier definition of %.*s", STR_ARG(text));
    }
}

typedef struct PortOf {
    int64_t number, host_port;
    Str protocol, host_ip;
} PortOf;

static PortOf read_port(const Validation *v, const Pod *pod, const PodContainers *c, Field port)
{
    Fields fields;
    fields_read(v, port, &fields);
    PortOf of = {
        .number = field_int(v, OF(&fields, containerPort)),
        .host_port = field_int(v, OF(&fields, hostPort)),
        .protocol = field_text_or(v, OF(&fields, protocol), "TCP"),
        .host_ip = field_text(v, OF(&fields, hostIP)),
    };
    if (of.host_port == 0 && pod->is_pod && pod->host_network && c->sort != PODS_EPHEMERAL)
        of.host_port = of.number;
    return of;
}

/* How a port stands to an earlier one of its number and protocol; NULL: well. */
static const char *port_conflict(const PortOf *port, const PortOf *other)
{
    if (str_eq(port->host_ip, other->host_ip) && port->host_port == other->host_port)
        return "is the same port as an earlier one";
    if (port->host_port == 0 || other->host_port == 0)
        return "overlaps with an earlier port";
    bool one = (port->host_ip.len == 0) != (other->host_ip.len == 0);
    return port->host_port == other->host_port && one
               ? "cannot be told from an earlier port, which leaves it to chance who gets it"
               : NULL;
}

/* A port, and the first of all with its number and protocol. */
static void warn_of_port(Validation *v, const Pod *pod, const PodContainers *at, Field port,
                         Seen *seen)
{
    PortOf of = read_port(v, pod, at, port);
    Field first;
    if (of.host_ip.len && of.host_port == 0)
        validation_warning(v, port, "has a hostIP without a hostPort");
    if (!seen_pair(v, seen, of.protocol, of.number, port, &first))
        return;
    PortOf other = read_port(v, pod, at, first);
    const char *wrong = port_conflict(&of, &other);
    if (!wrong)
        return;
    Finding *finding = validation_warning(v, port, "%s", wrong);
    diag_note(v->walk->checker->diag, finding, document_place(v->doc, first.above),
              "the earlier one");
}

static void warn_of_ports(Validation *v, const Pod *pod)
{
    Seen names = {0}, seen = {0};
    for (PodContainers c = pod_containers(pod); pod_containers_next(v, &c);) {
        Field ports = OF(c.of, ports), first;
        for (Items i = items_of(v, ports); items_next(v, &i);) {
            Field name = GET(i.item, name);
            warn_of_port(v, pod, &c, i.item, &seen);
            if (!field_is_empty(v, name) && seen_before(v, &names, field_text(v, name), name, &first))
                validation_as(v, validation_warning(v, name, "is the name of another port, which is "
                                                             "the one that Services and probes take"),
                              i.item, NULL);
        }
    }
}

/* ---- lists of the spec ---- */

static void warn_of_lists(Validation *v, const Fields *spec)
{
    Seen names = {0}, addresses = {0};
    Field aliases = OF(spec, hostAliases), secrets = OF(spec, imagePullSecrets), first;
    Field servers = GET(OF(spec, dnsConfig), nameservers);
    for (Items i = items_of(v, aliases); items_next(v, &i);) {
        Field ip = GET(i.item, ip);
        if (seen_before(v, &addresses, field_text(v, ip), ip, &first))
            validation_warning(v, ip, "is the address of another alias");
        VALIDATION_ONLY(v, VALIDATION_SINCE(34))
            warn_of_ip(v, ip, field_text(v, ip));
    }
    for (Items i = items_of(v, servers); items_next(v, &i);)
        VALIDATION_ONLY(v, VALIDATION_SINCE(34))
            warn_of_ip(v, i.item, field_text(v, i.item));
    for (Items i = items_of(v, secrets); items_next(v, &i);) {
        Field name = GET(i.item, name);
        if (seen_before(v, &names, field_text(v, name), name, &first))
            validation_warning(v, name, "is named a second time");
        if (field_is_empty(v, name))
            validation_warning(v, name, "is empty");
    }
}

static void warn_of_containers(Validation *v, const Pod *pod)
{
    for (PodContainers c = pod_containers(pod); pod_containers_next(v, &c);) {
        Field resources = OF(c.of, resources);
        if (pod->has_fractions) {
            warn_of_fractions(v, GET(resources, limits));
            warn_of_fractions(v, GET(resources, requests));
        }
        if (pod->has_repeated_env)
            warn_of_env(v, OF(c.of, env));
    }
}

void warn_of_pod(Validation *v, const Pod *pod)
{
    uint64_t has = pod->of.bits;
    if (has & FIELD_BITS(nodeSelector, topologySpreadConstraints, affinity))
        warn_of_placement(v, &pod->of);
    if (field_given(pod->annotations))
        warn_of_annotations(v, pod);
    for (Items i = items_of(v, pod->volumes); items_next(v, &i);)
        warn_of_volume(v, i.item);
    if (has & FIELD_BITS(hostAliases, imagePullSecrets, dnsConfig))
        warn_of_lists(v, &pod->of);
    if (has & FIELD_BIT(overhead))
        warn_of_fractions(v, OF(&pod->of, overhead));
    if (pod->has_fractions || pod->has_repeated_env)
        warn_of_containers(v, pod);
    if (pod->has_repeated_ports || (pod->of_ports & FIELD_BIT(hostIP)))
        warn_of_ports(v, pod);
    Field grace = OF(&pod->of, terminationGracePeriodSeconds), name = GET(pod->meta, name);
    if (!pod->is_pod && field_int(v, grace) < 0)
        validation_warning(v, grace, "is negative, and will count as 1");
    if (pod->is_pod && !field_is_empty(v, name) && format_dns_label(field_text(v, name)))
        validation_warning(v, name, "is used as the Pod's host name, and should be a DNS label");
}
