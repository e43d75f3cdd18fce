"""Pieces and retail value of a dealer's shelf stock, by code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from sqlalchemy import select, text

from webapp.extensions import db
from webapp.models import Product
from webapp.models.id_lists import in_ids
from webapp.pulls.stock_changes import Noted

# Products whose prices are read at once.
_TOGETHER: Final = 10_000

_SUMS: Final = text("""
    SELECT code_key, sum(quantity) AS pieces,
           sum(CAST(quantity AS BIGINT) * coalesce(sale_price_cents, 0)) AS cents
    FROM shelf_stock
    WHERE dealer_id = :dealer AND quantity > 0
    GROUP BY code_key
""")

# The catalog's price counts where the dealer has none. Mostly that is little of the stock: with products
# joined to all of it, the sums took several times as long.
_AT_CATALOG_PRICES: Final = text("""
    SELECT s.code_key, sum(CAST(s.quantity AS BIGINT) * p.msrp_cents) AS cents
    FROM shelf_stock AS s
    JOIN products AS p ON p.id = s.product_id
    WHERE s.dealer_id = :dealer AND s.quantity > 0 AND s.sale_price_cents IS NULL AND p.msrp_cents IS NOT NULL
    GROUP BY s.code_key
""")


class ShelfFigures(NamedTuple):
    """Pieces in stock, and their value in cents at the sale price, else at that of the catalog."""

    pieces: int = 0
    cents: int = 0


class Differences:
    """How changes of stock change the figures of its codes."""

    def __init__(self) -> None:
        self._pieces: Counter[str] = Counter()
        self._cents: Counter[str] = Counter()
        # Pieces without a sale price, by code key and product.
        self._unpriced: Counter[tuple[str, int]] = Counter()

    def add(self, changes: Iterable[Noted]) -> None:
        """Add changes."""
        for (product_id, _, code_key), before, after, *_ in changes:
            self._add(product_id, code_key, after[0], after[1])
            if before is not None:
                self._add(product_id, code_key, -before[0], before[1])

    def _add(self, product_id: int, code_key: str, quantity: int, price: int | None) -> None:
        self._pieces[code_key] += quantity
        if price is None:
            self._unpriced[code_key, product_id] += quantity
        else:
            self._cents[code_key] += quantity * price

    def merge(self, other: Differences) -> None:
        """Add those of other changes."""
        self._pieces.update(other._pieces)
        self._cents.update(other._cents)
        self._unpriced.update(other._unpriced)

    def after(self, before: Mapping[str, ShelfFigures]) -> dict[str, ShelfFigures]:
        """Return the figures by code key after the changes."""
        cents = self._cents.copy()
        for (code_key, product_id), price in self._catalog_prices().items():
            cents[code_key] += self._unpriced[code_key, product_id] * price
        return {
            code_key: ShelfFigures(figures.pieces + self._pieces[code_key], figures.cents + cents[code_key])
            for code_key, figures in {**dict.fromkeys(self._pieces, ShelfFigures()), **before}.items()
        }

    def _catalog_prices(self) -> dict[tuple[str, int], int]:
        places = [place for place, pieces in self._unpriced.items() if pieces]
        prices: dict[int, int] = {}
        for first in range(0, len(places), _TOGETHER):
            numbers = {number for _, number in places[first : first + _TOGETHER]}
            query = select(Product.id, Product.msrp_cents).where(
                in_ids(db.session.connection(), Product.id, numbers), Product.msrp_cents.is_not(None)
            )
            prices.update({row.id: row.msrp_cents for row in db.session.execute(query)})
        return {place: prices[place[1]] for place in places if place[1] in prices}


def of_codes(dealer_id: int) -> dict[str, ShelfFigures]:
    """Return the figures of the dealer's stock by code key; also of codes that were removed."""
    of_dealer = {"dealer": dealer_id}
    others = {row.code_key: int(row.cents) for row in db.session.execute(_AT_CATALOG_PRICES, of_dealer)}
    return {
        row.code_key: ShelfFigures(int(row.pieces), int(row.cents) + others.get(row.code_key, 0))
        for row in db.session.execute(_SUMS, of_dealer)
    }


def total(figures: Mapping[str, ShelfFigures]) -> ShelfFigures:
    """Return the figures of all codes."""
    return ShelfFigures(
        sum(each.pieces for each in figures.values()), sum(each.cents for each in figures.values())
    )
