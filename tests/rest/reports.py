"""What is shown of a cluster: differences, the outputs of apply, and snapshots."""
import base64
import json
import os
import re
import tempfile

from program import expect, run
from server import SENT, Server, document, outcomes, send

UNIFIED = """\
--- live/v1.ConfigMap.default.conf
+++ applied/v1.ConfigMap.default.conf
@@ -1,7 +1,7 @@
 apiVersion: v1
 data:
   a: "1"
-  b: "2"
+  b: "3"
 kind: ConfigMap
 metadata:
   name: conf
--- live/v1.Secret.default.hidden
+++ applied/v1.Secret.default.hidden
@@ -1,6 +1,6 @@
 apiVersion: v1
 data:
-  password: "*** (before)"
+  password: "*** (after)"
   user: "***"
 kind: Secret
 metadata:
"""

STRUCTURAL = """\
changed ConfigMap default/conf at a.yaml:3
  data.b: "2" -> "3"
    at a.yaml:6
changed Secret default/hidden at a.yaml:10
  data.password: "***" -> "***"
    at a.yaml:11
"""


def differences():
    def diff(text, *flags):
        return send(server, text, *flags, command="diff")
    server = Server()
    result = diff(SENT)
    expect("diff: what is not there is added", result.returncode == 1 and "--- /dev/null\n+++ applied/v1.ConfigMap" in
           result.stdout and "@@ -0,0 +1,7 @@\n+apiVersion: v1\n" in result.stdout, result.stdout + result.stderr)
    expect("diff: and nothing is written", not server.objects)
    send(server, SENT)
    result = diff(SENT)
    expect("diff: the same", result.returncode == 0 and result.stdout == "" and
           "2 equal, 0 changed" in result.stderr, result.stdout + result.stderr)
    changed = SENT.replace('"2"', '"3"').replace("deep", "down")
    result = diff(changed)
    expect("diff: hunks, with Secrets masked", result.returncode == 1 and result.stdout == UNIFIED, result.stdout + result.stderr)
    result = diff(changed, "-o", "text")
    expect("diff: by fields, at lines of the input", result.returncode == 1 and result.stdout == STRUCTURAL,
           result.stdout + result.stderr)
    result = diff(changed, "-o", "json")
    fields = [field for item in json.loads(result.stdout)["objects"] for field in item["fields"]]
    expect("diff: for programs", [field["path"] for field in fields] == ["data.b", "data.password"] and
           fields[0]["rightAt"]["line"] == 6 and fields[0]["leftAt"] is None and fields[1]["right"] == "***", result.stdout)
    for text in ("deep", "down"):
        for form in ("unified", "text", "json"):
            result = diff(changed, "-o", form)
            shown = result.stdout + result.stderr
            expect(f"diff: no secret in {form}", text not in shown and
                   base64.b64encode(text.encode()).decode() not in shown, shown)
    text = "\n---\n".join([document("Namespace", "space"), document("ConfigMap", "conf").replace(
        '"name": "conf"', '"name": "conf", "namespace": "space"')]) + "\n"
    result = diff(text)
    expect("diff: what cannot be asked about yet is shown as it is sent", result.returncode == 1 and
           "+++ applied/v1.Namespace.space\n" in result.stdout and "+++ applied/v1.ConfigMap.space.conf\n" in result.stdout,
           result.stdout + result.stderr)
    deep = "[" * 1000 + "]" * 1000
    server.behave = lambda handler, _: handler.command == "GET" and "conf" in handler.path and (handler.answer(
        200, f'{{"metadata": {{"name": "conf"}}, "deep": {deep}}}'.encode()) or True)
    result = diff(changed)
    expect("diff: an answer that cannot be read is trouble", result.returncode == 2 and "is not compared" in result.stderr,
           result.stderr)
    server.behave = lambda handler, _: handler.command == "PATCH" and (handler.answer(
        422, b'{"kind":"Status","reason":"Invalid","message":"no","details":{"causes":[{"field":"data.b","message":"never"}]}}')
        or True)
    result = diff(changed)
    expect("diff: what the server refuses is trouble", result.returncode == 2 and "a.yaml:6:6: error: data.b: never" in result.stderr,
           result.stderr)
    server.stop()
    expect("diff: no cluster is trouble", diff(SENT, "--server", "http://127.0.0.1:1", "--timeout", "1").returncode == 2)


def outputs():
    server = Server()
    text = SENT.replace("---", document("ConfigMap", "more").join(["---\n", "\n---"]))
    send(server, SENT)
    result = send(server, text, "-o", "name")
    expect("-o name, as kubectl has it", result.stdout == "configmap/conf\nconfigmap/more\nsecret/hidden\n",
           result.stdout + result.stderr)
    server.behave = lambda handler, _: handler.command == "PATCH" and "hidden" in handler.path and (handler.answer(
        409, b'{"kind":"Status","reason":"Conflict","message":"Apply failed","details":{"causes":[{"reason":'
        b'"FieldManagerConflict","field":".data.user","message":"conflict with \\"other\\" using v1"}]}}') or True)
    result = send(server, text, "-o", "json")
    shown = json.loads(result.stdout)
    conflict = shown["objects"][2]
    expect("-o json tells outcome, place and causes", result.returncode == 1 and
           [each["outcome"] for each in shown["objects"]] == ["not written", "not written", "conflict"] and
           (conflict["file"], conflict["line"], conflict["kind"], conflict["causes"][0]["field"]) ==
           ("a.yaml", 10, "Secret", ".data.user"), result.stdout)
    expect("with the way out of a conflict", "help: leave the field to its manager, or take it by --force-conflicts" in
           result.stderr, result.stderr)
    expect("and a summary", shown["summary"] == {"created": 0, "configured": 0, "unchanged": 0, "conflict": 1,
                                                 "refused": 0, "unknown": 0, "not written": 2}, result.stdout)
    expect("which stderr has in words", "3 objects: 1 conflict, 2 not written; nothing was written" in result.stderr,
           result.stderr)
    server.behave = lambda handler, _: handler.command == "PATCH" and (handler.answer(500, b"{}") or True)
    result = send(server, document("ConfigMap", "lost") + "\n", "--timeout", "1")
    expect("no answer to a dry run is trouble, and nothing is written", result.returncode == 2 and
           outcomes(result) == {"not written": 1} and "[no-answer]" in result.stderr, result.stdout + result.stderr)
    result = send(server, document("ConfigMap", "lost") + "\n", "--timeout", "1", "--no-preflight")
    expect("no answer to a write is not known", result.returncode == 2 and outcomes(result) == {"unknown": 1},
           result.stdout + result.stderr)
    server.stop()


