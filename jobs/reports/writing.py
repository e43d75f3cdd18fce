"""Writer of a run's reports to report storage, as gzip files (R18).

Lines are copied in their compressed form: several gzip files after one another are one gzip file.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from typing import IO, Any, Final, NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.engine import Connection

from jobs.concurrency import Waiting
from jobs.reports import cleared, lines
from jobs.reports.stored_changes import StoredChanges
from webapp.core import spreadsheet, storage
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

# Blocks that are read at once.
_TOGETHER: Final = 20


class Applied(NamedTuple):
    """Run item that succeeded."""

    id: int
    code_key: str
    dealer_id: int
    cleared: int


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
    items = _applied(run_id)
    # No transaction stays open while storage is written.
    db.session.commit()
    return [
        _write(f"runs/{run_id}/{kind}-{attempt}.csv.gz", kind, items, waiting, rendered)
        for kind in (INVENTORY, SKIPPED)
    ]


def record(run_id: int, written: list[Written]) -> None:
    """Store the report rows in the database, replacing earlier ones of the run. The caller commits."""
    db.session.execute(delete(Report).where(Report.run_id == run_id))
    db.session.add_all(
        Report(run_id=run_id, kind=file.kind, path=file.path, rows=file.rows) for file in written
    )


def are_recorded(run_id: int) -> bool:
    """Whether the reports of a run are stored in the database."""
    return db.session.scalar(select(Report.id).where(Report.run_id == run_id).limit(1)) is not None


def _applied(run_id: int) -> list[Applied]:
    rows = db.session.execute(
        select(RunItem.id, RunItem.code_key, Run.dealer_id, RunItem.cleared)
        .join(Run, Run.id == RunItem.run_id)
        .where(RunItem.run_id == run_id, RunItem.status == RunItemState.SUCCEEDED)
        .order_by(RunItem.position)
    )
    return [Applied(*row) for row in rows]


def _write(
    path: str,
    kind: str,
    items: list[Applied],
    waiting: Waiting,
    rendered: lines.RenderedLines | None,
) -> Written:
    rows = 0
    with storage.open_bytes_for_writing(path) as file:
        with _compressed(file) as text:
            spreadsheet.write_header(text, COLUMNS[kind])
        for item in items:
            if kind == SKIPPED:
                rows += _copy_skipped(file, item, waiting)
            else:
                rows += _copy_inventory(file, item, waiting, rendered)
    return Written(kind, path, rows)


def _copy_skipped(file: IO[bytes], item: Applied, waiting: Waiting) -> int:
    rows = 0
    with _reading() as connection:
        for block in _blocks(connection, item, PullBlock.reasons, PullBlock.skipped_lines):
            file.write(block.skipped_lines)
            rows += sum(block.reasons.values())
            waiting()
    return rows


def _copy_inventory(
    file: IO[bytes],
    item: Applied,
    waiting: Waiting,
    rendered: lines.RenderedLines | None,
) -> int:
    """Write the lines of synced parts and of cleared products.

    Blocks that an earlier item wrote have nothing that this one changed.
    """
    rows = 0
    changes: StoredChanges | None = None
    with _reading() as connection:
        for block in _blocks(connection, item, PullBlock.inventory_rows, PullBlock.inventory):
            compressed = block.inventory
            if block.item_id == item.id:
                kept = rendered.get(item.id, block.first_key) if rendered is not None else None
                if kept is None:
                    changes = changes or StoredChanges(connection, item.id, item.code_key)
                    kept = _rendered(connection, item, block.first_key, changes)
                compressed = kept
            file.write(compressed)
            rows += block.inventory_rows
            waiting()
        if item.cleared:
            plan_as_written(connection)
            with _compressed(file) as text:
                rows += cleared.write(text, connection, item.id, waiting)
    return rows


def _blocks(connection: Connection, item: Applied, *columns: Any) -> Iterator[Any]:
    """Yield the blocks of the item's pull in key order."""
    of_code = PullBlock.dealer_id == item.dealer_id, PullBlock.code_key == item.code_key
    after: str | None = None
    while True:
        query = select(PullBlock.first_key, PullBlock.item_id, *columns).where(*of_code)
        if after is not None:
            query = query.where(PullBlock.first_key > after)
        blocks = connection.execute(query.order_by(PullBlock.first_key).limit(_TOGETHER)).all()
        yield from blocks
        if len(blocks) < _TOGETHER:
            return
        after = blocks[-1].first_key


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
