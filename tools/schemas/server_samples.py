"""Objects for check_server.py: each uses one gated field of gates.txt.

A sample is (type, field, path of the API, object).  All are such that a server
accepts them, with the field or without, unless the row's effect says that the
rest is refused.
"""


def _object(path, api_version, kind, **parts):
    return path, {"apiVersion": api_version, "kind": kind, "metadata": {"name": "sample"}, **parts}


def _pod(container=None, **spec):
    containers = [{"name": "a", "image": "registry.example/a", **(container or {})}]
    return _object("/api/v1/namespaces/default/pods", "v1", "Pod",
                   spec={"containers": containers, **spec})


def _volume(source, **mount):
    return _pod({"volumeMounts": [{"name": "v", "mountPath": "/v", **mount}]},
                volumes=[{"name": "v", **source}])


def _projected(source, **more):
    return _volume({"projected": {"sources": [source], **more}})


def _job(**spec):
    template = {"spec": {"restartPolicy": "Never",
                         "containers": [{"name": "a", "image": "registry.example/a"}]}}
    return _object("/apis/batch/v1/namespaces/default/jobs", "batch/v1", "Job",
                   spec={"template": template, **spec})


def _claim(**spec):
    return _object("/api/v1/namespaces/default/persistentvolumeclaims", "v1",
                   "PersistentVolumeClaim",
                   spec={"accessModes": ["ReadWriteOnce"],
                         "resources": {"requests": {"storage": "1Gi"}}, **spec})


def _lease(**spec):
    return _object("/apis/coordination.k8s.io/v1/namespaces/default/leases",
                   "coordination.k8s.io/v1", "Lease", spec=spec)


def _node(spec, status):
    return _object("/api/v1/nodes", "v1", "Node", spec=spec, status=status)


def _slice(device=None, **spec):
    return _object("/apis/resource.k8s.io/v1/resourceslices", "resource.k8s.io/v1",
                   "ResourceSlice",
                   spec={"driver": "driver.example.com", "nodeName": "n",
                         "pool": {"name": "p", "generation": 1, "resourceSliceCount": 1},
                         "devices": [{"name": "d", "attributes": {"x": {"bool": True}},
                                      **(device or {})}], **spec})


def _stateful_set(rolling_update):
    template = {"metadata": {"labels": {"a": "b"}},
                "spec": {"containers": [{"name": "a", "image": "registry.example/a"}]}}
    return _object("/apis/apps/v1/namespaces/default/statefulsets", "apps/v1", "StatefulSet",
                   spec={"serviceName": "s", "selector": {"matchLabels": {"a": "b"}},
                         "updateStrategy": {"rollingUpdate": rolling_update},
                         "template": template})


def _probe(handler):
    return _pod({"livenessProbe": handler})


_ITEM = {"path": "p", "fieldRef": {"fieldPath": "metadata.name"}}
_DEVICE_USE = {"resourceClaims": [{"name": "c", "resourceClaimName": "d"}]}
_OTHER_NAMESPACE = {"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot",
                    "name": "s", "namespace": "other"}
_REVIEW = {"user": "u", "resourceAttributes": {
    "verb": "list", "resource": "pods", "fieldSelector": {"rawSelector": "a=b"}}}

