#!/usr/bin/env python3
"""Proves that the merged schema text loses nothing.

Every OpenAPI document is read again, and what it says of each definition,
field and kind is compared with what the text answers for that version.  The
reading here is written apart from the generator on purpose: it shares with it
only the finding of the documents.

    verify.py                    compare schemas/ with the documents
    verify.py --dump FILE        compare a dump of a compiled table instead
    verify.py --ignore KEY,...   leave out attributes that the dump does not carry
    verify.py --self-check       plant differences and see each of them reported

It ends with 0 if there is no difference but for those of a listed reason.
"""

import argparse
import copy
import os
import re
import shutil
import sys
import tempfile

import answers
import kubesource

SCHEMAS = os.path.join(os.path.dirname(os.path.dirname(kubesource.HERE)), "schemas")
MACHINERY = "io.k8s.apimachinery.pkg."
CRD = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions."

# Definitions that are no types of the table but have a scalar or form of
# their own, with the reason why: their JSON is not an object with these fields.
OWN_FORM = {
    MACHINERY + "api.resource.Quantity": "quantity",
    MACHINERY + "util.intstr.IntOrString": "int-or-string",
    MACHINERY + "apis.meta.v1.Time": "time",
    MACHINERY + "apis.meta.v1.MicroTime": "microtime",
    MACHINERY + "runtime.RawExtension": "any",
    MACHINERY + "apis.meta.v1.Fields": "any",
    MACHINERY + "apis.meta.v1.FieldsV1": "any",
    CRD + "v1.JSON": "any",
    CRD + "v1beta1.JSON": "any",
}
CRD_FORM = re.compile(re.escape(CRD) + r"(v1|v1beta1)\.JSONSchemaPropsOr(Array|Bool|StringArray)$")
FORMS = {"Array": "or-array", "Bool": "or-bool", "StringArray": "or-strings"}

# Kinds that OpenAPI defines and no path serves: bodies and answers of requests.
NO_PATH = {"APIGroup", "APIGroupList", "APIResourceList", "APIVersions",
           "DeleteOptions", "Status", "WatchEvent"}

# What the text says on top of OpenAPI.
ADDED = {("meta.v1.Patch", None, "preserve-unknown")}
ADDED_KEYS = {"go"}

PATH = re.compile(r"^/(?:api|apis/(?P<group>[^/]+))/(?P<version>v[^/]+)/(?:watch/)?"
                  r"(?P<scope>namespaces/\{namespace\}/)?(?P<resource>[^/{}]+)"
                  r"(?:/\{name\}(?:/(?P<sub>[^/{}]+)(?:/\{path\})?)?)?$")
VERB = {"post": "create", "put": "update", "watchlist": "watch"}


class Counts:
    """What was compared, and what was let pass for a listed reason."""

    def __init__(self):
        self.definitions = self.fields = self.kinds = 0
        self.own_form = self.no_path = 0


def name_of(full):
    """core.v1.Pod for io.k8s.api.core.v1.Pod: the last three parts, or two."""
    parts = full.split(".")
    return ".".join(parts[-3:] if re.match(r"v\d", parts[-2]) else parts[-2:])


def expression(schema):
    if "$ref" in schema:
        full = schema["$ref"][len("#/definitions/"):]
        match = CRD_FORM.match(full)
        if match:
            return f"{FORMS[match[2]]}<apiextensions.{match[1]}.JSONSchemaProps>"
        return OWN_FORM.get(full, name_of(full))
    kind, form = schema["type"], schema.get("format", "")
    if kind == "array":
        return "list<" + expression(schema["items"]) + ">"
    if kind == "object":
        return "map<" + expression(schema["additionalProperties"]) + ">"
    return {"string": "string", "stringbyte": "bytes", "boolean": "bool",
            "integerint32": "int32", "integerint64": "int64",
            "numberdouble": "number"}[kind + form]


