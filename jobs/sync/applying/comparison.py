"""Compares the parts of a pull with those of the stored one, while they are applied (R27)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from operator import attrgetter
from typing import Final

from jobs.sync import rules
from jobs.sync.applying.blocks import Block, counts_for_key
from jobs.sync.applying.matching import Judged
from jobs.sync.change_rules import Counts, is_moved, is_tenfold
from webapp.core.bulk_changes import PRICES, QUANTITIES, STRANGERS
from webapp.pulls.entries import Entry

# The prices of an entry, by the pricing that uses them.
_PRICES: Final = {"retail": "retail_cents", "current_active": "current_active_cents"}
# Of rows that are usable as reported, whether or not a product matches them (R10).
_USABLE: Final = (None, rules.UNMATCHED)


class Comparison:
    """Counts what the windows and the unchanged blocks of one pull have.

    Prices count that one of `pricings` uses. Unless `is_same_column`, quantities do not count: they are of
    another column.
    """

    def __init__(self, pricings: Collection[str], *, is_same_column: bool) -> None:
        self._prices = [name for pricing, name in _PRICES.items() if pricing in pricings]
        self._is_same_column = is_same_column
        self.counts = Counts()

    def add_block(self, block: Block) -> None:
        """Count a block that stays as it is; those of its parts without a price are about as many as the
        products that kept theirs."""
        parts = block.synced + block.reasons.get(rules.UNMATCHED, 0)
        self._add_equal(parts, max(0, parts - block.prices_left))

    def add(self, judged: Judged) -> None:
        """Count the parts of a window."""
        fresh = [entry for entry in judged.fresh if entry.reason in _USABLE]
        self._add_equal(
            _count(judged.entries) - len(fresh),
            self._count_priced(judged.entries) - self._count_priced(fresh),
        )
        counts = self.counts
        counts.stored += _count(judged.old.values())
        counts.received += len(fresh)
        for entry in fresh:
            before = judged.old.get(entry.key)
            if before is None or not counts_for_key(before):
                counts.strangers += 1
                self._show(STRANGERS, entry)
            elif before.reason in _USABLE:
                self._compare(before, entry)

    def _add_equal(self, parts: int, priced: int) -> None:
        counts = self.counts
        counts.received += parts
        counts.stored += parts
        counts.common += parts
        counts.priced += priced if self._prices else 0

    def _compare(self, before: Entry, after: Entry) -> None:
        counts = self.counts
        counts.common += 1
        old, new = before.quantity or 0, after.quantity or 0
        if old != new and self._is_same_column and is_tenfold(old, new):
            counts.tenfold += 1
            self._show(QUANTITIES, after, old, new)
        prices = [(getattr(before, name), getattr(after, name)) for name in self._prices]
        known = [(old, new) for old, new in prices if old is not None and new is not None]
        counts.priced += bool(known)
        moved = next((pair for pair in known if is_moved(*pair)), None)
        if moved:
            counts.moved += 1
            self._show(PRICES, after, *moved)

    def _count_priced(self, entries: Iterable[Entry]) -> int:
        if not self._prices:
            return 0
        first, *others = [attrgetter(name) for name in self._prices]
        return sum(
            [
                entry.reason in _USABLE
                and (first(entry) is not None or any(other(entry) is not None for other in others))
                for entry in entries
            ]
        )

    def _show(self, kind: str, entry: Entry, before: int = 0, after: int = 0) -> None:
        """Keep the part that changes most as the example; of new part numbers, the first."""
        shown = self.counts.examples.get(kind)
        if shown is None or abs(after - before) > abs(shown[2] - shown[1]):
            self.counts.examples[kind] = (entry.part_number, before, after)


def _count(entries: Iterable[Entry]) -> int:
    return sum([entry.reason in _USABLE for entry in entries])
