"""Kubeconfigs are made by seed from parts that are right, odd and wrong; `harness kubeconfig`
says what client-go comes to, tools/rest-kubeconfig what we do."""
import base64
import json
import os
import random
import shutil
import subprocess
import tempfile

from program import BUILD, expect

TOOL = os.path.join(BUILD, "tools", "rest-kubeconfig")
HARNESS = os.path.join(os.path.dirname(BUILD), "harness")
CASES = int(os.environ.get("CASES", 400))
SEED = int(os.environ.get("SEED", 1))


def some(rng, *choices):
    """The first, which is right, mostly."""
    return choices[0] if rng.random() < 0.85 else rng.choice(choices)


def any_of(rng, *choices):
    return rng.choice(choices)


def make_cluster(rng, folder):
    cluster = {}
    if rng.random() < 0.98:
        cluster["server"] = any_of(rng, "https://one.example:6443", "https://[::1]:6443", "https://two/prefix",
                                 "https://two/prefix/", "http://plain:8080", "https://three/?a=b", "bare:443")
    if rng.random() < 0.2:
        cluster["certificate-authority"] = some(rng, "ca.pem", os.path.join(folder, "ca.pem"), "missing.pem", "./ca.pem")
    if rng.random() < 0.2:
        cluster["certificate-authority-data"] = some(rng, "Y2E=", "Y2E", "Y2\nE=", "%%", 5, "")
    if rng.random() < 0.2:
        cluster["insecure-skip-tls-verify"] = some(rng, True, False, "yes", 1, None)
    if rng.random() < 0.2:
        cluster["tls-server-name"] = some(rng, "name.example", "", 7)
    if rng.random() < 0.2:
        cluster["proxy-url"] = some(rng, "http://proxy:3128", "socks5://proxy:1080", "ftp://proxy", "proxy:1", "")
    if rng.random() < 0.1:
        cluster["disable-compression"] = some(rng, True, False)
    if rng.random() < 0.1:
        cluster["unknown"] = {"a": 1}
    return cluster


def make_exec(rng):
    plugin = {"apiVersion": some(rng, "client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1", ""),
              "command": some(rng, "aws", "./bin/get-token", "/usr/bin/token", "")}
    if rng.random() < 0.5:
        plugin["interactiveMode"] = any_of(rng, "Never", "IfAvailable", "Always", "Never", "Sometimes")
    if rng.random() < 0.5:
        plugin["args"] = some(rng, ["a", "b c"], [], None, ["x", 3])
    if rng.random() < 0.4:
        plugin["env"] = some(rng, [{"name": "A", "value": "b"}], [{"value": "b"}], None, [])
    if rng.random() < 0.3:
        plugin["provideClusterInfo"] = some(rng, True, False)
    return plugin


def make_user(rng, folder):
    user = {}
    kind = rng.random()
    if kind < 0.3:
        user["token"] = some(rng, "secret", "", 123, "0x10", None)
    if 0.2 < kind < 0.4:
        user["tokenFile"] = some(rng, "token", os.path.join(folder, "token"), "missing")
    if 0.4 < kind < 0.6:
        user["client-certificate"] = some(rng, "cert.pem", "missing.pem")
    if 0.5 < kind < 0.7:
        user["client-certificate-data"] = some(rng, base64.b64encode(b"cert").decode(), "", "a===")
    if 0.4 < kind < 0.7 and rng.random() < 0.8:
        user["client-key"] = some(rng, "key.pem", "")
    if 0.5 < kind < 0.75 and rng.random() < 0.5:
        user["client-key-data"] = base64.b64encode(b"key").decode()
    if rng.random() < 0.1:
        user["username"], user["password"] = "jane", some(rng, "deep", "")
    if rng.random() < 0.15:
        user["as"] = some(rng, "other", "")
    if rng.random() < 0.1:
        user["as-groups"] = some(rng, ["a", "b"], [], "a")
    if rng.random() < 0.1:
        user["as-uid"] = "17"
    if kind > 0.75:
        user["exec"] = some(rng, make_exec(rng), None, "word")
    if rng.random() < 0.04:
        user["auth-provider"] = {"name": "gcp"}
    return user


