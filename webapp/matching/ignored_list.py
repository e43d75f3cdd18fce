"""Ignored parts for display: the latest decisions, and all parts a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.matching.ignored_parts import DecisionReference
from webapp.models import IgnoredPart, User

PAGE_LENGTH: Final = 50


class Decision(NamedTuple):
    """Parts that were ignored together; `part_number` is the first one, `codes` their codes in words."""

    reference: DecisionReference
    at: datetime
    email: str | None
    why: str
    parts: int
    part_number: str
    codes: str


@dataclass(frozen=True)
class IgnoredList:
    """A page of ignored parts, from 1. `total` counts those that match the words."""

    rows: list[IgnoredPart]
    words: str
    page: int
    total: int

    @classmethod
    def of(cls, dealer_id: int, words: str = "", page: int = 1) -> IgnoredList:
        """Return a page of the parts whose number begins with the words, or whose reason has them."""
        matching = [IgnoredPart.dealer_id == dealer_id]
        if words:
            key = key_of(words)
            why = func.lower(IgnoredPart.why).contains(key, autoescape=True)
            matching.append(or_(IgnoredPart.key.startswith(key, autoescape=True), why))
        total = db.session.scalar(select(func.count()).select_from(IgnoredPart).where(*matching))
        last = IgnoredPart.created_at.desc(), IgnoredPart.code_key, IgnoredPart.key
        query = select(IgnoredPart).where(*matching).order_by(*last).limit(PAGE_LENGTH)
        query = query.options(joinedload(IgnoredPart.created_by))
        rows = list(db.session.scalars(query.offset((page - 1) * PAGE_LENGTH)))
        return cls(rows, words, page, int(total or 0))

    @property
    def has_more(self) -> bool:
        return self.total > self.page * PAGE_LENGTH


def latest(dealer_id: int, limit: int) -> list[Decision]:
    """Return decisions that have parts, the last one first."""
    together = IgnoredPart.created_at, IgnoredPart.created_by_id, User.email, IgnoredPart.why
    code = IgnoredPart.supplier_code
    first = func.min(IgnoredPart.part_number), func.min(code), func.max(code), func.count(code.distinct())
    query = (
        select(*together, func.count(), *first)
        .outerjoin(User, User.id == IgnoredPart.created_by_id)
        .where(IgnoredPart.dealer_id == dealer_id)
        .group_by(*together)
        .order_by(IgnoredPart.created_at.desc(), func.min(IgnoredPart.key))
        .limit(limit)
    )
    return [_decision(*row) for row in db.session.execute(query)]


def _decision(
    at: datetime, by: int | None, email: str | None, why: str, parts: int, number: str, *codes: Any
) -> Decision:
    reference = DecisionReference(at.isoformat(), by or 0)
    return Decision(reference, at, email, why, parts, number, _codes(*codes))


def _codes(first: str, last: str, number: int) -> str:
    """Return the codes of a decision, such as `TR`, `PU, TR` or `7 codes`."""
    return ", ".join(dict.fromkeys((first, last))) if number < 3 else f"{number:,} codes"
