"""Processes of the program, each logged to a file, all of them ended with this one."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path

from sandbox.servers.process import ServerProcess
from webapp.settings.config import ROOT

# Seconds. Processes still running by then are killed.
TIMEOUT = 12.0


class Program:
    """Named processes in the order in which they were started."""

    def __init__(self, environment: Mapping[str, str], logs: Path) -> None:
        self._environment = environment
        self._logs = logs
        self._children: dict[str, ServerProcess] = {}
        # Offset in its log at which a process begins: output of earlier starts stays there.
        self._begins: dict[str, int] = {}
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, *module: str) -> None:
        """Start `python -m module…`."""
        command = [sys.executable, "-m", *module]
        log = self.log(name)
        self._begins[name] = log.stat().st_size if log.exists() else 0
        self._children[name] = ServerProcess(command, ROOT, self.log(name), environment=self._environment)

    def log(self, name: str) -> Path:
        """Return a process's log file."""
        return self._logs / f"{name}.log"

    def ended(self) -> str | None:
        """Return the name of a process that has ended by itself."""
        return next((name for name, child in self._children.items() if not child.is_running()), None)

    def last_words(self, name: str, lines: int = 5) -> str:
        """Return the end of a process's log."""
        return "\n".join(self._written(name).splitlines()[-lines:])

    def wait_for(self, name: str, words: str, seconds: float = 60) -> None:
        """Wait until a process has written these words; raises SystemExit if it ends or takes too long."""
        deadline = time.monotonic() + seconds
        while words not in self._written(name):
            if not self._children[name].is_running() or time.monotonic() > deadline:
                raise SystemExit(
                    f"{name} did not start; the end of {self.log(name)}:\n{self.last_words(name)}"
                )
            time.sleep(0.1)

    def _written(self, name: str) -> str:
        """Return what a process has written since it was started."""
        return self.log(name).read_bytes()[self._begins[name] :].decode(errors="replace")

    def end(self) -> None:
        """End every process, the last started first, so that workers have their servers until they have
        ended."""
        for child in reversed(self._children.values()):
            child.end(TIMEOUT)


def serve(program: Program, address: str) -> None:
    """Start web at this address, worker and scheduler, and wait until they are ready."""
    program.start("web", "gunicorn", "--bind", address, "wsgi:app")
    program.start("worker", "jobs.worker")
    program.start("scheduler", "jobs.schedule")
    program.wait_for("web", "Booting worker")
    program.wait_for("worker", "Listening on sync")
    program.wait_for("scheduler", "scheduler.started")
