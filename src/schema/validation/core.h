/* core.h: Pods and their parts, as pkg/apis/core/validation has them, for all kinds that
 * carry a pod template or one of those parts.  What only the files of Pods share is in
 * core_pod.h. */
#ifndef PLIMSOLL_SCHEMA_VALIDATION_CORE_H
#define PLIMSOLL_SCHEMA_VALIDATION_CORE_H

#include "schema/validation/validation.h"

/* ---- core_pod.c ---- */
/* ValidatePodTemplateSpec, with the options that a create has, and the warnings of a
 * template.  The carrier looks at restartPolicy and the like by itself. */
void validate_pod_template_spec(Validation *v, Field template);
/* The same for a StatefulSet: its Pods are named by it, and have its claims as volumes. */
void validate_pod_template_spec_for_stateful_set(Validation *v, Field template, Field claims);

/* ---- core_names.c ---- */
bool signer_name_is_kubernetes(Str signer);          /* IsKubernetesSignerName */
void validate_signer_name(Validation *v, Field signer); /* ValidateSignerName */
/* ValidateClusterTrustBundleName, for the signer or for none (""). */
const char *cluster_trust_bundle_name_check(Str signer, Str name);

/* ---- core_affinity.c ---- */
void validate_node_selector(Validation *v, Field selector);            /* ValidateNodeSelector */
/* ValidateNodeSelectorTerm; any_value: label values may be anything. */
void validate_node_selector_term(Validation *v, Field term, bool any_value);
void validate_node_selector_requirement(Validation *v, Field requirement, bool any_value);
void validate_tolerations(Validation *v, Field tolerations);           /* ValidateTolerations */

/* ---- core_pod_resources.c ---- */
/* ValidateContainerResourceRequirements, of what has limits, requests and claims. */
/* Also says whether an amount of bytes may have a part of one, which is warned of. */
bool validate_container_resource_requirements(Validation *v, Field resources, Field pod_claims);
/* One list of resources as limits alone: an overhead. */
void validate_overhead(Validation *v, Field overhead);
/* The same where the server takes them for limits of base. */
void validate_overhead_within(Validation *v, Field overhead, Field base);

#endif
