"""Control groups with a memory limit that the kernel enforces; of version 1 or 2, made by root."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 2**20
ROOT = Path("/sys/fs/cgroup")
# Seconds.
EXIT_WITHIN = 30.0


@dataclass(frozen=True)
class Group:
    """A group of processes whose memory together is limited. Page cache counts, but is reclaimed first."""

    folder: Path
    version: int

    def command(self, command: Sequence[str]) -> list[str]:
        """The same command, started within the group."""
        script = 'echo $$ > "$0" && exec "$@"'
        return ["/bin/sh", "-c", script, str(self.folder / "cgroup.procs"), *command]

    def kills(self) -> int:
        """How many processes of the group the kernel has killed because of the limit."""
        events = self.folder / ("memory.events" if self.version == 2 else "memory.oom_control")
        counts = dict(line.split() for line in events.read_text().splitlines())
        return int(counts["oom_kill"])


@contextmanager
def limited(name: str, megabytes: int) -> Iterator[Group]:
    """A new group with this limit, swap included. Raises SystemExit if none can be made."""
    version = 2 if (ROOT / "cgroup.controllers").exists() else 1
    folder = (ROOT if version == 2 else ROOT / "memory") / f"sync-{name}-{os.getpid()}"
    try:
        folder.mkdir()
    except OSError as error:
        raise SystemExit(
            f"No control group can be made in {folder.parent} ({error.strerror}): run as root"
        ) from None
    try:
        for file, value in _limits(version, megabytes * MEGABYTE).items():
            if (folder / file).exists():
                (folder / file).write_text(value)
        yield Group(folder, version)
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """Remove the group once its last process has exited."""
    deadline = time.monotonic() + EXIT_WITHIN
    while (folder / "cgroup.procs").read_text() and time.monotonic() < deadline:
        time.sleep(0.1)
    folder.rmdir()


def _limits(version: int, size: int) -> dict[str, str]:
    if version == 2:
        return {"memory.max": str(size), "memory.swap.max": "0"}
    return {"memory.limit_in_bytes": str(size), "memory.memsw.limit_in_bytes": str(size)}
