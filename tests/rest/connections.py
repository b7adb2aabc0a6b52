"""The options that say which server, and as whom: what of them arrives there."""
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


def certificate(folder, name):
    """A key and a certificate that signs itself; False where no openssl makes one."""
    key, cert = (os.path.join(folder, f"{name}.{end}") for end in ("key", "pem"))
    made = shutil.which("openssl") and subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-addext",
         f"subjectAltName=DNS:{name}", "-keyout", key, "-out", cert], stderr=subprocess.DEVNULL, check=False).returncode == 0
    return made and (cert, key)


def trusted(folder):
    """A server is believed where its certificate bears its name and somebody trusted signed it."""
    ours, client = certificate(folder, "api.example"), certificate(folder, "joe")
    if not ours or not client:
        print("rest: no server with TLS was asked: no openssl")
        return
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*ours)
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


def connections():
    with tempfile.TemporaryDirectory(prefix="plimsoll-rest-") as folder:
        chosen(folder)
        trusted(folder)
