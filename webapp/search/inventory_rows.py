"""Rows of a dealer's complete inventory, for the command and the page's downloads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from sqlalchemy import cast, func, select
from sqlalchemy.engine import Connection

from webapp.core.money import decimal_text
from webapp.core.spreadsheet import defuse
from webapp.models import Product, WebstoreFigures
from webapp.models.types import KeyText

COLUMNS: Final = ("catalog", "brand", "mpn", "shelf_quantity", "sale_price", "lead_time_days")

Row = tuple[str | int | None, ...]


def count(connection: Connection, dealer_id: int) -> int:
    """Return the number of rows."""
    products = select(func.count()).select_from(WebstoreFigures).where(WebstoreFigures.dealer_id == dealer_id)
    return connection.execute(products).scalar_one()


def rows(connection: Connection, dealer_id: int) -> Iterator[Row]:
    """Yield a row for each product that ever had shelf stock, sorted by code point on either database.

    Text is as it is stored; a CSV file needs `defused`.
    """
    products = (
        select(
            Product.catalog,
            Product.brand,
            Product.mpn,
            WebstoreFigures.shelf_quantity,
            WebstoreFigures.sale_price_cents,
            WebstoreFigures.lead_time_days,
        )
        .join(Product, Product.id == WebstoreFigures.product_id)
        .where(WebstoreFigures.dealer_id == dealer_id)
        .order_by(Product.catalog, cast(Product.brand, KeyText), cast(Product.mpn, KeyText), Product.id)
        .execution_options(yield_per=1000)
    )
    for catalog, brand, mpn, quantity, price, days in connection.execute(products):
        yield (
            catalog,
            brand,
            mpn,
            quantity,
            "" if price is None else decimal_text(price),
            days,
        )


def defused(found: Iterable[Row]) -> Iterator[Row]:
    """Yield the rows as they are written to a CSV file."""
    for catalog, brand, mpn, *figures in found:
        yield catalog, defuse(str(brand)), defuse(str(mpn)), *figures
