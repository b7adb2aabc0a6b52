/* core_pod_security.c: users, profiles and kernel parameters of Pods and containers, as
 * validatePodSpecSecurityContext and ValidateSecurityContext of pkg/apis/core/validation
 * have them. */
#include "schema/validation/core_pod.h"

/* IsValidUserID, IsValidGroupID, where one is given. */
static void validate_id(Validation *v, Field id)
{
    if (field_given(id) && !field_is_small(v, id))
        validation_range(v, id, 0, INT32_MAX);
}

/* ---- profiles ---- */

/* validateSeccompProfileField */
static void validate_seccomp_profile(Validation *v, Field profile)
{
    if (!field_given(profile))
        return;
    Field type = GET(profile, type), path = GET(profile, localhostProfile);
    if (field_text_is(v, type, "RuntimeDefault") && !field_given(path))
        return; /* as nearly all are */
    validation_required_word(v, type, "Localhost,RuntimeDefault,Unconfined");
    bool localhost = field_text_is(v, type, "Localhost");
    if (localhost && !field_given(path))
        validation_required(v, path, "type Localhost reads it from the node");
    else if (localhost)
        validation_local_path(v, path);
    else if (field_given(path))
        validation_invalid(v, path, "may be given only if the type is Localhost");
}

/* ValidateAppArmorProfileField */
static void validate_app_armor_profile(Validation *v, Field profile)
{
    enum { PATH_MOST = 4095 };
    if (!field_given(profile))
        return;
    Field type = GET(profile, type), name = GET(profile, localhostProfile);
    Str text = field_text(v, name);
    validation_required_word(v, type, "Localhost,RuntimeDefault,Unconfined");
    if (word_is_one_of(field_text(v, type), "RuntimeDefault,Unconfined")) {
        if (field_given(name))
            validation_invalid(v, name, "may be given only if the type is Localhost");
        return;
    }
    if (!field_text_is(v, type, "Localhost"))
        return;
    if (text_trimmed(text).len != text.len)
        validation_invalid(v, name, "must not have blanks at its start or end");
    else if (text.len == 0)
        validation_required(v, name, "type Localhost names a profile of the node");
    if (text.len > PATH_MOST)
        validation_too_long(v, name, PATH_MOST);
}

/* ---- kernel parameters ---- */

/* A name as IPC or Net have it, with dots where it is written with slashes. */
static bool is_named(Str name, const char *prefix)
{
    for (size_t i = 0; prefix[i]; i++) {
        char c = i < name.len ? name.ptr[i] : 0;
        if (c != prefix[i] && !(prefix[i] == '.' && c == '/'))
            return false;
    }
    return true;
}

static bool is_net(Str name) { return is_named(name, "net."); }

static bool is_ipc(Str name)
{
    static const char NAMES[][24] = {
        "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
        "kernel.shm", "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.msg",
    };
    for (size_t i = 0; i < BASE_COUNT(NAMES); i++)
        if (name.len == strlen(NAMES[i]) && is_named(name, NAMES[i]))
            return true;
    return is_named(name, "fs.mqueue.");
}

/* validateSysctls, ValidateHostSysctl */
static void validate_sysctls(Validation *v, const Pod *pod, Field sysctls)
{
    Seen names = {0};
    bool host_ipc = field_bool(v, OF(&pod->of, hostIPC));
    for (Items i = items_of(v, sysctls); items_next(v, &i);) {
        Field name = GET(i.item, name), first;
        Str text = field_text(v, name);
        bool repeated = seen_before(v, &names, text, name, &first);
        if (validation_text(v, name, format_sysctl_name) && repeated)
            validation_duplicate(v, name, first);
        if (pod->host_network && is_net(text))
            validation_invalid(v, name, "may not be set, since hostNetwork is true");
        else if (host_ipc && is_ipc(text))
            validation_invalid(v, name, "may not be set, since hostIPC is true");
    }
}

/* ---- of the Pod ---- */

