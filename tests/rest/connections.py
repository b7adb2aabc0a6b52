"""The options that say which server, and as whom: what of them arrives there."""
import base64
import json
import os
import shutil
import ssl
import subprocess
import tempfile

from program import expect, run
from server import Server

MANIFEST = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\n"


def written(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text if isinstance(text, str) else json.dumps(text))
    return path


def apply(folder, *flags, **environment):
    return run("apply", "--no-config", written(os.path.join(folder, "a.yaml"), MANIFEST), *flags, **environment)


def asked_as(server):
    """The headers of impersonation of the last request, and none before is looked at again."""
    headers = server.requests[-1][2]
    server.requests.clear()
    return {name: value for name, value in headers.items() if name.startswith("Impersonate-")}


def chosen(folder):
    """Of two clusters, users and contexts each option picks one."""
    one, two = Server(), Server()
    extra = {"example.com/team a%": ["x y"]}
    config = written(os.path.join(folder, "config"), {
        "clusters": [{"name": "one", "cluster": {"server": one.url}}, {"name": "two", "cluster": {"server": two.url}}],
        "users": [{"name": "jane", "user": {"as": "jane"}},
                  {"name": "joe", "user": {"as": "joe", "as-uid": "7", "as-groups": ["dev"], "as-user-extra": extra}}],
        "contexts": [{"name": "a", "context": {"cluster": "one", "user": "jane"}},
                     {"name": "b", "context": {"cluster": "two", "user": "joe"}}], "current-context": "a"})
    everything = {"Impersonate-User": "joe", "Impersonate-Uid": "7", "Impersonate-Group": "dev",
                  "Impersonate-Extra-example.com%2Fteam%20a%25": "x y"}
    for flags, server, headers in (([], one, {"Impersonate-User": "jane"}), (["--context", "b"], two, everything),
                                   (["--cluster", "two"], two, {"Impersonate-User": "jane"}),
                                   (["--user", "joe"], one, everything),
                                   (["--as", "me"], one, {"Impersonate-User": "me"}),
                                   (["-s", two.url], two, {"Impersonate-User": "jane"})):
        result = apply(folder, "--kubeconfig", config, *flags)
        expect(f"{' '.join(flags[:1])} picks a server", result.returncode == 0 and server.requests, result.stderr)
        got = asked_as(server) if server.requests else None
        expect(f"{' '.join(flags[:1])}: and who asks", got == headers, str(got))
        expect(f"{' '.join(flags[:1])}: and no other", not one.requests and not two.requests)
    result = apply(folder, "--kubeconfig", config, "--context", "c")
    expect("a context that is not there", result.returncode == 2 and '"c"' in result.stderr, result.stderr)
    one.stop()
    two.stop()


def proxied(folder):
    """A proxy is asked for a way: the kubeconfig's, or the environment's but for the hosts that it leaves out."""
    proxy = Server(lambda handler, _: handler.answer(403, b"{}") or True)
    config = written(os.path.join(folder, "config"), {
        "clusters": [{"name": "c", "cluster": {"server": "https://api.example", "proxy-url": proxy.url}}],
        "contexts": [{"name": "x", "context": {"cluster": "c"}}], "current-context": "x"})
    named, given = ["--kubeconfig", config], ["-s", "https://api.example"]
    for flags, environment, comes in ((named, {}, True), (named, {"NO_PROXY": "api.example"}, True),
                                      (given, {"HTTPS_PROXY": proxy.url}, True),
                                      (given, {"HTTPS_PROXY": proxy.url, "NO_PROXY": "api.example"}, False)):
        result = apply(folder, *flags, "--timeout", "1", **environment)
        asked = {(command, path) for command, path, _ in proxy.requests}
        expect(f"a way by {' and '.join(environment) or 'proxy-url'}", result.returncode == 2 and
               asked == ({("CONNECT", "api.example:443")} if comes else set()), f"{asked} {result.stderr}")
        proxy.requests.clear()
    proxy.stop()


def certificate(folder, name):
    """A key and a certificate that signs itself; False where no openssl makes one."""
    key, cert = (os.path.join(folder, f"{name}.{end}") for end in ("key", "pem"))
    made = shutil.which("openssl") and subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-addext",
         f"subjectAltName=DNS:{name}", "-keyout", key, "-out", cert], stderr=subprocess.DEVNULL, check=False).returncode == 0
    return made and (cert, key)


def with_certificate(pair):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    return context


def trusted(folder, ours, client):
    """A server is believed where its certificate bears its name and somebody trusted signed it."""
    context = with_certificate(ours)
    server = Server(tls=context)
    signed, named = ["--certificate-authority", ours[0]], ["--tls-server-name", "api.example"]
    for flags, why in (([], "certificate"), (signed, "127.0.0.1"), (named, "certificate"),
                       ([*signed, "--tls-server-name", "other.example"], "other.example")):
        result = apply(folder, "-s", server.url, "--token", "deep", *flags)
        expect(f"not believed with {flags[::2]}", result.returncode == 2 and why in result.stderr and not server.requests,
               result.stderr)
        expect("and not tried again", "tried" not in result.stderr and "deep" not in result.stderr, result.stderr)
    for flags in ([*signed, *named], ["--insecure-skip-tls-verify"]):
        result = apply(folder, "-s", server.url, "--token", "deep", *flags)
        headers = server.requests[-1][2] if server.requests else {}
        expect(f"believed with {flags[::2]}", result.returncode == 0 and headers.get("Authorization") == "Bearer deep",
               result.stderr)
        server.requests.clear()
    server.stop()
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(client[0])
    server = Server(tls=context)
    config = written(os.path.join(folder, "config"), {
        "users": [{"name": "joe", "user": {"client-certificate": client[0], "client-key": client[1]}}]})
    for user, status in ((["--user", "joe"], 0), ([], 2)):
        result = apply(folder, "--kubeconfig", config, "-s", server.url, *signed, *named, *user)
        expect(f"a certificate of the client's: {user}", result.returncode == status and bool(server.requests) == (not status),
               result.stderr)
        server.requests.clear()
    server.stop()


