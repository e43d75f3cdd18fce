"""Pieces and retail value of a dealer's shelf stock, by code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from sqlalchemy import text

from webapp.extensions import db

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
