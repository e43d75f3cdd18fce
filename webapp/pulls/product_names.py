"""Names of products for pages, emails and files."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.engine import Connection

from webapp.models import Product
from webapp.models.id_lists import in_ids


class ProductName(NamedTuple):
    """Brand, manufacturer part number and name of a product."""

    brand: str
    mpn: str
    name: str


def names_of(connection: Connection, ids: Collection[int]) -> dict[int, ProductName]:
    """Return the names of products by id."""
    query = select(Product.id, Product.brand, Product.mpn, Product.name)
    rows = connection.execute(query.where(in_ids(connection, Product.id, ids)))
    return {row.id: ProductName(row.brand, row.mpn, row.name) for row in rows}
