"""What is written, what is not, and what is told of each object: apply against a server that
means well."""
import json
import os
import shutil
import tempfile

from program import expect, run
from server import SENT, Server, apply_to, document, outcomes, send, widgets

LIVE = """{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "conf", "namespace": "default", "resourceVersion": "7",
"finalizers": ["a/x", "a/y"], "managedFields": [
 {"manager": "kubectl-client-side-apply", "operation": "Update", "apiVersion": "v1", "fieldsV1": {"f:data":
  {".": {}, "f:a": {}, "f:b": {}, "f:gone": {}, "f:shared": {}}, "f:metadata": {"f:finalizers": {"v:\\"a/x\\"": {}, "v:\\"a/y\\"": {}}},
  "f:list": {"k:{\\"name\\":\\"p\\"}": {".": {}, "f:name": {}, "f:x": {}}, "k:{\\"name\\":\\"q\\"}": {".": {}, "f:name": {}}}}},
 {"manager": "other", "operation": "Update", "apiVersion": "v1", "fieldsV1": {"f:data": {"f:shared": {}},
  "f:list": {"k:{\\"name\\":\\"p\\"}": {"f:name": {}}}}},
 {"manager": "plimsoll", "operation": "Apply", "apiVersion": "v1", "fieldsV1": {"f:data": {"f:a": {}, "f:b": {}},
  "f:metadata": {"f:finalizers": {"v:\\"a/x\\"": {}}}}}]},
"list": [{"name": "p", "x": 1}, {"name": "q"}], "data": {"a": "1", "b": "2", "gone": "3", "shared": "4"}}"""


def refusals():
    folder = tempfile.mkdtemp(prefix="plimsoll-rest-")
    try:
        manifest = os.path.join(folder, "a.yaml")
        config = os.path.join(folder, "config")
        with open(manifest, "w", encoding="utf-8") as file:
            file.write("apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: a-}\n")
        with open(config, "w", encoding="utf-8") as file:
            file.write("clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\n"
                       "contexts: [{name: x, context: {cluster: c}}]\ncurrent-context: x\n")
        result = run("apply", manifest)
        expect("no cluster is configured", result.returncode == 2 and "no cluster is configured" in result.stderr,
               result.stderr)
        result = run("apply", "--no-config", manifest, KUBECONFIG=config)
        expect("generateName is refused at its place",
               result.returncode == 1 and "a.yaml:2:7: error: this object has generateName" in result.stderr,
               result.stderr)
        result = run("apply", "--timeout", "soon", manifest)
        expect("a bad time", result.returncode == 2 and "no time such as 90s" in result.stderr, result.stderr)
        result = run("apply", "--timeout", "9999999h", manifest)
        expect("a time beyond all", result.returncode == 2 and "more than a hundred years" in result.stderr, result.stderr)
        open(manifest, "w", encoding="utf-8").close()
        result = run("apply", "--no-config", manifest, KUBECONFIG=config)
        expect("what holds nothing is not applied", result.returncode == 2 and "no manifest was found" in result.stderr,
               result.stderr)
        result = run("apply", "--help")
        expect("help needs no cluster", result.returncode == 0 and "--force-conflicts" in result.stdout, result.stderr)
    finally:
        shutil.rmtree(folder)


def applied_and_again():
    server = Server()
    expect("all is created", outcomes(apply_to(server, 20)) == {"created": 20})
    expect("and unchanged", outcomes(apply_to(server, 20)) == {"unchanged": 20})
    expect("without a preflight too", outcomes(apply_to(server, 10, "--no-preflight")) == {"unchanged": 10})
    result = apply_to(server, 25, "--dry-run=server")
    expect("a dry run tells what is new",
           outcomes(result) == {"unchanged (server dry run)": 20, "created (server dry run)": 5}, result.stdout)
    expect("and writes nothing", len(server.objects) == 20)
    server.stop()


def settled():
    """What a dry run proves to be there already, managers and all, is not written again."""
    for lists, gets in ((False, 21), (True, 7)):  # a list that fails comes first
        server = Server()
        server.managed, server.lists = True, lists
        apply_to(server, 20)
        server.requests.clear()
        result = apply_to(server, 20)
        expect("a second run asks, and writes nothing", outcomes(result) == {"unchanged": 20} and
               server.counted("PATCH", "dryRun") == server.counted("PATCH") == 20, result.stdout + result.stderr)
        expect("what is there is read " + ("by pages" if lists else "one by one"),
               server.counted("GET", "/configmaps") == gets, str(server.requests))
        server.objects["/api/v1/namespaces/default/configmaps/cm-7"]["data"] = {"key": "w"}
        server.objects["/api/v1/namespaces/default/configmaps/cm-8"]["metadata"]["managedFields"] += [{"manager": "other"}]
        server.requests.clear()
        result = apply_to(server, 21)
        expect("what is new, another or another's is written", sorted(server.patched(False)) == ["cm-20", "cm-7", "cm-8"] and
               outcomes(result) == {"unchanged": 19, "configured": 1, "created": 1}, f"{server.patched(False)} {result.stdout}")
        server.stop()
    server = Server(lambda handler, _: handler.command == "GET" and "/configmaps/" in handler.path and (
        handler.answer(403, b'{"kind":"Status","message":"not yours"}') or True))
    server.managed = True
    apply_to(server, 2)
    result = apply_to(server, 2)
    expect("what may not be read is written", outcomes(result) == {"unchanged": 2} and len(server.patched(False)) == 4,
           result.stdout + result.stderr)
    result = apply_to(server, 2, "--take-over")
    expect("but not where that hides whose it is", result.returncode == 2 and "not yours" in result.stderr and
           len(server.patched(False)) == 4, result.stdout + result.stderr)
    server.stop()
    server = Server()
    server.managed = True
    text = "\n---\n".join([document("Widget", "w"), widgets("v1")]) + "\n"
    send(server, text)
    send(server, text)
    expect("neither a definition nor its object is written again", len(server.patched(False)) == 2, str(server.patched(False)))
    send(server, text.replace('"storage"', '"deprecated": true, "storage"'))
    expect("but both where the definition changes", server.patched(False)[2:] == ["widgets.example.org", "w"],
           str(server.patched(False)))
    server.stop()