def attributes(schema):
    out = set()
    if "x-kubernetes-list-type" in schema:
        value = schema["x-kubernetes-list-type"]
        if value == "map":
            value += "(" + ",".join(schema["x-kubernetes-list-map-keys"]) + ")"
        out.add("list=" + value)
    if "x-kubernetes-map-type" in schema:
        out.add("map=" + schema["x-kubernetes-map-type"])
    if "x-kubernetes-patch-strategy" in schema:
        value = schema["x-kubernetes-patch-strategy"].replace(",", "+")
        key = schema.get("x-kubernetes-patch-merge-key", "")
        out.add("patch=" + value + (f"({key})" if key else ""))
    for union in schema.get("x-kubernetes-unions", []):
        fields = union["fields-to-discriminateBy"]
        text = ",".join(f"{field}:{fields[field]}" for field in sorted(fields))
        out.add(f"union={union.get('discriminator', '')}({text})")
    return out


def _without(words, ignore):
    return {word for word in words if word.partition("=")[0] not in ignore}


def compare_types(document, answer, ignore, counts):
    """Yields what differs between the definitions and the answer."""
    seen = set()
    for full, definition in document["definitions"].items():
        if full in OWN_FORM or CRD_FORM.match(full):
            counts.own_form += 1
            continue
        name = name_of(full)
        seen.add(name)
        counts.definitions += 1
        if name not in answer.types:
            yield f"{name}: missing"
            continue
        want = _without(attributes(definition), ignore)
        have = {word for word in _without(answer.types[name], ignore)
                if (name, None, word) not in ADDED}
        if want != have:
            yield f"{name}: attributes {sorted(have)}, document {sorted(want)}"
        yield from _compare_fields(name, definition, answer.fields[name], ignore, counts)
    for name in sorted(set(answer.types) - seen):
        yield f"{name}: not in the document"


def _compare_fields(name, definition, fields, ignore, counts):
    required = set(definition.get("required", []))
    properties = definition.get("properties", {})
    for field in sorted(required - set(properties)):
        yield f"{name}.{field}: required in the document, which has no such field"
    for field, schema in properties.items():
        counts.fields += 1
        if field not in fields:
            yield f"{name}.{field}: missing"
            continue
        kind, words = fields[field]
        if kind != expression(schema):
            yield f"{name}.{field}: type {kind}, document {expression(schema)}"
        want = attributes(schema) | ({"required"} if field in required else set())
        want, have = _without(want, ignore), _without(words, ignore | ADDED_KEYS)
        if want != have:
            yield f"{name}.{field}: attributes {sorted(have)}, document {sorted(want)}"
    for field in sorted(set(fields) - set(properties)):
        yield f"{name}.{field}: not in the document"


def kinds_of(document, counts):
    """{(group-version, kind): facts} as the paths of a document have it."""
    types = {}
    for full, definition in document["definitions"].items():
        for gvk in definition.get("x-kubernetes-group-version-kind", []):
            group_version = "/".join(filter(None, (gvk["group"], gvk["version"])))
            types[group_version, gvk["kind"]] = full
    resources, below = {}, {}
    for path, item in document["paths"].items():
        match = PATH.match(path)
        for operation in item.values() if match else ():
            if isinstance(operation, dict) and "x-kubernetes-action" in operation:
                _add_operation(match, operation, resources, below)
    out = {}
    for (_, resource), facts in resources.items():
        if facts["kind"] is None:
            continue
        out[facts["kind"]] = {
            "type": name_of(types[facts["kind"]]), "resource": resource,
            "scope": "namespaced" if facts["namespaced"] else "cluster",
            "verbs": ",".join(sorted(facts["verbs"]))}
        if facts["below"]:
            out[facts["kind"]]["subresources"] = ",".join(sorted(facts["below"]))
        if facts["verbs"] == {"create"}:
            out[facts["kind"]]["storage"] = "none"
    for key, places in below.items():
        if key not in out and key in types:
            out[key] = {"type": name_of(types[key]), "subresource-only": ",".join(sorted(places))}
    for (group_version, kind), full in types.items():
        if (group_version, kind) in out:
            continue
        if kind in NO_PATH:
            counts.no_path += 1
            continue
        items = document["definitions"][full].get("properties", {}).get("items")
        item = items["items"]["$ref"][len("#/definitions/"):] if items else None
        listed = [gvk["kind"] for gvk in document["definitions"].get(item, {}).get(
            "x-kubernetes-group-version-kind", [])]
        out[group_version, kind] = {"type": name_of(full),
                                    "list-of": listed[0] if listed else "?"}
    return out


