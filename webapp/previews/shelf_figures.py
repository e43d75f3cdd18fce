"""Pieces and retail value of a dealer's shelf stock, by code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from sqlalchemy import text

from webapp.extensions import db

# The catalog's price counts where the dealer has none.
_SUMS: Final = text("""
    SELECT s.code_key, sum(s.quantity) AS pieces,
           sum(CAST(s.quantity AS BIGINT) * coalesce(s.sale_price_cents, p.msrp_cents, 0)) AS cents
    FROM shelf_stock AS s
    JOIN products AS p ON p.id = s.product_id
    WHERE s.dealer_id = :dealer AND s.quantity > 0
    GROUP BY s.code_key
""")


class ShelfFigures(NamedTuple):
    """Pieces in stock, and their value in cents at the sale price, else at that of the catalog."""

    pieces: int = 0
    cents: int = 0


def of_codes(dealer_id: int) -> dict[str, ShelfFigures]:
    """Return the figures of the dealer's stock by code key; also of codes that were removed."""
    rows = db.session.execute(_SUMS, {"dealer": dealer_id})
    return {row.code_key: ShelfFigures(int(row.pieces), int(row.cents)) for row in rows}


def total(figures: Mapping[str, ShelfFigures]) -> ShelfFigures:
    """Return the figures of all codes."""
    return ShelfFigures(
        sum(each.pieces for each in figures.values()), sum(each.cents for each in figures.values())
    )
