"""Skipped parts of a run, grouped by reason, and paginated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select

from webapp.core.run_states import APPLIED_STATES, RunItemState
from webapp.extensions import db
from webapp.models import ReportedPart, Run, RunItem
from webapp.runs.skipped_reasons import REASONS

PAGE_LENGTH: Final = 50


@dataclass(frozen=True)
class SkippedParts:
    """Counts by reason, the largest first, and a page of one reason. `following` is the next page's cursor.

    `gone` is the number of skipped parts that were replaced by a later complete pull.
    """

    run: Run
    counts: Sequence[tuple[str, int]]
    reason: str | None
    rows: Sequence[Any]
    following: int | None
    is_first: bool
    gone: int

    @classmethod
    def of(cls, run: Run, reason: str, after: int | None = None) -> SkippedParts:
        """Return the run's skipped parts, of the given reason or the most frequent one."""
        items = [item.id for item in run.items if item.status == RunItemState.SUCCEEDED]
        counts = _counts(items)
        shown = reason if reason in dict(counts) else (counts[0][0] if counts else None)
        rows = _rows(items, shown, after) if shown else []
        following = rows[PAGE_LENGTH - 1].id if len(rows) > PAGE_LENGTH else None
        skipped = sum(item.skipped for item in run.items if item.status == RunItemState.SUCCEEDED)
        gone = max(0, skipped - sum(number for _, number in counts))
        return cls(run, counts, shown, rows[:PAGE_LENGTH], following, after is None, gone)


def latest(dealer_id: int) -> Run | None:
    """Return the last finished run with a complete pull."""
    finished = Run.status.in_(APPLIED_STATES)
    query = select(Run).where(Run.dealer_id == dealer_id, finished).order_by(Run.id.desc()).limit(1)
    return db.session.scalar(query)


def _counts(item_ids: Sequence[int]) -> list[tuple[str, int]]:
    number = func.count()
    query = (
        select(ReportedPart.reason, number)
        .where(ReportedPart.run_item_id.in_(item_ids), ReportedPart.reason.is_not(None))
        .group_by(ReportedPart.reason)
    )
    counts = {reason: int(count) for reason, count in db.session.execute(query)}
    known = [(reason, counts[reason]) for reason in REASONS if reason in counts]
    return sorted(known, key=lambda each: -each[1])


def _rows(item_ids: Sequence[int], reason: str, after: int | None) -> Sequence[Any]:
    """Return parts of a reason in the reported order, one more than a page has."""
    query = (
        select(
            ReportedPart.id,
            RunItem.supplier_code,
            ReportedPart.part_number,
            ReportedPart.description,
            ReportedPart.quantity,
            ReportedPart.quantity_text,
            ReportedPart.candidate,
            ReportedPart.candidate_by,
        )
        .join(RunItem, RunItem.id == ReportedPart.run_item_id)
        .where(ReportedPart.run_item_id.in_(item_ids), ReportedPart.reason == reason)
        .where(ReportedPart.id > (after or 0))
        .order_by(ReportedPart.id)
        .limit(PAGE_LENGTH + 1)
    )
    return db.session.execute(query).all()
