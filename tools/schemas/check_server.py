#!/usr/bin/env python3
"""Asks a running API server whether kinds.txt and gates.txt are right.

The server is one with default flags, of a version that the text carries:

    check_server.py --server https://127.0.0.1:6443 --token TOKEN

Its discovery must list exactly the kinds that kinds.txt calls served, with the
same scope, verbs and subresources.  Then each object of server_samples.py is
sent as a dry run; the answer must lack the gated field where gates.txt says
that it is dropped, and hold it elsewhere.  Nothing is stored on the server.
The certificate is not checked: the address should be a loopback one.
"""

import argparse
import json
import os
import ssl
import sys
import urllib.error
import urllib.request

import answers
import kubesource
import server_samples

SCHEMAS = os.path.join(os.path.dirname(os.path.dirname(kubesource.HERE)), "schemas")


class Server:
    """The few requests that are made."""

    def __init__(self, address, token):
        self.address, self.token = address.rstrip("/"), token
        self.context = ssl.create_default_context()
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE

    def _send(self, path, body=None):
        request = urllib.request.Request(
            self.address + path, data=body and json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Accept": "application/json",
                     "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, context=self.context) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")

    def get(self, path):
        return self._send(path)[1]

    def try_create(self, path, body):
        return self._send(path + "?dryRun=All&fieldValidation=Strict", body)


def discovered(server):
    """{(group-version, resource): facts} as the server lists them."""
    out, below = {}, {}
    paths = ["/api/v1"] + ["/apis/" + version["groupVersion"]
                           for group in server.get("/apis")["groups"]
                           for version in group["versions"]]
    for path in paths:
        listing = server.get(path)
        for row in listing["resources"]:
            name, _, sub = row["name"].partition("/")
            key = (listing["groupVersion"], name)
            if sub:
                below.setdefault(key, set()).add(sub)
            else:
                out[key] = {"kind": row["kind"],
                            "scope": "namespaced" if row["namespaced"] else "cluster",
                            "verbs": ",".join(sorted(row["verbs"]))}
    for key, facts in out.items():
        facts["subresources"] = ",".join(sorted(below.get(key, ())))
    return out


def answered(answer):
    """The same from kinds.txt."""
    return {(group_version, facts["resource"]): {
                "kind": kind, "scope": facts["scope"], "verbs": facts["verbs"],
                "subresources": facts.get("subresources", "")}
            for (group_version, kind), facts in answer.kinds.items()
            if facts["served_here"] and "resource" in facts}


def compare_served(server, answer):
    have, want = answered(answer), discovered(server)
    for key in sorted(set(have) | set(want)):
        if have.get(key) != want.get(key):
            yield f"{' '.join(key)}: ours {have.get(key)}, server {want.get(key)}"
    print(f"discovery: {len(want)} resources")


def read_gates(minor):
    """{(type, field): effect} of the rows that hold in 1.MINOR."""
    out = {}
    with open(os.path.join(SCHEMAS, "gates.txt"), encoding="utf-8") as file:
        for line in file:
            words = line.split()
            if words and words[0] == "gate":
                facts = dict(word.partition("=")[::2] for word in words[3:])
                if minor in answers.minors_in(facts["off"], kubesource.MINORS):
                    out[tuple(words[1].rsplit(".", 1))] = facts.get("effect", "dropped")
    return out


def find(value, field):
    """The first value of a field anywhere in an object, or None."""
    if isinstance(value, dict):
        if field in value:
            return value[field]
        value = [inner for key, inner in value.items() if key not in ("managedFields", "metadata")]
    if isinstance(value, list):
        for inner in value:
            found = find(inner, field)
            if found is not None:
                return found
    return None


def compare_gates(server, minor, answer):
    gates = read_gates(minor)
    tried = 0
    for name, field, path, body in server_samples.SAMPLES:
        if field not in answer.fields.get(name, {}):
            continue
        tried += 1
        status, result = server.try_create(path, body)
        effect = gates.get((name, field), "kept")
        sent, back = find(body, field), find(result, field)
        if status >= 300:
            seen = "refused"
        elif back is None:
            seen = "dropped"
        else:
            seen = "kept" if back == sent else "reset"
        if seen != {"parent": "dropped"}.get(effect, effect):
            yield f"{name}.{field}: ours {effect}, server {seen}: {result.get('message', back)}"
    print(f"gates: {tried} fields tried")


def main():
    parser = argparse.ArgumentParser(description="Compares served kinds and gates with a server.")
    parser.add_argument("--server", required=True)
    parser.add_argument("--token", required=True)
    options = parser.parse_args()
    server = Server(options.server, options.token)
    minor = int("".join(filter(str.isdigit, server.get("/version")["minor"])))
    answer = answers.TextAnswers(SCHEMAS).answer(minor)
    problems = list(compare_served(server, answer)) + list(compare_gates(server, minor, answer))
    for text in problems:
        print(text)
    print(f"1.{minor}: {len(problems)} differences to the server")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
