"""Counts changes of shelf stock by kind, and keeps the largest of each kind. Pure.

A change is of one of the kinds of stock, and perhaps of one of the kinds of price besides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from heapq import nlargest
from typing import Final, NamedTuple

import msgspec

from webapp.pulls.stock_changes import LARGEST, Block, Change, value_of
from webapp.pulls.stored_changes import CausedChange

# Stock that was not there before; more and less of what was; what goes to zero; and changed prices.
STOCK_KINDS: Final = ("new", "up", "down", "to_zero")
PRICE_KINDS: Final = ("price_up", "price_down")
KINDS: Final = (*STOCK_KINDS, *PRICE_KINDS)


def stock_kind(was: int | None, now: int) -> str | None:
    """Return how stock changes: one of `STOCK_KINDS`; None if the quantity stays.

    Stock that comes back from zero goes up; only a product that the code never had is new.
    """
    if was is None:
        return "new" if now else None
    if now > was:
        return "up"
    if now < was:
        return "down" if now else "to_zero"
    return None


def price_kind(was: int | None, old: int | None, new: int | None) -> str | None:
    """Return how the sale price changes: one of `PRICE_KINDS`; None if it stays, or there was none."""
    if was is None or old is None or new is None or old == new:
        return None
    return "price_up" if new > old else "price_down"


# Quantity and price before, quantity and price after, and the product's price besides.
Figures = tuple[int | None, int | None, int, int | None, int | None]


class Difference(NamedTuple):
    """A sum of changes: pieces and retail value in cents, negative if there is less."""

    pieces: int = 0
    value_cents: int = 0


class Summary:
    """Counts of changes by kind, their sum, and the `LARGEST` changes of each kind."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.changes = 0
        self.sum = Difference()
        self._largest: dict[str, list[CausedChange]] = {kind: [] for kind in KINDS}

    def add(self, changes: Iterable[CausedChange]) -> None:
        """Count changes, some thousand at a time."""
        rows = list(changes)
        self._add((_figures(row.change) for row in rows), rows.__getitem__)

    def add_block(self, body: bytes, cause: str) -> None:
        """Count the changes of a block with one cause."""
        block = Block(body)
        self._add(block.figures(), lambda place: CausedChange(block[place], cause))

    def _add(self, changes: Iterable[Figures], row_at: Callable[[int], CausedChange]) -> None:
        """Count changes of which only the largest are made rows."""
        found: dict[str, list[tuple[int, int, int]]] = {kind: [] for kind in KINDS}
        pieces, value = self.sum
        place = -1
        for place, (was, old, now, new, retail) in enumerate(changes):
            more, worth = now - (was or 0), value_of(was, old, now, new, retail)
            pieces += more
            value += worth
            # Of equal ones the first is kept.
            if (kind := stock_kind(was, now)) is not None:
                found[kind].append((abs(worth), abs(more), -place))
            if old != new and (kind := price_kind(was, old, new)) is not None:
                found[kind].append((abs((new or 0) - (old or 0)), abs(worth), -place))
        self.changes += place + 1
        self.sum = Difference(pieces, value)
        self.counts.update({kind: len(sizes) for kind, sizes in found.items()})
        self._keep({kind: [row_at(-size[2]) for size in nlargest(LARGEST, found[kind])] for kind in KINDS})

    def merge(self, other: Summary) -> None:
        """Add the counts of another code."""
        self.changes += other.changes
        self.sum = Difference(*(sum(pair) for pair in zip(self.sum, other.sum, strict=True)))
        self.counts.update(other.counts)
        self._keep(other._largest)

    def as_counts(self) -> dict[str, int]:
        """Return the counts by name: of each kind, of all changes, and their sum."""
        of_kinds = {kind: self.counts[kind] for kind in KINDS}
        return {**of_kinds, "changes": self.changes, **self.sum._asdict()}

    def largest(self, kind: str) -> list[CausedChange]:
        """Return the largest changes of a kind: by value, prices by their difference; at most `LARGEST`."""
        return self._largest[kind]

    def pack(self) -> bytes:
        """Return the largest changes in the form that `unpack` reads."""
        return msgspec.msgpack.encode(self._largest)

    def unpack(self, body: bytes) -> None:
        """Add largest changes that were packed."""
        self._keep(_decode(body))

    def _keep(self, found: dict[str, list[CausedChange]]) -> None:
        for kind, rows in found.items():
            if rows:
                size = _SIZES[kind]
                self._largest[kind] = nlargest(LARGEST, [*self._largest[kind], *rows], key=size)


def _by_value(row: CausedChange) -> tuple[int, int]:
    return abs(row.change.value_cents), abs(row.change.pieces)


def _by_price(row: CausedChange) -> tuple[int, int]:
    return _price_difference(row.change), abs(row.change.value_cents)


def _price_difference(change: Change) -> int:
    before = change.before.sale_price_cents if change.before is not None else None
    return abs((change.after.sale_price_cents or 0) - (before or 0))


def _figures(change: Change) -> Figures:
    before, after = change.before, change.after
    was, old = (before.quantity, before.sale_price_cents) if before is not None else (None, None)
    return was, old, after.quantity, after.sale_price_cents, change.retail_cents


_SIZES: Final[dict[str, Callable[[CausedChange], tuple[int, int]]]] = {
    **dict.fromkeys(STOCK_KINDS, _by_value),
    **dict.fromkeys(PRICE_KINDS, _by_price),
}
_decode: Final = msgspec.msgpack.Decoder(dict[str, list[CausedChange]]).decode


def summary_of(blocks: Iterable[Iterable[CausedChange]]) -> Summary:
    """Return the summary of changes that are read in blocks."""
    summary = Summary()
    for block in blocks:
        summary.add(block)
    return summary
