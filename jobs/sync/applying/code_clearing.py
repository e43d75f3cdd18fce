"""Clears the stock of one code that its pull does not explain, or what moved elsewhere (R13, R14)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from jobs.sync import clearing_guard
from jobs.sync.applying import clearing, moved, sql
from jobs.sync.applying.blocks import Blocks
from jobs.sync.applying.catalog import Catalog
from jobs.sync.applying.context import CodeContext
from jobs.sync.applying.matching import Pair
from jobs.sync.applying.products import Changes
from jobs.sync.applying.shelf import Shelf
from webapp.models import Run, RunItem
from webapp.pulls.entries import Entry
from webapp.pulls.product_sets import ProductSet
from webapp.pulls.stock import StockKey

# Products whose parts are looked up at once.
_TOGETHER: Final = 2_000


@dataclass(frozen=True)
class CodeClearing:
    """The clearing of one code, after its reported parts were written.

    `matched` are all products with a part in the pull. It is None if only parts that differ from the stored
    pull were looked at; then `changes` has all products that lost their last part. `doubted` are products
    that a row without a part number may be about (R10), and those of protected slow movers (R30).
    `is_approved`: a user has seen the clearing.
    """

    context: CodeContext
    catalog: Catalog
    changes: Changes
    shelf: Shelf
    blocks: Blocks
    doubted: frozenset[Pair]
    matched: ProductSet | None
    is_approved: bool = False

    def clear(self, run: Run, item: RunItem) -> int:
        """Set to zero what the pull does not explain; return the number of stock rows.

        A clearing that is held waits for the end of the code's freezes (R26), and for the next update: stored
        rows once more are no confirmation, and do not supersede it either (R22).
        """
        is_held = self.context.is_held
        if is_held and (self.is_approved or not self.context.clears):
            clearing_guard.withdraw(run, item)
        elif is_held and (self.context.frozen_manufacturers or run.trigger == "alias"):
            return clearing.clear(self.shelf, self._reached_earlier())
        if self.context.clears:
            sizes = self._measure()
            synced = sum(block.synced for block in self.blocks.all)
            if self.is_approved or clearing_guard.allows(
                run, item, sizes, has_parts=synced > 0, is_held=is_held
            ):
                return clearing.clear(self.shelf, self._stock_to_clear(sizes))
        cleared = clearing.clear(self.shelf, self._reached_earlier())
        if not self.context.clears and self.context.is_shared:
            cleared += moved.clear_moved(self.context, self.shelf)
        return cleared

    def _explains(self, pair: Pair) -> bool:
        return pair in self.doubted or (self.matched is not None and pair in self.matched)

    def _measure(self) -> clearing.Sizes:
        measure = clearing.measure if self.matched is not None else clearing.measure_vanished
        return measure(self.context, self.changes, self._explains)

    def _stock_to_clear(self, sizes: clearing.Sizes) -> Iterable[StockKey]:
        if self.matched is None:
            return clearing.vanished(self.context, self.changes, self._explains)
        if sizes.stock is not None:
            return sizes.stock
        return clearing.unexplained(self.context, self._explains)

    def _reached_earlier(self) -> Iterator[StockKey]:
        """Yield stock without a part whose product a part updates through an earlier mapping."""
        for mapping in self.context.mappings if len(self.context.mappings) > 1 else ():
            number = mapping.manufacturer_id
            product_ids = list(self.changes.vanished.of(number))
            for batch in sql.batches(product_ids, _TOGETHER):
                for product_id in self._reached(number, batch):
                    yield StockKey(product_id, number, self.context.code_key)

    def _reached(self, manufacturer_id: int, product_ids: Sequence[int]) -> set[int]:
        listed = list(self.catalog.keys_of(manufacturer_id, product_ids))
        found = self.blocks.find(key for _, key in listed)
        reached = {
            product_id for product_id, key in listed if key in found and _updates(found[key][1], product_id)
        }
        for block, _ in found.values():
            self.blocks.release(block)
        return reached


def _updates(entry: Entry, product_id: int) -> bool:
    return entry.reason is None and any(match.product_id == product_id for match in entry.matches)