def what_goes():
    """With --take-over a diff shows what goes, and a server is asked about the object without it."""
    update, said = [], [200, b""]

    def behave(handler, _):
        if handler.command == "PATCH" and "force" not in handler.path:
            handler.answer(409, b'{"kind":"Status","reason":"Conflict","details":{"causes":[{"reason":"FieldManagerConflict",'
                           b'"field":".data.b","message":"conflict with \\"kubectl-client-side-apply\\" using v1"}]}}')
        elif handler.command == "PUT":
            update.append(handler.path.split("?")[1])
            update.append(json.loads(handler.body))
            handler.answer(said[0], said[1] or handler.body)
        elif "configmaps" in handler.path:
            handler.answer(200, LIVE.encode())
        else:
            return False
        return True

    text = SENT.split("---")[0]
    server = Server(behave)
    result = send(server, text, command="diff")
    expect("diff: a conflict without --take-over", result.returncode == 2 and "[server-conflict]" in result.stderr, result.stderr)
    result = send(server, text, "--take-over", "-o", "text", command="diff")
    expect("diff --take-over shows what goes, and what others keep", result.returncode == 1 and [
        line.strip() for line in result.stdout.splitlines() if "->" in line] == [
            'data.gone: "3" -> (none)', 'metadata.finalizers[a/y]: "a/y" -> (none)'], result.stdout + result.stderr)
    expect("the server is asked, dry", update[:1] == ["fieldManager=plimsoll&dryRun=All"] and
           update[1]["data"] == {"a": "1", "b": "2", "shared": "4"} and update[1]["list"] == [{"name": "p"}] and
           update[1]["metadata"]["finalizers"] == ["a/x"] and "managedFields" not in update[1]["metadata"], str(update[:2]))
    result = send(server, text, "--take-over", "--dry-run=server")
    expect("and so is a dry run of apply", result.returncode == 0 and outcomes(result) == {"configured (server dry run)": 1},
           result.stdout + result.stderr)
    said[:] = [422, b'{"kind":"Status","reason":"Invalid","details":{"causes":[{"field":"data","reason":"FieldValueForbidden",'
               b'"message":"field is immutable when `immutable` is set"}]}}']
    result = send(server, text, "--take-over")
    expect("what may not go is refused before a write", result.returncode == 1 and outcomes(result) == {"refused": 1} and
           "a.yaml:5:3: error: data: field is immutable" in result.stderr and not any(
               command == "PATCH" and "dryRun" not in path for command, path, _ in server.requests), result.stdout + result.stderr)
    said[:] = [403, b'{"kind":"Status","reason":"Forbidden","message":"cannot update"}']
    result = send(server, text, "--take-over", command="diff")
    expect("who may not update sees what goes all the same", result.returncode == 1 and '-  gone: "3"' in result.stdout,
           result.stdout + result.stderr)
    server.stop()


def what_is_built_elsewhere():
    folder = tempfile.mkdtemp(prefix="plimsoll-rest-")
    try:
        with open(os.path.join(folder, "a.yaml"), "w", encoding="utf-8") as file:
            file.write(document("ConfigMap", "a"))
        with open(os.path.join(folder, "kustomization.yaml"), "w", encoding="utf-8") as file:
            file.write("namePrefix: b-\nresources: [a.yaml]\n")
        for command in ("apply", "diff"):
            result = run(command, "--no-config", "--server", "http://127.0.0.1:1", folder)
            expect(f"{command}: a kustomization is not built", result.returncode == 2 and
                   f"kustomize build {folder} | plimsoll {command} -" in result.stderr, result.stderr)
        with open(os.path.join(folder, "kustomization.yaml"), "w", encoding="utf-8") as file:
            file.write("{{ if .Values.a }}\na: {{ .Values.b }}\n{{ end }}\n")
        os.rename(os.path.join(folder, "kustomization.yaml"), os.path.join(folder, "b.yaml"))
        result = run("apply", "--no-config", "--server", "http://127.0.0.1:1", folder)
        expect("nor is a chart rendered", result.returncode == 2 and "helm template CHART" in result.stderr, result.stderr)
    finally:
        shutil.rmtree(folder)
