"""The parts that a run skipped, grouped by reason, and listed a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select

from webapp.extensions import db
from webapp.models import ReportedPart, Run, RunItem
from webapp.runs.skipped_reasons import REASONS

PAGE_LENGTH: Final = 50


@dataclass(frozen=True)
class SkippedParts:
    """Counts by reason, the greatest first, and a page of one reason. `following` is where the next begins.

    `gone` is how many the run skipped that are no longer kept: a later complete pull took their place.
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
        """What the run skipped; of the reason that is named, or else of the most frequent one."""
        items = [item.id for item in run.items if item.status == "succeeded"]
        counts = _counts(items)
        shown = reason if reason in dict(counts) else (counts[0][0] if counts else None)
        rows = _rows(items, shown, after) if shown else []
        following = rows[PAGE_LENGTH - 1].id if len(rows) > PAGE_LENGTH else None
        skipped = sum(item.skipped for item in run.items if item.status == "succeeded")
        gone = max(0, skipped - sum(number for _, number in counts))
        return cls(run, counts, shown, rows[:PAGE_LENGTH], following, after is None, gone)


def latest(dealer_id: int) -> Run | None:
    """The last finished run that pulled a code to its end."""
    finished = Run.status.in_(("succeeded", "partial"))
    wanted = select(Run).where(Run.dealer_id == dealer_id, finished).order_by(Run.id.desc()).limit(1)
    return db.session.scalar(wanted)


def _counts(item_ids: Sequence[int]) -> list[tuple[str, int]]:
    number = func.count()
    wanted = (
        select(ReportedPart.reason, number)
        .where(ReportedPart.run_item_id.in_(item_ids), ReportedPart.reason.is_not(None))
        .group_by(ReportedPart.reason)
    )
    found = {reason: int(count) for reason, count in db.session.execute(wanted)}
    known = [(reason, found[reason]) for reason in REASONS if reason in found]
    return sorted(known, key=lambda each: -each[1])


def _rows(item_ids: Sequence[int], reason: str, after: int | None) -> Sequence[Any]:
    """Parts of a reason in the order reported, one more than a page has."""
    wanted = (
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
    return db.session.execute(wanted).all()
