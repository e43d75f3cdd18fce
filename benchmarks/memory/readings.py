"""Memory of each process of a tree: RSS counts shared pages in full, PSS by share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil


@dataclass
class Peak:
    """The highest sizes of the processes of one role, in bytes."""

    rss: int = 0
    pss: int = 0


@dataclass
class Peaks:
    """The peaks of each role, and of the PSS of a whole tree at one moment."""

    roles: dict[str, Peak] = field(default_factory=dict)
    total: int = 0

    def sample(self, parent: int) -> None:
        """Read every process of the tree once."""
        total = 0
        for role, pid in _tree(parent):
            try:
                rss, pss = _sizes(pid)
            except (FileNotFoundError, ProcessLookupError):
                continue  # It has just ended.
            peak = self.roles.setdefault(role, Peak())
            peak.rss, peak.pss = max(peak.rss, rss), max(peak.pss, pss)
            total += pss
        self.total = max(self.total, total)


def _tree(parent: int) -> Iterator[tuple[str, int]]:
    """Each process with its role: the parent, its children by number, and the children of those."""
    yield "parent", parent
    for number, child in enumerate(_children(parent), start=1):
        yield f"child {number}", child.pid
        for work_horse in _children(child.pid):
            yield f"work-horse of child {number}", work_horse.pid


def _children(pid: int) -> list[psutil.Process]:
    try:
        return sorted(psutil.Process(pid).children(), key=lambda one: one.create_time())
    except psutil.NoSuchProcess:
        return []


def _sizes(pid: int) -> tuple[int, int]:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    sizes = {line.split(":")[0]: line.split()[1] for line in text.splitlines()[1:]}
    return int(sizes["Rss"]) * 1024, int(sizes["Pss"]) * 1024
