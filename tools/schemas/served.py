"""Which resources a kube-apiserver serves when no flag says otherwise.

Three things decide: the table of API versions that are on by default, which
is Go code that we read as a list of calls; the feature gates around the
storage of single resources (hand/served.txt names those that matter); and,
from 1.20 on, the removal version of each kind, at which a server stops to
serve it even if its code is still there.
"""

import functools
import glob
import os
import re

import features
import kubesource
import lifecycle
import ranges

_MASTER = ("pkg/controlplane/instance.go", "pkg/master/master.go")
_IMPORT = re.compile(r'^\s*(\w+)?\s*"k8s\.io/(?:api|kubernetes/pkg/apis|[\w-]+/pkg/apis)/([\w/]+)"', re.M)
_LIST = re.compile(r"^\t(\w+)\s*=\s*\[\]schema\.\w+\{(.*?)^\t\}", re.M | re.S)
_CALL = re.compile(r"ret\.(Enable|Disable)(?:Versions|Resources)\((.*?)\)\n", re.S)
_MEMBER = re.compile(r'^\s*(\w+)\.SchemeGroupVersion(?:\.WithResource\("([\w/]+)"\))?', re.M)
_COMMENT = re.compile(r"//[^\n]*")


def _group_names(minor):
    """{"apps/v1": ("apps", "v1")} for every folder of API types."""
    return {f"{os.path.basename(os.path.dirname(folder))}/{version}": (group, version)
            for folder, group, version in lifecycle.api_folders(minor)}


def _calls(text, lists):
    """Yields (enable, members) of each call on the configuration, in order."""
    for verb, arguments in _CALL.findall(text):
        name = arguments.strip().removesuffix("...")
        body = lists[name] if name in lists else arguments
        yield verb == "Enable", _MEMBER.findall(body)


class Config:
    """The default configuration of one version: versions and resources."""

    def __init__(self, minor):
        self.versions, self.resources = {}, {}
        names = _group_names(minor)
        self._read("kubernetes", minor, names, _MASTER)
        self._read("apiextensions-apiserver", minor, names, ("pkg/apiserver/apiserver.go",))
        self._read("kube-aggregator", minor, names, ("pkg/apiserver/apiserver.go",))

    def _read(self, module, minor, names, paths):
        text = next(filter(None, (kubesource.read_text(module, minor, path) for path in paths)))
        # The last part of an import path is its name where none is given.
        imports = {alias or path.split("/")[-1]: path for alias, path in _IMPORT.findall(text)}
        text = _COMMENT.sub("", text)
        lists = dict(_LIST.findall(text))
        bodies = re.findall(
            r"^func (Default\w*APIResourceConfigSource)\(\)[^\n]*\n(.*?)^\}", text, re.M | re.S)
        # The generic table, where there is one, is the base of the other.
        for _, body in sorted(bodies, key=lambda pair: pair[0], reverse=True):
            for enable, members in _calls(body, lists):
                for alias, resource in members:
                    folder = "/".join(imports[alias].split("/")[-2:])
                    gv = names.get(folder)
                    if gv is None:
                        # Types outside the modules that we read cannot be in
                        # the OpenAPI document either.
                        continue
                    if resource:
                        self.resources[(*gv, resource)] = enable
                    else:
                        self.versions[gv] = enable

    def enabled(self, group, version, resource):
        state = self.resources.get((group, version, resource))
        if state is None:
            state = self.versions.get((group, version))
        if state is None:
            raise SystemExit(f"no word on whether {group}/{version} is on by default")
        return state


@functools.lru_cache(maxsize=None)
def config(minor):
    return Config(minor)


def _removes_expired_kinds(minor):
    """Whether the server of this version looks at the kinds' removal versions."""
    folder = kubesource.module_dir("kubernetes", minor)
    for path in ("pkg/controlplane/instance.go", "pkg/controlplane/apiserver/apis.go",
                 "pkg/master/master.go"):
        full = os.path.join(folder, path)
        if os.path.exists(full):
            with open(full, encoding="utf-8") as file:
                if "ExpirationEvaluator" in file.read():
                    return True
    return False


@functools.lru_cache(maxsize=None)
def _removed(minor):
    if not _removes_expired_kinds(minor):
        return frozenset()
    return frozenset(gvk for gvk, facts in lifecycle.read_go(minor).items()
                     if facts.get("removed", (9, 0)) <= (1, minor))


def _read_hand():
    gated, not_resources = {}, set()
    for number, words in kubesource.hand_rows("served.txt"):
        if words[0] == "gated" and len(words) == 3:
            gated[words[1]] = words[2]
        elif words[0] == "other" and len(words) == 2:
            not_resources.add(words[1])
        else:
            raise SystemExit(f"served.txt:{number}: expected gated RESOURCE GATE or other GATE")
    return gated, not_resources


GATED, OTHER_GATES = _read_hand()


def check_gates_known():
    """Fails if a gate in the code that sets up storage is in no row by hand."""
    known = set(GATED.values()) | OTHER_GATES
    for minor in kubesource.MINORS:
        folder = kubesource.module_dir("kubernetes", minor)
        for path in sorted(glob.glob(os.path.join(folder, "pkg/registry/*/rest/*.go"))):
            if path.endswith("_test.go"):
                continue
            with open(path, encoding="utf-8") as file:
                text = file.read()
            for gate in re.findall(r"Enabled\(\w*features\.(\w+)\)", text):
                if gate not in known:
                    raise SystemExit(
                        f"{path}: gate {gate} stands in the set-up of storage; "
                        "add a row on it to hand/served.txt")


def served_mask(gvk, words):
    """The versions in which a kind with these words of kinds.txt is served."""
    group, version, kind = gvk
    facts = dict(word.split("=", 1) for word in words.split(" "))
    if "resource" in facts:
        places = [(group, version, facts["resource"])]
    else:
        # A kind of subresources is served where one of its parents is.
        places = []
        for path in facts["subresource-only"].split(","):
            parent, name = path.split(":")
            parent_group, _, parent_version = parent.rpartition("/")
            places.append((parent_group, parent_version, name))
    mask = 0
    for minor in kubesource.MINORS:
        if gvk in _removed(minor):
            continue
        for place in places:
            if _place_served(minor, *place):
                mask |= ranges.bit(minor)
    return mask


def _place_served(minor, group, version, resource):
    if (group, version) not in config(minor).versions and \
            (group, version, resource.split("/")[0]) not in config(minor).resources:
        return False
    if not config(minor).enabled(group, version, resource.split("/")[0]):
        return False
    gate = GATED.get(f"{group}/{version}/{resource}" if group else f"{version}/{resource}")
    return gate is None or features.defaults(minor).get(gate, True)
