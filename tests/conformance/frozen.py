"""Fields that a server lets nobody change: every row of the table in src/cli/immutable.c, and
what is nearly one. Each change is refused by the server, before anything is written, and told
offline beside a dump; or both take it."""
import json
import os
import re
import tempfile

from live import TOP, command, expect, kubectl


def job(**spec):
    return {"apiVersion": "batch/v1", "kind": "Job", "spec": {"suspend": False, "template": {"spec": {
        "restartPolicy": "Never", "containers": [{"name": "c", "image": "a:1"}]}}, **spec}}


def workload(kind, **spec):
    labels = {"matchLabels": {"app": "a", "tier": "b"}}
    return {"apiVersion": "apps/v1", "kind": kind, "spec": {"selector": labels, "template": {
        "metadata": {"labels": {"app": "a", "tier": "b", "more": "c"}}, "spec": {"containers": [{"name": "c", "image": "a:1"}]}},
        **spec}}


CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
VOLUME = {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "1Gi"}, "hostPath": {"path": "/a"}}
BINDING = {"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}}
POD = {"containers": [{"name": "c", "image": "a:1"}]}
CSI = {"driver": "a.b", "volumeHandle": "h", "fsType": "ext4", "volumeAttributes": {"a": "b"},
       **{ref: {"name": "a", "namespace": "b"} for ref in ("controllerExpandSecretRef", "nodeExpandSecretRef", "nodeStageSecretRef")}}
CLONED = {"kind": "PersistentVolumeClaim", "name": "one"}
AFFINITY = {"required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "In", "values": ["n"]}]}]}}
DEVICES = {"devices": {"requests": [{"name": "r", "exactly": {"deviceClassName": "c"}}]}}
# What volumes are, a field of that, and another value.
SOURCES = [
    ("nfs", {"server": "a", "path": "/a"}, "path", "/b"), ("csi", CSI, "driver", "a.c"), ("csi", CSI, "volumeHandle", "i"),
    ("csi", CSI, "volumeAttributes.a", "c"), ("csi", CSI, "fsType", "xfs"),
    ("iscsi", {"targetPortal": "10.0.0.1:3260", "iqn": "iqn.2001-04.com.example:a", "lun": 0}, "lun", 1),
    ("fc", {"targetWWNs": ["a"], "lun": 0}, "lun", 1),
    ("awsElasticBlockStore", {"volumeID": "a"}, "volumeID", "b"), ("gcePersistentDisk", {"pdName": "a"}, "pdName", "b"),
    ("azureDisk", {"diskName": "a", "diskURI": "https://a.blob.core.windows.net/b/c.vhd"}, "diskName", "c"),
    ("azureFile", {"secretName": "a", "shareName": "b", "secretNamespace": "c"}, "shareName", "d"),
    ("cephfs", {"monitors": ["a"]}, "monitors", ["b"]), ("cinder", {"volumeID": "a"}, "volumeID", "b"),
    ("flexVolume", {"driver": "a/b"}, "driver", "a/c"), ("flocker", {"datasetName": "a"}, "datasetName", "b"),
    ("glusterfs", {"endpoints": "a", "path": "b"}, "path", "c"), ("photonPersistentDisk", {"pdID": "a"}, "pdID", "b"),
    ("portworxVolume", {"volumeID": "a"}, "volumeID", "b"), ("quobyte", {"registry": "a:1", "volume": "b"}, "volume", "c"),
    ("rbd", {"monitors": ["a"], "image": "b"}, "image", "c"),
    ("scaleIO", {"gateway": "a", "system": "b", "secretRef": {"name": "c", "namespace": "d"}, "volumeName": "e"}, "volumeName", "f"),
    ("storageos", {"volumeName": "a", "volumeNamespace": "b"}, "volumeName", "c"), ("vsphereVolume", {"volumePath": "a"}, "volumePath", "b"),
]


def service(**spec):
    return {"apiVersion": "v1", "kind": "Service", "spec": {"ports": [{"port": 80}], **spec}}


def claim(**spec):
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "spec": {**CLAIM, **spec}}


def volume(**spec):
    return {"apiVersion": "v1", "kind": "PersistentVolume", "spec": {
        "accessModes": ["ReadWriteOnce"], "capacity": {"storage": "1Gi"}, **spec}}


def storage_class(**fields):
    return {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "provisioner": "a.b/c", **fields}


def own_selector():
    item = job(manualSelector=True, selector={"matchLabels": {"app": "a"}})
    item["spec"]["template"]["metadata"] = {"labels": {"app": "a", "tier": "b"}}
    return item


def definition():
    definition.number += 1
    kind = f"Frozen{definition.number}"
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{kind.lower()}s.example.com"}, "spec": {
                "group": "example.com", "scope": "Namespaced", "names": {"plural": f"{kind.lower()}s", "kind": kind},
                "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}]}}


definition.number = 0


MORE = ["controllerrevisions", "volumeattachments", "volumeattributesclasses", "csidrivers", "resourceclaims",
        "resourceclaimtemplates", "resourceslices", "servicecidrs"]


# An object, a field, another value, and whether that is refused.
CHANGES = [
    *((workload(kind), "spec.selector.matchLabels", {"app": "a", "more": "c"}, True) for kind in ("Deployment", "DaemonSet", "StatefulSet", "ReplicaSet")),
    (workload("Deployment"), "spec.selector.matchLabels.tier", None, True),
    (workload("Deployment"), "spec.template.spec.containers.0.image", "a:2", False),
    (workload("StatefulSet", serviceName="a"), "spec.serviceName", "b", True),
    (workload("StatefulSet"), "spec.podManagementPolicy", "Parallel", True),
    (workload("StatefulSet", volumeClaimTemplates=[{"metadata": {"name": "d"}, "spec": CLAIM}]),
     "spec.volumeClaimTemplates.0.spec.resources.requests.storage", "2Gi", True),
    (workload("StatefulSet", volumeClaimTemplates=[{"metadata": {"name": "d"}, "spec": CLAIM}]),
     "spec.volumeClaimTemplates.0.spec.resources.requests.storage", "1024Mi", False),
    (workload("StatefulSet"), "spec.minReadySeconds", 3, False),
    (job(), "spec.template.spec.containers.0.image", "a:2", True),
    (job(), "spec.template.spec.containers.0.imagePullPolicy", "IfNotPresent", False),
    (job(), "spec.backoffLimit", 3, False),
    (job(completions=2), "spec.completions", 3, True),
    (job(completions=2, parallelism=2, completionMode="Indexed"), "spec", {"completions": 3, "parallelism": 3}, False),
    (job(), "spec.completionMode", "Indexed", True),
    (job(), "spec.parallelism", 3, False),
    ({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", **BINDING}, "roleRef.name", "edit", True),
    ({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", **BINDING}, "roleRef.apiGroup", None, False),
    ({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", **BINDING}, "roleRef.name", "edit", True),
    ({"apiVersion": "v1", "kind": "Service", "spec": {"ports": [{"port": 80}]}}, "spec.clusterIP", "None", True),
    ({"apiVersion": "v1", "kind": "Service", "spec": {"ports": [{"port": 80}]}}, "spec.type", "NodePort", False),
    ({"apiVersion": "v1", "kind": "Secret", "type": "Opaque"}, "type", "example.org/own", True),
    ({"apiVersion": "v1", "kind": "Secret", "immutable": True, "data": {"a": "YQ=="}}, "data.a", "Yg==", True),
    ({"apiVersion": "v1", "kind": "ConfigMap", "immutable": True, "data": {"a": "1"}}, "data.a", "2", True),
    ({"apiVersion": "v1", "kind": "ConfigMap", "immutable": True, "data": {"a": "1"}}, "immutable", False, True),
    ({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "1"}}, "data.a", "2", False),
    ({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "spec": CLAIM}, "spec.accessModes", ["ReadOnlyMany"], True),
    ({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "spec": {**CLAIM, "storageClassName": "x"}}, "spec.storageClassName", "y", True),
    ({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "spec": CLAIM}, "spec.volumeMode", "Block", True),
    ({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "spec": CLAIM}, "spec.volumeName", "v", False),
    ({"apiVersion": "v1", "kind": "PersistentVolume", "spec": VOLUME}, "spec.hostPath.path", "/b", True),
    ({"apiVersion": "v1", "kind": "PersistentVolume", "spec": VOLUME}, "spec.volumeMode", "Block", True),
    ({"apiVersion": "v1", "kind": "PersistentVolume", "spec": VOLUME}, "spec.persistentVolumeReclaimPolicy", "Delete", False),
    ({"apiVersion": "v1", "kind": "Pod", "spec": POD}, "spec.containers.0.command", ["a"], True),
    ({"apiVersion": "v1", "kind": "Pod", "spec": POD}, "spec.containers.0.image", "a:2", False),
    ({"apiVersion": "v1", "kind": "Pod", "spec": POD}, "spec.activeDeadlineSeconds", 5, False),
    ({"apiVersion": "v1", "kind": "Pod", "spec": POD}, "spec.hostNetwork", True, True),
    ({"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "value": 7}, "value", 8, True),
    ({"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "value": 7}, "preemptionPolicy", "Never", True),
    ({"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "handler": "a"}, "handler", "b", True),
    ({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "provisioner": "a.b/c"}, "provisioner", "a.b/d", True),
    ({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "provisioner": "a.b/c"}, "reclaimPolicy", "Retain", True),
    ({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "provisioner": "a.b/c"}, "allowVolumeExpansion", True, False),
    ({"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "spec": {"controller": "a.b/c"}}, "spec.controller", "a.b/d", True),
    ({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4", "endpoints": []}, "addressType", "IPv6", True),
    ({"apiVersion": "apps/v1", "kind": "ControllerRevision", "revision": 1, "data": {"a": "1"}}, "data.a", "2", True),
    ({"apiVersion": "apps/v1", "kind": "ControllerRevision", "revision": 1, "data": {"a": "1"}}, "revision", 2, False),
    (own_selector(), "spec.selector.matchLabels", {"tier": "b"}, True),
    (job(podFailurePolicy={"rules": [{"action": "Ignore", "onExitCodes": {"operator": "In", "values": [3]}}]}),
     "spec.podFailurePolicy.rules.0.action", "Count", True),
    (job(completions=2, completionMode="Indexed", successPolicy={"rules": [{"succeededCount": 1}]}),
     "spec.successPolicy.rules.0.succeededCount", 2, True),
    (job(completions=2, completionMode="Indexed", backoffLimitPerIndex=1), "spec.backoffLimitPerIndex", 2, True),
    (job(managedBy="a.b/c"), "spec.managedBy", "a.b/d", True),
    (job(suspend=True), "spec.template.spec.nodeSelector", {"a": "b"}, False),
    (job(suspend=True), "spec.template.spec.containers.0.image", "a:2", True),
    (service(clusterIP="10.96.77.1", clusterIPs=["10.96.77.1"]), "spec", {"clusterIP": "10.96.77.2", "clusterIPs": ["10.96.77.2"]}, True),
    (service(), "spec.clusterIPs", ["None"], True),
    (service(type="ExternalName", externalName="a.b"), "spec", {"type": "ClusterIP", "clusterIP": "None"}, False),
    (service(type="LoadBalancer", loadBalancerClass="a.b/c"), "spec.loadBalancerClass", "a.b/d", True),
    (service(type="LoadBalancer", externalTrafficPolicy="Local", healthCheckNodePort=31777), "spec.healthCheckNodePort", 31778, True),
    (service(ipFamilies=["IPv4"]), "spec.ipFamilies", ["IPv6"], True),
    ({"apiVersion": "v1", "kind": "Secret", "immutable": True, "data": {"a": "YQ=="}}, "immutable", False, True),
    ({"apiVersion": "v1", "kind": "ConfigMap", "immutable": True, "binaryData": {"a": "YQ=="}}, "binaryData.a", "Yg==", True),
    (claim(selector={"matchLabels": {"a": "b"}}), "spec.selector.matchLabels.a", "c", True),
    (claim(dataSource=CLONED), "spec.dataSource.name", "other", True),
    (claim(dataSourceRef=CLONED), "spec.dataSourceRef.name", "other", True),
    (claim(volumeName="v"), "spec.volumeName", "w", True),
    (claim(), "spec.storageClassName", "x", False),
    *((volume(**{source: fields}), f"spec.{source}.{path}", value, True) for source, fields, path, value in SOURCES),
    (volume(csi=CSI), "spec.csi.controllerExpandSecretRef.name", "other", True),
    (volume(local={"path": "/a"}, nodeAffinity=AFFINITY), "spec.local.path", "/b", True),
    (volume(csi=CSI, nodeAffinity=AFFINITY), "spec.nodeAffinity.required.nodeSelectorTerms.0.matchExpressions.0.values", ["m"], True),
    (volume(csi=CSI), "spec.storageClassName", "other", False),
    (storage_class(parameters={"a": "b"}), "parameters.a", "c", True),
    (storage_class(), "volumeBindingMode", "WaitForFirstConsumer", True),
    (storage_class(), "mountOptions", ["ro"], False),
    ({"apiVersion": "storage.k8s.io/v1", "kind": "VolumeAttachment", "spec": {
        "attacher": "a.b", "nodeName": "n", "source": {"persistentVolumeName": "v"}}}, "spec.nodeName", "m", True),
    ({"apiVersion": "storage.k8s.io/v1", "kind": "VolumeAttributesClass", "driverName": "a.b", "parameters": {"a": "b"}},
     "parameters.a", "c", True),
    ({"apiVersion": "storage.k8s.io/v1", "kind": "VolumeAttributesClass", "driverName": "a.b", "parameters": {"a": "b"}},
     "driverName", "a.c", True),
    ({"apiVersion": "storage.k8s.io/v1", "kind": "CSIDriver", "metadata": {"name": "a.frozen"}, "spec": {"attachRequired": True}},
     "spec.attachRequired", False, True),
    ({"apiVersion": "storage.k8s.io/v1", "kind": "CSIDriver", "metadata": {"name": "b.frozen"}, "spec": {"volumeLifecycleModes": ["Persistent"]}},
     "spec.volumeLifecycleModes", ["Ephemeral"], True),
    ({"apiVersion": "storage.k8s.io/v1", "kind": "CSIDriver", "metadata": {"name": "c.frozen"}, "spec": {"podInfoOnMount": True}},
     "spec.podInfoOnMount", False, False),
    ({"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaim", "spec": DEVICES},
     "spec.devices.requests.0.exactly.deviceClassName", "other", True),
    ({"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaimTemplate", "spec": {"spec": DEVICES}},
     "spec.spec.devices.requests.0.exactly.deviceClassName", "other", True),
    *(({"apiVersion": "resource.k8s.io/v1", "kind": "ResourceSlice", "spec": {
        "driver": "a.b", "nodeName": "n", "pool": {"name": "p", "generation": 1, "resourceSliceCount": 1}}}, path, "m", True)
      for path in ("spec.driver", "spec.nodeName", "spec.pool.name")),
    ({"apiVersion": "networking.k8s.io/v1", "kind": "ServiceCIDR", "spec": {"cidrs": ["10.77.0.0/24"]}}, "spec.cidrs", ["10.78.0.0/24"], True),
    (definition(), "spec.scope", "Cluster", True),
    (definition(), "spec.names.kind", "Other", True),
    (definition(), "spec.names.shortNames", ["fz"], False),
    ({"apiVersion": "v1", "kind": "ReplicationController", "spec": {"selector": {"app": "a"}, "template": {
        "metadata": {"labels": {"app": "a", "tier": "b"}}, "spec": POD}}}, "spec.selector", {"tier": "b"}, False),
    ({"apiVersion": "v1", "kind": "Pod", "spec": {**POD, "schedulingGates": [{"name": "a.b/c"}]}}, "spec.nodeSelector", {"a": "b"}, False),
]


def changed(item, path, value):
    copy = json.loads(json.dumps(item))
    *parents, last = path.split(".")
    at = copy
    for key in parents:
        at = at[int(key) if key.isdigit() else key]
    if value is None:
        del at[last]
    elif isinstance(value, dict) and isinstance(at.get(last), dict) and last == "spec":
        at[last].update(value)
    else:
        at[last] = value
    return copy


def every_row_has_a_case():
    """Of the table: the kind, and a field in that of the row, whose change is refused."""
    with open(os.path.join(TOP, "src/cli/immutable.c"), encoding="utf-8") as file:
        rows = re.findall(r'^    \{"([^"]*)", "(\w+)", "([^"]+)", [A-Z]+\},$', file.read(), re.M)
    refused = [(item["apiVersion"].rpartition("/")[0].partition("/")[0], item["kind"], path) for item, path, _, frozen in CHANGES
               if frozen]
    for group, kind, field in rows:
        field = field.removesuffix("[0]")
        expect(f"{kind} {field} has a case", any((group, kind) == case[:2] and f"{case[2]}.".startswith(f"{field}.")
                                                       for case in refused))
    expect("the table was read", len(rows) > 50, str(len(rows)))


def fields_that_nobody_changes(program):
    every_row_has_a_case()

    def run(name, *arguments, stdin=None):
        return command(program, name, "--no-config", *arguments, stdin=stdin)

    first = [{**item, "metadata": {"name": f"frozen-{i}", **item.get("metadata", {})}} for i, (item, *_) in enumerate(CHANGES)]
    result = run("apply", "--skip-check", "-", stdin="\n".join(map(json.dumps, first)))
    if not expect("objects to be changed", result.returncode == 0, result.stderr):
        return
    with tempfile.TemporaryDirectory() as folder:
        dump, manifest = os.path.join(folder, "cluster.ndjson"), os.path.join(folder, "a.json")
        result = command(program, "snapshot", "--with-secret-values", "-o", dump)
        expect("a dump of them", result.returncode == 0, result.stderr)
        rest = os.path.join(folder, "rest.json")  # what a snapshot does not have
        with open(rest, "w", encoding="utf-8") as file:
            file.write(kubectl("get", "-o", "json", ",".join(MORE)))
        for item, (_, path, value, frozen) in zip(first, CHANGES):
            name = f"{item['kind']} {path} to {value} is {'refused' if frozen else 'taken'}"
            with open(manifest, "w", encoding="utf-8") as file:
                json.dump(changed(item, path, value), file)
            check = run("check", "--assume-cluster", dump, "--assume-cluster", rest, manifest)
            expect(f"offline: {name}", ("[immutable-field]" in check.stdout) == frozen, check.stdout + check.stderr)
            result = run("apply", "--skip-check", *([] if frozen else ["--dry-run=server"]), manifest)
            if frozen:
                expect(f"the server: {name}, before a write", result.stdout.endswith(" refused\n") and
                       "nothing was written" in result.stderr, result.stdout + result.stderr)
            else:
                expect(f"the server: {name}", result.returncode == 0, result.stdout + result.stderr)
