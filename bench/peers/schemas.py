"""Schemas for kubeconform, as its own default location has them, out of Kubernetes' OpenAPI:

    schemas.py SWAGGER FOLDER

Each kind is a file of its own with everything that it refers to inside, and refuses keys that
it does not know (what -strict asks for).
"""
import json
import os
import sys

INT_OR_STRING = {"oneOf": [{"type": "string"}, {"type": "integer"}]}
NULLABLE = ("array", "object", "string", "integer", "number", "boolean")


class Writer:
    def __init__(self, definitions):
        self.definitions = definitions

    def expand(self, schema, above):
        """The schema without references; one within itself takes anything."""
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            return {} if name in above else self.expand(self.definitions[name], above | {name})
        if schema.get("format") == "int-or-string":
            return INT_OR_STRING
        made = {key: value for key, value in schema.items()
                if key in ("type", "format", "enum", "required")}
        if schema.get("type") in NULLABLE:
            made["type"] = [schema["type"], "null"]
        if "items" in schema:
            made["items"] = self.expand(schema["items"], above)
        if "properties" in schema:
            made["properties"] = {key: self.expand(value, above)
                                  for key, value in schema["properties"].items()}
            made["additionalProperties"] = False
        if isinstance(schema.get("additionalProperties"), dict):
            made["additionalProperties"] = self.expand(schema["additionalProperties"], above)
        return made


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        definitions = json.load(file)["definitions"]
    os.makedirs(sys.argv[2], exist_ok=True)
    writer = Writer(definitions)
    for name, schema in definitions.items():
        kinds = schema.get("x-kubernetes-group-version-kind", [])
        if len(kinds) != 1 or "properties" not in schema:
            continue
        parts = [kinds[0]["kind"], kinds[0]["group"].split(".")[0], kinds[0]["version"]]
        path = os.path.join(sys.argv[2], "-".join(filter(None, parts)).lower() + ".json")
        with open(path, "w", encoding="utf-8") as out:
            json.dump(writer.expand(schema, {name}), out)


main()
