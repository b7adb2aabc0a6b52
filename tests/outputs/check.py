"""Runs plimsoll over inputs, all reports at once, and holds each report to its schema
and to the JSON report, which says the same.

The inputs are the examples of all rules, and files whose names and values have what
formats must escape, given as relative, absolute and upward paths and as stdin.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.parse

import jsonschema
import junitparser
from lxml import etree

HOME = os.fsencode(sys.argv[1])
PLIMSOLL = os.environ["PLIMSOLL"]
FORMATS = ("json", "ndjson", "sarif", "junit", "github", "gitlab")

# docs.gitlab.com, "Code Quality", "Code Quality report format": every member of its table.
LINE = {"type": "integer", "minimum": 1}
GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "location", "severity"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path"],
                # Relative to the repository, and not starting with ./
                "properties": {"path": {"type": "string", "not": {"pattern": r"^\./"}},
                               "lines": {"type": "object", "required": ["begin"]},
                               "positions": {"type": "object", "required": ["begin"], "properties": {
                                   "begin": {"type": "object", "required": ["line"],
                                             "properties": {"line": LINE, "column": LINE}}}}},
                "anyOf": [{"required": ["lines"]}, {"required": ["positions"]}],
            },
        },
    },
}
# docs.github.com, "Workflow commands for GitHub Actions", and the escapes of its toolkit.
DATA = rb"(?:[^%\r\n]|%25|%0D|%0A)*"
PROPERTY = rb"(?:[^%\r\n:,]|%25|%0D|%0A|%3A|%2C)*"
GITHUB = re.compile(rb"::(error|warning|notice) "
                    rb"((?:file|line|endLine|col|endColumn|title)=" + PROPERTY +
                    rb"(?:,(?:file|line|endLine|col|endColumn|title)=" + PROPERTY + rb")*)"
                    rb"::(" + DATA + rb")")
COMMANDS = {"error": b"error", "warning": b"warning", "info": b"notice"}

with open(os.path.join(HOME, b"sarif-2.1.0.json"), encoding="utf-8") as schema_file:
    schema = json.load(schema_file)
SARIF = jsonschema.validators.validator_for(schema)(
    schema, format_checker=jsonschema.FormatChecker(["uri", "uri-reference"]))
GITLAB_VALIDATOR = jsonschema.Draft202012Validator(GITLAB)
JUNIT = etree.XMLSchema(etree.parse(os.path.join(os.fsdecode(HOME), "junit-10.xsd")))

BAD = b"""apiVersion: v1
kind: Service
metadata:
  name: shop
spec:
  selector: {app: shop, tier: "100%%, <web> ::error::]]> \\u001b \\u202e"}
  ports:
    - port: 80
      tragetPort: %s
---
apiVersion: v1
kind: Pod
metadata:
  name: shop
  labels: {app: shop, tier: web}
spec:
  hostNetwork: "%%0A::error::no \\"quotes\\" & <tags>"
  containers:
    - {name: shop, image: "shop:1"}
"""
NAMES = [b"plain.yaml", "größe, 100%.yaml".encode(), "漢字 🚢.yaml".encode(), b"a:b::c,d=e.yaml",
         b"new\nline.yaml", b"return\r.yaml", b"tab\there.yaml", b"bell\x07escape\x1b[31m.yaml",
         b"latin-\xe9.yaml", b"#hash?query&amp;<tag>.yaml", b"quote\"'.yaml", b"%41%0A.yaml",
         b" leading and trailing .yaml", b"back\\slash.yaml", "right\u202eleft.yaml".encode(),
         b"]]>.yaml", b"-dash.yaml"]


def make_work():
    work = os.path.join(HOME, b"work")
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(os.path.join(work, b"repository", b".git"))
    repository = os.path.join(work, b"repository")
    os.makedirs(os.path.join(repository, b"deep", b"er"))
    os.makedirs(os.path.join(work, b"outside"))
    for name in NAMES:
        with open(os.path.join(repository, name), "wb") as file:
            file.write(BAD % b"8080")
    for folder in (os.path.join(repository, b"deep", b"er"), os.path.join(work, b"outside")):
        with open(os.path.join(folder, b"shop.yaml"), "wb") as file:
            file.write(BAD % b"8080")
    with open(os.path.join(repository, b"deep", b"broken.yaml"), "wb") as file:
        file.write(b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: broken\n")
    with open(os.path.join(repository, b"deep", b"empty.yaml"), "wb") as file:
        file.write(b"# nothing\n")
    return os.path.realpath(repository)


def cases():
    """Yields name, folder to run in, the repository's folder, arguments, stdin."""
    root = os.path.realpath(os.getcwdb())
    for path in sorted(glob.glob(b"testdata/rules/*/*")) + [b"testdata/outputs/input",
                                                           b"testdata/outputs/clean",
                                                           b"testdata/lab", b"testdata/crds"]:
        name = os.path.basename(path)
        if name.startswith((b"good", b"bad")) and name.endswith(b".expected"):
            continue
        yield path, root, root, [path], None
    repository = make_work()
    deep = os.path.join(repository, b"deep")
    for name in NAMES:
        yield name, repository, repository, [b"./" + name], None
        yield b"absolute " + name, root, root, [os.path.join(repository, name)], None
    yield b"all", repository, repository, [b"."], None
    yield b"..", os.path.join(deep, b"er"), repository, [b"../..", b"../../../outside"], None
    yield b"absolute and again", deep, repository, [repository, b"er/../er/shop.yaml"], None
    yield b"stdin", repository, repository, [b"-"], BAD % b"8080"
    yield b"stdin and files", deep, repository, [b"-", b"er"], BAD % b"8080"
    yield b"nothing", deep, repository, [b"empty.yaml"], None
    yield b"wide range", repository, repository, [b"--kubernetes-version", b"1.15..1.37", b"."], None
    with open("testdata/helm/text/stdin", "rb") as file:
        rendered = file.read()
    yield b"rendered", os.path.join(root, b"testdata", b"helm"), root, [b"-"], rendered
    yield b"rendered elsewhere", repository, repository, [b"-"], rendered
    yield b"rendered broken", repository, repository, [b"-"], rendered + b"\n---\n# Source: a/b.yaml\n{"


