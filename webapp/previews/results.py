"""What a preview says: of each code, in total, and the largest changes of each kind (R24)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.engine import Connection

from webapp.core.run_states import RunItemState
from webapp.extensions import db
from webapp.models import Preview, PreviewCode
from webapp.previews.shelf_figures import ShelfFigures
from webapp.previews.summary import KINDS, Summary
from webapp.pulls.stored_changes import planned_of_preview
from webapp.runs.run_changes import ShownChange, by_part_number, shown

# Of RunItem, and of the changes.
COUNTS: Final = (
    *("synced", "skipped", "kept", "prices_left", "prices_blocked"),
    *("held", "frozen", "withheld", "changes", *KINDS),
)


class Figures(NamedTuple):
    """Pieces in stock and their value, now and afterwards."""

    before: ShelfFigures = ShelfFigures()
    after: ShelfFigures = ShelfFigures()

    @property
    def pieces(self) -> int:
        """How many pieces more there are."""
        return self.after.pieces - self.before.pieces

    @property
    def cents(self) -> int:
        """How much more they are worth."""
        return self.after.cents - self.before.cents


class PreviewedCode(NamedTuple):
    """What is planned for a code. `error` says why nothing is, or why it would be on hold."""

    code: str
    key: str
    status: str
    error: str | None
    fetched: int
    counts: dict[str, int]
    figures: Figures

    @property
    def is_planned(self) -> bool:
        return self.status == RunItemState.SUCCEEDED


class PreviewResult(NamedTuple):
    """All that a preview says. `counts` are over all codes; `figures` also over stock of removed ones."""

    preview: Preview
    codes: list[PreviewedCode]
    counts: dict[str, int]
    figures: Figures
    summary: Summary

    def largest(self, kind: str) -> list[ShownChange]:
        """Return the largest changes of one of `KINDS`, with their names."""
        connection, preview = db.session.connection(), self.preview
        rows = self.summary.largest(kind)
        return shown(connection, preview.dealer_id, rows, is_of_rules=preview.kind == "settings")


def result_of(preview: Preview) -> PreviewResult:
    """Return what a preview says so far."""
    query = select(PreviewCode).where(PreviewCode.preview_id == preview.id).order_by(PreviewCode.position)
    rows = list(db.session.scalars(query.execution_options(populate_existing=True)))
    summary = Summary()
    for row in rows:
        if row.largest is not None:
            summary.unpack(row.largest)
    codes = [_code_of(row) for row in rows]
    counts = {name: sum(code.counts[name] for code in codes) for name in COUNTS}
    return PreviewResult(preview, codes, counts, _figures(preview.figures), summary)


# Planned changes, some thousand at a time.
Blocks = Iterator[list[ShownChange]]


def blocks_of(connection: Connection, preview_id: int, dealer_id: int) -> Blocks:
    """Yield all planned changes by code."""
    kind = connection.scalar(select(Preview.kind).where(Preview.id == preview_id))
    query = select(PreviewCode.code_key).where(PreviewCode.preview_id == preview_id)
    for key in connection.scalars(query.order_by(PreviewCode.position)).all():
        for block in planned_of_preview(connection, dealer_id, preview_id, key):
            yield by_part_number(shown(connection, dealer_id, block, is_of_rules=kind == "settings"))


def _code_of(row: PreviewCode) -> PreviewedCode:
    counts = {name: int((row.counts or {}).get(name, 0)) for name in COUNTS}
    name, fetched = row.supplier_code, row.fetched
    return PreviewedCode(name, row.code_key, row.status, row.error, fetched, counts, _figures(row.figures))


def _figures(stored: dict[str, Any] | None) -> Figures:
    if stored is None:
        return Figures()
    return Figures(ShelfFigures(**stored["before"]), ShelfFigures(**stored["after"]))
