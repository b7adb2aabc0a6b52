"""Packs the program as a Python wheel, as tools in other languages than Python do:
`pip install` puts the binary on the path, and nothing of Python runs when it is used.

    python3 scripts/plimsoll_wheel.py BINARY FOLDER      pack this binary
    pip install .                                        build it, then pack it

The wheel is made by hand, so it needs no package to be built, and the same binary gives
the same bytes: files sorted, modes and times fixed (SOURCE_DATE_EPOCH).  Its tag is what
the binary asks of a system: one without a loader runs on every Linux, another needs at
least the glibc whose symbols it names.

It is also the backend that pyproject.toml names (PEP 517).  Where there is no compiler,
or a library is missing, it takes the published wheel of this very version instead: that
is how a hook of pre-commit is set up on a laptop without a compiler.
"""
import base64
import hashlib
import io
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import time
import zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIBRARIES = ("yaml-0.1", "libfyaml", "jansson", "libpcre2-8")
MACHINES = {62: "x86_64", 183: "aarch64", 243: "riscv64", 22: "s390x", 21: "ppc64le"}


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def version():
    return re.search(r"^VERSION\s*:=\s*(\S+)", read("Makefile"), re.M)[1]


def platform_tags(binary):
    """The systems that a binary runs on, as wheels call them."""
    if binary[:4] != b"\x7fELF":
        return [re.sub(r"[-.]", "_", sysconfig.get_platform())]
    machine = MACHINES[int.from_bytes(binary[18:20], "little" if binary[5] == 1 else "big")]
    loader = re.search(rb"/lib[^\0]*/ld-[^\0]*\.so[^\0]*\0", binary[:65536])
    if not loader:
        return [f"manylinux2014_{machine}", f"manylinux_2_17_{machine}", f"musllinux_1_1_{machine}"]
    if b"musl" in loader[0]:
        return [f"musllinux_1_2_{machine}"]
    needed = max(int(minor) for minor in re.findall(rb"\0GLIBC_2\.(\d+)", binary))
    return [f"manylinux_2_{max(needed, 17)}_{machine}"]


def metadata():
    return (f"Metadata-Version: 2.1\nName: plimsoll\nVersion: {version()}\n"
            "Summary: A compiler and linker for Kubernetes manifests\n"
            "License: Apache-2.0\nRequires-Python: >=3.8\n"
            "Classifier: License :: OSI Approved :: Apache Software License\n"
            "Classifier: Programming Language :: C\nClassifier: Topic :: Software Development :: Quality Assurance\n"
            "Description-Content-Type: text/markdown\n\n" + read("README.md"))


MAIN = '''"""`python -m plimsoll`: the program of this environment."""
import os
import sys
import sysconfig


def program():
    name = "plimsoll" + (sysconfig.get_config_var("EXE") or "")
    for scheme in (None, os.name + "_user"):
        folder = sysconfig.get_path("scripts", scheme) if scheme else sysconfig.get_path("scripts")
        if os.path.isfile(os.path.join(folder, name)):
            return os.path.join(folder, name)
    raise FileNotFoundError(name)


if __name__ == "__main__":
    os.execv(program(), ["plimsoll", *sys.argv[1:]])
'''