/* validateSELinuxChangePolicy; without SELinuxMount, on since 1.37, only Recursive. */
static void validate_se_linux_change_policy(Validation *v, Field policy)
{
    if (!field_given(policy))
        return;
    if (!word_is_one_of(field_text(v, policy), "MountOption,Recursive"))
        validation_not_supported(v, policy, "MountOption,Recursive");
    else if (!field_text_is(v, policy, "Recursive"))
        VALIDATION_ONLY(v, VALIDATION_UNTIL(36) & VALIDATION_SINCE(33))
            validation_not_supported(v, policy, "Recursive");
}

static void validate_rare_context(Validation *v, const Pod *pod, Field context)
{
    Field groups = GET(context, supplementalGroups);
    for (Items i = items_of(v, groups); items_next(v, &i);)
        validation_range(v, i.item, 0, INT32_MAX);
    validate_sysctls(v, pod, GET(context, sysctls));
    validate_given_word(v, GET(context, fsGroupChangePolicy), "Always,OnRootMismatch");
    validate_seccomp_profile(v, GET(context, seccompProfile));
    validate_windows_options(v, GET(context, windowsOptions));
    validate_app_armor_profile(v, GET(context, appArmorProfile));
    VALIDATION_ONLY(v, VALIDATION_SINCE(33))
        validate_given_word(v, GET(context, supplementalGroupsPolicy), "Merge,Strict");
    validate_se_linux_change_policy(v, GET(context, seLinuxChangePolicy));
}

void validate_pod_security_context(Validation *v, const Pod *pod)
{
    Field context = OF(&pod->of, securityContext);
    if (!field_given(context))
        return;
    /* Any other field, one that nobody has thought of too, has all of them looked at. */
    static const uint64_t USUAL = FIELD_BITS(fsGroup, runAsUser, runAsGroup, runAsNonRoot,
                                             seccompProfile, seLinuxOptions);
    uint64_t has = field_bits(v, context);
    validate_id(v, GET(context, fsGroup));
    validate_id(v, GET(context, runAsUser));
    validate_id(v, GET(context, runAsGroup));
    if (has & ~USUAL)
        validate_rare_context(v, pod, context);
    else if (has & FIELD_BIT(seccompProfile))
        validate_seccomp_profile(v, GET(context, seccompProfile));
}

/* ---- of a container ---- */

/* ValidateProcMountType; before 1.33 the field was as good as not there. */
static void validate_proc_mount(Validation *v, const Pod *pod, Field mount)
{
    if (!field_given(mount))
        return;
    if (!word_is_one_of(field_text(v, mount), "Default,Unmasked"))
        validation_not_supported(v, mount, "Default,Unmasked");
    else if (pod->host_users && field_text_is(v, mount, "Unmasked"))
        validation_invalid(v, mount, "may be Unmasked only if hostUsers is false");
}

static void validate_escalation(Validation *v, Field context)
{
    Field escalation = GET(context, allowPrivilegeEscalation);
    Field added = FIELD_PATH(v, context, SCHEMA_NAME_capabilities, SCHEMA_NAME_add);
    if (field_bool_or(v, escalation, true))
        return;
    if (field_bool(v, GET(context, privileged)))
        validation_as(v, validation_invalid(v, escalation, "may not be false, since privileged is true"),
                      context, NULL);
    for (Items i = items_of(v, added); items_next(v, &i);)
        if (field_text_is(v, i.item, "CAP_SYS_ADMIN"))
            validation_as(v, validation_invalid(v, i.item, "may not be added, since "
                                                           "allowPrivilegeEscalation is false"),
                          context, NULL);
}

void validate_security_context(Validation *v, const Pod *pod, Field context)
{
    if (!field_given(context))
        return;
    uint64_t has = field_bits(v, context);
    validate_id(v, GET(context, runAsUser));
    validate_id(v, GET(context, runAsGroup));
    if (has & FIELD_BIT(procMount))
        VALIDATION_ONLY(v, VALIDATION_SINCE(33))
            validate_proc_mount(v, pod, GET(context, procMount));
    if (has & FIELD_BIT(seccompProfile))
        validate_seccomp_profile(v, GET(context, seccompProfile));
    if (has & FIELD_BIT(allowPrivilegeEscalation))
        validate_escalation(v, context);
    if (has & FIELD_BIT(windowsOptions))
        validate_windows_options(v, GET(context, windowsOptions));
    if (has & FIELD_BIT(appArmorProfile))
        validate_app_armor_profile(v, GET(context, appArmorProfile));
}
