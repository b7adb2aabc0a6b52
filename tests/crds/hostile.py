#!/usr/bin/env python3
"""Definitions of custom resources that nobody writes by hand, made at test time:
what an attacker, a generator gone wrong or a broken merge would hand in.

    tests/crds/hostile.py --measure [WORD…]     how time and memory grow with the size

Each case is a function that makes files of a given size, and says what has to be told
of them: every error and warning, with its line.  The sizes are those that issue
trackers and size limits speak of (a hundred thousand entries, ten megabytes, ten
thousand levels); no test has a threshold of time, but all have to end.
"""
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

CASES = []


def case(size):
    """Registers a maker: size -> (files by name, what is told: [(file, line, rule, text)])."""
    def register(maker):
        CASES.append((maker.__name__.replace("_", "-"), maker, size))
        return maker
    return register


def definition(root, plural="hulls", kind="Hull", extra=None):
    """A CRD as JSON, its schema given."""
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": root}}
    version.update(extra or {})
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{plural}.port.example.com"},
            "spec": {"group": "port.example.com", "scope": "Namespaced",
                     "names": {"kind": kind, "plural": plural}, "versions": [version]}}


def crd(properties, **keywords):
    return json.dumps(definition({"type": "object", "properties": properties, **keywords}))


def rows(lead, lines):
    return lead + "".join(line + "\n" for line in lines)


HEAD = "apiVersion: port.example.com/v1\nkind: Hull\nmetadata: {generateName: a-}\n"
YAML_CRD = """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: hulls.port.example.com}
spec:
  group: port.example.com
  scope: Namespaced
  names: {kind: Hull, plural: hulls}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
"""
ROOT_LINE = YAML_CRD.count("\n")


# ---- cycles ----

@case(1)
def alias_cycle(_size):
    text = YAML_CRD + "        properties: &all {type: object, next: *all}\n"
    return {"crd.yaml": text}, [("crd.yaml", ROOT_LINE + 1, "yaml", "alias|anchor")]


@case(1)
def reference_cycle(_size):
    text = YAML_CRD + """        properties:
          a: {$ref: "#/properties/b"}
          b: {$ref: "#/properties/a"}
"""
    return {"crd.yaml": text, "cr.yaml": HEAD + "a: {b: {a: 1}}\n"}, [
        ("crd.yaml", ROOT_LINE + 2, "forbidden-field", "ref"),
        ("crd.yaml", ROOT_LINE + 3, "forbidden-field", "ref")]


@case(10)
def alias_bomb(size):
    """Ten references in each of ten levels stand for ten thousand million schemas."""
    lines = ["        definitions:", "          l0: &l0 {type: object}"]
    for level in range(1, size + 1):
        parts = ", ".join(f"p{i}: *l{level - 1}" for i in range(10))
        lines.append(f"          l{level}: &l{level} {{type: object, properties: {{{parts}}}}}")
    return {"crd.yaml": rows(YAML_CRD, lines)}, [("crd.yaml", None, "yaml", "alias")]


# ---- size ----

@case(100_000)
def enum(size):
    values = [f"value-{i}" for i in range(size)]
    return {"crd.json": crd({"one": {"type": "string", "enum": values}}),
            "good.yaml": HEAD + f"one: value-{size - 1}\n", "bad.yaml": HEAD + "one: value\n"}, [
        ("bad.yaml", 4, "custom-resource-enum", "one ")]


@case(100_000)
def enum_of_numbers(size):
    return {"crd.json": crd({"one": {"type": "number", "enum": [i / 4 for i in range(size)]}}),
            "good.yaml": HEAD + f"one: {(size - 1) / 4}\n", "bad.yaml": HEAD + "one: -1\n"}, [
        ("bad.yaml", 4, "custom-resource-enum", "one ")]


@case(100_000)
def enum_of_equals(size):
    return {"crd.json": crd({"one": {"type": "string", "enum": ["a"] * size}}),
            "bad.yaml": HEAD + "one: b\n"}, [("bad.yaml", 4, "custom-resource-enum", "one ")]


@case(100_000)
def properties(size):
    """As many fields, of which an object has the last but one, the last, and one more."""
    fields = {f"f{i}": {"type": "integer"} for i in range(size)}
    return {"crd.json": crd(fields),
            "cr.yaml": HEAD + f"f{size - 2}: 1\nf{size - 1}: x\nf{size}: 1\n"}, [
        ("cr.yaml", 5, "custom-resource-type", f"f{size - 1} "),
        ("cr.yaml", 6, "unknown-field", f"f{size}")]


