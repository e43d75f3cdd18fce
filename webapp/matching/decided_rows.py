"""Skipped parts with what users decided about them: without ignored parts and rejected candidates (R22)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import select

from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.matching import next_candidates
from webapp.matching.next_candidates import Rejected, Unmatched
from webapp.matching.skipped_rows import SkippedRow, skipped_rows
from webapp.models import IgnoredPart


def decided_rows(dealer_id: int, code_keys: Collection[str] | None = None) -> Iterator[SkippedRow]:
    """Yield the skipped parts that are not ignored, in any order.

    A part whose candidate was rejected has the closest one that was not, if there is any. With `code_keys`,
    only parts of those codes.
    """
    ignored = _ignored(dealer_id)
    rejected = next_candidates.rejected(dealer_id)
    without: list[SkippedRow] = []
    for row in skipped_rows(dealer_id, code_keys):
        if (row.code_key, row.key) in ignored:
            continue
        if rejected and row.candidate and (row.key, key_of(row.candidate)) in rejected:
            without.append(row)
        else:
            yield row
    yield from _with_next_best(dealer_id, without, rejected)


def _with_next_best(dealer_id: int, rows: Sequence[SkippedRow], rejected: Rejected) -> Iterator[SkippedRow]:
    parts = [Unmatched(row.code_key, row.key, row.upc, row.superseded_to) for row in rows]
    found = next_candidates.next_best(dealer_id, parts, rejected) if parts else {}
    for row in rows:
        number, kind = found.get((row.code_key, row.key), (None, None))
        yield row._replace(candidate=number, candidate_by=kind)


def _ignored(dealer_id: int) -> set[tuple[str, str]]:
    query = select(IgnoredPart.code_key, IgnoredPart.key).where(IgnoredPart.dealer_id == dealer_id)
    return {(row.code_key, row.key) for row in db.session.execute(query)}
