"""Sets of Kubernetes minor versions: bit masks inside, "1.19.." in the text.

Bit 0 stands for the oldest version that we carry.  A range that reaches the
newest version is left open ("1.19.."), so that adding a version changes only
the rows that the new version changes.
"""

from kubesource import MINORS

OLDEST = MINORS[0]
NEWEST = MINORS[-1]
ALL = (1 << len(MINORS)) - 1


def bit(minor):
    return 1 << (minor - OLDEST)


def mask_of(minors):
    mask = 0
    for minor in minors:
        mask |= bit(minor)
    return mask


def minors_of(mask):
    return [minor for minor in MINORS if mask & bit(minor)]


def text_of(mask):
    """The text of a mask; its runs are separated by commas."""
    runs = []
    for minor in minors_of(mask):
        if runs and runs[-1][1] == minor - 1:
            runs[-1][1] = minor
        else:
            runs.append([minor, minor])
    if not runs:
        raise ValueError("an empty set of versions has no text")
    return ",".join(
        f"1.{first}.." if last == NEWEST else f"1.{first}..1.{last}"
        for first, last in runs)
