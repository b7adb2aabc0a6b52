#!/usr/bin/env python3
"""Pushes mutants of manifests through our reader and through kubectl's, and compares
what each makes of every document: refused or not, keys given twice or not, the value.

    tests/differential/yaml.py --ours build/…/tojson --oracle build/harness \\
        [--seed N] [--mutants N] [--keep FOLDER] [SEED-FILE-OR-FOLDER…]

    tests/differential/yaml.py --ours … --oracle … --listed testdata/parser/differences.ndjson

    tests/differential/yaml.py --oracle build/harness --record FILE SEED-FILE-OR-FOLDER…
    tests/differential/yaml.py --ours … --recorded FILE

--ours is tests/tools/tojson.c, --oracle the harness of docs/conformance.md.  --listed
asks both about the rows of that file instead, which say what each makes of an input.  Seeds
are YAML and JSON files; testdata and the fuzzer's corpus by default.  The same seed
gives the same mutants.  Differences that docs/yaml-differences.md lists are counted
under their names; any other is shown, kept in --keep, and makes the run fail.  --record
keeps the oracle's answers to the seeds as they are; --recorded compares with those,
where there is no oracle.
"""
import argparse
import collections
import json
import os
import random
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SEEDS = [os.path.join(ROOT, "testdata"), os.path.join(ROOT, "tests/fuzz/corpus/parser")]
LARGEST_SEED = 6000
BATCH = 2000

# What makes readers part: indicators, numbers and words with two meanings, line
# ends, tags, anchors, escapes.
SNIPPETS = [
    b":", b": ", b"- ", b"-", b"? ", b"?", b"#", b" #", b"&a ", b"*a", b"*a ", b"&a", b"!", b"! ",
    b"!!str ", b"!!int ", b"!!float ", b"!!bool ", b"!!null ", b"!!binary ", b"!!merge ", b"!t ",
    b"!!timestamp ", b"!<tag:yaml.org,2002:int> ", b"!e!x ", b"!!set ", b"<<: *a\n", b"<<: ",
    b"<<: [*a, *b]\n", b"|", b">", b"|-\n", b"|+\n", b">-\n", b"|2\n", b">1+\n", b"|0\n", b"'",
    b'"', b"''", b'""', b"[", b"]", b"{", b"}", b",", b"[]", b"{}", b"[a]", b"{a: b}", b"{a}",
    b"[a: b]", b"[? a]", b"{? a : b}", b"{a:}", b"[a:,b]", b"{a?: b}", b"{\"a\":b}", b"{a:b}",
    b"%YAML 1.1\n", b"%YAML 1.2\n", b"%TAG !e! tag:e,1:\n", b"---\n", b"--- \n", b"--- # c\n",
    b"--- a\n", b"...\n", b"... \n", b"\n---\n", b"\n...\n", b"\n", b"\n\n", b"\r\n", b"\r",
    b"\r\r\n", b"\t", b" ", b"  ", b"    ", b"\n  ", b"\n    ", b"\n\t", b"\xc2\x85",
    b"\xe2\x80\xa8", b"\xe2\x80\xa9", b"\xc2\xa0", b"\xef\xbb\xbf", b"\n\xef\xbb\xbf", b"\x00",
    b"\x07", b"\x7f", b"\xc2\x80", b"\xff", b"\xc3\xa9", b"\xf0\x9f\x9a\xa2", b"\xef\xbf\xbd",
    b"\\", b"\\n", b"\\x41", b"\\u0041", b"\\ud800", b"\\ud83d\\udea2", b"\\/", b"\\'", b"\\\n",
    b"\\L", b"\\_", b"\\U0001F6A2", b"@", b"`", b"%", b"~", b"null", b"y", b"n", b"yes", b"No",
    b"on", b"OFF", b"true", b"False", b"012", b"08", b"0o17", b"0x1F", b"0b101", b"-0b11", b"0b-1",
    b"1_000", b"_1", b"1__", b"1e3", b"1E+3", b"12e4567", b".5", b"5.", b".", b"-.5", b"+1", b"-0",
    b"-0.0", b".inf", b"-.Inf", b".nan", b"12:30", b"1:2:3", b"2001-01-01", b"2001-1-1 1:2:3",
    b"9223372036854775807", b"9223372036854775808", b"18446744073709551615",
    b"18446744073709551616", b"-9223372036854775809", b"1e400", b"0.1", b"1e-7", b"1e21", b"1e20",
    b"123456789.123", b"0xFFFFFFFFFFFFFFFF", b"<<", b"=", b"a b", b"a: b", b"a: b\n", b"- a\n",
    b"'a''b'", b"\"a\\\"b\"", b"{{ .Values.a }}", b"{{- if a }}\n", b"# plimsoll: ignore\n",
]