SAMPLES = (
    ("core.v1.PodSpec", "schedulingGroup", *_pod(schedulingGroup={"podGroupName": "g"})),
    ("core.v1.PodSpec", "evictionResponders",
     *_pod(evictionResponders=[{"name": "example.com/a", "priority": 1}])),
    ("core.v1.PodSpec", "hostUsers", *_pod(hostUsers=False)),
    ("core.v1.PodSpec", "hostnameOverride", *_pod(hostnameOverride="h")),
    ("core.v1.PodSpec", "resources", *_pod(resources={"requests": {"cpu": "1"}})),
    ("core.v1.PodSpec", "resourceClaims", *_pod(**_DEVICE_USE)),
    ("core.v1.ResourceRequirements", "claims",
     *_pod({"resources": {"claims": [{"name": "c"}]}}, **_DEVICE_USE)),
    ("core.v1.PodSecurityContext", "supplementalGroupsPolicy",
     *_pod(securityContext={"supplementalGroupsPolicy": "Strict"})),
    ("core.v1.SecurityContext", "procMount",
     *_pod({"securityContext": {"procMount": "Unmasked"}}, hostUsers=False)),
    ("core.v1.Container", "resizePolicy",
     *_pod({"resizePolicy": [{"resourceName": "cpu", "restartPolicy": "NotRequired"}]})),
    ("core.v1.Lifecycle", "stopSignal",
     *_pod({"lifecycle": {"stopSignal": "SIGUSR1"}}, os={"name": "linux"})),
    ("core.v1.HTTPGetAction", "protocol", *_probe({"httpGet": {"port": 80, "protocol": "HTTP1"}})),
    ("core.v1.GRPCAction", "mode", *_probe({"grpc": {"port": 80, "mode": "TLS"}})),
    ("core.v1.EmptyDirVolumeSource", "mode", *_volume({"emptyDir": {"mode": 511}})),
    ("core.v1.VolumeMount", "bindMountOptions",
     *_volume({"emptyDir": {}}, bindMountOptions=["noexec"])),
    ("core.v1.VolumeMount", "recursiveReadOnly",
     *_volume({"emptyDir": {}}, readOnly=True, recursiveReadOnly="IfPossible")),
    ("core.v1.SecretVolumeSource", "defaultUser",
     *_volume({"secret": {"secretName": "s", "defaultUser": 1}})),
    ("core.v1.ConfigMapVolumeSource", "defaultUser",
     *_volume({"configMap": {"name": "c", "defaultUser": 1}})),
    ("core.v1.DownwardAPIVolumeSource", "defaultUser",
     *_volume({"downwardAPI": {"defaultUser": 1, "items": [_ITEM]}})),
    ("core.v1.ProjectedVolumeSource", "defaultUser",
     *_projected({"secret": {"name": "s"}}, defaultUser=1)),
    ("core.v1.KeyToPath", "user",
     *_volume({"secret": {"secretName": "s", "items": [{"key": "k", "path": "p", "user": 1}]}})),
    ("core.v1.DownwardAPIVolumeFile", "user",
     *_volume({"downwardAPI": {"items": [dict(_ITEM, user=1)]}})),
    ("core.v1.ClusterTrustBundleProjection", "user",
     *_projected({"clusterTrustBundle": {"path": "p", "name": "b", "user": 1}})),
    ("core.v1.VolumeProjection", "clusterTrustBundle",
     *_projected({"clusterTrustBundle": {"path": "p", "name": "b"}})),
    ("core.v1.NodeSpec", "podPreemptionPolicy", *_node({"podPreemptionPolicy": {}}, {})),
    ("core.v1.NodeStatus", "features", *_node({}, {"features": {"supplementalGroupsPolicy": True}})),
    ("core.v1.NodeStatus", "runtimeHandlers", *_node({}, {"runtimeHandlers": [{"name": "r"}]})),
    ("core.v1.PersistentVolumeClaimSpec", "volumeAttributesClassName",
     *_claim(volumeAttributesClassName="c")),
    ("core.v1.TypedObjectReference", "namespace", *_claim(dataSourceRef=_OTHER_NAMESPACE)),
    ("apps.v1.RollingUpdateStatefulSetStrategy", "maxUnavailable",
     *_stateful_set({"maxUnavailable": 2})),
    ("batch.v1.JobSpec", "scheduling", *_job(scheduling={})),
    ("batch.v1.JobSpec", "managedBy", *_job(managedBy="example.com/controller")),
    ("batch.v1.JobSpec", "successPolicy",
     *_job(completions=1, parallelism=1, completionMode="Indexed",
           successPolicy={"rules": [{"succeededCount": 1}]})),
    ("coordination.v1.LeaseSpec", "strategy", *_lease(strategy="OldestEmulationVersion")),
    ("coordination.v1.LeaseSpec", "preferredHolder",
     *_lease(strategy="OldestEmulationVersion", preferredHolder="h")),
    ("authorization.v1.ResourceAttributes", "fieldSelector",
     *_object("/apis/authorization.k8s.io/v1/subjectaccessreviews", "authorization.k8s.io/v1",
              "SubjectAccessReview", metadata={}, spec=_REVIEW)),
    ("resource.v1.Device", "nodeAllocatableResources",
     *_slice({"nodeAllocatableResources": {"cpu": {}}})),
    ("resource.v1.DeviceAttribute", "bools", *_slice({"attributes": {"x": {"bools": [True]}}})),
    ("resource.v1.ResourceSliceSpec", "partitionTypeAttribute",
     *_slice(partitionTypeAttribute="example.com/t")),
    ("resource.v1.ResourceSliceSpec", "skipNodeOperations",
     *_slice(skipNodeOperations=["Prepare"])),
)
