#!/usr/bin/env python3
"""What a thousand ConfigMaps cost: run by `run.sh rest-speed` under `harness up`.

`harness load` says how fast the server answers the same requests, 32 in flight over HTTP/2;
plimsoll and kubectl are timed as whole processes. All take turns, ROUNDS times, so that a
busy moment meets each of them, in namespaces of their own; the medians are compared. The status is 1 where plimsoll takes
more than 1.3 times as long as the server's limit."""
import os
import statistics
import subprocess
import sys
import tempfile
import time

from live import kubectl

PROGRAM, HARNESS = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
ROUNDS = int(os.environ.get("ROUNDS", 5))
COUNT, LIMIT = 1000, 1.3


def manifest(folder, namespace):
    path = os.path.join(folder, f"{namespace}.yaml")
    with open(path, "w", encoding="utf-8") as file:
        for i in range(COUNT):
            file.write(f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: conf-{i}, namespace: {namespace}}}\n"
                       f"data: {{key: v{i}}}\n")
    return path


def timed(command):
    start = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - start


def limit(namespace, preflight):
    return float(subprocess.run([HARNESS, "load", f"-count={COUNT}", "-prefix=conf", "-namespace", namespace, *preflight],
                                check=True, capture_output=True, text=True).stdout)


def main():
    times = {}
    with tempfile.TemporaryDirectory() as folder:
        apply = [PROGRAM, "apply", "--no-config", "--quiet"]
        for turn in range(ROUNDS):
            for who in ("p", "n", "k", "l", "m"):
                kubectl("create", "namespace", f"{who}-{turn}")
            ours, bare, theirs = (manifest(folder, f"{who}-{turn}") for who in ("p", "n", "k"))
            for when in ("first", "again"):
                for who, seconds in (("limit", lambda: limit(f"l-{turn}", ["-preflight"])),
                                     ("plimsoll", lambda: timed([*apply, ours])),
                                     ("limit without preflight", lambda: limit(f"m-{turn}", [])),
                                     ("plimsoll --no-preflight", lambda: timed([*apply, "--no-preflight", bare])),
                                     ("kubectl apply --server-side",
                                      lambda: timed(["kubectl", "apply", "--server-side", "-f", theirs]))):
                    times.setdefault((who, when), []).append(seconds())
    middle = {key: statistics.median(values) for key, values in times.items()}
    for (who, when), seconds in middle.items():
        print(f"speed: {who}, {when}: {seconds:.2f} s ({min(times[who, when]):.2f} to {max(times[who, when]):.2f})")
    over = 0
    for who, of in (("plimsoll", "limit"), ("plimsoll --no-preflight", "limit without preflight")):
        for when in ("first", "again"):
            ratio = middle[who, when] / middle[of, when]
            faster = middle["kubectl apply --server-side", when] / middle[who, when]
            over += ratio > LIMIT
            print(f"speed: {who}, {when}: {ratio:.2f} times the server's limit (at most {LIMIT}), "
                  f"{faster:.1f} times as fast as kubectl")
    return over > 0


sys.exit(main())
