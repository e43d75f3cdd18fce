"""`inventory export`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click
from sqlalchemy import cast, select

from webapp.cli.arguments import dealer_of, dealer_option
from webapp.cli.boundary import answering
from webapp.extensions import db
from webapp.models import Product, WebstoreFigures
from webapp.models.types import KeyText
from webapp.spreadsheet import defuse, writer

COLUMNS = ("catalog", "brand", "mpn", "shelf_quantity", "sale_price", "lead_time_days")

inventory = click.Group("inventory", help="What the webstore shows.")


@inventory.command("export")
@dealer_option
@answering
def export(dealer_id: int) -> None:
    """Write a row for each product that ever had shelf stock of the dealer to standard output, as CSV."""
    dealer_of(dealer_id)
    rows = writer(sys.stdout)
    rows.writerow(COLUMNS)
    rows.writerows(_rows(dealer_id))


def _rows(dealer_id: int) -> Iterator[tuple[str | int | None, ...]]:
    """The rows, sorted by code point on either database."""
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
    for catalog, brand, mpn, quantity, price, days in db.session.execute(products):
        yield catalog, defuse(brand), defuse(mpn), quantity, price_of(price), days


def price_of(cents: int | None) -> str:
    """A price with two decimals, empty where there is none."""
    return "" if cents is None else f"{cents // 100}.{cents % 100:02d}"
