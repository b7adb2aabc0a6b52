/* What the Pod Security Standards look at, in one pass over a Pod's spec: k8s.io/
 * pod-security-admission/policy, each check_*.go.
 *
 * Each value that breaks a check in some version of the policy is kept with its place;
 * of what is missing a bit is kept, for its place is the container.  The server looks at
 * the Pod as it would be stored, so two defaults count: with hostNetwork every port is a
 * hostPort, and a volume without a source is an emptyDir. */
#include "checks/pod_scan.h"

/* Where nothing shorter says the place. */
static void tell_path(PodScan *scan, SecurityValue *value, uint32_t node)
{
    if (scan->told != node)
        collect_where(&(Collector){scan->context}, node, &scan->path, &scan->pointer);
    scan->told = node;
    value->path = scan->path;
    value->pointer = scan->pointer;
}

/* A value breaks a check.  Its field below what is scanned says where, if it is one of those. */
static void break_field(PodScan *scan, SecurityCheck check, uint32_t node, SecurityField field,
                        NameId name, uint32_t index)
{
    Facts *facts = scan->context->facts;
    scan->fact->violations |= BIT(check);
    SecurityValue value = {
        .container = facts->containers.len,
        .place = node_span(scan->doc, node),
        .name = name,
        .index = index,
        .check = (uint8_t)check,
        .field = (uint8_t)field,
    };
    /* Of an item of a List the pointer is not that of its path. */
    if (field == SECURITY_OTHER_FIELD || scan->doc->root || scan->fact->index == UINT16_MAX) {
        value.field = SECURITY_OTHER_FIELD;
        tell_path(scan, &value, node);
    }
    vec_push(&facts->security_values, value);
}

static void break_check(PodScan *scan, SecurityCheck check, uint32_t node)
{
    break_field(scan, check, node, SECURITY_OTHER_FIELD, 0, 0);
}

static bool is_word(Str text, const Str *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(text, words[i]))
            return true;
    return false;
}

#define IS_WORD(text, words) is_word(text, words, BASE_COUNT(words))

/* ---- what Pods and containers have in common ---- */

/* The value of type in a profile; the profile itself where it has none. */
static uint32_t profile_type(const Document *doc, uint32_t profile, Str *type)
{
    uint32_t node = schema_get(doc, profile, SCHEMA_NAME_type);
    *type = scalar_text(doc, node);
    return node == BASE_NONE ? profile : node;
}

static void scan_seccomp(PodScan *scan, uint32_t profile, bool pod)
{
    Str type;
    uint32_t node = profile_type(scan->doc, profile, &type);
    if (str_is(type, "RuntimeDefault") || str_is(type, "Localhost")) {
        if (pod)
            scan->pod_set |= BIT(SECURITY_SECCOMP_RESTRICTED);
        return;
    }
    break_check(scan, SECURITY_SECCOMP, node);
    break_check(scan, SECURITY_SECCOMP_RESTRICTED, node);
}

static void scan_app_armor(PodScan *scan, uint32_t profile)
{
    Str type;
    uint32_t node = profile_type(scan->doc, profile, &type);
    if (!str_is(type, "RuntimeDefault") && !str_is(type, "Localhost"))
        break_check(scan, SECURITY_APP_ARMOR, node);
}

static void scan_selinux(PodScan *scan, uint32_t options)
{
    static const Str TYPES[] = {STR_INIT("container_t"), STR_INIT("container_init_t"),
                                STR_INIT("container_kvm_t")};
    static const NameId OTHERS[] = {SCHEMA_NAME_user, SCHEMA_NAME_role};
    const Document *doc = scan->doc;
    uint32_t node = schema_get(doc, options, SCHEMA_NAME_type);
    Str type = scalar_text(doc, node);
    if (str_is(type, "container_engine_t"))
        break_check(scan, SECURITY_SELINUX_ENGINE, node);
    else if (type.len && !IS_WORD(type, TYPES))
        break_check(scan, SECURITY_SELINUX, node);
    for (size_t i = 0; i < BASE_COUNT(OTHERS); i++) {
        node = schema_get(doc, options, OTHERS[i]);
        if (scalar_text(doc, node).len)
            break_check(scan, SECURITY_SELINUX, node);
    }
}

