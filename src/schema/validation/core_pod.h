/* core_pod.h: what the files of Pods share: a Pod as all of them see it, and their
 * functions in the order in which ValidatePodSpec calls them. */
#ifndef PLIMSOLL_SCHEMA_VALIDATION_CORE_POD_H
#define PLIMSOLL_SCHEMA_VALIDATION_CORE_POD_H

#include "schema/validation/core.h"
#include "schema/validation/core_parts.h"

/* Of so many containers the fields are kept; of further ones they are read at each visit. */
enum { POD_KEEPS = 4 };

/* A Pod or pod template, with what is asked for often, as defaulted. */
typedef struct Pod {
    bool is_pod;              /* not so for templates */
    Field meta, annotations, labels, spec;
    Fields of;                /* the spec's */
    uint64_t of_containers;   /* bits of the fields of all containers together */
    uint32_t port_count;      /* of all containers */
    uint64_t of_ports;        /* field_bits of the ports that were validated, */
    uint64_t port_names, port_numbers; /* and seen_bit of what they say, where there are several */
    /* What validation came by and only a warning has to do with: without it, nobody looks. */
    bool has_fractions;       /* amounts that may not be whole */
    bool has_repeated_env;    /* names of variables that may be the same */
    bool has_repeated_ports;  /* names or numbers */
    Fields kept[POD_KEEPS];   /* the first containers', in the order of PodContainers */
    Field volumes, containers, init_containers, ephemeral_containers, claims;
    Str restart_policy;
    Str os;                   /* empty: not given */
    bool has_os;
    int64_t grace_period;
    bool host_network, host_users;
    Seen volume_names;        /* of volumes without an error: the others are not there */
    bool of_stateful_set;     /* names it gives itself are overwritten */
    Field claim_templates;    /* of a StatefulSet: volumes that come first, and hide others */
} Pod;

/* Each container of all three sorts, in the order of VisitContainersWithPath.
 *   for (PodContainers c = pod_containers(pod); pod_containers_next(v, &c);) use(c.of); */
typedef enum PodContainerSort { PODS_NONE, PODS_INIT, PODS_REGULAR, PODS_EPHEMERAL } PodContainerSort;
typedef struct PodContainers {
    const Pod *pod;
    Items items;
    PodContainerSort sort;   /* of the container */
    uint32_t number;         /* of the next one */
    const Fields *of;        /* the container's */
    Fields read;             /* written where they are not kept */
} PodContainers;
static inline PodContainers pod_containers(const Pod *pod)
{
    PodContainers containers;
    containers.pod = pod;
    containers.items = (Items){.next = 1};
    containers.sort = PODS_NONE;
    containers.number = 0;
    return containers;
}
/* Of the container of that number, which is that item. */
static inline const Fields *pod_container(const Validation *v, const Pod *pod, uint32_t number,
                                          Field item, Fields *read)
{
    if (number < POD_KEEPS)
        return &pod->kept[number];
    fields_read(v, item, read);
    return read;
}
bool pod_containers_step(const Validation *v, PodContainers *containers); /* to the next sort */
static inline bool pod_containers_next(const Validation *v, PodContainers *c)
{
    if (!items_next(v, &c->items) && !pod_containers_step(v, c))
        return false;
    c->of = pod_container(v, c->pod, c->number++, c->items.item, &c->read);
    return true;
}

/* ---- core_plain.c ---- */
/* Whether nothing can be wrong with the spec, and no warning is due: only asks for what open_meta
 * has read.  Most are so; false says nothing. */
bool pod_is_plain(const Validation *v, const Pod *pod);

/* ---- core_pod_volumes.c, core_pod_projected.c ---- */
void validate_volumes(Validation *v, Pod *pod);                 /* ValidateVolumes */
/* The volume of that name that mounts may use; absent where there is none. */
Field pod_volume(const Validation *v, const Pod *pod, Str name);
/* Whether a claim of the StatefulSet is the volume of that name. */
bool pod_has_claim_template(const Validation *v, const Pod *pod, Str name);
void validate_downward_api_volume_source(Validation *v, Field source);
void validate_projected_volume_source(Validation *v, Field source);
void validate_key_to_path(Validation *v, Field item);           /* validateKeyToPath */
void validate_file_mode(Validation *v, Field mode);             /* from 0 to 0777 */

/* ---- core_env.c ---- */
void validate_container_ports(Validation *v, Pod *pod, Field ports); /* validateContainerPorts */
void validate_env(Validation *v, Pod *pod, Field env);          /* ValidateEnv */
void validate_env_from(Validation *v, Field env_from);          /* ValidateEnvFrom */
/* validateObjectFieldSelector: paths are those it may name, split by commas. */
void validate_object_field_selector(Validation *v, Field selector, const char *paths);
void validate_resource_field_selector(Validation *v, Field selector, bool volume);

/* ---- core_mounts.c ---- */
void validate_volume_mounts(Validation *v, const Pod *pod, const Fields *container);
void validate_volume_devices(Validation *v, const Pod *pod, const Fields *container);

/* ---- core_probes.c ---- */
void validate_lifecycle(Validation *v, const Pod *pod, Field lifecycle);
typedef enum ProbeSort { PROBE_LIVENESS, PROBE_READINESS, PROBE_STARTUP } ProbeSort;
void validate_probe(Validation *v, const Pod *pod, Field probe, ProbeSort sort);

/* ---- core_containers.c ---- */
void validate_containers(Validation *v, Pod *pod);
void validate_init_containers(Validation *v, Pod *pod);
void validate_ephemeral_containers(Validation *v, Pod *pod);

/* ---- core_pod_resources.c ---- */
void validate_pod_resource_claims(Validation *v, const Pod *pod);
void validate_pod_resources(Validation *v, const Pod *pod);

/* ---- core_affinity.c, core_topology.c ---- */
void validate_affinity(Validation *v, const Pod *pod);
void validate_topology_spread_constraints(Validation *v, const Pod *pod);
/* ValidateMatchLabelKeysAndMismatchLabelKeys */
void validate_match_label_keys(Validation *v, const Pod *pod, Field term);

/* ---- core_pod_security.c, core_windows.c ---- */
void validate_pod_security_context(Validation *v, const Pod *pod);
void validate_security_context(Validation *v, const Pod *pod, Field context);
void validate_windows_options(Validation *v, Field options);
void validate_windows_host_process_pod(Validation *v, const Pod *pod);
void validate_windows_pod(Validation *v, const Pod *pod);
void validate_linux_pod(Validation *v, const Pod *pod);

/* ---- core_pod_annotations.c ---- */
void validate_pod_annotations(Validation *v, const Pod *pod);   /* ValidatePodSpecificAnnotations */
/* validateSeccompAnnotationsAndFields and its sister for AppArmor. */
void validate_pod_annotations_match(Validation *v, const Pod *pod);

/* ---- core_pod_warnings.c ---- */
void warn_of_pod(Validation *v, const Pod *pod);                /* warningsForPodSpecAndMeta */

#endif
