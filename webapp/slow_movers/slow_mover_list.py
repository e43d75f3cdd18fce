"""Read model of the Slow movers page: totals by code, and a page of the parts."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, func, or_, select

from webapp.core import clock
from webapp.core.spreadsheet import defuse, write_header
from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.models import Dealer, SlowMover, SlowMoverCode, SupplierCode
from webapp.slow_movers.counts import too_old_since

PAGE_LENGTH: Final = 50
SORTS: Final = {
    "value": "Value, highest first",
    "quantity": "Quantity, highest first",
    "sold": "Last sale, longest ago first",
    "changed": "Last change, longest ago first",
    "number": "Part number",
}
COLUMNS: Final = (
    *("supplier_code", "part_number", "description", "quantity", "retail", "value"),
    *("last_sale", "last_change", "protected"),
)
_ORDERS: Final[dict[str, Any]] = {
    "value": SlowMover.value_cents.desc(),
    "quantity": SlowMover.quantity.desc(),
    "sold": SlowMover.sold_on.asc().nulls_first(),
    "changed": SlowMover.changed_on,
    "number": SlowMover.key,
}


# Codes without slow movers are last.
_CODE_ORDER: Final = (SlowMoverCode.parts == 0, SlowMoverCode.value_cents.desc(), SlowMoverCode.code_key)


@dataclass(frozen=True)
class Choice:
    """What is listed: words in part number or description, and a code's key; empty values do not filter."""

    words: str = ""
    code_key: str = ""
    sort: str = "value"

    @property
    def arguments(self) -> dict[str, str]:
        """Return what the address needs."""
        given = {"q": self.words, "code": self.code_key, "sort": "" if self.sort == "value" else self.sort}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True)
class SlowMoverList:
    """The codes with slow movers, or whose count failed, and a page of the chosen parts."""

    choice: Choice
    codes: Sequence[SlowMoverCode]
    rows: Sequence[SlowMover]
    page: int
    has_more: bool

    @classmethod
    def of(cls, dealer: Dealer, choice: Choice, page: int = 1) -> SlowMoverList:
        """Return the dealer's current list."""
        query = _parts(dealer, choice).offset((page - 1) * PAGE_LENGTH).limit(PAGE_LENGTH + 1)
        rows = db.session.scalars(query).all()
        return cls(choice, _codes(dealer.id), rows[:PAGE_LENGTH], page, len(rows) > PAGE_LENGTH)

    @property
    def by_key(self) -> dict[str, SlowMoverCode]:
        return {code.code_key: code for code in self.codes}

    @property
    def counted_together(self) -> datetime | None:
        """The time of the oldest count, if all codes were counted within an hour and none failed since."""
        times = [code.counted_at for code in self.codes if code.counted_at and not code.error]
        if not times or len(times) < len(self.codes) or max(times) - min(times) > timedelta(hours=1):
            return None
        return min(times)

    @property
    def parts(self) -> int:
        return sum(code.parts for code in self.codes)

    @property
    def units(self) -> int:
        return sum(code.units for code in self.codes)

    @property
    def value_cents(self) -> int:
        return sum(code.value_cents for code in self.codes)


def csv_of(dealer: Dealer, choice: Choice) -> str:
    """Return the chosen parts as a CSV file; values are in dollars."""
    file = io.StringIO(newline="")
    sheet = write_header(file, COLUMNS)
    codes = {code.code_key: code for code in _codes(dealer.id)}
    for row in db.session.scalars(_parts(dealer, choice)):
        code = codes[row.code_key]
        texts = (code.supplier_code, row.part_number, row.description)
        amounts = row.quantity, _dollars(row.retail_cents), _dollars(row.value_cents)
        days = row.sold_on or "", row.changed_on
        sheet.writerow([*map(defuse, texts), *amounts, *days, "yes" if code.is_protected else "no"])
    return file.getvalue()


def _codes(dealer_id: int) -> Sequence[SlowMoverCode]:
    query = select(SlowMoverCode).where(SlowMoverCode.dealer_id == dealer_id, _is_listed(SlowMoverCode))
    return db.session.scalars(query.order_by(*_CODE_ORDER)).all()


def _parts(dealer: Dealer, choice: Choice) -> Any:
    since = too_old_since(clock.local_today(dealer.timezone))
    query = select(SlowMover).where(
        SlowMover.dealer_id == dealer.id, SlowMover.changed_on < since, _is_listed(SlowMover)
    )
    if choice.code_key:
        query = query.where(SlowMover.code_key == choice.code_key)
    if choice.words:
        in_number = SlowMover.key.contains(key_of(choice.words), autoescape=True)
        text = func.lower(SlowMover.description).contains(choice.words.lower(), autoescape=True)
        query = query.where(or_(in_number, text))
    return query.order_by(_ORDERS[choice.sort], SlowMover.code_key, SlowMover.key)


def _is_listed(model: type[SlowMover] | type[SlowMoverCode]) -> ColumnElement[bool]:
    """Return whether the dealer still lists the code of a row."""
    listed = select(SupplierCode.id).where(
        SupplierCode.dealer_id == model.dealer_id, SupplierCode.code_key == model.code_key
    )
    return listed.exists()


def _dollars(cents: int | None) -> str:
    return "" if cents is None else f"{cents // 100}.{cents % 100:02d}"
