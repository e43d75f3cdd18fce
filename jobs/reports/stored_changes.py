"""What a run item changed, as the shelf itself says."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.engine import Connection

from jobs.reports import lines
from webapp.models import ShelfStock
from webapp.pulls.product_sets import ProductSet


class StoredChanges:
    """What an item changed, as the shelf itself says."""

    def __init__(self, connection: Connection, item_id: int, code_key: str) -> None:
        self._created, self._updated = ProductSet(), ProductSet()
        query = select(ShelfStock.manufacturer_id, ShelfStock.product_id, ShelfStock.created_item_id).where(
            ShelfStock.changed_item_id == item_id, ShelfStock.code_key == code_key
        )
        for manufacturer_id, product_id, created in connection.execute(query):
            (self._created if created == item_id else self._updated).add(manufacturer_id, product_id)

    def of(self, manufacturer_id: int, product_id: int) -> str:
        pair = manufacturer_id, product_id
        if pair in self._created:
            return lines.NEW
        return lines.UPDATED if pair in self._updated else lines.UNCHANGED
