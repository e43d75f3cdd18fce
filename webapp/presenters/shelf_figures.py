"""What is on a dealer's shelf: products in stock and pieces, by catalog."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from webapp.extensions import db
from webapp.models import Product, WebstoreFigures
from webapp.words import CATALOG_LABELS


@dataclass(frozen=True)
class ShelfFigures:
    """One catalog's products in stock, and how many pieces of them."""

    label: str
    products: int
    pieces: int


def shelf_figures(dealer_id: int) -> list[ShelfFigures]:
    """The dealer's figures of each catalog that has something in stock, in the order of the catalogs."""
    wanted = (
        select(Product.catalog, func.count(), func.sum(WebstoreFigures.shelf_quantity))
        .join(Product, Product.id == WebstoreFigures.product_id)
        .where(WebstoreFigures.dealer_id == dealer_id, WebstoreFigures.shelf_quantity > 0)
        .group_by(Product.catalog)
    )
    found = {catalog: (products, pieces) for catalog, products, pieces in db.session.execute(wanted)}
    return [
        ShelfFigures(label, found[catalog][0], int(found[catalog][1]))
        for catalog, label in CATALOG_LABELS.items()
        if catalog in found
    ]
