"""Applies the rows of one code that differ, and settles what concerns the whole code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from jobs.sources.source import Page, SourceError
from jobs.sync import change_guard, clearing_guard, rules, run_items
from jobs.sync.applying import (
    clearing,
    earlier_tables,
    keeping,
    moved,
    products,
    protected,
    reuse,
    row_windows,
    sql,
    stored_pulls,
    supersession,
    unnamed,
)
from jobs.sync.applying import figures as webstore_figures
from jobs.sync.applying.blocks import Block, CodeLines
from jobs.sync.applying.catalog import Catalog
from jobs.sync.applying.code_clearing import CodeClearing
from jobs.sync.applying.comparison import Comparison
from jobs.sync.applying.context import CodeContext
from jobs.sync.applying.effects import Effects
from jobs.sync.applying.matching import Pair
from jobs.sync.applying.product_parts import parts_of
from jobs.sync.applying.row_windows import Window
from jobs.sync.applying.shelf import Shelf
from jobs.sync.applying.stored_rows import PullRows
from jobs.sync.applying.window import WindowApplication
from webapp.core.bulk_changes import BulkChange
from webapp.models import Run, RunItem, StoredPull

# Products with parts in several windows, and parts with candidates, that are settled at once.
_TOGETHER = 500


class CodeApplication:
    """Applies the rows of one code, window by window, and settles what concerns the whole code."""

    def __init__(
        self,
        context: CodeContext,
        stored: StoredPull | None,
        received: PullRows,
        effects: Effects,
        uncounted: Sequence[Page] = (),
        compared: Comparison | None = None,
        *,
        is_approved: bool = False,
    ) -> None:
        self._context = context
        self._stored = stored
        self._received = received
        self._uncounted = uncounted
        self._catalog = Catalog.of(context)
        self._shelf = Shelf(context)
        self._changes = products.Changes(context, self._shelf)
        self._effects = effects
        self._old, self._new = effects.blocks(context), effects.blocks(context)
        self._old.load()
        self._is_stored = stored is not None and stored.digest == received.digest
        if stored is None and (taken := earlier_tables.take(context)):
            stored, earlier = taken
            self._old.all = [earlier]
        self._lines = CodeLines(
            context.item_id, context.code, context.expected.quantity_column, self._shelf, effects.rendered
        )
        self._unnamed = unnamed.count(context, received, self._old, are_stored=self._is_stored)
        self._reuse = reuse.of_pull(context, stored, self._unnamed)
        self._windows = WindowApplication(
            context, self._catalog, self._changes, stored, self._unnamed, compared, reuse=self._reuse
        )
        self._is_approved = is_approved
        # Why nothing of the pull is to be applied: known once all rows were looked at.
        self.reasons: list[BulkChange] = []

    def apply(self, run: Run, item: RunItem) -> dict[str, int]:
        """Apply all rows; return the item's counts. Raises SourceError if none is evidence about a part."""
        moved.forget_arrivals(self._context)
        if not self._reuse.clearing:
            self._changes.unstocked_before = clearing.unstocked(self._context)
        replaced = self._apply_windows()
        self._refuse_without_evidence()
        self.reasons = change_guard.found(self._windows.compared)
        self._settle_spread()
        self._settle_unexplained()
        self._settle_candidates()
        if self._windows.may_have_retained:
            keys = self._windows.found.matched_keys
            moved.forget_reported(self._context, self._changes.reported, keys)
        cleared = self._clearing().clear(run, item)
        self._shelf.noted.flush()
        self._shelf.frozen_changes.flush()
        if cleared or not self._reuse.everything:
            moved.forget_sold_out(self._context)
        self._new.replace(replaced, self._lines)
        changed = webstore_figures.refresh(self._context, self._shelf, self._effects)
        return self._close(cleared, changed)

    def _apply_windows(self) -> list[Block]:
        """Apply each window; return the stored blocks that were replaced."""
        replaced: dict[int, Block] = {}
        is_first = True
        for piece, is_last in row_windows.with_last(self._pieces()):
            if isinstance(piece, Block):
                self._windows.keep(piece, self._old)
                self._new.all.append(piece)
            else:
                blocks = self._windows.apply(piece, self._old, is_whole=is_first and is_last)
                self._new.all += blocks
                replaced.update({id(block): block for block in piece.replaced})
                if not is_last:
                    self._new.write(blocks, self._lines)
            is_first = False
        return list(replaced.values())

    def _pieces(self) -> Iterator[Window | Block]:
        blocks, since = self._old.all, self._context.since
        if self._is_stored:
            return row_windows.divide_stored(blocks, reuse=self._reuse.stock, since=since)
        rows = self._received.in_key_order()
        return row_windows.divide(rows, blocks, reuse=self._reuse.stock, since=since)

    def _refuse_without_evidence(self) -> None:
        """Raise SourceError if the pull has rows and none of them is evidence (R10).

        Such a pull is incomplete. A pull without rows is complete: its end was proven.
        """
        # The clearing guard needs the counts, too.
        for block in self._new.all:
            if block.is_changed:
                block.count()
        if any(block.is_conclusive for block in self._new.all):
            return
        counts = self._reasons()
        if counts:
            raise SourceError(rules.no_evidence(counts), "bad_answer")

    def _reasons(self) -> Counter[str]:
        return sum((Counter(block.reasons) for block in self._new.all), Counter[str]())

    def _settle_spread(self) -> None:
        """Write the stock of products with parts in several windows, or in blocks that stay as they are."""
        spread = self._windows.found.spread
        pairs = sorted(spread)
        for batch in sql.batches(pairs, _TOGETHER):
            self._settle_some({pair: spread[pair] for pair in batch})

    def _settle_some(self, spread: dict[Pair, set[str]]) -> None:
        keys = {key for others in spread.values() for key in others}
        for mapping in self._context.mappings:
            number = mapping.manufacturer_id
            product_ids = [product_id for manufacturer_id, product_id in spread if manufacturer_id == number]
            keys.update(key for _, key in self._catalog.keys_of(number, product_ids))
        found = self._new.find(keys)
        entries = [found[key][1] for key in sorted(found)]
        affected = self._changes.apply(parts_of(entries, set(spread)))
        for part in affected:
            found[part.entry.key][0].change()
        self._new.write([block for block, _ in found.values() if block.is_written], self._lines)

    def _settle_unexplained(self) -> None:
        """Keep stock without a stored pull, unless other parts explain it (R10)."""
        unexplained = self._windows.found.unexplained
        if not unexplained:
            return
        entries = self._new.find({key for key, _ in unexplained})
        keeping.keep_unexplained(
            self._context,
            [keeping.Unexplained(entries[key][1], pair) for key, pair in unexplained],
            self._is_explained,
        )
        for key, pair in unexplained:
            entries[key][0].change()
            if entries[key][1].matches:
                self._windows.found.matched.add(*pair)

    def _is_explained(self, pair: Pair) -> bool:
        """Return whether a part of this pull or of the previous one has the product."""
        found = self._windows.found
        if pair in found.matched or pair in found.previous:
            return True
        keys = [key for _, key in self._catalog.keys_of(pair[0], [pair[1]])]
        others = self._new.find(keys).values()
        return any(
            (match.manufacturer_id, match.product_id) == pair
            for _, entry in others
            for match in entry.matches
        )

    def _settle_candidates(self) -> None:
        found = self._windows.found
        keys = found.superseded
        if found.has_other_chains:
            keys = [*keys, *supersession.may_have_candidates(self._new)]
        for batch in sql.batches(sorted(set(keys)), _TOGETHER):
            blocks = supersession.suggest(self._catalog, self._new, batch)
            self._new.write([block for block in blocks if block.is_written], self._lines)

    def _clearing(self) -> CodeClearing:
        return CodeClearing(
            self._context,
            self._catalog,
            self._changes,
            self._shelf,
            self._new,
            clearing.doubted(self._context, self._unnamed).pairs
            | protected.pairs(self._context, self._catalog),
            None if self._reuse.clearing else self._windows.found.matched,
            # A pull that is held shows all that it would set to zero.
            is_approved=self._is_approved or bool(self.reasons),
        )

    def _close(self, cleared: int, changed: int) -> dict[str, int]:
        """Store the pull, and close the item with its counts, which are returned."""
        context, blocks = self._context, self._new.all
        absent = clearing.doubted(context, self._unnamed).parts if context.clears else 0
        counts = {
            "synced": sum(block.synced for block in blocks),
            "skipped": self._reasons().total(),
            "kept": sum(block.kept for block in blocks) + absent,
            "kept_absent": absent,
            "prices_left": sum(block.prices_left for block in blocks),
            "prices_blocked": sum(block.prices_blocked for block in blocks),
            "frozen": self._shelf.frozen_changes.count,
        }
        may_reuse = not self._windows.found.has_unlisted
        stored_pulls.store(
            context,
            self._received,
            self._unnamed,
            blocks,
            is_new=self._stored is None,
            may_reuse=may_reuse,
            **counts,
        )
        held = clearing_guard.count(context.item_id) if context.clears else 0
        counts |= {"cleared": cleared, "changed": changed, "held": held}
        run_items.close_item(context.item_id, self._received.gathered.summary_now(), counts, self._uncounted)
        return counts
