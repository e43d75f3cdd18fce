"""A worker process, `jobs.worker` itself, that notes the moments of its jobs and dies at one when told.

`python -m benchmarks.faults.observed QUEUE…`. Every statement, commit and report file of a job is a moment.
An order is a file in `OBSERVED_FOLDER`; who carries it out renames it first, so that it strikes one time.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from rq import get_current_job
from sqlalchemy import event
from sqlalchemy.engine import Engine

from jobs import worker

ORDER, STRUCK, HORSE, MOMENTS = "order.json", "struck.json", "horse", "moments"
BEFORE, PAGES, APPLYING = "before the first page", "within the pages", "within the applying transaction"
APPLIED, REPORTS, ENDING = "between apply and index", "while writing reports", "after the reports"
INDEXING = "within the indexing"


class Observer:
    """Counts the moments of the job that this process carries out, from 1."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process, self._count, self._phase = 0, 0, BEFORE
        self._task: str | None = None
        self._order: dict[str, Any] = {}

    def statement(self, _connection: Any, _cursor: Any, words: str, *_rest: Any) -> None:
        self._enter()
        words = words.strip()
        if words.startswith("INSERT INTO part_matches"):
            self._phase = APPLYING
        elif words.startswith("UPDATE run_items") and "tries" in words:
            self._phase = PAGES
        elif self._phase == REPORTS and words.startswith(("INSERT INTO reports", "UPDATE runs SET status")):
            self._phase = ENDING
        self._note()

    def commit(self, _connection: Any) -> None:
        self._enter()
        self._note()
        if self._phase == APPLYING:
            self._phase = APPLIED

    def audit(self, name: str, arguments: tuple[Any, ...]) -> None:
        if name == "open" and self._task and f"{os.sep}runs{os.sep}" in str(arguments[0]):
            self._phase = REPORTS
            self._note()

    def _enter(self) -> None:
        """A fork carries out one job, and knows nothing of those before."""
        if self._process != os.getpid():
            self._process, self._count, self._phase, self._task = os.getpid(), 0, BEFORE, None
        if self._task is None and (job := get_current_job()) is not None:
            self._task = str(job.func_name)
            self._phase = INDEXING if self._task.endswith("drain_index") else BEFORE
            self._order = self._read()
            if self._task.endswith("sync_run"):
                unfinished = self._folder / f"{HORSE}.unfinished"
                unfinished.write_text(f"{os.getpid()} {os.getppid()}")
                unfinished.rename(self._folder / HORSE)

    def _read(self) -> dict[str, Any]:
        try:
            order: dict[str, Any] = json.loads((self._folder / ORDER).read_text())
        except FileNotFoundError:
            return {}
        return order if order["task"] == self._task else {}

    def _note(self) -> None:
        self._count += 1
        if not self._order:
            return
        if self._order["moment"] is None:
            with (self._folder / MOMENTS).open("a") as file:
                file.write(f"{self._phase}\n")
        elif self._count == self._order["moment"]:
            self._strike()

    def _strike(self) -> None:
        try:
            (self._folder / ORDER).rename(self._folder / STRUCK)
        except FileNotFoundError:
            return
        if self._order["delay"]:
            threading.Timer(self._order["delay"], self._kill).start()
        else:
            self._kill()

    def _kill(self) -> None:
        if self._order["victim"] != "work-horse":
            os.kill(os.getppid(), signal.SIGKILL)
        if self._order["victim"] != "parent":
            os.kill(os.getpid(), signal.SIGKILL)


def main(queues: list[str]) -> int:
    observer = Observer(Path(os.environ["OBSERVED_FOLDER"]))
    event.listen(Engine, "before_cursor_execute", observer.statement)
    event.listen(Engine, "commit", observer.commit)
    sys.addaudithook(observer.audit)
    return worker.main(queues)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
