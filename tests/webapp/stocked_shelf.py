"""A dealer's shelf as a run leaves it: products with figures, documents, reported parts and matches."""

from __future__ import annotations

from typing import Any

from tests.webapp import shelf_seed
from webapp.core.text_keys import bare_key_of, key_of
from webapp.extensions import db
from webapp.models import Dealer, Manufacturer, PartMatch, Product, ReportedPart, RunItem
from webapp.search import outbox


def shelve(dealer: Dealer, manufacturer: Manufacturer, number: str, **fields: Any) -> Product:
    """A product on the shelf, in the figures and in the search index."""
    named = {name: fields.pop(name) for name in ("brand", "mpn", "name") if name in fields}
    product = shelf_seed.add_product(manufacturer, number, **named)
    shelf_seed.put_on_shelf(dealer, product, manufacturer, **fields)
    outbox.drain()
    return product


def report(item: RunItem, number: str, **fields: Any) -> ReportedPart:
    """A part as Lightspeed reported it."""
    part = ReportedPart(
        run_item_id=item.id, part_number=number, key=key_of(number), bare_key=bare_key_of(number), **fields
    )
    db.session.add(part)
    db.session.commit()
    return part


def match(part: ReportedPart, manufacturer: Manufacturer, product: Product) -> None:
    db.session.add(
        PartMatch(
            run_item_id=part.run_item_id,
            reported_part_id=part.id,
            manufacturer_id=manufacturer.id,
            product_id=product.id,
        )
    )
    db.session.commit()
