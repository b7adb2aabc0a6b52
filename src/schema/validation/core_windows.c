/* core_windows.c: what Windows asks of Pods, and what one system has that the other
 * has not, as validateWindowsSecurityContextOptions, validateWindowsHostProcessPod,
 * validateWindows and validateLinux of pkg/apis/core/validation have it. */
#include "schema/validation/core_pod.h"

enum {
    CREDENTIAL_SPEC_MOST = 64 * 1024,
    USER_DOMAIN_MOST = 256,
    USER_NAME_MOST = 104,
    NET_BIOS_MOST = 15,
};

/* ---- names of users ---- */

static bool has_any(Str text, const char *bytes)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] && strchr(bytes, text.ptr[i]))
            return true;
    return false;
}

static bool has_control(Str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 0x7F)
            return true;
    return false;
}

static bool is_net_bios(Str domain)
{
    return domain.len > 0 && utf8_count(domain) <= NET_BIOS_MOST && domain.ptr[0] != '.' &&
           !has_any(domain, "\\/:*?\"<>|");
}

/* Labels of at most 63 letters, digits and dashes, in either case. */
static bool is_dns_domain(Str domain)
{
    for (size_t start = 0; start <= domain.len;) {
        Str rest = str_slice(domain.ptr + start, domain.len - start);
        size_t len = str_find(rest, '.');
        if (len == 0 || len > 63 || !is_alnum(rest.ptr[0]) || !is_alnum(rest.ptr[len - 1]))
            return false;
        for (size_t i = 0; i < len; i++)
            if (!is_alnum(rest.ptr[i]) && rest.ptr[i] != '-')
                return false;
        start += len + 1;
    }
    return true;
}

static bool is_dots_and_spaces(Str user)
{
    for (size_t i = 0; i < user.len; i++)
        if (user.ptr[i] != '.' && user.ptr[i] != ' ')
            return false;
    return user.len > 0;
}

/* DOMAIN\USER or USER; NULL where all is well. */
static const char *check_user_name(Str name)
{
    if (name.len == 0)
        return "must not be empty";
    if (has_control(name))
        return "must not have control characters";
    size_t slash = str_find(name, '\\');
    Str domain = str_slice(name.ptr, slash), user = name;
    if (slash < name.len) {
        user = str_slice(name.ptr + slash + 1, name.len - slash - 1);
        if (str_find(user, '\\') < user.len)
            return "must not have more than one backslash";
        if (domain.len >= USER_DOMAIN_MOST)
            return "must have a domain of less than 256 characters";
        if (!is_net_bios(domain) && !is_dns_domain(domain))
            return "must have a NetBIOS or DNS name as its domain";
    }
    if (user.len == 0)
        return "must have a user";
    if (user.len > USER_NAME_MOST)
        return "must have a user of at most 104 characters";
    if (is_dots_and_spaces(user))
        return "must have a user that is more than dots and spaces";
    return has_any(user, "\"/\\:;|=,+*?<>@[]") ? "must have a user without any of \"/\\:;|=,+*?<>@[]"
                                               : NULL;
}

void validate_windows_options(Validation *v, Field options)
{
    if (!field_given(options))
        return;
    Field spec = GET(options, gmsaCredentialSpec), user = GET(options, runAsUserName);
    size_t length = field_text(v, spec).len;
    validate_given_text(v, GET(options, gmsaCredentialSpecName), format_dns_subdomain);
    if (field_given(spec) && length == 0)
        validation_invalid(v, spec, "must not be empty");
    else if (length > CREDENTIAL_SPEC_MOST)
        validation_invalid(v, spec, "must have less than 64 KiB");
    validate_given_text(v, user, check_user_name);
}

/* ---- host processes ---- */

