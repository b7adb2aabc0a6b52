"""The reader's fuzz target, compiled by itself, and what it starts from."""
import glob
import os
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DICTIONARY = os.path.join(ROOT, "tests/fuzz/readers.dict")
KEPT = os.path.join(ROOT, "tests/fuzz/corpus/readers")
ROOMS = ("base", "diag", "parser")
FLAGS = {
    "plain": ["-O2", "-fsanitize=fuzzer"],
    "asan": ["-O1", "-fno-omit-frame-pointer", "-fno-sanitize-recover=all",
             "-fsanitize=fuzzer,address,undefined", "-fno-sanitize=pointer-overflow"],
}


def build(source, target, flavour):
    """Compiles the rooms under a folder of sources and the target to one program."""
    files = [path for room in ROOMS for path in glob.glob(os.path.join(source, room, "*.c"))]
    subprocess.run(["clang", "-std=c11", "-g", "-w", "-D_GNU_SOURCE", *FLAGS[flavour],
                    "-I", source, "-o", target, *files,
                    os.path.join(ROOT, "tests/fuzz/readers.c"), "-lyaml", "-lm"], check=True)


def write_seeds(folder, longest):
    """The manifests under testdata/, each cut to so many bytes."""
    os.makedirs(folder, exist_ok=True)
    paths = sorted(glob.glob(os.path.join(ROOT, "testdata/**/*.yaml"), recursive=True))
    for number, path in enumerate(paths):
        with open(path, "rb") as source, open(os.path.join(folder, str(number)), "wb") as seed:
            seed.write(source.read()[:longest])


def run(target, folders, seconds, longest, artifacts, more=()):
    """The exit status, how many inputs were run, and what the target said."""
    result = subprocess.run([target, f"-max_total_time={seconds}", f"-max_len={longest}",
                             f"-dict={DICTIONARY}", f"-artifact_prefix={artifacts}/",
                             "-print_final_stats=1", "-close_fd_mask=1", *more, *folders],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            errors="replace", check=False)
    units = re.search(r"number_of_executed_units: (\d+)", result.stdout)
    return result.returncode, int(units[1]) if units else 0, result.stdout
