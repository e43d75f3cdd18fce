"""One deployment, each of its three process types in a control group: idle, then during syncs."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import requests

from benchmarks.memory.cgroups import MEGABYTE, Group, limited
from benchmarks.memory.readings import Peak, Peaks
from sandbox.servers.ports import free_port
from sandbox.servers.process import ServerProcess
from sandbox.start.samples import Commands
from sandbox.start.state import DatabaseState
from webapp.settings.config import ROOT

HEADINGS = ("process", "idle: RSS", "PSS", "syncing: RSS", "PSS", "")
# Seconds.
PATIENCE, LOOK_EVERY = 900.0, 0.2
READY = {"web": "Booting worker", "worker": "Listening on sync", "scheduler": "scheduler.started"}


class Trial:
    """What was seen: a row for each process, and what should not have happened."""

    def __init__(self, title: str, around: Mapping[str, str], folder: Path, limit: int) -> None:
        self.title = title
        self.rows: list[list[str]] = []
        self.facts: list[str] = []
        self.faults: list[str] = []
        self._around, self._folder, self._limit = dict(around), folder, limit
        self._web_port = free_port()

    def carry_out(self, dealers: Sequence[int]) -> None:
        """Start the deployment, look at it idle, have every dealer synced at once, and look meanwhile."""
        with ExitStack() as stack:
            groups = {name: stack.enter_context(limited(name, self._limit)) for name in READY}
            children = {name: self._start(stack, name, group) for name, group in groups.items()}
            idle, busy = ({name: Peaks() for name in READY} for _ in range(2))
            self._visit()
            time.sleep(2)
            _look(children, idle)
            self._sync(dealers, children, busy)
            for name, group in groups.items():
                self._tell(name, idle[name], busy[name])
                self.faults += [f"{name}: the kernel killed {group.kills()}"] * bool(group.kills())

    def _start(self, stack: ExitStack, name: str, group: Group) -> ServerProcess:
        log = self._folder / f"{name}.log"
        child = ServerProcess(group.command(self._command(name)), ROOT, log, environment=self._around)
        stack.callback(child.end, 15)
        deadline = time.monotonic() + PATIENCE
        while READY[name] not in log.read_text(errors="replace"):
            if not child.is_running() or time.monotonic() > deadline:
                raise SystemExit(f"{name} did not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(LOOK_EVERY)
        return child

    def _command(self, name: str) -> list[str]:
        """As in the Procfile, which `exec` makes the process that is looked at."""
        lines = (ROOT / "Procfile").read_text().splitlines()
        command = next(line.partition(": ")[2] for line in lines if line.startswith(f"{name}:"))
        bind = f"GUNICORN_CMD_ARGS='--bind=127.0.0.1:{self._web_port}' APP_ENVIRONMENT=development "
        return ["/bin/sh", "-c", f"export {bind}; exec env {command}"]

    def _visit(self) -> None:
        """A page of each web process, which then has what it loads only when asked."""
        for _ in range(20):
            requests.get(f"http://127.0.0.1:{self._web_port}/login", timeout=60).raise_for_status()

    def _sync(
        self, dealers: Sequence[int], children: Mapping[str, ServerProcess], busy: Mapping[str, Peaks]
    ) -> None:
        commands, stored = Commands(self._around), DatabaseState(self._around)
        began = time.monotonic()
        run_ids = [int(commands.run("sync", "queue", "--dealer", str(one), "--anyway")) for one in dealers]
        waiting = set(run_ids)
        while waiting and time.monotonic() - began < PATIENCE:
            _look(children, busy)
            self._visit()
            waiting = {one for one in waiting if stored.progress(one).is_active}
            time.sleep(LOOK_EVERY)
        results = [stored.progress(one) for one in run_ids]
        seconds = time.monotonic() - began
        told = ", ".join(
            f"run {one}: {found.status}, {found.parts:,} parts"
            for one, found in zip(run_ids, results, strict=True)
        )
        self.facts.append(f"{len(run_ids)} syncs at once, {seconds:.0f} s; {told}")
        self.faults += [
            f"run {one} {found.status}"
            for one, found in zip(run_ids, results, strict=True)
            if found.status != "succeeded"
        ]

    def _tell(self, name: str, idle: Peaks, busy: Peaks) -> None:
        for role in sorted(idle.roles | busy.roles, key=lambda role: (role.split()[-1], role)):
            sizes = [size for peaks in (idle, busy) for size in _of(peaks.roles.get(role))]
            self.rows.append([f"{name}: {role}", *sizes, ""])
        self.rows.append(
            [f"**{name}, together**", "", _megabytes(idle.together), "", _megabytes(busy.together), ""]
        )


def _look(children: Mapping[str, ServerProcess], peaks: Mapping[str, Peaks]) -> None:
    for name, child in children.items():
        peaks[name].look(child.pid)


def _of(peak: Peak | None) -> tuple[str, str]:
    return ("", "") if peak is None else (_megabytes(peak.rss), _megabytes(peak.pss))


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:.0f}"