def make_file(rng, folder):
    names = ["a", "b", "c"]
    config = {}
    if rng.random() < 0.9:
        config["apiVersion"] = some(rng, "v1", "v1", "v2")
    if rng.random() < 0.9:
        config["kind"] = some(rng, "Config", "Config", "Pod")
    if rng.random() < 0.8:
        config["current-context"] = any_of(rng, *names, *names, *names, "", "missing")
    for key, one, make in (("clusters", "cluster", lambda: make_cluster(rng, folder)),
                           ("users", "user", lambda: make_user(rng, folder)),
                           ("contexts", "context", lambda: {
                               k: v for k, v in (("cluster", any_of(rng, *names)), ("user", any_of(rng, *names)),
                                                 ("namespace", some(rng, "", "ns", "Bad_Name"))) if rng.random() < 0.98})):
        if rng.random() < 0.06:
            continue
        picked = [name for name in names if rng.random() < 0.9]
        if rng.random() < 0.03:
            picked += picked[:1]
        config[key] = [{"name": name, one: make()} for name in picked]
        if rng.random() < 0.03:
            config[key] = some(rng, None, {}, [None])
    return config


def write_scalar(value):
    return json.dumps(value)


def write_yaml(value, indent=0):
    """Block style, strings sometimes plain: so that lines and YAML's own typing take part."""
    pad = " " * indent
    if isinstance(value, dict) and value:
        return "".join(f"\n{pad}{key}:{write_yaml(item, indent + 2)}" for key, item in value.items())
    if isinstance(value, list) and value:
        return "".join(f"\n{pad}-{' ' + write_yaml(item, indent + 2).lstrip() if isinstance(item, dict) and item else write_yaml(item, indent + 2)}"
                       for item in value)
    return " " + write_scalar(value)


def make_case(rng, folder, number):
    case = {"files": []}
    for part in range(any_of(rng, 1, 1, 2, 3)):
        path = os.path.join(folder, f"config-{number}-{part}")
        case["files"].append(path)
        if rng.random() < 0.04:
            continue
        config = make_file(rng, folder)
        with open(path, "w", encoding="utf-8") as file:
            file.write(json.dumps(config) if rng.random() < 0.3 else write_yaml(config).lstrip("\n") + "\n")
    for flag, values in (("context", "abcx"), ("cluster", "abx"), ("user", "abx"), ("namespace", ["mine"]),
                         ("server", ["https://flag:1", "http://flag"]), ("token", ["flagged"])):
        if rng.random() < 0.08:
            case[flag] = rng.choice(values)
    if rng.random() < 0.05:
        case["kubeconfig"] = some(rng, case["files"][0], os.path.join(folder, "nowhere"))
    return case


def ours(case):
    flags = [f"{flag}={value}" for flag, value in case.items() if flag != "files"]
    result = subprocess.run([TOOL, ":".join(case["files"]), *flags], capture_output=True, text=True, check=False)
    try:
        return json.loads(result.stdout)
    except ValueError:
        return {"ok": None, "died": result.stderr, "status": result.returncode}


def settle(answer):
    """What means the same is spelled the same: a slash at a URL's end, ./ in a path."""
    answer["host"] = answer["host"].rstrip("/")
    for key in ("caFile", "certFile", "keyFile", "tokenFile", "execCommand"):
        if answer.get(key):
            answer[key] = os.path.normpath(answer[key])
    return answer


def compare_kubeconfigs():
    folder = tempfile.mkdtemp(prefix="plimsoll-rest-")
    rng = random.Random(SEED)
    try:
        for name in ("ca.pem", "cert.pem", "key.pem", "token"):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(name)
        cases = [make_case(rng, folder, number) for number in range(CASES)]
        theirs = subprocess.run([HARNESS, "kubeconfig"], input="".join(json.dumps(case) + "\n" for case in cases),
                                capture_output=True, text=True, check=True).stdout.splitlines()
        good = 0
        for case, line in zip(cases, theirs):
            want, got = json.loads(line), ours(case)
            good += want["ok"]
            if not want["ok"] or not got["ok"]:
                fine = want["ok"] == got["ok"]
            else:
                fine = settle(want) == settle(got)
            shown = "" if fine else f"case {json.dumps(case)}\nclient-go {line}\nours {json.dumps(got)}\n"
            expect("a kubeconfig as client-go reads it", fine, shown)
        expect("enough kubeconfigs are usable", good >= CASES // 8, str(good))
    finally:
        shutil.rmtree(folder)
