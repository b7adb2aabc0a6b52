"""What the tests against a real server share: counting, commands, and a client that keeps its
connections."""
import base64
import http.client
import json
import os
import ssl
import subprocess
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
counts = {"passed": 0, "failed": 0}


def expect(what, fine, shown=""):
    counts["passed" if fine else "failed"] += 1
    if not fine:
        print(f"FAILED {what}\n{shown}", flush=True)
    return fine


def tally():
    """The last line, and the exit status."""
    print(f"tally {counts['passed']} {counts['failed']}")
    return counts["failed"] > 0


def comes(test, seconds=60):
    """Whether it becomes true: what a controller does has no answer to wait for."""
    deadline = time.monotonic() + seconds
    while not test():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def command(*words, stdin=None, config=None):
    """Of a program that may fail; config is a kubeconfig other than KUBECONFIG's."""
    return subprocess.run(words, input=stdin, capture_output=True, text=True, check=False,
                          env={**os.environ, "KUBECONFIG": config or os.environ["KUBECONFIG"]})


def kubectl(*arguments, stdin=None):
    """What kubectl prints; it has to succeed."""
    result = command("kubectl", *arguments, stdin=stdin)
    if result.returncode:
        raise RuntimeError(f"kubectl {' '.join(arguments)}: {result.stderr}")
    return result.stdout


class Server:
    """A cluster that a kubeconfig of the harness names. May be asked by many threads."""

    def __init__(self, config):
        view = command("kubectl", "config", "view", "-o", "json", "--raw", config=config).stdout
        cluster, user = (json.loads(view)[part][0] for part in ("clusters", "users"))
        self.config, self.token = config, user["user"]["token"]
        self.host, self.port = cluster["cluster"]["server"].split("//")[1].split(":")
        self.authority = base64.b64decode(cluster["cluster"]["certificate-authority-data"]).decode()
        self.threads, self.resources = threading.local(), None

    def direct(self):
        """A connection of one's own."""
        return http.client.HTTPSConnection(self.host, int(self.port), timeout=60,
                                           context=ssl.create_default_context(cadata=self.authority))

    def ask(self, method, path, body=None, form="application/json"):
        """The status and what was answered, as JSON; 0 where the server panics, which cuts the connection."""
        text = None if body is None else json.dumps(body)
        for again in (True, False):
            kept = getattr(self.threads, "connection", None) or self.direct()
            self.threads.connection = kept
            try:
                kept.request(method, path, text, {"Authorization": f"Bearer {self.token}", "Content-Type": form,
                                                  "Accept": "application/json"})
                answer = kept.getresponse()
                return answer.status, json.loads(answer.read() or b"null")
            except (OSError, http.client.HTTPException) as error:  # a kept one may have been closed
                self.threads.connection = None
                if not again and isinstance(error, http.client.RemoteDisconnected):
                    return 0, None
                if not again:
                    raise
        return None

    def discover(self):
        """What is served: (apiVersion, kind) to (resource, namespaced)."""
        versions = [("v1", "/api/v1")]
        for group in self.ask("GET", "/apis")[1]["groups"]:
            versions += [(version["groupVersion"], f"/apis/{version['groupVersion']}") for version in group["versions"]]
        self.resources = {}
        for version, path in versions:
            status, answer = self.ask("GET", path)
            for row in answer["resources"] if status == 200 else []:
                if "/" not in row["name"] and "patch" in row["verbs"]:
                    self.resources[version, row["kind"]] = (f"{path}", row["name"], row["namespaced"])

    def is_namespaced(self, item):
        return self.resources[item["apiVersion"], item["kind"]][2]

    def path(self, item):
        """Of the object itself; without a name, of all of its resource."""
        root, resource, namespaced = self.resources[item["apiVersion"], item["kind"]]
        meta = item.get("metadata")
        if not meta:
            return f"{root}/{resource}"
        where = f"/namespaces/{meta.get('namespace') or 'default'}" if namespaced else ""
        return f"{root}{where}/{resource}/{meta['name']}"