def snapshots():
    def behave(handler, _):
        path, _, query = handler.path.partition("?")
        if path == "/apis/example.org":
            handler.answer(200, b'{"preferredVersion": {"version": "v2"}}')
        elif path == "/apis/example.org/v2/widgets" and "limit=1&" not in query + "&" and "limit=2" not in query:
            handler.answer(200, b" " * (65 << 20))
        elif path == "/apis/example.org/v2/widgets":
            done = "continue=n%2Fx" in query
            handler.answer(200, json.dumps({"apiVersion": "example.org/v2", "kind": "WidgetList", "metadata": {
                "continue": "" if done else "n/x"}, "items": [{"metadata": {"name": "b" if done else "a"}}]}).encode())
        else:
            return False
        return True
    server = Server(behave)
    flags = ["snapshot", "--server", server.url]
    result = run(*flags, "widgets.example.org")
    expect("snapshot: a resource by its group, in pages that become smaller", result.returncode == 0 and
           result.stdout.splitlines() == [f'{{"apiVersion":"example.org/v2","kind":"Widget","metadata":{{"name":"{name}"}}}}'
                                          for name in "ab"], result.stdout + result.stderr)
    result = run(*flags, "gadgets.example.com")
    expect("snapshot: a group that is not there", result.returncode == 2 and "gadgets.example.com: not found" in result.stderr,
           result.stderr)
    server.requests.clear()
    result = run(*flags, "pods", "gadgets")
    expect("snapshot: a name that says nothing", result.returncode == 2 and not server.requests and
           "gadgets is none of the resources that check reads" in result.stderr, result.stderr)
    server.stop()


def secrets_in_snapshots():
    """Their keys alone, unless the values are asked for; and a file that others cannot read."""
    secret = {"metadata": {"name": "deep"}, "type": "Opaque", "data": {"key": "aGlkZGVu"}}
    server = Server(lambda handler, _: handler.answer(200, json.dumps(
        {"apiVersion": "v1", "kind": "SecretList", "items": [secret]}).encode()) or True)
    line = '{"apiVersion":"v1","data":{"key":"%s"},"kind":"Secret","metadata":{"name":"deep"},"type":"Opaque"}\n'
    with tempfile.TemporaryDirectory(prefix="plimsoll-rest-") as folder:
        file = os.path.join(folder, "cluster.ndjson")
        for flags, value in (([], ""), (["--with-secret-values"], "aGlkZGVu")):
            result = run("snapshot", "--server", server.url, "secrets", *flags, "-o", file)
            with open(file, encoding="utf-8") as written:
                expect(f"snapshot: what of a Secret is kept {flags}", result.returncode == 0 and written.read() == line % value,
                       result.stderr)
            expect("snapshot: the file is the user's alone", os.stat(file).st_mode & 0o777 == 0o600)
    server.stop()


def snapshots_of_an_older_server():
    """Of what check reads, this one has budgets in an older version, and no devices."""
    def behave(handler, _):
        path = handler.path.partition("?")[0]
        if path == "/apis/policy":
            handler.answer(200, b'{"preferredVersion": {"version": "v1beta1"}}')
        elif path == "/apis/policy/v1beta1/poddisruptionbudgets":
            handler.answer(200, json.dumps({"apiVersion": "policy/v1beta1", "kind": "PodDisruptionBudgetList",
                                            "items": [{"metadata": {"name": "calm"}}]}).encode())
        else:
            gone = re.match("/apis/(policy|resource.k8s.io|admissionregistration.k8s.io)(/|$)", path)
            status = {"kind": "Status", "message": "not found"} if gone else {"kind": "List", "items": []}
            handler.answer(404 if gone else 200, json.dumps(status).encode())
        return True
    server = Server(behave)
    result = run("snapshot", "--server", server.url)
    expect("snapshot: what an older server lacks is no trouble, and other versions are asked for",
           result.returncode == 0 and result.stderr == "1 object\n" and result.stdout ==
           '{"apiVersion":"policy/v1beta1","kind":"PodDisruptionBudget","metadata":{"name":"calm"}}\n',
           result.stdout + result.stderr)
    result = run("snapshot", "--server", server.url, "deviceclasses")
    expect("snapshot: a missing resource that was named is told", result.returncode == 1 and
           "/apis/resource.k8s.io/v1/deviceclasses: not found" in result.stderr, result.stderr)
    server.stop()
