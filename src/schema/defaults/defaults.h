/* defaults.h: the steps between a request and storage, as functions named after
 * Kubernetes'.  Internal to src/schema/defaults; values.h is what they work on.
 *
 * A default that depends on nothing is a row of schemas/defaults.  What depends on
 * other fields is a function for its type here (SetDefaults_Service is
 * setdefaults_service); what a registry does before it stores a new object is one for
 * its kind (PrepareForCreate of core/pod is prepare_pod). */
#ifndef PLIMSOLL_SCHEMA_DEFAULTS_DEFAULTS_H
#define PLIMSOLL_SCHEMA_DEFAULTS_DEFAULTS_H

#include "schema/defaults/values.h"

/* Whether the version is 1.minor or newer. */
static inline bool normal_since(const Normal *n, unsigned minor)
{
    return n->version >= UINT32_C(1) << (minor - SCHEMA_OLDEST);
}

/* ---- rows.c ---- */
/* Fills in what the rows of schemas/defaults and the functions of DEFAULTERS say, of a
 * value and then of all below it. */
void defaults_apply(Normal *n, Value *value);
/* Takes out what a feature gate that is off forbids. */
void defaults_drop_gated(Normal *n, Value *value);

/* Functions for a type's value, in the order of the types' names:
 *   X(function, type as names.h has it) */
#define DEFAULTERS(X) \
    X(setdefaults_deployment, apps_v1_Deployment) \
    X(setdefaults_daemon_set, apps_v1_DaemonSet) \
    X(setdefaults_stateful_set, apps_v1_StatefulSet) \
    X(setdefaults_hpa, autoscaling_v2_HorizontalPodAutoscaler) \
    X(setdefaults_hpa_v1, autoscaling_v1_HorizontalPodAutoscaler) \
    X(setdefaults_job, batch_v1_Job) \
    X(setdefaults_container, core_v1_Container) \
    X(setdefaults_container, core_v1_EphemeralContainer) \
    X(setdefaults_limit_range_item, core_v1_LimitRangeItem) \
    X(setdefaults_node_spec, core_v1_NodeSpec) \
    X(setdefaults_persistent_volume, core_v1_PersistentVolume) \
    X(setdefaults_persistent_volume_claim, core_v1_PersistentVolumeClaim) \
    X(setdefaults_pod, core_v1_Pod) \
    X(setdefaults_pod_spec, core_v1_PodSpec) \
    X(setdefaults_replication_controller, core_v1_ReplicationController) \
    X(setdefaults_secret, core_v1_Secret) \
    X(setdefaults_service, core_v1_Service) \
    X(setdefaults_volume, core_v1_Volume) \
    X(setdefaults_crd, apiextensions_v1_CustomResourceDefinitionSpec) \
    X(setdefaults_crd_webhook, apiextensions_v1_ServiceReference) \
    X(setdefaults_network_policy, networking_v1_NetworkPolicy) \
    X(setdefaults_role_ref, rbac_v1_RoleRef) \
    X(setdefaults_subject, rbac_v1_Subject) \
    X(setdefaults_device_request, resource_v1_DeviceSubRequest) \
    X(setdefaults_device_request, resource_v1_ExactDeviceRequest) \
    X(setdefaults_csi_driver, storage_v1_CSIDriverSpec)
#define DEFAULTER_DECLARE(function, type) void function(Normal *n, Value *value);
DEFAULTERS(DEFAULTER_DECLARE)

/* Functions for a kind, by its type: what admission adds and what is done before it is
 * stored. */
#define PREPARERS(X) \
    X(prepare_daemon_set, apps_v1_DaemonSet) \
    X(prepare_job, batch_v1_Job) \
    X(prepare_stateful_set, apps_v1_StatefulSet) \
    X(prepare_endpoint_slice, discovery_v1_EndpointSlice) \
    X(prepare_attributes_class, storage_v1_VolumeAttributesClass) \
    X(prepare_self_subject_review, authentication_v1_SelfSubjectReview) \
    X(prepare_self_subject_review, authorization_v1_SelfSubjectRulesReview) \
    X(prepare_namespace, core_v1_Namespace) \
    X(prepare_node, core_v1_Node) \
    X(prepare_persistent_volume, core_v1_PersistentVolume) \
    X(prepare_persistent_volume_claim, core_v1_PersistentVolumeClaim) \
    X(prepare_pod, core_v1_Pod) \
    X(prepare_service, core_v1_Service) \
    X(prepare_service_account, core_v1_ServiceAccount)
#define PREPARER_DECLARE(function, type) void function(Normal *n, Value *object);
PREPARERS(PREPARER_DECLARE)

/* ---- meta.c: rest.BeforeCreate, and what is masked ---- */
void prepare_metadata(Normal *n);
void mask_metadata(Normal *n);
Value *metadata_of(Normal *n, Value *object);
/* Adds a finalizer unless it is there. */
void add_finalizer(Normal *n, Value *object, const char *finalizer);

/* ---- autoscaling_v1.c ---- */
/* DropRoundTripHorizontalPodAutoscalerAnnotations: what other versions keep there. */
void drop_autoscaling_annotations(Value *object);

/* ---- core_images.c ---- */
/* Whether an image's tag is latest, given or not. */
bool image_is_latest(Str image);

/* ---- core_pod_resources.c ---- */
void default_pod_level_resources(Normal *n, Value *spec);

/* ---- core_pod.c ---- */
/* for each container of all three sorts: (VALUE_EACH(c, containers_of(spec, i))) */
enum { CONTAINER_SORTS = 3 };
Value *containers_of(const Value *spec, unsigned sort);

#endif
