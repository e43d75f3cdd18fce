"""What a run item changed, as it was kept."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.engine import Connection

from jobs.reports import lines
from webapp.models import ShelfStock
from webapp.pulls.entries import Match
from webapp.pulls.product_sets import ProductSet
from webapp.pulls.stored_changes import blocks_of


class StoredChanges:
    """What an item changed of its code's stock; of one applied before this was kept, as the shelf says."""

    def __init__(self, connection: Connection, dealer_id: int, item_id: int, code_key: str) -> None:
        self._created, self._updated = ProductSet(), ProductSet()
        is_kept = False
        for block in blocks_of(connection, item_id):
            is_kept = True
            for change, cause in block:
                if cause == "reported":
                    changed = self._created if change.before is None else self._updated
                    changed.add(change.place.manufacturer_id, change.place.product_id)
        if not is_kept:
            self._read_shelf(connection, dealer_id, item_id, code_key)

    def _read_shelf(self, connection: Connection, dealer_id: int, item_id: int, code_key: str) -> None:
        query = select(ShelfStock.manufacturer_id, ShelfStock.product_id, ShelfStock.created_item_id).where(
            ShelfStock.dealer_id == dealer_id,
            ShelfStock.changed_item_id == item_id,
            ShelfStock.code_key == code_key,
        )
        for manufacturer_id, product_id, created in connection.execute(query):
            (self._created if created == item_id else self._updated).add(manufacturer_id, product_id)

    def of_all(self, matches: Sequence[Match]) -> list[str]:
        """Return the word of each match's product."""
        return [self.of(match.manufacturer_id, match.product_id) for match in matches]

    def of(self, manufacturer_id: int, product_id: int) -> str:
        pair = manufacturer_id, product_id
        if pair in self._created:
            return lines.NEW
        return lines.UPDATED if pair in self._updated else lines.UNCHANGED
