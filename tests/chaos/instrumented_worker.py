"""A worker process, `jobs.worker` itself, that records the moments of its jobs and exits at one on demand.

`python -m tests.chaos.instrumented_worker QUEUE…`. Every statement, commit and report file of a job is a
moment. An order is a file in `INSTRUMENTED_FOLDER`; a job renames it before it obeys: it dies once. While
there is a file `disk-full` in it, writes are refused.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
import threading
from pathlib import Path
from typing import Any

import psycopg
from rq import get_current_job
from sqlalchemy import event
from sqlalchemy.engine import Engine

from jobs import worker
from tests.chaos.volume import DISK_FULL

ORDER, OBEYED, WORK_HORSE, MOMENTS = FILES = ("order.json", "obeyed.json", "work-horse", "moments")
BEFORE, PAGES, APPLYING = "before the first page", "within the pages", "within the applying transaction"
APPLIED, REPORTS, ENDING = "between apply and index", "while writing reports", "after the reports"
INDEXING = "within the indexing"
# First words of statements that write: one WITH inserts.
WRITES = ("INSERT", "UPDATE", "DELETE", "WITH")


class Instrumentation:
    """Counts the moments of the job that this process executes, from 1."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process, self._count, self._phase = 0, 0, BEFORE
        self._task: str | None = None
        self._order: dict[str, Any] = {}

    def statement(self, _connection: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        self._enter()
        sql = sql.strip()
        if sql.startswith("SELECT supplier_codes.code_key, supplier_codes.manufacturer_id"):
            self._phase = APPLYING
        elif sql.startswith("UPDATE run_items") and "tries" in sql:
            self._phase = PAGES
        elif self._phase == REPORTS and sql.startswith(("INSERT INTO reports", "UPDATE runs SET status")):
            self._phase = ENDING
        self._count_moment()

    def commit(self, _connection: Any) -> None:
        self._enter()
        self._count_moment()
        if self._phase == APPLYING:
            self._phase = APPLIED

    def audit(self, name: str, arguments: tuple[Any, ...]) -> None:
        if name == "open" and self._task and f"{os.sep}runs{os.sep}" in str(arguments[0]):
            self._phase = REPORTS
            self._count_moment()

    def _enter(self) -> None:
        """Start counting if this is a new work-horse: each executes one job."""
        if self._process != os.getpid():
            self._process, self._count, self._phase, self._task = os.getpid(), 0, BEFORE, None
        if self._task is None and (job := get_current_job()) is not None:
            self._task = str(job.func_name)
            self._phase = INDEXING if self._task.endswith("drain_index") else BEFORE
            self._order = self._read()
            if self._task.endswith("sync_run"):
                unfinished = self._folder / f"{WORK_HORSE}.unfinished"
                unfinished.write_text(f"{os.getpid()} {os.getppid()}")
                unfinished.rename(self._folder / WORK_HORSE)

    def _read(self) -> dict[str, Any]:
        try:
            order: dict[str, Any] = json.loads((self._folder / ORDER).read_text())
        except FileNotFoundError:
            return {}
        return order if order["task"] == self._task else {}

    def _count_moment(self) -> None:
        self._count += 1
        if not self._order:
            return
        if self._order["moment"] is None:
            with (self._folder / MOMENTS).open("a") as file:
                file.write(f"{self._phase}\n")
        elif self._count == self._order["moment"]:
            self._obey()

    def _obey(self) -> None:
        try:
            (self._folder / ORDER).rename(self._folder / OBEYED)
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


def refuse_on_full_disk(folder: Path) -> None:
    """Refuse every write with the database's own error, as on a full disk, while a file says so."""
    path = folder / DISK_FULL

    def refuse(_cursor: Any, sql: str, _parameters: Any, context: Any) -> None:
        if not sql.lstrip().startswith(WRITES) or not path.exists():
            return
        if context.dialect.name == "sqlite":
            raise sqlite3.OperationalError("database or disk is full")
        raise psycopg.errors.DiskFull("No space left on device")

    event.listen(Engine, "do_execute", refuse)
    event.listen(Engine, "do_executemany", refuse)


def main(queues: list[str]) -> int:
    """Run the worker with instrumentation."""
    folder = Path(os.environ["INSTRUMENTED_FOLDER"])
    instrumentation = Instrumentation(folder)
    event.listen(Engine, "before_cursor_execute", instrumentation.statement)
    event.listen(Engine, "commit", instrumentation.commit)
    sys.addaudithook(instrumentation.audit)
    refuse_on_full_disk(folder)
    return worker.main(queues)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
