"""Counts changes of shelf stock by kind, and keeps the largest of each kind. Pure.

A change is of one of the kinds of stock, and perhaps of one of the kinds of price besides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from heapq import nlargest
from typing import Final, NamedTuple

import msgspec

from webapp.pulls.stock_changes import LARGEST, Change
from webapp.pulls.stored_changes import CausedChange

# Stock that was not there before; more and less of what was; what goes to zero; and changed prices.
STOCK_KINDS: Final = ("new", "up", "down", "to_zero")
PRICE_KINDS: Final = ("price_up", "price_down")
KINDS: Final = (*STOCK_KINDS, *PRICE_KINDS)


def stock_kind(change: Change) -> str | None:
    """Return how stock changes: one of `STOCK_KINDS`; None if the quantity stays.

    Stock that comes back from zero goes up; only a product that the code never had is new.
    """
    if change.before is None:
        return "new" if change.after.quantity else None
    if change.pieces > 0:
        return "up"
    if change.pieces < 0:
        return "down" if change.after.quantity else "to_zero"
    return None


def price_kind(change: Change) -> str | None:
    """Return how the sale price changes: one of `PRICE_KINDS`; None if it stays, or there was none."""
    if change.before is None:
        return None
    before, after = change.before.sale_price_cents, change.after.sale_price_cents
    if before is None or after is None or before == after:
        return None
    return "price_up" if after > before else "price_down"


def _price_difference(change: Change) -> int:
    before = change.before.sale_price_cents if change.before is not None else None
    return abs((change.after.sale_price_cents or 0) - (before or 0))


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
        found: dict[str, list[CausedChange]] = {kind: [] for kind in KINDS}
        pieces, value = self.sum
        for row in changes:
            self.changes += 1
            pieces += row.change.pieces
            value += row.change.value_cents
            for kind in (stock_kind(row.change), price_kind(row.change)):
                if kind is not None:
                    found[kind].append(row)
        self.sum = Difference(pieces, value)
        self.counts.update({kind: len(rows) for kind, rows in found.items()})
        self._keep(found)

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
