"""Where the Kubernetes sources of each minor version lie on this machine.

The sources are Go modules, so the Go command is asked for them: it downloads
a module once, checks it against Go's checksum database and says which folder
holds it.  Nothing here reads a module; that is the work of the callers.
"""

import functools
import json
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
HAND = os.path.join(HERE, "hand")


def hand_rows(name):
    """Yields (line number, words) of a hand-written file, comments removed."""
    with open(os.path.join(HAND, name), encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            words = line.split("#", 1)[0].split()
            if words:
                yield number, words


def _read_modules():
    table = {}
    for number, words in hand_rows("modules.txt"):
        if len(words) != 4 or words[0] != "module":
            raise SystemExit(f"modules.txt:{number}: expected module MINOR NAME VERSION")
        minor = int(words[1].split(".")[1])
        row = table.setdefault(minor, {})
        if words[2].startswith("v1."):
            row["kubernetes"] = words[2]
            row["staging"] = words[3]
        else:
            row[words[2]] = words[3]
    return table


MODULES = _read_modules()
MINORS = sorted(MODULES)


def module_version(name, minor):
    row = MODULES[minor]
    version = row.get(name, row["staging"])
    return None if version == "-" else version


@functools.lru_cache(maxsize=None)
def module_dir(name, minor):
    """The folder of module k8s.io/NAME as of Kubernetes 1.MINOR."""
    version = module_version(name, minor)
    if version is None:
        raise SystemExit(f"modules.txt names no version of {name} for 1.{minor}")
    # Go remembers what it downloaded, so this is a look-up after the first run.
    # It runs outside this project so that no go.mod of ours takes part.
    done = subprocess.run(
        ["go", "mod", "download", "-json", f"k8s.io/{name}@{version}"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
        cwd=HERE, env=dict(os.environ, GOFLAGS="-mod=mod", GO111MODULE="on"))
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = {}
    if "Dir" not in answer:
        reason = answer.get("Error") or done.stderr.strip() or "no answer from go"
        raise SystemExit(f"cannot get k8s.io/{name}@{version}: {reason}")
    return answer["Dir"]


@functools.lru_cache(maxsize=None)
def read_text(name, minor, path):
    """The text of one file of a module, or None where that version lacks it."""
    full = os.path.join(module_dir(name, minor), path)
    if not os.path.exists(full):
        return None
    with open(full, encoding="utf-8") as file:
        return file.read()


def openapi(minor):
    """The OpenAPI v2 document of Kubernetes 1.MINOR, as parsed JSON."""
    path = os.path.join(module_dir("kubernetes", minor), "api/openapi-spec/swagger.json")
    with open(path, encoding="utf-8") as file:
        return json.load(file)