PLUGIN = """#!/bin/sh
printf '%s' "$KUBERNETES_EXEC_INFO" >"$KEPT/info"
echo run >>"$KEPT/runs"
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s-%d"}}' \\
    "$1" $(wc -l <"$KEPT/runs")
"""
ANSWER = """#!/bin/sh
echo '{"apiVersion":"client.authentication.k8s.io/%s","kind":"ExecCredential","status":{%s}}'
"""
# What a plugin may do wrong, and what is said of it.
MISTAKES = (("#!/bin/sh\nexit 3\n", "failed with exit status 3"), ("#!/bin/sh\nkill -9 $$\n", "was killed"),
            ("#!/bin/sh\necho '{}'\n", "did not write an ExecCredential"), (None, "was not found: get it there"),
            ("#!/bin/sh\nyes | head -c 2000000\n", "wrote more than 1 MiB"),
            (ANSWER % ("v1beta1", '"token":"a"'), "answered in another apiVersion"),
            (ANSWER % ("v1", ""), "neither a token nor a certificate"),
            (ANSWER % ("v1", '"clientKeyData":"a"'), "a key without its certificate"))


def proved(folder, ours):
    """What a user may have to prove who it is: a token's file, a password, a plugin that is run."""
    server = Server(tls=with_certificate(ours))
    plugin = os.path.join(folder, "plugin")
    execed = {"apiVersion": "client.authentication.k8s.io/v1", "command": "./plugin", "args": ["t"], "interactiveMode": "Never",
              "env": [{"name": "KEPT", "value": folder}], "installHint": "get it there", "provideClusterInfo": True}
    cluster = {"server": server.url, "certificate-authority": "api.example.pem", "tls-server-name": "api.example", "extensions": [
        {"name": "client.authentication.k8s.io/exec", "extension": {"region": "here"}}]}

    def apply_as(user):
        config = written(os.path.join(folder, "config"), {
            "clusters": [{"name": "c", "cluster": cluster}], "users": [{"name": "u", "user": user}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}], "current-context": "x"})
        return apply(folder, "--kubeconfig", config)
    written(os.path.join(folder, "token"), "from-file\n")
    for user, wanted in (({"tokenFile": "token"}, "Bearer from-file"), ({"token": "t", "tokenFile": "token"}, "Bearer from-file"),
                         ({"username": "joe", "password": "deep"}, "Basic am9lOmRlZXA=")):
        result = apply_as(user)
        got = {headers.get("Authorization") for _, _, headers in server.requests}
        expect(f"proved by {' and '.join(user)}", result.returncode == 0 and got == {wanted}, f"{got} {result.stderr}")
        server.requests.clear()
    # Its first token has had its time: it is asked for another, once.
    server.behave = lambda handler, _: handler.headers.get("Authorization") != "Bearer t-2" and (handler.answer(401, b"{}") or True)
    written(plugin, PLUGIN)
    os.chmod(plugin, 0o700)
    result = apply_as({"exec": execed})
    with open(os.path.join(folder, "info"), encoding="utf-8") as file, open(ours[0], "rb") as pem:
        info, authority = json.load(file), base64.b64encode(pem.read()).decode()
    expect("a plugin's token, and its next", result.returncode == 0 and server.requests[-1][2]["Authorization"] == "Bearer t-2",
           result.stderr)
    expect("the plugin is told which cluster", info == {
        "kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "spec": {"interactive": False, "cluster": {
            "server": server.url, "tls-server-name": "api.example", "certificate-authority-data": authority,
            "config": {"region": "here"}}}}, str(info))
    server.requests.clear()
    for text, words in MISTAKES:
        os.remove(plugin)
        if text:
            written(plugin, text)
            os.chmod(plugin, 0o700)
        else:
            execed["command"] = "./missing"
        result = apply_as({"exec": execed})
        execed["command"] = "./plugin"
        expect(f"a plugin that {words}", result.returncode == 2 and words in result.stderr and not server.requests, result.stderr)
        written(plugin, "")
    result = apply_as({"exec": {**execed, "interactiveMode": "Always"}})
    expect("a plugin that needs a terminal", result.returncode == 2 and "needs a terminal" in result.stderr, result.stderr)
    server.stop()


def connections():
    with tempfile.TemporaryDirectory(prefix="plimsoll-rest-") as folder:
        chosen(folder)
        proxied(folder)
        ours, client = certificate(folder, "api.example"), certificate(folder, "joe")
        if not ours or not client:
            print("rest: no server with TLS was asked: no openssl")
            return
        trusted(folder, ours, client)
        proved(folder, ours)
