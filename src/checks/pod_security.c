/* The Pod Security Standards as a table: each check with the versions of the policy
 * in which it is made, and who is let off.  collect_security.c finds what breaks them,
 * rules/pod-security.c says so. */
#include "checks/admission.h"

enum { EVER = INT16_MAX, NEVER = -1 };

/* Columns: level, first and last version, last version in which level restricted makes
 * it too, versions from which Windows and user namespaces are let off. */
#define ROW(check, level_, first_, last_, restricted_, windows_, users_, reason_, field_, text_, \
            help_)                                                                              \
    [check] = {.reason = reason_, .text = text_, .field = field_, .help = help_,                \
               .level = LEVEL_##level_, .first = first_, .last = last_,                         \
               .restricted_last = restricted_, .windows = windows_, .users = users_},

#define SYSCTLS_TEXT "only sysctls that are safe may be set"

const SecurityCheckInfo security_checks[SECURITY_CHECKS] = {
    ROW(SECURITY_APP_ARMOR, BASELINE, 0, EVER, EVER, EVER, EVER,
        "forbidden AppArmor profile", NULL,
        "the AppArmor profile has to be RuntimeDefault or Localhost", NULL)
    ROW(SECURITY_CAPABILITIES, BASELINE, 0, EVER, 21, EVER, EVER,
        "non-default capabilities", NULL,
        "no capability may be added that containers do not have by default", NULL)
    ROW(SECURITY_HOST_NAMESPACES, BASELINE, 0, EVER, EVER, EVER, EVER,
        "host namespaces", NULL, "the node's network, PIDs and IPC may not be shared", NULL)
    ROW(SECURITY_HOST_PATH, BASELINE, 0, EVER, NEVER, EVER, EVER,
        "hostPath volumes", NULL, "no volume may be a path of the node", NULL)
    ROW(SECURITY_HOST_PORTS, BASELINE, 0, EVER, EVER, EVER, EVER,
        "hostPort", NULL, "no container may take a port of the node", NULL)
    ROW(SECURITY_HOST_PROBES, BASELINE, 34, EVER, EVER, EVER, EVER,
        "probe or lifecycle host", NULL,
        "probes and lifecycle handlers may name no host", "remove host: it is the Pod then")
    ROW(SECURITY_PRIVILEGED, BASELINE, 0, EVER, EVER, EVER, EVER,
        "privileged", NULL, "no container may be privileged", NULL)
    ROW(SECURITY_PROC_MOUNT, BASELINE, 0, EVER, 34, EVER, 35,
        "procMount", NULL, "procMount has to be Default", NULL)
    ROW(SECURITY_SELINUX, BASELINE, 0, EVER, EVER, EVER, EVER,
        "seLinuxOptions", NULL,
        "SELinux user and role may not be set, and the type only to one for containers", NULL)
    ROW(SECURITY_SELINUX_ENGINE, BASELINE, 0, 30, EVER, EVER, EVER,
        "seLinuxOptions", NULL, "the SELinux type container_engine_t is allowed from v1.31 on",
        NULL)
    ROW(SECURITY_SECCOMP_ANNOTATION, BASELINE, 0, 18, EVER, EVER, EVER,
        "seccompProfile", NULL, "the seccomp profile may not be switched off", NULL)
    ROW(SECURITY_SECCOMP, BASELINE, 19, EVER, NEVER, EVER, EVER,
        "seccompProfile", NULL, "the seccomp profile has to be RuntimeDefault or Localhost", NULL)
    ROW(SECURITY_SYSCTLS, BASELINE, 0, EVER, EVER, EVER, EVER,
        "forbidden sysctls", NULL, SYSCTLS_TEXT, NULL)
    ROW(SECURITY_SYSCTLS_27, BASELINE, 0, 26, EVER, EVER, EVER,
        "forbidden sysctls", NULL, SYSCTLS_TEXT ", and this one is from v1.27 on", NULL)
    ROW(SECURITY_SYSCTLS_29, BASELINE, 0, 28, EVER, EVER, EVER,
        "forbidden sysctls", NULL, SYSCTLS_TEXT ", and this one is from v1.29 on", NULL)
    ROW(SECURITY_SYSCTLS_32, BASELINE, 0, 31, EVER, EVER, EVER,
        "forbidden sysctls", NULL, SYSCTLS_TEXT ", and this one is from v1.32 on", NULL)
    ROW(SECURITY_SYSCTLS_37, BASELINE, 0, 36, EVER, EVER, EVER,
        "forbidden sysctls", NULL, SYSCTLS_TEXT ", and this one is from v1.37 on", NULL)
    ROW(SECURITY_HOST_PROCESS, BASELINE, 0, EVER, EVER, EVER, EVER,
        "hostProcess", NULL, "no container may be a process of a Windows node", NULL)
    ROW(SECURITY_ESCALATION, RESTRICTED, 8, EVER, EVER, 25, EVER,
        "allowPrivilegeEscalation != false", "securityContext.allowPrivilegeEscalation",
        "every container has to say allowPrivilegeEscalation: false",
        "set securityContext.allowPrivilegeEscalation: false")
    ROW(SECURITY_DROP_ALL, RESTRICTED, 22, EVER, EVER, 25, EVER,
        "unrestricted capabilities", "securityContext.capabilities.drop",
        "every container has to drop all capabilities",
        "set securityContext.capabilities.drop: [ALL]")
    ROW(SECURITY_ADD_RESTRICTED, RESTRICTED, 22, EVER, EVER, 25, EVER,
        "unrestricted capabilities", NULL,
        "no capability but NET_BIND_SERVICE may be added", NULL)
    ROW(SECURITY_PROC_MOUNT_RESTRICTED, RESTRICTED, 35, EVER, EVER, EVER, EVER,
        "procMount", NULL, "procMount has to be Default", NULL)
    ROW(SECURITY_VOLUMES, RESTRICTED, 0, EVER, EVER, EVER, EVER,
        "restricted volume types", NULL,
        "volumes may only be of types that hold nothing of the node or of a storage system", NULL)
    ROW(SECURITY_NON_ROOT, RESTRICTED, 0, EVER, EVER, EVER, 35,
        "runAsNonRoot != true", "securityContext.runAsNonRoot",
        "the Pod or every container has to say runAsNonRoot: true",
        "set securityContext.runAsNonRoot: true")
    ROW(SECURITY_RUN_AS_USER, RESTRICTED, 23, EVER, EVER, EVER, 35,
        "runAsUser=0", NULL, "no container may run as user 0", NULL)
    ROW(SECURITY_SECCOMP_RESTRICTED, RESTRICTED, 19, EVER, EVER, 25, EVER,
        "seccompProfile", "securityContext.seccompProfile.type",
        "the Pod or every container has to have the seccomp profile RuntimeDefault or Localhost",
        "set securityContext.seccompProfile.type: RuntimeDefault")
};

