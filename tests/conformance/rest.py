#!/usr/bin/env python3
"""plimsoll apply against a real API server: run by `run.sh rest` under `harness up`, with
kubectl in PATH and KUBECONFIG set.

The lab as one deployment; refusals at their lines; a first apply of what needs itself;
and the same objects as `kubectl apply --server-side` makes."""
import json
import os
import subprocess
import sys
import tempfile
import time

PROGRAM = os.path.abspath(sys.argv[1])
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
os.chdir(TOP)
passed = failed = 0


def expect(what, fine, shown=""):
    global passed, failed
    passed, failed = passed + bool(fine), failed + (not fine)
    if not fine:
        print(f"FAILED {what}\n{shown}")


def run(command, *arguments, stdin=None):
    return subprocess.run([PROGRAM, command, "--no-config", *arguments], input=stdin, capture_output=True,
                          text=True, check=False)


def apply(*arguments, stdin=None):
    return run("apply", *arguments, stdin=stdin)


def kubectl(*arguments, stdin=None):
    return subprocess.run(["kubectl", *arguments], input=stdin, capture_output=True, text=True, check=True).stdout


def objects(*arguments):
    return json.loads(kubectl("get", "-o", "json", *arguments))["items"]


def words(result):
    return [line.rsplit('" ', 1)[-1] for line in result.stdout.splitlines()]


# ---- the lab ----