@case(100_000)
def properties_all_given(size):
    fields = {f"f{i}": {"type": "integer"} for i in range(size)}
    return {"crd.json": crd(fields),
            "cr.yaml": rows(HEAD, (f"f{i}: {i}" for i in range(size - 1))) + f"f{size - 1}: x\n"}, [
        ("cr.yaml", size + 3, "custom-resource-type", f"f{size - 1} ")]


@case(20_000)
def properties_of_many_kinds(size):
    """Each list has a key of its own, so that each field has attributes of its own."""
    fields = {f"f{i}": {"type": "array", "x-kubernetes-list-type": "map",
                        "x-kubernetes-list-map-keys": [f"k{i}"],
                        "items": {"type": "object", "required": [f"k{i}"],
                                  "properties": {f"k{i}": {"type": "string"}}}} for i in range(size)}
    last = size - 1
    return {"crd.json": crd(fields),
            "cr.yaml": HEAD + f"f{last}:\n- k{last}: a\n- k{last}: a\n"}, [
        ("cr.yaml", 6, "custom-resource-duplicate", f"f{last}")]


@case(100_000)
def required(size):
    """What is required and given, but for one; and a list that names each thing twice."""
    fields = {f"f{i}": {"type": "integer"} for i in range(size)}
    names = list(fields)
    return {"crd.json": crd({"all": {"type": "object", "properties": fields, "required": names}}),
            "cr.yaml": rows(HEAD + "all:\n", (f"  f{i}: 1" for i in range(1, size)))}, [
        ("cr.yaml", 4, "custom-resource-required", "f0 is required")]


@case(2_000)
def required_but_nothing_given(size):
    names = [f"f{i}" for i in range(size)]
    return {"crd.json": crd({"all": {"type": "object", "required": names,
                                     "properties": {name: {"type": "integer"} for name in names}}}),
            "cr.yaml": HEAD + "all: {}\n"}, [
        ("cr.yaml", 4, "custom-resource-required", f"{name} is required") for name in names]


