#!/usr/bin/env python3
"""What plimsoll apply makes is what kubectl apply --server-side makes: run by `run.sh same`
with two fresh servers, KUBECONFIG for kubectl and OURS for plimsoll.

    same.py PLIMSOLL HARNESS NAME=PATTERN...

CRDS has the folders of definitions to install first, one a line.

Every object of the paths that a server accepts is applied three times: as it is, with a
field changed, and with one removed. After each the live objects have to be equal, and so have
the owners of their fields, but for the names of the two managers. Not compared is what a
server makes up by itself, anew for each object: uid (also where the object's own fields hold
it), resourceVersion, times, and the addresses and node ports of a Service that asked for none.

Objects of one name go into namespaces of their own; where there are none they follow each other
in rounds, and so do those that change what others become (a LimitRange fills in Pods): a round
is deleted before the next. The field to change or
remove is chosen by seed (SEED), of those that kubectl's server lets one change or remove."""
import collections
import concurrent.futures
import difflib
import glob
import json
import os
import random
import re
import sys
import tempfile
import time

from live import Server, command, expect, tally

PROGRAM, HARNESS = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
SEED = int(os.environ.get("SEED", 1))
TRIES, ROUND, ROUNDS = 12, 400, 8
OURS, THEIRS = Server(os.environ["OURS"]), Server(os.environ["KUBECONFIG"])
POOL = concurrent.futures.ThreadPoolExecutor(8)
MANAGERS = ("plimsoll", "kubectl")

# Kinds that change what becomes of others are written when nothing else is, and last those that
# may refuse all others.
SETTINGS = {"Namespace", "LimitRange", "ResourceQuota", "PriorityClass", "StorageClass", "IngressClass", "RuntimeClass",
            "CustomResourceDefinition", "APIService", "ServiceCIDR", "FlowSchema", "PriorityLevelConfiguration"}


def group_of(item):
    if item["apiVersion"].startswith("admissionregistration."):
        return 4 if item["kind"].endswith("WebhookConfiguration") else 3
    # A node port that a server chooses may be the one that another Service asks for.
    return 2 if item["kind"] in SETTINGS else int(bool(asked_ports(item)))


def asked_ports(item):
    ports = (item.get("spec") or {}).get("ports") or [] if item["kind"] == "Service" else []
    return [port["nodePort"] for port in ports if port.get("nodePort")]


def claims(item):
    """What no other object of the round may claim: its place, its addresses and node ports, the names
    of a definition."""
    spec, kind = item.get("spec") or {}, item["kind"]
    mine = {THEIRS.path(item).replace("/v1beta1/", "/v1/")}
    if kind == "Service":
        addresses = {spec.get("clusterIP"), *(spec.get("clusterIPs") or [])} - {None, "", "None"}
        mine |= {f"address {address}" for address in addresses}
        mine |= {f"port {port}" for port in [*asked_ports(item), spec.get("healthCheckNodePort")] if port}
    elif kind == "CustomResourceDefinition":
        names = spec["names"]
        mine |= {f"{spec['group']} {name.lower()}" for name in (
            names["kind"], names["plural"], names.get("listKind", ""), names.get("singular", ""), *names.get("shortNames", []))}
    return mine


def dry_run(item):
    """The status with which kubectl's server answers an apply that writes nothing."""
    query = "?fieldManager=kubectl&fieldValidation=Strict&dryRun=All"
    return THEIRS.ask("PATCH", THEIRS.path(item) + query, item, "application/apply-patch+yaml")[0]


# ---- what is applied ----

class Unit:
    """What is given to both programs: a file whose every object is accepted, or one object."""

    def __init__(self, items, path=None):
        self.items, self.path = items, path
        self.claims = set().union(*map(claims, items))
        self.group = max(map(group_of, items))


