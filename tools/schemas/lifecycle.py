"""When kinds were introduced, deprecated and removed, and what replaces them.

k8s.io/api and two more modules carry this as Go functions, one per kind and
fact, from 1.19 on.  The newest version that speaks of a kind is believed, for
dates were moved.  Where no Go code speaks, hand/lifecycle.txt does.  What the
OpenAPI documents show outweighs both: an alpha that vanished early is gone,
whatever date it had.  And where nobody names a successor, it is the same kind
in the most stable version of its group, if that is a better one.
"""

import functools
import glob
import os
import re

import kubesource
import ranges

# The modules that hold API types, and where in them.
HOMES = (("api", "."),
         ("apiextensions-apiserver", "pkg/apis"),
         ("kube-aggregator", "pkg/apis"))

_FUNCTION = re.compile(
    r"^func \(in \*(\w+)\) APILifecycle(\w+)\(\) [^{]*\{\n\treturn ([^\n]+)\n", re.M)
_VERSION = re.compile(r"(\d+), (\d+)$")
_REPLACEMENT = re.compile(r'Group: "([^"]*)", Version: "([^"]*)", Kind: "([^"]*)"')
_GROUP_NAME = re.compile(r'^(?:const )?\s*GroupName\s*=\s*"([^"]*)"', re.M)


def api_folders(minor):
    """Yields (folder, group, version) of every API package of a version."""
    for module, below in HOMES:
        base = os.path.join(kubesource.module_dir(module, minor), below)
        for register in sorted(glob.glob(os.path.join(base, "*", "v*", "register.go"))):
            folder = os.path.dirname(register)
            with open(register, encoding="utf-8") as file:
                match = _GROUP_NAME.search(file.read())
            if match is None:
                # apiregistration and apiextensions name their group one up.
                with open(os.path.join(os.path.dirname(folder), "register.go"),
                          encoding="utf-8") as file:
                    match = _GROUP_NAME.search(file.read())
            yield folder, match.group(1), os.path.basename(folder)


@functools.lru_cache(maxsize=None)
def read_go(minor):
    """{gvk: {fact: value}} as the Go files of 1.MINOR say."""
    facts = {}
    for folder, group, version in api_folders(minor):
        text = ""
        for name in ("zz_generated.prerelease-lifecycle.go", "lifecycle.go"):
            path = os.path.join(folder, name)
            if os.path.exists(path):
                with open(path, encoding="utf-8") as file:
                    text += file.read()
        for kind, fact, value in _FUNCTION.findall(text):
            row = facts.setdefault((group, version, kind), {})
            if fact == "Replacement":
                row["replacement"] = "/".join(_REPLACEMENT.search(value).groups())
            else:
                major, minor_text = _VERSION.match(value).groups()
                row[fact.lower()] = (int(major), int(minor_text))
    return facts


def _read_hand():
    facts = {}
    for number, words in kubesource.hand_rows("lifecycle.txt"):
        if words[0] != "lifecycle" or len(words) < 3:
            raise SystemExit(f"lifecycle.txt:{number}: expected lifecycle KIND FACT=VALUE")
        row = facts.setdefault(tuple(words[1].rsplit("/", 2)), {})
        for word in words[2:]:
            fact, _, value = word.partition("=")
            row[fact] = value if fact == "replacement" else (1, int(value.split(".")[1]))
    return facts


@functools.lru_cache(maxsize=None)
def all_facts():
    """{gvk: facts} of every kind, from the newest source that has the kind."""
    facts = dict(_read_hand())
    for minor in kubesource.MINORS:
        for gvk, row in read_go(minor).items():
            facts[gvk] = row
    return facts


def version_order(version):
    """v2 before v1, v1 before v1beta1, v1beta1 before v1alpha1."""
    for rank, stage in ((1, "beta"), (2, "alpha")):
        if stage in version:
            major, number = version[1:].split(stage)
            return rank, -int(major), -int(number)
    return 0, -int(version[1:]), 0


def successor(gvk, kinds):
    """The same kind in the group's best version, or None if it is no better.

    KINDS is {gvk: mask}; only kinds that the newest version still has count.
    """
    group, version, kind = gvk
    others = [other for other, mask in kinds.items()
              if (other[0], other[2]) == (group, kind) and mask & ranges.bit(ranges.NEWEST)]
    best = min(others, key=lambda other: version_order(other[1]), default=gvk)
    return best if version_order(best[1]) < version_order(version) else None


def words(gvk, kinds):
    """The words of kinds.txt on a kind; KINDS is {gvk: mask of its versions}."""
    defined = kinds[gvk]
    facts = all_facts().get(gvk, {})
    minors = ranges.minors_of(defined)
    out = []
    introduced = facts.get("introduced")
    if minors[0] != ranges.OLDEST and not (introduced and introduced < (1, ranges.OLDEST)):
        introduced = (1, minors[0])
    removed = facts.get("removed")
    if minors[-1] != ranges.NEWEST:
        gone = (1, minors[-1] + 1)
        removed = gone if removed is None else min(removed, gone)
    deprecated = facts.get("deprecated")
    if deprecated and removed and deprecated >= removed:
        deprecated = None   # It vanished before its time; nobody was warned.
    for name, value in (("introduced", introduced), ("deprecated", deprecated),
                        ("removed", removed)):
        if value:
            out.append(f"{name}={value[0]}.{value[1]}")
    replacement = facts.get("replacement", "").split("/")
    if len(replacement) != 3:
        ends = removed or "deprecated" in facts
        replacement = successor(gvk, kinds) if ends else None
    if replacement:
        out.append("replacement=" + "/".join(filter(None, replacement)))
    return out
