"""action.yml, ci/gitlab.yml and the Dockerfile: their form, and what they do."""
import json
import os
import re
import shutil
import subprocess
import sys

import dockerfile_parse
from ruamel.yaml import YAML

HOME = os.path.realpath(sys.argv[1])
VENV = os.path.join(HOME, "venv", "bin")
ROOT = os.getcwd()
VERSION = os.environ["VERSION"]
passed = failed = 0


def expect(what, condition, detail=""):
    global passed, failed
    if condition:
        passed += 1
    else:
        failed += 1
        print(f"FAILED {what}\n{detail}")


def run(command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, **more)


def schema(name, path):
    result = run([os.path.join(VENV, "check-jsonschema"), "--builtin-schema", name, path])
    return result.returncode == 0, result.stdout


def load(path):
    with open(path, encoding="utf-8") as file:
        return YAML(typ="safe").load(file)


def bare_path():
    """Programs that every runner has, and no compiler: pip has to take the wheel."""
    folder = os.path.join(HOME, "bin")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for tool in ("python3", "bash", "sh", "env", "uname", "cat", "rm", "mkdir", "git"):
        program = os.path.realpath(sys.executable) if tool == "python3" else shutil.which(tool)
        os.symlink(program, os.path.join(folder, tool))
    return folder


def environment(**more):
    return {"PATH": bare_path(), "HOME": HOME, "LC_ALL": "C.UTF-8", "PIP_NO_INDEX": "1",
            "PIP_CONFIG_FILE": "/dev/null", "PIP_FIND_LINKS": os.path.join(ROOT, "build", "packages"),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1", **more}


class Runner:
    """As much of GitHub's runner as a composite action of shell steps needs."""

    def __init__(self, workspace, inputs):
        self.action = load("action.yml")
        self.workspace = workspace
        self.inputs = {name: spec["default"] for name, spec in self.action["inputs"].items()} | inputs
        self.outputs = {}
        self.temporary = os.path.join(HOME, "runner")
        shutil.rmtree(self.temporary, ignore_errors=True)
        os.makedirs(self.temporary)
        self.log = ""

    def expand(self, text):
        def value(match):
            words = match[1].strip().split(".")
            return self.inputs[words[1]] if words[0] == "inputs" else self.outputs[words[1], words[3]]
        return re.sub(r"\$\{\{([^}]*)\}\}", value, text)

    def run(self):
        """Returns the exit status of the first step that fails, or 0."""
        output = os.path.join(self.temporary, "output")
        for step in self.action["runs"]["steps"]:
            if "uses" in step:
                continue
            open(output, "w", encoding="utf-8").close()
            result = run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                         cwd=self.workspace,
                         env=environment(RUNNER_TEMP=self.temporary, GITHUB_OUTPUT=output,
                                         GITHUB_ACTION_PATH=ROOT,
                                         **{name: self.expand(value)
                                            for name, value in step.get("env", {}).items()}))
            self.log += result.stdout
            with open(output, encoding="utf-8") as file:
                for line in file:
                    name, value = line.rstrip("\n").split("=", 1)
                    self.outputs[step["id"], name] = value
            if result.returncode:
                return result.returncode
        return 0


def workspace():
    folder = os.path.join(HOME, "workspace")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree("testdata/lab", folder)
    os.makedirs(os.path.join(folder, ".git"))
    return folder


def github():
    expect("action.yml is an action", *schema("vendor.github-actions", "action.yml"))
    text = "".join(step.get("run", "") for step in load("action.yml")["runs"]["steps"])
    expect("no input is pasted into a script", "${{" not in text, text)
    folder = workspace()
    runner = Runner(folder, {"paths": "before"})
    status = runner.run()
    expect("the action fails where there is an error", status == 1, f"{status}\n{runner.log}")
    expect("with an annotation", "::error file=before/services/monolith.yaml,line=9," in runner.log,
           runner.log)
    with open(os.path.join(folder, "plimsoll.sarif"), encoding="utf-8") as file:
        results = json.load(file)["runs"][0]["results"]
    expect("and a SARIF report to upload", len(results) == 1, str(results))
    runner = Runner(folder, {"paths": "after", "args": "--kubernetes-version 1.30",
                             "sarif-file": "clean.sarif"})
    status = runner.run()
    expect("the action is content with a clean tree", status == 0, f"{status}\n{runner.log}")
    expect("options reach the program", "(Kubernetes 1.30)" in runner.log, runner.log)
    runner = Runner(folder, {"paths": "after/pods after/services"})
    expect("several paths are several", runner.run() == 0 and "7 objects in 7 files" in runner.log, runner.log)
    runner = Runner(folder, {"args": "--no-such-option"})
    expect("trouble is told from findings", runner.run() == 2, runner.log)


