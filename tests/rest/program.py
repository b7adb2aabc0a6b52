"""Runs plimsoll, and counts what was expected of it."""
import os
import re
import signal
import subprocess

BUILD = os.environ["BUILD"]
PROGRAM = os.path.join(BUILD, "plimsoll")
counts = {"passed": 0, "failed": 0}
told = set()  # ids of what was found


def expect(what, fine, shown=""):
    counts["passed" if fine else "failed"] += 1
    if not fine:
        print(f"FAILED {what}\n{shown}")


def run(*arguments, started=None, **environment):
    """`started` is a queue that gets the process while it runs."""
    with subprocess.Popen([PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env={**os.environ, "HOME": "/nonexistent", "KUBECONFIG": "", **environment},
                          preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)) as process:
        if started:
            started.put(process)
        output, errors = process.communicate()
    told.update(re.findall(r"\[([a-z-]+)\]$", errors, re.M))
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)
