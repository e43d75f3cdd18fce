"""Divides the rows of a pull along the blocks of the stored one, so that only what differs is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from jobs.sync.applying import received
from jobs.sync.applying.blocks import Block
from jobs.sync.applying.received import KeyedRow

T = TypeVar("T")

# Rows that are worked on at once.
WINDOW_ROWS = 10_000


@dataclass
class Window:
    """Rows in key order, and the stored blocks that they replace.

    It covers the keys from `begin` (None: the first) up to `end` (None: the last); of the parts in its blocks
    it replaces those in this range. `is_stored`: the rows are those of the blocks.
    """

    begin: str | None = None
    end: str | None = None
    rows: list[KeyedRow] = field(default_factory=list)
    replaced: list[Block] = field(default_factory=list)
    is_stored: bool = False

    def covers(self, key: str) -> bool:
        """Return whether a key is in the range."""
        return (self.begin is None or key >= self.begin) and (self.end is None or key < self.end)


def divide(
    rows: Iterator[KeyedRow], blocks: list[Block], *, reuse: bool, since: str
) -> Iterator[Window | Block]:
    """Yield a block that stays as it is, or a window of rows to work on, in key order.

    A block stays if `reuse`, its rows are the same, and none of its parts is older than `since` now.
    """
    pieces = _Pieces(rows)
    window = Window()
    for place, block in enumerate(blocks):
        end = blocks[place + 1].first_key if place + 1 < len(blocks) else None
        taken = pieces.take(end)
        if reuse and pieces.is_at(end) and _is_same(block, taken, since):
            if window.rows or window.replaced:
                yield window
            yield block
            window = Window(begin=end)
            continue
        window.rows += taken
        window.replaced.append(block)
        while not pieces.is_at(end):
            window.end = pieces.next_key
            yield window
            window = Window(begin=window.end, rows=pieces.take(end), replaced=[block])
        window.end = end
        if len(window.rows) >= WINDOW_ROWS:
            yield window
            window = Window(begin=end)
    while not pieces.is_at(None):
        window.rows += pieces.take(None)
        window.end = pieces.next_key
        if window.end is not None:
            yield window
            window = Window(begin=window.end)
    if window.rows or window.replaced:
        yield window


def divide_stored(blocks: list[Block], *, reuse: bool, since: str) -> Iterator[Window | Block]:
    """Yield what `divide` does for the rows of the stored pull, which are in its blocks."""
    window, rows = Window(is_stored=True), 0
    for place, block in enumerate(blocks):
        end = blocks[place + 1].first_key if place + 1 < len(blocks) else None
        stays = reuse and not block.is_old(since)
        if not stays:
            window.replaced.append(block)
            window.end = end
            rows += block.rows
        if window.replaced and (stays or rows >= WINDOW_ROWS):
            yield window
            window, rows = Window(begin=end, is_stored=True), 0
        if stays:
            yield block
            window.begin = end
    if window.replaced:
        yield window


def _is_same(block: Block, rows: list[KeyedRow], since: str) -> bool:
    if len(rows) != block.rows or block.is_old(since):
        return False
    return received.digest_of([raw for _, raw in rows]) == block.digest


class _Pieces:
    """Takes rows in key order, some at a time."""

    def __init__(self, rows: Iterator[KeyedRow]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    @property
    def next_key(self) -> str | None:
        """The key of the next row; None at the end."""
        return None if self._next is None else self._next[0]

    def is_at(self, end: str | None) -> bool:
        """Return whether all rows with a smaller key were taken; all rows with None."""
        return self._next is None or (end is not None and self._next[0] >= end)

    def take(self, end: str | None) -> list[KeyedRow]:
        """Take rows with a smaller key, about as many as a window has; rows of one key stay together."""
        taken: list[KeyedRow] = []
        rows, row = self._rows, self._next
        while row is not None and (end is None or row[0] < end):
            if len(taken) >= WINDOW_ROWS and row[0] != taken[-1][0]:
                break
            taken.append(row)
            row = next(rows, None)
        self._next = row
        return taken


def with_last(values: Iterator[T]) -> Iterator[tuple[T, bool]]:
    """Yield each value, and whether it is the last."""
    value = next(values, None)
    while value is not None:
        following = next(values, None)
        yield value, following is None
        value = following
