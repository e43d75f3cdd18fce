"""The worker processes of a harness, and the orders that their work-horses obey."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from benchmarks.testbed import TimedOut, wait
from sandbox.servers.fork_server import ForkedProcess, ForkServer
from tests.chaos import instrumented_worker
from webapp.runs import lifecycle

# Seconds. Long, as machines are shared; nothing waits for it when all is well.
TIMEOUT = 120.0
QUEUES = ("control", "index", "sync")
WORKERS = 2


class Workers:
    """Worker processes that share a folder of orders and a log."""

    def __init__(self, folder: Path, variables: Mapping[str, str]) -> None:
        self.folder = folder
        self._variables = {**variables, "INSTRUMENTED_FOLDER": str(folder)}
        self._server = ForkServer([instrumented_worker.__name__], self._variables, self._log)
        self._living: list[ForkedProcess] = []
        self._started: list[ForkedProcess] = []

    def start(self, module: str, *queues: str, **variables: str) -> ForkedProcess:
        """Start a worker process."""
        process = self._server.start(module, queues, {**self._variables, **variables}, self._log)
        self._started.append(process)
        return process

    def replace(self) -> None:
        """Start instrumented workers, which listen to every queue, in place of those that died."""
        self._living = [one for one in self._living if one.poll() is None]
        while len(self._living) < WORKERS:
            self._living.append(self.start(instrumented_worker.__name__, *QUEUES))

    def kill(self) -> None:
        """End every worker and work-horse."""
        processes = list(self._processes())
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        for started in self._started:
            started.wait()
        psutil.wait_procs(processes)
        self._living = []

    def close(self) -> None:
        """End every process."""
        self.kill()
        self._server.end()

    def order(self, **given: Any) -> None:
        """Tell the next work-horse of a task at which moment to die; moment None records all of them."""
        for name in instrumented_worker.FILES:
            (self.folder / name).unlink(missing_ok=True)
        unfinished = self.folder / "order.unfinished"
        unfinished.write_text(
            json.dumps({"task": lifecycle.TASK, "delay": 0.0, "victim": "work-horse", **given})
        )
        unfinished.rename(self.folder / instrumented_worker.ORDER)

    def moments(self) -> list[str]:
        """The phase of each moment of the job that recorded them."""
        return (self.folder / instrumented_worker.MOMENTS).read_text().splitlines()

    def work_horse(self) -> tuple[int, int]:
        """The process that executes the run, and its parent."""
        file = self.folder / instrumented_worker.WORK_HORSE
        self.wait(file.exists, "a worker that takes the run")
        work_horse, parent = file.read_text().split()
        return int(work_horse), int(parent)

    def work_horses(self) -> list[psutil.Process]:
        """The living processes that execute jobs, including those whose parent is gone."""
        parents = {one.pid for one in self._started}
        return [one for one in self._processes() if one.pid not in parents]

    def _processes(self) -> Iterator[psutil.Process]:
        """All that were started here, and their forks, each of which is in a group of its own."""
        for process in psutil.process_iter():
            if process.pid == self._server.pid:
                continue
            try:
                folder = process.environ().get("INSTRUMENTED_FOLDER")
            except psutil.Error:
                continue
            if folder == str(self.folder):
                yield process

    def log(self) -> str:
        """All that the workers wrote."""
        return self._log.read_text(errors="replace")

    @property
    def _log(self) -> Path:
        return self.folder / "workers.log"

    def wait(self, condition: Callable[[], object], what: str, every: float = 0.02) -> None:
        """Poll until the condition is true. Raises TimedOut with the end of the log."""
        try:
            wait(condition, what, TIMEOUT, every)
        except TimedOut as timeout:
            raise TimedOut(f"{timeout}\n{self.log()[-3000:]}") from None
