"""Products of a part: figures, contributions, changes, and what the search index has of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import null, select

from webapp.core import clock
from webapp.explain import contributions, known_aliases, product_locks
from webapp.explain.explained_product import (
    Contribution,
    ExplainedLock,
    ExplainedProduct,
    ProductChange,
    Seller,
)
from webapp.explain.explanation import KnownAlias
from webapp.extensions import db
from webapp.models import Product
from webapp.pulls import product_changes
from webapp.pulls.part_lookup import Looked
from webapp.pulls.product_changes import DatedChange, ProductChanges
from webapp.runs import run_changes
from webapp.search import documents
from webapp.search.document import Document
from webapp.search.search_index import search_index


def explained(
    dealer_id: int,
    product_ids: Collection[int],
    sellers: Collection[Seller],
    aliases: Collection[KnownAlias],
    looked: Looked,
) -> tuple[ExplainedProduct, ...]:
    """Return products with all that the dealer's shelf and webstore have of them, in the order of the ids.

    `looked` are the parts of stored pulls that were found already.
    """
    if not product_ids:
        return ()
    numbers = known_aliases.numbers(sellers, aliases)
    stock = contributions.of_products(dealer_id, product_ids, numbers, looked)
    current = _documents(dealer_id, product_ids)
    never_stocked = _never_stocked(dealer_id, [number for number in product_ids if number not in current])
    rows: dict[int, Any] = {**current, **never_stocked}
    locks = product_locks.of_products(dealer_id, product_ids)
    return tuple(
        _product(
            dealer_id,
            rows[number],
            sellers,
            stock.get(number, ()),
            current.get(number),
            locks.get(number),
        )
        for number in product_ids
        if number in rows
    )


def _never_stocked(dealer_id: int, product_ids: Collection[int]) -> dict[int, Any]:
    """Return products that the dealer never had in stock, with the columns of a document."""
    if not product_ids:
        return {}
    nothing = [null().label(name) for name in ("shelf_quantity", "sale_price_cents", "lead_time_days")]
    columns = Product.id.label("product_id"), Product.catalog, Product.brand, Product.mpn, Product.name
    query = select(*columns, *nothing).where(Product.id.in_(product_ids))
    rows = db.session.execute(query.where(Product.owner_key.in_((0, dealer_id))))
    return {row.product_id: row for row in rows}


def _documents(dealer_id: int, product_ids: Collection[int]) -> dict[int, Document]:
    connection = db.session.connection()
    found = documents.of_products(connection, dealer_id, list(product_ids), also_hidden=True)
    return {document.product_id: document for document in found}


def _product(
    dealer_id: int,
    row: Any,
    sellers: Collection[Seller],
    stock: tuple[Contribution, ...],
    document: Document | None,
    lock: ExplainedLock | None,
) -> ExplainedProduct:
    own = tuple(seller for seller in sellers if seller.product_id == row.product_id)
    changes = _changes(dealer_id, row.product_id, own, stock)
    codes = {contribution.code_key: contribution.code for contribution in stock}
    shown = tuple(_change(change, codes) for change in changes.rows)
    is_hidden = lock is not None and lock.is_hidden
    index = _index(dealer_id, row.product_id, document, is_hidden=is_hidden)
    return ExplainedProduct(
        product_id=row.product_id,
        catalog=row.catalog,
        brand=row.brand,
        mpn=row.mpn,
        name=row.name,
        shelf_quantity=row.shelf_quantity,
        sale_price_cents=row.sale_price_cents,
        lead_time_days=row.lead_time_days,
        sellers=own,
        contributions=stock,
        changes=shown,
        has_all_changes=changes.is_complete,
        index=index,
        lock=lock,
    )


def shown_days() -> int:
    """Return for how many days changes are shown: as long as they are kept, at most 30."""
    return min(30, int(current_app.config["CHANGES_RETENTION_DAYS"]))


def _changes(
    dealer_id: int, product_id: int, sellers: Collection[Seller], stock: Collection[Contribution]
) -> ProductChanges:
    if not stock:
        return ProductChanges([], True)
    makers = {row.manufacturer_id for row in stock} | {seller.manufacturer_id for seller in sellers}
    since = clock.now() - timedelta(days=shown_days())
    return product_changes.read(db.session.connection(), dealer_id, product_id, makers, since)


def _change(dated: DatedChange, codes: Mapping[str, str]) -> ProductChange:
    before, after = dated.change.before, dated.change.after
    code_key = dated.change.place.code_key
    is_of_rules = dated.trigger == run_changes.RULES_TRIGGER
    return ProductChange(
        at=dated.at,
        run_id=dated.run_id,
        why=run_changes.why_of(dated.change, dated.cause, is_of_rules=is_of_rules),
        code=codes.get(code_key, code_key),
        quantity_before=before.quantity if before else None,
        quantity=after.quantity,
        sale_price_cents_before=before.sale_price_cents if before else None,
        sale_price_cents=after.sale_price_cents,
        lead_time_days_before=before.lead_time_days if before else None,
        lead_time_days=after.lead_time_days,
    )


def _index(dealer_id: int, product_id: int, current: Document | None, *, is_hidden: bool) -> str:
    """Return whether the search index has the product as it is now."""
    if current is None:
        return "none"
    stored = list(search_index(db.session.connection()).stored(dealer_id, product_id - 1, product_id))
    if is_hidden:
        return "waiting" if stored else "hidden"
    return "same" if stored == [current] else "waiting"
