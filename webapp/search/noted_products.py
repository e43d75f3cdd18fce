"""Products noted for reindexing: up to 5,000 in one row by a run, one in a row by other changes (R17)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.engine import Connection

from webapp.core import clock
from webapp.models import OutboxBatch, OutboxEntry

# Products of one row.
BATCH: Final = 5_000
# Rows that are looked at together.
_ROWS: Final = 1_000

# A product: the dealer's id and its own.
ProductKey = tuple[int, int]


def note(connection: Connection, dealer_id: int, product_ids: Sequence[int]) -> None:
    """Note products of a dealer, in the transaction that changes them."""
    parts = [product_ids[first : first + BATCH] for first in range(0, len(product_ids), BATCH)]
    now = clock.now()
    rows = [
        {"dealer_id": dealer_id, "products": len(part), "product_ids": list(part), "noted_at": now}
        for part in parts
    ]
    if rows:
        connection.execute(insert(OutboxBatch), rows)


def count(connection: Connection) -> int:
    """Return how many products are noted; one that is noted twice counts twice."""
    single = connection.scalar(select(func.count()).select_from(OutboxEntry)) or 0
    return int(single + (connection.scalar(select(func.sum(OutboxBatch.products))) or 0))


def since(connection: Connection) -> datetime | None:
    """Return when the oldest row was written; None without any."""
    oldest = [
        connection.scalar(select(model.noted_at).order_by(model.id).limit(1))
        for model in (OutboxEntry, OutboxBatch)
    ]
    return min((moment for moment in oldest if moment is not None), default=None)


def take(connection: Connection, limit: int) -> list[ProductKey]:
    """Delete the oldest rows and return their products: about as many as `limit`, none if there are none.

    Rows are deleted by id, not up to the newest one: an older row may be committed at any moment. The caller
    has locked the index, so that no other drain takes the same rows.
    """
    oldest = select(OutboxEntry.id).order_by(OutboxEntry.id).limit(limit)
    taken = delete(OutboxEntry).where(OutboxEntry.id.in_(oldest))
    rows = connection.execute(taken.returning(OutboxEntry.dealer_id, OutboxEntry.product_id))
    keys = [(row.dealer_id, row.product_id) for row in rows]
    return keys + _take_batches(connection, limit - len(keys))


def _take_batches(connection: Connection, limit: int) -> list[ProductKey]:
    query = select(OutboxBatch.id, OutboxBatch.products).order_by(OutboxBatch.id).limit(_ROWS)
    ids: list[int] = []
    for number, products in connection.execute(query).all() if limit > 0 else ():
        if limit <= 0:
            break
        ids.append(number)
        limit -= products
    if not ids:
        return []
    taken = delete(OutboxBatch).where(OutboxBatch.id.in_(ids))
    rows = connection.execute(taken.returning(OutboxBatch.dealer_id, OutboxBatch.product_ids))
    return [(row.dealer_id, product_id) for row in rows for product_id in row.product_ids]