/* One entry of a securityContext that Pods have as well as containers; false where the
 * field is another one. */
static bool scan_common(PodScan *scan, NameId name, uint32_t value, bool pod)
{
    const Document *doc = scan->doc;
    int64_t user;
    uint32_t process;
    switch (name) {
    case SCHEMA_NAME_seLinuxOptions: scan_selinux(scan, value); return true;
    case SCHEMA_NAME_seccompProfile: scan_seccomp(scan, value, pod); return true;
    case SCHEMA_NAME_appArmorProfile: scan_app_armor(scan, value); return true;
    case SCHEMA_NAME_windowsOptions:
        process = schema_get(doc, value, SCHEMA_NAME_hostProcess);
        if (scalar_is_true(doc, process))
            break_check(scan, SECURITY_HOST_PROCESS, process);
        return true;
    case SCHEMA_NAME_runAsNonRoot:
        if (!scalar_is_true(doc, value))
            break_field(scan, SECURITY_NON_ROOT, value, SECURITY_CONTEXT_FIELD, name, 0);
        else if (pod)
            scan->pod_set |= BIT(SECURITY_NON_ROOT);
        return true;
    case SCHEMA_NAME_runAsUser:
        if (node_kind(doc, value) == NODE_INT && node_int64(doc, value, &user) && user == 0)
            break_field(scan, SECURITY_RUN_AS_USER, value, SECURITY_CONTEXT_FIELD, name, 0);
        return true;
    default: return false;
    }
}

/* ---- containers ---- */

static void scan_capabilities(PodScan *scan, uint32_t capabilities, uint32_t *missing)
{
    static const Str DEFAULTS[] = {
        STR_INIT("AUDIT_WRITE"), STR_INIT("CHOWN"),      STR_INIT("DAC_OVERRIDE"),
        STR_INIT("FOWNER"),      STR_INIT("FSETID"),     STR_INIT("KILL"),
        STR_INIT("MKNOD"),       STR_INIT("SETFCAP"),    STR_INIT("NET_BIND_SERVICE"),
        STR_INIT("SETGID"),      STR_INIT("SETPCAP"),    STR_INIT("SETUID"),
        STR_INIT("SYS_CHROOT"),
    };
    const Document *doc = scan->doc;
    uint32_t add = schema_get(doc, capabilities, SCHEMA_NAME_add);
    uint32_t drop = schema_get(doc, capabilities, SCHEMA_NAME_drop);
    if (is_seq(doc, drop))
        for (uint32_t at = node_first(drop); at < node_end(doc, drop); at = node_after(doc, at))
            if (str_is(scalar_text(doc, at), "ALL"))
                *missing &= ~BIT(SECURITY_DROP_ALL);
    if (!is_seq(doc, add))
        return;
    uint32_t index = 0;
    for (uint32_t at = node_first(add); at < node_end(doc, add); at = node_after(doc, at)) {
        Str name = scalar_text(doc, at);
        if (!IS_WORD(name, DEFAULTS))
            break_field(scan, SECURITY_CAPABILITIES, at, SECURITY_CAPABILITY_ITEM, 0, index);
        if (!str_is(name, "NET_BIND_SERVICE"))
            break_field(scan, SECURITY_ADD_RESTRICTED, at, SECURITY_CAPABILITY_ITEM, 0, index);
        index++;
    }
}

