"""Reads what was changed of shelf stock (R25), or is planned to be (R24)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from heapq import nlargest
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.engine import Connection

from webapp.models import ItemChanges, PlannedChanges
from webapp.pulls.stock_changes import Change, unpack


class CausedChange(NamedTuple):
    """A change with its cause, one of `CHANGE_CAUSES`."""

    change: Change
    cause: str


def count(connection: Connection, item_ids: Collection[int]) -> int:
    """Return the number of changes of run items."""
    query = select(func.sum(ItemChanges.changes)).where(ItemChanges.run_item_id.in_(item_ids))
    return int(connection.scalar(query) or 0)


def blocks_of(connection: Connection, item_id: int) -> Iterator[list[CausedChange]]:
    """Yield the changes of a run item, some thousand at a time, in the order in which they were made."""
    return _blocks(connection, ItemChanges, ItemChanges.run_item_id == item_id)


def planned_of_item(connection: Connection, item_id: int) -> Iterator[list[CausedChange]]:
    """Yield the changes that a run item would have made, some thousand at a time."""
    return _blocks(connection, PlannedChanges, PlannedChanges.run_item_id == item_id)


def planned_of_preview(
    connection: Connection, dealer_id: int, preview_id: int, code_key: str
) -> Iterator[list[CausedChange]]:
    """Yield the changes that a preview of the dealer plans for a code, some thousand at a time."""
    of_preview = (PlannedChanges.preview_id == preview_id) & (PlannedChanges.dealer_id == dealer_id)
    of_code = of_preview & (PlannedChanges.code_key == code_key)
    return _blocks(connection, PlannedChanges, of_code)


def changes_of(connection: Connection, item_id: int) -> Iterator[CausedChange]:
    """Yield the changes of a run item, in the order in which they were made."""
    for block in blocks_of(connection, item_id):
        yield from block


def _blocks(
    connection: Connection, table: type[ItemChanges | PlannedChanges], condition: ColumnElement[bool]
) -> Iterator[list[CausedChange]]:
    query = select(table.id, table.cause).where(condition)
    for number, cause in connection.execute(query.order_by(table.id)).all():
        body = connection.scalar(select(table.body).where(table.id == number))
        if body is not None:
            yield [CausedChange(change, cause) for change in unpack(body)]


def largest(connection: Connection, item_ids: Collection[int], limit: int) -> list[CausedChange]:
    """Return the changes of run items of the highest value, up or down; at most `LARGEST`."""
    query = select(ItemChanges.cause, ItemChanges.largest).where(ItemChanges.run_item_id.in_(item_ids))
    found = [
        CausedChange(change, cause)
        for cause, packed in connection.execute(query.order_by(ItemChanges.id))
        for change in unpack(packed)
    ]
    return nlargest(limit, found, key=lambda row: (abs(row.change.value_cents), abs(row.change.pieces)))
