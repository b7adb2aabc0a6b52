"""The definitions of real projects, fetched by the Go command into its own cache, and
what is written for them: good objects are taken, bad ones are told at their place.

Good objects are our own (tests/conformance/crs, which a real server accepts) and the
projects' examples; bad ones are ours with one thing changed, and the examples that one
project keeps to be refused.  Nothing that is fetched is kept here.
"""
import glob
import json
import os
import shutil
import subprocess
import tempfile

CRS = "tests/conformance/crs"

# Project, file of ours, what is changed, into what, where the finding points to within
# that, its rule, and words of it.
MISTAKES = [
    ("gateway-api", "gateway.yaml", "    port: 80\n", "    port: 80000\n", "80000",
     "custom-resource-bounds", "port must be at most 65535"),
    ("gateway-api", "gateway.yaml", "    protocol: HTTP\n", "    protocol: HT TP\n", "HT TP",
     "custom-resource-pattern", "protocol does not fit the pattern"),
    ("gateway-api", "gateway.yaml", "  gatewayClassName: harbour\n", "  gatewayClassname: harbour\n",
     "gatewayClassname", "unknown-field", "gatewayClassName"),
    ("gateway-api", "gateway.yaml", "- name: https\n", "- name: http\n", "name: http",
     "custom-resource-duplicate", "http"),
    ("gateway-api", "routes.yaml", "      method: GET\n", "      method: FETCH\n", "FETCH",
     "custom-resource-enum", "method must be one of"),
    ("gateway-api", "routes.yaml", "        type: PathPrefix\n", "        type: Prefix\n", "Prefix",
     "custom-resource-enum", "type must be one of"),
    ("cert-manager", "certificates.yaml", "    size: 256\n", '    size: "256"\n', '"256"',
     "custom-resource-type", "size takes a whole number"),
    ("cert-manager", "certificates.yaml", "  secretName: web-tls\n", "", "spec",
     "custom-resource-required", "secretName is required"),
    ("cert-manager", "certificates.yaml", "    algorithm: ECDSA\n", "    algorithm: DSA\n", "DSA",
     "custom-resource-enum", "algorithm must be one of"),
    ("cert-manager", "certificates.yaml", "      profile: Modern2023\n", "      profil: Modern2023\n",
     "profil", "unknown-field", "profile"),
    ("prometheus-operator", "monitors.yaml", "    interval: 30s\n", "    interval: half a minute\n",
     "half a minute", "custom-resource-pattern", "interval does not fit the pattern"),
    ("prometheus-operator", "monitors.yaml", "    scheme: https\n", "    scheme: gopher\n", "gopher",
     "custom-resource-enum", "scheme must be one of"),
    ("prometheus-operator", "monitors.yaml", "  sampleLimit: 10000\n", "  sampleLimit: many\n", "many",
     "custom-resource-type", "sampleLimit takes a whole number"),
    ("prometheus-operator", "monitors.yaml", "    honorLabels: true\n", '    honorLabels: "true"\n',
     '"true"', "custom-resource-type", "honorLabels takes true or false"),
    ("argo-cd", "applications.yaml", "  revisionHistoryLimit: 10\n", "  revisionHistoryLimit: 10.5\n",
     "10.5", "custom-resource-type", "revisionHistoryLimit takes a whole number"),
    ("argo-cd", "applications.yaml", "    repoURL: https://git.example.com/shop.git\n", "", "source",
     "custom-resource-required", "repoURL is required"),
    ("argo-cd", "applications.yaml", "  destination:\n", "  destinations:\n", "destinations",
     "unknown-field", "destination"),
    ("argo-cd", "applications.yaml", "    syncOptions: [CreateNamespace=true, ServerSideApply=true]\n",
     "    syncOptions: CreateNamespace=true\n", "CreateNamespace=true", "custom-resource-type",
     "syncOptions takes a list"),
]

# Of the examples that Gateway API keeps to be refused: where, and by which rule.  Those
# that are not here break rules in CEL alone.
REFUSED = {
    "gateway/duplicate-listeners.yaml": ("11:5", "custom-resource-duplicate"),
    "gateway/invalid-addresses.yaml": ("8:5", "custom-resource-choice"),
    "gateway/invalid-listener-name.yaml": ("8:11", "custom-resource-pattern"),
    "gateway/invalid-listener-port.yaml": ("10:11", "custom-resource-bounds"),
    "gatewayclass/invalid-controller.yaml": ("6:19", "custom-resource-pattern"),
    "httproute/duplicate-header-match.yaml": ("11:9", "custom-resource-duplicate"),
    "httproute/duplicate-query-match.yaml": ("11:9", "custom-resource-duplicate"),
    "httproute/invalid-backend-group.yaml": ("8:14", "custom-resource-pattern"),
    "httproute/invalid-backend-kind.yaml": ("8:13", "custom-resource-pattern"),
    "httproute/invalid-backend-port.yaml": ("9:13", "custom-resource-bounds"),
    "httproute/invalid-filter-duplicate-header.yaml": ("12:11", "custom-resource-duplicate"),
    "httproute/invalid-header-name.yaml": ("10:15", "custom-resource-pattern"),
    "httproute/invalid-hostname.yaml": ("7:5", "custom-resource-pattern"),
    "httproute/invalid-httpredirect-hostname.yaml": ("13:19", "custom-resource-pattern"),
    "httproute/invalid-method.yaml": ("8:15", "custom-resource-enum"),
    "referencegrant/missing-from.yaml": ("5:1", "custom-resource-required"),
    "referencegrant/missing-ns.yaml": ("10:5", "custom-resource-required"),
    "referencegrant/missing-to.yaml": ("5:1", "custom-resource-required"),
    "tlsroute/invalid-hostname.yaml": ("7:5", "custom-resource-pattern"),
    "tlsroute/no-hostname.yaml": ("5:1", "custom-resource-required"),
}