/* Takes out of missing what the container says. */
void scan_container_context(PodScan *scan, uint32_t map, uint32_t *missing)
{
    const Document *doc = scan->doc;
    for (uint32_t key = map_first(doc, map); key < node_end(doc, map);
         key = map_next(doc, map, key)) {
        uint32_t value = key + 1;
        if (node_kind(doc, value) == NODE_NULL)
            continue;
        NameId name = node_at(doc, key)->bind;
        if (name == SCHEMA_NAME_runAsNonRoot)
            *missing &= ~BIT(SECURITY_NON_ROOT);
        else if (name == SCHEMA_NAME_seccompProfile)
            *missing &= ~BIT(SECURITY_SECCOMP_RESTRICTED);
        if (scan_common(scan, name, value, false))
            continue;
        if (name == SCHEMA_NAME_privileged && scalar_is_true(doc, value)) {
            break_field(scan, SECURITY_PRIVILEGED, value, SECURITY_CONTEXT_FIELD, name, 0);
        } else if (name == SCHEMA_NAME_allowPrivilegeEscalation) {
            *missing &= ~BIT(SECURITY_ESCALATION);
            if (scalar_is_true(doc, value))
                break_field(scan, SECURITY_ESCALATION, value, SECURITY_CONTEXT_FIELD, name, 0);
        } else if (name == SCHEMA_NAME_capabilities) {
            scan_capabilities(scan, value, missing);
        } else if (name == SCHEMA_NAME_procMount && !str_is(scalar_text(doc, value), "Default")) {
            break_check(scan, SECURITY_PROC_MOUNT, value);
            break_check(scan, SECURITY_PROC_MOUNT_RESTRICTED, value);
        }
    }
}

void scan_node_port(PodScan *scan, uint32_t host, uint32_t own, uint32_t index)
{
    const Document *doc = scan->doc;
    int64_t number = 0;
    if (host != BASE_NONE && node_kind(doc, host) == NODE_INT)
        node_int64(doc, host, &number);
    if (number)
        break_field(scan, SECURITY_HOST_PORTS, host, SECURITY_PORT_FIELD, SCHEMA_NAME_hostPort,
                    index);
    else if (scan->host_network && scan->fact->part != POD_EPHEMERAL && own != BASE_NONE)
        break_field(scan, SECURITY_HOST_PORTS, own, SECURITY_PORT_FIELD,
                    SCHEMA_NAME_containerPort, index);
}

void scan_probe_host(PodScan *scan, uint32_t host)
{
    if (scalar_text(scan->doc, host).len)
        break_check(scan, SECURITY_HOST_PROBES, host);
}

/* The annotation of a container for a profile, as it was before there were fields. */
static void scan_seccomp_annotation(PodScan *scan, Str key)
{
    const Document *doc = scan->doc;
    uint32_t notes = scan->annotations;
    if (!is_map(doc, notes))
        return;
    for (uint32_t at = map_first(doc, notes); at < node_end(doc, notes);
         at = map_next(doc, notes, at)) {
        Str value = scalar_text(doc, at + 1);
        if (str_eq(node_str(doc, at), key) && !str_is(value, "runtime/default") &&
            !str_is(value, "docker/default") && !str_starts(value, STR("localhost/")))
            break_check(scan, SECURITY_SECCOMP_ANNOTATION, at + 1);
    }
}

/* Of the checks that want something to be said, those that the Pod leaves open. */
uint32_t scan_duties(const PodScan *scan)
{
    uint32_t duties = BIT(SECURITY_ESCALATION) | BIT(SECURITY_DROP_ALL);
    uint32_t inherited = BIT(SECURITY_NON_ROOT) | BIT(SECURITY_SECCOMP_RESTRICTED);
    return duties | (inherited & ~scan->pod_set & ~scan->pod_broken);
}

/* The annotation of the container that was read. */
void scan_container_annotation(PodScan *scan)
{
    if (!is_map(scan->doc, scan->annotations))
        return;
    const Str key[] = {STR("container.seccomp.security.alpha.kubernetes.io/"),
                       facts_text(scan->context->facts, scan->fact->name)};
    scan_seccomp_annotation(scan,
                            arena_concat(scan->context->scratch, key, BASE_COUNT(key)));
}

/* ---- the Pod itself ---- */

