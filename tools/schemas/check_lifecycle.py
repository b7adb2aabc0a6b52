#!/usr/bin/env python3
"""Checks the lifecycle facts of kinds.txt against what others list.

Always against the facts of Kubernetes' own migration guide, which stand in
hand/deprecation-guide.txt; each must hold to the letter, and no kind that was
served by default may be removed without a word there.  With --pluto FILE also
against the versions.yaml of FairwindsOps/pluto: every difference must be one
that hand/pluto-differences.txt lists.
"""

import argparse
import os
import re
import sys

import kubesource

KINDS = os.path.join(os.path.dirname(os.path.dirname(kubesource.HERE)), "schemas", "kinds.txt")

# Removed kinds that a manifest cannot create: the guide does not name them.
NOT_IN_GUIDE = {("apps/v1beta1", "ControllerRevision"), ("apps/v1beta2", "ControllerRevision")}


def read_kinds():
    kinds = {}
    with open(KINDS, encoding="utf-8") as file:
        for line in file:
            words = line.split()
            if words and words[0] == "kind":
                facts = dict(word.partition("=")[::2] for word in words[3:])
                # Rows of one kind differ in paths, not in lifecycle.
                kinds[words[1], words[2]] = facts
                facts["ever"] = facts["served"] != "none"
    return kinds


def replacement_version(facts):
    return facts["replacement"].rpartition("/")[0] if "replacement" in facts else "-"


def check_guide(kinds):
    """Yields what does not agree with the guide."""
    named = set()
    for _, (_, removed, group_version, names, moved_to) in kubesource.hand_rows(
            "deprecation-guide.txt"):
        for name in names.split(","):
            key = (group_version, name)
            named.add(key)
            facts = kinds.get(key)
            have = facts and (facts.get("removed"), replacement_version(facts))
            if have != (removed, moved_to):
                yield f"{' '.join(key)}: ours {have}, guide {(removed, moved_to)}"
            elif "deprecated" not in facts:
                yield f"{' '.join(key)}: never deprecated"
    newest = kubesource.MINORS[-1]
    for key, facts in sorted(kinds.items()):
        gone = "removed" in facts and int(facts["removed"].split(".")[1]) <= newest
        if (gone and facts["ever"] and "resource" in facts and key not in named
                and key not in NOT_IN_GUIDE):
            yield f"{' '.join(key)}: removed in {facts['removed']}, the guide does not say so"


def read_pluto(path):
    """The rows of pluto's list on Kubernetes itself, as dictionaries."""
    rows = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            match = re.match(r'\s*(- )?([a-z-]+): *"?([^"\n]*?)"?\s*$', line)
            if match and match[1]:
                rows.append({})
            if match and rows:
                rows[-1][match[2]] = match[3]
    return [row for row in rows if row.get("component") == "k8s"]


def _minor(text):
    return ".".join(text.lstrip("v").split(".")[:2]) if text else "-"


def pluto_differences(kinds, path):
    """Yields (group-version, kind, fact, ours, pluto's) where the two differ."""
    for row in read_pluto(path):
        key = (row["version"], row["kind"])
        facts = kinds.get(key)
        if facts and "list-of" in facts:
            facts = kinds[row["version"], facts["list-of"]]
        if facts is None:
            yield (*key, "kind", "-", "listed")
            continue
        for fact, ours, theirs in (
                ("deprecated", facts.get("deprecated", "-"), _minor(row.get("deprecated-in"))),
                ("removed", facts.get("removed", "-"), _minor(row.get("removed-in"))),
                ("replacement", replacement_version(facts), row.get("replacement-api") or "-")):
            if ours != theirs:
                yield (*key, fact, ours, theirs)


def main():
    parser = argparse.ArgumentParser(description="Checks lifecycle facts against other lists.")
    parser.add_argument("--pluto", help="pluto's versions.yaml")
    parser.add_argument("--list", action="store_true",
                        help="print the differences to pluto as rows for the hand-written file")
    options = parser.parse_args()
    kinds = read_kinds()
    problems = list(check_guide(kinds))
    if options.pluto:
        found = set(pluto_differences(kinds, options.pluto))
        listed = {tuple(words[1:6]) for _, words in
                  kubesource.hand_rows("pluto-differences.txt")}
        if options.list:
            print("\n".join("difference " + " ".join(row) for row in sorted(found)))
            return 0
        problems += [f"differs from pluto: {' '.join(row)}" for row in sorted(found - listed)]
        problems += [f"no longer differs from pluto: {' '.join(row)}"
                     for row in sorted(listed - found)]
        print(f"pluto: {len(read_pluto(options.pluto))} rows, {len(found)} facts differ, "
              f"{len(found & listed)} of them listed")
    for text in problems:
        print(text)
    print(f"lifecycle: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
