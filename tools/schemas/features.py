"""The default state of every feature gate in every Kubernetes version.

Read from the Go tables of gates: one for Kubernetes itself and one for each
staging module that has its own.  Up to 1.31 a gate is one row; later it is a
list of rows, each with the version from which it holds.
"""

import functools
import re

import kubesource

SOURCES = (
    ("kubernetes", "pkg/features/kube_features.go"),
    ("kubernetes", "pkg/features/versioned_kube_features.go"),
    ("apiserver", "pkg/features/kube_features.go"),
    ("apiextensions-apiserver", "pkg/features/kube_features.go"),
)

_CONSTANT = re.compile(r'^\s*(\w+)\s+(?:featuregate|utilfeature)\.Feature\s*=\s*"([^"]+)"', re.M)
_OLD_ROW = re.compile(r"^\t(?:\w+\.)?(\w+):\s*\{\s*Default:\s*(true|false)", re.M)
_NEW_ROW = re.compile(r"^\t(?:\w+\.)?(\w+): \{\n((?:\t\t.*\n)+)\t\}", re.M)
_SPEC = re.compile(r'MustParse\("1\.(\d+)"\), Default: (true|false)')


def _texts(minor):
    texts = (kubesource.read_text(module, minor, path) for module, path in SOURCES)
    return [text for text in texts if text is not None]


@functools.lru_cache(maxsize=None)
def _names(minor):
    """{Go constant: gate name}; the two differ for a few gates."""
    names = {}
    for text in _texts(minor):
        names.update(_CONSTANT.findall(text))
    return names


def constant(minor, gate):
    """The name of the Go constant that stands for a gate."""
    for name, value in _names(minor).items():
        if value == gate:
            return name
    return gate


@functools.lru_cache(maxsize=None)
def defaults(minor):
    """{gate name: True if it is on by default in 1.MINOR}."""
    names, states = _names(minor), {}
    texts = _texts(minor)
    for text in texts:
        for constant, state in _OLD_ROW.findall(text):
            states[names.get(constant, constant)] = state == "true"
    for text in texts:
        for constant, body in _NEW_ROW.findall(text):
            fitting = [(int(since), state) for since, state in _SPEC.findall(body)
                       if int(since) <= minor]
            if fitting:
                states[names.get(constant, constant)] = max(fitting)[1] == "true"
    return states
