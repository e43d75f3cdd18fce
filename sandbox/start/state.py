"""State of the program's database, read through its own models."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from webapp.application import create_app
from webapp.core import clock, storage
from webapp.extensions import db
from webapp.models import Dealer, Report, Run, RunItem, User
from webapp.runs import lifecycle
from webapp.settings import config

# Read-only queries must not block a worker's writes.
LOOKING_ON = {"SQLALCHEMY_ENGINE_OPTIONS": {"execution_options": {"sqlite_begin": "DEFERRED"}}}


@dataclass(frozen=True)
class Progress:
    """A run's status, its finished codes and their total, parts fetched, and age of the last heartbeat."""

    status: str
    is_active: bool
    done: int
    codes: int
    parts: int
    silent_for: timedelta


class DatabaseState:
    """Current content of the database."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._app = create_app({**config.from_environment(environment), **LOOKING_ON})

    def dealers(self) -> dict[str, int]:
        """Return the dealers' ids by name."""
        with self._reading():
            rows = db.session.execute(db.select(Dealer.name, Dealer.id))
            return {row.name: row.id for row in rows}

    def people(self) -> set[str]:
        """Return the email addresses of the users."""
        with self._reading():
            return set(db.session.scalars(db.select(User.email)))

    def active(self, dealer_id: int) -> int | None:
        """Return the id of the dealer's queued or running run, if any."""
        with self._reading():
            run = lifecycle.active(dealer_id)
            return run.id if run else None

    def progress(self, run_id: int) -> Progress:
        """Return the progress of a run."""
        with self._reading():
            run = db.session.get_one(Run, run_id)
            done = sum(item.status not in ("waiting", "running") for item in run.items)
            silent_for = clock.now() - run.heartbeat_at if run.heartbeat_at else timedelta(0)
            fetched = sum(item.fetched for item in run.items)
            return Progress(run.status, run.is_active, done, len(run.items), fetched, silent_for)

    def enqueue_run(self, run_id: int) -> None:
        """Enqueue a job for a run, unless one is waiting in Redis already."""
        with self._reading():
            lifecycle.enqueue_job(db.session.get_one(Run, run_id))

    def summary(self, run_id: int) -> list[str]:
        """Return one line per code, for display."""
        with self._reading():
            return [_line(item) for item in db.session.get_one(Run, run_id).items]

    def copy_report(self, run_id: int) -> Path | None:
        """Copy the run's inventory report, decompressed, beside report storage; return the copy's path."""
        with self._reading():
            query = db.select(Report.path).where(Report.run_id == run_id, Report.kind == "inventory")
            path = db.session.scalar(query)
            if path is None:
                return None
            folder = Path(str(self._app.config["REPORT_STORAGE_URL"]).removeprefix("file://")).parent
            copy = folder / f"inventory-report-run-{run_id}.csv"
            with storage.open_bytes_for_reading(path) as report, copy.open("wb") as file:
                shutil.copyfileobj(report, file)
            return copy

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._app.app_context():
            yield


def _line(item: RunItem) -> str:
    counts = (
        f"fetched {item.fetched:>5}  synced {item.synced:>5}  skipped {item.skipped:>4}  "
        f"kept {item.kept:>4}  cleared {item.cleared:>4}  changed {item.changed:>5}"
    )
    return f"  {item.supplier_code:<5} {item.status:<10} {counts}  {item.error or ''}".rstrip()
