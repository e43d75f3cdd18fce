"""One deployment, each of its three process types in a control group: idle, then during syncs."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import requests

from benchmarks.memory.cgroups import MEGABYTE, Group, limited
from benchmarks.memory.readings import Peak, Peaks
from benchmarks.testbed import wait
from sandbox.servers.ports import free_port
from sandbox.servers.process import ServerProcess
from sandbox.start.commands import Commands
from sandbox.start.state import DatabaseState
from webapp.settings.config import ROOT

HEADINGS = ("process", "idle: RSS", "PSS", "syncing: RSS", "PSS", "")
# Seconds.
TIMEOUT, SAMPLE_EVERY = 900.0, 0.2
READY = {"web": "Booting worker", "worker": "Listening on sync", "scheduler": "scheduler.started"}


class Deployment:
    """`rows` for each process, the `results` of the syncs, and `failures`."""

    def __init__(self, variables: Mapping[str, str], folder: Path, limit: int) -> None:
        self.rows: list[list[str]] = []
        self.results: list[str] = []
        self.failures: list[str] = []
        self._variables, self._folder, self._limit = dict(variables), folder, limit
        self._web_port = free_port()

    def measure(self, dealers: Sequence[int]) -> None:
        """Start the deployment, and sample its memory idle and while every dealer is synced at once."""
        with ExitStack() as stack:
            groups = {name: stack.enter_context(limited(name, self._limit)) for name in READY}
            children = {name: self._start(stack, name, group) for name, group in groups.items()}
            idle, busy = ({name: Peaks() for name in READY} for _ in range(2))
            self._request_pages()
            time.sleep(2)
            _sample(children, idle)
            self._sync(dealers, children, busy)
            for name, group in groups.items():
                self._add_rows(name, idle[name], busy[name])
                self.failures += [f"{name}: the kernel killed {group.kills()}"] * bool(group.kills())

    def _start(self, stack: ExitStack, name: str, group: Group) -> ServerProcess:
        log = self._folder / f"{name}.log"
        child = ServerProcess(group.command(self._command(name)), ROOT, log, environment=self._variables)
        stack.callback(child.end, 15)
        wait(lambda: READY[name] in log.read_text(errors="replace"), f"{name} ({log})", 120)
        return child

    def _command(self, name: str) -> list[str]:
        """As in the Procfile, which makes it the measured process by `exec`."""
        lines = (ROOT / "Procfile").read_text().splitlines()
        command = next(line.partition(": ")[2] for line in lines if line.startswith(f"{name}:"))
        bind = f"GUNICORN_CMD_ARGS='--bind=127.0.0.1:{self._web_port}' APP_ENVIRONMENT=development "
        return ["/bin/sh", "-c", f"export {bind}; exec env {command}"]

    def _request_pages(self) -> None:
        """Pages of each web process, which loads some modules only then."""
        for _ in range(20):
            requests.get(f"http://127.0.0.1:{self._web_port}/login", timeout=60).raise_for_status()

    def _sync(
        self, dealers: Sequence[int], children: Mapping[str, ServerProcess], busy: Mapping[str, Peaks]
    ) -> None:
        commands, stored = Commands(self._variables), DatabaseState(self._variables)
        began = time.monotonic()
        run_ids = [int(commands.run("sync", "queue", "--dealer", str(one), "--anyway")) for one in dealers]

        def are_finished() -> bool:
            _sample(children, busy)
            self._request_pages()
            return not any(stored.progress(run_id).is_active for run_id in run_ids)

        wait(are_finished, "the runs", TIMEOUT, SAMPLE_EVERY)
        self.results.append(f"{len(run_ids)} syncs at once, {time.monotonic() - began:.0f} s")
        for run_id in run_ids:
            progress = stored.progress(run_id)
            self.results.append(f"run {run_id}: {progress.status}, {progress.parts:,} parts")
            self.failures += [f"run {run_id} {progress.status}"] * (progress.status != "succeeded")

    def _add_rows(self, name: str, idle: Peaks, busy: Peaks) -> None:
        for role in sorted(idle.roles | busy.roles, key=lambda role: (role.split()[-1], role)):
            sizes = [size for peaks in (idle, busy) for size in _sizes(peaks.roles.get(role))]
            self.rows.append([f"{name}: {role}", *sizes, ""])
        totals = _megabytes(idle.total), "", _megabytes(busy.total)
        self.rows.append([f"**{name}, total**", "", *totals, ""])


def _sample(children: Mapping[str, ServerProcess], peaks: Mapping[str, Peaks]) -> None:
    for name, child in children.items():
        peaks[name].sample(child.pid)


def _sizes(peak: Peak | None) -> tuple[str, str]:
    return ("", "") if peak is None else (_megabytes(peak.rss), _megabytes(peak.pss))


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:.0f}"