SCALARS = re.compile(rb"(?<=: )[^\n]+|(?<=- )[^\n:]+")
KEYS = re.compile(rb"(?m)^[ -]*([A-Za-z0-9_./-]+)(?=:)")


def change(rng, text, others):
    """One small change."""
    kind = rng.randrange(13)
    at = rng.randrange(len(text) + 1)
    if kind <= 3:
        return text[:at] + rng.choice(SNIPPETS) + text[at:]
    if kind == 4 and text:
        end = min(len(text), at + rng.randint(1, 4))
        return text[:at] + text[end:]
    if kind == 5 and text:
        end = min(len(text), at + 1)
        return text[:at] + bytes([rng.choice(b" \t\n:-?#&*!|>'\"[]{},%@`\\.0aZ~<=\r")]) + text[end:]
    lines = text.splitlines(keepends=True)
    if kind == 6 and lines:
        i = rng.randrange(len(lines))
        return b"".join(lines[:i] + lines[i + 1:])
    if kind == 7 and lines:
        i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
        return b"".join(lines[:j] + [lines[i]] + lines[j:])
    if kind == 8 and lines:
        i = rng.randrange(len(lines))
        lines[i] = rng.choice([b" ", b"  ", b"\t", b"- "]) + lines[i] if rng.random() < .5 \
            else lines[i][rng.randint(1, 3):]
        return b"".join(lines)
    if kind in (9, 10):
        found = [m.span() for m in (SCALARS if kind == 9 else KEYS).finditer(text)]
        if found:
            begin, end = rng.choice(found)
            return text[:begin] + rng.choice(SNIPPETS) + text[end:]
    if kind == 11:
        other = rng.choice(others)
        begin = rng.randrange(len(other) + 1)
        return text[:at] + other[begin:begin + rng.randint(1, 60)] + text[at:]
    if kind == 12:
        end = rng.randrange(at, min(len(text), at + 80) + 1)
        return text[:at] + text[at:end] * rng.randint(0, 3) + text[end:]
    return text


def mutate(rng, seeds):
    text = rng.choice(seeds)
    if len(text) > 1500 and rng.random() < .7:  # a part is read faster, and differs as well
        lines = text.splitlines(keepends=True)
        begin = rng.randrange(len(lines))
        text = b"".join(lines[begin:begin + rng.randint(3, 30)])
    for _ in range(1 + min(6, int(rng.expovariate(.7)))):
        text = change(rng, text, seeds)
    if rng.random() < .03:
        text = text.replace(b"\n", rng.choice([b"\r\n", b"\r", b"\r\r\n"]))
    return text


def read_seeds(paths):
    seeds = []
    for path in paths:
        names = [path]
        if os.path.isdir(path):
            names = sorted(os.path.join(folder, name) for folder, _, files in os.walk(path)
                           for name in files if "." not in name or
                           name.endswith((".yaml", ".yml", ".json")))
        for name in names:
            with open(name, "rb") as file:
                text = file.read()
            if 0 < len(text) <= LARGEST_SEED:
                seeds.append(text)
    return seeds


def number(text):
    """As kubectl takes a number of its own JSON: int64, or a float."""
    value = int(text)
    return value if -2 ** 63 <= value < 2 ** 63 else float(text)


LONE = re.compile("[\ud800-\udfff]")


EMPTY = re.compile(rb"\[\s*[?\]]|\{\s*[?}]")


def decode(line):
    value = json.loads(line, parse_int=number)
    return mend(value) if b"\\ud" in line else value