static void scan_sysctls(PodScan *scan, uint32_t sysctls)
{
    static const struct {
        Str name;
        int check; /* SecurityCheck, or SECURITY_CHECKS: safe in every version */
    } SAFE[] = {
        {STR_INIT("kernel.shm_rmid_forced"), SECURITY_CHECKS},
        {STR_INIT("net.ipv4.ip_local_port_range"), SECURITY_CHECKS},
        {STR_INIT("net.ipv4.tcp_syncookies"), SECURITY_CHECKS},
        {STR_INIT("net.ipv4.ping_group_range"), SECURITY_CHECKS},
        {STR_INIT("net.ipv4.ip_unprivileged_port_start"), SECURITY_CHECKS},
        {STR_INIT("net.ipv4.ip_local_reserved_ports"), SECURITY_SYSCTLS_27},
        {STR_INIT("net.ipv4.tcp_keepalive_time"), SECURITY_SYSCTLS_29},
        {STR_INIT("net.ipv4.tcp_fin_timeout"), SECURITY_SYSCTLS_29},
        {STR_INIT("net.ipv4.tcp_keepalive_intvl"), SECURITY_SYSCTLS_29},
        {STR_INIT("net.ipv4.tcp_keepalive_probes"), SECURITY_SYSCTLS_29},
        {STR_INIT("net.ipv4.tcp_rmem"), SECURITY_SYSCTLS_32},
        {STR_INIT("net.ipv4.tcp_wmem"), SECURITY_SYSCTLS_32},
        {STR_INIT("net.ipv4.tcp_slow_start_after_idle"), SECURITY_SYSCTLS_37},
        {STR_INIT("net.ipv4.tcp_notsent_lowat"), SECURITY_SYSCTLS_37},
    };
    const Document *doc = scan->doc;
    if (!is_seq(doc, sysctls))
        return;
    for (uint32_t at = node_first(sysctls); at < node_end(doc, sysctls);
         at = node_after(doc, at)) {
        uint32_t name = schema_get(doc, at, SCHEMA_NAME_name);
        int check = SECURITY_SYSCTLS;
        for (size_t i = 0; i < BASE_COUNT(SAFE); i++)
            if (str_eq(scalar_text(doc, name), SAFE[i].name))
                check = SAFE[i].check;
        if (check != SECURITY_CHECKS)
            break_check(scan, (SecurityCheck)check, name == BASE_NONE ? at : name);
    }
}

void scan_volume(PodScan *scan, uint32_t volume, uint32_t index)
{
    const Document *doc = scan->doc;
    uint32_t source = BASE_NONE;
    if (!is_map(doc, volume))
        return;
    for (uint32_t key = map_first(doc, volume); key < node_end(doc, volume);
         key = map_next(doc, volume, key)) {
        NameId name = node_at(doc, key)->bind;
        if (node_kind(doc, key + 1) == NODE_NULL)
            continue;
        switch (name) {
        case SCHEMA_NAME_name:
        case SCHEMA_UNBOUND: break;
        case SCHEMA_NAME_configMap:
        case SCHEMA_NAME_csi:
        case SCHEMA_NAME_downwardAPI:
        case SCHEMA_NAME_emptyDir:
        case SCHEMA_NAME_ephemeral:
        case SCHEMA_NAME_image:
        case SCHEMA_NAME_persistentVolumeClaim:
        case SCHEMA_NAME_projected:
        case SCHEMA_NAME_secret: return; /* two sources are an error of another kind */
        case SCHEMA_NAME_hostPath:
            break_field(scan, SECURITY_HOST_PATH, key, SECURITY_VOLUME_FIELD, name, index);
            source = key;
            break;
        default: source = key; break;
        }
    }
    if (source != BASE_NONE)
        break_field(scan, SECURITY_VOLUMES, source, SECURITY_VOLUME_FIELD,
                    node_at(doc, source)->bind, index);
}