def _add_operation(match, operation, resources, below):
    group_version = "/".join(filter(None, (match["group"], match["version"])))
    gvk = operation["x-kubernetes-group-version-kind"]
    key = ("/".join(filter(None, (gvk["group"], gvk["version"]))), gvk["kind"])
    facts = resources.setdefault((group_version, match["resource"]), {
        "kind": None, "namespaced": False, "verbs": set(), "below": set()})
    action = operation["x-kubernetes-action"]
    if match["sub"]:
        facts["below"].add(match["sub"])
        if action != "connect":
            below.setdefault(key, set()).add(
                f"{group_version}:{match['resource']}/{match['sub']}")
        return
    facts["kind"] = key
    facts["namespaced"] |= bool(match["scope"])
    facts["verbs"].add(VERB.get(action, action))


# The words of kinds.txt that the documents know of.
KIND_WORDS = ("type", "resource", "scope", "verbs", "subresources", "storage",
              "subresource-only", "list-of")


def compare_kinds(document, answer, ignore, counts):
    want = kinds_of(document, counts)
    for key in sorted(set(want) | set(answer.kinds)):
        counts.kinds += 1
        name = " ".join(key)
        if key not in answer.kinds:
            yield f"kind {name}: missing"
        elif key not in want:
            yield f"kind {name}: not in the document"
        else:
            for word in KIND_WORDS:
                left, right = answer.kinds[key].get(word), want[key].get(word)
                if left != right and word not in ignore:
                    yield f"kind {name}: {word} {left}, document {right}"


def compare_inside(minor, answer):
    """Yields what does not fit together within the answer itself."""
    for name, fields in answer.fields.items():
        for field, (kind, _) in fields.items():
            inner = re.sub(r"[\w-]+<|>", "", kind)
            if "." in inner and inner not in answer.types:
                yield f"{name}.{field}: of type {inner}, which does not exist"
    for key, facts in answer.kinds.items():
        name = " ".join(key)
        if facts["type"] not in answer.types:
            yield f"kind {name}: of type {facts['type']}, which does not exist"
        removed = facts.get("removed")
        if removed and facts.get("served_here") and int(removed.split(".")[1]) <= minor:
            yield f"kind {name}: served although removed in {removed}"


def compare(minor, document, answer, ignore, counts):
    yield from compare_types(document, answer, ignore, counts)
    if answer.kinds:
        yield from compare_kinds(document, answer, ignore, counts)
    yield from compare_inside(minor, answer)


def run(source, ignore):
    counts, differences = Counts(), 0
    if source.minors != kubesource.MINORS:
        print(f"versions answered: {source.minors}, to be compared: {kubesource.MINORS}")
        differences += 1
    for minor in sorted(set(source.minors) & set(kubesource.MINORS)):
        for text in compare(minor, kubesource.openapi(minor), source.answer(minor),
                            ignore, counts):
            print(f"1.{minor} {text}")
            differences += 1
    print(f"compared {len(source.minors)} versions: {counts.definitions} definitions, "
          f"{counts.fields} fields, {counts.kinds} kinds")
    print(f"listed reasons: {counts.own_form} definitions are a scalar or form of the table, "
          f"{counts.no_path} kinds have no path of their own")
    print(f"{differences} differences")
    return differences


