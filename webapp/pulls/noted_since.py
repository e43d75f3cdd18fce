"""Changes of a dealer's shelf stock from a moment on: what a restore would undo (R25)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from webapp.models import ItemChanges, RunItem
from webapp.pulls.stock_changes import codes_in


class NotedBlock(NamedTuple):
    """Changes with one cause, with their number by the key of the code; `run_id` is None outside of runs."""

    id: int
    run_id: int | None
    cause: str
    at: datetime
    by_code: dict[str, int]

    def count(self, code_keys: Collection[str] | None) -> int:
        """Return the number of changes of some codes; of all for None."""
        if code_keys is None:
            return sum(self.by_code.values())
        return sum(number for key, number in self.by_code.items() if key in code_keys)


def since_run(connection: Connection, dealer_id: int, run_id: int, started_at: datetime) -> int:
    """Return the id of the first change that a restore to before a run undoes.

    That is the run's own first change: what a user changed before it stays. A run without changes of its own
    counts from its start. A clearing of the run that was approved later does not count as its beginning.
    """
    own = (
        select(func.min(ItemChanges.id))
        .join(RunItem, RunItem.id == ItemChanges.run_item_id)
        .where(ItemChanges.dealer_id == dealer_id, RunItem.run_id == run_id, ItemChanges.cause != "approved")
    )
    later = select(func.min(ItemChanges.id)).where(
        ItemChanges.dealer_id == dealer_id, ItemChanges.noted_at >= started_at
    )
    first = connection.scalar(own)
    return int(first if first is not None else connection.scalar(later) or last_id(connection, dealer_id) + 1)


def last_id(connection: Connection, dealer_id: int) -> int:
    """Return the id of the dealer's last change; 0 without any."""
    query = select(func.max(ItemChanges.id)).where(ItemChanges.dealer_id == dealer_id)
    return int(connection.scalar(query) or 0)


def blocks(connection: Connection, dealer_id: int, since_id: int, through_id: int) -> Iterator[NotedBlock]:
    """Yield the dealer's blocks of changes with the ids from one to another, in their order."""
    query = (
        select(ItemChanges.id, RunItem.run_id, ItemChanges.cause, ItemChanges.noted_at, ItemChanges.body)
        .outerjoin(RunItem, RunItem.id == ItemChanges.run_item_id)
        .where(ItemChanges.dealer_id == dealer_id)
        .where(ItemChanges.id >= since_id, ItemChanges.id <= through_id)
        .order_by(ItemChanges.id)
        .execution_options(yield_per=20)
    )
    for number, run_id, cause, at, body in connection.execute(query):
        yield NotedBlock(number, run_id, cause, at, dict(codes_in(body)))