def judged(name, paths, crds):
    """The rows of both servers, which have the definitions and the namespaces then."""
    options = [word for crd in crds for word in ("-crds", crd)]
    with tempfile.TemporaryDirectory() as work:
        def judge(server):
            out = os.path.join(work, os.path.basename(os.path.dirname(server.config)))
            result = command(HARNESS, "verdicts", "-kubeconfig", server.config, *options, "-o", out, *paths)
            if result.returncode:
                raise RuntimeError(result.stderr)
            server.discover()
            return out
        with open(list(POOL.map(judge, (OURS, THEIRS)))[0], encoding="utf-8") as rows:
            rows = [json.loads(row) for row in rows]
    accepted = [row for row in rows if row["accepted"]]
    print(f"same: {name}: {len(rows)} documents, {len(accepted)} accepted, "
          f"{sum(row['stage'] == 'nomatch' for row in rows)} of kinds that are not there")
    return rows


def units_of(rows):
    """Files where they can be given as they are; else their good objects, one by one."""
    files, units, left = {}, [], 0
    for row in rows:
        files.setdefault(row["file"], []).append(row)
    for path, group in files.items():
        items = [row["input"] for row in group if row["accepted"]]
        can = [item for item in items if (item.get("metadata") or {}).get("name") and (item["apiVersion"], item["kind"]) in THEIRS.resources]
        left += len(items) - len(can)
        places = [THEIRS.path(item) for item in can]
        if can and len(can) == len(group) == len(set(places)) and len({max(group_of(item), 1) for item in can}) == 1:
            units.append(Unit(can, path))
        else:
            units += [Unit([item]) for item in can]
    return units, left


def merges(item):
    """What a create takes may be what an apply cannot merge."""
    return dry_run(item) != 500


