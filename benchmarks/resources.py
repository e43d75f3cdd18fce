"""Peak memory of a process, and CPU time of a server with all its children."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

_CLOCK_TICKS = 100  # a second, in /proc on every Linux


def forget_peak() -> None:
    """Reset this process's peak memory, on systems that can (Linux)."""
    place = Path("/proc/self/clear_refs")
    if place.exists():
        place.write_text("5")


def peak_bytes() -> int:
    """The peak resident memory of this process."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not ru_maxrss: on Linux that begins with what the parent had when it started this process.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def server_cpu_seconds(pid: int | None) -> float | None:
    """CPU time of a server process, of its children, and of those that have ended; None if unknown."""
    if pid is None or not Path(f"/proc/{pid}/stat").exists():
        return None
    while True:
        own = _times(pid)
        ticks = sum(own) + _ticks_of_children(pid)
        # A child that ended in between is missing in both, or counted twice.
        if _times(pid) == own:
            return ticks / _CLOCK_TICKS


def _ticks_of_children(pid: int) -> int:
    ticks = 0
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = _fields(status)
        except OSError:
            continue  # It has just ended, and its parent has its time.
        if int(fields[1]) == pid:
            ticks += int(fields[11]) + int(fields[12])
    return ticks


def _times(pid: int) -> list[int]:
    """User and system time, own and of children that ended, in clock ticks."""
    return [int(field) for field in _fields(Path(f"/proc/{pid}/stat"))[11:15]]


def _fields(status: Path) -> list[str]:
    """The fields of a stat file from the third on: the second, the program's name, may hold blanks."""
    return status.read_text().rpartition(")")[2].split()
