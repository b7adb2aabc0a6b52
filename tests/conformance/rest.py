#!/usr/bin/env python3
"""plimsoll apply against a real API server: run by `run.sh rest` under `harness up`, with
kubectl in PATH and KUBECONFIG set.

The lab as one deployment; refusals at their lines; a first apply of what needs itself; what
is waited for, differs, is taken over, and cannot be changed."""
import json
import os
import subprocess
import sys
import tempfile

from frozen import fields_that_nobody_changes
from live import TOP, comes, command, expect, kubectl, tally

PROGRAM = os.path.abspath(sys.argv[1])
os.chdir(TOP)


def run(name, *arguments, stdin=None):
    return command(PROGRAM, name, "--no-config", *arguments, stdin=stdin)


def apply(*arguments, stdin=None):
    return run("apply", *arguments, stdin=stdin)


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
    """Whom a Service reaches: the ready Pods, each with the ports of its slice."""
    found = []
    for piece in objects("endpointslices", "-l", f"kubernetes.io/service-name={service}"):
        ports = tuple(port["port"] for port in piece.get("ports") or [])
        found += [(each["targetRef"]["name"], *ports) for each in piece.get("endpoints") or [] if each["conditions"]["ready"]]
    return sorted(found)


# In the order in which plimsoll reads the two folders.
LAB = ["ConfigMap nginx-frontend-conf", "ConfigMap nginx-proxy-conf", "Secret tls-certs", "Deployment auth",
       "Deployment frontend", "Deployment hello", "Pod healthy-monolith", "Pod monolith", "Pod secure-monolith",
       "Service auth", "Service frontend", "Service hello", "Service monolith"]


def lab_lines(outcome):
    return "".join("{} \"{}\" {}\n".format(*item.split(), outcome) for item in LAB)


def lab():
    """With the lab's own configuration, and what it makes by hand as manifests."""
    made = "testdata/lab/made"
    result = command(PROGRAM, "apply", made, "testdata/lab/before")
    expect("the lab's mistake is told before anything is sent", result.returncode == 1 and not result.stdout and
           'testdata/lab/before/services/monolith.yaml:9:5: error: Service "monolith" selects no Pod' in result.stderr and
           "nothing was sent" in result.stderr, result.stdout + result.stderr)
    expect("and nothing was sent", command("kubectl", "get", "service", "monolith").returncode == 1)
    result = command(PROGRAM, "apply", "--skip-check", made, "testdata/lab/before")
    expect("the lab in one command: secret, config maps, Pods, Services, Deployments", result.returncode == 0 and
           result.stdout == lab_lines("created") and result.stderr.endswith("\n13 objects: 13 created\n"),
           result.stdout + result.stderr)
    expect("with its secret", json.loads(kubectl("get", "-o", "json", "secret", "tls-certs"))["data"].keys() ==
           {"cert.pem", "key.pem"})
    expect("the Deployments' Pods come", comes(lambda: len(objects("pods")) == 8))
    run_pods([pod["metadata"]["name"] for pod in objects("pods")])
    expect("the Services of the Deployments reach them", comes(
        lambda: [len(endpoints(name)) for name in ("auth", "frontend", "hello")] == [1, 1, 3]))
    expect("Service monolith reaches nobody", objects("endpointslices", "-l", "kubernetes.io/service-name=monolith") and
           not endpoints("monolith"))
    result = command(PROGRAM, "apply", "testdata/lab/after/pods/secure-monolith.yaml")
    expect("the label's fix", (result.returncode, result.stdout, result.stderr) ==
           (0, 'Pod "secure-monolith" configured\n', "1 object: 1 configured\n"), result.stdout + result.stderr)
    expect("makes the endpoint appear", comes(lambda: endpoints("monolith") == [("secure-monolith", 443)]),
           str(endpoints("monolith")))
    result = command(PROGRAM, "apply", made, "testdata/lab/after")
    expect("the lab as it should be: all unchanged", (result.returncode, result.stdout, result.stderr) ==
           (0, lab_lines("unchanged"), "13 objects: 13 unchanged\n"), result.stdout + result.stderr)
    manifest = "testdata/lab/conflict/services/telemetry.yaml"
    for how in ([], ["--no-preflight"]):
        result = command(PROGRAM, "apply", *how, manifest)
        expect(f"a second NodePort 31000 is refused at its line {' '.join(how)}", result.returncode == 1 and
               result.stdout == 'Service "telemetry" refused\n' and
               f"{manifest}:14:17: error: spec.ports[0].nodePort: Invalid value: 31000: provided port is already "
               "allocated [server-refused]\n   14 |       nodePort: 31000\n" in result.stderr, result.stderr)
    result = command(PROGRAM, "apply", "testdata/lab/conflict")
    expect("and offline beside the first", result.returncode == 1 and not result.stdout and
           f'{manifest}:14:17: error: Service "telemetry" asks for nodePort 31000, which Service "monolith" has '
           "[node-port-conflict]" in result.stderr, result.stderr)
    expect("so it is not there", command("kubectl", "get", "service", "telemetry").returncode == 1)


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


lab()
waits()
needs_itself()
diff()
take_over()
fields_that_nobody_changes(PROGRAM)
snapshot()
sys.exit(tally())