def run_pods(names, first=1):
    """There is no kubelet: bind the Pods, and say that they run."""
    kubectl("apply", "-f", "-", stdin='{"apiVersion":"v1","kind":"Node","metadata":{"name":"n"}}')
    for i, name in enumerate(names, first):
        kubectl("create", "--raw", f"/api/v1/namespaces/default/pods/{name}/binding", "-f", "-", stdin=json.dumps(
            {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": name}, "target": {"kind": "Node", "name": "n"}}))
        ip = f"10.9.0.{i}"
        kubectl("patch", "pod", name, "--subresource=status", "-p", json.dumps({"status": {
            "phase": "Running", "podIP": ip, "podIPs": [{"ip": ip}], "conditions": [{"type": "Ready", "status": "True"}]}}))


def endpoints(service):
    slices = objects("endpointslices", "-l", f"kubernetes.io/service-name={service}")
    return sum(len(piece.get("endpoints") or []) for piece in slices)


def comes(test):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if test():
            return True
        time.sleep(0.1)
    return False


def lab():
    result = apply("--skip-check", "testdata/lab/before")  # the check knows what is wrong
    expect("the lab in one command", result.returncode == 0 and set(words(result)) == {"created"}, result.stderr)
    run_pods(["healthy-monolith", "monolith", "secure-monolith"])
    expect("the slice of monolith is there and empty",
           comes(lambda: objects("endpointslices", "-l", "kubernetes.io/service-name=monolith")) and
           endpoints("monolith") == 0)
    result = apply("testdata/lab/after")
    expect("the label's fix", result.returncode == 0 and sorted(set(words(result))) == ["configured", "unchanged"],
           result.stdout + result.stderr)
    expect("makes the endpoint appear", comes(lambda: endpoints("monolith") == 1))
    result = apply("testdata/lab/after")
    expect("again: all unchanged", set(words(result)) == {"unchanged"}, result.stdout)
    manifest = "testdata/lab/conflict/services/telemetry.yaml"
    line = next(i for i, text in enumerate(open(manifest, encoding="utf-8"), 1) if "nodePort" in text)
    result = apply(manifest)
    expect("a second NodePort 31000 is refused at its line",
           result.returncode == 1 and f"{manifest}:{line}:" in result.stderr and
           "provided port is already allocated" in result.stderr, result.stderr)


# ---- waiting ----

WAITED = """
apiVersion: v1
kind: Service
metadata: {name: waited}
spec: {selector: {app: waited, tier: front}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: waited}
spec:
  replicas: 2
  selector: {matchLabels: {app: waited}}
  template:
    metadata: {labels: {app: waited, tier: LABEL}}
    spec: {containers: [{name: c, image: "a:1"}]}
"""


def put_status(pod, status):
    kubectl("patch", "pod", pod, "--subresource=status", "-p", json.dumps({"status": status}))


def pods_of(app):
    return [item["metadata"]["name"] for item in objects("pods", "-l", f"app={app}")]


def waits():
    """The status that a kubelet would write is written here, while plimsoll waits."""
    started = subprocess.Popen([PROGRAM, "apply", "--no-config", "--skip-check", "--wait", "--timeout", "120s", "-"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    started.stdin.write(WAITED.replace("LABEL", "front"))
    started.stdin.close()
    expect("the Deployment's Pods come", comes(lambda: len(pods_of("waited")) == 2))
    run_pods(pods_of("waited"), first=50)
    errors = started.stderr.read()
    expect("a rollout and its endpoints are waited for", started.wait() == 0 and "2 of 2 objects are ready" in errors and
           'Deployment "waited" is ready' in errors, errors)
    started = subprocess.Popen([PROGRAM, "apply", "--no-config", "--skip-check", "--wait", "--timeout", "15s", "-"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    started.stdin.write(WAITED.replace("LABEL", "back").replace("waited", "late"))
    started.stdin.close()
    expect("Pods come again", comes(lambda: len(pods_of("late")) == 2))
    for pod in pods_of("late"):
        put_status(pod, {"phase": "Pending", "containerStatuses": [{
            "name": "c", "image": "a:1", "imageID": "", "ready": False, "restartCount": 0,
            "state": {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image a:1"}}}]})
    errors = started.stderr.read()
    expect("what is not ready is an error at its place", started.wait() == 1 and
           '<stdin>:9:18: error: Deployment "late" is not ready: 0 of 2 replicas are available' in errors, errors)
    expect("with the image that cannot be pulled", "container c waits: ImagePullBackOff: Back-off pulling" in errors, errors)
    expect("and the label that is missing", "it lacks the label tier=front (it has tier=back)" in errors, errors)
    job = ("apiVersion: batch/v1\nkind: Job\nmetadata: {name: waited}\nspec:\n  activeDeadlineSeconds: 1\n  template:\n"
           "    spec: {restartPolicy: Never, containers: [{name: c, image: 'a:1'}]}\n")
    result = apply("--wait", "--timeout", "120s", "-", stdin=job)
    expect("a Job that failed ends the wait", result.returncode == 1 and 'Job "waited" has failed: DeadlineExceeded' in
           result.stderr, result.stderr)


# ---- what needs itself ----

SELF = """
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: fresh}
spec:
  priorityClassName: important
  containers: [{name: c, image: "a:1"}]
---
apiVersion: example.org/v1
kind: Widget
metadata: {name: w, namespace: fresh}
spec: {size: 3}
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: important}
value: 1000
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.org}
spec:
  group: example.org
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}
---
apiVersion: v1
kind: Namespace
metadata: {name: fresh}
"""


def needs_itself():
    result = apply("-", stdin=SELF)
    expect("a Namespace, a definition, a class and their users at once",
           result.returncode == 0 and words(result) == ["created"] * 5, result.stdout + result.stderr)
    result = apply("-", stdin="apiVersion: example.org/v1\nkind: Widget\nmetadata: {name: x, namespace: fresh}\n")
    expect("a kind that only the cluster knows", words(result) == ["created"], result.stdout + result.stderr)
    kubectl("patch", "widget", "w", "-n", "fresh", "--type=merge", "--field-manager=other", "-p", '{"spec":{"size":4}}')
    result = apply("--dry-run=server", "-", stdin=SELF)
    expect("a conflict is told at the field", result.returncode == 1 and words(result).count("conflict") == 1 and
           "<stdin>:12:" in result.stderr, result.stdout + result.stderr)
    result = apply("--force-conflicts", "-", stdin=SELF)
    expect("and taken by force", result.returncode == 0, result.stdout + result.stderr)


# ---- diff ----

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: differs}
spec:
  replicas: 2
  selector: {matchLabels: {app: differs}}
  template:
    metadata: {labels: {app: differs}}
    spec:
      containers:
      - name: web
        image: "web:1"
        resources: {limits: {memory: 512Mi}}
      - {name: log, image: "log:1"}
---
apiVersion: v1
kind: Secret
metadata: {name: differs}
stringData: {password: deep}
"""


def diff():
    result = run("diff", "-", stdin=WEB)
    expect("diff: what is new is added", result.returncode == 1 and result.stdout.count("--- /dev/null") == 2 and
           "ZGVlcA" not in result.stdout, result.stdout + result.stderr)
    apply("-", stdin=WEB)
    kubectl("scale", "deployment/differs", "--replicas=2")  # a second manager, of the same value
    expect("diff: what was applied is the same", run("diff", "-", stdin=WEB).returncode == 0)
    expect("diff: written in another way as well",
           run("diff", "-", stdin=WEB.replace("512Mi", "536870912")).returncode == 0)
    changed = WEB.replace("web:1", "web:2").replace("      - {name: log, image: \"log:1\"}\n", "").replace("deep", "down")
    result = run("diff", "-o", "json", "-", stdin=changed)
    found = json.loads(result.stdout)["objects"]
    paths = {field["path"]: (field["rightAt"]["line"], field["right"]) for item in found for field in item["fields"]}
    expect("diff: fields that an apply would change, or remove, at their lines", result.returncode == 1 and paths == {
        "spec.template.spec.containers[name=web].image": (13, "web:2"),
        "spec.template.spec.containers[name=log]": (12, None), "data.password": (19, "***")}, json.dumps(paths))
    result = run("diff", "-", stdin=changed)
    expect("diff: and as hunks", '-      - image: log:1' in result.stdout and
           '+      - image: web:2' in result.stdout and '+  password: "*** (after)"' in result.stdout, result.stdout)
    result = run("diff", "-", stdin=WEB.replace("app: differs}}\n  t", "app: other}}\n  t")
                 .replace("labels: {app: differs}", "labels: {app: other}"))
    expect("diff: what the server refuses is trouble", result.returncode == 2 and "<stdin>:7:" in result.stderr and
           "immutable" in result.stderr, result.stdout + result.stderr)
    expect("diff: nothing was written", run("diff", "-", stdin=WEB).returncode == 0)


# ---- what kubectl applied from the client's side ----

TAKEN = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: taken
  labels: {keep: "1", drop: "1"}
spec:
  replicas: 2
  minReadySeconds: 5
  selector: {matchLabels: {app: taken}}
  template:
    metadata: {labels: {app: taken}}
    spec:
      containers:
      - name: web
        image: "web:1"
        env: [{name: KEEP, value: "1"}, {name: DROP, value: "1"}]
      - {name: drop, image: "drop:1"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: taken}
data: {keep: "1", drop: "1"}
"""
KEPT = (TAKEN.replace(', drop: "1"', "").replace("  minReadySeconds: 5\n", "").replace(', {name: DROP, value: "1"}', "")
        .replace('      - {name: drop, image: "drop:1"}\n', "").replace("web:1", "web:2"))


def take_over():
    def left(kind):
        return [word for word in ("drop", "DROP", "minReadySeconds\": 5") if word in kubectl("get", "-o", "json", kind, "taken")
                .replace("managedFields", "")]
    kubectl("apply", "-f", "-", stdin=TAKEN)
    result = apply("-", stdin=KEPT)
    expect("client-side apply owns its fields", result.returncode == 1 and words(result).count("conflict") == 1 and
           "kubectl-client-side-apply" in result.stderr, result.stdout + result.stderr)
    result = apply("--take-over", "--dry-run=server", "-", stdin=KEPT)
    expect("a dry run of taking over", result.returncode == 0 and words(result) == ["configured (server dry run)"] * 2,
           result.stdout + result.stderr)
    result = apply("--take-over", "-", stdin=KEPT)
    expect("taken over", result.returncode == 0 and words(result) == ["configured"] * 2, result.stdout + result.stderr)
    for kind in ("deployment", "configmap"):
        expect(f"what is no longer in the manifest went from the {kind}", not left(kind),
               kubectl("get", "-o", "json", "--show-managed-fields", kind, "taken"))
        live = json.loads(kubectl("get", "-o", "json", "--show-managed-fields", kind, "taken"))["metadata"]
        expect(f"no field of the {kind} is left to kubectl", "annotations" not in live or not any(
            "last-applied" in key for key in live["annotations"]), json.dumps(live))
        expect(f"nor an entry of it in the {kind}", not any(
            entry["manager"].startswith("kubectl") for entry in live["managedFields"]), json.dumps(live["managedFields"]))
    expect("once", words(apply("--take-over", "-", stdin=KEPT)) == ["unchanged"] * 2)
    # Another manager's conflict stays one.
    kubectl("apply", "-f", "-", stdin=TAKEN.replace("taken", "shared"))
    kubectl("patch", "configmap", "shared", "--field-manager=other", "-p", '{"data":{"keep":"2"}}')
    result = apply("--take-over", "-", stdin=KEPT.replace("taken", "shared"))
    expect("a conflict with a third is none to take over", result.returncode == 1 and "other" in result.stderr and
           set(words(result)) == {"not written", "conflict"}, result.stdout + result.stderr)
    result = apply("--take-over", "--no-preflight", "--force-conflicts", "-", stdin=KEPT.replace("taken", "shared"))
    expect("taken over without a preflight", result.returncode == 0 and
           json.loads(kubectl("get", "-o", "json", "configmap", "shared"))["data"] == {"keep": "1"},
           result.stdout + result.stderr)


# ---- fields that nobody can change ----

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
# An object, a field, another value, and whether that is refused.
CHANGES = [
    *((workload(kind), "spec.selector.matchLabels.app", "x", True) for kind in ("Deployment", "DaemonSet", "StatefulSet", "ReplicaSet")),
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
]


def changed(item, path, value):
    copy = json.loads(json.dumps(item))
    *parents, last = path.split(".")
    at = copy
    for key in parents:
        at = at[int(key) if key.isdigit() else key]
    if value is None:
        del at[last]
    elif isinstance(value, dict):
        at[last].update(value)
    else:
        at[last] = value
    return copy


def immutable():
    first = [{**item, "metadata": {"name": f"frozen-{i}"}} for i, (item, *_) in enumerate(CHANGES)]
    result = apply("--skip-check", "-", stdin="\n".join(map(json.dumps, first)))
    expect("objects to be changed", result.returncode == 0, result.stdout + result.stderr)
    with tempfile.TemporaryDirectory() as folder:
        dump, manifest = os.path.join(folder, "cluster.ndjson"), os.path.join(folder, "a.json")
        subprocess.run([PROGRAM, "snapshot", "--with-secret-values", "-o", dump], capture_output=True, check=True)
        for item, (_, path, value, frozen) in zip(first, CHANGES):
            name = f"{item['kind']} {path} to {value}"
            with open(manifest, "w", encoding="utf-8") as file:
                json.dump(changed(item, path, value), file)
            check = run("check", "--assume-cluster", dump, manifest)
            expect(f"offline: {name} is {'refused' if frozen else 'taken'}", ("[immutable-field]" in check.stdout) == frozen,
                   check.stdout + check.stderr)
            result = apply("--skip-check", "--dry-run=server", manifest)
            expect(f"the server: {name} is {'refused' if frozen else 'taken'}", (result.returncode == 1) == frozen,
                   result.stdout + result.stderr)
            if frozen:
                result = apply("--skip-check", manifest)
                expect(f"live: {name} is refused before a write", words(result) == ["refused"] and
                       result.stderr.count("nothing was written"), result.stdout + result.stderr)


# ---- the same as kubectl ----

def strip(item):
    meta = item["metadata"]
    for key in ("uid", "resourceVersion", "creationTimestamp", "managedFields", "generation", "namespace"):
        meta.pop(key, None)
    (item.get("spec") or {}).pop("clusterIP", None)
    (item.get("spec") or {}).pop("clusterIPs", None)
    for port in (item.get("spec") or {}).get("ports") or []:
        if isinstance(port, dict):
            port.pop("nodePort", None)
    (meta.get("annotations") or {}).pop("deployment.kubernetes.io/revision", None)  # the controller's
    if not meta.get("annotations"):
        meta.pop("annotations", None)
    item.pop("status", None)
    return item


def one(namespace, resource, name):
    """What is there; a controller may have removed it: a token of an account that is not."""
    result = subprocess.run(["kubectl", "get", "-o", "json", "-n", namespace, resource, name], capture_output=True,
                            text=True, check=False)
    return strip(json.loads(result.stdout)) if result.returncode == 0 else None


def same_as_kubectl():
    kinds = ["configmaps", "secrets", "serviceaccounts", "services", "deployments", "statefulsets", "daemonsets",
             "cronjobs", "ingresses", "networkpolicies", "roles", "rolebindings", "poddisruptionbudgets",
             "horizontalpodautoscalers", "persistentvolumeclaims", "limitranges"]
    equal = 0
    for name in ("configuration.yaml", "services.yaml", "workloads.yaml", "access.yaml"):
        path = f"tests/conformance/kinds/{name}"
        out = subprocess.run([PROGRAM, "emit", "--no-config", "-o", "ndjson", path], capture_output=True, text=True,
                             check=True).stdout
        for line in out.splitlines():
            item = json.loads(line)
            resource = item["kind"].lower()
            if not any(kind.startswith(resource) for kind in kinds) or "name" not in item["metadata"]:
                continue
            live = []
            for who in ("ours", "theirs"):
                item["metadata"]["namespace"] = who
                text = json.dumps(item)
                if who == "ours":
                    result = apply("--skip-check", "-", stdin=text)
                    fine = result.returncode == 0
                else:
                    fine = subprocess.run(["kubectl", "apply", "--server-side", "-f", "-"], input=text, text=True,
                                          capture_output=True, check=False).returncode == 0
                live.append(fine and one(who, resource, item["metadata"]["name"]))
                if resource == "service" and who == "ours":  # its node ports are asked for again
                    kubectl("delete", "service", "-n", who, item["metadata"]["name"])
            equal += bool(live[0]) and live[0] == live[1]
            expect(f"{item['kind']} {item['metadata']['name']} as kubectl applies it", live[0] == live[1],
                   json.dumps(live)[:2000])
    expect("enough objects were compared", equal > 20, str(equal))
    print(f"rest: {equal} objects are what kubectl apply --server-side makes")


# ---- snapshot ----

def snapshot():
    kubectl("create", "secret", "generic", "hidden", "--from-literal=password=deep")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "cluster.ndjson")
        result = subprocess.run([PROGRAM, "snapshot", "-o", path], capture_output=True, text=True, check=False)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        expect("a snapshot is for its owner", result.returncode == 0 and os.stat(path).st_mode & 0o777 == 0o600,
               result.stderr)
        expect("with Secrets' keys alone", '"password":""' in text and "ZGVlcA" not in text)
        check = subprocess.run([PROGRAM, "check", "--no-config", "--assume-cluster", path,
                                "testdata/lab/conflict/services/telemetry.yaml"],
                               capture_output=True, text=True, check=False)
        expect("a check beside it finds the taken NodePort", "node-port-conflict" in check.stdout, check.stdout)


for namespace in ("ours", "theirs"):
    kubectl("create", "namespace", namespace)
lab()
waits()
needs_itself()
diff()
take_over()
immutable()
same_as_kubectl()
snapshot()
print(f"tally {passed} {failed}")
sys.exit(failed > 0)