def _plants():
    """Yields (what is reported, change to the answer for the newest version)."""
    port, pod = "core.v1.ServicePort", ("v1", "Pod")

    def field(name, value):
        return lambda answer: answer.fields[port].__setitem__(name, value)

    yield f"{port}.port: type", field("port", ("int64", {"required"}))
    yield f"{port}.port: attributes", field("port", ("int32", set()))
    yield f"{port}.extra: not in the document", field("extra", ("string", set()))
    yield f"{port}.name: missing", lambda answer: answer.fields[port].pop("name")
    yield f"{port}: missing", lambda answer: answer.types.pop(port)
    yield ("core.v1.ServiceSpec.ports: attributes", lambda answer:
           answer.fields["core.v1.ServiceSpec"].__setitem__("ports", (
               f"list<{port}>", {"list=map(port)", "patch=merge(port)"})))
    yield ("meta.v1.LabelSelector: attributes", lambda answer:
           answer.types.__setitem__("meta.v1.LabelSelector", set()))
    yield "kind v1 Pod: missing", lambda answer: answer.kinds.pop(pod)
    yield "kind v1 Pod: scope", lambda answer: answer.kinds[pod].__setitem__("scope", "cluster")
    yield "kind v1 Pod: verbs", lambda answer: answer.kinds[pod].__setitem__("verbs", "create")
    yield ("kind v2 Pod: not in the document", lambda answer:
           answer.kinds.__setitem__(("v2", "Pod"), dict(answer.kinds[pod])))
    yield "which does not exist", field("name", ("core.v1.Nothing", set()))
    yield ("served although removed", lambda answer:
           answer.kinds[pod].__setitem__("removed", "1.20"))


def _check_moved_range():
    """Plants a wrong version into a copy of the text itself."""
    with tempfile.TemporaryDirectory() as folder:
        copied = os.path.join(folder, "schemas")
        shutil.copytree(SCHEMAS, copied)
        path = os.path.join(copied, "types", "core.v1.txt")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        changed, times = re.subn(r"(\n  appProtocol +string +)1\.18\.\.(?=\n  name +string\n  nodePort)",
                                 r"\g<1>1.19..", text)
        if times != 1:
            return "the row to change is not where it was"
        with open(path, "w", encoding="utf-8") as file:
            file.write(changed)
        source = answers.TextAnswers(copied)
        found = {minor: list(compare(minor, kubesource.openapi(minor), source.answer(minor),
                                     frozenset(), Counts())) for minor in (17, 18, 19)}
    want = {17: [], 18: ["core.v1.ServicePort.appProtocol: missing"], 19: []}
    return None if found == want else f"found {found}"


def self_check():
    """Returns the number of planted differences that were not reported."""
    source = answers.TextAnswers(SCHEMAS)
    newest = source.minors[-1]
    document = kubesource.openapi(newest)
    planted = silent = 0
    for report, change in _plants():
        answer = copy.deepcopy(source.answer(newest))
        change(answer)
        planted += 1
        found = list(compare(newest, document, answer, frozenset(), Counts()))
        if not any(report in text for text in found):
            silent += 1
            print(f"planted, but not reported: {report}")
    planted += 1
    problem = _check_moved_range()
    if problem:
        silent += 1
        print(f"planted a wrong version: {problem}")
    print(f"self-check: {planted} differences planted, {silent} of them not reported")
    return silent


def main():
    parser = argparse.ArgumentParser(description="Compares the schema text with OpenAPI.")
    parser.add_argument("--dump", help="compare this dump of a compiled table instead of the text")
    parser.add_argument("--ignore", default="", help="attributes to leave out, comma-separated")
    parser.add_argument("--self-check", action="store_true",
                        help="plant differences and see that they are reported")
    options = parser.parse_args()
    if options.self_check:
        return 1 if self_check() else 0
    source = answers.DumpAnswers(options.dump) if options.dump else answers.TextAnswers(SCHEMAS)
    ignore = frozenset(filter(None, options.ignore.split(",")))
    return 1 if run(source, ignore) else 0


if __name__ == "__main__":
    sys.exit(main())
