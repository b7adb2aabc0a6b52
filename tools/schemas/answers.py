"""What somebody answers for one Kubernetes version, for verify.py to compare.

Two sources answer: the schema text itself, and a dump of a compiled table.
Both end up as an Answer.  The reader of the text is written from the
description in docs/schemas.md and shares no code with the generator.
"""

import os


class Answer:
    """Types and kinds as of one version."""

    def __init__(self):
        self.types = {}   # name -> set of type attributes
        self.fields = {}  # name -> {field: (type expression, set of attributes)}
        self.kinds = {}   # (group-version, kind) -> {word: value}


def _split(words):
    """Parts (attributes, range) of the words after a name or a type."""
    ranges = [word for word in words if word[0].isdigit()]
    if len(ranges) > 1:
        raise ValueError("two ranges of versions in one row")
    return {word for word in words if not word[0].isdigit()}, ranges[0] if ranges else None


def minors_in(text, minors):
    """Those of MINORS that lie in a range of versions."""
    out = []
    for run in text.split(","):
        first, last = run.split("..")
        low = int(first.split(".")[1])
        high = int(last.split(".")[1]) if last else minors[-1]
        out += [minor for minor in minors if low <= minor <= high]
    return out


class TextAnswers:
    """Answers from the files under schemas/."""

    def __init__(self, folder):
        self.folder = folder
        self.minors = [int(words[1].split(".")[1]) for words in self._rows("versions.txt")]
        self.by_minor = {minor: Answer() for minor in self.minors}
        for entry in sorted(os.listdir(os.path.join(folder, "types"))):
            self._read_types(os.path.join("types", entry))
        self._read_kinds()

    def _lines(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                line = line.rstrip("\n")
                if line and not line.startswith("#"):
                    yield number, line

    def _rows(self, name):
        return [line.split() for _, line in self._lines(name)]

    def _in_range(self, text):
        return list(self.minors) if text is None else minors_in(text, self.minors)

    def _read_types(self, name):
        current = None
        for number, line in self._lines(name):
            words = line.split()
            where = f"{name}:{number}"
            if not line.startswith(" "):
                if words[0] != "type":
                    raise ValueError(f"{where}: expected a type row")
                current = words[1]
                attributes, versions = _split(words[2:])
                for minor in self._in_range(versions):
                    answer = self.by_minor[minor]
                    if current in answer.types:
                        raise ValueError(f"{where}: {current} twice in 1.{minor}")
                    answer.types[current] = attributes
                    answer.fields[current] = {}
                continue
            attributes, versions = _split(words[2:])
            held = False
            for minor in self._in_range(versions):
                fields = self.by_minor[minor].fields.get(current)
                if fields is None:
                    if versions is not None:
                        raise ValueError(f"{where}: a field without its type in 1.{minor}")
                    continue
                if words[0] in fields:
                    raise ValueError(f"{where}: {words[0]} twice in 1.{minor}")
                fields[words[0]] = (words[1], attributes)
                held = True
            if not held:
                raise ValueError(f"{where}: a row that holds in no version")

    def _read_kinds(self):
        for words in self._rows("kinds.txt"):
            facts = dict(word.partition("=")[::2] for word in words[3:])
            for minor in self._in_range(facts["defined"]):
                served = facts["served"] != "none" and minor in self._in_range(facts["served"])
                key = (words[1], words[2])
                kinds = self.by_minor[minor].kinds
                if key in kinds:
                    raise ValueError(f"kinds.txt: {key} twice in 1.{minor}")
                kinds[key] = dict(facts, served_here=served)

    def answer(self, minor):
        return self.by_minor[minor]


class DumpAnswers:
    """Answers from a dump: one line a fact, VERSION first.

        1.29 core.v1.ServicePort port int32 required
        1.29 meta.v1.LabelSelector - - map=atomic
        1.29 kind apps/v1 Deployment type=apps.v1.Deployment resource=deployments ...

    A line with "-" for field and type stands for the type itself and must be
    there for each type.  Words after the third (the fourth for a kind) are
    attributes, in any order.  A dump without kind lines answers for types only.
    """

    def __init__(self, path):
        self.by_minor = {}
        with open(path, encoding="utf-8") as file:
            for line in file:
                words = line.split()
                if words and not words[0].startswith("#"):
                    self._add(words)
        self.minors = sorted(self.by_minor)

    def _add(self, words):
        minor = int(words[0].split(".")[1])
        answer = self.by_minor.setdefault(minor, Answer())
        if words[1] == "kind":
            answer.kinds[words[2], words[3]] = dict(
                word.partition("=")[::2] for word in words[4:])
        elif words[2] == "-":
            answer.types[words[1]] = set(words[4:]) - {"-"}
            answer.fields.setdefault(words[1], {})
        else:
            fields = answer.fields.setdefault(words[1], {})
            if words[2] in fields:
                raise ValueError(f"twice in the dump: {' '.join(words[:3])}")
            fields[words[2]] = (words[3], set(words[4:]) - {"-"})

    def answer(self, minor):
        return self.by_minor[minor]