void scan_pod_context(PodScan *scan, uint32_t map)
{
    const Document *doc = scan->doc;
    for (uint32_t key = map_first(doc, map); key < node_end(doc, map);
         key = map_next(doc, map, key)) {
        if (node_kind(doc, key + 1) == NODE_NULL)
            continue;
        NameId name = node_at(doc, key)->bind;
        if (!scan_common(scan, name, key + 1, true) && name == SCHEMA_NAME_sysctls)
            scan_sysctls(scan, key + 1);
    }
}

/* Annotations for AppArmor count whichever container they name. */
void scan_annotations(PodScan *scan)
{
    const Document *doc = scan->doc;
    uint32_t notes = scan->annotations;
    if (!is_map(doc, notes))
        return;
    for (uint32_t key = map_first(doc, notes); key < node_end(doc, notes);
         key = map_next(doc, notes, key)) {
        Str value = scalar_text(doc, key + 1);
        if (str_starts(node_str(doc, key), STR("container.apparmor.security.beta.kubernetes.io/")) &&
            value.len && !str_is(value, "runtime/default") &&
            !str_starts(value, STR("localhost/")))
            break_check(scan, SECURITY_APP_ARMOR, key + 1);
    }
    scan_seccomp_annotation(scan, STR("seccomp.security.alpha.kubernetes.io/pod"));
}

void scan_shared(PodScan *scan, NameId name, uint32_t value)
{
    if (!scalar_is_true(scan->doc, value))
        return;
    break_field(scan, SECURITY_HOST_NAMESPACES, value, SECURITY_OWN_FIELD, name, 0);
    scan->host_network |= name == SCHEMA_NAME_hostNetwork;
}

/* ---- Namespaces ---- */

/* PolicyToEvaluate of k8s.io/pod-security-admission/api.  A label that the server refuses
 * counts as none: the Namespace is told to be wrong, and what it would mean is open. */
void collect_pod_security(Collector *collector, uint32_t node, const LinkRow *row)
{
    static const struct {
        const char *level, *version;
    } LABELS[SECURITY_MODES] = {
        [SECURITY_ENFORCE] = {"pod-security.kubernetes.io/enforce",
                              "pod-security.kubernetes.io/enforce-version"},
        [SECURITY_FORCED] = {"", ""},
        [SECURITY_WARN] = {"pod-security.kubernetes.io/warn",
                           "pod-security.kubernetes.io/warn-version"},
        [SECURITY_AUDIT] = {"pod-security.kubernetes.io/audit",
                            "pod-security.kubernetes.io/audit-version"},
    };
    const Document *doc = collector->context->doc;
    uint32_t labels = link_node(doc, node, row, SCHEMA_KEY_labels);
    NamespaceFact fact = {.object = doc->object};
    bool any = false, warns = false, warn_version = false;
    for (int i = 0; i < SECURITY_MODES; i++)
        fact.policy[i].version = SECURITY_LATEST;
    if (!is_map(doc, labels))
        return;
    for (uint32_t key = map_first(doc, labels); key < node_end(doc, labels);
         key = map_next(doc, labels, key)) {
        Str name = node_str(doc, key), value = scalar_text(doc, key + 1);
        if (!str_starts(name, STR("pod-security.kubernetes.io/")))
            continue;
        for (int i = 0; i < SECURITY_MODES; i++) {
            SecurityLevel level;
            if (str_is(name, LABELS[i].version)) {
                security_version_parse(value, &fact.policy[i].version);
                warn_version |= i == SECURITY_WARN;
            }
            if (!str_is(name, LABELS[i].level))
                continue;
            warns |= i == SECURITY_WARN;
            fact.policy[i].place = entry_span(doc, key);
            if (security_level_parse(value, &level)) {
                fact.policy[i].level = (uint8_t)level;
                any = true;
            }
        }
    }
    struct SecurityPolicy *warn = &fact.policy[SECURITY_WARN], *enforce = fact.policy;
    if (!warns && enforce->level > warn->level)
        *warn = (struct SecurityPolicy){enforce->level,
                                        warn_version ? warn->version : enforce->version,
                                        enforce->place};
    if (any)
        vec_push(&collector->context->facts->namespaces, fact);
}
