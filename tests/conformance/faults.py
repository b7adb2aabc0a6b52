#!/usr/bin/env python3
"""plimsoll apply while things fail, against a real API server: run by `run.sh rest` under
`harness up -restart`, with kubectl in PATH and KUBECONFIG set.

Each run has a seed, which chooses what fails and when. After it the cluster's own word is
taken: every object is there or not as the run said, was written once, and a second run,
with nothing failing, finishes the first and says so exactly."""
import base64
import collections
import http.client
import http.server
import json
import os
import random
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from live import Server, counts, expect, tally

PROGRAM = os.path.abspath(sys.argv[1])
FAULTS = int(os.environ.get("FAULTS", 20))
SEED = int(os.environ.get("SEED", 0))
MANY, SOME = 5000, 300


# ---- the cluster ----

HOME = os.path.dirname(os.environ["KUBECONFIG"])
SERVER = Server(os.environ["KUBECONFIG"])
HOST, PORT, TOKEN, CA = SERVER.host, SERVER.port, SERVER.token, SERVER.authority


def ask(method, path, body=None):
    """Of the server itself; it may just be starting."""
    deadline = time.monotonic() + 120
    while True:
        try:
            connection = SERVER.direct()
            connection.request(method, path, body, {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status not in (429, 500, 503):
                return answer.status, text
        except (OSError, http.client.HTTPException):
            pass
        if time.monotonic() > deadline:
            raise RuntimeError(f"{method} {path}: no answer")
        time.sleep(0.1)


def there(namespace):
    items = json.loads(ask("GET", f"/api/v1/namespaces/{namespace}/configmaps")[1])["items"]
    return {item["metadata"]["name"]: item for item in items}


def history(namespace):
    """How often each object was written, as etcd counts it."""
    with open(os.path.join(HOME, "etcd.url"), encoding="utf-8") as file:
        url = file.read()
    prefix = f"/registry/configmaps/{namespace}/"
    sent = {"key": prefix, "range_end": prefix[:-1] + "0"}
    body = json.dumps({name: base64.b64encode(text.encode()).decode() for name, text in sent.items()} | {"keys_only": True})
    with urllib.request.urlopen(f"{url}/v3/kv/range", body.encode()) as answer:
        kvs = json.load(answer).get("kvs", [])
    return {base64.b64decode(kv["key"]).decode().rpartition("/")[2]: int(kv["version"]) for kv in kvs}


# ---- what fails ----

class Cutter:
    """Passes bytes on, and cuts each connection behind a random amount of them."""

    def __init__(self, rng, _):
        self.rng, self.open = rng, True
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while self.open:
            try:
                client = self.server.accept()[0]
                upstream = socket.create_connection((HOST, int(PORT)))
            except OSError:
                return
            budget = [self.rng.randrange(2000, 200000)]
            for a, b in ((client, upstream), (upstream, client)):
                threading.Thread(target=self.pump, args=(a, b, budget), daemon=True).start()

    def pump(self, a, b, budget):
        try:
            while data := a.recv(16384):
                budget[0] -= len(data)
                if budget[0] < 0:
                    break
                b.sendall(data)
        except OSError:
            pass
        for end in (a, b):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def stop(self):
        self.open = False
        self.server.close()


class Gateway:
    """Passes requests on over TLS of its own, and answers some itself, as `fault` says:
    None, or a name. Tokens turn over where `turn` is set."""

    def __init__(self, rng, folder, fault, turn=0):
        self.rng, self.fault, self.turn, self.token = rng, fault, turn, "first"
        self.folder, self.requests, self.lock = folder, 0, threading.Lock()
        self.write_token()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def handle_one(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.handle_request(self, body)

            do_GET = do_PATCH = handle_one

        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_):
                pass

        self.http = Quiet(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(KEYS, "gateway.crt"), os.path.join(KEYS, "gateway.key"))
        self.http.socket = context.wrap_socket(self.http.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.http.server_address[1]
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def write_token(self):
        with open(os.path.join(self.folder, "token.new"), "w", encoding="utf-8") as out:
            out.write(self.token)
        os.replace(os.path.join(self.folder, "token.new"), os.path.join(self.folder, "token"))

    def take_count(self, handler):
        """False where the token is no longer good."""
        with self.lock:
            self.requests += 1
            if self.turn and self.requests % self.turn == 0:
                self.token = f"token-{self.requests}"
                self.write_token()
            good = not self.turn or handler.headers.get("Authorization") == f"Bearer {self.token}"
            return good, self.fault(self.rng, self.requests)

    def handle_request(self, handler, body):
        good, fault = self.take_count(handler)
        if not good:
            return self.answer(handler, 401, b'{"kind":"Status","code":401,"message":"Unauthorized"}')
        if fault == "busy":
            return self.answer(handler, 429, b'{"kind":"Status","code":429}', [("Retry-After", "1")])
        if fault == "away":
            return self.answer(handler, 503, b"upstream is away")
        if fault == "slow":
            time.sleep(self.rng.random() / 2)
        try:
            connection = SERVER.direct()
            connection.request(handler.command, handler.path, body, {
                "Authorization": f"Bearer {TOKEN}", "Accept": handler.headers.get("Accept", ""),
                "Content-Type": handler.headers.get("Content-Type", "application/json")})
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            return self.answer(handler, 502, b"no answer")
        if fault == "half":
            handler.send_response(answer.status)
            handler.send_header("Content-Length", str(len(text)))
            handler.end_headers()
            handler.wfile.write(text[:len(text) // 2])
            handler.close_connection = True
            return handler.connection.shutdown(socket.SHUT_WR)
        if fault == "mute":
            handler.close_connection = True
            return None
        if fault == "trickle":
            return self.answer(handler, answer.status, text, pieces=7)
        return self.answer(handler, answer.status, text)

    def answer(self, handler, status, body, headers=(), pieces=1):
        handler.send_response(status)
        for name, value in headers:
            handler.send_header(name, value)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        size = len(body) // pieces + 1
        for at in range(0, len(body), size):
            handler.wfile.write(body[at:at + size])
            if pieces > 1:
                time.sleep(0.02)

    def stop(self):
        self.http.shutdown()
        self.http.server_close()


def storm(rng, number):
    """Bursts in which nearly all is refused."""
    return rng.choice(["busy", "busy", "away", None]) if number // 40 % 3 == 1 else None


def slowly(rng, _):
    return rng.choice(["slow", "trickle", "half", "mute"]) if rng.random() < 0.15 else None


def well(_rng, _number):
    return None


class Killer:
    """Kills the server once, or twice; the harness starts it again."""

    def __init__(self, rng, _):
        self.rng, self.port, self.ended = rng, int(PORT), threading.Event()
        self.thread = threading.Thread(target=self.kill, daemon=True)
        self.thread.start()

    def kill(self):
        for _ in range(self.rng.choice([1, 1, 2])):
            if self.ended.wait(self.rng.uniform(0.2, 4.0)):
                return
            with open(os.path.join(HOME, "kube-apiserver.pid"), encoding="utf-8") as file:
                os.kill(int(file.read()), signal.SIGKILL)

    def stop(self):
        self.ended.set()
        self.thread.join()
        ask("GET", "/readyz")


class Nothing:
    port = int(PORT)

    def __init__(self, *_):
        pass

    def stop(self):
        pass


# ---- one run ----

def gateway(fault, turn=0):
    return lambda rng, folder: Gateway(rng, folder, fault, turn)


KINDS = [("the server is killed", Killer, "token", MANY), ("connections are cut", Cutter, "token", SOME),
         ("a storm of 429", gateway(storm), "token", SOME), ("slow and half answers", gateway(slowly), "token", SOME),
         ("a token's file turns over", gateway(well, 60), "file", SOME),
         ("a plugin's token turns over", gateway(well, 60), "exec", SOME),
         ("a wrong CA", Nothing, "wrong CA", SOME), ("a full disk", Nothing, "full disk", SOME)]


def write_config(folder, port, how, ca):
    user = {"token": {"token": TOKEN}, "file": {"tokenFile": os.path.join(folder, "token")},
            "exec": {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": os.path.join(folder, "plugin"),
                              "interactiveMode": "Never"}}}.get(how, {"token": TOKEN})
    if how == "exec":
        plugin = os.path.join(folder, "plugin")
        with open(plugin, "w", encoding="utf-8") as out:
            out.write("#!/bin/sh\nprintf '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\","
                      "\"status\":{\"token\":\"%s\"}}' \"$(cat \"$(dirname \"$0\")/token\")\"\n")
        os.chmod(plugin, 0o700)
    path = os.path.join(folder, "config")
    with open(path, "w", encoding="utf-8") as out:
        json.dump({"clusters": [{"name": "c", "cluster": {
            "server": f"https://127.0.0.1:{port}", "certificate-authority-data": base64.b64encode(ca.encode()).decode()}}],
            "users": [{"name": "u", "user": user}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}], "current-context": "x"}, out)
    return path


def apply(config, text, *flags, stdout=subprocess.PIPE):
    return subprocess.run([PROGRAM, "apply", "--no-config", *flags, "-"], input=text, stdout=stdout, check=False,
                          stderr=subprocess.PIPE, text=True, env={**os.environ, "KUBECONFIG": config})


def told(result):
    lines = [line.rsplit('" ', 1) for line in (result.stdout or "").splitlines()]
    return {name.split('"')[1].split("/")[-1]: word for name, word in lines}


def judge(title, result, live, names, how):
    """Whether what was said of the first run is what is there."""
    words = told(result)
    wrong = [name for name, word in words.items()
             if (word == "created" and name not in live) or (word in ("not written", "refused") and name in live) or
             word not in ("created", "not written", "unknown")]
    shown = f"{result.returncode} {wrong[:5]} {collections.Counter(words.values())} live {len(live)}\n{result.stderr[-1500:]}"
    if how == "wrong CA":
        fine = result.returncode == 2 and not live and "certificate" in result.stderr
    elif how == "full disk":
        fine = result.returncode == 2 and "could not be written" in result.stderr and len(live) == names
    elif result.returncode == 0:
        fine = len(words) == len(live) == names and set(words.values()) == {"created"}
    else:
        # Without a line for any object it says that nothing was begun.
        fine = not wrong and (len(words) == names or (not words and not live)) and result.stderr
    expect(f"{title}: complete, or an exact account", fine, shown)
    return result.returncode == 0


def run(seed):
    rng, start = random.Random(seed), time.monotonic()
    what, make, how, count = KINDS[seed % len(KINDS)]
    namespace, title = f"fault-{seed}", f"seed {seed}, {what}"
    ask("POST", "/api/v1/namespaces", json.dumps({"metadata": {"name": namespace}}))
    text = "".join(f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: cm-{i}, namespace: {namespace}}}\n"
                   f"data: {{key: v{i}}}\n" for i in range(count))
    flags = ["--no-preflight"] if rng.random() < 0.5 else []
    with tempfile.TemporaryDirectory() as folder:
        fault = make(rng, folder)
        ours = isinstance(fault, Gateway) or how == "wrong CA"
        config = write_config(folder, fault.port, how, GATEWAY_CA if ours else CA)
        if how == "full disk":
            with open("/dev/full", "w", encoding="utf-8") as full:
                result = apply(config, text, *flags, stdout=full)
        else:
            result = apply(config, text, *flags)
        fault.stop()
        live = there(namespace)
        complete = judge(title, result, live, count, how)
        again = apply(write_config(folder, PORT, "token", CA), text)
        words = told(again)
        late = {name for name, word in words.items() if word == "created"}
        expect(f"{title}: a second run finishes the first, and says so",
               again.returncode == 0 and len(words) == count and set(words.values()) <= {"created", "unchanged"} and
               late == {name for name in words if name not in live}, f"{collections.Counter(words.values())} "
               f"{len(live)} {again.stderr[-1500:]}")
    now, writes = there(namespace), history(namespace)
    lost = [i for i in range(count) if (now.get(f"cm-{i}") or {}).get("data") != {"key": f"v{i}"}]
    expect(f"{title}: nothing is lost", not lost, str(lost[:5]))
    twice = [name for name, times in writes.items() if times != 1]
    expect(f"{title}: nothing is written twice in effect", not twice and len(writes) == count,
           f"{twice[:5]} {len(writes)}")
    ask("DELETE", f"/api/v1/namespaces/{namespace}/configmaps")
    print(f"faults: {title}: {collections.Counter(told(result).values())}, {time.monotonic() - start:.0f} s", flush=True)
    return what, complete


KEYS = tempfile.mkdtemp(prefix="plimsoll-faults-")
subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=gateway", "-addext",
                "subjectAltName=IP:127.0.0.1", "-keyout", os.path.join(KEYS, "gateway.key"), "-out",
                os.path.join(KEYS, "gateway.crt")], check=True, capture_output=True)
with open(os.path.join(KEYS, "gateway.crt"), encoding="utf-8") as file:
    GATEWAY_CA = file.read()
table = {}
for number in range(SEED, SEED + FAULTS):
    name, ended_well = run(number)
    table.setdefault(name, []).append(ended_well)
for name, runs in table.items():
    print(f"faults: {name}: {len(runs)} runs, {sum(runs)} complete at once, all after a second")
print(f"faults: {FAULTS} runs, {counts['failed']} losses or wrong accounts")
for name in os.listdir(KEYS):
    os.unlink(os.path.join(KEYS, name))
os.rmdir(KEYS)
sys.exit(tally())