/* validateWindowsHostProcessPod */
void validate_windows_host_process_pod(Validation *v, const Pod *pod)
{
    Field of_pod = GET(GET(OF(&pod->of, securityContext), windowsOptions), hostProcess);
    uint32_t all = 0, hosts = 0;
    for (PodContainers c = pod_containers(pod); pod_containers_next(v, &c); all++) {
        if (!field_given(of_pod) && !(c.of->bits & FIELD_BIT(securityContext)))
            continue;
        Field own = GET(GET(OF(c.of, securityContext), windowsOptions), hostProcess);
        if (field_given(of_pod) && field_given(own) && field_bool(v, own) != field_bool(v, of_pod))
            validation_invalid(v, own, "must be what the Pod's own hostProcess is");
        hosts += field_given(own) ? field_bool(v, own) : field_bool(v, of_pod);
    }
    if (hosts == 0)
        return;
    if (hosts != all)
        validation_invalid(v, pod->spec, "must have host processes in all containers or in none");
    if (!pod->host_network)
        validation_invalid(v, GET(pod->spec, hostNetwork), "must be true for host processes");
}

/* ---- one system or the other ---- */

static void forbid_given(Validation *v, Field parent, const NameId *names, size_t count,
                         const char *why)
{
    for (size_t i = 0; i < count; i++) {
        Field field = field_get(v, parent, names[i]);
        bool list = names[i] == SCHEMA_NAME_sysctls;
        if (list ? field_length(v, field) > 0 : field_given(field))
            validation_forbidden(v, field, "%s", why);
    }
}

void validate_windows_pod(Validation *v, const Pod *pod)
{
    static const char WHY[] = "a Windows Pod has none";
    static const NameId OF_POD[] = {
        SCHEMA_NAME_appArmorProfile, SCHEMA_NAME_seLinuxOptions, SCHEMA_NAME_seccompProfile,
        SCHEMA_NAME_fsGroup, SCHEMA_NAME_fsGroupChangePolicy, SCHEMA_NAME_sysctls,
        SCHEMA_NAME_runAsUser, SCHEMA_NAME_runAsGroup, SCHEMA_NAME_supplementalGroups,
        SCHEMA_NAME_supplementalGroupsPolicy, SCHEMA_NAME_seLinuxChangePolicy,
    };
    static const NameId OF_CONTAINER[] = {
        SCHEMA_NAME_appArmorProfile, SCHEMA_NAME_seLinuxOptions, SCHEMA_NAME_seccompProfile,
        SCHEMA_NAME_capabilities, SCHEMA_NAME_readOnlyRootFilesystem, SCHEMA_NAME_privileged,
        SCHEMA_NAME_allowPrivilegeEscalation, SCHEMA_NAME_procMount, SCHEMA_NAME_runAsUser,
        SCHEMA_NAME_runAsGroup,
    };
    static const NameId OF_SPEC[] = {SCHEMA_NAME_hostUsers, SCHEMA_NAME_shareProcessNamespace};
    static const NameId SHARED[] = {SCHEMA_NAME_hostPID, SCHEMA_NAME_hostIPC};
    forbid_given(v, GET(pod->spec, securityContext), OF_POD, BASE_COUNT(OF_POD), WHY);
    forbid_given(v, pod->spec, OF_SPEC, BASE_COUNT(OF_SPEC), WHY);
    for (size_t i = 0; i < BASE_COUNT(SHARED); i++)
        if (field_bool(v, field_get(v, pod->spec, SHARED[i])))
            validation_forbidden(v, field_get(v, pod->spec, SHARED[i]), "%s", WHY);
    for (PodContainers c = pod_containers(pod); pod_containers_next(v, &c);)
        forbid_given(v, OF(c.of, securityContext), OF_CONTAINER, BASE_COUNT(OF_CONTAINER),
                     WHY);
}

void validate_linux_pod(Validation *v, const Pod *pod)
{
    static const NameId WINDOWS[] = {SCHEMA_NAME_windowsOptions};
    static const char WHY[] = "a Linux Pod has none";
    forbid_given(v, GET(pod->spec, securityContext), WINDOWS, 1, WHY);
    for (PodContainers c = pod_containers(pod); pod_containers_next(v, &c);)
        forbid_given(v, OF(c.of, securityContext), WINDOWS, 1, WHY);
}