def mend(value):
    """A surrogate without its other half is U+FFFD to Go."""
    if isinstance(value, dict):
        return {mend(key): mend(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [mend(item) for item in value]
    return LONE.sub("\ufffd", value) if isinstance(value, str) else value


def same(a, b):
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, float) or isinstance(b, float):
        return isinstance(a, (int, float)) and isinstance(b, (int, float)) and \
            float(a) == float(b)
    return type(a) is type(b) and a == b


def items_of(value):
    """The items of a list as kubectl hands them on, lists within it taken apart."""
    kind, version = value.get("kind"), value.get("apiVersion")
    found = []
    for item in value.get("items") or []:
        item = dict(item or {})
        if not any(isinstance(item.get(name), str) and item[name]
                   for name in ("kind", "apiVersion")):
            item["kind"] = kind[:-4] if kind.endswith("List") else kind
            item["apiVersion"] = version
        found.append(item)
    return found


def value_differs(rows, ours):
    if rows[0]["item"] is not None:
        items = items_of(ours)
        return len(items) != len(rows) or \
            not all(same(row["input"], item) for row, item in zip(rows, items))
    if rows[0]["stage"] == "empty" or rows[0].get("input", "") is None:
        return not (ours is None or isinstance(ours, dict) and "items" in ours)
    return "input" in rows[0] and not same(rows[0]["input"], ours)


def depth(text):
    return max((text.count(b"[") + text.count(b"{"), text.count(b"- ")))


def compare(text, rows, ours):
    """None where both agree; else a pair: the name of the listed difference, or None,
    and what differs."""
    rules = {rule[0] for rule in ours["rules"] if rule[1] == "error"}
    messages = " ".join(rule[4] for rule in ours["rules"])  # findings of any severity
    theirs = rows[0]["stage"]
    if rows[0].get("replaced") and "yaml-encoding" in rules:
        return "not UTF-8", ""
    if theirs == "yaml" or ours["stage"] == "yaml":
        if theirs == ours["stage"]:
            return None
        if ours["stage"] == "yaml" and "too large for kubectl" in messages and theirs != "ok":
            return None  # the harness calls it a list that kubectl cannot take apart
        if ours["stage"] == "yaml" and "yaml-depth" in rules and depth(text) > 500:
            return "depth", ""
        if ours["stage"] == "yaml" and "YAML forbids" in messages:
            return "behind the end", ""  # kubectl's reader stopped before it
        if ours["stage"] == "yaml" and EMPTY.search(text):
            return "text behind an empty collection", ""
        if "once it is JSON" in messages:
            return "equal once JSON", ""  # the one that JSON cannot say may be dropped
        if b"\xef\xbb\xbf" in text[3:]:
            return "byte order mark within", ""  # kubectl's answer hangs on its buffer
        if theirs == "yaml" and "yaml-lost-text" in rules:
            return "behind the end", ""  # kubectl looked one token further
        return None, f"{theirs} for kubectl ({rows[0].get('message', '')}), " \
                     f"{ours['stage']} for us ({messages})"
    strict = theirs == "strict-yaml"
    if strict != (ours["stage"] == "strict-yaml"):
        if not strict and "once it is JSON" in messages:
            return "equal once JSON", ""
        return None, f"keys given twice: {strict} for kubectl, {not strict} for us ({messages})"
    if value_differs(rows, ours.get("json")):
        if "once it is JSON" in messages:
            return "equal once JSON", ""  # 1 and "1": which of them wins is chance
        if b"\xef\xbb\xbf" in text[3:] and "byte order mark" in messages:
            return "byte order mark within", ""
        return None, f"value {json.dumps([row.get('input') for row in rows])} for kubectl, " \
                     f"{json.dumps(ours.get('json'))} for us"
    return None


def compare_all(text, theirs, ours):
    """Yields (name or None, what differs) for each document that differs."""
    by_doc = collections.OrderedDict()
    for row in theirs["docs"]:
        by_doc.setdefault(row["doc"], []).append(row)
    if [doc["doc"] for doc in ours["docs"]] != list(by_doc):
        if any(rows[0].get("replaced") for rows in by_doc.values()):
            yield "not UTF-8", ""
            return
        yield None, f"{len(by_doc)} documents for kubectl, {len(ours['docs'])} for us"
        return
    for doc in ours["docs"]:
        found = compare(text, by_doc[doc["doc"]], doc)
        if found:
            yield found


def run(command, inputs):
    data = b"".join(b"%d\n%s" % (len(text), text) for text in inputs)
    result = subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True)
    lines = result.stdout.splitlines()
    if len(lines) != len(inputs):
        sys.exit(f"{command[0]}: {len(lines)} answers to {len(inputs)} inputs")
    return lines


def listed_differs(row, theirs, ours):
    """What is wrong with one row of the listed differences, or None."""
    by_doc = collections.OrderedDict()
    for got in theirs["docs"]:
        by_doc.setdefault(got["doc"], []).append(got)
    if not len(row["documents"]) == len(by_doc) == len(ours["docs"]):
        return "another number of documents"
    for want, rows, mine in zip(row["documents"], by_doc.values(), ours["docs"]):
        stage = {"nokind": "ok", "list": "ok"}.get(rows[0]["stage"], rows[0]["stage"])
        if stage != want["kubectl"]:
            return f"{stage} for kubectl"
        if mine["stage"] != want.get("plimsoll", want["kubectl"]):
            return f"{mine['stage']} for us"
        if "json" in want and not same(decode(want["json"].encode()), mine["json"]):
            return "another value for us"
        if "json" in want and value_differs(rows, mine["json"]):
            return "another value for kubectl"
    return None