def spread(units):
    """Of objects with one place, the second goes into a namespace of its own, and the third. A file
    with an object that no apply takes is given piece by piece: kubectl writes what is good of it."""
    times, result, names = collections.Counter(), [], set()
    good = dict(zip(units, POOL.map(lambda unit: all(map(merges, unit.items)), units)))
    for unit in units:
        places = [THEIRS.path(item) for item in unit.items]
        if good[unit] and not any(times[place] for place in places):
            result.append(unit)
        else:
            for item, place in zip(unit.items, places):
                copy = json.loads(json.dumps(item))
                if times[place] and THEIRS.is_namespaced(item):
                    copy["metadata"]["namespace"] = f"again-{times[place]}"
                    names.add(copy["metadata"]["namespace"])
                result.append(Unit([copy]))
        times.update(places)
    for server in (OURS, THEIRS):
        for name in names:
            server.ask("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    return result


def rounds_of(units):
    """No two of a round claim the same. Also how many objects are left out, since others of their
    name have filled as many rounds as there may be."""
    rounds, left = [], 0
    for unit in units:
        group = [one for one in rounds if one["group"] == unit.group]
        one = next((one for one in group if one["count"] < ROUND and not one["claims"] & unit.claims), None)
        if one is None and len(group) == ROUNDS:
            left += len(unit.items)
            continue
        if one is None:
            one = {"group": unit.group, "count": 0, "claims": set(), "units": []}
            rounds.append(one)
        one["units"].append(unit)
        one["count"] += len(unit.items)
        one["claims"] |= unit.claims
    return sorted(rounds, key=lambda one: one["group"]), left


def apply(units, folder):
    """By both. Where a server refuses one of ours, nothing is written: that one is left out then,
    as kubectl leaves it out."""
    def give(unit, number):
        if unit.path:
            return unit.path
        path = os.path.join(folder, f"{number}.json")
        with open(path, "w", encoding="utf-8") as out:
            json.dump(unit.items[0], out)
        return path
    paths = [give(unit, number) for number, unit in enumerate(units)]
    words = [word for path in paths for word in ("-f", path)]
    theirs = POOL.submit(command, "kubectl", "apply", "--server-side", *words, config=THEIRS.config)
    refused = set()
    for _ in range(3):
        ours = command(PROGRAM, "apply", "--no-config", "--skip-check", "-o", "json",
                       *(path for path in paths if path not in refused), config=OURS.config)
        rows = json.loads(ours.stdout)["objects"] if ours.stdout else []
        bad = {row["file"] for row in rows if row["outcome"] in ("refused", "conflict")}
        if ours.returncode == 0 or not bad:
            break
        refused |= bad
    return len(refused), f"{theirs.result().stderr[-300:]}{ours.stderr[-300:]}"


# ---- what is there ----

def owners(item):
    """Who owns what, without the two managers' names and without times."""
    entries = item["metadata"].pop("managedFields", [])
    for entry in entries:
        entry.pop("time", None)
        if entry["manager"] in MANAGERS:
            entry["manager"] = "the one that applies"
    return sorted(entries, key=lambda entry: json.dumps(entry, sort_keys=True))


def made_up(live, item):
    """Takes out what a server made up for a Service that did not ask for it."""
    spec, asked = live.get("spec") or {}, item.get("spec") or {}
    if live["kind"] != "Service":
        return
    if not asked.get("clusterIP") and not asked.get("clusterIPs") and spec.get("clusterIP") != "None":
        for key in ("clusterIP", "clusterIPs"):
            if spec.get(key):
                spec[key] = "made up"
    if "healthCheckNodePort" in spec and not asked.get("healthCheckNodePort"):
        spec["healthCheckNodePort"] = "made up"
    ports = set(asked_ports(item))
    for port in spec.get("ports") or []:
        if "nodePort" in port and port["nodePort"] not in ports:
            port["nodePort"] = "made up"


def comparable(live, item):
    """The text that has to be the same on both servers."""
    meta = live["metadata"]
    live["owners"] = owners(live)
    made_up(live, item)
    uid = meta.pop("uid")
    for key in ("resourceVersion", "creationTimestamp"):
        meta.pop(key, None)
    text = json.dumps(live, sort_keys=True).replace(uid, "its uid")
    return re.sub(r'"(last\w*TransitionTime|timeAdded)": "[^"]*"', r'"\1": "then"', text)


def all_live(server, items):
    """Path to object, by lists of their resources."""
    kinds = {(item["apiVersion"], item["kind"]) for item in items}

    def listed(kind):
        version, name = kind
        found = {}
        for live in server.ask("GET", server.path({"apiVersion": version, "kind": name}))[1]["items"]:
            live.update(apiVersion=version, kind=name)
            found[server.path(live)] = live
        return found
    return {path: live for found in POOL.map(listed, sorted(kinds)) for path, live in found.items()}


def differences(ours, theirs):
    """The lines of which only one has each."""
    texts = [json.dumps(json.loads(text or "null"), indent=1, sort_keys=True).splitlines() for text in (theirs, ours)]
    return "\n".join([line for line in difflib.ndiff(*texts) if line[0] in "+-"][:20])


def compare(name, when, items, said, totals):
    """Conditions are written by the server later: what differs is asked for again, for a while."""
    waiting, deadline = {THEIRS.path(item): item for item in items}, time.monotonic() + 10
    texts = {}
    while True:
        sides = [all_live(server, waiting.values()) for server in (OURS, THEIRS)]
        pairs = {path: [comparable(side[path], item) if path in side else None for side in sides]
                 for path, item in waiting.items()}
        texts.update(pairs)
        waiting = {path: waiting[path] for path, (ours, theirs) in pairs.items() if ours != theirs}
        if not waiting or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    for item in items:
        ours, theirs = texts[THEIRS.path(item)]
        expect(f"{name}: {item['kind']} {item['metadata']['name']}, {when}, is as kubectl applies it", ours == theirs,
               f"{differences(ours, theirs)}\n{said}")
        totals[when] += ours == theirs and ours is not None
    return {path: ours for path, (ours, _) in texts.items()}


# ---- other values ----

# Another value might be another object's.
CLAIMED = ("clusterIP", "clusterIPs", "nodePort", "healthCheckNodePort")


def leaves(value, path=()):
    """Every field and item below, but what names the object."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        here = (*path, key)
        if here in (("apiVersion",), ("kind",), ("status",)) or (path == ("metadata",) and key not in ("labels", "annotations")):
            continue
        if key in CLAIMED:
            continue
        if here != ("metadata",):
            yield here
        yield from leaves(inner, here)


def other(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    if isinstance(value, str):
        number = re.search(r"\d+", value)
        return value[:number.start()] + str(int(number[0]) + 1) + value[number.end():] if number else value + "x"
    return None


def edited(item, path, remove):
    copy = json.loads(json.dumps(item))
    at = copy
    for key in path[:-1]:
        at = at[key]
    if remove:
        del at[path[-1]]
        return copy
    at[path[-1]] = other(at[path[-1]])
    return copy if at[path[-1]] is not None else None


def edit(item, remove):
    """The object with one field changed or removed, as the server allows; where it allows none,
    a label is."""
    rng = random.Random(f"{SEED} {THEIRS.path(item)} {remove}")
    ways = list(leaves(item))
    rng.shuffle(ways)
    for path in sorted(ways, key=lambda path: path[0] == "metadata")[:TRIES]:
        copy = edited(item, path, remove)
        if copy and dry_run(copy) == 200:
            return copy, path[0] != "metadata"
    copy = json.loads(json.dumps(item))
    labels = copy["metadata"].setdefault("labels", None) or {}
    copy["metadata"]["labels"] = labels
    if remove:
        labels.pop("same", None)
    else:
        labels["same"] = "changed"
    return copy, False


# ---- the rounds ----

def remove(items, before):
    """From both servers; what they had before stays, and so do Namespaces, which need a controller."""
    def one(pair):
        server, item = pair
        path = server.path(item)
        server.ask("DELETE", path, {"gracePeriodSeconds": 0, "propagationPolicy": "Background"})
        if server.ask("GET", path)[0] == 200:
            server.ask("PATCH", path, {"metadata": {"finalizers": None}}, "application/merge-patch+json")
    gone = [item for item in items if THEIRS.path(item) not in before and item["kind"] != "Namespace"]
    list(POOL.map(one, [(server, item) for server in (OURS, THEIRS) for item in gone]))


def run_round(name, units, totals):
    items = [item for unit in units for item in unit.items]
    before = all_live(THEIRS, items)
    with tempfile.TemporaryDirectory() as folder:
        refused, said = apply(units, folder)
        totals["refused"] += refused
        lives = compare(name, "first", items, said, totals)
        for when, gone in (("changed", False), ("removed", True)):
            edits = list(POOL.map(lambda item, gone=gone: edit(item, gone), items))
            items = [item for item, _ in edits]
            said = apply([Unit([item]) for item in items], folder)[1]
            now = compare(name, when, items, said, totals)
            totals[f"{when} in the body"] += sum(inner and now[THEIRS.path(item)] != lives[THEIRS.path(item)]
                                                 for item, inner in edits)
            lives = now
    remove(items, before)


def run(name, paths, crds):
    start, totals = time.monotonic(), collections.Counter()
    units, left = units_of(judged(name, paths, crds))
    rounds, over = rounds_of(spread(units))
    for one in rounds:
        run_round(name, one["units"], totals)
    kinds = {(item["apiVersion"], item["kind"]) for unit in units for item in unit.items}
    print(f"same: {name}: {len(rounds)} rounds, {sum(bool(unit.path) for unit in units)} whole files, {len(kinds)} kinds; equal: "
          f"{totals['first']} first, {totals['changed']} with a field changed ({totals['changed in the body']} not in metadata), "
          f"{totals['removed']} with one removed ({totals['removed in the body']}); refused by both: {totals['refused']}, "
          f"without a name or not to be patched: {left}, names too often used: {over}; {time.monotonic() - start:.0f} s", flush=True)
    expect(f"{name}: objects are compared, and most have a field changed and one removed",
           totals["first"] > 0 and totals["changed in the body"] * 2 > totals["first"] < totals["removed in the body"] * 2,
           str(totals))


def main():
    for word in sys.argv[3:]:
        name, pattern = word.split("=", 1)
        run(name, sorted(glob.glob(pattern)), os.environ.get("CRDS", "").split())
    return tally()


sys.exit(main())
