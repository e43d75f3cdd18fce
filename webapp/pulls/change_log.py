"""Stores changes of shelf stock within the transaction that makes them (R25)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from webapp.core import clock
from webapp.models import ItemChanges, PlannedChanges
from webapp.pulls.stock import Stock, StockKey
from webapp.pulls.stock_changes import Change, Noted, largest, pack, unpack

# Changes of one block.
BLOCK: Final = 10_000


class ChangeLog:
    """Changes of one run item, or of a user (`item_id` is None). `flush` stores what is not full yet.

    With `planned_for`, the key of their code, they are stored as changes that are not applied.
    """

    def __init__(
        self, connection: Connection, dealer_id: int, item_id: int | None, planned_for: str | None = None
    ) -> None:
        self._connection = connection
        self._table: type[ItemChanges | PlannedChanges] = ItemChanges
        self._owner: dict[str, Any] = {"dealer_id": dealer_id, "run_item_id": item_id}
        if planned_for is not None:
            self._table = PlannedChanges
            self._owner["code_key"] = planned_for
        self._waiting: dict[str, list[Noted]] = {}

    def add(self, cause: str, changes: Iterable[Noted]) -> None:
        """Note changes of stock that the item has not changed before."""
        waiting = self._waiting.setdefault(cause, [])
        waiting += changes
        while len(waiting) >= BLOCK:
            self._store(cause, waiting[:BLOCK])
            del waiting[:BLOCK]

    def flush(self) -> None:
        """Store all changes."""
        for cause, changes in self._waiting.items():
            if changes:
                self._store(cause, changes)
        self._waiting = {}

    def amend(self, stock: Mapping[StockKey, Stock]) -> int:
        """Note that the item has changed stock once more: what it was before stays what it was.

        Returns how many are no changes any more.
        """
        self.flush()
        dropped = 0
        table = self._table
        query = select(table.id, table.body).where(table.run_item_id == self._owner["run_item_id"])
        for number, body in self._connection.execute(query).all():
            changes = list(unpack(body))
            if any(change.place in stock for change in changes):
                amended = [change._replace(after=stock.get(change.place, change.after)) for change in changes]
                left = [change for change in amended if change.before != change.after]
                dropped += len(changes) - len(left)
                self._replace(number, left)
        return dropped

    def _replace(self, number: int, changes: Sequence[Change]) -> None:
        table = self._table
        if changes:
            statement = update(table).where(table.id == number)
            self._connection.execute(statement.values(_packed(changes)))
        else:
            self._connection.execute(delete(table).where(table.id == number))

    def _store(self, cause: str, changes: Sequence[Noted]) -> None:
        row = {**self._owner, "noted_at": clock.now(), "cause": cause, **_packed(changes)}
        self._connection.execute(insert(self._table), row)


def _packed(changes: Sequence[Noted] | Sequence[Change]) -> dict[str, Any]:
    return {"changes": len(changes), "largest": pack(largest(changes)), "body": pack(changes)}
