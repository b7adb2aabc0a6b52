"""rapidyaml's in-place parse, timed in the process:

    rapid.py FILE     prints "fresh" and "reused", each with seconds and processor seconds

Fresh: into a tree that has to grow.  Reused: into the same tree once more, which has its
room by then; the median of three.
"""
import statistics
import sys
import time

import ryml


def main():
    with open(sys.argv[1], "rb") as file:
        text = file.read()
    tree = ryml.Tree()
    taken = []
    for _ in range(4):
        buffer = bytearray(text)
        tree.clear()
        tree.clear_arena()
        start, processor = time.perf_counter(), time.process_time()
        ryml.parse_in_place(buffer, tree=tree)
        taken.append((time.perf_counter() - start, time.process_time() - processor))
    reused = [statistics.median(times) for times in zip(*taken[1:])]
    print("fresh {:.6f} {:.6f}".format(*taken[0]))
    print("reused {:.6f} {:.6f}".format(*reused))


main()
