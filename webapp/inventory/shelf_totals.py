"""What is on a dealer's shelf: products in stock and pieces, by catalog."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from webapp.core.enums import CATALOG_LABELS
from webapp.extensions import db
from webapp.models import ShelfTotal


@dataclass(frozen=True)
class ShelfFigures:
    """One catalog's products in stock, and how many pieces of them."""

    label: str
    products: int
    pieces: int


def shelf_figures(dealer_id: int) -> list[ShelfFigures]:
    """The dealer's figures of each catalog that has something in stock, in the order of the catalogs."""
    kept = db.session.scalars(select(ShelfTotal).where(ShelfTotal.dealer_id == dealer_id))
    found = {total.catalog: total for total in kept}
    return [
        ShelfFigures(label, found[catalog].products, found[catalog].pieces)
        for catalog, label in CATALOG_LABELS.items()
        if catalog in found and found[catalog].products > 0
    ]
