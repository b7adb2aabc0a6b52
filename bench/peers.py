"""The peers of `make bench`: installed once, each from its own registry, into a cache.

kubeconform and kube-score by `go install`, rapidyaml by pip into an environment of its own,
libyaml and libfyaml as the system has them; the small C programs are compiled from peers/.
Versions are pinned, so that a run of next year compares with one of today.  Without Go the
parts that need it say so.
"""
import functools
import json
import os
import platform
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
CACHE = os.environ.get("BENCH_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "plimsoll", "bench")
KUBERNETES = "1.37.2"
RAPIDYAML = "0.15.2"
GO_TOOLS = {"kubeconform": ("github.com/yannh/kubeconform/cmd/kubeconform", "v0.8.0"),
            "kube-score": ("github.com/zegl/kube-score/cmd/kube-score", "v1.20.0")}
LIBRARIES = {"parse": ["yaml-0.1", "libfyaml"]}


def run(*command, **more):
    return subprocess.run(command, check=True, text=True, **more)


def told(what):
    print(f"bench: {what}", file=sys.stderr, flush=True)


@functools.lru_cache(maxsize=None)
def program(name):
    """The path of a C program of peers/, compiled anew where it changed."""
    source, made = os.path.join(HERE, "peers", name + ".c"), os.path.join(CACHE, "bin", name)
    if not os.path.exists(made) or os.path.getmtime(made) < os.path.getmtime(source):
        os.makedirs(os.path.dirname(made), exist_ok=True)
        flags = []
        if name in LIBRARIES:
            flags = run(os.environ.get("PKGCONFIG") or "pkg-config", "--cflags", "--libs",
                        *LIBRARIES[name], stdout=subprocess.PIPE).stdout.split()
        run(os.environ.get("CC") or "cc", "-std=c11", "-O2", "-o", made, source, "-pthread", *flags)
    return made


@functools.lru_cache(maxsize=None)
def rapidyaml():
    """The command that times rapidyaml on a file."""
    folder = os.path.join(CACHE, f"rapidyaml-{RAPIDYAML}")
    python = os.path.join(folder, "bin", "python")
    if not os.path.exists(os.path.join(folder, "complete")):
        told(f"rapidyaml {RAPIDYAML} is installed")
        run(sys.executable, "-m", "venv", folder)
        run(python, "-m", "pip", "install", "-q", "--disable-pip-version-check",
            f"rapidyaml=={RAPIDYAML}")
        with open(os.path.join(folder, "complete"), "w", encoding="utf-8"):
            pass
    return [python, os.path.join(HERE, "peers", "rapid.py")]


@functools.lru_cache(maxsize=None)
def go_tools():
    """Whether the peers in Go are there, and installed where they can be."""
    if not shutil.which("go"):
        told("without Go there is no kubeconform and no kube-score to compare with")
        return False
    for name, (package, version) in GO_TOOLS.items():
        if not os.path.exists(go_tool(name)):
            told(f"{name} {version} is installed")
            run("go", "install", f"{package}@{version}",
                env={**os.environ, "GOBIN": os.path.dirname(go_tool(name)), "GOFLAGS": ""})
    return True


def go_tool(name):
    return os.path.join(CACHE, f"{name}-{GO_TOOLS[name][1]}", name)


@functools.lru_cache(maxsize=None)
def schemas():
    """Where kubeconform finds its schemas: made from Kubernetes' own OpenAPI."""
    folder = os.path.join(CACHE, f"schemas-{KUBERNETES}")
    if not os.path.exists(folder):
        told(f"schemas of Kubernetes {KUBERNETES} are made")
        module = run("go", "mod", "download", "-json", f"k8s.io/kubernetes@v{KUBERNETES}",
                     stdout=subprocess.PIPE, env={**os.environ, "GOFLAGS": "-mod=mod"}).stdout
        swagger = os.path.join(json.loads(module)["Dir"], "api/openapi-spec/swagger.json")
        run(sys.executable, os.path.join(HERE, "peers", "schemas.py"), swagger, folder + ".part")
        os.rename(folder + ".part", folder)
    return folder


def kubeconform(workers):
    return [go_tool("kubeconform"), "-n", str(workers), "-strict", "-ignore-missing-schemas",
            "-schema-location", schemas() + "/{{.ResourceKind}}{{.KindSuffix}}.json"]


def kube_score():
    return [go_tool("kube-score"), "score", "-o", "ci"]


def machine():
    model = platform.processor() or platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            model = next((line.split(":", 1)[1].strip() for line in file
                          if line.startswith("model name")), model)
    return f"{model}, {os.cpu_count()} processors, {platform.system()} {platform.release()}"


def package_version(name):
    found = subprocess.run([os.environ.get("PKGCONFIG") or "pkg-config", "--modversion", name],
                           capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"


def versions(plimsoll):
    commit = subprocess.run(["git", "-C", HERE, "describe", "--always", "--dirty", "--abbrev=10"],
                            capture_output=True, text=True, check=False).stdout.strip()
    own = run(plimsoll, "--version", stdout=subprocess.PIPE).stdout.split()
    return {"plimsoll": f"{own[1]} ({commit})" if commit else own[1],
            "rapidyaml": RAPIDYAML, "libyaml": package_version("yaml-0.1"),
            "libfyaml": package_version("libfyaml"),
            **{name: version.lstrip("v") for name, (_, version) in GO_TOOLS.items()}}
