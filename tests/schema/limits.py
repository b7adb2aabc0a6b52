"""schemas/limits.txt says what functions check: each row is tried just outside of its range, or
with what its format refuses, and `plimsoll check` has to say so at that field."""
import json
import os
import subprocess
import tempfile

PLIMSOLL = os.environ["PLIMSOLL"]
ONE = {"name": "a", "image": "a"}
META = {"metadata": {"name": "a"}}
LABELS = {"matchLabels": {"a": "b"}}
TEMPLATE = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [ONE]}}


def pod(**spec):
    return {"apiVersion": "v1", "kind": "Pod", **META, "spec": {"containers": [ONE], **spec}}


def one(**fields):
    return pod(containers=[{**ONE, **fields}])


def volume(**source):
    return pod(volumes=[{"name": "v", **source}])


def affinity(**kinds):
    return pod(affinity=kinds)


def made(api, kind, spec):
    return {"apiVersion": api, "kind": kind, **META, "spec": spec}


def workload(kind):
    return lambda it: made("apps/v1", kind, {"selector": LABELS, "template": TEMPLATE, **it})


def scaler(version):
    target = {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "a"}, "maxReplicas": 9}
    return lambda it: made(f"autoscaling/{version}", "HorizontalPodAutoscaler", {**target, **it})


JOB = {"template": {"spec": {**TEMPLATE["spec"], "restartPolicy": "Never"}}}
TERM = {"topologyKey": "a", "labelSelector": LABELS}
PLACES = {
    "core.v1.Container": lambda it: one(**it),
    "core.v1.Volume": lambda it: pod(volumes=[{"emptyDir": {}, **it}]),
    "core.v1.PodSpec": lambda it: pod(**it),
    "core.v1.Probe": lambda it: one(livenessProbe={"tcpSocket": {"port": 1}, **it}),
    "core.v1.SecurityContext": lambda it: one(securityContext=it),
    "core.v1.PodSecurityContext": lambda it: pod(securityContext=it),
    "core.v1.ConfigMapVolumeSource": lambda it: volume(configMap={"name": "a", **it}),
    "core.v1.SecretVolumeSource": lambda it: volume(secret={"secretName": "a", **it}),
    "core.v1.ProjectedVolumeSource": lambda it: volume(projected={"sources": [{"secret": {"name": "a"}}], **it}),
    "core.v1.DownwardAPIVolumeSource": lambda it: volume(downwardAPI=it),
    "core.v1.KeyToPath": lambda it: volume(secret={"secretName": "a", "items": [{"key": "a", "path": "b", **it}]}),
    "core.v1.PreferredSchedulingTerm": lambda it: affinity(nodeAffinity={
        "preferredDuringSchedulingIgnoredDuringExecution": [
            {"preference": {"matchExpressions": [{"key": "a", "operator": "Exists"}]}, **it}]}),
    "core.v1.WeightedPodAffinityTerm": lambda it: affinity(podAffinity={
        "preferredDuringSchedulingIgnoredDuringExecution": [{"podAffinityTerm": TERM, **it}]}),
    "core.v1.TopologySpreadConstraint": lambda it: pod(topologySpreadConstraints=[
        {"maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule", **TERM, **it}]),
    "core.v1.ClientIPConfig": lambda it: made("v1", "Service", {
        "ports": [{"port": 1}], "sessionAffinity": "ClientIP", "sessionAffinityConfig": {"clientIP": it}}),
    "core.v1.ServiceSpec": lambda it: made("v1", "Service", {"type": "ExternalName", **it}),
    "core.v1.ServicePort": lambda it: made("v1", "Service", {"ports": [{"port": 1, **it}]}),
    "core.v1.ReplicationControllerSpec": lambda it: made("v1", "ReplicationController", {
        "selector": {"a": "b"}, "template": TEMPLATE, **it}),
    "apps.v1.DeploymentSpec": workload("Deployment"),
    "apps.v1.ReplicaSetSpec": workload("ReplicaSet"),
    "apps.v1.StatefulSetSpec": workload("StatefulSet"),
    "apps.v1.DaemonSetSpec": workload("DaemonSet"),
    "batch.v1.JobSpec": lambda it: made("batch/v1", "Job", {"completionMode": "Indexed", "completions": 3, **JOB, **it}),
    "batch.v1.CronJobSpec": lambda it: made("batch/v1", "CronJob", {
        "schedule": "* * * * *", "jobTemplate": {"spec": JOB}, **it}),
    "autoscaling.v1.HorizontalPodAutoscalerSpec": scaler("v1"),
    "autoscaling.v2.HorizontalPodAutoscalerSpec": scaler("v2"),
    "scheduling.v1.PriorityClass": lambda it: {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass",
                                               **META, **it},
}


def wrong_values(word, value):
    if word == "format":
        return ["A_b."]
    least, most = value.split("..")
    return ([int(least) - 1] if least else []) + ([int(most) + 1] if most and int(most) < 2147483647 else [])


def tried():
    """(name, problem or None) of each row."""
    with open("schemas/limits.txt", encoding="utf-8") as file:
        rows = [line.split() for line in file if line.strip() and not line.startswith("#")]
    with tempfile.TemporaryDirectory() as folder:
        cases = []
        for kind, field, _, word, value in rows:
            for wrong in wrong_values(word, value):
                name = f"{len(cases)}.json"
                cases.append((name, kind, field, wrong))
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    json.dump(PLACES[kind]({field: wrong}), file)
        report = json.loads(subprocess.run([PLIMSOLL, "check", "--no-config", "-o", "json", "."], cwd=folder,
                                           capture_output=True, text=True).stdout)
        told = {(finding["file"], finding["path"].split(".")[-1]) for finding in report["findings"]
                if finding["severity"] == "error" and finding["origin"] != "link"}
        for name, kind, field, wrong in cases:
            yield f"limits.txt: {kind}.{field}", None if (name, field) in told else f"{wrong!r} is taken"
