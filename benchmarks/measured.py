"""One errand in a process of its own, and what it took."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.resources import server_cpu_seconds
from webapp.settings.config import ROOT


@dataclass(frozen=True)
class Measured:
    """Wall and CPU seconds, the database server's CPU seconds where it has a process, and bytes of memory
    at the peak above those of the same process while idle.
    """

    seconds: float
    cpu: float
    server_cpu: float | None
    peak: int
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Errands:
    """Runs errands (errands.py) against one database; `server` is its server's process id, if it has one."""

    environment: Mapping[str, str]
    server: int | None

    def run(self, name: str, *arguments: object) -> Measured:
        """Carry out an errand; raises SystemExit with what a failing one said."""
        command = [sys.executable, "-m", "benchmarks.errands", name, *map(str, arguments)]
        return measured(name, command, self.environment, self.server)


def measured(
    title: str, command: Sequence[str], environment: Mapping[str, str], server: int | None, given: str = ""
) -> Measured:
    """What a process takes that tells it in its last line, as JSON; `given` is what it reads from stdin.

    Raises SystemExit with what a failing one said.
    """
    before = server_cpu_seconds(server)
    done = subprocess.run(
        list(command), cwd=ROOT, env=dict(environment), input=given, capture_output=True, text=True
    )
    after = server_cpu_seconds(server)
    if done.returncode:
        raise SystemExit(f"{title} failed:\n{done.stderr.strip()[-2000:]}")
    told = json.loads(done.stdout.splitlines()[-1])
    server_cpu = None if before is None or after is None else after - before
    return Measured(told["seconds"], told["cpu"], server_cpu, told["peak"], told["facts"])


def median(several: Sequence[Measured]) -> Measured:
    """The middle of each figure; the facts of the last."""
    server = [one.server_cpu for one in several if one.server_cpu is not None]
    return Measured(
        statistics.median(one.seconds for one in several),
        statistics.median(one.cpu for one in several),
        statistics.median(server) if server else None,
        max(one.peak for one in several),
        several[-1].facts,
    )
