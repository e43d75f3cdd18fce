"""Totals of a dealer's shelf by catalog: products in stock and pieces."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from webapp.core.enums import CATALOG_LABELS
from webapp.extensions import db
from webapp.models import ShelfTotal


@dataclass(frozen=True)
class ShelfFigures:
    """One catalog's products in stock, and their pieces."""

    label: str
    products: int
    pieces: int


def shelf_figures(dealer_id: int) -> list[ShelfFigures]:
    """Return the dealer's figures of each catalog with stock, in catalog order."""
    kept = db.session.scalars(select(ShelfTotal).where(ShelfTotal.dealer_id == dealer_id))
    found = {total.catalog: total for total in kept}
    return [
        ShelfFigures(label, found[catalog].products, found[catalog].pieces)
        for catalog, label in CATALOG_LABELS.items()
        if catalog in found and found[catalog].products > 0
    ]
