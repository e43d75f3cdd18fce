"""Candidates of skipped parts without those that a user rejected (R22)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select

from webapp.core.text_keys import key_of
from webapp.explain.explanation import ReportedPart
from webapp.extensions import db
from webapp.matching.next_candidates import Candidate, Unmatched, next_best
from webapp.models import RejectedCandidate


def with_next_best(dealer_id: int, rows: tuple[ReportedPart, ...]) -> tuple[ReportedPart, ...]:
    """Return reported parts with the numbers that were rejected, and the closest one that was not."""
    rejected = _rejected(dealer_id, {key_of(row.part_number) for row in rows if row.candidate})
    without = {(key, key_of(number)) for key, numbers in rejected.items() for number in numbers}
    refused = [_unmatched(row) for row in rows if (key_of(row.part_number), key_of(row.candidate)) in without]
    found = next_best(dealer_id, refused, without) if refused else {}
    places = {part.place for part in refused}
    return tuple(
        _decided(row, rejected[place[1]], found.get(place)) if (place := _place(row)) in places else row
        for row in rows
    )


def _rejected(dealer_id: int, keys: set[str]) -> dict[str, list[str]]:
    """Return the rejected numbers of each part, by its key."""
    found: dict[str, list[str]] = defaultdict(list)
    if not keys:
        return found
    query = select(RejectedCandidate.key, RejectedCandidate.candidate).where(
        RejectedCandidate.dealer_id == dealer_id, RejectedCandidate.key.in_(sorted(keys))
    )
    for key, number in db.session.execute(query.order_by(RejectedCandidate.created_at)):
        found[key].append(number)
    return found


def _place(row: ReportedPart) -> tuple[str, str]:
    return row.code_key, key_of(row.part_number)


def _unmatched(row: ReportedPart) -> Unmatched:
    return Unmatched(*_place(row), row.row.get("UPC"), row.row.get("SupersededTo"))


def _decided(row: ReportedPart, rejected: Sequence[str], found: Candidate | None) -> ReportedPart:
    number, kind = found or (None, None)
    return replace(row, candidate=number, candidate_by=kind, rejected=tuple(rejected))