def modules():
    """(project, module's folder, its definitions) of each, and why some are not here."""
    found, missing = [], []
    if not shutil.which("go"):
        return found, ["there is no go command"]
    with open(f"{CRS}/modules.txt", encoding="utf-8") as lines:
        rows = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    for module, version, folder in rows:
        project = next(name for name in os.listdir(CRS) if name in module)
        try:
            answer = subprocess.run(["go", "mod", "download", "-json", f"{module}@{version}"],
                                    cwd=tempfile.gettempdir(), capture_output=True, timeout=300)
            at = json.loads(answer.stdout)["Dir"]
        except (OSError, ValueError, KeyError, subprocess.TimeoutExpired):
            missing.append(f"{module} could not be fetched")
            continue
        found.append((project, at, os.path.join(at, folder)))
    return found, missing


class Real:
    def __init__(self, plimsoll):
        self.plimsoll = plimsoll
        self.passed = self.failed = 0

    def errors(self, *arguments):
        """The errors of a run, and its report."""
        result = subprocess.run([self.plimsoll, "check", "--no-config", "-o", "json", *arguments],
                                stdin=subprocess.DEVNULL, capture_output=True)
        if result.returncode not in (0, 1):
            raise SystemExit(result.stderr.decode("utf-8", "replace")[-4000:])
        report = json.loads(result.stdout)
        return [found for found in report["findings"] if found["severity"] == "error"], report

    def judge(self, name, problem):
        self.passed, self.failed = self.passed + (not problem), self.failed + bool(problem)
        if problem:
            print(f"FAILED real CRDs: {name}: {problem}")

    def clean(self, name, *arguments):
        """No error, and every object of a kind that is known."""
        errors, report = self.errors(*arguments)
        unknown = [found for found in report["findings"] if found["rule"] == "unknown-kind"]
        wrong = [f"{found['file']}:{found['line']}: {found['message']}" for found in errors + unknown]
        if not report["objects"]:
            wrong.append("no object was read")
        self.judge(name, "\n    ".join(wrong))

    def project(self, project, module, crds):
        self.clean(f"the definitions of {project}", crds)
        self.clean(f"our objects of {project}", "--crds", crds, f"{CRS}/{project}")
        self.clean(f"definitions and objects of {project} in one run", crds, f"{CRS}/{project}")
        for mistake in MISTAKES:
            if mistake[0] == project:
                self.mistake(crds, *mistake[1:])
        if project == "gateway-api":
            self.clean("Gateway API's examples", "--crds", crds, f"{module}/examples/standard")
            self.refusals(f"{module}/hack/invalid-examples/standard", crds)
        if project == "prometheus-operator":
            self.clean("the operator's guides", "--crds", crds,
                       f"{module}/example/user-guides/getting-started",
                       f"{module}/example/user-guides/alerting", f"{module}/example/shards",
                       f"{module}/example/storage")

    def mistake(self, crds, file, old, new, point, rule, words):
        with open(f"{CRS}/{crds_project(file)}/{file}", encoding="utf-8") as text:
            good = text.read()
        at = good.index(old)
        bad = good[:at] + new + good[at + len(old):]
        # What is missing is told where it is missing: at the key above.
        start = bad.index(point, at) if new else bad.rindex(point + ":", 0, at)
        wanted = (bad.count("\n", 0, start) + 1, start - bad.rfind("\n", 0, start))
        with tempfile.TemporaryDirectory(prefix="plimsoll-crds-") as folder:
            path = os.path.join(folder, file)
            with open(path, "w", encoding="utf-8") as out:
                out.write(bad)
            errors, _ = self.errors("--crds", crds, path)
        told = [found for found in errors if (found["line"], found["column"]) == wanted and
                found["rule"] == rule and words in found["message"] + (found.get("help") or "")]
        said = [f"{found['line']}:{found['column']}: {found['message']} [{found['rule']}]"
                for found in errors]
        self.judge(f"{file} with {new.strip() or 'nothing'} for {old.strip()}",
                   None if told else f"wanted {rule} at {wanted}, got {said}")

    def refusals(self, folder, crds):
        for path in sorted(glob.glob(f"{folder}/*/*.yaml")):
            name = os.path.relpath(path, folder)
            errors, report = self.errors("--crds", crds, path)
            problem = None
            if name in REFUSED:
                first = errors[0] if errors else None
                got = first and (f"{first['line']}:{first['column']}", first["rule"])
                problem = None if got == REFUSED[name] else f"wanted {REFUSED[name]}, got {got}"
            elif errors:
                problem = f"it breaks rules in CEL alone, got {errors[0]['message']}"
            elif not report["objects"][0].get("unchecked"):
                problem = "nothing says that rules were not evaluated"
            self.judge(f"Gateway API's {name}", problem)


def crds_project(file):
    return next(row[0] for row in MISTAKES if row[1] == file)


def check(plimsoll):
    """(passed, failed, why something was skipped)"""
    real = Real(plimsoll)
    found, missing = modules()
    for project, module, crds in found:
        real.project(project, module, crds)
    return real.passed, real.failed, "; ".join(missing)
