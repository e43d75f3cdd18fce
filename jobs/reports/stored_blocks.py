"""Reads the lines of stored pulls for the reports of a run, many blocks at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import select, tuple_
from sqlalchemy.engine import Connection
from sqlalchemy.orm import InstrumentedAttribute

from webapp.models import PullBlock

# Blocks whose lines are read at once.
TOGETHER: Final = 20


class Applied(NamedTuple):
    """Run item that succeeded, with the trigger of its run."""

    id: int
    code_key: str
    dealer_id: int
    cleared: int
    trigger: str = ""


class Lines(NamedTuple):
    """A block of an item's pull, with its compressed lines if they were asked for."""

    code_key: str
    first_key: str
    item_id: int
    inventory_rows: int
    reasons: dict[str, int]
    compressed: bytes = b""


# The blocks of each code, in key order, without their lines.
Index = dict[str, list[Lines]]


def index_of(connection: Connection, items: Sequence[Applied]) -> Index:
    """Return the blocks of the items' pulls."""
    if not items:
        return {}
    columns = (PullBlock.code_key, PullBlock.first_key, PullBlock.item_id)
    query = (
        select(*columns, PullBlock.inventory_rows, PullBlock.reasons)
        .where(PullBlock.dealer_id == items[0].dealer_id)
        .where(PullBlock.code_key.in_([item.code_key for item in items]))
        .order_by(PullBlock.code_key, PullBlock.first_key)
    )
    found: Index = {}
    for row in connection.execute(query):
        found.setdefault(row.code_key, []).append(Lines(*row))
    return found


class StoredBlocks:
    """The blocks of a run's pulls; `column` has the lines, which are read of blocks that `has_lines`."""

    def __init__(
        self,
        connection: Connection,
        items: Sequence[Applied],
        index: Index,
        column: InstrumentedAttribute[bytes],
        has_lines: Callable[[Applied, Lines], object],
    ) -> None:
        self._connection = connection
        self._items = items
        self._index = index
        self._column = column
        self._has_lines = has_lines

    def __iter__(self) -> Iterator[tuple[Applied, list[Lines]]]:
        """Yield some blocks of an item at a time: by item, in key order. Every item comes at least once."""
        waiting: list[tuple[Applied, list[Lines]]] = []
        number = 0
        for item in self._items:
            blocks = self._index.get(item.code_key, [])
            for first in range(0, max(1, len(blocks)), TOGETHER):
                waiting.append((item, blocks[first : first + TOGETHER]))
                number += len(waiting[-1][1])
                if number >= TOGETHER:
                    yield from self._with_lines(waiting)
                    waiting, number = [], 0
        yield from self._with_lines(waiting)

    def _with_lines(self, groups: list[tuple[Applied, list[Lines]]]) -> Iterator[tuple[Applied, list[Lines]]]:
        wanted = [block[:3] for item, blocks in groups for block in blocks if self._has_lines(item, block)]
        found = self._read(groups[0][0].dealer_id, wanted) if wanted else {}
        for item, blocks in groups:
            yield item, [block._replace(compressed=found.get(block[:3], b"")) for block in blocks]

    def _read(self, dealer_id: int, keys: list[Any]) -> dict[Any, bytes]:
        key = (PullBlock.code_key, PullBlock.first_key, PullBlock.item_id)
        query = select(*key, self._column).where(PullBlock.dealer_id == dealer_id, tuple_(*key).in_(keys))
        return {tuple(row[:3]): row[3] for row in self._connection.execute(query)}