def pack(binary, folder):
    """Writes the wheel and returns its name."""
    tags = platform_tags(binary)
    name = f"plimsoll-{version()}"
    wheel = (f"Wheel-Version: 1.0\nGenerator: plimsoll {version()}\nRoot-Is-Purelib: false\n" +
             "".join(f"Tag: py3-none-{tag}\n" for tag in tags))
    files = {
        "plimsoll/__init__.py": b'"""plimsoll is a program; see plimsoll --help."""\n',
        "plimsoll/__main__.py": MAIN.encode(),
        f"{name}.data/scripts/plimsoll": binary,
        f"{name}.dist-info/METADATA": metadata().encode(),
        f"{name}.dist-info/WHEEL": wheel.encode(),
        f"{name}.dist-info/licenses/LICENSE": read("LICENSE").encode(),
    }
    record = f"{name}.dist-info/RECORD"
    rows = []
    for path in sorted(files):
        digest = base64.urlsafe_b64encode(hashlib.sha256(files[path]).digest()).rstrip(b"=").decode()
        rows.append(f"{path},sha256={digest},{len(files[path])}\n")
    files[record] = ("".join(rows) + f"{record},,\n").encode()
    # Zip knows no time before 1980.
    epoch = max(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), 315532800)
    result = f"{name}-py3-none-{'.'.join(tags)}.whl"
    os.makedirs(folder, exist_ok=True)
    with zipfile.ZipFile(os.path.join(folder, result), "w") as archive:
        for path in sorted(files, key=lambda path: (".dist-info" in path, path)):
            info = zipfile.ZipInfo(path, time.gmtime(epoch)[:6])
            info.external_attr = (0o100755 if "/scripts/" in path else 0o100644) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            archive.writestr(info, files[path], compresslevel=9)
    return result


# ---- the backend ----

def lacks():
    """What building needs and this machine has not, or an empty list."""
    def fails(*command):
        try:
            return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  check=False).returncode != 0
        except OSError:
            return True
    missing = [tool for tool in ("make", os.environ.get("CC", "cc")) if fails(tool, "--version")]
    return missing + [name for name in LIBRARIES
                      if fails(os.environ.get("PKGCONFIG", "pkg-config"), "--exists", name)]


def published(folder):
    """Fetches the wheel of this version from wherever pip is told to look."""
    # Isolated: the environment that a backend runs in hides pip.
    command = [sys.executable, "-I", "-m", "pip", "download", "--quiet", "--no-deps",
               "--only-binary", ":all:", "--dest", folder, f"plimsoll=={version()}"]
    subprocess.run(command, check=True, stdout=sys.stderr)
    wheels = [name for name in os.listdir(folder) if name.startswith(f"plimsoll-{version()}-")]
    return wheels[0]


def built():
    """The binary, as free of the system's libraries as this machine can link it."""
    flavour = os.environ.get("PACKED", "tuned")
    make = [os.environ.get("MAKE", "make"), "-s", f"-j{os.cpu_count() or 1}", "-C", ROOT,
            f"FLAVOUR={flavour}", f"BUILD=build/{flavour}"]
    for target in ("static", "all"):
        result = subprocess.run([*make, target], stdout=sys.stderr, check=False)
        if result.returncode == 0:
            name = "plimsoll-static" if target == "static" else "plimsoll"
            with open(os.path.join(ROOT, "build", flavour, name), "rb") as file:
                return file.read()
    sys.exit("plimsoll: it does not build here; see the messages above")


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    missing = lacks()
    if not missing:
        return pack(built(), wheel_directory)
    print(f"plimsoll: not built here, without {', '.join(missing)}: the published wheel is taken",
          file=sys.stderr)
    try:
        return published(wheel_directory)
    except (subprocess.CalledProcessError, IndexError):
        sys.exit(f"plimsoll: missing: {', '.join(missing)} (scripts/bootstrap installs them), and no "
                 f"wheel of version {version()} was found for this system")


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    name = f"plimsoll-{version()}.dist-info"
    os.makedirs(os.path.join(metadata_directory, name), exist_ok=True)
    with open(os.path.join(metadata_directory, name, "METADATA"), "w", encoding="utf-8") as file:
        file.write(metadata())
    return name


def build_sdist(sdist_directory, config_settings=None):
    name = f"plimsoll-{version()}"
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], stdout=subprocess.PIPE, check=True)
    with tarfile.open(os.path.join(sdist_directory, f"{name}.tar.gz"), "w:gz",
                      format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(os.fsdecode(path) for path in listed.stdout.split(b"\0") if path):
            archive.add(os.path.join(ROOT, path), f"{name}/{path}")
        info = tarfile.TarInfo(f"{name}/PKG-INFO")
        info.size = len(metadata().encode())
        archive.addfile(info, io.BytesIO(metadata().encode()))
    return f"{name}.tar.gz"


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as program:
        print(os.path.join(sys.argv[2], pack(program.read(), sys.argv[2])))