def check_listed(arguments):
    with open(arguments.listed, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    inputs = [row["input"].encode() if "input" in row else bytes.fromhex(row["hex"])
              for row in rows]
    oracle = run([arguments.oracle, "parse", "-batch", "len"], inputs)
    ours = run([arguments.ours], inputs)
    failed = 0
    for row, their_line, our_line in zip(rows, oracle, ours):
        what = listed_differs(row, decode(their_line), decode(our_line))
        if what:
            print(f"{row['name']}: {what}")
            failed += 1
    print(f"{len(rows)} rows, {failed} failed")
    return 1 if failed else 0


def record(arguments):
    """One line an input: its bytes in hexadecimal and what the oracle says of it."""
    seeds = read_seeds(arguments.seeds)
    answers = run([arguments.oracle, "parse", "-batch", "len"], seeds)
    with open(arguments.record, "w", encoding="utf-8") as file:
        for text, answer in zip(seeds, answers):
            file.write(f'{{"hex":"{text.hex()}","kubectl":{answer.decode()}}}\n')
    print(f"{len(seeds)} inputs recorded")
    return 0


def check_recorded(arguments):
    with open(arguments.recorded, encoding="utf-8") as file:
        rows = [decode(line.encode()) for line in file]
    inputs = [bytes.fromhex(row["hex"]) for row in rows]
    failed = 0
    for row, text, line in zip(rows, inputs, run([arguments.ours], inputs)):
        for name, what in compare_all(text, row["kubectl"], decode(line)):
            if not name:
                print(f"{what}\n    {text!r}\n")
                failed += 1
    print(f"{len(rows)} rows, {failed} failed")
    return 1 if failed or not rows else 0


def main():
    sys.setrecursionlimit(30000)  # documents nest up to 10,000 deep
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--ours")
    parser.add_argument("--oracle")
    parser.add_argument("--record", help="file for the oracle's answers to the seeds")
    parser.add_argument("--recorded", help="file of such answers to compare with")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mutants", type=int, default=20000)
    parser.add_argument("--keep", help="folder for inputs that differ")
    parser.add_argument("--plain", action="store_true", help="compare the seeds as they are")
    parser.add_argument("--listed", help="file of listed differences to check instead")
    parser.add_argument("seeds", nargs="*", default=SEEDS)
    arguments = parser.parse_args()
    if arguments.record:
        return record(arguments)
    if arguments.recorded:
        return check_recorded(arguments)
    if arguments.listed:
        return check_listed(arguments)
    seeds = read_seeds(arguments.seeds)
    rng = random.Random(arguments.seed)
    total = len(seeds) if arguments.plain else arguments.mutants
    counts = collections.Counter()
    refused = 0
    for begin in range(0, total, BATCH):
        size = min(BATCH, total - begin)
        inputs = seeds[begin:begin + size] if arguments.plain else \
            [mutate(rng, seeds) for _ in range(size)]
        oracle = run([arguments.oracle, "parse", "-batch", "len"], inputs)
        ours = run([arguments.ours], inputs)
        for text, their_line, our_line in zip(inputs, oracle, ours):
            theirs, mine = decode(their_line), decode(our_line)
            counts["documents"] += len(theirs["docs"])
            refused += sum(row["stage"] == "yaml" for row in theirs["docs"])
            for name, what in compare_all(text, theirs, mine):
                counts[f"listed: {name}" if name else "UNEXPLAINED"] += 1
                if name:
                    continue
                if counts["UNEXPLAINED"] <= 40:
                    print(f"{what}\n    {text!r}\n", flush=True)
                if arguments.keep:
                    os.makedirs(arguments.keep, exist_ok=True)
                    with open(f"{arguments.keep}/{counts['UNEXPLAINED']}", "wb") as file:
                        file.write(text)
    print(f"seed {arguments.seed}: {total} mutants of {len(seeds)} files, "
          f"{counts.pop('documents', 0)} documents, {refused} refused by kubectl")
    for name, count in sorted(counts.items()):
        print(f"    {name}: {count}")
    return 1 if counts["UNEXPLAINED"] else 0


if __name__ == "__main__":
    sys.exit(main())
