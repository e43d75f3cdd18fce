"""Reads documents from the tables, the source of truth for the search index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from webapp.models import Dealer, PartNumber, Product, ProductLock, WebstoreFigures
from webapp.models.id_lists import in_ids
from webapp.search.document import SEPARATOR, Document

PAGE: Final = 5_000

_NUMBERS = (
    select(PartNumber.part_number)
    .distinct()
    .where(PartNumber.product_id == Product.id, PartNumber.part_number != Product.mpn)
    .order_by(PartNumber.part_number)
    .correlate(Product)
    .subquery()
)
_PART_NUMBERS = select(func.aggregate_strings(_NUMBERS.c.part_number, SEPARATOR)).scalar_subquery()

# A lock hides its product until it has ended, also if that is late: its end notes the product (R28).
_IS_HIDDEN = (
    select(ProductLock.id)
    .where(
        ProductLock.dealer_id == WebstoreFigures.dealer_id,
        ProductLock.product_id == WebstoreFigures.product_id,
        ProductLock.ended_at.is_(None),
        ProductLock.is_hidden,
    )
    .correlate(WebstoreFigures)
    .exists()
)

# The columns of a document in order.
_DOCUMENTS: Final[Any] = select(
    WebstoreFigures.dealer_id,
    WebstoreFigures.product_id,
    Product.catalog,
    Product.brand,
    Product.mpn,
    Product.name,
    WebstoreFigures.shelf_quantity,
    WebstoreFigures.sale_price_cents,
    WebstoreFigures.lead_time_days,
    func.coalesce(_PART_NUMBERS, ""),
).join(Product, Product.id == WebstoreFigures.product_id)


def of_products(
    connection: Connection, dealer_id: int, product_ids: Sequence[int], *, also_hidden: bool = False
) -> list[Document]:
    """Return the documents of those products that ever had shelf stock of the dealer, and are not hidden."""
    documents = _DOCUMENTS if also_hidden else _DOCUMENTS.where(~_IS_HIDDEN)
    chosen = documents.where(
        WebstoreFigures.dealer_id == dealer_id,
        in_ids(connection, WebstoreFigures.product_id, product_ids),
    )
    return list(map(Document._make, connection.execute(chosen)))


def page(connection: Connection, dealer_id: int, after: int, size: int = PAGE) -> list[Document]:
    """Return a dealer's next documents by product id, after a given one."""
    following = (
        _DOCUMENTS.where(
            ~_IS_HIDDEN, WebstoreFigures.dealer_id == dealer_id, WebstoreFigures.product_id > after
        )
        .order_by(WebstoreFigures.product_id)
        .limit(size)
    )
    return list(map(Document._make, connection.execute(following)))


def every(connection: Connection, dealer_id: int) -> Iterator[Document]:
    """Yield all documents of a dealer by product id; one page in memory at a time."""
    after = 0
    while documents := page(connection, dealer_id, after):
        yield from documents
        after = documents[-1].product_id


def dealer_ids(connection: Connection) -> list[int]:
    """Return the ids of all dealers, in order."""
    return list(connection.scalars(select(Dealer.id).order_by(Dealer.id)))