def words(size):
    """About so many bytes of a description."""
    return ("A hull is what keeps the water out of a ship. " * (size // 46 + 1))[:size]


@case(10_000_000)
def ten_megabytes(size):
    """Block style, as controller-gen writes; a third of it descriptions."""
    lines = ["        properties:"]
    count = size // 300
    for i in range(count):
        lines += [f"          f{i}:", "            description: |-", f"              {words(100)}",
                  "            type: object", "            properties:",
                  "              one: {type: string, maxLength: 3}", "              two:",
                  "                type: integer", "                minimum: 1"]
    last = count - 1
    return {"crd.yaml": rows(YAML_CRD, lines),
            "cr.yaml": HEAD + f"f{last}:\n  one: abcd\n  two: 0\n"}, [
        ("cr.yaml", 5, "custom-resource-length", "one "),
        ("cr.yaml", 6, "custom-resource-bounds", "two ")]


@case(10_000_000)
def ten_megabytes_on_one_line(size):
    count = size // 200
    fields = {f"f{i}": {"type": "object", "description": words(100), "properties": {
        "one": {"type": "string", "maxLength": 3}}} for i in range(count)}
    fields["f0"]["type"] = "objekt"
    fields[f"f{count - 1}"]["type"] = "objekt"
    return {"crd.json": crd(fields), "cr.yaml": HEAD + f"f{count - 2}:\n  one: abcd\n"}, [
        ("crd.json", 1, "unsupported-value", "f0.type"),
        ("crd.json", 1, "unsupported-value", f"f{count - 1}.type"),
        ("cr.yaml", 5, "custom-resource-length", "one ")]


@case(10_000_000)
def one_description(size):
    return {"crd.json": crd({"one": {"type": "string", "description": words(size)}}),
            "cr.yaml": HEAD + "one: 1\n"}, [("cr.yaml", 4, "custom-resource-type", "one ")]


@case(2_000)
def mistakes_on_one_line(size):
    """Every one is told, and each has its place on the same long line."""
    fields = {f"f{i}": {"type": "objekt"} for i in range(size)}
    return {"crd.json": crd(fields)}, [
        ("crd.json", 1, "unsupported-value", f"f{i}.type") for i in range(size)]


@case(100_000)
def long_names(size):
    """A name as long as no name of Kubernetes may be."""
    long = "f" * size
    return {"crd.json": crd({long: {"type": "integer"}}),
            "cr.json": json.dumps({"apiVersion": "port.example.com/v1", "kind": "Hull",
                                   "metadata": {"generateName": "a-"}, long: 1})}, []


# ---- depth ----

def nest(levels, inner, wrap):
    """Text of a schema, levels deep, without a recursion of ours."""
    left, right = wrap
    return left * levels + inner + right * levels


OBJECT = ('{"type":"object","properties":{"a":', "}}")


def deep_crd(schema):
    return crd({"a": "DEEP"}).replace('"DEEP"', schema)


def deep_object(value):
    return ('{"apiVersion":"port.example.com/v1","kind":"Hull","metadata":{"generateName":"a-"},'
            f'"a":{value}}}')


@case(10_000)
def depth(size):
    """Beyond the reader's limit the document is refused as a whole, at the level beyond."""
    return {"crd.json": deep_crd(nest(size, '{"type":"string"}', OBJECT))}, [
        ("crd.json", 1, "yaml", "collections within each other")]


@case(240)
def depth_within_the_limit(size):
    """Good to its end, where an object is wanted and another's type is none."""
    inner = '{"type":"object","properties":{"a":{"type":"strnig"},"b":{"type":"integer"}}}'
    return {"crd.json": deep_crd(nest(size, inner, OBJECT)),
            "cr.json": deep_object(nest(size, '{"b":"x"}', ('{"a":', "}")))}, [
        ("crd.json", 1, "unsupported-value", "strnig"),
        ("cr.json", 1, "custom-resource-type", "b ")]


@case(400)
def depth_of_items(size):
    return {"crd.json": deep_crd(nest(size, '{"type":"integer"}', ('{"type":"array","items":', "}"))),
            "cr.json": deep_object("[" * size + '"x"' + "]" * size)}, [
        ("cr.json", 1, "custom-resource-type", "whole number")]


@case(200)
def broken_at_every_level(size):
    """A schema without a type in each of many levels."""
    text = '{"type":"integer"}'
    for _ in range(size):
        text = '{"properties":{"a":' + text + "}}"
    return {"crd.json": deep_crd(text)}, [
        ("crd.json", 1, "required-field", "type is required")] * size


# ---- alternatives ----

@case(2_000)
def wide_one_of(size):
    return {"crd.json": crd({"a": {"type": "string",
                                   "oneOf": [{"enum": [f"v{i}"]} for i in range(size)]}}),
            "good.yaml": HEAD + "a: v1\n", "bad.yaml": HEAD + "a: v\n"}, [
        ("bad.yaml", 4, "custom-resource-choice", "a "),
        ("bad.yaml", 4, "custom-resource-enum", "a ")]


@case(240)
def deep_any_of(size):
    """Alternatives in alternatives: which failed best is asked at each level anew."""
    choices = nest(size, '{"maxLength":1}', ('{"anyOf":[', ',{"maxLength":0}]}'))
    return {"crd.json": deep_crd('{"type":"string","anyOf":[' + choices + "]}"),
            "good.yaml": HEAD + "a: b\n", "bad.yaml": HEAD + "a: bb\n"}, [
        ("bad.yaml", 4, "custom-resource-choice", "a "),
        ("bad.yaml", 4, "custom-resource-length", "a ")]


@case(4_096)
def nested_one_of(size):
    """Two alternatives in each of the levels: the text doubles with each."""
    schema = {"maxLength": 1}
    for _ in range(size.bit_length() - 1):
        schema = {"oneOf": [schema, {"not": schema}]}
    return {"crd.json": crd({"a": {"type": "string", "allOf": [schema]}}),
            "cr.yaml": HEAD + "a: b\n"}, []


@case(1_000)
def alternatives_for_each_item(size):
    choices = [{"required": [f"k{i}"]} for i in range(50)]
    item = {"type": "object", "properties": {f"k{i}": {"type": "string"} for i in range(50)},
            "oneOf": choices}
    return {"crd.json": crd({"a": {"type": "array", "items": item}}),
            "cr.yaml": rows(HEAD + "a:\n", (f"- {{k{i % 50}: x}}" for i in range(size))) + "- {k0: x, k1: x}\n"
            }, [("cr.yaml", 5 + size, "custom-resource-choice", "a")]


# ---- patterns ----

@case(100_000)
def pattern_that_explodes(size):
    """A backtracking matcher would take two to the power of the text's length."""
    return {"crd.json": crd({"a": {"type": "string", "pattern": "^(a+)+$"},
                             "b": {"type": "string", "pattern": "^(a|a)*$"},
                             "c": {"type": "string", "pattern": "^(([a-z])+.)+[A-Z]([a-z])+$"}}),
            "cr.yaml": HEAD + f"a: {'a' * size}!\nb: {'a' * size}!\nc: {'a' * size}\n"}, [
        ("cr.yaml", line, "custom-resource-pattern|custom-resource-undecided", "")
        for line in (4, 5, 6)]


@case(1_000)
def pattern_repeated(size):
    """What Go refuses to repeat, and what it takes just about."""
    return {"crd.yaml": YAML_CRD + f"""        properties:
          a: {{type: string, pattern: '(x{{1000}}){{{size}}}'}}
          b: {{type: string, pattern: '(x{{1,10}}){{100}}'}}
""", "cr.yaml": HEAD + f"b: {'x' * 99}\n"}, [
        ("crd.yaml", ROOT_LINE + 2, "invalid-value", "regular expression"),
        ("cr.yaml", 4, "custom-resource-pattern", "b ")]


@case(100_000)
def pattern_long(size):
    return {"crd.json": crd({"a": {"type": "string", "pattern": "|".join(f"w{i}" for i in range(size // 8))}}),
            "cr.yaml": HEAD + "a: nothing\n"}, [
        ("cr.yaml", 4, "custom-resource-pattern|custom-resource-undecided", "a ")]


@case(10_000)
def pattern_nested(size):
    depth = size + 1000  # Go's limit
    return {"crd.json": crd({"a": {"type": "string", "pattern": "(" * depth + "a" + ")" * depth}})}, [
        ("crd.json", 1, "invalid-value", "regular expression")]


@case(3_000)
def patterns(size):
    """As many of them, each compiled once it is needed."""
    fields = {f"f{i}": {"type": "string", "pattern": f"^[a-z]{{1,3}}{i}$"} for i in range(size)}
    return {"crd.json": crd(fields), "cr.yaml": rows(HEAD, (f"f{i}: a{i}" for i in range(size)))
            + "f0: 'A'\n".replace("f0", "g")}, [("cr.yaml", size + 4, "unknown-field", "g")]


# ---- other lists ----

@case(100_000)
def set_and_map(size):
    item = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
    return {"crd.json": crd({
        "set": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "integer"}},
        "map": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
                "items": item}}),
            "cr.yaml": rows(HEAD + "set:\n", (f"- {i}" for i in range(size))) + "- 0\n"
            + rows("map:\n", (f"- name: n{i}" for i in range(size))) + "- name: n0\n"}, [
        ("cr.yaml", size + 5, "custom-resource-duplicate", ""),
        ("cr.yaml", 2 * size + 7, "custom-resource-duplicate", "")]


@case(2_000)
def versions(size):
    root = {"type": "object", "properties": {"a": {"type": "integer"}}}
    made = definition(root)
    made["spec"]["versions"] = [
        {"name": f"v{i}", "served": True, "storage": i == 1,
         "schema": {"openAPIV3Schema": root}} for i in range(1, size + 1)]
    return {"crd.json": json.dumps(made),
            "cr.yaml": HEAD.replace("/v1", f"/v{size}") + "a: x\n"}, [
        ("cr.yaml", 4, "custom-resource-type", "a ")]


@case(100)
def versions_that_are_the_same(size):
    """Deep, and equal but for the order: what is compared both ways doubles at each level."""
    def schema(flip):
        made = {"type": "integer"}
        for _ in range(size):
            pair = {"a": made, "b": {"type": "string"}}
            made = {"type": "object", "properties": dict(reversed(pair.items())) if flip else pair}
        return made
    made = definition(schema(False))
    made["spec"]["versions"] = [
        {"name": f"v{i}", "served": True, "storage": i == 1,
         "schema": {"openAPIV3Schema": schema(i == 2)}} for i in (1, 2)]
    return {"crd.json": json.dumps(made)}, []


@case(2_000)
def definitions(size):
    """As many CRDs, and one that is there twice in two forms."""
    texts = [json.dumps(definition({"type": "object"}, f"hull{i}s", f"Hull{i}")) for i in range(size)]
    texts.append(json.dumps(definition({"type": "object", "title": "x"}, "hull0s", "Hull0")))
    return {"crd.yaml": "\n---\n".join(texts) + "\n"}, [
        ("crd.yaml", 2 * size + 1, "crd-conflict", "hull0s"),
        ("crd.yaml", 2 * size + 1, "duplicate-object", "hull0s")]


@case(50_000)
def defaults(size):
    fields = {f"f{i}": {"type": "integer", "default": i} for i in range(size)}
    fields["last"] = {"type": "integer", "default": "x"}
    return {"crd.json": crd({"a": {"type": "object", "default": {}, "properties": fields}}),
            "cr.yaml": HEAD + "a: {f0: x}\n"}, [
        ("crd.json", 1, "crd-default", "default"),
        ("cr.yaml", 4, "custom-resource-type", "last "),
        ("cr.yaml", 4, "custom-resource-type", "f0 ")]


@case(50_000)
def rules(size):
    return {"crd.json": crd({"a": {"type": "string", "x-kubernetes-validations": [
        {"rule": f"self != 'v{i}'"} for i in range(size)]}}), "cr.yaml": HEAD + "a: b\n"}, []


@case(20_000)
def columns(size):
    column = [{"name": f"c{i}", "type": "string", "jsonPath": ".a"} for i in range(size)]
    made = definition({"type": "object", "properties": {"a": {"type": "string"}}},
                      extra={"additionalPrinterColumns": column + [{"name": "x", "type": "text",
                                                                    "jsonPath": ".a"}]})
    return {"crd.json": json.dumps(made)}, [
        ("crd.json", 1, "invalid-value", "type must be")]


# ---- running ----

FINDING = re.compile(r"^(\S+?):(\d+):(\d+): (?:error|warning): (.*) \[([a-z0-9-]+)\]$")


def write(folder, files):
    for name, text in files.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)


def told(output):
    """(file, line, rule, text) of each finding in the text output."""
    for line in output.splitlines():
        match = FINDING.match(line)
        if match:
            yield match[1], int(match[2]), match[5], match[4]


def compare(found, wanted):
    """What was told and not wanted, or wanted and not told."""
    found = list(found)
    for file, line, rule, text in wanted:
        for index, (there, at, name, said) in enumerate(found):
            if there == file and line in (None, at) and re.search(text, said) and \
                    re.fullmatch(rule if rule != "yaml" else "yaml-.*", name):
                del found[index]
                break
        else:
            yield f"not told: {file}:{line}: {text} [{rule}]"
    for there, at, name, said in found:
        yield f"told beyond: {there}:{at}: {said[:300]} [{name}]"


def judge(plimsoll, maker, size):
    """What is wrong with one case."""
    with tempfile.TemporaryDirectory(prefix="plimsoll-hostile-") as folder:
        files, wanted = maker(size)
        write(folder, files)
        result = subprocess.run([plimsoll, "check", "--no-config", "--color", "never", *sorted(files)],
                                cwd=folder, stdin=subprocess.DEVNULL, capture_output=True)
    if result.returncode not in (0, 1):
        return [f"status {result.returncode}", result.stderr.decode("utf-8", "replace")[-3000:]]
    return list(compare(told(result.stdout.decode("utf-8", "replace")), wanted))


def check(plimsoll, scale=1):
    """(passed, failed), and tells what failed.  A sanitizer's build gets smaller ones."""
    def run(one):
        name, maker, size = one
        return name, judge(plimsoll, maker, size // scale if size > 1000 else size)

    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for name, wrong in pool.map(run, CASES):
            passed, failed = passed + (not wrong), failed + bool(wrong)
            if wrong:
                print(f"FAILED hostile CRD {name}")
                for line in wrong[:8]:
                    print(f"    {line[:2000]}")
    return passed, failed


def apart(work):
    """In a process of its own: a child's peak memory starts with its parent's."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    os.waitpid(child, 0)


def once(plimsoll, folder, files):
    """Seconds of processor time and peak megabytes of one run."""
    null = os.open(os.devnull, os.O_RDWR)
    here = os.getcwd()
    os.chdir(folder)
    pid = os.posix_spawn(plimsoll, [plimsoll, "check", "--no-config", *sorted(files)], os.environ,
                         file_actions=[(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)])
    _, _, usage = os.wait4(pid, 0)
    os.chdir(here)
    os.close(null)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def measure(plimsoll, picked):
    print(f"{'case':<30}{'size':>11}{'input':>10}{'time':>10}{'memory':>9}{'twice the size':>17}")
    for name, maker, size in CASES:
        if picked and not any(word in name for word in picked):
            continue
        figures = []
        for factor in (1, 2):
            with tempfile.TemporaryDirectory(prefix="plimsoll-hostile-") as folder:
                apart(lambda: write(folder, maker(size * factor)[0]))
                files = os.listdir(folder)
                figures.append(min(once(plimsoll, folder, files) for _ in range(3)))
                if factor == 1:
                    total = sum(os.path.getsize(os.path.join(folder, name)) for name in files)
        (seconds, memory), (longer, _) = figures
        print(f"{name:<30}{size:>11,}{total / 1e6:>7.1f} MB{seconds * 1000:>7.0f} ms{memory:>6.0f} MB"
              f"{longer * 1000:>8.0f} ms{longer / seconds:>6.1f}×", flush=True)


if __name__ == "__main__":
    program = os.path.abspath(os.environ.get("PLIMSOLL", "build/release/plimsoll"))
    measure(program, [word for word in sys.argv[1:] if word != "--measure"])
