"""Exact preview of a restore: what it changes, by code, and what else it undoes (R25)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from heapq import nlargest
from typing import Final, NamedTuple

from sqlalchemy.engine import Connection

from webapp.extensions import db
from webapp.models import Run
from webapp.previews.summary import Summary
from webapp.pulls.earlier_stock import Restoration
from webapp.pulls.product_sets import Bitmap
from webapp.pulls.stock_changes import LARGEST
from webapp.pulls.stored_changes import CausedChange
from webapp.restores.code_names import names_of
from webapp.restores.restore_plan import RestorePlan
from webapp.runs import run_changes, run_labels
from webapp.runs.run_changes import ShownChange

CAUSE: Final = "restored"
# Changes whose names are read at once.
_BATCH: Final = 2_000
CAUSES: Final = {
    "reported": "Updated as reported",
    "cleared": "No longer reported",
    "moved": "Moved to another code",
    "approved": "Approved zero-out",
    "removed": "Supplier code removed with its stock",
    "restored": "Restored an earlier state",
}


class CodeLine(NamedTuple):
    """What a restore would change of one code: number of products' stock, pieces, and value in cents."""

    key: str
    name: str
    is_chosen: bool
    changes: int
    pieces: int
    value_cents: int


class UndoneLine(NamedTuple):
    """Changes that are undone: of a run, or of a user outside of runs, and why they were made."""

    run_id: int | None
    who: str
    why: str
    at: datetime
    changes: int


class RestorePreview(NamedTuple):
    """A plan with what it changes; `products` counts each once, and `largest` are the largest changes."""

    plan: RestorePlan
    codes: list[CodeLine]
    summary: Summary
    products: int
    largest: list[ShownChange]
    undone: list[UndoneLine]

    @property
    def chosen(self) -> list[str]:
        """The keys of the codes that are chosen and change."""
        return [line.key for line in self.codes if line.is_chosen and line.changes]


def preview(plan: RestorePlan) -> RestorePreview:
    """Return the preview of a restore, by the comparison that the restore itself uses."""
    codes: list[CodeLine] = []
    summary, products = Summary(), Bitmap()
    largest: list[CausedChange] = []
    names = names_of(plan.connection, plan.dealer_id, plan.changed_codes)
    for code_key in plan.changed_codes:
        found = [CausedChange(row.change, CAUSE) for row in plan.restorations(code_key)]
        own = Summary()
        own.add(found)
        is_chosen = plan.code_keys is None or code_key in plan.code_keys
        codes.append(CodeLine(code_key, names[code_key], is_chosen, own.changes, *own.sum))
        if is_chosen:
            summary.merge(own)
            products.update(row.change.place.product_id for row in found)
            largest = nlargest(LARGEST, [*largest, *found], key=_size)
    shown = run_changes.shown(plan.connection, plan.dealer_id, largest)
    return RestorePreview(plan, codes, summary, len(products), shown, _undone(plan))


def all_changes(plan: RestorePlan) -> Iterator[Sequence[ShownChange]]:
    """Yield all changes of the restore by code, some thousand at a time."""
    for _, found in plan.each_code():
        for first in range(0, len(found), _BATCH):
            yield _shown(plan.connection, plan.dealer_id, found[first : first + _BATCH])


def _shown(connection: Connection, dealer_id: int, found: Sequence[Restoration]) -> list[ShownChange]:
    return run_changes.shown(connection, dealer_id, [CausedChange(row.change, CAUSE) for row in found])


def _size(row: CausedChange) -> tuple[int, int]:
    return abs(row.change.value_cents), abs(row.change.pieces)


def _undone(plan: RestorePlan) -> list[UndoneLine]:
    lines = []
    for undone in plan.undone:
        run = db.session.get(Run, undone.run_id) if undone.run_id is not None else None
        who = run_labels.trigger(run) if run is not None else "Outside of runs"
        lines.append(UndoneLine(undone.run_id, who, CAUSES[undone.cause], undone.at, undone.changes))
    return lines
