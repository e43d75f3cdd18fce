"""A dealer's supplier codes with the guards that apply to each (R27)."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from webapp.extensions import db
from webapp.guards import written
from webapp.guards.stored_rules import StoredRules
from webapp.models import StoredPull, SupplierCode

PAGE_LENGTH: Final = 50


class GuardedCode(NamedTuple):
    """A code, what applies to it in words, and whether it differs from the dealer's defaults."""

    code: SupplierCode
    guards: list[str]
    is_own: bool


class CodeList(NamedTuple):
    """A page of the codes, from 1, in the order of the list; `total` counts all."""

    rows: list[GuardedCode]
    page: int
    total: int

    @property
    def has_more(self) -> bool:
        return self.total > self.page * PAGE_LENGTH


def code_list(dealer_id: int, stored: StoredRules, page: int, *, has_minimums: bool) -> CodeList:
    """Return a page of the dealer's codes."""
    of_dealer = SupplierCode.dealer_id == dealer_id
    query = (
        select(SupplierCode)
        .where(of_dealer)
        .options(joinedload(SupplierCode.manufacturer))
        .order_by(SupplierCode.position, SupplierCode.id)
        .limit(PAGE_LENGTH)
        .offset((page - 1) * PAGE_LENGTH)
    )
    rows = [
        GuardedCode(
            row,
            written.described(stored.of(row.code_key, row.manufacturer_id), has_minimums=has_minimums),
            (row.code_key, row.manufacturer_id) in stored.codes,
        )
        for row in db.session.scalars(query)
    ]
    total = db.session.scalar(select(func.count()).select_from(SupplierCode).where(of_dealer))
    return CodeList(rows, page, int(total or 0))


def count_blocked(dealer_id: int) -> int:
    """Return how many prices are blocked now, as of the last pull of each code."""
    query = select(func.sum(StoredPull.prices_blocked)).where(StoredPull.dealer_id == dealer_id)
    return int(db.session.scalar(query) or 0)
