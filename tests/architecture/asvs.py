"""How much of OWASP ASVS 5.0 is met, by docs/security.md: `python -m tests.architecture.asvs`."""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "security.md"
STATES = ("met", "not applicable", "open")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| (.+?) \| (.+?) \| (.*?) ?\| (.*?) ?\|$", re.M)


@dataclass(frozen=True)
class Requirement:
    """One line of the table; `places` and `tests` are paths from the repository's root."""

    number: str
    level: int
    gist: str
    state: str
    places: tuple[str, ...]
    tests: tuple[str, ...]


def requirements() -> list[Requirement]:
    """Every line."""
    return [
        Requirement(number, int(level), gist, state, _paths(places), _paths(tests))
        for number, level, gist, state, places, tests in ROW.findall(PAGE.read_text())
    ]


def _paths(cell: str) -> tuple[str, ...]:
    return tuple(re.findall(r"`([^`]+)`", cell))


def main() -> int:
    """Print the counts, and each requirement that is open."""
    found = requirements()
    for one in found:
        if one.state == "open":
            print(f"open: {one.number} (level {one.level}) {one.gist}")
    for level in (1, 2):
        counts = Counter(one.state for one in found if one.level == level)
        print(f"level {level}: " + ", ".join(f"{counts[state]} {state}" for state in STATES))
    return 0


if __name__ == "__main__":
    sys.exit(main())
