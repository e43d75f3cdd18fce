"""Removes orphaned files from report storage.

A worker that lost its lease leaves the reports of its attempt, and a crash between two steps leaves files
whose row was deleted or never written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

import structlog
from sqlalchemy import select

from webapp.core import clock, storage
from webapp.core.run_states import ENDED_RUN_STATES
from webapp.extensions import db
from webapp.models import CatalogImport, Report, Run

log = structlog.get_logger(__name__)

RUNS: Final = "runs"
IMPORTS: Final = "catalog-imports"
BATCH: Final = 500
# A recently written file may belong to a row that is about to be committed.
GRACE: Final = timedelta(days=1)


def purge_orphan_files(should_stop: Callable[[], bool] = lambda: False) -> int:
    """Remove files of no run and no catalog import; return how many files and folders.

    Raises StorageError.
    """
    before = clock.now() - GRACE
    orphans = _orphans_of_runs(should_stop), _orphans_of_imports(should_stop)
    removed = 0
    for path in (path for some in orphans for path in some):
        removed += _remove(path, before)
    if removed:
        log.info("storage.swept", removed=removed)
    return removed


def _orphans_of_runs(should_stop: Callable[[], bool]) -> Iterator[str]:
    numbers = iter([int(name) for name in storage.list_names(RUNS) if name.isascii() and name.isdigit()])
    while (chunk := list(islice(numbers, BATCH))) and not should_stop():
        rows = db.session.execute(select(Run.id, Run.attempt, Run.status).where(Run.id.in_(chunk))).all()
        present = {row.id for row in rows}
        again = [row.id for row in rows if row.attempt > 1 and row.status in ENDED_RUN_STATES]
        recorded = set(db.session.scalars(select(Report.path).where(Report.run_id.in_(again))))
        db.session.rollback()
        yield from (f"{RUNS}/{number}" for number in chunk if number not in present)
        yield from _left_by_attempts(again, recorded)


def _left_by_attempts(run_ids: list[int], recorded: set[str]) -> Iterator[str]:
    """Return files other than reports; only a run that was taken over can have some."""
    for run_id in run_ids:
        paths = [f"{RUNS}/{run_id}/{name}" for name in storage.list_names(f"{RUNS}/{run_id}")]
        yield from (path for path in paths if path not in recorded)


def _orphans_of_imports(should_stop: Callable[[], bool]) -> Iterator[str]:
    if should_stop():
        return
    present = {path.split("/")[1] for path in db.session.scalars(select(CatalogImport.path))}
    db.session.rollback()
    yield from (f"{IMPORTS}/{name}" for name in storage.list_names(IMPORTS) if name not in present)


def _remove(path: str, before: datetime) -> bool:
    """Remove a file or a folder unless something in it was written recently."""
    if path.endswith((".csv", ".csv.gz")):
        if _is_young(path, before):
            return False
        storage.remove_file(path)
        return True
    if any(_is_young(f"{path}/{name}", before) for name in storage.list_names(path)):
        return False
    return storage.remove_folder(path)


def _is_young(path: str, before: datetime) -> bool:
    moment = storage.modified_at(path)
    return moment is not None and moment >= before
