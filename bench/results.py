"""What is kept of `make bench`: the last figures, and one ratio over time.

results/latest.json   the last recorded run; docs/performance.md's table is made from it
results/history.tsv   a row a recorded run, never changed: how many times as fast as libyaml's
                      parse `check` was.  Both ran in turn; still, processors of different
                      makers differ by a third, so a row is held against those of its own.

    bench/results.py table      the table, as docs/performance.md has it
    bench/results.py write      writes it there, between its two marks
"""
import datetime
import json
import os
import statistics
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
LATEST = os.path.join(HERE, "results", "latest.json")
HISTORY = os.path.join(HERE, "results", "history.tsv")
PAGE = os.path.join(os.path.dirname(HERE), "docs", "performance.md")
MARKS = ("<!-- bench: begin -->\n", "<!-- bench: end -->\n")
RATIO = "times as fast as libyaml"
LAST = 5
SLOWER = 0.85  # of the median of the last rows


def figure(value, unit):
    if unit == "x":
        return f"{value:.2f}"
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:.{digits}f} {unit}"


def history():
    with open(HISTORY, encoding="utf-8") as file:
        return [line.split("\t") for line in file.read().splitlines() if not line.startswith("#")]


def history_of(machine):
    """The rows of a machine with the same processor."""
    return [row for row in history() if row[4].split(",")[0] == machine.split(",")[0]]


def keep(about, parts):
    """Compares with the rows of before, and records where that is asked for.  The exit status:
    1 where check got slower."""
    made = {part.name: {"about": part.about, "lines": part.lines} for part in parts}
    ratio = next((line["value"] for line in made.get("check", {}).get("lines", [])
                  if line["what"] == RATIO), None)
    slower = False
    if ratio is not None:
        before = [float(row[2]) for row in history_of(about["machine"])[-LAST:]]
        if before:
            usual = statistics.median(before)
            slower = ratio < SLOWER * usual
            print(f"\nhistory: {ratio:.2f} times libyaml; the last {len(before)} rows: {usual:.2f}"
                  + ("   SLOWER than it was" if slower else ""))
    if os.environ.get("BENCH_RECORD"):
        record(about, made, ratio)
    return 1 if slower else 0


def record(about, made, ratio):
    today = datetime.date.today().isoformat()
    old = {}
    if os.path.exists(LATEST):
        with open(LATEST, encoding="utf-8") as file:
            old = json.load(file)
    parts = old.get("parts", {})
    for name, part in made.items():
        parts[name] = {"date": today, "commit": about["versions"]["plimsoll"],
                       "scale": about["scale"], **part}
    with open(LATEST, "w", encoding="utf-8") as out:
        json.dump({"machine": about["machine"], "versions": about["versions"], "parts": parts}, out,
                  indent=1)
        out.write("\n")
    if ratio is not None:
        with open(HISTORY, "a", encoding="utf-8") as out:
            out.write(f"{today}\t{about['versions']['plimsoll']}\t{ratio:.2f}\t"
                      f"{about['scale']:g}\t{about['machine']}\n")
    write_page()


def table():
    with open(LATEST, encoding="utf-8") as file:
        last = json.load(file)
    names = ", ".join(f"{name} {version}" for name, version in last["versions"].items()
                      if name != "plimsoll")
    lines = [f"{last['machine']}; {names}.", ""]
    for part in last["parts"].values():
        lines += [f"**{part['about'][0].upper()}{part['about'][1:]}** ({part['date']}, plimsoll "
                  f"{part['commit']})", "", "| | | goal | |", "|---|---|---|---|"]
        for line in part["lines"]:
            goal = met = ""
            if line["goal"] is not None:
                goal = f"{'at most' if line['at_most'] else 'at least'} {line['goal']:g}"
                met = "met" if line["met"] else "**missed**"
            lines.append(f"| {line['what']} | {figure(line['value'], line['unit'])} | {goal} | {met} |")
        lines.append("")
    return "\n".join(lines)


def write_page():
    with open(PAGE, encoding="utf-8") as file:
        before, rest = file.read().split(MARKS[0])
    behind = rest.split(MARKS[1])[1]
    with open(PAGE, "w", encoding="utf-8") as out:
        out.write(before + MARKS[0] + table() + MARKS[1] + behind)


if __name__ == "__main__":
    if sys.argv[1:] == ["write"]:
        write_page()
    else:
        sys.stdout.write(table())