static bool is_checked(const SecurityCheckInfo *check, uint8_t flags, SecurityLevel level,
                       int32_t version)
{
    if (check->level > level || version < check->first || version > check->last)
        return false;
    if (level == LEVEL_RESTRICTED && check->level == LEVEL_BASELINE &&
        version > check->restricted_last)
        return false;
    return !((flags & ADMITTED_WINDOWS && version >= check->windows) ||
             (flags & ADMITTED_USERS && version >= check->users));
}

uint32_t security_failed(uint32_t violations, uint8_t flags, SecurityLevel level, int32_t version)
{
    uint32_t failed = 0;
    for (unsigned i = 0; i < SECURITY_CHECKS && level != LEVEL_PRIVILEGED; i++)
        if (violations >> i & 1 && is_checked(&security_checks[i], flags, level, version))
            failed |= UINT32_C(1) << i;
    return failed;
}

static const char *const LEVELS[] = {"privileged", "baseline", "restricted"};

const char *security_level_name(SecurityLevel level) { return LEVELS[level]; }

bool security_level_parse(Str text, SecurityLevel *level)
{
    for (unsigned i = 0; i < BASE_COUNT(LEVELS); i++)
        if (str_is(text, LEVELS[i])) {
            *level = (SecurityLevel)i;
            return true;
        }
    return false;
}

bool security_version_parse(Str text, int32_t *version)
{
    Str minor = str_starts(text, STR("v1.")) ? str_slice(text.ptr + 3, text.len - 3) : STR("");
    *version = SECURITY_LATEST;
    if (str_is(text, "latest"))
        return true;
    if (minor.len == 0 || (minor.len > 1 && minor.ptr[0] == '0'))
        return false;
    int64_t value = 0;
    for (size_t i = 0; i < minor.len; i++) {
        if (minor.ptr[i] < '0' || minor.ptr[i] > '9')
            return false;
        /* Beyond every version that there is; the server stops at 64 bits. */
        value = value < 1000000 ? value * 10 + (minor.ptr[i] - '0') : value;
    }
    *version = (int32_t)value;
    return true;
}
