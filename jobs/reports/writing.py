"""Writer of a run's reports to report storage, as gzip files (R18).

Lines are copied in their compressed form: several gzip files after one another are one gzip file.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import chain, groupby
from operator import itemgetter
from typing import IO, Final

from sqlalchemy import delete, select
from sqlalchemy.engine import Connection

from jobs.concurrency import Waiting
from jobs.reports import cleared, lines, restored
from jobs.reports.stored_blocks import Applied, Index, Lines, StoredBlocks, index_of
from jobs.reports.stored_changes import StoredChanges
from webapp.core import spreadsheet, storage
from webapp.core.enums import ITEM_HELD
from webapp.core.run_states import RunItemState
from webapp.extensions import db, plan_as_written
from webapp.models import PullBlock, Report, Run, RunItem
from webapp.pulls.entries import unpack

INVENTORY: Final = "inventory"
SKIPPED: Final = "skipped"
COLUMNS: Final = {
    INVENTORY: cleared.COLUMNS,
    SKIPPED: ("supplier_code", "part_number", "description", "quantity", "reason", "candidate"),
}


@dataclass(frozen=True)
class Written:
    """Report file: kind, path in storage, and number of rows."""

    kind: str
    path: str
    rows: int


def write(
    run_id: int, attempt: int, waiting: Waiting, rendered: lines.RenderedLines | None = None
) -> list[Written]:
    """Write both reports of a run; `waiting` is called regularly.

    The attempt is part of the path, so that a worker that lost its lease cannot overwrite the file of the
    worker that took over (R19). Lines that are not in `rendered` are rendered again. Raises StorageError.
    """
    with _reading() as connection:
        pulls = _Pulls.of(connection, run_id)
        if pulls.items and pulls.items[0].trigger == "restore":
            return _write_restored(connection, run_id, attempt, waiting)
        return [
            _write(f"runs/{run_id}/{kind}-{attempt}.csv.gz", kind, pulls, waiting, rendered)
            for kind in (INVENTORY, SKIPPED)
        ]


def _write_restored(connection: Connection, run_id: int, attempt: int, waiting: Waiting) -> list[Written]:
    """Write what a restore changed; it received no parts that could be skipped."""
    path = f"runs/{run_id}/{INVENTORY}-{attempt}.csv.gz"
    with storage.open_bytes_for_writing(path) as file, _compressed(file) as text:
        spreadsheet.write_header(text, COLUMNS[INVENTORY])
        rows = restored.write(text, connection, run_id, waiting)
    return [Written(INVENTORY, path, rows)]


def rehearse(run_id: int) -> None:
    """Execute the queries of a run's reports, without writing any."""
    with _reading() as connection:
        index_of(connection, [Applied(run_id, "", run_id, 0)])
        _Pulls.of(connection, run_id)


def record(run_id: int, written: list[Written]) -> None:
    """Store the report rows in the database, replacing earlier ones of the run. The caller commits."""
    db.session.execute(delete(Report).where(Report.run_id == run_id))
    db.session.add_all(
        Report(run_id=run_id, kind=file.kind, path=file.path, rows=file.rows) for file in written
    )


def are_recorded(run_id: int) -> bool:
    """Whether the reports of a run are stored in the database."""
    return db.session.scalar(select(Report.id).where(Report.run_id == run_id).limit(1)) is not None


def _applied(connection: Connection, run_id: int) -> list[Applied]:
    rows = connection.execute(
        select(RunItem.id, RunItem.code_key, Run.dealer_id, RunItem.cleared, Run.trigger)
        .join(Run, Run.id == RunItem.run_id)
        .where(RunItem.run_id == run_id, RunItem.status == RunItemState.SUCCEEDED)
        .where(RunItem.error_kind.is_distinct_from(ITEM_HELD))
        .order_by(RunItem.position)
    )
    return [Applied(*row) for row in rows]


