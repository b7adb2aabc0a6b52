#!/usr/bin/env python3
"""Compares the Go types of the API with the OpenAPI documents.

A server decodes a request into Go types, and OpenAPI is generated from the
same types by another program; where the two differ, Go decides what is
accepted.  This reads the struct declarations of every API package (gofmt'ed,
so a few regular expressions are enough), works out the JSON fields and their
types, and lists what differs from the OpenAPI document of the same version.
It also collects the "+featureGate=" markers on fields for gates_text.py.

Run by itself it prints the differences that hand/go-differences.txt does not
explain, and fails if there are any.
"""

import functools
import glob
import os
import re
import sys

import kubesource
import lifecycle
import types_text

# Packages outside the API groups that hold types of fields.
MACHINERY = (("pkg/apis/meta/v1", "meta.v1"), ("pkg/version", "version"))

# Go types with a JSON form of their own, by import path and name.
OWN_FORM = {
    "k8s.io/apimachinery/pkg/api/resource.Quantity": "quantity",
    "k8s.io/apimachinery/pkg/util/intstr.IntOrString": "int-or-string",
    "k8s.io/apimachinery/pkg/runtime.RawExtension": "any",
    "k8s.io/apimachinery/pkg/types.UID": "string",
    "k8s.io/apimachinery/pkg/types.NodeName": "string",
    "meta.v1.Time": "time", "meta.v1.MicroTime": "microtime",
    "meta.v1.Duration": "duration", "meta.v1.FieldsV1": "any", "meta.v1.Fields": "any",
}
for _version in ("v1", "v1beta1"):
    _package = f"apiextensions.{_version}."
    OWN_FORM[_package + "JSON"] = "any"
    for _go, _form in (("Array", "or-array"), ("Bool", "or-bool"), ("StringArray", "or-strings")):
        OWN_FORM[f"{_package}JSONSchemaPropsOr{_go}"] = f"{_form}<{_package}JSONSchemaProps>"

BASIC = {"string": "string", "bool": "bool", "int32": "int32", "int64": "int64",
         # No field has one of these today; one that comes would show up.
         "int": "int", "int8": "int8", "int16": "int16", "uint": "uint",
         "uint16": "uint16", "uint32": "uint32", "uint64": "uint64",
         "float32": "float32", "float64": "number", "byte": "byte", "uint8": "byte",
         "error": "error", "interface{}": "any"}

_BLOCK_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_IMPORTS = re.compile(r'^\s*(?:import )?(?:([\w.]+) )?"([^"\n]+)"', re.M)
_STRUCT = re.compile(r"^type (\w+) struct ?\{(?:\}|\n(.*?)^\})", re.M | re.S)
_NAMED = re.compile(r"^(?:type |\t)(\w+) (?:= )?(?!struct\b|interface\b|func\b)([\w.\[\]*]+)$", re.M)
_FIELD = re.compile(r"^\t(?:(\w+(?:, \w+)*) +)?([^\s`]\S*)(?: +`([^`]*)`)?(?:\s*//.*)?$")
_JSON_TAG = re.compile(r'json:"([^"]*)"')
_GATE = re.compile(r"\+featureGate[= ]\s*(.*)")
_SKIPPED = ("_test.go", ".pb.go", "zz_generated", "types_swagger_doc_generated.go")


class Struct:
    """A Go struct: own fields, embedded types, and the markers on its fields."""

    def __init__(self):
        self.fields = {}     # json name -> Go type text
        self.options = {}    # json name -> what stands behind it in the tag
        self.embedded = []   # Go type texts
        self.gates = {}      # json name -> gates of the marker


class Package:
    """The declarations of one Go package."""

    def __init__(self, name, folder):
        self.name = name
        self.structs, self.named, self.imports = {}, {}, {}
        for path in sorted(glob.glob(os.path.join(folder, "*.go"))):
            if not any(mark in os.path.basename(path) for mark in _SKIPPED):
                with open(path, encoding="utf-8") as file:
                    self._read(_BLOCK_COMMENT.sub("", file.read()))

    def _read(self, text):
        head = text.split("\nfunc ", 1)[0].split("\ntype ", 1)[0]
        for alias, path in _IMPORTS.findall(head):
            self.imports[alias or path.split("/")[-1]] = path
        for name, target in _NAMED.findall(text):
            self.named.setdefault(name, target)
        for name, body in _STRUCT.findall(text):
            self.structs[name] = self._read_struct(body)

    @staticmethod
    def _read_struct(body):
        struct = Struct()
        gates = []
        for line in body.split("\n"):
            marker = _GATE.search(line)
            if line.lstrip().startswith("//"):
                if marker:
                    gates += [gate.strip() for gate in marker.group(1).split(",") if gate.strip()]
                continue
            field = _FIELD.match(line)
            if not field:
                if line.strip():
                    raise SystemExit(f"cannot read the Go field: {line!r}")
                continue
            names, kind, tags = field.groups()
            tag = _JSON_TAG.search(tags or "")
            tag = tag.group(1) if tag else ""
            name = tag.split(",")[0]
            if names is None and not name and tag != "-":
                struct.embedded.append(kind)
            elif name != "-" and (name or names[0].isupper()):
                struct.fields[name or names] = kind
                struct.options[name or names] = tuple(tag.split(",")[1:])
                if gates:
                    struct.gates[name or names] = tuple(gates)
            gates = []
        return struct


