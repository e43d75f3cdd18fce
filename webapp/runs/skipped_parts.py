"""Skipped parts of a run, grouped by reason, and paginated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import select

from webapp.core.enums import STORED_TRIGGERS
from webapp.core.run_states import APPLIED_STATES, RunItemState
from webapp.extensions import db
from webapp.models import Run
from webapp.pulls.stored_entries import StoredPulls
from webapp.runs.skipped_reasons import REASONS

PAGE_LENGTH: Final = 50


class SkippedPart(NamedTuple):
    """A part that a run left out. `quantity_text` is the reported text of an unusable quantity."""

    supplier_code: str
    part_number: str
    description: str | None
    quantity: int | None
    quantity_text: str | None
    candidate: str | None
    candidate_by: str | None


@dataclass(frozen=True)
class SkippedParts:
    """Counts by reason, the largest first, and a page of one reason. `following` is the next page's cursor.

    `gone` is the number of skipped parts that were replaced by a later complete pull.
    """

    run: Run
    counts: Sequence[tuple[str, int]]
    reason: str | None
    rows: Sequence[SkippedPart]
    following: int | None
    is_first: bool
    gone: int

    @classmethod
    def of(cls, run: Run, reason: str, after: int | None = None) -> SkippedParts:
        """Return the run's skipped parts, of the given reason or the most frequent one."""
        codes = {item.id: item.supplier_code for item in run.items if item.status == RunItemState.SUCCEEDED}
        pulls = StoredPulls(run.dealer_id, list(codes))
        counts = _sorted(pulls.count_by_reason())
        shown = reason if reason in dict(counts) else (counts[0][0] if counts else None)
        rows = _rows(pulls, codes, shown, after or 0) if shown else []
        following = (after or 0) + PAGE_LENGTH if len(rows) > PAGE_LENGTH else None
        skipped = sum(item.skipped for item in run.items if item.status == RunItemState.SUCCEEDED)
        gone = max(0, skipped - sum(number for _, number in counts))
        return cls(run, counts, shown, rows[:PAGE_LENGTH], following, after is None, gone)


def latest(dealer_id: int) -> Run | None:
    """Return the last finished run with a complete pull from Lightspeed."""
    finished = Run.status.in_(APPLIED_STATES), Run.trigger.not_in(STORED_TRIGGERS)
    query = select(Run).where(Run.dealer_id == dealer_id, *finished).order_by(Run.id.desc()).limit(1)
    return db.session.scalar(query)


def _sorted(counts: dict[str, int]) -> list[tuple[str, int]]:
    known = [(reason, counts[reason]) for reason in REASONS if reason in counts]
    return sorted(known, key=lambda each: -each[1])


def _rows(pulls: StoredPulls, codes: dict[int, str], reason: str, first: int) -> list[SkippedPart]:
    """Return parts of a reason by code and part number, one more than a page has."""
    return [
        SkippedPart(
            codes[pull.item_id],
            entry.part_number,
            entry.description,
            entry.quantity,
            entry.quantity_text(pull.quantity_column),
            entry.candidate,
            entry.candidate_by,
        )
        for pull, entry in pulls.skipped(reason, first, PAGE_LENGTH + 1)
    ]
