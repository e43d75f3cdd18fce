"""Divides the rows of a pull along the blocks of the stored one, so that only what differs is looked at."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from typing import Final, TypeVar

from jobs.sync.applying import received
from jobs.sync.applying.blocks import Block
from jobs.sync.applying.received import KeyedRow

T = TypeVar("T")

# Rows that are worked on at once.
WINDOW_ROWS = 10_000
# Rows that are looked ahead at.
_HELD_ROWS: Final = 1_000

_key_of = itemgetter(0)


@dataclass
class Window:
    """Rows in key order, and the stored blocks that they replace.

    It covers the keys from `begin` (None: the first) up to `end` (None: the last); of the parts in its blocks
    it replaces those in this range. `is_stored`: the rows are those of the blocks. `digests` are known ones
    of rows that follow one another, by the first key and their number.
    """

    begin: str | None = None
    end: str | None = None
    rows: list[KeyedRow] = field(default_factory=list)
    replaced: list[Block] = field(default_factory=list)
    is_stored: bool = False
    digests: dict[tuple[str, int], bytes] = field(default_factory=dict)

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
        if reuse and pieces.is_at(end) and _is_same(block, taken, since, window.digests):
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


def _is_same(block: Block, rows: list[KeyedRow], since: str, digests: dict[tuple[str, int], bytes]) -> bool:
    """Return whether a block stays as it is; the digest of its new rows is added to `digests`."""
    if len(rows) != block.rows or block.is_old(since):
        return False
    digest = received.digest_of([raw for _, raw in rows])
    if rows:
        digests[rows[0][0], len(rows)] = digest
    return digest == block.digest


class _Pieces:
    """Takes rows in key order, some at a time."""

    def __init__(self, rows: Iterator[KeyedRow]) -> None:
        self._rows = rows
        # Rows that come next, from `place` on; never empty before the end.
        self._held: list[KeyedRow] = []
        self._place = 0
        self._hold_more()

    @property
    def next_key(self) -> str | None:
        """The key of the next row; None at the end."""
        return self._held[self._place][0] if self._place < len(self._held) else None

    def is_at(self, end: str | None) -> bool:
        """Return whether all rows with a smaller key were taken; all rows with None."""
        key = self.next_key
        return key is None or (end is not None and key >= end)

    def take(self, end: str | None) -> list[KeyedRow]:
        """Take rows with a smaller key, about as many as a window has; rows of one key stay together."""
        taken: list[KeyedRow] = []
        while not self.is_at(end) and (len(taken) < WINDOW_ROWS or self.next_key == taken[-1][0]):
            held, first = self._held, self._place
            last = len(held) if end is None else bisect_left(held, end, first, key=_key_of)
            last = min(last, first + max(1, WINDOW_ROWS - len(taken)))
            taken += held[first:last]
            self._place = last
            if last == len(held):
                self._hold_more()
        return taken

    def _hold_more(self) -> None:
        self._held, self._place = list(islice(self._rows, _HELD_ROWS)), 0


def with_last(values: Iterator[T]) -> Iterator[tuple[T, bool]]:
    """Yield each value, and whether it is the last."""
    value = next(values, None)
    while value is not None:
        following = next(values, None)
        yield value, following is None
        value = following
