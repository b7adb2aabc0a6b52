/* pod_scan.h: one pass over a Pod's spec and its containers, and who takes part in it:
 * collect_container.c goes over them and keeps ports and resources, collect_security.c looks at
 * what the Pod Security Standards look at.  Internal to these two. */
#ifndef PLIMSOLL_CHECKS_POD_SCAN_H
#define PLIMSOLL_CHECKS_POD_SCAN_H

#include "checks/admission.h"
#include "checks/collect.h"

typedef struct PodScan {
    const ObjectContext *context;
    const Document *doc;
    /* Both are made where they stay, behind the last of facts->admitted_pods and of
     * facts->containers, since a copy of what was just written would wait for it: nothing else
     * may be added to these two meanwhile. */
    AdmittedPod *pod;
    ContainerFact *fact;
    uint32_t told;          /* the node that broke a check last, and where it is: one value */
    uint32_t path, pointer; /* often breaks two */
    uint32_t pod_broken;    /* bits that the Pod itself sets wrong, */
    uint32_t pod_set;       /* and those that it sets right for all containers */
    bool host_network;
    uint32_t annotations;
} PodScan;

#define BIT(check) (UINT32_C(1) << (check))

/* ---- collect_security.c ---- */
void scan_pod_context(PodScan *scan, uint32_t map);
/* Takes out of missing what the container says. */
void scan_container_context(PodScan *scan, uint32_t map, uint32_t *missing);
/* A container's port: its hostPort and its containerPort, each a value or BASE_NONE. */
void scan_node_port(PodScan *scan, uint32_t host, uint32_t own, uint32_t index);
void scan_probe_host(PodScan *scan, uint32_t host); /* of a probe or a handler */
void scan_volume(PodScan *scan, uint32_t volume, uint32_t index);
void scan_shared(PodScan *scan, NameId name, uint32_t value); /* hostNetwork and the like */
void scan_annotations(PodScan *scan);
void scan_container_annotation(PodScan *scan); /* of the container that was read */
/* Of the checks that want something to be said, those that the Pod leaves open. */
uint32_t scan_duties(const PodScan *scan);

#endif
