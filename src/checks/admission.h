/* admission.h: what Kubernetes' default admission plugins decide by the input alone:
 * Pod Security (k8s.io/pod-security-admission) and LimitRanger.
 *
 * A Pod is looked at once, in the worker: which checks of which level it fails in any
 * version of the policy is a mask of bits, and what it asks of resources is a sequence
 * that equal containers share.  Which of the bits count is known behind the barrier,
 * when every Namespace and LimitRange has been read.
 *
 * The checks, their names, levels and versions are those of the policy package at
 * v0.37.2; what a policy version means does not change afterwards. */
#ifndef PLIMSOLL_CHECKS_ADMISSION_H
#define PLIMSOLL_CHECKS_ADMISSION_H

#include "checks/facts.h"
#include "schema/validation/quantity.h"

/* ---- Pod Security: pod_security.c ---- */

/* One bit each.  A check whose rule changed between two versions of the policy has a
 * row for each form of it. */
typedef enum SecurityCheck {
    SECURITY_APP_ARMOR,
    SECURITY_CAPABILITIES,
    SECURITY_HOST_NAMESPACES,
    SECURITY_HOST_PATH,
    SECURITY_HOST_PORTS,
    SECURITY_HOST_PROBES,
    SECURITY_PRIVILEGED,
    SECURITY_PROC_MOUNT,
    SECURITY_SELINUX,
    SECURITY_SELINUX_ENGINE,     /* container_engine_t */
    SECURITY_SECCOMP_ANNOTATION,
    SECURITY_SECCOMP,
    SECURITY_SYSCTLS,
    SECURITY_SYSCTLS_27,         /* those that are safe from that version on */
    SECURITY_SYSCTLS_29,
    SECURITY_SYSCTLS_32,
    SECURITY_SYSCTLS_37,
    SECURITY_HOST_PROCESS,
    SECURITY_ESCALATION,         /* from here on of level restricted */
    SECURITY_DROP_ALL,
    SECURITY_ADD_RESTRICTED,
    SECURITY_PROC_MOUNT_RESTRICTED,
    SECURITY_VOLUMES,
    SECURITY_NON_ROOT,
    SECURITY_RUN_AS_USER,
    SECURITY_SECCOMP_RESTRICTED,
    SECURITY_CHECKS,
} SecurityCheck;

typedef struct SecurityCheckInfo {
    const char *reason;  /* as the server names it: "hostPort" */
    const char *text;    /* in our words */
    const char *field;   /* of a container: what is missing there; or NULL */
    const char *help;    /* or NULL */
    uint8_t level;       /* SecurityLevel */
    int16_t first, last; /* versions of the policy in which the check is made */
    int16_t restricted_last; /* from then on a check of level restricted stands for it */
    int16_t windows;     /* Pods of Windows are let off from this version on, */
    int16_t users;       /* and Pods in a user namespace from this one on */
} SecurityCheckInfo;

extern const SecurityCheckInfo security_checks[SECURITY_CHECKS];
/* Which of the violations count for a Pod with these flags (ADMITTED_x). */
uint32_t security_failed(uint32_t violations, uint8_t flags, SecurityLevel level, int32_t version);
/* "baseline", "restricted"; false for any other word. */
bool security_level_parse(Str text, SecurityLevel *level);
const char *security_level_name(SecurityLevel level);
/* "latest", "v1.25". */
bool security_version_parse(Str text, int32_t *version);

/* The path of the Pod's spec in its object: "spec.template.spec". */
Str admitted_path(const AdmittedPod *pod, Arena *arena);

/* ---- resources: limits.c ---- */
enum { RESOURCE_REQUEST, RESOURCE_LIMIT, RESOURCE_ENTRY = 3 /* numbers of one entry */ };

/* How much of one resource; of a name once in a list. */
typedef struct Amount {
    uint32_t name;       /* string */
    Quantity quantity;
    Span place;          /* of its entry; length 0: it has none */
    uint8_t list;        /* RESOURCE_x: where that stands */
    uint32_t from;       /* the LimitRange that gives it by default; BASE_NONE: the object */
} Amount;

typedef VEC(Amount) Amounts;

/* What a container, a claim or a whole Pod asks for; the lists are the caller's to free. */
typedef struct Resources {
    Amounts requests, limits;
} Resources;

void resources_free(Resources *resources);
Amount *amounts_find(const Amounts *amounts, uint32_t name); /* or NULL */
/* Adds the amount, or nothing where the name is there. */
void amounts_add(Amounts *amounts, Amount amount);
/* A quantity as a server keeps it: rounded up to thousandths; zero where it is none. */
Quantity amount_quantity(const Facts *facts, uint32_t text);
/* Adds what a sequence of resource_sets says; place is that of resources. */
void resources_read(const Facts *facts, uint32_t set, uint32_t first_span, Span place,
                    Resources *resources);
/* podRequests and podLimits of plugin/pkg/admission/limitranger: the sum over the
 * containers, at least what the init containers need, and for CPU and memory what the
 * Pod itself says.  containers holds the defaulted resources of pod's containers. */
void resources_of_pod(const Facts *facts, const AdmittedPod *pod, const Resources *containers,
                      Resources *sum);

#endif
