"""Codes in a dealer's stock that are not mapped, with their value and suggested mappings (R20, R21)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select

from webapp.core.enums import CATALOG_LABELS
from webapp.extensions import db
from webapp.models import CodeSuggestion, Configuration, Dealer, FoundCode, SupplierCode
from webapp.web.numbers import count, money, number

# A suggestion is clear if the manufacturer has this share of the part numbers, and scores so much better than
# the next one. Others are choices for the user.
CLEAR_SHARE: Final = 0.3
CLEAR_LEAD: Final = 1.25
# Suggestions below this share are not worth a look.
SHOWN_SHARE: Final = 0.01


@dataclass(frozen=True)
class Suggested:
    """One suggested mapping of a code with so many parts."""

    row: CodeSuggestion
    parts: int

    @property
    def manufacturer_id(self) -> int:
        return self.row.manufacturer_id

    @property
    def name(self) -> str:
        """Return the manufacturer's name with its catalog."""
        maker = self.row.manufacturer
        return f"{maker.name} ({CATALOG_LABELS[maker.catalog]})"

    @property
    def share(self) -> float:
        """Return the share of the code's part numbers that the manufacturer has."""
        return self.row.matched / self.parts if self.parts else 0.0

    @property
    def percent(self) -> str:
        """Return the share in whole percent; a small one is never shown as zero, and only all as 100."""
        if self.row.matched >= self.parts:
            return "100%"
        rounded = min(99, round(100 * self.share))
        return f"{rounded}%" if rounded else "under 1%"


@dataclass(frozen=True)
class Unmapped:
    """An unmapped code with what it has in stock, by the dealer's quantity column."""

    row: FoundCode
    quantity_column: str
    suggestions: list[Suggested]

    @property
    def code(self) -> str:
        return self.row.code

    @property
    def units(self) -> int:
        return units_of(self.row, self.quantity_column)

    @property
    def cents(self) -> int:
        return cents_of(self.row, self.quantity_column)

    @property
    def dollars(self) -> str:
        """Return the value in whole dollars."""
        return whole_dollars(self.cents)

    @property
    def is_mappable(self) -> bool:
        """Return whether it has a code at all: parts without one cannot be mapped."""
        return bool(self.row.code_key)

    @property
    def best(self) -> Suggested | None:
        """Return the suggestion if it is clear."""
        if not self.suggestions or self.suggestions[0].share < CLEAR_SHARE:
            return None
        first, *others = self.suggestions
        return None if any(first.row.score < CLEAR_LEAD * other.row.score for other in others) else first

    @property
    def also(self) -> list[Suggested]:
        """Return the suggestions after the first that are worth a look."""
        return [each for each in self.suggestions[1:] if each.share >= SHOWN_SHARE]

    @property
    def sentence(self) -> str:
        """Return the stock and the shares as one line of text."""
        stock = f"{count(self.row.parts, 'part')}, {count(self.units, 'unit')}, {money(self.cents)}"
        return f"{self.code or 'No code'}: {stock}. {shares_text(self.suggestions)}"


@dataclass(frozen=True)
class Totals:
    """Number of codes, and their parts, units and retail value in cents."""

    codes: int
    parts: int
    units: int
    cents: int

    @property
    def dollars(self) -> str:
        """Return the value in whole dollars."""
        return whole_dollars(self.cents)


def unmapped_codes(dealer: Dealer, *, hidden: bool = False) -> list[Unmapped]:
    """Return the codes that the last scan found in stock and that are not mapped, the most valuable first.

    `hidden` returns those that are not for the webstore, and have not grown by half since (R20).
    """
    column = quantity_column_of(dealer.id)
    query = select(FoundCode).where(*_of(dealer.id), is_hidden() if hidden else ~is_hidden())
    rows = sorted(db.session.scalars(query), key=lambda row: (-cents_of(row, column), row.code_key))
    suggestions = _suggestions(dealer.id, rows)
    return [Unmapped(row, column, suggestions[row.code_key]) for row in rows]


def totals(dealer_id: int, quantity_column: str | None = None) -> Totals:
    """Return what is in stock under unmapped codes, without those that are not for the webstore.

    `quantity_column` is the dealer's, if it is known already.
    """
    units, cents = _columns(quantity_column or quantity_column_of(dealer_id))
    sums = (func.coalesce(func.sum(column), 0) for column in (FoundCode.parts, units, cents))
    query = select(func.count(), *sums).where(*_of(dealer_id), ~is_hidden())
    return Totals(*(int(value) for value in db.session.execute(query).one()))


def whole_dollars(cents: int) -> str:
    """Return an amount in whole dollars: `$38,410`."""
    return f"${number(round(cents / 100))}"


def is_hidden() -> ColumnElement[bool]:
    """Return the condition that a user hid a code as not for the webstore, and it did not grow by half."""
    grown = FoundCode.parts * 2 >= FoundCode.hidden_parts * 3
    return ~or_(FoundCode.hidden_parts.is_(None), grown)


def quantity_column_of(dealer_id: int) -> str:
    """Return the dealer's quantity column."""
    query = select(Configuration.quantity_column).where(Configuration.dealer_id == dealer_id)
    return db.session.scalar(query) or "on_hand"


def units_of(row: FoundCode | CodeSuggestion, quantity_column: str) -> int:
    """Return the units by a quantity column."""
    return row.on_hand_units if quantity_column == "on_hand" else row.available_units


def cents_of(row: FoundCode | CodeSuggestion, quantity_column: str) -> int:
    """Return the retail value by a quantity column."""
    return row.on_hand_cents if quantity_column == "on_hand" else row.available_cents


def shares_text(suggestions: Iterable[Suggested]) -> str:
    """Return the shares as text: `94% match Tucker Rocky (Aftermarket), 3% Parts Unlimited (Aftermarket)`."""
    shown = [each for each in suggestions if each.share >= SHOWN_SHARE][:3]
    if not shown:
        return "No manufacturer in the catalogs has these part numbers"
    first, *others = shown
    rest = "".join(f", {each.percent} {each.name}" for each in others)
    return f"{first.percent} match {first.name}{rest}"


def _columns(quantity_column: str) -> tuple[ColumnElement[int], ColumnElement[int]]:
    if quantity_column == "on_hand":
        return FoundCode.on_hand_units.expression, FoundCode.on_hand_cents.expression
    return FoundCode.available_units.expression, FoundCode.available_cents.expression


def _of(dealer_id: int) -> tuple[ColumnElement[bool], ...]:
    mapped = select(SupplierCode.id).where(
        SupplierCode.dealer_id == dealer_id, SupplierCode.code_key == FoundCode.code_key
    )
    return FoundCode.dealer_id == dealer_id, FoundCode.parts > 0, ~mapped.exists()


def _suggestions(dealer_id: int, rows: list[FoundCode]) -> dict[str, list[Suggested]]:
    parts = {row.code_key: row.parts for row in rows}
    query = (
        select(CodeSuggestion)
        .where(CodeSuggestion.dealer_id == dealer_id)
        .order_by(CodeSuggestion.code_key, CodeSuggestion.place)
    )
    suggestions: dict[str, list[Suggested]] = defaultdict(list)
    for row in db.session.scalars(query) if rows else ():
        if row.code_key in parts:
            suggestions[row.code_key].append(Suggested(row, parts[row.code_key]))
    return suggestions
