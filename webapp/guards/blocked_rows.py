"""Prices that guards block, as the stored pulls say, filtered and a page at a time (R27)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import select

from webapp.core.limits import MAX_INT32
from webapp.core.text_keys import is_storable, key_of
from webapp.extensions import db
from webapp.guards.allowed_prices import AllowedPrice, ProductKey
from webapp.matching.skipped_rows import codes_of
from webapp.models import Manufacturer, PriceAllowance, PullBlock, SupplierCode, User
from webapp.pulls import stored_entries

PAGE_LENGTH: Final = 50
# Rows that are listed and exported; the page says when there are more.
MOST_LISTED: Final = 50_000


class PriceReference(NamedTuple):
    """A blocked price as a form sends it back: what a decision is about."""

    code_key: str
    manufacturer_id: int
    product_id: int
    cents: int

    def __str__(self) -> str:
        return json.dumps(self)

    @classmethod
    def parse(cls, text: str) -> PriceReference | None:
        """Return the price that a form sent back; None if it is not one."""
        try:
            code_key, *numbers = json.loads(text)
        except (ValueError, TypeError, RecursionError):
            return None
        are_numbers = len(numbers) == 3 and all(type(n) is int and 0 <= n <= MAX_INT32 for n in numbers)
        return cls(code_key, *numbers) if are_numbers and is_storable(code_key) else None

    @property
    def product(self) -> ProductKey:
        return ProductKey(*self[:3])


class BlockedRow(NamedTuple):
    """A blocked price: its kind, the limit if it has one, and the price that stays, if there is one."""

    reference: PriceReference
    supplier_code: str
    manufacturer: str
    part_number: str
    description: str | None
    kind: str
    limit_cents: int | None
    kept_cents: int | None

    @property
    def cents(self) -> int:
        return self.reference.cents


class BlockedFilter(NamedTuple):
    """Filter; empty fields match everything."""

    words: str = ""
    code: str = ""
    kind: str = ""

    @property
    def arguments(self) -> dict[str, str]:
        """Return the filter as query string arguments."""
        given = {"q": self.words, "code": self.code, "reason": self.kind}
        return {name: value for name, value in given.items() if value}

    def matches(self, row: BlockedRow) -> bool:
        """Return whether a price matches."""
        if self.kind and row.kind != self.kind:
            return False
        texts = (row.part_number, row.description or "")
        return any(key_of(self.words) in key_of(text) for text in texts)


@dataclass(frozen=True)
class BlockedPrices:
    """A page of the filter's prices, from 1. `listed` counts them, `beyond` those past `MOST_LISTED`.

    `waiting` counts those that were allowed since.
    """

    choice: BlockedFilter
    rows: list[BlockedRow]
    page: int
    listed: int
    beyond: int
    waiting: int
    codes: list[str]

    @classmethod
    def of(cls, dealer_id: int, choice: BlockedFilter, page: int = 1) -> BlockedPrices:
        """Return a page of the dealer's blocked prices."""
        rows, beyond, waiting = listed_rows(dealer_id, choice)
        first = (page - 1) * PAGE_LENGTH
        codes = list(codes_of(dealer_id).values())
        return cls(choice, rows[first : first + PAGE_LENGTH], page, len(rows), beyond, waiting, codes)

    @property
    def has_more(self) -> bool:
        return self.listed > self.page * PAGE_LENGTH


def listed_rows(dealer_id: int, choice: BlockedFilter) -> tuple[list[BlockedRow], int, int]:
    """Return the filter's prices by code and part number, how many more it has, and how many were allowed
    since the last pull."""
    allowed = _allowed(dealer_id)
    rows: list[BlockedRow] = []
    beyond = waiting = 0
    for row in _rows(dealer_id, key_of(choice.code)):
        if allowed.get(row.reference.product, -1) in (None, row.cents):
            waiting += 1
        elif choice.matches(row):
            if len(rows) < MOST_LISTED:
                rows.append(row)
            else:
                beyond += 1
    return rows, beyond, waiting


def chosen(dealer_id: int, references: list[PriceReference], *, any_price: bool) -> list[AllowedPrice]:
    """Return what allows these prices, as far as they are still blocked."""
    wanted, allowed = set(references), _allowed(dealer_id)
    return [
        AllowedPrice(
            row.reference.product, None if any_price else row.cents, row.supplier_code, row.part_number
        )
        for row in _rows(dealer_id, "")
        if row.reference in wanted and allowed.get(row.reference.product, -1) not in (None, row.cents)
    ]


def allowed_prices(dealer_id: int, limit: int) -> list[tuple[PriceAllowance, str | None]]:
    """Return what is allowed, the last decided first, each with the email address of the user."""
    query = (
        select(PriceAllowance, User.email)
        .outerjoin(User, User.id == PriceAllowance.created_by_id)
        .where(PriceAllowance.dealer_id == dealer_id)
        .order_by(PriceAllowance.created_at.desc(), PriceAllowance.product_id)
    )
    return [(row[0], row[1]) for row in db.session.execute(query.limit(limit))]


def _rows(dealer_id: int, code_key: str) -> Iterator[BlockedRow]:
    """Yield the blocked prices of the dealer's codes, or of one."""
    codes, makers = codes_of(dealer_id), _makers(dealer_id)
    wanted = [key for key in codes if code_key in ("", key)]
    for key, entry in stored_entries.counted(dealer_id, wanted, PullBlock.prices_blocked):
        for match in entry.matches:
            maker = makers.get((key, match.manufacturer_id))
            if match.blocked is not None and maker is not None:
                kind, cents, limit = match.blocked
                yield BlockedRow(
                    PriceReference(key, match.manufacturer_id, match.product_id, cents),
                    codes[key],
                    maker,
                    entry.part_number,
                    entry.description,
                    kind,
                    limit,
                    match.sale_price_cents,
                )


def _makers(dealer_id: int) -> dict[tuple[str, int], str]:
    query = (
        select(SupplierCode.code_key, SupplierCode.manufacturer_id, Manufacturer.name)
        .join(Manufacturer, Manufacturer.id == SupplierCode.manufacturer_id)
        .where(SupplierCode.dealer_id == dealer_id)
    )
    return {(row[0], row[1]): row[2] for row in db.session.execute(query)}


def _allowed(dealer_id: int) -> dict[ProductKey, int | None]:
    query = select(
        PriceAllowance.code_key,
        PriceAllowance.manufacturer_id,
        PriceAllowance.product_id,
        PriceAllowance.cents,
    ).where(PriceAllowance.dealer_id == dealer_id)
    return {ProductKey(*row[:3]): row[3] for row in db.session.execute(query)}
