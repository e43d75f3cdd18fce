"""Plans what applying a code would change: it is applied as in a run, and rolled back (R24).

So that a plan cannot differ from what the run does, there is no other code for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import select

from jobs.reports.lines import RenderedLines
from jobs.sources.source import SourceError
from jobs.sync.applying import packed_changes
from jobs.sync.applying.apply import apply_changed, compare_unchanged, without_garbage_collection
from jobs.sync.applying.context import RunMappings
from jobs.sync.applying.effects import Effects
from jobs.sync.applying.packed_changes import PackedChanges
from jobs.sync.applying.planned_stock import PlannedStock
from jobs.sync.applying.stored_rows import PullRows
from webapp.extensions import db
from webapp.models import Run, RunItem
from webapp.search import figures


class PlannedCode(NamedTuple):
    """What applying a code would count, and change of shelf stock.

    `withheld` is what a hold or freezes would keep back (R26, R27), and `sentence` says why the whole pull is
    held; None if it is not.
    """

    counts: dict[str, int]
    changes: list[PackedChanges]
    withheld: list[PackedChanges]
    sentence: str | None


def plan(run: Run, item: RunItem, received: PullRows, mappings: RunMappings) -> PlannedCode:
    """Plan an item that is running, within the caller's transaction, which afterwards is as it was.

    The shelf stays locked. Raises SourceError as `apply` does.
    """
    with _undone():
        figures.lock_shelf(db.session(), run.dealer_id)
        return plan_on(run, item, received, mappings, planned_stock(run.dealer_id))


def planned_stock(dealer_id: int) -> PlannedStock:
    """Return what the codes of a plan change, within the caller's transaction."""
    return PlannedStock(db.session.connection(), dealer_id)


def plan_on(
    run: Run, item: RunItem, received: PullRows, mappings: RunMappings, stock: PlannedStock
) -> PlannedCode:
    """Apply an item that is running within a transaction that the caller rolls back; return the plan.

    The caller has locked the shelf. Codes that are planned after it in the transaction see its changes, as in
    a run. If SourceError is raised, the code has changed nothing.
    """
    _, unchanged = compare_unchanged(run, item, received, mappings)
    if unchanged is not None:
        return PlannedCode(unchanged, [], [], None)
    with _forgotten_if_refused(stock), without_garbage_collection(), db.session.begin_nested():
        counts = apply_changed(run, item, received, Effects(RenderedLines(None), stock), mappings)
    sentence = db.session.execute(select(RunItem.error).where(RunItem.id == item.id)).scalar_one()
    changes, withheld = packed_changes.changes_of(item.id), packed_changes.withheld_by(item.id)
    return PlannedCode(counts, changes, withheld, sentence)


def keep(
    planned: PlannedCode,
    dealer_id: int,
    code_key: str,
    *,
    run_item_id: int | None = None,
    preview_id: int | None = None,
) -> None:
    """Store the changes of a plan with a run item or a preview. The caller commits."""
    packed_changes.keep(planned.changes, dealer_id, code_key, run_item_id=run_item_id, preview_id=preview_id)


@contextmanager
def _forgotten_if_refused(stock: PlannedStock) -> Iterator[None]:
    """Keep what a code changes for the codes after it, unless it is not applied."""
    try:
        yield
    except SourceError:
        stock.forget()
        raise
    stock.keep()


@contextmanager
def _undone() -> Iterator[None]:
    """Roll back what the block writes, also if it succeeds."""
    savepoint = db.session.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