class Sources:
    """All API packages of one version."""

    def __init__(self, minor):
        self.packages, self.by_path = {}, {}
        for folder, _, version in lifecycle.api_folders(minor):
            group = os.path.basename(os.path.dirname(folder))
            self._add(f"{group}.{version}", folder)
        base = kubesource.module_dir("apimachinery", minor)
        for path, name in MACHINERY:
            self._add(name, os.path.join(base, path))

    def _add(self, name, folder):
        package = Package(name, folder)
        self.packages[name] = package
        self.by_path["/".join(folder.split("/")[-2:])] = package

    def resolve(self, package, kind):
        """The type expression of a Go type as it stands in a package."""
        kind = kind.lstrip("*")
        if kind.startswith("[]"):
            inner = self.resolve(package, kind[2:])
            return "bytes" if inner == "byte" else f"list<{inner}>"
        if kind.startswith("map["):
            return f"map<{self.resolve(package, kind.split(']', 1)[1])}>"
        if kind in BASIC:
            return BASIC[kind]
        if "." in kind:
            alias, name = kind.split(".")
            path = package.imports[alias]
            if f"{path}.{name}" in OWN_FORM:
                return OWN_FORM[f"{path}.{name}"]
            other = self.by_path.get("/".join(path.split("/")[-2:]))
            if other is None:
                return f"unknown:{path}.{name}"
            return self.resolve(other, name)
        full = f"{package.name}.{kind}"
        if full in OWN_FORM:
            return OWN_FORM[full]
        if kind in package.structs:
            return full
        if kind in package.named:
            return self.resolve(package, package.named[kind])
        return f"unknown:{full}"

    def _home(self, package, kind):
        """The package and name under which an embedded type is declared."""
        kind = kind.lstrip("*")
        while True:
            if "." in kind:
                alias, kind = kind.split(".")
                package = self.by_path["/".join(package.imports[alias].split("/")[-2:])]
            if kind in package.structs:
                return package, kind
            kind = package.named[kind]

    def fields(self, package, name):
        """{json name: type expression} of a struct, embedded ones included."""
        struct = package.structs[name]
        out = {}
        for kind in struct.embedded:
            out.update(self.fields(*self._home(package, kind)))
        for field, kind in struct.fields.items():
            out[field] = self.resolve(package, kind)
        return out

    def gates(self, package, name):
        """{json name: gates} of a struct, embedded ones included."""
        out = {}
        for kind in package.structs[name].embedded:
            out.update(self.gates(*self._home(package, kind)))
        out.update(package.structs[name].gates)
        return out


@functools.lru_cache(maxsize=None)
def sources(minor):
    return Sources(minor)


def openapi_fields(document):
    """{type: {field: type expression}} of an OpenAPI document."""
    out = {}
    for full, definition in document["definitions"].items():
        if full not in types_text.SCALARS:
            out[types_text.short_name(full)] = {
                field: types_text.type_of(schema)[0]
                for field, schema in definition.get("properties", {}).items()}
    return out


def differences(minor):
    """Yields (type, field, in Go, in OpenAPI); "-" where a side lacks it."""
    go = sources(minor)
    for name, fields in sorted(openapi_fields(kubesource.openapi(minor)).items()):
        package_name, _, short = name.rpartition(".")
        package = go.packages.get(package_name)
        if package is None or short not in package.structs:
            yield name, "-", "-", "type"
            continue
        in_go = go.fields(package, short)
        for field in sorted(set(in_go) | set(fields)):
            left, right = in_go.get(field, "-"), fields.get(field, "-")
            if left != right:
                yield name, field, left, right


def main():
    explained = {tuple(words[1:]) for _, words in kubesource.hand_rows("go-differences.txt")}
    unexplained, seen = 0, set()
    for minor in kubesource.MINORS:
        for row in differences(minor):
            if row in explained:
                seen.add(row)
            else:
                unexplained += 1
                print(f"1.{minor}", *row)
    for row in sorted(explained - seen):
        unexplained += 1
        print("no longer true:", *row)
    print(f"{unexplained} unexplained differences between Go and OpenAPI")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
