"""A small API server that keeps what it is given, and manifests sent to it."""
import base64
import http.server
import json
import os
import re
import shutil
import tempfile
import threading

from program import run

SENT = """apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
data:
  a: "1"
  b: "2"
---
apiVersion: v1
kind: Secret
metadata: {name: hidden}
stringData: {password: deep, user: me}
"""


class Server:
    """A small API server: keeps objects by path, answers as `behave` says, and counts."""

    def __init__(self, behave=None, tls=None):
        self.objects, self.requests, self.behave, self.writes = {}, [], behave, {}
        self.version = 0
        self.managed = self.lists = False  # it tells managers; it answers lists, three items a page
        self.lock, outer = threading.Lock(), self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self, status, body, headers=()):
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def handle_one(self):
                length = int(self.headers.get("Content-Length", 0))
                body = self.body = self.rfile.read(length)
                with outer.lock:
                    outer.requests.append((self.command, self.path, dict(self.headers)))
                    number = len(outer.requests)
                if outer.behave and outer.behave(self, number):
                    return
                outer.serve(self, body)

            do_GET = do_PATCH = do_PUT = do_CONNECT = handle_one

        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self.http = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.http.server_address[1]}"
        if tls:
            self.http.socket = tls.wrap_socket(self.http.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def serve(self, handler, body):
        path = handler.path.split("?")[0]
        if handler.command == "GET":
            with self.lock:
                found = self.objects.get(path)
            if path == "/version" or (path.startswith("/apis/") and self.defines(path)):
                handler.answer(200, b"{}")
            elif found:
                handler.answer(200, json.dumps(found).encode())
            elif self.lists and any(each.rsplit("/", 1)[0] == path for each in self.objects):
                self.answer_page(handler, path)
            else:
                handler.answer(404, b'{"kind":"Status","reason":"NotFound","message":"not found"}')
            return
        sent = json.loads(body)
        with self.lock:
            old = self.objects.get(path)
            for key, text in sent.pop("stringData", {}).items():
                sent.setdefault("data", {})[key] = base64.b64encode(text.encode()).decode()
            same = old and all(old.get(key) == sent.get(key) for key in ("data", "kind", "spec"))
            self.version += 1
            version = old["metadata"]["resourceVersion"] if same else str(self.version)
            new = {**sent, "metadata": {**sent["metadata"], "resourceVersion": version}}
            if self.managed:
                new["metadata"]["managedFields"] = [{"manager": "plimsoll", "operation": "Apply", "fieldsV1": {}}]
            if sent["kind"] == "CustomResourceDefinition":
                new["status"] = {"conditions": [{"type": "Established", "status": "True"}]}
            if "dryRun=All" in handler.path:
                new["metadata"]["resourceVersion"] = old["metadata"]["resourceVersion"] if old else ""
            else:
                self.objects[path] = new
                self.writes[path] = self.writes.get(path, 0) + (not same)
        handler.answer(200 if old else 201, json.dumps(new).encode())

    def answer_page(self, handler, path):
        start = int((re.findall("continue=([0-9]+)", handler.path) or [0])[0])
        found = [item for each, item in sorted(self.objects.items()) if each.rsplit("/", 1)[0] == path]
        items = [{key: value for key, value in item.items() if key not in ("kind", "apiVersion")} for item in found]
        more = {"continue": str(start + 3)} if start + 3 < len(items) else {}
        handler.answer(200, json.dumps({"kind": "List", "metadata": more, "items": items[start:start + 3]}).encode())

    def counted(self, command, part=""):
        return len([path for each, path, _ in self.requests if each == command and part in path])

    def defines(self, path):
        group, version, plural = (path.split("/") + [""] * 5)[2:5]
        definition = self.objects.get(f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{plural}.{group}")
        return definition and version in [each["name"] for each in definition["spec"]["versions"]]

    def patched(self, dry):
        """Names in the order of the dry runs, or of the writes."""
        return [path.split("?")[0].rsplit("/", 1)[-1] for command, path, _ in self.requests
                if command == "PATCH" and ("dryRun" in path) == dry]

    def stop(self):
        self.http.shutdown()
        self.http.server_close()


def apply_to(server, count, *flags, token="", started=None):
    return send(server, "".join(f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: cm-{i}}}\ndata: {{key: v}}\n"
                                for i in range(count)), *flags, token=token, started=started)


def send(server, text, *flags, token="", command="apply", started=None):
    folder = tempfile.mkdtemp(prefix="plimsoll-rest-")
    try:
        manifest = os.path.join(folder, "a.yaml")
        config = os.path.join(folder, "config")
        with open(manifest, "w", encoding="utf-8") as file:
            file.write(text)
        with open(config, "w", encoding="utf-8") as file:
            json.dump({"clusters": [{"name": "c", "cluster": {"server": server.url}}],
                       "users": [{"name": "u", "user": {"token": token}}],
                       "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
                       "current-context": "x"}, file)
        result = run(command, "--no-config", *flags, manifest, started=started, KUBECONFIG=config)
        result.stdout, result.stderr = (text.replace(folder + "/", "") for text in (result.stdout, result.stderr))
        return result
    finally:
        shutil.rmtree(folder)


def outcomes(result):
    counts = {}
    for line in result.stdout.splitlines():
        outcome = line.split('" ', 1)[-1]
        counts[outcome] = counts.get(outcome, 0) + 1
    return counts


def document(kind, name, **more):
    groups = {"Role": "rbac.authorization.k8s.io/v1", "RoleBinding": "rbac.authorization.k8s.io/v1",
              "Deployment": "apps/v1", "PriorityClass": "scheduling.k8s.io/v1", "Widget": "example.org/v1",
              "CustomResourceDefinition": "apiextensions.k8s.io/v1", "StorageClass": "storage.k8s.io/v1",
              "ValidatingWebhookConfiguration": "admissionregistration.k8s.io/v1"}
    return json.dumps({"apiVersion": groups.get(kind, "v1"), "kind": kind, "metadata": {"name": name}, **more})


def widgets(*versions):
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    return document("CustomResourceDefinition", "widgets.example.org", spec={
        "group": "example.org", "scope": "Namespaced", "names": {"plural": "widgets", "singular": "widget", "kind": "Widget"},
        "versions": [{"name": name, "served": True, "storage": name == versions[0], "schema": schema} for name in versions]})


def pod(name, **spec):
    return document("Pod", name, spec={**spec, "containers": [{"name": "c", "image": "a:1"}]})