def gitlab():
    expect("ci/gitlab.yml is a pipeline", *schema("vendor.gitlab-ci", "ci/gitlab.yml"))
    job = load("ci/gitlab.yml")["plimsoll"]
    expect("its version is this one", job["variables"]["PLIMSOLL_VERSION"] == VERSION)
    folder = workspace()
    run([sys.executable, "-m", "venv", os.path.join(folder, "image")])
    variables = dict(job["variables"], PLIMSOLL_PATHS="before after", PLIMSOLL_ARGS="--no-config -q")
    values = environment(**variables)
    values["PATH"] = os.path.join(folder, "image", "bin") + ":" + values["PATH"]
    result = run(["sh", "-ec", "\n".join(job["before_script"] + job["script"])], cwd=folder, env=values)
    expect("the job fails where there is an error", result.returncode == 1, result.stdout)
    expect("and its log says why", "selects no Pod" in result.stdout, result.stdout)
    for report in job["artifacts"]["reports"].values():
        expect(f"{report} is written", os.path.getsize(os.path.join(folder, report)) > 0)


def build_stage(steps):
    """The first stage's own make, in a folder that holds what it copies and nothing else: the
    whole program where every change lands, elsewhere what needs all kinds of its sources."""
    folder = os.path.join(HOME, "src")
    shutil.rmtree(folder, ignore_errors=True)
    for name, value in steps:
        if name == "COPY":
            source, target = value.split()
            target = os.path.normpath(os.path.join(folder, target, "" if target != "./" else source))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            (shutil.copytree if os.path.isdir(source) else shutil.copy2)(source, target)
    makes = [value for name, value in steps if name == "RUN" and value.startswith("make")]
    expect("one make", len(makes) == 1, str(steps))
    command = makes[0] if os.environ.get("CI") else "make build/release/obj/cli/rules.o"
    result = run(["sh", "-c", command], cwd=folder,
                 env={"PATH": os.environ["PATH"], "HOME": HOME, "LC_ALL": "C.UTF-8"})
    expect(f"{command}, from what is copied", result.returncode == 0, result.stdout[-2000:])


def dockerfile():
    """No daemon is here to build it: its form, that what it copies is there and let through
    to the builder, and that its last stage runs: the program in an empty root, as nobody."""
    parser = dockerfile_parse.DockerfileParser(path="Dockerfile", cache_content=True)
    steps = [(step["instruction"], step["value"]) for step in parser.structure]
    words = [name for name, _ in steps]
    expect("two stages, the last from scratch", parser.parent_images[0] != "scratch" and
           [value for name, value in steps if name == "FROM"][-1] == "scratch", str(steps))
    expect("images have a tag", all(":" in value.split()[0] or value == "scratch"
                                    for name, value in steps if name == "FROM"))
    last = steps[len(words) - 1 - words[::-1].index("FROM"):]
    user = dict(last).get("USER", "root")
    expect("it does not run as root", re.fullmatch(r"[1-9]\d*:[1-9]\d*", user), user)
    expect("commands are lists", all(value.startswith("[") for name, value in steps
                                     if name in ("ENTRYPOINT", "CMD")))
    with open(".dockerignore", encoding="utf-8") as file:
        let_through = [line[1:].strip() for line in file if line.startswith("!")]
    for name, value in steps:
        if name == "COPY" and not value.startswith("--from"):
            source = value.split()[0]
            expect(f"COPY {source}: it is there", os.path.exists(source))
            expect(f"COPY {source}: it is let through", source in let_through)
    linter = os.path.join(VENV, "hadolint")
    if os.path.exists(linter):
        result = run([linter, "Dockerfile"])
        expect("hadolint has nothing to say", result.returncode == 0, result.stdout)
    build_stage(steps[:len(steps) - len(last)])

    if os.geteuid() != 0:
        return
    root = os.path.join(HOME, "root")
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree("testdata/lab/before", os.path.join(root, "manifests"))
    shutil.copy("build/release/plimsoll-static", os.path.join(root, "plimsoll"))
    result = run(["chroot", f"--userspec={user}", root, "/plimsoll", "check", "/manifests"])
    expect("the program runs in an empty root, as nobody",
           result.returncode == 1 and "selects no Pod" in result.stdout, result.stdout)
    expect("and is small", os.path.getsize(os.path.join(root, "plimsoll")) < 8 << 20)


github()
gitlab()
dockerfile()
print(f"tally {passed} {failed}")
sys.exit(1 if failed else 0)
