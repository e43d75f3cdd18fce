"""A dealer's aliases for display: those without effect first, then the latest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.models import Alias

PAGE_LENGTH: Final = 50
KIND_LABELS: Final = {
    "punctuation": "Same number, different punctuation",
    "leading_zeros": "Same number, different leading zeros",
    "supersession": "Superseded",
    "upc": "Same UPC",
    "manual": "Imported",
}
FAULT_LABELS: Final = {
    "target_gone": "No longer in the catalog",
    "matches_itself": "Now an exact match",
}


@dataclass(frozen=True)
class AliasList:
    """A page of aliases, from 1. `total` counts those that match the words, `faulty` all without effect."""

    rows: list[Alias]
    words: str
    page: int
    total: int
    faulty: int

    @classmethod
    def of(cls, dealer_id: int, words: str = "", page: int = 1) -> AliasList:
        """Return a page of the dealer's aliases whose part numbers begin with the words."""
        of_dealer = [Alias.dealer_id == dealer_id]
        faulty = db.session.scalar(select(func.count()).where(*of_dealer, Alias.fault.is_not(None)))
        if words:
            key = key_of(words)
            is_named = Alias.key.startswith(key, autoescape=True)
            of_dealer.append(or_(is_named, func.lower(Alias.target_number).startswith(key, autoescape=True)))
        total = db.session.scalar(select(func.count()).select_from(Alias).where(*of_dealer))
        query = (
            select(Alias)
            .where(*of_dealer)
            .options(joinedload(Alias.manufacturer), joinedload(Alias.product), joinedload(Alias.created_by))
            .order_by(Alias.fault.is_(None), Alias.id.desc())
            .limit(PAGE_LENGTH)
            .offset((page - 1) * PAGE_LENGTH)
        )
        return cls(list(db.session.scalars(query)), words, page, int(total or 0), int(faulty or 0))

    @property
    def has_more(self) -> bool:
        return self.total > self.page * PAGE_LENGTH