def unescape(data):
    for code, byte in ((b"%2C", b","), (b"%3A", b":"), (b"%0A", b"\n"), (b"%0D", b"\r"), (b"%25", b"%")):
        data = data.replace(code, byte)
    return data


def in_repository(folder, repository, file):
    path = os.path.normpath(os.path.join(os.path.realpath(folder), file))
    below = os.path.relpath(path, repository)
    return path if below.startswith(b"..") else below


def same_text(told, wanted):
    """Escapes of what cannot be printed differ by format; the rest does not."""
    return not (wanted.isprintable() and wanted.isascii()) or told.startswith(wanted)


class Case:
    def __init__(self, folder, repository, arguments, stdin):
        self.folder, self.repository = folder, repository
        self.wrong = []
        out = os.path.join(HOME, b"reports")
        os.makedirs(out, exist_ok=True)
        files = {form: os.path.join(out, form.encode()) for form in FORMATS}
        command = [os.fsencode(PLIMSOLL), b"check", b"--no-config", b"-v"]
        for form in FORMATS:
            command += [b"-o", form.encode() + b"=" + files[form]]
        result = subprocess.run(command + arguments, cwd=folder, input=stdin or b"",
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.expect(result.returncode in (0, 1), f"exit {result.returncode}: {result.stderr!r}")
        self.expect(result.stdout == b"", "something on standard output")
        self.reports = {}
        for form in FORMATS:
            with open(files[form], "rb") as file:
                self.reports[form] = file.read()
        self.json = json.loads(self.reports["json"])
        self.findings = self.json["findings"]

    def expect(self, condition, what):
        if not condition:
            self.wrong.append(what)
        return condition

    def path_of(self, finding, told):
        """Whether the bytes that a report tells are the finding's file."""
        file = finding["file"]
        if file is None or "\ufffd" in file:
            return True
        if file == "<stdin>":
            source = finding.get("source")
            return told == b"<stdin>" or (source is not None and told.endswith(source.encode()))
        return told == in_repository(self.folder, self.repository, os.fsencode(file))

    def ndjson(self):
        rows = [json.loads(line) for line in self.reports["ndjson"].decode().split("\n") if line]
        kinds = [row.pop("type") for row in rows]
        self.expect([r for r, k in zip(rows, kinds) if k == "finding"] == self.findings,
                    "ndjson: other findings")
        self.expect([r for r, k in zip(rows, kinds) if k == "object"] == self.json["objects"],
                    "ndjson: other objects")

    def sarif(self):
        log = json.loads(self.reports["sarif"])
        for error in SARIF.iter_errors(log):
            self.wrong.append(f"sarif: {list(error.absolute_path)}: {error.message[:200]}")
        run = log["runs"][0]
        rules = run["tool"]["driver"]["rules"]
        # What a suppression silences is listed too, and marked; other reports leave it out.
        results = [result for result in run["results"] if not result.get("suppressions")]
        if not self.expect(len(results) == len(self.findings), "sarif: other findings"):
            return
        self.expect(len({rule["id"] for rule in rules}) == len(rules), "sarif: a rule twice")
        prints = [result["partialFingerprints"]["plimsoll/v1"] for result in run["results"]]
        self.expect(len(set(prints)) == len(prints), "sarif: a fingerprint twice")
        for result, finding in zip(results, self.findings):
            self.expect(result["ruleId"] == finding["rule"] == rules[result["ruleIndex"]]["id"],
                        "sarif: another rule")
            self.expect(same_text(result["message"]["text"], finding["message"]),
                        "sarif: another message")
            for location in result["locations"]:
                artifact = location["physicalLocation"]["artifactLocation"]
                path = urllib.parse.unquote_to_bytes(artifact["uri"].removeprefix("file://"))
                self.expect(self.path_of(finding, path), f"sarif: {artifact['uri']}")
                self.expect(path.startswith(b"/") != ("uriBaseId" in artifact), "sarif: its base")
                region = location["physicalLocation"].get("region", {})
                if path != b"<stdin>" and finding["file"] == "<stdin>":
                    continue
                self.expect((region.get("startLine"), region.get("startColumn")) ==
                            (finding["line"], finding["column"]), "sarif: another place")

    def junit(self):
        root = etree.fromstring(self.reports["junit"])
        if not JUNIT.validate(root):
            self.wrong += [f"junit: {error.message}" for error in JUNIT.error_log]
        suites = junitparser.JUnitXml.fromstring(self.reports["junit"])
        suites = [suites] if isinstance(suites, junitparser.TestSuite) else list(suites)
        cases_of = [list(suite) for suite in suites]
        failing = [sum(any(isinstance(r, junitparser.Failure) for r in case.result) for case in cases)
                   for cases in cases_of]
        self.expect([suite.tests for suite in suites] == [len(cases) for cases in cases_of],
                    "junit: tests are miscounted")
        self.expect([suite.failures for suite in suites] == failing, "junit: failures are miscounted")
        failures = sum(len(case.result) for cases in cases_of for case in cases)
        errors = sum(finding["severity"] == "error" for finding in self.findings)
        self.expect(failures == errors, f"junit: {failures} failures of {errors} errors")
        named = sum(len(cases) for cases in cases_of)
        self.expect(named in (len(self.json["objects"]), len(self.json["objects"]) + 1),
                    "junit: other objects")

    def github(self):
        lines = self.reports["github"].split(b"\n")
        self.expect(lines.pop() == b"", "github: the last line does not end")
        if not self.expect(len(lines) == len(self.findings), "github: other findings"):
            return
        for line, finding in zip(lines, self.findings):
            match = GITHUB.fullmatch(line)
            if not self.expect(match, f"github: no command: {line!r}"):
                continue
            told = dict(pair.split(b"=", 1) for pair in match[2].split(b","))
            self.expect(match[1] == COMMANDS[finding["severity"]], "github: another severity")
            self.expect(told[b"title"].decode() == finding["rule"], "github: another rule")
            if b"file" in told:
                self.expect(self.path_of(finding, unescape(told[b"file"])), f"github: {line!r}")
            if finding["file"] != "<stdin>" and finding["line"]:
                self.expect(int(told[b"line"]) == finding["line"], "github: another line")
            self.expect(same_text(unescape(match[3]).decode(errors="replace"), finding["message"]),
                        "github: another message")

    def gitlab(self):
        report = json.loads(self.reports["gitlab"])
        for error in GITLAB_VALIDATOR.iter_errors(report):
            self.wrong.append(f"gitlab: {list(error.absolute_path)}: {error.message[:200]}")
        if not self.expect(len(report) == len(self.findings), "gitlab: other findings"):
            return
        prints = [row["fingerprint"] for row in report]
        self.expect(len(set(prints)) == len(prints), "gitlab: a fingerprint twice")
        for row, finding in zip(report, self.findings):
            self.expect(row["check_name"] == finding["rule"], "gitlab: another rule")
            self.expect(self.path_of(finding, os.fsencode(row["location"]["path"])),
                        f"gitlab: {row['location']['path']!r}")
            self.expect(same_text(row["description"], finding["message"]), "gitlab: another message")


def self_check():
    """That the judges refuse what is wrong."""
    refused = [
        any(SARIF.iter_errors({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}},
            "results": [{"message": {"text": "x"}, "locations": [{"physicalLocation": {
                "region": {"startLine": 0}}}]}]}]})),
        any(SARIF.iter_errors({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}},
            "results": [{"message": {"text": "x"}, "locations": [{"physicalLocation": {
                "artifactLocation": {"uri": "a b%"}}}]}]}]})),
        any(GITLAB_VALIDATOR.iter_errors([{"description": "x"}])),
        not JUNIT.validate(etree.fromstring("<testsuites><testsuite tests='x'/></testsuites>")),
        not GITHUB.fullmatch(b"::error file=a:b::x"),
        not GITHUB.fullmatch(b"::error file=a::100%"),
    ]
    return refused.count(True), refused.count(False)


def main():
    passed, failed = self_check()
    if failed:
        print("FAILED: a judge takes what is wrong")
    findings = 0
    for name, folder, repository, arguments, stdin in cases():
        case = Case(folder, repository, arguments, stdin)
        for check in (case.ndjson, case.sarif, case.junit, case.github, case.gitlab):
            check()
        findings += len(case.findings)
        if case.wrong:
            failed += 1
            print(f"FAILED {name!r}")
            for what in case.wrong[:6]:
                print(f"    {what}")
        else:
            passed += 1
    if findings < 500:
        failed += 1
        print(f"FAILED: only {findings} findings in all inputs")
    print(f"tally {passed} {failed}")
    return 1 if failed else 0


sys.exit(main())