@dataclass(frozen=True)
class _Pulls:
    """The applied items of a run and the blocks of their pulls."""

    connection: Connection
    items: list[Applied]
    index: Index

    @classmethod
    def of(cls, connection: Connection, run_id: int) -> _Pulls:
        items = _applied(connection, run_id)
        return cls(connection, items, index_of(connection, items))

    def skipped(self) -> StoredBlocks:
        """Return the blocks with the lines of skipped parts."""
        lines_of = PullBlock.skipped_lines
        return StoredBlocks(self.connection, self.items, self.index, lines_of, _has_skipped)

    def inventory(self) -> StoredBlocks:
        """Return the blocks with the lines of synced parts, of those that earlier items wrote."""
        return StoredBlocks(self.connection, self.items, self.index, PullBlock.inventory, _is_of_earlier)


def _has_skipped(_item: Applied, block: Lines) -> bool:
    return bool(block.reasons)


def _is_of_earlier(item: Applied, block: Lines) -> bool:
    return block.item_id != item.id


def _write(
    path: str, kind: str, pulls: _Pulls, waiting: Waiting, rendered: lines.RenderedLines | None
) -> Written:
    with storage.open_bytes_for_writing(path) as file:
        with _compressed(file) as text:
            spreadsheet.write_header(text, COLUMNS[kind])
        if kind == SKIPPED:
            return Written(kind, path, _copy_skipped(file, pulls, waiting))
        return Written(kind, path, _copy_inventory(file, pulls, waiting, rendered))


def _copy_skipped(file: IO[bytes], pulls: _Pulls, waiting: Waiting) -> int:
    rows = 0
    for _, blocks in pulls.skipped():
        for block in blocks:
            file.write(block.compressed)
            rows += sum(block.reasons.values())
            waiting()
    return rows


def _copy_inventory(
    file: IO[bytes], pulls: _Pulls, waiting: Waiting, rendered: lines.RenderedLines | None
) -> int:
    """Write the lines of synced parts and of cleared products.

    Blocks that an earlier item wrote have nothing that this one changed.
    """
    rows, connection = 0, pulls.connection
    for item, pieces in groupby(pulls.inventory(), key=itemgetter(0)):
        own = _OwnLines(connection, item, rendered)
        for block in chain.from_iterable(blocks for _, blocks in pieces):
            file.write(own.of(block.first_key) if block.item_id == item.id else block.compressed)
            rows += block.inventory_rows
            waiting()
        if item.cleared:
            plan_as_written(connection)
            with _compressed(file) as text:
                rows += cleared.write(text, connection, item.dealer_id, item.id, waiting)
    return rows


class _OwnLines:
    """Lines of blocks that an item wrote: those kept by this run, or rendered again."""

    def __init__(self, connection: Connection, item: Applied, rendered: lines.RenderedLines | None) -> None:
        self._connection = connection
        self._item = item
        self._rendered = rendered
        self._changes: StoredChanges | None = None

    def of(self, first_key: str) -> bytes:
        kept = self._rendered.get(self._item.id, first_key) if self._rendered is not None else None
        if kept is not None:
            return kept
        if self._changes is None:
            self._changes = StoredChanges(
                self._connection, self._item.dealer_id, self._item.id, self._item.code_key
            )
        return _rendered(self._connection, self._item, first_key, self._changes)


def _rendered(connection: Connection, item: Applied, first_key: str, changes: lines.Changes) -> bytes:
    query = select(PullBlock.body).where(
        PullBlock.dealer_id == item.dealer_id,
        PullBlock.code_key == item.code_key,
        PullBlock.first_key == first_key,
    )
    entries = unpack(connection.execute(query).scalar_one())
    return lines.compress(lines.inventory_text(entries, changes))


@contextmanager
def _reading() -> Iterator[Connection]:
    """Open a separate connection for reading, which does not wait for writers."""
    with db.engine.connect().execution_options(sqlite_begin="DEFERRED") as connection:
        yield connection


@contextmanager
def _compressed(file: IO[bytes]) -> Iterator[IO[str]]:
    """Append text to a gzip file."""
    with lines.gzip_writer(file) as packed:
        text = TextIOWrapper(packed, encoding="utf-8", newline="")
        yield text
        text.flush()
        text.detach()
