"""docs/plimsoll.schema.json against the reader that is made from the same table.

Every configuration under testdata/ that plimsoll takes is valid by the schema; those below
are refused by both.  Words such as `off` are text to an editor's YAML 1.2, so the loader
here makes booleans of true and false alone.
"""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

import jsonschema
import yaml

PLIMSOLL = os.environ["PLIMSOLL"]


class Loader(yaml.SafeLoader):
    pass


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))

BAD = """
kubernetesVersoin: 1.30
---
kubernetesVersion: latest
---
failOn: eror
---
rules: {yaml-sintax: off}
---
rules: {unknown-field: never}
---
rules: [unknown-field]
---
exclude: vendor/
---
namespace: [shop]
---
assume: [Secret]
---
select: [no-such-rule]
---
requireReason: sometimes
---
suppress: [{kind: Deployment}]
---
suppress: [{rule: no-such-rule}]
---
suppress: [{rule: unknown-field, nmae: web}]
---
suppress: {rule: unknown-field}
---
overrides: [{paths: [a]}]
---
overrides: [{paths: a, rules: {}}]
---
scopes: [{name: a}]
---
missingSchemas: maybe
---
podSecurity: strict
"""


def is_taken(path):
    result = subprocess.run([PLIMSOLL, "config", "--config", path], capture_output=True, text=True)
    return result.returncode == 0


def main():
    passed = failed = 0
    with open("docs/plimsoll.schema.json", encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)

    def expect(name, good, detail=""):
        nonlocal passed, failed
        if good:
            passed += 1
        else:
            failed += 1
            print(f"FAILED {name}: {detail}")

    for path in sorted(glob.glob("testdata/**/.plimsoll.y*ml", recursive=True)):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if not is_taken(path):
            continue
        errors = [error.message for error in validator.iter_errors(yaml.load(text, Loader) or {})]
        expect(f"{path} is valid", not errors, errors)
    with open("docs/configuration.md", encoding="utf-8") as file:
        whole = re.search(r"```yaml\n(.*?)```", file.read(), re.S)[1]
    errors = [error.message for error in validator.iter_errors(yaml.load(whole, Loader))]
    expect("the whole file of docs/configuration.md is valid", not errors, errors)
    with tempfile.TemporaryDirectory() as folder:
        for text in BAD.strip().split("---\n"):
            path = os.path.join(folder, ".plimsoll.yaml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            expect(f"the schema refuses {text!r}", not validator.is_valid(yaml.load(text, Loader)))
            expect(f"plimsoll refuses {text!r}", not is_taken(path))
        # What is printed is a configuration again, and the same.
        source = "testdata/gate/config/.plimsoll.yaml"
        first = subprocess.run([PLIMSOLL, "config", "-o", "yaml", "--config", source],
                               capture_output=True, text=True).stdout
        path = os.path.join(folder, ".plimsoll.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(first)
        again = subprocess.run([PLIMSOLL, "config", "-o", "yaml", "--config", path],
                               capture_output=True, text=True).stdout
        expect("what `plimsoll config` prints can be read again", first and first == again, again)
        expect("and is valid", validator.is_valid(yaml.load(first, Loader)), first)
    print(f"tally {passed} {failed}")
    return 1 if failed else 0


sys.exit(main())
