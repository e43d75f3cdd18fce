"""Paginated supplier codes for the dialog, with the last run's results, and notes about shared codes and
manufacturers (R4, R13, R14, R16)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, func, or_, select

from webapp.extensions import db
from webapp.models import Dealer, RunItem, SupplierCode
from webapp.runs.run_results import latest_results
from webapp.supplier_codes.supplier_code_notes import notes

PAGE_LENGTH: Final = 50


@dataclass(frozen=True)
class SupplierCodeList:
    """One page of the list. `results` are the latest run items by code key, if there are recent ones."""

    rows: list[SupplierCode]
    results: dict[str, RunItem]
    notes: list[str]
    page: int
    total: int

    @classmethod
    def of(cls, dealer: Dealer, page: int = 1) -> SupplierCodeList:
        """Return a page of the dealer's current list; the last one past the end."""
        theirs = SupplierCode.dealer_id == dealer.id
        total = db.session.scalar(select(func.count()).select_from(SupplierCode).where(theirs)) or 0
        pages = max(1, -(-total // PAGE_LENGTH))
        page = page if 1 <= page <= pages else pages
        ordered = select(SupplierCode).where(theirs).order_by(SupplierCode.position, SupplierCode.id)
        rows = list(db.session.scalars(ordered.offset((page - 1) * PAGE_LENGTH).limit(PAGE_LENGTH)))
        results = latest_results(dealer.id, keys={row.code_key for row in rows}) if rows else {}
        return cls(rows, results, notes(dealer.id, rows), page, total)

    @property
    def first(self) -> int:
        """Return the position of the page's first row in the whole list, from 1."""
        return (self.page - 1) * PAGE_LENGTH + 1

    @property
    def pages(self) -> int:
        """Return the number of pages."""
        return max(1, -(-self.total // PAGE_LENGTH))


def page_of(row: SupplierCode) -> int:
    """Return the page that contains the row."""
    tie = and_(SupplierCode.position == row.position, SupplierCode.id < row.id)
    before = select(func.count()).select_from(SupplierCode).where(SupplierCode.dealer_id == row.dealer_id)
    place = db.session.scalar(before.where(or_(SupplierCode.position < row.position, tie))) or 0
    return place // PAGE_LENGTH + 1
